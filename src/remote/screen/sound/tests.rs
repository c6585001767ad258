//! An output of the core and ears at its other end, joined by a wire that can be cut and loses what is under way.
#![cfg(test)]

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use super::ToEars;
use super::ears::{Ears, Hearing};
use super::output::WithScreens;
use super::seats::Seats;
use crate::engine::output::capture::{CaptureHandle, Pace};
use crate::engine::output::{Fault, Opened, OpensOutputs, OutputError, Outputs, Wanted};
use crate::model::audio::{Spec, Volume};
use crate::model::settings::{OutputSettings, OutputSpec};
use crate::model::track::{AudioFormat, Codec};

const SCREEN: u64 = 7;
const SPEC: Spec = Spec { rate: 44_100, channels: 2 };
const PATIENCE: Duration = Duration::from_secs(20);

struct Wire {
    seats: Arc<Seats>,
    /// Number of the client, 0: it is cut.
    client: Arc<AtomicU64>,
    far: bool,
    over: Arc<AtomicBool>,
}

impl Wire {
    /// Between these seats and ears that are opened on `capture`.
    fn new(capture: &CaptureHandle, far: bool) -> Self {
        Self::with(capture, far, OutputSettings::new(OutputSpec::Auto))
    }

    /// Where the configuration of the ears is this one.
    fn with(capture: &CaptureHandle, far: bool, settings: OutputSettings) -> Self {
        let seats = Arc::<Seats>::default();
        let client = Arc::new(AtomicU64::new(1));
        let over = Arc::new(AtomicBool::new(false));
        seats.sit(SCREEN, 1, far, Arc::new(|| ()));
        let (sender, said) = channel::<ToEars>();
        let (their_seats, laid) = (Arc::clone(&seats), Arc::clone(&client));
        let say = Box::new(move |said| {
            let is_laid = laid.load(Ordering::Acquire) > 0;
            if is_laid {
                their_seats.take(SCREEN, said);
            }
            is_laid
        });
        let hearing = Hearing { settings, outputs: capture.outputs(), host: "here".into() };
        let ears = Ears { hearing, said, say, here: Arc::default() };
        std::thread::spawn(move || ears.run());
        let (their_seats, laid, ends) = (Arc::clone(&seats), Arc::clone(&client), Arc::clone(&over));
        std::thread::spawn(move || {
            while !ends.load(Ordering::Acquire) {
                let client = laid.load(Ordering::Acquire);
                match their_seats.next(SCREEN, client) {
                    Some(message) if laid.load(Ordering::Acquire) == client => drop(sender.send(message)),
                    // It was under way.
                    Some(_) => {}
                    None => std::thread::sleep(Duration::from_millis(1)),
                }
            }
        });
        Self { seats, client, far, over }
    }

    fn cut(&self) {
        let before = self.client.swap(0, Ordering::AcqRel);
        self.seats.rise(SCREEN, before);
    }

    fn lay(&self, client: u64) {
        self.seats.sit(SCREEN, client, self.far, Arc::new(|| ()));
        self.client.store(client, Ordering::Release);
    }

    fn open(&self, output: OutputSpec) -> Result<Opened, OutputError> {
        let mut outputs = WithScreens { outputs: Box::new(Outputs::new()), seats: Arc::clone(&self.seats) };
        outputs.open(&OutputSettings::new(output), &wanted())
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Release);
    }
}

fn wanted() -> Wanted {
    let format = AudioFormat { codec: Codec::Flac, spec: SPEC, bits: Some(16), frames: None };
    Wanted { format, first_frame: 1000 }
}

/// Integers of 16 bits, never the same for long.
fn music(frames: usize) -> Vec<f32> {
    (0..2 * frames).map(|at| ((at * 7919 % 60_013) as f32 - 30_000.0) / 32_768.0).collect()
}

fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !is_so() {
        assert!(begun.elapsed() < PATIENCE, "{what} did not come");
        std::thread::sleep(Duration::from_millis(1));
    }
}

fn write(opened: &mut Opened, mut samples: &[f32]) {
    opened.writer.set_exact(true);
    until("room", || {
        samples = &samples[2 * opened.writer.write(samples)..];
        samples.is_empty()
    });
}

fn end(opened: &Opened) {
    opened.writer.set_ended(true);
    until("the end", || opened.writer.shared().is_drained());
}

#[test]
fn every_sample_comes_once_over_near_and_far_wires_and_over_those_that_are_cut() {
    let music = music(300_000);
    for (far, cuts) in [(false, 0), (true, 0), (false, 40), (true, 10)] {
        let capture = CaptureHandle::new(Pace::Free, None);
        let wire = Arc::new(Wire::new(&capture, far));
        let mut opened = wire.open(OutputSpec::Screen(SCREEN)).unwrap();
        assert_eq!(opened.output.accepted().spec, SPEC);
        assert!(opened.output.accepted().name.ends_with(" on here"), "{:?}", opened.output.accepted());
        let cutting = Arc::clone(&wire);
        let cutter = std::thread::spawn(move || {
            for client in 2..2 + cuts {
                std::thread::sleep(Duration::from_millis(3));
                cutting.cut();
                std::thread::sleep(Duration::from_millis(client % 3));
                cutting.lay(client);
            }
        });
        write(&mut opened, &music);
        end(&opened);
        cutter.join().unwrap();
        let heard = capture.samples();
        let differs = heard.iter().zip(&music).position(|(heard, music)| heard != music);
        let lengths = (heard.len(), music.len());
        assert!(heard == music, "far: {far}, cuts: {cuts}: lengths {lengths:?}, from {differs:?}");
        assert_eq!(opened.writer.shared().audible(), 301_000);
    }
}

#[test]
fn the_place_is_that_of_the_ear_and_no_more_is_sent_than_it_soon_hears() {
    let capture = CaptureHandle::new(Pace::RealTime, None);
    let wire = Wire::new(&capture, true);
    let mut opened = wire.open(OutputSpec::Screen(SCREEN)).unwrap();
    let shared = Arc::clone(opened.writer.shared());
    let music = music(44_100 * 6);
    opened.writer.set_exact(true);
    let mut rest = &music[..];
    until("a second", || {
        rest = &rest[2 * opened.writer.write(rest)..];
        let (audible, consumed) = (shared.audible(), shared.consumed());
        assert!(audible <= 1000 + capture.samples().len() as u64 / 2 + 4_410, "ahead of the ear");
        assert!(consumed - audible <= 3 * 44_100 + 4_410, "{} frames ahead", consumed - audible);
        audible >= 1000 + 44_100
    });
    // More than a device holds is there when it is.
    assert!(shared.consumed() - shared.audible() > 44_100);
}

#[test]
fn a_pause_is_soon_a_rest_and_a_discard_forgets_what_was_sent() {
    let capture = CaptureHandle::new(Pace::RealTime, None);
    let wire = Wire::new(&capture, false);
    let mut opened = wire.open(OutputSpec::Screen(SCREEN)).unwrap();
    let shared = Arc::clone(opened.writer.shared());
    let old = vec![0.25; 2 * 44_100];
    write(&mut opened, &old);
    until("sound", || capture.samples().len() > 10_000);
    opened.writer.set_paused(true);
    until("the rest", || shared.is_at_rest());
    until("silence", || {
        let before = capture.samples().len();
        std::thread::sleep(Duration::from_millis(150));
        capture.samples().len() == before
    });
    let heard = capture.samples().len() / 2;
    assert!(heard < 30_000, "{heard} frames of a second");
    opened.writer.discard(false);
    opened.writer.set_paused(false);
    let new = vec![0.5; 2 * 20_000];
    write(&mut opened, &new);
    end(&opened);
    let all = capture.samples();
    assert!(all[2 * heard..] == new[..], "{} behind {heard}", all.len() / 2 - heard);
    assert_eq!(shared.audible(), 1000 + 44_100 + 20_000);
}

/// A seek and at once another track: nothing of the seek was written yet.
#[test]
fn of_two_discards_the_second_says_how_it_begins() {
    for fades_in in [false, true] {
        let capture = CaptureHandle::new(Pace::Free, None);
        let wire = Wire::new(&capture, false);
        let mut opened = wire.open(OutputSpec::Screen(SCREEN)).unwrap();
        write(&mut opened, &vec![0.25; 2 * 20_000]);
        until("sound", || capture.samples().len() == 2 * 20_000);
        opened.writer.discard(!fades_in);
        // Time enough for the first to be told by itself.
        std::thread::sleep(Duration::from_millis(if fades_in { 30 } else { 0 }));
        opened.writer.discard(fades_in);
        write(&mut opened, &vec![0.5; 2 * 20_000]);
        end(&opened);
        let new = &capture.samples()[2 * 20_000..];
        assert_eq!((new.len(), new[0] == 0.5, new[2 * 19_999]), (2 * 20_000, !fades_in, 0.5));
    }
}

#[test]
fn the_volume_is_that_of_the_ears() {
    let capture = CaptureHandle::new(Pace::Free, None);
    let wire = Wire::new(&capture, false);
    let mut opened = wire.open(OutputSpec::Screen(SCREEN)).unwrap();
    assert!(opened.output.set_gain(0.5, Duration::ZERO));
    write(&mut opened, &vec![0.5; 2 * 10_000]);
    end(&opened);
    assert!(capture.samples() == vec![0.25; 2 * 10_000]);
}

#[test]
fn it_is_never_louder_than_the_configuration_of_the_ears_allows() {
    let capture = CaptureHandle::new(Pace::Free, None);
    let mut settings = OutputSettings::new(OutputSpec::Auto);
    settings.caps.all = Volume::new(50);
    let cap = settings.caps.all.gain();
    let wire = Wire::with(&capture, false, settings);
    let mut opened = wire.open(OutputSpec::Screen(SCREEN)).unwrap();
    write(&mut opened, &vec![0.5; 2 * 10_000]);
    end(&opened);
    assert!(cap < 1.0 && capture.samples() == vec![0.5 * cap; 2 * 10_000]);
}

#[test]
fn what_is_not_there_breaks_or_refuses_says_so() {
    let capture = CaptureHandle::new(Pace::RealTime, None);
    let wire = Wire::new(&capture, false);
    let words = |output| wire.open(output).unwrap_err().to_string();
    assert!(words(OutputSpec::Screen(SCREEN + 1)).contains("not there"));
    capture.refuse(Some(OutputError::Busy { name: "the DAC".into(), holder: None }));
    let why = words(OutputSpec::Screen(SCREEN));
    assert!(why.contains("on here") && why.contains("the DAC is in use"), "{why}");
    capture.refuse(None);
    let opened = wire.open(OutputSpec::Screen(SCREEN)).unwrap();
    assert_eq!(opened.output.fault(), None);
    capture.fail(Fault::Lost);
    let mut opened = opened;
    opened.writer.write(&[0.0; 2000]);
    until("the fault", || opened.output.fault() == Some(Fault::Lost));
    assert!(opened.output.fault_text().unwrap().contains("broken by a test"));
    drop(opened);
    wire.cut();
    // Who sends finds out a moment later; a seat that nobody sits in any more is not there.
    until("the broken link", || {
        let words = wire.open(OutputSpec::Screen(SCREEN)).map_err(|error| error.to_string());
        words.is_err_and(|words| words.contains("link is broken") || words.contains("it is not there"))
    });
}

#[test]
fn beside_another_output_it_gets_the_same() {
    let capture = CaptureHandle::new(Pace::Free, None);
    let wire = Wire::new(&capture, true);
    let there = CaptureHandle::new(Pace::RealTime, None);
    let mut outputs = WithScreens { outputs: there.outputs(), seats: Arc::clone(&wire.seats) };
    let both = OutputSpec::Both(Box::new(OutputSpec::Auto), SCREEN);
    let mut opened = outputs.open(&OutputSettings::new(both), &wanted()).unwrap();
    let music = music(60_000);
    write(&mut opened, &music);
    end(&opened);
    assert!(there.samples() == music);
    until("the end here", || capture.samples().len() >= music.len());
    assert!(capture.samples() == music);
    // No other rate is made of it on the way.
    let other = CaptureHandle::new(Pace::Free, Some(Spec { rate: 48_000, channels: 2 }));
    let wire = Wire::new(&other, false);
    let mut outputs = WithScreens { outputs: there.outputs(), seats: Arc::clone(&wire.seats) };
    let both = OutputSpec::Both(Box::new(OutputSpec::Auto), SCREEN);
    let refused = outputs.open(&OutputSettings::new(both), &wanted()).unwrap_err();
    assert!(refused.to_string().contains("44100 Hz"), "{refused}");
}

/// What ears could say to do harm.
#[test]
fn ears_that_lie_are_held_to_what_was_sent() {
    use super::stream::Stream;
    use super::{FromEars, Heard};
    let stream = Stream::new(3, wanted().format, 1000, Duration::ZERO);
    let woken = Arc::new(Mutex::new(0));
    let wakes = Arc::clone(&woken);
    stream.link(Arc::new(move || *wakes.lock().unwrap() += 1));
    assert!(matches!(stream.next(), Some(ToEars::Open(_))));
    for (received, audible) in [(u64::MAX, u64::MAX), (0, u64::MAX), (u64::MAX, 0)] {
        stream.take(FromEars::Heard(Heard { stream: 3, received, audible, underruns: 0 }));
        let told = stream.told();
        assert_eq!((told.received, told.audible), (1000, 1000));
    }
    assert!(*woken.lock().unwrap() > 0);
}
