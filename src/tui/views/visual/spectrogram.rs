//! The spectrogram: time to the right, what is heard now at the right edge, high frequencies at the top. Two rows a cell
//! where the theme's colours can be mixed, else shades.

use ratatui::layout::Rect;
use ratatui::style::Style;

use super::{SCALE_HZ, highest, place_of};
use crate::config::theme::Role;
use crate::model::visual::{BANDS, Spectrogram};
use crate::tui::draw::Canvas;
use crate::tui::text;

const SHADES: [&str; 5] = [" ", "░", "▒", "▓", "█"];
/// Columns of the scale, and how wide a picture that has one is.
const SCALE: u16 = 4;
const WITH_SCALE: u16 = 40;
/// Levels that are told apart: what hardly changes costs the terminal nothing.
const STEPS: f32 = 24.0;

pub fn draw(canvas: &mut Canvas<'_>, area: Rect, past: &Spectrogram) {
    let scaled = if area.width >= WITH_SCALE { SCALE } else { 0 };
    let picture = Rect { x: area.x + scaled, width: area.width - scaled, ..area };
    let columns = (picture.x..picture.right()).rev().zip(past.0.iter().rev());
    for (x, column) in columns {
        draw_column(canvas, Rect { x, width: 1, ..picture }, column);
    }
    if scaled > 0 {
        scale(canvas, Rect { width: scaled, ..area });
    }
}

fn draw_column(canvas: &mut Canvas<'_>, place: Rect, column: &[u8; BANDS]) {
    let levels = column.map(|level| (f32::from(level) / 255.0 * STEPS).round() / STEPS);
    for row in 0..place.height {
        // Counted from below.
        let (y, halves) = (place.bottom() - 1 - row, place.height * 2);
        let [lower, upper] = [row * 2, row * 2 + 1].map(|half| highest(&levels, half, halves));
        let styles = canvas.scene.styles;
        match (styles.heat(upper), styles.heat(lower)) {
            (Some(upper), Some(lower)) => {
                let style = Style::default().fg(upper).bg(lower);
                text::cell(canvas.buf, place.x, y, "▀", style);
            }
            _ => {
                let level = upper.max(lower);
                let shade = (level * (SHADES.len() - 1) as f32).round() as usize;
                text::cell(
                    canvas.buf,
                    place.x,
                    y,
                    SHADES[shade.min(SHADES.len() - 1)],
                    styles.spectrum(level),
                );
            }
        }
    }
}

/// One name a row at most.
fn scale(canvas: &mut Canvas<'_>, area: Rect) {
    let mut free = area.bottom();
    for (hz, name) in SCALE_HZ {
        let up = (place_of(hz) * f32::from(area.height)) as u16;
        let y = area.bottom().saturating_sub(1 + up.min(area.height - 1));
        if y < free {
            canvas.put_right(area.x, y, area.width.saturating_sub(1), name, Role::Dim);
            // A row between two names.
            free = y.saturating_sub(u16::from(area.height >= 12));
        }
    }
}
