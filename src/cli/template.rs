//! `--format TEMPLATE`: a line of text with fields in it, of a track or of the player's state. Parsed once, written for
//! each.

use std::io::{self, Write};
use std::os::unix::ffi::OsStringExt;

use super::text::{clock, joined, printable};
use crate::model::suggest::nearest;
use crate::remote::tell::TrackLine;

pub const HELP: &str = "\
Fields of TEMPLATE: {id} {path} {file} {title} {artist} {album} {album_artist} {genre}
{year} {track} {disc} {duration} {duration_s} {codec} {score}. What a track does not have
is empty. {{ and }} are braces; \\t, \\n, \\0 and \\\\ are tab, line feed, NUL and backslash.
Each track ends with a line feed.";

/// What can stand in braces.
pub trait Field: Copy + 'static {
    const NAMES: &'static [(&'static str, Self)];
    /// Where they are listed.
    const LISTED: &'static str;
}

/// A field of a track.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TrackField {
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

impl Field for TrackField {
    const NAMES: &'static [(&'static str, Self)] = &[
        ("id", Self::Id),
        ("path", Self::Path),
        ("file", Self::File),
        ("title", Self::Title),
        ("artist", Self::Artist),
        ("album", Self::Album),
        ("album_artist", Self::AlbumArtist),
        ("genre", Self::Genre),
        ("year", Self::Year),
        ("track", Self::Track),
        ("disc", Self::Disc),
        ("duration", Self::Duration),
        ("duration_s", Self::DurationS),
        ("codec", Self::Codec),
        ("score", Self::Score),
    ];
    const LISTED: &'static str = "auralis search --help";
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part<F> {
    Text(String),
    Field(F),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template<F> {
    parts: Vec<Part<F>>,
}

impl<F: Field> Template<F> {
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

    /// One line, with what `value` gives for each field. With `safe` nothing reaches a terminal that it would obey;
    /// otherwise values are written byte by byte as they are.
    pub fn write(&self, out: &mut impl Write, safe: bool, value: impl Fn(F) -> Vec<u8>) -> io::Result<()> {
        for part in &self.parts {
            match part {
                Part::Text(text) => out.write_all(text.as_bytes())?,
                Part::Field(field) if safe => {
                    out.write_all(printable(&String::from_utf8_lossy(&value(*field))).as_bytes())?;
                }
                Part::Field(field) => out.write_all(&value(*field))?,
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

fn field<F: Field>(name: &str) -> Result<F, String> {
    if let Some(&(_, field)) = F::NAMES.iter().find(|&&(known, _)| known == name) {
        return Ok(field);
    }
    match nearest(name, F::NAMES.iter().map(|&(known, _)| known)) {
        Some(near) => Err(format!("no field `{{{name}}}`; did you mean `{{{near}}}`?")),
        None => Err(format!("no field `{{{name}}}`; `{}` lists them", F::LISTED)),
    }
}

impl TrackField {
    pub fn value(self, track: &TrackLine) -> Vec<u8> {
        let number = |number: Option<u16>| number.map(|number| number.to_string()).unwrap_or_default();
        let texts = |texts: &[String]| joined(texts.iter().map(String::as_str));
        let path = || track.path.to_path().unwrap_or_default();
        let text = match self {
            Self::Id => track.id.to_string(),
            Self::Path => return path().into_os_string().into_vec(),
            Self::File => return path().file_name().unwrap_or_default().to_owned().into_vec(),
            Self::Title => track.title.clone(),
            Self::Artist => texts(&track.artists),
            Self::Album => track.album.clone().unwrap_or_default(),
            Self::AlbumArtist => texts(&track.album_artists),
            Self::Genre => texts(&track.genres),
            Self::Year => number(track.year),
            Self::Track => number(track.track),
            Self::Disc => number(track.disc),
            Self::Duration => track.time().map(clock).unwrap_or_default(),
            Self::DurationS => track.duration_s.map(|time| format!("{time:.3}")).unwrap_or_default(),
            Self::Codec => track.codec.clone(),
            Self::Score => format!("{:.3}", track.score),
        };
        text.into_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(text: &str) -> Vec<Part<TrackField>> {
        Template::parse(text).unwrap().parts
    }

    #[test]
    fn text_fields_braces_and_escapes_are_told_apart() {
        let text = |text: &str| Part::Text(text.to_owned());
        assert_eq!(
            parts("{artist} - {title}"),
            [Part::Field(TrackField::Artist), text(" - "), Part::Field(TrackField::Title)]
        );
        assert_eq!(parts(r"{{x}}\t\\"), [text("{x}\t\\")]);
        assert_eq!(parts(""), []);
    }

    #[test]
    fn errors_name_what_is_near() {
        let error = |text: &str| Template::<TrackField>::parse(text).unwrap_err();
        assert_eq!(error("{titel}"), "no field `{titel}`; did you mean `{title}`?");
        assert_eq!(error("{title"), "a `{` is never closed");
        assert_eq!(error("title}"), "a `}` without its `{`; write `}}` for a brace");
        assert_eq!(error(r"\x"), r"a backslash needs t, n, 0 or \ behind it");
    }

    #[test]
    fn the_help_lists_every_field() {
        for (name, _) in TrackField::NAMES {
            assert!(HELP.contains(&format!("{{{name}}}")), "{name}");
        }
    }
}
