//! What one file says of itself: its sound (`container`, our own exact reading of headers) and its tags (lofty, and
//! symphonia for the containers that lofty does not know). Called by the scan's reader threads; a panic inside a parser
//! is contained here and fails the one file.

mod bomb;
mod container;
mod matroska;
mod normalize;
pub mod payload;
mod read;
mod sheet;
mod symphonia_tags;
mod window;

use std::fs::File;
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use crate::decode::DecodeError;
use crate::decode::cue::{self, Sheet};
use crate::library::store::AudioId;
use crate::model::contain::contain;
use crate::model::track::{AudioFormat, Tags};
pub use sheet::tags as of_sheet;
use window::Window;

/// Version of all reading in this folder. A larger one makes every file be read again at the next scan.
pub const READER_VERSION: u8 = 2;

/// Why a file cannot be taken for music.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    #[error("cannot be opened: {0}")]
    Open(io::Error),
    #[error("cannot be read: {0}")]
    Io(io::Error),
    #[error("is not a regular file")]
    NotRegular,
    #[error("is empty")]
    Empty,
    #[error("is not audio that can be played: {0}")]
    NotAudio(&'static str),
    #[error("is damaged: {0}")]
    Damaged(&'static str),
    #[error(transparent)]
    Decode(DecodeError),
    #[error("is damaged in a way that its reader does not survive")]
    ReaderDied,
}

/// Reads `path`, and nothing of its pictures.
pub fn read_file(path: &Path) -> Result<(AudioFormat, Tags), ReadError> {
    read_with(path, |window| read_open(window, path))
}

/// What a scan wants to know of a file.
pub struct Scanned {
    pub format: AudioFormat,
    pub tags: Tags,
    /// The CUE sheet that divides it, where one is embedded.
    pub sheet: Option<Sheet>,
    pub audio: Option<AudioId>,
}

/// As `read_file`, with the rest of what a scan keeps.
pub fn read_for_scan(path: &Path) -> Result<Scanned, ReadError> {
    read_with(path, |mut window| {
        let sheet = cue::find_embedded(&mut window).map_err(ReadError::Io)?;
        let audio = payload::guess(&mut window).map_err(ReadError::Io)?;
        read_open(window, path).map(|(format, tags)| Scanned { format, tags, sheet, audio })
    })
}

fn read_with<T>(path: &Path, read: impl FnOnce(Window) -> Result<T, ReadError>) -> Result<T, ReadError> {
    // Not blocking: a FIFO put in the file's place must not hold up the scan.
    let flags = rustix::fs::OFlags::NONBLOCK.bits().cast_signed();
    let file = File::options().read(true).custom_flags(flags).open(path).map_err(ReadError::Open)?;
    let about = file.metadata().map_err(ReadError::Io)?;
    if !about.is_file() {
        return Err(ReadError::NotRegular);
    }
    if about.len() == 0 {
        return Err(ReadError::Empty);
    }
    let window = Window::new(file, about.len());
    let read = contain(|| read(window));
    read.unwrap_or(Err(ReadError::ReaderDied))
}

fn read_open(mut window: Window, path: &Path) -> Result<(AudioFormat, Tags), ReadError> {
    let kind = container::sniff(&mut window)?;
    match kind.lofty {
        Some(file_type) => {
            let format = container::read(&mut window, kind)?;
            if bomb::is_bomb(&mut window, kind).map_err(ReadError::Io)? {
                return Ok((format, Tags::default()));
            }
            Ok((format, read::read_tags(window, file_type)))
        }
        None if kind.container == container::Container::Decoded => symphonia_tags::read_decoded(path),
        None => symphonia_tags::read(window, kind, path),
    }
}
