//! The chain as a stream; what its stages do to sound stands in the files beside this.

mod filters;
mod gains;
mod waves;

use std::f64::consts::TAU;

use super::*;
use crate::model::chain::{Band, Compressor, EQ_BANDS, Exciter, Expander, Matching, NOTCHES, THIRDS, Width};

const RATE: u32 = 48_000;

/// All that was fed, in blocks of so many frames.
fn run(chain: &mut Chain, samples: &[f32], channels: usize, block: usize) -> Vec<f32> {
    let mut out = Vec::with_capacity(samples.len());
    let mut take = |chain: &mut Chain| {
        out.extend_from_slice(chain.ready());
        chain.consume(usize::MAX);
    };
    for block in samples.chunks(block * channels) {
        let mut done = 0;
        while done < block.len() {
            done += chain.feed(&block[done..]) * channels;
            take(chain);
        }
    }
    chain.finish();
    while chain.drain() {
        take(chain);
    }
    out
}

/// By a chain of its own.
fn master(spec: &ChainSpec, samples: &[f32], channels: usize) -> Vec<f32> {
    run(&mut Chain::new(RATE, channels, spec), samples, channels, 4096)
}

/// From third octave to third octave by up to 3 dB.
fn matching() -> Matching {
    let curve = |phase: f32| std::array::from_fn(|third| 3.0 * (third as f32 * 0.9 + phase).sin());
    Matching { mid_db: curve(0.0), side_db: curve(2.0) }
}

/// All stages in use.
fn all() -> ChainSpec {
    let mut eq = [Band::peak(700.0, 0.7, 1.5); EQ_BANDS];
    eq[0] = Band::low_shelf(90.0, 2.0);
    eq[1] = Band::high_shelf(8_000.0, 3.0);
    ChainSpec {
        matching: matching(),
        subsonic_hz: 22.0,
        notches: [Band::peak(440.0, 12.0, -4.0); NOTCHES],
        eq,
        transients_db: 3.0,
        expander: Expander { threshold_db: -18.0, ratio: 1.5, range_db: 4.0, ..Expander::default() },
        compressor: Compressor { threshold_db: -20.0, ratio: 2.5, mix: 0.7, ..Compressor::default() },
        exciter: Exciter { above_hz: 4_500.0, amount: 0.2 },
        width: Width { side_db: 2.0, mono_below_hz: 120.0 },
        gain_db: 5.0,
        clip_from_db: -4.0,
        ceiling_dbtp: Some(-1.0),
    }
}

fn sine(hz: f64, amplitude: f64, frames: usize) -> Vec<f32> {
    (0..frames).map(|n| (amplitude * (TAU * hz * n as f64 / f64::from(RATE)).sin()) as f32).collect()
}

fn noise(count: usize, amplitude: f32) -> Vec<f32> {
    let mut state = 1_u32;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        ((state >> 8) as f32 / 8_388_608.0 - 1.0) * amplitude
    };
    (0..count).map(|_| next()).collect()
}

/// Noise that comes and goes, as music does.
fn beats(count: usize) -> Vec<f32> {
    let swell = |n: usize| 0.1 + 0.9 * (-((n % 12_000) as f32) / 2_500.0).exp();
    noise(count, 1.0).iter().enumerate().map(|(n, sample)| sample * swell(n)).collect()
}

fn stereo(mono: &[f32]) -> Vec<f32> {
    mono.iter().flat_map(|sample| [*sample, *sample]).collect()
}

fn db(ratio: f64) -> f64 {
    20.0 * ratio.log10()
}

fn rms(samples: &[f32]) -> f64 {
    (samples.iter().map(|sample| f64::from(*sample).powi(2)).sum::<f64>() / samples.len() as f64).sqrt()
}

/// Amplitude of a pitch, over whole periods of it.
fn amplitude(samples: &[f32], hz: f64) -> f64 {
    let (mut sin, mut cos) = (0.0, 0.0);
    for (n, sample) in samples.iter().enumerate() {
        let phase = TAU * hz * n as f64 / f64::from(RATE);
        sin += f64::from(*sample) * phase.sin();
        cos += f64::from(*sample) * phase.cos();
    }
    2.0 * sin.hypot(cos) / samples.len() as f64
}

fn bits(samples: &[f32]) -> Vec<u32> {
    samples.iter().map(|sample| sample.to_bits()).collect()
}

#[test]
fn without_anything_to_do_every_bit_passes() {
    let mut samples = noise(30_000, 3.0);
    samples.extend([0.0, -0.0, f32::MIN_POSITIVE / 8.0, -1e-42, f32::MAX, f32::MIN]);
    for channels in [1, 2, 3, 6] {
        let samples = &samples[..samples.len() / channels * channels];
        assert_eq!(bits(&master(&ChainSpec::default(), samples, channels)), bits(samples));
    }
}

#[test]
fn in_bypass_every_bit_passes_whatever_the_chain_does() {
    let samples = beats(40_000);
    let mut chain = Chain::new(RATE, 2, &all());
    chain.bypass(Some(1.0));
    assert!(!chain.is_dry());
    chain.jump();
    assert!(chain.is_dry());
    assert_eq!(bits(&run(&mut chain, &samples, 2, 1000)), bits(&samples));
    let mut chain = Chain::new(RATE, 2, &all());
    chain.bypass(Some(0.5));
    chain.jump();
    let half: Vec<f32> = samples.iter().map(|sample| sample * 0.5).collect();
    assert_eq!(run(&mut chain, &samples, 2, 1000), half);
}

#[test]
fn as_many_frames_come_out_as_went_in_and_the_cut_into_blocks_does_not_matter() {
    let samples = beats(2 * 20_011);
    let whole = run(&mut Chain::new(RATE, 2, &all()), &samples, 2, 20_011);
    assert_eq!(whole.len(), samples.len());
    for block in [1, 17, 512, 4096] {
        assert!(run(&mut Chain::new(RATE, 2, &all()), &samples, 2, block) == whole, "blocks of {block}");
    }
    for frames in [0, 1, 2, 45, 46, 511, 512, 513, 1024] {
        let part = &samples[..frames * 2];
        assert_eq!(run(&mut Chain::new(RATE, 2, &all()), part, 2, 100).len(), part.len());
    }
}

/// Numbers that change on the way, at the same frames.
#[test]
fn the_cut_does_not_matter_while_numbers_move_and_sound_fades() {
    let samples = beats(2 * 30_000);
    let run_in = |block: usize| {
        let mut chain = Chain::new(RATE, 2, &ChainSpec::default());
        let mut out = Vec::new();
        let mut fed = 0;
        while fed < 30_000 {
            match fed {
                1_000 => chain.set(&all()),
                2_500 => chain.set_slowly(&ChainSpec { gain_db: -6.0, clip_from_db: -9.0, ..all() }, 0.3),
                9_000 => chain.bypass(Some(0.7)),
                9_200 => chain.bypass(None),
                20_000 => chain.set(&ChainSpec::default()),
                _ => {}
            }
            let end = (fed + block).min((fed / 100 + 1) * 100);
            while fed < end {
                fed += chain.feed(&samples[fed * 2..end * 2]);
                out.extend_from_slice(chain.ready());
                chain.consume(usize::MAX);
            }
        }
        out
    };
    let whole = run_in(100);
    for block in [1, 17, 33] {
        assert!(run_in(block) == whole, "blocks of {block}");
    }
}

#[test]
fn sound_comes_without_delay_whatever_the_numbers() {
    for spec in [ChainSpec::default(), ChainSpec { gain_db: -6.0206, ..ChainSpec::default() }, all()] {
        let mut samples = vec![0.0; 2 * 5_000];
        (samples[2_000], samples[2_001]) = (0.5, 0.5);
        let out = master(&spec, &samples, 2);
        let loudest = (0..out.len()).max_by(|a, b| out[*a].abs().total_cmp(&out[*b].abs()));
        assert!(matches!(loudest, Some(2_000 | 2_001)), "{loudest:?}");
        assert_eq!(Chain::new(RATE, 2, &spec).latency_frames(), Chain::new(RATE, 2, &all()).latency_frames());
    }
}

#[test]
fn any_rate_and_any_count_of_channels() {
    for rate in [8_000, 11_025, 22_050, 44_100, 48_000, 96_000, 192_000, 384_000] {
        for channels in [1, 2, 5, 8] {
            let samples = beats(9_000 * channels);
            let mut chain = Chain::new(rate, channels, &all());
            let out = run(&mut chain, &samples, channels, 777);
            assert_eq!(out.len(), samples.len());
            assert!(!chain.has_failed() && out.iter().all(|sample| sample.abs() <= 0.8913));
            assert!(rms(&out) > 0.5 * rms(&samples), "{} at {rate} Hz", rms(&out));
        }
    }
}

#[test]
fn what_is_no_number_is_silence() {
    let mut samples = beats(2 * 20_000);
    (samples[3_001], samples[3_002], samples[7_000]) = (f32::NAN, f32::INFINITY, f32::NEG_INFINITY);
    let mut silent = samples.clone();
    (silent[3_001], silent[3_002], silent[7_000]) = (0.0, 0.0, 0.0);
    assert_eq!(master(&all(), &samples, 2), master(&all(), &silent, 2));
    assert_eq!(master(&ChainSpec::default(), &samples, 2), silent);
}

#[test]
fn silence_stays_silence() {
    let out = master(&all(), &vec![0.0; 2 * 48_000], 2);
    assert!(out.iter().all(|sample| *sample == 0.0));
}

/// Without flushing, the filters' memory of a sound long gone is of numbers that take the processor a hundred times as
/// long.
#[test]
fn what_was_heard_is_forgotten_to_the_last_bit() {
    let mut samples = beats(2 * 10_000);
    samples.resize(2 * 400_000, 0.0);
    let out = master(&all(), &samples, 2);
    let last = out.iter().rposition(|sample| *sample != 0.0).unwrap_or(0) / 2;
    assert!(last < 250_000, "{last}");
    let tiny: Vec<f32> = noise(2 * 48_000, 1e-40);
    assert!(master(&all(), &tiny, 2).iter().all(|sample| sample.abs() < 1e-37));
}

#[test]
fn a_chain_that_fails_is_left_for_the_dry_sound_by_a_fade() {
    let spec = ChainSpec { gain_db: 12.0, ceiling_dbtp: Some(-1.0), ..ChainSpec::default() };
    let mut samples = stereo(&sine(200.0, 0.1, 20_000));
    (samples[10_000], samples[10_001]) = (f32::MAX, f32::MAX);
    let mut chain = Chain::new(RATE, 2, &spec);
    let whole = run(&mut chain, &samples, 2, 4096);
    assert!(chain.has_failed() && chain.is_dry());
    assert_eq!(whole[10_000..], samples[10_000..], "dry from the frame on that failed");
    let steps = whole[..10_000].chunks_exact(2).zip(whole[2..10_000].chunks_exact(2));
    let largest = steps.map(|(a, b)| (a[0] - b[0]).abs()).fold(0.0, f32::max);
    // The sine's own steepest step, 12 dB up.
    assert!(largest < 0.1 * 3.99 * 0.0262 + 0.001, "{largest}");
    for block in [1, 17, 512] {
        assert!(run(&mut Chain::new(RATE, 2, &spec), &samples, 2, block) == whole, "blocks of {block}");
    }
    chain.reset();
    assert!(!chain.has_failed() && !chain.is_dry());
    let fine = stereo(&sine(200.0, 0.1, 5_000));
    assert_eq!(run(&mut chain, &fine, 2, 4096), master(&spec, &fine, 2));
}

#[test]
fn a_reset_is_a_beginning() {
    let samples = beats(2 * 6_000);
    let mut chain = Chain::new(RATE, 2, &ChainSpec::default());
    chain.feed(&samples);
    assert!(chain.pending() > 0);
    chain.set(&all());
    chain.reset();
    assert_eq!((chain.pending(), chain.reading()), (0, Reading::default()));
    assert_eq!(run(&mut chain, &samples, 2, 4096), master(&all(), &samples, 2));
}

#[test]
fn a_jump_is_at_the_numbers_at_once() {
    let samples = beats(2 * 6_000);
    let mut chain = Chain::new(RATE, 2, &ChainSpec::default());
    chain.set(&all());
    chain.jump();
    assert_eq!(run(&mut chain, &samples, 2, 4096), master(&all(), &samples, 2));
}

#[test]
fn numbers_from_anywhere_do_no_harm() {
    let odd = [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, f32::MAX, f32::MIN, 0.0, -1.0, 1e-30];
    for value in odd {
        let band = Band { hz: value, q: value, gain_db: value, ..Band::high_shelf(1.0, 1.0) };
        let spec = ChainSpec {
            matching: Matching { mid_db: [value; THIRDS], side_db: [value; THIRDS] },
            subsonic_hz: value,
            notches: [band; NOTCHES],
            eq: [Band { gain_db: 3.0, ..band }; EQ_BANDS],
            transients_db: value,
            expander: Expander {
                threshold_db: value,
                ratio: 2.0,
                range_db: 3.0,
                knee_db: value,
                attack_ms: value,
                release_ms: value,
            },
            compressor: Compressor {
                threshold_db: value,
                ratio: value,
                knee_db: value,
                attack_ms: value,
                release_ms: value,
                mix: value,
            },
            exciter: Exciter { above_hz: value, amount: value },
            width: Width { side_db: value, mono_below_hz: value },
            gain_db: value,
            clip_from_db: value,
            ceiling_dbtp: Some(value),
        };
        let mut chain = Chain::new(RATE, 2, &spec);
        let out = run(&mut chain, &beats(2 * 20_000), 2, 4096);
        assert!(out.iter().all(|sample| sample.is_finite()), "{value}");
    }
}

/// A ramp of 50 ms changes a constant by its share a frame.
#[test]
fn no_change_makes_a_step() {
    let steady = vec![0.25; 2 * 30_000];
    let specs = [
        ChainSpec { gain_db: 6.0206, ..ChainSpec::default() },
        ChainSpec { eq: [Band::low_shelf(200.0, 3.0); EQ_BANDS], ..ChainSpec::default() },
        ChainSpec {
            compressor: Compressor { threshold_db: -30.0, ratio: 4.0, ..Compressor::default() },
            ..ChainSpec::default()
        },
        ChainSpec { clip_from_db: -20.0, ..ChainSpec::default() },
        ChainSpec { subsonic_hz: 20.0, ..ChainSpec::default() },
        ChainSpec { ceiling_dbtp: Some(-20.0), ..ChainSpec::default() },
        all(),
    ];
    for spec in specs {
        let mut chain = Chain::new(RATE, 2, &ChainSpec::default());
        let mut out = Vec::new();
        for (n, block) in steady.chunks(2 * 10_000).enumerate() {
            match n {
                1 => chain.set(&spec),
                2 => chain.set(&ChainSpec::default()),
                _ => {}
            }
            let mut fed = 0;
            while fed < block.len() {
                fed += chain.feed(&block[fed..]) * 2;
                out.extend_from_slice(chain.ready());
                chain.consume(usize::MAX);
            }
        }
        let largest = out.iter().zip(&out[2..]).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
        assert!(largest > 0.0 && largest < 0.01, "{largest} by {spec:?}");
    }
}
