//! From tracks to the immutable [`Catalog`]: texts interned, albums told apart, everything sorted once. Runs on a job's
//! thread, with another that reads the store meanwhile; tracks stream through, so that the library is never in memory
//! twice.

mod albums;
mod disc_folder;
mod draft;
mod intern;
mod sort;

use std::sync::mpsc::{SyncSender, sync_channel};

use crate::library::store::{Store, StoreError, Tracks};
use crate::model::catalog::Catalog;
use crate::model::collate::Collation;
use crate::model::naming::Naming;
use crate::model::track::Track;
pub use disc_folder::album as album_folder;
use draft::Drafts;

/// The catalog of `tracks`, which come in any order, with the usual articles; none of them is missing.
pub fn build_catalog(tracks: impl IntoIterator<Item = Track>) -> Catalog {
    build_catalog_in(tracks, &Collation::default())
}

/// The catalog of `tracks`, which come in any order.
pub fn build_catalog_in(tracks: impl IntoIterator<Item = Track>, collation: &Collation) -> Catalog {
    let naming = Naming { collation: collation.clone(), ..Naming::default() };
    let mut drafts = Drafts::new(&naming);
    for track in tracks {
        drafts.push(&track, false);
    }
    finish(drafts, collation)
}

/// The catalog of everything that the store has committed, with the usual articles and without separators.
pub fn load_catalog(store: &Store) -> Result<Catalog, StoreError> {
    load_catalog_in(store, &Naming::default())
}

/// Tracks handed from the reading thread at once, and how many such parts may wait.
const PART: usize = 512;
const PARTS: usize = 4;

/// The catalog of everything that the store has committed.
pub fn load_catalog_in(store: &Store, naming: &Naming) -> Result<Catalog, StoreError> {
    let mut drafts = Drafts::new(naming);
    let reader = store.read()?;
    let missing = reader.missing()?;
    let tracks = reader.tracks()?;
    std::thread::scope(|scope| {
        let (parts, read) = sync_channel(PARTS);
        let reading = std::thread::Builder::new().name("catalog-read".into());
        let started = reading.spawn_scoped(scope, move || read_tracks(tracks, &parts));
        started.map_err(|source| StoreError::Io { path: store.path().to_path_buf(), source })?;
        read.into_iter().try_for_each(|part: Result<Vec<Track>, StoreError>| {
            part?.iter().for_each(|track| drafts.push(track, missing.contains(&track.id)));
            Ok(())
        })
    })?;
    Ok(finish(drafts, &naming.collation))
}

/// Ends after the first error, or where nobody wants more.
fn read_tracks(mut tracks: Tracks, parts: &SyncSender<Result<Vec<Track>, StoreError>>) {
    loop {
        let part: Result<Vec<Track>, StoreError> = tracks.by_ref().take(PART).collect();
        let is_last = part.as_ref().map_or(true, Vec::is_empty);
        if parts.send(part).is_err() || is_last {
            return;
        }
    }
}

fn finish(mut drafts: Drafts<'_>, collation: &Collation) -> Catalog {
    let albums = albums::group(&mut drafts);
    Catalog::new(sort::arrange(drafts, albums, collation))
}
