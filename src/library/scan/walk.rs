//! Walking folders: every real file once, whatever the symlinks say; no file is opened. Entries come in the byte order
//! of their full paths, which is the order of the store's table of files; only CUE sheets come before the others of their
//! folder. Keeps its own stack: depth is no danger. A file costs a look at it and no allocation: names of a folder lie end
//! to end, and paths are told from one buffer.

use std::ffi::{CStr, OsStr};
use std::fs::Metadata;
use std::io;
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use foldhash::HashMap;
use rustix::fs::{AtFlags, FileType, Mode, OFlags, RawDir, Stat, fstat, openat, statat};

use super::kinds::{Named, named, named_as};
use crate::library::expand::system_words;
use crate::model::track::FileStamp;

/// Folders that are kept open, those nearest to the root: what is in them is opened from there, so that the system need not
/// walk the whole path.
const MAX_OPEN: usize = 32;

/// Bytes of the longest path that the system opens, the zero at its end included.
const MAX_PATH: usize = 4_096;

/// Deepest nesting of folders; no path is long enough for more.
const MAX_DEPTH: usize = MAX_PATH / 2;

/// Bytes of entries that the system lists at once; a name has at most 255.
const LISTED_BYTES: usize = 32 * 1024;

/// What the walk meets.
#[derive(Debug)]
pub enum Found<'a> {
    /// A folder, before its entries; and how much of the walk is done, 0 to 1.
    Folder(&'a Path, f64),
    /// The root, or a folder on another device than the one around it; with its device, and before its entries.
    Place(&'a Path, u64),
    /// A regular file named like music.
    File(&'a Path, FileStamp),
    /// A regular file named like a CUE sheet. Those of a folder come right behind it, before its other entries: they
    /// decide what becomes of them.
    Sheet(&'a Path, FileStamp),
    /// A folder, or a file named like music or like a sheet, that is not what it should be.
    Problem { path: &'a Path, error: String },
}

/// Folders and files that were met. Shared by the roots of one scan.
#[derive(Debug, Default)]
pub struct Seen {
    folders: Inodes,
    files: Inodes,
}

/// Inodes by device. Numbers of files that were made together are near each other: a bit each, 64 to an entry.
#[derive(Debug, Default)]
struct Inodes(HashMap<FileId, u64>);

/// Device and inode.
type FileId = (u64, u64);

impl Inodes {
    /// `false` where it was there.
    fn insert(&mut self, (device, inode): FileId) -> bool {
        let bits = self.0.entry((device, inode / 64)).or_default();
        let bit = 1 << (inode % 64);
        let is_new = *bits & bit == 0;
        *bits |= bit;
        is_new
    }
}

/// One entry of a folder, still to be told.
struct Entry {
    name: Name,
    what: What,
}

impl Entry {
    fn is_folder(&self) -> bool {
        matches!(self.what, What::Folder)
    }

    fn is_sheet(&self) -> bool {
        matches!(self.what, What::Sheet(..))
    }
}

enum What {
    Folder,
    /// And the device that it is on.
    File(FileStamp, u64),
    Sheet(FileStamp, u64),
    Problem(String),
}

impl What {
    /// Device and inode of a file.
    fn file(&self) -> Option<FileId> {
        match self {
            Self::File(stamp, device) | Self::Sheet(stamp, device) => Some((*device, stamp.inode)),
            Self::Folder | Self::Problem(_) => None,
        }
    }
}

/// Where a name lies in [`Names`].
#[derive(Clone, Copy)]
struct Name {
    at: usize,
    len: usize,
}

/// Names of one folder's entries end to end. Behind each is a zero, or `/` where it is a folder's: with that byte, which is
/// in no name, they sort as full paths do.
struct Names(Vec<u8>);

impl Names {
    /// Room for most folders.
    fn new() -> Self {
        Self(Vec::with_capacity(1_024))
    }

    fn push(&mut self, name: &CStr, is_folder: bool) -> Name {
        let at = self.0.len();
        self.0.extend_from_slice(name.to_bytes());
        self.0.push(if is_folder { b'/' } else { 0 });
        Name { at, len: self.0.len() - at - 1 }
    }

    fn bytes(&self, name: Name) -> &[u8] {
        self.0.get(name.at..name.at + name.len).unwrap_or_default()
    }

    fn key(&self, name: Name) -> &[u8] {
        self.0.get(name.at..=name.at + name.len).unwrap_or_default()
    }
}

/// Walks `root` (a folder or a file), telling `tell` what it meets. `false` where it was cancelled.
pub fn walk(root: &Path, seen: &mut Seen, cancel: &AtomicBool, tell: &mut dyn FnMut(Found<'_>)) -> bool {
    let about = match rustix::fs::stat(root) {
        Ok(about) => about,
        Err(error) => {
            tell(problem(root, system_words(&error.into())));
            return true;
        }
    };
    if FileType::from_raw_mode(about.st_mode) != FileType::Directory {
        let what = of_file(&about, named(root));
        if what.file().is_none_or(|id| seen.files.insert(id)) {
            match what {
                What::File(stamp, _) => tell(Found::File(root, stamp)),
                What::Sheet(stamp, _) => tell(Found::Sheet(root, stamp)),
                What::Folder | What::Problem(_) => tell(problem(root, NOT_REGULAR.into())),
            }
        }
        return true;
    }
    let listed = Vec::with_capacity(LISTED_BYTES);
    Walk { path: root.as_os_str().as_bytes().to_vec(), stack: Vec::new(), listed, seen, tell }.all(cancel)
}

struct Walk<'a> {
    /// Of what is told next; begins with that of the last level.
    path: Vec<u8>,
    stack: Vec<Level>,
    /// What the system lists.
    listed: Vec<u8>,
    seen: &'a mut Seen,
    tell: &'a mut dyn FnMut(Found<'_>),
}

/// A folder that is being walked.
struct Level {
    /// Bytes of its path, with a slash behind it.
    path_len: usize,
    /// Of the first [`MAX_OPEN`] levels.
    opened: Option<OwnedFd>,
    names: Names,
    entries: std::vec::IntoIter<Entry>,
    device: Option<u64>,
    /// What one of its entries counts of the whole walk.
    part: f64,
    /// How much of the walk is done.
    done: f64,
}

impl Walk<'_> {
    fn all(mut self, cancel: &AtomicBool) -> bool {
        self.enter(None, 1.0, 0.0);
        while let Some(level) = self.stack.last_mut() {
            if cancel.load(Ordering::Relaxed) {
                return false;
            }
            let Some(Entry { name, what }) = level.entries.next() else {
                self.stack.pop();
                continue;
            };
            let (around, part, share) = (level.device, level.part, level.done);
            level.done += part;
            self.path.truncate(level.path_len);
            self.path.extend_from_slice(level.names.bytes(name));
            let path = as_path(&self.path);
            match what {
                What::File(stamp, _) => (self.tell)(Found::File(path, stamp)),
                What::Sheet(stamp, _) => (self.tell)(Found::Sheet(path, stamp)),
                What::Problem(error) => (self.tell)(problem(path, error)),
                What::Folder if self.stack.len() >= MAX_DEPTH => {
                    (self.tell)(problem(path, "is nested too deep".into()));
                }
                What::Folder => self.enter(around, part, share),
            }
        }
        true
    }

    /// Goes into the folder that `path` names. `around`: the device of the folder that it is in.
    fn enter(&mut self, around: Option<u64>, part: f64, share: f64) {
        let mut names = Names::new();
        let (entries, device, opened) = self.open(around, share, &mut names);
        if self.path.last() != Some(&b'/') {
            self.path.push(b'/');
        }
        let is_near = self.stack.len() < MAX_OPEN && entries.iter().any(Entry::is_folder);
        self.stack.push(Level {
            path_len: self.path.len(),
            opened: opened.filter(|_| is_near),
            names,
            part: part / entries.len().max(1) as f64,
            entries: entries.into_iter(),
            device,
            done: share,
        });
    }

    /// The entries of a folder in order, none where it was met before or cannot be read; its device; and itself.
    fn open(
        &mut self,
        around: Option<u64>,
        share: f64,
        names: &mut Names,
    ) -> (Vec<Entry>, Option<u64>, Option<OwnedFd>) {
        let folder = as_path(&self.path);
        let (opened, device) = match self.open_folder() {
            Ok((opened, about)) => {
                let device = device_of(&about);
                if !self.seen.folders.insert((device, about.st_ino)) {
                    return (Vec::new(), Some(device), None);
                }
                (Ok(opened), Some(device))
            }
            // One that may not be listed still says where it is.
            Err(error) => (Err(error), std::fs::metadata(folder).ok().map(|about| about.dev())),
        };
        (self.tell)(Found::Folder(folder, share));
        if let Some(device) = device.filter(|_| device != around) {
            (self.tell)(Found::Place(folder, device));
        }
        let room = self.listed.spare_capacity_mut();
        let listed = opened.and_then(|opened| Ok((list(opened.as_fd(), room, names)?, opened)));
        let (mut entries, opened) = match listed {
            Ok((entries, opened)) => (entries, Some(opened)),
            Err(error) => {
                (self.tell)(problem(folder, system_words(&error)));
                (Vec::new(), None)
            }
        };
        entries.sort_unstable_by(|a, b| names.key(a.name).cmp(names.key(b.name)));
        // Which of two links to one file is kept must not hang on the order in which the disk lists them.
        entries.retain(|entry| entry.what.file().is_none_or(|id| self.seen.files.insert(id)));
        if entries.iter().any(Entry::is_sheet) {
            entries.sort_by_key(|entry| !entry.is_sheet());
        }
        (entries, device, opened)
    }

    fn open_folder(&self) -> io::Result<(OwnedFd, Stat)> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        // One that is too long for who opens its files is refused here, as the system does.
        let level = self.stack.last().filter(|_| self.path.len() < MAX_PATH);
        let around = level.and_then(|level| Some((level.opened.as_ref()?, level.path_len)));
        let folder = match around {
            Some((around, len)) => {
                openat(around, self.path.get(len..).unwrap_or_default(), flags, Mode::empty())?
            }
            None => rustix::fs::open(as_path(&self.path), flags, Mode::empty())?,
        };
        let about = fstat(&folder)?;
        Ok((folder, about))
    }
}

fn as_path(bytes: &[u8]) -> &Path {
    Path::new(OsStr::from_bytes(bytes))
}

/// As [`is_hidden`].
pub fn is_hidden_name(name: &OsStr) -> bool {
    is_hidden(name.as_bytes())
}

/// Dot files and folders (`.git`, `.Trash-1000`, a Macintosh's `._song.mp3`) are not music, as in other players. A name
/// that merely begins with dots ("...And You Will Know Us") is.
fn is_hidden(name: &[u8]) -> bool {
    matches!(name, [b'.', second, ..] if second.is_ascii_alphanumeric() || *second == b'_')
}

/// Names are looked at from the folder that is open: the system need not walk the whole path for each. Nothing is taken from
/// a folder that cannot be listed to its end.
fn list(folder: BorrowedFd<'_>, room: &mut [MaybeUninit<u8>], names: &mut Names) -> io::Result<Vec<Entry>> {
    let mut entries = Vec::with_capacity(32);
    let mut listing = RawDir::new(folder, room);
    while let Some(entry) = listing.next() {
        let entry = entry?;
        let (name, kind) = (entry.file_name(), entry.file_type());
        let named = named_as(name.to_bytes());
        if is_hidden(name.to_bytes()) || name == c"." || name == c".." || !may_matter(named, kind) {
            continue;
        }
        if let Some(what) = look(folder, name, kind, named) {
            let name = names.push(name, matches!(what, What::Folder));
            entries.push(Entry { name, what });
        }
    }
    Ok(entries)
}

fn is_ours(named: Named) -> bool {
    matches!(named, Named::Music | Named::Sheet)
}

/// Most of what is not ours is known by its name and kind alone. Some file systems do not say what kind an entry is.
fn may_matter(named: Named, kind: FileType) -> bool {
    matches!(kind, FileType::Directory | FileType::Symlink | FileType::Unknown) || is_ours(named)
}

const NOT_REGULAR: &str = "is named like music but is not a regular file";

/// `None`: nothing of ours.
fn look(folder: BorrowedFd<'_>, name: &CStr, kind: FileType, named: Named) -> Option<What> {
    if kind == FileType::Directory {
        return Some(What::Folder);
    }
    match statat(folder, name, AtFlags::empty()) {
        Ok(about) if FileType::from_raw_mode(about.st_mode) == FileType::Directory => Some(What::Folder),
        Ok(_) if !is_ours(named) => None,
        Ok(about) => Some(of_file(&about, named)),
        // A link that leads nowhere matters only where music is missing.
        Err(error) => is_ours(named).then(|| What::Problem(system_words(&error.into()))),
    }
}

fn of_file(about: &Stat, named: Named) -> What {
    if FileType::from_raw_mode(about.st_mode) != FileType::RegularFile {
        return What::Problem(NOT_REGULAR.into());
    }
    let stamp = stamp_of(about.st_size.cast_unsigned(), mtime_of(about), about.st_ino);
    match named {
        Named::Sheet => What::Sheet(stamp, device_of(about)),
        _ => What::File(stamp, device_of(about)),
    }
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

fn problem(path: &Path, error: String) -> Found<'_> {
    Found::Problem { path, error }
}
