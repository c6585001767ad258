//! Tracks by what people call them: a path, or words of a query.

use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use crate::model::catalog::{Catalog, TrackFlags, TrackRef};
use crate::model::facts::Facts;
use crate::model::fold::fold;
use crate::model::id::TrackId;
use crate::model::query::Query;
use crate::model::query::search::search;
use crate::model::similar::Radio;

/// The track of a path; else those whose title is just that; else the best that a query finds, as many as there may be seeds.
/// The words of an error say what is wrong with it.
pub fn named(words: &str, catalog: &Catalog, facts: &Facts) -> Result<Vec<TrackId>, String> {
    if let Some(track) = catalog.find_path(Path::new(words)) {
        return Ok(vec![track.id()]);
    }
    let query =
        Query::parse(words).map_err(|error| format!("neither a path nor a query: {}", error.message))?;
    if !query.likes().is_empty() {
        return Err("what sounds like something is asked for by a path, a title or another query".to_owned());
    }
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    let now_s = since.map_or(0, |since| i64::try_from(since.as_secs()).unwrap_or(i64::MAX));
    let found = search(catalog, &query, facts, now_s);
    let tracks = found.iter().filter_map(|&(row, _)| catalog.track(row));
    let there: Vec<TrackRef<'_>> = tracks.filter(|track| !track.is(TrackFlags::MISSING)).collect();
    let title = fold(words.trim().trim_matches('"'));
    let titled: Vec<TrackId> =
        there.iter().filter(|track| fold(track.title()) == title).map(|track| track.id()).collect();
    let ids = if titled.is_empty() { there.iter().map(|track| track.id()).collect() } else { titled };
    match ids.len() {
        0 => Err(format!("nothing matches “{words}”")),
        _ => Ok(ids.into_iter().take(Radio::MOST_SEEDS).collect()),
    }
}
