//! Convolution against the sum that defines it, levels and rates against closed forms.

use super::*;

const RATE: u32 = 48_000;

fn noise(count: usize, mut state: u32) -> Vec<f32> {
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as f32 / (1 << 23) as f32 - 1.0
    };
    (0..count).map(|_| next()).collect()
}

fn heard(response: &ImpulseResponse, channels: usize, samples: &[f32], block: usize) -> Vec<f32> {
    let mut convolution = Convolution::new(response.at(RATE), channels);
    let mut out = samples.to_vec();
    out.chunks_mut(block * channels).for_each(|frames| convolution.process(frames));
    out
}

/// Against the sum that defines a convolution, in `f64`, for responses that end in the first part, in the small ones, in
/// the large ones.
#[test]
fn it_is_the_sum_of_products_for_any_length_and_any_blocks() {
    let samples = noise(30_000, 1);
    for taps in [1, 200, 3_000, LARGE, LARGE + 1, 20_000] {
        let frames: Vec<f32> = noise(taps, 2).iter().map(|tap| tap / (taps as f32).sqrt()).collect();
        let response = ImpulseResponse::new(RATE, 1, &frames).unwrap();
        let found = heard(&response, 1, &samples, 1_000);
        for n in (0..samples.len()).step_by(501) {
            let product = |k: usize| f64::from(frames[k]) * f64::from(samples[n - k]);
            let sum: f64 = (0..=n.min(taps - 1)).map(product).sum::<f64>() * f64::from(response.gain());
            assert!((f64::from(found[n]) - sum).abs() < 1e-5, "{taps} at {n}: {} for {sum}", found[n]);
        }
        for block in [17, 4_096] {
            assert_eq!(heard(&response, 1, &samples, block), found, "{taps} in blocks of {block}");
        }
    }
}

/// A single tap has the same power at every frequency.
#[test]
fn music_comes_out_as_loud_as_it_goes_in() {
    for tap in [0.001, 0.5, 3.0] {
        let response = ImpulseResponse::new(RATE, 1, &[0.0, 0.0, tap]).unwrap();
        assert!((response.gain() * tap - 1.0).abs() < 1e-5, "{tap}");
        assert_eq!(response.taps(), 3);
    }
    // Half the power of all octaves is lost where everything above the middle of the ten octaves is.
    let cut = |n: i32| {
        let x = f64::from(n - 2_000) * 2.0 * 632.5 / f64::from(RATE);
        let window = 0.5 + 0.5 * (std::f64::consts::PI * f64::from(n - 2_000) / 2_001.0).cos();
        let sinc = if x == 0.0 { 1.0 } else { (std::f64::consts::PI * x).sin() / (std::f64::consts::PI * x) };
        (sinc * window * 2.0 * 632.5 / f64::from(RATE)) as f32
    };
    let low_pass: Vec<f32> = (0..4_001).map(cut).collect();
    let gain = ImpulseResponse::new(RATE, 1, &low_pass).unwrap().gain();
    assert!((20.0 * gain.log10() - 3.01).abs() < 0.1, "{} dB", 20.0 * gain.log10());
}

#[test]
fn what_is_silent_is_none_and_what_is_no_number_is_silence() {
    assert!(ImpulseResponse::new(RATE, 2, &[0.0; 64]).is_none());
    assert!(ImpulseResponse::new(RATE, 2, &[]).is_none());
    assert!(ImpulseResponse::new(RATE, 1, &[f32::NAN, f32::INFINITY]).is_none());
    let response = ImpulseResponse::new(RATE, 1, &[1.0, f32::NAN, 0.0, 1e-9]).unwrap();
    assert_eq!(response.taps(), 1, "what nobody hears at the end is left out");
}

#[test]
fn channels_go_by_their_own_and_four_lead_from_each_side_to_each() {
    let input: Vec<f32> = [[1.0, 0.0], [0.0, 0.0], [0.0, 1.0], [0.0, 0.0], [0.0, 0.0]].concat();
    let heard_by = |channels: usize, frames: &[f32]| {
        let response = ImpulseResponse::new(RATE, channels, frames).unwrap();
        let gain = response.gain();
        let out = heard(&response, 2, &input, 5);
        out.iter().map(|sample| (sample / gain * 1_000.0).round() / 1_000.0).collect::<Vec<f32>>()
    };
    assert_eq!(heard_by(1, &[0.0, 0.5]), [0.0, 0.0, 0.5, 0.0, 0.0, 0.0, 0.0, 0.5, 0.0, 0.0]);
    assert_eq!(heard_by(2, &[0.5, 0.25]), [0.5, 0.0, 0.0, 0.0, 0.0, 0.25, 0.0, 0.0, 0.0, 0.0]);
    // From left to left and right, from right to left and right.
    assert_eq!(heard_by(4, &[0.5, 0.25, 0.125, 1.0]), [0.5, 0.25, 0.0, 0.0, 0.125, 1.0, 0.0, 0.0, 0.0, 0.0]);
    // The third channel has none of its own.
    let response = ImpulseResponse::new(RATE, 2, &[1.0, 1.0]).unwrap();
    let surround = noise(300, 5);
    let out = heard(&response, 3, &surround, 100);
    assert!(out.iter().zip(&surround).all(|(out, sample)| (out - sample).abs() < 1e-5));
}

/// The answer to a tone is that of the same filter, whatever the rate.
#[test]
fn at_another_rate_it_is_the_same_filter() {
    let low_pass: Vec<f32> = (0..600).map(|n| 0.98_f32.powi(n) * 0.02).collect();
    let response = ImpulseResponse::new(RATE, 1, &low_pass).unwrap();
    let level = |rate: u32, hz: f64| {
        let tone = |n: u32| (std::f64::consts::TAU * hz * f64::from(n) / f64::from(rate)).sin() as f32;
        let mut samples: Vec<f32> = (0..rate).map(tone).collect();
        Convolution::new(response.at(rate), 1).process(&mut samples);
        let last = &samples[rate as usize / 2..];
        (last.iter().map(|sample| f64::from(*sample).powi(2)).sum::<f64>() * 2.0 / last.len() as f64).sqrt()
    };
    for hz in [50.0, 400.0, 3_000.0] {
        let own = level(RATE, hz);
        for rate in [44_100, 96_000] {
            let db = 20.0 * (level(rate, hz) / own).log10();
            assert!(db.abs() < 0.1, "{hz} Hz at {rate}: {db} dB");
        }
    }
}

#[test]
fn what_was_made_ready_is_used_and_a_reset_is_a_beginning() {
    let response = ImpulseResponse::new(44_100, 1, &noise(9_000, 7)).unwrap().made_ready(RATE);
    assert!(Arc::ptr_eq(&response.at(RATE), &response.at(RATE)));
    assert!(!Arc::ptr_eq(&response.at(96_000), &response.at(96_000)));
    let samples = noise(10_000, 8);
    let mut convolution = Convolution::new(response.at(RATE), 1);
    let (mut first, mut second) = (samples.clone(), samples);
    convolution.process(&mut first);
    convolution.reset();
    convolution.process(&mut second);
    assert_eq!(first, second);
}
