//! Chained Ogg: several streams one after another in one file (RFC 3533 §4). symphonia gives up the first one's length
//! and seeking when it meets the second, so each link is opened as a file of its own. Called by `source`.

use super::file::FileSpan;

/// Bytes of the longest page: header, 255 segment sizes, 255 full segments (RFC 3533 §6).
const MAX_PAGE: u64 = 27 + 255 + 255 * 255;
const FIRST_PAGE: u8 = 2;
/// Pages looked at in one file: a day of music.
const MAX_PAGES: usize = 1 << 20;

/// The spans of the links, where there is more than one. All pages are looked at only then.
pub(super) fn links(file: &FileSpan) -> Vec<FileSpan> {
    if file.bytes_at(0) != Some(*b"OggS") || !is_chained(file) {
        return Vec::new();
    }
    let mut starts = Vec::new();
    let mut is_in_heads = false;
    let mut at = 0;
    for _ in 0..MAX_PAGES {
        let Some(page) = Page::at(file, at) else {
            match resync(file, at + 1) {
                Some(next) => at = next,
                None => break,
            }
            continue;
        };
        // Streams that sound together begin together: their first pages stand side by side.
        let is_first = page.flags & FIRST_PAGE != 0;
        if is_first && !is_in_heads {
            starts.push(at);
        }
        is_in_heads = is_first;
        at += page.len;
    }
    let ends = starts.iter().skip(1).copied().chain([file.len()]);
    starts.iter().zip(ends).map(|(&start, end)| file.part(start, end)).collect()
}

/// Whether the last page belongs to a stream that does not begin at the file's start.
fn is_chained(file: &FileSpan) -> bool {
    let mut at = 0;
    let mut serials = Vec::new();
    while let Some(page) = Page::at(file, at).filter(|page| page.flags & FIRST_PAGE != 0) {
        serials.push(page.serial);
        at += page.len;
        if serials.len() > 64 {
            return false;
        }
    }
    let mut tail = file.len().saturating_sub(MAX_PAGE);
    let mut last = None;
    while let Some(found) = resync(file, tail) {
        tail = found + 4;
        if let Some(page) = Page::at(file, found) {
            last = Some(page.serial);
            tail = found + page.len;
        }
    }
    last.is_some_and(|serial| !serials.contains(&serial))
}

struct Page {
    flags: u8,
    serial: u32,
    len: u64,
}

impl Page {
    fn at(file: &FileSpan, at: u64) -> Option<Self> {
        let head = file.bytes_at::<27>(at).filter(|head| head.starts_with(b"OggS\0"))?;
        let mut sizes = [0; 255];
        let sizes = &mut sizes[..usize::from(head[26])];
        if file.read_at(sizes, at + 27).ok()? < sizes.len() {
            return None;
        }
        let body: u64 = sizes.iter().map(|&size| u64::from(size)).sum();
        let serial = u32::from_le_bytes([head[14], head[15], head[16], head[17]]);
        Some(Self { flags: head[5], serial, len: 27 + sizes.len() as u64 + body })
    }
}

/// Offset of the next capture pattern at or behind `from`.
fn resync(file: &FileSpan, from: u64) -> Option<u64> {
    let mut window = [0; 16_384];
    let mut at = from;
    loop {
        let read = file.read_at(&mut window, at).ok()?;
        if let Some(found) = window[..read].windows(5).position(|bytes| bytes == b"OggS\0") {
            return Some(at + found as u64);
        }
        if read < window.len() {
            return None;
        }
        at += (read - 4) as u64;
    }
}
