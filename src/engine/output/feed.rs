//! What a device's callbacks do: copy samples from the ring in the device's format, and note how the device is. Runs on
//! the device's own thread under the real-time law: nothing here allocates, locks, logs or waits (the one exception is a
//! stream that is dead already). Public for the test that proves it.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use cpal::{ErrorKind, I24, SizedSample};

use super::worker::FaultCell;
use super::{Fault, encode};
use crate::dsp::dither::Tpdf;
use crate::engine::priority;
use crate::model::audio::{duration_to_frames, frames_to_duration};
use crate::model::snapshot::Priority;
use crate::rt::ring::{RingReader, RingShared};

/// A backend's vague error is the end only if no sound was asked for so long: some come in hundreds while a stream starts
/// and mean nothing.
const SILENT_MS: u64 = 300;
/// A dead ALSA stream reports errors without a pause until it is dropped.
const STORM_PAUSE: Duration = Duration::from_millis(20);
/// A device that asks for no sound within this time is not waited for any longer.
const BEGINNING: Duration = Duration::from_millis(200);
/// Longest delay of a device that is believed.
const LONGEST_DELAY: Duration = Duration::from_secs(10);
/// Frames converted at a time.
const SCRATCH_FRAMES: usize = 512;

/// What the callbacks tell: atomics only.
#[derive(Debug)]
pub struct Health {
    began: Instant,
    /// When sound was last asked for, in milliseconds after `began`.
    asked_ms: AtomicU64,
    /// When the first vague error came after sound was last asked for, counted as `asked_ms`; 0: none did.
    vague_ms: AtomicU64,
    fault: FaultCell,
    priority: OnceLock<Priority>,
    ring: Arc<RingShared>,
}

impl Health {
    fn new(ring: Arc<RingShared>) -> Self {
        Self {
            began: Instant::now(),
            asked_ms: AtomicU64::new(0),
            vague_ms: AtomicU64::new(0),
            fault: FaultCell::default(),
            priority: OnceLock::new(),
            ring,
        }
    }

    pub fn fault(&self) -> Option<Fault> {
        self.fault.get()
    }

    fn now_ms(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    /// Sound was asked for, or ought to be from now on.
    pub fn touch(&self) {
        self.asked_ms.store(self.now_ms(), Ordering::Relaxed);
    }

    /// Its end, known from elsewhere than the device's callbacks.
    pub(super) fn lose(&self, why: String) {
        self.fault.set_with(Fault::Lost, why);
        self.wake_engine();
    }

    pub(super) fn fault_text(&self) -> Option<String> {
        self.fault.text()
    }

    /// How the device's thread is scheduled; `None` until it has asked for sound.
    pub(super) fn priority(&self) -> Option<Priority> {
        self.priority.get().copied()
    }

    /// Counted from the first vague error: after a sleep of the machine one comes late and means nothing.
    fn is_vague_for_long(&self) -> bool {
        let (now_ms, asked_ms) = (self.now_ms().max(1), self.asked_ms.load(Ordering::Relaxed));
        if now_ms.saturating_sub(asked_ms) <= SILENT_MS {
            self.vague_ms.store(0, Ordering::Relaxed);
            return false;
        }
        let first_ms = self.vague_ms.load(Ordering::Relaxed);
        if first_ms <= asked_ms {
            self.vague_ms.store(now_ms, Ordering::Relaxed);
            return false;
        }
        now_ms.saturating_sub(first_ms) > SILENT_MS
    }

    /// As [`Self::priority`], once the device's thread began; not for long.
    pub(super) fn await_priority(&self) -> Option<Priority> {
        let began = Instant::now();
        while self.priority().is_none() && began.elapsed() < BEGINNING {
            std::thread::sleep(Duration::from_millis(1));
        }
        self.priority()
    }

    /// Whoever feeds the ring is to look at once.
    pub(super) fn wake_engine(&self) {
        self.ring.wake_writer();
    }

    /// The error callback. It may be called without end, so after the first fatal error it slows its caller down.
    pub fn tell(&self, kind: ErrorKind) {
        if kind == ErrorKind::Xrun {
            self.ring.count_device_underrun();
        }
        if self.is_fatal(kind) {
            self.fault.set(Fault::Lost);
            std::thread::sleep(STORM_PAUSE);
        }
    }

    fn is_fatal(&self, kind: ErrorKind) -> bool {
        match kind {
            ErrorKind::DeviceNotAvailable | ErrorKind::StreamInvalidated | ErrorKind::HostUnavailable => true,
            ErrorKind::Xrun | ErrorKind::DeviceChanged | ErrorKind::RealtimeDenied => false,
            _ => self.is_vague_for_long(),
        }
    }
}

/// What the data callback owns.
pub struct Feed {
    reader: RingReader,
    health: Arc<Health>,
    period_frames: u32,
    rate: u32,
    channels: usize,
    scratch: Vec<f32>,
    noise: Tpdf,
    /// When the device first asked.
    first_asked: Option<Instant>,
}

impl Feed {
    /// `period_frames`: what the device was asked for; it may ask in any other lengths.
    pub fn new(reader: RingReader, period_frames: u32) -> Self {
        let spec = reader.spec();
        let channels = usize::from(spec.channels.max(1));
        Self {
            health: Arc::new(Health::new(Arc::clone(reader.shared()))),
            reader,
            period_frames,
            rate: spec.rate,
            channels,
            scratch: vec![0.0; SCRATCH_FRAMES * channels],
            noise: Tpdf::default(),
            first_asked: None,
        }
    }

    pub fn health(&self) -> &Arc<Health> {
        &self.health
    }

    /// The data callback: any length. `delay`: from now until what is filled in here begins to be heard.
    pub fn fill<T: DeviceSample>(&mut self, out: &mut [T], delay: Duration) {
        self.health.touch();
        let frames = out.len() / self.channels;
        let (whole, rest) = out.split_at_mut(frames * self.channels);
        if self.is_settled() {
            whole.chunks_mut(self.scratch.len()).for_each(|part| self.fill_part(part));
        } else {
            whole.fill(T::from_float(0.0));
        }
        rest.fill(T::from_float(0.0));
        self.tell_latency(frames, delay);
    }

    /// No more than the scratch buffer holds, run by run: sound that is wider than the device's samples with dither.
    fn fill_part<T: DeviceSample>(&mut self, mut part: &mut [T]) {
        while !part.is_empty() {
            let samples = &mut self.scratch[..part.len()];
            let read = self.reader.read_run(samples);
            let sound = read.frames * self.channels;
            let done = if read.turned { sound } else { part.len() };
            let (now, later) = part.split_at_mut(done);
            for (at, (to, from)) in now.iter_mut().zip(samples.iter()).enumerate() {
                let plain = read.exact || at >= sound;
                *to = if plain { T::from_float(*from) } else { T::dithered(*from, &mut self.noise) };
            }
            part = later;
        }
    }

    /// A device fills its whole buffer at once when it starts, faster than anybody writes: that is filled with silence,
    /// and sound begins when a period's time has passed. Until then the heartbeat does not begin either.
    fn is_settled(&mut self) -> bool {
        let first_asked = match self.first_asked {
            Some(first_asked) => first_asked,
            None => self.begin(),
        };
        first_asked.elapsed() >= frames_to_duration(u64::from(self.period_frames), self.rate)
    }

    /// The one time that the system is asked for something here: while silence is given, and nothing waits for it.
    fn begin(&mut self) -> Instant {
        let _ = self.health.priority.set(priority::ask());
        *self.first_asked.insert(Instant::now())
    }

    /// What the device holds now. Some know no delay, and all say zero at first: then it is about a period.
    fn tell_latency(&mut self, given: usize, delay: Duration) {
        let delay_frames = match duration_to_frames(delay.min(LONGEST_DELAY), self.rate) {
            0 => u64::from(self.period_frames),
            frames => frames,
        };
        let held = delay_frames.saturating_add(given as u64);
        self.reader.shared().set_latency_frames(u32::try_from(held).unwrap_or(u32::MAX));
    }
}

/// A sample as a device takes it.
pub trait DeviceSample: SizedSample + Send + 'static {
    fn from_float(sample: f32) -> Self;

    /// With noise before the rounding, where it takes anything away.
    #[inline]
    fn dithered(sample: f32, _: &mut Tpdf) -> Self {
        Self::from_float(sample)
    }
}

impl DeviceSample for i16 {
    #[inline]
    fn from_float(sample: f32) -> Self {
        encode::to_i16(sample)
    }

    #[inline]
    fn dithered(sample: f32, noise: &mut Tpdf) -> Self {
        encode::to_i16_dithered(sample, noise)
    }
}

impl DeviceSample for I24 {
    #[inline]
    fn from_float(sample: f32) -> Self {
        // In range by construction.
        I24::new_unchecked(encode::to_i24(sample))
    }

    #[inline]
    fn dithered(sample: f32, noise: &mut Tpdf) -> Self {
        I24::new_unchecked(encode::to_i24_dithered(sample, noise))
    }
}

impl DeviceSample for i32 {
    #[inline]
    fn from_float(sample: f32) -> Self {
        encode::to_i32(sample)
    }
}

impl DeviceSample for f32 {
    #[inline]
    fn from_float(sample: f32) -> Self {
        sample
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::audio::Spec;
    use crate::rt::ring::{RingWriter, sample_ring};

    const SPEC: Spec = Spec { rate: 48_000, channels: 2 };

    /// A feed that is past its start.
    fn feed(period_frames: u32) -> (RingWriter, Feed) {
        let (writer, reader) = sample_ring(SPEC, 8_192, 0);
        let mut feed = Feed::new(reader, period_frames);
        feed.first_asked = Instant::now().checked_sub(Duration::from_secs(1));
        (writer, feed)
    }

    #[test]
    fn calls_of_any_length_hand_out_every_sample_once() {
        let (mut writer, mut feed) = feed(1_024);
        let sound: Vec<f32> = (0..2 * 6_000).map(|n| n as f32 / 32_768.0).collect();
        writer.set_exact(true);
        assert_eq!(writer.write(&sound), 6_000);
        let mut heard = Vec::new();
        // Lengths in frames: none, odd, about the scratch buffer's, far beyond it.
        for frames in [0, 1, 7, 511, 512, 513, 1_033, 3_000] {
            let mut out = vec![-1_i16; 2 * frames];
            feed.fill(&mut out, Duration::ZERO);
            heard.extend(out);
        }
        let expected: Vec<i16> = (0..heard.len() as i16).collect();
        assert_eq!(heard, expected);
    }

    #[test]
    fn what_is_not_exact_is_dithered_from_its_first_to_its_last_sample() {
        let (mut writer, mut feed) = feed(1_024);
        let value = 100.0 / 32_768.0;
        for (exact, frames) in [(true, 1_001), (false, 700), (true, 3), (false, 1), (true, 900)] {
            writer.set_exact(exact);
            assert_eq!(writer.write(&vec![value; 2 * frames]), frames);
        }
        let mut out = vec![-1_i16; 2 * 3_000];
        feed.fill(&mut out, Duration::ZERO);
        let all = |samples: &[i16]| samples.iter().all(|sample| *sample == 100);
        assert!(all(&out[..2 * 1_001]) && all(&out[2 * 1_701..2 * 1_704]) && all(&out[2 * 1_705..2 * 2_605]));
        let dithered = &out[2 * 1_001..2 * 1_701];
        // Rounding changes a quarter of the samples that get triangular noise: those with more than half a step of it.
        let changed = dithered.iter().filter(|sample| **sample != 100).count();
        assert!((changed as f64 - 350.0).abs() < 80.0, "{changed}");
        assert!(dithered.iter().all(|sample| (99..=101).contains(sample)));
        assert_eq!(out[2 * 2_605..], [0; 2 * 395], "silence is left alone");
    }

    #[test]
    fn half_a_frame_is_silence_and_takes_nothing() {
        let (mut writer, mut feed) = feed(1_024);
        writer.write(&[0.5; 2 * 10]);
        let mut out = [1.0_f32; 5];
        feed.fill(&mut out, Duration::ZERO);
        assert_eq!(out, [0.5, 0.5, 0.5, 0.5, 0.0]);
        assert_eq!(writer.shared().consumed(), 2);
    }

    #[test]
    fn the_first_burst_is_silence() {
        let (mut writer, reader) = sample_ring(SPEC, 8_192, 0);
        let mut feed = Feed::new(reader, 4_800);
        writer.write(&[0.5; 2 * 100]);
        let mut out = [1_i32; 2 * 50];
        feed.fill(&mut out, Duration::ZERO);
        assert_eq!((out, writer.shared().consumed()), ([0; 100], 0));
        std::thread::sleep(Duration::from_millis(110));
        feed.fill(&mut out, Duration::ZERO);
        assert_eq!((out, writer.shared().consumed()), ([1 << 30; 100], 50));
    }

    /// 20 ms at 48 kHz are 960 frames.
    #[test]
    fn the_ear_lags_by_what_the_device_holds_and_catches_up_in_silence() {
        let (mut writer, mut feed) = feed(1_024);
        let delay = Duration::from_millis(20);
        let mut out = vec![0.0_f32; 2 * 1_000];
        feed.fill(&mut out, delay);
        writer.write(&vec![0.1; 2 * 3_000]);
        writer.set_ended(true);
        let shared = Arc::clone(writer.shared());
        let mut ear = |_| {
            feed.fill(&mut out, delay);
            (shared.audible(), shared.is_drained())
        };
        let heard: Vec<_> = (0..5).map(&mut ear).collect();
        assert_eq!(heard, [(0, false), (40, false), (1_040, false), (2_040, false), (3_000, true)]);
    }

    #[test]
    fn only_what_is_the_end_is_a_fault() {
        let (_writer, feed) = feed(1_024);
        let health = feed.health();
        health.touch();
        for kind in
            [ErrorKind::Xrun, ErrorKind::DeviceChanged, ErrorKind::RealtimeDenied, ErrorKind::BackendError]
        {
            health.tell(kind);
            assert_eq!(health.fault(), None, "{kind:?}");
        }
        assert_eq!(feed.reader.shared().underruns(), 1, "the device's own underruns are counted");
        health.touch();
        std::thread::sleep(Duration::from_millis(SILENT_MS + 20));
        health.tell(ErrorKind::Xrun);
        assert_eq!(health.fault(), None);
        health.tell(ErrorKind::BackendError);
        assert_eq!(health.fault(), None, "the machine may have slept");
        std::thread::sleep(Duration::from_millis(SILENT_MS + 20));
        health.tell(ErrorKind::BackendError);
        assert_eq!(health.fault(), Some(Fault::Lost), "nothing was asked for in a while");
        let (_writer, other) = self::feed(1_024);
        other.health().tell(ErrorKind::DeviceNotAvailable);
        assert_eq!(other.health().fault(), Some(Fault::Lost));
    }
}
