//! Which folder each watch of the system is of. A folder that moves is forgotten with all below it and met anew.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};

use rustix::fs::inotify::{self, WatchFlags};
use rustix::io::Errno;

pub(super) use crate::library::scan::is_hidden_name as is_hidden;

/// Deep enough for every path that the system opens.
const MAX_DEPTH: usize = 2_048;

#[derive(Debug, Default)]
pub struct Tree {
    folders: HashMap<i32, PathBuf>,
}

impl Tree {
    pub fn folder(&self, watch: i32) -> Option<&Path> {
        self.folders.get(&watch).map(PathBuf::as_path)
    }

    /// The system watches it no more.
    pub fn ended(&mut self, watch: i32) {
        self.folders.remove(&watch);
    }

    /// Watches `root` and every folder below it, links followed. An error says that the system watches no more; a folder
    /// that cannot be read is passed over.
    pub fn add(&mut self, inotify: &OwnedFd, root: &Path) -> Result<(), Errno> {
        let mut stack = vec![(root.to_path_buf(), 0)];
        while let Some((folder, depth)) = stack.pop() {
            if depth < MAX_DEPTH && self.add_one(inotify, &folder)? {
                stack.extend(folders_in(&folder).map(|inner| (inner, depth + 1)));
            }
        }
        Ok(())
    }

    /// `false` where it is watched already, or is none that can be.
    fn add_one(&mut self, inotify: &OwnedFd, folder: &Path) -> Result<bool, Errno> {
        match inotify::add_watch(inotify, folder, what()) {
            Ok(watch) => match self.folders.entry(watch) {
                Entry::Occupied(_) => Ok(false),
                Entry::Vacant(empty) => {
                    empty.insert(folder.to_path_buf());
                    Ok(true)
                }
            },
            Err(error @ (Errno::NOSPC | Errno::NOMEM)) => Err(error),
            Err(_) => Ok(false),
        }
    }

    /// The folder is elsewhere now: its watches went with it, and are given up.
    pub fn forget(&mut self, inotify: &OwnedFd, folder: &Path) {
        self.folders.retain(|&watch, path| {
            let inside = path.starts_with(folder);
            if inside {
                let _ = inotify::remove_watch(inotify, watch);
            }
            !inside
        });
    }
}

/// A file counts when it is closed after writing, comes, goes, or is named anew; its time may be set after that.
fn what() -> WatchFlags {
    WatchFlags::CLOSE_WRITE
        | WatchFlags::CREATE
        | WatchFlags::DELETE
        | WatchFlags::MOVED_FROM
        | WatchFlags::MOVED_TO
        | WatchFlags::ATTRIB
        | WatchFlags::DELETE_SELF
        | WatchFlags::ONLYDIR
        | WatchFlags::EXCL_UNLINK
}

fn folders_in(folder: &Path) -> impl Iterator<Item = PathBuf> + use<> {
    let entries = folder.read_dir().into_iter().flatten().map_while(Result::ok);
    entries.filter_map(|entry| {
        let kind = entry.file_type().ok()?;
        let is_folder = kind.is_dir() || kind.is_symlink() && entry.path().is_dir();
        (is_folder && !is_hidden(&entry.file_name())).then(|| entry.path())
    })
}

/// File systems that others may write to unseen: NFS, SMB, CIFS, SMB2, 9p, AFS, Ceph, Coda, FUSE (which may be any of
/// them), by the numbers of `statfs(2)`.
const REMOTE: [u32; 9] = [
    0x6969,
    0x517b,
    0xff53_4d42,
    0xfe53_4d42,
    0x0102_1997,
    0x5346_414f,
    0x00c3_6400,
    0x7375_7245,
    0x6573_5546,
];

pub fn is_remote(folder: &Path) -> bool {
    // The type of the number differs from machine to machine; its low 32 bits do not.
    rustix::fs::statfs(folder)
        .is_ok_and(|about| REMOTE.contains(&((about.f_type as u64 & 0xffff_ffff) as u32)))
}
