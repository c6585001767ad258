//! The menu of what can be done with the selection, beside the place where it was asked for.

use ratatui::layout::Rect;

use super::rows::{Row, visible};
use crate::config::theme::Role;
use crate::model::words::said;
use crate::tui::draw::Canvas;
use crate::tui::scene::Hit;
use crate::tui::text;

/// Columns between the words and the key.
const GAP: u16 = 2;

pub fn draw(canvas: &mut Canvas<'_>) {
    let scene = canvas.scene;
    let Some(menu) = &scene.state.menu else { return };
    let main = canvas.layout.main;
    let contexts = scene.state.contexts();
    let rows = menu.about.rows().iter();
    let rows: Vec<(&str, String)> = rows
        .map(|(words, line)| (said(words), scene.keymap.keys_in(&contexts, line).unwrap_or_default()))
        .collect();
    let widest = |texts: &mut dyn Iterator<Item = &str>| {
        texts.map(|words| text::width_of(words, main.width)).max().unwrap_or(0)
    };
    let words = widest(&mut rows.iter().map(|(words, _)| *words));
    let keys = widest(&mut rows.iter().map(|(_, keys)| keys.as_str()));
    // A blank and a line on either side.
    let width = (words + GAP + keys + 4).min(main.width);
    let height = u16::try_from(rows.len() + 2).unwrap_or(u16::MAX).min(main.height);
    if height < 3 || width < 8 {
        return;
    }
    let frame = beside(main, menu.at, width, height);
    border(canvas, frame, menu.about.title());
    let inside = Rect { x: frame.x + 1, y: frame.y + 1, width: width - 2, height: height - 2 };
    canvas.hit(inside, Hit::Menu);
    for (at, area) in visible(inside, &menu.list, rows.len()) {
        let Some((words, keys)) = rows.get(at) else { continue };
        let row = Row::new(canvas, area, at == menu.list.cursor, true);
        let room = area.width.saturating_sub(2);
        row.put(canvas, 1, room, words, Role::Text);
        row.put_right(canvas, 1, keys, Role::Key);
    }
}

/// Beneath the cell where it was asked for, else above it, else as far down as there is room.
fn beside(main: Rect, (x, y): (u16, u16), width: u16, height: u16) -> Rect {
    let x = x.clamp(main.x, main.right() - width);
    let below = y.saturating_add(1);
    let y = match y.checked_sub(height).filter(|&above| above >= main.y) {
        _ if below + height <= main.bottom() => below,
        Some(above) => above,
        None => main.bottom() - height,
    };
    Rect { x, y: y.clamp(main.y, main.bottom() - height), width, height }
}

fn border(canvas: &mut Canvas<'_>, frame: Rect, title: &str) {
    canvas.clear(frame);
    let (right, foot) = (frame.right() - 1, frame.bottom() - 1);
    for y in [frame.y, foot] {
        canvas.fill(Rect { y, height: 1, ..frame }, "─", Role::BorderFocused);
    }
    for x in [frame.x, right] {
        canvas.fill(Rect { x, width: 1, ..frame }, "│", Role::BorderFocused);
    }
    let corners = [(frame.x, frame.y, "┌"), (right, frame.y, "┐"), (frame.x, foot, "└"), (right, foot, "┘")];
    for (x, y, corner) in corners {
        canvas.put(x, y, 1, corner, Role::BorderFocused);
    }
    canvas.put(frame.x + 2, frame.y, frame.width.saturating_sub(4), &format!(" {title} "), Role::Accent);
}
