//! The sound devices, over everything but what plays.

use ratatui::layout::Rect;

use super::rows::{Row, visible};
use crate::config::theme::Role;
use crate::say;
use crate::tui::draw::Canvas;
use crate::tui::outputs::{OutputRow, rows};
use crate::tui::scene::Hit;

/// From here on ids stand in front of the names.
const WITH_IDS: u16 = 90;

pub fn draw(canvas: &mut Canvas<'_>) {
    let Some(list) = &canvas.scene.state.outputs else { return };
    let main = canvas.layout.main;
    if main.is_empty() {
        return;
    }
    canvas.clear(main);
    let title = Rect { height: 1, ..main };
    canvas.fill(title, "━", Role::BorderFocused);
    let words = format!(" {} ", say!("Sound devices"));
    let used = canvas.put(title.x + 1, title.y, title.width.saturating_sub(2), &words, Role::Accent);
    let found = &canvas.scene.snapshot.outputs;
    let how = match (&found.problem, found.looking) {
        (_, true) => format!(" {} ", say!("looking...")),
        (Some(why), false) => format!(" {why} "),
        (None, false) => format!(" {} ", say!("Enter takes it, Esc leaves")),
    };
    if title.width > used + 20 {
        canvas.put_right(title.x + used + 2, title.y, title.width - used - 4, &how, Role::Dim);
    }
    let area = Rect { y: main.y + 1, height: main.height - 1, ..main };
    canvas.hit(area, Hit::Outputs);
    let rows = rows(canvas.scene.snapshot);
    for (at, row_area) in visible(area, list, rows.len()) {
        let row = Row::new(canvas, row_area, at == list.cursor, true);
        draw_row(canvas, &row, &rows[at]);
    }
}

fn draw_row(canvas: &mut Canvas<'_>, row: &Row, output: &OutputRow) {
    let width = row.area.width;
    let (name_at, detail_at) = if width >= WITH_IDS { (width / 3, width * 3 / 5) } else { (2, width / 2) };
    if output.in_use {
        row.put(canvas, 0, 2, "▶", Role::Playing);
    }
    if width >= WITH_IDS {
        row.put(canvas, 2, name_at - 3, &output.id, Role::Key);
    }
    row.put(canvas, name_at, detail_at - name_at - 1, &output.name, Role::Text);
    row.put(canvas, detail_at, width - detail_at, &output.detail, Role::Dim);
}
