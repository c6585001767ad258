//! Pictures of music: those inside files, those beside them, and small copies of both in a cache. What a view of covers
//! needs: [`find`], then [`Thumbnails::get`]. All blocks on the disk and the processor: call it from a job.
//!
//! Order: inside the file (the front cover before others), then `cover`, `folder`, `front`, `album` in the file's folder,
//! then in the album's, where the file's is that of one disc.

mod decode;
mod embedded;
mod folder;
mod thumbnails;

use std::io;
use std::path::{Path, PathBuf};

pub use decode::{Image, decode, dimensions};
pub use embedded::{Picture, embedded};
pub use thumbnails::{Thumbnails, small};

use super::tags::ReadError;
use crate::decode::server;
use crate::model::server::split;

/// Largest picture that is looked at, in bytes.
pub const MAX_BYTES: u64 = 32 * 1024 * 1024;

/// Why there is no picture to see.
#[derive(Debug, thiserror::Error)]
pub enum ArtworkError {
    #[error(transparent)]
    Read(#[from] ReadError),
    #[error("cannot be had: {0}")]
    Server(String),
    #[error("cannot be read: {0}")]
    Io(#[from] io::Error),
    #[error("is larger than {} MiB, the most that is taken for a picture", MAX_BYTES >> 20)]
    TooLarge,
    #[error("has {width} x {height} pixels; up to {} million are shown", decode::MAX_PIXELS / 1_000_000)]
    TooManyPixels { width: u32, height: u32 },
    #[error("is no JPEG, PNG or WebP picture")]
    Unknown,
    #[error("is a damaged picture: {0}")]
    Damaged(String),
}

/// Where a picture was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// Inside the audio file.
    Embedded,
    /// Where the server of a song keeps it.
    Server,
    File(PathBuf),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    pub place: Place,
    /// The picture as it is stored: JPEG, PNG, WebP.
    pub data: Vec<u8>,
}

/// The cover of the audio file `path`. A file whose inside cannot be read may have a cover beside it.
pub fn find(path: &Path) -> Result<Option<Found>, ArtworkError> {
    if let Some((server, (_, id))) = server::mounted(path).zip(split(path)) {
        let found = server.picture(&id).map_err(|failed| ArtworkError::Server(failed.why))?;
        return Ok(found.map(|data| Found { place: Place::Server, data }));
    }
    let inside = embedded(path);
    if let Ok(pictures) = &inside {
        let best = pictures.iter().find(|picture| picture.is_front()).or(pictures.first());
        if let Some(picture) = best {
            return Ok(Some(Found { place: Place::Embedded, data: picture.data.clone() }));
        }
    }
    match folder::find(path)? {
        Some((file, data)) => Ok(Some(Found { place: Place::File(file), data })),
        None => inside.map(|_| None).map_err(Into::into),
    }
}

/// The picture beside the audio file `path`, or in its album's folder.
pub fn beside(path: &Path) -> Result<Option<Vec<u8>>, ArtworkError> {
    folder::find(path).map(|found| found.map(|(_, data)| data))
}

/// Reads a file that is to be a picture, within the limit.
pub fn read_picture(path: &Path) -> Result<Vec<u8>, ArtworkError> {
    folder::read(path)
}
