//! Near-duplicates: other masterings and encodings of one recording. They last as long, and sound nearly the same.

use super::space::Space;
use super::weights::{Aspect, Weights};
use crate::model::fingerprint::Dimension;

/// Lengths of one recording differ by so many seconds at most: padding of encoders, trimmed silence.
const SECONDS: f32 = 1.5;
/// Parts of the distance of a median pair within which two are one recording.
const NEAR: f32 = 0.25;

/// Of these a mastering makes what it likes; the recording is what is left.
const MASTERING: [Dimension; 5] = [
    Dimension::Loudness,
    Dimension::Crest,
    Dimension::CrestVariation,
    Dimension::LoudnessVariation,
    Dimension::PeakConsistency,
];

/// By which recordings are told apart, whatever the listener weighs.
pub fn weights() -> Weights {
    MASTERING
        .iter()
        .fold(Weights::default(), |weights, &dimension| weights.with(Aspect::Number(dimension), 0.0))
}

/// Rows that are one recording, each group and the groups by row; what is alone is left out. `seconds` are the lengths by
/// row; what is no number is as long as nothing.
pub fn near(space: &Space, seconds: &[f32]) -> Vec<Vec<usize>> {
    let limit = space.typical() * NEAR;
    let known = (0..space.len().min(seconds.len())).filter(|&row| seconds[row].is_finite());
    let mut rows: Vec<usize> = known.collect();
    rows.sort_by(|&a, &b| seconds[a].total_cmp(&seconds[b]).then(a.cmp(&b)));
    let mut leader: Vec<usize> = (0..space.len()).collect();
    for (n, &row) in rows.iter().enumerate() {
        let alike = rows[n + 1..].iter().take_while(|&&other| seconds[other] - seconds[row] <= SECONDS);
        for &other in alike {
            if space.is_within(row, other, limit) {
                let (a, b) = (lead(&mut leader, row), lead(&mut leader, other));
                leader[a.max(b)] = a.min(b);
            }
        }
    }
    let mut groups: Vec<Vec<usize>> = vec![Vec::new(); space.len()];
    for row in 0..space.len() {
        groups[lead(&mut leader, row)].push(row);
    }
    groups.retain(|group| group.len() > 1);
    groups
}

/// The first row of a row's group, with the way to it shortened.
fn lead(leader: &mut [usize], mut row: usize) -> usize {
    while leader[row] != row {
        leader[row] = leader[leader[row]];
        row = leader[row];
    }
    row
}

#[cfg(test)]
mod tests {
    use super::super::made::{chance, library};
    use super::*;
    use crate::model::fingerprint::Fingerprint;

    /// Another encoding: a little less air, a hair of everything else.
    fn encoded(print: &Fingerprint, seed: u64) -> Fingerprint {
        let mut other = print.clone();
        for dimension in Dimension::ALL {
            let (low, high) = dimension.about().range;
            let off = (high - low) * 0.004 * chance(seed, dimension as u64);
            other.set(dimension, print.get(dimension).map(|value| value + off));
        }
        other
    }

    #[test]
    fn other_encodings_are_found_and_other_tracks_of_a_family_are_not() {
        let mut prints = library(300, 13);
        let mut seconds: Vec<f32> = (0..300).map(|n| 200.0 + (n % 5) as f32).collect();
        for row in [10, 20] {
            prints.push(encoded(&prints[row], row as u64));
            seconds.push(seconds[row] + 0.05);
        }
        prints.push(encoded(&prints[10], 99));
        seconds.push(seconds[10] - 0.03);
        // As the tenth, yet another length: a part of it, or another piece.
        prints.push(encoded(&prints[10], 98));
        seconds.push(seconds[10] + 60.0);
        let space = Space::of(&prints, Weights::default());
        assert_eq!(near(&space, &seconds), [vec![10, 300, 302], vec![20, 301]]);
    }

    #[test]
    fn nothing_is_like_nothing() {
        assert!(near(&Space::of(&[], Weights::default()), &[]).is_empty());
    }
}
