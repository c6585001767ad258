//! What is in a smart playlist: the tracks that meet its query, in its order, as many as it wants. Called by a job and by
//! the command line.

use crate::model::catalog::{Catalog, TrackRef};
use crate::model::facts::Facts;
use crate::model::filter::{FilterIndex, Query};
use crate::model::id::PlaylistId;
use crate::model::playlist::order::{Known, sort_tracks};
use crate::model::playlist::smart::Smart;
use crate::model::playlist::view::Found;

/// `now_s`: seconds since the Unix epoch. The random order of a list is the same until the list is another one.
pub fn evaluate(smart: &Smart, id: PlaylistId, catalog: &Catalog, facts: &Facts, now_s: i64) -> Found {
    let _ = now_s;
    let index = FilterIndex::build(catalog);
    let rows = index.rows(catalog, &Query::parse(smart.query()));
    let mut tracks: Vec<TrackRef<'_>> = rows.into_iter().filter_map(|row| catalog.track(row)).collect();
    sort_tracks(&mut tracks, smart.orders(), Known { catalog, facts, seed: id.0 });
    tracks.truncate(smart.limit());
    Found { tracks: tracks.iter().map(|track| track.id()).collect(), problem: None }
}
