//! What is learned of a listener's taste: kept from one run to the next, shared by players and the command line, and heard in what
//! is mastered to files as in what plays.

use std::process::Output;
use std::sync::Arc;
use std::time::{Duration, Instant};

use auralis::model::chain::ChainSpec;
use auralis::model::mastering::{Basis, Heard, MasteringView, Move, Part, Plan, PlanView};
use auralis::model::playback::PlayState;
use auralis::model::preferences::{Preferences, Versions};
use auralis::model::snapshot::Snapshot;
use auralis::model::taste::{Learned, Opinion};
use serde_json::{Value, json};

use crate::home::Home;
use crate::pseudo_terminal::Session;
use crate::stage::{Stage, playing, queue_of, small};

const FILE: &str = ".local/share/auralis/preferences.json";

fn ran(home: &Home, words: &[&str]) -> Output {
    home.program(words).output().unwrap()
}

fn out(home: &Home, words: &[&str]) -> String {
    let output = ran(home, words);
    assert!(output.status.success(), "{words:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn fails(home: &Home, words: &[&str], code: i32, message: &str) {
    let output = ran(home, words);
    let error = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{words:?}: {error}");
    assert!(error.contains(message), "{words:?}: {error}");
}

fn told(home: &Home) -> Value {
    serde_json::from_str(&out(home, &["preferences", "--json"])).unwrap()
}

/// What is told once it is so.
fn wait(what: &str, told: impl Fn() -> Value, is_so: impl Fn(&Value) -> bool) -> Value {
    let until = Instant::now() + Duration::from_secs(60);
    loop {
        let value = told();
        if is_so(&value) {
            return value;
        }
        assert!(Instant::now() < until, "{what}: {value}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

fn status(home: &Home) -> Value {
    serde_json::from_str(&out(home, &["status", "--json"])).unwrap()
}

/// A file as a player keeps it: bass at 2 dB, of which three observations make half sure.
fn learned(home: &Home) {
    let bass = json!({"value": 2.0, "set": 1, "more": 2, "less": 0, "same": 0});
    let version = |number: u64, learned: Value| json!({"number": number, "at_ms": 1_000, "why": format!("test {number}"), "preferences": {"learned": learned}});
    let versions = [version(1, json!({})), version(2, json!({ "bass": bass }))];
    home.put(FILE, json!({"auralis_preferences": 1, "versions": versions}).to_string().as_bytes());
}

#[test]
fn what_was_learned_is_told_taken_back_carried_over_and_forgotten() {
    let home = Home::new();
    assert_eq!(told(&home)["version"], 0);
    assert_eq!(ran(&home, &["preferences", "versions"]).status.code(), Some(3));
    fails(&home, &["preferences", "rollback", "1"], 1, "there is none yet");
    fails(&home, &["preferences", "export", "copy.json"], 1, "no preferences yet");
    learned(&home);
    let text = out(&home, &["preferences"]);
    let line = "bass     +1.0 dB below 250 Hz      50 % sure   you preferred more in 2 of 2 comparisons and set it once";
    assert!(text.lines().any(|found| found == line), "{text}");
    assert!(text.contains("version 2, ") && text.contains("test 2"), "{text}");
    out(&home, &["preferences", "export", "copy.json"]);
    out(&home, &["preferences", "rollback", "1"]);
    let now = told(&home);
    assert_eq!((&now["version"], &now["bass_db"]["heard"]), (&json!(3), &json!(0.0)), "{now}");
    fails(&home, &["preferences", "rollback", "9"], 1, "there is no version 9: 1 to 3 are kept");
    out(&home, &["preferences", "import", "copy.json"]);
    assert_eq!(told(&home)["bass_db"]["heard"], 1.0);
    out(&home, &["preferences", "reset"]);
    assert_eq!(told(&home)["bass_db"]["heard"], 0.0);
    let versions = out(&home, &["preferences", "versions"]);
    let whys: Vec<&str> = versions.lines().map(|line| line.rsplit('\t').next().unwrap()).collect();
    assert_eq!(whys, ["reset", "imported from copy.json", "back to version 1", "test 2", "test 1"]);
    let first = out(&home, &["preferences", "versions", "--json"]);
    let first: Value = serde_json::from_str(first.lines().next().unwrap()).unwrap();
    assert_eq!((&first["number"], &first["why"]), (&json!(5), &json!("reset")));
    fails(&home, &["preferences", "import", "none.json"], 1, "holds no preferences");
    fails(&home, &["preferences", "export", FILE], 1, "another file");
}

#[test]
fn a_file_that_is_damaged_or_newer_is_told_and_never_lost() {
    let home = Home::new();
    home.put(FILE, b"{\"auralis_preferences\": 7}");
    fails(&home, &["preferences"], 1, "newer auralis (form 7");
    fails(&home, &["preferences", "reset"], 1, "newer auralis");
    home.put(FILE, b"\x1b[31m{");
    fails(&home, &["preferences"], 1, "is damaged");
    let output = ran(&home, &["preferences", "reset"]);
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && error.contains("preferences.json.damaged-1"), "{error}");
    assert_eq!(std::fs::read(home.path(format!("{FILE}.damaged-1"))).unwrap(), b"\x1b[31m{");
    assert_eq!(told(&home)["version"], 1);
}

/// Set by hand, left so, learned; the next run hears as much of it as is sure. Beside a player the command line asks it.
#[test]
fn what_is_set_in_a_player_is_learned_and_heard_in_the_next_run() {
    let home = Home::with_music();
    let session = Session::start(&home, &["music"]);
    session.wait_for("3 tracks");
    out(&home, &["ctl", "taste", "bass", "+2"]);
    assert_eq!(status(&home)["mastering"]["taste"]["bass_db"]["by_hand"], 2.0);
    let known = wait("it is learned", || told(&home), |told| told["version"] == 1);
    assert_eq!((&known["bass_db"]["value"], &known["bass_db"]["set"]), (&json!(2.0), &json!(1)), "{known}");
    wait("it is shown", || status(&home), |told| told["mastering"]["taste"]["version"] == 1);
    out(&home, &["ctl", "taste", "reset"]);
    assert_eq!(status(&home)["mastering"]["taste"]["bass_db"]["heard"], 0.5, "a quarter of it");
    out(&home, &["preferences", "reset"]);
    assert_eq!(status(&home)["mastering"]["taste"]["version"], 2);
    fails(&home, &["preferences", "rollback", "9"], 1, "no version 9");
    out(&home, &["ctl", "preferences", "rollback", "1"]);
    let copy = home.path("copy.json");
    out(&home, &["ctl", "preferences", "export", copy.to_str().unwrap()]);
    assert!(copy.exists());
    // What was just set is learned at the end, too.
    out(&home, &["ctl", "taste", "treble", "-1"]);
    out(&home, &["ctl", "quit"]);
    drop(session);
    assert_eq!(told(&home)["treble_db"]["value"], -1.0);
    let session = Session::start(&home, &["music"]);
    session.wait_for("3 tracks");
    let heard = wait("it is read", || status(&home), |told| told["mastering"]["taste"]["version"] == 4);
    assert_eq!(heard["mastering"]["taste"]["bass_db"]["heard"], 0.5);
    out(&home, &["ctl", "taste", "learn", "off"]);
    let taste = &status(&home)["mastering"]["taste"];
    assert_eq!((&taste["learn"], &taste["bass_db"]["heard"]), (&json!(false), &json!(0.0)));
    drop(session);
}

/// From beginning to end through the program: both are made, heard, and what is said is kept.
#[test]
fn two_tastes_are_compared_and_the_choice_is_kept() {
    let home = Home::with_music();
    let session = Session::start(&home, &["music"]);
    session.wait_for("3 tracks");
    // What is compared must not end meanwhile.
    out(&home, &["ctl", "pause"]);
    fails(&home, &["ctl", "prefer"], 1, "Nothing is mastered");
    out(&home, &["ctl", "mastering", "on"]);
    wait("a plan", || status(&home), |told| !told["mastering"]["plan"].is_null());
    out(&home, &["ctl", "prefer"]);
    wait("both", || status(&home), |told| told["mastering"]["prefer"]["ready"] == true);
    out(&home, &["ctl", "prefer", "hear-b"]);
    assert_eq!(status(&home)["mastering"]["prefer"]["heard"], "B");
    out(&home, &["ctl", "prefer", "b"]);
    let known = told(&home);
    let count = |side: &str| known["bass_db"][side].as_u64().unwrap();
    assert_eq!((count("more") + count("less"), count("same")), (1, 0), "{known}");
    assert_eq!(status(&home)["mastering"]["prefer"]["answers"], 1);
    out(&home, &["ctl", "prefer", "end"]);
    assert!(status(&home)["mastering"]["prefer"].is_null());
    drop(session);
}

/// The plan of a dry run says so, `--no-preferences` and the switch leave it out.
#[test]
fn what_was_learned_is_in_what_is_mastered_to_files() {
    let home = Home::with_music();
    learned(&home);
    let plan = |words: &[&str]| {
        let song = std::fs::read_dir(home.path("music")).unwrap().next().unwrap().unwrap().path();
        let song = song.to_str().unwrap().to_owned();
        let text = out(&home, &[&["master", "--dry-run", "--json"], words, &[&song]].concat());
        serde_json::from_str::<Value>(text.lines().next().unwrap()).unwrap()["plan"]["moves"].to_string()
    };
    let words = "+1.0 dB below 250 Hz: you preferred more in 2 of 2 comparisons and set it once (50 % sure)";
    assert!(plan(&[]).contains(words), "{}", plan(&[]));
    assert!(!plan(&["--no-preferences"]).contains("preferred"));
    home.put(".config/auralis/config.toml", b"[mastering]\nlearn = false\n");
    assert!(!plan(&[]).contains("preferred"));
}

/// The panel, with what was learned and how sure that is.
#[test]
fn the_panel_shows_what_was_learned() {
    let bass = Opinion { value: 2.0, more: 6, less: 1, ..Opinion::default() };
    let treble = Opinion { value: -1.0, set: 3, ..Opinion::default() };
    let mut versions = Versions::default();
    let learned = Learned { bass, treble, ..Learned::default() };
    versions.push(Preferences { learned, ..Preferences::default() }, "test".into(), 0);
    let mut view = MasteringView { preferences: Arc::new(versions), ..MasteringView::default() };
    view.settings.on = true;
    view.settings.taste.density = Some(0.5);
    let why = "+1.4 dB below 250 Hz: you preferred more in 6 of 7 comparisons (70 % sure)".to_owned();
    let rule = "gentle, 60%: your rule for genre Jazz".to_owned();
    view.plan = PlanView::Made(Arc::new(Plan {
        spec: ChainSpec::default(),
        moves: vec![Move { part: Part::Rule, why: rule }, Move { part: Part::Taste, why }],
        basis: Basis::Track,
        source: Heard { lufs: -12.0, true_peak_db: -0.5, range_lu: Ok(4.0) },
        asked_lufs: -14.0,
        aim_lufs: -14.0,
        range_change_lu: 0.3,
        proved: true,
    }));
    let catalog = small();
    let playback = playing(&catalog, 7, PlayState::Playing);
    let queue = queue_of(&catalog, [7, 8], Some(0));
    let snapshot = Snapshot {
        playback: Arc::new(playback),
        queue: Arc::new(queue),
        catalog,
        mastering: Arc::new(view),
        ..Snapshot::default()
    };
    let mut stage = Stage::new(100, 30, snapshot.clone());
    stage.press("E");
    insta::assert_snapshot!("preferences_100x30", stage.lines().join("\n"));
    let mut small = Stage::new(40, 10, snapshot);
    small.press("E");
    assert_eq!(small.lines().len(), 10);
}

/// A song of that genre, as long as the others.
fn song(home: &Home, name: &str, genre: &str, number: &str) {
    let tags = [("INAM", name), ("IART", "Ann"), ("IPRD", genre), ("IGNR", genre), ("IPRT", number)];
    home.song(format!("music/{name}.wav"), 60.0, &tags);
}

#[test]
fn rules_are_made_listed_and_taken_away_without_a_player() {
    let home = Home::new();
    assert_eq!(ran(&home, &["preferences", "rule"]).status.code(), Some(3));
    out(&home, &["preferences", "rule", "genre", "Acid Jazz", "gentle", "bass=-1"]);
    out(&home, &["preferences", "rule", "album", "Blue", "artist=Joni Mitchell", "off"]);
    out(&home, &["preferences", "rule", "genre", "acid jazz", "60%"]);
    let rules = out(&home, &["preferences", "rule"]);
    assert_eq!(rules, "album Blue by Joni Mitchell: off\ngenre acid jazz: 60%\n");
    assert_eq!(told(&home)["rules"].as_array().unwrap().len(), 2);
    fails(&home, &["preferences", "rule", "genre", "Jazz", "loud"], 2, "`rule-genre` needs a name, then");
    fails(&home, &["preferences", "rule", "drop", "genre", "Rock"], 1, "there is no rule for genre Rock");
    out(&home, &["preferences", "rule", "drop", "genre", "Acid Jazz"]);
    out(&home, &["preferences", "rollback", "1"]);
    assert_eq!(out(&home, &["preferences", "rule"]), "genre Acid Jazz: gentle, bass=-1\n");
}

/// A flag of the command goes over a rule, a rule over the configuration.
#[test]
fn rules_hold_for_what_is_mastered_to_files() {
    let home = Home::new();
    song(&home, "one", "Jazz", "1");
    song(&home, "two", "Rock", "1");
    out(&home, &["preferences", "rule", "genre", "jazz", "gentle", "target=-20", "treble=+1"]);
    out(&home, &["preferences", "rule", "device", "null", "punchy"]);
    out(&home, &["preferences", "rule", "album", "Rock", "off"]);
    let plan = |words: &[&str]| -> Vec<Value> {
        let text = out(&home, &[&["master", "--dry-run", "--json"], words, &["music"]].concat());
        text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()["plan"].clone()).collect()
    };
    let [jazz, rock] = &plan(&[])[..] else { panic!("two tracks") };
    assert_eq!(jazz["moves"][0]["why"], "gentle, target=-20, treble=+1: your rule for genre jazz", "{jazz}");
    assert_eq!(jazz["asked_lufs"], -20.0, "{jazz}");
    assert_eq!(rock["moves"], json!([{"part": "rule", "why": "off: your rule for album Rock"}]), "{rock}");
    assert_eq!(rock["asked_lufs"], rock["source"]["lufs"], "it stays as it is");
    let [jazz, rock] = &plan(&["--target", "-16", "--preset", "warm", "--intensity", "100"])[..] else {
        panic!("two tracks")
    };
    assert_eq!(jazz["moves"][0]["why"], "treble=+1: your rule for genre jazz");
    assert_eq!((&jazz["asked_lufs"], &rock["asked_lufs"]), (&json!(-16.0), &json!(-16.0)));
    let bare = plan(&["--no-preferences"]);
    assert!(bare.iter().all(|plan| !plan["moves"].to_string().contains("your rule")), "{bare:?}");
}

/// What plays, what its job writes and what the command writes go by the same rules and the same taste.
#[test]
fn what_is_heard_and_what_is_written_go_by_the_same_rules() {
    let home = Home::new();
    song(&home, "one", "Jazz", "1");
    learned(&home);
    home.put(".config/auralis/config.toml", b"[render]\nfolder = \"~/out\"\n");
    let session = Session::start(&home, &["music"]);
    session.wait_for("1 track");
    out(&home, &["ctl", "pause"]);
    out(&home, &["ctl", "rule", "genre", "jazz", "gentle", "intensity=70"]);
    let song = home.path("music/one.wav");
    out(&home, &["ctl", "master", song.to_str().unwrap()]);
    wait("the job", || status(&home), |told| told["jobs"][0]["state"] == "done");
    let text = out(&home, &["master", "--json", "-o", "again", "music"]);
    let line: Value = serde_json::from_str(text.lines().next().unwrap()).unwrap();
    let [job, command] = ["out", "again"].map(|folder| home.path(folder).join("music/one.flac"));
    assert_eq!(std::fs::read(job).unwrap(), std::fs::read(command).unwrap());
    out(&home, &["ctl", "mastering", "on"]);
    let has_rule = |told: &Value| told["mastering"]["plan"]["moves"].to_string().contains("genre jazz");
    let heard = wait("a plan by the rule", || status(&home), has_rule);
    assert_eq!(heard["mastering"]["rules"], json!(["gentle, 70%: your rule for genre jazz"]), "{heard}");
    let own = |moves: &Value, word: fn(&Value) -> Value| -> Vec<String> {
        let all = moves.as_array().unwrap().iter().map(|one| word(one).as_str().unwrap().to_owned());
        all.filter(|why| why.contains("your rule") || why.contains("you preferred")).collect()
    };
    let written = own(&line["plan"]["moves"], |one| one["why"].clone());
    assert_eq!(written.len(), 2, "{line}");
    assert_eq!(own(&heard["mastering"]["plan"]["moves"], Value::clone), written);
    // The device of the tests is called null.
    out(&home, &["ctl", "rule", "device", "NULL", "target=-20"]);
    let both = wait("both", || status(&home), |told| told["mastering"]["plan"]["asked_lufs"] == -20.0);
    assert_eq!(both["mastering"]["rules"][0], "target=-20: your rule for device NULL", "{both}");
    out(&home, &["ctl", "rule", "genre", "jazz", "off"]);
    wait("no plan", || status(&home), |told| told["mastering"]["no_plan"] == "off: your rule for genre jazz");
    out(&home, &["ctl", "rule", "drop", "genre", "jazz"]);
    fails(&home, &["preferences", "rule", "drop", "genre", "jazz"], 1, "there is no rule");
    drop(session);
}
