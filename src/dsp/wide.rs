//! Work with the widest vectors that the processor at hand has: `dispatch!(Level::new(), simd => work(..))`, where all that
//! `work` calls is inlined (`#[inline(always)]`), else it is compiled for any processor. The results are the same to the
//! bit on all of them: no product is fused with a sum, and sums have an order of their own.

use fearless_simd::prelude::*;
use fearless_simd::{Simd, f32x16};

/// Numbers of a vector, whatever the processor has.
pub const LANES: usize = 16;

/// The first of them, of which there are [`LANES`] at least; else nothing.
#[inline(always)]
pub fn load<S: Simd>(simd: S, numbers: &[f32]) -> f32x16<S> {
    f32x16::simd_from(simd, numbers.first_chunk().copied().unwrap_or([0.0; LANES]))
}

/// The sum of products of numbers one by one; there are a multiple of 32 of each.
#[inline(always)]
pub fn dot<S: Simd>(simd: S, one: &[f32], other: &[f32]) -> f32 {
    let mut sums = [f32x16::splat(simd, 0.0); 2];
    let (one, other) = (one.as_chunks::<LANES>().0, other.as_chunks::<LANES>().0);
    for (one, other) in one.as_chunks::<2>().0.iter().zip(other.as_chunks::<2>().0) {
        for n in 0..2 {
            sums[n] += f32x16::simd_from(simd, one[n]) * f32x16::simd_from(simd, other[n]);
        }
    }
    let (low, high) = (sums[0] + sums[1]).split();
    let (low, high) = (low + high).split();
    let four = low + high;
    (four[0] + four[2]) + (four[1] + four[3])
}

/// What a filter makes of a stream: each output is the sum of the products of all taps with as many numbers of the window,
/// which begins where the first output's do. It is summed in the same order, however many are made together.
#[inline(always)]
pub fn fir<S: Simd>(simd: S, taps: &[f32], window: &[f32], out: &mut [f32]) {
    const MANY: usize = 2 * LANES;
    let count = out.len();
    let mut at = 0;
    while at + MANY <= count {
        let sums: [f32x16<S>; 2] = sums(simd, taps, &window[at..]);
        out[at..at + LANES].copy_from_slice(&*sums[0]);
        out[at + LANES..at + MANY].copy_from_slice(&*sums[1]);
        at += MANY;
    }
    // The last ones again with some of those before them, where there are enough: one at a time is slow.
    while at < count && count >= LANES {
        let from = at.min(count - LANES);
        let [sum]: [f32x16<S>; 1] = sums(simd, taps, &window[from..]);
        out[from..from + LANES].copy_from_slice(&*sum);
        at = from + LANES;
    }
    for (n, out) in out.iter_mut().enumerate().skip(at) {
        *out = 0.0;
        for (taps, window) in taps.chunks(CHAIN).zip(window[n..n + taps.len()].chunks(CHAIN)) {
            let mut part = 0.0;
            for (tap, number) in taps.iter().zip(window) {
                part += tap * number;
            }
            *out += part;
        }
    }
}

/// Products that are added one behind the other; the sums of so many are added then, which keeps what is rounded small.
const CHAIN: usize = 64;

#[inline(always)]
fn sums<S: Simd, const N: usize>(simd: S, taps: &[f32], window: &[f32]) -> [f32x16<S>; N] {
    let mut sums = [f32x16::splat(simd, 0.0); N];
    for (part, taps) in taps.chunks(CHAIN).enumerate() {
        let window = &window[part * CHAIN..part * CHAIN + taps.len() - 1 + N * LANES];
        let mut parts = [f32x16::splat(simd, 0.0); N];
        for (t, tap) in taps.iter().enumerate() {
            for n in 0..N {
                parts[n] += f32x16::splat(simd, *tap) * load(simd, &window[t + n * LANES..]);
            }
        }
        for n in 0..N {
            sums[n] += parts[n];
        }
    }
    sums
}

#[cfg(test)]
mod tests {
    use fearless_simd::{Level, dispatch};

    use super::*;

    fn numbers(count: usize, seed: u32) -> Vec<f32> {
        let mut noise = seed;
        let mut next = || {
            noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (noise >> 8) as f32 / 8_388_608.0 - 1.0
        };
        (0..count).map(|_| next()).collect()
    }

    fn exact(one: &[f32], other: &[f32]) -> f64 {
        one.iter().zip(other).map(|(one, other)| f64::from(*one) * f64::from(*other)).sum()
    }

    #[test]
    fn a_dot_product_is_the_sum_of_products() {
        for count in [0, 32, 64, 256] {
            let (one, other) = (numbers(count, 1), numbers(count, 2));
            let sum = dispatch!(Level::new(), simd => dot(simd, &one, &other));
            assert!((f64::from(sum) - exact(&one, &other)).abs() < 1e-5, "{count}");
        }
    }

    #[test]
    fn a_filter_is_the_same_to_the_bit_however_many_outputs_are_made_together_and_on_whatever_processor() {
        for count in [1, 4, 16, 63, 64, 100, 256] {
            let (taps, window) = (numbers(count, 3), numbers(count + 199, 4));
            let mut whole = vec![0.0; 200];
            dispatch!(Level::new(), simd => fir(simd, &taps, &window, &mut whole));
            for (n, sum) in whole.iter().enumerate() {
                assert!((f64::from(*sum) - exact(&taps, &window[n..])).abs() < 2e-5, "{count} taps at {n}");
            }
            for cut in [1, 3, 15, 16, 17, 36, 50] {
                let mut parts = vec![0.0; 200];
                for (n, part) in parts.chunks_mut(cut).enumerate() {
                    dispatch!(Level::new(), simd => fir(simd, &taps, &window[n * cut..], part));
                }
                assert_eq!(parts, whole, "{count} taps, cut by {cut}");
            }
            let mut plain = vec![0.0; 200];
            dispatch!(Level::baseline(), simd => fir(simd, &taps, &window, &mut plain));
            assert_eq!(plain, whole, "{count} taps");
        }
    }
}
