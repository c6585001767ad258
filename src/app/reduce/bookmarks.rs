//! Bookmarks: set where the ear is, gone to, dropped, told.

use std::sync::Arc;

use super::{history, notices, playback};
use crate::app::effect::Effect;
use crate::app::event::{Expanded, Now};
use crate::app::state::{AppState, Purpose, Rest};
use crate::app::wording::{self, ShownMark};
use crate::engine::command::Place;
use crate::model::bookmark::{Bookmark, BookmarkName};
use crate::model::command::Bookmarking;
use crate::model::id::ItemId;
use crate::model::track::AudioFormat;

pub fn reduce(state: &mut AppState, command: Bookmarking, now: Now, fx: &mut Vec<Effect>) {
    match command {
        Bookmarking::Set(name) => set(state, name, now, fx),
        Bookmarking::Go(name) => go(state, &name, now, fx),
        Bookmarking::Drop(name) => remove(state, &name, now, fx),
        Bookmarking::List => list(state, now),
    }
}

fn set(state: &mut AppState, name: Option<BookmarkName>, now: Now, fx: &mut Vec<Effect>) {
    let Some(item) = state.queue.current().cloned() else {
        return notices::tell(state, wording::nothing_to_bookmark(), now);
    };
    let Some(name) = name.or_else(|| state.bookmarks.free_letter()) else {
        return notices::tell(state, wording::no_free_letter(), now);
    };
    let place = playback::place_now(state, now);
    let format = state.playback.format.or_else(|| known_format(state, item.id));
    let rate = if place.rate > 0 { place.rate } else { format.map_or(0, |format| format.spec.rate) };
    let mark = Bookmark { name, path: item.path, frame: place.frame, rate };
    let notice = match Arc::make_mut(&mut state.bookmarks).set(mark.clone()) {
        Ok(before) => {
            save(state, fx);
            wording::bookmark_set(&shown(state, &mark), before.map(|old| shown(state, &old)).as_ref())
        }
        Err(_) => wording::bookmarks_full(),
    };
    notices::tell(state, notice, now);
}

/// Played where it is in the queue, the current item first; else put there once its file was found.
fn go(state: &mut AppState, name: &BookmarkName, now: Now, fx: &mut Vec<Effect>) {
    let Some(mark) = state.bookmarks.find(name).cloned() else {
        return notices::tell(state, wording::no_such_bookmark(name), now);
    };
    match queued(state, &mark) {
        Some(id) => start(state, id, &mark, now, fx),
        None => {
            let job = state.fresh_job();
            let paths = vec![mark.path.to_path_buf()];
            state.returning.insert(job, mark);
            fx.push(Effect::Expand { job, paths });
        }
    }
}

/// It was looked for its file.
pub fn found(state: &mut AppState, mark: &Bookmark, found: &Expanded, now: Now, fx: &mut Vec<Effect>) {
    if let Some((_, why)) = found.problems.first() {
        return notices::tell(state, wording::bookmark_lost(&mark.name, why), now);
    }
    let id = queued(state, mark).or_else(|| {
        let before = state.queue.moment();
        let track = state.library.catalog.find_path(&mark.path).map(|track| track.id());
        let id = state.queue.insert_next(vec![(Arc::clone(&mark.path), track)]);
        history::queue_changed(state, &before, wording::put(Purpose::PlayNow, 1), now);
        id
    });
    id.into_iter().for_each(|id| start(state, id, mark, now, fx));
}

fn queued(state: &AppState, mark: &Bookmark) -> Option<ItemId> {
    let mut items = state.queue.current().into_iter().chain(state.queue.items().iter());
    items.find(|item| item.path == mark.path).map(|item| item.id)
}

fn start(state: &mut AppState, id: ItemId, mark: &Bookmark, now: Now, fx: &mut Vec<Effect>) {
    let rate = known_format(state, id).map_or(mark.rate, |format| format.spec.rate);
    let place = match mark.frame {
        0 => Place::Start,
        // The file was made anew since: the time is what is left of the place.
        _ if mark.rate > 0 && rate != mark.rate => Place::Time(mark.time()),
        frame => Place::Frame(frame),
    };
    playback::start(state, id, place, now, fx);
    state.playback.rest = Rest { frame: mark.frame, rate: mark.rate };
}

fn known_format(state: &AppState, id: ItemId) -> Option<AudioFormat> {
    let track = state.queue.get(id)?.track?;
    Some(state.library.catalog.find(track)?.format())
}

fn remove(state: &mut AppState, name: &BookmarkName, now: Now, fx: &mut Vec<Effect>) {
    let notice = match Arc::make_mut(&mut state.bookmarks).remove(name) {
        Some(mark) => {
            save(state, fx);
            wording::bookmark_dropped(&shown(state, &mark))
        }
        None => wording::no_such_bookmark(name),
    };
    notices::tell(state, notice, now);
}

fn list(state: &mut AppState, now: Now) {
    let marks: Vec<ShownMark> = state.bookmarks.iter().map(|mark| shown(state, mark)).collect();
    // To who asks for it this is done; words without a change would be a refusal.
    state.dirty.bookmarks = true;
    notices::tell(state, wording::bookmarks(&marks), now);
}

fn shown(state: &AppState, mark: &Bookmark) -> ShownMark {
    ShownMark { name: mark.name.clone(), title: state.name_of(&mark.path), time: mark.time() }
}

/// At once: what somebody sets by hand is not to be lost by a crash.
fn save(state: &mut AppState, fx: &mut Vec<Effect>) {
    state.dirty.bookmarks = true;
    fx.push(Effect::SaveBookmarks(Arc::clone(&state.bookmarks)));
}
