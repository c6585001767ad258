//! What can be asked. [`Command`] is for the player's core and may come from any frontend; [`Screen`] is for the
//! screen that the words were typed at. [`registry`] has one row for each, [`parse`] turns words into values.

pub mod arrange;
pub mod grammar;
mod listener;
mod lyrics;
mod mastering;
pub mod parse;
mod playlists;
pub mod registry;
mod rendering;
mod serving;
mod setting;
mod similar;

pub use listener::{BandChange, ImpulseChange, Listener};
pub use lyrics::{Lyricing, LyricsOffset};
pub use mastering::{
    AbxStep, Change, Mastering, PreferStep, Preferring, ReferenceOf, Ruling, Step, TasteChange,
};
pub use playlists::{Added, Entries, IntoQueue, ListRef, PathStyle, Playlisting};
pub use rendering::Rendering;
pub use serving::Serving;
pub use setting::{Given, Setting};
pub use similar::{Like, Similar, Tune};

use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::bookmark::BookmarkName;
use super::facts::Rating;
use super::grouping::{Fold, Hierarchy};
use super::id::{ItemId, TrackId};
use super::listening::Period;
use super::past::Importing;
use super::playback::{Repeat, Shuffle, StopAfter};
use super::queue_text::Edited;
use super::settings::LevelMode;
use super::sort::{Column, Sort};
use super::tagging::TagWork;
use super::template::TemplateName;
use super::visual::Visual;

/// A request to the core: the one way in for every frontend.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Command {
    Playback(Playback),
    Sound(Sound),
    Listener(Listener),
    Mastering(Mastering),
    Render(Rendering),
    Queue(Queue),
    History(History),
    Bookmark(Bookmarking),
    Judge(Judging),
    Playlist(Playlisting),
    Template(Templating),
    Tags(Tagging),
    Similar(Similar),
    Lyrics(Lyricing),
    Server(Serving),
    Library(Library),
    Notice(Notices),
    /// Leave: save the session, stop the sound, end the program.
    Quit,
    /// As [`Self::Quit`], for all screens: one that shows a core of another process leaves only itself otherwise.
    Shutdown,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Playback {
    /// Go on from where it is, or start the queue.
    Play,
    Pause,
    Toggle,
    /// Stop and forget the position.
    Stop,
    /// Later by so many items of the play order.
    Next(u32),
    /// Earlier by so many; the first step goes to the start of the item when more than a few seconds were heard.
    Previous(u32),
    Seek(Seek),
    Volume(VolumeChange),
    ToggleMute,
    /// Stop when the current item or album ends; `None` toggles between the item and never.
    StopAfter(Option<StopAfter>),
    /// From the beginning, also where it would go on where it was left off.
    Restart,
    /// How long tracks must be to go on where they were left off; `None`: none do.
    Resume(Option<Duration>),
    /// Pause after so long, with a fade before; `None`: never mind.
    Sleep(Option<Duration>),
    /// Play a part of the item over and over.
    AbLoop(AbLoop),
    /// `None` goes to the next mode.
    Repeat(Option<Repeat>),
    /// Take items out once they were heard; `None` toggles.
    Consume(Option<bool>),
    /// `None` toggles, with a fresh seed.
    Shuffle(Option<Shuffle>),
    /// Move the sound to another output.
    Output(super::settings::OutputSpec),
    /// Where the sound of the screen with this number comes out. A screen puts its own number in; 0: it has none.
    Audio(super::settings::Audio, u64),
    /// Look which sound devices there are.
    FindOutputs,
}

/// What is done to the sound on its way.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub enum Sound {
    /// Loudness that items are brought to; `None` goes to the next mode.
    ReplayGain(Option<LevelMode>),
    /// dB on top of a known loudness.
    Preamp(f32),
    /// Between items that do not belong together; zero: none.
    Crossfade(Duration),
    /// -100 (left only) to 100 (right only).
    Balance(i8),
    /// `None` toggles.
    Mono(Option<bool>),
    Speed(SpeedChange),
}

/// In percent of the music's own speed, or percent points either way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum SpeedChange {
    To(u16),
    By(i16),
}

/// The part that is played over and over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum AbLoop {
    /// Begin it here, else end it here, else drop it.
    Next,
    Part {
        from: Duration,
        to: Duration,
    },
    Off,
}

/// Where to go in the current item.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub enum Seek {
    To(Duration),
    Forward(Duration),
    Back(Duration),
    /// 0 to 100.
    Percent(f64),
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub enum VolumeChange {
    /// Percent, 0 to 100.
    To(u8),
    /// Percent points, either way.
    By(i8),
    /// Decibels, either way; by a point at least.
    ByDb(f32),
}

/// What a queue command is about.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Target {
    /// What is selected on the screen. A screen puts tracks or items in its place before it asks the core.
    Selection,
    Tracks(Vec<TrackId>),
    /// Files, folders, playlists, addresses: walked on a job.
    Paths(#[serde(with = "crate::model::path_bytes")] Vec<PathBuf>),
}

/// Entries of the queue that a command is about.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Items {
    /// What is selected on the screen, see [`Target::Selection`].
    Selection,
    Ids(Vec<ItemId>),
    /// Counted from 1, as shown.
    Positions(Vec<usize>),
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Queue {
    /// Append at the end.
    Append(Target),
    /// Insert behind the current item.
    Insert(Target),
    /// Insert behind the current item and play the first of them at once.
    PlayNow(Target),
    /// Put these in place of the whole queue and play from `start` (an index into them).
    Replace {
        target: Target,
        start: usize,
    },
    /// Play this entry.
    Jump(Items),
    Remove(Items),
    /// Move the entries so many places down (negative: up), kept together in their order.
    Move(Items, i32),
    /// Insert in front of this entry, counted from 1.
    InsertAt(usize, Target),
    /// Move the entries to this place, counted from 1, together in their order; [`usize::MAX`] is the end.
    MoveTo(Items, usize),
    /// Keep only these; the selection stands for the current one where there is no screen.
    Crop(Items),
    /// Keep each file once.
    Dedupe,
    Reverse,
    Sort(SortBy),
    Clear,
    /// Make it what an edited text says. Not to be typed: made by whoever has the text.
    Edit(Edited),
}

/// What the queue is put in order by. What is not known comes last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SortBy {
    pub key: SortKey,
    pub descending: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum SortKey {
    Title,
    Artist,
    /// Album artist, album, disc, track.
    Album,
    Year,
    Length,
    Path,
    Added,
    Plays,
    Rating,
    /// As measured: beats a minute, place round the Camelot wheel, integrated loudness.
    Tempo,
    Key,
    Loudness,
}

impl SortKey {
    /// As the library has it.
    pub fn column(self) -> Column {
        match self {
            Self::Title => Column::Title,
            Self::Artist => Column::Artist,
            Self::Album => Column::Order,
            Self::Year => Column::Year,
            Self::Length => Column::Duration,
            Self::Path => Column::Path,
            Self::Added => Column::Added,
            Self::Plays => Column::Plays,
            Self::Rating => Column::Rating,
            Self::Tempo => Column::Tempo,
            Self::Key => Column::Key,
            Self::Loudness => Column::Loudness,
        }
    }

    pub fn parse(word: &str) -> Option<Self> {
        Some(match word {
            "title" => Self::Title,
            "artist" => Self::Artist,
            "album" => Self::Album,
            "year" => Self::Year,
            "length" => Self::Length,
            "path" => Self::Path,
            "added" => Self::Added,
            "plays" => Self::Plays,
            "rating" => Self::Rating,
            "bpm" => Self::Tempo,
            "key" => Self::Key,
            "lufs" => Self::Loudness,
            _ => return None,
        })
    }
}

/// What is done with the tags, pictures and names of files. Without a screen the selection is what plays.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Tagging {
    /// Read what they say; with `tell` also as a notice.
    Look { what: Target, tell: bool },
    /// With `ask` it is shown first, and done by [`Tagging::Write`].
    Change { what: Target, work: TagWork, ask: bool },
    /// Do what is shown.
    Write,
    /// Do not do it; stops one that is being written: nothing is changed then.
    Drop,
    /// Tell which picture belongs to them.
    Picture(Target),
    /// Write the picture to a new file.
    Extract(Target, #[serde(with = "crate::model::path_bytes")] PathBuf),
    /// Ask MusicBrainz which release they are.
    Lookup(Target),
    /// Show what would become of them as this one of the found releases, counted from 1.
    Take(usize),
}

/// Ways through the history of changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum History {
    /// Take back so many steps.
    Undo(u32),
    /// Pass over the last step without taking it back, where that cannot be.
    Skip,
    Redo(u32),
    /// Take back what was done in that time.
    Earlier(Duration),
    /// Make again what was done in that time.
    Later(Duration),
    /// Tell what can be taken back.
    List,
}

/// What is done with named places.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Bookmarking {
    /// Keep where the ear is in the current item; without a name under the next free letter.
    Set(Option<BookmarkName>),
    /// Play from there.
    Go(BookmarkName),
    Drop(BookmarkName),
    /// Tell which there are.
    List,
}

/// What is done with queues that are kept. All but loading can be undone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Templating {
    /// Keep the queue and its modes; one of that name becomes that. Tags are added.
    Save(TemplateName, Vec<String>),
    Load(String, IntoQueue),
    Rename(String, TemplateName),
    Delete(String),
    /// These are its tags.
    Tag(String, Vec<String>),
    Note(String, String),
    /// `None` toggles.
    Favourite(String, Option<bool>),
    /// Tell which there are that have these words.
    List(String),
}

/// What the listener thinks of tracks. Can be undone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Judging {
    /// `None`: no rating.
    Rate(Judged, Option<Rating>),
    /// `None` toggles: off where all of them are, else on.
    Favourite(Judged, Option<bool>),
}

/// What is judged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Judged {
    /// What is selected on the screen, see [`Target::Selection`]; without a screen what plays.
    Selection,
    Playing,
    Tracks(Vec<TrackId>),
    /// Files, and all that the library has in folders.
    Paths(#[serde(with = "crate::model::path_bytes")] Vec<PathBuf>),
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Library {
    /// Bring the library up to date with these roots, new ones included; none: the known roots.
    Scan(#[serde(with = "crate::model::path_bytes")] Vec<PathBuf>),
    CancelScan,
    /// Tell what the last scan could not read.
    ScanReport,
    /// Tell how many missing tracks can be forgotten; forget them where one is `sure`.
    Clean {
        sure: bool,
    },
    /// Look for tracks that hold the same sound; where `like`, also for those that only sound the same: other masterings and
    /// encodings.
    FindDuplicates {
        like: bool,
    },
    Analyse(Analyse),
    /// Put into the snapshot how this track sounds. Not to be typed: made by a screen that shows it.
    Portray(TrackId),
    /// Put the cover of what plays into the snapshot, within a square of so many pixels. Not to be typed, either.
    ShowCover(u16),
    /// Put the covers of tracks into the snapshot, a few at once, each within a square of so many pixels. Neither this.
    ShowCovers(Vec<TrackId>, u16),
    /// As [`Library::Portray`], for who has no screen: what a screen shows stays.
    Tell(TrackId),
    /// Tell what was listened to.
    Stats(Period),
    /// As [`Library::Stats`], but put it into the snapshot, without words.
    Count(Period),
    Care(Care),
    /// Bring over what another player or service knows.
    Import(Importing),
}

/// What is done for the library as a whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Care {
    /// Copy it to a new file, where none is named to one beside it.
    Backup(#[serde(with = "crate::model::path_bytes")] Option<PathBuf>),
    /// Write what only we know to a new file, where none is named to one beside it.
    Export(#[serde(with = "crate::model::path_bytes")] Option<PathBuf>),
    /// Tell which folders it is made of.
    Roots,
    /// Let a root go, with its tracks; none: tell which there are.
    Forget(#[serde(with = "crate::model::path_bytes")] Option<PathBuf>),
}

impl Care {
    pub fn path(&self) -> Option<&PathBuf> {
        match self {
            Self::Backup(path) | Self::Export(path) | Self::Forget(path) => path.as_ref(),
            Self::Roots => None,
        }
    }

    pub fn path_mut(&mut self) -> Option<&mut PathBuf> {
        match self {
            Self::Backup(path) | Self::Export(path) | Self::Forget(path) => path.as_mut(),
            Self::Roots => None,
        }
    }
}

/// Measuring tracks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Analyse {
    /// Those that are not measured yet.
    New,
    /// All of them.
    Again,
    Stop,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Notices {
    /// Take the shown notice away.
    Dismiss,
}

/// A request to the screen itself: what is looked at, not what is.
#[derive(Debug, Clone, PartialEq)]
pub enum Screen {
    Motion(Motion),
    Grammar(grammar::Grammar),
    /// Act on the selection as Enter does: open an artist, play an album or a track, jump in the queue.
    Open,
    /// Leave to the parent column or pane.
    Back,
    FocusNext,
    FocusPrevious,
    Focus(Pane),
    /// Show or hide a pane.
    TogglePane(Pane),
    /// Open the command line, with these words in it.
    CommandLine(String),
    /// Show or hide what was typed, to be done again.
    Typed(Typed),
    /// The selected line of it into the prompt, to be changed.
    EditTyped,
    /// Show or hide what was told.
    Messages,
    /// Open the search prompt; `back`: for a search towards the top.
    SearchPrompt {
        back: bool,
    },
    /// Jump to the next place where these words occur.
    Search(String),
    SearchNext,
    SearchPrevious,
    /// Open the live filter prompt.
    FilterPrompt,
    /// Show only what a query asks for; empty shows all.
    Filter(String),
    /// Put the library's tracks in this order, the first column before the others; none: the order of the albums.
    Sort(Vec<Sort>),
    /// The library's first column is of these; `None`: of the next.
    GroupBy(Option<Hierarchy>),
    /// Of groups in the library's first column.
    Fold(Fold),
    /// Have the queue edited as a text.
    EditQueue,
    /// Show or hide what is in the queue, counted.
    QueueStats,
    /// Show or hide the templates, to choose from.
    Templates,
    /// Jobs that master to files.
    Jobs,
    /// Move the selection to the playing track.
    GoToPlaying,
    /// To the selected track in the library; to its artist or album.
    Reveal(Option<grammar::Kind>),
    /// Show or hide what can be done with the selection.
    Menu,
    /// The selection goes along with what plays; `None` toggles.
    Follow(Option<bool>),
    /// Mark or unmark the row for the next command.
    ToggleMark,
    /// The paths of the selection, to the terminal's clipboard.
    Copy,
    Help,
    /// Look at what is heard in this way; `None`: in the next.
    Visual(Option<Visual>),
    /// Show or hide how the selected track sounds.
    Fingerprint,
    /// Show or hide the words of what plays.
    Lyrics,
    /// Show or hide what plays, with its cover and words.
    Cover,
    /// Show the albums as a wall of covers, or as a list; `None`: the other of the two.
    Wall(Option<bool>),
    /// Show or hide the signal path.
    Signal,
    /// What mastering does, and why.
    MasteringPanel,
    /// Show or hide the equaliser, to move its bands.
    EqPanel,
    /// Show or hide the sound devices, to choose from.
    Outputs,
    /// Show what the selected tracks say of themselves, to read and to edit.
    Info,
    /// Edit the selected field; take it away; forget its change.
    TagField(FieldDeed),
    /// Show what the edited fields would change.
    TagPreview,
    /// Close what is open, drop marks, filter and notice.
    Escape,
    Theme(String),
    /// How the panes stand.
    Arrange(arrange::Arrange),
    /// Show, tell or change settings.
    Set(Setting),
    /// A command of the user's, with what stands behind it.
    Own(String),
    /// Keys do that until the screen is left; in the words of a keymap.
    Map {
        context: Option<String>,
        keys: String,
        /// None: nothing.
        line: Option<String>,
    },
    /// The commands of a file.
    Source(PathBuf),
    /// Show or hide what the screen costs: frames, bytes, times.
    Debug,
    Redraw,
    Suspend,
    /// Leave, and let the music go on without a screen.
    Detach,
}

/// Lines that are typed, by what they are for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Typed {
    #[default]
    Commands,
    Searches,
    Filters,
}

impl Typed {
    pub const NAMES: &[&str] = &["commands", "searches", "filters"];

    pub fn parse(word: &str) -> Option<Self> {
        let kinds = [Self::Commands, Self::Searches, Self::Filters];
        Self::NAMES.iter().position(|name| *name == word).and_then(|at| kinds.get(at).copied())
    }
}

/// What is done to a field of the form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldDeed {
    Edit,
    Clear,
    Revert,
}

/// A way of moving the selection. Counts come from the keys: `5j` is `Down` five times, `5G` is `Line(5)`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Motion {
    Down,
    Up,
    /// Into the next column, opening what is selected.
    Right,
    /// Back to the column before.
    Left,
    Top,
    Bottom,
    /// First row of the next group: an album's tracks, an artist's albums, a letter's artists.
    GroupDown,
    /// First row of the group, then of the group before.
    GroupUp,
    /// Row counted from 1.
    Line(usize),
    PageDown,
    PageUp,
    HalfPageDown,
    HalfPageUp,
    /// Selection to the top, middle, bottom of what is visible (vim's H M L).
    ScreenTop,
    ScreenMiddle,
    ScreenBottom,
    /// Scroll so that the selection is at the top, middle, bottom (vim's zt zz zb).
    ScrollTop,
    ScrollMiddle,
    ScrollBottom,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Pane {
    Library,
    Playlists,
    Queue,
    Spectrum,
}

/// What words on a command line or a key mean.
#[derive(Debug, Clone, PartialEq)]
pub enum Request {
    Core(Command),
    Screen(Screen),
}
