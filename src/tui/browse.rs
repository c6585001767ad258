//! The library pane's state: three columns over one catalog, each a list of rows that follows the selection of the
//! column before. Keeps its place when the catalog changes. Pure; changed by `update`, read by the library view.

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

use super::groups::Groups;
use super::list::{List, View};
use super::matches::Matches;
use super::rows::Rows;
use crate::model::catalog::{AlbumRow, ArtistRow, Catalog, Row, TrackRef};
use crate::model::grouping::GroupBy;
use crate::model::id::TrackId;

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Column {
    #[default]
    Artists,
    Albums,
    Tracks,
}

impl Column {
    pub const ALL: [Self; 3] = [Self::Artists, Self::Albums, Self::Tracks];

    pub fn title(self) -> &'static str {
        match self {
            Self::Artists => "Artists",
            Self::Albums => "Albums",
            Self::Tracks => "Tracks",
        }
    }

    pub fn next(self) -> Option<Self> {
        Self::ALL.into_iter().find(|&other| other > self)
    }

    pub fn previous(self) -> Option<Self> {
        Self::ALL.into_iter().rev().find(|&other| other < self)
    }
}

/// One entry of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Entry {
    AllArtists,
    Artist(ArtistRow),
    AllAlbums,
    Album(AlbumRow),
    Track(Row),
}

/// Marked rows, by column: a command takes those of the column it is given in.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Marks {
    pub artists: BTreeSet<ArtistRow>,
    pub albums: BTreeSet<AlbumRow>,
    pub tracks: HashSet<TrackId>,
}

impl Marks {
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub fn len(&self) -> usize {
        self.artists.len() + self.albums.len() + self.tracks.len()
    }
}

/// See the module's head.
#[derive(Debug, Clone, Default)]
pub struct Browse {
    /// What the rows below are of; with a filter it may be one scan step older than the snapshot's.
    pub catalog: Arc<Catalog>,
    pub matches: Option<Arc<Matches>>,
    pub column: Column,
    pub marks: Marks,
    lists: [List; 3],
    rows: [Rows; 3],
}

impl Browse {
    /// What stands in the first column in the place of artists.
    pub fn groups(&self) -> Option<&Arc<Groups>> {
        self.matches.as_ref()?.groups.as_ref()
    }

    fn by(&self) -> GroupBy {
        self.groups().map_or(GroupBy::Artist, |groups| groups.by)
    }

    pub fn title(&self, column: Column) -> &'static str {
        if column == Column::Artists { self.by().title() } else { column.title() }
    }

    /// What the entry for all of a column is called.
    pub fn all_title(&self) -> &'static str {
        self.by().all()
    }

    fn albums_of(&self, artist: ArtistRow) -> &[AlbumRow] {
        match self.groups() {
            Some(groups) => groups.albums(artist),
            None => {
                let entry = self.catalog.artists().get(artist as usize);
                entry.map_or(&[], |entry| self.catalog.albums_of(entry))
            }
        }
    }

    pub fn list(&self, column: Column) -> &List {
        &self.lists[column as usize]
    }

    pub fn rows(&self, column: Column) -> &Rows {
        &self.rows[column as usize]
    }

    /// Entries of a column, the one for all of them included.
    pub fn len(&self, column: Column) -> usize {
        self.rows(column).len() + self.lead(column)
    }

    /// 1 where the column begins with an entry for all of its rows. One artist's only album needs none; but what is
    /// narrowed by a filter keeps it, so that the cursor can stay there when the filter goes.
    fn lead(&self, column: Column) -> usize {
        let rows = self.rows(column).len();
        let all = match column {
            Column::Artists => rows > 0,
            Column::Albums => rows > 1 || rows == 1 && (self.matches.is_some() || self.is_on_all_artists()),
            Column::Tracks => false,
        };
        usize::from(all)
    }

    fn is_on_all_artists(&self) -> bool {
        self.list(Column::Artists).cursor == 0
    }

    pub fn entry(&self, column: Column, at: usize) -> Option<Entry> {
        let lead = self.lead(column);
        if at < lead {
            return Some(if column == Column::Artists { Entry::AllArtists } else { Entry::AllAlbums });
        }
        let row = self.rows(column).get(at - lead)?;
        Some(match column {
            Column::Artists => Entry::Artist(row),
            Column::Albums => Entry::Album(row),
            Column::Tracks => Entry::Track(row),
        })
    }

    pub fn selected(&self, column: Column) -> Option<Entry> {
        self.entry(column, self.list(column).cursor)
    }

    /// Moves within a column; the columns behind it follow.
    pub fn move_in(&mut self, column: Column, view: View, change: impl FnOnce(&mut List, View)) {
        let before = self.selected(column);
        let view = View { len: self.len(column), ..view };
        change(&mut self.lists[column as usize], view);
        if self.selected(column) != before {
            self.follow(column);
        }
    }

    /// Fills the columns behind `column`, each with its cursor on the first row.
    fn follow(&mut self, column: Column) {
        if column == Column::Artists {
            self.rows[Column::Albums as usize] = self.album_rows();
            self.lists[Column::Albums as usize] = List::default();
        }
        if column != Column::Tracks {
            self.rows[Column::Tracks as usize] = self.track_rows();
            self.lists[Column::Tracks as usize] = List::default();
        }
    }

    fn artist_rows(&self) -> Rows {
        match &self.matches {
            Some(matches) => Rows::listed(Arc::clone(&matches.artists)),
            None => Rows::range(0..to_u32(self.catalog.artists().len())),
        }
    }

    fn album_rows(&self) -> Rows {
        match (self.selected(Column::Artists), &self.matches) {
            (Some(Entry::Artist(artist)), matches) => {
                let shown = |album: &AlbumRow| matches.as_ref().is_none_or(|found| found.has_album(*album));
                let albums = self.albums_of(artist).iter().copied().filter(shown).collect();
                Rows::listed(Arc::new(albums))
            }
            (Some(Entry::AllArtists), Some(matches)) => Rows::listed(Arc::clone(&matches.albums)),
            (Some(Entry::AllArtists), None) => Rows::range(0..to_u32(self.catalog.albums().len())),
            _ => Rows::default(),
        }
    }

    fn track_rows(&self) -> Rows {
        match (self.selected(Column::Artists), self.selected(Column::Albums)) {
            (_, Some(Entry::Album(album))) => self.tracks_of([album]),
            (Some(Entry::AllArtists), Some(Entry::AllAlbums)) => match &self.matches {
                Some(matches) => matches.shown_rows(),
                None => Rows::range(0..to_u32(self.catalog.len())),
            },
            (_, Some(Entry::AllAlbums)) => self.tracks_of(self.rows(Column::Albums).iter()),
            _ => Rows::default(),
        }
    }

    fn tracks_of(&self, albums: impl IntoIterator<Item = AlbumRow>) -> Rows {
        let ranges = albums.into_iter().filter_map(|album| self.catalog.album(album));
        let ranges = ranges.map(|album| album.tracks.clone());
        match &self.matches {
            None => Rows::runs(ranges, None),
            Some(matches) => {
                let places = ranges.map(|tracks| matches.places(&tracks));
                matches.ordered(Rows::runs(places, Some(Arc::clone(&matches.rows))))
            }
        }
    }

    /// The tracks behind an entry, in the order shown.
    pub fn tracks_behind(&self, entry: Entry) -> Rows {
        match entry {
            Entry::Track(row) => Rows::range(row..row.saturating_add(1)),
            Entry::Album(album) => self.tracks_of([album]),
            Entry::AllAlbums => self.tracks_of(self.rows(Column::Albums).iter()),
            Entry::AllArtists => match &self.matches {
                Some(matches) => matches.shown_rows(),
                None => Rows::range(0..to_u32(self.catalog.len())),
            },
            Entry::Artist(artist) => self.tracks_of(self.albums_of(artist).iter().copied()),
        }
    }

    pub fn ids(&self, rows: &Rows) -> Vec<TrackId> {
        rows.iter().filter_map(|row| self.catalog.track(row)).map(|track| track.id()).collect()
    }

    pub fn track(&self, row: Row) -> Option<TrackRef<'_>> {
        self.catalog.track(row)
    }

    /// Takes another catalog or other matches, and stays at the same artist, album and track where they still are.
    pub fn renew(
        &mut self,
        catalog: Arc<Catalog>,
        matches: Option<Arc<Matches>>,
        views: impl Fn(Column) -> View,
    ) {
        let place = self.place();
        let same_groups = matches.as_ref().and_then(|found| found.groups.as_ref()).map(|groups| groups.by)
            == self.groups().map(|groups| groups.by);
        let mut marks = self.moved_marks(&catalog);
        if self.groups().is_some() && !Arc::ptr_eq(&self.catalog, &catalog) || !same_groups {
            // They are rows of a table that is another one now.
            marks.artists.clear();
        }
        self.catalog = catalog;
        self.matches = matches;
        self.marks = marks;
        self.rows[Column::Artists as usize] = self.artist_rows();
        let at = place.artist.map(|name| self.find_artist(&name));
        self.settle(Column::Artists, at, &views);
        self.rows[Column::Albums as usize] = self.album_rows();
        let at = place.album.map(|key| self.find_album(&key));
        self.settle(Column::Albums, at, &views);
        self.rows[Column::Tracks as usize] = self.track_rows();
        let at = place.track.map(|id| self.find_track(id));
        self.settle(Column::Tracks, at, &views);
    }

    /// Puts the cursor on a found row (`Some(Some)`), leaves it on the entry for all (`None`), or near where it was.
    fn settle(&mut self, column: Column, found: Option<Option<usize>>, views: &impl Fn(Column) -> View) {
        let view = View { len: self.len(column), ..views(column) };
        let (lead, filtered) = (self.lead(column), self.matches.is_some());
        let list = &mut self.lists[column as usize];
        match found {
            Some(Some(at)) => {
                let moved = at + lead;
                let offset = list.cursor.saturating_sub(list.top);
                // The row keeps its place on the screen while rows come in above it.
                list.top = if moved == list.cursor { list.top } else { moved.saturating_sub(offset) };
                list.go_to(moved, view);
            }
            Some(None) if filtered => list.go_to(0, view),
            Some(None) => list.show_cursor(view),
            None => list.go_to(0, view),
        }
    }

    fn place(&self) -> Place {
        let artist = match self.selected(Column::Artists) {
            Some(Entry::Artist(row)) => self.artist_name(row).map(str::to_owned),
            _ => None,
        };
        let album = match self.selected(Column::Albums) {
            Some(Entry::Album(row)) => self.album_key(row),
            _ => None,
        };
        let track = match self.selected(Column::Tracks) {
            Some(Entry::Track(row)) if self.list(Column::Tracks).cursor > 0 => {
                self.catalog.track(row).map(|track| track.id())
            }
            _ => None,
        };
        Place { artist, album, track }
    }

    /// Of an artist, or of what stands in its place; empty for those without one.
    pub fn artist_name(&self, row: ArtistRow) -> Option<&str> {
        if let Some(groups) = self.groups() {
            return groups.name(row);
        }
        self.catalog.artists().get(row as usize).map(|artist| self.catalog.text(artist.name))
    }

    fn album_key(&self, row: AlbumRow) -> Option<AlbumKey> {
        AlbumKey::of(&self.catalog, row)
    }

    fn find_artist(&self, name: &str) -> Option<usize> {
        let rows = self.rows(Column::Artists);
        rows.iter().position(|row| self.artist_name(row) == Some(name))
    }

    fn find_album(&self, key: &AlbumKey) -> Option<usize> {
        self.rows(Column::Albums).iter().position(|row| key.is_of(&self.catalog, row))
    }

    /// The row of a track among those that are shown.
    pub fn find_track(&self, id: TrackId) -> Option<usize> {
        self.rows(Column::Tracks).position(self.catalog.find(id)?.row())
    }

    fn moved_marks(&self, catalog: &Arc<Catalog>) -> Marks {
        if self.marks.is_empty() || Arc::ptr_eq(&self.catalog, catalog) {
            return self.marks.clone();
        }
        let names: HashSet<&str> =
            self.marks.artists.iter().filter_map(|&row| self.artist_name(row)).collect();
        let keys: Vec<AlbumKey> = self.marks.albums.iter().filter_map(|&row| self.album_key(row)).collect();
        let artists = (0..).zip(catalog.artists());
        let artists =
            artists.filter(|(_, artist)| names.contains(catalog.text(artist.name))).map(|(row, _)| row);
        let albums =
            (0..to_u32(catalog.albums().len())).filter(|&row| keys.iter().any(|key| key.is_of(catalog, row)));
        let tracks = self.marks.tracks.iter().copied().filter(|&id| catalog.find(id).is_some());
        let albums = if keys.is_empty() { BTreeSet::new() } else { albums.collect() };
        Marks { artists: artists.collect(), albums, tracks: tracks.collect() }
    }

    /// To the albums of all artists, on the one where one was.
    pub fn go_to_all_albums(&mut self, views: impl Fn(Column) -> View) {
        let album = match self.selected(Column::Albums) {
            Some(Entry::Album(album)) => Some(album),
            _ => None,
        };
        self.jump(Column::Artists, 0, views(Column::Artists));
        if let Some(at) = album.and_then(|album| self.rows(Column::Albums).position(album)) {
            self.jump(Column::Albums, at + self.lead(Column::Albums), views(Column::Albums));
        }
    }

    /// Puts every cursor on the way to a track; where it is in sight anyway only if the `whole` way is asked for. False where no
    /// row shows it.
    pub fn go_to_track(&mut self, id: TrackId, whole: bool, views: impl Fn(Column) -> View) -> bool {
        let Some(track) = self.catalog.find(id) else { return false };
        let (row, album) = (track.row(), track.raw().album);
        if whole || self.rows(Column::Tracks).position(row).is_none() {
            if self.matches.as_ref().is_some_and(|matches| !matches.has_row(row)) {
                return false;
            }
            let artist = self.artist_of(album).and_then(|artist| self.rows(Column::Artists).position(artist));
            let at = artist.map_or(0, |at| at + self.lead(Column::Artists));
            self.jump(Column::Artists, at, views(Column::Artists));
            let at = self.rows(Column::Albums).position(album).map_or(0, |at| at + self.lead(Column::Albums));
            self.jump(Column::Albums, at, views(Column::Albums));
        }
        let Some(at) = self.rows(Column::Tracks).position(row) else { return false };
        self.jump(Column::Tracks, at, views(Column::Tracks));
        self.column = Column::Tracks;
        true
    }

    fn jump(&mut self, column: Column, at: usize, view: View) {
        self.move_in(column, view, |list, view| list.go_to(at, view));
    }

    /// The artist whose albums have `album` among them.
    fn artist_of(&self, album: AlbumRow) -> Option<ArtistRow> {
        let len = self.groups().map_or(self.catalog.artists().len(), |groups| groups.len());
        (0..to_u32(len)).find(|&row| self.albums_of(row).contains(&album))
    }

    /// What is called that when it has no name.
    pub fn nameless(&self) -> &'static str {
        self.by().none()
    }

    /// How many tracks an entry of the first column has, where that is what is shown of it.
    pub fn tracks_in(&self, artist: ArtistRow) -> Option<u32> {
        match (self.groups(), &self.matches) {
            (Some(groups), Some(matches)) => {
                (matches.rows.len() == self.catalog.len()).then(|| groups.tracks(artist))
            }
            (None, None) => self.catalog.artists().get(artist as usize).map(|artist| artist.tracks),
            // With a filter the number would tell of tracks that are not shown.
            _ => None,
        }
    }

    /// What is searched in an entry.
    pub fn texts(&self, entry: Entry, mut each: impl FnMut(&str)) {
        match entry {
            Entry::AllArtists | Entry::AllAlbums => {}
            Entry::Artist(row) => self.artist_name(row).into_iter().for_each(each),
            Entry::Album(row) => {
                if let Some(album) = self.catalog.album(row) {
                    each(self.catalog.text(album.title));
                    self.catalog.list(album.artists).for_each(each);
                }
            }
            Entry::Track(row) => {
                if let Some(track) = self.catalog.track(row) {
                    each(track.title());
                    track.artists().for_each(each);
                }
            }
        }
    }

    pub fn is_marked(&self, entry: Entry) -> bool {
        match entry {
            Entry::AllArtists | Entry::AllAlbums => false,
            Entry::Artist(row) => self.marks.artists.contains(&row),
            Entry::Album(row) => self.marks.albums.contains(&row),
            Entry::Track(row) => {
                !self.marks.tracks.is_empty()
                    && self.catalog.track(row).is_some_and(|track| self.marks.tracks.contains(&track.id()))
            }
        }
    }

    pub fn toggle_mark(&mut self, entry: Entry) {
        match entry {
            Entry::AllArtists | Entry::AllAlbums => {}
            Entry::Artist(row) => toggle(&mut self.marks.artists, row),
            Entry::Album(row) => toggle(&mut self.marks.albums, row),
            Entry::Track(row) => {
                let Some(id) = self.catalog.track(row).map(|track| track.id()) else { return };
                if !self.marks.tracks.remove(&id) {
                    self.marks.tracks.insert(id);
                }
            }
        }
    }

    pub fn scroll(&mut self, column: Column, rows: isize, view: View) {
        let view = View { len: self.len(column), ..view };
        self.lists[column as usize].scroll(rows, view);
    }

    /// After the size of the screen changed.
    pub fn show_cursors(&mut self, views: impl Fn(Column) -> View) {
        for column in Column::ALL {
            let view = View { len: self.len(column), ..views(column) };
            self.lists[column as usize].show_cursor(view);
        }
    }
}

fn toggle(set: &mut BTreeSet<u32>, row: u32) {
    if !set.remove(&row) {
        set.insert(row);
    }
}

fn to_u32(len: usize) -> u32 {
    u32::try_from(len).unwrap_or(u32::MAX)
}

/// Where the cursors are, in terms that outlive a catalog.
struct Place {
    artist: Option<String>,
    album: Option<AlbumKey>,
    track: Option<TrackId>,
}

/// What makes two albums of two catalogs the same.
struct AlbumKey {
    title: String,
    date: String,
    artists: Vec<String>,
}

impl AlbumKey {
    fn of(catalog: &Catalog, row: AlbumRow) -> Option<Self> {
        let album = catalog.album(row)?;
        Some(Self {
            title: catalog.text(album.title).to_owned(),
            date: catalog.text(album.date).to_owned(),
            artists: catalog.list(album.artists).map(str::to_owned).collect(),
        })
    }

    fn is_of(&self, catalog: &Catalog, row: AlbumRow) -> bool {
        let Some(album) = catalog.album(row) else { return false };
        catalog.text(album.title) == self.title
            && catalog.text(album.date) == self.date
            && catalog.list(album.artists).eq(self.artists.iter().map(String::as_str))
    }
}
