//! Faults put into sounds on purpose.

use super::*;

const RATE: u32 = 44_100;

fn examine(bits: Option<u8>, frames: &[f32]) -> Quality {
    let found = |cut: usize| {
        let mut examination = Examination::new(Spec { rate: RATE, channels: 2 }, bits);
        frames.chunks(2 * cut).for_each(|block| examination.push(block));
        examination.finish()
    };
    let whole = found(frames.len().max(1));
    let parts = found(1_000);
    assert!((parts.dc_offset - whole.dc_offset).abs() < 1e-6);
    assert_eq!(Quality { dc_offset: whole.dc_offset, ..parts }, whole, "blocks do not matter");
    whole
}

/// Noise of the same numbers every time, -1 to 1.
fn noise() -> impl FnMut() -> f32 {
    let mut state = 1_u32;
    move || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as f32 / 8_388_608.0 - 1.0
    }
}

fn stereo(seconds: usize, mut sample: impl FnMut() -> f32) -> Vec<f32> {
    (0..seconds * RATE as usize * 2).map(|_| sample()).collect()
}

/// Cut off at `hz` by a windowed sinc of 801 taps.
fn filtered(samples: &[f32], hz: f64) -> Vec<f32> {
    let taps: Vec<f32> = (-400..=400)
        .map(|n| {
            let x = std::f64::consts::PI * f64::from(n);
            let turn = 2.0 * hz / f64::from(RATE);
            let sinc = if n == 0 { turn } else { (x * turn).sin() / x };
            (sinc * (0.54 + 0.46 * (x / 400.0).cos())) as f32
        })
        .collect();
    samples.windows(taps.len()).map(|part| part.iter().zip(&taps).map(|(x, tap)| x * tap).sum()).collect()
}

#[test]
fn a_spectrum_that_breaks_off_is_seen_where_it_does_and_none_in_whole_noise() {
    let mut next = noise();
    let white: Vec<f32> = (0..RATE as usize * 4).map(|_| next() * 0.5).collect();
    let twice = |samples: &[f32]| samples.iter().flat_map(|&x| [x, x]).collect::<Vec<f32>>();
    assert_eq!(examine(None, &twice(&white)).cutoff_hz, None);
    for hz in [11_000.0, 16_000.0, 19_000.0] {
        let found = examine(None, &twice(&filtered(&white, hz))).cutoff_hz.unwrap();
        assert!((f64::from(found) - hz).abs() <= 300.0, "{hz}: {found}");
    }
    // Falls by 12 dB an octave: no cliff.
    let mut state = [0.0_f32; 2];
    let soft: Vec<f32> = white
        .iter()
        .map(|x| {
            state[0] += 0.1 * (x - state[0]);
            state[1] += 0.1 * (state[0] - state[1]);
            state[1]
        })
        .collect();
    assert_eq!(examine(None, &twice(&soft)).cutoff_hz, None);
    assert_eq!(examine(None, &[0.0; 88_200]).cutoff_hz, None);
}

#[test]
fn silence_at_the_ends_is_told_in_seconds() {
    let mut next = noise();
    let mut frames = vec![0.0; RATE as usize * 2];
    frames.extend(stereo(1, || 0.5 * next()));
    frames.extend(vec![0.000_5; RATE as usize * 4]);
    let found = examine(None, &frames);
    assert!(
        (found.silence_start_s - 1.0).abs() < 0.001 && (found.silence_end_s - 2.0).abs() < 0.001,
        "{found:?}"
    );
    let silent = examine(None, &[0.0; 88_200]);
    assert_eq!((silent.silence_start_s, silent.silence_end_s, silent.is_mono), (1.0, 0.0, false));
}

#[test]
fn one_channel_twice_is_mono_and_two_are_not() {
    let mut next = noise();
    let mono: Vec<f32> = (0..RATE).map(|_| next()).flat_map(|x| [x, x]).collect();
    assert!(examine(None, &mono).is_mono);
    assert!(!examine(None, &stereo(1, noise())).is_mono);
    let swapped: Vec<f32> = mono.chunks(2).flat_map(|frame| [frame[0], -frame[1]]).collect();
    assert!(!examine(None, &swapped).is_mono);
}

#[test]
fn an_offset_is_told_with_its_sign_and_size() {
    let mut next = noise();
    let frames: Vec<f32> = (0..RATE * 20).flat_map(|_| [0.5 * next(), 0.5 * next() - 0.1]).collect();
    let found = examine(None, &frames).dc_offset;
    assert!((found + 0.1).abs() < 0.002, "{found}");
}

#[test]
fn bits_that_are_never_set_are_told() {
    let mut next = noise();
    let mut rounded = |bits: i32| {
        let scale = (1 << (bits - 1)) as f32;
        stereo(1, || (next() * scale).round().clamp(-scale, scale - 1.0) / scale)
    };
    for bits in [8_u8, 16, 24] {
        let frames = rounded(bits.into());
        assert_eq!(examine(Some(24), &frames).bits_used, Some(bits));
        assert_eq!(examine(Some(bits), &frames).bits_used, Some(bits));
        assert_eq!(examine(None, &frames).bits_used, None);
    }
    assert_eq!(examine(Some(16), &[0.0; 1_000]).bits_used, None);
}

#[test]
fn what_is_no_number_breaks_nothing() {
    let mut frames = stereo(3, noise());
    frames[44_100] = f32::NAN;
    frames[60_000] = f32::INFINITY;
    let found = examine(Some(16), &frames);
    assert!(found.dc_offset.is_finite());
    assert!(examine(None, &[]).silence_start_s == 0.0);
}
