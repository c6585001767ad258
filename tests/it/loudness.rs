//! What other programs write of a file's loudness is read, in every container; expected values are what they were told
//! to write, or what another program reads.

use std::path::{Path, PathBuf};

use auralis::decode::Source;
use auralis::model::loudness::{Leveling, LoudnessTags};
use lofty::config::WriteOptions;
use lofty::tag::{ItemKey, Tag, TagExt, TagType};

use crate::media::{ffmpeg_decode, fixture, run, snr_db};

const GAIN: f32 = -7.25;
const PEAK: f32 = 0.875;
const ALBUM_GAIN: f32 = -6.5;
const ALBUM_PEAK: f32 = 1.0625;
/// The same as text, in spellings that real taggers use.
const TEXTS: [(&str, &str); 4] = [
    ("REPLAYGAIN_TRACK_GAIN", "-7.25 dB"),
    ("REPLAYGAIN_TRACK_PEAK", "0.875000"),
    ("REPLAYGAIN_ALBUM_GAIN", "-6,50 dB"),
    ("REPLAYGAIN_ALBUM_PEAK", "1.0625"),
];

fn all() -> LoudnessTags {
    LoudnessTags {
        track: Leveling { gain_db: Some(GAIN), peak: Some(PEAK) },
        album: Leveling { gain_db: Some(ALBUM_GAIN), peak: Some(ALBUM_PEAK) },
    }
}

fn track(gain_db: f32) -> LoudnessTags {
    LoudnessTags { track: Leveling { gain_db: Some(gain_db), peak: None }, ..LoudnessTags::default() }
}

fn read(path: &Path) -> LoudnessTags {
    Source::open(path).unwrap_or_else(|error| panic!("{}: {error}", path.display())).loudness()
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

fn copy(folder: &Path, name: &'static str) -> PathBuf {
    let path = folder.join(name);
    std::fs::copy(fixture(name).path, &path).unwrap();
    path
}

/// The fixture with `tags` written by ffmpeg, its sound untouched.
fn by_ffmpeg(folder: &Path, name: &'static str, tags: &[(&str, &str)]) -> PathBuf {
    let path = folder.join(name);
    let source = fixture(name).path;
    let mut args: Vec<String> =
        ["-v", "error", "-y", "-i", text(&source), "-c", "copy"].map(str::to_owned).to_vec();
    for (key, value) in tags {
        args.extend([
            "-metadata".into(),
            format!("{key}={value}"),
            "-metadata:s:a".into(),
            format!("{key}={value}"),
        ]);
    }
    args.push(text(&path).to_owned());
    run("ffmpeg", &args.iter().map(String::as_str).collect::<Vec<_>>());
    path
}

#[test]
fn replay_gain_is_read_wherever_ffmpeg_writes_it() {
    let folder = tempfile::tempdir().unwrap();
    for name in
        ["cd.flac", "cd.oga", "vorbis.ogg", "vorbis.mka", "opus.webm", "flac.mka", "cbr.mp3", "opus.opus"]
    {
        let path = by_ffmpeg(folder.path(), name, &TEXTS);
        assert_eq!(read(&path), all(), "{name}");
        let lower = TEXTS.map(|(key, value)| (key.to_lowercase(), value));
        let lower: Vec<_> = lower.iter().map(|(key, value)| (key.as_str(), *value)).collect();
        assert_eq!(read(&by_ffmpeg(folder.path(), name, &lower)), all(), "{name}, small letters");
    }
}

#[test]
fn replay_gain_is_read_in_the_tags_that_lofty_writes() {
    let keys = [
        ItemKey::ReplayGainTrackGain,
        ItemKey::ReplayGainTrackPeak,
        ItemKey::ReplayGainAlbumGain,
        ItemKey::ReplayGainAlbumPeak,
    ];
    let folder = tempfile::tempdir().unwrap();
    for (name, kind) in [
        ("aac.m4a", TagType::Mp4Ilst),
        ("alac.m4a", TagType::Mp4Ilst),
        ("cd.wav", TagType::Id3v2),
        ("cd.aiff", TagType::Id3v2),
        ("untagged.mp3", TagType::Id3v2),
        ("vbr.mp3", TagType::Ape),
        ("aac.aac", TagType::Id3v2),
    ] {
        let path = copy(folder.path(), name);
        let mut tag = Tag::new(kind);
        for (key, (_, value)) in keys.into_iter().zip(TEXTS) {
            assert!(tag.insert_text(key, value.into()), "{name}");
        }
        tag.save_to_path(&path, WriteOptions::default()).unwrap();
        assert_eq!(read(&path), all(), "{name}");
    }
}

#[test]
fn what_metaflac_measures_is_what_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = copy(folder.path(), "cd.flac");
    run("metaflac", &["--add-replay-gain", text(&path)]);
    let told = |key: &str| -> f32 {
        let line = run("metaflac", &[&format!("--show-tag={key}"), text(&path)]);
        let line = String::from_utf8(line).unwrap();
        line.trim().split_once('=').unwrap().1.trim_end_matches(" dB").parse().unwrap()
    };
    let tags = read(&path);
    assert_eq!(tags.track.gain_db, Some(told("REPLAYGAIN_TRACK_GAIN")));
    assert_eq!(tags.track.peak, Some(told("REPLAYGAIN_TRACK_PEAK")));
    assert_eq!(tags.album.gain_db, Some(told("REPLAYGAIN_ALBUM_GAIN")));
    assert_eq!(tags.album.peak, Some(told("REPLAYGAIN_ALBUM_PEAK")));
    // What another program reads in the file.
    let probed = run("ffprobe", &["-v", "error", "-show_entries", "format_tags", text(&path)]);
    assert!(String::from_utf8_lossy(&probed).contains(&format!("={:+.2} dB", tags.track.gain_db.unwrap())));
}

#[test]
fn r128_counts_from_its_own_reference_and_goes_first_in_opus_only() {
    let folder = tempfile::tempdir().unwrap();
    // RFC 7845 §5.2.1: -573/256 dB to -23 LUFS; ReplayGain's reference is 5 dB louder.
    let r128 = [("R128_TRACK_GAIN", "-573"), ("R128_ALBUM_GAIN", "111")];
    let both = [r128[0], r128[1], TEXTS[0], TEXTS[2]];
    let expected = (Some(-573.0 / 256.0 + 5.0), Some(111.0 / 256.0 + 5.0));
    for (name, tags, wanted) in [
        ("opus.opus", &r128[..], expected),
        ("opus.opus", &both[..], expected),
        ("cd.flac", &r128[..], expected),
        ("cd.flac", &both[..], (Some(GAIN), Some(ALBUM_GAIN))),
    ] {
        let found = read(&by_ffmpeg(folder.path(), name, tags));
        assert_eq!((found.track.gain_db, found.album.gain_db), wanted, "{name} {tags:?}");
    }
}

/// The tag is what is to be done *after* the header's gain, which the decoder has applied (RFC 7845 §5.1 and §5.2.1).
#[test]
fn the_gain_of_an_opus_header_is_in_the_samples_and_not_in_the_tags() {
    let folder = tempfile::tempdir().unwrap();
    let path = by_ffmpeg(folder.path(), "opus.opus", &[("R128_TRACK_GAIN", "-256")]);
    let plain = ffmpeg_decode(&path);
    let mut bytes = std::fs::read(&path).unwrap();
    let head = bytes.windows(8).position(|word| word == b"OpusHead").unwrap();
    // -6 dB in 256ths.
    bytes[head + 16..head + 18].copy_from_slice(&(-1_536_i16).to_le_bytes());
    let page_len = bytes[4..].windows(4).position(|word| word == b"OggS").unwrap() + 4;
    bytes[22..26].fill(0);
    let sum = ogg_crc(&bytes[..page_len]);
    bytes[22..26].copy_from_slice(&sum.to_le_bytes());
    std::fs::write(&path, bytes).unwrap();
    assert_eq!(read(&path), track(4.0));
    let mut samples = Vec::new();
    let mut source = Source::open(&path).unwrap();
    while source.read(&mut samples).unwrap() > 0 {}
    let expected: Vec<f32> = plain.iter().map(|sample| sample * 10_f32.powf(-6.0 / 20.0)).collect();
    assert!(snr_db(&expected, &samples) > 75.0);
    assert!(snr_db(&ffmpeg_decode(&path), &samples) > 75.0);
}

/// RFC 3533 §6: polynomial 0x04c11db7, no reflection, from zero.
fn ogg_crc(page: &[u8]) -> u32 {
    page.iter().fold(0, |sum, &byte| {
        (0..8).fold(sum ^ u32::from(byte) << 24, |sum, _| {
            sum << 1 ^ if sum >> 31 == 1 { 0x04c1_1db7 } else { 0 }
        })
    })
}

/// An ID3v2.4 tag of these frames (id3.org, ID3v2.4 structure, §3.1 and §4).
fn id3(frames: &[(&[u8; 4], Vec<u8>)]) -> Vec<u8> {
    let syncsafe = |len: usize| [21, 14, 7, 0].map(|shift| (len >> shift & 0x7f) as u8);
    let mut body = Vec::new();
    for (id, content) in frames {
        body.extend_from_slice(*id);
        body.extend(syncsafe(content.len()));
        body.extend([0, 0]);
        body.extend(content);
    }
    [b"ID3\x04\x00\x00".as_slice(), &syncsafe(body.len()), &body].concat()
}

fn picture(bytes: usize) -> Vec<u8> {
    [b"\x00image/png\x00\x03\x00".as_slice(), &vec![0xa5; bytes]].concat()
}

#[test]
fn relative_volume_frames_and_big_pictures_before_the_tags() {
    let folder = tempfile::tempdir().unwrap();
    let mp3 = std::fs::read(fixture("untagged.mp3").path).unwrap();
    let put = |frames: &[(&[u8; 4], Vec<u8>)]| {
        let path = folder.path().join("tagged.mp3");
        std::fs::write(&path, [id3(frames), mp3.clone()].concat()).unwrap();
        path
    };
    // ID3v2.4 frames, §4.11: master volume, -2.5 dB in 512ths, a peak of 16 bits.
    let rva2 = b"track\x00\x01\xfb\x00\x10\x60\x00".to_vec();
    let expected =
        LoudnessTags { track: Leveling { gain_db: Some(-2.5), peak: Some(0.75) }, ..LoudnessTags::default() };
    assert_eq!(read(&put(&[(b"RVA2", rva2.clone())])), expected);
    let txxx = b"\x03replaygain_track_gain\x00-7.25 dB".to_vec();
    let both = LoudnessTags { track: Leveling { gain_db: Some(GAIN), ..expected.track }, ..expected };
    assert_eq!(read(&put(&[(b"APIC", picture(3 << 20)), (b"RVA2", rva2), (b"TXXX", txxx)])), both);
    let norm = b"\x00engiTunNORM\x00 000007D0 000003E8 00000000 00000000 00000000 00000000 00004000 00002000 00000000 \
00000000"
        .to_vec();
    let found = read(&put(&[(b"COMM", norm)]));
    assert!((found.track.gain_db.unwrap() + 10.0 * 2_f32.log10()).abs() < 1e-5);
    assert_eq!(found.track.peak, Some(0.5));
}

#[test]
fn a_flac_file_whose_picture_stands_first_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = copy(folder.path(), "cd.flac");
    run("metaflac", &["--set-tag=REPLAYGAIN_TRACK_GAIN=-7.25 dB", text(&path)]);
    let bytes = std::fs::read(&path).unwrap();
    // RFC 9639 §8.1 and §8.8: STREAMINFO stays the first block, the picture comes before all others.
    let content = [
        3_u32.to_be_bytes().as_slice(),
        &9_u32.to_be_bytes(),
        b"image/png",
        &[0; 20],
        &(4_u32 << 20).to_be_bytes(),
        &vec![0x5a; 4 << 20],
    ]
    .concat();
    let len = u32::try_from(content.len()).unwrap().to_be_bytes();
    let block = [&[6], &len[1..], &content].concat();
    let after_info = 4 + 4 + 34;
    std::fs::write(&path, [&bytes[..after_info], &block, &bytes[after_info..]].concat()).unwrap();
    assert_eq!(read(&path), track(GAIN));
}

/// LAME writes the gain it measured into its own header, which ffmpeg reads as side data of the stream.
#[test]
fn the_encoders_own_gain_is_asked_last() {
    let folder = tempfile::tempdir().unwrap();
    let path = copy(folder.path(), "cbr.mp3");
    let shown = std::process::Command::new("ffmpeg")
        .args(["-hide_banner", "-i", text(&path), "-f", "null", "-"])
        .output()
        .unwrap();
    let shown = String::from_utf8_lossy(&shown.stderr).into_owned();
    let line = shown.lines().find(|line| line.contains("replaygain:")).unwrap_or_else(|| panic!("{shown}"));
    let gain = line.split("track gain - ").nth(1).unwrap().split(',').next().unwrap();
    let expected: f32 = gain.trim().parse().unwrap();
    assert!((read(&path).track.gain_db.unwrap() - expected).abs() < 1e-3, "{line}");
    assert_eq!(read(&by_ffmpeg(folder.path(), "cbr.mp3", &TEXTS[..1])).track.gain_db, Some(GAIN));
    assert_eq!(read(&fixture("untagged.mp3").path), LoudnessTags::default());
}

#[test]
fn damaged_tags_say_nothing_and_harm_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let mp3 = std::fs::read(fixture("untagged.mp3").path).unwrap();
    for (name, frame) in [
        ("no end", b"track".to_vec()),
        ("cut peak", b"track\x00\x01\x00\x00\xff\x01".to_vec()),
        ("nothing", Vec::new()),
        ("absurd", b"track\x00\x01\x80\x00\x00".to_vec()),
    ] {
        let path = folder.path().join("damaged.mp3");
        std::fs::write(&path, [id3(&[(b"RVA2", frame)]), mp3.clone()].concat()).unwrap();
        assert_eq!(read(&path), LoudnessTags::default(), "{name}");
    }
    let tags =
        [("REPLAYGAIN_TRACK_GAIN", "nan dB"), ("R128_TRACK_GAIN", "99999"), ("REPLAYGAIN_TRACK_PEAK", "-1")];
    assert_eq!(read(&by_ffmpeg(folder.path(), "cd.flac", &tags)), LoudnessTags::default());
}
