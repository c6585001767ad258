//! What the tests of outputs share: known samples, feeding a ring, waiting with a limit, and running one test of this
//! binary in a process of its own (for another environment, standard output or limits).

use std::process::Command;
use std::time::{Duration, Instant};

use auralis::engine::output::{Opened, Wanted};
use auralis::model::audio::{SampleFormat, Spec};
use auralis::model::track::{AudioFormat, Codec};
use auralis::rt::ring::RingWriter;

use crate::home::PATIENCE;

/// What a child process finds in its environment: the arguments of its scenario.
pub const SCENARIO: &str = "AURALIS_TEST_SCENARIO";

/// Integers of a width, from a fixed linear congruential generator (Knuth's MMIX constants); never zero at the beginning,
/// so that captured silence before it can be told apart.
pub fn noise(bits: u32, count: usize) -> Vec<i32> {
    let mut state = 1u64;
    let next = |_| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 32) as i32 >> (32 - bits)
    };
    let mut values: Vec<i32> = (0..count).map(next).collect();
    values.iter_mut().take(16).for_each(|value| *value |= 1);
    values
}

/// The floats that decoders make of integers.
pub fn floats(bits: u32, values: &[i32]) -> Vec<f32> {
    values.iter().map(|&value| value as f32 / (1i64 << (bits - 1)) as f32).collect()
}

/// Those integers as a file or pipe holds them.
pub fn bytes(format: SampleFormat, bits: u32, values: &[i32]) -> Vec<u8> {
    let wide = |value: i32, to: u32| (value << (to - bits)).to_le_bytes();
    let mut out = Vec::new();
    for &value in values {
        match format {
            SampleFormat::S16 => out.extend(&wide(value, 16)[..2]),
            SampleFormat::S24 => out.extend(&wide(value, 24)[..3]),
            SampleFormat::S32 => out.extend(wide(value, 32)),
            SampleFormat::F32 => out.extend((value as f32 / (1i64 << (bits - 1)) as f32).to_le_bytes()),
        }
    }
    out
}

pub fn wanted(rate: u32, channels: u16, bits: u8) -> Wanted {
    let format =
        AudioFormat { codec: Codec::Flac, spec: Spec { rate, channels }, bits: Some(bits), frames: None };
    Wanted { format, first_frame: 0 }
}

/// Writes all samples, waiting for room; fails where the output stops taking them.
pub fn feed(writer: &mut RingWriter, samples: &[f32]) {
    let channels = usize::from(writer.shared().spec().channels);
    // Integers of the output's width: as a lossless source at full volume.
    writer.set_exact(true);
    let mut rest = samples;
    let mut last = Instant::now();
    while !rest.is_empty() {
        let frames = writer.write(rest);
        rest = &rest[frames * channels..];
        if frames > 0 {
            last = Instant::now();
        } else {
            assert!(last.elapsed() < PATIENCE, "the output takes nothing any more");
            std::thread::sleep(Duration::from_millis(1));
        }
    }
}

/// Feeds, ends, and waits until the end was heard.
pub fn play(opened: &mut Opened, samples: &[f32]) {
    feed(&mut opened.writer, samples);
    opened.writer.set_ended(true);
    let shared = opened.writer.shared().clone();
    wait_for("the end", || shared.is_drained());
}

pub fn wait_for(what: &str, mut done: impl FnMut() -> bool) {
    let began = Instant::now();
    while !done() {
        assert!(began.elapsed() < PATIENCE, "{what} did not come");
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// One test of this binary, to be run by its name as a process of its own.
pub fn child(test: &str, scenario: &str) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", test, "--ignored", "--nocapture", "--test-threads=1"]);
    command.env(SCENARIO, scenario);
    command
}

/// The scenario of this process; `None` where somebody runs ignored tests by hand.
pub fn scenario() -> Option<String> {
    std::env::var(SCENARIO).ok()
}

/// A tool of the test command's packages, run to its end.
pub fn tool(name: &str, arguments: &[&str]) -> Vec<u8> {
    let output = Command::new(name).args(arguments).output();
    let output = output.unwrap_or_else(|error| panic!("{name} is needed by this test: {error}"));
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{name} {arguments:?}: {errors}");
    output.stdout
}

/// As [`tool`], for those that report on standard error.
pub fn tool_with_errors(name: &str, arguments: &[&str]) -> String {
    let output = Command::new(name).args(arguments).output();
    let output = output.unwrap_or_else(|error| panic!("{name} is needed by this test: {error}"));
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{name} {arguments:?}: {errors}");
    errors
}
