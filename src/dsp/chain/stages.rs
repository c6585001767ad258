//! The stages in their order, on blocks in place.

use super::clip::Clip;
use super::dynamics::{Direction, Dynamics};
use super::exciter::Exciter;
use super::frames::apply_line;
use super::line::Line;
use super::matching::Matching;
use super::targets::Targets;
use super::tone::Tone;
use super::transients::Transients;
use super::width::Width;
use crate::dsp::limiter::Limiter;
use crate::model::chain::Matching as Curves;

#[derive(Debug)]
pub struct Stages {
    channels: usize,
    matching: Matching,
    tone: Tone,
    transients: Transients,
    expander: Dynamics,
    compressor: Dynamics,
    exciter: Exciter,
    width: Width,
    gain: Line<1>,
    clip: Clip,
    ceiling_db: f64,
    limiter: Limiter,
}

impl Stages {
    pub fn new(rate: u32, channels: usize, targets: &Targets, curves: &Curves) -> Self {
        Self {
            channels,
            matching: Matching::new(rate, channels, curves),
            tone: Tone::new(rate, channels, &targets.tone),
            transients: Transients::new(rate, channels, targets.transients_db),
            expander: Dynamics::new(Direction::Up, rate, channels, &targets.expander),
            compressor: Dynamics::new(Direction::Down, rate, channels, &targets.compressor),
            exciter: Exciter::new(rate, channels, &targets.overtones),
            width: Width::new(rate, channels, targets.side, &targets.side_high_pass),
            gain: Line::at([targets.gain]),
            clip: Clip::new(channels, targets.rounding),
            ceiling_db: targets.ceiling_db,
            limiter: Limiter::new(rate, channels, targets.ceiling_db as f32),
        }
    }

    /// Frames by which samples are later, before the limiter and in all.
    pub fn delay_before_limiter(&self) -> usize {
        Exciter::DELAY + Clip::DELAY
    }

    pub fn limiter_delay(&self) -> usize {
        self.limiter.latency_frames()
    }

    /// Matches by these curves after so many frames; with 0, now.
    pub fn match_to(&mut self, curves: &Curves, frames: u64) {
        self.matching.set(curves, frames);
    }

    /// Is where its fades lead.
    pub fn jump(&mut self) {
        self.matching.jump();
    }

    /// Has these numbers after so many frames; with 0, now.
    pub fn aim(&mut self, targets: &Targets, frames: usize) {
        self.tone.aim(&targets.tone, frames);
        self.transients.aim(targets.transients_db, frames);
        self.expander.aim(&targets.expander, frames);
        self.compressor.aim(&targets.compressor, frames);
        self.exciter.aim(&targets.overtones, frames);
        self.width.aim(targets.side, &targets.side_high_pass, frames);
        self.gain.aim([targets.gain], frames);
        self.clip.aim(targets.rounding, frames);
        if targets.ceiling_db != self.ceiling_db {
            self.ceiling_db = targets.ceiling_db;
            self.limiter.set_ceiling_db(targets.ceiling_db as f32);
        }
    }

    /// All but the limiter. Tells the most that the compressor took, dB.
    pub fn process(&mut self, samples: &mut [f32]) -> f32 {
        self.matching.process(samples);
        self.tone.process(samples);
        self.transients.process(samples);
        self.expander.process(samples);
        self.compressor.process(samples);
        self.exciter.process(samples);
        self.width.process(samples);
        apply_line(samples, self.channels, &mut self.gain);
        self.clip.process(samples);
        self.compressor.most_db()
    }

    /// Tells the most that was taken, dB.
    pub fn limit(&mut self, samples: &mut [f32]) -> f32 {
        self.limiter.process(samples);
        self.limiter.gain_reduction_db()
    }

    /// Forgets what was heard.
    pub fn reset(&mut self) {
        self.matching.reset();
        self.tone.reset();
        self.transients.reset();
        self.expander.reset();
        self.compressor.reset();
        self.exciter.reset();
        self.width.reset();
        self.clip.reset();
        self.limiter.reset();
    }

    /// Makes nothing of what is almost nothing: sums of the smallest numbers are slow.
    pub fn flush(&mut self) {
        self.tone.flush();
        self.transients.flush();
        self.expander.flush();
        self.compressor.flush();
        self.exciter.flush();
        self.width.flush();
    }
}
