//! CUE sheets in the library: what is listed in place of what, what is read again, what becomes of sheets and files that
//! come, change, move and go.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::time::{Duration, SystemTime};

use auralis::library::scan::{ScanProgress, ScanReport, scan};
use auralis::library::store::Store;
use auralis::model::part;
use auralis::model::track::Track;
use tempfile::TempDir;

use crate::library_media::{all_tracks, flac, open, put, wav};

const MINUTE: u64 = 60 * 44_100;

struct Rig {
    folder: TempDir,
    store: Store,
    clock: Duration,
}

impl Rig {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("music")).unwrap();
        let store = open(folder.path());
        Self { folder, store, clock: Duration::ZERO }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join("music").join(name)
    }

    /// Writes a file and moves its time on, so that the change shows.
    fn put(&mut self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = put(&self.folder.path().join("music"), name, bytes);
        self.clock += Duration::from_secs(1);
        let file = File::options().write(true).open(&path).unwrap();
        file.set_modified(SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000) + self.clock).unwrap();
        path
    }

    fn album(&mut self, name: &str, minutes: u64) -> PathBuf {
        let tags =
            [("TITLE", "All of it"), ("ALBUM", "of the file"), ("GENRE", "Rock"), ("ARTIST", "of the file")];
        self.put(name, &flac(minutes * MINUTE, &tags))
    }

    /// Added, updated, moved, missing or listed in another way, unchanged, failed; and the files that were opened.
    fn scan(&self) -> ([u64; 6], u64) {
        let (report, read) = self.scan_root(&self.folder.path().join("music"));
        let failed = report.failed.len() as u64;
        let gone = |report: &ScanReport| report.missing + report.removed;
        ([report.added, report.updated, report.moved, gone(&report), report.unchanged, failed], read)
    }

    fn scan_root(&self, root: &Path) -> (ScanReport, u64) {
        let mut last = ScanProgress::default();
        let cancel = AtomicBool::new(false);
        let report =
            scan(&[root.to_path_buf()], &self.store, &cancel, &mut |progress| last = progress.clone());
        assert!(report.store_error.is_none() && !report.cancelled);
        (report, last.read)
    }

    fn tracks(&self) -> Vec<Track> {
        all_tracks(&self.store)
    }

    fn names(&self) -> Vec<String> {
        let music = self.folder.path().join("music");
        let name = |track: Track| track.path.strip_prefix(&music).unwrap().to_str().unwrap().to_owned();
        let missing = self.store.read().unwrap().missing().unwrap();
        self.tracks().into_iter().filter(|track| !missing.contains(&track.id)).map(name).collect()
    }
}

/// Tracks of a minute each.
fn sheet(file: &str, titles: &[&str]) -> String {
    let mut text = format!(
        "PERFORMER \"Ann\"\nTITLE \"First\"\nREM DATE 1999\nREM DISCNUMBER 2\nFILE \"{file}\" WAVE\n"
    );
    for (at, title) in titles.iter().enumerate() {
        text += &format!("TRACK {:02} AUDIO\nTITLE \"{title}\"\nINDEX 01 {at:02}:00:00\n", at + 1);
    }
    text
}

const TITLES: [&str; 3] = ["One", "Two", "Three"];

fn parts(container: &str, count: u16) -> Vec<String> {
    (1..=count).map(|number| part::path(Path::new(container), number).to_str().unwrap().to_owned()).collect()
}

#[test]
fn a_sheet_lists_its_tracks_in_place_of_its_file() {
    let mut rig = Rig::new();
    rig.album("album.flac", 4);
    rig.put("album-x.flac", &flac(MINUTE, &[("TITLE", "Between")]));
    rig.put("album.cue", sheet("album.wav", &TITLES).as_bytes());
    assert_eq!(rig.scan(), ([4, 0, 0, 0, 0, 0], 2));
    assert_eq!(rig.names(), [vec!["album-x.flac".to_owned()], parts("album.cue", 3)].concat());
    let tracks = &rig.tracks()[1..];
    let minutes: Vec<_> = tracks.iter().map(|track| track.format.frames.unwrap() / MINUTE).collect();
    assert_eq!(minutes, [1, 1, 2]);
    let tags = &tracks[1].tags;
    assert_eq!((tags.title.as_deref(), tags.album.as_deref()), (Some("Two"), Some("First")));
    assert_eq!((tags.track.number, tags.track.total, tags.disc.number), (Some(2), Some(3), Some(2)));
    assert_eq!(
        (tags.artists.as_slice(), tags.album_artists.as_slice()),
        (&["Ann".into()][..], &["Ann".into()][..])
    );
    assert_eq!((tags.date.as_deref(), tags.genres.as_slice()), (Some("1999"), &["Rock".into()][..]));

    let catalog = auralis::library::catalog_build::load_catalog(&rig.store).unwrap();
    assert!(tracks.iter().all(|track| catalog.find_path(&track.path).unwrap().id() == track.id));
    assert_eq!(rig.scan(), ([0, 0, 0, 0, 4, 0], 0), "nothing is opened again");
}

#[test]
fn a_change_of_sheet_or_file_is_read_and_ids_stay() {
    let mut rig = Rig::new();
    rig.album("album.flac", 3);
    rig.put("album.cue", sheet("album.flac", &TITLES).as_bytes());
    rig.scan();
    let ids = |rig: &Rig| -> Vec<_> { rig.tracks().iter().map(|track| (track.id, track.added_s)).collect() };
    let before = ids(&rig);

    rig.album("album.flac", 5);
    assert_eq!(rig.scan(), ([0, 3, 0, 0, 0, 0], 1));
    assert_eq!(rig.tracks()[2].format.frames, Some(3 * MINUTE));
    assert_eq!(ids(&rig), before);

    rig.put("album.cue", sheet("album.flac", &["Uno", "Due"]).as_bytes());
    assert_eq!(rig.scan(), ([0, 2, 0, 1, 0, 0], 1));
    assert_eq!(ids(&rig), before[..2]);
    assert_eq!(rig.tracks()[1].tags.title.as_deref(), Some("Due"));
    assert_eq!(rig.scan(), ([0, 0, 0, 0, 2, 0], 0));
}

#[test]
fn a_sheet_that_comes_hides_its_file_and_one_that_goes_gives_it_back() {
    let mut rig = Rig::new();
    rig.album("album.flac", 3);
    assert_eq!(rig.scan(), ([1, 0, 0, 0, 0, 0], 1));
    let path = rig.put("album.cue", sheet("album.flac", &TITLES).as_bytes());
    assert_eq!(rig.scan(), ([3, 0, 0, 1, 0, 0], 1));
    assert_eq!(rig.names(), parts("album.cue", 3));
    fs::remove_file(path).unwrap();
    assert_eq!(rig.scan(), ([1, 0, 0, 3, 0, 0], 1));
    assert_eq!(rig.names(), ["album.flac"]);
    assert_eq!(rig.tracks().last().unwrap().tags.title.as_deref(), Some("All of it"));
    assert_eq!(rig.scan(), ([0, 0, 0, 0, 1, 0], 0));

    rig.put("album.cue", sheet("album.flac", &TITLES).as_bytes());
    rig.scan();
    fs::remove_file(rig.path("album.flac")).unwrap();
    assert_eq!(rig.scan(), ([0, 0, 0, 3, 0, 1], 1), "the sheet is told to have no file");
    assert_eq!(rig.scan(), ([0, 0, 0, 0, 0, 1], 0));
    rig.album("ALBUM.flac", 3);
    assert_eq!(rig.scan(), ([0, 3, 0, 0, 0, 0], 1), "a file that it meant has come, and its tracks are back");
}

#[test]
fn moved_sheets_keep_their_tracks() {
    let mut rig = Rig::new();
    rig.album("old/album.flac", 3);
    rig.put("old/album.cue", sheet("album.flac", &TITLES).as_bytes());
    rig.put("old/emb.flac", &flac(3 * MINUTE, &[("CUESHEET", &sheet("x", &TITLES))]));
    assert_eq!(rig.scan().0, [6, 0, 0, 0, 0, 0]);
    let before: Vec<_> = rig.tracks().iter().map(|track| track.id).collect();
    fs::rename(rig.path("old"), rig.path("new")).unwrap();
    assert_eq!(rig.scan().0, [0, 0, 6, 0, 0, 0]);
    assert_eq!(rig.names(), [parts("new/album.cue", 3), parts("new/emb.flac", 3)].concat());
    let after: Vec<_> = rig.tracks().iter().map(|track| track.id).collect();
    assert_eq!(after, before);
    assert_eq!(rig.scan(), ([0, 0, 0, 0, 6, 0], 0));
}

#[test]
fn embedded_sheets_list_their_tracks_and_are_not_opened_again() {
    let mut rig = Rig::new();
    let tags = |titles: &[&str]| {
        let text = sheet("whatever.wav", titles);
        flac(3 * MINUTE, &[("TITLE", "All"), ("GENRE", "Jazz"), ("CUESHEET", &text)])
    };
    rig.put("a-.flac", &flac(MINUTE, &[]));
    rig.put("a.flac", &tags(&TITLES));
    rig.put("a0.flac", &flac(MINUTE, &[]));
    assert_eq!(rig.scan(), ([5, 0, 0, 0, 0, 0], 3));
    let all = [vec!["a-.flac".to_owned()], parts("a.flac", 3), vec!["a0.flac".to_owned()]].concat();
    assert_eq!(rig.names(), all);
    let tags_of_two = &rig.tracks()[2].tags;
    assert_eq!(
        (tags_of_two.title.as_deref(), tags_of_two.genres.as_slice()),
        (Some("Two"), &["Jazz".into()][..])
    );
    assert_eq!(rig.scan(), ([0, 0, 0, 0, 5, 0], 0));

    rig.put("a.flac", &tags(&["One", "Two"]));
    assert_eq!(rig.scan(), ([0, 2, 0, 1, 2, 0], 1));
    rig.put("a.flac", &flac(MINUTE, &[("TITLE", "Plain")]));
    assert_eq!(rig.scan(), ([1, 0, 0, 2, 2, 0], 1));
    assert_eq!(rig.names(), ["a-.flac", "a.flac", "a0.flac"]);
    assert_eq!(rig.scan(), ([0, 0, 0, 0, 3, 0], 0));
    rig.put("a.flac", &tags(&TITLES));
    assert_eq!(rig.scan(), ([3, 0, 0, 1, 2, 0], 1));
    assert_eq!(rig.scan(), ([0, 0, 0, 0, 5, 0], 0));

    // A sheet beside it goes before the one inside.
    let beside = rig.put("a.cue", sheet("a.flac", &["Beside", "Too"]).as_bytes());
    assert_eq!(rig.scan(), ([2, 0, 0, 3, 2, 0], 1));
    fs::remove_file(beside).unwrap();
    assert_eq!(rig.scan().0, [3, 0, 0, 2, 2, 0]);
    fs::remove_file(rig.path("a.flac")).unwrap();
    assert_eq!(rig.scan(), ([0, 0, 0, 3, 2, 0], 0));
}

#[test]
fn a_sheet_of_a_file_for_each_track_leaves_them_alone() {
    let mut rig = Rig::new();
    for name in ["1.flac", "2.flac"] {
        rig.album(name, 1);
    }
    let text =
        "FILE 1.wav WAVE\nTRACK 01 AUDIO\nINDEX 01 0:0:0\nFILE gone.wav WAVE\nTRACK 02 AUDIO\nINDEX 01 0:0:0";
    let path = rig.put("each.cue", text.as_bytes());
    assert_eq!(rig.scan().0, [2, 0, 0, 0, 0, 0]);
    assert_eq!(rig.names(), ["1.flac", "2.flac"]);
    assert_eq!(rig.scan(), ([0, 0, 0, 0, 2, 0], 0));
    // Named as a root it is meant.
    let (report, _) = rig.scan_root(&path);
    assert_eq!((report.added, report.failed.len()), (1, 1), "{:?}", report.failed);
    assert!(report.failed[0].error.contains("gone.wav"), "{:?}", report.failed);
}

#[test]
fn of_two_sheets_for_a_file_one_counts() {
    let mut rig = Rig::new();
    rig.album("album.flac", 3);
    let first = rig.put("album utf-8.cue", sheet("album.flac", &TITLES).as_bytes());
    rig.put("album.cue", sheet("album.flac", &TITLES).as_bytes());
    assert_eq!(rig.scan().0, [3, 0, 0, 0, 0, 0]);
    assert_eq!(rig.names(), parts("album utf-8.cue", 3));
    assert_eq!(rig.scan(), ([0, 0, 0, 0, 3, 0], 0));
    fs::remove_file(first).unwrap();
    assert_eq!(rig.scan().0, [3, 0, 0, 3, 0, 0]);
    assert_eq!(rig.names(), parts("album.cue", 3));
    assert_eq!(rig.scan(), ([0, 0, 0, 0, 3, 0], 0));
}

#[test]
fn files_in_folders_below_and_several_files_are_spoken_for() {
    let mut rig = Rig::new();
    rig.album("CD1/a.flac", 2);
    rig.album("CD2/b.flac", 2);
    rig.album("CD2/c.flac", 1);
    let text = "FILE CD1/a.wav WAVE\nTRACK 01 AUDIO\nINDEX 01 0:0:0\nTRACK 02 AUDIO\nINDEX 01 1:0:0\n\
        FILE CD2\\b.wav WAVE\nTRACK 03 AUDIO\nINDEX 01 0:0:0\nTRACK 04 AUDIO\nINDEX 01 1:0:0";
    rig.put("zz.cue", text.as_bytes());
    assert_eq!(rig.scan(), ([5, 0, 0, 0, 0, 0], 2));
    assert_eq!(rig.names(), [vec!["CD2/c.flac".to_owned()], parts("zz.cue", 4)].concat());
    let artists = &rig.tracks()[1].tags.artists;
    assert_eq!(artists, &["of the file"], "where the sheet names nobody");
    rig.album("CD2/b.flac", 3);
    assert_eq!(rig.scan(), ([0, 4, 0, 0, 1, 0], 1));
    assert_eq!(rig.tracks()[4].format.frames, Some(2 * MINUTE));
}

#[test]
fn bad_sheets_are_told_each_time_and_hide_nothing() {
    let mut rig = Rig::new();
    rig.album("album.flac", 3);
    rig.put("empty.cue", b"");
    rig.put("none.cue", b"REM not a sheet");
    rig.put("outside.cue", sheet("../../secret.flac", &TITLES).as_bytes());
    rig.put("not-music.cue", sheet("text.flac", &TITLES).as_bytes());
    rig.put("text.flac", b"not music");
    std::os::unix::fs::symlink("nowhere", rig.path("dangling.cue")).unwrap();
    let late = sheet("late.flac", &TITLES).replace("02:00:00", "70:00:00").replace("01:00:00", "01:00:99");
    rig.put("late.cue", late.as_bytes());
    rig.album("late.flac", 3);
    rig.put("short.cue", sheet("short.wav", &TITLES).as_bytes());
    rig.put("short.wav", &wav(0, 44_100));
    let (first, _) = rig.scan_root(&rig.path(""));
    let told = |report: ScanReport| {
        let one = |problem: auralis::library::scan::Problem| {
            (problem.path.file_name().unwrap().to_str().unwrap().to_owned(), problem.error)
        };
        let mut told: Vec<_> = report.failed.into_iter().map(one).collect();
        told.sort();
        told
    };
    let first = told(first);
    let names: Vec<_> = first.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(
        names,
        [
            "dangling.cue",
            "empty.cue",
            "late.cue",
            "none.cue",
            "not-music.cue",
            "outside.cue",
            "short.cue",
            "text.flac"
        ],
        "{first:?}"
    );
    let late = "cannot be used as a whole: line 11: INDEX \"01 01:00:99\" is not a number and a time of \
        minutes:seconds:frames; and 1 more";
    assert_eq!(first[2].1, late);
    let beyond = "cannot be used: track 1 of the CUE sheet begins behind the end of its file; and 2 more";
    assert_eq!(first[6].1, beyond);
    assert_eq!(rig.names(), ["album.flac", "late.cue/track01", "short.wav"]);
    let (again, read) = rig.scan_root(&rig.path(""));
    assert_eq!((told(again), read), (first, 0));
}

#[test]
fn a_library_made_before_sheets_were_known_learns_of_them() {
    let mut rig = Rig::new();
    rig.album("album.flac", 3);
    rig.scan();
    let Rig { folder, store, clock } = rig;
    let file = store.path().to_path_buf();
    assert!(store.close(Duration::from_secs(60)));
    let sheets: redb::TableDefinition<'_, &[u8], &[u8]> = redb::TableDefinition::new("sheets");
    let db = redb::Database::create(&file).unwrap();
    let txn = db.begin_write().unwrap();
    assert!(txn.delete_table(sheets).unwrap());
    // Stores of the first schema had that table only where a later program had made it.
    let meta: redb::TableDefinition<'_, &str, u32> = redb::TableDefinition::new("meta");
    txn.open_table(meta).unwrap().insert("schema_version", 1).unwrap();
    txn.commit().unwrap();
    drop(db);

    let mut rig = Rig { store: open(folder.path()), folder, clock };
    assert_eq!(rig.scan(), ([0, 0, 0, 0, 1, 0], 0));
    rig.put("album.cue", sheet("album.flac", &TITLES).as_bytes());
    assert_eq!(rig.scan().0, [3, 0, 0, 1, 0, 0]);
    assert_eq!(rig.scan(), ([0, 0, 0, 0, 3, 0], 0));
}
