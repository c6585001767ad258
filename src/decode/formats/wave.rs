//! WAV's children with 64-bit sizes: RF64 and BW64 (EBU Tech 3306, ITU-R BS.2088) and Sony's Wave64.

use super::super::container::Container;
use super::super::error::DecodeError;
use super::super::file::FileSpan;
use super::super::tags;
use super::pcm::{Coding, Pcm};
use super::{Opened, damaged, opened, refused};
use crate::model::track::Codec;

/// Chunks that are looked at.
const MAX_CHUNKS: usize = 1_024;
/// Wave64 names its chunks by GUIDs that begin with the four letters and end with these bytes; `riff` differs.
const GUID_TAIL: [u8; 12] = *b"\xf3\xac\xd3\x11\x8c\xd1\x00\xc0\x4f\x8e\xdb\x8a";

/// What the chunks tell.
#[derive(Default)]
struct Found {
    format: Option<Format>,
    data: Option<FileSpan>,
    id3: Option<FileSpan>,
    /// Frames by the chunk `fact`.
    fact: Option<u64>,
}

/// The fields of `fmt ` that matter (WAVEFORMATEX).
struct Format {
    coding: Coding,
    channels: usize,
    rate: u32,
    bits: Option<u8>,
}

pub(super) fn open_rf64(file: &FileSpan) -> Result<Opened, DecodeError> {
    let mut found = Found::default();
    let mut long_data = None;
    let mut at = 12;
    for _ in 0..MAX_CHUNKS {
        let Some([a, b, c, d, size @ ..]) = file.bytes_at::<8>(at) else { break };
        let short = u64::from(u32::from_le_bytes(size));
        // The sizes that do not fit are in `ds64`: of the whole, of the samples, of other chunks that nobody writes.
        let is_long = short == u64::from(u32::MAX) && [a, b, c, d] == *b"data";
        let size = if is_long { long_data.unwrap_or(u64::MAX) } else { short };
        let body = file.part(at + 8, (at + 8).saturating_add(size));
        if [a, b, c, d] == *b"ds64" {
            long_data = body.bytes_at::<8>(8).map(u64::from_le_bytes);
        }
        found.take([a, b, c, d], body, Container::Wav)?;
        at = at.saturating_add(8).saturating_add(size).saturating_add(size & 1);
    }
    found.open(Container::Wav)
}

pub(super) fn open_wave64(file: &FileSpan) -> Result<Opened, DecodeError> {
    let mut found = Found::default();
    let form = file.bytes_at::<16>(24).ok_or_else(|| damaged("its header is cut"))?;
    if form[..4] != *b"wave" {
        return Err(DecodeError::NotMusic);
    }
    let mut at = 40;
    for _ in 0..MAX_CHUNKS {
        let Some(head) = file.bytes_at::<24>(at) else { break };
        let (Some(name), Some(size)) = (head.first_chunk::<4>(), head.last_chunk::<8>()) else { break };
        // A size counts its own header.
        let Some(size) = u64::from_le_bytes(*size).checked_sub(24) else { break };
        let body = file.part(at + 24, (at + 24).saturating_add(size));
        if head[4..16] == GUID_TAIL {
            found.take(*name, body, Container::Wave64)?;
        }
        at = at.saturating_add(24).saturating_add(size).saturating_add(7) & !7;
    }
    found.open(Container::Wave64)
}

impl Found {
    fn take(&mut self, name: [u8; 4], body: FileSpan, container: Container) -> Result<(), DecodeError> {
        match &name {
            b"fmt " if self.format.is_none() => self.format = Some(Format::read(&body, container)?),
            b"data" if self.data.is_none() => self.data = Some(body),
            b"fact" if container == Container::Wave64 => self.fact = body.bytes_at(0).map(u64::from_le_bytes),
            b"id3 " | b"ID3 " => self.id3 = Some(body),
            _ => {}
        }
        Ok(())
    }

    fn open(self, container: Container) -> Result<Opened, DecodeError> {
        let format = self.format.ok_or_else(|| damaged("it does not describe its samples"))?;
        let data = self.data.ok_or(DecodeError::NoAudio { container: container.name() })?;
        let pcm = Pcm { data, coding: format.coding, is_big: false, channels: format.channels };
        // Some writers count the filling up to eight bytes as samples.
        let filling = 8 / format.channels.max(1) as u64;
        let fact = self.fact.filter(|&fact| fact <= pcm.frames() && pcm.frames() - fact <= filling);
        let (total, spec) = (fact.unwrap_or(pcm.frames()), (format.rate, format.channels));
        let mut file = opened(pcm, container, Codec::Pcm, spec, format.bits, total)?;
        file.tags.extend(self.id3.and_then(|id3| tags::read_id3(&id3)));
        Ok(file)
    }
}

impl Format {
    fn read(body: &FileSpan, container: Container) -> Result<Self, DecodeError> {
        let head = body.bytes_at::<16>(0).ok_or_else(|| damaged("the description of its samples is cut"))?;
        let short = |at: usize| u16::from_le_bytes([head[at], head[at + 1]]);
        let (mut tag, channels, bits) = (short(0), usize::from(short(2)), short(14));
        let rate = u32::from_le_bytes([head[4], head[5], head[6], head[7]]);
        let mut valid = bits;
        // WAVE_FORMAT_EXTENSIBLE: valid bits, then the real tag as the start of a GUID.
        if tag == 0xfffe {
            let more =
                body.bytes_at::<10>(16).ok_or_else(|| damaged("the description of its samples is cut"))?;
            valid = u16::from_le_bytes([more[2], more[3]]);
            tag = u16::from_le_bytes([more[8], more[9]]);
        }
        let coding = match (tag, bits) {
            (1, 1..=8) => Coding::U8,
            (1, 9..=16) => Coding::S16,
            (1, 17..=24) => Coding::S24,
            (1, 25..=32) => Coding::S32,
            (3, 32) => Coding::F32,
            (3, 64) => Coding::F64,
            (6, _) => Coding::ALaw,
            (7, _) => Coding::MuLaw,
            (2 | 0x11, _) => return Err(refused(container, "ADPCM")),
            (1 | 3, other) => return Err(refused(container, format!("PCM of {other} bits"))),
            (other, _) => return Err(refused(container, format!("codec 0x{other:04x}"))),
        };
        if channels == 0 {
            return Err(DecodeError::UnsupportedSpec { rate, channels });
        }
        let valid = u8::try_from(if (1..=bits).contains(&valid) { valid } else { bits }).ok();
        Ok(Self { coding, channels, rate, bits: coding.bits().and(valid) })
    }
}
