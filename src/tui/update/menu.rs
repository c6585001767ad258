//! The menu of what can be done with the selection: opening it, choosing from it. A key that is none of its own closes it and does
//! what it always does: the keys that stand in it are the keymap's.

use super::Turn;
use crate::config::keys::{Context, Key, Lookup};
use crate::model::command::{Command, Pane, Request, Screen};
use crate::say;
use crate::tui::browse::Column;
use crate::tui::browse::Entry;
use crate::tui::list::{List, View};
use crate::tui::menu::{About, Menu};
use crate::tui::report::{self, ReportKind};
use crate::tui::scene::Hit;
use crate::tui::tags::{Page, page};

impl Turn<'_> {
    /// At the cursor.
    pub(super) fn open_menu(&mut self) {
        let Some(about) = self.menu_here() else {
            return self.state.note(say!("There is nothing here that a menu could be about"));
        };
        if self.state.plain {
            let lines: Vec<&str> = about.rows().iter().map(|(_, line)| *line).collect();
            return self.state.note(say!("What can be done here: {commands}", commands = lines.join(", ")));
        }
        let (hit, list) = match self.state.focus {
            _ if self.state.tags.is_some() => {
                (Hit::Tags, self.state.tags.as_ref().map_or(List::default(), |tags| tags.list))
            }
            _ if self.state.report.is_some() => {
                (Hit::Report, self.state.report.as_ref().map_or(List::default(), |(_, list)| *list))
            }
            Pane::Library => {
                let column = self.state.column();
                (Hit::Column(column), *self.state.library.list(column))
            }
            Pane::Playlists if self.state.lists.in_entries => (Hit::Entries, self.state.lists.entries),
            Pane::Playlists => (Hit::Lists, self.state.lists.lists),
            Pane::Queue => (Hit::Queue, self.state.queue.list),
            Pane::Spectrum => (Hit::Spectrum, List::default()),
        };
        let area = self.around.map.area_of(hit).unwrap_or(self.layout().main);
        let row = u16::try_from(list.cursor.saturating_sub(list.top)).unwrap_or(u16::MAX);
        let y = area.y.saturating_add(row).min(area.bottom().saturating_sub(1));
        self.state.menu = Some(Menu { about, list: List::default(), at: (area.x + 2, y) });
    }

    /// What is selected where one is.
    fn menu_here(&self) -> Option<About> {
        if self.state.is_covered() {
            return self.menu_over();
        }
        match self.state.focus {
            Pane::Library => match self.state.library.selected(self.state.column())? {
                Entry::AllArtists | Entry::Artist(_) => Some(About::Artist),
                Entry::AllAlbums | Entry::Album(_) => Some(About::Album),
                Entry::Track(_) => Some(About::Track),
            },
            Pane::Queue => self.state.queue.selected().map(|_| About::Queued),
            Pane::Playlists if self.state.lists.in_entries => {
                (self.state.lists.entries.cursor < self.state.lists.len()).then_some(About::Entry)
            }
            Pane::Playlists => self.state.lists.selected().map(|_| About::Playlist),
            Pane::Spectrum => self.around.snapshot.playback.now.as_ref().map(|_| About::Playing),
        }
    }

    /// What is selected in what covers the panes.
    fn menu_over(&self) -> Option<About> {
        if self.state.tags.is_some() {
            return (page(&self.around.snapshot.tags) == Page::Form).then_some(About::Field);
        }
        let (kind, list) = self.state.report.as_ref()?;
        let about = match kind {
            ReportKind::Templates => About::Template,
            ReportKind::Similar => About::Similar,
            ReportKind::Settings => About::Setting,
            ReportKind::Typed(_) => About::Typed,
            ReportKind::Lyrics => About::Line,
            _ => return None,
        };
        let rows = report::len(self.around.snapshot, &self.state.figures, *kind);
        (list.cursor < rows).then_some(about)
    }

    /// The other button: it selects what it is pressed on.
    pub(super) fn menu_at(&mut self, x: u16, y: u16) {
        self.state.menu = None;
        let Some((area, hit)) = self.around.map.at(x, y).filter(|_| self.state.prompt.is_none()) else {
            return;
        };
        let row = usize::from(y - area.y);
        let selected = |list: &List| list.top + row == list.cursor;
        let (about, is_on_row) = match hit {
            Hit::Column(column) => {
                self.click_library(column, self.state.library.list(column).top + row, false);
                (self.menu_here(), selected(self.state.library.list(column)))
            }
            Hit::Fold(at) => {
                self.click_library(Column::Artists, at, false);
                (self.menu_here(), self.state.library.list(Column::Artists).cursor == at)
            }
            Hit::Wall => {
                self.click_wall(x, y, false);
                let list = self.state.library.list(Column::Albums);
                let place = self.layout().wall.and_then(|grid| grid.place(x, y));
                (self.menu_here(), place.is_some_and(|place| list.top + place == list.cursor))
            }
            Hit::Queue => {
                self.click_queue(row, false);
                (self.menu_here(), selected(&self.state.queue.list))
            }
            Hit::Lists | Hit::Entries => {
                self.click_lists(row, hit == Hit::Entries, false);
                (self.menu_here(), selected(self.state.lists.list()))
            }
            Hit::Report => {
                let is_on_row = self.select_in_report(row);
                (self.menu_over(), is_on_row)
            }
            Hit::Tags => {
                self.click_tags(row, false);
                (self.menu_over(), true)
            }
            _ if self.layout().now.is_some_and(|now| now.contains((x, y).into())) => {
                (self.around.snapshot.playback.now.as_ref().map(|_| About::Playing), true)
            }
            _ => return,
        };
        // It is pressed, not held.
        self.state.pointer.held = None;
        let menu = |about| Menu { about, list: List::default(), at: (x, y) };
        self.state.menu = about.filter(|_| is_on_row).map(menu);
    }

    /// `false`: it is no key of the menu, which is closed now.
    pub(super) fn menu_key(&mut self, key: Key) -> bool {
        let found = self.around.keymap.lookup(&[Context::Panel, Context::Global], &[key]);
        let (Lookup::Found(request) | Lookup::Either(request)) = found else {
            self.state.menu = None;
            return false;
        };
        match request {
            Request::Screen(Screen::Motion(motion)) => {
                self.move_in_menu(|list, view| list.go(motion, None, view));
            }
            Request::Screen(Screen::Open) => self.choose(),
            Request::Screen(Screen::Escape | Screen::Back) | Request::Core(Command::Quit) => {
                self.state.menu = None;
            }
            _ => {
                self.state.menu = None;
                return false;
            }
        }
        true
    }

    pub(super) fn move_in_menu(&mut self, change: impl FnOnce(&mut List, View)) {
        let height = self.around.map.area_of(Hit::Menu).map(|area| usize::from(area.height));
        if let Some(menu) = &mut self.state.menu {
            let len = menu.about.rows().len();
            change(&mut menu.list, View { len, height: height.unwrap_or(len), margin: 0, across: 1 });
        }
    }

    /// A press beside it closes it.
    pub(super) fn click_menu(&mut self, x: u16, y: u16) {
        match self.around.map.at(x, y) {
            Some((area, Hit::Menu)) => {
                let row = usize::from(y - area.y);
                self.move_in_menu(|list, _| list.cursor = list.top + row);
                self.choose();
            }
            _ => self.state.menu = None,
        }
    }

    fn choose(&mut self) {
        let Some(menu) = self.state.menu.take() else { return };
        if let Some((_, line)) = menu.about.rows().get(menu.list.cursor) {
            self.run_line(line);
        }
    }
}
