//! The measuring of tracks for the command line: of the library, where no player runs, and of files beside it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

use crate::analysis::measure;
use crate::decode::Source;
use crate::jobs::analyse;
use crate::library::store::Store;
use crate::model::contain::contain;
use crate::model::features::Measured;
use crate::model::job::CancelToken;
use crate::model::track::AudioFormat;

pub use crate::analysis::measure::VERSION;
pub use crate::jobs::analyse::{AnalyseOutcome, AnalyseProgress, Asked};
pub use crate::jobs::portrait::spread;

/// Measures tracks of the library, `workers` at a time, and keeps what is found.
pub fn library(
    store: &Store,
    asked: &Asked,
    workers: Option<usize>,
    cancel: &CancelToken,
    on_progress: &mut dyn FnMut(&AnalyseProgress),
) -> AnalyseOutcome {
    analyse::analyse(store, asked, &analyse::Control::foreground(count(workers)), cancel, on_progress)
}

fn count(workers: Option<usize>) -> usize {
    workers.unwrap_or_else(|| analyse::workers(false)).max(1)
}

/// What was found of a file.
#[derive(Debug)]
pub struct Found {
    /// As the decoder found it.
    pub format: Option<AudioFormat>,
    /// The words say why it could not be measured.
    pub measured: Result<Measured, String>,
    /// How much of its sound was looked at.
    pub sound: Duration,
    /// How long it took.
    pub took: Duration,
}

/// Measures files that need not be in the library, `workers` at a time, and tells of them in their order, each as soon as
/// those before it are done too. What was not finished when `cancel` was asked is not told.
///
/// # Errors
/// That of `tell`, which ends the run.
pub fn files<E>(
    paths: &[PathBuf],
    workers: Option<usize>,
    cancel: &CancelToken,
    tell: &mut dyn FnMut(&Path, &Found) -> Result<(), E>,
) -> Result<(), E> {
    let run = Run { paths, next: AtomicUsize::new(0), cancel, end: CancelToken::default() };
    let (sender, results) = channel();
    thread::scope(|scope| {
        let started = (0..count(workers).min(paths.len())).filter(|number| {
            let (run, sender) = (&run, sender.clone());
            let thread = thread::Builder::new().name(format!("measure-{}", number + 1));
            thread.spawn_scoped(scope, move || run.work(&sender)).is_ok()
        });
        if started.count() == 0 {
            run.work(&sender);
        }
        drop(sender);
        let told = in_order(paths, &results, tell);
        run.end.cancel();
        told
    })
}

fn in_order<E>(
    paths: &[PathBuf],
    results: &Receiver<(usize, Found)>,
    tell: &mut dyn FnMut(&Path, &Found) -> Result<(), E>,
) -> Result<(), E> {
    let mut waiting = BTreeMap::new();
    for (at, path) in paths.iter().enumerate() {
        let found = loop {
            if let Some(found) = waiting.remove(&at) {
                break found;
            }
            match results.recv() {
                Ok((number, found)) => drop(waiting.insert(number, found)),
                Err(_) => return Ok(()),
            }
        };
        tell(path, &found)?;
    }
    Ok(())
}

/// What the threads of one run share.
struct Run<'a> {
    paths: &'a [PathBuf],
    /// The file that nobody has taken yet.
    next: AtomicUsize,
    cancel: &'a CancelToken,
    /// Cancelled, or nobody listens any more.
    end: CancelToken,
}

impl Run<'_> {
    fn work(&self, found: &Sender<(usize, Found)>) {
        loop {
            let at = self.next.fetch_add(1, Ordering::Relaxed);
            let Some(path) = self.paths.get(at) else { return };
            let Some(result) = self.measured(path) else { return };
            if found.send((at, result)).is_err() {
                return;
            }
        }
    }

    /// `None` where it was stopped.
    fn measured(&self, path: &Path) -> Option<Found> {
        let began = Instant::now();
        let mut sound = Duration::ZERO;
        let mut on_sound = |done| {
            sound = done;
            if self.cancel.is_cancelled() {
                self.end.cancel();
            }
        };
        let result = contain(|| {
            let format = Source::open(path).ok().map(|source| source.info().format);
            (format, measure::measure(path, &self.end, &mut on_sound))
        });
        let (format, measured) = match result {
            _ if self.end.is_cancelled() || self.cancel.is_cancelled() => return None,
            Ok((format, found)) => (format, found.map_err(|error| error.to_string())),
            Err(panic) => (None, Err(format!("internal error: {panic}"))),
        };
        Some(Found { format, measured, sound, took: began.elapsed() })
    }
}
