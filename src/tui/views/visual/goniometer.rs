//! The goniometer: mono is upright, left only leans to the left, out of phase lies flat. Below it the correlation.

use ratatui::layout::Rect;

use super::dots::Dots;
use super::put_zoom;
use crate::config::theme::Role;
use crate::model::visual::Field;
use crate::tui::draw::Canvas;

/// From here on the correlation has a row.
const WITH_METER: u16 = 3;
const WIDEST_METER: u16 = 60;

pub fn draw(canvas: &mut Canvas<'_>, area: Rect, field: &Field) {
    let has_meter = area.height >= WITH_METER;
    let upper = Rect { height: area.height - u16::from(has_meter), ..area };
    // As high as wide: a cell is two dots by four.
    let width = (upper.height * 2).min(area.width);
    let square = Rect { x: area.x + (area.width - width) / 2, width, ..upper };
    draw_points(canvas, square, field);
    if square.x >= area.x + 2 && square.right() + 1 < area.right() {
        canvas.put(square.x - 2, square.y, 1, "L", Role::Dim);
        canvas.put(square.right() + 1, square.y, 1, "R", Role::Dim);
    }
    put_zoom(canvas, upper, field.zoom);
    if has_meter {
        meter(canvas, Rect { y: upper.bottom(), height: 1, ..area }, field.correlation);
    }
}

fn draw_points(canvas: &mut Canvas<'_>, square: Rect, field: &Field) {
    let mut dots = Dots::new(square);
    let (width, height) = (dots.width(), dots.height());
    for &[left, right] in &field.points {
        let (side, middle) = ((right - left) / 2.0 * field.zoom, (left + right) / 2.0 * field.zoom);
        if side.is_finite() && middle.is_finite() {
            dots.set(place(side, width), place(-middle, height));
        }
    }
    let styles = canvas.scene.styles;
    let reach = f32::from(square.height.max(2)) / 2.0;
    dots.put(canvas, |x, y| {
        let (dx, dy) = ((f32::from(x) + 0.5) / 2.0 - reach, f32::from(y) + 0.5 - reach);
        styles.spectrum((dx.hypot(dy) / reach).min(1.0))
    });
}

/// From -1 to 1 onto so many dots.
fn place(level: f32, dots: usize) -> usize {
    ((level.clamp(-1.0, 1.0) + 1.0) / 2.0 * dots.saturating_sub(1) as f32).round() as usize
}

/// `-1 ────────┼──────█─ +1  0.87`
fn meter(canvas: &mut Canvas<'_>, row: Rect, correlation: Option<f32>) {
    let number = correlation.map_or_else(|| "  ---".to_owned(), |value| format!("{value:+.2}"));
    let ends = 3 + 3 + 2 + number.len() as u16;
    // Odd, so that there is a middle.
    let width = (row.width.saturating_sub(ends + 1).min(WIDEST_METER - 1) / 2) * 2 + 1;
    if row.width < ends + width || width < 5 {
        canvas.put(row.x, row.y, row.width, &number, Role::Text);
        return;
    }
    let bar = Rect { x: row.x + (row.width - ends - width) / 2 + 3, width, ..row };
    canvas.put(bar.x - 3, row.y, 2, "-1", Role::Dim);
    canvas.put(bar.right() + 1, row.y, 2, "+1", Role::Dim);
    canvas.fill(bar, "─", Role::BarEmpty);
    canvas.fill(Rect { x: bar.x + bar.width / 2, width: 1, ..bar }, "┼", Role::Dim);
    let role = match correlation {
        // Most of it would be gone in mono.
        Some(value) if value < -0.3 => Role::Error,
        Some(value) if value < 0.0 => Role::Warning,
        _ => Role::BarFilled,
    };
    if let Some(value) = correlation {
        let at = (f32::from(bar.width - 1) * (value.clamp(-1.0, 1.0) + 1.0) / 2.0).round() as u16;
        canvas.fill(Rect { x: bar.x + at, width: 1, ..bar }, "█", role);
    }
    let role = if role == Role::BarFilled { Role::Text } else { role };
    canvas.put(bar.right() + 4, row.y, number.len() as u16, &number, role);
}
