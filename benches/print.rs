//! The fingerprint of a minute of stereo, without decoding: divide a minute by the figure for the speed in x real time.
//! The other stages of a whole measurement stand beside it in a profile (`perf record`), for they share their transforms.

#![allow(clippy::unwrap_used)]

use auralis::analysis::Analyser;
use auralis::analysis::print::Print;
use auralis::model::audio::Spec;
use divan::Bencher;
use divan::counter::ItemsCount;

fn main() {
    divan::main();
}

const SECONDS: u32 = 60;

/// Noise over chords, other ones each second.
fn minute(rate: u32) -> Vec<f32> {
    let mut state = 1_u32;
    let frame = |n: u32| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let noise = (state >> 8) as f32 / (1 << 24) as f32 - 0.5;
        let (t, root) = (n as f32 / rate as f32, 110.0 + (n / rate % 12) as f32 * 20.0);
        let tone = (t * root * std::f32::consts::TAU).sin() + (t * root * 1.5 * std::f32::consts::TAU).sin();
        [0.2 * tone + 0.1 * noise, 0.15 * tone - 0.1 * noise]
    };
    (0..rate * SECONDS).flat_map(frame).collect()
}

#[divan::bench(args = [44_100, 48_000, 96_000, 192_000], sample_count = 5, sample_size = 1)]
fn fingerprint(bencher: Bencher, rate: u32) {
    let frames = minute(rate);
    bencher.counter(ItemsCount::new(SECONDS)).bench(|| {
        let mut print = Print::new(Spec { rate, channels: 2 });
        frames.chunks(8192).for_each(|block| print.push(block));
        print.finish()
    });
}
