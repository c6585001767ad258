//! What a scan knew under a root and did not meet. A track whose file is gone is kept as missing; only one whose file is
//! there and is listed in another way is removed. Nothing is gone because a disk is away.

use std::collections::{BTreeSet, HashSet};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use super::super::Problem;
use super::super::identify::{Place, whereabouts};
use super::super::places::Places;
use super::Scan;
use super::sheets::SheetsOfRoot;
use crate::library::store::{FileRow, StoreError, WriteOp};
use crate::model::id::TrackId;
use crate::model::part;

/// Ids handed to the store at once.
const WRITE_IDS: usize = 1_024;

/// What was known under a root and not met.
pub struct Gone {
    tracks: Vec<TrackId>,
    failures: Vec<PathBuf>,
    pub sheets: SheetsOfRoot,
    pub places: Places,
    /// What is in a place that may be away: told at the end, when all that is there was met.
    doubtful: Vec<(PathBuf, FileRow)>,
    /// Tracks that were missing before this scan.
    missing: Rc<HashSet<TrackId>>,
}

impl Gone {
    pub fn new(places: Places, missing: Rc<HashSet<TrackId>>) -> Self {
        let sheets = SheetsOfRoot::default();
        Self { tracks: Vec::new(), failures: Vec::new(), sheets, places, doubtful: Vec::new(), missing }
    }

    pub fn note(&mut self, path: &Path, row: FileRow) {
        if self.sheets.accounts_for(path, row.track, &self.missing) {
            return;
        }
        if self.places.away(path).is_some() {
            self.doubtful.push((path.to_path_buf(), row));
            return;
        }
        self.keep(path, row);
    }

    fn keep(&mut self, path: &Path, row: FileRow) {
        match row.track {
            Some(id) => self.tracks.push(id),
            None => self.failures.push(path.to_path_buf()),
        }
    }

    /// The places that something is away with; what is not in them is gone.
    fn away(&mut self) -> BTreeSet<PathBuf> {
        let mut away = BTreeSet::new();
        for (path, row) in std::mem::take(&mut self.doubtful) {
            match self.places.away(&path).map(Path::to_path_buf) {
                Some(place) => drop(away.insert(place)),
                None => self.keep(&path, row),
            }
        }
        away
    }

    /// Some of it is news.
    pub fn has_news(&self) -> bool {
        self.tracks.iter().any(|id| !self.missing.contains(id))
    }
}

impl Scan<'_> {
    /// A root was walked to its end.
    pub fn settle(&mut self, root: &Path, mut gone: Gone) -> Result<(), StoreError> {
        self.report.unchanged += gone.sheets.unchanged;
        self.progress.unchanged += gone.sheets.unchanged;
        self.are_back(std::mem::take(&mut gone.sheets.back))?;
        for place in gone.away() {
            let error = "is not the folder that the library knows tracks in: is its disk mounted? \
                         Nothing is taken for missing";
            self.report.failed.push(Problem { path: place, error: error.into() });
        }
        let places = gone.places.changes();
        if !places.is_empty() {
            self.store.write(WriteOp::PutPlaces(places))?;
        }
        self.remove_sheets(root, &gone)?;
        if !gone.failures.is_empty() {
            self.store.write(WriteOp::RemoveFailures(std::mem::take(&mut gone.failures)))?;
        }
        let tracks = std::mem::take(&mut gone.tracks);
        tracks.chunks(WRITE_IDS).try_for_each(|ids| self.not_met(ids))
    }

    fn not_met(&mut self, ids: &[TrackId]) -> Result<(), StoreError> {
        let (mut missing, mut listed_otherwise) = (Vec::new(), Vec::new());
        for &id in ids.iter().filter(|id| !self.moved.contains(id)) {
            let Some(track) = self.before.track(id)? else { continue };
            let file = part::split(&track.path).map_or(track.path.as_path(), |(container, _)| container);
            match whereabouts(file) {
                Place::Gone => missing.push(id),
                Place::There => listed_otherwise.push(id),
                Place::Unknown => {}
            }
        }
        self.put_missing(missing)?;
        self.remove_tracks(listed_otherwise)
    }

    pub fn put_missing(&mut self, mut ids: Vec<TrackId>) -> Result<(), StoreError> {
        ids.retain(|id| !self.missing.contains(id));
        if ids.is_empty() {
            return Ok(());
        }
        self.report.missing += ids.len() as u64;
        self.progress.changes += ids.len() as u64;
        self.store.write(WriteOp::PutMissing(ids, self.now_s))
    }

    pub fn remove_tracks(&mut self, ids: Vec<TrackId>) -> Result<(), StoreError> {
        if ids.is_empty() {
            return Ok(());
        }
        self.report.removed += ids.len() as u64;
        self.progress.changes += ids.len() as u64;
        self.store.write(WriteOp::RemoveTracks(ids))
    }

    /// Files that were gone are there again, as they were.
    pub fn are_back(&mut self, ids: Vec<TrackId>) -> Result<(), StoreError> {
        if ids.is_empty() {
            return Ok(());
        }
        self.report.returned += ids.len() as u64;
        self.progress.changes += ids.len() as u64;
        self.store.write(WriteOp::RemoveMissing(ids))
    }
}
