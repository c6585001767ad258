//! What is heard, counted: plays and skips. The ear counts, not the wall clock: a pause adds nothing, and a seek adds no
//! more than the time that it took.

use super::{ears, facts, resume};
use crate::app::effect::Effect;
use crate::app::event::{Event, Now};
use crate::app::state::{AppState, Hearing, Play};
use crate::engine::command::EngineEvent;
use crate::model::id::PlayId;
use crate::model::listening::{Listen, Verdict, enough};

/// Before an event is reduced: how far the ear came since the one before. One comes every ten seconds while something
/// plays (see [`super::saving`]).
pub fn hear(state: &mut AppState, event: &Event, now: Now, fx: &mut Vec<Effect>) {
    let Some(mut hearing) = state.hearing.take() else { return };
    advance(state, &mut hearing, event, now);
    let is_enough = enough(hearing.length, hearing.rate).is_some_and(|enough| hearing.frames >= enough);
    if !hearing.counted && hearing.frames > 0 && is_enough {
        hearing.counted = true;
        if let Some(id) = hearing.track {
            facts::count(state, id, Verdict::Played, now.unix_ms, now, fx);
            ears::judged(state, (hearing.of.item, id), true, fx);
            log(&hearing, Verdict::Played, fx);
        }
    }
    state.hearing = Some(hearing);
}

fn advance(state: &AppState, hearing: &mut Hearing, event: &Event, now: Now) {
    let known = state.playback.format.and_then(|format| format.frames);
    hearing.length = known.or(hearing.length);
    hearing.track = state.queue.get(hearing.of.item).and_then(|item| item.track).or(hearing.track);
    let heard = now.heard.filter(|heard| heard.play == hearing.of.play);
    if let Some(heard) = heard {
        hearing.rate = heard.rate;
    } else if let Some(format) = state.playback.format {
        hearing.rate = format.spec.rate;
    }
    // The ear is in the next one by then: of this one it heard all that was left.
    let to = if is_over(event, hearing.of.play) { hearing.length } else { heard.map(|heard| heard.frame) };
    let elapsed = now.instant.saturating_duration_since(hearing.looked).as_secs_f64();
    let most = (elapsed * f64::from(hearing.rate) * state.sound.speed.factor()) as u64;
    if let Some(to) = to {
        hearing.frames += way(state, hearing, to).min(most);
        hearing.at = to;
    }
    hearing.looked = now.instant;
}

/// Frames from where the ear was, once around where a part is played over and over.
fn way(state: &AppState, hearing: &Hearing, to: u64) -> u64 {
    let around = state.playback.ab.filter(|ab| ab.play == hearing.of.play && to < hearing.at);
    match around.and_then(|ab| Some((ab.from, ab.to?))) {
        Some((from, end)) => end.saturating_sub(hearing.at) + to.saturating_sub(from),
        None => to.saturating_sub(hearing.at),
    }
}

fn is_over(event: &Event, play: PlayId) -> bool {
    match event {
        Event::Engine(EngineEvent::Crossed { from, .. }) => *from == play,
        Event::Engine(EngineEvent::Ended { play: ended }) => *ended == play,
        _ => false,
    }
}

/// After an event was reduced: where another play goes on, the one before is done. `passes_over`: the listener asked for
/// the next one.
pub fn settle(state: &mut AppState, passes_over: bool, now: Now, fx: &mut Vec<Effect>) {
    let playing = state.playback.playing.filter(|_| !state.closing);
    if state.hearing.map(|hearing| hearing.of) == playing {
        return;
    }
    if let Some(hearing) = state.hearing.take() {
        finish(state, &hearing, passes_over, now, fx);
    }
    state.hearing = playing.map(|play| begun(state, play, now));
}

fn begun(state: &AppState, play: Play, now: Now) -> Hearing {
    let track = state.queue.get(play.item).and_then(|item| item.track);
    let format = track.and_then(|id| state.library.catalog.find(id)).map(|track| track.format());
    Hearing {
        of: play,
        track,
        began_ms: now.unix_ms,
        at: state.playback.rest.frame,
        looked: now.instant,
        frames: 0,
        rate: 0,
        length: format.and_then(|format| format.frames),
        counted: false,
    }
}

fn finish(state: &mut AppState, hearing: &Hearing, passes_over: bool, now: Now, fx: &mut Vec<Effect>) {
    resume::left(state, hearing, fx);
    let Some(id) = hearing.track.filter(|_| hearing.frames > 0) else {
        return;
    };
    // Of what is too short to be a play, half is enough not to be a skip.
    let half = hearing.length.is_some_and(|length| hearing.frames * 2 >= length);
    let verdict = match (hearing.counted, passes_over && !half) {
        (true, _) => Verdict::Played,
        (false, true) => Verdict::Skipped,
        (false, false) => Verdict::LeftOff,
    };
    if verdict == Verdict::Skipped {
        facts::count(state, id, verdict, now.unix_ms, now, fx);
        ears::judged(state, (hearing.of.item, id), false, fx);
    }
    // Less than a second is nobody's listening.
    if verdict != Verdict::LeftOff || hearing.frames >= u64::from(hearing.rate) {
        log(hearing, verdict, fx);
    }
}

/// Once when it is a play, so that a crash does not lose it, and once more at its end: the later entry replaces the
/// first.
fn log(hearing: &Hearing, verdict: Verdict, fx: &mut Vec<Effect>) {
    let Some(track) = hearing.track else { return };
    let Hearing { began_ms, frames, rate, .. } = *hearing;
    fx.push(Effect::SaveListen(Listen { began_ms, track, frames, rate, verdict }));
}
