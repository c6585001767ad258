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

use foldhash::HashSet;
use rustix::fs::{AtFlags, FileType, Mode, OFlags, RawDir, Stat, fstat, statat};

use super::kinds::{Named, named, named_as};
use crate::library::expand::system_words;
use crate::model::track::FileStamp;

/// Deepest nesting of folders. The longest path that the system opens (4,096 bytes) has no more than this.
const MAX_DEPTH: usize = 2_048;

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

/// Folders and files that were met, by device and inode. Shared by the roots of one scan.
#[derive(Debug, Default)]
pub struct Seen {
    folders: HashSet<(u64, u64)>,
    files: HashSet<(u64, u64)>,
}

/// One entry of a folder, still to be told.
struct Entry {
    name: Name,
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

    fn push(&mut self, name: &CStr) -> Name {
        let at = self.0.len();
        self.0.extend_from_slice(name.to_bytes_with_nul());
        Name { at, len: name.count_bytes() }
    }

    fn set_folder(&mut self, name: Name) {
        if let Some(end) = self.0.get_mut(name.at + name.len) {
            *end = b'/';
        }
    }

    fn bytes(&self, name: Name) -> &[u8] {
        self.0.get(name.at..name.at + name.len).unwrap_or_default()
    }

    fn key(&self, name: Name) -> &[u8] {
        self.0.get(name.at..=name.at + name.len).unwrap_or_default()
    }

    fn as_c(&self, name: Name) -> &CStr {
        CStr::from_bytes_with_nul(self.key(name)).unwrap_or_default()
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
        match of_file(&about, named(root), seen) {
            Some(What::File(stamp)) => tell(Found::File(root, stamp)),
            Some(What::Sheet(stamp)) => tell(Found::Sheet(root, stamp)),
            Some(_) => tell(problem(root, NOT_REGULAR.into())),
            None => {}
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
                What::File(stamp) => (self.tell)(Found::File(path, stamp)),
                What::Sheet(stamp) => (self.tell)(Found::Sheet(path, stamp)),
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
        let (entries, device) = self.open(around, share, &mut names);
        if self.path.last() != Some(&b'/') {
            self.path.push(b'/');
        }
        self.stack.push(Level {
            path_len: self.path.len(),
            names,
            part: part / entries.len().max(1) as f64,
            entries: entries.into_iter(),
            device,
            done: share,
        });
    }

    /// The entries of a folder in order, none where it was met before or cannot be read; and its device.
    fn open(&mut self, around: Option<u64>, share: f64, names: &mut Names) -> (Vec<Entry>, Option<u64>) {
        let folder = as_path(&self.path);
        let (opened, device) = match open_folder(folder) {
            Ok((opened, about)) => {
                let device = device_of(&about);
                if !self.seen.folders.insert((device, about.st_ino)) {
                    return (Vec::new(), Some(device));
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
        let mut entries = Vec::new();
        let room = self.listed.spare_capacity_mut();
        let listed = opened.and_then(|opened| list(opened.as_fd(), room, self.seen, names, &mut entries));
        if let Err(error) = listed {
            (self.tell)(problem(folder, system_words(&error)));
        }
        entries.sort_by(|a, b| {
            a.is_sheet().cmp(&b.is_sheet()).reverse().then_with(|| names.key(a.name).cmp(names.key(b.name)))
        });
        (entries, device)
    }
}

fn as_path(bytes: &[u8]) -> &Path {
    Path::new(OsStr::from_bytes(bytes))
}

fn open_folder(folder: &Path) -> io::Result<(OwnedFd, Stat)> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
    let folder = rustix::fs::open(folder, flags, Mode::empty())?;
    let about = fstat(&folder)?;
    Ok((folder, about))
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

/// Names are looked at from the folder that is open: the system need not walk the whole path for each.
fn list(
    folder: BorrowedFd<'_>,
    room: &mut [MaybeUninit<u8>],
    seen: &mut Seen,
    names: &mut Names,
    entries: &mut Vec<Entry>,
) -> io::Result<()> {
    let mut listing = RawDir::new(folder, room);
    let mut found = Vec::new();
    while let Some(entry) = listing.next() {
        let entry = entry?;
        let (name, kind) = (entry.file_name(), entry.file_type());
        let named = named_as(name.to_bytes());
        if !is_hidden(name.to_bytes()) && name != c"." && name != c".." && may_matter(named, kind) {
            found.push((names.push(name), kind, named));
        }
    }
    // Which of two links to one file is kept must not hang on the order in which the disk lists them.
    found.sort_unstable_by(|a, b| names.key(a.0).cmp(names.key(b.0)));
    entries.reserve_exact(found.len());
    for (name, kind, named) in found {
        let Some(what) = look(folder, names.as_c(name), kind, named, seen) else { continue };
        if matches!(what, What::Folder) {
            names.set_folder(name);
        }
        entries.push(Entry { name, what });
    }
    Ok(())
}

fn is_ours(named: Named) -> bool {
    matches!(named, Named::Music | Named::Sheet)
}

/// Most of what is not ours is known by its name and kind alone. Some file systems do not say what kind an entry is.
fn may_matter(named: Named, kind: FileType) -> bool {
    matches!(kind, FileType::Directory | FileType::Symlink | FileType::Unknown) || is_ours(named)
}

const NOT_REGULAR: &str = "is named like music but is not a regular file";

/// `None`: nothing of ours, or met before.
fn look(folder: BorrowedFd<'_>, name: &CStr, kind: FileType, named: Named, seen: &mut Seen) -> Option<What> {
    if kind == FileType::Directory {
        return Some(What::Folder);
    }
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

fn problem(path: &Path, error: String) -> Found<'_> {
    Found::Problem { path, error }
}
