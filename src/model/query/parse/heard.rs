//! Keys and likeness: `key:Am`, `key~8A`, `like:"space oddity"`.

use super::{Parsed, Parser};
use crate::model::key::Tonality;
use crate::model::query::QueryError;
use crate::model::query::expr::{Expr, Test};
use crate::model::query::heard::{Keys, Like};
use crate::say;

impl Parser<'_> {
    pub(super) fn key_test(&mut self, sign: &str, at: usize) -> Parsed<Expr> {
        if !matches!(sign, ":" | "=" | "!=" | "~") {
            return Err(QueryError { at, message: say!("key takes : = != or ~ and a key").to_owned() });
        }
        let value_at = self.at;
        let word = self.value(at)?;
        let keys = match Tonality::parse(&word) {
            Some(key) if sign == "~" => Keys::Near(key),
            Some(key) => Keys::Is(key),
            None if word.eq_ignore_ascii_case("none") && sign != "~" => Keys::Unknown,
            None => {
                let message =
                    say!("{word} is no key such as Am, C#, Eb major or 8A", word = format!("{word:?}"));
                return Err(QueryError { at: value_at, message });
            }
        };
        self.signed(sign, Test::Key(keys))
    }

    pub(super) fn like_test(&mut self, sign: &str, at: usize) -> Parsed<Expr> {
        if !matches!(sign, ":" | "=" | "!=") {
            let message = say!("like takes : or != and a path, a title, or current").to_owned();
            return Err(QueryError { at, message });
        }
        let words = self.value(at)?.trim().to_owned();
        if words.is_empty() {
            return Err(self.error(say!("what it is to sound like is missing here")));
        }
        self.signed(sign, Test::Like(Like { words, found: None }))
    }
}
