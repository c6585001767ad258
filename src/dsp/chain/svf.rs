//! A filter of second order that stays stable and without clicks while its numbers move: the state variable filter by
//! trapezoidal integration (Zavalishin, "The Art of VA Filter Design", 2012; mixing of the outputs by Simper, "Solving the
//! continuous SVF equations", 2013). Its answer is that of R. Bristow-Johnson's biquads, prewarped, and at rest it is worked
//! out as one (transposed direct form II), which takes fewer steps: what it remembers is taken over.

use std::f64::consts::{FRAC_1_SQRT_2, PI};

use super::line::Line;
use crate::model::chain::Shape;

/// State below which nothing is heard: flushed, before it becomes so small that sums of it are slow.
const NOTHING: f64 = 1e-30;

/// What a filter does.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Kind {
    Band(Shape),
    HighPass,
    LowPass,
    /// Unity at its centre; the quality is centre over width between the -3 dB points.
    BandPass,
}

/// A filter as numbers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Filter {
    pub kind: Kind,
    pub hz: f64,
    pub q: f64,
    /// dB of a band; of the others the share of what they take away or leave, 0 to 1. At 0 nothing changes but by a low-pass
    /// and a band-pass.
    pub amount: f64,
}

impl Filter {
    /// Second order Butterworth: nothing at 0 Hz.
    pub fn high_pass(hz: f64) -> Self {
        Self { kind: Kind::HighPass, hz, q: FRAC_1_SQRT_2, amount: if hz > 0.0 { 1.0 } else { 0.0 } }
    }

    fn is_neutral(&self) -> bool {
        self.amount == 0.0
    }

    /// On the way from one to another, 0 to 1. From nothing and to nothing only the amount moves; one kind becomes another
    /// through nothing.
    pub fn between(from: &Self, to: &Self, way: f64) -> Self {
        let amount = from.amount + (to.amount - from.amount) * way;
        if from.is_neutral() {
            Self { amount, ..*to }
        } else if to.is_neutral() {
            Self { amount, ..*from }
        } else if from.kind != to.kind {
            let left = 1.0 - 2.0 * way;
            if left > 0.0 {
                Self { amount: from.amount * left, ..*from }
            } else {
                Self { amount: to.amount * -left, ..*to }
            }
        } else {
            let ratio = |from: f64, to: f64| from * (to / from).powf(way);
            Self { kind: to.kind, hz: ratio(from.hz, to.hz), q: ratio(from.q, to.q), amount }
        }
    }

    /// Integrator gain and damping, and what of input, band and low output is mixed.
    fn numbers(&self, rate: f64) -> [f64; 5] {
        let g = (PI * self.hz.clamp(1.0, rate * HIGHEST) / rate).tan();
        let k = 1.0 / self.q;
        let a = 10f64.powf(self.amount / 40.0);
        match self.kind {
            Kind::Band(Shape::Peak) => [g, k / a, 1.0, k / a * (a * a - 1.0), 0.0],
            Kind::Band(Shape::LowShelf) => [g / a.sqrt(), k, 1.0, k * (a - 1.0), a * a - 1.0],
            Kind::Band(Shape::HighShelf) => [g * a.sqrt(), k, a * a, k * (1.0 - a) * a, 1.0 - a * a],
            Kind::HighPass => [g, k, 1.0, -k * self.amount, -self.amount],
            Kind::LowPass => [g, k, 0.0, 0.0, 1.0],
            Kind::BandPass => [g, k, 0.0, k, 0.0],
        }
    }
}

/// The highest frequency of a filter, as a share of the rate.
pub const HIGHEST: f64 = 0.45;

/// Two channels side by side, for the vector unit.
pub type Pair = [f64; 2];

/// A filter at work, on any count of channels.
#[derive(Debug)]
pub struct Svf {
    rate: f64,
    line: Line<5>,
    /// What works at rest.
    biquad: Biquad,
    /// Of two channels each: of the biquad at rest, of the state variables while the numbers move.
    states: Box<[State]>,
    in_use: bool,
}

/// Two numbers for each channel of a pair: the band's and the low output's integrators, or the biquad's first and second
/// delay.
type State = [Pair; 2];

/// Feed forward and back, for both of a pair.
#[derive(Debug, Clone, Copy)]
struct Biquad {
    b: [Pair; 3],
    a: [Pair; 2],
}

impl Biquad {
    fn of([g, k, input, band, low]: [f64; 5]) -> Self {
        let first = 1.0 / (1.0 + g * (g + k));
        let a1 = 2.0 * (g * g - 1.0) * first;
        let a2 = (1.0 + g * (g - k)) * first;
        let (band, low) = (band * g * first, low * g * g * first);
        let b = [input + band + low, input * a1 + 2.0 * low, input * a2 - band + low];
        Self { b: b.map(|b| [b; 2]), a: [[a1; 2], [a2; 2]] }
    }

    #[inline(always)]
    fn step(&self, [first, second]: &mut State, x: Pair) -> Pair {
        let Self { b, a } = self;
        let mut out = [0.0; 2];
        for n in 0..2 {
            out[n] = b[0][n] * x[n] + first[n];
            first[n] = (b[1][n] * x[n] + second[n]) - a[0][n] * out[n];
            second[n] = b[2][n] * x[n] - a[1][n] * out[n];
        }
        out
    }
}

/// What one frame is multiplied with while the numbers move.
#[derive(Debug, Clone, Copy)]
struct Factors {
    g: f64,
    /// Of the band, by the loop without delay.
    band: f64,
    mix: [f64; 3],
}

impl Factors {
    #[inline(always)]
    fn of([g, k, input, band, low]: [f64; 5]) -> Self {
        Self { g, band: 1.0 / (1.0 + g * (g + k)), mix: [input, band, low] }
    }

    #[inline(always)]
    fn step(&self, [band, low]: &mut State, x: Pair) -> Pair {
        let mut out = [0.0; 2];
        for n in 0..2 {
            let v1 = self.band * (band[n] + self.g * (x[n] - low[n]));
            let more = self.g * v1;
            let v2 = low[n] + more;
            band[n] = v1 + (v1 - band[n]);
            low[n] = v2 + more;
            out[n] = self.mix[0] * x[n] + self.mix[1] * v1 + self.mix[2] * v2;
        }
        out
    }
}

/// The matrix that makes of the state variables the biquad's state: what comes out next by itself, and after that.
fn to_biquad(numbers: [f64; 5]) -> [[f64; 2]; 2] {
    let Factors { g, band: first, mix: [_, band, low] } = Factors::of(numbers);
    let next = [first * (band + low * g), low * (1.0 - g * g * first) - band * first * g];
    let turn = [[2.0 * first - 1.0, -2.0 * first * g], [2.0 * g * first, 1.0 - 2.0 * g * g * first]];
    let a1 = 2.0 * (g * g - 1.0) * first;
    let after = |n: usize| next[0] * turn[0][n] + next[1] * turn[1][n] + a1 * next[n];
    [next, [after(0), after(1)]]
}

/// Nothing where there is none: then nothing of the state is heard.
fn inverse([[a, b], [c, d]]: [[f64; 2]; 2]) -> [[f64; 2]; 2] {
    let one = 1.0 / (a * d - b * c);
    if one.is_finite() { [[d * one, -b * one], [-c * one, a * one]] } else { [[0.0; 2]; 2] }
}

impl Svf {
    pub fn new(rate: u32, channels: usize, filter: &Filter) -> Self {
        let rate = f64::from(rate.max(1));
        let numbers = filter.numbers(rate);
        Self {
            rate,
            line: Line::at(numbers),
            biquad: Biquad::of(numbers),
            states: vec![State::default(); channels.div_ceil(2)].into(),
            in_use: !filter.is_neutral(),
        }
    }

    /// Is `filter` after so many frames; with 0, now.
    pub fn aim(&mut self, filter: &Filter, frames: usize) {
        let goal = filter.numbers(self.rate);
        if !self.line.is_moving() && self.line.now() == goal {
            return;
        }
        if !self.line.is_moving() {
            self.convert(inverse(to_biquad(self.line.now())));
        }
        self.line.aim(goal, frames);
        if !self.line.is_moving() {
            self.convert(to_biquad(goal));
            self.biquad = Biquad::of(goal);
        }
        let was = self.in_use;
        self.in_use = self.line.is_moving() || !filter.is_neutral();
        if was && !self.in_use {
            self.reset();
        }
    }

    fn convert(&mut self, by: [[f64; 2]; 2]) {
        for [first, second] in &mut self.states {
            for n in 0..2 {
                let state = [first[n], second[n]];
                let of = |row: [f64; 2]| row[0] * state[0] + row[1] * state[1];
                (first[n], second[n]) = (of(by[0]), of(by[1]));
            }
        }
    }

    /// Whether samples are changed.
    pub fn is_in_use(&self) -> bool {
        self.in_use
    }

    pub fn reset(&mut self) {
        self.states.fill(State::default());
    }

    /// See [`NOTHING`].
    pub fn flush(&mut self) {
        let all = self.states.iter_mut().flatten().flatten();
        all.filter(|value| value.abs() < NOTHING).for_each(|value| *value = 0.0);
    }
}

/// Filters one behind the other: those of them that are in use, four in one go, as the steps of one fill the waits of
/// another.
pub fn cascade(filters: &mut [Svf], samples: &mut [f32], channels: usize) {
    let mut used = filters.iter_mut().filter(|filter| filter.in_use).peekable();
    while let Some(first) = used.next() {
        let moving = first.line.is_moving();
        let mut more = || used.next_if(|next| next.line.is_moving() == moving);
        match (more(), more(), more()) {
            (Some(second), Some(third), Some(fourth)) => {
                run([first, second, third, fourth], samples, channels);
            }
            (Some(second), Some(third), None) => run([first, second, third], samples, channels),
            (Some(second), ..) => run([first, second], samples, channels),
            _ => run([first], samples, channels),
        }
    }
}

/// All of them move, or none does.
fn run<const N: usize>(filters: [&mut Svf; N], samples: &mut [f32], channels: usize) {
    let lines = std::array::from_fn(|n| filters[n].line);
    let biquads = std::array::from_fn(|n| filters[n].biquad);
    let mut after = lines;
    let mut states: [State; N];
    let mut filters = filters;
    for pair in 0..channels.div_ceil(2) {
        states = std::array::from_fn(|n| filters[n].states[pair]);
        after = lines;
        each_part(samples, channels, pair, |frames| {
            if lines[0].is_moving() {
                move_through(&mut after, &mut states, frames);
            } else {
                rest_through(&biquads, &mut states, frames);
            }
        });
        filters.iter_mut().zip(states).for_each(|(filter, state)| filter.states[pair] = state);
    }
    filters.iter_mut().zip(after).for_each(|(filter, line)| filter.line = line);
}

/// Frames of a pair that are taken out of all channels together.
const PART: usize = 64;

/// Gives the frames of a pair of channels to `work` and puts what it makes in their place. An odd channel's partner is
/// silent.
fn each_part(samples: &mut [f32], channels: usize, pair: usize, mut work: impl FnMut(&mut [[f32; 2]])) {
    if channels == 2 {
        return work(samples.as_chunks_mut().0);
    }
    let own = pair * 2..channels.min(pair * 2 + 2);
    for part in samples.chunks_mut(PART * channels) {
        let mut frames = [[0.0; 2]; PART];
        let frames = &mut frames[..part.len() / channels];
        for (frame, all) in frames.iter_mut().zip(part.chunks_exact(channels)) {
            frame.iter_mut().zip(&all[own.clone()]).for_each(|(slot, sample)| *slot = *sample);
        }
        work(frames);
        for (frame, all) in frames.iter().zip(part.chunks_exact_mut(channels)) {
            all[own.clone()].iter_mut().zip(frame).for_each(|(slot, sample)| *slot = *sample);
        }
    }
}

fn rest_through<const N: usize>(biquads: &[Biquad; N], states: &mut [State; N], frames: &mut [[f32; 2]]) {
    // Copies, which the loop can have in registers.
    let (biquads, mut own) = (*biquads, *states);
    for frame in frames {
        let mut x = frame.map(f64::from);
        for n in 0..N {
            x = biquads[n].step(&mut own[n], x);
        }
        *frame = x.map(|x| x as f32);
    }
    *states = own;
}

fn move_through<const N: usize>(lines: &mut [Line<5>; N], states: &mut [State; N], frames: &mut [[f32; 2]]) {
    for frame in frames {
        let mut x = frame.map(f64::from);
        for (line, state) in lines.iter_mut().zip(&mut *states) {
            x = Factors::of(line.advance()).step(state, x);
        }
        *frame = x.map(|x| x as f32);
    }
}
