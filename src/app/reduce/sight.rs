//! What is shown of what was measured: the wave of the current track, looked for when another one becomes current, and how
//! a track sounds. Both are looked for again while tracks are being measured.

use std::sync::Arc;

use super::notices;
use crate::app::effect::Effect;
use crate::app::event::Now;
use crate::app::state::{AppState, SightState};
use crate::app::wording;
use crate::model::features::Waveform;
use crate::model::id::{JobId, TrackId};
use crate::model::portrait::{Portrait, Spread, Told};

impl SightState {
    /// The track that is looked at and not measured.
    pub fn awaited(&self) -> Option<TrackId> {
        let portrait = self.portrait.as_ref()?;
        matches!(portrait.told, Told::Not).then_some(portrait.track)
    }
}

/// After every event.
pub fn follow(state: &mut AppState, fx: &mut Vec<Effect>) {
    let current = state.queue.current().and_then(|item| item.track);
    if current != state.sight.current {
        state.sight.current = current;
        fx.extend(current.map(Effect::ReadWave));
    }
}

/// More tracks are measured than were.
pub fn look_again(state: &AppState, fx: &mut Vec<Effect>) {
    let sight = &state.sight;
    let is_known = |track| matches!(&sight.wave, Some((of, Some(_))) if *of == track);
    fx.extend(sight.current.filter(|track| !is_known(*track)).map(Effect::ReadWave));
    fx.extend(sight.awaited().map(|track| read_portrait(state, None, track)));
}

fn read_portrait(state: &AppState, job: Option<JobId>, track: TrackId) -> Effect {
    Effect::ReadPortrait { job, track, with_spread: state.sight.spread.is_none() }
}

pub fn wave_read(state: &mut AppState, track: TrackId, wave: Result<Option<Waveform>, String>, now: Now) {
    if state.sight.current != Some(track) {
        return;
    }
    let wave = wave.unwrap_or_else(|why| {
        notices::tell(state, wording::no_levels(&why), now);
        None
    });
    state.sight.wave = Some((track, wave.map(Arc::new)));
    state.dirty.scan = true;
}

/// How a track sounds is asked for.
pub fn portray(state: &mut AppState, track: TrackId, fx: &mut Vec<Effect>) {
    let spread = state.sight.spread.clone().unwrap_or_default();
    state.sight.portrait = Some(Arc::new(Portrait { track, told: Told::Reading, spread }));
    state.dirty.scan = true;
    fx.push(read_portrait(state, None, track));
}

/// The same, without a screen.
pub fn tell(state: &mut AppState, track: TrackId, fx: &mut Vec<Effect>) {
    let job = state.fresh_job();
    fx.push(read_portrait(state, Some(job), track));
}

/// For whom, and of which track.
pub fn portrait_read(
    state: &mut AppState,
    (job, track): (Option<JobId>, TrackId),
    told: Told,
    spread: Option<Arc<Spread>>,
    fx: &mut Vec<Effect>,
) {
    if let Some(spread) = spread {
        state.sight.spread = Some(spread);
    }
    if job.is_some() {
        let is_awaited = told == Told::Not && state.analysis.run.is_some();
        fx.extend(is_awaited.then_some(Effect::AnalyseFirst(track)));
        let spread = state.sight.spread.clone().unwrap_or_default();
        state.sight.told = Some(Arc::new(Portrait { track, told, spread }));
        state.dirty.scan = true;
        return;
    }
    if state.sight.portrait.as_ref().is_none_or(|portrait| portrait.track != track) {
        return;
    }
    let spread = state.sight.spread.clone().unwrap_or_default();
    state.sight.portrait = Some(Arc::new(Portrait { track, told, spread }));
    state.dirty.scan = true;
    if state.analysis.run.is_some() {
        fx.extend(state.sight.awaited().map(Effect::AnalyseFirst));
    }
}
