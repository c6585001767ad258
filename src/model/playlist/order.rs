//! What lists are sorted by. Pure; called by [`super::edit`] and by the evaluation of smart lists.

use std::cmp::Ordering;
use std::os::unix::ffi::OsStrExt;

use serde::{Deserialize, Serialize};

use super::Entry;
use crate::later;
use crate::model::catalog::{Catalog, TrackRef};
use crate::model::collate::sort_key;
use crate::model::facts::{Facts, TrackFacts};

/// One column of the library, or one fact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum By {
    Title,
    Artist,
    /// Album artist, date, album, disc, track: as the library stands.
    Album,
    Year,
    Path,
    Duration,
    Added,
    Plays,
    Rating,
    /// When it was heard last.
    Played,
    Random,
    /// As measured: beats a minute, place round the Camelot wheel, integrated loudness.
    Tempo,
    Key,
    Loudness,
}

impl By {
    pub const WORDS: &[&str] = &[
        "title",
        "artist",
        "album",
        "year",
        "path",
        "duration",
        "added",
        "plays",
        "rating",
        "played",
        "random",
        "bpm",
        "key",
        "lufs",
        "-year",
        "-duration",
        "-added",
        "-plays",
        "-rating",
        "-played",
        "-bpm",
        "-lufs",
    ];

    fn parse(word: &str) -> Option<Self> {
        Some(match word {
            "title" => Self::Title,
            "artist" => Self::Artist,
            "album" => Self::Album,
            "year" => Self::Year,
            "path" => Self::Path,
            "duration" => Self::Duration,
            "added" => Self::Added,
            "plays" => Self::Plays,
            "rating" => Self::Rating,
            "played" => Self::Played,
            "random" => Self::Random,
            "bpm" => Self::Tempo,
            "key" => Self::Key,
            "lufs" => Self::Loudness,
            _ => return None,
        })
    }
}

/// By what, and which way: `-plays` has the most played first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    pub by: By,
    pub descending: bool,
}

/// What [`Order::parse`] expects.
pub const EXPECTED: &str = later!(
    "title, artist, album, year, path, duration, added, plays, rating, played, random, bpm, key or lufs, with - before it for the reverse"
);

impl Order {
    pub fn parse(word: &str) -> Option<Self> {
        let (word, descending) = word.strip_prefix('-').map_or((word, false), |word| (word, true));
        By::parse(word).map(|by| Self { by, descending })
    }
}

/// Compared part by part; what is not known stands last either way.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    Text(Vec<u8>),
    Number(i128),
}

/// What orders need to know.
#[derive(Clone, Copy)]
pub struct Known<'a> {
    pub catalog: &'a Catalog,
    pub facts: &'a Facts,
    /// Of the random order.
    pub seed: u64,
}

/// The entries in that order; equal ones as they stood.
pub fn sorted(entries: &[Entry], order: Order, known: Known<'_>) -> Vec<Entry> {
    let keys = entries.iter().enumerate().map(|(at, entry)| entry_key(entry, at, order.by, known));
    let mut keyed: Vec<(Option<Key>, &Entry)> = keys.zip(entries).collect();
    keyed.sort_by(|(one, _), (other, _)| compare(one, other, order.descending));
    keyed.into_iter().map(|(_, entry)| entry.clone()).collect()
}

/// Tracks by several orders, the first one first; equal ones as the library stands.
pub fn sort_tracks(tracks: &mut Vec<TrackRef<'_>>, orders: &[Order], known: Known<'_>) {
    let keys = |track: &TrackRef<'_>| -> Vec<Option<Key>> {
        orders.iter().map(|order| track_key(*track, order.by, known)).collect()
    };
    let mut keyed: Vec<_> = tracks.drain(..).map(|track| (keys(&track), track)).collect();
    keyed.sort_by(|(one, a), (other, b)| {
        let parts = one.iter().zip(other).zip(orders);
        let mut unequal = parts.map(|((one, other), order)| compare(one, other, order.descending));
        unequal.find(|order| order.is_ne()).unwrap_or_else(|| a.row().cmp(&b.row()))
    });
    tracks.extend(keyed.into_iter().map(|(_, track)| track));
}

fn compare(one: &Option<Key>, other: &Option<Key>, descending: bool) -> Ordering {
    match (one, other) {
        (Some(one), Some(other)) if descending => other.cmp(one),
        (Some(one), Some(other)) => one.cmp(other),
        // Unknown ones go to the end.
        (one, other) => one.is_none().cmp(&other.is_none()),
    }
}

fn entry_key(entry: &Entry, at: usize, by: By, known: Known<'_>) -> Option<Key> {
    let text = |text: String| (!text.is_empty()).then(|| Key::Text(sort_key(&text)));
    match by {
        By::Path => Some(Key::Text(entry.path.as_os_str().as_bytes().to_vec())),
        By::Random => Some(Key::Number(i128::from(mixed(known.seed, at as u64)))),
        By::Title => text(entry.title(known.catalog)),
        By::Artist => text(entry.artist(known.catalog)),
        By::Duration => entry.duration(known.catalog).and_then(|time| number(time.as_nanos())),
        _ => track_key(entry.find(known.catalog)?, by, known),
    }
}

fn track_key(track: TrackRef<'_>, by: By, known: Known<'_>) -> Option<Key> {
    let facts = || -> TrackFacts { known.facts.get(track.id()) };
    match by {
        By::Title => Some(Key::Text(sort_key(track.title()))),
        By::Artist => track.artists().next().map(|artist| Key::Text(sort_key(artist))),
        By::Album => number(track.row()),
        By::Year => track.year().and_then(number),
        By::Path => Some(Key::Text(track.path().into_os_string().into_encoded_bytes())),
        By::Duration => track.duration().and_then(|time| number(time.as_nanos())),
        By::Added => number(i64::from(track.raw().added_s)),
        By::Plays => number(facts().plays),
        By::Rating => facts().rating.and_then(|rating| number(rating.halves())),
        By::Tempo => facts().levels.tempo.and_then(number),
        By::Key => facts().levels.key.and_then(|key| number(key.place())),
        By::Loudness => facts().levels.lufs.and_then(number),
        By::Played => facts().last_played_s.and_then(number),
        By::Random => Some(Key::Number(i128::from(mixed(known.seed, u64::from(track.id().0))))),
    }
}

fn number(value: impl TryInto<i128>) -> Option<Key> {
    value.try_into().ok().map(Key::Number)
}

/// A number that looks random but follows from both (splitmix64, Steele and others 2014).
pub fn mixed(seed: u64, value: u64) -> u64 {
    let mut z = seed.wrapping_add(value.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::model::playlist::Told;

    fn named(titles: &[&str]) -> Vec<Entry> {
        let entry = |title: &&str| {
            let told = Told { title: (*title).into(), ..Told::default() };
            Entry { told: told.shared(), ..Entry::new(Path::new("/m/x.ogg").into(), None) }
        };
        titles.iter().map(entry).collect()
    }

    fn titles(entries: &[Entry]) -> Vec<String> {
        entries.iter().map(|entry| entry.title(&Catalog::default())).collect()
    }

    #[test]
    fn titles_sort_naturally_and_the_reverse_is_the_reverse() {
        let (catalog, facts) = (Catalog::default(), Facts::default());
        let known = Known { catalog: &catalog, facts: &facts, seed: 7 };
        let entries = named(&["Track 10", "track 9", "Étude"]);
        let by = |word: &str| titles(&sorted(&entries, Order::parse(word).unwrap(), known));
        assert_eq!(by("title"), ["Étude", "track 9", "Track 10"]);
        assert_eq!(by("-title"), ["Track 10", "track 9", "Étude"]);
        assert_eq!(by("plays"), titles(&entries), "what is not known stays as it stood");
        assert_eq!(Order::parse("size"), None);
    }

    #[test]
    fn a_seed_gives_one_order_and_another_seed_another() {
        let (catalog, facts) = (Catalog::default(), Facts::default());
        let many: Vec<String> = (0..50).map(|number| number.to_string()).collect();
        let entries = named(&many.iter().map(String::as_str).collect::<Vec<_>>());
        let order = Order::parse("random").unwrap();
        let with = |seed| titles(&sorted(&entries, order, Known { catalog: &catalog, facts: &facts, seed }));
        assert_eq!(with(1), with(1));
        assert_ne!(with(1), with(2));
        let mut all = with(1);
        all.sort_by_key(|title| title.parse::<u32>().unwrap());
        assert_eq!(all, titles(&entries));
    }
}
