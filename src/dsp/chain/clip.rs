//! Rounds waves above a level, fourfold oversampled: what the curve takes away is worked out between the samples too,
//! brought back to the rate, and added to the samples. Where no wave is above the level nothing is added, so there every
//! bit passes, delayed.
//!
//! The curve is straight to the level and has neither step nor corner nor a jump in its bend there: a cubic that comes to
//! rest at full scale. Back at the rate, samples may rise over full scale by what the filter rings.

use super::frames::MOST_FRAMES;
use super::frames::{gather, scatter};
use super::line::Line;
use super::oversample::{History, Oversampler, REACH, TIMES};
use fearless_simd::{Level, Simd, dispatch};

const TAPS: usize = 32;
type Four = Oversampler<TAPS>;
/// Frames that are passed over together where no wave near them is above the level.
const STRETCH: usize = 32;

/// As numbers: the level from which waves are rounded, linear, below 1, and the share of what is taken away.
pub type Rounding = [f64; 2];

#[derive(Debug)]
pub struct Clip {
    line: Line<2>,
    oversampler: Four,
    most: f32,
    /// For each frame of a block.
    levels: Box<[f32]>,
    shares: Box<[f32]>,
    channels: Box<[Channel]>,
    added: Box<[f32]>,
}

#[derive(Debug, Clone)]
struct Channel {
    samples: History,
    /// What the curve takes away: at four points a sample, and at two.
    taken: [History; TIMES],
    halved: [History; 2],
}

impl Clip {
    /// Frames by which samples are later.
    pub const DELAY: usize = Four::DELAY;

    pub fn new(channels: usize, rounding: Rounding) -> Self {
        let channel = Channel {
            samples: History::new(Four::BEFORE_UP),
            taken: std::array::from_fn(|_| History::new(REACH)),
            halved: std::array::from_fn(|_| History::new(Four::BEFORE_DOWN)),
        };
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
        let was = self.is_in_use();
        self.line.aim(rounding, frames);
        if was && !self.is_in_use() {
            self.forget_taken();
        }
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
            gather(samples, number, count, self.channels[number].samples.new_frames(0, frames));
            if in_use {
                self.round(number, frames);
            }
            let history = &mut self.channels[number].samples;
            let added = &mut self.added[..frames];
            let delayed = &history.window(0, frames)[..frames];
            if in_use {
                added.iter_mut().zip(delayed).for_each(|(added, sample)| *added += sample);
                scatter(added, number, count, samples);
            } else {
                scatter(delayed, number, count, samples);
            }
            history.pass(frames);
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
        for from in (0..frames).step_by(STRETCH) {
            dispatch!(Level::new(), simd => self.stretch(simd, channel, from, STRETCH.min(frames - from)));
        }
        let Channel { taken, halved, .. } = &mut self.channels[channel];
        taken.iter_mut().chain(halved).for_each(|history| history.pass(frames));
    }

    #[inline(always)]
    fn stretch<S: Simd>(&mut self, simd: S, channel: usize, from: usize, frames: usize) {
        let Channel { samples, taken, halved } = &mut self.channels[channel];
        let window = samples.window(from, frames);
        let levels = &self.levels[from..from + frames];
        let lowest = levels.iter().fold(1.0, |lowest: f32, level| lowest.min(*level));
        let points = taken.each_mut().map(|taken| taken.new_frames(from, frames));
        if largest(window) * self.most < lowest {
            points.into_iter().for_each(|points| points.fill(0.0));
        } else {
            self.oversampler.up(simd, window, points);
            let shares = &self.shares[from..from + frames];
            for taken in taken.iter_mut() {
                let numbers = levels.iter().zip(shares);
                let points = taken.new_frames(from, frames).iter_mut().zip(numbers);
                points.for_each(|(point, (level, share))| *point = take(*point, *level) * share);
            }
        }
        let points = taken.each_ref().map(|taken| taken.window(from, frames));
        let [whole, half] = halved.each_mut().map(|halved| halved.new_frames(from, frames));
        if points.iter().any(|points| largest(points) > 0.0) {
            self.oversampler.halve(points, whole, half);
        } else {
            whole.fill(0.0);
            half.fill(0.0);
        }
        let [whole, half] = halved.each_ref().map(|halved| halved.window(from, frames));
        let added = &mut self.added[from..from + frames];
        if largest(whole) > 0.0 || largest(half) > 0.0 {
            self.oversampler.down(simd, whole, half, added);
        } else {
            added.fill(0.0);
        }
    }

    fn forget_taken(&mut self) {
        for channel in &mut self.channels {
            channel.taken.iter_mut().chain(&mut channel.halved).for_each(History::reset);
        }
    }

    pub fn reset(&mut self) {
        self.forget_taken();
        self.channels.iter_mut().for_each(|channel| channel.samples.reset());
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

/// Eight maxima side by side, for the vector unit.
#[inline(always)]
fn largest(samples: &[f32]) -> f32 {
    let (wide, rest) = samples.as_chunks::<8>();
    let mut peaks = [0.0_f32; 8];
    for samples in wide {
        for (peak, sample) in peaks.iter_mut().zip(samples) {
            *peak = if sample.abs() > *peak { sample.abs() } else { *peak };
        }
    }
    rest.iter().chain(&peaks).fold(0.0, |peak, sample| if sample.abs() > peak { sample.abs() } else { peak })
}
