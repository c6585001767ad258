//! The queue: what comes in, goes out, moves, and how that is taken back.

pub mod arrange;
pub mod edit;
#[cfg(test)]
mod edit_tests;

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::{history, notices, playback, saving};
use crate::app::effect::Effect;
use crate::app::event::{Expanded, Now};
use crate::app::queue::{NewItems, Traits, unresolved};
use crate::app::state::{AppState, Purpose, Rest};
use crate::app::wording;
use crate::engine::command::Place;
use crate::model::catalog::path_key_of;
use crate::model::command::{IntoQueue, Items, Queue, Target};
use crate::model::edit::Way;
use crate::model::fold::fold;
use crate::model::history::QueueStep;
use crate::model::id::{ItemId, TrackId};
use crate::model::playback::{Repeat, Shuffle, ShuffleBy};
use crate::model::snapshot::QueueItem;

pub fn reduce(state: &mut AppState, command: Queue, now: Now, fx: &mut Vec<Effect>) {
    match command {
        Queue::Append(target) => bring(state, target, Purpose::Append, now, fx),
        Queue::Insert(target) => bring(state, target, Purpose::Insert, now, fx),
        Queue::PlayNow(target) => bring(state, target, Purpose::PlayNow, now, fx),
        Queue::Replace { target, start } => bring(state, target, Purpose::Replace { start }, now, fx),
        Queue::Jump(items) => jump(state, &items, now, fx),
        Queue::Remove(items) => remove(state, &items, now, fx),
        Queue::Move(items, by) => move_by(state, &items, by, now),
        Queue::InsertAt(place, target) => bring(state, target, Purpose::At(place - 1), now, fx),
        Queue::MoveTo(items, place) => arrange::move_to(state, &items, place, now),
        Queue::Crop(items) => arrange::crop(state, &items, now, fx),
        Queue::Dedupe => arrange::dedupe(state, now, fx),
        Queue::Reverse => arrange::reverse(state, now),
        Queue::Sort(by) => arrange::sort(state, by, now),
        Queue::Clear => clear(state, now, fx),
        Queue::Edit(edited) => edit::begin(state, edited, now, fx),
    }
}

/// Tracks of the library come at once, paths when they were walked.
fn bring(state: &mut AppState, target: Target, purpose: Purpose, now: Now, fx: &mut Vec<Effect>) {
    match target {
        Target::Selection => notices::tell(state, wording::nothing_selected(), now),
        Target::Tracks(ids) => {
            let files = library_files(state, &ids);
            put(state, files, purpose, now, fx);
        }
        Target::Paths(paths) => {
            let job = state.fresh_job();
            state.expanding.insert(job, purpose);
            fx.push(Effect::Expand { job, paths });
        }
    }
}

pub fn library_files(state: &AppState, ids: &[TrackId]) -> NewItems {
    let found = ids.iter().filter_map(|&id| state.library.catalog.find(id));
    found.map(|track| (Arc::from(track.path()), Some(track.id()))).collect()
}

pub fn expanded(state: &mut AppState, expanded: Expanded, now: Now, fx: &mut Vec<Effect>) {
    let Some(purpose) = state.expanding.remove(&expanded.job) else {
        return;
    };
    if let Some((path, why)) = expanded.problems.first() {
        notices::tell(state, wording::not_added(path, why, expanded.problems.len()), now);
    } else if expanded.files.is_empty() {
        notices::tell(state, wording::no_music_found(), now);
    }
    let mut files = unresolved(expanded.files);
    for (path, track) in &mut files {
        *track = state.library.catalog.find_path(path).map(|track| track.id());
    }
    put(state, files, purpose, now, fx);
}

pub fn put(state: &mut AppState, files: NewItems, purpose: Purpose, now: Now, fx: &mut Vec<Effect>) {
    if files.is_empty() {
        return;
    }
    let before = state.queue.moment();
    let count = files.len();
    let words = wording::put(purpose, count);
    let shuffle = state.queue.shuffle();
    let traits = traits(state, shuffle);
    match purpose {
        Purpose::Append => {
            state.queue.append(files);
            renew_order(state, &traits);
            notices::tell(state, wording::added(count), now);
        }
        Purpose::Insert => {
            state.queue.insert_next(files);
            notices::tell(state, wording::inserted(count), now);
        }
        Purpose::PlayNow => {
            let first = state.queue.insert_next(files);
            first.into_iter().for_each(|id| playback::start(state, id, Place::Start, now, fx));
        }
        Purpose::At(place) => {
            state.queue.insert_before(place, files);
            renew_order(state, &traits);
            notices::tell(state, wording::added(count), now);
        }
        Purpose::Replace { start } => {
            let gone = state.queue.items().len();
            let ids = state.queue.replace(files);
            if gone > 0 {
                notices::tell(state, wording::replaced(count, gone), now);
            }
            renew_order(state, &traits);
            play_from(state, &ids, start, now, fx);
        }
    }
    history::queue_changed(state, &before, words, now);
}

/// A kept queue; in place of all it brings its modes, too.
pub fn load(
    state: &mut AppState,
    files: NewItems,
    how: IntoQueue,
    (shuffle, repeat): (Option<ShuffleBy>, Repeat),
    now: Now,
    fx: &mut Vec<Effect>,
) {
    match how {
        IntoQueue::Append => return put(state, files, Purpose::Append, now, fx),
        IntoQueue::Insert => return put(state, files, Purpose::Insert, now, fx),
        IntoQueue::PlayNow => return put(state, files, Purpose::PlayNow, now, fx),
        IntoQueue::Replace => {}
    }
    let before = state.queue.moment();
    let words = wording::put(Purpose::Replace { start: 0 }, files.len());
    let shuffle = shuffle.map_or(Shuffle::Off, |by| Shuffle::On { by, seed: None });
    let ids = state.queue.replace(files);
    let traits = traits(state, shuffle);
    state.queue.set_shuffle(shuffle, now.seed, &traits);
    state.queue.set_repeat(repeat);
    play_from(state, &ids, 0, now, fx);
    history::queue_changed(state, &before, words, now);
}

/// Chance alone has placed new items already.
pub fn renew_order(state: &mut AppState, traits: &dyn Fn(&QueueItem) -> Traits) {
    if !matches!(state.queue.shuffle(), Shuffle::Off | Shuffle::On { by: ShuffleBy::Tracks, .. }) {
        state.queue.renew_order(traits);
    }
}

/// What an order of that kind looks at.
pub fn traits(state: &AppState, shuffle: Shuffle) -> impl Fn(&QueueItem) -> Traits + use<> {
    let (catalog, facts) = (Arc::clone(&state.library.catalog), state.facts.clone());
    move |item| {
        let Some(track) = item.track.and_then(|id| catalog.find(id)) else { return Traits::UNKNOWN };
        let facts = facts.get(track.id());
        let weight = match shuffle {
            Shuffle::On { by: ShuffleBy::LeastHeard, .. } => 1.0 / (1.0 + f64::from(facts.plays)),
            // What is not rated lies in the middle.
            Shuffle::On { by: ShuffleBy::BestRated, .. } => {
                facts.rating.map_or(5.0, |rating| f64::from(rating.halves()))
            }
            _ => 1.0,
        };
        let artist = track.artists().next().map(|name| path_key_of(&[], fold(name).as_bytes()));
        let album = (!track.album_title().is_empty()).then(|| u64::from(track.raw().album));
        Traits { album, artist, weight }
    }
}

/// An item that was left once it was heard, or passed over: where items are consumed it goes.
pub fn heard(state: &mut AppState, id: ItemId, now: Now) {
    let is_current = state.queue.current().is_some_and(|current| current.id == id);
    let Some(path) = state.queue.get(id).map(|item| Arc::clone(&item.path)) else { return };
    if !state.queue.consume || is_current {
        return;
    }
    let words = wording::consumed(&state.name_of(&path));
    let before = state.queue.moment();
    state.queue.remove(&[id]);
    history::queue_changed(state, &before, words, now);
}

fn play_from(state: &mut AppState, ids: &[ItemId], start: usize, now: Now, fx: &mut Vec<Effect>) {
    // In random order everything is equally the beginning, unless one was picked.
    let first = if start == 0 { state.queue.first(|_| true) } else { ids.get(start).copied() };
    first.into_iter().for_each(|id| playback::start(state, id, Place::Start, now, fx));
}

pub fn changed(state: &mut AppState, now: Now) {
    state.dirty.queue = true;
    state.dirty.playback = true;
    saving::session_soon(state, now);
}

pub fn ids_of(state: &AppState, items: &Items) -> Vec<ItemId> {
    let all = state.queue.items();
    match items {
        Items::Selection => Vec::new(),
        Items::Ids(ids) => ids.clone(),
        Items::Positions(positions) => {
            let items = positions.iter().filter_map(|position| all.get(position.checked_sub(1)?));
            items.map(|item| item.id).collect()
        }
    }
}

fn jump(state: &mut AppState, items: &Items, now: Now, fx: &mut Vec<Effect>) {
    let target = ids_of(state, items).first().copied().filter(|&id| state.queue.get(id).is_some());
    match target {
        Some(id) => playback::start(state, id, Place::Start, now, fx),
        None => notices::tell(state, wording::no_such_entry(), now),
    }
}

fn remove(state: &mut AppState, items: &Items, now: Now, fx: &mut Vec<Effect>) {
    let mut ids = ids_of(state, items);
    ids.retain(|&id| state.queue.get(id).is_some());
    if ids.is_empty() {
        return notices::tell(state, wording::no_such_entry(), now);
    }
    take_out(state, &ids, wording::took_out(ids.len()), now, fx);
}

/// Takes items out as one step, and goes on with what follows where the current one is among them.
fn take_out(state: &mut AppState, ids: &[ItemId], words: String, now: Now, fx: &mut Vec<Effect>) {
    keep_rest(state, now);
    let before = state.queue.moment();
    let current = state.queue.current().map(|item| item.id);
    state.queue.remove(ids);
    follow_current(state, current, now, fx);
    notices::tell(state, wording::removed(ids.len()), now);
    history::queue_changed(state, &before, words, now);
}

/// Where the current item went away, what became current is played, or nothing.
fn follow_current(state: &mut AppState, before: Option<ItemId>, now: Now, fx: &mut Vec<Effect>) {
    let current = state.queue.current().map(|item| item.id);
    if current == before {
        return;
    }
    match current {
        Some(id) => playback::go_to(state, id, now, fx),
        None => playback::finish(state, fx),
    }
}

fn move_by(state: &mut AppState, items: &Items, by: i32, now: Now) {
    let ids = ids_of(state, items);
    if ids.is_empty() {
        return notices::tell(state, wording::no_such_entry(), now);
    }
    let before = state.queue.moment();
    state.queue.move_by(&ids, by);
    history::queue_changed(state, &before, wording::moved(ids.len()), now);
}

fn clear(state: &mut AppState, now: Now, fx: &mut Vec<Effect>) {
    if state.queue.is_empty() {
        return;
    }
    let count = state.queue.items().len();
    keep_rest(state, now);
    let before = state.queue.moment();
    let rest = state.playback.rest;
    state.queue.clear();
    // The place is kept for an undo: it finds the item where it was heard.
    playback::halt(state, rest, fx);
    notices::tell(state, wording::removed(count), now);
    history::queue_changed(state, &before, wording::took_out(count), now);
}

/// Notes where the ear is, for when the item comes back by an undo.
fn keep_rest(state: &mut AppState, now: Now) {
    state.playback.rest = playback::place_now(state, now);
}

/// Goes over a step of the history, wholly or not at all: `false` where it does not fit.
pub fn go_over(state: &mut AppState, step: &QueueStep, way: Way, now: Now, fx: &mut Vec<Effect>) -> bool {
    let playing = state.playback.playing.map(|playing| playing.item);
    let before = state.queue.current().map(|item| item.id);
    keep_rest(state, now);
    if !state.queue.go_over(step, way, playing) {
        return false;
    }
    resolve(state);
    let current = state.queue.current().map(|item| item.id);
    let was_playing = playing.is_some() && playing == before;
    // What plays is not in this queue, or nothing is: the sound stops, the queue stands where it was.
    if (was_playing && current != before) || (before.is_some() && current.is_none()) {
        playback::halt(state, Rest::default(), fx);
    }
    changed(state, now);
    true
}

/// Files have other names: queue, bookmarks and moved words go with them. No step of the history of its own, for the change of the files
/// is one, and steps are gone over in their order.
pub fn moved(state: &mut AppState, moves: &[(PathBuf, PathBuf)], now: Now, fx: &mut Vec<Effect>) {
    let moves: HashMap<&Path, &Path> =
        moves.iter().map(|(from, to)| (from.as_path(), to.as_path())).collect();
    if moves.is_empty() {
        return;
    }
    let new_name = |path: &Path| moves.get(path).map(|&to| Arc::from(to));
    if state.queue.rename(new_name) {
        // What follows is told anew, by its new name.
        state.playback.next = None;
        changed(state, now);
    }
    if Arc::make_mut(&mut state.bookmarks).rename(new_name) {
        state.dirty.bookmarks = true;
        fx.push(Effect::SaveBookmarks(Arc::clone(&state.bookmarks)));
    }
    if state.lyrics.offsets.rename(new_name) {
        fx.push(Effect::SaveLyricsOffsets(state.lyrics.offsets.clone()));
    }
}

/// Fills in what the library knows of the queue's files.
pub fn resolve(state: &mut AppState) {
    let catalog = Arc::clone(&state.library.catalog);
    let find = |path: &Path| catalog.find_path(path).map(|track| track.id());
    state.dirty.queue |= state.queue.resolve(find);
}
