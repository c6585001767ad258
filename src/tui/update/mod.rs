//! What an input does to the screen's state, and what it asks of others. Pure: no clock, no disk, no terminal. Called by
//! the run loop on the ui thread, once an input.

mod arrange;
mod changed;
mod chord;
mod cover;
mod equaliser;
mod follow;
mod judging;
mod line;
mod menu;
mod open;
mod outputs;
mod over;
mod playlists;
mod pointer;
mod prompting;
mod queue;
mod registers;
mod report;
mod request;
mod search;
mod selection;
mod settings;
mod similar;
mod tags;
mod typed;
mod wall;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use super::browse::Column;
use super::layout::{Layout, layout};
use super::list::{List, View};
use super::matches::Matches;
use super::paint::{Order, Painted};
use super::prompt::complete::Candidate;
use super::scene::{FrameMap, Gauges};
use super::search::Question;
use super::state::UiState;
use super::wall::{Made, Order as TileOrder};
use crate::config::keys::{Key, Keymap};
use crate::config::problem::Problem;
use crate::model::address::is_address;
use crate::model::catalog::Catalog;
use crate::model::command::Command;
use crate::model::facts::Facts;
use crate::model::grouping::Hierarchy;
use crate::model::notice::{Notice, Severity};
use crate::model::query::Query;
use crate::model::query::heard::Likes;
use crate::model::settings::ScreenSettings;
use crate::model::snapshot::{QueueItem, Snapshot};
use crate::model::sort::Sort;
use crate::model::tally::Lines;
use crate::say;

pub use settings::Keeping;

/// What comes in.
#[derive(Debug, Clone)]
pub enum Input {
    Key(Key),
    /// Pasted text: never keys.
    Paste(String),
    /// A command that was typed as a whole, or the words that a prompt asks for.
    Line(String),
    /// The lines of a file of commands, or why it could not be read.
    Sourced(Result<Vec<String>, String>),
    Mouse(Mouse),
    /// Columns and rows.
    Resize(u16, u16),
    /// The snapshot is another one.
    Changed,
    /// The filter worker's answer to question `asked`.
    Filtered {
        asked: u64,
        catalog: Arc<Catalog>,
        matches: Arc<Matches>,
    },
    /// The places that question `asked` leaves of the queue `items`.
    QueueFiltered {
        asked: u64,
        items: Arc<Vec<QueueItem>>,
        places: Arc<Vec<u32>>,
    },
    /// The row that question `asked` of a search was about, if any fits.
    Searched {
        asked: u64,
        row: Option<usize>,
    },
    /// The rows of a report, asked for by [`TrackQuestion::Figures`].
    Figures {
        asked: u64,
        lines: Arc<Lines>,
    },
    /// The file worker's paths for the word from `start` that was typed so.
    Paths {
        start: usize,
        typed: String,
        candidates: Vec<Candidate>,
    },
    /// The terminal's background is a light one, or a dark one.
    Background {
        is_light: bool,
    },
    /// A theme was loaded, with these problems in it, or was not.
    Theme {
        problems: Vec<Problem>,
        error: Option<String>,
    },
    /// A setting was kept, at this line of the file, or why not.
    Kept(Keeping, Result<usize, String>),
    /// What [`FileQuestion::Paint`] asked for.
    Painted(Painted),
    /// What [`FileQuestion::Tiles`] asked for.
    Tiled(Made),
    /// The core did not take a command.
    Refused,
    /// The time that [`next_tick`] named has come.
    Tick,
}

/// What the mouse did, in cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mouse {
    Press(u16, u16),
    /// The other button: what can be done there.
    Menu(u16, u16),
    Drag(u16, u16),
    Release,
    WheelDown(u16, u16),
    WheelUp(u16, u16),
}

/// What the run loop is to do.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    Send(Command),
    /// For workers, who answer with an [`Input`]: what takes a while, what takes a disk.
    Tracks(TrackQuestion),
    Files(FileQuestion),
    /// Have the queue edited.
    EditQueue,
    /// Keys that do something else from now on, or nothing.
    Keymap(Box<Keymap>),
    /// The screen is another one from now on.
    Settings(Box<ScreenSettings>),
    /// To the terminal's clipboard.
    Copy(Vec<u8>),
    Suspend,
    Redraw,
    Leave,
    /// Leave, and the music goes on.
    Detach,
}

/// Of tracks. Only the newest of each kind is worth an answer.
#[derive(Debug, Clone, PartialEq)]
pub enum TrackQuestion {
    Filter(FilterQuestion),
    /// Narrow the queue.
    Queue(Question),
    Search(Question),
    Figures(super::report::Question),
}

/// Of files, and what is made of pictures.
#[derive(Debug, Clone, PartialEq)]
pub enum FileQuestion {
    Paths {
        start: usize,
        typed: String,
    },
    Theme(String),
    /// The lines of a file.
    Source(PathBuf),
    /// Into the file of the configuration.
    Keep(Keeping),
    /// What is written for a picture.
    Paint(Order),
    /// Covers of albums as blocks.
    Tiles(TileOrder),
}

/// What the filter worker is asked.
#[derive(Debug, Clone)]
pub struct FilterQuestion {
    pub asked: u64,
    pub catalog: Arc<Catalog>,
    pub facts: Arc<Facts>,
    pub query: Query,
    pub likes: Arc<Likes>,
    /// The order of the tracks; none: the albums'.
    pub sorts: Vec<Sort>,
    pub by: Hierarchy,
}

impl PartialEq for FilterQuestion {
    fn eq(&self, other: &Self) -> bool {
        self.asked == other.asked
            && self.query == other.query
            && self.sorts == other.sorts
            && self.by == other.by
            && Arc::ptr_eq(&self.catalog, &other.catalog)
    }
}

/// What `update` may look at.
#[derive(Clone, Copy)]
pub struct Surroundings<'a> {
    pub snapshot: &'a Snapshot,
    pub keymap: &'a Keymap,
    pub settings: &'a ScreenSettings,
    pub themes: &'a [String],
    pub core: &'a crate::tui::CoreOf,
    pub places: &'a PathBase,
    /// Of the frame that is on the screen.
    pub map: &'a FrameMap,
    pub gauges: &'a Gauges,
    /// Since the screen was started.
    pub now: Duration,
}

/// What typed paths start from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PathBase {
    /// What `~` stands for.
    pub home: Option<PathBuf>,
    /// The folder that relative paths are in.
    pub folder: PathBuf,
}

impl PathBase {
    pub fn absolute(&self, path: &Path) -> PathBuf {
        if is_address(path) {
            return path.to_path_buf();
        }
        self.folder.join(crate::config::paths::expand_home(path, self.home.as_deref()))
    }
}

pub fn update(state: &mut UiState, input: Input, around: &Surroundings<'_>) -> Vec<Effect> {
    state.notices.now = around.now;
    let mut turn = Turn { state, around, effects: Vec::new(), register: None, typed: 0 };
    if chord::is_answer(&input) {
        turn.state.repeats.until = None;
    }
    match input {
        Input::Key(key) => turn.key(key),
        Input::Paste(text) => turn.paste(&text),
        Input::Line(line) => turn.line(&line),
        Input::Sourced(read) => turn.sourced(read),
        Input::Mouse(mouse) => turn.mouse(mouse),
        Input::Resize(width, height) => turn.resize(width, height),
        Input::Changed => turn.changed(),
        Input::Filtered { asked, catalog, matches } => turn.filtered(asked, catalog, matches),
        Input::QueueFiltered { asked, items, places } => turn.queue_filtered(asked, &items, places),
        Input::Searched { asked, row } => turn.searched(asked, row),
        Input::Figures { asked, lines } => turn.figures(asked, lines),
        Input::Paths { start, typed, candidates } => turn.paths_listed(start, &typed, candidates),
        Input::Background { is_light } => turn.background(is_light),
        Input::Theme { problems, error } => turn.theme_loaded(&problems, error),
        Input::Kept(keeping, line) => turn.kept(&keeping, line),
        Input::Painted(painted) => turn.painted(painted),
        Input::Tiled(made) => turn.tiles_made(made),
        Input::Refused => turn.refused(),
        Input::Tick => turn.tick(),
    }
    turn.press_waiting();
    turn.settle_selection();
    turn.cover_follows();
    turn.wall_follows();
    turn.effects
}

/// When `update` wants to see an [`Input::Tick`]: keys that wait for more of them, a macro that waits for an answer.
pub fn next_tick(state: &UiState, settings: &ScreenSettings) -> Option<Duration> {
    let keys = state.chord.either.as_ref().map(|_| state.chord.since + settings.key_timeout);
    keys.into_iter().chain(state.repeats.until).min()
}

/// One input being worked on.
struct Turn<'a> {
    state: &'a mut UiState,
    around: &'a Surroundings<'a>,
    effects: Vec<Effect>,
    /// That the request is to use.
    register: Option<char>,
    /// Keys of the binding that were typed before its last one.
    typed: usize,
}

impl Turn<'_> {
    fn send(&mut self, command: Command) {
        self.effects.push(Effect::Send(command));
    }

    fn layout(&self) -> Layout {
        layout(self.state)
    }

    /// Of a list with `len` entries.
    fn view(&self, len: usize) -> View {
        let height = usize::from(self.layout().list_height);
        View { len, height, margin: usize::from(self.around.settings.scrolloff), across: 1 }
    }

    fn queue_view(&self) -> View {
        let height = usize::from(self.layout().queue_height);
        View { height, ..self.view(self.state.queue.shown()) }
    }

    fn column_view(&self) -> impl Fn(Column) -> View + use<> {
        let views = Column::ALL.map(|column| self.library_view(column));
        move |column| views[column as usize]
    }

    fn change_help(&mut self, change: impl FnOnce(&mut List, View)) {
        // One row of the pane is its title.
        let height = usize::from(self.layout().main.height).saturating_sub(1);
        let margin = usize::from(self.around.settings.scrolloff);
        if let Some(help) = &mut self.state.help {
            let view = View { len: help.lines.len(), height, margin, across: 1 };
            change(&mut help.list, view);
        }
    }

    fn resize(&mut self, width: u16, height: u16) {
        self.state.size = (width, height);
        let views = self.column_view();
        self.state.library.show_cursors(views);
        let view = self.queue_view();
        self.state.queue.list.show_cursor(view);
        let (lists, entries) =
            (self.view(self.state.lists.seen.lists.len()), self.view(self.state.lists.len()));
        self.state.lists.lists.show_cursor(lists);
        self.state.lists.entries.show_cursor(entries);
        self.change_help(|list, view| list.show_cursor(view));
        self.change_outputs(|list, view| list.show_cursor(view));
        self.change_report(|list, view| list.show_cursor(view));
        self.change_tags(|list, view| list.show_cursor(view));
    }

    fn theme_loaded(&mut self, problems: &[Problem], error: Option<String>) {
        for problem in problems.iter().rev() {
            self.state.notices.tell(problem.notice());
        }
        if let Some(error) = error {
            self.state.warn(error);
        }
    }

    fn refused(&mut self) {
        self.state.wall.asked.clear();
        self.state.wall.refused = true;
        let notice = Notice::new(Severity::Warning, say!("The player is busy and did not take the command"));
        self.state.notices.tell(notice.next_step(say!("Try again in a moment")));
    }
}
