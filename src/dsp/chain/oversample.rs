//! Fourfold oversampling of one channel by a Kaiser-windowed sinc that leaves the samples themselves as they are: what is
//! between them, and back from what was made of all. Frames pass in a window: each has `TAPS - 1` before it.

use std::f64::consts::PI;

/// Points for each sample.
pub const TIMES: usize = 4;
/// Shape of the window: 60 dB.
const BETA: f64 = 5.65;
/// Frames worked on side by side.
pub const STRETCH: usize = 16;

/// Coefficients of the points at 1/4, 2/4 and 3/4 between two samples. Up and down again is later by `TAPS - 1`.
#[derive(Debug)]
pub struct Oversampler<const TAPS: usize> {
    up: [[f32; TAPS]; TIMES - 1],
    down: [[f32; TAPS]; TIMES - 1],
}

impl<const TAPS: usize> Oversampler<TAPS> {
    /// Where in the window the sample stands that a point follows, going up; and that it is one of, going down.
    const UP: usize = TAPS / 2 - 1;
    const DOWN: usize = TAPS / 2;

    pub fn new() -> Self {
        let up = std::array::from_fn(|phase| coefficients((phase + 1) as f64 / TIMES as f64));
        let down = up.map(|mut taps: [f32; TAPS]| {
            taps.reverse();
            taps.map(|tap| tap / TIMES as f32)
        });
        Self { up, down }
    }

    /// No point is larger than the largest sample of its window so many times.
    pub fn most(&self) -> f32 {
        let sum = |taps: &[f32; TAPS]| taps.iter().map(|tap| tap.abs()).sum::<f32>();
        self.up.iter().map(sum).fold(1.0, f32::max) * 1.001
    }

    /// Writes the points of one phase. `window` is longer than `points` by `TAPS - 1`.
    pub fn up(&self, phase: usize, window: &[f32], points: &mut [f32]) {
        match phase.checked_sub(1) {
            None => points.copy_from_slice(&window[Self::UP..Self::UP + points.len()]),
            Some(phase) => convolve(&self.up[phase], window, points, |point, sum| *point = sum),
        }
    }

    /// Adds to the samples what one phase's points have part in them.
    pub fn down(&self, phase: usize, window: &[f32], samples: &mut [f32]) {
        match phase.checked_sub(1) {
            None => {
                let points = &window[Self::DOWN..Self::DOWN + samples.len()];
                samples.iter_mut().zip(points).for_each(|(sample, point)| *sample += point / TIMES as f32);
            }
            Some(phase) => convolve(&self.down[phase], window, samples, |sample, sum| *sample += sum),
        }
    }
}

/// Each output is summed in the same order, however many are made together.
#[inline(always)]
fn convolve<const TAPS: usize>(
    taps: &[f32; TAPS],
    window: &[f32],
    out: &mut [f32],
    put: impl Fn(&mut f32, f32),
) {
    let (stretches, rest) = out.as_chunks_mut::<STRETCH>();
    let done = stretches.len() * STRETCH;
    for (stretch, window) in
        stretches.iter_mut().zip(window.chunks(STRETCH).enumerate().map(|(n, _)| &window[n * STRETCH..]))
    {
        let sums = sums::<TAPS, STRETCH>(taps, window);
        stretch.iter_mut().zip(sums).for_each(|(out, sum)| put(out, sum));
    }
    for (out, window) in rest.iter_mut().zip(window[done..].windows(TAPS)) {
        let [sum] = sums::<TAPS, 1>(taps, window);
        put(out, sum);
    }
}

#[inline(always)]
fn sums<const TAPS: usize, const WIDE: usize>(taps: &[f32; TAPS], window: &[f32]) -> [f32; WIDE] {
    let mut sums = [0.0_f32; WIDE];
    let window = &window[..TAPS + WIDE - 1];
    for (tap, samples) in taps.iter().zip(window.windows(WIDE)) {
        for (sum, sample) in sums.iter_mut().zip(samples) {
            *sum += tap * sample;
        }
    }
    sums
}

/// For the point at `way` (0 to 1) between the two middle samples, of unity gain at 0 Hz.
fn coefficients<const TAPS: usize>(way: f64) -> [f32; TAPS] {
    let half = (TAPS / 2) as f64;
    let mut taps = [0.0; TAPS];
    for (tap, value) in taps.iter_mut().enumerate() {
        let time = tap as f64 - (half - 1.0) - way;
        let edge = time / half;
        *value = (PI * time).sin() / (PI * time) * bessel(BETA * (1.0 - edge * edge).max(0.0).sqrt());
    }
    let sum: f64 = taps.iter().sum();
    taps.map(|tap| (tap / sum) as f32)
}

/// Modified Bessel function of the first kind and order zero, by its power series.
fn bessel(x: f64) -> f64 {
    let mut term = 1.0;
    let mut sum = 1.0;
    for k in 1..40 {
        let factor = x / (2.0 * f64::from(k));
        term *= factor * factor;
        sum += term;
    }
    sum
}

/// The frames of one channel that a window still needs, and those that come.
#[derive(Debug, Clone)]
pub struct History<const TAPS: usize> {
    values: Box<[f32]>,
}

impl<const TAPS: usize> History<TAPS> {
    pub fn new(most_frames: usize) -> Self {
        Self { values: vec![0.0; TAPS - 1 + most_frames].into() }
    }

    pub fn reset(&mut self) {
        self.values.fill(0.0);
    }

    /// Room for so many new frames.
    pub fn new_frames(&mut self, frames: usize) -> &mut [f32] {
        &mut self.values[TAPS - 1..TAPS - 1 + frames]
    }

    /// The window of so many frames from one on.
    pub fn window(&self, from: usize, frames: usize) -> &[f32] {
        &self.values[from..from + frames + TAPS - 1]
    }

    /// So many frames were worked on.
    pub fn pass(&mut self, frames: usize) {
        self.values.copy_within(frames..frames + TAPS - 1, 0);
    }
}
