//! A filter of second order that stays stable and without clicks while its numbers move: the state variable filter by
//! trapezoidal integration (Zavalishin, "The Art of VA Filter Design", 2012; mixing of the outputs by Simper, "Solving the
//! continuous SVF equations", 2013). At rest its answer is that of R. Bristow-Johnson's biquads, prewarped.

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
    /// Of two channels each.
    states: Box<[State]>,
    in_use: bool,
}

#[derive(Debug, Clone, Copy, Default)]
pub struct State {
    band: Pair,
    low: Pair,
}

/// What one frame is multiplied with.
#[derive(Debug, Clone, Copy)]
pub struct Factors {
    a: [f64; 3],
    mix: [f64; 3],
}

impl Factors {
    #[inline(always)]
    fn of([g, k, input, band, low]: [f64; 5]) -> Self {
        let first = 1.0 / (1.0 + g * (g + k));
        let second = g * first;
        Self { a: [first, second, g * second], mix: [input, band, low] }
    }
}

impl Svf {
    pub fn new(rate: u32, channels: usize, filter: &Filter) -> Self {
        let rate = f64::from(rate.max(1));
        let line = Line::at(filter.numbers(rate));
        let states = vec![State::default(); channels.div_ceil(2)].into();
        Self { rate, line, states, in_use: !filter.is_neutral() }
    }

    /// Is `filter` after so many frames; with 0, now. `moving`: whether that is on the way to another yet.
    pub fn aim(&mut self, filter: &Filter, frames: usize) {
        let was = self.in_use;
        self.line.aim(filter.numbers(self.rate), frames);
        self.in_use = self.line.is_moving() || !filter.is_neutral();
        if was && !self.in_use {
            self.reset();
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
        let all = self.states.iter_mut().flat_map(|state| state.band.iter_mut().chain(&mut state.low));
        all.filter(|value| value.abs() < NOTHING).for_each(|value| *value = 0.0);
    }
}

/// One frame of two channels through a filter.
#[inline(always)]
fn step(factors: &Factors, state: &mut State, x: Pair) -> Pair {
    let Factors { a, mix } = factors;
    let mut out = [0.0; 2];
    for lane in 0..2 {
        let (band, low) = (state.band[lane], state.low[lane]);
        let v3 = x[lane] - low;
        let v1 = a[0] * band + a[1] * v3;
        let v2 = low + a[1] * band + a[2] * v3;
        state.band[lane] = 2.0 * v1 - band;
        state.low[lane] = 2.0 * v2 - low;
        out[lane] = mix[0] * x[lane] + mix[1] * v1 + mix[2] * v2;
    }
    out
}

/// Filters one behind the other: those of them that are in use, four in one go, as the steps of one fill the waits of
/// another.
pub fn cascade(filters: &mut [Svf], samples: &mut [f32], channels: usize) {
    let mut used = filters.iter_mut().filter(|filter| filter.in_use);
    while let Some(first) = used.next() {
        match (used.next(), used.next(), used.next()) {
            (Some(second), Some(third), Some(fourth)) => {
                run([first, second, third, fourth], samples, channels);
            }
            (Some(second), Some(third), None) => run([first, second, third], samples, channels),
            (Some(second), ..) => run([first, second], samples, channels),
            _ => run([first], samples, channels),
        }
    }
}

/// As [`cascade`], all of them whether in use or not.
pub fn run<const N: usize>(mut filters: [&mut Svf; N], samples: &mut [f32], channels: usize) {
    let lines: [Line<5>; N] = std::array::from_fn(|n| filters[n].line);
    let moving = lines.iter().any(Line::is_moving);
    let mut after = lines;
    for pair in 0..channels.div_ceil(2) {
        let mut states: [State; N] = std::array::from_fn(|n| filters[n].states[pair]);
        after = lines;
        let mut factors: [Factors; N] = std::array::from_fn(|n| Factors::of(lines[n].now()));
        each_frame(samples, channels, pair, |mut x| {
            if moving {
                factors = std::array::from_fn(|n| Factors::of(after[n].advance()));
            }
            for n in 0..N {
                x = step(&factors[n], &mut states[n], x);
            }
            x
        });
        for (filter, state) in filters.iter_mut().zip(states) {
            filter.states[pair] = state;
        }
    }
    for (filter, line) in filters.iter_mut().zip(after) {
        filter.line = line;
    }
}

/// Gives the frames of a pair of channels to `work` and puts what it makes in their place. An odd channel's partner is
/// silent.
#[inline(always)]
pub fn each_frame(samples: &mut [f32], channels: usize, pair: usize, mut work: impl FnMut(Pair) -> Pair) {
    if channels == 2 {
        for frame in samples.as_chunks_mut::<2>().0 {
            *frame = work(frame.map(f64::from)).map(|sample| sample as f32);
        }
        return;
    }
    for frame in samples.chunks_exact_mut(channels) {
        match frame.get_mut(pair * 2..) {
            Some([left, right, ..]) => {
                let out = work([f64::from(*left), f64::from(*right)]);
                (*left, *right) = (out[0] as f32, out[1] as f32);
            }
            Some([only]) => *only = work([f64::from(*only), 0.0])[0] as f32,
            _ => {}
        }
    }
}
