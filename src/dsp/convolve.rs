//! Convolution with a long impulse response, without delay: the first part directly, the rest in parts of equal length by
//! FFT, overlap-save (W. G. Gardner, "Efficient Convolution without Input-Output Delay", JAES 43/3, 1995; here with parts
//! of one size). The work of the FFTs is done where a part of the input is full.

use std::sync::Arc;

use fearless_simd::prelude::*;
use fearless_simd::{Level, Simd, dispatch, f32x16};
use realfft::num_complex::Complex32;
use realfft::{ComplexToReal, RealFftPlanner, RealToComplex};

use super::wide::{LANES, fir, load};

/// Frames of a part, where nothing else is said.
pub const PART: usize = 256;

/// The transforms of parts, with room to work in. Allocates once.
///
/// A packed spectrum has the real parts of all lines but the last, then the imaginary ones, of which the first, which is
/// nothing, gives its place to the last line: as many numbers as two parts have frames, and whole vectors of them.
struct Transforms {
    /// Frames of a part.
    part: usize,
    forward: Arc<dyn RealToComplex<f32>>,
    inverse: Arc<dyn ComplexToReal<f32>>,
    time: Box<[f32]>,
    lines: Box<[Complex32]>,
    scratch: Box<[Complex32]>,
}

impl Transforms {
    fn new(part: usize) -> Self {
        let mut planner = RealFftPlanner::new();
        let (forward, inverse) = (planner.plan_fft_forward(2 * part), planner.plan_fft_inverse(2 * part));
        let scratch = forward.get_scratch_len().max(inverse.get_scratch_len());
        Self {
            part,
            forward,
            inverse,
            time: vec![0.0; 2 * part].into(),
            lines: vec![Complex32::ZERO; part + 1].into(),
            scratch: vec![Complex32::ZERO; scratch].into(),
        }
    }

    /// Of `time`, which is not kept.
    fn spectrum(&mut self, packed: &mut [f32]) {
        // Fails only where lengths differ, and these are the plan's own.
        let _ = self.forward.process_with_scratch(&mut self.time, &mut self.lines, &mut self.scratch);
        let (real, imaginary) = packed.split_at_mut(self.part);
        for ((line, real), imaginary) in self.lines.iter().zip(real).zip(&mut *imaginary) {
            (*real, *imaginary) = (line.re, line.im);
        }
        imaginary[0] = self.lines[self.part].re;
    }

    /// Of a spectrum, into `time`.
    fn wave(&mut self, packed: &[f32]) {
        let (real, imaginary) = packed.split_at(self.part);
        for ((line, real), imaginary) in self.lines.iter_mut().zip(real).zip(imaginary) {
            *line = Complex32::new(*real, *imaginary);
        }
        self.lines[0].im = 0.0;
        self.lines[self.part] = Complex32::new(imaginary[0], 0.0);
        let _ = self.inverse.process_with_scratch(&mut self.lines, &mut self.time, &mut self.scratch);
    }
}

/// An impulse response, cut into parts.
pub struct Response {
    /// The first part, last tap first.
    head: Box<[f32]>,
    /// Spectra of the parts behind it.
    parts: Box<[f32]>,
    transforms: Transforms,
}

impl Response {
    /// One that changes nothing, with room for so many taps, in parts of [`PART`].
    pub fn through(most_taps: usize) -> Self {
        Self::in_parts_of(PART, most_taps)
    }

    /// As [`Self::through`], in parts of so many frames, a power of two.
    fn in_parts_of(part: usize, most_taps: usize) -> Self {
        let parts = most_taps.saturating_sub(part).div_ceil(part);
        let mut head: Box<[f32]> = vec![0.0; part].into();
        head[part - 1] = 1.0;
        Self { head, parts: vec![0.0; parts * 2 * part].into(), transforms: Transforms::new(part) }
    }

    pub fn of(part: usize, taps: &[f32]) -> Self {
        let mut response = Self::in_parts_of(part, taps.len());
        response.set(taps);
        response
    }

    /// Becomes this one, as far as there is room. Does not allocate.
    pub fn set(&mut self, taps: &[f32]) {
        let part = self.head.len();
        self.head.fill(0.0);
        self.head.iter_mut().rev().zip(taps).for_each(|(slot, tap)| *slot = *tap);
        let mut rest = taps.get(part..).unwrap_or(&[]).chunks(part);
        for packed in self.parts.chunks_exact_mut(2 * part) {
            let taps = rest.next().unwrap_or(&[]);
            self.transforms.time.fill(0.0);
            // The inverse transform is not scaled.
            let scaled = taps.iter().map(|tap| tap / (2 * part) as f32);
            self.transforms.time.iter_mut().zip(scaled).for_each(|(slot, tap)| *slot = tap);
            self.transforms.spectrum(packed);
        }
    }

    /// Becomes what lies between itself and another of the same length, 0 to 1.
    pub fn approach(&mut self, other: &Self, way: f32) {
        self.head.iter_mut().zip(&other.head).for_each(|(tap, goal)| *tap += (goal - *tap) * way);
        self.parts.iter_mut().zip(&other.parts).for_each(|(line, goal)| *line += (goal - *line) * way);
    }

    fn parts(&self) -> usize {
        self.parts.len() / (2 * self.head.len())
    }
}

/// One channel of sound, as a convolution sees it.
pub struct Convolver {
    transforms: Transforms,
    /// The part before, and the one that is being filled: `at` frames of it are there.
    window: Box<[f32]>,
    at: usize,
    /// Spectra of the windows before, in a ring; the newest at `newest`.
    spectra: Box<[f32]>,
    newest: usize,
    sums: Box<[f32]>,
}

/// What the parts behind the first add to the part of the input that is being filled.
pub struct Echo(Box<[f32]>);

impl Default for Echo {
    fn default() -> Self {
        Self::of(PART)
    }
}

impl Echo {
    /// Of parts of so many frames.
    pub fn of(part: usize) -> Self {
        Self(vec![0.0; part].into())
    }

    /// Becomes what lies between itself and another, 0 to 1.
    pub fn approach(&mut self, other: &Self, way: f32) {
        self.0.iter_mut().zip(&other.0).for_each(|(frame, goal)| *frame += (goal - *frame) * way);
    }

    pub fn reset(&mut self) {
        self.0.fill(0.0);
    }
}

impl Convolver {
    /// For responses of at most so many taps, in parts of [`PART`].
    pub fn new(most_taps: usize) -> Self {
        Self::in_parts_of(PART, most_taps)
    }

    /// As [`Self::new`], in parts of so many frames, a power of two.
    pub fn in_parts_of(part: usize, most_taps: usize) -> Self {
        let parts = most_taps.saturating_sub(part).div_ceil(part).max(1);
        Self {
            transforms: Transforms::new(part),
            window: vec![0.0; 2 * part].into(),
            at: 0,
            spectra: vec![0.0; parts * 2 * part].into(),
            newest: 0,
            sums: vec![0.0; 2 * part].into(),
        }
    }

    fn part(&self) -> usize {
        self.transforms.part
    }

    /// Frames that can be taken before a part is full.
    pub fn room(&self) -> usize {
        self.part() - self.at
    }

    /// Takes frames, at most as many as there is room for.
    pub fn push(&mut self, frames: &[f32]) {
        let from = self.part() + self.at;
        self.window[from..from + frames.len()].copy_from_slice(frames);
        self.at += frames.len();
    }

    /// What a response makes of the frames that were pushed last, of which `out` has as many.
    pub fn hear(&self, response: &Response, echo: &Echo, out: &mut [f32]) {
        dispatch!(Level::new(), simd => self.hear_here(simd, response, echo, out));
    }

    #[inline(always)]
    fn hear_here<S: Simd>(&self, simd: S, response: &Response, echo: &Echo, out: &mut [f32]) {
        fir(simd, &response.head, &self.window[self.at - out.len() + 1..], out);
        self.add_echo(echo, out);
    }

    /// What the parts behind the first add to the frames that were pushed last, of which `out` has as many.
    #[inline(always)]
    pub fn add_echo(&self, echo: &Echo, out: &mut [f32]) {
        let from = self.at - out.len();
        out.iter_mut().zip(&echo.0[from..]).for_each(|(out, echo)| *out += echo);
    }

    /// Whether the part is full: then all [`Echo`]es are to be made anew by [`Self::echo`], after [`Self::turn`].
    pub fn is_full(&self) -> bool {
        self.room() == 0
    }

    pub fn turn(&mut self) {
        let size = self.window.len();
        self.newest = (self.newest + 1) % (self.spectra.len() / size);
        self.transforms.time.copy_from_slice(&self.window);
        let newest = self.newest * size;
        self.transforms.spectrum(&mut self.spectra[newest..newest + size]);
        self.window.copy_within(size / 2.., 0);
        self.at = 0;
    }

    pub fn echo(&mut self, response: &Response, echo: &mut Echo) {
        if response.parts() > 0 {
            dispatch!(Level::new(), simd => self.products(simd, response));
            self.transforms.wave(&self.sums);
            echo.0.copy_from_slice(&self.transforms.time[self.transforms.part..]);
        }
    }

    /// Where the spectrum of so many parts before stands.
    #[inline(always)]
    fn heard(&self, back: usize) -> std::ops::Range<usize> {
        let size = self.window.len();
        let newest = self.newest * size + self.spectra.len() * usize::from(back > self.newest);
        newest - back * size..newest - back * size + size
    }

    /// The sum over the parts of what was heard then times the response, line by line.
    #[inline(always)]
    fn products<S: Simd>(&mut self, simd: S, response: &Response) {
        let (part, size) = (self.part(), self.window.len());
        let parts = (self.spectra.len() / size).min(response.parts());
        for from in (0..part).step_by(LANES) {
            let (mut real, mut imaginary) = (f32x16::splat(simd, 0.0), f32x16::splat(simd, 0.0));
            for back in 0..parts {
                let heard = &self.spectra[self.heard(back)];
                let taps = &response.parts[back * size..][..size];
                let (a, b) = (load(simd, &heard[from..]), load(simd, &heard[part + from..]));
                let (c, d) = (load(simd, &taps[from..]), load(simd, &taps[part + from..]));
                real += a * c - b * d;
                imaginary += a * d + b * c;
            }
            self.sums[from..from + LANES].copy_from_slice(&*real);
            self.sums[part + from..part + from + LANES].copy_from_slice(&*imaginary);
        }
        // The first line and the last have no imaginary part.
        for at in [0, part] {
            let product = |back: usize| self.spectra[self.heard(back)][at] * response.parts[back * size + at];
            self.sums[at] = (0..parts).map(product).sum();
        }
    }

    pub fn reset(&mut self) {
        self.window.fill(0.0);
        self.spectra.fill(0.0);
        self.at = 0;
    }
}

impl std::fmt::Debug for Response {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Response of {} parts", 1 + self.parts())
    }
}

impl std::fmt::Debug for Convolver {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Convolver at {}", self.at)
    }
}

impl std::fmt::Debug for Echo {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Echo")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noise(count: usize, mut state: u32) -> Vec<f32> {
        let mut next = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) as f32 / (1 << 23) as f32 - 1.0
        };
        (0..count).map(|_| next()).collect()
    }

    fn convolved(samples: &[f32], response: &Response, taps: usize, block: usize) -> Vec<f32> {
        let (mut convolver, mut echo) = (Convolver::new(taps), Echo::default());
        let mut out = vec![0.0; samples.len()];
        let mut at = 0;
        while at < samples.len() {
            let frames = block.min(convolver.room()).min(samples.len() - at);
            convolver.push(&samples[at..at + frames]);
            convolver.hear(response, &echo, &mut out[at..at + frames]);
            if convolver.is_full() {
                convolver.turn();
                convolver.echo(response, &mut echo);
            }
            at += frames;
        }
        out
    }

    /// Against the sum that defines a convolution, in `f64`.
    #[test]
    fn it_is_the_sum_of_products_for_any_length_and_any_blocks() {
        let samples = noise(3_000, 1);
        for taps in [1, 7, PART, PART + 1, 1_000, 2_048] {
            let response: Vec<f32> = noise(taps, 2).iter().map(|tap| tap / (taps as f32).sqrt()).collect();
            let found = convolved(&samples, &Response::of(PART, &response), taps, 4_096);
            for n in (0..samples.len()).step_by(37) {
                let sum: f64 =
                    (0..=n.min(taps - 1)).map(|k| f64::from(response[k]) * f64::from(samples[n - k])).sum();
                assert!((f64::from(found[n]) - sum).abs() < 2e-6, "{taps} {n}: {} {sum}", found[n]);
            }
            for block in [1, 17, 512] {
                assert_eq!(
                    convolved(&samples, &Response::of(PART, &response), taps, block),
                    found,
                    "{block}"
                );
            }
        }
    }

    #[test]
    fn one_that_changes_nothing_leaves_every_bit() {
        let samples = noise(2_000, 3);
        assert_eq!(convolved(&samples, &Response::through(4_096), 4_096, 100), samples);
    }

    #[test]
    fn half_the_way_between_two_is_half_of_each() {
        let samples = noise(2_000, 4);
        let (a, b) = (noise(700, 5), noise(700, 6));
        let mut between = Response::of(PART, &a);
        between.approach(&Response::of(PART, &b), 0.5);
        let half: Vec<f32> = a.iter().zip(&b).map(|(a, b)| (a + b) / 2.0).collect();
        let (found, expected) = (
            convolved(&samples, &between, 700, 512),
            convolved(&samples, &Response::of(PART, &half), 700, 512),
        );
        found.iter().zip(&expected).for_each(|(a, b)| assert!((a - b).abs() < 2e-5, "{a} {b}"));
    }
}
