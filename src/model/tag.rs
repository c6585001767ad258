//! Fields of tags by the names that people type, and what a file says in them, as written. The one form between the
//! containers, the model's [`Tags`](super::track::Tags) and the tag editor.

/// A field that every player and tagger knows. Order: how fields are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Field {
    Title,
    Artist,
    /// Each artist, where `Artist` holds them as one text for show.
    Artists,
    Album,
    AlbumArtist,
    AlbumArtists,
    Track,
    TrackTotal,
    Disc,
    DiscTotal,
    DiscSubtitle,
    Date,
    OriginalDate,
    ReleaseDate,
    Genre,
    Compilation,
    Composer,
    Conductor,
    Lyricist,
    Work,
    Movement,
    MovementNumber,
    MovementTotal,
    Label,
    CatalogNumber,
    Bpm,
    Comment,
    Copyright,
    Isrc,
    TitleSort,
    ArtistSort,
    AlbumSort,
    AlbumArtistSort,
    ComposerSort,
    RecordingId,
    TrackId,
    ReleaseId,
    ReleaseGroupId,
    ArtistId,
    AlbumArtistId,
    Lyrics,
}

/// What values of a field look like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Text,
    /// A whole number from 1.
    Number,
    /// `1` or `0`.
    Flag,
    /// A MusicBrainz identifier: a UUID.
    Id,
    /// Several lines.
    Lines,
}

use serde::{Deserialize, Serialize};

use crate::later;
use Field as F;

/// Name (as in Vorbis comments, which MPD and beets follow), field, kind. Aliases follow below.
const FIELDS: &[(&str, Field, Kind)] = &[
    ("title", F::Title, Kind::Text),
    ("artist", F::Artist, Kind::Text),
    ("artists", F::Artists, Kind::Text),
    ("album", F::Album, Kind::Text),
    ("albumartist", F::AlbumArtist, Kind::Text),
    ("albumartists", F::AlbumArtists, Kind::Text),
    ("track", F::Track, Kind::Number),
    ("tracktotal", F::TrackTotal, Kind::Number),
    ("disc", F::Disc, Kind::Number),
    ("disctotal", F::DiscTotal, Kind::Number),
    ("discsubtitle", F::DiscSubtitle, Kind::Text),
    ("date", F::Date, Kind::Text),
    ("originaldate", F::OriginalDate, Kind::Text),
    ("releasedate", F::ReleaseDate, Kind::Text),
    ("genre", F::Genre, Kind::Text),
    ("compilation", F::Compilation, Kind::Flag),
    ("composer", F::Composer, Kind::Text),
    ("conductor", F::Conductor, Kind::Text),
    ("lyricist", F::Lyricist, Kind::Text),
    ("work", F::Work, Kind::Text),
    ("movement", F::Movement, Kind::Text),
    ("movementnumber", F::MovementNumber, Kind::Number),
    ("movementtotal", F::MovementTotal, Kind::Number),
    ("label", F::Label, Kind::Text),
    ("catalognumber", F::CatalogNumber, Kind::Text),
    ("bpm", F::Bpm, Kind::Text),
    ("comment", F::Comment, Kind::Text),
    ("copyright", F::Copyright, Kind::Text),
    ("isrc", F::Isrc, Kind::Text),
    ("titlesort", F::TitleSort, Kind::Text),
    ("artistsort", F::ArtistSort, Kind::Text),
    ("albumsort", F::AlbumSort, Kind::Text),
    ("albumartistsort", F::AlbumArtistSort, Kind::Text),
    ("composersort", F::ComposerSort, Kind::Text),
    ("musicbrainz_recordingid", F::RecordingId, Kind::Id),
    ("musicbrainz_releasetrackid", F::TrackId, Kind::Id),
    ("musicbrainz_albumid", F::ReleaseId, Kind::Id),
    ("musicbrainz_releasegroupid", F::ReleaseGroupId, Kind::Id),
    ("musicbrainz_artistid", F::ArtistId, Kind::Id),
    ("musicbrainz_albumartistid", F::AlbumArtistId, Kind::Id),
    ("lyrics", F::Lyrics, Kind::Lines),
];

/// Other names that people know a field by. MusicBrainz's `trackid` is what Picard calls the recording.
const ALIASES: &[(&str, Field)] = &[
    ("tracknumber", F::Track),
    ("discnumber", F::Disc),
    ("totaltracks", F::TrackTotal),
    ("totaldiscs", F::DiscTotal),
    ("year", F::Date),
    ("album_artist", F::AlbumArtist),
    ("publisher", F::Label),
    ("organization", F::Label),
    ("movementname", F::Movement),
    ("musicbrainz_trackid", F::RecordingId),
    ("musicbrainz_releaseid", F::ReleaseId),
];

impl Field {
    pub fn all() -> impl Iterator<Item = Self> {
        FIELDS.iter().map(|&(_, field, _)| field)
    }

    pub fn names() -> impl Iterator<Item = &'static str> {
        FIELDS.iter().map(|&(name, _, _)| name)
    }

    pub fn name(self) -> &'static str {
        FIELDS.get(self as usize).map_or("", |&(name, _, _)| name)
    }

    pub fn kind(self) -> Kind {
        FIELDS.get(self as usize).map_or(Kind::Text, |&(_, _, kind)| kind)
    }

    /// By its name or an alias; case does not matter.
    pub fn parse(name: &str) -> Option<Self> {
        let names = FIELDS.iter().map(|&(name, field, _)| (name, field)).chain(ALIASES.iter().copied());
        names.into_iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, field)| field)
    }

    /// The field that lists each name of this one, and is wrong once this one is changed.
    pub fn each(self) -> Option<Self> {
        match self {
            F::Artist => Some(F::Artists),
            F::AlbumArtist => Some(F::AlbumArtists),
            _ => None,
        }
    }

    /// `value` as this field is written; `None` where it cannot be one.
    pub fn accept(self, value: &str) -> Option<String> {
        let value = value.trim_matches(['\0', ' ', '\t', '\r', '\n']);
        if value.is_empty() || value.len() > MAX_VALUE || value.contains('\0') {
            return None;
        }
        match self.kind() {
            Kind::Text => (!value.contains(['\n', '\r'])).then(|| value.to_owned()),
            Kind::Lines => Some(value.to_owned()),
            Kind::Number => value.parse::<u16>().ok().filter(|&n| n > 0).map(|n| n.to_string()),
            Kind::Flag => match value.to_ascii_lowercase().as_str() {
                "1" | "yes" | "true" | "on" => Some("1".to_owned()),
                "0" | "no" | "false" | "off" => Some("0".to_owned()),
                _ => None,
            },
            Kind::Id => Mbid::parse(value).map(|id| id.to_string()),
        }
    }

    /// What `accept` wants, for people.
    pub fn expected(self) -> &'static str {
        match self.kind() {
            Kind::Text => later!("one line of text"),
            Kind::Lines => later!("text"),
            Kind::Number => later!("a number from 1 to 65535"),
            Kind::Flag => later!("1 or 0"),
            Kind::Id => later!("a MusicBrainz identifier such as 5b11f4ce-a62d-471e-81fc-a69a8278c7da"),
        }
    }
}

/// Longest value that is read or written, in bytes: lyrics are long.
pub const MAX_VALUE: usize = 64 * 1024;
/// Most values of one field.
pub const MAX_VALUES: usize = 64;

/// What a file says, field by field, each value as written. A field without a value is not there.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Fields(std::collections::BTreeMap<Field, Vec<String>>);

impl Fields {
    pub fn get(&self, field: Field) -> &[String] {
        self.0.get(&field).map_or(&[], Vec::as_slice)
    }

    pub fn first(&self, field: Field) -> Option<&str> {
        self.get(field).first().map(String::as_str)
    }

    pub fn has(&self, field: Field) -> bool {
        self.0.contains_key(&field)
    }

    /// Adds what is a value: padding cut off, split at NUL (ID3v2.4 §4.2), a repeated one kept once.
    pub fn push(&mut self, field: Field, value: &str) {
        for value in value.split('\0') {
            let value = cut(value.trim_matches([' ', '\t', '\r', '\n']), MAX_VALUE);
            if value.is_empty() {
                continue;
            }
            let values = self.0.entry(field).or_default();
            if values.len() < MAX_VALUES && !values.iter().any(|known| known == value) {
                values.push(value.to_owned());
            }
        }
    }

    pub fn set(&mut self, field: Field, values: Vec<String>) {
        if values.is_empty() {
            self.0.remove(&field)
        } else {
            self.0.insert(field, values)
        };
    }

    pub fn iter(&self) -> impl Iterator<Item = (Field, &[String])> {
        self.0.iter().map(|(&field, values)| (field, values.as_slice()))
    }

    pub fn values_mut(&mut self) -> impl Iterator<Item = &mut String> {
        self.0.values_mut().flatten()
    }

    /// Takes over the fields of `other` that are not here.
    pub fn fill(&mut self, other: Self) {
        for (field, values) in other.0 {
            self.0.entry(field).or_insert(values);
        }
    }
}

/// Cut to at most so many bytes, at a character.
pub fn cut(text: &str, bytes: usize) -> &str {
    let mut end = text.len().min(bytes);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

/// An identifier of MusicBrainz (RFC 9562).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
pub struct Mbid(pub [u8; 16]);

impl Mbid {
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = text.as_bytes();
        let hyphens = bytes.len() == 36 && [8, 13, 18, 23].iter().all(|&at| bytes[at] == b'-');
        let digits: Vec<u8> = bytes.iter().filter(|&&byte| byte != b'-').copied().collect();
        if !hyphens || digits.len() != 32 {
            return None;
        }
        let mut id = [0; 16];
        for (byte, pair) in id.iter_mut().zip(digits.chunks(2)) {
            let digit = |at: usize| char::from(pair[at]).to_digit(16).and_then(|d| u8::try_from(d).ok());
            *byte = digit(0)? << 4 | digit(1)?;
        }
        Some(Self(id))
    }
}

impl std::fmt::Display for Mbid {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (at, byte) in self.0.iter().enumerate() {
            let hyphen = if matches!(at, 4 | 6 | 8 | 10) { "-" } else { "" };
            write!(f, "{hyphen}{byte:02x}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_has_its_own_row_and_names_lead_back_to_it() {
        for (at, &(name, field, _)) in FIELDS.iter().enumerate() {
            assert_eq!(field as usize, at, "{name}");
            assert_eq!(Field::parse(&name.to_uppercase()), Some(field));
            assert_eq!(field.name(), name);
        }
        assert_eq!(Field::parse("YEAR"), Some(Field::Date));
        assert_eq!(Field::parse("musicbrainz_trackid"), Some(Field::RecordingId));
        assert_eq!(Field::parse("tittle"), None);
    }

    #[test]
    fn values_are_accepted_as_their_kind_is_written() {
        assert_eq!(Field::Title.accept(" a b "), Some("a b".into()));
        assert_eq!(Field::Title.accept("a\nb"), None);
        assert_eq!(Field::Lyrics.accept("a\nb"), Some("a\nb".into()));
        assert_eq!(Field::Track.accept("07"), Some("7".into()));
        assert_eq!((Field::Track.accept("0"), Field::Track.accept("A1")), (None, None));
        assert_eq!(Field::Compilation.accept("yes"), Some("1".into()));
        let id = "5b11f4ce-a62d-471e-81fc-a69a8278c7da";
        assert_eq!(Field::ReleaseId.accept(&id.to_uppercase()), Some(id.into()));
        for wrong in ["5b11f4cea62d471e81fca69a8278c7da", "x", "5b11f4ce-a62d-471e-81fc-a69a8278c7dä"] {
            assert_eq!(Field::ReleaseId.accept(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn several_values_stay_several_and_within_limits() {
        let mut fields = Fields::default();
        ["A\0B", "C", "A", "\0 "].iter().for_each(|value| fields.push(Field::Artist, value));
        assert_eq!(fields.get(Field::Artist), ["A", "B", "C"]);
        fields.push(Field::Genre, "AC/DC; live");
        assert_eq!(fields.get(Field::Genre), ["AC/DC; live"]);
        fields.push(Field::Lyrics, &"ä".repeat(MAX_VALUE));
        assert_eq!(fields.first(Field::Lyrics).map(str::len), Some(MAX_VALUE));
        (0..100).for_each(|n| fields.push(Field::Comment, &n.to_string()));
        assert_eq!(fields.get(Field::Comment).len(), MAX_VALUES);
    }
}
