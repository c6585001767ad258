//! The music server of this program, which all that opens paths finds by the name they begin with: as folders are mounted
//! once for a machine, it is mounted once for a program, by `boot`, before anything is opened.

use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use super::error::DecodeError;
use super::file::{Far, FileSpan};
use super::http::Shelf;
use super::interrupt::Interrupt;
use crate::model::server::{Server, is_served, split};
use crate::model::settings::NetworkSettings;

/// Written once, at the start.
static MOUNTED: RwLock<Option<Arc<Shelf>>> = RwLock::new(None);

/// From now on paths of the server are opened by it. What is got is kept in `folder`, up to `most_bytes`.
pub fn mount(server: Arc<dyn Server>, folder: PathBuf, most_bytes: u64) {
    let shelf = Shelf::new(server, folder, most_bytes);
    *MOUNTED.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(shelf));
}

/// The server whose root `path` is or is in; `None` where it is no path of a server, or of one that is not known here.
pub fn mounted(path: &Path) -> Option<Arc<dyn Server>> {
    shelf(path).map(|shelf| Arc::clone(shelf.server()))
}

/// The server of this program; `None` where none is configured.
pub fn current() -> Option<Arc<dyn Server>> {
    let shelf = MOUNTED.read().unwrap_or_else(PoisonError::into_inner).clone()?;
    Some(Arc::clone(shelf.server()))
}

/// Another file has the id of this song by now: what is kept of the one before is not given for it.
pub fn forget(path: &Path) {
    if let (Some(shelf), Some((_, id))) = (shelf(path), split(path)) {
        shelf.forget(&id);
    }
}

/// The whole file of a song on this disk: for who reads what is in it beside the sound. Waits until it is got.
///
/// # Errors
/// Where the server fails, or the file is larger than all that may be kept.
pub fn file(path: &Path) -> Result<PathBuf, DecodeError> {
    let (shelf, id) = song(path)?;
    shelf.file(&id, NetworkSettings::default(), &Interrupt::default())
}

fn shelf(path: &Path) -> Option<Arc<Shelf>> {
    let shelf = MOUNTED.read().unwrap_or_else(PoisonError::into_inner).clone()?;
    let is_its = is_served(path) && path.starts_with(crate::model::server::root(shelf.server().name()));
    is_its.then_some(shelf)
}

pub(super) fn open(
    path: &Path,
    settings: NetworkSettings,
    interrupt: &Interrupt,
) -> Result<(FileSpan, Option<Arc<dyn Far>>), DecodeError> {
    let (shelf, id) = song(path)?;
    shelf.open(&id, settings, interrupt)
}

fn song(path: &Path) -> Result<(Arc<Shelf>, String), DecodeError> {
    let none = |why: &str| DecodeError::Network(why.into());
    let shelf = shelf(path).ok_or_else(|| none("no server of that name is configured"))?;
    let (_, id) = split(path).ok_or_else(|| none("this is no song of the server"))?;
    Ok((shelf, id))
}
