//! How steadily one pitch is held: YIN (de Cheveigné and Kawahara 2002) twenty times a second over 50 ms, on all
//! channels together.

use std::collections::VecDeque;
use std::sync::Arc;

use rustfft::num_complex::Complex;
use rustfft::{Fft, FftPlanner};

/// Pitches looked for, Hz.
const RANGE_HZ: (f64, f64) = (60.0, 1500.0);
/// Length of what is compared, seconds.
const WINDOW_S: f64 = 0.05;
pub const PER_S: u32 = 20;
/// A window has a pitch where the normalised difference is lower (the paper has 0.1 to 0.15; music is not a voice alone).
const VOICED: f32 = 0.2;
/// A pitch is compared to the median of so many windows: 0.45 s.
const NEAR: usize = 9;
/// A median deviation of so many cents is half steady.
const HALF_STEADY_CENTS: f64 = 50.0;
/// Deviations are counted by cents.
const CENTS: usize = 1200;

/// See the module's head.
pub struct Pitch {
    rate: f64,
    window: usize,
    longest: usize,
    shortest: usize,
    fft: Arc<dyn Fft<f32>>,
    inverse: Arc<dyn Fft<f32>>,
    spectrum: Vec<Complex<f32>>,
    scratch: Vec<Complex<f32>>,
    sums: Vec<f32>,
    squares: Vec<f32>,
    difference: Vec<f32>,
    /// Pitches of the last windows, cents.
    recent: VecDeque<Option<f64>>,
    deviations: Box<[u32; CENTS]>,
    windows: u32,
    voiced: u32,
    pairs: Vec<Vec<f32>>,
    done: u64,
    base: u64,
}

/// What [`Pitch`] finds.
pub struct Held {
    pub stability: f32,
    /// Share of the windows that have a pitch.
    pub voiced: f32,
}

impl Pitch {
    pub fn new(rate: f64, pairs: usize) -> Self {
        let window = (rate * WINDOW_S).round() as usize;
        let longest = (rate / RANGE_HZ.0).ceil() as usize + 1;
        let size = fast(window + longest);
        let mut planner = FftPlanner::new();
        let (fft, inverse) = (planner.plan_fft_forward(size), planner.plan_fft_inverse(size));
        let scratch = fft.get_inplace_scratch_len().max(inverse.get_inplace_scratch_len());
        Self {
            rate,
            window,
            longest,
            shortest: (rate / RANGE_HZ.1).floor().max(2.0) as usize,
            fft,
            inverse,
            spectrum: vec![Complex::default(); size],
            scratch: vec![Complex::default(); scratch],
            sums: vec![0.0; size],
            squares: vec![0.0; window + 1],
            difference: vec![0.0; longest + 1],
            recent: VecDeque::with_capacity(NEAR + 1),
            deviations: Box::new([0; CENTS]),
            windows: 0,
            voiced: 0,
            pairs: vec![Vec::new(); pairs],
            done: 0,
            base: 0,
        }
    }

    /// Takes frames by pair of channels.
    pub fn push(&mut self, pairs: &[impl AsRef<[f32]>]) {
        for (kept, new) in self.pairs.iter_mut().zip(pairs) {
            kept.extend_from_slice(new.as_ref());
        }
        loop {
            let start = (self.done as f64 * self.rate / f64::from(PER_S)) as u64;
            let kept = self.pairs.first().map_or(0, |kept| kept.len() as u64 / 2);
            if self.base + kept < start + self.window as u64 {
                let past = start.saturating_sub(self.base).min(kept);
                self.pairs.iter_mut().for_each(|kept| drop(kept.drain(..past as usize * 2)));
                self.base += past;
                return;
            }
            self.done += 1;
            if let Some(pitch) = self.measure((start - self.base) as usize) {
                self.keep(pitch);
            }
        }
    }

    /// The pitch of the window, cents over 1 Hz; the outer `None` is silence.
    fn measure(&mut self, offset: usize) -> Option<Option<f64>> {
        self.sums.fill(0.0);
        self.squares.fill(0.0);
        for pair in 0..self.pairs.len() {
            let frames = &self.pairs[pair][offset * 2..(offset + self.window) * 2];
            self.spectrum.fill(Complex::default());
            let mut energy = 0.0;
            for (n, frame) in frames.chunks_exact(2).enumerate() {
                self.spectrum[n] = Complex::new(frame[0], frame[1]);
                energy += frame[0] * frame[0] + frame[1] * frame[1];
                self.squares[n + 1] += energy;
            }
            self.fft.process_with_scratch(&mut self.spectrum, &mut self.scratch);
            self.sums.iter_mut().zip(&self.spectrum).for_each(|(sum, value)| *sum += value.norm_sqr());
        }
        // A rounding's worth of energy is none.
        if self.squares[self.window] <= self.window as f32 * 1e-10 {
            return None;
        }
        self.spectrum.iter_mut().zip(&self.sums).for_each(|(slot, sum)| *slot = Complex::new(*sum, 0.0));
        self.inverse.process_with_scratch(&mut self.spectrum, &mut self.scratch);
        Some(self.lag().map(|lag| 1200.0 * (self.rate / lag).log2()))
    }

    /// The cumulative mean normalised difference's first dip below the threshold.
    fn lag(&mut self) -> Option<f64> {
        let size = self.spectrum.len() as f32;
        let (window, whole) = (self.window, self.squares[self.window]);
        let mut running = 0.0;
        let longest = self.longest.min(window - 1);
        self.difference[0] = 1.0;
        for lag in 1..=longest {
            let head = self.squares[window - lag];
            let tail = whole - self.squares[lag];
            let common = self.spectrum[lag].re / size;
            // As if every lag compared as many frames.
            let difference = ((head + tail - 2.0 * common) / (window - lag) as f32).max(0.0);
            running += difference;
            self.difference[lag] = if running > 0.0 { difference * lag as f32 / running } else { 1.0 };
        }
        let at = |lag: usize| self.difference[lag];
        let mut lag = (self.shortest..longest).find(|&lag| at(lag) < VOICED)?;
        while lag + 1 < longest && at(lag + 1) < at(lag) {
            lag += 1;
        }
        let (before, here, after) =
            (f64::from(at(lag - 1)), f64::from(at(lag)), f64::from(at((lag + 1).min(longest))));
        let bend = before - 2.0 * here + after;
        let top = if bend > 0.0 { (0.5 * (before - after) / bend).clamp(-1.0, 1.0) } else { 0.0 };
        Some(lag as f64 + top)
    }

    fn keep(&mut self, pitch: Option<f64>) {
        self.windows += 1;
        self.voiced += u32::from(pitch.is_some());
        self.recent.push_back(pitch);
        if self.recent.len() > NEAR {
            self.recent.pop_front();
        }
        let Some(Some(here)) = self.recent.get(NEAR / 2).filter(|_| self.recent.len() == NEAR) else {
            return;
        };
        let mut near: Vec<f64> = self.recent.iter().flatten().copied().collect();
        near.sort_by(f64::total_cmp);
        let away = (here - near[near.len() / 2]).abs();
        self.deviations[(away.round() as usize).min(CENTS - 1)] += 1;
    }

    /// `None` where there was no window with sound.
    pub fn finish(self) -> Option<Held> {
        if self.windows == 0 {
            return None;
        }
        let voiced = self.voiced as f32 / self.windows as f32;
        let count: u32 = self.deviations.iter().sum();
        let mut left = count.div_ceil(2);
        let median = self.deviations.iter().position(|&here| {
            left = left.saturating_sub(here);
            left == 0
        });
        let steady = match median.filter(|_| count > 0) {
            Some(cents) => 1.0 / (1.0 + cents as f64 / HALF_STEADY_CENTS),
            None => 0.0,
        };
        Some(Held { stability: steady as f32 * voiced, voiced })
    }
}

/// The next length that a transform is quick with.
fn fast(least: usize) -> usize {
    let smooth = |mut n: usize| {
        for factor in [2, 3, 5] {
            while n.is_multiple_of(factor) {
                n /= factor;
            }
        }
        n == 1
    };
    (least..).find(|&n| smooth(n)).unwrap_or(least)
}
