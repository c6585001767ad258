//! Tempo from an onset envelope: candidates by autocorrelation (Ellis 2007), the octave by the evidence of the beats
//! themselves: each candidate is tracked, and the one whose beats stand out most from what lies between them wins.

use std::sync::Arc;

use realfft::num_complex::Complex;
use realfft::{ComplexToReal, RealFftPlanner, RealToComplex};

use super::beats::{self, Beat};
use super::onset::{PER_S, running};

/// Slowest and fastest tempo, BPM.
pub const RANGE_BPM: (f64, f64) = (40.0, 220.0);
/// Where people tap most readily, and the spread of that, octaves (Ellis 2007; van Noorden and Moelants 1999).
const PREFERRED_BPM: f64 = 120.0;
const PREFERENCE_OCTAVES: f64 = 1.0;
/// Window of the autocorrelation, values, and its step: 8 s, every 2 s.
const WINDOW: usize = 800;
const STEP: usize = 200;
const TRANSFORM: usize = 2048;
/// Longest lag: four beats at the slowest tempo.
const LAGS: usize = 601;
/// Candidates taken from the autocorrelation.
const CANDIDATES: usize = 4;
/// Beats that stand out so far are beats; more would prefer the quickest notes to the beat.
const PLAIN: f64 = 0.15;
/// Rises of such a part of the level are those of a steady tone, and fewer than one other in two seconds make no pulse.
const STILL: f32 = 1e-2;
const FEW: usize = 2 * PER_S as usize;
/// Less time tells no tempo.
pub const LEAST: usize = 5 * PER_S as usize;

/// What the envelope of a section tells.
pub struct Pulse {
    pub bpm: f64,
    /// 0 to 1: how periodic the envelope is at this tempo, and how far ahead of the next best other tempo.
    pub confidence: f64,
    /// How much one beat is as the others, 0 to 1: the root of the autocorrelation at one to four beats.
    pub strength: f64,
    /// Beats, rising.
    pub beats: Vec<Beat>,
}

/// Finds tempo and beats; `None` where nothing moves or recurs. `level` is the mean of the bands that rise.
pub fn pulse(rises: &[f32], level: f32) -> Option<Pulse> {
    let envelope = sharpened(rises, level)?;
    let recurrence = Recurrence::of(&envelope)?;
    let mut tried: Vec<(f64, f64, Pulse)> = Vec::new();
    for lag in recurrence.candidates() {
        let beats = beats::track(&envelope, lag);
        let contrast = beats::contrast(&envelope, &beats);
        let Some(interval) = beats::interval(&beats) else { continue };
        let bpm = 60.0 * f64::from(PER_S) / interval;
        if !(RANGE_BPM.0..=RANGE_BPM.1).contains(&bpm) {
            continue;
        }
        let clarity = recurrence.clarity(interval);
        let stands_out = 0.05 + (contrast / PLAIN).min(1.0);
        let score = stands_out * (0.02 + clarity) * preference(bpm);
        tried.push((score, clarity, Pulse { bpm, confidence: 0.0, strength: clarity.sqrt(), beats }));
    }
    tried.sort_by(|a, b| b.0.total_cmp(&a.0));
    let mut tried = tried.into_iter();
    let (score, clarity, mut best) = tried.next()?;
    let other = tried.find(|(_, _, pulse)| (pulse.bpm / best.bpm - 1.0).abs() > 0.04);
    let ahead = other.map_or(1.0, |(other, _, _)| 1.0 - (other / score) * 0.5);
    best.confidence = (clarity * ahead * 2.0).min(clarity.sqrt()).clamp(0.0, 1.0);
    Some(best)
}

/// How readily people tap so fast, 1 at the best.
fn preference(bpm: f64) -> f64 {
    (-0.5 * ((bpm / PREFERRED_BPM).log2() / PREFERENCE_OCTAVES).powi(2)).exp()
}

/// The envelope without its slow part, smoothed by 20 ms against jitter, with a spread of one. `None` of a flat one.
fn sharpened(rises: &[f32], level: f32) -> Option<Vec<f32>> {
    const AROUND: usize = PER_S as usize / 2;
    let sums = running(rises);
    let mean = |from: usize, to: usize| (sums[to] - sums[from]) / (to - from) as f64;
    let sharp: Vec<f32> = (0..rises.len())
        .map(|at| {
            let slow = mean(at.saturating_sub(AROUND), (at + AROUND + 1).min(rises.len()));
            (f64::from(rises[at]) - slow).max(0.0) as f32
        })
        .collect();
    if sharp.iter().filter(|&&value| value > level * STILL).count() < sharp.len() / FEW {
        return None;
    }
    let at = |place: usize| sharp.get(place).copied().unwrap_or(0.0);
    let smooth = |n: usize| {
        let near = at(n.wrapping_sub(1)) + at(n + 1);
        let far = at(n.wrapping_sub(2)) + at(n + 2);
        0.4 * at(n) + 0.24 * near + 0.06 * far
    };
    let mut smooth: Vec<f32> = (0..sharp.len()).map(smooth).collect();
    let squares: f64 = smooth.iter().map(|&value| f64::from(value * value)).sum();
    let spread = (squares / smooth.len() as f64).sqrt() as f32;
    if spread <= f32::MIN_POSITIVE {
        return None;
    }
    smooth.iter_mut().for_each(|value| *value /= spread);
    Some(smooth)
}

/// The mean autocorrelation of windows, each as loud as the others.
struct Recurrence(Vec<f64>);

/// Transforms and their memory.
struct Plan {
    forward: Arc<dyn RealToComplex<f32>>,
    back: Arc<dyn ComplexToReal<f32>>,
    time: Vec<f32>,
    spectrum: Vec<Complex<f32>>,
}

impl Plan {
    fn new() -> Self {
        let mut planner = RealFftPlanner::new();
        let forward = planner.plan_fft_forward(TRANSFORM);
        let back = planner.plan_fft_inverse(TRANSFORM);
        Self { time: forward.make_input_vec(), spectrum: forward.make_output_vec(), forward, back }
    }

    /// Autocorrelation of a window whose mean is taken off; `None` of one that does not move.
    fn autocorrelation(&mut self, window: &[f32]) -> Option<&[f32]> {
        let mean = window.iter().sum::<f32>() / window.len() as f32;
        self.time.fill(0.0);
        self.time.iter_mut().zip(window).for_each(|(slot, value)| *slot = value - mean);
        self.forward.process(&mut self.time, &mut self.spectrum).ok()?;
        self.spectrum.iter_mut().for_each(|value| *value = Complex::new(value.norm_sqr(), 0.0));
        self.back.process(&mut self.spectrum, &mut self.time).ok()?;
        (self.time[0] > 0.0).then_some(&self.time)
    }
}

impl Recurrence {
    fn of(envelope: &[f32]) -> Option<Self> {
        let mut plan = Plan::new();
        let mut sums = vec![0.0; LAGS];
        let mut windows = 0;
        let size = WINDOW.min(envelope.len());
        for window in envelope.windows(size).step_by(STEP) {
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

    /// The highest within two per cent.
    fn near(&self, lag: f64) -> f64 {
        [-0.02, -0.01, 0.0, 0.01, 0.02]
            .map(|by| self.at(lag * (1.0 + by)))
            .into_iter()
            .fold(f64::MIN, f64::max)
    }

    /// How much a beat looks like those one to four beats away, 0 to 1.
    fn clarity(&self, lag: f64) -> f64 {
        let beats = (1..=4).filter(|beats| lag * f64::from(*beats) < LAGS as f64 - 2.0);
        let (sum, count) =
            beats.fold((0.0, 0), |(sum, count), beats| (sum + self.near(lag * f64::from(beats)), count + 1));
        (sum / f64::from(count.max(1))).clamp(0.0, 1.0)
    }

    /// Lags that may be the beat's: the highest by preference, and their doubles, halves and thirds.
    fn candidates(&self) -> Vec<f64> {
        let lag_of = |bpm: f64| 60.0 * f64::from(PER_S) / bpm;
        let (short, long) = (lag_of(RANGE_BPM.1), lag_of(RANGE_BPM.0));
        let bpm_of = lag_of;
        let mut peaks: Vec<(f64, f64)> = (short as usize..=long as usize)
            .filter(|&lag| self.0[lag] > self.0[lag - 1] && self.0[lag] >= self.0[lag + 1])
            .map(|lag| (self.clarity(lag as f64) * preference(bpm_of(lag as f64)), lag as f64))
            .collect();
        peaks.sort_by(|a, b| b.0.total_cmp(&a.0));
        peaks.truncate(CANDIDATES);
        let mut lags: Vec<f64> = Vec::new();
        for (_, lag) in peaks {
            for factor in [1.0, 0.5, 2.0, 2.0 / 3.0, 1.5, 1.0 / 3.0, 3.0] {
                let lag = lag * factor;
                let known = lags.iter().any(|known| (known / lag - 1.0).abs() < 0.03);
                if (short..=long).contains(&lag) && !known {
                    lags.push(lag);
                }
            }
        }
        lags
    }
}
