//! What was found out about the sound of tracks.

use redb::ReadableTableMetadata;

use super::StoreReader;
use super::rows::{Audios, MeasuredRows, Rows};
use crate::library::store::codec::{self, AudioId};
use crate::library::store::error::StoreError;
use crate::library::store::measured::{self, MeasuredRow};
use crate::library::store::schema::{AUDIO, MEASURED, WAVEFORMS};
use crate::model::features::Waveform;
use crate::model::id::TrackId;

impl StoreReader {
    /// What the sound of one track is known by.
    pub fn audio(&self, id: TrackId) -> Result<Option<AudioId>, StoreError> {
        let table = self.table(AUDIO)?;
        let found = self.tell(table.get(id.0).map_err(Into::into))?;
        found.map(|bytes| self.value(codec::decode_audio(bytes.value()))).transpose()
    }

    /// What the sound of all tracks is known by, by id.
    pub fn audios(&self) -> Result<Audios, StoreError> {
        let table = self.table(AUDIO)?;
        let range = self.tell(table.range::<u32>(..).map_err(Into::into))?;
        Ok(Audios(Rows { range: Some(range), path: self.path.clone() }))
    }

    /// What was measured of one track, its waveform with it.
    pub fn measured(&self, id: TrackId) -> Result<Option<MeasuredRow>, StoreError> {
        let Some(bytes) = self.tell(self.table(MEASURED)?.get(id.0).map_err(Into::into))? else {
            return Ok(None);
        };
        // One that an older or a newer program wrote is as one that is not there.
        let Ok(mut row) = measured::decode(bytes.value()) else { return Ok(None) };
        if let (Ok(found), Some(waveform)) = (&mut row.found, self.waveform(id)?) {
            found.waveform = waveform;
        }
        Ok(Some(row))
    }

    /// What was measured of all tracks, without waveforms, by id.
    pub fn all_measured(&self) -> Result<MeasuredRows, StoreError> {
        let range = self.tell(self.table(MEASURED)?.range::<u32>(..).map_err(Into::into))?;
        Ok(MeasuredRows(Rows { range: Some(range), path: self.path.clone() }))
    }

    /// Number of rows of [`Self::all_measured`], at most.
    pub fn count_measured(&self) -> Result<usize, StoreError> {
        let rows = self.tell(self.table(MEASURED)?.len().map_err(Into::into))?;
        Ok(usize::try_from(rows).unwrap_or(usize::MAX))
    }

    /// The overview of one track.
    pub fn waveform(&self, id: TrackId) -> Result<Option<Waveform>, StoreError> {
        let bytes = self.tell(self.table(WAVEFORMS)?.get(id.0).map_err(Into::into))?;
        bytes.map(|bytes| self.value(measured::decode_waveform(bytes.value()))).transpose()
    }
}
