//! From tracks to the immutable [`Catalog`]: texts interned, albums told apart, everything sorted once. Runs on a job's
//! thread; tracks stream through, so that the library is never in memory twice.

mod albums;
mod disc_folder;
mod draft;
mod intern;
mod sort;

use crate::library::store::{Brief, Store, StoreError};
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
        drafts.push(&Brief::from(&track), false);
    }
    finish(drafts, collation)
}

/// The catalog of everything that the store has committed, with the usual articles and without separators.
pub fn load_catalog(store: &Store) -> Result<Catalog, StoreError> {
    load_catalog_in(store, &Naming::default())
}

/// The catalog of everything that the store has committed.
pub fn load_catalog_in(store: &Store, naming: &Naming) -> Result<Catalog, StoreError> {
    let mut drafts = Drafts::new(naming);
    let reader = store.read()?;
    drafts.expect(reader.track_count()?);
    let missing = reader.missing()?;
    reader.each_brief(|track| drafts.push(track, missing.contains(&track.id)))?;
    Ok(finish(drafts, &naming.collation))
}

fn finish(mut drafts: Drafts<'_>, collation: &Collation) -> Catalog {
    let albums = albums::group(&mut drafts);
    Catalog::new(sort::arrange(drafts, albums, collation))
}
