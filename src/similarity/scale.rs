//! Robust scaling: a number becomes its rank in the library, and the rank a normal score, so that neither units nor
//! outliers count (van der Waerden scores).

/// Knots that keep a column's distribution.
const KNOTS: usize = 257;

/// The distribution of one column.
#[derive(Debug, Clone, Default)]
pub struct Scale {
    /// Values at evenly spaced ranks, rising; none where the column says nothing.
    knots: Vec<f32>,
}

impl Scale {
    /// Of the column's values; what is missing is left out.
    pub fn of(mut values: Vec<f32>) -> Self {
        values.retain(|value| value.is_finite());
        values.sort_by(f32::total_cmp);
        match (values.first(), values.last()) {
            (Some(first), Some(last)) if first < last => {}
            _ => return Self::default(),
        }
        if values.len() <= KNOTS {
            return Self { knots: values };
        }
        let place = |knot: usize| knot * (values.len() - 1) / (KNOTS - 1);
        Self { knots: (0..KNOTS).map(|knot| values[place(knot)]).collect() }
    }

    /// The normal score of a value, about -3 to 3; 0, the median, where the column says nothing.
    pub fn score(&self, value: f32) -> f32 {
        if self.knots.is_empty() || !value.is_finite() {
            return 0.0;
        }
        let below = self.knots.partition_point(|&knot| knot < value);
        let upto = self.knots.partition_point(|&knot| knot <= value);
        // Ties share the middle of their ranks; between knots the rank is drawn straight.
        let rank = if below < upto {
            (below + upto - 1) as f32 / 2.0
        } else if below == 0 || below == self.knots.len() {
            below as f32 - 0.5
        } else {
            let (low, high) = (self.knots[below - 1], self.knots[below]);
            below as f32 - 1.0 + (value - low) / (high - low)
        };
        normal((rank + 0.5) / self.knots.len() as f32)
    }
}

/// The normal deviate of a probability, by Tukey's lambda distribution: right to 0.02 between -2.5 and 2.5.
fn normal(probability: f32) -> f32 {
    let p = probability.clamp(1e-3, 1.0 - 1e-3);
    4.91 * (p.powf(0.14) - (1.0 - p).powf(0.14))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scores_are_normal_deviates_of_ranks() {
        let scale = Scale::of((0..1000).map(|n| (n as f32).powi(3)).collect());
        // Quartile and 97.5 % of the normal distribution.
        for (n, expected) in [(500, 0.0), (750, 0.6745), (250, -0.6745), (975, 1.96)] {
            let found = scale.score((n as f32).powi(3));
            assert!((found - expected).abs() < 0.03, "{n}: {found}");
        }
    }

    #[test]
    fn an_outlier_is_only_the_last_one() {
        let scale = Scale::of(vec![1.0, 2.0, 3.0, 4.0, 1e9]);
        assert!(scale.score(1e9) < 3.5 && scale.score(1e12) < 3.5);
        assert_eq!(scale.score(3.0), 0.0);
        assert!(scale.score(2.5) > scale.score(2.0) && scale.score(2.5) < scale.score(3.0));
    }

    #[test]
    fn what_says_nothing_is_the_median() {
        assert_eq!(Scale::of(vec![]).score(5.0), 0.0);
        assert_eq!(Scale::of(vec![2.0; 9]).score(7.0), 0.0);
        assert_eq!(Scale::of(vec![f32::NAN, 1.0, 2.0]).score(f32::NAN), 0.0);
    }

    #[test]
    fn ties_share_their_rank() {
        let scale = Scale::of(vec![0.0, 0.0, 0.0, 0.0, 1.0, 2.0]);
        assert!((scale.score(0.0) - normal(2.0 / 6.0)).abs() < 1e-6);
    }
}
