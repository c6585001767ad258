//! One track of a CUE sheet as a source: which file and which span of it a path means. Called by `source` when such a path
//! is opened. Each track opens the file for itself; because neighbours share one boundary, what they give one after
//! another is the file.

use std::path::{Path, PathBuf};

use super::cue::{self, Part, Sheet};
use super::error::DecodeError;
use super::loudness::Loudness;
use crate::model::loudness::LoudnessTags;
use crate::model::part;
use crate::model::track::Codec;

/// What a part's path means.
pub(super) struct Resolved {
    pub(super) file: PathBuf,
    pub(super) part: Part,
    /// As the sheet says.
    loudness: LoudnessTags,
}

impl Resolved {
    /// What is known of the track's loudness where `file` is what the whole file says: that is of the album.
    pub(super) fn loudness(&self, file: LoudnessTags) -> LoudnessTags {
        if !self.loudness.is_empty() {
            return self.loudness;
        }
        let album = if file.album.gain_db.is_some() { file.album } else { file.track };
        LoudnessTags { album, ..LoudnessTags::default() }
    }
}

/// `None` where `path` is no part's.
pub(super) fn resolve(path: &Path) -> Result<Option<Resolved>, DecodeError> {
    let Some((container, number)) = part::split(path) else { return Ok(None) };
    // A folder of such a name is a folder.
    if !std::fs::metadata(container).is_ok_and(|about| about.is_file()) {
        return Ok(None);
    }
    let is_sheet = cue::is_named_sheet(container);
    let sheet = if is_sheet {
        cue::read(container)?
    } else {
        cue::read_embedded(container)?.ok_or(DecodeError::Sheet("is not in the file any more"))?
    };
    let part = find(&sheet, number).ok_or(DecodeError::NoSuchTrack { number })?;
    let file = if is_sheet { sheet.locate(container, part.file)? } else { container.to_path_buf() };
    let loudness = loudness(&sheet, &part);
    Ok(Some(Resolved { file, part, loudness }))
}

/// `REM REPLAYGAIN_*` of the track and of the sheet.
fn loudness(sheet: &Sheet, part: &Part) -> LoudnessTags {
    let track = part.track.and_then(|track| sheet.tracks.get(track));
    let fields = track.map_or(&[][..], |track| &track.fields.0);
    let mut found = Loudness::default();
    fields.iter().chain(&sheet.fields.0).for_each(|(key, value)| found.take(key, value));
    found.tags(Codec::Pcm)
}

fn find(sheet: &Sheet, number: u16) -> Option<Part> {
    sheet.parts().into_iter().find(|part| part.number == number)
}

/// Frames of the file that are played.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Span {
    pub(super) start: u64,
    /// `None`: to the end of the file.
    pub(super) end: Option<u64>,
}

impl Span {
    /// Frames from `at`, a frame of the file, to the end.
    pub(super) fn left(self, at: u64) -> u64 {
        self.end.map_or(u64::MAX, |end| end.saturating_sub(at))
    }

    /// A frame of the file as one of the span.
    pub(super) fn inside(self, at: u64) -> u64 {
        self.end.map_or(at, |end| at.min(end)).saturating_sub(self.start)
    }

    /// A frame of the span as one of the file.
    pub(super) fn of_file(self, frame: u64) -> u64 {
        let at = self.start.saturating_add(frame);
        self.end.map_or(at, |end| at.min(end))
    }
}
