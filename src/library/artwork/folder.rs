//! Pictures beside music.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, Read};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use super::{ArtworkError, MAX_BYTES};
use crate::library::catalog_build::album_folder;
use crate::model::part;

/// Names of covers, the most likely first; and what they end in.
const NAMES: [&str; 4] = ["cover", "folder", "front", "album"];
const ENDINGS: [&str; 4] = ["jpg", "jpeg", "png", "webp"];
/// Most entries of a folder that are looked at.
const MAX_ENTRIES: usize = 20_000;

/// The picture for the audio file `path`: in its folder, else in its album's.
pub fn find(path: &Path) -> Result<Option<(PathBuf, Vec<u8>)>, ArtworkError> {
    let file = part::split(path).map_or(path, |(file, _)| file);
    let Some(folder) = file.parent() else { return Ok(None) };
    let above = album_folder(folder.as_os_str().as_bytes()).map(|above| Path::new(OsStr::from_bytes(above)));
    for folder in [Some(folder), above].into_iter().flatten() {
        // One that cannot be used does not hide the next.
        for picture in pictures(folder) {
            if let Ok(data) = read(&picture)
                && super::dimensions(&data).is_ok()
            {
                return Ok(Some((picture, data)));
            }
        }
    }
    Ok(None)
}

/// Files that are named like covers, the best name first.
fn pictures(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = folder.read_dir() else { return Vec::new() };
    let mut found: Vec<((usize, usize), PathBuf)> = entries
        .take(MAX_ENTRIES)
        .filter_map(|entry| {
            let path = entry.ok()?.path();
            let at = |list: &[&str], word: Option<&OsStr>| {
                let word = word?.to_ascii_lowercase();
                list.iter().position(|known| word == *known)
            };
            let rank = (at(&NAMES, path.file_stem())?, at(&ENDINGS, path.extension())?);
            Some((rank, path))
        })
        .collect();
    found.sort();
    found.into_iter().map(|(_, path)| path).collect()
}

/// A regular file within the limit; a FIFO named like a picture holds nobody up.
pub fn read(path: &Path) -> Result<Vec<u8>, ArtworkError> {
    let flags = rustix::fs::OFlags::NONBLOCK.bits().cast_signed();
    let file = File::options().read(true).custom_flags(flags).open(path)?;
    let about = file.metadata()?;
    if !about.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is no regular file").into());
    }
    let mut data = Vec::new();
    // It may grow while it is read.
    file.take(MAX_BYTES + 1).read_to_end(&mut data)?;
    if data.len() as u64 > MAX_BYTES { Err(ArtworkError::TooLarge) } else { Ok(data) }
}
