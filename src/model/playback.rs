//! Modes and state of playing, as data.

use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Repeat {
    #[default]
    Off,
    One,
    All,
    /// The part of the queue around the item that is of one album.
    Album,
}

impl Repeat {
    pub fn name(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::One => "one",
            Self::All => "all",
            Self::Album => "album",
        }
    }

    pub fn parse(word: &str) -> Option<Self> {
        [Self::Off, Self::One, Self::All, Self::Album].into_iter().find(|mode| mode.name() == word)
    }

    /// The mode that the repeat key goes to.
    pub fn following(self) -> Self {
        match self {
            Self::Off => Self::All,
            Self::All => Self::Album,
            Self::Album => Self::One,
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
    On { by: ShuffleBy, seed: Option<u64> },
}

impl Shuffle {
    /// In use; `None` where nothing is shuffled.
    pub fn seed(self) -> Option<u64> {
        match self {
            Self::Off => None,
            Self::On { seed, .. } => seed,
        }
    }

    /// In the words that ask for it: `off`, `on`, `4711`, `album 42`.
    pub fn words(self) -> String {
        match self {
            Self::Off => "off".to_owned(),
            Self::On { by: ShuffleBy::Tracks, seed: None } => "on".to_owned(),
            Self::On { by: ShuffleBy::Tracks, seed: Some(seed) } => seed.to_string(),
            Self::On { by, seed: None } => by.name().to_owned(),
            Self::On { by, seed: Some(seed) } => format!("{} {seed}", by.name()),
        }
    }
}

/// What is put in random order, and how.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum ShuffleBy {
    /// Every order equally likely.
    #[default]
    Tracks,
    /// Albums at random, each in its own order.
    Album,
    /// Each artist spread evenly over the whole.
    Artist,
    /// Artists and albums not twice within a few tracks.
    NoRepeat,
    /// What was heard less comes sooner.
    LeastHeard,
    /// What is rated higher comes sooner.
    BestRated,
}

impl ShuffleBy {
    const ALL: [Self; 6] =
        [Self::Tracks, Self::Album, Self::Artist, Self::NoRepeat, Self::LeastHeard, Self::BestRated];

    pub fn name(self) -> &'static str {
        match self {
            Self::Tracks => "tracks",
            Self::Album => "album",
            Self::Artist => "artist",
            Self::NoRepeat => "no-repeat",
            Self::LeastHeard => "least-heard",
            Self::BestRated => "best-rated",
        }
    }

    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|by| by.name() == word)
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
