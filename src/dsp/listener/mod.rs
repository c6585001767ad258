//! What is done for the listener's device and ears, whatever plays: equaliser, crossfeed, impulse response, night mode. In place, as many
//! frames out as in, without latency. Called by `engine::tail` at the output's rate.
//!
//! ```text
//! equaliser > crossfeed > impulse response > night mode
//! ```
//!
//! Every change is a ramp; off and at rest every bit passes. What comes in and is no number is silence.

mod crossfeed;
mod equaliser;
mod impulse;
mod night;

use std::sync::Arc;

use crossfeed::CrossfeedStage;
use equaliser::EqualiserStage;
use impulse::ImpulseStage;
use night::NightStage;

use super::impulse::ImpulseResponse;
use crate::model::settings::SoundSettings;

/// See the module's head.
#[derive(Debug)]
pub struct Listener {
    equaliser: EqualiserStage,
    crossfeed: CrossfeedStage,
    impulse: ImpulseStage,
    night: NightStage,
}

impl Listener {
    /// Allocates all that is ever needed; begins at these settings.
    pub fn new(rate: u32, channels: u16, sound: &SoundSettings) -> Self {
        let (rate, channels) = (rate.max(1), usize::from(channels.max(1)));
        let mut listener = Self {
            equaliser: EqualiserStage::new(rate, channels),
            crossfeed: CrossfeedStage::new(rate, channels),
            impulse: ImpulseStage::new(rate, channels),
            night: NightStage::new(rate, channels),
        };
        listener.set(sound);
        listener.reset();
        listener
    }

    /// Heads for these settings from wherever it is.
    pub fn set(&mut self, sound: &SoundSettings) {
        self.equaliser.set(&sound.eq);
        self.crossfeed.set(sound.crossfeed);
        self.night.set(sound.night);
    }

    /// Convolves with this one, or none, by a fade. Allocates where it is another one; where it is not ready for this rate, takes a
    /// while too.
    pub fn convolve(&mut self, response: Option<&Arc<ImpulseResponse>>) {
        self.impulse.set(response);
    }

    /// What went through is void: the next frame is a beginning, with every ramp at its end.
    pub fn reset(&mut self) {
        self.equaliser.reset();
        self.crossfeed.reset();
        self.impulse.reset();
        self.night.reset();
    }

    /// Whether samples pass unchanged until something is set.
    pub fn is_neutral(&self) -> bool {
        let is_plain = self.impulse.is_neutral() && self.night.is_neutral();
        is_plain && self.equaliser.is_neutral() && self.crossfeed.is_neutral()
    }

    /// Works on interleaved frames in place.
    pub fn process(&mut self, samples: &mut [f32]) {
        if self.is_neutral() {
            return;
        }
        samples.iter_mut().for_each(numbers);
        self.equaliser.process(samples);
        self.crossfeed.process(samples);
        self.impulse.process(samples);
        self.night.process(samples);
        samples.iter_mut().for_each(numbers);
    }
}

/// Also keeps within what sums and gains cannot bring beyond all numbers.
fn numbers(sample: &mut f32) {
    const MOST: f32 = 1e6;
    *sample = if sample.is_finite() { sample.clamp(-MOST, MOST) } else { 0.0 };
}

#[cfg(test)]
mod tests;
