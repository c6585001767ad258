//! The words of a song, as others are told them.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::path::JsonPath;
use crate::model::address::without_user;
use crate::model::lyrics::{Found, Line, Lyrics, Word};

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
    /// Its words, where their times are known too.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub words: Vec<SungWord>,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct SungWord {
    pub at_s: f64,
    /// With the blank behind it; empty where the singing pauses.
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

fn words(line: &Line) -> Vec<SungWord> {
    let word = |(at, word): (usize, &Word)| SungWord {
        at_s: word.at.as_secs_f64(),
        text: line.parts(Some(at))[1].to_owned(),
    };
    line.words.iter().enumerate().map(word).collect()
}

fn lines(lyrics: &Lyrics) -> Vec<SungLine> {
    let line = |line: &Line| SungLine {
        at_s: line.at.map(|at| at.as_secs_f64()),
        text: line.text.clone(),
        words: words(line),
    };
    lyrics.lines.iter().map(line).collect()
}
