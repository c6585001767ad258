//! Tracks on their way into the catalog: texts interned, albums not yet known.

use foldhash::{HashMap, HashMapExt};

use super::intern::Interner;
use crate::model::catalog::{ListId, TextId, TrackFlags, TrackRow, split};
use crate::model::fold::fold;
use crate::model::naming::Naming;
use crate::model::tag::Mbid;
use crate::model::track::{Numbered, Track};

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
            list_keys: HashMap::from_iter([(Box::default(), ListId::EMPTY)]),
            sort_names: HashMap::new(),
            folded: HashMap::new(),
            releases: HashMap::new(),
        }
    }

    pub fn push(&mut self, track: &Track, is_missing: bool) {
        let tags = &track.tags;
        let naming = self.naming;
        let [artists, album_artists] =
            [&tags.artists, &tags.album_artists].map(|names| self.list(&naming.artists.split(names)));
        let genres = self.list(&naming.genres.split(&tags.genres));
        let composers = self.list(&tags.composers);
        for (names, sort_names) in
            [(&tags.artists, &tags.artists_sort), (&tags.album_artists, &tags.album_artists_sort)]
        {
            self.note_sort_names(&naming.artists.split(names), &naming.artists.split(sort_names));
        }
        self.note_sort_names(tags.album.as_slice(), tags.album_sort.as_slice());
        let album_title = self.optional(tags.album.as_deref());
        let album_folded = self.fold(album_title);
        let date = self.optional(tags.date.as_deref());
        let mut row = self.row(track, artists, genres, composers);
        row.flags = row.flags.with(TrackFlags::MISSING, is_missing);
        let compilation = tags.compilation;
        let release = tags.details.musicbrainz.release.map_or(0, |id| self.release(id));
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

    fn row(&mut self, track: &Track, artists: ListId, genres: ListId, composers: ListId) -> TrackRow {
        let (folder, name) = split(&track.path);
        let format = &track.format;
        TrackRow {
            id: track.id,
            album: 0,
            folder: self.texts.intern(folder),
            name: self.texts.intern(name),
            title: self.optional(track.tags.title.as_deref()),
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
            frames: format.frames.unwrap_or(u64::MAX),
            added_s: track.added_s,
        }
    }

    fn optional(&mut self, text: Option<&str>) -> TextId {
        text.map_or(TextId::EMPTY, |text| self.texts.intern(text.as_bytes()))
    }

    pub fn list(&mut self, values: &[String]) -> ListId {
        if values.is_empty() {
            return ListId::EMPTY;
        }
        let ids: Vec<TextId> = values.iter().map(|value| self.texts.intern(value.as_bytes())).collect();
        self.list_of(&ids)
    }

    pub fn list_of(&mut self, ids: &[TextId]) -> ListId {
        if let Some(&key) = self.list_keys.get(ids) {
            return key;
        }
        let end = u32::try_from(self.lists.len() + ids.len());
        let (Ok(end), Ok(key)) = (end, u32::try_from(self.list_ends.len())) else { return ListId::EMPTY };
        self.lists.extend_from_slice(ids);
        self.list_ends.push(end);
        self.list_keys.insert(ids.into(), ListId(key));
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

    fn note_sort_names(&mut self, names: &[String], sort_names: &[String]) {
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
