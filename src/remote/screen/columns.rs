//! The catalog on the wire: column by column, each number as its distance from the one above, so that a few new tracks
//! change a few bytes, and what is like its neighbour is small. The two indexes are made anew where it arrives.

use std::ops::Range;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::model::catalog::{
    AlbumEntry, ArtistEntry, CatalogParts, Frames, ListId, Row, TextId, TrackFlags, TrackRow, path_key_of,
};
use crate::model::id::TrackId;
use crate::model::track::Codec;

/// Distances from the value above, the first from 0.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Steps(Vec<i64>);

impl Steps {
    fn of(values: impl Iterator<Item = u32>) -> Self {
        let mut above = 0;
        Self(values.map(|value| i64::from(value) - std::mem::replace(&mut above, i64::from(value))).collect())
    }

    /// The values again; `None` where one is no `u32`, or there are not so many.
    fn values(self, count: usize) -> Option<Vec<u32>> {
        let mut above = 0_i64;
        let values = self.0.into_iter().map(|step| {
            above = above.checked_add(step)?;
            u32::try_from(above).ok()
        });
        values.collect::<Option<Vec<u32>>>().filter(|values| values.len() == count)
    }
}

/// All of a catalog.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Columns {
    text: Vec<u8>,
    text_lengths: Vec<u32>,
    lists: Steps,
    list_lengths: Vec<u32>,
    tracks: TrackColumns,
    albums: AlbumColumns,
    artists: ArtistColumns,
}

#[derive(Debug, Default, Serialize, Deserialize)]
struct TrackColumns {
    id: Steps,
    album: Steps,
    folder: Steps,
    name: Steps,
    title: Steps,
    artists: Steps,
    genres: Steps,
    composers: Steps,
    track: Vec<u16>,
    disc: Vec<u16>,
    year: Vec<u16>,
    codec: Vec<Codec>,
    bits: Vec<u8>,
    flags: Vec<u8>,
    channels: Vec<u16>,
    rate: Vec<u32>,
    frames: Vec<Option<u64>>,
    added_s: Steps,
}

#[derive(Debug, Default, Serialize, Deserialize)]
struct AlbumColumns {
    title: Steps,
    artists: Steps,
    date: Steps,
    start: Steps,
    tracks: Vec<u32>,
    duration: Vec<Duration>,
}

#[derive(Debug, Default, Serialize, Deserialize)]
struct ArtistColumns {
    name: Steps,
    start: Steps,
    albums: Vec<u32>,
    tracks: Vec<u32>,
    rows: Steps,
}

impl Columns {
    pub fn of(parts: &CatalogParts) -> Self {
        Self {
            text: parts.text.clone(),
            text_lengths: lengths(&parts.text_ends),
            lists: Steps::of(parts.lists.iter().map(|text| text.0)),
            list_lengths: lengths(&parts.list_ends),
            tracks: TrackColumns::of(&parts.tracks),
            albums: AlbumColumns::of(&parts.albums),
            artists: ArtistColumns::of(&parts.artists, &parts.artist_albums),
        }
    }

    /// The catalog again; `None` where a number points at nothing.
    pub fn into_parts(self) -> Option<CatalogParts> {
        let text_ends = ends(&self.text_lengths, self.text.len())?;
        let lists_held = self.lists.0.len();
        let mut parts = CatalogParts {
            text: self.text,
            text_ends,
            lists: self.lists.values(lists_held)?.into_iter().map(TextId).collect(),
            list_ends: ends(&self.list_lengths, lists_held)?,
            tracks: self.tracks.into_rows()?,
            albums: self.albums.into_entries()?,
            ..CatalogParts::default()
        };
        (parts.artists, parts.artist_albums) = self.artists.into_entries()?;
        if !is_sound(&parts) {
            return None;
        }
        index(&mut parts);
        Some(parts)
    }
}

fn lengths(ends: &[u32]) -> Vec<u32> {
    let starts = std::iter::once(&0).chain(ends);
    ends.iter().zip(starts).map(|(end, start)| end.saturating_sub(*start)).collect()
}

/// `None` where they do not add up to `total`.
fn ends(lengths: &[u32], total: usize) -> Option<Vec<u32>> {
    let mut end = 0_u32;
    let ends = lengths.iter().map(|length| {
        end = end.checked_add(*length)?;
        Some(end)
    });
    let ends = ends.collect::<Option<Vec<u32>>>()?;
    (ends.last().map_or(0, |&end| end as usize) == total).then_some(ends)
}

impl TrackColumns {
    fn of(rows: &[TrackRow]) -> Self {
        fn steps(rows: &[TrackRow], value: impl Fn(&TrackRow) -> u32) -> Steps {
            Steps::of(rows.iter().map(value))
        }
        fn plain<T>(rows: &[TrackRow], value: impl Fn(&TrackRow) -> T) -> Vec<T> {
            rows.iter().map(value).collect()
        }
        Self {
            id: steps(rows, |row| row.id.0),
            album: steps(rows, |row| row.album),
            folder: steps(rows, |row| row.folder.0),
            name: steps(rows, |row| row.name.0),
            title: steps(rows, |row| row.title.0),
            artists: steps(rows, |row| row.artists.0),
            genres: steps(rows, |row| row.genres.0),
            composers: steps(rows, |row| row.composers.0),
            track: plain(rows, |row| row.track),
            disc: plain(rows, |row| row.disc),
            year: plain(rows, |row| row.year),
            codec: plain(rows, |row| row.codec),
            bits: plain(rows, |row| row.bits),
            flags: plain(rows, |row| row.flags.0),
            channels: plain(rows, |row| row.channels),
            rate: plain(rows, |row| row.rate),
            frames: plain(rows, |row| row.frames.get()),
            added_s: steps(rows, |row| row.added_s),
        }
    }

    fn into_rows(self) -> Option<Vec<TrackRow>> {
        let count = self.codec.len();
        let [id, album, folder, name] =
            [self.id, self.album, self.folder, self.name].map(|of| of.values(count));
        let (id, album, folder, name) = (id?, album?, folder?, name?);
        let [title, artists, genres, composers] =
            [self.title, self.artists, self.genres, self.composers].map(|of| of.values(count));
        let (title, artists, genres, composers) = (title?, artists?, genres?, composers?);
        let added_s = self.added_s.values(count)?;
        let same = [self.track.len(), self.disc.len(), self.year.len(), self.bits.len(), self.flags.len()];
        let more = [self.channels.len(), self.rate.len(), self.frames.len()];
        if same.iter().chain(&more).any(|&length| length != count) {
            return None;
        }
        let row = |at: usize| TrackRow {
            id: TrackId(id[at]),
            album: album[at],
            folder: TextId(folder[at]),
            name: TextId(name[at]),
            title: TextId(title[at]),
            artists: ListId(artists[at]),
            genres: ListId(genres[at]),
            composers: ListId(composers[at]),
            track: self.track[at],
            disc: self.disc[at],
            year: self.year[at],
            codec: self.codec[at],
            bits: self.bits[at],
            flags: TrackFlags(self.flags[at]),
            channels: self.channels[at],
            rate: self.rate[at],
            frames: Frames::new(self.frames[at]),
            added_s: added_s[at],
        };
        Some((0..count).map(row).collect())
    }
}

impl AlbumColumns {
    fn of(albums: &[AlbumEntry]) -> Self {
        Self {
            title: Steps::of(albums.iter().map(|album| album.title.0)),
            artists: Steps::of(albums.iter().map(|album| album.artists.0)),
            date: Steps::of(albums.iter().map(|album| album.date.0)),
            start: Steps::of(albums.iter().map(|album| album.tracks.start)),
            tracks: albums.iter().map(|album| length(&album.tracks)).collect(),
            duration: albums.iter().map(|album| album.duration).collect(),
        }
    }

    fn into_entries(self) -> Option<Vec<AlbumEntry>> {
        let count = self.tracks.len();
        let [title, artists, date, start] =
            [self.title, self.artists, self.date, self.start].map(|of| of.values(count));
        let (title, artists, date, start) = (title?, artists?, date?, start?);
        if self.duration.len() != count {
            return None;
        }
        let entry = |at: usize| {
            Some(AlbumEntry {
                title: TextId(title[at]),
                artists: ListId(artists[at]),
                date: TextId(date[at]),
                tracks: range(start[at], self.tracks[at])?,
                duration: self.duration[at],
            })
        };
        (0..count).map(entry).collect()
    }
}

impl ArtistColumns {
    fn of(artists: &[ArtistEntry], rows: &[u32]) -> Self {
        Self {
            name: Steps::of(artists.iter().map(|artist| artist.name.0)),
            start: Steps::of(artists.iter().map(|artist| artist.albums.start)),
            albums: artists.iter().map(|artist| length(&artist.albums)).collect(),
            tracks: artists.iter().map(|artist| artist.tracks).collect(),
            rows: Steps::of(rows.iter().copied()),
        }
    }

    fn into_entries(self) -> Option<(Vec<ArtistEntry>, Vec<u32>)> {
        let count = self.tracks.len();
        let (name, start) = (self.name.values(count)?, self.start.values(count)?);
        if self.albums.len() != count {
            return None;
        }
        let entry = |at: usize| {
            let albums = range(start[at], self.albums[at])?;
            Some(ArtistEntry { name: TextId(name[at]), albums, tracks: self.tracks[at] })
        };
        let held = self.rows.0.len();
        Some(((0..count).map(entry).collect::<Option<_>>()?, self.rows.values(held)?))
    }
}

fn length(range: &Range<u32>) -> u32 {
    range.end.saturating_sub(range.start)
}

fn range(start: u32, length: u32) -> Option<Range<u32>> {
    Some(start..start.checked_add(length)?)
}

/// Whether every number points at something.
fn is_sound(parts: &CatalogParts) -> bool {
    let text = |id: TextId| (id.0 as usize) < parts.text_ends.len();
    let list = |id: ListId| (id.0 as usize) < parts.list_ends.len();
    let inside = |range: &Range<u32>, length: usize| range.end as usize <= length;
    let tracks = parts.tracks.iter().all(|row| {
        let lists = [row.artists, row.genres, row.composers];
        [row.folder, row.name, row.title].into_iter().all(text)
            && lists.into_iter().all(list)
            && (row.album as usize) < parts.albums.len()
    });
    let albums = parts.albums.iter().all(|album| {
        text(album.title)
            && list(album.artists)
            && text(album.date)
            && inside(&album.tracks, parts.tracks.len())
    });
    let of_artist =
        |artist: &ArtistEntry| text(artist.name) && inside(&artist.albums, parts.artist_albums.len());
    let named = parts.lists.iter().all(|&id| text(id));
    let placed = parts.artist_albums.iter().all(|&row| (row as usize) < parts.albums.len());
    tracks && albums && parts.artists.iter().all(of_artist) && named && placed
}

/// Both are orders of the rows, see [`CatalogParts`].
fn index(parts: &mut CatalogParts) {
    let rows = || (0..).take(parts.tracks.len());
    let mut by_id: Vec<Row> = rows().collect();
    by_id.sort_unstable_by_key(|&row| parts.tracks[row as usize].id);
    let bytes = |id: TextId| {
        let end = parts.text_ends[id.0 as usize] as usize;
        let start = (id.0 as usize).checked_sub(1).map_or(0, |before| parts.text_ends[before] as usize);
        &parts.text[start..end]
    };
    let keys = parts.tracks.iter().map(|row| path_key_of(bytes(row.folder), bytes(row.name)));
    let mut keyed: Vec<(u64, Row)> = keys.zip(rows()).collect();
    keyed.sort_unstable();
    let by_path = keyed.into_iter().map(|(_, row)| row).collect();
    (parts.by_id, parts.by_path) = (by_id, by_path);
}
