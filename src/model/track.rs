//! What is known of one audio file: where it is, what it is, what its tags say. Made by the scanner, kept by the
//! store, packed into the catalog.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::audio::{Spec, frames_to_duration};
use super::id::TrackId;

/// How the samples are coded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Codec {
    Flac,
    Mp3,
    Mp2,
    Mp1,
    Vorbis,
    Opus,
    Aac,
    Alac,
    Pcm,
    Adpcm,
    WavPack,
    Ape,
    Tta,
    /// One bit at a high rate, brought to PCM on decoding.
    Dsd,
}

impl Codec {
    /// All of them, by name.
    pub const BY_NAME: [Self; 14] = [
        Self::Aac,
        Self::Adpcm,
        Self::Alac,
        Self::Dsd,
        Self::Flac,
        Self::Ape,
        Self::Mp1,
        Self::Mp2,
        Self::Mp3,
        Self::Opus,
        Self::Pcm,
        Self::Tta,
        Self::Vorbis,
        Self::WavPack,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::Flac => "FLAC",
            Self::Mp3 => "MP3",
            Self::Mp2 => "MP2",
            Self::Mp1 => "MP1",
            Self::Vorbis => "Vorbis",
            Self::Opus => "Opus",
            Self::Aac => "AAC",
            Self::Alac => "ALAC",
            Self::Pcm => "PCM",
            Self::Adpcm => "ADPCM",
            Self::WavPack => "WavPack",
            Self::Ape => "Monkey's Audio",
            Self::Tta => "True Audio",
            Self::Dsd => "DSD",
        }
    }

    pub fn is_lossless(self) -> bool {
        matches!(self, Self::Flac | Self::Alac | Self::Pcm | Self::WavPack | Self::Ape | Self::Tta)
    }
}

/// The sound of a file as its container describes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct AudioFormat {
    pub codec: Codec,
    pub spec: Spec,
    /// Significant bits of a sample where the codec has them (lossless and PCM).
    pub bits: Option<u8>,
    /// Playable frames, encoder delay and padding taken off; `None` where only decoding would tell.
    pub frames: Option<u64>,
}

impl AudioFormat {
    pub fn duration(&self) -> Option<std::time::Duration> {
        self.frames.map(|frames| frames_to_duration(frames, self.spec.rate))
    }
}

/// Frames that are coded but are not music, taken off by the decoder.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Trim {
    /// Encoder delay.
    pub start: u64,
    /// Padding, where the file tells.
    pub end: u64,
}

/// A number with an optional total, as in "3/12".
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Numbered {
    pub number: Option<u32>,
    pub total: Option<u32>,
}

/// What a file says of itself. Text is as the file has it, several values kept as several; nothing is made up:
/// what the file does not say is empty.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tags {
    pub title: Option<String>,
    pub artists: Vec<String>,
    pub album: Option<String>,
    pub album_artists: Vec<String>,
    pub composers: Vec<String>,
    pub genres: Vec<String>,
    pub track: Numbered,
    pub disc: Numbered,
    /// As written, for example `1997`, `1997-06-16`.
    pub date: Option<String>,
    pub compilation: bool,
    pub title_sort: Option<String>,
    pub artists_sort: Vec<String>,
    pub album_sort: Option<String>,
    pub album_artists_sort: Vec<String>,
}

impl Tags {
    /// The year of `date`, where it begins with four digits that can be one.
    pub fn year(&self) -> Option<u16> {
        let digits = self.date.as_deref()?.get(..4)?;
        let all_digits = digits.bytes().all(|byte| byte.is_ascii_digit());
        digits.parse().ok().filter(|&year| all_digits && year > 0)
    }
}

/// What tells that a file has changed without reading it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileStamp {
    /// Bytes.
    pub size: u64,
    /// Modification time, nanoseconds since the Unix epoch.
    pub mtime_ns: i64,
    pub inode: u64,
}

/// One file of the library.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Track {
    pub id: TrackId,
    /// Absolute. Bytes, not necessarily UTF-8.
    pub path: PathBuf,
    pub stamp: FileStamp,
    pub format: AudioFormat,
    pub tags: Tags,
    /// Seconds since the Unix epoch when the scanner first saw the file.
    pub added_s: i64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_year_is_read_only_where_one_is_written() {
        let year = |date: &str| Tags { date: Some(date.into()), ..Tags::default() }.year();
        assert_eq!(year("1997"), Some(1997));
        assert_eq!(year("1997-06-16"), Some(1997));
        assert_eq!(year("19xx"), None);
        assert_eq!(year("0000"), None);
        assert_eq!(year("c. 1970"), None);
        assert_eq!(year("+199"), None);
        assert_eq!(year("199"), None);
        assert_eq!(year("日本語"), None);
    }
}
