//! What is in a queue, counted: lengths, artists, albums, genres, formats, years, ratings. Pure; as long as the queue is,
//! so not on a thread that must answer.

use std::collections::{HashMap, HashSet};
use std::hash::Hash;
use std::path::Path;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::catalog::{Catalog, TrackRef};
use super::facts::Facts;
use super::fold::fold;
use super::part;
use super::snapshot::QueueView;
use crate::say;

/// Rows of a list.
const ROWS: usize = 10;

/// See the module's head. Seconds of what has no known length are counted nowhere.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Tally {
    pub entries: usize,
    /// Files that differ.
    pub files: usize,
    /// Entries that the library does not have.
    pub outside: usize,
    /// Entries whose length is known, and what they take together.
    pub timed: usize,
    pub seconds: f64,
    /// Of those behind the current entry, the current one whole.
    pub seconds_left: f64,
    pub mean_s: Option<f64>,
    pub median_s: Option<f64>,
    pub shortest_s: Option<f64>,
    pub longest_s: Option<f64>,
    /// How many different ones there are.
    pub unique_artists: usize,
    pub unique_albums: usize,
    pub unique_genres: usize,
    /// The most frequent first; ten of each.
    pub artists: Vec<Part>,
    pub albums: Vec<Part>,
    pub genres: Vec<Part>,
    pub formats: Vec<Part>,
    /// By decade, and by stars, upwards; all of them.
    pub decades: Vec<Part>,
    pub ratings: Vec<Part>,
    pub rated: usize,
    pub mean_stars: Option<f64>,
    pub favourites: usize,
}

/// So many entries have it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    pub name: String,
    pub entries: usize,
}

impl Tally {
    pub fn new(queue: &QueueView, catalog: &Catalog, facts: &Facts) -> Self {
        let mut tally = Self { entries: queue.items.len(), ..Self::default() };
        tally.files = queue.items.iter().map(|item| &item.path).collect::<HashSet<_>>().len();
        let mut times = Vec::with_capacity(queue.items.len());
        let mut lists = Lists::default();
        for (at, item) in queue.items.iter().enumerate() {
            let Some(track) = item.track.and_then(|id| catalog.find(id)) else {
                tally.outside += 1;
                lists.formats.add(extension(&item.path));
                continue;
            };
            if let Some(time) = track.duration() {
                times.push(time);
                let ahead = queue.current.is_none_or(|current| at >= current);
                tally.seconds_left += if ahead { time.as_secs_f64() } else { 0.0 };
            }
            lists.add(track);
            tally.judge(track, facts, &mut lists);
        }
        tally.time(times);
        tally.finish(lists);
        tally
    }

    fn judge(&mut self, track: TrackRef<'_>, facts: &Facts, lists: &mut Lists) {
        let facts = facts.get(track.id());
        self.favourites += usize::from(facts.favourite);
        if let Some(rating) = facts.rating {
            self.rated += 1;
            lists.halves += u64::from(rating.halves());
            lists.ratings.add(rating.halves());
        }
    }

    fn time(&mut self, mut times: Vec<Duration>) {
        times.sort_unstable();
        let seconds = |at: usize| times.get(at).map(Duration::as_secs_f64);
        self.timed = times.len();
        self.seconds = times.iter().sum::<Duration>().as_secs_f64();
        (self.shortest_s, self.longest_s) = (seconds(0), times.last().map(Duration::as_secs_f64));
        self.mean_s = (self.timed > 0).then(|| self.seconds / self.timed as f64);
        let upper = seconds(self.timed / 2);
        self.median_s = match (upper, self.timed % 2) {
            (Some(upper), 0) => seconds(self.timed / 2 - 1).map(|lower| (lower + upper) / 2.0),
            (upper, _) => upper,
        };
    }

    fn finish(&mut self, lists: Lists) {
        self.unique_artists = lists.artists.0.len();
        self.unique_albums = lists.albums.0.len();
        self.unique_genres = lists.genres.0.len();
        self.artists = lists.artists.most();
        self.albums = lists.albums.most();
        self.genres = lists.genres.most();
        self.formats = lists.formats.most();
        self.decades = lists.decades.upwards(|decade| format!("{decade}s"));
        self.ratings = lists.ratings.upwards(|halves| format!("{} stars", f64::from(*halves) / 2.0));
        self.mean_stars = (self.rated > 0).then(|| lists.halves as f64 / 2.0 / self.rated as f64);
    }
}

fn extension(path: &Path) -> String {
    let name = super::server::file_name(path).filter(|_| super::server::is_served(path));
    if let Some(extension) = name.and_then(|name| Path::new(name).extension()) {
        return extension.to_string_lossy().to_uppercase();
    }
    match path.extension() {
        Some(extension) if !crate::model::address::is_address(path) => {
            extension.to_string_lossy().to_uppercase()
        }
        _ if crate::model::address::is_address(path) => "stream".to_owned(),
        _ => part::shown_name(path),
    }
}

#[derive(Default)]
struct Lists {
    artists: Counts<String>,
    albums: Counts<u32>,
    genres: Counts<String>,
    formats: Counts<String>,
    decades: Counts<u16>,
    ratings: Counts<u8>,
    halves: u64,
}

impl Lists {
    fn add(&mut self, track: TrackRef<'_>) {
        track.artists().for_each(|name| self.artists.add_named(fold(name), || name.to_owned()));
        track.genres().for_each(|name| self.genres.add_named(fold(name), || name.to_owned()));
        if !track.album_title().is_empty() {
            self.albums.add_named(track.raw().album, || album_name(track));
        }
        self.formats.add(track.raw().codec.name().to_owned());
        if let Some(year) = track.year() {
            self.decades.add(year / 10 * 10);
        }
    }
}

fn album_name(track: TrackRef<'_>) -> String {
    match track.album_artists().next() {
        Some(artist) => format!("{} ({artist})", track.album_title()),
        None => track.album_title().to_owned(),
    }
}

/// How often each was seen, and what it is called.
struct Counts<K>(HashMap<K, (usize, String)>);

impl<K> Default for Counts<K> {
    fn default() -> Self {
        Self(HashMap::new())
    }
}

impl<K: Hash + Eq + Ord + ToString> Counts<K> {
    fn add(&mut self, key: K) {
        let name = key.to_string();
        self.add_named(key, || name);
    }

    fn add_named(&mut self, key: K, name: impl FnOnce() -> String) {
        self.0.entry(key).or_insert_with(|| (0, name())).0 += 1;
    }

    fn most(self) -> Vec<Part> {
        let mut parts: Vec<Part> =
            self.0.into_values().map(|(entries, name)| Part { name, entries }).collect();
        parts.sort_unstable_by(|a, b| b.entries.cmp(&a.entries).then_with(|| a.name.cmp(&b.name)));
        parts.truncate(ROWS);
        parts
    }

    fn upwards(self, name: impl Fn(&K) -> String) -> Vec<Part> {
        let mut all: Vec<_> = self.0.into_iter().collect();
        all.sort_unstable_by(|a, b| a.0.cmp(&b.0));
        all.into_iter().map(|(key, (entries, _))| Part { name: name(&key), entries }).collect()
    }
}

/// A list of figures for people: what it is, and the figure. A title stands alone, an empty row parts.
pub type Lines = Vec<(String, String)>;

/// `1:02:03`, `4:05`.
pub fn clock(seconds: f64) -> String {
    let all = seconds.max(0.0).round() as u64;
    let (hours, minutes, seconds) = (all / 3600, all / 60 % 60, all % 60);
    if hours > 0 { format!("{hours}:{minutes:02}:{seconds:02}") } else { format!("{minutes}:{seconds:02}") }
}

impl Part {
    /// A rating, which is called `4.5 stars` for programs.
    fn in_stars(&self) -> Self {
        let stars = self.name.strip_suffix(" stars");
        let name = stars.map_or_else(|| self.name.clone(), |stars| say!("{stars} stars", stars));
        Self { name, ..*self }
    }
}

impl Tally {
    pub fn lines(&self) -> Lines {
        let row = |name: &str, value: String| (name.to_owned(), value);
        let ratings: Vec<Part> = self.ratings.iter().map(Part::in_stars).collect();
        let time = |seconds: Option<f64>| seconds.map(clock).unwrap_or_else(|| "-".to_owned());
        let mut lines = vec![
            row(say!("Entries"), self.entries.to_string()),
            row(say!("Different files"), self.files.to_string()),
            row(say!("Not in the library"), self.outside.to_string()),
            row(say!("Length"), clock(self.seconds)),
            row(say!("Left, from the current entry on"), clock(self.seconds_left)),
            row(say!("Mean length"), time(self.mean_s)),
            row(say!("Median length"), time(self.median_s)),
            row(say!("Shortest"), time(self.shortest_s)),
            row(say!("Longest"), time(self.longest_s)),
            row(say!("Artists"), self.unique_artists.to_string()),
            row(say!("Albums"), self.unique_albums.to_string()),
            row(say!("Genres"), self.unique_genres.to_string()),
            row(say!("Favourites"), self.favourites.to_string()),
            row(say!("Rated"), self.rated.to_string()),
        ];
        lines.extend(self.mean_stars.map(|stars| row(say!("Mean rating"), say!("{stars:.2} stars", stars))));
        let lists = [
            (say!("Artists"), &self.artists),
            (say!("Albums"), &self.albums),
            (say!("Genres"), &self.genres),
            (say!("Formats"), &self.formats),
            (say!("Years"), &self.decades),
            (say!("Ratings"), &ratings),
        ];
        for (title, list) in lists.into_iter().filter(|(_, list)| !list.is_empty()) {
            lines.push(row("", String::new()));
            lines.push(row(title, String::new()));
            lines.extend(list.iter().map(|part| row(&format!("  {}", part.name), part.entries.to_string())));
        }
        lines
    }
}
