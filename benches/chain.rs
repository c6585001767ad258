//! The whole chain, from a file to an output's samples, and its parts, each as one second of sound: divide a second by the
//! figure for the speed in x real time.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::hint::black_box;
use std::path::PathBuf;
use std::sync::mpsc::channel;
use std::time::Duration;

use auralis::analysis::spectrum::Spectrum;
use auralis::dsp::resampler::{Edge, Resampler};
use auralis::engine::Engine;
use auralis::engine::command::{EngineCommand, EngineEvent, Item, Place};
use auralis::model::id::PlayId;
use auralis::model::settings::{OutputSettings, OutputSpec};
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
    bencher.counter(ItemsCount::new(SECONDS)).bench(|| play(&path, folder.path().join("out.wav"), None));
}

/// As above, resampled on the way.
#[divan::bench(args = [44_100, 96_000], sample_count = 5, sample_size = 1)]
fn engine_to_a_file_at_48_khz(bencher: Bencher, rate: u32) {
    let (folder, path) = minute(rate);
    bencher
        .counter(ItemsCount::new(SECONDS))
        .bench(|| play(&path, folder.path().join("out.wav"), Some(48_000)));
}

fn play(path: &std::path::Path, out: PathBuf, rate: Option<u32>) {
    let _ = std::fs::remove_file(&out);
    let output = OutputSettings { rate, ..OutputSettings::new(OutputSpec::File(out)) };
    let (sender, events) = channel();
    let engine =
        Engine::spawn(output, Default::default(), Box::new(move |event| drop(sender.send(event)))).unwrap();
    let item = Item { play: PlayId(1), path: path.into() };
    engine.send(EngineCommand::Load { item, place: Place::Start, paused: false });
    while !matches!(events.recv(), Ok(EngineEvent::Ended { .. })) {}
    assert!(engine.shutdown(Duration::from_secs(5)));
}

/// One second of stereo from one rate to another.
#[divan::bench(args = [(44_100, 48_000), (96_000, 44_100), (192_000, 48_000)])]
fn resampler(bencher: Bencher, (from, to): (u32, u32)) {
    let mut resampler = Resampler::new(from, to, 2, Edge::Silence).unwrap();
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

/// One picture of the spectrum, of which a screen takes some thirty a second.
#[divan::bench(args = [44_100, 192_000])]
fn spectrum_frame(bencher: Bencher, rate: u32) {
    let mut spectrum = Spectrum::new(rate);
    let frames = vec![0.25_f32; spectrum.frames() * 2];
    bencher.bench_local(|| spectrum.measure(black_box(&frames), Duration::from_millis(33)));
}
