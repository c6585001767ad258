//! What can be asked of how tracks sound.

use serde::{Deserialize, Serialize};

use super::Items;
use crate::model::id::TrackId;

/// Tracks that others are to sound like.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Like {
    /// What is selected on the screen, see [`super::Target::Selection`]; without a screen what plays.
    Selection,
    Playing,
    Tracks(Vec<TrackId>),
    /// A path, a title, or what a query finds.
    Words(String),
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Similar {
    /// Look for what sounds like these together, to be shown.
    Find(Like),
    /// Look for what sounds like these words, for a query that has them.
    Know(String),
    Radio(Tune),
    /// From what plays to there, in so many tracks, behind it in the queue.
    Path {
        to: Like,
        steps: usize,
    },
    /// Put these in an order without jumps; the selection stands for all behind what plays where there is no screen.
    Smooth(Items),
    /// Tell how much each number counts, and what of that was learned.
    Weights,
    /// Forget what was learned.
    ForgetWeights,
}

/// The radio.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Tune {
    /// Off where it is on.
    Toggle(Like, Option<u64>),
    /// The number repeats a radio.
    On(Like, Option<u64>),
    Off,
}

impl Similar {
    /// Tracks that a path has where nothing else is said.
    pub const STEPS: usize = 5;
    /// And at most.
    pub const MOST_STEPS: usize = 100;
}
