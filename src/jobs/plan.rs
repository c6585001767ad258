//! Plans of mastering from what the store knows, or from a first look at a file. A job on a lane of [`super::Jobs`], and the
//! command line's.

use std::path::Path;
use std::sync::Arc;

use super::portrait::row;
use crate::analysis::measure::glimpse;
use crate::library::store::Store;
use crate::mastering::plan::{Wishes, plan};
use crate::mastering::source::Source;
use crate::model::features::Measured;
use crate::model::id::TrackId;
use crate::model::job::CancelToken;
use crate::model::mastering::{Basis, Plan};

/// What a plan is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject {
    pub path: Arc<Path>,
    /// Where the library has it.
    pub track: Option<TrackId>,
    /// The tracks of the album that it shares one plan with; none: it stands alone.
    pub album: Arc<[TrackId]>,
}

/// # Errors
/// Why there is none, in words.
pub fn planned(
    store: &Store,
    subject: &Subject,
    wishes: &Wishes,
    cancel: &CancelToken,
) -> Result<Plan, String> {
    let source = source(store, subject, cancel)?;
    plan(&source, wishes).map_err(|why| why.words().to_owned())
}

/// The album, as far as it is measured; else the track; else a look at it.
fn source(store: &Store, subject: &Subject, cancel: &CancelToken) -> Result<Source, String> {
    let album: Vec<Measured> = subject.album.iter().filter_map(|id| measured(store, *id)).collect();
    if !album.is_empty() {
        let tracks: Vec<&Measured> = album.iter().collect();
        return Source::of_album(&tracks).map_err(|why| why.words().to_owned());
    }
    if let Some(measured) = subject.track.and_then(|id| measured(store, id)) {
        return Ok(Source::of_track(&measured));
    }
    if crate::model::address::is_address(&subject.path) {
        return Err("it comes from a server and was not measured".to_owned());
    }
    let seen = glimpse(&subject.path, cancel).map_err(|error| error.to_string())?;
    Ok(Source { basis: Basis::Glimpse, ..Source::of_track(&seen) })
}

fn measured(store: &Store, id: TrackId) -> Option<Measured> {
    row(store, id).ok()??.found.ok()
}
