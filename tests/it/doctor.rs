//! `auralis doctor` by the real program: what it says of a home that is well, and of ones that are not.

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::process::Output;

use serde_json::Value;

use crate::home::Home;

/// No device is needed, so that none that is missing on this machine fails.
const WELL: &str = "[output]\noutput = \"null\"\n";

fn configured(text: &str) -> Home {
    let home = Home::new();
    home.put(".config/auralis/config.toml", text.as_bytes());
    home
}

fn findings(home: &Home, words: &[&str]) -> (Option<i32>, Vec<Value>) {
    let words: Vec<&str> = ["doctor", "--json"].iter().chain(words).copied().collect();
    let Output { status, stdout, stderr } = home.program(&words).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&stderr), "");
    let text = String::from_utf8(stdout).unwrap();
    (status.code(), text.lines().map(|line| serde_json::from_str(line).unwrap()).collect())
}

/// Level and evidence of the only finding of that name.
fn of<'a>(findings: &'a [Value], what: &str) -> (&'a str, &'a str) {
    let found: Vec<&Value> = findings.iter().filter(|finding| finding["what"] == what).collect();
    let [one] = found[..] else { panic!("{what}: {findings:#?}") };
    (one["level"].as_str().unwrap(), one["evidence"].as_str().unwrap())
}

#[test]
fn a_home_that_is_well_fails_nowhere() {
    let home = configured(WELL);
    home.song("music/a.wav", 1.0, &[("INAM", "Alpha")]);
    assert!(home.program(&["scan", "-q", "music"]).status().unwrap().success());
    let (code, findings) = findings(&home, &[]);
    let fails: Vec<&Value> = findings.iter().filter(|finding| finding["level"] == "fail").collect();
    assert_eq!((code, fails), (Some(0), Vec::new()));
    let (level, evidence) = of(&findings, "library: store");
    assert_eq!(level, "ok");
    assert!(evidence.ends_with("1 tracks, 0 of them missing"), "{evidence}");
    assert_eq!(of(&findings, "neighbours: player").1, "none runs");
    assert_eq!(of(&findings, "config: files").0, "ok");
    assert_eq!(of(&findings, "folders: socket").0, "ok");
    for area in
        ["audio: devices", "terminal: kind", "terminal: letters", "neighbours: desktop", "neighbours: ssh"]
    {
        assert!(findings.iter().any(|finding| finding["what"] == area), "{area}");
    }
}

#[test]
fn a_broken_configuration_is_told_by_its_lines_and_without_its_values() {
    let home =
        configured("[output]\noutput = \"null\"\n[screen]\nfpps = 30\n[mpd]\npassword = \"hunter2\"\n");
    let file = home.path(".config/auralis/config.toml");
    let (code, findings) = findings(&home, &[]);
    assert_eq!(code, Some(0));
    let told: Vec<&Value> = findings.iter().filter(|finding| finding["what"] == "config: files").collect();
    assert_eq!(told.len(), 2, "{told:#?}");
    assert!(told.iter().all(|finding| finding["level"] == "warn"));
    assert!(told[0]["evidence"].as_str().unwrap().starts_with(&format!("{}:4: ", file.display())));
    assert_eq!(told[0]["fix"], "did you mean `fps`?");
    assert!(told[1]["evidence"].as_str().unwrap().starts_with(&format!("{}:6: ", file.display())));
    let report = home.path("report.txt");
    let ran = home.program(&["doctor", "--report", "report.txt"]).output().unwrap();
    assert_eq!((ran.status.code(), ran.stdout.len()), (Some(0), 0));
    let text = fs::read_to_string(&report).unwrap();
    assert_eq!(fs::metadata(&report).unwrap().permissions().mode() & 0o777, 0o600);
    assert!(text.contains("~/.config/auralis/config.toml:6: `mpd.password` needs"), "{text}");
    assert!(!text.contains("hunter2") && !text.contains(home.folder().to_str().unwrap()), "{text}");
    let again = home.program(&["doctor", "--report", "report.txt"]).output().unwrap();
    assert_eq!(again.status.code(), Some(1));
    assert_eq!(fs::read_to_string(&report).unwrap(), text);
}

#[test]
fn a_configuration_that_is_not_there_fails() {
    let home = Home::new();
    let (code, findings) = findings(&home, &["--config", "none.toml"]);
    assert_eq!((code, of(&findings, "config: files").0), (Some(1), "fail"));
}

#[test]
fn a_folder_that_is_gone_is_told_with_its_path() {
    let home = configured(WELL);
    home.song("music/a.wav", 1.0, &[]);
    assert!(home.program(&["scan", "-q", "music"]).status().unwrap().success());
    fs::rename(home.path("music"), home.path("away")).unwrap();
    let (code, findings) = findings(&home, &[]);
    assert_eq!(code, Some(0));
    let gone = home.path("music").canonicalize().unwrap_or(home.path("music"));
    assert_eq!(of(&findings, "library: folders"), ("warn", &*format!("{} is not there", gone.display())));
}

/// A file in the way stops the superuser, too.
#[test]
fn a_data_folder_that_cannot_be_written_fails() {
    let home = configured(WELL);
    home.put("file", b"");
    let (code, findings) = findings(&home, &["--data-dir", "file/data"]);
    assert_eq!(code, Some(1));
    let (level, evidence) = of(&findings, "folders: library");
    assert_eq!(level, "fail");
    assert!(evidence.ends_with(&format!("{} is a file", home.path("file").display())), "{evidence}");
    assert!(!home.path(".local").exists(), "it wrote something");
}

#[test]
fn a_library_that_is_none_and_a_port_that_is_taken_fail() {
    let held = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = held.local_addr().unwrap();
    let home = configured(&format!("{WELL}[mpd]\nlisten = [\"{port}\"]\n"));
    home.put(".local/share/auralis/library.redb", b"this is a text, not a library\n");
    let (code, findings) = findings(&home, &[]);
    assert_eq!(code, Some(1));
    assert_eq!(of(&findings, "library: store").0, "fail");
    let taken = format!("{port} is taken by another program");
    assert_eq!(of(&findings, "neighbours: MPD"), ("fail", taken.as_str()));
    let kept = fs::read(home.path(".local/share/auralis/library.redb")).unwrap();
    assert_eq!(kept, b"this is a text, not a library\n");
}
