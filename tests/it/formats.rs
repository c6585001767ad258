//! Formats that are read by ourselves: what is particular to each. That lossless ones give back every bit and seek
//! exactly, `decode` tests with all others.

use std::f64::consts::TAU;
use std::path::{Path, PathBuf};

use auralis::decode::{DecodeError, Source};
use auralis::model::track::Codec;
use proptest::prelude::*;

use crate::media::{Material, Noise, ffmpeg_decode, fixture, run};

fn open(path: &Path) -> Source {
    Source::open(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn read_all(source: &mut Source) -> Vec<f32> {
    let mut samples = Vec::new();
    while source.read(&mut samples).unwrap() > 0 {}
    samples
}

fn decode(path: &Path) -> Vec<f32> {
    read_all(&mut open(path))
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[test]
fn telephony_codes_are_what_ffmpeg_makes_of_them() {
    for name in ["a-law.au", "mu-law.au", "a-law.w64"] {
        let file = fixture(name);
        let source = open(&file.path);
        assert_eq!(source.info().format.bits, None, "{name}");
        assert_eq!(source.info().format.frames, Some(file.material.frames() as u64), "{name}");
        // ffmpeg's own writer of Wave64 counts the filling at the end, and its reader plays it.
        let theirs = ffmpeg_decode(&file.path);
        let ours = decode(&file.path);
        assert!(ours == theirs[..ours.len()] && theirs.len() - ours.len() < 8, "{name}");
    }
}

/// 24 bits of 5.1 made of 16: the same samples.
#[test]
fn wave64_of_six_channels_gives_back_every_bit() {
    let file = fixture("surround.w64");
    assert!(decode(&file.path) == file.material.to_f32());
}

#[test]
fn a_cut_file_of_blocks_plays_to_the_cut() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["cd.au", "cd.w64", "rf64.wav", "cd.wv", "surround.wv", "cd.tta"] {
        let file = fixture(name);
        let bytes = std::fs::read(&file.path).unwrap();
        let path = folder.path().join(name);
        std::fs::write(&path, &bytes[..bytes.len() * 6 / 10]).unwrap();
        let (cut, whole) = (decode(&path), file.material.to_f32());
        let part = cut.len() as f64 / whole.len() as f64;
        // TTA's blocks are longer than a second, of which this file has four and a half.
        assert!((0.4..0.7).contains(&part), "{name}: {part}");
        assert!(cut == whole[..cut.len()], "{name}");
    }
}

#[test]
fn a_damaged_block_is_skipped_and_counted_and_the_place_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["cd.wv", "surround.wv", "cd.tta"] {
        let file = fixture(name);
        let channels = file.material.channels;
        let mut bytes = std::fs::read(&file.path).unwrap();
        let middle = bytes.len() / 2;
        let mut noise = Noise(5);
        bytes[middle..middle + 2_000].iter_mut().for_each(|byte| *byte = noise.bits() as u8);
        let path = folder.path().join(name);
        std::fs::write(&path, &bytes).unwrap();
        let mut source = open(&path);
        let whole = file.material.to_f32();
        let mut heard = 0;
        loop {
            let mut samples = Vec::new();
            let frames = source.read(&mut samples).unwrap();
            if frames == 0 {
                break;
            }
            let from = (source.position() as usize - frames) * channels;
            assert!(samples == whole[from..from + samples.len()], "{name} at {from}");
            heard += frames;
        }
        assert!((1..=2).contains(&source.corrupt_packets()), "{name}: {}", source.corrupt_packets());
        assert_eq!(source.position(), file.material.frames() as u64, "{name}");
        assert!(heard * 2 > file.material.frames(), "{name}: {heard}");
    }
}

/// Bits of a sine of this level, by a modulator of the second order with its feedback inside (Candy, 1985): the highest
/// bit of a byte is the first.
fn modulate(hz: f64, level: f64, bit_rate: u32, bytes: usize) -> Vec<u8> {
    let (mut first, mut second) = (0.0, 0.0);
    let mut bit = |n: usize| {
        let input = level * (TAU * hz * n as f64 / f64::from(bit_rate)).sin();
        let out = if second >= 0.0 { 1.0 } else { -1.0 };
        first += input - out;
        second += first - 2.0 * out;
        u8::from(out > 0.0)
    };
    (0..bytes).map(|byte| (0..8).fold(0, |sum, place| sum << 1 | bit(byte * 8 + place))).collect()
}

/// A DSF file ("DSF File Format Specification" 1.01) of these channels, bits of lowest place first, as all writers do.
fn dsf(channels: &[Vec<u8>], bit_rate: u32, id3: &[u8]) -> Vec<u8> {
    const BLOCK: usize = 4_096;
    let len = channels[0].len();
    let blocks = len.div_ceil(BLOCK);
    let data = 12 + (blocks * BLOCK * channels.len()) as u64;
    let total = 28 + 52 + data + id3.len() as u64;
    let tag_at = if id3.is_empty() { 0 } else { 28 + 52 + data };
    let mut file = b"DSD ".to_vec();
    [28, total, tag_at].into_iter().for_each(|number: u64| file.extend(number.to_le_bytes()));
    file.extend(b"fmt ");
    file.extend(52_u64.to_le_bytes());
    let kind = if channels.len() == 1 { 1 } else { 2 };
    let fields = [1, 0, kind, channels.len() as u32, bit_rate, 1];
    fields.into_iter().for_each(|field| file.extend(field.to_le_bytes()));
    file.extend((len as u64 * 8).to_le_bytes());
    [BLOCK as u32, 0].into_iter().for_each(|field| file.extend(field.to_le_bytes()));
    file.extend(b"data");
    file.extend(data.to_le_bytes());
    for block in 0..blocks {
        for channel in channels {
            let mut bytes: Vec<u8> =
                channel[block * BLOCK..].iter().take(BLOCK).map(|byte| byte.reverse_bits()).collect();
            bytes.resize(BLOCK, 0x69);
            file.extend(bytes);
        }
    }
    file.extend(id3);
    file
}

/// A DSDIFF file ("DSDIFF File Format Specification" 1.5).
pub fn dsdiff(channels: &[Vec<u8>], bit_rate: u32, compression: &[u8; 4]) -> Vec<u8> {
    let chunk = |name: &[u8; 4], body: &[u8]| {
        [name.as_slice(), &(body.len() as u64).to_be_bytes(), body, &vec![0; body.len() % 2]].concat()
    };
    let count = channels.len() as u16;
    let names: Vec<u8> = [b"SLFT", b"SRGT"].into_iter().take(channels.len()).flatten().copied().collect();
    let property = [
        b"SND ".to_vec(),
        chunk(b"FS  ", &bit_rate.to_be_bytes()),
        chunk(b"CHNL", &[&count.to_be_bytes()[..], &names].concat()),
        chunk(b"CMPR", &[compression.as_slice(), b"\x0enot compressed\0"].concat()),
    ];
    let turns = 0..channels[0].len();
    let data: Vec<u8> = turns.flat_map(|at| channels.iter().map(move |channel| channel[at])).collect();
    let body = [
        b"DSD ".to_vec(),
        chunk(b"FVER", &[1, 5, 0, 0]),
        chunk(b"PROP", &property.concat()),
        chunk(if compression == b"DST " { b"DST " } else { b"DSD " }, &data),
    ];
    chunk(b"FRM8", &body.concat())
}

fn put(folder: &Path, name: &str, bytes: &[u8]) -> PathBuf {
    let path = folder.join(name);
    std::fs::write(&path, bytes).unwrap();
    path
}

/// Level and phase, in turns, of a sine in samples of one channel, ends left out.
fn sine_in(samples: &[f32], hz: f64, rate: f64) -> (f64, f64) {
    // Whole periods of the tones below.
    let period = (rate / 100.0).round() as usize;
    let edge = samples.len() / 10;
    let len = (samples.len() - 2 * edge) / period * period;
    let (mut re, mut im) = (0.0, 0.0);
    for (n, sample) in samples[edge..edge + len].iter().enumerate() {
        let turn = TAU * hz * (n + edge) as f64 / rate;
        re += f64::from(*sample) * turn.sin();
        im += f64::from(*sample) * turn.cos();
    }
    (2.0 * re.hypot(im) / len as f64, im.atan2(re) / TAU)
}

#[test]
fn dsd_becomes_the_sine_that_was_modulated() {
    let folder = tempfile::tempdir().unwrap();
    for (bit_rate, rate) in [
        (2_822_400, 88_200),
        (5_644_800, 176_400),
        (11_289_600, 176_400),
        (3_072_000, 96_000),
        (22_579_200, 176_400),
    ] {
        // A fifth of a second and a byte that fills no frame.
        let bytes = bit_rate as usize / 8 / 5 + 1;
        let left = modulate(1_000.0, 0.5, bit_rate, bytes);
        let right = modulate(9_000.0, 0.25, bit_rate, bytes);
        let path = put(folder.path(), "sine.dsf", &dsf(&[left.clone(), right.clone()], bit_rate, &[]));
        let mut source = open(&path);
        let format = source.info().format;
        assert_eq!((format.codec, format.spec.rate, format.spec.channels), (Codec::Dsd, rate, 2));
        assert_eq!(format.frames, Some((bytes as u64 * 8).div_ceil(u64::from(bit_rate / rate))));
        let samples = read_all(&mut source);
        assert_eq!(Some(samples.len() as u64 / 2), format.frames);
        for (channel, hz, level) in [(0, 1_000.0, 0.5), (1, 9_000.0, 0.25)] {
            let one: Vec<f32> = samples.iter().skip(channel).step_by(2).copied().collect();
            let (found, phase) = sine_in(&one, hz, f64::from(rate));
            assert!((found / level - 1.0).abs() < 2e-3, "{bit_rate}: {found} of {level}");
            // Nothing is early or late by more than the modulator's own delay of two bits.
            assert!(phase.abs() < 3.0 * hz / f64::from(bit_rate), "{bit_rate}: {phase} turns");
        }
        let other = put(folder.path(), "sine.dff", &dsdiff(&[left, right], bit_rate, b"DSD "));
        assert!(decode(&other) == samples, "{bit_rate}: DSDIFF differs from DSF");
    }
}

#[test]
fn dsd_is_as_loud_as_ffmpeg_makes_it_and_seeks_to_the_sample() {
    let folder = tempfile::tempdir().unwrap();
    let bits = modulate(1_000.0, 0.5, 2_822_400, 2_822_400 / 8);
    let path = put(folder.path(), "sine.dsf", &dsf(&[bits], 2_822_400, &[]));
    let samples = decode(&path);
    let reference = ffmpeg_decode(&path);
    let (ours, _) = sine_in(&samples, 1_000.0, 88_200.0);
    let (theirs, _) = sine_in(&reference, 1_000.0, 352_800.0);
    assert!((ours / theirs - 1.0).abs() < 1e-3, "{ours} to {theirs}");
    let mut source = open(&path);
    let mut noise = Noise(3);
    for _ in 0..100 {
        let target = noise.below(samples.len());
        source.seek(target as u64).unwrap();
        let mut found = Vec::new();
        source.read(&mut found).unwrap();
        assert!(found[..] == samples[target..target + found.len()], "{target}");
    }
}

#[test]
fn what_of_dsd_is_not_read_is_refused_by_its_name() {
    let folder = tempfile::tempdir().unwrap();
    let bits = vec![0x69; 10_000];
    let refuse =
        |bytes: &[u8]| Source::open(&put(folder.path(), "x.dff", bytes)).err().map(|error| error.to_string());
    let dst = dsdiff(std::slice::from_ref(&bits), 2_822_400, b"DST ");
    assert_eq!(refuse(&dst).as_deref(), Some("DST in DSDIFF is not supported"));
    let odd = dsf(std::slice::from_ref(&bits), 1_000_000, &[]);
    assert!(refuse(&odd).is_some_and(|error| error.starts_with("1000000 Hz")));
}

#[test]
fn tags_of_every_kind_tell_their_loudness() {
    let folder = tempfile::tempdir().unwrap();
    // ID3v2.3 with one TXXX frame, in DSF's place at the end and before TTA.
    let frame = b"\x00REPLAYGAIN_TRACK_GAIN\x00-4.50 dB";
    let size = frame.len() as u8;
    let id3 =
        [b"ID3\x03\0\0\0\0\0".as_slice(), &[size + 10], b"TXXX\0\0\0", &[size], b"\0\0", frame.as_slice()]
            .concat();
    let gain = |path: &Path| open(path).loudness().track.gain_db;
    let bits = vec![0x69; 50_000];
    assert_eq!(gain(&put(folder.path(), "a.dsf", &dsf(&[bits], 2_822_400, &id3))), Some(-4.5));
    let tta = std::fs::read(fixture("cd.tta").path).unwrap();
    let path = put(folder.path(), "a.tta", &[id3, tta].concat());
    assert_eq!(gain(&path), Some(-4.5));
    assert!(decode(&path) == fixture("cd.tta").material.to_f32());
    // APE tags by ffmpeg.
    let path = folder.path().join("a.wv");
    let source = fixture("cd.wv").path;
    let tag = "REPLAYGAIN_TRACK_GAIN=-4.50 dB";
    run("ffmpeg", &["-v", "error", "-i", text(&source), "-c", "copy", "-metadata", tag, text(&path)]);
    assert_eq!(gain(&path), Some(-4.5));
    assert!(decode(&path) == fixture("cd.wv").material.to_f32());
}

/// There is no free encoder of HE-AAC to test with: an LC file is told to have an upper band, in the config that decoders
/// read first (ISO 14496-3 §1.6.5.3). Its core is what it was.
#[test]
fn he_aac_plays_its_core_in_the_right_time_and_says_what_is_lost() {
    let folder = tempfile::tempdir().unwrap();
    let input = fixture("cd.wav").path;
    let path = folder.path().join("he.m4a");
    let args = ["-v", "error", "-i", text(&input), "-ar", "22050", "-c:a", "aac", "-b:a", "64k", text(&path)];
    run("ffmpeg", &args);
    let mut plain = open(&path);
    assert_eq!((plain.info().lost, plain.info().format.spec.rate), (None, 22_050));
    let core = read_all(&mut plain);
    let mut bytes = std::fs::read(&path).unwrap();
    // LC at 22.05 kHz, two channels; 0x2b7, object type 5, and the bit that says whether there is an upper band.
    let told = bytes.windows(5).position(|config| config == [0x13, 0x90, 0x56, 0xe5, 0x00]).unwrap();
    bytes[told + 4] = 0xa0;
    std::fs::write(&path, bytes).unwrap();
    let mut source = open(&path);
    let info = source.info().clone();
    assert_eq!(info.lost, Some("HE-AAC: the upper band is not decoded"));
    assert_eq!((info.format.spec.rate, info.format.frames), (22_050, plain.info().format.frames));
    assert!(read_all(&mut source) == core);
    // ffmpeg decodes it at the doubled rate: the same time.
    let theirs = ffmpeg_decode(&path).len() as f64 / 2.0 / 44_100.0;
    let ours = info.format.duration().unwrap().as_secs_f64();
    assert!((theirs - ours).abs() < 0.1, "{ours} s, ffmpeg {theirs} s");
}

/// Small valid files of each format, for the mutations below.
pub fn seeds() -> Vec<(&'static str, Vec<u8>)> {
    let folder = tempfile::tempdir().unwrap();
    let wav = folder.path().join("short.wav");
    Material::new(6_000, 2, 44_100, 16).write_wav(&wav);
    let made = |name: &str, args: &[&str]| {
        let out = folder.path().join(name);
        run("ffmpeg", &[&["-v", "error", "-y", "-i", text(&wav)], args, &[text(&out)]].concat());
        std::fs::read(&out).unwrap()
    };
    let bits = modulate(1_000.0, 0.5, 2_822_400, 20_000);
    vec![
        ("au", made("a.au", &[])),
        ("w64", made("a.w64", &[])),
        ("rf64", made("a.wav", &["-rf64", "always"])),
        ("wv", made("a.wv", &[])),
        ("tta", made("a.tta", &[])),
        ("ape", crate::ape::encode(&Material::new(6_000, 2, 44_100, 16), 2_000)),
        ("dsf", dsf(&[bits.clone(), bits.clone()], 2_822_400, &[])),
        ("dff", dsdiff(&[bits.clone(), bits], 2_822_400, b"DSD ")),
    ]
}

/// Opens, reads and seeks; only that it ends, soon and without a panic of ours, is asked.
fn survive(path: &Path) -> Result<(), DecodeError> {
    let mut source = Source::open(path)?;
    let promised = source.info().format.frames.unwrap_or(0);
    let mut samples = Vec::new();
    for target in [None, Some(promised / 2), Some(promised.saturating_sub(1)), Some(0)] {
        target.map_or(Ok(()), |target| source.seek(target))?;
        for _ in 0..50 {
            samples.clear();
            if source.read(&mut samples)? == 0 {
                break;
            }
            assert!(samples.iter().all(|sample| sample.is_finite()));
        }
    }
    Ok(())
}

#[test]
fn mutated_files_are_played_or_refused_and_nothing_else() {
    let seeds = seeds();
    let folder = tempfile::tempdir().unwrap();
    let change =
        (0..seeds.len(), prop::collection::vec((0.0..1.0_f64, any::<u8>(), any::<bool>()), 1..12), 0.2..1.3);
    let mut runner = proptest::test_runner::TestRunner::new_with_rng(
        ProptestConfig { cases: 600, failure_persistence: None, ..ProptestConfig::default() },
        proptest::test_runner::TestRng::deterministic_rng(proptest::test_runner::RngAlgorithm::ChaCha),
    );
    let result = runner.run(&change, |(seed, bytes, cut)| {
        let (name, mut file) = seeds[seed].clone();
        for (place, value, in_header) in bytes {
            let reach = if in_header { file.len().min(120) } else { file.len() };
            file[(place * reach as f64) as usize] = value;
        }
        let len = ((file.len() as f64 * cut) as usize).min(file.len());
        let path = put(folder.path(), name, &file[..len]);
        match survive(&path) {
            Err(DecodeError::Panicked(words)) => Err(TestCaseError::fail(format!("{name}: {words}"))),
            _ => Ok(()),
        }
    });
    result.unwrap();
}
