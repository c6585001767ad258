//! What is told twice shall not count twice: columns that are correlated with others count less. A column's factor is one
//! over the root of how many columns tell what it tells, `1 / sqrt(sum of r²)`: of twins each counts 0.71.
//!
//! One over the sum itself would make twins count exactly once, and whitening (ZCA) any correlation vanish. On real music
//! both find fewer neighbours of the same album: they raise what hardly varies but by chance, or lower what many numbers
//! tell because it is heard most.

/// The factors of the columns of some rows.
pub fn factors<'a>(columns: usize, rows: impl Iterator<Item = &'a [f32]> + Clone) -> Vec<f32> {
    let count = rows.clone().count().max(1) as f64;
    let mut mean = vec![0.0; columns];
    for row in rows.clone() {
        mean.iter_mut().zip(row).for_each(|(mean, value)| *mean += f64::from(*value) / count);
    }
    let mut products = vec![0.0; columns * columns];
    let mut off = vec![0.0; columns];
    for row in rows {
        off.iter_mut().zip(row).zip(&mean).for_each(|((off, value), mean)| *off = f64::from(*value) - mean);
        for (factor, line) in off.iter().zip(products.chunks_exact_mut(columns)) {
            line.iter_mut().zip(&off).for_each(|(cell, other)| *cell += factor * other);
        }
    }
    let variance = |n: usize| products[n * columns + n];
    let squared = |a: usize, b: usize| match variance(a) * variance(b) {
        both if both > 0.0 => products[a * columns + b].powi(2) / both,
        _ => 0.0,
    };
    // Of few rows some are correlated by chance: twice what that gives on average is taken off.
    let chance = 2.0 / count;
    let others =
        |a: usize| (0..columns).filter(|&b| b != a).map(|b| (squared(a, b) - chance).max(0.0)).sum::<f64>();
    (0..columns).map(|n| (1.0 / (1.0 + others(n)).sqrt()) as f32).collect()
}

#[cfg(test)]
mod tests {
    use super::super::made::chance;
    use super::*;

    #[test]
    fn twins_share_and_strangers_do_not() {
        let rows: Vec<[f32; 4]> =
            (0..2000).map(|n| (chance(1, n), chance(2, n))).map(|(a, b)| [a, -3.0 * a, b, 5.0]).collect();
        let found = factors(4, rows.iter().map(|row| row.as_slice()));
        let half = 0.5_f32.sqrt();
        for (found, expected) in found.iter().zip([half, half, 1.0, 1.0]) {
            assert!((found - expected).abs() < 0.01, "{found}, not {expected}");
        }
    }

    #[test]
    fn few_rows_are_not_taken_for_proof() {
        let rows: Vec<Vec<f32>> = (0..40).map(|n| (0..30).map(|k| chance(k, n)).collect()).collect();
        let found = factors(30, rows.iter().map(Vec::as_slice));
        assert!(found.iter().all(|factor| *factor > 0.75), "{found:?}");
        assert_eq!(factors(2, std::iter::empty()), [1.0, 1.0]);
    }
}
