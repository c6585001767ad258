//! The playlists pane's state: the lists, and the entries of the one that is selected. Pure; changed by `update`, read by
//! the playlists view.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::list::List;
use crate::model::catalog::Catalog;
use crate::model::playlist::view::View;
use crate::model::playlist::{Entry, Playlist};

#[derive(Debug, Clone, Default)]
pub struct ListsPane {
    /// What was last seen: tells what the cursor was on.
    pub seen: Arc<View>,
    pub lists: List,
    pub entries: List,
    /// The cursor is among the entries.
    pub in_entries: bool,
    /// Places in the selected list.
    pub marks: BTreeSet<usize>,
    /// The entry that the cursor goes to once the list is another: what was put there.
    pub goes_to: Option<usize>,
}

impl ListsPane {
    pub fn selected(&self) -> Option<&Arc<Playlist>> {
        self.seen.lists.at(self.lists.cursor)
    }

    /// Entries of the selected list.
    pub fn len(&self) -> usize {
        self.selected().and_then(|list| self.seen.len(list)).unwrap_or(0)
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub fn entry(&self, at: usize, catalog: &Catalog) -> Option<Entry> {
        self.seen.entry(self.selected()?, at, catalog)
    }

    /// Rows of the column that the cursor is in.
    pub fn rows(&self) -> usize {
        if self.in_entries { self.len() } else { self.seen.lists.len() }
    }

    pub fn list(&self) -> &List {
        if self.in_entries { &self.entries } else { &self.lists }
    }

    /// Places of marked entries, else of as many as the count says from the cursor on.
    pub fn places(&self, count: Option<u32>) -> Vec<usize> {
        if !self.marks.is_empty() {
            return self.marks.iter().copied().collect();
        }
        let end = self.entries.cursor.saturating_add(count.unwrap_or(1) as usize).min(self.len());
        (self.entries.cursor..end).collect()
    }
}
