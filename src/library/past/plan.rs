//! What an import would set: what is known elsewhere, matched to the library and laid over what we know. Laid over twice it
//! changes nothing: counts become the larger of both, times the later, a rating is taken where there is none.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::sync::Arc;

use super::{Heard, Past};
use crate::library::matching::{By, Matcher, Wanted};
use crate::model::catalog::Catalog;
use crate::model::facts::{Facts, TrackFacts};
use crate::model::id::TrackId;
use crate::model::playlist::{Entry, PlaylistName, Playlists};

#[derive(Debug, Default)]
pub struct Plan {
    /// By id: what is known, and what will be.
    pub rows: Vec<(TrackId, TrackFacts, TrackFacts)>,
    /// How many were matched by path, by MusicBrainz id, by names.
    pub by_path: usize,
    pub by_id: usize,
    pub by_names: usize,
    pub unmatched: Vec<Heard>,
    /// Playlists that are not there yet.
    pub lists: Vec<(PlaylistName, Vec<Entry>)>,
    /// Lists that are there with the same entries.
    pub known_lists: usize,
}

impl Plan {
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty() && self.lists.is_empty()
    }
}

pub fn plan(past: Past, matcher: &Matcher<'_>, catalog: &Catalog, facts: &Facts, lists: &Playlists) -> Plan {
    let mut plan = Plan::default();
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
    for (id, sum) in sums {
        let before = facts.get(id);
        let after = laid_over(before, &sum);
        if after != before {
            plan.rows.push((id, before, after));
        }
    }
    let mut seen: HashMap<PlaylistName, ()> = HashMap::new();
    for list in past.lists {
        let entries: Vec<Entry> = list.paths.iter().map(|path| entry(path, catalog)).collect();
        if is_known(&entries, lists) {
            plan.known_lists += 1;
            continue;
        }
        let wish = PlaylistName::near(&list.name).unwrap_or_default();
        let mut name = lists.free_name(&wish);
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
    sum.rating = sum.rating.or(heard.rating);
    sum.favourite |= heard.favourite;
}

fn laid_over(before: TrackFacts, heard: &Heard) -> TrackFacts {
    let mut after = before;
    after.plays = before.plays.max(heard.plays);
    after.skips = before.skips.max(heard.skips);
    after.last_played_s = before.last_played_s.max(heard.last_played_s);
    after.last_skipped_s = before.last_skipped_s.max(heard.last_skipped_s);
    after.rating = before.rating.or(heard.rating);
    after.favourite |= heard.favourite;
    after
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
        let first = plan(past(), &matcher, &catalog, &facts, &Playlists::default());
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
        let second = plan(past(), &matcher, &catalog, &facts, &lists);
        assert!(second.is_empty(), "{second:?}");
        assert_eq!(second.known_lists, 1);
    }
}
