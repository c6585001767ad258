//! CUE sheets, beside the audio or embedded in it: what they say and which spans of which files their tracks are. Used by
//! `part`, which plays such a track, and by the library, which lists it. Paths of tracks: [`crate::model::part`].
//!
//! **Spans.** A track begins at its INDEX 01 and ends where the next one of the same file begins, or with the file; so
//! what stands between INDEX 00 and 01 (the pause, which may be an announcement or applause) ends the track before, as on
//! a CD player that counts down to the next. The first track of a sheet's second or later file begins with that file.
//! What stands before the very first INDEX 01 is skipped up to three seconds (IEC 60908 asks for two to three of
//! silence there) and beyond that a track of its own, number 0: a hidden one.

mod embedded;
mod locate;
mod parse;
mod text;

use std::io::Read;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

pub use embedded::find as find_embedded;
pub(super) use embedded::sheet_block;

use super::error::DecodeError;
use super::file::FileSpan;

/// Largest sheet that is read, in bytes.
const MAX_SHEET: u64 = 1 << 20;
/// Longest pause before the first track; more is a hidden track.
const PAUSE_S: u32 = 3;
const CD_FRAMES_A_SECOND: u32 = 75;

/// What a sheet says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sheet {
    pub fields: Fields,
    /// Names as they are written; an embedded sheet's one file is the one that it stands in.
    pub files: Vec<String>,
    /// In the order of the sheet.
    pub tracks: Vec<SheetTrack>,
    /// Lines that are wrong.
    pub problems: Vec<LineProblem>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SheetTrack {
    /// Of its own within the sheet, from 1.
    pub number: u16,
    /// Not data.
    pub is_audio: bool,
    pub fields: Fields,
    /// Number, file and place of each INDEX.
    pub indexes: Vec<(u8, usize, Place)>,
}

/// `PERFORMER`, `TITLE`, `ISRC` and so on, and those behind `REM`: keys in capitals, values as written, never empty.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Fields(pub Vec<(String, String)>);

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineProblem {
    /// From 1.
    pub line: u32,
    pub what: String,
}

/// Where in a file an INDEX points.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// In CD frames, 75 a second.
    Cd(u32),
    /// In frames of the file itself, whose rate this is.
    Frames { frame: u64, rate: u32 },
}

impl Place {
    const START: Self = Self::Cd(0);

    /// The first frame at or before it. Neighbours share one place, hence one frame.
    pub fn frame(self, rate: u32) -> u64 {
        match self {
            Self::Cd(frames) => u64::from(frames) * u64::from(rate) / u64::from(CD_FRAMES_A_SECOND),
            Self::Frames { frame, .. } => frame,
        }
    }

    fn is_behind_pause(self) -> bool {
        match self {
            Self::Cd(frames) => frames > PAUSE_S * CD_FRAMES_A_SECOND,
            Self::Frames { frame, rate } => frame > u64::from(PAUSE_S) * u64::from(rate),
        }
    }
}

/// A track as a span of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part {
    /// 0 is a hidden one, see the module's head.
    pub number: u16,
    /// Index in [`Sheet::files`].
    pub file: usize,
    pub start: Place,
    /// `None`: to the end of the file.
    pub end: Option<Place>,
    /// Index in [`Sheet::tracks`]; `None` for a hidden one.
    pub track: Option<usize>,
}

impl Part {
    /// Its frames in a file of this rate and, where known, length. The end is `None` where only the file has one.
    ///
    /// # Errors
    /// Where the span is empty or lies behind the end of the file.
    pub fn span(&self, rate: u32, total: Option<u64>) -> Result<(u64, Option<u64>), DecodeError> {
        let start = self.start.frame(rate);
        let end = self.end.map(|end| end.frame(rate));
        let wrong = |what| Err(DecodeError::SheetTrack { number: self.number, what });
        if total.is_some_and(|total| start >= total) {
            return wrong("begins behind the end of its file");
        }
        if end.is_some_and(|end| end <= start) {
            return wrong("begins behind the track that follows it");
        }
        let end = total.map_or(end, |total| Some(end.map_or(total, |end| end.min(total))));
        Ok((start, end))
    }
}

impl Sheet {
    /// Its audio tracks in their order. See the module's head.
    pub fn parts(&self) -> Vec<Part> {
        let begins: Vec<(usize, usize, Place)> = self
            .tracks
            .iter()
            .enumerate()
            .filter_map(|(track, about)| about.begin().map(|(file, place)| (track, file, place)))
            .collect();
        let mut parts = Vec::with_capacity(begins.len() + 1);
        for (at, &(track, file, begin)) in begins.iter().enumerate() {
            let end = begins[at + 1..].first().filter(|next| next.1 == file).map(|next| next.2);
            let mut start = begin;
            if at == 0 {
                if begin.is_behind_pause() {
                    parts.push(Part { number: 0, file, start: Place::START, end: Some(begin), track: None });
                }
            } else if begins[..at].iter().all(|before| before.1 != file) {
                start = Place::START;
            }
            if self.tracks[track].is_audio {
                parts.push(Part { number: self.tracks[track].number, file, start, end, track: Some(track) });
            }
        }
        parts
    }

    /// No file holds more than one track: the sheet says nothing about the sound that the files do not say themselves.
    pub fn is_one_file_each(&self) -> bool {
        let mut files: Vec<usize> = self.parts().iter().map(|part| part.file).collect();
        let all = files.len();
        files.sort_unstable();
        files.dedup();
        files.len() == all
    }

    /// Path of one of its files, where the sheet itself is `sheet`. Only regular files in the sheet's folder, at any
    /// depth, are ever given; see `locate` for names that are not quite right.
    pub fn locate(&self, sheet: &Path, file: usize) -> Result<PathBuf, DecodeError> {
        let name = self.files.get(file).map_or("", String::as_str);
        let stem = sheet.file_stem().filter(|_| self.files.len() == 1);
        locate::locate(sheet.parent().unwrap_or(Path::new("/")), name, stem)
    }
}

impl SheetTrack {
    /// INDEX 01, else the lowest number of another; file and place.
    fn begin(&self) -> Option<(usize, Place)> {
        let first =
            |&&(number, ..): &&(u8, usize, Place)| if number == 0 { u16::MAX } else { u16::from(number) };
        self.indexes.iter().min_by_key(first).map(|&(_, file, place)| (file, place))
    }
}

/// Whether a name is a sheet's.
pub fn is_named_sheet(path: &Path) -> bool {
    path.extension().is_some_and(|extension| is_sheet_extension(extension.as_bytes()))
}

/// Whether an extension, without its dot, is that of a sheet.
pub fn is_sheet_extension(extension: &[u8]) -> bool {
    extension.eq_ignore_ascii_case(b"cue")
}

/// What the bytes of a sheet say, in whatever encoding they are.
pub fn parse(bytes: &[u8]) -> Sheet {
    parse::parse(&text::decode(bytes), false)
}

/// Reads the sheet that is the file `path`.
///
/// # Errors
/// Where it cannot be read, is too large, or has no track in any file.
pub fn read(path: &Path) -> Result<Sheet, DecodeError> {
    let file = FileSpan::open(path)?;
    if file.len() > MAX_SHEET {
        return Err(DecodeError::Sheet("is too large"));
    }
    let mut bytes = Vec::new();
    file.part(0, MAX_SHEET).read_to_end(&mut bytes).map_err(DecodeError::Read)?;
    let sheet = parse(&bytes);
    if sheet.files.is_empty() {
        return Err(DecodeError::Sheet("names no file"));
    }
    if sheet.parts().is_empty() {
        return Err(DecodeError::Sheet("has no track with an INDEX"));
    }
    Ok(sheet)
}

/// The sheet inside the audio file `path`; `None` where there is none that divides it.
///
/// # Errors
/// Where the file cannot be read.
pub fn read_embedded(path: &Path) -> Result<Option<Sheet>, DecodeError> {
    find_embedded(&mut FileSpan::open(path)?).map_err(DecodeError::Read)
}
