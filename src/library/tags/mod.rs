//! What one file says of itself: its sound (`container`, our own exact reading of headers) and its tags (lofty, and
//! symphonia for the containers that lofty does not know). Called by the scan's reader threads; a panic inside a parser
//! is contained here and fails the one file.

mod bomb;
mod container;
mod id3;
pub mod keys;
mod matroska;
mod mend;
mod normalize;
pub mod payload;
mod pictures;
mod read;
mod repeated;
mod sheet;
mod sound;
mod symphonia_tags;
mod window;

use std::fs::File;
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use lofty::file::FileType;

use crate::decode::DecodeError;
use crate::decode::cue::{self, Sheet};
use crate::library::artwork::Picture;
use crate::library::store::AudioId;
use crate::model::contain::contain;
use crate::model::tag::Fields;
use crate::model::track::{AudioFormat, Tags};
pub use sheet::tags as of_sheet;
pub use sound::SoundHash;
use window::Window;

/// Version of all reading in this folder. A larger one makes every file be read again at the next scan.
pub const READER_VERSION: u8 = 4;

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

/// What a file is and says.
#[derive(Debug)]
pub struct Read {
    pub format: AudioFormat,
    pub fields: Fields,
    /// It has a picture inside.
    pub has_picture: bool,
    /// How its texts were coded, where it said otherwise; `fields` are mended.
    pub mended_from: Option<&'static str>,
    /// It has several frames for one field: a change of any writes these anew.
    pub repeats: bool,
}

impl Read {
    /// As the library keeps it.
    pub fn tags(&self) -> Tags {
        let mut tags = normalize::to_tags(&self.fields);
        tags.details.has_picture = self.has_picture;
        tags.details.mended_from = self.mended_from.map(str::to_owned);
        tags
    }
}

/// Reads `path`, and nothing of its pictures.
pub fn read_file(path: &Path) -> Result<(AudioFormat, Tags), ReadError> {
    read_fields(path).map(|read| (read.format, read.tags()))
}

/// Reads `path` field by field.
pub fn read_fields(path: &Path) -> Result<Read, ReadError> {
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
        read_open(window, path).map(|read| Scanned { format: read.format, tags: read.tags(), sheet, audio })
    })
}

/// Who writes the tags of a file: lofty, as this kind of file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Writer(pub FileType);

/// Who can write the tags of `path`; `None` where nobody can.
pub fn writer(path: &Path) -> Result<Option<Writer>, ReadError> {
    read_with(path, |mut window| {
        let kind = container::sniff(&mut window)?;
        let magic = window.bytes_at::<4>(kind.start).map_err(ReadError::Io)?.unwrap_or_default();
        let written = match &magic {
            // The long form of WAV is not lofty's.
            b"RF64" | b"BW64" => None,
            b"wvpk" => Some(FileType::WavPack),
            b"MAC " => Some(FileType::Ape),
            _ => kind.lofty,
        };
        Ok(written.map(Writer))
    })
}

/// All pictures inside the file, in its order.
pub fn read_pictures(path: &Path) -> Result<Vec<Picture>, ReadError> {
    let writer = writer(path)?;
    read_with(path, |mut window| {
        let kind = container::sniff(&mut window)?;
        if bomb::is_bomb(&mut window, kind).map_err(ReadError::Io)? {
            return Ok(Vec::new());
        }
        match writer.map(|writer| writer.0).or(kind.lofty) {
            Some(file_type) => Ok(read::read_pictures(window, file_type)),
            None => Ok(symphonia_tags::pictures(window)),
        }
    })
}

/// A hash of what the file plays, whatever its tags say.
pub fn sound_hash(path: &Path) -> Result<SoundHash, ReadError> {
    read_with(path, |mut window| {
        let kind = container::sniff(&mut window)?;
        sound::hash(window, kind)
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

fn read_open(mut window: Window, path: &Path) -> Result<Read, ReadError> {
    let kind = container::sniff(&mut window)?;
    let mut repeats = false;
    let (format, mut fields, has_picture) = match kind.lofty {
        Some(file_type) => {
            let format = container::read(&mut window, kind)?;
            if bomb::is_bomb(&mut window, kind).map_err(ReadError::Io)? {
                return Ok(Read {
                    format,
                    fields: Fields::default(),
                    has_picture: false,
                    mended_from: None,
                    repeats,
                });
            }
            let has_picture = pictures::are_in(&mut window, kind)?;
            let repeated = repeated::fields(&mut window, kind).map_err(ReadError::Io)?;
            repeats = repeated.iter().next().is_some();
            let (fields, found) = read::read_fields(window, file_type, &repeated);
            (format, fields, has_picture || found)
        }
        None if kind.container == container::Container::Decoded => symphonia_tags::read_decoded(path)?,
        None => {
            let (format, fields) = symphonia_tags::read(window, kind, path)?;
            (format, fields, false)
        }
    };
    let mended_from = mend::mend(&mut fields);
    Ok(Read { format, fields, has_picture, mended_from, repeats })
}
