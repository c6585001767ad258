//! Crossfeed for headphones: what loudspeakers do by themselves, each ear hears of the other side too, later and duller
//! (B. Bauer, "Stereophonic earphones and binaural loudspeakers", JAES 9/2, 1961; as worked out by B. Mikhaylov's bs2b: a
//! low-pass across, a complementary high shelf straight on, so that what is in the middle stays as it is).
//! <https://bs2b.sourceforge.net/>

use std::f64::consts::TAU;

use crate::dsp::chain::line::Line;
use crate::dsp::gain::{GainRamp, RAMP_MS};
use crate::model::settings::Crossfeed;

/// What a frame is multiplied with: across (in, past), straight on (in, past in, past), all.
type Factors = [f64; 6];

#[derive(Debug)]
pub struct CrossfeedStage {
    rate: u32,
    /// Two channels are heard by two ears; of others nobody knows.
    applies: bool,
    factors: Line<6>,
    /// Frames until the factors are where they go.
    left: usize,
    /// How much of it is heard.
    share: GainRamp,
    /// Of left and right: what went across, straight on, and came in.
    past: [[f64; 3]; 2],
}

impl CrossfeedStage {
    pub fn new(rate: u32, channels: usize) -> Self {
        let mut share = GainRamp::new(1.0, rate);
        share.jump(0.0);
        let factors = Line::at(factors(Crossfeed::Default, rate));
        Self { rate, applies: channels == 2, factors, left: 0, share, past: Default::default() }
    }

    pub fn set(&mut self, wanted: Option<Crossfeed>) {
        let Some(wanted) = wanted.filter(|_| self.applies) else {
            return self.share.set(0.0);
        };
        let goal = factors(wanted, self.rate);
        if self.is_neutral() {
            (self.factors, self.left) = (Line::at(goal), 0);
            self.past = Default::default();
        } else {
            self.left = (self.rate * RAMP_MS / 1000).max(1) as usize;
            self.factors.aim(goal, self.left);
            self.left = if self.factors.is_moving() { self.left } else { 0 };
        }
        self.share.set(1.0);
    }

    pub fn reset(&mut self) {
        self.share.jump(self.share.target());
        if self.left > 0 {
            for _ in 0..std::mem::take(&mut self.left) {
                self.factors.advance();
            }
            self.factors = Line::at(self.factors.now());
        }
        self.past = Default::default();
    }

    pub fn is_neutral(&self) -> bool {
        self.share.is_silent()
    }

    pub fn process(&mut self, samples: &mut [f32]) {
        if self.is_neutral() {
            return;
        }
        for frame in samples.as_chunks_mut::<2>().0 {
            let factors = self.advance();
            let mut share = [1.0_f32];
            self.share.process(&mut share, 1);
            let wet = step(&mut self.past, &factors, frame.map(f64::from));
            for (sample, wet) in frame.iter_mut().zip(wet) {
                *sample += (wet as f32 - *sample) * share[0];
            }
        }
    }

    fn advance(&mut self) -> Factors {
        if self.left == 0 {
            return self.factors.now();
        }
        self.left -= 1;
        let factors = self.factors.advance();
        if self.left == 0 {
            self.factors = Line::at(factors);
        }
        factors
    }
}

#[inline(always)]
fn step(past: &mut [[f64; 3]; 2], factors: &Factors, frame: [f64; 2]) -> [f64; 2] {
    let [across_in, across_past, on_in, on_past_in, on_past, all] = *factors;
    for ([across, on, came], sample) in past.iter_mut().zip(frame) {
        *across = heard(across_in * sample + across_past * *across);
        *on = heard(on_in * sample + on_past_in * *came + on_past * *on);
        *came = sample;
    }
    [(past[0][1] + past[1][0]) * all, (past[1][1] + past[0][0]) * all]
}

/// What no sample shows is nothing: sums of it are slow.
#[inline(always)]
fn heard(value: f64) -> f64 {
    if value.abs() < 1e-30 { 0.0 } else { value }
}

/// bs2b's formulae: levels of both filters from the feed, the shelf's corner from their crossing.
fn factors(crossfeed: Crossfeed, rate: u32) -> Factors {
    let (hz, feed_db) = crossfeed.numbers();
    let (low_db, high_db) = (feed_db * -5.0 / 6.0 - 3.0, feed_db / 6.0 - 3.0);
    let low = 10f64.powf(low_db / 20.0);
    let high = 1.0 - 10f64.powf(high_db / 20.0);
    let high_hz = hz * ((low_db - 20.0 * high.log10()) / 12.0).exp2();
    let past = |hz: f64| (-TAU * hz / f64::from(rate)).exp();
    let (across, on) = (past(hz), past(high_hz));
    [low * (1.0 - across), across, 1.0 - high * (1.0 - on), -on, on, 1.0 / (1.0 - high + low)]
}
