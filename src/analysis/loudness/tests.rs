//! The signals of EBU Tech 3341 and Tech 3342 in closed form, at several rates and layouts.

use super::*;

/// BS.1770-5 Annex 1: 997 Hz at full scale in one front channel is -3.01 LKFS.
#[test]
fn the_reference_tone_reads_what_the_recommendation_says() {
    for rate in [44_100, 48_000, 96_000, 192_000] {
        let mut meter = Meter::new(Spec { rate, channels: 2 });
        let sine = |n: u32| (std::f64::consts::TAU * 997.0 * f64::from(n) / f64::from(rate)).sin() as f32;
        meter.push(&(0..rate * 4).flat_map(|n| [sine(n), 0.0]).collect::<Vec<_>>());
        let found = meter.finish();
        assert!((found.integrated_lufs.unwrap() + 3.01).abs() < 0.02, "{rate}: {found:?}");
    }
}
