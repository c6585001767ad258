//! What is to be done: the only output of the reducers. Carried out by `perform`.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::state::tags::Waiting;
use crate::engine::command::EngineCommand;
use crate::jobs::ears::answer::{Known, Question};
use crate::jobs::library::Wanted;
use crate::jobs::plan::Subject;
use crate::jobs::preferences::Deed;
use crate::jobs::render::RenderOrder;
use crate::jobs::server::{Queued, Starred};
use crate::mastering::plan::Wishes;
use crate::model::analysis::Pace;
use crate::model::bookmark::Bookmarks;
use crate::model::catalog::Catalog;
use crate::model::command::{Care, PathStyle};
use crate::model::edit::Way;
use crate::model::equaliser::Equaliser;
use crate::model::facts::Facts;
use crate::model::id::{JobId, TrackId};
use crate::model::job::CancelToken;
use crate::model::listening::{Listen, Period};
use crate::model::lyrics::LyricsOffsets;
use crate::model::lyrics::{Lyrics, Song};
use crate::model::past::Importing;
use crate::model::playlist::{Entry, Playlist};
use crate::model::query::heard::Likes;
use crate::model::resume;
use crate::model::session::{OutputMemory, Save, SessionPosition};
use crate::model::similar::SimilarMemory;
use crate::model::tagging::TagWork;

#[derive(Debug, Clone)]
pub enum Effect {
    Engine(EngineCommand),
    /// Walk paths for music files.
    Expand {
        job: JobId,
        paths: Vec<PathBuf>,
    },
    /// Find what lines of an edited queue add, each by its number in the text.
    Gather {
        job: JobId,
        wanted: Vec<(usize, Wanted)>,
        catalog: Arc<Catalog>,
        facts: Facts,
    },
    /// Bring the library up to date; `roots` are new or known, empty means all known ones.
    Scan {
        job: JobId,
        roots: Vec<PathBuf>,
        cancel: CancelToken,
    },
    BuildCatalog,
    /// Count the missing tracks, or forget them where one is sure.
    Clean {
        sure: bool,
    },
    FindDuplicates,
    /// Find out what sounds like what.
    Listen {
        job: JobId,
        question: Box<Question>,
        known: Known,
        /// Whoever asked waits for the answer; else it is asked by the by.
        awaited: bool,
    },
    SaveSimilar(Box<SimilarMemory>),
    /// Measure the tracks that are not measured; all of them, where `again`.
    Analyse {
        job: JobId,
        again: bool,
        cancel: CancelToken,
    },
    /// So many may measure from now on.
    AnalysisPace {
        pace: Pace,
        /// It was asked for: no state of the machine is a reason to rest.
        insists: bool,
    },
    /// This track is to be measured before the others.
    AnalyseFirst(TrackId),
    /// Read how loud the tracks, and the albums of this catalog, were measured to be: all, or this one with its album.
    ReadLevels {
        catalog: Arc<Catalog>,
        of: Option<TrackId>,
    },
    /// Read the wave of this track.
    ReadWave(TrackId),
    /// Find the cover of a file, and make it fit into a square of so many pixels.
    FindCover {
        path: Arc<Path>,
        side: u16,
    },
    /// The same for tracks of the library, which are all on a server or none of them.
    FindCovers {
        files: Vec<(TrackId, PathBuf)>,
        side: u16,
    },
    /// Read what was measured of this track, and how the library's values lie where that is not known.
    ReadPortrait {
        /// `None`: for the screen.
        job: Option<JobId>,
        track: TrackId,
        with_spread: bool,
    },
    /// Have the music server keep its songs of the queue.
    KeepQueue {
        job: JobId,
        queued: Queued,
    },
    /// Ask the music server for the queue that it keeps.
    FindKeptQueue {
        job: JobId,
        catalog: Arc<Catalog>,
    },
    /// Tell the music server what its listener thinks of songs.
    TellStars(Vec<Starred>),
    /// Find the words of a song; `song`: what the library calls it.
    FindLyrics {
        job: JobId,
        path: Arc<Path>,
        song: Option<Song>,
        again: bool,
    },
    /// Write them beside it; found first, where they are not `known`.
    SaveLyrics {
        job: JobId,
        path: Arc<Path>,
        song: Option<Song>,
        known: Option<Lyrics>,
    },
    /// Make a plan of mastering: a first one within a moment, then the last one.
    Plan {
        subject: Arc<Subject>,
        wishes: Wishes,
        cancel: CancelToken,
    },
    /// Measure what is to be matched.
    MeasureReference {
        paths: Vec<PathBuf>,
        /// As plans are to call it; `None`: as the first of the paths is named.
        name: Option<String>,
        cancel: CancelToken,
    },
    /// Read or change what is kept of the listener's preferences.
    Preferences {
        job: JobId,
        deed: Deed,
        /// Milliseconds since the Unix epoch.
        at_ms: i64,
    },
    /// Master to files, behind what does so already.
    Render {
        number: JobId,
        order: Arc<RenderOrder>,
        cancel: CancelToken,
    },
    /// What is done for the library as a whole.
    Care {
        job: JobId,
        care: Care,
    },
    /// Read what another player or service knows, and what of it the library has not.
    ReadPast {
        job: JobId,
        asked: Importing,
        catalog: Arc<Catalog>,
    },
    /// These are the folders of the library now: watch them.
    Watch(Arc<Vec<PathBuf>>),
    /// Look which sound devices there are.
    FindOutputs,
    /// Session, facts and history, in one piece.
    Save(Box<Save>),
    /// Only the place; the queue is as it was saved.
    SavePosition(Option<SessionPosition>),
    SaveOutputs(OutputMemory),
    SaveBookmarks(Arc<Bookmarks>),
    SaveLyricsOffsets(LyricsOffsets),
    SaveListen(Listen),
    /// Where tracks were left off; `None`: nowhere.
    SaveResume(Vec<(TrackId, Option<resume::Place>)>),
    /// Count what was listened to from then on: milliseconds since the Unix epoch.
    CountStats {
        job: JobId,
        period: Period,
        from_ms: i64,
        quietly: bool,
    },
    /// Read files of playlists, and look which of their entries are there.
    ReadPlaylists {
        job: JobId,
        paths: Vec<PathBuf>,
        catalog: Arc<Catalog>,
    },
    WritePlaylist {
        job: JobId,
        list: Arc<Playlist>,
        entries: Vec<Entry>,
        path: Arc<Path>,
        style: PathStyle,
        catalog: Arc<Catalog>,
    },
    /// Find what is in smart lists.
    Evaluate {
        job: JobId,
        lists: Vec<Arc<Playlist>>,
        catalog: Arc<Catalog>,
        facts: Facts,
        likes: Arc<Likes>,
    },
    /// Look which of these entries of a list are not there.
    LookForFiles {
        list: Arc<Playlist>,
        places: Vec<(usize, Arc<Path>)>,
    },
    /// Read what files say of themselves.
    ReadTags {
        job: JobId,
        paths: Vec<PathBuf>,
    },
    /// Find out what a change would do to files of the library's `roots` and elsewhere.
    PlanTags {
        job: JobId,
        paths: Vec<PathBuf>,
        work: TagWork,
        roots: Arc<Vec<PathBuf>>,
    },
    /// Ask MusicBrainz which release these are.
    LookUp {
        job: JobId,
        paths: Vec<PathBuf>,
    },
    /// Find out what the tags of this release would do to the files.
    PlanRelease {
        job: JobId,
        paths: Vec<PathBuf>,
        release: String,
    },
    WriteTags {
        job: JobId,
        change: Waiting,
        cancel: CancelToken,
    },
    /// Take a batch of changed files back, or make it again.
    GoOverTags {
        job: JobId,
        batch: u64,
        way: Way,
        cancel: CancelToken,
    },
    /// Tell which picture belongs to the first of the files.
    DescribePicture {
        job: JobId,
        paths: Vec<PathBuf>,
    },
    /// Write the picture of the first of the files to a new file.
    ExtractPicture {
        job: JobId,
        paths: Vec<PathBuf>,
        to: PathBuf,
    },
    /// Read or keep a curve of the equaliser.
    Curve {
        job: JobId,
        work: CurveWork,
    },
    /// Read an impulse response, and make it ready for an output of this rate, if one is open.
    ReadImpulse {
        job: JobId,
        path: PathBuf,
        rate: Option<u32>,
    },
    /// Save what is to be saved, then end the app thread.
    Close,
}

/// What is done with a curve of the equaliser.
#[derive(Debug, Clone, PartialEq)]
pub enum CurveWork {
    /// Find it among the user's and the built-in ones.
    Named(String),
    /// Read it from this file.
    File(PathBuf),
    /// Keep it under its name, among the user's.
    Keep(Arc<Equaliser>),
}
