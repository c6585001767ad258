//! An order without jumps: of all orders of some tracks one whose neighbours differ little in tempo, key, loudness and
//! sound. Which is best of all cannot be known for more than a few; this one cannot be bettered by moving a stretch or
//! turning it over.

use super::space::{Point, Space};
use crate::model::fingerprint::{Dimension, Fingerprint};

/// What a jump is made of: the distance of a median pair counts one, as do a third of an octave of tempo, four steps on the
/// circle of fifths, six decibels.
const TEMPO_OCTAVES: f32 = 1.0 / 3.0;
const KEY_STEPS: f32 = 4.0;
const LOUDNESS_DB: f32 = 6.0;
/// More tracks are only chained, not bettered: that grows by their square.
const MOST_BETTERED: usize = 1000;
const MOST_ROUNDS: usize = 30;

/// A track to be ordered.
#[derive(Debug, Clone, Copy)]
pub struct Stop<'a> {
    pub print: &'a Fingerprint,
    pub point: &'a Point,
}

/// Places of the tracks in their new order. The first stays first: it is playing.
pub fn order(space: &Space, stops: &[Stop]) -> Vec<usize> {
    let typical = space.typical();
    let jump = |a: usize, b: usize| jump(space, typical, &stops[a], &stops[b]);
    let mut order = chain(stops.len(), &jump);
    if stops.len() <= MOST_BETTERED {
        better(&mut order, &jump);
    }
    order
}

/// How far two neighbours are apart; what one of them has no number for is no jump.
pub fn jump(space: &Space, typical: f32, a: &Stop, b: &Stop) -> f32 {
    let tempo = match (a.print.get(Dimension::Tempo), b.print.get(Dimension::Tempo)) {
        (Ok(one), Ok(other)) => {
            let octaves = (one / other).log2();
            let trust = a.print.confidence.tempo.min(b.print.confidence.tempo);
            (octaves - octaves.round()).abs() / TEMPO_OCTAVES * trust
        }
        _ => 0.0,
    };
    let key = match (a.print.key, b.print.key) {
        (Ok(one), Ok(other)) => f32::from(one.steps_to(other)) / KEY_STEPS * one.strength.min(other.strength),
        _ => 0.0,
    };
    let loudness = match (a.print.get(Dimension::Loudness), b.print.get(Dimension::Loudness)) {
        (Ok(one), Ok(other)) => (one - other).abs() / LOUDNESS_DB,
        _ => 0.0,
    };
    tempo + key + loudness + space.distance(a.point, b.point) / typical
}

/// From the first always on to the nearest that is left.
fn chain(count: usize, jump: &impl Fn(usize, usize) -> f32) -> Vec<usize> {
    let mut left: Vec<usize> = (1..count).collect();
    let mut order: Vec<usize> = (0..count.min(1)).collect();
    while let Some(&last) = order.last() {
        let nearest = (0..left.len()).min_by(|&a, &b| jump(last, left[a]).total_cmp(&jump(last, left[b])));
        match nearest {
            Some(nearest) => order.push(left.remove(nearest)),
            None => break,
        }
    }
    order
}

/// Turns stretches over and moves single ones while that shortens the whole (2-opt and Or-opt of an open path).
fn better(order: &mut Vec<usize>, jump: &impl Fn(usize, usize) -> f32) {
    const LEAST: f32 = 1e-4;
    for _ in 0..MOST_ROUNDS {
        let mut shorter = false;
        for from in 1..order.len() {
            for to in from + 1..order.len() {
                let link = |a: usize, b: usize| if b < order.len() { jump(order[a], order[b]) } else { 0.0 };
                let now = link(from - 1, from) + link(to, to + 1);
                let after = if to + 1 < order.len() { jump(order[from], order[to + 1]) } else { 0.0 };
                let then = jump(order[from - 1], order[to]) + after;
                if then + LEAST < now {
                    order[from..=to].reverse();
                    shorter = true;
                }
            }
        }
        for from in 1..order.len() {
            shorter |= move_one(order, from, jump, LEAST);
        }
        if !shorter {
            return;
        }
    }
}

/// Moves one to where it is best; `true` where that is elsewhere.
fn move_one(order: &mut Vec<usize>, from: usize, jump: &impl Fn(usize, usize) -> f32, least: f32) -> bool {
    let row = order[from];
    let link = |a: Option<&usize>, b: Option<&usize>| a.zip(b).map_or(0.0, |(&a, &b)| jump(a, b));
    let (before, after) = (order.get(from - 1), order.get(from + 1));
    let gain = link(before, Some(&row)) + link(Some(&row), after) - link(before, after);
    let mut rest = order.clone();
    rest.remove(from);
    let cost = |place: usize| {
        let (before, after) = (rest.get(place - 1), rest.get(place));
        link(before, Some(&row)) + link(Some(&row), after) - link(before, after)
    };
    let best = (1..=rest.len()).map(|place| (cost(place), place)).min_by(|a, b| a.0.total_cmp(&b.0));
    match best {
        Some((cost, place)) if cost + least < gain => {
            rest.insert(place, row);
            *order = rest;
            true
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::super::made::{FAMILIES, library, print};
    use super::super::weights::Weights;
    use super::*;
    use crate::model::key::{Key, Mode};

    fn stops<'a>(points: &'a [Point], prints: &'a [Fingerprint]) -> Vec<Stop<'a>> {
        prints.iter().zip(points).map(|(print, point)| Stop { print, point }).collect()
    }

    #[test]
    fn families_come_together_and_the_first_stays_first() {
        let mut prints = library(60, 11);
        for print in &mut prints {
            // Only how they sound tells them apart.
            print.set(Dimension::Loudness, Ok(-14.0));
            print.confidence.tempo = 0.0;
        }
        let space = Space::of(&prints, Weights::default());
        let points: Vec<Point> = space.points().collect();
        let order = order(&space, &stops(&points, &prints));
        assert_eq!(order[0], 0);
        let mut all = order.clone();
        all.sort_unstable();
        assert_eq!(all, (0..60).collect::<Vec<_>>());
        let family = |row: usize| row as u64 % FAMILIES;
        let changes = order.windows(2).filter(|pair| family(pair[0]) != family(pair[1])).count();
        // By chance 53 of 59 change.
        assert!(changes <= 12, "{changes} changes of family, of nine that must be");
    }

    #[test]
    fn points_on_a_line_come_in_its_order() {
        let mut order: Vec<usize> = vec![0, 4, 2, 6, 1, 5, 3];
        better(&mut order, &|a, b| (a as f32 - b as f32).abs());
        assert_eq!(order, [0, 1, 2, 3, 4, 5, 6]);
    }

    #[test]
    fn a_jump_is_made_of_tempo_key_and_loudness_too() {
        let space = Space::of(&library(50, 12), Weights::default());
        let point = &space.point(0).unwrap();
        let with = |bpm: f32, tonic: u8, lufs: f32| {
            let mut one = print(1);
            one.confidence.tempo = 1.0;
            one.set(Dimension::Tempo, Ok(bpm));
            one.set(Dimension::Loudness, Ok(lufs));
            one.key = Ok(Key { tonic, mode: Mode::Major, strength: 1.0 });
            one
        };
        let apart = |a: &Fingerprint, b: &Fingerprint| {
            jump(&space, 1.0, &Stop { print: a, point }, &Stop { print: b, point })
        };
        let here = with(100.0, 0, -14.0);
        assert_eq!(apart(&here, &with(200.0, 0, -14.0)), 0.0);
        assert!((apart(&here, &with(100.0 * 2f32.powf(1.0 / 3.0), 0, -14.0)) - 1.0).abs() < 1e-4);
        assert!((apart(&here, &with(100.0, 4, -14.0)) - 1.0).abs() < 1e-6, "a third up is four fifths");
        assert!((apart(&here, &with(100.0, 0, -20.0)) - 1.0).abs() < 1e-6);
    }

    #[test]
    fn none_and_one_are_in_order() {
        let prints = library(1, 1);
        let space = Space::of(&prints, Weights::default());
        assert!(order(&space, &[]).is_empty());
        assert_eq!(order(&space, &stops(&[space.point(0).unwrap()], &prints)), [0]);
    }
}
