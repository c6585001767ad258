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

use super::playlist::locate::{Located, is_part, locate};
use super::playlist::{self, Listed, Place};
use super::scan::{Found, Named, Problem, Seen, absolute_root, by_extension, judge, named, walk, words};
use super::store::Standing;
use encoding_rs::Encoding;

use crate::decode::{Fetched, cue, fetch};
use crate::model::address::{self, is_address};
use crate::model::fold::natural_cmp;
use crate::model::part;

/// Largest playlist of a server that is read, in bytes.
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
            Found::File(path, _) => files.push(path.to_path_buf()),
            Found::Sheet(path, _) => sheets.push(path.to_path_buf()),
            Found::Problem { path, error } => {
                self.problems.push(Problem { path: path.to_path_buf(), error });
            }
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
        let read =
            File::open(list).and_then(|file| file.take(playlist::MAX_BYTES + 1).read_to_end(&mut bytes));
        if let Err(error) = read {
            return self.problem(list, &system_words(&error));
        }
        if bytes.len() as u64 > playlist::MAX_BYTES {
            return self.problem(list, "is too large for a playlist");
        }
        if playlist::is_segments(&bytes) {
            return self.problem(list, SEGMENTS);
        }
        let folder = list.parent().unwrap_or(Path::new("/"));
        let read = playlist::read(&bytes);
        for entry in read.entries {
            if cancel.load(Relaxed) {
                return;
            }
            self.entry(folder, entry, read.encoding);
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
                for entry in playlist::read(&bytes).entries {
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
    fn fetched_entry(&mut self, base: &Path, entry: Listed) {
        match entry.place {
            Place::Address(address) => self.files.push(playlist::named(address, &entry.told)),
            Place::Path(path) => match path.to_str().and_then(|path| address::join(base, path)) {
                Some(address) => self.files.push(playlist::named(address, &entry.told)),
                None => self.problem(&path, "stands in a playlist but is no address"),
            },
            Place::Url(url) => self.problem(Path::new(&url), UNKNOWN_SCHEME),
            Place::Nowhere => {}
        }
    }

    fn entry(&mut self, folder: &Path, entry: Listed, encoding: Option<&'static Encoding>) {
        let path = match entry.place {
            Place::Path(path) => path,
            Place::Address(address) => return self.files.push(playlist::named(address, &entry.told)),
            Place::Url(url) => return self.problem(Path::new(&url), UNKNOWN_SCHEME),
            Place::Nowhere => {
                return self.problem(Path::new(&entry.told.title), "has no place in the playlist");
            }
        };
        match locate(&path, folder, encoding) {
            Located::There(path) if is_part(&path) => self.files.push(path),
            Located::There(path) => self.file(path),
            Located::Missing(path) => self.problem(&path, "No such file or directory"),
            Located::Refused(path, why) => self.problem(&path, why),
        }
    }
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
pub fn system_words(error: &std::io::Error) -> String {
    let text = error.to_string();
    match text.find(" (os error") {
        Some(at) => text[..at].to_owned(),
        None => text,
    }
}
