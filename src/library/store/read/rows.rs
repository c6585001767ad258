//! Iterators over a table that stop at the first error: redb repeats one for ever.

use std::path::PathBuf;

use redb::Range;

#[cfg(doc)]
use super::StoreReader;
use crate::library::store::codec::{self, AudioId, CodecError, FileRow};
use crate::library::store::error::StoreError;
use crate::library::store::measured::{self, MeasuredRow};
use crate::model::id::TrackId;
use crate::model::listening::Listen;
use crate::model::track::Track;

/// A range that ends at its first error.
pub struct Rows<K: redb::Key + 'static> {
    pub range: Option<Range<'static, K, &'static [u8]>>,
    pub path: PathBuf,
}

impl<K: redb::Key + 'static> Rows<K> {
    pub fn next_with<T>(
        &mut self,
        decode: impl FnOnce(K::SelfType<'_>, &[u8]) -> Result<T, CodecError>,
    ) -> Option<Result<T, StoreError>> {
        let decoded = match self.range.as_mut()?.next()? {
            Ok((key, value)) => decode(key.value(), value.value())
                .map_err(|source| StoreError::Value { path: self.path.clone(), source }),
            Err(error) => Err(StoreError::from_redb(&self.path, error.into())),
        };
        if decoded.is_err() {
            self.range = None;
        }
        Some(decoded)
    }
}

/// See [`StoreReader::tracks`]. Ends after its first error.
pub struct Tracks(pub(super) Rows<u32>);

impl Iterator for Tracks {
    type Item = Result<Track, StoreError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.0.next_with(codec::decode_track)
    }
}

/// See [`StoreReader::audios`]. Ends after its first error.
pub struct Audios(pub(super) Rows<u32>);

impl Iterator for Audios {
    type Item = Result<(TrackId, AudioId), StoreError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.0.next_with(|id, bytes| Ok((TrackId(id), codec::decode_audio(bytes)?)))
    }
}

/// See [`StoreReader::all_measured`]. What an older or a newer program wrote is left out. Ends after its first error.
pub struct MeasuredRows(pub(super) Rows<u32>);

impl Iterator for MeasuredRows {
    type Item = Result<(TrackId, MeasuredRow), StoreError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let row = self
                .0
                .next_with(|id, bytes| Ok(measured::decode(bytes).ok().map(|row| (TrackId(id), row))))?;
            if let Some(row) = row.transpose() {
                return Some(row);
            }
        }
    }
}

/// See [`StoreReader::listens`]. Ends after its first error.
pub struct Listens(pub(super) Rows<(i64, u32)>);

impl Iterator for Listens {
    type Item = Result<Listen, StoreError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.0.next_with(codec::decode_listen)
    }
}

/// See [`StoreReader::files_inside`]. Ends after its first error.
pub struct Files(pub(super) Rows<&'static [u8]>);

impl Files {
    /// As `next`, for many: the path's bytes go behind what is in `path`.
    pub fn next_into(&mut self, path: &mut Vec<u8>) -> Option<Result<FileRow, StoreError>> {
        self.0.next_with(|key, bytes| {
            path.extend_from_slice(key);
            codec::decode_file(bytes)
        })
    }
}

impl Iterator for Files {
    type Item = Result<(PathBuf, FileRow), StoreError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.0.next_with(|path, bytes| Ok((codec::path_from(path), codec::decode_file(bytes)?)))
    }
}
