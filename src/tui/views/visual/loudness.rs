//! The loudness meter: momentary, short-term and integrated loudness, true peak, and the range.

use ratatui::layout::Rect;

use crate::config::theme::Role;
use crate::model::visual::LoudnessNow;
use crate::say;
use crate::tui::draw::Canvas;
use crate::tui::text;

/// Left end of the bars, LUFS and dB; their right end is full scale.
const FLOOR: f32 = -48.0;
const SCALE: [i16; 8] = [-42, -36, -30, -24, -18, -12, -6, 0];
const PARTS: [&str; 8] = ["█", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];
/// Columns of names and numbers left of the bars, and of words right of them.
const NUMBERS: u16 = 15;
const WORDS: u16 = 24;
/// From here on there are words, and rows between the bars and a scale.
const WITH_WORDS: u16 = 60;
const WITH_SCALE: u16 = 5;
const SPACED: u16 = 8;

struct Line {
    name: &'static str,
    value: Option<f32>,
    unit: &'static str,
    /// What stands at the right.
    words: String,
    role: Role,
}

pub fn draw(canvas: &mut Canvas<'_>, area: Rect, now: &LoudnessNow) {
    let step = if area.height >= SPACED { 2 } else { 1 };
    let words = if area.width >= WITH_WORDS { WORDS } else { 0 };
    let numbers = NUMBERS.min(area.width);
    let bar = Rect { x: area.x + numbers, width: area.width.saturating_sub(numbers + words + 1), ..area };
    let mut y = area.y;
    for line in lines(now) {
        if y >= area.bottom() {
            return;
        }
        put_numbers(canvas, Rect { y, height: 1, width: numbers, ..area }, &line);
        put_bar(canvas, Rect { y, height: 1, ..bar }, line.value);
        canvas.put(bar.right() + 1, y, words, &line.words, Role::Dim);
        y += step;
    }
    if area.height >= WITH_SCALE && y < area.bottom() {
        scale(canvas, Rect { y, height: 1, ..bar });
    }
}

fn lines(now: &LoudnessNow) -> [Line; 4] {
    let number = |value: Option<f32>| value.map_or("---".to_owned(), |value| format!("{value:.1}"));
    let channels = match (now.channels, now.measured) {
        (0..=2, _) => String::new(),
        (channels, measured) if measured < channels => {
            format!(", {}", say!("{measured} of {channels} ch", measured, channels))
        }
        (channels, _) => format!(", {}", say!("{channels} channels", channels)),
    };
    let (heard, range) = (text::time(now.heard), number(now.range));
    // What began with the item is of all of it.
    let (over, range) = match now.since.as_secs() {
        0 => (say!("whole, over {heard}", heard), say!("range {range} LU", range)),
        _ => (
            say!("since {time}, over {heard}", time = text::time(now.since), heard),
            say!("range {range} LU since then", range),
        ),
    };
    let max = |value| say!("max {value}", value = number(value));
    let line = |name, value, unit, words| Line { name, value, unit, words, role: Role::Text };
    let is_over = now.true_peak.is_some_and(|peak| peak > 0.0);
    [
        line("M", now.momentary, "LUFS", format!("{}{channels}", max(now.momentary_max))),
        line("S", now.short_term, "LUFS", max(now.short_term_max)),
        line("I", now.integrated, "LUFS", over),
        Line {
            role: if is_over { Role::Error } else { Role::Text },
            ..line("TP", now.true_peak, "dBTP", range)
        },
    ]
}

/// ` M  -14.2 LUFS `
fn put_numbers(canvas: &mut Canvas<'_>, place: Rect, line: &Line) {
    canvas.put(place.x, place.y, place.width.min(3), &format!("{:>2}", line.name), Role::Key);
    let number = line.value.map_or("---".to_owned(), |value| format!("{value:.1}"));
    let room = place.width.saturating_sub(3);
    let role = if line.value.is_some() { line.role } else { Role::Dim };
    let used = canvas.put(place.x + 3, place.y, room, &format!("{number:>5}"), role);
    canvas.put(place.x + 3 + used, place.y, room.saturating_sub(used), &format!(" {}", line.unit), Role::Dim);
}

fn put_bar(canvas: &mut Canvas<'_>, bar: Rect, value: Option<f32>) {
    canvas.fill(bar, "·", Role::BarEmpty);
    let share = value.map_or(0.0, |value| ((value - FLOOR) / -FLOOR).clamp(0.0, 1.0));
    let eighths = (share * f32::from(bar.width) * 8.0).round() as u16;
    for column in 0..eighths.div_ceil(8).min(bar.width) {
        let part = if column == eighths / 8 { eighths % 8 } else { 0 };
        let style = canvas.scene.styles.spectrum(f32::from(column) / f32::from(bar.width.max(1)));
        text::cell(canvas.buf, bar.x + column, bar.y, PARTS[usize::from(part)], style);
    }
}

fn scale(canvas: &mut Canvas<'_>, row: Rect) {
    let mut free = row.x;
    for mark in SCALE {
        let name = mark.to_string();
        let share = (f32::from(mark) - FLOOR) / -FLOOR;
        let end = row.x + (share * f32::from(row.width)).round() as u16;
        let at = end.saturating_sub(name.len() as u16);
        if at >= free {
            canvas.put(at, row.y, name.len() as u16, &name, Role::Dim);
            free = end + 2;
        }
    }
}
