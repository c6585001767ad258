//! Values as they lie on disk: one version byte, then postcard (or fixed fields, for files). Paths are bytes. Any bytes
//! decode to a value or to an error, never to a panic. Called by the store's readers and its writer.

mod brief;
mod session;

use std::ffi::OsString;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::library::scan::Problem;
use crate::model::audio::Volume;
use crate::model::bookmark::{Bookmark, BookmarkName, Bookmarks};
use crate::model::facts::TrackFacts;
use crate::model::history::Entry;
use crate::model::id::{ItemId, TrackId};
use crate::model::listening::{Listen, Verdict};
use crate::model::lyrics::{LyricsOffsets, MOST_OFFSET_MS};
use crate::model::playback::{Repeat, Shuffle};
use crate::model::resume::Place;
use crate::model::session::{OutputMemory, Session, SessionItem, SessionPosition};
use crate::model::similar::SimilarMemory;
use crate::model::track::{AudioFormat, FileStamp, Tags, Track};
pub use brief::{Brief, decode_brief};
pub use session::{decode_session, encode_session};

/// Why a stored value cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CodecError {
    #[error("{what} is empty")]
    Empty { what: &'static str },
    #[error("{what} is of version {found}, this program knows up to {known}")]
    Version { what: &'static str, found: u8, known: u8 },
    #[error("{what} is damaged")]
    Damaged { what: &'static str },
    #[error("{what} cannot be written: {why}")]
    Encode { what: &'static str, why: String },
}

const TRACK_VERSION: u8 = 2;
const SESSION_VERSION: u8 = 2;
const POSITION_VERSION: u8 = 1;
const HISTORY_VERSION: u8 = 1;
const FILE_VERSION: u8 = 1;
const SHEET_VERSION: u8 = 1;
const OUTPUTS_VERSION: u8 = 1;
const BOOKMARKS_VERSION: u8 = 1;
const LYRICS_OFFSETS_VERSION: u8 = 1;
const FACTS_VERSION: u8 = 1;
const AUDIO_VERSION: u8 = 1;
const SCAN_VERSION: u8 = 1;
const LISTEN_VERSION: u8 = 1;
const SIMILAR_VERSION: u8 = 1;

#[derive(Serialize)]
struct TrackOut<'a> {
    path: &'a [u8],
    stamp: FileStamp,
    format: &'a AudioFormat,
    tags: &'a Tags,
    added_s: i64,
}

#[derive(Deserialize)]
struct TrackIn<'a> {
    #[serde(borrow)]
    path: &'a [u8],
    stamp: FileStamp,
    format: AudioFormat,
    tags: Tags,
    added_s: i64,
}

pub fn encode_track(track: &Track, out: &mut Vec<u8>) -> Result<(), CodecError> {
    let record = TrackOut {
        path: track.path.as_os_str().as_bytes(),
        stamp: track.stamp,
        format: &track.format,
        tags: &track.tags,
        added_s: track.added_s,
    };
    encode("a track", TRACK_VERSION, &record, out)
}

pub fn decode_track(id: u32, bytes: &[u8]) -> Result<Track, CodecError> {
    let record: TrackIn<'_> = decode("a track", TRACK_VERSION, bytes)?;
    Ok(Track {
        id: TrackId(id),
        path: path_from(record.path),
        stamp: record.stamp,
        format: record.format,
        tags: record.tags,
        added_s: record.added_s,
    })
}

/// What the store knows of one file without reading the track.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileRow {
    /// `None`: the file could not be read, and never was a track.
    pub track: Option<TrackId>,
    pub stamp: FileStamp,
    /// Version of the tag reader that saw it; an older one's files are read again.
    pub reader: u8,
}

const FILE_LEN: usize = 1 + 1 + 1 + 4 + 8 + 8 + 8;

pub fn encode_file(row: &FileRow) -> [u8; FILE_LEN] {
    let mut out = [0; FILE_LEN];
    out[0] = FILE_VERSION;
    out[1] = row.reader;
    out[2] = u8::from(row.track.is_some());
    out[3..7].copy_from_slice(&row.track.unwrap_or_default().0.to_le_bytes());
    out[7..15].copy_from_slice(&row.stamp.size.to_le_bytes());
    out[15..23].copy_from_slice(&row.stamp.mtime_ns.to_le_bytes());
    out[23..31].copy_from_slice(&row.stamp.inode.to_le_bytes());
    out
}

pub fn decode_file(bytes: &[u8]) -> Result<FileRow, CodecError> {
    let damaged = CodecError::Damaged { what: "a file's entry" };
    match bytes.first() {
        None => return Err(CodecError::Empty { what: "a file's entry" }),
        Some(&FILE_VERSION) => {}
        Some(&found) => {
            return Err(CodecError::Version { what: "a file's entry", found, known: FILE_VERSION });
        }
    }
    let fields: &[u8; FILE_LEN] = bytes.try_into().map_err(|_| damaged)?;
    let u64_at = |at: usize| u64::from_le_bytes(std::array::from_fn(|i| fields[at + i]));
    let id = u32::from_le_bytes([fields[3], fields[4], fields[5], fields[6]]);
    Ok(FileRow {
        track: (fields[2] != 0).then_some(TrackId(id)),
        reader: fields[1],
        stamp: FileStamp { size: u64_at(7), mtime_ns: u64_at(15).cast_signed(), inode: u64_at(23) },
    })
}

/// What a CUE sheet stands for in the library.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Standing {
    /// Its tracks are listed in place of its files.
    Tracks,
    /// It only names files that hold a track each: they are listed themselves.
    OneFileEach,
    /// Another sheet speaks for a file of it.
    Duplicate,
    /// None of its tracks can be had.
    Unusable,
}

/// What the store knows of a CUE sheet, or of a file that one is embedded in, without reading it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SheetRow {
    pub stamp: FileStamp,
    /// As in [`FileRow`].
    pub reader: u8,
    pub standing: Standing,
    /// Audio files that it names; none where it is embedded.
    pub files: Vec<(PathBuf, FileStamp)>,
    /// Folders in which a file that it names was missed.
    pub missed_in: Vec<(PathBuf, FileStamp)>,
    /// What is wrong with it.
    pub error: Option<String>,
}

type StampedPaths = Vec<(Vec<u8>, FileStamp)>;

#[derive(Serialize, Deserialize)]
struct SheetRecord {
    stamp: FileStamp,
    reader: u8,
    standing: Standing,
    files: StampedPaths,
    missed_in: StampedPaths,
    error: Option<String>,
}

pub fn encode_sheet(row: &SheetRow, out: &mut Vec<u8>) -> Result<(), CodecError> {
    let bytes = |paths: &[(PathBuf, FileStamp)]| -> StampedPaths {
        paths.iter().map(|(path, stamp)| (path.as_os_str().as_bytes().to_vec(), *stamp)).collect()
    };
    let record = SheetRecord {
        stamp: row.stamp,
        reader: row.reader,
        standing: row.standing,
        files: bytes(&row.files),
        missed_in: bytes(&row.missed_in),
        error: row.error.clone(),
    };
    encode("a CUE sheet's entry", SHEET_VERSION, &record, out)
}

pub fn decode_sheet(bytes: &[u8]) -> Result<SheetRow, CodecError> {
    let record: SheetRecord = decode("a CUE sheet's entry", SHEET_VERSION, bytes)?;
    let paths = |stored: StampedPaths| -> Vec<(PathBuf, FileStamp)> {
        stored.into_iter().map(|(path, stamp)| (PathBuf::from(OsString::from_vec(path)), stamp)).collect()
    };
    Ok(SheetRow {
        stamp: record.stamp,
        reader: record.reader,
        standing: record.standing,
        files: paths(record.files),
        missed_in: paths(record.missed_in),
        error: record.error,
    })
}

pub fn encode_entry(entry: &Entry, out: &mut Vec<u8>) -> Result<(), CodecError> {
    encode("a step of the history", HISTORY_VERSION, entry, out)
}

pub fn decode_entry(bytes: &[u8]) -> Result<Entry, CodecError> {
    decode("a step of the history", HISTORY_VERSION, bytes)
}

pub fn encode_position(position: Option<SessionPosition>) -> Result<Vec<u8>, CodecError> {
    let mut out = Vec::new();
    encode("the place in the queue", POSITION_VERSION, &position, &mut out)?;
    Ok(out)
}

pub fn decode_position(bytes: &[u8]) -> Result<Option<SessionPosition>, CodecError> {
    decode("the place in the queue", POSITION_VERSION, bytes)
}

pub fn encode_outputs(memory: &OutputMemory) -> Result<Vec<u8>, CodecError> {
    let mut out = Vec::new();
    encode("what is known of outputs", OUTPUTS_VERSION, memory, &mut out)?;
    Ok(out)
}

pub fn decode_outputs(bytes: &[u8]) -> Result<OutputMemory, CodecError> {
    let read: OutputMemory = decode("what is known of outputs", OUTPUTS_VERSION, bytes)?;
    let mut memory = OutputMemory::new(read.chosen.clone());
    for (id, volume) in read.volumes() {
        memory.remember(id, Volume::new(i64::from(volume.percent())));
    }
    Ok(memory)
}

pub fn encode_similar(memory: &SimilarMemory) -> Result<Vec<u8>, CodecError> {
    let mut out = Vec::new();
    encode("what was learned of likeness", SIMILAR_VERSION, memory, &mut out)?;
    Ok(out)
}

pub fn decode_similar(bytes: &[u8]) -> Result<SimilarMemory, CodecError> {
    decode("what was learned of likeness", SIMILAR_VERSION, bytes).map(SimilarMemory::mended)
}

/// How the last scan ended; see `scan::ScanReport`.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ScanRecord {
    /// Seconds since the Unix epoch.
    pub at_s: i64,
    pub seconds: f64,
    pub added: u64,
    pub updated: u64,
    pub moved: u64,
    pub missing: u64,
    pub returned: u64,
    pub removed: u64,
    pub unchanged: u64,
    pub cancelled: bool,
    /// All of them; where there are very many, `failed` has the first.
    pub failures: u64,
    pub failed: Vec<Problem>,
}

type ScanCounts = [u64; 8];

pub fn encode_scan(record: &ScanRecord) -> Result<Vec<u8>, CodecError> {
    let ScanRecord { added, updated, moved, missing, returned, removed, unchanged, failures, .. } = *record;
    let counts: ScanCounts = [added, updated, moved, missing, returned, removed, unchanged, failures];
    let failed: Vec<(&[u8], &str)> = record
        .failed
        .iter()
        .map(|problem| (problem.path.as_os_str().as_bytes(), problem.error.as_str()))
        .collect();
    let mut out = Vec::new();
    let value = (record.at_s, record.seconds, counts, record.cancelled, failed);
    encode("the report of the last scan", SCAN_VERSION, &value, &mut out)?;
    Ok(out)
}

pub fn decode_scan(bytes: &[u8]) -> Result<ScanRecord, CodecError> {
    type Value<'a> = (i64, f64, ScanCounts, bool, Vec<(&'a [u8], String)>);
    let value: Value<'_> = decode("the report of the last scan", SCAN_VERSION, bytes)?;
    let (at_s, seconds, counts, cancelled, failed) = value;
    let [added, updated, moved, missing, returned, removed, unchanged, failures] = counts;
    let failed = failed.into_iter().map(|(path, error)| Problem { path: path_from(path), error }).collect();
    Ok(ScanRecord {
        at_s,
        seconds,
        added,
        updated,
        moved,
        missing,
        returned,
        removed,
        unchanged,
        cancelled,
        failures,
        failed,
    })
}

/// What the sound of a file is known by, whatever its name and tags; see `tags::payload`. Equal sound, equal numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct AudioId {
    /// From the beginning, the end and the length.
    pub guess: u128,
    /// From all of it, where that was read.
    pub whole: Option<u128>,
}

pub fn encode_audio(audio: &AudioId, out: &mut Vec<u8>) -> Result<(), CodecError> {
    encode("the hash of a track", AUDIO_VERSION, audio, out)
}

pub fn decode_audio(bytes: &[u8]) -> Result<AudioId, CodecError> {
    decode("the hash of a track", AUDIO_VERSION, bytes)
}

pub fn encode_facts(facts: &TrackFacts, out: &mut Vec<u8>) -> Result<(), CodecError> {
    encode("what is known of a track", FACTS_VERSION, facts, out)
}

pub fn decode_facts(bytes: &[u8]) -> Result<TrackFacts, CodecError> {
    decode("what is known of a track", FACTS_VERSION, bytes)
}

/// Frames, rate, verdict; the rest is the key.
type ListenRecord = (u64, u32, Verdict);

pub fn encode_listen(listen: &Listen, out: &mut Vec<u8>) -> Result<(), CodecError> {
    let record: ListenRecord = (listen.frames, listen.rate, listen.verdict);
    encode("an entry of the log", LISTEN_VERSION, &record, out)
}

pub fn decode_listen((began_ms, track): (i64, u32), bytes: &[u8]) -> Result<Listen, CodecError> {
    let (frames, rate, verdict): ListenRecord = decode("an entry of the log", LISTEN_VERSION, bytes)?;
    Ok(Listen { began_ms, track: TrackId(track), frames, rate, verdict })
}

/// Name, path, frame, rate.
type BookmarkRecord = (String, Vec<u8>, u64, u32);

const PLACE_VERSION: u8 = 1;
const PLACE_LEN: usize = 1 + 8 + 4;

pub fn encode_place(place: Place) -> [u8; PLACE_LEN] {
    let mut out = [PLACE_VERSION; PLACE_LEN];
    out[1..9].copy_from_slice(&place.frame.to_le_bytes());
    out[9..].copy_from_slice(&place.rate.to_le_bytes());
    out
}

pub fn decode_place(bytes: &[u8]) -> Result<Place, CodecError> {
    let what = "the place where a track was left off";
    let damaged = CodecError::Damaged { what };
    let (&found, rest) = bytes.split_first().ok_or(CodecError::Damaged { what })?;
    if found != PLACE_VERSION {
        return Err(CodecError::Version { what, found, known: PLACE_VERSION });
    }
    let (frame, rate) = rest.split_at_checked(8).ok_or(CodecError::Damaged { what })?;
    match (frame.try_into(), rate.try_into()) {
        (Ok(frame), Ok(rate)) => {
            Ok(Place { frame: u64::from_le_bytes(frame), rate: u32::from_le_bytes(rate) })
        }
        _ => Err(damaged),
    }
}

pub fn encode_bookmarks(marks: &Bookmarks) -> Result<Vec<u8>, CodecError> {
    let record = |mark: &Bookmark| -> BookmarkRecord {
        let path = mark.path.as_os_str().as_bytes().to_vec();
        (mark.name.as_str().to_owned(), path, mark.frame, mark.rate)
    };
    let records: Vec<BookmarkRecord> = marks.iter().map(record).collect();
    let mut out = Vec::new();
    encode("the list of bookmarks", BOOKMARKS_VERSION, &records, &mut out)?;
    Ok(out)
}

/// What is no bookmark, or one too many, is damage: it was never written.
pub fn decode_bookmarks(bytes: &[u8]) -> Result<Bookmarks, CodecError> {
    let what = "the list of bookmarks";
    let records: Vec<BookmarkRecord> = decode(what, BOOKMARKS_VERSION, bytes)?;
    let mut marks = Bookmarks::default();
    for (name, path, frame, rate) in records {
        let name = BookmarkName::new(&name).ok_or(CodecError::Damaged { what })?;
        let mark = Bookmark { name, path: Arc::from(PathBuf::from(OsString::from_vec(path))), frame, rate };
        marks.set(mark).map_err(|_| CodecError::Damaged { what })?;
    }
    Ok(marks)
}

/// Paths and milliseconds.
type OffsetRecord = (Vec<u8>, i32);

pub fn encode_lyrics_offsets(offsets: &LyricsOffsets) -> Result<Vec<u8>, CodecError> {
    let record =
        |(path, ms): &(Arc<Path>, i32)| -> OffsetRecord { (path.as_os_str().as_bytes().to_vec(), *ms) };
    let records: Vec<OffsetRecord> = offsets.iter().map(record).collect();
    let mut out = Vec::new();
    encode("the list of moved words", LYRICS_OFFSETS_VERSION, &records, &mut out)?;
    Ok(out)
}

/// More than there can be, and further than words can be moved, is damage: it was never written.
pub fn decode_lyrics_offsets(bytes: &[u8]) -> Result<LyricsOffsets, CodecError> {
    let what = "the list of moved words";
    let records: Vec<OffsetRecord> = decode(what, LYRICS_OFFSETS_VERSION, bytes)?;
    let mut offsets = LyricsOffsets::default();
    for (path, ms) in records {
        if offsets.is_full() || ms == 0 || ms.unsigned_abs() > MOST_OFFSET_MS.unsigned_abs() {
            return Err(CodecError::Damaged { what });
        }
        offsets.set(&Arc::from(PathBuf::from(OsString::from_vec(path))), ms);
    }
    Ok(offsets)
}

pub fn path_from(bytes: &[u8]) -> PathBuf {
    PathBuf::from(OsString::from_vec(bytes.to_vec()))
}

pub fn encode(
    what: &'static str,
    version: u8,
    value: &impl Serialize,
    out: &mut Vec<u8>,
) -> Result<(), CodecError> {
    out.clear();
    out.push(version);
    postcard::to_io(value, out).map_err(|error| CodecError::Encode { what, why: error.to_string() })?;
    Ok(())
}

pub fn decode<'a, T: Deserialize<'a>>(
    what: &'static str,
    known: u8,
    bytes: &'a [u8],
) -> Result<T, CodecError> {
    match bytes.split_first() {
        None => Err(CodecError::Empty { what }),
        Some((&found, _)) if found != known => Err(CodecError::Version { what, found, known }),
        Some((_, value)) => postcard::from_bytes(value).map_err(|_| CodecError::Damaged { what }),
    }
}
