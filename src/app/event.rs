//! What happened: the only input of the reducers. Sent to the app thread by frontends, engine, jobs and store.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::effect::CurveWork;
use crate::engine::command::EngineEvent;
use crate::engine::command::ImpulseResponse;
use crate::jobs::analyse::{AnalyseOutcome, AnalyseProgress};
use crate::jobs::ears::answer::{Answer, Deaf};
use crate::jobs::library::{Cared, Cleaned, Gathered, ScanOutcome, ScanProgress};
use crate::jobs::lyrics::Outcome;
use crate::jobs::plan::{Stage, Subject};
use crate::jobs::playlists::ReadLists;
use crate::jobs::preferences::{Deed, Kept};
use crate::jobs::server::KeptQueue;
use crate::jobs::tags::{Planned, Written};
use crate::library::edit::Refused;
use crate::library::past::FoundPast;
use crate::library::store::StoreEvent;
use crate::mastering::plan::Wishes;
use crate::model::catalog::Catalog;
use crate::model::command::{Care, Command};
use crate::model::equaliser::Equaliser;
use crate::model::facts::{Facts, Levels};
use crate::model::features::Waveform;
use crate::model::id::{JobId, PlaylistId, TrackId};
use crate::model::impulse::Impulse;
use crate::model::job::CancelToken;
use crate::model::listening::{Period, Stats};
use crate::model::mastering::Plan;
use crate::model::musicbrainz::Candidate;
use crate::model::notice::Notice;
use crate::model::outputs::OutputDevice;
use crate::model::past::Importing;
use crate::model::picture::{CoverView, TrackCover};
use crate::model::player::Position;
use crate::model::playlist::view::Found;
use crate::model::playlist::{Playlist, Playlists};
use crate::model::portrait::{Spread, Told};
use crate::model::reference::Reference;
use crate::model::rendering::{RenderEnd, RenderProgress};
use crate::model::resume::Places;
use crate::model::snapshot::DuplicatesView;
use crate::model::tagging::TagSheet;
use crate::model::template::Templates;

#[derive(Debug)]
pub enum Event {
    Command(Command),
    Engine(EngineEvent),
    /// Paths were walked; asked for by `Effect::Expand`.
    Expanded(Expanded),
    /// Asked for by `Effect::Gather`.
    Gathered {
        job: JobId,
        gathered: Gathered,
    },
    ScanProgress {
        job: JobId,
        progress: ScanProgress,
    },
    ScanDone {
        job: JobId,
        report: ScanOutcome,
    },
    /// Missing tracks were counted, or forgotten where one was sure.
    Cleaned {
        sure: bool,
        result: Result<Cleaned, String>,
    },
    /// Asked for by `Effect::Care`.
    Cared {
        job: JobId,
        care: Care,
        result: Result<Cared, String>,
    },
    /// What another player or service knows; asked for by `Effect::ReadPast`.
    PastRead {
        job: JobId,
        asked: Importing,
        found: Result<Box<FoundPast>, String>,
    },
    DuplicatesFound(Result<DuplicatesView, String>),
    /// Files in these folders changed; told by the watch.
    FoldersChanged(Vec<PathBuf>),
    CatalogBuilt {
        catalog: Arc<Catalog>,
        took: Duration,
    },
    /// The catalog could not be read from the store.
    CatalogFailed(String),
    /// What only we know of the tracks, once at the start.
    FactsRead(Result<Facts, String>),
    AnalyseProgress {
        job: JobId,
        progress: AnalyseProgress,
    },
    /// Asked for by `Effect::Analyse`.
    Analysed {
        job: JobId,
        outcome: AnalyseOutcome,
    },
    /// How loud the tracks were measured to be; asked for by `Effect::ReadLevels`.
    LevelsRead(Result<Vec<(TrackId, Levels)>, String>),
    /// Asked for by `Effect::Listen`.
    Listened {
        job: JobId,
        answer: Result<Answer, Deaf>,
    },
    /// The wave of a track, where it is measured; asked for by `Effect::ReadWave`.
    WaveRead {
        track: TrackId,
        wave: Result<Option<Waveform>, String>,
    },
    /// Asked for by `Effect::FindCover`.
    CoverFound(CoverView),
    /// Asked for by `Effect::FindCovers`: all of them.
    CoversFound(Vec<TrackCover>),
    /// Asked for by `Effect::ReadPortrait`.
    PortraitRead {
        job: Option<JobId>,
        track: TrackId,
        told: Told,
        spread: Option<Arc<Spread>>,
    },
    /// Asked for by `Effect::Plan`.
    MasteringPlanned {
        subject: Arc<Subject>,
        wishes: Wishes,
        stage: Stage,
        plan: Result<Box<Plan>, String>,
    },
    /// Asked for by `Effect::MeasureReference`; void where it was cancelled.
    ReferenceMeasured {
        cancel: CancelToken,
        found: Result<Box<Reference>, String>,
    },
    /// Asked for by `Effect::Preferences`, and at the start.
    PreferencesDone {
        job: Option<JobId>,
        deed: Deed,
        result: Result<Box<Kept>, String>,
    },
    RenderProgress {
        number: JobId,
        progress: RenderProgress,
    },
    /// Asked for by `Effect::Render`.
    Rendered {
        number: JobId,
        end: Arc<RenderEnd>,
    },
    /// Asked for by `Effect::CountStats`.
    StatsCounted {
        job: JobId,
        period: Period,
        quietly: bool,
        stats: Result<Stats, String>,
    },
    /// Which sound devices there are, or why that cannot be told; asked for by `Effect::FindOutputs`.
    OutputsFound(Result<Vec<OutputDevice>, String>),
    /// The playlists, or why they cannot be read.
    PlaylistsLoaded(Result<Playlists, String>),
    /// Where long tracks were left off.
    PlacesLoaded(Result<Places, String>),
    /// The queue templates, or why they cannot be read.
    TemplatesLoaded(Result<Templates, String>),
    /// Asked for by `Effect::ReadPlaylists`.
    PlaylistsRead {
        job: JobId,
        read: ReadLists,
    },
    /// How many entries were written, or why none; asked for by `Effect::WritePlaylist`.
    PlaylistWritten {
        job: JobId,
        path: Arc<Path>,
        result: Result<usize, String>,
    },
    /// What is in the smart lists; asked for by `Effect::Evaluate`.
    Evaluated {
        job: JobId,
        found: Result<HashMap<PlaylistId, Arc<Found>>, String>,
        took: Duration,
    },
    /// Which entries are not there; asked for by `Effect::LookForFiles`.
    LookedForFiles {
        list: Arc<Playlist>,
        absent: HashSet<usize>,
    },
    /// Asked for by `Effect::Curve`.
    CurveDone {
        job: JobId,
        work: CurveWork,
        result: Result<Arc<Equaliser>, String>,
    },
    /// Asked for by `Effect::ReadImpulse`.
    ImpulseRead {
        job: JobId,
        path: PathBuf,
        result: Result<(Arc<ImpulseResponse>, Arc<Impulse>), String>,
    },
    /// Asked for by `Effect::KeepQueue`: how many songs.
    QueueKept {
        job: JobId,
        result: Result<usize, String>,
    },
    /// Asked for by `Effect::FindKeptQueue`.
    KeptQueueFound {
        job: JobId,
        found: Result<KeptQueue, String>,
    },
    /// Asked for by `Effect::TellStars`.
    StarsTold(Result<(), String>),
    /// Asked for by `Effect::FindLyrics`.
    LyricsFound {
        job: JobId,
        path: Arc<Path>,
        again: bool,
        outcome: Outcome,
    },
    /// Asked for by `Effect::SaveLyrics`.
    LyricsSaved {
        job: JobId,
        result: Result<PathBuf, String>,
    },
    /// Asked for by `Effect::LookUp`.
    LookedUp {
        job: JobId,
        found: Result<Vec<Candidate>, String>,
    },
    /// Asked for by `Effect::ReadTags`.
    TagsRead {
        job: JobId,
        sheet: Result<TagSheet, String>,
    },
    /// Asked for by `Effect::PlanTags` and `Effect::PlanRelease`.
    TagsPlanned {
        job: JobId,
        planned: Result<Planned, Refused>,
    },
    /// So many files of a batch are done.
    TagsProgress {
        job: JobId,
        done: usize,
    },
    /// Asked for by `Effect::WriteTags` and `Effect::GoOverTags`.
    TagsWritten {
        job: JobId,
        result: Result<Written, Refused>,
    },
    /// Asked for by `Effect::DescribePicture`.
    PictureDescribed {
        job: JobId,
        words: String,
    },
    /// Asked for by `Effect::ExtractPicture`.
    PictureExtracted {
        job: JobId,
        to: PathBuf,
        result: Result<(), String>,
    },
    Store(StoreEvent),
    /// Another room has something to tell.
    Tell(Notice),
    /// A deadline of the state has passed.
    Due,
}

/// Files found in paths.
#[derive(Debug)]
pub struct Expanded {
    pub job: JobId,
    pub files: Vec<PathBuf>,
    pub problems: Vec<(PathBuf, String)>,
}

/// What a reducer may know besides state and event: time, the ear and chance, all injected.
#[derive(Debug, Clone, Copy)]
pub struct Now {
    pub instant: Instant,
    /// Milliseconds since the Unix epoch, as the system's clock has it.
    pub unix_ms: i64,
    /// Where the ear is, as the engine's clock has it.
    pub heard: Option<Position>,
    /// A fresh random number for this event.
    pub seed: u64,
}
