//! Tags looked at and changed: what is shown, what waits for a word, what is under way.

use std::path::PathBuf;
use std::sync::Arc;

use crate::model::edit::Way;
use crate::model::history::Entry;
use crate::model::id::JobId;
use crate::model::job::CancelToken;
use crate::model::tagging::TagsView;

/// A change that was planned and is shown.
pub type Waiting = Arc<crate::library::edit::Change>;

#[derive(Debug, Default)]
pub struct TagsState {
    pub view: TagsView,
    /// The newest question; answers to older ones are dropped.
    pub looking: Option<Look>,
    pub planning: Option<Planning>,
    pub waiting: Option<Waiting>,
    pub writing: Option<Writing>,
    /// The newest question to MusicBrainz, and the files that it is about.
    pub lookup: Option<(JobId, Vec<PathBuf>)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Look {
    pub job: JobId,
    /// Also told as a notice.
    pub tell: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Planning {
    pub job: JobId,
    /// It is shown and waits; else it is carried out at once.
    pub ask: bool,
}

/// One batch under way; there is never another.
#[derive(Debug)]
pub struct Writing {
    pub job: JobId,
    pub cancel: CancelToken,
    pub deed: Deed,
}

#[derive(Debug)]
pub enum Deed {
    /// A new change of so many files.
    Change { files: usize, moves: bool },
    /// A step of the history, and the way that is still to go.
    Travel(Travel),
}

/// A walk through the history that waits for files.
#[derive(Debug)]
pub struct Travel {
    pub way: Way,
    /// Steps that are still to be gone, the waiting one included.
    pub left: usize,
    pub gone: Vec<Arc<Entry>>,
    /// The step that is being gone over.
    pub number: u64,
}

impl TagsState {
    /// Where files are now, for what was planned before.
    pub fn forget_plan(&mut self) {
        self.waiting = None;
        self.view.preview = None;
    }

    pub fn refuse(&mut self, refused: Vec<(PathBuf, String)>) {
        self.view.refused = Arc::new(refused);
    }
}
