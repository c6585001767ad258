//! Care of the library by the real program: alone, and beside a player that runs.

use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::process::Output;

use auralis::library::store::{Store, WriteOp};
use auralis::model::facts::{Rating, TrackFacts};
use auralis::model::listening::{Listen, Verdict};

use crate::home::Home;
use crate::library_media::{all_tracks, bytes_name, flac, put};
use crate::pseudo_terminal::Session;

fn run(home: &Home, words: &[&str]) -> Output {
    home.program(&[&["--data-dir", "data"], words].concat()).output().unwrap()
}

/// Ends with this code; what it said on standard error.
fn ends(home: &Home, code: i32, words: &[&str]) -> String {
    let output = run(home, words);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(code), "{words:?}: {said}");
    said
}

fn library(home: &Home) -> PathBuf {
    home.path("data/library.redb")
}

fn store(home: &Home) -> Store {
    Store::open(&library(home), Box::new(|_| ())).unwrap()
}

fn close(store: Store) {
    assert!(store.close(std::time::Duration::from_secs(60)));
}

/// Two roots with music, one name of which is not UTF-8, with plays and ratings.
fn scanned() -> Home {
    let home = Home::new();
    put(&home.path("a"), "1.flac", &flac(1_000, &[("TITLE", "One")]));
    put(&home.path("a"), bytes_name(b"\xff.flac"), &flac(2_000, &[("TITLE", "Two")]));
    put(&home.path("b"), "3.flac", &flac(3_000, &[("TITLE", "Three")]));
    ends(&home, 0, &["scan", "a", "b"]);
    let store = store(&home);
    for (track, plays) in all_tracks(&store).iter().zip(4..) {
        let rating = Rating::new(plays as u8);
        let facts =
            TrackFacts { plays, rating, favourite: true, last_played_s: Some(9), ..TrackFacts::default() };
        store.write(WriteOp::PutFacts(vec![(track.id, facts)])).unwrap();
        let listen =
            Listen { began_ms: plays.into(), track: track.id, frames: 5, rate: 1, verdict: Verdict::Played };
        store.write(WriteOp::PutListens(vec![listen])).unwrap();
    }
    close(store);
    home
}

/// Files in the folder of the library whose names begin so.
fn beside(home: &Home, begin: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(home.path("data")).unwrap().map(|entry| entry.unwrap().path());
    entries.filter(|path| path.file_name().unwrap().as_bytes().starts_with(begin.as_bytes())).collect()
}

#[test]
fn what_was_exported_comes_back_into_an_empty_library_after_a_scan() {
    let home = scanned();
    ends(&home, 0, &["library", "export", "known.jsonl"]);
    let lines = std::fs::read_to_string(home.path("known.jsonl")).unwrap();
    assert_eq!(run(&home, &["library", "export", "-"]).stdout, lines.as_bytes());
    let path: String = home
        .path("a")
        .join(bytes_name(b"\xff.flac"))
        .as_os_str()
        .as_bytes()
        .iter()
        .map(|b| format!("{b:02x}"))
        .collect();
    assert!(lines.contains(&path), "a path that is not UTF-8 has its bytes");
    let there = ends(&home, 1, &["library", "export", "known.jsonl"]);
    assert!(there.contains("exists"), "{there}");

    std::fs::remove_dir_all(home.path("data")).unwrap();
    let early = ends(&home, 1, &["library", "import", "known.jsonl"]);
    assert!(early.contains("scan their folder and import again"), "{early}");
    ends(&home, 0, &["scan"]);
    ends(&home, 0, &["library", "import", "known.jsonl"]);
    assert_eq!(run(&home, &["library", "export", "-"]).stdout, lines.as_bytes());
    let wrong = ends(&home, 1, &["library", "import", "a/1.flac"]);
    assert!(wrong.contains("line 1") && wrong.contains("nothing was taken in"), "{wrong}");
}

#[test]
fn a_damaged_library_is_told_of_repaired_and_kept() {
    let home = scanned();
    let well = ends(&home, 0, &["library", "check"]);
    assert!(well.contains("all in order"), "{well}");
    let untouched = ends(&home, 0, &["library", "check", "--repair"]);
    assert!(untouched.contains("nothing to repair") && beside(&home, "library.damaged").is_empty());

    // All but the header is rubbish: the program does not start on it, and says what to do.
    let whole = std::fs::read(library(&home)).unwrap();
    let mut bytes = whole.clone();
    bytes[4096..].fill(0xa5);
    std::fs::write(library(&home), &bytes).unwrap();
    let refused = ends(&home, 1, &["search", "one"]);
    assert!(!refused.contains("panicked"), "{refused}");
    assert!(refused.contains("auralis library check"), "{refused}");
    let damaged = ends(&home, 1, &["library", "check"]);
    assert!(damaged.contains("--repair") && damaged.contains("restore"), "{damaged}");
    assert_eq!(std::fs::read(library(&home)).unwrap(), bytes, "it is left as it is");
    ends(&home, 0, &["library", "check", "--repair"]);
    let aside = beside(&home, "library.damaged");
    assert_eq!(std::fs::read(&aside[0]).unwrap(), bytes, "it is set aside, not deleted");
    ends(&home, 0, &["library", "check"]);
    ends(&home, 0, &["scan", "a", "b"]);
    let again = store(&home);
    assert_eq!(all_tracks(&again).len(), 3);
    close(again);

    // One letter of a title: the rest stays, and the file tells the title again.
    let mut bytes = whole;
    while let Some(at) = bytes.windows(5).position(|window| window == b"Three") {
        bytes[at] = b'X';
    }
    std::fs::write(library(&home), &bytes).unwrap();
    ends(&home, 1, &["library", "check"]);
    ends(&home, 0, &["library", "check", "--repair"]);
    ends(&home, 0, &["scan"]);
    let store = store(&home);
    let tracks = all_tracks(&store);
    let titles: Vec<_> = tracks.iter().map(|track| track.tags.title.as_deref().unwrap()).collect();
    assert_eq!(titles, ["One", "Two", "Three"]);
    let facts = store.read().unwrap().facts().unwrap();
    let plays: Vec<u32> = tracks.iter().map(|track| facts.get(track.id).plays).collect();
    assert_eq!(plays, [4, 5, 6], "plays and ratings are saved");
    close(store);
}

#[test]
fn a_backup_is_restored_and_the_library_of_before_is_kept() {
    let home = scanned();
    ends(&home, 0, &["library", "backup"]);
    let backup = beside(&home, "library.backup-").remove(0);
    ends(&home, 0, &["library", "forget", "--yes", "a"]);
    ends(&home, 0, &["library", "compact"]);
    let name = backup.to_str().unwrap();
    ends(&home, 0, &["library", "restore", name]);
    assert_eq!(beside(&home, "library.replaced-").len(), 1);
    let store = store(&home);
    assert_eq!(all_tracks(&store).len(), 3);
    close(store);
    let none = ends(&home, 1, &["library", "restore", "a/1.flac"]);
    assert!(none.contains("not a library"), "{none}");
    let over = ends(&home, 1, &["library", "backup", name]);
    assert!(over.contains("exists"), "{over}");
}

#[test]
fn a_root_is_let_go_with_its_tracks_and_what_is_known_of_them_can_come_back() {
    let home = scanned();
    let listed = String::from_utf8(run(&home, &["library", "roots"]).stdout).unwrap();
    let shown = |name: &str| home.path(name).display().to_string();
    assert_eq!(listed, format!("2\t0\t{}\n1\t0\t{}\n", shown("a"), shown("b")));
    // The disk is gone for good.
    std::fs::rename(home.path("a"), home.path("away")).unwrap();
    let asked = ends(&home, 2, &["library", "forget", "a"]);
    assert!(asked.contains("--yes"), "{asked}");
    let no_root = ends(&home, 3, &["library", "forget", "--yes", "a/sub"]);
    assert!(no_root.contains("library roots"), "{no_root}");
    ends(&home, 0, &["library", "forget", "--yes", "a"]);
    let left = store(&home);
    assert_eq!(all_tracks(&left).len(), 1);
    let reader = left.read().unwrap();
    assert_eq!(reader.roots().unwrap(), [home.path("b")]);
    assert_eq!(reader.files().unwrap().count(), 1);
    assert_eq!(reader.listens(i64::MIN).unwrap().count(), 3, "the log is kept");
    assert_eq!(reader.facts().unwrap().iter().count(), 1);
    drop(reader);
    close(left);
    ends(&home, 0, &["library", "check"]);

    std::fs::rename(home.path("away"), home.path("a")).unwrap();
    let kept = beside(&home, "library.forgotten-").remove(0);
    ends(&home, 0, &["scan", "a"]);
    ends(&home, 0, &["library", "import", kept.to_str().unwrap()]);
    let store = store(&home);
    let facts = store.read().unwrap().facts().unwrap();
    let plays: Vec<u32> = all_tracks(&store).iter().map(|track| facts.get(track.id).plays).collect();
    assert_eq!(plays, [4, 5, 6]);
    close(store);
}

/// A scan keeps the outer one of two such roots; an import may bring both.
#[test]
fn of_two_roots_one_inside_the_other_each_goes_without_the_tracks_that_the_other_has() {
    let home = scanned();
    put(&home.path("b/inner"), "4.flac", &flac(4_000, &[("TITLE", "Four")]));
    ends(&home, 0, &["scan", "b"]);
    let nest = || {
        let store = store(&home);
        let roots = ["a", "b", "b/inner"].map(|name| home.path(name));
        store.write(WriteOp::PutRoots(roots.into())).unwrap();
        close(store);
    };
    nest();
    ends(&home, 0, &["library", "forget", "--yes", "b/inner"]);
    let outer = store(&home);
    assert_eq!(all_tracks(&outer).len(), 4);
    assert_eq!(outer.read().unwrap().roots().unwrap(), [home.path("a"), home.path("b")]);
    close(outer);
    nest();
    ends(&home, 0, &["library", "forget", "--yes", "b"]);
    let inner = store(&home);
    assert_eq!(all_tracks(&inner).len(), 3, "the inner one keeps its own");
    assert_eq!(inner.read().unwrap().roots().unwrap(), [home.path("a"), home.path("b/inner")]);
    close(inner);
}

#[test]
fn beside_a_player_that_runs_what_can_be_done_is_done_and_the_rest_says_why_not() {
    let home = Home::with_music();
    assert!(home.program(&["scan", "music"]).status().unwrap().success());
    let mut session = Session::start(&home, &[]);
    session.wait_for("3 tracks");
    let run = |code: i32, words: &[&str]| {
        let output = home.program(words).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(code), "{words:?}: {said}");
        said
    };
    run(0, &["library", "backup", "copy.redb"]);
    run(0, &["ctl", "library", "export", "known.jsonl"]);
    let roots = run(0, &["library", "roots"]);
    assert!(roots.contains(home.path("music").to_str().unwrap()), "{roots}");
    let none = run(1, &["ctl", "library-forget", "elsewhere"]);
    assert!(none.contains("is no folder that the library is made of"), "{none}");
    for alone in [&["check"][..], &["compact"], &["restore", "copy.redb"], &["import", "known.jsonl"]] {
        let why = run(1, &[&["library"], alone].concat());
        assert!(why.contains("open in another process") && why.contains("Quit"), "{why}");
    }
    let copy = Store::open(&home.path("copy.redb"), Box::new(|_| ())).unwrap();
    assert_eq!(all_tracks(&copy).len(), 3);
    close(copy);
    let lines = std::fs::read_to_string(home.path("known.jsonl")).unwrap();
    assert_eq!(lines.lines().filter(|line| line.contains("\"kind\":\"track\"")).count(), 3);
    session.press(":library forget music\r");
    session.wait_for("with 3 tracks");
    let left = run(0, &["library", "roots"]);
    assert!(left.contains("no folder yet"), "{left}");
    assert!(Path::new(&home.path("music/1.wav")).exists(), "files are not touched");
}
