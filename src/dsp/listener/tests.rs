//! Stages against closed forms: responses, step responses, blocks, ramps, hostile input.

use std::f64::consts::TAU;
use std::sync::Arc;

use super::*;
use crate::model::chain::{Band, Shape};
use crate::model::equaliser::{EqSettings, Equaliser};
use crate::model::mastering::Intensity;
use crate::model::settings::{Crossfeed, NightMode};

const RATES: [u32; 6] = [8_000, 44_100, 48_000, 96_000, 192_000, 384_000];

fn equalised(curve: Equaliser) -> SoundSettings {
    SoundSettings { eq: EqSettings { on: true, curve: Arc::new(curve) }, ..SoundSettings::default() }
}

fn night(percent: i64) -> SoundSettings {
    let night = NightMode { on: true, strength: Intensity::new(percent) };
    SoundSettings { night, ..SoundSettings::default() }
}

fn crossfed(crossfeed: Crossfeed) -> SoundSettings {
    SoundSettings { crossfeed: Some(crossfeed), ..SoundSettings::default() }
}

fn all() -> SoundSettings {
    let bands = [Band::low_shelf(105.0, 6.0), Band::peak(2_000.0, 3.0, -5.0), Band::high_shelf(9_000.0, 4.0)];
    SoundSettings {
        crossfeed: Some(Crossfeed::Cmoy),
        night: night(70).night,
        ..equalised(Equaliser::new("x", None, bands))
    }
}

fn noise(samples: usize) -> Vec<f32> {
    let mut state = 1_u32;
    (0..samples)
        .map(|_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) as f32 / 8_388_608.0 - 1.0
        })
        .collect()
}

/// Size of the response of a channel's answer to an impulse in channel `from` at a frequency, linear.
fn response(listener: &mut Listener, channels: usize, (from, to): (usize, usize), hz: f64, rate: u32) -> f64 {
    let frames = rate as usize;
    let mut samples = vec![0.0_f32; frames * channels];
    samples[from] = 1.0;
    listener.process(&mut samples);
    let (mut re, mut im) = (0.0, 0.0);
    for (n, sample) in samples.iter().skip(to).step_by(channels).enumerate() {
        let angle = TAU * hz / f64::from(rate) * n as f64;
        re += f64::from(*sample) * angle.cos();
        im -= f64::from(*sample) * angle.sin();
    }
    re.hypot(im)
}

/// R. Bristow-Johnson, Cookbook formulae for audio EQ biquad filter coefficients: coefficients, then |H| on the unit circle.
fn cookbook_db(band: &Band, hz: f64, rate: u32) -> f64 {
    let w0 = TAU * f64::from(band.hz) / f64::from(rate);
    let (a, alpha) = (10f64.powf(f64::from(band.gain_db) / 40.0), w0.sin() / (2.0 * f64::from(band.q)));
    let (cos, root) = (w0.cos(), 2.0 * a.sqrt() * alpha);
    let (b, c) = match band.shape {
        Shape::Peak => {
            ([1.0 + alpha * a, -2.0 * cos, 1.0 - alpha * a], [1.0 + alpha / a, -2.0 * cos, 1.0 - alpha / a])
        }
        Shape::LowShelf => (
            [
                a * ((a + 1.0) - (a - 1.0) * cos + root),
                2.0 * a * ((a - 1.0) - (a + 1.0) * cos),
                a * ((a + 1.0) - (a - 1.0) * cos - root),
            ],
            [
                (a + 1.0) + (a - 1.0) * cos + root,
                -2.0 * ((a - 1.0) + (a + 1.0) * cos),
                (a + 1.0) + (a - 1.0) * cos - root,
            ],
        ),
        Shape::HighShelf => (
            [
                a * ((a + 1.0) + (a - 1.0) * cos + root),
                -2.0 * a * ((a - 1.0) + (a + 1.0) * cos),
                a * ((a + 1.0) + (a - 1.0) * cos - root),
            ],
            [
                (a + 1.0) - (a - 1.0) * cos + root,
                2.0 * ((a - 1.0) - (a + 1.0) * cos),
                (a + 1.0) - (a - 1.0) * cos - root,
            ],
        ),
    };
    let w = TAU * hz / f64::from(rate);
    let size = |[p, q, r]: [f64; 3]| {
        let re = p + q * w.cos() + r * (2.0 * w).cos();
        let im = q * w.sin() + r * (2.0 * w).sin();
        re.hypot(im)
    };
    20.0 * (size(b) / size(c)).log10()
}

#[test]
fn the_equaliser_has_the_response_of_its_bands_within_a_tenth_of_a_db() {
    let curves = [
        Equaliser::preset("loudness").unwrap(),
        Equaliser::new("x", Some(-4.0), [Band::low_shelf(105.0, 5.5), Band::high_shelf(3_000.0, -8.0)]),
        Equaliser::new(
            "x",
            None,
            (0..32).map(|n| Band::peak(25.0 * 1.2f32.powi(n), 4.0, (n % 7) as f32 - 3.0)),
        ),
    ];
    for (rate, curve) in
        [44_100, 96_000].into_iter().flat_map(|rate| curves.iter().map(move |curve| (rate, curve)))
    {
        let mut listener = Listener::new(rate, 2, &equalised(curve.clone()));
        for hz in [25.0, 63.0, 180.0, 1_000.0, 3_333.0, 9_000.0, 15_000.0] {
            listener.reset();
            let got = 20.0 * response(&mut listener, 2, (1, 1), hz, rate).log10();
            let bands: f64 = curve.bands().iter().map(|band| cookbook_db(band, hz, rate)).sum();
            let expected = bands + f64::from(curve.preamp_db());
            assert!(
                (got - expected).abs() < 0.1,
                "{} at {hz} Hz of {rate}: {got} dB, not {expected}",
                curve.name()
            );
        }
    }
}

#[test]
fn nothing_gets_louder_than_it_was_under_the_automatic_preamp() {
    let mut listener = Listener::new(48_000, 2, &equalised(Equaliser::preset("loudness").unwrap()));
    for hz in (0..30).map(|n| 20.0 * 1.26f64.powi(n)) {
        listener.reset();
        let db = 20.0 * response(&mut listener, 2, (0, 0), hz, 48_000).log10();
        assert!(db < 0.05, "{hz} Hz: {db} dB");
    }
}

/// A tone on one side alone: below the cut-off the other ear has it so many dB lower, far above only by a first-order
/// slope; what is in the middle keeps its level at the bottom.
#[test]
fn crossfeed_is_what_bs2b_published() {
    for (crossfeed, cut, feed) in
        [(Crossfeed::Default, 700.0, 4.5), (Crossfeed::Cmoy, 700.0, 6.0), (Crossfeed::Jmeier, 650.0, 9.5)]
    {
        let rate = 384_000;
        let mut listener = Listener::new(rate, 2, &crossfed(crossfeed));
        let mut of = |way, hz| {
            listener.reset();
            response(&mut listener, 2, way, hz, rate)
        };
        let db = |ratio: f64| 20.0 * ratio.log10();
        let (own, other) = (of((0, 0), 5.0), of((0, 1), 5.0));
        assert!((db(own / other) - feed).abs() < 0.02, "{crossfeed:?}: {} dB", db(own / other));
        assert!(db(own + other).abs() < 0.02, "the middle: {} dB", db(own + other));
        // The low-pass: 3 dB down at its corner, 20 dB a decade.
        assert!((db(of((1, 0), cut) / other) + 3.01).abs() < 0.05);
        assert!((db(of((1, 0), cut * 10.0) / other) + 20.04).abs() < 0.1);
        // bs2b: straight on the highs come through by the gain that keeps the middle.
        let low = 10f64.powf((feed * -5.0 / 6.0 - 3.0) / 20.0);
        let straight = 1.0 / (10f64.powf((feed / 6.0 - 3.0) / 20.0) + low);
        assert!((db(of((0, 0), 20_000.0)) - db(straight)).abs() < 0.05);
    }
}

/// What was loud before night mode went says nothing of what is quiet when it comes back.
#[test]
fn night_mode_comes_back_as_if_it_were_new() {
    const RATE: u32 = 48_000;
    let quiet = vec![0.01; RATE as usize];
    let begun = |listener: &mut Listener| {
        listener.set(&night(50));
        let mut samples = quiet.clone();
        listener.process(&mut samples);
        samples
    };
    let off = SoundSettings::default();
    let mut used = Listener::new(RATE, 1, &night(50));
    used.process(&mut vec![0.9; RATE as usize]);
    used.set(&off);
    // Nothing is fed beyond the very end of its fade of half a second.
    used.process(&mut vec![0.9; RATE as usize / 2]);
    assert!(used.is_neutral(), "it is gone");
    assert!(begun(&mut used) == begun(&mut Listener::new(RATE, 1, &off)));
}

/// Level and gain in closed form: so many dB for each dB above the threshold, given back at the anchor, and followed by
/// attack and release.
#[test]
fn night_mode_raises_the_quiet_and_follows_as_it_says() {
    const RATE: usize = 48_000;
    let mut listener = Listener::new(RATE as u32, 1, &night(50));
    let slope = 0.6 * 0.5;
    let gain_db = |level: f64| slope * (40.0 - (level + 50.0));
    let linear = |db: f64| 10f64.powf(db / 20.0) as f32;
    let mut run = |level: f64, frames: usize| {
        let mut samples = vec![linear(level); frames];
        listener.process(&mut samples);
        move |at: usize| 20.0 * f64::from(samples[at]).log10() - level
    };
    let loud = run(-10.0, RATE);
    assert!(loud(RATE - 1).abs() < 0.01, "the anchor stays: {} dB", loud(RATE - 1));
    let quiet = run(-35.0, 4 * RATE);
    let (from, to) = (gain_db(-10.0), gain_db(-35.0));
    for ms in [10, 100, 300, 900] {
        let expected = to + (from - to) * (-(f64::from(ms) / 1000.0) / 0.3).exp();
        let at = RATE * ms as usize / 1000;
        assert!((quiet(at) - expected).abs() < 0.05, "{ms} ms: {} dB, not {expected}", quiet(at));
    }
    assert!((quiet(4 * RATE - 1) - to).abs() < 0.02);
    let loud = run(-10.0, RATE);
    for ms in [2, 5, 20] {
        let expected = from + (to - from) * (-(f64::from(ms) / 1000.0) / 0.005).exp();
        let at = RATE * ms as usize / 1000;
        assert!((loud(at) - expected).abs() < 0.05, "{ms} ms: {} dB, not {expected}", loud(at));
    }
    // Far below the threshold all come up alike.
    let silent = run(-90.0, 8 * RATE);
    assert!((silent(8 * RATE - 1) - slope * 40.0).abs() < 0.02);
}

#[test]
fn off_every_bit_passes_and_again_once_it_is_off() {
    let samples = noise(2 * 96_000);
    let mut out = samples.clone();
    let off = SoundSettings::default();
    let mut listener = Listener::new(48_000, 2, &off);
    listener.process(&mut out);
    assert!(listener.is_neutral() && out == samples);
    listener.set(&all());
    listener.process(&mut out);
    assert!(!listener.is_neutral() && out != samples);
    listener.set(&off);
    listener.process(&mut out);
    assert!(listener.is_neutral());
    out.clone_from(&samples);
    listener.process(&mut out);
    assert!(out == samples);
    // A flat curve is nothing, and crossfeed is for two channels.
    assert!(Listener::new(48_000, 2, &equalised(Equaliser::default())).is_neutral());
    assert!(Listener::new(48_000, 6, &crossfed(Crossfeed::Default)).is_neutral());
}

#[test]
fn the_cut_into_blocks_does_not_matter_nor_that_of_a_change() {
    let run = |block: usize| {
        let mut listener = Listener::new(44_100, 2, &SoundSettings::default());
        let mut samples = noise(2 * 40_000);
        let changes =
            [all(), equalised(Equaliser::preset("bass").unwrap()), crossfed(Crossfeed::Jmeier), night(20)];
        for (part, change) in samples.chunks_mut(2 * 10_000).zip(changes) {
            // The second comes in the middle of the first's ramp.
            let (head, rest) = part.split_at_mut(2 * 777);
            listener.set(&all());
            head.chunks_mut(2 * block).for_each(|block| listener.process(block));
            listener.set(&change);
            rest.chunks_mut(2 * block).for_each(|block| listener.process(block));
        }
        samples
    };
    let whole = run(10_000);
    for block in [1, 17, 512, 4096] {
        assert!(run(block) == whole, "blocks of {block}");
    }
}

/// A slow tone has small steps; no change of settings makes a larger one than the largest gain could.
#[test]
fn no_change_makes_a_step() {
    let mut listener = Listener::new(48_000, 2, &SoundSettings::default());
    let changes = [all(), SoundSettings::default(), night(100), crossfed(Crossfeed::Cmoy), all(), night(0)];
    let mut at = 0_u32;
    let mut last = [0.0_f32; 2];
    for change in changes {
        listener.set(&change);
        for _ in 0..30_000 {
            let sample = (f64::from(at) * TAU * 100.0 / 48_000.0).sin() as f32 * 0.25;
            at += 1;
            let mut frame = [sample, -sample * 0.5];
            listener.process(&mut frame);
            assert!(
                (frame[0] - last[0]).abs() < 0.03 && (frame[1] - last[1]).abs() < 0.03,
                "{at}: {frame:?}"
            );
            last = frame;
        }
    }
}

#[test]
fn whatever_comes_in_numbers_come_out_at_every_rate() {
    for (rate, channels) in RATES.into_iter().flat_map(|rate| [1, 2, 6].map(|channels| (rate, channels))) {
        let mut listener = Listener::new(rate, channels, &all());
        let mut samples = noise(usize::from(channels) * 5_000);
        for (at, bad) in
            [f32::NAN, f32::INFINITY, f32::MIN, f32::MAX, f32::MIN_POSITIVE / 4.0].into_iter().enumerate()
        {
            samples[at * 600] = bad;
        }
        listener.process(&mut samples);
        assert!(samples.iter().all(|sample| sample.is_finite()));
        let mut silence = vec![0.0; usize::from(channels) * rate as usize * 4];
        listener.process(&mut silence);
        assert!(silence.iter().rev().take(1_000).all(|sample| sample.abs() < 1e-9), "{rate} {channels}");
    }
}

/// Of responses to impulses.
const RATE: u32 = 48_000;

fn impulse(taps: &[f32]) -> Arc<ImpulseResponse> {
    Arc::new(ImpulseResponse::new(RATE, 1, taps).unwrap())
}

/// From one to another, to none and back, also while a fade is under way.
#[test]
fn another_impulse_response_comes_without_a_click() {
    let mut listener = Listener::new(RATE, 1, &SoundSettings::default());
    let mut tone: Vec<f32> =
        (0..RATE).map(|n| 0.5 * (std::f32::consts::TAU * 200.0 * n as f32 / RATE as f32).sin()).collect();
    let late = impulse(&[vec![0.0; 60], vec![1.0]].concat());
    let turns = [Some(&late), None, Some(&late), None];
    let mut turns = turns.into_iter();
    for (n, block) in tone.chunks_mut(500).enumerate() {
        if n % 7 == 3 {
            listener.convolve(turns.next().flatten());
        }
        listener.process(block);
    }
    let step = |pair: &[f32]| (pair[1] - pair[0]).abs();
    // A tone of 200 Hz moves by 0.013 a sample at most.
    assert!(tone.windows(2).map(step).fold(0.0, f32::max) < 0.016);
    assert!(listener.is_neutral());
}

#[test]
fn an_impulse_response_that_is_off_leaves_every_bit_and_one_that_is_on_is_heard_from_the_first_frame() {
    let mut listener = Listener::new(RATE, 1, &SoundSettings::default());
    let half = impulse(&[0.0, 1.0]);
    listener.convolve(Some(&half));
    assert!(!listener.is_neutral());
    listener.reset();
    let mut samples = [0.25, 0.5, 0.75];
    listener.process(&mut samples);
    let right = [0.0, 0.25, 0.5];
    assert!(samples.iter().zip(right).all(|(sample, right)| (sample - right).abs() < 1e-5), "{samples:?}");
    listener.convolve(None);
    listener.reset();
    assert!(listener.is_neutral());
}
