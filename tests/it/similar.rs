//! What sounds alike, through the program: a library of tones and of noises, which are two families for any ear.

use std::fs;
use std::process::Output;

use serde_json::Value;

use crate::home::{Home, RATE, wav};
use crate::pseudo_terminal::Session;

/// Tones 1 to 5, whose pitch rises, and noises 6 to 10, whose level pulses at 108 to 180 beats a minute.
fn home() -> Home {
    let home = Home::new();
    let frames = 20 * RATE as usize;
    let second = |at: usize| at as f64 / f64::from(RATE);
    let mut chance = 1_u32;
    for n in 1..=10_u32 {
        let pitch = 200.0 + 40.0 * f64::from(n);
        let mut sample = |at: usize| {
            if n <= 5 {
                return 8000.0 * (std::f64::consts::TAU * pitch * second(at)).sin();
            }
            chance = chance.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let pulse = (second(at) * 0.3 * f64::from(n)).fract();
            f64::from((chance >> 16) as i16) * 0.3 * (1.0 - pulse)
        };
        let samples: Vec<i16> = (0..frames).map(|at| sample(at) as i16).collect();
        let kind = if n <= 5 { "Tone" } else { "Noise" };
        let tags = [
            ("INAM", format!("{kind} {n}")),
            ("IART", format!("Artist {n}")),
            ("IPRD", format!("Album {n}")),
        ];
        let tags: Vec<(&str, &str)> = tags.iter().map(|(name, value)| (*name, value.as_str())).collect();
        home.put(format!("music/{n:02}.wav"), &wav(&samples, &tags));
    }
    ok(&home, &["scan", "-q", "music"]);
    home
}

fn ran(home: &Home, words: &[&str]) -> Output {
    home.program(words).output().unwrap()
}

fn ok(home: &Home, words: &[&str]) -> String {
    let output = ran(home, words);
    assert!(output.status.success(), "{words:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn json(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn titles(text: &str) -> Vec<String> {
    json(text).iter().map(|line| line["title"].as_str().unwrap().to_owned()).collect()
}

fn error(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn what_sounds_alike_is_told_with_reasons_and_what_is_not_measured_with_the_way_to_it() {
    let home = home();
    let unmeasured = ran(&home, &["similar", "title:tone"]);
    assert_eq!(unmeasured.status.code(), Some(3));
    assert!(error(&unmeasured).contains("auralis analyse"), "{unmeasured:?}");
    ok(&home, &["analyse", "-q"]);
    let text = ok(&home, &["similar", "--json", "-n", "4", "music/03.wav"]);
    let mut found = titles(&text);
    found.sort_unstable();
    assert_eq!(found, ["Tone 1", "Tone 2", "Tone 4", "Tone 5"]);
    for (at, line) in json(&text).iter().enumerate() {
        assert_eq!(line["rank"], at + 1);
        let why = line["why"].as_array().unwrap();
        let sum: f64 = why.iter().map(|reason| reason["share"].as_f64().unwrap()).sum();
        assert!((sum - 1.0).abs() < 1e-3, "{line}");
    }
    let plain = ok(&home, &["similar", "-n", "2", "title:noise"]);
    assert_eq!(plain.lines().count(), 2);
    assert!(plain.lines().all(|line| line.split('\t').count() == 3 && line.contains("apart in ")), "{plain}");
    // A file that the library does not have.
    fs::copy(home.path("music/08.wav"), home.path("other.wav")).unwrap();
    let first = &titles(&ok(&home, &["similar", "--json", "-n", "1", "other.wav"]))[0];
    assert_eq!(first, "Noise 8");
    assert_eq!(ran(&home, &["similar", "title:nothing"]).status.code(), Some(3));
}

#[test]
fn queries_ask_for_likeness_tempo_and_key() {
    let home = home();
    ok(&home, &["analyse", "-q"]);
    let all = titles(&ok(&home, &["search", "--json", "like:\"Tone 3\" title:noise -title:9"]));
    assert_eq!(all.len(), 4, "a library of ten is all near: {all:?}");
    let unknown = ran(&home, &["search", "like:\"no such\""]);
    assert_eq!(unknown.status.code(), Some(3));
    assert!(error(&unknown).contains("no such"), "{unknown:?}");
    // A tone has no beats.
    let silent = titles(&ok(&home, &["search", "--json", "title:tone bpm:0"]));
    assert_eq!(silent.len(), 5, "{silent:?}");
    let beating = titles(&ok(&home, &["search", "--json", "--sort", "bpm", "bpm>0"]));
    assert!(!beating.is_empty() && beating.iter().all(|title| title.starts_with("Noise")), "{beating:?}");
    let keyless = ok(&home, &["search", "--json", "key:none or key!=none"]);
    assert_eq!(titles(&keyless).len(), 10);
    ok(&home, &["playlist", "smart", "Like", "like:\"Tone 3\" sort:lufs limit:3"]);
    let listed = ok(&home, &["playlist", "show", "Like"]);
    assert_eq!(listed.lines().count(), 3, "{listed}");
}

#[test]
fn a_radio_and_a_path_are_printed_and_copies_are_near_duplicates() {
    let home = home();
    ok(&home, &["analyse", "-q"]);
    let once = ok(&home, &["radio", "-n", "6", "--seed", "7", "title:\"tone 3\""]);
    assert_eq!(once, ok(&home, &["radio", "-n", "6", "--seed", "7", "title:\"tone 3\""]));
    assert_eq!(once.lines().count(), 6);
    let way = titles(&ok(&home, &["path", "--json", "-n", "4", "music/01.wav", "music/10.wav"]));
    assert_eq!((way.len(), way[0].as_str(), way[4].as_str()), (5, "Tone 1", "Noise 10"));
    let none = ran(&home, &["duplicates", "--like"]);
    assert_eq!(none.status.code(), Some(3), "{none:?}");
    // The same sound a little quieter, as another encoding has it.
    let bytes = fs::read(home.path("music/07.wav")).unwrap();
    let data = bytes.windows(4).position(|four| four == b"data").unwrap() + 8;
    let mut quieter = bytes[..data].to_vec();
    for sample in bytes[data..].chunks_exact(2) {
        let sample = i16::from_le_bytes([sample[0], sample[1]]);
        let quiet = (f64::from(sample) * 0.97).round() as i16;
        quieter.extend(quiet.to_le_bytes());
    }
    home.put("music/11.wav", &quieter);
    ok(&home, &["scan", "-q"]);
    ok(&home, &["analyse", "-q"]);
    let groups = json(&ok(&home, &["duplicates", "--like", "--json"]));
    let name = |track: &Value| track["path"].as_str().unwrap().rsplit('/').next().unwrap().to_owned();
    let paths = |group: &Value| group["tracks"].as_array().unwrap().iter().map(name).collect::<Vec<String>>();
    assert_eq!(groups.iter().map(paths).collect::<Vec<_>>(), [["07.wav", "11.wav"]]);
}

#[test]
fn a_player_that_runs_is_asked_shows_what_it_found_and_keeps_its_radio_going() {
    let home = home();
    ok(&home, &["analyse", "-q"]);
    home.put(".config/auralis/config.toml", b"[similarity]\nahead = 3\n");
    let mut session = Session::start(&home, &["music/03.wav"]);
    session.wait_for("►");
    let found = titles(&ok(&home, &["similar", "--json", "-n", "4", "music/02.wav"]));
    assert!(found.iter().all(|title| title.starts_with("Tone")), "{found:?}");
    assert_eq!(titles(&ok(&home, &["ctl", "--json", "similar", "title:noise"])).len(), 5);
    let alike = titles(&ok(&home, &["search", "--json", "like:current title:tone"]));
    assert_eq!(alike.len(), 5);
    session.press(":similar playing\r");
    session.wait_for("What sounds alike");
    session.wait_for("apart in");
    session.press("\x1b");
    ok(&home, &["ctl", "radio", "on", "playing", "seed=7"]);
    let status = || json(&ok(&home, &["status", "--json"]))[0].clone();
    let until = std::time::Instant::now() + std::time::Duration::from_secs(60);
    while status()["queue"]["length"] != 4 {
        assert!(std::time::Instant::now() < until, "{}", status());
    }
    let now = status();
    assert_eq!((&now["radio"]["seed"], &now["radio"]["title"]), (&Value::from(7), &Value::from("Tone 3")));
    assert!(ok(&home, &["status"]).contains("radio like Tone 3 seed=7"));
    ok(&home, &["ctl", "radio", "off"]);
    assert_eq!(status()["radio"], Value::Null);
    ok(&home, &["ctl", "undo"]);
    assert_eq!(status()["queue"]["length"], 1);
    ok(&home, &["ctl", "path", "title:\"noise 9\"", "3"]);
    assert_eq!(status()["queue"]["length"], 4);
    ok(&home, &["ctl", "weights"]);
    session.quit();
}

#[test]
fn what_is_learned_goes_over_to_another_library() {
    let home = home();
    let line = r#"{"kind":"auralis","version":1}
{"kind":"weight","name":"timbre","factor":1.5}
"#;
    home.put("in.jsonl", line.as_bytes());
    ok(&home, &["library", "import", "in.jsonl"]);
    let timbre =
        |text: &str| json(text).iter().find(|line| line["name"] == "timbre").unwrap()["learned"].clone();
    assert_eq!(timbre(&ok(&home, &["weights", "--json"])), 1.5);
    assert!(
        ok(&home, &["library", "export", "-"]).contains(r#"{"kind":"weight","name":"timbre","factor":1.5}"#)
    );
    ok(&home, &["weights", "--reset"]);
    assert_eq!(timbre(&ok(&home, &["weights", "--json"])), 1.0);
}
