//! Yank and put; the jump list.

use super::selection::tracks_said;
use super::{Effect, Turn};
use crate::counted;
use crate::model::command::{Added, Command, ListRef, Pane, Playlisting, Queue, Target};
use crate::say;
use crate::tui::browse::Column;
use crate::tui::jumps::Spot;
use crate::tui::registers::{len, repeated};

/// Tracks that are put at once at most.
const MOST_PUT: usize = 1_000_000;
/// Bytes that a clipboard is given at most.
const MOST_COPIED: usize = 100_000;

impl Turn<'_> {
    /// Keeps what is selected in the register that was named.
    pub(super) fn yank(&mut self, count: Option<u32>, tells: bool) {
        let Some(target) = self.resolve(Target::Selection, count) else { return };
        let tracks = len(&target);
        let register = self.register.take();
        self.state.registers.keep(register, target, &self.around.snapshot.catalog);
        if tells {
            let amount = tracks_said(tracks);
            self.state.note(match register.map(|letter| letter.to_ascii_lowercase()) {
                Some(letter) => say!("{amount} kept in {letter}", amount, letter),
                None => say!("{amount} kept", amount),
            });
        }
    }

    /// Paths, a line each. What the terminal does with it is not told.
    pub(super) fn copy(&mut self, count: Option<u32>) {
        use std::os::unix::ffi::OsStrExt;
        let Some(target) = self.resolve(Target::Selection, count) else { return };
        let paths = crate::tui::registers::paths(target, &self.around.snapshot.catalog);
        let lines: Vec<&[u8]> = paths.iter().map(|path| path.as_os_str().as_bytes()).collect();
        let text = lines.join(&b'\n');
        if text.len() > MOST_COPIED {
            return self.state.note(say!("That is more than terminals take: 100,000 bytes"));
        }
        let amount = counted!(paths.len(), "path", "paths");
        self.state.note(say!("{amount} copied, where the terminal allows it", amount));
        self.effects.push(Effect::Copy(text));
        self.drop_marks();
    }

    /// Puts a register behind the cursor or before it.
    pub(super) fn put_register(&mut self, before: bool, count: Option<u32>) {
        let register = self.register.take();
        let Some(target) = self.state.registers.get(register) else {
            return self.state.note(match register {
                Some(letter) => say!("Register {letter} is empty: yank keeps what is selected", letter),
                None => say!("Nothing was kept yet: yank keeps what is selected").to_owned(),
            });
        };
        let most = (MOST_PUT / len(target).max(1)).max(1);
        let target = repeated(target, (count.unwrap_or(1) as usize).min(most));
        match self.state.focus {
            _ if self.state.is_covered() => {}
            Pane::Queue => {
                let queue = &mut self.state.queue;
                let place = queue.place(queue.list.cursor);
                let to = place.map_or(0, |place| place + usize::from(!before));
                queue.goes_to = Some(to);
                let insert = |target| Queue::InsertAt(to + 1, target);
                let command = if place.is_some() { insert(target) } else { Queue::Append(target) };
                self.send(Command::Queue(command));
            }
            Pane::Playlists => self.put_into_list(target, before),
            Pane::Library | Pane::Spectrum => self.state.note(say!("First go to the queue or to a playlist")),
        }
    }

    /// Among the entries at the cursor; where lists are chosen, at the end of the one that is selected.
    fn put_into_list(&mut self, target: Target, before: bool) {
        let pane = &mut self.state.lists;
        let Some(id) = pane.selected().map(|list| list.id) else {
            return self.state.note(say!("No playlist is selected"));
        };
        let to = (pane.entries.cursor + usize::from(!before)).min(pane.len());
        pane.goes_to = pane.in_entries.then_some(to);
        let at = pane.goes_to.map(|to| to + 1);
        let (list, what) = (ListRef::Id(id), Added::Target(target));
        self.send(Command::Playlist(Playlisting::Add { list, what, at }));
    }

    pub(super) fn tell_registers(&mut self) {
        let lines = self.state.registers.lines();
        let what =
            if lines.is_empty() { say!("The registers are empty").to_owned() } else { lines.join("  ") };
        self.state.note(what);
    }

    fn spot(&self) -> Spot {
        let (library, lists) = (&self.state.library, &self.state.lists);
        let in_entries = self.state.focus == Pane::Playlists && lists.in_entries;
        let (rows, item) = match self.state.focus {
            Pane::Library => {
                let place = |column| library.unfolded_place(column, library.list(column).cursor);
                (Column::ALL.map(place), None)
            }
            Pane::Playlists => ([lists.lists.cursor, lists.entries.cursor, 0], None),
            Pane::Queue | Pane::Spectrum => {
                ([self.state.queue.list.cursor, 0, 0], self.state.queue.selected())
            }
        };
        Spot { pane: self.state.focus, column: self.state.column(), rows, item, in_entries }
    }

    /// Before the cursor goes far.
    pub(super) fn leave_spot(&mut self) {
        if !self.state.is_covered() {
            let spot = self.spot();
            self.state.jumps.leave(spot);
        }
    }

    pub(super) fn jump_in_list(&mut self, forward: bool, count: Option<u32>) {
        for _ in 0..count.unwrap_or(1).min(100) {
            let here = self.spot();
            let found = if forward { self.state.jumps.forward() } else { self.state.jumps.back(here) };
            let Some(spot) = found else {
                return self.state.note(if forward {
                    say!("No later place")
                } else {
                    say!("No earlier place")
                });
            };
            self.go_to_spot(spot);
        }
    }

    fn go_to_spot(&mut self, spot: Spot) {
        self.uncover();
        self.focus(spot.pane);
        match spot.pane {
            Pane::Library => {
                for (column, row) in Column::ALL.into_iter().zip(spot.rows) {
                    let views = self.column_view();
                    self.state.library.go_to_unfolded(column, row, true, views);
                }
                self.state.library.column = spot.column;
            }
            Pane::Playlists => {
                self.state.lists.in_entries = false;
                self.move_in_lists(|list, view| list.go_to(spot.rows[0], view));
                self.state.lists.in_entries = spot.in_entries;
                if spot.in_entries {
                    self.move_in_lists(|list, view| list.go_to(spot.rows[1], view));
                }
            }
            Pane::Queue | Pane::Spectrum => {
                let queue = &self.state.queue;
                let place = queue.seen.items.iter().position(|item| Some(item.id) == spot.item);
                let row = place.and_then(|place| queue.row_of(place).ok()).unwrap_or(spot.rows[0]);
                let view = self.queue_view();
                self.state.queue.list.go_to(row, view);
            }
        }
    }
}
