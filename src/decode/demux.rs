//! Finds out what a file is and opens its container. Called by `stream`.

use symphonia::core::codecs::CodecParameters;
use symphonia::core::codecs::audio::AudioCodecParameters;
use symphonia::core::common::Limit;
use symphonia::core::errors::Error;
use symphonia::core::formats::probe::Hint;
use symphonia::core::formats::{FormatOptions, FormatReader, Track, TrackType};
use symphonia::core::io::{MediaSourceStream, MediaSourceStreamOptions};
use symphonia::core::meta::MetadataOptions;

use super::container::{self, Container};
use super::cue;
use super::error::DecodeError;
use super::file::FileSpan;
use super::mpeg;
use crate::model::track::Codec;

/// An open container and the one track in it that we play.
pub(super) struct Demux {
    pub(super) reader: Box<dyn FormatReader>,
    pub(super) container: Container,
    pub(super) track: Track,
    pub(super) codec: Codec,
    pub(super) params: AudioCodecParameters,
}

/// Opens by content; the file's name is not asked.
pub(super) fn open(file: &FileSpan) -> Result<Demux, DecodeError> {
    let reader = probe(file)?;
    let container = Container::of(reader.format_info().format).ok_or(DecodeError::NotMusic)?;
    if !is_plausible(container, file) {
        return Err(refuse(file));
    }
    let no_audio = DecodeError::NoAudio { container: container.name() };
    let track = reader.default_track(TrackType::Audio).ok_or(no_audio)?.clone();
    let Some(CodecParameters::Audio(params)) = track.codec_params.clone() else {
        return Err(DecodeError::NoAudio { container: container.name() });
    };
    let codec = container::codec(params.codec).ok_or_else(|| DecodeError::UnsupportedCodec {
        container: container.name(),
        codec: container::refused_codec(params.codec),
        detail: String::new(),
    })?;
    Ok(Demux { reader, container, track, codec, params })
}

fn probe(file: &FileSpan) -> Result<Box<dyn FormatReader>, DecodeError> {
    if let Some(format) = container::refused_format(file) {
        return Err(DecodeError::UnsupportedFormat { format });
    }
    match try_probe(file.part(0, u64::MAX)) {
        Ok(reader) => Ok(reader),
        Err(Error::Unsupported(text)) if text.starts_with("core (probe)") => Err(DecodeError::NotMusic),
        // Where the end is cut off or damaged, a reader that looks at it first gives up; without that look the file
        // plays up to there.
        Err(error) => try_without_sheet(file)
            .or_else(|| try_probe(file.forward_only()).ok())
            .ok_or_else(|| DecodeError::from_probe(error)),
    }
}

/// symphonia refuses a FLAC file for a CUESHEET block as metaflac writes it for anything but a CD: what it need not know
/// is shown to it as padding.
fn try_without_sheet(file: &FileSpan) -> Option<Box<dyn FormatReader>> {
    const PADDING: u8 = 1;
    let (at, header) = cue::sheet_block(&mut file.part(0, u64::MAX))?;
    try_probe(file.with_byte(at, header & 0x80 | PADDING)).ok()
}

fn try_probe(source: FileSpan) -> Result<Box<dyn FormatReader>, Error> {
    let stream = MediaSourceStream::new(Box::new(source), MediaSourceStreamOptions::default());
    // Tags and pictures are the library's business.
    let metadata = MetadataOptions::default().limit_visual_bytes(Limit::Maximum(0));
    symphonia::default::get_probe().probe(&Hint::new(), stream, FormatOptions::default(), metadata)
}

/// Bare streams are recognised by a few bits that noise has too, so a chain of frames is asked for.
fn is_plausible(container: Container, file: &FileSpan) -> bool {
    match container {
        Container::Mpeg => mpeg::find_stream(file, mpeg::mpeg_frame).is_some(),
        Container::Adts => mpeg::find_stream(file, mpeg::adts_frame).is_some(),
        _ => true,
    }
}

fn refuse(file: &FileSpan) -> DecodeError {
    container::refused_format(file)
        .map_or(DecodeError::NotMusic, |format| DecodeError::UnsupportedFormat { format })
}
