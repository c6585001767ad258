//! Words of songs and releases of MusicBrainz, for the command line, where no player runs.

use std::path::PathBuf;

pub use crate::jobs::lookup::Catalogue;
pub use crate::jobs::lyrics::Finder;

use crate::jobs::lookup;
use crate::library::edit::{Change, Refused};
use crate::model::job::CancelToken;
use crate::model::musicbrainz::Candidate;

/// See [`lookup::find`].
pub fn find_releases(releases: &Catalogue, files: &[PathBuf]) -> Result<Vec<Candidate>, String> {
    lookup::find(releases, files, &CancelToken::default())
}

/// See [`lookup::change`].
pub fn release_change(releases: &Catalogue, files: &[PathBuf], release: &str) -> Result<Change, Refused> {
    lookup::change(releases, files, release)
}
