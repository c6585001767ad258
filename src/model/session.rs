//! What is kept from one run to the next: the queue and where it was. Saved by the app, stored by `library::store`.

use std::path::PathBuf;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::audio::Volume;
use super::facts::TrackFacts;
use super::history::HistoryChange;
use super::id::{ItemId, PlaylistId, TrackId};
use super::listening::LogRow;
use super::playback::{Repeat, Shuffle};
use super::playlist::Playlist;
use super::template::{Template, TemplateId};

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

/// What is remembered of outputs.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutputMemory {
    /// The volume of each device by its id, the one that was used last at the end.
    volumes: Vec<(String, Volume)>,
    /// The device that the user chose, by its id; `None`: whatever the configuration says.
    pub chosen: Option<String>,
}

impl OutputMemory {
    /// Devices come and go: those unused for longest are forgotten.
    const MOST: usize = 64;

    pub fn new(chosen: Option<String>) -> Self {
        Self { volumes: Vec::new(), chosen }
    }

    pub fn volume(&self, id: &str) -> Option<Volume> {
        self.volumes.iter().find(|(known, _)| known == id).map(|&(_, volume)| volume)
    }

    /// Each device that is remembered, the one that was used last at the end.
    pub fn volumes(&self) -> impl Iterator<Item = (&str, Volume)> {
        self.volumes.iter().map(|(id, volume)| (id.as_str(), *volume))
    }

    /// The device that was used last.
    pub fn last(&self) -> Option<&str> {
        self.volumes.last().map(|(id, _)| id.as_str())
    }

    /// One more takes the place of another.
    pub fn is_full(&self) -> bool {
        self.volumes.len() == Self::MOST
    }

    /// `true` where that is something new.
    pub fn remember(&mut self, id: &str, volume: Volume) -> bool {
        if self.volumes.last().is_some_and(|last| last.0 == id && last.1 == volume) {
            return false;
        }
        self.volumes.retain(|(known, _)| known != id);
        if self.volumes.len() == Self::MOST {
            self.volumes.remove(0);
        }
        self.volumes.push((id.to_owned(), volume));
        true
    }
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
    /// The random order of play, where there is one.
    pub order: Vec<ItemId>,
    /// State of its random generator.
    pub chance: u64,
    /// Items that were heard are taken out.
    pub consume: bool,
}

/// What is written in one piece.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Save {
    /// Where queue or modes changed.
    pub session: Option<Session>,
    pub facts: Vec<(TrackId, TrackFacts)>,
    /// Lists as they are now; `None` for one that is gone.
    pub playlists: Vec<(PlaylistId, Option<Arc<Playlist>>)>,
    /// Templates as they are now; `None` for one that is gone.
    pub templates: Vec<(TemplateId, Option<Arc<Template>>)>,
    /// Entries of the log that are put in or taken out with the history of it.
    pub log: Vec<LogRow>,
    pub history: Option<HistoryChange>,
}
