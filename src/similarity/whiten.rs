//! Decorrelation, so that what is told twice counts once: the symmetric whitening of the correlation matrix (ZCA-cor; Kessy,
//! Lewin and Strimmer 2018), which of all keeps each column nearest to what it was, and so keeps its name.

/// How much of the correlation is taken as chance: shrinkage towards none, which also bounds the gain of what hardly varies.
const SHRINKAGE: f64 = 0.2;
/// Steps of the iteration; it converges quadratically, and from any matrix this shrinkage allows.
const MOST_STEPS: usize = 60;

/// A square matrix, row by row.
#[derive(Debug, Clone)]
struct Matrix {
    size: usize,
    cells: Vec<f64>,
}

impl Matrix {
    fn identity(size: usize) -> Self {
        let cell = |n: usize| f64::from(u8::from(n / size == n % size));
        Self { size, cells: (0..size * size).map(cell).collect() }
    }

    fn times(&self, other: &Self) -> Self {
        let size = self.size;
        let mut cells = vec![0.0; size * size];
        for (row, out) in cells.chunks_exact_mut(size).enumerate() {
            for (factor, line) in self.cells[row * size..][..size].iter().zip(other.cells.chunks_exact(size))
            {
                out.iter_mut().zip(line).for_each(|(out, cell)| *out += factor * cell);
            }
        }
        Self { size, cells }
    }

    fn map(&self, to: impl Fn(usize, f64) -> f64) -> Self {
        Self { size: self.size, cells: self.cells.iter().enumerate().map(|(n, cell)| to(n, *cell)).collect() }
    }
}

/// What brings columns to mean zero, spread one and no correlation.
#[derive(Debug, Clone)]
pub struct Whitening {
    mean: Vec<f64>,
    /// Whitening times one over the spread.
    weights: Matrix,
}

impl Whitening {
    /// Of rows of so many columns each.
    pub fn of<'a>(size: usize, rows: impl Iterator<Item = &'a [f32]> + Clone) -> Self {
        let count = rows.clone().count().max(1) as f64;
        let mut mean = vec![0.0; size];
        for row in rows.clone() {
            mean.iter_mut().zip(row).for_each(|(mean, value)| *mean += f64::from(*value) / count);
        }
        let mut products = Matrix { size, cells: vec![0.0; size * size] };
        for row in rows {
            let off: Vec<f64> = row.iter().zip(&mean).map(|(value, mean)| f64::from(*value) - mean).collect();
            for (factor, line) in off.iter().zip(products.cells.chunks_exact_mut(size)) {
                line.iter_mut().zip(&off).for_each(|(cell, other)| *cell += factor * other / count);
            }
        }
        let spread: Vec<f64> = (0..size).map(|n| products.cells[n * size + n].sqrt()).collect();
        // A column that stands still is left out.
        let scale: Vec<f64> =
            spread.iter().map(|&spread| if spread > 1e-6 { 1.0 / spread } else { 0.0 }).collect();
        let correlation = products.map(|n, cell| match n / size == n % size {
            true => 1.0,
            false => cell * scale[n / size] * scale[n % size] * (1.0 - SHRINKAGE),
        });
        let weights = inverse_root(&correlation).map(|n, cell| cell * scale[n % size]);
        Self { mean, weights }
    }

    /// The row without what its columns have in common.
    pub fn apply(&self, row: &[f32]) -> Vec<f32> {
        let off: Vec<f64> =
            row.iter().zip(&self.mean).map(|(value, mean)| f64::from(*value) - mean).collect();
        let rows = self.weights.cells.chunks_exact(self.weights.size.max(1));
        rows.map(|weights| weights.iter().zip(&off).map(|(a, b)| a * b).sum::<f64>() as f32).collect()
    }
}

/// The inverse square root of a positive matrix, by the coupled iteration of Newton and Schulz (Higham, Functions of
/// Matrices, §6.7).
fn inverse_root(matrix: &Matrix) -> Matrix {
    let size = matrix.size;
    // No eigenvalue is above the largest sum of a row.
    let rows = matrix.cells.chunks_exact(size.max(1));
    let norm = rows.map(|row| row.iter().map(|cell| cell.abs()).sum::<f64>()).fold(1.0, f64::max);
    let mut y = matrix.map(|_, cell| cell / norm);
    let mut z = Matrix::identity(size);
    for _ in 0..MOST_STEPS {
        let product = z.times(&y);
        let off = product.cells.iter().enumerate();
        let error =
            off.map(|(n, cell)| (cell - f64::from(u8::from(n / size == n % size))).abs()).fold(0.0, f64::max);
        if error < 1e-10 {
            break;
        }
        let step = product.map(|n, cell| 0.5 * (f64::from(3 * u8::from(n / size == n % size)) - cell));
        y = y.times(&step);
        z = step.times(&z);
    }
    z.map(|_, cell| cell / norm.sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_inverse_root_twice_undoes_the_matrix() {
        let size = 20;
        let close = |a: usize, b: usize| 0.95_f64.powi(a.abs_diff(b) as i32);
        let matrix = Matrix { size, cells: (0..size * size).map(|n| close(n / size, n % size)).collect() };
        let root = inverse_root(&matrix);
        let one = root.times(&root).times(&matrix);
        for (n, cell) in one.cells.iter().enumerate() {
            let expected = f64::from(u8::from(n / size == n % size));
            assert!((cell - expected).abs() < 1e-6, "{n}: {cell}");
        }
    }

    #[test]
    fn what_is_told_twice_counts_once() {
        // Two columns alike and one of its own: the twins together count about as much as the other alone.
        let mut state = 7_u32;
        let mut next = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) as f32 / (1 << 23) as f32 - 1.0
        };
        let rows: Vec<Vec<f32>> = (0..500).map(|_| (next(), next())).map(|(a, b)| vec![a, a, b]).collect();
        let whitening = Whitening::of(3, rows.iter().map(Vec::as_slice));
        let (a, b) = (whitening.apply(&[1.0, 1.0, 0.0]), whitening.apply(&[0.0, 0.0, 1.0]));
        let zero = whitening.apply(&[0.0, 0.0, 0.0]);
        let length = |x: &[f32]| x.iter().zip(&zero).map(|(x, zero)| (x - zero).powi(2)).sum::<f32>();
        // Without whitening 2 to 1; with shrinkage s the twins have 2 / (2 - s).
        assert!((length(&a) / length(&b) - 2.0 / 1.8).abs() < 0.1, "{} {}", length(&a), length(&b));
        assert!((a[0] - a[1]).abs() < 1e-4, "twins stay twins");
    }

    #[test]
    fn a_column_that_stands_still_says_nothing() {
        let rows = [[1.0_f32, 5.0], [2.0, 5.0], [3.0, 5.0]];
        let whitening = Whitening::of(2, rows.iter().map(|row| row.as_slice()));
        assert!(whitening.apply(&[2.0, 9.0]).iter().all(|value| value.abs() < 1e-6));
    }
}
