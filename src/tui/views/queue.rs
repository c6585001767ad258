//! The queue pane: what plays, what follows, marks, entries that would not play.

use ratatui::layout::Rect;

use super::columns;
use super::library::{joined, length, put_judged};
use super::rows::{Row, say_centred, visible};
use crate::config::theme::Role;
use crate::model::column::Tells;
use crate::model::command::Pane;
use crate::model::snapshot::QueueItem;
use crate::say;
use crate::tui::draw::Canvas;
use crate::tui::scene::Hit;
use crate::tui::text;

pub fn draw(canvas: &mut Canvas<'_>) {
    let Some(area) = canvas.layout.queue else { return };
    let state = canvas.scene.state;
    let queue = &state.queue;
    if queue.seen.items.is_empty() {
        empty(canvas, area);
    } else if queue.shown() == 0 {
        nothing_left(canvas, area);
    }
    let digits = text::count(queue.seen.items.len() as u64).len() as u16;
    let focused = state.focus == Pane::Queue && !state.is_covered();
    for (at, row_area) in visible(area, &queue.list, queue.shown()) {
        let row = Row::new(canvas, row_area, at == queue.list.cursor, focused);
        if let Some(place) = queue.place(at).filter(|&place| place < queue.seen.items.len()) {
            draw_item(canvas, &row, &queue.seen.items[place], place, digits);
        }
    }
    canvas.hit(area, Hit::Queue);
}

/// How an entry stands, the most telling first.
fn standing(canvas: &Canvas<'_>, item: &QueueItem, at: usize) -> (&'static str, Role) {
    let queue = &canvas.scene.state.queue;
    let row = queue.row_of(at).unwrap_or(usize::MAX);
    let marked = queue.marks.contains(&item.id) || canvas.scene.state.selects(Pane::Queue, None, row);
    let held = canvas.scene.state.pointer.held.and_then(|held| held.over);
    if held.is_some_and(|row| queue.place(row) == Some(at)) {
        ("→", Role::Accent)
    } else if queue.seen.broken.contains(&item.id) {
        ("✗", Role::Broken)
    } else if queue.seen.current == Some(at) {
        ("►", if marked { Role::Marked } else { Role::Playing })
    } else if marked {
        ("•", Role::Marked)
    } else if queue.seen.next == Some(at) {
        ("›", Role::Dim)
    } else {
        (" ", Role::Text)
    }
}

fn draw_item(canvas: &mut Canvas<'_>, row: &Row, item: &QueueItem, at: usize, digits: u16) {
    let (sign, role) = standing(canvas, item, at);
    row.put(canvas, 0, 1, sign, role);
    // The entry that follows is told by its sign alone.
    let role = if sign == "›" { Role::Text } else { role };
    let mut x = 2;
    if row.area.width >= 30 {
        let number = text::count(at as u64 + 1);
        let pad = digits.saturating_sub(number.len() as u16);
        row.put(canvas, x + pad, digits, &number, Role::Dim);
        x += digits + 1;
    }
    let catalog = &canvas.scene.snapshot.catalog;
    let Some(track) = item.track.and_then(|id| catalog.find(id)) else {
        let room = row.area.width.saturating_sub(x + 1);
        row.put(canvas, x, room, &text::file_name(&item.path), role);
        return;
    };
    let duration = length(canvas, track);
    let used = if row.area.width >= 24 { row.put_right(canvas, 1, &duration, Role::Dim) } else { 0 };
    let used = used + columns::put(canvas, row, used, track);
    let used = used + put_judged(canvas, row, used, track.id());
    let room = row.area.width.saturating_sub(x + used + 2);
    let has = |tells| columns::shows(canvas, row.area.width, tells);
    if has(Tells::Artist) && has(Tells::Album) {
        row.put(canvas, x, room, track.title(), role);
        return;
    }
    let artists = if has(Tells::Artist) { String::new() } else { joined(track.artists()) };
    if room < 56 || artists.is_empty() {
        return row.put_pair(canvas, x, room, (track.title(), role), &artists);
    }
    let (title, artist) = (room * 42 / 100, room * 30 / 100);
    row.put(canvas, x, title - 2, track.title(), role);
    row.put(canvas, x + title, artist - 2, &artists, Role::Text);
    row.put(canvas, x + title + artist, room - title - artist, track.album_title(), Role::Dim);
}

fn nothing_left(canvas: &mut Canvas<'_>, area: Rect) {
    let words = &canvas.scene.state.queue.filter.words;
    let key = canvas.scene.keymap.keys_for("escape").unwrap_or_else(|| ":escape".to_owned());
    let lines = [
        (say!("Nothing in the queue has “{words}”", words), Role::Text),
        (say!("{key} shows all of it", key), Role::Dim),
    ];
    say_centred(canvas, area, &lines);
}

fn empty(canvas: &mut Canvas<'_>, area: Rect) {
    let keymap = canvas.scene.keymap;
    let key = |line: &str| keymap.keys_for(line).unwrap_or_else(|| format!(":{line}"));
    let lines = [
        (say!("The queue is empty").to_owned(), Role::Title),
        (String::new(), Role::Text),
        (say!("{key} plays what is selected", key = key("open")), Role::Dim),
        (say!("{key} appends it here", key = key("add")), Role::Dim),
    ];
    say_centred(canvas, area, &lines);
}
