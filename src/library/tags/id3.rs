//! Frames of ID3v2 tags as they lie in a file (id3.org, ID3v2.2 section 3.2, ID3v2.3 section 3.3, ID3v2.4 section 4):
//! what the tag library does not tell is looked up here. Sizes are the file's own and may be lies: every walk goes
//! forward and ends.

use std::io;

use super::bare;
use super::container::{Container, Kind};
use super::window::Window;

/// Most frames or chunks that are looked at.
const MAX_FRAMES: usize = 20_000;
/// Largest tag that is undone as a whole from unsynchronisation, in bytes; of a larger one the beginning is.
const MAX_RESYNCED: usize = 16 * 1024 * 1024;

pub struct Frame {
    pub name: [u8; 4],
    /// Where in its tag the content begins.
    pub body: u64,
    /// Bytes of the content.
    pub len: u64,
    pub compressed: bool,
    /// Header and content as they are in the tag begin here.
    pub at: u64,
}

/// One tag, to be read from any place.
pub struct Tag<'a> {
    /// The ten bytes of its header.
    pub head: [u8; 10],
    bytes: Bytes<'a>,
    len: u64,
}

enum Bytes<'a> {
    InFile(&'a mut Window, u64),
    /// Undone from unsynchronisation.
    Resynced(Vec<u8>),
}

impl<'a> Tag<'a> {
    /// `None` where no tag stands there.
    pub fn open(window: &'a mut Window, at: u64) -> io::Result<Option<Self>> {
        let len = tag_len(window, at)?;
        let Some(head) = window.bytes_at::<10>(at)?.filter(|_| len > 0) else { return Ok(None) };
        // Before version 2.4 the whole tag is unsynchronised, the headers of its frames too.
        if head[3] < 4 && head[5] & 0x80 != 0 {
            let body = window.vec_at(at, usize::try_from(len).unwrap_or(usize::MAX).min(MAX_RESYNCED))?;
            let bytes = resynced(&body);
            return Ok(Some(Self { head, len: bytes.len() as u64, bytes: Bytes::Resynced(bytes) }));
        }
        Ok(Some(Self { head, len, bytes: Bytes::InFile(window, at) }))
    }

    /// Up to `len` bytes, fewer only at the tag's end.
    pub fn vec_at(&mut self, at: u64, len: u64) -> io::Result<Vec<u8>> {
        let len = usize::try_from(len.min(self.len.saturating_sub(at))).unwrap_or(0);
        match &mut self.bytes {
            Bytes::InFile(window, start) => window.vec_at(*start + at, len),
            Bytes::Resynced(bytes) => {
                let at = usize::try_from(at).unwrap_or(usize::MAX);
                Ok(bytes.get(at..at.saturating_add(len)).unwrap_or(&[]).to_vec())
            }
        }
    }

    /// Calls `each` for every frame until it says that this is enough; `false` where there are too many to look at.
    pub fn frames(&mut self, each: &mut dyn FnMut(&Frame) -> bool) -> io::Result<bool> {
        // Version 2.2 has short headers and no compression of frames.
        let (bits, compressed, header) = match self.head[3] {
            2 => (8, 0, 6),
            3 => (8, 0x80, 10),
            4 => (7, 0x08, 10),
            _ => return Ok(true),
        };
        let mut at = 10;
        if self.head[3] > 2 && self.head[5] & 0x40 != 0 {
            // Version 2.3 does not count these four bytes.
            at += size(&self.vec_at(at, 4)?, bits) + if self.head[3] == 3 { 4 } else { 0 };
        }
        for _ in 0..MAX_FRAMES {
            let bytes = self.vec_at(at, header)?;
            if bytes.len() < header as usize || bytes[0] == 0 {
                return Ok(true);
            }
            let frame = match header {
                6 => Frame {
                    name: [bytes[0], bytes[1], bytes[2], 0],
                    len: size(&bytes[3..6], 8),
                    compressed: false,
                    body: at + header,
                    at,
                },
                _ => Frame {
                    name: [bytes[0], bytes[1], bytes[2], bytes[3]],
                    len: size(&bytes[4..8], bits),
                    compressed: bytes[9] & compressed != 0,
                    body: at + header,
                    at,
                },
            };
            if each(&frame) {
                return Ok(true);
            }
            at = frame.body + frame.len;
        }
        Ok(false)
    }
}

/// Where the ID3v2 tags begin: before the container, in a chunk of WAV and AIFF, where the header of DSF says.
pub fn tags(window: &mut Window, kind: Kind) -> io::Result<Vec<u64>> {
    let mut tags = Vec::new();
    let mut at = 0;
    while at < kind.start {
        tags.push(at);
        at += tag_len(window, at)?.max(10);
    }
    if let Some(place) = bare::place(window, kind)? {
        tags.extend(bare::at(window, place)?.filter(|&at| at >= kind.start));
    } else if matches!(kind.container, Container::Riff | Container::Aiff) {
        in_chunks(window, kind, &mut tags)?;
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

/// Bytes of `bits` bits each as one number.
fn size(bytes: &[u8], bits: u32) -> u64 {
    bytes.iter().fold(0, |size, &byte| size << bits | u64::from(byte))
}

fn in_chunks(window: &mut Window, kind: Kind, tags: &mut Vec<u64>) -> io::Result<()> {
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

/// Without the NUL behind each 0xff (ID3v2.3, section 5).
fn resynced(bytes: &[u8]) -> Vec<u8> {
    let mut before = 0;
    let keep = |&byte: &u8| {
        let stuffed = byte == 0 && before == 0xff;
        before = byte;
        !stuffed
    };
    bytes.iter().copied().filter(keep).collect()
}
