//! Gain that never steps: each change is reached by a straight ramp, sample by sample. Called by `engine::render`.

use std::time::Duration;

use crate::model::audio::duration_to_frames;

/// Length of a ramp, in milliseconds.
pub const RAMP_MS: u32 = 20;

/// A gain and, while it changes, how far the ramp has come. At rest on 1.0 it leaves every sample as it is.
#[derive(Debug, Clone)]
pub struct GainRamp {
    from: f32,
    to: f32,
    /// Frames of the ramp that are done; `length` at rest.
    done: u32,
    length: u32,
    rate: u32,
}

impl GainRamp {
    pub fn new(gain: f32, rate: u32) -> Self {
        let length = ramp_frames(rate);
        Self { from: gain, to: gain, done: length, length, rate }
    }

    /// Heads for `gain` from wherever the ramp is now. What is not a number is taken as silence.
    pub fn set(&mut self, gain: f32) {
        let gain = if gain.is_nan() { 0.0 } else { gain.max(0.0) };
        if gain == self.to {
            return;
        }
        self.from = self.now();
        self.to = gain;
        self.length = ramp_frames(self.rate);
        self.done = 0;
    }

    /// As [`Self::set`], in so long.
    pub fn glide(&mut self, gain: f32, time: Duration) {
        self.from = self.now();
        self.to = if gain.is_nan() { 0.0 } else { gain.max(0.0) };
        self.length = u32::try_from(duration_to_frames(time, self.rate)).unwrap_or(u32::MAX).max(1);
        self.done = 0;
    }

    /// Is at `gain` with the next frame: where nothing sounds there is nothing to ramp.
    pub fn jump(&mut self, gain: f32) {
        self.set(gain);
        self.done = self.length;
    }

    /// The gain that is headed for.
    pub fn target(&self) -> f32 {
        self.to
    }

    /// Whether samples pass unchanged until the next [`Self::set`].
    pub fn is_unity(&self) -> bool {
        self.done >= self.length && self.to == 1.0
    }

    /// Whether every sample becomes nothing until the next [`Self::set`].
    pub fn is_silent(&self) -> bool {
        self.done >= self.length && self.to == 0.0
    }

    pub fn process(&mut self, samples: &mut [f32], channels: usize) {
        let frames = samples.len() / channels.max(1);
        let ramping = frames.min((self.length - self.done.min(self.length)) as usize);
        let (ramp, rest) = samples.split_at_mut(ramping * channels);
        for frame in ramp.chunks_exact_mut(channels.max(1)) {
            self.done += 1;
            let gain = self.now();
            frame.iter_mut().for_each(|sample| *sample *= gain);
        }
        if self.to != 1.0 {
            rest.iter_mut().for_each(|sample| *sample *= self.to);
        }
    }

    /// As [`Self::process`], of frames that were processed by a copy.
    pub fn skip(&mut self, frames: usize) {
        let left = self.length - self.done.min(self.length);
        self.done += u32::try_from(frames).unwrap_or(u32::MAX).min(left);
    }

    /// From the count of frames, not by adding up: the same however the frames are cut into blocks.
    fn now(&self) -> f32 {
        if self.done >= self.length {
            return self.to;
        }
        let way = self.done as f32 / self.length as f32;
        self.from + (self.to - self.from) * way
    }
}

fn ramp_frames(rate: u32) -> u32 {
    u32::try_from(u64::from(rate) * u64::from(RAMP_MS) / 1000).unwrap_or(u32::MAX).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn at_rest_on_one_nothing_changes() {
        let mut gain = GainRamp::new(1.0, 48_000);
        let before: Vec<f32> = (0..1000).map(|n| (n as f32 * 0.1).sin()).collect();
        let mut samples = before.clone();
        assert!(gain.is_unity());
        gain.process(&mut samples, 2);
        assert_eq!(samples, before);
    }

    #[test]
    fn a_change_is_a_straight_line_of_20_ms_that_ends_on_the_target() {
        let mut gain = GainRamp::new(1.0, 48_000);
        gain.set(0.25);
        let mut samples = vec![1.0; 2000];
        gain.process(&mut samples, 1);
        for (n, sample) in samples.iter().enumerate().take(960) {
            let expected = 1.0 - 0.75 * (n + 1) as f32 / 960.0;
            assert!((sample - expected).abs() < 1e-6, "{n}: {sample} {expected}");
        }
        assert_eq!(samples[959..], vec![0.25; 2000 - 959]);
        gain.set(1.0);
        gain.process(&mut vec![1.0; 960], 1);
        assert!(gain.is_unity());
    }

    #[test]
    fn the_cut_into_blocks_does_not_matter() {
        let render = |block: usize| {
            let mut gain = GainRamp::new(0.3, 44_100);
            let mut samples: Vec<f32> = (0..6000).map(|n| (n as f32 * 0.01).cos()).collect();
            for (index, block) in samples.chunks_mut(2 * block).enumerate() {
                if index == 0 {
                    gain.set(0.9);
                }
                gain.process(block, 2);
            }
            samples
        };
        let whole = render(3000);
        for block in [1, 17, 512, 882] {
            assert_eq!(render(block), whole, "blocks of {block}");
        }
    }

    #[test]
    fn a_change_during_a_ramp_does_not_step_and_no_number_is_silence() {
        let mut gain = GainRamp::new(0.0, 1000);
        gain.set(1.0);
        let mut samples = vec![1.0; 10];
        gain.process(&mut samples, 1);
        gain.set(f32::NAN);
        let mut more = vec![1.0; 20];
        gain.process(&mut more, 1);
        assert!((samples[9] - more[0]).abs() <= 0.05);
        assert_eq!(more[19], 0.0);
    }
}
