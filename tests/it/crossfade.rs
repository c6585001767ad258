//! Crossfades: so many frames as arithmetic says, equal power, only between items that do not belong together, and never
//! a gap where the next one is late.

use std::f64::consts::{PI, TAU};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use auralis::engine::command::{EngineCommand, EngineEvent};
use auralis::engine::output::capture::Pace;
use auralis::model::audio::Spec;
use auralis::model::settings::SoundSettings;
use auralis::model::signal::{Effect, StageKind};

use crate::rig::{Fake, Rig, item};

const RATE: u32 = 48_000;

fn fading(ms: u32) -> EngineCommand {
    EngineCommand::Sound(SoundSettings { crossfade_ms: ms, ..SoundSettings::default() })
}

fn constant(frames: usize, value: f32) -> Fake {
    Fake::new(RATE, 1, vec![value; frames])
}

fn rig(ms: u32, output: Option<Spec>) -> Rig {
    let rig = Rig::new(Pace::Free, output);
    rig.engine.send(fading(ms));
    rig
}

/// Equal power: the squares of both gains add up to one.
fn gains(at: usize, length: usize) -> (f64, f64) {
    let angle = (at as f64 + 0.5) / length as f64 * PI / 2.0;
    (angle.cos(), angle.sin())
}

#[test]
fn two_items_overlap_by_the_length_of_the_fade_with_equal_power() {
    let rig = rig(1_000, None);
    rig.add("1", &constant(200_000, 0.5));
    rig.add("2", &constant(150_000, -0.25));
    rig.load(1, "1");
    rig.next(2, "2");
    rig.wait_ended(2);
    let fade = RATE as usize;
    let got = rig.end();
    assert_eq!(got.len(), 200_000 + 150_000 - fade);
    let start = 200_000 - fade;
    assert!(got[..start].iter().all(|&sample| sample == 0.5));
    assert!(got[200_000..].iter().all(|&sample| sample == -0.25));
    for (at, &sample) in got[start..200_000].iter().enumerate() {
        let (fall, rise) = gains(at, fade);
        let expected = 0.5 * fall - 0.25 * rise;
        assert!((f64::from(sample) - expected).abs() < 1e-6, "{at}: {sample}, not {expected}");
    }
}

#[test]
fn the_next_item_is_crossed_into_where_it_begins_to_be_heard_and_the_signal_tells() {
    let rig = Rig::new(Pace::RealTime, None);
    rig.engine.send(fading(500));
    rig.add("1", &constant(48_000, 0.1));
    rig.add("2", &constant(48_000, 0.1));
    rig.load(1, "1");
    rig.next(2, "2");
    let crossed = rig.wait_for("the join", |event| matches!(event, EngineEvent::Crossed { .. }));
    assert!(matches!(crossed, EngineEvent::Crossed { at: 24_000, .. }), "{crossed:?}");
    let effect = |event: &EngineEvent| match event {
        EngineEvent::Signal(path) => {
            path.stages.iter().find(|stage| stage.kind == StageKind::Crossfade).map(|stage| stage.effect)
        }
        _ => None,
    };
    rig.wait_for("the fade", |event| effect(event) == Some(Effect::Changed));
    rig.wait_for("the fade's end", |event| effect(event) == Some(Effect::Exact));
    rig.wait_ended(2);
}

#[test]
fn items_that_belong_together_join_as_without_a_fade() {
    let rig = rig(2_000, None);
    let (first, second) = (Fake::noise(RATE, 2, 150_001, 1), Fake::noise(RATE, 2, 90_007, 2));
    rig.add("1", &first);
    rig.add("2", &second);
    rig.load(1, "1");
    let mut next = item(2, "2");
    next.context.is_joined = true;
    rig.engine.send(EngineCommand::SetNext(Some(next)));
    rig.wait_ended(2);
    let all = [&first.samples[..], &second.samples[..]].concat();
    assert!(rig.end() == all);
}

#[test]
fn a_short_item_is_faded_by_half_of_itself_and_a_short_end_by_what_there_is() {
    let rig = rig(1_000, None);
    rig.add("1", &constant(100_000, 0.5));
    rig.add("2", &constant(20_000, 0.5));
    rig.add("3", &constant(100_000, 0.5));
    rig.load(1, "1");
    rig.next(2, "2");
    rig.wait_for("a join", |event| matches!(event, EngineEvent::Crossed { to, .. } if to.0 == 2));
    rig.next(3, "3");
    rig.wait_ended(3);
    // 10,000 frames of the second are under the first; the other 10,000 under the third.
    assert_eq!(rig.end().len(), 100_000 + 20_000 + 100_000 - 10_000 - 10_000);
}

#[test]
fn without_a_next_item_all_is_played() {
    let rig = rig(1_000, None);
    let only = Fake::noise(RATE, 2, 123_457, 3);
    rig.add("1", &only);
    rig.load(1, "1");
    rig.engine.send(EngineCommand::SetNext(None));
    rig.wait_ended(1);
    assert!(rig.end() == *only.samples);
}

#[test]
fn rates_and_channels_may_differ() {
    let rig = rig(1_000, Some(Spec { rate: RATE, channels: 2 }));
    let sine = |rate: u32, frames: usize| -> Vec<f32> {
        (0..frames).map(|n| (0.25 * (TAU * 440.0 * n as f64 / f64::from(rate)).sin()) as f32).collect()
    };
    rig.add("1", &Fake::new(44_100, 1, sine(44_100, 132_300)));
    rig.add("2", &Fake::new(96_000, 1, sine(96_000, 288_000)));
    rig.load(1, "1");
    rig.next(2, "2");
    rig.wait_ended(2);
    let got = rig.end();
    assert_eq!(got.len(), 2 * (3 + 3 - 1) * RATE as usize);
    // Three seconds hold whole periods of 440 Hz, so both are in phase: 0.25 (cos + sin), at most 0.25 * sqrt(2).
    let loudest = got.iter().fold(0.0_f32, |most, sample| most.max(sample.abs()));
    assert!(loudest < 0.25 * 1.415, "{loudest}");
    let steepest = got.chunks(2).map(|frame| frame[0]).collect::<Vec<_>>();
    let steepest = steepest.windows(2).map(|pair| (pair[1] - pair[0]).abs()).fold(0.0, f32::max);
    // 2 pi f / rate of the loudest sine there is.
    assert!(steepest < 0.25 * 1.415 * (TAU * 440.0 / f64::from(RATE)) as f32 * 1.02, "a click: {steepest}");
}

/// A device is not let run dry for the sake of a fade.
#[test]
fn a_next_item_that_is_late_makes_no_gap_at_a_device() {
    let rig = Rig::new(Pace::RealTime, None);
    rig.engine.send(fading(600));
    let gate = Arc::new(Mutex::new(()));
    rig.add("1", &constant(60_000, 0.5));
    rig.add("2", &Fake { gate: Some(Arc::clone(&gate)), ..constant(48_000, 0.5) });
    let held = gate.lock().unwrap();
    rig.load(1, "1");
    rig.next(2, "2");
    std::thread::sleep(Duration::from_millis(1_000));
    assert_eq!(rig.engine.totals().underruns, 0);
    drop(held);
    rig.wait_ended(2);
    let got = rig.end();
    // The fade is as long as what was left when the next item came, not longer than asked for.
    assert!((60_000 + 48_000 - 28_800..=60_000 + 48_000).contains(&got.len()), "{}", got.len());
    assert!(got.iter().all(|&sample| sample >= 0.499), "no hole, and equal power never falls below either");
}

#[test]
fn a_fade_that_is_taken_back_in_time_does_not_happen() {
    let rig = Rig::new(Pace::RealTime, None);
    rig.engine.send(fading(2_000));
    rig.add("1", &constant(96_000, 0.5));
    rig.add("2", &constant(48_000, 0.25));
    rig.load(1, "1");
    rig.next(2, "2");
    std::thread::sleep(Duration::from_millis(100));
    let mut next = item(3, "2");
    next.context.is_joined = true;
    rig.engine.send(EngineCommand::SetNext(Some(next)));
    rig.wait_ended(3);
    let got = rig.end();
    let halves = got.iter().filter(|&&sample| sample == 0.5).count();
    // The change itself fades for 10 ms to either side.
    assert!(halves > 96_000 - 4_800 && got.len() >= 96_000 + 48_000 - 1_000, "{halves} of {}", got.len());
}
