//! What the qualities of the resampler are worth, beside the reference converters where they are installed: one table.
//! Figures by `tests/it/tone.rs`; `x` is seconds of stereo converted in one second, copying taken off.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout)]

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use auralis::dsp::resampler::{Edge, Resampler};
use auralis::model::settings::ResamplerQuality;

#[path = "../tests/it/tone.rs"]
mod tone;

const PAIRS: [(u32, u32); 4] = [(44_100, 48_000), (48_000, 44_100), (96_000, 44_100), (192_000, 48_000)];
const SECONDS: usize = 60;

fn main() {
    println!(
        "| converter | from | to | THD+N 1 kHz | 10 kHz | 20 kHz | alias | ripple | -3 dB | delay | x |"
    );
    println!("|---|---|---|---|---|---|---|---|---|---|---|");
    for (from, to) in PAIRS {
        for quality in ResamplerQuality::ALL {
            let convert = |input: &[f32], from, to| resample(quality, 1, input, from, to);
            let row = tone::measure(&convert, from, to);
            let speed = speed(&|input| drop(resample(quality, 2, input, from, to)), from);
            print(quality.name(), from, to, &row, &delay(quality, from, to), speed);
        }
        for reference in [&Sox as &dyn Reference, &Ffmpeg] {
            if reference.is_installed() {
                let row = tone::measure(&|input, from, to| reference.convert(1, input, from, to), from, to);
                let speed = reference_speed(reference, from, to);
                print(reference.name(), from, to, &row, "", speed);
            }
        }
    }
}

fn print(name: &str, from: u32, to: u32, row: &tone::Figures, delay: &str, speed: f64) {
    let [one, ten, twenty] = row.thd_n;
    println!(
        "| {name} | {from} | {to} | {one:.1} dB | {ten:.1} dB | {twenty:.1} dB | {:.1} dB | {:.5} dB | {:.0} Hz | {delay} | {speed:.0} |",
        row.alias, row.ripple, row.edge
    );
}

fn resample(quality: ResamplerQuality, channels: usize, input: &[f32], from: u32, to: u32) -> Vec<f32> {
    let mut resampler = Resampler::new(from, to, channels, quality, Edge::Silence).unwrap();
    let mut out = Vec::with_capacity(input.len() * to as usize / from as usize + 1024);
    let mut take = |resampler: &mut Resampler| {
        out.extend_from_slice(resampler.ready());
        resampler.consume(usize::MAX);
    };
    let mut fed = 0;
    while fed < input.len() {
        fed += resampler.feed(&input[fed..]) * channels;
        take(&mut resampler);
    }
    resampler.finish(Edge::Silence);
    while resampler.drain() {
        take(&mut resampler);
    }
    out
}

/// How much is fed before the first frame comes out.
fn delay(quality: ResamplerQuality, from: u32, to: u32) -> String {
    let mut resampler = Resampler::new(from, to, 1, quality, Edge::Silence).unwrap();
    let mut fed = 0;
    while resampler.ready().is_empty() {
        fed += resampler.feed(&[0.0; 16]);
    }
    format!("{:.1} ms", fed as f64 * 1000.0 / f64::from(from))
}

/// Best of five, as the machine may have other work.
fn best(work: &dyn Fn()) -> Duration {
    let time = |()| {
        let start = Instant::now();
        work();
        start.elapsed()
    };
    [(); 5].map(time).into_iter().min().unwrap()
}

fn speed(convert: &dyn Fn(&[f32]), rate: u32) -> f64 {
    let input = tone::sine(997.0, rate, rate as usize * SECONDS * 2);
    SECONDS as f64 / best(&|| convert(&input)).as_secs_f64()
}

fn reference_speed(reference: &dyn Reference, from: u32, to: u32) -> f64 {
    let input = tone::sine(997.0, from, from as usize * SECONDS * 2);
    let folder = tempfile::tempdir().unwrap();
    write(&folder.path().join("in"), &input);
    let whole = best(&|| reference.run(folder.path(), 2, from, to));
    let copy = best(&|| reference.run(folder.path(), 2, from, from));
    SECONDS as f64 / whole.saturating_sub(copy).as_secs_f64().max(1e-3)
}

trait Reference {
    fn name(&self) -> &'static str;
    /// From `in` to `out` of a folder, both 32-bit float.
    fn command(&self, channels: u32, from: u32, to: u32) -> Command;

    fn is_installed(&self) -> bool {
        let mut command = self.command(1, 48_000, 48_000);
        let program = command.get_program().to_owned();
        command = Command::new(program);
        command.arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok()
    }

    fn run(&self, folder: &Path, channels: u32, from: u32, to: u32) {
        let mut command = self.command(channels, from, to);
        assert!(command.current_dir(folder).status().unwrap().success());
    }

    fn convert(&self, channels: u32, input: &[f32], from: u32, to: u32) -> Vec<f32> {
        let folder = tempfile::tempdir().unwrap();
        write(&folder.path().join("in"), input);
        self.run(folder.path(), channels, from, to);
        let bytes = std::fs::read(folder.path().join("out")).unwrap();
        bytes.chunks_exact(4).map(|sample| f32::from_le_bytes(sample.try_into().unwrap())).collect()
    }
}

fn write(path: &Path, samples: &[f32]) {
    let bytes: Vec<u8> = samples.iter().flat_map(|sample| sample.to_le_bytes()).collect();
    std::fs::write(path, bytes).unwrap();
}

struct Sox;

impl Reference for Sox {
    fn name(&self) -> &'static str {
        "sox rate -v"
    }

    fn command(&self, channels: u32, from: u32, to: u32) -> Command {
        let mut command = Command::new("sox");
        let (channels, from) = (channels.to_string(), from.to_string());
        command.args(["-V1", "-D", "-t", "f32", "-c", &channels, "-r", &from, "in", "-t", "f32", "out"]);
        if from != to.to_string() {
            command.args(["rate", "-v", &to.to_string()]);
        }
        command
    }
}

struct Ffmpeg;

impl Reference for Ffmpeg {
    fn name(&self) -> &'static str {
        "soxr 28 (ffmpeg)"
    }

    fn command(&self, channels: u32, from: u32, to: u32) -> Command {
        let mut command = Command::new("ffmpeg");
        let (channels, from) = (channels.to_string(), from.to_string());
        command.args(["-v", "error", "-y", "-f", "f32le", "-ac", &channels, "-ar", &from, "-i", "in"]);
        let filter = format!("aresample={to}:resampler=soxr:precision=28");
        command.args(["-af", &filter, "-f", "f32le", "out"]);
        command
    }
}
