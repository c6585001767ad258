//! Long tracks go on where they were left off.

use std::sync::Arc;

use super::{notices, playback};
use crate::app::effect::Effect;
use crate::app::event::Now;
use crate::app::state::{AppState, Hearing, Rest};
use crate::app::wording;
use crate::engine::command::Place;
use crate::model::id::{ItemId, TrackId};
use crate::model::resume::{self, Places, is_long, left_at};

/// They were read from the store. What was left off since then stays.
pub fn loaded(state: &mut AppState, places: Result<Places, String>) {
    match places {
        Ok(mut places) => {
            places.extend(state.places.iter().map(|(&id, &place)| (id, place)));
            state.places = Arc::new(places);
            state.dirty.facts = true;
        }
        Err(error) => tracing::warn!("tracks begin anew: {error}"),
    }
}

/// A play is over, or another one begins.
pub fn left(state: &mut AppState, hearing: &Hearing, fx: &mut Vec<Effect>) {
    let (Some(least), Some(id), Some(length)) = (state.settings.resume, hearing.track, hearing.length) else {
        return;
    };
    // Nothing was heard: it is where it was.
    if hearing.frames > 0 && is_long(length, hearing.rate, least) {
        set(state, id, left_at(hearing.at, length, hearing.rate), fx);
    }
}

/// It was heard to its end.
pub fn heard_out(state: &mut AppState, item: ItemId, fx: &mut Vec<Effect>) {
    let track = state.queue.get(item).and_then(|item| item.track);
    track.into_iter().for_each(|id| set(state, id, None, fx));
}

fn set(state: &mut AppState, id: TrackId, place: Option<resume::Place>, fx: &mut Vec<Effect>) {
    if state.places.get(&id).copied() == place {
        return;
    }
    let places = Arc::make_mut(&mut state.places);
    match place {
        Some(place) => drop(places.insert(id, place)),
        None => drop(places.remove(&id)),
    }
    state.dirty.facts = true;
    fx.push(Effect::SaveResume(vec![(id, place)]));
}

/// Where an item goes on.
pub fn of(state: &AppState, item: ItemId) -> Option<resume::Place> {
    state.settings.resume?;
    state.places.get(&state.queue.get(item)?.track?).copied()
}

/// The same for the engine, and what is shown until the ear is there.
pub fn place(state: &AppState, item: ItemId) -> (Place, Rest) {
    match of(state, item) {
        Some(place) => (Place::Frame(place.frame), Rest { frame: place.frame, rate: place.rate }),
        None => (Place::Start, Rest::default()),
    }
}

/// From the beginning, whatever was left off.
pub fn restart(state: &mut AppState, now: Now, fx: &mut Vec<Effect>) {
    let track = state.queue.current().and_then(|item| item.track);
    track.into_iter().for_each(|id| set(state, id, None, fx));
    playback::to_start(state, now, fx);
}

/// For this run: how long a track must be; `None`: none goes on.
pub fn set_least(state: &mut AppState, least: Option<std::time::Duration>, now: Now) {
    state.settings.resume = least;
    state.dirty.playback = true;
    notices::tell(state, wording::resume_set(least), now);
}
