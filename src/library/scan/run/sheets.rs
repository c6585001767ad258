//! The scan's dealings with CUE sheets. A sheet decides when it is met, before the other files of its folder, which of
//! them it speaks for; those are then passed over, and given back where no track of it can be had. Whether it has changed is told by its row, which has its own stamp
//! and those of its files; so an unchanged sheet is not opened. Rows of its tracks lie below its path and so come later in
//! the merge than the sheet itself: they are accounted for by the name of their container.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

use super::super::identify::is_gone;
use super::super::read::Task;
use super::super::sheet::{self, Judged, Listed};
use super::Scan;
use crate::decode::DecodeError;
use crate::library::store::{SheetRow, Standing, StoreError, StoreReader, WriteOp};
use crate::model::id::TrackId;
use crate::model::part;
use crate::model::track::{FileStamp, Track};

/// All sheets that the store knew before this scan.
#[derive(Default)]
pub struct KnownSheets {
    rows: HashMap<PathBuf, SheetRow>,
    by_inode: HashMap<u64, PathBuf>,
}

impl KnownSheets {
    pub fn load(store: &StoreReader) -> Result<Self, StoreError> {
        let rows: HashMap<PathBuf, SheetRow> = store.sheets()?.into_iter().collect();
        let by_inode = rows.iter().map(|(path, row)| (row.stamp.inode, path.clone())).collect();
        Ok(Self { rows, by_inode })
    }
}

/// What was met of sheets under one root.
#[derive(Default)]
pub struct SheetsOfRoot {
    /// Files that a sheet speaks for.
    claimed: HashSet<PathBuf>,
    /// Sheets, and files with one embedded; whether their tracks are as they were.
    met: HashMap<PathBuf, bool>,
    /// Folders and files that could not be read: what is known below them stays.
    unread: Vec<PathBuf>,
    /// Tracks of unchanged sheets.
    pub unchanged: u64,
}

impl SheetsOfRoot {
    /// Whether a known row at `path`, which the walk did not meet, is a track of a sheet that it did meet.
    pub fn accounts_for(&mut self, path: &Path) -> bool {
        let Some((container, _)) = part::split(path) else { return false };
        let met = self.met.get(container);
        self.unchanged += u64::from(met == Some(&true));
        met.is_some()
    }

    /// `path` could not be read: it is neither gone nor the same.
    pub fn keep(&mut self, path: &Path) {
        self.met.insert(path.to_path_buf(), false);
        self.unread.push(path.to_path_buf());
    }
}

impl Scan<'_> {
    /// A file named like a sheet was met.
    pub fn sheet(
        &mut self,
        path: PathBuf,
        stamp: FileStamp,
        root: &Path,
        here: &mut SheetsOfRoot,
    ) -> Result<(), StoreError> {
        if let Some(row) = self.sheets.rows.get(&path)
            && is_as_it_was(row, stamp, path == root, &here.claimed)
        {
            let (files, error) = (row.files.clone(), row.error.clone());
            if row.standing == Standing::Tracks {
                here.claimed.extend(files.into_iter().map(|(file, _)| file));
            }
            return self.same_sheet(path, error, here);
        }
        match sheet::judge(&path, path == root, &here.claimed) {
            Ok(judged) => {
                here.claimed.extend(judged.files().cloned());
                self.read_sheet(path, stamp, Some(judged), here)
            }
            // It may be readable next time without having changed.
            Err(error @ (DecodeError::Open(_) | DecodeError::Read(_))) => {
                here.keep(&path);
                self.fail(path, error.to_string());
                Ok(())
            }
            Err(error) => {
                here.met.insert(path.clone(), false);
                let (parts, has_moved) = self.known_parts(&path, stamp)?;
                let task = Task { path, stamp, parts, has_moved, ..Task::default() };
                self.put_parts(task, Vec::new(), sheet::broken_row(stamp, &error))
            }
        }
    }

    fn same_sheet(
        &mut self,
        path: PathBuf,
        error: Option<String>,
        here: &mut SheetsOfRoot,
    ) -> Result<(), StoreError> {
        if let Some(error) = error {
            self.fail(path.clone(), error);
        }
        here.met.insert(path, true);
        Ok(())
    }

    fn read_sheet(
        &mut self,
        path: PathBuf,
        stamp: FileStamp,
        judged: Option<Judged>,
        here: &mut SheetsOfRoot,
    ) -> Result<(), StoreError> {
        here.met.insert(path.clone(), false);
        let (parts, has_moved) = self.known_parts(&path, stamp)?;
        self.read(Task { path, stamp, sheet: judged.map(Box::new), parts, has_moved, ..Task::default() })
    }

    /// Gives an audio file back unless it is dealt with: a sheet speaks for it, or it had one embedded before.
    pub fn not_of_sheet(
        &mut self,
        path: PathBuf,
        stamp: FileStamp,
        here: &mut SheetsOfRoot,
    ) -> Result<Option<PathBuf>, StoreError> {
        if here.claimed.contains(&path) {
            return Ok(None);
        }
        let Some(row) = self.sheets.rows.get(&path) else { return Ok(Some(path)) };
        if sheet::is_current(row, stamp) {
            let error = row.error.clone();
            self.same_sheet(path, error, here)?;
        } else {
            self.read_sheet(path, stamp, None, here)?;
        }
        Ok(None)
    }

    /// The tracks that a sheet had, by number, and whether it had them at another path.
    fn known_parts(
        &mut self,
        path: &Path,
        stamp: FileStamp,
    ) -> Result<(HashMap<u16, TrackId>, bool), StoreError> {
        if self.sheets.rows.contains_key(path) {
            return Ok((self.parts_in(path)?, false));
        }
        let parts = self.moved_parts(stamp)?;
        let has_moved = !parts.is_empty();
        Ok((parts, has_moved))
    }

    /// The tracks of the sheet, or of the file with one embedded, that stood elsewhere and is now the file with this
    /// stamp. They are not gone.
    pub fn moved_parts(&mut self, stamp: FileStamp) -> Result<HashMap<u16, TrackId>, StoreError> {
        let Some(before) = self.sheets.by_inode.get(&stamp.inode).cloned() else { return Ok(HashMap::new()) };
        if self.sheets.rows.get(&before).is_none_or(|row| row.stamp != stamp) || !is_gone(&before) {
            return Ok(HashMap::new());
        }
        self.sheets.by_inode.remove(&stamp.inode);
        let parts = self.parts_in(&before)?;
        self.moved.extend(parts.values().copied());
        Ok(parts)
    }

    fn parts_in(&self, container: &Path) -> Result<HashMap<u16, TrackId>, StoreError> {
        let mut parts = HashMap::new();
        for row in self.before.files_inside(container)? {
            let (path, row) = row?;
            if let (Some((_, number)), Some(id)) = (part::split(&path), row.track) {
                parts.insert(number, id);
            }
        }
        Ok(parts)
    }

    /// A sheet, or a file with one embedded, was read.
    pub fn put_parts(
        &mut self,
        mut task: Task,
        listed: Vec<Listed>,
        row: SheetRow,
    ) -> Result<(), StoreError> {
        for Listed { path, format, tags } in listed {
            let number = part::split(&path).map_or(0, |(_, number)| number);
            let known = task.parts.remove(&number);
            let added_s = self.added_s(known)?;
            let count = match (known.is_some(), task.has_moved) {
                (false, _) => &mut self.report.added,
                (true, false) => &mut self.report.updated,
                (true, true) => &mut self.report.moved,
            };
            *count += 1;
            let id = known.unwrap_or_else(|| self.store.new_track_id());
            self.put(Track { id, path, stamp: task.stamp, format, tags, added_s })?;
        }
        if let Some(error) = &row.error {
            self.fail(task.path.clone(), error.clone());
        }
        // It was a track as a whole before.
        let left: Vec<TrackId> = task.parts.into_values().chain(task.known).collect();
        self.remove_parts(left)?;
        let given_back = if row.standing == Standing::Unusable { row.files.clone() } else { Vec::new() };
        self.store.write(WriteOp::PutSheets(vec![(task.path, row)]))?;
        given_back.into_iter().try_for_each(|(path, stamp)| self.give_back(path, stamp))
    }

    /// A file was passed over for a sheet that turned out to have no track in it.
    fn give_back(&mut self, path: PathBuf, stamp: FileStamp) -> Result<(), StoreError> {
        let known = self.before.file(&path)?.and_then(|row| row.track);
        self.moved.extend(known);
        self.read(Task { path, stamp, known, ..Task::default() })
    }

    /// A file was read that has no sheet embedded; it may have had one before.
    pub fn is_no_sheet(&mut self, task: &Task) -> Result<(), StoreError> {
        if self.sheets.rows.contains_key(&task.path) {
            self.remove_parts(task.parts.values().copied().collect())?;
            self.store.write(WriteOp::RemoveSheets(vec![task.path.clone()]))?;
        }
        Ok(())
    }

    fn remove_parts(&mut self, ids: Vec<TrackId>) -> Result<(), StoreError> {
        if ids.is_empty() {
            return Ok(());
        }
        self.report.removed += ids.len() as u64;
        self.progress.changes += ids.len() as u64;
        self.store.write(WriteOp::RemoveTracks(ids))
    }

    /// Forgets the sheets under a root that were not met; their tracks are removed like others.
    pub fn remove_sheets(&mut self, root: &Path, here: &SheetsOfRoot) -> Result<(), StoreError> {
        let is_gone = |path: &&PathBuf| {
            path.starts_with(root)
                && !here.met.contains_key(*path)
                && !here.unread.iter().any(|unread| path.starts_with(unread))
        };
        let gone: Vec<PathBuf> = self.sheets.rows.keys().filter(is_gone).cloned().collect();
        if gone.is_empty() { Ok(()) } else { self.store.write(WriteOp::RemoveSheets(gone)) }
    }
}

/// Nothing has changed that the sheet was read from, and nothing that it stands beside.
fn is_as_it_was(row: &SheetRow, stamp: FileStamp, is_named: bool, claimed: &HashSet<PathBuf>) -> bool {
    let overlaps = row.files.iter().any(|(file, _)| claimed.contains(file));
    let fits = match row.standing {
        Standing::Tracks => !overlaps,
        Standing::Duplicate => overlaps,
        Standing::OneFileEach => !is_named,
        Standing::Unusable => true,
    };
    fits && sheet::is_current(row, stamp)
}
