//! Level by frequency of a stereo window: Hann, real FFT, logarithmic bands, ballistics by elapsed time. Pure; the
//! spectrum thread calls it some dozen times a second.

use std::sync::Arc;
use std::time::Duration;

use realfft::num_complex::Complex;
use realfft::{RealFftPlanner, RealToComplex};

use crate::model::visual::{BANDS, FLOOR_DB, edge_hz};

/// Length of the window in seconds, as near as a power of two comes: 4096 frames at 44.1 and 48 kHz.
const WINDOW_S: f64 = 0.09;
/// A bar falls by so many decibels a second; it rises at once.
const FALL_DB_PER_S: f32 = 36.0;
/// The mark of a peak stays for so long, then falls slower than the bar.
const HOLD: Duration = Duration::from_millis(1_000);
const PEAK_FALL_DB_PER_S: f32 = 18.0;

/// Spectrum at one rate.
pub struct Spectrum {
    rate: u32,
    fft: Arc<dyn RealToComplex<f32>>,
    window: Vec<f32>,
    input: Vec<f32>,
    output: Vec<Complex<f32>>,
    scratch: Vec<Complex<f32>>,
    /// Mean power of both channels, by bin; a full-scale sine at a bin's frequency is 1.
    power: Vec<f32>,
    bands: Vec<f32>,
    peaks: Vec<Peak>,
}

/// The mark above a bar: how high, and how long it has been there.
#[derive(Debug, Clone, Copy, Default)]
struct Peak {
    height: f32,
    age: Duration,
}

impl Peak {
    fn follow(&mut self, bar: f32, elapsed: Duration) {
        self.age += elapsed;
        // Only the time beyond the hold lets it fall.
        let falling = self.age.saturating_sub(HOLD).min(elapsed);
        self.height = (self.height - fall(falling, PEAK_FALL_DB_PER_S)).max(0.0);
        if bar >= self.height {
            *self = Self { height: bar, age: Duration::ZERO };
        }
    }
}

impl Spectrum {
    pub fn new(rate: u32) -> Self {
        let frames = window_frames(rate);
        let fft = RealFftPlanner::new().plan_fft_forward(frames);
        // Periodic Hann (Harris 1978): its mean is one half.
        let phase = |n: usize| std::f64::consts::TAU * n as f64 / frames as f64;
        let window = (0..frames).map(|n| (0.5 - 0.5 * phase(n).cos()) as f32).collect();
        Self {
            rate,
            window,
            input: fft.make_input_vec(),
            output: fft.make_output_vec(),
            scratch: fft.make_scratch_vec(),
            power: vec![0.0; frames / 2 + 1],
            bands: vec![0.0; BANDS],
            peaks: vec![Peak::default(); BANDS],
            fft,
        }
    }

    pub fn rate(&self) -> u32 {
        self.rate
    }

    /// Frames that `measure` wants.
    pub fn frames(&self) -> usize {
        self.window.len()
    }

    /// Height of each band, 0.0 (the floor) to 1.0 (full scale), lowest first.
    pub fn bands(&self) -> &[f32] {
        &self.bands
    }

    /// The highest of each band for a while, as heights.
    pub fn peaks(&self) -> impl Iterator<Item = f32> {
        self.peaks.iter().map(|peak| peak.height)
    }

    /// Height of each band in the newest window, without ballistics.
    pub fn levels(&self) -> impl Iterator<Item = f32> {
        (0..BANDS).map(|band| height(self.band_power(band)))
    }

    /// All bars and peaks lie on the floor.
    pub fn is_flat(&self) -> bool {
        self.bands.iter().copied().chain(self.peaks()).all(|height| height <= 0.0)
    }

    /// Takes the newest window, left and right interleaved, `elapsed` after the one before.
    pub fn measure(&mut self, frames: &[f32], elapsed: Duration) {
        self.measure_of(frames, &[0, 1], elapsed);
    }

    /// As [`Spectrum::measure`], of these sides of the window only: 0 is left, 1 right.
    pub fn measure_of(&mut self, frames: &[f32], sides: &[usize], elapsed: Duration) {
        self.power.fill(0.0);
        let share = 1.0 / sides.len().max(1) as f32;
        for &side in sides {
            self.add_power(frames, side, share);
        }
        let fall = fall(elapsed, FALL_DB_PER_S);
        for band in 0..BANDS {
            let height = height(self.band_power(band));
            self.bands[band] = height.max(self.bands[band] - fall);
        }
        self.follow(elapsed);
    }

    /// Silence: bars only fall.
    pub fn rest(&mut self, elapsed: Duration) {
        let fall = fall(elapsed, FALL_DB_PER_S);
        for height in &mut self.bands {
            *height = (*height - fall).max(0.0);
        }
        self.follow(elapsed);
    }

    fn follow(&mut self, elapsed: Duration) {
        for (peak, &bar) in self.peaks.iter_mut().zip(&self.bands) {
            peak.follow(bar, elapsed);
        }
    }

    fn add_power(&mut self, frames: &[f32], channel: usize, share: f32) {
        let samples = frames.iter().skip(channel).step_by(2).zip(&self.window);
        for (slot, (sample, weight)) in self.input.iter_mut().zip(samples) {
            *slot = sample * weight;
        }
        let done = self.fft.process_with_scratch(&mut self.input, &mut self.output, &mut self.scratch);
        if done.is_err() {
            // Only lengths can be wrong, and they were made by the same plan.
            return;
        }
        // A sine of amplitude A has |X| = A * frames / 2 * 1/2 at its bin.
        let scale = 4.0 / self.window.len() as f32;
        for (power, value) in self.power.iter_mut().zip(&self.output) {
            *power += share * value.norm_sqr() * scale * scale;
        }
    }

    /// The strongest bin of a band; where bands are narrower than bins, the bin nearest to the band's middle.
    fn band_power(&self, band: usize) -> f32 {
        let bin = |hz: f32| hz * self.window.len() as f32 / self.rate as f32;
        let (low, high) = (edge_hz(band), edge_hz(band + 1));
        let (first, end) = (bin(low).ceil() as usize, bin(high).ceil() as usize);
        if first >= end {
            let nearest = bin((low * high).sqrt()).round() as usize;
            return self.power.get(nearest).copied().unwrap_or(0.0);
        }
        let bins = self.power.get(first..end.min(self.power.len())).unwrap_or(&[]);
        bins.iter().copied().fold(0.0, f32::max)
    }
}

fn window_frames(rate: u32) -> usize {
    let wanted = (f64::from(rate) * WINDOW_S) as usize;
    wanted.next_power_of_two().clamp(256, 16_384)
}

fn fall(elapsed: Duration, db_per_s: f32) -> f32 {
    elapsed.as_secs_f32() * db_per_s / -FLOOR_DB
}

fn height(power: f32) -> f32 {
    let db = 10.0 * power.max(f32::MIN_POSITIVE).log10();
    ((db - FLOOR_DB) / -FLOOR_DB).clamp(0.0, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE: u32 = 48_000;

    /// A sine of an amplitude in both channels, or the left one only.
    fn sine(frames: usize, hz: f64, amplitude: f64, both: bool) -> Vec<f32> {
        let value = |n: usize| amplitude * (std::f64::consts::TAU * hz * n as f64 / f64::from(RATE)).sin();
        (0..frames).flat_map(|n| [value(n) as f32, if both { value(n) as f32 } else { 0.0 }]).collect()
    }

    fn db(height: f32) -> f32 {
        FLOOR_DB + height * -FLOOR_DB
    }

    fn loudest(spectrum: &Spectrum) -> (usize, f32) {
        let bands = spectrum.bands().iter().copied().enumerate();
        bands.max_by(|a, b| a.1.total_cmp(&b.1)).unwrap()
    }

    #[test]
    fn a_sine_at_a_bin_has_its_own_level_in_its_own_band() {
        for (bin, amplitude) in [(40, 1.0), (100, 0.5), (1000, 0.1)] {
            let mut spectrum = Spectrum::new(RATE);
            let hz = f64::from(RATE) * f64::from(bin) / spectrum.frames() as f64;
            spectrum.measure(&sine(spectrum.frames(), hz, amplitude, true), Duration::ZERO);
            let band = (0..BANDS).rfind(|&band| edge_hz(band) <= hz as f32).unwrap();
            let height = spectrum.bands()[band];
            assert_eq!(height, loudest(&spectrum).1, "{hz} Hz is loudest elsewhere than in band {band}");
            let expected = 20.0 * (amplitude as f32).log10();
            assert!((db(height) - expected).abs() < 0.01, "{hz} Hz: {} dB, not {expected}", db(height));
        }
    }

    #[test]
    fn a_sine_between_bins_is_at_most_the_scalloping_of_the_window_too_low() {
        // Hann: 1.42 dB half a bin away (Harris 1978, table 1).
        let mut spectrum = Spectrum::new(RATE);
        let hz = f64::from(RATE) * 100.5 / spectrum.frames() as f64;
        spectrum.measure(&sine(spectrum.frames(), hz, 1.0, true), Duration::ZERO);
        assert!((db(loudest(&spectrum).1) + 1.42).abs() < 0.02, "{}", db(loudest(&spectrum).1));
    }

    #[test]
    fn one_channel_alone_has_half_the_power() {
        let mut spectrum = Spectrum::new(RATE);
        let hz = f64::from(RATE) * 100.0 / spectrum.frames() as f64;
        spectrum.measure(&sine(spectrum.frames(), hz, 1.0, false), Duration::ZERO);
        assert!((db(loudest(&spectrum).1) + 3.01).abs() < 0.01);
    }

    #[test]
    fn sides_out_of_phase_do_not_cancel() {
        let mut spectrum = Spectrum::new(RATE);
        let hz = f64::from(RATE) * 100.0 / spectrum.frames() as f64;
        let mut frames = sine(spectrum.frames(), hz, 1.0, true);
        frames.iter_mut().skip(1).step_by(2).for_each(|right| *right = -*right);
        spectrum.measure(&frames, Duration::ZERO);
        assert!(db(loudest(&spectrum).1).abs() < 0.01);
    }

    #[test]
    fn bars_fall_by_time_and_not_by_frames() {
        let fallen = |steps: u32| {
            let mut spectrum = Spectrum::new(RATE);
            let hz = f64::from(RATE) * 100.0 / spectrum.frames() as f64;
            spectrum.measure(&sine(spectrum.frames(), hz, 1.0, true), Duration::ZERO);
            for _ in 0..steps {
                spectrum.rest(Duration::from_secs(1) / steps);
            }
            db(loudest(&spectrum).1)
        };
        assert!((fallen(1) + FALL_DB_PER_S).abs() < 0.01);
        assert!((fallen(60) + FALL_DB_PER_S).abs() < 0.01);
    }

    #[test]
    fn a_peak_is_held_for_a_second_and_falls_behind_its_bar_whatever_the_frames() {
        let peak_after = |seconds: f32, steps: u32| {
            let mut spectrum = Spectrum::new(RATE);
            let hz = f64::from(RATE) * 100.0 / spectrum.frames() as f64;
            spectrum.measure(&sine(spectrum.frames(), hz, 1.0, true), Duration::ZERO);
            (0..steps).for_each(|_| spectrum.rest(Duration::from_secs_f32(seconds) / steps));
            db(spectrum.peaks().fold(0.0, f32::max))
        };
        for steps in [1, 7, 60] {
            assert!(peak_after(0.9, steps).abs() < 0.01, "{steps} steps");
            let fallen = peak_after(2.0, steps);
            assert!((fallen + PEAK_FALL_DB_PER_S).abs() < 0.05, "{steps} steps: {fallen} dB");
        }
        assert_eq!(peak_after(10.0, 100), FLOOR_DB);
    }

    #[test]
    fn silence_is_flat_at_every_rate() {
        for rate in [8_000, 44_100, 96_000, 384_000] {
            let mut spectrum = Spectrum::new(rate);
            spectrum.measure(&vec![0.0; spectrum.frames() * 2], Duration::ZERO);
            assert!(spectrum.is_flat(), "{rate}");
        }
    }
}
