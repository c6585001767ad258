//! Tempo and beats from the rises of three parts of the spectrum: the tempo at which they recur best over one to four beats
//! and that people would readily tap (Ellis 2007; Parncutt 1994), then beats tracked at it.

use super::beats::{self, Beat};
use super::onset::{PARTS, PER_S, running};
use super::recurrence::Recurrence;

/// Slowest and fastest tempo, BPM.
pub const RANGE_BPM: (f64, f64) = (40.0, 220.0);
/// Tempos that are tried in an octave: 1.2 % apart.
const PER_OCTAVE: f64 = 60.0;
/// Where people tap most readily, and the spread of that, octaves (Ellis 2007; van Noorden and Moelants 1999).
const PREFERRED_BPM: f64 = 120.0;
const PREFERENCE_OCTAVES: f64 = 0.9;
/// How far the preference goes where nothing recurs clearly.
const DOUBT: f64 = 0.3;
/// What recurs after two, three and four beats recurs so much of it after one at least.
const FIRST: f64 = 0.3;
/// Beats that stand out less from the middles between them are every second one.
const PLAIN: f64 = 0.02;
/// Rises of such a part of the level are those of a steady tone, and fewer than one other in two seconds make no pulse.
const STILL: f32 = 1e-2;
const FEW: usize = 2 * PER_S as usize;
/// Less time tells no tempo.
pub const LEAST: usize = 5 * PER_S as usize;

/// What the envelope of a section tells.
pub struct Pulse {
    pub bpm: f64,
    /// 0 to 1: how periodic the rises are at this tempo, and how far ahead of the next best other tempo.
    pub confidence: f64,
    /// How much one beat is as the others, 0 to 1: the root of the autocorrelation at one to four beats.
    pub strength: f64,
    /// Beats, rising.
    pub beats: Vec<Beat>,
}

/// Finds tempo and beats; `None` where nothing moves or recurs. `sums` are the rises of all parts, `level` the mean of the
/// bands that rise.
pub fn pulse(rises: &[[f32; PARTS]], sums: &[f32], level: f32) -> Option<Pulse> {
    let envelope = sharpened(sums, level)?;
    let recurrence = Recurrence::of(rises)?;
    let (bpm, ahead) = choose(&recurrence)?;
    let mut lag = lag_of(bpm);
    let mut beats = beats::track(&envelope, lag);
    while beats::contrast(&envelope, &beats) < PLAIN && lag / 2.0 >= lag_of(RANGE_BPM.1) {
        lag /= 2.0;
        beats = beats::track(&envelope, lag);
    }
    let interval = beats::interval(&beats)?;
    let clarity = recurrence.clarity(interval);
    let confidence = (clarity * ahead * 2.0).min(clarity.sqrt()).clamp(0.0, 1.0);
    Some(Pulse { bpm: lag_of(interval), confidence, strength: clarity.sqrt(), beats })
}

/// Values between beats at a tempo, and the tempo of such an interval.
fn lag_of(bpm: f64) -> f64 {
    60.0 * f64::from(PER_S) / bpm
}

/// The best tempo, and how far it is ahead of the next best, 1/2 to 1.
fn choose(recurrence: &Recurrence) -> Option<(f64, f64)> {
    let tempos = (RANGE_BPM.1 / RANGE_BPM.0).log2() * PER_OCTAVE;
    let tried: Vec<(f64, f64)> = (0..=tempos as u32)
        .map(|step| RANGE_BPM.0 * (f64::from(step) / PER_OCTAVE).exp2())
        .map(|bpm| (bpm, score(recurrence, bpm)))
        .collect();
    let best = tried.iter().copied().max_by(|a, b| a.1.total_cmp(&b.1)).filter(|best| best.1 > 0.0)?;
    let peaks = tried.windows(3).filter(|three| three[1].1 > three[0].1.max(three[2].1));
    let others = peaks.map(|three| three[1]).filter(|other| (other.0 / best.0 - 1.0).abs() > 0.04);
    let other = others.map(|other| other.1).fold(0.0, f64::max);
    Some((best.0, 1.0 - other / best.1 * 0.5))
}

fn score(recurrence: &Recurrence, bpm: f64) -> f64 {
    let clarity = recurrence.clarity(lag_of(bpm));
    if recurrence.near(lag_of(bpm)) < clarity * FIRST { 0.0 } else { (DOUBT + clarity) * preference(bpm) }
}

/// How readily people tap so fast, 1 at the best.
fn preference(bpm: f64) -> f64 {
    (-0.5 * ((bpm / PREFERRED_BPM).log2() / PREFERENCE_OCTAVES).powi(2)).exp()
}

/// The envelope without its slow part, smoothed, with a spread of one. `None` of a flat one.
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
    let mut smooth = smoothed(&sharp);
    let squares: f64 = smooth.iter().map(|&value| f64::from(value * value)).sum();
    let spread = (squares / smooth.len() as f64).sqrt() as f32;
    if spread <= f32::MIN_POSITIVE {
        return None;
    }
    smooth.iter_mut().for_each(|value| *value /= spread);
    Some(smooth)
}

/// Smoothed over 20 ms against jitter.
pub fn smoothed(values: &[f32]) -> Vec<f32> {
    let at = |place: usize| values.get(place).copied().unwrap_or(0.0);
    let smooth = |n: usize| {
        let near = at(n.wrapping_sub(1)) + at(n + 1);
        let far = at(n.wrapping_sub(2)) + at(n + 2);
        0.4 * at(n) + 0.24 * near + 0.06 * far
    };
    (0..values.len()).map(smooth).collect()
}
