//! The sound of a file from its headers: codec, rate, channels, bits, and the exact count of playable frames where the
//! container tells it. One container a file. What a file is, its bytes say; its name is not looked at.

mod adts;
mod aiff;
mod flac;
mod mp4;
mod mpeg;
mod ogg;
mod riff;

use lofty::file::FileType;
pub use mp4::has_cover as mp4_has_cover;

use super::ReadError;
use super::window::Window;
use crate::model::audio::Spec;
use crate::model::track::{AudioFormat, Codec};

/// How a file is packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Container {
    Flac,
    Riff,
    Aiff,
    OggVorbis,
    OggOpus,
    OggFlac,
    Mp4,
    Mpeg,
    Adts,
    Matroska,
    Caf,
    /// A format that only `decode` reads.
    Decoded,
}

/// What the first bytes tell.
#[derive(Debug, Clone, Copy)]
pub struct Kind {
    pub container: Container,
    /// Where the container begins: after an ID3v2 tag that someone put in front.
    pub start: u64,
    /// How lofty calls it; `None` where lofty cannot read its tags.
    pub lofty: Option<FileType>,
}

/// Tells what a file is.
pub fn sniff(window: &mut Window) -> Result<Kind, ReadError> {
    let start = after_id3v2(window)?;
    let head = window.vec_at(start, 64).map_err(ReadError::Io)?;
    let container = match known_magic(&head) {
        Some(container) => container,
        None if ogg::is_ogg(&head) => ogg::sniff(window, start)?,
        None => loose_sync(window, start)?,
    };
    Ok(Kind { container, start, lofty: lofty_type(container) })
}

/// Reads the headers of a container that is ours to read.
pub fn read(window: &mut Window, kind: Kind) -> Result<AudioFormat, ReadError> {
    match kind.container {
        Container::Flac => flac::read(window, kind.start),
        Container::Riff => riff::read(window, kind.start),
        Container::Aiff => aiff::read(window, kind.start),
        Container::OggVorbis | Container::OggOpus | Container::OggFlac => ogg::read(window, kind.start),
        Container::Mp4 => mp4::read(window),
        Container::Mpeg => mpeg::read(window, kind.start),
        Container::Adts => adts::read(window, kind.start),
        Container::Matroska | Container::Caf | Container::Decoded => {
            Err(ReadError::NotAudio("its container is read elsewhere"))
        }
    }
}

fn lofty_type(container: Container) -> Option<FileType> {
    Some(match container {
        Container::Flac => FileType::Flac,
        Container::Riff => FileType::Wav,
        Container::Aiff => FileType::Aiff,
        Container::OggVorbis => FileType::Vorbis,
        Container::OggOpus => FileType::Opus,
        Container::Mp4 => FileType::Mp4,
        Container::Mpeg => FileType::Mpeg,
        Container::Adts => FileType::Aac,
        Container::OggFlac | Container::Matroska | Container::Caf | Container::Decoded => return None,
    })
}

fn known_magic(head: &[u8]) -> Option<Container> {
    let at = |from: usize, magic: &[u8]| head.get(from..from + magic.len()) == Some(magic);
    if at(0, b"fLaC") {
        return Some(Container::Flac);
    }
    if (at(0, b"RIFF") || at(0, b"RF64") || at(0, b"BW64")) && at(8, b"WAVE") {
        return Some(Container::Riff);
    }
    if at(0, b"FORM") && (at(8, b"AIFF") || at(8, b"AIFC")) {
        return Some(Container::Aiff);
    }
    if at(4, b"ftyp") {
        return Some(Container::Mp4);
    }
    if at(0, b"\x1a\x45\xdf\xa3") {
        return Some(Container::Matroska);
    }
    if at(0, b"caff") {
        return Some(Container::Caf);
    }
    const DECODED: [&[u8]; 7] =
        [b"MAC ", b"wvpk", b"TTA1", b"DSD ", b"FRM8", b".snd", b"riff\x2e\x91\xcf\x11"];
    DECODED.iter().any(|magic| at(0, magic)).then_some(Container::Decoded)
}

/// MPEG audio and ADTS have no magic, only a sync pattern that must repeat at the next frame.
fn loose_sync(window: &mut Window, start: u64) -> Result<Container, ReadError> {
    if adts::is_adts(window, start)? {
        return Ok(Container::Adts);
    }
    if mpeg::find_first(window, start)?.is_some() {
        return Ok(Container::Mpeg);
    }
    Err(ReadError::NotAudio("no known format in its first bytes"))
}

/// Most ID3v2 tags one after another that are skipped.
const MAX_ID3V2: usize = 8;

/// End of the ID3v2 tags at the start of the file (id3.org, "ID3v2 header": sizes are four times seven bits).
fn after_id3v2(window: &mut Window) -> Result<u64, ReadError> {
    let mut at = 0;
    for _ in 0..MAX_ID3V2 {
        let Some(head) = window.bytes_at::<10>(at).map_err(ReadError::Io)? else { break };
        if &head[..3] != b"ID3" || head[6..10].iter().any(|byte| byte & 0x80 != 0) {
            break;
        }
        let size = head[6..10].iter().fold(0_u64, |size, &byte| size << 7 | u64::from(byte));
        let footer = if head[5] & 0x10 != 0 { 10 } else { 0 };
        at += 10 + size + footer;
    }
    Ok(at)
}

/// Checks rate and channels, then puts the format together.
fn format(
    codec: Codec,
    rate: u32,
    channels: u16,
    bits: Option<u8>,
    frames: Option<u64>,
) -> Result<AudioFormat, ReadError> {
    let spec = Spec::new(rate, channels).ok_or(ReadError::NotAudio("its sample rate or channel count"))?;
    Ok(AudioFormat { codec, spec, bits, frames })
}

fn be16(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_be_bytes(bytes.get(at..at + 2)?.try_into().ok()?))
}

fn be32(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}

fn be64(bytes: &[u8], at: usize) -> Option<u64> {
    Some(u64::from_be_bytes(bytes.get(at..at + 8)?.try_into().ok()?))
}

fn le16(bytes: &[u8], at: usize) -> Option<u16> {
    be16(bytes, at).map(u16::swap_bytes)
}

fn le32(bytes: &[u8], at: usize) -> Option<u32> {
    be32(bytes, at).map(u32::swap_bytes)
}

fn le64(bytes: &[u8], at: usize) -> Option<u64> {
    be64(bytes, at).map(u64::swap_bytes)
}
