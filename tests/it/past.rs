//! Plays of another service taken in by the real program: alone and beside a player, and taken back.

use std::time::{Duration, Instant};

use serde_json::Value;

use crate::home::Home;
use crate::pseudo_terminal::Session;
use crate::sound::wait_for;

/// Alpha twice, Bravo once, and one that the library does not have.
const LISTENS: &str = "uts,utc_time,artist,artist_mbid,album,album_mbid,track,track_mbid\n\
    1700000000,x,Ann,,First,,Alpha,\n1700000500,x,Ann,,First,,Alpha,\n1600000000,x,Ann,,First,,Bravo,\n\
    1600000000,x,Cid,,Else,,Zulu,\n";

fn ran(home: &Home, code: i32, words: &[&str]) -> (String, String) {
    let output = home.program(words).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(code), "{words:?}: {said}");
    (String::from_utf8(output.stdout).unwrap(), said)
}

fn plays(home: &Home, words: &[&str]) -> u64 {
    let output = home.program(words).output().unwrap();
    // 3: there was nothing.
    assert!(matches!(output.status.code(), Some(0 | 3)), "{output:?}");
    let stats: Value = serde_json::from_slice(&output.stdout).unwrap();
    stats["plays"].as_u64().unwrap()
}

/// A player refuses until it has read what it knows: asked again until it does it. What it told.
fn done(home: &Home, words: &[&str]) -> String {
    let until = Instant::now() + Duration::from_secs(60);
    loop {
        let output = home.program(words).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        if output.status.success() {
            return said;
        }
        assert!(Instant::now() < until, "{words:?}: {said}");
    }
}

const ALONE: &[&str] = &["stats", "--period", "all", "--json"];

fn listened() -> Home {
    let home = Home::with_music();
    ran(&home, 0, &["scan", "music"]);
    home.put("listens.csv", LISTENS.as_bytes());
    home
}

#[test]
fn an_import_without_a_player_reaches_the_log_and_the_next_player_takes_it_back() {
    let home = listened();
    let (report, _) = ran(&home, 0, &["import", "lastfm", "listens.csv"]);
    assert!(report.contains("2 matched") && report.contains("3 entries of the log would be set"), "{report}");
    assert!(report.contains("Cid - Zulu"), "{report}");
    assert_eq!(plays(&home, ALONE), 0);
    let (json, _) = ran(&home, 0, &["import", "lastfm", "listens.csv", "--apply", "--json"]);
    let report: Value = serde_json::from_str(&json).unwrap();
    assert_eq!((&report["listens"], &report["matched_by_names"]), (&3.into(), &2.into()), "{json}");
    assert_eq!(plays(&home, ALONE), 3);
    let (again, _) = ran(&home, 0, &["import", "lastfm", "listens.csv", "--apply"]);
    assert!(again.contains("Nothing to set"), "{again}");

    let session = Session::start(&home, &[]);
    session.wait_for("3 tracks");
    let told = done(&home, &["ctl", "undo"]);
    assert!(told.contains("import from lastfm"), "{told}");
    assert_eq!(plays(&home, &["ctl", "--json", "stats", "all"]), 0);
    ran(&home, 0, &["ctl", "redo"]);
    assert_eq!(plays(&home, &["ctl", "--json", "stats", "all"]), 3);
    session.quit();
    assert_eq!(plays(&home, ALONE), 3);
}

#[test]
fn an_import_beside_a_player_is_its_own_deed() {
    let home = listened();
    let mut session = Session::start(&home, &[]);
    session.wait_for("3 tracks");
    let told = done(&home, &["import", "lastfm", "listens.csv"]);
    assert!(told.contains("would come") && told.contains("3 entries of the log"), "{told}");
    assert_eq!(plays(&home, &["ctl", "--json", "stats", "all"]), 0);
    let (_, told) = ran(&home, 0, &["ctl", "import", "lastfm", "listens.csv", "--apply"]);
    assert!(told.contains("Taken in from lastfm"), "{told}");
    assert_eq!(plays(&home, &["ctl", "--json", "stats", "all"]), 3);
    ran(&home, 0, &["ctl", "undo"]);
    assert_eq!(plays(&home, &["ctl", "--json", "stats", "all"]), 0);
    session.press(":import lastfm listens.csv --apply\r");
    // Its notice may still be that of the first time.
    wait_for("the import by the command line", || plays(&home, &["ctl", "--json", "stats", "all"]) == 3);
    let (_, none) = ran(&home, 1, &["ctl", "import", "lastfm", "music"]);
    assert!(none.contains("Nothing was taken in"), "{none}");
    session.quit();
}
