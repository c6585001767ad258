//! A render that is interrupted or killed: nothing half made has the name of a file that is whole.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Instant;

use rustix::process::Signal;

use crate::home::{Home, PATIENCE, send, wait_or_kill};
use crate::media::Noise;

const SECONDS: f64 = 60.0;

fn program(home: &Home) -> Command {
    let mut command = home.program(&["--data-dir", "data", "master", "-q", "-o", "out", "long.wav"]);
    command.stdout(Stdio::null());
    command
}

fn names(folder: &Path) -> Vec<PathBuf> {
    let entries =
        std::fs::read_dir(folder).map(|entries| entries.map(|entry| entry.unwrap().path()).collect());
    entries.unwrap_or_default()
}

/// A run that was stopped (SIGSTOP) while it writes its file. One that was over before is begun again.
fn writing(home: &Home) -> Child {
    let is_part = |path: &PathBuf| path.extension().is_some_and(|extension| extension == "part");
    let is_written = || names(&home.path("out")).iter().any(is_part) && !home.path("out/long.flac").exists();
    let until = Instant::now() + PATIENCE;
    loop {
        let mut child = program(home).spawn().unwrap();
        while child.try_wait().unwrap().is_none() {
            if is_written() {
                send(child.id(), Signal::STOP);
                while !is_stopped(child.id()) && child.try_wait().unwrap().is_none() {
                    std::thread::yield_now();
                }
                if is_written() {
                    return child;
                }
                send(child.id(), Signal::CONT);
            }
            if Instant::now() > until {
                child.kill().unwrap();
                child.wait().unwrap();
                panic!("no part was ever seen");
            }
            std::thread::sleep(std::time::Duration::from_millis(1));
        }
        std::fs::remove_dir_all(home.path("out")).unwrap();
    }
}

/// Every thread, by `/proc/PID/task/TID/stat`: the state stands behind the name in brackets.
fn is_stopped(process: u32) -> bool {
    let state = |task: &PathBuf| std::fs::read_to_string(task.join("stat")).unwrap_or_default();
    let is_stopped = |stat: String| stat.rsplit_once(')').is_none_or(|(_, rest)| rest.starts_with(" T"));
    names(Path::new(&format!("/proc/{process}/task"))).iter().all(|task| is_stopped(state(task)))
}

#[test]
fn an_interrupt_leaves_nothing_half_made() {
    let home = Home::new();
    home.song("long.wav", SECONDS, &[]);
    let mut child = writing(&home);
    send(child.id(), Signal::INT);
    send(child.id(), Signal::CONT);
    assert_eq!(wait_or_kill(&mut child).unwrap().code(), Some(130));
    assert!(!home.path("out").exists(), "its folder was made for it");
}

#[test]
fn a_kill_leaves_no_file_under_the_name_and_the_next_run_clears_up() {
    let home = Home::new();
    home.song("long.wav", SECONDS, &[]);
    let mut child = writing(&home);
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(!home.path("out/long.flac").exists());
    assert!(program(&home).status().unwrap().success());
    assert_eq!(names(&home.path("out")), [home.path("out/long.flac")]);
}

/// At moments spread over the time that a whole run takes.
#[test]
fn whenever_a_render_is_killed_the_name_is_of_nothing_or_of_the_whole() {
    let home = Home::new();
    home.song("long.wav", SECONDS, &[]);
    let begun = Instant::now();
    assert!(program(&home).status().unwrap().success());
    let whole_time = begun.elapsed();
    let whole = std::fs::read(home.path("out/long.flac")).unwrap();
    let mut random = Noise(3);
    for _ in 0..12 {
        std::fs::remove_file(home.path("out/long.flac")).unwrap_or_default();
        let mut child = program(&home).spawn().unwrap();
        std::thread::sleep(whole_time.mul_f64(random.next().abs().min(1.0)));
        child.kill().unwrap();
        child.wait().unwrap();
        if let Ok(found) = std::fs::read(home.path("out/long.flac")) {
            assert!(found == whole);
        }
    }
}
