//! Finding tracks in a catalog for one question. Who asks again and again, as the screen's filter does, keeps a
//! [`Searcher`].

use crate::model::catalog::{Catalog, Row};
use crate::model::facts::Facts;
use crate::model::query::Query;
use crate::model::query::search::Searcher;

/// The tracks that `query` asks for, or nearly, best first, with a score in 0 to 1. `now_s`: seconds since the Unix
/// epoch.
pub fn search(catalog: &Catalog, query: &Query, facts: &Facts, now_s: i64) -> Vec<(Row, f32)> {
    let mut searcher = Searcher::new(catalog);
    let found = searcher.find(catalog, query, facts, now_s);
    searcher.rank(catalog, query, &found)
}
