//! VU meters: left above right, a scale between them, and beside each what it reads. Right end of the scale: full scale.

use ratatui::layout::Rect;

use crate::config::theme::Role;
use crate::model::visual::{VuNow, VuSide, ZERO_VU_DB};
use crate::say;
use crate::tui::draw::Canvas;
use crate::tui::text;

/// Ends of the bars in VU; the right one is a sine of full scale.
const LOW: f32 = -20.0;
const HIGH: f32 = -ZERO_VU_DB;
const SCALE: [i16; 10] = [0, -20, 18, -10, 12, 6, 3, -5, -3, -15];
const PARTS: [&str; 8] = ["█", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];
/// Columns of a name, of the reading, and of reading and peak; from which width on.
const NAME: u16 = 3;
const READING: (u16, u16) = (10, 32);
const WITH_PEAK: (u16, u16) = (25, 60);
/// A bar is this high at most.
const HIGHEST: u16 = 4;

pub fn draw(canvas: &mut Canvas<'_>, area: Rect, now: &VuNow) {
    let words = [WITH_PEAK, READING].into_iter().find(|(_, from)| area.width >= *from).map_or(0, |it| it.0);
    let has_scale = area.height >= 3;
    let thick = (area.height.saturating_sub(u16::from(has_scale)) / 2).clamp(1, HIGHEST);
    let used = thick * 2 + u16::from(has_scale);
    let bar = Rect {
        x: area.x + NAME.min(area.width),
        width: area.width.saturating_sub(NAME + words),
        y: area.y + area.height.saturating_sub(used) / 2,
        height: thick,
    };
    for (side, (name, now)) in ["L", "R"].into_iter().zip(&now.sides).enumerate() {
        let down = if side == 0 { 0 } else { thick + u16::from(has_scale) };
        let place = Rect { y: bar.y + down, ..bar };
        if place.bottom() > area.bottom() {
            return;
        }
        let middle = place.y + (thick - 1) / 2;
        canvas.put(area.x, middle, NAME.min(area.width), &format!(" {name}"), Role::Key);
        put_bar(canvas, place, now);
        put_words(canvas, Rect { x: bar.right(), y: middle, width: words, height: 1 }, now);
    }
    if has_scale {
        scale(canvas, Rect { y: bar.bottom(), height: 1, ..bar });
    }
}

/// Where a level in VU lies along the bar, 0 to 1.
fn share(vu: f32) -> f32 {
    ((vu - LOW) / (HIGH - LOW)).clamp(0.0, 1.0)
}

/// The column of a mark.
fn column(bar: Rect, vu: f32) -> u16 {
    (share(vu) * f32::from(bar.width.saturating_sub(1))).round() as u16
}

fn put_bar(canvas: &mut Canvas<'_>, bar: Rect, now: &VuSide) {
    if bar.is_empty() {
        return;
    }
    canvas.fill(bar, "·", Role::BarEmpty);
    canvas.fill(Rect { x: bar.x + column(bar, 0.0), width: 1, ..bar }, "│", Role::Dim);
    let eighths = (now.vu.map_or(0.0, share) * f32::from(bar.width) * 8.0).round() as u16;
    for at in 0..eighths.div_ceil(8).min(bar.width) {
        let part = if at == eighths / 8 { eighths % 8 } else { 0 };
        // The colours change where the scale does: full at 0 VU.
        let level = LOW + (HIGH - LOW) * f32::from(at) / f32::from(bar.width);
        let style = canvas.scene.styles.spectrum(((level - LOW) / -LOW * 0.7).min(1.0));
        for y in bar.y..bar.bottom() {
            text::cell(canvas.buf, bar.x + at, y, PARTS[usize::from(part)], style);
        }
    }
    if let Some(peak) = now.peak.filter(|&peak| peak - ZERO_VU_DB > LOW) {
        let mark = Rect { x: bar.x + column(bar, peak - ZERO_VU_DB), width: 1, ..bar };
        canvas.fill(mark, "┃", if peak >= 0.0 { Role::Error } else { Role::Text });
    }
}

/// ` -3.2 VU  peak -0.4 dBFS`
fn put_words(canvas: &mut Canvas<'_>, place: Rect, now: &VuSide) {
    if place.width == 0 {
        return;
    }
    let number = |value: Option<f32>| value.map_or("---".to_owned(), |value| format!("{value:+.1}"));
    let role = if now.vu.is_some() { Role::Text } else { Role::Dim };
    let reading = format!(" {:>5} VU", number(now.vu));
    let used = canvas.put(place.x, place.y, place.width, &reading, role);
    if place.width >= WITH_PEAK.0 {
        let over = now.peak.is_some_and(|peak| peak >= 0.0);
        let words = format!(" {} {:>5}", say!("peak"), number(now.peak));
        let role = if over { Role::Error } else { Role::Dim };
        let more = canvas.put(place.x + used, place.y, place.width - used, &words, role);
        canvas.put(place.x + used + more, place.y, place.width - used - more, " dB", Role::Dim);
    }
}

/// The names that have room, 0 before all others.
fn scale(canvas: &mut Canvas<'_>, row: Rect) {
    let mut taken: Vec<(u16, u16)> = Vec::new();
    for mark in SCALE {
        let name = if mark > 0 { format!("+{mark}") } else { mark.to_string() };
        let width = name.len() as u16;
        let middle = row.x + column(row, f32::from(mark));
        let last = row.right().saturating_sub(width);
        let from = middle.saturating_sub(width / 2).clamp(row.x.min(last), last.max(row.x));
        let is_free = taken.iter().all(|&(other, end)| from > end || from + width < other);
        if is_free && from >= row.x && from + width <= row.right() {
            canvas.put(from, row.y, width, &name, if mark == 0 { Role::Text } else { Role::Dim });
            taken.push((from, from + width));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_lie_where_the_scale_has_them() {
        assert_eq!([share(-99.0), share(-20.0), share(18.0), share(99.0)], [0.0, 0.0, 1.0, 1.0]);
        // 20 of 38 dB.
        assert_eq!(column(Rect::new(0, 0, 39, 1), 0.0), 20);
        assert_eq!(column(Rect::new(0, 0, 0, 1), 0.0), 0);
    }
}
