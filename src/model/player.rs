//! Who is asked: the handle that every frontend holds. Commands go in, snapshots and gauges come out; what is behind it,
//! a core in this process or at the end of a wire, a frontend does not know.

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::chain::Reading;
use super::command::Command;
use super::id::PlayId;
use super::notice::Notice;
use super::settings::Audio;
use super::snapshot::Snapshot;
use super::visual::{Visual, VisualFrame};

/// Where the ear is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Position {
    pub play: PlayId,
    /// Frames of the item's own rate.
    pub frame: u64,
    /// Hz.
    pub rate: u32,
}

impl Position {
    pub fn time(&self) -> Duration {
        super::audio::frames_to_duration(self.frame, self.rate)
    }
}

/// The core did not take the command: too many are waiting, or it is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Busy;

/// What became of a command, told once it is in the snapshot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Outcome {
    /// It is done, or what it began goes on by itself; with what the user was told about it.
    Done(Option<Arc<Notice>>),
    /// It changed nothing; the notice says why.
    Refused(Arc<Notice>),
}

/// Takes the outcome, on the core's thread: must not block. Dropped without a call where the core ends first.
pub type Answer = Box<dyn FnOnce(Outcome) + Send>;

/// The way to a core elsewhere, for who shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Link {
    /// It is laid; else it broke and is being laid anew.
    pub laid: bool,
    /// From a question to its answer; `None` until it was measured.
    pub round_trip: Option<Duration>,
    /// What comes, in bytes a second.
    pub bytes_per_s: u64,
    pub audio: Audio,
    /// Sound can come out here at all.
    pub hears: bool,
    /// Sound that is here and not heard yet, where any is to come.
    pub ahead: Option<Duration>,
    /// Sound waits here until there is enough of it.
    pub waits: bool,
}

/// Keeps something going for as long as it lives, for example the spectrum.
pub struct Lease {
    release: Option<Box<dyn FnOnce() + Send>>,
}

impl Lease {
    pub fn new(release: impl FnOnce() + Send + 'static) -> Self {
        Self { release: Some(Box::new(release)) }
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        if let Some(release) = self.release.take() {
            release();
        }
    }
}

pub trait Player: Send + Sync {
    /// Asks. Never waits.
    fn send(&self, command: Command) -> Result<(), Busy>;

    /// As [`Player::send`], for who must know what became of it. Paths are walked before the answer is given.
    fn ask(&self, command: Command, answer: Answer) -> Result<(), Busy>;

    /// What is, now. Cheap.
    fn snapshot(&self) -> Arc<Snapshot>;

    /// Where the ear is, `None` while nothing was heard of the current item. A gauge: polled, never pushed.
    fn position(&self) -> Option<Position>;

    /// How far mastering holds the sound down. A gauge.
    fn reading(&self) -> Reading;

    /// How often the output that is open ran empty; `None` without one. A gauge.
    fn underruns(&self) -> Option<u64> {
        None
    }

    /// The way to the core, where that is not in this process. A gauge.
    fn link(&self) -> Option<Link> {
        None
    }

    /// The newest picture of what is heard, while someone holds [`Player::watch`]. A gauge.
    fn visual(&self) -> Option<Arc<VisualFrame>>;

    /// Keeps one way of looking coming until the lease is dropped.
    fn watch(&self, visual: Visual) -> Lease;

    /// Calls `wake` after each new snapshot, from the core's thread: it must not block and may be called often.
    fn on_change(&self, wake: Box<dyn Fn() + Send + Sync>);
}
