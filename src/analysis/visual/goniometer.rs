//! The goniometer: left against right, and how alike they are.

use std::time::Duration;

use super::zoom::Zoom;
use super::{Ear, Look};
use crate::model::visual::{Field, VisualFrame};

/// Seconds whose samples are shown, and how many of them at most.
const WINDOW_S: f64 = 0.05;
const POINTS: usize = 1_000;
/// Time in which the correlation goes two thirds of the way to a new value.
const SLOW_S: f32 = 0.3;
/// Mean square of what is taken for silence: -80 dB over full scale.
const SILENCE: f32 = 1e-8;

pub(super) struct Goniometer {
    frames: Vec<f32>,
    zoom: Zoom,
    /// Slowed down: products of left and left, right and right, left and right.
    products: [f32; 3],
    picture: Field,
}

impl Goniometer {
    pub(super) fn new(rate: u32) -> Self {
        let window = ((f64::from(rate) * WINDOW_S) as usize).max(16);
        Self {
            frames: vec![0.0; window * 2],
            zoom: Zoom::default(),
            products: [0.0; 3],
            picture: Field { zoom: 1.0, ..Field::default() },
        }
    }

    fn take(&mut self, elapsed: Duration) {
        let frames = self.frames.as_chunks::<2>().0;
        let peak = frames.iter().fold(0.0_f32, |peak, [left, right]| peak.max(left.abs()).max(right.abs()));
        let mut sums = [0.0_f32; 3];
        for [left, right] in frames {
            for (sum, product) in sums.iter_mut().zip([left * left, right * right, left * right]) {
                *sum += product;
            }
        }
        let kept = (-elapsed.as_secs_f32() / SLOW_S).exp();
        for (slow, sum) in self.products.iter_mut().zip(sums) {
            let mean = sum / frames.len() as f32;
            *slow = if mean.is_finite() { *slow * kept + mean * (1.0 - kept) } else { 0.0 };
        }
        let zoom = self.zoom.follow(peak, elapsed);
        let points = match peak > 0.0 {
            true => frames.iter().step_by(frames.len().div_ceil(POINTS)).copied().collect(),
            false => Vec::new(),
        };
        self.picture = Field { points, zoom, correlation: self.correlation() };
    }

    fn correlation(&self) -> Option<f32> {
        let [left, right, both] = self.products;
        let size = (left * right).sqrt();
        // One silent side correlates with nothing.
        (left.max(right) > SILENCE).then(|| if size > 0.0 { (both / size).clamp(-1.0, 1.0) } else { 0.0 })
    }
}

impl Look for Goniometer {
    fn look(&mut self, ear: Option<&Ear<'_>>, elapsed: Duration) -> bool {
        let was_still = self.is_still();
        match ear {
            Some(ear) if ear.window(&mut self.frames) => self.take(elapsed),
            _ => {
                self.products = [0.0; 3];
                self.picture = Field { zoom: 1.0, ..Field::default() };
            }
        }
        !(was_still && self.is_still())
    }

    fn is_still(&self) -> bool {
        self.picture.points.is_empty() && self.picture.correlation.is_none()
    }

    fn show(&self, frame: &mut VisualFrame) {
        frame.goniometer = Some(self.picture.clone());
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{RATE, ear, sine, tap_of};
    use super::*;

    fn field(samples: &[f32]) -> Field {
        let tap = tap_of(2, samples);
        let mut look = Goniometer::new(RATE);
        for _ in 0..60 {
            look.look(Some(&ear(&tap, 20_000)), Duration::from_millis(33));
        }
        look.picture
    }

    #[test]
    fn the_correlation_is_that_of_the_closed_form() {
        for (sides, expected) in
            [([0.5, 0.5], 1.0), ([0.5, -0.1], -1.0), ([0.5, 0.0], 0.0), ([0.0, 0.0], f32::NAN)]
        {
            let found = field(&sine(1_000.0, 20_000, sides)).correlation.unwrap_or(f32::NAN);
            assert!(
                (found - expected).abs() < 1e-3 || found.is_nan() && expected.is_nan(),
                "{sides:?}: {found}"
            );
        }
        // A quarter of a period apart they have nothing in common, an eighth apart the cosine of it.
        for (phase, expected) in [(0.25, 0.0), (0.125, std::f64::consts::FRAC_1_SQRT_2)] {
            let value = |n: usize, turn: f64| (std::f64::consts::TAU * (n as f64 / 48.0 + turn)).sin() as f32;
            let samples: Vec<f32> = (0..20_000).flat_map(|n| [value(n, 0.0), value(n, phase)]).collect();
            let found = field(&samples).correlation.unwrap();
            assert!((f64::from(found) - expected).abs() < 1e-3, "{phase}: {found}");
        }
    }

    #[test]
    fn points_are_samples_of_the_last_moment_and_not_too_many() {
        let found = field(&sine(1_000.0, 20_000, [0.1, -0.1]));
        assert!(found.points.len() <= POINTS && found.points.len() > POINTS / 2, "{}", found.points.len());
        assert!(found.points.iter().all(|[left, right]| (left + right).abs() < 1e-6));
        assert_eq!(found.zoom, 8.0);
    }
}
