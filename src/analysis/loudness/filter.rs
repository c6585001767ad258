//! K weighting (ITU-R BS.1770-5 Annex 1): a high shelf for the head, then a high-pass. Called by `loudness`.
//!
//! The recommendation gives coefficients for 48 kHz alone. They are the bilinear transform of the analogue filters below,
//! which is done here for any rate (the constants are those of libebur128 and ffmpeg, found by solving for them).

use std::f64::consts::PI;

const SHELF_HZ: f64 = 1_681.974450955533;
const SHELF_DB: f64 = 3.999843853973347;
const SHELF_Q: f64 = 0.7071752369554196;
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
    const UNITY: Self = Self { b: [1.0, 0.0, 0.0], a: [0.0, 0.0] };

    fn shelf(rate: f64) -> Self {
        // A rate so low has nothing of what the shelf lifts.
        if SHELF_HZ > 0.49 * rate {
            return Self::UNITY;
        }
        let k = (PI * SHELF_HZ / rate).tan();
        let high = 10f64.powf(SHELF_DB / 20.0);
        let middle = high.powf(0.4996667741545416);
        let a0 = 1.0 + k / SHELF_Q + k * k;
        let b =
            [high + middle * k / SHELF_Q + k * k, 2.0 * (k * k - high), high - middle * k / SHELF_Q + k * k];
        Self { b: b.map(|b| b / a0), a: [2.0 * (k * k - 1.0) / a0, (1.0 - k / SHELF_Q + k * k) / a0] }
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

    /// The gain of the weighting at 48 kHz, from the coefficients of the recommendation: so is it at the other rates, where
    /// the pitch is well below half of them.
    #[test]
    fn the_weighting_is_the_same_at_every_rate() {
        let gain = |rate: f64, hz: f64| {
            [Section::shelf(rate), Section::high_pass(rate)]
                .iter()
                .map(|s| response_db(s, hz / rate))
                .sum::<f64>()
        };
        for rate in [32_000.0, 44_100.0, 88_200.0, 96_000.0, 192_000.0, 384_000.0] {
            for hz in [20.0, 100.0, 997.0, 2_000.0] {
                let off = gain(rate, hz) - gain(48_000.0, hz);
                assert!(off.abs() < 0.02, "{rate} Hz, {hz} Hz: {off} dB");
            }
        }
        assert!(gain(8_000.0, 100.0) - gain(48_000.0, 100.0) < 0.02);
        assert_eq!(Section::shelf(3_000.0), Section::UNITY);
    }

    fn response_db(section: &Section, turns: f64) -> f64 {
        let at = |c: &[f64]| {
            let angle = |k: usize| 2.0 * PI * turns * k as f64;
            let re: f64 = c.iter().enumerate().map(|(k, c)| c * angle(k).cos()).sum();
            let im: f64 = c.iter().enumerate().map(|(k, c)| c * angle(k).sin()).sum();
            re * re + im * im
        };
        10.0 * (at(&section.b) / at(&[1.0, section.a[0], section.a[1]])).log10()
    }
}
