//! Finding tracks by plain words: every word must occur somewhere in a track's texts, case and diacritics folded.
//! Pure; the screen's live filter and `library::search` call it, each on its own thread.

use super::catalog::{Catalog, ListId, Row, TextId, TrackRow};
use super::fold::{fold, fold_into};

/// Words asked for, folded.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Query {
    words: Vec<String>,
}

impl Query {
    /// Most words that are looked at; more are ignored.
    const MAX_WORDS: usize = 32;

    pub fn parse(text: &str) -> Self {
        let folded = fold(text);
        let words = folded.split_whitespace().take(Self::MAX_WORDS).map(str::to_owned).collect();
        Self { words }
    }

    /// An empty query matches everything.
    pub fn is_empty(&self) -> bool {
        self.words.is_empty()
    }
}

/// How well a word fits a text; larger is better, 0 is not at all.
type Fit = u8;
const INSIDE: Fit = 1;
const WORD_START: Fit = 2;
const TEXT_START: Fit = 3;
const WHOLE: Fit = 4;

/// All searchable texts of one catalog, folded once, end to end with a line feed after each.
#[derive(Debug, Clone, Default)]
pub struct FilterIndex {
    folded: String,
    /// Start of each text that is not empty, ascending, with its id.
    starts: Vec<(u32, TextId)>,
    texts: usize,
}

impl FilterIndex {
    /// Folds titles, artists, albums, album artists, genres and file names of `catalog`.
    pub fn build(catalog: &Catalog) -> Self {
        let mut index = Self { texts: catalog.text_count(), ..Self::default() };
        for id in searchable(catalog) {
            let Ok(start) = u32::try_from(index.folded.len()) else { break };
            fold_into(catalog.text(id), &mut index.folded);
            index.starts.push((start, id));
            index.folded.push('\n');
        }
        index
    }

    /// The rows that match, in album order.
    pub fn rows(&self, catalog: &Catalog, query: &Query) -> Vec<Row> {
        let fits = self.fits(catalog, query);
        catalog
            .tracks()
            .filter(|track| fits.iter().all(|fit| fit.matches(catalog, track.raw())))
            .map(|track| track.row())
            .collect()
    }

    /// The rows that match, best first, at most `limit`, each with a score above 0 and at most 1.
    pub fn ranked(&self, catalog: &Catalog, query: &Query, limit: usize) -> Vec<(Row, f32)> {
        let fits = self.fits(catalog, query);
        let mut found: Vec<(Row, f32)> = catalog
            .tracks()
            .filter_map(|track| Some((track.row(), score(&fits, catalog, track.raw())?)))
            .collect();
        // Stable: equal scores stay in album order.
        found.sort_by(|a, b| b.1.total_cmp(&a.1));
        found.truncate(limit);
        found
    }

    fn fits(&self, catalog: &Catalog, query: &Query) -> Vec<WordFit> {
        query.words.iter().map(|word| WordFit::new(self, catalog, word)).collect()
    }

    /// How well `word` fits each text, by text id.
    fn fit_texts(&self, word: &str) -> Vec<Fit> {
        let mut fits = vec![0; self.texts];
        let mut at = 0;
        for (position, _) in self.folded.match_indices(word) {
            while self.starts.get(at + 1).is_some_and(|&(start, _)| start as usize <= position) {
                at += 1;
            }
            let Some(&(start, id)) = self.starts.get(at) else { break };
            let fit = self.fit_at(start as usize, position, word.len());
            if let Some(best) = fits.get_mut(id.0 as usize) {
                *best = fit.max(*best);
            }
        }
        fits
    }

    fn fit_at(&self, start: usize, position: usize, len: usize) -> Fit {
        if position == start {
            let whole = self.folded.as_bytes().get(position + len) == Some(&b'\n');
            return if whole { WHOLE } else { TEXT_START };
        }
        let before = self.folded[start..position].chars().next_back();
        if before.is_some_and(char::is_alphanumeric) { INSIDE } else { WORD_START }
    }
}

/// Every text that is searched, once, in the order of ids.
fn searchable(catalog: &Catalog) -> impl Iterator<Item = TextId> {
    let mut used = vec![false; catalog.text_count()];
    let mut mark = |id: TextId| {
        if let Some(slot) = used.get_mut(id.0 as usize) {
            *slot = id != TextId::EMPTY;
        }
    };
    for track in catalog.tracks().map(|track| track.raw()) {
        mark(track.title);
        mark(track.name);
        for list in [track.artists, track.genres] {
            catalog.list_ids(list).iter().copied().for_each(&mut mark);
        }
    }
    for album in catalog.albums() {
        mark(album.title);
        catalog.list_ids(album.artists).iter().copied().for_each(&mut mark);
    }
    (0..).zip(used).filter(|&(_, used)| used).map(|(id, _)| TextId(id))
}

/// One word against one catalog.
struct WordFit {
    texts: Vec<Fit>,
    /// Best of each album's title and artists.
    albums: Vec<Fit>,
}

impl WordFit {
    fn new(index: &FilterIndex, catalog: &Catalog, word: &str) -> Self {
        let mut fit = Self { texts: index.fit_texts(word), albums: Vec::new() };
        let of_album =
            |album: &super::catalog::AlbumEntry| fit.text(album.title).max(fit.list(catalog, album.artists));
        fit.albums = catalog.albums().iter().map(of_album).collect();
        fit
    }

    fn text(&self, id: TextId) -> Fit {
        self.texts.get(id.0 as usize).copied().unwrap_or(0)
    }

    fn list(&self, catalog: &Catalog, list: ListId) -> Fit {
        catalog.list_ids(list).iter().map(|&id| self.text(id)).max().unwrap_or(0)
    }

    fn album(&self, track: &TrackRow) -> Fit {
        self.albums.get(track.album as usize).copied().unwrap_or(0)
    }

    fn matches(&self, catalog: &Catalog, track: &TrackRow) -> bool {
        self.text(track.title) > 0
            || self.album(track) > 0
            || self.text(track.name) > 0
            || self.list(catalog, track.artists) > 0
            || self.list(catalog, track.genres) > 0
    }

    /// 0 where the word does not occur, else its best place: the field's weight times the fit.
    fn score(&self, catalog: &Catalog, track: &TrackRow) -> f32 {
        let fields = [
            (1.0, self.text(track.title)),
            (0.95, self.list(catalog, track.artists)),
            (0.7, self.album(track)),
            (0.5, self.list(catalog, track.genres)),
            (0.4, self.text(track.name)),
        ];
        fields.into_iter().map(|(weight, fit)| weight * worth(fit)).fold(0.0, f32::max)
    }
}

fn worth(fit: Fit) -> f32 {
    match fit {
        0 => 0.0,
        INSIDE => 0.4,
        WORD_START => 0.7,
        TEXT_START => 0.9,
        _ => 1.0,
    }
}

/// Mean over the words; `None` where one does not occur.
fn score(fits: &[WordFit], catalog: &Catalog, track: &TrackRow) -> Option<f32> {
    if fits.is_empty() {
        return Some(1.0);
    }
    let mut total = 0.0;
    for fit in fits {
        let score = fit.score(catalog, track);
        if score == 0.0 {
            return None;
        }
        total += score;
    }
    Some(total / fits.len() as f32)
}
