//! What the files say and show, as whoever starts the server hands it in: this room knows no store and opens no pictures.

use std::path::Path;

use crate::model::id::TrackId;
use crate::model::track::Track;

/// What is asked for beside the snapshot. Called on threads that may block.
pub trait Shelf: Send + Sync {
    /// The store as it is now; `None` where it cannot be read.
    fn open(&self) -> Option<Box<dyn Look>>;

    /// Whether a file is music that can be played.
    fn is_music(&self, path: &Path) -> bool;

    /// A picture of a music file; `None` where it has none.
    ///
    /// # Errors
    /// In words, where one is there and cannot be read.
    fn picture(&self, path: &Path, which: Which) -> Result<Option<Picture>, String>;
}

/// One moment of the store.
pub trait Look {
    fn track(&self, id: TrackId) -> Option<Track>;
}

/// Which picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Which {
    /// The file in the folder.
    Beside,
    /// The one inside of the file.
    Inside,
}

/// A picture as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// Empty where it is not known.
    pub mime: String,
    pub data: Vec<u8>,
}

/// A store that knows nothing.
pub struct Nothing;

impl Look for Nothing {
    fn track(&self, _id: TrackId) -> Option<Track> {
        None
    }
}
