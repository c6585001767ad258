//! What can be asked of the music server beside its songs.

use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Serving {
    /// Keep its songs of the queue there, and the place in them, so that another player can go on.
    Keep,
    /// Go on with what was kept there last.
    Resume,
}
