//! Bringing the store up to date with the folders. [`scan`] runs on a job's thread (or the command line's): it walks,
//! compares, and hands files that changed to a few reader threads; the store's writer gets the results in batches.

mod diff;
mod identify;
mod kinds;
mod read;
mod roots;
mod run;
mod sheet;
mod walk;

use std::path::PathBuf;

pub use kinds::{Named, by_extension, is_music, named};
pub use roots::absolute_root;
pub use run::{keep_roots, scan};
pub(super) use sheet::{judge, words};
pub(super) use walk::{Found, Seen, walk};

use super::store::StoreError;

/// Where the scan stands. Told after each folder that had something to tell, and at least once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ScanProgress {
    /// Music files met so far.
    pub found: u64,
    /// Files read so far, because they were new or had changed.
    pub read: u64,
    pub unchanged: u64,
    pub failed: u64,
    /// Changes (new, changed, moved, removed tracks) handed to the store so far: when it grows, a catalog built after
    /// `Store::flush` has more to show.
    pub changes: u64,
    /// The folder being walked.
    pub folder: PathBuf,
}

/// A file or folder that could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    pub path: PathBuf,
    pub error: String,
}

/// What a scan did.
#[derive(Debug, Default)]
pub struct ScanReport {
    pub added: u64,
    pub updated: u64,
    /// Same file, other path: id and history kept.
    pub moved: u64,
    pub removed: u64,
    pub unchanged: u64,
    pub failed: Vec<Problem>,
    pub seconds: f64,
    /// Stopped before the end by its token: nothing was removed.
    pub cancelled: bool,
    /// The store failed; the scan stopped there.
    pub store_error: Option<StoreError>,
}
