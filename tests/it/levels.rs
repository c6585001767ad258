//! Loudness of playback, parts that repeat, and the way of the sound as it is told: what is said is what the samples are.

use std::time::Duration;

use auralis::engine::command::{EngineCommand, EngineEvent};
use auralis::engine::output::capture::Pace;
use auralis::model::audio::Spec;
use auralis::model::loudness::{Leveling, LoudnessTags};
use auralis::model::settings::{LevelMode, LevelSettings, SoundSettings};
use auralis::model::signal::{SignalPath, StageKind, Verdict};

use crate::rig::{Fake, Rig, item};

fn leveled(mode: LevelMode) -> EngineCommand {
    let level = LevelSettings { mode, ..LevelSettings::default() };
    EngineCommand::Sound(SoundSettings { level, ..SoundSettings::default() })
}

fn tagged(gain_db: f32, peak: f32) -> LoudnessTags {
    let track = Leveling { gain_db: Some(gain_db), peak: Some(peak) };
    LoudnessTags { track, album: Leveling { gain_db: Some(gain_db + 2.0), peak: Some(peak) } }
}

/// 20 dB is a factor of ten.
#[test]
fn each_item_has_its_own_gain_from_its_first_frame_to_its_last() {
    let rig = Rig::new(Pace::Free, None);
    rig.engine.send(leveled(LevelMode::Track));
    for (play, gain) in [(1, -20.0), (2, -40.0), (3, 0.0)] {
        let fake = Fake { loudness: tagged(gain, 0.9), ..Fake::new(48_000, 2, vec![0.5; 2 * 20_001]) };
        rig.add(&play.to_string(), &fake);
    }
    rig.load(1, "1");
    rig.next(2, "2");
    rig.wait_for("a join", |event| matches!(event, EngineEvent::Crossed { to, .. } if to.0 == 2));
    rig.next(3, "3");
    rig.wait_ended(3);
    let got = rig.end();
    let is = |range: std::ops::Range<usize>, value: f32| {
        got[2 * range.start..2 * range.end].iter().all(|sample| (sample - value).abs() < 1e-7)
    };
    assert!(is(0..20_001, 0.05) && is(20_001..40_002, 0.005) && is(40_002..60_003, 0.5));
}

#[test]
fn auto_takes_the_album_where_one_plays() {
    for (in_album, expected_db) in [(false, -12.0_f64), (true, -10.0)] {
        let rig = Rig::new(Pace::Free, None);
        rig.engine.send(leveled(LevelMode::Auto));
        rig.add("1", &Fake { loudness: tagged(-12.0, 0.5), ..Fake::new(44_100, 1, vec![0.5; 30_000]) });
        let mut item = item(1, "1");
        item.context.in_album = in_album;
        rig.engine.send(EngineCommand::Load {
            item,
            place: auralis::engine::command::Place::Start,
            paused: false,
        });
        rig.engine.send(EngineCommand::SetNext(None));
        rig.wait_ended(1);
        let got = f64::from(rig.end()[15_000]);
        assert!((20.0 * (got / 0.5).log10() - expected_db).abs() < 1e-3, "{in_album}: {got}");
    }
}

#[test]
fn a_change_while_it_plays_is_a_ramp() {
    let rig = Rig::new(Pace::Stepped, None);
    rig.add("1", &Fake { loudness: tagged(-20.0, 0.9), ..Fake::new(48_000, 1, vec![0.5; 400_000]) });
    rig.load(1, "1");
    rig.step_until_frames(20_000);
    rig.engine.send(leveled(LevelMode::Track));
    rig.step_until_frames(100_000);
    let got = rig.capture.samples();
    assert_eq!((got[100], got[99_000]), (0.5, 0.05));
    let steepest = got.windows(2).map(|pair| (pair[1] - pair[0]).abs()).fold(0.0, f32::max);
    assert!(steepest < 0.45 / 900.0, "{steepest}");
}

/// What the way says last before `what` holds.
fn signal(rig: &Rig, what: &str, holds: impl Fn(&SignalPath) -> bool) -> SignalPath {
    let event = rig.wait_for(what, |event| matches!(event, EngineEvent::Signal(path) if holds(path)));
    let EngineEvent::Signal(path) = event else { unreachable!() };
    path
}

#[test]
fn the_way_is_bit_perfect_only_while_nothing_changes_the_samples() {
    let rig = Rig::new(Pace::RealTime, None);
    rig.add("1", &Fake { loudness: tagged(-6.0, 0.9), ..Fake::noise(48_000, 2, 480_000, 1) });
    rig.load(1, "1");
    let way = signal(&rig, "the way", |path| !path.stages.is_empty());
    assert_eq!(way.verdict(), Verdict::BitPerfect);
    assert_eq!(way.stages[0].detail, "FLAC 48 kHz 16 bit, stereo");
    // 99 % of the knob.
    rig.engine.send(EngineCommand::Gain(0.99 * 0.99 * 0.99));
    let way = signal(&rig, "the volume", |path| path.verdict() != Verdict::BitPerfect);
    assert_eq!(way.verdict(), Verdict::Changed(vec![StageKind::Volume]));
    rig.engine.send(leveled(LevelMode::Track));
    let both = Verdict::Changed(vec![StageKind::Loudness, StageKind::Volume]);
    let way = signal(&rig, "the loudness", |path| path.verdict() == both);
    let loudness = way.stages.iter().find(|stage| stage.kind == StageKind::Loudness).unwrap();
    assert_eq!(loudness.detail, "-6.0 dB: track gain of its tags");
    rig.engine.send(EngineCommand::Gain(1.0));
    rig.engine.send(leveled(LevelMode::Off));
    signal(&rig, "nothing", |path| path.verdict() == Verdict::BitPerfect);
    rig.engine.send(EngineCommand::Stop);
    signal(&rig, "the end", |path| path.verdict() == Verdict::Nothing);
}

#[test]
fn the_way_names_resampling_channels_and_what_was_accepted() {
    let rig = Rig::new(Pace::RealTime, Some(Spec { rate: 48_000, channels: 2 }));
    rig.add("1", &Fake::noise(44_100, 6, 200_000, 1));
    rig.load(1, "1");
    let way = signal(&rig, "the way", |path| !path.stages.is_empty());
    assert_eq!(way.verdict(), Verdict::Changed(vec![StageKind::Channels, StageKind::Resampler]));
    let detail = |kind| &way.stages.iter().find(|stage| stage.kind == kind).unwrap().detail;
    assert_eq!(detail(StageKind::Channels), "6 channels to stereo");
    assert_eq!(detail(StageKind::Resampler), "44.1 kHz to 48 kHz");
    assert_eq!(detail(StageKind::Output), "capture: f32 48 kHz, stereo");
}

#[test]
fn a_part_repeats_to_the_sample_until_it_is_let_go() {
    let rig = Rig::new(Pace::Stepped, None);
    let fake = Fake::noise(48_000, 1, 200_000, 5);
    rig.add("1", &fake);
    rig.load(1, "1");
    rig.engine.send(EngineCommand::SetNext(None));
    rig.step_until_frames(10_000);
    rig.engine.send(EngineCommand::Loop(Some(30_000..41_003)));
    rig.step_until_frames(80_000);
    let got = rig.capture.samples();
    let part = &fake.samples[30_000..41_003];
    // After the fades of the jump: some copy, then the next one touching it.
    let probe = &part[2_000..2_032];
    let at = got.windows(32).position(|window| window == probe).unwrap() - 2_000;
    let repeated = part.repeat(4);
    let heard = &got[at + 1_000..at + 3 * part.len()];
    assert_eq!(heard, &repeated[1_000..3 * part.len()]);
    let position = rig.engine.clock().position().unwrap();
    assert!((30_000..41_003).contains(&position.frame), "{position:?}");
    rig.engine.send(EngineCommand::Loop(None));
    std::thread::sleep(Duration::from_millis(20));
    rig.step_until_ended(1);
    let got = rig.capture.samples();
    let tail = &fake.samples[199_000..];
    assert_eq!(&got[got.len() - 1_000..], tail, "it plays on to the end");
}

/// dB of true peak over full scale by 16-fold interpolation with a long windowed sinc: another meter than the limiter's.
fn true_peak_db(samples: &[f32]) -> f64 {
    const REACH: i64 = 48;
    let value = |at: i64| samples.get(at as usize).copied().map_or(0.0, f64::from);
    let mut peak = 0.0_f64;
    for at in 0..samples.len() as i64 {
        for step in 0..16 {
            let offset = f64::from(step) / 16.0;
            let tap = |k: i64| {
                let x = offset - k as f64;
                let window = (std::f64::consts::PI * x / (2.0 * (REACH + 1) as f64)).cos().powi(2);
                let sinc = if x == 0.0 {
                    1.0
                } else {
                    (std::f64::consts::PI * x).sin() / (std::f64::consts::PI * x)
                };
                value(at + k) * sinc * window
            };
            if value(at).abs() > 0.3 || step == 0 {
                peak = peak.max((-REACH..=REACH).map(tap).sum::<f64>().abs());
            }
        }
    }
    20.0 * peak.log10()
}

#[test]
fn a_gain_that_no_peak_bounds_is_held_by_the_limiter_and_what_follows_is_untouched() {
    let rig = Rig::new(Pace::Free, None);
    let level = LevelSettings { mode: LevelMode::Track, preamp_db: 0.0, unknown_db: 9.0 };
    rig.engine.send(EngineCommand::Sound(SoundSettings { level, ..SoundSettings::default() }));
    let (blind, known) = (Fake::noise(48_000, 1, 12_011, 1), Fake::noise(48_000, 1, 400_003, 2));
    rig.add("1", &blind);
    rig.add("2", &Fake { loudness: tagged(0.0, 1.0), ..known.clone() });
    rig.load(1, "1");
    rig.next(2, "2");
    let crossed = rig.wait_for("the join", |event| matches!(event, EngineEvent::Crossed { .. }));
    assert!(matches!(crossed, EngineEvent::Crossed { at: 12_011, .. }), "{crossed:?}");
    rig.wait_ended(2);
    let got = rig.end();
    assert_eq!(got.len(), 12_011 + 400_003, "the limiter takes no frame and adds none");
    let peak = true_peak_db(&got[1_000..11_000]);
    // Meters of 4-fold oversampling, as the limiter's, read up to 0.688 dB too little near half the rate, where this noise
    // reaches (ITU-R BS.1770-5 Annex 2, Attachment 1).
    assert!((-1.6..-1.0 + 0.688).contains(&peak), "{peak} dBTP");
    let alike = got[got.len() - 10_000..] == known.samples[390_003..];
    assert!(alike, "it left once it held nothing down");
}

/// -20 dB is a tenth. The first blocks of what follows wait in the pipe when its loudness becomes known.
#[test]
fn what_is_found_of_the_next_items_loudness_counts_when_it_begins() {
    for near_its_end in [false, true] {
        let rig = Rig::new(Pace::Stepped, None);
        for name in ["1", "2"] {
            rig.add(name, &Fake::new(48_000, 1, vec![0.5; 60_000]));
        }
        rig.load(1, "1");
        rig.next(2, "2");
        rig.step_until_frames(if near_its_end { 40_000 } else { 1_000 });
        let mut known = item(2, "2");
        known.context.measured = tagged(-20.0, 0.9);
        rig.engine.send(EngineCommand::SetNext(Some(known)));
        // What is asked after it is told of when it is done.
        rig.engine.send(leveled(LevelMode::Track));
        signal(&rig, "the commands", |path| {
            path.stages.iter().any(|stage| stage.detail.contains("not known"))
        });
        rig.step_until_frames(119_000);
        let got = rig.capture.samples();
        assert!(got[..60_000].iter().all(|sample| *sample == 0.5), "{near_its_end}");
        let follows = &got[60_000..119_000];
        assert!(follows.iter().all(|sample| (sample - 0.05).abs() < 1e-6), "{near_its_end}: {}", follows[0]);
    }
}
