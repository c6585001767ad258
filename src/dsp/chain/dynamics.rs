//! Compressor and upward expander: the level of the loudest channel in dB, a curve with a soft knee, the curve's answer
//! smoothed by branches (attack while it grows, release while it falls), one gain for all channels (Giannoulis, Massberg
//! and Reiss, "Digital dynamic range compressor design", JAES 60/6, 2012, with the detector after the curve).

use super::fast::{to_db, to_gain};
use super::frames::{MOST_FRAMES, apply, loudest_of_each};
use super::line::Line;
use fearless_simd::{Level, dispatch};

/// Which way the gain goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    Down,
    Up,
}

/// Either of them as numbers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Curve {
    pub threshold_db: f64,
    /// dB that the gain moves for each dB above the threshold; at 0 nothing changes.
    pub slope: f64,
    pub knee_db: f64,
    pub attack_s: f64,
    pub release_s: f64,
    /// Most that the gain moves, dB.
    pub range_db: f64,
    /// Share of the sound that is worked on.
    pub mix: f64,
}

impl Curve {
    fn is_neutral(&self) -> bool {
        self.slope == 0.0 || self.range_db == 0.0 || self.mix == 0.0
    }

    /// On the way from one to another, 0 to 1. From nothing and to nothing only what makes it nothing moves.
    pub fn between(from: &Self, to: &Self, way: f64) -> Self {
        let line = |from: f64, to: f64| from + (to - from) * way;
        let depth = Self {
            slope: line(from.slope, to.slope),
            range_db: line(from.range_db, to.range_db),
            mix: line(from.mix, to.mix),
            ..*to
        };
        if from.is_neutral() {
            return depth;
        }
        let fixed = if to.is_neutral() { from } else { to };
        Self {
            threshold_db: line(from.threshold_db, fixed.threshold_db),
            knee_db: line(from.knee_db, fixed.knee_db),
            attack_s: line(from.attack_s, fixed.attack_s),
            release_s: line(from.release_s, fixed.release_s),
            ..depth
        }
    }

    /// dB that the gain moves at a level.
    #[inline(always)]
    fn answer(&self, level_db: f32) -> f32 {
        let knee = self.knee_db as f32;
        let over = level_db - self.threshold_db as f32;
        let bend = (over + knee * 0.5).max(0.0).min(knee);
        let straight = (over - knee * 0.5).max(0.0);
        ((bend * bend * (0.5 / knee) + straight) * self.slope as f32).min(self.range_db as f32)
    }
}

#[derive(Debug)]
pub struct Dynamics {
    direction: Direction,
    rate: f64,
    channels: usize,
    curve: Curve,
    mix: Line<1>,
    attack: f64,
    release: f64,
    /// dB by which the gain is moved, smoothed.
    moved_db: f64,
    most_db: f32,
    gains: Box<[f32]>,
}

/// dB that no gain shows.
const NOTHING_DB: f64 = 1e-12;

impl Dynamics {
    pub fn new(direction: Direction, rate: u32, channels: usize, curve: &Curve) -> Self {
        let mut dynamics = Self {
            direction,
            rate: f64::from(rate.max(1)),
            channels,
            curve: *curve,
            mix: Line::at([curve.mix]),
            attack: 1.0,
            release: 1.0,
            moved_db: 0.0,
            most_db: 0.0,
            gains: vec![0.0; MOST_FRAMES].into(),
        };
        dynamics.aim(curve, 0);
        dynamics
    }

    /// Has this curve, whose changes the detector smooths, and this mix after so many frames; with 0, now.
    pub fn aim(&mut self, curve: &Curve, frames: usize) {
        let follow = |seconds: f64| 1.0 - (-1.0 / (seconds * self.rate)).exp();
        (self.attack, self.release) = (follow(curve.attack_s), follow(curve.release_s));
        self.curve = *curve;
        self.mix.aim([curve.mix], frames);
    }

    /// Whether the gain may move. What it was moved by before comes back first.
    fn is_in_use(&self) -> bool {
        let mixed = self.mix.is_moving() || self.mix.now() != [0.0];
        mixed && (!self.curve.is_neutral() || self.moved_db > NOTHING_DB)
    }

    pub fn process(&mut self, samples: &mut [f32]) {
        self.most_db = 0.0;
        if !self.is_in_use() {
            self.moved_db = 0.0;
            return;
        }
        dispatch!(Level::new(), _ => self.work(samples));
    }

    #[inline(always)]
    fn work(&mut self, samples: &mut [f32]) {
        let gains = &mut self.gains[..samples.len() / self.channels];
        loudest_of_each(samples, self.channels, gains);
        let curve = self.curve;
        gains.iter_mut().for_each(|level| *level = curve.answer(to_db(*level)));
        self.most_db = smooth(gains, &mut self.moved_db, self.attack, self.release);
        let sign = if self.direction == Direction::Down { -1.0 } else { 1.0 };
        gains.iter_mut().for_each(|moved| *moved = to_gain(*moved * sign));
        blend(gains, &mut self.mix);
        apply(samples, self.channels, gains);
    }

    /// The most that the gain was moved in the last block, dB, 0 or more.
    pub fn most_db(&self) -> f32 {
        self.most_db
    }

    pub fn reset(&mut self) {
        (self.moved_db, self.most_db) = (0.0, 0.0);
    }

    pub fn flush(&mut self) {
        if self.moved_db < NOTHING_DB {
            self.moved_db = 0.0;
        }
    }
}

/// Follows the values, and tells the largest that it came to. Of the two ways that they might be followed, the faster one
/// is the higher upward and the lower downward: no branch.
#[inline(always)]
fn smooth(values: &mut [f32], now: &mut f64, attack: f64, release: f64) -> f32 {
    if attack >= release {
        each_way(values, now, attack, release, |one, other| if one > other { one } else { other })
    } else {
        each_way(values, now, attack, release, |one, other| if one < other { one } else { other })
    }
}

#[inline(always)]
fn each_way(
    values: &mut [f32],
    now: &mut f64,
    attack: f64,
    release: f64,
    choose: impl Fn(f64, f64) -> f64,
) -> f32 {
    let (keep, keep_longer) = (1.0 - attack, 1.0 - release);
    let mut at = *now;
    let mut most = 0.0_f32;
    for value in values {
        let goal = f64::from(*value);
        at = choose(at * keep + goal * attack, at * keep_longer + goal * release);
        *value = at as f32;
        most = if *value > most { *value } else { most };
    }
    *now = at;
    most
}

/// Share of the gains, and of 1 the rest.
#[inline(always)]
fn blend(gains: &mut [f32], mix: &mut Line<1>) {
    if mix.is_moving() {
        gains.iter_mut().for_each(|gain| *gain = 1.0 + (*gain - 1.0) * mix.advance()[0] as f32);
    } else if mix.now() != [1.0] {
        let share = mix.now()[0] as f32;
        gains.iter_mut().for_each(|gain| *gain = 1.0 + (*gain - 1.0) * share);
    }
}
