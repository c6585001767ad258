//! Native FLAC: STREAMINFO, the first block (RFC 9639, sections 8.1 and 8.2). Also serves FLAC in other
//! containers.

use super::super::ReadError;
use super::super::window::Window;
use super::{be64, format};
use crate::model::track::{AudioFormat, Codec};

/// Most metadata blocks before the stream header, which ought to be the first; some writers put others in front.
const MAX_BLOCKS: usize = 128;

pub fn read(window: &mut Window, start: u64) -> Result<AudioFormat, ReadError> {
    let mut at = start + 4;
    for _ in 0..MAX_BLOCKS {
        let block = window.vec_at(at, 4 + 34).map_err(ReadError::Io)?;
        let Some((&[kind, a, b, c], info)) = block.split_first_chunk::<4>() else { break };
        let len = u32::from_be_bytes([0, a, b, c]);
        if kind & 0x7f == 0 && len == 34 {
            return stream_info(info);
        }
        // The flag of the last block.
        if kind & 0x80 != 0 {
            break;
        }
        at += 4 + u64::from(len);
    }
    Err(ReadError::Damaged("it has no stream header"))
}

/// The 34 bytes of STREAMINFO.
pub fn stream_info(info: &[u8]) -> Result<AudioFormat, ReadError> {
    // 20 bits of rate, 3 of channels - 1, 5 of bits - 1, 36 of total samples (0: unknown).
    let packed = be64(info, 10).ok_or(ReadError::Damaged("its stream header is cut"))?;
    let rate = u32::try_from(packed >> 44).unwrap_or(0);
    let channels = u16::try_from(packed >> 41 & 0x7).unwrap_or(0) + 1;
    let bits = u8::try_from(packed >> 36 & 0x1f).unwrap_or(0) + 1;
    let frames = packed & 0xf_ffff_ffff;
    format(Codec::Flac, rate, channels, Some(bits), (frames > 0).then_some(frames))
}
