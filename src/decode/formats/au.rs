//! Sun's and NeXT's audio file (`audio_header` of `<multimedia/audio_filehdr.h>`): 24 bytes of header, a comment, samples,
//! all big-endian.

use super::super::container::Container;
use super::super::error::DecodeError;
use super::super::file::FileSpan;
use super::pcm::{Coding, Pcm};
use super::{Opened, damaged, opened, refused};
use crate::model::track::Codec;

/// A writer that could not seek back leaves this as the size.
const UNKNOWN_SIZE: u32 = u32::MAX;

pub(super) fn open(file: &FileSpan) -> Result<Opened, DecodeError> {
    let head = file.bytes_at::<24>(0).ok_or_else(|| damaged("its header is cut"))?;
    let field = |at: usize| u32::from_be_bytes([head[at], head[at + 1], head[at + 2], head[at + 3]]);
    let (from, size, encoding, rate, channels) = (field(4), field(8), field(12), field(16), field(20));
    let coding = match encoding {
        1 => Coding::MuLaw,
        2 => Coding::S8,
        3 => Coding::S16,
        4 => Coding::S24,
        5 => Coding::S32,
        6 => Coding::F32,
        7 => Coding::F64,
        27 => Coding::ALaw,
        23 => return Err(refused(Container::Au, "G.721 ADPCM")),
        24 => return Err(refused(Container::Au, "G.722 ADPCM")),
        25 | 26 => return Err(refused(Container::Au, "G.723 ADPCM")),
        other => return Err(refused(Container::Au, format!("encoding {other}"))),
    };
    let size = if size == UNKNOWN_SIZE { u64::MAX } else { u64::from(size) };
    let from = u64::from(from).max(24);
    let data = file.part(from, from.saturating_add(size));
    let channels = usize::try_from(channels).unwrap_or(usize::MAX).min(1 << 16);
    let pcm = Pcm { data, coding, is_big: true, channels };
    let total = pcm.frames();
    opened(pcm, Container::Au, Codec::Pcm, (rate, channels), coding.bits(), total)
}
