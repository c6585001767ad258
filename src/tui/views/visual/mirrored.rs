//! Bars to both sides of a line: the left channel above it, the right one below.

use ratatui::layout::Rect;

use super::highest;
use super::spectrum::{Columns, EIGHTHS, share};
use crate::config::theme::Role;
use crate::model::visual::BANDS;
use crate::tui::draw::Canvas;
use crate::tui::text;

/// From here on the line has a row of its own.
const WITH_LINE: u16 = 7;
/// From above: an eighth, a half, all of a cell is what every font has.
const HANGING: [&str; 9] = [" ", "▔", "▔", "▀", "▀", "▀", "▀", "█", "█"];

pub fn draw(canvas: &mut Canvas<'_>, area: Rect, sides: &[Vec<f32>; 2]) {
    let has_line = area.height >= WITH_LINE;
    let upper = if has_line { (area.height - 1) / 2 } else { area.height.div_ceil(2) };
    let lower = if has_line { upper } else { area.height - upper };
    // What is over lies outside, half of it above.
    let top = area.y + (area.height - upper - lower - u16::from(has_line)) / 2;
    let line = top + upper;
    if has_line {
        canvas.fill(Rect { y: line, height: 1, ..area }, "─", Role::BarEmpty);
    }
    let columns = Columns::new(area.width, BANDS);
    for bar in 0..columns.count {
        let x = area.x + columns.inset + bar * (columns.width + 1);
        let heights = [0, 1].map(|side: usize| highest(&sides[side], bar, columns.count));
        let above = Rect { x, y: top, width: columns.width, height: upper };
        let below = Rect { y: line + u16::from(has_line), height: lower, ..above };
        rise(canvas, above, heights[0], !has_line);
        hang(canvas, below, heights[1]);
    }
    if area.height > 2 && area.width > 2 {
        canvas.put(area.x, top, 1, "L", Role::Dim);
        canvas.put(area.x, line + u16::from(has_line) + lower - 1, 1, "R", Role::Dim);
    }
}

/// Upwards, in eighths; with `foot` there is something even of silence.
fn rise(canvas: &mut Canvas<'_>, place: Rect, level: f32, foot: bool) {
    let eighths = eighths(level, place.height).max(u16::from(foot));
    for row in 0..place.height {
        put(canvas, place, row, place.bottom() - 1 - row, EIGHTHS[usize::from(within(eighths, row))]);
    }
}

/// Downwards, in what there is to hang.
fn hang(canvas: &mut Canvas<'_>, place: Rect, level: f32) {
    let eighths = eighths(level, place.height);
    for row in 0..place.height {
        put(canvas, place, row, place.y + row, HANGING[usize::from(within(eighths, row))]);
    }
}

fn eighths(level: f32, height: u16) -> u16 {
    (level * f32::from(height) * 8.0).round() as u16
}

/// Of the row that is so far from the line.
fn within(eighths: u16, row: u16) -> u16 {
    eighths.saturating_sub(row * 8).min(8)
}

fn put(canvas: &mut Canvas<'_>, place: Rect, row: u16, y: u16, symbol: &str) {
    if symbol == " " {
        return;
    }
    let style = canvas.scene.styles.spectrum(share(row, place.height));
    for column in 0..place.width {
        text::cell(canvas.buf, place.x + column, y, symbol, style);
    }
}
