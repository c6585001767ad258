//! What can be written, and how each write changes the tables within one transaction. Runs on the writer thread only.

use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use redb::{Database, ReadableTable, ReadableTableMetadata, Table, WriteTransaction};

use super::codec::{self, AudioId, FileRow, ScanRecord, SheetRow};
use super::measured::{self, MeasuredRow};
use super::playlist;
use super::schema::{
    AUDIO, BOOKMARKS_KEY, FACTS, FAILURES, FILES, HISTORY, HISTORY_KEY, LISTENS, META, META_NEXT_TRACK,
    MISSING, OUTPUTS_KEY, PLACES, PLAYLISTS, POSITION_KEY, ROOTS, SCAN_KEY, SESSION, SESSION_KEY, SHEETS,
    TRACKS,
};
use crate::library::tags::READER_VERSION;
use crate::model::bookmark::Bookmarks;
use crate::model::facts::TrackFacts;
use crate::model::history::HistoryChange;
use crate::model::id::{PlaylistId, TrackId};
use crate::model::listening::Listen;
use crate::model::playlist::Playlist;
use crate::model::session::{OutputMemory, Save, Session, SessionPosition};
use crate::model::track::{FileStamp, Track};

/// A file that is named like music and cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    pub path: PathBuf,
    pub stamp: FileStamp,
    pub error: String,
    /// When it was tried, in seconds since the Unix epoch.
    pub at_s: i64,
}

/// One change. Changes take effect in the order in which they are sent.
#[derive(Debug, Clone, PartialEq)]
pub enum WriteOp {
    /// New tracks, changed tracks, and moved tracks (same id, other path). A path belongs to one track: the last wins.
    PutTracks(Vec<Track>),
    /// Forgets them, and all that only we know of them.
    RemoveTracks(Vec<TrackId>),
    /// Their files were gone at that time, in seconds since the Unix epoch; those that are missing already stay so since
    /// then.
    PutMissing(Vec<TrackId>, i64),
    /// Their files are there again, as they were.
    RemoveMissing(Vec<TrackId>),
    /// Files that could not be read; a track that was there is missing.
    PutFailures(Vec<Failure>),
    /// Forgets failures of files that are gone.
    RemoveFailures(Vec<PathBuf>),
    /// CUE sheets, and files that one is embedded in; their tracks are put like all others.
    PutSheets(Vec<(PathBuf, SheetRow)>),
    RemoveSheets(Vec<PathBuf>),
    /// What their sound is known by. Of tracks that there are.
    PutAudio(Vec<(TrackId, AudioId)>),
    /// What was measured of tracks, or why nothing could be. Of tracks that there are no more nothing is kept.
    PutMeasured(Vec<(TrackId, MeasuredRow)>),
    /// Devices by root and mount point, see `schema::PLACES`; `None` where nothing is mounted any more.
    PutPlaces(Vec<(PathBuf, Option<u64>)>),
    /// Replaces the list of roots.
    PutRoots(Vec<PathBuf>),
    PutScanRecord(Box<ScanRecord>),
    PutSession(Session),
    /// Session, facts and history, in one piece.
    Save(Box<Save>),
    /// Only the place in the queue that was saved last.
    PutPosition(Option<SessionPosition>),
    PutOutputs(OutputMemory),
    PutBookmarks(Arc<Bookmarks>),
    /// Facts that are the default ones are forgotten.
    PutFacts(Vec<(TrackId, TrackFacts)>),
    /// Another one of the same track and time is replaced.
    PutListens(Vec<Listen>),
    /// Lists as they are now; `None` for one that is gone.
    PutPlaylists(Vec<(PlaylistId, Option<Arc<Playlist>>)>),
}

impl WriteOp {
    /// Number of records it writes, by which batches are measured.
    pub(super) fn records(&self) -> usize {
        match self {
            Self::PutTracks(tracks) => tracks.len(),
            Self::RemoveTracks(ids) | Self::PutMissing(ids, _) | Self::RemoveMissing(ids) => ids.len(),
            Self::PutAudio(rows) => rows.len(),
            Self::PutMeasured(rows) => 2 * rows.len(),
            Self::PutPlaces(places) => places.len(),
            Self::PutFailures(failures) => failures.len(),
            Self::RemoveFailures(paths) => paths.len(),
            Self::PutSheets(sheets) => sheets.len(),
            Self::RemoveSheets(paths) => paths.len(),
            Self::PutRoots(roots) => roots.len(),
            Self::PutFacts(rows) => rows.len(),
            Self::PutListens(listens) => listens.len(),
            Self::PutScanRecord(_)
            | Self::PutSession(_)
            | Self::PutPosition(_)
            | Self::PutOutputs(_)
            | Self::PutBookmarks(_) => 1,
            Self::PutPlaylists(lists) => weight(lists),
            Self::Save(save) => 1 + save.facts.len() + weight(&save.playlists),
        }
    }
}

impl WriteOp {
    fn session(&self) -> Option<&Session> {
        match self {
            Self::PutSession(session) => Some(session),
            Self::Save(save) => save.session.as_ref(),
            _ => None,
        }
    }
}

/// Applies `ops` and commits them durably, all or nothing.
pub fn apply(db: &Database, ops: &[WriteOp], next_track: u32) -> Result<(), redb::Error> {
    let txn = db.begin_write()?;
    txn.open_table(META)?.insert(META_NEXT_TRACK, next_track)?;
    // Only the last of several sessions is worth its bytes.
    let last_session = ops.iter().rposition(|op| op.session().is_some());
    for (at, op) in ops.iter().enumerate() {
        if let Some(session) = op.session().filter(|_| Some(at) == last_session) {
            put_session(&txn, session)?;
        }
        match op {
            WriteOp::PutTracks(tracks) => FileTables::open(&txn)?.put_tracks(tracks)?,
            WriteOp::RemoveTracks(ids) => FileTables::open(&txn)?.remove_tracks(ids)?,
            WriteOp::PutMissing(ids, since_s) => FileTables::open(&txn)?.put_missing(ids, *since_s)?,
            WriteOp::RemoveMissing(ids) => FileTables::open(&txn)?.remove_missing(ids)?,
            WriteOp::PutFailures(failures) => FileTables::open(&txn)?.put_failures(failures)?,
            WriteOp::RemoveFailures(paths) => FileTables::open(&txn)?.remove_failures(paths)?,
            WriteOp::PutSheets(sheets) => put_sheets(&txn, sheets)?,
            WriteOp::RemoveSheets(paths) => remove_sheets(&txn, paths)?,
            WriteOp::PutAudio(rows) => FileTables::open(&txn)?.put_audio(rows)?,
            WriteOp::PutMeasured(rows) => measured::put(&txn, rows)?,
            WriteOp::PutPlaces(places) => put_places(&txn, places)?,
            WriteOp::PutRoots(roots) => put_roots(&txn, roots)?,
            WriteOp::PutSession(_) => {}
            WriteOp::PutScanRecord(record) => put_scan_record(&txn, record)?,
            WriteOp::Save(save) => {
                put_facts(&txn, &save.facts)?;
                put_playlists(&txn, &save.playlists)?;
                save.history.iter().try_for_each(|change| put_history(&txn, change))?;
            }
            WriteOp::PutPosition(position) => put_position(&txn, *position)?,
            WriteOp::PutOutputs(memory) => put_outputs(&txn, memory)?,
            WriteOp::PutBookmarks(marks) => put_bookmarks(&txn, marks)?,
            WriteOp::PutFacts(rows) => put_facts(&txn, rows)?,
            WriteOp::PutListens(listens) => put_listens(&txn, listens)?,
            WriteOp::PutPlaylists(lists) => put_playlists(&txn, lists)?,
        }
    }
    txn.commit()?;
    Ok(())
}

/// The tables that must agree: a file's row names its track, a track's path names its file, and what else is known of a
/// track goes with it.
struct FileTables<'txn> {
    tracks: Table<'txn, u32, &'static [u8]>,
    files: Table<'txn, &'static [u8], &'static [u8]>,
    failures: Table<'txn, &'static [u8], &'static str>,
    missing: Table<'txn, u32, i64>,
    facts: Table<'txn, u32, &'static [u8]>,
    audio: Table<'txn, u32, &'static [u8]>,
    txn: &'txn WriteTransaction,
}

impl<'txn> FileTables<'txn> {
    fn open(txn: &'txn WriteTransaction) -> Result<Self, redb::Error> {
        Ok(Self {
            tracks: txn.open_table(TRACKS)?,
            files: txn.open_table(FILES)?,
            failures: txn.open_table(FAILURES)?,
            missing: txn.open_table(MISSING)?,
            facts: txn.open_table(FACTS)?,
            audio: txn.open_table(AUDIO)?,
            txn,
        })
    }

    fn put_tracks(&mut self, tracks: &[Track]) -> Result<(), redb::Error> {
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

    fn remove_tracks(&mut self, ids: &[TrackId]) -> Result<(), redb::Error> {
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
        measured::remove(self.txn, id)
    }

    fn put_audio(&mut self, rows: &[(TrackId, AudioId)]) -> Result<(), redb::Error> {
        let mut record = Vec::new();
        for (id, audio) in rows {
            codec::encode_audio(audio, &mut record)
                .map_err(|error| redb::Error::Corrupted(error.to_string()))?;
            self.audio.insert(id.0, record.as_slice())?;
        }
        Ok(())
    }

    fn put_missing(&mut self, ids: &[TrackId], since_s: i64) -> Result<(), redb::Error> {
        for id in ids {
            if self.tracks.get(id.0)?.is_some() && self.missing.get(id.0)?.is_none() {
                self.missing.insert(id.0, since_s)?;
            }
        }
        Ok(())
    }

    fn remove_missing(&mut self, ids: &[TrackId]) -> Result<(), redb::Error> {
        if self.missing.is_empty()? {
            return Ok(());
        }
        for id in ids {
            self.missing.remove(id.0)?;
        }
        Ok(())
    }

    fn put_failures(&mut self, failures: &[Failure]) -> Result<(), redb::Error> {
        for failure in failures {
            let track = self.file(&failure.path)?.and_then(|row| row.track);
            let row = FileRow { track, stamp: failure.stamp, reader: READER_VERSION };
            self.replace_file(&failure.path, row)?;
            self.put_missing(track.as_slice(), failure.at_s)?;
            self.failures.insert(failure.path.as_os_str().as_bytes(), failure.error.as_str())?;
        }
        Ok(())
    }

    fn remove_failures(&mut self, paths: &[PathBuf]) -> Result<(), redb::Error> {
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

fn put_sheets(txn: &WriteTransaction, sheets: &[(PathBuf, SheetRow)]) -> Result<(), redb::Error> {
    let mut table = txn.open_table(SHEETS)?;
    let mut record = Vec::new();
    for (path, row) in sheets {
        codec::encode_sheet(row, &mut record).map_err(|error| redb::Error::Corrupted(error.to_string()))?;
        table.insert(path.as_os_str().as_bytes(), record.as_slice())?;
    }
    Ok(())
}

fn remove_sheets(txn: &WriteTransaction, paths: &[PathBuf]) -> Result<(), redb::Error> {
    let mut table = txn.open_table(SHEETS)?;
    for path in paths {
        table.remove(path.as_os_str().as_bytes())?;
    }
    Ok(())
}

fn put_places(txn: &WriteTransaction, places: &[(PathBuf, Option<u64>)]) -> Result<(), redb::Error> {
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

fn put_roots(txn: &WriteTransaction, roots: &[PathBuf]) -> Result<(), redb::Error> {
    let mut table = txn.open_table(ROOTS)?;
    table.retain(|_, ()| false)?;
    for root in roots {
        table.insert(root.as_os_str().as_bytes(), ())?;
    }
    Ok(())
}

fn put_session(txn: &WriteTransaction, session: &Session) -> Result<(), redb::Error> {
    let bytes = codec::encode_session(session).map_err(|error| redb::Error::Corrupted(error.to_string()))?;
    let mut table = txn.open_table(SESSION)?;
    table.insert(SESSION_KEY, bytes.as_slice())?;
    // A session has its own place; an older one must not outlive it.
    table.remove(POSITION_KEY)?;
    Ok(())
}

fn put_scan_record(txn: &WriteTransaction, record: &ScanRecord) -> Result<(), redb::Error> {
    let bytes = codec::encode_scan(record).map_err(|error| redb::Error::Corrupted(error.to_string()))?;
    txn.open_table(SESSION)?.insert(SCAN_KEY, bytes.as_slice())?;
    Ok(())
}

fn put_outputs(txn: &WriteTransaction, memory: &OutputMemory) -> Result<(), redb::Error> {
    let bytes = codec::encode_outputs(memory).map_err(|error| redb::Error::Corrupted(error.to_string()))?;
    txn.open_table(SESSION)?.insert(OUTPUTS_KEY, bytes.as_slice())?;
    Ok(())
}

fn put_bookmarks(txn: &WriteTransaction, marks: &Bookmarks) -> Result<(), redb::Error> {
    let bytes = codec::encode_bookmarks(marks).map_err(|error| redb::Error::Corrupted(error.to_string()))?;
    txn.open_table(SESSION)?.insert(BOOKMARKS_KEY, bytes.as_slice())?;
    Ok(())
}

fn put_facts(txn: &WriteTransaction, rows: &[(TrackId, TrackFacts)]) -> Result<(), redb::Error> {
    let mut table = txn.open_table(FACTS)?;
    let mut record = Vec::new();
    for (id, facts) in rows {
        if facts.is_nothing() {
            table.remove(id.0)?;
            continue;
        }
        codec::encode_facts(facts, &mut record).map_err(|error| redb::Error::Corrupted(error.to_string()))?;
        table.insert(id.0, record.as_slice())?;
    }
    Ok(())
}

fn put_listens(txn: &WriteTransaction, listens: &[Listen]) -> Result<(), redb::Error> {
    let mut table = txn.open_table(LISTENS)?;
    let mut record = Vec::new();
    for listen in listens {
        codec::encode_listen(listen, &mut record)
            .map_err(|error| redb::Error::Corrupted(error.to_string()))?;
        table.insert((listen.began_ms, listen.track.0), record.as_slice())?;
    }
    Ok(())
}

/// Records of lists, counted as their entries are.
fn weight(lists: &[(PlaylistId, Option<Arc<Playlist>>)]) -> usize {
    lists.iter().map(|(_, list)| 1 + list.as_ref().map_or(0, |list| list.entries().len())).sum()
}

fn put_playlists(
    txn: &WriteTransaction,
    lists: &[(PlaylistId, Option<Arc<Playlist>>)],
) -> Result<(), redb::Error> {
    if lists.is_empty() {
        return Ok(());
    }
    let mut table = txn.open_table(PLAYLISTS)?;
    for (id, list) in lists {
        match list {
            None => drop(table.remove(id.0)?),
            Some(list) => {
                let record =
                    playlist::encode(list).map_err(|error| redb::Error::Corrupted(error.to_string()))?;
                table.insert(id.0, record.as_slice())?;
            }
        }
    }
    Ok(())
}

fn put_history(txn: &WriteTransaction, change: &HistoryChange) -> Result<(), redb::Error> {
    let mut table = txn.open_table(HISTORY)?;
    table.retain_in(..change.first, |_, _| false)?;
    table.retain_in(change.from.max(change.first).., |_, _| false)?;
    let mut record = Vec::new();
    for entry in &change.entries {
        codec::encode_entry(entry, &mut record).map_err(|error| redb::Error::Corrupted(error.to_string()))?;
        table.insert(entry.number, record.as_slice())?;
    }
    txn.open_table(SESSION)?.insert(HISTORY_KEY, change.done.to_le_bytes().as_slice())?;
    Ok(())
}

fn put_position(txn: &WriteTransaction, position: Option<SessionPosition>) -> Result<(), redb::Error> {
    let bytes =
        codec::encode_position(position).map_err(|error| redb::Error::Corrupted(error.to_string()))?;
    txn.open_table(SESSION)?.insert(POSITION_KEY, bytes.as_slice())?;
    Ok(())
}
