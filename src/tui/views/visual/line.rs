//! The spectrum as one line of dots, low frequencies at the left.

use ratatui::layout::Rect;

use super::dots::Dots;
use super::spectrum::{WITH_SCALE, share};
use super::{highest, is_whole, scale};
use crate::model::visual::Bars;
use crate::tui::draw::Canvas;

pub fn draw(canvas: &mut Canvas<'_>, area: Rect, bars: &Bars) {
    let has_scale = is_whole(canvas) && area.height >= WITH_SCALE;
    let picture = Rect { height: area.height - u16::from(has_scale), ..area };
    let mut dots = Dots::new(picture);
    let (width, last) = (dots.width(), dots.height().saturating_sub(1));
    let mut before = None;
    for x in 0..width {
        let y = last - (level(&bars.bands, x, width) * last as f32).round() as usize;
        // Unbroken: from where the column before ended to where this one is.
        let from = before.unwrap_or(y);
        (from.min(y)..=from.max(y)).for_each(|y| dots.set(x, y));
        before = Some(y);
    }
    let styles = canvas.scene.styles;
    dots.put(canvas, |_, y| {
        styles.spectrum(share(picture.height.saturating_sub(1).saturating_sub(y), picture.height))
    });
    if has_scale {
        scale(canvas, Rect { y: picture.bottom(), height: 1, ..area }, 0, area.width);
    }
}

/// The highest of the bands of a column of dots; where there are more columns than bands, between the two that are nearest.
fn level(bands: &[f32], x: usize, width: usize) -> f32 {
    if bands.len() >= width {
        let count = |value: usize| u16::try_from(value).unwrap_or(u16::MAX);
        return highest(bands, count(x), count(width));
    }
    let place = (x as f32 + 0.5) * bands.len() as f32 / width.max(1) as f32 - 0.5;
    let at = |band: usize| {
        bands.get(band).or(bands.last()).copied().filter(|level| level.is_finite()).unwrap_or(0.0)
    };
    let (first, part) = (place.max(0.0) as usize, place.max(0.0).fract());
    (at(first) * (1.0 - part) + at(first + 1) * part).clamp(0.0, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_lie_between_their_bands_and_no_band_is_lost() {
        let found: Vec<f32> = (0..4).map(|x| level(&[0.0, 1.0], x, 4)).collect();
        // Middles of bands are at a half and one and a half, of columns at a quarter and so on.
        assert_eq!(found, [0.0, 0.25, 0.75, 1.0]);
        let mut bands = vec![0.0; 96];
        bands[41] = 0.5;
        assert_eq!((0..10).map(|x| level(&bands, x, 10)).sum::<f32>(), 0.5);
        assert_eq!([level(&[], 0, 3), level(&[f32::NAN], 1, 3), level(&[9.0], 0, 3)], [0.0, 0.0, 1.0]);
    }
}
