//! The prompt in the last row, and the candidates of a completion above what plays, which goes on being drawn.

use ratatui::layout::Rect;

use super::rows::Row;
use crate::config::theme::Role;
use crate::model::query::QueryError;
use crate::model::words::said;
use crate::say;
use crate::tui::draw::Canvas;
use crate::tui::prompt::complete::Completion;
use crate::tui::prompt::{Kind, Prompt};
use crate::tui::text;

/// Most candidates in sight at once.
const MAX_ROWS: u16 = 10;

pub fn draw(canvas: &mut Canvas<'_>) {
    let Some(prompt) = &canvas.scene.state.prompt else { return };
    let row = canvas.layout.status.unwrap_or(canvas.layout.area);
    if row.is_empty() {
        return;
    }
    canvas.clear(row);
    let start = words(canvas, row, prompt);
    if let Some(fault) = &prompt.error {
        error(canvas, row, start, prompt, fault);
    }
    if let Some(completion) = &prompt.completion {
        candidates(canvas, completion);
    }
}

/// The end of what is before the cursor is always in sight.
///
/// Gives the byte of the line that is first in sight, and its column.
fn words(canvas: &mut Canvas<'_>, row: Rect, prompt: &Prompt) -> (usize, u16) {
    let sign = match prompt.kind {
        Kind::Search if canvas.scene.state.search.back => "?".into(),
        kind => kind.sign(),
    };
    let sign = canvas.put(row.x, row.y, row.width, &sign, Role::Key);
    let room = row.width.saturating_sub(sign + 1);
    let before = tail(prompt.line.before_cursor(), room);
    let used = canvas.put_typed(row.x + sign, row.y, room, before, Role::Text);
    let cursor = row.x + sign + used;
    let rest = row.right().saturating_sub(cursor);
    canvas.put_typed(cursor, row.y, rest, prompt.line.after_cursor(), Role::Text);
    canvas.map.cursor = Some((cursor.min(row.right().saturating_sub(1)), row.y));
    (prompt.line.before_cursor().len() - before.len(), row.x + sign)
}

/// A mark above the place where a filter's words go wrong, and why, in the row above.
fn error(canvas: &mut Canvas<'_>, row: Rect, start: (usize, u16), prompt: &Prompt, fault: &QueryError) {
    let Some(y) = row.y.checked_sub(1).filter(|&y| y >= canvas.layout.area.y) else { return };
    let above = Rect { y, height: 1, ..row };
    let before = prompt.line.text().get(start.0..fault.at).unwrap_or("");
    let x = (start.1 + text::width_of(before, row.width)).min(row.right().saturating_sub(1));
    canvas.clear(above);
    let message = format!("↓ {}", fault.message);
    if text::width_of(&message, row.width) <= row.right() - x {
        canvas.put(x, y, row.right() - x, &message, Role::Error);
    } else {
        let message = format!("{} ↓", fault.message);
        canvas.put_right(row.x, y, (x + 1).max(text::width_of(&message, row.width)), &message, Role::Error);
    }
}

/// The longest end of `text` that has room.
fn tail(text: &str, room: u16) -> &str {
    if text::width_of(text, room) <= room {
        return text;
    }
    let mut starts = text.char_indices().map(|(at, _)| at).skip(1);
    starts.by_ref().map(|at| &text[at..]).find(|end| text::width_of(end, room) <= room).unwrap_or("")
}

fn candidates(canvas: &mut Canvas<'_>, completion: &Completion) {
    let main = canvas.layout.main;
    let count = u16::try_from(completion.candidates.len()).unwrap_or(u16::MAX);
    let height = count.min(MAX_ROWS).min(main.height.saturating_sub(1));
    if height == 0 {
        return;
    }
    let area = Rect { y: main.bottom() - height, height, ..main };
    let rule = Rect { y: area.y - 1, height: 1, ..main };
    canvas.clear(rule.union(area));
    canvas.fill(rule, "─", Role::Border);
    let chosen = completion.chosen.unwrap_or(0);
    let top = (chosen + 1).saturating_sub(usize::from(height));
    let shown = completion.candidates.iter().enumerate().skip(top);
    let widest =
        shown.clone().take(usize::from(height)).map(|(_, one)| text::width_of(&one.text, area.width)).max();
    let name = widest.unwrap_or(0).min(area.width.saturating_sub(2));
    for (y, (at, candidate)) in (area.y..area.bottom()).zip(shown) {
        let row = Row::new(canvas, Rect { y, height: 1, ..area }, completion.chosen == Some(at), true);
        row.put(canvas, 1, name, &candidate.text, Role::Text);
        let x = name + 4;
        row.put(canvas, x, area.width.saturating_sub(x + 1), said(candidate.help), Role::Dim);
    }
    let number = completion.chosen.map_or(0, |at| at + 1);
    let total = say!("{number} of {count}", number, count = completion.candidates.len());
    if count > height {
        let total = format!(" {total} ");
        canvas.put_right(rule.x, rule.y, rule.width.saturating_sub(2), &total, Role::Dim);
    }
}
