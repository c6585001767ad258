//! The library in memory: immutable columns with sorted indexes, shared by `Arc`. Made by `library::catalog_build` on a
//! job; read by the app and every frontend. Rows are never copied for a view: a view is a range or a list of row numbers.

use std::ffi::OsStr;
use std::ops::Range;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::audio::Spec;
use super::id::TrackId;
use super::track::{AudioFormat, Codec};

/// Place of a track in album order: by album artist, date, album, disc, track, path.
pub type Row = u32;
/// Place of an album in `Catalog::albums`, which is sorted by album artist, date, title.
pub type AlbumRow = u32;
/// Place of an artist in `Catalog::artists`, which is sorted by sort name.
pub type ArtistRow = u32;

/// Interned bytes; equal texts have equal ids. UTF-8 but for file names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TextId(pub u32);

impl TextId {
    /// The empty text.
    pub const EMPTY: Self = Self(0);
}

/// An interned list of texts; equal lists have equal ids.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ListId(pub u32);

impl ListId {
    /// The list without a text.
    pub const EMPTY: Self = Self(0);
}

/// What is or is not so of a track.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TrackFlags(pub u8);

impl TrackFlags {
    /// The file was not there when it was last looked for.
    pub const MISSING: Self = Self(1);
    /// The file says that it is of a compilation.
    pub const COMPILATION: Self = Self(1 << 1);

    pub fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// `self` with `other` set or not.
    pub fn with(self, other: Self, set: bool) -> Self {
        if set { Self(self.0 | other.0) } else { Self(self.0 & !other.0) }
    }
}

/// One track, fixed size.
#[derive(Debug, Clone)]
pub struct TrackRow {
    pub id: TrackId,
    pub album: AlbumRow,
    /// The folder's absolute path and the file's name, both as bytes.
    pub folder: TextId,
    pub name: TextId,
    /// Empty where the file has none.
    pub title: TextId,
    pub artists: ListId,
    pub genres: ListId,
    pub composers: ListId,
    pub track: u16,
    pub disc: u16,
    /// 0 where the file has none.
    pub year: u16,
    pub codec: Codec,
    pub bits: u8,
    pub flags: TrackFlags,
    pub channels: u16,
    pub rate: u32,
    pub frames: Frames,
    /// Seconds since the Unix epoch; until 2106.
    pub added_s: u32,
}

/// A number of frames that is known or not, laid out so that a row has no gaps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Frames([u32; 2]);

impl Frames {
    pub fn new(frames: Option<u64>) -> Self {
        let frames = frames.unwrap_or(u64::MAX);
        Self([frames as u32, (frames >> 32) as u32])
    }

    pub fn get(self) -> Option<u64> {
        let frames = u64::from(self.0[1]) << 32 | u64::from(self.0[0]);
        (frames != u64::MAX).then_some(frames)
    }
}

/// One album. Its tracks are contiguous rows.
#[derive(Debug, Clone)]
pub struct AlbumEntry {
    /// Empty for tracks without an album.
    pub title: TextId,
    pub artists: ListId,
    pub date: TextId,
    pub tracks: Range<Row>,
    /// Total of the known durations.
    pub duration: Duration,
}

/// One album artist.
#[derive(Debug, Clone)]
pub struct ArtistEntry {
    /// Empty for albums without any artist.
    pub name: TextId,
    /// Range of `CatalogParts::artist_albums`.
    pub albums: Range<u32>,
    pub tracks: u32,
}

/// What `library::catalog_build` hands over. Every id and range must be inside its column.
#[derive(Debug, Clone, Default)]
pub struct CatalogParts {
    /// All texts end to end; text `i` is `text[text_ends[i-1]..text_ends[i]]`. Text 0 is empty.
    pub text: Vec<u8>,
    pub text_ends: Vec<u32>,
    /// All lists end to end, as the texts are. List 0 is empty.
    pub lists: Vec<TextId>,
    pub list_ends: Vec<u32>,
    pub tracks: Vec<TrackRow>,
    pub albums: Vec<AlbumEntry>,
    pub artists: Vec<ArtistEntry>,
    pub artist_albums: Vec<AlbumRow>,
    /// All rows by their tracks' ids.
    pub by_id: Vec<Row>,
    /// All rows by their `path_key`, then row.
    pub by_path: Vec<Row>,
}

/// See the module's head.
#[derive(Debug, Clone, Default)]
pub struct Catalog {
    parts: CatalogParts,
}

impl Catalog {
    pub fn parts(&self) -> &CatalogParts {
        &self.parts
    }

    pub fn new(parts: CatalogParts) -> Self {
        Self { parts }
    }

    pub fn len(&self) -> usize {
        self.parts.tracks.len()
    }

    pub fn is_empty(&self) -> bool {
        self.parts.tracks.is_empty()
    }

    pub fn albums(&self) -> &[AlbumEntry] {
        &self.parts.albums
    }

    pub fn artists(&self) -> &[ArtistEntry] {
        &self.parts.artists
    }

    /// The albums of an artist, in the order of their dates.
    pub fn albums_of(&self, artist: &ArtistEntry) -> &[AlbumRow] {
        let range = artist.albums.start as usize..artist.albums.end as usize;
        self.parts.artist_albums.get(range).unwrap_or(&[])
    }

    pub fn album(&self, row: AlbumRow) -> Option<&AlbumEntry> {
        self.parts.albums.get(row as usize)
    }

    pub fn track(&self, row: Row) -> Option<TrackRef<'_>> {
        let track = self.parts.tracks.get(row as usize)?;
        Some(TrackRef { catalog: self, row, track })
    }

    /// The tracks as they lie, by row.
    pub fn track_rows(&self) -> &[TrackRow] {
        &self.parts.tracks
    }

    /// Bytes that the columns take in memory.
    pub fn bytes_held(&self) -> usize {
        fn of<T>(column: &Vec<T>) -> usize {
            column.capacity() * size_of::<T>()
        }
        let parts = &self.parts;
        let texts = of(&parts.text) + of(&parts.text_ends) + of(&parts.lists) + of(&parts.list_ends);
        let entries = of(&parts.tracks) + of(&parts.albums) + of(&parts.artists) + of(&parts.artist_albums);
        texts + entries + of(&parts.by_id) + of(&parts.by_path)
    }

    /// All tracks in album order.
    pub fn tracks(&self) -> impl Iterator<Item = TrackRef<'_>> {
        (0..).zip(&self.parts.tracks).map(|(row, track)| TrackRef { catalog: self, row, track })
    }

    pub fn find(&self, id: TrackId) -> Option<TrackRef<'_>> {
        let id_of = |&row: &Row| self.parts.tracks.get(row as usize).map(|track| track.id);
        let at = self.parts.by_id.binary_search_by_key(&Some(id), id_of).ok()?;
        self.track(*self.parts.by_id.get(at)?)
    }

    pub fn find_path(&self, path: &Path) -> Option<TrackRef<'_>> {
        let key = path_key(path);
        let key_of = |&row: &Row| {
            let track = self.parts.tracks.get(row as usize);
            track.map(|track| path_key_of(self.bytes(track.folder), self.bytes(track.name)))
        };
        let from = self.parts.by_path.partition_point(|row| key_of(row) < Some(key));
        let rows = self.parts.by_path.get(from..)?.iter();
        rows.take_while(|row| key_of(row) == Some(key))
            .filter_map(|&row| self.track(row))
            .find(|track| track.is_at(path))
    }

    /// The text, or what of it can be shown where it is not UTF-8 (file names).
    pub fn text(&self, id: TextId) -> &str {
        let bytes = self.bytes(id);
        match std::str::from_utf8(bytes) {
            Ok(text) => text,
            Err(error) => std::str::from_utf8(&bytes[..error.valid_up_to()]).unwrap_or(""),
        }
    }

    fn bytes(&self, id: TextId) -> &[u8] {
        let at = id.0 as usize;
        let end = self.parts.text_ends.get(at).copied().unwrap_or(0) as usize;
        let start = at.checked_sub(1).and_then(|before| self.parts.text_ends.get(before));
        self.parts.text.get(start.copied().unwrap_or(0) as usize..end).unwrap_or(&[])
    }

    /// How many texts there are; ids are below it.
    pub fn text_count(&self) -> usize {
        self.parts.text_ends.len()
    }

    /// How many lists there are; ids are below it.
    pub fn list_count(&self) -> usize {
        self.parts.list_ends.len()
    }

    pub fn list_ids(&self, list: ListId) -> &[TextId] {
        let at = list.0 as usize;
        let end = self.parts.list_ends.get(at).copied().unwrap_or(0) as usize;
        let start = at.checked_sub(1).and_then(|before| self.parts.list_ends.get(before));
        self.parts.lists.get(start.copied().unwrap_or(0) as usize..end).unwrap_or(&[])
    }

    pub fn list(&self, list: ListId) -> impl Iterator<Item = &str> {
        self.list_ids(list).iter().map(|&id| self.text(id))
    }
}

/// One track of a catalog, read in place.
#[derive(Debug, Clone, Copy)]
pub struct TrackRef<'a> {
    catalog: &'a Catalog,
    row: Row,
    track: &'a TrackRow,
}

impl<'a> TrackRef<'a> {
    pub fn row(&self) -> Row {
        self.row
    }

    pub fn catalog(&self) -> &'a Catalog {
        self.catalog
    }

    pub fn id(&self) -> TrackId {
        self.track.id
    }

    pub fn raw(&self) -> &'a TrackRow {
        self.track
    }

    pub fn path(&self) -> PathBuf {
        let folder = Path::new(OsStr::from_bytes(self.catalog.bytes(self.track.folder)));
        folder.join(OsStr::from_bytes(self.catalog.bytes(self.track.name)))
    }

    /// The path as far as it can be shown.
    pub fn shown_path(&self) -> String {
        format!("{}/{}", self.catalog.text(self.track.folder), self.file_name())
    }

    fn is_at(&self, path: &Path) -> bool {
        let (folder, name) = split(path.as_os_str().as_bytes());
        folder == self.catalog.bytes(self.track.folder) && name == self.catalog.bytes(self.track.name)
    }

    /// The title, or the file's name where it has none.
    pub fn title(&self) -> &'a str {
        match self.catalog.text(self.track.title) {
            "" => self.file_name(),
            title => title,
        }
    }

    /// The file's name as far as it can be shown.
    pub fn file_name(&self) -> &'a str {
        self.catalog.text(self.track.name)
    }

    pub fn artists(&self) -> impl Iterator<Item = &'a str> {
        self.catalog.list(self.track.artists)
    }

    pub fn genres(&self) -> impl Iterator<Item = &'a str> {
        self.catalog.list(self.track.genres)
    }

    pub fn composers(&self) -> impl Iterator<Item = &'a str> {
        self.catalog.list(self.track.composers)
    }

    /// The title that the file has, empty where it has none.
    pub fn title_tag(&self) -> &'a str {
        self.catalog.text(self.track.title)
    }

    pub fn is(&self, flag: TrackFlags) -> bool {
        self.track.flags.contains(flag)
    }

    pub fn album(&self) -> Option<&'a AlbumEntry> {
        self.catalog.album(self.track.album)
    }

    /// Empty where the file names none.
    pub fn album_title(&self) -> &'a str {
        self.album().map_or("", |album| self.catalog.text(album.title))
    }

    pub fn album_artists(&self) -> impl Iterator<Item = &'a str> {
        let list = self.album().map_or(ListId::EMPTY, |album| album.artists);
        self.catalog.list(list)
    }

    pub fn year(&self) -> Option<u16> {
        (self.track.year > 0).then_some(self.track.year)
    }

    pub fn track_number(&self) -> Option<u16> {
        (self.track.track > 0).then_some(self.track.track)
    }

    pub fn disc_number(&self) -> Option<u16> {
        (self.track.disc > 0).then_some(self.track.disc)
    }

    pub fn format(&self) -> AudioFormat {
        AudioFormat {
            codec: self.track.codec,
            spec: Spec { rate: self.track.rate, channels: self.track.channels },
            bits: (self.track.bits > 0).then_some(self.track.bits),
            frames: self.track.frames.get(),
        }
    }

    pub fn duration(&self) -> Option<Duration> {
        self.format().duration()
    }
}

/// Folder and name of a path.
pub fn split(path: &[u8]) -> (&[u8], &[u8]) {
    // Nearly all paths are plain: absolute, and with one slash between two names.
    if let Some(slash) = memchr::memrchr(b'/', path) {
        let (folder, name) = (&path[..slash], &path[slash + 1..]);
        let is_plain = !matches!(folder, [] | [.., b'/'] | b"." | [.., b'/', b'.']);
        if is_plain && !matches!(name, b"" | b"." | b"..") {
            return (folder, name);
        }
    }
    let path = Path::new(OsStr::from_bytes(path));
    let folder = path.parent().map_or(&[][..], |folder| folder.as_os_str().as_bytes());
    let name = path.file_name().map_or(&[][..], |name| name.as_bytes());
    (folder, name)
}

/// Key of the path index: 64-bit FNV-1a of folder and name (draft-eastlake-fnv). Equal keys are told apart by path.
pub fn path_key(path: &Path) -> u64 {
    let (folder, name) = split(path.as_os_str().as_bytes());
    path_key_of(folder, name)
}

/// As `path_key`, of a path that is split already.
pub fn path_key_of(folder: &[u8], name: &[u8]) -> u64 {
    name_key(folder_key(folder), name)
}

/// The part of the folder in its files' keys.
pub fn folder_key(folder: &[u8]) -> u64 {
    fnv(fnv(0xcbf2_9ce4_8422_2325, folder), b"/")
}

/// As `path_key`, from the part of the folder.
pub fn name_key(folder_key: u64, name: &[u8]) -> u64 {
    fnv(folder_key, name)
}

fn fnv(from: u64, bytes: &[u8]) -> u64 {
    bytes.iter().fold(from, |hash, &byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3))
}
