//! A library's tracks as points: the way from ids to points and back, and what is asked of it by track.

use super::nearest::Index;
use super::path;
use super::radio::{self, Rules, Whose};
use super::space::{Point, Space};
use super::weights::Weights;
use crate::model::id::TrackId;
use crate::model::similar::Resembling;

/// See the module's head. A clone shares the points.
#[derive(Debug, Clone)]
pub struct Map {
    /// By row, rising.
    ids: Vec<TrackId>,
    space: Space,
    index: Index,
}

/// Whether a track may be told.
pub type May<'a> = &'a (dyn Fn(TrackId) -> bool + Sync);

impl Map {
    /// `ids` are those of the rows of `space`, rising.
    pub fn new(ids: Vec<TrackId>, space: Space) -> Self {
        let index = Index::of(&space);
        Self { ids, space, index }
    }

    pub fn space(&self) -> &Space {
        &self.space
    }

    pub fn len(&self) -> usize {
        self.ids.len()
    }

    pub fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    /// The same points under other weights.
    #[must_use]
    pub fn weighted(&self, weights: Weights) -> Self {
        if *self.space.weights() == weights {
            return self.clone();
        }
        Self::new(self.ids.clone(), self.space.clone().weighted(weights))
    }

    pub fn point(&self, id: TrackId) -> Option<Point> {
        self.space.point(self.ids.binary_search(&id).ok()?)
    }

    fn id(&self, row: usize) -> TrackId {
        self.ids.get(row).copied().unwrap_or(TrackId(u32::MAX))
    }

    /// What sounds most like these points together, nearest first.
    pub fn like(&self, points: &[Point], most: usize, may: May<'_>) -> Vec<Resembling> {
        let Some(centre) = radio::centre(points) else { return Vec::new() };
        let found = self.index.nearest(&centre, most, |row| may(self.id(row)));
        let told = |row: usize| {
            let point = self.space.point(row)?;
            let terms = self.space.terms(&centre, &point);
            let square: f32 = terms.iter().map(|term| term.part).sum();
            let parts = terms.into_iter().filter(|term| term.part > 0.0);
            let distance = self.space.distance(&centre, &point);
            Some(Resembling {
                track: self.id(row),
                distance,
                score: self.space.score(distance),
                why: parts.map(|term| (term.aspect, term.part / square)).collect(),
            })
        };
        found.into_iter().filter_map(|found| told(found.row)).collect()
    }

    /// The track that radio plays next; see [`radio::next`].
    pub fn next(
        &self,
        seeds: &[Point],
        (played, whose): (&[TrackId], &(dyn Fn(TrackId) -> Whose + Sync)),
        rules: Rules,
        drawn: f32,
        may: May<'_>,
    ) -> Option<TrackId> {
        let row = |id: &TrackId| self.ids.binary_search(id).ok();
        let played: Vec<usize> = played.iter().filter_map(row).collect();
        let whose = |row: usize| whose(self.id(row));
        let next = radio::next(&self.index, seeds, (&played, &whose), rules, drawn, &|row| may(self.id(row)));
        next.map(|row| self.id(row))
    }

    /// So many tracks on the way from one point to another; see [`path::path`].
    pub fn between(&self, from: &Point, to: &Point, count: usize, may: May<'_>) -> Vec<TrackId> {
        let rows = path::path((&self.space, &self.index), (from, to), count, &|row| may(self.id(row)));
        rows.into_iter().map(|row| self.id(row)).collect()
    }

    /// Tracks that are one recording, see [`super::duplicates::near`]. `seconds` tells how long each is.
    pub fn near_duplicates(&self, seconds: impl Fn(TrackId) -> Option<f32>) -> Vec<Vec<TrackId>> {
        // What has no length is as long as nothing else.
        let lengths: Vec<f32> = self.ids.iter().map(|&id| seconds(id).unwrap_or(f32::NAN)).collect();
        let space = self.space.clone().weighted(super::duplicates::weights());
        let groups = super::duplicates::near(&space, &lengths);
        groups.into_iter().map(|rows| rows.into_iter().map(|row| self.id(row)).collect()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::super::made::library;
    use super::*;
    use crate::model::fingerprint::{Dimension, Fingerprint};

    fn map(count: u64) -> Map {
        // Every other id, as of a library from which tracks went.
        let ids = (0..count as u32).map(|n| TrackId(2 * n + 10)).collect();
        Map::new(ids, Space::of(&library(count, 21), Weights::default()))
    }

    #[test]
    fn what_is_told_is_near_has_a_score_and_reasons_that_sum_to_one() {
        let map = map(500);
        let of = TrackId(10);
        let point = map.point(of).unwrap();
        let found = map.like(std::slice::from_ref(&point), 20, &|id| id != of);
        assert_eq!(found.len(), 20);
        assert!(
            found
                .windows(2)
                .all(|pair| pair[0].distance <= pair[1].distance && pair[0].score >= pair[1].score)
        );
        for one in &found {
            let sum: f32 = one.why.iter().map(|(_, share)| share).sum();
            assert!((sum - 1.0).abs() < 1e-4, "{sum}");
            let own = map.space().distance(&point, &map.point(one.track).unwrap());
            assert!((own - one.distance).abs() < 1e-4);
        }
        let itself = &map.like(&[point], 1, &|_| true)[0];
        assert_eq!((itself.track, itself.distance), (of, 0.0));
        assert!(itself.why.is_empty());
    }

    #[test]
    fn an_id_that_is_not_there_has_no_point() {
        let map = map(5);
        assert!(map.point(TrackId(11)).is_none() && map.point(TrackId(12)).is_some());
        assert!(map.like(&[], 5, &|_| true).is_empty());
    }

    #[test]
    fn a_louder_mastering_is_the_same_recording() {
        let mut prints = library(300, 23);
        prints[7] = prints[3].clone();
        let change = |print: &mut Fingerprint, dimension, by| {
            let value = print.get(dimension).map(|value| value + by);
            print.set(dimension, value);
        };
        change(&mut prints[7], Dimension::Loudness, 6.0);
        change(&mut prints[7], Dimension::Crest, -5.0);
        let ids = (0..300).map(TrackId).collect();
        let map = Map::new(ids, Space::of(&prints, Weights::default()));
        assert_eq!(map.near_duplicates(|id| Some(id.0 as f32 % 4.0)), [vec![TrackId(3), TrackId(7)]]);
    }

    #[test]
    fn tracks_of_unknown_length_are_no_duplicates() {
        let mut prints = library(4, 22);
        prints[3] = prints[0].clone();
        prints[2] = prints[1].clone();
        let ids = (1..=4).map(TrackId).collect();
        let map = Map::new(ids, Space::of(&prints, Weights::default()));
        let seconds = |id: TrackId| (id != TrackId(3)).then_some(200.0);
        assert_eq!(map.near_duplicates(seconds), [vec![TrackId(1), TrackId(4)]]);
    }
}
