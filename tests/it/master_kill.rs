//! A render that is interrupted or killed: nothing half made has the name of a file that is whole.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Instant;

use rustix::process::Signal;

use crate::home::{Home, PATIENCE, send, wait_or_kill};
use crate::media::Noise;

/// Ten minutes: long enough to be met in the middle.
const SECONDS: f64 = 600.0;

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

/// Waits until the file is being written.
fn wait_for_a_part(home: &Home, child: &mut Child) {
    let until = Instant::now() + PATIENCE;
    let is_part = |path: &PathBuf| path.extension().is_some_and(|extension| extension == "part");
    while !names(&home.path("out")).iter().any(is_part) {
        assert!(Instant::now() < until && child.try_wait().unwrap().is_none(), "no part was ever seen");
        std::thread::sleep(std::time::Duration::from_millis(1));
    }
}

#[test]
fn an_interrupt_leaves_nothing_half_made() {
    let home = Home::new();
    home.song("long.wav", SECONDS, &[]);
    let mut child = program(&home).spawn().unwrap();
    wait_for_a_part(&home, &mut child);
    send(child.id(), Signal::INT);
    assert_eq!(wait_or_kill(&mut child).unwrap().code(), Some(130));
    assert!(!home.path("out").exists(), "its folder was made for it");
}

#[test]
fn a_kill_leaves_no_file_under_the_name_and_the_next_run_clears_up() {
    let home = Home::new();
    home.song("long.wav", SECONDS, &[]);
    let mut child = program(&home).spawn().unwrap();
    wait_for_a_part(&home, &mut child);
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
    home.song("long.wav", SECONDS / 10.0, &[]);
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
