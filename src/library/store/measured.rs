//! What was measured of tracks, as it lies on disk: a version byte, then postcard. The waveforms have a table of their own, so
//! that all numbers are read without them.

use redb::{Error, ReadableTable, WriteTransaction};
use serde::{Deserialize, Serialize};

use super::codec::{self, CodecError};
use super::schema::{MEASURED, TRACKS, WAVEFORMS};
use crate::model::features::{Measured, Waveform};
use crate::model::id::TrackId;
use crate::model::track::FileStamp;

const VERSION: u8 = 1;
const WHAT: &str = "what was measured of a track";

/// One track's measuring.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MeasuredRow {
    /// Version of the measures that made it.
    pub algorithm: u16,
    /// The file as it was.
    pub stamp: FileStamp,
    /// Its sound as it was known ([`super::AudioId::guess`]): the tags of the same sound may change.
    pub sound: Option<u128>,
    /// What was found, or why nothing could be. As read of many its waveform is empty.
    pub found: Result<Measured, String>,
}

impl MeasuredRow {
    /// Whether it is of this very sound and of these measures.
    pub fn is_of(&self, algorithm: u16, stamp: FileStamp, sound: Option<u128>) -> bool {
        let same_sound = self.sound.is_some() && self.sound == sound;
        self.algorithm == algorithm && (self.stamp == stamp || same_sound)
    }
}

pub(super) fn put(txn: &WriteTransaction, rows: &[(TrackId, MeasuredRow)]) -> Result<(), Error> {
    let tracks = txn.open_table(TRACKS)?;
    let (mut measured, mut waveforms) = (txn.open_table(MEASURED)?, txn.open_table(WAVEFORMS)?);
    let corrupted = |error: CodecError| Error::Corrupted(error.to_string());
    let mut record = Vec::new();
    for (id, row) in rows {
        // It may have been forgotten while it was measured.
        if tracks.get(id.0)?.is_none() {
            continue;
        }
        let mut row = row.clone();
        let waveform =
            row.found.as_mut().map(|found| std::mem::take(&mut found.waveform)).unwrap_or_default();
        codec::encode(WHAT, VERSION, &row, &mut record).map_err(corrupted)?;
        measured.insert(id.0, record.as_slice())?;
        codec::encode(WHAT, VERSION, &waveform, &mut record).map_err(corrupted)?;
        waveforms.insert(id.0, record.as_slice())?;
    }
    Ok(())
}

pub(super) fn decode(bytes: &[u8]) -> Result<MeasuredRow, CodecError> {
    codec::decode(WHAT, VERSION, bytes)
}

pub(super) fn decode_waveform(bytes: &[u8]) -> Result<Waveform, CodecError> {
    codec::decode(WHAT, VERSION, bytes)
}
