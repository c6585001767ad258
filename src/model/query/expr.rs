//! What a query says, as a tree, and how it is written. What `parse` gives prints so that `parse` gives it again.

use std::fmt::{self, Display, Formatter, Write};

use regex::{Regex, RegexBuilder};

use super::field::{Field, Flag, NumberField, TextField, TimeField};
use super::heard::{Keys, Like};
use super::value::{Span, age_text, date_text, number_text};
use crate::model::fold::fold;

/// A text that is looked for.
#[derive(Debug, Clone)]
pub enum Pattern {
    /// Occurs in the text, case and diacritics aside.
    Has(Folded),
    /// Is the whole text, case and diacritics aside; empty: there is no text.
    Is(Folded),
    /// Matches the text as it is written, case aside.
    Regex(Box<Regex>),
}

/// A text and what it is compared as.
#[derive(Debug, Clone)]
pub struct Folded {
    pub text: String,
    pub folded: String,
}

impl Folded {
    pub fn new(text: impl Into<String>) -> Self {
        let text = text.into();
        Self { folded: fold(&text), text }
    }
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Has(a), Self::Has(b)) | (Self::Is(a), Self::Is(b)) => a.text == b.text,
            (Self::Regex(a), Self::Regex(b)) => a.as_str() == b.as_str(),
            _ => false,
        }
    }
}

/// Bytes of a compiled regular expression, and of its cache: what a hostile one may cost.
const REGEX_BYTES: usize = 1 << 20;
const REGEX_NESTING: u32 = 50;

/// A regular expression without regard to case (`(?-i)` takes that back), with bounds on its size.
pub fn regex(source: &str) -> Result<Pattern, regex::Error> {
    let mut builder = RegexBuilder::new(source);
    builder
        .case_insensitive(true)
        .size_limit(REGEX_BYTES)
        .dfa_size_limit(REGEX_BYTES)
        .nest_limit(REGEX_NESTING);
    builder.build().map(|regex| Pattern::Regex(Box::new(regex)))
}

/// One thing that is so of a track or not.
#[derive(Debug, Clone, PartialEq)]
pub enum Test {
    /// In any text of the track. `loose` where it was typed without quotes: a search may take it for a slip of the keys.
    Any {
        pattern: Pattern,
        loose: bool,
    },
    Text(TextField, Pattern),
    Number(NumberField, Span),
    /// Seconds between then and now.
    Age(TimeField, Span),
    /// Seconds since the epoch.
    When(TimeField, Span),
    Is(Flag),
    Key(Keys),
    Like(Like),
}

#[derive(Debug, Clone, PartialEq)]
pub enum Expr {
    All(Vec<Expr>),
    One(Vec<Expr>),
    Not(Box<Expr>),
    Test(Test),
}

impl Expr {
    /// All of these; without groups that say nothing.
    pub fn all(parts: Vec<Self>) -> Self {
        Self::flat(parts, |part| if let Self::All(inner) = part { Ok(inner) } else { Err(part) }, Self::All)
    }

    /// At least one of these.
    pub fn one(parts: Vec<Self>) -> Self {
        Self::flat(parts, |part| if let Self::One(inner) = part { Ok(inner) } else { Err(part) }, Self::One)
    }

    fn flat(
        parts: Vec<Self>,
        open: impl Fn(Self) -> Result<Vec<Self>, Self>,
        make: fn(Vec<Self>) -> Self,
    ) -> Self {
        let mut flat = Vec::with_capacity(parts.len());
        for part in parts {
            match open(part) {
                Ok(inner) => flat.extend(inner),
                Err(part) => flat.push(part),
            }
        }
        if flat.len() == 1 { flat.remove(0) } else { make(flat) }
    }

    /// As [`Expr::each_test`], to be changed.
    pub fn each_test_mut(&mut self, each: &mut impl FnMut(&mut Test)) {
        match self {
            Self::All(parts) | Self::One(parts) => parts.iter_mut().for_each(|part| part.each_test_mut(each)),
            Self::Not(inner) => inner.each_test_mut(each),
            Self::Test(test) => each(test),
        }
    }

    /// Every test in it, in the order written.
    pub fn each_test<'a>(&'a self, each: &mut impl FnMut(&'a Test)) {
        match self {
            Self::All(parts) | Self::One(parts) => parts.iter().for_each(|part| part.each_test(each)),
            Self::Not(inner) => inner.each_test(each),
            Self::Test(test) => each(test),
        }
    }
}

impl Display for Expr {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::All(parts) => joined(f, parts, " "),
            Self::One(parts) => joined(f, parts, " or "),
            Self::Not(inner) => {
                f.write_char('-')?;
                grouped(f, inner)
            }
            Self::Test(test) => test.fmt(f),
        }
    }
}

fn joined(f: &mut Formatter<'_>, parts: &[Expr], between: &str) -> fmt::Result {
    for (at, part) in parts.iter().enumerate() {
        if at > 0 {
            f.write_str(between)?;
        }
        grouped(f, part)?;
    }
    Ok(())
}

fn grouped(f: &mut Formatter<'_>, part: &Expr) -> fmt::Result {
    match part {
        Expr::All(_) | Expr::One(_) => write!(f, "({part})"),
        Expr::Not(_) | Expr::Test(_) => part.fmt(f),
    }
}

impl Display for Test {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Any { pattern: Pattern::Has(words), loose: true } => f.write_str(&words.text),
            Self::Any { pattern: Pattern::Has(words) | Pattern::Is(words), .. } => quoted(f, &words.text),
            Self::Any { pattern: Pattern::Regex(regex), .. } => slashed(f, regex.as_str()),
            Self::Text(field, pattern) => text(f, Field::Text(*field).name(), pattern),
            Self::Number(field, span) => {
                range(f, Field::Number(*field).name(), *span, |value| number_text(*field, value))
            }
            Self::Age(field, span) => age(f, Field::Time(*field).name(), *span),
            Self::When(field, span) => range(f, Field::Time(*field).name(), *span, date_text),
            Self::Is(flag) => write!(f, "is:{}", flag.name()),
            Self::Key(keys) => keys.fmt(f),
            Self::Like(like) => {
                f.write_str("like:")?;
                quoted(f, &like.words)
            }
        }
    }
}

fn text(f: &mut Formatter<'_>, name: &str, pattern: &Pattern) -> fmt::Result {
    f.write_str(name)?;
    match pattern {
        Pattern::Has(text) => {
            f.write_char(':')?;
            quoted(f, &text.text)
        }
        Pattern::Is(text) => {
            f.write_char('=')?;
            quoted(f, &text.text)
        }
        Pattern::Regex(regex) => {
            f.write_char('~')?;
            slashed(f, regex.as_str())
        }
    }
}

fn quoted(f: &mut Formatter<'_>, text: &str) -> fmt::Result {
    f.write_char('"')?;
    for letter in text.chars() {
        if matches!(letter, '"' | '\\') {
            f.write_char('\\')?;
        }
        f.write_char(letter)?;
    }
    f.write_char('"')
}

/// A slash ends a regular expression; one of its own has a backslash before it.
fn slashed(f: &mut Formatter<'_>, source: &str) -> fmt::Result {
    f.write_char('/')?;
    let mut escaped = false;
    for letter in source.chars() {
        if letter == '/' && !escaped {
            f.write_char('\\')?;
        }
        escaped = letter == '\\' && !escaped;
        f.write_char(letter)?;
    }
    f.write_char('/')
}

fn range(f: &mut Formatter<'_>, name: &str, span: Span, word: impl Fn(i64) -> String) -> fmt::Result {
    match (span.low, span.high) {
        (i64::MIN, high) => write!(f, "{name}<={}", word(high)),
        (low, i64::MAX) => write!(f, "{name}>={}", word(low)),
        (low, high) if word(low) == word(high) => write!(f, "{name}:{}", word(low)),
        (low, high) => write!(f, "{name}:{}..{}", word(low), word(high)),
    }
}

fn age(f: &mut Formatter<'_>, name: &str, span: Span) -> fmt::Result {
    match (span.low, span.high) {
        (i64::MIN, high) => write!(f, "{name}<{}", age_text(high)),
        (low, i64::MAX) => write!(f, "{name}>{}", age_text(low)),
        (low, high) => write!(f, "{name}:{}..{}", age_text(low), age_text(high)),
    }
}
