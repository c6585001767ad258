//! What symphonia leaves unread in a Matroska file: the frames to discard at the end (RFC 9559 §5.1.3.5.7). Called by
//! `window`.

use super::file::FileSpan;

const SEGMENT: u32 = 0x1853_8067;
const CLUSTER: u32 = 0x1f43_b675;
const BLOCK_GROUP: u32 = 0xa0;
const BLOCK: u32 = 0xa1;
const SIMPLE_BLOCK: u32 = 0xa3;
const DISCARD_PADDING: u32 = 0x75a2;
/// Elements looked at in one file: hours of clusters, and the blocks of the last one.
const MAX_ELEMENTS: usize = 200_000;

/// Nanoseconds that the last block of the track says to drop from its end.
pub(super) fn discard_ns(file: &FileSpan, track: u32) -> Option<u64> {
    let mut walk = Walk { file, budget: MAX_ELEMENTS };
    let segment =
        walk.find_last(Element { id: 0, start: 0, end: file.len() }, |_, found| found.id == SEGMENT)?;
    let cluster = walk.find_last(segment, |_, found| found.id == CLUSTER)?;
    let last = walk.find_last(cluster, |walk, found| walk.track_of(found) == Some(u64::from(track)))?;
    if last.id != BLOCK_GROUP {
        return None;
    }
    let padding = walk.find_last(last, |_, found| found.id == DISCARD_PADDING)?;
    u64::try_from(walk.signed(padding)?).ok()
}

/// An element and the span of its content.
#[derive(Clone, Copy)]
struct Element {
    id: u32,
    start: u64,
    end: u64,
}

struct Walk<'a> {
    file: &'a FileSpan,
    budget: usize,
}

impl Walk<'_> {
    fn next(&mut self, parent: Element, at: &mut u64) -> Option<Element> {
        self.budget = self.budget.checked_sub(1)?;
        if *at >= parent.end {
            return None;
        }
        let mut head = [0; 12];
        let read = self.file.read_at(&mut head, *at).ok()?;
        let head = &head[..read];
        let (id, id_len) = number(head, true)?;
        let (size, size_len) = number(head.get(id_len..)?, false)?;
        let start = *at + (id_len + size_len) as u64;
        // All ones is an unknown size: the element reaches to its parent's end.
        let unknown = size == (1 << (7 * size_len)) - 1;
        let end = if unknown { parent.end } else { start.checked_add(size)?.min(parent.end) };
        *at = end;
        Some(Element { id: u32::try_from(id).ok()?, start, end })
    }

    fn find_last(&mut self, parent: Element, wanted: impl Fn(&mut Self, Element) -> bool) -> Option<Element> {
        let mut at = parent.start;
        let mut last = None;
        while let Some(element) = self.next(parent, &mut at) {
            if wanted(self, element) {
                last = Some(element);
            }
        }
        last
    }

    /// The track of a block, or of the block of a group.
    fn track_of(&mut self, element: Element) -> Option<u64> {
        let block = match element.id {
            SIMPLE_BLOCK => element,
            BLOCK_GROUP => self.find_last(element, |_, found| found.id == BLOCK)?,
            _ => return None,
        };
        number(&self.file.bytes_at::<8>(block.start)?, false).map(|(track, _)| track)
    }

    fn signed(&self, element: Element) -> Option<i64> {
        let len = usize::try_from(element.end - element.start).ok().filter(|len| (1..=8).contains(len))?;
        let mut bytes = [0; 8];
        self.file.read_at(&mut bytes[..len], element.start).ok()?;
        Some(i64::from_be_bytes(bytes) >> (64 - 8 * len))
    }
}

/// A number of variable length, with or without the bits that tell its length (RFC 8794 §4), and that length.
fn number(bytes: &[u8], with_marker: bool) -> Option<(u64, usize)> {
    let first = *bytes.first()?;
    let len = first.leading_zeros() as usize + 1;
    let rest = bytes.get(1..len)?;
    let marker = if with_marker { 0 } else { 0x80u8.checked_shr(len as u32 - 1)? };
    Some((rest.iter().fold(u64::from(first ^ marker), |sum, &byte| sum << 8 | u64::from(byte)), len))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_variable_length_are_those_of_the_standard() {
        assert_eq!(number(&[0x82], false), Some((2, 1)));
        assert_eq!(number(&[0x40, 0x02], false), Some((2, 2)));
        assert_eq!(number(&[0x1f, 0x43, 0xb6, 0x75], true), Some((u64::from(CLUSTER), 4)));
        assert_eq!(number(&[0x01, 0, 0, 0, 0, 0, 0, 5], false), Some((5, 8)));
        assert_eq!(number(&[0x00, 1, 2, 3, 4, 5, 6, 7, 8], false), None);
        assert_eq!(number(&[0x40], false), None);
    }
}
