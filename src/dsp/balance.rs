//! Left against right, and both as one. Neutral (in the middle, not mono) every sample passes as it is; every change is
//! reached by a straight ramp. Called by `engine::render`.

use super::channels::{ChannelMap, Side, side};
use super::gain::GainRamp;

/// Balance from -100 (left only) to 100 (right only): the side away from it is turned down in a straight line, the
/// other stays. Mono: a fold-down to one channel (ITU-R BS.775-3; of stereo half of each, -6 dB) from both front
/// speakers. Speakers in the middle have no side.
#[derive(Debug, Clone)]
pub struct Balance {
    left: GainRamp,
    right: GainRamp,
    /// How much of each sample is its own and not the sum of all.
    own: GainRamp,
    channels: usize,
    sides: Box<[Side]>,
    to_mono: ChannelMap,
    /// What every channel is in mono.
    from_mono: ChannelMap,
    mono: Vec<f32>,
    gains: Vec<f32>,
}

/// Frames worked on at a time.
const PIECE_FRAMES: usize = 256;

impl Balance {
    pub fn new(rate: u32, channels: u16) -> Self {
        let channels = channels.max(1);
        let ramp = GainRamp::new(1.0, rate);
        let count = usize::from(channels);
        Self {
            left: ramp.clone(),
            right: ramp.clone(),
            own: ramp,
            channels: count,
            sides: (0..count).map(|channel| side(count, channel)).collect(),
            to_mono: ChannelMap::new(channels, 1),
            from_mono: ChannelMap::new(1, channels),
            mono: vec![0.0; PIECE_FRAMES * (1 + count)],
            gains: vec![0.0; PIECE_FRAMES * 3],
        }
    }

    /// -100 to 100; beyond is the nearest.
    pub fn set_balance(&mut self, percent: i8) {
        let toward = f32::from(percent.clamp(-100, 100)) / 100.0;
        self.left.set(1.0 - toward.max(0.0));
        self.right.set(1.0 + toward.min(0.0));
    }

    pub fn set_mono(&mut self, mono: bool) {
        // One channel is mono already.
        self.own.set(if mono && self.channels > 1 { 0.0 } else { 1.0 });
    }

    /// At what was set with the next frame: where nothing sounds there is nothing to ramp.
    pub fn jump(&mut self) {
        for ramp in [&mut self.left, &mut self.right, &mut self.own] {
            ramp.jump(ramp.target());
        }
    }

    /// Whether samples pass unchanged until something is set.
    pub fn is_neutral(&self) -> bool {
        self.left.is_unity() && self.right.is_unity() && self.own.is_unity()
    }

    /// Works on interleaved frames in place.
    pub fn process(&mut self, samples: &mut [f32]) {
        if self.is_neutral() {
            return;
        }
        for piece in samples.chunks_mut(PIECE_FRAMES * self.channels) {
            self.piece(piece);
        }
    }

    fn piece(&mut self, samples: &mut [f32]) {
        let frames = samples.len() / self.channels;
        self.fill_gains(frames);
        let (sums, mono) = self.mono.split_at_mut(PIECE_FRAMES);
        self.to_mono.process(samples, &mut sums[..frames]);
        self.from_mono.process(&sums[..frames], &mut mono[..frames * self.channels]);
        let gains = self.gains.chunks_exact(3);
        let frames = samples.chunks_exact_mut(self.channels).zip(mono.chunks_exact(self.channels));
        for ((frame, mono), gains) in frames.zip(gains) {
            let [left, right, own] = [gains[0], gains[1], gains[2]];
            for ((sample, mono), side) in frame.iter_mut().zip(mono).zip(&self.sides) {
                let gain = match side {
                    Side::Left => left,
                    Side::Right => right,
                    Side::Middle => 1.0,
                };
                *sample = (*sample * own + mono * (1.0 - own)) * gain;
            }
        }
    }

    /// Left, right and own of each frame.
    fn fill_gains(&mut self, frames: usize) {
        let gains = &mut self.gains[..frames * 3];
        for gains in gains.chunks_exact_mut(3) {
            gains.fill(1.0);
            for (ramp, gain) in [&mut self.left, &mut self.right, &mut self.own].into_iter().zip(gains) {
                ramp.process(std::slice::from_mut(gain), 1);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// After the ramp, one frame.
    fn settled(channels: u16, percent: i8, mono: bool, frame: &[f32]) -> Vec<f32> {
        let mut balance = Balance::new(48_000, channels);
        balance.set_balance(percent);
        balance.set_mono(mono);
        balance.jump();
        let mut samples = frame.to_vec();
        balance.process(&mut samples);
        samples
    }

    #[test]
    fn in_the_middle_every_bit_passes() {
        let mut balance = Balance::new(48_000, 2);
        balance.set_balance(0);
        balance.set_mono(false);
        let samples: Vec<f32> = (0..2000).map(|n| (n as f32).sin()).collect();
        let mut out = samples.clone();
        balance.process(&mut out);
        assert!(balance.is_neutral());
        assert_eq!(out, samples);
        balance.set_balance(30);
        balance.process(&mut vec![0.0; 2 * 960]);
        balance.set_balance(0);
        balance.process(&mut vec![0.0; 2 * 960]);
        assert!(balance.is_neutral(), "and again once the way back is gone");
    }

    #[test]
    fn one_side_goes_down_and_the_other_stays() {
        assert_eq!(settled(2, 50, false, &[0.8, 0.4]), [0.4, 0.4]);
        assert_eq!(settled(2, -25, false, &[0.8, 0.4]), [0.8, 0.3]);
        assert_eq!(settled(2, 100, false, &[0.8, 0.4]), [0.0, 0.4]);
        assert_eq!(settled(2, -128, false, &[0.8, 0.4]), [0.8, 0.0]);
        // Front left, front right, centre, low frequency, back left, back right.
        let six = settled(6, -50, false, &[0.8; 6]);
        assert_eq!(six, [0.8, 0.4, 0.8, 0.8, 0.8, 0.4]);
        assert_eq!(settled(1, 100, false, &[0.8]), [0.8]);
        // Channels without names have no side.
        assert_eq!(settled(9, 100, false, &[0.8; 9]), [0.8; 9]);
    }

    #[test]
    fn mono_is_half_of_each_from_both() {
        assert_eq!(settled(2, 0, true, &[0.75, 0.25]), [0.5, 0.5]);
        assert_eq!(settled(2, 0, true, &[0.75, -0.75]), [0.0, 0.0]);
        assert_eq!(settled(2, 100, true, &[0.75, 0.25]), [0.0, 0.5]);
        assert_eq!(settled(1, 0, true, &[0.75]), [0.75]);
        let six = settled(6, 0, true, &[0.5; 6]);
        assert_eq!(six[2..], [0.0; 4]);
        assert!((six[0] - 0.5).abs() < 1e-6 && six[0] == six[1], "{six:?}");
    }

    #[test]
    fn changes_are_ramps_whatever_the_blocks() {
        let run = |block: usize| {
            let mut balance = Balance::new(48_000, 2);
            let mut samples: Vec<f32> = (0..2000).flat_map(|_| [1.0, -0.5]).collect();
            balance.set_balance(-100);
            balance.set_mono(true);
            samples.chunks_mut(block * 2).for_each(|block| balance.process(block));
            samples
        };
        let whole = run(2000);
        let steps = whole.chunks_exact(2).zip(whole.chunks_exact(2).skip(1));
        for (before, after) in steps {
            assert!((before[0] - after[0]).abs() < 0.002 && (before[1] - after[1]).abs() < 0.004);
        }
        assert_eq!(whole[2 * 1500..2 * 1500 + 2], [0.25, 0.0]);
        for block in [1, 100, 255, 256, 257] {
            assert_eq!(run(block), whole, "blocks of {block}");
        }
    }
}
