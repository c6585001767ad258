//! Noise that makes an error of rounding independent of the sound: triangular, two steps wide, which frees both the mean
//! and the power of the error from the signal (Lipshitz, Wannamaker, Vanderkooy, "Quantization and Dither: A Theoretical
//! Survey", JAES 40/5, 1992). Called by `engine::output::encode`.

/// Triangular noise, each value independent of all others: so are the channels of a frame.
#[derive(Debug, Clone)]
pub struct Tpdf {
    state: u64,
}

impl Default for Tpdf {
    fn default() -> Self {
        Self { state: 0x9e37_79b9_7f4a_7c15 }
    }
}

impl Tpdf {
    /// The next value, in steps of what is rounded to: within -1 to 1, mean 0, variance 1/6.
    #[inline]
    pub fn draw(&mut self) -> f64 {
        // A linear congruential step (Knuth's MMIX), of which the low bits are poor, so the high ones are mixed into them.
        self.state =
            self.state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let mixed = (self.state ^ (self.state >> 32)).wrapping_mul(0xd6e8_feb8_6659_fd93);
        let mixed = mixed ^ (mixed >> 32);
        let [first, second] = [mixed as u32, (mixed >> 32) as u32];
        (f64::from(first) - f64::from(second)) / 4_294_967_296.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A triangle over -1 to 1: variance 1/6, fourth moment 1/15, one eighth of the values beyond a half on each side.
    #[test]
    fn the_values_are_a_triangle_two_steps_wide() {
        let mut noise = Tpdf::default();
        let values: Vec<f64> = (0..1_000_000).map(|_| noise.draw()).collect();
        let mean = |power: i32| values.iter().map(|value| value.powi(power)).sum::<f64>() / 1e6;
        assert!(values.iter().all(|value| value.abs() < 1.0));
        // Four standard errors of a million values.
        assert!(mean(1).abs() < 1.7e-3, "{}", mean(1));
        assert!((mean(2) - 1.0 / 6.0).abs() < 8e-4, "{}", mean(2));
        assert!((mean(4) - 1.0 / 15.0).abs() < 8e-4, "{}", mean(4));
        let beyond = values.iter().filter(|value| **value > 0.5).count();
        assert!((beyond as f64 - 125_000.0).abs() < 1_400.0, "{beyond}");
    }

    #[test]
    fn values_do_not_depend_on_those_before() {
        let mut noise = Tpdf::default();
        let values: Vec<f64> = (0..1_000_000).map(|_| noise.draw()).collect();
        for lag in [1, 2, 3, 4, 6, 8, 64, 441, 48_000] {
            let products = values.iter().zip(&values[lag..]).map(|(a, b)| a * b);
            let correlation = products.sum::<f64>() / (values.len() - lag) as f64 * 6.0;
            assert!(correlation.abs() < 4.5e-3, "{correlation} at {lag}");
        }
    }
}
