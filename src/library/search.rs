//! Finding tracks in a catalog from the command line and from jobs: the matcher of `model::filter` with its index made
//! for one question. The screen keeps its own index for live filtering.

use crate::model::catalog::{Catalog, Row};
use crate::model::filter::{FilterIndex, Query};

/// The tracks in which every word of `query` occurs, best first, at most `limit`, with a score in 0 to 1.
pub fn search(catalog: &Catalog, query: &str, limit: usize) -> Vec<(Row, f32)> {
    FilterIndex::build(catalog).ranked(catalog, &Query::parse(query), limit)
}
