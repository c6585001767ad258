//! The library pane: artists, albums, tracks, side by side as far as there is room.

use ratatui::layout::Rect;

use super::rows::{Row, say_centred, visible};
use super::{columns, wall};
use crate::config::theme::Role;
use crate::model::catalog::{AlbumEntry, Catalog, TrackFlags, TrackRef};
use crate::model::column::Tells;
use crate::model::command::Pane;
use crate::model::id::TrackId;
use crate::say;
use crate::tui::browse::{Browse, Column, Entry};
use crate::tui::draw::Canvas;
use crate::tui::scene::Hit;
use crate::tui::text;

pub fn draw(canvas: &mut Canvas<'_>) {
    let columns = canvas.layout.columns.clone();
    let browse = &canvas.scene.state.library;
    if let (Some(first), Some(last)) = (columns.first(), columns.last())
        && browse.len(Column::Artists) == 0
    {
        let all = first.1.union(last.1);
        return empty(canvas, all);
    }
    if let Some(grid) = &canvas.layout.wall {
        return wall::draw(canvas, grid);
    }
    for (column, area) in columns {
        draw_column(canvas, column, area);
    }
}

fn draw_column(canvas: &mut Canvas<'_>, column: Column, area: Rect) {
    let state = canvas.scene.state;
    let browse = &state.library;
    let focused = state.focus == Pane::Library && state.column() == column && !state.is_covered();
    canvas.hit(area, Hit::Column(column));
    for (at, row_area) in visible(area, browse.list(column), browse.len(column)) {
        let Some(entry) = browse.entry(column, at) else { break };
        let row = Row::new(canvas, row_area, at == browse.list(column).cursor, focused);
        let marked = browse.is_marked(entry) || state.selects(Pane::Library, Some(column), at);
        if marked {
            row.put(canvas, 0, 1, "•", Role::Marked);
        }
        match entry {
            Entry::AllArtists => drop(row.put(canvas, 1, u16::MAX, browse.all_title(), Role::Accent)),
            Entry::AllAlbums => drop(row.put(canvas, 1, u16::MAX, say!("All albums"), Role::Accent)),
            Entry::Artist(artist) => {
                let x = draw_fold(canvas, &row, browse, artist, at);
                draw_artist(canvas, &row, browse, (artist, x), marked);
            }
            Entry::Album(album) => draw_album(canvas, &row, browse, album, marked),
            Entry::Track(track) => draw_track(canvas, &row, browse, track, marked),
        }
    }
}

fn role(marked: bool) -> Role {
    if marked { Role::Marked } else { Role::Text }
}

/// The sign of a fold, where there are some; returns where the name begins.
fn draw_fold(canvas: &mut Canvas<'_>, row: &Row, browse: &Browse, artist: u32, at: usize) -> u16 {
    let Some(depth) = browse.depth(artist) else { return 1 };
    // However deep it is, most of the row is for its name.
    let x = depth.saturating_mul(2).min(row.area.width / 3).saturating_add(1);
    if let Some(is_open) = browse.is_open(artist) {
        row.put(canvas, x, 1, if is_open { "▾" } else { "▸" }, Role::Dim);
        let room = row.area.width.saturating_sub(x).min(2);
        canvas.hit(Rect { x: row.area.x + x, width: room, ..row.area }, Hit::Fold(at));
    }
    x + 2
}

fn draw_artist(canvas: &mut Canvas<'_>, row: &Row, browse: &Browse, (artist, x): (u32, u16), marked: bool) {
    let name = browse.artist_name(artist).unwrap_or("");
    let name = if name.is_empty() { browse.nameless(artist) } else { name };
    let amount = browse.tracks_in(artist).map_or(String::new(), |tracks| text::count(u64::from(tracks)));
    let used = if row.area.width >= 16 { row.put_right(canvas, 1, &amount, Role::Dim) } else { 0 };
    let room = row.area.width.saturating_sub(used + x + 2);
    row.put(canvas, x, room, name, role(marked));
}

fn draw_album(canvas: &mut Canvas<'_>, row: &Row, browse: &Browse, album: u32, marked: bool) {
    let Some(album) = browse.catalog.album(album) else { return };
    let title = album_title(&browse.catalog, album);
    let year = year(&browse.catalog, album);
    let mut x = 1;
    if row.area.width >= 24 {
        row.put(canvas, x, 4, year, Role::Dim);
        x += 5;
    }
    let artist = match browse.selected(Column::Artists) {
        Some(Entry::AllArtists) => joined(browse.catalog.list(album.artists)),
        _ => String::new(),
    };
    let room = row.area.width.saturating_sub(x + 1);
    row.put_pair(canvas, x, room, (title, role(marked)), &artist);
}

pub fn album_title<'a>(catalog: &'a Catalog, album: &AlbumEntry) -> &'a str {
    match catalog.text(album.title) {
        "" => say!("(no album)"),
        title => title,
    }
}

/// The first four figures of a date, where they are figures.
fn year<'a>(catalog: &'a Catalog, album: &AlbumEntry) -> &'a str {
    let year = catalog.text(album.date).get(..4).unwrap_or("");
    if year.bytes().all(|byte| byte.is_ascii_digit()) { year } else { "" }
}

fn draw_track(canvas: &mut Canvas<'_>, row: &Row, browse: &Browse, track: u32, marked: bool) {
    let Some(track) = browse.track(track) else { return };
    let now = canvas.scene.snapshot.playback.now.as_ref();
    let playing = now.is_some_and(|now| now.track == Some(track.id()));
    let mut x = 1;
    if playing && !marked {
        row.put(canvas, 0, 1, "►", Role::Playing);
    }
    if row.area.width >= 20 {
        let number = track.track_number().map_or(String::new(), |number| format!("{number:>2}"));
        row.put(canvas, x, 3, &number, Role::Dim);
        x += 3;
    }
    // Where the file is gone, that is what there is to say.
    let missing = track.is(TrackFlags::MISSING);
    let duration = if missing { say!("missing").to_owned() } else { length(canvas, track) };
    let used = if row.area.width >= 24 { row.put_right(canvas, 1, &duration, Role::Dim) } else { 0 };
    let used = used + columns::put(canvas, row, used, track);
    let used = used + put_judged(canvas, row, used, track.id());
    let room = row.area.width.saturating_sub(x + used + 2);
    let role = match (playing, missing && !marked) {
        (true, _) => Role::Playing,
        (false, true) => Role::Dim,
        (false, false) => role(marked),
    };
    let has_artist = columns::shows(canvas, row.area.width, Tells::Artist);
    let artist = if has_artist { String::new() } else { other_artist(browse, track) };
    row.put_pair(canvas, x, room, (track.title(), role), &artist);
}

/// A track's length, and before it where it goes on.
pub fn length(canvas: &Canvas<'_>, track: TrackRef<'_>) -> String {
    let length = track.duration().map_or(String::new(), text::time);
    match canvas.scene.snapshot.places.get(&track.id()) {
        Some(place) => format!("{}/{length}", text::time(place.time())),
        None => length,
    }
}

/// What the listener thinks of a track, left of its duration, which takes `used` columns; returns the columns it takes.
pub fn put_judged(canvas: &mut Canvas<'_>, row: &Row, used: u16, track: TrackId) -> u16 {
    let facts = canvas.scene.snapshot.facts.get(track);
    let text = text::judged(&facts);
    if text.is_empty() || row.area.width < 40 {
        return 0;
    }
    row.put_right(canvas, used + 2, &text, Role::Accent) + 1
}

/// The track's artists where the columns before do not say them already.
fn other_artist(browse: &Browse, track: TrackRef<'_>) -> String {
    let all = matches!(browse.selected(Column::Artists), Some(Entry::AllArtists))
        && !matches!(browse.selected(Column::Albums), Some(Entry::Album(_)));
    let differs = !track.artists().eq(track.album_artists()) && track.artists().next().is_some();
    if all || differs { joined(track.artists()) } else { String::new() }
}

/// Several names in one text.
pub fn joined<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let mut text = String::new();
    for name in names.take(16) {
        if !text.is_empty() {
            text.push_str(", ");
        }
        text.push_str(name);
    }
    text
}

/// What to do where there is no music yet.
fn empty(canvas: &mut Canvas<'_>, area: Rect) {
    let scene = canvas.scene;
    let line = |text: &str, role: Role| (text.to_owned(), role);
    let lines = if !scene.state.filter.words.is_empty() {
        vec![
            (say!("Nothing has “{words}”", words = scene.state.filter.words), Role::Text),
            line("", Role::Text),
            line(say!("<Esc> shows everything again"), Role::Dim),
        ]
    } else if scene.snapshot.scan.running {
        vec![line(say!("Looking for music…"), Role::Text)]
    } else {
        let head = [line(say!("No music here yet"), Role::Title), line("", Role::Text)];
        head.into_iter().chain(first_keys(canvas, area.width)).collect()
    };
    say_centred(canvas, area, &lines);
}

/// Keys that lead on from an empty library. Put in the middle, they stand beneath each other.
fn first_keys(canvas: &Canvas<'_>, width: u16) -> Vec<(String, Role)> {
    let key = |command: &str, words: &str| {
        let keys = canvas.scene.keymap.keys_for(command)?;
        Some(if width < 40 { format!("{keys} {words}") } else { format!("{keys:>8}  {words}") })
    };
    let keys = [
        key("open", say!("say where your music is")),
        key("help", say!("all keys and commands")),
        key("quit", say!("leave")),
    ];
    let lines: Vec<String> = keys.into_iter().flatten().collect();
    let wide = |line: &String| text::width_of(line, u16::MAX);
    let widest = if width < 40 { 0 } else { lines.iter().map(wide).fold(36, u16::max) };
    let padded = |line: String| format!("{line}{}", " ".repeat(widest.saturating_sub(wide(&line)).into()));
    lines.into_iter().map(|line| (padded(line), Role::Text)).collect()
}
