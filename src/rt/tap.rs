//! What was rendered last, for the eye: a lossy window of frames that the engine thread writes and the spectrum
//! thread reads, both without waiting. Frames have the counts of the sample ring.

use std::sync::OnceLock;

use super::wake::Wake;
use crate::model::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, AtomicUsize, Ordering, fence};

/// Channels that are kept.
pub const MOST_CHANNELS: usize = 8;
/// Samples kept, one MiB: of eight channels two thirds of a second at 48 kHz, a sixth at 192 kHz; of fewer channels more.
const SAMPLES: usize = if cfg!(loom) { 4 } else { 1 << 18 };

#[derive(Debug)]
pub struct Tap {
    /// Channels `0..kept` of frame `n` at `kept * (n % (SAMPLES / kept))`; f32 bits.
    samples: Box<[AtomicU32]>,
    /// Frames from here on were written without a hole: nothing is written while nobody looks.
    since: AtomicU64,
    /// Frames below this count are written.
    written: AtomicU64,
    /// Frames below this count may be overwritten at any moment.
    writing: AtomicU64,
    rate: AtomicU32,
    channels: AtomicUsize,
    watchers: AtomicUsize,
    /// The reader waits for the next frames.
    waited_for: AtomicBool,
    reader: OnceLock<Wake>,
}

impl Default for Tap {
    fn default() -> Self {
        Self {
            samples: (0..SAMPLES).map(|_| AtomicU32::new(0)).collect(),
            since: AtomicU64::new(0),
            written: AtomicU64::new(0),
            writing: AtomicU64::new(0),
            rate: AtomicU32::new(0),
            channels: AtomicUsize::new(0),
            watchers: AtomicUsize::new(0),
            waited_for: AtomicBool::new(false),
            reader: OnceLock::new(),
        }
    }
}

impl Tap {
    /// Engine thread: frames `at..` as they go to the ring, of which the first [`MOST_CHANNELS`] channels are kept. Does nothing
    /// while nobody looks.
    pub fn write(&self, at: u64, rate: u32, channels: usize, samples: &[f32]) {
        if self.watchers.load(Ordering::Relaxed) == 0 || channels == 0 {
            return;
        }
        let frames = samples.len() / channels;
        let end = at + frames as u64;
        let is_other = (rate, channels) != (self.rate(), self.channels());
        if is_other || at != self.written.load(Ordering::Relaxed) {
            self.since.store(at, Ordering::Relaxed);
            self.rate.store(rate, Ordering::Relaxed);
            // A reader that sees this, which says where frames lie, sees from where on that holds too.
            self.channels.store(channels, Ordering::Release);
        }
        self.writing.store(end, Ordering::Relaxed);
        // A reader that sees one of the samples below sees the count above too.
        fence(Ordering::Release);
        let kept = channels.min(MOST_CHANNELS);
        for (count, frame) in (at..).zip(samples.chunks_exact(channels)) {
            let slots = &self.samples[slot(count, kept)..][..kept];
            slots.iter().zip(frame).for_each(|(slot, x)| slot.store(x.to_bits(), Ordering::Relaxed));
        }
        self.written.store(end, Ordering::Release);
        if self.waited_for.load(Ordering::Relaxed) && self.waited_for.swap(false, Ordering::Relaxed) {
            self.reader.get().into_iter().for_each(Wake::wake);
        }
    }

    /// Who is woken after [`Tap::wait`]; the first holds.
    pub fn set_reader(&self, wake: Wake) {
        let _ = self.reader.set(wake);
    }

    /// The next write wakes the reader, once.
    pub fn wait(&self) {
        self.waited_for.store(true, Ordering::Relaxed);
    }

    /// The frames that end before count `end`, as left and right interleaved, oldest first: the first two channels, or the
    /// only one twice. `false` where they are not all there (not yet written, or overwritten).
    pub fn read(&self, end: u64, out: &mut [f32]) -> bool {
        self.read_channels(end, 2, out)
    }

    /// As [`Tap::read`], of so many channels; those that are not kept are the last that is.
    pub fn read_channels(&self, end: u64, channels: usize, out: &mut [f32]) -> bool {
        let frames = (out.len() / channels.max(1)) as u64;
        if end > self.written.load(Ordering::Acquire) || end < frames {
            return false;
        }
        // Not earlier: with other channels come other counts, and `since` with them.
        let kept = self.channels().clamp(1, MOST_CHANNELS);
        for (count, frame) in (end - frames..end).zip(out.chunks_exact_mut(channels.max(1))) {
            let slots = &self.samples[slot(count, kept)..][..kept];
            for (channel, x) in frame.iter_mut().enumerate() {
                *x = f32::from_bits(slots[channel.min(kept - 1)].load(Ordering::Relaxed));
            }
        }
        fence(Ordering::Acquire);
        let is_whole = self.writing.load(Ordering::Relaxed) <= end - frames + (SAMPLES / kept) as u64;
        is_whole && self.since.load(Ordering::Relaxed) <= end - frames
    }

    /// Hz of the frames written last; 0 before the first.
    pub fn rate(&self) -> u32 {
        self.rate.load(Ordering::Relaxed)
    }

    /// Of the output, at those frames; 0 before the first.
    pub fn channels(&self) -> usize {
        self.channels.load(Ordering::Relaxed)
    }

    pub fn add_watcher(&self) {
        self.watchers.fetch_add(1, Ordering::Relaxed);
    }

    pub fn remove_watcher(&self) {
        self.watchers.fetch_sub(1, Ordering::Relaxed);
    }

    pub fn is_watched(&self) -> bool {
        self.watchers.load(Ordering::Relaxed) > 0
    }
}

/// Where frame `count` begins.
fn slot(count: u64, kept: usize) -> usize {
    (count as usize % (SAMPLES / kept)) * kept
}

#[cfg(all(test, not(loom)))]
mod tests {
    use std::sync::atomic::AtomicBool;
    use std::thread;

    use super::*;

    fn frame(count: u64) -> [f32; 2] {
        let value = (count % 100_000) as f32;
        [value, -value]
    }

    fn write(tap: &Tap, at: u64, frames: u64) {
        let samples: Vec<f32> = (at..at + frames).flat_map(frame).collect();
        tap.write(at, 48_000, 2, &samples);
    }

    #[test]
    fn gives_the_frames_before_a_count_as_long_as_they_are_there() {
        let tap = Tap::default();
        write(&tap, 0, 100);
        assert!(!tap.read(100, &mut [0.0; 20]), "nobody looked when they were written");
        tap.add_watcher();
        write(&tap, 100, 100);
        let mut out = [0.0; 20];
        assert!(tap.read(160, &mut out));
        assert_eq!(out[..2], frame(150));
        assert_eq!(out[18..], frame(159));
        assert!(!tap.read(201, &mut out), "not yet written");
        assert!(!tap.read(105, &mut out), "reaches back to before there was a watcher");
        write(&tap, 200, SAMPLES as u64 / 2);
        assert!(!tap.read(209, &mut out), "overwritten");
        assert!(tap.read(210, &mut out));
    }

    #[test]
    fn a_reader_that_waits_is_woken_once_by_the_next_frames() {
        let (tap, woken) = (Tap::default(), std::sync::Arc::new(AtomicUsize::new(0)));
        let count = std::sync::Arc::clone(&woken);
        tap.set_reader(Wake::new(move || {
            count.fetch_add(1, Ordering::Relaxed);
        }));
        tap.add_watcher();
        let woken_after = |at| {
            write(&tap, at, 10);
            woken.load(Ordering::Relaxed)
        };
        assert_eq!(woken_after(0), 0, "nobody waits");
        tap.wait();
        assert_eq!((woken_after(10), woken_after(20)), (1, 1));
    }

    #[test]
    fn mono_is_both_sides_and_of_more_channels_there_are_two_or_as_many_as_are_asked_for() {
        let tap = Tap::default();
        tap.add_watcher();
        tap.write(0, 48_000, 1, &[0.25, 0.5]);
        let mut out = [0.0; 4];
        assert!(tap.read(2, &mut out));
        assert_eq!(out, [0.25, 0.25, 0.5, 0.5]);
        tap.write(2, 48_000, 3, &[0.1, 0.2, 0.9, 0.3, 0.4, 0.9]);
        assert!(tap.read(4, &mut out));
        assert_eq!(out, [0.1, 0.2, 0.3, 0.4]);
        let mut all = [0.0; 6];
        assert!(tap.read_channels(4, 3, &mut all));
        assert_eq!(all, [0.1, 0.2, 0.9, 0.3, 0.4, 0.9]);
        assert!(!tap.read_channels(3, 3, &mut all), "it reaches back to before there were three");
        // Ten channels around the end of what is kept: the first eight, each in its place.
        let frame = |n: u64| (0..10).map(move |channel| (n * 10 + channel) as f32);
        let (at, frames) = (SAMPLES as u64 / 8 - 3, 6);
        tap.write(at, 48_000, 10, &(at..at + frames).flat_map(frame).collect::<Vec<_>>());
        let mut eight = [0.0; 8 * 6];
        assert!(tap.read_channels(at + frames, 8, &mut eight));
        assert_eq!(eight.to_vec(), (at..at + frames).flat_map(|n| frame(n).take(8)).collect::<Vec<_>>());
    }

    #[test]
    fn a_reader_never_gets_a_mix_of_old_and_new() {
        let tap = Tap::default();
        tap.add_watcher();
        let done = AtomicBool::new(false);
        thread::scope(|scope| {
            scope.spawn(|| {
                let mut whole = 0_u32;
                let mut out = vec![0.0; 2 * 4096];
                while !done.load(Ordering::Relaxed) {
                    let end = tap.written.load(Ordering::Relaxed);
                    if end < 4096 || !tap.read(end, &mut out) {
                        continue;
                    }
                    whole += 1;
                    let first = out[0];
                    for (n, pair) in out.chunks_exact(2).enumerate() {
                        let expected = (first as usize + n) % 100_000;
                        assert_eq!(pair, [expected as f32, -(expected as f32)]);
                    }
                }
                assert!(whole > 0);
            });
            for block in 0..4_000 {
                write(&tap, block * 997, 997);
                if block % 64 == 0 {
                    thread::yield_now();
                }
            }
            done.store(true, Ordering::Relaxed);
        });
    }
}
