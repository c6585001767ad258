//! Bringing the store up to date with the folders. [`scan`] runs on a job's thread (or the command line's): it walks,
//! compares, and hands files that changed to a few reader threads; the store's writer gets the results in batches.

mod diff;
mod identify;
mod kinds;
pub(super) mod places;
mod read;
mod record;
mod roots;
mod run;
mod sheet;
mod walk;

use std::path::PathBuf;
use std::time::Duration;

pub(super) use identify::{Place, whereabouts};
pub use kinds::{Named, by_extension, is_music, named};
pub use roots::absolute_root;
pub use run::{keep_roots, scan};
pub(super) use sheet::{judge, words};
pub use walk::stamp;
pub(super) use walk::{Found, Seen, is_hidden_name, walk};

use super::store::StoreError;
use crate::model::id::TrackId;
use crate::model::server::Star;

/// Where the scan stands. Told after each folder that had something to tell, and at least once.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ScanProgress {
    /// Music files met so far.
    pub found: u64,
    /// Files read so far, because they were new or had changed.
    pub read: u64,
    pub unchanged: u64,
    pub failed: u64,
    /// Changes (new, changed, moved, missing, removed tracks) handed to the store so far: when it grows, a catalog built after
    /// `Store::flush` has more to show.
    pub changes: u64,
    /// The folder being walked.
    pub folder: PathBuf,
    /// How much is done, 0 to 1: each folder counts as an equal part of the one that it is in. Never falls.
    pub share: f64,
    pub elapsed: Duration,
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
    /// Tracks whose file was found to be gone. They are kept, see `library::clean`.
    pub missing: u64,
    /// Tracks that were missing, and whose file is back as it was.
    pub returned: u64,
    /// Tracks that are listed in another way now, as those of a file that got a CUE sheet.
    pub removed: u64,
    pub unchanged: u64,
    /// What its user said of songs on a server, where the library knows otherwise.
    pub stars: Vec<(TrackId, Star)>,
    pub failed: Vec<Problem>,
    pub seconds: f64,
    /// Stopped before the end by its token: nothing was taken for missing.
    pub cancelled: bool,
    /// The store failed; the scan stopped there.
    pub store_error: Option<StoreError>,
}
