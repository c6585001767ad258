//! Changing what files say: tags, pictures, names. A change is planned first ([`plan`]), which reads and writes nothing
//! but tells the whole difference; then committed as one batch ([`Batches`]), all or nothing, also when the machine stops
//! in the middle. The sound is hashed before and after; where it differs nothing is changed. Runs on a job's thread or
//! the command line's.

mod batch;
mod copy;
mod plan;
mod rename;
mod write;

use std::path::PathBuf;

pub use batch::{BatchId, Batches, Recovered};
pub use plan::{Edit, FilePlan, Plan, plan};
pub use rename::{Renames, Template, rename_plan};

/// Why a batch is not done: each file that stands in its way, in sentences that follow its path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused(pub Vec<(PathBuf, String)>);

impl Refused {
    fn one(path: impl Into<PathBuf>, why: impl std::fmt::Display) -> Self {
        Self(vec![(path.into(), why.to_string())])
    }
}
