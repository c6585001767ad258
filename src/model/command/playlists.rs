//! What can be asked of playlists.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::Target;
use crate::model::id::PlaylistId;
use crate::model::playlist::PlaylistName;
use crate::model::playlist::order::Order;
use crate::model::playlist::smart::Smart;

/// Which list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum ListRef {
    /// The one that is selected on the screen, see [`Target::Selection`].
    Selection,
    Id(PlaylistId),
    /// As it was typed.
    Name(String),
}

/// Which entries of a list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Entries {
    /// Those that are selected on the screen, see [`Target::Selection`].
    Selection,
    All,
    /// Counted from 1, as shown.
    Positions(Vec<usize>),
}

/// What is put into a list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Added {
    Target(Target),
    /// All of the queue.
    Queue,
    /// What is current.
    Playing,
}

/// Where entries go in the queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum IntoQueue {
    Append,
    /// Behind the current item.
    Insert,
    /// The same, and play the first of them.
    PlayNow,
    /// In place of the queue, and play from the first of these entries on.
    Replace,
}

/// How the paths of a file are written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum PathStyle {
    /// Relative where the file lies in the list's folder or below, else absolute.
    #[default]
    Auto,
    Absolute,
    Relative,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Playlisting {
    New(PlaylistName),
    /// The queue becomes the list: a new one, or in place of what the list had.
    Save(PlaylistName),
    /// A name that no list has makes one.
    Add {
        list: ListRef,
        what: Added,
        /// In front of this entry, counted from 1; `None`: at the end.
        at: Option<usize>,
    },
    Remove(ListRef, Entries),
    /// So many places down (negative: up).
    Move(ListRef, Entries, i32),
    Sort(ListRef, Order),
    Dedupe(ListRef),
    Note(ListRef, String),
    NoteEntries(ListRef, Entries, String),
    Rename(ListRef, PlaylistName),
    Copy(ListRef, PlaylistName),
    Delete(ListRef),
    /// A new smart list, or another query for one.
    Smart(PlaylistName, Smart),
    /// A smart list becomes a manual one with what is in it now.
    Freeze(ListRef),
    ToQueue {
        list: ListRef,
        entries: Entries,
        how: IntoQueue,
    },
    /// Files of playlists become lists.
    Import(#[serde(with = "crate::model::path_bytes")] Vec<PathBuf>),
    /// The kind of file follows from its name.
    Export(ListRef, #[serde(with = "crate::model::path_bytes")] PathBuf, PathStyle),
    /// Look which files of a list are there.
    Look(PlaylistId),
    /// Tell which there are.
    List,
}

impl Playlisting {
    pub fn list_mut(&mut self) -> Option<&mut ListRef> {
        match self {
            Self::Add { list, .. }
            | Self::Remove(list, _)
            | Self::Move(list, ..)
            | Self::Sort(list, _)
            | Self::Dedupe(list)
            | Self::Note(list, _)
            | Self::NoteEntries(list, ..)
            | Self::Rename(list, _)
            | Self::Copy(list, _)
            | Self::Delete(list)
            | Self::Freeze(list)
            | Self::ToQueue { list, .. }
            | Self::Export(list, ..) => Some(list),
            Self::New(_) | Self::Save(_) | Self::Smart(..) | Self::Import(_) | Self::Look(_) | Self::List => {
                None
            }
        }
    }

    pub fn entries_mut(&mut self) -> Option<&mut Entries> {
        match self {
            Self::Remove(_, entries)
            | Self::Move(_, entries, _)
            | Self::NoteEntries(_, entries, _)
            | Self::ToQueue { entries, .. } => Some(entries),
            _ => None,
        }
    }

    /// Files and folders that it names.
    pub fn paths(&self) -> &[PathBuf] {
        match self {
            Self::Add { what: Added::Target(Target::Paths(paths)), .. } | Self::Import(paths) => paths,
            Self::Export(_, path, _) => std::slice::from_ref(path),
            _ => &[],
        }
    }

    pub fn paths_mut(&mut self) -> &mut [PathBuf] {
        match self {
            Self::Add { what: Added::Target(Target::Paths(paths)), .. } | Self::Import(paths) => paths,
            Self::Export(_, path, _) => std::slice::from_mut(path),
            _ => &mut [],
        }
    }

    /// Something is only a selection, which a screen alone has.
    pub fn needs_selection(&self) -> bool {
        let mut copy = self.clone();
        let added = matches!(self, Self::Add { what: Added::Target(Target::Selection), .. });
        let list = copy.list_mut().is_some_and(|list| *list == ListRef::Selection);
        let entries = copy.entries_mut().is_some_and(|entries| *entries == Entries::Selection);
        added || list || entries
    }
}
