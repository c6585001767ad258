//! Plans of sources whose numbers are made: bounded, without steps, and nearly nothing where nothing is lacking.

use super::*;
use crate::mastering::corpus::{BANDS_OF_MUSIC, EDGES, PEAK_TO_LOUDNESS, TILT};
use crate::model::mastering::{Basis, Intensity, Preset, Target};
use crate::model::reference::{Profile, Reference};
use crate::model::taste::{ByHand, Opinion};

/// Sound whose bands lie so many dB beside what music has at the middle tilt.
fn music(off: [f32; BANDS]) -> Source {
    let mut shares: [f32; BANDS] = std::array::from_fn(|band| {
        let (low, high) = (EDGES[band], EDGES[band + 1]);
        let db = TILT.0 * ((low * high).sqrt() / 1_000.0).log2() + BANDS_OF_MUSIC[band].middle_db + off[band];
        10f32.powf(db / 10.0) * (high / low).log2()
    });
    let sum: f32 = shares.iter().sum();
    shares.iter_mut().for_each(|share| *share /= sum);
    Source {
        basis: Basis::Track,
        shares: Ok(shares),
        lufs: Ok(-14.0 - 2.0),
        true_peak_db: Ok(-16.0 + PEAK_TO_LOUDNESS[1]),
        range_lu: Ok(5.0),
        transients: Ok(0.4),
        correlation: Ok(0.6),
        dc_offset: 0.0,
        cutoff_hz: None,
        profile: None,
    }
}

fn wishes(preset: Preset, percent: i64, target: Target) -> Wishes {
    let settings = MasteringSettings {
        on: true,
        preset,
        intensity: Intensity::new(percent),
        target,
        ..MasteringSettings::default()
    };
    Wishes { settings, ..Wishes::default() }
}

fn adaptive(source: &Source) -> Plan {
    plan(source, &wishes(Preset::Adaptive, 100, Target::STREAMING)).expect("it has a loudness")
}

/// Largest change of tone from 20 Hz to 20 kHz, dB.
fn largest(spec: &ChainSpec) -> f32 {
    let places = (0..=200).map(|step| 20.0 * 1000f32.powf(step as f32 / 200.0));
    places.map(|hz| spec.tone_db(hz).abs()).fold(0.0, f32::max)
}

#[test]
fn what_is_balanced_is_left_nearly_as_it_is() {
    let plan = plan(&music([0.0; BANDS]), &wishes(Preset::Adaptive, 100, Target::AsIs)).expect("a plan");
    assert!(largest(&plan.spec) < 0.05, "{}", largest(&plan.spec));
    assert_eq!(plan.spec.transients_db, 0.0);
    assert_eq!(
        (plan.spec.expander.range_db, plan.spec.width.side_db, plan.spec.subsonic_hz),
        (0.0, 0.0, 0.0)
    );
    // Within the spread of half of all music it is less than half a dB.
    for band in 0..BANDS {
        for side in [-0.67, 0.67] {
            let mut off = [0.0; BANDS];
            off[band] = side * BANDS_OF_MUSIC[band].spread_db;
            assert!(largest(&adaptive(&music(off)).spec) < 0.5, "{band} {side}");
        }
    }
}

#[test]
fn what_lacks_is_lifted_and_what_booms_is_lowered_with_the_numbers_in_words() {
    let lacking = adaptive(&music([0.0, 0.0, -9.0, 0.0, 0.0, 0.0, 0.0]));
    assert!(lacking.spec.tone_db(354.0) > 0.7, "{:?}", lacking.spec.eq);
    let booming = adaptive(&music([0.0, 9.0, 0.0, 0.0, 0.0, 0.0, 0.0]));
    assert!(booming.spec.tone_db(122.0) < -0.7, "{:?}", booming.spec.eq);
    let told = |words: &str| lacking.moves.iter().any(|told| told.why.contains(words));
    assert!(
        told("dB of low mids (250-500 Hz)") && told("dB below what music of this tilt has"),
        "{:?}",
        lacking.moves
    );
}

#[test]
fn no_preset_leaves_its_bounds_whatever_the_sound() {
    for preset in Preset::ALL {
        for seed in 0..200_u32 {
            let source = any_source(seed);
            let plan = plan(&source, &wishes(preset, 100, Target::STREAMING)).expect("a plan");
            let spec = plan.spec;
            assert!(largest(&spec) < 8.0, "{preset:?} {seed}: {}", largest(&spec));
            assert!(spec.width.side_db <= 0.0 && spec.width.side_db >= -2.0);
            assert!(spec.gain_db.is_finite() && plan.aim_lufs <= -14.0 + 1e-3);
            assert!(plan.moves.iter().all(|told| !told.why.is_empty()));
            assert!((0.0..=1.0).contains(&spec.compressor.mix));
        }
    }
}

/// Numbers all over the range, the same for one seed: a linear congruential generator.
fn any_source(seed: u32) -> Source {
    let mut state = u64::from(seed) * 7_919 + 17;
    let mut next = |low: f32, high: f32| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        low + (high - low) * ((state >> 40) as f32 / (1_u64 << 24) as f32)
    };
    let mut source = music(std::array::from_fn(|_| next(-15.0, 15.0)));
    source.lufs = Ok(next(-40.0, -5.0));
    source.true_peak_db = Ok(next(-12.0, 2.0).max(source.lufs.unwrap_or(0.0) + 4.0));
    source.correlation = Ok(next(-1.0, 1.0));
    source.transients = Ok(next(0.0, 1.0));
    source.dc_offset = next(-0.002, 0.002);
    source
}

/// All numbers of a chain that a listener hears, each in dB or in a unit where one is a lot.
fn numbers(plan: &Plan) -> Vec<f32> {
    let spec = &plan.spec;
    let mut all: Vec<f32> =
        (0..40).map(|step| spec.tone_db(20.0 * 1000f32.powf(step as f32 / 39.0))).collect();
    all.extend([spec.gain_db, spec.transients_db, spec.width.side_db, spec.clip_from_db, plan.aim_lufs]);
    all.extend([
        spec.compressor.mix * 5.0,
        spec.expander.range_db,
        spec.subsonic_hz / 10.0,
        spec.exciter.amount,
    ]);
    all
}

#[test]
fn a_small_change_of_the_sound_makes_a_small_change_of_the_plan() {
    for preset in Preset::ALL {
        let wishes = wishes(preset, 100, Target::STREAMING);
        for seed in 0..150 {
            let base = any_source(seed);
            let before = numbers(&plan(&base, &wishes).expect("a plan"));
            let nudged = [
                Source { lufs: base.lufs.map(|lufs| lufs + 0.01), ..base.clone() },
                Source { true_peak_db: base.true_peak_db.map(|db| db + 0.01), ..base.clone() },
                Source { correlation: base.correlation.map(|c| c + 0.001), ..base.clone() },
                Source { transients: base.transients.map(|t| t + 0.001), ..base.clone() },
                Source { dc_offset: base.dc_offset + 1e-6, ..base.clone() },
                Source {
                    shares: base.shares.map(|mut s| {
                        s[2] *= 1.002;
                        s
                    }),
                    ..base.clone()
                },
                Source {
                    shares: base.shares.map(|mut s| {
                        s[6] *= 1.002;
                        s
                    }),
                    ..base.clone()
                },
            ];
            for (which, source) in nudged.iter().enumerate() {
                let after = numbers(&plan(source, &wishes).expect("a plan"));
                for (at, (a, b)) in before.iter().zip(&after).enumerate() {
                    assert!((a - b).abs() < 0.06, "{preset:?} {seed} nudge {which}: number {at}: {a} {b}");
                }
            }
        }
    }
}

#[test]
fn intensity_leads_from_nothing_to_all_in_small_steps() {
    let source = any_source(3);
    let of = |percent| plan(&source, &wishes(Preset::Punchy, percent, Target::STREAMING)).expect("a plan");
    assert!(largest(&of(0).spec) == 0.0 && of(0).spec.compressor.mix == 0.0);
    let mut before = numbers(&of(1));
    for percent in 2..=100 {
        let now = numbers(&of(percent));
        assert!(before.iter().zip(&now).all(|(a, b)| (a - b).abs() < 0.6), "{percent}");
        before = now;
    }
}

#[test]
fn an_open_master_keeps_its_peaks_and_the_plan_says_what_it_does_not_reach() {
    let source = Source { lufs: Ok(-23.0), true_peak_db: Ok(-1.0), ..music([0.0; BANDS]) };
    let plan = adaptive(&source);
    assert!((-20.1..-19.5).contains(&plan.aim_lufs), "{}", plan.aim_lufs);
    let words = &plan.moves.last().expect("told").why;
    assert!(words.contains("not to -14.0") && words.contains("ceiling"), "{words}");
}

#[test]
fn a_crushed_master_gets_some_peaks_back_and_what_is_unknown_moves_nothing() {
    let crushed = Source { lufs: Ok(-6.0), true_peak_db: Ok(0.0), ..music([0.0; BANDS]) };
    assert!(adaptive(&crushed).spec.expander.range_db > 2.0);
    let unknown = Err(Absent::Unclear);
    let blind = Source {
        shares: Err(Absent::Unclear),
        correlation: unknown,
        transients: unknown,
        range_lu: unknown,
        ..crushed
    };
    let plan = adaptive(&blind);
    assert!(largest(&plan.spec) == 0.0 && plan.spec.width.side_db == 0.0);
    assert_eq!(
        super::plan(&Source { lufs: Err(Absent::Silence), ..blind }, &Wishes::default()),
        Err(Absent::Silence)
    );
}

#[test]
fn taste_is_bounded_and_told() {
    let taste = ByHand { bass_db: Some(40.0), treble_db: Some(f32::NAN), ..ByHand::default() };
    let settings = MasteringSettings { taste, ..MasteringSettings::default() };
    let wishes = Wishes { settings, ..Wishes::default() };
    let plan = plan(&music([0.0; BANDS]), &wishes).expect("a plan");
    assert!((plan.spec.tone_db(122.0) - 3.0).abs() < 0.3, "{}", plan.spec.tone_db(122.0));
    assert!(plan.spec.tone_db(5_657.0).abs() < 0.3);
    assert!(plan.moves.iter().any(|told| told.why.contains("your taste")), "{:?}", plan.moves);
}

/// 2 dB of which six observations make two thirds sure are heard as 1.33 dB, and told; what is set by hand is heard in its place.
#[test]
fn what_was_learned_is_heard_as_far_as_it_is_sure_and_told_with_its_numbers() {
    let bass = Opinion { value: 2.0, more: 5, less: 1, ..Opinion::default() };
    let learned = Learned { bass, ..Learned::default() };
    let asked = Wishes { learned: Some(learned), ..wishes(Preset::Adaptive, 100, Target::STREAMING) };
    let found = plan(&music([0.0; BANDS]), &asked).expect("a plan");
    assert!((found.spec.tone_db(122.0) - 4.0 / 3.0).abs() < 0.2, "{}", found.spec.tone_db(122.0));
    let words = "+1.3 dB below 250 Hz: you preferred more in 5 of 6 comparisons (67 % sure)";
    assert_eq!(found.moves[0], Move { part: Part::Taste, why: words.to_owned() });
    let mut by_hand = asked.clone();
    by_hand.settings.taste.set(Aspect::Bass, -1.0);
    let found = plan(&music([0.0; BANDS]), &by_hand).expect("a plan");
    assert!((found.spec.tone_db(122.0) + 1.0).abs() < 0.2);
    assert!(found.moves.iter().all(|told| told.part != Part::Taste), "{:?}", found.moves);
    let tried = Wishes { tried: Some((Aspect::Bass, 2.5)), ..by_hand };
    let found = plan(&music([0.0; BANDS]), &tried).expect("a plan");
    assert!((found.spec.tone_db(122.0) - 2.5).abs() < 0.3, "{}", found.spec.tone_db(122.0));
}

/// A lossy cut-off leaves nothing to lift.
#[test]
fn a_top_that_coding_took_is_not_lifted() {
    let dull = music([0.0, 0.0, 0.0, 0.0, 0.0, 0.0, -18.0]);
    let cut = Source { cutoff_hz: Some(11_000), ..dull.clone() };
    let lift = |source: &Source| adaptive(source).spec.tone_db(13_000.0);
    assert!(lift(&dull) > 0.1 && lift(&cut) < 0.4 * lift(&dull), "{} {}", lift(&dull), lift(&cut));
}

/// A reference that falls by 1.2 dB an octave less than the source: matched in the middle, and as loud.
#[test]
fn a_reference_takes_the_place_of_what_music_is_like() {
    let tilted = |slope: f32| Profile {
        mid_db: std::array::from_fn(|n| -30.0 + slope * (n as f32 - 15.0) / 3.0),
        side_db: std::array::from_fn(|n| -45.0 + slope * (n as f32 - 15.0) / 3.0),
    };
    let reference = Reference { name: "Bright".into(), tracks: 3, profile: tilted(-3.0), lufs: -20.0 };
    let asked =
        Wishes { reference: Some(Arc::new(reference)), ..wishes(Preset::Warm, 100, Target::STREAMING) };
    let source = Source { profile: Some(tilted(-4.2)), ..music([0.0; BANDS]) };
    let matched = plan(&source, &asked).expect("a plan");
    assert_eq!((matched.asked_lufs, matched.aim_lufs), (-20.0, -20.0));
    let [low, high] = [5, 25].map(|n| matched.spec.matching.mid_db[n]);
    assert!((high - low - 1.2 * 20.0 / 3.0).abs() < 0.01, "{low} {high}");
    assert!(matched.spec.eq.iter().all(|band| band.gain_db == 0.0), "no preset on top of it");
    assert!(matched.moves[0].why.contains("Bright (3 tracks)"), "{:?}", matched.moves);
    let half = Wishes {
        settings: MasteringSettings { intensity: Intensity::new(50), ..asked.settings },
        ..asked.clone()
    };
    let half = plan(&source, &half).expect("a plan");
    assert!((half.spec.matching.mid_db[25] - high / 2.0).abs() < 1e-4);
    let unknown = plan(&Source { profile: None, ..source }, &asked).expect("a plan");
    assert!(unknown.spec.matching.is_flat() && unknown.moves[0].why.contains("until"));
}
