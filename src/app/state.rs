//! The state that the app thread owns, split by subject. Changed by `reduce` only.

pub mod analysis;
pub mod ears;
pub mod lyrics;
pub mod mastering;
pub mod playlists;
pub mod renders;
pub mod tags;

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::history::History;
use super::queue::Queue;
use crate::engine::command::ImpulseResponse;
use crate::engine::command::{Context, EngineCommand, Item, Place};
use crate::model::analysis::AnalysisSettings;
use crate::model::audio::Volume;
use crate::model::bookmark::{Bookmark, Bookmarks};
use crate::model::catalog::Catalog;
use crate::model::chain::Mastered;
use crate::model::facts::Facts;
use crate::model::features::Waveform;
use crate::model::history::Entry;
use crate::model::id::{ItemId, JobId, PlayId, PlaylistId, TrackId};
use crate::model::impulse::Impulse;
use crate::model::job::CancelToken;
use crate::model::listening::{LogRow, Period, Stats, Verdict};
use crate::model::notice::Notice;
use crate::model::part;
use crate::model::picture::{CoverView, CoversView};
use crate::model::playback::{PlayState, StopAfter};
use crate::model::playlist::Playlist;
use crate::model::portrait::{Portrait, Spread};
use crate::model::queue_text::Edited;
use crate::model::resume::Places;
use crate::model::session::{OutputMemory, Session};
use crate::model::settings::{OutputSettings, OutputSpec, SoundSettings};
use crate::model::signal::SignalPath;
use crate::model::similar::SimilarSettings;
use crate::model::snapshot::{DuplicatesView, OutputView, OutputsView, QueueItem, StreamView};
use crate::model::template::{Template, TemplateId, Templates};
use crate::model::track::AudioFormat;

#[derive(Debug, Default)]
pub struct AppState {
    pub playback: PlaybackState,
    pub queue: Queue,
    pub bookmarks: Arc<Bookmarks>,
    pub library: LibraryState,
    pub facts: Facts,
    /// The store has yet to say what it knows: nothing may be written over it.
    pub facts_awaited: bool,
    /// Plays and skips of that time.
    pub facts_held: Vec<(TrackId, Verdict, i64)>,
    pub hearing: Option<Hearing>,
    pub playlists: playlists::PlaylistsState,
    /// Where long tracks were left off.
    pub places: Arc<Places>,
    pub templates: Arc<Templates>,
    /// They were read from the store; nothing is changed before.
    pub templates_loaded: bool,
    pub tags: tags::TagsState,
    pub history: History,
    pub analysis: analysis::AnalysisState,
    pub ears: ears::EarsState,
    pub sight: SightState,
    pub lyrics: lyrics::LyricsState,
    pub mastering: mastering::MasteringState,
    pub renders: renders::RenderState,
    pub output: OutputView,
    pub sound: SoundSettings,
    /// What was convolved with last, heard now or not; and the one that is being read.
    pub impulse: Option<(Arc<ImpulseResponse>, Arc<Impulse>)>,
    pub impulse_asked: Option<JobId>,
    pub signal: Arc<SignalPath>,
    pub outputs: OutputsView,
    pub output_memory: OutputMemory,
    /// What the output was before another was asked for, until that opens.
    pub output_before: Option<OutputSpec>,
    /// Where the sound comes out when it no longer does at a screen.
    pub output_there: Option<OutputSpec>,
    pub notice: Option<ShownNotice>,
    /// What was told since the app last looked, shown or not: an answer for who asked.
    pub told: Option<Arc<Notice>>,
    pub saving: Saving,
    /// What was asked for while its paths are walked.
    pub expanding: HashMap<JobId, Purpose>,
    /// Edited queues while what is added to them is looked for.
    pub editing: HashMap<JobId, Edited>,
    /// What is to be gone to while its file is looked for.
    pub returning: HashMap<JobId, Bookmark>,
    pub settings: AppSettings,
    pub dirty: Dirty,
    pub closing: bool,
    next_job: u64,
}

/// What of the user's settings the reducers act on.
#[derive(Debug, Clone, Default)]
pub struct AppSettings {
    /// Roots of a library that has none yet.
    pub music: Vec<PathBuf>,
    /// `previous` goes to the start of the item after so long.
    pub rewind: Duration,
    /// Tracks so long go on where they were left off; `None`: none do.
    pub resume: Option<Duration>,
    pub analysis: AnalysisSettings,
    pub similar: SimilarSettings,
    /// How the sound leaves; which output is in use is not told here.
    pub output: OutputSettings,
}

/// What is shown of what was measured. Changed by `reduce::sight`.
#[derive(Debug, Default)]
pub struct SightState {
    /// The current track, as its wave was last looked for.
    pub current: Option<TrackId>,
    /// The wave that was found last; it stays until there is another answer.
    pub wave: Option<(TrackId, Option<Arc<Waveform>>)>,
    /// How a track sounds.
    pub portrait: Option<Arc<Portrait>>,
    /// How a track sounds that was asked for without a screen.
    pub told: Option<Arc<Portrait>>,
    /// How the library's values lie; `None`: not known, or no longer so.
    pub spread: Option<Arc<Spread>>,
    /// The cover that was found last.
    pub cover: Option<Arc<CoverView>>,
    /// Whose cover is looked for, within a square of so many pixels.
    pub cover_asked: Option<(Arc<Path>, u16)>,
    /// Covers of albums that were found last.
    pub covers: Arc<CoversView>,
    /// Looks for some that have not come to an end.
    pub covers_open: u32,
}

/// One item that the engine was told of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Play {
    pub play: PlayId,
    pub item: ItemId,
}

#[derive(Debug, Default)]
pub struct PlaybackState {
    pub state: PlayState,
    /// What the engine has; `None` while it has nothing (stopped, restored).
    pub playing: Option<Play>,
    /// What the engine was told to follow.
    pub next: Option<Play>,
    pub format: Option<AudioFormat>,
    /// Of what plays, where it comes as a stream.
    pub stream: Option<StreamView>,
    /// It plays, but its sound has not come.
    pub buffering: bool,
    /// Where the item stands while the ear is not in it.
    pub rest: Rest,
    /// Where a seek will land that was asked for and is not heard yet.
    pub aim: Option<Aim>,
    pub volume: Volume,
    pub muted: bool,
    pub stop_after: StopAfter,
    pub sleep: Option<Sleep>,
    pub ab: Option<Ab>,
    /// Items that did not play, left out until someone asks for them.
    pub broken: HashSet<ItemId>,
    /// Items in a row that did not play.
    pub failures_in_a_row: u32,
    next_play: u64,
}

/// What was heard of the play that goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hearing {
    pub of: Play,
    pub track: Option<TrackId>,
    /// When it was begun, milliseconds since the Unix epoch.
    pub began_ms: i64,
    /// Where the ear was when it was last asked for, and when that was.
    pub at: u64,
    pub looked: Instant,
    /// Frames that were heard, of the item's own rate.
    pub frames: u64,
    /// Hz; 0 while nothing was heard.
    pub rate: u32,
    /// Frames of the whole item, where it is known.
    pub length: Option<u64>,
    /// It is a play already.
    pub counted: bool,
}

/// How long the sound fades before playing ends by the clock.
pub const SLEEP_FADE: Duration = Duration::from_secs(20);

/// Playing ends then.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sleep {
    pub at: Instant,
    /// The fade before it has begun.
    pub fading: bool,
}

impl Sleep {
    /// When something is to be done about it.
    pub fn next(&self) -> Instant {
        if self.fading { self.at } else { self.at.checked_sub(SLEEP_FADE).unwrap_or(self.at) }
    }
}

/// A part of an item that is played over and over once its end is known. Frames of the item's own rate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ab {
    pub play: PlayId,
    pub from: u64,
    pub to: Option<u64>,
}

/// A place kept while nothing is heard.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Rest {
    pub frame: u64,
    /// Hz; 0 where it is not known.
    pub rate: u32,
}

/// What is asked next counts from here, not from where the ear still is: three quick steps are three.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Aim {
    pub play: PlayId,
    pub place: Rest,
    pub asked: Instant,
}

impl PlaybackState {
    pub fn fresh_play(&mut self, item: ItemId) -> Play {
        self.next_play += 1;
        Play { play: PlayId(self.next_play), item }
    }

    /// Linear gain for the engine.
    pub fn gain(&self) -> f32 {
        if self.muted { 0.0 } else { self.volume.gain() }
    }

    /// The newest play that was given out.
    pub fn newest_play(&self) -> PlayId {
        PlayId(self.next_play)
    }
}

/// Command that has the engine play `item`.
pub fn load(
    play: Play,
    item: &QueueItem,
    context: Context,
    mastered: Option<Mastered>,
    place: Place,
) -> EngineCommand {
    let mastered = mastered.map(Arc::new);
    let item = Item { play: play.play, path: Arc::clone(&item.path), context, mastered };
    EngineCommand::Load { item, place, paused: false }
}

#[derive(Debug, Default)]
pub struct LibraryState {
    pub catalog: Arc<Catalog>,
    pub scan: Option<RunningScan>,
    /// Roots asked for while a scan runs.
    pub waiting: Option<Vec<PathBuf>>,
    pub roots: Arc<Vec<PathBuf>>,
    pub failed: Arc<Vec<(PathBuf, String)>>,
    pub duplicates: Arc<DuplicatesView>,
    /// Missing tracks are being counted or forgotten.
    pub cleaning: bool,
    /// What was listened to, as it was counted last.
    pub stats: Option<(Period, Arc<Stats>)>,
    pub build: CatalogBuild,
    /// What the store has is being read for the first time. Meanwhile nothing else asks the disk for anything.
    pub loading: bool,
}

#[derive(Debug)]
pub struct RunningScan {
    pub job: JobId,
    pub cancel: CancelToken,
    pub found: u64,
    pub read: u64,
    pub folder: Option<PathBuf>,
    pub share: f64,
    pub elapsed: Duration,
    /// What it walks; empty for all roots.
    pub folders: Vec<PathBuf>,
    /// Tracks were found since the catalog was last asked for.
    pub changed: bool,
}

/// When the catalog is built again while a scan finds tracks: so that building takes a small share of the time.
#[derive(Debug, Default)]
pub struct CatalogBuild {
    pub running: bool,
    /// Asked for while one runs: begin again at its end.
    pub again: bool,
    pub not_before: Option<Instant>,
}

/// What found files are for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    Append,
    Insert,
    PlayNow,
    /// In front of this place, counted from 0.
    At(usize),
    Replace {
        start: usize,
    },
}

#[derive(Debug)]
pub struct ShownNotice {
    pub notice: Arc<Notice>,
    /// When it goes by itself.
    pub until: Option<Instant>,
}

/// What is to be written to the store, and by when.
#[derive(Debug, Default)]
pub struct Saving {
    /// Playlists that changed: saved with the history of it.
    pub playlists: Vec<(PlaylistId, Option<Arc<Playlist>>)>,
    /// Templates that changed.
    pub templates: Vec<(TemplateId, Option<Arc<Template>>)>,
    /// Entries of the log that an import, or its undoing, changed.
    pub log: Vec<LogRow>,
    /// The queue or the modes changed: save all by then.
    pub session_due: Option<Instant>,
    /// What is known of outputs is to be saved with the session.
    pub outputs: bool,
    /// Something plays: save the place by then.
    pub position_due: Option<Instant>,
}

impl Saving {
    /// Something is to be saved together with how far the history is done.
    pub fn is_of_a_step(&self) -> bool {
        !(self.playlists.is_empty() && self.templates.is_empty() && self.log.is_empty())
    }
}

/// Parts of the snapshot that a reducer changed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Dirty {
    pub playback: bool,
    pub queue: bool,
    pub bookmarks: bool,
    pub catalog: bool,
    pub facts: bool,
    pub playlists: bool,
    pub templates: bool,
    pub tags: bool,
    pub history: bool,
    pub scan: bool,
    /// What sounds alike, and the radio.
    pub similar: bool,
    pub mastering: bool,
    pub renders: bool,
    pub output: bool,
    pub signal: bool,
    pub notice: bool,
    pub closing: bool,
}

impl Dirty {
    pub const ALL: Self = Self {
        playback: true,
        queue: true,
        bookmarks: true,
        catalog: true,
        facts: true,
        playlists: true,
        templates: true,
        tags: true,
        history: true,
        scan: true,
        similar: true,
        mastering: true,
        renders: true,
        output: true,
        signal: true,
        notice: true,
        closing: true,
    };

    pub fn any(self) -> bool {
        self != Self::default()
    }
}

impl AppState {
    /// The state that a saved session describes, standing still.
    pub fn restored(session: Session, catalog: Arc<Catalog>, settings: AppSettings) -> Self {
        let place = session.position;
        let rest = place.map(|place| Rest { frame: place.frame, rate: place.rate }).unwrap_or_default();
        let playback =
            PlaybackState { volume: session.volume, muted: session.muted, rest, ..PlaybackState::default() };
        let queue = Queue::restore(session);
        let library = LibraryState { catalog, ..LibraryState::default() };
        Self { playback, queue, library, settings, dirty: Dirty::ALL, ..Self::default() }
    }

    /// Takes up the history of an earlier run.
    pub fn remember(&mut self, entries: Vec<Arc<Entry>>, done: u64) {
        self.history = History::restore(entries, done);
        self.history.highest_item().into_iter().for_each(|id| self.queue.spare(id));
    }

    pub fn fresh_job(&mut self) -> JobId {
        self.next_job += 1;
        JobId(self.next_job)
    }

    /// The earliest time at which `Event::Due` is wanted.
    pub fn next_deadline(&self) -> Option<Instant> {
        let notice = self.notice.as_ref().and_then(|shown| shown.until);
        let build = self.library.build.not_before.filter(|_| self.wants_catalog());
        let sleep = self.playback.sleep.map(|sleep| sleep.next());
        let lists = self.playlists.evaluation.due();
        let saving = [self.saving.session_due, self.saving.position_due];
        let taste = self.mastering.settled_at;
        [notice, build, sleep, lists, taste].into_iter().chain(saving).flatten().min()
    }

    /// A scan found tracks that the catalog does not have, and none is being built.
    pub fn wants_catalog(&self) -> bool {
        !self.library.build.running && self.library.scan.as_ref().is_some_and(|scan| scan.changed)
    }

    /// Name of a file for people: its track's title, or the file's name.
    pub fn name_of(&self, path: &Path) -> String {
        match self.library.catalog.find_path(path) {
            Some(track) => track.title().to_owned(),
            None => part::shown_name(path),
        }
    }
}
