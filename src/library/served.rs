//! What the music server is told and asked beside its files, for whoever knows songs by their paths. Waits for the server:
//! called from jobs and the command line.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use super::store::{Store, StoreError, WriteOp};
use crate::decode::server;
use crate::model::catalog::Catalog;
use crate::model::id::TrackId;
use crate::model::server::{Failed, PlayQueue, Server, Star, root, split};

const NONE: &str = "no music server is configured; `url` in [subsonic] names one";

/// What is queued here, by path: its own songs are kept by the server.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Queued {
    pub paths: Vec<PathBuf>,
    /// Place of the current one.
    pub current: Option<usize>,
    pub position: Duration,
}

/// What the server has kept, as far as the library knows its songs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KeptQueue {
    pub tracks: Vec<TrackId>,
    /// Place of the one that played among these.
    pub current: Option<usize>,
    /// Within that one.
    pub position: Duration,
    /// Songs that the library does not know.
    pub unknown: usize,
}

fn one() -> Result<Arc<dyn Server>, String> {
    server::current().ok_or_else(|| NONE.to_owned())
}

fn words(failed: Failed) -> String {
    failed.why
}

/// Tells the server of stars that changed; it knows `before`.
///
/// # Errors
/// Why not all of it arrived.
pub fn star(path: &Path, before: Star, after: Star) -> Result<(), String> {
    let (server, (_, id)) = server::mounted(path).zip(split(path)).ok_or(NONE)?;
    if before.favourite != after.favourite {
        server.favour(&id, after.favourite).map_err(words)?;
    }
    if before.whole() != after.whole() {
        server.rate(&id, after.rating).map_err(words)?;
    }
    Ok(())
}

/// Has the server keep its songs of the queue. How many these are.
///
/// # Errors
/// Where there is no server, nothing of it in the queue, or it failed.
pub fn keep_queue(queued: &Queued) -> Result<usize, String> {
    let server = one()?;
    let here = root(server.name());
    let id = |path: &Path| split(path).filter(|_| path.starts_with(&here)).map(|(_, id)| id);
    let current = queued.current.and_then(|at| queued.paths.get(at)).and_then(|path| id(path));
    let its = |at: usize| queued.paths[..at].iter().filter(|path| id(path).is_some()).count();
    let songs: Vec<String> = queued.paths.iter().filter_map(|path| id(path)).collect();
    if songs.is_empty() {
        return Err("no song of the server is in the queue".to_owned());
    }
    let count = songs.len();
    let position = if current.is_some() { queued.position } else { Duration::ZERO };
    let current = current.and(queued.current).map(its);
    server.keep_queue(&PlayQueue { songs, current, position }).map_err(words)?;
    Ok(count)
}

/// # Errors
/// Where there is no server, or it failed.
pub fn kept_queue(catalog: &Catalog) -> Result<KeptQueue, String> {
    let server = one()?;
    let queue = server.queue().map_err(words)?;
    let here = root(server.name());
    let wanted: HashMap<&str, usize> =
        queue.songs.iter().enumerate().map(|(at, song)| (song.as_str(), at)).collect();
    let mut known: HashMap<String, TrackId> = HashMap::new();
    for track in catalog.tracks().filter(|track| track.path().starts_with(&here)) {
        if let Some((_, id)) = split(&track.path()).filter(|(_, id)| wanted.contains_key(id.as_str())) {
            known.insert(id, track.id());
        }
    }
    let mut kept = KeptQueue { position: queue.position, ..KeptQueue::default() };
    for (at, song) in queue.songs.iter().enumerate() {
        let Some(&track) = known.get(song) else {
            kept.unknown += 1;
            continue;
        };
        if queue.current == Some(at) {
            kept.current = Some(kept.tracks.len());
        }
        kept.tracks.push(track);
    }
    if kept.current.is_none() {
        kept.position = Duration::ZERO;
    }
    Ok(kept)
}

/// Puts into the store what its user said of songs on the server, where no player does it.
///
/// # Errors
/// Where the store fails.
pub fn take_stars(store: &Store, stars: &[(TrackId, Star)]) -> Result<(), StoreError> {
    if stars.is_empty() {
        return Ok(());
    }
    store.flush()?;
    let facts = store.read()?.facts()?;
    let rows = stars.iter().filter_map(|&(id, star)| Some((id, star.taken(facts.get(id))?))).collect();
    store.write(WriteOp::PutFacts(rows))?;
    store.flush()
}
