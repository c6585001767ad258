//! The music server: told of stars that change, has a queue to go on with.

use std::path::PathBuf;

use super::{history, notices, playback, queue, saving};
use crate::app::effect::Effect;
use crate::app::event::Now;
use crate::app::state::{AppState, Purpose};
use crate::app::wording;
use crate::engine::command::Place;
use crate::jobs::server::{KeptQueue, Queued, Starred};
use crate::model::audio::frames_to_duration;
use crate::model::command::Serving;
use crate::model::facts::TrackFacts;
use crate::model::id::TrackId;
use crate::model::server::{Star, is_served};

pub fn reduce(state: &mut AppState, command: Serving, now: Now, fx: &mut Vec<Effect>) {
    let job = state.fresh_job();
    match command {
        Serving::Keep => fx.push(Effect::KeepQueue { job, queued: queued(state, now) }),
        Serving::Resume => {
            fx.push(Effect::FindKeptQueue { job, catalog: state.library.catalog.clone() });
        }
    }
}

fn queued(state: &AppState, now: Now) -> Queued {
    let place = playback::place_now(state, now);
    let position =
        if place.rate > 0 { frames_to_duration(place.frame, place.rate) } else { Default::default() };
    let current = state.queue.current().and_then(|current| state.queue.index_of(current.id));
    let paths: Vec<PathBuf> = state.queue.items().iter().map(|item| item.path.to_path_buf()).collect();
    Queued { paths, current, position }
}

pub fn kept(state: &mut AppState, result: Result<usize, String>, now: Now) {
    // To who asked for it this is done; words without a change would be a refusal.
    state.dirty.bookmarks |= result.is_ok();
    notices::tell(state, wording::queue_kept(result), now);
}

/// In place of the queue, from the place on where it was left.
pub fn found(state: &mut AppState, found: Result<KeptQueue, String>, now: Now, fx: &mut Vec<Effect>) {
    let kept = match found {
        Ok(kept) if !kept.tracks.is_empty() => kept,
        Ok(kept) => return notices::tell(state, wording::no_queue_kept(kept.unknown), now),
        Err(why) => return notices::tell(state, wording::no_queue_found(&why), now),
    };
    let before = state.queue.moment();
    let files = queue::library_files(state, &kept.tracks);
    let words = wording::put(Purpose::Replace { start: 0 }, files.len());
    let ids = state.queue.replace(files);
    let traits = queue::traits(state, state.queue.shuffle());
    queue::renew_order(state, &traits);
    if let Some(&id) = ids.get(kept.current.unwrap_or(0)) {
        let place = if kept.position.is_zero() { Place::Start } else { Place::Time(kept.position) };
        playback::start(state, id, place, now, fx);
    }
    history::queue_changed(state, &before, words, now);
    notices::tell(state, wording::queue_resumed(kept.tracks.len(), kept.unknown), now);
}

/// Facts of tracks changed by their listener: of songs of a server it is told what it keeps of that.
pub fn starred(state: &AppState, rows: &[(TrackId, TrackFacts, TrackFacts)], fx: &mut Vec<Effect>) {
    let star = |&(id, before, after): &(TrackId, TrackFacts, TrackFacts)| {
        let (before, after) = (Star::of(&before), Star::of(&after));
        let track = state.library.catalog.find(id).filter(|_| before != after)?;
        let path = Some(track.path()).filter(|path| is_served(path))?.to_path_buf();
        Some(Starred { path, before, after })
    };
    let stars: Vec<Starred> = rows.iter().filter_map(star).collect();
    if !stars.is_empty() {
        fx.push(Effect::TellStars(stars));
    }
}

pub fn told(state: &mut AppState, result: Result<(), String>, now: Now) {
    if let Err(why) = result {
        notices::tell(state, wording::stars_not_told(&why), now);
    }
}

/// What its user said of songs elsewhere holds here, too. It is no step that could be taken back: it was made elsewhere.
pub fn take_stars(state: &mut AppState, stars: &[(TrackId, Star)], now: Now, fx: &mut Vec<Effect>) {
    if state.facts_awaited {
        return;
    }
    let changed = |&(id, star): &(TrackId, Star)| Some((id, star.taken(state.facts.get(id))?));
    let rows: Vec<_> = stars.iter().filter_map(changed).collect();
    if rows.is_empty() {
        return;
    }
    rows.iter().for_each(|&(id, facts)| state.facts.set(id, facts));
    state.dirty.facts = true;
    saving::facts(state, rows, now, fx);
}
