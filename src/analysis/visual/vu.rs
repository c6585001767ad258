//! VU meters of left and right, by IEC 60268-17: the mean of the rectified signal moves a needle that is at 99 % of a steady
//! reading after 300 ms and goes 1 to 1.5 % beyond it. 0 VU is a sine of -18 dB over full scale (EBU R 68). With the highest
//! sample of the last moments.

use std::time::Duration;

use super::{Ear, Look};
use crate::model::visual::{VisualFrame, VuNow, VuSide, ZERO_VU_DB};

/// A needle is a spring with a damper. This damping goes exp(-pi z / sqrt(1 - z^2)) = 1.25 % beyond...
const DAMPING: f64 = 0.8127;
/// ...and at this natural frequency, radians a second, 99 % is where the standard has it, at 0.3 s.
const FREQUENCY: f64 = 13.51;
/// The mark of a peak stays for so long, then falls.
const HOLD_S: f64 = 1.5;
const PEAK_FALL_DB_PER_S: f64 = 24.0;
/// Readings below these are none: VU, and dB over full scale.
const LEAST_VU: f32 = -60.0;
const LEAST_PEAK_DB: f32 = -80.0;
/// Frames that are read at once.
const BLOCK: usize = 2_048;

/// One meter: a full-scale value of the needle is that of a rectified signal of 1.
#[derive(Debug, Clone, Copy, Default)]
struct Needle {
    place: f64,
    speed: f64,
    peak: f32,
    /// Seconds since the peak.
    age: f64,
}

impl Needle {
    /// Takes samples that are `step` seconds apart.
    fn push(&mut self, samples: impl Iterator<Item = f32>, step: f64) {
        let (mut highest, mut passed) = (0.0_f32, 0.0);
        for sample in samples {
            let sample = if sample.is_finite() { sample.abs() } else { 0.0 };
            highest = highest.max(sample);
            passed += step;
            let force = FREQUENCY * FREQUENCY * (f64::from(sample) - self.place);
            self.speed += (force - 2.0 * DAMPING * FREQUENCY * self.speed) * step;
            self.place += self.speed * step;
        }
        self.age += passed;
        // Only the time beyond the hold lets it fall.
        let falling = (self.age - HOLD_S).clamp(0.0, passed);
        self.peak *= 10f64.powf(-PEAK_FALL_DB_PER_S * falling / 20.0) as f32;
        if highest >= self.peak {
            (self.peak, self.age) = (highest, 0.0);
        }
    }

    fn shown(&self) -> VuSide {
        // The mean of a rectified sine is 2 / pi of its amplitude.
        let amplitude = self.place.max(0.0) as f32 * std::f32::consts::FRAC_PI_2;
        let vu = 20.0 * amplitude.log10() - ZERO_VU_DB;
        let peak = 20.0 * self.peak.log10();
        VuSide {
            vu: Some(vu).filter(|&vu| vu > LEAST_VU),
            peak: Some(peak).filter(|&peak| peak > LEAST_PEAK_DB),
        }
    }
}

pub(super) struct VuLook {
    step: f64,
    sides: [Needle; 2],
    /// Frames before this count were taken; none yet.
    next: Option<u64>,
    frames: Vec<f32>,
}

impl VuLook {
    pub(super) fn new(rate: u32) -> Self {
        let step = 1.0 / f64::from(rate.max(100));
        Self { step, sides: Default::default(), next: None, frames: vec![0.0; BLOCK * 2] }
    }

    fn take(&mut self, ear: &Ear<'_>) {
        // Another output counts from the beginning; one that is not there yet has no frames.
        let mut next = self.next.filter(|&next| next <= ear.at).unwrap_or(ear.at);
        while next < ear.at {
            let count = usize::try_from(ear.at - next).unwrap_or(BLOCK).min(BLOCK);
            next += count as u64;
            let frames = &mut self.frames[..count * 2];
            if ear.tap.read(next, frames) {
                for (side, needle) in self.sides.iter_mut().enumerate() {
                    needle.push(frames.iter().skip(side).step_by(2).copied(), self.step);
                }
            }
        }
        self.next = Some(next);
    }

    fn rest(&mut self, elapsed: Duration) {
        self.next = None;
        // After a second the needle lies at its pin, however long it was.
        let count = (elapsed.as_secs_f64().min(1.0) / self.step) as usize;
        for needle in &mut self.sides {
            needle.push(std::iter::repeat_n(0.0, count), self.step);
        }
    }
}

impl Look for VuLook {
    fn look(&mut self, ear: Option<&Ear<'_>>, elapsed: Duration) -> bool {
        let was_still = self.is_still();
        match ear {
            Some(ear) => self.take(ear),
            None => self.rest(elapsed),
        }
        !(was_still && self.is_still())
    }

    fn is_still(&self) -> bool {
        self.sides.iter().all(|needle| needle.shown() == VuSide::default() && needle.speed.abs() < 1e-4)
    }

    fn show(&self, frame: &mut VisualFrame) {
        frame.vu = Some(VuNow { sides: self.sides.map(|needle| needle.shown()) });
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{RATE, ear, sine, tap_of};
    use super::*;

    /// 0 VU: a sine of -18 dB over full scale.
    fn zero_vu(hz: f64, rate: u32) -> impl Iterator<Item = f32> {
        let amplitude = 10f64.powf(-18.0 / 20.0);
        (0..).map(move |n| {
            (amplitude * (std::f64::consts::TAU * hz * f64::from(n) / f64::from(rate)).sin()) as f32
        })
    }

    /// IEC 60268-17: a sine of 997 Hz (the 1 kHz of AES17) that gives 0 VU is at 99 % of it within 300 ms, give or take a tenth, and goes beyond
    /// it by no less than 1 % and no more than 1.5 %.
    #[test]
    fn the_needle_moves_as_the_standard_says() {
        for rate in [8_000_u32, 44_100, 192_000] {
            let (mut needle, step) = (Needle::default(), 1.0 / f64::from(rate));
            let mut samples = zero_vu(997.0, rate);
            let aim = 10f64.powf(-18.0 / 20.0) * 2.0 / std::f64::consts::PI;
            let (mut reached, mut highest) = (None, 0.0_f64);
            for n in 0..rate * 2 {
                needle.push(samples.by_ref().take(1), step);
                let share = needle.place / aim;
                highest = highest.max(share);
                if share >= 0.99 && reached.is_none() {
                    reached = Some(f64::from(n) * step);
                }
            }
            let reached = reached.unwrap();
            assert!((0.27..=0.33).contains(&reached), "{rate} Hz: 99 % after {reached} s");
            assert!((1.01..=1.015).contains(&highest), "{rate} Hz: {highest} at most");
            let vu = needle.shown().vu.unwrap();
            assert!(vu.abs() < 0.05, "{rate} Hz: {vu} VU");
        }
    }

    /// The step response of a damped spring in closed form, at times along the way.
    #[test]
    fn the_needle_is_a_damped_spring() {
        let (z, w) = (DAMPING, FREQUENCY);
        let turned = (1.0 - z * z).sqrt();
        let mut needle = Needle::default();
        for part in 1..=20 {
            needle.push(std::iter::repeat_n(1.0, 2_400), 1.0 / 48_000.0);
            let t = f64::from(part) * 0.05;
            let exact = 1.0 - (-z * w * t).exp() / turned * (w * turned * t + z.acos()).sin();
            assert!((needle.place - exact).abs() < 1e-3, "{t} s: {} not {exact}", needle.place);
        }
    }

    #[test]
    fn sides_are_read_apart_and_peaks_are_samples_that_stay() {
        let tap = tap_of(2, &sine(1_000.0, 60_000, [0.5, 0.1259]));
        let mut look = VuLook::new(RATE);
        for at in (2_000..=60_000).step_by(2_000) {
            look.look(Some(&ear(&tap, at)), Duration::from_millis(42));
        }
        let shown = |look: &VuLook| look.sides.map(|needle| needle.shown());
        let [left, right] = shown(&look);
        // 20 lg 0.5 is -6.02 dB, 12 above 0 VU.
        assert!(
            (left.vu.unwrap() - 11.98).abs() < 0.1 && right.vu.unwrap().abs() < 0.1,
            "{left:?} {right:?}"
        );
        assert!((left.peak.unwrap() + 6.02).abs() < 0.01 && (right.peak.unwrap() + 18.0).abs() < 0.01);
        let rest = |look: &mut VuLook, times: u32| {
            for _ in 0..times {
                look.look(None, Duration::from_millis(100));
            }
        };
        rest(&mut look, 14);
        assert!((shown(&look)[0].peak.unwrap() + 6.02).abs() < 0.01, "it stays for 1.5 s");
        rest(&mut look, 5);
        assert!(shown(&look)[0].peak.unwrap() < -10.0, "and falls then");
        rest(&mut look, 60);
        assert!(look.is_still() && !look.look(None, Duration::from_millis(100)));
    }

    #[test]
    fn what_is_no_number_is_nothing() {
        let mut needle = Needle::default();
        needle.push([f32::NAN, f32::INFINITY, 0.25].into_iter(), 1.0 / 48_000.0);
        assert!(needle.place.is_finite() && needle.peak == 0.25);
    }
}
