//! Jobs on playlists: files of them read and written, smart ones evaluated, missing entries looked for. Each runs on a
//! lane of [`super::Jobs`].

use std::collections::{HashMap, HashSet};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use crate::library::playlist::import::{Imported, import};
use crate::library::playlist::write::{Line, List, save};
use crate::library::{expand::system_words, playlist::locate::is_part, smart};
use crate::model::address::is_address;
use crate::model::catalog::Catalog;
use crate::model::command::PathStyle;
use crate::model::facts::Facts;
use crate::model::id::PlaylistId;
use crate::model::job::CancelToken;
use crate::model::playlist::view::Found;
use crate::model::playlist::{Entry, Playlist};
use crate::model::query::heard::Likes;

/// Files of playlists as lists.
#[derive(Debug, Default)]
pub struct ReadLists {
    pub lists: Vec<Imported>,
    /// Entries of all of them that are kept though nothing is there.
    pub missing: usize,
    pub problems: Vec<(PathBuf, String)>,
}

impl ReadLists {
    /// Reading itself broke off.
    pub fn broken(why: String) -> Self {
        Self { problems: vec![(PathBuf::new(), why)], ..Self::default() }
    }
}

pub fn read(paths: &[PathBuf], catalog: &Catalog, cancel: &CancelToken) -> ReadLists {
    let mut read = ReadLists::default();
    for path in paths {
        match import(path, catalog, cancel.flag()) {
            Ok(mut list) => {
                read.missing += list.missing;
                read.problems.append(&mut list.problems);
                read.lists.push(list);
            }
            Err(why) => read.problems.push((path.clone(), why)),
        }
    }
    read
}

/// Writes a list to a file; how many entries, or why not.
pub fn write(
    list: &Playlist,
    entries: &[Entry],
    path: &Path,
    style: PathStyle,
    catalog: &Catalog,
) -> Result<usize, String> {
    let lines = entries.iter().map(|entry| line(entry, catalog)).collect();
    let written = List { title: list.name.to_string(), note: list.note.to_string(), lines };
    save(&written, path, style).map(|()| entries.len()).map_err(|error| system_words(&error))
}

fn line(entry: &Entry, catalog: &Catalog) -> Line {
    Line {
        path: entry.place(catalog).to_path_buf(),
        title: entry.title(catalog),
        artist: entry.artist(catalog),
        album: entry.album(catalog),
        duration: entry.duration(catalog),
        note: entry.note.as_deref().unwrap_or_default().to_owned(),
    }
}

pub fn evaluate(
    lists: &[Arc<Playlist>],
    catalog: &Catalog,
    facts: &Facts,
    likes: &Likes,
) -> HashMap<PlaylistId, Arc<Found>> {
    let now_s = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs().cast_signed());
    let found = lists.iter().filter_map(|list| {
        let found = smart::evaluate(list.smart()?, list.id, catalog, (facts, likes), now_s);
        Some((list.id, Arc::new(found)))
    });
    found.collect()
}

/// The places whose file is not there.
pub fn absent(places: &[(usize, Arc<Path>)], cancel: &CancelToken) -> HashSet<usize> {
    let gone = |path: &Path| {
        let is_named = !path.as_os_str().as_bytes().is_empty();
        !(is_address(path) || is_named && (path.is_file() || is_part(path)))
    };
    let asked = places.iter().take_while(|_| !cancel.is_cancelled());
    asked.filter(|(_, path)| gone(path)).map(|&(at, _)| at).collect()
}
