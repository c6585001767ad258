//! Writer and reader of the ring, by one thread and by two.

use super::*;

const SPEC: Spec = Spec { rate: 44_100, channels: 1 };
/// 10 ms.
const FADE: usize = 441;

fn ring(frames: usize) -> (RingWriter, RingReader) {
    sample_ring(SPEC, frames, 0)
}

fn read(reader: &mut RingReader, frames: usize) -> (Vec<f32>, Read) {
    let mut out = vec![9.0; frames];
    let read = reader.read(&mut out);
    (out, read)
}

#[test]
fn what_is_taken_after_the_freeze_is_not_heard() {
    let (mut writer, mut reader) = sample_ring(Spec { rate: 48_000, channels: 1 }, 100, 7);
    writer.write(&[0.5; 50]);
    reader.read(&mut [0.0; 20]);
    assert_eq!(writer.shared().audible(), 27);
    writer.shared().freeze();
    reader.read(&mut [0.0; 20]);
    reader.shared().set_latency_frames(0);
    assert_eq!((writer.shared().audible(), writer.shared().consumed()), (27, 47));
}

#[test]
fn samples_go_through_untouched_and_in_order_for_any_sizes() {
    let (mut writer, mut reader) = sample_ring(Spec { rate: 44_100, channels: 3 }, 50, 7);
    let all: Vec<f32> = (0..3 * 1000).map(|n| (n as f32).sin()).collect();
    let (mut sent, mut got) = (0, Vec::new());
    for size in (1..60).cycle() {
        sent += 3 * writer.write(&all[sent..(sent + 3 * size).min(all.len())]);
        let mut out = vec![0.0; 3 * (61 - size)];
        let frames = reader.read_available(&mut out).frames;
        got.extend_from_slice(&out[..3 * frames]);
        if got.len() == all.len() {
            break;
        }
    }
    assert_eq!(got, all);
    assert_eq!(writer.written(), 1007);
    assert_eq!(writer.shared().consumed(), 1007);
    assert_eq!(writer.shared().underruns(), 0);
}

#[test]
fn a_pause_fades_out_rests_and_goes_on_at_the_very_next_sample() {
    let (mut writer, mut reader) = ring(10_000);
    let ones = vec![1.0; 5000];
    writer.write(&ones);
    assert_eq!(read(&mut reader, 1000).0, ones[..1000]);
    writer.set_paused(true);
    let (out, got) = read(&mut reader, 1000);
    assert_eq!(got.frames, FADE);
    for (n, sample) in out[..FADE].iter().enumerate() {
        let expected = 1.0 - (n + 1) as f32 / FADE as f32;
        assert!((sample - expected).abs() < 1e-4, "{n}: {sample}");
    }
    assert_eq!(out[FADE..], vec![0.0; 1000 - FADE]);
    assert!(writer.shared().is_at_rest());
    assert_eq!(writer.shared().consumed(), 1000 + FADE as u64);
    writer.set_paused(false);
    let (out, got) = read(&mut reader, 1000);
    assert_eq!(got.frames, 1000);
    assert!(out[0] > 0.0 && out[0] < 0.01 && out.windows(2).all(|pair| pair[1] >= pair[0]));
    assert_eq!(out[FADE..], vec![1.0; 1000 - FADE]);
    assert_eq!(writer.shared().underruns(), 0);
}

/// Runs as (frames, exact), read with buffers of this length.
fn runs(reader: &mut RingReader, buffer: usize) -> Vec<(usize, bool)> {
    let mut runs: Vec<(usize, bool)> = Vec::new();
    loop {
        let read = reader.read_available(&mut vec![0.0; buffer]);
        match runs.last_mut() {
            _ if read.frames == 0 => return runs,
            Some((frames, exact)) if *exact == read.exact => *frames += read.frames,
            _ => runs.push((read.frames, read.exact)),
        }
    }
}

#[test]
fn a_mark_holds_from_the_frame_that_is_written_next() {
    for buffer in [1, 7, 100, 5_000] {
        let (mut writer, mut reader) = ring(5_000);
        writer.write(&[0.5; 10]);
        writer.set_exact(true);
        writer.write(&[0.5; 1_000]);
        writer.set_exact(true);
        writer.write(&[0.5; 3]);
        writer.set_exact(false);
        writer.set_exact(true);
        writer.write(&[0.5; 4]);
        writer.set_exact(false);
        writer.write(&[0.5; 1]);
        writer.set_exact(true);
        assert_eq!(runs(&mut reader, buffer), [(10, false), (1_007, true), (1, false)]);
    }
}

#[test]
fn a_whole_read_goes_over_marks_and_a_run_stops_at_them() {
    let (mut writer, mut reader) = ring(5_000);
    for (exact, frames) in [(true, 100), (false, 50), (true, 25)] {
        writer.set_exact(exact);
        writer.write(&vec![1.0; frames]);
    }
    let mut out = vec![9.0; 1_000];
    let read = reader.read_run(&mut out);
    assert_eq!((read.frames, read.exact, read.turned), (100, true, true));
    assert_eq!(out[100], 9.0, "no silence where there is more");
    let (out, read) = self::read(&mut reader, 1_000);
    assert_eq!((read.frames, read.exact, read.turned), (75, false, false));
    assert_eq!((out[..75].to_vec(), out[75]), (vec![1.0; 75], 0.0));
    assert_eq!((writer.shared().underruns(), writer.shared().underrun_frames()), (1, 925));
}

#[test]
fn a_fade_is_not_exact_and_a_discard_forgets_no_mark() {
    let (mut writer, mut reader) = ring(5_000);
    writer.set_exact(true);
    writer.write(&[1.0; 2_000]);
    assert!(read(&mut reader, 500).1.exact);
    writer.set_paused(true);
    assert_eq!(runs(&mut reader, 1_000), [(FADE, false)]);
    writer.set_paused(false);
    assert_eq!(runs(&mut reader, 1_000), [(FADE, false), (1_500 - 2 * FADE, true)]);
    writer.write(&[1.0; 100]);
    writer.set_exact(false);
    writer.write(&[1.0; 100]);
    writer.set_exact(true);
    writer.discard(false);
    writer.write(&[0.5; 200]);
    assert_eq!(runs(&mut reader, 1_000).last(), Some(&(200, true)));
}

#[test]
fn more_marks_than_have_room_hold_the_writer_up_and_none_is_lost() {
    let (mut writer, mut reader) = ring(5_000);
    let mut written = 0;
    for n in 0..=MARKS {
        writer.set_exact(n % 2 == 0);
        written += writer.write(&[0.5]);
    }
    assert_eq!((written, writer.free_frames()), (MARKS, 0));
    let read = runs(&mut reader, 100);
    assert_eq!(read, (0..MARKS).map(|n| (1, n % 2 == 0)).collect::<Vec<_>>());
    assert!(writer.free_frames() > 0);
    assert_eq!(writer.write(&[0.5; 9]), 9);
    assert_eq!(runs(&mut reader, 100), [(9, true)]);
}

#[test]
fn a_pause_before_the_first_sample_keeps_it_whole() {
    let (mut writer, mut reader) = ring(100);
    writer.set_paused(true);
    writer.write(&[0.5; 50]);
    assert_eq!(read(&mut reader, 50).1.frames, 0);
    assert!(writer.shared().is_at_rest());
    writer.set_paused(false);
    assert_eq!(read(&mut reader, 50).0, vec![0.5; 50]);
}

#[test]
fn a_discard_fades_the_old_out_and_begins_the_new_as_asked() {
    for fade_in in [false, true] {
        let (mut writer, mut reader) = ring(10_000);
        writer.write(&vec![1.0; 3000]);
        read(&mut reader, 100);
        writer.discard(fade_in);
        writer.write(&vec![0.5; 2000]);
        let (out, got) = read(&mut reader, 2000);
        assert_eq!(got.frames, 2000);
        assert!(out[..FADE].windows(2).all(|pair| pair[1] < pair[0]));
        assert_eq!(out[FADE - 1], 0.0);
        if fade_in {
            assert!(out[FADE] > 0.0 && out[FADE] < 0.01);
            assert_eq!(out[2 * FADE..], vec![0.5; 2000 - 2 * FADE]);
        } else {
            assert_eq!(out[FADE..], vec![0.5; 2000 - FADE]);
        }
        assert_eq!(writer.shared().consumed(), 3000 + 2000 - FADE as u64);
    }
}

/// A seek and at once another track: nothing of the seek was written yet.
#[test]
fn of_two_discards_the_second_says_how_it_begins() {
    for fade_in in [false, true] {
        let (mut writer, mut reader) = ring(5000);
        writer.write(&[1.0; 1000]);
        read(&mut reader, 1000);
        writer.discard(!fade_in);
        assert_eq!(read(&mut reader, 500).1.frames, 0);
        writer.discard(fade_in);
        writer.write(&[0.5; 1000]);
        let (out, _) = read(&mut reader, 1000);
        assert_eq!((out[0] == 0.5, out[999]), (!fade_in, 0.5));
    }
}

/// For an output with another ring behind it, in any order of looking, taking and sleeping.
#[test]
fn of_two_discards_the_second_is_told_on_unless_its_followers_were_taken() {
    let (mut writer, mut reader) = ring(5000);
    writer.write(&[1.0; 1000]);
    let mut out = vec![0.0; 1000];
    reader.read_plain(&mut out);
    assert_eq!(reader.drop_void(), None);
    writer.discard(true);
    assert!(!reader.is_idle());
    assert_eq!(reader.drop_void(), Some((1000, true)));
    assert!(reader.is_idle());
    writer.discard(false);
    assert!(!reader.is_idle());
    writer.write(&[0.5; 500]);
    assert_eq!(reader.read_plain(&mut out).frames, 0, "before it is told");
    assert_eq!(reader.drop_void(), Some((1000, false)));
    assert_eq!(reader.drop_void(), None);
    assert_eq!(reader.read_plain(&mut out).frames, 500);
    writer.discard(false);
    assert_eq!(reader.drop_void(), Some((1500, false)));
}

#[test]
fn a_reader_that_fades_itself_rests_behind_two_discards() {
    let (writer, mut reader) = ring(5000);
    writer.discard(true);
    writer.discard(false);
    writer.discard(true);
    read(&mut reader, 10);
    assert!(reader.is_idle());
}

#[test]
fn what_is_taken_to_be_passed_on_is_not_at_the_ear_before_that_is_said() {
    let (mut writer, mut reader) = ring(5000);
    writer.write(&[1.0; 1000]);
    writer.set_ended(true);
    let shared = Arc::clone(writer.shared());
    assert_eq!(reader.read_plain(&mut [0.0; 1000]).frames, 1000);
    assert!((shared.audible(), shared.is_drained()) == (0, false));
    shared.set_latency_frames(1);
    assert!((shared.audible(), shared.is_drained()) == (999, false));
    shared.set_latency_frames(0);
    assert!(shared.is_drained());
}

#[test]
fn a_fade_out_with_little_left_still_arrives_at_zero() {
    let (mut writer, mut reader) = ring(1000);
    writer.write(&[1.0; 200]);
    read(&mut reader, 100);
    writer.discard(false);
    writer.write(&[0.5; 100]);
    let (out, _) = read(&mut reader, 200);
    assert!(out[..100].windows(2).all(|pair| pair[1] < pair[0]));
    assert_eq!(out[99], 0.0);
    assert_eq!(out[100..], [0.5; 100]);
}

#[test]
fn a_discard_during_a_pause_lets_nothing_through() {
    for fade_in in [false, true] {
        let (mut writer, mut reader) = ring(5000);
        writer.write(&[1.0; 2000]);
        read(&mut reader, 100);
        writer.set_paused(true);
        read(&mut reader, 1000);
        writer.discard(fade_in);
        writer.write(&[0.5; 1000]);
        assert_eq!(read(&mut reader, 500).1.frames, 0, "still paused");
        assert_eq!(writer.shared().audible(), 2000, "the position is the new one");
        writer.set_paused(false);
        let (out, got) = read(&mut reader, 1000);
        assert_eq!(got.frames, 1000);
        assert_eq!(out[0] == 0.5, !fade_in);
        assert_eq!(out[999], 0.5);
    }
}

#[test]
fn what_is_void_waits_but_is_not_to_be_heard() {
    let (mut writer, mut reader) = sample_ring(SPEC, 5_000, 70);
    writer.write(&[1.0; 2_000]);
    read(&mut reader, 500);
    assert_eq!((writer.waiting_frames(), writer.sounding_frames()), (1_500, 1_500));
    writer.discard(false);
    assert_eq!((writer.waiting_frames(), writer.sounding_frames()), (1_500, 0));
    writer.write(&[0.5; 300]);
    assert_eq!((writer.waiting_frames(), writer.sounding_frames()), (1_800, 300));
    read(&mut reader, FADE + 100);
    assert_eq!((writer.waiting_frames(), writer.sounding_frames()), (200, 200));
}

#[test]
fn many_discards_at_once_leave_only_what_came_last() {
    let (mut writer, mut reader) = ring(10_000);
    writer.write(&[1.0; 1000]);
    read(&mut reader, 100);
    for value in [2.0, 3.0, 4.0] {
        writer.discard(false);
        writer.write(&[value; 700]);
    }
    let (out, _) = read(&mut reader, FADE + 700);
    assert!(out[..FADE].iter().all(|sample| *sample < 1.0));
    assert_eq!(out[FADE..], [4.0; 700]);
}

#[test]
fn the_ear_lags_by_the_latency_and_catches_up_with_silence() {
    let (mut writer, mut reader) = ring(5000);
    let shared = Arc::clone(writer.shared());
    shared.set_latency_frames(300);
    writer.write(&[1.0; 1000]);
    writer.set_ended(true);
    read(&mut reader, 200);
    assert_eq!(shared.audible(), 0);
    read(&mut reader, 600);
    assert_eq!(shared.audible(), 500);
    assert!(writer.is_heard(500) && !writer.is_heard(501));
    assert!(read(&mut reader, 200).1.ended);
    assert!(shared.is_consumed_to_end() && !shared.is_drained());
    read(&mut reader, 299);
    assert_eq!(shared.audible(), 999);
    assert!(!shared.is_drained());
    read(&mut reader, 1);
    assert!(shared.is_drained() && writer.is_heard(1000));
    assert_eq!(shared.underruns(), 0, "an end is none");
    shared.set_latency_frames(2000);
    writer.set_ended(false);
    writer.write(&[1.0; 100]);
    read(&mut reader, 100);
    assert_eq!(shared.audible(), 1000, "it never goes back");
}

#[test]
fn an_empty_ring_is_an_underrun_once_and_only_while_sound_is_due() {
    let (mut writer, mut reader) = ring(1000);
    let shared = Arc::clone(writer.shared());
    read(&mut reader, 100);
    assert_eq!(shared.underruns(), 0, "nothing has begun");
    writer.write(&[1.0; 50]);
    read(&mut reader, 100);
    read(&mut reader, 100);
    assert_eq!((shared.underruns(), shared.underrun_frames()), (1, 150));
    writer.write(&[1.0; 50]);
    read(&mut reader, 50);
    writer.set_paused(true);
    read(&mut reader, 100);
    writer.set_paused(false);
    writer.discard(true);
    read(&mut reader, 100);
    assert_eq!(shared.underruns(), 1, "pause and seek are none");
}

/// Channel 0 carries 1.0 and so shows the gain, channel 1 carries the count of the frame.
#[test]
fn two_threads_never_lose_repeat_or_leak_a_frame() {
    let (mut writer, mut reader) = sample_ring(Spec { rate: 8000, channels: 2 }, 997, 0);
    let total: u64 = 400_000;
    std::thread::scope(|scope| {
        scope.spawn(move || {
            let mut random = 1_u64;
            while writer.written() < total {
                let frames = next(&mut random) % 300;
                let first = writer.written();
                let block: Vec<f32> =
                    (first..(first + frames).min(total)).flat_map(|n| [1.0, n as f32]).collect();
                writer.write(&block);
                match next(&mut random) % 97 {
                    0 => writer.discard(frames.is_multiple_of(2)),
                    1 => writer.set_paused(true),
                    2..9 => writer.set_paused(false),
                    _ => std::thread::yield_now(),
                }
            }
            writer.set_paused(false);
            writer.set_ended(true);
        });
        let shared = Arc::clone(reader.shared());
        let (mut random, mut expected) = (7_u64, 0_u64);
        let mut jumps = 0;
        while expected < total && !shared.is_drained() {
            let frames = (next(&mut random) % 200) as usize;
            let mut out = vec![0.0; 2 * frames];
            let read = reader.read(&mut out);
            for frame in out[..2 * read.frames].chunks_exact(2).filter(|frame| frame[0] > 1e-3) {
                let count = f64::from(frame[1]) / f64::from(frame[0]);
                // A faded frame carries its count only to a few digits.
                let slack = if frame[0] == 1.0 { 0.0 } else { 100.0 };
                assert!(count >= expected as f64 - slack, "{count} after {expected}");
                assert!(frame[0] <= 1.0);
                jumps += u32::from(count > expected as f64 + 100.0);
                expected = count as u64 + 1;
            }
            assert!(shared.audible() <= shared.consumed());
        }
        assert_eq!(shared.consumed(), total);
        assert!(jumps > 10, "discards were seen: {jumps}");
    });
}

fn next(state: &mut u64) -> u64 {
    *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    *state >> 33
}
