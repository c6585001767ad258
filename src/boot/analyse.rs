//! The measuring of tracks for the command line: of the library, where no player runs, and of files beside it.

use std::path::Path;

use crate::analysis::measure;
use crate::decode::Source;
use crate::jobs::analyse;
use crate::library::store::Store;
use crate::model::features::Measured;
use crate::model::job::CancelToken;
use crate::model::track::AudioFormat;

pub use crate::analysis::measure::VERSION;
pub use crate::jobs::analyse::{AnalyseOutcome, AnalyseProgress, Asked};
pub use crate::jobs::portrait::spread;

/// Measures tracks of the library, `workers` at a time, and keeps what is found.
pub fn library(
    store: &Store,
    asked: &Asked,
    workers: Option<usize>,
    cancel: &CancelToken,
    on_progress: &mut dyn FnMut(&AnalyseProgress),
) -> AnalyseOutcome {
    let workers = workers.unwrap_or_else(|| analyse::workers(false));
    analyse::analyse(store, asked, &analyse::Control::foreground(workers), cancel, on_progress)
}

/// Measures one file that need not be in the library. The words say why it could not be.
pub fn file(path: &Path, cancel: &CancelToken) -> (Option<AudioFormat>, Result<Measured, String>) {
    let format = Source::open(path).ok().map(|source| source.info().format);
    (format, measure::measure(path, cancel, &mut |_| ()).map_err(|error| error.to_string()))
}
