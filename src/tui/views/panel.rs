//! What panels that lie over everything but what plays have in common.

use ratatui::layout::Rect;

use crate::config::theme::Role;
use crate::tui::draw::Canvas;
use crate::tui::text;

/// Clears the panel's place; its first row, for the title, and what is beneath with a column free on both sides. `None` where
/// there is no room.
pub fn open(canvas: &mut Canvas<'_>) -> Option<(Rect, Rect)> {
    let main = canvas.layout.main;
    if main.is_empty() {
        return None;
    }
    canvas.clear(main);
    let width = main.width.saturating_sub(2);
    let area = Rect { x: main.x + 1, y: main.y + 1, width, height: main.height - 1 };
    Some((Rect { height: 1, ..main }, area))
}

/// `━ words ━━━━━ hint ━`; the hint only where there is room for all of it.
pub fn title(canvas: &mut Canvas<'_>, line: Rect, words: &str, hint: &str) {
    canvas.fill(line, "━", Role::BorderFocused);
    let used = canvas.put(line.x + 1, line.y, line.width.saturating_sub(2), words, Role::Accent);
    let room = line.width.saturating_sub(used + 4);
    if room > 0 && text::width_of(hint, room) < room {
        canvas.put_right(line.x + used + 2, line.y, room, hint, Role::Dim);
    }
}

/// What is left beneath so many rows.
pub fn below(area: Rect, rows: u16) -> Rect {
    let rows = rows.min(area.height);
    Rect { y: area.y + rows, height: area.height - rows, ..area }
}
