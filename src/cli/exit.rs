//! How a run ends: the exit codes that scripts rely on, and the errors behind them.

use std::io::{self, ErrorKind};
use std::process::ExitCode;

use crate::boot::BootError;
use crate::config::ConfigError;
use crate::library::forget::ForgetError;
use crate::library::store::StoreError;
use crate::library::transfer::TransferError;
use crate::remote::RemoteError;
use crate::remote::wire::FaultKind;

/// What the shell is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    Done = 0,
    Failed = 1,
    WrongUsage = 2,
    NothingMatched = 3,
    NoPlayer = 4,
    NoDevice = 5,
    Interrupted = 130,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// Why a run ended early. The text says what, why and what to do.
#[derive(Debug, thiserror::Error)]
pub enum CliError {
    #[error("{0}")]
    Usage(String),
    #[error("{0}")]
    NothingMatched(String),
    /// It was understood and not done.
    #[error("{0}")]
    Refused(String),
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error("{source}{}", store_hint(source))]
    Store {
        #[from]
        source: StoreError,
    },
    #[error(transparent)]
    Transfer(TransferError),
    #[error(transparent)]
    Remote(#[from] RemoteError),
    #[error(transparent)]
    Boot(BootError),
    #[error("cannot write to standard output: {0}")]
    Output(io::Error),
    #[error("cannot read paths from standard input: {0}")]
    Input(io::Error),
    #[error("cannot listen for signals: {0}")]
    Signals(io::Error),
}

impl CliError {
    pub fn exit(&self) -> Exit {
        match self {
            Self::Usage(_) => Exit::WrongUsage,
            Self::Config(ConfigError::Read { .. }) => Exit::WrongUsage,
            Self::NothingMatched(_) => Exit::NothingMatched,
            Self::Boot(BootError::NoDevice(_)) => Exit::NoDevice,
            Self::Remote(RemoteError::NotRunning) => Exit::NoPlayer,
            Self::Remote(RemoteError::Fault(fault)) if fault.kind == FaultKind::Usage => Exit::WrongUsage,
            Self::Remote(RemoteError::TooLong { .. }) => Exit::WrongUsage,
            Self::Output(error) if error.kind() == ErrorKind::BrokenPipe => Exit::Done,
            _ => Exit::Failed,
        }
    }

    /// What to tell; `None` where the reader of our output went away, which is no error.
    pub fn text(&self) -> Option<String> {
        (self.exit() != Exit::Done).then(|| self.to_string())
    }
}

impl From<TransferError> for CliError {
    fn from(error: TransferError) -> Self {
        match error {
            TransferError::Store { source } => Self::Store { source },
            TransferError::Write { source, .. } if source.kind() == ErrorKind::BrokenPipe => {
                Self::Output(source)
            }
            error => Self::Transfer(error),
        }
    }
}

impl From<ForgetError> for CliError {
    fn from(error: ForgetError) -> Self {
        match error {
            ForgetError::Store(source) => Self::Store { source },
            ForgetError::Transfer(error) => error.into(),
            ForgetError::NoRoot(_) => {
                Self::NothingMatched(format!("{error}. `auralis library roots` lists them"))
            }
            ForgetError::Cancelled => Self::Refused(error.to_string()),
        }
    }
}

/// The same cause gives the same words and code, wherever it was met.
impl From<BootError> for CliError {
    fn from(error: BootError) -> Self {
        match error {
            BootError::Store(source) => Self::Store { source },
            BootError::Config(error) => Self::Config(error),
            BootError::Remote(error) => Self::Remote(error),
            BootError::Unread => Self::Output(ErrorKind::BrokenPipe.into()),
            error => Self::Boot(error),
        }
    }
}

/// What to do about it, where that is not plain.
fn store_hint(error: &StoreError) -> &'static str {
    match error {
        StoreError::AlreadyOpen { .. } => ". Quit the other auralis, or give another `--data-dir`",
        StoreError::InCare { .. } => ". Try again when it is done",
        StoreError::FutureVersion { .. } => ". Update auralis, or give another `--data-dir`",
        StoreError::Damaged { .. } | StoreError::Value { .. } => {
            ". `auralis library check` tells what is damaged, `auralis library check --repair` sets it aside and saves what can be read"
        }
        StoreError::Backup { .. } => ". Make room beside it, or give another `--data-dir`",
        StoreError::Foreign { .. } => {
            ". Move it away to begin with an empty library, or give another `--data-dir`"
        }
        StoreError::Folder { .. } => ". Give a folder that can be written with `--data-dir`",
        StoreError::Full { .. } => ". Make room, or give another `--data-dir`",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reader_that_goes_away_is_success_and_silence() {
        let error = CliError::Output(ErrorKind::BrokenPipe.into());
        assert_eq!((error.exit(), error.text()), (Exit::Done, None));
        let full = CliError::Output(ErrorKind::StorageFull.into());
        assert_eq!(full.exit(), Exit::Failed);
        assert!(full.text().is_some());
    }
}
