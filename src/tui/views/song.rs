//! What plays as a view of its own, over the panes: its cover, what it is, and its words, beside or beneath each other as there
//! is room.

use ratatui::layout::Rect;

use super::now::{names, stars};
use super::panel;
use super::rows::visible;
use crate::config::theme::Role;
use crate::model::lyrics::Lyrics;
use crate::say;
use crate::tui::cover::parts;
use crate::tui::draw::Canvas;
use crate::tui::report::{sung, words};
use crate::tui::scene::Hit;
use crate::tui::text;

/// One line and how it looks.
type Line = (String, Role);

pub fn draw(canvas: &mut Canvas<'_>) {
    let Some((title, area)) = panel::open(canvas) else { return };
    panel::title(canvas, title, &format!(" {} ", say!("Now playing")), "");
    if area.is_empty() {
        return;
    }
    let state = canvas.scene.state;
    let has_cover = state.covers.way != crate::tui::cover::Way::None && state.covers.room;
    let text =
        if has_cover && canvas.scene.snapshot.playback.now.is_some() { parts(state, area).1 } else { area };
    super::cover::draw(canvas);
    let lines = about(canvas);
    for (y, (line, role)) in (text.y..text.bottom()).zip(&lines) {
        canvas.put(text.x, y, text.width, line, *role);
    }
    // A row is free between them.
    let rest = panel::below(text, lines.len() as u16 + 1);
    if let Some(words) = words(canvas.scene.snapshot).filter(|_| !rest.is_empty()) {
        sing(canvas, rest, words);
    }
}

/// Title, artists, album and year, format, stars: each where it is known.
fn about(canvas: &Canvas<'_>) -> Vec<Line> {
    let snapshot = canvas.scene.snapshot;
    let Some(now) = &snapshot.playback.now else {
        return vec![(say!("Nothing is playing").to_owned(), Role::Dim)];
    };
    let (title, artists) = names(canvas, now);
    let track = snapshot.track();
    let album = track.map_or(String::new(), |track| track.album_title().to_owned());
    let year = track.and_then(|track| track.year()).map_or(String::new(), |year| year.to_string());
    let format = snapshot.format().as_ref().map_or(String::new(), text::format);
    let lines = [
        (title, Role::Playing),
        (artists, Role::Text),
        (album, Role::Text),
        (year, Role::Dim),
        (format, Role::Dim),
        (stars(canvas).unwrap_or_default(), Role::Accent),
    ];
    lines.into_iter().filter(|(line, _)| !line.is_empty()).collect()
}

/// The words, the line that is sung in the middle.
fn sing(canvas: &mut Canvas<'_>, area: Rect, words: &Lyrics) {
    canvas.hit(area, Hit::Words);
    let sung = sung(canvas.scene.snapshot, canvas.scene.gauges);
    let list = super::lyrics::follow(sung.map(|sung| sung.line), words.lines.len(), area.height);
    for (at, row) in visible(area, &list, words.lines.len()) {
        let mut used = 0;
        for (part, role) in super::lyrics::parts(canvas, &words.lines[at], at, sung) {
            used += canvas.put(row.x + used, row.y, row.width.saturating_sub(used), part, role);
        }
    }
}
