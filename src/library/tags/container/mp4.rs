//! MP4 and QuickTime audio (ISO/IEC 14496-12; 14496-1 for `esds`; Apple's ALAC cookie; the Opus and FLAC mappings).
//! Frames come from iTunes' own gapless entry, or the media's duration inside the edit list.

use super::super::ReadError;
use super::super::window::Window;
use super::adts::RATES;
use super::{be16, be32, be64, flac, format};
use crate::model::track::{AudioFormat, Codec};

/// Most boxes that are looked at in one box.
const MAX_BOXES: usize = 10_000;
/// Frames that an AAC encoder puts in front, where the file does not tell.
const AAC_PRIMING: u64 = 1024;
/// Bytes of a small box that are read.
const MAX_BODY: usize = 4 * 1024;

#[derive(Clone, Copy)]
struct Atom {
    kind: [u8; 4],
    from: u64,
    to: u64,
}

impl Atom {
    fn body(&self, window: &mut Window) -> Result<Vec<u8>, ReadError> {
        let len = usize::try_from(self.to - self.from).unwrap_or(MAX_BODY).min(MAX_BODY);
        window.vec_at(self.from, len).map_err(ReadError::Io)
    }

    fn children(&self, window: &mut Window) -> Result<Vec<Self>, ReadError> {
        atoms(window, self.from, self.to)
    }

    fn child(&self, window: &mut Window, path: &[&[u8; 4]]) -> Result<Option<Self>, ReadError> {
        let mut atom = *self;
        for &kind in path {
            match atom.children(window)?.into_iter().find(|child| &child.kind == kind) {
                Some(child) => atom = child,
                None => return Ok(None),
            }
        }
        Ok(Some(atom))
    }
}

/// The boxes between two places.
fn atoms(window: &mut Window, mut from: u64, to: u64) -> Result<Vec<Atom>, ReadError> {
    let mut found = Vec::new();
    let to = to.min(window.len());
    while from + 8 <= to && found.len() < MAX_BOXES {
        let head = window.vec_at(from, 16).map_err(ReadError::Io)?;
        let (Some(size), Some(kind)) = (be32(&head, 0), head.get(4..8)) else { break };
        let (header, size) = match size {
            0 => (8, to - from),
            1 => (16, be64(&head, 8).unwrap_or(0)),
            size => (8, u64::from(size)),
        };
        if size < header {
            break;
        }
        let end = from.saturating_add(size);
        let kind = kind.try_into().unwrap_or([0; 4]);
        found.push(Atom { kind, from: from + header, to: end.min(to) });
        from = end;
    }
    Ok(found)
}

pub fn read(window: &mut Window) -> Result<AudioFormat, ReadError> {
    let file = Atom { kind: *b"file", from: 0, to: window.len() };
    let moov = file.child(window, &[b"moov"])?.ok_or(ReadError::Damaged("it has no index (moov)"))?;
    for trak in moov.children(window)?.into_iter().filter(|atom| &atom.kind == b"trak") {
        let Some(stsd) = trak.child(window, &[b"mdia", b"minf", b"stbl", b"stsd"])? else { continue };
        if let Some(coding) = coding(window, &stsd)? {
            let frames = frames(window, &moov, &trak, &coding)?;
            return format(coding.codec, coding.rate, coding.channels, coding.bits, frames);
        }
    }
    Err(ReadError::NotAudio("an MP4 file without a known audio track"))
}

/// Whether iTunes' list of metadata has a cover.
pub fn has_cover(window: &mut Window) -> Result<bool, ReadError> {
    let file = Atom { kind: *b"file", from: 0, to: window.len() };
    let Some(mut meta) = file.child(window, &[b"moov", b"udta", b"meta"])? else { return Ok(false) };
    // A full box: version and flags come before its children.
    meta.from += 4;
    Ok(meta.child(window, &[b"ilst", b"covr"])?.is_some())
}

struct Coding {
    codec: Codec,
    rate: u32,
    channels: u16,
    bits: Option<u8>,
}

/// The first sample entry, where it is audio that we know (14496-12, section 12.2.3).
fn coding(window: &mut Window, stsd: &Atom) -> Result<Option<Coding>, ReadError> {
    let Some(entry) = atoms(window, stsd.from + 8, stsd.to)?.into_iter().next() else { return Ok(None) };
    let body = entry.body(window)?;
    let fields = (be16(&body, 8), be16(&body, 16), be16(&body, 18), be16(&body, 24));
    let (Some(version), Some(channels), Some(bits), Some(rate)) = fields else { return Ok(None) };
    // QuickTime's versions 1 and 2 of the entry are longer.
    let skip = match version {
        1 => 44,
        2 => 64,
        _ => 28,
    };
    let mut inner = atoms(window, entry.from + skip, entry.to)?;
    if let Some(wave) = inner.iter().find(|atom| &atom.kind == b"wave").copied() {
        inner.extend(wave.children(window)?);
    }
    let plain = Coding { codec: Codec::Aac, rate: u32::from(rate), channels, bits: None };
    let mut setup = |kind: &[u8; 4]| match inner.iter().find(|atom| &atom.kind == kind) {
        Some(atom) => atom.body(window),
        None => Ok(Vec::new()),
    };
    Ok(match &entry.kind {
        b"mp4a" => aac(&setup(b"esds")?, plain),
        b"alac" => alac(&setup(b"alac")?),
        b"Opus" => opus(&setup(b"dOps")?),
        b"fLaC" => flac_coding(&setup(b"dfLa")?),
        b".mp3" => Some(Coding { codec: Codec::Mp3, ..plain }),
        b"sowt" | b"twos" | b"lpcm" | b"in24" | b"in32" | b"fl32" | b"fl64" => {
            Some(Coding { codec: Codec::Pcm, bits: u8::try_from(bits).ok(), ..plain })
        }
        _ => None,
    })
}

/// `esds`: descriptors with a tag, a size of seven bits a byte, and inside the second the object type and, as a third,
/// the AudioSpecificConfig (14496-1, section 7.2.6; 14496-3, section 1.6.2.1).
fn aac(esds: &[u8], plain: Coding) -> Option<Coding> {
    let Some(stream) = esds.get(4..).and_then(|body| descriptor(body, 3)) else { return Some(plain) };
    let config = stream.get(3..).and_then(|body| descriptor(body, 4))?;
    match config.first()? {
        0x40 | 0x66..=0x68 => {}
        0x69 | 0x6b => return Some(Coding { codec: Codec::Mp3, ..plain }),
        _ => return None,
    }
    let Some(&[a, b, ..]) = config.get(13..).and_then(|body| descriptor(body, 5)) else { return Some(plain) };
    let rate = RATES.get(usize::from((a & 7) << 1 | b >> 7)).copied();
    let channels = match b >> 3 & 0xf {
        0 => plain.channels,
        7 => 8,
        config => u16::from(config),
    };
    Some(Coding { rate: rate.unwrap_or(plain.rate), channels, ..plain })
}

/// Body of the descriptor at the start of `bytes`, where it has this tag.
fn descriptor(bytes: &[u8], tag: u8) -> Option<&[u8]> {
    let (&found, mut rest) = bytes.split_first()?;
    let mut size = 0_usize;
    for _ in 0..4 {
        let (&byte, after) = rest.split_first()?;
        rest = after;
        size = size << 7 | usize::from(byte & 0x7f);
        if byte & 0x80 == 0 {
            break;
        }
    }
    (found == tag).then(|| rest.get(..size).unwrap_or(rest))
}

fn alac(cookie: &[u8]) -> Option<Coding> {
    let cookie = cookie.get(4..)?;
    let (&bits, &channels) = (cookie.get(5)?, cookie.get(9)?);
    Some(Coding {
        codec: Codec::Alac,
        rate: be32(cookie, 20)?,
        channels: u16::from(channels),
        bits: Some(bits),
    })
}

fn opus(dops: &[u8]) -> Option<Coding> {
    let channels = u16::from(*dops.get(1)?);
    Some(Coding { codec: Codec::Opus, rate: 48_000, channels, bits: None })
}

fn flac_coding(dfla: &[u8]) -> Option<Coding> {
    let info = flac::stream_info(dfla.get(8..)?).ok()?;
    Some(Coding { codec: info.codec, rate: info.spec.rate, channels: info.spec.channels, bits: info.bits })
}

/// Playable frames: the whole media, less what the edit list or iTunes' entry cuts from both ends.
fn frames(window: &mut Window, moov: &Atom, trak: &Atom, coding: &Coding) -> Result<Option<u64>, ReadError> {
    let Some(mdhd) = trak.child(window, &[b"mdia", b"mdhd"])? else { return Ok(None) };
    let Some((scale, duration)) = timing(&mdhd.body(window)?) else { return Ok(None) };
    let rate = u64::from(coding.rate);
    let to_frames = |units: u64| u64::try_from(u128::from(units) * u128::from(rate) / u128::from(scale)).ok();
    if coding.codec == Codec::Aac
        && let Some(length) = itunes_length(window, moov)?
    {
        return Ok(Some(length));
    }
    let edit = match trak.child(window, &[b"edts", b"elst"])? {
        Some(elst) => first_edit(&elst.body(window)?),
        None => None,
    };
    let Some((segment, start)) = edit else {
        // An AAC encoder's priming is there even where nobody says so; the decoder drops the same.
        let priming = if coding.codec == Codec::Aac { AAC_PRIMING } else { 0 };
        return Ok(to_frames(duration).map(|frames| frames.saturating_sub(priming)));
    };
    let left = duration.saturating_sub(start);
    let movie_scale = match moov.child(window, &[b"mvhd"])? {
        Some(mvhd) => timing(&mvhd.body(window)?).map_or(scale, |(movie, _)| movie),
        None => scale,
    };
    let kept = u128::from(segment) * u128::from(scale) / u128::from(movie_scale);
    // The segment is told in the movie's coarser units: within one of them it means "all the rest".
    let tick = u128::from(scale.div_ceil(movie_scale));
    let all = segment == 0 || kept + tick >= u128::from(left);
    Ok(to_frames(if all { left } else { u64::try_from(kept).unwrap_or(left) }))
}

/// Units a second and duration of `mdhd` or `mvhd`, which begin alike; `None` where the duration is not known.
fn timing(body: &[u8]) -> Option<(u64, u64)> {
    let (scale, duration) = match body.first()? {
        1 => (be32(body, 20)?, be64(body, 24)?),
        _ => (be32(body, 12)?, u64::from(be32(body, 16)?)),
    };
    let unknown = duration == 0 || duration == u64::MAX || duration == u64::from(u32::MAX);
    (scale > 0 && !unknown).then_some((u64::from(scale), duration))
}

/// Segment duration (movie units) and media time (media units) of the first edit that is not empty.
fn first_edit(elst: &[u8]) -> Option<(u64, u64)> {
    let count = be32(elst, 4)?.min(100) as usize;
    let long = *elst.first()? == 1;
    (0..count).find_map(|entry| {
        let (segment, start) = if long {
            (be64(elst, 8 + entry * 20)?, be64(elst, 16 + entry * 20)?.cast_signed())
        } else {
            let at = 8 + entry * 12;
            (u64::from(be32(elst, at)?), i64::from(be32(elst, at + 4)?.cast_signed()))
        };
        Some((segment, u64::try_from(start).ok()?))
    })
}

/// The third number of `iTunSMPB`: the length in frames, in hexadecimal.
fn itunes_length(window: &mut Window, moov: &Atom) -> Result<Option<u64>, ReadError> {
    let Some(meta) = moov.child(window, &[b"udta", b"meta"])? else { return Ok(None) };
    // `meta` is a full box (4 bytes of version and flags) but for QuickTime's, which is not.
    let full = Atom { from: meta.from + 4, ..meta };
    let ilst = match full.child(window, &[b"ilst"])? {
        Some(ilst) => Some(ilst),
        None => meta.child(window, &[b"ilst"])?,
    };
    let Some(ilst) = ilst else { return Ok(None) };
    for entry in ilst.children(window)?.into_iter().filter(|atom| &atom.kind == b"----") {
        let body = entry.body(window)?;
        if let Some(at) = body.windows(8).position(|eight| eight == b"iTunSMPB") {
            let text = String::from_utf8_lossy(&body[at + 8..]).into_owned();
            let numbers = text.split([' ', '\0']).filter(|word| word.len() >= 8);
            let length = numbers.skip(1).find(|word| word.len() == 16);
            return Ok(length.and_then(|hex| u64::from_str_radix(hex, 16).ok()).filter(|&length| length > 0));
        }
    }
    Ok(None)
}
