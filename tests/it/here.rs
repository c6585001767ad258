//! A player of another machine heard here: real programs, joined by what stands for ssh.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use rustix::process::{Pid, Signal, kill_process};

use crate::home::{Home, RATE, sine, wav};
use crate::pseudo_terminal::{Session, Start};
use crate::sound::wait_for;

/// Stands for `ssh`: runs what is to be run there with another home.
fn join(here: &Home, there: &Home, output: &str) {
    let script = format!(
        "#!/bin/sh\nwhile [ \"$1\" != -- ]; do shift; done\nshift\necho $$ > \"{wire}\"\n\
         export HOME=\"{home}\" XDG_RUNTIME_DIR=\"{runtime}\"\ncd\nexec \"$@\"\n",
        wire = here.path("wire").display(),
        home = there.folder().display(),
        runtime = there.runtime().display(),
    );
    let path = here.put("no-ssh", script.as_bytes());
    fs::set_permissions(&path, fs::Permissions::from_mode(0o700)).unwrap();
    let program = env!("CARGO_BIN_EXE_auralis");
    let text = format!(
        "[output]\noutput = \"{output}\"\nformat = \"s16\"\n[remote]\nssh = [\"{}\"]\nprogram = \"{program}\"\n",
        path.display()
    );
    here.put(".config/auralis/config.toml", text.as_bytes());
}

fn screen(home: &Home, words: &[&str]) -> Session {
    Session::begin(home, &Start { words, real_output: true, ..Start::default() })
}

/// Cuts the wire: that of before may be gone while the next one is not there yet.
fn cut(here: &Home) {
    wait_for("a wire to cut", || {
        let wire = fs::read_to_string(here.path("wire")).unwrap_or_default();
        let process = wire.trim().parse().ok().and_then(Pid::from_raw);
        process.is_some_and(|process| kill_process(process, Signal::KILL).is_ok())
    });
}

/// Samples of a WAV file that may still be written to.
fn samples(file: &Path) -> Vec<i16> {
    let bytes = fs::read(file).unwrap_or_default();
    let data = bytes.windows(4).position(|id| id == b"data").map_or(&[][..], |at| &bytes[at + 8..]);
    data.chunks_exact(2).map(|pair| i16::from_le_bytes([pair[0], pair[1]])).collect()
}

/// An album of one sine, cut in three where no zero is.
fn album(there: &Home) -> (PathBuf, Vec<i16>) {
    let whole = sine(60 * RATE as usize);
    let mut rest = &whole[..];
    for (number, frames) in [(1, 123_457), (2, 200_001), (3, usize::MAX)] {
        let (part, behind) = rest.split_at(frames.min(rest.len()));
        let tags = [("INAM", "Song"), ("IART", "Ann"), ("IPRD", "First"), ("IPRT", &number.to_string())];
        there.put(format!("music/{number}.wav"), &wav(part, &tags));
        rest = behind;
    }
    (there.path("music"), whole)
}

fn program(home: &Home, words: &[&str]) -> String {
    let output = home.program(words).output().unwrap();
    String::from_utf8(output.stdout).unwrap()
}

fn state(home: &Home) -> serde_json::Value {
    serde_json::from_str(&program(home, &["status", "--json"])).unwrap()
}

/// Ends the player there, however the test ends.
struct Ends<'a>(&'a Home);

impl Drop for Ends<'_> {
    fn drop(&mut self) {
        let _ = self.0.program(&["ctl", "quit"]).output();
    }
}

/// Everything is in the file once, and nothing else, though the wire is cut again and again.
#[test]
fn an_album_from_elsewhere_is_here_to_the_sample_over_wires_that_break() {
    let (here, there) = (Home::new(), Home::new());
    let _ends = Ends(&there);
    let (music, whole) = album(&there);
    let file = here.path("heard.wav");
    join(&here, &there, &format!("file:{}", file.display()));
    let screen = screen(&here, &["-r", "there", music.to_str().unwrap()]);
    screen.wait_for("comes out here");
    for part in 1..4 {
        wait_for("a part of it", || samples(&file).len() > part * whole.len() / 5);
        cut(&here);
    }
    wait_for("the end", || samples(&file).len() >= whole.len());
    wait_for("the state", || state(&there)["state"] == "stopped");
    assert!(samples(&file) == whole, "{} samples of {}", samples(&file).len(), whole.len());
    screen.quit();
}

/// Where it was heard here the place counts, and without the screen nobody hears it.
#[test]
fn a_seek_is_heard_at_once_and_a_screen_that_leaves_pauses_what_was_heard_there() {
    let (here, there) = (Home::new(), Home::new());
    let _ends = Ends(&there);
    let (music, _) = album(&there);
    join(&here, &there, "null");
    let mut screen = screen(&here, &["-r", "there", music.to_str().unwrap()]);
    screen.wait_for("comes out here");
    let place = |there: &Home| state(there)["position_s"].as_f64().unwrap_or(0.0);
    wait_for("sound", || place(&there) > 0.5);
    assert!(place(&there) < 8.0, "the place is that of the ear, not of what was sent: {}", place(&there));
    program(&there, &["ctl", "seek", "12"]);
    wait_for("the seek", || (12.0..15.0).contains(&place(&there)));
    screen.press(" ");
    wait_for("the pause", || state(&there)["state"] == "paused");
    screen.press(" ");
    wait_for("the sound again", || state(&there)["state"] == "playing");
    screen.quit();
    wait_for("the pause", || state(&there)["state"] == "paused");
    assert_eq!(state(&there)["output"]["asked"], "auto");
}

#[test]
fn the_sound_goes_where_it_is_asked_for() {
    let (here, there) = (Home::new(), Home::new());
    let _ends = Ends(&there);
    let (music, whole) = album(&there);
    let (near, far) = (here.path("here.wav"), there.path("there.wav"));
    join(&here, &there, &format!("file:{}", near.display()));
    there.put(
        ".config/auralis/config.toml",
        format!("[output]\noutput = \"file:{}\"\n", far.display()).as_bytes(),
    );
    let mut screen = screen(&here, &["-r", "there", "--audio", "both", music.to_str().unwrap()]);
    screen.wait_for("there and here");
    wait_for("the end there", || samples(&far).len() >= whole.len());
    assert!(samples(&far) == whole);
    wait_for("the end", || state(&there)["state"] == "stopped");
    screen.press(":audio there\r");
    screen.wait_for("comes out there");
    screen.press(":audio here\r");
    screen.wait_for("comes out here");
    let before = samples(&near).len();
    program(&there, &["ctl", "play"]);
    wait_for("sound here", || samples(&near).len() >= before + whole.len());
    assert!(samples(&far) == whole, "nothing more there");
    let heard = samples(&near);
    assert!(heard[heard.len() - whole.len()..] == whole[..]);
    screen.quit();
    // A screen of the machine itself has nothing to choose.
    let refused = there.program(&["ctl", "audio", "here"]).output().unwrap();
    assert_eq!(refused.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("auralis -r HOST"));
}
