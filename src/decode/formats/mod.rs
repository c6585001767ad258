//! Formats that symphonia does not read, each known by its first bytes. All of them are rows of blocks that decode by
//! themselves, so that reading, seeking and exact lengths are written once, in `blocks`. Called by `source`.

mod ape;
mod au;
mod blocks;
mod dsd;
mod dsdiff;
mod dsf;
mod flac;
mod pcm;
mod tta;
mod wave;
mod wavpack;

use symphonia::core::meta::MetadataRevision;

use super::container::Container;
use super::error::DecodeError;
use super::file::FileSpan;
use super::mpeg;
use super::sound::Frames;
use super::tags;
use crate::model::audio::Spec;
use crate::model::track::Codec;
use blocks::{Blocked, Blocks};

/// An open file of a format of ours.
pub(super) struct Opened {
    pub(super) frames: Box<dyn Frames>,
    pub(super) container: Container,
    pub(super) codec: Codec,
    pub(super) spec: Spec,
    pub(super) bits: Option<u8>,
    /// Frames that reading to the end of a healthy file gives.
    pub(super) total: u64,
    /// The least trusted first.
    pub(super) tags: Vec<MetadataRevision>,
}

/// `None` where the file is of another kind.
pub(super) fn open(file: &FileSpan) -> Result<Option<Opened>, DecodeError> {
    // Some taggers put ID3 before everything.
    let start = mpeg::after_id3v2(file);
    let Some(head) = file.bytes_at::<4>(start) else { return Ok(None) };
    let body = file.part(start, u64::MAX);
    let opened = match &head {
        b".snd" => au::open(&body),
        b"RF64" | b"BW64" => wave::open_rf64(&body),
        b"riff" => wave::open_wave64(&body),
        b"DSD " => dsf::open(&body),
        b"FRM8" => dsdiff::open(&body),
        b"MAC " => ape::open(&body),
        b"wvpk" => wavpack::open(&body),
        b"TTA1" => tta::open(&body),
        b"fLaC" => match flac::open(&body)? {
            Some(opened) => Ok(opened),
            None => return Ok(None),
        },
        _ => return Ok(None),
    };
    let mut opened = opened?;
    opened.tags.splice(0..0, tags::around(file));
    Ok(Some(opened))
}

/// Puts an opened file together. `total` frames are what reading to the end gives.
fn opened(
    blocks: impl Blocks + 'static,
    container: Container,
    codec: Codec,
    (rate, channels): (u32, usize),
    bits: Option<u8>,
    total: u64,
) -> Result<Opened, DecodeError> {
    let spec = u16::try_from(channels).ok().and_then(|channels| Spec::new(rate, channels));
    let spec = spec.ok_or(DecodeError::UnsupportedSpec { rate, channels })?;
    if total == 0 {
        return Err(DecodeError::NoAudio { container: container.name() });
    }
    let frames = Box::new(Blocked::new(blocks, channels, total));
    Ok(Opened { frames, container, codec, spec, bits, total, tags: Vec::new() })
}

fn damaged(what: &str) -> DecodeError {
    DecodeError::Damaged(what.into())
}

fn refused(container: Container, codec: impl Into<String>) -> DecodeError {
    DecodeError::UnsupportedCodec { container: container.name(), codec: codec.into(), detail: String::new() }
}
