//! Pitch classes: peaks of 200 ms windows, brought to the track's own tuning, and the key that they agree with.

use super::stft::Spectrum;
use crate::model::key::{Key, Mode};

pub const WINDOW_MS: u32 = 200;
pub const PER_S: u32 = 10;
/// Peaks looked at: from where two semitones are apart by a window's width, less or more, to the end of fundamentals.
const RANGE_HZ: (f64, f64) = (80.0, 3500.0);
/// Ten cents each.
const STEPS: usize = 120;
const STEPS_A_CLASS: usize = STEPS / 12;
/// A peak this much weaker than the strongest of its window does not count: 50 dB.
const WEAK: f32 = 1e-5;
/// What a peak may be of its tone: itself, its third or its fifth overtone, and how much it counts as that. Those of the
/// octaves are of its own class.
const OVERTONES: [(f64, f32); 3] = [(1.0, 1.0), (3.0, 0.3), (5.0, 0.2)];

/// See the module's head.
pub struct Chroma {
    bins: std::ops::Range<usize>,
    bin_hz: f64,
    /// Weight by ten cents over A, wrapped by the octave.
    fine: [f64; STEPS],
    /// What each window was found to hold.
    window: [f32; STEPS],
}

/// What [`Chroma`] finds.
pub struct Classes {
    /// Share of each pitch class, C first.
    pub share: [f64; 12],
}

impl Chroma {
    pub fn new(bins: usize, bin_hz: f64) -> Self {
        let low = (RANGE_HZ.0 / bin_hz).ceil().max(2.0) as usize;
        let high = ((RANGE_HZ.1 / bin_hz) as usize).min(bins.saturating_sub(2));
        Self { bins: low.min(high)..high, bin_hz, fine: [0.0; STEPS], window: [0.0; STEPS] }
    }

    pub fn push(&mut self, spectrum: &Spectrum) {
        let power = spectrum.power;
        let strongest = power[self.bins.clone()].iter().copied().fold(0.0, f32::max);
        if strongest <= 0.0 {
            return;
        }
        self.window.fill(0.0);
        for bin in self.bins.clone() {
            let (before, here, after) = (power[bin - 1], power[bin], power[bin + 1]);
            if here > before && here >= after && here > strongest * WEAK {
                let (bin, height) = peak(bin, before, here, after);
                self.add(bin * self.bin_hz, height);
            }
        }
        // Windows count by what they hold to the third, as loud as they are, not as strong.
        let sum: f32 = self.window.iter().sum();
        let weight = f64::from(strongest).cbrt() / f64::from(sum.max(f32::MIN_POSITIVE));
        self.fine
            .iter_mut()
            .zip(&self.window)
            .for_each(|(fine, window)| *fine += f64::from(*window) * weight);
    }

    fn add(&mut self, hz: f64, power: f32) {
        for (overtone, share) in OVERTONES {
            let octaves = (hz / overtone / 440.0).log2();
            let step = (octaves.rem_euclid(1.0) * STEPS as f64).round() as usize % STEPS;
            self.window[step] += power.sqrt() * share;
        }
    }

    /// `None` where no window held a peak.
    pub fn finish(self) -> Option<Classes> {
        let total: f64 = self.fine.iter().sum();
        if total <= 0.0 {
            return None;
        }
        let tuning = self.tuning();
        let mut share = [0.0; 12];
        for (step, weight) in self.fine.iter().enumerate() {
            let class = ((step as f64 - tuning) / STEPS_A_CLASS as f64).round() as i64;
            // Counted from A; C is three above.
            share[(class + 9).rem_euclid(12) as usize] += weight / total;
        }
        Some(Classes { share })
    }

    /// Where in a semitone the weight lies: the angle of its mean on a circle, in steps, -5 to 5.
    fn tuning(&self) -> f64 {
        let (mut x, mut y) = (0.0, 0.0);
        for (step, weight) in self.fine.iter().enumerate() {
            let angle = std::f64::consts::TAU * step as f64 / STEPS_A_CLASS as f64;
            x += weight * angle.cos();
            y += weight * angle.sin();
        }
        y.atan2(x) / std::f64::consts::TAU * STEPS_A_CLASS as f64
    }
}

/// Place and height of the parabola through three logarithms (exact enough for a Hann window: 0.02 bins).
fn peak(bin: usize, before: f32, here: f32, after: f32) -> (f64, f32) {
    let log = |power: f32| power.max(here * 1e-9).ln();
    let (a, b, c) = (log(before), log(here), log(after));
    let bend = a - 2.0 * b + c;
    let top = if bend < 0.0 { (0.5 * (a - c) / bend).clamp(-0.5, 0.5) } else { 0.0 };
    (bin as f64 + f64::from(top), here)
}

/// Key profiles by Temperley (The Cognition of Basic Musical Structures, 2001, p. 180), tonic first.
const MAJOR: [f64; 12] = [5.0, 2.0, 3.5, 2.0, 4.5, 4.0, 2.0, 4.5, 2.0, 3.5, 1.5, 4.0];
const MINOR: [f64; 12] = [5.0, 2.0, 3.5, 4.5, 2.0, 4.0, 2.0, 4.5, 3.5, 2.0, 1.5, 4.0];

impl Classes {
    /// Sum of squares: 1/12 of all alike, 1 of a single one.
    pub fn concentration(&self) -> f32 {
        self.share.iter().map(|share| share * share).sum::<f64>() as f32
    }

    /// The key whose profile correlates best (Krumhansl and Schmuckler); `None` where nothing does.
    pub fn key(&self) -> Option<Key> {
        let keys = (0..12_u8).flat_map(|tonic| [(tonic, Mode::Major, &MAJOR), (tonic, Mode::Minor, &MINOR)]);
        let rated = keys.map(|(tonic, mode, profile)| Key {
            tonic,
            mode,
            strength: self.agreement(usize::from(tonic), profile) as f32,
        });
        rated.max_by(|a, b| a.strength.total_cmp(&b.strength)).filter(|key| key.strength > 0.0)
    }

    fn agreement(&self, tonic: usize, profile: &[f64; 12]) -> f64 {
        let mean = profile.iter().sum::<f64>() / 12.0;
        let (mut both, mut ours, mut theirs) = (0.0, 0.0, 0.0);
        for (step, weight) in profile.iter().enumerate() {
            let (share, weight) = (self.share[(tonic + step) % 12] - 1.0 / 12.0, weight - mean);
            both += share * weight;
            ours += share * share;
            theirs += weight * weight;
        }
        both / (ours * theirs).sqrt().max(f64::MIN_POSITIVE)
    }
}
