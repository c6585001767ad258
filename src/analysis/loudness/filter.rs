//! K weighting (ITU-R BS.1770-5 Annex 1): a high shelf for the head, then a high-pass. Called by `loudness`.
//!
//! The recommendation gives coefficients for 48 kHz alone and asks for the same response at other rates. The high-pass is
//! the bilinear transform of an analogue filter (its constants are those of libebur128 and ffmpeg, found by solving for them).
//! The shelf, which such a transform bends by 0.2 dB at a rate of 8 kHz, is matched to that of 48 kHz instead (Vicanek,
//! Matched Second Order Digital Filters, 2016): the response is the same to 0.04 dB there, and to 0.02 dB above.

use std::f64::consts::PI;

/// Table 1 of the recommendation, and the middle of its slope.
const SHELF: Section = Section {
    b: [1.53512485958697, -2.69169618940638, 1.19839281085285],
    a: [-1.69065929318241, 0.73248077421585],
};
const SHELF_HZ: f64 = 1_682.0;
const HIGH_PASS_HZ: f64 = 38.13547087602444;
const HIGH_PASS_Q: f64 = 0.5003270373238773;
/// The rate that the recommendation gives coefficients for.
const GIVEN_HZ: f64 = 48_000.0;

/// Below this a state is nothing; above it no processor is slow.
const NOTHING: f64 = 1e-30;

/// One second-order section: the coefficients of the inputs, then of the outputs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Section {
    b: [f64; 3],
    a: [f64; 2],
}

impl Section {
    /// The poles are where those of the given shelf are in the plane of time; the zeros are such that the gain is its gain at
    /// 0 Hz, in the middle of the slope and at half the rate.
    fn shelf(rate: f64) -> Self {
        let ratio = GIVEN_HZ / rate;
        let radius = SHELF.a[1].sqrt();
        let angle = (-SHELF.a[0] / (2.0 * radius)).acos() * ratio;
        let radius = radius.powf(ratio);
        let a = [-2.0 * radius * angle.cos(), radius * radius];
        let middle = SHELF_HZ.min(rate / 5.0);
        let zeros = |hz: f64| SHELF.power((hz / GIVEN_HZ).min(0.5)) * power(&[1.0, a[0], a[1]], hz / rate);
        let (low, high) = (zeros(0.0), zeros(rate / 2.0));
        let above = (PI * middle / rate).sin().powi(2);
        let below = 1.0 - above;
        let slope = (zeros(middle) - low * below - high * above) / (4.0 * below * above);
        let even = (low.sqrt() + high.sqrt()) / 2.0;
        let first = (even + (even * even + slope).max(0.0).sqrt()) / 2.0;
        Self { b: [first, (low.sqrt() - high.sqrt()) / 2.0, -slope / (4.0 * first)], a }
    }

    /// Gain, squared, at a frequency as a share of the rate.
    fn power(&self, turns: f64) -> f64 {
        power(&self.b, turns) / power(&[1.0, self.a[0], self.a[1]], turns)
    }

    fn high_pass(rate: f64) -> Self {
        let k = |rate: f64| (PI * HIGH_PASS_HZ / rate).tan();
        let a0 = |k: f64| 1.0 + k / HIGH_PASS_Q + k * k;
        // The recommendation leaves the inputs at 1, -2, 1, a little more than unity: so much everywhere.
        let (k, lift) = (k(rate), a0(k(GIVEN_HZ)));
        let a0 = a0(k);
        let b = [1.0, -2.0, 1.0].map(|b| b * lift / a0);
        Self { b, a: [2.0 * (k * k - 1.0) / a0, (1.0 - k / HIGH_PASS_Q + k * k) / a0] }
    }
}

/// The squared magnitude of a polynomial at a frequency as a share of the rate.
fn power(coefficients: &[f64; 3], turns: f64) -> f64 {
    let angle = |k: usize| 2.0 * PI * turns * k as f64;
    let sum =
        |part: fn(f64) -> f64| coefficients.iter().enumerate().map(|(k, c)| c * part(angle(k))).sum::<f64>();
    sum(f64::cos).powi(2) + sum(f64::sin).powi(2)
}

/// The filter over two channels, side by side for the vector unit.
#[derive(Debug, Clone)]
pub(super) struct KWeighting {
    sections: [Section; 2],
    /// Of each section what it remembers (transposed direct form II).
    states: [[[f64; 2]; 2]; 2],
}

impl KWeighting {
    pub(super) fn new(rate: u32) -> Self {
        let rate = f64::from(rate);
        Self { sections: [Section::shelf(rate), Section::high_pass(rate)], states: Default::default() }
    }

    /// The sums of squares of the weighted samples.
    pub(super) fn energy(&mut self, frames: impl Iterator<Item = [f32; 2]>) -> [f64; 2] {
        let [shelf, high_pass] = self.sections;
        let [mut first, mut second] = self.states;
        let mut sums = [0.0; 2];
        for frame in frames {
            for lane in 0..2 {
                let lifted = step(&shelf, &mut first, lane, f64::from(frame[lane]));
                let weighted = step(&high_pass, &mut second, lane, lifted);
                sums[lane] += weighted * weighted;
            }
        }
        self.states = [first, second];
        self.states.as_flattened_mut().as_flattened_mut().iter_mut().for_each(rest);
        sums
    }

    /// Forgets what came before.
    pub(super) fn reset(&mut self) {
        self.states = Default::default();
    }
}

#[inline(always)]
fn step(section: &Section, state: &mut [[f64; 2]; 2], lane: usize, x: f64) -> f64 {
    let y = section.b[0] * x + state[0][lane];
    state[0][lane] = section.b[1] * x - section.a[0] * y + state[1][lane];
    state[1][lane] = section.b[2] * x - section.a[1] * y;
    y
}

fn rest(state: &mut f64) {
    if state.abs() < NOTHING {
        *state = 0.0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Tables 1 and 2 of the recommendation.
    #[test]
    fn at_48_khz_the_coefficients_are_those_of_the_recommendation() {
        let near = |a: f64, b: f64| assert!((a - b).abs() < 1e-10, "{a} is not {b}");
        let shelf = Section::shelf(48_000.0);
        near(shelf.b[0], 1.53512485958697);
        near(shelf.b[1], -2.69169618940638);
        near(shelf.b[2], 1.19839281085285);
        near(shelf.a[0], -1.69065929318241);
        near(shelf.a[1], 0.73248077421585);
        let high_pass = Section::high_pass(48_000.0);
        near(high_pass.a[0], -1.99004745483398);
        near(high_pass.a[1], 0.99007225036621);
        assert_eq!(high_pass.b, [1.0, -2.0, 1.0]);
    }

    /// As far as both rates reach.
    #[test]
    fn the_weighting_is_the_same_at_every_rate() {
        let gain = |rate: f64, hz: f64| {
            let sections = [Section::shelf(rate), Section::high_pass(rate)];
            sections.iter().map(|section| 10.0 * section.power(hz / rate).log10()).sum::<f64>()
        };
        let rates = [
            8_000.0, 11_025.0, 16_000.0, 22_050.0, 32_000.0, 44_100.0, 88_200.0, 96_000.0, 192_000.0,
            384_000.0,
        ];
        for rate in rates {
            let tolerance = if rate < 11_025.0 { 0.045 } else { 0.02 };
            for step in 1..200 {
                let hz = f64::from(step) / 400.0 * f64::min(rate, GIVEN_HZ);
                let off = gain(rate, hz) - gain(GIVEN_HZ, hz);
                assert!(off.abs() < tolerance, "{rate} Hz, {hz} Hz: {off} dB");
            }
        }
        // Far too low for music, yet no filter that grows.
        for rate in [1.0, 100.0, 1_000.0, 3_000.0] {
            let Section { a, .. } = Section::shelf(rate);
            assert!(a[1] < 1.0 && a[0].abs() < 1.0 + a[1], "{rate}: {a:?}");
        }
    }
}
