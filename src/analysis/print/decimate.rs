//! Every so manieth frame after a low pass: pitch and chroma need no more than 4 kHz, and at a quarter of the rate their
//! long windows are cheap.

/// What is kept at least of the rate, Hz.
const LEAST_HZ: u32 = 11_025;
/// Taps for each step.
const TAPS: usize = 16;
/// Shape of the Kaiser window: 60 dB.
const BETA: f64 = 5.65;
/// Values done side by side: four frames of two channels.
const LANES: usize = 8;

/// Of one pair of channels.
pub struct Decimator {
    step: usize,
    /// Each tap twice, for left and right.
    taps: Box<[f32]>,
    /// Frames that wait, interleaved.
    kept: Vec<f32>,
    out: Vec<f32>,
}

/// By how much a rate is divided.
pub fn factor(rate: u32) -> usize {
    (rate / LEAST_HZ).max(1) as usize
}

impl Decimator {
    pub fn new(step: usize) -> Self {
        // Half the pass band of the new rate is passed, all that would fold into it is stopped.
        let length = if step == 1 { LANES / 2 } else { TAPS * step };
        let middle = (length - 1) as f64 / 2.0;
        let tap = |n: usize| {
            let x = n as f64 - middle;
            let sinc = if x == 0.0 {
                1.0
            } else {
                (std::f64::consts::PI * x / step as f64).sin() / (std::f64::consts::PI * x / step as f64)
            };
            sinc * kaiser(x / middle)
        };
        let mut taps: Vec<f64> = (0..length).map(tap).collect();
        if step == 1 {
            taps = vec![1.0, 0.0, 0.0, 0.0];
        }
        let sum: f64 = taps.iter().sum();
        Self {
            step,
            taps: taps.iter().flat_map(|tap| [(tap / sum) as f32; 2]).collect(),
            kept: Vec::new(),
            out: Vec::new(),
        }
    }

    /// Takes frames of a pair, interleaved, and gives those that come of them.
    pub fn push(&mut self, frames: &[f32]) -> &[f32] {
        self.kept.extend_from_slice(frames);
        self.out.clear();
        let (step, reach) = (self.step * 2, self.taps.len());
        let mut at = 0;
        while at + reach <= self.kept.len() {
            let mut sums = [0.0_f32; LANES];
            let values = self.kept[at..at + reach].chunks_exact(LANES);
            for (values, taps) in values.zip(self.taps.chunks_exact(LANES)) {
                for lane in 0..LANES {
                    sums[lane] += values[lane] * taps[lane];
                }
            }
            self.out.push(sums[0] + sums[2] + (sums[4] + sums[6]));
            self.out.push(sums[1] + sums[3] + (sums[5] + sums[7]));
            at += step;
        }
        self.kept.drain(..at.min(self.kept.len()));
        &self.out
    }
}

/// Kaiser's window at -1 to 1, by the series of the modified Bessel function.
fn kaiser(x: f64) -> f64 {
    let bessel = |x: f64| {
        let mut term = 1.0;
        let mut sum = 1.0;
        for k in 1..30 {
            term *= (x / (2.0 * f64::from(k))).powi(2);
            sum += term;
        }
        sum
    };
    bessel(BETA * (1.0 - x * x).max(0.0).sqrt()) / bessel(BETA)
}

#[cfg(test)]
mod tests {
    use super::super::signals::{sides, sine};
    use super::*;

    fn level(frames: &[f32], channel: usize) -> f64 {
        let kept: Vec<f64> = frames.iter().skip(channel).step_by(2).map(|&s| f64::from(s)).collect();
        let middle = &kept[100..kept.len() - 100];
        20.0 * (2.0 * middle.iter().map(|s| s * s).sum::<f64>() / middle.len() as f64).sqrt().log10()
    }

    #[test]
    fn what_is_used_passes_and_what_would_fold_on_it_does_not() {
        for rate in [44_100, 48_000, 96_000, 192_000] {
            let step = factor(rate);
            let kept_rate = f64::from(rate) / step as f64;
            let frames = sides(&sine(rate, 2000.0, 0.5), &sine(rate, kept_rate - 2000.0, 0.5));
            let mut decimator = Decimator::new(step);
            let out: Vec<f32> =
                frames.chunks(1000).flat_map(|block| decimator.push(block).to_vec()).collect();
            assert!(level(&out, 0).abs() < 0.1, "{rate}: {} dB", level(&out, 0));
            assert!(level(&out, 1) < -50.0, "{rate}: {} dB", level(&out, 1));
        }
    }

    #[test]
    fn a_low_rate_is_left_as_it_is() {
        let frames = sides(&sine(8000, 440.0, 0.1), &sine(8000, 3000.0, 0.1));
        let mut decimator = Decimator::new(factor(8000));
        let out: Vec<f32> = frames.chunks(34).flat_map(|block| decimator.push(block).to_vec()).collect();
        assert_eq!(out[..], frames[..out.len()]);
        assert!(out.len() > frames.len() - 8);
    }
}
