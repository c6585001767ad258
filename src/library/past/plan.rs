//! What an import would set: what is known elsewhere, matched to the library and laid over what we know. Laid over twice it
//! changes nothing: counts become the larger of both, times the later, a rating is taken where there is none, and what the
//! log has is not put into it again.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::sync::Arc;

use super::{Heard, Logged, Past};
use crate::library::matching::{By, Matcher, Wanted};
use crate::model::catalog::{Catalog, TrackRef};
use crate::model::facts::{Facts, TrackFacts};
use crate::model::id::TrackId;
use crate::model::listening::{Listen, Verdict};
use crate::model::playlist::{Entry, PlaylistName, Playlists};

/// Times of one track that differ by no more are one listening: players tell when it began, or when it was enough, and
/// what is shorter than that is no play at all.
const SAME_MS: u64 = 15_000;

/// What there is before.
#[derive(Debug, Clone, Copy)]
pub struct Known<'a> {
    pub catalog: &'a Catalog,
    pub facts: &'a Facts,
    pub lists: &'a Playlists,
    /// In any order.
    pub log: &'a [Listen],
}

#[derive(Debug, Clone, Default)]
pub struct Plan {
    /// By id: what is known, and what will be.
    pub rows: Vec<(TrackId, TrackFacts, TrackFacts)>,
    /// What the log has not, by track and time.
    pub listens: Vec<Listen>,
    /// How many were matched by path, by MusicBrainz id, by names.
    pub by_path: usize,
    pub by_id: usize,
    pub by_names: usize,
    pub unmatched: Vec<Heard>,
    /// Playlists that are not there yet.
    pub lists: Vec<(PlaylistName, Vec<Entry>)>,
    /// Lists that are there with the same entries.
    pub known_lists: usize,
    /// What was read, and what could not be: for people.
    pub told: Vec<String>,
}

impl Plan {
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty() && self.listens.is_empty() && self.lists.is_empty()
    }
}

pub fn plan(past: Past, matcher: &Matcher<'_>, known: &Known<'_>) -> Plan {
    let mut plan = Plan { told: past.told, ..Plan::default() };
    let mut sums: BTreeMap<TrackId, Heard> = BTreeMap::new();
    for heard in past.tracks {
        if says_nothing(&heard) {
            continue;
        }
        match matcher.find(&wanted(&heard)) {
            Some((track, by)) => {
                match by {
                    By::Path => plan.by_path += 1,
                    By::Id => plan.by_id += 1,
                    By::Names => plan.by_names += 1,
                }
                add(sums.entry(track.id()).or_default(), &heard);
            }
            None => plan.unmatched.push(heard),
        }
    }
    let mut logs = BTreeMap::new();
    for (id, sum) in sums {
        let before = known.facts.get(id);
        let after = laid_over(before, facts_of(&sum));
        if after != before {
            plan.rows.push((id, before, after));
        }
        logs.insert(id, sum.log);
    }
    plan.listens = listens(logs, known);
    let mut seen: HashMap<PlaylistName, ()> = HashMap::new();
    for list in past.lists {
        let entries: Vec<Entry> = list.paths.iter().map(|path| entry(path, known.catalog)).collect();
        if is_known(&entries, known.lists) {
            plan.known_lists += 1;
            continue;
        }
        let wish = PlaylistName::near(&list.name).unwrap_or_default();
        let mut name = known.lists.free_name(&wish);
        if seen.insert(name.clone(), ()).is_some() {
            name = PlaylistName::near(&format!("{name} ({})", seen.len())).unwrap_or_default();
            seen.insert(name.clone(), ());
        }
        plan.lists.push((name, entries));
    }
    plan
}

/// Known by its tags alone: nobody played or rated it.
fn says_nothing(heard: &Heard) -> bool {
    heard.plays == 0
        && heard.skips == 0
        && heard.rating.is_none()
        && !heard.favourite
        && heard.last_played_s.is_none()
}

fn wanted(heard: &Heard) -> Wanted<'_> {
    Wanted {
        path: heard.path.as_deref(),
        recording: heard.recording.as_deref(),
        artist: &heard.artist,
        title: &heard.title,
        album: &heard.album,
        duration: heard.duration,
    }
}

/// Several of one source that mean the same track: other spellings of it.
fn add(sum: &mut Heard, heard: &Heard) {
    sum.plays = sum.plays.saturating_add(heard.plays);
    sum.skips = sum.skips.saturating_add(heard.skips);
    sum.last_played_s = sum.last_played_s.max(heard.last_played_s);
    sum.last_skipped_s = sum.last_skipped_s.max(heard.last_skipped_s);
    sum.log.extend(&heard.log);
    sum.rating = sum.rating.or(heard.rating);
    sum.favourite |= heard.favourite;
}

fn facts_of(heard: &Heard) -> TrackFacts {
    TrackFacts {
        plays: heard.plays,
        skips: heard.skips,
        last_played_s: heard.last_played_s,
        last_skipped_s: heard.last_skipped_s,
        rating: heard.rating,
        favourite: heard.favourite,
        ..TrackFacts::default()
    }
}

/// What is known of a track with what is known elsewhere.
pub fn laid_over(here: TrackFacts, there: TrackFacts) -> TrackFacts {
    TrackFacts {
        plays: here.plays.max(there.plays),
        skips: here.skips.max(there.skips),
        last_played_s: here.last_played_s.max(there.last_played_s),
        last_skipped_s: here.last_skipped_s.max(there.last_skipped_s),
        rating: here.rating.or(there.rating),
        favourite: here.favourite || there.favourite,
        ..here
    }
}

fn listens(logs: BTreeMap<TrackId, Vec<Logged>>, known: &Known<'_>) -> Vec<Listen> {
    let mut times: HashMap<TrackId, Vec<i64>> = HashMap::new();
    for listen in known.log.iter().filter(|listen| logs.contains_key(&listen.track)) {
        times.entry(listen.track).or_default().push(listen.began_ms);
    }
    let mut new = Vec::new();
    for (id, mut log) in logs {
        let Some(track) = known.catalog.find(id) else { continue };
        let known = times.entry(id).or_default();
        known.sort_unstable();
        log.sort_unstable_by_key(|logged| logged.at_s);
        let mut last: Option<i64> = None;
        for logged in log {
            let began_ms = logged.at_s.saturating_mul(1000);
            let is_same = |other: &i64| began_ms.abs_diff(*other) <= SAME_MS;
            let behind = known.partition_point(|&at| at < began_ms);
            let around = known[behind.saturating_sub(1)..].iter().take(2);
            if !around.chain(&last).any(is_same) {
                new.push(listen(track, began_ms, logged));
                last = Some(began_ms);
            }
        }
    }
    new
}

/// Where nobody says how long a play was heard, it was heard to the end, as Last.fm counts it; of a skip nothing was.
fn listen(track: TrackRef<'_>, began_ms: i64, logged: Logged) -> Listen {
    let format = track.format();
    let rate = format.spec.rate;
    let whole = format.frames.unwrap_or(u64::MAX);
    let told = logged.heard.map(|heard| (heard.as_secs_f64() * f64::from(rate)) as u64);
    let (verdict, unsaid) = match logged.skipped {
        true => (Verdict::Skipped, 0),
        false => (Verdict::Played, format.frames.unwrap_or(0)),
    };
    Listen { began_ms, track: track.id(), frames: told.unwrap_or(unsaid).min(whole), rate, verdict }
}

fn entry(path: &Path, catalog: &Catalog) -> Entry {
    Entry::new(Arc::from(path), catalog.find_path(path).map(|track| track.id()))
}

fn is_known(entries: &[Entry], lists: &Playlists) -> bool {
    lists.iter().any(|list| {
        let known = list.entries();
        known.len() == entries.len() && known.iter().zip(entries).all(|(one, other)| one.path == other.path)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::library::past::PastList;
    use crate::model::facts::Rating;

    fn heard(path: &str, plays: u32, rating: u8) -> Heard {
        Heard { path: Some(path.into()), plays, rating: Rating::new(rating), ..Heard::default() }
    }

    fn library() -> Catalog {
        use crate::model::audio::Spec;
        use crate::model::track::{AudioFormat, Codec, FileStamp, Tags, Track};
        let track = |id: u32| Track {
            id: TrackId(id),
            path: format!("/m/{id}.flac").into(),
            stamp: FileStamp::default(),
            format: AudioFormat {
                codec: Codec::Flac,
                spec: Spec { rate: 44_100, channels: 2 },
                bits: Some(16),
                frames: Some(44_100),
            },
            tags: Tags::default(),
            added_s: 0,
        };
        crate::library::catalog_build::build_catalog([track(1), track(2)])
    }

    #[test]
    fn what_is_laid_over_twice_changes_nothing_the_second_time() {
        let catalog = library();
        let matcher = Matcher::new(&catalog, HashMap::new());
        let past = || Past {
            tracks: vec![heard("/m/1.flac", 7, 8), heard("/m/2.flac", 2, 0), heard("/m/gone.flac", 1, 0)],
            lists: vec![PastList {
                name: "Mix".into(),
                paths: vec!["/m/1.flac".into(), "/m/gone.flac".into()],
            }],
            told: Vec::new(),
        };
        let ours = TrackFacts { plays: 5, rating: Rating::new(2), ..TrackFacts::default() };
        let mut facts = Facts::default();
        facts.set(TrackId(1), ours);
        let none = Playlists::default();
        let known = Known { catalog: &catalog, facts: &facts, lists: &none, log: &[] };
        let first = plan(past(), &matcher, &known);
        let after = TrackFacts { plays: 7, ..ours };
        let other = TrackFacts { plays: 2, ..TrackFacts::default() };
        assert_eq!(first.rows, [(TrackId(1), ours, after), (TrackId(2), TrackFacts::default(), other)]);
        assert_eq!((first.by_path, first.unmatched.len(), first.lists.len()), (2, 1, 1));
        assert_eq!(first.lists[0].1[0].track, Some(TrackId(1)));
        for &(id, _, after) in &first.rows {
            facts.set(id, after);
        }
        let (name, entries) = first.lists.into_iter().next().unwrap();
        let kind = crate::model::playlist::Kind::Manual(Arc::new(entries));
        let made =
            crate::model::playlist::edit::create(&Playlists::default(), Default::default(), name, kind);
        let mut lists = Playlists::default();
        lists.apply(&made.unwrap());
        let known = Known { catalog: &catalog, facts: &facts, lists: &lists, log: &[] };
        let second = plan(past(), &matcher, &known);
        assert!(second.is_empty(), "{second:?}");
        assert_eq!(second.known_lists, 1);
    }

    #[test]
    fn times_are_plays_in_the_log_each_once() {
        let catalog = library();
        let matcher = Matcher::new(&catalog, HashMap::new());
        let at = |at_s| Logged { at_s, heard: None, skipped: false };
        let part = Logged { heard: Some(std::time::Duration::from_millis(250)), ..at(500) };
        let skip = Logged { skipped: true, ..at(900) };
        let log = vec![at(2_000), part, at(1_000), at(1_010), at(3_000), skip];
        let past = || Past {
            tracks: vec![Heard { log: log.clone(), ..heard("/m/1.flac", 3, 0) }],
            ..Past::default()
        };
        let played = |seconds: i64, frames| Listen {
            began_ms: seconds * 1000,
            track: TrackId(1),
            frames,
            rate: 44_100,
            verdict: Verdict::Played,
        };
        let ours = [played(2_014, 7), Listen { track: TrackId(2), ..played(1_000, 7) }];
        let (facts, lists) = (Facts::default(), Playlists::default());
        let known = |log| Known { catalog: &catalog, facts: &facts, lists: &lists, log };
        let first = plan(past(), &matcher, &known(&ours)).listens;
        let skipped = Listen { verdict: Verdict::Skipped, ..played(900, 0) };
        // Tracks of the library are one second long; what was told to be heard is a quarter of it.
        let expected = [played(500, 11_025), skipped, played(1_000, 44_100), played(3_000, 44_100)];
        assert_eq!(first, expected, "2000 is ours, 1010 is 1000");
        let all = [&ours[..], &first].concat();
        assert_eq!(plan(past(), &matcher, &known(&all)).listens, []);
    }
}
