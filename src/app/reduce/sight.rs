//! What is shown of what was measured: the wave of the current track, looked for when another one becomes current, and how
//! a track sounds. Both are looked for again while tracks are being measured. And covers, its own and those of albums, looked
//! for when a screen asks.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::notices;
use crate::app::effect::Effect;
use crate::app::event::Now;
use crate::app::state::{AppState, SightState};
use crate::app::wording;
use crate::model::address::is_address;
use crate::model::features::Waveform;
use crate::model::id::{JobId, TrackId};
use crate::model::picture::{CoverView, CoversView, MOST_ASKED, MOST_SIDE, TrackCover};
use crate::model::portrait::{Portrait, Spread, Told};
use crate::model::server::is_served;

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

/// The cover of what plays is asked for. One that is known or looked for at that size is not looked for again.
pub fn show_cover(state: &mut AppState, side: u16, fx: &mut Vec<Effect>) {
    let Some(path) = state.queue.current().map(|item| Arc::clone(&item.path)) else { return };
    let side = side.clamp(1, MOST_SIDE);
    let sight = &mut state.sight;
    let serves = |of: &Path, large: u16| *of == *path && large >= side;
    if sight.cover.as_ref().is_some_and(|cover| serves(&cover.path, cover.side))
        || sight.cover_asked.as_ref().is_some_and(|(of, large)| serves(of, *large))
    {
        return;
    }
    if is_address(&path) && !is_served(&path) {
        // A stream has none.
        sight.cover_asked = None;
        sight.cover = Some(Arc::new(CoverView { path, side: MOST_SIDE, picture: None }));
        state.dirty.scan = true;
    } else {
        sight.cover_asked = Some((Arc::clone(&path), side));
        fx.push(Effect::FindCover { path, side });
    }
}

/// What was not asked for last is dropped.
pub fn cover_found(state: &mut AppState, cover: CoverView) {
    let is_awaited = |(path, side): &mut (Arc<Path>, u16)| *path == cover.path && *side == cover.side;
    if state.sight.cover_asked.take_if(is_awaited).is_some() {
        state.sight.cover = Some(Arc::new(cover));
        state.dirty.scan = true;
    }
}

/// Covers that the snapshot keeps: who looks at it too late for those of one question finds them with those of the next.
const KEPT: usize = 2 * MOST_ASKED;

/// Covers of tracks are asked for. Those of a server are looked for by themselves: the others do not wait for them.
pub fn show_covers(state: &mut AppState, tracks: Vec<TrackId>, side: u16, fx: &mut Vec<Effect>) {
    let side = side.clamp(1, MOST_SIDE);
    let catalog = &state.library.catalog;
    let (mut here, mut served, mut without) = (Vec::new(), Vec::new(), Vec::new());
    for track in tracks.into_iter().take(MOST_ASKED) {
        match catalog.find(track).map(|track| track.path()) {
            Some(path) if is_served(&path) => served.push((track, path)),
            Some(path) if !is_address(&path) => here.push((track, path)),
            _ => without.push(TrackCover { track, side, picture: None }),
        }
    }
    for files in [here, served].into_iter().filter(|files: &Vec<(TrackId, PathBuf)>| !files.is_empty()) {
        state.sight.covers_open += 1;
        fx.push(Effect::FindCovers { files, side });
    }
    if !without.is_empty() {
        keep_covers(state, without);
    }
}

pub fn covers_found(state: &mut AppState, covers: Vec<TrackCover>) {
    state.sight.covers_open = state.sight.covers_open.saturating_sub(1);
    keep_covers(state, covers);
}

fn keep_covers(state: &mut AppState, covers: Vec<TrackCover>) {
    let sight = &mut state.sight;
    let mut found = sight.covers.found.clone();
    found.extend(covers);
    found.drain(..found.len().saturating_sub(KEPT));
    sight.covers = Arc::new(CoversView { found, open: sight.covers_open });
    state.dirty.scan = true;
}

/// Files were written: their covers may be others now. Who shows them asks again.
pub fn covers_written(state: &mut AppState, paths: &[PathBuf]) {
    let sight = &mut state.sight;
    if paths.is_empty() {
        return;
    }
    sight.covers = Arc::new(CoversView { found: Vec::new(), open: sight.covers_open });
    // It may be from one of the files, or from beside it.
    let is_beside = |cover: &Arc<CoverView>| paths.iter().any(|path| cover.path.parent() == path.parent());
    sight.cover.take_if(|cover| is_beside(cover));
    state.dirty.scan = true;
}
