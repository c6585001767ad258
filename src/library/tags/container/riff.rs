//! WAV: RIFF, RF64 and BW64 (Microsoft "Multimedia Programming Interface"; EBU Tech 3306 for the 64-bit sizes).

use super::super::ReadError;
use super::super::window::Window;
use super::{format, le16, le32, le64};
use crate::model::track::{AudioFormat, Codec};

/// Most chunks that are looked at before the samples.
const MAX_CHUNKS: usize = 1_000;

/// The fields of `fmt ` that matter.
struct Coding {
    tag: u16,
    channels: u16,
    rate: u32,
    /// Bytes of a frame, or of a block of ADPCM.
    block: u16,
    bits: u16,
}

pub fn read(window: &mut Window, start: u64) -> Result<AudioFormat, ReadError> {
    let mut coding = None;
    let (mut long_data, mut fact) = (None, None);
    let mut at = start + 12;
    for _ in 0..MAX_CHUNKS {
        let chunk = window.vec_at(at, 8 + 40).map_err(ReadError::Io)?;
        let (Some(id), Some(size)) = (chunk.get(..4), le32(&chunk, 4)) else { break };
        let body = chunk.get(8..).unwrap_or(&[]);
        match id {
            b"fmt " => coding = Some(read_coding(body)?),
            b"ds64" => long_data = le64(body, 8),
            b"fact" => fact = le32(body, 0).map(u64::from),
            b"data" => {
                let coding = coding.ok_or(ReadError::Damaged("its samples come before their description"))?;
                let left = window.len().saturating_sub(at + 8);
                return finish(&coding, data_len(size, long_data, left), fact);
            }
            _ => {}
        }
        at = at.saturating_add(8).saturating_add(u64::from(size)).saturating_add(u64::from(size & 1));
    }
    Err(ReadError::Damaged("it has no samples"))
}

fn read_coding(body: &[u8]) -> Result<Coding, ReadError> {
    let cut = ReadError::Damaged("the description of its samples is cut");
    let fields = (le16(body, 0), le16(body, 2), le32(body, 4), le16(body, 12), le16(body, 14));
    let (Some(mut tag), Some(channels), Some(rate), Some(block), Some(mut bits)) = fields else {
        return Err(cut);
    };
    // WAVE_FORMAT_EXTENSIBLE: valid bits, then the real tag as the start of a GUID.
    if tag == 0xfffe {
        let valid = le16(body, 18).unwrap_or(bits);
        bits = if (1..=bits).contains(&valid) { valid } else { bits };
        tag = le16(body, 24).ok_or(cut)?;
    }
    Ok(Coding { tag, channels, rate, block, bits })
}

/// A writer that could not seek back leaves 0 or the largest number: then the samples go on to the end of the file.
fn data_len(size: u32, long: Option<u64>, left: u64) -> u64 {
    match (size, long) {
        (u32::MAX, Some(long)) => long.min(left),
        (0 | u32::MAX, _) => left,
        _ => u64::from(size).min(left),
    }
}

fn finish(coding: &Coding, data: u64, fact: Option<u64>) -> Result<AudioFormat, ReadError> {
    let bits = u8::try_from(coding.bits).ok().filter(|&bits| bits > 0);
    let frames = (coding.block > 0).then(|| data / u64::from(coding.block.max(1)));
    let (codec, bits, frames) = match coding.tag {
        1 | 3 => (Codec::Pcm, bits, frames),
        // A-law and mu-law: 8 bits that carry more.
        6 | 7 => (Codec::Pcm, None, frames),
        2 | 0x11 => (Codec::Adpcm, None, fact),
        _ => return Err(ReadError::NotAudio("the coding of its samples")),
    };
    format(codec, coding.rate, coding.channels, bits, frames)
}
