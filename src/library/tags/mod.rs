//! What one file says of itself: its sound (`container`, our own exact reading of headers) and its tags (lofty, and
//! symphonia for the containers that lofty does not know). Called by the scan's reader threads; a panic inside a parser
//! is contained here and fails the one file.

pub mod bare;
mod bomb;
mod container;
mod id3;
mod info;
pub mod keys;
mod matroska;
mod mend;
pub mod mkv;
mod normalize;
pub mod ogg_flac;
mod pictures;
mod read;
mod repeated;
mod sheet;
pub mod sound;
mod symphonia_tags;
mod synced;
mod window;

use std::fs::File;
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use container::Container;
use lofty::file::FileType;

use crate::decode::cue::{self, Sheet};
use crate::decode::{self, DecodeError};
use crate::library::artwork::Picture;
use crate::library::store::AudioId;
use crate::model::contain::contain;
use crate::model::loudness::LoudnessTags;
use crate::model::tag::Fields;
use crate::model::track::{AudioFormat, Tags};
pub use normalize::to_tags;
pub use read::APE_PICTURE;
pub use sheet::tags as of_sheet;
pub(crate) use window::Window;

/// Version of all reading in this folder. A larger one makes every file be read again at the next scan.
pub const READER_VERSION: u8 = 5;

/// Whether nothing would be read otherwise now. Version 5 knows Ogg files by other sound ids than version 4, and all
/// others as before.
pub fn is_current(reader: u8, path: &Path) -> bool {
    let is_ogg = || {
        let extension = path.extension().unwrap_or_default();
        ["ogg", "oga", "opus"].iter().any(|name| extension.eq_ignore_ascii_case(name))
    };
    reader == READER_VERSION || reader == 4 && !is_ogg()
}

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

/// Words with times that are kept as such, as the text of an `.lrc` file; `None` where there are none.
pub fn synced_words(path: &Path) -> Result<Option<String>, ReadError> {
    read_with(path, |mut window| {
        let kind = container::sniff(&mut window)?;
        synced::words(&mut window, kind).map_err(ReadError::Io)
    })
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
        let audio = sound::guess(&mut window).map_err(ReadError::Io)?;
        read_open(window, path).map(|read| Scanned { format: read.format, tags: read.tags(), sheet, audio })
    })
}

/// Who writes the tags of a file, and as what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Writer {
    Lofty(FileType),
    /// A native FLAC's headers in Ogg pages.
    OggFlac,
    /// Elements of Matroska and WebM.
    Matroska,
    /// An ID3v2 tag in a container that lofty does not know.
    Bare(bare::Place),
}

/// Who can write the tags of `path`; a sentence that says why where nobody can.
pub fn writer(path: &Path) -> Result<Result<Writer, &'static str>, ReadError> {
    read_with(path, |mut window| {
        let kind = container::sniff(&mut window)?;
        writer_of(&mut window, kind).map_err(ReadError::Io)
    })
}

fn writer_of(window: &mut Window, kind: container::Kind) -> io::Result<Result<Writer, &'static str>> {
    if let Some(place) = bare::place(window, kind)? {
        if place == bare::Place::Rf64 && bare::read_info(window).is_err() {
            return Ok(Err(
                "has a RIFF INFO list that makes no sense, and would say something else than a new tag",
            ));
        }
        return Ok(Ok(Writer::Bare(place)));
    }
    let magic = window.bytes_at::<4>(kind.start)?.unwrap_or_default();
    Ok(match (kind.container, &magic) {
        (_, b"wvpk") => Ok(Writer::Lofty(FileType::WavPack)),
        (_, b"MAC ") => Ok(Writer::Lofty(FileType::Ape)),
        (Container::OggFlac, _) if kind.start == 0 => Ok(Writer::OggFlac),
        (Container::Matroska, _) if kind.start == 0 => Ok(Writer::Matroska),
        (Container::Caf, _) => Err("is a CAF file, whose texts have no names that other programs share"),
        (_, b".snd") => Err("is an AU file, which has no place for tags"),
        (_, b"riff") => Err("is a Wave64 file, whose tags no other program reads"),
        (Container::Riff, b"BW64" | b"RF64") => {
            Err("is a wave of the long form without its sizes, which is damaged")
        }
        _ => kind.lofty.map(Writer::Lofty).ok_or("is of a kind whose tags cannot be written"),
    })
}

/// Items of RIFF's `LIST INFO` of these fields, as far as it has names for them.
pub fn riff_texts(fields: &Fields) -> Vec<u8> {
    let mut texts = info::Info::default();
    fields.iter().for_each(|(field, values)| texts.set(field, values));
    let chunk = texts.chunk().unwrap_or_default();
    chunk.get(b"LISTsizeINFO".len()..).unwrap_or_default().to_vec()
}

/// What the file says of its loudness, as it is played; nothing where it cannot be opened.
pub fn loudness(path: &Path) -> LoudnessTags {
    decode::Source::open(path).map(|source| source.loudness()).unwrap_or_default()
}

/// All pictures inside the file, in its order.
pub fn read_pictures(path: &Path) -> Result<Vec<Picture>, ReadError> {
    read_with(path, |mut window| {
        let kind = container::sniff(&mut window)?;
        if bomb::is_bomb(&mut window, kind).map_err(ReadError::Io)? {
            return Ok(Vec::new());
        }
        match writer_of(&mut window, kind).map_err(ReadError::Io)?.ok() {
            Some(Writer::Lofty(file_type)) => Ok(read::read_pictures(window, file_type)),
            Some(Writer::Bare(place)) => read::pictures_of_bare(&mut window, place).map_err(ReadError::Io),
            Some(Writer::OggFlac) => Ok(read::pictures_of_ogg_flac(&mut window)),
            Some(Writer::Matroska) | None => Ok(symphonia_tags::pictures(window)),
        }
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
    let is_bomb = bomb::is_bomb(&mut window, kind).map_err(ReadError::Io)?;
    let repeated = if is_bomb {
        Fields::default()
    } else {
        repeated::fields(&mut window, kind).map_err(ReadError::Io)?
    };
    let repeats = repeated.iter().next().is_some();
    let place = bare::place(&mut window, kind).map_err(ReadError::Io)?;
    // Of these lofty reads the tag alone.
    let alone = match (place, kind.container) {
        _ if is_bomb => None,
        (Some(place), _) => read::read_bare(&mut window, place, &repeated).map_err(ReadError::Io)?,
        (None, Container::OggFlac) => read::read_ogg_flac(&mut window),
        (None, _) => None,
    };
    let (format, mut fields, has_picture) = match kind.lofty {
        Some(file_type) => {
            let format = container::read(&mut window, kind)?;
            if is_bomb {
                return Ok(Read {
                    format,
                    fields: Fields::default(),
                    has_picture: false,
                    mended_from: None,
                    repeats,
                });
            }
            let has_picture = pictures::are_in(&mut window, kind)?;
            let (fields, found) = alone.unwrap_or_else(|| read::read_fields(window, file_type, &repeated));
            (format, fields, has_picture || found)
        }
        None if kind.container == Container::Decoded => {
            let (format, fields, picture) = symphonia_tags::read_decoded(path)?;
            let (fields, picture) = alone.unwrap_or((fields, picture));
            (format, fields, picture)
        }
        None => {
            let (format, fields) = symphonia_tags::read(window, kind, path)?;
            let (fields, picture) = alone.unwrap_or((fields, false));
            (format, fields, picture)
        }
    };
    let mended_from = mend::mend(&mut fields);
    Ok(Read { format, fields, has_picture, mended_from, repeats })
}
