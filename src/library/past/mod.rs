//! What other players and services know of the user's listening: cmus, MPD and its clients' stickers, ListenBrainz,
//! Last.fm. Read here into one form, then matched to the library by [`plan`]. What they left is untrusted: every reader
//! takes any bytes and reads no more than it must.

pub mod cmus;
pub mod mpd;
pub mod plan;
pub mod scrobbles;
mod sqlite;
mod zip;

use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::library::playlist::import::contents;
use crate::model::facts::Rating;

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
    pub rating: Option<Rating>,
    pub favourite: bool,
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
