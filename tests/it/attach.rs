//! A core without a screen, and screens that come, go and die on it: the real program in pseudo-terminals, beside it
//! `ctl` and `status`, and the sound that came out meanwhile.

use std::fs::{self, OpenOptions};
use std::io::{Read, Write};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use rustix::process::Signal;
use serde_json::{Value, json};

use crate::home::{Home, PATIENCE, send, sine, wait_or_kill};
use crate::pseudo_terminal::{Session, Start};

/// A core without a screen; it ends with the value.
struct Daemon<'a> {
    home: &'a Home,
    child: Child,
}

impl<'a> Daemon<'a> {
    fn start(home: &'a Home, words: &[&str]) -> Self {
        let child = home.program(&[&["daemon"], words].concat()).stderr(Stdio::null()).spawn().unwrap();
        let daemon = Self { home, child };
        daemon.home.wait_player();
        daemon
    }

    fn status(&self) -> Value {
        self.home.status()
    }

    /// By `ctl quit`; the exit code.
    fn quit(mut self) -> Option<i32> {
        self.home.out(&["ctl", "quit"]);
        wait_or_kill(&mut self.child).and_then(|status| status.code())
    }
}

impl Drop for Daemon<'_> {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Home {
    /// Must succeed; what it printed.
    fn out(&self, words: &[&str]) -> String {
        let output = self.program(words).output().unwrap();
        assert!(output.status.success(), "{words:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    fn wait_player(&self) {
        let until = Instant::now() + PATIENCE;
        while !self.program(&["status"]).output().unwrap().status.success() {
            assert!(Instant::now() < until, "no player");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    fn wait_no_player(&self) {
        let until = Instant::now() + PATIENCE;
        while self.program(&["status"]).output().unwrap().status.code() != Some(4) {
            assert!(Instant::now() < until, "still a player");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    fn status(&self) -> Value {
        serde_json::from_str(&self.out(&["status", "--json"])).unwrap()
    }

    fn wait_status(&self, what: &str, is_so: impl Fn(&Value) -> bool) -> Value {
        let until = Instant::now() + PATIENCE;
        loop {
            let now = self.status();
            if is_so(&now) {
                return now;
            }
            assert!(Instant::now() < until, "no {what}: {now:#}");
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    fn process(&self) -> u32 {
        let mut stream = std::io::BufReader::new(UnixStream::connect(self.socket()).unwrap());
        let mut line = String::new();
        std::io::BufRead::read_line(&mut stream, &mut line).unwrap();
        let greeting: Value = serde_json::from_str(&line).unwrap();
        u32::try_from(greeting["process"].as_u64().unwrap()).unwrap()
    }

    fn socket(&self) -> PathBuf {
        self.runtime().join("auralis/player.sock")
    }

    fn configure(&self, text: &str) {
        self.put(".config/auralis/config.toml", text.as_bytes());
    }
}

/// One more screen, which leaves the output alone.
fn screen(home: &Home, words: &[&str]) -> Session {
    Session::begin(home, &Start { words, real_output: true, ..Start::default() })
}

#[test]
fn a_screen_shows_and_drives_the_core_that_runs_and_leaves_it_playing() {
    let home = Home::with_music();
    let daemon = Daemon::start(&home, &["--output", "null", "music"]);
    let mut first = screen(&home, &[]);
    first.wait_for("3 tracks · 1 album");
    first.wait_for("►");
    let mut second = screen(&home, &[]);
    second.wait_for("3 tracks · 1 album");
    // Each has its own view; what is asked at one is seen at both.
    second.press(":volume 35\r");
    first.wait_for("vol 35%");
    second.wait_for("vol 35%");
    second.press(":help\r");
    first.press(":pause\r");
    home.wait_status("pause", |status| status["state"] == "paused");
    first.press(":seek 0:20\r");
    first.wait_time(20..=20);
    // The position moves on its own where it plays.
    first.press(":play\r");
    first.wait_time(22..=40);
    first.quit();
    second.press("\x1b");
    second.wait_without("Keys and commands");
    second.quit();
    assert_eq!(daemon.status()["state"], "playing");
    assert_eq!(daemon.quit(), Some(0));
}

#[test]
fn paths_of_a_second_start_are_played_by_the_first_player() {
    let home = Home::with_music();
    let daemon = Daemon::start(&home, &["--output", "null"]);
    let other = home.song("elsewhere/9.wav", 50.0, &[("INAM", "Zulu")]);
    let screen = screen(&home, &[other.to_str().unwrap()]);
    screen.wait_for(" ►  Zulu");
    let status = daemon.status();
    assert_eq!(status["queue"]["length"], 1, "{status:#}");
    screen.quit();
    daemon.quit();
}

#[test]
fn a_shutdown_ends_the_core_and_all_its_screens() {
    let home = Home::with_music();
    let mut daemon = Daemon::start(&home, &["--output", "null"]);
    let (mut one, mut other) = (screen(&home, &[]), screen(&home, &[]));
    one.wait_up();
    other.wait_up();
    one.press(":shutdown\r");
    assert_eq!((one.end(), other.end()), (0, 0));
    assert_eq!(wait_or_kill(&mut daemon.child).and_then(|status| status.code()), Some(0));
    home.wait_no_player();
}

/// Samples of 16 bits that came through a FIFO.
fn read_fifo(path: PathBuf, frames: usize) -> std::thread::JoinHandle<Vec<i16>> {
    std::thread::spawn(move || {
        let mut fifo = OpenOptions::new().read(true).open(path).unwrap();
        let (mut bytes, mut all) = (vec![0; 2048], Vec::new());
        while all.len() < 2 * frames {
            let count = fifo.read(&mut bytes).unwrap();
            assert!(count > 0, "the end after {} bytes", all.len());
            all.extend_from_slice(&bytes[..count]);
            // Slower than it could come, so that the music lasts while screens come and go.
            std::thread::sleep(Duration::from_millis(8));
        }
        all.chunks_exact(2).map(|pair| i16::from_le_bytes([pair[0], pair[1]])).collect()
    })
}

#[test]
fn screens_that_are_killed_are_not_heard() {
    let home = Home::new();
    home.song("music/1.wav", 200.0, &[("INAM", "Alpha")]);
    home.configure("[output]\nformat = \"s16\"\n");
    let fifo = home.path("sound");
    let made = std::process::Command::new("mkfifo").arg(&fifo).status().unwrap();
    assert!(made.success());
    let frames = 200 * 8000;
    let reader = read_fifo(fifo.clone(), frames);
    let daemon = Daemon::start(&home, &["--output", &format!("fifo:{}", fifo.display()), "music"]);
    let mut killed = 0;
    while !reader.is_finished() && killed < 8 {
        let screen = screen(&home, &[]);
        screen.wait_for("1 track · 1 album");
        // In the middle of whatever it does.
        screen.signal(Signal::KILL);
        killed += 1;
    }
    assert!(killed > 3, "{killed} screens");
    assert!(!reader.is_finished(), "the music ended before the screens");
    let heard = reader.join().unwrap();
    assert!(heard[..frames] == sine(frames)[..], "the sound is another one");
    daemon.quit();
}

#[test]
fn a_player_with_a_screen_hands_over_to_one_without_and_plays_on_where_it_was() {
    let home = Home::with_music();
    let mut session = Session::start(&home, &["music"]);
    session.wait_for("►");
    session.press(":seek 0:30\r");
    session.wait_time(31..=50);
    let first = home.process();
    let witness = screen(&home, &[]);
    witness.wait_for("►");
    session.press(":detach\r");
    assert_eq!(session.end(), 0);
    session.drain();
    let told = session.text();
    assert!(told.contains("plays on (process "), "{told}");
    let status = home.wait_status("music", |status| status["state"] == "playing");
    assert_ne!(home.process(), first);
    let position = status["position_s"].as_f64().unwrap();
    assert!((31.0..60.0).contains(&position), "{position}");
    // A screen that was attached meanwhile has found the new core.
    witness.wait_time(32..=60);
    witness.wait_without("No connection");
    witness.quit();
    home.out(&["ctl", "quit"]);
    home.wait_no_player();
}

#[test]
fn where_it_is_configured_the_music_outlives_the_terminal() {
    let home = Home::with_music();
    home.configure("[remote]\non_hang_up = \"play\"\n");
    let mut session = Session::start(&home, &["music"]);
    session.wait_for("►");
    session.close_terminal();
    let before = home.wait_status("music", |status| status["state"] == "playing")["position_s"].clone();
    home.wait_status("progress", |status| status["position_s"].as_f64() > before.as_f64());
    let screen = screen(&home, &[]);
    screen.wait_for("3 tracks · 1 album");
    screen.quit();
    home.out(&["ctl", "quit"]);
    assert_eq!(session.exit_within(PATIENCE), 0);
}

/// A client of the socket as a screen of this version is.
fn raw_screen(home: &Home, version: u64) -> (UnixStream, String) {
    let mut stream = UnixStream::connect(home.socket()).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    writeln!(stream, "{}", json!({"id": 1, "screen": {"version": version}})).unwrap();
    let mut lines = String::new();
    let mut byte = [0];
    while lines.matches('\n').count() < 2 && stream.read(&mut byte).unwrap() == 1 {
        lines.push(char::from(byte[0]));
    }
    (stream, lines)
}

#[test]
fn a_screen_of_another_version_is_told_so() {
    let home = Home::new();
    let daemon = Daemon::start(&home, &["--output", "null"]);
    let (_, lines) = raw_screen(&home, 999);
    assert!(lines.contains("screens of version 999 are not served here"), "{lines}");
    daemon.quit();
}

#[test]
fn a_screen_that_stops_holds_up_nobody() {
    let home = Home::with_music();
    let daemon = Daemon::start(&home, &["--output", "null", "music"]);
    // Two that are told and never read on.
    let stopped: Vec<_> = (0..2).map(|_| raw_screen(&home, 1).0).collect();
    let screens: Vec<_> = (0..3).map(|_| screen(&home, &[])).collect();
    screens.iter().for_each(|screen| screen.wait_for("3 tracks · 1 album"));
    for percent in 0..200 {
        home.out(&["ctl", "volume", &(percent % 100).to_string()]);
        if percent % 50 == 49 {
            screens.iter().for_each(|screen| screen.wait_for(&format!("vol {}%", percent % 100)));
        }
    }
    drop(stopped);
    screens.into_iter().for_each(Session::quit);
    assert_eq!(daemon.quit(), Some(0));
}

#[test]
fn what_makes_no_sense_ends_a_screen_and_not_the_core() {
    let home = Home::with_music();
    let daemon = Daemon::start(&home, &["--output", "null", "music"]);
    for garbage in
        [&b"\xff\xff\xff\xff"[..], &[0, 0x90, 0, 0x82, 1, 2], &[4, 0, 0, 0x82, 9, 9, 9, 9], &[0; 64]]
    {
        let (mut stream, _) = raw_screen(&home, 1);
        let _ = stream.write_all(garbage);
        let _ = stream.shutdown(std::net::Shutdown::Write);
        let _ = stream.read_to_end(&mut Vec::new());
    }
    home.wait_status("music", |status| status["state"] == "playing");
    daemon.quit();
}

/// Stands for `ssh`: runs here what is to be run there.
fn no_ssh(home: &Home) {
    let script =
        "#!/bin/sh\nwhile [ \"$1\" != -- ]; do shift; done\nshift\necho $$ > \"$HOME/wire\"\nexec \"$@\"\n";
    let path = home.put("no-ssh", script.as_bytes());
    fs::set_permissions(&path, fs::Permissions::from_mode(0o700)).unwrap();
    let program = env!("CARGO_BIN_EXE_auralis");
    home.configure(&format!("[remote]\nssh = [\"{}\"]\nprogram = \"{program}\"\n", path.display()));
}

#[test]
fn a_player_of_another_machine_is_started_shown_and_found_again() {
    let home = Home::with_music();
    no_ssh(&home);
    let music = home.path("music");
    let mut screen = Session::start(&home, &["-r", "there", music.to_str().unwrap()]);
    screen.wait_for("►");
    screen.press(":volume 20\r");
    screen.wait_for("vol 20%");
    // The wire is cut: another one is laid, and what was asked meanwhile is seen.
    let wire = fs::read_to_string(home.path("wire")).unwrap();
    send(wire.trim().parse().unwrap(), Signal::KILL);
    home.out(&["ctl", "volume", "64"]);
    screen.wait_for("vol 64%");
    // It leaves the player there alone, but for the sound that came out here.
    screen.quit();
    assert_eq!(home.status()["state"], "paused");
    home.out(&["ctl", "quit"]);
    home.wait_no_player();
}

#[test]
fn a_host_that_cannot_be_reached_is_told_in_its_words() {
    let home = Home::new();
    let path = home.put("no-ssh", b"#!/bin/sh\necho 'no route to host' >&2\nexit 255\n");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o700)).unwrap();
    home.configure(&format!("[remote]\nssh = [\"{}\"]\n", path.display()));
    let mut screen = Session::begin(&home, &Start { words: &["-r", "there"], ..Start::default() });
    assert_eq!(screen.end(), 1);
    let text = screen.text().replace('\n', "");
    assert!(text.contains("no route to host"), "{text}");
}

#[test]
fn raw_samples_go_over_tcp_as_they_are() {
    let home = Home::new();
    home.song("music/1.wav", 3.0, &[("INAM", "Alpha")]);
    home.configure("[output]\nformat = \"s16\"\n");
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("tcp:{}", listener.local_addr().unwrap());
    let daemon = Daemon::start(&home, &["--output", &address, "music"]);
    let (mut stream, _) = listener.accept().unwrap();
    let mut bytes = vec![0; 2 * 3 * 8000];
    stream.read_exact(&mut bytes).unwrap();
    let heard: Vec<_> = bytes.chunks_exact(2).map(|pair| i16::from_le_bytes([pair[0], pair[1]])).collect();
    assert_eq!(heard, sine(3 * 8000));
    daemon.quit();
}

#[test]
fn what_is_there_and_no_fifo_is_left_alone() {
    let home = Home::with_music();
    let there = home.put("precious", b"words");
    let daemon = Daemon::start(&home, &["--output", &format!("fifo:{}", there.display()), "music"]);
    home.wait_status("refusal", |status| status["output"].to_string().contains("no FIFO"));
    assert_eq!(fs::read(&there).unwrap(), b"words");
    daemon.quit();
}

/// As systemd starts a service for a socket, sd_listen_fds(3): the socket is descriptor 3, and outlives the service.
#[test]
fn a_socket_that_the_system_made_is_served_and_left_there() {
    let home = Home::with_music();
    let folder = home.socket().parent().unwrap().to_owned();
    fs::create_dir(&folder).unwrap();
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o700)).unwrap();
    let script = "import os, socket, sys\n\
        s = socket.socket(socket.AF_UNIX); s.bind(sys.argv[1]); s.listen()\n\
        os.dup2(s.fileno(), 3); os.set_inheritable(3, True)\n\
        os.environ.update(LISTEN_FDS='1', LISTEN_PID=str(os.getpid()))\n\
        os.execv(sys.argv[2], sys.argv[2:])\n";
    let program = env!("CARGO_BIN_EXE_auralis");
    let socket = home.socket();
    let mut starter = std::process::Command::new("python3");
    starter.args(["-c", script, socket.to_str().unwrap(), program, "daemon", "--output", "null"]);
    starter.env_remove("HOME").env("HOME", home.folder()).env("XDG_RUNTIME_DIR", home.runtime());
    let mut child = starter.stdin(Stdio::null()).spawn().unwrap();
    // Asked before it is there, it is answered when it is.
    home.wait_player();
    assert_eq!(home.process(), child.id());
    home.out(&["ctl", "quit"]);
    assert_eq!(wait_or_kill(&mut child).and_then(|status| status.code()), Some(0));
    assert!(socket.exists());
}
