//! Monkey's Audio from version 3.95 (2000) on, decoded by `ape-decoder`: frames of some seconds, each with a checksum.

use ape_decoder::{ApeDecoder, ApeError, ApeInfo};

use super::super::container::Container;
use super::super::error::DecodeError;
use super::super::file::FileSpan;
use super::super::guard::contain;
use super::super::tags;
use super::blocks::{Block, Blocks};
use super::pcm::Coding;
use super::{Opened, damaged, opened, refused};
use crate::model::track::Codec;

/// Longest frame that is decoded: encoders' longest are 27 seconds of CD sound.
const MOST_FRAME_SAMPLES: u32 = 1 << 22;

pub(super) fn open(file: &FileSpan) -> Result<Opened, DecodeError> {
    // The last frame reaches to the end of what the decoder is shown.
    let file = &file.part(0, tags::end_of_sound(file));
    let decoder = contain(|| ApeDecoder::new(file.part(0, u64::MAX)).map_err(why))?;
    let info = decoder.info().clone();
    let coding = coding(&info)?;
    if info.blocks_per_frame == 0 || info.blocks_per_frame > MOST_FRAME_SAMPLES || info.total_frames == 0 {
        return Err(damaged("its frames make no sense"));
    }
    let (rate, channels) = (info.sample_rate, usize::from(info.channels));
    let total = info.total_samples;
    let frames = Frames { file: file.clone(), decoder, info, coding };
    opened(frames, Container::Ape, Codec::Ape, (rate, channels), coding.bits(), total)
}

fn why(error: ApeError) -> DecodeError {
    match error {
        ApeError::Io(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => {
            damaged("it ends too early")
        }
        ApeError::Io(error) => DecodeError::Read(error),
        ApeError::UnsupportedVersion(version) => {
            let (major, minor) = (version / 1_000, version % 1_000 / 10);
            refused(Container::Ape, format!("version {major}.{minor:02}"))
        }
        other => damaged(&other.to_string()),
    }
}

/// The samples of a frame are little-endian, and unsigned where they are bytes, whatever the original file had.
fn coding(info: &ApeInfo) -> Result<Coding, DecodeError> {
    match info.bits_per_sample {
        _ if info.is_floating_point => Err(refused(Container::Ape, "floating point")),
        8 => Ok(Coding::U8),
        16 => Ok(Coding::S16),
        24 => Ok(Coding::S24),
        32 => Ok(Coding::S32),
        bits => Err(refused(Container::Ape, format!("PCM of {bits} bits"))),
    }
}

struct Frames {
    file: FileSpan,
    decoder: ApeDecoder<FileSpan>,
    info: ApeInfo,
    coding: Coding,
}

impl Blocks for Frames {
    fn decode(&mut self, frame: u64, out: &mut Vec<f32>) -> Result<Block, DecodeError> {
        let regular = u64::from(self.info.blocks_per_frame);
        let Some(index) = u32::try_from(frame / regular).ok().filter(|&index| index < self.info.total_frames)
        else {
            return Ok(Block::Missing);
        };
        let start = u64::from(index) * regular;
        let result = contain(|| Ok(self.decoder.decode_frame(index)));
        match result {
            Ok(Ok(bytes)) => {
                self.coding.append(false, &bytes, out);
                Ok(Block::From(start))
            }
            Ok(Err(ApeError::Io(error))) if error.kind() != std::io::ErrorKind::UnexpectedEof => {
                Err(DecodeError::Read(error))
            }
            Ok(Err(ApeError::DecodingError("short read on frame data"))) => Ok(Block::Missing),
            Ok(Err(_)) => Ok(Block::Damaged(start + regular)),
            // Its state is not to be touched again.
            Err(_) => {
                self.decoder = contain(|| ApeDecoder::new(self.file.part(0, u64::MAX)).map_err(why))?;
                Ok(Block::Damaged(start + regular))
            }
        }
    }
}
