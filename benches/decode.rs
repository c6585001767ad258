//! Decoding of one minute of each format, and opening and seeking. A minute in 60 ms is 1000 x real time.
//! Needs ffmpeg, flac, lame, oggenc and opusenc, as the tests do.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::path::{Path, PathBuf};
use std::process::Command;

use auralis::decode::Source;
use divan::{Bencher, black_box};

fn main() {
    divan::main();
}

/// A name and the tool and arguments that make it; `IN` and `OUT` stand for the paths.
const FORMATS: [(&str, &[&str]); 13] = [
    ("flac16.flac", &["flac", "-s", "-f", "-o", "OUT", "IN"]),
    (
        "flac24_96k.flac",
        &["ffmpeg", "-v", "error", "-y", "-i", "IN", "-ar", "96000", "-sample_fmt", "s32", "OUT"],
    ),
    ("wav16.wav", &["ffmpeg", "-v", "error", "-y", "-i", "IN", "OUT"]),
    ("alac16.m4a", &["ffmpeg", "-v", "error", "-y", "-i", "IN", "-c:a", "alac", "OUT"]),
    ("wavpack16.wv", &["ffmpeg", "-v", "error", "-y", "-i", "IN", "OUT"]),
    ("tta16.tta", &["ffmpeg", "-v", "error", "-y", "-i", "IN", "OUT"]),
    ("v0.mp3", &["lame", "--quiet", "-V", "0", "IN", "OUT"]),
    ("q6.ogg", &["oggenc", "-Q", "-q", "6", "-o", "OUT", "IN"]),
    ("opus128.opus", &["opusenc", "--quiet", "--bitrate", "128", "IN", "OUT"]),
    ("opus128.mka", &["ffmpeg", "-v", "error", "-y", "-i", "IN", "-c:a", "libopus", "-b:a", "128k", "OUT"]),
    ("aac192.m4a", &["ffmpeg", "-v", "error", "-y", "-i", "IN", "-c:a", "aac", "-b:a", "192k", "OUT"]),
    ("aac192.aac", &["ffmpeg", "-v", "error", "-y", "-i", "IN", "-c:a", "aac", "-b:a", "192k", "OUT"]),
    ("aiff16.aiff", &["ffmpeg", "-v", "error", "-y", "-i", "IN", "OUT"]),
];

fn names() -> impl Iterator<Item = &'static str> {
    FORMATS.iter().map(|format| format.0)
}

/// The file of this name under the target folder; made when it is not there yet.
fn file(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("bench-1");
    std::fs::create_dir_all(&folder).unwrap();
    let (path, input) = (folder.join(name), folder.join("input.wav"));
    if !input.exists() {
        write_minute(&input);
    }
    if !path.exists() {
        let command = FORMATS.iter().find(|format| format.0 == name).unwrap().1;
        let args = command[1..].iter().map(|&arg| match arg {
            "IN" => input.clone().into_os_string(),
            "OUT" => path.clone().into_os_string(),
            other => other.into(),
        });
        assert!(Command::new(command[0]).args(args).status().unwrap().success());
    }
    path
}

/// A minute of chords over noise: compresses like music.
fn write_minute(path: &Path) {
    let spec = hound::WavSpec {
        channels: 2,
        sample_rate: 44_100,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    let mut writer = hound::WavWriter::create(path, spec).unwrap();
    let mut noise = 1u32;
    for frame in 0..44_100 * 60 {
        let t = f64::from(frame) / 44_100.0;
        let chord: f64 =
            [220.0, 277.2, 329.6, 1_760.0].iter().map(|hz| (t * hz * std::f64::consts::TAU).sin()).sum();
        for channel in 0..2 {
            noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let hiss = f64::from(noise >> 16) / 65_536.0 - 0.5;
            let swell = 0.5 + 0.4 * (t * (0.5 + f64::from(channel) * 0.1)).sin();
            writer.write_sample(((chord * 0.12 * swell + hiss * 0.05) * 32_767.0) as i16).unwrap();
        }
    }
    writer.finalize().unwrap();
}

#[divan::bench(args = names(), sample_count = 10)]
fn one_minute(bencher: Bencher, name: &str) {
    let path = file(name);
    let mut samples = Vec::with_capacity(1 << 20);
    bencher.bench_local(|| {
        let mut source = Source::open(&path).unwrap();
        loop {
            samples.clear();
            if source.read(&mut samples).unwrap() == 0 {
                break;
            }
            black_box(&samples);
        }
    });
}

#[divan::bench(args = names())]
fn open_to_first_frames(bencher: Bencher, name: &str) {
    let path = file(name);
    let mut samples = Vec::with_capacity(1 << 20);
    bencher.bench_local(|| {
        samples.clear();
        Source::open(&path).unwrap().read(&mut samples).unwrap()
    });
}

#[divan::bench(args = names())]
fn seek_to_first_frames(bencher: Bencher, name: &str) {
    let mut source = Source::open(&file(name)).unwrap();
    let mut samples = Vec::with_capacity(1 << 20);
    let mut at = 0u64;
    bencher.bench_local(|| {
        samples.clear();
        at = (at + 1_234_567) % 2_600_000;
        source.seek(at).unwrap();
        source.read(&mut samples).unwrap()
    });
}
