//! Headers of bare MPEG audio and ADTS streams: frame sizes, the start of the stream, and whether its first frame
//! counts the others. Called by `demux`, `measure` and `window`.

use super::file::FileSpan;

/// Bytes before the first frame, after tags, that are looked through.
const MAX_JUNK: u64 = 1 << 20;
/// The same in what a server sends: seconds of sound.
const MAX_STREAM_JUNK: u64 = 1 << 17;
/// Bytes that are looked through at once.
const WINDOW: usize = 16_384;
/// Frames that must follow one another for noise to be ruled out.
const CHAIN: usize = 4;

/// One frame, from its header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Frame {
    pub(super) bytes: usize,
    pub(super) samples: u64,
    /// Version, layer and rate: the same in all frames of a stream.
    kind: u32,
}

/// ISO 11172-3 §2.4.1.3 and 13818-3 §2.4.2.3. Free-format frames are not known.
pub(super) fn mpeg_frame(header: &[u8]) -> Option<Frame> {
    const V1: [[u16; 14]; 3] = [
        [32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448],
        [32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384],
        [32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
    ];
    const V2: [[u16; 14]; 2] = [
        [32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256],
        [8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
    ];
    let word = u32::from_be_bytes(*header.first_chunk()?);
    let (version, layer) = (word >> 19 & 3, word >> 17 & 3);
    if word >> 21 != 0x7ff || version == 1 || layer == 0 {
        return None;
    }
    let layer = 4 - layer as usize;
    let rate = [44_100, 48_000, 32_000].get((word >> 10 & 3) as usize)? >> [2, 0, 1, 0][version as usize];
    let kbps = (word >> 12 & 15).checked_sub(1)? as usize;
    let kbps = if version == 3 { V1[layer - 1].get(kbps)? } else { V2[(layer - 1).min(1)].get(kbps)? };
    let samples = match (layer, version) {
        (1, _) => 384,
        (3, 0 | 2) => 576,
        _ => 1_152,
    };
    let slot = if layer == 1 { 4 } else { 1 };
    let bytes = samples / 8 / slot * usize::from(*kbps) * 1_000 / rate + (word >> 9 & 1) as usize;
    Some(Frame { bytes: bytes * slot, samples: samples as u64, kind: word & 0xfffe_0c00 })
}

/// ISO 13818-7 §6.2.
pub(super) fn adts_frame(header: &[u8]) -> Option<Frame> {
    let head = header.first_chunk::<7>()?;
    let word = u32::from_be_bytes([head[0], head[1], head[2], head[3]]);
    let bytes = usize::from(head[3] & 3) << 11 | usize::from(head[4]) << 3 | usize::from(head[5] >> 5);
    let known_rate = word >> 10 & 15 < 13;
    let is_frame = word >> 20 == 0xfff && word >> 17 & 3 == 0 && known_rate && bytes > 7;
    let blocks = u64::from(head[6] & 3) + 1;
    is_frame.then_some(Frame { bytes, samples: 1_024 * blocks, kind: word & 0xffff_fc00 })
}

/// What a station sends is joined in the middle of a frame: the stream from its first whole one on. What begins with a
/// header of its own is left as it is.
pub(super) fn align(file: &FileSpan) -> FileSpan {
    let Some(head) = file.bytes_at::<12>(0) else { return file.clone() };
    let begins = [&b"OggS"[..], b"fLaC", b"RIFF", b"FORM", b"caff", b"ID3", b"\x1a\x45\xdf\xa3"];
    if begins.iter().any(|magic| head.starts_with(magic)) || &head[4..8] == b"ftyp" {
        return file.clone();
    }
    let either = |header: &[u8]| mpeg_frame(header).or_else(|| adts_frame(header));
    find_stream(file, either).map_or_else(|| file.clone(), |at| file.part(at, u64::MAX))
}

/// Offset of the first frame of a stream: a chain of like frames, or two and more frames that fill the rest of the
/// file from right behind the tags.
pub(super) fn find_stream(file: &FileSpan, parse: fn(&[u8]) -> Option<Frame>) -> Option<u64> {
    let start = after_id3v2(file);
    // Piece by piece: what comes over a network is not waited for in vain.
    let mut window = vec![0; WINDOW];
    let mut from = start;
    let most = if file.is_sequential() { MAX_STREAM_JUNK } else { MAX_JUNK };
    while from - start < most {
        let read = file.read_at(&mut window, from).ok()?;
        let starts = 0..read.saturating_sub(6);
        let found = starts.filter(|&at| window[at] == 0xff).map(|at| from + at as u64).find(|&first| {
            chain(file, first, parse).is_some_and(|frames| frames >= CHAIN || first == start && frames >= 1)
        });
        if found.is_some() || read < WINDOW {
            return found;
        }
        from += (WINDOW - 6) as u64;
    }
    None
}

/// Frames that follow one another at `offset`, up to [`CHAIN`]; `None` where the chain breaks before that inside the
/// file.
fn chain(file: &FileSpan, offset: u64, parse: fn(&[u8]) -> Option<Frame>) -> Option<usize> {
    let mut at = offset;
    let mut kind = None;
    for frames in 0..CHAIN {
        let Some(header) = file.bytes_at::<7>(at) else {
            return Some(frames);
        };
        let frame = parse(&header);
        let alike = frame.filter(|frame| *kind.get_or_insert(frame.kind) == frame.kind);
        let Some(frame) = alike else {
            // Tags may follow the last frame.
            let tag =
                header.starts_with(b"TAG") || header.starts_with(b"APETAGE") || header.starts_with(b"LYRICS");
            return tag.then_some(frames);
        };
        at += frame.bytes as u64;
    }
    Some(CHAIN)
}

/// Offset behind the ID3v2 tags at the start (id3.org, ID3v2.4 §3.1).
pub(super) fn after_id3v2(file: &FileSpan) -> u64 {
    let mut at = 0;
    for _ in 0..16 {
        match file.bytes_at::<10>(at) {
            Some([b'I', b'D', b'3', _, _, flags, size @ ..]) => {
                let size = size.iter().fold(0, |size, &byte| size << 7 | u64::from(byte & 0x7f));
                let footer = if flags & 0x10 != 0 { 10 } else { 0 };
                at += 10 + size + footer;
            }
            _ => break,
        }
    }
    at.min(file.len())
}

/// Whether the first frame is a Xing, Info or VBRI tag, so that the number of frames is a fact, not an estimate.
pub(super) fn has_frame_count(file: &FileSpan) -> bool {
    let Some(first) = find_stream(file, mpeg_frame) else {
        return false;
    };
    // The tag stands behind at most 32 bytes of side information and the CRC.
    let mut head = [0; 64];
    let read = file.read_at(&mut head, first).unwrap_or(0);
    let count = head[..read].windows(8).find_map(|bytes| match bytes {
        [b'X', b'i', b'n', b'g', .., flags] | [b'I', b'n', b'f', b'o', .., flags] => Some(flags & 1 == 1),
        [b'V', b'B', b'R', b'I', ..] => Some(true),
        _ => None,
    });
    count.unwrap_or(false)
}

/// What stands behind a Xing or Info header in the first frame: the encoder's name, its gains and trims.
pub(super) fn lame_header(file: &FileSpan) -> Option<Vec<u8>> {
    let first = find_stream(file, mpeg_frame)?;
    let mut head = [0; 256];
    let read = file.read_at(&mut head, first).ok()?;
    let head = &head[..read];
    // Behind at most 32 bytes of side information and the CRC.
    let at = head.windows(4).take(48).position(|name| name == b"Xing" || name == b"Info")?;
    let flags = head.get(at + 7)?;
    // Frames, bytes, table of contents, quality: those that the flags say are there.
    let fields = [(1, 4), (2, 4), (4, 100), (8, 4)];
    let skip: usize = fields.iter().filter(|(flag, _)| flags & flag != 0).map(|(_, len)| len).sum();
    let lame = head.get(at + 8 + skip..)?;
    lame.first().is_some_and(u8::is_ascii_alphabetic).then(|| lame.to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frame_sizes_are_those_of_the_standard() {
        // MPEG-1 layer 3, 128 kbit/s, 44.1 kHz: 144 * 128000 / 44100 = 417, and 418 with padding.
        let frame = mpeg_frame(&[0xff, 0xfb, 0x90, 0x00]).unwrap();
        assert_eq!((frame.bytes, frame.samples), (417, 1_152));
        assert_eq!(mpeg_frame(&[0xff, 0xfb, 0x92, 0x00]).unwrap().bytes, 418);
        // MPEG-2 layer 3, 64 kbit/s, 22.05 kHz: 72 * 64000 / 22050 = 208.
        let frame = mpeg_frame(&[0xff, 0xf3, 0x80, 0x00]).unwrap();
        assert_eq!((frame.bytes, frame.samples), (208, 576));
        // MPEG-1 layer 2, 192 kbit/s, 48 kHz: 144 * 192000 / 48000 = 576.
        let frame = mpeg_frame(&[0xff, 0xfd, 0xa4, 0x00]).unwrap();
        assert_eq!((frame.bytes, frame.samples), (576, 1_152));
        // MPEG-1 layer 1, 384 kbit/s, 48 kHz: 12 * 384000 / 48000 * 4 = 384.
        let frame = mpeg_frame(&[0xff, 0xff, 0xc4, 0x00]).unwrap();
        assert_eq!((frame.bytes, frame.samples), (384, 384));
        assert_eq!(mpeg_frame(&[0xff, 0xfb, 0xf0, 0x00]), None);
        assert_eq!(mpeg_frame(&[0xff, 0xe9, 0x90, 0x00]), None);
        assert_eq!(mpeg_frame(&[0x00, 0xfb, 0x90, 0x00]), None);
    }

    #[test]
    fn adts_frames_carry_their_size() {
        // LC, 44.1 kHz, stereo, 371 bytes with header.
        let frame = adts_frame(&[0xff, 0xf1, 0x50, 0x80, 0x2e, 0x7f, 0xfc]).unwrap();
        assert_eq!((frame.bytes, frame.samples), (371, 1_024));
        assert_eq!(adts_frame(&[0xff, 0xf1, 0x50, 0x80, 0x00, 0x1f, 0xfc]), None);
    }
}
