//! The store's file and what lies beside it: the lock, copies, and what was set aside. Nothing here writes over a file that
//! it did not make itself.

use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, ErrorKind, Read, Seek, Write};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::error::StoreError;
use crate::model::query::date_text;

/// Held while a store is made, opened or changed as a whole: of two programs that start at once the second waits for the
/// first. Let go when dropped, and by the system where the program ends.
#[derive(Debug)]
pub struct Alone {
    lock: File,
}

/// How often it is looked whether the other one is done.
const LOOK: Duration = Duration::from_millis(20);
/// Longest note in the file of the lock.
const MOST_NOTE: u64 = 100;

/// Waits for another program that opens the store; where it is busy for longer, tells so. Makes the folder where it is not
/// there. The file of the lock stays: one that comes and goes locks nothing.
pub fn alone(path: &Path) -> Result<Alone, StoreError> {
    make_folder(path)?;
    let lock = path.with_extension("lock");
    let lock = OpenOptions::new().create(true).truncate(false).read(true).write(true).open(lock);
    let lock = lock.map_err(|source| failed(path, source))?;
    loop {
        match lock.try_lock() {
            Ok(()) => break,
            Err(TryLockError::WouldBlock) => {}
            Err(TryLockError::Error(source)) => return Err(failed(path, source)),
        }
        if let Some((process, deed)) = noted(&lock) {
            return Err(StoreError::InCare { path: path.to_path_buf(), process, deed });
        }
        std::thread::sleep(LOOK);
    }
    // What one left that was killed.
    lock.set_len(0).map_err(|source| failed(path, source))?;
    Ok(Alone { lock })
}

impl Alone {
    /// Others are told what is done ("checked") instead of waiting.
    pub fn noting(mut self, path: &Path, deed: &str) -> Result<Self, StoreError> {
        let note = format!("{} {deed}", std::process::id());
        let written = self.lock.rewind().and_then(|()| self.lock.write_all(note.as_bytes()));
        written.map_err(|source| failed(path, source))?;
        Ok(self)
    }
}

impl Drop for Alone {
    fn drop(&mut self) {
        let _ = self.lock.set_len(0);
        // A child process that is being started has the file too: closing ours alone would leave it locked.
        let _ = self.lock.unlock();
    }
}

/// Who holds the lock, and what is done.
fn noted(lock: &File) -> Option<(u32, String)> {
    let mut note = String::new();
    let mut lock = lock;
    lock.rewind().ok()?;
    lock.take(MOST_NOTE).read_to_string(&mut note).ok()?;
    let (process, deed) = note.split_once(' ')?;
    let is_word = !deed.is_empty() && deed.bytes().all(|byte| byte.is_ascii_lowercase());
    Some((process.parse().ok()?, deed.to_owned())).filter(|_| is_word)
}

pub fn make_folder(path: &Path) -> Result<(), StoreError> {
    let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) else { return Ok(()) };
    let made = DirBuilder::new().recursive(true).mode(0o700).create(folder);
    made.map_err(|source| StoreError::Folder { path: folder.to_path_buf(), source })
}

pub fn failed(path: &Path, source: io::Error) -> StoreError {
    StoreError::from_redb(path, redb::Error::Io(source))
}

/// Of a file that is made beside the store, or where the user wants it.
pub fn unwritten(path: &Path, source: io::Error) -> StoreError {
    StoreError::Unwritten { path: path.to_path_buf(), source }
}

/// `library.redb` is `library.WORD.redb`.
pub fn beside(path: &Path, word: &str) -> PathBuf {
    path.with_extension(format!("{word}.redb"))
}

/// As `beside`, with the time behind the word and another ending; never a file that is there.
pub fn beside_now(path: &Path, word: &str, ending: &str) -> PathBuf {
    let now_s = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs().cast_signed());
    let (hour, minute, second) = (now_s / 3600 % 24, now_s / 60 % 60, now_s % 60);
    let name = format!("{word}-{}T{hour:02}{minute:02}{second:02}Z", date_text(now_s));
    let numbered = (2..).map(|number| format!("{name}-{number}"));
    let mut names = std::iter::once(name.clone())
        .chain(numbered)
        .map(|name| path.with_extension(format!("{name}.{ending}")));
    names.find(|name| fs::symlink_metadata(name).is_err()).unwrap_or_default()
}

/// Removes what an earlier try left.
pub fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Renames, and has the disk know of it.
pub fn rename(from: &Path, to: &Path) -> io::Result<()> {
    fs::rename(from, to)?;
    let folder = to.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(folder)?.sync_all()
}

/// Renames a file out of the way, never over another one. Gives where it is then.
pub fn set_aside(path: &Path, why: &str) -> Result<PathBuf, StoreError> {
    let aside = beside_now(path, why, "redb");
    rename(path, &aside).map_err(|source| failed(path, source))?;
    Ok(aside)
}

/// Makes `to` by way of a file beside it, so that it is there only when it is whole and on the disk. What was half made goes.
pub fn make_whole<T>(to: &Path, make: impl FnOnce(&Path) -> Result<T, StoreError>) -> Result<T, StoreError> {
    if fs::symlink_metadata(to).is_ok() {
        return Err(unwritten(to, ErrorKind::AlreadyExists.into()));
    }
    let part = to.with_extension("part");
    remove(&part).map_err(|source| unwritten(to, source))?;
    let made = make(&part).and_then(|made| {
        let synced = File::open(&part).and_then(|file| file.sync_all());
        synced.and_then(|()| rename(&part, to)).map_err(|source| unwritten(to, source))?;
        Ok(made)
    });
    if made.is_err() {
        let _ = remove(&part);
    }
    made
}
