//! What a list shows, without copies: runs of row numbers, straight or through a list of them. A run of a million rows
//! costs as much as a run of ten. Pure; made by `browse`, read by the views.

use std::ops::Range;
use std::sync::Arc;

#[derive(Debug, Clone, Default, PartialEq)]
pub struct Rows {
    runs: Vec<Run>,
    /// Where given, the runs are places in this list.
    through: Option<Arc<Vec<u32>>>,
    len: usize,
}

#[derive(Debug, Clone, PartialEq)]
struct Run {
    rows: Range<u32>,
    /// Entries of the runs before.
    before: usize,
}

impl Rows {
    pub fn range(rows: Range<u32>) -> Self {
        Self::runs([rows], None)
    }

    pub fn listed(list: Arc<Vec<u32>>) -> Self {
        let all = 0..u32::try_from(list.len()).unwrap_or(u32::MAX);
        Self::runs([all], Some(list))
    }

    pub fn runs(ranges: impl IntoIterator<Item = Range<u32>>, through: Option<Arc<Vec<u32>>>) -> Self {
        let mut rows = Self { runs: Vec::new(), through, len: 0 };
        for range in ranges.into_iter().filter(|range| !range.is_empty()) {
            let len = range.len();
            rows.runs.push(Run { rows: range, before: rows.len });
            rows.len += len;
        }
        rows
    }

    pub fn len(&self) -> usize {
        self.len
    }

    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    pub fn get(&self, at: usize) -> Option<u32> {
        if at >= self.len {
            return None;
        }
        let run = self.runs.get(self.runs.partition_point(|run| run.before <= at).checked_sub(1)?)?;
        let place = run.rows.start + u32::try_from(at - run.before).ok()?;
        self.through.as_ref().map_or(Some(place), |list| list.get(place as usize).copied())
    }

    pub fn iter(&self) -> impl Iterator<Item = u32> + '_ {
        let places = self.runs.iter().flat_map(|run| run.rows.clone());
        places.filter_map(|place| match &self.through {
            Some(list) => list.get(place as usize).copied(),
            None => Some(place),
        })
    }

    /// Where `row` stands.
    pub fn position(&self, row: u32) -> Option<usize> {
        let place = match &self.through {
            None => row,
            Some(list) => {
                // Lists are ascending but for one artist's albums, which are few.
                let found =
                    list.binary_search(&row).ok().or_else(|| list.iter().position(|&other| other == row));
                u32::try_from(found?).ok()?
            }
        };
        let run = self.runs.iter().find(|run| run.rows.contains(&place))?;
        Some(run.before + (place - run.rows.start) as usize)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_are_one_list() {
        let rows = Rows::runs([10..13, 5..5, 40..42], None);
        assert_eq!(rows.iter().collect::<Vec<_>>(), [10, 11, 12, 40, 41]);
        assert_eq!(
            (0..6).map(|at| rows.get(at)).collect::<Vec<_>>(),
            [Some(10), Some(11), Some(12), Some(40), Some(41), None]
        );
        assert_eq!(rows.position(41), Some(4));
        assert_eq!(rows.position(13), None);
    }

    #[test]
    fn runs_go_through_a_list() {
        let rows = Rows::runs(std::iter::once(1..3), Some(Arc::new(vec![7, 9, 30, 31])));
        assert_eq!(rows.iter().collect::<Vec<_>>(), [9, 30]);
        assert_eq!(rows.get(1), Some(30));
        assert_eq!(rows.position(30), Some(1));
        assert_eq!(rows.position(31), None);
        assert_eq!(Rows::listed(Arc::new(vec![9, 3])).position(3), Some(1));
    }
}
