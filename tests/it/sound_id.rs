//! What a file is known by when its name and its tags are others: its sound.

use std::fs;
use std::path::PathBuf;
use std::sync::atomic::AtomicBool;

use auralis::library::duplicates::{DuplicatesReport, duplicates};
use auralis::library::scan::{ScanReport, scan};
use auralis::library::store::{AudioId, Store, WriteOp};
use auralis::library::tags::{read_for_scan, sound};
use auralis::model::facts::TrackFacts;
use auralis::model::track::Track;
use lofty::config::WriteOptions;
use lofty::tag::{ItemKey, Tag, TagExt, TagType};
use tempfile::TempDir;

use crate::library_media::{all_tracks, flac, open, put, wav};

struct Rig {
    folder: TempDir,
    store: Store,
}

impl Rig {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("music")).unwrap();
        let store = open(folder.path());
        Self { folder, store }
    }

    fn root(&self) -> PathBuf {
        self.folder.path().join("music")
    }

    /// A FLAC file whose frames are these bytes: a scan does not decode them.
    fn put(&self, name: &str, title: &str, sound: &[u8]) -> PathBuf {
        put(&self.root(), name, &[flac(44_100, &[("TITLE", title)]), sound.to_vec()].concat())
    }

    fn scan(&self) -> ScanReport {
        scan(&[self.root()], &self.store, &AtomicBool::new(false), &mut |_| ())
    }

    fn track(&self, title: &str) -> Track {
        all_tracks(&self.store).into_iter().find(|track| track.tags.title.as_deref() == Some(title)).unwrap()
    }

    /// File names of each group.
    fn doubles(&self) -> (DuplicatesReport, Vec<Vec<String>>) {
        let name = |track: &Track| track.path.file_name().unwrap().to_str().unwrap().to_owned();
        let mut groups = Vec::new();
        let tell = &mut |group: &[Track]| groups.push(group.iter().map(name).collect::<Vec<_>>());
        let report = duplicates(&self.store, &AtomicBool::new(false), tell).unwrap();
        groups.sort();
        (report, groups)
    }
}

/// Bytes that no two seeds share.
fn noise(seed: u32, len: usize) -> Vec<u8> {
    let mut state = seed.wrapping_mul(2_654_435_761) | 1;
    let step = |_| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    };
    (0..len).map(step).collect()
}

#[test]
fn a_file_that_was_copied_away_tagged_and_renamed_is_still_the_track() {
    let rig = Rig::new();
    let old = rig.put("b/old.flac", "old", &noise(1, 50_000));
    rig.put("b/other.flac", "other", &noise(2, 50_000));
    rig.scan();
    let before = rig.track("old");
    rig.store
        .write(WriteOp::PutFacts(vec![(before.id, TrackFacts { plays: 3, ..TrackFacts::default() })]))
        .unwrap();
    // Another inode, size, time, name, folder and title.
    fs::remove_file(old).unwrap();
    rig.put("a/new.flac", "a much longer title", &noise(1, 50_000));
    let report = rig.scan();
    assert_eq!((report.moved, report.added, report.missing, report.unchanged), (1, 0, 0, 1));
    let after = rig.track("a much longer title");
    assert_eq!((after.id, after.added_s), (before.id, before.added_s));
    assert_eq!(rig.store.read().unwrap().facts().unwrap().get(after.id).plays, 3);

    // A second copy is another track: the first is there.
    rig.put("c/copy.flac", "copy", &noise(1, 50_000));
    assert_eq!(rig.scan().added, 1);
    // One that only begins and ends alike is taken for the track where all that is left is a guess, and not where all of the
    // old file was read, as a search for duplicates does.
    assert_eq!(rig.doubles().1, [["new.flac", "copy.flac"]]);
    fs::remove_file(rig.root().join("a/new.flac")).unwrap();
    let mut alike = noise(1, 50_000);
    alike[25_000] ^= 1;
    rig.put("d/alike.flac", "alike", &alike);
    let report = rig.scan();
    assert_eq!((report.added, report.moved, report.missing), (1, 0, 1));
}

#[test]
fn of_several_gone_files_with_one_sound_tags_and_names_tell_which_it_is() {
    let rig = Rig::new();
    let paths = ["1.flac", "2.flac", "3.flac"].map(|name| rig.put(name, &name[..1], &noise(5, 9_000)));
    rig.scan();
    let ids = ["1", "2", "3"].map(|title| rig.track(title).id);
    paths.iter().for_each(|path| fs::remove_file(path).unwrap());
    rig.put("x/new.flac", "2", &noise(5, 9_000));
    rig.put("x/3.flac", "renamed", &noise(5, 9_000));
    let report = rig.scan();
    assert_eq!((report.moved, report.added, report.missing), (2, 0, 1));
    assert_eq!((rig.track("2").id, rig.track("renamed").id), (ids[1], ids[2]));
    assert_eq!(rig.track("1").id, ids[0]);
}

#[test]
fn duplicates_are_told_by_sound_and_not_by_name() {
    let rig = Rig::new();
    assert_eq!(rig.doubles().0, DuplicatesReport::default());
    rig.put("one.flac", "one", &noise(7, 60_000));
    rig.put("two.flac", "quite another", &noise(7, 60_000));
    let mut alike = noise(7, 60_000);
    alike[30_000] ^= 1;
    rig.put("alike.flac", "one", &alike);
    let told = |md5: u8, blocks: u8| {
        let mut file = flac(44_100, &[]);
        // STREAMINFO begins at byte 8: block sizes, frame sizes, the format, and the MD5 of the samples from its byte 18 on.
        file[9] = blocks;
        file[26..42].fill(md5);
        file
    };
    put(&rig.root(), "fast.flac", &[told(9, 0), noise(1, 5_000)].concat());
    put(&rig.root(), "best.flac", &[told(9, 16), noise(2, 3_000)].concat());
    put(&rig.root(), "else.flac", &[told(8, 16), noise(2, 3_000)].concat());
    put(&rig.root(), "gone.flac", &told(8, 16));
    put(&rig.root(), "a.wav", &wav(3_000, 44_100));
    put(&rig.root(), "b.wav", &wav(3_000, 44_100));
    put(&rig.root(), "silent too.wav", &wav(3_001, 44_100));
    rig.scan();
    fs::remove_file(rig.root().join("gone.flac")).unwrap();
    rig.scan();
    let (report, groups) = rig.doubles();
    assert_eq!(groups, [["a.wav", "b.wav"], ["best.flac", "fast.flac"], ["one.flac", "two.flac"]]);
    assert_eq!((report.groups, report.tracks, report.unread), (3, 6, 0));
    // What was read once is known: the files are not opened again.
    fs::remove_file(rig.root().join("one.flac")).unwrap();
    assert_eq!(rig.doubles().0.groups, 3);
}

fn sound_of(path: &std::path::Path) -> (AudioId, Option<u128>) {
    let guess = read_for_scan(path).unwrap().audio.unwrap();
    (guess, sound::whole(path, &AtomicBool::new(false)).unwrap())
}

/// Tags of 40,000 letters, so that in Ogg the pages behind them get other numbers.
#[test]
fn tags_are_not_sound_in_any_container() {
    let folder = tempfile::tempdir().unwrap();
    let mp3 = [&[0xff, 0xfb, 0x90, 0x64][..], &[0; 413]].concat().repeat(60);
    let cases: [(&str, Vec<u8>, &[TagType]); 4] = [
        ("a.flac", [flac(44_100, &[]), noise(3, 40_000)].concat(), &[TagType::VorbisComments]),
        ("a.mp3", mp3, &[TagType::Id3v2, TagType::Ape, TagType::Id3v1]),
        ("a.wav", wav(20_000, 44_100), &[TagType::Id3v2, TagType::RiffInfo]),
        ("a.opus", opus(40), &[TagType::VorbisComments]),
    ];
    for (name, bytes, kinds) in cases {
        let path = put(folder.path(), name, &bytes);
        let before = sound_of(&path);
        assert!(before.1.is_some(), "{name}");
        for &kind in kinds {
            let mut tag = Tag::new(kind);
            tag.insert_text(ItemKey::TrackTitle, "t".repeat(40_000));
            tag.save_to_path(&path, WriteOptions::default()).unwrap();
            assert!(fs::metadata(&path).unwrap().len() > bytes.len() as u64, "{name} {kind:?}");
            assert_eq!(sound_of(&path), before, "{name} {kind:?}");
        }
    }
    let other = put(folder.path(), "b.opus", &opus(41));
    assert_ne!(sound_of(&other).1, sound_of(&folder.path().join("a.opus")).1);
}

fn tool(program: &str, args: &[&str]) {
    let done = std::process::Command::new(program).args(args).output();
    let done = done.unwrap_or_else(|error| panic!("{program} is needed by this test: {error}"));
    assert!(done.status.success(), "{program} {args:?}: {}", String::from_utf8_lossy(&done.stderr));
}

/// Who writes tags may lay the packets out in other pages: vorbiscomment does, and so does whoever makes room for a picture.
#[test]
fn tags_of_ogg_files_by_us_and_by_others_are_not_sound() {
    use auralis::library::edit::{Batches, Edit, plan};
    use auralis::model::tag::Field;
    let folder = tempfile::tempdir().unwrap();
    let batches = Batches::new(folder.path().join("batches"));
    let text = |path: &std::path::Path| path.to_str().unwrap().to_owned();
    let noise: Vec<u8> = noise(9, 400_000);
    let mut source = wav(100_000, 44_100);
    let from = source.len() - noise.len();
    source[from..].copy_from_slice(&noise);
    let source = text(&put(folder.path(), "source.wav", &source));
    let kinds: [(&str, &[&str]); 5] = [
        ("a.ogg", &["-c:a", "libvorbis"]),
        // Pages of many packets, the last of which is long.
        ("long.ogg", &["-c:a", "libvorbis", "-q:a", "10", "-page_duration", "10000000"]),
        ("a.opus", &["-c:a", "libopus", "-b:a", "256k"]),
        ("a.oga", &["-c:a", "flac"]),
        ("b.oga", &["-c:a", "flac", "-page_duration", "5000000"]),
    ];
    for (name, options) in kinds {
        let path = folder.path().join(name);
        let begin = ["-v", "error", "-y", "-i", &source];
        tool("ffmpeg", &[&begin[..], options, &[&text(&path)]].concat());
        let before = sound_of(&path);
        assert!(before.1.is_some(), "{name}");
        let long = |field| Edit::Set(field, vec!["t".repeat(60_000)]);
        let edits = [Field::Title, Field::Comment, Field::Lyrics].map(long);
        let planned = plan(std::slice::from_ref(&path), &edits).unwrap();
        batches.commit(&planned.into(), &mut |_| true).unwrap();
        assert_eq!(sound_of(&path), before, "{name} by us");
        if name.ends_with(".ogg") {
            let pages = |path: &std::path::Path| {
                let bytes = fs::read(path).unwrap();
                bytes.windows(4).filter(|four| *four == b"OggS").count()
            };
            let laid = pages(&path);
            tool("vorbiscomment", &["-w", "-t", "TITLE=short", &text(&path)]);
            assert_eq!(
                sound_of(&path),
                before,
                "{name} by vorbiscomment, {laid} pages, now {}",
                pages(&path)
            );
        }
    }
}

/// An Ogg Opus file (RFC 7845) of pages with a packet of 200 bytes each; lofty looks at no checksum.
fn opus(pages: u32) -> Vec<u8> {
    let mut file = Vec::new();
    let head = b"OpusHead\x01\x02\0\0\x80\xbb\0\0\0\0\0";
    let tags = b"OpusTags\x04\0\0\0test\0\0\0\0";
    file.extend(page(0, 2, 0, head));
    file.extend(page(1, 0, 0, tags));
    for number in 0..pages {
        let mut packet = noise(number, 200);
        packet[0] = 0x78;
        let kind = if number + 1 == pages { 4 } else { 0 };
        file.extend(page(number + 2, kind, u64::from(number + 1) * 960, &packet));
    }
    file
}

/// RFC 3533, section 6, of one packet below 255 bytes.
fn page(number: u32, kind: u8, granule: u64, packet: &[u8]) -> Vec<u8> {
    let mut page = b"OggS\0".to_vec();
    page.push(kind);
    page.extend(granule.to_le_bytes());
    page.extend(7_u32.to_le_bytes());
    page.extend(number.to_le_bytes());
    page.extend([0; 4]);
    page.extend([1, u8::try_from(packet.len()).unwrap()]);
    page.extend(packet);
    let sum = checksum(&page);
    page[22..26].copy_from_slice(&sum.to_le_bytes());
    page
}

/// CRC-32 of polynomial 0x04c11db7, without reflection, from 0.
fn checksum(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0, |sum: u32, &byte| {
        (0..8).fold(sum ^ u32::from(byte) << 24, |sum, _| {
            sum << 1 ^ if sum >> 31 == 1 { 0x04c1_1db7 } else { 0 }
        })
    })
}
