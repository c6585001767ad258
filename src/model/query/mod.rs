//! The query language: what the filter, the search and smart playlists are asked in. Pure; any thread.
//!
//! - `pink floyd`: every word occurs in some text of the track: title, artists, album, its artists, genres, composers, file
//!   name. Case and diacritics are nothing: `motorhead` finds `Motörhead`. `"pink floyd"` is one text with a blank in it.
//! - `artist:bowie`, `year:1990..1999`, `rating>=4`, `added<30d`, `is:lossless`: one field; [`field::FIELDS`] has all.
//!   `:` occurs in it, `=` is all of it, `~` is a regular expression; `genre=""` is a track without one.
//! - `-live`, `not live`; `a or b`, `a | b`; `(a or b) c`. `or` binds weaker than standing beside each other.
//! - `/^the b/`: a regular expression in any text, on the text as it is written, case aside.
//! - `~a bowie ~y1970-1979`: cmus's short form, see [`short`].
//! - `bpm:120..130`, `key~8A`, `like:"space oddity"`: how it sounds, as far as it was measured. What is like what is found
//!   elsewhere, and a query is told by [`Query::know`].
//!
//! A query means what it says, and says the same of a track whatever else the library has: that is [`Query::matches`]. A
//! *search* that finds nothing takes bare words that occur nowhere for slips of the keys, see `near`: that is [`search::Searcher`].

mod expr;
pub mod field;
pub mod heard;
mod matches;
mod near;
mod parse;
pub mod search;
pub mod short;
mod spread;
mod texts;
mod value;

use std::fmt::{self, Display, Formatter};

use expr::Expr;
pub use value::date_text;

use super::catalog::TrackRef;
use super::facts::TrackFacts;
use crate::say;

/// Why a text is no query, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct QueryError {
    /// Byte of the text; always where a letter begins, or its end.
    pub at: usize,
    pub message: String,
}

/// A query that was understood. Prints as a text that gives it again.
#[derive(Debug, Clone, PartialEq)]
pub struct Query {
    expr: Expr,
}

impl Default for Query {
    /// Everything.
    fn default() -> Self {
        Self { expr: Expr::All(Vec::new()) }
    }
}

impl Query {
    pub fn parse(text: &str) -> Result<Self, QueryError> {
        if text.len() > parse::MAX_BYTES {
            let message = say!("a query has at most {most} bytes", most = parse::MAX_BYTES);
            return Err(QueryError { at: 0, message });
        }
        let expr = if short::is_short(text) {
            short::Short::new(text).whole()?
        } else {
            parse::Parser::new(text).whole()?
        };
        Ok(Self { expr })
    }

    /// An empty query matches everything.
    pub fn is_empty(&self) -> bool {
        self.expr == Expr::All(Vec::new())
    }

    /// Whether the track is what is asked for. `now_s`: seconds since the Unix epoch, for ages.
    pub fn matches(&self, track: &TrackRef<'_>, facts: &TrackFacts, now_s: i64) -> bool {
        self.expr.fits(track, facts, now_s)
    }

    /// Whether it asks for nothing but words in whatever text there is.
    pub fn is_words(&self) -> bool {
        let mut words = true;
        self.expr.each_test(&mut |test| words &= matches!(test, expr::Test::Any { .. }));
        words
    }

    /// Whether these texts are what is asked for, where they are all that there is: a field is in none of them.
    pub fn fits_texts<'a>(&self, texts: impl IntoIterator<Item = &'a str>) -> bool {
        let texts: Vec<&str> = texts.into_iter().collect();
        self.expr.fits_texts(&texts)
    }

    /// What it asks to sound like, in the words of the query.
    pub fn likes(&self) -> Vec<String> {
        let mut likes = Vec::new();
        self.expr.each_test(&mut |test| {
            if let expr::Test::Like(like) = test
                && !likes.contains(&like.words)
            {
                likes.push(like.words.clone());
            }
        });
        likes
    }

    /// With what is known to sound like that. Before, nothing does.
    pub fn know(&mut self, likes: &heard::Likes) {
        self.expr.each_test_mut(&mut |test| {
            if let expr::Test::Like(like) = test {
                like.found = likes.get(&like.words).cloned();
            }
        });
    }

    /// Whether the answer can change with the facts, though the catalog stays.
    pub fn asks_facts(&self) -> bool {
        let mut asks = false;
        self.expr.each_test(&mut |test| asks |= test.asks_facts());
        asks
    }
}

impl Display for Query {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.expr.fmt(f)
    }
}
