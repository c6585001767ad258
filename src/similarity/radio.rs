//! Radio: an endless queue of what is like its seeds. One track at a time, from what was played and a number drawn by the
//! caller.

use super::nearest::Index;
use super::space::Point;
use crate::model::similar::{Radio, SimilarSettings};

/// How the next track is chosen.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rules {
    /// A track does not come again within so many.
    pub track_window: usize,
    /// Nor its artist, nor its album.
    pub artist_window: usize,
    pub album_window: usize,
    /// 0: always the nearest that may come; 1: any of the nearest [`REACH`], all alike.
    pub surprise: f32,
}

impl Rules {
    /// As it is set.
    pub fn of(settings: &SimilarSettings) -> Self {
        Self {
            track_window: Radio::MOST_RECENT,
            artist_window: settings.artist_window.into(),
            album_window: settings.album_window.into(),
            surprise: settings.surprise(),
        }
    }
}

impl Default for Rules {
    fn default() -> Self {
        Self { track_window: 500, artist_window: 4, album_window: 8, surprise: 0.3 }
    }
}

/// Nearest tracks among which surprise chooses.
pub const REACH: usize = 50;

/// Whose a row is: numbers that are equal for one artist, one album; `None` where it has none.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Whose {
    pub artist: Option<u32>,
    pub album: Option<u32>,
}

/// The row that comes next, of those that `may`; `None` only where none may. `played` are the rows so far, newest last;
/// `drawn` is a random number, 0 to 1. Where the windows leave nothing, they are halved until something is left.
pub fn next(
    index: &Index,
    seeds: &[Point],
    (played, whose): (&[usize], &(dyn Fn(usize) -> Whose + Sync)),
    rules: Rules,
    drawn: f32,
    may: &(dyn Fn(usize) -> bool + Sync),
) -> Option<usize> {
    let centre = centre(seeds)?;
    let mut rules = rules;
    loop {
        let barred = Barred::of(played, whose, rules);
        let found = index.nearest(&centre, REACH, |row| barred.allows(row, whose(row)) && may(row));
        if !found.is_empty() {
            let rows: Vec<usize> = found.iter().map(|found| found.row).collect();
            return rows.get(pick(rows.len(), rules.surprise, drawn)).copied();
        }
        if rules.track_window + rules.artist_window + rules.album_window == 0 {
            return None;
        }
        rules.track_window /= 2;
        rules.artist_window /= 2;
        rules.album_window /= 2;
    }
}

/// The middle of the seeds; whoever wants each seed's own neighbours asks with one seed at a time.
pub fn centre(seeds: &[Point]) -> Option<Point> {
    let first = seeds.first()?;
    let mut sum = vec![0.0; first.0.len()];
    for seed in seeds {
        sum.iter_mut().zip(&seed.0).for_each(|(sum, value)| *sum += value / seeds.len() as f32);
    }
    Some(Point(sum.into()))
}

/// A place of so many: each is less likely than the one before by a factor that surprise brings from 0 to 1.
fn pick(count: usize, surprise: f32, drawn: f32) -> usize {
    let ratio = surprise.clamp(0.0, 1.0).powf(0.2);
    let mut left = drawn.clamp(0.0, 1.0) * (0..count).map(|n| ratio.powi(n as i32)).sum::<f32>();
    for place in 0..count {
        left -= ratio.powi(place as i32);
        if left < 0.0 {
            return place;
        }
    }
    if surprise > 0.0 { count.saturating_sub(1) } else { 0 }
}

/// What the windows leave out.
struct Barred {
    tracks: Vec<usize>,
    artists: Vec<u32>,
    albums: Vec<u32>,
}

impl Barred {
    fn of(played: &[usize], whose: &dyn Fn(usize) -> Whose, rules: Rules) -> Self {
        let last = |window: usize| played.iter().rev().take(window).copied();
        let mut tracks: Vec<usize> = last(rules.track_window).collect();
        tracks.sort_unstable();
        Self {
            tracks,
            artists: last(rules.artist_window).filter_map(|row| whose(row).artist).collect(),
            albums: last(rules.album_window).filter_map(|row| whose(row).album).collect(),
        }
    }

    fn allows(&self, row: usize, whose: Whose) -> bool {
        self.tracks.binary_search(&row).is_err()
            && whose.artist.is_none_or(|artist| !self.artists.contains(&artist))
            && whose.album.is_none_or(|album| !self.albums.contains(&album))
    }
}

#[cfg(test)]
mod tests {
    use super::super::made::{FAMILIES, chance, library};
    use super::super::space::Space;
    use super::super::weights::Weights;
    use super::*;

    /// Ten artists of three albums each, across the families.
    fn whose(row: usize) -> Whose {
        let artist = (row / 7 % 10) as u32;
        Whose { artist: Some(artist), album: Some(artist * 3 + (row / 70 % 3) as u32) }
    }

    fn play(count: usize, rules: Rules, rows: usize) -> Vec<usize> {
        let space = Space::of(&library(rows as u64, 8), Weights::default());
        let index = Index::of(&space);
        let seeds = [space.point(3).unwrap()];
        let mut played = vec![3];
        for n in 0..count {
            let drawn = 0.5 + 0.5 * chance(1, n as u64);
            let next = next(&index, &seeds, (&played, &whose), rules, drawn, &|_| true);
            played.push(next.expect("radio never ends"));
        }
        played
    }

    #[test]
    fn nothing_comes_again_within_its_window() {
        let rules = Rules { track_window: 100, artist_window: 3, album_window: 6, surprise: 0.5 };
        let played = play(150, rules, 2000);
        let within = |window: usize, same: &dyn Fn(usize, usize) -> bool| {
            played
                .iter()
                .enumerate()
                .any(|(n, &row)| played[n.saturating_sub(window)..n].iter().any(|&before| same(row, before)))
        };
        assert!(!within(100, &|a, b| a == b));
        assert!(!within(3, &|a, b| whose(a).artist == whose(b).artist));
        assert!(!within(6, &|a, b| whose(a).album == whose(b).album));
        assert!(within(4, &|a, b| whose(a).artist == whose(b).artist), "artists do come again");
    }

    #[test]
    fn without_surprise_it_stays_with_what_is_like_the_seed() {
        let played = play(30, Rules { surprise: 0.0, ..Rules::default() }, 2000);
        let family = played.iter().filter(|&&row| row as u64 % FAMILIES == 3).count();
        assert!(family == played.len(), "{family} of {}", played.len());
    }

    #[test]
    fn a_small_library_plays_on() {
        let played = play(100, Rules::default(), 12);
        let mut seen = played.clone();
        seen.sort_unstable();
        seen.dedup();
        assert!(seen.len() > 6, "the windows shrink, they do not vanish: {seen:?}");
        assert!(played.windows(2).all(|pair| pair[0] != pair[1]));
    }

    #[test]
    fn nothing_comes_of_nothing() {
        let space = Space::of(&library(10, 8), Weights::default());
        let index = Index::of(&space);
        let seed = [space.point(0).unwrap()];
        let ask = |seeds: &[Point], may: &(dyn Fn(usize) -> bool + Sync)| {
            next(&index, seeds, (&[], &whose), Rules::default(), 0.5, may)
        };
        assert_eq!(ask(&[], &|_| true), None);
        assert_eq!(ask(&seed, &|_| false), None);
    }

    #[test]
    fn surprise_goes_from_the_nearest_to_all_alike() {
        let mean = |surprise: f32| {
            (0..1000).map(|n| pick(50, surprise, n as f32 / 1000.0)).sum::<usize>() as f32 / 1e3
        };
        assert_eq!(mean(0.0), 0.0);
        assert!((mean(1.0) - 24.5).abs() < 0.6, "{}", mean(1.0));
        assert!(mean(0.3) > 1.0 && mean(0.3) < 10.0, "{}", mean(0.3));
        assert_eq!((pick(50, 0.0, 1.0), pick(50, 1.0, 1.0), pick(1, 1.0, 1.0)), (0, 49, 0));
    }
}
