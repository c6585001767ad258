//! Where the ear is: maps frames of the output to frames of tracks. The engine thread writes a segment at each beginning
//! (track, seek, recovery); anyone reads, at any time, without asking the engine.

use std::sync::Arc;

use super::ring::RingShared;
use crate::model::id::PlayId;
use crate::model::player::Position;
use crate::model::sync::atomic::{AtomicU32, AtomicU64, Ordering, fence};
use crate::model::sync::{ArcSwapOption, spin_loop};

/// Segments kept: as many beginnings as can lie in one ring with room to spare.
const SEGMENTS: usize = if cfg!(loom) { 2 } else { 32 };

/// From output frame `at` on, frame `frame` of `play` and what follows it are heard.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Segment {
    pub at: u64,
    pub play: PlayId,
    pub frame: u64,
    /// Hz of the track.
    pub rate: u32,
    /// Hz of the output.
    pub output_rate: u32,
    /// Frames of the track, at its own rate, for each that is heard: 1.0 but where it is played faster or slower.
    pub speed: f32,
    /// Frames of the track, where known: no position lies beyond. `u64::MAX` where not.
    pub limit: u64,
}

#[derive(Debug, Default)]
struct Slot {
    at: AtomicU64,
    play: AtomicU64,
    frame: AtomicU64,
    rate: AtomicU32,
    output_rate: AtomicU32,
    /// Bits of an `f32`.
    speed: AtomicU32,
    limit: AtomicU64,
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
        self.write(|| self.output.store(output));
    }

    /// Engine thread: another ring, or none, and where it stands until sound comes, both at once: nobody adds the count
    /// of one ring to the place of another.
    pub fn stand(&self, segment: Option<Segment>, output: Option<Arc<RingShared>>) {
        self.write(|| {
            self.output.store(output);
            self.count.store(0, Ordering::Relaxed);
            segment.into_iter().for_each(|segment| self.append(segment));
        });
    }

    /// Engine thread: a new beginning.
    pub fn begin(&self, segment: Segment) {
        self.write(|| self.append(segment));
    }

    /// Inside [`Self::write`].
    fn append(&self, segment: Segment) {
        let count = self.count.load(Ordering::Relaxed);
        let slot = &self.slots[count as usize % SEGMENTS];
        slot.at.store(segment.at, Ordering::Relaxed);
        slot.play.store(segment.play.0, Ordering::Relaxed);
        slot.frame.store(segment.frame, Ordering::Relaxed);
        slot.rate.store(segment.rate, Ordering::Relaxed);
        slot.output_rate.store(segment.output_rate, Ordering::Relaxed);
        slot.speed.store(segment.speed.to_bits(), Ordering::Relaxed);
        slot.limit.store(segment.limit, Ordering::Relaxed);
        self.count.store(count + 1, Ordering::Relaxed);
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

    /// How often the output that is open ran empty; `None` without one.
    pub fn underruns(&self) -> Option<u64> {
        self.output.load().as_ref().map(|output| output.underruns())
    }

    /// The segment that output frame `at` lies in.
    pub fn segment_at(&self, at: u64) -> Option<Segment> {
        self.consistent(|| self.search(at))
    }

    /// Reads until no writer came between.
    fn consistent<T>(&self, read: impl Fn() -> T) -> T {
        loop {
            let before = self.sequence.load(Ordering::Acquire);
            if before.is_multiple_of(2) {
                let found = read();
                fence(Ordering::Acquire);
                if self.sequence.load(Ordering::Relaxed) == before {
                    return found;
                }
            }
            spin_loop();
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
            speed: f32::from_bits(slot.speed.load(Ordering::Relaxed)),
            limit: slot.limit.load(Ordering::Relaxed),
        }
    }

    /// What is at the ear; `None` while nothing was heard yet. Without an output, the newest beginning: where it will go
    /// on from.
    pub fn position(&self) -> Option<Position> {
        self.consistent(|| {
            let Some(ear) = self.output.load().as_ref().map(|output| output.ear()) else {
                return self.newest().map(|newest| newest.position(0));
            };
            self.search(ear).map(|segment| segment.position(ear - segment.at))
        })
    }

    fn newest(&self) -> Option<Segment> {
        let count = self.count.load(Ordering::Relaxed);
        count.checked_sub(1).map(|index| self.load(index))
    }
}

impl Segment {
    /// Where the ear is when so many frames of the output were heard of this segment.
    pub fn position(&self, played: u64) -> Position {
        let frames = match self.output_rate {
            0 => 0,
            rate if self.speed != 1.0 => {
                let ratio = f64::from(self.rate) / f64::from(rate) * f64::from(self.speed);
                (played as f64 * ratio) as u64
            }
            rate if rate == self.rate => played,
            rate => (u128::from(played) * u128::from(self.rate) / u128::from(rate)) as u64,
        };
        let frame = self.frame.saturating_add(frames).min(self.limit.max(self.frame));
        Position { play: self.play, frame, rate: self.rate }
    }
}

#[cfg(test)]
mod tests {
    use std::thread;

    use super::*;
    use crate::model::audio::Spec;
    use crate::rt::ring::sample_ring;

    fn segment(at: u64, play: u64, frame: u64, rate: u32, output_rate: u32) -> Segment {
        Segment { at, play: PlayId(play), frame, rate, output_rate, speed: 1.0, limit: u64::MAX }
    }

    #[test]
    fn frames_of_the_output_map_to_frames_of_the_track_that_is_heard() {
        let clock = PlaybackClock::default();
        assert_eq!(clock.position(), None);
        let (mut writer, mut reader) = sample_ring(Spec { rate: 48_000, channels: 1 }, 1000, 5000);
        clock.set_output(Some(Arc::clone(writer.shared())));
        assert_eq!(clock.position(), None, "nothing was begun yet");
        clock.begin(segment(5000, 1, 44_100, 44_100, 48_000));
        clock.begin(Segment { limit: 70, ..segment(5480, 2, 0, 48_000, 48_000) });
        writer.write(&[0.5; 1000]);
        let mut heard = |frames: usize| {
            reader.read(&mut vec![0.0; frames]);
            clock.position().map(|position| (position.play.0, position.frame, position.rate))
        };
        assert_eq!(heard(160), Some((1, 44_100 + 147, 44_100)));
        assert_eq!(heard(319), Some((1, 44_100 + 440, 44_100)));
        assert_eq!(heard(1), Some((2, 0, 48_000)));
        assert_eq!(heard(60), Some((2, 60, 48_000)));
        assert_eq!(heard(60), Some((2, 70, 48_000)), "never beyond the end of the track");
    }

    /// A screen that is drawn once when a seek in a pause is told, and not again, shows where it went.
    #[test]
    fn a_seek_in_a_pause_counts_before_the_output_has_looked() {
        let clock = PlaybackClock::default();
        let (mut writer, mut reader) = sample_ring(Spec { rate: 8_000, channels: 1 }, 1000, 0);
        clock.set_output(Some(Arc::clone(writer.shared())));
        clock.begin(segment(0, 1, 0, 8_000, 8_000));
        writer.write(&[0.5; 500]);
        reader.read(&mut [0.0; 200]);
        let frame = || clock.position().map(|position| position.frame);
        writer.set_paused(true);
        reader.read(&mut [0.0; 200]);
        let paused_at = frame();
        assert!(paused_at < Some(500), "{paused_at:?}");
        writer.discard(true);
        clock.begin(segment(500, 1, 96_000, 8_000, 8_000));
        writer.write(&[0.5; 300]);
        assert_eq!(frame(), Some(96_000));
        reader.read(&mut [0.0; 200]);
        assert_eq!(frame(), Some(96_000));
        writer.set_paused(false);
        reader.read(&mut [0.0; 200]);
        assert_eq!(frame(), Some(96_200));
    }

    /// At twice the speed, 4,800 frames of a 48 kHz output are 8,820 of a 44.1 kHz track.
    #[test]
    fn speed_counts_in_the_place_of_the_ear() {
        let fast = Segment { speed: 2.0, ..segment(0, 1, 100, 44_100, 48_000) };
        assert_eq!(fast.position(4_800).frame, 100 + 8_820);
        let slow = Segment { speed: 0.5, ..segment(0, 1, 0, 48_000, 48_000) };
        assert_eq!(slow.position(4_800).frame, 2_400);
    }

    #[test]
    fn without_an_output_it_stands_where_it_was_told() {
        let clock = PlaybackClock::default();
        clock.begin(segment(0, 1, 10, 44_100, 44_100));
        clock.stand(Some(segment(700, 3, 1234, 44_100, 44_100)), None);
        let position = clock.position().unwrap();
        assert_eq!((position.play.0, position.frame), (3, 1234));
        clock.clear();
        assert_eq!(clock.position(), None);
    }

    /// Every field of a segment is made from one number, so that a torn read shows.
    #[test]
    fn readers_never_see_half_a_segment() {
        let clock = PlaybackClock::default();
        let rounds: u64 = 200_000;
        thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| {
                    let mut newest = 0;
                    while newest < rounds {
                        let Some(found) = clock.segment_at(u64::MAX) else { continue };
                        let n = found.at;
                        assert!(n >= newest, "went back from {newest} to {n}");
                        newest = n;
                        assert_eq!(found, numbered(n));
                    }
                });
            }
            for n in 1..=rounds {
                clock.begin(numbered(n));
            }
        });
    }

    fn numbered(n: u64) -> Segment {
        let low = (n % 1_000_000) as u32;
        let (play, frame, limit) = (PlayId(n * 3), n * 5, n * 7);
        Segment { at: n, play, frame, rate: low, output_rate: low + 1, speed: low as f32, limit }
    }
}
