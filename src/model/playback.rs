//! Modes and state of playing, as data.

use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Repeat {
    #[default]
    Off,
    One,
    All,
}

impl Repeat {
    pub fn name(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::One => "one",
            Self::All => "all",
        }
    }

    pub fn parse(word: &str) -> Option<Self> {
        [Self::Off, Self::One, Self::All].into_iter().find(|mode| mode.name() == word)
    }

    /// The mode that the repeat key goes to.
    pub fn following(self) -> Self {
        match self {
            Self::Off => Self::All,
            Self::All => Self::One,
            Self::One => Self::Off,
        }
    }
}

/// Order in which the queue is played.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Shuffle {
    #[default]
    Off,
    /// At random; the same seed over the same queue gives the same order. Asked with `None`: a fresh seed. A snapshot
    /// always has the seed in use.
    On { seed: Option<u64> },
}

impl Shuffle {
    /// In use; `None` where nothing is shuffled.
    pub fn seed(self) -> Option<u64> {
        match self {
            Self::Off => None,
            Self::On { seed } => seed,
        }
    }
}

/// Where playing stops by itself before the queue is at its end.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum StopAfter {
    #[default]
    Off,
    Track,
    /// The last item of the current album that follows without another between.
    Album,
}

impl StopAfter {
    pub fn name(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Track => "track",
            Self::Album => "album",
        }
    }

    /// `on` is the track.
    pub fn parse(word: &str) -> Option<Self> {
        let found = [Self::Off, Self::Track, Self::Album].into_iter().find(|mode| mode.name() == word);
        found.or((word == "on").then_some(Self::Track))
    }
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PlayState {
    #[default]
    Stopped,
    /// Asked to play, no sound yet.
    Opening,
    Playing,
    Paused,
}

impl PlayState {
    pub fn name(self) -> &'static str {
        match self {
            Self::Stopped => "stopped",
            Self::Opening => "opening",
            Self::Playing => "playing",
            Self::Paused => "paused",
        }
    }
}
