//! Lines back into a store. What is known here stays: of counts the higher, of times the later counts, of the time when a
//! track was added the earlier, and what was set here is not set again; so twice is once. Nothing is written before every
//! line was understood.

mod place;
mod write;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::io::{BufRead, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use super::line::*;
use super::{TransferError, VERSION};
use crate::library::store::{Store, StoreError, StoreReader};
use crate::model::audio::Volume;
use crate::model::bookmark::{Bookmark, BookmarkName, Bookmarks};
use crate::model::facts::{Rating, TrackFacts};
use crate::model::id::{PlaylistId, TrackId};
use crate::model::json_path::JsonPath;
use crate::model::listening::Listen;
use crate::model::lyrics::LyricsOffsets;
use crate::model::playlist::smart::Smart;
use crate::model::playlist::{Entry, Kind, Playlist, PlaylistName, Playlists, Told};
use crate::model::resume::Place;
use crate::model::session::{OutputMemory, Session, SessionItem};
use crate::model::template::{self, Item, Template, TemplateName};
use crate::model::track::Track;
use crate::model::weights::Aspect;
pub use place::names;
use place::{By, Placer};

/// A longer line is not ours.
const LONGEST: u64 = 16 << 20;
/// Rows that are written at once.
const BATCH: usize = 2_000;

/// What came in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Imported {
    pub lines: u64,
    /// Tracks that lie elsewhere by now, told by their sound, and by their names.
    pub by_sound: u64,
    pub by_names: u64,
    /// Lines of files that the library does not have: they come in after a scan.
    pub absent: u64,
    /// The queue of here was kept, and the other left out.
    pub queue_kept: bool,
    /// What there was no room for: bookmarks, moved words and outputs.
    pub full: u64,
}

pub fn import(store: &Store, from: &mut dyn BufRead) -> Result<Imported, TransferError> {
    store.flush()?;
    let mut import = Import::begin(store)?;
    for number in 1.. {
        let mut text = Vec::new();
        let read = from.take(LONGEST).read_until(b'\n', &mut text).map_err(TransferError::Read)?;
        if read == 0 {
            break;
        }
        let line = serde_json::from_slice::<Line>(&text).map_err(|error| error.to_string());
        let taken = line.map_err(Refused::Words).and_then(|line| import.take(line, number == 1));
        taken.map_err(|refused| match refused {
            Refused::Words(why) => TransferError::Line { number, why },
            Refused::Store(source) => TransferError::Store { source },
        })?;
    }
    if import.done.lines == 0 && !import.begun {
        return Err(TransferError::Line { number: 1, why: "there is none".to_owned() });
    }
    import.settle()?;
    Ok(import.write()?)
}

/// Why a line is no line of ours, or why that cannot be told.
enum Refused {
    Words(String),
    Store(StoreError),
}

impl From<&str> for Refused {
    fn from(words: &str) -> Self {
        Self::Words(words.to_owned())
    }
}

impl From<StoreError> for Refused {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

struct Import<'a> {
    store: &'a Store,
    reader: StoreReader,
    begun: bool,
    facts: BTreeMap<TrackId, TrackFacts>,
    /// Tracks with another time of being added.
    added: BTreeMap<TrackId, i64>,
    /// Tracks that there are not, with since when they are missing.
    missing: Vec<(Track, i64)>,
    /// Their numbers, and those of tracks that lie elsewhere, by path, so that other lines find them.
    new: HashMap<PathBuf, TrackId>,
    /// Tracks whose path was there.
    placed: HashSet<TrackId>,
    /// Lines of tracks whose path is not there: placed once all others are.
    unplaced: Vec<TrackLine>,
    listens: Vec<Listen>,
    gone: HashMap<u32, TrackId>,
    roots: Vec<PathBuf>,
    bookmarks: Bookmarks,
    lyrics_offsets: LyricsOffsets,
    outputs: OutputMemory,
    weights: Vec<(Aspect, f32)>,
    lists: Vec<Playlist>,
    templates: Vec<Template>,
    places: BTreeMap<TrackId, Place>,
    session: Option<Session>,
    done: Imported,
}

impl<'a> Import<'a> {
    fn begin(store: &'a Store) -> Result<Self, StoreError> {
        let reader = store.read()?;
        Ok(Self {
            store,
            begun: false,
            facts: BTreeMap::new(),
            added: BTreeMap::new(),
            missing: Vec::new(),
            new: HashMap::new(),
            placed: HashSet::new(),
            unplaced: Vec::new(),
            listens: Vec::new(),
            gone: HashMap::new(),
            roots: reader.roots()?,
            bookmarks: reader.bookmarks()?,
            lyrics_offsets: reader.lyrics_offsets()?,
            outputs: reader.outputs()?,
            weights: Vec::new(),
            lists: Vec::new(),
            templates: Vec::new(),
            places: BTreeMap::new(),
            session: None,
            done: Imported::default(),
            reader,
        })
    }

    fn take(&mut self, line: Line, is_first: bool) -> Result<(), Refused> {
        match (&line, is_first) {
            (Line::Auralis { version: 1..=VERSION }, true) => {
                self.begun = true;
                return Ok(());
            }
            (Line::Auralis { version }, true) => {
                let known = format!("it is of version {version}, this program knows up to {VERSION}");
                return Err(Refused::Words(known));
            }
            (_, true) => return Err("it is no export of auralis".into()),
            _ => {}
        }
        self.done.lines += 1;
        if !matches!(line, Line::Track(_)) {
            self.settle()?;
        }
        match line {
            Line::Auralis { .. } => Ok(()),
            Line::Root { file } => {
                let path = absolute(&file)?;
                if !self.roots.contains(&path) {
                    self.roots.push(path);
                }
                Ok(())
            }
            Line::Track(line) => self.track(*line),
            Line::Listen(line) => self.listen(line),
            Line::Bookmark { name, file, frame, rate } => self.bookmark(&name, &file, frame, rate),
            Line::LyricsOffset { file, ms } => self.lyrics_offset(&file, ms),
            Line::Output { id, volume } => {
                self.output(&id, volume);
                Ok(())
            }
            Line::ChosenOutput { id } => {
                self.outputs.chosen.get_or_insert(id);
                Ok(())
            }
            Line::Weight { name, factor } => {
                let aspect = Aspect::named(&name).ok_or("that is no number of a fingerprint")?;
                self.weights.push((aspect, factor));
                Ok(())
            }
            Line::Playlist { id, name, note, query } => self.playlist(id, &name, note, query),
            Line::Entry(line) => self.entry(line),
            Line::Template(line) => self.template(line),
            Line::Kept { file, now } => {
                let (path, track) = self.placed(&file, now.as_ref())?;
                let template = self.templates.last_mut().ok_or("it stands behind no template")?;
                Arc::make_mut(&mut template.items).push(Item { path: Arc::from(path), track });
                Ok(())
            }
            Line::Session(line) => self.begin_session(line),
            Line::Queued { id, file, now } => {
                let (path, track) = self.placed(&file, now.as_ref())?;
                let session = self.session.as_mut().ok_or("it stands before the line of its session")?;
                session.items.push(SessionItem { id, path, track });
                Ok(())
            }
            Line::Turn { id } => {
                let session = self.session.as_mut().ok_or("it stands before the line of its session")?;
                session.order.push(id);
                Ok(())
            }
        }
    }

    fn track(&mut self, line: TrackLine) -> Result<(), Refused> {
        let path = absolute(&line.file)?;
        if line.rating.is_some_and(|halves| Rating::new(halves).is_none()) {
            return Err("a rating is 1 to 10 half stars".into());
        }
        match self.id(&path)? {
            Some(id) => {
                self.placed.insert(id);
                self.known(id, &line)?;
            }
            None => self.unplaced.push(line),
        }
        Ok(())
    }

    /// Places what has another path here. Lines of other kinds stand behind those of all tracks.
    fn settle(&mut self) -> Result<(), StoreError> {
        if self.unplaced.is_empty() {
            return Ok(());
        }
        let mut placer = Placer::new(&self.reader, self.placed.clone())?;
        for line in std::mem::take(&mut self.unplaced) {
            let Some(path) = line.file.to_path() else { continue };
            let found = placer.find(&self.reader, &line, &path)?;
            let id = match (found, line.missing.clone()) {
                (Some((id, by)), _) => {
                    match by {
                        By::Sound => self.done.by_sound += 1,
                        By::Names => self.done.by_names += 1,
                    }
                    self.placed.insert(id);
                    id
                }
                (None, Some(MissingLine { since, stamp, format, tags })) => {
                    let id = self.store.new_track_id();
                    let added_s = line.added;
                    self.missing
                        .push((Track { id, path: path.clone(), stamp, format, tags, added_s }, since));
                    id
                }
                (None, None) => {
                    self.done.absent += 1;
                    continue;
                }
            };
            self.new.insert(path, id);
            self.known(id, &line)?;
        }
        Ok(())
    }

    /// Lays what a line says over what is known of its track here.
    fn known(&mut self, id: TrackId, line: &TrackLine) -> Result<(), StoreError> {
        if self.reader.track(id)?.is_some_and(|track| line.added < track.added_s) {
            self.added.insert(id, line.added);
        }
        let here = self.facts.get(&id).copied().map_or_else(|| self.reader.fact(id), Ok)?;
        let facts = TrackFacts {
            plays: here.plays.max(line.plays),
            skips: here.skips.max(line.skips),
            last_played_s: here.last_played_s.max(line.last_played),
            last_skipped_s: here.last_skipped_s.max(line.last_skipped),
            rating: here.rating.or(line.rating.and_then(Rating::new)),
            favourite: here.favourite || line.favourite,
            ..here
        };
        if facts != here {
            self.facts.insert(id, facts);
        }
        if let Some(PlaceLine { frame, rate }) = line.left_off {
            self.places.entry(id).or_insert(Place { frame, rate });
        }
        Ok(())
    }

    /// The track of a file, of those that just came as well.
    fn id(&self, path: &Path) -> Result<Option<TrackId>, StoreError> {
        if let Some(&id) = self.new.get(path) {
            return Ok(Some(id));
        }
        Ok(self.reader.file(path)?.and_then(|row| row.track))
    }

    fn listen(&mut self, line: ListenLine) -> Result<(), Refused> {
        let ListenLine { began_ms, of, frames, rate, verdict } = line;
        let track = match of {
            Heard::File(file) => self.id(&absolute(&file)?)?,
            Heard::Gone { gone } => self.gone(gone, began_ms)?,
        };
        match track {
            Some(track) => self.listens.push(Listen { began_ms, track, frames, rate, verdict }),
            None => self.done.absent += 1,
        }
        Ok(())
    }

    /// A number for a track that there is no more; where the log has that moment already, the number of there.
    fn gone(&mut self, number: u32, began_ms: i64) -> Result<Option<TrackId>, StoreError> {
        if let Some(&id) = self.gone.get(&number) {
            return Ok(Some(id));
        }
        let mut here = None;
        for listen in self.reader.listens(began_ms)? {
            let listen = listen?;
            if listen.began_ms != began_ms {
                break;
            }
            let is_taken = self.gone.values().any(|&id| id == listen.track);
            if !is_taken && self.reader.track(listen.track)?.is_none() {
                here = Some(listen.track);
                break;
            }
        }
        let id = here.unwrap_or_else(|| self.store.new_track_id());
        self.gone.insert(number, id);
        Ok(Some(id))
    }

    fn bookmark(&mut self, name: &str, file: &JsonPath, frame: u64, rate: u32) -> Result<(), Refused> {
        let name = BookmarkName::new(name).ok_or("that is no name of a bookmark")?;
        let path: Arc<Path> = Arc::from(path(file)?);
        if self.bookmarks.find(&name).is_none() {
            let full = self.bookmarks.set(Bookmark { name, path, frame, rate }).is_err();
            self.done.full += u64::from(full);
        }
        Ok(())
    }

    fn lyrics_offset(&mut self, file: &JsonPath, ms: i32) -> Result<(), Refused> {
        let path: Arc<Path> = Arc::from(path(file)?);
        let is_known = self.lyrics_offsets.get(&path) != 0;
        if !is_known && self.lyrics_offsets.is_full() {
            self.done.full += 1;
        } else if !is_known {
            self.lyrics_offsets.set(&path, ms);
        }
        Ok(())
    }

    fn output(&mut self, id: &str, volume: u8) {
        if self.outputs.volume(id).is_some() {
            return;
        }
        if self.outputs.is_full() {
            self.done.full += 1;
            return;
        }
        self.outputs.remember(id, Volume::new(i64::from(volume)));
    }

    fn playlist(&mut self, id: u64, name: &str, note: String, query: Option<String>) -> Result<(), Refused> {
        let name = PlaylistName::new(name).ok_or("that is no name of a playlist")?;
        let kind = match query {
            None => Kind::Manual(Arc::default()),
            Some(query) => Kind::Smart(Smart::parse(&query).map_err(|error| Refused::Words(error.message))?),
        };
        if self.lists.len() == Playlists::MOST {
            return Err("there are too many playlists".into());
        }
        self.lists.push(Playlist { id: PlaylistId(id), name, note: note.into(), kind });
        Ok(())
    }

    fn template(&mut self, line: TemplateLine) -> Result<(), Refused> {
        let name = TemplateName::new(&line.name).ok_or("that is no name of a template")?;
        if self.templates.len() == Template::MOST {
            return Err("there are too many templates".into());
        }
        let tags: Option<Vec<String>> = line.tags.iter().map(|word| template::tag(word)).collect();
        let tags = tags.filter(|tags| tags.len() <= Template::MOST_TAGS).ok_or("those are no tags")?;
        self.templates.push(Template {
            id: PlaylistId(line.id),
            name,
            note: line.note.chars().take(Template::MOST_NOTE).collect(),
            tags,
            favourite: line.favourite,
            shuffle: line.shuffle,
            repeat: line.repeat,
            items: Arc::default(),
            made_s: line.made,
            changed_s: line.changed,
            usage: line.usage,
        });
        Ok(())
    }

    fn entry(&mut self, line: EntryLine) -> Result<(), Refused> {
        let (path, track) = self.placed(&line.file, line.now.as_ref())?;
        let told = line.told.and_then(|ToldLine { title, artist, album, millis }| {
            Told { title, artist, album, duration: millis.map(Duration::from_millis) }.shared()
        });
        let entry = Entry { path: Arc::from(path), track, told, note: line.note.map(Into::into) };
        match self.lists.last_mut().map(|list| &mut list.kind) {
            Some(Kind::Manual(entries)) if entries.len() < Playlist::MOST_ENTRIES => {
                Arc::make_mut(entries).push(entry);
                Ok(())
            }
            Some(Kind::Manual(_)) => Err("its playlist is too long".into()),
            _ => Err("it stands behind no playlist of its own".into()),
        }
    }

    fn placed(&self, file: &JsonPath, now: Option<&JsonPath>) -> Result<(PathBuf, Option<TrackId>), Refused> {
        let path = path(file)?;
        let track = match now {
            Some(now) => self.id(&absolute(now)?)?,
            None => self.id(&path)?,
        };
        Ok((path, track))
    }

    fn begin_session(&mut self, line: SessionLine) -> Result<(), Refused> {
        if self.session.is_some() {
            return Err("there is a session already".into());
        }
        self.session = Some(Session {
            items: Vec::new(),
            position: line.position,
            volume: Volume::new(i64::from(line.volume.percent())),
            muted: line.muted,
            repeat: line.repeat,
            shuffle: line.shuffle,
            order: Vec::new(),
            chance: line.chance,
            consume: line.consume,
        });
        Ok(())
    }
}

fn path(file: &JsonPath) -> Result<PathBuf, Refused> {
    file.to_path().ok_or_else(|| "`path_hex` is not hexadecimal".into())
}

fn absolute(file: &JsonPath) -> Result<PathBuf, Refused> {
    let path = path(file)?;
    if path.is_absolute() { Ok(path) } else { Err("its path is not absolute".into()) }
}
