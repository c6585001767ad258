//! Raises attacks of drums and basses: where the level of the band from 60 to 500 Hz, followed in 5 ms, runs ahead of the
//! same followed in 50 ms, that band is raised, all channels alike. Steady sound passes as it is.

use super::fast::{to_db, to_gain};
use super::frames::{MOST_FRAMES, apply, loudest_of_each};
use super::line::Line;
use super::svf::{Filter, Kind, Svf, cascade};
use fearless_simd::{Level, dispatch};

/// -3 dB points of the band. Its middle has no phase shift, so what is added there is added in full.
const BAND_HZ: [f64; 2] = [60.0, 500.0];
const FAST_S: f64 = 0.005;
const SLOW_S: f64 = 0.05;
/// dB of fast over slow at which raising begins, above what the waves of a steady tone make; and at which it is whole.
const BEGIN_DB: f32 = 3.0;
const WHOLE_DB: f32 = 9.0;
/// Level below which nothing is an attack, -80 dB.
const FLOOR: f64 = 1e-4;

#[derive(Debug)]
pub struct Transients {
    channels: usize,
    depth_db: Line<1>,
    filter: Svf,
    follow: [f64; 2],
    /// Level of the band by fast and slow.
    levels: [f64; 2],
    band: Box<[f32]>,
    gains: Box<[f32]>,
}

impl Transients {
    pub fn new(rate: u32, channels: usize, depth_db: f64) -> Self {
        let [low, high] = BAND_HZ;
        let centre = (low * high).sqrt();
        let filter = Filter { kind: Kind::BandPass, hz: centre, q: centre / (high - low), amount: 1.0 };
        let follow = |seconds: f64| 1.0 - (-1.0 / (seconds * f64::from(rate.max(1)))).exp();
        Self {
            channels,
            depth_db: Line::at([depth_db]),
            filter: Svf::new(rate, channels, &filter),
            follow: [follow(FAST_S), follow(SLOW_S)],
            levels: [0.0; 2],
            band: vec![0.0; MOST_FRAMES * channels].into(),
            gains: vec![0.0; MOST_FRAMES].into(),
        }
    }

    pub fn aim(&mut self, depth_db: f64, frames: usize) {
        self.depth_db.aim([depth_db], frames);
    }

    fn is_in_use(&self) -> bool {
        self.depth_db.is_moving() || self.depth_db.now() != [0.0]
    }

    pub fn process(&mut self, samples: &mut [f32]) {
        if !self.is_in_use() {
            return;
        }
        let band = &mut self.band[..samples.len()];
        band.copy_from_slice(samples);
        cascade(std::slice::from_mut(&mut self.filter), band, self.channels);
        dispatch!(Level::new(), _ => self.work(samples));
    }

    /// Of the band that was filtered.
    #[inline(always)]
    fn work(&mut self, samples: &mut [f32]) {
        let band = &mut self.band[..samples.len()];
        let gains = &mut self.gains[..samples.len() / self.channels];
        loudest_of_each(band, self.channels, gains);
        follow(gains, &mut self.levels, self.follow);
        raise(gains, &mut self.depth_db);
        apply(band, self.channels, gains);
        samples.iter_mut().zip(band).for_each(|(sample, more)| *sample += *more);
    }

    pub fn reset(&mut self) {
        self.filter.reset();
        self.levels = [0.0; 2];
    }

    pub fn flush(&mut self) {
        self.filter.flush();
        self.levels.iter_mut().filter(|level| **level < FLOOR * 1e-9).for_each(|level| *level = 0.0);
    }
}

/// Levels become the ratio of what follows them fast and what follows them slowly.
#[inline(always)]
fn follow(levels: &mut [f32], now: &mut [f64; 2], [fast, slow]: [f64; 2]) {
    let [mut by_fast, mut by_slow] = *now;
    let (keep, keep_longer) = (1.0 - fast, 1.0 - slow);
    for level in levels {
        by_fast = by_fast * keep + f64::from(*level) * fast;
        by_slow = by_slow * keep_longer + f64::from(*level) * slow;
        *level = (by_fast / (by_slow + FLOOR)) as f32;
    }
    *now = [by_fast, by_slow];
}

/// Ratios become what of the band is added.
#[inline(always)]
fn raise(ratios: &mut [f32], depth_db: &mut Line<1>) {
    let part = |ratio: f32| ((to_db(ratio) - BEGIN_DB) * (1.0 / (WHOLE_DB - BEGIN_DB))).clamp(0.0, 1.0);
    if depth_db.is_moving() {
        ratios
            .iter_mut()
            .for_each(|ratio| *ratio = to_gain(part(*ratio) * depth_db.advance()[0] as f32) - 1.0);
    } else {
        let depth = depth_db.now()[0] as f32;
        ratios.iter_mut().for_each(|ratio| *ratio = to_gain(part(*ratio) * depth) - 1.0);
    }
}
