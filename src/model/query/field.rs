//! The fields that a query can name, one row each: this table feeds the parser, its suggestions and the help.

/// A text, or several, of a track.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TextField {
    Artist,
    AlbumArtist,
    Album,
    /// The file's name where it has no title.
    Title,
    Genre,
    Composer,
    /// The whole path.
    Path,
    /// The codec's names.
    Codec,
}

/// A whole number of a track. 0 also stands for unknown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NumberField {
    Year,
    /// Half stars; written as stars.
    Rating,
    Plays,
    Skips,
    /// Whole seconds, as shown.
    Duration,
    Track,
    Disc,
    /// Hz.
    Rate,
    Bits,
    Channels,
    /// As measured, tenths of LUFS, LU, dB over full scale, dB.
    Loudness,
    LoudnessRange,
    Peak,
    DynamicRange,
    /// As measured, whole beats a minute.
    Tempo,
}

impl NumberField {
    /// Whether its unit is a tenth of what is written, and it may be below nothing.
    pub fn is_tenths(self) -> bool {
        matches!(self, Self::Loudness | Self::LoudnessRange | Self::Peak | Self::DynamicRange)
    }
}

/// A moment in a track's life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TimeField {
    Added,
    Played,
    Skipped,
}

/// What is or is not so of a track.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Flag {
    Lossless,
    Missing,
    Compilation,
    Favourite,
    Rated,
    Played,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Field {
    Text(TextField),
    Number(NumberField),
    Time(TimeField),
    Is,
    /// The key, as measured.
    Key,
    /// What it sounds like.
    Like,
}

/// One field: how it is written.
#[derive(Debug, Clone, Copy)]
pub struct FieldRow {
    pub field: Field,
    pub name: &'static str,
    pub aliases: &'static [&'static str],
    /// As it may be typed.
    pub example: &'static str,
    pub help: &'static str,
}

const fn row(
    field: Field,
    name: &'static str,
    aliases: &'static [&'static str],
    example: &'static str,
    help: &'static str,
) -> FieldRow {
    FieldRow { field, name, aliases, example, help }
}

use crate::later;
use Field::{Number, Text, Time};

/// All fields, in the order of the help.
pub const FIELDS: &[FieldRow] = &[
    row(Text(TextField::Artist), "artist", &[], "artist:bowie", later!("artists of the track")),
    row(
        Text(TextField::AlbumArtist),
        "albumartist",
        &[],
        "albumartist=\"David Bowie\"",
        later!("artists of its album"),
    ),
    row(Text(TextField::Album), "album", &[], "album:\"kind of blue\"", later!("title of its album")),
    row(
        Text(TextField::Title),
        "title",
        &[],
        "title~/^the /",
        later!("title, or the file's name where it has none"),
    ),
    row(Text(TextField::Genre), "genre", &[], "genre!=Pop", later!("genres")),
    row(Text(TextField::Composer), "composer", &[], "composer:bach", later!("composers")),
    row(Text(TextField::Path), "path", &["file"], "path:live/", later!("folder and name of the file")),
    row(Text(TextField::Codec), "codec", &["format"], "codec:flac", later!("how the sound is coded")),
    row(Number(NumberField::Year), "year", &["date"], "year:1990..1999", later!("year of the release")),
    row(
        Number(NumberField::Rating),
        "rating",
        &["stars"],
        "rating>=3.5",
        later!("stars, 0.5 to 5; rating:0 is none given"),
    ),
    row(Number(NumberField::Plays), "plays", &[], "plays:0", later!("how often it was heard")),
    row(Number(NumberField::Skips), "skips", &[], "skips>2", later!("how often it was skipped")),
    row(
        Number(NumberField::Duration),
        "dur",
        &["duration", "length"],
        "dur>10m",
        later!("length: 90, 3:30, 10m, 1h30m"),
    ),
    row(Number(NumberField::Track), "track", &["tracknumber"], "track:1", later!("number on the disc")),
    row(Number(NumberField::Disc), "disc", &["discnumber"], "disc>1", later!("number of the disc")),
    row(Number(NumberField::Rate), "rate", &[], "rate>=96k", later!("samples a second")),
    row(Number(NumberField::Bits), "bits", &[], "bits:24", later!("bits a sample")),
    row(Number(NumberField::Channels), "channels", &[], "channels>2", later!("channels")),
    row(
        Number(NumberField::Loudness),
        "lufs",
        &["loudness"],
        "lufs>-9",
        later!("measured loudness, LUFS; lufs:0 is not measured"),
    ),
    row(Number(NumberField::LoudnessRange), "lra", &[], "lra>=12.5", later!("measured loudness range, LU")),
    row(Number(NumberField::Peak), "peak", &[], "peak>0", later!("measured true peak, dB over full scale")),
    row(Number(NumberField::DynamicRange), "dr", &[], "dr:10..20", later!("measured DR value, dB")),
    row(
        Number(NumberField::Tempo),
        "bpm",
        &["tempo"],
        "bpm:120..130",
        later!("measured beats a minute; bpm:0 is not known"),
    ),
    row(
        Field::Key,
        "key",
        &[],
        "key~8A",
        later!("measured key: Am, C#, 8A; ~ also takes the fifths and the relative; key:none is not known"),
    ),
    row(
        Field::Like,
        "like",
        &[],
        "like:\"space oddity\"",
        later!("the 50 tracks that sound most like a path, what a query finds, or current (what plays)"),
    ),
    row(
        Time(TimeField::Added),
        "added",
        &[],
        "added<30d",
        later!("when the library first saw it: an age in s, m, h, d, w, mo, y, or a date (UTC)"),
    ),
    row(
        Time(TimeField::Played),
        "played",
        &["lastplayed"],
        "played>1y",
        later!("when it was last heard; never fits nothing"),
    ),
    row(
        Time(TimeField::Skipped),
        "skipped",
        &["lastskipped"],
        "skipped:2024-05",
        later!("when it was last skipped"),
    ),
    row(
        Field::Is,
        "is",
        &[],
        "is:favourite",
        later!("lossless, missing, compilation, favourite, rated, played"),
    ),
];

/// The names of [`Flag`]s; the first of each is the one that is printed.
pub const FLAGS: &[(&str, Flag)] = &[
    ("lossless", Flag::Lossless),
    ("missing", Flag::Missing),
    ("compilation", Flag::Compilation),
    ("favourite", Flag::Favourite),
    ("favorite", Flag::Favourite),
    ("rated", Flag::Rated),
    ("played", Flag::Played),
];

impl Field {
    /// By name or alias, whatever the case.
    pub fn find(name: &str) -> Option<Self> {
        let is = |other: &&str| other.eq_ignore_ascii_case(name);
        let named = |row: &&FieldRow| is(&row.name) || row.aliases.iter().any(&is);
        FIELDS.iter().find(named).map(|row| row.field)
    }

    pub fn name(self) -> &'static str {
        FIELDS.iter().find(|row| row.field == self).map_or("", |row| row.name)
    }

    /// Every name that [`Field::find`] knows.
    pub fn names() -> impl Iterator<Item = &'static str> {
        FIELDS.iter().flat_map(|row| std::iter::once(row.name).chain(row.aliases.iter().copied()))
    }
}

impl Flag {
    pub fn find(name: &str) -> Option<Self> {
        FLAGS.iter().find(|(other, _)| other.eq_ignore_ascii_case(name)).map(|&(_, flag)| flag)
    }

    pub fn name(self) -> &'static str {
        FLAGS.iter().find(|(_, flag)| *flag == self).map_or("", |&(name, _)| name)
    }
}
