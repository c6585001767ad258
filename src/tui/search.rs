//! `/`: where in a list the rows are that a query asks for. Tracks fit as the query says of them; an artist and an album
//! by their own names where it is of words alone, else where such a track is behind them. Found on the screen's filter
//! worker, which keeps what it found last.

use std::ops::Range;
use std::sync::Arc;

use super::groups::Groups;
use super::matches::{Matches, Order};
use super::rows::Rows;
use super::text;
use super::update::FilterQuestion;
use crate::model::catalog::{Catalog, Row};
use crate::model::collate::Collation;
use crate::model::facts::Facts;
use crate::model::grouping::Hierarchy;
use crate::model::playlist::view::View;
use crate::model::playlist::{Kind, Playlist};
use crate::model::query::Query;
use crate::model::query::search::Searcher;
use crate::model::snapshot::QueueItem;
use crate::model::sort::Sort;

/// The list that is searched. A column begins with so many rows that stand for all of it.
#[derive(Debug, Clone)]
pub enum Place {
    /// Artists, or what stands in their place.
    Artists(usize, Rows, Option<Arc<Groups>>),
    Albums(usize, Rows),
    Tracks(usize, Rows),
    /// The queue, and its places that are shown.
    Queue(Arc<Vec<QueueItem>>, Rows),
    Entries(Arc<View>, Arc<Playlist>),
}

impl Place {
    /// The same rows in the same places; cheap.
    pub fn is(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Artists(lead, rows, groups), Self::Artists(other_lead, others, other_groups)) => {
                let by = |groups: &Option<Arc<Groups>>| groups.as_ref().map(Arc::as_ptr);
                lead == other_lead && rows == others && by(groups) == by(other_groups)
            }
            (Self::Albums(lead, rows), Self::Albums(other_lead, others))
            | (Self::Tracks(lead, rows), Self::Tracks(other_lead, others)) => {
                lead == other_lead && rows == others
            }
            (Self::Queue(items, rows), Self::Queue(others, other_rows)) => {
                Arc::ptr_eq(items, others) && rows == other_rows
            }
            (Self::Entries(view, list), Self::Entries(other, others)) => {
                Arc::ptr_eq(view, other) && Arc::ptr_eq(list, others)
            }
            _ => false,
        }
    }

    /// A list of the same kind, whatever is in it.
    pub fn is_like(&self, other: &Self) -> bool {
        std::mem::discriminant(self) == std::mem::discriminant(other)
    }
}

/// What the worker is asked: the row that is so many steps from a row.
#[derive(Debug, Clone)]
pub struct Question {
    pub asked: u64,
    pub catalog: Arc<Catalog>,
    pub facts: Arc<Facts>,
    pub query: Query,
    pub place: Place,
    pub from: usize,
    pub steps: usize,
    pub back: bool,
    /// `from` itself is the first step where it fits.
    pub here: bool,
}

impl PartialEq for Question {
    fn eq(&self, other: &Self) -> bool {
        self.asked == other.asked && self.query == other.query && self.place.is(&other.place)
    }
}

/// What the worker keeps between questions.
#[derive(Default)]
pub struct Finder {
    searcher: Option<(Arc<Catalog>, Searcher)>,
    collation: Collation,
    order: Option<Ordered>,
    grouped: Option<(Arc<Catalog>, Arc<Groups>)>,
    last: Option<(Question, Vec<u32>)>,
}

/// The last order of tracks, and what it is of.
struct Ordered {
    catalog: Arc<Catalog>,
    facts: Arc<Facts>,
    sorts: Vec<Sort>,
    order: Order,
}

impl Finder {
    pub fn new(collation: Collation) -> Self {
        Self { collation, ..Self::default() }
    }

    /// What a filter leaves, in the order asked for.
    pub fn filter(&mut self, question: &FilterQuestion, now_s: i64) -> Matches {
        let FilterQuestion { catalog, facts, query, likes, sorts, by, .. } = question;
        let mut query = query.clone();
        query.know(likes);
        let matches = self.matches(catalog, &query, facts, now_s);
        let matches = match *by == Hierarchy::default() {
            true => matches,
            false => matches.in_groups(&self.groups(by, catalog)),
        };
        if sorts.is_empty() {
            self.order = None;
            return matches;
        }
        let asks_facts = sorts.iter().any(|sort| sort.asks_facts());
        let kept = self.order.take().filter(|kept| {
            kept.sorts == *sorts
                && Arc::ptr_eq(&kept.catalog, catalog)
                && (!asks_facts || Arc::ptr_eq(&kept.facts, facts))
        });
        let ordered = kept.unwrap_or_else(|| Ordered {
            catalog: Arc::clone(catalog),
            facts: Arc::clone(facts),
            sorts: sorts.clone(),
            order: Order::new(sorts, catalog, facts, &self.collation),
        });
        let matches = matches.in_order(&ordered.order);
        self.order = Some(ordered);
        matches
    }

    fn groups(&mut self, by: &Hierarchy, catalog: &Arc<Catalog>) -> Arc<Groups> {
        let kept = self.grouped.take().filter(|(of, groups)| groups.by == *by && Arc::ptr_eq(of, catalog));
        let groups = kept.map(|(_, groups)| groups);
        let groups = groups.unwrap_or_else(|| Arc::new(Groups::new(by, catalog, &self.collation)));
        self.grouped = Some((Arc::clone(catalog), Arc::clone(&groups)));
        groups
    }

    fn matches(&mut self, catalog: &Arc<Catalog>, query: &Query, facts: &Facts, now_s: i64) -> Matches {
        let of_it = self.searcher.take().filter(|(of, _)| Arc::ptr_eq(of, catalog));
        let (_, mut searcher) = of_it.unwrap_or_else(|| (Arc::clone(catalog), Searcher::new(catalog)));
        let matches = Matches::find(&mut searcher, catalog, query, facts, now_s);
        self.searcher = Some((Arc::clone(catalog), searcher));
        matches
    }

    /// The row to go to, if any fits. `now_s`: seconds since the Unix epoch.
    pub fn find(&mut self, question: &Question, now_s: i64) -> Option<usize> {
        let found = match self.last.take() {
            Some((last, found)) if is_answered_by(question, &last) => found,
            _ => self.places(question, now_s),
        };
        let to = step(&found, question);
        self.last = Some((question.clone(), found));
        to
    }

    /// Every row of the list that fits, ascending.
    pub fn places(&mut self, question: &Question, now_s: i64) -> Vec<u32> {
        let Question { catalog, query, facts, .. } = question;
        let words = query.is_words();
        match &question.place {
            Place::Artists(lead, rows, Some(groups)) if words => {
                chosen(*lead, rows, |row| groups.name(row).is_some_and(|name| query.fits_texts([name])))
            }
            Place::Artists(lead, rows, None) if words => chosen(*lead, rows, |row| {
                let artist = catalog.artists().get(row as usize);
                artist.is_some_and(|artist| query.fits_texts([catalog.text(artist.name)]))
            }),
            Place::Albums(lead, rows) if words => chosen(*lead, rows, |row| {
                let album = catalog.album(row);
                album.is_some_and(|album| {
                    query.fits_texts(
                        std::iter::once(catalog.text(album.title)).chain(catalog.list(album.artists)),
                    )
                })
            }),
            place => {
                let matches = self.matches(catalog, query, facts, now_s);
                among(place, &matches, question)
            }
        }
    }
}

fn is_answered_by(question: &Question, last: &Question) -> bool {
    question.query == last.query
        && question.place.is(&last.place)
        && Arc::ptr_eq(&question.catalog, &last.catalog)
        && (Arc::ptr_eq(&question.facts, &last.facts) || !question.query.asks_facts())
        && question.query.likes().is_empty()
}

fn chosen(lead: usize, rows: &Rows, fits: impl Fn(Row) -> bool) -> Vec<u32> {
    let places = (lead..).zip(rows.iter()).filter(|&(_, row)| fits(row));
    places.filter_map(|(at, _)| u32::try_from(at).ok()).collect()
}

/// The places of a list whose tracks match, or lie behind them.
fn among(place: &Place, matches: &Matches, question: &Question) -> Vec<u32> {
    let Question { catalog, query, .. } = question;
    match place {
        Place::Artists(lead, rows, Some(groups)) => {
            let found = Flags::new(groups.len(), groups.with_albums(&matches.albums));
            chosen(*lead, rows, |row| found.has(row))
        }
        Place::Artists(lead, rows, None) => {
            let found = Flags::new(catalog.artists().len(), matches.artists.iter().copied());
            chosen(*lead, rows, |row| found.has(row))
        }
        Place::Albums(lead, rows) => {
            let found = Flags::new(catalog.albums().len(), matches.albums.iter().copied());
            chosen(*lead, rows, |row| found.has(row))
        }
        Place::Tracks(lead, rows) => {
            let found = Flags::new(catalog.len(), matches.rows.iter().copied());
            chosen(*lead, rows, |row| found.has(row))
        }
        Place::Queue(items, rows) => {
            let found = Flags::tracks(catalog, matches);
            chosen(0, rows, |at| match items.get(at as usize) {
                Some(QueueItem { track: Some(id), .. }) if catalog.find(*id).is_some() => found.has(id.0),
                Some(item) => query.fits_texts([text::file_name(&item.path).as_ref()]),
                None => false,
            })
        }
        Place::Entries(view, list) => entries(view, list, &Flags::tracks(catalog, matches), question),
    }
}

/// Entries that are in the library as tracks; notes and what is not there by their words.
fn entries(view: &View, list: &Playlist, found: &Flags, question: &Question) -> Vec<u32> {
    let Question { catalog, query, .. } = question;
    match &list.kind {
        Kind::Smart(_) => {
            let tracks = view.found.get(&list.id).map_or(&[][..], |found| &found.tracks);
            numbers(0..tracks.len(), |at| found.has(tracks[at].0))
        }
        Kind::Manual(entries) => numbers(0..entries.len(), |at| {
            let entry = &entries[at];
            let note = entry.note.as_deref().unwrap_or_default();
            let track = entry.find(catalog);
            if track.is_some_and(|track| found.has(track.id().0)) {
                return true;
            }
            let told = [entry.title(catalog), entry.artist(catalog), entry.album(catalog)];
            query.fits_texts(told.iter().map(String::as_str).chain([note]))
        }),
    }
}

fn numbers(all: Range<usize>, fits: impl Fn(usize) -> bool) -> Vec<u32> {
    all.filter(|&at| fits(at)).filter_map(|at| u32::try_from(at).ok()).collect()
}

/// A yes or no for each number.
struct Flags(Vec<bool>);

impl Flags {
    fn new(len: usize, set: impl IntoIterator<Item = u32>) -> Self {
        let mut flags = vec![false; len];
        for at in set {
            if let Some(flag) = flags.get_mut(at as usize) {
                *flag = true;
            }
        }
        Self(flags)
    }

    /// By the ids of tracks: a queue of a million looks nothing up.
    fn tracks(catalog: &Catalog, matches: &Matches) -> Self {
        let tracks = catalog.track_rows();
        let ids = matches.rows.iter().filter_map(|&row| tracks.get(row as usize)).map(|track| track.id.0);
        let most = ids.clone().max().map_or(0, |most| most as usize + 1);
        Self::new(most, ids)
    }

    fn has(&self, at: u32) -> bool {
        self.0.get(at as usize).copied().unwrap_or(false)
    }
}

/// Round the end, as often as it takes.
fn step(found: &[u32], question: &Question) -> Option<usize> {
    let Question { from, steps, back, here, .. } = *question;
    let from = u32::try_from(from).unwrap_or(u32::MAX);
    let steps = i64::try_from(steps).ok()?;
    let len = i64::try_from(found.len()).ok().filter(|&len| len > 0)?;
    let before = if here == back {
        found.partition_point(|&at| at <= from)
    } else {
        found.partition_point(|&at| at < from)
    };
    let before = i64::try_from(before).ok()?;
    let at = if back { before - steps } else { before + steps - 1 };
    let at = usize::try_from(at.rem_euclid(len)).ok()?;
    found.get(at).map(|&at| at as usize)
}
