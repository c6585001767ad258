//! Releases as MusicBrainz has them: those that may be meant, and one with all its tracks. Pure; texts are without control
//! characters.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::counted;

/// Where releases are asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LookupSettings {
    pub online: bool,
    /// Address of a server that speaks as MusicBrainz does.
    pub url: String,
}

impl LookupSettings {
    pub const MUSICBRAINZ: &str = "https://musicbrainz.org";
}

impl Default for LookupSettings {
    fn default() -> Self {
        Self { online: false, url: Self::MUSICBRAINZ.to_owned() }
    }
}

/// A release that may be meant, as others are told it, too.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Candidate {
    /// Its identifier.
    pub id: String,
    /// How well the names fit, 0 to 100.
    pub score: u8,
    pub title: String,
    pub artist: String,
    /// As far as it is known: `1997-06-16`, `1997`, nothing.
    pub date: String,
    /// ISO 3166 code, `XE` for Europe, `XW` for all of the world.
    pub country: String,
    pub tracks: u32,
    /// `CD`, `2 × 12" Vinyl`
    pub format: String,
    pub label: String,
    /// What tells it from others of the same name.
    pub note: String,
}

impl Candidate {
    /// All but score, artist and title, as a line.
    pub fn details(&self) -> String {
        let tracks = match self.tracks {
            0 => String::new(),
            tracks => counted!(tracks, "track", "tracks"),
        };
        let all = [&self.date, &self.country, &tracks, &self.format, &self.label, &self.note];
        let known: Vec<&str> = all.into_iter().map(String::as_str).filter(|text| !text.is_empty()).collect();
        known.join(" · ")
    }
}

/// What was looked up last.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LookupView {
    pub looking: bool,
    /// Files that it is about.
    pub files: usize,
    /// Best first.
    pub found: Vec<Candidate>,
    /// Why it could not be looked up.
    pub problem: Option<String>,
}

/// Who made something: the text for show, and each one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Credit {
    pub text: String,
    pub names: Vec<String>,
    pub ids: Vec<String>,
    pub sort: String,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Release {
    pub id: String,
    pub title: String,
    pub credit: Credit,
    pub date: String,
    /// Of the first release of the same album.
    pub first_date: String,
    pub group: String,
    pub label: String,
    pub catalog_number: String,
    pub discs: u32,
    /// In order.
    pub tracks: Vec<ReleaseTrack>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReleaseTrack {
    pub id: String,
    pub recording: String,
    /// Counted from 1.
    pub disc: u32,
    pub disc_title: String,
    pub number: u32,
    /// Tracks of its disc.
    pub of: u32,
    pub title: String,
    pub credit: Credit,
    pub length: Option<Duration>,
}
