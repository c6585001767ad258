//! A playlist as it is kept: flat, with paths as bytes. For serde; any record makes a list or an error.

use std::ffi::OsString;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::smart::Smart;
use super::{Entry, Kind, Playlist, PlaylistName, Told};
use crate::model::id::{PlaylistId, TrackId};

#[derive(Serialize, Deserialize)]
pub struct Record {
    id: PlaylistId,
    name: String,
    note: String,
    kind: KindRecord,
}

#[derive(Serialize, Deserialize)]
enum KindRecord {
    Manual(Vec<EntryRecord>),
    /// As it was typed.
    Smart(String),
}

#[derive(Serialize, Deserialize)]
struct EntryRecord {
    path: Vec<u8>,
    track: Option<TrackId>,
    /// Title, artist, album, milliseconds.
    told: Option<(String, String, String, Option<u64>)>,
    note: Option<String>,
}

impl From<Playlist> for Record {
    fn from(list: Playlist) -> Self {
        let kind = match &list.kind {
            Kind::Manual(entries) => KindRecord::Manual(entries.iter().map(entry_record).collect()),
            Kind::Smart(smart) => KindRecord::Smart(smart.text().to_owned()),
        };
        Self { id: list.id, name: list.name.as_str().to_owned(), note: list.note.to_string(), kind }
    }
}

impl TryFrom<Record> for Playlist {
    type Error = &'static str;

    fn try_from(record: Record) -> Result<Self, Self::Error> {
        let kind = match record.kind {
            KindRecord::Manual(entries) => Kind::Manual(Arc::new(entries.into_iter().map(entry).collect())),
            KindRecord::Smart(text) => Kind::Smart(Smart::parse(&text).map_err(|_| "no smart playlist")?),
        };
        let name = PlaylistName::new(&record.name).ok_or("no name of a playlist")?;
        Ok(Self { id: record.id, name, note: record.note.into(), kind })
    }
}

fn entry_record(entry: &Entry) -> EntryRecord {
    let told = |told: &Arc<Told>| {
        let millis = told.duration.and_then(|time| u64::try_from(time.as_millis()).ok());
        (told.title.clone(), told.artist.clone(), told.album.clone(), millis)
    };
    EntryRecord {
        path: entry.path.as_os_str().as_bytes().to_vec(),
        track: entry.track,
        told: entry.told.as_ref().map(told),
        note: entry.note.as_ref().map(ToString::to_string),
    }
}

fn entry(record: EntryRecord) -> Entry {
    let told = record.told.and_then(|(title, artist, album, millis)| {
        Told { title, artist, album, duration: millis.map(Duration::from_millis) }.shared()
    });
    let path = PathBuf::from(OsString::from_vec(record.path));
    Entry { path: <Arc<Path>>::from(path), track: record.track, told, note: record.note.map(Into::into) }
}
