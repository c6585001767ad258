//! What a live filter leaves of a catalog: the rows that match, their albums, their artists. Computed on the screen's
//! filter worker, shared by `Arc` with the ui thread.

use std::ops::Range;
use std::sync::Arc;

use super::groups::Groups;
use super::rows::Rows;
use crate::model::catalog::{AlbumRow, Catalog, Row};
use crate::model::collate::Collation;
use crate::model::facts::Facts;
use crate::model::query::Query;
use crate::model::query::search::{Found, Searcher};
use crate::model::sort::{Sort, sort_by};

#[derive(Debug, Clone, Default, PartialEq)]
pub struct Matches {
    /// All ascending.
    pub rows: Arc<Vec<u32>>,
    pub albums: Arc<Vec<u32>>,
    pub artists: Arc<Vec<u32>>,
    /// See [`Found::similar`].
    pub similar: bool,
    /// Where the tracks stand in an order of their own.
    pub sorted: Option<Sorted>,
    /// What `artists` are rows of, where not of the catalog's artists.
    pub groups: Option<Arc<Groups>>,
}

/// An order of tracks that is not the albums'.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Sorted {
    /// The rows that match, in that order.
    pub rows: Arc<Vec<u32>>,
    /// The place of each row of the catalog in it.
    pub ranks: Arc<Vec<u32>>,
}

impl Sorted {
    fn rank(&self, row: Row) -> u32 {
        self.ranks.get(row as usize).copied().unwrap_or(u32::MAX)
    }
}

/// An order of a whole catalog, and what it was made of.
#[derive(Debug, Clone, Default)]
pub struct Order {
    pub rows: Arc<Vec<u32>>,
    pub ranks: Arc<Vec<u32>>,
}

impl Order {
    pub fn new(sorts: &[Sort], catalog: &Catalog, facts: &Facts, collation: &Collation) -> Self {
        let mut rows: Vec<Row> = (0..u32::try_from(catalog.len()).unwrap_or(Row::MAX)).collect();
        sort_by(sorts, &mut rows, catalog, facts, collation);
        let mut ranks = vec![0; rows.len()];
        for (rank, &row) in (0..).zip(&rows) {
            ranks[row as usize] = rank;
        }
        Self { rows: Arc::new(rows), ranks: Arc::new(ranks) }
    }

    /// `found`: ascending.
    fn of(&self, found: &Arc<Vec<u32>>) -> Sorted {
        let rows = if found.len() == self.rows.len() {
            Arc::clone(&self.rows)
        } else {
            let mut rows = Vec::clone(found);
            rows.sort_unstable_by_key(|&row| self.ranks.get(row as usize).copied());
            Arc::new(rows)
        };
        Sorted { rows, ranks: Arc::clone(&self.ranks) }
    }
}

impl Matches {
    /// `searcher` is of `catalog`. `now_s`: seconds since the Unix epoch.
    pub fn find(
        searcher: &mut Searcher,
        catalog: &Catalog,
        query: &Query,
        facts: &Facts,
        now_s: i64,
    ) -> Self {
        let Found { rows, similar } = searcher.find(catalog, query, facts, now_s);
        // Rows are in album order, so their albums are too.
        let mut albums: Vec<u32> =
            rows.iter().filter_map(|&row| catalog.track(row)).map(|track| track.raw().album).collect();
        albums.dedup();
        let artists = (0..).zip(catalog.artists()).filter(|(_, artist)| {
            catalog.albums_of(artist).iter().any(|album| albums.binary_search(album).is_ok())
        });
        let artists = artists.map(|(row, _)| row).collect();
        Self {
            rows: Arc::new(rows),
            albums: Arc::new(albums),
            artists: Arc::new(artists),
            similar,
            sorted: None,
            groups: None,
        }
    }

    pub fn in_order(self, order: &Order) -> Self {
        Self { sorted: Some(order.of(&self.rows)), ..self }
    }

    /// With others in the place of artists.
    pub fn in_groups(self, groups: &Arc<Groups>) -> Self {
        let artists = Arc::new(groups.with_albums(&self.albums));
        Self { artists, groups: Some(Arc::clone(groups)), ..self }
    }

    /// Rows as they are to be shown.
    pub fn ordered(&self, rows: Rows) -> Rows {
        let Some(sorted) = &self.sorted else { return rows };
        let mut list: Vec<Row> = rows.iter().collect();
        list.sort_unstable_by_key(|&row| sorted.rank(row));
        Rows::listed(Arc::new(list))
    }

    /// All that match, as they are to be shown.
    pub fn shown_rows(&self) -> Rows {
        Rows::listed(Arc::clone(self.sorted.as_ref().map_or(&self.rows, |sorted| &sorted.rows)))
    }

    pub fn has_row(&self, row: Row) -> bool {
        self.rows.binary_search(&row).is_ok()
    }

    pub fn has_album(&self, album: AlbumRow) -> bool {
        self.albums.binary_search(&album).is_ok()
    }

    /// The places in `rows` of what lies in `tracks`.
    pub fn places(&self, tracks: &Range<Row>) -> Range<u32> {
        let place =
            |row: Row| u32::try_from(self.rows.partition_point(|&other| other < row)).unwrap_or(u32::MAX);
        place(tracks.start)..place(tracks.end)
    }
}
