//! What of a file is sound and not tags, and its hash: by it a file is known again that was moved, renamed or tagged, and
//! two files are known to hold the same. FLAC tells the MD5 of its samples (RFC 9639, section 8.2); of all else the
//! coded bytes are hashed. Of those the beginning, the end and the length are a first guess that costs next to nothing.

mod find;

use std::io;
use std::ops::Range;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use symphonia::core::formats::FormatOptions;
use symphonia::core::formats::probe::Hint;
use symphonia::core::io::{MediaSourceStream, MediaSourceStreamOptions};
use symphonia::core::meta::MetadataOptions;
use twox_hash::XxHash3_128;

use super::container::Container;
use super::symphonia_tags::Source;
use super::window::Window;
use super::{ReadError, container, read_with};
use crate::library::store::AudioId;

/// Bytes of the beginning and of the end that the guess is made of.
const EDGE: u64 = 8 * 1024;
/// Read at once when everything is read.
const BLOCK: u64 = 256 * 1024;

/// Where a file's sound is.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Payload {
    /// The container tells a hash of the samples, and what they are.
    Told([u8; 34]),
    /// The bytes in these ranges, in their order.
    Ranges(Vec<Range<u64>>),
    /// The packets in the Ogg pages from here on. How they lie in pages, and what the pages' headers say, changes with who
    /// wrote the tags.
    OggPages(u64),
}

/// What the file says of its sound without reading all of it; `None` where it has none, or in a way that is not known.
pub fn guess(window: &mut Window) -> io::Result<Option<AudioId>> {
    let Ok(kind) = container::sniff(window) else { return Ok(None) };
    let Some(payload) = find::find(window, kind)? else { return Ok(None) };
    match payload {
        Payload::Told(info) => {
            let hash = XxHash3_128::oneshot(&info);
            Ok(Some(AudioId { guess: hash, whole: Some(hash) }))
        }
        Payload::Ranges(ranges) => guess_ranges(window, &ranges),
        Payload::OggPages(start) => guess_ogg(window, start),
    }
}

/// Reads all of the sound of `path`; `None` as above, or where it was cancelled.
pub fn whole(path: &Path, cancel: &AtomicBool) -> Result<Option<u128>, ReadError> {
    read_with(path, |mut window| {
        let kind = container::sniff(&mut window)?;
        match find::find(&mut window, kind).map_err(ReadError::Io)? {
            None => Ok(None),
            Some(Payload::Told(info)) => Ok(Some(XxHash3_128::oneshot(&info))),
            Some(payload) => hash_of(&mut window, &payload, cancel).map_err(ReadError::Io),
        }
    })
}

/// A hash of the bytes that are played and of those that say how they are coded, whatever the file tells of itself: the
/// tag editor compares it before and after. Where an index says where the sound is, what is found by the index counts.
pub fn proof(path: &Path) -> Result<u128, ReadError> {
    read_with(path, |mut window| {
        let kind = container::sniff(&mut window)?;
        match kind.container {
            // Pages of Ogg are laid out anew by who writes tags.
            Container::OggVorbis | Container::OggOpus | Container::OggFlac => packets(window),
            Container::Mp4 | Container::Matroska | Container::Caf => packets(window),
            _ => {
                let coded = find::coded(&mut window, kind).map_err(ReadError::Io)?;
                let Some(coded) = coded else {
                    // Headers alone are a whole FLAC file of no length.
                    let is_whole = kind.container == Container::Flac;
                    let silence = XxHash3_128::oneshot(&[]);
                    return is_whole.then_some(silence).ok_or(ReadError::Damaged("it has no samples"));
                };
                let hash = hash_of(&mut window, &coded, &AtomicBool::new(false)).map_err(ReadError::Io)?;
                hash.ok_or(ReadError::Damaged("it has no samples"))
            }
        }
    })
}

/// All packets of all tracks, by symphonia.
fn packets(mut window: Window) -> Result<u128, ReadError> {
    window.go(0);
    let source = MediaSourceStream::new(Box::new(Source(window)), MediaSourceStreamOptions::default());
    let mut reader = symphonia::default::get_probe()
        .probe(&Hint::new(), source, FormatOptions::default(), MetadataOptions::default())
        .map_err(|_| ReadError::Damaged("its container cannot be opened"))?;
    let mut hash = XxHash3_128::new();
    // A cut file ends in an error; what came before it counts.
    while let Ok(Some(packet)) = reader.next_packet() {
        hash.write(&packet.track_id.to_le_bytes());
        hash.write(&(packet.data.len() as u64).to_le_bytes());
        hash.write(&packet.data);
    }
    Ok(hash.finish_128())
}

/// `None` where it was cancelled, or where nothing is there.
fn hash_of(window: &mut Window, payload: &Payload, cancel: &AtomicBool) -> io::Result<Option<u128>> {
    match payload {
        Payload::Told(info) => Ok(Some(XxHash3_128::oneshot(info))),
        Payload::Ranges(ranges) => whole_ranges(window, ranges, cancel),
        Payload::OggPages(start) => whole_ogg(window, *start, cancel),
    }
}

fn length(ranges: &[Range<u64>]) -> u64 {
    ranges.iter().map(|range| range.end - range.start).sum()
}

fn guess_ranges(window: &mut Window, ranges: &[Range<u64>]) -> io::Result<Option<AudioId>> {
    let len = length(ranges);
    if len == 0 {
        return Ok(None);
    }
    if len <= 2 * EDGE {
        let hash = whole_ranges(window, ranges, &AtomicBool::new(false))?;
        return Ok(hash.map(|hash| AudioId { guess: hash, whole: Some(hash) }));
    }
    let mut hash = XxHash3_128::new();
    hash.write(&len.to_le_bytes());
    let (Some(first), Some(last)) = (ranges.first(), ranges.last()) else { return Ok(None) };
    hash.write(&window.vec_at(first.start, short(first.end - first.start, EDGE))?);
    let tail = (last.end - last.start).min(EDGE);
    hash.write(&window.vec_at(last.end - tail, short(tail, EDGE))?);
    Ok(Some(AudioId { guess: hash.finish_128(), whole: None }))
}

/// The smaller of both, as a length in memory.
fn short(len: u64, limit: u64) -> usize {
    usize::try_from(len.min(limit)).unwrap_or(usize::MAX)
}

fn whole_ranges(window: &mut Window, ranges: &[Range<u64>], cancel: &AtomicBool) -> io::Result<Option<u128>> {
    let mut hash = XxHash3_128::new();
    for range in ranges {
        let mut at = range.start;
        while at < range.end {
            if cancel.load(Ordering::Relaxed) {
                return Ok(None);
            }
            let block = window.vec_at(at, short(range.end - at, BLOCK))?;
            if block.is_empty() {
                break;
            }
            at += block.len() as u64;
            hash.write(&block);
        }
    }
    Ok(Some(hash.finish_128()))
}

fn guess_ogg(window: &mut Window, start: u64) -> io::Result<Option<AudioId>> {
    let mut hash = XxHash3_128::new();
    let (mut at, mut hashed) = (start, 0_u64);
    while hashed < EDGE {
        let Some(page) = find::ogg_page(window, at)? else { break };
        hash.write(&window.vec_at(page.body.start, short(page.body.end - page.body.start, EDGE - hashed))?);
        hashed += page.body.end - page.body.start;
        at = page.body.end;
    }
    if hashed == 0 {
        return Ok(None);
    }
    hash.write(&find::last_granule(window)?.to_le_bytes());
    Ok(Some(AudioId { guess: hash.finish_128(), whole: None }))
}

fn whole_ogg(window: &mut Window, start: u64, cancel: &AtomicBool) -> io::Result<Option<u128>> {
    let mut hash = XxHash3_128::new();
    let mut at = start;
    while let Some(page) = find::ogg_page(window, at)? {
        if cancel.load(Ordering::Relaxed) {
            return Ok(None);
        }
        hash.write(&window.vec_at(page.body.start, short(page.body.end - page.body.start, BLOCK))?);
        at = page.body.end;
    }
    hash.write(&find::last_granule(window)?.to_le_bytes());
    Ok((at > start).then(|| hash.finish_128()))
}
