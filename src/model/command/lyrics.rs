//! What can be asked of the words of the song that plays.

use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Lyricing {
    /// Put them into the snapshot. With `again` what was found and told before does not count, and it is told.
    Find { again: bool },
    /// How much sooner they are shown.
    Offset(LyricsOffset),
    /// Write them into a new file beside the song.
    Save,
}

/// Milliseconds; words come sooner by them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum LyricsOffset {
    To(i32),
    By(i32),
}
