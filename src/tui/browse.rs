//! The library pane's state: three columns over one catalog, each a list of rows that follows the selection of the
//! column before. Keeps its place when the catalog changes. Pure; changed by `update`, read by the library view.

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

use super::groups::Groups;
use super::list::{List, View};
use super::matches::Matches;
use super::rows::Rows;
use crate::model::catalog::{AlbumRow, ArtistRow, Catalog, Row, TrackRef};
use crate::model::grouping::{Fold, GroupBy};
use crate::model::id::TrackId;
use crate::say;

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
            Self::Artists => say!("Artists"),
            Self::Albums => say!("Albums"),
            Self::Tracks => say!("Tracks"),
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
    /// Groups that show those beneath them, by their keys.
    open: HashSet<u64>,
    lists: [List; 3],
    rows: [Rows; 3],
}

impl Browse {
    /// What stands in the first column in the place of artists.
    pub fn groups(&self) -> Option<&Arc<Groups>> {
        self.matches.as_ref()?.groups.as_ref()
    }

    fn by(&self) -> GroupBy {
        self.groups().map_or(GroupBy::Artist, |groups| groups.by.top())
    }

    /// What an entry of the first column is.
    pub fn kind(&self, row: ArtistRow) -> GroupBy {
        self.groups().map_or(GroupBy::Artist, |groups| groups.by(row))
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

    /// Entries as they are counted: what is beneath another is not.
    pub fn count(&self, column: Column) -> usize {
        let rows = self.rows(column);
        match self.folds(column) {
            Some(groups) => rows.iter().filter(|&row| groups.depth(row) == 0).count(),
            None => rows.len(),
        }
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
            Some(matches) => match &matches.groups {
                Some(groups) if groups.has_folds => {
                    Rows::listed(Arc::new(groups.in_sight(&matches.artists, &self.open)))
                }
                _ => Rows::listed(Arc::clone(&matches.artists)),
            },
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
        let same_groups = matches.as_ref().and_then(|found| found.groups.as_ref()).map(|groups| &groups.by)
            == self.groups().map(|groups| &groups.by);
        let mut marks = self.moved_marks(&catalog);
        if self.groups().is_some() && !Arc::ptr_eq(&self.catalog, &catalog) || !same_groups {
            // They are rows of a table that is another one now.
            marks.artists.clear();
        }
        self.catalog = catalog;
        self.matches = matches;
        self.marks = marks;
        self.rows[Column::Artists as usize] = self.artist_rows();
        let at = place.artist.map(|artist| self.find_artist(&artist));
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
            Some(Entry::Artist(row)) => match self.groups() {
                Some(groups) => groups.key(row).map(ArtistKey::Group),
                None => self.artist_name(row).map(|name| ArtistKey::Name(name.to_owned())),
            },
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

    fn find_artist(&self, key: &ArtistKey) -> Option<usize> {
        let mut rows = self.rows(Column::Artists).iter();
        match (key, self.groups()) {
            (ArtistKey::Group(key), Some(groups)) => rows.position(|row| groups.key(row) == Some(*key)),
            (ArtistKey::Name(name), None) => rows.position(|row| self.artist_name(row) == Some(name)),
            _ => None,
        }
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
            let artist = self.artist_of(album);
            if let Some(artist) = artist {
                self.open_way(artist, &views);
            }
            let artist = artist.and_then(|artist| self.rows(Column::Artists).position(artist));
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

    /// The artist whose albums have `album` among them; of groups one that has none beneath it.
    fn artist_of(&self, album: AlbumRow) -> Option<ArtistRow> {
        if let Some(groups) = self.groups() {
            return groups.lowest_with(album);
        }
        (0..to_u32(self.catalog.artists().len())).find(|&row| self.albums_of(row).contains(&album))
    }

    /// What is called that when it has no name.
    pub fn nameless(&self, row: ArtistRow) -> &'static str {
        self.kind(row).none()
    }

    /// The rows of a column, those in closed folds too.
    pub fn unfolded(&self, column: Column) -> Rows {
        match &self.matches {
            Some(matches) if self.folds(column).is_some() => Rows::listed(Arc::clone(&matches.artists)),
            _ => self.rows(column).clone(),
        }
    }

    /// The groups of a column with folds.
    fn folds(&self, column: Column) -> Option<&Arc<Groups>> {
        self.groups().filter(|groups| groups.has_folds && column == Column::Artists)
    }

    /// Where an entry stands among those in closed folds too.
    pub fn unfolded_place(&self, column: Column, at: usize) -> usize {
        match (self.folds(column), self.entry(column, at)) {
            (Some(_), Some(Entry::Artist(row))) => {
                self.unfolded(column).position(row).map_or(at, |place| place + self.lead(column))
            }
            _ => at,
        }
    }

    /// To such a place: to the row itself where the way to it is to be opened, else to what hides it.
    pub fn go_to_unfolded(
        &mut self,
        column: Column,
        place: usize,
        opens: bool,
        views: impl Fn(Column) -> View,
    ) {
        let row = place.checked_sub(self.lead(column)).and_then(|at| self.unfolded(column).get(at));
        let mut to = place;
        if let Some(row) = row.filter(|_| self.folds(column).is_some()) {
            if opens {
                self.open_way(row, &views);
            }
            to = self.in_sight(row).unwrap_or(to);
        }
        self.jump(column, to, views(column));
    }

    /// The place of a group, or of the one that hides it.
    fn in_sight(&self, row: ArtistRow) -> Option<usize> {
        let groups = self.groups()?;
        let rows = self.rows(Column::Artists);
        let at = std::iter::once(row).chain(groups.above(row)).find_map(|row| rows.position(row))?;
        Some(at + self.lead(Column::Artists))
    }

    fn open_way(&mut self, row: ArtistRow, views: &impl Fn(Column) -> View) {
        let Some(groups) = self.folds(Column::Artists).map(Arc::clone) else { return };
        let keys: Vec<u64> = groups.above(row).filter_map(|row| groups.key(row)).collect();
        if keys.iter().any(|key| !self.open.contains(key)) {
            let here = self.group_here();
            self.refold(here, views, |open| open.extend(keys));
        }
    }

    fn group_here(&self) -> Option<ArtistRow> {
        match self.selected(Column::Artists) {
            Some(Entry::Artist(row)) => Some(row),
            _ => None,
        }
    }

    /// Changes what is open, and is then on that group or on what hides it.
    fn refold(
        &mut self,
        to: Option<ArtistRow>,
        views: &impl Fn(Column) -> View,
        change: impl FnOnce(&mut HashSet<u64>),
    ) {
        let before = self.selected(Column::Artists);
        change(&mut self.open);
        self.rows[Column::Artists as usize] = self.artist_rows();
        let at = to.map(|row| self.in_sight(row).map(|at| at - self.lead(Column::Artists)));
        self.settle(Column::Artists, at, views);
        if self.selected(Column::Artists) != before {
            self.follow(Column::Artists);
        }
    }

    /// Whether a group shows those beneath it; `None`: there are none, or the filter leaves none.
    pub fn is_open(&self, row: ArtistRow) -> Option<bool> {
        let groups = self.folds(Column::Artists)?;
        let shown = &self.matches.as_ref()?.artists;
        let next = shown.get(shown.partition_point(|&other| other <= row))?;
        groups
            .beneath(row)
            .contains(next)
            .then(|| groups.key(row).is_some_and(|key| self.open.contains(&key)))
    }

    /// Without the groups that are beneath others of these, which stand for them.
    pub fn once(&self, entries: impl Iterator<Item = Entry>) -> Vec<Entry> {
        let mut behind = 0;
        let is_new = |entry: &Entry| match (*entry, self.folds(Column::Artists)) {
            (Entry::Artist(row), Some(groups)) => {
                let is_new = row >= behind;
                behind = behind.max(groups.beneath(row).end);
                is_new
            }
            _ => true,
        };
        entries.filter(is_new).collect()
    }

    /// How many groups it is beneath; `None`: there are no folds.
    pub fn depth(&self, row: ArtistRow) -> Option<u16> {
        self.folds(Column::Artists).map(|groups| groups.depth(row))
    }

    /// The group that it is beneath.
    pub fn above(&self, row: ArtistRow) -> Option<ArtistRow> {
        self.groups()?.above(row).next()
    }

    /// So many levels; at the cursor, or at a row of the column. `false`: there is no fold.
    pub fn fold(
        &mut self,
        fold: Fold,
        at: Option<usize>,
        levels: usize,
        views: impl Fn(Column) -> View,
    ) -> bool {
        let Some(groups) = self.folds(Column::Artists).map(Arc::clone) else { return false };
        let here = self.group_here();
        let row = match at.map(|at| self.entry(Column::Artists, at)) {
            Some(Some(Entry::Artist(row))) => Some(row),
            Some(_) => None,
            None => here,
        };
        let to = if at.is_some() { here } else { row };
        match (fold, row) {
            (Fold::OpenAll, _) => {
                let all = (0..to_u32(groups.len())).filter(|&row| !groups.beneath(row).is_empty());
                self.refold(to, &views, |open| open.extend(all.filter_map(|row| groups.key(row))));
            }
            (Fold::CloseAll, _) => self.refold(to, &views, HashSet::clear),
            (_, None) => return false,
            (Fold::Toggle, Some(row)) if self.is_open(row) == Some(false) => {
                self.open_levels(&groups, row, levels, to, &views);
            }
            (Fold::Open, Some(row)) => {
                if self.is_open(row).is_none() {
                    return false;
                }
                self.open_levels(&groups, row, levels, to, &views);
            }
            (Fold::Close | Fold::Toggle, Some(row)) => {
                return self.close_levels(&groups, row, levels, to, &views);
            }
        }
        true
    }

    fn open_levels(
        &mut self,
        groups: &Groups,
        row: ArtistRow,
        levels: usize,
        to: Option<ArtistRow>,
        views: &impl Fn(Column) -> View,
    ) {
        let depth = usize::from(groups.depth(row)).saturating_add(levels);
        let opened = groups.beneath(row).filter(|&row| usize::from(groups.depth(row)) < depth);
        let keys = std::iter::once(row).chain(opened).filter_map(|row| groups.key(row));
        self.refold(to, views, |open| open.extend(keys));
    }

    /// The nearest open ones at it and above it.
    fn close_levels(
        &mut self,
        groups: &Groups,
        row: ArtistRow,
        levels: usize,
        to: Option<ArtistRow>,
        views: &impl Fn(Column) -> View,
    ) -> bool {
        let is_open = |row: &ArtistRow| self.is_open(*row) == Some(true);
        let way = std::iter::once(row).chain(groups.above(row)).filter(is_open).take(levels);
        let keys: Vec<u64> = way.filter_map(|row| groups.key(row)).collect();
        self.refold(to, views, |open| open.retain(|key| !keys.contains(key)));
        !keys.is_empty()
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
    artist: Option<ArtistKey>,
    album: Option<AlbumKey>,
    track: Option<TrackId>,
}

/// What makes two artists, or two groups, of two catalogs the same.
enum ArtistKey {
    Name(String),
    Group(u64),
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
