//! When queue and place are written to the store: soon after a change, now and then while something plays, at the end.

use std::time::Duration;

use super::playback::place_now;
use crate::app::effect::Effect;
use crate::app::event::Now;
use crate::app::state::AppState;
use crate::engine::command::EngineCommand;
use crate::model::facts::TrackFacts;
use crate::model::id::TrackId;
use crate::model::playback::PlayState;
use crate::model::session::{Save, Session, SessionItem, SessionPosition};

/// Changes that come together are saved together.
const AFTER_CHANGE: Duration = Duration::from_millis(500);
/// What a crash can lose of the place.
const WHILE_PLAYING: Duration = Duration::from_secs(10);

pub fn session_soon(state: &mut AppState, now: Now) {
    state.saving.session_due.get_or_insert(now.instant + AFTER_CHANGE);
}

pub fn position_soon(state: &mut AppState, now: Now) {
    let soon = now.instant + AFTER_CHANGE;
    let due = state.saving.position_due.map_or(soon, |due| due.min(soon));
    state.saving.position_due = Some(due);
}

/// Something plays from now on.
pub fn playing(state: &mut AppState, now: Now) {
    state.saving.position_due.get_or_insert(now.instant + WHILE_PLAYING);
}

pub fn due(state: &mut AppState, now: Now, fx: &mut Vec<Effect>) {
    let is_due = |at: Option<std::time::Instant>| at.is_some_and(|at| at <= now.instant);
    if is_due(state.saving.session_due) {
        save(state, Vec::new(), now, fx);
        outputs(state, fx);
    }
    if is_due(state.saving.position_due) {
        let plays = state.playback.state == PlayState::Playing;
        state.saving.position_due = plays.then(|| now.instant + WHILE_PLAYING);
        fx.push(Effect::SavePosition(position(state, now)));
    }
}

/// Saves these facts at once, together with everything that the history has meanwhile.
pub fn facts(state: &mut AppState, facts: Vec<(TrackId, TrackFacts)>, now: Now, fx: &mut Vec<Effect>) {
    save(state, facts, now, fx);
}

/// History and what it is the history of are written in one piece: after a crash they fit each other.
fn save(state: &mut AppState, facts: Vec<(TrackId, TrackFacts)>, now: Now, fx: &mut Vec<Effect>) {
    let session = state.saving.session_due.take().map(|_| session(state, now));
    let playlists = std::mem::take(&mut state.saving.playlists);
    let templates = std::mem::take(&mut state.saving.templates);
    let log = std::mem::take(&mut state.saving.log);
    fx.push(Effect::Save(Box::new(Save {
        session,
        facts,
        playlists,
        templates,
        log,
        history: state.history.take_unsaved(),
    })));
}

pub fn session(state: &AppState, now: Now) -> Session {
    let items = state.queue.items().iter().map(|item| SessionItem {
        id: item.id,
        path: item.path.to_path_buf(),
        track: item.track,
    });
    Session {
        items: items.collect(),
        position: position(state, now),
        volume: state.playback.volume,
        muted: state.playback.muted,
        repeat: state.queue.repeat(),
        shuffle: state.queue.shuffle(),
        order: state.queue.own_order().to_vec(),
        chance: state.queue.chance(),
        consume: state.queue.consume,
    }
}

fn outputs(state: &mut AppState, fx: &mut Vec<Effect>) {
    if std::mem::take(&mut state.saving.outputs) {
        fx.push(Effect::SaveOutputs(state.output_memory.clone()));
    }
}

fn position(state: &AppState, now: Now) -> Option<SessionPosition> {
    let index = state.queue.index_of(state.queue.current()?.id)?;
    let place = place_now(state, now);
    Some(SessionPosition { index: u32::try_from(index).ok()?, frame: place.frame, rate: place.rate })
}

pub fn quit(state: &mut AppState, now: Now, fx: &mut Vec<Effect>) {
    if state.closing {
        return;
    }
    state.closing = true;
    state.dirty.closing = true;
    if let Some(scan) = &state.library.scan {
        scan.cancel.cancel();
    }
    if let Some(run) = &state.analysis.run {
        run.cancel.cancel();
    }
    super::renders::quit(state);
    super::taste::learn_settled(state, now, fx);
    session_soon(state, now);
    save(state, Vec::new(), now, fx);
    outputs(state, fx);
    fx.push(Effect::Engine(EngineCommand::Shutdown));
    fx.push(Effect::Close);
}
