//! The lines of a store, of one moment of it.

use std::collections::HashMap;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use super::import::names;
use super::line::*;
use super::{TransferError, VERSION};
use crate::library::store::{Store, StoreReader, files};
use crate::model::facts::{Facts, Rating};
use crate::model::id::TrackId;
use crate::model::json_path::JsonPath;
use crate::model::listening::Listen;
use crate::model::playlist::{Entry, Kind, Playlist, Told};
use crate::model::resume::Places;

/// Into a new file, which is there only when it is whole. Gives the number of lines.
pub fn export(store: &Store, to: &Path) -> Result<u64, TransferError> {
    store.flush()?;
    let reader = store.read()?;
    whole(to, |out| write_lines(&reader, out))
}

/// What cannot be written leaves no file.
fn whole(
    to: &Path,
    write: impl FnOnce(&mut BufWriter<File>) -> Result<u64, TransferError>,
) -> Result<u64, TransferError> {
    files::make_whole(to, |part| {
        let file = File::create(part).map_err(|source| files::unwritten(to, source))?;
        write(&mut BufWriter::new(file)).map_err(|error| match error {
            TransferError::Store { source } => source,
            TransferError::Write { source, .. } | TransferError::Read(source) => files::unwritten(to, source),
            TransferError::Line { why, .. } => files::unwritten(to, std::io::Error::other(why)),
        })
    })
    .map_err(Into::into)
}

/// Where lines lie that nobody named a file for: beside the store, named by the time.
pub fn export_place(store: &Path, word: &str) -> PathBuf {
    files::beside_now(store, word, "jsonl")
}

/// Into a new file, what is known of these tracks, where anything is. Gives the number of tracks.
pub fn write_facts(reader: &StoreReader, ids: &[TrackId], to: &Path) -> Result<u64, TransferError> {
    let (facts, places) = (reader.facts()?, reader.resume()?);
    whole(to, |out| {
        let mut lines = Lines { reader, out, count: 0 };
        lines.put(&Line::Auralis { version: VERSION })?;
        for &id in ids {
            let Some(track) = reader.track(id)? else { continue };
            if let Some(line) = lines.track(&track.path, id, (&facts, &places), None)? {
                lines.put(&Line::Track(Box::new(line)))?;
            }
        }
        lines.out.flush().map_err(unwritten)?;
        Ok(lines.count - 1)
    })
}

/// Gives the number of lines.
pub fn write_lines(reader: &StoreReader, out: &mut impl Write) -> Result<u64, TransferError> {
    let mut lines = Lines { reader, out, count: 0 };
    lines.put(&Line::Auralis { version: VERSION })?;
    for root in reader.roots()? {
        lines.put(&Line::Root { file: JsonPath::new(&root) })?;
    }
    lines.tracks()?;
    lines.listens()?;
    lines.playlists()?;
    lines.templates()?;
    lines.session()?;
    lines.rest()?;
    lines.out.flush().map_err(unwritten)?;
    Ok(lines.count)
}

fn unwritten(source: std::io::Error) -> TransferError {
    TransferError::Write { path: "the output".into(), source }
}

struct Lines<'a, W> {
    reader: &'a StoreReader,
    out: &'a mut W,
    count: u64,
}

impl<W: Write> Lines<'_, W> {
    fn put(&mut self, line: &Line) -> Result<(), TransferError> {
        self.count += 1;
        let written = serde_json::to_writer(&mut *self.out, line).map_err(Into::into);
        written.and_then(|()| self.out.write_all(b"\n")).map_err(unwritten)
    }

    /// By path: numbers of tracks are of one library.
    fn tracks(&mut self) -> Result<(), TransferError> {
        let (facts, places) = (self.reader.facts()?, self.reader.resume()?);
        let missing: HashMap<TrackId, i64> =
            self.reader.missing_after(None, usize::MAX)?.into_iter().collect();
        for file in self.reader.files()? {
            let (path, row) = file?;
            let Some(id) = row.track else { continue };
            if let Some(line) = self.track(&path, id, (&facts, &places), missing.get(&id).copied())? {
                self.put(&Line::Track(Box::new(line)))?;
            }
        }
        Ok(())
    }

    fn track(
        &self,
        path: &Path,
        id: TrackId,
        (facts, places): (&Facts, &Places),
        since: Option<i64>,
    ) -> Result<Option<TrackLine>, TransferError> {
        let Some(track) = self.reader.track(id)? else { return Ok(None) };
        let facts = facts.get(id);
        let names = names(&track);
        let sound = self.reader.audio(id)?.map(|audio| format!("{:032x}", audio.guess));
        Ok(Some(TrackLine {
            file: JsonPath::new(path),
            added: track.added_s,
            plays: facts.plays,
            skips: facts.skips,
            last_played: facts.last_played_s,
            last_skipped: facts.last_skipped_s,
            rating: facts.rating.map(Rating::halves),
            favourite: facts.favourite,
            left_off: places.get(&id).map(|place| PlaceLine { frame: place.frame, rate: place.rate }),
            missing: since.map(|since| MissingLine {
                since,
                stamp: track.stamp,
                format: track.format,
                tags: track.tags,
            }),
            sound,
            names,
        }))
    }

    /// By time, those of one millisecond by path.
    fn listens(&mut self) -> Result<(), TransferError> {
        let mut gone = HashMap::new();
        let mut moment: Vec<(Option<PathBuf>, Listen)> = Vec::new();
        for listen in self.reader.listens(i64::MIN)? {
            let listen = listen?;
            if moment.last().is_some_and(|(_, other)| other.began_ms != listen.began_ms) {
                self.moment(&mut moment, &mut gone)?;
            }
            let path = self.reader.track(listen.track)?.map(|track| track.path);
            moment.push((path, listen));
        }
        self.moment(&mut moment, &mut gone)
    }

    fn moment(
        &mut self,
        moment: &mut Vec<(Option<PathBuf>, Listen)>,
        gone: &mut HashMap<TrackId, u32>,
    ) -> Result<(), TransferError> {
        // Nothing here may depend on the numbers of tracks: they are others elsewhere.
        let known = |listen: &Listen| gone.get(&listen.track).copied().unwrap_or(u32::MAX);
        moment.sort_by_cached_key(|(path, listen)| (path.clone(), known(listen), listen.frames, listen.rate));
        for (path, listen) in moment.drain(..) {
            let next = u32::try_from(gone.len()).unwrap_or(u32::MAX) + 1;
            let of = match path {
                Some(path) => Heard::File(JsonPath::new(&path)),
                None => Heard::Gone { gone: *gone.entry(listen.track).or_insert(next) },
            };
            let Listen { began_ms, frames, rate, verdict, .. } = listen;
            self.put(&Line::Listen(ListenLine { began_ms, of, frames, rate, verdict }))?;
        }
        Ok(())
    }

    fn playlists(&mut self) -> Result<(), TransferError> {
        for list in self.reader.playlists()?.iter() {
            let Playlist { id, name, note, kind } = &**list;
            let query = match kind {
                Kind::Smart(smart) => Some(smart.text().to_owned()),
                Kind::Manual(_) => None,
            };
            let (name, note) = (name.as_str().to_owned(), note.to_string());
            self.put(&Line::Playlist { id: id.0, name, note, query })?;
            for entry in list.entries() {
                let line = self.entry(entry)?;
                self.put(&Line::Entry(line))?;
            }
        }
        Ok(())
    }

    fn templates(&mut self) -> Result<(), TransferError> {
        for template in self.reader.templates()?.iter() {
            self.put(&Line::Template(TemplateLine {
                id: template.id.0,
                name: template.name.as_str().to_owned(),
                note: template.note.clone(),
                tags: template.tags.clone(),
                favourite: template.favourite,
                shuffle: template.shuffle,
                repeat: template.repeat,
                made: template.made_s,
                changed: template.changed_s,
                usage: template.usage,
            }))?;
            for item in template.items.iter() {
                let now = self.now(&item.path, item.track)?;
                self.put(&Line::Kept { file: JsonPath::new(&item.path), now })?;
            }
        }
        Ok(())
    }

    fn entry(&self, entry: &Entry) -> Result<EntryLine, TransferError> {
        let told = |told: &Told| ToldLine {
            title: told.title.clone(),
            artist: told.artist.clone(),
            album: told.album.clone(),
            millis: told.duration.and_then(|time| u64::try_from(time.as_millis()).ok()),
        };
        Ok(EntryLine {
            file: JsonPath::new(&entry.path),
            now: self.now(&entry.path, entry.track)?,
            told: entry.told.as_deref().map(told),
            note: entry.note.as_ref().map(ToString::to_string),
        })
    }

    /// Where a track lies that was at `path` once.
    fn now(&self, path: &Path, track: Option<TrackId>) -> Result<Option<JsonPath>, TransferError> {
        let track = track.map(|id| self.reader.track(id)).transpose()?.flatten();
        Ok(track.filter(|track| track.path != path).map(|track| JsonPath::new(&track.path)))
    }

    fn session(&mut self) -> Result<(), TransferError> {
        let Some(session) = self.reader.session()? else { return Ok(()) };
        self.put(&Line::Session(SessionLine {
            position: session.position,
            volume: session.volume,
            muted: session.muted,
            repeat: session.repeat,
            shuffle: session.shuffle,
            chance: session.chance,
            consume: session.consume,
        }))?;
        for item in session.items {
            let now = self.now(&item.path, item.track)?;
            self.put(&Line::Queued { id: item.id, file: JsonPath::new(&item.path), now })?;
        }
        session.order.into_iter().try_for_each(|id| self.put(&Line::Turn { id }))
    }

    fn rest(&mut self) -> Result<(), TransferError> {
        for mark in self.reader.bookmarks()?.iter() {
            let (name, file) = (mark.name.as_str().to_owned(), JsonPath::new(&mark.path));
            self.put(&Line::Bookmark { name, file, frame: mark.frame, rate: mark.rate })?;
        }
        for (path, ms) in self.reader.lyrics_offsets()?.iter() {
            self.put(&Line::LyricsOffset { file: JsonPath::new(path), ms: *ms })?;
        }
        for (name, factor) in self.reader.similar()?.learned.named() {
            self.put(&Line::Weight { name: name.to_owned(), factor })?;
        }
        let outputs = self.reader.outputs()?;
        for (id, volume) in outputs.volumes() {
            self.put(&Line::Output { id: id.to_owned(), volume: volume.percent() })?;
        }
        outputs.chosen.into_iter().try_for_each(|id| self.put(&Line::ChosenOutput { id }))
    }
}
