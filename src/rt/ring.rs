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
/// Marks on their way: far more than items can turn in the time that a ring holds.
const MARKS: usize = 64;

/// Added to the count of the frame at the ear where that stands for good. No count comes near it.
const FROZEN: u64 = 1 << 63;

/// From frame `at` on, samples are exact or not.
#[derive(Debug, Clone, Copy)]
struct Mark {
    at: u64,
    exact: bool,
}

/// What both halves, the clock and the watchdog look at. Frame counts are absolute: they begin where the ring before
/// this one ended and never go back.
#[derive(Debug)]
pub struct RingShared {
    spec: Spec,
    /// Frames taken by the reader, discarded ones included.
    consumed: AtomicU64,
    /// Count of the frame at the ear. Never goes back; catches up with `consumed` while the reader gives silence.
    audible: AtomicU64,
    /// Frames between the ring and the ear, as the output says.
    latency_frames: AtomicU32,
    paused: AtomicBool,
    /// The reader stands still after the fade of a pause.
    at_rest: AtomicBool,
    discard_until: AtomicU64,
    fade_in: AtomicBool,
    /// Count of frames after which nothing more will come; `u64::MAX` while more may.
    ends_at: AtomicU64,
    /// Frames given as sound: all that were taken but the discarded ones.
    sounded_frames: AtomicU64,
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
        self.audible.load(Ordering::Acquire) & !FROZEN
    }

    /// The ear hears no more of this ring, whatever its reader still takes: [`Self::audible`] stands from here on.
    pub fn freeze(&self) {
        // As a part of the count, so that no update can come between: all of them are by `fetch_max`.
        self.audible.fetch_or(FROZEN, Ordering::AcqRel);
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
    marks: Producer<Mark>,
    shared: Arc<RingShared>,
    written: u64,
    /// What the next frame is, and what the reader will take it for.
    exact: bool,
    marked: bool,
}

/// The output's half.
#[derive(Debug)]
pub struct RingReader {
    samples: Consumer<f32>,
    marks: Consumer<Mark>,
    /// What the last mark that was passed says.
    exact: bool,
    shared: Arc<RingShared>,
    channels: usize,
    /// Frames of a whole fade.
    fade_frames: usize,
    gain: f32,
    ramp: Option<Ramp>,
    sounding: Sounding,
    /// Discards up to this count are done with.
    discarded: u64,
    /// Frames of silence given since the last frame of sound.
    silent_frames: u64,
}

/// Whether frames were given since the beginning or the last discard, and whether the ring then ran empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sounding {
    NotYet,
    Yes,
    Starved,
}

#[derive(Debug, Clone, Copy)]
struct Ramp {
    target: f32,
    step: f32,
}

/// What one call of [`RingReader::read`] gave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Read {
    /// Frames of sound at the beginning of the buffer; silence behind them.
    pub frames: usize,
    /// All of them have the very values that the output's integers stand for: no dither.
    pub exact: bool,
    /// Stopped where that changes; there is more.
    pub turned: bool,
    /// The end was reached: nothing more will come unless the writer goes on.
    pub ended: bool,
}

/// A ring for `capacity_frames`, the first of which counts as `first_frame`.
pub fn sample_ring(spec: Spec, capacity_frames: usize, first_frame: u64) -> (RingWriter, RingReader) {
    let channels = usize::from(spec.channels.max(1));
    let (producer, consumer) = RingBuffer::new(capacity_frames.max(1) * channels);
    let (marking, marks) = RingBuffer::new(MARKS);
    let shared = Arc::new(RingShared {
        spec,
        consumed: AtomicU64::new(first_frame),
        audible: AtomicU64::new(first_frame),
        latency_frames: AtomicU32::new(0),
        paused: AtomicBool::new(false),
        at_rest: AtomicBool::new(false),
        discard_until: AtomicU64::new(first_frame),
        fade_in: AtomicBool::new(false),
        ends_at: AtomicU64::new(u64::MAX),
        sounded_frames: AtomicU64::new(0),
        underrun_frames: AtomicU64::new(0),
        underruns: AtomicU64::new(0),
        heartbeat: AtomicU64::new(0),
        reader: OnceLock::new(),
        reader_waits: AtomicBool::new(false),
        writer: OnceLock::new(),
    });
    let reader = RingReader {
        samples: consumer,
        marks,
        exact: false,
        shared: Arc::clone(&shared),
        channels,
        fade_frames: (u64::from(spec.rate) * u64::from(FADE_MS) / 1000).max(1) as usize,
        gain: 1.0,
        ramp: None,
        sounding: Sounding::NotYet,
        discarded: first_frame,
        silent_frames: 0,
    };
    let writer = RingWriter {
        samples: producer,
        marks: marking,
        shared,
        written: first_frame,
        exact: false,
        marked: false,
    };
    (writer, reader)
}

impl RingWriter {
    pub fn shared(&self) -> &Arc<RingShared> {
        &self.shared
    }

    /// Count of the frame that will be written next.
    pub fn written(&self) -> u64 {
        self.written
    }

    pub fn capacity_frames(&self) -> usize {
        self.samples.buffer().capacity() / usize::from(self.shared.spec.channels.max(1))
    }

    pub fn free_frames(&self) -> usize {
        if self.exact != self.marked && self.marks.is_full() {
            return 0;
        }
        self.samples.slots() / usize::from(self.shared.spec.channels.max(1))
    }

    /// Frames written and not yet taken.
    pub fn waiting_frames(&self) -> u64 {
        self.written.saturating_sub(self.shared.consumed())
    }

    /// The frame with this count is at the ear; one that is not written yet is where all before it were heard.
    pub fn is_heard(&self, at: u64) -> bool {
        let taken = self.shared.consumed() > at || self.waiting_frames() == 0;
        self.shared.audible() >= at && taken
    }

    /// Whether the frames written from here on have the very values that the output's integers stand for, so that
    /// narrowing them takes nothing away. At first they have not.
    pub fn set_exact(&mut self, exact: bool) {
        self.exact = exact;
    }

    /// Writes whole frames as far as there is room; returns the frames written.
    pub fn write(&mut self, samples: &[f32]) -> usize {
        let channels = usize::from(self.shared.spec.channels.max(1));
        if self.exact != self.marked {
            // Before the frames: who sees them sees the mark too.
            if self.marks.push(Mark { at: self.written, exact: self.exact }).is_err() {
                return 0;
            }
            self.marked = self.exact;
        }
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

    /// The count after which nothing is to come, by [`Self::set_ended`].
    pub fn ends_at(&self) -> Option<u64> {
        Some(self.shared.ends_at.load(Ordering::Relaxed)).filter(|at| *at != u64::MAX)
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

    /// Nothing to do until the writer acts: paused and at rest, or empty, with nothing to be dropped.
    pub fn is_idle(&self) -> bool {
        let still = if self.shared.is_paused() { self.shared.is_at_rest() } else { self.samples.is_empty() };
        still && self.shared.discard_until.load(Ordering::Acquire) <= self.discarded
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

    /// Fills `out` (whole frames of the ring's channels) with sound as far as there is any, with silence behind it.
    /// An empty ring counts as an underrun once sound has begun, unless it is paused or ended.
    pub fn read(&mut self, out: &mut [f32]) -> Read {
        let (mut frames, mut exact) = (0, true);
        loop {
            let read = self.read_run(&mut out[frames * self.channels..]);
            frames += read.frames;
            exact &= read.exact;
            if !read.turned {
                return Read { frames, exact, ..read };
            }
        }
    }

    /// As [`Self::read`], but stops short, without silence, where exact frames change to others or back.
    pub fn read_run(&mut self, out: &mut [f32]) -> Read {
        let wanted = out.len() / self.channels;
        let read = self.read_available(out);
        if read.turned {
            return read;
        }
        out[read.frames * self.channels..].fill(0.0);
        let missing = (wanted - read.frames) as u64;
        if missing > 0 {
            self.silent_frames = self.silent_frames.saturating_add(missing);
            self.update_audible();
            self.count_underrun(missing, read.ended);
        }
        read
    }

    /// As [`Self::read_run`], for outputs that wait for sound and never put silence in: what lies behind the frames
    /// given is left as it was, and an empty ring is no underrun.
    pub fn read_available(&mut self, out: &mut [f32]) -> Read {
        self.shared.heartbeat.fetch_add(1, Ordering::Relaxed);
        let read = self.take(out);
        self.update_audible();
        Read { ended: self.shared.is_consumed_to_end(), ..read }
    }

    fn count_underrun(&mut self, missing: u64, ended: bool) {
        if self.sounding == Sounding::NotYet || ended || self.shared.is_paused() {
            return;
        }
        if self.sounding == Sounding::Yes {
            self.sounding = Sounding::Starved;
            self.shared.underruns.fetch_add(1, Ordering::Relaxed);
        }
        self.shared.underrun_frames.fetch_add(missing, Ordering::Relaxed);
    }

    /// The ear lags by the output's latency, but what was followed by that much silence has been heard.
    fn update_audible(&self) {
        let latency = u64::from(self.shared.latency_frames.load(Ordering::Relaxed));
        let lag = latency.saturating_sub(self.silent_frames);
        let audible = self.shared.consumed().saturating_sub(lag);
        self.shared.audible.fetch_max(audible, Ordering::Release);
    }

    fn take(&mut self, out: &mut [f32]) -> Read {
        let wanted = out.len() / self.channels;
        let mut taken = Read { frames: 0, exact: true, turned: false, ended: false };
        while taken.frames < wanted {
            // In this order: frames seen here that were written after a discard imply that the discard is seen too.
            let available = self.available_frames();
            let until = self.shared.discard_until.load(Ordering::Acquire);
            let paused = self.shared.is_paused();
            let discarding = until > self.discarded;
            let silent = self.gain <= 0.0 || self.sounding == Sounding::NotYet;
            if discarding && (silent || self.frames_before(until) == 0) {
                self.finish_discard(until);
                continue;
            }
            // An empty ring has nothing to fade out with: a pause is at rest there at once.
            let rests = paused && (silent || available == 0);
            self.shared.at_rest.store(rests, Ordering::Release);
            if rests {
                self.rest();
                break;
            }
            let limit = if discarding { self.frames_before(until) } else { available };
            self.aim(if paused || discarding { 0.0 } else { 1.0 }, limit);
            // Marks of all frames counted here are seen.
            let limit = limit.min(self.available_frames());
            let limit = limit.min(self.run_frames());
            let exact = self.exact && self.ramp.is_none();
            taken.turned = taken.frames > 0 && exact != taken.exact && limit > 0;
            if taken.turned {
                break;
            }
            let got = self.copy(&mut out[taken.frames * self.channels..], limit);
            if got == 0 {
                break;
            }
            taken.exact = exact;
            taken.frames += got;
        }
        taken
    }

    /// Frames up to where their exactness changes.
    fn run_frames(&mut self) -> usize {
        while let Ok(mark) = self.marks.peek().copied() {
            let before = self.frames_before(mark.at);
            if before > 0 {
                return before;
            }
            self.exact = mark.exact;
            let _ = self.marks.pop();
        }
        usize::MAX
    }

    /// What was sounding goes on with a fade in; a beginning that waits keeps its first sample whole.
    fn rest(&mut self) {
        if self.sounding != Sounding::NotYet {
            self.gain = 0.0;
            self.ramp = None;
        }
    }

    fn frames_before(&self, until: u64) -> usize {
        usize::try_from(until.saturating_sub(self.shared.consumed())).unwrap_or(usize::MAX)
    }

    /// Starts a ramp where the gain is not what it should be. A fade out arrives at zero with the last of the `limit`
    /// frames that there are.
    fn aim(&mut self, target: f32, limit: usize) {
        if self.gain == target {
            self.ramp = None;
            return;
        }
        if self.ramp.is_some_and(|ramp| ramp.target == target) {
            return;
        }
        let frames = if target < self.gain { self.fade_frames.min(limit.max(1)) } else { self.fade_frames };
        self.ramp = Some(Ramp { target, step: (target - self.gain) / frames as f32 });
    }

    /// Copies frames until the buffer is full, `limit` is reached, or a ramp arrives at its end.
    fn copy(&mut self, out: &mut [f32], limit: usize) -> usize {
        let mut frames = (out.len() / self.channels).min(limit).min(self.available_frames());
        if let Some(ramp) = self.ramp {
            let left = ((ramp.target - self.gain) / ramp.step).ceil().max(1.0) as usize;
            frames = frames.min(left);
        }
        let Ok(chunk) = self.samples.read_chunk(frames * self.channels) else {
            return 0;
        };
        let (first, second) = chunk.as_slices();
        out[..first.len()].copy_from_slice(first);
        out[first.len()..first.len() + second.len()].copy_from_slice(second);
        chunk.commit_all();
        self.apply_ramp(&mut out[..frames * self.channels]);
        if frames > 0 {
            self.sounding = Sounding::Yes;
            self.silent_frames = 0;
            self.shared.sounded_frames.fetch_add(frames as u64, Ordering::Relaxed);
            self.shared.consumed.fetch_add(frames as u64, Ordering::Release);
        }
        frames
    }

    fn apply_ramp(&mut self, out: &mut [f32]) {
        let Some(Ramp { target, step }) = self.ramp else {
            return;
        };
        for frame in out.chunks_exact_mut(self.channels) {
            let gain = self.gain + step;
            // The last step lands on the target however the sum of the steps was rounded.
            self.gain = if (target - gain) * step <= step * step * 0.5 { target } else { gain };
            for sample in frame {
                *sample *= self.gain;
            }
        }
    }

    /// Drops what is left of a discard; what comes next is a beginning.
    fn finish_discard(&mut self, until: u64) {
        let frames = self.frames_before(until).min(self.available_frames());
        if let Ok(chunk) = self.samples.read_chunk(frames * self.channels) {
            chunk.commit_all();
        }
        self.shared.consumed.fetch_add(frames as u64, Ordering::Release);
        // A gauge never shows frames that were dropped: the ear is taken to be at the new beginning.
        self.shared.audible.fetch_max(self.shared.consumed(), Ordering::Release);
        self.discarded = until;
        self.gain = if self.shared.fade_in.load(Ordering::Acquire) { 0.0 } else { 1.0 };
        self.ramp = None;
        self.sounding = Sounding::NotYet;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SPEC: Spec = Spec { rate: 44_100, channels: 1 };
    /// 10 ms.
    const FADE: usize = 441;

    fn ring(frames: usize) -> (RingWriter, RingReader) {
        sample_ring(SPEC, frames, 0)
    }

    fn read(reader: &mut RingReader, frames: usize) -> (Vec<f32>, Read) {
        let mut out = vec![9.0; frames];
        let read = reader.read(&mut out);
        (out, read)
    }

    #[test]
    fn what_is_taken_after_the_freeze_is_not_heard() {
        let (mut writer, mut reader) = sample_ring(Spec { rate: 48_000, channels: 1 }, 100, 7);
        writer.write(&[0.5; 50]);
        reader.read(&mut [0.0; 20]);
        assert_eq!(writer.shared().audible(), 27);
        writer.shared().freeze();
        reader.read(&mut [0.0; 20]);
        reader.shared().set_latency_frames(0);
        assert_eq!((writer.shared().audible(), writer.shared().consumed()), (27, 47));
    }

    #[test]
    fn samples_go_through_untouched_and_in_order_for_any_sizes() {
        let (mut writer, mut reader) = sample_ring(Spec { rate: 44_100, channels: 3 }, 50, 7);
        let all: Vec<f32> = (0..3 * 1000).map(|n| (n as f32).sin()).collect();
        let (mut sent, mut got) = (0, Vec::new());
        for size in (1..60).cycle() {
            sent += 3 * writer.write(&all[sent..(sent + 3 * size).min(all.len())]);
            let mut out = vec![0.0; 3 * (61 - size)];
            let frames = reader.read_available(&mut out).frames;
            got.extend_from_slice(&out[..3 * frames]);
            if got.len() == all.len() {
                break;
            }
        }
        assert_eq!(got, all);
        assert_eq!(writer.written(), 1007);
        assert_eq!(writer.shared().consumed(), 1007);
        assert_eq!(writer.shared().underruns(), 0);
    }

    #[test]
    fn a_pause_fades_out_rests_and_goes_on_at_the_very_next_sample() {
        let (mut writer, mut reader) = ring(10_000);
        let ones = vec![1.0; 5000];
        writer.write(&ones);
        assert_eq!(read(&mut reader, 1000).0, ones[..1000]);
        writer.set_paused(true);
        let (out, got) = read(&mut reader, 1000);
        assert_eq!(got.frames, FADE);
        for (n, sample) in out[..FADE].iter().enumerate() {
            let expected = 1.0 - (n + 1) as f32 / FADE as f32;
            assert!((sample - expected).abs() < 1e-4, "{n}: {sample}");
        }
        assert_eq!(out[FADE..], vec![0.0; 1000 - FADE]);
        assert!(writer.shared().is_at_rest());
        assert_eq!(writer.shared().consumed(), 1000 + FADE as u64);
        writer.set_paused(false);
        let (out, got) = read(&mut reader, 1000);
        assert_eq!(got.frames, 1000);
        assert!(out[0] > 0.0 && out[0] < 0.01 && out.windows(2).all(|pair| pair[1] >= pair[0]));
        assert_eq!(out[FADE..], vec![1.0; 1000 - FADE]);
        assert_eq!(writer.shared().underruns(), 0);
    }

    /// Runs as (frames, exact), read with buffers of this length.
    fn runs(reader: &mut RingReader, buffer: usize) -> Vec<(usize, bool)> {
        let mut runs: Vec<(usize, bool)> = Vec::new();
        loop {
            let read = reader.read_available(&mut vec![0.0; buffer]);
            match runs.last_mut() {
                _ if read.frames == 0 => return runs,
                Some((frames, exact)) if *exact == read.exact => *frames += read.frames,
                _ => runs.push((read.frames, read.exact)),
            }
        }
    }

    #[test]
    fn a_mark_holds_from_the_frame_that_is_written_next() {
        for buffer in [1, 7, 100, 5_000] {
            let (mut writer, mut reader) = ring(5_000);
            writer.write(&[0.5; 10]);
            writer.set_exact(true);
            writer.write(&[0.5; 1_000]);
            writer.set_exact(true);
            writer.write(&[0.5; 3]);
            writer.set_exact(false);
            writer.set_exact(true);
            writer.write(&[0.5; 4]);
            writer.set_exact(false);
            writer.write(&[0.5; 1]);
            writer.set_exact(true);
            assert_eq!(runs(&mut reader, buffer), [(10, false), (1_007, true), (1, false)]);
        }
    }

    #[test]
    fn a_whole_read_goes_over_marks_and_a_run_stops_at_them() {
        let (mut writer, mut reader) = ring(5_000);
        for (exact, frames) in [(true, 100), (false, 50), (true, 25)] {
            writer.set_exact(exact);
            writer.write(&vec![1.0; frames]);
        }
        let mut out = vec![9.0; 1_000];
        let read = reader.read_run(&mut out);
        assert_eq!((read.frames, read.exact, read.turned), (100, true, true));
        assert_eq!(out[100], 9.0, "no silence where there is more");
        let (out, read) = self::read(&mut reader, 1_000);
        assert_eq!((read.frames, read.exact, read.turned), (75, false, false));
        assert_eq!((out[..75].to_vec(), out[75]), (vec![1.0; 75], 0.0));
        assert_eq!((writer.shared().underruns(), writer.shared().underrun_frames()), (1, 925));
    }

    #[test]
    fn a_fade_is_not_exact_and_a_discard_forgets_no_mark() {
        let (mut writer, mut reader) = ring(5_000);
        writer.set_exact(true);
        writer.write(&[1.0; 2_000]);
        assert!(read(&mut reader, 500).1.exact);
        writer.set_paused(true);
        assert_eq!(runs(&mut reader, 1_000), [(FADE, false)]);
        writer.set_paused(false);
        assert_eq!(runs(&mut reader, 1_000), [(FADE, false), (1_500 - 2 * FADE, true)]);
        writer.write(&[1.0; 100]);
        writer.set_exact(false);
        writer.write(&[1.0; 100]);
        writer.set_exact(true);
        writer.discard(false);
        writer.write(&[0.5; 200]);
        assert_eq!(runs(&mut reader, 1_000).last(), Some(&(200, true)));
    }

    #[test]
    fn more_marks_than_have_room_hold_the_writer_up_and_none_is_lost() {
        let (mut writer, mut reader) = ring(5_000);
        let mut written = 0;
        for n in 0..=MARKS {
            writer.set_exact(n % 2 == 0);
            written += writer.write(&[0.5]);
        }
        assert_eq!((written, writer.free_frames()), (MARKS, 0));
        let read = runs(&mut reader, 100);
        assert_eq!(read, (0..MARKS).map(|n| (1, n % 2 == 0)).collect::<Vec<_>>());
        assert!(writer.free_frames() > 0);
        assert_eq!(writer.write(&[0.5; 9]), 9);
        assert_eq!(runs(&mut reader, 100), [(9, true)]);
    }

    #[test]
    fn a_pause_before_the_first_sample_keeps_it_whole() {
        let (mut writer, mut reader) = ring(100);
        writer.set_paused(true);
        writer.write(&[0.5; 50]);
        assert_eq!(read(&mut reader, 50).1.frames, 0);
        assert!(writer.shared().is_at_rest());
        writer.set_paused(false);
        assert_eq!(read(&mut reader, 50).0, vec![0.5; 50]);
    }

    #[test]
    fn a_discard_fades_the_old_out_and_begins_the_new_as_asked() {
        for fade_in in [false, true] {
            let (mut writer, mut reader) = ring(10_000);
            writer.write(&vec![1.0; 3000]);
            read(&mut reader, 100);
            writer.discard(fade_in);
            writer.write(&vec![0.5; 2000]);
            let (out, got) = read(&mut reader, 2000);
            assert_eq!(got.frames, 2000);
            assert!(out[..FADE].windows(2).all(|pair| pair[1] < pair[0]));
            assert_eq!(out[FADE - 1], 0.0);
            if fade_in {
                assert!(out[FADE] > 0.0 && out[FADE] < 0.01);
                assert_eq!(out[2 * FADE..], vec![0.5; 2000 - 2 * FADE]);
            } else {
                assert_eq!(out[FADE..], vec![0.5; 2000 - FADE]);
            }
            assert_eq!(writer.shared().consumed(), 3000 + 2000 - FADE as u64);
        }
    }

    #[test]
    fn a_fade_out_with_little_left_still_arrives_at_zero() {
        let (mut writer, mut reader) = ring(1000);
        writer.write(&[1.0; 200]);
        read(&mut reader, 100);
        writer.discard(false);
        writer.write(&[0.5; 100]);
        let (out, _) = read(&mut reader, 200);
        assert!(out[..100].windows(2).all(|pair| pair[1] < pair[0]));
        assert_eq!(out[99], 0.0);
        assert_eq!(out[100..], [0.5; 100]);
    }

    #[test]
    fn a_discard_during_a_pause_lets_nothing_through() {
        for fade_in in [false, true] {
            let (mut writer, mut reader) = ring(5000);
            writer.write(&[1.0; 2000]);
            read(&mut reader, 100);
            writer.set_paused(true);
            read(&mut reader, 1000);
            writer.discard(fade_in);
            writer.write(&[0.5; 1000]);
            assert_eq!(read(&mut reader, 500).1.frames, 0, "still paused");
            assert_eq!(writer.shared().audible(), 2000, "the position is the new one");
            writer.set_paused(false);
            let (out, got) = read(&mut reader, 1000);
            assert_eq!(got.frames, 1000);
            assert_eq!(out[0] == 0.5, !fade_in);
            assert_eq!(out[999], 0.5);
        }
    }

    #[test]
    fn many_discards_at_once_leave_only_what_came_last() {
        let (mut writer, mut reader) = ring(10_000);
        writer.write(&[1.0; 1000]);
        read(&mut reader, 100);
        for value in [2.0, 3.0, 4.0] {
            writer.discard(false);
            writer.write(&[value; 700]);
        }
        let (out, _) = read(&mut reader, FADE + 700);
        assert!(out[..FADE].iter().all(|sample| *sample < 1.0));
        assert_eq!(out[FADE..], [4.0; 700]);
    }

    #[test]
    fn the_ear_lags_by_the_latency_and_catches_up_with_silence() {
        let (mut writer, mut reader) = ring(5000);
        let shared = Arc::clone(writer.shared());
        shared.set_latency_frames(300);
        writer.write(&[1.0; 1000]);
        writer.set_ended(true);
        read(&mut reader, 200);
        assert_eq!(shared.audible(), 0);
        read(&mut reader, 600);
        assert_eq!(shared.audible(), 500);
        assert!(writer.is_heard(500) && !writer.is_heard(501));
        assert!(read(&mut reader, 200).1.ended);
        assert!(shared.is_consumed_to_end() && !shared.is_drained());
        read(&mut reader, 299);
        assert_eq!(shared.audible(), 999);
        assert!(!shared.is_drained());
        read(&mut reader, 1);
        assert!(shared.is_drained() && writer.is_heard(1000));
        assert_eq!(shared.underruns(), 0, "an end is none");
        shared.set_latency_frames(2000);
        writer.set_ended(false);
        writer.write(&[1.0; 100]);
        read(&mut reader, 100);
        assert_eq!(shared.audible(), 1000, "it never goes back");
    }

    #[test]
    fn an_empty_ring_is_an_underrun_once_and_only_while_sound_is_due() {
        let (mut writer, mut reader) = ring(1000);
        let shared = Arc::clone(writer.shared());
        read(&mut reader, 100);
        assert_eq!(shared.underruns(), 0, "nothing has begun");
        writer.write(&[1.0; 50]);
        read(&mut reader, 100);
        read(&mut reader, 100);
        assert_eq!((shared.underruns(), shared.underrun_frames()), (1, 150));
        writer.write(&[1.0; 50]);
        read(&mut reader, 50);
        writer.set_paused(true);
        read(&mut reader, 100);
        writer.set_paused(false);
        writer.discard(true);
        read(&mut reader, 100);
        assert_eq!(shared.underruns(), 1, "pause and seek are none");
    }

    /// Channel 0 carries 1.0 and so shows the gain, channel 1 carries the count of the frame.
    #[test]
    fn two_threads_never_lose_repeat_or_leak_a_frame() {
        let (mut writer, mut reader) = sample_ring(Spec { rate: 8000, channels: 2 }, 997, 0);
        let total: u64 = 400_000;
        std::thread::scope(|scope| {
            scope.spawn(move || {
                let mut random = 1_u64;
                while writer.written() < total {
                    let frames = next(&mut random) % 300;
                    let first = writer.written();
                    let block: Vec<f32> =
                        (first..(first + frames).min(total)).flat_map(|n| [1.0, n as f32]).collect();
                    writer.write(&block);
                    match next(&mut random) % 97 {
                        0 => writer.discard(frames.is_multiple_of(2)),
                        1 => writer.set_paused(true),
                        2..9 => writer.set_paused(false),
                        _ => std::thread::yield_now(),
                    }
                }
                writer.set_paused(false);
                writer.set_ended(true);
            });
            let shared = Arc::clone(reader.shared());
            let (mut random, mut expected) = (7_u64, 0_u64);
            let mut jumps = 0;
            while expected < total && !shared.is_drained() {
                let frames = (next(&mut random) % 200) as usize;
                let mut out = vec![0.0; 2 * frames];
                let read = reader.read(&mut out);
                for frame in out[..2 * read.frames].chunks_exact(2).filter(|frame| frame[0] > 1e-3) {
                    let count = f64::from(frame[1]) / f64::from(frame[0]);
                    // A faded frame carries its count only to a few digits.
                    let slack = if frame[0] == 1.0 { 0.0 } else { 100.0 };
                    assert!(count >= expected as f64 - slack, "{count} after {expected}");
                    assert!(frame[0] <= 1.0);
                    jumps += u32::from(count > expected as f64 + 100.0);
                    expected = count as u64 + 1;
                }
                assert!(shared.audible() <= shared.consumed());
            }
            assert_eq!(shared.consumed(), total);
            assert!(jumps > 10, "discards were seen: {jumps}");
        });
    }

    fn next(state: &mut u64) -> u64 {
        *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        *state >> 33
    }
}
