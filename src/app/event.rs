//! What happened: the only input of the reducers. Sent to the app thread by frontends, engine, jobs and store.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::engine::command::EngineEvent;
use crate::jobs::library::{ScanOutcome, ScanProgress};
use crate::library::store::StoreEvent;
use crate::model::catalog::Catalog;
use crate::model::command::Command;
use crate::model::facts::Facts;
use crate::model::id::JobId;
use crate::model::listening::{Period, Stats};
use crate::model::notice::Notice;
use crate::model::outputs::OutputDevice;
use crate::model::player::Position;

#[derive(Debug)]
pub enum Event {
    Command(Command),
    Engine(EngineEvent),
    /// Paths were walked; asked for by `Effect::Expand`.
    Expanded(Expanded),
    ScanProgress {
        job: JobId,
        progress: ScanProgress,
    },
    ScanDone {
        job: JobId,
        report: ScanOutcome,
    },
    CatalogBuilt {
        catalog: Arc<Catalog>,
        took: Duration,
    },
    /// The catalog could not be read from the store.
    CatalogFailed(String),
    /// What only we know of the tracks, once at the start.
    FactsRead(Result<Facts, String>),
    /// Asked for by `Effect::CountStats`.
    StatsCounted {
        job: JobId,
        period: Period,
        stats: Result<Stats, String>,
    },
    /// Which sound devices there are, or why that cannot be told; asked for by `Effect::FindOutputs`.
    OutputsFound(Result<Vec<OutputDevice>, String>),
    Store(StoreEvent),
    /// Another room has something to tell.
    Tell(Notice),
    /// A deadline of the state has passed.
    Due,
}

/// Files found in paths.
#[derive(Debug)]
pub struct Expanded {
    pub job: JobId,
    pub files: Vec<PathBuf>,
    pub problems: Vec<(PathBuf, String)>,
}

/// What a reducer may know besides state and event: time, the ear and chance, all injected.
#[derive(Debug, Clone, Copy)]
pub struct Now {
    pub instant: Instant,
    /// Milliseconds since the Unix epoch, as the system's clock has it.
    pub unix_ms: i64,
    /// Where the ear is, as the engine's clock has it.
    pub heard: Option<Position>,
    /// A fresh random number for this event.
    pub seed: u64,
}
