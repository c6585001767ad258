//! Fourfold oversampling of one channel in two doublings, each by a Kaiser-windowed sinc that leaves the points that are
//! there as they are: up to the points between the samples, and back from what was made of all of them.
//!
//! Pure functions of windows: each stream has a [`History`] of the frames before those that come.

use std::f64::consts::PI;

use fearless_simd::Simd;

use crate::dsp::kaiser::kaiser;
use crate::dsp::wide::fir;

/// Points for each sample.
pub const TIMES: usize = 4;
/// Shape of the window: 60 dB.
const BETA: f64 = 5.65;
/// Frames before the first that the second doubling needs, up and down each.
pub const REACH: usize = 4;
/// Most frames that are worked on together.
const MOST: usize = super::frames::MOST_FRAMES;

/// Points at 0, 1/4, 2/4, 3/4 after each sample.
pub type Points<'a> = [&'a mut [f32]; TIMES];

/// The two doublings. The first is of `TAPS` and flat to about `0.5 - 1.8 / TAPS` of the rate; the second has an octave of
/// room, so a few do.
#[derive(Debug)]
pub struct Oversampler<const TAPS: usize> {
    /// From one end of the window to the other.
    first: [f32; TAPS],
    /// From the middle outward.
    second: [f32; 4],
}

impl<const TAPS: usize> Oversampler<TAPS> {
    /// Frames by which what went up and down again is later.
    pub const DELAY: usize = TAPS - 1 + REACH;
    /// Frames before the first that [`Self::up`] needs, and [`Self::down`].
    pub const BEFORE_UP: usize = TAPS - 1 + REACH;
    pub const BEFORE_DOWN: usize = TAPS - 1;

    pub fn new() -> Self {
        let second: [f32; 8] = middle();
        Self { first: middle(), second: [second[4], second[5], second[6], second[7]] }
    }

    /// No point is larger than the largest sample of its window so many times.
    pub fn most(&self) -> f32 {
        let first: f32 = self.first.iter().map(|tap| tap.abs()).sum();
        let second: f32 = self.second.iter().map(|tap| 2.0 * tap.abs()).sum();
        first.max(1.0) * second.max(1.0) * 1.001
    }

    /// Makes the points. `samples` begins [`Self::BEFORE_UP`] frames before them.
    #[inline(always)]
    pub fn up<S: Simd>(&self, simd: S, samples: &[f32], points: Points<'_>) {
        let frames = points[0].len();
        let mut halves = [0.0; MOST + REACH];
        let halves = &mut halves[..frames + REACH];
        fir(simd, &self.first, samples, halves);
        // The sample that the half at the same place follows.
        let samples = &samples[TAPS / 2 - 1..];
        let [whole, first, half, third] = points;
        whole.copy_from_slice(&samples[2..2 + frames]);
        half.copy_from_slice(&halves[2..2 + frames]);
        between(&self.second, [samples, halves], [2, 2, 3, 1, 1, 3, 4, 0], first);
        between(&self.second, [samples, halves], [3, 2, 2, 3, 4, 1, 1, 4], third);
    }

    /// From four points a sample to two. The points begin [`REACH`] frames before `whole` and `half`.
    #[inline(always)]
    pub fn halve(&self, points: [&[f32]; TIMES], whole: &mut [f32], half: &mut [f32]) {
        between(&self.second, [points[1], points[3]], [2, 1, 1, 2, 3, 0, 0, 3], whole);
        between(&self.second, [points[1], points[3]], [2, 2, 3, 1, 1, 3, 4, 0], half);
        let mean = |(sum, point): (&mut f32, &f32)| *sum = 0.5 * (*sum + point);
        whole.iter_mut().zip(&points[0][2..]).for_each(mean);
        half.iter_mut().zip(&points[2][2..]).for_each(mean);
    }

    /// From two to one. The points begin [`Self::BEFORE_DOWN`] frames before the samples.
    #[inline(always)]
    pub fn down<S: Simd>(&self, simd: S, whole: &[f32], half: &[f32], samples: &mut [f32]) {
        fir(simd, &self.first, half, samples);
        let whole = &whole[TAPS / 2..];
        samples.iter_mut().zip(whole).for_each(|(sum, point)| *sum = 0.5 * (*sum + point));
    }
}

/// Points between those of two streams. `at`: where in them the nearest stand for the first point, two and two outward: of
/// the one, of the other.
#[inline(always)]
fn between(taps: &[f32; 4], [one, other]: [&[f32]; 2], at: [usize; 8], out: &mut [f32]) {
    let frames = out.len();
    let one = |n: usize| &one[at[2 * n]..at[2 * n] + frames];
    let other = |n: usize| &other[at[2 * n + 1]..at[2 * n + 1] + frames];
    let ([a, b, c, d], [e, f, g, h]) =
        ([one(0), one(1), one(2), one(3)], [other(0), other(1), other(2), other(3)]);
    for (n, out) in out.iter_mut().enumerate() {
        *out = taps[0] * (a[n] + e[n])
            + taps[1] * (b[n] + f[n])
            + taps[2] * (c[n] + g[n])
            + taps[3] * (d[n] + h[n]);
    }
}

/// For the point in the middle between two, of unity gain at 0 Hz.
fn middle<const TAPS: usize>() -> [f32; TAPS] {
    let half = (TAPS / 2) as f64;
    let mut taps = [0.0; TAPS];
    for (tap, value) in taps.iter_mut().enumerate() {
        let time = tap as f64 - half + 0.5;
        *value = (PI * time).sin() / (PI * time) * kaiser(BETA, time / half);
    }
    let sum: f64 = taps.iter().sum();
    taps.map(|tap| (tap / sum) as f32)
}

/// A stream's frames that are still needed, and those that come.
#[derive(Debug, Clone)]
pub struct History {
    values: Box<[f32]>,
    before: usize,
}

impl History {
    /// Of so many frames before those that come.
    pub fn new(before: usize) -> Self {
        Self { values: vec![0.0; before + MOST].into(), before }
    }

    pub fn reset(&mut self) {
        self.values.fill(0.0);
    }

    /// Room for new frames, so many from one on.
    pub fn new_frames(&mut self, from: usize, frames: usize) -> &mut [f32] {
        &mut self.values[self.before + from..self.before + from + frames]
    }

    /// So many new frames from one on, and those before them.
    pub fn window(&self, from: usize, frames: usize) -> &[f32] {
        &self.values[from..from + frames + self.before]
    }

    /// So many frames were worked on.
    pub fn pass(&mut self, frames: usize) {
        self.values.copy_within(frames..frames + self.before, 0);
    }
}
