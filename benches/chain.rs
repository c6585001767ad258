//! The whole chain, from a file to an output's samples, and its parts, each as one second of sound: divide a second by the
//! figure for the speed in x real time.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::f64::consts::TAU;
use std::hint::black_box;
use std::path::PathBuf;
use std::sync::mpsc::channel;
use std::time::Duration;

use auralis::analysis::spectrum::Spectrum;
use auralis::dsp::chain::Chain;
use auralis::dsp::dither::Tpdf;
use auralis::dsp::limiter::Limiter;
use auralis::dsp::resampler::{Edge, Resampler};
use auralis::dsp::speed::Speed;
use auralis::engine::Engine;
use auralis::engine::command::{EngineCommand, EngineEvent, Item, Place};
use auralis::engine::output::{Outputs, encode};
use auralis::model::audio::SampleFormat;
use auralis::model::chain::{
    Band, ChainSpec, Compressor, EQ_BANDS, Exciter, Expander, Matching, NOTCHES, Width,
};
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
    let engine = Engine::spawn(output, Default::default(), Box::new(Outputs::new()), told).unwrap();
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

/// One second of stereo at 44.1 kHz through the mastering chain: with nothing to do, with each stage alone, with all.
#[divan::bench(args = ["nothing", "matching", "tone", "transients", "expander", "compressor", "exciter", "width", "gain", "clip", "limiter", "all but matching", "all"])]
fn mastering(bencher: Bencher, stage: &str) {
    let input = beats();
    let mut chain = Chain::new(CD_RATE, 2, &spec(stage));
    bencher.bench_local(|| {
        let mut fed = 0;
        while fed < CD_RATE as usize {
            fed += chain.feed(&input[fed * 2..]);
            black_box(chain.ready());
            chain.consume(usize::MAX);
        }
    });
}

/// A chain made anew, as where an item of another rate or layout begins; and another curve to match, as where it is turned.
#[divan::bench(args = [44_100, 192_000])]
fn mastering_begins(rate: u32) {
    black_box(Chain::new(rate, 2, &spec("all")));
}

#[divan::bench(args = [44_100, 192_000])]
fn mastering_is_turned(bencher: Bencher, rate: u32) {
    let mut chain = Chain::new(rate, 2, &spec("all"));
    let mut specs = [spec("all"), spec("all but matching")].into_iter().cycle();
    bencher.bench_local(|| specs.next().into_iter().for_each(|spec| chain.set(&spec)));
}

/// Numbers by which each stage named has work to do on [`beats`].
fn spec(stage: &str) -> ChainSpec {
    let curve = |phase: f32| std::array::from_fn(|third| 3.0 * (third as f32 + phase).sin());
    let all = ChainSpec {
        matching: Matching { mid_db: curve(0.0), side_db: curve(1.0) },
        subsonic_hz: 20.0,
        notches: [Band::peak(510.0, 9.0, -3.0); NOTCHES],
        eq: [Band::peak(1_500.0, 0.8, 0.5); EQ_BANDS],
        transients_db: 3.0,
        expander: Expander { threshold_db: -20.0, ratio: 1.3, range_db: 3.0, ..Expander::default() },
        compressor: Compressor { threshold_db: -20.0, ratio: 2.0, mix: 0.8, ..Compressor::default() },
        exciter: Exciter { above_hz: 4_500.0, amount: 0.1 },
        width: Width { side_db: 2.0, mono_below_hz: 120.0 },
        gain_db: 6.0,
        clip_from_db: -4.0,
        ceiling_dbtp: Some(-1.0),
    };
    let none = ChainSpec::default();
    match stage {
        "matching" => ChainSpec { matching: all.matching, ..none },
        "tone" => ChainSpec { subsonic_hz: all.subsonic_hz, notches: all.notches, eq: all.eq, ..none },
        "transients" => ChainSpec { transients_db: all.transients_db, ..none },
        "expander" => ChainSpec { expander: all.expander, ..none },
        "compressor" => ChainSpec { compressor: all.compressor, ..none },
        "exciter" => ChainSpec { exciter: all.exciter, ..none },
        "width" => ChainSpec { width: all.width, ..none },
        "gain" => ChainSpec { gain_db: all.gain_db, ..none },
        // Alone they need sound that is as loud as it is at their place.
        "clip" => ChainSpec { gain_db: all.gain_db, clip_from_db: all.clip_from_db, ..none },
        "limiter" => ChainSpec { gain_db: all.gain_db, ceiling_dbtp: all.ceiling_dbtp, ..none },
        "all but matching" => ChainSpec { matching: none.matching, ..all },
        "all" => all,
        _ => none,
    }
}

const CD_RATE: u32 = 44_100;

/// A second of chords with a beat twice, by an envelope that falls: loud music has its peaks there.
fn beats() -> Vec<f32> {
    let mut noise = 1_u32;
    let mut frame = |n: u32| {
        let t = f64::from(n) / f64::from(CD_RATE);
        let beat = (-(t * 2.0).fract() * 5.0).exp();
        noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let hiss = f64::from(noise >> 8) / 8_388_608.0 - 1.0;
        let tone = |hz: f64| (TAU * hz * t).sin();
        let chord = tone(110.0) + tone(277.2) + tone(659.3) + 0.5 * tone(1_760.0);
        [0.08 * chord + 0.35 * beat * hiss, 0.08 * chord - 0.28 * beat * hiss]
    };
    (0..CD_RATE).flat_map(|n| frame(n).map(|sample| sample as f32)).collect()
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
