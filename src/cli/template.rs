//! `--format TEMPLATE`: a line of text with fields of a track in it. Parsed once, written for each track.

use std::io::{self, Write};
use std::os::unix::ffi::OsStrExt;

use super::text::{clock, joined, printable};
use crate::model::catalog::TrackRef;
use crate::model::suggest::nearest;

pub const HELP: &str = "\
Fields of TEMPLATE: {id} {path} {file} {title} {artist} {album} {album_artist} {genre}
{year} {track} {disc} {duration} {duration_s} {codec} {score}. What a track does not have
is empty. {{ and }} are braces; \\t, \\n, \\0 and \\\\ are tab, line feed, NUL and backslash.
Each track ends with a line feed.";

/// A field of a track.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Field {
    Id,
    Path,
    File,
    Title,
    Artist,
    Album,
    AlbumArtist,
    Genre,
    Year,
    Track,
    Disc,
    Duration,
    DurationS,
    Codec,
    Score,
}

const FIELDS: &[(&str, Field)] = &[
    ("id", Field::Id),
    ("path", Field::Path),
    ("file", Field::File),
    ("title", Field::Title),
    ("artist", Field::Artist),
    ("album", Field::Album),
    ("album_artist", Field::AlbumArtist),
    ("genre", Field::Genre),
    ("year", Field::Year),
    ("track", Field::Track),
    ("disc", Field::Disc),
    ("duration", Field::Duration),
    ("duration_s", Field::DurationS),
    ("codec", Field::Codec),
    ("score", Field::Score),
];

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Text(String),
    Field(Field),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    parts: Vec<Part>,
}

impl Template {
    /// The error says what is wrong, for clap to show.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut parts = Vec::new();
        let mut plain = String::new();
        let mut rest = text.chars();
        while let Some(c) = rest.next() {
            match c {
                '{' if rest.as_str().starts_with('{') => plain.extend(rest.next()),
                '}' if rest.as_str().starts_with('}') => plain.extend(rest.next()),
                '}' => return Err("a `}` without its `{`; write `}}` for a brace".to_owned()),
                '\\' => plain.push(escaped(rest.next())?),
                '{' => {
                    let (name, behind) = rest.as_str().split_once('}').ok_or("a `{` is never closed")?;
                    parts.extend((!plain.is_empty()).then(|| Part::Text(std::mem::take(&mut plain))));
                    parts.push(Part::Field(field(name)?));
                    rest = behind.chars();
                }
                c => plain.push(c),
            }
        }
        parts.extend((!plain.is_empty()).then_some(Part::Text(plain)));
        Ok(Self { parts })
    }

    /// One track and a line feed. With `safe` nothing reaches a terminal that it would obey; otherwise a path is
    /// written byte by byte as it is.
    pub fn write(&self, out: &mut impl Write, track: TrackRef<'_>, score: f32, safe: bool) -> io::Result<()> {
        for part in &self.parts {
            match part {
                Part::Text(text) => out.write_all(text.as_bytes())?,
                Part::Field(Field::Path) if !safe => out.write_all(track.path().as_os_str().as_bytes())?,
                Part::Field(field) => {
                    let value = value(*field, track, score);
                    out.write_all(if safe { printable(&value) } else { value.into() }.as_bytes())?;
                }
            }
        }
        out.write_all(b"\n")
    }
}

fn escaped(c: Option<char>) -> Result<char, String> {
    match c {
        Some('t') => Ok('\t'),
        Some('n') => Ok('\n'),
        Some('0') => Ok('\0'),
        Some('\\') => Ok('\\'),
        _ => Err("a backslash needs t, n, 0 or \\ behind it".to_owned()),
    }
}

fn field(name: &str) -> Result<Field, String> {
    if let Some(&(_, field)) = FIELDS.iter().find(|&&(known, _)| known == name) {
        return Ok(field);
    }
    match nearest(name, FIELDS.iter().map(|&(known, _)| known)) {
        Some(near) => Err(format!("no field `{{{name}}}`; did you mean `{{{near}}}`?")),
        None => Err(format!("no field `{{{name}}}`; `auralis search --help` lists them")),
    }
}

fn value(field: Field, track: TrackRef<'_>, score: f32) -> String {
    let number = |number: Option<u16>| number.map(|number| number.to_string()).unwrap_or_default();
    match field {
        Field::Id => track.id().to_string(),
        Field::Path => track.path().to_string_lossy().into_owned(),
        Field::File => track.file_name().to_owned(),
        Field::Title => track.title().to_owned(),
        Field::Artist => joined(track.artists()),
        Field::Album => track.album_title().to_owned(),
        Field::AlbumArtist => joined(track.album_artists()),
        Field::Genre => joined(track.genres()),
        Field::Year => number(track.year()),
        Field::Track => number(track.track_number()),
        Field::Disc => number(track.disc_number()),
        Field::Duration => track.duration().map(clock).unwrap_or_default(),
        Field::DurationS => {
            track.duration().map(|time| format!("{:.3}", time.as_secs_f64())).unwrap_or_default()
        }
        Field::Codec => track.format().codec.name().to_owned(),
        Field::Score => format!("{score:.3}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(text: &str) -> Vec<Part> {
        Template::parse(text).unwrap().parts
    }

    #[test]
    fn text_fields_braces_and_escapes_are_told_apart() {
        let text = |text: &str| Part::Text(text.to_owned());
        assert_eq!(
            parts("{artist} - {title}"),
            [Part::Field(Field::Artist), text(" - "), Part::Field(Field::Title)]
        );
        assert_eq!(parts(r"{{x}}\t\\"), [text("{x}\t\\")]);
        assert_eq!(parts(""), []);
    }

    #[test]
    fn errors_name_what_is_near() {
        let error = |text: &str| Template::parse(text).unwrap_err();
        assert_eq!(error("{titel}"), "no field `{titel}`; did you mean `{title}`?");
        assert_eq!(error("{title"), "a `{` is never closed");
        assert_eq!(error("title}"), "a `}` without its `{`; write `}}` for a brace");
        assert_eq!(error(r"\x"), r"a backslash needs t, n, 0 or \ behind it");
    }

    #[test]
    fn the_help_lists_every_field() {
        for (name, _) in FIELDS {
            assert!(HELP.contains(&format!("{{{name}}}")), "{name}");
        }
    }
}
