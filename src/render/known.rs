//! What the library measured already.

use std::path::Path;

use super::work::VERSION;
use crate::library::scan::stamp;
use crate::library::store::Store;
use crate::model::features::Measured;
use crate::model::server::is_served;

/// Of a file that is still the same.
pub fn known(store: &Store, path: &Path) -> Option<Measured> {
    let reader = store.read().ok()?;
    let file = reader.file(path).ok()??;
    let row = reader.measured(file.track?).ok()??;
    let stamp = match is_served(path) {
        true => file.stamp,
        false => stamp(&path.metadata().ok()?),
    };
    (row.is_of(VERSION, stamp, None)).then_some(row.found)?.ok()
}
