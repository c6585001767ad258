//! What other players and services know of the user's listening: cmus, MPD and its clients' stickers, ListenBrainz,
//! Last.fm. Read here into one form ([`sources`]), then matched to the library by [`mod@plan`]; [`look`] does both.
//! What they left is untrusted: every reader takes any bytes and reads no more than it must.

pub mod cmus;
pub mod mpd;
pub mod plan;
pub mod scrobbles;
pub mod sources;
mod sqlite;
mod zip;

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use crate::library::matching::Matcher;
use crate::library::playlist::import::contents;
use crate::library::store::care::{backup, backup_place};
use crate::library::store::{Store, StoreError};
use crate::model::catalog::Catalog;
use crate::model::facts::Rating;
use crate::model::id::TrackId;
use crate::model::past::Importing;
use plan::{Known, Plan, plan};

/// One track as it is known elsewhere; empty where nothing is.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Heard {
    pub path: Option<PathBuf>,
    /// MusicBrainz id of the recording.
    pub recording: Option<String>,
    pub artist: String,
    pub title: String,
    pub album: String,
    pub duration: Option<Duration>,
    pub plays: u32,
    pub skips: u32,
    /// Seconds since the Unix epoch.
    pub last_played_s: Option<i64>,
    pub last_skipped_s: Option<i64>,
    /// Those of the plays and skips whose time is known, in any order.
    pub log: Vec<Logged>,
    pub rating: Option<Rating>,
    pub favourite: bool,
}

/// One play, or skip, with its time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Logged {
    /// Seconds since the Unix epoch when it began.
    pub at_s: i64,
    /// How long it was heard, where that is told.
    pub heard: Option<Duration>,
    pub skipped: bool,
}

/// Files in an order, by their paths.
#[derive(Debug, Clone, PartialEq)]
pub struct PastList {
    pub name: String,
    pub paths: Vec<PathBuf>,
}

/// All that was found in one place.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Past {
    pub tracks: Vec<Heard>,
    pub lists: Vec<PastList>,
    /// What was read, and what could not be: for people.
    pub told: Vec<String>,
}

/// What can be taken in.
#[derive(Debug, Clone, Default)]
pub struct FoundPast {
    pub plan: Plan,
    /// The library as it was; made where something is to be set.
    pub backup: Option<PathBuf>,
}

/// Reads it, and makes a backup where it is to be taken in. `home`: of the user, for the usual places.
pub fn look(
    store: &Store,
    asked: &Importing,
    home: Option<&Path>,
    catalog: &Catalog,
    cancel: &AtomicBool,
) -> Result<FoundPast, String> {
    let plan = found(store, asked, home, catalog, cancel)?;
    if !asked.apply || plan.is_empty() {
        return Ok(FoundPast { plan, backup: None });
    }
    let to = backup_place(store.path());
    backup(store, &to, &mut |_| ())
        .map_err(|error| format!("the library cannot be copied first: {error}"))?;
    Ok(FoundPast { plan, backup: Some(to) })
}

/// What was found, laid over what `store` has.
fn found(
    store: &Store,
    asked: &Importing,
    home: Option<&Path>,
    catalog: &Catalog,
    cancel: &AtomicBool,
) -> Result<Plan, String> {
    let past = sources::read(asked, home, catalog, cancel)?;
    let known = || {
        store.flush()?;
        let reader = store.read()?;
        let log = reader.listens(i64::MIN)?.collect::<Result<Vec<_>, StoreError>>()?;
        Ok((reader.facts()?, reader.playlists()?, log, recordings(store)?))
    };
    let (facts, lists, log, recordings) = known().map_err(|error: StoreError| error.to_string())?;
    let matcher = Matcher::new(catalog, recordings);
    Ok(plan(past, &matcher, &Known { catalog, facts: &facts, lists: &lists, log: &log }))
}

/// MusicBrainz ids of the library's recordings, as far as files tell them. Of several files of one the first is meant.
fn recordings(store: &Store) -> Result<HashMap<String, TrackId>, StoreError> {
    let mut found = HashMap::new();
    for track in store.read()?.tracks()? {
        let track = track?;
        if let Some(id) = track.tags.details.musicbrainz.recording {
            found.entry(id.to_string()).or_insert(track.id);
        }
    }
    Ok(found)
}

/// Largest file that is read, in bytes.
const MAX_FILE: u64 = 512 * 1024 * 1024;

fn file(path: &Path) -> Result<Vec<u8>, String> {
    contents(path, MAX_FILE).map_err(|why| format!("{}: {why}", path.display()))
}

/// Lines that are paths, as cmus and MPD write their lists; addresses and comments are left out.
fn paths_of_lines(bytes: &[u8], folder: &Path) -> Vec<PathBuf> {
    use std::os::unix::ffi::OsStrExt;
    let lines = bytes.split(|&byte| byte == b'\n').map(<[u8]>::trim_ascii);
    let named = lines.filter(|line| !line.is_empty() && !line.starts_with(b"#"));
    named.map(|line| folder.join(std::ffi::OsStr::from_bytes(line))).collect()
}

/// The files of a folder by name, as lists: at most so many.
fn lists_in(folder: &Path, root: &Path, strip: Option<&str>) -> Vec<PastList> {
    const MOST: usize = 10_000;
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut files: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).take(MOST).collect();
    files.sort();
    let list = |path: PathBuf| {
        let name = path.file_name()?.to_string_lossy().into_owned();
        let name = match strip {
            Some(ending) => name.strip_suffix(ending)?.to_owned(),
            None => name,
        };
        let paths = paths_of_lines(&contents(&path, crate::library::playlist::MAX_BYTES).ok()?, root);
        (!paths.is_empty()).then_some(PastList { name, paths })
    };
    files.into_iter().filter_map(list).collect()
}
