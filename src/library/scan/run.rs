//! The scan itself: walk, compare, read, hand to the store. Runs on the caller's thread.

mod sheets;

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use super::diff::{Change, Known};
use super::identify::Moves;
use super::read::{Outcome, Read, Readers, Task};
use super::roots::outermost;
use super::walk::{Found, Seen, walk};
use super::{Problem, ScanProgress, ScanReport};
use crate::library::store::{Failure, FileRow, Files, Store, StoreError, StoreReader, WriteOp};
use crate::library::tags::{READER_VERSION, ReadError};
use crate::model::id::TrackId;
use crate::model::track::{FileStamp, Track};
use sheets::{KnownSheets, SheetsOfRoot};

/// Tracks handed to the store at once.
const WRITE_TRACKS: usize = 256;

/// Brings the store up to date with `roots` (absolute or not). Only files whose size, time or inode changed are opened.
/// Tracks are removed only where their root was walked to the end and their folder could be read. Never panics; what
/// went wrong is in the report. Everything is on the disk when it returns, unless the report has a `store_error`.
pub fn scan(
    roots: &[PathBuf],
    store: &Store,
    cancel: &AtomicBool,
    on_progress: &mut dyn FnMut(&ScanProgress),
) -> ScanReport {
    let begun = Instant::now();
    let mut report = ScanReport::default();
    let result = std::thread::scope(|scope| {
        let readers = Readers::start(scope, cancel)
            .map_err(|source| StoreError::Io { path: store.path().into(), source })?;
        let mut scan = Scan {
            store,
            before: store.read()?,
            was_empty: false,
            readers,
            moves: Moves::default(),
            moved: HashSet::new(),
            sheets: KnownSheets::default(),
            tracks: Vec::new(),
            failures: Vec::new(),
            report: &mut report,
            progress: ScanProgress::default(),
            on_progress,
            now_s: now_s(),
        };
        scan.was_empty = scan.before.track_count()? == 0;
        scan.sheets = KnownSheets::load(&scan.before)?;
        scan.all(roots, cancel)
    });
    report.store_error = result.and_then(|()| store.flush()).err();
    report.cancelled = cancel.load(Ordering::Relaxed);
    report.seconds = begun.elapsed().as_secs_f64();
    report
}

/// Adds `roots` to those that the store knows, each once, none inside another. Gives the new list.
pub fn keep_roots(store: &Store, roots: &[PathBuf]) -> Result<Vec<PathBuf>, StoreError> {
    let before = store.read()?.roots()?;
    let all = outermost(&[before.as_slice(), roots].concat());
    if all != before {
        store.write(WriteOp::PutRoots(all.clone()))?;
    }
    Ok(all)
}

fn now_s() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    i64::try_from(since).unwrap_or(i64::MAX)
}

struct Scan<'a> {
    store: &'a Store,
    /// The library before this scan.
    before: StoreReader,
    was_empty: bool,
    readers: Readers,
    moves: Moves,
    /// Tracks that were found elsewhere: not gone.
    moved: HashSet<TrackId>,
    sheets: KnownSheets,
    tracks: Vec<Track>,
    failures: Vec<Failure>,
    report: &'a mut ScanReport,
    progress: ScanProgress,
    on_progress: &'a mut dyn FnMut(&ScanProgress),
    now_s: i64,
}

/// What was known under a root and not met.
#[derive(Default)]
struct Gone {
    tracks: Vec<TrackId>,
    failures: Vec<PathBuf>,
    sheets: SheetsOfRoot,
}

impl Gone {
    fn note(&mut self, path: PathBuf, row: FileRow) {
        if self.sheets.accounts_for(&path) {
            return;
        }
        match row.track {
            Some(id) => self.tracks.push(id),
            None => self.failures.push(path),
        }
    }
}

impl Scan<'_> {
    fn all(&mut self, roots: &[PathBuf], cancel: &AtomicBool) -> Result<(), StoreError> {
        let mut seen = Seen::default();
        for root in outermost(roots) {
            self.root(&root, &mut seen, cancel)?;
        }
        while let Some(done) = self.readers.finish() {
            self.take(done)?;
        }
        self.write()?;
        (self.on_progress)(&self.progress);
        Ok(())
    }

    fn root(&mut self, root: &Path, seen: &mut Seen, cancel: &AtomicBool) -> Result<(), StoreError> {
        let mut known = Known::new(self.files_of(root)?, READER_VERSION);
        let mut gone = Gone::default();
        let mut met = 0_u64;
        let mut failed = Ok(());
        let stop = AtomicBool::new(false);
        let complete = walk(root, seen, &stop, &mut |found| {
            if cancel.load(Ordering::Relaxed) {
                stop.store(true, Ordering::Relaxed);
            } else if failed.is_ok() {
                met += u64::from(!matches!(&found, Found::Folder(folder) if folder == root));
                failed = self.found(root, found, &mut known, &mut gone);
                stop.store(failed.is_err(), Ordering::Relaxed);
            }
        });
        failed?;
        if !complete || cancel.load(Ordering::Relaxed) {
            return Ok(());
        }
        known.finish(&mut |path, row| gone.note(path, row))?;
        self.report.unchanged += gone.sheets.unchanged;
        self.progress.unchanged += gone.sheets.unchanged;
        if met == 0 && !gone.tracks.is_empty() {
            let error =
                "is empty, but the library knows tracks in it: is its disk mounted? Nothing was removed";
            self.report.failed.push(Problem { path: root.to_path_buf(), error: error.into() });
            return Ok(());
        }
        self.remove_sheets(root, &gone.sheets)?;
        self.remove(gone)
    }

    /// Known files at or below a root, by path.
    fn files_of(
        &self,
        root: &Path,
    ) -> Result<impl Iterator<Item = Result<(PathBuf, FileRow), StoreError>> + use<>, StoreError> {
        let itself = self.before.file(root)?.map(|row| Ok((root.to_path_buf(), row)));
        let inside: Files = self.before.files_inside(root)?;
        Ok(itself.into_iter().chain(inside))
    }

    fn found(
        &mut self,
        root: &Path,
        found: Found,
        known: &mut Known<impl Iterator<Item = Result<(PathBuf, FileRow), StoreError>>>,
        gone: &mut Gone,
    ) -> Result<(), StoreError> {
        match found {
            Found::Folder(folder) => {
                self.progress.folder = folder;
                (self.on_progress)(&self.progress);
                Ok(())
            }
            Found::Problem { path, error } => {
                gone.sheets.keep(&path);
                known.skip_below(&path, &mut |path, row| gone.note(path, row))?;
                self.fail(path, error);
                Ok(())
            }
            Found::Sheet(path, stamp) => self.sheet(path, stamp, root, &mut gone.sheets),
            Found::File(path, stamp) => {
                self.progress.found += 1;
                let Some(path) = self.not_of_sheet(path, stamp, &mut gone.sheets)? else { return Ok(()) };
                match known.place(&path, stamp, &mut |path, row| gone.note(path, row))? {
                    Change::Same(row) => self.same(path, row),
                    Change::Changed(row) => {
                        self.read(Task { path, stamp, known: row.track, ..Task::default() })
                    }
                    Change::New => self.new_file(path, stamp),
                }
            }
        }
    }

    fn same(&mut self, path: PathBuf, row: FileRow) -> Result<(), StoreError> {
        if row.track.is_none() {
            let error = self.before.failure(&path)?.unwrap_or_default();
            self.fail(path, error);
            return Ok(());
        }
        self.report.unchanged += 1;
        self.progress.unchanged += 1;
        Ok(())
    }

    fn new_file(&mut self, path: PathBuf, stamp: FileStamp) -> Result<(), StoreError> {
        let moved = if self.was_empty { None } else { self.moves.find(&self.before, stamp)? };
        match moved {
            Some(track) => {
                self.moved.insert(track.id);
                self.report.moved += 1;
                self.put(Track { path, ..track })
            }
            None => {
                let parts = self.moved_parts(stamp)?;
                self.read(Task { path, stamp, has_moved: !parts.is_empty(), parts, ..Task::default() })
            }
        }
    }

    fn read(&mut self, task: Task) -> Result<(), StoreError> {
        let done = self.readers.read(task);
        self.take(done)
    }

    fn take(&mut self, done: Vec<Outcome>) -> Result<(), StoreError> {
        for Outcome { task, result } in done {
            self.progress.read += 1;
            match result {
                Ok(Read::Parts(listed, row)) => self.put_parts(task, listed, row)?,
                Ok(Read::Track(read)) => {
                    let (format, tags) = *read;
                    self.is_no_sheet(&task)?;
                    let added_s = self.added_s(task.known)?;
                    let id = task.known.unwrap_or_else(|| self.store.new_track_id());
                    *(if task.known.is_some() {
                        &mut self.report.updated
                    } else {
                        &mut self.report.added
                    }) += 1;
                    self.put(Track { id, path: task.path, stamp: task.stamp, format, tags, added_s })?;
                }
                Err(error) => {
                    self.is_no_sheet(&task)?;
                    self.failed_read(task, &error);
                }
            }
        }
        if self.failures.len() >= WRITE_TRACKS { self.write() } else { Ok(()) }
    }

    fn failed_read(&mut self, task: Task, error: &ReadError) {
        let text = error.to_string();
        self.fail(task.path.clone(), text.clone());
        // A file that the system did not let us read may be readable next time without having changed.
        if !matches!(error, ReadError::Open(_) | ReadError::Io(_)) {
            self.failures.push(Failure { path: task.path, stamp: task.stamp, error: text });
        }
    }

    /// When a changed file was first seen stays as it is.
    fn added_s(&self, known: Option<TrackId>) -> Result<i64, StoreError> {
        let before = known.map(|id| self.before.track(id)).transpose()?.flatten();
        Ok(before.map_or(self.now_s, |track| track.added_s))
    }

    fn put(&mut self, track: Track) -> Result<(), StoreError> {
        self.tracks.push(track);
        if self.tracks.len() >= WRITE_TRACKS { self.write() } else { Ok(()) }
    }

    fn write(&mut self) -> Result<(), StoreError> {
        if !self.tracks.is_empty() {
            self.progress.changes += self.tracks.len() as u64;
            self.store.write(WriteOp::PutTracks(std::mem::take(&mut self.tracks)))?;
            (self.on_progress)(&self.progress);
        }
        if !self.failures.is_empty() {
            self.store.write(WriteOp::PutFailures(std::mem::take(&mut self.failures)))?;
        }
        Ok(())
    }

    fn remove(&mut self, mut gone: Gone) -> Result<(), StoreError> {
        gone.tracks.retain(|id| !self.moved.contains(id));
        self.report.removed += gone.tracks.len() as u64;
        self.progress.changes += gone.tracks.len() as u64;
        if !gone.tracks.is_empty() {
            self.store.write(WriteOp::RemoveTracks(gone.tracks))?;
        }
        if !gone.failures.is_empty() {
            self.store.write(WriteOp::RemoveFailures(gone.failures))?;
        }
        Ok(())
    }

    fn fail(&mut self, path: PathBuf, error: String) {
        self.progress.failed += 1;
        self.report.failed.push(Problem { path, error });
    }
}
