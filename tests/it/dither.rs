//! Integer outputs are dithered when, and only when, their width is less than the sound's: FLAC files of known integers
//! played into WAV files of 16 bits.

use std::f64::consts::TAU;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use auralis::dsp::dither::Tpdf;
use auralis::engine::Files;
use auralis::engine::command::{EngineCommand, EngineEvent, Place};
use auralis::engine::output::{Outputs, encode};
use auralis::model::audio::SampleFormat;
use auralis::model::settings::{OutputSettings, OutputSpec};

use crate::media::{self, Material};
use crate::rig::{PATIENCE, item, start};

/// A FLAC file of these integers.
fn flac(folder: &Path, name: &str, material: &Material) -> PathBuf {
    let (wav, flac) = (folder.join(format!("{name}.wav")), folder.join(format!("{name}.flac")));
    material.write_wav(&wav);
    media::run("flac", &["-s", "-f", "-o", flac.to_str().unwrap(), wav.to_str().unwrap()]);
    flac
}

/// Plays the files without a gap at this gain; the integers of the recording.
fn record(folder: &Path, files: &[PathBuf], format: SampleFormat, gain: f32) -> Vec<i32> {
    let to = folder.join("recording.wav");
    let (engine, events) = start(Box::new(Outputs::new()), Arc::new(Files::default()), |options| {
        let output = OutputSettings::new(OutputSpec::File(to.clone()));
        options.output = OutputSettings { format: Some(format), ..output };
        options.gain = gain;
    });
    let item = |at: usize| files.get(at).map(|file| item(at as u64 + 1, file.to_str().unwrap()));
    engine.send(EngineCommand::Load { item: item(0).unwrap(), place: Place::Start, paused: false });
    engine.send(EngineCommand::SetNext(item(1)));
    loop {
        match events.recv_timeout(PATIENCE).unwrap() {
            EngineEvent::Crossed { to, .. } => engine.send(EngineCommand::SetNext(item(to.0 as usize))),
            EngineEvent::Ended { .. } => break,
            _ => {}
        }
    }
    assert!(engine.shutdown(PATIENCE));
    hound::WavReader::open(to).unwrap().into_samples().map(Result::unwrap).collect()
}

/// A soft sine of 24 bits: 1.04 steps of 16 bits. A whole number of periods.
fn soft_sine(seconds: usize) -> Material {
    let level = 10f64.powf(-90.0 / 20.0) * 8_388_608.0;
    let value = |n: usize| (level * (TAU * 1_000.0 * n as f64 / 48_000.0).sin()).round() as i32;
    let samples = (0..48_000 * seconds).map(value).collect();
    Material { samples, channels: 1, rate: 48_000, bits: 24 }
}

/// The error in steps of 16 bits.
fn errors(material: &Material, recorded: &[i32]) -> Vec<f64> {
    assert_eq!(recorded.len(), material.samples.len());
    let pairs = recorded.iter().zip(&material.samples);
    pairs.map(|(got, sent)| f64::from(*got) - f64::from(*sent) / 256.0).collect()
}

/// Amplitude of a tone, over whole periods.
fn amplitude(samples: &[f64], hz: f64) -> f64 {
    let (mut sin, mut cos) = (0.0, 0.0);
    for (n, sample) in samples.iter().enumerate() {
        let (s, c) = (TAU * hz * n as f64 / 48_000.0).sin_cos();
        (sin, cos) = (sin + sample * s, cos + sample * c);
    }
    2.0 * sin.hypot(cos) / samples.len() as f64
}

#[test]
fn what_fits_is_left_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    for (channels, bits, format) in [
        (2, 16, SampleFormat::S16),
        (1, 8, SampleFormat::S16),
        (2, 24, SampleFormat::S24),
        (2, 16, SampleFormat::S24),
    ] {
        let material = Material::new(60_001, channels, 44_100, bits);
        let file = flac(folder.path(), "fits", &material);
        let wide = if format == SampleFormat::S16 { 16 } else { 24 };
        let expected: Vec<i32> = material.samples.iter().map(|sample| sample << (wide - bits)).collect();
        assert!(record(folder.path(), &[file], format, 1.0) == expected, "{bits} bits, {format:?}");
    }
}

/// Triangular dither: the error has the power of a quarter of a squared step (1/12 of rounding, 1/6 of noise), no mean,
/// no memory, and nothing of the signal in it, where plain rounding makes harmonics.
#[test]
fn what_is_wider_than_16_bits_gets_an_error_that_knows_nothing_of_it() {
    let folder = tempfile::tempdir().unwrap();
    let material = soft_sine(10);
    let file = flac(folder.path(), "soft", &material);
    let error = errors(&material, &record(folder.path(), &[file], SampleFormat::S16, 1.0));
    let count = error.len() as f64;
    let mean = |values: &mut dyn Iterator<Item = f64>| values.sum::<f64>() / count;
    // Limits of five standard errors.
    assert!(mean(&mut error.iter().copied()).abs() < 5.0 * 0.5 / count.sqrt());
    assert!((mean(&mut error.iter().map(|e| e * e)) - 0.25).abs() < 5.0 * 0.4 / count.sqrt());
    for lag in 1..50 {
        let product = mean(&mut error.iter().zip(&error[lag..]).map(|(a, b)| a * b));
        assert!(product.abs() < 5.0 * 0.25 / count.sqrt(), "{product} at {lag}");
    }
    let most = 5.0 * (2.0 / count).sqrt() * 0.5;
    let rounded: Vec<f64> = material.samples.iter().map(|s| (f64::from(*s) / 256.0).round()).collect();
    for harmonic in 1..=20 {
        let found = amplitude(&error, 1_000.0 * f64::from(harmonic));
        assert!(found < most, "{found} steps at {harmonic} kHz");
    }
    assert!(amplitude(&rounded, 5_000.0) > 20.0 * most, "without dither there would be harmonics");
    // The spectrum is flat: each sixteenth of the bandwidth has its share of the power.
    for (band, share) in band_shares(&error, 16).into_iter().enumerate() {
        assert!((share - 1.0).abs() < 0.05, "band {band} has {share} of its share");
    }
}

fn band_shares(error: &[f64], bands: usize) -> Vec<f64> {
    let transform = realfft::RealFftPlanner::new().plan_fft_forward(error.len());
    let mut bins = transform.make_output_vec();
    transform.process(&mut error.to_vec(), &mut bins).unwrap();
    let powers: Vec<f64> = bins.iter().map(realfft::num_complex::Complex::norm_sqr).collect();
    let average = |powers: &[f64]| powers.iter().sum::<f64>() / powers.len() as f64;
    let all = average(&powers);
    powers.chunks_exact(powers.len() / bands).map(|band| average(band) / all).collect()
}

#[test]
fn what_is_not_lossless_or_is_turned_down_is_dithered_too() {
    let folder = tempfile::tempdir().unwrap();
    let material = Material::new(60_000, 1, 48_000, 16);
    let file = flac(folder.path(), "turned", &material);
    let recorded = record(folder.path(), &[file], SampleFormat::S16, 0.5);
    let pairs = recorded.iter().zip(&material.samples);
    let error: Vec<f64> = pairs.map(|(got, sent)| f64::from(*got) - f64::from(*sent) * 0.5).collect();
    let power = error.iter().map(|e| e * e).sum::<f64>() / error.len() as f64;
    assert!((power - 0.25).abs() < 0.01, "{power}");
    // Of 16 bits by its header, but of a codec that knows no bits.
    let lossy = media::fixture("vorbis.ogg");
    let recorded = record(folder.path(), std::slice::from_ref(&lossy.path), SampleFormat::S16, 1.0);
    let decoded = media::ffmpeg_decode(&lossy.path);
    let error =
        recorded.iter().zip(&decoded).map(|(got, sent)| f64::from(*got) - f64::from(*sent) * 32_768.0);
    let power = error.map(|e| e * e).sum::<f64>() / decoded.len() as f64;
    assert!((power - 0.25).abs() < 0.03, "{power}");
}

#[test]
fn through_joins_exact_items_stay_exact_to_the_last_sample() {
    let folder = tempfile::tempdir().unwrap();
    let exact = [Material::new(70_003, 1, 48_000, 16), Material::new(40_009, 1, 48_000, 16)];
    let wide = soft_sine(1);
    let files = [
        flac(folder.path(), "one", &exact[0]),
        flac(folder.path(), "two", &wide),
        flac(folder.path(), "three", &exact[1]),
        flac(folder.path(), "four", &wide),
    ];
    let recorded = record(folder.path(), &files, SampleFormat::S16, 1.0);
    let mut at = 0;
    for (number, material) in [&exact[0], &wide, &exact[1], &wide].into_iter().enumerate() {
        let part = &recorded[at..at + material.samples.len()];
        at += part.len();
        if material.bits == 16 {
            assert!(part == material.samples, "item {number}");
            continue;
        }
        let error = errors(material, part);
        let power = |error: &[f64]| error.iter().map(|e| e * e).sum::<f64>() / error.len() as f64;
        assert!((power(&error) - 0.25).abs() < 0.02);
        // From its first samples to its last: over so few the power of plain rounding is never reached by chance.
        for end in [&error[..400], &error[error.len() - 400..]] {
            assert!(power(end) > 0.17, "{}", power(end));
        }
    }
    assert_eq!(at, recorded.len());
}

#[test]
fn dithered_samples_are_clipped_like_others() {
    let mut noise = Tpdf::default();
    let mut bytes = Vec::new();
    for _ in 0..1_000 {
        encode::encode_dithered(SampleFormat::S16, &[1.0, -1.0, f32::NAN], &mut noise, &mut bytes);
    }
    for frame in bytes.chunks_exact(6) {
        let value = |at: usize| i16::from_le_bytes([frame[at], frame[at + 1]]);
        assert!(value(0) >= 32_766 && value(2) <= -32_766 && value(4) == 0, "{frame:?}");
    }
}
