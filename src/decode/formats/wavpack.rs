//! WavPack 4 and 5, decoded by `oxideav-wavpack`: blocks of half a second, side by side where there are more than two
//! channels ("WavPack 4 & 5 Binary File / Block Format", §2). Of a hybrid file the lossy part is played; its correction
//! file is not looked for.

use std::ops::Range;

use oxideav_wavpack::{decode_multichannel_stream_muted_bounded, parse_block};

use super::super::container::Container;
use super::super::error::DecodeError;
use super::super::file::FileSpan;
use super::super::guard::contain;
use super::blocks::{Block, Blocks};
use super::{Opened, damaged, opened, refused};
use crate::model::audio::Spec;
use crate::model::track::Codec;

const HEADER_BYTES: u64 = 32;
/// Largest block that the format allows.
const MOST_BLOCK_BYTES: u64 = 1 << 20;
/// Most frames of a block; encoders write at most a second.
const MOST_BLOCK_FRAMES: u32 = 1 << 20;
/// Sets that are remembered: days of sound.
const MAX_SETS: usize = 1 << 20;
/// Blocks without sound in a row: real files have a few at their ends.
const MAX_SILENT_BLOCKS: usize = 4_096;
/// Bytes that are searched for the next block behind a damaged one.
const MOST_JUNK: u64 = 4 << 20;

const MONO: u32 = 1 << 2;
const FLOAT: u32 = 1 << 7;
const FIRST: u32 = 1 << 11;
const LAST: u32 = 1 << 12;
/// Two channels that are the same.
const FALSE_STEREO: u32 = 1 << 30;
const DSD: u32 = 1 << 31;

/// The fields of a block's header that matter.
#[derive(Debug, Clone, Copy)]
struct Header {
    /// Header included.
    bytes: u64,
    /// Of the file, where its writer knew.
    total: Option<u64>,
    /// Place of the first frame.
    start: u64,
    frames: u32,
    flags: u32,
}

impl Header {
    fn at(file: &FileSpan, at: u64) -> Option<Self> {
        let head = file.bytes_at::<32>(at).filter(|head| head.starts_with(b"wvpk"))?;
        let field = |at: usize| u32::from_le_bytes([head[at], head[at + 1], head[at + 2], head[at + 3]]);
        let version = u16::from_le_bytes([head[8], head[9]]);
        let bytes = u64::from(field(4)) + 8;
        let is_block =
            (0x402..=0x410).contains(&version) && (HEADER_BYTES..=MOST_BLOCK_BYTES).contains(&bytes);
        let low = field(12);
        // Version 5 keeps the higher eight bits of both numbers in bytes that were unused.
        let high = u64::from(head[11]);
        let total = (low != u32::MAX).then(|| (u64::from(low) | high << 32) - high);
        let start = u64::from(field(16)) | u64::from(head[10]) << 32;
        is_block.then_some(Self { bytes, total, start, frames: field(20), flags: field(24) })
    }

    fn channels(&self) -> usize {
        if self.flags & MONO != 0 { 1 } else { 2 }
    }
}

/// Blocks that sound together.
#[derive(Debug, Clone, Copy)]
struct Set {
    at: u64,
    bytes: u64,
    start: u64,
    frames: u64,
    channels: usize,
}

pub(super) fn open(file: &FileSpan) -> Result<Opened, DecodeError> {
    let mut sets = Sets { file: file.clone(), known: Vec::new(), next: 0 };
    sets.find(0)?;
    let first = *sets.known.first().ok_or(DecodeError::NoAudio { container: Container::WavPack.name() })?;
    let header = Header::at(file, first.at).ok_or_else(|| damaged("its first block is cut"))?;
    if header.flags & DSD != 0 {
        return Err(refused(Container::WavPack, "DSD"));
    }
    let rate = sample_rate(file, first)?;
    if first.channels > usize::from(Spec::MAX_CHANNELS) {
        return Err(DecodeError::UnsupportedSpec { rate, channels: first.channels });
    }
    let total = match header.total {
        Some(total) => total,
        None => sets.count()?,
    };
    let is_float = header.flags & FLOAT != 0;
    let width = (header.flags & 3) * 8 + 8;
    let unused = header.flags >> 13 & 31;
    let bits = u8::try_from(width.saturating_sub(unused)).ok().filter(|&bits| bits > 0);
    let scale = 1.0 / (1_u64 << (width - 1)) as f32;
    let decoder = Decoder { sets, channels: first.channels, is_float, scale };
    opened(decoder, Container::WavPack, Codec::WavPack, (rate, first.channels), bits, total)
}

fn sample_rate(file: &FileSpan, first: Set) -> Result<u32, DecodeError> {
    let bytes = read(file, first.at, first.bytes)?;
    let rate = contain(|| Ok(parse_block(&bytes).and_then(|(block, _)| block.sample_rate())))?;
    match rate {
        Ok(Some(rate)) => Ok(rate),
        Ok(None) => Err(damaged("it does not tell its sample rate")),
        Err(error) => Err(damaged(&error.to_string())),
    }
}

fn read(file: &FileSpan, at: u64, bytes: u64) -> Result<Vec<u8>, DecodeError> {
    let mut buffer = vec![0; usize::try_from(bytes).unwrap_or(0)];
    let read = file.read_at(&mut buffer, at).map_err(DecodeError::Read)?;
    buffer.truncate(read);
    Ok(buffer)
}

/// Where the blocks are, found as far as they were asked for: from header to header.
struct Sets {
    file: FileSpan,
    known: Vec<Set>,
    /// Where the search goes on.
    next: u64,
}

impl Sets {
    /// The set that holds `frame`, or the first one behind it; `None` at the end.
    fn find(&mut self, frame: u64) -> Result<Option<Set>, DecodeError> {
        while self.known.last().is_none_or(|last| last.start + last.frames <= frame) {
            match self.search() {
                Some(set) => self.known.push(set),
                None => return Ok(None),
            }
        }
        let index = self.known.partition_point(|set| set.start + set.frames <= frame);
        Ok(self.known.get(index).copied())
    }

    /// Frames up to the last block.
    fn count(&mut self) -> Result<u64, DecodeError> {
        self.find(u64::MAX)?;
        Ok(self.known.last().map_or(0, |last| last.start + last.frames))
    }

    fn search(&mut self) -> Option<Set> {
        let mut open: Option<Set> = None;
        let end = self.known.last().map_or(0, |last| last.start + last.frames);
        let most = if self.known.len() < MAX_SETS { MAX_SILENT_BLOCKS } else { 0 };
        for _ in 0..most {
            let at = self.resync()?;
            let header = Header::at(&self.file, at)?;
            self.next = at + header.bytes;
            // Blocks without sound carry what belongs to the file. A place behind the last known one keeps a made-up
            // file from leading in circles.
            let is_sound = (1..=MOST_BLOCK_FRAMES).contains(&header.frames) && header.start >= end;
            if !is_sound {
                continue;
            }
            let frames = u64::from(header.frames);
            let fresh = Set { at, bytes: 0, start: header.start, frames, channels: 0 };
            let mut set = match open.filter(|set| header.flags & FIRST == 0 && set.start == header.start) {
                Some(set) => set,
                None => fresh,
            };
            set.bytes = self.next - set.at;
            set.channels += header.channels();
            if header.flags & LAST != 0 || set.channels > usize::from(Spec::MAX_CHANNELS) {
                return Some(set);
            }
            open = Some(set);
        }
        None
    }

    /// The next place where a header stands.
    fn resync(&mut self) -> Option<u64> {
        let mut at = self.next;
        let mut window = [0; 4_096];
        while at < self.next + MOST_JUNK {
            if Header::at(&self.file, at).is_some() {
                return Some(at);
            }
            let read = self.file.read_at(&mut window, at + 1).ok()?;
            let found = window[..read].windows(4).position(|name| name == b"wvpk");
            match found {
                Some(offset) => at += 1 + offset as u64,
                None if read < window.len() => return None,
                None => at += read as u64 - 3,
            }
        }
        None
    }
}

/// Bytes of the block at the start of `bytes`, where it is whole.
fn block_len(bytes: &[u8]) -> Option<usize> {
    let size = bytes.get(4..8)?.first_chunk().map(|size| u32::from_le_bytes(*size))?;
    let len = usize::try_from(size).ok()?.checked_add(8)?;
    ((HEADER_BYTES as usize)..=bytes.len()).contains(&len).then_some(len)
}

/// Brings the samples that a lag of two and more begins with into the order that oxideav-wavpack 0.0.4 takes them in. The
/// format has them oldest first, the channels in turn; that decoder wants the newest first, one channel after the other.
/// Without it, blocks whose first pass has such a term (as the encoder's option `-x` makes them) decode wrong.
fn reorder_seeds(block: &mut [u8]) {
    const TERMS: u8 = 2;
    const SEEDS: u8 = 4;
    let is_mono = block
        .get(24..28)
        .and_then(<[u8]>::first_chunk)
        .is_some_and(|flags| u32::from_le_bytes(*flags) & (MONO | FALSE_STEREO) != 0);
    let channels = if is_mono { 1 } else { 2 };
    let mut terms: Vec<i8> = Vec::new();
    let mut at = HEADER_BYTES as usize;
    while let Some((id, body)) = sub_block(block, &mut at) {
        let Some(content) = block.get_mut(body) else { return };
        match id {
            TERMS => terms = content.iter().map(|byte| (byte & 31).cast_signed() - 5).collect(),
            SEEDS => reorder(content, &terms, channels),
            _ => {}
        }
    }
}

/// Kind and content of the sub-block at `at`; moves behind it ("WavPack 4 & 5 Binary File / Block Format", §3).
fn sub_block(block: &[u8], at: &mut usize) -> Option<(u8, Range<usize>)> {
    let id = *block.get(*at)?;
    let (long, is_odd) = (id & 0x80 != 0, usize::from(id >> 6 & 1));
    let words = block.get(*at + 1..*at + if long { 4 } else { 2 })?;
    let len = words.iter().rev().fold(0, |len, &byte| len << 8 | usize::from(byte)) * 2;
    let start = *at + 1 + words.len();
    *at = start + len;
    Some((id & 0x3f, start..(start + len).checked_sub(is_odd).filter(|&end| end >= start)?))
}

fn reorder(mut seeds: &mut [u8], terms: &[i8], channels: usize) {
    for &term in terms {
        let moments = match term {
            1..=8 => usize::from(term.unsigned_abs()),
            17 | 18 => 2,
            _ => 1,
        };
        // Two bytes a sample.
        let Some((mine, rest)) = seeds.split_at_mut_checked(moments * channels * 2) else { return };
        if (2..=8).contains(&term) {
            let before = mine.to_vec();
            let place = |to: usize| {
                let (channel, moment) = (to / moments, moments - 1 - to % moments);
                moment * channels + channel
            };
            for (to, sample) in mine.chunks_exact_mut(2).enumerate() {
                sample.copy_from_slice(&before[place(to) * 2..][..2]);
            }
        }
        seeds = rest;
    }
}

struct Decoder {
    sets: Sets,
    channels: usize,
    is_float: bool,
    /// Full scale to 1.0.
    scale: f32,
}

impl Blocks for Decoder {
    fn decode(&mut self, frame: u64, out: &mut Vec<f32>) -> Result<Block, DecodeError> {
        let Some(set) = self.sets.find(frame)? else { return Ok(Block::Missing) };
        // Damage took the block that should be here.
        if set.start > frame {
            return Ok(Block::Damaged(set.start));
        }
        let end = set.start + set.frames;
        let mut bytes = read(&self.sets.file, set.at, set.bytes)?;
        if (bytes.len() as u64) < set.bytes {
            return Ok(Block::Missing);
        }
        let mut rest = bytes.as_mut_slice();
        while let Some(len) = block_len(rest) {
            let (block, others) = rest.split_at_mut(len);
            reorder_seeds(block);
            rest = others;
        }
        let most = set.frames * self.channels as u64;
        let decoded = contain(|| Ok(decode_multichannel_stream_muted_bounded(&bytes, most).ok()));
        let Ok(Some((stream, true))) = decoded else { return Ok(Block::Damaged(end)) };
        if stream.channels != self.channels {
            return Ok(Block::Damaged(end));
        }
        if self.is_float {
            out.extend(stream.samples.iter().map(|&bits| f32::from_bits(bits.cast_unsigned())));
        } else {
            out.extend(stream.samples.iter().map(|&sample| sample as f32 * self.scale));
        }
        Ok(Block::From(set.start))
    }
}
