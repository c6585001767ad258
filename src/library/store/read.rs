//! Reading: an MVCC snapshot, and iterators that stop at the first error (redb repeats an error for ever). From any
//! thread but the ui and app threads, which do no I/O.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use redb::{
    AccessGuard, Database, Key, Range, ReadOnlyTable, ReadTransaction, ReadableDatabase,
    ReadableTableMetadata, TableDefinition, Value,
};

use super::codec::{self, AudioId, Brief, CodecError, FileRow, ScanRecord, SheetRow};
use super::error::StoreError;
use super::measured::{self, MeasuredRow};
use super::playlist;
use super::schema::{
    AUDIO, BOOKMARKS_KEY, FACTS, FAILURES, FILES, HISTORY, HISTORY_KEY, LISTENS, MEASURED, MISSING,
    OUTPUTS_KEY, PLACES, PLAYLISTS, POSITION_KEY, RESUME, ROOTS, SCAN_KEY, SESSION, SESSION_KEY, SHEETS,
    TEMPLATES, TRACKS, WAVEFORMS,
};
use super::template;
use crate::model::bookmark::Bookmarks;
use crate::model::facts::{Facts, TrackFacts};
use crate::model::features::Waveform;
use crate::model::history::Entry;
use crate::model::id::TrackId;
use crate::model::listening::Listen;
use crate::model::playlist::Playlists;
use crate::model::resume::Places;
use crate::model::session::{OutputMemory, Session};
use crate::model::template::Templates;
use crate::model::track::Track;
use std::os::unix::ffi::OsStrExt;

/// Everything committed when it was made; later writes do not show.
pub struct StoreReader {
    txn: ReadTransaction,
    path: PathBuf,
}

impl StoreReader {
    pub(super) fn new(db: &Database, path: &Path) -> Result<Self, StoreError> {
        let txn = db.begin_read().map_err(|error| StoreError::from_redb(path, error.into()))?;
        Ok(Self { txn, path: path.to_path_buf() })
    }

    pub(super) fn transaction(&self) -> &ReadTransaction {
        &self.txn
    }

    /// All tracks by id.
    pub fn tracks(&self) -> Result<Tracks, StoreError> {
        let range = || Ok(self.txn.open_table(TRACKS)?.range::<u32>(..)?);
        Ok(Tracks(Rows { range: Some(self.tell(range())?), path: self.path.clone() }))
    }

    /// What the catalog has of all tracks, by id; for so many that a copy of each would take long.
    pub fn each_brief(&self, mut each: impl FnMut(&Brief<'_>)) -> Result<(), StoreError> {
        let Tracks(mut rows) = self.tracks()?;
        let mut next = || rows.next_with(|id, bytes| Ok(each(&codec::decode_brief(id, bytes)?)));
        std::iter::from_fn(&mut next).collect()
    }

    pub fn track_count(&self) -> Result<u64, StoreError> {
        self.tell((|| Ok(self.txn.open_table(TRACKS)?.len()?))())
    }

    pub fn track(&self, id: TrackId) -> Result<Option<Track>, StoreError> {
        let found = self.tell((|| Ok(self.txn.open_table(TRACKS)?.get(id.0)?))())?;
        found.map(|bytes| self.value(codec::decode_track(id.0, bytes.value()))).transpose()
    }

    /// All known files by path.
    pub fn files(&self) -> Result<Files, StoreError> {
        let range = || Ok(self.txn.open_table(FILES)?.range::<&[u8]>(..)?);
        Ok(Files(Rows { range: Some(self.tell(range())?), path: self.path.clone() }))
    }

    /// The known files inside `folder`, at any depth, by path.
    pub fn files_inside(&self, folder: &Path) -> Result<Files, StoreError> {
        let mut from = folder.as_os_str().as_bytes().to_vec();
        if from.last() != Some(&b'/') {
            from.push(b'/');
        }
        let mut to = from.clone();
        if let Some(last) = to.last_mut() {
            *last += 1;
        }
        let range = || Ok(self.txn.open_table(FILES)?.range::<&[u8]>(from.as_slice()..to.as_slice())?);
        Ok(Files(Rows { range: Some(self.tell(range())?), path: self.path.clone() }))
    }

    pub fn file(&self, path: &Path) -> Result<Option<FileRow>, StoreError> {
        let key = path.as_os_str().as_bytes();
        let found = self.tell((|| Ok(self.txn.open_table(FILES)?.get(key)?))())?;
        found.map(|bytes| self.value(codec::decode_file(bytes.value()))).transpose()
    }

    /// Why a file could not be read.
    pub fn failure(&self, path: &Path) -> Result<Option<String>, StoreError> {
        let key = path.as_os_str().as_bytes();
        let found = self.tell((|| Ok(self.txn.open_table(FAILURES)?.get(key)?))())?;
        Ok(found.map(|why| why.value().to_owned()))
    }

    /// Tracks whose file is gone, from the lowest id above `after`, and since when: at most `limit` of them.
    pub fn missing_after(
        &self,
        after: Option<TrackId>,
        limit: usize,
    ) -> Result<Vec<(TrackId, i64)>, StoreError> {
        let table = self.table(MISSING)?;
        let from = after.map_or(0, |id| id.0.saturating_add(1));
        let rows = self.tell(table.range(from..).map_err(Into::into))?;
        let row = |row: Result<(AccessGuard<'_, u32>, AccessGuard<'_, i64>), _>| {
            let (id, since_s) = self.tell(row.map_err(redb::Error::from))?;
            Ok((TrackId(id.value()), since_s.value()))
        };
        rows.take(limit).map(row).collect()
    }

    /// All tracks whose file is gone.
    pub fn missing(&self) -> Result<HashSet<TrackId>, StoreError> {
        Ok(self.missing_after(None, usize::MAX)?.into_iter().map(|(id, _)| id).collect())
    }

    /// What the sound of one track is known by.
    pub fn audio(&self, id: TrackId) -> Result<Option<AudioId>, StoreError> {
        let table = self.table(AUDIO)?;
        let found = self.tell(table.get(id.0).map_err(Into::into))?;
        found.map(|bytes| self.value(codec::decode_audio(bytes.value()))).transpose()
    }

    /// What the sound of all tracks is known by, by id.
    pub fn audios(&self) -> Result<Audios, StoreError> {
        let table = self.table(AUDIO)?;
        let range = self.tell(table.range::<u32>(..).map_err(Into::into))?;
        Ok(Audios(Rows { range: Some(range), path: self.path.clone() }))
    }

    /// What was measured of one track, its waveform with it.
    pub fn measured(&self, id: TrackId) -> Result<Option<MeasuredRow>, StoreError> {
        let Some(bytes) = self.tell(self.table(MEASURED)?.get(id.0).map_err(Into::into))? else {
            return Ok(None);
        };
        // One that an older or a newer program wrote is as one that is not there.
        let Ok(mut row) = measured::decode(bytes.value()) else { return Ok(None) };
        if let (Ok(found), Some(waveform)) = (&mut row.found, self.waveform(id)?) {
            found.waveform = waveform;
        }
        Ok(Some(row))
    }

    /// What was measured of all tracks, without waveforms, by id.
    pub fn all_measured(&self) -> Result<MeasuredRows, StoreError> {
        let range = self.tell(self.table(MEASURED)?.range::<u32>(..).map_err(Into::into))?;
        Ok(MeasuredRows(Rows { range: Some(range), path: self.path.clone() }))
    }

    /// The overview of one track.
    pub fn waveform(&self, id: TrackId) -> Result<Option<Waveform>, StoreError> {
        let bytes = self.tell(self.table(WAVEFORMS)?.get(id.0).map_err(Into::into))?;
        bytes.map(|bytes| self.value(measured::decode_waveform(bytes.value()))).transpose()
    }

    /// Devices of roots and mount points at or below `root`, by path; see `schema::PLACES`.
    pub fn places(&self, root: &Path) -> Result<Vec<(PathBuf, u64)>, StoreError> {
        let table = self.table(PLACES)?;
        let mut places = Vec::new();
        for row in self.tell(table.range(root.as_os_str().as_bytes()..).map_err(Into::into))? {
            let (path, device) = self.tell(row.map_err(Into::into))?;
            if !path.value().starts_with(root.as_os_str().as_bytes()) {
                break;
            }
            places.push((codec::path_from(path.value()), device.value()));
        }
        places.retain(|(path, _)| path.starts_with(root));
        Ok(places)
    }

    /// The device of one root or mount point.
    pub fn place(&self, path: &Path) -> Result<Option<u64>, StoreError> {
        let table = self.table(PLACES)?;
        let device = self.tell(table.get(path.as_os_str().as_bytes()).map_err(Into::into))?;
        Ok(device.map(|device| device.value()))
    }

    /// All known CUE sheets by path.
    pub fn sheets(&self) -> Result<Vec<(PathBuf, SheetRow)>, StoreError> {
        let table = self.table(SHEETS)?;
        let range = self.tell((|| Ok(table.range::<&[u8]>(..)?))())?;
        let mut rows = Rows { range: Some(range), path: self.path.clone() };
        let row = |path: &[u8], bytes: &[u8]| Ok((codec::path_from(path), codec::decode_sheet(bytes)?));
        std::iter::from_fn(|| rows.next_with(row)).collect()
    }

    /// Folders and files that the library is made of, by path.
    pub fn roots(&self) -> Result<Vec<PathBuf>, StoreError> {
        let range = self.tell((|| Ok(self.txn.open_table(ROOTS)?.range::<&[u8]>(..)?))())?;
        let mut roots = Vec::new();
        for row in range {
            let (path, ()) =
                self.tell(row.map_err(Into::into)).map(|(key, _)| (codec::path_from(key.value()), ()))?;
            roots.push(path);
        }
        Ok(roots)
    }

    pub fn session(&self) -> Result<Option<Session>, StoreError> {
        let table = self.table(SESSION)?;
        let Some(bytes) = self.tell(table.get(SESSION_KEY).map_err(Into::into))? else {
            return Ok(None);
        };
        let mut session = self.value(codec::decode_session(bytes.value()))?;
        if let Some(bytes) = self.tell(table.get(POSITION_KEY).map_err(Into::into))? {
            session.position = self.value(codec::decode_position(bytes.value()))?;
        }
        Ok(Some(session))
    }

    /// Nothing where nothing was written yet.
    pub fn outputs(&self) -> Result<OutputMemory, StoreError> {
        let table = self.table(SESSION)?;
        let bytes = self.tell(table.get(OUTPUTS_KEY).map_err(Into::into))?;
        bytes.map_or_else(
            || Ok(OutputMemory::default()),
            |bytes| self.value(codec::decode_outputs(bytes.value())),
        )
    }

    /// How the last scan ended; `None` before the first.
    pub fn scan_record(&self) -> Result<Option<ScanRecord>, StoreError> {
        let table = self.table(SESSION)?;
        let bytes = self.tell(table.get(SCAN_KEY).map_err(Into::into))?;
        bytes.map(|bytes| self.value(codec::decode_scan(bytes.value()))).transpose()
    }

    /// What only we know of one track.
    pub fn fact(&self, id: TrackId) -> Result<TrackFacts, StoreError> {
        let found = self.tell(self.table(FACTS)?.get(id.0).map_err(Into::into))?;
        found
            .map_or_else(|| Ok(TrackFacts::default()), |bytes| self.value(codec::decode_facts(bytes.value())))
    }

    /// What only we know of the tracks.
    pub fn facts(&self) -> Result<Facts, StoreError> {
        let table = self.table(FACTS)?;
        let rows = self.tell(table.range::<u32>(..).map_err(Into::into))?;
        rows.map(|row| {
            let (id, bytes) = self.tell(row.map_err(Into::into))?;
            Ok((TrackId(id.value()), self.value(codec::decode_facts(bytes.value()))?))
        })
        .collect()
    }

    /// What was listened to, from a time on (milliseconds since the Unix epoch), the oldest first.
    pub fn listens(&self, from_ms: i64) -> Result<Listens, StoreError> {
        let range = self.tell(self.table(LISTENS)?.range((from_ms, 0)..).map_err(Into::into))?;
        Ok(Listens(Rows { range: Some(range), path: self.path.clone() }))
    }

    /// The steps that can be gone over, by number, and the number of the last one that is done.
    pub fn history(&self) -> Result<(Vec<Arc<Entry>>, u64), StoreError> {
        let table = self.table(HISTORY)?;
        let rows = self.tell(table.range::<u64>(..).map_err(Into::into))?;
        let entries = rows.map(|row| {
            let (_, bytes) = self.tell(row.map_err(Into::into))?;
            self.value(codec::decode_entry(bytes.value())).map(Arc::new)
        });
        let entries: Vec<Arc<Entry>> = entries.collect::<Result<_, StoreError>>()?;
        let session = self.table(SESSION)?;
        let done = self.tell(session.get(HISTORY_KEY).map_err(Into::into))?;
        let done = done.and_then(|bytes| bytes.value().try_into().ok().map(u64::from_le_bytes));
        Ok((entries, done.unwrap_or(0)))
    }

    /// None where none was ever set.
    pub fn bookmarks(&self) -> Result<Bookmarks, StoreError> {
        let table = self.table(SESSION)?;
        let bytes = self.tell(table.get(BOOKMARKS_KEY).map_err(Into::into))?;
        bytes.map_or_else(
            || Ok(Bookmarks::default()),
            |bytes| self.value(codec::decode_bookmarks(bytes.value())),
        )
    }

    /// All playlists.
    pub fn playlists(&self) -> Result<Playlists, StoreError> {
        let table = self.table(PLAYLISTS)?;
        let rows = self.tell(table.range::<u64>(..).map_err(Into::into))?;
        rows.map(|row| {
            let (id, bytes) = self.tell(row.map_err(Into::into))?;
            self.value(playlist::decode(id.value(), bytes.value())).map(Arc::new)
        })
        .collect()
    }

    /// Where tracks were left off.
    pub fn resume(&self) -> Result<Places, StoreError> {
        let table = self.table(RESUME)?;
        let rows = self.tell(table.range::<u32>(..).map_err(Into::into))?;
        rows.map(|row| {
            let (id, bytes) = self.tell(row.map_err(Into::into))?;
            Ok((TrackId(id.value()), self.value(codec::decode_place(bytes.value()))?))
        })
        .collect()
    }

    /// All queue templates.
    pub fn templates(&self) -> Result<Templates, StoreError> {
        let table = self.table(TEMPLATES)?;
        let rows = self.tell(table.range::<u64>(..).map_err(Into::into))?;
        rows.map(|row| {
            let (id, bytes) = self.tell(row.map_err(Into::into))?;
            self.value(template::decode(id.value(), bytes.value())).map(Arc::new)
        })
        .collect()
    }

    fn table<K: Key + 'static, V: Value + 'static>(
        &self,
        table: TableDefinition<'static, K, V>,
    ) -> Result<ReadOnlyTable<K, V>, StoreError> {
        self.tell(self.txn.open_table(table).map_err(Into::into))
    }

    fn tell<T>(&self, result: Result<T, redb::Error>) -> Result<T, StoreError> {
        result.map_err(|error| StoreError::from_redb(&self.path, error))
    }

    fn value<T>(&self, result: Result<T, CodecError>) -> Result<T, StoreError> {
        result.map_err(|source| StoreError::Value { path: self.path.clone(), source })
    }
}

/// A range that ends at its first error.
struct Rows<K: redb::Key + 'static> {
    range: Option<Range<'static, K, &'static [u8]>>,
    path: PathBuf,
}

impl<K: redb::Key + 'static> Rows<K> {
    fn next_with<T>(
        &mut self,
        decode: impl FnOnce(K::SelfType<'_>, &[u8]) -> Result<T, CodecError>,
    ) -> Option<Result<T, StoreError>> {
        let decoded = match self.range.as_mut()?.next()? {
            Ok((key, value)) => decode(key.value(), value.value())
                .map_err(|source| StoreError::Value { path: self.path.clone(), source }),
            Err(error) => Err(StoreError::from_redb(&self.path, error.into())),
        };
        if decoded.is_err() {
            self.range = None;
        }
        Some(decoded)
    }
}

/// See [`StoreReader::tracks`]. Ends after its first error.
pub struct Tracks(Rows<u32>);

impl Iterator for Tracks {
    type Item = Result<Track, StoreError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.0.next_with(codec::decode_track)
    }
}

/// See [`StoreReader::audios`]. Ends after its first error.
pub struct Audios(Rows<u32>);

impl Iterator for Audios {
    type Item = Result<(TrackId, AudioId), StoreError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.0.next_with(|id, bytes| Ok((TrackId(id), codec::decode_audio(bytes)?)))
    }
}

/// See [`StoreReader::all_measured`]. What an older or a newer program wrote is left out. Ends after its first error.
pub struct MeasuredRows(Rows<u32>);

impl Iterator for MeasuredRows {
    type Item = Result<(TrackId, MeasuredRow), StoreError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let row = self
                .0
                .next_with(|id, bytes| Ok(measured::decode(bytes).ok().map(|row| (TrackId(id), row))))?;
            if let Some(row) = row.transpose() {
                return Some(row);
            }
        }
    }
}

/// See [`StoreReader::listens`]. Ends after its first error.
pub struct Listens(Rows<(i64, u32)>);

impl Iterator for Listens {
    type Item = Result<Listen, StoreError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.0.next_with(codec::decode_listen)
    }
}

/// See [`StoreReader::files_inside`]. Ends after its first error.
pub struct Files(Rows<&'static [u8]>);

impl Files {
    /// As `next`, for many: the path's bytes go behind what is in `path`.
    pub fn next_into(&mut self, path: &mut Vec<u8>) -> Option<Result<FileRow, StoreError>> {
        self.0.next_with(|key, bytes| {
            path.extend_from_slice(key);
            codec::decode_file(bytes)
        })
    }
}

impl Iterator for Files {
    type Item = Result<(PathBuf, FileRow), StoreError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.0.next_with(|path, bytes| Ok((codec::path_from(path), codec::decode_file(bytes)?)))
    }
}
