//! Putting everything in its order and into the catalog's columns.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::time::Duration;

use foldhash::{HashMap, HashMapExt};

use super::albums::DraftAlbum;
use super::draft::{Draft, Drafts};
use super::intern::Interner;
use crate::model::audio::frames_to_duration;
use crate::model::catalog::{
    AlbumEntry, AlbumRow, ArtistEntry, CatalogParts, ListId, Row, TextId, TrackRow, folder_key, name_key,
};
use crate::model::collate::Collation;
use crate::model::fold::natural_cmp;

pub fn arrange(drafts: Drafts, albums: Vec<DraftAlbum>, collation: &Collation) -> CatalogParts {
    let albums = sort_albums(&drafts, albums, collation);
    let mut parts = CatalogParts::default();
    parts.tracks.reserve_exact(drafts.drafts.len());
    parts.albums.reserve_exact(albums.len());
    for album in &albums {
        place_album(&mut parts, &drafts, album);
    }
    place_artists(&mut parts, &drafts, &albums, collation);
    index(&mut parts, &drafts.texts);
    parts.lists = drafts.lists;
    parts.list_ends = drafts.list_ends;
    parts.text = drafts.texts.text;
    parts.text_ends = drafts.texts.ends;
    parts.lists.shrink_to_fit();
    parts.list_ends.shrink_to_fit();
    parts.text.shrink_to_fit();
    parts.text_ends.shrink_to_fit();
    parts
}

/// Whether it is nameless, and its key as bytes.
type SortKey = (bool, Vec<u8>);

/// Sort keys, made once for each different name.
struct Keys<'a> {
    drafts: &'a Drafts<'a>,
    collation: &'a Collation,
    made: HashMap<TextId, Vec<u8>>,
}

impl Keys<'_> {
    /// Nameless things come last.
    fn of(&mut self, name: TextId) -> SortKey {
        let (drafts, collation) = (self.drafts, self.collation);
        let make = || collation.key(drafts.texts.text(drafts.sort_names.get(&name).copied().unwrap_or(name)));
        (name == TextId::EMPTY, self.made.entry(name).or_insert_with(make).clone())
    }

    /// A list sorts by its first name, then the next.
    fn of_list(&mut self, list: ListId) -> SortKey {
        let names = self.drafts.values(list);
        let mut key = Vec::new();
        for &name in names {
            key.extend(self.of(name).1);
            key.push(0);
        }
        (names.is_empty(), key)
    }
}

/// By artists, date, title; albums without a title last among their artist's.
fn sort_albums(drafts: &Drafts, mut albums: Vec<DraftAlbum>, collation: &Collation) -> Vec<DraftAlbum> {
    let mut keys = Keys { drafts, collation, made: HashMap::new() };
    albums.sort_by_cached_key(|album| {
        let untitled = album.title == TextId::EMPTY;
        let date = drafts.texts.bytes(album.date).to_vec();
        // The smallest track id makes the order the same however the tracks came.
        let first = album.tracks.iter().map(|&track| drafts.drafts[track as usize].row.id).min();
        (keys.of_list(album.artists), album.artists, untitled, date, keys.of(album.title), first)
    });
    albums
}

/// By disc, track, path.
fn order_in_album(texts: &Interner, a: &Draft, b: &Draft) -> Ordering {
    let number = |row: &TrackRow| (row.disc.max(1), row.track == 0, row.track);
    let folder = |draft: &Draft| texts.bytes(draft.row.folder);
    let name = |draft: &Draft| texts.bytes(draft.row.name);
    number(&a.row)
        .cmp(&number(&b.row))
        .then_with(|| natural_cmp(folder(a), folder(b)))
        .then_with(|| natural_cmp(name(a), name(b)))
}

fn place_album(parts: &mut CatalogParts, drafts: &Drafts, album: &DraftAlbum) {
    let mut tracks: Vec<&Draft> = album.tracks.iter().map(|&track| &drafts.drafts[track as usize]).collect();
    tracks.sort_by(|a, b| order_in_album(&drafts.texts, a, b));
    let row = AlbumRow::try_from(parts.albums.len()).unwrap_or(AlbumRow::MAX);
    let start = row_number(parts.tracks.len());
    parts.tracks.extend(tracks.iter().map(|draft| TrackRow { album: row, ..draft.row.clone() }));
    parts.albums.push(AlbumEntry {
        title: album.title,
        artists: album.artists,
        date: album.date,
        tracks: start..row_number(parts.tracks.len()),
        duration: tracks.iter().map(|draft| duration(&draft.row)).sum(),
    });
}

fn duration(row: &TrackRow) -> Duration {
    row.frames.get().map_or(Duration::ZERO, |frames| frames_to_duration(frames, row.rate))
}

fn row_number(at: usize) -> Row {
    Row::try_from(at).unwrap_or(Row::MAX)
}

/// Every album artist once, by sort name, with the albums under it; the nameless one last.
fn place_artists(parts: &mut CatalogParts, drafts: &Drafts, albums: &[DraftAlbum], collation: &Collation) {
    let mut keys = Keys { drafts, collation, made: HashMap::new() };
    let mut artists: BTreeMap<(SortKey, TextId), Vec<AlbumRow>> = BTreeMap::new();
    for (row, album) in (0..).zip(albums) {
        let names = drafts.values(album.artists);
        let nameless = [TextId::EMPTY];
        for &name in if names.is_empty() { &nameless[..] } else { names } {
            artists.entry((keys.of(name), name)).or_default().push(row);
        }
    }
    for ((_, name), mut rows) in artists {
        // Album order, but across albums that others made too: by date, as the artist's own are.
        rows.sort_by_key(|&row| {
            let album = &parts.albums[row as usize];
            (album.title == TextId::EMPTY, drafts.texts.bytes(album.date), row)
        });
        let tracks = rows.iter().map(|&row| &parts.albums[row as usize].tracks);
        let tracks = tracks.map(|range| range.end - range.start).sum();
        let start = row_number(parts.artist_albums.len());
        parts.artist_albums.extend(rows);
        let albums = start..row_number(parts.artist_albums.len());
        parts.artists.push(ArtistEntry { name, albums, tracks });
    }
}

fn index(parts: &mut CatalogParts, texts: &Interner) {
    let rows = 0..row_number(parts.tracks.len());
    // Id above row in one number: sorting need not look at the tracks.
    let ids = parts.tracks.iter().map(|track| u64::from(track.id.0) << 32);
    let mut by_id: Vec<u64> = ids.zip(rows.clone()).map(|(id, row)| id | u64::from(row)).collect();
    by_id.sort_unstable();
    parts.by_id = by_id.into_iter().map(|id_and_row| id_and_row as Row).collect();
    // Neighbours share their folder.
    let mut folder = (TextId::EMPTY, folder_key(b""));
    let key = |track: &TrackRow| {
        if track.folder != folder.0 {
            folder = (track.folder, folder_key(texts.bytes(track.folder)));
        }
        name_key(folder.1, texts.bytes(track.name))
    };
    let mut keyed: Vec<(u64, Row)> = parts.tracks.iter().map(key).zip(rows).collect();
    keyed.sort_unstable();
    parts.by_path = keyed.into_iter().map(|(_, row)| row).collect();
}
