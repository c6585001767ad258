//! What the app knows of playlists, and what is under way for them.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use crate::model::command::{IntoQueue, PathStyle};
use crate::model::id::{JobId, PlaylistId};
use crate::model::playlist::view::View;

#[derive(Debug, Default)]
pub struct PlaylistsState {
    pub view: View,
    /// They were read from the store; nothing is changed before.
    pub loaded: bool,
    /// Names of lists whose files are being walked, and in front of which place they go; `None`: at the end.
    pub adding: HashMap<JobId, (String, Option<usize>)>,
    pub writing: HashMap<JobId, PathBuf>,
    /// Smart lists that wait for what is in them: to the queue, or to become manual.
    pub evaluation: Evaluation,
}

/// When smart lists are evaluated again: one evaluation at a time, for a small share of the time.
#[derive(Debug, Default)]
pub struct Evaluation {
    pub running: Option<JobId>,
    /// Something changed that lists may depend on.
    pub wanted: bool,
    pub not_before: Option<Instant>,
    /// What is to be done when it is known what is in a list.
    pub then: Vec<(PlaylistId, Then)>,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Then {
    Queue(IntoQueue),
    Freeze,
    Export(Arc<std::path::Path>, PathStyle),
}

impl Evaluation {
    pub fn due(&self) -> Option<Instant> {
        self.not_before.filter(|_| self.wanted && self.running.is_none())
    }
}
