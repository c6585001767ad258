//! Names of files from their tags: `{albumartist}/{year} {album}/{track:02} {title}`.

use std::path::PathBuf;

use crate::model::tag::{Field, Fields, Kind, cut};

/// Longest name of a file or folder, in bytes, its extension left out: file systems take 255.
const MAX_NAME: usize = 200;

/// A checked template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template(Vec<Piece>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Text(String),
    /// A field, and to how many digits a number is filled up.
    Field(Word, usize),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Word {
    Field(Field),
    /// The four digits of the date.
    Year,
}

impl Template {
    /// Reads `{field}` and `{field:02}`; `{{` and `}}` are braces. A `/` begins a folder.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut pieces = Vec::new();
        let mut rest = text;
        while let Some(at) = rest.find(['{', '}']) {
            let (plain, from) = rest.split_at(at);
            pieces.push(Piece::Text(plain.to_owned()));
            if let Some(behind) = from.strip_prefix("{{").or(from.strip_prefix("}}")) {
                pieces.push(Piece::Text(from[..1].to_owned()));
                rest = behind;
                continue;
            }
            let inside = from.strip_prefix('{').and_then(|from| from.split_once('}'));
            let (word, behind) = inside.ok_or("a brace has no other: {{ and }} are braces themselves")?;
            pieces.push(field(word)?);
            rest = behind;
        }
        pieces.push(Piece::Text(rest.to_owned()));
        if text.starts_with('/') || !pieces.iter().any(|piece| matches!(piece, Piece::Field(..))) {
            return Err("a template is a path below the folder, with fields such as {title}".to_owned());
        }
        Ok(Self(pieces))
    }

    /// The path for these tags, without extension; what a tag says never makes a folder or leads out of one.
    pub fn fill(&self, fields: &Fields) -> Result<PathBuf, String> {
        let mut text = String::new();
        for piece in &self.0 {
            match piece {
                Piece::Text(plain) => text.push_str(plain),
                Piece::Field(word, digits) => {
                    let value = value(*word, fields).ok_or_else(|| format!("has no {}", name(*word)))?;
                    text.push_str(&format!("{:0>digits$}", harmless(&value)));
                }
            }
        }
        let mut path = PathBuf::new();
        for part in text.split('/') {
            // Leading dots would hide it, trailing ones and blanks are lost on other systems.
            let part = cut(part.trim().trim_start_matches('.'), MAX_NAME).trim_end_matches(['.', ' ']);
            if part.is_empty() {
                return Err("would get an empty name".to_owned());
            }
            path.push(part);
        }
        Ok(path)
    }
}

fn field(word: &str) -> Result<Piece, String> {
    let (name, digits) = word.split_once(':').unwrap_or((word, "0"));
    let digits = digits.parse().ok().filter(|&digits: &usize| digits <= 9);
    let digits = digits
        .ok_or_else(|| format!("`{word}`: behind the colon stands a number of digits, as in track:02"))?;
    let word = match name {
        "year" => Some(Word::Year),
        name => Field::parse(name).filter(|field| field.kind() != Kind::Lines).map(Word::Field),
    };
    word.map(|word| Piece::Field(word, digits)).ok_or_else(|| format!("there is no field `{name}`"))
}

fn name(word: Word) -> &'static str {
    match word {
        Word::Field(field) => field.name(),
        Word::Year => "year",
    }
}

/// Album artist falls back to artist, date to the date of release.
fn value(word: Word, fields: &Fields) -> Option<String> {
    let or = |field, other| fields.first(field).or_else(|| fields.first(other)).map(str::to_owned);
    match word {
        Word::Year => or(Field::Date, Field::ReleaseDate)
            .and_then(|date| Some(date.get(..4)?.to_owned()))
            .filter(|year| year.bytes().all(|byte| byte.is_ascii_digit())),
        Word::Field(Field::AlbumArtist) => or(Field::AlbumArtist, Field::Artist),
        Word::Field(field) => fields.first(field).map(str::to_owned),
    }
}

/// Without what is no part of a name here or on the systems that music is carried to.
fn harmless(value: &str) -> String {
    let replaced = |c: char| match c {
        '/' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|' => '_',
        c if c.is_control()
            || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}') =>
        {
            '_'
        }
        c => c,
    };
    value.trim().chars().map(replaced).collect()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn fields(words: &[(Field, &str)]) -> Fields {
        let mut fields = Fields::default();
        words.iter().for_each(|&(field, value)| fields.push(field, value));
        fields
    }

    #[test]
    fn templates_give_safe_paths() {
        let template = Template::parse("{albumartist}/{year} {album}/{track:02} {title}").unwrap();
        let filled = |words: &[(Field, &str)]| template.fill(&fields(words));
        let common = [
            (Field::Artist, "AC/DC"),
            (Field::Date, "1979-07-27"),
            (Field::Album, "Highway: to Hell?"),
            (Field::Track, "3"),
            (Field::Title, "../../etc/passwd"),
        ];
        assert_eq!(filled(&common).unwrap(), Path::new("AC_DC/1979 Highway_ to Hell_/03 .._.._etc_passwd"));
        let mut dots = common;
        dots[0] = (Field::Artist, "..");
        assert_eq!(filled(&dots), Err("would get an empty name".into()));
        assert_eq!(filled(&common[1..]), Err("has no albumartist".into()));
        let long = "ä".repeat(300);
        let mut named = common;
        named[2] = (Field::Album, &long);
        let path = filled(&named).unwrap();
        assert!(path.iter().all(|part| part.len() <= MAX_NAME));
    }

    #[test]
    fn templates_that_mean_nothing_are_refused_with_words() {
        for wrong in ["", "x", "/{title}", "{title", "{nothing}", "{lyrics}", "{track:x}", "a}b{title}"] {
            assert!(Template::parse(wrong).is_err(), "{wrong}");
        }
        let braces = Template::parse("{{{title}}}").unwrap();
        assert_eq!(braces.fill(&fields(&[(Field::Title, "a")])).unwrap(), Path::new("{a}"));
    }
}
