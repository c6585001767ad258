//! How much the rises recur after each time: the autocorrelation of windows, of all parts of the spectrum together.

use std::sync::Arc;

use realfft::num_complex::Complex;
use realfft::{ComplexToReal, RealFftPlanner, RealToComplex};

use super::onset::PARTS;
use super::tempo::smoothed;

/// Window of the autocorrelation, values, and its step: 10 s, every 2 s.
const WINDOW: usize = 1024;
const STEP: usize = 200;
/// Longest lag: four beats at the slowest tempo.
const LAGS: usize = 601;

/// The mean autocorrelation of windows, each as loud as the others.
pub struct Recurrence(Vec<f64>);

/// Transforms and their memory.
struct Plan {
    forward: Arc<dyn RealToComplex<f32>>,
    back: Arc<dyn ComplexToReal<f32>>,
    time: Vec<f32>,
    spectrum: Vec<Complex<f32>>,
    power: Vec<Complex<f32>>,
}

impl Plan {
    fn new() -> Self {
        let mut planner = RealFftPlanner::new();
        // Room for a window and as much silence, so that its end does not meet its start.
        let forward = planner.plan_fft_forward(WINDOW * 2);
        let back = planner.plan_fft_inverse(WINDOW * 2);
        let spectrum = forward.make_output_vec();
        Self { time: forward.make_input_vec(), power: spectrum.clone(), spectrum, forward, back }
    }

    /// Sum of the autocorrelations of windows whose means are taken off; `None` where none moves.
    fn autocorrelation<'a>(&mut self, windows: impl Iterator<Item = &'a [f32]>) -> Option<&[f32]> {
        self.power.fill(Complex::default());
        for window in windows {
            let mean = window.iter().sum::<f32>() / window.len() as f32;
            self.time.fill(0.0);
            self.time.iter_mut().zip(window).for_each(|(slot, value)| *slot = value - mean);
            self.forward.process(&mut self.time, &mut self.spectrum).ok()?;
            self.power.iter_mut().zip(&self.spectrum).for_each(|(sum, value)| sum.re += value.norm_sqr());
        }
        self.back.process(&mut self.power, &mut self.time).ok()?;
        (self.time[0] > 0.0).then_some(&self.time)
    }
}

impl Recurrence {
    pub fn of(rises: &[[f32; PARTS]]) -> Option<Self> {
        let part = |part: usize| smoothed(&rises.iter().map(|parts| parts[part]).collect::<Vec<_>>());
        let parts: [Vec<f32>; PARTS] = std::array::from_fn(part);
        let mut plan = Plan::new();
        let mut sums = vec![0.0; LAGS];
        let mut windows = 0;
        let size = WINDOW.min(rises.len());
        for start in (0..=rises.len() - size).step_by(STEP) {
            let window = parts.iter().map(|part| &part[start..start + size]);
            let Some(found) = plan.autocorrelation(window) else { continue };
            for (lag, sum) in sums.iter_mut().enumerate().take(size * 3 / 4) {
                // As if every lag had as many pairs.
                let unbiased = f64::from(found[lag] / found[0]) * size as f64 / (size - lag) as f64;
                *sum += unbiased;
            }
            windows += 1;
        }
        (windows > 0).then(|| Self(sums.into_iter().map(|sum| sum / f64::from(windows)).collect()))
    }

    fn at(&self, lag: f64) -> f64 {
        let (low, part) = (lag as usize, lag.fract());
        let get = |lag: usize| self.0.get(lag).copied().unwrap_or(0.0);
        get(low) * (1.0 - part) + get(low + 1) * part
    }

    /// The most within a per cent.
    pub fn near(&self, lag: f64) -> f64 {
        [0.99, 1.0, 1.01].map(|by| self.at(lag * by)).into_iter().fold(f64::MIN, f64::max)
    }

    /// How much a beat looks like those one to four beats away, 0 to 1.
    pub fn clarity(&self, lag: f64) -> f64 {
        let beats = (1..=4).map(|beats| lag * f64::from(beats)).filter(|&lag| lag < LAGS as f64 - 2.0);
        let (sum, count) = beats.fold((0.0, 0), |(sum, count), lag| (sum + self.near(lag), count + 1));
        (sum / f64::from(count.max(1))).clamp(0.0, 1.0)
    }
}
