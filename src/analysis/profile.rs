//! The spectrum of a track's loud parts by the third octave, of the middle and of the side: what matching compares.
//!
//! Hann windows that overlap by half; the power of each line goes to the third octaves that it lies in, in parts where it
//! lies in two. Parts of three seconds count that are as loud as the mean of all or louder, so that quiet passages, which
//! have another tone, do not.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use realfft::num_complex::Complex32;
use realfft::{RealFftPlanner, RealToComplex};

use super::Analyser;
use super::loudness::Meter;
use super::measure::MeasureError;
use crate::decode::Source;
use crate::model::audio::Spec;
use crate::model::chain::{THIRDS, third_hz};
use crate::model::features::{Absent, Loudness, Value};
use crate::model::job::CancelToken;
use crate::model::reference::Profile;

/// Length of a window in seconds, as near as a power of two comes: lines of 5 Hz, where a third octave at 20 Hz is 4.6.
const WINDOW_S: f64 = 0.17;
/// Length of a part, seconds.
const PART_S: f64 = 3.0;
/// Parts below this count as silence: mean square.
const SILENCE: f64 = 1e-9;
/// Parts are put together by their loudness, in steps of half a decibel from -100 on: memory does not grow with length.
const STEPS: usize = 240;
const STEPS_A_DB: f64 = 2.0;
const LEAST_DB: f64 = -100.0;

/// Power of a part by the third octave.
#[derive(Debug, Clone, Copy)]
struct Part {
    mid: [f32; THIRDS],
    side: [f32; THIRDS],
}

impl Part {
    const NONE: Self = Self { mid: [0.0; THIRDS], side: [0.0; THIRDS] };

    fn power(&self) -> f64 {
        self.mid.iter().chain(&self.side).map(|power| f64::from(*power)).sum()
    }

    fn add(&mut self, other: &Self, weight: f32) {
        let both = self.mid.iter_mut().chain(&mut self.side).zip(other.mid.iter().chain(&other.side));
        both.for_each(|(sum, power)| *sum += power * weight);
    }
}

/// See the module's head.
pub struct Profiler {
    channels: usize,
    fft: Arc<dyn RealToComplex<f32>>,
    window: Box<[f32]>,
    /// The middle and the side, as far as the next window is filled.
    waiting: [Vec<f32>; 2],
    input: Box<[f32]>,
    lines: Box<[Complex32]>,
    scratch: Box<[Complex32]>,
    /// Of each third octave: its first line and what share of that line and of those behind it lies in it.
    shares: Vec<(usize, Vec<f32>)>,
    windows_a_part: u32,
    part: Part,
    windows: u32,
    /// Sums and counts of parts, by loudness.
    steps: Box<[(Part, u32)]>,
    is_finite: bool,
}

impl Profiler {
    fn of(spec: Spec) -> Self {
        let rate = f64::from(spec.rate.max(1));
        let length = ((rate * WINDOW_S).max(64.0) as usize).next_power_of_two();
        let fft = RealFftPlanner::new().plan_fft_forward(length);
        let phase = |n: usize| std::f64::consts::TAU * n as f64 / length as f64;
        // So that a line's square is mean square: Hann's mean square is 3/8, and each line stands for two.
        let scale = (2.0 / (0.375 * (length as f64).powi(2))).sqrt();
        Self {
            channels: usize::from(spec.channels.max(1)),
            window: (0..length).map(|n| ((0.5 - 0.5 * phase(n).cos()) * scale) as f32).collect(),
            waiting: [Vec::with_capacity(length), Vec::with_capacity(length)],
            input: fft.make_input_vec().into(),
            lines: fft.make_output_vec().into(),
            scratch: fft.make_scratch_vec().into(),
            shares: (0..THIRDS).map(|third| shares(third, rate / length as f64, length / 2)).collect(),
            windows_a_part: ((rate * PART_S) as usize / (length / 2)).max(1) as u32,
            part: Part::NONE,
            windows: 0,
            steps: vec![(Part::NONE, 0); STEPS].into(),
            is_finite: true,
            fft,
        }
    }

    fn look(&mut self) {
        for which in [0, 1] {
            let sound = self.waiting[which].iter().zip(&self.window);
            self.input.iter_mut().zip(sound).for_each(|(slot, (sample, weight))| *slot = sample * weight);
            // Fails only where lengths differ, and these are the plan's own.
            let _ = self.fft.process_with_scratch(&mut self.input, &mut self.lines, &mut self.scratch);
            let sums = if which == 0 { &mut self.part.mid } else { &mut self.part.side };
            for (sum, (first, shares)) in sums.iter_mut().zip(&self.shares) {
                let lines = self.lines[*first..].iter().zip(shares);
                *sum += lines.map(|(line, share)| line.norm_sqr() * share).sum::<f32>();
            }
            let half = self.window.len() / 2;
            self.waiting[which].drain(..half);
        }
        self.windows += 1;
        if self.windows == self.windows_a_part {
            self.end_part();
        }
    }

    fn end_part(&mut self) {
        let mut part = Part::NONE;
        part.add(&self.part, 1.0 / self.windows.max(1) as f32);
        let step = ((10.0 * part.power().log10() - LEAST_DB) * STEPS_A_DB).max(0.0) as usize;
        let (sum, count) = &mut self.steps[step.min(STEPS - 1)];
        sum.add(&part, 1.0);
        *count += 1;
        (self.part, self.windows) = (Part::NONE, 0);
    }
}

/// Which lines, `hz` apart, lie in a third octave, and how much of each.
fn shares(third: usize, hz: f64, last: usize) -> (usize, Vec<f32>) {
    let centre = f64::from(third_hz(third));
    let edge = 10f64.powf(0.05);
    let (low, high) = (centre / edge / hz, centre * edge / hz);
    let first = ((low + 0.5) as usize).min(last);
    let share = |line: usize| {
        let (from, to) = (line as f64 - 0.5, line as f64 + 0.5);
        (to.min(high) - from.max(low)).max(0.0) as f32
    };
    (first, (first..=last).take_while(|line| *line as f64 - 0.5 < high).map(share).collect())
}

impl Analyser for Profiler {
    type Found = Value<Profile>;

    fn new(spec: Spec) -> Self {
        Self::of(spec)
    }

    fn push(&mut self, frames: &[f32]) {
        for frame in frames.chunks_exact(self.channels) {
            let (left, right) = (frame[0], frame.get(1).copied().unwrap_or(frame[0]));
            self.is_finite &= left.is_finite() && right.is_finite();
            self.waiting[0].push((left + right) * 0.5);
            self.waiting[1].push((left - right) * 0.5);
            if self.waiting[0].len() == self.window.len() {
                self.look();
            }
        }
    }

    fn finish(mut self) -> Self::Found {
        if self.windows > 0 {
            self.end_part();
        }
        let count: u32 = self.steps.iter().map(|(_, count)| count).sum();
        let mean = self.steps.iter().map(|(sum, _)| sum.power()).sum::<f64>() / f64::from(count.max(1));
        match (self.is_finite, count) {
            (false, _) => return Err(Absent::NotFinite),
            (_, 0) => return Err(Absent::TooShort),
            _ if mean < SILENCE => return Err(Absent::Silence),
            _ => {}
        }
        let (mut loud, mut all) = (Part::NONE, 0);
        // A hair below the mean is the mean: of parts that are all alike, all count.
        let is_loud = |(sum, count): &&(Part, u32)| sum.power() >= 0.999 * mean * f64::from(*count);
        for (sum, count) in self.steps.iter().filter(|(_, count)| *count > 0).filter(is_loud) {
            loud.add(sum, 1.0);
            all += count;
        }
        let db = |power: f32| (10.0 * (power / all.max(1) as f32).log10()).max(Profile::LEAST_DB);
        Ok(Profile { mid_db: loud.mid.map(db), side_db: loud.side.map(db) })
    }
}

/// A file's, or of a part of one ([`crate::model::part`]), with its loudness. `on_sound` is told after each block how much
/// sound was in it.
///
/// # Errors
/// Where it cannot be decoded to its end, and where `cancel` was.
pub fn look(
    path: &Path,
    cancel: &CancelToken,
    on_sound: &dyn Fn(Duration),
) -> Result<(Value<Profile>, Loudness), MeasureError> {
    let mut source = Source::open(path)?;
    let spec = source.info().format.spec;
    let (mut profiler, mut meter) = (Profiler::new(spec), Meter::new(spec));
    let mut block = Vec::new();
    loop {
        if cancel.is_cancelled() {
            return Err(MeasureError::Cancelled);
        }
        block.clear();
        match source.read(&mut block)? {
            0 => return Ok((profiler.finish(), meter.finish())),
            frames => {
                profiler.push(&block);
                meter.push(&block);
                on_sound(spec.duration(frames as u64));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::f64::consts::TAU;

    use super::*;

    const SPEC: Spec = Spec { rate: 48_000, channels: 2 };

    fn profile(frame: impl Fn(f64) -> [f32; 2], seconds: usize) -> Profile {
        let mut profiler = Profiler::new(SPEC);
        let samples: Vec<f32> = (0..48_000 * seconds).flat_map(|n| frame(n as f64 / 48_000.0)).collect();
        samples.chunks(7_000).for_each(|block| profiler.push(block));
        profiler.finish().unwrap()
    }

    /// A sine of amplitude a has the mean square a^2 / 2.
    #[test]
    fn a_tone_stands_in_its_third_octave_in_the_middle_or_the_side() {
        let tone = |t: f64, hz: f64, a: f64| (a * (TAU * hz * t).sin()) as f32;
        let found = profile(
            |t| {
                let (mid, side) = (tone(t, 1_000.0, 0.5), tone(t, 3_981.1, 0.05));
                [mid + side, mid - side]
            },
            5,
        );
        assert!((found.mid_db[17] - 10.0 * 0.125_f32.log10()).abs() < 0.05, "{}", found.mid_db[17]);
        assert!((found.side_db[23] - 10.0 * 0.00125_f32.log10()).abs() < 0.05, "{}", found.side_db[23]);
        assert!(found.mid_db[23] < -90.0 && found.side_db[17] < -90.0 && found.mid_db[25] < -90.0);
    }

    /// White noise has the same power in each Hz: 23.1 % of its centre wide, a third octave has 3.01 dB more than the one
    /// an octave below.
    #[test]
    fn white_noise_rises_by_three_decibels_an_octave() {
        let mut state = 1_u32;
        let mut samples = Vec::new();
        for _ in 0..48_000 * 30 {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let sample = (state >> 8) as f32 / (1 << 24) as f32 - 0.5;
            samples.extend([sample, sample]);
        }
        let mut profiler = Profiler::new(SPEC);
        profiler.push(&samples);
        let found = profiler.finish().unwrap();
        // Mean square 1/12 over 24 kHz.
        for third in 5..THIRDS {
            let hz = third_hz(third) * 0.230_8;
            let expected = 10.0 * (hz / 24_000.0 / 12.0).log10();
            let error = (found.mid_db[third] - expected).abs();
            assert!(
                error < if third < 12 { 0.9 } else { 0.25 },
                "{third}: {} {expected}",
                found.mid_db[third]
            );
        }
    }

    /// If they did, their tone would stand at -32 dB.
    #[test]
    fn quiet_parts_do_not_count() {
        let tone = |t: f64, hz: f64, a: f64| (a * (TAU * hz * t).sin()) as f32;
        let found =
            profile(|t| if t < 6.0 { [tone(t, 1_000.0, 0.5); 2] } else { [tone(t, 100.0, 0.05); 2] }, 12);
        assert!(found.mid_db[17] > -10.0 && found.mid_db[7] < -50.0, "{:?}", found.mid_db);
    }

    #[test]
    fn silence_and_almost_nothing_have_no_profile() {
        let mut silent = Profiler::new(SPEC);
        silent.push(&vec![0.0; 96_000 * 4]);
        assert_eq!(silent.finish(), Err(Absent::Silence));
        let mut short = Profiler::new(SPEC);
        short.push(&[0.5; 100]);
        assert_eq!(short.finish(), Err(Absent::TooShort));
    }
}
