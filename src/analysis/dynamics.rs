//! The DR value as the Pleasurize Music Foundation published it ("DR14"): of each channel the second highest peak of its 3 s
//! blocks over the root mean square of the loudest fifth of them, a sine's being its amplitude; the mean of the channels, in dB.
//! Called by `measure`. Needs four bytes a block and channel: 100 KB for ten hours of stereo.

use super::Analyser;
use super::lanes::{Stretch, stretches};
use crate::model::audio::Spec;
use crate::model::features::{Absent, Value};

const BLOCK_S: usize = 3;
/// The loudest of so many blocks count.
const FIFTH: usize = 5;
/// Blocks that make a value: a second highest peak among others.
const LEAST_BLOCKS: usize = 3;

/// See the module's head.
#[derive(Debug)]
pub struct DynamicRange {
    /// Samples of a whole block, and of the one that is on.
    block: usize,
    filled: usize,
    stretches: Vec<Stretch>,
    channels: Vec<Channel>,
}

#[derive(Debug, Clone, Default)]
struct Channel {
    /// Of the block that is on.
    peak: f32,
    energy: f64,
    /// Mean squares of the blocks.
    blocks: Vec<f32>,
    /// The highest peaks, the second one first.
    highest: [f32; 2],
}

impl Analyser for DynamicRange {
    type Found = Value;

    fn new(spec: Spec) -> Self {
        let channels = usize::from(spec.channels);
        Self {
            block: spec.rate as usize * BLOCK_S * channels,
            filled: 0,
            stretches: vec![Stretch::default(); channels],
            channels: vec![Channel::default(); channels],
        }
    }

    fn push(&mut self, mut frames: &[f32]) {
        while !frames.is_empty() {
            let (now, later) = frames.split_at(frames.len().min(self.block - self.filled));
            stretches(now, &mut self.stretches);
            for (channel, stretch) in self.channels.iter_mut().zip(&self.stretches) {
                channel.peak = channel.peak.max(stretch.peak);
                channel.energy += stretch.energy;
            }
            self.filled += now.len();
            if self.filled == self.block {
                self.end_block();
            }
            frames = later;
        }
    }

    fn finish(mut self) -> Value {
        if self.filled > 0 {
            self.end_block();
        }
        let values: Result<Vec<f32>, Absent> = self.channels.iter_mut().map(Channel::value).collect();
        let heard: Vec<f32> = values?.into_iter().filter(|db| !db.is_nan()).collect();
        if heard.is_empty() {
            return Err(Absent::Silence);
        }
        Ok(heard.iter().sum::<f32>() / heard.len() as f32)
    }
}

impl DynamicRange {
    fn end_block(&mut self) {
        let frames = self.filled / self.channels.len();
        self.channels.iter_mut().for_each(|channel| channel.end_block(frames));
        self.filled = 0;
    }
}

impl Channel {
    fn end_block(&mut self, frames: usize) {
        self.blocks.push((std::mem::take(&mut self.energy) / frames as f64) as f32);
        let peak = std::mem::take(&mut self.peak);
        let [second, first] = self.highest;
        self.highest = if peak > first { [first, peak] } else { [second.max(peak), first] };
    }

    /// Not a number for a silent channel.
    fn value(&mut self) -> Value {
        if self.blocks.len() < LEAST_BLOCKS {
            return Err(Absent::TooShort);
        }
        if !self.blocks.iter().all(|energy| energy.is_finite()) {
            return Err(Absent::NotFinite);
        }
        self.blocks.sort_unstable_by(|a, b| b.total_cmp(a));
        let loudest = &self.blocks[..(self.blocks.len() / FIFTH).max(1)];
        let mean = loudest.iter().map(|&energy| f64::from(energy)).sum::<f64>() / loudest.len() as f64;
        let peak = f64::from(self.highest[0]);
        Ok((10.0 * (peak * peak / (2.0 * mean)).log10()) as f32)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE: u32 = 8_000;

    fn found(seconds: u32, channels: u16, sample: impl Fn(u32) -> f32) -> Value {
        let mut meter = DynamicRange::new(Spec { rate: RATE, channels });
        let frames: Vec<f32> =
            (0..seconds * RATE).flat_map(|n| vec![sample(n); usize::from(channels)]).collect();
        frames.chunks(usize::from(channels) * 777).for_each(|block| meter.push(block));
        meter.finish()
    }

    fn sine(n: u32) -> f32 {
        (std::f32::consts::TAU * (n % 80) as f32 / 80.0).sin()
    }

    #[test]
    fn a_sine_has_a_range_of_nothing_and_peaks_above_it_are_the_range() {
        assert!(found(30, 2, sine).unwrap().abs() < 0.01);
        // One full-scale sample in every block, over a sine 20 dB below.
        let clicks = |n| if n % (3 * RATE) == 20 { 1.0 } else { 0.1 * sine(n) };
        assert!((found(30, 1, clicks).unwrap() - 20.0).abs() < 0.1);
        // A single block with one: the second highest peak is the sine's.
        let click = |n| if n == 20 { 1.0 } else { 0.1 * sine(n) };
        assert!(found(30, 3, click).unwrap().abs() < 0.2);
    }

    #[test]
    fn only_the_loudest_fifth_counts() {
        // Of ten blocks two are 20 dB louder.
        let steps = |n| if n < 6 * RATE { sine(n) } else { 0.1 * sine(n) };
        assert!(found(30, 2, steps).unwrap().abs() < 0.01);
    }

    #[test]
    fn there_is_no_value_without_sound_or_without_blocks() {
        assert_eq!(found(30, 2, |_| 0.0), Err(Absent::Silence));
        assert_eq!(found(5, 2, sine), Err(Absent::TooShort));
        assert_eq!(found(0, 2, sine), Err(Absent::TooShort));
        assert_eq!(found(30, 2, |n| if n == 9 { f32::NAN } else { sine(n) }), Err(Absent::NotFinite));
    }
}
