//! The thread `spectrum`: takes the window that ends at the frame audible now, publishes its bands. Runs only while
//! someone looks and something moves; pushes back on nobody.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{JoinHandle, park, park_timeout};
use std::time::{Duration, Instant};

use super::spectrum::Spectrum;
use crate::model::player::Lease;
use crate::model::spectrum::{BANDS, SpectrumFrame};
use crate::rt::clock::PlaybackClock;
use crate::rt::latest::Latest;
use crate::rt::tap::Tap;

/// How often it is looked whether something moves again.
const WHILE_STILL: Duration = Duration::from_millis(100);
/// The ear has not moved for so long: nothing is heard. More than a period of any device.
const STANDING: Duration = Duration::from_millis(150);

/// The running thread.
pub struct SpectrumThread {
    latest: Latest<SpectrumFrame>,
    tap: Arc<Tap>,
    stop: Arc<AtomicBool>,
    thread: JoinHandle<()>,
}

/// Starts the thread, at most `fps` frames a second.
pub fn spawn(tap: Arc<Tap>, clock: Arc<PlaybackClock>, fps: u16) -> std::io::Result<SpectrumThread> {
    let latest = Latest::new(SpectrumFrame { bands: vec![0.0; BANDS], still: true });
    let stop = Arc::new(AtomicBool::new(false));
    let eye = Eye {
        tap: Arc::clone(&tap),
        clock,
        latest: latest.clone(),
        stop: Arc::clone(&stop),
        interval: Duration::from_secs(1) / u32::from(fps.clamp(1, 120)),
        spectrum: Spectrum::new(48_000),
        frames: Vec::new(),
        heard: (None, Instant::now()),
    };
    let thread = std::thread::Builder::new().name("spectrum".into()).spawn(move || eye.run())?;
    Ok(SpectrumThread { latest, tap, stop, thread })
}

impl SpectrumThread {
    pub fn latest(&self) -> Latest<SpectrumFrame> {
        self.latest.clone()
    }

    /// Each call keeps the spectrum coming until its lease is dropped.
    pub fn watcher(&self) -> Box<dyn Fn() -> Lease + Send + Sync> {
        let (tap, thread) = (Arc::clone(&self.tap), self.thread.thread().clone());
        Box::new(move || {
            tap.add_watcher();
            thread.unpark();
            let tap = Arc::clone(&tap);
            Lease::new(move || tap.remove_watcher())
        })
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
    tap: Arc<Tap>,
    clock: Arc<PlaybackClock>,
    latest: Latest<SpectrumFrame>,
    stop: Arc<AtomicBool>,
    interval: Duration,
    spectrum: Spectrum,
    frames: Vec<f32>,
    /// The frame at the ear, and since when it is that one.
    heard: (Option<u64>, Instant),
}

impl Eye {
    fn run(mut self) {
        let mut before = Instant::now();
        while !self.stop.load(Ordering::Relaxed) {
            if !self.tap.is_watched() {
                park();
                before = Instant::now();
                continue;
            }
            let now = Instant::now();
            self.look(now, now.saturating_duration_since(before));
            before = now;
            let pause = if self.latest.get().still { WHILE_STILL } else { self.interval };
            park_timeout((now + pause).saturating_duration_since(Instant::now()));
        }
    }

    fn look(&mut self, now: Instant, elapsed: Duration) {
        let audible = self.clock.audible();
        if audible != self.heard.0 {
            self.heard = (audible, now);
        }
        let moves = now.saturating_duration_since(self.heard.1) < STANDING;
        match audible.filter(|_| moves) {
            Some(audible) if self.take(audible) => self.spectrum.measure(&self.frames, elapsed),
            _ => self.spectrum.rest(elapsed),
        }
        let still = self.spectrum.is_flat();
        if !(still && self.latest.get().still) {
            let bands = self.spectrum.bands().to_vec();
            self.latest.set(Arc::new(SpectrumFrame { bands, still }));
        }
    }

    /// The window that ends at a frame, in `self.frames`.
    fn take(&mut self, audible: u64) -> bool {
        let rate = self.tap.rate();
        if rate > 0 && rate != self.spectrum.rate() {
            self.spectrum = Spectrum::new(rate);
        }
        self.frames.resize(self.spectrum.frames() * 2, 0.0);
        self.tap.read(audible, &mut self.frames)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::audio::Spec;
    use crate::rt::ring::sample_ring;

    fn wait(what: &str, is_so: impl Fn() -> bool) {
        let until = Instant::now() + Duration::from_secs(10);
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
        let lease = watch();
        assert!(tap.is_watched());
        let sine = |n: usize| (std::f32::consts::TAU * 1000.0 * n as f32 / 48_000.0).sin();
        let frames: Vec<f32> = (0..12_000).flat_map(|n| [sine(n); 2]).collect();
        tap.write(0, 48_000, 2, &frames);
        writer.write(&frames);
        reader.read(&mut vec![0.0; 2 * 10_000]);
        let latest = thread.latest();
        wait("the sine shows", || latest.get().bands.iter().any(|&height| height > 0.95));
        wait("nothing moves: it falls", || latest.get().still);
        drop(lease);
        assert!(!tap.is_watched());
        assert!(thread.stop(Duration::from_secs(5)));
    }
}
