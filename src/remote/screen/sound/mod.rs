//! Sound on its way to the machine of a screen: there an output of the engine ([`output`]) that hands it to the screen's
//! thread ([`stream`], [`seats`]); here a device of ours ([`ears`]). The core sends what is to come, at most three
//! seconds ahead of the ear, and keeps it until it has arrived: where the link breaks what is here plays on, and the next
//! one goes on at the sample. Positions are those of the ear here, which tells where it is ten times a second.
//!
//! Samples go as they are: integers where they have the values of integers, packed as FLAC for a far link ([`coding`]).

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::model::snapshot::Accepted;
use crate::model::track::AudioFormat;

pub mod coding;
pub mod ears;
pub mod output;
pub mod seats;
pub mod stream;

mod tests;

use coding::Coded;

/// To the machine of the screen. Frames are counted as the core's output counts them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum ToEars {
    /// A stream begins, or goes on where it is known already: asks for a device.
    Open(Open),
    /// How the stream is to be played from now on; the same again changes nothing.
    Control(Control),
    Chunk(Chunk),
    Close(u64),
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Open {
    pub stream: u64,
    pub format: AudioFormat,
    /// The frame that comes first.
    pub from: u64,
    /// So much is gathered before it sounds.
    pub lead: Duration,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Control {
    pub stream: u64,
    pub paused: bool,
    /// Frames before this one are not to be heard any more.
    pub void_until: u64,
    /// The first ones behind it are faded in.
    pub fades_in: bool,
    /// Nothing comes behind this frame.
    pub ends_at: Option<u64>,
    /// Linear.
    pub gain: f32,
    /// How long the gain takes to get there.
    pub glide: Duration,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Chunk {
    pub stream: u64,
    pub at: u64,
    pub frames: u32,
    /// They have the very values that the device's integers stand for.
    pub exact: bool,
    pub coded: Coded,
}

/// From the machine of the screen.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum FromEars {
    /// What the device took, and the frame that is to come next.
    Opened(u64, Box<Accepted>, u64),
    Refused(u64, String),
    Heard(Heard),
    /// The device of a stream can play no more.
    Lost(u64, String),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Heard {
    pub stream: u64,
    /// Frames before this one are here.
    pub received: u64,
    /// The frame at the ear.
    pub audible: u64,
    pub underruns: u64,
}
