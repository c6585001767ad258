//! The mouse: click to select, double click to open, wheel to scroll, drag the seek bar and entries of the queue.

use std::time::Duration;

use ratatui::layout::Rect;

use super::{Mouse, Turn};
use crate::model::column::Tells;
use crate::model::command::{
    AbLoop, Command, History, Items, Listener, Pane, Playback, Queue, Seek, SortBy, SortKey, Sound,
    SpeedChange, VolumeChange,
};
use crate::model::grouping::Fold;
use crate::model::sort::Sort;
use crate::model::words::said;
use crate::say;
use crate::tui::browse::Column;
use crate::tui::scene::Hit;
use crate::tui::state::{Drag, Held, HeldTitle};

const DOUBLE_CLICK: Duration = Duration::from_millis(400);
/// While the handle is dragged the core is asked at most so often.
const DRAG_EVERY: Duration = Duration::from_millis(33);
const WHEEL_ROWS: isize = 3;
const WHEEL_VOLUME: i8 = 5;

impl Turn<'_> {
    pub(super) fn mouse(&mut self, mouse: Mouse) {
        match mouse {
            Mouse::Press(x, y) if self.state.menu.is_some() => self.click_menu(x, y),
            Mouse::Press(x, y) => self.press(x, y),
            Mouse::Menu(x, y) => self.menu_at(x, y),
            Mouse::Drag(x, y) => self.drag(x, y),
            Mouse::Release => self.release(),
            Mouse::WheelDown(x, y) => self.wheel(x, y, true),
            Mouse::WheelUp(x, y) => self.wheel(x, y, false),
        }
    }

    fn press(&mut self, x: u16, y: u16) {
        let Some((area, hit)) = self.around.map.at(x, y) else { return };
        let again = self.state.pointer.clicked.is_some_and(|(place, when)| {
            place == (x, y) && self.around.now.saturating_sub(when) <= DOUBLE_CLICK
        });
        self.state.pointer.clicked = if again { None } else { Some(((x, y), self.around.now)) };
        let row = usize::from(y - area.y);
        match hit {
            Hit::Column(column) => {
                self.click_library(column, self.state.library.list(column).top + row, again);
            }
            Hit::Fold(at) => self.click_fold(at),
            Hit::Wall => self.click_wall(x, y, again),
            Hit::Queue => self.click_queue(row, again),
            Hit::Lists => self.click_lists(row, false, again),
            Hit::Entries => self.click_lists(row, true, again),
            Hit::Spectrum if again => self.click_spectrum(),
            Hit::Spectrum | Hit::Volume | Hit::Help | Hit::Menu => {}
            Hit::Report => self.click_report(row, again),
            Hit::Words => self.click_words(row, area.height),
            Hit::Tags => self.click_tags(row, again),
            Hit::Outputs => self.click_output(row, again),
            Hit::Tab(pane) => self.focus(pane),
            Hit::Arrangement(place) => self.go_to_tab(place),
            Hit::Border(border) => self.state.pointer.border = Some(border),
            Hit::Title(pane, tells) => {
                self.state.pointer.title = Some(HeldTitle { pane, tells, over: None });
            }
            Hit::SeekBar => self.start_drag(area, x),
            Hit::State => self.send(Command::Playback(Playback::Toggle)),
            Hit::Repeat => self.send(Command::Playback(Playback::Repeat(None))),
            Hit::Shuffle => self.send(Command::Playback(Playback::Shuffle(None))),
            Hit::Consume => self.send(Command::Playback(Playback::Consume(None))),
            Hit::StopAfter => self.send(Command::Playback(Playback::StopAfter(None))),
            Hit::Sleep => self.send(Command::Playback(Playback::Sleep(None))),
            Hit::Loop => self.send(Command::Playback(Playback::AbLoop(AbLoop::Off))),
            Hit::Speed => self.send(Command::Sound(Sound::Speed(SpeedChange::To(100)))),
            Hit::Gain => self.send(Command::Sound(Sound::ReplayGain(None))),
            Hit::Mastering => self.toggle_mastering(),
            Hit::Equaliser => self.toggle_eq(),
            Hit::Night => self.send(Command::Listener(Listener::Night(None))),
            Hit::Crossfeed => self.send(Command::Listener(Listener::Crossfeed(None))),
            Hit::Signal => self.toggle_signal(),
            Hit::Cover => self.toggle_song(),
            Hit::Status => self.dismiss(),
            Hit::Undo => self.send(Command::History(History::Undo(1))),
        }
    }

    /// Opens and closes it, wherever the cursor is.
    fn click_fold(&mut self, at: usize) {
        self.focus_quietly(Pane::Library);
        self.state.library.column = Column::Artists;
        let views = self.column_view();
        self.state.library.fold(Fold::Toggle, Some(at), 1, views);
    }

    pub(super) fn click_wall(&mut self, x: u16, y: u16, again: bool) {
        let place = self.layout().wall.and_then(|grid| grid.place(x, y));
        if let Some(place) = place {
            let at = self.state.library.list(Column::Albums).top + place;
            self.click_library(Column::Albums, at, again);
        }
    }

    pub(super) fn click_library(&mut self, column: Column, at: usize, again: bool) {
        self.focus_quietly(Pane::Library);
        if at >= self.state.library.len(column) {
            return;
        }
        self.state.library.column = column;
        let view = self.library_view(column);
        // The clicked row stays under the pointer: no margin.
        self.state.library.move_in(column, view, |list, _| list.cursor = at);
        if again {
            self.open();
        }
    }

    pub(super) fn click_queue(&mut self, row: usize, again: bool) {
        self.focus_quietly(Pane::Queue);
        let at = self.state.queue.list.top + row;
        if at < self.state.queue.shown() {
            self.state.queue.list.cursor = at;
            let item = self.state.queue.selected();
            self.state.pointer.held = item.filter(|_| !again).map(|item| Held { item, over: None });
            if again {
                self.open();
            }
        }
    }

    pub(super) fn click_lists(&mut self, row: usize, in_entries: bool, again: bool) {
        self.focus_quietly(Pane::Playlists);
        self.state.lists.in_entries = in_entries;
        let at = self.state.lists.list().top + row;
        if at < self.state.lists.rows() {
            self.move_in_lists(|list, _| list.cursor = at);
            if again {
                self.open();
            }
        }
    }

    /// A click on what is in sight scrolls nothing.
    fn focus_quietly(&mut self, pane: Pane) {
        if matches!(pane, Pane::Library | Pane::Playlists) {
            self.state.left = pane;
        }
        self.state.focus = pane;
    }

    fn click_spectrum(&mut self) {
        let pane = if self.state.focus == Pane::Spectrum { self.state.left } else { Pane::Spectrum };
        self.focus(pane);
    }

    fn start_drag(&mut self, bar: Rect, x: u16) {
        let percent = percent_at(bar, x);
        self.state.pointer.drag = Some(Drag { percent, asked: percent, sent: self.around.now });
        self.seek(percent);
    }

    /// The row that an entry is held over: the nearest one in sight.
    fn hold_over(&mut self, held: Held, y: u16) {
        let Some(area) = self.around.map.area_of(Hit::Queue) else { return };
        let inside = y.clamp(area.y, area.bottom().saturating_sub(1)) - area.y;
        let last = self.state.queue.shown().saturating_sub(1);
        let row = (self.state.queue.list.top + usize::from(inside)).min(last);
        let was = self.state.queue.list.cursor;
        let over = (row != was || held.over.is_some()).then_some(row);
        self.state.pointer.held = Some(Held { over, ..held });
    }

    /// It goes where it was let go: with the others where it is one of the marked.
    fn let_go(&mut self, held: Held) {
        let queue = &self.state.queue;
        let Some(place) = held.over.and_then(|row| queue.place(row)) else { return };
        let ids = if queue.marks.contains(&held.item) {
            let marked = queue.seen.items.iter().map(|item| item.id).filter(|id| queue.marks.contains(id));
            let marked = marked.collect();
            self.state.queue.marks.clear();
            marked
        } else {
            vec![held.item]
        };
        self.send(Command::Queue(Queue::MoveTo(Items::Ids(ids), place + 1)));
    }

    fn drag(&mut self, x: u16, y: u16) {
        if let Some(held) = self.state.pointer.held {
            return self.hold_over(held, y);
        }
        if let Some(border) = self.state.pointer.border {
            return self.drag_border(border, x, y);
        }
        if let Some(held) = self.state.pointer.title {
            return self.drag_title(held, x, y);
        }
        let Some(drag) = self.state.pointer.drag else { return };
        let Some(bar) = self.around.map.area_of(Hit::SeekBar) else { return };
        let percent = percent_at(bar, x);
        let due = self.around.now.saturating_sub(drag.sent) >= DRAG_EVERY;
        if due {
            self.state.pointer.drag = Some(Drag { percent, asked: percent, sent: self.around.now });
            self.seek(percent);
        } else {
            self.state.pointer.drag = Some(Drag { percent, ..drag });
        }
    }

    fn drag_title(&mut self, held: HeldTitle, x: u16, y: u16) {
        if let Some((_, Hit::Title(pane, over))) = self.around.map.at(x, y)
            && pane == held.pane
            && (held.over.is_some() || over != held.tells)
        {
            self.state.pointer.title = Some(HeldTitle { over: Some(over), ..held });
        }
    }

    /// It goes where it was let go; where it was not moved, tracks are sorted by it.
    fn let_title_go(&mut self, held: HeldTitle) {
        match held.over {
            Some(over) => self.state.columns.move_to(held.tells, over),
            None => self.sort_by_title(held.pane, held.tells),
        }
    }

    /// Tracks in the order of a column, then downwards; a third time, those of the library in their own order.
    fn sort_by_title(&mut self, pane: Pane, tells: Tells) {
        self.focus_quietly(pane);
        let Some(column) = tells.sorts() else {
            return self.state.note(say!("Tracks are not sorted by {column}", column = said(tells.name())));
        };
        let sort = Sort { column, descending: false };
        match pane {
            Pane::Library => {
                let sorts = match self.state.filter.sorts[..] {
                    [now] if now == sort => vec![Sort { descending: true, ..sort }],
                    [now] if now.column == column => Vec::new(),
                    _ => vec![sort],
                };
                self.sort_library(sorts);
            }
            _ => self.sort_queue(tells),
        }
    }

    /// The second time in a row downwards.
    fn sort_queue(&mut self, tells: Tells) {
        let Some(key) = SortKey::parse(tells.name()) else {
            return self.state.note(say!("The queue is not sorted by {column}", column = said(tells.name())));
        };
        let descending = self.state.pointer.sorted == Some(tells);
        self.state.pointer.sorted = Some(tells).filter(|_| !descending);
        self.send(Command::Queue(Queue::Sort(SortBy { key, descending })));
    }

    fn release(&mut self) {
        self.state.pointer.border = None;
        if let Some(held) = self.state.pointer.held.take() {
            self.let_go(held);
        }
        if let Some(held) = self.state.pointer.title.take() {
            self.let_title_go(held);
        }
        let drag = self.state.pointer.drag.take();
        if let Some(drag) = drag.filter(|drag| drag.percent != drag.asked) {
            self.seek(drag.percent);
        }
    }

    fn seek(&mut self, percent: f64) {
        self.send(Command::Playback(Playback::Seek(Seek::Percent(percent))));
    }

    fn wheel(&mut self, x: u16, y: u16, down: bool) {
        let rows = if down { WHEEL_ROWS } else { -WHEEL_ROWS };
        let Some((_, hit)) = self.around.map.at(x, y) else { return };
        match hit {
            Hit::Column(column) => {
                let view = self.library_view(column);
                self.state.library.scroll(column, rows, view);
            }
            Hit::Fold(_) => {
                let view = self.library_view(Column::Artists);
                self.state.library.scroll(Column::Artists, rows, view);
            }
            Hit::Wall => {
                let view = self.library_view(Column::Albums);
                self.state.library.scroll(Column::Albums, rows.signum(), view);
            }
            Hit::Queue => {
                let view = self.queue_view();
                self.state.queue.list.scroll(rows, view);
            }
            Hit::Lists => {
                let view = self.view(self.state.lists.seen.lists.len());
                self.state.lists.lists.scroll(rows, view);
            }
            Hit::Entries => {
                let view = self.view(self.state.lists.len());
                self.state.lists.entries.scroll(rows, view);
            }
            Hit::Help => self.change_help(|list, view| list.scroll(rows, view)),
            Hit::Outputs => self.change_outputs(|list, view| list.scroll(rows, view)),
            Hit::Tags => self.change_tags(|list, view| list.scroll(rows, view)),
            Hit::Report => self.change_report(|list, view| list.scroll(rows, view)),
            Hit::Menu => self.move_in_menu(|list, view| list.scroll(rows, view)),
            Hit::Volume
            | Hit::Words
            | Hit::SeekBar
            | Hit::State
            | Hit::Repeat
            | Hit::Shuffle
            | Hit::Consume
            | Hit::StopAfter
            | Hit::Sleep
            | Hit::Loop
            | Hit::Gain
            | Hit::Mastering
            | Hit::Equaliser
            | Hit::Night
            | Hit::Crossfeed
            | Hit::Speed
            | Hit::Cover
            | Hit::Signal => {
                let step = if down { -WHEEL_VOLUME } else { WHEEL_VOLUME };
                self.send(Command::Playback(Playback::Volume(VolumeChange::By(step))));
            }
            Hit::Spectrum
            | Hit::Tab(_)
            | Hit::Arrangement(_)
            | Hit::Border(_)
            | Hit::Title(..)
            | Hit::Status
            | Hit::Undo => {}
        }
    }
}

/// Place on the bar, 0 to 100; its first cell is the beginning, its last the end.
fn percent_at(bar: Rect, x: u16) -> f64 {
    let last = bar.width.saturating_sub(1).max(1);
    let at = x.clamp(bar.x, bar.x + last) - bar.x;
    f64::from(at) * 100.0 / f64::from(last)
}
