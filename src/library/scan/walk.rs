//! Walking folders: every real file once, whatever the symlinks say; no file is opened. Entries come in the byte order
//! of their full paths, which is the order of the store's table of files; only CUE sheets come before the others of their
//! folder. Keeps its own stack: depth is no danger.

use std::collections::HashSet;
use std::ffi::{CString, OsStr};
use std::fs::Metadata;
use std::io;
use std::os::fd::BorrowedFd;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use rustix::fs::{AtFlags, Dir, FileType, Mode, OFlags, Stat, fstat, statat};

use super::kinds::{Named, named};
use crate::library::expand::system_words;
use crate::model::track::FileStamp;

/// Deepest nesting of folders. The longest path that the system opens (4,096 bytes) has no more than this.
const MAX_DEPTH: usize = 2_048;

/// What the walk meets.
#[derive(Debug)]
pub enum Found {
    /// A folder, before its entries; and how much of the walk is done, 0 to 1.
    Folder(PathBuf, f64),
    /// The root, or a folder on another device than the one around it; with its device, and before its entries.
    Place(PathBuf, u64),
    /// A regular file named like music.
    File(PathBuf, FileStamp),
    /// A regular file named like a CUE sheet. Those of a folder come right behind it, before its other entries: they
    /// decide what becomes of them.
    Sheet(PathBuf, FileStamp),
    /// A folder, or a file named like music or like a sheet, that is not what it should be.
    Problem { path: PathBuf, error: String },
}

/// Folders and files that were met, by device and inode. Shared by the roots of one scan.
#[derive(Debug, Default)]
pub struct Seen {
    folders: HashSet<(u64, u64)>,
    files: HashSet<(u64, u64)>,
}

/// One entry of a folder, still to be told.
struct Entry {
    /// Name, with `/` at the end of a folder's: so sorted, full paths come in byte order.
    key: Vec<u8>,
    what: What,
}

impl Entry {
    fn is_sheet(&self) -> bool {
        matches!(self.what, What::Sheet(_))
    }
}

enum What {
    Folder,
    File(FileStamp),
    Sheet(FileStamp),
    Problem(String),
}

/// Walks `root` (a folder or a file), telling `tell` what it meets. `false` where it was cancelled.
pub fn walk(root: &Path, seen: &mut Seen, cancel: &AtomicBool, tell: &mut dyn FnMut(Found)) -> bool {
    let about = match rustix::fs::stat(root) {
        Ok(about) => about,
        Err(error) => {
            tell(problem(root, system_words(&error.into())));
            return true;
        }
    };
    if FileType::from_raw_mode(about.st_mode) != FileType::Directory {
        match of_file(&about, named(root), seen) {
            Some(What::File(stamp)) => tell(Found::File(root.to_path_buf(), stamp)),
            Some(What::Sheet(stamp)) => tell(Found::Sheet(root.to_path_buf(), stamp)),
            Some(_) => tell(problem(root, NOT_REGULAR.into())),
            None => {}
        }
        return true;
    }
    walk_folder(root, seen, cancel, tell)
}

/// A folder that is being walked.
struct Level {
    folder: PathBuf,
    entries: std::vec::IntoIter<Entry>,
    device: Option<u64>,
    /// What one of its entries counts of the whole walk.
    part: f64,
    /// How much of the walk is done.
    done: f64,
}

fn part(entries: &std::vec::IntoIter<Entry>, of: f64) -> f64 {
    of / entries.len().max(1) as f64
}

fn walk_folder(root: &Path, seen: &mut Seen, cancel: &AtomicBool, tell: &mut dyn FnMut(Found)) -> bool {
    let (entries, device) = open(root, None, 0.0, seen, tell);
    let mut stack =
        vec![Level { folder: root.to_path_buf(), part: part(&entries, 1.0), entries, device, done: 0.0 }];
    while let Some(Level { folder, entries, device, part: each, done }) = stack.last_mut() {
        if cancel.load(Ordering::Relaxed) {
            return false;
        }
        let (around, part_of, share) = (*device, *each, *done);
        let Some(mut entry) = entries.next() else {
            stack.pop();
            continue;
        };
        *done += part_of;
        if entry.key.last() == Some(&b'/') {
            entry.key.pop();
        }
        let path = folder.join(std::ffi::OsString::from_vec(entry.key));
        match entry.what {
            What::File(stamp) => tell(Found::File(path, stamp)),
            What::Sheet(stamp) => tell(Found::Sheet(path, stamp)),
            What::Problem(error) => tell(problem(&path, error)),
            What::Folder if stack.len() >= MAX_DEPTH => tell(problem(&path, "is nested too deep".into())),
            What::Folder => {
                let (entries, device) = open(&path, around, share, seen, tell);
                stack.push(Level {
                    folder: path,
                    part: part(&entries, part_of),
                    entries,
                    device,
                    done: share,
                });
            }
        }
    }
    true
}

/// The entries of a folder in order, none where it was met before or cannot be read; and its device. `around`: the device
/// of the folder that it is in.
fn open(
    folder: &Path,
    around: Option<u64>,
    share: f64,
    seen: &mut Seen,
    tell: &mut dyn FnMut(Found),
) -> (std::vec::IntoIter<Entry>, Option<u64>) {
    let (listing, device) = match listing_of(folder) {
        Ok((listing, about)) => {
            let device = device_of(&about);
            if !seen.folders.insert((device, about.st_ino)) {
                return (Vec::new().into_iter(), Some(device));
            }
            (Ok(listing), Some(device))
        }
        // One that may not be listed still says where it is.
        Err(error) => (Err(error), std::fs::metadata(folder).ok().map(|about| about.dev())),
    };
    tell(Found::Folder(folder.to_path_buf(), share));
    if let Some(device) = device.filter(|_| device != around) {
        tell(Found::Place(folder.to_path_buf(), device));
    }
    let mut entries = Vec::new();
    let listed = listing.and_then(|listing| list(listing, seen, &mut entries));
    if let Err(error) = listed {
        tell(problem(folder, system_words(&error)));
    }
    entries.sort_by(|a: &Entry, b: &Entry| (!a.is_sheet(), &a.key).cmp(&(!b.is_sheet(), &b.key)));
    (entries.into_iter(), device)
}

fn listing_of(folder: &Path) -> io::Result<(Dir, Stat)> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
    let folder = rustix::fs::open(folder, flags, Mode::empty())?;
    let about = fstat(&folder)?;
    Ok((Dir::new(folder)?, about))
}

/// As [`is_hidden`].
pub fn is_hidden_name(name: &std::ffi::OsStr) -> bool {
    is_hidden(name.as_bytes())
}

/// Dot files and folders (`.git`, `.Trash-1000`, a Macintosh's `._song.mp3`) are not music, as in other players. A name
/// that merely begins with dots ("...And You Will Know Us") is.
fn is_hidden(name: &[u8]) -> bool {
    matches!(name, [b'.', second, ..] if second.is_ascii_alphanumeric() || *second == b'_')
}

/// Names are looked at from the folder that is open: the system need not walk the whole path for each.
fn list(mut listing: Dir, seen: &mut Seen, entries: &mut Vec<Entry>) -> io::Result<()> {
    let mut names = Vec::new();
    while let Some(entry) = listing.read() {
        let entry = entry?;
        let (name, kind) = (entry.file_name(), entry.file_type());
        if !is_hidden(name.to_bytes()) && (name != c"." && name != c"..") && may_matter(name.to_bytes(), kind)
        {
            names.push((name.to_owned(), kind));
        }
    }
    // Which of two links to one file is kept must not hang on the order in which the disk lists them.
    names.sort_unstable_by(|a, b| a.0.cmp(&b.0));
    let folder = listing.fd()?;
    for (name, kind) in names {
        if let Some(what) = look(folder, &name, kind, seen) {
            let mut key = name.into_bytes();
            if matches!(what, What::Folder) {
                key.push(b'/');
            }
            entries.push(Entry { key, what });
        }
    }
    Ok(())
}

fn named_as(name: &[u8]) -> Named {
    named(Path::new(OsStr::from_bytes(name)))
}

fn is_ours(named: Named) -> bool {
    matches!(named, Named::Music | Named::Sheet)
}

/// Most of what is not ours is known by its name and kind alone. Some file systems do not say what kind an entry is.
fn may_matter(name: &[u8], kind: FileType) -> bool {
    matches!(kind, FileType::Directory | FileType::Symlink | FileType::Unknown) || is_ours(named_as(name))
}

const NOT_REGULAR: &str = "is named like music but is not a regular file";

/// `None`: nothing of ours, or met before.
fn look(folder: BorrowedFd<'_>, name: &CString, kind: FileType, seen: &mut Seen) -> Option<What> {
    if kind == FileType::Directory {
        return Some(What::Folder);
    }
    let named = named_as(name.as_bytes());
    match statat(folder, name, AtFlags::empty()) {
        Ok(about) if FileType::from_raw_mode(about.st_mode) == FileType::Directory => Some(What::Folder),
        Ok(_) if !is_ours(named) => None,
        Ok(about) => of_file(&about, named, seen),
        // A link that leads nowhere matters only where music is missing.
        Err(error) => is_ours(named).then(|| What::Problem(system_words(&error.into()))),
    }
}

/// `None` where this very file was met under another name.
fn of_file(about: &Stat, named: Named, seen: &mut Seen) -> Option<What> {
    if FileType::from_raw_mode(about.st_mode) != FileType::RegularFile {
        return Some(What::Problem(NOT_REGULAR.into()));
    }
    let stamp = stamp_of(about.st_size.cast_unsigned(), mtime_of(about), about.st_ino);
    seen.files.insert((device_of(about), about.st_ino)).then_some(match named {
        Named::Sheet => What::Sheet(stamp),
        _ => What::File(stamp),
    })
}

// Systems differ in the widths of these fields.
#[allow(clippy::unnecessary_cast)]
fn device_of(about: &Stat) -> u64 {
    about.st_dev as u64
}

/// Seconds and nanoseconds.
#[allow(clippy::unnecessary_cast)]
fn mtime_of(about: &Stat) -> (i64, i64) {
    (about.st_mtime as i64, about.st_mtime_nsec as i64)
}

pub fn stamp(about: &Metadata) -> FileStamp {
    stamp_of(about.size(), (about.mtime(), about.mtime_nsec()), about.ino())
}

fn stamp_of(size: u64, (mtime_s, mtime_nsec): (i64, i64), inode: u64) -> FileStamp {
    let mtime_ns = mtime_s.saturating_mul(1_000_000_000).saturating_add(mtime_nsec);
    FileStamp { size, mtime_ns, inode }
}

fn problem(path: &Path, error: String) -> Found {
    Found::Problem { path: path.to_path_buf(), error }
}
