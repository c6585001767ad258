//! Rows that must agree: a file names its track, a track its file, and what is known of a track is of one that there is.

use std::os::unix::ffi::OsStrExt;

use redb::{ReadableTable, WriteTransaction};

use crate::library::store::codec::{self, FileRow};
use crate::library::store::error::StoreError;
use crate::library::store::read::StoreReader;
use crate::library::store::schema::*;

/// No reader of tags was ever of this version: the next scan reads the file again.
const READ_AGAIN: u8 = 0;

/// How many rows do not agree.
pub fn at_odds(reader: &StoreReader) -> Result<u64, StoreError> {
    let mut odds = 0;
    for track in reader.tracks()? {
        let track = track?;
        odds += u64::from(reader.file(&track.path)?.is_none_or(|row| row.track != Some(track.id)));
    }
    for file in reader.files()? {
        let (path, row) = file?;
        if let Some(id) = row.track {
            odds += u64::from(reader.track(id)?.is_none_or(|track| track.path != path));
        }
    }
    Ok(odds)
}

/// Makes rows that were saved from a damaged store agree: a track gets its file again, and every file is read again by the
/// next scan, which finds the track of a file under the number that it had. Gives the number of facts that belong to no
/// track and no file any more; they go.
pub fn settle(txn: &WriteTransaction) -> Result<u64, redb::Error> {
    files_of_tracks(txn)?;
    let mut highest = read_again(txn)?;
    let lost = facts(txn, &mut highest)?;
    let mut meta = txn.open_table(META)?;
    let next = meta.get(META_NEXT_TRACK)?.map_or(1, |next| next.value());
    meta.insert(META_NEXT_TRACK, next.max(highest.saturating_add(1)))?;
    Ok(lost)
}

fn files_of_tracks(txn: &WriteTransaction) -> Result<(), redb::Error> {
    let (tracks, mut files) = (txn.open_table(TRACKS)?, txn.open_table(FILES)?);
    for row in tracks.iter()? {
        let (id, bytes) = row?;
        // A store of an older version keeps its files as they are: they are read again anyway.
        let Ok(track) = codec::decode_track(id.value(), bytes.value()) else { continue };
        let file = FileRow { track: Some(track.id), stamp: track.stamp, reader: READ_AGAIN };
        files.insert(track.path.as_os_str().as_bytes(), codec::encode_file(&file).as_slice())?;
    }
    Ok(())
}

/// Gives the highest number of a track that a file names.
fn read_again(txn: &WriteTransaction) -> Result<u32, redb::Error> {
    let mut files = txn.open_table(FILES)?;
    let (mut highest, mut rows) = (0, Vec::new());
    for row in files.iter()? {
        let (path, bytes) = row?;
        let Ok(file) = codec::decode_file(bytes.value()) else { continue };
        highest = highest.max(file.track.map_or(0, |id| id.0));
        rows.push((path.value().to_vec(), FileRow { reader: READ_AGAIN, ..file }));
    }
    for (path, file) in rows {
        files.insert(path.as_slice(), codec::encode_file(&file).as_slice())?;
    }
    txn.open_table(SHEETS)?.retain(|_, _| false)?;
    Ok(highest)
}

fn facts(txn: &WriteTransaction, highest: &mut u32) -> Result<u64, redb::Error> {
    let mut known = std::collections::HashSet::new();
    for row in txn.open_table(TRACKS)?.iter()? {
        known.insert(row?.0.value());
    }
    for row in txn.open_table(FILES)?.iter()? {
        let (_, bytes) = row?;
        known.extend(codec::decode_file(bytes.value()).ok().and_then(|file| file.track).map(|id| id.0));
    }
    *highest = known.iter().copied().fold(*highest, u32::max);
    for row in txn.open_table(LISTENS)?.iter()? {
        let (key, _) = row?;
        *highest = (*highest).max(key.value().1);
    }
    let mut lost = 0;
    txn.open_table(FACTS)?.retain(|id, _| {
        let is_known = known.contains(&id);
        lost += u64::from(!is_known);
        is_known
    })?;
    txn.open_table(MISSING)?.retain(|id, _| known.contains(&id))?;
    txn.open_table(AUDIO)?.retain(|id, _| known.contains(&id))?;
    Ok(lost)
}
