//! The pitch above which a sound breaks off: what lossy coding, or a lower rate before this one, leaves of a spectrum. Music
//! fades out towards the top; a filter leaves a cliff. Called by `quality`.

use std::sync::Arc;

use realfft::num_complex::Complex32;
use realfft::{RealFftPlanner, RealToComplex};

/// Windows a second.
const PER_SECOND: usize = 2;
/// Width of a band, Hz.
const BAND_HZ: f64 = 100.0;
/// Bands on either side of a cliff, and those it may take.
const SIDE: usize = 5;
const EDGE: usize = 2;
/// A cliff is so high, dB.
const LEAST_CLIFF_DB: f32 = 20.0;
/// What lies above it rises no more than this, dB.
const MOST_ABOVE_DB: f32 = 10.0;
/// Nothing is looked for below this.
const LOWEST_HZ: f64 = 4_000.0;
/// Less than any converter's noise in a band.
const NOTHING_DB: f32 = -160.0;
/// Windows without which nothing is told.
const LEAST_WINDOWS: u32 = 4;

/// See the module's head.
pub(super) struct CutOff {
    rate: u32,
    channels: usize,
    transform: Arc<dyn RealToComplex<f32>>,
    hann: Box<[f32]>,
    /// Samples of the window that is on; frames to be left out before it goes on.
    window: Vec<f32>,
    skip: usize,
    spectrum: Box<[Complex32]>,
    scratch: Box<[Complex32]>,
    power: Box<[f64]>,
    windows: u32,
}

impl CutOff {
    pub(super) fn new(rate: u32, channels: usize) -> Self {
        // Bins of about 12 Hz.
        let length = (rate as usize / 16).next_power_of_two().max(256);
        let transform = RealFftPlanner::new().plan_fft_forward(length);
        let turn = |n: usize| std::f64::consts::TAU * n as f64 / length as f64;
        Self {
            rate,
            channels,
            hann: (0..length).map(|n| (0.5 - 0.5 * turn(n).cos()) as f32).collect(),
            window: Vec::with_capacity(length),
            skip: 0,
            spectrum: transform.make_output_vec().into(),
            scratch: transform.make_scratch_vec().into(),
            power: vec![0.0; length / 2 + 1].into(),
            transform,
            windows: 0,
        }
    }

    pub(super) fn push(&mut self, mut frames: &[f32]) {
        while !frames.is_empty() {
            let skipped = self.skip.min(frames.len() / self.channels);
            self.skip -= skipped;
            frames = &frames[skipped * self.channels..];
            if self.skip > 0 {
                return;
            }
            let taken = (self.hann.len() - self.window.len()).min(frames.len() / self.channels);
            let (now, later) = frames.split_at(taken * self.channels);
            // The channels take turns.
            let channel = self.windows as usize % self.channels;
            self.window.extend(now.iter().skip(channel).step_by(self.channels));
            if self.window.len() == self.hann.len() {
                self.measure();
            }
            frames = if taken == 0 { &[] } else { later };
        }
    }

    fn measure(&mut self) {
        self.window.iter_mut().zip(&self.hann).for_each(|(sample, weight)| *sample *= weight);
        let done =
            self.transform.process_with_scratch(&mut self.window, &mut self.spectrum, &mut self.scratch);
        let finite = self.spectrum.iter().all(|bin| bin.norm_sqr().is_finite());
        if done.is_ok() && finite {
            self.power
                .iter_mut()
                .zip(&self.spectrum)
                .for_each(|(sum, bin)| *sum += f64::from(bin.norm_sqr()));
            self.windows += 1;
        }
        self.window.clear();
        self.skip = (self.rate as usize / PER_SECOND).saturating_sub(self.hann.len());
    }

    /// Where the sound breaks off, Hz; `None` where it does not, or is too short to tell.
    pub(super) fn finish(self) -> Option<u32> {
        if self.windows < LEAST_WINDOWS {
            return None;
        }
        let bands = self.bands();
        let mean = |part: &[f32]| part.iter().sum::<f32>() / part.len() as f32;
        let cliff = |at: usize| mean(&bands[at - SIDE..at]) - mean(&bands[at + EDGE..at + EDGE + SIDE]);
        let first = (LOWEST_HZ / BAND_HZ) as usize;
        let places = first..bands.len().saturating_sub(EDGE + SIDE);
        let at = places.max_by(|&a, &b| cliff(a).total_cmp(&cliff(b)))?;
        let above = mean(&bands[at + EDGE..at + EDGE + SIDE]);
        let stays = bands[at + EDGE..].iter().all(|&band| band < above + MOST_ABOVE_DB);
        (cliff(at) >= LEAST_CLIFF_DB && stays).then_some((at as f64 * BAND_HZ) as u32)
    }

    /// Levels of the bands, dB over full scale.
    fn bands(&self) -> Vec<f32> {
        let hz = f64::from(self.rate) / self.hann.len() as f64;
        let sum: f64 = self.hann.iter().map(|&weight| f64::from(weight)).sum();
        let scale = f64::from(self.windows) * sum * sum;
        let bin = |hz_at: f64| ((hz_at / hz).round() as usize).min(self.power.len());
        let level = |band: u32| {
            let from = f64::from(band) * BAND_HZ;
            let power: f64 = self.power[bin(from)..bin(from + BAND_HZ)].iter().sum();
            (10.0 * (power / scale).log10()).max(f64::from(NOTHING_DB)) as f32
        };
        (0..(f64::from(self.rate) / 2.0 / BAND_HZ) as u32).map(level).collect()
    }
}

impl std::fmt::Debug for CutOff {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CutOff")
            .field("rate", &self.rate)
            .field("windows", &self.windows)
            .finish_non_exhaustive()
    }
}
