//! What changes the order of the queue or takes out what is not wanted, each as one step.

use std::cmp::Ordering;

use super::{ids_of, take_out};
use crate::app::effect::Effect;
use crate::app::event::Now;
use crate::app::reduce::{history, notices};
use crate::app::state::AppState;
use crate::app::wording;
use crate::model::collate::sort_key;
use crate::model::command::{Items, SortBy, SortKey};
use crate::model::fold::natural_cmp;
use crate::model::snapshot::QueueItem;
use crate::say;

pub fn move_to(state: &mut AppState, items: &Items, place: usize, now: Now) {
    let ids = ids_of(state, items);
    if ids.is_empty() {
        return notices::tell(state, wording::no_such_entry(), now);
    }
    let before = state.queue.moment();
    state.queue.move_to(&ids, place - 1);
    history::queue_changed(state, &before, wording::moved(ids.len()), now);
}

/// Without numbers the current item is kept.
pub fn crop(state: &mut AppState, items: &Items, now: Now, fx: &mut Vec<Effect>) {
    let kept = match items {
        Items::Selection => state.queue.current().map(|item| item.id).into_iter().collect(),
        named => ids_of(state, named),
    };
    if !kept.iter().any(|&id| state.queue.get(id).is_some()) {
        return notices::tell(state, wording::no_such_entry(), now);
    }
    let others = state.queue.others(&kept);
    if !others.is_empty() {
        let words = say!("cropped: {removed}", removed = wording::took_out(others.len()));
        take_out(state, &others, words, now, fx);
    }
}

pub fn dedupe(state: &mut AppState, now: Now, fx: &mut Vec<Effect>) {
    let twice = state.queue.duplicates();
    match twice.is_empty() {
        true => notices::tell(state, wording::nothing_twice(), now),
        false => {
            let words = say!("duplicates: {removed}", removed = wording::took_out(twice.len()));
            take_out(state, &twice, words, now, fx);
        }
    }
}

pub fn reverse(state: &mut AppState, now: Now) {
    arranged(state, say!("reversed"), now, crate::app::queue::Queue::reverse);
}

/// Puts items of the queue, in this order, on the places that they have.
pub fn arrange(state: &mut AppState, ids: &[crate::model::id::ItemId], words: &str, now: Now) {
    arranged(state, words, now, |queue| queue.arrange(ids));
}

fn arranged(state: &mut AppState, words: &str, now: Now, change: impl FnOnce(&mut crate::app::queue::Queue)) {
    let before = state.queue.moment();
    change(&mut state.queue);
    match before.step_to(&state.queue.moment()) {
        None => notices::tell(state, wording::is_in_order(), now),
        Some(_) => {
            notices::tell(state, wording::arranged(words), now);
            history::queue_changed(state, &before, words.to_owned(), now);
        }
    }
}

/// What an item is sorted by: texts naturally, numbers by size, in this order.
type Key = (Vec<u8>, Vec<u8>, Option<i64>, Vec<u8>);

pub fn sort(state: &mut AppState, by: SortBy, now: Now) {
    let keys: std::collections::HashMap<_, Option<Key>> =
        state.queue.items().iter().map(|item| (item.id, key(state, item, by.key))).collect();
    arranged(state, say!("sorted"), now, |queue| {
        let key = |item: &QueueItem| keys.get(&item.id).cloned().flatten();
        queue.sort(key, |a, b| compare(a.as_ref(), b.as_ref(), by.descending));
    });
}

/// What is not known comes last, whichever way.
fn compare(a: Option<&Key>, b: Option<&Key>, descending: bool) -> Ordering {
    let (Some(a), Some(b)) = (a, b) else { return a.is_none().cmp(&b.is_none()) };
    let texts = natural_cmp(&a.0, &b.0).then_with(|| natural_cmp(&a.1, &b.1));
    let order = texts.then_with(|| a.2.cmp(&b.2)).then_with(|| a.3.cmp(&b.3));
    if descending { order.reverse() } else { order }
}

/// `None` where it is not known.
fn key(state: &AppState, item: &QueueItem, key: SortKey) -> Option<Key> {
    use std::os::unix::ffi::OsStrExt;
    let text = |text: &str| (!text.is_empty()).then(|| (sort_key(text), Vec::new(), None, Vec::new()));
    let number = |number: i64| Some((Vec::new(), Vec::new(), Some(number), Vec::new()));
    if key == SortKey::Path {
        return Some((Vec::new(), Vec::new(), None, item.path.as_os_str().as_bytes().to_vec()));
    }
    let track = state.library.catalog.find(item.track?)?;
    let facts = state.facts.get(track.id());
    match key {
        SortKey::Title => text(track.title()),
        SortKey::Artist => text(track.artists().next()?),
        SortKey::Album => {
            let artist = track.album_artists().next().map(sort_key).unwrap_or_default();
            let place = i64::from(track.raw().disc) << 16 | i64::from(track.raw().track);
            let album = track.album_title();
            (!album.is_empty()).then(|| (artist, sort_key(album), Some(place), Vec::new()))
        }
        SortKey::Year => number(i64::from(track.year()?)),
        SortKey::Length => number(i64::try_from(track.duration()?.as_millis()).ok()?),
        SortKey::Added => number(i64::from(track.raw().added_s)),
        SortKey::Plays => number(i64::from(facts.plays)),
        SortKey::Rating => number(i64::from(facts.rating?.halves())),
        SortKey::Tempo => number(i64::from(facts.levels.tempo?)),
        SortKey::Key => number(i64::from(facts.levels.key?.place())),
        SortKey::Loudness => number(i64::from(facts.levels.lufs?)),
        SortKey::Path => None,
    }
}
