//! MPEG audio, layers I to III (ISO/IEC 11172-3, section 2.4.2.3; 13818-3), with the length from a Xing, Info or VBRI
//! header, its LAME delay and padding taken off, or else by walking the frames.

use super::super::ReadError;
use super::super::window::Window;
use super::{be16, be32, format};
use crate::model::track::{AudioFormat, Codec};

/// How far the first frame may lie behind garbage.
const MAX_GARBAGE: u64 = 128 * 1024;

#[derive(Debug, Clone, Copy)]
struct Header {
    /// 0: version 1, 1: version 2, 2: version 2.5.
    version: u8,
    layer: u8,
    rate: u32,
    mono: bool,
    /// Bytes, header included.
    len: u64,
}

/// kbit/s by index; rows: version 1 layers I, II, III, then versions 2 and 2.5 layer I, and layers II and III.
const BITRATES: [[u16; 15]; 5] = [
    [0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448],
    [0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384],
    [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
    [0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256],
    [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
];

impl Header {
    fn parse(head: [u8; 4]) -> Option<Self> {
        if head[0] != 0xff || head[1] & 0xe0 != 0xe0 {
            return None;
        }
        let version = match head[1] >> 3 & 3 {
            3 => 0,
            2 => 1,
            0 => 2,
            _ => return None,
        };
        let layer = 4_u8.checked_sub(head[1] >> 1 & 3).filter(|layer| (1..=3).contains(layer))?;
        let rate = *[44_100, 48_000, 32_000].get(usize::from(head[2] >> 2 & 3))? >> version;
        let row = if version == 0 { layer - 1 } else { 3 + u8::from(layer > 1) };
        let bitrate = *BITRATES[usize::from(row)].get(usize::from(head[2] >> 4))?;
        let padding = u32::from(head[2] >> 1 & 1);
        let bits = u32::from(bitrate) * 1_000;
        let len = match (layer, version) {
            (1, _) => (12 * bits / rate + padding) * 4,
            (3, 1 | 2) => 72 * bits / rate + padding,
            _ => 144 * bits / rate + padding,
        };
        let mono = head[3] >> 6 == 3;
        (bitrate > 0).then_some(Self { version, layer, rate, mono, len: u64::from(len) })
    }

    fn at(window: &mut Window, at: u64) -> Result<Option<Self>, ReadError> {
        Ok(window.bytes_at(at).map_err(ReadError::Io)?.and_then(Self::parse))
    }

    fn is_kin(&self, other: &Self) -> bool {
        (self.version, self.layer, self.rate) == (other.version, other.layer, other.rate)
    }

    /// Frames of sound in one frame of the stream.
    fn frames(&self) -> u64 {
        match (self.layer, self.version) {
            (1, _) => 384,
            (3, 1 | 2) => 576,
            _ => 1152,
        }
    }

    fn codec(&self) -> Codec {
        match self.layer {
            1 => Codec::Mp1,
            2 => Codec::Mp2,
            _ => Codec::Mp3,
        }
    }

    /// Where a Xing header stands: after the header and the side information of layer III.
    fn xing_at(&self) -> usize {
        4 + match (self.version == 0, self.mono) {
            (true, false) => 32,
            (true, true) | (false, false) => 17,
            (false, true) => 9,
        }
    }
}

/// Where the first frame is that is followed by two of its kind, or by the end of the file, which may cut the second.
pub fn find_first(window: &mut Window, start: u64) -> Result<Option<u64>, ReadError> {
    let end = start.saturating_add(MAX_GARBAGE).min(window.len());
    let mut at = start;
    while at < end {
        let chunk = window.vec_at(at, 4096).map_err(ReadError::Io)?;
        let candidates =
            chunk.windows(2).enumerate().filter(|(_, two)| two[0] == 0xff && two[1] & 0xe0 == 0xe0);
        for offset in candidates.map(|(offset, _)| offset as u64) {
            if is_followed(window, at + offset)? {
                return Ok(Some(at + offset));
            }
        }
        at += (chunk.len() as u64).saturating_sub(1).max(1);
    }
    Ok(None)
}

fn is_followed(window: &mut Window, at: u64) -> Result<bool, ReadError> {
    let Some(first) = Header::at(window, at)? else { return Ok(false) };
    let mut next = at + first.len;
    for behind in 0..2 {
        if next >= window.len() {
            return Ok(next == window.len() || behind > 0);
        }
        match Header::at(window, next)?.filter(|header| header.is_kin(&first)) {
            Some(header) => next += header.len,
            None => return Ok(is_tail(&window.vec_at(next, 8).map_err(ReadError::Io)?)),
        }
    }
    Ok(true)
}

/// What may lawfully follow the last frame: ID3v1, APE and Lyrics3 tags, or zeros.
pub fn is_tail(bytes: &[u8]) -> bool {
    [&b"TAG"[..], b"APETAGEX", b"LYRICSBE", b"ID3"].iter().any(|tag| bytes.starts_with(tag))
        || bytes.iter().all(|&byte| byte == 0)
}

pub fn read(window: &mut Window, start: u64) -> Result<AudioFormat, ReadError> {
    let missing = ReadError::Damaged("its first frame");
    let Some(at) = find_first(window, start)? else { return Err(missing) };
    let Some(first) = Header::at(window, at)? else { return Err(missing) };
    let frame = window.vec_at(at, usize::try_from(first.len).unwrap_or(0)).map_err(ReadError::Io)?;
    let frames = match told_frames(&first, &frame) {
        Told::Frames(frames) => Some(frames),
        Told::Nothing => None,
        Told::NoHeader => walk(window, at, &first)?,
    };
    format(first.codec(), first.rate, if first.mono { 1 } else { 2 }, None, frames)
}

/// What the encoder's own header tells of the length.
enum Told {
    Frames(u64),
    /// There is a header, but without a count that can be true: only decoding tells.
    Nothing,
    NoHeader,
}

fn told_frames(first: &Header, frame: &[u8]) -> Told {
    if first.layer != 3 {
        return Told::NoHeader;
    }
    let told = if frame.get(36..40) == Some(b"VBRI") {
        be32(frame, 36 + 14).map(|count| u64::from(count) * first.frames())
    } else {
        // Two bytes later in a frame with a checksum, if its writer counted that in.
        let places = [first.xing_at(), first.xing_at() + 2];
        let found = places.into_iter().filter_map(|at| frame.get(at..));
        match found.into_iter().find(|xing| xing.starts_with(b"Xing") || xing.starts_with(b"Info")) {
            Some(xing) => xing_frames(first, xing),
            None => return Told::NoHeader,
        }
    };
    told.filter(|&frames| frames > 0).map_or(Told::Nothing, Told::Frames)
}

fn xing_frames(first: &Header, xing: &[u8]) -> Option<u64> {
    let flags = be32(xing, 4).filter(|flags| flags & 1 != 0)?;
    let total = u64::from(be32(xing, 8)?) * first.frames();
    let optional = [(1, 4), (2, 4), (4, 100), (8, 4)];
    let skip: usize = optional.iter().filter(|(flag, _)| flags & flag != 0).map(|(_, len)| len).sum();
    total.checked_sub(xing.get(8 + skip..).map_or(0, lame_trim))
}

/// Encoder delay and padding, twelve bits each, 21 bytes into the LAME part ("LAME tag revision 1"). Encoders that know
/// nothing of it leave zeros.
fn lame_trim(lame: &[u8]) -> u64 {
    let named = lame.first().is_some_and(u8::is_ascii_alphabetic);
    match (be16(lame, 21), lame.get(23)) {
        (Some(high), Some(&low)) if named => {
            let packed = u64::from(high) << 8 | u64::from(low);
            (packed >> 12) + (packed & 0xfff)
        }
        _ => 0,
    }
}

/// Counts frames to the end; `None` where they do not follow each other: then only decoding tells.
fn walk(window: &mut Window, start: u64, first: &Header) -> Result<Option<u64>, ReadError> {
    let (mut at, mut count) = (start, 0);
    while let Some(header) = Header::at(window, at)?.filter(|header| header.is_kin(first)) {
        if at + header.len > window.len() {
            return Ok(Some(count * first.frames()));
        }
        count += 1;
        at += header.len;
    }
    let tail = window.vec_at(at, 8).map_err(ReadError::Io)?;
    Ok(is_tail(&tail).then_some(count * first.frames()))
}
