//! Smooth curves that decisions are made of: no thresholds, no cliffs.

/// 0 below `low`, 1 above `high`, 3t^2 - 2t^3 between.
pub fn smooth_step(value: f32, low: f32, high: f32) -> f32 {
    let t = ((value - low) / (high - low)).clamp(0.0, 1.0);
    t * t * (3.0 - 2.0 * t)
}

/// As much of `value` as a bound allows, never more than `most`: straight near zero, then bending.
pub fn bounded(value: f32, most: f32) -> f32 {
    if most <= 0.0 { 0.0 } else { most * (value / most).tanh() }
}

/// How far a deviation of so many spreads calls for an answer, -1 to 1: nearly nothing up to one spread, most of it from
/// three on. The cubic near zero has neither edge nor corner.
pub fn concern(deviation: f32) -> f32 {
    let cube = deviation.powi(3);
    cube / (cube.abs() + 12.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn curves_are_bounded_odd_and_rise() {
        let mut before = (0.0, -2.0, -1.0);
        for step in -100..=100 {
            let x = step as f32 / 10.0;
            let now = (smooth_step(x, -2.0, 3.0), bounded(x, 2.0), concern(x));
            assert!(now.0 >= before.0 && now.1 >= before.1 && now.2 >= before.2, "{x}");
            assert!((0.0..=1.0).contains(&now.0) && now.1.abs() <= 2.0 && now.2.abs() < 1.0);
            assert!((bounded(-x, 2.0) + now.1).abs() < 1e-6 && (concern(-x) + now.2).abs() < 1e-6);
            before = now;
        }
        assert_eq!((smooth_step(-5.0, 0.0, 1.0), smooth_step(5.0, 0.0, 1.0)), (0.0, 1.0));
        assert!(concern(1.0) < 0.1 && concern(3.0) > 0.65);
        assert_eq!(bounded(1.0, 0.0), 0.0);
    }
}
