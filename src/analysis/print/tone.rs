//! The colour of the sound, from windows of 100 ms: shares of the bands, centroid, roll-off, flatness.

use super::stft::Spectrum;
use crate::model::features::{Absent, Value};

/// What a number is about: what is heard. White noise of every rate above 40 kHz has the same numbers.
const HEARD_HZ: (f64, f64) = (20.0, 20_000.0);
/// Edges of the seven bands.
const BANDS_HZ: [f64; 8] = [20.0, 60.0, 250.0, 500.0, 2000.0, 4000.0, 8000.0, 20_000.0];
/// Share of the spectrum below the roll-off.
const ROLLOFF: f32 = 0.85;
/// Flatness is measured in quarter octaves between these (MPEG-7 audio spectrum flatness, ISO/IEC 15938-4 §6.7).
const FLATNESS_HZ: (f64, f64) = (250.0, 8000.0);
const FLATNESS_BANDS: usize = 20;
/// Windows whose mean spectrum is one texture. The logarithm of a single periodogram of noise is too low by Euler's
/// constant; of a mean over so many by 1/80.
const TEXTURE_WINDOWS: u32 = 40;
/// Parts of the whole energy that are rounding and not sound.
const ROUNDING: f64 = 1e-10;

/// See the module's head.
pub struct Tone {
    bin_hz: f64,
    /// Bins of [`HEARD_HZ`].
    heard: std::ops::Range<usize>,
    /// Sum of the spectra.
    sum: Vec<f64>,
    texture: Vec<f32>,
    in_texture: u32,
    flatness: Mean,
    centroid: Mean,
    rolloff: Mean,
    magnitudes: Vec<f32>,
    edges: [usize; FLATNESS_BANDS + 1],
}

/// What [`Tone`] finds.
pub struct Colour {
    pub bands: [f32; 7],
    pub bass_to_mid_db: Value,
    pub centroid_hz: f32,
    pub rolloff_hz: f32,
    pub flatness: f32,
}

impl Tone {
    pub fn new(bins: usize, bin_hz: f64) -> Self {
        let bin = |hz: f64| ((hz / bin_hz).round() as usize).min(bins);
        let octaves = (FLATNESS_HZ.1 / FLATNESS_HZ.0).log2() / FLATNESS_BANDS as f64;
        Self {
            bin_hz,
            heard: bin(HEARD_HZ.0)..bin(HEARD_HZ.1),
            sum: vec![0.0; bins],
            texture: vec![0.0; bins],
            in_texture: 0,
            flatness: Mean::default(),
            centroid: Mean::default(),
            rolloff: Mean::default(),
            magnitudes: vec![0.0; bins],
            edges: std::array::from_fn(|band| bin(FLATNESS_HZ.0 * 2f64.powf(octaves * band as f64))),
        }
    }

    pub fn push(&mut self, spectrum: &Spectrum) {
        for ((sum, texture), power) in self.sum.iter_mut().zip(&mut self.texture).zip(spectrum.power) {
            *sum += f64::from(*power);
            *texture += power;
        }
        self.in_texture += 1;
        if self.in_texture == TEXTURE_WINDOWS {
            self.end_texture();
        }
        self.brightness(spectrum.power);
    }

    /// Centroid and roll-off of the magnitudes, weighed by the window's energy.
    fn brightness(&mut self, power: &[f32]) {
        let power = &power[self.heard.clone()];
        let energy: f32 = lanes(power.iter().copied());
        let magnitudes = &mut self.magnitudes[..power.len()];
        magnitudes.iter_mut().zip(power).for_each(|(slot, power)| *slot = power.sqrt());
        let sum = lanes(magnitudes.iter().copied());
        if sum <= 0.0 {
            return;
        }
        let first = self.heard.start as f32;
        let moment = lanes(magnitudes.iter().enumerate().map(|(n, value)| (first + n as f32) * value));
        self.centroid.add(f64::from(moment / sum), f64::from(energy));
        // From above, for less lies there.
        let (mut above, mut bin) = (sum * (1.0 - ROLLOFF), magnitudes.len());
        while bin > 0 && above > magnitudes[bin - 1] {
            bin -= 1;
            above -= magnitudes[bin];
        }
        let part = bin.checked_sub(1).map_or(0.0, |bin| above / magnitudes[bin].max(f32::MIN_POSITIVE));
        let at = f64::from(first) + bin as f64 - f64::from(part.min(1.0)) - 0.5;
        self.rolloff.add(at, f64::from(energy));
    }

    fn end_texture(&mut self) {
        for (low, high) in self.edges.windows(2).map(|edges| (edges[0], edges[1])) {
            let band = &self.texture[low..high];
            let energy: f64 = band.iter().map(|&power| f64::from(power)).sum();
            if energy > 0.0 && !band.is_empty() {
                // Bands count alike where the sound falls by 3 dB an octave, as music does more or less.
                self.flatness.add(flatness(band, energy), energy.sqrt());
            }
        }
        self.texture.fill(0.0);
        self.in_texture = 0;
    }

    /// # Errors
    /// [`Absent::Silence`] where nothing lies in what is heard.
    pub fn finish(mut self) -> Value<Colour> {
        if self.in_texture >= TEXTURE_WINDOWS / 2 || self.flatness.weight <= 0.0 {
            self.end_texture();
        }
        let bands: [f64; 7] = std::array::from_fn(|band| self.energy(BANDS_HZ[band], BANDS_HZ[band + 1]));
        let total: f64 = bands.iter().sum();
        let all: f64 = self.sum.iter().sum();
        if total <= all * ROUNDING {
            return Err(Absent::Silence);
        }
        let (bass, mid) = (self.energy(HEARD_HZ.0, 200.0), self.energy(200.0, 2000.0));
        let sounds = |energy: f64| energy > all * ROUNDING;
        Ok(Colour {
            bands: bands.map(|band| (band / total) as f32),
            bass_to_mid_db: match sounds(bass) && sounds(mid) {
                true => Ok((10.0 * (bass / mid).log10()) as f32),
                false => Err(Absent::Silence),
            },
            centroid_hz: (self.centroid.get() * self.bin_hz) as f32,
            rolloff_hz: (self.rolloff.get() * self.bin_hz) as f32,
            flatness: self.flatness.get() as f32,
        })
    }

    /// Energy between two frequencies; a bin reaches half its width to both sides.
    fn energy(&self, low_hz: f64, high_hz: f64) -> f64 {
        let (low, high) = (low_hz / self.bin_hz, high_hz / self.bin_hz);
        let bins = self.sum.iter().enumerate();
        let bins = bins.skip(low as usize).take((high - low) as usize + 3);
        let inside = |bin: f64| ((bin + 0.5).min(high) - (bin - 0.5).max(low)).clamp(0.0, 1.0);
        bins.map(|(bin, energy)| energy * inside(bin as f64)).sum()
    }
}

/// Geometric over arithmetic mean.
fn flatness(band: &[f32], energy: f64) -> f64 {
    let logs: f64 = band.iter().map(|&power| f64::from(power.max(f32::MIN_POSITIVE).ln())).sum();
    (logs / band.len() as f64).exp() / (energy / band.len() as f64)
}

/// Sum in eight lanes, which a compiler can keep in registers side by side.
fn lanes(values: impl ExactSizeIterator<Item = f32>) -> f32 {
    let mut sums = [0.0_f32; 8];
    for (n, value) in values.enumerate() {
        sums[n % 8] += value;
    }
    sums.iter().sum()
}

/// A weighted mean.
#[derive(Default)]
pub struct Mean {
    sum: f64,
    weight: f64,
}

impl Mean {
    pub fn add(&mut self, value: f64, weight: f64) {
        self.sum += value * weight;
        self.weight += weight;
    }

    /// NaN where nothing was added.
    pub fn get(&self) -> f64 {
        self.sum / self.weight
    }
}
