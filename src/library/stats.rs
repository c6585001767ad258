//! What was listened to, counted from the store's log. Memory grows with the tracks that were heard, not with the
//! library. Runs on a job or the command line.

use std::collections::HashMap;
use std::hash::Hash;

use super::store::{StoreError, StoreReader};
use crate::model::id::TrackId;
use crate::model::listening::{Listen, Stats, Top, Verdict};
use crate::model::track::Track;

/// Rows of a list.
pub const TOP: usize = 10;
/// A longer pause begins another session.
const PAUSE_MS: i64 = 30 * 60 * 1000;

/// What of a thing was heard.
#[derive(Debug, Clone, Copy, Default)]
struct Heard {
    plays: u64,
    seconds: f64,
}

impl Heard {
    fn add(&mut self, other: Self) {
        self.plays += other.plays;
        self.seconds += other.seconds;
    }
}

/// Everything from `from_ms` on (milliseconds since the Unix epoch), with so many rows a list. What is no longer in the
/// library has no name any more: it counts, but is in no list.
pub fn count(reader: &StoreReader, from_ms: i64, rows: usize) -> Result<Stats, StoreError> {
    let mut stats = Stats::default();
    let mut sessions = Sessions::default();
    let mut heard: HashMap<TrackId, Heard> = HashMap::new();
    for listen in reader.listens(from_ms)? {
        let listen = listen?;
        let plays = u64::from(listen.verdict == Verdict::Played);
        stats.plays += plays;
        stats.skips += u64::from(listen.verdict == Verdict::Skipped);
        stats.seconds += listen.heard_s();
        sessions.add(&listen);
        heard.entry(listen.track).or_default().add(Heard { plays, seconds: listen.heard_s() });
    }
    (stats.sessions, stats.longest_session_s) = (sessions.count, sessions.longest_ms as f64 / 1000.0);
    let mut lists = Lists::default();
    for (id, heard) in heard {
        if let Some(track) = reader.track(id)? {
            lists.add(id, track, heard);
        }
    }
    stats.tracks = top(lists.tracks, rows, |(_, name, artists)| (name, artists));
    stats.artists = top(lists.artists, rows, |name| (name, Vec::new()));
    stats.albums = top(lists.albums, rows, |(name, artists)| (name, artists));
    Ok(stats)
}

#[derive(Default)]
struct Lists {
    tracks: HashMap<(TrackId, String, Vec<String>), Heard>,
    artists: HashMap<String, Heard>,
    albums: HashMap<(String, Vec<String>), Heard>,
}

impl Lists {
    fn add(&mut self, id: TrackId, track: Track, heard: Heard) {
        let name = track.tags.title.unwrap_or_else(|| crate::model::part::shown_name(&track.path));
        let (artists, by) = (track.tags.artists, track.tags.album_artists);
        for artist in &artists {
            self.artists.entry(artist.clone()).or_default().add(heard);
        }
        if let Some(album) = track.tags.album {
            let by = if by.is_empty() { artists.clone() } else { by };
            self.albums.entry((album, by)).or_default().add(heard);
        }
        self.tracks.entry((id, name, artists)).or_default().add(heard);
    }
}

/// The most played first; what was never played to be counted is not in it.
fn top<K: Eq + Hash>(
    list: HashMap<K, Heard>,
    rows: usize,
    name: impl Fn(K) -> (String, Vec<String>),
) -> Vec<Top> {
    let row = |(key, heard): (K, Heard)| {
        let (name, artists) = name(key);
        Top { name, artists, plays: heard.plays, seconds: heard.seconds }
    };
    let mut all: Vec<Top> = list.into_iter().filter(|(_, heard)| heard.plays > 0).map(row).collect();
    all.sort_by(|a, b| {
        let by_plays = b.plays.cmp(&a.plays).then(b.seconds.total_cmp(&a.seconds));
        by_plays.then_with(|| (&a.name, &a.artists).cmp(&(&b.name, &b.artists)))
    });
    all.truncate(rows);
    all
}

/// The log comes in the order of its times.
#[derive(Default)]
struct Sessions {
    count: u64,
    longest_ms: i64,
    began_ms: i64,
    ended_ms: i64,
}

impl Sessions {
    fn add(&mut self, listen: &Listen) {
        if self.count == 0 || listen.began_ms.saturating_sub(self.ended_ms) >= PAUSE_MS {
            self.count += 1;
            self.began_ms = listen.began_ms;
            self.ended_ms = listen.began_ms;
        }
        let ended_ms = listen.began_ms.saturating_add((listen.heard_s() * 1000.0) as i64);
        self.ended_ms = self.ended_ms.max(ended_ms);
        self.longest_ms = self.longest_ms.max(self.ended_ms.saturating_sub(self.began_ms));
    }
}
