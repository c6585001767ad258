//! Jobs on the library: walk what the user named, scan, build the catalog. Each runs on a lane of [`super::Jobs`].

use std::path::PathBuf;

use crate::library::catalog_build::build_catalog_in;
use crate::library::store::{Store, StoreError};
use crate::library::{expand as walk, scan as scanning};
use crate::model::catalog::Catalog;
use crate::model::collate::Collation;
use crate::model::job::CancelToken;

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ScanProgress {
    pub found: u64,
    pub read: u64,
    pub folder: Option<PathBuf>,
    /// Tracks of the library changed since this was told last.
    pub changed: bool,
}

/// How a scan ended.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ScanOutcome {
    pub added: u64,
    pub updated: u64,
    pub moved: u64,
    pub removed: u64,
    pub failed: Vec<(PathBuf, String)>,
    /// All roots that the library has now.
    pub roots: Vec<PathBuf>,
    pub cancelled: bool,
    /// The scan itself broke off, and why.
    pub broken: Option<String>,
}

/// Music files in files, folders and playlists, and what could not be used.
pub fn expand(paths: &[PathBuf], cancel: &CancelToken) -> (Vec<PathBuf>, Vec<(PathBuf, String)>) {
    let found = walk::expand(paths, cancel.flag());
    let problems = found.problems.into_iter().map(|problem| (problem.path, problem.error));
    (found.files, problems.collect())
}

/// Adds `new_roots` to the library's and brings these up to date, or all where none are new.
pub fn scan(
    store: &Store,
    new_roots: &[PathBuf],
    cancel: &CancelToken,
    mut on_progress: impl FnMut(ScanProgress),
) -> ScanOutcome {
    let roots = match scanning::keep_roots(store, new_roots) {
        Ok(roots) => roots,
        Err(error) => return ScanOutcome { broken: Some(error.to_string()), ..ScanOutcome::default() },
    };
    let walked = if new_roots.is_empty() { roots.as_slice() } else { new_roots };
    let mut changes = 0;
    let report = scanning::scan(walked, store, cancel.flag(), &mut |progress| {
        let changed = progress.changes > changes;
        changes = progress.changes;
        let folder = Some(progress.folder.clone());
        on_progress(ScanProgress { found: progress.found, read: progress.read, folder, changed });
    });
    ScanOutcome {
        added: report.added,
        updated: report.updated,
        moved: report.moved,
        removed: report.removed,
        failed: report.failed.into_iter().map(|problem| (problem.path, problem.error)).collect(),
        roots,
        cancelled: report.cancelled,
        broken: report.store_error.map(|error| error.to_string()),
    }
}

/// The catalog of everything that the store has, what is on its way to it included.
pub fn catalog(store: &Store, collation: &Collation) -> Result<Catalog, StoreError> {
    store.flush()?;
    let mut failed = None;
    let tracks = store.read()?.tracks()?;
    // An iterator over a damaged store repeats its error for ever: the first one ends it.
    let whole = tracks.map_while(|track| track.map_err(|error| failed = Some(error)).ok());
    let catalog = build_catalog_in(whole, collation);
    failed.map_or(Ok(catalog), Err)
}
