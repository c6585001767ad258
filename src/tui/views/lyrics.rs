//! The words of what plays, over everything but what plays. Those with times follow the ear until somebody moves about in
//! them.

use ratatui::layout::Rect;

use super::rows::{Row, say_centred, visible};
use crate::config::theme::Role;
use crate::model::lyrics::{Found, Line, Sung};
use crate::say;
use crate::tui::draw::Canvas;
use crate::tui::list::{List, View};
use crate::tui::report::{ReportKind, lyrics, state, sung, words};
use crate::tui::scene::Hit;

pub(super) fn draw(canvas: &mut Canvas<'_>, list: &List) {
    let main = canvas.layout.main;
    if main.is_empty() {
        return;
    }
    canvas.clear(main);
    title(canvas, Rect { height: 1, ..main });
    let area = Rect { y: main.y + 1, height: main.height - 1, ..main };
    canvas.hit(area, Hit::Report);
    let scene = canvas.scene;
    let Some(words) = words(scene.snapshot) else { return missing(canvas, area) };
    let sung = sung(scene.snapshot, scene.gauges);
    let is_followed = words.is_timed() && *list == List::default();
    let list =
        if is_followed { follow(sung.map(|sung| sung.line), words.lines.len(), area.height) } else { *list };
    for (at, row_area) in visible(area, &list, words.lines.len()) {
        let row = Row::new(canvas, row_area, !is_followed && at == list.cursor, true);
        let mut x = 2;
        for (part, role) in parts(canvas, &words.lines[at], at, sung) {
            x += row.put(canvas, x, u16::MAX, part, role);
        }
    }
}

/// A line as it looks, from left to right: sung before, sung now, or to come; where words have times, each of these by
/// itself.
pub(super) fn parts<'l>(
    canvas: &Canvas<'_>,
    line: &'l Line,
    at: usize,
    sung: Option<Sung>,
) -> [(&'l str, Role); 3] {
    let whole = |role| [(line.text.as_str(), role), ("", role), ("", role)];
    match sung {
        Some(sung) if sung.line > at => whole(Role::Dim),
        Some(sung) if sung.line == at => {
            let [before, now, after] = line.parts(sung.word);
            let mut parts = [(before, Role::Dim), (now, Role::Playing), (after, Role::Text)];
            if canvas.goes_left(&line.text) {
                parts.reverse();
            }
            parts
        }
        _ => whole(Role::Text),
    }
}

/// The line that is sung in the middle.
pub(in crate::tui) fn follow(sung: Option<usize>, len: usize, height: u16) -> List {
    let (line, height) = (sung.unwrap_or(0), usize::from(height));
    let mut list = List { cursor: line, top: line.saturating_sub(height / 2) };
    list.clamp(View { len, height, margin: 0, across: 1 });
    list
}

fn title(canvas: &mut Canvas<'_>, line: Rect) {
    let snapshot = canvas.scene.snapshot;
    let name = snapshot.track().map_or_else(String::new, |track| format!(" {} ", track.title()));
    let name = if name.trim().is_empty() { format!(" {} ", ReportKind::Lyrics.title()) } else { name };
    canvas.fill(line, "━", Role::BorderFocused);
    let used = canvas.put(line.x + 1, line.y, line.width.saturating_sub(2), &name, Role::Accent);
    let how = state(snapshot, ReportKind::Lyrics);
    if !how.is_empty() && line.width > used + 20 {
        canvas.put_right(line.x + used + 2, line.y, line.width - used - 4, &format!(" {how} "), Role::Dim);
    }
}

/// Why there is nothing, and what to do.
fn missing(canvas: &mut Canvas<'_>, area: Rect) {
    let scene = canvas.scene;
    let (what, next) = match lyrics(scene.snapshot) {
        None if scene.snapshot.playback.now.is_none() => (say!("Nothing plays"), String::new()),
        None | Some(Found::Looking) => (say!("Looking for the words…"), String::new()),
        Some(Found::Instrumental) => (say!("Instrumental"), String::new()),
        Some(Found::Nothing(why)) => (say!("No words"), why.clone()),
        Some(Found::Failed(why)) => {
            (say!("The words cannot be had"), say!("{why}. :lyrics-again tries again", why))
        }
        Some(Found::Words(_)) => return,
    };
    let rest = next.split(". ").map(|line| (line.to_owned(), Role::Dim));
    let lines: Vec<_> = std::iter::once((what.to_owned(), Role::Text)).chain(rest).collect();
    say_centred(canvas, area, &lines);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sung_stays_in_the_middle_but_at_the_ends() {
        let top = |sung, len, height| follow(sung, len, height).top;
        assert_eq!([top(None, 100, 11), top(Some(3), 100, 11), top(Some(50), 100, 11)], [0, 0, 45]);
        assert_eq!([top(Some(99), 100, 11), top(Some(5), 6, 11)], [89, 0]);
    }
}
