//! Resonances: narrow peaks from 150 to 1200 Hz that stand there all the time. Looks at thirty seconds from the middle of a
//! track, in windows of a third of a second (Hann, overlapping by half), of which those count that are not quiet. A peak
//! of the mean spectrum is one where it also stands out in most of the windows: tones of the music come and go.
//!
//! A tone that the music holds all the time is not told from a resonance.

use std::path::Path;
use std::sync::Arc;

use realfft::num_complex::Complex32;
use realfft::{RealFftPlanner, RealToComplex};

use super::measure::MeasureError;
use crate::decode::Source;
use crate::model::audio::Spec;
use crate::model::job::CancelToken;
use crate::model::resonance::Resonance;

/// Seconds that are looked at.
const PART_S: u64 = 30;
/// Length of a window, seconds, at least; the next power of two.
const WINDOW_S: f64 = 0.3;
/// Points of the grid, 48 an octave, from 106 Hz on: half an octave below 150 Hz.
const AN_OCTAVE: usize = 48;
const FIRST_HZ: f64 = 106.07;
/// Those that are looked at, up to 1200 Hz, and those up to half an octave above.
const LOOKED_AT: std::ops::Range<usize> = AN_OCTAVE / 2..AN_OCTAVE / 2 + 3 * AN_OCTAVE;
const POINTS: usize = LOOKED_AT.end + AN_OCTAVE / 2;
/// A window is quiet below this share of the mean power.
const QUIET: f64 = 0.25;
/// dB by which a peak stands out in the mean, and in a window.
pub const LEAST_DB: f32 = 8.0;
const IN_A_WINDOW_DB: f32 = 6.0;
/// Least share of the windows.
pub const LEAST_SHARE: f32 = 0.7;
/// Between two of them, points: a sixth of an octave.
const APART: usize = AN_OCTAVE / 6;
/// Power of what is silent, of a window's line.
const SILENCE: f64 = 1e-12;

/// What stands out at each point.
#[derive(Debug, Clone)]
struct Standing {
    above_db: [f32; POINTS],
    share: [f32; POINTS],
}

/// Of tracks as one: what rings in all of them, the most prominent first, at most so many. Tracks that are silent or short
/// have no say.
///
/// # Errors
/// With the place of the track that cannot be decoded, and where `cancel` was.
pub fn resonances(
    paths: &[&Path],
    most: usize,
    cancel: &CancelToken,
) -> Result<Vec<Resonance>, (usize, MeasureError)> {
    let mut all = Vec::new();
    for (at, path) in paths.iter().enumerate() {
        all.extend(look(path, cancel).map_err(|error| (at, error))?);
    }
    Ok(found(&all, most))
}

fn look(path: &Path, cancel: &CancelToken) -> Result<Option<Standing>, MeasureError> {
    let mut source = Source::open(path)?;
    let format = source.info().format;
    let part = PART_S * u64::from(format.spec.rate);
    let before = format.frames.map_or(0, |frames| frames.saturating_sub(part) / 2);
    if before > 0 {
        source.seek(before)?;
    }
    let (mut windows, mut block, mut done) = (Windows::new(format.spec), Vec::new(), 0);
    while done < part {
        if cancel.is_cancelled() {
            return Err(MeasureError::Cancelled);
        }
        block.clear();
        match source.read(&mut block)? {
            0 => break,
            frames => done += frames as u64,
        }
        windows.push(&block);
    }
    Ok(windows.finish())
}

/// Powers at the points, window by window.
struct Windows {
    channels: usize,
    fft: Arc<dyn RealToComplex<f32>>,
    window: Box<[f32]>,
    waiting: Vec<f32>,
    input: Box<[f32]>,
    lines: Box<[Complex32]>,
    scratch: Box<[Complex32]>,
    /// Of each point the line that it lies on.
    places: [usize; POINTS],
    all: Vec<[f64; POINTS]>,
}

impl Windows {
    fn new(spec: Spec) -> Self {
        let rate = f64::from(spec.rate.max(1));
        let length = ((rate * WINDOW_S) as usize).next_power_of_two().max(256);
        let fft = RealFftPlanner::new().plan_fft_forward(length);
        let phase = |n: usize| std::f64::consts::TAU * n as f64 / length as f64;
        let line = |point: usize| {
            let line = hz(point as f64) * length as f64 / rate;
            (line.round() as usize).clamp(1, length / 2 - 1)
        };
        Self {
            channels: usize::from(spec.channels.max(1)),
            window: (0..length).map(|n| ((0.5 - 0.5 * phase(n).cos()) / length as f64) as f32).collect(),
            waiting: Vec::with_capacity(length),
            input: fft.make_input_vec().into(),
            lines: fft.make_output_vec().into(),
            scratch: fft.make_scratch_vec().into(),
            places: std::array::from_fn(line),
            all: Vec::new(),
            fft,
        }
    }

    fn push(&mut self, frames: &[f32]) {
        for frame in frames.chunks_exact(self.channels) {
            let mean = frame.iter().sum::<f32>() / self.channels as f32;
            self.waiting.push(if mean.is_finite() { mean } else { 0.0 });
            if self.waiting.len() == self.window.len() {
                self.look();
            }
        }
    }

    fn look(&mut self) {
        let sound = self.waiting.iter().zip(&self.window);
        self.input.iter_mut().zip(sound).for_each(|(slot, (sample, weight))| *slot = sample * weight);
        // Fails only where lengths differ, and these are the plan's own.
        let _ = self.fft.process_with_scratch(&mut self.input, &mut self.lines, &mut self.scratch);
        // The window spreads a tone over three lines.
        let power = |line: usize| {
            let lines = &self.lines[line - 1..=line + 1];
            lines.iter().map(|line| f64::from(line.norm_sqr())).sum::<f64>()
        };
        self.all.push(self.places.map(power));
        self.waiting.drain(..self.window.len() / 2);
    }

    fn finish(self) -> Option<Standing> {
        let power = |points: &[f64; POINTS]| points.iter().sum::<f64>();
        let mean = self.all.iter().map(power).sum::<f64>() / self.all.len().max(1) as f64;
        let loud: Vec<&[f64; POINTS]> =
            self.all.iter().filter(|points| power(points) >= mean * QUIET).collect();
        // A few windows say nothing of what lasts.
        if loud.len() < 16 || mean < SILENCE {
            return None;
        }
        let mut sum = [0.0; POINTS];
        let mut count = [0_u32; POINTS];
        for points in &loud {
            // Each window counts alike, so that one hit of a drum does not outweigh the rest.
            let scale = 1.0 / power(points);
            sum.iter_mut().zip(*points).for_each(|(sum, power)| *sum += power * scale);
            let stands = above_db(points).map(|db| u32::from(db >= IN_A_WINDOW_DB));
            count.iter_mut().zip(stands).for_each(|(count, stands)| *count += stands);
        }
        let share = count.map(|count| count as f32 / loud.len() as f32);
        Some(Standing { above_db: above_db(&sum), share })
    }
}

/// Hz of a point of the grid.
fn hz(point: f64) -> f64 {
    FIRST_HZ * (point / AN_OCTAVE as f64).exp2()
}

/// dB over the median of what lies within half an octave on either side; 0 where that is not all there.
fn above_db(powers: &[f64; POINTS]) -> [f32; POINTS] {
    let db = powers.map(|power| (10.0 * (power + 1e-30).log10()) as f32);
    let mut above = [0.0; POINTS];
    for at in LOOKED_AT {
        let mut around: [f32; AN_OCTAVE] = std::array::from_fn(|n| db[at - AN_OCTAVE / 2 + n]);
        let (_, median, _) = around.select_nth_unstable_by(AN_OCTAVE / 2, f32::total_cmp);
        above[at] = db[at] - *median;
    }
    above
}

fn found(all: &[Standing], most: usize) -> Vec<Resonance> {
    if all.is_empty() {
        return Vec::new();
    }
    let mean = |of: &dyn Fn(&Standing) -> f32| all.iter().map(of).sum::<f32>() / all.len() as f32;
    let above: Vec<f32> = (0..POINTS).map(|at| mean(&|one| one.above_db[at])).collect();
    // A window may see it on the next point.
    let near = |one: &Standing, at: usize| one.share[at - 1..=at + 1].iter().copied().fold(0.0, f32::max);
    let is_peak = |at: &usize| {
        let around = &above[at.saturating_sub(APART)..(at + APART + 1).min(POINTS)];
        above[*at] >= LEAST_DB && around.iter().all(|other| *other <= above[*at])
    };
    let mut found: Vec<Resonance> = LOOKED_AT
        .filter(is_peak)
        .map(|at| Resonance {
            hz: hz(at as f64 + offset(&above[at - 1..=at + 1])) as f32,
            above_db: above[at],
            share: mean(&|one| near(one, at)),
        })
        .filter(|one| one.share >= LEAST_SHARE)
        .collect();
    found.sort_by(|a, b| b.above_db.total_cmp(&a.above_db));
    found.truncate(most);
    found
}

/// Where the parabola through three points has its top, from the middle one, in points.
fn offset(three: &[f32]) -> f64 {
    let [before, at, after] = three else { return 0.0 };
    let bend = before - 2.0 * at + after;
    if bend < 0.0 { f64::from((0.5 * (before - after) / bend).clamp(-0.5, 0.5)) } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use std::f64::consts::TAU;

    use super::*;

    const RATE: u32 = 44_100;

    /// Half a minute of pink noise and what is added to it.
    fn standing(rate: u32, more: impl Fn(f64) -> f64) -> Option<Standing> {
        let mut state = 1_u32;
        let mut white = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            f64::from(state >> 8) / f64::from(1 << 23) - 1.0
        };
        // P. Kellet's filter.
        let mut b = [0.0; 3];
        let mut pink = || {
            let w = white();
            b[0] = 0.99765 * b[0] + w * 0.0990460;
            b[1] = 0.96300 * b[1] + w * 0.2965164;
            b[2] = 0.57000 * b[2] + w * 1.0526913;
            (b[0] + b[1] + b[2] + w * 0.1848) * 0.05
        };
        let mut windows = Windows::new(Spec { rate, channels: 2 });
        for n in 0..rate * 30 {
            let sample = (pink() + more(f64::from(n) / f64::from(rate))) as f32;
            windows.push(&[sample, sample]);
        }
        windows.finish()
    }

    fn heard(rate: u32, more: impl Fn(f64) -> f64) -> Vec<Resonance> {
        found(&standing(rate, more).into_iter().collect::<Vec<_>>(), 3)
    }

    #[test]
    fn a_tone_that_stands_in_noise_is_found_at_any_rate() {
        for (rate, hz) in [(44_100, 437.0), (48_000, 163.0), (96_000, 1_111.0), (8_000, 300.0)] {
            let found = heard(rate, |t| 0.03 * (TAU * hz * t).sin());
            assert_eq!(found.len(), 1, "{found:?}");
            assert!((f64::from(found[0].hz) / hz - 1.0).abs() < 0.01, "{found:?} for {hz}");
            assert!(found[0].above_db > LEAST_DB + 1.0 && found[0].share > 0.95, "{found:?}");
        }
    }

    #[test]
    fn noise_has_none_and_neither_have_tones_that_come_and_go() {
        assert_eq!(heard(RATE, |_| 0.0), []);
        let scale = |t: f64| 262.0 * (f64::from((t * 2.0) as u32 % 8) / 7.0).exp2();
        assert_eq!(heard(RATE, |t| 0.1 * (TAU * scale(t) * t).sin()), []);
    }

    #[test]
    fn what_rings_in_one_track_of_three_is_none_of_the_album() {
        let ringing = standing(RATE, |t| 0.03 * (TAU * 500.0 * t).sin()).unwrap();
        let plain = standing(RATE, |_| 0.0).unwrap();
        assert_eq!(found(&[ringing.clone(), ringing.clone()], 3).len(), 1);
        assert_eq!(found(&[ringing, plain.clone(), plain], 3), []);
    }

    #[test]
    fn silence_a_moment_and_no_numbers_have_none() {
        let heard = |samples: &[f32]| {
            let mut windows = Windows::new(Spec { rate: RATE, channels: 1 });
            windows.push(samples);
            windows.finish()
        };
        assert!(heard(&vec![0.0; 44_100 * 20]).is_none());
        assert!(heard(&vec![f32::NAN; 44_100 * 20]).is_none());
        assert!(heard(&[0.5; 1_000]).is_none());
    }
}
