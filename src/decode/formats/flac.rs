//! FLAC of 32 bits a sample, decoded by `flac-codec`: the side channel of such a stereo file has 33 bits, which symphonia
//! 0.6.1 does not decode right. All other FLAC is symphonia's.

use std::io::{BufReader, ErrorKind};

use flac_codec::Error;
use flac_codec::decode::FlacSampleReader;

use super::super::container::Container;
use super::super::demux;
use super::super::error::DecodeError;
use super::super::file::FileSpan;
use super::super::guard::contain;
use super::super::tags;
use super::blocks::{Block, Blocks};
use super::{Opened, damaged, opened};
use crate::model::track::Codec;

/// Frames that are stepped over where one is damaged: the usual size of a block.
const DAMAGED_FRAMES: u64 = 4_096;

/// `None` for a file that symphonia decodes.
pub(super) fn open(file: &FileSpan) -> Result<Option<Opened>, DecodeError> {
    // STREAMINFO is the first block: 20 bits of rate, 3 of channels - 1, 5 of bits - 1, 36 of frames (RFC 9639 §8.2).
    let Some(packed) = file.bytes_at::<8>(18).map(u64::from_be_bytes) else { return Ok(None) };
    let (rate, channels, bits) = (packed >> 44, packed >> 41 & 7, packed >> 36 & 31);
    let total = packed & 0xf_ffff_ffff;
    if file.bytes_at::<5>(0).is_none_or(|head| head[4] & 0x7f != 0) || bits != 31 || total == 0 {
        return Ok(None);
    }
    let spec = (u32::try_from(rate).unwrap_or(0), usize::try_from(channels).unwrap_or(0) + 1);
    let wide = Wide { reader: reader(file)?, file: file.clone(), next: 0 };
    let mut file_opened = opened(wide, Container::Flac, Codec::Flac, spec, Some(32), total)?;
    if let Ok(mut demux) = demux::open(file) {
        file_opened.tags = tags::revisions(demux.reader.as_mut());
    }
    Ok(Some(file_opened))
}

type Reader = FlacSampleReader<BufReader<FileSpan>>;

fn reader(file: &FileSpan) -> Result<Reader, DecodeError> {
    let opened = contain(|| Ok(Reader::new_seekable(BufReader::new(file.part(0, u64::MAX)))))?;
    opened.map_err(|error| match error {
        Error::Io(error) if error.kind() != ErrorKind::UnexpectedEof => DecodeError::Read(error),
        other => damaged(&other.to_string()),
    })
}

struct Wide {
    reader: Reader,
    file: FileSpan,
    /// Frame that the reader gives next.
    next: u64,
}

impl Wide {
    fn fill(&mut self, frame: u64, out: &mut Vec<f32>) -> Result<(), Error> {
        if frame != self.next {
            self.reader.seek(frame)?;
        }
        let samples = self.reader.fill_buf()?;
        out.extend(samples.iter().map(|&sample| sample as f32 * (1.0 / 2_147_483_648.0)));
        let len = samples.len();
        self.reader.consume(len);
        Ok(())
    }
}

impl Blocks for Wide {
    fn decode(&mut self, frame: u64, out: &mut Vec<f32>) -> Result<Block, DecodeError> {
        let filled = contain(|| Ok(self.fill(frame, out)));
        if let Ok(Ok(())) = filled {
            let channels = usize::from(flac_codec::metadata::Metadata::channel_count(&self.reader)).max(1);
            self.next = frame + (out.len() / channels) as u64;
            return Ok(if out.is_empty() { Block::Missing } else { Block::From(frame) });
        }
        out.clear();
        self.next = u64::MAX;
        match filled {
            Ok(Err(Error::Io(error))) if error.kind() == ErrorKind::UnexpectedEof => Ok(Block::Missing),
            Ok(Err(Error::Io(error))) => Err(DecodeError::Read(error)),
            Ok(_) => Ok(Block::Damaged(frame + DAMAGED_FRAMES)),
            // Its state is not to be touched again.
            Err(_) => {
                self.reader = reader(&self.file)?;
                Ok(Block::Damaged(frame + DAMAGED_FRAMES))
            }
        }
    }
}
