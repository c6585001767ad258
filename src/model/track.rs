//! What is known of one audio file: where it is, what it is, what its tags say. Made by the scanner, kept by the
//! store, packed into the catalog.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::audio::{Spec, frames_to_duration};
use super::id::TrackId;
use super::tag::Mbid;

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

    /// `FLAC 44100 Hz 16 bit`.
    pub fn words(&self) -> String {
        let bits = self.bits.map_or(String::new(), |bits| format!(" {bits} bit"));
        format!("{} {} Hz{bits}", self.codec.name(), self.spec.rate)
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
    pub details: Details,
}

/// What is asked for one track at a time: in the store, not in the catalog.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Details {
    /// When it first came out, as written.
    pub original_date: Option<String>,
    pub disc_title: Option<String>,
    pub composers_sort: Vec<String>,
    pub conductors: Vec<String>,
    pub lyricists: Vec<String>,
    pub work: Option<String>,
    pub movement: Option<String>,
    pub movement_number: Numbered,
    pub labels: Vec<String>,
    pub catalogue_numbers: Vec<String>,
    pub comments: Vec<String>,
    /// Beats per minute, in hundredths.
    pub bpm_hundredths: Option<u32>,
    pub musicbrainz: MusicBrainz,
    /// The file has lyrics; their text is read from it when asked for.
    pub has_lyrics: bool,
    /// The file has a picture inside.
    pub has_picture: bool,
    /// How its texts were coded, where the file said otherwise: they are mended here, not in the file.
    pub mended_from: Option<String>,
}

/// Identifiers of MusicBrainz.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MusicBrainz {
    pub recording: Option<Mbid>,
    /// The recording's place on its release.
    pub track: Option<Mbid>,
    pub release: Option<Mbid>,
    pub release_group: Option<Mbid>,
    pub artists: Vec<Mbid>,
    pub album_artists: Vec<Mbid>,
}

impl Tags {
    /// Who the album is by: the track's own artists where the file names no other.
    pub fn album_artists_or_artists(&self) -> &[String] {
        if self.album_artists.is_empty() { &self.artists } else { &self.album_artists }
    }

    /// The year of `date`, see [`year`].
    pub fn year(&self) -> Option<u16> {
        year(self.date.as_deref()?)
    }
}

/// The year of a date as it is written, where that begins with four digits that can be one.
pub fn year(date: &str) -> Option<u16> {
    let digits = date.get(..4)?;
    let all_digits = digits.bytes().all(|byte| byte.is_ascii_digit());
    digits.parse().ok().filter(|&year| all_digits && year > 0)
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

impl Track {
    /// Format and size in a few words: `FLAC 44100 Hz 16 bit, 31.2 MB`. A megabyte has 1,000,000 bytes.
    pub fn summary(&self) -> String {
        format!("{}, {:.1} MB", self.format.words(), self.stamp.size as f64 / 1e6)
    }
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
