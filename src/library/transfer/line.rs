//! One line.

use serde::{Deserialize, Serialize};

use crate::model::audio::Volume;
use crate::model::id::ItemId;
use crate::model::json_path::JsonPath;
use crate::model::listening::Verdict;
use crate::model::playback::{Repeat, Shuffle, ShuffleBy};
use crate::model::session::SessionPosition;
use crate::model::template::Usage;
use crate::model::track::{AudioFormat, FileStamp, Tags};

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Line {
    /// The first line.
    Auralis {
        version: u32,
    },
    Root {
        #[serde(flatten)]
        file: JsonPath,
    },
    Track(Box<TrackLine>),
    Listen(ListenLine),
    Bookmark {
        name: String,
        #[serde(flatten)]
        file: JsonPath,
        frame: u64,
        rate: u32,
    },
    /// How much sooner the words of a song are shown than they are told.
    LyricsOffset {
        #[serde(flatten)]
        file: JsonPath,
        ms: i32,
    },
    /// A sound device and the volume that it was left with; the one that was used last comes last.
    Output {
        id: String,
        volume: u8,
    },
    ChosenOutput {
        id: String,
    },
    /// How much a number counts by what was learned: a dimension of the fingerprint, or `timbre`.
    Weight {
        name: String,
        factor: f32,
    },
    Playlist {
        id: u64,
        name: String,
        #[serde(default, skip_serializing_if = "String::is_empty")]
        note: String,
        /// Of a smart one, as it was typed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        query: Option<String>,
    },
    /// Of the list above.
    Entry(EntryLine),
    Template(TemplateLine),
    /// Of the template above.
    Kept {
        #[serde(flatten)]
        file: JsonPath,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        now: Option<JsonPath>,
    },
    /// The modes of playing, and the place in the queue below.
    Session(SessionLine),
    Queued {
        id: ItemId,
        #[serde(flatten)]
        file: JsonPath,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        now: Option<JsonPath>,
    },
    /// Of the random order of play.
    Turn {
        id: ItemId,
    },
}

fn is_zero(count: &u32) -> bool {
    *count == 0
}

/// Times are seconds since the Unix epoch.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct TrackLine {
    #[serde(flatten)]
    pub file: JsonPath,
    pub added: i64,
    #[serde(default, skip_serializing_if = "is_zero")]
    pub plays: u32,
    #[serde(default, skip_serializing_if = "is_zero")]
    pub skips: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_played: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_skipped: Option<i64>,
    /// Half stars, 1 to 10.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rating: Option<u8>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub favourite: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub left_off: Option<PlaceLine>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub missing: Option<MissingLine>,
    /// What its sound is known by (`AudioId::guess`), hexadecimal: finds it again under another path.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sound: Option<String>,
    /// What it is called, for the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub names: Option<NamesLine>,
}

/// What a file says that it is called.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct NamesLine {
    pub title: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub artists: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub album: Option<String>,
    /// Length.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub millis: Option<u64>,
}

/// Where a long track was left off: frames of its own rate, in Hz.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct PlaceLine {
    pub frame: u64,
    pub rate: u32,
}

/// Of a track whose file is gone: since when, and what the file said.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct MissingLine {
    pub since: i64,
    pub stamp: FileStamp,
    pub format: AudioFormat,
    pub tags: Tags,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ListenLine {
    /// Milliseconds since the Unix epoch.
    pub began_ms: i64,
    #[serde(flatten)]
    pub of: Heard,
    pub frames: u64,
    pub rate: u32,
    pub verdict: Verdict,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Heard {
    /// A track that there is no more: each of them has a number, in the order in which they come.
    Gone {
        gone: u32,
    },
    File(JsonPath),
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct EntryLine {
    #[serde(flatten)]
    pub file: JsonPath,
    /// Where the file lies by now, where it was moved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub now: Option<JsonPath>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub told: Option<ToldLine>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// What a playlist file said of it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ToldLine {
    pub title: String,
    pub artist: String,
    pub album: String,
    pub millis: Option<u64>,
}

/// Times are seconds since the Unix epoch.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct TemplateLine {
    pub id: u64,
    pub name: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub favourite: bool,
    pub shuffle: Option<ShuffleBy>,
    pub repeat: Repeat,
    pub made: i64,
    pub changed: i64,
    pub usage: Usage,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SessionLine {
    pub position: Option<SessionPosition>,
    pub volume: Volume,
    pub muted: bool,
    pub repeat: Repeat,
    pub shuffle: Shuffle,
    pub chance: u64,
    pub consume: bool,
}
