//! AIFF and AIFF-C (Apple, "Audio Interchange File Format" 1.3 and AIFF-C draft of 1991).

use super::super::ReadError;
use super::super::window::Window;
use super::{be16, be32, format};
use crate::model::track::{AudioFormat, Codec};

/// Most chunks that are looked at.
const MAX_CHUNKS: usize = 1_000;

pub fn read(window: &mut Window, start: u64) -> Result<AudioFormat, ReadError> {
    let mut common = None;
    let mut held = None;
    let mut at = start + 12;
    for _ in 0..MAX_CHUNKS {
        let chunk = window.vec_at(at, 8 + 22).map_err(ReadError::Io)?;
        let (Some(id), Some(size)) = (chunk.get(..4), be32(&chunk, 4)) else { break };
        let body = chunk.get(8..).unwrap_or(&[]);
        match id {
            b"COMM" => common = Some(Common::read(body, size)?),
            b"SSND" => {
                let left = window.len().saturating_sub(at + 8);
                let offset = u64::from(be32(body, 0).unwrap_or(0)) + 8;
                held = Some(u64::from(size).min(left).saturating_sub(offset));
            }
            _ => {}
        }
        if common.is_some() && held.is_some() {
            break;
        }
        at = at.saturating_add(8).saturating_add(u64::from(size)).saturating_add(u64::from(size & 1));
    }
    let common = common.ok_or(ReadError::Damaged("it does not describe its samples"))?;
    let held = held.ok_or(ReadError::Damaged("it has no samples"))?;
    common.format(held)
}

struct Common {
    channels: u16,
    frames: u64,
    bits: u16,
    rate: u32,
    coding: [u8; 4],
}

impl Common {
    fn read(body: &[u8], size: u32) -> Result<Self, ReadError> {
        let fields = (be16(body, 0), be32(body, 2), be16(body, 6), body.get(8..18).and_then(extended));
        let (Some(channels), Some(frames), Some(bits), Some(rate)) = fields else {
            return Err(ReadError::Damaged("the description of its samples is cut"));
        };
        let coding = body.get(18..22).filter(|_| size >= 22).and_then(|coding| coding.try_into().ok());
        Ok(Self { channels, frames: u64::from(frames), bits, rate, coding: coding.unwrap_or(*b"NONE") })
    }

    /// `held`: bytes of samples that are really there.
    fn format(&self, held: u64) -> Result<AudioFormat, ReadError> {
        let bits = u8::try_from(self.bits).ok().filter(|&bits| bits > 0);
        let (bits, bytes) = match &self.coding {
            b"NONE" | b"twos" | b"sowt" | b"in24" | b"in32" | b"42ni" | b"23ni" | b"raw " => {
                (bits, u64::from(self.bits).div_ceil(8))
            }
            b"fl32" | b"FL32" => (Some(32), 4),
            b"fl64" | b"FL64" => (Some(64), 8),
            b"ulaw" | b"ULAW" | b"alaw" | b"ALAW" => (None, 1),
            _ => return Err(ReadError::NotAudio("the coding of its samples")),
        };
        let frame = (bytes * u64::from(self.channels)).max(1);
        format(Codec::Pcm, self.rate, self.channels, bits, Some(self.frames.min(held / frame)))
    }
}

/// An 80-bit extended float (IEEE 754, x87) as a whole number of hertz.
fn extended(bytes: &[u8]) -> Option<u32> {
    let exponent = i32::from(be16(bytes, 0)? & 0x7fff) - 16_383;
    let mantissa = u64::from_be_bytes(bytes.get(2..10)?.try_into().ok()?);
    let shift = u32::try_from(63 - exponent).ok()?;
    u32::try_from(mantissa.checked_shr(shift)?).ok()
}
