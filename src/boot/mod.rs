//! # boot: composition root
//!
//! - **Purpose.** Puts the rooms together for each run mode: start order, signals, panics, logging, shutdown.
//! - **May import.** Everything but `cli`.
//! - **Thread.** The main one; `signals` listens for what the system sends.
//! - **Entry points.** [`tui`] (the player with its screen), [`play`] (files to the end without one),
//!   [`outputs`] (what there is to play on).
//! - **Invariants.** Knows everything, decides nothing. There is one way out, and it waits for nobody longer than its
//!   deadline. A panic anywhere gives the terminal back first.

pub mod analyse;
mod core;
mod doors;
mod far;
mod handover;
pub mod log;
mod mpd;
mod neighbours;
pub mod offline;
pub mod online;
pub mod panic;
mod play;
mod player;
pub mod preferences;
mod screen;
pub mod server;
mod shutdown;
mod signals;
pub mod similar;

use crate::engine::EngineError;
use crate::library::store::StoreError;
use crate::model::outputs::OutputDevice;
use crate::remote::RemoteError;
use crate::tui::TuiError;

pub use far::{far, proxy};
pub use play::{PlayEvent, PlayRun, PlayTotal, Played, PlayedTrack, play};
pub use player::{Left, PlayerRun, daemon, tui};

/// The sound devices of this machine and what they take. May take seconds.
///
/// # Errors
/// Where the sound system does not answer, or this build has none.
pub fn outputs() -> Result<Vec<OutputDevice>, BootError> {
    crate::engine::output::survey().map_err(|error| BootError::NoDevice(error.to_string()))
}

/// Why a run mode could not begin, or had to end.
#[derive(Debug, thiserror::Error)]
pub enum BootError {
    #[error("no sound device: {0}")]
    NoDevice(String),
    #[error("cannot send the sound there: {0}")]
    Output(String),
    #[error("nobody takes the sound any more")]
    Unread,
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Config(#[from] crate::config::ConfigError),
    #[error(transparent)]
    Remote(RemoteError),
    #[error(transparent)]
    Tui(#[from] TuiError),
    #[error(transparent)]
    Engine(#[from] EngineError),
    #[error("cannot write the log {}: {source}", .file.display())]
    Log { file: std::path::PathBuf, source: std::io::Error },
    #[error("cannot hand over to a daemon: {0}. Queue and place are saved; `auralis` shows them")]
    Handover(std::io::Error),
    #[error("cannot start a thread: {0}")]
    Thread(#[from] std::io::Error),
}
