//! Samples as they lie in a file, uncompressed or by the tables of telephony (ITU-T G.711). Used by `au`, `wave`, `ape`.

use super::super::error::DecodeError;
use super::super::file::FileSpan;
use super::blocks::{Block, Blocks};

/// Frames that are read at once.
const BLOCK_FRAMES: usize = 4_096;

/// How one sample is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Coding {
    U8,
    S8,
    S16,
    S24,
    S32,
    F32,
    F64,
    ALaw,
    MuLaw,
}

impl Coding {
    pub(super) fn bytes(self) -> usize {
        match self {
            Self::U8 | Self::S8 | Self::ALaw | Self::MuLaw => 1,
            Self::S16 => 2,
            Self::S24 => 3,
            Self::S32 | Self::F32 => 4,
            Self::F64 => 8,
        }
    }

    /// Significant bits; telephony's 8 carry more than they are.
    pub(super) fn bits(self) -> Option<u8> {
        let is_law = matches!(self, Self::ALaw | Self::MuLaw);
        u8::try_from(self.bytes() * 8).ok().filter(|_| !is_law)
    }

    /// One sample from its bytes, the most significant first. Up to 24 bits are exact.
    fn sample(self, bytes: [u8; 8]) -> f32 {
        let [a, b, c, d, ..] = bytes;
        match self {
            Self::U8 => (f32::from(a) - 128.0) / 128.0,
            Self::S8 => f32::from(a.cast_signed()) / 128.0,
            Self::S16 => f32::from(i16::from_be_bytes([a, b])) / 32_768.0,
            Self::S24 => i32::from_be_bytes([a, b, c, 0]) as f32 / 2_147_483_648.0,
            Self::S32 => i32::from_be_bytes([a, b, c, d]) as f32 / 2_147_483_648.0,
            Self::F32 => f32::from_be_bytes([a, b, c, d]),
            Self::F64 => f64::from_be_bytes(bytes) as f32,
            Self::ALaw => f32::from(a_law(a)) / 32_768.0,
            Self::MuLaw => f32::from(mu_law(a)) / 32_768.0,
        }
    }

    /// Appends all whole samples in `bytes`.
    pub(super) fn append(self, is_big: bool, bytes: &[u8], out: &mut Vec<f32>) {
        let width = self.bytes();
        out.extend(bytes.chunks_exact(width).map(|coded| {
            let mut sample = [0; 8];
            let sample_bytes = &mut sample[..width];
            sample_bytes.copy_from_slice(coded);
            if !is_big {
                sample_bytes.reverse();
            }
            self.sample(sample)
        }));
    }
}

/// G.711 table 2b: sign, three bits of segment, four of step; even bits inverted.
fn a_law(byte: u8) -> i16 {
    let byte = byte ^ 0x55;
    let step = i16::from(byte & 15) << 4;
    let size = match byte >> 4 & 7 {
        0 => step + 8,
        segment => (step + 0x108) << (segment - 1),
    };
    if byte & 0x80 == 0 { -size } else { size }
}

/// G.711 table 1b: sign, three bits of segment, four of step; all bits inverted.
fn mu_law(byte: u8) -> i16 {
    let byte = !byte;
    let size = ((i16::from(byte & 15) << 3) + 0x84) << (byte >> 4 & 7);
    if byte & 0x80 == 0 { size - 0x84 } else { 0x84 - size }
}

/// Interleaved samples from the start of `data` to its end.
pub(super) struct Pcm {
    pub(super) data: FileSpan,
    pub(super) coding: Coding,
    pub(super) is_big: bool,
    pub(super) channels: usize,
}

impl Pcm {
    /// Whole frames that there really are.
    pub(super) fn frames(&self) -> u64 {
        self.data.len() / (self.frame_bytes() as u64).max(1)
    }

    fn frame_bytes(&self) -> usize {
        self.coding.bytes() * self.channels
    }
}

impl Blocks for Pcm {
    fn decode(&mut self, frame: u64, out: &mut Vec<f32>) -> Result<Block, DecodeError> {
        let width = self.frame_bytes();
        let mut bytes = vec![0; BLOCK_FRAMES * width];
        let read =
            self.data.read_at(&mut bytes, frame.saturating_mul(width as u64)).map_err(DecodeError::Read)?;
        self.coding.append(self.is_big, &bytes[..read - read % width], out);
        Ok(if read < width { Block::Missing } else { Block::From(frame) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_of_scale_are_where_they_belong_in_either_order() {
        let one = |coding: Coding, is_big, bytes: &[u8]| {
            let mut out = Vec::new();
            coding.append(is_big, bytes, &mut out);
            out
        };
        assert_eq!(one(Coding::S24, true, &[0x80, 0, 0, 0, 0, 1]), [-1.0, 1.0 / 8_388_608.0]);
        assert_eq!(one(Coding::S24, false, &[0, 0, 0x80, 1, 0, 0]), [-1.0, 1.0 / 8_388_608.0]);
        assert_eq!(one(Coding::U8, true, &[0, 128, 255]), [-1.0, 0.0, 127.0 / 128.0]);
        assert_eq!(one(Coding::S16, false, &[0xff, 0x7f, 9]), [32_767.0 / 32_768.0]);
        assert_eq!(one(Coding::F64, false, &(-0.25_f64).to_le_bytes()), [-0.25]);
    }

    /// Values of the tables in ITU-T G.711, brought to 16 bits.
    #[test]
    fn telephony_follows_its_tables() {
        assert_eq!(
            [mu_law(0x80), mu_law(0x00), mu_law(0xff), mu_law(0x7f), mu_law(0xef)],
            [32_124, -32_124, 0, 0, 132]
        );
        assert_eq!([a_law(0xaa), a_law(0x2a), a_law(0xd5), a_law(0x55)], [32_256, -32_256, 8, -8]);
    }
}
