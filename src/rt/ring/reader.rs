//! The output's half: takes samples and does the last ramps.

use std::sync::Arc;
use std::time::Duration;

use super::shared::Void;
use super::{FADE_MS, Mark, RingShared};
use crate::model::audio::Spec;
use crate::model::sync::atomic::{Ordering, fence};
use crate::model::sync::{Consumer, current, park_timeout};

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
    /// The last discard that is done with.
    void: Void,
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

impl RingReader {
    pub(super) fn new(samples: Consumer<f32>, marks: Consumer<Mark>, shared: Arc<RingShared>) -> Self {
        let spec = shared.spec();
        Self {
            samples,
            marks,
            exact: false,
            channels: usize::from(spec.channels.max(1)),
            fade_frames: (u64::from(spec.rate) * u64::from(FADE_MS) / 1000).max(1) as usize,
            gain: 1.0,
            ramp: None,
            sounding: Sounding::NotYet,
            void: shared.void(),
            silent_frames: 0,
            shared,
        }
    }

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
        still && !self.is_new(self.shared.void())
    }

    /// Sleeps while `idle` holds and the writer does nothing, at most `longest`; may return early. For an output's own
    /// thread, always the same one; never for a device's callback.
    pub fn wait_while(&self, longest: Duration, idle: impl Fn(&Self) -> bool) {
        self.shared.reader.get_or_init(current);
        self.shared.reader_waits.store(true, Ordering::Relaxed);
        fence(Ordering::SeqCst);
        if idle(self) {
            park_timeout(longest);
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

    /// A discard that is not done with. One behind which nothing was taken since the last shows by how it begins alone.
    fn is_new(&self, void: Void) -> bool {
        let begins_otherwise = self.sounding == Sounding::NotYet && void.fades_in != self.void.fades_in;
        void.until > self.void.until || begins_otherwise
    }

    /// For an output with another ring behind it, which does the fades: at a pause it rests at once, whatever it gave
    /// last; whether it does.
    pub fn rest_if_paused(&mut self) -> bool {
        let paused = self.shared.is_paused();
        self.shared.at_rest.store(paused, Ordering::Release);
        paused
    }

    /// For the same: drops what a discard made void. The count of the first frame behind it, and whether that is to be
    /// faded in.
    pub fn drop_void(&mut self) -> Option<(u64, bool)> {
        let void = self.shared.void();
        self.is_new(void).then(|| {
            self.finish_discard(void);
            (void.until, void.fades_in)
        })
    }

    /// For the same: takes what there is as it was written, up to where exact frames change to others or back; nothing
    /// where a discard is to be seen to first. What it takes is on its way to the ear: the output says by its latency how
    /// far that is, behind each call.
    pub fn read_plain(&mut self, out: &mut [f32]) -> Read {
        self.shared.heartbeat.fetch_add(1, Ordering::Relaxed);
        // In this order, as in `take`.
        let available = self.available_frames();
        let void = self.is_new(self.shared.void());
        (self.gain, self.ramp) = (1.0, None);
        let limit = if void { 0 } else { available.min(self.run_frames()) };
        let frames = if limit > 0 { self.copy(out, limit) } else { 0 };
        Read {
            frames,
            exact: self.exact,
            turned: frames < available,
            ended: self.shared.is_consumed_to_end(),
        }
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
            let void = self.shared.void();
            let until = void.until;
            let paused = self.shared.is_paused();
            let discarding = until > self.void.until;
            if self.sounding == Sounding::NotYet && !discarding {
                // Another discard behind which nothing was written does not show by its count, but by how it begins.
                (self.gain, self.void) = (void.first_gain(), void);
            }
            let silent = self.gain <= 0.0 || self.sounding == Sounding::NotYet;
            if discarding && (silent || self.frames_before(until) == 0) {
                self.finish_discard(void);
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
    fn finish_discard(&mut self, void: Void) {
        let frames = self.frames_before(void.until).min(self.available_frames());
        if let Ok(chunk) = self.samples.read_chunk(frames * self.channels) {
            chunk.commit_all();
        }
        self.shared.consumed.fetch_add(frames as u64, Ordering::Release);
        // A gauge never shows frames that were dropped: the ear is taken to be at the new beginning.
        self.shared.audible.fetch_max(self.shared.consumed(), Ordering::Release);
        self.void = void;
        self.gain = void.first_gain();
        self.ramp = None;
        self.sounding = Sounding::NotYet;
    }
}
