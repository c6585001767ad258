//! Onset strength at 100 a second by SuperFlux (Böck and Widmer, DAFx 2013): how much each quarter-tone band rises above
//! what it and its neighbours had before, so that vibrato is no onset. Powers are compressed by their fourth root, which
//! unlike a logarithm leaves the envelope's shape alone when the volume changes.

use std::ops::Range;

/// Values a second.
pub const PER_S: u32 = 100;
/// Length of the windows.
pub const WINDOW_MS: u32 = 40;
/// Between the centres of the bands: quarter tones, or bins where those are wider.
const BANDS_PER_OCTAVE: f64 = 24.0;
const RANGE_HZ: (f64, f64) = (30.0, 16_000.0);
/// Windows between which the rise is measured: half a window's weight.
const LAG: usize = 2;
/// Parts of the spectrum whose rises are told apart, and where one ends and the next begins, Hz: bass and bass drum, voices
/// and chords, what hisses. A pattern of one is not hidden by another's (Scheirer, JASA 1998).
pub const PARTS: usize = 3;
const PARTS_END_HZ: [f64; PARTS - 1] = [250.0, 1600.0];

/// See the module's head.
pub struct Onsets {
    /// First bin of each band, and the end of the last.
    edges: Vec<usize>,
    /// Bands of each part.
    parts: [Range<usize>; PARTS],
    /// The most that each compressed band and its neighbours had in the last windows, in a ring.
    past: [Vec<f32>; LAG],
    next: usize,
    now: Vec<f32>,
}

/// One value of the envelope.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Strength {
    /// Sum of the rises, by part.
    pub rises: [f32; PARTS],
    /// Sum of the bands, on the same scale.
    pub level: f32,
}

impl Onsets {
    pub fn new(bins: usize, bin_hz: f64) -> Self {
        let mut edges = vec![(RANGE_HZ.0 / bin_hz).ceil() as usize];
        let mut hz = RANGE_HZ.0;
        while hz < RANGE_HZ.1 {
            hz *= 2f64.powf(1.0 / BANDS_PER_OCTAVE);
            let edge = ((hz / bin_hz).round() as usize).min(bins);
            if edges.last().is_some_and(|&last| edge > last) {
                edges.push(edge);
            }
        }
        let bands = vec![0.0; edges.len() - 1];
        let below = |hz: f64| edges[1..].partition_point(|&edge| edge as f64 * bin_hz <= hz);
        let [first, second] = PARTS_END_HZ.map(below);
        let parts = [0..first, first..second, second..bands.len()];
        Self { edges, parts, past: std::array::from_fn(|_| bands.clone()), next: 0, now: bands }
    }

    pub fn push(&mut self, power: &[f32]) -> Strength {
        let edges = self.edges.iter().zip(&self.edges[1..]);
        for (slot, (&low, &high)) in self.now.iter_mut().zip(edges) {
            let band: f32 = power[low..high].iter().sum();
            *slot = band.sqrt().sqrt();
        }
        let past = &mut self.past[self.next];
        let rises = self.parts.clone().map(|part| {
            let bands = self.now[part.clone()].iter().zip(&past[part]);
            bands.map(|(now, before)| (now - before).max(0.0)).sum()
        });
        widen(&self.now, past);
        self.next = (self.next + 1) % LAG;
        Strength { rises, level: self.now.iter().sum() }
    }
}

/// The most of each value and its neighbours.
fn widen(values: &[f32], wide: &mut [f32]) {
    wide.copy_from_slice(values);
    for (wide, &before) in wide.iter_mut().skip(1).zip(values) {
        *wide = wide.max(before);
    }
    for (wide, &after) in wide.iter_mut().zip(values.iter().skip(1)) {
        *wide = wide.max(after);
    }
}

/// Half widths of the windows of peak picking, in values: a peak is the highest within 30 ms, and rises above the mean of
/// 150 ms (Böck et al., ISMIR 2012).
const HIGHEST: usize = 3;
const MEAN: usize = 15;
/// Least time between two onsets, values.
const APART: usize = 5;
/// How much of the mean level a rise must be above the mean around it.
const ABOVE: f32 = 0.035;

/// How many onsets an envelope holds, of which the bands' mean level is given.
pub fn count(rises: &[f32], level: f32) -> u32 {
    let mut found = 0;
    let mut last: Option<usize> = None;
    let sums = running(rises);
    for (at, &rise) in rises.iter().enumerate() {
        let around = &rises[at.saturating_sub(HIGHEST)..(at + HIGHEST + 1).min(rises.len())];
        let (from, to) = (at.saturating_sub(MEAN), (at + MEAN + 1).min(rises.len()));
        let mean = (sums[to] - sums[from]) / (to - from) as f64;
        let is_peak =
            around.iter().all(|&other| other <= rise) && f64::from(rise) > mean + f64::from(ABOVE * level);
        if is_peak && last.is_none_or(|last| at - last >= APART) {
            last = Some(at);
            found += 1;
        }
    }
    found
}

/// Sums up to each place.
pub fn running(values: &[f32]) -> Vec<f64> {
    let mut sum = 0.0;
    std::iter::once(0.0)
        .chain(values.iter().map(|&value| {
            sum += f64::from(value);
            sum
        }))
        .collect()
}
