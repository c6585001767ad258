//! Windows of exact times and their power spectra: windows and steps are told in fractions of a second, so that a bin
//! is the same frequency and a frame the same time at every rate.

use std::sync::Arc;

use rustfft::num_complex::Complex;
use rustfft::{Fft, FftPlanner};

/// The power spectrum of one window.
pub struct Spectrum<'a> {
    /// Power by bin, 0 Hz to half the rate, of all channels together: a sine of amplitude 1 in one of them is 1/4 at its
    /// bin.
    pub power: &'a [f32],
    /// Of the first two channels: the real part of what they have in common, by bin, on the same scale. As large as half
    /// their power where they are the same.
    pub common: &'a [f32],
}

/// Short-time Fourier transform of all channels. Two real channels are one complex signal, so that one transform does
/// both: `|L|² + |R|²` and `Re(L R*)` fall out of `Z(k)` and `Z(-k)`.
pub struct Stft {
    fft: Arc<dyn Fft<f32>>,
    window: Box<[f32]>,
    /// Frames between the starts of windows, as a fraction: `rate / steps_per_s`.
    rate: u64,
    steps_per_s: u64,
    /// Windows done.
    done: u64,
    /// First frame that is kept, counted from the padding before the track.
    base: u64,
    /// Frames by pair of channels, interleaved.
    pairs: Vec<Vec<f32>>,
    work: Vec<Complex<f32>>,
    scratch: Vec<Complex<f32>>,
    power: Vec<f32>,
    common: Vec<f32>,
}

impl Stft {
    /// Windows of so many milliseconds, so many a second. The first is centred on the first frame.
    pub fn new(rate: f64, pairs: usize, window_ms: u32, steps_per_s: u32) -> Self {
        let size = ((rate * f64::from(window_ms) / 1000.0).round() as usize).max(16);
        let fft = FftPlanner::new().plan_fft_forward(size);
        // Periodic Hann (Harris 1978), scaled so that a full-scale sine's power at its bin is 1/4.
        let phase = |n: usize| std::f64::consts::TAU * n as f64 / size as f64;
        let window = (0..size).map(|n| ((1.0 - phase(n).cos()) / size as f64) as f32).collect();
        Self {
            window,
            // A decimated rate need not be whole.
            rate: (rate * 1000.0).round() as u64,
            steps_per_s: u64::from(steps_per_s) * 1000,
            done: 0,
            base: 0,
            pairs: vec![vec![0.0; size / 2 * 2]; pairs],
            work: vec![Complex::default(); size],
            scratch: vec![Complex::default(); fft.get_inplace_scratch_len()],
            power: vec![0.0; size / 2 + 1],
            common: vec![0.0; size / 2 + 1],
            fft,
        }
    }

    /// Bins of a spectrum.
    pub fn bins(&self) -> usize {
        self.power.len()
    }

    /// Width of a bin, Hz.
    pub fn bin_hz(&self) -> f64 {
        self.rate as f64 / 1000.0 / self.window.len() as f64
    }

    /// Takes frames, by pair of channels, and tells each window that is whole.
    pub fn push(&mut self, pairs: &[impl AsRef<[f32]>], mut tell: impl FnMut(&Spectrum)) {
        for (kept, new) in self.pairs.iter_mut().zip(pairs) {
            kept.extend_from_slice(new.as_ref());
        }
        while self.transform() {
            tell(&Spectrum { power: &self.power, common: &self.common });
        }
        let start = self.start();
        let past = (start.saturating_sub(self.base)).min(self.kept());
        for kept in &mut self.pairs {
            kept.drain(..past as usize * 2);
        }
        self.base += past;
    }

    /// After the last frame: the windows whose middle lies in the track.
    pub fn finish(&mut self, tell: impl FnMut(&Spectrum)) {
        let padding = vec![0.0; (self.window.len() - self.window.len() / 2) * 2];
        let pairs = vec![padding; self.pairs.len()];
        self.push(&pairs, tell);
    }

    fn kept(&self) -> u64 {
        self.pairs.first().map_or(0, |kept| kept.len() as u64 / 2)
    }

    /// Where the next window starts.
    fn start(&self) -> u64 {
        self.done * self.rate / self.steps_per_s
    }

    fn transform(&mut self) -> bool {
        let (size, offset) = (self.window.len(), (self.start() - self.base) as usize);
        if self.kept() < (offset + size) as u64 {
            return false;
        }
        self.power.fill(0.0);
        for pair in 0..self.pairs.len() {
            let frames = &self.pairs[pair][offset * 2..(offset + size) * 2];
            for ((slot, frame), weight) in self.work.iter_mut().zip(frames.chunks_exact(2)).zip(&self.window)
            {
                *slot = Complex::new(frame[0] * weight, frame[1] * weight);
            }
            self.fft.process_with_scratch(&mut self.work, &mut self.scratch);
            add_power(&self.work, &mut self.power);
            if pair == 0 {
                common(&self.work, &mut self.common);
            }
        }
        self.done += 1;
        true
    }
}

/// `|L|² + |R|²` by bin.
fn add_power(z: &[Complex<f32>], power: &mut [f32]) {
    power[0] += z[0].norm_sqr();
    let mirrored = z.iter().rev();
    for ((power, a), b) in power[1..].iter_mut().zip(&z[1..]).zip(mirrored) {
        *power += 0.5 * (a.norm_sqr() + b.norm_sqr());
    }
}

/// `Re(L R*)` by bin.
fn common(z: &[Complex<f32>], common: &mut [f32]) {
    common[0] = z[0].re * z[0].im;
    let mirrored = z.iter().rev();
    for ((common, a), b) in common[1..].iter_mut().zip(&z[1..]).zip(mirrored) {
        *common = 0.5 * (a.re * b.im + a.im * b.re);
    }
}

#[cfg(test)]
mod tests {
    use super::super::signals::sine;
    use super::*;

    fn spectra(rate: u32, frames: &[f32], cut: usize) -> Vec<(Vec<f32>, Vec<f32>)> {
        let mut stft = Stft::new(f64::from(rate), 1, 100, 20);
        let mut all = Vec::new();
        for block in frames.chunks(cut * 2) {
            stft.push(&[block], |spectrum| all.push((spectrum.power.to_vec(), spectrum.common.to_vec())));
        }
        stft.finish(|spectrum| all.push((spectrum.power.to_vec(), spectrum.common.to_vec())));
        all
    }

    #[test]
    fn a_bin_is_the_same_frequency_and_a_sine_the_same_power_at_every_rate() {
        for rate in [22_050, 44_100, 48_000, 96_000, 192_000] {
            let frames: Vec<f32> = sine(rate, 1000.0, 1.0).iter().flat_map(|&s| [s, 0.0]).collect();
            let all = spectra(rate, &frames, 1000);
            assert_eq!(all.len(), 21, "{rate}: one each 50 ms, both ends told");
            let (power, common) = &all[10];
            assert!((power[100] - 0.25).abs() < 1e-4, "{rate}: {}", power[100]);
            assert!((power[99] - 0.0625).abs() < 1e-4 && power[90] < 1e-9, "Hann's three bins");
            assert!(common.iter().all(|value| value.abs() < 1e-6), "silence has nothing in common");
        }
    }

    #[test]
    fn what_two_channels_have_in_common_has_the_sign_of_their_phase() {
        for (right, expected) in [(1.0, 0.25), (-1.0, -0.25), (0.5, 0.125)] {
            let frames: Vec<f32> = sine(48_000, 1000.0, 1.0).iter().flat_map(|&s| [s, s * right]).collect();
            let (power, common) = &spectra(48_000, &frames, 777)[10];
            assert!((common[100] - expected).abs() < 1e-4, "{right}: {}", common[100]);
            assert!((power[100] - 0.25 * (1.0 + right * right)).abs() < 1e-4);
        }
    }

    #[test]
    fn windows_do_not_depend_on_how_the_frames_are_cut() {
        let frames: Vec<f32> = sine(11_025, 440.0, 1.3).iter().flat_map(|&s| [s, -0.3 * s]).collect();
        let whole = spectra(11_025, &frames, frames.len());
        for cut in [1, 17, 1024] {
            assert_eq!(spectra(11_025, &frames, cut), whole);
        }
    }
}
