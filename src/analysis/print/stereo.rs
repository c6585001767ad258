//! The stereo picture of the first two channels: the share of the side by band, the correlation of the whole and of its
//! worst second.

use super::stft::Spectrum;
use crate::model::features::{Absent, Value};

/// Between the bands of the width.
const EDGES_HZ: [f64; 2] = [120.0, 4000.0];
/// Below it (power of a sample, -80 dBFS) a second's correlation is that of its noise floor.
const QUIET: f64 = 1e-8;
/// Parts of the whole energy that are rounding and not sound.
const ROUNDING: f64 = 1e-10;

/// See the module's head.
pub struct Stereo {
    channels: usize,
    bands: [std::ops::Range<usize>; 3],
    /// Power and what is common, by band.
    sums: [(f64, f64); 3],
    whole: Moments,
    second: Moments,
    frames_a_second: u64,
    least: Option<f64>,
}

/// What [`Stereo`] finds.
pub struct Picture {
    pub width: Value,
    pub band_width: [Value; 3],
    pub correlation: Value,
    pub least_correlation: Value,
}

/// Sums of left and right.
#[derive(Clone, Copy, Default)]
struct Moments {
    frames: u64,
    l: f64,
    r: f64,
    ll: f64,
    rr: f64,
    lr: f64,
}

impl Moments {
    fn add(&mut self, frames: &[f32]) {
        // Lanes keep the sums in registers; f32 is exact enough for as few frames as come at a time.
        for some in frames.chunks(64) {
            let mut sums = [0.0_f32; 5];
            for frame in some.chunks_exact(2) {
                let (l, r) = (frame[0], frame[1]);
                for (sum, value) in sums.iter_mut().zip([l, r, l * l, r * r, l * r]) {
                    *sum += value;
                }
            }
            let slots = [&mut self.l, &mut self.r, &mut self.ll, &mut self.rr, &mut self.lr];
            slots.into_iter().zip(sums).for_each(|(slot, sum)| *slot += f64::from(sum));
        }
        self.frames += frames.len() as u64 / 2;
    }

    fn join(&mut self, other: Self) {
        self.frames += other.frames;
        self.l += other.l;
        self.r += other.r;
        self.ll += other.ll;
        self.rr += other.rr;
        self.lr += other.lr;
    }

    /// Pearson's coefficient; `None` where a side stands still.
    fn correlation(&self) -> Option<f64> {
        let n = self.frames as f64;
        let variance = |sum: f64, squares: f64| squares / n - (sum / n).powi(2);
        let (left, right) = (variance(self.l, self.ll), variance(self.r, self.rr));
        let common = self.lr / n - self.l * self.r / (n * n);
        let sounds = left > self.ll / n * ROUNDING && right > self.rr / n * ROUNDING;
        sounds.then(|| (common / (left * right).sqrt()).clamp(-1.0, 1.0))
    }
}

impl Stereo {
    pub fn new(rate: u32, channels: usize, bins: usize, bin_hz: f64) -> Self {
        let edge = EDGES_HZ.map(|hz| ((hz / bin_hz).round() as usize).min(bins));
        Self {
            channels,
            bands: [1..edge[0], edge[0]..edge[1], edge[1]..bins],
            sums: [(0.0, 0.0); 3],
            whole: Moments::default(),
            second: Moments::default(),
            frames_a_second: u64::from(rate),
            least: None,
        }
    }

    /// Takes frames of left and right, interleaved.
    pub fn samples(&mut self, frames: &[f32]) {
        let mut rest = frames;
        while !rest.is_empty() {
            let wanted = (self.frames_a_second - self.second.frames).min(rest.len() as u64 / 2);
            let (some, later) = rest.split_at(wanted as usize * 2);
            self.second.add(some);
            rest = later;
            if self.second.frames == self.frames_a_second {
                self.end_second();
            }
        }
    }

    fn end_second(&mut self) {
        let second = std::mem::take(&mut self.second);
        if second.ll.min(second.rr) > QUIET * second.frames as f64 {
            self.least = second.correlation().into_iter().chain(self.least).reduce(f64::min);
        }
        self.whole.join(second);
    }

    pub fn spectrum(&mut self, spectrum: &Spectrum) {
        // With more than two channels the power holds the others too: there is none of the pair alone.
        for ((power, common), band) in self.sums.iter_mut().zip(&self.bands) {
            *power += f64::from(spectrum.power[band.clone()].iter().sum::<f32>());
            *common += f64::from(spectrum.common[band.clone()].iter().sum::<f32>());
        }
    }

    pub fn finish(mut self) -> Picture {
        if self.channels < 2 {
            let width = Ok(0.0);
            let correlation = Ok(1.0);
            return Picture { width, band_width: [width; 3], correlation, least_correlation: correlation };
        }
        self.whole.join(std::mem::take(&mut self.second));
        let all: f64 = self.sums.iter().map(|(power, _)| power).sum();
        // |S|² = (|L|² + |R|² - 2 Re(L R*)) / 4, and the middle with a plus.
        let share = |&(power, common): &(f64, f64)| match power > all * ROUNDING && power > 0.0 {
            true => Ok((0.5 - common / power).clamp(0.0, 1.0) as f32),
            false => Err(Absent::Silence),
        };
        let band_width = [share(&self.sums[0]), share(&self.sums[1]), share(&self.sums[2])];
        let there: Vec<f32> = band_width.iter().filter_map(|width| width.ok()).collect();
        let correlation = self.whole.correlation();
        let value = |found: Option<f64>| found.map(|value| value as f32).ok_or(Absent::Silence);
        Picture {
            width: match there.is_empty() {
                true => Err(Absent::Silence),
                false => Ok(there.iter().sum::<f32>() / there.len() as f32),
            },
            band_width,
            correlation: value(correlation),
            least_correlation: value(self.least.or(correlation)),
        }
    }
}
