//! A playlist as it lies on disk, in the manner of [`super::codec`]. Any bytes decode to a list or to an error.

use std::ffi::OsString;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::codec::{self, CodecError};
use crate::model::id::{PlaylistId, TrackId};
use crate::model::playlist::smart::Smart;
use crate::model::playlist::{Entry, Kind, Playlist, PlaylistName, Told};

const VERSION: u8 = 1;
const WHAT: &str = "a playlist";

#[derive(Serialize, Deserialize)]
struct Record {
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

pub fn encode(list: &Playlist) -> Result<Vec<u8>, CodecError> {
    let kind = match &list.kind {
        Kind::Manual(entries) => KindRecord::Manual(entries.iter().map(entry_record).collect()),
        Kind::Smart(smart) => KindRecord::Smart(smart.text().to_owned()),
    };
    let record = Record { name: list.name.as_str().to_owned(), note: list.note.to_string(), kind };
    let mut out = Vec::new();
    codec::encode(WHAT, VERSION, &record, &mut out)?;
    Ok(out)
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

/// What could not have been written is damage.
pub fn decode(id: u64, bytes: &[u8]) -> Result<Playlist, CodecError> {
    let damaged = CodecError::Damaged { what: WHAT };
    let record: Record = codec::decode(WHAT, VERSION, bytes)?;
    let kind = match record.kind {
        KindRecord::Manual(entries) => Kind::Manual(Arc::new(entries.into_iter().map(entry).collect())),
        KindRecord::Smart(text) => Kind::Smart(Smart::parse(&text).map_err(|_| damaged.clone())?),
    };
    let name = PlaylistName::new(&record.name).ok_or(damaged)?;
    Ok(Playlist { id: PlaylistId(id), name, note: record.note.into(), kind })
}

fn entry(record: EntryRecord) -> Entry {
    let told = record.told.and_then(|(title, artist, album, millis)| {
        Told { title, artist, album, duration: millis.map(Duration::from_millis) }.shared()
    });
    let path = PathBuf::from(OsString::from_vec(record.path));
    Entry { path: <Arc<Path>>::from(path), track: record.track, told, note: record.note.map(Into::into) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn any_entry() -> impl Strategy<Value = Entry> {
        let text = "[a-zé ]{0,6}";
        let path = proptest::collection::vec(1u8.., 0..12);
        let told = (text, text, text, proptest::option::of(0u64..1 << 40));
        let parts = (path, proptest::option::of(any::<u32>()), told, proptest::option::of(text));
        parts.prop_map(|(path, track, (title, artist, album, millis), note)| Entry {
            path: <Arc<Path>>::from(PathBuf::from(OsString::from_vec(path))),
            track: track.map(TrackId),
            told: Told { title, artist, album, duration: millis.map(Duration::from_millis) }.shared(),
            note: note.map(Into::into),
        })
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_again(entries in proptest::collection::vec(any_entry(), 0..8), id in any::<u64>()) {
            let name = PlaylistName::new("Ünder").unwrap();
            let kind = Kind::Manual(Arc::new(entries));
            let list = Playlist { id: PlaylistId(id), name, note: "n".into(), kind };
            prop_assert_eq!(decode(id, &encode(&list).unwrap()), Ok(list));
        }

        #[test]
        fn no_bytes_break_it(bytes in proptest::collection::vec(any::<u8>(), 0..120), versioned in any::<bool>()) {
            let bytes = if versioned { [&[VERSION], bytes.as_slice()].concat() } else { bytes };
            let _ = decode(1, &bytes);
        }
    }

    #[test]
    fn a_smart_list_is_kept_as_it_was_typed() {
        let smart = Smart::parse("plays:0 sort:random limit:9").unwrap();
        let name = PlaylistName::new("Unheard").unwrap();
        let list = Playlist { id: PlaylistId(1), name, note: "".into(), kind: Kind::Smart(smart) };
        assert_eq!(decode(1, &encode(&list).unwrap()), Ok(list));
    }
}
