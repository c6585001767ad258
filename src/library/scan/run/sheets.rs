//! The scan's dealings with CUE sheets. A sheet decides when it is met, before the other files of its folder, which of
//! them it speaks for; those are then passed over, and given back where no track of it can be had. Whether it has changed is told by its row, which has its own stamp
//! and those of its files; so an unchanged sheet is not opened. Rows of its tracks lie below its path and so come later in
//! the merge than the sheet itself: they are accounted for by the name of their container.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

use super::super::identify::{Place, is_gone, whereabouts};
use super::super::read::Task;
use super::super::sheet::{self, Judged, Listed};
use super::Scan;
use super::gone::Gone;
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
    /// Those that were found elsewhere, by their old paths.
    moved: HashSet<PathBuf>,
}

impl KnownSheets {
    pub fn load(store: &StoreReader) -> Result<Self, StoreError> {
        let rows: HashMap<PathBuf, SheetRow> = store.sheets()?.into_iter().collect();
        let by_inode = rows.iter().map(|(path, row)| (row.stamp.inode, path.clone())).collect();
        Ok(Self { rows, by_inode, moved: HashSet::new() })
    }
}

/// What was met of sheets under one root.
#[derive(Default)]
pub struct SheetsOfRoot {
    /// Files that a sheet speaks for.
    claimed: HashSet<PathBuf>,
    /// Sheets, and files with one embedded.
    met: HashMap<PathBuf, Met>,
    /// Folders and files that could not be read: what is known below them stays.
    unread: Vec<PathBuf>,
    /// Tracks of unchanged sheets.
    pub unchanged: u64,
    /// Tracks of unchanged sheets that were missing.
    pub back: Vec<TrackId>,
}

/// How a sheet was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Met {
    /// New, changed or not to be had: its tracks are dealt with on their own.
    Read,
    /// As it was, with all of its files.
    Whole,
    /// As it was, and a file of it was not there.
    InPart,
}

impl SheetsOfRoot {
    /// Whether a known row at `path`, which the walk did not meet, is a track of a sheet that it did meet.
    pub fn accounts_for(&mut self, path: &Path, track: Option<TrackId>, missing: &HashSet<TrackId>) -> bool {
        let Some((container, _)) = part::split(path) else { return false };
        let Some(&met) = self.met.get(container) else { return false };
        let missing = track.filter(|id| missing.contains(id));
        self.back.extend(missing.filter(|_| met == Met::Whole));
        self.unchanged += u64::from(met == Met::Whole || met == Met::InPart && missing.is_none());
        true
    }

    /// `path` could not be read: it is neither gone nor the same.
    pub fn keep(&mut self, path: &Path) {
        self.met.insert(path.to_path_buf(), Met::Read);
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
            let (files, error, met) = (row.files.clone(), row.error.clone(), met(row));
            if row.standing == Standing::Tracks {
                here.claimed.extend(files.into_iter().map(|(file, _)| file));
            }
            return self.same_sheet(path, error, met, here);
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
                here.met.insert(path.clone(), Met::Read);
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
        met: Met,
        here: &mut SheetsOfRoot,
    ) -> Result<(), StoreError> {
        if let Some(error) = error {
            self.fail(path.clone(), error);
        }
        here.met.insert(path, met);
        Ok(())
    }

    fn read_sheet(
        &mut self,
        path: PathBuf,
        stamp: FileStamp,
        judged: Option<Judged>,
        here: &mut SheetsOfRoot,
    ) -> Result<(), StoreError> {
        here.met.insert(path.clone(), Met::Read);
        let (parts, has_moved) = self.known_parts(&path, stamp)?;
        self.read(Task { path, stamp, sheet: judged.map(Box::new), parts, has_moved, ..Task::default() })
    }

    /// Whether an audio file is dealt with by that: a sheet speaks for it, or it had one embedded before.
    pub fn is_of_sheet(
        &mut self,
        path: &Path,
        stamp: FileStamp,
        here: &mut SheetsOfRoot,
    ) -> Result<bool, StoreError> {
        if here.claimed.contains(path) {
            return Ok(true);
        }
        let Some(row) = self.sheets.rows.get(path) else { return Ok(false) };
        let path = path.to_path_buf();
        if sheet::is_current(row, stamp) {
            let (error, met) = (row.error.clone(), met(row));
            self.same_sheet(path, error, met, here)?;
        } else {
            self.read_sheet(path, stamp, None, here)?;
        }
        Ok(true)
    }

    /// The tracks that a sheet had, by number, and whether it had them at another path.
    pub fn known_parts(
        &mut self,
        path: &Path,
        stamp: FileStamp,
    ) -> Result<(HashMap<u16, TrackId>, bool), StoreError> {
        let parts = if self.was_empty { HashMap::new() } else { self.parts_in(path)? };
        if !parts.is_empty() {
            return Ok((parts, false));
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
        self.sheets.moved.insert(before.clone());
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
        let left: Vec<TrackId> = task.parts.into_values().collect();
        // Where a file of the sheet is gone, or it cannot be read now, its tracks may come back; else they are in it no more.
        if row.standing == Standing::Unusable || !row.missed_in.is_empty() {
            self.put_missing(left)?;
        } else {
            self.remove_tracks(left)?;
        }
        // It was a track as a whole before.
        self.remove_tracks(task.known.into_iter().collect())?;
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
            self.remove_tracks(task.parts.values().copied().collect())?;
            self.store.write(WriteOp::RemoveSheets(vec![task.path.clone()]))?;
        }
        Ok(())
    }

    /// Forgets the sheets under a root that were not met. Those that are gone, and whose tracks are missing, are kept like
    /// these.
    pub fn remove_sheets(&mut self, root: &Path, not_met: &Gone) -> Result<(), StoreError> {
        let here = &not_met.sheets;
        let is_over = |(path, row): &(&PathBuf, &SheetRow)| {
            path.starts_with(root)
                && !here.met.contains_key(*path)
                && !here.unread.iter().any(|unread| path.starts_with(unread))
                && not_met.places.away(path).is_none()
                && (row.standing != Standing::Tracks
                    || self.sheets.moved.contains(*path)
                    || whereabouts(path) == Place::There)
        };
        let over = self.sheets.rows.iter().filter(is_over);
        let gone: Vec<PathBuf> = over.map(|(path, _)| path.clone()).collect();
        if gone.is_empty() { Ok(()) } else { self.store.write(WriteOp::RemoveSheets(gone)) }
    }
}

fn met(row: &SheetRow) -> Met {
    match (row.standing, row.missed_in.is_empty()) {
        (Standing::Tracks, true) => Met::Whole,
        (Standing::Tracks, false) => Met::InPart,
        _ => Met::Read,
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
