//! Truth sets: sounds whose numbers are known in closed form, and what may not change them.

use super::signals::{both, chord, clicks, drums, note, pink, sides, sine, white};
use super::*;
use crate::model::fingerprint::DIMENSIONS;
use crate::model::key::Key;

const RATE: u32 = 44_100;

fn print_of(rate: u32, channels: u16, frames: &[f32]) -> Fingerprint {
    let mut print = Print::new(Spec { rate, channels });
    frames.chunks(10_000).for_each(|block| print.push(block));
    print.finish()
}

fn mono(samples: &[f32]) -> Fingerprint {
    print_of(RATE, 1, samples)
}

fn get(print: &Fingerprint, dimension: Dimension) -> f32 {
    print.get(dimension).unwrap_or_else(|why| panic!("{} is absent: {why:?}", dimension.name()))
}

#[track_caller]
fn assert_near(found: f32, expected: f32, within: f32) {
    assert!((found - expected).abs() <= within, "{found}, not {expected} within {within}");
}

/// Music enough for every number: chords over a beat, noise, different sides, pauses.
fn music(rate: u32) -> Vec<f32> {
    const SECONDS: f64 = 24.0;
    let beat = clicks(rate, 100.0, SECONDS);
    let mut left = vec![0.0; beat.len()];
    let mut right = left.clone();
    for (bar, root) in [57, 53, 48, 55, 57, 53, 48, 55].into_iter().enumerate() {
        let notes = [note(root), note(root + 4), note(root + 7), note(root + 24)];
        let chord = chord(rate, &notes, 2.7);
        let start = (bar as f64 * 3.0 * f64::from(rate)) as usize;
        for (n, sample) in chord.iter().enumerate() {
            let pan = if bar % 2 == 0 { 0.7 } else { 0.3 };
            let fade = (n.min(chord.len() - n) as f32 / (0.02 * rate as f32)).min(1.0);
            left[start + n] += 0.25 * pan * fade * sample;
            right[start + n] += 0.25 * (1.0 - pan) * fade * sample;
        }
    }
    left.iter_mut().zip(&beat).for_each(|(sample, beat)| *sample += 0.5 * beat);
    right.iter_mut().zip(&beat).for_each(|(sample, beat)| *sample += 0.4 * beat);
    sides(&left, &right)
}

const BANDS: [(Dimension, f64, f64); 7] = [
    (Dimension::SubBass, 20.0, 60.0),
    (Dimension::Bass, 60.0, 250.0),
    (Dimension::LowMid, 250.0, 500.0),
    (Dimension::Mid, 500.0, 2000.0),
    (Dimension::UpperMid, 2000.0, 4000.0),
    (Dimension::Presence, 4000.0, 8000.0),
    (Dimension::Air, 8000.0, 20_000.0),
];

#[test]
fn white_noise_has_in_each_band_its_width_and_pink_noise_its_octaves() {
    let white = mono(&white(RATE, 60.0, 1));
    let pink = mono(&pink(60.0, 2));
    for (dimension, low, high) in BANDS {
        let (flat, falling) = ((high - low) / 19_980.0, (high / low).ln() / 1000_f64.ln());
        // The deviation of an energy of so many independent bins and windows.
        let spread = |share: f64| share * (4.0 / ((high - low) * 60.0).sqrt() + 0.01) + 1e-4;
        assert_near(get(&white, dimension), flat as f32, spread(flat) as f32);
        assert_near(get(&pink, dimension), falling as f32, (2.0 * spread(falling)) as f32);
    }
}

#[test]
fn a_sine_has_all_its_energy_in_its_own_band() {
    for (dimension, low, high) in BANDS {
        let print = mono(&sine(RATE, (low * high).sqrt(), 5.0));
        assert!(get(&print, dimension) > 0.995, "{}: {}", dimension.name(), get(&print, dimension));
    }
}

#[test]
fn bass_over_mid_is_the_ratio_of_their_energies() {
    let bass = sine(RATE, 100.0, 10.0);
    let mid = sine(RATE, 1000.0, 10.0);
    let sum: Vec<f32> = bass.iter().zip(&mid).map(|(bass, mid)| 0.4 * bass + 0.2 * mid).collect();
    assert_near(get(&mono(&sum), Dimension::BassToMid), 6.02, 0.05);
    assert!(get(&mono(&mid), Dimension::BassToMid) < -40.0);
}

#[test]
fn centroid_and_rolloff_of_white_noise_are_the_middle_and_the_part_of_its_band() {
    let print = mono(&white(RATE, 30.0, 3));
    assert_near(get(&print, Dimension::Centroid), 10_010.0, 100.0);
    assert_near(get(&print, Dimension::Rolloff), 20.0 + 0.85 * 19_980.0, 100.0);
    let print = mono(&sine(RATE, 1000.0, 5.0));
    assert_near(get(&print, Dimension::Centroid), 1000.0, 10.0);
    assert_near(get(&print, Dimension::Rolloff), 1000.0, 15.0);
}

#[test]
fn noise_is_flat_and_a_sine_is_not() {
    assert!(get(&mono(&white(RATE, 30.0, 4)), Dimension::Flatness) > 0.97);
    assert!(get(&mono(&pink(30.0, 4)), Dimension::Flatness) > 0.95);
    assert!(get(&mono(&sine(RATE, 440.0, 30.0)), Dimension::Flatness) < 0.01);
}

#[test]
fn a_sine_is_harmonic_and_clicks_are_not() {
    assert!(get(&mono(&sine(RATE, 440.0, 10.0)), Dimension::Harmonic) > 0.95);
    assert!(get(&mono(&clicks(RATE, 120.0, 10.0)), Dimension::Harmonic) < 0.1);
}

#[test]
fn a_sine_holds_its_pitch_and_noise_has_none() {
    for hz in [82.4, 440.0, 1318.5] {
        assert!(get(&mono(&sine(RATE, hz, 5.0)), Dimension::Pitch) > 0.95, "{hz}");
    }
    assert!(get(&mono(&white(RATE, 5.0, 5)), Dimension::Pitch) < 0.2);
    let held = mono(&sine(RATE, 440.0, 5.0)).confidence.pitch;
    assert!(held > 0.95, "{held}");
}

#[test]
fn clicks_have_their_tempo_in_its_octave_and_are_as_regular_as_can_be() {
    let mut wrong = Vec::new();
    for bpm in (60..=180).step_by(5) {
        let print = mono(&clicks(RATE, f64::from(bpm), 30.0));
        let (found, stable) = (get(&print, Dimension::Tempo), get(&print, Dimension::Rhythm));
        if (found - bpm as f32).abs() > 1.0 || stable < 0.9 || print.confidence.tempo < 0.5 {
            wrong.push((bpm, found, stable, print.confidence));
        }
        let beats = print.beats.unwrap();
        assert_near(beats.first_s, 0.5, 0.03);
        assert_near(beats.head_bpm, bpm as f32, 1.0);
        assert_near(beats.tail_bpm, bpm as f32, 1.0);
    }
    assert!(wrong.is_empty(), "{wrong:?}");
}

#[test]
fn drums_have_the_tempo_of_their_beats_and_not_of_their_bars_halves_or_the_bass_across_them() {
    // Quicker, such a bar would as well be counted in two.
    for bpm in (85..=140).step_by(5) {
        let print = mono(&drums(RATE, f64::from(bpm), 30.0));
        assert_near(get(&print, Dimension::Tempo), bpm as f32, 1.0);
        assert_near(print.beats.unwrap().count as f32, bpm as f32 / 2.0, 5.0);
    }
}

#[test]
fn what_has_no_beat_has_no_tempo_to_trust() {
    let noise = mono(&white(RATE, 30.0, 6));
    assert!(noise.confidence.tempo < 0.3, "{:?} {:?}", noise.confidence, noise.get(Dimension::Tempo));
    assert!(noise.get(Dimension::Rhythm).unwrap_or(0.0) < 0.4, "{:?}", noise.get(Dimension::Rhythm));
    let sine = mono(&sine(RATE, 440.0, 30.0));
    assert_eq!((sine.get(Dimension::Tempo), sine.beats), (Err(Absent::Unclear), Err(Absent::Unclear)));
    assert_eq!(mono(&clicks(RATE, 120.0, 3.0)).get(Dimension::Tempo), Err(Absent::TooShort));
}

#[test]
fn onsets_are_counted() {
    for bpm in [60.0, 120.0, 240.0] {
        let print = mono(&clicks(RATE, bpm, 30.0));
        let count = (29.5 * bpm / 60.0).ceil();
        assert_near(get(&print, Dimension::Transients), (count / 30.0 / 10.0) as f32, 0.004);
    }
    assert!(get(&mono(&sine(RATE, 440.0, 30.0)), Dimension::Transients) < 0.01);
    assert!(get(&mono(&white(RATE, 30.0, 7)), Dimension::Transients) < 0.1);
}

/// Its key, and the share of its classes.
fn key_of(midi: &[i32], together: bool) -> Key {
    let samples = match together {
        true => chord(RATE, &midi.iter().map(|&midi| note(midi)).collect::<Vec<_>>(), 5.0),
        false => midi.iter().flat_map(|&midi| sine(RATE, note(midi), 0.5)).collect(),
    };
    mono(&samples).key.unwrap()
}

#[test]
fn triads_and_scales_have_their_key() {
    for tonic in 0..12 {
        let root = 60 + tonic;
        let expect = |key: Key, mode: &str, what: &str| {
            assert_eq!(
                (i32::from(key.tonic), key.to_string().ends_with(mode)),
                (tonic, true),
                "{what} on {tonic}: {key}"
            );
            assert!(key.strength > 0.6, "{what}: {}", key.strength);
        };
        expect(key_of(&[0, 4, 7].map(|step| root + step), true), "major", "major triad");
        expect(key_of(&[0, 3, 7].map(|step| root + step), true), "minor", "minor triad");
        expect(key_of(&[0, 2, 4, 5, 7, 9, 11, 12].map(|step| root + step), false), "major", "major scale");
        expect(
            key_of(&[0, 2, 3, 5, 7, 8, 11, 12].map(|step| root + step), false),
            "minor",
            "harmonic minor scale",
        );
    }
}

#[test]
fn a_key_is_found_in_any_tuning() {
    for cents in [-45.0, -20.0, 20.0, 45.0] {
        let notes = [62, 66, 69].map(|midi| note(midi) * 2f64.powf(cents / 1200.0));
        assert_eq!(mono(&chord(RATE, &notes, 5.0)).key.unwrap().to_string(), "D major", "{cents} cents");
    }
}

#[test]
fn one_pitch_is_one_class_and_noise_is_all_twelve() {
    assert!(get(&mono(&sine(RATE, 440.0, 5.0)), Dimension::Chroma) > 0.5);
    assert_near(get(&mono(&white(RATE, 30.0, 8)), Dimension::Chroma), 1.0 / 12.0, 0.005);
    let twelve: Vec<i32> = (60..72).collect();
    let samples: Vec<f32> = twelve.iter().flat_map(|&midi| sine(RATE, note(midi), 0.5)).collect();
    assert_near(get(&mono(&samples), Dimension::Chroma), 1.0 / 12.0, 0.01);
}

#[test]
fn width_and_correlation_are_those_of_the_sides() {
    let (a, b) = (white(RATE, 20.0, 9), white(RATE, 20.0, 10));
    let opposite: Vec<f32> = a.iter().map(|sample| -sample).collect();
    let silent = vec![0.0; a.len()];
    for (right, width, correlation) in [(&a, 0.0, 1.0), (&opposite, 1.0, -1.0), (&b, 0.5, 0.0)] {
        let print = print_of(RATE, 2, &sides(&a, right));
        assert_near(get(&print, Dimension::Width), width, 0.01);
        assert_near(get(&print, Dimension::Correlation), correlation, 0.01);
        assert!(print.least_correlation.unwrap() <= get(&print, Dimension::Correlation));
    }
    let one = print_of(RATE, 2, &sides(&a, &silent));
    assert_near(get(&one, Dimension::Width), 0.5, 1e-4);
    assert_eq!(one.get(Dimension::Correlation), Err(Absent::Silence));
    let mono = mono(&a);
    assert_eq!((get(&mono, Dimension::Width), get(&mono, Dimension::Correlation)), (0.0, 1.0));
}

#[test]
fn silence_is_the_share_of_what_is_quiet() {
    let mut samples = sine(RATE, 440.0, 8.0);
    samples.extend(vec![0.0; RATE as usize]);
    samples.extend(sine(RATE, 440.0, 1.0).iter().map(|sample| sample * 0.003));
    assert_near(get(&mono(&samples), Dimension::Silence), 0.2, 0.01);
}

#[test]
fn peaks_and_crest_that_never_change_are_consistent() {
    let steady = mono(&sine(RATE, 440.0, 10.0));
    assert!(get(&steady, Dimension::PeakConsistency) > 0.99);
    assert!(get(&steady, Dimension::CrestVariation) < 0.05);
    // Seconds of half the peak by turns: the mean is 3/4, the deviation 1/4.
    let turns = |n: usize| if (n / RATE as usize).is_multiple_of(2) { 1.0 } else { 0.5 };
    let moving: Vec<f32> = sine(RATE, 440.0, 10.0).iter().enumerate().map(|(n, s)| s * turns(n)).collect();
    assert_near(get(&mono(&moving), Dimension::PeakConsistency), 0.75, 0.01);
}

#[track_caller]
fn assert_same(a: &Fingerprint, b: &Fingerprint, relative: f32, what: &str) {
    for dimension in Dimension::ALL {
        match (a.get(dimension), b.get(dimension)) {
            (Ok(a), Ok(b)) => {
                let (low, high) = dimension.about().range;
                let scale = a.abs().max((high - low) * 0.05);
                assert!((a - b).abs() <= relative * scale, "{what}: {} {a} {b}", dimension.name());
            }
            (a, b) => assert_eq!(a, b, "{what}: {}", dimension.name()),
        }
    }
    let (a, b) = (a.timbre.as_ref().unwrap(), b.timbre.as_ref().unwrap());
    let apart = a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
    assert!(apart <= relative * 100.0, "{what}: timbre {apart} dB apart");
}

#[test]
fn the_volume_changes_no_shape() {
    let music = music(RATE);
    let full = print_of(RATE, 2, &music);
    for gain in [0.1, 0.5, 10.0] {
        let other: Vec<f32> = music.iter().map(|sample| sample * gain).collect();
        assert_same(&print_of(RATE, 2, &other), &full, 1e-3, &format!("times {gain}"));
    }
}

#[test]
fn the_rate_changes_nothing() {
    let at_44 = print_of(RATE, 2, &music(RATE));
    for rate in [48_000, 88_200, 96_000, 192_000] {
        let other = print_of(rate, 2, &music(rate));
        assert_same(&other, &at_44, 0.01, &format!("{rate} Hz"));
        assert_eq!(other.key.map(|key| key.to_string()), at_44.key.map(|key| key.to_string()));
    }
}

#[test]
fn exchanged_and_turned_over_channels_change_nothing() {
    let music = music(RATE);
    let print = print_of(RATE, 2, &music);
    let exchanged: Vec<f32> = music.chunks_exact(2).flat_map(|frame| [frame[1], frame[0]]).collect();
    let turned: Vec<f32> = music.iter().map(|sample| -sample).collect();
    assert_same(&print_of(RATE, 2, &exchanged), &print, 1e-4, "exchanged");
    assert_same(&print_of(RATE, 2, &turned), &print, 1e-6, "turned over");
}

#[test]
fn sides_out_of_phase_are_not_silence() {
    let music = music(RATE);
    let print = print_of(RATE, 2, &music);
    let against: Vec<f32> = music.chunks_exact(2).flat_map(|frame| [frame[0], -frame[1]]).collect();
    let other = print_of(RATE, 2, &against);
    let shape = Dimension::ALL.into_iter();
    for dimension in shape.filter(|one| !matches!(one, Dimension::Width | Dimension::Correlation)) {
        match (print.get(dimension), other.get(dimension)) {
            (Ok(a), Ok(b)) => {
                assert!((a - b).abs() <= 1e-3 * a.abs().max(1.0), "{}: {a} {b}", dimension.name())
            }
            (a, b) => assert_eq!(a, b),
        }
    }
}

#[test]
fn a_mono_file_is_as_one_with_two_sides_alike() {
    let mono: Vec<f32> = music(RATE).chunks_exact(2).map(|frame| frame[0]).collect();
    assert_same(&print_of(RATE, 2, &both(&mono)), &print_of(RATE, 1, &mono), 1e-4, "both sides");
}

#[test]
fn the_same_comes_out_however_the_frames_are_cut() {
    let music = music(RATE);
    let whole = print_of(RATE, 2, &music);
    for cut in [2, 74, 4096 * 2, 44_100 * 2, music.len()] {
        let mut print = Print::new(Spec { rate: RATE, channels: 2 });
        music.chunks(cut).for_each(|block| print.push(block));
        assert_eq!(print.finish(), whole, "cut by {cut}");
    }
}

#[test]
fn what_is_not_there_has_a_reason() {
    let absent = |rate, channels, frames: &[f32], why| {
        assert_eq!(print_of(rate, channels, frames), Fingerprint::absent(why));
    };
    absent(RATE, 2, &[], Absent::TooShort);
    absent(RATE, 2, &[0.5; 2], Absent::TooShort);
    absent(RATE, 2, &sine(RATE, 440.0, 0.8), Absent::TooShort);
    absent(RATE, 2, &vec![0.0; RATE as usize * 20], Absent::Silence);
    for bad in [f32::NAN, f32::INFINITY, f32::MAX] {
        let mut samples = sine(RATE, 440.0, 5.0);
        samples[100_000] = bad;
        absent(RATE, 1, &samples, Absent::NotFinite);
    }
}

#[test]
fn every_rate_and_number_of_channels_is_measured() {
    for rate in [1, 100, 8000, 11_025, 22_050, 32_000, 384_000] {
        for channels in [1, 2, 3, 6, 8] {
            let one = sine(rate, f64::from(rate) / 20.0, 4.0);
            let frames: Vec<f32> =
                one.iter().flat_map(|&sample| vec![sample; usize::from(channels)]).collect();
            let print = print_of(rate, channels, &frames);
            assert_eq!(print.values.len(), DIMENSIONS);
            if rate >= 8000 {
                assert_near(get(&print, Dimension::Centroid), rate as f32 / 20.0, rate as f32 / 1000.0);
            }
        }
    }
}
