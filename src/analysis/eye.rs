//! The thread `spectrum`: looks at what is heard now in the ways that are watched, publishes their pictures. Runs only
//! while someone looks and something moves; pushes back on nobody.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::{JoinHandle, Thread, park, park_timeout};
use std::time::{Duration, Instant};

use super::visual::{Ear, Looks};
use crate::model::player::Lease;
use crate::model::visual::{Visual, VisualFrame};
use crate::rt::clock::PlaybackClock;
use crate::rt::latest::Latest;
use crate::rt::tap::Tap;
use crate::rt::wake::Wake;

/// How often it is looked while what is heard is silence.
const WHILE_STILL: Duration = Duration::from_millis(100);
/// The ear has not moved for so long: nothing is heard. More than a period of any device.
const STANDING: Duration = Duration::from_millis(150);
/// At least so often what must not miss a frame is looked at: well within the tap at any rate.
const WITHOUT_HOLES: Duration = Duration::from_millis(100);

/// The running thread.
pub struct SpectrumThread {
    latest: Latest<VisualFrame>,
    watch: Arc<Watch>,
    stop: Arc<AtomicBool>,
    thread: JoinHandle<()>,
}

/// How many watch each way of looking.
struct Watch {
    tap: Arc<Tap>,
    watchers: [AtomicUsize; Visual::ALL.len()],
}

impl Watch {
    fn is_watched(&self, visual: Visual) -> bool {
        self.watchers[visual as usize].load(Ordering::Relaxed) > 0
    }

    fn lease(self: &Arc<Self>, visual: Visual, thread: &Thread) -> Lease {
        self.watchers[visual as usize].fetch_add(1, Ordering::Relaxed);
        self.tap.add_watcher();
        thread.unpark();
        let (watch, thread) = (Arc::clone(self), thread.clone());
        Lease::new(move || {
            watch.watchers[visual as usize].fetch_sub(1, Ordering::Relaxed);
            watch.tap.remove_watcher();
            thread.unpark();
        })
    }
}

/// Starts the thread, at most `fps` frames a second.
pub fn spawn(tap: Arc<Tap>, clock: Arc<PlaybackClock>, fps: u16) -> std::io::Result<SpectrumThread> {
    let latest = Latest::new(VisualFrame { still: true, ..VisualFrame::default() });
    let stop = Arc::new(AtomicBool::new(false));
    let watch = Arc::new(Watch { tap: Arc::clone(&tap), watchers: Default::default() });
    let eye = Eye {
        watch: Arc::clone(&watch),
        clock,
        latest: latest.clone(),
        stop: Arc::clone(&stop),
        interval: Duration::from_secs(1) / u32::from(fps.clamp(1, 120)),
        looks: Looks::default(),
        heard: (None, Instant::now()),
    };
    let thread = std::thread::Builder::new().name("spectrum".into()).spawn(move || eye.run())?;
    let reader = thread.thread().clone();
    tap.set_reader(Wake::new(move || reader.unpark()));
    Ok(SpectrumThread { latest, watch, stop, thread })
}

impl SpectrumThread {
    pub fn latest(&self) -> Latest<VisualFrame> {
        self.latest.clone()
    }

    /// Each call keeps a way of looking coming until its lease is dropped.
    pub fn watcher(&self) -> Box<dyn Fn(Visual) -> Lease + Send + Sync> {
        let (watch, thread) = (Arc::clone(&self.watch), self.thread.thread().clone());
        Box::new(move |visual| watch.lease(visual, &thread))
    }

    /// Ends the thread; `false` where that took longer than `deadline`.
    pub fn stop(self, deadline: Duration) -> bool {
        let until = Instant::now() + deadline;
        self.stop.store(true, Ordering::Relaxed);
        self.thread.thread().unpark();
        while !self.thread.is_finished() {
            if Instant::now() >= until {
                return false;
            }
            std::thread::sleep(Duration::from_millis(1));
        }
        self.thread.join().is_ok()
    }
}

struct Eye {
    watch: Arc<Watch>,
    clock: Arc<PlaybackClock>,
    latest: Latest<VisualFrame>,
    stop: Arc<AtomicBool>,
    interval: Duration,
    looks: Looks,
    /// The frame at the ear, and since when it is that one.
    heard: (Option<u64>, Instant),
}

impl Eye {
    fn run(mut self) {
        let mut before = Instant::now();
        while !self.stop.load(Ordering::Relaxed) {
            let now = Instant::now();
            let moves = self.look(now, now.saturating_duration_since(before));
            before = now;
            let is_still = self.latest.get().still;
            match (self.watch.tap.is_watched(), is_still, moves) {
                (false, ..) => park(),
                (true, true, false) => self.sleep(),
                (true, true, true) => park_until(now + WHILE_STILL),
                (true, false, _) => park_until(now + self.interval()),
            }
        }
    }

    fn interval(&self) -> Duration {
        let without_holes = [Visual::Loudness, Visual::Spectrogram, Visual::Vu]
            .into_iter()
            .any(|visual| self.watch.is_watched(visual));
        if without_holes { self.interval.min(WITHOUT_HOLES) } else { self.interval }
    }

    /// Until the engine writes again, or somebody else looks: whatever is paused costs nothing.
    fn sleep(&mut self) {
        self.watch.tap.wait();
        // What began to move before that is seen here.
        if self.clock.audible() == self.heard.0 {
            park();
            // It may yet take a moment from the engine to the ear.
            self.heard.1 = Instant::now();
        }
    }

    /// Looks and publishes; returns whether anything is heard.
    fn look(&mut self, now: Instant, elapsed: Duration) -> bool {
        let watched_otherwise = self.looks.watch(|visual| self.watch.is_watched(visual));
        let audible = self.clock.audible();
        if audible != self.heard.0 {
            self.heard = (audible, now);
        }
        let moves = now.saturating_duration_since(self.heard.1) < STANDING;
        let ear = audible.filter(|_| moves).map(|at| Ear {
            tap: &self.watch.tap,
            at,
            segment: self.clock.segment_at(at),
        });
        let changed = self.looks.look(ear.as_ref(), elapsed);
        if watched_otherwise || changed || self.looks.are_still() != self.latest.get().still {
            self.latest.set(Arc::new(self.looks.frame()));
        }
        moves
    }
}

/// Returns at once where that is over.
fn park_until(at: Instant) {
    park_timeout(at.saturating_duration_since(Instant::now()));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::audio::Spec;
    use crate::rt::ring::sample_ring;

    fn wait(what: &str, is_so: impl Fn() -> bool) {
        let until = Instant::now() + Duration::from_secs(60);
        while !is_so() {
            assert!(Instant::now() < until, "{what}");
            std::thread::sleep(Duration::from_millis(2));
        }
    }

    #[test]
    fn what_is_heard_is_seen_while_someone_looks_and_falls_when_it_stands() {
        let (tap, clock) = (Arc::new(Tap::default()), Arc::new(PlaybackClock::default()));
        let (mut writer, mut reader) = sample_ring(Spec { rate: 48_000, channels: 2 }, 16_384, 0);
        clock.set_output(Some(Arc::clone(writer.shared())));
        let thread = spawn(Arc::clone(&tap), clock, 60).unwrap();
        let watch = thread.watcher();
        assert!(thread.latest().get().still);
        let lease = watch(Visual::Spectrum);
        assert!(tap.is_watched());
        let sine = |n: usize| (std::f32::consts::TAU * 1000.0 * n as f32 / 48_000.0).sin();
        let frames: Vec<f32> = (0..12_000).flat_map(|n| [sine(n); 2]).collect();
        tap.write(0, 48_000, 2, &frames);
        writer.write(&frames);
        reader.read(&mut vec![0.0; 2 * 10_000]);
        let latest = thread.latest();
        let bands = || latest.get().spectrum.as_ref().map_or(Vec::new(), |bars| bars.bands.clone());
        wait("the sine shows", || bands().iter().any(|&height| height > 0.95));
        wait("nothing moves: it falls", || latest.get().still);
        // It sleeps, and is woken by what is written.
        let before = latest.get();
        reader.read(&mut vec![0.0; 2 * 2_000]);
        tap.write(12_000, 48_000, 2, &frames[..2 * 4_000]);
        wait("it moves again", || !Arc::ptr_eq(&before, &latest.get()));
        drop(lease);
        assert!(!tap.is_watched());
        wait("nobody looks: no picture", || latest.get().spectrum.is_none());
        assert!(thread.stop(Duration::from_secs(5)));
    }
}
