//! Where the ear is: maps frames of the output to frames of tracks. The engine thread writes a segment at each beginning
//! (track, seek, recovery); anyone reads, at any time, without asking the engine.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering, fence};

use arc_swap::ArcSwapOption;

use super::ring::RingShared;
use crate::model::id::PlayId;
use crate::model::player::Position;

/// Segments kept: as many beginnings as can lie in one ring with room to spare.
const SEGMENTS: usize = 32;

/// From output frame `at` on, frame `frame` of `play` and what follows it are heard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Segment {
    pub at: u64,
    pub play: PlayId,
    pub frame: u64,
    /// Hz of the track.
    pub rate: u32,
    /// Hz of the output.
    pub output_rate: u32,
}

#[derive(Debug, Default)]
struct Slot {
    at: AtomicU64,
    play: AtomicU64,
    frame: AtomicU64,
    rate: AtomicU32,
    output_rate: AtomicU32,
}

/// See the module's head. A sequence lock over a small table: the writer never waits, readers try again.
#[derive(Debug, Default)]
pub struct PlaybackClock {
    sequence: AtomicU64,
    slots: [Slot; SEGMENTS],
    /// Segments ever begun since the last clear; the newest is at `(count - 1) % SEGMENTS`.
    count: AtomicU64,
    output: ArcSwapOption<RingShared>,
}

impl PlaybackClock {
    /// Engine thread: the ring that is being heard from now on.
    pub fn set_output(&self, output: Option<Arc<RingShared>>) {
        self.output.store(output);
    }

    /// Engine thread: a new beginning.
    pub fn begin(&self, segment: Segment) {
        let count = self.count.load(Ordering::Relaxed);
        let slot = &self.slots[count as usize % SEGMENTS];
        self.write(|| {
            slot.at.store(segment.at, Ordering::Relaxed);
            slot.play.store(segment.play.0, Ordering::Relaxed);
            slot.frame.store(segment.frame, Ordering::Relaxed);
            slot.rate.store(segment.rate, Ordering::Relaxed);
            slot.output_rate.store(segment.output_rate, Ordering::Relaxed);
            self.count.store(count + 1, Ordering::Relaxed);
        });
    }

    /// Engine thread: nothing is heard any more.
    pub fn clear(&self) {
        self.write(|| self.count.store(0, Ordering::Relaxed));
    }

    fn write(&self, change: impl FnOnce()) {
        let sequence = self.sequence.load(Ordering::Relaxed);
        self.sequence.store(sequence + 1, Ordering::Relaxed);
        fence(Ordering::Release);
        change();
        self.sequence.store(sequence + 2, Ordering::Release);
    }

    /// Count of the output frame at the ear; `None` without an output.
    pub fn audible(&self) -> Option<u64> {
        self.output.load().as_ref().map(|output| output.audible())
    }

    /// The segment that output frame `at` lies in.
    pub fn segment_at(&self, at: u64) -> Option<Segment> {
        loop {
            let before = self.sequence.load(Ordering::Acquire);
            if before.is_multiple_of(2) {
                let found = self.search(at);
                fence(Ordering::Acquire);
                if self.sequence.load(Ordering::Relaxed) == before {
                    return found;
                }
            }
            std::hint::spin_loop();
        }
    }

    fn search(&self, at: u64) -> Option<Segment> {
        let count = self.count.load(Ordering::Relaxed);
        let oldest = count.saturating_sub(SEGMENTS as u64);
        let newest_first = (oldest..count).rev().map(|index| self.load(index));
        newest_first.into_iter().find(|segment| segment.at <= at)
    }

    fn load(&self, index: u64) -> Segment {
        let slot = &self.slots[index as usize % SEGMENTS];
        Segment {
            at: slot.at.load(Ordering::Relaxed),
            play: PlayId(slot.play.load(Ordering::Relaxed)),
            frame: slot.frame.load(Ordering::Relaxed),
            rate: slot.rate.load(Ordering::Relaxed),
            output_rate: slot.output_rate.load(Ordering::Relaxed),
        }
    }

    /// What is at the ear; `None` while nothing was heard yet.
    pub fn position(&self) -> Option<Position> {
        let audible = self.audible()?;
        let segment = self.segment_at(audible)?;
        let played = audible - segment.at;
        let scale = |frames: u64| match segment.output_rate {
            0 => 0,
            rate if rate == segment.rate => frames,
            rate => (u128::from(frames) * u128::from(segment.rate) / u128::from(rate)) as u64,
        };
        Some(Position { play: segment.play, frame: segment.frame + scale(played), rate: segment.rate })
    }
}
