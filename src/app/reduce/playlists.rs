//! Playlists: every change of them goes through [`change`].

mod files;

pub use files::{exported, imported, looked};

use std::sync::Arc;

use files::{export, export_now, import, look};

use super::{evaluation, history, notices, queue};
use crate::app::effect::Effect;
use crate::app::event::{Expanded, Now};
use crate::app::queue::NewItems;
use crate::app::state::playlists::Then;
use crate::app::state::{AppState, Purpose};
use crate::app::wording;
use crate::model::command::{Added, Entries, IntoQueue, ListRef, Playlisting, Target};
use crate::model::edit::Way;
use crate::model::id::PlaylistId;
use crate::model::notice::Notice;
use crate::model::playlist::edit::{self, Edit, Refusal};
use crate::model::playlist::order::Known;
use crate::model::playlist::{Change, Entry, Kind, Playlist, PlaylistName, Playlists};

pub fn reduce(state: &mut AppState, command: Playlisting, now: Now, fx: &mut Vec<Effect>) {
    if !state.playlists.loaded {
        return notices::tell(state, wording::playlists_loading(), now);
    }
    if let Err(refusal) = act(state, command, now, fx) {
        notices::tell(state, wording::playlist_refused(&refusal), now);
    }
}

fn act(state: &mut AppState, command: Playlisting, now: Now, fx: &mut Vec<Effect>) -> Result<(), Refusal> {
    match command {
        Playlisting::New(name) => make(state, name, Vec::new(), now, fx)?,
        Playlisting::Save(name) => save(state, name, now, fx)?,
        Playlisting::Add { list, what, at } => {
            let at = at.map(|at| at.saturating_sub(1));
            add(state, &list, what, at, now, fx)?;
        }
        Playlisting::Copy(list, name) => copy(state, &list, name, now, fx)?,
        Playlisting::Delete(list) => delete(state, &list, now, fx)?,
        Playlisting::Smart(name, smart) => evaluation::define(state, name, smart, now, fx)?,
        Playlisting::Freeze(list) => freeze(state, &list, now, fx)?,
        Playlisting::ToQueue { list, entries, how } => to_queue(state, &list, &entries, how, now, fx)?,
        Playlisting::Import(paths) => import(state, paths, now, fx),
        Playlisting::Export(list, path, style) => export(state, &list, Arc::from(path), style, now, fx)?,
        Playlisting::Look(id) => look(state, id, fx),
        Playlisting::List => list(state, now),
        other => edit(state, other, now, fx)?,
    }
    Ok(())
}

/// The one way in which playlists change: `changes` take effect, are saved and can be taken back; `words` are told.
pub fn change(state: &mut AppState, changes: Vec<Change>, words: Notice, now: Now, fx: &mut Vec<Effect>) {
    apply(state, &changes);
    // As a part of a sentence: "taken back: deleted playlist".
    let mut letters = words.what.chars();
    let first = letters.next().map(|first| first.to_lowercase().collect::<String>()).unwrap_or_default();
    let what = format!("{first}{}", letters.as_str());
    history::playlists_changed(state, changes, what, now, fx);
    notices::tell(state, words, now);
}

/// Goes over a change of the history; `false`, and nothing is changed, where it does not fit what is there.
pub fn go_over(state: &mut AppState, changes: &[Change], way: Way) -> bool {
    let turned = |change: &Change| if way == Way::Back { change.reversed() } else { change.clone() };
    let changes: Vec<Change> = changes.iter().map(turned).collect();
    let lists = &state.playlists.view.lists;
    let fits = |change: &Change| change.id().and_then(|id| lists.get(id)) == change.before.as_ref();
    let all = changes.iter().all(fits);
    if all {
        apply(state, &changes);
    }
    all
}

pub fn apply(state: &mut AppState, changes: &[Change]) {
    let lists = &mut state.playlists.view.lists;
    changes.iter().for_each(|change| lists.apply(change));
    let rows = changes.iter().filter_map(|change| Some((change.id()?, change.after.clone())));
    state.saving.playlists.extend(rows);
    state.dirty.playlists = true;
    let is_smart = |list: &Option<Arc<Playlist>>| list.as_ref().is_some_and(|list| list.smart().is_some());
    state.playlists.evaluation.wanted |= changes.iter().any(|change| is_smart(&change.after));
}

/// They were read from the store.
pub fn loaded(state: &mut AppState, lists: Result<Playlists, String>, now: Now) {
    match lists {
        Ok(lists) => {
            state.playlists.evaluation.wanted = lists.iter().any(|list| list.smart().is_some());
            state.playlists.view.lists = lists;
            state.playlists.loaded = true;
            state.dirty.playlists = true;
        }
        Err(why) => notices::tell(state, wording::playlists_unread(&why), now),
    }
}

fn find(state: &AppState, list: &ListRef) -> Result<Arc<Playlist>, Refusal> {
    let lists = &state.playlists.view.lists;
    let (found, name) = match list {
        ListRef::Selection => (None, "selected"),
        ListRef::Id(id) => (lists.get(*id), "selected"),
        ListRef::Name(name) => (lists.named(name), name.as_str()),
    };
    found.cloned().ok_or_else(|| Refusal::NoList(name.to_owned()))
}

fn make(
    state: &mut AppState,
    name: PlaylistName,
    entries: Vec<Entry>,
    now: Now,
    fx: &mut Vec<Effect>,
) -> Result<(), Refusal> {
    let words = wording::playlist_made(&name, entries.len());
    let lists = &state.playlists.view.lists;
    let made = edit::create(lists, PlaylistId::new(now.seed), name, Kind::Manual(Arc::new(entries)))?;
    change(state, vec![made], words, now, fx);
    Ok(())
}

/// One list is edited.
fn revise(
    state: &mut AppState,
    list: &Arc<Playlist>,
    what: Edit,
    words: impl FnOnce(&PlaylistName, usize) -> Notice,
    now: Now,
    fx: &mut Vec<Effect>,
) -> Result<(), Refusal> {
    let known = Known { catalog: &state.library.catalog, facts: &state.facts, seed: now.seed };
    let (made, count) = edit::edit(&state.playlists.view.lists, list, what, known)?;
    let words = words(&list.name, count);
    if made.before == made.after {
        // It is as it was asked to be: no refusal, and nothing to take back.
        state.dirty.playlists = true;
        notices::tell(state, words.next_step(""), now);
        return Ok(());
    }
    change(state, vec![made], words, now, fx);
    Ok(())
}

fn edit(state: &mut AppState, command: Playlisting, now: Now, fx: &mut Vec<Effect>) -> Result<(), Refusal> {
    match command {
        Playlisting::Remove(list, entries) => {
            let list = find(state, &list)?;
            revise(state, &list, Edit::Remove(places(&entries, &list)), wording::playlist_removed, now, fx)
        }
        Playlisting::Move(list, entries, by) => {
            let list = find(state, &list)?;
            revise(state, &list, Edit::Move(places(&entries, &list), by), wording::playlist_moved, now, fx)
        }
        Playlisting::NoteEntries(list, entries, note) => {
            let list = find(state, &list)?;
            let what = Edit::NoteEntries(places(&entries, &list), note);
            revise(state, &list, what, |name, _| wording::playlist_noted(name), now, fx)
        }
        Playlisting::Sort(list, order) => {
            let list = find(state, &list)?;
            revise(state, &list, Edit::Sort(order), |name, _| wording::playlist_sorted(name, order), now, fx)
        }
        Playlisting::Dedupe(list) => {
            let list = find(state, &list)?;
            revise(state, &list, Edit::Dedupe, wording::playlist_deduped, now, fx)
        }
        Playlisting::Note(list, note) => {
            let list = find(state, &list)?;
            revise(state, &list, Edit::Note(note), |name, _| wording::playlist_noted(name), now, fx)
        }
        Playlisting::Rename(list, name) => {
            let list = find(state, &list)?;
            let words = wording::playlist_renamed(&list.name, &name);
            revise(state, &list, Edit::Rename(name), |_, _| words, now, fx)
        }
        // Told apart by `act`.
        _ => Ok(()),
    }
}

/// From 0.
fn places(entries: &Entries, list: &Playlist) -> Vec<usize> {
    match entries {
        Entries::Selection => Vec::new(),
        Entries::All => (0..list.entries().len()).collect(),
        Entries::Positions(positions) => positions.iter().filter_map(|at| at.checked_sub(1)).collect(),
    }
}

fn queued(state: &AppState) -> Vec<Entry> {
    state.queue.items().iter().map(|item| Entry::new(Arc::clone(&item.path), item.track)).collect()
}

fn save(state: &mut AppState, name: PlaylistName, now: Now, fx: &mut Vec<Effect>) -> Result<(), Refusal> {
    let entries = queued(state);
    match state.playlists.view.lists.named(name.as_str()).cloned() {
        Some(list) => revise(state, &list, Edit::Fill(entries), wording::playlist_made, now, fx),
        None => make(state, name, entries, now, fx),
    }
}

fn add(
    state: &mut AppState,
    list: &ListRef,
    what: Added,
    at: Option<usize>,
    now: Now,
    fx: &mut Vec<Effect>,
) -> Result<(), Refusal> {
    let name = match list {
        ListRef::Name(name) => find(state, list).map_or_else(|_| name.clone(), |list| list.name.to_string()),
        list => find(state, list)?.name.to_string(),
    };
    let entries = match what {
        Added::Target(Target::Paths(paths)) => {
            let job = state.fresh_job();
            state.playlists.adding.insert(job, (name, at));
            fx.push(Effect::Expand { job, paths });
            return Ok(());
        }
        Added::Target(Target::Selection) => Vec::new(),
        Added::Target(Target::Tracks(ids)) => {
            ids.iter().filter_map(|&id| state.library.catalog.find(id)).map(Entry::of).collect()
        }
        Added::Queue => queued(state),
        Added::Playing => state
            .queue
            .current()
            .map(|item| Entry::new(Arc::clone(&item.path), item.track))
            .into_iter()
            .collect(),
    };
    put(state, &name, at, entries, now, fx)
}

/// Into the list of that name, which is made where there is none; `at` counts from 0.
fn put(
    state: &mut AppState,
    name: &str,
    at: Option<usize>,
    entries: Vec<Entry>,
    now: Now,
    fx: &mut Vec<Effect>,
) -> Result<(), Refusal> {
    if entries.is_empty() {
        notices::tell(state, wording::nothing_to_add(), now);
        return Ok(());
    }
    match state.playlists.view.lists.named(name).cloned() {
        Some(list) => revise(state, &list, Edit::Put(at, entries), wording::playlist_added, now, fx),
        None => {
            let new = PlaylistName::new(name.trim()).ok_or_else(|| Refusal::NoList(name.to_owned()))?;
            make(state, new, entries, now, fx)
        }
    }
}

/// Files that were to go into a list were walked.
pub fn expanded(
    state: &mut AppState,
    (name, at): (String, Option<usize>),
    found: &Expanded,
    now: Now,
    fx: &mut Vec<Effect>,
) {
    if let Some((path, why)) = found.problems.first() {
        notices::tell(state, wording::not_added(path, why, found.problems.len()), now);
    }
    let catalog = Arc::clone(&state.library.catalog);
    let entry = |path: &std::path::PathBuf| {
        Entry::new(Arc::from(path.as_path()), catalog.find_path(path).map(|track| track.id()))
    };
    let entries = found.files.iter().map(entry).collect();
    if let Err(refusal) = put(state, &name, at, entries, now, fx) {
        notices::tell(state, wording::playlist_refused(&refusal), now);
    }
}

fn copy(
    state: &mut AppState,
    list: &ListRef,
    name: PlaylistName,
    now: Now,
    fx: &mut Vec<Effect>,
) -> Result<(), Refusal> {
    let list = find(state, list)?;
    let made = edit::copy(&state.playlists.view.lists, &list, PlaylistId::new(now.seed), name.clone())?;
    let words = match list.smart() {
        Some(_) => wording::smart_made(&name),
        None => wording::playlist_made(&name, list.entries().len()),
    };
    change(state, vec![made], words, now, fx);
    Ok(())
}

fn delete(state: &mut AppState, list: &ListRef, now: Now, fx: &mut Vec<Effect>) -> Result<(), Refusal> {
    let list = find(state, list)?;
    change(state, vec![edit::delete(&list)], wording::playlist_deleted(&list.name), now, fx);
    Ok(())
}

fn freeze(state: &mut AppState, list: &ListRef, now: Now, fx: &mut Vec<Effect>) -> Result<(), Refusal> {
    let list = find(state, list)?;
    if list.smart().is_none() {
        return Err(Refusal::IsManual(list.name.clone()));
    }
    if is_known(state, &list) {
        return freeze_now(state, &list, now, fx);
    }
    evaluation::then(state, list.id, Then::Freeze);
    Ok(())
}

/// A smart list was evaluated since it was changed.
fn is_known(state: &AppState, list: &Playlist) -> bool {
    let evaluation = &state.playlists.evaluation;
    list.smart().is_none()
        || state.playlists.view.found.contains_key(&list.id)
            && !evaluation.wanted
            && evaluation.running.is_none()
}

fn freeze_now(
    state: &mut AppState,
    list: &Arc<Playlist>,
    now: Now,
    fx: &mut Vec<Effect>,
) -> Result<(), Refusal> {
    let entries = state.playlists.view.entries(list, &state.library.catalog);
    revise(state, list, Edit::Freeze(entries), wording::playlist_frozen, now, fx)
}

/// What waited for the contents of a smart list.
pub fn go_on(state: &mut AppState, id: PlaylistId, then: Then, now: Now, fx: &mut Vec<Effect>) {
    let Some(list) = state.playlists.view.lists.get(id).cloned() else { return };
    if let Some(why) = state.playlists.view.found.get(&id).and_then(|found| found.problem.clone()) {
        return notices::tell(state, wording::smart_unasked(&list.name, &why), now);
    }
    let result = match then {
        Then::Freeze => freeze_now(state, &list, now, fx),
        Then::Queue(how) => {
            queue_now(state, &list, &Entries::All, how, now, fx);
            Ok(())
        }
        Then::Export(path, style) => {
            export_now(state, &list, path, style, fx);
            Ok(())
        }
    };
    if let Err(refusal) = result {
        notices::tell(state, wording::playlist_refused(&refusal), now);
    }
}

fn to_queue(
    state: &mut AppState,
    list: &ListRef,
    entries: &Entries,
    how: IntoQueue,
    now: Now,
    fx: &mut Vec<Effect>,
) -> Result<(), Refusal> {
    let list = find(state, list)?;
    // Places that were picked are of what was shown.
    if *entries == Entries::All && !is_known(state, &list) {
        evaluation::then(state, list.id, Then::Queue(how));
        return Ok(());
    }
    queue_now(state, &list, entries, how, now, fx);
    Ok(())
}

fn queue_now(
    state: &mut AppState,
    list: &Arc<Playlist>,
    entries: &Entries,
    how: IntoQueue,
    now: Now,
    fx: &mut Vec<Effect>,
) {
    let catalog = Arc::clone(&state.library.catalog);
    let all = state.playlists.view.entries(list, &catalog);
    let chosen: Vec<usize> = match entries {
        Entries::Positions(positions) => positions.iter().filter_map(|at| at.checked_sub(1)).collect(),
        _ => (0..all.len()).collect(),
    };
    let start = chosen.first().copied().unwrap_or(0);
    // One place is where to begin: the whole list is played.
    let whole = how == IntoQueue::Replace && chosen.len() == 1;
    let picked: Vec<&Entry> = match whole {
        true => all.iter().collect(),
        false => chosen.iter().filter_map(|&at| all.get(at)).collect(),
    };
    let usable = |entry: &&&Entry| !entry.place(&catalog).as_os_str().is_empty();
    let before = all.iter().take(start).filter(|entry| usable(&entry)).count();
    let files: NewItems = picked
        .iter()
        .filter(usable)
        .map(|entry| (entry.place(&catalog), entry.find(&catalog).map(|track| track.id())))
        .collect();
    if files.is_empty() {
        return notices::tell(state, wording::playlist_empty(&list.name), now);
    }
    let purpose = match how {
        IntoQueue::Append => Purpose::Append,
        IntoQueue::Insert => Purpose::Insert,
        IntoQueue::PlayNow => Purpose::PlayNow,
        IntoQueue::Replace => Purpose::Replace { start: if whole { before } else { 0 } },
    };
    queue::put(state, files, purpose, now, fx);
}

fn list(state: &mut AppState, now: Now) {
    state.dirty.playlists = true;
    notices::tell(state, wording::playlists(&state.playlists.view.lists), now);
}

#[cfg(test)]
mod tests;
