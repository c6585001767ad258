//! The real program on a real command line: what stands on which stream, and the exit codes that scripts rely on.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

/// A home of its own, and the program in it.
struct Rig {
    home: TempDir,
}

impl Rig {
    fn new() -> Self {
        Self { home: tempfile::tempdir().unwrap() }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    fn program(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_auralis"));
        command.env_clear().env("HOME", self.home.path()).env("PATH", std::env::var_os("PATH").unwrap());
        // A folder of the test's own: no player of the user is seen from here.
        command.env("XDG_RUNTIME_DIR", self.home.path());
        command.current_dir(self.home.path()).stdin(Stdio::null());
        command
    }

    fn run<S: AsRef<OsStr>>(&self, words: &[S]) -> Ran {
        Ran::of(self.program().args(words).output().unwrap())
    }

    fn config(&self, text: &str) {
        let folder = self.path(".config/auralis");
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("config.toml"), text).unwrap();
    }

    /// One second of a sine with tags, made by ffmpeg.
    fn song(&self, name: &OsStr, tags: &[&str]) -> PathBuf {
        let path = self.home.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        let mut ffmpeg = Command::new("ffmpeg");
        ffmpeg.args(["-v", "error", "-f", "lavfi", "-i", "sine=duration=1:sample_rate=44100"]);
        for tag in tags {
            ffmpeg.args(["-metadata", tag]);
        }
        let made = ffmpeg.args(["-f", "flac"]).arg(&path).status().expect("this test needs ffmpeg");
        assert!(made.success());
        path
    }

    /// Three songs, one with a name that is not UTF-8.
    fn music(&self) -> PathBuf {
        let tags = ["title=Blue Moon", "artist=Ann", "album=First", "date=1999", "track=1"];
        self.song(OsStr::new("music/a.flac"), &tags);
        self.song(
            OsStr::new("music/b.flac"),
            &["title=Red\u{1b}[31mSun", "artist=Ann", "album=First", "track=2"],
        );
        self.song(OsStr::from_bytes(b"music/\xff.flac"), &["title=Odd Moon", "artist=Bob"]);
        self.path("music")
    }
}

struct Ran {
    code: i32,
    out: String,
    err: String,
}

impl Ran {
    fn of(output: Output) -> Self {
        let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
        let code = output.status.code().expect("ended by a signal");
        Self { code, out: text(output.stdout), err: text(output.stderr) }
    }

    /// Data on standard output, nothing else anywhere.
    fn data(self) -> String {
        assert_eq!((self.code, self.err.as_str()), (0, ""), "{}", self.out);
        self.out
    }

    /// A message that holds `text`, and nothing on standard output.
    fn message(&self, code: i32, text: &str) {
        assert_eq!(self.code, code, "{}{}", self.out, self.err);
        assert_eq!(self.out, "");
        assert!(self.err.contains(text), "{}", self.err);
    }

    fn json(self) -> Vec<Value> {
        self.data().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}

#[test]
fn help_and_version_are_data() {
    let rig = Rig::new();
    assert_eq!(rig.run(&["--version"]).data(), format!("auralis {}\n", env!("CARGO_PKG_VERSION")));
    for words in [
        &["--help"][..],
        &["play", "--help"],
        &["scan", "-h"],
        &["search", "-h"],
        &["config", "-h"],
        &["ctl", "-h"],
        &["status", "-h"],
    ] {
        assert!(rig.run(words).data().contains("Usage: auralis"), "{words:?}");
    }
}

#[test]
fn wrong_usage_is_told_on_standard_error() {
    let rig = Rig::new();
    rig.run(&["--nonsense"]).message(2, "--nonsense");
    rig.run(&["play"]).message(2, "<PATH>");
    rig.run(&["play", "x", "--output", "loud"]).message(2, "device[:ID]");
    rig.run(&["search", "x", "--format", "{titel}"]).message(2, "did you mean `{title}`?");
    rig.run(&["search", "x", "--sort", "titel"]).message(2, "did you mean title?");
    rig.run(&["search", "moon", "artst:x"]).message(2, "moon ▾artst:x: there is no field artst");
    rig.run(&["play", "x", "--json", "--output", "pipe"]).message(2, "standard output");
    rig.run(&["--output", "null", "scan"]).message(2, "./NAME");
    rig.run(&["--config", "none.toml", "config", "path"]).message(2, "no such file");
    rig.run(&["--non\u{1b}[31msense"]).message(2, "--non\u{fffd}[31msense");
}

#[test]
fn what_is_not_there_is_nothing_matched() {
    let rig = Rig::new();
    rig.run(&["none"]).message(3, "no such file or folder: none");
    rig.run(&["serach"]).message(3, "did you mean the command `search`?");
    rig.run(&["play", "none.mp3"]).message(3, "none.mp3");
    rig.run(&["play", "-"]).message(3, "standard input named no file");
    rig.run(&["scan", "none"]).message(3, "no such file or folder");
    rig.run(&["search", "x"]).message(3, "the library is empty");
}

#[test]
fn a_scan_reports_what_it_did() {
    let rig = Rig::new();
    let music = rig.music();
    fs::write(music.join("garbage.mp3"), "not music at all").unwrap();
    fs::write(music.join("cover.jpg"), "not music, and not named so").unwrap();
    let scan = |words: &[&str]| {
        let ran = rig.run(&[&["scan", "--json", "-q"], words].concat());
        let report = ran.json().remove(0);
        let counts =
            ["added", "updated", "moved", "missing", "unchanged"].map(|key| report[key].as_u64().unwrap());
        assert!(report["seconds"].as_f64().unwrap() > 0.0);
        let failed = report["failed"].as_array().unwrap();
        assert_eq!(failed.len(), 1, "{failed:?}");
        assert_eq!(failed[0]["path"], music.join("garbage.mp3").to_str().unwrap());
        assert!(!failed[0]["error"].as_str().unwrap().is_empty());
        counts
    };
    assert_eq!(scan(&["music"]), [3, 0, 0, 0, 0]);
    // The folder is a known root from here on, and what was failed once is still failed.
    assert_eq!(scan(&[]), [0, 0, 0, 0, 3]);
    fs::remove_file(music.join("a.flac")).unwrap();
    fs::rename(music.join("b.flac"), music.join("c.flac")).unwrap();
    assert_eq!(scan(&["music/."]), [0, 0, 1, 1, 1]);
}

#[test]
fn a_scan_for_people_says_the_same() {
    let rig = Rig::new();
    rig.music();
    let ran = rig.run(&["scan", "music"]);
    assert!(ran.data().starts_with("3 added, 0 updated, 0 moved, 0 missing, 0 unchanged, 0 failed in "));
}

#[test]
fn a_root_that_went_away_fails_the_scan_and_keeps_its_tracks() {
    let rig = Rig::new();
    let music = rig.music();
    rig.run(&["scan", "music"]).data();
    fs::rename(&music, rig.path("elsewhere")).unwrap();
    let ran = rig.run(&["scan"]);
    assert_eq!(ran.code, 1, "{}", ran.err);
    assert!(ran.err.contains(music.to_str().unwrap()), "{}", ran.err);
    assert_eq!(rig.run(&["search", "moon", "--json"]).json().len(), 2);
}

#[test]
fn a_search_prints_the_best_first() {
    let rig = Rig::new();
    let music = rig.music();
    rig.run(&["scan", "music"]).data();
    let found = rig.run(&["search", "--json", "blue", "moon"]).json();
    assert_eq!(found.len(), 1);
    let track = &found[0];
    assert_eq!(track["title"], "Blue Moon");
    assert_eq!(track["artists"], serde_json::json!(["Ann"]));
    assert_eq!(track["album"], "First");
    assert_eq!(track["album_artists"], serde_json::json!(["Ann"]));
    assert_eq!((track["year"].as_u64(), track["track"].as_u64()), (Some(1999), Some(1)));
    assert_eq!(track["disc"], Value::Null);
    assert_eq!(track["duration_s"].as_f64(), Some(1.0));
    assert_eq!(track["path"], music.join("a.flac").to_str().unwrap());
    assert!(track["score"].as_f64().unwrap() > 0.0 && track["id"].as_u64().is_some());

    assert_eq!(rig.run(&["search", "--json", "moon"]).json().len(), 2);
    assert_eq!(rig.run(&["search", "--json", "--limit", "1", "moon"]).json().len(), 1);
    assert_eq!(rig.run(&["search", "blue"]).data(), "Ann - Blue Moon (First, 1999)\n");
    rig.run(&["search", "nothing like it"]).message(3, "nothing matches");
}

#[test]
fn a_path_that_is_not_utf8_comes_out_whole() {
    let rig = Rig::new();
    let music = rig.music();
    rig.run(&["scan", "music"]).data();
    let odd = [music.as_os_str().as_bytes(), b"/\xff.flac"].concat();
    let raw =
        rig.program().args(["search", "odd", "--format", "{path}\\t{duration}"]).output().unwrap().stdout;
    assert_eq!(raw, [&odd[..], b"\t0:01\n"].concat());
    let hex: String = odd.iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(rig.run(&["search", "odd", "--json"]).json()[0]["path_hex"], hex.as_str());
}

#[test]
fn tags_cannot_command_the_terminal() {
    let rig = Rig::new();
    rig.music();
    rig.run(&["scan", "music"]).data();
    let shown = rig.run(&["search", "sun"]).data();
    assert!(shown.contains("Red\u{fffd}[31mSun"), "{shown:?}");
}

#[test]
fn a_library_that_cannot_be_had_is_told_and_left_alone() {
    let rig = Rig::new();
    fs::write(rig.path("file"), "").unwrap();
    rig.run(&["--data-dir", "file/x", "search", "x"]).message(1, "--data-dir");
    fs::create_dir(rig.path("data")).unwrap();
    let garbage = "this is no library".repeat(1000);
    fs::write(rig.path("data/library.redb"), &garbage).unwrap();
    rig.run(&["--data-dir", "data", "scan", "."]).message(1, "left as it is");
    assert_eq!(fs::read_to_string(rig.path("data/library.redb")).unwrap(), garbage);
}

#[test]
fn a_library_open_elsewhere_is_told() {
    let rig = Rig::new();
    let file = rig.path("data/library.redb");
    let store = auralis::library::store::Store::open(&file, Box::new(|_| {})).unwrap();
    rig.run(&["--data-dir", "data", "search", "x"]).message(1, "Quit the other auralis");
    assert!(store.close(std::time::Duration::from_secs(60)));
    let mut from_environment = rig.program();
    from_environment.env("AURALIS_DATA_DIR", rig.path("data")).args(["search", "x"]);
    Ran::of(from_environment.output().unwrap()).message(3, "the library is empty");
}

/// Runs the program as a user whom the system does not know, where this test may (as root); else as this user, whose
/// home the system knows without the variable.
fn without_home(words: &[&str]) -> (Ran, bool) {
    let folder = tempfile::tempdir().unwrap();
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
    let program = folder.path().join("auralis");
    // By another process: were it open for writing here, a child of another test would hold it open and busy.
    let copied = Command::new("cp").arg(env!("CARGO_BIN_EXE_auralis")).arg(&program).status().unwrap();
    assert!(copied.success());
    let is_root = rustix::process::getuid().is_root();
    let mut command = Command::new(program);
    command.env_clear().current_dir(folder.path()).args(words).stdin(Stdio::null());
    if is_root {
        command.uid(54_321).gid(54_321);
    }
    (Ran::of(command.output().unwrap()), is_root)
}

#[test]
fn without_a_home_only_the_library_is_missing() {
    let (ran, unknown) = without_home(&["config", "path"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    // A socket has a place for every user.
    let others = ran.out.lines().filter(|line| !line.starts_with("socket\t")).count();
    assert_eq!(others == 0, unknown, "{}", ran.out);
    without_home(&["config", "default"]).0.data();
    without_home(&["play", "none.mp3"]).0.message(3, "none.mp3");
    if unknown {
        without_home(&["scan", "."]).0.message(1, "HOME is not set");
        without_home(&["search", "x"]).0.message(1, "--data-dir");
    }
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let rig = Rig::new();
    let mut child = rig
        .program()
        .args(["config", "default"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    Ran::of(child.wait_with_output().unwrap()).data();
}

#[test]
fn the_configuration_is_found_printed_and_checked() {
    let rig = Rig::new();
    let home = rig.home.path().display();
    let paths = rig.run(&["config", "path"]).data();
    assert!(paths.contains(&format!("config\t{home}/.config/auralis/config.toml\n")), "{paths}");
    assert!(paths.contains(&format!("library\t{home}/.local/share/auralis/library.redb\n")), "{paths}");
    assert!(paths.contains(&format!("log\t{home}/.local/state/auralis/auralis.log\n")), "{paths}");
    assert!(paths.contains(&format!("socket\t{home}/auralis/player.sock\n")), "{paths}");
    assert_eq!(rig.run(&["config", "check", "-q"]).data(), "");

    rig.config(&rig.run(&["config", "default"]).data());
    assert_eq!(rig.run(&["config", "check", "-q"]).data(), "");

    rig.config("\n[screen]\nthem = 'dark'\ntheme = 'drak'\n");
    fs::write(rig.path(".config/auralis/keys.toml"), "[global]\n'x' = 'pasue'\n").unwrap();
    let ran = rig.run(&["config", "check"]);
    assert_eq!((ran.code, ran.err.as_str()), (1, ""));
    let folder = format!("{home}/.config/auralis");
    let lines: Vec<&str> = ran.out.lines().collect();
    assert_eq!(lines.len(), 3, "{lines:?}");
    assert_eq!(lines[0], format!("{folder}/config.toml:3: unknown key `screen.them`; did you mean `theme`?"));
    assert_eq!(lines[1], format!("{folder}/config.toml: no theme is named `drak`; did you mean `dark`?"));
    assert!(
        lines[2].starts_with(&format!("{folder}/keys.toml:2: ")) && lines[2].contains("pause"),
        "{lines:?}"
    );
}

#[test]
fn a_setting_is_listed_and_written() {
    let rig = Rig::new();
    let file = rig.path(".config/auralis/config.toml");
    let list = rig.run(&["config", "list"]).data();
    assert!(list.contains("screen.theme\t\"terminal\"\tdefault\n"), "{list}");
    rig.config("# mine\n[screen]\ntheme = 'dark' # at night\n[mpd]\npassword = [\"hush@read\"]\n");
    assert_eq!(rig.run(&["config", "set", "theme", "light"]).code, 0);
    assert_eq!(rig.run(&["config", "set", "preamp_db", "-3.5"]).code, 0);
    let expected = "# mine\n[screen]\ntheme = \"light\" # at night\n[mpd]\npassword = [\"hush@read\"]\n\n[sound]\npreamp_db = -3.5\n";
    assert_eq!(fs::read_to_string(&file).unwrap(), expected);
    let list = rig.run(&["config", "list"]).data();
    let line = format!("sound.preamp_db\t-3.5\t{}:8\n", file.display());
    assert!(list.contains(&line), "{list}");
    assert!(!list.contains("hush"), "{list}");
    rig.run(&["config", "set", "fps", "500"]).message(2, "needs a number from 1 to 120");
    rig.run(&["config", "set", "fsp", "50"]).message(2, "did you mean `fps`?");
    rig.run(&["config", "set", "mpd.password", "x@read"]).message(2, "secret");
    rig.config("[screen\n");
    rig.run(&["config", "set", "fps", "50"]).message(1, "is not written: it is not TOML");
    assert_eq!(fs::read_to_string(&file).unwrap(), "[screen\n");
}

#[test]
fn a_bad_key_is_a_warning_and_the_run_goes_on() {
    let rig = Rig::new();
    rig.config("music = ['/nowhere/at/all']\nscan_at_strat = 1\n");
    fs::create_dir(rig.path("music")).unwrap();
    let ran = rig.run(&["scan", "music"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(
        ran.err.contains("config.toml:2: unknown key `scan_at_strat`; did you mean `scan_at_start`?"),
        "{}",
        ran.err
    );
    assert_eq!(rig.run(&["scan", "-q"]).err, "");
}

/// Runs in a pseudo-terminal and gives all that reached it.
fn on_a_terminal(rig: &Rig, words: &[&str], variables: &[(&str, &str)]) -> String {
    use portable_pty::{CommandBuilder, PtySize, native_pty_system};
    let pty =
        native_pty_system().openpty(PtySize { rows: 24, cols: 80, pixel_width: 0, pixel_height: 0 }).unwrap();
    let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_auralis"));
    command.env_clear();
    command.env("HOME", rig.home.path());
    command.env("TERM", "xterm");
    command.cwd(rig.home.path());
    command.args(words);
    variables.iter().for_each(|(name, value)| command.env(name, value));
    let mut child = pty.slave.spawn_command(command).unwrap();
    drop(pty.slave);
    let mut reader = pty.master.try_clone_reader().unwrap();
    let mut shown = Vec::new();
    // The end of a pseudo-terminal is told as an error.
    let _ = std::io::Read::read_to_end(&mut reader, &mut shown);
    child.wait().unwrap();
    String::from_utf8_lossy(&shown).into_owned()
}

#[test]
fn colour_is_for_terminals_that_want_it() {
    let rig = Rig::new();
    let red = "\u{1b}[31merror:";
    assert!(on_a_terminal(&rig, &["scan", "none"], &[]).contains(red));
    assert!(!on_a_terminal(&rig, &["scan", "none"], &[("NO_COLOR", "1")]).contains(red));
    assert!(!on_a_terminal(&rig, &["scan", "none"], &[("TERM", "dumb")]).contains('\u{1b}'));
    assert!(!rig.run(&["scan", "none"]).err.contains('\u{1b}'));
}

#[test]
fn a_scan_shows_progress_on_a_terminal_and_takes_it_away() {
    let rig = Rig::new();
    rig.music();
    let shown = on_a_terminal(&rig, &["scan", "music"], &[]);
    let found = shown.find(" found, ").unwrap_or_else(|| panic!("{shown:?}"));
    let wiped = shown.rfind("\r\u{1b}[K").unwrap();
    assert!(found < wiped && wiped < shown.find("3 added").unwrap(), "{shown:?}");
    assert!(!on_a_terminal(&rig, &["scan", "-q"], &[]).contains(" found, "));
}

#[test]
fn the_log_goes_where_it_is_told() {
    let rig = Rig::new();
    fs::create_dir(rig.path("music")).unwrap();
    rig.run(&["scan", "music", "--log", "here.log"]).data();
    assert!(rig.path("here.log").is_file());
    rig.run(&["scan", "music", "--log", "here.log/inside.log"]).message(1, "here.log/inside.log");
}
