//! Finished samples on their way from the engine thread to whoever takes them: a device's callback or an output's own
//! thread. Holds about a tenth of a second. The reader's half does the last ramps (pause, resume, discard), so that they
//! are heard at once; it never allocates, locks, logs or waits.

use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering, fence};
use std::sync::{Arc, OnceLock};
use std::thread::{self, Thread};
use std::time::Duration;

use rtrb::{Consumer, Producer, RingBuffer};

use super::wake::Wake;
use crate::model::audio::Spec;

/// Length of the fades at pause, resume and discard, in milliseconds.
pub const FADE_MS: u32 = 10;

/// What both halves, the clock and the watchdog look at. Frame counts are absolute: they begin where the ring before
/// this one ended and never go back.
#[derive(Debug)]
pub struct RingShared {
    spec: Spec,
    /// Frames taken by the reader, discarded ones included.
    consumed: AtomicU64,
    /// Frames between the ring and the ear, as the output says.
    latency_frames: AtomicU32,
    paused: AtomicBool,
    /// The reader stands still after the fade of a pause.
    at_rest: AtomicBool,
    discard_until: AtomicU64,
    fade_in: AtomicBool,
    /// Count of frames after which nothing more will come; `u64::MAX` while more may.
    ends_at: AtomicU64,
    /// Frames of silence put in because the ring was empty while it should not have been.
    underrun_frames: AtomicU64,
    underruns: AtomicU64,
    /// Calls of the reader; stands still when a device stalls.
    heartbeat: AtomicU64,
    /// The reader's thread, where it has one of its own that sleeps in [`RingReader::wait_while`].
    reader: OnceLock<Thread>,
    reader_waits: AtomicBool,
    /// How a reader that takes samples faster than they are heard asks for more.
    writer: OnceLock<Wake>,
}

impl RingShared {
    pub fn spec(&self) -> Spec {
        self.spec
    }

    pub fn consumed(&self) -> u64 {
        self.consumed.load(Ordering::Acquire)
    }

    /// Count of the frame that is at the ear now.
    pub fn audible(&self) -> u64 {
        self.consumed().saturating_sub(u64::from(self.latency_frames.load(Ordering::Relaxed)))
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

    pub fn underruns(&self) -> u64 {
        self.underruns.load(Ordering::Relaxed)
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
    fn wake_reader(&self) {
        fence(Ordering::SeqCst);
        if self.reader_waits.load(Ordering::Relaxed)
            && let Some(reader) = self.reader.get()
        {
            reader.unpark();
        }
    }
}

/// The engine thread's half.
#[derive(Debug)]
pub struct RingWriter {
    samples: Producer<f32>,
    shared: Arc<RingShared>,
    written: u64,
}

/// The output's half.
#[derive(Debug)]
pub struct RingReader {
    samples: Consumer<f32>,
    shared: Arc<RingShared>,
    channels: usize,
    gain: f32,
    step: f32,
    started: bool,
}

/// What one call of [`RingReader::read`] gave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Read {
    /// Frames of sound at the beginning of the buffer; silence behind them.
    pub frames: usize,
    /// The end was reached: nothing more will come unless the writer goes on.
    pub ended: bool,
}

/// A ring for `capacity_frames`, the first of which counts as `first_frame`.
pub fn sample_ring(spec: Spec, capacity_frames: usize, first_frame: u64) -> (RingWriter, RingReader) {
    let channels = usize::from(spec.channels.max(1));
    let (producer, consumer) = RingBuffer::new(capacity_frames.max(1) * channels);
    let shared = Arc::new(RingShared {
        spec,
        consumed: AtomicU64::new(first_frame),
        latency_frames: AtomicU32::new(0),
        paused: AtomicBool::new(false),
        at_rest: AtomicBool::new(false),
        discard_until: AtomicU64::new(0),
        fade_in: AtomicBool::new(false),
        ends_at: AtomicU64::new(u64::MAX),
        underrun_frames: AtomicU64::new(0),
        underruns: AtomicU64::new(0),
        heartbeat: AtomicU64::new(0),
        reader: OnceLock::new(),
        reader_waits: AtomicBool::new(false),
        writer: OnceLock::new(),
    });
    let fade_frames = (spec.rate * FADE_MS / 1000).max(1);
    let reader = RingReader {
        samples: consumer,
        shared: Arc::clone(&shared),
        channels,
        gain: 1.0,
        step: 1.0 / fade_frames as f32,
        started: false,
    };
    (RingWriter { samples: producer, shared, written: first_frame }, reader)
}

impl RingWriter {
    pub fn shared(&self) -> &Arc<RingShared> {
        &self.shared
    }

    /// Count of the frame that will be written next.
    pub fn written(&self) -> u64 {
        self.written
    }

    pub fn free_frames(&self) -> usize {
        self.samples.slots() / usize::from(self.shared.spec.channels.max(1))
    }

    /// Frames written and not yet taken.
    pub fn waiting_frames(&self) -> u64 {
        self.written.saturating_sub(self.shared.consumed())
    }

    /// Writes whole frames as far as there is room; returns the frames written.
    pub fn write(&mut self, samples: &[f32]) -> usize {
        let channels = usize::from(self.shared.spec.channels.max(1));
        let frames = (samples.len() / channels).min(self.free_frames());
        let Ok(mut chunk) = self.samples.write_chunk(frames * channels) else {
            return 0;
        };
        let (first, second) = chunk.as_mut_slices();
        let (head, tail) = samples[..frames * channels].split_at(first.len());
        first.copy_from_slice(head);
        second.copy_from_slice(tail);
        chunk.commit_all();
        self.written += frames as u64;
        self.shared.wake_reader();
        frames
    }

    /// Pause or go on, with a fade, from the very sample where the ear was.
    pub fn set_paused(&self, paused: bool) {
        self.shared.paused.store(paused, Ordering::Release);
        self.shared.wake_reader();
    }

    /// Makes everything written so far void: the reader fades out, drops it, and goes on with what is written next,
    /// faded in or not.
    pub fn discard(&self, fade_in: bool) {
        self.shared.ends_at.store(u64::MAX, Ordering::Release);
        self.shared.fade_in.store(fade_in, Ordering::Release);
        self.shared.discard_until.store(self.written, Ordering::Release);
        self.shared.wake_reader();
    }

    /// Nothing comes after what is written: an empty ring is the end and no underrun. `false`: more will come after all.
    pub fn set_ended(&self, ended: bool) {
        let at = if ended { self.written } else { u64::MAX };
        self.shared.ends_at.store(at, Ordering::Release);
        self.shared.wake_reader();
    }
}

impl RingReader {
    pub fn shared(&self) -> &Arc<RingShared> {
        &self.shared
    }

    pub fn spec(&self) -> Spec {
        self.shared.spec
    }

    /// Frames that could be taken now.
    pub fn available_frames(&self) -> usize {
        self.samples.slots() / self.channels
    }

    /// Fills `out` (whole frames of the ring's channels) with sound as far as there is any, with silence behind it.
    /// An empty ring counts as an underrun once sound has begun, unless it is paused or ended.
    pub fn read(&mut self, out: &mut [f32]) -> Read {
        self.shared.heartbeat.fetch_add(1, Ordering::Relaxed);
        let frames = self.take(out);
        out[frames * self.channels..].fill(0.0);
        let ended = self.shared.is_consumed_to_end();
        let wanted = out.len() / self.channels;
        if frames < wanted && self.started && !ended && !self.shared.is_paused() && !self.is_discarding() {
            self.shared.underruns.fetch_add(1, Ordering::Relaxed);
            self.shared.underrun_frames.fetch_add((wanted - frames) as u64, Ordering::Relaxed);
        }
        Read { frames, ended }
    }

    /// Nothing to do until the writer acts: paused and at rest, or empty, with nothing to be dropped.
    pub fn is_idle(&self) -> bool {
        let still = if self.shared.is_paused() { self.shared.is_at_rest() } else { self.samples.is_empty() };
        still && !self.is_discarding()
    }

    /// Sleeps while `idle` holds and the writer does nothing, at most `longest`; may return early. For an output's own
    /// thread, always the same one; never for a device's callback.
    pub fn wait_while(&self, longest: Duration, idle: impl Fn(&Self) -> bool) {
        self.shared.reader.get_or_init(thread::current);
        self.shared.reader_waits.store(true, Ordering::Relaxed);
        fence(Ordering::SeqCst);
        if idle(self) {
            thread::park_timeout(longest);
        }
        self.shared.reader_waits.store(false, Ordering::Relaxed);
    }

    fn is_discarding(&self) -> bool {
        self.shared.discard_until.load(Ordering::Acquire) > self.shared.consumed()
    }

    fn take(&mut self, out: &mut [f32]) -> usize {
        let wanted = out.len() / self.channels;
        let mut done = 0;
        while done < wanted {
            let discarding = self.is_discarding();
            let paused = self.shared.is_paused();
            if discarding && (self.gain <= 0.0 || !self.started || self.samples.is_empty()) {
                self.drop_discarded();
                continue;
            }
            // An empty ring has nothing to fade out with: a pause is at rest there at once.
            if paused && (self.gain <= 0.0 || !self.started || self.samples.is_empty()) {
                self.gain = if self.started { 0.0 } else { self.gain };
                self.shared.at_rest.store(true, Ordering::Release);
                break;
            }
            self.shared.at_rest.store(false, Ordering::Release);
            let target = if paused || discarding { 0.0 } else { 1.0 };
            let got = self.copy(&mut out[done * self.channels..], target);
            if got == 0 {
                break;
            }
            done += got;
        }
        done
    }

    /// Copies frames until the buffer is full, the ring is empty, or a ramp arrives at its end.
    fn copy(&mut self, out: &mut [f32], target: f32) -> usize {
        let mut frames = (out.len() / self.channels).min(self.available_frames());
        let until = self.shared.discard_until.load(Ordering::Acquire);
        let consumed = self.shared.consumed();
        if until > consumed {
            frames = frames.min(usize::try_from(until - consumed).unwrap_or(usize::MAX));
        }
        let ramping = self.gain != target;
        if ramping {
            let left = ((self.gain - target).abs() / self.step).ceil() as usize;
            frames = frames.min(left.max(1));
        }
        let Ok(chunk) = self.samples.read_chunk(frames * self.channels) else {
            return 0;
        };
        let (first, second) = chunk.as_slices();
        out[..first.len()].copy_from_slice(first);
        out[first.len()..first.len() + second.len()].copy_from_slice(second);
        chunk.commit_all();
        if ramping {
            self.ramp(&mut out[..frames * self.channels], target);
        }
        self.started |= frames > 0;
        self.shared.consumed.fetch_add(frames as u64, Ordering::Release);
        frames
    }

    fn ramp(&mut self, out: &mut [f32], target: f32) {
        for frame in out.chunks_exact_mut(self.channels) {
            self.gain = if self.gain < target {
                (self.gain + self.step).min(target)
            } else {
                (self.gain - self.step).max(target)
            };
            for sample in frame {
                *sample *= self.gain;
            }
        }
    }

    fn drop_discarded(&mut self) {
        let until = self.shared.discard_until.load(Ordering::Acquire);
        let consumed = self.shared.consumed();
        let frames = usize::try_from(until.saturating_sub(consumed)).unwrap_or(usize::MAX);
        let frames = frames.min(self.available_frames());
        if let Ok(chunk) = self.samples.read_chunk(frames * self.channels) {
            chunk.commit_all();
        }
        self.shared.consumed.fetch_add(frames as u64, Ordering::Release);
        if self.started {
            self.gain = if self.shared.fade_in.load(Ordering::Acquire) { 0.0 } else { 1.0 };
        }
    }
}
