//! Filters read.

use regex::RegexBuilder;

use super::super::ack::Ack;
use super::super::tag::Tag;
use super::super::time;
use super::{Filter, How, MOST_DEPTH, MOST_PARTS, Part, Text};
use crate::model::fold::fold;

/// Bytes that a compiled expression may take.
const REGEX_BYTES: usize = 1 << 20;

/// `words`: the arguments that are the filter. `folds`: case does not count, and pairs look for a part of the text.
///
/// # Errors
/// In MPD's words.
pub fn read(words: &[String], folds: bool) -> Result<Filter, Ack> {
    let mut parts = Vec::new();
    let mut words = words.iter();
    while let Some(word) = words.next() {
        if parts.len() >= MOST_PARTS {
            return Err(Ack::argument("Too many filters"));
        }
        if word.starts_with('(') {
            parts.push(whole(word, folds)?);
            continue;
        }
        let value = words.next().ok_or_else(|| Ack::argument("Incorrect number of filter arguments"))?;
        parts.push(pair(word, value, folds)?);
    }
    Ok(Filter(parts))
}

/// The older way: a type and a value.
fn pair(name: &str, value: &str, folds: bool) -> Result<Part, Ack> {
    let text = || text(if folds { How::Contains } else { How::Is }, value, folds, false);
    Ok(match subject(name).ok_or_else(|| Ack::argument("Unknown filter type"))? {
        Subject::Tag(tag) => Part::Tag(tag, text()),
        Subject::File => Part::File(text()),
        other => special(other, value)?,
    })
}

fn text(how: How, value: &str, folds: bool, negated: bool) -> Text {
    let value = if folds { fold(value) } else { value.to_owned() };
    Text { how, value, folds, negated }
}

enum Subject {
    Tag(Option<Tag>),
    File,
    Base,
    Modified,
    Added,
    Format,
    Priority,
}

fn subject(name: &str) -> Option<Subject> {
    Some(match name.to_ascii_lowercase().as_str() {
        "any" => Subject::Tag(None),
        "file" | "filename" => Subject::File,
        "base" => Subject::Base,
        "modified-since" => Subject::Modified,
        "added-since" => Subject::Added,
        "audioformat" => Subject::Format,
        "prio" => Subject::Priority,
        name => Subject::Tag(Some(Tag::parse(name)?)),
    })
}

/// What is no text to compare.
fn special(subject: Subject, value: &str) -> Result<Part, Ack> {
    let since = |value| time::parse(value).ok_or_else(|| Ack::argument("Failed to parse date"));
    Ok(match subject {
        Subject::Base => Part::Base(value.trim_end_matches('/').to_owned()),
        Subject::Modified => Part::ModifiedSince(since(value)?),
        Subject::Added => Part::AddedSince(since(value)?),
        Subject::Format => {
            let mask: Vec<String> = value.split(':').map(str::to_owned).collect();
            let plain = |part: &String| !part.is_empty() && part.len() <= 8;
            match mask.len() == 3 && mask.iter().all(plain) {
                true => Part::Format(mask),
                false => return Err(Ack::argument("Failed to parse audio format")),
            }
        }
        Subject::Priority => {
            Part::Priority(value.parse().map_err(|_| Ack::argument(format!("Integer expected: {value}")))?)
        }
        Subject::Tag(_) | Subject::File => return Err(Ack::argument("Unknown filter type")),
    })
}

/// One argument that is an expression from end to end.
fn whole(word: &str, folds: bool) -> Result<Part, Ack> {
    let mut reader = Reader { rest: word, folds, parts: 0 };
    let part = reader.expression(0)?;
    match reader.rest.trim().is_empty() {
        true => Ok(part),
        false => Err(Ack::argument("Unparsed garbage after expression")),
    }
}

struct Reader<'a> {
    rest: &'a str,
    folds: bool,
    parts: usize,
}

impl<'a> Reader<'a> {
    fn skip_blanks(&mut self) {
        self.rest = self.rest.trim_start();
    }

    fn take(&mut self, mark: &str) -> bool {
        let rest = self.rest.strip_prefix(mark);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    fn close(&mut self) -> Result<(), Ack> {
        self.skip_blanks();
        if self.take(")") { Ok(()) } else { Err(Ack::argument("')' expected")) }
    }

    /// From an opening parenthesis to its end.
    fn expression(&mut self, depth: usize) -> Result<Part, Ack> {
        self.parts += 1;
        if depth > MOST_DEPTH || self.parts > MOST_PARTS {
            return Err(Ack::argument("Expression is too large"));
        }
        if !self.take("(") {
            return Err(Ack::argument("'(' expected"));
        }
        self.skip_blanks();
        if self.rest.starts_with('(') {
            return self.conjunction(depth);
        }
        if self.take("!") {
            self.skip_blanks();
            let part = self.expression(depth + 1)?;
            self.close()?;
            return Ok(Part::Not(Box::new(part)));
        }
        let part = self.comparison()?;
        self.close()?;
        Ok(part)
    }

    fn conjunction(&mut self, depth: usize) -> Result<Part, Ack> {
        let mut parts = vec![self.expression(depth + 1)?];
        loop {
            self.skip_blanks();
            if self.take(")") {
                return Ok(Part::All(parts));
            }
            if self.word() != "AND" {
                return Err(Ack::argument("'AND' expected"));
            }
            self.skip_blanks();
            parts.push(self.expression(depth + 1)?);
        }
    }

    fn word(&mut self) -> &'a str {
        let is_letter = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
        let end = self.rest.find(|c| !is_letter(c)).unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest;
        word
    }

    fn comparison(&mut self) -> Result<Part, Ack> {
        let name = self.word();
        if name.is_empty() {
            return Err(Ack::argument("Word expected"));
        }
        let subject = subject(name).ok_or_else(|| Ack::argument(format!("Unknown filter type: {name}")))?;
        self.skip_blanks();
        match subject {
            Subject::Tag(tag) => Ok(Part::Tag(tag, self.text()?)),
            Subject::File => Ok(Part::File(self.text()?)),
            subject => {
                let operator = match subject {
                    Subject::Format => self.take("==") || self.take("=~"),
                    Subject::Priority => self.take(">="),
                    _ => true,
                };
                if !operator {
                    return Err(Ack::argument("'==' or '=~' expected"));
                }
                self.skip_blanks();
                if matches!(subject, Subject::Priority) {
                    let number = self.word();
                    return special(subject, number);
                }
                let value = self.quoted()?;
                special(subject, &value)
            }
        }
    }

    /// An operator and what is compared with.
    fn text(&mut self) -> Result<Text, Ack> {
        let (name, negated) = self.operator()?;
        self.skip_blanks();
        let value = self.quoted()?;
        let (name, folds) = match name.rsplit_once('_') {
            Some((name, "cs")) => (name, false),
            Some((name, "ci")) => (name, true),
            _ => (name, self.folds),
        };
        let how = match name {
            "contains" => How::Contains,
            "starts_with" => How::StartsWith,
            "=~" => {
                let mut builder = RegexBuilder::new(&value);
                builder.case_insensitive(folds).size_limit(REGEX_BYTES).nest_limit(64);
                let built = builder.build();
                How::Matches(built.map_err(|_| Ack::argument("Invalid regular expression"))?)
            }
            _ => How::Is,
        };
        Ok(text(how, &value, folds, negated))
    }

    fn operator(&mut self) -> Result<(&'a str, bool), Ack> {
        for (mark, name, negated) in
            [("==", "==", false), ("!=", "==", true), ("=~", "=~", false), ("!~", "=~", true)]
        {
            if self.take(mark) {
                return Ok((name, negated));
            }
        }
        let negated = self.take("!");
        let word = self.word();
        let base = word.strip_suffix("_cs").or(word.strip_suffix("_ci")).unwrap_or(word);
        match base {
            "contains" | "starts_with" => Ok((word, negated)),
            "eq" if base != word => Ok((word, negated)),
            _ => Err(Ack::argument("'==' or '!=' expected")),
        }
    }

    fn quoted(&mut self) -> Result<String, Ack> {
        let quote = self.rest.chars().next().filter(|c| matches!(c, '"' | '\''));
        let quote = quote.ok_or_else(|| Ack::argument("Quoted string expected"))?;
        let inner = &self.rest[1..];
        let mut value = String::new();
        let mut letters = inner.char_indices();
        while let Some((at, letter)) = letters.next() {
            match letter {
                letter if letter == quote => {
                    self.rest = &inner[at + 1..];
                    return Ok(value);
                }
                '\\' => value.extend(letters.next().map(|(_, escaped)| escaped)),
                letter => value.push(letter),
            }
        }
        Err(Ack::argument("Closing quote not found"))
    }
}
