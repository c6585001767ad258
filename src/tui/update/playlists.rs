//! The playlists pane: moving, marking, opening, and commands about what is selected in it.

use std::sync::Arc;

use super::Turn;
use crate::model::command::{
    Added, Command, Entries, IntoQueue, ListRef, Motion, Pane, Playlisting, Queue, Target,
};
use crate::model::id::TrackId;
use crate::say;
use crate::tui::list::List;

impl Turn<'_> {
    pub(super) fn playlist(&mut self, mut command: Playlisting, count: Option<u32>) {
        for path in command.paths_mut() {
            *path = self.around.places.absolute(path);
        }
        if let Playlisting::Add { what: Added::Target(target), .. } = &mut command {
            let asked = std::mem::replace(target, Target::Selection);
            let Some(found) = self.resolve(asked, count) else { return };
            if let Playlisting::Add { what: Added::Target(target), .. } = &mut command {
                *target = found;
            }
        }
        let by_selection = command.list_mut().is_some_and(|list| *list == ListRef::Selection);
        if by_selection && !self.select_list(&mut command, count) {
            return self.state.note(say!("No playlist is selected: `:focus playlists` shows them"));
        }
        let adds = matches!(command, Playlisting::Add { .. });
        let keeps_marks = matches!(command, Playlisting::Move(..) | Playlisting::Export(..));
        self.send(Command::Playlist(command));
        if adds {
            self.drop_marks();
        } else if !keeps_marks && by_selection {
            self.state.lists.marks.clear();
        }
    }

    /// Puts the selected list, and its selected entries, in the place of "the selection".
    fn select_list(&mut self, command: &mut Playlisting, count: Option<u32>) -> bool {
        let pane = &self.state.lists;
        let Some(id) = pane.selected().map(|list| list.id) else { return false };
        let queues = matches!(command, Playlisting::ToQueue { .. });
        if let Playlisting::Move(_, _, by) = command {
            *by = by.saturating_mul(count.map_or(1, |count| i32::try_from(count).unwrap_or(i32::MAX)));
        }
        let count = if matches!(command, Playlisting::Move(..)) { None } else { count };
        if let Some(entries) = command.entries_mut().filter(|entries| **entries == Entries::Selection) {
            *entries = match queues && !pane.in_entries {
                true => Entries::All,
                false => Entries::Positions(pane.places(count).iter().map(|at| at + 1).collect()),
            };
        }
        if let Some(list) = command.list_mut() {
            *list = ListRef::Id(id);
        }
        true
    }

    /// What the queue's commands mean while playlists are looked at; `false` where they mean what they always do.
    pub(super) fn queue_in_lists(&mut self, queue: &Queue, count: Option<u32>) -> bool {
        use crate::model::command::Items::Selection;
        if self.state.focus != Pane::Playlists {
            return false;
        }
        let list = ListRef::Selection;
        let entries = Entries::Selection;
        let how = match queue {
            Queue::Append(Target::Selection) => IntoQueue::Append,
            Queue::Insert(Target::Selection) => IntoQueue::Insert,
            Queue::PlayNow(Target::Selection) => IntoQueue::PlayNow,
            Queue::Replace { target: Target::Selection, .. } => IntoQueue::Replace,
            Queue::Remove(Selection) if self.state.lists.in_entries => {
                self.playlist(Playlisting::Remove(list, entries), count);
                return true;
            }
            Queue::Remove(Selection) => {
                self.playlist(Playlisting::Delete(list), count);
                return true;
            }
            Queue::Move(Selection, by) => {
                self.move_entries(*by, count);
                return true;
            }
            _ => return false,
        };
        let steps_on =
            matches!(how, IntoQueue::Append | IntoQueue::Insert) && self.state.lists.marks.is_empty();
        self.playlist(Playlisting::ToQueue { list, entries, how }, count);
        if steps_on {
            self.motion(Motion::Down, count);
        }
        true
    }

    /// The cursor goes with what it is on.
    fn move_entries(&mut self, by: i32, count: Option<u32>) {
        if !self.state.lists.in_entries {
            return self.state.note(say!("First go to the entries: `l`"));
        }
        let times = count.map_or(1, |count| i32::try_from(count).unwrap_or(i32::MAX));
        let by_marks = !self.state.lists.marks.is_empty();
        self.playlist(Playlisting::Move(ListRef::Selection, Entries::Selection, by), count);
        if !by_marks {
            let to = self.state.lists.entries.cursor.saturating_add_signed(by.saturating_mul(times) as isize);
            let view = self.view(self.state.lists.len());
            self.state.lists.entries.go_to(to, view);
        }
    }

    /// The selected entries, as tracks where the library has them all, else as files.
    pub(super) fn listed_again(&mut self, count: Option<u32>) -> Option<Target> {
        let (pane, catalog) = (&self.state.lists, &self.around.snapshot.catalog);
        let places = if pane.in_entries { pane.places(count) } else { (0..pane.len()).collect() };
        let entries: Vec<_> = places.iter().filter_map(|&at| pane.entry(at, catalog)).collect();
        if entries.is_empty() {
            self.state.note(say!("Nothing is selected"));
            return None;
        }
        let tracks: Option<Vec<TrackId>> =
            entries.iter().map(|entry| entry.find(catalog).map(|track| track.id())).collect();
        let paths =
            || Target::Paths(entries.iter().map(|entry| entry.place(catalog).to_path_buf()).collect());
        Some(tracks.map_or_else(paths, Target::Tracks))
    }

    pub(super) fn open_list(&mut self) {
        if !self.state.lists.in_entries {
            return self.enter_list();
        }
        let command = Playlisting::ToQueue {
            list: ListRef::Selection,
            entries: Entries::Selection,
            how: IntoQueue::PlayNow,
        };
        self.playlist(command, None);
    }

    pub(super) fn enter_list(&mut self) {
        if !self.state.lists.in_entries && self.state.lists.selected().is_some() {
            self.state.lists.in_entries = true;
            self.look_for_files();
        } else if self.layout().queue.is_some() {
            self.focus(Pane::Queue);
        }
    }

    /// Asks which entries are there, of a list that was not looked at.
    fn look_for_files(&mut self) {
        let Some(list) = self.state.lists.selected() else { return };
        let known = self.state.lists.seen.absent.as_ref();
        if list.smart().is_none() && !known.is_some_and(|known| Arc::ptr_eq(&known.list, list)) {
            let id = list.id;
            self.send(Command::Playlist(Playlisting::Look(id)));
        }
    }

    pub(super) fn move_in_lists(&mut self, change: impl FnOnce(&mut List, crate::tui::list::View)) {
        let view = self.view(self.state.lists.rows());
        let pane = &mut self.state.lists;
        if pane.in_entries {
            return change(&mut pane.entries, view);
        }
        let before = pane.lists.cursor;
        change(&mut pane.lists, view);
        if pane.lists.cursor != before {
            pane.entries = List::default();
            pane.marks.clear();
        }
    }

    pub(super) fn mark_entries(&mut self, count: Option<u32>) {
        let pane = &mut self.state.lists;
        if !pane.in_entries {
            return;
        }
        let end = pane.entries.cursor.saturating_add(count.unwrap_or(1) as usize).min(pane.len());
        for at in pane.entries.cursor..end {
            if !pane.marks.remove(&at) {
                pane.marks.insert(at);
            }
        }
    }

    pub(super) fn playlists_changed(&mut self) {
        let view = Arc::clone(&self.around.snapshot.playlists);
        if Arc::ptr_eq(&view, &self.state.lists.seen) {
            return;
        }
        let before = self.state.lists.selected().cloned();
        let same_len = {
            let pane = &mut self.state.lists;
            let len = pane.len();
            pane.seen = view;
            let place =
                before.as_ref().and_then(|list| pane.seen.lists.iter().position(|other| other.id == list.id));
            if let Some(place) = place {
                pane.lists.cursor = place;
            }
            len == pane.len()
        };
        let is_same =
            before.as_ref().zip(self.state.lists.selected()).is_some_and(|(old, new)| Arc::ptr_eq(old, new));
        if !is_same || !same_len {
            self.state.lists.marks.clear();
        }
        if self.state.lists.selected().is_none() {
            self.state.lists.in_entries = false;
        }
        let (lists, entries) =
            (self.view(self.state.lists.seen.lists.len()), self.view(self.state.lists.len()));
        self.state.lists.lists.show_cursor(lists);
        match self.state.lists.goes_to.take_if(|_| !is_same) {
            Some(row) => self.state.lists.entries.go_to(row, entries),
            None => self.state.lists.entries.show_cursor(entries),
        }
        if !is_same && self.state.lists.in_entries {
            self.look_for_files();
        }
    }
}
