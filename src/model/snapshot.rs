//! What is seen: one immutable picture of the whole core. Published by `app::publish`, read by every frontend. A struct
//! of `Arc`s, one a subject: publishing replaces only the parts that changed, so a frontend compares pointers.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use super::analysis::AnalysisView;
use super::audio::{SampleFormat, Spec, Volume, frames_to_duration};
use super::bookmark::Bookmarks;
use super::catalog::{Catalog, TrackRef};
use super::facts::Facts;
use super::features::Waveform;
use super::history::HistoryView;
use super::id::{ItemId, PlayId, TrackId};
use super::listening::{Period, Stats};
use super::lyrics::LyricsView;
use super::mastering::MasteringView;
use super::notice::Notice;
use super::outputs::OutputDevice;
use super::picture::{CoverView, CoversView};
use super::playback::{PlayState, Repeat, Shuffle, StopAfter};
use super::player::Position;
use super::playlist::view::View as PlaylistsView;
use super::portrait::Portrait;
use super::query::heard::Likes;
use super::rendering::RenderView;
use super::resume::Places;
use super::settings::{OutputSpec, SoundSettings};
use super::signal::SignalPath;
use super::similar::{Radio, SimilarView};
use super::tagging::TagsView;
use super::template::Templates;
use super::track::AudioFormat;

#[derive(Debug, Clone, Default)]
pub struct Snapshot {
    pub playback: Arc<PlaybackView>,
    pub queue: Arc<QueueView>,
    pub bookmarks: Arc<Bookmarks>,
    pub playlists: Arc<PlaylistsView>,
    /// Queues that are kept.
    pub templates: Arc<Templates>,
    pub catalog: Arc<Catalog>,
    /// What only we know of the tracks.
    pub facts: Arc<Facts>,
    /// Where long tracks were left off.
    pub places: Arc<Places>,
    /// What was listened to in a period, as it was counted last.
    pub stats: Option<(Period, Arc<Stats>)>,
    /// What can be taken back.
    pub history: Arc<HistoryView>,
    pub scan: Arc<ScanView>,
    /// What was last asked of tags, and what is being changed.
    pub tags: Arc<TagsView>,
    /// Tracks that hold the same sound, as they were last looked for.
    pub duplicates: Arc<DuplicatesView>,
    /// What sounds alike, as it was last asked for.
    pub similar: Arc<SimilarView>,
    /// What sounds like the words of queries.
    pub likes: Arc<Likes>,
    /// The radio that plays.
    pub radio: Option<Arc<Radio>>,
    /// The measuring of tracks that runs.
    pub analysis: AnalysisView,
    /// The wave of a track that became current, once it was looked for; without one where it is not measured.
    pub wave: Option<(TrackId, Option<Arc<Waveform>>)>,
    /// How the track sounds that was last asked for.
    pub portrait: Option<Arc<Portrait>>,
    pub mastering: Arc<MasteringView>,
    /// Jobs that master to files.
    pub renders: Arc<Vec<RenderView>>,
    /// The same for who has no screen.
    pub told: Option<Arc<Portrait>>,
    /// The words of a song, as they were last looked for.
    pub lyrics: Option<Arc<LyricsView>>,
    /// The cover of what plays, once a screen asked for it; of an earlier item until it is known.
    pub cover: Option<Arc<CoverView>>,
    /// Covers of albums that screens asked for.
    pub covers: Arc<CoversView>,
    pub output: Arc<OutputView>,
    /// Devices as they were last looked for.
    pub outputs: Arc<OutputsView>,
    /// The way of what plays, from file to device.
    pub signal: Arc<SignalPath>,
    /// The notice to show, newest first problem wins; `None` when nothing is to be told.
    pub notice: Option<Arc<Notice>>,
    /// The core is gone or going: frontends leave.
    pub closing: bool,
}

impl Snapshot {
    /// The current item, where the library has it.
    pub fn track(&self) -> Option<TrackRef<'_>> {
        self.catalog.find(self.playback.now.as_ref()?.track?)
    }

    /// The wave of the current item.
    pub fn wave(&self) -> Option<&Waveform> {
        let track = self.playback.now.as_ref()?.track?;
        let (of, wave) = self.wave.as_ref()?;
        wave.as_deref().filter(|wave| *of == track && !wave.0.is_empty())
    }

    /// The sound of the current item: as the decoder found it, else as the library knows it.
    pub fn format(&self) -> Option<AudioFormat> {
        let now = self.playback.now.as_ref()?;
        now.format.or_else(|| self.track().map(|track| track.format()))
    }

    /// Where the ear is in the current item, by the newest gauge, and how long the item is, as far as known.
    pub fn times(&self, heard: Option<Position>) -> Option<(Duration, Option<Duration>)> {
        let now = self.playback.now.as_ref()?;
        let heard = heard.filter(|position| position.play == now.play);
        let resting = || frames_to_duration(now.start_frame, now.rate);
        let elapsed = heard.map_or_else(resting, |position| position.time());
        let known = || self.track().and_then(|track| track.duration());
        let total = now.format.as_ref().and_then(AudioFormat::duration).or_else(known);
        Some((total.map_or(elapsed, |total| elapsed.min(total)), total))
    }
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct PlaybackView {
    pub state: PlayState,
    /// What is current, even when stopped or paused.
    pub now: Option<NowPlaying>,
    pub volume: Volume,
    pub muted: bool,
    pub repeat: Repeat,
    pub shuffle: Shuffle,
    /// Items that were heard are taken out.
    pub consume: bool,
    /// How long a track must be to go on where it was left off; `None`: none does.
    pub resume: Option<Duration>,
    pub stop_after: StopAfter,
    /// When playing pauses by itself.
    #[serde(skip)]
    pub sleep_at: Option<Instant>,
    /// The part that is played over and over, in frames of the item; without an end where that is not set yet.
    pub ab: Option<(u64, Option<u64>)>,
    pub sound: SoundSettings,
    /// It plays, but nothing is heard: the sound has yet to come from a server or a disk.
    pub buffering: bool,
}

/// The current item.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NowPlaying {
    pub item: ItemId,
    pub play: PlayId,
    #[serde(with = "crate::model::path_bytes")]
    pub path: Arc<Path>,
    pub track: Option<TrackId>,
    /// As the decoder found it; `None` until it is open.
    pub format: Option<AudioFormat>,
    /// Where it stands while no gauge moves (stopped, restored, opening), in frames of `rate`.
    pub start_frame: u64,
    pub rate: u32,
    /// Of what comes as a stream that cannot be sought; `None` for all else.
    pub stream: Option<StreamView>,
}

/// What a stream says of itself. Text of others, without control characters.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StreamView {
    /// It has no end: a radio, not a file.
    pub live: bool,
    /// Name of the station.
    pub station: Option<Arc<str>>,
    /// What is playing now, in the station's words.
    pub title: Option<Arc<str>>,
}

/// One entry of the queue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueueItem {
    pub id: ItemId,
    #[serde(with = "super::path_bytes")]
    pub path: Arc<Path>,
    /// Known once the library has the file.
    pub track: Option<TrackId>,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct QueueView {
    /// In queue order.
    pub items: Arc<Vec<QueueItem>>,
    /// Index of the current item.
    pub current: Option<usize>,
    /// Index of the item that will follow it.
    pub next: Option<usize>,
    /// Entries that would not play: shown as such.
    pub broken: Arc<Vec<ItemId>>,
}

/// The scan that runs, or how the last one ended.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ScanView {
    pub running: bool,
    pub found: u64,
    pub read: u64,
    #[serde(with = "crate::model::path_bytes")]
    pub failed: Arc<Vec<(PathBuf, String)>>,
    #[serde(with = "crate::model::path_bytes")]
    pub folder: Option<PathBuf>,
    /// How much of it is done, 0 to 1, by the folders walked.
    pub share: f64,
    pub elapsed: Duration,
    /// Known roots.
    #[serde(with = "crate::model::path_bytes")]
    pub roots: Arc<Vec<PathBuf>>,
}

impl ScanView {
    /// Files a second, and the time that is left, once that can be told.
    pub fn pace(&self) -> Option<(f64, Duration)> {
        let seconds = self.elapsed.as_secs_f64();
        if seconds < 1.0 || self.share < 0.01 {
            return None;
        }
        let left = seconds * (1.0 - self.share.min(1.0)) / self.share;
        Some((self.found as f64 / seconds, Duration::try_from_secs_f64(left).ok()?))
    }
}

/// Tracks that hold the same sound.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct DuplicatesView {
    /// They are being looked for.
    pub looking: bool,
    /// They only sound the same.
    pub like: bool,
    /// Path, and format and size in words, of each track of a group; the first groups where there are very many.
    #[serde(with = "crate::model::path_bytes")]
    pub groups: Vec<Vec<(PathBuf, String)>>,
    /// All groups, and all tracks in them.
    pub found: u64,
    pub tracks: u64,
    /// Why they could not be looked for.
    pub problem: Option<String>,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct OutputView {
    /// What was asked for.
    pub asked: OutputSpec,
    pub state: OutputState,
}

impl OutputView {
    /// Id of the device that is open.
    pub fn device(&self) -> Option<&str> {
        if let OutputState::Open(accepted) = &self.state { accepted.id.as_deref() } else { None }
    }
}

/// The devices of this machine; nothing until somebody asks.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct OutputsView {
    /// They are being looked for.
    pub looking: bool,
    pub devices: Arc<Vec<OutputDevice>>,
    /// Why they could not be listed.
    pub problem: Option<String>,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub enum OutputState {
    /// Nothing was played yet, or the output is let go while paused.
    #[default]
    Closed,
    Open(Accepted),
    /// Gone; being opened again. The position waits where it was heard.
    Lost {
        why: String,
    },
    /// No device: the null output stands in.
    StandIn {
        why: String,
        accepted: Accepted,
    },
}

/// What the output took, as it said itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Accepted {
    /// For people: a device's name, a file's path.
    pub name: String,
    /// For `device:ID`.
    pub id: Option<String>,
    pub spec: Spec,
    pub format: SampleFormat,
    /// Frames of a period, where the output has one.
    pub period_frames: Option<u32>,
    /// Nobody else can use it now, and nothing between us and the hardware changes a sample.
    pub exclusive: bool,
    /// How its thread is scheduled; `None`: not a device, or not known.
    pub priority: Option<Priority>,
}

impl Accepted {
    pub fn new(name: impl Into<String>, spec: Spec, format: SampleFormat) -> Self {
        Self {
            name: name.into(),
            id: None,
            spec,
            format,
            period_frames: None,
            exclusive: false,
            priority: None,
        }
    }
}

/// How the system runs the thread that serves a device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Priority {
    /// Before all other work.
    RealTime,
    /// As any other: the system did not allow more.
    Usual,
}
