//! CUE sheets: that their tracks are the spans which arithmetic gives, bit for bit; that sheets are read in any encoding;
//! that no sheet is too bad.

use std::io::Cursor;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use auralis::decode::cue::{self, Part, Place, Sheet};
use auralis::decode::{DecodeError, Source};
use auralis::library::expand::{Expanded, expand};
use auralis::model::part;
use proptest::prelude::*;
use serde_json::Value;

use crate::home::{Home, RATE, sine};
use crate::media::{FRAMES, Fixture, Noise, ffmpeg_decode, fixture, run, snr_db};
use crate::pseudo_terminal::Session;

/// Three tracks, and where they begin in CD frames.
const THREE: &str = "PERFORMER \"Ann\"\r\nTITLE \"First\"\r\nFILE \"NAME\" WAVE\r\n  TRACK 01 AUDIO\r\n    \
    TITLE \"One\"\r\n    INDEX 01 00:00:00\r\n  TRACK 02 AUDIO\r\n    TITLE \"Two\"\r\n    INDEX 00 00:00:10\r\n    \
    INDEX 01 00:00:33\r\n  TRACK 03 AUDIO\r\n    TITLE \"Three\"\r\n    INDEX 01 00:01:40\r\n";
const STARTS: [u64; 3] = [0, 33, 75 + 40];

fn three(name: &str) -> String {
    THREE.replace("NAME", name)
}

fn read(path: &Path) -> (Source, Vec<f32>) {
    let mut source = Source::open(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let mut samples = Vec::new();
    let channels = usize::from(source.info().format.spec.channels);
    loop {
        let frames = source.read(&mut samples).unwrap();
        assert_eq!(source.position() as usize * channels, samples.len());
        if frames == 0 {
            return (source, samples);
        }
    }
}

/// A folder with a copy of the fixture and a sheet beside it that names it as a WAV file.
fn album(name: &'static str) -> (Home, Fixture, PathBuf) {
    let home = Home::new();
    let file = fixture(name);
    std::fs::copy(&file.path, home.path(name)).unwrap();
    let stem = Path::new(name).file_stem().unwrap().to_str().unwrap();
    let sheet = home.put("album.cue", three(&format!("{stem}.wav")).as_bytes());
    (home, file, sheet)
}

fn opened(path: &Path) -> Result<Source, DecodeError> {
    Source::open(path)
}

fn refusal(path: &Path) -> String {
    opened(path).err().unwrap_or_else(|| panic!("{} opens", path.display())).to_string()
}

#[test]
fn tracks_of_a_sheet_are_its_file_bit_for_bit() {
    // 588 and 1280 frames a CD frame.
    for name in ["cd.flac", "studio.flac", "alac.m4a", "cd.wav", "cd.oga"] {
        let (_home, file, sheet) = album(name);
        let (channels, rate) = (file.material.channels, u64::from(file.material.rate));
        let mut all = Vec::new();
        for (at, start) in STARTS.iter().enumerate() {
            let path = part::path(&sheet, at as u16 + 1);
            let (source, samples) = read(&path);
            let end = STARTS.get(at + 1).map_or(FRAMES as u64, |end| end * rate / 75);
            assert_eq!(all.len() / channels, (start * rate / 75) as usize, "{name} {at}");
            assert_eq!(source.info().format.frames, Some(end - start * rate / 75), "{name} {at}");
            assert_eq!(samples.len() as u64 / channels as u64, end - start * rate / 75, "{name} {at}");
            all.extend(samples);
        }
        assert!(all == file.material.to_f32(), "{name}");
    }
}

#[test]
fn neighbours_share_a_boundary_where_a_cd_frame_is_no_whole_number_of_frames() {
    let home = Home::new();
    home.song("song.wav", 2.0, &[]);
    let mut sheet = String::from("FILE song.wav WAVE\n");
    for (at, cd) in [0, 1, 2, 37, 74, 149].into_iter().enumerate() {
        sheet += &format!("TRACK {:02} AUDIO\nINDEX 01 00:{:02}:{:02}\n", at + 1, cd / 75, cd % 75);
    }
    let sheet = home.put("a.cue", sheet.as_bytes());
    // 8000 / 75 = 106.66...
    let starts = [0, 106, 213, 3_946, 7_893, 15_893, 2 * RATE as usize];
    let mut all = Vec::new();
    for (number, pair) in (1..).zip(starts.windows(2)) {
        let (source, samples) = read(&part::path(&sheet, number));
        assert_eq!((all.len(), samples.len()), (pair[0], pair[1] - pair[0]), "{number}");
        assert_eq!(source.info().format.frames, Some(samples.len() as u64));
        all.extend(samples);
    }
    let expected: Vec<f32> =
        sine(2 * RATE as usize).iter().map(|&value| f32::from(value) / 32_768.0).collect();
    assert!(all == expected);
}

#[test]
fn seeks_and_positions_count_from_the_start_of_the_track() {
    let (_home, file, sheet) = album("cd.flac");
    let whole = file.material.to_f32();
    let (start, end) = (STARTS[1] as usize * 588, STARTS[2] as usize * 588);
    let mut source = Source::open(&part::path(&sheet, 2)).unwrap();
    let mut noise = Noise(7);
    assert_eq!(source.position(), 0);
    for _ in 0..40 {
        let frame = noise.below(end - start + 500);
        source.seek(frame as u64).unwrap();
        assert_eq!(source.position() as usize, frame.min(end - start));
        let mut samples = Vec::new();
        let frames = source.read(&mut samples).unwrap();
        assert_eq!(frames == 0, frame >= end - start);
        let at = (start + frame) * 2;
        assert!(samples == whole[at.min(end * 2)..(at + samples.len()).min(end * 2)], "{frame}");
    }
}

#[test]
fn tracks_of_a_lossy_file_join_within_the_codecs_error() {
    for (name, db) in
        [("cbr.mp3", 70.0), ("vbr.mp3", 70.0), ("vorbis.ogg", 90.0), ("opus.opus", 55.0), ("aac.m4a", 50.0)]
    {
        let (_home, file, sheet) = album(name);
        let all: Vec<f32> = (1..=3).flat_map(|number| read(&part::path(&sheet, number)).1).collect();
        let reference = ffmpeg_decode(&file.path);
        assert_eq!(all.len(), FRAMES * file.material.channels, "{name}");
        let snr = snr_db(&reference, &all);
        println!("{name}: {snr:.1} dB");
        assert!(snr > db, "{name}: {snr:.1} dB against ffmpeg");
    }
}

fn spans(sheet: &Sheet, rate: u32, total: u64) -> Vec<(u16, usize, u64, u64)> {
    let span = |part: Part| {
        let (start, end) = part.span(rate, Some(total)).unwrap();
        (part.number, part.file, start, end.unwrap())
    };
    sheet.parts().into_iter().map(span).collect()
}

#[test]
fn what_stands_before_the_first_track_is_skipped_or_a_hidden_one() {
    let sheet = |first: &str| {
        let text = format!(
            "FILE a WAVE\nTRACK 01 AUDIO\nINDEX 00 0:0:0\nINDEX 01 {first}\nTRACK 02 AUDIO\nINDEX 01 00:10:00"
        );
        cue::parse(text.as_bytes())
    };
    let of = |first: &str| spans(&sheet(first), 75, 1_000);
    assert_eq!(of("00:00:33"), [(1, 0, 33, 750), (2, 0, 750, 1_000)]);
    assert_eq!(of("00:03:00"), [(1, 0, 225, 750), (2, 0, 750, 1_000)]);
    assert_eq!(of("00:03:01"), [(0, 0, 0, 226), (1, 0, 226, 750), (2, 0, 750, 1_000)]);
}

#[test]
fn a_later_file_is_played_from_its_start() {
    // The pause in front of track 3 is at the end of the first file, that of track 5 at the start of the third.
    let text = "FILE a WAVE\nTRACK 01 AUDIO\nINDEX 01 00:00:00\nTRACK 02 AUDIO\nINDEX 01 00:02:00\nTRACK 03 AUDIO\n\
        INDEX 00 00:12:00\nFILE b WAVE\nINDEX 01 00:00:00\nTRACK 04 AUDIO\nINDEX 01 00:01:00\nFILE c WAVE\n\
        TRACK 05 AUDIO\nINDEX 00 00:00:00\nINDEX 01 00:02:00\nTRACK 06 MODE1/2352\nINDEX 01 00:05:00";
    let expected = [(1, 0, 0, 150), (2, 0, 150, 1_000), (3, 1, 0, 75), (4, 1, 75, 1_000), (5, 2, 0, 375)];
    let sheet = cue::parse(text.as_bytes());
    assert_eq!(spans(&sheet, 75, 1_000), expected);
    assert!(!sheet.is_one_file_each());
    let split = "FILE a WAVE\nTRACK 01 AUDIO\nINDEX 01 0:0:0\nTRACK 02 AUDIO\nINDEX 00 3:0:0\nFILE b WAVE\nINDEX 01 0:0:0";
    assert!(cue::parse(split.as_bytes()).is_one_file_each());
}

#[test]
fn the_pieces_that_a_sheet_names_wrongly_are_refused_in_words() {
    let (home, _, sheet) = album("cd.flac");
    let refused =
        |name: &str, text: &str, number: u16| refusal(&part::path(&home.put(name, text.as_bytes()), number));
    assert_eq!(refusal(&part::path(&sheet, 4)), "the CUE sheet has no track 4");
    assert_eq!(refused("empty.cue", "", 1), "the file is empty");
    assert_eq!(refused("none.cue", "REM nothing here", 1), "the CUE sheet names no file");
    assert_eq!(
        refused("no.cue", "FILE cd.flac WAVE\nTRACK 01 AUDIO", 1),
        "the CUE sheet has no track with an INDEX"
    );
    let late = three("cd.flac").replace("00:01:40", "99:00:00");
    assert_eq!(refused("late.cue", &late, 3), "track 3 of the CUE sheet begins behind the end of its file");
    assert_eq!(read(&part::path(&home.path("late.cue"), 2)).1.len() / 2, FRAMES - 33 * 588, "the rest plays");
    let back = three("cd.flac").replace("00:01:40", "00:00:20");
    assert_eq!(
        refused("back.cue", &back, 2),
        "track 2 of the CUE sheet begins behind the track that follows it"
    );
    let absent = refused("absent.cue", &three("x\u{1b}[31m.wav").replace(".wav", ".no"), 1);
    assert_eq!(absent, "\"x\\u{1b}[31m.no\", which the CUE sheet names, is not there");
    assert!(refused("out.cue", &three("../cd.flac"), 1).ends_with("leads out of the folder of the sheet"));
    let huge = home.put("huge.cue", &vec![b' '; 2 << 20]);
    assert_eq!(refusal(&part::path(&huge, 1)), "the CUE sheet is too large");
    assert_eq!(refusal(&part::path(&home.path("cd.flac"), 1)), "the CUE sheet is not in the file any more");
    // A folder of such a name is a folder.
    home.put("dir.cue/track01", &std::fs::read(home.path("cd.flac")).unwrap());
    assert!(opened(&home.path("dir.cue/track01")).is_ok());
}

#[test]
fn embedded_sheets_are_read_from_comment_block_and_ape_tag() {
    let (home, file, sheet) = album("cd.flac");
    let path = home.path("cd.flac");
    let [path_arg, sheet_arg] = [&path, &sheet].map(|path| path.to_str().unwrap());
    let check = |path: &Path, titles: [Option<&str>; 3]| {
        let found = cue::read_embedded(path).unwrap().expect("a sheet");
        let told: Vec<_> = found.tracks.iter().map(|track| track.fields.get("TITLE")).collect();
        assert_eq!(told, titles);
        let all: Vec<f32> = (1..=3).flat_map(|number| read(&part::path(path, number)).1).collect();
        assert!(all == file.material.to_f32() || path.extension().is_some_and(|ext| ext == "mp3"));
        assert_eq!(all.len(), FRAMES * 2);
    };
    assert_eq!(cue::read_embedded(&path).unwrap(), None);
    run("metaflac", &[&format!("--import-cuesheet-from={sheet_arg}"), path_arg]);
    check(&path, [None; 3]);
    assert!(read(&path).1 == file.material.to_f32(), "and the file as a whole");
    // The comment goes before the block: it has titles.
    let tag = ["--add-padding=5000", &format!("--set-tag-from-file=CUESHEET={sheet_arg}"), path_arg];
    run("metaflac", &tag);
    check(&path, [Some("One"), Some("Two"), Some("Three")]);
    let id3 = [b"ID3\x04\0\0\0\0\x01\x00".as_slice(), &[0; 128], &std::fs::read(&path).unwrap()].concat();
    assert!(cue::find_embedded(&mut Cursor::new(&id3)).unwrap().is_some());

    let item = |key: &str, value: &str| {
        [&(value.len() as u32).to_le_bytes()[..], &[0; 4], key.as_bytes(), b"\0", value.as_bytes()].concat()
    };
    let items = [item("Title", "All"), item("CueSheet", &three("x.mp3"))].concat();
    let footer = |len: u32, flags: u32| {
        let words = [2_000, len, 2, flags].map(u32::to_le_bytes).concat();
        [b"APETAGEX".as_slice(), &words, &[0; 8]].concat()
    };
    let len = items.len() as u32 + 32;
    let tag = [footer(len, 0xa000_0000), items, footer(len, 0x8000_0000)].concat();
    let mp3 = std::fs::read(fixture("cbr.mp3").path).unwrap();
    let id3v1 = [b"TAG".as_slice(), &[0; 125]].concat();
    for tail in [tag.clone(), [tag, id3v1].concat()] {
        check(
            &home.put("ape.mp3", &[mp3.as_slice(), &tail].concat()),
            [Some("One"), Some("Two"), Some("Three")],
        );
    }
}

#[test]
fn loudness_is_what_the_sheet_says_and_else_the_files_is_of_the_album() {
    let (home, _, _) = album("cd.flac");
    let remarks = "REM REPLAYGAIN_ALBUM_GAIN -7.60 dB\nREM REPLAYGAIN_ALBUM_PEAK 1.000000\n";
    let of_one = "REM REPLAYGAIN_TRACK_GAIN -8.43 dB\nREM REPLAYGAIN_TRACK_PEAK 0.999084\n";
    let text = format!("{remarks}{}", three("cd.flac").replace("TITLE \"One\"\r\n", of_one));
    let sheet = home.put("gain.cue", text.as_bytes());
    let of = |container: &Path, number: u16| {
        let tags = Source::open(&part::path(container, number)).unwrap().loudness();
        [tags.track.gain_db, tags.track.peak, tags.album.gain_db, tags.album.peak]
    };
    assert_eq!(of(&sheet, 1), [Some(-8.43), Some(0.999_084), Some(-7.6), Some(1.0)]);
    assert_eq!(of(&sheet, 2), [None, None, Some(-7.6), Some(1.0)]);
    let path = home.path("cd.flac");
    run("metaflac", &["--set-tag=REPLAYGAIN_TRACK_GAIN=-5.50 dB", path.to_str().unwrap()]);
    assert_eq!(of(&sheet, 2), [None, None, Some(-7.6), Some(1.0)]);
    assert_eq!(of(&home.path("album.cue"), 2), [None, None, Some(-5.5), None]);
}

fn expanded(paths: &[PathBuf]) -> Expanded {
    expand(paths, &AtomicBool::new(false))
}

#[test]
fn named_sheets_folders_and_playlists_become_tracks() {
    let (home, _, sheet) = album("cd.flac");
    let parts =
        |container: &Path| -> Vec<PathBuf> { (1..=3).map(|number| part::path(container, number)).collect() };
    let of = |path: &Path| {
        let found = expanded(&[path.to_path_buf()]);
        assert_eq!(found.problems, []);
        found.files
    };
    assert_eq!(of(&sheet), parts(&sheet));
    assert_eq!(of(home.folder()), parts(&sheet), "the file itself is not played again");
    assert_eq!(of(&home.path("cd.flac")), [home.path("cd.flac")], "named by hand");
    assert_eq!(of(&part::path(&sheet, 2)), [part::path(&sheet, 2)]);
    let list = format!("../album.cue\n{}\n", part::path(&sheet, 3).display());
    let list = home.put("lists/a.m3u", list.as_bytes());
    assert_eq!(of(&list), [parts(&sheet), vec![part::path(&sheet, 3)]].concat());

    // A second sheet for the same file says nothing new; one of a file for each track does not divide any.
    home.put("album (2).cue", three("cd.flac").as_bytes());
    home.song("split/a.wav", 0.1, &[]);
    home.song("split/b.wav", 0.1, &[]);
    let each =
        "FILE a.wav WAVE\nTRACK 01 AUDIO\nINDEX 01 0:0:0\nFILE b.wav WAVE\nTRACK 02 AUDIO\nINDEX 01 0:0:0";
    let split = home.put("split/each.cue", each.as_bytes());
    let both = [parts(&home.path("album (2).cue")), vec![home.path("split/a.wav"), home.path("split/b.wav")]];
    assert_eq!(of(home.folder()), both.concat());
    assert_eq!(of(&split), parts(&split)[..2]);

    // With one embedded.
    let path = home.path("split/album.flac");
    std::fs::copy(home.path("cd.flac"), &path).unwrap();
    let tag = format!("--set-tag-from-file=CUESHEET={}", sheet.display());
    run("metaflac", &[&tag, path.to_str().unwrap()]);
    assert_eq!(of(&path), parts(&path));
    assert_eq!(of(&home.path("split"))[1..4], parts(&path));
}

#[test]
fn a_sheet_that_cannot_be_used_is_told_and_its_files_play() {
    let home = Home::new();
    home.song("music/a.wav", 0.1, &[]);
    home.put("music/bad.cue", b"\xff\xfe\x00nothing");
    home.put("music/gone.cue", three("gone.wav").as_bytes());
    let found = expanded(&[home.path("music")]);
    assert_eq!(found.files, [home.path("music/a.wav")]);
    let told: Vec<_> = found.problems.iter().map(|problem| problem.error.as_str()).collect();
    let expected = [
        "cannot be used: the CUE sheet names no file",
        "cannot be used: \"gone.wav\", which the CUE sheet names, is not there",
    ];
    assert_eq!(told, expected);
}

#[test]
fn play_joins_the_tracks_of_a_sheet_bit_for_bit() {
    let (home, file, sheet) = album("cd.flac");
    let output = home.program(&["play", "--json", "--output", "file:out.wav", "album.cue"]).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let ends = [STARTS[1] * 588, STARTS[2] * 588, FRAMES as u64];
    for (at, line) in lines[..3].iter().enumerate() {
        assert_eq!(line["path"], part::path(&sheet, at as u16 + 1).to_str().unwrap());
        assert_eq!(line["started_at_frame"], STARTS[at] * 588);
        assert_eq!(line["frames"], ends[at] - STARTS[at] * 588);
    }
    assert_eq!(lines[3]["summary"]["frames"], FRAMES as u64);
    let played: Vec<i32> =
        hound::WavReader::open(home.path("out.wav")).unwrap().samples::<i32>().map(Result::unwrap).collect();
    assert!(played == file.material.samples);
}

#[test]
fn the_player_shows_the_titles_of_a_sheet_and_finds_them_again() {
    let home = Home::new();
    home.song("music/album.wav", 180.0, &[]);
    let text = "PERFORMER Ann\nTITLE First\nFILE album.wav WAVE\nTRACK 01 AUDIO\nTITLE Alpha\nINDEX 01 00:00:00\n\
        TRACK 02 AUDIO\nTITLE Bravo\nINDEX 01 01:00:00\nTRACK 03 AUDIO\nTITLE Charlie\nINDEX 01 02:00:00";
    home.put("music/album.cue", text.as_bytes());
    let mut session = Session::start(&home, &["music"]);
    session.wait_for("3 tracks · 1 album");
    session.wait_for("Queue 3 · 3:00");
    session.wait_for(" ►  Alpha");
    session.press(">");
    session.wait_for(" ►  Bravo");
    session.press(":seek 0:20\r");
    session.wait_time(20..=50);
    session.press(" ");
    session.wait_for("❚❚");
    session.quit();
    let mut session = Session::start(&home, &[]);
    session.wait_for("Queue 3 · 3:00");
    session.wait_for("■  Bravo");
    let found = session.wait_time(20..=55);
    session.press(" ");
    session.wait_for(" ►  Bravo");
    session.wait_time(found..=59);
    session.quit();
}

/// Titles of albums as they are met, by the encoding that such sheets are met in.
const TITLES: [(&str, [&str; 4]); 6] = [
    ("CP1251", ["Группа крови", "Закрой за мной дверь, я ухожу", "Война", "Спокойная ночь"]),
    ("SHIFT_JIS", ["夜に駆ける", "ハルジオン", "あの夢をなぞって", "群青"]),
    ("WINDOWS-1252", ["Für Elise", "Sólstafir", "Déjà vu", "Mädchen"]),
    ("EUC-KR", ["봄날", "피 땀 눈물", "소우주", "작은 것들을 위한 시"]),
    ("GB18030", ["月亮代表我的心", "甜蜜蜜", "我只在乎你", "小城故事"]),
    ("UTF-8", ["Группа крови", "群青", "Für Elise", "🎵"]),
];

fn titled(titles: &[&str]) -> String {
    let mut text = format!(
        "REM GENRE Rock\r\nREM DATE 1988\r\nTITLE \"{}\"\r\nFILE \"CDImage.wav\" WAVE\r\n",
        titles[0]
    );
    for (at, title) in titles.iter().enumerate() {
        text += &format!(
            "  TRACK {:02} AUDIO\r\n    TITLE \"{title}\"\r\n    INDEX 01 {at:02}:00:00\r\n",
            at + 1
        );
    }
    text
}

#[test]
fn sheets_are_read_in_the_encodings_that_are_met() {
    let home = Home::new();
    let check = |bytes: &[u8], titles: &[&str], encoding: &str| {
        let sheet = cue::parse(bytes);
        let told: Vec<_> = sheet.tracks.iter().filter_map(|track| track.fields.get("TITLE")).collect();
        assert_eq!(told, titles, "{encoding}");
        assert_eq!(sheet.fields.get("TITLE"), Some(titles[0]), "{encoding}");
    };
    for (encoding, titles) in TITLES {
        let utf8 = home.put("utf8.cue", titled(&titles).as_bytes());
        let utf8 = utf8.to_str().unwrap();
        check(&run("iconv", &["-f", "UTF-8", "-t", encoding, utf8]), &titles, encoding);
        for wide in ["UTF-16LE", "UTF-16BE", "UTF-16"] {
            check(&run("iconv", &["-f", "UTF-8", "-t", wide, utf8]), &titles, wide);
        }
        check(&[b"\xef\xbb\xbf", titled(&titles).as_bytes()].concat(), &titles, "UTF-8 with its mark");
        check(titled(&titles).replace("\r\n", "\r").as_bytes(), &titles, "CR");
    }
}

fn line() -> impl Strategy<Value = String> {
    prop_oneof![
        "[\\PC\\n\\r\\t\"]{0,30}",
        ("(?i)(FILE|TRACK|INDEX|REM|TITLE|PERFORMER|PREGAP|FLAGS)", "[\\PC\"]{0,20}")
            .prop_map(|(word, rest)| format!("{word} {rest}")),
        (0..130u32).prop_map(|number| format!("TRACK {number:02} AUDIO")),
        (0..3u32, 0..200u32, 0..70u32, 0..80u32)
            .prop_map(|(n, m, s, f)| format!("INDEX {n:02} {m:02}:{s:02}:{f:02}")),
        Just("FILE \"a.wav\" WAVE".to_owned()),
        Just("FILE b.flac".to_owned()),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever a sheet says: numbers are identities, files exist, spans are spans.
    #[test]
    fn any_text_is_a_sheet_of_sound_spans(lines in prop::collection::vec(line(), 0..60), rate in 1_000..400_000u32) {
        let sheet = cue::parse(lines.join("\r\n").as_bytes());
        let parts = sheet.parts();
        let mut numbers: Vec<u16> = parts.iter().map(|part| part.number).collect();
        numbers.sort_unstable();
        numbers.dedup();
        prop_assert_eq!(numbers.len(), parts.len());
        for part in &parts {
            prop_assert!(part.number <= part::MAX_NUMBER);
            prop_assert!(part.file < sheet.files.len());
            if let Ok((start, end)) = part.span(rate, Some(100_000_000)) {
                prop_assert!(start < end.unwrap() && end.unwrap() <= 100_000_000);
            }
        }
        for pair in parts.windows(2).filter(|pair| pair[0].file == pair[1].file && pair[0].end.is_some()) {
            let between = sheet.tracks.iter().any(|track| !track.is_audio);
            prop_assert!(between || pair[0].end == Some(pair[1].start));
        }
    }

    #[test]
    fn any_bytes_are_a_sheet_of_something(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        cue::parse(&bytes).parts();
        cue::parse(&[b"FILE \"".as_slice(), &bytes].concat()).parts();
    }
}

#[test]
fn damaged_files_have_no_sheet_or_another_but_end_nothing() {
    let (home, _, sheet) = album("cd.flac");
    let path = home.path("cd.flac");
    let [path_arg, sheet_arg] = [&path, &sheet].map(|path| path.to_str().unwrap());
    run("metaflac", &[&format!("--import-cuesheet-from={sheet_arg}"), path_arg]);
    run("metaflac", &[&format!("--set-tag-from-file=CUESHEET={sheet_arg}"), path_arg]);
    let mut whole = std::fs::read(&path).unwrap();
    whole.truncate(12_000);
    let mut noise = Noise(11);
    for _ in 0..3_000 {
        let mut bytes = whole.clone();
        for _ in 0..=noise.below(6) {
            let at = noise.below(2_000);
            bytes[at] = noise.bits() as u8;
        }
        bytes.truncate(noise.below(12_000));
        if let Ok(Some(sheet)) = cue::find_embedded(&mut Cursor::new(&bytes)) {
            assert!(sheet.parts().len() > 1);
        }
    }
}

#[test]
fn offsets_of_a_flac_block_are_frames() {
    let place = Place::Frames { frame: 12_345, rate: 96_000 };
    assert_eq!(place.frame(96_000), 12_345);
    assert_eq!(Place::Cd(75 * 3_600).frame(44_100), 3_600 * 44_100);
    assert_eq!(Place::Cd(u32::MAX).frame(768_000), u64::from(u32::MAX) * 10_240);
}

/// flacon's sheets and what it expects of them.
#[test]
#[ignore = "needs the files of AURALIS_VECTORS"]
fn sheets_of_others_say_what_others_expect() {
    let folder =
        std::env::var_os("AURALIS_VECTORS").expect("AURALIS_VECTORS names the folder of test vectors");
    let folder = Path::new(&folder).join("cue");
    let mut checked = 0;
    for entry in std::fs::read_dir(folder.join("testCueData")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "cue") {
            let expected = std::fs::read_to_string(format!("{}.expected", path.display())).unwrap();
            checked += compare(&cue::read(&path).unwrap(), &expected, &path);
        }
    }
    assert!(checked > 100, "{checked} facts");
    let russian = ["Трек 01", "Трек 02", "Трек 03", "Трек 04"];
    for name in ["ru_cp1251.cue", "ru_utf8.cue", "ru_utf8_BOM.cue"] {
        let sheet = cue::read(&folder.join(name)).unwrap();
        let titles: Vec<_> = sheet.tracks.iter().filter_map(|track| track.fields.get("TITLE")).collect();
        assert_eq!(titles, russian, "{name}");
        assert_eq!(sheet.fields.get("TITLE"), Some("Альбом"), "{name}");
        assert_eq!(sheet.fields.get("PERFORMER"), Some("Супер группа"), "{name}");
    }
}

/// `[GLOBAL]` and `[TRACK 01]` with lines of `KEY = value`; how many were compared.
fn compare(sheet: &Sheet, expected: &str, path: &Path) -> usize {
    let mut track = None;
    let mut checked = 0;
    for line in expected.lines().map(str::trim).filter(|line| !line.is_empty()) {
        if line.starts_with('[') {
            track = line.trim_matches(['[', ']']).strip_prefix("TRACK").map(|number| {
                let number: u16 = number.trim().parse().unwrap();
                sheet.tracks.iter().find(|track| track.number == number).unwrap()
            });
            continue;
        }
        let (key, value) = line.split_once('=').unwrap();
        let (key, value) = (key.trim(), value.trim());
        let told = match (track, key) {
            (None, key) => sheet.fields.get(key).map(str::to_owned),
            (Some(track), "TRACK") => Some(format!("{:02}", track.number)),
            (Some(track), "FILE") => track.indexes.last().map(|index| sheet.files[index.1].clone()),
            (Some(track), key) if key.starts_with("INDEX") => {
                let mut words = key.split_whitespace().skip(1);
                let number: u8 = words.next().unwrap().parse().unwrap();
                let index = track.indexes.iter().find(|index| index.0 == number);
                let is_file = words.next() == Some("FILE");
                index.map(|index| if is_file { sheet.files[index.1].clone() } else { time(index.2) })
            }
            (Some(track), key) => track.fields.get(key).map(str::to_owned),
        };
        assert_eq!(told.as_deref(), Some(value), "{}: {line}", path.display());
        checked += 1;
    }
    checked
}

fn time(place: Place) -> String {
    let Place::Cd(frames) = place else { panic!("not in CD frames") };
    format!("{:02}:{:02}:{:02}", frames / 4_500, frames / 75 % 60, frames % 75)
}
