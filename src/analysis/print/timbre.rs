//! Timbre as mel-frequency cepstral coefficients (Davis and Mermelstein 1980): their means, their spread, and how far they
//! step from window to window. The zeroth, the level, is left out: the volume changes nothing.

use super::tone::Mean;
use crate::model::features::{Absent, Value};
use crate::model::fingerprint::TIMBRE;

const COEFFICIENTS: usize = TIMBRE / 3;
const MELS: usize = 40;
const RANGE_HZ: (f64, f64) = (40.0, 16_000.0);
/// A band so far below the window's energy is taken as that: 80 dB. What lies there is the coding of the file.
const FLOOR: f32 = 1e-8;

/// See the module's head.
pub struct Timbre {
    /// For each bin below the highest: the band it rises in and its weight there; the band before has the rest.
    bins: Box<[(usize, f32)]>,
    cosines: Box<[[f32; MELS]; COEFFICIENTS]>,
    before: Option<[f32; COEFFICIENTS]>,
    mean: [Mean; COEFFICIENTS],
    squares: [Mean; COEFFICIENTS],
    steps: [Mean; COEFFICIENTS],
}

fn mel(hz: f64) -> f64 {
    2595.0 * (1.0 + hz / 700.0).log10()
}

impl Timbre {
    pub fn new(bins: usize, bin_hz: f64) -> Self {
        let (low, high) = (mel(RANGE_HZ.0), mel(RANGE_HZ.1));
        let step = (high - low) / (MELS + 1) as f64;
        let position = |bin: usize| (mel(bin as f64 * bin_hz) - low) / step;
        let first = (0..bins).map(position);
        // Those below the first band weigh nothing in any.
        let place = |at: f64| if at < 0.0 { (0, 0.0) } else { (at as usize, at.fract() as f32) };
        let bins = first.take_while(|at| *at < (MELS + 1) as f64).map(place).collect();
        let angle =
            |k: usize, band: usize| std::f64::consts::PI * (k + 1) as f64 * (band as f64 + 0.5) / MELS as f64;
        let row =
            |k: usize| std::array::from_fn(|band| ((2.0 / MELS as f64).sqrt() * angle(k, band).cos()) as f32);
        Self {
            bins,
            cosines: Box::new(std::array::from_fn(row)),
            before: None,
            mean: Default::default(),
            squares: Default::default(),
            steps: Default::default(),
        }
    }

    pub fn push(&mut self, power: &[f32]) {
        // Band n rises from place n to n + 1 and falls to n + 2; the first and last slot take what no band holds.
        let mut bands = [0.0_f32; MELS + 2];
        for ((band, rise), power) in self.bins.iter().zip(power) {
            bands[*band] += power * (1.0 - rise);
            bands[band + 1] += power * rise;
        }
        let mels = &mut bands[1..=MELS];
        let energy: f32 = mels.iter().sum();
        if energy <= 0.0 {
            self.before = None;
            return;
        }
        // A third of a power is about what loudness makes of it: quiet windows count less, yet count.
        let weight = f64::from(energy).cbrt();
        mels.iter_mut().for_each(|mel| *mel = mel.max(energy * FLOOR).log10() * 10.0);
        let now: [f32; COEFFICIENTS] = std::array::from_fn(|k| dot(&self.cosines[k], mels));
        for (k, value) in now.iter().enumerate() {
            self.mean[k].add(f64::from(*value), weight);
            self.squares[k].add(f64::from(value * value), weight);
            if let Some(before) = &self.before {
                self.steps[k].add(f64::from((value - before[k]).abs()), weight);
            }
        }
        self.before = Some(now);
    }

    /// Means, standard deviations, mean steps, in dB.
    ///
    /// # Errors
    /// [`Absent::Silence`] where no window held any sound, [`Absent::TooShort`] where there were less than two.
    pub fn finish(self) -> Value<Vec<f32>> {
        let means = self.mean.each_ref().map(Mean::get);
        let spread = std::array::from_fn::<f64, COEFFICIENTS, _>(|k| {
            (self.squares[k].get() - means[k] * means[k]).max(0.0).sqrt()
        });
        let steps = self.steps.each_ref().map(Mean::get);
        match (means[0].is_nan(), steps[0].is_nan()) {
            (true, _) => Err(Absent::Silence),
            (_, true) => Err(Absent::TooShort),
            _ => Ok(means.into_iter().chain(spread).chain(steps).map(|value| value as f32).collect()),
        }
    }
}

fn dot(row: &[f32; MELS], mels: &[f32]) -> f32 {
    row.iter().zip(mels).map(|(a, b)| a * b).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As much power in each of these bins, so that both kinds of window weigh the same.
    fn window(bins: std::ops::Range<usize>) -> Vec<f32> {
        (0..1025).map(|bin| if bins.contains(&bin) { 1.0 } else { 0.0 }).collect()
    }

    fn timbre(windows: &[&[f32]]) -> Vec<f32> {
        let mut timbre = Timbre::new(1025, 44_100.0 / 2048.0);
        windows.iter().for_each(|window| timbre.push(window));
        timbre.finish().unwrap()
    }

    /// Of two values that take turns the mean is in the middle, the standard deviation half their distance, and each step
    /// all of it.
    #[test]
    fn windows_that_take_turns_have_the_figures_of_two_values() {
        let (low, high) = (window(100..200), window(300..400));
        let mean = |window: &[f32]| timbre(&[window, window])[..COEFFICIENTS].to_vec();
        let (one, other) = (mean(&low), mean(&high));
        let turns: Vec<&[f32]> = [&low[..], &high[..]].into_iter().cycle().take(200).collect();
        let all = timbre(&turns);
        let close = |a: f32, b: f32| (a - b).abs() < 0.02;
        for k in 0..COEFFICIENTS {
            let apart = (one[k] - other[k]).abs();
            assert!(close(all[k], (one[k] + other[k]) / 2.0), "mean {k}");
            assert!(close(all[COEFFICIENTS + k], apart / 2.0), "{k}: {} of {apart}", all[COEFFICIENTS + k]);
            assert!(close(all[2 * COEFFICIENTS + k], apart), "step {k}");
        }
        let still = timbre(&[&low, &low]);
        assert!(still[COEFFICIENTS..].iter().all(|value| value.abs() < 0.1), "{still:?}");
    }
}
