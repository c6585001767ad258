//! What was rendered last, for the eye: a lossy window of stereo frames that the engine thread writes and the spectrum
//! thread reads, both without waiting. Frames have the counts of the sample ring.

use std::sync::atomic::{AtomicU32, AtomicU64, AtomicUsize, Ordering};

/// Frames kept: two thirds of a second at 48 kHz, a sixth at 192 kHz.
const FRAMES: usize = 1 << 15;

#[derive(Debug)]
pub struct Tap {
    /// Left and right of frame `n` at `2 * (n % FRAMES)`; f32 bits.
    samples: Box<[AtomicU32]>,
    /// Frames below this count are written.
    written: AtomicU64,
    /// Frames below this count may be overwritten at any moment.
    writing: AtomicU64,
    rate: AtomicU32,
    watchers: AtomicUsize,
}

impl Default for Tap {
    fn default() -> Self {
        Self {
            samples: (0..FRAMES * 2).map(|_| AtomicU32::new(0)).collect(),
            written: AtomicU64::new(0),
            writing: AtomicU64::new(0),
            rate: AtomicU32::new(0),
            watchers: AtomicUsize::new(0),
        }
    }
}

impl Tap {
    /// Engine thread: frames `at..` as they go to the ring; more than two channels are folded to their first two.
    /// Does nothing while nobody looks.
    pub fn write(&self, at: u64, rate: u32, channels: usize, samples: &[f32]) {
        if self.watchers.load(Ordering::Relaxed) == 0 || channels == 0 {
            return;
        }
        let frames = samples.len() / channels;
        let end = at + frames as u64;
        self.writing.store(end, Ordering::SeqCst);
        for (count, frame) in (at..).zip(samples.chunks_exact(channels)) {
            let slot = (count as usize % FRAMES) * 2;
            let right = frame.get(1).unwrap_or(&frame[0]);
            self.samples[slot].store(frame[0].to_bits(), Ordering::Relaxed);
            self.samples[slot + 1].store(right.to_bits(), Ordering::Relaxed);
        }
        self.rate.store(rate, Ordering::Relaxed);
        self.written.store(end, Ordering::SeqCst);
    }

    /// The frames that end before count `end`, as left and right interleaved, oldest first; `false` where they are not
    /// all there (not yet written, or overwritten).
    pub fn read(&self, end: u64, out: &mut [f32]) -> bool {
        let frames = (out.len() / 2) as u64;
        if end > self.written.load(Ordering::SeqCst) || end < frames {
            return false;
        }
        for (count, frame) in (end - frames..end).zip(out.chunks_exact_mut(2)) {
            let slot = (count as usize % FRAMES) * 2;
            frame[0] = f32::from_bits(self.samples[slot].load(Ordering::Relaxed));
            frame[1] = f32::from_bits(self.samples[slot + 1].load(Ordering::Relaxed));
        }
        self.writing.load(Ordering::SeqCst) <= end - frames + FRAMES as u64
    }

    /// Hz of the frames written last; 0 before the first.
    pub fn rate(&self) -> u32 {
        self.rate.load(Ordering::Relaxed)
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
