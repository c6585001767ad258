//! Measures the tracks of the library that are not measured yet. One coordinating thread (a lane of [`super::Jobs`], or the
//! command line's) chooses and writes; the threads `measure-1..N`, which live as long as there is work, decode and measure. Each track is written when it is done: who is stopped in the middle loses only what is at work.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::power;
use crate::analysis::measure::{MeasureError, VERSION, measure};
use crate::library::store::{MeasuredRow, Store, StoreError, StoreReader, WriteOp};
use crate::model::analysis::Rest;
use crate::model::contain::contain;
use crate::model::id::TrackId;
use crate::model::job::CancelToken;
use crate::model::track::Track;

/// How often progress is told while a long track is measured, and a worker without leave looks again.
const PULSE: Duration = Duration::from_millis(250);
/// How often it is looked whether the machine runs on its battery or has other work.
const LOOK_PAUSE: Duration = Duration::from_secs(5);
/// Beyond those of the thread that starts it: the lowest there is.
const NICE: i32 = 19;
/// Tracks that come first are remembered up to this.
const MOST_FIRST: usize = 100;
/// Failures that are named; more are counted.
const NAMED_FAILURES: usize = 100;

/// How many may work, and which tracks come first: shared between who decides and the workers.
#[derive(Debug, Clone)]
pub struct Control(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    workers: AtomicUsize,
    /// Workers run at the lowest priority.
    yields: bool,
    /// Nobody works while the machine is in one of these states.
    spares: Spares,
    on_battery: AtomicBool,
    is_busy: AtomicBool,
    /// What the machine does is no reason to rest.
    insists: AtomicBool,
    /// Guards what the processors had done at the last look; held to look again.
    times: Mutex<Option<power::Times>>,
    /// Guards the tracks that come before all others; held to put one in or take one out.
    first: Mutex<VecDeque<TrackId>>,
}

/// When nobody works.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Spares {
    /// While the machine runs on its battery.
    pub battery: bool,
    /// While other programs keep it busy.
    pub load: bool,
}

impl Control {
    /// For work that was asked for and is waited for: so many at once, like any other program.
    pub fn foreground(workers: usize) -> Self {
        Self::new(workers, false, Spares::default())
    }

    /// For work beside all else, at the lowest priority: nobody works before [`Self::set_workers`] says so.
    pub fn background(spares: Spares) -> Self {
        Self::new(0, true, spares)
    }

    fn new(workers: usize, yields: bool, spares: Spares) -> Self {
        Self(Arc::new(Shared {
            workers: AtomicUsize::new(workers),
            yields,
            spares,
            on_battery: AtomicBool::new(false),
            is_busy: AtomicBool::new(false),
            insists: AtomicBool::new(false),
            times: Mutex::default(),
            first: Mutex::default(),
        }))
    }

    /// Asks the system. Reads files.
    fn look_at_machine(&self) {
        let Spares { battery, load } = self.0.spares;
        let on_battery = battery && power::on_battery(Path::new(power::SUPPLIES));
        self.0.on_battery.store(on_battery, Ordering::Relaxed);
        self.0.is_busy.store(load && self.is_busy(), Ordering::Relaxed);
    }

    /// Since the last look; the first one tells nothing yet.
    fn is_busy(&self) -> bool {
        let now = std::fs::read_to_string(power::TIMES).ok().and_then(|stat| power::Times::parse(&stat));
        let mut times = self.0.times.lock().unwrap_or_else(PoisonError::into_inner);
        let before = std::mem::replace(&mut *times, now);
        now.zip(before).is_some_and(|(now, before)| now.busy_since(before))
    }

    /// So many may work from now on; with none, those that work pause within their track. Who `insists` has them work
    /// whatever the machine does.
    pub fn set_workers(&self, insists: bool, workers: usize) {
        self.0.insists.store(insists, Ordering::Relaxed);
        self.0.workers.store(workers, Ordering::Relaxed);
    }

    /// Why the machine, as it was at the last look, lets nobody work.
    fn rest(&self) -> Option<Rest> {
        let is = |state: &AtomicBool| state.load(Ordering::Relaxed);
        match self.0.as_ref() {
            shared if is(&shared.insists) => None,
            shared if is(&shared.on_battery) => Some(Rest::Battery),
            shared if is(&shared.is_busy) => Some(Rest::Load),
            _ => None,
        }
    }

    /// This track is measured before all others.
    pub fn put_first(&self, track: TrackId) {
        let mut first = self.0.first.lock().unwrap_or_else(PoisonError::into_inner);
        first.retain(|other| *other != track);
        first.push_front(track);
        first.truncate(MOST_FIRST);
    }

    fn take_first(&self) -> Option<TrackId> {
        self.0.first.lock().unwrap_or_else(PoisonError::into_inner).pop_front()
    }

    fn may_work(&self, worker: usize) -> bool {
        worker < self.0.workers.load(Ordering::Relaxed) && self.rest().is_none()
    }
}

/// Workers for this machine: one core is left to the player while it plays.
pub fn workers(plays: bool) -> usize {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    if plays { cores.saturating_sub(1).max(1) } else { cores }
}

/// What is to be measured.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Asked {
    /// `None`: every track that is there.
    pub tracks: Option<Vec<TrackId>>,
    /// Also what is measured already.
    pub again: bool,
}

#[derive(Debug, Clone, Default, PartialEq)]
pub struct AnalyseProgress {
    /// Tracks measured or failed, of so many.
    pub done: u64,
    pub total: u64,
    pub failed: u64,
    /// The sound of them, of all.
    pub sound: Duration,
    pub total_sound: Duration,
    /// Without the time in which nobody worked.
    pub elapsed: Duration,
    /// Why the machine lets nobody work.
    pub rest: Option<Rest>,
    /// What was just kept.
    pub newest: Option<TrackId>,
}

/// How it ended.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AnalyseOutcome {
    pub measured: u64,
    pub failed: u64,
    /// The first of them, and why.
    pub failures: Vec<(PathBuf, String)>,
    pub sound: Duration,
    pub elapsed: Duration,
    pub cancelled: bool,
    /// It broke off altogether, and why.
    pub broken: Option<String>,
}

/// Measures what is asked for and needed; see the module's head.
pub fn analyse(
    store: &Store,
    asked: &Asked,
    control: &Control,
    cancel: &CancelToken,
    on_progress: &mut dyn FnMut(&AnalyseProgress),
) -> AnalyseOutcome {
    let began = Instant::now();
    let mut outcome = AnalyseOutcome::default();
    let done = needed(store, asked)
        .and_then(|needed| run(store, needed, control, cancel, &mut outcome, on_progress))
        .and_then(|()| store.flush());
    outcome.broken = done.err().map(|error| error.to_string());
    outcome.cancelled = cancel.is_cancelled();
    outcome.elapsed = began.elapsed();
    outcome
}

/// Tracks to be measured, and how long they are together.
#[derive(Debug, Default)]
struct Needed {
    tracks: Vec<TrackId>,
    sound: Duration,
}

fn needed(store: &Store, asked: &Asked) -> Result<Needed, StoreError> {
    store.flush()?;
    let reader = store.read()?;
    let missing = reader.missing()?;
    let mut needed = Needed::default();
    let mut look = |track: &Track| -> Result<(), StoreError> {
        if !missing.contains(&track.id) && (asked.again || !is_measured(&reader, track)?) {
            needed.tracks.push(track.id);
            needed.sound += track.format.duration().unwrap_or_default();
        }
        Ok(())
    };
    match &asked.tracks {
        Some(ids) => {
            for id in ids {
                reader.track(*id)?.iter().try_for_each(&mut look)?;
            }
        }
        None => {
            for track in reader.tracks()? {
                look(&track?)?;
            }
        }
    }
    Ok(needed)
}

pub(super) fn is_measured(reader: &StoreReader, track: &Track) -> Result<bool, StoreError> {
    let Some(row) = reader.measured(track.id)? else { return Ok(false) };
    let sound = reader.audio(track.id)?.map(|audio| audio.guess);
    Ok(row.is_of(VERSION, track.stamp, sound))
}

/// What a worker tells.
struct Told {
    track: Track,
    row: MeasuredRow,
    /// It was the server that failed: of the track that says nothing.
    is_passing: bool,
}

fn run(
    store: &Store,
    needed: Needed,
    control: &Control,
    cancel: &CancelToken,
    outcome: &mut AnalyseOutcome,
    on_progress: &mut dyn FnMut(&AnalyseProgress),
) -> Result<(), StoreError> {
    let total = needed.tracks.len() as u64;
    let mut progress = AnalyseProgress { total, total_sound: needed.sound, ..AnalyseProgress::default() };
    control.look_at_machine();
    let count = workers(false).min(needed.tracks.len());
    let queue = Queue { left: Mutex::new(Left::new(needed.tracks)), store, control, cancel };
    std::thread::scope(|scope| {
        let (sender, told) = channel();
        for worker in 0..count {
            let (queue, sender) = (&queue, sender.clone());
            let thread = std::thread::Builder::new().name(format!("measure-{}", worker + 1));
            let started = thread.spawn_scoped(scope, move || queue.work(worker, &sender));
            started.map_err(|source| StoreError::Io { path: store.path().to_path_buf(), source })?;
        }
        drop(sender);
        let (mut looked, mut last) = (Instant::now(), Instant::now());
        let mut told_last = AnalyseProgress::default();
        loop {
            if looked.elapsed() >= LOOK_PAUSE {
                control.look_at_machine();
                looked = Instant::now();
            }
            progress.newest = None;
            match told.recv_timeout(PULSE) {
                Ok(told) => keep(store, told, outcome, &mut progress)?,
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return Ok(()),
            }
            let since = std::mem::replace(&mut last, Instant::now());
            if control.may_work(0) {
                progress.elapsed += since.elapsed();
            }
            progress.rest = control.rest();
            if progress != told_last {
                told_last = progress.clone();
                on_progress(&progress);
            }
        }
    })
}

fn keep(
    store: &Store,
    told: Told,
    outcome: &mut AnalyseOutcome,
    progress: &mut AnalyseProgress,
) -> Result<(), StoreError> {
    let Told { track, row, is_passing } = told;
    let sound = track.format.duration().unwrap_or_default();
    match &row.found {
        Ok(_) => outcome.measured += 1,
        Err(why) => {
            outcome.failed += 1;
            if outcome.failures.len() < NAMED_FAILURES {
                outcome.failures.push((track.path.clone(), why.clone()));
            }
        }
    }
    outcome.sound += sound;
    progress.sound += sound;
    progress.done += 1;
    progress.failed = outcome.failed;
    progress.newest = Some(track.id);
    match is_passing {
        true => Ok(()),
        false => store.write(WriteOp::PutMeasured(vec![(track.id, row)])),
    }
}

/// Tracks that nobody has taken yet.
struct Left {
    tracks: VecDeque<TrackId>,
}

impl Left {
    fn new(tracks: Vec<TrackId>) -> Self {
        Self { tracks: tracks.into() }
    }

    /// The track that comes first where it is still left, else the next one.
    fn take(&mut self, control: &Control) -> Option<TrackId> {
        while let Some(first) = control.take_first() {
            if let Some(at) = self.tracks.iter().position(|track| *track == first) {
                return self.tracks.remove(at);
            }
        }
        self.tracks.pop_front()
    }
}

/// What the workers of one run share.
struct Queue<'a> {
    /// Guards the tracks that are left; held to take one.
    left: Mutex<Left>,
    store: &'a Store,
    control: &'a Control,
    cancel: &'a CancelToken,
}

impl Queue<'_> {
    fn work(&self, worker: usize, told: &Sender<Told>) {
        if self.control.0.yields {
            // On Linux this is a property of the thread. Not being allowed is no harm.
            let _ = rustix::process::nice(NICE);
        }
        while self.wait_for_a_track(worker) {
            let next = self.left.lock().unwrap_or_else(PoisonError::into_inner).take(self.control);
            let Some(id) = next else { return };
            let is_taken = self.measured(worker, id).is_none_or(|found| told.send(found).is_ok());
            if !is_taken {
                return;
            }
        }
    }

    /// `false` where it is to end: it is stopped, or others took all that there was while this one had no leave.
    fn wait_for_a_track(&self, worker: usize) -> bool {
        let is_left = || !self.left.lock().unwrap_or_else(PoisonError::into_inner).tracks.is_empty();
        wait_until(|| !is_left() || self.cancel.is_cancelled() || self.control.may_work(worker));
        is_left() && !self.cancel.is_cancelled()
    }

    /// `false` where it is to end.
    fn wait_for_leave(&self, worker: usize) -> bool {
        wait_until(|| self.cancel.is_cancelled() || self.control.may_work(worker));
        !self.cancel.is_cancelled()
    }

    /// `None` where the track is gone meanwhile, or it was stopped.
    fn measured(&self, worker: usize, id: TrackId) -> Option<Told> {
        let reader = self.store.read().ok()?;
        let track = reader.track(id).ok()??;
        let sound = reader.audio(id).ok()?.map(|audio| audio.guess);
        drop(reader);
        let measuring = || {
            measure(&track.path, self.cancel, &mut |_| {
                self.wait_for_leave(worker);
            })
        };
        let measured = contain(measuring);
        let is_passing = matches!(&measured, Ok(Err(error)) if error.is_of_server());
        let found = match measured {
            Ok(Err(MeasureError::Cancelled)) => return None,
            Ok(found) => found.map_err(|error| error.to_string()),
            Err(panic) => Err(format!("internal error: {panic}")),
        };
        let row = MeasuredRow { algorithm: VERSION, stamp: track.stamp, sound, found };
        Some(Told { track, row, is_passing })
    }
}

fn wait_until(is_so: impl Fn() -> bool) {
    while !is_so() {
        std::thread::sleep(PULSE);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Where others had the leave that it waits for, it ends with them: else the run would go on for ever.
    #[test]
    fn who_has_no_leave_ends_when_nothing_is_left() {
        let (folder, control, cancel) =
            (tempfile::tempdir().unwrap(), Control::foreground(1), CancelToken::default());
        let store = Store::open(&folder.path().join("library.redb"), Box::new(|_| {})).unwrap();
        let left = Mutex::new(Left::new(vec![TrackId(1)]));
        let queue = Queue { left, store: &store, control: &control, cancel: &cancel };
        std::thread::scope(|scope| {
            let waits = scope.spawn(|| queue.wait_for_a_track(1));
            assert!(queue.wait_for_a_track(0));
            std::thread::sleep(2 * PULSE);
            assert!(!waits.is_finished());
            queue.left.lock().unwrap().tracks.clear();
            assert!(!waits.join().unwrap());
        });
    }

    #[test]
    fn what_comes_first_is_taken_first_and_only_once() {
        let control = Control::foreground(1);
        let mut left = Left::new((1..=5).map(TrackId).collect());
        assert_eq!(left.take(&control), Some(TrackId(1)));
        control.put_first(TrackId(3));
        control.put_first(TrackId(4));
        control.put_first(TrackId(99));
        control.put_first(TrackId(3));
        let order: Vec<u32> = std::iter::from_fn(|| left.take(&control)).map(|id| id.0).collect();
        assert_eq!(order, [3, 4, 2, 5]);
    }

    #[test]
    fn who_is_beyond_the_number_of_workers_has_no_leave() {
        let control = Control::foreground(1);
        assert!(control.may_work(0) && !control.may_work(1));
        control.set_workers(false, 0);
        assert!(!control.may_work(0));
        control.set_workers(false, 1);
        control.0.is_busy.store(true, Ordering::Relaxed);
        assert_eq!((control.rest(), control.may_work(0)), (Some(Rest::Load), false));
        control.0.on_battery.store(true, Ordering::Relaxed);
        assert_eq!(control.rest(), Some(Rest::Battery), "it lasts longer");
        control.set_workers(true, 1);
        assert_eq!((control.rest(), control.may_work(0)), (None, true), "it was asked for");
        assert!(workers(true) >= 1 && workers(false) >= workers(true));
    }
}
