//! What of a file is sound and not tags, and its hash: by it a file is known again that was moved, renamed or tagged, and
//! two files are known to hold the same. FLAC tells the MD5 of its samples (RFC 9639, section 8.2); of all else the
//! coded bytes are hashed. Of those the beginning, the end and the length are a first guess that costs next to nothing.

mod find;

use std::io;
use std::ops::Range;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use twox_hash::XxHash3_128;

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
    /// The bodies of the Ogg pages from here on: their headers change with the length of the tags.
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
        let found = find::find(&mut window, kind).map_err(ReadError::Io)?;
        let hash = match found {
            None => Ok(None),
            Some(Payload::Told(info)) => Ok(Some(XxHash3_128::oneshot(&info))),
            Some(Payload::Ranges(ranges)) => whole_ranges(&mut window, &ranges, cancel),
            Some(Payload::OggPages(start)) => whole_ogg(&mut window, start, cancel),
        };
        hash.map_err(ReadError::Io)
    })
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
        hash.write(&page.granule.to_le_bytes());
        hash.write(&window.vec_at(page.body.start, short(page.body.end - page.body.start, BLOCK))?);
        at = page.body.end;
    }
    Ok((at > start).then(|| hash.finish_128()))
}
