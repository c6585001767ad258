//! The rows that an operator acts over, and those that are selected: what it does is what the command does with these
//! rows marked.

use std::collections::{BTreeSet, HashSet};
use std::path::{Path, PathBuf};

use super::Turn;
use crate::model::catalog::TrackRef;
use crate::model::command::grammar::{Grammar, Kind, Object};
use crate::model::command::{Command, Motion, Pane, Queue, Request, Screen};
use crate::model::grouping::GroupBy;
use crate::model::id::ItemId;
use crate::model::words::said;
use crate::say;
use crate::tui::browse::{Column, Entry, Marks};
use crate::tui::grammar::Reach;
use crate::tui::list::{List, View};
use crate::tui::state::Selecting;

/// What rows share.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Share {
    Number(u32),
    /// Of an album.
    Disc(u32, u16),
    Text(String),
    Folder(PathBuf),
    /// A letter, among groups beneath the same one.
    Initial(Option<u32>, String),
}

/// Marks of the pane, while others stand in for them.
enum Kept {
    Library(Marks),
    Queue(HashSet<ItemId>),
    Entries(BTreeSet<usize>),
}

impl Turn<'_> {
    /// Rows of the list that is looked at, and where its cursor is.
    pub(super) fn rows_here(&self) -> (usize, List) {
        match self.state.focus {
            Pane::Library => {
                let column = self.state.column();
                (self.state.library.len(column), *self.state.library.list(column))
            }
            Pane::Playlists => (self.state.lists.rows(), *self.state.lists.list()),
            Pane::Queue => (self.state.queue.shown(), self.state.queue.list),
            Pane::Spectrum => (0, List::default()),
        }
    }

    fn view_here(&self, len: usize) -> View {
        match self.state.focus {
            Pane::Library => View { len, ..self.library_view(self.state.column()) },
            _ => self.view(len),
        }
    }

    /// In the order of the list; `None`: there are none such.
    pub(super) fn rows_of(&self, reach: Reach, count: Option<u32>) -> Option<Vec<usize>> {
        let (len, list) = self.rows_here();
        if self.state.is_covered() || list.cursor >= len {
            return None;
        }
        let rows: Vec<usize> = match reach {
            Reach::Rows => {
                let end = list.cursor.saturating_add(count.unwrap_or(1) as usize).min(len);
                (list.cursor..end).collect()
            }
            Reach::Selected => {
                let anchor = self.state.selecting?.anchor.min(len - 1);
                (anchor.min(list.cursor)..=anchor.max(list.cursor)).collect()
            }
            Reach::Motion(motion) => {
                let to = self.motion_goes(motion, count)?;
                (to.min(list.cursor)..=to.max(list.cursor)).collect()
            }
            Reach::Object(object) => self.object(object)?,
            Reach::Span { first, last } => (first..=last.min(len - 1)).collect(),
        };
        // Of the lists one at a time is taken.
        let one_alone = self.state.focus == Pane::Playlists && !self.state.lists.in_entries;
        (!one_alone || rows == [list.cursor]).then_some(rows)
    }

    /// The row that a motion goes to; `None`: it is none within a list, or goes nowhere.
    fn motion_goes(&self, motion: Motion, count: Option<u32>) -> Option<usize> {
        let (len, mut list) = self.rows_here();
        let from = list.cursor;
        match motion {
            Motion::GroupDown | Motion::GroupUp => {
                let down = motion == Motion::GroupDown;
                let to = self.group_goes(down, count)?;
                // The next group's first row is not part of this one.
                let ends = self.group_start(to) != to || to == from;
                return Some(if down && !ends { to - 1 } else { to });
            }
            Motion::Left
            | Motion::Right
            | Motion::ScrollTop
            | Motion::ScrollMiddle
            | Motion::ScrollBottom => {
                return None;
            }
            _ => list.go(motion, count.map(|count| count as usize), self.view_here(len)),
        }
        let steps = matches!(motion, Motion::Down | Motion::Up);
        (!steps || list.cursor != from).then_some(list.cursor)
    }

    /// The rows of an object at the cursor.
    fn object(&self, object: Object) -> Option<Vec<usize>> {
        let (len, list) = self.rows_here();
        if object.kind == Kind::List {
            return Some((0..len).collect());
        }
        let share = self.share(list.cursor, object.kind)?;
        let alike = |row: usize| self.share(row, object.kind).as_ref() == Some(&share);
        if object.all {
            return Some((0..len).filter(|&row| alike(row)).collect());
        }
        let first = (0..list.cursor).rev().take_while(|&row| alike(row)).last().unwrap_or(list.cursor);
        let last = (list.cursor + 1..len).take_while(|&row| alike(row)).last().unwrap_or(list.cursor);
        Some((first..=last).collect())
    }

    /// What a row has of a kind.
    fn share(&self, row: usize, kind: Kind) -> Option<Share> {
        let catalog = &self.around.snapshot.catalog;
        match self.state.focus {
            Pane::Library => {
                let library = &self.state.library;
                match library.entry(self.state.column(), row)? {
                    Entry::Artist(row) if kind_of(library.kind(row)) == Some(kind) => {
                        Some(Share::Text(library.artist_name(row)?.to_owned()))
                    }
                    Entry::Album(album) if kind == Kind::Album => Some(Share::Number(album)),
                    Entry::Album(album) => {
                        let first = library.catalog.album(album)?.tracks.start;
                        match kind {
                            Kind::Artist => {
                                text(library.catalog.list(library.catalog.album(album)?.artists).next())
                            }
                            _ => library.track(first).and_then(|track| of_track(track, kind)),
                        }
                    }
                    Entry::Track(track) => library.track(track).and_then(|track| of_track(track, kind)),
                    _ => None,
                }
            }
            Pane::Playlists if self.state.lists.in_entries => {
                let entry = self.state.lists.entry(row, catalog)?;
                match entry.find(catalog) {
                    Some(track) => of_track(track, kind),
                    None => of_path(&entry.path, kind),
                }
            }
            Pane::Queue => {
                let item = self.state.queue.item(row)?;
                match item.track.and_then(|id| catalog.find(id)) {
                    Some(track) => of_track(track, kind),
                    None => of_path(&item.path, kind),
                }
            }
            Pane::Playlists | Pane::Spectrum => None,
        }
    }

    /// What groups are made of, in the list that is looked at: an album's tracks, an artist's albums, a letter's artists.
    fn group(&self, row: usize) -> Option<Share> {
        let initial = |name: &str| name.chars().next().map(|c| c.to_lowercase().collect::<String>());
        match (self.state.focus, self.state.column()) {
            (Pane::Library, Column::Artists) => match self.state.library.entry(Column::Artists, row)? {
                Entry::Artist(row) => {
                    let letter = initial(self.state.library.artist_name(row)?);
                    Some(Share::Initial(self.state.library.above(row), letter.unwrap_or_default()))
                }
                _ => None,
            },
            (Pane::Library, Column::Albums) => self.share(row, Kind::Artist),
            (Pane::Playlists, _) if !self.state.lists.in_entries => {
                initial(self.state.lists.seen.lists.at(row)?.name.as_str()).map(Share::Text)
            }
            _ => self.share(row, Kind::Album),
        }
    }

    fn group_start(&self, row: usize) -> usize {
        let group = self.group(row);
        (0..row).rev().take_while(|&other| self.group(other) == group).last().unwrap_or(row)
    }

    /// So many groups on; the ends of the list stop it.
    pub(super) fn group_goes(&self, down: bool, count: Option<u32>) -> Option<usize> {
        let (len, list) = self.rows_here();
        let mut row = list.cursor;
        for _ in 0..count.unwrap_or(1) {
            let group = self.group(row);
            let next = match down {
                true => {
                    (row + 1..len).find(|&other| self.group(other) != group).unwrap_or(len.checked_sub(1)?)
                }
                false if self.group_start(row) < row => self.group_start(row),
                false => self.group_start(row.saturating_sub(1)),
            };
            if next == row {
                break;
            }
            row = next;
        }
        Some(row)
    }

    /// To the next row that shares it, round the end.
    pub(super) fn go_to_same(&mut self, kind: Kind, count: Option<u32>) {
        let (len, list) = self.rows_here();
        let Some(share) = self.share(list.cursor, kind).filter(|_| !self.state.is_covered()) else {
            return self.state.note(say!("There is no {what} here", what = said(kind.name())));
        };
        let mut row = list.cursor;
        for _ in 0..count.unwrap_or(1).min(1000) {
            let round = (row + 1..len).chain(0..row);
            let Some(next) = round.into_iter().find(|&row| self.share(row, kind).as_ref() == Some(&share))
            else {
                return self
                    .state
                    .note(say!("There is no other row of this {what}", what = said(kind.name())));
            };
            row = next;
        }
        self.leave_spot();
        self.search_go(row);
    }

    /// Does what a command does with these rows marked.
    pub(super) fn over(&mut self, rows: &[usize], reach: Reach, request: Request) {
        self.end_selection();
        if request == Request::Screen(Screen::ToggleMark) {
            return self.mark_rows(rows);
        }
        let kept = self.mark_alone(rows);
        if let Request::Core(Command::Queue(Queue::Remove(_))) = request {
            self.yank(None, false);
        }
        self.request(request, None);
        self.mark_again(kept);
        if let (Some(&first), false) = (rows.first(), matches!(reach, Reach::Rows)) {
            self.search_go(first);
        }
    }

    fn mark_rows(&mut self, rows: &[usize]) {
        match self.state.focus {
            Pane::Library => {
                let column = self.state.column();
                for &row in rows {
                    if let Some(entry) = self.state.library.entry(column, row) {
                        self.state.library.toggle_mark(entry);
                    }
                }
            }
            Pane::Queue => {
                let ids: Vec<ItemId> =
                    rows.iter().filter_map(|&row| self.state.queue.item(row)).map(|item| item.id).collect();
                for id in ids {
                    if !self.state.queue.marks.remove(&id) {
                        self.state.queue.marks.insert(id);
                    }
                }
            }
            Pane::Playlists if self.state.lists.in_entries => {
                for &row in rows {
                    if !self.state.lists.marks.remove(&row) {
                        self.state.lists.marks.insert(row);
                    }
                }
            }
            Pane::Playlists | Pane::Spectrum => {}
        }
    }

    /// These rows are the marks; hands over the others.
    fn mark_alone(&mut self, rows: &[usize]) -> Kept {
        let kept = match self.state.focus {
            Pane::Library => Kept::Library(std::mem::take(&mut self.state.library.marks)),
            Pane::Playlists => Kept::Entries(std::mem::take(&mut self.state.lists.marks)),
            Pane::Queue | Pane::Spectrum => Kept::Queue(std::mem::take(&mut self.state.queue.marks)),
        };
        self.mark_rows(rows);
        kept
    }

    fn mark_again(&mut self, kept: Kept) {
        match kept {
            Kept::Library(marks) => self.state.library.marks = marks,
            Kept::Queue(marks) => self.state.queue.marks = marks,
            Kept::Entries(marks) => self.state.lists.marks = marks,
        }
    }

    pub(super) fn select(&mut self, grammar: &Grammar) {
        if self.state.is_covered() {
            return;
        }
        let (len, list) = self.rows_here();
        match (grammar, self.state.selecting) {
            (Grammar::Select, Some(_)) => self.end_selection(),
            (Grammar::Select, None) => self.select_from(list.cursor),
            (Grammar::SelectAgain, _) => {
                let here = (self.state.focus, self.state.column());
                match self.state.selected_last.filter(|last| (last.pane, last.column) == here && len > 0) {
                    Some(last) => {
                        self.search_go(last.end);
                        self.select_from(last.anchor.min(len - 1));
                    }
                    None => self.state.note(say!("No rows were selected here yet")),
                }
            }
            (Grammar::SelectOther, Some(selecting)) => {
                self.search_go(selecting.anchor);
                self.select_from(list.cursor);
            }
            _ => self.state.note(say!("First select rows")),
        }
    }

    fn select_from(&mut self, anchor: usize) {
        let (len, _) = self.rows_here();
        let one_alone = self.state.focus == Pane::Playlists && !self.state.lists.in_entries;
        if anchor >= len || one_alone {
            return self.state.note(say!("There are no rows to select here"));
        }
        let item = self.state.queue.item(anchor).map(|item| item.id);
        let (pane, column) = (self.state.focus, self.state.column());
        self.state.selecting = Some(Selecting { pane, column, anchor, end: anchor, len, item });
    }

    /// An object, while rows are selected, is what is selected.
    pub(super) fn select_object(&mut self, object: Object) {
        if self.state.selecting.is_none() {
            return self.state.note(say!("First select rows, or give an operator such as d or y"));
        }
        // What is selected is one run of rows.
        let run = Object { all: false, ..object };
        match self.rows_of(Reach::Object(run), None) {
            Some(rows) => {
                self.search_go(rows.last().copied().unwrap_or_default());
                self.select_from(rows.first().copied().unwrap_or_default());
            }
            None => self.state.note(say!("There is no {what} here", what = said(object.kind.name()))),
        }
    }

    pub(super) fn end_selection(&mut self) {
        let (_, list) = self.rows_here();
        if let Some(selecting) = self.state.selecting.take() {
            self.state.selected_last = Some(Selecting { end: list.cursor, ..selecting });
        }
    }

    /// After each input: what was selected in a list that is another now, or is not looked at, is selected no longer.
    pub(super) fn settle_selection(&mut self) {
        let Some(selecting) = self.state.selecting else { return };
        let here = (self.state.focus, self.state.column());
        let (len, list) = self.rows_here();
        if (selecting.pane, selecting.column) != here || selecting.len != len {
            self.state.selecting = None;
        } else {
            self.state.selecting = Some(Selecting { end: list.cursor, ..selecting });
        }
    }

    /// The queue is another one: the selection begins at the same entry.
    pub(super) fn follow_selection(&mut self) {
        let Some(selecting) = self.state.selecting.filter(|selecting| selecting.pane == Pane::Queue) else {
            return;
        };
        let queue = &self.state.queue;
        let place = queue.seen.items.iter().position(|item| Some(item.id) == selecting.item);
        let row = place.and_then(|place| queue.row_of(place).ok());
        let len = queue.shown();
        self.state.selecting = row.map(|anchor| Selecting { anchor, len, ..selecting });
    }
}

fn kind_of(by: GroupBy) -> Option<Kind> {
    match by {
        GroupBy::Artist => Some(Kind::Artist),
        GroupBy::Genre => Some(Kind::Genre),
        GroupBy::Year => Some(Kind::Year),
        GroupBy::Folder => Some(Kind::Folder),
        GroupBy::Composer | GroupBy::Decade => None,
    }
}

fn text(text: Option<&str>) -> Option<Share> {
    text.filter(|text| !text.is_empty()).map(|text| Share::Text(text.to_owned()))
}

fn of_track(track: TrackRef<'_>, kind: Kind) -> Option<Share> {
    match kind {
        Kind::Album => Some(Share::Number(track.raw().album)),
        Kind::Artist => text(track.artists().next()),
        Kind::Genre => text(track.genres().next()),
        Kind::Year => track.year().map(|year| Share::Number(u32::from(year))),
        Kind::Disc => Some(Share::Disc(track.raw().album, track.disc_number().unwrap_or(1))),
        Kind::Folder => of_path(&track.path(), kind),
        Kind::List => None,
    }
}

/// Of a file that the library does not have its folder is known.
fn of_path(path: &Path, kind: Kind) -> Option<Share> {
    let folder = path.parent().filter(|_| kind == Kind::Folder)?;
    Some(Share::Folder(folder.to_owned()))
}
