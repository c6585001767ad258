//! Programs that the player runs when something happens.

use std::fs;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::home::{Home, PATIENCE};
use crate::pseudo_terminal::Session;

fn configured(hooks: &str) -> Home {
    let home = Home::with_music();
    home.put(".config/auralis/config.toml", format!("[hooks]\n{hooks}").as_bytes());
    home
}

/// What stands in the file once it is so.
fn wait_lines(home: &Home, name: &str, is_so: impl Fn(&[String]) -> bool) -> Vec<String> {
    let until = Instant::now() + PATIENCE;
    loop {
        let text = fs::read_to_string(home.path(name)).unwrap_or_default();
        // A line may be on its way.
        let whole = text.rsplit_once('\n').map_or("", |(whole, _)| whole);
        let lines: Vec<String> = whole.lines().map(str::to_owned).collect();
        if is_so(&lines) {
            return lines;
        }
        assert!(Instant::now() < until, "{lines:#?}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Each program gets the event and the status; its arguments reach it as they are, not through a shell.
#[test]
fn what_is_heard_is_told_to_the_user_s_programs() {
    let home = configured(
        r#"on_track = ["sh", "-c", "read line; printf '%s\n' \"$AURALIS_EVENT\" \"$1\" \"$line\" >> \"$HOME/heard\"", "hook", "$HOME; x"]
on_state = ["sh", "-c", "cat >> \"$HOME/states\""]
"#,
    );
    let mut session = Session::start(&home, &["music"]);
    session.wait_for("►");
    let lines = wait_lines(&home, "heard", |lines| lines.len() >= 3);
    assert_eq!(lines[..2], ["track", "$HOME; x"]);
    let first: Value = serde_json::from_str(&lines[2]).unwrap();
    assert_eq!(first["state"], "playing");
    session.press(">");
    let lines = wait_lines(&home, "heard", |lines| lines.len() >= 6);
    let second: Value = serde_json::from_str(&lines[5]).unwrap();
    assert_ne!(second["track"]["title"], first["track"]["title"]);
    assert!(second["track"]["title"].is_string(), "{second}");
    session.press(" ");
    let has_paused = |lines: &[String]| lines.iter().any(|line| line.contains(r#""state":"paused""#));
    wait_lines(&home, "states", has_paused);
    session.press("q");
    session.quit();
}

#[test]
fn one_that_takes_too_long_is_ended_with_all_it_started_and_one_that_is_not_there_is_told() {
    let home = configured(
        r#"on_track = ["sh", "-c", "sh -c 'sleep 600 & echo $! >> \"$HOME/pids\"; wait' & wait"]
on_state = ["auralis-no-such-program"]
limit_s = 1
"#,
    );
    let mut session = Session::start(&home, &["music"]);
    session.wait_for("The hook `on_state` cannot run auralis-no-such-program");
    let pid = wait_lines(&home, "pids", |lines| !lines.is_empty()).remove(0);
    session.wait_for("The hook `on_track` took longer than 1 s");
    let until = Instant::now() + PATIENCE;
    // Gone, or waiting for whoever adopted it.
    let lives = || {
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        stat.rsplit_once(") ").is_some_and(|(_, rest)| !rest.starts_with('Z'))
    };
    while lives() {
        assert!(Instant::now() < until, "{pid} lives");
        std::thread::sleep(Duration::from_millis(20));
    }
    session.press("q");
    session.quit();
}
