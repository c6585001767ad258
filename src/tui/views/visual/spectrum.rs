//! Bars of what is heard, in eighths of a cell, with a mark at the highest of each for a while.

use ratatui::layout::Rect;
use ratatui::style::Style;

use super::{highest, is_whole, scale};
use crate::model::visual::Bars;
use crate::tui::draw::Canvas;
use crate::tui::text;

pub(super) const EIGHTHS: [&str; 9] = [" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"];
/// A mark in the lower, the middle and the upper third of a cell.
const MARKS: [&str; 3] = ["▁", "─", "▔"];
/// From here on the whole view has a scale.
pub(super) const WITH_SCALE: u16 = 8;

/// How bars share a width: as many as there are bands where they fit, with a column between.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Columns {
    pub(super) count: u16,
    pub(super) width: u16,
    /// Columns before the first, so that the whole stands in the middle.
    pub(super) inset: u16,
}

impl Columns {
    pub(super) fn new(width: u16, bands: usize) -> Self {
        let bands = u16::try_from(bands).unwrap_or(u16::MAX).max(1);
        let count = width.div_ceil(2).clamp(1, bands);
        let step = ((width + 1) / count).max(2);
        let used = (count * step).saturating_sub(1);
        Self { count, width: step - 1, inset: width.saturating_sub(used) / 2 }
    }

    pub(super) fn used(self) -> u16 {
        (self.count * (self.width + 1)).saturating_sub(1)
    }
}

pub fn draw(canvas: &mut Canvas<'_>, area: Rect, bars: &Bars) {
    if bars.bands.is_empty() {
        return;
    }
    let columns = Columns::new(area.width, bars.bands.len());
    let has_scale = is_whole(canvas) && area.height >= WITH_SCALE;
    let area = Rect { height: area.height - u16::from(has_scale), ..area };
    let styles: Vec<_> =
        (0..area.height).map(|level| canvas.scene.styles.spectrum(share(level, area.height))).collect();
    for bar in 0..columns.count {
        let x = area.x + columns.inset + bar * (columns.width + 1);
        let place = Rect { x, width: columns.width, ..area };
        let heights = [&bars.bands, &bars.peaks].map(|levels| highest(levels, bar, columns.count));
        draw_bar(canvas, place, &styles, heights);
    }
    if has_scale {
        scale(canvas, Rect { y: area.bottom(), height: 1, ..area }, columns.inset, columns.used());
    }
}

fn draw_bar(canvas: &mut Canvas<'_>, place: Rect, styles: &[Style], [bar, peak]: [f32; 2]) {
    let eighths = |level: f32| (level * f32::from(place.height) * 8.0).round() as u16;
    let (filled, mark) = (eighths(bar), eighths(peak));
    for (level, style) in (0..place.height).zip(styles) {
        let within = |eighths: u16| eighths.saturating_sub(level * 8).min(8);
        let symbol = match (within(filled), within(mark)) {
            // The last cell that the mark reaches into, above the bar.
            (0, top @ 1..) if mark <= (level + 1) * 8 => MARKS[usize::from((top - 1) / 3)],
            (0, _) => continue,
            (part, _) => EIGHTHS[usize::from(part)],
        };
        for column in 0..place.width {
            text::cell(canvas.buf, place.x + column, place.bottom() - 1 - level, symbol, *style);
        }
    }
}

pub(super) fn share(level: u16, height: u16) -> f32 {
    f32::from(level) / f32::from(height.saturating_sub(1).max(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_fill_the_width_and_never_leave_it() {
        for width in 1..500u16 {
            let columns = Columns::new(width, 96);
            let used = columns.inset + columns.used();
            assert!(used <= width, "{width}: {columns:?}");
            assert!(width < 191 || columns.count == 96, "{width}: {columns:?}");
        }
        assert_eq!(Columns::new(191, 96), Columns { count: 96, width: 1, inset: 0 });
        assert_eq!(Columns::new(80, 96), Columns { count: 40, width: 1, inset: 0 });
    }
}
