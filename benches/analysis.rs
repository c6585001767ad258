//! The measuring of tracks, whole and by its parts, each as one second of stereo: divide a second by the figure for the speed in
//! x real time.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::f64::consts::TAU;
use std::hint::black_box;

use auralis::analysis::Analyser;
use auralis::analysis::dynamics::DynamicRange;
use auralis::analysis::loudness::Meter;
use auralis::analysis::measure::measure;
use auralis::analysis::quality::Examination;
use auralis::analysis::waveform::Overview;
use auralis::decode::Source;
use auralis::model::audio::Spec;
use auralis::model::job::CancelToken;
use divan::{Bencher, counter::ItemsCount};

fn main() {
    divan::main();
}

const RATE: u32 = 44_100;
/// Seconds that a part is fed before one is measured: peaks are known by then, as in most of a track.
const BEFORE: usize = 20;

/// Chords with a beat twice a second, by an envelope that falls: loud music has its peaks there.
fn music(rate: u32, seconds: usize) -> Vec<f32> {
    let mut noise = 1_u32;
    let mut frames = Vec::with_capacity(rate as usize * seconds * 2);
    for n in 0..rate as usize * seconds {
        let t = n as f64 / f64::from(rate);
        let beat = (-(t * 2.0).fract() * 5.0).exp();
        noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let hiss = f64::from(noise >> 8) / 8_388_608.0 - 1.0;
        let tone = |hz: f64| (TAU * hz * t).sin();
        let chord = tone(110.0) + tone(277.2) + tone(659.3) + 0.5 * tone(1_760.0);
        let bar = 0.7 + 0.3 * ((t / 7.0).sin());
        frames.push((bar * (0.12 * chord + 0.5 * beat * hiss)) as f32);
        frames.push((bar * (0.12 * chord - 0.4 * beat * hiss)) as f32);
    }
    frames
}

fn part<A: Analyser>(bencher: Bencher) {
    let mut analyser = A::new(Spec { rate: RATE, channels: 2 });
    let frames = music(RATE, BEFORE);
    analyser.push(&frames);
    let second = &frames[..RATE as usize * 2];
    bencher.bench_local(|| second.chunks(8_192).for_each(|block| analyser.push(black_box(block))));
}

#[divan::bench]
fn loudness_with_true_peak(bencher: Bencher) {
    part::<Meter>(bencher);
}

#[divan::bench]
fn dynamic_range(bencher: Bencher) {
    part::<DynamicRange>(bencher);
}

#[divan::bench]
fn waveform(bencher: Bencher) {
    part::<Overview>(bencher);
}

#[divan::bench]
fn quality(bencher: Bencher) {
    let mut examination = Examination::new(Spec { rate: RATE, channels: 2 }, Some(16));
    let frames = music(RATE, BEFORE);
    examination.push(&frames);
    let second = &frames[..RATE as usize * 2];
    bencher.bench_local(|| second.chunks(8_192).for_each(|block| examination.push(black_box(block))));
}

/// A minute as WAV, or the file that AURALIS_BENCH_FILE names, of any format: decoding alone, then all of it.
fn file() -> (tempfile::TempDir, std::path::PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    if let Some(path) = std::env::var_os("AURALIS_BENCH_FILE") {
        return (folder, path.into());
    }
    let path = folder.path().join("minute.wav");
    let spec = hound::WavSpec {
        channels: 2,
        sample_rate: RATE,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    let mut writer = hound::WavWriter::create(&path, spec).unwrap();
    music(RATE, 60).iter().for_each(|x| writer.write_sample((x * 32_767.0) as i16).unwrap());
    writer.finalize().unwrap();
    (folder, path)
}

fn seconds(path: &std::path::Path) -> u64 {
    Source::open(path).unwrap().info().format.duration().unwrap().as_secs()
}

#[divan::bench(sample_count = 5, sample_size = 1)]
fn decode_alone(bencher: Bencher) {
    let (_folder, path) = file();
    let mut block = Vec::new();
    bencher.counter(ItemsCount::new(seconds(&path))).bench_local(|| {
        let mut source = Source::open(&path).unwrap();
        while source.read(&mut block).unwrap() > 0 {
            block.clear();
        }
    });
}

#[divan::bench(sample_count = 5, sample_size = 1)]
fn all_of_a_file(bencher: Bencher) {
    let (_folder, path) = file();
    bencher
        .counter(ItemsCount::new(seconds(&path)))
        .bench_local(|| black_box(measure(&path, &CancelToken::default(), &mut |_| ()).unwrap()));
}
