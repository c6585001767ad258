//! The panes arranged: tabs, and how the room is parted, by commands and by dragging the lines between panes.

use super::Turn;
use crate::model::command::Pane;
use crate::model::command::arrange::{Arrange, SizeChange, SizeOf, SplitWay};
use crate::say;
use crate::tui::browse::Column;
use crate::tui::layout::Border;
use crate::tui::prompt::Kind;
use crate::tui::tabs::{Arrangement, Part, Split};

/// Longest name of a tab, in characters.
const LONGEST_NAME: usize = 32;

impl Turn<'_> {
    pub(super) fn arrange(&mut self, deed: Arrange) {
        let seen = self.state.arrangement();
        let (at, count) = (self.state.tabs.at(), self.state.tabs.count());
        match deed {
            Arrange::TabNew(name) => {
                let name = name.chars().take(LONGEST_NAME).collect();
                if self.state.tabs.open(name, seen) {
                    self.resettle();
                } else {
                    self.state.warn(say!("{count} tabs are the most. `:tab-close` closes one", count));
                }
            }
            Arrange::TabClose => match self.state.tabs.close() {
                Some(arrangement) => self.show(arrangement),
                None => self.only_one_tab(),
            },
            Arrange::TabNext | Arrange::TabPrevious if count < 2 => self.only_one_tab(),
            Arrange::TabNext => self.go_to_tab((at + 1) % count),
            Arrange::TabPrevious => self.go_to_tab((at + count - 1) % count),
            Arrange::Tab(name) => {
                let number = name.parse::<usize>().ok().and_then(|number| number.checked_sub(1));
                let place = self.state.tabs.find(&name).or(number).filter(|&place| place < count);
                match place {
                    Some(place) => self.go_to_tab(place),
                    None => self.state.warn(say!("no tab is called or numbered `{name}`", name)),
                }
            }
            Arrange::Split(way) => {
                let split = &mut self.state.split;
                split.below = way.map_or(!split.below, |way| way == SplitWay::Below);
                self.resettle();
            }
            Arrange::ColumnsPrompt => {
                let words: Vec<String> = self.state.columns.words().collect();
                self.open_prompt(Kind::Command, &format!("columns {}", words.join(" ")));
            }
            Arrange::Columns(columns) => {
                self.state.columns = columns;
                self.tell_columns();
            }
            Arrange::ColumnChanges(changes) => {
                changes.into_iter().for_each(|change| self.state.columns.change(change));
                self.tell_columns();
            }
            Arrange::Size(None) => {
                self.state.split = Split { below: self.state.split.below, ..Split::default() };
                self.resettle();
            }
            Arrange::Size(Some((of, change))) => self.size(of, change),
        }
    }

    fn tell_columns(&mut self) {
        let words: Vec<String> = self.state.columns.words().collect();
        let words = if words.is_empty() { say!("none").to_owned() } else { words.join(" ") };
        let measured = self.state.columns.all().iter().any(|column| column.tells.is_measured());
        self.state.note(match measured && !self.around.snapshot.facts.has_levels() {
            true => say!(
                "Columns, as far as there is room: {columns}. What is measured is shown once `:analyse` has done so",
                columns = words
            ),
            false => say!("Columns, as far as there is room: {columns}", columns = words),
        });
    }

    pub(super) fn go_to_tab(&mut self, place: usize) {
        let seen = self.state.arrangement();
        if let Some(arrangement) = self.state.tabs.go(place, seen) {
            self.show(arrangement);
        }
    }

    fn show(&mut self, arrangement: Arrangement) {
        self.uncover();
        self.state.arrange(arrangement);
        self.state.sung = None;
        self.lyrics_follow();
        self.resettle();
    }

    fn only_one_tab(&mut self) {
        self.state.note(say!("There is one tab. `:tab-new` makes another, arranged as this one"));
    }

    /// What has another size now stays around its cursor.
    fn resettle(&mut self) {
        self.resize(self.state.size.0, self.state.size.1);
    }

    fn size(&mut self, of: SizeOf, change: SizeChange) {
        let part = match (of, self.state.focus) {
            (SizeOf::Visual, _) | (_, Pane::Spectrum) => Part::Visual,
            (SizeOf::Pane, Pane::Queue) => Part::Queue,
            (SizeOf::Pane, _) => Part::Library,
            (SizeOf::Column, Pane::Queue) => return self.state.note(say!("The queue has one column")),
            (SizeOf::Column, Pane::Playlists) if self.state.lists.in_entries => Part::Entries,
            (SizeOf::Column, Pane::Playlists) => Part::Lists,
            (SizeOf::Column, Pane::Library) => match self.state.column() {
                Column::Artists => Part::First,
                Column::Albums => Part::Second,
                Column::Tracks => Part::Third,
            },
        };
        let rows = self.layout().spectrum.map_or(0, |area| area.height);
        self.state.split.size(part, change, rows);
        self.resettle();
    }

    /// The line between two panes is where the pointer is.
    pub(super) fn drag_border(&mut self, border: Border, x: u16, y: u16) {
        let Some((_, _, whole)) = self.layout().borders().into_iter().find(|(_, other, _)| *other == border)
        else {
            return;
        };
        let (at, from, room) = match border {
            Border::Beneath => (y, whole.y, whole.height),
            _ => (x, whole.x, whole.width),
        };
        let percent = i32::from(at.saturating_sub(from)) * 100 / i32::from(room.max(1));
        self.state.split.size(border.part(), SizeChange::To(percent), 0);
        self.resettle();
    }
}
