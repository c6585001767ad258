//! What was changed, as data that can be gone back and forth over: steps of the queue and of what we know of tracks.
//! Recorded by `app::history`, kept by the store.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::edit::{Edit, Keyed};
use super::facts::TrackFacts;
use super::id::{ItemId, TrackId};
use super::playback::Shuffle;
use super::playlist::Change;
use super::snapshot::QueueItem;

/// One change, all or nothing. The store knows the kinds by their places here: new ones come at the end.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Step {
    Queue(Box<QueueStep>),
    /// Each track with what was known before and after. Only what differs is gone over: a track that was heard since
    /// keeps its plays.
    Facts(Vec<(TrackId, TrackFacts, TrackFacts)>),
    /// Lists before and after.
    Playlists(Vec<Change>),
    /// Number of a batch of `library::edit`, whose journal says the rest.
    Tags(u64),
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct QueueStep {
    pub items: Edit<QueueItem>,
    /// Of the order of play, where that is not the queue's own.
    pub order: Edit<ItemId>,
    pub before: QueueHead,
    pub after: QueueHead,
}

/// What a moment of the queue is besides its sequences.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueueHead {
    pub current: Option<ItemId>,
    pub shuffle: Shuffle,
    /// State of the random generator.
    pub chance: u64,
}

/// One line of the history.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// Counted from 1, without gaps.
    pub number: u64,
    /// Seconds since the Unix epoch, never before the entry before it.
    pub at_s: i64,
    /// What was done, for people: "added 3 tracks".
    pub words: Arc<str>,
    pub step: Step,
}

/// The history as it is shown.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct HistoryView {
    /// By number.
    pub entries: Vec<Arc<Entry>>,
    /// So many of them are done; those behind were taken back.
    pub done: usize,
}

/// What the store is to do so that it has the history: everything below `first` and from `from` on is replaced by
/// `entries`.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct HistoryChange {
    pub first: u64,
    pub from: u64,
    pub entries: Vec<Arc<Entry>>,
    /// Number of the last entry that is done, 0 for none.
    pub done: u64,
}

impl Keyed for QueueItem {
    fn key(&self) -> u64 {
        self.id.0
    }
}

impl Keyed for ItemId {
    fn key(&self) -> u64 {
        self.0
    }
}

impl Step {
    /// Bytes that it takes, about.
    pub fn weight(&self) -> usize {
        match self {
            Self::Facts(rows) => size_of::<(TrackId, TrackFacts, TrackFacts)>() * rows.len(),
            Self::Playlists(changes) => changes.iter().map(Change::weight).sum(),
            Self::Tags(_) => size_of::<u64>(),
            Self::Queue(step) => {
                let pieces = 32 * (step.items.pieces() + step.order.pieces());
                let items = step.items.held().map(|item| 32 + item.path.as_os_str().len());
                pieces + items.sum::<usize>() + 8 * step.order.held().count()
            }
        }
    }

    /// The highest id of an item that it can bring back.
    pub fn highest_item(&self) -> Option<ItemId> {
        match self {
            Self::Queue(step) => step.items.held().map(|item| item.id).max(),
            Self::Facts(_) | Self::Playlists(_) | Self::Tags(_) => None,
        }
    }
}
