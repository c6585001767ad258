//! Which bytes of a file are there. Pure.

use std::collections::BTreeMap;

/// Spans that neither touch nor overlap, by their starts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ranges(BTreeMap<u64, u64>);

impl Ranges {
    /// `from..to` is there now.
    pub fn add(&mut self, from: u64, to: u64) {
        if from >= to {
            return;
        }
        let (mut start, mut end) = (from, to);
        // All that begin at or before the end and reach to the start grow together with it.
        let near: Vec<u64> =
            self.0.range(..=to).rev().take_while(|&(_, &end)| end >= from).map(|(&start, _)| start).collect();
        for near in near {
            let near_end = self.0.remove(&near).unwrap_or(near);
            (start, end) = (start.min(near), end.max(near_end));
        }
        self.0.insert(start, end);
    }

    /// Where the span ends that `place` is in; `None` where it is not there.
    pub fn end_of(&self, place: u64) -> Option<u64> {
        self.0.range(..=place).next_back().map(|(_, &end)| end).filter(|&end| end > place)
    }

    /// The first bytes from `place` on, and else from the start, that are not there yet, of `len` in all.
    pub fn hole(&self, place: u64, len: u64) -> Option<(u64, u64)> {
        self.hole_from(place, len).or_else(|| self.hole_from(0, len))
    }

    fn hole_from(&self, place: u64, len: u64) -> Option<(u64, u64)> {
        let from = self.end_of(place).unwrap_or(place);
        let to = self.0.range(from..).next().map_or(len, |(&start, _)| start.min(len));
        (from < to).then_some((from, to))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Held against one flag a byte.
    fn model(adds: &[(u64, u64)], len: usize) -> Vec<bool> {
        let mut there = vec![false; len];
        for &(from, to) in adds {
            (from..to.min(len as u64)).for_each(|at| there[at as usize] = true);
        }
        there
    }

    proptest! {
        #[test]
        fn spans_are_what_bytes_are(
            adds in prop::collection::vec((0_u64..64, 0_u64..20), 0..12),
            place in 0_u64..70,
        ) {
            let len = 90_usize;
            let adds: Vec<_> = adds.into_iter().map(|(from, many)| (from, from + many)).collect();
            let mut ranges = Ranges::default();
            adds.iter().for_each(|&(from, to)| ranges.add(from, to));
            let there = model(&adds, len);
            let end = there[place as usize].then(|| {
                (place as usize..len).find(|&at| !there[at]).unwrap_or(len) as u64
            });
            prop_assert_eq!(ranges.end_of(place), end);
            let first = (place as usize..len).chain(0..len).find(|&at| !there[at]).map(|at| at as u64);
            let hole = ranges.hole(place, len as u64);
            prop_assert_eq!(hole.map(|(from, _)| from), first);
            if let Some((from, to)) = hole {
                prop_assert!(there[from as usize..to as usize].iter().all(|there| !there));
                prop_assert!(to as usize == len || there[to as usize]);
            }
        }
    }

    #[test]
    fn all_of_it_leaves_no_hole() {
        let mut ranges = Ranges::default();
        assert_eq!(ranges.hole(5, 10), Some((5, 10)));
        ranges.add(5, 10);
        assert_eq!(ranges.hole(7, 10), Some((0, 5)));
        ranges.add(0, 5);
        assert_eq!(ranges, Ranges([(0, 10)].into()));
        assert_eq!(ranges.hole(0, 10), None);
    }
}
