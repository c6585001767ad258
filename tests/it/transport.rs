//! The engine under commands: play, pause, seek, stop, loads in quick succession, files that fail or hang, outputs that
//! break, stall, refuse and return. Samples are compared with the sources, so a wrong place shows.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use auralis::engine::command::{EngineCommand, EngineEvent, Place};
use auralis::engine::output::capture::{CaptureHandle, Pace};
use auralis::engine::output::{Fault, Opened, OpensOutputs, OutputError, Outputs, Wanted};
use auralis::model::id::PlayId;
use auralis::model::settings::{OutputSettings, OutputSpec};
use auralis::model::snapshot::OutputState;
use proptest::prelude::*;
use proptest::test_runner::TestRunner;

use crate::rig::{Fake, Rig, item, wait};

const RATE: u32 = 44_100;
/// 10 ms.
const FADE: usize = 441;

/// Each sample tells its frame.
fn counting(frames: usize) -> Fake {
    Fake::new(RATE, 1, (0..frames).map(|n| (n + 1) as f32 / (1 << 22) as f32).collect())
}

fn frame_of(sample: f32) -> usize {
    (sample * (1 << 22) as f32) as usize - 1
}

fn step_until(rig: &Rig, what: &str, is_so: impl Fn(&[f32]) -> bool) {
    wait(what, || {
        rig.capture.step(64);
        is_so(&rig.capture.samples())
    });
}

fn is_started(play: u64) -> impl Fn(&EngineEvent) -> bool {
    move |event| matches!(event, EngineEvent::Started { play: started, .. } if started.0 == play)
}

fn is_open(event: &EngineEvent) -> bool {
    matches!(event, EngineEvent::Output(OutputState::Open(_)))
}

fn is_lost(event: &EngineEvent) -> bool {
    matches!(event, EngineEvent::Output(OutputState::Lost { .. }))
}

fn is_closed(event: &EngineEvent) -> bool {
    matches!(event, EngineEvent::Output(OutputState::Closed))
}

#[test]
fn an_item_begins_with_its_very_first_sample_and_ends_with_its_last() {
    let rig = Rig::new(Pace::RealTime, None);
    let fake = counting(20_000);
    rig.add("a", &fake);
    rig.load(1, "a");
    assert!(is_started(1)(&rig.event()));
    assert_eq!(rig.event(), EngineEvent::Ended { play: PlayId(1) });
    assert_eq!(rig.engine.totals().underruns, 0);
    assert_eq!(rig.position(), None);
    assert_eq!(rig.end(), *fake.samples);
}

/// An item shorter than the ring, and the app takes its time to say what follows: no underrun, and nothing is lost.
#[test]
fn what_follows_may_be_told_late() {
    for pace in [Pace::RealTime, Pace::Free] {
        let rig = Rig::new(pace, None);
        let (first, second) = (counting(1_000), Fake::noise(RATE, 1, 9_000, 2));
        rig.add("a", &first);
        rig.add("b", &second);
        rig.load(1, "a");
        rig.wait_for("it plays", is_started(1));
        std::thread::sleep(Duration::from_millis(100));
        rig.next(2, "b");
        let crossed = rig.wait_for("a join", |event| matches!(event, EngineEvent::Crossed { .. }));
        assert!(matches!(crossed, EngineEvent::Crossed { at: 1_000, .. }), "{crossed:?}");
        rig.wait_ended(2);
        assert_eq!(rig.engine.totals().underruns, 0);
        assert_eq!(rig.end(), [&first.samples[..], &second.samples[..]].concat());
    }
}

#[test]
fn a_place_to_start_from_is_met_exactly() {
    let fake = counting(50_000);
    let places = [
        (Place::Frame(12_345), 12_345),
        (Place::Frame(49_999), 49_999),
        (Place::Frame(1_000_000), 50_000),
        (Place::Time(Duration::from_secs(1)), 44_100),
        (Place::Time(Duration::MAX), 50_000),
        (Place::Fraction(0.5), 25_000),
        (Place::Fraction(f64::NAN), 0),
        (Place::Fraction(-3.0), 0),
        (Place::Fraction(f64::INFINITY), 50_000),
    ];
    for (place, frame) in places {
        let rig = Rig::new(Pace::Free, None);
        rig.add("a", &fake);
        rig.load_at(1, "a", place, false);
        rig.wait_ended(1);
        assert_eq!(rig.end(), fake.samples[frame..], "{place:?}");
    }
}

#[test]
fn loaded_paused_it_stands_ready_without_an_output_and_can_be_sought_in() {
    let rig = Rig::new(Pace::Free, None);
    let fake = counting(50_000);
    rig.add("a", &fake);
    rig.load_at(1, "a", Place::Frame(30_000), true);
    assert!(is_started(1)(&rig.event()));
    assert_eq!(rig.position(), Some((1, 30_000)));
    rig.send(EngineCommand::Seek(Place::Frame(40_001)));
    assert_eq!(rig.event(), EngineEvent::Seeked { play: PlayId(1), frame: 40_001 });
    assert_eq!(rig.position(), Some((1, 40_001)));
    assert_eq!(rig.capture.opened(), 0);
    rig.send(EngineCommand::Play);
    rig.wait_ended(1);
    assert_eq!(rig.end(), fake.samples[40_001..]);
}

#[test]
fn pause_fades_out_and_play_goes_on_from_the_next_sample() {
    let rig = Rig::new(Pace::Stepped, None);
    rig.add("a", &counting(100_000));
    rig.load(1, "a");
    step_until(&rig, "it plays", |samples| samples.len() > 1000);
    rig.send(EngineCommand::Pause);
    step_until(&rig, "it faded out", |samples| samples.ends_with(&[0.0]));
    let paused = rig.capture.samples().len();
    assert_eq!(rig.capture.step(1000), 0);
    wait("the position stands", || rig.position() == Some((1, paused as u64)));
    rig.send(EngineCommand::Play);
    step_until(&rig, "it plays on", |samples| samples.len() > paused + 2 * FADE);
    let samples = rig.end();
    assert_eq!(frame_of(samples[paused + FADE + 10]), paused + FADE + 10);
    assert!(samples[paused] < 0.01 * samples[paused - FADE - 1]);
}

#[test]
fn a_seek_fades_over_to_the_exact_frame() {
    let rig = Rig::new(Pace::Stepped, None);
    rig.add("a", &counting(500_000));
    rig.load(1, "a");
    step_until(&rig, "it plays", |samples| samples.len() > 1000);
    for target in [400_000_u64, 7, 123_457] {
        rig.send(EngineCommand::Seek(Place::Frame(target)));
        wait("it is heard there", || {
            rig.capture.step(64);
            let heard = rig.position().map_or(0, |(_, frame)| frame);
            (target + 1000..target + 100_000).contains(&heard)
        });
        assert!(matches!(
            rig.wait_for("told", |event| matches!(event, EngineEvent::Seeked { .. })),
            EngineEvent::Seeked { frame, .. } if frame == target
        ));
        let samples = rig.capture.samples();
        let last = samples.len() - 1;
        let begin = last - (frame_of(samples[last]) - target as usize);
        assert_eq!(samples[begin - 1], 0.0, "the old faded out");
        for n in 0..last - begin {
            let expected = (target as usize + n + 1) as f32 / (1 << 22) as f32;
            let gain = ((n + 1) as f32 / FADE as f32).min(1.0);
            assert!((samples[begin + n] - expected * gain).abs() < 1e-5, "{n} after {target}");
        }
    }
    rig.end();
}

#[test]
fn a_seek_to_the_end_is_the_end_and_goes_on_with_what_is_next() {
    let rig = Rig::new(Pace::Free, None);
    rig.add("a", &counting(3_000_000));
    let next = Fake::noise(RATE, 1, 5_000, 3);
    rig.add("b", &next);
    rig.load_at(1, "a", Place::Start, true);
    rig.wait_for("ready", is_started(1));
    rig.next(2, "b");
    rig.send(EngineCommand::Seek(Place::Fraction(1.0)));
    rig.send(EngineCommand::Play);
    rig.wait_for("the join", |event| matches!(event, EngineEvent::Crossed { to: PlayId(2), .. }));
    rig.wait_ended(2);
    assert_eq!(rig.end(), *next.samples);
}

#[test]
fn a_skip_fades_the_old_out_and_begins_the_new_whole() {
    let rig = Rig::new(Pace::Stepped, None);
    rig.add("a", &Fake::new(RATE, 1, vec![1.0; 100_000]));
    let new = Fake::noise(RATE, 1, 3_000, 5);
    rig.add("b", &new);
    rig.load(1, "a");
    step_until(&rig, "it plays", |samples| samples.len() > 1000);
    rig.load(2, "b");
    let ended = EngineEvent::Ended { play: PlayId(2) };
    wait("the new one ends", || {
        rig.capture.step(64);
        rig.events_within(Duration::from_millis(1)).contains(&ended)
    });
    let samples = rig.end();
    let begin = samples.len() - 3_000;
    assert_eq!(samples[begin..], **new.samples);
    assert!(samples[begin - FADE..begin].windows(2).all(|pair| pair[1] < pair[0]));
    assert_eq!(samples[begin - 1], 0.0);
}

#[test]
fn after_a_stop_nothing_is_heard_until_the_next_load() {
    let rig = Rig::new(Pace::Stepped, None);
    rig.add("a", &counting(100_000));
    rig.load(1, "a");
    step_until(&rig, "it plays", |samples| samples.len() > 1000);
    rig.send(EngineCommand::Stop);
    step_until(&rig, "it faded out", |samples| samples.ends_with(&[0.0]));
    wait("nothing is current", || rig.position().is_none());
    assert_eq!(rig.capture.step(5000), 0);
    let before = rig.capture.samples().len();
    rig.load(2, "a");
    step_until(&rig, "it plays again", |samples| samples.len() > before + 1000);
    let samples = rig.end();
    assert_eq!(samples[before..before + 1000], counting(1000).samples[..]);
}

#[test]
fn gain_moves_by_a_straight_ramp_and_one_is_untouched() {
    let rig = Rig::new(Pace::Stepped, None);
    rig.add("a", &Fake::new(RATE, 1, vec![1.0; 300_000]));
    rig.load(1, "a");
    step_until(&rig, "it plays", |samples| samples.len() > 1000);
    rig.send(EngineCommand::Gain(0.5));
    step_until(&rig, "it is quieter", |samples| samples.ends_with(&[0.5]));
    let samples = rig.end();
    let begin = samples.iter().position(|&sample| sample != 1.0).unwrap();
    // 20 ms at 44.1 kHz.
    for (n, sample) in samples[begin..begin + 882].iter().enumerate() {
        let expected = 1.0 - 0.5 * (n + 1) as f32 / 882.0;
        assert!((sample - expected).abs() < 1e-6);
    }
    assert!(samples[begin + 882..].iter().all(|&sample| sample == 0.5));
}

#[test]
fn what_is_next_can_change_as_long_as_it_is_not_heard() {
    let (first, wrong, right) =
        (Fake::noise(RATE, 1, 50_000, 1), Fake::noise(RATE, 1, 9_000, 2), Fake::noise(RATE, 1, 8_000, 3));
    let rig = Rig::new(Pace::Stepped, None);
    for (name, fake) in [("a", &first), ("b", &wrong), ("c", &right)] {
        rig.add(name, fake);
    }
    rig.load(1, "a");
    rig.next(2, "b");
    // Both lie in the pipe by then, and none of the second in the ring.
    rig.wait_for("decoded", |event| matches!(event, EngineEvent::Decoded { play: PlayId(2), .. }));
    rig.next(3, "c");
    let crossed = |event: &EngineEvent| matches!(event, EngineEvent::Crossed { to, .. } if to.0 == 3);
    wait("the join", || {
        rig.capture.step(512);
        rig.events_within(Duration::from_millis(1)).iter().any(crossed)
    });
    step_until(&rig, "all of it", |samples| samples.len() == 58_000);
    let samples = rig.end();
    assert_eq!(samples[..50_000], **first.samples);
    assert_eq!(samples[50_000..], **right.samples);
}

#[test]
fn a_join_that_is_in_the_ring_already_is_taken_back() {
    let rig = Rig::new(Pace::Stepped, None);
    let right = Fake::noise(RATE, 1, 8_000, 3);
    rig.add("a", &counting(3_000));
    rig.add("b", &Fake::noise(RATE, 1, 90_000, 2));
    rig.add("c", &right);
    rig.load(1, "a");
    rig.next(2, "b");
    step_until(&rig, "it plays", |samples| samples.len() >= 1000);
    std::thread::sleep(Duration::from_millis(50));
    rig.next(3, "c");
    let told = Mutex::new(Vec::new());
    wait("the end", || {
        rig.capture.step(64);
        told.lock().unwrap().extend(rig.events_within(Duration::from_millis(1)));
        told.lock().unwrap().contains(&EngineEvent::Ended { play: PlayId(3) })
    });
    let crossings =
        told.lock().unwrap().iter().filter(|event| matches!(event, EngineEvent::Crossed { .. })).count();
    assert_eq!(crossings, 1, "nobody hears of the second");
    let samples = rig.end();
    let begin = samples.len() - 8_000;
    assert_eq!(samples[begin..], **right.samples);
    assert_eq!(frame_of(samples[begin - 1]), 2_999, "the first is heard to its end");
}

#[test]
fn of_many_loads_only_the_last_is_heard() {
    let rig = Rig::new(Pace::Free, None);
    rig.add("a", &counting(400_000));
    let last = Fake::noise(48_000, 2, 10_000, 4);
    rig.add("b", &last);
    for play in 1..=300 {
        rig.load(play, "a");
        rig.send(EngineCommand::Seek(Place::Frame(play * 1000)));
    }
    rig.load(301, "b");
    rig.wait_ended(301);
    assert!(rig.events_within(Duration::from_millis(50)).is_empty(), "nothing of the others comes later");
    rig.end();
}

#[test]
fn a_file_that_does_not_open_is_told_and_nothing_follows() {
    let rig = Rig::new(Pace::Free, None);
    rig.load(1, "missing");
    let failed = rig.event();
    assert!(matches!(failed, EngineEvent::Failed { play: PlayId(1), was_heard: false, .. }), "{failed:?}");
    let fake = counting(10_000);
    rig.add("a", &fake);
    rig.load(2, "a");
    rig.next(3, "missing");
    rig.wait_for("the next fails", |event| {
        matches!(event, EngineEvent::Failed { play: PlayId(3), was_heard: false, .. })
    });
    rig.wait_ended(2);
    assert_eq!(rig.end(), *fake.samples);
}

#[test]
fn a_file_that_breaks_is_heard_to_the_break_and_the_next_follows() {
    let rig = Rig::new(Pace::Free, None);
    let broken = Fake { breaks_at: Some(11_520), ..counting(30_000) };
    let next = Fake::noise(RATE, 1, 5_000, 3);
    rig.add("a", &broken);
    rig.add("b", &next);
    rig.load(1, "a");
    rig.next(2, "b");
    rig.wait_for("it is told", |event| {
        matches!(event, EngineEvent::Failed { play: PlayId(1), was_heard: true, .. })
    });
    rig.wait_ended(2);
    let samples = rig.end();
    assert_eq!(samples[..11_520], broken.samples[..11_520]);
    assert_eq!(samples[11_520..], **next.samples);
    let rig = Rig::new(Pace::Free, None);
    rig.add("a", &Fake { breaks_at: Some(0), ..counting(30_000) });
    rig.load(1, "a");
    let failed = rig.event();
    assert!(matches!(failed, EngineEvent::Failed { was_heard: false, .. }), "{failed:?}");
    assert!(rig.events_within(Duration::from_millis(50)).is_empty());
}

#[test]
fn a_file_that_hangs_holds_nobody_up() {
    let rig = Rig::new(Pace::Free, None);
    let gate = Arc::new(Mutex::new(()));
    let held = gate.lock().unwrap();
    let fake = counting(10_000);
    rig.add("a", &fake);
    rig.add("hangs", &Fake { gate: Some(Arc::clone(&gate)), ..counting(10) });
    rig.load(1, "a");
    rig.next(2, "hangs");
    rig.wait_for("it plays", is_started(1));
    rig.load(3, "hangs");
    rig.load(4, "a");
    rig.wait_for("another decode thread took over", is_started(4));
    rig.wait_ended(4);
    let samples = rig.end();
    assert_eq!(samples[samples.len() - 10_000..], **fake.samples);
    drop(held);
}

#[test]
fn an_output_that_breaks_is_opened_again_and_not_a_frame_is_missed() {
    let rig = Rig::new(Pace::RealTime, None);
    let fake = counting(44_100);
    rig.add("a", &fake);
    rig.load(1, "a");
    rig.wait_for("open", is_open);
    rig.wait_position("it plays", |_, frame| frame > 10_000);
    rig.capture.fail(Fault::Lost);
    rig.wait_for("lost", is_lost);
    let (_, stands) = rig.position().unwrap();
    assert_eq!(stands as usize, rig.capture.samples().len(), "it stands where it was heard");
    rig.wait_for("open again", is_open);
    rig.wait_ended(1);
    assert_eq!(rig.capture.opened(), 2);
    assert_eq!(rig.end(), *fake.samples);
}

#[test]
fn an_output_that_stalls_is_given_up_and_one_that_returns_is_taken() {
    let rig = Rig::new(Pace::RealTime, None);
    let fake = counting(30_000);
    rig.add("a", &fake);
    rig.load(1, "a");
    rig.wait_position("it plays", |_, frame| frame > 5_000);
    rig.capture.stall(true);
    rig.wait_for("noticed", is_lost);
    rig.capture.refuse(Some(OutputError::NoDevice { why: "unplugged".into() }));
    rig.wait_for("the attempt fails", is_lost);
    rig.capture.refuse(None);
    rig.capture.stall(false);
    rig.wait_ended(1);
    assert_eq!(rig.end(), *fake.samples);
}

#[test]
fn a_device_with_nothing_to_do_is_let_go_and_taken_again_on_play() {
    let rig = Rig::with(Pace::RealTime, None, |options| options.let_go_after = Duration::from_millis(60));
    let fake = counting(30_000);
    rig.add("a", &fake);
    rig.load(1, "a");
    rig.wait_position("it plays", |_, frame| frame > 5_000);
    rig.send(EngineCommand::Pause);
    rig.wait_for("let go", is_closed);
    let heard = rig.capture.samples().len();
    assert_eq!(rig.position(), Some((1, heard as u64)));
    rig.send(EngineCommand::Play);
    rig.wait_ended(1);
    rig.wait_for("let go after the end", is_closed);
    let samples = rig.end();
    assert_eq!(samples.len(), 30_000, "no frame is lost or repeated");
    assert_eq!(samples[heard..], fake.samples[heard..]);
    assert_eq!(samples[..heard - FADE], fake.samples[..heard - FADE]);
}

/// Whatever lay ready while it was held, and wherever it was sent.
#[test]
fn an_item_begins_after_one_that_was_held_until_the_device_was_let_go() {
    let rig = Rig::with(Pace::RealTime, None, |options| options.let_go_after = Duration::from_millis(20));
    rig.add("a", &counting(40_000));
    rig.add("b", &Fake::noise(48_000, 2, 30_000, 7));
    let songs = ["a", "b"];
    for round in 0..32 {
        let (play, song) = (10 * round + 1, |at: u64| songs[(at % 2) as usize]);
        let started = |play: u64| move |event: &EngineEvent| matches!(event, EngineEvent::Started { play: told, .. } if told.0 == play);
        rig.load(play, song(round));
        rig.wait_for("sound", started(play));
        rig.load_at(play + 1, song(round / 2), Place::Start, true);
        if round % 4 != 3 {
            rig.next(play + 2, song(round / 4));
        }
        if round % 3 != 0 {
            rig.send(EngineCommand::Seek(Place::Fraction((round % 10) as f64 / 10.0)));
        }
        rig.wait_for("let go", is_closed);
        rig.load(play + 3, song(round / 8));
        rig.wait_for("sound after it", started(play + 3));
    }
}

/// What lies in the ring is void and, at some of these moments, fills it until the output looks, which nobody is told of.
#[test]
fn loaded_paused_it_stands_ready_behind_what_was_playing() {
    let rig = Rig::null();
    rig.add("a", &counting(400_000));
    rig.add("b", &Fake::noise(48_000, 2, 400_000, 7));
    for round in 0..12 {
        let play = 2 * round + 1;
        rig.load(play, "a");
        rig.wait_position("it plays", |heard, frame| heard == play && frame > 5_000);
        std::thread::sleep(Duration::from_millis(7 * round));
        rig.load_at(play + 1, "b", Place::Frame(12_345), true);
        rig.wait_for("it stands ready", is_started(play + 1));
        assert_eq!(rig.position(), Some((play + 1, 12_345)));
        rig.send(EngineCommand::Seek(Place::Frame(200_000)));
        assert_eq!(rig.event(), EngineEvent::Seeked { play: PlayId(play + 1), frame: 200_000 });
        assert_eq!(rig.position(), Some((play + 1, 200_000)));
    }
    rig.send(EngineCommand::Play);
    rig.wait_position("it goes on", |_, frame| frame > 205_000);
    rig.send(EngineCommand::Pause);
    rig.send(EngineCommand::Seek(Place::Frame(7)));
    assert_eq!(rig.event(), EngineEvent::Seeked { play: PlayId(24), frame: 7 });
    assert_eq!(rig.position(), Some((24, 7)));
}

/// A block of the item before is always on its way when the next is asked for, and items are longer than what is read
/// ahead, so that no end of one wakes anybody. After two seconds a thread that hangs would be replaced.
#[test]
fn an_item_begins_at_once_while_the_one_before_is_being_read() {
    let rig = Rig::null();
    rig.add("slow", &Fake { takes: Duration::from_millis(10), ..counting(4_000_000) });
    rig.add("long", &counting(400_000));
    for paused in [false, true] {
        let took = (0..4).map(|round| {
            let play = 10 * (round + 4 * u64::from(paused)) + 1;
            rig.load_at(play, "slow", Place::Start, paused);
            rig.wait_for("it begins", is_started(play));
            let asked = Instant::now();
            rig.load_at(play + 1, "long", Place::Start, paused);
            rig.wait_for("the next begins", is_started(play + 1));
            asked.elapsed()
        });
        // One of them, on a machine that may be busy.
        let fastest = took.min().unwrap();
        assert!(fastest < Duration::from_secs(1), "{fastest:?}");
    }
}

/// The null output is real, everything else is the capture.
struct Choosy {
    capture: Box<dyn OpensOutputs>,
    real: Outputs,
}

impl OpensOutputs for Choosy {
    fn open(&mut self, settings: &OutputSettings, wanted: &Wanted) -> Result<Opened, OutputError> {
        match settings.output {
            OutputSpec::Null => self.real.open(settings, wanted),
            _ => self.capture.open(settings, wanted),
        }
    }
}

#[test]
fn without_a_device_null_stands_in_until_there_is_one() {
    let capture = CaptureHandle::new(Pace::RealTime, None);
    capture.refuse(Some(OutputError::NoDevice { why: "none".into() }));
    let outputs = Box::new(Choosy { capture: capture.outputs(), real: Outputs::new() });
    let rig = Rig::over(capture, outputs, |options| options.look_again = Duration::from_millis(200));
    let fake = counting(60_000);
    rig.add("a", &fake);
    rig.load(1, "a");
    rig.wait_for("a stand-in", |event| matches!(event, EngineEvent::Output(OutputState::StandIn { .. })));
    rig.wait_position("it plays to nobody", |_, frame| frame > 5_000);
    assert!(rig.capture.samples().is_empty());
    rig.capture.refuse(None);
    rig.wait_for("the device is taken", is_open);
    rig.wait_ended(1);
    let samples = rig.end();
    assert!(samples.len() > 10_000);
    assert_eq!(samples[..], fake.samples[60_000 - samples.len()..]);
}

#[test]
fn another_output_is_moved_to_and_one_that_refuses_is_not() {
    let rig = Rig::new(Pace::RealTime, None);
    let fake = counting(44_100);
    rig.add("a", &fake);
    rig.load(1, "a");
    rig.wait_position("it plays", |_, frame| frame > 5_000);
    let other = OutputSettings::new(OutputSpec::Device(Some("other".into())));
    rig.capture.refuse(Some(OutputError::NotFound { id: "other".into(), nearest: None }));
    rig.send(EngineCommand::Output(other.clone()));
    let refused = rig.wait_for("refused", |event| matches!(event, EngineEvent::OutputRefused { .. }));
    assert!(matches!(refused, EngineEvent::OutputRefused { asked, .. } if asked == other));
    rig.capture.refuse(None);
    rig.send(EngineCommand::Output(other));
    rig.wait_for("moved", is_open);
    assert_eq!(rig.capture.opened(), 2);
    rig.wait_ended(1);
    let samples = rig.end();
    assert_eq!(samples[samples.len() - 10_000..], fake.samples[34_100..]);
}

#[test]
fn an_output_that_can_take_no_more_ends_it_without_a_loop() {
    let rig = Rig::new(Pace::Free, None);
    rig.add("a", &counting(4_000_000));
    rig.load(1, "a");
    rig.wait_for("it plays", is_started(1));
    rig.capture.fail(Fault::Final);
    rig.send(EngineCommand::Play);
    rig.wait_for("told", |event| matches!(event, EngineEvent::OutputEnded { unread: false, .. }));
    rig.wait_for("closed", is_closed);
    assert!(rig.events_within(Duration::from_millis(400)).is_empty());
    assert_eq!(rig.capture.opened(), 1);
    rig.end();
}

#[derive(Debug, Clone)]
enum Deed {
    Load { source: u8, place: Place, paused: bool },
    Next(Option<u8>),
    Seek(Place),
    Play,
    Pause,
    Stop,
    Gain(f32),
    Lose,
    Wait(u8),
}

fn place() -> impl Strategy<Value = Place> {
    prop_oneof![
        Just(Place::Start),
        (0..60_000_u64).prop_map(Place::Frame),
        any::<f64>().prop_map(Place::Fraction),
        (0..3000_u64).prop_map(|ms| Place::Time(Duration::from_millis(ms))),
    ]
}

fn deed() -> impl Strategy<Value = Deed> {
    prop_oneof![
        4 => (0..5_u8, place(), any::<bool>())
            .prop_map(|(source, place, paused)| Deed::Load { source, place, paused }),
        4 => prop::option::of(0..5_u8).prop_map(Deed::Next),
        4 => place().prop_map(Deed::Seek),
        3 => Just(Deed::Play),
        2 => Just(Deed::Pause),
        1 => Just(Deed::Stop),
        1 => (0.0..1.0_f32).prop_map(Deed::Gain),
        1 => Just(Deed::Lose),
        4 => (0..8_u8).prop_map(Deed::Wait),
    ]
}

/// Sources by number; the last does not open.
fn sources() -> Vec<Fake> {
    vec![counting(40_000), Fake::noise(48_000, 2, 30_000, 1), Fake::noise(96_000, 6, 20_000, 2), counting(0)]
}

fn carry_out(rig: &Rig, play: &mut u64, deed: &Deed) {
    match deed.clone() {
        Deed::Load { source, place, paused } => {
            *play += 1;
            rig.load_at(*play, &source.to_string(), place, paused);
        }
        Deed::Next(None) => rig.send(EngineCommand::SetNext(None)),
        Deed::Next(Some(source)) => {
            *play += 1;
            rig.send(EngineCommand::SetNext(Some(item(*play, &source.to_string()))));
        }
        Deed::Seek(place) => rig.send(EngineCommand::Seek(place)),
        Deed::Play => rig.send(EngineCommand::Play),
        Deed::Pause => rig.send(EngineCommand::Pause),
        Deed::Stop => rig.send(EngineCommand::Stop),
        Deed::Gain(gain) => rig.send(EngineCommand::Gain(gain)),
        Deed::Lose => rig.capture.fail(Fault::Lost),
        Deed::Wait(ms) => std::thread::sleep(Duration::from_millis(ms.into())),
    }
}

/// Whatever was asked before, positions are possible ones, the last load is what is heard, and the threads end in time.
fn last_intent_wins(pace: Pace, deeds: &[Deed]) {
    let rig = Rig::with(pace, None, |options| options.let_go_after = Duration::from_millis(15));
    for (number, fake) in sources().iter().enumerate() {
        rig.add(&number.to_string(), fake);
    }
    let last = Fake::noise(44_100, 2, 6_000, 77);
    rig.add("last", &last);
    let mut play = 0;
    for deed in deeds {
        carry_out(&rig, &mut play, deed);
        if let Some((heard, frame)) = rig.position() {
            assert!((1..=play).contains(&heard) && frame <= 40_000, "{heard} at {frame}");
        }
    }
    rig.send(EngineCommand::Gain(1.0));
    rig.load(play + 1, "last");
    rig.wait_ended(play + 1);
    assert!(
        rig.events_within(Duration::from_millis(2))
            .iter()
            .all(|event| matches!(event, EngineEvent::Output(_)))
    );
    let underway = rig.engine.totals();
    assert_eq!(underway.underruns * u64::from(pace == Pace::Free), 0);
    rig.end();
}

fn soak(pace: Pace, cases: u32) {
    let config =
        ProptestConfig { cases, failure_persistence: None, max_shrink_iters: 20, ..Default::default() };
    let deeds = prop::collection::vec(deed(), 1..40);
    TestRunner::new(config)
        .run(&deeds, |deeds| {
            last_intent_wins(pace, &deeds);
            Ok(())
        })
        .unwrap();
}

#[test]
fn random_commands_to_an_output_without_pace() {
    soak(Pace::Free, 16);
}

#[test]
fn random_commands_to_an_output_in_real_time() {
    soak(Pace::RealTime, 8);
}
