//! What sounds like what, as it is asked for and shown: tracks with reasons, radio, and what of it can be set.

use serde::{Deserialize, Serialize};

use super::id::TrackId;
use super::weights::{Aspect, Weights};
use crate::say;

/// Tracks that are told at once.
pub const SHOWN: usize = 50;
/// Parts of a reason that are worth words.
const TOLD: usize = 3;

/// A track that sounds like something, and why.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Resembling {
    pub track: TrackId,
    pub distance: f32,
    /// Share of the library's pairs that are further apart, 0 to 1.
    pub score: f32,
    /// What the square of the distance is made of, as shares of it, largest first; they sum to 1, or are none at all.
    pub why: Vec<(Aspect, f32)>,
}

impl Resembling {
    /// `apart in tempo 41 %, timbre 20 %, air 9 %`.
    pub fn words(&self) -> String {
        if self.why.is_empty() {
            return say!("sounds the same").to_owned();
        }
        let part = |(aspect, share): &(Aspect, f32)| format!("{} {:.0} %", aspect.words(), share * 100.0);
        let parts: Vec<String> = self.why.iter().take(TOLD).map(part).collect();
        say!("apart in {parts}", parts = parts.join(", "))
    }

    /// For people, in percent: only what is the same has all of them.
    pub fn percent(&self) -> f32 {
        let percent = (self.score * 1000.0).floor() / 10.0;
        if self.distance > 0.0 { percent.min(99.9) } else { percent }
    }
}

/// What was last asked for.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct SimilarView {
    /// It is being looked for.
    pub looking: bool,
    /// What they sound like, for people.
    pub of: String,
    /// Nearest first.
    pub found: Vec<Resembling>,
    /// Why there is nothing.
    pub problem: Option<String>,
}

/// The radio that plays.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Radio {
    /// What it began with: all that follows sounds like these.
    pub seeds: Vec<TrackId>,
    /// The same seeds and the same number give the same tracks, of the same library.
    pub seed: u64,
    /// Tracks that it put into the queue.
    pub added: u64,
    /// The last of them.
    pub recent: Vec<TrackId>,
}

/// What is kept of it between runs.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct SimilarMemory {
    /// What was learned of how much each number counts.
    pub learned: Weights,
    pub radio: Option<Radio>,
}

impl SimilarMemory {
    /// As something outside has it, made sound.
    #[must_use]
    pub fn mended(mut self) -> Self {
        self.learned = Weights::of_learned(Aspect::all().map(|aspect| (aspect, self.learned.get(aspect))));
        if let Some(radio) = &mut self.radio {
            radio.seeds.truncate(Radio::MOST_SEEDS);
            radio.recent.truncate(Radio::MOST_RECENT);
        }
        self.radio = self.radio.filter(|radio| !radio.seeds.is_empty());
        self
    }
}

impl Radio {
    /// Seeds that are kept.
    pub const MOST_SEEDS: usize = 100;
    /// A track does not come again within so many.
    pub const MOST_RECENT: usize = 500;
}

/// What of it is set in the configuration.
#[derive(Debug, Clone, PartialEq)]
pub struct SimilarSettings {
    /// How much each number counts.
    pub weights: Weights,
    /// Percent: 0 is always the nearest, 100 any of the nearest fifty.
    pub surprise: u8,
    /// Tracks until an artist, an album comes again.
    pub artist_window: u16,
    pub album_window: u16,
    /// Tracks that are kept behind what plays.
    pub ahead: u16,
    /// Whether radio learns from what is heard and skipped.
    pub learn: bool,
}

impl SimilarSettings {
    /// Share of 1 that is left to chance.
    pub fn surprise(&self) -> f32 {
        f32::from(self.surprise) / 100.0
    }
}

impl Default for SimilarSettings {
    fn default() -> Self {
        Self {
            weights: Weights::default(),
            surprise: 30,
            artist_window: 4,
            album_window: 8,
            ahead: 5,
            learn: true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::fingerprint::Dimension;

    #[test]
    fn reasons_are_told_largest_first_and_only_the_same_is_all_alike() {
        let tempo = (Aspect::Number(Dimension::Tempo), 0.6);
        let one = Resembling {
            track: TrackId(1),
            distance: 2.0,
            score: 1.0,
            why: vec![tempo, (Aspect::Timbre, 0.4)],
        };
        assert_eq!(one.words(), "apart in tempo 60 %, timbre 40 %");
        assert_eq!(one.percent(), 99.9);
        let same = Resembling { distance: 0.0, why: vec![], ..one };
        assert_eq!((same.words(), same.percent()), ("sounds the same".to_owned(), 100.0));
    }
}
