//! Sony's DSF ("DSF File Format Specification" 1.01): little-endian chunks, the bits in blocks of one channel after
//! another, an ID3v2 tag at the end.

use super::super::container::Container;
use super::super::error::DecodeError;
use super::super::file::FileSpan;
use super::super::tags;
use super::dsd::{Bits, Dsd, output_rate};
use super::{Opened, damaged, opened};
use crate::model::audio::Spec;
use crate::model::track::Codec;

/// Header chunks: `DSD ` has 28 bytes, `fmt ` 52.
const DSD_BYTES: u64 = 28;
const MOST_BLOCK_BYTES: u64 = 1 << 20;

pub(super) fn open(file: &FileSpan) -> Result<Opened, DecodeError> {
    let cut = || damaged("its header is cut");
    let head = file.bytes_at::<28>(0).ok_or_else(cut)?;
    let format = file.bytes_at::<52>(DSD_BYTES).filter(|format| format[..4] == *b"fmt ").ok_or_else(cut)?;
    let field = |at: usize| u32::from_le_bytes([format[at], format[at + 1], format[at + 2], format[at + 3]]);
    let (channels, bit_rate, order, block) = (field(24), field(28), field(32), u64::from(field(44)));
    let count = u64::from(field(36)) | u64::from(field(40)) << 32;
    let channels = usize::try_from(channels).unwrap_or(usize::MAX);
    let refused = DecodeError::UnsupportedSpec { rate: bit_rate, channels };
    let Some((rate, step)) = output_rate(bit_rate).filter(|_| channels <= usize::from(Spec::MAX_CHANNELS))
    else {
        return Err(refused);
    };
    if channels == 0 || !(1..=MOST_BLOCK_BYTES).contains(&block) || !matches!(order, 1 | 8) {
        return Err(damaged("its header makes no sense"));
    }
    let data_at = DSD_BYTES
        + u64::from_le_bytes([
            format[4], format[5], format[6], format[7], format[8], format[9], format[10], format[11],
        ]);
    let data = file.bytes_at::<12>(data_at).filter(|data| data[..4] == *b"data").ok_or_else(cut)?;
    let size = u64::from_le_bytes([data[4], data[5], data[6], data[7], data[8], data[9], data[10], data[11]]);
    let data = file.part(data_at + 12, data_at.saturating_add(size));
    // The last block is filled up; a file that was cut ends with its last whole group.
    let there = data.len() / (block * channels as u64) * block;
    let len = count.div_ceil(8).min(there);
    let bits = Blocked { data, block, channels, is_reversed: order == 1 };
    let dsd = Dsd::new(bits, channels, len, bit_rate, step);
    let total = dsd.frames();
    let mut file_opened = opened(dsd, Container::Dsf, Codec::Dsd, (rate, channels), Some(1), total)?;
    let tag_at =
        u64::from_le_bytes([head[20], head[21], head[22], head[23], head[24], head[25], head[26], head[27]]);
    let tag = (tag_at > 0).then(|| tags::read_id3(&file.part(tag_at, u64::MAX))).flatten();
    file_opened.tags.extend(tag);
    Ok(file_opened)
}

/// Blocks of one channel after another.
struct Blocked {
    data: FileSpan,
    block: u64,
    channels: usize,
    /// Whether the first bit in time is the lowest one of its byte.
    is_reversed: bool,
}

impl Bits for Blocked {
    fn read(&mut self, channel: usize, from: u64, bytes: &mut [u8]) -> Result<usize, DecodeError> {
        let mut filled = 0;
        while filled < bytes.len() {
            let at = from + filled as u64;
            let (index, inside) = (at / self.block, at % self.block);
            let place = (index * self.channels as u64 + channel as u64) * self.block + inside;
            let whole = usize::try_from(self.block - inside).unwrap_or(usize::MAX);
            let end = bytes.len().min(filled.saturating_add(whole));
            let read = self.data.read_at(&mut bytes[filled..end], place).map_err(DecodeError::Read)?;
            filled += read;
            if filled < end {
                break;
            }
        }
        if self.is_reversed {
            bytes[..filled].iter_mut().for_each(|byte| *byte = byte.reverse_bits());
        }
        Ok(filled)
    }
}
