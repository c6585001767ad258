//! Joins: samples of items that follow each other are contiguous, whatever their lengths; where rates differ each item
//! has the frames that arithmetic gives it and nothing clicks.

use std::f64::consts::TAU;
use std::fs;
use std::sync::Arc;

use auralis::engine::Files;
use auralis::engine::command::{EngineCommand, EngineEvent, Place};
use auralis::engine::output::capture::{CaptureHandle, Pace};
use auralis::model::audio::Spec;
use auralis::model::id::PlayId;

use crate::media;
use crate::rig::{Fake, Rig, item, start};

/// Plays the named items in order, each told as next when the one before begins; returns the samples.
fn play_all(rig: &Rig, count: u64) {
    rig.load(1, "1");
    rig.next(2, "2");
    for play in 2..count {
        rig.wait_for("a join", |event| matches!(event, EngineEvent::Crossed { to, .. } if to.0 == play));
        rig.next(play + 1, &(play + 1).to_string());
    }
    rig.wait_ended(count);
}

fn assert_same(got: &[f32], expected: &[f32]) {
    assert_eq!(got.len(), expected.len(), "samples");
    if let Some(at) = (0..got.len()).find(|&n| got[n].to_bits() != expected[n].to_bits()) {
        panic!("sample {at} is {} and not {}", got[at], expected[at]);
    }
}

#[test]
fn items_of_one_kind_join_bit_for_bit() {
    let rig = Rig::new(Pace::Free, None);
    let lengths = [30_011, 1, 4096, 7, 0, 100_003, 2, 4095, 4097];
    let mut all = Vec::new();
    for (play, frames) in (1..).zip(lengths) {
        let fake = Fake::noise(44_100, 2, frames, play);
        all.extend_from_slice(&fake.samples);
        rig.add(&play.to_string(), &fake);
    }
    play_all(&rig, lengths.len() as u64);
    assert_eq!(rig.engine.totals().frames, all.len() as u64 / 2);
    assert_same(&rig.end(), &all);
}

#[test]
fn events_carry_the_output_frame_that_each_item_begins_with() {
    let rig = Rig::new(Pace::Free, None);
    for (play, frames) in [(1, 10_000), (2, 20_000), (3, 5)] {
        rig.add(&play.to_string(), &Fake::noise(48_000, 1, frames, play));
    }
    rig.load(1, "1");
    rig.next(2, "2");
    assert!(matches!(rig.event(), EngineEvent::Started { play: PlayId(1), at: 0, .. }));
    let crossed = rig.event();
    assert!(
        matches!(crossed, EngineEvent::Crossed { from: PlayId(1), to: PlayId(2), at: 10_000, .. }),
        "{crossed:?}"
    );
    rig.next(3, "3");
    let crossed = rig.event();
    assert!(matches!(crossed, EngineEvent::Crossed { to: PlayId(3), at: 30_000, .. }), "{crossed:?}");
    assert_eq!(rig.event(), EngineEvent::Ended { play: PlayId(3) });
}

/// Real files through the real decoder: one signal cut at an arbitrary frame into two FLAC files.
#[test]
fn a_signal_cut_in_two_flac_files_plays_as_uncut() {
    let folder = tempfile::tempdir().unwrap();
    let whole = media::Material::new(61_237, 2, 44_100, 16);
    let samples = whole.to_f32();
    let cut = 23_457;
    let wav = folder.path().join("whole.wav");
    whole.write_wav(&wav);
    let parts = [("a.flac", format!("--until={cut}")), ("b.flac", format!("--skip={cut}"))];
    for (name, range) in &parts {
        let to = folder.path().join(name);
        media::run("flac", &["-s", range, "-o", to.to_str().unwrap(), wav.to_str().unwrap()]);
    }
    let capture = CaptureHandle::new(Pace::Free, None);
    let (engine, events) = start(capture.outputs(), Arc::new(Files::default()), |_| {});
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    engine.send(EngineCommand::Load { item: item(1, &path("a.flac")), place: Place::Start, paused: false });
    engine.send(EngineCommand::SetNext(Some(item(2, &path("b.flac")))));
    while events.recv_timeout(crate::rig::PATIENCE).unwrap() != (EngineEvent::Ended { play: PlayId(2) }) {
        // A file that is removed while it plays, plays on.
        let _ = fs::remove_file(folder.path().join("a.flac"));
    }
    assert_same(&capture.samples(), &samples);
    assert!(engine.shutdown(crate::rig::PATIENCE));
}

fn sine(rate: u32, seconds: std::ops::Range<f64>) -> Vec<f32> {
    let frame = |time: f64| (time * f64::from(rate)).round() as u64;
    let value = |n: u64| (0.5 * (TAU * 441.0 * n as f64 / f64::from(rate)).sin()) as f32;
    (frame(seconds.start)..frame(seconds.end)).map(value).collect()
}

/// The same sine in files of three rates, cut at whole periods: it goes on through each join.
#[test]
fn a_sine_goes_on_through_joins_of_different_rates() {
    let rates = [44_100, 48_000, 96_000, 44_100];
    let output = Spec { rate: 48_000, channels: 1 };
    let rig = Rig::new(Pace::Free, Some(output));
    for (play, rate) in (1..).zip(rates) {
        let start = (play - 1) as f64;
        rig.add(&play.to_string(), &Fake::new(rate, 1, sine(rate, start..start + 1.0)));
    }
    play_all(&rig, 4);
    let got = rig.end();
    assert_eq!(got.len(), 4 * 48_000);
    let worst = |range: std::ops::Range<usize>| {
        let expected = sine(48_000, 0.0..4.0);
        range.map(|n| (f64::from(got[n]) - f64::from(expected[n])).abs()).fold(0.0, f64::max)
    };
    assert!(worst(5_000..43_000) < 1e-6);
    for join in [48_000, 96_000, 144_000] {
        let error = worst(join - 3_000..join + 3_000);
        assert!(error < 5e-3, "{error} at the join {join}");
    }
}

#[test]
fn frames_of_resampled_items_are_the_exact_ratio_and_the_resampler_runs_on() {
    let output = Spec { rate: 48_000, channels: 1 };
    let rig = Rig::new(Pace::Free, Some(output));
    let (first, second, third) = (10_007, 20_011, 5_003);
    let fakes = [(44_100, first, 1), (44_100, second, 2), (96_000, third, 3)];
    for (play, (rate, frames, seed)) in (1..).zip(fakes) {
        rig.add(&play.to_string(), &Fake::noise(rate, 1, frames as usize, seed));
    }
    rig.load(1, "1");
    rig.next(2, "2");
    rig.event();
    let ratio = |frames: u64, from: u64| (frames * 48_000).div_ceil(from);
    let join = ratio(first, 44_100);
    let crossed = rig.event();
    assert!(matches!(crossed, EngineEvent::Crossed { at, .. } if at == join), "{crossed:?}, not {join}");
    rig.next(3, "3");
    let join = ratio(first + second, 44_100);
    let crossed = rig.event();
    assert!(matches!(crossed, EngineEvent::Crossed { at, .. } if at == join), "{crossed:?}, not {join}");
    rig.wait_ended(3);
    assert_eq!(rig.end().len() as u64, join + ratio(third, 96_000));
}

/// Two halves of one signal, resampled through the join, give what the whole gives.
#[test]
fn a_join_under_resampling_is_no_join_at_all() {
    let whole = Fake::noise(44_100, 2, 50_000, 9);
    let play = |cuts: &[usize]| {
        let rig = Rig::new(Pace::Free, Some(Spec { rate: 48_000, channels: 2 }));
        let mut from = 0;
        for (play, to) in (1..).zip(cuts) {
            rig.add(&play.to_string(), &Fake::new(44_100, 2, whole.samples[2 * from..2 * to].to_vec()));
            from = *to;
        }
        if cuts.len() == 1 {
            rig.load(1, "1");
            rig.wait_ended(1);
        } else {
            play_all(&rig, cuts.len() as u64);
        }
        rig.end()
    };
    assert_same(&play(&[17_777, 30_001, 50_000]), &play(&[50_000]));
}

#[test]
fn channels_change_at_a_join() {
    let rig = Rig::new(Pace::Free, Some(Spec { rate: 48_000, channels: 2 }));
    rig.add("1", &Fake::new(48_000, 1, vec![0.5; 5_000]));
    rig.add("2", &Fake::new(48_000, 2, [0.25, -0.25].repeat(5_000)));
    rig.add("3", &Fake::new(48_000, 6, [1.0, 0.0, 0.0, 1.0, 0.0, 0.0].repeat(5_000)));
    play_all(&rig, 3);
    let got = rig.end();
    assert_eq!(got.len(), 30_000);
    assert!(got[..10_000].iter().all(|&sample| sample == 0.5));
    assert_same(&got[10_000..20_000], &[0.25, -0.25].repeat(5_000));
    // ITU-R BS.775: left stays left, over 1 + 2 * 0.7071; low frequencies are left out.
    let left = 1.0 / (1.0 + 2.0_f32.sqrt());
    assert!(got[20_000..].chunks(2).all(|frame| (frame[0] - left).abs() < 1e-6 && frame[1] == 0.0));
}
