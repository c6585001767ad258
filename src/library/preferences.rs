//! The file of a listener's preferences: JSON, with all versions that are kept. Read whole, written whole beside its place and moved
//! there. Every change is made to what is in the file then, under a lock: of two players none undoes what the other kept.

use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, Read, Write};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use crate::model::preferences::{Preferences, Version, Versions};

/// Form of the file; what a later one means is not known here.
const FORM: u32 = 1;
/// Far above fifty versions.
const MAX_BYTES: u64 = 4 << 20;
/// Another holds the lock for no longer than it takes to write.
const PATIENCE: Duration = Duration::from_secs(5);
const PAUSE: Duration = Duration::from_millis(10);

/// Why there are none.
#[derive(Debug, thiserror::Error)]
pub enum Trouble {
    #[error("{} cannot be read: {source}", .file.display())]
    Read { file: PathBuf, source: io::Error },
    #[error("{} is damaged: {why}", .file.display())]
    Damaged { file: PathBuf, why: String },
    #[error("{} was written by a newer auralis (form {form}, known is {FORM}). Update auralis, or move the file away", .file.display())]
    Newer { file: PathBuf, form: u64 },
    #[error("another auralis is writing {}. Try again", .file.display())]
    Held { file: PathBuf },
    #[error("{} cannot be written: {source}", .file.display())]
    Write { file: PathBuf, source: io::Error },
    /// What was asked for cannot be done.
    #[error("{0}")]
    Refused(String),
}

/// What is kept after a change.
#[derive(Debug, Clone, PartialEq)]
pub struct Kept {
    pub versions: Versions,
    /// The file was damaged, and lies there now.
    pub aside: Option<PathBuf>,
}

#[derive(Serialize, Deserialize)]
struct Document {
    auralis_preferences: u64,
    versions: Vec<Version>,
}

/// As the file has them; none where there is no file.
///
/// # Errors
/// Where it cannot be read, is damaged, or newer.
pub fn read(file: &Path) -> Result<Versions, Trouble> {
    match bytes(file) {
        Ok(Some(bytes)) => parse(file, &bytes),
        Ok(None) => Ok(Versions::default()),
        Err(source) => Err(Trouble::Read { file: file.to_owned(), source }),
    }
}

/// Those that the newest version of a file has: of one that was exported, or of another's.
///
/// # Errors
/// As [`read`], and where there is none.
pub fn import(file: &Path) -> Result<Preferences, Trouble> {
    let versions = match bytes(file) {
        Ok(Some(bytes)) => parse(file, &bytes)?,
        Ok(None) => Versions::default(),
        Err(source) => return Err(Trouble::Read { file: file.to_owned(), source }),
    };
    match versions.newest() {
        Some(version) => Ok(version.preferences.clone()),
        None => Err(Trouble::Refused(format!("{} holds no preferences", file.display()))),
    }
}

/// Writes the newest version to a file of its own. One that is there is written over only where it holds preferences too.
///
/// # Errors
/// Where there is nothing to write, or it cannot be written.
pub fn export(versions: &Versions, to: &Path) -> Result<(), Trouble> {
    let Some(newest) = versions.newest() else {
        return Err(Trouble::Refused("there are no preferences yet".to_owned()));
    };
    if to.symlink_metadata().is_ok() && read(to).is_err() {
        let why = format!("{} is there, and holds something else than preferences", to.display());
        return Err(Trouble::Refused(why));
    }
    write(to, &bytes_of(std::slice::from_ref(newest)).map_err(|source| wrong(to, source))?)
}

/// Changes what is in the file. What is damaged is set aside, and begun anew.
///
/// # Errors
/// Of reading and writing, and of `edit`: then nothing is changed.
pub fn change(file: &Path, edit: impl FnOnce(&mut Versions) -> Result<(), String>) -> Result<Kept, Trouble> {
    let wrong_here = |source| wrong(file, source);
    if let Some(folder) = file.parent() {
        DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(wrong_here)?;
    }
    let lock = locked(file)?;
    let (mut versions, aside) = match read(file) {
        Ok(versions) => (versions, None),
        Err(Trouble::Damaged { .. }) => (Versions::default(), Some(set_aside(file).map_err(wrong_here)?)),
        Err(trouble) => return Err(trouble),
    };
    edit(&mut versions).map_err(Trouble::Refused)?;
    let mut text = bytes_of(versions.all()).map_err(wrong_here)?;
    // Of many and long rules fewer versions are kept: what is written can be read.
    while text.len() as u64 > MAX_BYTES && versions.forget_oldest() {
        text = bytes_of(versions.all()).map_err(wrong_here)?;
    }
    write(file, &text)?;
    drop(lock);
    Ok(Kept { versions, aside })
}

/// Reads, and sets a damaged file aside at once.
///
/// # Errors
/// As [`read`], but for damage.
pub fn open(file: &Path) -> Result<Kept, Trouble> {
    match read(file) {
        Ok(versions) => Ok(Kept { versions, aside: None }),
        Err(Trouble::Damaged { .. }) => change(file, |_| Ok(())),
        Err(trouble) => Err(trouble),
    }
}

fn parse(file: &Path, bytes: &[u8]) -> Result<Versions, Trouble> {
    #[derive(Deserialize)]
    struct Head {
        auralis_preferences: u64,
    }
    let damaged = |why: String| Trouble::Damaged { file: file.to_owned(), why };
    let head: Head = serde_json::from_slice(bytes).map_err(|error| damaged(error.to_string()))?;
    if head.auralis_preferences > u64::from(FORM) {
        return Err(Trouble::Newer { file: file.to_owned(), form: head.auralis_preferences });
    }
    let document: Document = serde_json::from_slice(bytes).map_err(|error| damaged(error.to_string()))?;
    Versions::new(document.versions).map_err(damaged)
}

/// `None` where there is no file.
fn bytes(file: &Path) -> io::Result<Option<Vec<u8>>> {
    match std::fs::metadata(file) {
        Ok(found) if found.is_file() => {}
        Ok(_) => return Err(io::Error::other("not a file")),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    }
    let mut bytes = Vec::new();
    File::open(file)?.take(MAX_BYTES + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MAX_BYTES { Err(io::Error::other("larger than 4 MiB")) } else { Ok(Some(bytes)) }
}

/// Held until it is dropped.
fn locked(file: &Path) -> Result<File, Trouble> {
    let wrong = |source| wrong(file, source);
    let place = beside(file, "lock");
    let lock = OpenOptions::new().write(true).create(true).truncate(false).open(place).map_err(wrong)?;
    let until = Instant::now() + PATIENCE;
    loop {
        match lock.try_lock() {
            Ok(()) => return Ok(lock),
            Err(TryLockError::WouldBlock) if Instant::now() < until => std::thread::sleep(PAUSE),
            Err(TryLockError::WouldBlock) => return Err(Trouble::Held { file: file.to_owned() }),
            Err(TryLockError::Error(source)) => return Err(wrong(source)),
        }
    }
}

fn bytes_of(versions: &[Version]) -> io::Result<Vec<u8>> {
    let document = Document { auralis_preferences: u64::from(FORM), versions: versions.to_vec() };
    let mut text = serde_json::to_vec_pretty(&document)?;
    text.push(b'\n');
    Ok(text)
}

fn wrong(file: &Path, source: io::Error) -> Trouble {
    Trouble::Write { file: file.to_owned(), source }
}

/// All of it is there, or what was before.
fn write(file: &Path, text: &[u8]) -> Result<(), Trouble> {
    replace(file, text).map_err(|source| wrong(file, source))
}

fn replace(file: &Path, text: &[u8]) -> io::Result<()> {
    let part = beside(file, &format!("{}.part", std::process::id()));
    let written = File::create(&part).and_then(|mut file| {
        file.write_all(text)?;
        file.sync_all()
    });
    let moved = written.and_then(|()| std::fs::rename(&part, file));
    if moved.is_err() {
        let _ = std::fs::remove_file(&part);
    }
    moved?;
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
}

/// Under the first name that is free.
fn set_aside(file: &Path) -> io::Result<PathBuf> {
    let names = (1..1_000).map(|number| beside(file, &format!("damaged-{number}")));
    let free = names.into_iter().find(|name| name.symlink_metadata().is_err());
    let place = free.ok_or_else(|| io::Error::other("a thousand damaged ones lie there already"))?;
    std::fs::rename(file, &place)?;
    Ok(place)
}

fn beside(file: &Path, ending: &str) -> PathBuf {
    let mut name = file.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{ending}"));
    file.with_file_name(name)
}

#[cfg(test)]
mod tests;
