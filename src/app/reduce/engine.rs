//! What the engine tells. An event about a play that is over changes nothing.

use std::sync::Arc;

use super::{audio, notices, playback, queue, resume, saving, sound};
use crate::app::effect::Effect;
use crate::app::event::Now;
use crate::app::state::{AppState, Rest};
use crate::app::wording;
use crate::engine::command::{EngineEvent, Place, Reason};
use crate::model::address;
use crate::model::id::PlayId;
use crate::model::outputs::OutputDevice;
use crate::model::playback::{PlayState, StopAfter};
use crate::model::player::Position;
use crate::model::settings::OutputSpec;
use crate::model::snapshot::{OutputState, OutputsView, StreamView};
use crate::model::track::AudioFormat;

/// So many items in a row that do not play end the playing: a disk is gone, not a file bad.
const MOST_FAILURES_IN_A_ROW: u32 = 5;

pub fn reduce(state: &mut AppState, event: EngineEvent, now: Now, fx: &mut Vec<Effect>) {
    match event {
        EngineEvent::Started { play, format, .. } => started(state, play, format, now),
        EngineEvent::Crossed { to, format, .. } => crossed(state, to, format, now),
        EngineEvent::Seeked { play, frame } => seeked(state, play, frame, now),
        EngineEvent::Ended { play } => ended(state, play, now, fx),
        EngineEvent::Failed { play, error, was_heard } => failed(state, play, &error, was_heard, now, fx),
        EngineEvent::Decoded { .. } => {}
        EngineEvent::Damaged { play, packets } => damaged(state, play, packets, now),
        EngineEvent::Stream { play, stream } => stream_told(state, play, stream, now),
        EngineEvent::Buffering { play, on } => buffering(state, play, on),
        EngineEvent::MasteringFailed { play } => super::mastering::failed(state, play, now),
        EngineEvent::Output(output) => output_changed(state, output, now, fx),
        EngineEvent::Signal(path) => {
            state.signal = Arc::new(path);
            state.dirty.signal = true;
        }
        EngineEvent::PausedItself(reason) => paused_itself(state, reason, now, fx),
        EngineEvent::OutputRefused { asked, why } => output_refused(state, &asked.output, &why, now),
        EngineEvent::OutputEnded { heard, why, .. } => output_ended(state, heard, &why, now, fx),
        EngineEvent::Gone => {}
    }
}

fn is_playing(state: &AppState, play: PlayId) -> bool {
    state.playback.playing.is_some_and(|playing| playing.play == play)
}

fn started(state: &mut AppState, play: PlayId, format: AudioFormat, now: Now) {
    if !is_playing(state, play) {
        return;
    }
    state.playback.format = Some(format);
    state.playback.failures_in_a_row = 0;
    state.dirty.playback = true;
    if state.playback.state == PlayState::Opening {
        playback::set_state(state, PlayState::Playing);
        saving::playing(state, now);
    }
}

/// The ear went into what the engine was told to follow.
fn crossed(state: &mut AppState, to: PlayId, format: AudioFormat, now: Now) {
    let Some(next) = state.playback.next.filter(|next| next.play == to) else {
        return;
    };
    let left = state.playback.playing.replace(next);
    state.playback.next = None;
    state.playback.format = Some(format);
    state.playback.stream = None;
    state.playback.buffering = false;
    state.playback.rest = Rest::default();
    state.playback.ab = None;
    state.playback.failures_in_a_row = 0;
    state.queue.set_current(Some(next.item));
    state.dirty.playback = true;
    state.dirty.queue = true;
    left.into_iter().for_each(|left| queue::heard(state, left.item, now));
    saving::position_soon(state, now);
}

/// A station's own name becomes the entry's, where that has none; so it is known the next time.
fn stream_told(state: &mut AppState, play: PlayId, stream: StreamView, now: Now) {
    let Some(playing) = state.playback.playing.filter(|playing| playing.play == play) else {
        return;
    };
    let path = state.queue.get(playing.item).map(|item| Arc::clone(&item.path));
    let named = path.zip(stream.station.as_deref()).and_then(|(path, name)| address::with_name(&path, name));
    if let Some(named) = named {
        state.queue.set_path(playing.item, &named);
        state.dirty.queue = true;
        saving::session_soon(state, now);
    }
    state.playback.stream = Some(stream);
    state.dirty.playback = true;
}

fn buffering(state: &mut AppState, play: PlayId, on: bool) {
    let on = on && is_playing(state, play);
    state.dirty.playback |= state.playback.buffering != on;
    state.playback.buffering = on;
}

fn seeked(state: &mut AppState, play: PlayId, frame: u64, now: Now) {
    if is_playing(state, play) {
        let rate = state.playback.format.map_or(state.playback.rest.rate, |format| format.spec.rate);
        state.playback.rest = Rest { frame, rate };
        // One that came before the last that was asked for is on the way, not the goal.
        // Nor has the ear arrived as long as the clock still shows the place before.
        let near =
            |heard: &Position| heard.play == play && heard.frame.abs_diff(frame) < u64::from(heard.rate);
        let arrived = now.heard.as_ref().is_some_and(near);
        state.playback.aim = state.playback.aim.filter(|aim| aim.place.frame != frame || !arrived);
        state.dirty.playback = true;
        saving::position_soon(state, now);
    }
}

fn ended(state: &mut AppState, play: PlayId, now: Now, fx: &mut Vec<Effect>) {
    let Some(playing) = state.playback.playing.filter(|playing| playing.play == play) else {
        return;
    };
    resume::heard_out(state, playing.item, fx);
    // The engine has nothing any more: there is nothing to stop.
    state.playback.playing = None;
    let following = playback::following(state, playing.item);
    let stops = match state.playback.stop_after {
        StopAfter::Off => false,
        StopAfter::Track => true,
        StopAfter::Album => following.is_none_or(|next| !sound::share_album(state, playing.item, next)),
    };
    if stops {
        state.playback.stop_after = StopAfter::Off;
        playback::halt(state, Rest::default(), fx);
        state.queue.set_current(following);
    } else if let Some(id) = following {
        playback::start(state, id, Place::Start, now, fx);
    } else {
        playback::finish(state, fx);
    }
    queue::heard(state, playing.item, now);
    saving::position_soon(state, now);
}

fn failed(state: &mut AppState, play: PlayId, error: &str, was_heard: bool, now: Now, fx: &mut Vec<Effect>) {
    let is_next = state.playback.next.is_some_and(|next| next.play == play);
    let failed = if is_next { state.playback.next } else { state.playback.playing };
    let Some(failed) = failed.filter(|failed| failed.play == play) else {
        return;
    };
    let name = state.queue.get(failed.item).map(|item| state.name_of(&item.path)).unwrap_or_default();
    notices::tell(state, wording::track_failed(&name, error, was_heard), now);
    if was_heard {
        return;
    }
    state.playback.broken.insert(failed.item);
    state.dirty.queue = true;
    if is_next {
        // `sync_next` finds another one: the broken item is no longer wanted.
        return;
    }
    state.playback.playing = None;
    state.playback.failures_in_a_row += 1;
    if state.playback.failures_in_a_row >= MOST_FAILURES_IN_A_ROW {
        state.playback.failures_in_a_row = 0;
        playback::halt(state, Rest::default(), fx);
        notices::tell(state, wording::too_many_failures(MOST_FAILURES_IN_A_ROW, error), now);
        return;
    }
    match playback::following(state, failed.item) {
        Some(id) => playback::start(state, id, Place::Start, now, fx),
        None => playback::halt(state, Rest::default(), fx),
    }
}

fn damaged(state: &mut AppState, play: PlayId, packets: u64, now: Now) {
    let known = [state.playback.playing, state.playback.next];
    let item = known.into_iter().flatten().find(|known| known.play == play).map(|known| known.item);
    let path = item.and_then(|id| state.queue.get(id)).map(|item| item.path.clone());
    let name = path.map(|path| state.name_of(&path)).unwrap_or_default();
    notices::tell(state, wording::damaged(&name, packets), now);
}

/// The engine has stopped; the item stays where it was heard and no file is to blame.
fn output_ended(state: &mut AppState, heard: Option<Position>, why: &str, now: Now, fx: &mut Vec<Effect>) {
    // The clock knows no place any more.
    let rest = playback::place_now(state, Now { heard, ..now });
    playback::halt(state, rest, fx);
    saving::position_soon(state, now);
    notices::tell(state, wording::output_ended(why), now);
}

fn paused_itself(state: &mut AppState, reason: Reason, now: Now, fx: &mut Vec<Effect>) {
    if matches!(state.playback.state, PlayState::Playing | PlayState::Opening) {
        playback::set_state(state, PlayState::Paused);
        saving::position_soon(state, now);
    }
    notices::tell(state, wording::paused_itself(reason), now);
    if reason == Reason::DidNotReturn {
        state.output.state = OutputState::Closed;
        state.dirty.output = true;
        if state.output.asked.screen().is_some() {
            audio::bring_back(state, now, fx);
        }
    }
}

pub fn outputs_found(state: &mut AppState, found: Result<Vec<OutputDevice>, String>) {
    let (devices, problem) = match found {
        Ok(devices) => (devices, None),
        Err(why) => (Vec::new(), Some(why)),
    };
    state.outputs = OutputsView { looking: false, devices: Arc::new(devices), problem };
    state.dirty.output = true;
}

fn output_refused(state: &mut AppState, asked: &OutputSpec, why: &str, now: Now) {
    if let Some(before) = state.output_before.take() {
        if let Some(there) = before.there() {
            let device = if let OutputSpec::Device(Some(id)) = there { Some(id.clone()) } else { None };
            state.saving.outputs |= device != state.output_memory.chosen;
            state.output_memory.chosen = device;
        }
        state.output.asked = before;
        state.dirty.output = true;
    }
    notices::tell(state, wording::output_refused(asked, why), now);
}

fn output_changed(state: &mut AppState, output: OutputState, now: Now, fx: &mut Vec<Effect>) {
    let was_lost = matches!(state.output.state, OutputState::Lost { .. });
    match &output {
        OutputState::Lost { why } => notices::tell(state, wording::output_lost(why), now),
        OutputState::StandIn { why, .. } => notices::tell(state, wording::no_device(why), now),
        OutputState::Open(accepted) if was_lost => {
            notices::tell(state, wording::output_back(&accepted.name), now);
        }
        OutputState::Open(_) | OutputState::Closed => {}
    }
    if let OutputState::Open(accepted) = &output {
        state.output_before = None;
        if state.output.device() != accepted.id.as_deref() {
            playback::recall_volume(state, accepted.id.as_deref(), now, fx);
        }
    }
    state.output.state = output;
    state.dirty.output = true;
}
