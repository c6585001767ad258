//! A response over frequency, drawn in dots with its scales: what an equaliser does from 20 Hz to 20 kHz.

use ratatui::layout::Rect;

use super::visual::dots::Dots;
use crate::config::theme::Role;
use crate::tui::draw::Canvas;

const LOW_HZ: f32 = 20.0;
const HIGH_HZ: f32 = 20_000.0;
/// Names of frequencies under the curve.
const PLACES: [(f32, &str); 8] = [
    (31.0, "31"),
    (62.5, "63"),
    (125.0, "125"),
    (250.0, "250"),
    (500.0, "500"),
    (1_000.0, "1k"),
    (4_000.0, "4k"),
    (12_000.0, "12k"),
];
/// Columns of the dB beside it.
const SCALE: u16 = 4;

/// Where the curve itself is: beside its dB, above its Hz.
fn plot(area: Rect) -> Rect {
    let (width, height) = (area.width.saturating_sub(SCALE), area.height.saturating_sub(1));
    Rect { x: area.x + SCALE.min(area.width), width, height, ..area }
}

/// The column of a frequency.
pub fn column(area: Rect, hz: f32) -> u16 {
    let plot = plot(area);
    let share = ((hz / LOW_HZ).ln() / (HIGH_HZ / LOW_HZ).ln()).clamp(0.0, 1.0);
    plot.x + (f32::from(plot.width.saturating_sub(1)) * share) as u16
}

/// `response`: dB at Hz; what lies beyond `most_db` either way is drawn at the edge.
pub fn draw(canvas: &mut Canvas<'_>, area: Rect, most_db: f32, response: impl Fn(f32) -> f32) {
    let plot = plot(area);
    let row = |db: f32| {
        let share = (most_db - db.clamp(-most_db, most_db)) / (2.0 * most_db);
        share * (f32::from(plot.height) * 4.0 - 1.0)
    };
    for db in [most_db, 0.0, -most_db] {
        let y = plot.y + (row(db) / 4.0) as u16;
        canvas.put(area.x, y, SCALE, &format!("{db:3.0}"), Role::Dim);
        canvas.put(plot.x, y, plot.width, &"·".repeat(usize::from(plot.width)), Role::BarEmpty);
    }
    let mut dots = Dots::new(plot);
    let columns = dots.width();
    let mut before: Option<usize> = None;
    for x in 0..columns {
        let hz = LOW_HZ * (HIGH_HZ / LOW_HZ).powf(x as f32 / (columns.max(2) - 1) as f32);
        let y = row(response(hz)).round() as usize;
        // Steep parts have no holes.
        let from = before.unwrap_or(y);
        (from.min(y)..=from.max(y)).for_each(|y| dots.set(x, y));
        before = Some(y);
    }
    let style = canvas.style(Role::BarFilled);
    dots.put(canvas, |_, _| style);
    for (hz, name) in PLACES {
        let share = (hz / LOW_HZ).ln() / (HIGH_HZ / LOW_HZ).ln();
        let x = plot.x + (f32::from(plot.width) * share) as u16;
        canvas.put(x, plot.bottom(), plot.right().saturating_sub(x), name, Role::Dim);
    }
}
