//! Neighbours among many: a space, its index, and one exact search for the nearest twenty.

use auralis::model::features::Absent;
use auralis::model::fingerprint::{Dimension, Fingerprint, TIMBRE};
use auralis::similarity::nearest::Index;
use auralis::similarity::space::Space;
use auralis::similarity::weights::Weights;
use divan::Bencher;

fn main() {
    divan::main();
}

/// Even chance, 0 to 1.
fn chance(state: &mut u64) -> f32 {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    (*state >> 40) as f32 / (1 << 24) as f32
}

/// Fingerprints in a thousand families, as music is in styles.
fn library(count: usize) -> Vec<Fingerprint> {
    let mut state = 0x9E37_79B9_7F4A_7C15;
    let families: Vec<Vec<f32>> =
        (0..1000).map(|_| (0..25 + TIMBRE).map(|_| chance(&mut state)).collect()).collect();
    let one = |n: usize| {
        let family = &families[n % families.len()];
        let mut place = |k: usize| family[k] * 0.6 + 0.4 * chance(&mut state);
        let mut print = Fingerprint::absent(Absent::Unclear);
        for (k, dimension) in Dimension::ALL.into_iter().enumerate() {
            let (low, high) = dimension.about().range;
            print.set(dimension, Ok(low + (high - low) * place(k)));
        }
        print.confidence.tempo = 0.7;
        print.timbre = Ok((0..TIMBRE).map(|k| place(25 + k)).collect());
        print
    };
    (0..count).map(one).collect()
}

#[divan::bench(args = [100_000, 1_000_000], sample_count = 50, sample_size = 1)]
fn nearest_twenty(bencher: Bencher, count: usize) {
    let prints = library(count);
    let space = Space::of(&prints, Weights::default());
    drop(prints);
    let index = Index::of(&space);
    let mut row = 0;
    bencher.bench_local(|| {
        row = (row + 7919) % count;
        space.point(row).map(|point| index.nearest(&point, 20, |other| other != row))
    });
}

#[divan::bench(args = [10_000, 100_000], sample_count = 3, sample_size = 1)]
fn space_and_index(bencher: Bencher, count: usize) {
    let prints = library(count);
    bencher.bench_local(|| Index::of(&Space::of(&prints, Weights::default())));
}
