//! Where each source lies, and who reads it.

use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use super::{Past, PastList, cmus, mpd, scrobbles};
use crate::library::playlist::Format;
use crate::library::playlist::import::import;
use crate::library::scan::absolute_root;
use crate::model::catalog::Catalog;
use crate::model::past::{Importing, Source};

/// Folders within folders in which playlists are looked for, and files that are looked at.
const DEEPEST: usize = 16;
const MOST_FILES: usize = 100_000;

pub fn read(
    asked: &Importing,
    home: Option<&Path>,
    catalog: &Catalog,
    cancel: &AtomicBool,
) -> Result<Past, String> {
    match (asked.source, &asked.path) {
        (Source::Cmus, path) => {
            let usual = [".config/cmus", ".cmus"];
            cmus::read(&place(path.as_deref(), home, &usual, "cache")?)
        }
        (Source::Mpd | Source::Rmpc, path) => {
            let usual = [".config/mpd", ".mpd", ".local/share/mpd", "/var/lib/mpd"];
            let folder = place(path.as_deref(), home, &usual, "")?;
            let mut places = match folder.is_dir() {
                true => mpd::Places::in_folder(&folder, home),
                // The file of the stickers itself.
                false => mpd::Places { stickers: Some(folder), ..mpd::Places::default() },
            };
            places.music = asked.music.as_deref().map(absolute_root).or(places.music);
            mpd::read(&places)
        }
        (Source::Listenbrainz | Source::Lastfm, Some(path)) => scrobbles::read(path),
        (Source::M3u, Some(path)) => lists(path, catalog, cancel),
        (Source::Listenbrainz | Source::Lastfm, None) => Err("name the file of the export".to_owned()),
        (Source::M3u, None) => Err("name the folder of the playlists".to_owned()),
    }
}

/// What was named, else the first of the usual places that is there.
fn place(named: Option<&Path>, home: Option<&Path>, usual: &[&str], file: &str) -> Result<PathBuf, String> {
    if let Some(path) = named {
        return Ok(absolute_root(path));
    }
    let home = home.unwrap_or(Path::new("/"));
    let found = usual.iter().map(|place| home.join(place)).find(|place| place.join(file).exists());
    found.ok_or_else(|| format!("nothing found in {}. Name the folder", usual.join(", ")))
}

/// A file of a playlist, or all of them in a folder.
fn lists(path: &Path, catalog: &Catalog, cancel: &AtomicBool) -> Result<Past, String> {
    let mut files = Vec::new();
    let path = absolute_root(path);
    if path.is_dir() {
        find_lists(&path, 0, &mut files)
    } else {
        files.push(path.clone())
    }
    let mut past = Past::default();
    for file in files {
        match import(&file, catalog, cancel) {
            Ok(list) => {
                if list.missing > 0 {
                    past.told.push(format!("{}: {} entries not found, kept", file.display(), list.missing));
                }
                let problems = list
                    .problems
                    .iter()
                    .map(|(path, why)| format!("{}: {} {why}", file.display(), path.display()));
                past.told.extend(problems);
                let paths = list.entries.iter().map(|entry| entry.path.to_path_buf()).collect();
                past.lists.push(PastList { name: list.name.to_string(), paths });
            }
            Err(why) => past.told.push(format!("{}: {why}", file.display())),
        }
    }
    if past.lists.is_empty() {
        return Err(format!("no playlist found in {}: {}", path.display(), past.told.join("; ")));
    }
    Ok(past)
}

fn find_lists(folder: &Path, depth: usize, found: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    let mut entries: Vec<_> = entries.flatten().take(MOST_FILES).collect();
    entries.sort_by_key(std::fs::DirEntry::file_name);
    for entry in entries {
        let path = entry.path();
        // A link is not followed: it may lead in a circle.
        let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
        if is_folder && depth < DEEPEST {
            find_lists(&path, depth + 1, found);
        } else if !is_folder && Format::of(&path).is_some() && found.len() < MOST_FILES {
            found.push(path);
        }
    }
}
