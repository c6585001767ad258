//! Reading: an MVCC snapshot, and iterators. From any thread but the ui and app threads, which do no I/O.

mod own;
mod rows;
mod sound;

use std::collections::HashSet;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use redb::{
    AccessGuard, Database, Key, ReadOnlyTable, ReadTransaction, ReadableDatabase, ReadableTableMetadata,
    TableDefinition, Value,
};

use super::codec::{self, Brief, CodecError, FileRow, SheetRow};
use super::error::StoreError;
use super::schema::{FAILURES, FILES, MISSING, PLACES, ROOTS, SHEETS, TRACKS};
use crate::model::id::TrackId;
use crate::model::track::Track;
use rows::Rows;
pub use rows::{Audios, Files, Listens, MeasuredRows, Tracks};

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
        let mut row = |id, bytes: &[u8]| {
            each(&codec::decode_brief(id, bytes)?);
            Ok(())
        };
        std::iter::from_fn(|| rows.next_with(&mut row)).collect()
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
