//! From what a person names (files, folders, playlists, CUE sheets, addresses) to the music that is meant, in the order
//! meant; sheets and files with one embedded become their tracks (`model::part`). Called by a job or the command line;
//! opens playlists, sheets, and the heads of files that may have one embedded. Addresses come from lists that were named
//! themselves, never from what lies in a folder: nobody is made to call a server by surprise.

use std::cmp::Ordering;
use std::collections::HashSet;
use std::fs::File;
use std::io::Read;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::Relaxed;

use super::scan::{Found, Named, Problem, Seen, absolute_root, by_extension, judge, named, walk, words};
use super::store::Standing;
use crate::decode::{Fetched, cue, fetch};
use crate::model::address::{self, is_address};
use crate::model::fold::natural_cmp;
use crate::model::part;

mod playlist;

/// Largest playlist that is read, in bytes.
const MAX_PLAYLIST: u64 = 16 * 1024 * 1024;
/// The same, from a server.
const MAX_FETCHED: u64 = 1024 * 1024;

const SEGMENTS: &str = "is a stream in pieces (HLS), which is not played";
const UNKNOWN_SCHEME: &str = "is an address that is not played: only http and https are";

/// See [`expand`].
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Expanded {
    /// Absolute paths and addresses.
    pub files: Vec<PathBuf>,
    pub problems: Vec<Problem>,
}

/// The music files that `paths` mean: files as they are, folders walked in natural order, playlists in their own order
/// (paths in them are relative to the playlist; only regular files of known types and addresses are taken from them), CUE
/// sheets as the scan lists them (but a sheet that is named is taken even where each of its tracks is a file of its own).
/// A file named by hand is taken whatever its name; an address is taken unasked, but for a playlist, which is fetched.
/// What is not there or not music is a problem, not an end.
pub fn expand(paths: &[PathBuf], cancel: &AtomicBool) -> Expanded {
    let mut out = Expanded::default();
    for path in paths {
        if is_address(path) {
            out.address(path);
            continue;
        }
        let path = absolute_root(path);
        match std::fs::metadata(&path) {
            Ok(about) if about.is_dir() => out.folder(&path, cancel),
            Ok(about) if !about.is_file() => out.problem(&path, "is not a regular file"),
            Ok(_) if named(&path) == Named::Playlist => out.playlist(&path, cancel),
            Ok(_) => out.file(path),
            Err(_) if is_part(&path) => out.files.push(path),
            Err(error) => out.problem(&path, &system_words(&error)),
        }
    }
    out
}

impl Expanded {
    fn problem(&mut self, path: &Path, error: &str) {
        self.problems.push(Problem { path: path.to_path_buf(), error: error.to_owned() });
    }

    fn folder(&mut self, folder: &Path, cancel: &AtomicBool) {
        let from = self.files.len();
        let before = self.problems.len();
        let mut sheets = Vec::new();
        let mut files = Vec::new();
        walk(folder, &mut Seen::default(), cancel, &mut |found| match found {
            Found::Folder(..) | Found::Place(..) => {}
            Found::File(path, _) => files.push(path),
            Found::Sheet(path, _) => sheets.push(path),
            Found::Problem { path, error } => self.problems.push(Problem { path, error }),
        });
        let mut claimed = HashSet::new();
        for sheet in sheets {
            self.sheet(&sheet, false, &mut claimed);
        }
        for file in files.into_iter().filter(|file| !claimed.contains(file)) {
            if cancel.load(Relaxed) {
                break;
            }
            self.file(file);
        }
        if let Some(files) = self.files.get_mut(from..) {
            files.sort_by(|a, b| natural_path_cmp(a, b));
        }
        if self.files.len() == from && self.problems.len() == before {
            self.problem(folder, "has no music in it");
        }
    }

    /// A music file, or a sheet that is named.
    fn file(&mut self, path: PathBuf) {
        if named(&path) == Named::Sheet {
            return self.sheet(&path, true, &mut HashSet::new());
        }
        // What cannot be read is told when it is to be played.
        match cue::read_embedded(&path) {
            Ok(Some(sheet)) => {
                self.files.extend(sheet.parts().iter().map(|found| part::path(&path, found.number)));
            }
            _ => self.files.push(path),
        }
    }

    /// The tracks of a sheet in its own order; `claimed` are files that a sheet speaks for.
    fn sheet(&mut self, path: &Path, is_named: bool, claimed: &mut HashSet<PathBuf>) {
        match judge(path, is_named, claimed) {
            Ok(judged) => {
                if let Some(error) = words(&judged.problems, judged.standing) {
                    self.problem(path, &error);
                }
                self.files.extend(judged.paths(path));
                claimed.extend(judged.files().cloned());
            }
            Err(error) => {
                let error = words(&[error.to_string()], Standing::Unusable).unwrap_or_default();
                self.problem(path, &error);
            }
        }
    }

    fn playlist(&mut self, list: &Path, cancel: &AtomicBool) {
        let mut bytes = Vec::new();
        let read = File::open(list).and_then(|file| file.take(MAX_PLAYLIST + 1).read_to_end(&mut bytes));
        if let Err(error) = read {
            return self.problem(list, &system_words(&error));
        }
        if bytes.len() as u64 > MAX_PLAYLIST {
            return self.problem(list, "is too large for a playlist");
        }
        if playlist::is_segments(&bytes) {
            return self.problem(list, SEGMENTS);
        }
        let folder = list.parent().unwrap_or(Path::new("/"));
        for entry in playlist::entries(&bytes) {
            if cancel.load(Relaxed) {
                return;
            }
            self.entry(folder, entry);
        }
    }

    fn address(&mut self, path: &Path) {
        let is_list = |extension: String| by_extension(extension.as_bytes()) == Named::Playlist;
        if !address::extension(path).is_some_and(is_list) {
            return self.files.push(path.to_path_buf());
        }
        match fetch(path, MAX_FETCHED) {
            Ok(Fetched::Sound) => self.files.push(path.to_path_buf()),
            Ok(Fetched::Text { bytes, .. }) if playlist::is_segments(&bytes) => self.problem(path, SEGMENTS),
            Ok(Fetched::Text { base, bytes }) => {
                let before = self.files.len() + self.problems.len();
                for entry in playlist::entries(&bytes) {
                    self.fetched_entry(&base, entry);
                }
                if self.files.len() + self.problems.len() == before {
                    self.problem(path, "has nothing in it");
                }
            }
            Err(error) => self.problem(path, &error.to_string()),
        }
    }

    /// What a list of a server names is on servers too, never a file here.
    fn fetched_entry(&mut self, base: &Path, entry: playlist::Entry) {
        match entry {
            playlist::Entry::Address(address) => self.files.push(address),
            playlist::Entry::Path(path) => match path.to_str().and_then(|path| address::join(base, path)) {
                Some(address) => self.files.push(address),
                None => self.problem(&path, "stands in a playlist but is no address"),
            },
            playlist::Entry::Url(url) => self.problem(Path::new(&url), UNKNOWN_SCHEME),
        }
    }

    fn entry(&mut self, folder: &Path, entry: playlist::Entry) {
        let path = match entry {
            playlist::Entry::Path(path) => folder.join(path),
            playlist::Entry::Address(address) => return self.files.push(address),
            playlist::Entry::Url(url) => return self.problem(Path::new(&url), UNKNOWN_SCHEME),
        };
        if is_part(&path) {
            return self.files.push(absolute_root(&path));
        }
        if !matches!(named(&path), Named::Music | Named::Sheet) {
            return self.problem(&path, "stands in a playlist but is not named like music");
        }
        match std::fs::metadata(&path) {
            Ok(about) if about.is_file() => self.file(absolute_root(&path)),
            Ok(_) => self.problem(&path, "is not a regular file"),
            Err(error) => self.problem(&path, &system_words(&error)),
        }
    }
}

/// A track of a sheet that is there.
fn is_part(path: &Path) -> bool {
    part::split(path).is_some_and(|(container, _)| container.is_file())
}

/// Folder by folder, numbers by value; files of a folder before its subfolders do not matter: names decide.
pub fn natural_path_cmp(a: &Path, b: &Path) -> Ordering {
    let (mut left, mut right) = (a.components(), b.components());
    loop {
        match (left.next(), right.next()) {
            (None, None) => return Ordering::Equal,
            (None, Some(_)) => return Ordering::Less,
            (Some(_), None) => return Ordering::Greater,
            (Some(x), Some(y)) => match natural_cmp(x.as_os_str().as_bytes(), y.as_os_str().as_bytes()) {
                Ordering::Equal => {}
                order => return order,
            },
        }
    }
}

/// The system's words without its number.
pub(super) fn system_words(error: &std::io::Error) -> String {
    let text = error.to_string();
    match text.find(" (os error") {
        Some(at) => text[..at].to_owned(),
        None => text,
    }
}
