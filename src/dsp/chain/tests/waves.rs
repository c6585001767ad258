//! What bends waves: exciter, soft clipper, limiter.

use std::f64::consts::PI;

use realfft::RealFftPlanner;

use super::*;

/// Amplitude of each whole Hz, of a second from the middle.
fn lines(out: &[f32]) -> Vec<f64> {
    let mut second: Vec<f64> = out[48_000..96_000].iter().copied().map(f64::from).collect();
    let transform = RealFftPlanner::new().plan_fft_forward(second.len());
    let mut bins = transform.make_output_vec();
    transform.process(&mut second, &mut bins).unwrap();
    bins.iter().map(|bin| bin.norm() * 2.0 / 48_000.0).collect()
}

/// The loudest line up to a frequency that is no multiple of a pitch.
fn foreign(lines: &[f64], pitch: usize, up_to: usize) -> f64 {
    let foreign = lines[..up_to].iter().enumerate().skip(1).filter(|(hz, _)| hz % pitch != 0);
    foreign.fold(0.0, |most, (_, line)| most.max(*line))
}

fn exciter(above_hz: f32, amount: f32) -> ChainSpec {
    ChainSpec { exciter: Exciter { above_hz, amount }, ..ChainSpec::default() }
}

#[test]
fn overtones_are_added_above_and_nothing_below() {
    let pitch = 1_637;
    let samples = sine(pitch as f64, 0.25, 144_000);
    let out = master(&exciter(4_500.0, 0.5), &samples, 1);
    let added: Vec<f32> = out.iter().zip(&samples).map(|(out, sample)| out - sample).collect();
    let added = lines(&added);
    let level = |n: usize| db(added[n * pitch] / 0.25);
    // The third lies above, the second and the tone itself below.
    assert!(level(3) > -30.0 && level(4) > -40.0, "{} {}", level(3), level(4));
    assert!(level(1) < -60.0, "the tone is not made louder: {}", level(1));
    assert!(level(2) < level(3) - 6.0 && level(2) < -35.0, "{}", level(2));
    let foreign = db(foreign(&added, pitch, 20_000) / 0.25);
    assert!(foreign < -110.0, "{foreign}");
}

#[test]
fn soft_sound_has_the_same_share_of_overtones() {
    let share = |amplitude: f64| {
        let out = master(&exciter(4_500.0, 0.5), &sine(1_637.0, amplitude, 144_000), 1);
        db(lines(&out)[3 * 1_637] / amplitude)
    };
    assert!((share(0.5) - share(0.005)).abs() < 0.1, "{} {}", share(0.5), share(0.005));
}

#[test]
fn overtones_that_the_rate_cannot_carry_are_not_there() {
    let pitch = 4_001;
    let out = master(&exciter(6_000.0, 1.0), &sine(pitch as f64, 0.5, 144_000), 1);
    let foreign = db(foreign(&lines(&out), pitch, 17_000) / 0.5);
    assert!(foreign < -80.0, "{foreign}");
}

fn clip(clip_from_db: f32) -> ChainSpec {
    ChainSpec { clip_from_db, ..ChainSpec::default() }
}

#[test]
fn waves_below_the_level_pass_to_the_last_bit() {
    // -6.02 dB is 0.5; an abrupt beginning rings.
    for samples in [sine(997.0, 0.45, 50_000), sine(9_000.0, 0.4, 50_000), noise(50_000, 0.2)] {
        assert_eq!(bits(&master(&clip(-6.02), &samples, 1)), bits(&samples));
    }
}

/// The curve is known, so the amplitude of what it makes of a sine is: the Fourier integral of it.
#[test]
fn waves_above_it_have_the_shape_of_the_curve() {
    let level = 10f64.powf(-6.0 / 20.0);
    let curve = |x: f64| {
        let z = ((x.abs() - level) / (1.0 - level)).clamp(0.0, 1.5);
        (x.abs().min(level) + (1.0 - level) * (z - 4.0 / 27.0 * z.powi(3))).copysign(x)
    };
    for loud in [0.6, 0.9, 1.2, 3.0] {
        let fourier = |n: usize| {
            let at = |k: usize| (k as f64 + 0.5) * TAU / 100_000.0;
            (0..100_000).map(|k| curve(loud * at(k).sin()) * (at(k) * n as f64).sin()).sum::<f64>() / 50_000.0
        };
        let lines = lines(&master(&clip(-6.0), &sine(500.0, loud, 144_000), 1));
        for n in [1, 3, 5] {
            let (measured, expected) = (lines[n * 500], fourier(n).abs());
            assert!((measured - expected).abs() < 0.001 * loud, "{n} of {loud}: {measured}, not {expected}");
        }
    }
}

#[test]
fn what_clipping_makes_above_half_the_rate_does_not_come_back() {
    for pitch in [997, 3_001, 5_003] {
        let out = master(&clip(-6.0), &sine(pitch as f64, 1.2, 144_000), 1);
        let foreign = db(foreign(&lines(&out), pitch, 19_000));
        assert!(foreign < -70.0, "{foreign} by {pitch} Hz");
    }
}

/// What of it lies below 20 kHz: what a meter reads of noise nearer to half the rate is a matter of its filter.
fn audible(samples: Vec<f32>) -> Vec<f32> {
    let count = samples.len();
    let mut samples: Vec<f64> = samples.into_iter().map(f64::from).collect();
    let mut planner = RealFftPlanner::<f64>::new();
    let forward = planner.plan_fft_forward(count);
    let mut bins = forward.make_output_vec();
    forward.process(&mut samples, &mut bins).unwrap();
    bins[count * 20 / 48..].fill(Default::default());
    planner.plan_fft_inverse(count).process(&mut bins, &mut samples).unwrap();
    samples.iter().map(|sample| (sample / count as f64) as f32).collect()
}

/// dB of the largest value between samples: the spectrum is lengthened with zeros, eight points a sample.
fn true_peak_db(samples: &[f32]) -> f64 {
    const TIMES: usize = 8;
    let mut input: Vec<f64> = samples.iter().copied().map(f64::from).collect();
    let mut planner = RealFftPlanner::<f64>::new();
    let forward = planner.plan_fft_forward(input.len());
    let mut bins = forward.make_output_vec();
    forward.process(&mut input, &mut bins).unwrap();
    let back = planner.plan_fft_inverse(input.len() * TIMES);
    let mut long = back.make_input_vec();
    long[..bins.len()].copy_from_slice(&bins);
    let mut out = back.make_output_vec();
    back.process(&mut long, &mut out).unwrap();
    db(out.iter().fold(0.0, |peak: f64, value| peak.max(value.abs())) / samples.len() as f64)
}

/// Test signals, all over the ceiling, faded in and out: an edge of full scale rings for ever.
fn loud_signals() -> Vec<(&'static str, Vec<f32>)> {
    let frames = 48_000;
    let soft = |n: usize| ((n.min(frames - n) as f64 - 2_000.0) / 2_000.0).clamp(0.0, 1.0);
    let tone = |pitch: f64, phase: f64, amplitude: f64| -> Vec<f32> {
        (0..frames).map(|n| (soft(n) * amplitude * (TAU * pitch * n as f64 + phase).sin()) as f32).collect()
    };
    let square = |half: usize| -> Vec<f32> {
        (0..frames).map(|n| soft(n) as f32 * if (n / half).is_multiple_of(2) { 1.0 } else { -1.0 }).collect()
    };
    let hiss = |amplitude: f32| -> Vec<f32> {
        let soft =
            noise(frames, amplitude).iter().enumerate().map(|(n, sample)| sample * soft(n) as f32).collect();
        audible(soft)
    };
    let mut clicks = tone(0.01, 0.0, 0.5);
    for (n, at) in (3_000..45_000).step_by(1_777).enumerate() {
        clicks[at] = if n % 2 == 0 { 3.0 } else { -1.5 };
    }
    vec![
        ("noise", hiss(1.0)),
        ("loud noise", hiss(4.0)),
        ("a square of 480 Hz", audible(square(50))),
        ("a square of 50 Hz", audible(square(480))),
        ("a quarter of the rate at 45 degrees", tone(0.25, PI / 4.0, 1.0)),
        ("a third of the rate", tone(1.0 / 3.0, 0.5, 1.5)),
        ("a bass", tone(50.0 / 48_000.0, 0.0, 2.0)),
        ("clicks", audible(clicks)),
    ]
}

#[test]
fn no_true_peak_goes_over_the_ceiling_by_more_than_a_tenth_of_a_db() {
    let limit = ChainSpec { ceiling_dbtp: Some(-1.0), ..ChainSpec::default() };
    for (name, samples) in loud_signals() {
        assert!(true_peak_db(&samples) > -0.9, "{name} needs no limiter");
        for spec in [
            limit,
            ChainSpec { clip_from_db: -3.0, gain_db: 3.0, ..limit },
            ChainSpec { width: Width::default(), ..all() },
        ] {
            let peak = true_peak_db(&master(&spec, &samples, 1));
            assert!(peak <= -0.9 && peak > -2.0, "{name}: {peak} dB by {spec:?}");
        }
    }
}

/// Where nothing is over the ceiling the limiter is not there.
#[test]
fn far_from_a_peak_a_sine_passes_to_the_last_bit() {
    let mut samples = sine(997.0, 0.5, 600_000);
    samples[5_000] = 1.5;
    let out = master(&ChainSpec { ceiling_dbtp: Some(-1.0), ..ChainSpec::default() }, &samples, 1);
    assert!(out[5_000] < 0.9);
    assert_eq!(bits(&out[..4_500]), bits(&samples[..4_500]));
    assert_eq!(bits(&out[550_000..]), bits(&samples[550_000..]));
}

#[test]
fn a_ceiling_that_moves_makes_no_step() {
    let samples = sine(100.0, 0.8, 60_000);
    let mut chain = Chain::new(RATE, 1, &ChainSpec::default());
    let mut out = Vec::new();
    for (n, block) in samples.chunks(10_000).enumerate() {
        let ceiling_dbtp = [None, Some(-12.0), Some(-3.0), None, Some(-20.0), None][n];
        chain.set(&ChainSpec { ceiling_dbtp, ..ChainSpec::default() });
        let mut fed = 0;
        while fed < block.len() {
            fed += chain.feed(&block[fed..]);
            out.extend_from_slice(chain.ready());
            chain.consume(usize::MAX);
        }
    }
    let largest = out.windows(2).map(|at| (at[0] - at[1]).abs()).fold(0.0, f32::max);
    // The sine's steepest step, and the gain's over 5 ms.
    assert!(largest < 0.8 * 0.0131 + 0.8 * 2.0 / 240.0, "{largest}");
    assert!(rms(&out[15_000..19_000]) < 0.2 && rms(&out[55_000..]) > 0.1);
}

/// What lies far from a peak that is held down is a clean sine: overtones below -120 dB (2nd to 20th, by correlation over
/// whole periods), two seconds behind it; and before the look-ahead every bit is the source's.
#[test]
fn a_sine_far_from_a_peak_is_unharmed() {
    let spec = ChainSpec { ceiling_dbtp: Some(-1.0), ..ChainSpec::default() };
    let mut samples = sine(1_000.0, 0.5, 48_000 * 4);
    samples[48_000] = 1.9;
    let out = master(&spec, &samples, 1);
    assert_eq!(bits(&out[..47_000]), bits(&samples[..47_000]));
    let far = &out[48_000 * 3..48_000 * 3 + 9_600];
    let overtones: f64 = (2..=20).map(|n| amplitude(far, 1_000.0 * f64::from(n)).powi(2)).sum();
    let distortion = db(overtones.sqrt() / amplitude(far, 1_000.0));
    assert!(distortion < -120.0, "{distortion} dB");
    // The same of all linear stages at work: tone, gain.
    let linear = ChainSpec { matching: matching(), eq: all().eq, gain_db: -3.0, ..spec };
    let out = master(&linear, &sine(1_000.0, 0.25, 48_000 * 3), 1);
    let far = &out[48_000..48_000 + 9_600];
    let overtones: f64 = (2..=20).map(|n| amplitude(far, 1_000.0 * f64::from(n)).powi(2)).sum();
    let distortion = db(overtones.sqrt() / amplitude(far, 1_000.0));
    assert!(distortion < -120.0, "{distortion} dB");
}
