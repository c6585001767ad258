//! What several stages do to interleaved frames.

use super::line::Line;

/// Frames worked on at a time.
pub const MOST_FRAMES: usize = crate::dsp::true_peak::MOST_FRAMES;

/// The level of each frame's loudest channel.
#[inline(always)]
pub fn loudest_of_each(samples: &[f32], channels: usize, levels: &mut [f32]) {
    let larger = |a: f32, b: f32| if a > b { a } else { b };
    match channels {
        1 => levels.iter_mut().zip(samples).for_each(|(level, sample)| *level = sample.abs()),
        2 => levels
            .iter_mut()
            .zip(samples.as_chunks::<2>().0)
            .for_each(|(level, frame)| *level = larger(frame[0].abs(), frame[1].abs())),
        _ => levels.iter_mut().zip(samples.chunks_exact(channels)).for_each(|(level, frame)| {
            *level = frame.iter().fold(0.0, |most, sample| larger(most, sample.abs()));
        }),
    }
}

/// Multiplies each frame with a gain of its own.
#[inline(always)]
pub fn apply(samples: &mut [f32], channels: usize, gains: &[f32]) {
    match channels {
        1 => samples.iter_mut().zip(gains).for_each(|(sample, gain)| *sample *= gain),
        2 => samples
            .as_chunks_mut::<2>()
            .0
            .iter_mut()
            .zip(gains)
            .for_each(|(frame, gain)| *frame = [frame[0] * gain, frame[1] * gain]),
        _ => samples.chunks_exact_mut(channels).zip(gains).for_each(|(frame, gain)| {
            frame.iter_mut().for_each(|sample| *sample *= gain);
        }),
    }
}

/// Takes one channel out of all.
#[inline(always)]
pub fn gather(samples: &[f32], channel: usize, channels: usize, alone: &mut [f32]) {
    if channels == 2 {
        let frames = samples.as_chunks::<2>().0;
        alone.iter_mut().zip(frames).for_each(|(slot, frame)| *slot = frame[channel]);
    } else {
        let own = samples.iter().skip(channel).step_by(channels);
        alone.iter_mut().zip(own).for_each(|(slot, sample)| *slot = *sample);
    }
}

/// Puts one channel among all.
#[inline(always)]
pub fn scatter(alone: &[f32], channel: usize, channels: usize, samples: &mut [f32]) {
    if channels == 2 {
        let frames = samples.as_chunks_mut::<2>().0;
        frames.iter_mut().zip(alone).for_each(|(frame, sample)| frame[channel] = *sample);
    } else {
        let own = samples.iter_mut().skip(channel).step_by(channels);
        own.zip(alone).for_each(|(slot, sample)| *slot = *sample);
    }
}

/// Makes frames later by a constant count.
#[derive(Debug)]
pub struct Delay {
    ring: Box<[f32]>,
    at: usize,
}

impl Delay {
    pub fn new(frames: usize, channels: usize) -> Self {
        Self { ring: vec![0.0; frames * channels].into(), at: 0 }
    }

    pub fn process(&mut self, mut samples: &mut [f32]) {
        while !samples.is_empty() && !self.ring.is_empty() {
            let count = samples.len().min(self.ring.len() - self.at);
            let (now, rest) = samples.split_at_mut(count);
            now.swap_with_slice(&mut self.ring[self.at..self.at + count]);
            self.at = (self.at + count) % self.ring.len();
            samples = rest;
        }
    }

    pub fn reset(&mut self) {
        self.ring.fill(0.0);
        self.at = 0;
    }
}

/// Multiplies frames with a gain that may be on its way.
pub fn apply_line(samples: &mut [f32], channels: usize, gain: &mut Line<1>) {
    if gain.is_moving() {
        for frame in samples.chunks_exact_mut(channels) {
            let gain = gain.advance()[0] as f32;
            frame.iter_mut().for_each(|sample| *sample *= gain);
        }
    } else if gain.now() != [1.0] {
        let gain = gain.now()[0] as f32;
        samples.iter_mut().for_each(|sample| *sample *= gain);
    }
}
