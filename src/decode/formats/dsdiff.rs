//! Philips' DSDIFF ("DSDIFF File Format Specification" 1.5): big-endian chunks, bytes of the channels in turn. The
//! compressed kind, DST, is not read.

use super::super::container::Container;
use super::super::error::DecodeError;
use super::super::file::FileSpan;
use super::super::tags;
use super::dsd::{Bits, Dsd, output_rate};
use super::{Opened, damaged, opened, refused};
use crate::model::audio::Spec;
use crate::model::track::Codec;

/// Chunks that are looked at.
const MAX_CHUNKS: usize = 1_024;

/// What the chunks tell.
#[derive(Default)]
struct Found {
    bit_rate: Option<u32>,
    channels: Option<usize>,
    compression: Option<[u8; 4]>,
    data: Option<FileSpan>,
    id3: Option<FileSpan>,
}

pub(super) fn open(file: &FileSpan) -> Result<Opened, DecodeError> {
    if file.bytes_at::<4>(12) != Some(*b"DSD ") {
        return Err(DecodeError::NotMusic);
    }
    let mut found = Found::default();
    each_chunk(file, 16, |name, body| found.take(name, body));
    if found.compression.is_some_and(|kind| kind != *b"DSD ") {
        return Err(refused(Container::Dsdiff, "DST"));
    }
    let (Some(bit_rate), Some(channels)) = (found.bit_rate, found.channels) else {
        return Err(damaged("it does not describe its samples"));
    };
    let data = found.data.ok_or(DecodeError::NoAudio { container: Container::Dsdiff.name() })?;
    let known = (1..=usize::from(Spec::MAX_CHANNELS)).contains(&channels);
    let Some((rate, step)) = output_rate(bit_rate).filter(|_| known) else {
        return Err(DecodeError::UnsupportedSpec { rate: bit_rate, channels });
    };
    let len = data.len() / channels as u64;
    let dsd = Dsd::new(InTurn { data, channels, buffer: Vec::new() }, channels, len, bit_rate, step);
    let total = dsd.frames();
    let mut opened = opened(dsd, Container::Dsdiff, Codec::Dsd, (rate, channels), Some(1), total)?;
    opened.tags.extend(found.id3.and_then(|id3| tags::read_id3(&id3)));
    Ok(opened)
}

/// Calls `take` with each chunk of `parent` from `at` on.
fn each_chunk(parent: &FileSpan, mut at: u64, mut take: impl FnMut([u8; 4], FileSpan)) {
    for _ in 0..MAX_CHUNKS {
        let Some([a, b, c, d, size @ ..]) = parent.bytes_at::<12>(at) else { break };
        let size = u64::from_be_bytes(size);
        let body = at + 12;
        take([a, b, c, d], parent.part(body, body.saturating_add(size)));
        at = body.saturating_add(size).saturating_add(size & 1);
    }
}

impl Found {
    fn take(&mut self, name: [u8; 4], body: FileSpan) {
        match &name {
            b"PROP" if body.bytes_at::<4>(0) == Some(*b"SND ") => {
                each_chunk(&body, 4, |name, body| self.take_property(name, &body));
            }
            b"DSD " | b"DST " => {
                self.compression.get_or_insert(name);
                self.data.get_or_insert(body);
            }
            b"ID3 " => self.id3 = Some(body),
            _ => {}
        }
    }

    fn take_property(&mut self, name: [u8; 4], body: &FileSpan) {
        match &name {
            b"FS  " => self.bit_rate = body.bytes_at(0).map(u32::from_be_bytes),
            b"CHNL" => self.channels = body.bytes_at(0).map(|count| usize::from(u16::from_be_bytes(count))),
            b"CMPR" => self.compression = body.bytes_at(0),
            _ => {}
        }
    }
}

/// One byte of each channel in turn.
struct InTurn {
    data: FileSpan,
    channels: usize,
    buffer: Vec<u8>,
}

impl Bits for InTurn {
    fn read(&mut self, channel: usize, from: u64, bytes: &mut [u8]) -> Result<usize, DecodeError> {
        self.buffer.resize(bytes.len() * self.channels, 0);
        let from = from.saturating_mul(self.channels as u64);
        let read = self.data.read_at(&mut self.buffer, from).map_err(DecodeError::Read)?;
        let of_channel = self.buffer[..read].iter().skip(channel).step_by(self.channels);
        let mut filled = 0;
        for (to, &byte) in bytes.iter_mut().zip(of_channel) {
            *to = byte;
            filled += 1;
        }
        Ok(filled)
    }
}
