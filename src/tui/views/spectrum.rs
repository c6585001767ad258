//! Bars of what is heard, in eighths of a cell.

use ratatui::layout::Rect;

use crate::config::theme::Role;
use crate::model::command::Pane;
use crate::tui::draw::Canvas;
use crate::tui::scene::Hit;
use crate::tui::text;

const EIGHTHS: [&str; 9] = [" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"];

/// How bars share a width: as many as there are bands where they fit, with a column between.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Bars {
    count: u16,
    width: u16,
    /// Columns before the first, so that the whole stands in the middle.
    inset: u16,
}

impl Bars {
    fn new(width: u16, bands: usize) -> Self {
        let bands = u16::try_from(bands).unwrap_or(u16::MAX).max(1);
        let count = width.div_ceil(2).clamp(1, bands);
        let step = ((width + 1) / count).max(2);
        let used = (count * step).saturating_sub(1);
        Self { count, width: step - 1, inset: width.saturating_sub(used) / 2 }
    }
}

pub fn draw(canvas: &mut Canvas<'_>) {
    let Some(area) = canvas.layout.spectrum else { return };
    canvas.hit(area, Hit::Spectrum);
    let Some(frame) = canvas.scene.gauges.spectrum.clone() else {
        return waiting(canvas, area);
    };
    if frame.bands.is_empty() || area.is_empty() {
        return;
    }
    let bars = Bars::new(area.width, frame.bands.len());
    let styles: Vec<_> =
        (0..area.height).map(|level| canvas.scene.styles.spectrum(share(level, area.height))).collect();
    for bar in 0..bars.count {
        let height = tallest(&frame.bands, bar, bars.count);
        let eighths = (height * f32::from(area.height) * 8.0).round() as u16;
        let x = area.x + bars.inset + bar * (bars.width + 1);
        for (level, style) in (0..area.height).zip(&styles) {
            let filled = eighths.saturating_sub(level * 8).min(8);
            if filled == 0 {
                break;
            }
            for column in 0..bars.width {
                let y = area.bottom() - 1 - level;
                text::cell(canvas.buf, x + column, y, EIGHTHS[usize::from(filled)], *style);
            }
        }
    }
}

fn share(level: u16, height: u16) -> f32 {
    f32::from(level) / f32::from(height.saturating_sub(1).max(1))
}

/// The highest of the bands that a bar stands for.
fn tallest(bands: &[f32], bar: u16, bars: u16) -> f32 {
    let place = |bar: u16| usize::from(bar) * bands.len() / usize::from(bars);
    let (from, to) = (place(bar), place(bar + 1).max(place(bar) + 1));
    let shown = bands.get(from..to.min(bands.len())).unwrap_or(&[]);
    shown.iter().copied().filter(|height| height.is_finite()).fold(0.0, f32::max).min(1.0)
}

/// Only where it is the whole view does an empty spectrum say why it is empty.
fn waiting(canvas: &mut Canvas<'_>, area: Rect) {
    if canvas.scene.state.focus == Pane::Spectrum && area.height > 2 {
        super::rows::say_centred(canvas, area, &[("Silence".to_owned(), Role::Dim)]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_fill_the_width_and_never_leave_it() {
        for width in 1..500u16 {
            let bars = Bars::new(width, 96);
            let used = bars.inset + bars.count * (bars.width + 1) - 1;
            assert!(used <= width, "{width}: {bars:?}");
            assert!(width < 191 || bars.count == 96, "{width}: {bars:?}");
        }
        assert_eq!(Bars::new(191, 96), Bars { count: 96, width: 1, inset: 0 });
        assert_eq!(Bars::new(80, 96), Bars { count: 40, width: 1, inset: 0 });
    }

    #[test]
    fn every_band_is_in_a_bar() {
        let mut bands = vec![0.0; 96];
        for at in 0..96 {
            bands.fill(0.0);
            bands[at] = 0.7;
            let shown: f32 = (0..40).map(|bar| tallest(&bands, bar, 40)).sum();
            assert_eq!(shown, 0.7, "band {at}");
        }
        assert_eq!(tallest(&[f32::NAN, f32::INFINITY], 0, 1), 0.0);
        assert_eq!(tallest(&[7.0], 0, 1), 1.0);
    }
}
