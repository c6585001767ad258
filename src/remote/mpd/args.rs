//! Arguments as values: numbers, switches, ranges, positions, each with the words that MPD has for what is wrong.

use std::ops::Range;
use std::time::Duration;

use super::ack::Ack;

/// The arguments of one command.
#[derive(Debug, Clone)]
pub struct Args(Vec<String>);

impl Args {
    pub fn new(words: Vec<String>) -> Self {
        Self(words)
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    pub fn all(&self) -> &[String] {
        &self.0
    }

    /// How many there must be, the table of commands has checked.
    pub fn text(&self, at: usize) -> &str {
        self.0.get(at).map_or("", String::as_str)
    }

    pub fn given(&self, at: usize) -> Option<&str> {
        self.0.get(at).map(String::as_str)
    }

    pub fn unsigned(&self, at: usize) -> Result<usize, Ack> {
        unsigned(self.text(at))
    }

    pub fn switch(&self, at: usize) -> Result<bool, Ack> {
        match self.text(at) {
            "0" => Ok(false),
            "1" => Ok(true),
            word => Err(Ack::argument(format!("Boolean (0/1) expected: {word}"))),
        }
    }

    pub fn seconds(&self, at: usize) -> Result<Duration, Ack> {
        seconds(self.text(at))
    }
}

pub fn integer(word: &str) -> Result<i64, Ack> {
    word.parse().map_err(|_| Ack::argument(format!("Integer expected: {word}")))
}

/// A number that fits what clients keep it in.
pub fn unsigned(word: &str) -> Result<usize, Ack> {
    let number = integer(word)?;
    let fits = u32::try_from(number).ok().and_then(|number| usize::try_from(number).ok());
    fits.ok_or_else(|| Ack::argument(format!("Number too large: {word}")))
}

/// A time that can be a place in a track.
pub fn seconds(word: &str) -> Result<Duration, Ack> {
    let number: f64 = word.parse().map_err(|_| Ack::argument(format!("Float expected: {word}")))?;
    match (0.0..1e9).contains(&number) {
        true => Ok(Duration::from_secs_f64(number)),
        false => Err(Ack::argument("Negative value not allowed")),
    }
}

/// `3`, `3:5`, `3:`; an end behind all stays open as `usize::MAX`. `-1` is everything.
pub fn range(word: &str) -> Result<Range<usize>, Ack> {
    let bad = || Ack::argument(format!("Malformed range: {word}"));
    if word == "-1" || word == ":" {
        return Ok(0..usize::MAX);
    }
    let Some((from, to)) = word.split_once(':') else {
        let at = unsigned(word)?;
        return Ok(at..at.saturating_add(1));
    };
    let from = unsigned(from)?;
    let to = if to.is_empty() || to == "-1" { usize::MAX } else { unsigned(to)? };
    if from <= to { Ok(from..to) } else { Err(bad()) }
}

/// A place in the queue: absolute, or from what is current on (`+0` right behind it) or back (`-0` right before it).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    At(usize),
    Behind(usize),
    Before(usize),
}

impl Place {
    pub fn read(word: &str) -> Result<Self, Ack> {
        match (word.strip_prefix('+'), word.strip_prefix('-')) {
            (Some(rest), _) => unsigned(rest).map(Self::Behind),
            (_, Some(rest)) => unsigned(rest).map(Self::Before),
            _ => unsigned(word).map(Self::At),
        }
    }

    /// The index in a queue of `length` items of which `current` is.
    pub fn resolve(self, current: Option<usize>, length: usize) -> Result<usize, Ack> {
        let from = || current.ok_or_else(|| Ack::new(super::ack::Code::PlayerSync, "No current song"));
        let place = match self {
            Self::At(place) => Some(place),
            Self::Behind(more) => from()?.checked_add(more).and_then(|place| place.checked_add(1)),
            Self::Before(less) => from()?.checked_sub(less),
        };
        place.filter(|&place| place <= length).ok_or_else(|| match self {
            Self::At(place) => Ack::argument(format!("Number too large: {place}")),
            _ => Ack::bad_song_index(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_half_open() {
        assert_eq!(range("3"), Ok(3..4));
        assert_eq!(range("3:5"), Ok(3..5));
        assert_eq!(range("3:"), Ok(3..usize::MAX));
        assert_eq!(range("-1"), Ok(0..usize::MAX));
        for bad in ["x", "5:3", "-2", "3:x", "", "4294967296", "1:2:3"] {
            assert!(range(bad).is_err(), "{bad:?}");
        }
    }

    /// As protocol.rst says it of `addid`: `+0` right behind the current song, `-0` right before it.
    #[test]
    fn places_count_from_what_is_current() {
        let place = |word, current| Place::read(word).and_then(|place| place.resolve(current, 10));
        assert_eq!(place("+0", Some(4)), Ok(5));
        assert_eq!(place("+2", Some(4)), Ok(7));
        assert_eq!(place("-0", Some(4)), Ok(4));
        assert_eq!(place("-4", Some(4)), Ok(0));
        assert_eq!(place("10", None), Ok(10));
        for (bad, current) in [("11", None), ("-5", Some(4)), ("+9", Some(4)), ("+0", None), ("", None)] {
            assert!(place(bad, current).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn no_time_is_without_end() {
        assert_eq!(seconds("1.5"), Ok(Duration::from_millis(1_500)));
        for bad in ["inf", "nan", "-1", "1e300", "x", ""] {
            assert!(seconds(bad).is_err(), "{bad:?}");
        }
    }
}
