//! What a command is about: marked rows, else as many as the count says from the cursor on. Puts tracks and items in
//! the place of "the selection" before the core is asked.

use super::Turn;
use crate::model::command::{Command, Items, Motion, Pane, Queue, Target};
use crate::model::id::{ItemId, TrackId};
use crate::say;
use crate::things;
use crate::tui::browse::{Column, Entry};
use crate::tui::text;

impl Turn<'_> {
    /// Sends tracks to the queue. What came from the cursor moves it on, so that `aaa` adds three.
    pub(super) fn put(
        &mut self,
        target: Target,
        count: Option<u32>,
        told: Option<fn(String) -> String>,
        command: impl FnOnce(Target) -> Queue,
    ) {
        let by_cursor = target == Target::Selection && !self.has_marks();
        let Some(target) = self.resolve(target, count) else { return };
        if let Some(told) = told {
            self.state.note(told(match &target {
                Target::Tracks(tracks) => tracks_said(tracks.len()),
                Target::Paths(paths) => paths_said(paths.len()),
                Target::Selection => String::new(),
            }));
        }
        let steps_on = by_cursor && told.is_some() && self.state.focus == Pane::Library;
        self.send(Command::Queue(command(target)));
        self.drop_marks();
        if steps_on {
            self.step_on(count);
        }
    }

    /// To the entry behind; in a wall that is not the one below.
    fn step_on(&mut self, count: Option<u32>) {
        match self.layout().wall {
            Some(_) => self.search_go(self.search_cursor().saturating_add(count.unwrap_or(1) as usize)),
            None => self.motion(Motion::Down, count),
        }
    }

    pub(super) fn resolve(&mut self, target: Target, count: Option<u32>) -> Option<Target> {
        match target {
            Target::Paths(paths) => {
                Some(Target::Paths(paths.iter().map(|path| self.around.places.absolute(path)).collect()))
            }
            Target::Tracks(tracks) => Some(Target::Tracks(tracks)),
            Target::Selection if self.state.focus == Pane::Queue => self.queued_again(count),
            Target::Selection if self.state.focus == Pane::Playlists => self.listed_again(count),
            Target::Selection => {
                let tracks = self.selected_tracks(count);
                if tracks.is_empty() {
                    self.state.note(say!("Nothing is selected"));
                    return None;
                }
                Some(Target::Tracks(tracks))
            }
        }
    }

    /// Entries of the queue, once more: as tracks where the library has them all, else as files.
    fn queued_again(&mut self, count: Option<u32>) -> Option<Target> {
        let ids = self.selected_items(count);
        let chosen: std::collections::HashSet<ItemId> = ids.into_iter().collect();
        let items = &self.state.queue.seen.items;
        let items: Vec<_> = items.iter().filter(|item| chosen.contains(&item.id)).collect();
        if items.is_empty() {
            self.state.note(say!("Nothing is selected"));
            return None;
        }
        let tracks: Option<Vec<TrackId>> = items.iter().map(|item| item.track).collect();
        let paths = || Target::Paths(items.iter().map(|item| item.path.to_path_buf()).collect());
        Some(tracks.map_or_else(paths, Target::Tracks))
    }

    fn has_marks(&self) -> bool {
        let marks = &self.state.library.marks;
        match (self.state.focus, self.state.column()) {
            (Pane::Library, Column::Artists) => !marks.artists.is_empty(),
            (Pane::Library, Column::Albums) => !marks.albums.is_empty(),
            (Pane::Library, Column::Tracks) => !marks.tracks.is_empty(),
            _ => !self.state.queue.marks.is_empty(),
        }
    }

    pub(super) fn drop_marks(&mut self) {
        match self.state.focus {
            Pane::Library => self.state.library.marks = Default::default(),
            Pane::Playlists => self.state.lists.marks.clear(),
            _ => self.state.queue.marks.clear(),
        }
    }

    /// In the order shown.
    pub(super) fn selected_tracks(&self, count: Option<u32>) -> Vec<TrackId> {
        let browse = &self.state.library;
        self.selected_entries(count)
            .into_iter()
            .flat_map(|entry| browse.ids(&browse.tracks_behind(entry)))
            .collect()
    }

    fn selected_entries(&self, count: Option<u32>) -> Vec<Entry> {
        let (browse, column) = (&self.state.library, self.state.column());
        if !self.has_marks() {
            let start = browse.list(column).cursor;
            let end = start.saturating_add(count.unwrap_or(1) as usize).min(browse.len(column));
            return browse.once((start..end).filter_map(|at| browse.entry(column, at)));
        }
        match column {
            Column::Artists => browse.once(browse.marks.artists.iter().map(|&row| Entry::Artist(row))),
            Column::Albums => browse.marks.albums.iter().map(|&row| Entry::Album(row)).collect(),
            Column::Tracks => {
                let found = browse.marks.tracks.iter().filter_map(|&id| browse.catalog.find(id));
                let mut rows: Vec<u32> = found.map(|track| track.row()).collect();
                rows.sort_unstable();
                rows.into_iter().map(Entry::Track).collect()
            }
        }
    }

    pub(super) fn selected_items(&self, count: Option<u32>) -> Vec<ItemId> {
        let queue = &self.state.queue;
        if !queue.marks.is_empty() {
            let items = queue.seen.items.iter().map(|item| item.id);
            return items.filter(|id| queue.marks.contains(id)).collect();
        }
        let count = count.unwrap_or(1) as usize;
        queue.items(queue.list.cursor, count).map(|item| item.id).collect()
    }

    /// Asks for a change of entries of the queue.
    pub(super) fn take(&mut self, items: Items, count: Option<u32>, command: impl FnOnce(Items) -> Queue) {
        let by_number = matches!(items, Items::Positions(_));
        let items = match items {
            Items::Selection if self.state.focus != Pane::Queue => {
                return self.state.note(say!("First go to the queue: Tab"));
            }
            Items::Selection => Items::Ids(self.selected_items(count)),
            named => named,
        };
        if items == Items::Ids(Vec::new()) {
            return self.state.note(say!("The queue is empty"));
        }
        let command = command(items);
        let keeps_marks = matches!(command, Queue::Move(..) | Queue::MoveTo(..)) || by_number;
        self.send(Command::Queue(command));
        if !keeps_marks {
            self.state.queue.marks.clear();
        }
    }

    /// Without numbers and marks the core keeps what plays.
    pub(super) fn crop(&mut self, items: Items) {
        let items = match items {
            Items::Selection if !self.state.queue.marks.is_empty() => Items::Ids(self.selected_items(None)),
            other => other,
        };
        self.send(Command::Queue(Queue::Crop(items)));
        self.state.queue.marks.clear();
    }

    pub(super) fn jump(&mut self, items: Items) {
        let items = match items {
            Items::Selection if self.state.focus == Pane::Queue => {
                Items::Ids(self.state.queue.selected().into_iter().collect())
            }
            Items::Selection => return self.open(),
            named => named,
        };
        if items != Items::Ids(Vec::new()) {
            self.send(Command::Queue(Queue::Jump(items)));
        }
    }

    /// Marks or unmarks as many rows as the count says, and goes on to the row behind them.
    pub(super) fn toggle_marks(&mut self, count: Option<u32>) {
        match self.state.focus {
            Pane::Library => {
                let column = self.state.column();
                let start = self.state.library.list(column).cursor;
                let end =
                    start.saturating_add(count.unwrap_or(1) as usize).min(self.state.library.len(column));
                for at in start..end {
                    if let Some(entry) = self.state.library.entry(column, at) {
                        self.state.library.toggle_mark(entry);
                    }
                }
            }
            Pane::Queue => {
                let queue = &mut self.state.queue;
                let count = count.unwrap_or(1) as usize;
                let ids: Vec<ItemId> = queue.items(queue.list.cursor, count).map(|item| item.id).collect();
                for id in ids {
                    if !queue.marks.remove(&id) {
                        queue.marks.insert(id);
                    }
                }
            }
            Pane::Playlists => self.mark_entries(count),
            Pane::Spectrum => return,
        }
        self.step_on(count);
    }
}

/// How many tracks, for people.
pub(super) fn tracks_said(count: usize) -> String {
    say!("{count} {tracks}", count = text::count(count as u64), tracks = things!(count, "track", "tracks"))
}

fn paths_said(count: usize) -> String {
    say!("{count} {paths}", count = text::count(count as u64), paths = things!(count, "path", "paths"))
}

pub(super) fn added(amount: String) -> String {
    say!("{amount} added to the queue", amount)
}

pub(super) fn plays_next(amount: String) -> String {
    say!("{amount} will play next", amount)
}
