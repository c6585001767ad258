//! Random orders against counting. Chi-squared values are of fixed seeds: they do not depend on chance. Critical values
//! at 0.001 (NIST/SEMATECH e-Handbook, 1.3.6.7.4): 27.877 for 9 degrees of freedom, 16.266 for 3.

use std::path::Path;
use std::sync::Arc;

use super::*;

fn items(count: u64) -> Vec<QueueItem> {
    let item = |id| QueueItem { id: ItemId(id), path: Arc::from(Path::new("/m")), track: None };
    (0..count).map(item).collect()
}

/// What an item is, by its id.
type TraitsOf = fn(u64) -> Traits;

fn order(seed: u64, by: ShuffleBy, count: u64, first: Option<u64>, traits: fn(u64) -> Traits) -> Vec<u64> {
    let mut chance = seed;
    let ids = arrange(&mut chance, by, &items(count), first.map(ItemId), &|item| traits(item.id.0));
    ids.into_iter().map(|id| id.0).collect()
}

/// Of counts against what was to be expected.
fn chi_squared(counts: &[f64], expected: &[f64]) -> f64 {
    counts.iter().zip(expected).map(|(count, expected)| (count - expected).powi(2) / expected).sum()
}

const ALL: [ShuffleBy; 6] = [
    ShuffleBy::Tracks,
    ShuffleBy::Album,
    ShuffleBy::Artist,
    ShuffleBy::NoRepeat,
    ShuffleBy::LeastHeard,
    ShuffleBy::BestRated,
];

/// Two tracks an album, ten of them; all artists different.
fn pairs(id: u64) -> Traits {
    Traits { album: Some(id / 2), artist: Some(id), weight: 1.0 }
}

#[test]
fn every_kind_plays_each_item_once_the_first_one_first_and_the_same_again_by_its_seed() {
    for by in ALL {
        for seed in 0..50 {
            let found = order(seed, by, 20, Some(7), pairs);
            assert_eq!(found[0], 7);
            assert_eq!(found, order(seed, by, 20, Some(7), pairs));
            let mut sorted = found;
            sorted.sort_unstable();
            assert_eq!(sorted, (0..20).collect::<Vec<_>>(), "{by:?}");
        }
        assert_ne!(order(1, by, 20, Some(7), pairs), order(2, by, 20, Some(7), pairs));
        assert!(order(1, by, 0, None, pairs).is_empty());
    }
}

#[test]
fn each_place_is_equally_likely_where_nothing_is_weighted() {
    // Item 3 of 10, whose places over 10,000 seeds are 1,000 each. Ten artists of one track and ten albums; two artists of five tracks.
    let cases: [(ShuffleBy, TraitsOf); 4] = [
        (ShuffleBy::Tracks, |_| Traits::UNKNOWN),
        (ShuffleBy::Album, |id| Traits { album: Some(id), ..Traits::UNKNOWN }),
        (ShuffleBy::Artist, |id| Traits { artist: Some(id), ..Traits::UNKNOWN }),
        (ShuffleBy::NoRepeat, |id| Traits { artist: Some(id), ..Traits::UNKNOWN }),
    ];
    for (by, traits) in cases {
        let mut counts = [0.0; 10];
        for seed in 0..10_000 {
            let at = order(seed, by, 10, None, traits).iter().position(|&id| id == 3).unwrap();
            counts[at] += 1.0;
        }
        let found = chi_squared(&counts, &[1000.0; 10]);
        assert!(found < 27.877, "{by:?}: {found} {counts:?}");
    }
}

#[test]
fn albums_stay_whole_and_in_order() {
    let album = |id: u64| Traits { album: Some(id / 5), ..Traits::UNKNOWN };
    for seed in 0..100 {
        let found = order(seed, ShuffleBy::Album, 50, None, album);
        for album in found.chunks(5) {
            let from = album[0];
            assert_eq!(album, (from..from + 5).collect::<Vec<_>>(), "seed {seed}");
            assert_eq!(from % 5, 0);
        }
        let found = order(seed, ShuffleBy::Album, 50, Some(12), album);
        assert_eq!((&found[..3], &found[48..]), (&[12, 13, 14][..], &[10, 11][..]));
    }
}

#[test]
fn an_artist_is_spread_evenly() {
    // One artist has 10 of 100 tracks: one in each tenth, give or take the rounding of places.
    let artist = |id: u64| Traits { artist: Some(if id < 10 { 0 } else { id }), ..Traits::UNKNOWN };
    for seed in 0..200 {
        let found = order(seed, ShuffleBy::Artist, 100, None, artist);
        let places: Vec<usize> = (0..100).filter(|&at| found[at] < 10).collect();
        let gaps = places.windows(2).map(|pair| pair[1] - pair[0]);
        assert!(gaps.clone().min() >= Some(2) && gaps.max() <= Some(24), "seed {seed}: {places:?}");
    }
}

#[test]
fn no_artist_and_no_album_comes_again_within_the_window() {
    // Ten artists with two albums of three tracks each.
    let traits = |id: u64| Traits { artist: Some(id % 10), album: Some(id % 20), weight: 1.0 };
    let mut at_the_end = 0;
    for seed in 0..200 {
        let found = order(seed, ShuffleBy::NoRepeat, 60, Some(4), traits);
        for (at, window) in found.windows(WINDOW).enumerate() {
            let artists: std::collections::HashSet<u64> = window.iter().map(|id| id % 10).collect();
            // Only where nothing else is left may it be otherwise.
            if artists.len() < WINDOW {
                assert!(at > 45, "seed {seed} at {at}: {found:?}");
                at_the_end += 1;
            }
        }
    }
    assert!(at_the_end < 200, "{at_the_end}");
    assert_eq!(order(1, ShuffleBy::NoRepeat, 3, None, |_| traits_of_one()).len(), 3);
}

fn traits_of_one() -> Traits {
    Traits { artist: Some(1), album: Some(1), weight: 1.0 }
}

#[test]
fn weights_are_honoured() {
    // Who comes first of weights 1, 2, 3, 4: 1/10 to 4/10 of 10,000 seeds. Who is second behind 3 (weight 4): 1/6, 2/6, 3/6.
    let weight = |id: u64| Traits { weight: id as f64 + 1.0, ..Traits::UNKNOWN };
    let (mut firsts, mut seconds) = ([0.0; 4], [0.0; 3]);
    for seed in 0..10_000 {
        let found = order(seed, ShuffleBy::BestRated, 4, None, weight);
        firsts[found[0] as usize] += 1.0;
        if found[0] == 3 {
            seconds[found[1] as usize] += 1.0;
        }
    }
    let found = chi_squared(&firsts, &[1000.0, 2000.0, 3000.0, 4000.0]);
    assert!(found < 16.266, "{found} {firsts:?}");
    let all: f64 = seconds.iter().sum();
    let found = chi_squared(&seconds, &[all / 6.0, all / 3.0, all / 2.0]);
    // 13.816 for 2 degrees of freedom.
    assert!(found < 13.816, "{found} {seconds:?}");
}
