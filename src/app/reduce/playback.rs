//! Playing: start, pause, seek, next, modes, volume; and what the engine is told to follow.

use std::time::Duration;

use super::{audio, history, mastering, notices, queue, resume, saving, sound};
use crate::app::effect::Effect;
use crate::app::event::Now;
use crate::app::state::{Ab, Aim, AppState, Rest, Sleep, load};
use crate::app::wording;
use crate::engine::command::{EngineCommand, Item, Place};
use crate::model::audio::{Volume, duration_to_frames};
use crate::model::command::{AbLoop, Playback, Seek, VolumeChange};
use crate::model::id::ItemId;
use crate::model::playback::{PlayState, Repeat, Shuffle, ShuffleBy, StopAfter};
use crate::model::settings::{OutputSettings, OutputSpec};
use crate::model::track::AudioFormat;

pub fn reduce(state: &mut AppState, command: Playback, now: Now, fx: &mut Vec<Effect>) {
    match command {
        Playback::Play => play(state, now, fx),
        Playback::Pause => pause(state, now, fx),
        Playback::Toggle => toggle(state, now, fx),
        Playback::Stop => stop(state, now, fx),
        Playback::Next(count) => skip(state, i64::from(count), now, fx),
        Playback::Previous(count) => previous(state, count, now, fx),
        Playback::Seek(seek) => seek_to(state, seek, now, fx),
        Playback::Volume(change) => volume(state, change, now, fx),
        Playback::ToggleMute => mute(state, now, fx),
        Playback::StopAfter(mode) => stop_after(state, mode),
        Playback::Restart => resume::restart(state, now, fx),
        Playback::Resume(least) => resume::set_least(state, least, now),
        Playback::Sleep(time) => sleep(state, time, now, fx),
        Playback::AbLoop(change) => ab_loop(state, change, now, fx),
        Playback::Repeat(mode) => repeat(state, mode, now),
        Playback::Consume(on) => consume(state, on, now),
        Playback::Shuffle(shuffle) => set_shuffle(state, shuffle, now),
        Playback::Output(spec) => output(state, spec, now, fx),
        Playback::Audio(wanted, screen) => audio::audio(state, wanted, screen, now, fx),
        Playback::FindOutputs => find_outputs(state, fx),
    }
}

/// A seek that is not heard by then will not be: the ear counts again.
const AIM_HOLDS: Duration = Duration::from_secs(1);

/// Frame and rate of the current item where a seek takes it, else as the ear has it, else where it rests.
pub fn place_now(state: &AppState, now: Now) -> Rest {
    let playing = state.playback.playing.map(|playing| playing.play);
    let is_due =
        |aim: &Aim| Some(aim.play) == playing && now.instant.saturating_duration_since(aim.asked) < AIM_HOLDS;
    if let Some(aim) = state.playback.aim.filter(is_due) {
        return aim.place;
    }
    match now.heard {
        Some(heard) if Some(heard.play) == playing => Rest { frame: heard.frame, rate: heard.rate },
        _ => state.playback.rest,
    }
}

fn play(state: &mut AppState, now: Now, fx: &mut Vec<Effect>) {
    match (state.playback.state, state.playback.playing) {
        (PlayState::Playing | PlayState::Opening, _) => {}
        (PlayState::Paused, Some(_)) => {
            set_state(state, PlayState::Playing);
            saving::playing(state, now);
            fx.push(Effect::Engine(EngineCommand::Play));
        }
        _ => start_at_rest(state, now, fx),
    }
}

/// From where the current item rests, or from the first item of the order.
fn start_at_rest(state: &mut AppState, now: Now, fx: &mut Vec<Effect>) {
    let rest = state.playback.rest;
    let current = state.queue.current().map(|item| item.id);
    match current.or_else(|| state.queue.first(|_| true)) {
        Some(item) => {
            let place = if rest.frame == 0 { Place::Start } else { Place::Frame(rest.frame) };
            start(state, item, place, now, fx);
            if rest.frame > 0 {
                state.playback.rest = if current.is_some() { rest } else { Rest::default() };
            }
        }
        None => notices::tell(state, wording::nothing_to_play(), now),
    }
}

pub fn pause(state: &mut AppState, now: Now, fx: &mut Vec<Effect>) {
    if matches!(state.playback.state, PlayState::Playing | PlayState::Opening) {
        set_state(state, PlayState::Paused);
        saving::position_soon(state, now);
        fx.push(Effect::Engine(EngineCommand::Pause));
    }
}

fn toggle(state: &mut AppState, now: Now, fx: &mut Vec<Effect>) {
    match state.playback.state {
        PlayState::Playing | PlayState::Opening => pause(state, now, fx),
        PlayState::Stopped | PlayState::Paused => play(state, now, fx),
    }
}

fn stop(state: &mut AppState, now: Now, fx: &mut Vec<Effect>) {
    halt(state, Rest::default(), fx);
    saving::position_soon(state, now);
}

/// The engine forgets what plays; the current item rests at `rest`.
pub fn halt(state: &mut AppState, rest: Rest, fx: &mut Vec<Effect>) {
    if state.playback.playing.take().is_some() {
        fx.push(Effect::Engine(EngineCommand::Stop));
    }
    state.playback.next = None;
    forget_sound(state);
    state.playback.rest = rest;
    state.playback.ab = None;
    state.saving.position_due = None;
    set_state(state, PlayState::Stopped);
    state.dirty.queue = true;
}

/// What was known of the sound that played.
fn forget_sound(state: &mut AppState) {
    state.playback.format = None;
    state.playback.stream = None;
    state.playback.buffering = false;
}

pub fn set_state(state: &mut AppState, to: PlayState) {
    state.playback.state = to;
    state.dirty.playback = true;
}

/// Plays an item of the queue from a place. Someone asked for it: that it did not play before is forgotten.
pub fn start(state: &mut AppState, id: ItemId, place: Place, now: Now, fx: &mut Vec<Effect>) {
    let Some(item) = state.queue.get(id).cloned() else {
        return;
    };
    // A long one goes on where it was left off; what plays already is begun again.
    let again = state.playback.playing.is_some_and(|playing| playing.item == id);
    let (place, rest) = match place {
        Place::Start if !again => resume::place(state, id),
        named => (named, Rest::default()),
    };
    if rest.frame > 0 {
        notices::tell(state, wording::goes_on(rest.frame, rest.rate), now);
    }
    let play = state.playback.fresh_play(id);
    state.queue.set_current(Some(id));
    state.playback.broken.remove(&id);
    state.playback.playing = Some(play);
    state.playback.next = None;
    forget_sound(state);
    state.playback.rest = rest;
    state.playback.ab = None;
    set_state(state, PlayState::Opening);
    state.dirty.queue = true;
    let context = sound::context(state, id, state.queue.step(-1));
    fx.push(Effect::Engine(load(play, &item, context, mastering::of(state, id), place)));
    saving::playing(state, now);
    saving::position_soon(state, now);
}

/// So many items on (negative: back) in the order of play.
fn skip(state: &mut AppState, steps: i64, now: Now, fx: &mut Vec<Effect>) {
    if state.queue.current().is_none() {
        return start_at_rest(state, now, fx);
    }
    let left = state.queue.current().map(|item| item.id).filter(|_| steps > 0);
    match state.queue.step(steps) {
        Some(id) => go_to(state, id, now, fx),
        None if steps > 0 => finish(state, fx),
        None => {
            let first = state.queue.first(|_| true);
            first.into_iter().for_each(|id| go_to(state, id, now, fx));
        }
    }
    left.into_iter().for_each(|id| queue::heard(state, id, now));
}

/// To the start of an item: played where something plays, else made current and left standing.
pub fn go_to(state: &mut AppState, id: ItemId, now: Now, fx: &mut Vec<Effect>) {
    match state.playback.state {
        PlayState::Playing | PlayState::Opening => start(state, id, Place::Start, now, fx),
        PlayState::Paused | PlayState::Stopped => {
            halt(state, Rest::default(), fx);
            state.queue.set_current(Some(id));
            saving::position_soon(state, now);
        }
    }
}

/// The end of the queue: nothing is current, and the next start is the first item.
pub fn finish(state: &mut AppState, fx: &mut Vec<Effect>) {
    halt(state, Rest::default(), fx);
    state.queue.set_current(None);
}

fn previous(state: &mut AppState, count: u32, now: Now, fx: &mut Vec<Effect>) {
    let place = place_now(state, now);
    let rewind_frames = duration_to_frames(state.settings.rewind, place.rate.max(1));
    let back = if place.frame > rewind_frames { count.saturating_sub(1) } else { count };
    match back {
        0 => seek_to(state, Seek::To(Duration::ZERO), now, fx),
        back => skip(state, -i64::from(back), now, fx),
    }
}

/// To the beginning of the current item.
pub fn to_start(state: &mut AppState, now: Now, fx: &mut Vec<Effect>) {
    seek_to(state, Seek::To(Duration::ZERO), now, fx);
}

fn seek_to(state: &mut AppState, seek: Seek, now: Now, fx: &mut Vec<Effect>) {
    if let Some(stream) = &state.playback.stream {
        return notices::tell(state, wording::not_sought(stream.live), now);
    }
    let rest = place_now(state, now);
    let place = resolve(seek, rest);
    if let Some(playing) = state.playback.playing {
        let aim = landing(state.playback.format.as_ref(), place, rest);
        state.playback.aim = aim.map(|place| Aim { play: playing.play, place, asked: now.instant });
        fx.push(Effect::Engine(EngineCommand::Seek(place)));
    } else if let Some(rest) = rest_at(state, place, rest) {
        state.playback.rest = rest;
        state.dirty.playback = true;
    }
    saving::position_soon(state, now);
}

fn resolve(seek: Seek, from: Rest) -> Place {
    let frames = |time: Duration| duration_to_frames(time, from.rate);
    match seek {
        Seek::To(time) => Place::Time(time),
        Seek::Percent(percent) => Place::Fraction((percent / 100.0).clamp(0.0, 1.0)),
        Seek::Forward(by) => Place::Frame(from.frame.saturating_add(frames(by))),
        Seek::Back(by) => Place::Frame(from.frame.saturating_sub(frames(by))),
    }
}

/// The place in an item that stands still, as far as the library knows its rate and length.
fn rest_at(state: &AppState, place: Place, from: Rest) -> Option<Rest> {
    let item = state.queue.current()?;
    let format = state.library.catalog.find(item.track?)?.format();
    landing(Some(&format), place, from)
}

/// The frame that a place means in a file of this format.
fn landing(format: Option<&AudioFormat>, place: Place, from: Rest) -> Option<Rest> {
    let format = format?;
    let rate = if from.rate > 0 { from.rate } else { format.spec.rate };
    let frames = format.frames.unwrap_or(u64::MAX);
    let frame = match place {
        Place::Start => 0,
        Place::Time(time) => duration_to_frames(time, rate),
        Place::Frame(frame) => frame,
        Place::Fraction(fraction) => (fraction * format.frames? as f64) as u64,
    };
    Some(Rest { frame: frame.min(frames.saturating_sub(1)), rate })
}

fn volume(state: &mut AppState, change: VolumeChange, now: Now, fx: &mut Vec<Effect>) {
    let old = state.playback.volume.percent();
    let percent = match change {
        VolumeChange::To(percent) => i64::from(percent),
        VolumeChange::By(points) => i64::from(old) + i64::from(points),
        VolumeChange::ByDb(db) => i64::from(Volume::new(i64::from(old)).louder(db).percent()),
    };
    // While none is open it is the one that sounded last: what is set now must hold when it opens.
    let device = state.output.device().or(state.output_memory.last()).map(str::to_owned);
    let cap = state.settings.output.caps.of(device.as_deref());
    state.playback.volume = Volume::new(percent).min(cap);
    state.playback.muted = false;
    if let Some(id) = device {
        state.saving.outputs |= state.output_memory.remember(&id, state.playback.volume);
    }
    tell_gain(state, now, fx);
}

fn mute(state: &mut AppState, now: Now, fx: &mut Vec<Effect>) {
    state.playback.muted = !state.playback.muted;
    tell_gain(state, now, fx);
}

/// A device has the volume that it was left with; one that is new has that of the one before it, within its cap.
pub fn recall_volume(state: &mut AppState, id: Option<&str>, now: Now, fx: &mut Vec<Effect>) {
    let known = id.and_then(|id| state.output_memory.volume(id)).unwrap_or(state.playback.volume);
    let volume = known.min(state.settings.output.caps.of(id));
    if let Some(id) = id {
        state.saving.outputs |= state.output_memory.remember(id, volume);
    }
    if volume != state.playback.volume {
        state.playback.volume = volume;
        tell_gain(state, now, fx);
    } else if state.saving.outputs {
        saving::session_soon(state, now);
    }
}

fn tell_gain(state: &mut AppState, now: Now, fx: &mut Vec<Effect>) {
    state.dirty.playback = true;
    saving::session_soon(state, now);
    fx.push(Effect::Engine(EngineCommand::Gain(state.playback.gain())));
}

fn stop_after(state: &mut AppState, mode: Option<StopAfter>) {
    let toggled = match state.playback.stop_after {
        StopAfter::Off => StopAfter::Track,
        StopAfter::Track | StopAfter::Album => StopAfter::Off,
    };
    state.playback.stop_after = mode.unwrap_or(toggled);
    state.dirty.playback = true;
}

fn sleep(state: &mut AppState, time: Option<Duration>, now: Now, fx: &mut Vec<Effect>) {
    if state.playback.sleep.is_some_and(|sleep| sleep.fading) {
        fx.push(Effect::Engine(EngineCommand::Gain(state.playback.gain())));
    }
    state.playback.sleep = time.map(|time| Sleep { at: now.instant + time, fading: false });
    state.dirty.playback = true;
    notices::tell(state, wording::sleep_set(time), now);
}

/// Begins the fade in time, and pauses at its end.
pub fn sleep_due(state: &mut AppState, now: Now, fx: &mut Vec<Effect>) {
    let Some(sleep) = state.playback.sleep.filter(|sleep| sleep.next() <= now.instant) else {
        return;
    };
    let left = sleep.at.saturating_duration_since(now.instant);
    if !left.is_zero() {
        state.playback.sleep = Some(Sleep { fading: true, ..sleep });
        fx.push(Effect::Engine(EngineCommand::Fade { gain: 0.0, time: left }));
        return;
    }
    state.playback.sleep = None;
    state.dirty.playback = true;
    if matches!(state.playback.state, PlayState::Playing | PlayState::Opening) {
        pause(state, now, fx);
        notices::tell(state, wording::slept(), now);
    }
    fx.push(Effect::Engine(EngineCommand::Gain(state.playback.gain())));
}

fn ab_loop(state: &mut AppState, change: AbLoop, now: Now, fx: &mut Vec<Effect>) {
    let Some(playing) = state.playback.playing else {
        return notices::tell(state, wording::nothing_to_loop(), now);
    };
    if let Some(stream) = &state.playback.stream {
        return notices::tell(state, wording::not_sought(stream.live), now);
    }
    let place = place_now(state, now);
    let rate = if place.rate > 0 { place.rate } else { state.playback.format.map_or(0, |f| f.spec.rate) };
    let before = state.playback.ab.filter(|ab| ab.play == playing.play);
    let part = |from, to| Some(Ab { play: playing.play, from, to });
    let ab = match (change, before) {
        (AbLoop::Off, _) | (AbLoop::Next, Some(Ab { to: Some(_), .. })) => None,
        (AbLoop::Next, None) => part(place.frame, None),
        (AbLoop::Next, Some(Ab { from, .. })) if place.frame > from => part(from, Some(place.frame)),
        (AbLoop::Next, Some(_)) => part(place.frame, None),
        (AbLoop::Part { from, to }, _) => {
            part(duration_to_frames(from, rate), Some(duration_to_frames(to, rate)))
        }
    };
    let range = |ab: Option<Ab>| ab.and_then(|ab| Some(ab.from..ab.to?));
    if range(ab) != range(before) {
        fx.push(Effect::Engine(EngineCommand::Loop(range(ab))));
    }
    state.playback.ab = ab;
    state.dirty.playback = true;
    notices::tell(state, wording::ab_loop(ab.as_ref(), rate), now);
}

fn repeat(state: &mut AppState, mode: Option<Repeat>, now: Now) {
    let mode = mode.unwrap_or_else(|| state.queue.repeat().following());
    state.queue.set_repeat(mode);
    changed_modes(state, now);
}

fn set_shuffle(state: &mut AppState, shuffle: Option<Shuffle>, now: Now) {
    let toggled = match state.queue.shuffle() {
        Shuffle::Off => Shuffle::On { by: ShuffleBy::Tracks, seed: None },
        Shuffle::On { .. } => Shuffle::Off,
    };
    // Seeds are shown and typed again: a short number serves.
    let before = state.queue.moment();
    let shuffle = shuffle.unwrap_or(toggled);
    let traits = queue::traits(state, shuffle);
    state.queue.set_shuffle(shuffle, now.seed % 100_000, &traits);
    let words = wording::shuffled(state.queue.shuffle());
    history::queue_changed(state, &before, words, now);
    changed_modes(state, now);
}

fn consume(state: &mut AppState, on: Option<bool>, now: Now) {
    state.queue.consume = on.unwrap_or(!state.queue.consume);
    changed_modes(state, now);
}

fn changed_modes(state: &mut AppState, now: Now) {
    state.dirty.playback = true;
    state.dirty.queue = true;
    saving::session_soon(state, now);
}

/// Everything but the place stays as the user has set it. Of a screen nothing is remembered: it will not be there.
pub fn output(state: &mut AppState, spec: OutputSpec, now: Now, fx: &mut Vec<Effect>) {
    let before = std::mem::replace(&mut state.output.asked, spec.clone());
    match spec.there() {
        None => state.output_there = before.there().cloned().or(state.output_there.take()),
        Some(there) => {
            let chosen = if let OutputSpec::Device(Some(id)) = there { Some(id.clone()) } else { None };
            state.saving.outputs |= chosen != state.output_memory.chosen;
            state.output_memory.chosen = chosen;
        }
    }
    state.output_before.get_or_insert(before);
    saving::session_soon(state, now);
    state.dirty.output = true;
    let settings = OutputSettings { output: spec, ..state.settings.output.clone() };
    fx.push(Effect::Engine(EngineCommand::Output(settings)));
}

fn find_outputs(state: &mut AppState, fx: &mut Vec<Effect>) {
    if !std::mem::replace(&mut state.outputs.looking, true) {
        state.dirty.output = true;
        fx.push(Effect::FindOutputs);
    }
}

/// Tells the engine what follows, where that is not what it was told before.
pub fn sync_next(state: &mut AppState, fx: &mut Vec<Effect>) {
    let Some(playing) = state.playback.playing else {
        return;
    };
    let wanted = wanted_next(state, playing.item);
    if wanted == state.playback.next.map(|next| next.item) {
        return;
    }
    state.playback.next = wanted.map(|id| state.playback.fresh_play(id));
    tell_next(state, fx);
    state.dirty.queue = true;
}

/// Tells the engine what follows and what is known of it.
pub fn tell_next(state: &AppState, fx: &mut Vec<Effect>) {
    let before = state.playback.playing.map(|playing| playing.item);
    let told = state.playback.next.and_then(|next| {
        let path = state.queue.get(next.item)?.path.clone();
        Some(Item {
            play: next.play,
            path,
            context: sound::context(state, next.item, before),
            mastered: mastering::of(state, next.item).map(std::sync::Arc::new),
        })
    });
    fx.push(Effect::Engine(EngineCommand::SetNext(told)));
}

fn wanted_next(state: &AppState, playing: ItemId) -> Option<ItemId> {
    if state.playback.stop_after == StopAfter::Track {
        return None;
    }
    let ends_album = state.playback.stop_after == StopAfter::Album;
    match state.queue.repeat() {
        Repeat::One => Some(playing).filter(|item| !state.playback.broken.contains(item)),
        // What goes on somewhere else than at its start is begun when the other has ended.
        _ => {
            let begins = |next: &ItemId| resume::of(state, *next).is_none();
            following(state, playing)
                .filter(begins)
                .filter(|next| !ends_album || sound::share_album(state, playing, *next))
        }
    }
}

/// What is played behind an item when its end is heard. An album that is repeated begins again where the row of its
/// tracks does.
pub fn following(state: &AppState, item: ItemId) -> Option<ItemId> {
    let usable = |id: &ItemId| !state.playback.broken.contains(id);
    let next = state.queue.following(item, |id| usable(&id));
    let alike = |a, b| sound::share_album(state, a, b);
    match state.queue.repeat() {
        Repeat::Album if next.is_none_or(|next| !alike(item, next)) => {
            Some(state.queue.row_start(item, alike)).filter(usable)
        }
        _ => next,
    }
}
