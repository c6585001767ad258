//! A library's fingerprints as points: robust scores, weighed so that what several numbers tell does not count several
//! times. Made once from a library; distances, scores and reasons come from the same numbers.

use std::sync::Arc;

use super::redundancy;
use super::scale::Scale;
use super::weights::{ASPECTS, Aspect, Term, Weights};
use crate::model::fingerprint::{DIMENSIONS, Dimension, Fingerprint, TIMBRE};

/// Coordinates of a point: 24 numbers, tempo as a place on the circle of an octave, timbre.
pub const COORDINATES: usize = DIMENSIONS + 1 + TIMBRE;
const FIRST_OF_TIMBRE: usize = DIMENSIONS + 1;
/// The timbre's numbers count so much each.
const TIMBRE_FACTOR: f32 = 0.3;
/// Rows from which the scales and correlations are taken, and pairs from which the score is.
const MOST_ROWS: usize = 20_000;
const PAIRS: usize = 20_000;
/// Steps of the score.
const QUANTILES: usize = 1001;

/// One track's place.
#[derive(Debug, Clone, PartialEq)]
pub struct Point(pub Box<[f32]>);

/// Points done side by side by the search.
pub const LANES: usize = 8;
/// Eight points, coordinate by coordinate; where there are fewer the rest is infinitely far away.
pub type Tile = [[f32; LANES]; COORDINATES];

/// See the module's head. A clone shares the points.
#[derive(Debug, Clone)]
pub struct Space {
    scales: Vec<Scale>,
    /// What redundancy leaves of each coordinate.
    own: Vec<f32>,
    weights: Weights,
    /// That times the weights.
    factors: Box<[f32]>,
    tiles: Arc<Vec<Tile>>,
    count: usize,
    /// Distances of pairs at even ranks, rising.
    quantiles: Vec<f32>,
}

impl Space {
    /// Of the library's fingerprints; points keep their order.
    pub fn of(prints: &[Fingerprint], weights: Weights) -> Self {
        let mut builder = Builder::new(prints.iter().step_by(step(prints.len())));
        prints.iter().for_each(|print| builder.push(print));
        builder.finish(weights)
    }

    /// The same points under other weights.
    #[must_use]
    pub fn weighted(mut self, weights: Weights) -> Self {
        let timbre = |aspect| if aspect == Aspect::Timbre { TIMBRE_FACTOR } else { 1.0 };
        let factor = |(n, own): (usize, &f32)| own * weights.get(aspect(n)) * timbre(aspect(n));
        self.factors = self.own.iter().enumerate().map(factor).collect();
        self.weights = weights;
        self.quantiles = self.spread();
        self
    }

    pub fn weights(&self) -> &Weights {
        &self.weights
    }

    /// Factor of each coordinate's squared difference.
    pub fn factors(&self) -> &[f32] {
        &self.factors
    }

    /// Number of points; their rows are below it.
    pub fn len(&self) -> usize {
        self.count
    }

    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// All of them, laid out for the search.
    pub fn tiles(&self) -> &Arc<Vec<Tile>> {
        &self.tiles
    }

    /// The point of a row; `None` where there are not so many.
    pub fn point(&self, row: usize) -> Option<Point> {
        let tile = self.tiles.get(row / LANES).filter(|_| row < self.count)?;
        Some(Point(tile.iter().map(|lanes| lanes[row % LANES]).collect()))
    }

    /// All points by row, each copied.
    pub fn points(&self) -> impl Iterator<Item = Point> {
        (0..self.count).filter_map(|row| self.point(row))
    }

    /// Whether two rows, which must be there, are not further apart than that. Most are not looked at to their end.
    pub fn is_within(&self, a: usize, b: usize, limit: f32) -> bool {
        let (one, other) = (&self.tiles[a / LANES], &self.tiles[b / LANES]);
        let mut left = limit * limit;
        self.factors.iter().enumerate().all(|(n, factor)| {
            let off = one[n][a % LANES] - other[n][b % LANES];
            left -= factor * off * off;
            left >= 0.0
        })
    }

    /// How far two rows are apart, which must be there.
    pub fn apart(&self, a: usize, b: usize) -> f32 {
        let (one, other) = (&self.tiles[a / LANES], &self.tiles[b / LANES]);
        let off = |n: usize| one[n][a % LANES] - other[n][b % LANES];
        let squares = self.factors.iter().enumerate().map(|(n, factor)| factor * off(n) * off(n));
        squares.sum::<f32>().sqrt()
    }

    /// Where a fingerprint lies that need not be of the library.
    pub fn place(&self, print: &Fingerprint) -> Point {
        Point(scored(&self.scales, print).into())
    }

    pub fn distance(&self, a: &Point, b: &Point) -> f32 {
        let pairs = a.0.iter().zip(&b.0).zip(&self.factors);
        pairs.map(|((a, b), factor)| factor * (a - b) * (a - b)).sum::<f32>().sqrt()
    }

    /// What the square of the distance is made of, largest first; the parts sum to it.
    pub fn terms(&self, a: &Point, b: &Point) -> Vec<Term> {
        let mut parts = [0.0; ASPECTS];
        for (n, ((a, b), factor)) in a.0.iter().zip(&b.0).zip(&self.factors).enumerate() {
            parts[aspect(n).place()] += factor * (a - b) * (a - b);
        }
        let mut terms: Vec<Term> =
            Aspect::all().zip(parts).map(|(aspect, part)| Term { aspect, part }).collect();
        terms.sort_by(|a, b| b.part.total_cmp(&a.part));
        terms
    }

    /// How alike a distance is: the share of the library's pairs that are further apart, 0 to 1.
    pub fn score(&self, distance: f32) -> f32 {
        match self.quantiles.len() {
            0 | 1 => f32::from(u8::from(distance <= 0.0)),
            count => 1.0 - self.quantiles.partition_point(|&pair| pair <= distance) as f32 / count as f32,
        }
    }

    /// The distance of a median pair; 1 in a space of less than two points.
    pub fn typical(&self) -> f32 {
        self.quantiles.get(self.quantiles.len() / 2).copied().filter(|&middle| middle > 0.0).unwrap_or(1.0)
    }

    /// Distances of pairs drawn evenly, at even ranks.
    fn spread(&self) -> Vec<f32> {
        let count = self.count as u64;
        if count < 2 {
            return Vec::new();
        }
        // Weyl's sequence: even, without chance, and the same whenever it is made.
        let pick =
            |n: u64, step: u64| ((u128::from(n.wrapping_mul(step)) * u128::from(count)) >> 64) as usize;
        let pair = |n: u64| (pick(n, 0x9E37_79B9_7F4A_7C15), pick(n, 0xD1B5_4A32_D192_ED03));
        let pairs = (1..=PAIRS as u64).map(pair).filter(|(a, b)| a != b);
        let mut distances: Vec<f32> = pairs.map(|(a, b)| self.apart(a, b)).collect();
        distances.sort_by(f32::total_cmp);
        let place = |n: usize| n * distances.len().saturating_sub(1) / (QUANTILES - 1);
        (0..QUANTILES).filter_map(|n| distances.get(place(n)).copied()).collect()
    }
}

/// Takes fingerprints in, one by one, so that they need not all be there at once.
#[derive(Debug)]
pub struct Builder {
    scales: Vec<Scale>,
    tiles: Vec<Tile>,
    count: usize,
}

/// Every how manieth of so many prints is enough for [`Builder::new`].
pub fn step(prints: usize) -> usize {
    prints.div_ceil(MOST_ROWS).max(1)
}

impl Builder {
    /// With the scales of some prints that stand for all.
    pub fn new<'a>(prints: impl Iterator<Item = &'a Fingerprint>) -> Self {
        let mut columns = vec![Vec::new(); COORDINATES];
        for print in prints {
            let numbers = (0..COORDINATES).map(|n| raw(print, n).unwrap_or(f32::NAN));
            columns.iter_mut().zip(numbers).for_each(|(column, number)| column.push(number));
        }
        Self { scales: columns.into_iter().map(Scale::of).collect(), tiles: Vec::new(), count: 0 }
    }

    /// The next row.
    pub fn push(&mut self, print: &Fingerprint) {
        let lane = self.count % LANES;
        if lane == 0 {
            self.tiles.push([[f32::INFINITY; LANES]; COORDINATES]);
        }
        if let Some(tile) = self.tiles.last_mut() {
            tile.iter_mut().zip(scored(&self.scales, print)).for_each(|(slot, score)| slot[lane] = score);
        }
        self.count += 1;
    }

    pub fn finish(self, weights: Weights) -> Space {
        let mut space = Space {
            scales: self.scales,
            own: Vec::new(),
            weights: Weights::default(),
            factors: [].into(),
            tiles: Arc::new(self.tiles),
            count: self.count,
            quantiles: Vec::new(),
        };
        let rows = (0..space.count).step_by(step(space.count));
        let points: Vec<Point> = rows.filter_map(|row| space.point(row)).collect();
        // The 25 and the timbre are two views: in each by itself what is alike is weighed.
        let view = |from: usize, to: usize| {
            redundancy::factors(to - from, points.iter().map(move |point| &point.0[from..to]))
        };
        space.own = [view(0, FIRST_OF_TIMBRE), view(FIRST_OF_TIMBRE, COORDINATES)].concat();
        space.weighted(weights)
    }
}

fn aspect(coordinate: usize) -> Aspect {
    match coordinate {
        FIRST_OF_TIMBRE.. => Aspect::Timbre,
        // Tempo's second coordinate stands behind the 25.
        DIMENSIONS => Aspect::Number(Dimension::Tempo),
        n => Aspect::Number(Dimension::ALL[n]),
    }
}

/// Coordinates of tempo are made, not scored: the angle of its octave, as far from the middle as it is to be trusted.
/// Their spread is that of a score.
fn tempo(print: &Fingerprint) -> (f32, f32) {
    let Ok(bpm) = print.get(Dimension::Tempo) else { return (0.0, 0.0) };
    let angle = bpm.max(1.0).log2() * std::f32::consts::TAU;
    let far = (2.0 * print.confidence.tempo.clamp(0.0, 1.0)).sqrt();
    (far * angle.cos(), far * angle.sin())
}

/// The number of a coordinate, where it is scored and there.
fn raw(print: &Fingerprint, coordinate: usize) -> Option<f32> {
    match coordinate {
        FIRST_OF_TIMBRE.. => print.timbre.as_ref().ok()?.get(coordinate - FIRST_OF_TIMBRE).copied(),
        DIMENSIONS => None,
        n if Dimension::ALL[n] == Dimension::Tempo => None,
        n => print.values[n].ok(),
    }
}

/// Robust scores. What is absent is the median: it is neither like nor unlike anything.
fn scored(scales: &[Scale], print: &Fingerprint) -> Vec<f32> {
    let score = |(n, scale): (usize, &Scale)| raw(print, n).map_or(0.0, |value| scale.score(value));
    let mut scores: Vec<f32> = scales.iter().enumerate().map(score).collect();
    (scores[Dimension::Tempo as usize], scores[DIMENSIONS]) = tempo(print);
    scores
}

#[cfg(test)]
mod tests {
    use super::super::made::{library, print};
    use super::*;

    #[test]
    fn distance_is_symmetric_and_its_terms_sum_to_its_square() {
        let space = Space::of(&library(200, 1), Weights::default());
        let points: Vec<Point> = space.points().collect();
        for (a, b) in [(0, 1), (5, 77), (199, 3)] {
            let (a, b) = (&points[a], &points[b]);
            let distance = space.distance(a, b);
            assert_eq!(distance, space.distance(b, a));
            assert_eq!(space.distance(a, a), 0.0);
            let terms = space.terms(a, b);
            let sum: f32 = terms.iter().map(|term| term.part).sum();
            assert!((sum.sqrt() - distance).abs() < 1e-3 * distance);
            assert!(terms.windows(2).all(|pair| pair[0].part >= pair[1].part));
            for c in &points {
                assert!(
                    distance <= space.distance(a, c) + space.distance(c, b) + 1e-3,
                    "the detour is longer"
                );
            }
        }
    }

    #[test]
    fn half_and_double_tempo_are_one_and_what_is_doubtful_counts_less() {
        let with = |bpm: f32, confidence: f32| {
            let mut one = print(7);
            one.set(Dimension::Tempo, Ok(bpm));
            one.confidence.tempo = confidence;
            one
        };
        let space = Space::of(&library(200, 2), Weights::default());
        let apart = |a: (f32, f32), b: (f32, f32)| {
            space.distance(&space.place(&with(a.0, a.1)), &space.place(&with(b.0, b.1)))
        };
        assert!(apart((60.0, 1.0), (120.0, 1.0)) < 1e-3);
        assert!(apart((120.0, 1.0), (170.0, 1.0)) > 1.0);
        assert!(apart((120.0, 1.0), (125.0, 1.0)) < apart((120.0, 1.0), (135.0, 1.0)));
        assert!(apart((120.0, 0.1), (170.0, 0.1)) < 0.5 * apart((120.0, 1.0), (170.0, 1.0)));
        let mut none = print(7);
        none.set(Dimension::Tempo, Err(crate::model::features::Absent::Unclear));
        let tempo = space.place(&none);
        assert!(space.distance(&tempo, &space.place(&with(120.0, 1.0))) < apart((120.0, 1.0), (170.0, 1.0)));
    }

    #[test]
    fn the_score_is_the_share_of_pairs_that_are_further_apart() {
        let space = Space::of(&library(300, 3), Weights::default());
        let points: Vec<Point> = space.points().collect();
        let mut scores: Vec<f32> = Vec::new();
        for a in 0..points.len() {
            for b in 0..a {
                scores.push(space.score(space.distance(&points[a], &points[b])));
            }
        }
        scores.sort_by(f32::total_cmp);
        for share in [0.1, 0.5, 0.9] {
            let found = scores[(scores.len() as f32 * share) as usize];
            assert!((found - share).abs() < 0.02, "{share}: {found}");
        }
        assert!(space.score(0.0) > 0.999);
    }

    #[test]
    fn a_weight_of_nothing_leaves_a_number_out_and_a_larger_one_tells_apart() {
        let space = Space::of(&library(200, 4), Weights::default());
        let (a, b) = (space.point(0).unwrap(), space.point(1).unwrap());
        let air = Aspect::Number(Dimension::Air);
        let part = |space: &Space| space.terms(&a, &b).iter().find(|term| term.aspect == air).unwrap().part;
        let before = part(&space);
        let double = space.clone().weighted(Weights::default().with(air, 2.0));
        assert!((part(&double) - 2.0 * before).abs() < 1e-5 * before.max(1.0));
        assert_eq!(part(&space.weighted(Weights::default().with(air, 0.0))), 0.0);
    }

    #[test]
    fn rows_are_as_far_apart_as_their_points_and_other_weights_share_them() {
        let space = Space::of(&library(21, 4), Weights::default());
        let apart = |a: usize, b: usize| space.distance(&space.point(a).unwrap(), &space.point(b).unwrap());
        for (a, b) in [(0, 20), (7, 8), (3, 3)] {
            assert!((space.apart(a, b) - apart(a, b)).abs() < 1e-4);
        }
        assert_eq!((space.len(), space.points().count(), space.point(21)), (21, 21, None));
        let other = space.clone().weighted(Weights::default().with(Aspect::Timbre, 0.5));
        assert!(Arc::ptr_eq(space.tiles(), other.tiles()));
    }

    #[test]
    fn a_library_of_none_or_one_is_no_trouble() {
        let none = Space::of(&[], Weights::default());
        assert_eq!(none.score(1.0), 0.0);
        assert!(none.place(&print(1)).0.iter().all(|value| value.is_finite()));
        let one = Space::of(&[print(1)], Weights::default());
        assert_eq!(one.distance(&one.point(0).unwrap(), &one.place(&print(1))), 0.0);
        assert_eq!(one.score(0.0), 1.0);
    }
}
