//! What can be written, and how each write changes the tables within one transaction. Runs on the writer thread only.

mod files;
mod known;

use std::path::PathBuf;
use std::sync::Arc;

use redb::Database;

use super::codec::{AudioId, ScanRecord, SheetRow};
use super::measured::{self, MeasuredRow};
use super::schema::{META, META_NEXT_TRACK};
use crate::model::bookmark::Bookmarks;
use crate::model::facts::TrackFacts;
use crate::model::id::{PlaylistId, TrackId};
use crate::model::listening::Listen;
use crate::model::lyrics::LyricsOffsets;
use crate::model::playlist::Playlist;
use crate::model::resume::Place;
use crate::model::session::{OutputMemory, Save, Session, SessionPosition};
use crate::model::similar::SimilarMemory;
use crate::model::template::{Template, TemplateId};
use crate::model::track::{FileStamp, Track};
use files::FileTables;

/// A file that is named like music and cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    pub path: PathBuf,
    pub stamp: FileStamp,
    pub error: String,
    /// When it was tried, in seconds since the Unix epoch.
    pub at_s: i64,
}

/// One change. Changes take effect in the order in which they are sent.
#[derive(Debug, Clone, PartialEq)]
pub enum WriteOp {
    /// New tracks, changed tracks, and moved tracks (same id, other path). A path belongs to one track: the last wins.
    PutTracks(Vec<Track>),
    /// Forgets them, and all that only we know of them.
    RemoveTracks(Vec<TrackId>),
    /// Their files were gone at that time, in seconds since the Unix epoch; those that are missing already stay so since
    /// then.
    PutMissing(Vec<TrackId>, i64),
    /// Their files are there again, as they were.
    RemoveMissing(Vec<TrackId>),
    /// Files that could not be read; a track that was there is missing.
    PutFailures(Vec<Failure>),
    /// Forgets failures of files that are gone.
    RemoveFailures(Vec<PathBuf>),
    /// CUE sheets, and files that one is embedded in; their tracks are put like all others.
    PutSheets(Vec<(PathBuf, SheetRow)>),
    RemoveSheets(Vec<PathBuf>),
    /// What their sound is known by. Of tracks that there are.
    PutAudio(Vec<(TrackId, AudioId)>),
    /// What was measured of tracks, or why nothing could be. Of tracks that there are no more nothing is kept.
    PutMeasured(Vec<(TrackId, MeasuredRow)>),
    /// Devices by root and mount point, see `schema::PLACES`; `None` where nothing is mounted any more.
    PutPlaces(Vec<(PathBuf, Option<u64>)>),
    /// Replaces the list of roots.
    PutRoots(Vec<PathBuf>),
    PutScanRecord(Box<ScanRecord>),
    PutSession(Session),
    /// Session, facts and history, in one piece.
    Save(Box<Save>),
    /// Only the place in the queue that was saved last.
    PutPosition(Option<SessionPosition>),
    PutOutputs(OutputMemory),
    PutBookmarks(Arc<Bookmarks>),
    PutLyricsOffsets(LyricsOffsets),
    PutSimilar(Box<SimilarMemory>),
    /// Facts that are the default ones are forgotten.
    PutFacts(Vec<(TrackId, TrackFacts)>),
    /// Another one of the same track and time is replaced.
    PutListens(Vec<Listen>),
    /// Where tracks were left off; `None`: nowhere.
    PutResume(Vec<(TrackId, Option<Place>)>),
    /// Templates as they are now; `None` for one that is gone.
    PutTemplates(Vec<(TemplateId, Option<Arc<Template>>)>),
    /// Lists as they are now; `None` for one that is gone.
    PutPlaylists(Vec<(PlaylistId, Option<Arc<Playlist>>)>),
}

impl WriteOp {
    /// Number of records it writes, by which batches are measured.
    pub(super) fn records(&self) -> usize {
        match self {
            Self::PutTracks(tracks) => tracks.len(),
            Self::RemoveTracks(ids) | Self::PutMissing(ids, _) | Self::RemoveMissing(ids) => ids.len(),
            Self::PutAudio(rows) => rows.len(),
            Self::PutMeasured(rows) => 2 * rows.len(),
            Self::PutPlaces(places) => places.len(),
            Self::PutFailures(failures) => failures.len(),
            Self::RemoveFailures(paths) => paths.len(),
            Self::PutSheets(sheets) => sheets.len(),
            Self::RemoveSheets(paths) => paths.len(),
            Self::PutRoots(roots) => roots.len(),
            Self::PutFacts(rows) => rows.len(),
            Self::PutListens(listens) => listens.len(),
            Self::PutScanRecord(_)
            | Self::PutSession(_)
            | Self::PutPosition(_)
            | Self::PutOutputs(_)
            | Self::PutBookmarks(_)
            | Self::PutLyricsOffsets(_)
            | Self::PutSimilar(_) => 1,
            Self::PutPlaylists(lists) => known::weight(lists),
            Self::PutResume(places) => places.len(),
            Self::PutTemplates(templates) => known::template_weight(templates),
            Self::Save(save) => {
                1 + save.facts.len()
                    + save.log.len()
                    + known::weight(&save.playlists)
                    + known::template_weight(&save.templates)
            }
        }
    }
}

impl WriteOp {
    fn session(&self) -> Option<&Session> {
        match self {
            Self::PutSession(session) => Some(session),
            Self::Save(save) => save.session.as_ref(),
            _ => None,
        }
    }
}

/// Applies `ops` and commits them durably, all or nothing.
pub fn apply(db: &Database, ops: &[WriteOp], next_track: u32) -> Result<(), redb::Error> {
    let txn = db.begin_write()?;
    txn.open_table(META)?.insert(META_NEXT_TRACK, next_track)?;
    // Only the last of several sessions is worth its bytes.
    let last_session = ops.iter().rposition(|op| op.session().is_some());
    for (at, op) in ops.iter().enumerate() {
        if let Some(session) = op.session().filter(|_| Some(at) == last_session) {
            known::put_session(&txn, session)?;
        }
        match op {
            WriteOp::PutTracks(tracks) => FileTables::open(&txn)?.put_tracks(tracks)?,
            WriteOp::RemoveTracks(ids) => FileTables::open(&txn)?.remove_tracks(ids)?,
            WriteOp::PutMissing(ids, since_s) => FileTables::open(&txn)?.put_missing(ids, *since_s)?,
            WriteOp::RemoveMissing(ids) => FileTables::open(&txn)?.remove_missing(ids)?,
            WriteOp::PutFailures(failures) => FileTables::open(&txn)?.put_failures(failures)?,
            WriteOp::RemoveFailures(paths) => FileTables::open(&txn)?.remove_failures(paths)?,
            WriteOp::PutSheets(sheets) => files::put_sheets(&txn, sheets)?,
            WriteOp::RemoveSheets(paths) => files::remove_sheets(&txn, paths)?,
            WriteOp::PutAudio(rows) => FileTables::open(&txn)?.put_audio(rows)?,
            WriteOp::PutMeasured(rows) => measured::put(&txn, rows)?,
            WriteOp::PutPlaces(places) => files::put_places(&txn, places)?,
            WriteOp::PutRoots(roots) => files::put_roots(&txn, roots)?,
            WriteOp::PutSession(_) => {}
            WriteOp::PutScanRecord(record) => files::put_scan_record(&txn, record)?,
            WriteOp::Save(save) => {
                known::put_facts(&txn, &save.facts)?;
                known::put_playlists(&txn, &save.playlists)?;
                known::put_templates(&txn, &save.templates)?;
                known::put_log(&txn, &save.log)?;
                save.history.iter().try_for_each(|change| known::put_history(&txn, change))?;
            }
            WriteOp::PutPosition(position) => known::put_position(&txn, *position)?,
            WriteOp::PutOutputs(memory) => known::put_outputs(&txn, memory)?,
            WriteOp::PutBookmarks(marks) => known::put_bookmarks(&txn, marks)?,
            WriteOp::PutLyricsOffsets(offsets) => known::put_lyrics_offsets(&txn, offsets)?,
            WriteOp::PutSimilar(memory) => known::put_similar(&txn, memory)?,
            WriteOp::PutFacts(rows) => known::put_facts(&txn, rows)?,
            WriteOp::PutListens(listens) => known::put_listens(&txn, listens)?,
            WriteOp::PutPlaylists(lists) => known::put_playlists(&txn, lists)?,
            WriteOp::PutResume(places) => known::put_resume(&txn, places)?,
            WriteOp::PutTemplates(templates) => known::put_templates(&txn, templates)?,
        }
    }
    txn.commit()?;
    Ok(())
}
