//! Ogg with Vorbis, Opus or FLAC (RFC 3533; Vorbis I specification, section 4.2.2; RFC 7845; RFC 9639, section 10.1).
//! Frames come from the last page's granule position.

use super::super::ReadError;
use super::super::window::Window;
use super::{Container, flac, format, le16, le32, le64};
use crate::model::track::{AudioFormat, Codec};

/// Header of a page without its segment table.
const HEADER: usize = 27;
/// Longest page there can be.
const MAX_PAGE: u64 = 27 + 255 + 255 * 255;
/// Most pages looked at for the start of an audio stream beside others (video, skeleton).
const MAX_FIRST_PAGES: usize = 16;

/// The first page of an audio stream.
struct First {
    serial: u32,
    packet: Vec<u8>,
    container: Container,
}

pub fn is_ogg(head: &[u8]) -> bool {
    head.starts_with(b"OggS")
}

pub fn sniff(window: &mut Window, start: u64) -> Result<Container, ReadError> {
    Ok(first(window, start)?.container)
}

pub fn read(window: &mut Window, start: u64) -> Result<AudioFormat, ReadError> {
    let first = first(window, start)?;
    let last = last_granule(window, start, first.serial)?;
    let packet = &first.packet;
    let cut = ReadError::Damaged("its stream header is cut");
    match first.container {
        Container::OggOpus => {
            let (Some(&channels), Some(skip)) = (packet.get(9), le16(packet, 10)) else { return Err(cut) };
            let frames = last.and_then(|last| last.checked_sub(u64::from(skip)));
            format(Codec::Opus, 48_000, u16::from(channels), None, frames)
        }
        Container::OggFlac => {
            // A writer that could not seek back left the total out of the header.
            let info = flac::stream_info(packet.get(17..).unwrap_or(&[]))?;
            Ok(AudioFormat { frames: info.frames.or(last), ..info })
        }
        _ => {
            let (Some(&channels), Some(rate)) = (packet.get(11), le32(packet, 12)) else { return Err(cut) };
            format(Codec::Vorbis, rate, u16::from(channels), None, last)
        }
    }
}

fn first(window: &mut Window, start: u64) -> Result<First, ReadError> {
    let mut at = start;
    for _ in 0..MAX_FIRST_PAGES {
        let page = window.vec_at(at, HEADER + 255).map_err(ReadError::Io)?;
        let Some(table) = page.get(HEADER..).filter(|_| is_ogg(&page)) else { break };
        let segments = usize::from(page[26]);
        let body: u64 = table.iter().take(segments).map(|&len| u64::from(len)).sum();
        let from = at + (HEADER + segments) as u64;
        let packet =
            window.vec_at(from, 64.min(usize::try_from(body).unwrap_or(64))).map_err(ReadError::Io)?;
        if let (Some(container), Some(serial)) = (codec_of(&packet), le32(&page, 14)) {
            return Ok(First { serial, packet, container });
        }
        at = from + body;
    }
    Err(ReadError::NotAudio("an Ogg file without Vorbis, Opus or FLAC"))
}

fn codec_of(packet: &[u8]) -> Option<Container> {
    if packet.starts_with(b"\x01vorbis") {
        Some(Container::OggVorbis)
    } else if packet.starts_with(b"OpusHead") {
        Some(Container::OggOpus)
    } else {
        packet.starts_with(b"\x7fFLAC").then_some(Container::OggFlac)
    }
}

/// Granule position of the last page of `serial` that ends a packet. `None` where the file's last page belongs to
/// another stream (several streams one after another): then only decoding tells.
fn last_granule(window: &mut Window, start: u64, serial: u32) -> Result<Option<u64>, ReadError> {
    // Most last pages are short: a small step back first.
    for back in [8 * 1024, MAX_PAGE * 2] {
        let from = window.len().saturating_sub(back).max(start);
        let tail = window.vec_at(from, usize::try_from(back).unwrap_or(0)).map_err(ReadError::Io)?;
        let mut end = tail.len();
        while let Some(at) = rfind_page(&tail[..end]) {
            let (granule, owner) = (le64(&tail, at + 6), le32(&tail, at + 14));
            match (granule, owner) {
                (Some(granule), Some(owner)) if owner == serial && granule != u64::MAX => {
                    return Ok(Some(granule));
                }
                (Some(_), Some(owner)) if owner != serial => return Ok(None),
                _ => end = at,
            }
        }
        if from == start {
            break;
        }
    }
    Ok(None)
}

fn rfind_page(bytes: &[u8]) -> Option<usize> {
    bytes.windows(5).rposition(|five| five == b"OggS\0")
}
