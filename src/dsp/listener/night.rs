//! Night mode: what is quiet comes up to what is loud, so that the whole can be turned down. A compressor from far below
//! (`chain::dynamics`) and a gain that gives back what it takes from loud music; the limiter behind holds what a sudden
//! beginning brings over full scale.

use std::time::Duration;

use crate::dsp::chain::dynamics::{Curve, Direction, Dynamics};
use crate::dsp::chain::frames::MOST_FRAMES;
use crate::dsp::gain::GainRamp;
use crate::model::audio::db_to_gain;
use crate::model::settings::NightMode;

/// In which it comes and goes.
const FADE: Duration = Duration::from_millis(500);
const THRESHOLD_DB: f64 = -50.0;
/// The level, dB over full scale, that stays as loud as it was.
const ANCHOR_DB: f64 = -10.0;
/// dB taken for each dB above the threshold, at full strength: 2.5 dB in give one out.
const SLOPE: f64 = 0.6;
const KNEE_DB: f64 = 10.0;
const ATTACK_S: f64 = 0.005;
const RELEASE_S: f64 = 0.3;

#[derive(Debug)]
pub struct NightStage {
    channels: usize,
    fade_frames: usize,
    dynamics: Dynamics,
    curve: Curve,
    makeup: GainRamp,
    /// Frames until the compressor's share of the sound is what it is to be.
    left: usize,
}

impl NightStage {
    pub fn new(rate: u32, channels: usize) -> Self {
        let curve = curve(NightMode::default());
        Self {
            channels,
            fade_frames: ((u64::from(rate) * FADE.as_millis() as u64 / 1000) as usize).max(1),
            dynamics: Dynamics::new(Direction::Down, rate, channels, &curve),
            curve,
            makeup: GainRamp::new(1.0, rate),
            left: 0,
        }
    }

    pub fn set(&mut self, wanted: NightMode) {
        let mut to = curve(wanted);
        if to.mix == 0.0 {
            // It goes as it was: only its share moves.
            to = Curve { mix: 0.0, ..self.curve };
        }
        if to == self.curve {
            return;
        }
        self.curve = to;
        self.left = self.fade_frames;
        self.dynamics.aim(&to, self.left);
        self.makeup.glide(makeup(&to), FADE);
    }

    pub fn reset(&mut self) {
        self.left = 0;
        self.dynamics.aim(&self.curve, 0);
        self.dynamics.reset();
        self.makeup.jump(self.makeup.target());
    }

    pub fn is_neutral(&self) -> bool {
        self.left == 0 && self.curve.mix == 0.0 && self.makeup.is_unity()
    }

    pub fn process(&mut self, samples: &mut [f32]) {
        if self.is_neutral() {
            return;
        }
        let mut rest = samples;
        while !rest.is_empty() {
            let fading = if self.left > 0 { self.left } else { usize::MAX };
            let frames = (rest.len() / self.channels).min(MOST_FRAMES).min(fading);
            let (piece, behind) = rest.split_at_mut(frames * self.channels);
            self.dynamics.process(piece);
            self.makeup.process(piece, self.channels);
            self.settle(frames);
            rest = behind;
        }
    }

    fn settle(&mut self, frames: usize) {
        if self.left == 0 {
            return;
        }
        self.left -= frames;
        if self.left == 0 {
            self.dynamics.aim(&self.curve, 0);
            if self.curve.mix == 0.0 {
                self.dynamics.reset();
            }
        }
    }
}

fn curve(night: NightMode) -> Curve {
    Curve {
        threshold_db: THRESHOLD_DB,
        slope: SLOPE * f64::from(night.strength.percent()) / 100.0,
        knee_db: KNEE_DB,
        attack_s: ATTACK_S,
        release_s: RELEASE_S,
        range_db: f64::INFINITY,
        mix: if night.on { 1.0 } else { 0.0 },
    }
}

/// Linear.
fn makeup(curve: &Curve) -> f32 {
    match curve.mix {
        0.0 => 1.0,
        _ => db_to_gain((curve.slope * (ANCHOR_DB - THRESHOLD_DB)) as f32),
    }
}
