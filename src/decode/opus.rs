//! Opus: the identification header and a decoder for one or many coupled streams (RFC 7845, RFC 6716 appendix B).
//! Called by `decoder`; symphonia has the containers but no Opus decoder.

use opus_pure::OpusDecoder as StreamDecoder;

/// Opus always decodes at this rate.
pub(super) const RATE: u32 = 48_000;
/// 120 ms, the longest packet (RFC 6716 §3.2.5).
const MAX_PACKET_FRAMES: usize = 5_760;
/// Healthy streams overshoot full scale a little; a damaged packet can give any number.
const LOUDEST: f32 = 4.0;
/// Beyond this the decoder's state is nonsense and would ring on.
const ABSURD: f32 = 32.0;

/// Which way the numbers of the header are written: Ogg and Matroska little-endian, MP4 big-endian (`dOps`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Endian {
    Little,
    Big,
}

/// The identification header.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct OpusHead {
    pub(super) channels: usize,
    pub(super) pre_skip: u16,
    /// Linear factor of the header's output gain (RFC 7845 §5.1).
    gain: f32,
    streams: usize,
    coupled: usize,
    /// For each output channel in WAVE order, the decoded channel that feeds it; 255 is silence.
    mapping: Vec<u8>,
}

impl OpusHead {
    /// Reads the header that follows the magic `OpusHead`. The text says why a header is refused.
    pub(super) fn parse(header: &[u8], endian: Endian) -> Result<Self, &'static str> {
        const SHORT: &str = ": its header is too short";
        let body = header.strip_prefix(b"OpusHead").ok_or(": its header is missing")?;
        let fixed = body.first_chunk::<11>().ok_or(SHORT)?;
        let number = |at: usize| match endian {
            Endian::Little => u16::from_le_bytes([fixed[at], fixed[at + 1]]),
            Endian::Big => u16::from_be_bytes([fixed[at], fixed[at + 1]]),
        };
        let channels = usize::from(fixed[1]);
        let (streams, coupled, table) = match fixed[10] {
            0 if (1..=2).contains(&channels) => (1, channels - 1, vec![0, 1]),
            1 | 255 => {
                let table = body.get(11..13 + channels).ok_or(SHORT)?;
                (usize::from(table[0]), usize::from(table[1]), table[2..].to_vec())
            }
            _ => return Err(": its channel mapping is unknown"),
        };
        let decoded = streams + coupled;
        let fits = |&index: &u8| index == 255 || usize::from(index) < decoded;
        if channels == 0
            || streams == 0
            || coupled > streams
            || decoded > 255
            || !table.iter().take(channels).all(fits)
        {
            return Err(": its channel mapping is damaged");
        }
        let order = if fixed[10] == 1 { wave_order(channels) } else { None };
        let source = |channel: usize| order.map_or(channel, |order| usize::from(order[channel]));
        let mapping = (0..channels).map(|channel| table[source(channel)]).collect();
        let gain_db = f32::from(number(8).cast_signed()) / 256.0;
        let gain = crate::model::audio::db_to_gain(gain_db);
        Ok(Self { channels, pre_skip: number(2), gain, streams, coupled, mapping })
    }
}

/// For each channel in WAVE order, its place in the Vorbis order that mapping family 1 speaks (Vorbis I §4.3.9).
fn wave_order(channels: usize) -> Option<&'static [u8]> {
    match channels {
        3 => Some(&[0, 2, 1]),
        5 => Some(&[0, 2, 1, 3, 4]),
        6 => Some(&[0, 2, 1, 5, 3, 4]),
        7 => Some(&[0, 2, 1, 6, 5, 3, 4]),
        8 => Some(&[0, 2, 1, 7, 5, 6, 3, 4]),
        _ => None,
    }
}

/// Decodes packets to interleaved frames, gain applied.
pub(super) struct OpusDecoder {
    head: OpusHead,
    decoders: Vec<StreamDecoder>,
    /// One stream's packet without its self-delimiting length.
    packet: Vec<u8>,
    /// One stream's decoded frames.
    stream: Vec<f32>,
    frames: Vec<f32>,
    len: usize,
}

impl OpusDecoder {
    pub(super) fn new(head: OpusHead) -> Result<Self, &'static str> {
        let channels = |stream| if stream < head.coupled { 2 } else { 1 };
        let decoder = |stream| StreamDecoder::new(RATE.cast_signed(), channels(stream));
        let decoders = (0..head.streams).map(decoder).collect::<Result<_, _>>();
        let frames = vec![0.0; MAX_PACKET_FRAMES * head.channels];
        let decoders = decoders.map_err(|_| ": its decoder cannot be made")?;
        Ok(Self {
            head,
            decoders,
            packet: Vec::new(),
            stream: vec![0.0; MAX_PACKET_FRAMES * 2],
            frames,
            len: 0,
        })
    }

    pub(super) fn channels(&self) -> usize {
        self.head.channels
    }

    /// Interleaved frames of the last packet.
    pub(super) fn decoded(&self) -> &[f32] {
        &self.frames[..self.len * self.head.channels]
    }

    pub(super) fn reset(&mut self) {
        for decoder in &mut self.decoders {
            // It fails for configurations that `new` refuses; there is nothing to do about it here.
            let _ = decoder.reset_state();
        }
        self.len = 0;
    }

    /// Frames in the packet, or `None` where it is damaged.
    pub(super) fn decode(&mut self, packet: &[u8]) -> Option<usize> {
        self.len = 0;
        if packet.is_empty() {
            return None;
        }
        let decoded = if self.is_plain() { self.decode_plain(packet) } else { self.decode_streams(packet) };
        let frames = decoded.filter(|&frames| self.is_sane(frames));
        match frames {
            Some(frames) => self.finish(frames),
            None => self.reset(),
        }
        frames
    }

    /// One stream whose channels are the output's: decoded in place.
    fn is_plain(&self) -> bool {
        self.head.streams == 1
            && self.head.mapping.len() == self.head.coupled + 1
            && self.head.mapping.iter().zip(0..).all(|(&from, channel)| from == channel)
    }

    fn decode_plain(&mut self, packet: &[u8]) -> Option<usize> {
        self.decoders.first_mut()?.decode(packet, MAX_PACKET_FRAMES, &mut self.frames).ok()
    }

    fn decode_streams(&mut self, mut rest: &[u8]) -> Option<usize> {
        let mut frames = None;
        self.frames.fill(0.0);
        for stream in 0..self.head.streams {
            let last = stream + 1 == self.head.streams;
            let packet = if last { rest } else { undelimit(&mut rest, &mut self.packet)? };
            let decoder = self.decoders.get_mut(stream)?;
            let decoded = decoder.decode(packet, MAX_PACKET_FRAMES, &mut self.stream).ok()?;
            if *frames.get_or_insert(decoded) != decoded {
                return None;
            }
            self.spread(stream, decoded);
        }
        frames
    }

    /// Copies one stream's channels to every output channel that they feed.
    fn spread(&mut self, stream: usize, frames: usize) {
        let coupled = self.head.coupled;
        let width = if stream < coupled { 2 } else { 1 };
        let first = if stream < coupled { stream * 2 } else { coupled + stream };
        let channels = self.head.channels;
        for (channel, &from) in self.head.mapping.iter().enumerate() {
            let Some(side) = usize::from(from).checked_sub(first).filter(|&side| side < width && from != 255)
            else {
                continue;
            };
            let samples = self.stream[..frames * width].iter().skip(side).step_by(width);
            for (frame, &sample) in self.frames.chunks_exact_mut(channels).zip(samples) {
                frame[channel] = sample;
            }
        }
    }

    fn is_sane(&self, frames: usize) -> bool {
        self.frames[..frames * self.head.channels].iter().all(|sample| sample.abs() < ABSURD)
    }

    fn finish(&mut self, frames: usize) {
        self.len = frames;
        let gain = self.head.gain;
        for sample in &mut self.frames[..frames * self.head.channels] {
            *sample = sample.clamp(-LOUDEST, LOUDEST) * gain;
        }
    }
}

/// Takes one self-delimited packet off `rest` and gives it in the plain form (RFC 6716 appendix B): the same bytes
/// without the one length that the plain form leaves to the packet's size.
fn undelimit<'a>(rest: &mut &[u8], packet: &'a mut Vec<u8>) -> Option<&'a [u8]> {
    let data = *rest;
    let mut at = 1;
    let (kept, body) = match data.first()? & 3 {
        0 => (at, length(data, &mut at)?),
        1 => (at, length(data, &mut at)?.checked_mul(2)?),
        2 => {
            let first = length(data, &mut at)?;
            (at, first + length(data, &mut at)?)
        }
        _ => arbitrary_count(data, &mut at)?,
    };
    let end = at.checked_add(body)?;
    packet.clear();
    packet.extend_from_slice(data.get(..kept)?);
    packet.extend_from_slice(data.get(at..end)?);
    *rest = data.get(end..)?;
    Some(packet)
}

/// Code 3: the end of the header that is kept, and the bytes of frames and padding that follow the last length.
fn arbitrary_count(data: &[u8], at: &mut usize) -> Option<(usize, usize)> {
    let count = *data.get(*at)?;
    *at += 1;
    let mut padding = 0;
    if count & 0x40 != 0 {
        loop {
            let byte = usize::from(*data.get(*at)?);
            *at += 1;
            padding += byte.min(254);
            if byte < 255 {
                break;
            }
        }
    }
    let frames = usize::from(count & 0x3f);
    let mut body = padding;
    if count & 0x80 == 0 {
        let kept = *at;
        body += length(data, at)?.checked_mul(frames)?;
        return Some((kept, body));
    }
    for _ in 1..frames {
        body += length(data, at)?;
    }
    let kept = *at;
    body += length(data, at)?;
    Some((kept, body))
}

/// A frame length in one or two bytes (RFC 6716 §3.2.1).
fn length(data: &[u8], at: &mut usize) -> Option<usize> {
    let first = usize::from(*data.get(*at)?);
    *at += 1;
    if first < 252 {
        return Some(first);
    }
    let second = usize::from(*data.get(*at)?);
    *at += 1;
    Some(second * 4 + first)
}

/// Frames at 48 kHz in a packet, from its first bytes (RFC 6716 §3.1).
pub(super) fn packet_frames(packet: &[u8]) -> Option<u64> {
    let toc = *packet.first()?;
    let config = u64::from(toc >> 3);
    let frame = match config {
        0..12 => [480, 960, 1_920, 2_880][usize::from(toc >> 3 & 3)],
        12..16 => 480 << (config & 1),
        _ => 120 << (config & 3),
    };
    let count = match toc & 3 {
        0 => 1,
        1 | 2 => 2,
        _ => u64::from(packet.get(1)? & 0x3f),
    };
    Some(frame * count).filter(|&frames| frames <= MAX_PACKET_FRAMES as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(tail: &[u8]) -> Vec<u8> {
        [b"OpusHead".as_slice(), tail].concat()
    }

    #[test]
    fn headers_of_ogg_and_mp4_differ_in_byte_order_only() {
        let little = head(&[1, 2, 0x38, 1, 0x80, 0xbb, 0, 0, 0, 0xfa, 0]);
        let big = head(&[0, 2, 1, 0x38, 0, 0, 0xbb, 0x80, 0xfa, 0, 0]);
        let little = OpusHead::parse(&little, Endian::Little).unwrap();
        assert_eq!(little, OpusHead::parse(&big, Endian::Big).unwrap());
        assert_eq!((little.channels, little.pre_skip), (2, 312));
        // 0xfa00 in Q7.8 is -6 dB.
        assert!((little.gain - 0.501_187).abs() < 1e-6);
    }

    #[test]
    fn damaged_mappings_are_refused() {
        for tail in [
            vec![1, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0],
            vec![1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0],
            vec![1, 2, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 2, 0, 1],
            vec![1, 2, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 0, 7],
            vec![1, 6, 0, 0, 0, 0, 0, 0, 0, 0, 1, 4, 2, 0],
            vec![1, 2, 0, 0, 0, 0, 0, 0, 0, 0, 3, 1, 1, 0, 1],
            vec![1],
        ] {
            assert!(OpusHead::parse(&head(&tail), Endian::Little).is_err(), "{tail:?}");
        }
    }

    #[test]
    fn self_delimited_packets_lose_one_length_and_nothing_else() {
        let mut packet = Vec::new();
        let mut take = |bytes: &[u8]| {
            let mut rest = bytes;
            undelimit(&mut rest, &mut packet).map(|packet| (packet.to_vec(), rest.to_vec()))
        };
        assert_eq!(take(&[0x08, 2, 7, 8, 99]), Some((vec![0x08, 7, 8], vec![99])));
        assert_eq!(take(&[0x09, 1, 7, 8, 99]), Some((vec![0x09, 7, 8], vec![99])));
        assert_eq!(take(&[0x0a, 1, 2, 7, 8, 9, 99]), Some((vec![0x0a, 1, 7, 8, 9], vec![99])));
        // Code 3, constant rate, two frames, one byte of padding.
        assert_eq!(
            take(&[0x0b, 0x42, 1, 2, 5, 6, 7, 8, 0, 9]),
            Some((vec![0x0b, 0x42, 1, 5, 6, 7, 8, 0], vec![9]))
        );
        // Code 3, variable rate, two frames.
        assert_eq!(take(&[0x0b, 0x82, 1, 2, 5, 6, 7]), Some((vec![0x0b, 0x82, 1, 5, 6, 7], vec![])));
        assert_eq!(take(&[0x08, 5, 7]), None);
        assert_eq!(take(&[]), None);
    }

    #[test]
    fn packet_lengths_follow_the_table_of_contents() {
        // 20 ms CELT, one frame; 60 ms SILK; 2.5 ms CELT twice; 48 frames of 2.5 ms.
        assert_eq!(packet_frames(&[31 << 3]), Some(960));
        assert_eq!(packet_frames(&[3 << 3]), Some(2_880));
        assert_eq!(packet_frames(&[16 << 3 | 1]), Some(240));
        assert_eq!(packet_frames(&[16 << 3 | 3, 48]), Some(5_760));
        assert_eq!(packet_frames(&[3 << 3 | 3, 3]), None);
        assert_eq!(packet_frames(&[15 << 3]), Some(960));
        assert_eq!(packet_frames(&[]), None);
    }
}
