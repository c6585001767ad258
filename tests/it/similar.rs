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
    let measured = &json(&ok(&home, &["analyse", "--json", "music/08.wav"]))[0];
    assert_eq!(measured["fingerprint"].as_object().unwrap().len(), 25);
    home.put(".config/auralis/config.toml", b"[similarity]\nahead = 3\n");
    let mut session = Session::start(&home, &["music/03.wav"]);
    session.wait_for("►");
    let found = titles(&ok(&home, &["similar", "--json", "-n", "4", "music/02.wav"]));
    assert!(found.iter().all(|title| title.starts_with("Tone")), "{found:?}");
    assert_eq!(titles(&ok(&home, &["ctl", "--json", "similar", "title:noise"])).len(), 5);
    let alike = titles(&ok(&home, &["search", "--json", "like:current title:tone"]));
    assert_eq!(alike.len(), 5);
    // How it sounds: what plays, a path, a query; the numbers are those that were measured without a player.
    let portrait = ok(&home, &["ctl", "portrait"]);
    assert!(portrait.starts_with(home.path("music/03.wav").to_str().unwrap()), "{portrait}");
    assert!(portrait.contains("% of your library") && portrait.contains("LUFS"), "{portrait}");
    assert!(portrait.lines().count() >= 28, "two lines of summary, 25 numbers: {portrait}");
    for what in ["music/08.wav", "title:\"noise 8\""] {
        let told = &json(&ok(&home, &["ctl", "--json", "portrait", what]))[0];
        assert_eq!((told["title"].as_str(), told["library"].as_u64()), (Some("Noise 8"), Some(10)), "{told}");
        for key in ["fingerprint", "key", "confidence", "integrated_lufs", "findings"] {
            assert_eq!(told["measured"][key], measured[key], "{key}");
        }
    }
    home.put("strange.wav", &fs::read(home.path("music/08.wav")).unwrap());
    let strange = ran(&home, &["ctl", "portrait", "strange.wav"]);
    assert!(
        strange.status.code() == Some(1) && error(&strange).contains("not in the library"),
        "{strange:?}"
    );
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

#[test]
fn an_order_without_jumps_is_printed_and_written_of_files_of_a_playlist_and_of_a_query() {
    let home = home();
    let number = |path: &str| -> u32 { path.rsplit('/').next().unwrap()[..2].parse().unwrap() };
    let order = |text: &str| text.lines().map(number).collect::<Vec<_>>();
    let is_smooth = |order: &[u32], first: u32| {
        let mut all = order.to_vec();
        all.sort_unstable();
        let changes = order.windows(2).filter(|two| (two[0] <= 5) != (two[1] <= 5)).count();
        assert_eq!((order[0], changes), (first, 1), "tones among tones, noise among noise: {order:?}");
        all
    };
    let mixed =
        ["music/07.wav", "music/01.wav", "music/08.wav", "music/03.wav", "music/10.wav", "music/02.wav"];
    let words: Vec<&str> = ["smooth"].into_iter().chain(mixed).collect();
    assert_eq!(is_smooth(&order(&ok(&home, &words)), 7), [1, 2, 3, 7, 8, 10], "they are measured for it");
    assert_eq!(is_smooth(&order(&ok(&home, &["smooth", "music"])), 1).len(), 10);
    ok(&home, &["playlist", "create", "Mix", mixed[1], mixed[0], mixed[3], mixed[2]]);
    assert_eq!(is_smooth(&order(&ok(&home, &["smooth", "--playlist", "Mix"])), 1), [1, 3, 7, 8]);
    let text = ok(&home, &["smooth", "--json", "title:tone"]);
    assert!(titles(&text).iter().all(|title| title.starts_with("Tone")) && json(&text).len() == 5);
    ok(&home, &["smooth", "--playlist", "Mix", "--write", "out.m3u8"]);
    let written = fs::read_to_string(home.path("out.m3u8")).unwrap();
    assert!(written.starts_with("#EXTM3U\n") && written.contains("Artist 1 - Tone 1"), "{written}");
    let paths: Vec<&str> = written.lines().filter(|line| !line.starts_with('#')).collect();
    assert_eq!(is_smooth(&paths.iter().map(|path| number(path)).collect::<Vec<_>>(), 1), [1, 3, 7, 8]);
    let again = ok(&home, &["smooth", "out.m3u8"]);
    assert_eq!(is_smooth(&order(&again), 1), [1, 3, 7, 8], "a playlist is what is in it");
    let codes = |words: &[&str]| ran(&home, words).status.code();
    assert_eq!(codes(&["smooth", "--playlist", "None"]), Some(3));
    assert_eq!(codes(&["smooth", "music/01.wav"]), Some(3));
    assert_eq!(codes(&["smooth", "title:nothing"]), Some(3));
    assert_eq!(codes(&["smooth"]), Some(2));
    let refused = ran(&home, &["smooth", "music", "--write", "out.txt"]);
    assert!(refused.status.code() == Some(1) && error(&refused).contains(".m3u8"), "{refused:?}");
}

#[test]
fn files_without_a_library_are_ordered_against_each_other() {
    let home = home();
    fs::create_dir(home.path("else")).unwrap();
    for (to, from) in [("a", "07"), ("b", "01"), ("c", "08"), ("d", "02"), ("e", "09")] {
        fs::copy(home.path(format!("music/{from}.wav")), home.path(format!("else/{to}.wav"))).unwrap();
    }
    fs::remove_dir_all(home.path(".local")).unwrap();
    let text = ok(&home, &["smooth", "else"]);
    let names: String = text.lines().map(|line| &line[line.len() - 5..][..1]).collect();
    assert!(names == "aecbd" || names == "acebd" || names == "aecdb" || names == "acedb", "{names}");
}
