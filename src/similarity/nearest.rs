//! Exact nearest neighbours: all points are looked at, eight at once, each only until it is too far away to be one.

use std::sync::Arc;

use super::space::{LANES, Point, Space, Tile};

/// Coordinates after which it is looked whether all of them are too far.
const LOOK: usize = 11;
/// Fewer points are not worth another thread.
const A_THREAD: usize = 20_000;
const MOST_THREADS: usize = 8;

/// A point found, and how far it is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Neighbour {
    /// Its row.
    pub row: usize,
    pub distance: f32,
}

/// Coordinates, the point's values, their factors; the heaviest first.
type Query = Vec<(usize, f32, f32)>;

/// The points of a space, which it shares, and the order in which their coordinates are looked at.
#[derive(Debug, Clone)]
pub struct Index {
    tiles: Arc<Vec<Tile>>,
    count: usize,
    /// Coordinates with the heaviest first, and their factors.
    order: Vec<(usize, f32)>,
}

impl Index {
    pub fn of(space: &Space) -> Self {
        let mut order: Vec<(usize, f32)> = space.factors().iter().copied().enumerate().collect();
        order.sort_by(|a, b| b.1.total_cmp(&a.1));
        order.retain(|(_, factor)| *factor > 0.0);
        Self { tiles: Arc::clone(space.tiles()), count: space.len(), order }
    }

    /// The nearest `most` points that `may` be taken, nearest first; of those equally far the first.
    pub fn nearest(&self, point: &Point, most: usize, may: impl Fn(usize) -> bool + Sync) -> Vec<Neighbour> {
        let query: Query = self.order.iter().map(|&(n, factor)| (n, point.0[n], factor)).collect();
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let threads = (self.count / A_THREAD).clamp(1, cores.min(MOST_THREADS));
        let part = self.tiles.len().div_ceil(threads).max(1);
        let search = |n: usize, tiles: &[Tile]| self.search(&query, tiles, n * part * LANES, most, &may);
        let parts: Vec<&[Tile]> = self.tiles.chunks(part).collect();
        let mut found = match parts.as_slice() {
            [] => Vec::new(),
            [one] => search(0, one),
            parts => std::thread::scope(|scope| {
                let search = &search;
                let running: Vec<_> = parts
                    .iter()
                    .enumerate()
                    .map(|(n, tiles)| scope.spawn(move || search(n, tiles)))
                    .collect();
                running.into_iter().flat_map(|thread| thread.join().unwrap_or_default()).collect()
            }),
        };
        found.sort_by(|a, b| a.distance.total_cmp(&b.distance).then(a.row.cmp(&b.row)));
        found.truncate(most);
        found.iter_mut().for_each(|found| found.distance = found.distance.sqrt());
        found
    }

    /// The nearest of some tiles, with squared distances.
    fn search(
        &self,
        query: &Query,
        tiles: &[Tile],
        first: usize,
        most: usize,
        may: &(impl Fn(usize) -> bool + Sync),
    ) -> Vec<Neighbour> {
        let mut found: Vec<Neighbour> = Vec::with_capacity(most.min(self.count) + 1);
        let mut limit = if most == 0 { f32::NEG_INFINITY } else { f32::INFINITY };
        for (n, tile) in tiles.iter().enumerate() {
            let Some(sums) = squares(query, tile, limit) else { continue };
            for (lane, &distance) in sums.iter().enumerate() {
                let row = first + n * LANES + lane;
                if !(distance < limit && row < self.count && may(row)) {
                    continue;
                }
                let place = found.partition_point(|other| other.distance <= distance);
                found.insert(place, Neighbour { row, distance });
                found.truncate(most);
                if found.len() == most {
                    limit = found[most - 1].distance;
                }
            }
        }
        found
    }
}

/// Squared distances of eight points; `None` where all are at the limit or beyond.
fn squares(query: &Query, tile: &Tile, limit: f32) -> Option<[f32; LANES]> {
    let mut sums = [0.0_f32; LANES];
    for query in query.chunks(LOOK) {
        for (coordinate, value, factor) in query {
            let others = &tile[*coordinate];
            for lane in 0..LANES {
                let off = others[lane] - value;
                sums[lane] += factor * off * off;
            }
        }
        if sums.iter().all(|&sum| sum >= limit) {
            return None;
        }
    }
    Some(sums)
}

#[cfg(test)]
mod tests {
    use super::super::made::{FAMILIES, library};
    use super::super::weights::{Aspect, Weights};
    use super::*;
    use crate::model::fingerprint::Dimension;

    /// By looking at all: the distances, nearest first.
    fn plainly(space: &Space, point: &Point, may: impl Fn(usize) -> bool) -> Vec<f32> {
        let rows = (0..space.len()).filter(|&row| may(row));
        let mut all: Vec<f32> = rows.map(|row| space.distance(point, &space.point(row).unwrap())).collect();
        all.sort_by(f32::total_cmp);
        all
    }

    /// Sums are made in another order: their last bits differ.
    fn assert_right(space: &Space, point: &Point, found: &[Neighbour], all: &[f32]) {
        for (found, expected) in found.iter().zip(all) {
            let own = space.distance(point, &space.point(found.row).unwrap());
            let near = |a: f32, b: f32| (a - b).abs() <= 1e-4 * b.max(1.0);
            assert!(near(found.distance, own) && near(own, *expected), "{found:?}: {own}, {expected}");
        }
    }

    #[test]
    fn the_nearest_are_those_that_looking_at_all_finds() {
        let weights = Weights::default().with(Aspect::Number(Dimension::Air), 0.0).with(Aspect::Timbre, 2.0);
        let space = Space::of(&library(1003, 5), weights);
        let index = Index::of(&space);
        for (row, most) in [(0, 10), (500, 1), (1002, 50), (7, 2000)] {
            let point = &space.point(row).unwrap();
            let may = |other: usize| other != row && !other.is_multiple_of(3);
            let found = index.nearest(point, most, may);
            let all = plainly(&space, point, may);
            assert_eq!(found.len(), most.min(all.len()));
            assert!(found.iter().all(|found| may(found.row)));
            assert_right(&space, point, &found, &all);
        }
    }

    #[test]
    fn many_points_are_searched_by_threads_with_the_same_result() {
        let space = Space::of(&library(60_000, 6), Weights::default());
        let index = Index::of(&space);
        let point = &space.point(59_999).unwrap();
        let found = index.nearest(point, 20, |_| true);
        assert_eq!(found.len(), 20);
        assert_right(&space, point, &found, &plainly(&space, point, |_| true));
        let family = |found: &Neighbour| found.row as u64 % FAMILIES == 59_999 % FAMILIES;
        assert!(found.iter().all(family), "the nearest are of its family: {found:?}");
    }

    #[test]
    fn nothing_is_found_where_nothing_is_or_nothing_is_wanted() {
        let none = Space::of(&[], Weights::default());
        let point = none.place(&library(1, 1)[0]);
        assert!(Index::of(&none).nearest(&point, 5, |_| true).is_empty());
        let some = Space::of(&library(20, 1), Weights::default());
        assert!(Index::of(&some).nearest(&some.point(0).unwrap(), 0, |_| true).is_empty());
        assert!(Index::of(&some).nearest(&some.point(0).unwrap(), 5, |_| false).is_empty());
    }
}
