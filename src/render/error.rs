//! Why something was not rendered.

use std::io;
use std::path::PathBuf;

use crate::decode::DecodeError;
use crate::model::features::Absent;

#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    #[error(transparent)]
    Decode(#[from] DecodeError),
    /// The words are the system's.
    #[error("{} cannot be written: {why}", path.display())]
    Write { path: PathBuf, why: String },
    #[error("it became another file while it was worked on")]
    Changed,
    #[error("the chain gave what is no number, so nothing of it was kept")]
    Chain,
    #[error("what comes out has no loudness ({})", .0.words())]
    NoLoudness(Absent),
    #[error("stopped")]
    Cancelled,
}

impl RenderError {
    pub(super) fn write(path: impl Into<PathBuf>, error: &io::Error) -> Self {
        Self::Write { path: path.into(), why: reason(error) }
    }
}

/// The system's words without the number behind them.
pub(super) fn reason(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::StorageFull => "the disk is full".into(),
        io::ErrorKind::QuotaExceeded => "the quota is used up".into(),
        io::ErrorKind::PermissionDenied => "permission denied".into(),
        io::ErrorKind::ReadOnlyFilesystem => "the file system is read-only".into(),
        io::ErrorKind::AlreadyExists => "a file of this name came up meanwhile".into(),
        _ => error.to_string(),
    }
}
