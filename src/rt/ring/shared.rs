//! What both halves, the clock and the watchdog look at.

use std::sync::OnceLock;

use super::super::wake::Wake;
use crate::model::audio::Spec;
use crate::model::sync::Thread;
use crate::model::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering, fence};

/// Added to the count of the frame at the ear where that stands for good. No count comes near it.
const FROZEN: u64 = 1 << 63;

/// What a discard leaves: nothing before a count, and how what follows begins.
#[derive(Debug, Clone, Copy)]
pub(super) struct Void {
    pub(super) until: u64,
    pub(super) fades_in: bool,
}

impl Void {
    pub(super) fn first_gain(self) -> f32 {
        if self.fades_in { 0.0 } else { 1.0 }
    }
}

/// What both halves, the clock and the watchdog look at. Frame counts are absolute: they begin where the ring before
/// this one ended and never go back.
#[derive(Debug)]
pub struct RingShared {
    pub(super) spec: Spec,
    /// Frames taken by the reader, discarded ones included.
    pub(super) consumed: AtomicU64,
    /// Count of the frame at the ear. Never goes back; catches up with `consumed` while the reader gives silence.
    pub(super) audible: AtomicU64,
    /// Frames between the ring and the ear, as the output says.
    pub(super) latency_frames: AtomicU32,
    pub(super) paused: AtomicBool,
    /// The reader stands still after the fade of a pause.
    pub(super) at_rest: AtomicBool,
    /// See [`Void`]: twice the count, and one more where what follows is faded in. One number, so that the second of two
    /// discards at one count is seen whole.
    discard: AtomicU64,
    /// Count of frames after which nothing more will come; `u64::MAX` while more may.
    pub(super) ends_at: AtomicU64,
    /// Frames given as sound: all that were taken but the discarded ones.
    pub(super) sounded_frames: AtomicU64,
    /// Frames of silence put in because the ring was empty while it should not have been.
    pub(super) underrun_frames: AtomicU64,
    pub(super) underruns: AtomicU64,
    /// Calls of the reader; stands still when a device stalls.
    pub(super) heartbeat: AtomicU64,
    /// The reader's thread, where it has one of its own that sleeps in [`RingReader::wait_while`].
    pub(super) reader: OnceLock<Thread>,
    pub(super) reader_waits: AtomicBool,
    /// How a reader that takes samples faster than they are heard asks for more.
    pub(super) writer: OnceLock<Wake>,
}

impl RingShared {
    pub(super) fn new(spec: Spec, first_frame: u64) -> Self {
        Self {
            spec,
            consumed: AtomicU64::new(first_frame),
            audible: AtomicU64::new(first_frame),
            latency_frames: AtomicU32::new(0),
            paused: AtomicBool::new(false),
            at_rest: AtomicBool::new(false),
            discard: AtomicU64::new(first_frame << 1),
            ends_at: AtomicU64::new(u64::MAX),
            sounded_frames: AtomicU64::new(0),
            underrun_frames: AtomicU64::new(0),
            underruns: AtomicU64::new(0),
            heartbeat: AtomicU64::new(0),
            reader: OnceLock::new(),
            reader_waits: AtomicBool::new(false),
            writer: OnceLock::new(),
        }
    }

    pub fn spec(&self) -> Spec {
        self.spec
    }

    pub fn consumed(&self) -> u64 {
        self.consumed.load(Ordering::Acquire)
    }

    /// Count of the frame that is at the ear now.
    pub fn audible(&self) -> u64 {
        self.audible.load(Ordering::Acquire) & !FROZEN
    }

    pub(super) fn void(&self) -> Void {
        let discard = self.discard.load(Ordering::Acquire);
        Void { until: discard >> 1, fades_in: discard & 1 == 1 }
    }

    pub(super) fn set_void(&self, void: Void) {
        self.discard.store(void.until << 1 | u64::from(void.fades_in), Ordering::Release);
    }

    /// Count of the frame that the ear is at, or in a pause goes on from: what was discarded does not count there, although
    /// the reader, which has nothing to do in a pause, may still have it.
    pub fn ear(&self) -> u64 {
        match self.is_paused() {
            true => self.audible().max(self.void().until),
            false => self.audible(),
        }
    }

    /// The ear hears no more of this ring, whatever its reader still takes: [`Self::audible`] stands from here on.
    pub fn freeze(&self) {
        // As a part of the count, so that no update can come between: all of them are by `fetch_max`.
        self.audible.fetch_or(FROZEN, Ordering::AcqRel);
    }

    /// The count after which nothing is to come, where that is known.
    pub fn ends_at(&self) -> Option<u64> {
        Some(self.ends_at.load(Ordering::Acquire)).filter(|at| *at != u64::MAX)
    }

    /// Everything that was written up to the end was taken and heard.
    pub fn is_drained(&self) -> bool {
        self.audible() >= self.ends_at.load(Ordering::Acquire)
    }

    /// Everything up to the end was taken from the ring (files and pipes have no latency beyond).
    pub fn is_consumed_to_end(&self) -> bool {
        self.consumed() >= self.ends_at.load(Ordering::Acquire)
    }

    pub fn is_paused(&self) -> bool {
        self.paused.load(Ordering::Acquire)
    }

    pub fn is_at_rest(&self) -> bool {
        self.at_rest.load(Ordering::Acquire)
    }

    /// Times the ring ran empty while it should not have.
    pub fn underruns(&self) -> u64 {
        self.underruns.load(Ordering::Relaxed)
    }

    /// The device itself says that it ran empty.
    pub fn count_device_underrun(&self) {
        self.underruns.fetch_add(1, Ordering::Relaxed);
    }

    pub fn sounded_frames(&self) -> u64 {
        self.sounded_frames.load(Ordering::Relaxed)
    }

    pub fn underrun_frames(&self) -> u64 {
        self.underrun_frames.load(Ordering::Relaxed)
    }

    pub fn heartbeat(&self) -> u64 {
        self.heartbeat.load(Ordering::Relaxed)
    }

    pub fn latency_frames(&self) -> u32 {
        self.latency_frames.load(Ordering::Relaxed)
    }

    /// Called by the output with what it knows of its own delay.
    pub fn set_latency_frames(&self, frames: u32) {
        self.latency_frames.store(frames, Ordering::Relaxed);
        let audible = self.consumed().saturating_sub(u64::from(frames));
        self.audible.fetch_max(audible, Ordering::Release);
    }

    /// How to wake the writer's thread; set once, by whoever opens the output.
    pub fn set_writer_wake(&self, wake: Wake) {
        let _ = self.writer.set(wake);
    }

    /// Wakes the writer's thread: there is room, an end was reached, or the output can play no more.
    pub fn wake_writer(&self) {
        if let Some(writer) = self.writer.get() {
            writer.wake();
        }
    }

    /// Wakes the reader's thread where it sleeps. Pairs with [`RingReader::wait_while`]: what was stored before the
    /// fence here is seen by its check, or its flag is seen here.
    pub(super) fn wake_reader(&self) {
        fence(Ordering::SeqCst);
        if self.reader_waits.load(Ordering::Relaxed)
            && let Some(reader) = self.reader.get()
        {
            reader.unpark();
        }
    }
}
