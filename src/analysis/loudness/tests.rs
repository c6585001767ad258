//! The signals of EBU Tech 3341 (2023) table 1 and Tech 3342 table 1 in closed form, at several rates and layouts.

use std::f64::consts::TAU;

use super::*;
use crate::model::features::LoudnessBlocks;

const RATES: [u32; 4] = [44_100, 48_000, 96_000, 192_000];
const HIGH: [u32; 2] = [96_000, 192_000];

/// So many seconds of a sine of so many dB over full scale; `None` is silence.
type Part = (f64, Option<f64>);

/// A 1 kHz sine through all the parts.
fn tones(rate: u32, parts: &[Part]) -> Vec<f64> {
    let mut samples = Vec::new();
    for &(seconds, level) in parts {
        let amplitude = level.map_or(0.0, |db| 10f64.powf(db / 20.0));
        let from = samples.len();
        let count = (seconds * f64::from(rate)).round() as usize;
        samples.extend(
            (from..from + count).map(|n| amplitude * (TAU * 1_000.0 * n as f64 / f64::from(rate)).sin()),
        );
    }
    samples
}

/// Each sample in the channels that have a gain.
fn spread(samples: &[f64], gains: &[f64]) -> Vec<f32> {
    samples.iter().flat_map(|x| gains.iter().map(move |gain| (x * gain) as f32)).collect()
}

fn meter(rate: u32, channels: usize, frames: &[f32]) -> Meter {
    let mut meter = Meter::new(Spec { rate, channels: channels as u16 });
    // Odd blocks, so that steps and blocks never meet.
    frames.chunks(channels * 997).for_each(|block| meter.push(block));
    meter
}

fn stereo(rate: u32, parts: &[Part]) -> Loudness {
    meter(rate, 2, &spread(&tones(rate, parts), &[1.0, 1.0])).finish()
}

#[track_caller]
fn near(found: Value, expected: f32, tolerance: f32, what: &str) {
    let found = found.unwrap();
    assert!((found - expected).abs() <= tolerance, "{what}: {found}, not {expected}");
}

/// BS.1770-5 Annex 1: 997 Hz at full scale in one front channel is -3.01 LKFS.
#[test]
fn the_reference_tone_reads_what_the_recommendation_says() {
    for rate in [8_000, 11_025, 22_050, 44_100, 48_000, 96_000, 192_000, 384_000] {
        let sine = |n: u32| (TAU * 997.0 * f64::from(n) / f64::from(rate)).sin() as f32;
        let frames: Vec<f32> = (0..rate * 4).flat_map(|n| [sine(n), 0.0]).collect();
        near(meter(rate, 2, &frames).finish().integrated_lufs, -3.01, 0.05, &format!("{rate} Hz"));
    }
}

/// Tech 3341 cases 1 to 5: one level, and levels that the gates leave out.
#[test]
fn integrated_loudness_is_gated_at_every_rate() {
    gated(&[44_100, 48_000], 5);
    gated(&HIGH, 1);
}

/// The long signals at high rates.
#[test]
#[ignore = "takes minutes without optimization"]
fn every_signal_is_measured_at_high_rates_too() {
    gated(&HIGH, 5);
    ranged(&HIGH, 4);
    maxima(&HIGH, 1);
}

fn gated(rates: &[u32], cases_of: usize) {
    let on = |seconds: f64, db: f64| (seconds, Some(db));
    let cases: [(&str, &[Part], f32); 5] = [
        ("1", &[on(20.0, -23.0)], -23.0),
        ("2", &[on(20.0, -33.0)], -33.0),
        ("3", &[on(10.0, -36.0), on(60.0, -23.0), on(10.0, -36.0)], -23.0),
        ("4", &[on(10.0, -72.0), on(10.0, -36.0), on(60.0, -23.0), on(10.0, -36.0), on(10.0, -72.0)], -23.0),
        ("5", &[on(20.0, -26.0), on(20.1, -20.0), on(20.0, -26.0)], -23.0),
    ];
    for &rate in rates {
        for &(case, parts, expected) in &cases[..cases_of] {
            let found = stereo(rate, parts);
            near(found.integrated_lufs, expected, 0.1, &format!("case {case} at {rate} Hz"));
            if parts.len() == 1 {
                near(found.momentary_max_lufs, expected, 0.1, case);
                near(found.short_term_max_lufs, expected, 0.1, case);
            }
        }
    }
}

/// Tech 3341 case 6: each channel at its own level, and the same energy in other layouts.
#[test]
fn channels_count_by_their_speakers() {
    let gain = |db: f64| 10f64.powf(db / 20.0);
    let (front, centre, behind) = (gain(-28.0), gain(-24.0), gain(-30.0));
    let five = [front, front, centre, behind, behind];
    let six = [front, front, centre, 1.0, behind, behind];
    // One speaker alone: 3.01 dB less than two; surrounds 1.5 dB more.
    let alone = |channels: usize, at: usize| {
        (0..channels).map(|channel| f64::from(u8::from(channel == at)) * gain(-23.0)).collect::<Vec<_>>()
    };
    let cases: [(&[f64], f32); 9] = [
        (&five, -23.0),
        (&six, -23.0),
        (&alone(1, 0), -26.01),
        (&alone(2, 1), -26.01),
        (&alone(3, 2), -26.01),
        (&alone(4, 3), -24.52),
        (&alone(7, 4), -26.01),
        (&alone(8, 4), -26.01),
        (&alone(8, 7), -24.52),
    ];
    for rate in RATES {
        let tone = tones(rate, &[(5.0, Some(0.0))]);
        for (gains, expected) in cases {
            let found = meter(rate, gains.len(), &spread(&tone, gains)).finish();
            near(found.integrated_lufs, expected, 0.1, &format!("{gains:?} at {rate} Hz"));
        }
    }
    let low = meter(48_000, 6, &spread(&tones(48_000, &[(5.0, Some(0.0))]), &alone(6, 3))).finish();
    assert_eq!(low.integrated_lufs, Err(Absent::Silence), "the low-frequency channel does not count");
    assert!(low.sample_peak_db.is_ok());
}

/// Tech 3341 cases 9 and 12: the windows are 3 s and 400 ms to the frame, so that a pattern of that length is constant.
#[test]
fn the_windows_are_as_long_as_they_must_be() {
    for rate in RATES {
        let slow = [(1.34, Some(-20.0)), (1.66, Some(-30.0))].repeat(5);
        let quick = [(0.18, Some(-20.0)), (0.22, Some(-30.0))].repeat(25);
        let follow = |parts: &[Part], from_s: f64, read: fn(&Meter) -> Option<f64>| {
            let frames = spread(&tones(rate, parts), &[1.0, 1.0]);
            let mut meter = Meter::new(Spec { rate, channels: 2 });
            for (block, part) in frames.chunks(rate as usize / 50 * 2).enumerate() {
                meter.push(part);
                if (block + 1) as f64 / 50.0 > from_s {
                    let lufs = read(&meter).unwrap();
                    assert!((lufs + 23.0).abs() <= 0.1, "{rate} Hz, block {block}: {lufs}");
                }
            }
        };
        follow(&slow, 3.0, Meter::short_term_lufs);
        follow(&quick, 1.0, Meter::momentary_lufs);
    }
}

/// Tech 3341 cases 10 and 13: a tone as long as the window, wherever it begins.
#[test]
fn the_maxima_do_not_depend_on_where_a_sound_begins() {
    maxima(&[44_100], 1);
    maxima(&[48_000, 96_000, 192_000], 7);
}

fn maxima(rates: &[u32], step: usize) {
    for &rate in rates {
        for n in (0..20).step_by(step) {
            let short = stereo(rate, &[(0.15 * f64::from(n), None), (3.0, Some(-23.0)), (1.0, None)]);
            near(short.short_term_max_lufs, -23.0, 0.1, &format!("{rate} Hz, 150 ms x {n}"));
            let quick = stereo(rate, &[(0.02 * f64::from(n), None), (0.4, Some(-23.0)), (1.0, None)]);
            near(quick.momentary_max_lufs, -23.0, 0.1, &format!("{rate} Hz, 20 ms x {n}"));
        }
    }
}

/// Tech 3341 cases 15 to 19: sines of a quarter, a sixth and an eighth of the rate whose peaks lie between the samples; the
/// levels at the ends of a fade are no edges.
#[test]
fn the_true_peak_of_a_sine_is_its_amplitude() {
    let cases = [(4.0, 0.0, 0.5), (4.0, 45.0, 0.5), (6.0, 60.0, 0.5), (8.0, 67.5, 0.5), (4.0, 45.0, 1.41)];
    for rate in RATES {
        for (part, degrees, amplitude) in cases {
            let sine = |n: u32| {
                let fade = (f64::from(n.min(rate - n)) / f64::from(rate) * 10.0).min(1.0);
                fade * amplitude * (TAU * (f64::from(n) / part + degrees / 360.0)).sin()
            };
            let samples: Vec<f64> = (0..rate).map(sine).collect();
            let found = meter(rate, 2, &spread(&samples, &[1.0, 1.0])).finish().true_peak_db.unwrap();
            let off = f64::from(found) - 20.0 * f64::log10(amplitude);
            assert!((-0.4..=0.2).contains(&off), "{rate} Hz, 1/{part}, {degrees} degrees: {off} dB off");
        }
    }
}

/// Tech 3342 cases 1 to 4.
#[test]
fn the_range_is_that_between_the_levels() {
    ranged(&[44_100, 48_000], 4);
    ranged(&HIGH, 1);
}

fn ranged(rates: &[u32], cases_of: usize) {
    let on = |db: f64| (20.0, Some(db));
    let cases: [(&[Part], f32); 4] = [
        (&[on(-20.0), on(-30.0)], 10.0),
        (&[on(-20.0), on(-15.0)], 5.0),
        (&[on(-40.0), on(-20.0)], 20.0),
        (&[on(-50.0), on(-35.0), on(-20.0), on(-35.0), on(-50.0)], 15.0),
    ];
    for &rate in rates {
        for &(parts, expected) in &cases[..cases_of] {
            near(stereo(rate, parts).range_lu, expected, 1.0, &format!("{parts:?} at {rate} Hz"));
        }
    }
}

#[test]
fn how_the_frames_are_cut_changes_nothing() {
    let frames = spread(&tones(44_100, &[(3.3, Some(-9.0)), (1.7, Some(-30.0))]), &[1.0, 0.3]);
    let found = |cut: usize| {
        let mut meter = Meter::new(Spec { rate: 44_100, channels: 2 });
        frames.chunks(2 * cut).for_each(|block| meter.push(block));
        meter.finish()
    };
    let whole = found(usize::MAX / 2);
    for cut in [1, 441, 512, 8_192] {
        let parts = found(cut);
        near(parts.integrated_lufs, whole.integrated_lufs.unwrap(), 1e-5, "integrated");
        assert_eq!((parts.true_peak_db, &parts.blocks), (whole.true_peak_db, &whole.blocks), "{cut}");
        assert_eq!((parts.range_lu, parts.overs), (whole.range_lu, whole.overs), "{cut}");
    }
}

#[test]
fn where_there_is_no_number_there_is_a_reason() {
    let found = |frames: &[f32]| meter(48_000, 2, frames).finish();
    let silence = found(&vec![0.0; 2 * 48_000 * 4]);
    assert_eq!((silence.integrated_lufs, silence.range_lu), (Err(Absent::Silence), Err(Absent::Silence)));
    assert_eq!(silence.true_peak_db, Err(Absent::Silence));
    let short = found(&[0.5; 2 * 48_000 / 10]);
    assert_eq!(
        (short.integrated_lufs, short.momentary_max_lufs),
        (Err(Absent::TooShort), Err(Absent::TooShort))
    );
    assert!(short.true_peak_db.is_ok() && short.peak_to_loudness() == Err(Absent::TooShort));
    let mut broken = vec![0.25; 2 * 48_000];
    broken[9_000] = f32::NAN;
    let broken = found(&broken);
    assert_eq!(
        (broken.integrated_lufs, broken.true_peak_db),
        (Err(Absent::NotFinite), Err(Absent::NotFinite))
    );
    assert_eq!(found(&[]).sample_peak_db, Err(Absent::Silence));
}

/// An album is measured as if its tracks were one: the quiet one is gated by the loud one.
#[test]
fn the_loudness_of_an_album_is_that_of_its_tracks_in_a_row() {
    let parts = [(30.0, Some(-20.0)), (30.0, Some(-26.0)), (30.0, Some(-45.0))];
    let tracks: Vec<Loudness> = parts.iter().map(|&part| stereo(48_000, &[part])).collect();
    let album = LoudnessBlocks::integrated(tracks.iter().map(|track| &track.blocks)).unwrap();
    near(stereo(48_000, &parts).integrated_lufs, album, 0.05, "album");
    // (1 + 10^-0.6) / 2 of -20 LUFS.
    assert!((album + 22.04).abs() < 0.1, "{album}");
    assert_eq!(LoudnessBlocks::integrated([&LoudnessBlocks::default()]), Err(Absent::Silence));
}
