//! What only we know: how things stood, what was listened to, lists, what can be taken back.

use std::sync::Arc;

use super::StoreReader;
use super::rows::{Listens, Rows};
use crate::library::store::codec::{self, ScanRecord};
use crate::library::store::error::StoreError;
use crate::library::store::schema::{
    BOOKMARKS_KEY, FACTS, HISTORY, HISTORY_KEY, LISTENS, LYRICS_OFFSETS_KEY, OUTPUTS_KEY, PLAYLISTS,
    POSITION_KEY, RESUME, SCAN_KEY, SESSION, SESSION_KEY, SIMILAR_KEY, TEMPLATES,
};
use crate::library::store::{playlist, template};
use crate::model::bookmark::Bookmarks;
use crate::model::facts::{Facts, TrackFacts};
use crate::model::history::Entry;
use crate::model::id::TrackId;
use crate::model::lyrics::LyricsOffsets;
use crate::model::playlist::Playlists;
use crate::model::resume::Places;
use crate::model::session::{OutputMemory, Session};
use crate::model::similar::SimilarMemory;
use crate::model::template::Templates;

impl StoreReader {
    pub fn session(&self) -> Result<Option<Session>, StoreError> {
        let table = self.table(SESSION)?;
        let Some(bytes) = self.tell(table.get(SESSION_KEY).map_err(Into::into))? else {
            return Ok(None);
        };
        let mut session = self.value(codec::decode_session(bytes.value()))?;
        if let Some(bytes) = self.tell(table.get(POSITION_KEY).map_err(Into::into))? {
            session.position = self.value(codec::decode_position(bytes.value()))?;
        }
        Ok(Some(session))
    }

    /// Nothing where nothing was written yet.
    pub fn outputs(&self) -> Result<OutputMemory, StoreError> {
        let table = self.table(SESSION)?;
        let bytes = self.tell(table.get(OUTPUTS_KEY).map_err(Into::into))?;
        bytes.map_or_else(
            || Ok(OutputMemory::default()),
            |bytes| self.value(codec::decode_outputs(bytes.value())),
        )
    }

    /// Nothing where nothing was learned, and no radio plays.
    pub fn similar(&self) -> Result<SimilarMemory, StoreError> {
        let table = self.table(SESSION)?;
        let bytes = self.tell(table.get(SIMILAR_KEY).map_err(Into::into))?;
        bytes.map_or_else(
            || Ok(SimilarMemory::default()),
            |bytes| self.value(codec::decode_similar(bytes.value())),
        )
    }

    /// How the last scan ended; `None` before the first.
    pub fn scan_record(&self) -> Result<Option<ScanRecord>, StoreError> {
        let table = self.table(SESSION)?;
        let bytes = self.tell(table.get(SCAN_KEY).map_err(Into::into))?;
        bytes.map(|bytes| self.value(codec::decode_scan(bytes.value()))).transpose()
    }

    /// What only we know of one track.
    pub fn fact(&self, id: TrackId) -> Result<TrackFacts, StoreError> {
        let found = self.tell(self.table(FACTS)?.get(id.0).map_err(Into::into))?;
        found
            .map_or_else(|| Ok(TrackFacts::default()), |bytes| self.value(codec::decode_facts(bytes.value())))
    }

    /// What only we know of the tracks.
    pub fn facts(&self) -> Result<Facts, StoreError> {
        let table = self.table(FACTS)?;
        let rows = self.tell(table.range::<u32>(..).map_err(Into::into))?;
        rows.map(|row| {
            let (id, bytes) = self.tell(row.map_err(Into::into))?;
            Ok((TrackId(id.value()), self.value(codec::decode_facts(bytes.value()))?))
        })
        .collect()
    }

    /// What was listened to, from a time on (milliseconds since the Unix epoch), the oldest first.
    pub fn listens(&self, from_ms: i64) -> Result<Listens, StoreError> {
        let range = self.tell(self.table(LISTENS)?.range((from_ms, 0)..).map_err(Into::into))?;
        Ok(Listens(Rows { range: Some(range), path: self.path.clone() }))
    }

    /// The steps that can be gone over, by number, and the number of the last one that is done.
    pub fn history(&self) -> Result<(Vec<Arc<Entry>>, u64), StoreError> {
        let table = self.table(HISTORY)?;
        let rows = self.tell(table.range::<u64>(..).map_err(Into::into))?;
        let entries = rows.map(|row| {
            let (_, bytes) = self.tell(row.map_err(Into::into))?;
            self.value(codec::decode_entry(bytes.value())).map(Arc::new)
        });
        let entries: Vec<Arc<Entry>> = entries.collect::<Result<_, StoreError>>()?;
        let session = self.table(SESSION)?;
        let done = self.tell(session.get(HISTORY_KEY).map_err(Into::into))?;
        let done = done.and_then(|bytes| bytes.value().try_into().ok().map(u64::from_le_bytes));
        Ok((entries, done.unwrap_or(0)))
    }

    /// None where none was ever set.
    pub fn bookmarks(&self) -> Result<Bookmarks, StoreError> {
        let table = self.table(SESSION)?;
        let bytes = self.tell(table.get(BOOKMARKS_KEY).map_err(Into::into))?;
        bytes.map_or_else(
            || Ok(Bookmarks::default()),
            |bytes| self.value(codec::decode_bookmarks(bytes.value())),
        )
    }

    /// None where no words were ever moved.
    pub fn lyrics_offsets(&self) -> Result<LyricsOffsets, StoreError> {
        let table = self.table(SESSION)?;
        let bytes = self.tell(table.get(LYRICS_OFFSETS_KEY).map_err(Into::into))?;
        bytes.map_or_else(
            || Ok(LyricsOffsets::default()),
            |bytes| self.value(codec::decode_lyrics_offsets(bytes.value())),
        )
    }

    /// All playlists.
    pub fn playlists(&self) -> Result<Playlists, StoreError> {
        let table = self.table(PLAYLISTS)?;
        let rows = self.tell(table.range::<u64>(..).map_err(Into::into))?;
        rows.map(|row| {
            let (id, bytes) = self.tell(row.map_err(Into::into))?;
            self.value(playlist::decode(id.value(), bytes.value())).map(Arc::new)
        })
        .collect()
    }

    /// Where tracks were left off.
    pub fn resume(&self) -> Result<Places, StoreError> {
        let table = self.table(RESUME)?;
        let rows = self.tell(table.range::<u32>(..).map_err(Into::into))?;
        rows.map(|row| {
            let (id, bytes) = self.tell(row.map_err(Into::into))?;
            Ok((TrackId(id.value()), self.value(codec::decode_place(bytes.value()))?))
        })
        .collect()
    }

    /// All queue templates.
    pub fn templates(&self) -> Result<Templates, StoreError> {
        let table = self.table(TEMPLATES)?;
        let rows = self.tell(table.range::<u64>(..).map_err(Into::into))?;
        rows.map(|row| {
            let (id, bytes) = self.tell(row.map_err(Into::into))?;
            self.value(template::decode(id.value(), bytes.value())).map(Arc::new)
        })
        .collect()
    }
}
