//! The listener's own stages: equaliser, crossfeed, impulse response, night mode. What is turned is told to the engine at once.

use std::path::Path;
use std::sync::Arc;

use super::notices;
use crate::app::effect::{CurveWork, Effect};
use crate::app::event::Now;
use crate::app::state::AppState;
use crate::app::wording;
use crate::engine::command::{EngineCommand, ImpulseResponse};
use crate::model::command::{BandChange, Change, ImpulseChange, Listener, Step};
use crate::model::equaliser::{Equaliser, NoBand};
use crate::model::id::JobId;
use crate::model::impulse::Impulse;
use crate::model::mastering::Intensity;
use crate::model::settings::Crossfeed;
use crate::model::snapshot::OutputState;

pub fn reduce(state: &mut AppState, command: Listener, now: Now, fx: &mut Vec<Effect>) {
    let sound = &mut state.sound;
    match &command {
        Listener::Eq(on) => sound.eq.on = on.unwrap_or(!sound.eq.on),
        Listener::EqPreset(None) => {
            let next = sound.eq.curve.next_preset();
            return take(state, next, now, fx);
        }
        Listener::EqReset => return take(state, Equaliser::default(), now, fx),
        Listener::EqPreset(Some(name)) => return ask(state, CurveWork::Named(name.clone()), fx),
        Listener::EqLoad(path) => return ask(state, CurveWork::File(path.clone()), fx),
        Listener::EqSave(name) => {
            let curve = Equaliser::clone(&sound.eq.curve).named(name);
            return ask(state, CurveWork::Keep(Arc::new(curve)), fx);
        }
        Listener::EqBand { hz, change } => {
            let mut curve = Equaliser::clone(&sound.eq.curve);
            return match turned(&mut curve, *hz, *change) {
                Ok(()) => take_turned(state, curve, &command, now, fx),
                Err(why) => notices::tell(state, wording::listener::no_band(*hz, why), now),
            };
        }
        Listener::EqPreamp(db) => {
            let mut curve = Equaliser::clone(&sound.eq.curve);
            curve.set_preamp(*db);
            return take_turned(state, curve, &command, now, fx);
        }
        Listener::Crossfeed(wanted) => {
            let other = if sound.crossfeed.is_some() { None } else { Some(Crossfeed::Default) };
            sound.crossfeed = wanted.unwrap_or(other);
        }
        Listener::Impulse(change) => return impulse(state, change, now, fx),
        Listener::Night(on) => sound.night.on = on.unwrap_or(!sound.night.on),
        Listener::NightStrength(change) => {
            let percent = match change {
                Change::To(percent) => i64::from(*percent),
                Change::By(points) => i64::from(sound.night.strength.percent()) + i64::from(*points),
            };
            sound.night.strength = Intensity::new(percent);
            sound.night.on = true;
        }
    }
    tell(state, &command, now, fx);
}

fn turned(curve: &mut Equaliser, hz: f32, change: BandChange) -> Result<(), NoBand> {
    match change {
        BandChange::Drop => curve.drop_band(hz),
        BandChange::Gain(Step::To(db), q) => curve.set_band(hz, |_| db, q).map(drop),
        BandChange::Gain(Step::By(db), q) => curve.set_band(hz, |now| now + db, q).map(drop),
    }
}

/// A curve that was changed by hand is no preset any more.
fn take_turned(state: &mut AppState, curve: Equaliser, command: &Listener, now: Now, fx: &mut Vec<Effect>) {
    let is_own = Equaliser::preset(curve.name()).is_none();
    let curve = if is_own { curve } else { curve.named("own") };
    state.sound.eq.curve = Arc::new(curve);
    tell(state, command, now, fx);
}

/// Whoever chooses a curve wants to hear it.
fn take(state: &mut AppState, curve: Equaliser, now: Now, fx: &mut Vec<Effect>) {
    state.sound.eq.curve = Arc::new(curve);
    state.sound.eq.on = true;
    tell(state, &Listener::EqPreset(None), now, fx);
}

fn tell(state: &mut AppState, command: &Listener, now: Now, fx: &mut Vec<Effect>) {
    state.dirty.playback = true;
    fx.push(Effect::Engine(EngineCommand::Sound(state.sound.clone())));
    notices::tell(state, wording::listener::changed(command, &state.sound), now);
}

fn ask(state: &mut AppState, work: CurveWork, fx: &mut Vec<Effect>) {
    let job = state.fresh_job();
    fx.push(Effect::Curve { job, work });
}

fn impulse(state: &mut AppState, change: &ImpulseChange, now: Now, fx: &mut Vec<Effect>) {
    let is_heard = state.sound.impulse.is_some();
    match (change, &state.impulse) {
        (ImpulseChange::File(path), _) => {
            let rate = match &state.output.state {
                OutputState::Open(accepted) => Some(accepted.spec.rate),
                _ => None,
            };
            let job = state.fresh_job();
            state.impulse_asked = Some(job);
            fx.push(Effect::ReadImpulse { job, path: path.clone(), rate });
        }
        (ImpulseChange::Toggle, Some(_)) if !is_heard => convolve(state, true, now, fx),
        (ImpulseChange::Toggle, None) if !is_heard => {
            notices::tell(state, wording::listener::no_impulse(), now);
        }
        (ImpulseChange::Toggle | ImpulseChange::Off, _) => {
            // What is being read comes too late.
            state.impulse_asked = None;
            convolve(state, false, now, fx);
        }
    }
}

fn convolve(state: &mut AppState, on: bool, now: Now, fx: &mut Vec<Effect>) {
    let (response, facts) = state.impulse.clone().filter(|_| on).unzip();
    fx.push(Effect::Engine(EngineCommand::Impulse(response)));
    state.sound.impulse = facts;
    tell(state, &Listener::Impulse(ImpulseChange::Toggle), now, fx);
}

/// An impulse response was read, or cannot be: then what was heard is heard on.
pub fn impulse_read(
    state: &mut AppState,
    job: JobId,
    path: &Path,
    result: Result<(Arc<ImpulseResponse>, Arc<Impulse>), String>,
    now: Now,
    fx: &mut Vec<Effect>,
) {
    if state.impulse_asked != Some(job) {
        return;
    }
    state.impulse_asked = None;
    match result {
        Ok(read) => {
            state.impulse = Some(read);
            convolve(state, true, now, fx);
        }
        Err(why) => notices::tell(state, wording::listener::impulse_failed(path, &why), now),
    }
}

/// A curve was read or kept, or cannot be.
pub fn done(
    state: &mut AppState,
    work: &CurveWork,
    result: Result<Arc<Equaliser>, String>,
    now: Now,
    fx: &mut Vec<Effect>,
) {
    match (result, work) {
        (Ok(curve), CurveWork::Keep(_)) => {
            state.dirty.playback = true;
            // What was turned on meanwhile stays.
            if state.sound.eq.curve.bands() == curve.bands() {
                state.sound.eq.curve = Arc::clone(&curve);
            }
            notices::tell(state, wording::listener::kept(curve.name()), now);
        }
        (Ok(curve), _) => take(state, Arc::unwrap_or_clone(curve), now, fx),
        (Err(why), work) => notices::tell(state, wording::listener::failed(work, &why), now),
    }
}

#[cfg(test)]
mod tests;
