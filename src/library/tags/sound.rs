//! A hash of what a file plays, whatever its tags say: MD5 (as FLAC signs its sound) over the bytes between the tags, or
//! over the packets where tags and sound are woven together. The tag editor compares it before and after.

use std::io;

use md5::{Digest, Md5};
use symphonia::core::formats::FormatOptions;
use symphonia::core::formats::probe::Hint;
use symphonia::core::io::{MediaSourceStream, MediaSourceStreamOptions};
use symphonia::core::meta::MetadataOptions;

use super::ReadError;
use super::container::{Container, Kind};
use super::symphonia_tags::Source;
use super::window::Window;

const READ_BYTES: usize = 64 * 1024;
/// Most chunks or blocks that are looked at.
const MAX_CHUNKS: usize = 100_000;
/// Most tags behind the sound.
const MAX_TAGS: usize = 8;

pub type SoundHash = [u8; 16];

pub fn hash(mut window: Window, kind: Kind) -> Result<SoundHash, ReadError> {
    let mut md5 = Md5::new();
    match kind.container {
        Container::Riff | Container::Aiff => chunks(&mut window, kind, &mut md5)?,
        Container::Flac => {
            let from = after_blocks(&mut window, kind.start + 4)?;
            between_tags(&mut window, from, &mut md5)?;
        }
        Container::Mpeg | Container::Adts | Container::Decoded => {
            between_tags(&mut window, kind.start, &mut md5)?;
        }
        Container::OggVorbis
        | Container::OggOpus
        | Container::OggFlac
        | Container::Mp4
        | Container::Matroska
        | Container::Caf => packets(window, &mut md5)?,
    }
    Ok(md5.finalize().into())
}

fn between_tags(window: &mut Window, from: u64, md5: &mut Md5) -> Result<(), ReadError> {
    let to = end_of_sound(window).map_err(ReadError::Io)?;
    range(window, from, to, md5).map_err(ReadError::Io)
}

fn range(window: &mut Window, mut from: u64, to: u64, md5: &mut Md5) -> io::Result<()> {
    while from < to {
        let wanted = usize::try_from(to - from).unwrap_or(READ_BYTES).min(READ_BYTES);
        let bytes = window.vec_at(from, wanted)?;
        if bytes.is_empty() {
            break;
        }
        md5.update(&bytes);
        from += bytes.len() as u64;
    }
    Ok(())
}

/// Where the frames of a FLAC file begin (RFC 9639, section 8.1).
fn after_blocks(window: &mut Window, mut at: u64) -> Result<u64, ReadError> {
    for _ in 0..MAX_CHUNKS {
        let block = window.bytes_at::<4>(at).map_err(ReadError::Io)?;
        let Some([kind, a, b, c]) = block else { break };
        at += 4 + u64::from(u32::from_be_bytes([0, a, b, c]));
        if kind & 0x80 != 0 {
            return Ok(at);
        }
    }
    Err(ReadError::Damaged("its metadata has no end"))
}

/// Before the tags at the end: ID3v1 and APE.
fn end_of_sound(window: &mut Window) -> io::Result<u64> {
    let mut end = window.len();
    for _ in 0..MAX_TAGS {
        if let Some(at) = end.checked_sub(128)
            && window.bytes_at::<3>(at)? == Some(*b"TAG")
        {
            end = at;
        } else if let Some(at) = end.checked_sub(32)
            && let Some(footer) = window.bytes_at::<32>(at)?
            && footer.starts_with(b"APETAGEX")
        {
            let word = |at: usize| {
                u64::from(u32::from_le_bytes([footer[at], footer[at + 1], footer[at + 2], footer[at + 3]]))
            };
            let header = if word(20) & 1 << 31 != 0 { 32 } else { 0 };
            end = end.saturating_sub(word(12).max(32) + header);
        } else {
            break;
        }
    }
    Ok(end)
}

/// The chunks that say what the samples are, and the samples.
fn chunks(window: &mut Window, kind: Kind, md5: &mut Md5) -> Result<(), ReadError> {
    let mut at = kind.start + 12;
    let mut met_samples = false;
    for _ in 0..MAX_CHUNKS {
        let Some(head) = window.bytes_at::<8>(at).map_err(ReadError::Io)? else { break };
        let mut size: [u8; 4] = [head[4], head[5], head[6], head[7]];
        if kind.container == Container::Riff {
            size.reverse();
        }
        let size = u64::from(u32::from_be_bytes(size));
        let body = at + 8;
        if matches!(&head[..4], b"fmt " | b"fact" | b"data" | b"COMM" | b"SSND") {
            met_samples |= matches!(&head[..4], b"data" | b"SSND");
            md5.update(&head[..4]);
            range(window, body, (body + size).min(window.len()), md5).map_err(ReadError::Io)?;
        }
        at = body + size + (size & 1);
    }
    if met_samples { Ok(()) } else { Err(ReadError::Damaged("it has no samples")) }
}

fn packets(mut window: Window, md5: &mut Md5) -> Result<(), ReadError> {
    window.go(0);
    let source = MediaSourceStream::new(Box::new(Source(window)), MediaSourceStreamOptions::default());
    let mut reader = symphonia::default::get_probe()
        .probe(&Hint::new(), source, FormatOptions::default(), MetadataOptions::default())
        .map_err(|_| ReadError::Damaged("its container cannot be opened"))?;
    // A cut file ends in an error; what came before it counts.
    while let Ok(Some(packet)) = reader.next_packet() {
        md5.update(packet.track_id.to_le_bytes());
        md5.update((packet.data.len() as u64).to_le_bytes());
        md5.update(&packet.data);
    }
    Ok(())
}
