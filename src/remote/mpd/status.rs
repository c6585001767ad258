//! `status`, `stats`, and what failed.

use super::ack::Code;
use super::args::Args;
use super::commands::{Result, Step, Turn, ask, look};
use super::idle::failure;
use super::options::{single_word, volume_shown};
use super::song::audio;
use super::versions::shown;
use crate::model::catalog::TrackFlags;
use crate::model::command::{Command, Notices};
use crate::model::playback::{PlayState, Repeat, Shuffle, StopAfter};
use crate::model::snapshot::Snapshot;

pub fn state(state: PlayState) -> &'static str {
    match state {
        PlayState::Stopped => "stop",
        PlayState::Opening | PlayState::Playing => "play",
        PlayState::Paused => "pause",
    }
}

pub fn status(turn: &mut Turn<'_>, _args: &Args) -> Result<Step> {
    let snapshot = std::sync::Arc::clone(&turn.snapshot);
    let (playback, queue) = (&*snapshot.playback, &*snapshot.queue);
    turn.tell("volume", volume_shown(playback));
    turn.tell("repeat", u8::from(playback.repeat != Repeat::Off));
    turn.tell("random", u8::from(playback.shuffle.seed().is_some()));
    turn.tell("single", single_word(playback, turn.hub.single));
    let consume = if turn.hub.consume_once.is_some() { "oneshot" } else { "1" };
    turn.tell("consume", if playback.consume { consume } else { "0" });
    turn.tell("partition", "default");
    turn.tell("playlist", turn.hub.versions.current());
    turn.tell("playlistlength", queue.items.len());
    turn.tell("mixrampdb", 0);
    turn.tell("state", state(playback.state));
    turn.tell("lastloadedplaylist", turn.hub.last_loaded.clone());
    if playback.sound.crossfade_ms > 0 {
        turn.tell("xfade", playback.sound.crossfade_ms.div_ceil(1000));
    }
    entry(turn, "song", queue.current);
    if playback.state != PlayState::Stopped {
        times(turn);
        if let Some(format) = snapshot.format() {
            turn.tell("audio", audio(&format));
        }
    }
    entry(turn, "nextsong", queue.next.or_else(|| following(&snapshot)));
    if snapshot.scan.running {
        turn.tell("updating_db", turn.hub.update.max(1));
    }
    if let Some(why) = failure(&snapshot) {
        turn.tell("error", why);
    }
    Ok(Step::Done)
}

/// What would follow a current entry that does not play, where that is plain.
fn following(snapshot: &Snapshot) -> Option<usize> {
    let (playback, queue) = (&*snapshot.playback, &*snapshot.queue);
    let current = queue.current.filter(|_| playback.state == PlayState::Stopped)?;
    let next = Some(current + 1).filter(|next| *next < queue.items.len());
    match (playback.shuffle, playback.repeat) {
        (Shuffle::On { .. }, _) => None,
        (_, Repeat::One) => Some(current),
        (_, Repeat::All) => next.or(Some(0)),
        (_, Repeat::Off) if playback.stop_after == StopAfter::Track => None,
        (_, Repeat::Off | Repeat::Album) => next,
    }
}

fn entry(turn: &mut Turn<'_>, name: &str, place: Option<usize>) {
    let item = place.and_then(|place| Some((place, turn.snapshot.queue.items.get(place)?.id)));
    if let Some((place, id)) = item {
        turn.tell(name, place);
        turn.tell(&format!("{name}id"), shown(id));
    }
}

fn times(turn: &mut Turn<'_>) {
    let Some((elapsed, total)) = turn.hub.elapsed(&turn.snapshot) else { return };
    let whole = |time: std::time::Duration| time.as_secs_f64().round() as u64;
    turn.tell("time", format!("{}:{}", whole(elapsed), total.map_or(0, whole)));
    turn.tell("elapsed", format!("{:.3}", elapsed.as_secs_f64()));
    if let Some(total) = total {
        turn.tell("duration", format!("{:.3}", total.as_secs_f64()));
    }
}

pub fn clear_error(_turn: &mut Turn<'_>, _args: &Args) -> Result<Step> {
    ask(Command::Notice(Notices::Dismiss), Code::Unknown)
}

pub fn stats(turn: &mut Turn<'_>, _args: &Args) -> Result<Step> {
    let scene = turn.scene();
    let (uptime, played, updated) =
        (turn.hub.started.elapsed().as_secs(), turn.hub.play_time().as_secs(), turn.hub.database_s);
    look(move |_| {
        let catalog = &scene.snapshot.catalog;
        let (mut artists, mut albums) = (std::collections::HashSet::new(), std::collections::HashSet::new());
        let (mut songs, mut time) = (0_u64, std::time::Duration::ZERO);
        for track in catalog.tracks().filter(|track| !track.is(TrackFlags::MISSING)) {
            songs += 1;
            time += track.duration().unwrap_or_default();
            artists.extend(track.artists());
            albums.extend(Some(track.album_title()).filter(|title| !title.is_empty()));
        }
        let time = time.as_secs_f64().round() as u64;
        Ok(format!(
            "uptime: {uptime}\nplaytime: {played}\nartists: {}\nalbums: {}\nsongs: {songs}\ndb_playtime: {time}\ndb_update: {updated}\n",
            artists.len(),
            albums.len(),
        ))
    })
}
