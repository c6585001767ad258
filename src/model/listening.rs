//! What was listened to: one entry a play of a track of the library. Kept by the store as a log, counted by
//! `library::stats`.

use serde::{Deserialize, Serialize};

use super::audio::frames_to_duration;
use super::id::TrackId;
use crate::say;

/// How a listening counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// Enough of it was heard.
    Played,
    /// The listener asked for the next one before that.
    Skipped,
    /// Neither: stopped, or another one was chosen.
    LeftOff,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listen {
    /// Milliseconds since the Unix epoch when its first sound was heard.
    pub began_ms: i64,
    pub track: TrackId,
    /// Frames of the track's own rate that were heard; not those that a seek went over.
    pub frames: u64,
    /// Hz.
    pub rate: u32,
    pub verdict: Verdict,
}

/// An entry of the log by its key, as it is now; `None` for one that is gone.
pub type LogRow = ((i64, TrackId), Option<Listen>);

impl Listen {
    /// No two entries of the log have the same: when it began, and of what.
    pub fn key(&self) -> (i64, TrackId) {
        (self.began_ms, self.track)
    }

    pub fn heard_s(&self) -> f64 {
        frames_to_duration(self.frames, self.rate).as_secs_f64()
    }
}

/// Tracks that are not longer than this are too short to be counted: Last.fm's rule for scrobbles
/// (<https://www.last.fm/api/scrobbling>, "When is a scrobble a scrobble?").
pub const SHORTEST_S: u64 = 30;
/// So much of any track is enough, by the same rule; of shorter ones half is.
pub const ENOUGH_S: u64 = 4 * 60;

/// Frames of which a play is made, `None` where the track is too short to count. `length`: frames of the whole track,
/// where that is known.
pub fn enough(length: Option<u64>, rate: u32) -> Option<u64> {
    let of = |seconds: u64| seconds.saturating_mul(u64::from(rate));
    match length {
        None => Some(of(ENOUGH_S)),
        Some(length) if length <= of(SHORTEST_S) => None,
        Some(length) => Some(length.div_ceil(2).min(of(ENOUGH_S))),
    }
}

/// A stretch of time up to now, as Last.fm's charts have it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Period {
    Week,
    #[default]
    Month,
    Year,
    All,
}

impl Period {
    pub const NAMES: &'static [&'static str] = &["week", "month", "year", "all"];

    pub fn parse(word: &str) -> Option<Self> {
        match word {
            "week" => Some(Self::Week),
            "month" => Some(Self::Month),
            "year" => Some(Self::Year),
            "all" => Some(Self::All),
            _ => None,
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Self::Week => "week",
            Self::Month => "month",
            Self::Year => "year",
            Self::All => "all",
        }
    }

    /// For people, as the beginning of a sentence.
    pub fn words(self) -> &'static str {
        match self {
            Self::Week => say!("The last 7 days"),
            Self::Month => say!("The last 30 days"),
            Self::Year => say!("The last 365 days"),
            Self::All => say!("All the time"),
        }
    }

    /// Milliseconds since the Unix epoch where it begins.
    pub fn begins_ms(self, now_ms: i64) -> i64 {
        let days = match self {
            Self::Week => 7,
            Self::Month => 30,
            Self::Year => 365,
            Self::All => return i64::MIN,
        };
        now_ms.saturating_sub(days * 86_400_000)
    }
}

/// Of one period.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Stats {
    pub plays: u64,
    pub skips: u64,
    /// Heard, also of what was neither.
    pub seconds: f64,
    /// Times of listening with less than half an hour between.
    pub sessions: u64,
    pub longest_session_s: f64,
    /// The most played first.
    pub tracks: Vec<Top>,
    pub artists: Vec<Top>,
    pub albums: Vec<Top>,
}

impl Stats {
    /// Figures and lists for people, as [`super::tally::Tally::lines`] has them.
    pub fn lines(&self) -> super::tally::Lines {
        let hours = |seconds: f64| format!("{:.1} h", seconds / 3600.0);
        let row = |name: &str, value: String| (name.to_owned(), value);
        let mut lines = vec![
            row(say!("Plays"), self.plays.to_string()),
            row(say!("Skips"), self.skips.to_string()),
            row(say!("Heard"), hours(self.seconds)),
            row(say!("Sessions"), self.sessions.to_string()),
            row(say!("The longest session"), hours(self.longest_session_s)),
        ];
        let lists = [
            (say!("Artists"), &self.artists),
            (say!("Albums"), &self.albums),
            (say!("Tracks"), &self.tracks),
        ];
        for (title, list) in lists.into_iter().filter(|(_, list)| !list.is_empty()) {
            lines.extend([row("", String::new()), row(title, String::new())]);
            let line = |top: &Top| {
                let by = if top.artists.is_empty() {
                    String::new()
                } else {
                    format!("  ({})", top.artists.join(", "))
                };
                row(
                    &format!("  {}{by}", top.name),
                    say!("{plays} plays, {hours}", plays = top.plays, hours = hours(top.seconds)),
                )
            };
            lines.extend(list.iter().map(line));
        }
        lines
    }
}

/// A row of a list.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Top {
    pub name: String,
    /// Of a track or an album.
    #[serde(default)]
    pub artists: Vec<String>,
    pub plays: u64,
    pub seconds: f64,
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The sentences of Last.fm's rule, in frames.
    #[test]
    fn half_a_track_or_four_minutes_are_a_play_and_what_is_not_longer_than_30_s_is_none() {
        assert_eq!(enough(Some(30 * 1000), 1000), None);
        assert_eq!(enough(Some(30 * 1000 + 1), 1000), Some(15_001));
        assert_eq!(enough(Some(200 * 44_100), 44_100), Some(100 * 44_100));
        assert_eq!(enough(Some(480 * 1000), 1000), Some(240_000));
        assert_eq!(enough(Some(3600 * 1000), 1000), Some(240_000));
        assert_eq!(enough(None, 1000), Some(240_000));
    }

    #[test]
    fn a_period_is_read_by_its_name() {
        for name in Period::NAMES {
            assert_eq!(Period::parse(name).map(Period::name), Some(*name));
        }
        assert_eq!(Period::parse("day"), None);
        assert_eq!(Period::Week.begins_ms(604_800_000 + 5), 5);
    }
}
