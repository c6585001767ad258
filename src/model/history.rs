//! What was changed, as data that can be gone back and forth over: steps of the queue and of what we know of tracks.
//! Recorded by `app::history`, kept by the store.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::edit::{Edit, Keyed};
use super::facts::TrackFacts;
use super::id::{ItemId, TrackId};
use super::listening::Listen;
use super::playback::Shuffle;
use super::playlist::Change;
use super::snapshot::QueueItem;
use super::template;
use crate::say;

/// One change, all or nothing. The store knows the kinds by their places here: new ones come at the end.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Step {
    Queue(Box<QueueStep>),
    /// Each track with what was known before and after. Only what differs is gone over: a track that was heard since
    /// keeps its plays.
    Facts(Vec<(TrackId, TrackFacts, TrackFacts)>),
    /// Lists before and after.
    Playlists(Vec<Change>),
    /// Templates before and after.
    Templates(Vec<template::Change>),
    /// Number of a batch of `library::edit`, whose journal says the rest.
    Tags(u64),
    /// What another player or service knew.
    Past(Box<PastStep>),
}

/// An import: all of it is one step.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct PastStep {
    pub facts: Vec<(TrackId, TrackFacts, TrackFacts)>,
    pub lists: Vec<Change>,
    /// Put into the log, which had none of them.
    pub listens: Vec<Listen>,
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
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
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

/// "just now", "5 min ago".
pub fn ago(seconds: i64) -> String {
    match seconds {
        ..=4 => say!("just now").to_owned(),
        5..=59 => say!("{seconds} s ago", seconds),
        60..=3_599 => say!("{minutes} min ago", minutes = seconds / 60),
        3_600..=86_399 => say!("{hours} h ago", hours = seconds / 3_600),
        _ => say!("{days} d ago", days = seconds / 86_400),
    }
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
            Self::Facts(rows) => size_of_val(rows.as_slice()),
            Self::Playlists(changes) => changes.iter().map(Change::weight).sum(),
            Self::Past(step) => {
                let lists = step.lists.iter().map(Change::weight).sum::<usize>();
                size_of_val(step.facts.as_slice()) + lists + size_of_val(step.listens.as_slice())
            }
            Self::Templates(changes) => changes.iter().map(template::Change::weight).sum(),
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
            Self::Facts(_) | Self::Playlists(_) | Self::Templates(_) | Self::Tags(_) | Self::Past(_) => None,
        }
    }
}
