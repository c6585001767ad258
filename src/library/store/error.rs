//! What can go wrong with the store, by operation and cause. Made here, worded for people by the app.

use std::io;
use std::path::{Path, PathBuf};

use super::codec::CodecError;

#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("the folder of the library, {}, cannot be made: {source}", path.display())]
    Folder { path: PathBuf, source: io::Error },
    #[error("the library {} is open in another process", path.display())]
    AlreadyOpen { path: PathBuf },
    #[error("the library {} is being {deed} by another auralis, process {process}", path.display())]
    InCare { path: PathBuf, process: u32, deed: String },
    #[error("the library {} was written by a newer version: schema {found}, this program knows up to {known}", path.display())]
    FutureVersion { path: PathBuf, found: u32, known: u32 },
    #[error("the library {} is of an older version, schema {from}, and was left as it is: it is changed only behind a copy, and that cannot be made: {why}", path.display())]
    Backup { path: PathBuf, from: u32, why: String },
    #[error("the file {} is not a library of this program; it was left as it is", path.display())]
    Foreign { path: PathBuf },
    #[error("the library {} is damaged: {why}; it was left as it is", path.display())]
    Damaged { path: PathBuf, why: String },
    #[error("{} cannot be written: {source}", path.display())]
    Unwritten { path: PathBuf, source: io::Error },
    #[error("the disk with the library {} is full", path.display())]
    Full { path: PathBuf },
    #[error("the library {} cannot be read or written: {source}", path.display())]
    Io { path: PathBuf, source: io::Error },
    #[error("the library {}: {source}", path.display())]
    Value { path: PathBuf, source: CodecError },
    #[error("the library {} is behind with its writing", path.display())]
    Busy { path: PathBuf },
    #[error("the library {} is closed", path.display())]
    Closed { path: PathBuf },
}

impl StoreError {
    /// The same of a copy of that file.
    pub(super) fn at(self, original: &Path) -> Self {
        let path = original.to_path_buf();
        match self {
            Self::FutureVersion { found, known, .. } => Self::FutureVersion { path, found, known },
            Self::Foreign { .. } => Self::Foreign { path },
            Self::Damaged { why, .. } => Self::Damaged { path, why },
            other => other,
        }
    }

    /// Sorts redb's error by cause.
    pub(super) fn from_redb(path: &Path, error: redb::Error) -> Self {
        let path = path.to_path_buf();
        match error {
            redb::Error::DatabaseAlreadyOpen => Self::AlreadyOpen { path },
            redb::Error::Io(source) => Self::from_io(path, source),
            redb::Error::PreviousIo => Self::Io { path, source: io::Error::other("an earlier write failed") },
            redb::Error::DatabaseClosed => Self::Closed { path },
            redb::Error::UpgradeRequired(version) => {
                Self::Damaged { path, why: format!("file format {version} is no longer read") }
            }
            other => Self::Damaged { path, why: other.to_string() },
        }
    }

    fn from_io(path: PathBuf, source: io::Error) -> Self {
        match source.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge => {
                Self::Full { path }
            }
            // redb says so of a file without its magic number.
            io::ErrorKind::InvalidData => Self::Foreign { path },
            _ => Self::Io { path, source },
        }
    }
}
