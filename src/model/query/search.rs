//! Searching a whole catalog: each pattern is looked for once in every text, then each row asks what was found. Gives the
//! rows for which [`Query::matches`] holds; where there are none, those that nearly do.

use super::Query;
use super::expr::{Expr, Folded, Pattern, Test};
use super::field::TextField;
use super::near::Near;
use super::spread::spread;
use super::texts::{Bits, Texts};
use crate::model::catalog::{Catalog, ListId, Row, TextId, TrackRef, TrackRow};
use crate::model::facts::Facts;

/// A thread of its own is worth so many rows.
const LEAST: usize = 1 << 16;

/// What was found.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Found {
    /// In album order.
    pub rows: Vec<Row>,
    /// Nothing is as it was asked for; these are where the bare words that occur nowhere were slips of the keys.
    pub similar: bool,
}

/// The tracks that `query` asks for, or nearly, best first, with a score in 0 to 1: for one question. `now_s`: seconds
/// since the Unix epoch.
pub fn search(catalog: &Catalog, query: &Query, facts: &Facts, now_s: i64) -> Vec<(Row, f32)> {
    let mut searcher = Searcher::new(catalog);
    let found = searcher.find(catalog, query, facts, now_s);
    searcher.rank(catalog, query, &found)
}

/// Words, and the texts that they are in.
type Seen = Vec<(String, Bits)>;

/// The folded texts of one catalog, and what the last question found in them. Ask it of that catalog only.
#[derive(Debug, Clone, Default)]
pub struct Searcher {
    texts: Texts,
    /// Words of the last question: a word that grows by a letter is looked for where it was.
    seen: Seen,
    /// The words of the last question that nothing had, and what nearly did.
    nearly: Seen,
    /// The last question, where it was of words only, and its rows: more words are looked for among them.
    last: Option<(Vec<String>, Vec<Row>)>,
}

impl Searcher {
    pub fn new(catalog: &Catalog) -> Self {
        Self { texts: Texts::new(catalog), ..Self::default() }
    }

    /// Bytes that it takes in memory.
    pub fn bytes_held(&self) -> usize {
        self.texts.bytes_held()
    }

    /// `now_s`: seconds since the Unix epoch, for ages.
    pub fn find(&mut self, catalog: &Catalog, query: &Query, facts: &Facts, now_s: i64) -> Found {
        let judge = Judge { catalog, facts, now_s };
        let words = words(&query.expr);
        let plan = self.plan(catalog, query, false);
        let last = self.last.take();
        let rows = match (&last, &words) {
            (Some((before, rows)), Some(words)) if narrows(before, words) => judge.of(&plan, rows),
            _ => judge.of_all(&plan),
        };
        self.last = words.map(|words| (words, rows.clone()));
        if !rows.is_empty() || !has_loose(query) {
            return Found { rows, similar: false };
        }
        let plan = self.plan(catalog, query, true);
        let rows = judge.of_all(&plan);
        Found { similar: !rows.is_empty(), rows }
    }

    /// What [`Searcher::find`] found, best first, each with a score above 0 and at most 1.
    pub fn rank(&self, catalog: &Catalog, query: &Query, found: &Found) -> Vec<(Row, f32)> {
        let mut words = Vec::new();
        positive(&query.expr, &mut |word| words.push((word, Near::new(&word.folded))));
        let score = |row| catalog.track(row).map_or(0.0, |track| self.score(&track, &words));
        let mut ranked: Vec<(Row, f32)> = found.rows.iter().map(|&row| (row, score(row))).collect();
        // Stable: equal scores stay in album order.
        ranked.sort_by(|a, b| b.1.total_cmp(&a.1));
        ranked
    }

    fn plan<'a>(&mut self, catalog: &Catalog, query: &'a Query, near: bool) -> Plan<'a> {
        let before = std::mem::take(&mut self.seen);
        let near = near.then(|| (std::mem::take(&mut self.nearly), Seen::new()));
        let mut look = Look { texts: &self.texts, catalog, near, before, seen: Seen::new() };
        let plan = look.plan(&query.expr);
        self.seen = look.seen;
        if let Some((_, nearly)) = look.near {
            self.nearly = nearly;
        }
        plan
    }

    /// Mean over the words of how well each fits; 1 where none was asked for.
    fn score(&self, track: &TrackRef<'_>, words: &[(&Folded, Option<Near>)]) -> f32 {
        if words.is_empty() {
            return 1.0;
        }
        let total: f32 = words.iter().map(|(word, near)| self.word_score(track, word, near.as_ref())).sum();
        total / words.len() as f32
    }

    /// The best place of a word: the field's weight times the fit.
    fn word_score(&self, track: &TrackRef<'_>, word: &Folded, near: Option<&Near>) -> f32 {
        let (raw, catalog) = (track.raw(), track.catalog());
        let album = track.album();
        let lists = [(0.95, raw.artists), (0.7, album.map_or(ListId::EMPTY, |album| album.artists))];
        let lists = lists.into_iter().chain([(0.5, raw.genres), (0.6, raw.composers)]);
        let of_lists =
            lists.flat_map(|(weight, list)| catalog.list_ids(list).iter().map(move |&id| (weight, id)));
        let own =
            [(1.0, raw.title), (0.7, album.map_or(TextId::EMPTY, |album| album.title)), (0.4, raw.name)];
        let worth =
            |(weight, id)| weight * self.texts.get(id).map_or(0.0, |text| worth(text, &word.folded, near));
        own.into_iter().chain(of_lists).map(worth).fold(f32::MIN_POSITIVE, f32::max)
    }
}

/// How well a word fits a text: all of it, its beginning, a word's beginning, inside a word, nearly, not at all.
fn worth(text: &str, word: &str, near: Option<&Near>) -> f32 {
    if text == word {
        return 1.0;
    }
    if text.starts_with(word) {
        return 0.9;
    }
    let inside = |(at, _): (usize, &str)| text[..at].chars().next_back().is_some_and(char::is_alphanumeric);
    let mut places = text.match_indices(word).map(inside).peekable();
    if places.peek().is_some() {
        return if places.all(|inside| inside) { 0.4 } else { 0.7 };
    }
    match near.and_then(|near| near.edits(text)) {
        Some(0 | 1) => 0.3,
        Some(_) => 0.2,
        None => 0.0,
    }
}

/// The words of a query that is nothing but words, all of which are wanted.
fn words(expr: &Expr) -> Option<Vec<String>> {
    match expr {
        Expr::All(parts) => parts.iter().map(words).collect::<Option<Vec<_>>>().map(|words| words.concat()),
        Expr::Test(Test::Any { pattern: Pattern::Has(word), .. }) => Some(vec![word.folded.clone()]),
        _ => None,
    }
}

/// Whether what has all of `words` has all of `before`.
fn narrows(before: &[String], words: &[String]) -> bool {
    before.iter().all(|old| words.iter().any(|word| word.contains(old)))
}

fn has_loose(query: &Query) -> bool {
    let mut loose = false;
    query.expr.each_test(&mut |test| loose |= matches!(test, Test::Any { loose: true, .. }));
    loose
}

/// The words that a track is the better for having.
fn positive<'a>(expr: &'a Expr, each: &mut impl FnMut(&'a Folded)) {
    match expr {
        Expr::All(parts) | Expr::One(parts) => parts.iter().for_each(|part| positive(part, each)),
        Expr::Test(Test::Any { pattern: Pattern::Has(word), .. }) => each(word),
        Expr::Not(_) | Expr::Test(_) => {}
    }
}

/// A query with what its patterns found.
enum Plan<'a> {
    All(Vec<Plan<'a>>),
    One(Vec<Plan<'a>>),
    Not(Box<Plan<'a>>),
    Any {
        texts: Bits,
        lists: Bits,
        albums: Bits,
    },
    Title(Bits),
    List(TextField, Bits),
    Album(Bits),
    /// What has it, and what ends and begins with its two sides of a slash.
    Path {
        texts: Bits,
        across: Option<(Bits, Bits)>,
    },
    /// No text of its own is long: looked at row by row.
    ByRow(&'a Expr),
}

/// Makes plans.
struct Look<'s> {
    texts: &'s Texts,
    catalog: &'s Catalog,
    /// Where slips of the keys are looked for: what nearly had the words of the last question, and of this one.
    near: Option<(Seen, Seen)>,
    before: Seen,
    seen: Seen,
}

impl Look<'_> {
    fn plan<'a>(&mut self, expr: &'a Expr) -> Plan<'a> {
        match expr {
            Expr::All(parts) => Plan::All(parts.iter().map(|part| self.plan(part)).collect()),
            Expr::One(parts) => Plan::One(parts.iter().map(|part| self.plan(part)).collect()),
            Expr::Not(inner) => Plan::Not(Box::new(self.plan(inner))),
            Expr::Test(Test::Any { pattern, loose }) => self.any(pattern, *loose),
            Expr::Test(Test::Text(field, pattern)) => self.text(expr, *field, pattern),
            Expr::Test(_) => Plan::ByRow(expr),
        }
    }

    fn any<'a>(&mut self, pattern: &Pattern, loose: bool) -> Plan<'a> {
        let texts = match (self.fitting(pattern), pattern) {
            (none, Pattern::Has(word)) if loose && none.is_empty() => self.nearly(word).unwrap_or(none),
            (texts, _) => texts,
        };
        let lists = self.lists(|id| texts.has(id.0));
        let albums = self.albums(|title, artists| texts.has(title.0) || lists.has(artists.0));
        Plan::Any { texts, lists, albums }
    }

    fn text<'a>(&mut self, expr: &'a Expr, field: TextField, pattern: &Pattern) -> Plan<'a> {
        match (field, pattern) {
            (TextField::Codec, _) | (TextField::Path, Pattern::Is(_) | Pattern::Regex(_)) => {
                return Plan::ByRow(expr);
            }
            (TextField::Path, Pattern::Has(words)) => return self.path(words),
            _ => {}
        }
        let none = matches!(pattern, Pattern::Is(words) if words.text.is_empty());
        let texts = if none { Bits::default() } else { self.fitting(pattern) };
        match field {
            TextField::Title => Plan::Title(texts),
            TextField::Album => {
                Plan::Album(self.albums(|title, _| texts.has(title.0) || none && title == TextId::EMPTY))
            }
            TextField::AlbumArtist => {
                let lists = if none { self.empty_lists() } else { self.lists(|id| texts.has(id.0)) };
                Plan::Album(self.albums(|_, artists| lists.has(artists.0)))
            }
            _ if none => Plan::List(field, self.empty_lists()),
            _ => Plan::List(field, self.lists(|id| texts.has(id.0))),
        }
    }

    /// What lies in the folder, in the name, or across the slash between them.
    fn path<'a>(&mut self, words: &Folded) -> Plan<'a> {
        let whole = self.fitting(&Pattern::Has(words.clone()));
        let across = words.folded.rsplit_once('/').map(|(folder, name)| {
            let ends = self.texts.with_edges(folder.as_bytes(), false, true);
            (ends, self.texts.with_edges(name.as_bytes(), true, false))
        });
        Plan::Path { texts: whole, across }
    }

    /// `None` where slips are not looked for.
    fn nearly(&mut self, word: &Folded) -> Option<Bits> {
        let (before, seen) = self.near.as_mut()?;
        let same = before.iter().find(|(known, _)| *known == word.folded);
        let found = same.map_or_else(|| self.texts.nearly(word), |(_, found)| found.clone());
        seen.push((word.folded.clone(), found.clone()));
        Some(found)
    }

    fn fitting(&mut self, pattern: &Pattern) -> Bits {
        let Pattern::Has(words) = pattern else { return self.texts.fitting(self.catalog, pattern, None) };
        let shorter = |(word, _): &&(String, Bits)| !word.is_empty() && words.folded.contains(word.as_str());
        let within = self.before.iter().filter(shorter).max_by_key(|(word, _)| word.len());
        let found = match within {
            Some((same, found)) if *same == words.folded => found.clone(),
            within => self.texts.fitting(self.catalog, pattern, within.map(|(_, found)| found)),
        };
        self.seen.push((words.folded.clone(), found.clone()));
        found
    }

    fn lists(&self, has: impl Fn(TextId) -> bool) -> Bits {
        self.some_lists(|ids| ids.iter().any(|&id| has(id)))
    }

    fn empty_lists(&self) -> Bits {
        self.some_lists(|ids| ids.iter().all(|&id| id == TextId::EMPTY))
    }

    fn some_lists(&self, fits: impl Fn(&[TextId]) -> bool) -> Bits {
        let count = u32::try_from(self.catalog.list_count()).unwrap_or(u32::MAX);
        let mut found = Bits::new(self.catalog.list_count());
        (0..count).filter(|&list| fits(self.catalog.list_ids(ListId(list)))).for_each(|list| found.set(list));
        found
    }

    fn albums(&self, fits: impl Fn(TextId, ListId) -> bool) -> Bits {
        let mut found = Bits::new(self.catalog.albums().len());
        let albums = (0..).zip(self.catalog.albums());
        albums.filter(|(_, album)| fits(album.title, album.artists)).for_each(|(row, _)| found.set(row));
        found
    }
}

/// Asks a plan about rows.
struct Judge<'s> {
    catalog: &'s Catalog,
    facts: &'s Facts,
    now_s: i64,
}

impl Judge<'_> {
    fn of_all(&self, plan: &Plan<'_>) -> Vec<Row> {
        let tracks = self.catalog.track_rows();
        let parts = spread(tracks.len(), LEAST, 1, |part| -> Vec<Row> {
            let first = Row::try_from(part.start).unwrap_or(Row::MAX);
            let rows = (first..).zip(&tracks[part]);
            rows.filter(|(row, track)| self.fits(plan, *row, track)).map(|(row, _)| row).collect()
        });
        parts.concat()
    }

    fn of(&self, plan: &Plan<'_>, rows: &[Row]) -> Vec<Row> {
        let tracks = self.catalog.track_rows();
        let fits = |&row: &Row| tracks.get(row as usize).is_some_and(|track| self.fits(plan, row, track));
        let parts = spread(rows.len(), LEAST, 1, |part| -> Vec<Row> {
            rows[part].iter().copied().filter(fits).collect()
        });
        parts.concat()
    }

    fn fits(&self, plan: &Plan<'_>, row: Row, track: &TrackRow) -> bool {
        match plan {
            Plan::All(parts) => parts.iter().all(|part| self.fits(part, row, track)),
            Plan::One(parts) => parts.iter().any(|part| self.fits(part, row, track)),
            Plan::Not(inner) => !self.fits(inner, row, track),
            Plan::Any { texts, lists, albums } => {
                // All at once: to guess which of them decides takes longer than to look at each.
                albums.has(track.album)
                    | texts.has(track.title.0)
                    | lists.has(track.artists.0)
                    | texts.has(track.name.0)
                    | lists.has(track.genres.0)
                    | lists.has(track.composers.0)
            }
            Plan::Title(texts) => {
                texts.has(if track.title == TextId::EMPTY { track.name.0 } else { track.title.0 })
            }
            Plan::List(TextField::Artist, lists) => lists.has(track.artists.0),
            Plan::List(TextField::Genre, lists) => lists.has(track.genres.0),
            Plan::List(_, lists) => lists.has(track.composers.0),
            Plan::Album(albums) => albums.has(track.album),
            Plan::Path { texts, across } => {
                let joint =
                    |(ends, starts): &(Bits, Bits)| ends.has(track.folder.0) && starts.has(track.name.0);
                texts.has(track.folder.0) || texts.has(track.name.0) || across.as_ref().is_some_and(joint)
            }
            Plan::ByRow(expr) => {
                let Some(track) = self.catalog.track(row) else { return false };
                expr.fits(&track, &self.facts.get(track.id()), self.now_s)
            }
        }
    }
}
