//! Level by frequency of left and right, each for itself.

use std::time::Duration;

use super::{Ear, Look};
use crate::analysis::spectrum::Spectrum;
use crate::model::visual::VisualFrame;

pub(super) struct Sides {
    sides: [Spectrum; 2],
    frames: Vec<f32>,
}

impl Sides {
    pub(super) fn new(rate: u32) -> Self {
        let sides = [Spectrum::new(rate), Spectrum::new(rate)];
        Self { frames: vec![0.0; sides[0].frames() * 2], sides }
    }
}

impl Look for Sides {
    fn look(&mut self, ear: Option<&Ear<'_>>, elapsed: Duration) -> bool {
        let was_flat = self.is_still();
        let is_heard = ear.is_some_and(|ear| ear.window(&mut self.frames));
        for (side, spectrum) in self.sides.iter_mut().enumerate() {
            match is_heard {
                true => spectrum.measure_of(&self.frames, &[side], elapsed),
                false => spectrum.rest(elapsed),
            }
        }
        !(was_flat && self.is_still())
    }

    fn is_still(&self) -> bool {
        self.sides.iter().all(Spectrum::is_flat)
    }

    fn show(&self, frame: &mut VisualFrame) {
        frame.sides = Some([0, 1].map(|side: usize| self.sides[side].bands().to_vec()));
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{RATE, ear, sine, tap_of};
    use super::*;
    use crate::model::visual::FLOOR_DB;

    /// Each side has the level of its own sine, whatever the other has.
    #[test]
    fn sides_do_not_mix() {
        let mut look = Sides::new(RATE);
        let hz = f64::from(RATE) * 100.0 / look.sides[0].frames() as f64;
        let tap = tap_of(2, &sine(hz, 20_000, [0.5, 0.05]));
        assert!(look.look(Some(&ear(&tap, 20_000)), Duration::from_millis(33)));
        let mut frame = VisualFrame::default();
        look.show(&mut frame);
        let top = |side: &Vec<f32>| FLOOR_DB * (1.0 - side.iter().copied().fold(0.0, f32::max));
        let [left, right] = frame.sides.unwrap().map(|side| top(&side));
        assert!((left - 20.0 * 0.5_f32.log10()).abs() < 0.1, "{left} dB");
        assert!((right - 20.0 * 0.05_f32.log10()).abs() < 0.1, "{right} dB");
    }
}
