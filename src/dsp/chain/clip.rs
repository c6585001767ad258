//! Rounds waves above a level, fourfold oversampled: what the curve takes away is worked out between the samples too,
//! brought back to the rate, and added to the samples. Where no wave is above the level nothing is added, so there every
//! bit passes, delayed.
//!
//! The curve is straight to the level and has neither step nor corner nor a jump in its bend there: a cubic that comes to
//! rest at full scale. Back at the rate, samples may rise over full scale by what the filter rings.

use super::frames::MOST_FRAMES;
use super::line::Line;
use super::oversample::{History, Oversampler, STRETCH, TIMES};

const TAPS: usize = 32;

/// As numbers: the level from which waves are rounded, linear, below 1, and the share of what is taken away.
pub type Rounding = [f64; 2];

#[derive(Debug)]
pub struct Clip {
    line: Line<2>,
    oversampler: Oversampler<TAPS>,
    most: f32,
    /// For each frame of a block.
    levels: Box<[f32]>,
    shares: Box<[f32]>,
    channels: Box<[Channel]>,
    added: Box<[f32]>,
}

#[derive(Debug, Clone)]
struct Channel {
    samples: History<TAPS>,
    /// What the curve takes away at each point, by phase.
    taken: [History<TAPS>; TIMES],
}

impl Clip {
    /// Frames by which samples are later.
    pub const DELAY: usize = TAPS - 1;

    pub fn new(channels: usize, rounding: Rounding) -> Self {
        let history = History::new(MOST_FRAMES);
        let channel = Channel { samples: history.clone(), taken: std::array::from_fn(|_| history.clone()) };
        let oversampler = Oversampler::new();
        Self {
            line: Line::at(rounding),
            most: oversampler.most(),
            oversampler,
            levels: vec![1.0; MOST_FRAMES].into(),
            shares: vec![0.0; MOST_FRAMES].into(),
            channels: vec![channel; channels].into(),
            added: vec![0.0; MOST_FRAMES].into(),
        }
    }

    pub fn aim(&mut self, rounding: Rounding, frames: usize) {
        self.line.aim(rounding, frames);
    }

    fn is_in_use(&self) -> bool {
        self.line.is_moving() || self.line.now()[1] != 0.0
    }

    pub fn process(&mut self, samples: &mut [f32]) {
        let count = self.channels.len();
        let frames = samples.len() / count;
        let in_use = self.is_in_use();
        if in_use {
            self.fill_numbers(frames);
        }
        for number in 0..count {
            let channel = &mut self.channels[number];
            let new = samples.iter().skip(number).step_by(count);
            channel.samples.new_frames(frames).iter_mut().zip(new).for_each(|(slot, new)| *slot = *new);
            if in_use {
                self.round(number, frames);
            }
            let channel = &mut self.channels[number];
            let out = samples.iter_mut().skip(number).step_by(count);
            let delayed = channel.samples.window(0, frames);
            if in_use {
                out.zip(delayed).zip(&self.added).for_each(|((out, sample), more)| *out = sample + more);
            } else {
                out.zip(delayed).for_each(|(out, sample)| *out = *sample);
            }
            channel.samples.pass(frames);
        }
    }

    fn fill_numbers(&mut self, frames: usize) {
        let numbers = self.levels.iter_mut().zip(self.shares.iter_mut()).take(frames);
        for (level, share) in numbers {
            let [new_level, new_share] =
                if self.line.is_moving() { self.line.advance() } else { self.line.now() };
            (*level, *share) = (new_level as f32, new_share as f32);
        }
    }

    /// Writes what is added to a channel.
    fn round(&mut self, channel: usize, frames: usize) {
        let Channel { samples, taken } = &mut self.channels[channel];
        for from in (0..frames).step_by(STRETCH) {
            let count = STRETCH.min(frames - from);
            let window = samples.window(from, count);
            let levels = &self.levels[from..from + count];
            let shares = &self.shares[from..from + count];
            let added = &mut self.added[from..from + count];
            let lowest = levels.iter().fold(1.0, |lowest: f32, level| lowest.min(*level));
            let quiet = largest(window) * self.most < lowest;
            for (phase, taken) in taken.iter_mut().enumerate() {
                let points = &mut taken.new_frames(frames)[from..from + count];
                if quiet {
                    points.fill(0.0);
                } else {
                    self.oversampler.up(phase, window, points);
                    let numbers = levels.iter().zip(shares);
                    points.iter_mut().zip(numbers).for_each(|(point, (level, share))| {
                        *point = take(*point, *level) * share;
                    });
                }
            }
            added.fill(0.0);
            for (phase, taken) in taken.iter().enumerate() {
                let window = taken.window(from, count);
                if !quiet || largest(window) > 0.0 {
                    self.oversampler.down(phase, window, added);
                }
            }
        }
        taken.iter_mut().for_each(|taken| taken.pass(frames));
    }

    pub fn reset(&mut self) {
        for channel in &mut self.channels {
            channel.samples.reset();
            channel.taken.iter_mut().for_each(History::reset);
        }
    }
}

/// What the curve takes from a value: nothing up to `level`, then with `z` of what is above as a share of the room below
/// full scale, all but z - 4/27 z^3, and from 3/2 on all above full scale.
#[inline(always)]
fn take(value: f32, level: f32) -> f32 {
    let over = (value.abs() - level).max(0.0);
    let room = 1.0 - level;
    let z = (over / room).min(1.5);
    (over - (z - z * z * z * (4.0 / 27.0)) * room).copysign(-value)
}

fn largest(samples: &[f32]) -> f32 {
    samples.iter().fold(0.0, |most, sample| if sample.abs() > most { sample.abs() } else { most })
}
