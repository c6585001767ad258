//! Native FLAC: STREAMINFO, which is the first block (RFC 9639, sections 8.1 and 8.2). Also serves FLAC in other
//! containers.

use super::super::ReadError;
use super::super::window::Window;
use super::{be64, format};
use crate::model::track::{AudioFormat, Codec};

pub fn read(window: &mut Window, start: u64) -> Result<AudioFormat, ReadError> {
    let info = window.vec_at(start + 8, 34).map_err(ReadError::Io)?;
    stream_info(&info)
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
