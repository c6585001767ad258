//! Curves and times of compressor, expander and transients beside their closed forms, and what width and gain do.

use super::*;

/// A constant of this level.
fn level(db: f64, frames: usize) -> Vec<f32> {
    vec![10f64.powf(db / 20.0) as f32; frames]
}

/// dB that a constant of this level comes out higher, once it is settled.
fn settled(spec: &ChainSpec, level_db: f64) -> f64 {
    let samples = level(level_db, 96_000);
    db(f64::from(master(spec, &samples, 1)[95_000] / samples[0]))
}

/// dB above the threshold by a soft knee (Giannoulis, Massberg and Reiss, equation 4).
fn over(level_db: f64, threshold_db: f64, knee_db: f64) -> f64 {
    let over = level_db - threshold_db;
    if 2.0 * over < -knee_db {
        0.0
    } else if 2.0 * over < knee_db {
        (over + knee_db / 2.0).powi(2) / (2.0 * knee_db)
    } else {
        over
    }
}

fn compressor(compressor: Compressor) -> ChainSpec {
    ChainSpec { compressor, ..ChainSpec::default() }
}

fn expander(expander: Expander) -> ChainSpec {
    ChainSpec { expander, ..ChainSpec::default() }
}

#[test]
fn the_compressor_has_its_static_curve() {
    for (ratio, knee_db) in [(1.5, 0.0), (2.0, 6.0), (4.0, 12.0), (20.0, 3.0)] {
        let spec = compressor(Compressor { threshold_db: -24.0, ratio, knee_db, ..Compressor::default() });
        for level_db in (-60..=6).step_by(3).map(f64::from) {
            let expected = -over(level_db, -24.0, f64::from(knee_db)) * (1.0 - 1.0 / f64::from(ratio));
            let measured = settled(&spec, level_db);
            assert!(
                (measured - expected).abs() < 0.02,
                "{ratio}:1 at {level_db} dB: {measured}, not {expected}"
            );
        }
    }
}

#[test]
fn the_expander_has_its_static_curve_up_to_its_range() {
    for (ratio, knee_db, range_db) in [(1.2, 0.0, 3.0), (1.5, 6.0, 6.0), (2.0, 10.0, 40.0)] {
        let spec =
            expander(Expander { threshold_db: -30.0, ratio, knee_db, range_db, ..Expander::default() });
        for level_db in (-60..=0).step_by(3).map(f64::from) {
            let wanted = over(level_db, -30.0, f64::from(knee_db)) * (f64::from(ratio) - 1.0);
            let expected = wanted.min(f64::from(range_db));
            let measured = settled(&spec, level_db);
            assert!(
                (measured - expected).abs() < 0.02,
                "1:{ratio} at {level_db} dB: {measured}, not {expected}"
            );
        }
    }
}

/// Frames after a step of the level until the gain has gone 63 % of its way (1 - 1/e), from the first to the second level.
fn frames_to_63_percent(spec: &ChainSpec, from_db: f64, to_db: f64) -> usize {
    let samples = [level(from_db, 192_000), level(to_db, 192_000)].concat();
    let out = master(spec, &samples, 1);
    let gain = |at: usize| db(f64::from(out[at] / samples[at]));
    let (first, last) = (gain(191_999), gain(383_999));
    let share = |at: usize| (gain(at) - first) / (last - first);
    assert!((first - last).abs() > 3.0, "{first} {last}");
    let there = (192_000..384_000).position(|at| share(at) >= 1.0 - (-1.0_f64).exp());
    there.unwrap() + 1
}

#[test]
fn attack_and_release_are_the_times_of_63_percent_of_a_step() {
    let within = |measured: usize, ms: f32| {
        let expected = ms * RATE as f32 / 1000.0;
        assert!((measured as f32 / expected - 1.0).abs() < 0.01, "{measured} frames for {expected}");
    };
    for (attack_ms, release_ms) in [(3.0, 50.0), (20.0, 150.0), (80.0, 600.0)] {
        let spec = compressor(Compressor {
            threshold_db: -30.0,
            ratio: 4.0,
            attack_ms,
            release_ms,
            ..Compressor::default()
        });
        within(frames_to_63_percent(&spec, -60.0, -10.0), attack_ms);
        within(frames_to_63_percent(&spec, -10.0, -60.0), release_ms);
        let spec = expander(Expander {
            threshold_db: -30.0,
            ratio: 1.5,
            range_db: 12.0,
            attack_ms,
            release_ms,
            ..Expander::default()
        });
        within(frames_to_63_percent(&spec, -60.0, -10.0), attack_ms);
        within(frames_to_63_percent(&spec, -10.0, -60.0), release_ms);
    }
}

#[test]
fn of_a_mix_of_half_half_of_the_change_is_heard() {
    let whole = Compressor { threshold_db: -30.0, ratio: 4.0, ..Compressor::default() };
    let gain = |mix: f32| 10f64.powf(settled(&compressor(Compressor { mix, ..whole }), -10.0) / 20.0);
    assert!((gain(0.5) - (1.0 + gain(1.0)) / 2.0).abs() < 1e-4);
    assert_eq!(gain(0.0), 1.0);
}

/// Both channels get the gain that the louder one asks for, and what is below the threshold is not touched.
#[test]
fn channels_are_linked_and_below_the_threshold_every_bit_passes() {
    let spec = compressor(Compressor { threshold_db: -30.0, ratio: 4.0, ..Compressor::default() });
    let samples: Vec<f32> = beats(50_000).iter().flat_map(|loud| [*loud, 0.001]).collect();
    for (n, frame) in master(&spec, &samples, 2).chunks_exact(2).enumerate() {
        let gain = frame[1] / 0.001;
        assert!((frame[0] - samples[2 * n] * gain).abs() < 1e-6, "at {n}");
        assert!(gain <= 1.0);
    }
    let soft = noise(20_000, 0.015);
    assert_eq!(bits(&master(&spec, &soft, 2)), bits(&soft));
    let up = expander(Expander { threshold_db: -30.0, ratio: 2.0, range_db: 6.0, ..Expander::default() });
    assert_eq!(bits(&master(&up, &soft, 2)), bits(&soft));
}

/// Without an end.
fn feed_all(chain: &mut Chain, samples: &[f32]) {
    let mut fed = 0;
    while fed < samples.len() {
        fed += chain.feed(&samples[fed..]);
        chain.consume(usize::MAX);
    }
}

#[test]
fn the_meter_tells_the_most_that_was_taken() {
    let spec = compressor(Compressor { threshold_db: -30.0, ratio: 4.0, ..Compressor::default() });
    let mut chain = Chain::new(RATE, 1, &spec);
    let samples = level(-10.0, 48_000);
    feed_all(&mut chain, &samples);
    let told = chain.reading();
    assert!((told.compressor_db - 15.0).abs() < 0.01 && told.limiter_db == 0.0, "{told:?}");
    let limited = ChainSpec { gain_db: 14.0, ceiling_dbtp: Some(-1.0), ..ChainSpec::default() };
    let mut chain = Chain::new(RATE, 1, &limited);
    feed_all(&mut chain, &samples);
    // 5 dB over the ceiling, and the limiter's margin.
    let told = chain.reading();
    assert!((told.limiter_db - 5.3).abs() < 0.1 && told.compressor_db == 0.0, "{told:?}");
}

/// A drum twice a second: a falling tone of this pitch with a click on it.
fn drum(hz: f64) -> Vec<f32> {
    let stroke = |n: usize| {
        let t = (n % 24_000) as f64 / f64::from(RATE);
        0.4 * (TAU * hz * t).sin() * (-t / 0.08).exp()
    };
    (0..144_000).map(|n| stroke(n) as f32).collect()
}

/// dB by which a part of each drum stroke from the second on has more energy.
fn more(out: &[f32], samples: &[f32], part: std::ops::Range<usize>) -> f64 {
    let energy = |samples: &[f32]| {
        samples.chunks(24_000).skip(1).map(|stroke| rms(&stroke[part.clone()])).sum::<f64>()
    };
    db(energy(out) / energy(samples))
}

#[test]
fn attacks_rise_by_what_is_asked_and_what_follows_does_not() {
    for hz in [120.0, 170.0, 240.0] {
        let samples = drum(hz);
        for asked in [1.0_f32, 3.0, 6.0] {
            let spec = ChainSpec { transients_db: asked, ..ChainSpec::default() };
            let out = master(&spec, &samples, 1);
            let attack = more(&out, &samples, 0..960);
            assert!((attack - f64::from(asked)).abs() < 0.5, "{attack} dB for {asked} dB at {hz} Hz");
            let after = more(&out, &samples, 4_800..24_000);
            assert!(after.abs() < 0.05, "{after} dB after the attack");
            let both = master(&spec, &stereo(&samples), 2);
            assert_eq!(both, stereo(&out), "channels alike");
        }
    }
}

#[test]
fn steady_sound_has_no_attacks() {
    let spec = ChainSpec { transients_db: 6.0, ..ChainSpec::default() };
    for hz in [41.0, 60.0, 100.0, 173.0, 440.0, 997.0, 9_000.0] {
        let samples = sine(hz, 0.5, 96_000);
        let out = master(&spec, &samples, 1);
        assert_eq!(bits(&out[24_000..]), bits(&samples[24_000..]), "{hz} Hz");
    }
}

/// Two tones, one of the middle and one of the side.
fn middle_and_side(middle_hz: f64, side_hz: f64) -> Vec<f32> {
    let (middle, side) = (sine(middle_hz, 0.3, 96_000), sine(side_hz, 0.1, 96_000));
    middle.iter().zip(&side).flat_map(|(middle, side)| [middle + side, middle - side]).collect()
}

fn part(samples: &[f32], sign: f32) -> Vec<f32> {
    samples[2 * 48_000..].chunks_exact(2).map(|frame| (frame[0] + sign * frame[1]) / 2.0).collect()
}

#[test]
fn the_side_changes_by_what_is_asked_and_the_middle_stays() {
    let samples = middle_and_side(500.0, 700.0);
    for side_db in [-12.0_f32, -3.0, 2.0, 6.0] {
        let spec = ChainSpec { width: Width { side_db, mono_below_hz: 0.0 }, ..ChainSpec::default() };
        let out = master(&spec, &samples, 2);
        let side = db(amplitude(&part(&out, -1.0), 700.0) / 0.1);
        assert!((side - f64::from(side_db)).abs() < 0.01, "{side} for {side_db}");
        assert!(db(amplitude(&part(&out, 1.0), 500.0) / 0.3).abs() < 1e-4);
        for channels in [1, 3] {
            assert_eq!(master(&spec, &samples, channels), samples, "of two channels only");
        }
    }
}

/// The side by a Butterworth high-pass of second order.
#[test]
fn the_bass_of_the_side_is_taken_away() {
    let spec = ChainSpec { width: Width { side_db: 0.0, mono_below_hz: 120.0 }, ..ChainSpec::default() };
    for side_hz in [30.0, 60.0, 120.0, 240.0, 1_000.0] {
        let out = master(&spec, &middle_and_side(50.0, side_hz), 2);
        let side = db(amplitude(&part(&out, -1.0), side_hz) / 0.1);
        let warp = |hz: f64| (std::f64::consts::PI * hz / f64::from(RATE)).tan();
        let expected = -10.0 * (1.0 + (warp(120.0) / warp(side_hz)).powi(4)).log10();
        assert!((side - expected).abs() < 0.02, "{side_hz} Hz: {side}, not {expected}");
        assert!(db(amplitude(&part(&out, 1.0), 50.0) / 0.3).abs() < 1e-4);
    }
}

#[test]
fn the_gain_is_the_gain_and_a_ramp_of_it_is_straight() {
    let samples = level(-20.0, 20_000);
    let mut chain = Chain::new(RATE, 1, &ChainSpec::default());
    chain.set(&ChainSpec { gain_db: 6.0, ..ChainSpec::default() });
    let out = run(&mut chain, &samples, 1, 4096);
    let goal = 10f64.powf(0.3);
    let at = chain.stages.delay_before_limiter();
    for (n, sample) in out.iter().enumerate() {
        // The gain stands behind the exciter's delay.
        let way = ((n + super::super::exciter::Exciter::DELAY + 1) as f64 / 2_400.0).min(1.0);
        let expected = 0.1 * (1.0 + (goal - 1.0) * way);
        assert!((f64::from(*sample) - expected).abs() < 1e-6, "{sample}, not {expected} at {n} of {at}");
    }
}

/// A sine of amplitude 0.2 has 20 lg 0.2 - 3.01 dB of mean square; 6.02 dB of gain come out as that. Two seconds of a time
/// constant of 0.3 s leave 0.1 % to go.
#[test]
fn meters_tell_the_level_before_and_after() {
    let mut chain = Chain::new(RATE, 2, &ChainSpec { gain_db: 6.0206, ..ChainSpec::default() });
    assert_eq!(chain.reading().before_db, crate::model::chain::Reading::SILENCE_DB);
    run(&mut chain, &stereo(&sine(1_000.0, 0.2, 96_000)), 2, 4096);
    let expected = db(0.2) - 3.0103;
    let reading = chain.reading();
    // The tail of the chain's delay goes out in silence.
    assert!((f64::from(reading.before_db) - expected).abs() < 0.2, "{reading:?} {expected}");
    assert!((f64::from(reading.after_db) - expected - 6.0206).abs() < 0.2, "{reading:?} {expected}");
}
