//! Filters beside the analog prototypes of R. Bristow-Johnson ("Audio EQ cookbook") and of Butterworth, prewarped.

use std::f64::consts::{FRAC_1_SQRT_2, PI};

use realfft::RealFftPlanner;
use realfft::num_complex::Complex;

use super::*;
use crate::model::chain::Shape;

/// Hz and dB of the answer to an impulse.
fn response(spec: &ChainSpec, rate: u32) -> Vec<(f64, f64)> {
    let mut impulse = vec![0.0; 1 << 17];
    impulse[0] = 1.0;
    let out = run(&mut Chain::new(rate, 1, spec), &impulse, 1, 4096);
    spectrum(&out, rate)
}

fn spectrum(samples: &[f32], rate: u32) -> Vec<(f64, f64)> {
    let mut samples: Vec<f64> = samples.iter().copied().map(f64::from).collect();
    let transform = RealFftPlanner::new().plan_fft_forward(samples.len());
    let mut bins = transform.make_output_vec();
    transform.process(&mut samples, &mut bins).unwrap();
    let hz = f64::from(rate) / samples.len() as f64;
    bins.iter().enumerate().map(|(n, bin)| (n as f64 * hz, db(bin.norm()))).collect()
}

/// The prototype's frequency, 1 at the filter's.
fn prewarped(hz: f64, of: f64, rate: u32) -> Complex<f64> {
    let warp = |hz: f64| (PI * hz / f64::from(rate)).tan();
    Complex::new(0.0, warp(hz) / warp(of))
}

fn prototype(band: &Band, hz: f64, rate: u32) -> f64 {
    let s = prewarped(hz, f64::from(band.hz), rate);
    let a = 10f64.powf(f64::from(band.gain_db) / 40.0);
    let q = f64::from(band.q);
    let slope = s * a.sqrt() / q;
    let answer = match band.shape {
        Shape::Peak => (s * s + s * (a / q) + 1.0) / (s * s + s / (a * q) + 1.0),
        Shape::LowShelf => (s * s + slope + a) / (s * s * a + slope + 1.0) * a,
        Shape::HighShelf => (s * s * a + slope + 1.0) / (s * s + slope + a) * a,
    };
    db(answer.norm())
}

fn high_pass(of: f64, hz: f64, rate: u32) -> f64 {
    let s = prewarped(hz, of, rate);
    db((s * s / (s * s + s / FRAC_1_SQRT_2 + 1.0)).norm())
}

#[test]
fn each_band_has_the_response_of_its_prototype() {
    let bands = [
        Band::peak(31.0, 1.0, 6.0),
        Band::peak(1_000.0, 0.5, -9.0),
        Band::peak(3_000.0, 20.0, -12.0),
        Band::peak(17_000.0, 2.0, 12.0),
        Band::low_shelf(100.0, 8.0),
        Band::low_shelf(300.0, -8.0),
        Band::high_shelf(4_000.0, 6.0),
        Band::high_shelf(12_000.0, -10.0),
        Band { q: 1.5, ..Band::high_shelf(2_000.0, 4.0) },
    ];
    for rate in [44_100, 96_000] {
        for band in bands {
            let mut spec = ChainSpec::default();
            spec.eq[3] = band;
            for (hz, measured) in response(&spec, rate).into_iter().skip(1) {
                let expected = prototype(&band, hz, rate);
                assert!((measured - expected).abs() < 0.01, "{band:?} at {hz}: {measured}, not {expected}");
            }
        }
    }
}

#[test]
fn filters_in_a_row_have_the_sum_of_their_responses() {
    let mut spec = ChainSpec { subsonic_hz: 25.0, ..ChainSpec::default() };
    spec.notches =
        [Band::peak(217.0, 15.0, -9.0), Band::peak(1_310.0, 10.0, -6.0), Band::peak(6_200.0, 8.0, -3.0)];
    for (n, band) in spec.eq.iter_mut().enumerate() {
        *band = Band::peak(60.0 * 2f32.powi(n as i32), 1.0, n as f32 - 3.5);
    }
    for (hz, measured) in response(&spec, RATE).into_iter().skip(10) {
        let bands = spec.notches.iter().chain(&spec.eq);
        let expected = high_pass(25.0, hz, RATE) + bands.map(|band| prototype(band, hz, RATE)).sum::<f64>();
        assert!((measured - expected).abs() < 0.02, "at {hz}: {measured}, not {expected}");
    }
}

#[test]
fn offset_and_rumble_go_and_the_rest_stays() {
    let spec = ChainSpec { subsonic_hz: 20.0, ..ChainSpec::default() };
    for (hz, measured) in response(&spec, RATE).into_iter().filter(|(hz, _)| *hz > 2.0) {
        let expected = high_pass(20.0, hz, RATE);
        assert!((measured - expected).abs() < 0.05, "at {hz}: {measured}, not {expected}");
    }
    let out = master(&spec, &vec![0.5; 48_000], 1);
    assert_eq!(out[0], out[0].max(0.49), "the beginning is there");
    assert!(out[47_000..].iter().all(|sample| sample.abs() < 1e-6));
}

/// A filter beyond what the rate carries is at 0.45 of the rate, not unstable.
#[test]
fn a_corner_above_half_the_rate_is_held_below_it() {
    let mut spec = ChainSpec::default();
    spec.eq[0] = Band::peak(20_000.0, 1.0, 6.0);
    let held = Band::peak(3_600.0, 1.0, 6.0);
    for (hz, measured) in response(&spec, 8_000).into_iter().skip(1) {
        assert!((measured - prototype(&held, hz, 8_000)).abs() < 0.01, "at {hz}");
    }
}

#[test]
fn all_channels_are_filtered_alike_and_on_their_own() {
    let mono = beats(20_000);
    let mut spec = ChainSpec { subsonic_hz: 20.0, ..ChainSpec::default() };
    spec.eq[0] = Band::low_shelf(200.0, 5.0);
    let alone = master(&spec, &mono, 1);
    for channels in [2, 3, 6] {
        for channel in 0..channels {
            let mut samples = vec![0.0; mono.len() * channels];
            samples
                .iter_mut()
                .skip(channel)
                .step_by(channels)
                .zip(&mono)
                .for_each(|(slot, sample)| *slot = *sample);
            let out = master(&spec, &samples, channels);
            for (frame, sample) in out.chunks_exact(channels).zip(&alone) {
                assert_eq!(frame[channel], *sample);
                assert_eq!(
                    frame.iter().filter(|sample| **sample != 0.0).count(),
                    usize::from(*sample != 0.0)
                );
            }
        }
    }
}

/// A tone stays a tone while a band sweeps over it, at any speed.
#[test]
fn a_band_that_moves_far_neither_clicks_nor_rings() {
    let tone = sine(440.0, 0.25, 60_000);
    let with = |band: Band| ChainSpec {
        eq: [band; EQ_BANDS].map(|band| Band { gain_db: band.gain_db / 8.0, ..band }),
        ..ChainSpec::default()
    };
    let specs = [
        Band::peak(50.0, 4.0, 12.0),
        Band::peak(15_000.0, 0.5, 12.0),
        Band::low_shelf(100.0, -12.0),
        Band::high_shelf(300.0, 9.0),
    ];
    let mut chain = Chain::new(RATE, 1, &with(specs[0]));
    let mut out = Vec::new();
    for (n, block) in tone.chunks(1_000).enumerate() {
        chain.set(&with(specs[n % specs.len()]));
        let mut fed = 0;
        while fed < block.len() {
            fed += chain.feed(&block[fed..]);
            out.extend_from_slice(chain.ready());
            chain.consume(usize::MAX);
        }
    }
    // Its second difference is its acceleration: a step of the slope or the value stands out of it.
    let steepest = out.windows(3).map(|at| (at[0] - 2.0 * at[1] + at[2]).abs()).fold(0.0, f32::max);
    let step = TAU * 440.0 / f64::from(RATE);
    let most = 1.5 * 0.25 * 4.0 * step * step;
    assert!(f64::from(steepest) < most, "{steepest}, not {most}");
}

/// At the centres of third octaves where the response resolves them, by channels of the middle and of the side.
#[test]
fn matching_has_the_response_of_its_curves_in_middle_and_side() {
    let curves = matching();
    let spec = ChainSpec { matching: curves, ..ChainSpec::default() };
    for (rate, side, curve) in
        [(44_100, 1.0, &curves.mid_db), (96_000, -1.0, &curves.side_db), (48_000, 0.0, &curves.mid_db)]
    {
        let mut impulse = vec![0.0; 1 << 17];
        let out = if side == 0.0 {
            impulse[0] = 1.0;
            run(&mut Chain::new(rate, 1, &spec), &impulse, 1, 4096)
        } else {
            (impulse[0], impulse[1]) = (1.0, side);
            let out = run(&mut Chain::new(rate, 2, &spec), &impulse, 2, 4096);
            out.as_chunks::<2>().0.iter().for_each(|[left, right]| assert_eq!(*left, right * side));
            out.as_chunks::<2>().0.iter().map(|frame| frame[0]).collect()
        };
        let found = spectrum(&out, rate);
        for third in 6..THIRDS {
            let hz = f64::from(crate::model::chain::third_hz(third));
            let near = found.iter().min_by(|a, b| (a.0 - hz).abs().total_cmp(&(b.0 - hz).abs())).unwrap();
            let expected = f64::from(Matching::at(curve, near.0 as f32));
            assert!((near.1 - expected).abs() < 0.5, "{rate} {hz}: {} {expected}", near.1);
        }
    }
}

/// What one response makes of the sound turns into what the next makes of it, without a step: on a tone in the middle of
/// a third octave that is raised, the level rises and never jumps.
#[test]
fn matching_fades_from_one_response_to_the_next() {
    let raised = Matching { mid_db: [6.0; THIRDS], ..Matching::default() };
    let spec = ChainSpec { matching: raised, ..ChainSpec::default() };
    let samples = sine(1_000.0, 0.25, 48_000);
    let mut chain = Chain::new(RATE, 1, &ChainSpec::default());
    let mut out = run_some(&mut chain, &samples[..10_007]);
    chain.set(&spec);
    out.extend(run_some(&mut chain, &samples[10_007..11_100]));
    // Turned back while the fade lasts.
    chain.set(&ChainSpec::default());
    out.extend(run_some(&mut chain, &samples[11_100..20_000]));
    chain.set(&spec);
    out.extend(run_some(&mut chain, &samples[20_000..]));
    let steepest = out.windows(2).map(|pair| (pair[1] - pair[0]).abs()).fold(0.0, f32::max);
    let expected = 0.25 * 10f64.powf(6.0 / 20.0) * TAU * 1_000.0 / f64::from(RATE);
    assert!(f64::from(steepest) < 1.02 * expected, "{steepest} {expected}");
    let end = &out[30_000..30_000 + 4_800];
    assert!((amplitude(end, 1_000.0) - 0.25 * 10f64.powf(0.3)).abs() < 1e-3, "{}", amplitude(end, 1_000.0));
}

/// As they become ready; the chain goes on.
fn run_some(chain: &mut Chain, samples: &[f32]) -> Vec<f32> {
    let (mut out, mut done) = (Vec::new(), 0);
    while done < samples.len() {
        done += chain.feed(&samples[done..]);
        out.extend_from_slice(chain.ready());
        chain.consume(usize::MAX);
    }
    out
}
