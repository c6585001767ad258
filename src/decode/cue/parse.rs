//! The text of a sheet to its tracks. Pure; any text is a sheet of something: lines that say nothing are passed over,
//! lines that are wrong are told.
//!
//! Commands are those of the CDRWIN manual's cue sheet appendix, in any case, quoted or not, `REM KEY value` being a
//! field like the others. `PREGAP` and `POSTGAP` are silence that is in no file, so they are not played.

use super::{Fields, LineProblem, Place, Sheet, SheetTrack};
use crate::model::part::MAX_NUMBER;

/// Most files and tracks of one sheet.
const MAX_TRACKS: usize = MAX_NUMBER as usize;
/// Most fields of a sheet or of one track.
const MAX_FIELDS: usize = 64;
/// Most problems that are told of one sheet.
const MAX_PROBLEMS: usize = 16;
/// Most INDEX lines of a track (CDRWIN: numbers 0 to 99).
const MAX_INDEXES: usize = 100;

/// `is_embedded`: its one file is the one that it was found in, whether it is named or not.
pub fn parse(text: &str, is_embedded: bool) -> Sheet {
    let mut parser = Parser::default();
    if is_embedded {
        parser.sheet.files.push(String::new());
        parser.named_files = Some(0);
    }
    let lines = text.split_inclusive(['\n', '\r']);
    let mut number = 0;
    for line in lines {
        // CR LF ends one line.
        let is_line = line != "\n" || number == 0 || !parser.after_cr;
        number += u32::from(is_line);
        parser.after_cr = line.ends_with('\r');
        parser.line = number;
        parser.take(
            line.trim_matches(|letter: char| {
                letter.is_whitespace() || letter == '\0' || letter == '\u{feff}'
            }),
        );
    }
    parser.sheet
}

#[derive(Default)]
struct Parser {
    sheet: Sheet,
    line: u32,
    after_cr: bool,
    /// Of an embedded sheet: FILE lines so far.
    named_files: Option<usize>,
    /// Tracks beyond the limit are not taken, nor what follows them.
    is_full: bool,
}

impl Parser {
    fn take(&mut self, line: &str) {
        let (command, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
        let rest = rest.trim_start();
        match command.to_ascii_uppercase().as_str() {
            "" => {}
            "FILE" => self.file(rest),
            "TRACK" => self.track(rest),
            "INDEX" => self.index(rest),
            "REM" => {
                if let Some((key, value)) = rest.split_once(char::is_whitespace) {
                    self.field(key.to_ascii_uppercase(), value.trim_start());
                }
            }
            other => self.field(other.to_owned(), rest),
        }
    }

    fn problem(&mut self, what: impl Into<String>) {
        if self.sheet.problems.len() < MAX_PROBLEMS {
            self.sheet.problems.push(LineProblem { line: self.line, what: what.into() });
        }
    }

    fn file(&mut self, rest: &str) {
        // The type behind the name tells nothing that the file itself does not.
        let name = if rest.starts_with('"') {
            unquoted(rest)
        } else {
            rest.rsplit_once(char::is_whitespace).map_or(rest, |(name, _)| name.trim_end()).to_owned()
        };
        if let Some(files) = &mut self.named_files {
            *files += 1;
            // An embedded sheet of several files is no sheet of this one.
            if *files > 1 {
                self.sheet.files.push(name);
            }
        } else if name.is_empty() {
            self.problem("FILE without a name");
        } else if self.sheet.files.len() < MAX_TRACKS {
            self.sheet.files.push(name);
        } else {
            self.is_full = true;
        }
    }

    fn track(&mut self, rest: &str) {
        let mut words = rest.split_whitespace();
        let written = words.next().unwrap_or("");
        let mode = words.next().unwrap_or("AUDIO");
        if self.sheet.tracks.len() >= MAX_TRACKS || self.is_full {
            if !self.is_full {
                self.problem("more tracks than a sheet can have");
            }
            self.is_full = true;
            return;
        }
        let highest = self.sheet.tracks.iter().map(|track| track.number).max().unwrap_or(0);
        let number = written.parse().ok().filter(|number| (1..=MAX_NUMBER).contains(number));
        let is_free = |&number: &u16| self.sheet.tracks.iter().all(|track| track.number != number);
        let number = match number.filter(is_free) {
            Some(number) => number,
            None => {
                self.problem(format!("TRACK {written:?} is no number of its own"));
                highest.saturating_add(1)
            }
        };
        if number > MAX_NUMBER {
            self.is_full = true;
            return;
        }
        let is_audio = mode.eq_ignore_ascii_case("AUDIO");
        self.sheet.tracks.push(SheetTrack { number, is_audio, ..SheetTrack::default() });
    }

    fn index(&mut self, rest: &str) {
        if self.is_full {
            return;
        }
        let mut words = rest.split_whitespace();
        let number = words.next().and_then(|word| word.parse::<u8>().ok());
        let place = words.next().and_then(cd_time);
        let (Some(number), Some(place)) = (number, place) else {
            return self
                .problem(format!("INDEX {rest:?} is not a number and a time of minutes:seconds:frames"));
        };
        let Some(file) = self.sheet.files.len().checked_sub(1) else {
            return self.problem("INDEX before any FILE");
        };
        match self.sheet.tracks.last_mut() {
            Some(track) if track.indexes.len() < MAX_INDEXES => track.indexes.push((number, file, place)),
            Some(_) => {}
            None => self.problem("INDEX before any TRACK"),
        }
    }

    /// Of the track that is being read, or of the whole sheet before the first.
    fn field(&mut self, key: String, value: &str) {
        let value = if value.starts_with('"') { unquoted(value) } else { value.to_owned() };
        if value.is_empty() || self.is_full {
            return;
        }
        let fields = match self.sheet.tracks.last_mut() {
            Some(track) => &mut track.fields,
            None => &mut self.sheet.fields,
        };
        if fields.0.len() < MAX_FIELDS {
            fields.0.push((key, value));
        }
    }
}

/// Between the first quote and the last: quotes inside stay.
fn unquoted(text: &str) -> String {
    let inner = &text[1..];
    let inner = inner.rfind('"').map_or(inner, |end| &inner[..end]);
    inner.trim().replace("\\\"", "\"")
}

/// `mm:ss:ff` with 75 frames a second; minutes go on beyond 99.
fn cd_time(text: &str) -> Option<Place> {
    let mut fields =
        text.split(':').map(|field| field.parse::<u32>().ok().filter(|_| !field.starts_with('+')));
    let (minutes, seconds, frames) = (fields.next()??, fields.next()??, fields.next().unwrap_or(Some(0))?);
    if fields.next().is_some() || seconds > 59 || frames > 74 || minutes > 1_000_000 {
        return None;
    }
    Some(Place::Cd((minutes * 60 + seconds) * 75 + frames))
}

impl Fields {
    /// The first value of `key` (in capitals).
    pub fn get(&self, key: &str) -> Option<&str> {
        self.0.iter().find(|(other, _)| other == key).map(|(_, value)| value.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_minutes_seconds_and_cd_frames() {
        assert_eq!(cd_time("00:00:00"), Some(Place::Cd(0)));
        assert_eq!(cd_time("01:02:03"), Some(Place::Cd(62 * 75 + 3)));
        assert_eq!(cd_time("161:59:74"), Some(Place::Cd((161 * 60 + 59) * 75 + 74)));
        assert_eq!(cd_time("1:2"), Some(Place::Cd(62 * 75)));
        for wrong in
            ["", "1", "00:60:00", "00:00:75", "-1:00:00", "+1:00:00", "a:b:c", "0:0:0:0", "4000000000:00:00"]
        {
            assert_eq!(cd_time(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn quotes_and_their_absence_are_taken_as_they_are_met() {
        let sheet = parse(
            "FILE \"a \"b\" c.wav\" WAVE\rTRACK 1 AUDIO\rTITLE Say \"x\"\rTITLE \"no end\rINDEX 1 0:0:0",
            false,
        );
        assert_eq!(sheet.files, ["a \"b\" c.wav"]);
        assert_eq!(sheet.tracks[0].fields.get("TITLE"), Some("Say \"x\""));
        assert_eq!(sheet.tracks[0].fields.0[1].1, "no end");
        assert_eq!(sheet.tracks[0].indexes, [(1, 0, Place::Cd(0))]);
        let bare = parse("file two words.wav wave\nfile\nfile x", false);
        assert_eq!(bare.files, ["two words.wav", "x"]);
        assert_eq!(bare.problems[0].line, 2);
    }

    #[test]
    fn lines_are_counted_alike_for_all_ends() {
        for end in ["\n", "\r\n", "\r"] {
            let sheet = parse(&["REM A b", "", "INDEX x"].join(end), false);
            assert_eq!(sheet.problems[0].line, 3, "{end:?}");
        }
    }

    #[test]
    fn numbers_that_are_no_identity_are_given_anew() {
        let sheet = parse("TRACK 02 AUDIO\nTRACK 02 AUDIO\nTRACK 00 AUDIO\nTRACK x MODE1/2352", false);
        let tracks: Vec<_> = sheet.tracks.iter().map(|track| (track.number, track.is_audio)).collect();
        assert_eq!(tracks, [(2, true), (3, true), (4, true), (5, false)]);
        assert_eq!(sheet.problems.len(), 3);
    }
}
