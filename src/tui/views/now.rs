//! What plays: title, artist, album, format, seek bar, times, modes, volume. One to three rows.

use std::time::Duration;

use ratatui::layout::Rect;

use super::library::joined;
use super::wave;
use crate::config::theme::Role;
use crate::model::address::{self, is_address};
use crate::model::mastering::{MasteringView, PlanView};
use crate::model::playback::{PlayState, Repeat, Shuffle, ShuffleBy, StopAfter};
use crate::model::server::is_served;
use crate::model::settings::{LevelMode, PlaySpeed};
use crate::model::snapshot::NowPlaying;
use crate::model::words::said;
use crate::say;
use crate::tui::cover::beside_foot;
use crate::tui::draw::Canvas;
use crate::tui::scene::Hit;
use crate::tui::text;

pub fn draw(canvas: &mut Canvas<'_>) {
    let Some(area) = canvas.layout.now else { return };
    let area = with_cover(canvas, area);
    let row =
        |at: u16| Rect { y: area.y + at, height: 1, x: area.x + 1, width: area.width.saturating_sub(2) };
    match area.height {
        1 => one_row(canvas, Rect { y: area.y, height: 1, ..area }),
        2 => {
            let room = modes(canvas, row(0));
            let room = judged(canvas, room);
            headline(canvas, room, true);
            times(canvas, row(1));
        }
        _ => {
            let room = format(canvas, row(0));
            headline(canvas, room, false);
            let room = modes(canvas, row(1));
            byline(canvas, Rect { x: room.x + 3, width: room.width.saturating_sub(3), ..room });
            times(canvas, Rect { height: area.height - 2, ..row(2) });
        }
    }
}

/// The cover at the left; returns what is left of the rows.
fn with_cover(canvas: &mut Canvas<'_>, area: Rect) -> Rect {
    let state = canvas.scene.state;
    if state.song || canvas.scene.snapshot.playback.now.is_none() {
        return area;
    }
    super::cover::draw(canvas);
    beside_foot(state, canvas.layout, area)
}

/// Two columns, and one between.
fn state_sign(state: PlayState) -> (&'static str, Role) {
    match state {
        PlayState::Playing => ("►", Role::Playing),
        PlayState::Paused => ("❚❚", Role::Accent),
        PlayState::Opening => ("…", Role::Dim),
        PlayState::Stopped => ("■", Role::Dim),
    }
}

fn one_row(canvas: &mut Canvas<'_>, row: Rect) {
    let times = || {
        canvas.scene.times().map_or(String::new(), |(elapsed, total)| match total {
            Some(total) if row.width >= 40 => format!("{} / {}", text::time(elapsed), text::time(total)),
            _ => text::time(elapsed),
        })
    };
    let text = waiting(canvas).map_or_else(times, str::to_owned);
    let start = canvas.put_right(row.x, row.y, row.width, &text, Role::Dim);
    let room = Rect { width: (start - row.x).saturating_sub(1), ..row };
    headline(canvas, room, true);
}

/// Sign and title, and the artist behind it where it has no row of its own.
fn headline(canvas: &mut Canvas<'_>, row: Rect, with_artist: bool) {
    let playback = &canvas.scene.snapshot.playback;
    let (sign, role) = state_sign(playback.state);
    canvas.put(row.x, row.y, row.width.min(2), sign, role);
    canvas.hit(Rect { width: row.width.min(3), ..row }, Hit::State);
    let (x, room) = (row.x + 3, row.width.saturating_sub(3));
    let Some(now) = &playback.now else {
        canvas.put(x, row.y, room, say!("Nothing is playing"), Role::Dim);
        return;
    };
    let (title, artists) = names(canvas, now);
    let role = if playback.state == PlayState::Stopped { Role::Text } else { Role::Playing };
    let used = canvas.put(x, row.y, room, &title, role);
    if with_artist && !artists.is_empty() && room > used + 4 {
        let used = used + canvas.put(x + used, row.y, 3, " · ", Role::Dim);
        canvas.put(x + used, row.y, room - used, &artists, Role::Text);
    }
}

/// What is waited for while nothing is heard.
fn waiting(canvas: &Canvas<'_>) -> Option<&'static str> {
    let playback = &canvas.scene.snapshot.playback;
    let is_address = playback.now.as_ref().is_some_and(|now| is_address(&now.path));
    match playback.state {
        PlayState::Opening if is_address => Some(say!("connecting")),
        PlayState::Playing if playback.buffering => Some(say!("buffering")),
        _ => None,
    }
}

/// Title and artists; of a station what it plays, and its name.
pub(super) fn names(canvas: &Canvas<'_>, now: &NowPlaying) -> (String, String) {
    if let Some(title) = now.stream.as_ref().and_then(|stream| stream.title.as_deref()) {
        return (title.to_owned(), text::file_name(&now.path));
    }
    match now.track.and_then(|id| canvas.scene.snapshot.catalog.find(id)) {
        Some(track) => (track.title().to_owned(), joined(track.artists())),
        None => (text::file_name(&now.path), String::new()),
    }
}

/// Artist, album, year; for a file that the library does not know, its folder.
fn byline(canvas: &mut Canvas<'_>, row: Rect) {
    let snapshot = canvas.scene.snapshot;
    let Some(now) = &snapshot.playback.now else { return };
    if is_address(&now.path) && !is_served(&now.path) {
        let (_, station) = names(canvas, now);
        let used = canvas.put(row.x, row.y, row.width, &station, Role::Text);
        let separator = if used > 0 { "  ·  " } else { "" };
        let place = format!("{separator}{}", address::place(&now.path));
        canvas.put(row.x + used, row.y, row.width.saturating_sub(used), &place, Role::Dim);
        return;
    }
    let Some(track) = now.track.and_then(|id| snapshot.catalog.find(id)) else {
        let folder = now.path.parent().map_or(String::new(), |folder| folder.to_string_lossy().into_owned());
        canvas.put(row.x, row.y, row.width, &folder, Role::Dim);
        return;
    };
    let used = canvas.put(row.x, row.y, row.width, &joined(track.artists()), Role::Text);
    let year = track.year().map_or(String::new(), |year| format!(" ({year})"));
    let album = match track.album_title() {
        "" => String::new(),
        title => format!("{title}{year}"),
    };
    let separator = if used > 0 && !album.is_empty() { "  ·  " } else { "" };
    let room = row.width.saturating_sub(used);
    canvas.put(row.x + used, row.y, room, &format!("{separator}{album}"), Role::Dim);
}

/// The format at the right; returns what is left of the row.
fn format(canvas: &mut Canvas<'_>, row: Rect) -> Rect {
    let snapshot = canvas.scene.snapshot;
    let format = snapshot.playback.now.as_ref().and_then(|now| {
        let known = || now.track.and_then(|id| snapshot.catalog.find(id)).map(|track| track.format());
        now.format.or_else(known)
    });
    let text = format.as_ref().map_or(String::new(), text::format);
    let start = canvas.put_right(row.x, row.y, row.width, &text, Role::Dim);
    canvas.hit(Rect { x: start, width: row.right().saturating_sub(start), ..row }, Hit::Signal);
    let row = Rect { width: (start - row.x).saturating_sub(2), ..row };
    judged(canvas, row)
}

/// What of mastering is heard.
fn mastered(view: &MasteringView) -> (String, Role) {
    match (&view.abx, &view.plan) {
        (Some(abx), _) => (say!("hear {which}", which = abx.heard.name()), Role::Accent),
        (None, _) if view.original => (say!("original").to_owned(), Role::Warning),
        (None, PlanView::Made(_)) => (said(view.settings.preset.name()).to_owned(), Role::Accent),
        (None, PlanView::Making) => (format!("{}…", said(view.settings.preset.name())), Role::Dim),
        (None, PlanView::Failed(_) | PlanView::None) => (say!("not mastered").to_owned(), Role::Dim),
    }
}

/// What the listener thinks of it.
pub(super) fn stars(canvas: &Canvas<'_>) -> Option<String> {
    let snapshot = canvas.scene.snapshot;
    let facts = snapshot.track().map(|track| snapshot.facts.get(track.id()));
    facts.map(|facts| text::judged(&facts)).filter(|text| !text.is_empty())
}

/// The same, at the right; returns what is left of the row.
fn judged(canvas: &mut Canvas<'_>, row: Rect) -> Rect {
    let text = stars(canvas);
    // At least half of the row belongs to what plays.
    match text.filter(|text| text::width_of(text, row.width) <= row.width / 2) {
        Some(text) => {
            let start = canvas.put_right(row.x, row.y, row.width, &text, Role::Accent);
            Rect { width: (start - row.x).saturating_sub(2), ..row }
        }
        None => row,
    }
}

/// Modes in force and the volume at the right; returns what is left of the row.
fn modes(canvas: &mut Canvas<'_>, row: Rect) -> Rect {
    let playback = &canvas.scene.snapshot.playback;
    let volume = match playback.muted {
        true => (say!("muted").to_owned(), Role::Warning, Hit::Volume),
        false => (say!("vol {percent}%", percent = playback.volume.percent()), Role::Dim, Hit::Volume),
    };
    let mut parts = vec![volume];
    match playback.stop_after {
        StopAfter::Off => {}
        StopAfter::Track => parts.push((say!("stop after this").to_owned(), Role::Accent, Hit::StopAfter)),
        StopAfter::Album => parts.push((say!("stop after album").to_owned(), Role::Accent, Hit::StopAfter)),
    }
    if playback.sleep_at.is_some() {
        parts.push((say!("sleep").to_owned(), Role::Accent, Hit::Sleep));
    }
    match playback.ab {
        None => {}
        Some((_, None)) => parts.push((say!("loop from A").to_owned(), Role::Accent, Hit::Loop)),
        Some((_, Some(_))) => parts.push((say!("loop A to B").to_owned(), Role::Accent, Hit::Loop)),
    }
    if playback.sound.speed != PlaySpeed::NORMAL {
        parts.push((playback.sound.speed.to_string(), Role::Accent, Hit::Speed));
    }
    if playback.sound.eq.on {
        let text = say!("eq {name}", name = playback.sound.eq.curve.name());
        parts.push((text, Role::Accent, Hit::Equaliser));
    }
    if playback.sound.night.on {
        parts.push((say!("night").to_owned(), Role::Accent, Hit::Night));
    }
    if playback.sound.crossfeed.is_some() {
        parts.push((say!("crossfeed").to_owned(), Role::Dim, Hit::Crossfeed));
    }
    let mastering = &canvas.scene.snapshot.mastering;
    if mastering.settings.on {
        let (text, role) = mastered(mastering);
        parts.push((text, role, Hit::Mastering));
    } else if let Some(text) = gain(playback.sound.level.mode) {
        parts.push((text.to_owned(), Role::Dim, Hit::Gain));
    }
    match playback.shuffle {
        Shuffle::Off => {}
        Shuffle::On { by: ShuffleBy::Tracks, seed: None } => {
            parts.push((say!("shuffle").to_owned(), Role::Accent, Hit::Shuffle));
        }
        on => parts.push((say!("shuffle {how}", how = on.words()), Role::Accent, Hit::Shuffle)),
    }
    if playback.consume {
        parts.push((say!("consume").to_owned(), Role::Accent, Hit::Consume));
    }
    if let Some(text) = repeat(playback.repeat) {
        parts.push((text.to_owned(), Role::Accent, Hit::Repeat));
    }
    let mut end = row.right();
    for (text, role, hit) in parts {
        let width = text::width_of(&text, row.width);
        // At least half of the row belongs to what plays.
        if end < row.x + row.width / 2 + width {
            break;
        }
        let area = Rect::new(end - width, row.y, width, 1);
        canvas.put(area.x, area.y, width, &text, role);
        canvas.hit(area, hit);
        end = area.x.saturating_sub(2);
    }
    Rect { width: end.saturating_sub(row.x), ..row }
}

/// `1:23 ━━━━━━━━━───── 4:56 -3:33`, with the words in the lowest row.
fn times(canvas: &mut Canvas<'_>, area: Rect) {
    let row = Rect { y: area.bottom().saturating_sub(1), height: 1, ..area };
    let Some((elapsed, total)) = canvas.scene.times() else {
        return canvas.fill(row, "─", Role::BarEmpty);
    };
    let drag = canvas.scene.state.pointer.drag;
    let elapsed = match (drag, total) {
        (Some(drag), Some(total)) => total.mul_f64(drag.percent / 100.0),
        _ => elapsed,
    };
    let left = text::time(elapsed);
    let coming = now_coming(canvas, total.is_some());
    let right = match total.filter(|_| coming.is_empty()) {
        Some(total) => format!("{}  -{}", text::time(total), text::time(total.saturating_sub(elapsed))),
        None => coming.to_owned(),
    };
    let role = if waiting(canvas).is_some() { Role::Accent } else { Role::Dim };
    // As wide as they can become, so that the bar stands still.
    let widest = total.map_or(left.len(), |total| text::time(total).len()).max(left.len()) as u16;
    let right_width = match (total, text::width_of(&right, u16::MAX)) {
        (_, 0) => 0,
        (Some(_), width) => (widest * 2 + 4).max(width + 1),
        (None, width) => width + 1,
    };
    canvas.put_right(row.x, row.y, widest, &left, Role::Text);
    canvas.put_right(row.x, row.y, row.width, &right, role);
    let bar = Rect {
        x: row.x + widest + 1,
        width: row.width.saturating_sub(widest + 1 + right_width.max(1)),
        ..area
    };
    seek_bar(canvas, bar, elapsed, total);
    canvas.hit(bar, Hit::SeekBar);
}

/// What stands in the place of a length while nothing is heard, or where there is none.
fn now_coming(canvas: &Canvas<'_>, has_length: bool) -> &'static str {
    let now = canvas.scene.snapshot.playback.now.as_ref();
    let is_live = now.and_then(|now| now.stream.as_ref()).is_some_and(|stream| stream.live);
    waiting(canvas).unwrap_or(if is_live && !has_length { say!("live") } else { "" })
}

fn seek_bar(canvas: &mut Canvas<'_>, bar: Rect, elapsed: Duration, total: Option<Duration>) {
    let snapshot = canvas.scene.snapshot;
    if let Some(wave) = snapshot.wave().filter(|_| canvas.scene.state.wave) {
        return wave::draw(canvas, bar, wave, halves(bar.width, elapsed, total) / 2);
    }
    let bar = Rect { y: bar.bottom().saturating_sub(1), height: 1, ..bar };
    canvas.fill(bar, "─", Role::BarEmpty);
    let halves = halves(bar.width, elapsed, total);
    canvas.fill(Rect { width: halves / 2, ..bar }, "━", Role::BarFilled);
    if halves % 2 == 1 {
        canvas.fill(Rect { x: bar.x + halves / 2, width: 1, ..bar }, "╸", Role::BarFilled);
    }
}

/// How much of a bar is filled, in half cells.
pub fn halves(width: u16, elapsed: Duration, total: Option<Duration>) -> u16 {
    let share = total.filter(|total| !total.is_zero()).map_or(0.0, |total| elapsed.div_duration_f64(total));
    (f64::from(width) * 2.0 * share.clamp(0.0, 1.0)).round() as u16
}

/// Whole texts: the names of the modes are words of other things, too.
fn gain(mode: LevelMode) -> Option<&'static str> {
    Some(match mode {
        LevelMode::Off => return None,
        LevelMode::Track => say!("gain track"),
        LevelMode::Album => say!("gain album"),
        LevelMode::Auto => say!("gain auto"),
    })
}

fn repeat(mode: Repeat) -> Option<&'static str> {
    Some(match mode {
        Repeat::Off => return None,
        Repeat::One => say!("repeat one"),
        Repeat::All => say!("repeat all"),
        Repeat::Album => say!("repeat album"),
    })
}
