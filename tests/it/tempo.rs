//! Speed: lengths and places are what arithmetic makes of them, the pitch stays, and what is played at its own speed
//! before and after passes bit for bit.

use std::f64::consts::TAU;

use auralis::engine::command::{EngineCommand, EngineEvent};
use auralis::engine::output::capture::Pace;
use auralis::model::audio::Spec;
use auralis::model::settings::{PlaySpeed, SoundSettings};
use auralis::model::signal::{StageKind, Verdict};

use crate::rig::{Fake, Rig};

fn at_speed(percent: i64) -> EngineCommand {
    EngineCommand::Sound(SoundSettings { speed: PlaySpeed::new(percent), ..SoundSettings::default() })
}

fn sine(rate: u32, frames: usize, hz: f64) -> Fake {
    let sample = |n: usize| (0.5 * (TAU * hz * n as f64 / f64::from(rate)).sin()) as f32;
    Fake::new(rate, 1, (0..frames).map(sample).collect())
}

/// Upward zero crossings in a second: the frequency of a sine.
fn hertz(samples: &[f32], rate: u32) -> f64 {
    let ups: Vec<usize> = (1..samples.len()).filter(|&n| samples[n - 1] < 0.0 && samples[n] >= 0.0).collect();
    let (first, last) = (ups[0], ups[ups.len() - 1]);
    (ups.len() - 1) as f64 * f64::from(rate) / (last - first) as f64
}

#[test]
fn a_sine_keeps_its_pitch_and_takes_its_time() {
    for (percent, output) in [(50, 48_000), (125, 48_000), (200, 48_000), (150, 44_100)] {
        let rig = Rig::new(Pace::Free, Some(Spec { rate: output, channels: 1 }));
        rig.engine.send(at_speed(percent));
        rig.add("1", &sine(48_000, 192_000, 440.0));
        rig.load(1, "1");
        rig.engine.send(EngineCommand::SetNext(None));
        rig.wait_ended(1);
        let got = rig.end();
        let slowed = (192_000.0 * 100.0 / percent as f64).ceil() as u64;
        let expected = (slowed * u64::from(output)).div_ceil(48_000);
        assert_eq!(got.len() as u64, expected, "{percent} % to {output}");
        let heard = hertz(&got[4_000..got.len() - 4_000], output);
        assert!((heard - 440.0).abs() < 0.44, "{percent} %: {heard} Hz");
    }
}

#[test]
fn the_place_of_the_ear_runs_with_the_speed() {
    let rig = Rig::new(Pace::Stepped, None);
    rig.engine.send(at_speed(200));
    rig.add("1", &sine(48_000, 480_000, 440.0));
    rig.load(1, "1");
    rig.step_until_frames(48_000);
    let (_, frame) = rig.position().unwrap();
    assert!(frame.abs_diff(96_000) <= 2, "{frame}");
}

#[test]
fn joins_stay_without_a_gap_and_the_next_begins_where_it_should() {
    let rig = Rig::new(Pace::Free, None);
    rig.engine.send(at_speed(125));
    rig.add("1", &sine(48_000, 96_000, 500.0));
    rig.add("2", &sine(48_000, 96_000, 500.0));
    rig.load(1, "1");
    rig.next(2, "2");
    let crossed = rig.wait_for("the join", |event| matches!(event, EngineEvent::Crossed { .. }));
    let EngineEvent::Crossed { at, .. } = crossed else { unreachable!() };
    assert_eq!(at, 76_800);
    rig.wait_ended(2);
    let got = rig.end();
    assert_eq!(got.len(), 153_600);
    let steepest = got.windows(2).map(|pair| (pair[1] - pair[0]).abs()).fold(0.0, f32::max);
    // 2 pi f / rate of the sine, and a little for what is laid over each other.
    assert!(steepest < 0.5 * (TAU * 500.0 / 48_000.0) as f32 * 1.1, "a click: {steepest}");
}

#[test]
fn at_its_own_speed_again_every_sample_passes_and_the_way_says_so() {
    let rig = Rig::new(Pace::Stepped, None);
    let fake = Fake::noise(48_000, 1, 400_000, 4);
    rig.add("1", &fake);
    rig.load(1, "1");
    rig.engine.send(EngineCommand::SetNext(None));
    rig.step_until_frames(20_000);
    rig.engine.send(at_speed(150));
    let changed = Verdict::Changed(vec![StageKind::Speed]);
    rig.wait_for("the speed", |event| matches!(event, EngineEvent::Signal(way) if way.verdict() == changed));
    rig.step_until_frames(60_000);
    rig.engine.send(at_speed(100));
    rig.step_until_ended(1);
    let got = rig.capture.samples();
    assert!(got[..20_000] == fake.samples[..20_000]);
    let same = got.iter().rev().zip(fake.samples.iter().rev()).take_while(|(got, made)| got == made).count();
    assert!(same >= 200_000, "the last {same} of {} are as they were", got.len());
    assert!(got.len() < 400_000 - 10_000, "a part of it was faster: {}", got.len());
}
