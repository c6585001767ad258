//! The mastering chain: carries out a [`ChainSpec`] on a stream of frames, the same for the ear and for a file.
//!
//! ```text
//! matching > subsonic, notches, EQ > transients > expander > compressor > exciter > width > gain > soft clip > limiter > dry
//! matching.rs      tone.rs        transients.rs      dynamics.rs       exciter.rs  width.rs        clip.rs  dsp::limiter or not
//! ```
//!
//! Frames are fed, become ready, are consumed: as many as went in, without delay at the beginning; the latency is the same
//! whatever the numbers. A stage whose numbers change nothing lets every bit pass. Numbers change by ramps, filters while
//! staying stable (`svf`). What is fed and is no number is silence; should the stages ever make what is no number, the
//! dry sound is heard instead, and [`Chain::has_failed`] tells.

mod blend;
mod clip;
pub(in crate::dsp) mod dynamics;
mod exciter;
mod fast;
pub(in crate::dsp) mod frames;
mod level;
pub(in crate::dsp) mod line;
mod matching;
mod oversample;
mod stages;
pub(in crate::dsp) mod svf;
mod targets;
mod tone;
mod transients;
mod width;

use blend::Blend;
use frames::{Delay, MOST_FRAMES};
use level::Level;
use stages::Stages;
use targets::Targets;

use crate::model::chain::{ChainSpec, Reading};

/// In which numbers become others, seconds.
const RAMP_S: f32 = 0.05;
/// In which mastered and dry sound fade over, seconds.
const FADE_S: f64 = 0.01;
/// Frames in which numbers move in a straight line while a ramp lasts.
const TICK: u64 = 32;

/// See the module's head.
#[derive(Debug)]
pub struct Chain {
    rate: u32,
    channels: usize,
    ramp: Ramp,
    stages: Stages,
    blend: Blend,
    /// What [`Self::bypass`] asked for last.
    bypass: Option<f32>,
    failed: bool,
    delay: Delay,
    latency: usize,
    dry: Box<[f32]>,
    output: Box<[f32]>,
    ready: std::ops::Range<usize>,
    /// Frames still to be left out: what stood in the delays before the first.
    skip: usize,
    /// Frames worked on, fed and made ready.
    worked: u64,
    fed: u64,
    made: u64,
    finished: bool,
    reading: Reading,
    before: Level,
    after: Level,
}

/// From numbers to numbers.
#[derive(Debug)]
struct Ramp {
    from: Targets,
    to: Targets,
    /// Frames; the same at rest.
    done: u64,
    length: u64,
}

impl Ramp {
    fn is_at_rest(&self) -> bool {
        self.done >= self.length
    }

    fn at(&self, done: u64) -> Targets {
        if done >= self.length {
            return self.to;
        }
        Targets::between(&self.from, &self.to, done as f64 / self.length as f64)
    }
}

impl Chain {
    /// Allocates all that is ever needed.
    pub fn new(rate: u32, channels: usize, spec: &ChainSpec) -> Self {
        let (rate, channels) = (rate.max(1), channels.max(1));
        let targets = Targets::of(spec, rate);
        let stages = Stages::new(rate, channels, &targets, &spec.matching);
        let latency = stages.delay_before_limiter() + stages.limiter_delay();
        Self {
            rate,
            channels,
            ramp: Ramp { from: targets, to: targets, done: 0, length: 0 },
            stages,
            blend: Blend::new(),
            bypass: None,
            failed: false,
            delay: Delay::new(latency, channels),
            latency,
            dry: vec![0.0; MOST_FRAMES * channels].into(),
            output: vec![0.0; MOST_FRAMES * channels].into(),
            ready: 0..0,
            skip: latency,
            worked: 0,
            fed: 0,
            made: 0,
            finished: false,
            reading: Reading::default(),
            before: Level::default(),
            after: Level::default(),
        }
    }

    /// Frames that are fed before the first becomes ready.
    pub fn latency_frames(&self) -> usize {
        self.latency
    }

    /// Frames fed and not consumed yet.
    pub fn pending(&self) -> u64 {
        self.fed - self.made + self.ready.len() as u64
    }

    pub fn reading(&self) -> Reading {
        Reading { before_db: self.before.db(), after_db: self.after.db(), ..self.reading }
    }

    /// Whether the stages made what is no number: the dry sound is heard until [`Self::reset`].
    pub fn has_failed(&self) -> bool {
        self.failed
    }

    /// Heads for other numbers from wherever they are, in about 50 ms.
    pub fn set(&mut self, spec: &ChainSpec) {
        self.set_slowly(spec, RAMP_S);
    }

    /// As [`Self::set`], in so many seconds.
    pub fn set_slowly(&mut self, spec: &ChainSpec, seconds: f32) {
        let to = Targets::of(spec, self.rate);
        let length = (f64::from(seconds.max(0.0)) * f64::from(self.rate)).round().max(1.0) as u64;
        self.stages.match_to(&spec.matching, length);
        if self.ramp.is_at_rest() && to == self.ramp.to {
            return;
        }
        let from = self.ramp.at(self.ramp.done);
        self.ramp = Ramp { from, to, done: 0, length };
    }

    /// Fades over to the dry sound times a linear gain, or with `None` back to the mastered one, in 10 ms. The stages go on
    /// working.
    pub fn bypass(&mut self, gain: Option<f32>) {
        self.bypass = gain.map(|gain| if gain.is_finite() { gain.max(0.0) } else { 1.0 });
        let frames = (f64::from(self.rate) * FADE_S).round().max(1.0) as u32;
        if !self.failed || self.bypass.is_some() {
            self.blend.to(self.bypass, frames);
        }
    }

    /// Every ramp is at its end: where an item begins there is nothing to ramp from.
    pub fn jump(&mut self) {
        self.ramp.done = self.ramp.length;
        self.stages.aim(&self.ramp.to, 0);
        self.stages.jump();
        self.blend.jump();
    }

    /// Whether only the dry sound is heard.
    pub fn is_dry(&self) -> bool {
        self.blend.is_dry()
    }

    /// Takes frames until some are ready; returns the frames taken. Takes none while frames are ready or after
    /// [`Self::finish`].
    pub fn feed(&mut self, samples: &[f32]) -> usize {
        let all = if self.finished { 0 } else { samples.len() / self.channels };
        let mut taken = 0;
        while self.ready.is_empty() && taken < all {
            let frames = (all - taken).min(self.frames_to_flush());
            let new = &samples[taken * self.channels..(taken + frames) * self.channels];
            let sound = |sample: &f32| if sample.is_finite() { *sample } else { 0.0 };
            self.output.iter_mut().zip(new).for_each(|(slot, sample)| *slot = sound(sample));
            taken += frames;
            self.fed += frames as u64;
            self.turn(frames);
        }
        taken
    }

    /// Frames that are ready, interleaved.
    pub fn ready(&self) -> &[f32] {
        &self.output[self.ready.start * self.channels..self.ready.end * self.channels]
    }

    /// Takes so many of the ready frames away.
    pub fn consume(&mut self, frames: usize) {
        self.ready.start = self.ready.start.saturating_add(frames).min(self.ready.end);
    }

    /// No more will be fed: what is still inside is to be had by [`Self::drain`].
    pub fn finish(&mut self) {
        self.finished = true;
    }

    /// After [`Self::finish`]: makes the next frames ready; `false` when all were made.
    pub fn drain(&mut self) -> bool {
        while self.finished && self.ready.is_empty() && self.made < self.fed {
            self.output.fill(0.0);
            self.turn(self.frames_to_flush());
        }
        !self.ready.is_empty()
    }

    /// What was fed is void: the next frame is a beginning, with every ramp at its end.
    pub fn reset(&mut self) {
        self.failed = false;
        self.blend.to(self.bypass, 1);
        self.jump();
        self.stages.reset();
        self.delay.reset();
        self.ready = 0..0;
        self.skip = self.latency;
        (self.worked, self.fed, self.made, self.finished) = (0, 0, 0, false);
        self.reading = Reading::default();
        (self.before, self.after) = Default::default();
    }

    /// Work goes on in steps from one multiple of [`MOST_FRAMES`] to the next, however frames are fed: there what is almost
    /// nothing becomes nothing.
    fn frames_to_flush(&self) -> usize {
        MOST_FRAMES - (self.worked % MOST_FRAMES as u64) as usize
    }

    /// Works on the first frames of `output` and makes ready what is not to be left out.
    fn turn(&mut self, frames: usize) {
        let samples = frames * self.channels;
        self.dry[..samples].copy_from_slice(&self.output[..samples]);
        self.delay.process(&mut self.dry[..samples]);
        self.before.hear(&self.dry[..samples], frames, self.rate);
        let good = if self.failed { 0 } else { self.master(frames) };
        self.output[good * self.channels..samples].fill(0.0);
        if !(self.failed && self.is_dry()) {
            self.reading.limiter_db = self.stages.limit(&mut self.output[..samples]);
        }
        self.after.hear(&self.output[..samples], frames, self.rate);
        self.mix(0, good);
        if good < frames && !self.failed {
            self.failed = true;
            // What the limiter still holds is sound; the fade is over when that is.
            let frames = u32::try_from(self.stages.limiter_delay()).unwrap_or(1);
            self.blend.to(Some(self.bypass.unwrap_or(1.0)), frames);
        }
        self.mix(good, frames);
        self.worked += frames as u64;
        if self.worked.is_multiple_of(MOST_FRAMES as u64) {
            self.stages.flush();
        }
        self.make_ready(frames);
    }

    fn mix(&mut self, from: usize, to: usize) {
        let frames = from * self.channels..to * self.channels;
        self.blend.process(&mut self.output[frames.clone()], &self.dry[frames], self.channels);
    }

    /// Everything before the limiter, on the first frames of `output`. Tells how many of them came out as numbers.
    fn master(&mut self, frames: usize) -> usize {
        let mut done = 0;
        self.reading = Reading::default();
        while done < frames {
            let piece = self.aim(frames - done);
            let samples = &mut self.output[done * self.channels..(done + piece) * self.channels];
            self.reading.compressor_db = self.reading.compressor_db.max(self.stages.process(samples));
            self.advance(piece);
            done += piece;
        }
        let samples = &self.output[..frames * self.channels];
        if samples.iter().fold(true, |all, sample| all & sample.is_finite()) {
            return frames;
        }
        samples.iter().position(|sample| !sample.is_finite()).map_or(frames, |at| at / self.channels)
    }

    /// Frames, at most so many, that can be worked on now; where a tick begins, the stages are told where it leads.
    fn aim(&mut self, most: usize) -> usize {
        if self.ramp.is_at_rest() {
            return most;
        }
        let left = self.ramp.length - self.ramp.done;
        let into = self.ramp.done % TICK;
        if into == 0 {
            let frames = TICK.min(left);
            self.stages.aim(&self.ramp.at(self.ramp.done + frames), frames as usize);
        }
        most.min((TICK - into).min(left) as usize)
    }

    fn advance(&mut self, frames: usize) {
        if self.ramp.is_at_rest() {
            return;
        }
        self.ramp.done += frames as u64;
        if self.ramp.is_at_rest() {
            self.stages.aim(&self.ramp.to, 0);
        }
    }

    fn make_ready(&mut self, frames: usize) {
        let skipped = self.skip.min(frames);
        self.skip -= skipped;
        // Beyond the last frame fed there are only those that pushed it out.
        let left = usize::try_from(self.fed - self.made).unwrap_or(usize::MAX);
        self.ready = skipped..frames.min(skipped.saturating_add(left));
        self.made += self.ready.len() as u64;
    }
}

#[cfg(test)]
mod tests;
