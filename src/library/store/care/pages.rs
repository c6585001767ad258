//! The pages of a store read without redb, which refuses a damaged file as a whole or stumbles over it: here each page
//! stands for itself. Nothing is written, nothing is believed: any bytes give rows or a count of what is damaged. The form
//! is that of redb's design document (<https://github.com/cberner/redb/blob/master/docs/design.md>, file format 3):
//! a tree of pages, each of which is named in the one above it together with its checksum (XXH3, 128 bits).

use std::collections::{BTreeMap, HashSet};
use std::fs::File;
use std::ops::Range;
use std::os::unix::fs::FileExt;

use twox_hash::XxHash3_128;

const PAGE: u64 = 4096;
/// Of the header: what says which commit counts, how many pages stand at the head of a region, and how many behind them.
const FLAGS: usize = 9;
const REGION_HEAD: usize = 16;
const REGION_PAGES: usize = 20;
const SLOTS: [usize; 2] = [64, 192];
const HEADER: usize = 320;
/// Flags: the second slot counts; the file was not closed.
const SECOND: u8 = 1;
const NOT_CLOSED: u8 = 2;
/// Kinds of pages.
const LEAF: u8 = 1;
const BRANCH: u8 = 2;
/// No tree is this deep: a page of 4 KiB has dozens of children.
const DEEPEST: usize = 32;

/// A page and what its bytes must sum up to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Node {
    page: u64,
    sum: u128,
}

/// Bytes of keys and of values, where all of them have the same.
pub type Widths = (Option<usize>, Option<usize>);

/// Gets each row that can be told from its neighbours: key, value, and whether its page is sound.
pub type OnRow<'a> = &'a mut dyn FnMut(&[u8], &[u8], bool);

/// One commit of a store.
#[derive(Debug)]
pub struct Pages {
    file: File,
    len: u64,
    region: u64,
    region_head: u64,
    tables: BTreeMap<String, Option<Node>>,
    seen: HashSet<u64>,
    /// Pages that are not as they were written, or are not there.
    pub damaged: u64,
    /// Of these, those of the list of tables.
    of_the_list: u64,
    /// The file was not closed: what was written last may be for redb to mend.
    pub not_closed: bool,
}

impl Pages {
    /// The commit that counts, or the one before it. `None` where the header makes no sense.
    pub fn open(file: File, before: bool) -> Option<Self> {
        let len = file.metadata().ok()?.len();
        let mut header = [0; HEADER];
        file.read_exact_at(&mut header, 0).ok()?;
        let flags = header[FLAGS];
        let (head, pages) =
            (u64::from(u32_at(&header, REGION_HEAD)?), u64::from(u32_at(&header, REGION_PAGES)?));
        let slot = SLOTS[usize::from((flags & SECOND != 0) ^ before)];
        let mut store = Self {
            file,
            len,
            region: (head + pages) * PAGE,
            region_head: head * PAGE,
            tables: BTreeMap::new(),
            seen: HashSet::new(),
            damaged: 0,
            of_the_list: 0,
            not_closed: flags & NOT_CLOSED != 0,
        };
        let root = match header[slot + 1] {
            0 => None,
            _ => Some(node_at(&header, slot + 8)?),
        };
        let mut tables = BTreeMap::new();
        store.walk(root, (None, None), &mut |name, table, _| {
            let root = if table.get(9) == Some(&0) { None } else { node_at(table, 10) };
            if let Ok(name) = std::str::from_utf8(name) {
                tables.insert(name.to_owned(), root);
            }
        });
        (store.tables, store.of_the_list) = (tables, store.damaged);
        Some(store)
    }

    /// Before the pages are read once more.
    pub fn forget_seen(&mut self) {
        self.seen.clear();
        self.damaged = self.of_the_list;
    }

    pub fn has(&self, table: &str) -> bool {
        self.tables.contains_key(table)
    }

    /// Each row of a table.
    pub fn rows(&mut self, table: &str, widths: Widths, row: OnRow<'_>) {
        let root = self.tables.get(table).copied().flatten();
        self.walk(root, widths, row);
    }

    /// Depth first by a stack of our own: in the order of the keys.
    fn walk(&mut self, root: Option<Node>, widths: Widths, row: OnRow<'_>) {
        let mut stack: Vec<(Node, usize)> = root.map(|root| (root, 0)).into_iter().collect();
        while let Some((node, depth)) = stack.pop() {
            // A page has one place: a circle is damage, too.
            let page = if self.seen.insert(node.page) { self.page(node.page) } else { None };
            let Some(page) = page.filter(|_| depth < DEEPEST) else {
                self.damaged += 1;
                continue;
            };
            let end = match page.first() {
                Some(&LEAF) => leaf_end(&page, widths),
                Some(&BRANCH) => branch_end(&page, widths.0),
                _ => None,
            };
            let summed = end.and_then(|end| page.get(..end)).map(XxHash3_128::oneshot);
            let sound = summed == Some(node.sum);
            self.damaged += u64::from(!sound);
            match page.first() {
                Some(&LEAF) => leaf(&page, widths, &mut |key, value| row(key, value, sound)),
                Some(&BRANCH) => {
                    stack.extend(children(&page).into_iter().rev().map(|child| (child, depth + 1)))
                }
                _ => {}
            }
        }
    }

    fn page(&self, number: u64) -> Option<Vec<u8>> {
        let order = number >> 59;
        let size = PAGE.checked_shl(u32::try_from(order).ok()?).filter(|size| *size <= self.len)?;
        let (index, region) = (number & (0xf_ffff >> order), number >> 20 & 0xf_ffff);
        let start = PAGE + region.checked_mul(self.region)? + self.region_head + index * size;
        if start.checked_add(size)? > self.len {
            return None;
        }
        let mut page = vec![0; usize::try_from(size).ok()?];
        self.file.read_exact_at(&mut page, start).ok()?;
        Some(page)
    }
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.get(at..at.checked_add(4)?)?.try_into().ok()?))
}

fn end_at(bytes: &[u8], at: usize) -> Option<usize> {
    usize::try_from(u32_at(bytes, at)?).ok()
}

fn count(page: &[u8]) -> usize {
    page.get(2..4).map_or(0, |bytes| usize::from(u16::from_le_bytes([bytes[0], bytes[1]])))
}

fn node_at(bytes: &[u8], at: usize) -> Option<Node> {
    let page = u64::from_le_bytes(bytes.get(at..at + 8)?.try_into().ok()?);
    let sum = u128::from_le_bytes(bytes.get(at + 8..at + 24)?.try_into().ok()?);
    Some(Node { page, sum })
}

/// Where the keys begin, behind the ends of keys and values that have no fixed width.
fn leaf_head(rows: usize, (key, value): Widths) -> usize {
    4 + 4 * rows * (usize::from(key.is_none()) + usize::from(value.is_none()))
}

fn key_end(page: &[u8], widths: Widths, row: usize) -> Option<usize> {
    match widths.0 {
        Some(width) => Some(leaf_head(count(page), widths) + width * (row + 1)),
        None => end_at(page, 4 + 4 * row),
    }
}

fn value_end(page: &[u8], widths: Widths, row: usize) -> Option<usize> {
    let rows = count(page);
    match widths.1 {
        Some(width) => Some(key_end(page, widths, rows.checked_sub(1)?)? + width * (row + 1)),
        None => end_at(page, 4 + 4 * row + if widths.0.is_none() { 4 * rows } else { 0 }),
    }
}

fn leaf_end(page: &[u8], widths: Widths) -> Option<usize> {
    value_end(page, widths, count(page).checked_sub(1)?)
}

fn leaf(page: &[u8], widths: Widths, row: &mut dyn FnMut(&[u8], &[u8])) {
    let rows = count(page);
    for at in 0..rows {
        let before = |end: fn(&[u8], Widths, usize) -> Option<usize>, first: Option<usize>| match at {
            0 => first,
            _ => end(page, widths, at - 1),
        };
        let key = || -> Option<Range<usize>> {
            Some(before(key_end, Some(leaf_head(rows, widths)))?..key_end(page, widths, at)?)
        };
        let value = || -> Option<Range<usize>> {
            Some(before(value_end, key_end(page, widths, rows - 1))?..value_end(page, widths, at)?)
        };
        let key = key().and_then(|range| page.get(range));
        let value = value().and_then(|range| page.get(range));
        if let (Some(key), Some(value)) = (key, value) {
            row(key, value);
        }
    }
}

fn branch_end(page: &[u8], key: Option<usize>) -> Option<usize> {
    let keys = count(page);
    let ends = 8 + 24 * (keys + 1);
    match key {
        Some(width) => Some(ends + width * keys),
        None => end_at(page, ends + 4 * keys.checked_sub(1)?),
    }
}

fn children(page: &[u8]) -> Vec<Node> {
    let children = count(page) + 1;
    let child = |at: usize| {
        let sum = page.get(8 + 16 * at..24 + 16 * at)?.try_into().ok().map(u128::from_le_bytes)?;
        let place = 8 + 16 * children + 8 * at;
        Some(Node { page: u64::from_le_bytes(page.get(place..place + 8)?.try_into().ok()?), sum })
    };
    (0..children).filter_map(child).collect()
}
