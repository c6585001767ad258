//! `auralis play` from one end to the other: what it prints, what it plays, how it ends.

use std::io::{Read, Write};
use std::process::{Child, Output, Stdio};

use auralis::model::audio::SampleFormat;
use rustix::process::Signal;
use serde_json::{Value, json};

use crate::home::{Home, RATE, send, sine, wait_or_kill, wav};
use crate::sound;

fn run(home: &Home, words: &[&str]) -> Output {
    home.program(words).output().unwrap()
}

fn lines(output: &Output) -> Vec<Value> {
    let text = std::str::from_utf8(&output.stdout).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn errors(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn two_songs() -> Home {
    let home = Home::new();
    home.song("music/a.wav", 0.5, &[]);
    home.song("music/b.wav", 0.25, &[]);
    home
}

#[test]
fn one_line_a_track_and_a_summary() {
    let home = two_songs();
    let output = run(&home, &["play", "--json", "--output", "null", "music"]);
    assert_eq!((output.status.code(), errors(&output).as_str()), (Some(0), ""));
    let path = |name: &str| home.path(name).to_str().unwrap().to_owned();
    let track = |name: &str, frames: u64, at: u64| {
        json!({"path": path(name), "frames": frames, "sample_rate": 8000, "channels": 1,
            "started_at_frame": at, "error": null})
    };
    let summary = json!({"summary": {"frames": 6000, "underruns": 0, "tracks": 2, "failed": 0}});
    assert_eq!(lines(&output), [track("music/a.wav", 4000, 0), track("music/b.wav", 2000, 4000), summary]);
}

#[test]
fn without_json_standard_output_is_silent() {
    let home = two_songs();
    let output = run(&home, &["play", "--output", "null", "music"]);
    assert_eq!(output.status.code(), Some(0));
    assert_eq!((output.stdout.len(), errors(&output).as_str()), (0, ""));
}

#[test]
fn what_does_not_play_is_told_and_the_rest_plays() {
    let home = two_songs();
    home.put("garbage.mp3", b"not music at all");
    home.put("empty.flac", b"");
    let words = ["play", "--json", "--output", "null", "garbage.mp3", "none", "music/b.wav", "empty.flac"];
    let output = run(&home, &words);
    assert_eq!(output.status.code(), Some(1), "{}", errors(&output));
    let lines = lines(&output);
    let line =
        |name: &str| lines.iter().find(|line| line["path"] == home.path(name).to_str().unwrap()).unwrap();
    assert_eq!(line("music/b.wav")["frames"], 2000);
    for name in ["garbage.mp3", "none", "empty.flac"] {
        assert_eq!(line(name)["frames"], Value::Null, "{name}");
        assert!(!line(name)["error"].as_str().unwrap().is_empty(), "{name}");
        assert!(errors(&output).contains(name), "{}", errors(&output));
    }
    assert_eq!(lines[4]["summary"], json!({"frames": 2000, "underruns": 0, "tracks": 4, "failed": 3}));
}

#[test]
fn special_files_are_refused_at_once() {
    let home = two_songs();
    let fifo = home.path("fifo.mp3");
    let kind = rustix::fs::FileType::Fifo;
    rustix::fs::mknodat(rustix::fs::CWD, &fifo, kind, rustix::fs::Mode::RWXU, 0).unwrap();
    std::os::unix::fs::symlink("/dev/zero", home.path("zero.wav")).unwrap();
    for name in ["fifo.mp3", "zero.wav", "/dev/zero"] {
        let mut child =
            home.program(&["play", "--output", "null", name]).stderr(Stdio::piped()).spawn().unwrap();
        let status = wait_or_kill(&mut child).unwrap_or_else(|| panic!("{name} hangs"));
        let mut message = String::new();
        child.stderr.take().unwrap().read_to_string(&mut message).unwrap();
        assert_eq!(status.code(), Some(3), "{message}");
        assert!(message.contains("is not a regular file"), "{message}");
    }
    let words = ["play", "--json", "--output", "null", "zero.wav", "music/b.wav", "fifo.mp3"];
    assert_eq!(run(&home, &words).status.code(), Some(1));
}

#[test]
fn a_device_that_is_not_there_is_code_five() {
    if !cfg!(feature = "device") {
        return;
    }
    let home = two_songs();
    let output = run(&home, &["play", "--output", "device:nonsense", "music"]);
    assert_eq!(output.status.code(), Some(5));
    assert!(errors(&output).contains("nonsense"), "{}", errors(&output));
    assert!(output.stdout.is_empty());
}

fn playing(home: &Home, words: &[&str]) -> Child {
    let words = [&["play", "--output", "null"], words].concat();
    home.program(&words).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

#[test]
fn an_interrupt_ends_with_a_summary_and_its_code() {
    let home = Home::new();
    home.song("short.wav", 0.1, &[]);
    home.song("long.wav", 60.0, &[]);
    for signal in [Signal::INT, Signal::TERM] {
        let mut child = playing(&home, &["--json", "short.wav", "long.wav"]);
        let mut out = std::io::BufReader::new(child.stdout.take().unwrap());
        // The first line says that the second song is being heard.
        let mut text = String::new();
        std::io::BufRead::read_line(&mut out, &mut text).unwrap();
        send(child.id(), signal);
        let status = wait_or_kill(&mut child).expect("still plays");
        assert_eq!(status.code(), Some(130), "{signal:?}");
        out.read_to_string(&mut text).unwrap();
        let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(lines.len(), 3, "{lines:?}");
        assert_eq!(lines[1]["path"], home.path("long.wav").to_str().unwrap());
        assert_eq!(lines[2]["summary"]["tracks"], 2);
        assert!(lines[2]["summary"]["frames"].as_u64().unwrap() < 10 * u64::from(RATE));
    }
}

fn fed(home: &Home, words: &[&str], input: &[u8]) -> Output {
    let mut child = playing(home, words);
    child.stdin.take().unwrap().write_all(input).unwrap();
    child.wait_with_output().unwrap()
}

fn names(output: &Output) -> Vec<String> {
    let lines = lines(output);
    let paths = lines.iter().filter_map(|line| line["path"].as_str());
    paths.map(|path| path.rsplit('/').next().unwrap().to_owned()).collect()
}

#[test]
fn paths_come_from_standard_input() {
    let home = two_songs();
    home.song("music/c\nd.wav", 0.1, &[]);
    let output = fed(&home, &["--json", "-"], b"music/b.wav\nmusic/a.wav\n");
    assert_eq!(output.status.code(), Some(0), "{}", errors(&output));
    assert_eq!(names(&output), ["b.wav", "a.wav"]);
    let output = fed(&home, &["--json", "-0"], b"music/c\nd.wav\0music/b.wav\0");
    assert_eq!(output.status.code(), Some(0), "{}", errors(&output));
    assert_eq!(names(&output), ["c\nd.wav", "b.wav"]);
    let output = fed(&home, &["--json", "-"], b"");
    assert_eq!(output.status.code(), Some(3), "{}", errors(&output));
}

/// Raw samples on standard output.
fn piped(home: &Home, words: &[&str]) -> Vec<u8> {
    let output = run(home, &[&["play", "--output", "pipe"], words].concat());
    assert_eq!((output.status.code(), errors(&output).as_str()), (Some(0), ""), "{words:?}");
    output.stdout
}

fn pcm(samples: &[i16]) -> Vec<u8> {
    samples.iter().flat_map(|sample| sample.to_le_bytes()).collect()
}

#[test]
fn the_pipe_carries_the_samples_of_the_files() {
    let home = two_songs();
    let both = [sine(4000), sine(2000)].concat();
    assert!(piped(&home, &["music"]) == pcm(&both), "not the samples of both files in a row");
    let wide: Vec<i32> = both.iter().map(|&sample| sample.into()).collect();
    for (name, format) in [
        ("s16", SampleFormat::S16),
        ("s24", SampleFormat::S24),
        ("s32", SampleFormat::S32),
        ("f32", SampleFormat::F32),
    ] {
        let heard = piped(&home, &["music", "--format", name]);
        assert!(heard == sound::bytes(format, 16, &wide), "{name}");
    }
}

#[test]
fn start_is_a_time_of_the_first_file() {
    let home = two_songs();
    let expected = [&sine(4000)[2000..], &sine(2000)].concat();
    assert!(piped(&home, &["music", "--start", "0.25"]) == pcm(&expected));
    assert!(piped(&home, &["music", "--start", "9"]) == pcm(&sine(2000)), "behind the end of the first");
}

#[test]
fn another_rate_keeps_length_and_level() {
    let home = Home::new();
    home.song("a.wav", 1.0, &[]);
    let heard = piped(&home, &["a.wav", "--rate", "16000", "--format", "f32"]);
    let samples: Vec<f64> =
        heard.chunks_exact(4).map(|bytes| f32::from_le_bytes(bytes.try_into().unwrap()).into()).collect();
    assert_eq!(samples.len(), 16_000);
    // A sine of 0.25 has 0.25 / sqrt 2; the ends, where the filter meets silence, are left out.
    let inner = &samples[2000..14_000];
    let rms = (inner.iter().map(|value| value * value).sum::<f64>() / inner.len() as f64).sqrt();
    assert!((rms - 0.25 / 2f64.sqrt()).abs() < 1e-3, "{rms}");
}

#[test]
fn a_seed_gives_its_order_again() {
    let home = Home::new();
    for name in 0..8 {
        home.song(format!("music/{name}.wav"), 0.02, &[]);
    }
    let order = |words: &[&str]| {
        let output = run(&home, &[&["play", "--json", "--output", "null", "music"], words].concat());
        assert_eq!(output.status.code(), Some(0), "{}", errors(&output));
        names(&output)
    };
    let straight = order(&[]);
    let shuffled = order(&["--shuffle", "4711"]);
    assert_eq!(shuffled, order(&["--shuffle", "4711"]));
    assert_ne!(shuffled, straight);
    let mut sorted = shuffled;
    sorted.sort();
    assert_eq!(sorted, straight);
}

#[test]
fn a_reader_that_goes_away_ends_it() {
    let home = Home::new();
    home.song("long.wav", 60.0, &[]);
    let mut child =
        home.program(&["play", "--output", "pipe", "long.wav"]).stdout(Stdio::piped()).spawn().unwrap();
    let mut some = [0; 1000];
    child.stdout.as_mut().unwrap().read_exact(&mut some).unwrap();
    drop(child.stdout.take());
    let status = wait_or_kill(&mut child).expect("still plays");
    assert_eq!(status.code(), Some(0));

    home.song("short.wav", 0.1, &[]);
    let mut child = playing(&home, &["--json", "short.wav", "long.wav"]);
    drop(child.stdout.take());
    let status = wait_or_kill(&mut child).expect("still plays");
    assert_eq!(status.code(), Some(0), "nobody reads the lines");
}

#[test]
fn a_full_disk_is_an_error_not_a_silence() {
    let home = Home::new();
    home.song("a.wav", 1.0, &[]);
    let full = || std::fs::File::options().write(true).open("/dev/full").unwrap();
    for words in
        [&["play", "--output", "pipe", "a.wav"][..], &["play", "--json", "--output", "null", "a.wav"]]
    {
        let output = home.program(words).stdout(full()).output().unwrap();
        assert_eq!(output.status.code(), Some(1), "{words:?}");
        let told = errors(&output);
        assert!(["disk is full", "No space left"].iter().any(|words| told.contains(words)), "{told}");
    }
}

#[test]
fn a_file_that_breaks_off_plays_to_its_end() {
    let home = two_songs();
    let whole = wav(&sine(4000), &[]);
    home.put("music/a.wav", &whole[..44 + 2 * 3000]);
    let heard = piped(&home, &["music/a.wav"]);
    assert!(heard == pcm(&sine(3000)), "{} bytes", heard.len());
}

#[test]
fn a_file_removed_while_it_plays_is_heard_to_its_end() {
    let home = Home::new();
    home.song("first.wav", 0.1, &[]);
    home.song("second.wav", 1.0, &[]);
    let mut child = playing(&home, &["--json", "first.wav", "second.wav"]);
    let mut out = std::io::BufReader::new(child.stdout.take().unwrap());
    let mut text = String::new();
    std::io::BufRead::read_line(&mut out, &mut text).unwrap();
    std::fs::remove_file(home.path("second.wav")).unwrap();
    assert_eq!(wait_or_kill(&mut child).expect("still plays").code(), Some(0));
    out.read_to_string(&mut text).unwrap();
    assert!(text.lines().nth(1).unwrap().contains("\"frames\":8000"), "{text}");
}

#[test]
fn playing_writes_nothing_but_a_log() {
    let home = two_songs();
    assert_eq!(run(&home, &["play", "--output", "null", "music/b.wav"]).status.code(), Some(0));
    assert!(!home.path(".local/share").exists(), "a library was made");
    assert!(!home.path(".config").exists(), "a configuration was made");
}
