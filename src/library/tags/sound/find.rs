//! Finding the sound in a container. Sizes are the file's own and may be lies: every range is cut at the file's end, every
//! walk goes forward and ends.

use std::io;
use std::ops::Range;

use super::Payload;
use crate::library::tags::container::{Container, Kind};
use crate::library::tags::window::Window;

/// Boxes, chunks, blocks, header pages that are looked at; no honest file has more.
const MAX_STEPS: usize = 100_000;
/// Bytes at the end of an Ogg file in which its last page is looked for, most of which are short; no page is longer than
/// 27 + 255 + 255 * 255 bytes (RFC 3533, section 6).
const NEAR_END: [usize; 2] = [8 * 1024, 2 * 65_307];

/// What tells two files apart: the hash that the container tells of its samples, else their coded bytes.
pub fn find(window: &mut Window, kind: Kind) -> io::Result<Option<Payload>> {
    if kind.container == Container::Flac {
        let Some(info) = window.bytes_at::<34>(kind.start + 8)? else { return Ok(None) };
        if let Some(told) = told(info) {
            return Ok(Some(told));
        }
    }
    samples(window, kind)
}

/// The coded bytes, and before them what says how they are coded.
pub fn coded(window: &mut Window, kind: Kind) -> io::Result<Option<Payload>> {
    let start = kind.start;
    let describing: &[([u8; 4], u64, Sizes)] = match kind.container {
        Container::Riff => &[(*b"fmt ", 12, Sizes::RIFF), (*b"fact", 12, Sizes::RIFF)],
        Container::Aiff => &[(*b"COMM", 12, Sizes::AIFF)],
        Container::Decoded => match &window.vec_at(start, 4)?[..] {
            b"DSD " => &[(*b"fmt ", 28, Sizes::DSF)],
            b"FRM8" => &[(*b"PROP", 16, Sizes::DFF)],
            _ => &[],
        },
        _ => &[],
    };
    let mut described = Vec::new();
    for &(name, at, sizes) in describing {
        described.extend(chunks(window, start + at, name, sizes)?);
    }
    Ok(match samples(window, kind)? {
        Some(Payload::Ranges(ranges)) => {
            described.extend(ranges);
            Some(Payload::Ranges(described))
        }
        other => other,
    })
}

fn samples(window: &mut Window, kind: Kind) -> io::Result<Option<Payload>> {
    let start = kind.start;
    let ranges = match kind.container {
        Container::Flac => flac(window, start)?,
        Container::OggVorbis | Container::OggOpus | Container::OggFlac => return ogg(window, start),
        Container::Riff => chunks(window, start + 12, *b"data", Sizes::RIFF)?,
        Container::Aiff => chunks(window, start + 12, *b"SSND", Sizes::AIFF)?,
        Container::Caf => chunks(window, start + 8, *b"data", Sizes::CAF)?,
        Container::Mp4 => boxes(window)?,
        Container::Matroska => Vec::new(),
        Container::Mpeg | Container::Adts => untagged(window, start)?,
        Container::Decoded => match &window.vec_at(start, 4)?[..] {
            b"DSD " => chunks(window, start + 28, *b"data", Sizes::DSF)?,
            b"FRM8" => chunks(window, start + 16, *b"DSD ", Sizes::DFF)?,
            _ => untagged(window, start)?,
        },
    };
    Ok((!ranges.is_empty()).then_some(Payload::Ranges(ranges)))
}

/// The frames of a FLAC file, behind its metadata blocks (RFC 9639, section 8.1).
fn flac(window: &mut Window, start: u64) -> io::Result<Vec<Range<u64>>> {
    let mut at = start + 4;
    for _ in 0..MAX_STEPS {
        let Some([kind, a, b, c]) = window.bytes_at(at)? else { break };
        at += 4 + u64::from(u32::from_be_bytes([0, a, b, c]));
        if kind & 0x80 != 0 {
            return untagged(window, at);
        }
    }
    Ok(Vec::new())
}

/// STREAMINFO without what hangs on the encoder: block and frame sizes. All zero where the MD5 was not written.
fn told(mut info: [u8; 34]) -> Option<Payload> {
    info[..10].fill(0);
    info[18..].iter().any(|&byte| byte != 0).then_some(Payload::Told(info))
}

/// From `start` to the end, or to the tags there: ID3v1, and APEv2 with its header.
fn untagged(window: &mut Window, start: u64) -> io::Result<Vec<Range<u64>>> {
    let mut end = window.len();
    for _ in 0..4 {
        let before = end;
        if end >= start + 128 && window.bytes_at(end - 128)? == Some(*b"TAG") {
            end -= 128;
        }
        if end >= start + 32
            && let Some(footer) = window.bytes_at::<32>(end - 32)?
            && footer.starts_with(b"APETAGEX")
        {
            // With the footer.
            let size =
                u64::from(u32::from_le_bytes([footer[12], footer[13], footer[14], footer[15]])).max(32);
            let header = if footer[23] & 0x80 == 0 { 0 } else { 32 };
            end = end.saturating_sub(size + header);
        }
        if end == before {
            break;
        }
    }
    Ok(std::iter::once(start..end).filter(|range| !range.is_empty()).collect())
}

/// How a family of chunks tells its sizes.
#[derive(Clone, Copy)]
struct Sizes {
    bytes: usize,
    is_big_endian: bool,
    /// The size counts the chunk's own header.
    is_with_header: bool,
    is_padded: bool,
}

impl Sizes {
    const RIFF: Self = Self { bytes: 4, is_big_endian: false, is_with_header: false, is_padded: true };
    const AIFF: Self = Self { is_big_endian: true, ..Self::RIFF };
    const CAF: Self = Self { bytes: 8, is_big_endian: true, is_with_header: false, is_padded: false };
    const DFF: Self = Self { is_padded: true, ..Self::CAF };
    const DSF: Self = Self { bytes: 8, is_big_endian: false, is_with_header: true, is_padded: false };

    fn of(self, header: &[u8]) -> u64 {
        let size: [u8; 8] = std::array::from_fn(|at| if at < self.bytes { header[4 + at] } else { 0 });
        let shift = 64 - 8 * self.bytes;
        if self.is_big_endian { u64::from_be_bytes(size) >> shift } else { u64::from_le_bytes(size) }
    }
}

/// Bytes of samples that the long form of WAV tells in its `ds64` (EBU Tech 3306, section 3).
fn long_size(window: &mut Window, at: u64) -> io::Result<Option<u64>> {
    let Some(head) = window.bytes_at::<24>(at)? else { return Ok(None) };
    let size: [u8; 8] = std::array::from_fn(|byte| head[16 + byte]);
    Ok(head.starts_with(b"ds64").then(|| u64::from_le_bytes(size)))
}

/// The first chunk of that name, from `at` on.
fn chunks(window: &mut Window, mut at: u64, name: [u8; 4], sizes: Sizes) -> io::Result<Vec<Range<u64>>> {
    let header_len = 4 + sizes.bytes;
    let long = long_size(window, at)?;
    for _ in 0..MAX_STEPS {
        let header = window.vec_at(at, header_len)?;
        if header.len() < header_len {
            break;
        }
        let from = at + header_len as u64;
        let counted = if sizes.is_with_header { header_len as u64 } else { 0 };
        let told = match long {
            Some(size) if header[4..] == [0xff; 4] => size,
            _ => sizes.of(&header),
        };
        let to = from.saturating_add(told.saturating_sub(counted));
        if header[..4] == name {
            let to = to.min(window.len());
            return Ok(std::iter::once(from..to).filter(|range| !range.is_empty()).collect());
        }
        at = to.saturating_add(u64::from(sizes.is_padded && (to - from) % 2 == 1));
    }
    Ok(Vec::new())
}

/// Every `mdat` of an MP4 file (ISO 14496-12, section 4.2: size 1 is told behind the name, size 0 goes to the end).
fn boxes(window: &mut Window) -> io::Result<Vec<Range<u64>>> {
    let (mut at, mut found) = (0, Vec::new());
    for _ in 0..MAX_STEPS {
        let Some([a, b, c, d, name @ ..]) = window.bytes_at::<8>(at)? else { break };
        let (header, size) = match u32::from_be_bytes([a, b, c, d]) {
            0 => (8, window.len() - at),
            1 => (16, window.bytes_at(at + 8)?.map_or(0, u64::from_be_bytes)),
            size => (8, u64::from(size)),
        };
        if size < header {
            break;
        }
        let end = at.saturating_add(size).min(window.len());
        if name == *b"mdat" && end > at + header {
            found.push(at + header..end);
        }
        at = end;
    }
    Ok(found)
}

pub struct OggPage {
    pub body: Range<u64>,
    /// Packets that end in it.
    packets: usize,
}

/// The page at `at`; `None` where there is no whole one.
pub fn ogg_page(window: &mut Window, at: u64) -> io::Result<Option<OggPage>> {
    let Some(header) = window.bytes_at::<27>(at)?.filter(|header| header.starts_with(b"OggS")) else {
        return Ok(None);
    };
    let segments = window.vec_at(at + 27, usize::from(header[26]))?;
    let from = at + 27 + segments.len() as u64;
    let to = from + segments.iter().map(|&len| u64::from(len)).sum::<u64>();
    let packets = segments.iter().filter(|&&len| len < 255).count();
    Ok((to <= window.len()).then_some(OggPage { body: from..to, packets }))
}

/// Audio begins on a page of its own, behind the headers of its codec.
fn ogg(window: &mut Window, start: u64) -> io::Result<Option<Payload>> {
    let Some(first) = ogg_page(window, start)? else { return Ok(None) };
    let head = window.vec_at(first.body.start, 51)?;
    let headers = match &head[..] {
        [1, b'v', b'o', b'r', b'b', b'i', b's', ..] => 3,
        [b'O', b'p', b'u', b's', b'H', b'e', b'a', b'd', ..] => 2,
        [0x7f, b'F', b'L', b'A', b'C', ..] => {
            // RFC 9639, section 10.1: 13 bytes, then the block's header, then STREAMINFO.
            if let Some(told) = head.get(17..51).and_then(|info| info.try_into().ok()).and_then(told) {
                return Ok(Some(told));
            }
            // Packets of headers behind this one; 0 where the writer did not know.
            match head.get(7..9) {
                Some(&[0, 0]) | None => return Ok(None),
                Some(count) => 1 + usize::from(u16::from_be_bytes([count[0], count[1]])),
            }
        }
        _ => return Ok(None),
    };
    let (mut at, mut packets) = (first.body.end, first.packets);
    for _ in 0..MAX_STEPS {
        if packets >= headers {
            return Ok(Some(Payload::OggPages(at)));
        }
        let Some(page) = ogg_page(window, at)? else { break };
        packets += page.packets;
        at = page.body.end;
    }
    Ok(None)
}

/// The time that the last page tells, which is where the sound ends; 0 where there is none.
pub fn last_granule(window: &mut Window) -> io::Result<u64> {
    for near in NEAR_END {
        let from = window.len().saturating_sub(near as u64);
        let tail = window.vec_at(from, near)?;
        let last = tail.windows(14).rposition(|bytes| bytes.starts_with(b"OggS\0"));
        if let Some(at) = last {
            return Ok(u64::from_le_bytes(std::array::from_fn(|byte| tail[at + 6 + byte])));
        }
    }
    Ok(0)
}
