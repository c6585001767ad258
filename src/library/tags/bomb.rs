//! Compressed ID3v2 frames (id3.org, ID3v2.3 section 3.3.1, ID3v2.4 section 4.1.2): a few kilobytes may unpack to
//! gigabytes, and the tag library unpacks without a limit. Text needs no compression, so a tag with a compressed frame
//! of any size worth fearing is not read.

use std::io;

use super::container::{Container, Kind};
use super::window::Window;

/// Largest compressed frame that is unpacked, in bytes: zlib makes at most about a thousand times as much of it.
const MAX_COMPRESSED: u64 = 4 * 1024;
/// Most frames or chunks that are looked at; a tag with more is not read.
const MAX_FRAMES: usize = 20_000;

/// Whether reading the file's tags could unpack without bounds.
pub fn is_bomb(window: &mut Window, kind: Kind) -> io::Result<bool> {
    for at in id3_tags(window, kind)? {
        if frames(window, at, &mut |frame| frame.compressed && frame.len > MAX_COMPRESSED)? != Some(false) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Whether an ID3v2 tag of the file has a frame of one of these names; those of version 2.2 end with a NUL.
pub fn has_frame(window: &mut Window, kind: Kind, names: &[&[u8; 4]]) -> io::Result<bool> {
    for at in id3_tags(window, kind)? {
        if frames(window, at, &mut |frame| names.contains(&&frame.name))? == Some(true) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Where the ID3v2 tags begin: before the container, or in a chunk of WAV and AIFF.
fn id3_tags(window: &mut Window, kind: Kind) -> io::Result<Vec<u64>> {
    let mut tags = Vec::new();
    let mut at = 0;
    while at < kind.start {
        tags.push(at);
        at += tag_len(window, at)?.max(10);
    }
    if matches!(kind.container, Container::Riff | Container::Aiff) {
        id3_chunks(window, kind, &mut tags)?;
    }
    Ok(tags)
}

/// Length with header and footer; 0 where no tag stands.
fn tag_len(window: &mut Window, at: u64) -> io::Result<u64> {
    let Some(head) = window.bytes_at::<10>(at)? else { return Ok(0) };
    if &head[..3] != b"ID3" {
        return Ok(0);
    }
    let footer = if head[5] & 0x10 != 0 { 10 } else { 0 };
    Ok(10 + footer + size(&head[6..10], 7))
}

/// Four bytes of `bits` bits each.
fn size(bytes: &[u8], bits: u32) -> u64 {
    bytes.iter().fold(0, |size, &byte| size << bits | u64::from(byte))
}

/// Where the ID3 chunks of WAV and AIFF begin.
fn id3_chunks(window: &mut Window, kind: Kind, tags: &mut Vec<u64>) -> io::Result<()> {
    let mut at = kind.start + 12;
    for _ in 0..MAX_FRAMES {
        let Some(head) = window.bytes_at::<8>(at)? else { break };
        if head[..4].eq_ignore_ascii_case(b"ID3 ") {
            tags.push(at + 8);
        }
        let mut len: [u8; 4] = [head[4], head[5], head[6], head[7]];
        if kind.container == Container::Riff {
            len.reverse();
        }
        let len = size(&len, 8);
        at += 8 + len + (len & 1);
    }
    Ok(())
}

struct Frame {
    name: [u8; 4],
    len: u64,
    compressed: bool,
}

/// Whether `is` holds for a frame of the tag; `None` where it has too many frames to look at.
fn frames(window: &mut Window, tag: u64, is: &mut dyn FnMut(&Frame) -> bool) -> io::Result<Option<bool>> {
    let end = tag + tag_len(window, tag)?;
    let Some(head) = window.bytes_at::<10>(tag)? else { return Ok(Some(false)) };
    // Version 2.2 has short headers and no compression of frames.
    let (bits, compressed, header) = match head[3] {
        2 => (8, 0, 6),
        3 => (8, 0x80, 10),
        4 => (7, 0x08, 10),
        _ => return Ok(Some(false)),
    };
    let mut at = tag + 10;
    if head[3] > 2
        && head[5] & 0x40 != 0
        && let Some(extended) = window.bytes_at::<4>(at)?
    {
        // Version 2.3 does not count these four bytes.
        at += size(&extended, bits) + if head[3] == 3 { 4 } else { 0 };
    }
    for _ in 0..MAX_FRAMES {
        let Some(bytes) = window.bytes_at::<10>(at)?.filter(|_| at < end) else { return Ok(Some(false)) };
        if bytes[0] == 0 {
            return Ok(Some(false));
        }
        let frame = match header {
            6 => Frame {
                name: [bytes[0], bytes[1], bytes[2], 0],
                len: size(&bytes[3..6], 8),
                compressed: false,
            },
            _ => Frame {
                name: [bytes[0], bytes[1], bytes[2], bytes[3]],
                len: size(&bytes[4..8], bits),
                compressed: bytes[9] & compressed != 0,
            },
        };
        if is(&frame) {
            return Ok(Some(true));
        }
        at += header + frame.len;
    }
    Ok(None)
}
