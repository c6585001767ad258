//! What can go wrong between a player and who wants to talk to it, by operation and cause.

use std::io;
use std::path::PathBuf;

use super::wire::Fault;

#[derive(Debug, thiserror::Error)]
pub enum RemoteError {
    #[error("auralis runs already{}. `auralis ctl` drives it, `auralis status` tells what it plays; to run a second one, give it another `--data-dir`", process_of(*process))]
    RunsAlready { process: Option<u32> },
    #[error("no player is running. `auralis` starts one")]
    NotRunning,
    #[error("no folder for the socket: {0}")]
    NoFolder(String),
    #[error("cannot listen at {}: {source}", socket.display())]
    Listen { socket: PathBuf, source: io::Error },
    #[error("cannot start a thread: {0}")]
    Thread(io::Error),
    #[error("what listens at {} is not a player", socket.display())]
    Foreign { socket: PathBuf },
    #[error("the player that runs is auralis {version}, too old for this one. Quit it and start it again")]
    PlayerTooOld { version: String },
    #[error("the player that runs is auralis {version}, too new for this one. Update this one")]
    PlayerTooNew { version: String },
    #[error("the player does not answer; is it stopped?")]
    Silent,
    #[error("the connection to the player broke: {0}")]
    Broken(io::Error),
    #[error("more than the player takes at once: {bytes} bytes, at most {most}")]
    TooLong { bytes: usize, most: usize },
    #[error("{}", .0.message)]
    Fault(Fault),
}

fn process_of(process: Option<u32>) -> String {
    process.map(|process| format!(" (process {process})")).unwrap_or_default()
}

impl RemoteError {
    /// Reading or writing failed; a time limit that ran out says so by either kind.
    pub(super) fn of_stream(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut => Self::Silent,
            _ => Self::Broken(error),
        }
    }
}
