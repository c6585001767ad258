//! Files of playlists, and files in playlists: read, written, looked for by jobs.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::super::{evaluation, notices};
use super::{change, find, is_known};
use crate::app::effect::Effect;
use crate::app::event::Now;
use crate::app::state::AppState;
use crate::app::state::playlists::Then;
use crate::app::wording;
use crate::jobs::playlists::ReadLists;
use crate::model::command::{ListRef, PathStyle};
use crate::model::id::PlaylistId;
use crate::model::notice::Severity;
use crate::model::playlist::edit::{self, Refusal};
use crate::model::playlist::view::Absent;
use crate::model::playlist::{Kind, Playlist};

pub(super) fn import(state: &mut AppState, paths: Vec<PathBuf>, now: Now, fx: &mut Vec<Effect>) {
    if paths.is_empty() {
        return notices::tell(state, wording::nothing_to_add(), now);
    }
    let job = state.fresh_job();
    fx.push(Effect::ReadPlaylists { job, paths, catalog: Arc::clone(&state.library.catalog) });
}

/// Files of playlists were read.
pub fn imported(state: &mut AppState, read: ReadLists, now: Now, fx: &mut Vec<Effect>) {
    let mut lists = state.playlists.view.lists.clone();
    let (mut changes, mut names, mut entries) = (Vec::new(), Vec::new(), 0);
    for (number, list) in (0..).zip(read.lists) {
        let name = lists.free_name(&list.name);
        let id = PlaylistId::new(now.seed.wrapping_add(number << 11));
        entries += list.entries.len();
        let made = edit::create(&lists, id, name.clone(), Kind::Manual(Arc::new(list.entries)));
        let noted = made.map(|mut made| {
            if let Some(made) = made.after.as_mut().map(Arc::make_mut) {
                made.note = list.note.into();
            }
            made
        });
        match noted {
            Ok(made) => {
                lists.apply(&made);
                changes.push(made);
                names.push(name);
            }
            Err(refusal) => notices::tell(state, wording::playlist_refused(&refusal), now),
        }
    }
    if !changes.is_empty() {
        let words = wording::playlists_imported(&names, entries, read.missing);
        change(state, changes, words, now, fx);
    }
    if let Some((path, why)) = read.problems.first() {
        notices::tell(state, wording::not_imported(path, why, read.problems.len()), now);
    }
}

pub(super) fn export(
    state: &mut AppState,
    list: &ListRef,
    path: Arc<Path>,
    style: PathStyle,
    now: Now,
    fx: &mut Vec<Effect>,
) -> Result<(), Refusal> {
    let list = find(state, list)?;
    if is_known(state, &list) {
        export_now(state, &list, path, style, fx);
    } else {
        evaluation::then(state, list.id, Then::Export(path, style));
        evaluation::begin_if_wanted(state, now, fx);
    }
    Ok(())
}

pub(super) fn export_now(
    state: &mut AppState,
    list: &Arc<Playlist>,
    path: Arc<Path>,
    style: PathStyle,
    fx: &mut Vec<Effect>,
) {
    let catalog = Arc::clone(&state.library.catalog);
    let entries = state.playlists.view.entries(list, &catalog);
    let job = state.fresh_job();
    fx.push(Effect::WritePlaylist { job, list: Arc::clone(list), entries, path, style, catalog });
}

pub fn exported(state: &mut AppState, path: &Path, result: Result<usize, String>, now: Now) {
    let words = match result {
        Ok(entries) => wording::playlist_written(path, entries),
        Err(why) => wording::playlist_not_written(path, &why),
    };
    // To who asked for it this is done; words without a change would be a refusal.
    state.dirty.playlists |= words.severity == Severity::Note;
    notices::tell(state, words, now);
}

/// Asks for the entries that the library does not have, which a disk alone can tell of.
pub(super) fn look(state: &AppState, id: PlaylistId, fx: &mut Vec<Effect>) {
    let Some(list) = state.playlists.view.lists.get(id) else { return };
    let catalog = &state.library.catalog;
    let unknown = list.entries().iter().enumerate().filter(|(_, entry)| entry.find(catalog).is_none());
    let places: Vec<(usize, Arc<Path>)> = unknown.map(|(at, entry)| (at, Arc::clone(&entry.path))).collect();
    fx.push(Effect::LookForFiles { list: Arc::clone(list), places });
}

pub fn looked(state: &mut AppState, list: Arc<Playlist>, places: HashSet<usize>) {
    state.playlists.view.absent = Some(Arc::new(Absent { list, places }));
    state.dirty.playlists = true;
}
