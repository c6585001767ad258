//! A path from one track to another: each step a little less like the first and more like the last.

use super::nearest::Index;
use super::space::{Point, Space};

/// Tracks looked at for each step.
const NEAR: usize = 30;

/// So many rows between two points, of those that `may`; fewer where there are not so many. No row comes twice. What lies at
/// the ends themselves must be left out by `may`.
pub fn path(
    (space, index): (&Space, &Index),
    (start, end): (&Point, &Point),
    between: usize,
    may: &(dyn Fn(usize) -> bool + Sync),
) -> Vec<usize> {
    let mut rows: Vec<usize> = Vec::new();
    let mut before = start.clone();
    for step in 1..=between {
        let wanted = along(start, end, step as f32 / (between + 1) as f32);
        let found = index.nearest(&wanted, NEAR, |row| !rows.contains(&row) && may(row));
        // Near the line, and near the one before: what is both is no jump.
        let jump = |row: usize| {
            space.point(row).map_or(f32::INFINITY, |point| space.distance(&before, &point).powi(2))
        };
        let cost = |row: usize, off: f32| off * off + 0.5 * jump(row);
        let best = found.iter().min_by(|a, b| cost(a.row, a.distance).total_cmp(&cost(b.row, b.distance)));
        match best {
            Some(best) => {
                rows.push(best.row);
                before = space.point(best.row).unwrap_or(before);
            }
            None => break,
        }
    }
    rows
}

fn along(start: &Point, end: &Point, part: f32) -> Point {
    Point(start.0.iter().zip(&end.0).map(|(a, b)| a + (b - a) * part).collect())
}

#[cfg(test)]
mod tests {
    use super::super::made::library;
    use super::super::weights::Weights;
    use super::*;

    /// With its ends, which are rows.
    fn path(
        (space, index): (&Space, &Index),
        (from, to): (usize, usize),
        between: usize,
        may: &(dyn Fn(usize) -> bool + Sync),
    ) -> Vec<usize> {
        let (start, end) = (space.point(from).unwrap(), space.point(to).unwrap());
        let may = |row: usize| row != from && row != to && may(row);
        let rows = super::path((space, index), (&start, &end), between, &may);
        [vec![from], rows, vec![to]].concat()
    }

    #[test]
    fn a_path_leads_from_one_to_the_other_without_coming_back() {
        let space = Space::of(&library(3000, 9), Weights::default());
        let index = Index::of(&space);
        let rows = path((&space, &index), (0, 5), 10, &|_| true);
        assert_eq!((rows.len(), rows[0], rows[11]), (12, 0, 5));
        let mut once = rows.clone();
        once.sort_unstable();
        once.dedup();
        assert_eq!(once.len(), rows.len());
        let points: Vec<Point> = space.points().collect();
        let to = |end: usize| rows.iter().map(move |&row| (row, end)).collect::<Vec<_>>();
        let distances = |end: usize| {
            to(end)
                .into_iter()
                .map(|(row, end)| space.distance(&points[row], &points[end]))
                .collect::<Vec<f32>>()
        };
        let (away, near) = (distances(0), distances(5));
        // The first half is nearer to the start, the second to the end.
        assert!(away[2] < near[2] && near[9] < away[9], "{away:?} {near:?}");
        let whole = space.distance(&points[0], &points[5]);
        let jumps: Vec<f32> =
            rows.windows(2).map(|pair| space.distance(&points[pair[0]], &points[pair[1]])).collect();
        assert!(jumps.iter().all(|jump| *jump < whole), "{jumps:?} within {whole}");
    }

    #[test]
    fn a_short_library_gives_a_short_path() {
        let space = Space::of(&library(4, 9), Weights::default());
        let index = Index::of(&space);
        assert_eq!(path((&space, &index), (0, 1), 10, &|_| true).len(), 4);
        assert_eq!(path((&space, &index), (0, 1), 10, &|_| false), [0, 1]);
    }
}
