//! What is known of an impulse response that the sound is convolved with: of a room, of loudspeakers, of headphones.

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// Plain facts, for those who show them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Impulse {
    /// Of its file; one line.
    pub name: Arc<str>,
    pub rate: u32,
    /// 1: all channels alike; 4 on two channels: from left to left and right, then from right; else channel by channel.
    pub channels: u16,
    pub length: Duration,
    /// By which it is turned, so that music comes out as loud as it goes in, dB.
    pub gain_db: f32,
}

impl Impulse {
    /// Longest that is taken.
    pub const LONGEST: Duration = Duration::from_secs(10);
    /// Most channels that are taken.
    pub const MOST_CHANNELS: u16 = 8;
}
