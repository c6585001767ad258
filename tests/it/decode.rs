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

const LOSSLESS: [&str; 32] = [
    "cd.flac",
    "studio.flac",
    "mono.flac",
    "surround.flac",
    "wide.flac",
    "cd.oga",
    "flac.mp4",
    "flac.mka",
    "cd.wav",
    "studio.wav",
    "float.wav",
    "cd.aiff",
    "studio.aiff",
    "cd.au",
    "studio.au",
    "float.au",
    "cd.w64",
    "rf64.wav",
    "cd.wv",
    "best.wv",
    "studio.wv",
    "int32.wv",
    "float.wv",
    "mono.wv",
    "surround.wv",
    "cd.tta",
    "studio.tta",
    "surround.tta",
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
        assert_eq!(usize::from(format.spec.channels), file.material.channels, "{name}");
        let bits = if name.starts_with("float.") || name == "int32.wv" { 32 } else { file.material.bits };
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
    for name in ["cbr.mp3", "vbr.mp3", "mono.mp3", "vorbis.ogg"] {
        seeks(name, 200, 1e-6, 0.0);
    }
    for name in ["untagged.mp3", "layer2.mp2", "mp3.mka", "surround.ogg", "vorbis.mka"] {
        seeks(name, 50, 1e-6, 0.0);
    }
    seeks("aac.m4a", 200, 1e-4, 1e-6);
    seeks("aac.aac", 50, 1e-4, 1e-6);
    seeks("aac.mka", 50, 1e-4, 1e-6);
}

#[test]
fn seeks_in_opus_land_on_the_exact_sample_within_what_its_predictors_leave() {
    seeks("opus.opus", 200, 5e-3, 5e-4);
    for name in ["surround.opus", "opus.mp4", "opus.mka", "opus.webm"] {
        seeks(name, 25, 5e-3, 5e-4);
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
fn what_is_not_music_is_refused_at_once_each_with_its_own_error() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    };
    let started = Instant::now();
    let refused = |path: &Path| match Source::open(path) {
        Ok(source) => panic!("{} opened: {:?}", path.display(), source.info()),
        Err(error) => error,
    };
    assert!(matches!(refused(&folder.path().join("missing.flac")), DecodeError::Open(_)));
    assert!(matches!(refused(folder.path()), DecodeError::NotAFile { kind: "directory" }));
    assert!(matches!(refused(Path::new("/dev/zero")), DecodeError::NotAFile { kind: "device" }));
    let fifo = folder.path().join("fifo.mp3");
    run("mkfifo", &[fifo.to_str().unwrap()]);
    assert!(matches!(refused(&fifo), DecodeError::NotAFile { kind: "named pipe" }));
    assert!(matches!(refused(&file("empty.ogg", b"")), DecodeError::Empty));
    assert!(matches!(refused(&file("text.mp3", &b"not music. ".repeat(5_000))), DecodeError::NotMusic));
    assert!(matches!(refused(&file("zero.mp3", &[0; 200_000])), DecodeError::NotMusic));
    assert!(matches!(refused(&file("one.flac", b"f")), DecodeError::NotMusic));
    let musepack = refused(&file("song.mpc", b"MPCK and more"));
    assert!(matches!(musepack, DecodeError::UnsupportedFormat { format: "Musepack" }));
    assert_eq!(musepack.to_string(), "Musepack is not supported");
    assert!(started.elapsed() < Duration::from_secs(20), "{:?}", started.elapsed());
}

#[test]
fn noise_is_never_taken_for_music() {
    let folder = tempfile::tempdir().unwrap();
    let mut noise = Noise(42);
    for i in 0..60 {
        let bytes: Vec<u8> = (0..30_000 + noise.below(100_000)).map(|_| noise.bits() as u8).collect();
        let path = folder.path().join(format!("noise{i}.mp3"));
        std::fs::write(&path, &bytes).unwrap();
        let opened = Source::open(&path).map(|source| source.info().clone());
        assert!(matches!(opened, Err(DecodeError::NotMusic)), "{i}: {opened:?}");
    }
}

#[test]
fn audio_of_another_kind_is_refused_by_its_name() {
    let folder = tempfile::tempdir().unwrap();
    let out = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let input = fixture("cd.wav");
    let make = |args: &[&str]| {
        run("ffmpeg", &[&["-v", "error", "-y", "-i", input.path.to_str().unwrap()][..], args].concat());
        Source::open(Path::new(args[args.len() - 1])).err().map(|error| error.to_string())
    };
    let error = make(&["-c:a", "ac3", &out("ac3.mp4")]);
    assert!(
        error.as_ref().is_some_and(|error| error.contains("MP4") && error.contains("not supported")),
        "{error:?}"
    );
    assert_eq!(make(&["-c:a", "ac3", &out("ac3.mka")]).as_deref(), Some("AC-3 in Matroska is not supported"));
    assert_eq!(make(&[&out("x.wma")]).as_deref(), Some("Windows Media Audio (ASF) is not supported"));
}

#[test]
fn the_name_does_not_matter() {
    let folder = tempfile::tempdir().unwrap();
    for (name, other) in
        [("cd.flac", "cd.mp3"), ("cbr.mp3", "x.flac"), ("opus.opus", "x.ogg"), ("aac.m4a", "noext")]
    {
        let path = folder.path().join(other);
        let file = fixture(name);
        std::fs::copy(&file.path, &path).unwrap();
        let (expected, _) = decode(&file.path);
        assert_eq!(Source::open(&path).unwrap().info(), expected.info(), "{name}");
    }
}

#[test]
fn a_cut_file_plays_to_the_cut() {
    let folder = tempfile::tempdir().unwrap();
    for name in [
        "cd.flac",
        "cd.oga",
        "cd.wav",
        "cbr.mp3",
        "vorbis.ogg",
        "opus.opus",
        "aac.aac",
        "opus.mka",
        "flac.mka",
    ] {
        let file = fixture(name);
        let (_, whole) = decode(&file.path);
        let bytes = std::fs::read(&file.path).unwrap();
        let path = folder.path().join(name);
        std::fs::write(&path, &bytes[..bytes.len() * 6 / 10]).unwrap();
        let (_, cut) = decode(&path);
        let part = cut.len() as f64 / whole.len() as f64;
        assert!((0.4..0.75).contains(&part), "{name}: {part}");
        let until = cut.len().saturating_sub(2 * 8_192);
        assert!(cut[..until] == whole[..until], "{name}");
    }
}

#[test]
fn damaged_packets_are_skipped_and_counted_and_the_place_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["cd.flac", "cbr.mp3", "aac.m4a", "opus.opus", "alac.m4a"] {
        let file = fixture(name);
        let (_, whole) = decode(&file.path);
        let mut bytes = std::fs::read(&file.path).unwrap();
        let middle = bytes.len() / 2;
        let mut noise = Noise(5);
        bytes[middle..middle + 6_000].iter_mut().for_each(|byte| *byte = noise.bits() as u8);
        let path = folder.path().join(name);
        std::fs::write(&path, &bytes).unwrap();
        let mut source = Source::open(&path).unwrap();
        let mut tail = Vec::new();
        let mut from = 0;
        loop {
            let at = source.position() as usize;
            let mut samples = Vec::new();
            if source.read(&mut samples).unwrap() == 0 {
                break;
            }
            assert!(samples.iter().all(|sample| sample.abs() <= 65_536.0), "{name}");
            if at > FRAMES - 20_000 && tail.is_empty() {
                from = at;
            }
            if at > FRAMES - 20_000 {
                tail.extend(samples);
            }
        }
        assert!(source.corrupt_packets() > 0, "{name}");
        assert!(tail.len() > 8_000, "{name}");
        // MP3 frames have no numbers, so how much was lost cannot be known.
        if name == "cbr.mp3" {
            continue;
        }
        let error = tail.iter().zip(&whole[from * 2..]).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
        assert!(error < 0.05, "{name}: {error} at {from}");
    }
}

#[test]
fn links_of_a_chained_ogg_file_play_as_one() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["vorbis.ogg", "opus.opus", "cd.oga"] {
        let file = fixture(name);
        let (_, one) = decode(&file.path);
        let mut bytes = std::fs::read(&file.path).unwrap();
        let mut second = bytes.clone();
        renumber(&mut second);
        bytes.extend(second);
        let path = folder.path().join(name);
        std::fs::write(&path, &bytes).unwrap();
        let (mut source, both) = decode(&path);
        assert_eq!(source.info().format.frames, Some(2 * FRAMES as u64), "{name}");
        assert!(both == [&one[..], &one[..]].concat(), "{name}");
        for target in [FRAMES + 5_000, 100, FRAMES - 1, FRAMES, 2 * FRAMES - 1] {
            source.seek(target as u64).unwrap();
            assert_eq!(source.position(), target as u64, "{name}");
            let mut samples = Vec::new();
            source.read(&mut samples).unwrap();
            assert!((samples[0] - both[target * 2]).abs() < 2e-3, "{name} {target}");
        }
    }
}

/// Gives every page of an Ogg file another stream number, and the CRC that goes with it (RFC 3533 §6).
fn renumber(bytes: &mut [u8]) {
    let mut at = 0;
    while at < bytes.len() {
        let sizes = usize::from(bytes[at + 26]);
        let body: usize = bytes[at + 27..at + 27 + sizes].iter().map(|&size| usize::from(size)).sum();
        let page = &mut bytes[at..at + 27 + sizes + body];
        page[14..18].copy_from_slice(&77u32.to_le_bytes());
        page[22..26].fill(0);
        let crc = page.iter().fold(0u32, |crc, &byte| {
            (0..8).fold(crc ^ u32::from(byte) << 24, |crc, _| {
                crc << 1 ^ if crc >> 31 == 1 { 0x04c1_1db7 } else { 0 }
            })
        });
        page[22..26].copy_from_slice(&crc.to_le_bytes());
        at += page.len();
    }
}

#[test]
fn the_output_gain_of_an_opus_header_is_applied() {
    let folder = tempfile::tempdir().unwrap();
    let file = fixture("opus.opus");
    let (_, plain) = decode(&file.path);
    let mut bytes = std::fs::read(&file.path).unwrap();
    // -6 dB in Q7.8 at byte 16 of the header packet, which stands behind 28 bytes of page header.
    assert_eq!(&bytes[28..36], b"OpusHead");
    bytes[44..46].copy_from_slice(&(-6 * 256i16).to_le_bytes());
    renumber(&mut bytes);
    let path = folder.path().join("quiet.opus");
    std::fs::write(&path, &bytes).unwrap();
    let (_, quiet) = decode(&path);
    let expected: Vec<f32> = plain.iter().map(|sample| sample * 0.501_187_2).collect();
    assert!(snr_db(&expected, &quiet) > 120.0);
}

#[test]
fn a_big_picture_before_the_music_does_not_slow_opening() {
    let folder = tempfile::tempdir().unwrap();
    let file = fixture("cbr.mp3");
    let size = 12 << 20;
    let synchsafe =
        |n: usize| [(n >> 21) as u8 & 127, (n >> 14) as u8 & 127, (n >> 7) as u8 & 127, n as u8 & 127];
    let mut tag =
        [b"ID3\x04\0\0".as_slice(), &synchsafe(size + 10), b"APIC", &synchsafe(size), &[0, 0]].concat();
    tag.extend(b"\0image/png\0\x03\0");
    tag.resize(20 + size, 0xff);
    tag.extend(std::fs::read(&file.path).unwrap());
    let path = folder.path().join("art.mp3");
    std::fs::write(&path, &tag).unwrap();
    let (_, plain) = decode(&file.path);
    let started = Instant::now();
    let source = Source::open(&path).unwrap();
    assert!(started.elapsed() < Duration::from_secs(3), "{:?}", started.elapsed());
    assert_eq!(source.info().format.frames, Some(FRAMES as u64));
    assert!(decode(&path).1 == plain);
}

#[test]
fn a_file_removed_while_open_plays_on() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["cd.flac", "opus.mka"] {
        let file = fixture(name);
        let path = folder.path().join(name);
        std::fs::copy(&file.path, &path).unwrap();
        let mut source = Source::open(&path).unwrap();
        std::fs::remove_file(&path).unwrap();
        source.seek(150_000).unwrap();
        source.seek(10).unwrap();
        let (mut samples, mut frames) = (Vec::new(), 0);
        loop {
            match source.read(&mut samples).unwrap() {
                0 => break,
                more => frames += more,
            }
        }
        assert_eq!(frames, FRAMES - 10, "{name}");
    }
}

/// Damage of every kind to every format: no panic, no hang, no flood.
#[test]
fn mutated_files_never_panic_hang_or_flood() {
    let folder = tempfile::tempdir().unwrap();
    let mut noise = Noise(2_026);
    let names = [
        "mono.flac",
        "cd.oga",
        "flac.mp4",
        "flac.mka",
        "studio.aiff",
        "cd.caf",
        "alac.caf",
        "alac.m4a",
        "float.wav",
        "mono.mp3",
        "layer2.mp2",
        "vorbis.ogg",
        "surround.ogg",
        "vorbis.mka",
        "opus.opus",
        "surround.opus",
        "opus.mp4",
        "opus.webm",
        "aac.m4a",
        "aac.aac",
    ];
    let path = folder.path().join("mutant");
    for name in names {
        let bytes = std::fs::read(fixture(name).path).unwrap();
        for round in 0..18 {
            let mutant = mutate(&bytes, round, &mut noise);
            std::fs::write(&path, &mutant).unwrap();
            let started = Instant::now();
            let played = play_a_bit(&path, &mut noise);
            assert!(!matches!(played, Err(DecodeError::Panicked(_))), "{name} {round}: {played:?}");
            assert!(started.elapsed() < Duration::from_secs(60), "{name} {round}: {:?}", started.elapsed());
            assert!(played.is_err() || played.is_ok_and(|frames| frames < 4 * FRAMES), "{name} {round}");
        }
    }
}

fn mutate(bytes: &[u8], round: usize, noise: &mut Noise) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    // The headers are where the dangerous numbers are.
    let reach = if round.is_multiple_of(2) { bytes.len().min(600) } else { bytes.len() };
    match round % 6 {
        0 | 1 => (0..1 + noise.below(24)).for_each(|_| bytes[noise.below(reach)] = noise.bits() as u8),
        2 | 3 => {
            let at = noise.below(reach);
            let len = noise.below(2_000).min(bytes.len() - at);
            bytes[at..at + len].fill(if round % 4 == 2 { 0 } else { 0xff });
        }
        4 => bytes.truncate(noise.below(bytes.len())),
        _ => {
            let (at, len) = (noise.below(reach), noise.below(3_000));
            let end = (at + len).min(bytes.len());
            bytes.drain(at..end);
        }
    }
    bytes
}

fn play_a_bit(path: &Path, noise: &mut Noise) -> Result<usize, DecodeError> {
    let mut source = Source::open(path)?;
    let mut samples = Vec::new();
    let mut frames = 0;
    for step in 0..100 {
        samples.clear();
        match source.read(&mut samples)? {
            0 => break,
            more => frames += more,
        }
        assert!(samples.iter().all(|sample| sample.is_finite()));
        if step % 25 == 24 {
            source.seek(noise.below(FRAMES + 1_000) as u64)?;
        }
    }
    Ok(frames)
}

/// The IETF's conformance files: whatever the reference decoder gives, we give, bit for bit.
#[test]
#[ignore = "needs the files of AURALIS_VECTORS"]
fn flac_conformance_files_decode_as_the_reference_decoder_decodes_them() {
    let folder =
        std::env::var_os("AURALIS_VECTORS").expect("AURALIS_VECTORS names the folder of test vectors");
    let mut wrong = Vec::new();
    for group in ["subset", "uncommon", "faulty"] {
        let folder = Path::new(&folder).join("flac-test-files").join(group);
        let mut files: Vec<_> =
            std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        files.sort();
        for path in files.iter().filter(|path| path.extension().is_some_and(|ext| ext == "flac")) {
            let outcome = conformance(path);
            println!("{group}/{}: {outcome}", path.file_name().unwrap().to_string_lossy());
            // Its frames contradict its STREAMINFO, and symphonia 0.6.1 finds none of them.
            let is_known =
                path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"27 - old format"));
            if group == "subset" && outcome != "identical" && !is_known {
                wrong.push(path.clone());
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:?}");
}

fn conformance(path: &Path) -> String {
    let mut source = match Source::open(path) {
        Ok(source) => source,
        Err(error) => return format!("refused: {error}"),
    };
    let mut samples = Vec::new();
    let error = loop {
        match source.read(&mut samples) {
            Ok(0) => break String::new(),
            Ok(_) => {}
            Err(error) => break format!(", ended by: {error}"),
        }
    };
    let format = source.info().format;
    let (content, truth) = reference(path, u32::from(format.bits.unwrap_or(16)));
    let told = format
        .frames
        .is_none_or(|frames| frames as usize * usize::from(format.spec.channels) == samples.len());
    let told = if told { "" } else { ", other length than told" };
    let corrupt = source.corrupt_packets();
    match truth == samples {
        true if told.is_empty() && corrupt == 0 && error.is_empty() => "identical".into(),
        true => format!("identical{told}, {corrupt} corrupt{error}"),
        false => format!(
            "{} of {} samples, reference {}{told}, {corrupt} corrupt{error}",
            samples.len(),
            truth.len(),
            if content { "content" } else { "not content" }
        ),
    }
}

/// The samples by the `flac` tool, or by ffmpeg for the bit depths that the tool does not write; and whether the tool
/// found nothing to complain of.
fn reference(path: &Path, bits: u32) -> (bool, Vec<f32>) {
    let path = path.to_str().unwrap();
    let raw = ["-d", "-s", "-c", "-F", "--force-raw-format", "--endian=little", "--sign=signed", path];
    let (tool, args, bytes) = match bits % 8 {
        0 => ("flac", &raw[..], bits as usize / 8),
        _ => ("ffmpeg", &["-v", "error", "-i", path, "-f", "s32le", "-"][..], 4),
    };
    let output =
        std::process::Command::new(tool).args(args).output().expect("the tests need `flac` and `ffmpeg`");
    let scale = 2f64.powi(bytes as i32 * 8 - 1);
    let samples = output.stdout.chunks_exact(bytes).map(|bytes| {
        let negative = bytes.last().is_some_and(|last| last & 0x80 != 0);
        let mut wide = [if negative { 0xff } else { 0 }; 4];
        wide[..bytes.len()].copy_from_slice(bytes);
        (f64::from(i32::from_le_bytes(wide)) / scale) as f32
    });
    (output.status.success(), samples.collect())
}

/// A muxer's unsteady clock, as of music transcoded from Vorbis: a packet comes a little late, the next is as much shorter.
#[test]
fn packets_touch_whatever_an_unsteady_clock_says() {
    let folder = tempfile::tempdir().unwrap();
    let material = media::Material::new(90_000, 2, 44_100, 16);
    let (wav, alac) = (folder.path().join("in.wav"), folder.path().join("late.m4a"));
    material.write_wav(&wav);
    let late = "asetnsamples=n=4096:p=0,asetpts=PTS+448*between(N\\,36864\\,36864)";
    let (wav, out) = (wav.to_str().unwrap(), alac.to_str().unwrap());
    media::run("ffmpeg", &["-v", "error", "-i", wav, "-af", late, "-c:a", "alac", out]);
    let stamps =
        media::run("ffprobe", &["-v", "error", "-show_entries", "packet=pts", "-of", "csv=p=0", out]);
    assert!(
        String::from_utf8_lossy(&stamps).lines().any(|line| line.trim_end_matches(',') == "37312"),
        "late"
    );
    let (source, samples) = decode(&alac);
    assert_eq!(samples.len(), material.samples.len());
    assert!(samples == material.to_f32());
    assert_eq!(source.corrupt_packets(), 0);
}
