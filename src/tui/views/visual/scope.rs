//! The oscilloscope: left above right, or beside it where there are few rows.

use ratatui::layout::Rect;

use super::dots::Dots;
use super::put_zoom;
use crate::config::theme::Role;
use crate::model::visual::Trace;
use crate::tui::draw::Canvas;

/// From here on left stands above right.
const STACKED: u16 = 8;

pub fn draw(canvas: &mut Canvas<'_>, area: Rect, trace: &Trace) {
    let places = if area.height >= STACKED {
        let upper = area.height / 2;
        let lower = Rect { y: area.y + upper, height: area.height - upper, ..area };
        [Rect { height: upper, ..area }, lower]
    } else {
        let left = area.width.saturating_sub(1) / 2;
        let right = Rect { x: area.x + left + 1, width: area.width.saturating_sub(left + 1), ..area };
        [Rect { width: left, ..area }, right]
    };
    for ((place, side), name) in places.into_iter().zip(&trace.sides).zip(["L", "R"]) {
        draw_side(canvas, place, side, trace.zoom);
        canvas.put(place.x, place.y, place.width.min(1), name, Role::Dim);
    }
    put_zoom(canvas, area, trace.zoom);
}

fn draw_side(canvas: &mut Canvas<'_>, place: Rect, side: &[(f32, f32)], zoom: f32) {
    let mut dots = Dots::new(place);
    let (width, height) = (dots.width(), dots.height());
    for x in 0..width {
        let (from, to) =
            (x * side.len() / width, ((x + 1) * side.len() / width).max(x * side.len() / width + 1));
        let part = side.get(from..to.min(side.len())).unwrap_or(&[]);
        let low = part.iter().map(|column| column.0).fold(f32::INFINITY, f32::min);
        let high = part.iter().map(|column| column.1).fold(f32::NEG_INFINITY, f32::max);
        if low <= high {
            (row(high * zoom, height)..=row(low * zoom, height)).for_each(|y| dots.set(x, y));
        }
    }
    let styles = canvas.scene.styles;
    let middle = f32::from(place.height.saturating_sub(1)) / 2.0;
    // The further out, the higher the colour.
    dots.put(canvas, |_, y| styles.spectrum((f32::from(y) - middle).abs() / middle.max(0.5)));
}

/// The row of dots of a level, full scale at the edges.
fn row(level: f32, height: usize) -> usize {
    let last = height.saturating_sub(1) as f32;
    ((1.0 - level.clamp(-1.0, 1.0)) / 2.0 * last).round() as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn full_scale_reaches_the_edges_and_nothing_lies_in_the_middle() {
        assert_eq!([1.0, 0.0, -1.0, -7.0].map(|level| row(level, 17)), [0, 8, 16, 16]);
        assert_eq!(row(0.5, 0), 0);
    }
}
