//! What the screen itself knows: where one is, what is marked, what is being typed. Everything else is in the snapshot.
//! Owned by the ui thread; changed by `update` alone, read by `draw`.

use std::collections::HashSet;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use super::browse::{Browse, Column};
use super::cover::Covers;
use super::grammar::Chord;
use super::help::HelpPane;
use super::jumps::Jumps;
use super::layout::{Border, layout};
use super::list::List;
use super::lists::ListsPane;
use super::menu::Menu;
pub use super::notices::{Notices, Shows};
use super::prompt::Prompt;
use super::prompt::history::History;
use super::registers::{Registers, Repeats};
use super::report::{Figures, ReportKind};
use super::rows::Rows;
use super::search::Question;
use super::settings::Known;
use super::tabs::{Split, Tabs};
use super::tags::TagPane;
use super::wall::Wall;
use crate::config::keys::Context;
use crate::config::memory::ScreenMemory;
use crate::config::theme::for_background;
use crate::model::column::{ListColumns, Tells};
use crate::model::command::{Pane, Target};
use crate::model::facts::Facts;
use crate::model::grouping::Hierarchy;
use crate::model::id::ItemId;
use crate::model::notice::{Notice, Severity};
use crate::model::query::Query;
use crate::model::query::heard::Likes;
use crate::model::settings::ScreenSettings;
use crate::model::snapshot::{QueueItem, QueueView};
use crate::model::sort::Sort;
use crate::model::visual::Visual;

#[derive(Debug, Clone)]
pub struct UiState {
    /// Columns and rows of the terminal.
    pub size: (u16, u16),
    pub focus: Pane,
    /// Library or playlists: what stands left of the queue.
    pub left: Pane,
    pub shown: Shown,
    /// How what is heard is looked at.
    pub visual: Visual,
    /// The seek bar is a wave, as far as it is known of what plays.
    pub wave: bool,
    /// What lists tell of tracks beside titles.
    pub columns: ListColumns,
    pub library: Browse,
    pub lists: ListsPane,
    pub queue: QueuePane,
    pub filter: Filter,
    pub search: Search,
    pub prompt: Option<Prompt>,
    pub help: Option<HelpPane>,
    /// The signal path is shown.
    pub signal: bool,
    /// What mastering does is shown.
    pub mastering: bool,
    /// The equaliser is shown, with this band selected.
    pub eq: Option<usize>,
    /// The list of sound devices.
    pub outputs: Option<List>,
    /// A list of what was found wrong or double.
    pub report: Option<(ReportKind, List)>,
    /// What can be done with the selection, to choose from.
    pub menu: Option<Menu>,
    /// What plays is shown with its cover, over the panes.
    pub song: bool,
    pub covers: Covers,
    pub wall: Wall,
    /// The song whose words were asked for.
    pub sung: Option<Arc<Path>>,
    /// What MusicBrainz was asked about.
    pub looked_up: Option<Target>,
    pub figures: Figures,
    pub settings: Known,
    /// What tracks say of themselves, to read and to edit.
    pub tags: Option<TagPane>,
    pub chord: Chord,
    pub selecting: Option<Selecting>,
    pub selected_last: Option<Selecting>,
    pub registers: Registers,
    pub repeats: Repeats,
    pub jumps: Jumps,
    pub notices: Notices,
    pub history: History,
    pub pointer: Pointer,
    pub theme: ThemeChoice,
    pub split: Split,
    pub tabs: Tabs,
    /// The selection goes along with what plays.
    pub follow: bool,
    /// What played when it was last looked at.
    pub played: Option<ItemId>,
    /// It is told by lines: the list that one is in has all the room.
    pub plain: bool,
    /// What the screen costs is shown.
    pub debug: bool,
}

/// Which theme is seen.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ThemeChoice {
    /// By name, as it was chosen last.
    pub chosen: String,
    /// Seen while its name stands in the command line.
    pub preview: Option<String>,
    /// The terminal's background is a light one.
    pub on_light: bool,
}

impl ThemeChoice {
    /// The theme that is meant by a choice.
    pub fn meant<'a>(&self, choice: &'a str) -> &'a str {
        for_background(choice, self.on_light)
    }

    /// The name of the theme that is seen.
    pub fn seen(&self) -> &str {
        self.meant(self.preview.as_ref().unwrap_or(&self.chosen))
    }
}

/// Which panes are not hidden.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shown {
    pub library: bool,
    pub queue: bool,
    pub spectrum: bool,
}

#[derive(Debug, Clone, Default)]
pub struct QueuePane {
    pub list: List,
    pub marks: HashSet<ItemId>,
    /// The queue as it was last seen: tells what the cursor was on.
    pub seen: Arc<QueueView>,
    /// Of all entries, where all are known and not too many to add up.
    pub duration: Option<Duration>,
    /// Places in the queue that are shown: all, or what the filter leaves.
    pub rows: Rows,
    pub filter: QueueFilter,
    /// The place that the cursor goes to once the queue is another: what was put there.
    pub goes_to: Option<usize>,
}

/// What narrows the queue.
#[derive(Debug, Clone, Default)]
pub struct QueueFilter {
    /// Empty: no filter.
    pub words: String,
    pub query: Query,
    /// What the newest question was about.
    pub facts: Arc<Facts>,
    /// Number of the newest question to the filter worker; older answers are dropped.
    pub asked: u64,
}

impl QueuePane {
    pub fn selected(&self) -> Option<ItemId> {
        self.item(self.list.cursor).map(|item| item.id)
    }

    /// Rows that are shown.
    pub fn shown(&self) -> usize {
        self.rows.len()
    }

    /// What stands in a row.
    pub fn item(&self, row: usize) -> Option<&QueueItem> {
        self.seen.items.get(self.place(row)?)
    }

    /// Where in the queue that is.
    pub fn place(&self, row: usize) -> Option<usize> {
        self.rows.get(row).map(|place| place as usize)
    }

    /// The entries of so many rows from there on.
    pub fn items(&self, row: usize, count: usize) -> impl Iterator<Item = &QueueItem> {
        let end = row.saturating_add(count).min(self.shown());
        (row..end).filter_map(|row| self.item(row))
    }

    /// The row that shows a place of the queue, else the one that would stand behind it.
    pub fn row_of(&self, place: usize) -> Result<usize, usize> {
        let place = u32::try_from(place).unwrap_or(u32::MAX);
        let (mut row, mut end) = (0, self.shown());
        while row < end {
            let middle = row + (end - row) / 2;
            match self.rows.get(middle).is_some_and(|other| other < place) {
                true => row = middle + 1,
                false => end = middle,
            }
        }
        if self.rows.get(row) == Some(place) { Ok(row) } else { Err(row) }
    }
}

#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Empty: no filter.
    pub words: String,
    /// What the words say.
    pub query: Query,
    /// The order of the library's tracks; none: the albums'.
    pub sorts: Vec<Sort>,
    /// What the library's first column is of.
    pub by: Hierarchy,
    /// What the newest question was about.
    pub facts: Arc<Facts>,
    pub likes: Arc<Likes>,
    /// Number of the newest question to the filter worker; older answers are dropped.
    pub asked: u64,
}

impl Filter {
    /// The library is shown as it lies in the catalog.
    pub fn is_nothing(&self) -> bool {
        self.words.is_empty() && self.sorts.is_empty() && self.by == Hierarchy::default()
    }
}

#[derive(Debug, Clone, Default)]
pub struct Search {
    /// What was last searched for.
    pub words: String,
    /// It was searched for towards the top.
    pub back: bool,
    /// Number of the newest question to the filter worker; older answers are dropped.
    pub asked: u64,
    /// The newest question, until it is answered.
    pub pending: Option<Pending>,
}

#[derive(Debug, Clone)]
pub struct Pending {
    pub question: Question,
    /// The words are still being typed: where nothing fits, one is back where one was.
    pub typed: bool,
    /// Nobody looks yet: it is not known what sounds like what the query names.
    pub waits: bool,
}

/// Rows being selected: from the anchor to the cursor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Selecting {
    pub pane: Pane,
    pub column: Column,
    pub anchor: usize,
    /// The cursor's row.
    pub end: usize,
    /// Rows of the list.
    pub len: usize,
    /// What is queued at the anchor.
    pub item: Option<ItemId>,
}

/// How long a half-typed binding waits before its continuations are shown.
pub const HINT_AFTER: Duration = Duration::from_millis(400);

/// What the mouse is in the middle of.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Pointer {
    pub drag: Option<Drag>,
    /// The line between two panes is held.
    pub border: Option<Border>,
    /// An entry of the queue is held.
    pub held: Option<Held>,
    /// The name of a column is held.
    pub title: Option<HeldTitle>,
    /// The queue was last sorted by that column's name, upwards.
    pub sorted: Option<Tells>,
    /// Place and time of the last click, for the double click.
    pub clicked: Option<((u16, u16), Duration)>,
}

/// An entry of the queue between press and release.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Held {
    pub item: ItemId,
    /// The row that it is held over, once that is another one than where it was.
    pub over: Option<usize>,
}

/// The name of a column between press and release.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HeldTitle {
    pub pane: Pane,
    pub tells: Tells,
    /// The column that it is held over; its own one after it was over another.
    pub over: Option<Tells>,
}

/// The seek bar's handle being dragged.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Drag {
    /// Where it is, 0 to 100.
    pub percent: f64,
    /// What the core was last asked to go to, and when.
    pub asked: f64,
    pub sent: Duration,
}

impl UiState {
    pub fn new(settings: &ScreenSettings, problems: Vec<Notice>) -> Self {
        let mut library = Browse::default();
        if settings.wall {
            library.column = Column::Albums;
        }
        Self {
            size: (0, 0),
            focus: Pane::Library,
            left: Pane::Library,
            shown: Shown { library: true, queue: true, spectrum: settings.spectrum },
            visual: settings.visual,
            wave: false,
            columns: settings.columns.clone(),
            library,
            lists: ListsPane::default(),
            queue: QueuePane::default(),
            filter: Filter { by: settings.group_by.clone(), ..Filter::default() },
            search: Search::default(),
            prompt: None,
            help: None,
            signal: false,
            mastering: false,
            eq: None,
            outputs: None,
            report: None,
            menu: None,
            song: false,
            covers: Covers::default(),
            wall: Wall::new(settings.wall),
            sung: None,
            looked_up: None,
            figures: Figures::default(),
            settings: Known::default(),
            tags: None,
            chord: Chord::default(),
            selecting: None,
            selected_last: None,
            registers: Registers::default(),
            repeats: Repeats::default(),
            jumps: Jumps::default(),
            notices: Notices::new(problems),
            history: History::default(),
            pointer: Pointer::default(),
            theme: ThemeChoice { chosen: settings.theme.clone(), ..ThemeChoice::default() },
            split: Split::default(),
            tabs: Tabs::new(settings),
            follow: settings.follow,
            played: None,
            plain: false,
            debug: false,
        }
    }

    /// As it was when the last screen was left.
    pub fn remember(&mut self, memory: ScreenMemory) {
        let ScreenMemory { lines, macros, registers, tabs, columns } = memory;
        let columns = columns.filter(|[settings, _]| settings.iter().cloned().eq(self.configured_columns()));
        if let Some(columns) =
            columns.and_then(|[_, shown]| ListColumns::parse(shown.iter().map(String::as_str)))
        {
            self.columns = columns;
        }
        if let Some(arrangement) = self.tabs.restore(&tabs) {
            self.arrange(arrangement);
        }
        self.history = History::restored(lines);
        self.registers = Registers::restored(registers, macros);
    }

    /// What the next one is to know.
    pub fn memory(&self) -> ScreenMemory {
        let (registers, macros) = self.registers.kept(&self.library.catalog);
        let columns = [self.configured_columns().collect(), self.columns.words().collect()];
        ScreenMemory {
            columns: Some(columns).filter(|[settings, shown]| settings != shown),
            lines: self.history.lines(),
            macros,
            registers,
            tabs: self.tabs.remembered(self.arrangement()),
        }
    }

    fn configured_columns(&self) -> impl Iterator<Item = String> {
        self.settings.configured.settings.screen.columns.words()
    }

    /// The words of what plays are in sight.
    pub fn shows_lyrics(&self) -> bool {
        self.song || matches!(self.report, Some((ReportKind::Lyrics, _)))
    }

    /// Something lies over the panes.
    pub fn is_covered(&self) -> bool {
        let lists = self.help.is_some() || self.outputs.is_some() || self.report.is_some();
        lists || self.signal || self.mastering || self.song || self.eq.is_some() || self.tags.is_some()
    }

    /// Whose keys hold now, the first before the others.
    pub fn contexts(&self) -> Vec<Context> {
        let panes = match self.focus {
            _ if self.tags.is_some() => vec![Context::Tags, Context::Panel],
            _ if matches!(self.report, Some((ReportKind::Typed(_), _))) => {
                vec![Context::Typed, Context::Panel]
            }
            _ if self.is_covered() => vec![Context::Panel],
            Pane::Library if layout(self).wall.is_some() => vec![Context::Wall, Context::Library],
            Pane::Library => vec![Context::Library],
            Pane::Playlists => vec![Context::Playlists],
            Pane::Queue => vec![Context::Queue],
            Pane::Spectrum => Vec::new(),
        };
        let recording = self.repeats.recording.is_some().then_some(Context::Recording);
        recording.into_iter().chain(panes).chain([Context::Global]).collect()
    }

    /// With those of the grammar, where it waits or rows are selected.
    pub fn typed_contexts(&self) -> Vec<Context> {
        let over = self.chord.operator.is_some() || self.selecting.is_some() && !self.is_covered();
        over.then_some(Context::Over).into_iter().chain(self.contexts()).collect()
    }

    /// The row of a list is among those that are being selected.
    pub fn selects(&self, pane: Pane, column: Option<Column>, row: usize) -> bool {
        self.selecting.is_some_and(|selecting| {
            let rows = selecting.anchor.min(selecting.end)..=selecting.anchor.max(selecting.end);
            selecting.pane == pane
                && column.is_none_or(|column| column == selecting.column)
                && rows.contains(&row)
        })
    }

    pub fn column(&self) -> Column {
        self.library.column
    }

    pub fn note(&mut self, what: impl Into<String>) {
        self.notices.tell(Notice::new(Severity::Note, what));
    }

    pub fn warn(&mut self, what: impl Into<String>) {
        self.notices.tell(Notice::new(Severity::Warning, what));
    }
}
