//! The level between the samples: what a converter makes of them may rise above each of them. Interpolates sixteen-fold
//! where it matters, fourfold elsewhere; ITU-R BS.1770-5 Annex 2 asks for fourfold at least, which reads up to 0.7 dB too
//! low near half the rate. Called by `limiter`.

use fearless_simd::{Level, Simd, dispatch};

use super::kaiser::kaiser;
use super::wide::dot;

/// Taps of the interpolation filter: flat to 0.47 of the rate.
const TAPS: usize = 64;
/// Frames by which what is told lags behind what is fed.
pub const DELAY: usize = TAPS / 2;
const PHASES: usize = 16;
/// Phases between two samples of a twofold grid, and of a fourfold one.
const HALVES: usize = 1;
const COARSE: usize = 3;
/// The most by which a sine can rise above a fourfold grid: 1 / cos(pi / 8), rounded up.
const ABOVE_COARSE: f32 = 1.09;
/// Shape of the Kaiser window: 60 dB.
const BETA: f64 = 6.0;
/// The most by which a sine below 0.47 of the rate can rise above a twofold grid: 1 / cos(0.47 pi / 2).
const ABOVE_HALVES: f32 = 1.36;
/// Frames that are passed over together where nothing near them is loud, and the taps that are near.
const STRETCH: usize = 16;
const NEAR: usize = 8;
/// Frames taken at a time.
pub const MOST_FRAMES: usize = 512;

/// See the module's head.
#[derive(Debug)]
pub struct TruePeak {
    /// Coefficients of the phases between two samples: those of the twofold grid, of the fourfold one, the others.
    phases: Box<[[f32; TAPS]]>,
    /// No value between samples exceeds the largest sample near it and the largest in reach, each so many times.
    near_gain: f32,
    far_gain: f32,
    /// For each channel the last `TAPS - 1` samples, and room for those that come.
    channels: Vec<Box<[f32]>>,
}

impl TruePeak {
    pub fn new(channels: usize) -> Self {
        let mut order: Vec<usize> = (1..PHASES).collect();
        order.sort_by_key(|phase| (phase % (PHASES / 2) != 0, phase % (PHASES / 4) != 0, *phase));
        let at = |phase: usize| coefficients(phase as f64 / PHASES as f64);
        let phases: Box<[_]> = order.into_iter().map(at).collect();
        let sum = |taps: &[f32]| taps.iter().map(|tap| tap.abs()).sum::<f32>();
        let near = |taps: &[f32; TAPS]| sum(&taps[DELAY - NEAR..DELAY + NEAR]);
        Self {
            near_gain: phases.iter().map(near).fold(1.0, f32::max) * 1.001,
            far_gain: phases.iter().map(|taps| sum(taps) - near(taps)).fold(0.0, f32::max) * 1.001,
            phases,
            channels: vec![vec![0.0; TAPS - 1 + MOST_FRAMES].into(); channels.max(1)],
        }
    }

    /// Forgets what was fed.
    pub fn reset(&mut self) {
        self.channels.iter_mut().for_each(|samples| samples.fill(0.0));
    }

    /// Takes interleaved frames, at most [`MOST_FRAMES`], and writes for each the largest level of any channel, linear,
    /// from the frame that lies [`DELAY`] frames before it up to the one after that. What stays below `floor` may be
    /// told lower than it is.
    pub fn measure(&mut self, frames: &[f32], floor: f32, levels: &mut [f32]) {
        dispatch!(Level::new(), simd => self.measure_here(simd, frames, floor, levels));
    }

    #[inline(always)]
    fn measure_here<S: Simd>(&mut self, simd: S, frames: &[f32], floor: f32, levels: &mut [f32]) {
        let count = self.channels.len();
        levels.fill(0.0);
        for (channel, samples) in self.channels.iter_mut().enumerate() {
            let fed = levels.len().min(MOST_FRAMES);
            let new = frames.iter().skip(channel).step_by(count);
            samples[TAPS - 1..].iter_mut().zip(new).for_each(|(slot, sample)| *slot = *sample);
            let loudest = largest(&samples[..TAPS - 1 + fed]);
            for (part, levels) in levels[..fed].chunks_mut(STRETCH).enumerate() {
                let reach = &samples[part * STRETCH..][..TAPS - 1 + levels.len()];
                let near = largest(&reach[DELAY - NEAR..DELAY + NEAR - 1 + levels.len()]);
                if near * self.near_gain + loudest * self.far_gain < floor {
                    continue;
                }
                for (level, reach) in levels.iter_mut().zip(reach.windows(TAPS)) {
                    *level = level.max(between(simd, &self.phases, reach, floor));
                }
            }
            samples.copy_within(fed..fed + TAPS - 1, 0);
        }
    }
}

/// The largest level between the two samples in the middle of `reach`, both included. Loops, as iterators may not be
/// inlined.
#[inline(always)]
fn between<S: Simd>(simd: S, phases: &[[f32; TAPS]], reach: &[f32], floor: f32) -> f32 {
    let larger = |a: f32, b: f32| if a > b { a } else { b };
    let mut peak = larger(reach[DELAY - 1].abs(), reach[DELAY].abs());
    for (at, phase) in phases.iter().enumerate() {
        if at == HALVES && peak * ABOVE_HALVES < floor || at == COARSE && peak * ABOVE_COARSE < floor {
            break;
        }
        peak = larger(peak, dot(simd, phase, reach).abs());
    }
    peak
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
    rest.iter().chain(&peaks).fold(0.0, |peak, sample| peak.max(sample.abs()))
}

/// A Kaiser-windowed sinc for the point at `way` (0 to 1) between the two middle samples, of unity gain.
fn coefficients(way: f64) -> [f32; TAPS] {
    let mut taps = [0.0; TAPS];
    for (tap, value) in taps.iter_mut().enumerate() {
        let time = tap as f64 - (DELAY - 1) as f64 - way;
        let sinc = (std::f64::consts::PI * time).sin() / (std::f64::consts::PI * time);
        *value = sinc * kaiser(BETA, time / DELAY as f64);
    }
    let sum: f64 = taps.iter().sum();
    taps.map(|tap| (tap / sum) as f32)
}

#[cfg(test)]
mod tests {
    use std::f64::consts::{PI, TAU};

    use super::*;

    fn loudest(samples: &[f32], channels: usize, floor: f32) -> f32 {
        let mut meter = TruePeak::new(channels);
        let mut most = 0.0_f32;
        for block in samples.chunks(100 * channels) {
            let mut levels = vec![0.0; block.len() / channels];
            meter.measure(block, floor, &mut levels);
            most = levels.into_iter().fold(most, f32::max);
        }
        most
    }

    /// A sine of any pitch and phase has its amplitude for a peak. The worst grid of 16 reads cos(pi f / 16 fs) of it.
    #[test]
    fn a_sine_reads_its_amplitude_up_to_near_half_the_rate() {
        for pitch in [0.001, 0.1, 0.25, 1.0 / 3.0, 0.4, 0.45, 0.468] {
            for phase in [0.0, PI / 4.0, 1.0] {
                // Faded in over a second's part, so that no edge rings.
                let sample = |n: usize| (TAU * pitch * n as f64 + phase).sin() * (n as f64 / 2000.0).min(1.0);
                let samples: Vec<f32> = (0..8000).map(|n| sample(n) as f32).collect();
                let db = 20.0 * loudest(&samples, 1, 0.5).log10();
                assert!(db.abs() < 0.06, "{pitch} of the rate, phase {phase}: {db} dB");
            }
        }
    }

    #[test]
    fn no_sample_is_told_lower_than_it_is_and_channels_are_told_together() {
        let mut samples = vec![0.0; 2 * 300];
        samples[2 * 100 + 1] = -0.7;
        let mut meter = TruePeak::new(2);
        let mut levels = vec![0.0; 300];
        meter.measure(&samples, 0.0, &mut levels);
        // Both gaps beside the sample hold it.
        assert_eq!(levels[100 + DELAY], 0.7);
        assert_eq!(levels[100 + DELAY - 1], 0.7);
        assert!(levels[100 + DELAY + 1] < 0.7 && levels[99 + DELAY - 1] < 0.7);
        assert_eq!(levels[..100 - DELAY], [0.0; 100 - DELAY]);
    }

    #[test]
    fn below_the_floor_nothing_hides_that_is_above_it() {
        let mut noise = 1_u32;
        let mut next = || {
            noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (noise >> 8) as f32 / 8_388_608.0 - 1.0
        };
        let samples: Vec<f32> = (0..20_000).map(|_| next()).collect();
        let all = loudest(&samples, 1, 0.0);
        assert_eq!(loudest(&samples, 1, all), all);
        assert!(all > 1.2, "noise of full scale rises well above it: {all}");
    }
}
