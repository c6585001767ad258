//! What is kept from one run to the next: the queue and where it was. Saved by the app, stored by `library::store`.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::audio::Volume;
use super::id::{ItemId, TrackId};
use super::playback::{Repeat, Shuffle};

/// One entry of the saved queue. The path is kept as bytes by the store's codec.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionItem {
    pub id: ItemId,
    pub path: PathBuf,
    pub track: Option<TrackId>,
}

/// Place in the current item as it was heard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionPosition {
    /// Index into `Session::items`.
    pub index: u32,
    /// Frames of the item's own rate.
    pub frame: u64,
    /// Hz; 0 where it was not known.
    pub rate: u32,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Session {
    /// In queue order.
    pub items: Vec<SessionItem>,
    /// `None`: nothing was current.
    pub position: Option<SessionPosition>,
    pub volume: Volume,
    pub muted: bool,
    pub repeat: Repeat,
    pub shuffle: Shuffle,
}
