//! What the files say: tracks, failures, CUE sheets, roots. Runs within the writer's transaction.

use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use redb::{ReadableTable, ReadableTableMetadata, Table, WriteTransaction};

use super::Failure;
use crate::library::store::codec::{self, AudioId, FileRow, ScanRecord, SheetRow};
use crate::library::store::schema::{
    AUDIO, FACTS, FAILURES, FILES, MEASURED, MISSING, PLACES, ROOTS, SCAN_KEY, SESSION, SHEETS, TRACKS,
    WAVEFORMS,
};
use crate::library::tags::READER_VERSION;
use crate::model::id::TrackId;
use crate::model::track::Track;

/// The tables that must agree: a file's row names its track, a track's path names its file, and what else is known of a
/// track goes with it.
pub struct FileTables<'txn> {
    tracks: Table<'txn, u32, &'static [u8]>,
    files: Table<'txn, &'static [u8], &'static [u8]>,
    failures: Table<'txn, &'static [u8], &'static str>,
    missing: Table<'txn, u32, i64>,
    facts: Table<'txn, u32, &'static [u8]>,
    audio: Table<'txn, u32, &'static [u8]>,
    measured: Table<'txn, u32, &'static [u8]>,
    waveforms: Table<'txn, u32, &'static [u8]>,
}

impl<'txn> FileTables<'txn> {
    pub fn open(txn: &'txn WriteTransaction) -> Result<Self, redb::Error> {
        Ok(Self {
            tracks: txn.open_table(TRACKS)?,
            files: txn.open_table(FILES)?,
            failures: txn.open_table(FAILURES)?,
            missing: txn.open_table(MISSING)?,
            facts: txn.open_table(FACTS)?,
            audio: txn.open_table(AUDIO)?,
            measured: txn.open_table(MEASURED)?,
            waveforms: txn.open_table(WAVEFORMS)?,
        })
    }

    pub fn put_tracks(&mut self, tracks: &[Track]) -> Result<(), redb::Error> {
        let mut record = Vec::new();
        for track in tracks {
            codec::encode_track(track, &mut record)
                .map_err(|error| redb::Error::Corrupted(error.to_string()))?;
            let before = self.tracks.insert(track.id.0, record.as_slice())?;
            let before = before.and_then(|bytes| codec::decode_track(track.id.0, bytes.value()).ok());
            if let Some(old) = before.filter(|old| old.path != track.path) {
                self.unlink_file(&old.path, track.id)?;
            }
            let row = FileRow { track: Some(track.id), stamp: track.stamp, reader: READER_VERSION };
            let there = self.replace_file(&track.path, row)?;
            if there.is_some() {
                self.failures.remove(track.path.as_os_str().as_bytes())?;
            }
            if let Some(other) = there.and_then(|row| row.track).filter(|&other| other != track.id) {
                self.tracks.remove(other.0)?;
                self.forget(other)?;
            }
        }
        let are_back: Vec<TrackId> = tracks.iter().map(|track| track.id).collect();
        self.remove_missing(&are_back)
    }

    pub fn remove_tracks(&mut self, ids: &[TrackId]) -> Result<(), redb::Error> {
        for &id in ids {
            let removed = self.tracks.remove(id.0)?;
            let removed = removed.and_then(|bytes| codec::decode_track(id.0, bytes.value()).ok());
            if let Some(track) = removed {
                self.unlink_file(&track.path, id)?;
            }
            self.forget(id)?;
        }
        Ok(())
    }

    /// What is known of a track that there is no more.
    fn forget(&mut self, id: TrackId) -> Result<(), redb::Error> {
        self.missing.remove(id.0)?;
        self.facts.remove(id.0)?;
        self.audio.remove(id.0)?;
        self.measured.remove(id.0)?;
        self.waveforms.remove(id.0)?;
        Ok(())
    }

    pub fn put_audio(&mut self, rows: &[(TrackId, AudioId)]) -> Result<(), redb::Error> {
        let mut record = Vec::new();
        for (id, audio) in rows {
            codec::encode_audio(audio, &mut record)
                .map_err(|error| redb::Error::Corrupted(error.to_string()))?;
            self.audio.insert(id.0, record.as_slice())?;
        }
        Ok(())
    }

    pub fn put_missing(&mut self, ids: &[TrackId], since_s: i64) -> Result<(), redb::Error> {
        for id in ids {
            if self.tracks.get(id.0)?.is_some() && self.missing.get(id.0)?.is_none() {
                self.missing.insert(id.0, since_s)?;
            }
        }
        Ok(())
    }

    pub fn remove_missing(&mut self, ids: &[TrackId]) -> Result<(), redb::Error> {
        if self.missing.is_empty()? {
            return Ok(());
        }
        for id in ids {
            self.missing.remove(id.0)?;
        }
        Ok(())
    }

    pub fn put_failures(&mut self, failures: &[Failure]) -> Result<(), redb::Error> {
        for failure in failures {
            let track = self.file(&failure.path)?.and_then(|row| row.track);
            let row = FileRow { track, stamp: failure.stamp, reader: READER_VERSION };
            self.replace_file(&failure.path, row)?;
            self.put_missing(track.as_slice(), failure.at_s)?;
            self.failures.insert(failure.path.as_os_str().as_bytes(), failure.error.as_str())?;
        }
        Ok(())
    }

    pub fn remove_failures(&mut self, paths: &[PathBuf]) -> Result<(), redb::Error> {
        for path in paths {
            let key = path.as_os_str().as_bytes();
            self.failures.remove(key)?;
            if self.file(path)?.is_some_and(|row| row.track.is_none()) {
                self.files.remove(key)?;
            }
        }
        Ok(())
    }

    fn file(&self, path: &Path) -> Result<Option<FileRow>, redb::Error> {
        let bytes = self.files.get(path.as_os_str().as_bytes())?;
        Ok(bytes.and_then(|bytes| codec::decode_file(bytes.value()).ok()))
    }

    fn replace_file(&mut self, path: &Path, row: FileRow) -> Result<Option<FileRow>, redb::Error> {
        let before = self.files.insert(path.as_os_str().as_bytes(), codec::encode_file(&row).as_slice())?;
        Ok(before.and_then(|bytes| codec::decode_file(bytes.value()).ok()))
    }

    /// Removes the row of `path` where it still belongs to `id`.
    fn unlink_file(&mut self, path: &Path, id: TrackId) -> Result<(), redb::Error> {
        if self.file(path)?.is_some_and(|row| row.track == Some(id)) {
            self.files.remove(path.as_os_str().as_bytes())?;
            self.failures.remove(path.as_os_str().as_bytes())?;
        }
        Ok(())
    }
}

pub fn put_sheets(txn: &WriteTransaction, sheets: &[(PathBuf, SheetRow)]) -> Result<(), redb::Error> {
    let mut table = txn.open_table(SHEETS)?;
    let mut record = Vec::new();
    for (path, row) in sheets {
        codec::encode_sheet(row, &mut record).map_err(|error| redb::Error::Corrupted(error.to_string()))?;
        table.insert(path.as_os_str().as_bytes(), record.as_slice())?;
    }
    Ok(())
}

pub fn remove_sheets(txn: &WriteTransaction, paths: &[PathBuf]) -> Result<(), redb::Error> {
    let mut table = txn.open_table(SHEETS)?;
    for path in paths {
        table.remove(path.as_os_str().as_bytes())?;
    }
    Ok(())
}

pub fn put_places(txn: &WriteTransaction, places: &[(PathBuf, Option<u64>)]) -> Result<(), redb::Error> {
    let mut table = txn.open_table(PLACES)?;
    for (path, device) in places {
        let key = path.as_os_str().as_bytes();
        match device {
            Some(device) => drop(table.insert(key, device)?),
            None => drop(table.remove(key)?),
        }
    }
    Ok(())
}

pub fn put_roots(txn: &WriteTransaction, roots: &[PathBuf]) -> Result<(), redb::Error> {
    let mut table = txn.open_table(ROOTS)?;
    table.retain(|_, ()| false)?;
    for root in roots {
        table.insert(root.as_os_str().as_bytes(), ())?;
    }
    Ok(())
}

pub fn put_scan_record(txn: &WriteTransaction, record: &ScanRecord) -> Result<(), redb::Error> {
    let bytes = codec::encode_scan(record).map_err(|error| redb::Error::Corrupted(error.to_string()))?;
    txn.open_table(SESSION)?.insert(SCAN_KEY, bytes.as_slice())?;
    Ok(())
}
