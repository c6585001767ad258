//! What brings the tone of one music to that of another, by the third octave, in middle and side.

use super::curve::smooth_step;
use crate::model::chain::{Matching, THIRDS, third_hz};
use crate::model::mastering::{Move, Part};
use crate::model::reference::{Profile, Reference};

/// Most that a third octave is raised, and taken down, dB.
pub const MOST_DB: f32 = 12.0;
pub const MOST_CUT_DB: f32 = 24.0;
/// Most that a third octave of the side is raised, dB.
pub const MOST_SIDE_DB: f32 = 6.0;
/// A third octave so far below the loudest is not raised any more: there is no music in it (begins, ends; dB).
const NOTHING_DB: (f32, f32) = (70.0, 85.0);

/// Of sound with the profile `own`, as far as bounds allow: no third octave is moved further than they say; the side gets
/// louder than the middle in none where it was not.
pub fn matching(own: &Profile, reference: &Profile) -> Matching {
    within_bounds(own, &missing(own, reference))
}

/// Corrects a curve by what came out of it: a third octave is wide, and what moves one moves its neighbours.
pub fn refined(own: &Profile, made: &Matching, after: &Profile, reference: &Profile) -> Matching {
    let missing = missing(after, reference);
    let sum = |made: &[f32; THIRDS], missing: &[f32; THIRDS]| std::array::from_fn(|n| made[n] + missing[n]);
    let wanted = Matching {
        mid_db: sum(&made.mid_db, &missing.mid_db),
        side_db: sum(&made.side_db, &missing.side_db),
    };
    within_bounds(own, &wanted)
}

/// How far each third octave is from the reference's, both at the same loudness.
fn missing(own: &Profile, reference: &Profile) -> Matching {
    let level = loudness_db(reference) - loudness_db(own);
    let off = |own: &[f32; THIRDS], other: &[f32; THIRDS]| std::array::from_fn(|n| other[n] - own[n] - level);
    Matching { mid_db: off(&own.mid_db, &reference.mid_db), side_db: off(&own.side_db, &reference.side_db) }
}

fn within_bounds(own: &Profile, wanted: &Matching) -> Matching {
    let loudest = own.mid_db.iter().chain(&own.side_db).copied().fold(f32::MIN, f32::max);
    // How much music there is, 0 to 1.
    let presence = |db: f32| 1.0 - smooth_step(loudest - db, NOTHING_DB.0, NOTHING_DB.1);
    let moved = |own: f32, wanted: f32, most: f32| {
        let db = wanted.clamp(-MOST_CUT_DB, most);
        if db > 0.0 { db * presence(own) } else { db }
    };
    let mid_db: [f32; THIRDS] = std::array::from_fn(|n| moved(own.mid_db[n], wanted.mid_db[n], MOST_DB));
    let side_db = std::array::from_fn(|n| {
        let db = moved(own.side_db[n], wanted.side_db[n], MOST_SIDE_DB);
        // Where the side is as loud as the middle, one of the two channels may cancel out.
        let room = (own.mid_db[n] - own.side_db[n]).max(0.0) + mid_db[n];
        db.min(room)
    });
    Matching { mid_db, side_db }
}

/// dB of a profile as K weighting hears it.
fn loudness_db(profile: &Profile) -> f32 {
    let powers = |curve: &[f32; THIRDS]| -> f32 {
        let heard = |(n, db): (usize, &f32)| 10f32.powf((db + super::plan::k_weight_db(third_hz(n))) / 10.0);
        curve.iter().enumerate().map(heard).sum()
    };
    10.0 * (powers(&profile.mid_db) + powers(&profile.side_db)).max(f32::MIN_POSITIVE).log10()
}

/// What it does, in words.
pub fn words(matching: &Matching, reference: &Reference) -> Vec<Move> {
    let mut moves = vec![Move {
        part: Part::Tone,
        why: format!("{} to the tone of {}", spread(&matching.mid_db), named(reference)),
    }];
    if matching.side_db.iter().any(|db| db.abs() >= 0.05) {
        let why = format!("{} to the width of {}", spread(&matching.side_db), named(reference));
        moves.push(Move { part: Part::Width, why });
    }
    let curves = || matching.mid_db.iter().chain(&matching.side_db);
    let held = curves().filter(|db| **db >= MOST_DB - 0.01 || **db <= 0.01 - MOST_CUT_DB).count();
    if held > 0 {
        let why = format!(
            "{held} third octaves of {} lie further apart than they are moved: {MOST_DB:.0} dB up, {MOST_CUT_DB:.0} dB down",
            2 * THIRDS
        );
        moves.push(Move { part: Part::Tone, why });
    }
    moves
}

fn named(reference: &Reference) -> String {
    match reference.tracks {
        0 | 1 => reference.name.clone(),
        tracks => format!("{} ({tracks} tracks)", reference.name),
    }
}

/// The furthest both ways, with where that is.
fn spread(curve: &[f32; THIRDS]) -> String {
    let far = |a: &(usize, f32), b: &(usize, f32)| a.1.total_cmp(&b.1);
    let all = || curve.iter().copied().enumerate();
    let place = |found: Option<(usize, f32)>| {
        found.map_or(String::new(), |(n, db)| {
            let hz = third_hz(n);
            let hz = if hz < 999.0 { format!("{hz:.0} Hz") } else { format!("{:.1} kHz", hz / 1_000.0) };
            format!("{db:+.1} dB at {hz}")
        })
    };
    format!("{} and {}", place(all().min_by(far)), place(all().max_by(far)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn profile(mid: impl Fn(usize) -> f32, side: impl Fn(usize) -> f32) -> Profile {
        Profile { mid_db: std::array::from_fn(mid), side_db: std::array::from_fn(side) }
    }

    fn falling(off: f32) -> Profile {
        profile(|n| off - 20.0 - n as f32, |n| off - 32.0 - n as f32)
    }

    #[test]
    fn music_that_is_only_louder_needs_nothing() {
        let matching = matching(&falling(0.0), &falling(9.0));
        let most = matching.mid_db.iter().chain(&matching.side_db).map(|db| db.abs()).fold(0.0, f32::max);
        assert!(most < 1e-3, "{most}");
    }

    /// After it the two differ by one level in every third octave.
    #[test]
    fn what_is_within_the_bounds_is_matched() {
        let own = falling(0.0);
        let other = profile(|n| -25.0 - 0.8 * n as f32 + (n as f32).sin(), |n| -40.0 - 0.8 * n as f32);
        let matching = matching(&own, &other);
        let left = |n: usize| other.mid_db[n] - own.mid_db[n] - matching.mid_db[n];
        let left_side = |n: usize| other.side_db[n] - own.side_db[n] - matching.side_db[n];
        for n in 0..THIRDS {
            assert!((left(n) - left(0)).abs() < 1e-3 && (left_side(n) - left(0)).abs() < 1e-3, "{n}");
        }
    }

    /// Of a filter that does only half of what it is told.
    #[test]
    fn what_came_out_corrects_the_curve() {
        let own = falling(0.0);
        let other = profile(|n| -25.0 - 0.8 * n as f32, |n| -40.0 - 0.9 * n as f32);
        let half = |matching: &Matching| {
            profile(
                |n| own.mid_db[n] + matching.mid_db[n] / 2.0,
                |n| own.side_db[n] + matching.side_db[n] / 2.0,
            )
        };
        let mut made = matching(&own, &other);
        for _ in 0..12 {
            made = refined(&own, &made, &half(&made), &other);
        }
        let left = missing(&half(&made), &other);
        let most = left.mid_db.iter().chain(&left.side_db).map(|db| db.abs()).fold(0.0, f32::max);
        assert!(most < 0.05, "{most}");
    }

    #[test]
    fn nothing_is_moved_further_than_the_bounds_nor_raised_where_there_is_nothing() {
        let own = profile(|n| if n > 25 { -110.0 } else { -20.0 }, |_| -22.0);
        let other = profile(|n| if n == 5 { -80.0 } else { -20.0 }, |_| -5.0);
        let matching = matching(&own, &other);
        assert_eq!(matching.mid_db[5], -MOST_CUT_DB);
        assert!(matching.mid_db[26..].iter().all(|db| *db <= 0.0));
        for n in 0..THIRDS {
            let (mid, side) = (own.mid_db[n] + matching.mid_db[n], own.side_db[n] + matching.side_db[n]);
            assert!(side <= mid + 1e-3 || own.side_db[n] > own.mid_db[n], "{n}: {side} {mid}");
            assert!(matching.side_db[n] <= MOST_SIDE_DB);
        }
    }

    /// A small change of the sound makes a small change of the curve.
    #[test]
    fn there_are_no_cliffs() {
        let other = profile(|n| -25.0 - (n as f32), |n| -30.0 - 0.5 * n as f32);
        for step in 0..400 {
            let at = |x: f32| matching(&profile(|n| if n == 20 { x } else { -20.0 }, |_| -30.0), &other);
            let (a, b) = (at(-20.0 - step as f32 / 4.0), at(-20.1 - step as f32 / 4.0));
            let far = a.mid_db.iter().zip(&b.mid_db).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
            let far = a.side_db.iter().zip(&b.side_db).map(|(a, b)| (a - b).abs()).fold(far, f32::max);
            assert!(far < 0.25, "{step}: {far}");
        }
    }
}
