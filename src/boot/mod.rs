//! # boot: the composition root
//!
//! - **Purpose.** Starts what a run mode needs, in order, and ends it.
//! - **May import.** All but cli.
//! - **Thread.** The main one.
//! - **Entry points.** [`tui`], [`play`], [`log::start`].
//! - **Invariants.** Knows everything, decides nothing.

pub mod log;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use crate::config::Loaded;
use crate::model::audio::Spec;
use crate::model::notice::Notice;
use crate::model::playback::Shuffle;
use crate::model::settings::OutputSettings;
use log::LogRun;

#[derive(Debug, thiserror::Error)]
pub enum BootError {
    #[error("no audio device: {0}")]
    NoDevice(String),
    #[error("cannot write the log {}: {source}", .file.display())]
    Log { file: PathBuf, source: std::io::Error },
    #[error(transparent)]
    Store(#[from] crate::library::store::StoreError),
    #[error(transparent)]
    Config(#[from] crate::config::ConfigError),
    #[error("this build has no core")]
    NoCore,
}

/// The player with its screen.
#[derive(Debug)]
pub struct TuiRun {
    /// With the flags merged in; its problems are shown on the screen.
    pub config: Loaded,
    /// Absolute; added to the queue and played. Empty: the session is restored.
    pub paths: Vec<PathBuf>,
    pub log: LogRun,
}

/// Files to the end without a screen.
#[derive(Debug)]
pub struct PlayRun {
    pub output: OutputSettings,
    /// Files that exist and are named like music, in order; at least one. Absolute.
    pub files: Vec<PathBuf>,
    /// Where the first of them starts.
    pub start: Duration,
    pub shuffle: Shuffle,
    /// Raised from outside (a signal, a reader that went away): end soon, in order.
    pub stop: Arc<AtomicBool>,
    pub log: LogRun,
}

/// What happens while files are played. Told on the thread that called [`play`].
#[derive(Debug)]
pub enum PlayEvent {
    /// A few times a second while something is heard.
    Progress {
        path: PathBuf,
        at: Duration,
        of: Option<Duration>,
    },
    /// Once a file, in the order of playing.
    Ended(PlayedTrack),
    Told(Notice),
}

#[derive(Debug)]
pub struct PlayedTrack {
    pub path: PathBuf,
    /// `None` where nothing of it was played.
    pub played: Option<Played>,
    /// Why it was not played to its end.
    pub error: Option<String>,
}

#[derive(Debug, Clone, Copy)]
pub struct Played {
    /// Frames of the file that were played, at its own rate.
    pub frames: u64,
    pub spec: Spec,
    /// Frames that the output had taken before its first one.
    pub started_at_frame: u64,
}

#[derive(Debug, Clone, Copy, Default)]
pub struct PlayTotal {
    /// Frames that the output took.
    pub frames: u64,
    pub underruns: u64,
}

pub fn tui(_run: TuiRun) -> Result<(), BootError> {
    Err(BootError::NoCore)
}

pub fn play(_run: PlayRun, _tell: &mut dyn FnMut(PlayEvent)) -> Result<PlayTotal, BootError> {
    Err(BootError::NoCore)
}
