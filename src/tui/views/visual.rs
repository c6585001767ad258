//! What is heard, looked at in one way: beneath the lists, or as the whole view.

pub mod dots;
pub mod goniometer;
pub mod line;
pub mod loudness;
pub mod mirrored;
pub mod scope;
pub mod spectrogram;
pub mod spectrum;
pub mod starfield;
pub mod vu;

use ratatui::layout::Rect;

use crate::config::theme::Role;
use crate::model::command::Pane;
use crate::model::visual::Visual;
use crate::say;
use crate::tui::draw::Canvas;
use crate::tui::scene::Hit;

pub fn draw(canvas: &mut Canvas<'_>) {
    let Some(area) = canvas.layout.spectrum.filter(|area| !area.is_empty()) else { return };
    canvas.hit(area, Hit::Spectrum);
    let frame = canvas.scene.gauges.visual.clone().unwrap_or_default();
    let drawn = match canvas.scene.state.visual {
        Visual::Spectrum => frame.spectrum.as_ref().map(|bars| spectrum::draw(canvas, area, bars)),
        Visual::Scope => frame.scope.as_ref().map(|trace| scope::draw(canvas, area, trace)),
        Visual::Goniometer => frame.goniometer.as_ref().map(|field| goniometer::draw(canvas, area, field)),
        Visual::Spectrogram => frame.spectrogram.as_ref().map(|past| spectrogram::draw(canvas, area, past)),
        Visual::Loudness => frame.loudness.as_ref().map(|now| loudness::draw(canvas, area, now)),
        Visual::Mirrored => frame.sides.as_ref().map(|sides| mirrored::draw(canvas, area, sides)),
        Visual::Line => frame.spectrum.as_ref().map(|bars| line::draw(canvas, area, bars)),
        Visual::Vu => frame.vu.as_ref().map(|now| vu::draw(canvas, area, now)),
        Visual::Starfield => frame.flight.as_ref().map(|flight| starfield::draw(canvas, area, flight)),
    };
    if drawn.is_none() {
        waiting(canvas, area);
    }
}

/// Only where it is the whole view does an empty picture say why it is empty.
fn waiting(canvas: &mut Canvas<'_>, area: Rect) {
    if is_whole(canvas) && area.height > 2 {
        super::rows::say_centred(canvas, area, &[(say!("Silence").to_owned(), Role::Dim)]);
    }
}

fn is_whole(canvas: &Canvas<'_>) -> bool {
    canvas.scene.state.focus == Pane::Spectrum
}

/// `x4` in the corner, where what is quiet is drawn larger than it is.
fn put_zoom(canvas: &mut Canvas<'_>, area: Rect, zoom: f32) {
    if zoom > 1.0 {
        canvas.put_right(area.x, area.y, area.width, &format!("x{zoom}"), Role::Dim);
    }
}

/// Frequencies for a scale, with their names.
const SCALE_HZ: [(f32, &str); 9] = [
    (50.0, "50"),
    (100.0, "100"),
    (200.0, "200"),
    (500.0, "500"),
    (1_000.0, "1k"),
    (2_000.0, "2k"),
    (5_000.0, "5k"),
    (10_000.0, "10k"),
    (15_000.0, "15k"),
];

/// The names of frequencies that fit, beneath a picture that is so far from the left and so wide.
fn scale(canvas: &mut Canvas<'_>, row: Rect, inset: u16, used: u16) {
    let mut free = row.x;
    for (hz, name) in SCALE_HZ {
        let at = row.x + inset + (place_of(hz) * f32::from(used)) as u16;
        if at >= free && at + name.len() as u16 <= row.right() {
            canvas.put(at, row.y, name.len() as u16, name, Role::Dim);
            free = at + name.len() as u16 + 1;
        }
    }
}

/// Where a frequency lies between the ends of the spectrum, 0 to 1.
fn place_of(hz: f32) -> f32 {
    let (low, high) = crate::model::visual::RANGE_HZ;
    (hz / low).ln() / (high / low).ln()
}

/// The highest of the levels that one of so many parts stands for.
fn highest(levels: &[f32], part: u16, parts: u16) -> f32 {
    let place = |part: u16| usize::from(part) * levels.len() / usize::from(parts.max(1));
    let (from, to) = (place(part), place(part + 1).max(place(part) + 1));
    let shown = levels.get(from..to.min(levels.len())).unwrap_or(&[]);
    shown.iter().copied().filter(|level| level.is_finite()).fold(0.0, f32::max).min(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_level_is_in_a_part() {
        let mut levels = vec![0.0; 96];
        for at in 0..96 {
            levels.fill(0.0);
            levels[at] = 0.7;
            let shown: f32 = (0..40).map(|part| highest(&levels, part, 40)).sum();
            assert_eq!(shown, 0.7, "level {at}");
        }
        assert_eq!(highest(&[f32::NAN, f32::INFINITY], 0, 1), 0.0);
        assert_eq!(highest(&[7.0], 0, 1), 1.0);
        assert_eq!(highest(&[], 3, 9), 0.0);
    }
}
