//! Files to samples: lengths, alignment, seeks, damage.

use std::path::Path;
use std::time::{Duration, Instant};

use auralis::decode::{DecodeError, Source};
use auralis::model::track::Codec;

use crate::media::{self, FRAMES, Noise, fixture, lag, run, snr_db};

fn decode(path: &Path) -> (Source, Vec<f32>) {
    let mut source = Source::open(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let mut samples = Vec::new();
    let channels = usize::from(source.info().format.spec.channels);
    loop {
        let before = samples.len();
        let frames = source.read(&mut samples).unwrap();
        assert_eq!(samples.len() - before, frames * channels);
        assert!(frames <= 8_192);
        assert_eq!(source.position() as usize * channels, samples.len());
        if frames == 0 {
            return (source, samples);
        }
    }
}

const LOSSLESS: [&str; 16] = [
    "cd.flac",
    "studio.flac",
    "mono.flac",
    "surround.flac",
    "cd.oga",
    "flac.mp4",
    "flac.mka",
    "cd.wav",
    "studio.wav",
    "float.wav",
    "cd.aiff",
    "studio.aiff",
    "cd.caf",
    "alac.caf",
    "alac.m4a",
    "studio.m4a",
];

#[test]
fn lossless_files_give_back_every_bit_and_know_their_length() {
    for name in LOSSLESS {
        let file = fixture(name);
        let (source, samples) = decode(&file.path);
        let format = &source.info().format;
        assert_eq!(format.frames, Some(file.material.frames() as u64), "{name}");
        assert_eq!(format.spec.rate, file.material.rate, "{name}");
        let bits = if name == "float.wav" { 32 } else { file.material.bits };
        assert_eq!(format.bits.map(u32::from), Some(bits), "{name}");
        assert!(samples == file.material.to_f32(), "{name}: samples differ");
        assert_eq!(source.corrupt_packets(), 0, "{name}");
    }
}

/// Lossy files whose container tells where the music begins and ends, with the SNR in dB against ffmpeg's decoder that
/// must be reached where it trims alike.
const LOSSY: [(&str, f64); 11] = [
    ("cbr.mp3", 90.0),
    ("vbr.mp3", 90.0),
    ("mono.mp3", 90.0),
    ("vorbis.ogg", 100.0),
    ("surround.ogg", 100.0),
    ("opus.opus", 75.0),
    ("surround.opus", 75.0),
    ("opus.mp4", 75.0),
    ("opus.mka", 75.0),
    ("opus.webm", 75.0),
    ("aac.m4a", 60.0),
];

#[test]
fn lossy_files_have_the_originals_length_and_lie_where_it_lay() {
    for (name, db) in LOSSY {
        let file = fixture(name);
        let (source, samples) = decode(&file.path);
        let channels = file.material.channels;
        assert_eq!(source.info().format.frames, Some(FRAMES as u64), "{name}: promised");
        assert_eq!(samples.len(), FRAMES * channels, "{name}: given");
        assert_eq!(lag(&file.material.to_f32(), &samples, channels, 1_200), 0, "{name}");
        let reference = media::ffmpeg_decode(&file.path);
        let snr = snr_db(&reference, &samples);
        assert!(snr > db, "{name}: {snr:.1} dB against ffmpeg");
        assert_eq!(source.corrupt_packets(), 0, "{name}");
    }
}

/// Where the container does not tell, nothing is invented: all coded frames are played.
#[test]
fn what_a_container_does_not_tell_is_not_made_up() {
    for (name, coded_by, codec, promised) in [
        ("untagged.mp3", 1_152, Codec::Mp3, false),
        ("layer2.mp2", 1_152, Codec::Mp2, false),
        ("aac.aac", 1_024, Codec::Aac, false),
        ("aac.mka", 1_024, Codec::Aac, true),
        ("vorbis.mka", 64, Codec::Vorbis, true),
    ] {
        let file = fixture(name);
        let (source, samples) = decode(&file.path);
        let info = source.info();
        let frames = samples.len() / 2;
        assert_eq!(info.format.codec, codec, "{name}");
        assert_eq!(frames % coded_by, 0, "{name}: {frames}");
        assert!((FRAMES..FRAMES + 4_000).contains(&frames), "{name}: {frames}");
        assert_eq!(info.format.frames, promised.then_some(frames as u64), "{name}");
        if !promised {
            let estimate = info.estimated_frames.unwrap() as f64 / FRAMES as f64;
            assert!((0.8..1.25).contains(&estimate), "{name}: {estimate}");
        }
    }
}

fn seeks(name: &'static str, count: usize, allowed: f32, usual: f32) {
    let file = fixture(name);
    let (mut source, whole) = decode(&file.path);
    let channels = file.material.channels;
    let frames = whole.len() / channels;
    let mut noise = Noise(7 + name.len() as u64);
    let mut errors = Vec::new();
    for i in 0..count {
        let target = match i {
            0 => 0,
            1 => frames - 1,
            2 => 1,
            3 => frames - 700,
            _ => noise.below(frames),
        };
        source.seek(target as u64).unwrap_or_else(|error| panic!("{name} {target}: {error}"));
        assert_eq!(source.position(), target as u64, "{name}: position");
        let mut samples = Vec::new();
        while samples.len() < 600 * channels && source.read(&mut samples).unwrap() > 0 {}
        assert!(!samples.is_empty(), "{name}: nothing at {target} of {frames}");
        let error = samples.iter().zip(&whole[target * channels..]).map(|(a, b)| (a - b).abs());
        errors.push(error.fold(0.0, f32::max));
    }
    errors.sort_by(f32::total_cmp);
    let (worst, median) = (errors[count - 1], errors[count / 2]);
    assert!(worst <= allowed && median <= usual, "{name}: worst {worst}, median {median}");
}

#[test]
fn seeks_in_lossless_files_land_on_the_exact_sample() {
    LOSSLESS.iter().for_each(|name| seeks(name, 200, 0.0, 0.0));
}

#[test]
fn seeks_in_lossy_files_land_on_the_exact_sample_within_the_codecs_error() {
    for name in ["cbr.mp3", "vbr.mp3", "mono.mp3", "untagged.mp3", "layer2.mp2", "mp3.mka"] {
        seeks(name, 200, 1e-6, 0.0);
    }
    for name in ["vorbis.ogg", "surround.ogg", "vorbis.mka"] {
        seeks(name, 200, 1e-6, 0.0);
    }
    for name in ["aac.m4a", "aac.aac", "aac.mka"] {
        seeks(name, 200, 2e-3, 1e-5);
    }
    for name in ["opus.opus", "surround.opus", "opus.mp4", "opus.mka", "opus.webm"] {
        seeks(name, 200, 2e-2, 5e-4);
    }
}

#[test]
fn a_seek_beyond_the_end_is_the_end_and_the_way_back_is_open() {
    for name in
        ["cd.flac", "cd.wav", "vbr.mp3", "untagged.mp3", "vorbis.ogg", "opus.mka", "aac.m4a", "aac.aac"]
    {
        let file = fixture(name);
        let (mut source, whole) = decode(&file.path);
        let frames = (whole.len() / 2) as u64;
        for beyond in [frames, frames + 1, u64::MAX] {
            source.seek(beyond).unwrap();
            assert_eq!(source.position(), frames, "{name} {beyond}");
            assert_eq!(source.read(&mut Vec::new()).unwrap(), 0, "{name} {beyond}");
        }
        source.seek(1_000).unwrap();
        let mut samples = Vec::new();
        assert!(source.read(&mut samples).unwrap() > 0);
        assert!((samples[0] - whole[2_000]).abs() < 2e-2, "{name}");
    }
}

#[test]
#[ignore]
fn table() {
    let names = std::env::var("NAMES").unwrap();
    for name in names.split_whitespace() {
        let name: &'static str = name.to_owned().leak();
        let file = fixture(name);
        let mut source = match Source::open(&file.path) {
            Ok(s) => s,
            Err(e) => {
                println!("{name}: {e}");
                continue;
            }
        };
        println!("{name}: {:?} pos {}", source.info(), source.position());
        let mut whole = Vec::new();
        while source.read(&mut whole).unwrap() > 0 {}
        let ch = file.material.channels;
        let orig = file.material.to_f32();
        println!(
            "  frames {} corrupt {} pos {} snr orig {:.1} lag {}",
            whole.len() / ch,
            source.corrupt_packets(),
            source.position(),
            snr_db(&orig, &whole),
            lag(&orig, &whole, ch, 1200)
        );
        let ff = media::ffmpeg_decode(&file.path);
        println!("  ffmpeg frames {} snr {:.1}", ff.len() / ch, snr_db(&ff, &whole));
        for a in 0..ch {
            let p: Vec<f32> = whole.iter().skip(a).step_by(ch).copied().collect();
            let v: Vec<String> = (0..ch)
                .map(|b| {
                    let q: Vec<f32> = ff.iter().skip(b).step_by(ch).copied().collect();
                    format!("{:.0}", snr_db(&q, &p))
                })
                .collect();
            println!("   ch {a}: {v:?}");
        }
        let mut noise = Noise(99);
        let mut bad = 0;
        for _ in 0..60 {
            let t = noise.below(whole.len() / ch);
            if let Err(e) = source.seek(t as u64) {
                println!("  seek {t}: {e}");
                continue;
            }
            let p = source.position();
            let mut s = Vec::new();
            while s.len() < 600 * ch {
                if source.read(&mut s).unwrap() == 0 {
                    break;
                }
            }
            let err = s.iter().zip(&whole[t * ch..]).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
            if err > 1e-3 || s.is_empty() {
                bad += 1;
                if bad < 6 {
                    println!(
                        "  seek {t}: pos {p} got {} err {err} lag {}",
                        s.len() / ch,
                        (-1200i64..1200)
                            .min_by(|&x, &y| {
                                let e = |d: i64| -> f64 {
                                    s.iter()
                                        .step_by(ch)
                                        .take(400)
                                        .enumerate()
                                        .map(|(i, &v)| {
                                            let k = t as i64 + d + i as i64;
                                            let w = if k < 0 {
                                                0.0
                                            } else {
                                                *whole.get(k as usize * ch).unwrap_or(&0.0)
                                            };
                                            f64::from(v - w).abs()
                                        })
                                        .sum()
                                };
                                e(x).total_cmp(&e(y))
                            })
                            .unwrap()
                    )
                }
            }
        }
        println!("  bad seeks {bad}");
    }
}
