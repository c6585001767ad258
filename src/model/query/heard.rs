//! What a query asks of how tracks sound: their key, and what they sound like. The latter is found elsewhere, by whoever
//! has measured; a query is told before it is asked.

use std::collections::HashMap;
use std::fmt::{self, Display, Formatter};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::model::id::TrackId;
use crate::model::key::Tonality;

/// Tracks that sound like something, beside itself, as far as `like:` goes.
pub const ALIKE: usize = 50;
/// In place of a track's name: what plays.
pub const CURRENT: &str = "current";

/// The keys that are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keys {
    Unknown,
    Is(Tonality),
    /// That, its fifths and its relative: what goes with it.
    Near(Tonality),
}

impl Keys {
    pub(super) fn fit(self, key: Option<Tonality>) -> bool {
        match (self, key) {
            (Self::Unknown, key) => key.is_none(),
            (Self::Is(wanted), key) => key == Some(wanted),
            (Self::Near(wanted), key) => key.is_some_and(|key| key.key().steps_to(wanted.key()) <= 1),
        }
    }
}

impl Display for Keys {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown => f.write_str("key:none"),
            Self::Is(key) => write!(f, "key:{}", key.short()),
            Self::Near(key) => write!(f, "key~{}", key.short()),
        }
    }
}

/// Something that tracks are to sound like.
#[derive(Debug, Clone)]
pub struct Like {
    /// A path, a query, or [`CURRENT`].
    pub words: String,
    /// `None`: it is not known.
    pub found: Option<Arc<Alike>>,
}

impl PartialEq for Like {
    fn eq(&self, other: &Self) -> bool {
        self.words == other.words
    }
}

impl Like {
    pub(super) fn has(&self, track: TrackId) -> bool {
        self.found.as_ref().is_some_and(|alike| alike.has(track))
    }
}

/// What sounds like something.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alike {
    /// By id.
    tracks: Vec<TrackId>,
    /// Why there is nothing.
    pub problem: Option<String>,
}

impl Alike {
    pub fn new(mut tracks: Vec<TrackId>) -> Self {
        tracks.sort_unstable();
        tracks.dedup();
        Self { tracks, problem: None }
    }

    pub fn problem(why: impl Into<String>) -> Self {
        Self { tracks: Vec::new(), problem: Some(why.into()) }
    }

    pub fn has(&self, track: TrackId) -> bool {
        self.tracks.binary_search(&track).is_ok()
    }

    pub fn tracks(&self) -> &[TrackId] {
        &self.tracks
    }
}

/// What sounds like what, by the words of the queries.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Likes(HashMap<String, Arc<Alike>>);

impl Likes {
    pub fn get(&self, words: &str) -> Option<&Arc<Alike>> {
        self.0.get(words)
    }

    pub fn set(&mut self, words: impl Into<String>, alike: Arc<Alike>) {
        self.0.insert(words.into(), alike);
    }

    pub fn words(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// Forgets what others are like.
    pub fn retain(&mut self, keep: impl Fn(&str) -> bool) {
        self.0.retain(|words, _| keep(words));
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Why one of these finds nothing.
    pub fn problem(&self, words: &[String]) -> Option<&str> {
        words.iter().find_map(|words| self.get(words)?.problem.as_deref())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::query::Query;

    fn key(text: &str) -> Tonality {
        Tonality::parse(text).unwrap()
    }

    #[test]
    fn near_keys_are_the_same_the_fifths_and_the_relative() {
        let fits = |keys: Keys| {
            let all = (1..=12).flat_map(|hour| [format!("{hour}A"), format!("{hour}B")]);
            all.filter(|code| keys.fit(Some(key(code)))).collect::<Vec<_>>()
        };
        assert_eq!(fits(Keys::Near(key("Am"))), ["7A", "8A", "8B", "9A"]);
        assert_eq!(fits(Keys::Near(key("12B"))), ["1B", "11B", "12A", "12B"]);
        assert_eq!(fits(Keys::Is(key("C#m"))), ["12A"]);
        assert!(Keys::Unknown.fit(None) && !Keys::Near(key("C")).fit(None));
    }

    #[test]
    fn queries_of_sound_print_as_they_are_read() {
        for (text, printed) in [
            ("key:8A", "key:Am"),
            ("key=\"C# minor\"", "key:C#m"),
            ("key~eb", "key~Eb"),
            ("key!=none", "-key:none"),
            ("like:current", "like:\"current\""),
            ("bpm:120..130", "bpm:120..130"),
            ("tempo>=90", "bpm>=90"),
        ] {
            let query = Query::parse(text).unwrap();
            assert_eq!(query.to_string(), printed);
            assert_eq!(Query::parse(printed).as_ref(), Ok(&query));
        }
        for (text, word) in [("key:H", "key"), ("key>C", "key"), ("like~x", "like"), ("bpm:fast", "number")] {
            let error = Query::parse(text).unwrap_err();
            assert!(error.message.contains(word), "{text}: {}", error.message);
        }
    }

    #[test]
    fn a_query_knows_what_is_alike_once_it_was_told() {
        let mut query = Query::parse("like:a -like:\"b c\" like:a").unwrap();
        assert_eq!(query.likes(), ["a", "b c"]);
        let mut likes = Likes::default();
        likes.set("b c", Arc::new(Alike::problem("no such track")));
        query.know(&likes);
        assert_eq!(likes.problem(&query.likes()), Some("no such track"));
        let alike = Alike::new(vec![TrackId(7), TrackId(3), TrackId(7)]);
        assert!(alike.has(TrackId(3)) && alike.has(TrackId(7)) && !alike.has(TrackId(5)));
    }
}
