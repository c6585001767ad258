//! What is known of what sounds alike, what is asked, and the radio. Changed by `reduce::ears`.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use crate::model::id::{ItemId, JobId, TrackId};
use crate::model::query::heard::Likes;
use crate::model::similar::{Radio, SimilarMemory, SimilarView};
use crate::model::weights::Weights;

#[derive(Debug, Default)]
pub struct EarsState {
    pub view: Arc<SimilarView>,
    /// What each question is asked for.
    pub asked: HashMap<JobId, Purpose>,
    pub likes: Arc<Likes>,
    /// Words of queries that are to be looked for, the newest last.
    pub wanted: Vec<String>,
    /// What `current` was last looked for.
    pub current: Option<TrackId>,
    pub radio: Option<Radio>,
    /// While this item is current the radio adds nothing: what it added was taken back.
    pub rests_at: Option<ItemId>,
    /// What the radio put into the queue in this run.
    pub chosen: HashSet<ItemId>,
    pub learned: Weights,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Purpose {
    /// To be shown; the newest question is the one that counts.
    Show,
    /// What these words of queries sound like.
    Likes(Vec<String>),
    /// A radio begins, with this number.
    Tune(u64),
    Radio,
    Path,
    /// An order of these.
    Smooth(Vec<ItemId>),
    Duplicates,
    Learn,
}

impl EarsState {
    pub fn is_asked(&self, purpose: &Purpose) -> bool {
        self.asked.values().any(|other| other == purpose)
    }

    /// Questions about words of queries that are under way.
    pub fn likes_asked(&self) -> usize {
        self.asked.values().filter(|purpose| matches!(purpose, Purpose::Likes(_))).count()
    }

    /// As a run before left it.
    pub fn remember(&mut self, memory: SimilarMemory) {
        self.learned = memory.learned;
        self.radio = memory.radio;
    }

    pub fn memory(&self) -> SimilarMemory {
        SimilarMemory { learned: self.learned.clone(), radio: self.radio.clone() }
    }
}
