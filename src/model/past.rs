//! Bringing over what another player or service knows of the user's listening: from where, and how.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// Whose plays, ratings and lists they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Source {
    Cmus,
    Mpd,
    Rmpc,
    Listenbrainz,
    Lastfm,
    M3u,
}

impl Source {
    pub const NAMES: &'static [&'static str] = &["cmus", "mpd", "rmpc", "listenbrainz", "lastfm", "m3u"];

    pub fn parse(word: &str) -> Option<Self> {
        match word {
            "cmus" => Some(Self::Cmus),
            "mpd" => Some(Self::Mpd),
            "rmpc" => Some(Self::Rmpc),
            "listenbrainz" => Some(Self::Listenbrainz),
            "lastfm" => Some(Self::Lastfm),
            "m3u" => Some(Self::M3u),
            _ => None,
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Self::Cmus => "cmus",
            Self::Mpd => "mpd",
            Self::Rmpc => "rmpc",
            Self::Listenbrainz => "listenbrainz",
            Self::Lastfm => "lastfm",
            Self::M3u => "m3u",
        }
    }

    /// It lies in no usual place: a file, or a folder, must be named.
    pub fn needs_path(self) -> bool {
        matches!(self, Self::Listenbrainz | Self::Lastfm | Self::M3u)
    }
}

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Importing {
    pub source: Source,
    /// Where it is; `None`: in one of the usual places.
    #[serde(with = "crate::model::path_bytes")]
    pub path: Option<PathBuf>,
    /// What MPD calls `music_directory`.
    #[serde(with = "crate::model::path_bytes")]
    pub music: Option<PathBuf>,
    /// Set it; else it is only told what would be set.
    pub apply: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_is_read_by_its_name() {
        for name in Source::NAMES {
            assert_eq!(Source::parse(name).map(Source::name), Some(*name));
        }
        assert_eq!(Source::parse("winamp"), None);
    }
}
