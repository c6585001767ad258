//! The loudness meter of ITU-R BS.1770-5 and EBU Tech 3341 ("EBU mode"), with the range of Tech 3342, for any rate and up
//! to eight channels by their speakers. Called by `measure`.
//!
//! Energies are taken in steps of 10 ms. Each step ends a momentary window (400 ms) and a short-term window (3 s); each
//! tenth one ends a gating block and counts for the range.

mod filter;
mod gate;
#[cfg(test)]
mod tests;

use super::Analyser;
use crate::dsp::channels;
use crate::dsp::true_peak::{DELAY, MOST_FRAMES, TruePeak};
use crate::model::audio::{Spec, gain_to_db};
use crate::model::features::{Absent, Loudness, Value, energy_to_lufs};
use filter::KWeighting;
use gate::Histogram;

/// Steps a second.
const STEPS: u64 = 100;
/// Steps of the windows.
const MOMENTARY: usize = 40;
const SHORT_TERM: usize = 300;
/// Steps from one gating block to the next: they overlap by 75 %.
const HOP: u64 = 10;

/// See the module's head.
#[derive(Debug)]
pub struct Meter {
    spec: Spec,
    /// Of each channel how it counts.
    weights: Vec<f64>,
    /// One for two channels.
    filters: Vec<KWeighting>,
    /// Energy of the step so far, weighted; frames so far; frames at which the step ends; steps done.
    energy: f64,
    frames: u64,
    edge: u64,
    steps: u64,
    momentary: Window<MOMENTARY>,
    short_term: Window<SHORT_TERM>,
    gating: Histogram,
    range: Histogram,
    peaks: Peaks,
    not_finite: bool,
}

impl Analyser for Meter {
    type Found = Loudness;

    fn new(spec: Spec) -> Self {
        let channels = usize::from(spec.channels);
        Self {
            spec,
            weights: (0..channels).map(|channel| channels::loudness_weight(channels, channel)).collect(),
            filters: vec![KWeighting::new(spec.rate); channels.div_ceil(2)],
            energy: 0.0,
            frames: 0,
            edge: edge(spec.rate, 1),
            steps: 0,
            momentary: Window::new(),
            short_term: Window::new(),
            gating: Histogram::new(),
            range: Histogram::new(),
            peaks: Peaks::new(channels),
            not_finite: false,
        }
    }

    fn push(&mut self, mut frames: &[f32]) {
        let channels = usize::from(self.spec.channels);
        self.peaks.push(frames, channels);
        while frames.len() >= channels {
            let left = usize::try_from(self.edge - self.frames).unwrap_or(usize::MAX);
            let taken = left.min(frames.len() / channels);
            let (now, later) = frames.split_at(taken * channels);
            self.weigh(now);
            self.frames += taken as u64;
            if self.frames == self.edge {
                self.step();
            }
            frames = later;
        }
    }

    fn finish(mut self) -> Loudness {
        self.peaks.finish(usize::from(self.spec.channels));
        self.so_far()
    }
}

impl Meter {
    /// What the frames until now come to; the newest [`DELAY`] of them do not count for the true peak yet.
    pub fn so_far(&self) -> Loudness {
        let lufs = |most: Option<f64>| match most {
            None => Err(Absent::TooShort),
            Some(energy) if energy > 0.0 => Ok(energy_to_lufs(energy) as f32),
            Some(_) => Err(Absent::Silence),
        };
        let (momentary, short_term) = (self.momentary.most, self.short_term.most);
        Loudness {
            integrated_lufs: self.told(lufs(momentary).and_then(|_| self.gating.integrated())),
            range_lu: self.told(lufs(short_term).and_then(|_| self.range.range())),
            momentary_max_lufs: self.told(lufs(momentary)),
            short_term_max_lufs: self.told(lufs(short_term)),
            true_peak_db: self.told(level(self.peaks.between)),
            sample_peak_db: self.told(level(self.peaks.sample)),
            overs: self.peaks.overs,
            blocks: self.gating.blocks(),
        }
    }

    /// Loudness of the last 400 ms; `None` before there were as many.
    pub fn momentary_lufs(&self) -> Option<f64> {
        self.momentary.last.map(energy_to_lufs)
    }

    /// Loudness of the last 3 s; `None` before there were as many.
    pub fn short_term_lufs(&self) -> Option<f64> {
        self.short_term.last.map(energy_to_lufs)
    }

    fn told(&self, value: Value) -> Value {
        if self.not_finite { Err(Absent::NotFinite) } else { value }
    }

    /// Adds the energy of frames that lie within one step.
    fn weigh(&mut self, frames: &[f32]) {
        let count = self.weights.len();
        for (pair, filter) in self.filters.iter_mut().enumerate() {
            let (at, next) = (2 * pair, 2 * pair + 1);
            let energies = match count {
                1 => filter.energy(frames.iter().map(|sample| [*sample, 0.0])),
                2 => filter.energy(frames.as_chunks().0.iter().copied()),
                _ if next < count => filter.energy(frames.chunks_exact(count).map(|f| [f[at], f[next]])),
                _ => filter.energy(frames.chunks_exact(count).map(|f| [f[at], 0.0])),
            };
            let weighted = self.weights[at..].iter().zip(energies).map(|(weight, energy)| weight * energy);
            self.energy += weighted.sum::<f64>();
        }
    }

    fn step(&mut self) {
        if !self.energy.is_finite() {
            self.not_finite = true;
            self.energy = 0.0;
            self.filters.iter_mut().for_each(KWeighting::reset);
        }
        self.steps += 1;
        self.edge = edge(self.spec.rate, self.steps + 1);
        let energy = std::mem::take(&mut self.energy);
        let frames =
            |steps: usize| self.frames - edge(self.spec.rate, self.steps.saturating_sub(steps as u64));
        self.momentary.push(energy, frames(MOMENTARY));
        self.short_term.push(energy, frames(SHORT_TERM));
        if self.steps.is_multiple_of(HOP) {
            self.momentary.last.into_iter().for_each(|energy| self.gating.add(energy));
            self.short_term.last.into_iter().for_each(|energy| self.range.add(energy));
        }
    }
}

/// The frame that the first `steps` steps end before.
fn edge(rate: u32, steps: u64) -> u64 {
    steps * u64::from(rate) / STEPS
}

fn level(peak: f32) -> Value {
    if peak > 0.0 { Ok(gain_to_db(peak)) } else { Err(Absent::Silence) }
}

/// Energies of the last steps, and the mean square over them: the last and the most.
#[derive(Debug)]
struct Window<const N: usize> {
    energies: [f64; N],
    pushed: usize,
    last: Option<f64>,
    most: Option<f64>,
}

impl<const N: usize> Window<N> {
    fn new() -> Self {
        Self { energies: [0.0; N], pushed: 0, last: None, most: None }
    }

    /// `frames`: those of the window that ends with this step.
    fn push(&mut self, energy: f64, frames: u64) {
        self.energies[self.pushed % N] = energy;
        self.pushed += 1;
        if self.pushed >= N {
            // Summed anew each time: nothing adds up over hours.
            let mean = self.energies.iter().sum::<f64>() / frames as f64;
            self.last = Some(mean);
            self.most = Some(self.most.map_or(mean, |most| most.max(mean)));
        }
    }
}

const FULL_SCALE: f32 = 1.0;

/// The largest sample and the highest level between samples, linear.
#[derive(Debug)]
struct Peaks {
    meter: TruePeak,
    levels: Box<[f32]>,
    sample: f32,
    between: f32,
    /// Places above full scale, and whether the last level was.
    overs: u32,
    is_over: bool,
}

impl Peaks {
    fn new(channels: usize) -> Self {
        Self {
            meter: TruePeak::new(channels),
            levels: vec![0.0; MOST_FRAMES].into(),
            sample: 0.0,
            between: 0.0,
            overs: 0,
            is_over: false,
        }
    }

    fn push(&mut self, frames: &[f32], channels: usize) {
        for part in frames.chunks(MOST_FRAMES * channels) {
            self.sample = part.iter().fold(self.sample, |peak, sample| peak.max(sample.abs()));
            let levels = &mut self.levels[..part.len() / channels];
            self.meter.measure(part, self.between.min(FULL_SCALE), levels);
            self.between = levels.iter().copied().fold(self.between, f32::max);
            for &level in levels.iter() {
                let is_over = level > FULL_SCALE;
                self.overs += u32::from(is_over && !self.is_over);
                self.is_over = is_over;
            }
        }
    }

    /// What still lies in the filter.
    fn finish(&mut self, channels: usize) {
        let sample = self.sample;
        self.push(&vec![0.0; DELAY * channels], channels);
        self.sample = sample;
        self.between = self.between.max(sample);
    }
}
