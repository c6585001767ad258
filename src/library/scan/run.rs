//! The scan itself: walk, compare, read, hand to the store. Runs on the caller's thread.

mod gone;
mod served;
mod sheets;

use std::collections::HashSet;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use super::diff::{Change, Known, NextRow};
use super::identify::{Moves, is_gone};
use super::places::Places;
use super::read::{Outcome, Read, Readers, Task};
use super::roots::outermost;
use super::walk::{Found, Seen, walk};
use super::{Problem, ScanProgress, ScanReport};
use crate::library::store::{AudioId, Failure, FileRow, Store, StoreError, StoreReader, WriteOp};
use crate::library::tags::{ReadError, is_current};
use crate::model::id::TrackId;
use crate::model::server::is_served;
use crate::model::track::{AudioFormat, FileStamp, Tags, Track};
use gone::Gone;
use sheets::KnownSheets;

/// Tracks handed to the store at once.
const WRITE_TRACKS: usize = 256;

/// Brings the store up to date with `roots` (absolute or not). Only files whose size, time or inode changed are opened.
/// Tracks are taken for missing only where their root was walked to the end, their folder could be read and their disk is
/// there. Never panics; what
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
            missing: Rc::default(),
            sheets: KnownSheets::default(),
            walked: Vec::new(),
            tracks: Vec::new(),
            audio: Vec::new(),
            failures: Vec::new(),
            report: &mut report,
            progress: ScanProgress::default(),
            on_progress,
            now_s: now_s(),
            begun,
            library_roots: Vec::new(),
            roots: 1,
            roots_done: 0,
        };
        scan.was_empty = scan.before.track_count()? == 0;
        scan.library_roots = scan.before.roots()?;
        scan.missing = Rc::new(scan.before.missing()?);
        scan.sheets = KnownSheets::load(&scan.before)?;
        scan.all(roots, cancel)
    });
    report.store_error = result.err();
    report.cancelled = cancel.load(Ordering::Relaxed);
    report.seconds = begun.elapsed().as_secs_f64();
    if report.store_error.is_none() {
        let kept =
            super::record::keep(store, &outermost(roots), &report, now_s()).and_then(|()| store.flush());
        report.store_error = kept.err();
    }
    report
}

/// Adds `roots` to those that the store knows, each once, none inside another. Gives the new list.
pub fn keep_roots(store: &Store, roots: &[PathBuf]) -> Result<Vec<PathBuf>, StoreError> {
    let before = store.read()?.roots()?;
    let all = outermost(&[before.as_slice(), roots].concat());
    if all != before {
        store.write(WriteOp::PutRoots(all.clone()))?;
        store.flush()?;
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
    /// Tracks whose file was gone before this scan.
    missing: Rc<HashSet<TrackId>>,
    sheets: KnownSheets,
    /// Roots that were walked to their end.
    walked: Vec<(PathBuf, Gone)>,
    tracks: Vec<Track>,
    audio: Vec<(TrackId, AudioId)>,
    failures: Vec<Failure>,
    report: &'a mut ScanReport,
    progress: ScanProgress,
    on_progress: &'a mut dyn FnMut(&ScanProgress),
    now_s: i64,
    begun: Instant,
    /// Those that the library is made of; what is scanned may be a part of one.
    library_roots: Vec<PathBuf>,
    roots: usize,
    roots_done: usize,
}

impl Scan<'_> {
    fn all(&mut self, roots: &[PathBuf], cancel: &AtomicBool) -> Result<(), StoreError> {
        let mut seen = Seen::default();
        let roots = outermost(roots);
        self.roots = roots.len().max(1);
        for root in roots {
            self.root(&root, &mut seen, cancel)?;
            self.roots_done += 1;
        }
        while let Some(done) = self.readers.finish() {
            self.take(done)?;
        }
        // Only now is it known which files are the ones that stood elsewhere.
        for (root, gone) in std::mem::take(&mut self.walked) {
            if cancel.load(Ordering::Relaxed) {
                break;
            }
            self.settle(&root, gone)?;
        }
        self.write()?;
        self.tell_progress();
        Ok(())
    }

    fn root(&mut self, root: &Path, seen: &mut Seen, cancel: &AtomicBool) -> Result<(), StoreError> {
        if is_served(root) {
            return self.served(root, cancel);
        }
        let mut known = Known::new(self.files_of(root)?, is_current)?;
        let mut gone = Gone::new(Places::load(&self.before, root)?, self.missing.clone());
        let mut met = 0_u64;
        let mut failed = Ok(());
        let is_part = self.library_roots.iter().any(|whole| root != whole && root.starts_with(whole));
        let stop = AtomicBool::new(false);
        let complete = is_part && is_gone(root)
            || walk(root, seen, &stop, &mut |found| {
                if cancel.load(Ordering::Relaxed) {
                    stop.store(true, Ordering::Relaxed);
                } else if failed.is_ok() {
                    met += u64::from(
                        !matches!(&found, Found::Folder(folder, _) | Found::Place(folder, _) if *folder == root),
                    );
                    failed = self.found(root, found, &mut known, &mut gone);
                    stop.store(failed.is_err(), Ordering::Relaxed);
                }
            });
        failed?;
        if !complete || cancel.load(Ordering::Relaxed) {
            return Ok(());
        }
        known.finish(&mut |path, row| gone.note(path, row))?;
        if met == 0 && !is_part && gone.has_news() {
            let error = "is empty, but the library knows tracks in it: is its disk mounted? Nothing is taken for missing";
            self.report.failed.push(Problem { path: root.to_path_buf(), error: error.into() });
            return Ok(());
        }
        self.walked.push((root.to_path_buf(), gone));
        Ok(())
    }

    /// Known files at or below a root, by path.
    fn files_of<'a>(&self, root: &'a Path) -> Result<Box<NextRow<'a>>, StoreError> {
        let mut itself = self.before.file(root)?;
        let mut inside = self.before.files_inside(root)?;
        Ok(Box::new(move |path| match itself.take() {
            Some(row) => {
                path.extend_from_slice(root.as_os_str().as_bytes());
                Some(Ok(row))
            }
            None => inside.next_into(path),
        }))
    }

    fn found(
        &mut self,
        root: &Path,
        found: Found<'_>,
        known: &mut Known<'_>,
        gone: &mut Gone,
    ) -> Result<(), StoreError> {
        match found {
            Found::Folder(folder, share) => {
                folder.clone_into(&mut self.progress.folder);
                self.progress.share = (self.roots_done as f64 + share) / self.roots as f64;
                self.tell_progress();
                Ok(())
            }
            Found::Place(path, device) => {
                // A part of a root is a place only where it is a mount point, and then the walk of its root tells.
                if path != root
                    || self.library_roots.is_empty()
                    || self.library_roots.iter().any(|whole| whole == path)
                {
                    gone.places.met(path.to_path_buf(), device);
                }
                Ok(())
            }
            Found::Problem { path, error } => {
                gone.sheets.keep(path);
                known.skip_below(path, &mut |path, row| gone.note(path, row))?;
                self.fail(path.to_path_buf(), error);
                Ok(())
            }
            Found::Sheet(path, stamp) => self.sheet(path.to_path_buf(), stamp, root, &mut gone.sheets),
            Found::File(path, stamp) => {
                self.progress.found += 1;
                if self.is_of_sheet(path, stamp, &mut gone.sheets)? {
                    return Ok(());
                }
                let change = known.place(path, stamp, &mut |path, row| gone.note(path, row))?;
                if change != Change::New {
                    gone.places.has(path);
                }
                match change {
                    Change::Same(row) => self.same(path, row),
                    Change::Changed(row) => {
                        let path = path.to_path_buf();
                        self.read(Task { path, stamp, known: row.track, ..Task::default() })
                    }
                    Change::New => self.new_file(path.to_path_buf(), stamp),
                }
            }
        }
    }

    fn tell_progress(&mut self) {
        self.progress.elapsed = self.begun.elapsed();
        (self.on_progress)(&self.progress);
    }

    fn same(&mut self, path: &Path, row: FileRow) -> Result<(), StoreError> {
        let missing = row.track.filter(|id| self.missing.contains(id));
        if row.track.is_none() || missing.is_some() {
            match (self.before.failure(path)?, missing) {
                (None, Some(id)) => self.are_back(vec![id])?,
                (error, _) => {
                    self.fail(path.to_path_buf(), error.unwrap_or_default());
                    return Ok(());
                }
            }
        }
        self.report.unchanged += 1;
        self.progress.unchanged += 1;
        Ok(())
    }

    fn new_file(&mut self, path: PathBuf, stamp: FileStamp) -> Result<(), StoreError> {
        let moved = if self.was_empty { None } else { self.moves.find(&self.before, &path, stamp)? };
        match moved {
            Some(track) => {
                self.moved.insert(track.id);
                self.report.moved += 1;
                self.put(Track { path, ..track })
            }
            None => {
                let (parts, has_moved) = self.known_parts(&path, stamp)?;
                self.read(Task { path, stamp, has_moved, parts, ..Task::default() })
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
                    self.is_no_sheet(&task)?;
                    self.track(task, *read)?;
                }
                Err(error) => {
                    self.is_no_sheet(&task)?;
                    self.failed_read(task, &error);
                }
            }
        }
        if self.failures.len() >= WRITE_TRACKS { self.write() } else { Ok(()) }
    }

    /// A file was read that holds one track.
    fn track(&mut self, task: Task, read: (AudioFormat, Tags, Option<AudioId>)) -> Result<(), StoreError> {
        let (format, tags, audio) = read;
        let moved = match audio {
            Some(audio) if task.known.is_none() && !self.was_empty => {
                self.moves.find_sound(&self.before, &task.path, &tags, audio, &self.moved)?
            }
            _ => None,
        };
        self.moved.extend(moved);
        let known = task.known.or(moved);
        let count = match (known.is_some(), moved.is_some()) {
            (false, _) => &mut self.report.added,
            (true, false) => &mut self.report.updated,
            (true, true) => &mut self.report.moved,
        };
        *count += 1;
        let added_s = self.added_s(known)?;
        let id = known.unwrap_or_else(|| self.store.new_track_id());
        self.audio.extend(audio.map(|audio| (id, audio)));
        self.put(Track { id, path: task.path, stamp: task.stamp, format, tags, added_s })
    }

    fn failed_read(&mut self, task: Task, error: &ReadError) {
        let text = error.to_string();
        self.fail(task.path.clone(), text.clone());
        // A file that the system did not let us read may be readable next time without having changed.
        if !matches!(error, ReadError::Open(_) | ReadError::Io(_)) {
            self.failures.push(Failure { path: task.path, stamp: task.stamp, error: text, at_s: self.now_s });
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
            self.tell_progress();
        }
        if !self.audio.is_empty() {
            self.store.write(WriteOp::PutAudio(std::mem::take(&mut self.audio)))?;
        }
        if !self.failures.is_empty() {
            self.store.write(WriteOp::PutFailures(std::mem::take(&mut self.failures)))?;
        }
        Ok(())
    }

    fn fail(&mut self, path: PathBuf, error: String) {
        self.progress.failed += 1;
        self.report.failed.push(Problem { path, error });
    }
}
