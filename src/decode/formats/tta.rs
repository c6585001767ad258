//! True Audio (TTA1): a header, a table of frame sizes, frames of 256/245 seconds, each with a checksum. Decoded by
//! `oxideav-tta`.

use oxideav_tta::{FrameDescriptor, StreamHeader, decode_frame};

use super::super::container::Container;
use super::super::error::DecodeError;
use super::super::file::FileSpan;
use super::super::guard::contain;
use super::blocks::{Block, Blocks};
use super::{Opened, damaged, opened, refused};
use crate::model::audio::Spec;
use crate::model::track::Codec;

const HEADER_BYTES: usize = 22;
/// Days of sound.
const MAX_FRAMES: u64 = 1 << 20;
/// Largest frame that is read: a second of 32 channels is far below.
const MOST_FRAME_BYTES: u32 = 64 << 20;

pub(super) fn open(file: &FileSpan) -> Result<Opened, DecodeError> {
    let head = file.bytes_at::<HEADER_BYTES>(0).ok_or_else(|| damaged("its header is cut"))?;
    let short = |at: usize| u16::from_le_bytes([head[at], head[at + 1]]);
    let long = |at: usize| u32::from_le_bytes([head[at], head[at + 1], head[at + 2], head[at + 3]]);
    let header = StreamHeader {
        format: short(4),
        channels: short(6),
        bits_per_sample: short(8),
        sample_rate: long(10),
        total_samples: long(14),
    };
    let (channels, bits) = (usize::from(header.channels), header.bits_per_sample);
    match (header.format, bits) {
        (1, 16 | 24) => {}
        (2, _) => return Err(refused(Container::Tta, "encrypted TTA")),
        _ => return Err(refused(Container::Tta, format!("TTA of {bits} bits, kind {}", header.format))),
    }
    if channels == 0 || channels > usize::from(Spec::MAX_CHANNELS) {
        return Err(DecodeError::UnsupportedSpec { rate: header.sample_rate, channels });
    }
    let frames = Frames::read(file, header)?;
    let (rate, bits) = (header.sample_rate, u8::try_from(header.bits_per_sample).ok());
    let total = u64::from(header.total_samples);
    opened(frames, Container::Tta, Codec::Tta, (rate, channels), bits, total)
}

struct Frames {
    file: FileSpan,
    header: StreamHeader,
    /// Samples of all frames but the last.
    regular: u64,
    /// Where each frame begins, and where the last one ends.
    places: Vec<u64>,
}

impl Frames {
    fn read(file: &FileSpan, header: StreamHeader) -> Result<Self, DecodeError> {
        let regular = u64::from(header.sample_rate) * 256 / 245;
        let count = u64::from(header.total_samples).div_ceil(regular.max(1));
        // Each frame is a checksum at least: a table that promises more frames than that was not written by an encoder.
        if regular == 0 || count > (file.len() / 4).min(MAX_FRAMES) {
            return Err(damaged("its table of frames makes no sense"));
        }
        let mut table = vec![0; usize::try_from(count).unwrap_or(0) * 4];
        let read = file.read_at(&mut table, HEADER_BYTES as u64).map_err(DecodeError::Read)?;
        let mut at = HEADER_BYTES as u64 + table.len() as u64 + 4;
        let mut places = vec![at];
        for size in table[..read].chunks_exact(4) {
            at += u64::from(u32::from_le_bytes([size[0], size[1], size[2], size[3]]));
            places.push(at);
        }
        Ok(Self { file: file.clone(), header, regular, places })
    }
}

impl Blocks for Frames {
    fn decode(&mut self, frame: u64, out: &mut Vec<f32>) -> Result<Block, DecodeError> {
        let index = usize::try_from(frame / self.regular).unwrap_or(usize::MAX);
        let start = index as u64 * self.regular;
        let end = (start + self.regular).min(u64::from(self.header.total_samples));
        let span = self.places.get(index).zip(self.places.get(index + 1));
        let Some((&from, &to)) = span.filter(|(_, to)| **to <= self.file.len()) else {
            return Ok(Block::Missing);
        };
        let size = u32::try_from(to - from).ok().filter(|size| (4..=MOST_FRAME_BYTES).contains(size));
        let Some(size) = size else { return Ok(Block::Damaged(end)) };
        let mut bytes = vec![0; size as usize];
        self.file.read_at(&mut bytes, from).map_err(DecodeError::Read)?;
        let descriptor = FrameDescriptor {
            file_offset: from,
            disk_size: size,
            sample_count: u32::try_from(end - start).unwrap_or(0),
            is_last: index + 2 == self.places.len(),
        };
        let decoded = contain(|| Ok(decode_frame(&self.header, &descriptor, &bytes).ok()));
        let Ok(Some(samples)) = decoded else { return Ok(Block::Damaged(end)) };
        let scale = 1.0 / (1_u64 << (self.header.bits_per_sample - 1)) as f32;
        out.extend(samples.iter().map(|&sample| sample as f32 * scale));
        Ok(Block::From(start))
    }
}
