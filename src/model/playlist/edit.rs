//! Every change of playlists, pure: what there is and what is asked in, the change or the refusal out. Called by
//! `app::reduce` where a player runs, by the command line where none does.

use std::collections::HashSet;
use std::sync::Arc;

use super::order::{Known, Order, sorted};
use super::smart::Smart;
use super::{Change, Entry, Kind, Playlist, PlaylistName, Playlists};
use crate::model::catalog::Catalog;
use crate::model::id::PlaylistId;

/// Longest note, in characters.
pub const MOST_NOTE: usize = 2000;

/// What is to be done to one list. Places count from 0.
#[derive(Debug, Clone, PartialEq)]
pub enum Edit {
    /// In front of this place; `None`, and what is past the end: at the end.
    Put(Option<usize>, Vec<Entry>),
    /// In place of all entries.
    Fill(Vec<Entry>),
    Remove(Vec<usize>),
    /// So many places down (negative: up), together and in their order.
    Move(Vec<usize>, i32),
    Sort(Order),
    /// Of entries that mean the same, the first stays.
    Dedupe,
    Note(String),
    NoteEntries(Vec<usize>, String),
    Rename(PlaylistName),
    /// Another query.
    Ask(Smart),
    /// A smart list becomes a manual one of these.
    Freeze(Vec<Entry>),
}

/// Why nothing was done.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("there is no playlist `{0}`")]
    NoList(String),
    #[error("there is a playlist `{0}` already")]
    Taken(PlaylistName),
    #[error("`{0}` is a smart playlist: its query decides what is in it")]
    IsSmart(PlaylistName),
    #[error("`{0}` is no smart playlist")]
    IsManual(PlaylistName),
    #[error("`{0}` has no such entry")]
    NoEntry(PlaylistName),
    #[error("a playlist has room for {} entries", Playlist::MOST_ENTRIES)]
    TooManyEntries,
    #[error("there is room for {} playlists", Playlists::MOST)]
    TooManyLists,
    #[error("a note has up to {MOST_NOTE} characters")]
    LongNote,
}

/// A new list.
pub fn create(lists: &Playlists, id: PlaylistId, name: PlaylistName, kind: Kind) -> Result<Change, Refusal> {
    if lists.has_name(&name) {
        return Err(Refusal::Taken(name));
    }
    if lists.len() >= Playlists::MOST {
        return Err(Refusal::TooManyLists);
    }
    let list = Playlist { id, name, note: "".into(), kind };
    check_len(list.entries().len())?;
    Ok(Change { before: None, after: Some(Arc::new(list)) })
}

/// The same list under another name.
pub fn copy(
    lists: &Playlists,
    list: &Playlist,
    id: PlaylistId,
    name: PlaylistName,
) -> Result<Change, Refusal> {
    let mut change = create(lists, id, name, list.kind.clone())?;
    if let Some(copy) = change.after.as_mut().map(Arc::make_mut) {
        copy.note = Arc::clone(&list.note);
    }
    Ok(change)
}

pub fn delete(list: &Arc<Playlist>) -> Change {
    Change { before: Some(Arc::clone(list)), after: None }
}

/// A change of one list, and of how many entries.
pub fn edit(
    lists: &Playlists,
    list: &Arc<Playlist>,
    edit: Edit,
    known: Known<'_>,
) -> Result<(Change, usize), Refusal> {
    let mut after = Playlist::clone(list);
    let count = match edit {
        Edit::Rename(name) => {
            if lists.iter().any(|other| other.name == name && other.id != list.id) {
                return Err(Refusal::Taken(name));
            }
            after.name = name;
            1
        }
        Edit::Note(note) => {
            after.note = checked_note(&note)?;
            1
        }
        Edit::Ask(smart) => {
            list.smart().ok_or_else(|| Refusal::IsManual(list.name.clone()))?;
            after.kind = Kind::Smart(smart);
            1
        }
        Edit::Freeze(entries) => {
            list.smart().ok_or_else(|| Refusal::IsManual(list.name.clone()))?;
            check_len(entries.len())?;
            let count = entries.len();
            after.kind = Kind::Manual(Arc::new(entries));
            count
        }
        other => {
            let Kind::Manual(entries) = &mut after.kind else {
                return Err(Refusal::IsSmart(list.name.clone()));
            };
            edit_entries(Arc::make_mut(entries), other, &list.name, known)?
        }
    };
    Ok((Change { before: Some(Arc::clone(list)), after: Some(Arc::new(after)) }, count))
}

fn check_len(len: usize) -> Result<(), Refusal> {
    if len > Playlist::MOST_ENTRIES { Err(Refusal::TooManyEntries) } else { Ok(()) }
}

fn checked_note(note: &str) -> Result<Arc<str>, Refusal> {
    let plain: String = note.trim().chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    if plain.chars().count() > MOST_NOTE { Err(Refusal::LongNote) } else { Ok(plain.into()) }
}

fn edit_entries(
    entries: &mut Vec<Entry>,
    edit: Edit,
    name: &PlaylistName,
    known: Known<'_>,
) -> Result<usize, Refusal> {
    let count = match edit {
        Edit::Put(at, more) => {
            check_len(entries.len() + more.len())?;
            let (count, at) = (more.len(), at.unwrap_or(usize::MAX).min(entries.len()));
            entries.splice(at..at, more);
            count
        }
        Edit::Fill(new) => {
            check_len(new.len())?;
            *entries = new;
            entries.len()
        }
        Edit::Remove(places) => {
            let gone = chosen(&places, entries.len(), name)?;
            keep(entries, |at, _| !gone.contains(&at));
            gone.len()
        }
        Edit::Move(places, by) => {
            let moved = chosen(&places, entries.len(), name)?;
            move_by(entries, &moved, by);
            moved.len()
        }
        Edit::Sort(order) => {
            *entries = sorted(entries, order, known);
            entries.len()
        }
        Edit::Dedupe => dedupe(entries, known.catalog),
        Edit::NoteEntries(places, note) => {
            let note = Some(checked_note(&note)?).filter(|note| !note.is_empty());
            let chosen = chosen(&places, entries.len(), name)?;
            for (at, entry) in entries.iter_mut().enumerate() {
                if chosen.contains(&at) {
                    entry.note = note.clone();
                }
            }
            chosen.len()
        }
        Edit::Rename(_) | Edit::Note(_) | Edit::Ask(_) | Edit::Freeze(_) => 0,
    };
    Ok(count)
}

/// Those of the places that there are; one at least.
fn chosen(places: &[usize], len: usize, name: &PlaylistName) -> Result<HashSet<usize>, Refusal> {
    let chosen: HashSet<usize> = places.iter().copied().filter(|&at| at < len).collect();
    if chosen.is_empty() { Err(Refusal::NoEntry(name.clone())) } else { Ok(chosen) }
}

fn keep(entries: &mut Vec<Entry>, wanted: impl Fn(usize, &Entry) -> bool) {
    let mut at = 0;
    entries.retain(|entry| {
        at += 1;
        wanted(at - 1, entry)
    });
}

fn move_by(entries: &mut Vec<Entry>, moved: &HashSet<usize>, by: i32) {
    let first = moved.iter().copied().min().unwrap_or(0);
    let (mut block, mut rest) = (Vec::new(), Vec::with_capacity(entries.len()));
    for (at, entry) in entries.drain(..).enumerate() {
        if moved.contains(&at) { block.push(entry) } else { rest.push(entry) }
    }
    let to = first.saturating_add_signed(by as isize).min(rest.len());
    rest.splice(to..to, block);
    *entries = rest;
}

/// The same track, or the same path; what has neither is never the same.
fn dedupe(entries: &mut Vec<Entry>, catalog: &Catalog) -> usize {
    let before = entries.len();
    let mut seen = HashSet::new();
    entries.retain(|entry| entry.path.as_os_str().is_empty() || seen.insert(entry.place(catalog)));
    before - entries.len()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use proptest::prelude::*;

    use super::*;
    use crate::model::facts::Facts;

    fn entry(name: &str) -> Entry {
        Entry::new(Path::new(name).into(), None)
    }

    fn paths(list: &Playlist) -> Vec<&str> {
        list.entries().iter().map(|entry| entry.path.to_str().unwrap()).collect()
    }

    fn made(names: &[&str]) -> (Playlists, Arc<Playlist>) {
        let kind = Kind::Manual(Arc::new(names.iter().map(|name| entry(name)).collect()));
        let name = PlaylistName::new("Mix").unwrap();
        let change = create(&Playlists::default(), PlaylistId(1), name, kind).unwrap();
        let mut lists = Playlists::default();
        lists.apply(&change);
        let list = Arc::clone(lists.at(0).unwrap());
        (lists, list)
    }

    fn after(names: &[&str], what: Edit) -> Result<(Vec<String>, usize), Refusal> {
        let (lists, list) = made(names);
        let (catalog, facts) = (Catalog::default(), Facts::default());
        let known = Known { catalog: &catalog, facts: &facts, seed: 1 };
        let (change, count) = edit(&lists, &list, what, known)?;
        let list = change.after.unwrap();
        Ok((paths(&list).into_iter().map(str::to_owned).collect(), count))
    }

    #[test]
    fn entries_are_removed_moved_and_freed_of_doubles() {
        let names = ["a", "b", "c", "b", "d"];
        let of = |what| after(&names, what).unwrap();
        let words = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(of(Edit::Remove(vec![1, 4, 9])), (words("a c b"), 2));
        assert_eq!(of(Edit::Move(vec![0, 2], 1)), (words("b a c b d"), 2));
        assert_eq!(of(Edit::Move(vec![3, 4], -9)), (words("b d a b c"), 2));
        assert_eq!(of(Edit::Move(vec![0], 99)), (words("b c b d a"), 1));
        assert_eq!(of(Edit::Dedupe), (words("a b c d"), 1));
        assert_eq!(of(Edit::Put(None, vec![entry("e")])), (words("a b c b d e"), 1));
        assert_eq!(of(Edit::Put(Some(0), vec![entry("e"), entry("f")])), (words("e f a b c b d"), 2));
        assert_eq!(of(Edit::Put(Some(4), vec![entry("e")])), (words("a b c b e d"), 1));
        assert_eq!(of(Edit::Put(Some(9), vec![entry("e")])), (words("a b c b d e"), 1));
        assert!(matches!(after(&names, Edit::Remove(vec![7])), Err(Refusal::NoEntry(_))));
    }

    #[test]
    fn names_stay_unique_and_a_query_alone_fills_a_smart_list() {
        let (lists, list) = made(&["a"]);
        let (catalog, facts) = (Catalog::default(), Facts::default());
        let known = Known { catalog: &catalog, facts: &facts, seed: 1 };
        let name = PlaylistName::new("Mix").unwrap();
        let smart = Smart::parse("x").unwrap();
        let kind = Kind::Smart(smart.clone());
        let refused = create(&lists, PlaylistId(2), name.clone(), kind.clone());
        assert_eq!(refused, Err(Refusal::Taken(name.clone())));
        assert!(edit(&lists, &list, Edit::Rename(name), known).is_ok(), "to its own name");
        assert!(matches!(edit(&lists, &list, Edit::Ask(smart), known), Err(Refusal::IsManual(_))));
        let other = PlaylistName::new("Smart").unwrap();
        let smart = create(&lists, PlaylistId(2), other, kind).unwrap().after.unwrap();
        assert!(matches!(edit(&lists, &smart, Edit::Dedupe, known), Err(Refusal::IsSmart(_))));
        let (change, count) = edit(&lists, &smart, Edit::Freeze(vec![entry("q")]), known).unwrap();
        assert_eq!((paths(&change.after.unwrap()), count), (vec!["q"], 1));
    }

    proptest! {
        #[test]
        fn a_move_keeps_every_entry(places in proptest::collection::vec(0usize..9, 1..6), by in -9i32..9) {
            let names = ["a", "b", "c", "d", "e", "f", "g"];
            if let Ok((mut moved, _)) = after(&names, Edit::Move(places, by)) {
                moved.sort();
                prop_assert_eq!(moved, names.map(str::to_owned).to_vec());
            }
        }
    }
}
