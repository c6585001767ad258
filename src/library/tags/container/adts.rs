//! AAC in ADTS frames (ISO/IEC 14496-3, section 1.A.3.2). No header tells the length, so the frames are walked.

use super::super::ReadError;
use super::super::window::Window;
use super::format;
use crate::model::track::{AudioFormat, Codec};

/// Sampling frequencies by index (table 1.18).
pub const RATES: [u32; 13] =
    [96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8_000, 7_350];

const HEADER: u64 = 7;
/// Frames of one raw data block of AAC-LC.
const BLOCK_FRAMES: u64 = 1024;

#[derive(Clone, Copy, PartialEq, Eq)]
struct Header {
    rate: u32,
    channels: u16,
    /// Bytes, header included.
    len: u64,
    blocks: u64,
}

impl Header {
    fn parse(head: [u8; 7]) -> Option<Self> {
        // Twelve bits of sync, one of version, two of layer that are zero.
        if head[0] != 0xff || head[1] & 0xf6 != 0xf0 {
            return None;
        }
        let rate = *RATES.get(usize::from(head[2] >> 2 & 0xf))?;
        let config = (head[2] & 1) << 2 | head[3] >> 6;
        let len = u64::from(head[3] & 3) << 11 | u64::from(head[4]) << 3 | u64::from(head[5]) >> 5;
        let channels = if config == 7 { 8 } else { u16::from(config) };
        let blocks = u64::from(head[6] & 3) + 1;
        (len > HEADER).then_some(Self { rate, channels, len, blocks })
    }

    fn at(window: &mut Window, at: u64) -> Result<Option<Self>, ReadError> {
        Ok(window.bytes_at(at).map_err(ReadError::Io)?.and_then(Self::parse))
    }

    fn is_kin(&self, other: &Self) -> bool {
        self.rate == other.rate && self.channels == other.channels
    }
}

/// A header, and another where the first says that the next frame is.
pub fn is_adts(window: &mut Window, start: u64) -> Result<bool, ReadError> {
    let Some(first) = Header::at(window, start)? else { return Ok(false) };
    let next = start + first.len;
    Ok(next == window.len() || Header::at(window, next)?.is_some_and(|next| next.is_kin(&first)))
}

pub fn read(window: &mut Window, start: u64) -> Result<AudioFormat, ReadError> {
    let first = Header::at(window, start)?.ok_or(ReadError::Damaged("its first frame"))?;
    let (mut at, mut blocks) = (start, 0);
    while let Some(header) = Header::at(window, at)?.filter(|header| header.is_kin(&first)) {
        if at + header.len > window.len() {
            break;
        }
        blocks += header.blocks;
        at += header.len;
    }
    // Frames that do not follow each other: only decoding tells what can still be heard.
    let left = window.vec_at(at, 8).map_err(ReadError::Io)?;
    let whole = window.len() - at.min(window.len()) < first.len.max(HEADER) || super::mpeg::is_tail(&left);
    let frames = whole.then_some(blocks * BLOCK_FRAMES);
    format(Codec::Aac, first.rate, first.channels, None, frames)
}
