//! From the file of a playlist to a list of ours: what it names is looked for, what is not there is kept. Called by jobs
//! and by the command line.

use std::fs::File;
use std::io::Read;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use encoding_rs::Encoding;

use super::locate::{Located, locate};
use super::{ListFile, Listed, MAX_BYTES, Place, is_segments, named, read};
use crate::library::expand::{expand, system_words};
use crate::library::matching::{Matcher, Wanted};
use crate::library::scan::absolute_root;
use crate::model::catalog::Catalog;
use crate::model::playlist::{Entry, PlaylistName};

/// One list that was read.
#[derive(Debug)]
pub struct Imported {
    pub name: PlaylistName,
    pub note: String,
    pub entries: Vec<Entry>,
    /// Entries that are kept though nothing is there.
    pub missing: usize,
    /// What was left out, and why.
    pub problems: Vec<(PathBuf, String)>,
}

/// Reads the file of a playlist. An error says why it is none.
pub fn import(path: &Path, catalog: &Catalog, cancel: &AtomicBool) -> Result<Imported, String> {
    let path = absolute_root(path);
    let bytes = contents(&path, MAX_BYTES)?;
    if is_segments(&bytes) {
        return Err("is a stream in pieces (HLS), not a playlist".to_owned());
    }
    let list = read(&bytes);
    if list.entries.is_empty() {
        return Err("has nothing in it".to_owned());
    }
    Ok(resolve(list, &path, catalog, cancel))
}

/// Of a regular file of at most so many bytes. Never waits for a FIFO, never reads a device.
pub fn contents(path: &Path, most: u64) -> Result<Vec<u8>, String> {
    let words = |error: std::io::Error| system_words(&error);
    let no_wait = rustix::fs::OFlags::NONBLOCK.bits().cast_signed();
    let file = File::options().read(true).custom_flags(no_wait).open(path).map_err(words)?;
    if !file.metadata().map_err(words)?.is_file() {
        return Err("is not a regular file".to_owned());
    }
    let mut bytes = Vec::new();
    file.take(most + 1).read_to_end(&mut bytes).map_err(words)?;
    if bytes.len() as u64 > most { Err(format!("is larger than {} MiB", most >> 20)) } else { Ok(bytes) }
}

/// Finds what a list names. Its title is the list's name, else the name of its file.
fn resolve(list: ListFile, path: &Path, catalog: &Catalog, cancel: &AtomicBool) -> Imported {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    let name = PlaylistName::near(&list.title).or_else(|| PlaylistName::near(&stem)).unwrap_or_default();
    let folder = path.parent().unwrap_or(Path::new("/"));
    let empty = Imported { name, note: list.note, entries: Vec::new(), missing: 0, problems: Vec::new() };
    let mut reading =
        Reading { imported: empty, folder, encoding: list.encoding, catalog, matcher: None, cancel };
    for listed in list.entries {
        if cancel.load(Ordering::Relaxed) {
            break;
        }
        reading.take(listed);
    }
    reading.imported
}

struct Reading<'a> {
    imported: Imported,
    folder: &'a Path,
    encoding: Option<&'static Encoding>,
    catalog: &'a Catalog,
    /// Made where an entry is known by its names alone.
    matcher: Option<Matcher<'a>>,
    cancel: &'a AtomicBool,
}

impl Reading<'_> {
    fn take(&mut self, listed: Listed) {
        match &listed.place {
            Place::Address(address) => {
                let path = named(address.clone(), &listed.told);
                self.keep(&path, listed);
            }
            Place::Url(url) => {
                let why = "is an address that is not played: only http and https are";
                self.imported.problems.push((url.into(), why.to_owned()));
            }
            Place::Nowhere => self.by_names(Path::new(""), listed),
            Place::Path(path) => match locate(path, self.folder, self.encoding) {
                Located::There(path) => self.there(&path, listed),
                Located::Missing(path) => self.by_names(&path, listed),
                Located::Refused(path, why) => self.imported.problems.push((path, why.to_owned())),
            },
        }
    }

    /// A file that the library does not have may be several tracks: a CUE sheet, or one with a sheet in it.
    fn there(&mut self, path: &Path, listed: Listed) {
        if self.catalog.find_path(path).is_some() {
            return self.keep(path, listed);
        }
        let found = expand(&[path.to_path_buf()], self.cancel);
        match found.files.as_slice() {
            [only] if only == path => self.keep(path, listed),
            [] => {
                let problems = found.problems.into_iter().map(|problem| (problem.path, problem.error));
                self.imported.problems.extend(problems);
            }
            several => {
                for path in several {
                    self.keep(path, Listed { note: listed.note.clone(), ..Listed::default() });
                }
            }
        }
    }

    /// Nothing is at the place that it names: the library may have it elsewhere.
    fn by_names(&mut self, path: &Path, listed: Listed) {
        let catalog = self.catalog;
        let matcher = self.matcher.get_or_insert_with(|| Matcher::new(catalog, Default::default()));
        let told = &listed.told;
        let (artist, title) = match told.artist.is_empty() {
            true => told.title.split_once(" - ").unwrap_or(("", &told.title)),
            false => (told.artist.as_str(), told.title.as_str()),
        };
        let wanted = Wanted {
            path: catalog.find_path(path).map(|_| path),
            recording: listed.recording.as_deref(),
            artist,
            title,
            album: &told.album,
            duration: told.duration,
        };
        match matcher.find(&wanted) {
            Some((track, _)) => self.keep(&track.path(), listed),
            None => {
                self.imported.missing += 1;
                self.keep(path, listed);
            }
        }
    }

    fn keep(&mut self, path: &Path, listed: Listed) {
        let track = self.catalog.find_path(path).map(|track| track.id());
        let note = Some(listed.note).filter(|note| !note.is_empty()).map(Into::into);
        self.imported.entries.push(Entry { path: Arc::from(path), track, told: listed.told.shared(), note });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn imported(folder: &Path, text: &[u8]) -> Result<Imported, String> {
        let path = folder.join("list.m3u");
        std::fs::write(&path, text).unwrap();
        import(&path, &Catalog::default(), &AtomicBool::new(false))
    }

    #[test]
    fn what_is_missing_is_kept_with_what_the_list_told() {
        let folder = tempfile::tempdir().unwrap();
        let root = std::fs::canonicalize(folder.path()).unwrap();
        std::fs::write(root.join("a.mp3"), "x").unwrap();
        let list = imported(
            &root,
            b"#EXTM3U\n#EXTINF:61,Ann - Gone\ngone.mp3\na.mp3\n#EXTINF:-1,Radio\nhttp://x/1\n/dev/zero\nlist.m3u\nrtsp://x\n",
        )
        .unwrap();
        let paths: Vec<&Path> = list.entries.iter().map(|entry| &*entry.path).collect();
        assert_eq!(paths, [&root.join("gone.mp3"), &root.join("a.mp3"), Path::new("http://x/1#Radio")]);
        assert_eq!((list.missing, list.name.as_str()), (1, "list"));
        assert_eq!(list.entries[0].told.as_ref().unwrap().title, "Ann - Gone");
        let refused: Vec<String> = list.problems.iter().map(|(path, _)| path.display().to_string()).collect();
        let itself = root.join("list.m3u").display().to_string();
        assert_eq!(refused, ["/dev/zero".to_owned(), itself, "rtsp://x".into()]);
    }

    #[test]
    fn a_file_that_is_no_list_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let words = |text: &[u8]| imported(folder.path(), text).unwrap_err();
        assert_eq!(words(b"#EXTM3U\n"), "has nothing in it");
        assert!(words(b"#EXTM3U\n#EXT-X-TARGETDURATION:1\na.ts").contains("HLS"));
        let never = AtomicBool::new(false);
        let import = |path: &str| import(Path::new(path), &Catalog::default(), &never).unwrap_err();
        assert_eq!(import("/dev/zero"), "is not a regular file");
        assert_eq!(import("/no/such.m3u"), "No such file or directory");
    }
}
