//! How many frames a packet holds, without decoding it. Matroska's millisecond clock cannot tell a frame's place, so
//! `stream` counts packets instead, and steps over them with this when it seeks.

use super::mpeg;
use super::opus;
use super::vorbis::VorbisBlocks;
use crate::model::track::Codec;

/// See the module's head.
#[derive(Clone)]
pub(super) enum Measure {
    /// AAC-LC: each packet the same.
    Fixed(u64),
    Opus,
    Mpeg,
    Flac,
    Vorbis(VorbisBlocks),
}

impl Measure {
    /// `None` for codecs whose packets do not tell. `extra` is the codec's set-up data.
    pub(super) fn new(codec: Codec, extra: &[u8]) -> Option<Self> {
        match codec {
            Codec::Opus => Some(Self::Opus),
            Codec::Mp3 | Codec::Mp2 | Codec::Mp1 => Some(Self::Mpeg),
            Codec::Flac => Some(Self::Flac),
            Codec::Aac => Some(Self::Fixed(1_024)),
            Codec::Vorbis => VorbisBlocks::new(extra).map(Self::Vorbis),
            _ => None,
        }
    }

    /// Forgets the packets seen: the next one is the stream's first.
    pub(super) fn reset(&mut self) {
        if let Self::Vorbis(blocks) = self {
            blocks.reset();
        }
    }

    /// Frames that a decoder would give for the packet; 0 where it is damaged.
    pub(super) fn frames(&mut self, packet: &[u8]) -> u64 {
        let frames = match self {
            Self::Fixed(frames) => Some(*frames),
            Self::Opus => opus::packet_frames(packet),
            Self::Mpeg => mpeg::mpeg_frame(packet).map(|frame| frame.samples),
            Self::Flac => flac_frames(packet),
            Self::Vorbis(blocks) => blocks.frames(packet),
        };
        frames.unwrap_or(0)
    }
}

/// The block size in a FLAC frame header (RFC 9639 §9.1.1).
fn flac_frames(packet: &[u8]) -> Option<u64> {
    let code = packet.get(2)? >> 4;
    // The coded number's length stands in its first byte, as in UTF-8.
    let number_len = match packet.get(4)?.leading_ones() {
        0 => 1,
        ones => ones as usize,
    };
    let rest = packet.get(4 + number_len..)?;
    match code {
        1 => Some(192),
        2..=5 => Some(144 << code),
        6 => Some(u64::from(*rest.first()?) + 1),
        7 => Some(u64::from(u16::from_be_bytes(*rest.first_chunk()?)) + 1),
        8..=15 => Some(1 << code),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flac_block_sizes_are_those_of_the_table() {
        let size = |head: &[u8]| flac_frames(head);
        assert_eq!(size(&[0xff, 0xf8, 0x19, 0x18, 0x00]), Some(192));
        assert_eq!(size(&[0xff, 0xf8, 0x59, 0x18, 0x00]), Some(4_608));
        assert_eq!(size(&[0xff, 0xf8, 0xc9, 0x18, 0x00]), Some(4_096));
        assert_eq!(size(&[0xff, 0xf8, 0x69, 0x18, 0xc3, 0x80, 0x0f]), Some(16));
        assert_eq!(size(&[0xff, 0xf8, 0x79, 0x18, 0x05, 0x11, 0xff]), Some(4_608));
        assert_eq!(size(&[0xff, 0xf8, 0x79, 0x18, 0x05, 0x11]), None);
    }
}
