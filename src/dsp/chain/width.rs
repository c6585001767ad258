//! Width of two channels by middle and side: the side's gain, and no side in the bass. The middle is not touched, so what
//! one channel plays of both stays as it is.

use super::frames::{MOST_FRAMES, apply_line};
use super::line::Line;
use super::svf::{Filter, Svf, cascade};

#[derive(Debug)]
pub struct Width {
    channels: usize,
    gain: Line<1>,
    /// Of the side.
    high_pass: Svf,
    /// As it stands in both channels.
    side: Box<[[f32; 2]]>,
}

impl Width {
    pub fn new(rate: u32, channels: usize, gain: f64, high_pass: &Filter) -> Self {
        let high_pass = Svf::new(rate, 2, high_pass);
        Self { channels, gain: Line::at([gain]), high_pass, side: vec![[0.0; 2]; MOST_FRAMES].into() }
    }

    pub fn aim(&mut self, gain: f64, high_pass: &Filter, frames: usize) {
        self.gain.aim([gain], frames);
        self.high_pass.aim(high_pass, frames);
    }

    fn is_in_use(&self) -> bool {
        let gains = self.gain.is_moving() || self.gain.now() != [1.0];
        self.channels == 2 && (gains || self.high_pass.is_in_use())
    }

    pub fn process(&mut self, samples: &mut [f32]) {
        if !self.is_in_use() {
            return;
        }
        let frames = samples.as_chunks_mut::<2>().0;
        let side = &mut self.side[..frames.len()];
        let of = |frame: &[f32; 2]| (frame[0] - frame[1]) * 0.5;
        side.iter_mut().zip(&*frames).for_each(|(side, frame)| *side = [of(frame), -of(frame)]);
        if self.high_pass.is_in_use() {
            cascade(std::slice::from_mut(&mut self.high_pass), side.as_flattened_mut(), 2);
        }
        apply_line(side.as_flattened_mut(), 2, &mut self.gain);
        for (frame, side) in frames.iter_mut().zip(side) {
            let before = of(frame);
            *frame = [frame[0] + (side[0] - before), frame[1] + (side[1] + before)];
        }
    }

    pub fn reset(&mut self) {
        self.high_pass.reset();
    }

    pub fn flush(&mut self) {
        self.high_pass.flush();
    }
}
