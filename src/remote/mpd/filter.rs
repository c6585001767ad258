//! What songs are looked for: pairs of TYPE and VALUE, or expressions in parentheses, any number of either.

mod parse;

use std::time::Duration;

use regex::Regex;

use super::song::{Song, audio};
use super::tag::Tag;
use crate::model::fold::fold;

pub use parse::read;

/// Expressions in one another.
const MOST_DEPTH: usize = 32;
/// Parts of one filter.
const MOST_PARTS: usize = 256;

/// All of these must hold.
#[derive(Debug, Default)]
pub struct Filter(Vec<Part>);

#[derive(Debug)]
enum Part {
    All(Vec<Part>),
    Not(Box<Part>),
    /// `None`: any tag.
    Tag(Option<Tag>, Text),
    File(Text),
    Base(String),
    ModifiedSince(i64),
    AddedSince(i64),
    /// Rate, bits, channels, as written; `*` for any.
    Format(Vec<String>),
    /// Songs have no priority but 0.
    Priority(u32),
}

/// How a text is compared.
#[derive(Debug)]
struct Text {
    how: How,
    /// Folded where case does not count.
    value: String,
    folds: bool,
    negated: bool,
}

#[derive(Debug)]
enum How {
    Is,
    Contains,
    StartsWith,
    Matches(Regex),
}

impl Text {
    fn holds(&self, text: &str) -> bool {
        let folded;
        let text = if self.folds && !matches!(self.how, How::Matches(_)) {
            folded = fold(text);
            &folded
        } else {
            text
        };
        match &self.how {
            How::Is => text == self.value,
            How::Contains => text.contains(&self.value),
            How::StartsWith => text.starts_with(&self.value),
            How::Matches(regex) => regex.is_match(text),
        }
    }
}

impl Filter {
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn matches(&self, song: &Song<'_>) -> bool {
        self.0.iter().all(|part| part.matches(song))
    }

    /// The folder that all must be in, so that no other is looked at.
    pub fn base(&self) -> Option<&str> {
        self.0.iter().find_map(|part| if let Part::Base(base) = part { Some(base.as_str()) } else { None })
    }
}

impl Part {
    fn matches(&self, song: &Song<'_>) -> bool {
        match self {
            Self::All(parts) => parts.iter().all(|part| part.matches(song)),
            Self::Not(part) => !part.matches(song),
            Self::Tag(tag, text) => tag_holds(song, *tag, text) != text.negated,
            Self::File(text) => text.holds(song.uri()) != text.negated,
            Self::Base(base) => is_inside(song.uri(), base),
            Self::ModifiedSince(since) => song.modified_s().is_some_and(|modified| modified >= *since),
            Self::AddedSince(since) => song.added_s().is_some_and(|added| added >= *since),
            Self::Format(mask) => song.format().is_some_and(|format| fits(&audio(&format), mask)),
            Self::Priority(least) => *least == 0,
        }
    }
}

fn is_inside(uri: &str, base: &str) -> bool {
    base.is_empty() || uri.strip_prefix(base).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

fn fits(format: &str, mask: &[String]) -> bool {
    let parts = format.split(':');
    mask.len() == 3 && parts.zip(mask).all(|(part, wanted)| wanted == "*" || part == wanted)
}

fn tag_holds(song: &Song<'_>, tag: Option<Tag>, text: &Text) -> bool {
    let mut holds = false;
    let mut any = false;
    let mut each = |value: &str| {
        any = true;
        holds = holds || text.holds(value);
    };
    // An empty value asks whether there is none.
    match tag {
        Some(tag) => song.each_or_fallback(tag, &mut each),
        None => Tag::ALL.iter().for_each(|&tag| song.each(tag, &mut each)),
    }
    match text.value.is_empty() {
        true if matches!(text.how, How::Is) => !any,
        // Nothing is a part of everything, also of what is not there.
        empty => holds || empty && !any,
    }
}

/// Songs found, and how long they play.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Count {
    pub songs: u64,
    pub time: Duration,
}

impl Count {
    pub fn add(&mut self, duration: Option<Duration>) {
        self.songs += 1;
        self.time += duration.unwrap_or_default();
    }
}

#[cfg(test)]
mod tests;
