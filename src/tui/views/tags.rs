//! What tracks say of themselves, over everything but what plays: the form, the difference, what stood in the way.

use ratatui::layout::Rect;

use super::rows::{Row, visible};
use crate::config::theme::Role;
use crate::model::words;
use crate::say;
use crate::tui::draw::Canvas;
use crate::tui::scene::Hit;
use crate::tui::tags::{TagPane, TagRow, len, row, state, title};

/// Columns of a field's name.
const NAME: u16 = 26;

pub fn draw(canvas: &mut Canvas<'_>) {
    let Some(pane) = &canvas.scene.state.tags else { return };
    let main = canvas.layout.main;
    if main.is_empty() {
        return;
    }
    canvas.clear(main);
    let bar = Rect { height: 1, ..main };
    canvas.fill(bar, "━", Role::BorderFocused);
    let words = format!(" {} ", title(canvas.scene.snapshot));
    let used = canvas.put(bar.x + 1, bar.y, bar.width.saturating_sub(2), &words, Role::Accent);
    if bar.width > used + 20 {
        let how = format!(" {} ", state(canvas.scene.snapshot, pane));
        canvas.put_right(bar.x + used + 2, bar.y, bar.width - used - 4, &how, Role::Dim);
    }
    let area = Rect { y: main.y + 1, height: main.height - 1, ..main };
    canvas.hit(area, Hit::Tags);
    for (at, row_area) in visible(area, &pane.list, len(canvas.scene.snapshot)) {
        draw_row(canvas, pane, at, row_area);
    }
}

fn draw_row(canvas: &mut Canvas<'_>, pane: &TagPane, at: usize, area: Rect) {
    let Some(found) = row(canvas.scene.snapshot, pane, at) else { return };
    let row = Row::new(canvas, area, at == pane.list.cursor, true);
    let width = row.area.width;
    let name_width = NAME.min(width / 3);
    let (value_at, value_width) = (name_width + 1, width.saturating_sub(name_width + 1));
    match found {
        TagRow::Field { field, said, typed } => {
            let role = if typed.is_some() { Role::Marked } else { Role::Dim };
            row.put(canvas, 1, name_width - 1, words::said(field.name()), role);
            let values = said.words();
            match typed {
                None => drop(row.put(canvas, value_at, value_width, &values, Role::Text)),
                Some(typed) => difference(canvas, &row, value_at, (&values, &typed.join("; "))),
            }
        }
        TagRow::Fact { name, words } => {
            row.put(canvas, 1, name_width - 1, &name, Role::Dim);
            row.put(canvas, value_at, value_width, &words, Role::Dim);
        }
        TagRow::File(path) => drop(row.put(canvas, 0, width, &path, Role::Text)),
        TagRow::Change { name, before, after } => {
            row.put(canvas, 3, name_width.saturating_sub(3), &name, Role::Dim);
            difference(canvas, &row, value_at, (&before, &after));
        }
        TagRow::Problem { path, why } => {
            let used = row.put(canvas, 0, width, &path, Role::Text);
            row.put(canvas, used + 1, width.saturating_sub(used + 1), &why, Role::Error);
        }
        TagRow::Gap => {}
    }
}

/// `before → after`: what is to be is seen whole first.
fn difference(canvas: &mut Canvas<'_>, row: &Row, x: u16, (before, after): (&str, &str)) {
    let shown = |text: &str| if text.is_empty() { say!("nothing").to_owned() } else { text.to_owned() };
    let room = row.area.width.saturating_sub(x);
    let used = row.put(canvas, x, room / 2, &shown(before), Role::Dim);
    let used = used + row.put(canvas, x + used, room.saturating_sub(used), " → ", Role::Dim);
    row.put(canvas, x + used, room.saturating_sub(used), &shown(after), Role::Marked);
}
