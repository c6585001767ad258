//! The whole chain, from a file to an output's samples, and its parts, each as one second of sound: divide a second by the
//! figure for the speed in x real time.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::f64::consts::TAU;
use std::hint::black_box;
use std::path::PathBuf;
use std::sync::mpsc::channel;
use std::time::Duration;

use auralis::analysis::spectrum::Spectrum;
use auralis::dsp::dither::Tpdf;
use auralis::dsp::limiter::Limiter;
use auralis::dsp::resampler::{Edge, Resampler};
use auralis::dsp::speed::Speed;
use auralis::engine::Engine;
use auralis::engine::command::{EngineCommand, EngineEvent, Item, Place};
use auralis::engine::output::encode;
use auralis::model::audio::SampleFormat;
use auralis::model::id::PlayId;
use auralis::model::settings::{OutputSettings, OutputSpec, RatePolicy, ResamplerQuality};
use divan::{Bencher, counter::ItemsCount};

fn main() {
    divan::main();
}

const SECONDS: u32 = 60;

/// A minute of stereo noise and sine as 16-bit WAV, which costs the decoder next to nothing.
fn minute(rate: u32) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("minute.wav");
    let spec = hound::WavSpec {
        channels: 2,
        sample_rate: rate,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    let mut writer = hound::WavWriter::create(&path, spec).unwrap();
    let mut noise = 1_u32;
    for _ in 0..rate * SECONDS * 2 {
        noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        writer.write_sample((noise >> 17) as i16 / 2).unwrap();
    }
    writer.finalize().unwrap();
    (folder, path)
}

/// Open, decode, render, write a WAV file: the engine with its threads, as fast as it goes.
#[divan::bench(args = [44_100, 96_000], sample_count = 5, sample_size = 1)]
fn engine_to_a_file(bencher: Bencher, rate: u32) {
    let (folder, path) = minute(rate);
    bencher
        .counter(ItemsCount::new(SECONDS))
        .bench(|| play(&path, folder.path().join("out.wav"), RatePolicy::Auto));
}

/// As above, resampled on the way.
#[divan::bench(args = [44_100, 96_000], sample_count = 5, sample_size = 1)]
fn engine_to_a_file_at_48_khz(bencher: Bencher, rate: u32) {
    let (folder, path) = minute(rate);
    bencher
        .counter(ItemsCount::new(SECONDS))
        .bench(|| play(&path, folder.path().join("out.wav"), RatePolicy::Hz(48_000)));
}

fn play(path: &std::path::Path, out: PathBuf, rate: RatePolicy) {
    let _ = std::fs::remove_file(&out);
    let output = OutputSettings { rate, ..OutputSettings::new(OutputSpec::File(out)) };
    let (sender, events) = channel();
    let told = Box::new(move |event| drop(sender.send(event)));
    let engine = Engine::spawn(output, Default::default(), told).unwrap();
    let item = Item::alone(PlayId(1), path.into());
    engine.send(EngineCommand::Load { item, place: Place::Start, paused: false });
    while !matches!(events.recv(), Ok(EngineEvent::Ended { .. })) {}
    assert!(engine.shutdown(Duration::from_secs(5)));
}

/// One second of stereo from one rate to another; `resample` tells what it is worth.
#[divan::bench(args = [(44_100, 48_000), (96_000, 44_100), (192_000, 48_000)])]
fn resampler(bencher: Bencher, (from, to): (u32, u32)) {
    let mut resampler = Resampler::new(from, to, 2, ResamplerQuality::Best, Edge::Silence).unwrap();
    let input = vec![0.25_f32; from as usize * 2];
    bencher.bench_local(|| {
        let mut fed = 0;
        while fed < from as usize {
            fed += resampler.feed(&input[fed * 2..]);
            let ready = resampler.ready().len() / 2;
            black_box(resampler.ready());
            resampler.consume(ready);
        }
    });
}

/// One second of stereo at so many dB: far below the ceiling, just below it, far above it.
#[divan::bench(args = [-30, -2, 12])]
fn limiter(bencher: Bencher, level_db: i32) {
    let mut limiter = Limiter::new(RATE, 2, -1.0);
    let input = chord(10f64.powf(f64::from(level_db) / 20.0));
    bencher.bench_local(|| {
        let mut fed = 0;
        while fed < RATE as usize {
            fed += limiter.feed(&input[fed * 2..]);
            black_box(limiter.ready());
            limiter.consume(usize::MAX);
        }
    });
}

/// One second of stereo at so many times its speed.
#[divan::bench(args = [0.5, 0.9, 1.0, 1.25, 2.0])]
fn speed(bencher: Bencher, speed: f64) {
    let mut stage = Speed::new(RATE, 2, speed);
    let input = chord(0.5);
    bencher.bench_local(|| {
        let mut fed = 0;
        while fed < RATE as usize {
            fed += stage.feed(&input[fed * 2..]);
            while !stage.ready().is_empty() {
                black_box(stage.ready());
                stage.consume(usize::MAX);
            }
        }
    });
}

/// One second of stereo to 16 bits, as it is and with dither.
#[divan::bench(args = [false, true])]
fn to_16_bits(bencher: Bencher, dithered: bool) {
    let (input, mut noise) = (chord(0.5), Tpdf::default());
    let mut out = Vec::with_capacity(input.len() * 2);
    bencher.bench_local(|| {
        out.clear();
        if dithered {
            encode::encode_dithered(SampleFormat::S16, &input, &mut noise, &mut out);
        } else {
            encode::encode(SampleFormat::S16, &input, &mut out);
        }
        black_box(&out);
    });
}

const RATE: u32 = 48_000;

/// A second of stereo: three tones, of this level together.
fn chord(level: f64) -> Vec<f32> {
    let tone = |hz: f64, n: u32| (TAU * hz * f64::from(n) / f64::from(RATE)).sin() * level / 3.0;
    let frame = |n: u32| [tone(220.0, n) + tone(1_108.7, n) + tone(6_644.9, n), tone(330.0, n) * 3.0];
    (0..RATE).flat_map(frame).map(|sample| sample as f32).collect()
}

/// One picture of the spectrum, of which a screen takes some thirty a second.
#[divan::bench(args = [44_100, 192_000])]
fn spectrum_frame(bencher: Bencher, rate: u32) {
    let mut spectrum = Spectrum::new(rate);
    let frames = vec![0.25_f32; spectrum.frames() * 2];
    bencher.bench_local(|| spectrum.measure(black_box(&frames), Duration::from_millis(33)));
}
