//! The Kaiser window, by which sincs are cut off (Oppenheim and Schafer, "Discrete-Time Signal Processing", §7.5.3).

/// At `edge` of the way from its middle (0) to its end (1 or −1), times [`bessel`]`(beta)`: who uses it brings the sum of
/// the taps to 1 anyway.
pub(super) fn kaiser(beta: f64, edge: f64) -> f64 {
    bessel(beta * (1.0 - edge * edge).max(0.0).sqrt())
}

/// Modified Bessel function of the first kind and order zero, by its power series; for `x` below 20.
fn bessel(x: f64) -> f64 {
    let mut term = 1.0;
    let mut sum = 1.0;
    for k in 1..40 {
        let factor = x / (2.0 * f64::from(k));
        term *= factor * factor;
        sum += term;
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Abramowitz and Stegun, "Handbook of Mathematical Functions", table 9.8 (there times e^-x).
    #[test]
    fn the_function_is_that_of_the_tables() {
        for (x, scaled) in [(0.0, 1.0_f64), (1.0, 0.465_759_6), (5.0, 0.183_540_8), (10.0, 0.127_833_3)] {
            assert!((bessel(x) * (-x).exp() - scaled).abs() < 1e-7, "{x}");
        }
        assert!((kaiser(8.0, 1.0), kaiser(8.0, -1.0)) == (1.0, 1.0));
        assert!(kaiser(8.0, 0.0) == bessel(8.0));
    }
}
