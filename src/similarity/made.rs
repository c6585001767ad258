//! Fingerprints made by chance, for tests: families of tracks that are near each other.

use crate::model::features::Absent;
use crate::model::fingerprint::{Confidence, Dimension, Fingerprint, TIMBRE};

/// Families of a library.
pub const FAMILIES: u64 = 10;

/// Even chance, -1 to 1 (splitmix64).
pub fn chance(seed: u64, n: u64) -> f32 {
    let mut z = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ n.wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    ((z ^ (z >> 31)) >> 40) as f32 / (1 << 23) as f32 - 1.0
}

/// A fingerprint by its number: those with one remainder by [`FAMILIES`] are a family.
pub fn print(n: u64) -> Fingerprint {
    let family = n % FAMILIES;
    let mut print = Fingerprint::absent(Absent::Unclear);
    for dimension in Dimension::ALL {
        let (low, high) = dimension.about().range;
        let place = 0.5 + 0.35 * chance(family, dimension as u64) + 0.1 * chance(n + 1000, dimension as u64);
        print.set(dimension, Ok(low + (high - low) * place));
    }
    print.confidence = Confidence { tempo: 0.8, rhythm: 0.8, pitch: 0.3 };
    let number = |k: u64| 10.0 * chance(family + 100, k) + 3.0 * chance(n + 2000, k);
    print.timbre = Ok((0..TIMBRE as u64).map(number).collect());
    print
}

/// So many, of one seed.
pub fn library(count: u64, seed: u64) -> Vec<Fingerprint> {
    (0..count).map(|n| print(n + seed * FAMILIES * 1_000_000)).collect()
}
