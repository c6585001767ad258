//! Knowing a moved file again, where nothing is at its old path any more: by the same inode, size and time, without opening
//! it; else, once it was read, by its sound. Looked up only for new files, and only where the store had files before.

use std::collections::{HashMap, HashSet};
use std::io::ErrorKind;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::sync::atomic::AtomicBool;

use rustix::io::Errno;

use crate::library::store::{AudioId, StoreError, StoreReader};
use crate::library::tags::{is_current, sound};
use crate::model::address::is_address;
use crate::model::id::TrackId;
use crate::model::part;
use crate::model::track::{FileStamp, Tags, Track};

/// Known tracks by inode, filled at the first new file.
#[derive(Default)]
pub struct Moves {
    by_inode: Option<HashMap<u64, TrackId>>,
    /// Halves of the guesses, sorted.
    by_sound: Option<Vec<(u64, TrackId)>>,
}

/// Tracks of one sound that are looked at: silence may be that of thousands.
const MAX_ALIKE: usize = 256;

impl Moves {
    /// The track that stood elsewhere, or under another name of this very file, and is now the file `path` with this stamp.
    pub fn find(
        &mut self,
        store: &StoreReader,
        path: &Path,
        stamp: FileStamp,
    ) -> Result<Option<Track>, StoreError> {
        let by_inode = match &mut self.by_inode {
            Some(known) => known,
            empty => empty.insert(inodes(store)?),
        };
        let Some(&id) = by_inode.get(&stamp.inode) else { return Ok(None) };
        let Some(track) = store.track(id)? else { return Ok(None) };
        if track.stamp != stamp || !(is_gone(&track.path) || is_same_file(&track.path, path)) {
            return Ok(None);
        }
        by_inode.remove(&stamp.inode);
        Ok(Some(track))
    }

    /// The track that stood elsewhere and sounds like the file `path`, which was read. Of several that do, the one with the
    /// same tags, else the one with the same file name. `taken`: those found elsewhere already.
    pub fn find_sound(
        &mut self,
        store: &StoreReader,
        path: &Path,
        tags: &Tags,
        audio: AudioId,
        taken: &HashSet<TrackId>,
    ) -> Result<Option<TrackId>, StoreError> {
        let by_sound = match &mut self.by_sound {
            Some(known) => known,
            empty => empty.insert(sounds(store)?),
        };
        let from = by_sound.partition_point(|&(half, _)| half < lower_half(audio.guess));
        let alike = by_sound[from..].iter().take_while(|&&(half, _)| half == lower_half(audio.guess));
        let mut gone = Vec::new();
        for &(_, id) in alike.filter(|(_, id)| !taken.contains(id)).take(MAX_ALIKE) {
            let Some(track) = store.track(id)? else { continue };
            if is_gone(&track.path)
                && let Some(known) = store.audio(id)?
                && is_same_sound(known, audio, path)
            {
                gone.push(track);
            }
        }
        let is_one = gone.len() == 1;
        let same_tags = gone.iter().find(|track| track.tags == *tags);
        let same_name = || gone.iter().find(|track| track.path.file_name() == path.file_name());
        Ok(same_tags.or_else(same_name).or(gone.first().filter(|_| is_one)).map(|track| track.id))
    }
}

/// By all of the sound where both are known, else by the guess: nobody can read the old file any more.
fn is_same_sound(known: AudioId, found: AudioId, path: &Path) -> bool {
    if known.guess != found.guess {
        return false;
    }
    let Some(whole) = known.whole else { return true };
    let found = found.whole.or_else(|| sound::whole(path, &AtomicBool::new(false)).ok().flatten());
    found == Some(whole)
}

fn lower_half(hash: u128) -> u64 {
    (hash & u128::from(u64::MAX)) as u64
}

fn sounds(store: &StoreReader) -> Result<Vec<(u64, TrackId)>, StoreError> {
    let row =
        |row: Result<(TrackId, AudioId), StoreError>| row.map(|(id, audio)| (lower_half(audio.guess), id));
    let mut known: Vec<(u64, TrackId)> = store.audios()?.map(row).collect::<Result<_, _>>()?;
    known.sort_unstable();
    Ok(known)
}

fn inodes(store: &StoreReader) -> Result<HashMap<u64, TrackId>, StoreError> {
    let mut known = HashMap::new();
    for row in store.files()? {
        let (path, row) = row?;
        // What an older reader read is read again anyway; a part is not a file.
        let is_file = part::split(&path).is_none() && !is_address(&path);
        let is_read = is_file && is_current(row.reader, &path);
        if let Some(id) = row.track.filter(|_| is_read) {
            known.insert(row.stamp.inode, id);
        }
    }
    Ok(known)
}

/// Whether something is at a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    There,
    Gone,
    /// The system does not tell.
    Unknown,
}

pub fn whereabouts(path: &Path) -> Place {
    // No disk knows.
    if is_address(path) {
        return Place::Unknown;
    }
    match std::fs::symlink_metadata(path) {
        Ok(_) => Place::There,
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => Place::Gone,
        // A link to itself is no folder.
        Err(error) if error.raw_os_error() == Some(Errno::LOOP.raw_os_error()) => Place::Gone,
        Err(_) => Place::Unknown,
    }
}

pub fn is_gone(path: &Path) -> bool {
    whereabouts(path) == Place::Gone
}

/// Both paths lead to one file.
fn is_same_file(a: &Path, b: &Path) -> bool {
    let file = |path: &Path| path.metadata().ok().map(|about| (about.dev(), about.ino()));
    file(a).is_some_and(|found| file(b) == Some(found))
}
