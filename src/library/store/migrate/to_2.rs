//! Schema 1 to 2. Stores of schema 1 came to have their tables one by one, some of them never; tracks and the session may
//! lie in a form of which details of tags, the order of play and ways of shuffling were not yet a part. Schema 2 has all
//! tables, and one form of each.

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;
use std::path::PathBuf;

use redb::{ReadableTable, WriteTransaction};
use serde::Deserialize;

use crate::library::store::codec::{self, CodecError};
use crate::library::store::open::Make;
use crate::library::store::schema::{SESSION, SESSION_KEY, TRACKS, every_table};
use crate::model::audio::Volume;
use crate::model::id::{ItemId, TrackId};
use crate::model::playback::{Repeat, Shuffle, ShuffleBy};
use crate::model::session::{Session, SessionItem, SessionPosition};
use crate::model::track::{AudioFormat, FileStamp, Numbered, Tags, Track};

/// Tracks that are held in memory at once.
const PAGE: usize = 1_000;
/// First byte of a value in its first form.
const FIRST_FORM: u8 = 1;

pub fn step(txn: &WriteTransaction) -> Result<(), redb::Error> {
    every_table(&mut Make(txn))?;
    tracks(txn)?;
    session(txn)
}

/// What cannot be read stays as it is, for `library check` to tell of.
fn tracks(txn: &WriteTransaction) -> Result<(), redb::Error> {
    let mut table = txn.open_table(TRACKS)?;
    let mut from = 0;
    loop {
        let mut page = Vec::new();
        for row in table.range(from..)?.take(PAGE) {
            let (id, bytes) = row?;
            let of_first_form = bytes.value().first() == Some(&FIRST_FORM);
            page.push((id.value(), of_first_form.then(|| bytes.value().to_vec())));
        }
        let Some(&(last, _)) = page.last() else { return Ok(()) };
        let mut record = Vec::new();
        for (id, bytes) in page {
            let Some(track) = bytes.and_then(|bytes| first_track(id, &bytes).ok()) else { continue };
            codec::encode_track(&track, &mut record)
                .map_err(|error| redb::Error::Corrupted(error.to_string()))?;
            table.insert(id, record.as_slice())?;
        }
        let Some(next) = last.checked_add(1) else { return Ok(()) };
        from = next;
    }
}

fn session(txn: &WriteTransaction) -> Result<(), redb::Error> {
    let mut table = txn.open_table(SESSION)?;
    let bytes = table.get(SESSION_KEY)?.map(|bytes| bytes.value().to_vec());
    let of_first_form = bytes.filter(|bytes| bytes.first() == Some(&FIRST_FORM));
    let Some(session) = of_first_form.and_then(|bytes| first_session(&bytes).ok()) else { return Ok(()) };
    let bytes = codec::encode_session(&session).map_err(|error| redb::Error::Corrupted(error.to_string()))?;
    table.insert(SESSION_KEY, bytes.as_slice())?;
    Ok(())
}

#[derive(Deserialize)]
struct FirstTrack {
    path: Vec<u8>,
    stamp: FileStamp,
    format: AudioFormat,
    tags: FirstTags,
    added_s: i64,
}

#[derive(Deserialize)]
struct FirstTags {
    title: Option<String>,
    artists: Vec<String>,
    album: Option<String>,
    album_artists: Vec<String>,
    composers: Vec<String>,
    genres: Vec<String>,
    track: Numbered,
    disc: Numbered,
    date: Option<String>,
    compilation: bool,
    title_sort: Option<String>,
    artists_sort: Vec<String>,
    album_sort: Option<String>,
    album_artists_sort: Vec<String>,
}

pub(super) fn first_track(id: u32, bytes: &[u8]) -> Result<Track, CodecError> {
    let first: FirstTrack = codec::decode("a track", FIRST_FORM, bytes)?;
    let tags = Tags {
        title: first.tags.title,
        artists: first.tags.artists,
        album: first.tags.album,
        album_artists: first.tags.album_artists,
        composers: first.tags.composers,
        genres: first.tags.genres,
        track: first.tags.track,
        disc: first.tags.disc,
        date: first.tags.date,
        compilation: first.tags.compilation,
        title_sort: first.tags.title_sort,
        artists_sort: first.tags.artists_sort,
        album_sort: first.tags.album_sort,
        album_artists_sort: first.tags.album_artists_sort,
        ..Tags::default()
    };
    let path = PathBuf::from(OsString::from_vec(first.path));
    let (stamp, format, added_s) = (first.stamp, first.format, first.added_s);
    Ok(Track { id: TrackId(id), path, stamp, format, tags, added_s })
}

#[derive(Deserialize)]
struct FirstSession {
    items: Vec<(ItemId, Vec<u8>, Option<TrackId>)>,
    position: Option<SessionPosition>,
    volume: Volume,
    muted: bool,
    repeat: Repeat,
    shuffle: FirstShuffle,
}

#[derive(Deserialize)]
enum FirstShuffle {
    Off,
    On { seed: Option<u64> },
}

pub(super) fn first_session(bytes: &[u8]) -> Result<Session, CodecError> {
    let first: FirstSession = codec::decode("the session", FIRST_FORM, bytes)?;
    let item = |(id, path, track): (ItemId, Vec<u8>, Option<TrackId>)| SessionItem {
        id,
        path: PathBuf::from(OsString::from_vec(path)),
        track,
    };
    let shuffle = match first.shuffle {
        FirstShuffle::Off => Shuffle::Off,
        FirstShuffle::On { seed } => Shuffle::On { by: ShuffleBy::Tracks, seed },
    };
    Ok(Session {
        items: first.items.into_iter().map(item).collect(),
        position: first.position,
        volume: Volume::new(i64::from(first.volume.percent())),
        muted: first.muted,
        repeat: first.repeat,
        shuffle,
        ..Session::default()
    })
}
