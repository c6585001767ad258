//! Mastering of what plays: what is heard is what one chain makes of the item's samples; it comes, changes and goes without
//! a step and without a frame more or less.

use std::sync::Arc;

use auralis::dsp::chain::Chain;
use auralis::engine::command::{EngineCommand, EngineEvent, Place};
use auralis::engine::output::capture::Pace;
use auralis::model::chain::{Band, ChainSpec, Compressor, Mastered};
use auralis::model::id::PlayId;
use auralis::model::signal::{StageKind, Verdict};

use crate::rig::{Fake, Rig, item};

/// A bit of everything that a plan uses.
fn busy() -> ChainSpec {
    let mut spec =
        ChainSpec { gain_db: 5.0, ceiling_dbtp: Some(-1.0), transients_db: 1.0, ..ChainSpec::default() };
    spec.eq[1] = Band::peak(120.0, 0.7, 2.0);
    spec.eq[6] = Band::high_shelf(8_000.0, -1.5);
    spec.compressor = Compressor { threshold_db: -18.0, ratio: 1.6, mix: 0.5, ..Compressor::default() };
    spec
}

fn mastered(spec: ChainSpec) -> Option<Mastered> {
    Some(Mastered { spec, ..Mastered::default() })
}

/// All that one chain makes of this.
fn rendered(rate: u32, channels: usize, spec: &ChainSpec, samples: &[f32]) -> Vec<f32> {
    let mut chain = Chain::new(rate, channels, spec);
    chain.jump();
    let (mut fed, mut out) = (0, Vec::new());
    while fed < samples.len() {
        fed += chain.feed(&samples[fed..]) * channels;
        take(&mut chain, channels, &mut out);
    }
    chain.finish();
    while chain.drain() {
        take(&mut chain, channels, &mut out);
    }
    out
}

fn take(chain: &mut Chain, channels: usize, out: &mut Vec<f32>) {
    out.extend_from_slice(chain.ready());
    chain.consume(chain.ready().len() / channels);
}

fn load(rig: &Rig, play: u64, mastered: Option<Mastered>) {
    let mut item = item(play, &play.to_string());
    item.mastered = mastered.map(Arc::new);
    rig.engine.send(EngineCommand::Load { item, place: Place::Start, paused: false });
}

fn next(rig: &Rig, play: u64, mastered: Option<Mastered>) {
    let mut item = item(play, &play.to_string());
    item.mastered = mastered.map(Arc::new);
    rig.engine.send(EngineCommand::SetNext(Some(item)));
}

#[test]
fn what_is_heard_is_what_one_chain_makes_of_the_samples() {
    for (rate, channels) in [(44_100, 2), (96_000, 2), (48_000, 1), (48_000, 6)] {
        let rig = Rig::new(Pace::Free, None);
        let fake = Fake::noise(rate, channels, 50_001, 7);
        rig.add("1", &fake);
        load(&rig, 1, mastered(busy()));
        rig.engine.send(EngineCommand::SetNext(None));
        rig.wait_ended(1);
        let expected = rendered(rate, usize::from(channels), &busy(), &fake.samples);
        assert_eq!(rig.end(), expected, "{rate} {channels}");
    }
}

/// Items of one plan: one chain over the join. Of two: each as if it were alone.
#[test]
fn joins_go_on_where_the_plan_does_and_begin_anew_where_it_does_not() {
    let other = ChainSpec { gain_db: -3.0, ..busy() };
    for (second, is_shared) in [(busy(), true), (other, false)] {
        let rig = Rig::new(Pace::Free, None);
        let (one, two) = (Fake::noise(44_100, 2, 30_011, 1), Fake::noise(44_100, 2, 20_003, 2));
        rig.add("1", &one);
        rig.add("2", &two);
        load(&rig, 1, mastered(busy()));
        next(&rig, 2, mastered(second));
        rig.wait_for("the join", |event| matches!(event, EngineEvent::Crossed { to, .. } if to.0 == 2));
        rig.engine.send(EngineCommand::SetNext(None));
        rig.wait_ended(2);
        let expected = match is_shared {
            true => rendered(44_100, 2, &busy(), &[one.samples.to_vec(), two.samples.to_vec()].concat()),
            false => {
                let (a, b) =
                    (rendered(44_100, 2, &busy(), &one.samples), rendered(44_100, 2, &second, &two.samples));
                [a, b].concat()
            }
        };
        let got = rig.end();
        assert_eq!(got.len(), expected.len(), "{is_shared}");
        assert!(got == expected, "{is_shared}: first difference at {:?}", differs(&got, &expected));
    }
}

fn differs(a: &[f32], b: &[f32]) -> Option<usize> {
    a.iter().zip(b).position(|(a, b)| a != b)
}

/// Between what is mastered and what is not no frame is lost, and what is not is bit for bit as it is.
#[test]
fn an_item_that_is_not_mastered_is_untouched_beside_one_that_is() {
    let rig = Rig::new(Pace::Free, None);
    let fakes: Vec<Fake> = (1..=3).map(|seed| Fake::noise(44_100, 2, 15_000 + seed, seed as u64)).collect();
    fakes.iter().zip(1..).for_each(|(fake, play)| rig.add(&play.to_string(), fake));
    load(&rig, 1, None);
    next(&rig, 2, mastered(busy()));
    rig.wait_for("a join", |event| matches!(event, EngineEvent::Crossed { to, .. } if to.0 == 2));
    next(&rig, 3, None);
    rig.wait_for("a join", |event| matches!(event, EngineEvent::Crossed { to, .. } if to.0 == 3));
    rig.engine.send(EngineCommand::SetNext(None));
    rig.wait_ended(3);
    let middle = rendered(44_100, 2, &busy(), &fakes[1].samples);
    let expected = [fakes[0].samples.to_vec(), middle, fakes[2].samples.to_vec()].concat();
    assert!(rig.end() == expected);
}

/// On, to the original and back, off: on a steady tone no step is larger than a ramp of some milliseconds makes, and in the
/// end the samples are those of the item.
#[test]
fn turning_it_on_and_off_is_a_fade_that_ends_bit_for_bit() {
    let rig = Rig::new(Pace::Stepped, None);
    let frames = 600_000;
    let tone = |frame: usize| 0.25 * (frame as f32 * 0.01).sin();
    let samples: Vec<f32> = (0..frames).map(tone).collect();
    rig.add("1", &Fake::new(48_000, 1, samples.clone()));
    rig.load(1, "1");
    rig.step_until_frames(50_000);
    let loud = ChainSpec { gain_db: 6.0, ceiling_dbtp: Some(-1.0), ..ChainSpec::default() };
    let play = PlayId(1);
    let tell = |mastered: Option<Mastered>| {
        rig.engine.send(EngineCommand::Master { play, mastered: mastered.map(Arc::new), seconds: 0.0 })
    };
    tell(mastered(loud));
    rig.step_until_frames(150_000);
    tell(Some(Mastered { spec: loud, original_db: Some(6.0), trim_db: 0.0 }));
    rig.step_until_frames(250_000);
    tell(None);
    rig.step_until_frames(400_000);
    let got = rig.capture.samples();
    let steepest = got.windows(2).map(|pair| (pair[1] - pair[0]).abs()).fold(0.0, f32::max);
    // The tone itself at twice its level climbs 0.005 a sample; a fade of 10 ms by 0.25 another 0.0006.
    let place = got.windows(2).position(|pair| (pair[1] - pair[0]).abs() == steepest);
    assert!(steepest < 0.0065, "{steepest} at {place:?}");
    let twice = 10f32.powf(6.0 / 20.0);
    for frame in [120_000, 140_000, 220_000, 240_000] {
        assert!((got[frame] - tone(frame) * twice).abs() < 2e-3, "{frame}: {} {}", got[frame], tone(frame));
    }
    assert!(got[..49_000] == samples[..49_000] && got[350_000..399_000] == samples[350_000..399_000]);
}

#[test]
fn the_way_tells_of_it_and_of_the_original_in_its_place() {
    let rig = Rig::new(Pace::RealTime, None);
    rig.add("1", &Fake::noise(48_000, 2, 480_000, 1));
    load(&rig, 1, mastered(busy()));
    let told = |what: &str, holds: &dyn Fn(&str) -> bool| {
        rig.wait_for(what, |event| {
            let EngineEvent::Signal(path) = event else { return false };
            let stage = path.stages.iter().find(|stage| stage.kind == StageKind::Mastering);
            stage.is_some_and(|stage| holds(&stage.detail))
        })
    };
    let EngineEvent::Signal(path) = told("the master", &|words| words.contains("+5.0 dB")) else {
        unreachable!()
    };
    assert_eq!(path.verdict(), Verdict::Changed(vec![StageKind::Mastering]));
    let mastered = Some(Mastered { spec: busy(), original_db: Some(4.5), trim_db: 0.0 });
    rig.engine.send(EngineCommand::Master {
        play: PlayId(1),
        mastered: mastered.map(Arc::new),
        seconds: 0.0,
    });
    told("the original", &|words| words.contains("the original, +4.5 dB"));
    rig.engine.send(EngineCommand::Master { play: PlayId(1), mastered: None, seconds: 0.0 });
    rig.wait_for(
        "nothing",
        |event| matches!(event, EngineEvent::Signal(path) if path.verdict() == Verdict::BitPerfect),
    );
}

/// After a seek the place is right to the frame: in a chain that only has a gain the samples tell where they are from.
#[test]
fn a_seek_lands_on_its_frame_through_a_chain() {
    let rig = Rig::new(Pace::Stepped, None);
    let samples: Vec<f32> = (0..400_000).map(|frame| frame as f32 / 1_000_000.0).collect();
    rig.add("1", &Fake::new(48_000, 1, samples));
    let spec = ChainSpec { ceiling_dbtp: Some(-1.0), ..ChainSpec::default() };
    load(&rig, 1, mastered(spec));
    rig.step_until_frames(10_000);
    rig.engine.send(EngineCommand::Seek(Place::Frame(200_000)));
    rig.step_until_frames(rig.capture.samples().len() + 40_000);
    rig.wait_for("the seek", |event| matches!(event, EngineEvent::Seeked { frame: 200_000, .. }));
    let got = rig.capture.samples();
    let (_, frame) = rig.position().expect("it plays");
    let heard = got.last().copied().unwrap_or(0.0) * 1_000_000.0;
    assert!(
        heard > 201_000.0 && (f64::from(heard) - frame as f64).abs() <= 2.0,
        "{heard} is told as {frame}"
    );
}
