//! A user's home for tests of the whole program: a folder of its own, tagged music made in code, and the program in it.

use std::f64::consts::TAU;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

/// Longest wait for anything that must happen; a slow machine under load needs it, a good run none of it.
pub const PATIENCE: Duration = Duration::from_secs(60);
/// Of the songs.
pub const RATE: u32 = 8000;

/// Everything that the program finds and writes lies in here, and goes with it.
pub struct Home {
    folder: TempDir,
}

impl Home {
    pub fn new() -> Self {
        let home = Self { folder: tempfile::tempdir().unwrap() };
        std::fs::DirBuilder::new().mode(0o700).create(home.runtime()).unwrap();
        home
    }

    /// The runtime folder: players of other homes, and the user's own, are not seen in it.
    pub fn runtime(&self) -> PathBuf {
        self.path(".run")
    }

    /// With three songs of a minute each in `music`.
    pub fn with_music() -> Self {
        let home = Self::new();
        for (number, title) in [(1, "Alpha"), (2, "Bravo"), (3, "Charlie")] {
            let tags = [("INAM", title), ("IART", "Ann"), ("IPRD", "First"), ("IPRT", &number.to_string())];
            home.song(format!("music/{number}.wav"), 60.0, &tags);
        }
        home
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub fn path(&self, name: impl AsRef<Path>) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn put(&self, name: impl AsRef<Path>, bytes: &[u8]) -> PathBuf {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, bytes).unwrap();
        path
    }

    /// A WAV file of a sine, with tags by their RIFF INFO names.
    pub fn song(&self, name: impl AsRef<Path>, seconds: f64, tags: &[(&str, &str)]) -> PathBuf {
        self.put(name, &wav(&sine((seconds * f64::from(RATE)) as usize), tags))
    }

    /// The program without a terminal, with nothing but this home in its environment.
    pub fn program<S: AsRef<std::ffi::OsStr>>(&self, words: &[S]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_auralis"));
        command.env_clear().env("HOME", self.folder()).env("XDG_RUNTIME_DIR", self.runtime());
        command.current_dir(self.folder());
        command.args(words).stdin(Stdio::null());
        command
    }
}

/// A quarter of full scale, 16 bits, mono; never twice the same sample at the same place of two files of other lengths.
pub fn sine(frames: usize) -> Vec<i16> {
    let value = |at: usize| (8192.0 * (TAU * 441.0 * at as f64 / f64::from(RATE)).sin()).round() as i16;
    (0..frames).map(value).collect()
}

/// RIFF WAVE of 16 bits, mono, with a LIST INFO chunk before the data.
pub fn wav(samples: &[i16], tags: &[(&str, &str)]) -> Vec<u8> {
    let mut info = b"INFO".to_vec();
    for (name, value) in tags {
        let mut value = [value.as_bytes(), b"\0"].concat();
        let length = value.len() as u32;
        if value.len() % 2 == 1 {
            value.push(0);
        }
        info.extend([name.as_bytes(), &length.to_le_bytes(), &value].concat());
    }
    let mut body = b"WAVEfmt \x10\0\0\0\x01\0\x01\0".to_vec();
    body.extend([RATE.to_le_bytes(), (RATE * 2).to_le_bytes()].concat());
    body.extend(b"\x02\0\x10\0");
    if !tags.is_empty() {
        body.extend([b"LIST", &(info.len() as u32).to_le_bytes()[..], &info].concat());
    }
    body.extend([b"data", &(samples.len() as u32 * 2).to_le_bytes()[..]].concat());
    body.extend(samples.iter().flat_map(|sample| sample.to_le_bytes()));
    [b"RIFF", &(body.len() as u32).to_le_bytes()[..], &body].concat()
}

pub fn send(process: u32, signal: Signal) {
    kill_process(Pid::from_raw(process as i32).unwrap(), signal).unwrap();
}

/// Ends a process that should have ended by itself, so that a test that fails leaves none behind.
pub fn wait_or_kill(child: &mut std::process::Child) -> Option<std::process::ExitStatus> {
    let until = Instant::now() + PATIENCE;
    while Instant::now() < until {
        if let Some(status) = child.try_wait().unwrap() {
            return Some(status);
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    let _ = child.kill();
    let _ = child.wait();
    None
}
