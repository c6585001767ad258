//! The way through a field of stars: as fast as it is loud, with the spectrum as its light.

use std::time::Duration;

use super::{Ear, Look};
use crate::analysis::spectrum::Spectrum;
use crate::model::visual::{Flight, VisualFrame};

/// Depths of the field a second, at the floor of loudness and at full scale.
const SLOWEST: f32 = 0.04;
const FASTEST: f32 = 0.9;
/// Mean power that still moves, dB over full scale.
const FLOOR_DB: f32 = -60.0;
/// Time in which the speed goes two thirds of the way to a new one.
const SLOW_S: f32 = 0.4;
/// Slower than this stands.
const STANDING: f32 = 0.002;

pub(super) struct FlightLook {
    spectrum: Spectrum,
    frames: Vec<f32>,
    way: f64,
    speed: f32,
}

impl FlightLook {
    pub(super) fn new(rate: u32) -> Self {
        let spectrum = Spectrum::new(rate);
        Self { frames: vec![0.0; spectrum.frames() * 2], spectrum, way: 0.0, speed: 0.0 }
    }

    fn fly(&mut self, wanted: f32, elapsed: Duration) {
        let kept = (-elapsed.as_secs_f32() / SLOW_S).exp();
        self.speed = self.speed * kept + wanted * (1.0 - kept);
        if wanted == 0.0 && self.speed < STANDING {
            self.speed = 0.0;
        }
        self.way += f64::from(self.speed) * elapsed.as_secs_f64();
    }
}

/// Depths a second for the mean power of samples.
fn speed_of(samples: &[f32]) -> f32 {
    let sum: f32 = samples.iter().map(|sample| sample * sample).sum();
    let db = 10.0 * (sum / samples.len().max(1) as f32).log10();
    if !db.is_finite() || db <= FLOOR_DB {
        return 0.0;
    }
    let share = (1.0 - db / FLOOR_DB).clamp(0.0, 1.0);
    SLOWEST + (FASTEST - SLOWEST) * share * share
}

impl Look for FlightLook {
    fn look(&mut self, ear: Option<&Ear<'_>>, elapsed: Duration) -> bool {
        let was_still = self.is_still();
        let wanted = match ear {
            Some(ear) if ear.window(&mut self.frames) => {
                self.spectrum.measure(&self.frames, elapsed);
                speed_of(&self.frames)
            }
            _ => {
                self.spectrum.rest(elapsed);
                0.0
            }
        };
        self.fly(wanted, elapsed);
        !(was_still && self.is_still())
    }

    fn is_still(&self) -> bool {
        self.speed == 0.0 && self.spectrum.is_flat()
    }

    fn show(&self, frame: &mut VisualFrame) {
        let bands = self.spectrum.bands().to_vec();
        frame.flight = Some(Flight { way: self.way, speed: self.speed, bands });
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{RATE, ear, sine, tap_of};
    use super::*;

    fn way(level: f32, looks: u32) -> f64 {
        let tap = tap_of(2, &sine(1_000.0, 20_000, [level; 2]));
        let mut look = FlightLook::new(RATE);
        for _ in 0..looks * 10 {
            look.look(Some(&ear(&tap, 20_000)), Duration::from_secs(1) / looks);
        }
        look.way
    }

    #[test]
    fn what_is_louder_flies_faster_at_any_rate_of_looking() {
        let (quiet, loud) = (way(0.01, 30), way(0.5, 30));
        assert!(quiet > 0.0 && loud > quiet * 2.0, "{quiet} {loud}");
        assert!((way(0.5, 60) / loud - 1.0).abs() < 0.02);
        assert_eq!(way(0.0, 30), 0.0);
    }

    #[test]
    fn it_comes_to_rest_where_nothing_is_heard() {
        let tap = tap_of(2, &sine(1_000.0, 20_000, [1.0; 2]));
        let mut look = FlightLook::new(RATE);
        for _ in 0..30 {
            look.look(Some(&ear(&tap, 20_000)), Duration::from_millis(33));
        }
        assert!(!look.is_still());
        for _ in 0..60 {
            look.look(None, Duration::from_millis(100));
        }
        let way = look.way;
        assert!(look.is_still() && !look.look(None, Duration::from_secs(1)) && look.way == way);
    }
}
