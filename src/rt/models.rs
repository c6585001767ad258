//! What holds in every order in which two threads can meet here: tried by loom, with the code itself.

use std::sync::Arc;
use std::time::Duration;

use loom::thread;

use super::clock::{PlaybackClock, Segment};
use super::ring::{RingReader, RingWriter, sample_ring};
use super::tap::Tap;
use crate::model::audio::Spec;
use crate::model::id::PlayId;

/// A fade is one frame long.
const SPEC: Spec = Spec { rate: 100, channels: 1 };

/// Tries them all, and says how many there were.
pub fn check(what: &str, switches: Option<usize>, model: impl Fn() + Sync + Send + 'static) {
    let tried = Arc::new(std::sync::atomic::AtomicU64::new(0));
    let (count, began) = (Arc::clone(&tried), std::time::Instant::now());
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = switches;
    builder.max_branches = 10_000;
    builder.check(move || {
        count.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        model();
    });
    let tried = tried.load(std::sync::atomic::Ordering::Relaxed);
    assert!(tried > 1, "{what}: one order shows nothing");
    eprintln!("{what}: {tried} orders in {:.1} s", began.elapsed().as_secs_f64());
}

/// Every field from one number, so that a torn read shows.
fn segment(n: u64) -> Segment {
    let low = n as u32;
    let (play, frame, limit) = (PlayId(n * 3), n * 5, n * 7);
    Segment { at: n, play, frame, rate: low, output_rate: low, speed: 1.0, limit }
}

/// The count of one ring is not added to the place of another.
#[test]
fn an_output_and_its_place_change_at_once() {
    check("output", Some(3), || {
        let clock = Arc::new(PlaybackClock::default());
        let (mut writer, mut reader) = sample_ring(SPEC, 4, 10);
        writer.write(&[0.5; 3]);
        reader.read_available(&mut [0.0; 3]);
        let begun = Segment { at: 10, play: PlayId(1), limit: u64::MAX, ..segment(100) };
        clock.stand(Some(begun), Some(Arc::clone(writer.shared())));
        let (_other, waits) = sample_ring(SPEC, 4, 0);
        let theirs = Arc::clone(&clock);
        let engine = thread::spawn(move || {
            let begun = Segment { at: 0, play: PlayId(2), frame: 900, limit: u64::MAX, ..segment(100) };
            theirs.stand(Some(begun), Some(Arc::clone(waits.shared())));
        });
        let seen = clock.position().map(|position| (position.play.0, position.frame));
        assert!(seen == Some((1, 503)) || seen == Some((2, 900)), "{seen:?}");
        engine.join().unwrap();
    });
}

/// Four frames are kept: the two that come go where the first two were.
#[test]
fn the_eye_never_gets_a_mix_of_old_and_new() {
    check("tap", None, || {
        let tap = Arc::new(Tap::default());
        tap.add_watcher();
        tap.write(0, 100, 1, &[0.0, 1.0, 2.0, 3.0]);
        let theirs = Arc::clone(&tap);
        let engine = thread::spawn(move || theirs.write(4, 100, 1, &[4.0, 5.0]));
        let mut out = [9.0; 3];
        if tap.read_channels(4, 1, &mut out) {
            assert_eq!(out, [1.0, 2.0, 3.0]);
        }
        if tap.read_channels(6, 1, &mut out) {
            assert_eq!(out, [3.0, 4.0, 5.0]);
        }
        engine.join().unwrap();
        assert!(tap.read_channels(6, 1, &mut out));
    });
}

/// The same places are other frames, by another number of channels.
#[test]
fn the_eye_never_takes_one_channel_for_two() {
    check("tap of other channels", None, || {
        let tap = Arc::new(Tap::default());
        tap.add_watcher();
        tap.write(0, 100, 1, &[0.0, 1.0, 2.0, 3.0]);
        let theirs = Arc::clone(&tap);
        let engine = thread::spawn(move || theirs.write(4, 100, 2, &[4.0, 4.5]));
        for (end, frame) in [(4, 3.0), (5, 4.0)] {
            let mut out = [9.0];
            if tap.read_channels(end, 1, &mut out) {
                assert_eq!(out, [frame]);
            }
        }
        engine.join().unwrap();
    });
}

fn ring(frames: usize) -> (RingWriter, RingReader) {
    sample_ring(SPEC, frames, 0)
}

/// Sleep is for good where nobody wakes.
#[test]
fn a_reader_that_sleeps_is_woken_by_what_is_written() {
    check("wake by sound", Some(3), || {
        let (mut writer, mut reader) = ring(2);
        let output = thread::spawn(move || {
            let mut out = [0.0];
            while reader.read_available(&mut out).frames == 0 {
                reader.wait_while(Duration::MAX, RingReader::is_idle);
            }
            out
        });
        writer.write(&[0.5]);
        assert_eq!(output.join().unwrap(), [0.5]);
    });
}

#[test]
fn a_reader_that_sleeps_is_woken_by_the_end_of_a_pause_and_by_a_discard() {
    check("wake by a pause", Some(2), || {
        let (mut writer, mut reader) = ring(3);
        writer.write(&[0.5]);
        writer.set_paused(true);
        let output = thread::spawn(move || {
            let mut out = [0.0];
            while out[0] != 0.75 {
                reader.wait_while(Duration::MAX, RingReader::is_idle);
                reader.read_available(&mut out);
            }
        });
        writer.discard(false);
        writer.write(&[0.75]);
        writer.set_paused(false);
        output.join().unwrap();
    });
}

/// A fade is two frames long, so that who hears a frame from behind a discard without having seen that hears it whole.
#[test]
fn what_comes_after_a_discard_is_never_heard_without_it() {
    check("discard", Some(3), || {
        let (mut writer, mut reader) = sample_ring(Spec { rate: 200, channels: 1 }, 4, 0);
        writer.write(&[1.0]);
        let output = thread::spawn(move || {
            let mut heard = Vec::new();
            for _ in 0..2 {
                let mut out = [0.0; 4];
                let frames = reader.read_available(&mut out).frames;
                heard.extend_from_slice(&out[..frames]);
            }
            (heard, reader)
        });
        writer.discard(true);
        writer.write(&[0.5]);
        let (mut heard, mut reader) = output.join().unwrap();
        let mut out = [0.0; 4];
        let frames = reader.read_available(&mut out).frames;
        heard.extend_from_slice(&out[..frames]);
        // The one of before: not at all, faded out, or heard while nobody had discarded it yet.
        assert!([&[0.25][..], &[0.0, 0.25], &[1.0, 0.25]].contains(&&heard[..]), "{heard:?}");
    });
}

/// The whole of what was written before it is seen by the reader that sees a discard.
#[test]
fn nothing_of_what_was_discarded_stays() {
    check("discard of two", Some(3), || {
        let (mut writer, mut reader) = ring(4);
        let output = thread::spawn(move || {
            let mut out = [0.0; 4];
            let frames = reader.read_available(&mut out).frames;
            (out[..frames].to_vec(), reader)
        });
        writer.write(&[1.0]);
        writer.discard(false);
        writer.write(&[0.5]);
        let (mut heard, mut reader) = output.join().unwrap();
        let mut out = [0.0; 4];
        let frames = reader.read_available(&mut out).frames;
        heard.extend_from_slice(&out[..frames]);
        assert!([&[0.5][..], &[0.0, 0.5], &[1.0, 0.5]].contains(&&heard[..]), "{heard:?}");
        assert_eq!(writer.shared().consumed(), 2);
        assert_eq!(writer.shared().audible(), 2);
    });
}

/// Frames of 1.0 are exact, and of no other kind is it said that they are.
#[test]
fn a_mark_is_seen_with_the_frame_that_it_is_for() {
    check("mark", Some(3), || {
        let (mut writer, mut reader) = ring(4);
        let output = thread::spawn(move || {
            let mut heard = 0;
            for _ in 0..3 {
                let mut out = [0.0; 4];
                let read = reader.read_available(&mut out);
                let all = |exact: bool| out[..read.frames].iter().all(|sample| (*sample == 1.0) == exact);
                assert!(read.frames == 0 || all(read.exact), "{out:?} {read:?}");
                heard += read.frames;
            }
            heard
        });
        writer.set_exact(true);
        writer.write(&[1.0]);
        writer.set_exact(false);
        writer.write(&[0.5]);
        assert!(output.join().unwrap() <= 2);
    });
}

#[test]
fn an_ear_that_is_frozen_stands() {
    check("freeze", None, || {
        let (mut writer, mut reader) = ring(4);
        writer.write(&[0.5; 2]);
        let output = thread::spawn(move || {
            reader.read_available(&mut [0.0]);
            reader.shared().set_latency_frames(0);
            reader.read_available(&mut [0.0]);
        });
        writer.shared().freeze();
        let stood = writer.shared().audible();
        output.join().unwrap();
        assert_eq!(writer.shared().audible(), stood);
    });
}
