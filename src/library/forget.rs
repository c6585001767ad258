//! Letting a root go with its tracks, as when its disk never comes back. What becomes of what only we know: plays, ratings
//! and favourites of its tracks go into a file of JSON lines, which an import brings back once the folder was scanned
//! again; the log of listening keeps its entries, which count and have no name any more; playlists and queue keep theirs,
//! by their paths. Tracks that another root has, too, stay. Runs on a job's thread or the command line's.

use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use super::store::{Store, StoreError, StoreReader, WriteOp};
use super::transfer::{TransferError, export_place, write_facts};
use crate::model::facts::TrackFacts;
use crate::model::id::TrackId;

/// Rows of one write.
const PAGE: usize = 1_000;

/// What went.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Forgotten {
    pub tracks: u64,
    /// With the plays and ratings that they had, where there were any.
    pub file: Option<PathBuf>,
    /// All roots that are left.
    pub roots: Vec<PathBuf>,
}

#[derive(Debug, thiserror::Error)]
pub enum ForgetError {
    #[error("{} is no folder that the library is made of", .0.display())]
    NoRoot(PathBuf),
    #[error("stopped; what is left goes when it is asked for again")]
    Cancelled,
    #[error(transparent)]
    Transfer(#[from] TransferError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Rows below a root that no other root has.
#[derive(Debug, Default)]
struct Below {
    tracks: Vec<TrackId>,
    failures: Vec<PathBuf>,
}

/// Tracks that would go.
pub fn count(reader: &StoreReader, root: &Path) -> Result<u64, ForgetError> {
    Ok(below(reader, root, &others(reader, root)?)?.tracks.len() as u64)
}

pub fn forget(store: &Store, root: &Path, cancel: &AtomicBool) -> Result<Forgotten, ForgetError> {
    store.flush()?;
    let reader = store.read()?;
    let roots = others(&reader, root)?;
    let Below { tracks, failures } = below(&reader, root, &roots)?;
    let facts = reader.facts()?;
    let known: Vec<TrackId> =
        tracks.iter().copied().filter(|&id| facts.get(id) != TrackFacts::default()).collect();
    let mut file = None;
    if !known.is_empty() {
        let place = export_place(store.path(), "forgotten");
        write_facts(&reader, &known, &place)?;
        file = Some(place);
    }
    for page in tracks.chunks(PAGE) {
        if cancel.load(Ordering::Relaxed) {
            return Err(ForgetError::Cancelled);
        }
        store.write(WriteOp::RemoveTracks(page.to_vec()))?;
    }
    store.write(WriteOp::RemoveFailures(failures))?;
    let is_left = |path: &Path| path.starts_with(root) && !roots.iter().any(|other| path.starts_with(other));
    let sheets = reader.sheets()?.into_iter().map(|(path, _)| path).filter(|path| is_left(path));
    store.write(WriteOp::RemoveSheets(sheets.collect()))?;
    let places = reader.places(root)?.into_iter().filter(|(path, _)| is_left(path));
    store.write(WriteOp::PutPlaces(places.map(|(path, _)| (path, None)).collect()))?;
    // The root goes last: until then all of this can be done once more.
    store.write(WriteOp::PutRoots(roots.clone()))?;
    store.flush()?;
    Ok(Forgotten { tracks: tracks.len() as u64, file, roots })
}

fn others(reader: &StoreReader, root: &Path) -> Result<Vec<PathBuf>, ForgetError> {
    let roots = reader.roots()?;
    let is_it = |other: &PathBuf| other.as_os_str().as_bytes() == root.as_os_str().as_bytes();
    if !roots.iter().any(is_it) {
        return Err(ForgetError::NoRoot(root.to_path_buf()));
    }
    Ok(roots.into_iter().filter(|other| !is_it(other)).collect())
}

fn below(reader: &StoreReader, root: &Path, roots: &[PathBuf]) -> Result<Below, StoreError> {
    let mut below = Below::default();
    let itself = reader.file(root)?.map(|row| Ok((root.to_path_buf(), row)));
    for file in itself.into_iter().chain(reader.files_inside(root)?) {
        let (path, row) = file?;
        if roots.iter().any(|other| path.starts_with(other)) {
            continue;
        }
        match row.track {
            Some(id) => below.tracks.push(id),
            None => below.failures.push(path),
        }
    }
    Ok(below)
}
