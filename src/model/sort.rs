//! Tracks by a column: names as [`Collation`] has them, numbers by value; what has no value comes last either way, and
//! equal ones keep the order they had. Pure; a million tracks take time, so not on a thread that must answer.

use super::catalog::{Catalog, ListId, Row, TextId, TrackRow};
use super::collate::Collation;
use super::facts::Facts;
use super::suggest::nearest;
use crate::say;

/// What tracks are sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Column {
    /// The library's own order: album artist, date, album, disc, track.
    Order,
    Title,
    Artist,
    AlbumArtist,
    Album,
    Genre,
    Composer,
    Path,
    Codec,
    Year,
    Duration,
    Added,
    Played,
    Plays,
    Skips,
    Rating,
    Rate,
    Bits,
    Channels,
    /// As measured: beats a minute, place round the Camelot wheel, integrated loudness.
    Tempo,
    Key,
    Loudness,
}

/// The names of columns, in the order of the help.
pub const COLUMNS: &[(&str, Column)] = &[
    ("order", Column::Order),
    ("title", Column::Title),
    ("artist", Column::Artist),
    ("albumartist", Column::AlbumArtist),
    ("album", Column::Album),
    ("genre", Column::Genre),
    ("composer", Column::Composer),
    ("path", Column::Path),
    ("codec", Column::Codec),
    ("year", Column::Year),
    ("dur", Column::Duration),
    ("added", Column::Added),
    ("played", Column::Played),
    ("plays", Column::Plays),
    ("skips", Column::Skips),
    ("rating", Column::Rating),
    ("rate", Column::Rate),
    ("bits", Column::Bits),
    ("channels", Column::Channels),
    ("bpm", Column::Tempo),
    ("key", Column::Key),
    ("lufs", Column::Loudness),
];

/// A column and which way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sort {
    pub column: Column,
    pub descending: bool,
}

impl Sort {
    /// `COLUMN`, `COLUMN:asc`, `COLUMN:desc` or `-COLUMN`. An error says what would be one.
    pub fn parse(word: &str) -> Result<Self, String> {
        if let Some(name) = word.strip_prefix('-').filter(|name| !name.contains(':')) {
            return Self::parse(name).map(|sort| Self { descending: true, ..sort });
        }
        let word = if word == "length" { "dur" } else { word };
        let (name, way) = word.split_once(':').unwrap_or((word, "asc"));
        let Some(&(_, column)) = COLUMNS.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)) else {
            let names: Vec<&str> = COLUMNS.iter().map(|&(name, _)| name).collect();
            let near = nearest(name, names.iter().copied());
            let names = names.join(", ");
            return Err(match near {
                None => say!("needs one of {names}", names),
                Some(near) => say!("needs one of {names}; did you mean {near}?", names, near),
            });
        };
        match way {
            "asc" => Ok(Self { column, descending: false }),
            "desc" => Ok(Self { column, descending: true }),
            _ => Err(say!("needs asc or desc behind the colon").to_owned()),
        }
    }

    /// For people: `-year`.
    pub fn shown(self) -> String {
        let name = COLUMNS.iter().find(|(_, column)| *column == self.column).map_or("", |&(name, _)| name);
        format!("{}{name}", if self.descending { "-" } else { "" })
    }

    /// Whether it can change with the facts, though the catalog stays.
    pub fn asks_facts(self) -> bool {
        use Column::{Key, Loudness, Played, Plays, Rating, Skips, Tempo};
        matches!(self.column, Played | Plays | Skips | Rating | Tempo | Key | Loudness)
    }

    /// As [`Sort::parse`] reads it.
    pub fn word(self) -> String {
        self.shown()
    }

    /// Sorts rows of `catalog`; equal ones stay as they are.
    pub fn apply(self, rows: &mut Vec<Row>, catalog: &Catalog, facts: &Facts, collation: &Collation) {
        let ranks = Ranks::new(self.column, rows, catalog, collation);
        let tracks = catalog.track_rows();
        let key =
            |row: Row| tracks.get(row as usize).and_then(|track| ranks.key(self.column, row, track, facts));
        let placed = |(at, &row): (u32, &Row)| match key(row) {
            Some(key) => (false, if self.descending { !key } else { key }, at, row),
            None => (true, 0, at, row),
        };
        let mut keyed: Vec<(bool, i64, u32, Row)> = (0..).zip(rows.iter()).map(placed).collect();
        keyed.sort_unstable();
        rows.clear();
        rows.extend(keyed.into_iter().map(|(_, _, _, row)| row));
    }
}

/// Sorts rows by several columns, the first before the others.
pub fn sort_by(sorts: &[Sort], rows: &mut Vec<Row>, catalog: &Catalog, facts: &Facts, collation: &Collation) {
    sorts.iter().rev().for_each(|sort| sort.apply(rows, catalog, facts, collation));
}

/// The places of a column's names among each other: each name gets its key once, however many tracks have it.
struct Ranks<'a> {
    catalog: &'a Catalog,
    /// By text id; `None` where the text is empty or not of the column.
    ranks: Vec<Option<u32>>,
}

impl<'a> Ranks<'a> {
    fn new(column: Column, rows: &[Row], catalog: &'a Catalog, collation: &Collation) -> Self {
        let mut used = vec![false; catalog.text_count()];
        let tracks = rows.iter().filter_map(|&row| catalog.track_rows().get(row as usize));
        tracks.flat_map(|track| names(catalog, column, track)).for_each(|id| used[id.0 as usize] = true);
        let ids = (0..).zip(&used).filter(|&(id, &used)| used && id > 0).map(|(id, _)| TextId(id));
        let mut keyed: Vec<(Vec<u8>, TextId)> = ids.map(|id| (collation.key(catalog.text(id)), id)).collect();
        keyed.sort_unstable();
        let mut ranks = vec![None; catalog.text_count()];
        let (mut rank, mut last): (u32, Option<&[u8]>) = (0, None);
        for (key, id) in &keyed {
            rank += u32::from(last.is_some_and(|last| last != key.as_slice()));
            last = Some(key);
            ranks[id.0 as usize] = Some(rank);
        }
        Self { catalog, ranks }
    }

    fn key(&self, column: Column, row: Row, track: &TrackRow, facts: &Facts) -> Option<i64> {
        let known = |value: i64| (value > 0).then_some(value);
        let of_facts = || facts.get(track.id);
        match column {
            Column::Order => Some(i64::from(row)),
            Column::Year => known(i64::from(track.year)),
            Column::Duration => {
                let frames = track.frames.get().filter(|_| track.rate > 0)?;
                // Microseconds: finer than a frame of any rate in use matters to.
                let micros = u128::from(frames) * 1_000_000 / u128::from(track.rate);
                Some(i64::try_from(micros).unwrap_or(i64::MAX))
            }
            Column::Added => Some(i64::from(track.added_s)),
            Column::Played => of_facts().last_played_s,
            Column::Plays => Some(i64::from(of_facts().plays)),
            Column::Skips => Some(i64::from(of_facts().skips)),
            Column::Rating => of_facts().rating.map(|rating| i64::from(rating.halves())),
            Column::Tempo => of_facts().levels.tempo.map(i64::from),
            Column::Key => of_facts().levels.key.map(|key| i64::from(key.place())),
            Column::Loudness => of_facts().levels.lufs.map(i64::from),
            Column::Rate => known(i64::from(track.rate)),
            Column::Bits => known(i64::from(track.bits)),
            Column::Channels => known(i64::from(track.channels)),
            Column::Codec => {
                let place =
                    crate::model::track::Codec::BY_NAME.iter().position(|&codec| codec == track.codec);
                place.and_then(|place| i64::try_from(place).ok())
            }
            Column::Path => {
                let rank = |id: TextId| self.ranks[id.0 as usize].map_or(0, i64::from);
                Some(rank(track.folder) << 32 | rank(track.name))
            }
            // By the first name; a second one decides nothing.
            _ => names(self.catalog, column, track)
                .next()
                .and_then(|id| self.ranks[id.0 as usize])
                .map(i64::from),
        }
    }
}

/// The texts that a track has in a column.
fn names(catalog: &Catalog, column: Column, track: &TrackRow) -> impl Iterator<Item = TextId> {
    let album = catalog.album(track.album);
    let title = if track.title == TextId::EMPTY { track.name } else { track.title };
    let (own, list): ([Option<TextId>; 2], ListId) = match column {
        Column::Title => ([Some(title), None], ListId::EMPTY),
        Column::Album => ([album.map(|album| album.title), None], ListId::EMPTY),
        Column::Path => ([Some(track.folder), Some(track.name)], ListId::EMPTY),
        Column::Artist => ([None; 2], track.artists),
        Column::AlbumArtist => ([None; 2], album.map_or(ListId::EMPTY, |album| album.artists)),
        Column::Genre => ([None; 2], track.genres),
        Column::Composer => ([None; 2], track.composers),
        _ => ([None; 2], ListId::EMPTY),
    };
    own.into_iter().flatten().chain(catalog.list_ids(list).iter().copied())
}
