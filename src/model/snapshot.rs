//! What is seen: one immutable picture of the whole core. Published by `app::publish`, read by every frontend. A struct
//! of `Arc`s, one a subject: publishing replaces only the parts that changed, so a frontend compares pointers.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::audio::{SampleFormat, Spec, Volume};
use super::catalog::Catalog;
use super::id::{ItemId, PlayId, TrackId};
use super::notice::Notice;
use super::playback::{PlayState, Repeat, Shuffle};
use super::settings::OutputSpec;
use super::signal::SignalPath;
use super::track::AudioFormat;

#[derive(Debug, Clone, Default)]
pub struct Snapshot {
    pub playback: Arc<PlaybackView>,
    pub queue: Arc<QueueView>,
    pub catalog: Arc<Catalog>,
    pub scan: Arc<ScanView>,
    pub output: Arc<OutputView>,
    /// The way of what plays, from file to device.
    pub signal: Arc<SignalPath>,
    /// The notice to show, newest first problem wins; `None` when nothing is to be told.
    pub notice: Option<Arc<Notice>>,
    /// The core is gone or going: frontends leave.
    pub closing: bool,
}

#[derive(Debug, Clone, Default, PartialEq)]
pub struct PlaybackView {
    pub state: PlayState,
    /// What is current, even when stopped or paused.
    pub now: Option<NowPlaying>,
    pub volume: Volume,
    pub muted: bool,
    pub repeat: Repeat,
    pub shuffle: Shuffle,
    pub stop_after: bool,
    /// It plays, but nothing is heard: the sound has yet to come from a server or a disk.
    pub buffering: bool,
}

/// The current item.
#[derive(Debug, Clone, PartialEq)]
pub struct NowPlaying {
    pub item: ItemId,
    pub play: PlayId,
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
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StreamView {
    /// It has no end: a radio, not a file.
    pub live: bool,
    /// Name of the station.
    pub station: Option<Arc<str>>,
    /// What is playing now, in the station's words.
    pub title: Option<Arc<str>>,
}

/// One entry of the queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueueItem {
    pub id: ItemId,
    pub path: Arc<Path>,
    /// Known once the library has the file.
    pub track: Option<TrackId>,
}

#[derive(Debug, Clone, Default, PartialEq)]
pub struct QueueView {
    /// In queue order.
    pub items: Arc<Vec<QueueItem>>,
    /// Index of the current item.
    pub current: Option<usize>,
    /// Index of the item that will follow it.
    pub next: Option<usize>,
    pub can_undo: bool,
    pub can_redo: bool,
    /// Entries that would not play: shown as such.
    pub broken: Arc<Vec<ItemId>>,
}

/// The scan that runs, or how the last one ended.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ScanView {
    pub running: bool,
    pub found: u64,
    pub read: u64,
    pub failed: Arc<Vec<(PathBuf, String)>>,
    pub folder: Option<PathBuf>,
    /// Known roots.
    pub roots: Arc<Vec<PathBuf>>,
}

#[derive(Debug, Clone, Default, PartialEq)]
pub struct OutputView {
    /// What was asked for.
    pub asked: OutputSpec,
    pub state: OutputState,
}

#[derive(Debug, Clone, Default, PartialEq)]
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
#[derive(Debug, Clone, PartialEq)]
pub struct Accepted {
    /// For people: a device's name, a file's path.
    pub name: String,
    /// For `device:ID`.
    pub id: Option<String>,
    pub spec: Spec,
    pub format: SampleFormat,
    /// Frames of a period, where the output has one.
    pub period_frames: Option<u32>,
}
