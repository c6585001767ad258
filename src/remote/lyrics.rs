//! The words of a song, as others are told them.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::path::JsonPath;
use crate::model::address::without_user;
use crate::model::lyrics::{Found, Lyrics};

/// The answer to `lyrics`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct LyricsLine {
    #[serde(flatten)]
    pub path: JsonPath,
    /// `words`, `instrumental`, `nothing`, `failed`, `looking`.
    pub found: String,
    /// Why there are none, where there are none.
    pub why: Option<String>,
    /// `tags`, `file`, `online`.
    pub source: Option<String>,
    /// The lines have times.
    pub timed: bool,
    pub lines: Vec<SungLine>,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct SungLine {
    /// Seconds from the beginning.
    pub at_s: Option<f64>,
    pub text: String,
}

impl LyricsLine {
    pub fn new(path: &Path, found: &Found) -> Self {
        let none = |found: &str, why: Option<&String>| Self {
            path: JsonPath::new(&without_user(path)),
            found: found.to_owned(),
            why: why.cloned(),
            ..Self::default()
        };
        match found {
            Found::Words(lyrics) => Self {
                source: Some(lyrics.source.name().to_owned()),
                timed: lyrics.is_timed(),
                lines: lines(lyrics),
                ..none("words", None)
            },
            Found::Instrumental => none("instrumental", None),
            Found::Nothing(why) => none("nothing", Some(why)),
            Found::Failed(why) => none("failed", Some(why)),
            Found::Looking => none("looking", None),
        }
    }
}

fn lines(lyrics: &Lyrics) -> Vec<SungLine> {
    let line = |line: &crate::model::lyrics::Line| SungLine {
        at_s: line.at.map(|at| at.as_secs_f64()),
        text: line.text.clone(),
    };
    lyrics.lines.iter().map(line).collect()
}
