//! What can be asked for that takes looking through all of the library or the queue: worked out on the thread
//! `remote-tell`, one question after the other, from the snapshot that was there when it was asked.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

use super::lyrics::LyricsLine;
use super::path::JsonPath;
use super::portrait::PortraitLine;
use super::wire::{Fault, FaultKind};
use crate::model::address::without_user;
use crate::model::catalog::{Catalog, Row, TrackRef};
use crate::model::collate::Collation;
use crate::model::contain::contain;
use crate::model::facts::Facts;
use crate::model::id::TrackId;
use crate::model::listening::Stats;
use crate::model::musicbrainz::Candidate;
use crate::model::query::Query;
use crate::model::query::search::search;
use crate::model::similar::Resembling;
use crate::model::snapshot::Snapshot;
use crate::model::sort::{Sort, sort_by};
use crate::model::tally::Tally;
use crate::model::template::Templates;
use crate::model::weights::Aspect;

/// Bytes of a page: well below the longest line.
const PAGE_BYTES: usize = 256 * 1024;

/// A question.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Tell {
    Search(Search),
    /// What is in the queue, counted.
    QueueStats,
    /// The queue as text to be edited, behind so many bytes.
    QueueText(usize),
    /// What was listened to in a period: `week`, `month`, `year`, `all`.
    Stats(String),
    /// The queue templates that have these words.
    Templates(String),
    Similar(SimilarAsked),
    /// The words of what plays; with their times where these are known.
    Lyrics,
    /// Releases of MusicBrainz that these files may be, else what plays.
    Lookup(Vec<JsonPath>),
    /// How a track sounds; of `words` only the number of a track is understood.
    Portrait(SimilarAsked),
}

/// Which tracks match.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Search {
    pub query: String,
    /// Columns, as `auralis search --sort` has them; none: the best first.
    pub sort: Vec<String>,
    /// Those behind so many, as many as fit into a line.
    pub from: usize,
}

/// The answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Telling {
    Search(FoundPage),
    QueueStats(Box<Tally>),
    QueueText(TextPage),
    Stats(Box<Stats>),
    Templates(Vec<TemplateLine>),
    Similar(Vec<SimilarLine>),
    Portrait(Box<PortraitLine>),
    Lyrics(Box<LyricsLine>),
    Lookup(Vec<Candidate>),
}

/// What sounds like these: paths together, else words, else what plays.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct SimilarAsked {
    /// A title, or a query.
    pub words: String,
    /// Absolute.
    pub paths: Vec<JsonPath>,
}

/// A track that sounds like something, as others are told it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct SimilarLine {
    /// Counted from 1.
    pub rank: usize,
    pub id: u32,
    #[serde(flatten)]
    pub path: JsonPath,
    pub title: String,
    pub artists: Vec<String>,
    pub distance: f32,
    /// Percent of the library's pairs that are further apart.
    pub percentile: f32,
    pub why: Vec<Reason>,
}

/// A share of the square of the distance.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Reason {
    /// A number of the fingerprint, or `timbre`.
    pub dimension: String,
    pub share: f32,
}

impl SimilarLine {
    fn found(&self) -> Resembling {
        let reason = |reason: &Reason| Some((Aspect::named(&reason.dimension)?, reason.share));
        Resembling {
            track: TrackId(self.id),
            distance: self.distance,
            score: self.percentile / 100.0,
            why: self.why.iter().filter_map(reason).collect(),
        }
    }

    /// See [`Resembling::words`].
    pub fn words(&self) -> String {
        self.found().words()
    }

    /// See [`Resembling::percent`].
    pub fn shown_percent(&self) -> f32 {
        self.found().percent()
    }
}

/// Nearest first.
pub fn similar(found: &[Resembling], catalog: &Catalog) -> Vec<SimilarLine> {
    let line = |(at, found): (usize, &Resembling)| {
        let track = catalog.find(found.track)?;
        let reason =
            |(aspect, share): &(Aspect, f32)| Reason { dimension: aspect.name().into(), share: *share };
        Some(SimilarLine {
            rank: at + 1,
            id: found.track.0,
            path: JsonPath::new(&without_user(&track.path())),
            title: track.title().to_owned(),
            artists: track.artists().map(str::to_owned).collect(),
            distance: found.distance,
            percentile: found.score * 100.0,
            why: found.why.iter().map(reason).collect(),
        })
    };
    found.iter().enumerate().filter_map(line).collect()
}

/// A queue template as others are told it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct TemplateLine {
    pub name: String,
    pub note: String,
    pub tags: Vec<String>,
    pub favourite: bool,
    pub entries: usize,
    /// `off`, `one`, `all`, `album`.
    pub repeat: String,
    pub shuffled: bool,
    pub loads: u32,
    /// Seconds since the Unix epoch; `null`: never.
    pub loaded_s: Option<i64>,
    pub made_s: i64,
    pub changed_s: i64,
}

/// Those that have the words, favourites first.
pub fn templates(all: &Templates, words: &str) -> Vec<TemplateLine> {
    let found = all.shown().into_iter().filter(|template| template.fits(words));
    let line = |template: &std::sync::Arc<crate::model::template::Template>| TemplateLine {
        name: template.name.as_str().to_owned(),
        note: template.note.clone(),
        tags: template.tags.clone(),
        favourite: template.favourite,
        entries: template.items.len(),
        repeat: template.repeat.name().to_owned(),
        shuffled: template.shuffle.is_some(),
        loads: template.usage.loads,
        loaded_s: template.usage.last_s,
        made_s: template.made_s,
        changed_s: template.changed_s,
    };
    found.map(line).collect()
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct FoundPage {
    /// Tracks in the library, and of them those that match.
    pub library: usize,
    pub total: usize,
    pub page: Vec<TrackLine>,
}

/// A piece of a longer text.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct TextPage {
    pub bytes: usize,
    pub text: String,
}

/// A track as others are told it. Keys are fixed; more may be added.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct TrackLine {
    pub id: u32,
    #[serde(flatten)]
    pub path: JsonPath,
    pub title: String,
    pub artists: Vec<String>,
    pub album: Option<String>,
    pub album_artists: Vec<String>,
    pub genres: Vec<String>,
    pub year: Option<u16>,
    pub track: Option<u16>,
    pub disc: Option<u16>,
    pub duration_s: Option<f64>,
    pub codec: String,
    pub score: f32,
}

impl TrackLine {
    pub fn new(track: TrackRef<'_>, score: f32) -> Self {
        let texts = |texts: &mut dyn Iterator<Item = &str>| texts.map(str::to_owned).collect();
        Self {
            id: track.id().0,
            path: JsonPath::new(&without_user(&track.path())),
            title: track.title().to_owned(),
            artists: texts(&mut track.artists()),
            album: Some(track.album_title().to_owned()).filter(|title| !title.is_empty()),
            album_artists: texts(&mut track.album_artists()),
            genres: texts(&mut track.genres()),
            year: track.year(),
            track: track.track_number(),
            disc: track.disc_number(),
            duration_s: track.duration().map(|time| time.as_secs_f64()),
            codec: track.format().codec.name().to_owned(),
            score,
        }
    }

    pub fn time(&self) -> Option<Duration> {
        self.duration_s.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
    }

    /// In a line, at most about.
    fn bytes(&self) -> usize {
        let lists = [&self.artists, &self.album_artists, &self.genres];
        let lists = lists.into_iter().flatten().map(|text| text.len() + 4).sum::<usize>();
        400 + 2
            * (self.path.path.len() + self.title.len() + lists + self.album.as_ref().map_or(0, String::len))
    }
}

/// The best first, else in the order asked for.
pub fn find(
    catalog: &Catalog,
    facts: &Facts,
    collation: &Collation,
    query: &Query,
    sorts: &[Sort],
) -> Vec<(Row, f32)> {
    let mut found = search(catalog, query, facts, now_s());
    if sorts.is_empty() {
        return found;
    }
    found.sort_unstable_by_key(|&(row, _)| row);
    let scores = found;
    let mut rows: Vec<Row> = scores.iter().map(|&(row, _)| row).collect();
    sort_by(sorts, &mut rows, catalog, facts, collation);
    let score = |row| scores.binary_search_by_key(&row, |&(row, _)| row).map_or(0.0, |at| scores[at].1);
    rows.into_iter().map(|row| (row, score(row))).collect()
}

/// Seconds since the Unix epoch.
fn now_s() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| i64::try_from(since.as_secs()).unwrap_or(i64::MAX))
}

/// A question under way, and the snapshot that it is about.
pub(super) struct Asked {
    pub link: u64,
    pub id: Option<u64>,
    pub tell: Tell,
    pub snapshot: Arc<Snapshot>,
}

/// The thread's whole life: until nobody can ask any more.
pub(super) fn run(
    questions: &Receiver<Asked>,
    collation: &Collation,
    answer: impl Fn(u64, Option<u64>, Result<Telling, Fault>),
) {
    let mut desk = Desk { collation, last: None };
    while let Ok(Asked { link, id, tell, snapshot }) = questions.recv() {
        // Words of others must not end it.
        let told = contain(|| desk.tell(&tell, &snapshot));
        answer(link, id, told.unwrap_or_else(|words| Err(Fault::usage(format!("that went wrong: {words}")))));
    }
}

/// A search of which a page was told, for its next page.
struct Last {
    catalog: Arc<Catalog>,
    search: Search,
    found: Vec<(Row, f32)>,
}

struct Desk<'a> {
    collation: &'a Collation,
    last: Option<Last>,
}

impl Desk<'_> {
    fn tell(&mut self, tell: &Tell, snapshot: &Snapshot) -> Result<Telling, Fault> {
        match tell {
            Tell::Search(asked) => self.search(asked, snapshot).map(Telling::Search),
            Tell::QueueStats => {
                let tally = Tally::new(&snapshot.queue, &snapshot.catalog, &snapshot.facts);
                Ok(Telling::QueueStats(Box::new(tally)))
            }
            Tell::QueueText(from) => {
                let text = crate::model::queue_text::write(&snapshot.queue, &snapshot.catalog);
                Ok(Telling::QueueText(text_page(&text, *from)))
            }
            Tell::Templates(words) => Ok(Telling::Templates(templates(&snapshot.templates, words))),
            // Only the core can tell.
            Tell::Similar(_) | Tell::Portrait(_) => {
                Err(Fault::usage("how tracks sound is not asked for here"))
            }
            Tell::Lyrics | Tell::Lookup(_) => Err(Fault::usage("words and releases are not asked for here")),
            Tell::Stats(_) => Err(Fault::usage("statistics are not asked for here")),
        }
    }

    fn search(&mut self, asked: &Search, snapshot: &Snapshot) -> Result<FoundPage, Fault> {
        let catalog = &snapshot.catalog;
        let whole = Search { from: 0, ..asked.clone() };
        let kept = self.last.take();
        let last = match kept.filter(|last| asked.from > 0 && last.search == whole) {
            Some(last) => last,
            None => {
                let mut query = Query::parse(&asked.query)
                    .map_err(|error| Fault::usage(format!("this is no query: {}", error.message)))?;
                let sorts: Result<Vec<Sort>, String> =
                    asked.sort.iter().map(|word| Sort::parse(word)).collect();
                let sorts = sorts.map_err(|why| Fault::usage(format!("the order {why}")))?;
                query.know(&snapshot.likes);
                if let Some(why) = snapshot.likes.problem(&query.likes()) {
                    return Err(Fault::new(FaultKind::Failed, why.to_owned()));
                }
                let found = find(catalog, &snapshot.facts, self.collation, &query, &sorts);
                Last { catalog: Arc::clone(catalog), search: whole, found }
            }
        };
        let page = page(&last, asked.from);
        let answer = FoundPage { library: last.catalog.len(), total: last.found.len(), page };
        if asked.from + answer.page.len() < last.found.len() {
            self.last = Some(last);
        }
        Ok(answer)
    }
}

fn page(last: &Last, from: usize) -> Vec<TrackLine> {
    let mut bytes = 0;
    let behind = last.found.iter().skip(from);
    let lines =
        behind.filter_map(|&(row, score)| last.catalog.track(row).map(|track| TrackLine::new(track, score)));
    let mut page = Vec::new();
    for line in lines {
        bytes += line.bytes();
        if bytes > PAGE_BYTES && !page.is_empty() {
            break;
        }
        page.push(line);
    }
    page
}

fn text_page(text: &str, from: usize) -> TextPage {
    let rest = text.get(from..).unwrap_or_default();
    let mut end = rest.len().min(PAGE_BYTES);
    while !rest.is_char_boundary(end) {
        end -= 1;
    }
    TextPage { bytes: text.len(), text: rest[..end].to_owned() }
}

/// The thread, started with the first question.
pub(super) fn spawn(
    collation: Arc<Collation>,
    answer: impl Fn(u64, Option<u64>, Result<Telling, Fault>) + Send + 'static,
) -> std::io::Result<Sender<Asked>> {
    let (sender, questions) = std::sync::mpsc::channel();
    let work = move || run(&questions, &collation, answer);
    std::thread::Builder::new().name("remote-tell".into()).spawn(work)?;
    Ok(sender)
}
