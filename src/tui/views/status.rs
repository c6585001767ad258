//! The last row: a notice, else the scan, else what the library has; at the right what is half typed, marked, filtered,
//! and where the sound goes.

use std::time::Duration;

use ratatui::layout::Rect;

use crate::config::theme::Role;
use crate::model::analysis::AnalysisView;
use crate::model::notice::{Notice, Severity};
use crate::model::playback::PlayState;
use crate::model::player::Link;
use crate::model::rendering::RenderStage;
use crate::model::settings::{Audio, OutputSpec};
use crate::model::snapshot::{OutputState, ScanView, Snapshot};
use crate::model::words::said;
use crate::tui::draw::Canvas;
use crate::tui::report::rendering;
use crate::tui::scene::Hit;
use crate::tui::state::{Shows, UiState};
use crate::tui::text;
use crate::{say, things};

pub fn draw(canvas: &mut Canvas<'_>) {
    let Some(row) = canvas.layout.status else { return };
    let inset = u16::from(row.width >= 40);
    let row = Rect { x: row.x + inset, width: row.width.saturating_sub(2 * inset), ..row };
    if let Some(shows) = canvas.scene.state.notices.shown() {
        return notice(canvas, row, &shows);
    }
    let room = right(canvas, row);
    let (text, role) = left(canvas);
    // What is merely good to know is told whole or not at all.
    if role != Role::Dim || text::width_of(&text, room.width) <= room.width {
        canvas.put(room.x, room.y, room.width, &text, role);
    }
}

/// A notice has the whole row; keys being typed stay in sight.
fn notice(canvas: &mut Canvas<'_>, row: Rect, shows: &Shows) {
    let (Shows::Own(notice) | Shows::Core(notice)) = shows;
    let (sign, role) = match notice.severity {
        Severity::Note => ("", Role::Note),
        Severity::Warning => ("! ", Role::Warning),
        Severity::Error => ("✗ ", Role::Error),
    };
    let state = canvas.scene.state;
    let parts = [going_on(state), state.chord.typed()];
    let typed = parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("  ");
    let start = canvas.put_right(row.x, row.y, row.width, &typed, Role::Key);
    let room = (start - row.x).saturating_sub(u16::from(!typed.is_empty()));
    canvas.hit(row, Hit::Status);
    if !notice.next_step.contains("`:undo`") {
        let told = keys_named(canvas, &format!("{sign}{notice}"));
        canvas.put(row.x, row.y, room, &told, role);
        return;
    }
    // What can be done about it is seen, whatever else has no room.
    let what = Notice { next_step: String::new(), ..Notice::clone(notice) };
    let offer = keys_named(canvas, &notice.next_step);
    let wide = text::width_of(&offer, room);
    let used = canvas.put(row.x, row.y, room.saturating_sub(wide + 2), &format!("{sign}{what}"), role);
    let at = if used > 0 { used + 2 } else { 0 };
    let wide = canvas.put(row.x + at, row.y, room.saturating_sub(at), &offer, Role::Key);
    canvas.hit(Rect { x: row.x + at, width: wide, ..row }, Hit::Undo);
}

/// Commands that have keys here are named by them: `` `:undo` `` is `` `u` `` in the default keymap.
fn keys_named(canvas: &Canvas<'_>, notice: &str) -> String {
    let contexts = canvas.scene.state.contexts();
    let keys = |part: &str| canvas.scene.keymap.keys_in(&contexts, part.strip_prefix(':')?);
    let parts = notice.split('`').enumerate();
    let named = parts.map(|(at, part)| keys(part).filter(|_| at % 2 == 1).unwrap_or_else(|| part.to_owned()));
    named.collect::<Vec<_>>().join("`")
}

fn left(canvas: &Canvas<'_>) -> (String, Role) {
    let snapshot = canvas.scene.snapshot;
    match snapshot.tags.writing {
        Some((done, 0)) => {
            return (say!("Changing files: {done} done", done = text::count(done as u64)), Role::Accent);
        }
        Some((done, all)) => {
            let [done, all] = [done, all].map(|count| text::count(count as u64));
            return (say!("Changing files: {done} of {all}", done, all), Role::Accent);
        }
        None => {}
    }
    if snapshot.scan.running {
        return (scanning(&snapshot.scan), Role::Accent);
    }
    let running = snapshot.renders.iter().find_map(|job| match &job.stage {
        RenderStage::Running(progress) => Some(progress),
        RenderStage::Waiting | RenderStage::Ended(_) => None,
    });
    if let Some(progress) = running {
        return (say!("Mastering to files: {progress}", progress = rendering(progress)), Role::Dim);
    }
    if snapshot.analysis.running && snapshot.analysis.total > 0 {
        return (measuring(&snapshot.analysis), Role::Dim);
    }
    let library = &canvas.scene.state.library;
    if canvas.scene.state.filter.words.is_empty() {
        let catalog = &library.catalog;
        if catalog.is_empty() {
            return (String::new(), Role::Dim);
        }
        let (tracks, albums) = (catalog.len(), catalog.albums().len());
        let text = say!(
            "{track_count} {tracks} · {album_count} {albums}",
            track_count = text::count(tracks as u64),
            tracks = things!(tracks, "track", "tracks"),
            album_count = text::count(albums as u64),
            albums = things!(albums, "album", "albums"),
        );
        return (text, Role::Dim);
    }
    let found = library.matches.as_ref().map_or(0, |matches| matches.rows.len());
    let (found, all) = (text::count(found as u64), text::count(library.catalog.len() as u64));
    let text = match library.matches.as_ref().is_some_and(|matches| matches.similar) {
        true => say!("{found} of {all} tracks, similar", found, all),
        false => say!("{found} of {all} tracks", found, all),
    };
    (text, Role::Dim)
}

fn scanning(scan: &ScanView) -> String {
    let folder = scan.folder.as_ref().map_or(String::new(), |folder| format!("  {}", folder.display()));
    let (read, found) = (text::count(scan.read), text::count(scan.found));
    let text = match scan.pace() {
        Some((rate, left)) => say!(
            "Scanning {read} of {found} files, {rate} a second, {left} left",
            read,
            found,
            rate = text::count(rate as u64),
            left = minutes(left),
        ),
        None => say!("Scanning {read} of {found} files", read, found),
    };
    format!("{text}{folder}")
}

fn measuring(analysis: &AnalysisView) -> String {
    let (done, total) = (text::count(analysis.done), text::count(analysis.total));
    if let Some(rest) = analysis.rest {
        return say!(
            "Measured {done} of {total}, {rests}: :analyse goes on",
            done,
            total,
            rests = rest.words()
        );
    }
    match analysis.pace() {
        Some((speed, left)) => say!(
            "Measured {done} of {total} tracks, {speed} x real time, {left} left",
            done,
            total,
            speed = text::count(speed as u64),
            left = minutes(left),
        ),
        None => say!("Measured {done} of {total} tracks", done, total),
    }
}

/// `75:03`
fn minutes(time: Duration) -> String {
    format!("{}:{:02}", time.as_secs() / 60, time.as_secs() % 60)
}

/// Draws what stands at the right, most important last to go; returns what is left of the row.
fn right(canvas: &mut Canvas<'_>, row: Rect) -> Rect {
    let state = canvas.scene.state;
    let marks = state.library.marks.len() + state.queue.marks.len();
    let (filter, of_queue) = (&state.filter.words, &state.queue.filter.words);
    let parts = [
        (state.chord.typed(), Role::Key),
        (going_on(state), Role::Marked),
        (link(canvas.scene.gauges.link.as_ref(), canvas.scene.snapshot), Role::Accent),
        output(canvas, row.width),
        (
            if marks > 0 { say!("{count} marked", count = text::count(marks as u64)) } else { String::new() },
            Role::Marked,
        ),
        (sorting(state), Role::Accent),
        (canvas.scene.snapshot.radio.as_ref().map_or("", |_| say!("radio")).to_owned(), Role::Accent),
        (if filter.is_empty() { String::new() } else { say!("filter: {filter}", filter) }, Role::Accent),
        (
            if of_queue.is_empty() { String::new() } else { say!("queue: {filter}", filter = of_queue) },
            Role::Accent,
        ),
    ];
    let mut end = row.right();
    for (text, role) in parts.into_iter().filter(|(text, _)| !text.is_empty()) {
        let room = end.saturating_sub(row.x);
        let width = text::width_of(&text, room).min(room * 2 / 3);
        if width < 3 && text.len() > 3 {
            break;
        }
        canvas.put(end - width, row.y, width, &text, role);
        end = (end - width).saturating_sub(2);
    }
    Rect { width: end.saturating_sub(row.x), ..row }
}

/// The order of the library's tracks, where it is not the albums'.
fn sorting(state: &UiState) -> String {
    let columns: Vec<String> = state.filter.sorts.iter().map(|sort| sort.shown()).collect();
    if columns.is_empty() { String::new() } else { say!("sorted: {columns}", columns = columns.join(" ")) }
}

/// Rows that are being selected, and the macro that is being recorded.
fn going_on(state: &UiState) -> String {
    let rows = state.selecting.map(|rows| rows.anchor.abs_diff(rows.end) as u64 + 1);
    let rows = rows.map(|rows| say!("{count} selected", count = text::count(rows)));
    let recorded = state.repeats.recording.as_ref().map(|(letter, _)| say!("recording @{letter}", letter));
    rows.into_iter().chain(recorded).collect::<Vec<_>>().join("  ")
}

/// Where sound from elsewhere is heard, and how good the way is.
pub fn link(link: Option<&Link>, snapshot: &Snapshot) -> String {
    let Some(link) = link.filter(|link| link.hears) else {
        return String::new();
    };
    let audio = said(link.audio.name());
    let waits = link.waits && link.audio != Audio::There && snapshot.playback.state == PlayState::Playing;
    match (link.laid, waits, link.round_trip) {
        (false, ..) => say!("{audio}, link lost", audio),
        (_, true, _) => say!("{audio}, gathering", audio),
        (.., None) => audio.to_owned(),
        (.., Some(time)) => {
            format!("{audio}  {} ms  {} kB/s", time.as_millis(), link.bytes_per_s.div_ceil(1000))
        }
    }
}

fn output(canvas: &Canvas<'_>, width: u16) -> (String, Role) {
    let output = &canvas.scene.snapshot.output;
    match &output.state {
        OutputState::Closed if output.asked == OutputSpec::Auto => (String::new(), Role::Dim),
        OutputState::Closed => (output.asked.to_string(), Role::Dim),
        OutputState::Open(accepted) if width >= 100 => {
            let rate = text::rate(accepted.spec.rate);
            (format!("{}  {rate} {}", accepted.name, accepted.format.name()), Role::Dim)
        }
        OutputState::Open(accepted) => (accepted.name.clone(), Role::Dim),
        OutputState::Lost { why } => (say!("output lost: {why}", why), Role::Error),
        OutputState::StandIn { why, .. } => (format!("null: {why}"), Role::Warning),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::model::snapshot::PlaybackView;

    #[test]
    fn the_way_to_a_player_elsewhere_is_told_as_it_is() {
        let quick = Link {
            laid: true,
            round_trip: Some(Duration::from_micros(38_900)),
            bytes_per_s: 91_200,
            audio: Audio::Here,
            hears: true,
            ahead: None,
            waits: false,
        };
        let table = [
            (quick, "here  38 ms  92 kB/s"),
            (Link { audio: Audio::There, ..quick }, "there  38 ms  92 kB/s"),
            (Link { round_trip: None, audio: Audio::Both, ..quick }, "both"),
            (Link { laid: false, ..quick }, "here, link lost"),
            (Link { waits: true, ..quick }, "here, gathering"),
            (Link { waits: true, audio: Audio::There, ..quick }, "there  38 ms  92 kB/s"),
            (Link { hears: false, ..quick }, ""),
        ];
        let playing = PlaybackView { state: PlayState::Playing, ..PlaybackView::default() };
        let playing = Snapshot { playback: Arc::new(playing), ..Snapshot::default() };
        for (way, words) in table {
            assert_eq!(link(Some(&way), &playing), words);
        }
        assert_eq!(link(None, &playing), "");
        // What is not to sound waits for nothing.
        assert_eq!(link(Some(&Link { waits: true, ..quick }), &Snapshot::default()), "here  38 ms  92 kB/s");
    }
}
