//! What a live filter leaves of a catalog: the rows that match, their albums, their artists. Computed on the screen's
//! filter worker, shared by `Arc` with the ui thread.

use std::ops::Range;
use std::sync::Arc;

use crate::model::catalog::{AlbumRow, Catalog, Row};
use crate::model::facts::Facts;
use crate::model::query::Query;
use crate::model::query::search::{Found, Searcher};

#[derive(Debug, Clone, Default, PartialEq)]
pub struct Matches {
    /// All ascending.
    pub rows: Arc<Vec<u32>>,
    pub albums: Arc<Vec<u32>>,
    pub artists: Arc<Vec<u32>>,
    /// See [`Found::similar`].
    pub similar: bool,
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
        Self { rows: Arc::new(rows), albums: Arc::new(albums), artists: Arc::new(artists), similar }
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
