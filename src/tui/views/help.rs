//! The help: keys and commands, over everything but what plays.

use ratatui::layout::Rect;

use super::rows::{Row, visible};
use crate::config::theme::Role;
use crate::say;
use crate::tui::draw::Canvas;
use crate::tui::help::{HelpLine, HelpPane};
use crate::tui::scene::Hit;
use crate::tui::text;

const KEYS: u16 = 26;
const USAGE: u16 = 32;

pub fn draw(canvas: &mut Canvas<'_>) {
    let Some(HelpPane { list, lines }) = &canvas.scene.state.help else { return };
    let main = canvas.layout.main;
    if main.is_empty() {
        return;
    }
    canvas.clear(main);
    let title = Rect { height: 1, ..main };
    canvas.fill(title, "━", Role::BorderFocused);
    let words = format!(" {} ", say!("Keys and commands"));
    let used = canvas.put(title.x + 1, title.y, title.width.saturating_sub(2), &words, Role::Accent);
    let how = format!(" {} ", say!("/ finds, Esc leaves"));
    if title.width > used + text::width_of(&how, title.width) + 9 {
        canvas.put_right(title.x, title.y, title.width - 2, &how, Role::Dim);
    }
    let area = Rect { y: main.y + 1, height: main.height - 1, ..main };
    canvas.hit(area, Hit::Help);
    for (at, row_area) in visible(area, list, lines.len()) {
        let row = Row::new(canvas, row_area, at == list.cursor, true);
        draw_line(canvas, &row, &lines[at]);
    }
}

fn draw_line(canvas: &mut Canvas<'_>, row: &Row, line: &HelpLine) {
    let width = row.area.width;
    let (keys_at, usage_at) = if width >= 100 { (KEYS, USAGE) } else { (18, 25) };
    match line {
        HelpLine::Blank => {}
        HelpLine::Heading(title) => drop(row.put(canvas, 1, width, title, Role::Title)),
        // A narrow screen has room for the keys and one thing more.
        HelpLine::Row { keys, usage, .. } if width < 60 => {
            let keys_width = (width / 3).max(8);
            row.put(canvas, 0, keys_width, keys, Role::Key);
            row.put(canvas, keys_width + 1, width, usage, Role::Text);
        }
        HelpLine::Row { keys, usage, help } => {
            row.put(canvas, 2, keys_at - 3, keys, Role::Key);
            row.put(canvas, keys_at, usage_at - 1, usage, Role::Text);
            row.put(
                canvas,
                keys_at + usage_at,
                width.saturating_sub(keys_at + usage_at + 1),
                help,
                Role::Dim,
            );
        }
    }
}
