//! What is read of files that other programs made: frames to the exact one, tags to the letter.

use std::path::{Path, PathBuf};
use std::process::Command;

use auralis::library::tags::read_file;
use auralis::model::track::Codec;

use crate::library_media::{flac, put, wav};

/// An odd number, so that no codec's block fits.
const FRAMES: u32 = 100_003;

fn run(program: &str, args: &[&str]) {
    let done = Command::new(program).args(args).output();
    let done = done.unwrap_or_else(|error| panic!("{program} is needed by this test: {error}"));
    assert!(done.status.success(), "{program} {args:?}: {}", String::from_utf8_lossy(&done.stderr));
}

fn source(folder: &Path, rate: u32) -> PathBuf {
    put(folder, format!("source-{rate}.wav"), &wav(FRAMES, rate))
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[test]
fn every_container_tells_its_exact_frames() {
    let folder = tempfile::tempdir().unwrap();
    let (cd, dat) = (source(folder.path(), 44_100), source(folder.path(), 48_000));
    let out = |name: &str| folder.path().join(name);
    let ffmpeg = |from: &Path, name: &str, options: &[&str]| {
        let mut args = vec!["-v", "error", "-y", "-i", text(from)];
        args.extend(options);
        let path = out(name);
        args.push(text(&path));
        run("ffmpeg", &args);
    };
    ffmpeg(&cd, "a.flac", &[]);
    ffmpeg(&cd, "a.oga", &["-c:a", "flac"]);
    ffmpeg(&cd, "a.m4a", &["-c:a", "aac"]);
    ffmpeg(&cd, "alac.m4a", &["-c:a", "alac"]);
    ffmpeg(&cd, "a.aiff", &["-c:a", "pcm_s24be"]);
    ffmpeg(&cd, "a.caf", &["-c:a", "pcm_s16le"]);
    ffmpeg(&cd, "float.wav", &["-c:a", "pcm_f32le"]);
    ffmpeg(&cd, "xing.mp3", &["-c:a", "libmp3lame"]);
    ffmpeg(&cd, "a.mp2", &["-c:a", "mp2"]);
    ffmpeg(&cd, "a.aac", &["-c:a", "aac"]);
    ffmpeg(&cd, "a.au", &[]);
    run("sox", &["-D", text(&cd), text(&out("a.w64"))]);
    ffmpeg(&cd, "a.wv", &[]);
    ffmpeg(&cd, "a.tta", &[]);
    ffmpeg(&cd, "flac.mka", &["-c:a", "flac"]);
    ffmpeg(&dat, "opus.m4a", &["-c:a", "libopus", "-f", "mp4"]);
    ffmpeg(&dat, "a.webm", &["-c:a", "libopus"]);
    run("lame", &["--quiet", "-b", "128", text(&cd), text(&out("lame.mp3"))]);
    run("lame", &["--quiet", "-t", text(&cd), text(&out("plain.mp3"))]);
    run("oggenc", &["-Q", text(&cd), "-o", text(&out("a.ogg"))]);
    run("opusenc", &["--quiet", text(&dat), text(&out("a.opus"))]);
    let exact = Some(u64::from(FRAMES));
    // Frames of the stream, for those that carry nothing to trim by: counted by hand from the codec's block.
    let blocks = |block: u64, delay: u64| Some((u64::from(FRAMES) + delay).div_ceil(block) * block);
    type Case = (&'static str, Codec, u32, Option<u8>, Option<u64>);
    let cases: [Case; 22] = [
        ("source-44100.wav", Codec::Pcm, 44_100, Some(16), exact),
        ("float.wav", Codec::Pcm, 44_100, Some(32), exact),
        ("a.flac", Codec::Flac, 44_100, Some(16), exact),
        ("a.oga", Codec::Flac, 44_100, Some(16), exact),
        ("a.m4a", Codec::Aac, 44_100, None, exact),
        ("alac.m4a", Codec::Alac, 44_100, Some(16), exact),
        ("a.aiff", Codec::Pcm, 44_100, Some(24), exact),
        ("a.caf", Codec::Pcm, 44_100, Some(16), exact),
        ("lame.mp3", Codec::Mp3, 44_100, None, exact),
        ("xing.mp3", Codec::Mp3, 44_100, None, exact),
        ("a.ogg", Codec::Vorbis, 44_100, None, exact),
        ("a.opus", Codec::Opus, 48_000, None, exact),
        ("opus.m4a", Codec::Opus, 48_000, None, exact),
        ("a.au", Codec::Pcm, 44_100, Some(16), exact),
        ("a.w64", Codec::Pcm, 44_100, Some(16), exact),
        ("a.wv", Codec::WavPack, 44_100, Some(16), exact),
        ("a.tta", Codec::Tta, 44_100, Some(16), exact),
        ("flac.mka", Codec::Flac, 44_100, Some(16), exact),
        ("a.webm", Codec::Opus, 48_000, None, exact),
        ("plain.mp3", Codec::Mp3, 44_100, None, probed(&out("plain.mp3"), 1152)),
        ("a.mp2", Codec::Mp2, 44_100, None, probed(&out("a.mp2"), 1152)),
        ("a.aac", Codec::Aac, 44_100, None, blocks(1024, 1024)),
    ];
    for (name, codec, rate, bits, frames) in cases {
        let (format, _) = read_file(&out(name)).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!((format.codec, format.spec.rate, format.spec.channels), (codec, rate, 2), "{name}");
        assert_eq!(format.bits, bits, "{name}");
        assert_eq!(format.frames, frames, "{name}");
    }
}

/// Packets as ffprobe counts them, times the codec's block.
fn probed(path: &Path, block: u64) -> Option<u64> {
    let args = ["-v", "error", "-count_packets", "-show_entries", "stream=nb_read_packets", "-of", "csv=p=0"];
    let done = Command::new("ffprobe").args(args).arg(path).output().expect("ffprobe is needed by this test");
    Some(String::from_utf8_lossy(&done.stdout).trim().trim_end_matches(',').parse::<u64>().unwrap() * block)
}

#[test]
fn tags_are_read_from_every_container() {
    let folder = tempfile::tempdir().unwrap();
    let cd = source(folder.path(), 44_100);
    let words = [
        ("title", "Titel ü"),
        ("artist", "Ärtist"),
        ("album", "Älbum"),
        ("album_artist", "Album Artist"),
        ("genre", "Post-Rock"),
        ("date", "1997"),
        ("track", "3/12"),
        ("disc", "2/4"),
        ("composer", "夜"),
    ];
    for name in [
        "a.flac", "a.mp3", "a.m4a", "a.oga", "a.ogg", "a.opus", "a.mka", "a.wv", "a.tta", "id3.wav",
        "id3.aiff",
    ] {
        let path = folder.path().join(name);
        let mut args = vec!["-v".to_owned(), "error".into(), "-y".into(), "-i".into(), text(&cd).into()];
        for (key, value) in words {
            args.extend(["-metadata".into(), format!("{key}={value}")]);
        }
        match name {
            "a.oga" | "a.mka" => args.extend(["-c:a".into(), "flac".into()]),
            "a.ogg" => args.extend(["-c:a".into(), "libvorbis".into()]),
            "id3.aiff" => args.extend(["-write_id3v2".into(), "1".into()]),
            _ => {}
        }
        args.push(text(&path).into());
        run("ffmpeg", &args.iter().map(String::as_str).collect::<Vec<_>>());
        let (_, tags) = read_file(&path).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(tags.title.as_deref(), Some("Titel ü"), "{name}");
        assert_eq!(tags.artists, ["Ärtist"], "{name}");
        assert_eq!(tags.album.as_deref(), Some("Älbum"), "{name}");
        assert_eq!(tags.genres, ["Post-Rock"], "{name}");
        assert_eq!(tags.year(), Some(1997), "{name}");
        assert_eq!(tags.track.number, Some(3), "{name}");
        if name != "id3.wav" {
            // RIFF's own tags have no words for the rest.
            assert_eq!(tags.album_artists, ["Album Artist"], "{name}");
            assert_eq!(tags.composers, ["夜"], "{name}");
            assert_eq!(tags.disc.number, Some(2), "{name}");
        }
    }
}

#[test]
fn repeated_fields_stay_several_and_letters_stay_as_they_are() {
    let folder = tempfile::tempdir().unwrap();
    let comments = [
        ("ARTIST", "AC/DC; live"),
        ("artist", "B"),
        ("ARTISTS", "ignored"),
        ("ALBUMARTIST", "A feat. B"),
        ("ALBUMARTISTS", "A"),
        ("ALBUMARTISTS", "B"),
        ("GENRE", "Rock"),
        ("GENRE", "Pop"),
        ("TITLE", "\u{1b}[31mred\u{7}"),
        ("TRACKNUMBER", "07/09"),
        ("DISCNUMBER", "1"),
        ("DISCTOTAL", "2"),
        ("DATE", "1997-06-16"),
        ("COMPILATION", "1"),
        ("ARTISTSORT", "B, A"),
        ("ALBUMSORT", "x"),
    ];
    let path = put(folder.path(), "a.flac", &flac(5, &comments));
    let (format, tags) = read_file(&path).unwrap();
    assert_eq!(format.frames, Some(5));
    assert_eq!(tags.artists, ["AC/DC; live", "B"]);
    assert_eq!(tags.album_artists, ["A", "B"]);
    assert_eq!(tags.genres, ["Rock", "Pop"]);
    assert_eq!(tags.title.as_deref(), Some("\u{1b}[31mred\u{7}"));
    assert_eq!((tags.track.number, tags.track.total), (Some(7), Some(9)));
    assert_eq!((tags.disc.number, tags.disc.total), (Some(1), Some(2)));
    assert_eq!(tags.date.as_deref(), Some("1997-06-16"));
    assert!(tags.compilation);
    assert_eq!((tags.artists_sort, tags.album_sort), (vec!["B, A".into()], Some("x".into())));
}

/// A frame that unpacks to 64 MiB: zlib's stored form is not needed, runs of zeros do.
#[test]
fn a_compressed_tag_is_not_unpacked_without_bounds() {
    let folder = tempfile::tempdir().unwrap();
    let mut frame = b"TIT2".to_vec();
    frame.extend(60_000_u32.to_be_bytes());
    frame.extend([0, 0x80]);
    frame.extend(vec![0x78; 60_000]);
    let len = frame.len();
    let size = [len >> 21, len >> 14, len >> 7, len].map(|bits| (bits & 0x7f) as u8);
    let mut file = [&b"ID3\x03\0\0"[..], &size, &frame].concat();
    file.extend(flac(5, &[("TITLE", "t")]));
    let (format, tags) = read_file(&put(folder.path(), "a.flac", &file)).unwrap();
    assert_eq!((format.frames, tags), (Some(5), Default::default()));
}

/// Any damage gives a track or an error, in time and without a panic that gets out.
#[test]
fn damaged_files_are_survived() {
    let folder = tempfile::tempdir().unwrap();
    let mut seed = 7_u64;
    let mut random = |below: usize| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) as usize % below
    };
    let whole = [flac(1000, &[("TITLE", "t"), ("ARTIST", "a")]), wav(500, 44_100)];
    for _ in 0..400 {
        let mut bytes = whole[random(2)].clone();
        for _ in 0..=random(8) {
            let at = random(bytes.len().min(200));
            bytes[at] = random(256) as u8;
        }
        bytes.truncate(random(bytes.len()) + 1);
        let _ = read_file(&put(folder.path(), "x.flac", &bytes));
    }
}
