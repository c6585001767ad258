//! The player by lines: what a screen reader, or a script, is told.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Instant;

use crate::home::{Home, PATIENCE, wait_or_kill};
use crate::pseudo_terminal::{Session, Start};

struct Plain {
    child: Child,
    input: Option<ChildStdin>,
    lines: Receiver<String>,
}

impl Plain {
    fn start(home: &Home, words: &[&str]) -> Self {
        let words: Vec<&str> = ["--plain", "--output", "null"].iter().chain(words).copied().collect();
        let mut command = home.program(&words);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        let (sender, lines) = channel();
        std::thread::spawn(move || {
            output.lines().map_while(Result::ok).all(|line| sender.send(line).is_ok());
        });
        let input = child.stdin.take();
        Self { child, input, lines }
    }

    fn say(&mut self, line: &str) {
        writeln!(self.input.as_mut().unwrap(), "{line}").unwrap();
    }

    /// The next line with these words in it.
    fn wait(&self, words: &str) -> String {
        let (until, mut all) = (Instant::now() + PATIENCE, String::new());
        loop {
            let left = until.saturating_duration_since(Instant::now());
            let Ok(line) = self.lines.recv_timeout(left) else { panic!("no {words:?} in:\n{all}") };
            assert!(!line.contains(char::is_control), "{line:?}");
            if line.contains(words) {
                return line;
            }
            all += &(line + "\n");
        }
    }

    fn end(mut self) -> Option<i32> {
        self.input = None;
        wait_or_kill(&mut self.child).and_then(|status| status.code())
    }
}

#[test]
fn settings_are_told_and_changed_by_lines() {
    let home = Home::with_music();
    let mut plain = Plain::start(&home, &["music"]);
    plain.wait("a command in each");
    plain.say("set");
    plain.wait("Settings");
    plain.wait("rewind_s  5  default  next start");
    plain.say("set symbols");
    plain.wait("screen.symbols = \"auto\" (default)");
    plain.say("set scrolloff=9");
    plain.wait("screen.scrolloff = 9");
    plain.say("set plain");
    plain.wait("screen.plain = true (--plain; default false)");
    plain.say("set! scrolloff=9");
    plain.wait("config.toml, line 2");
    assert_eq!(plain.end(), Some(0));
    let text = std::fs::read_to_string(home.path(".config/auralis/config.toml")).unwrap();
    assert_eq!(text, "[screen]\nscrolloff = 9\n");
}

#[test]
fn what_is_done_by_lines_is_told_in_words() {
    let home = Home::with_music();
    let mut plain = Plain::start(&home, &["music"]);
    plain.wait("a command in each");
    // Its tags may be read only after it was begun.
    plain.wait("Playing: Ann - Alpha");
    plain.say("pause");
    plain.wait("Paused: Ann - Alpha");
    plain.say("seek 0:07");
    let until = Instant::now() + PATIENCE;
    // It is soon there.
    loop {
        plain.say("");
        if plain.wait("Paused: Ann - Alpha, ").ends_with(", 0:07 of 1:00") {
            break;
        }
        assert!(Instant::now() < until);
    }
    plain.say("focus queue");
    plain.wait("Queue:");
    assert!(plain.wait("Alpha").starts_with("> "), "the row that one is in");
    assert!(plain.wait("Bravo").starts_with("  "));
    plain.say("down");
    assert!(plain.wait("Bravo").starts_with("> "));
    plain.say("open");
    plain.wait("Playing: Ann - Bravo");
    plain.say("remove");
    plain.say("queue-stats");
    plain.wait("2 ");
    plain.say("esc");
    plain.wait("Warning: ");
    plain.say("escape");
    plain.say("undo");
    plain.wait("Taken back");
    plain.say("search");
    plain.wait("The next line is for what was asked");
    plain.say("charlie");
    plain.wait("> ");
    plain.say("quit");
    assert_eq!(plain.end(), Some(0));
}

#[test]
fn the_end_of_the_lines_is_the_end() {
    let home = Home::with_music();
    let mut plain = Plain::start(&home, &["music"]);
    plain.wait("Playing: Ann - Alpha");
    plain.say("help");
    plain.wait("go on playing, or start the queue");
    assert_eq!(plain.end(), Some(0));
}

/// Tags come as they are in files: with what would drive a terminal.
#[test]
fn no_tag_drives_the_terminal() {
    let home = Home::new();
    let tags = [("INAM", "\u{1b}]2;owned\u{7}Evil\u{1b}[2J"), ("IART", "A\u{202e}nn\r\u{8}")];
    home.song("music/1.wav", 5.0, &tags);
    let mut plain = Plain::start(&home, &["music"]);
    plain.wait("Evil");
    plain.say("focus queue");
    plain.wait("Evil");
    assert_eq!(plain.end(), Some(0));
}

#[test]
fn a_terminal_that_takes_only_lines_gets_lines() {
    let home = Home::with_music();
    let variables = &[("TERM", "dumb")][..];
    let mut session = Session::begin(&home, &Start { words: &["music"], variables, ..Start::default() });
    session.wait_for("Playing: Ann - Alpha");
    session.press("volume 40\n");
    session.wait_for("volume 40");
    session.press("quit\n");
    session.end();
    assert!(!session.raw().contains(&0x1b), "{}", session.text());
}
