//! The wave of the current track: looked for when another one becomes current, and again while it is being measured.

use std::sync::Arc;

use super::notices;
use crate::app::effect::Effect;
use crate::app::event::Now;
use crate::app::state::AppState;
use crate::app::wording;
use crate::model::features::Waveform;
use crate::model::id::TrackId;

/// After every event.
pub fn follow(state: &mut AppState, fx: &mut Vec<Effect>) {
    let current = state.queue.current().and_then(|item| item.track);
    if current != state.wave.of {
        state.wave.of = current;
        fx.extend(current.map(Effect::ReadWave));
    }
}

/// More tracks are measured than were.
pub fn look_again(state: &AppState, fx: &mut Vec<Effect>) {
    let is_known = |track| matches!(&state.wave.found, Some((of, Some(_))) if *of == track);
    fx.extend(state.wave.of.filter(|track| !is_known(*track)).map(Effect::ReadWave));
}

pub fn read(state: &mut AppState, track: TrackId, wave: Result<Option<Waveform>, String>, now: Now) {
    if state.wave.of != Some(track) {
        return;
    }
    let wave = wave.unwrap_or_else(|why| {
        notices::tell(state, wording::no_levels(&why), now);
        None
    });
    state.wave.found = Some((track, wave.map(Arc::new)));
    state.dirty.scan = true;
}
