//! Tracks on their way into the catalog: texts interned, albums not yet known.

use foldhash::{HashMap, HashMapExt};

use super::intern::Interner;
use crate::library::store::Brief;
use crate::model::catalog::{Frames, ListId, TextId, TrackFlags, TrackRow, split};
use crate::model::fold::fold;
use crate::model::naming::{Naming, Separators};
use crate::model::tag::Mbid;
use crate::model::track::Numbered;

/// What albums are told apart by.
pub struct Draft {
    pub row: TrackRow,
    pub album_title: TextId,
    /// `album_title` with case and diacritics folded.
    pub album_folded: TextId,
    pub artists: ListId,
    pub album_artists: ListId,
    pub date: TextId,
    pub compilation: bool,
    /// MusicBrainz's release as a number of ours; 0 where the file names none.
    pub release: u32,
}

pub struct Drafts<'a> {
    naming: &'a Naming,
    pub texts: Interner,
    pub drafts: Vec<Draft>,
    /// Values of all lists end to end; this becomes the catalog's column.
    pub lists: Vec<TextId>,
    pub list_ends: Vec<u32>,
    /// Lists of one text, which most are, by it.
    single_keys: HashMap<TextId, ListId>,
    /// All others.
    list_keys: HashMap<Box<[TextId]>, ListId>,
    /// Name to its name for sorting, where some file tells one.
    pub sort_names: HashMap<TextId, TextId>,
    folded: HashMap<TextId, TextId>,
    releases: HashMap<Mbid, u32>,
}

impl<'a> Drafts<'a> {
    pub fn new(naming: &'a Naming) -> Self {
        Self {
            naming,
            texts: Interner::default(),
            drafts: Vec::new(),
            lists: Vec::new(),
            list_ends: vec![0],
            single_keys: HashMap::new(),
            list_keys: HashMap::from_iter([(Box::default(), ListId::EMPTY)]),
            sort_names: HashMap::new(),
            folded: HashMap::new(),
            releases: HashMap::new(),
        }
    }

    /// So many will come: room for them is made at once.
    pub fn expect(&mut self, tracks: u64) {
        // A store that lies about its number costs no more than this.
        const MOST: u64 = 1 << 20;
        let tracks = usize::try_from(tracks.min(MOST)).unwrap_or(0);
        self.drafts.reserve(tracks);
        // Each has at least a title and a name of its own.
        self.texts.expect(tracks * 2);
    }

    pub fn push(&mut self, track: &Brief<'_>, is_missing: bool) {
        let tags = &track.tags;
        let naming = self.naming;
        let artists = self.names(&naming.artists, &tags.artists, &tags.artists_sort);
        let album_artists = self.names(&naming.artists, &tags.album_artists, &tags.album_artists_sort);
        let genres = self.list(&naming.genres.split(&tags.genres));
        let composers = self.list(&tags.composers);
        self.note_sort_names(tags.album.as_slice(), tags.album_sort.as_slice());
        let album_title = self.optional(tags.album);
        let album_folded = self.fold(album_title);
        let date = self.optional(tags.date);
        let mut row = self.row(track, artists, genres, composers);
        row.flags = row.flags.with(TrackFlags::MISSING, is_missing);
        let compilation = tags.compilation;
        let release = tags.release().map_or(0, |id| self.release(id));
        self.drafts.push(Draft {
            row,
            album_title,
            album_folded,
            artists,
            album_artists,
            date,
            compilation,
            release,
        });
    }

    fn release(&mut self, id: Mbid) -> u32 {
        let next = u32::try_from(self.releases.len() + 1).unwrap_or(0);
        *self.releases.entry(id).or_insert(next)
    }

    /// The list of artists, and under which names they sort.
    fn names(&mut self, separators: &Separators, names: &[&str], sort_names: &[&str]) -> ListId {
        let names = separators.split(names);
        if !sort_names.is_empty() {
            self.note_sort_names(&names, &separators.split(sort_names));
        }
        self.list(&names)
    }

    fn row(&mut self, track: &Brief<'_>, artists: ListId, genres: ListId, composers: ListId) -> TrackRow {
        let (folder, name) = split(track.path);
        let format = &track.format;
        TrackRow {
            id: track.id,
            album: 0,
            folder: self.texts.intern(folder),
            name: self.texts.intern(name),
            title: self.optional(track.tags.title),
            artists,
            genres,
            composers,
            track: number(track.tags.track),
            disc: number(track.tags.disc),
            year: track.tags.year().unwrap_or(0),
            codec: format.codec,
            bits: format.bits.unwrap_or(0),
            flags: TrackFlags::default().with(TrackFlags::COMPILATION, track.tags.compilation),
            channels: format.spec.channels,
            rate: format.spec.rate,
            frames: Frames::new(format.frames),
            added_s: u32::try_from(track.added_s.max(0)).unwrap_or(u32::MAX),
        }
    }

    fn optional(&mut self, text: Option<&str>) -> TextId {
        text.map_or(TextId::EMPTY, |text| self.texts.intern(text.as_bytes()))
    }

    pub fn list(&mut self, values: &[&str]) -> ListId {
        match values {
            [] => ListId::EMPTY,
            [only] => {
                let id = self.texts.intern(only.as_bytes());
                self.list_of(&[id])
            }
            _ => {
                let ids: Vec<TextId> =
                    values.iter().map(|value| self.texts.intern(value.as_bytes())).collect();
                self.list_of(&ids)
            }
        }
    }

    pub fn list_of(&mut self, ids: &[TextId]) -> ListId {
        let known = match ids {
            [only] => self.single_keys.get(only),
            _ => self.list_keys.get(ids),
        };
        if let Some(&key) = known {
            return key;
        }
        let end = u32::try_from(self.lists.len() + ids.len());
        let (Ok(end), Ok(key)) = (end, u32::try_from(self.list_ends.len())) else { return ListId::EMPTY };
        self.lists.extend_from_slice(ids);
        self.list_ends.push(end);
        match ids {
            [only] => self.single_keys.insert(*only, ListId(key)),
            _ => self.list_keys.insert(ids.into(), ListId(key)),
        };
        ListId(key)
    }

    pub fn values(&self, key: ListId) -> &[TextId] {
        let at = key.0 as usize;
        let start = if at == 0 { 0 } else { self.list_ends[at - 1] as usize };
        &self.lists[start..self.list_ends[at] as usize]
    }

    /// Case and diacritics folded; folded once for each different text.
    pub fn fold(&mut self, id: TextId) -> TextId {
        if let Some(&folded) = self.folded.get(&id) {
            return folded;
        }
        let text = fold(self.texts.text(id));
        let folded = self.texts.intern(text.as_bytes());
        self.folded.insert(id, folded);
        folded
    }

    fn note_sort_names(&mut self, names: &[&str], sort_names: &[&str]) {
        // Lists of different length do not say which belongs to which.
        if names.len() != sort_names.len() {
            return;
        }
        for (name, sort_name) in names.iter().zip(sort_names) {
            let (name, sort_name) =
                (self.texts.intern(name.as_bytes()), self.texts.intern(sort_name.as_bytes()));
            self.sort_names.entry(name).or_insert(sort_name);
        }
    }
}

fn number(value: Numbered) -> u16 {
    value.number.and_then(|number| u16::try_from(number).ok()).unwrap_or(0)
}
