//! What playlists mean now: the lists, what is in the smart ones, which files are not there. Shared with every frontend.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Entry, Kind, Playlist, Playlists};
use crate::model::catalog::Catalog;
use crate::model::id::{PlaylistId, TrackId};

/// What is in a smart list.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Found {
    pub tracks: Vec<TrackId>,
    /// Why its query cannot be asked.
    pub problem: Option<String>,
}

/// Entries of a list whose files were looked for and are not there.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Absent {
    pub list: Arc<Playlist>,
    pub places: HashSet<usize>,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct View {
    pub lists: Playlists,
    /// Of smart lists, as far as they were evaluated.
    pub found: Arc<HashMap<PlaylistId, Arc<Found>>>,
    /// Of the list that was looked at last.
    pub absent: Option<Arc<Absent>>,
}

impl View {
    /// How many entries a list has; `None` for a smart one that was not evaluated yet.
    pub fn len(&self, list: &Playlist) -> Option<usize> {
        match &list.kind {
            Kind::Manual(entries) => Some(entries.len()),
            Kind::Smart(_) => Some(self.found.get(&list.id)?.tracks.len()),
        }
    }

    /// An entry by its place, whatever the kind of list.
    pub fn entry(&self, list: &Playlist, at: usize, catalog: &Catalog) -> Option<Entry> {
        match &list.kind {
            Kind::Manual(entries) => entries.get(at).cloned(),
            Kind::Smart(_) => {
                let id = *self.found.get(&list.id)?.tracks.get(at)?;
                catalog.find(id).map(Entry::of)
            }
        }
    }

    /// All entries; those of a smart list as it was evaluated last.
    pub fn entries(&self, list: &Playlist, catalog: &Catalog) -> Vec<Entry> {
        match &list.kind {
            Kind::Manual(entries) => entries.to_vec(),
            Kind::Smart(_) => {
                let tracks = self.found.get(&list.id).map_or(&[][..], |found| &found.tracks);
                tracks.iter().filter_map(|&id| catalog.find(id)).map(Entry::of).collect()
            }
        }
    }

    /// Whether the file of an entry was looked for and is not there.
    pub fn is_absent(&self, list: &Arc<Playlist>, at: usize) -> bool {
        let absent = self.absent.as_ref().filter(|absent| Arc::ptr_eq(&absent.list, list));
        absent.is_some_and(|absent| absent.places.contains(&at))
    }
}
