//! The playlists pane: the lists, and beside them the entries of the selected one.

use ratatui::layout::Rect;

use super::rows::{Row, say_centred, visible};
use crate::config::theme::Role;
use crate::model::command::Pane;
use crate::model::playlist::{Entry, Playlist};
use crate::say;
use crate::tui::draw::Canvas;
use crate::tui::scene::Hit;
use crate::tui::text;

pub fn draw(canvas: &mut Canvas<'_>) {
    let (lists, entries) = (canvas.layout.lists, canvas.layout.entries);
    let areas: Vec<Rect> = [lists, entries].into_iter().flatten().collect();
    let Some(all) = areas.into_iter().reduce(Rect::union) else { return };
    if canvas.scene.state.lists.seen.lists.is_empty() {
        return empty(canvas, all);
    }
    if let Some(area) = lists {
        draw_lists(canvas, area);
    }
    if let Some(area) = entries {
        draw_entries(canvas, area);
    }
}

fn is_focused(canvas: &Canvas<'_>, in_entries: bool) -> bool {
    let state = canvas.scene.state;
    state.focus == Pane::Playlists && state.lists.in_entries == in_entries && !state.is_covered()
}

fn draw_lists(canvas: &mut Canvas<'_>, area: Rect) {
    let pane = &canvas.scene.state.lists;
    let focused = is_focused(canvas, false);
    for (at, row_area) in visible(area, &pane.lists, pane.seen.lists.len()) {
        let Some(list) = pane.seen.lists.at(at) else { break };
        let row = Row::new(canvas, row_area, at == pane.lists.cursor, focused);
        let smart = list.smart().is_some();
        if smart {
            row.put(canvas, 0, 1, "~", Role::Accent);
        }
        let amount = amount(canvas, list);
        let used = if row_area.width >= 16 { row.put_right(canvas, 1, &amount, Role::Dim) } else { 0 };
        let room = row_area.width.saturating_sub(used + 3);
        row.put_pair(canvas, 1, room, (list.name.as_str(), Role::Text), &list.note);
    }
    canvas.hit(area, Hit::Lists);
}

/// How many entries, where that is known.
fn amount(canvas: &Canvas<'_>, list: &Playlist) -> String {
    let len = canvas.scene.state.lists.seen.len(list);
    len.map_or_else(|| "…".to_owned(), |len| text::count(len as u64))
}

fn draw_entries(canvas: &mut Canvas<'_>, area: Rect) {
    let pane = &canvas.scene.state.lists;
    let catalog = &canvas.scene.snapshot.catalog;
    let focused = is_focused(canvas, true);
    let Some(list) = pane.selected() else { return };
    if let Some(why) = pane.seen.found.get(&list.id).and_then(|found| found.problem.clone()) {
        let name = crate::model::command::parse::quoted(list.name.as_str());
        let lines = [
            (say!("This query cannot be asked").to_owned(), Role::Title),
            (why, Role::Text),
            (say!(":playlist-smart {name} QUERY", name), Role::Dim),
        ];
        return say_centred(canvas, area, &lines);
    }
    let len = pane.len();
    if len == 0 {
        let why =
            if list.smart().is_some() { say!("Nothing matches") } else { say!("This playlist is empty") };
        say_centred(canvas, area, &[(why.to_owned(), Role::Dim)]);
    }
    let digits = text::count(len as u64).len() as u16;
    for (at, row_area) in visible(area, &pane.entries, len) {
        let row = Row::new(
            canvas,
            row_area,
            at == pane.entries.cursor && (focused || !pane.marks.is_empty()),
            focused,
        );
        if let Some(entry) = pane.entry(at, catalog) {
            draw_entry(canvas, &row, &entry, at, digits);
        }
    }
    canvas.hit(area, Hit::Entries);
}

fn draw_entry(canvas: &mut Canvas<'_>, row: &Row, entry: &Entry, at: usize, digits: u16) {
    let (scene, pane) = (canvas.scene, &canvas.scene.state.lists);
    let catalog = &scene.snapshot.catalog;
    let absent = pane.selected().is_some_and(|list| pane.seen.is_absent(list, at));
    let now = scene.snapshot.playback.now.as_ref();
    let playing = now.is_some_and(|now| !absent && *now.path == *entry.place(catalog));
    let marked = pane.marks.contains(&at) || scene.state.selects(Pane::Playlists, None, at);
    let (sign, role) = match (absent, playing, marked) {
        (true, ..) => ("✗", if marked { Role::Marked } else { Role::Broken }),
        (_, _, true) => ("•", Role::Marked),
        (_, true, _) => ("►", Role::Playing),
        _ => (" ", Role::Text),
    };
    row.put(canvas, 0, 1, sign, role);
    let mut x = 2;
    if row.area.width >= 30 {
        let number = text::count(at as u64 + 1);
        row.put(canvas, x + digits.saturating_sub(number.len() as u16), digits, &number, Role::Dim);
        x += digits + 1;
    }
    let duration = entry.duration(catalog).map_or(String::new(), text::time);
    let used = if row.area.width >= 24 { row.put_right(canvas, 1, &duration, Role::Dim) } else { 0 };
    let room = row.area.width.saturating_sub(x + used + 2);
    let said: Vec<String> = [entry.artist(catalog), entry.note.as_deref().unwrap_or_default().to_owned()]
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect();
    let title = entry.title(catalog);
    row.put_pair(canvas, x, room, (&title, role), &said.join(" · "));
}

fn empty(canvas: &mut Canvas<'_>, area: Rect) {
    let keys = canvas.scene.keymap.keys_for("command-line playlist-add");
    let adds = keys.map_or_else(|| say!(":playlist-add NAME").to_owned(), |keys| say!("{keys} NAME", keys));
    let lines = [
        (say!("No playlists yet").to_owned(), Role::Title),
        (String::new(), Role::Text),
        (say!("{adds}  puts what is selected into one", adds), Role::Dim),
        (say!(":playlist-save NAME  keeps the queue as one").to_owned(), Role::Dim),
        (say!(":playlist-import PATH  takes one in").to_owned(), Role::Dim),
    ];
    say_centred(canvas, area, &lines);
    canvas.hit(area, Hit::Lists);
}
