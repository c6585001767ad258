//! How many frames a packet holds, without decoding it. Matroska's millisecond clock cannot tell a frame's place, so
//! `stream` counts packets instead, and steps over them with this when it seeks.

use super::mpeg;
use super::opus;
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
            Codec::Alac | Codec::Pcm | Codec::Adpcm => None,
        }
    }

    /// Forgets the packets seen: the next one is the stream's first.
    pub(super) fn reset(&mut self) {
        if let Self::Vorbis(blocks) = self {
            blocks.last = None;
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

/// Block sizes of a Vorbis stream and the size of the last block seen.
#[derive(Clone)]
pub(super) struct VorbisBlocks {
    sizes: [u64; 2],
    /// For each mode, whether it is a long block.
    modes: std::sync::Arc<[bool]>,
    last: Option<u64>,
}

impl VorbisBlocks {
    /// `extra` is the identification header and the setup header behind it.
    fn new(extra: &[u8]) -> Option<Self> {
        let ident = extra.strip_prefix(b"\x01vorbis")?;
        let exponents = *ident.get(21)?;
        let sizes = [1 << (exponents & 15), 1 << (exponents >> 4)];
        Some(Self { sizes, modes: modes(extra)?.into(), last: None })
    }

    /// Half of either block overlaps: a block gives a quarter of itself and a quarter of the one before, the first one
    /// half of itself (Vorbis I §4.3.8).
    fn frames(&mut self, packet: &[u8]) -> Option<u64> {
        let first = *packet.first()?;
        let bits = (self.modes.len() - 1).checked_ilog2().map_or(0, |log| log + 1);
        let mode = usize::from(first >> 1) & ((1 << bits) - 1);
        if first & 1 == 1 {
            return None;
        }
        let size = self.sizes[usize::from(*self.modes.get(mode)?)];
        let frames = self.last.map_or(size / 2, |last| (last + size) / 4);
        self.last = Some(size);
        Some(frames)
    }
}

/// The modes stand at the end of the setup header, behind code books that only a decoder can read; so they are read
/// from the end: a framing bit, then per mode 8 bits of mapping, 16 of transform and 16 of window type, both zero, and
/// the block flag; before the first mode 6 bits of their number less one (Vorbis I §4.2.4).
fn modes(setup: &[u8]) -> Option<Vec<bool>> {
    let bit = |at: usize| setup[at / 8] >> (at % 8) & 1;
    let number = |at: usize, bits: usize| (0..bits).fold(0u32, |sum, i| sum | u32::from(bit(at + i)) << i);
    let framing = (0..setup.len() * 8).rev().find(|&at| bit(at) == 1)?;
    let mut at = framing;
    let mut flags = Vec::new();
    let mut found = None;
    while flags.len() < 64 && at >= 41 + 6 {
        at -= 41;
        if number(at + 33, 8) > 63 || number(at + 1, 32) != 0 {
            break;
        }
        flags.push(bit(at) == 1);
        if number(at - 6, 6) as usize + 1 == flags.len() {
            found = Some(flags.len());
        }
    }
    flags.truncate(found?);
    flags.reverse();
    Some(flags)
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

    #[test]
    fn the_modes_of_a_setup_header_are_read_from_its_end() {
        // Two modes as libvorbis writes them: short with mapping 0, long with mapping 1, before them the count.
        let mut bits = vec![1u8; 13];
        let mut push = |value: u64, len: usize| bits.extend((0..len).map(|i| (value >> i & 1) as u8));
        push(1, 6);
        push(0, 1 + 32);
        push(0, 8);
        push(1, 1);
        push(0, 32);
        push(1, 8);
        push(1, 1);
        let bytes: Vec<u8> =
            bits.chunks(8).map(|byte| byte.iter().rev().fold(0, |sum, bit| sum << 1 | bit)).collect();
        assert_eq!(modes(&bytes), Some(vec![false, true]));
        let mut blocks = VorbisBlocks { sizes: [256, 2_048], modes: [false, true].into(), last: None };
        let frames: Vec<_> = [0b00, 0b00, 0b10, 0b10].map(|byte| blocks.frames(&[byte])).into();
        assert_eq!(frames, [Some(128), Some(128), Some(576), Some(1_024)]);
        assert_eq!(blocks.frames(&[1]), None);
    }
}
