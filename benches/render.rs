//! Rendering: each figure is sound over processor time of one core, and the most memory that the process ever took.
//! `AURALIS_MUSIC=FILE` takes that file instead of five made minutes.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout)]

use std::f64::consts::TAU;
use std::path::{Path, PathBuf};
use std::time::Duration;

use auralis::decode::Source;
use auralis::model::audio::Spec;
use auralis::model::chain::{
    Band, ChainSpec, Compressor, EQ_BANDS, Exciter, Expander, Matching, NOTCHES, Width,
};
use auralis::model::job::CancelToken;
use auralis::render::pass::{Sink, Watch, pass};
use auralis::render::said::Said;
use auralis::render::write::{Files, Wanted};
use auralis::render::{Format, RenderError};

struct Nowhere;

impl Sink for Nowhere {
    fn write(&mut self, _: usize, _: &[f32]) -> Result<(), RenderError> {
        Ok(())
    }

    fn end(&mut self, _: usize) -> Result<(), RenderError> {
        Ok(())
    }
}

/// Every stage at work.
fn whole() -> ChainSpec {
    ChainSpec {
        // A reference's, and not at work beside the rest.
        matching: Matching::default(),
        subsonic_hz: 18.0,
        notches: [Band::peak(315.0, 6.0, -2.0); NOTCHES],
        eq: [Band::peak(1_000.0, 0.8, 1.0); EQ_BANDS],
        transients_db: 1.5,
        expander: Expander { threshold_db: -14.0, ratio: 1.3, range_db: 2.0, ..Expander::default() },
        compressor: Compressor { threshold_db: -20.0, ratio: 1.6, mix: 0.5, ..Compressor::default() },
        exciter: Exciter { amount: 0.1, ..Exciter::default() },
        width: Width { side_db: -0.5, mono_below_hz: 90.0 },
        gain_db: 5.0,
        clip_from_db: -2.0,
        ceiling_dbtp: Some(-1.0),
    }
}

/// What most plans have.
fn usual() -> ChainSpec {
    let mut numbers = ChainSpec { gain_db: 5.0, ceiling_dbtp: Some(-1.0), ..ChainSpec::default() };
    let bands = [60.0, 180.0, 450.0, 1_200.0, 2_800.0, 5_000.0, 9_000.0];
    numbers.eq = bands.map(|hz| Band::peak(hz, 0.8, 1.0));
    numbers
}

/// Five minutes of chords and noise, 16 bits.
fn made(folder: &Path) -> PathBuf {
    let path = folder.join("made.wav");
    let spec = hound::WavSpec {
        channels: 2,
        sample_rate: 44_100,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    let mut writer = hound::WavWriter::create(&path, spec).unwrap();
    let mut noise = 1_u32;
    for frame in 0..44_100 * 300 {
        let t = f64::from(frame) / 44_100.0;
        let beat = (-8.0 * (t * 2.0).fract()).exp();
        for channel in 0..2 {
            noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let hiss = f64::from(noise >> 8) / f64::from(1 << 24) - 0.5;
            let chord: f64 = [110.0, 220.5, 331.0, 661.0]
                .iter()
                .map(|hz| (TAU * (hz + f64::from(channel)) * t).sin())
                .sum();
            writer.write_sample(((0.1 * chord + (0.05 + 0.3 * beat) * hiss) * 32_767.0) as i16).unwrap();
        }
    }
    writer.finalize().unwrap();
    path
}

/// Processor time of this thread.
fn spent() -> Duration {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    Duration::from_nanos(text.split(' ').next().unwrap().parse().unwrap())
}

fn most_memory() -> String {
    let text = std::fs::read_to_string("/proc/self/status").unwrap();
    text.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap().trim().to_owned()
}

fn tell(what: &str, sound: f64, work: impl FnOnce()) {
    let before = spent();
    work();
    let seconds = (spent() - before).as_secs_f64();
    println!("{what:44} {:7.1} x real time, most memory {}", sound / seconds, most_memory());
}

fn main() {
    let folder = tempfile::tempdir().unwrap();
    let music = std::env::var_os("AURALIS_MUSIC").map_or_else(|| made(folder.path()), PathBuf::from);
    let format = Source::open(&music).unwrap().info().format;
    let (spec, frames) = (format.spec, format.frames.unwrap());
    let sound = frames as f64 / f64::from(spec.rate);
    let into = |to: Format, numbers: &ChainSpec| write(&music, spec, frames, to, numbers, folder.path());
    let through = |numbers: &ChainSpec| {
        let cancel = CancelToken::default();
        pass(&[&music], spec, numbers, &mut Nowhere, Watch { cancel: &cancel, on_sound: &|_| () }).unwrap();
    };
    tell("decoded", sound, || through(&ChainSpec::default()));
    tell("decoded, usual chain", sound, || through(&usual()));
    tell("decoded, every stage", sound, || through(&whole()));
    for (name, numbers) in
        [("no chain", ChainSpec::default()), ("usual chain", usual()), ("every stage", whole())]
    {
        for to in Format::ALL {
            tell(&format!("decoded, {name}, {}", to.name()), sound, || into(to, &numbers));
        }
    }
}

fn write(music: &Path, spec: Spec, frames: u64, to: Format, numbers: &ChainSpec, folder: &Path) {
    let target = folder.join(format!("out.{}", to.extension()));
    let cancel = CancelToken::default();
    let mut wanted = |_| Wanted { target: &target, frames, dither: true, said: Said::default() };
    let mut done = |_| ();
    let mut files = Files::new(spec, to, true, &mut wanted, &mut done);
    pass(&[music], spec, numbers, &mut files, Watch { cancel: &cancel, on_sound: &|_| () }).unwrap();
}
