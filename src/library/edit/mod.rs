//! Changing what files say: tags, pictures, names. A change is planned first ([`plan`]), which reads and writes nothing
//! but tells the whole difference; then committed as one batch ([`Batches`]), all or nothing, also when the machine stops
//! in the middle. The sound is hashed before and after; where it differs nothing is changed. Runs on a job's thread or
//! the command line's.

mod batch;
mod batches;
mod copy;
mod journal;
mod moves;
mod plan;
mod rename;
mod template;
mod write;

use std::path::PathBuf;

pub use batches::{Batches, Recovered};
pub use plan::{Edit, FilePlan, Plan, plan, plan_each};
pub use rename::{Renames, rename_plan};
pub use template::Template;
pub use write::id3v2;

/// Number of a batch; later ones are larger.
pub type BatchId = u64;

/// Hears before each file how many are done; `false` stops the batch.
pub type Watch<'a> = &'a mut dyn FnMut(usize) -> bool;

/// What a batch does.
#[derive(Debug, Clone)]
pub enum Change {
    Tags(Plan),
    Moves(Renames),
}

impl Change {
    /// Files that it changes.
    pub fn len(&self) -> usize {
        match self {
            Self::Tags(plan) => plan.files.len(),
            Self::Moves(renames) => renames.moves.len(),
        }
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Where the changed files are afterwards.
    pub fn paths(&self) -> Vec<PathBuf> {
        match self {
            Self::Tags(plan) => plan.files.iter().map(|file| file.path.clone()).collect(),
            Self::Moves(renames) => renames.moves.iter().map(|(_, to)| to.clone()).collect(),
        }
    }
}

/// Why a batch is not done: each file that stands in its way, in sentences that follow its path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused(pub Vec<(PathBuf, String)>);

impl Refused {
    fn one(path: impl Into<PathBuf>, why: impl std::fmt::Display) -> Self {
        Self(vec![(path.into(), why.to_string())])
    }

    /// The first of them, as a sentence.
    pub fn first(&self) -> String {
        self.0.first().map_or(String::new(), |(path, why)| format!("{} {why}", path.display()))
    }
}
