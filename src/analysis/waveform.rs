//! The overview of a track for a seek bar: [`BINS`] stretches with peak, root mean square and the shares of three bands.
//! Called by `measure`. While the length is not known stretches are merged in pairs whenever there are too many.

use super::Analyser;
use super::lanes::{Stretch, stretches};
use crate::model::audio::Spec;
use crate::model::features::{BINS, WaveBin, Waveform};

/// Stretches at most; between that and half of it at the end.
const FINE: usize = BINS * 16;
/// Frames of a stretch at first.
const FIRST_FRAMES: usize = 64;
/// Where the bands part: bass, voice and most instruments, brilliance.
const LOW_HZ: f32 = 250.0;
const HIGH_HZ: f32 = 2_500.0;

/// See the module's head.
#[derive(Debug)]
pub struct Overview {
    channels: usize,
    /// Frames of a stretch, and of the one that is on.
    length: usize,
    filled: usize,
    on: Fine,
    done: Vec<Fine>,
    /// One for two channels.
    splits: Vec<Split>,
    stretches: Vec<Stretch>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Fine {
    peak: f32,
    /// Of all channels: all of it, then low, middle, high.
    energy: f32,
    bands: [f32; 3],
    frames: u32,
}

impl Fine {
    fn with(self, other: Self) -> Self {
        Self {
            peak: self.peak.max(other.peak),
            energy: self.energy + other.energy,
            bands: std::array::from_fn(|band| self.bands[band] + other.bands[band]),
            frames: self.frames.saturating_add(other.frames),
        }
    }
}

impl Analyser for Overview {
    type Found = Waveform;

    fn new(spec: Spec) -> Self {
        let channels = usize::from(spec.channels);
        Self {
            channels,
            length: FIRST_FRAMES,
            filled: 0,
            on: Fine::default(),
            done: Vec::with_capacity(FINE),
            splits: vec![Split::new(spec.rate); channels.div_ceil(2)],
            stretches: vec![Stretch::default(); channels],
        }
    }

    fn push(&mut self, mut frames: &[f32]) {
        while frames.len() >= self.channels {
            let taken = (self.length - self.filled).min(frames.len() / self.channels);
            let (now, later) = frames.split_at(taken * self.channels);
            self.add(now, taken);
            if self.filled == self.length {
                self.end_stretch();
            }
            frames = later;
        }
    }

    fn finish(mut self) -> Waveform {
        if self.filled > 0 {
            self.done.push(self.on);
        }
        let fine = self.done.len();
        let bins = if fine == 0 { 0 } else { BINS };
        let bin = |at: usize| {
            let from = at * fine / BINS;
            let part = &self.done[from..((at + 1) * fine / BINS).max(from + 1)];
            told(part.iter().copied().fold(Fine::default(), Fine::with), self.channels)
        };
        Waveform((0..bins).map(bin).collect())
    }
}

impl Overview {
    fn add(&mut self, frames: &[f32], taken: usize) {
        stretches(frames, &mut self.stretches);
        let peak = self.stretches.iter().fold(0.0_f32, |peak, stretch| peak.max(stretch.peak));
        let energy = self.stretches.iter().map(|stretch| stretch.energy).sum::<f64>() as f32;
        let mut bands = [0.0; 3];
        for (pair, split) in self.splits.iter_mut().enumerate() {
            let (at, next) = (2 * pair, 2 * pair + 1);
            let found = match self.channels {
                2 => split.energies(frames.as_chunks().0.iter().copied()),
                count if next < count => split.energies(frames.chunks_exact(count).map(|f| [f[at], f[next]])),
                count => split.energies(frames.chunks_exact(count).map(|f| [f[at], 0.0])),
            };
            bands.iter_mut().zip(found).for_each(|(sum, energy)| *sum += energy);
        }
        self.on = self.on.with(Fine { peak, energy, bands, frames: taken as u32 });
        self.filled += taken;
    }

    fn end_stretch(&mut self) {
        self.done.push(std::mem::take(&mut self.on));
        self.filled = 0;
        if self.done.len() == FINE {
            for at in 0..FINE / 2 {
                self.done[at] = self.done[2 * at].with(self.done[2 * at + 1]);
            }
            self.done.truncate(FINE / 2);
            self.length *= 2;
        }
    }
}

fn told(sum: Fine, channels: usize) -> WaveBin {
    let mean = sum.energy / (sum.frames.max(1) as f32 * channels as f32);
    let all: f32 = sum.bands.iter().sum();
    let share = |energy: f32| if all > 0.0 { (energy / all * 255.0).round() as u8 } else { 0 };
    WaveBin {
        peak: WaveBin::byte_of(sum.peak),
        rms: WaveBin::byte_of(mean.sqrt()),
        low: share(sum.bands[0]),
        mid: share(sum.bands[1]),
        high: share(sum.bands[2]),
    }
}

/// Splits two channels into three bands, by filters of one pole: a colour needs no more.
#[derive(Debug, Clone)]
struct Split {
    /// How far a sample pulls each of the two filters.
    pulls: [f32; 2],
    states: [[f32; 2]; 2],
}

impl Split {
    fn new(rate: u32) -> Self {
        let pull = |hz: f32| 1.0 - (-std::f32::consts::TAU * hz / rate as f32).exp();
        Self { pulls: [pull(LOW_HZ), pull(HIGH_HZ)], states: [[0.0; 2]; 2] }
    }

    fn energies(&mut self, frames: impl Iterator<Item = [f32; 2]>) -> [f32; 3] {
        let [mut low, mut high] = self.states;
        let mut sums = [[0.0_f32; 2]; 3];
        for frame in frames {
            for lane in 0..2 {
                let x = frame[lane];
                low[lane] += self.pulls[0] * (x - low[lane]);
                high[lane] += self.pulls[1] * (x - high[lane]);
                let (middle, brilliance) = (high[lane] - low[lane], x - high[lane]);
                sums[0][lane] += low[lane] * low[lane];
                sums[1][lane] += middle * middle;
                sums[2][lane] += brilliance * brilliance;
            }
        }
        // What is no number, or next to nothing, is not carried on: the one would stay, the other be slow.
        self.states = [low, high].map(|lanes| {
            lanes.map(|state| if state.is_finite() && state.abs() > 1e-20 { state } else { 0.0 })
        });
        sums.map(|[a, b]| a + b)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE: u32 = 44_100;

    fn found(frames: usize, cut: usize, sample: impl Fn(usize) -> f32) -> Waveform {
        let mut overview = Overview::new(Spec { rate: RATE, channels: 2 });
        let samples: Vec<f32> = (0..frames).flat_map(|n| [sample(n), -sample(n)]).collect();
        samples.chunks(2 * cut).for_each(|block| overview.push(block));
        overview.finish()
    }

    fn sine(hz: f32, n: usize) -> f32 {
        (std::f32::consts::TAU * hz * (n % RATE as usize) as f32 / RATE as f32).sin()
    }

    #[test]
    fn a_sound_stands_where_it_is_whatever_the_length() {
        for frames in [BINS * 64, 200_000, 3_000_000] {
            // The second quarter sounds.
            let part = frames / 4..frames / 2;
            let wave =
                found(frames, 1_000, |n| if part.contains(&n) { 0.5 * sine(11_025.0, n) } else { 0.0 });
            assert_eq!(wave.0.len(), BINS);
            for (at, bin) in wave.0.iter().enumerate() {
                let inside = (BINS / 4 + 1..BINS / 2 - 1).contains(&at);
                let outside = !(BINS / 4 - 1..=BINS / 2).contains(&at);
                // 0.5 is -6.02 dB, and its root mean square 3.01 dB less.
                assert!(!inside || (bin.peak_db() + 6.02).abs() < 0.3, "{frames} {at}: {bin:?}");
                assert!(!inside || (bin.rms_db() + 9.03).abs() < 0.5, "{frames} {at}: {bin:?}");
                assert!(!outside || (bin.peak, bin.rms) == (0, 0), "{frames} {at}: {bin:?}");
            }
        }
    }

    #[test]
    fn bass_voice_and_brilliance_are_told_apart_also_out_of_phase() {
        let colour = |hz: f32| found(80_000, 512, |n| sine(hz, n)).0[BINS / 2];
        assert!(colour(60.0).low > 200);
        assert!(colour(800.0).mid > 150);
        assert!(colour(9_000.0).high > 150);
    }

    #[test]
    fn how_it_is_cut_changes_nothing_that_is_seen() {
        let whole = found(100_000, 100_000, |n| sine(431.0, n));
        assert_eq!(found(100_000, 8_192, |n| sine(431.0, n)), whole);
        assert_eq!(found(100_000, 77, |n| sine(431.0, n)), whole);
    }

    #[test]
    fn the_shortest_sound_has_a_waveform_and_none_has_none() {
        assert_eq!(
            found(1, 1, |_| 1.0).0,
            vec![WaveBin { peak: 255, rms: 255, ..found(1, 1, |_| 1.0).0[0] }; BINS]
        );
        assert!(found(0, 1, |_| 1.0).0.is_empty());
        assert!(found(1_000, 10, |_| f32::NAN).0.iter().all(|bin| bin.peak == 0));
    }
}
