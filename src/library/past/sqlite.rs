//! The rows of one table of an SQLite database, by the documented file format (sqlite.org/fileformat.html): enough for
//! MPD's stickers, and no more. Reads bytes that are there as a whole; any bytes give rows or an end.

/// Rows of one table.
const MAX_ROWS: usize = 4_000_000;
/// Pages of a tree from its root to a leaf.
const MAX_DEPTH: usize = 20;
/// Bytes of one row.
const MAX_ROW: usize = 1 << 20;

#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    Null,
    Integer(i64),
    Text(String),
    /// Of a kind that is not needed.
    Other,
}

impl Value {
    pub fn text(&self) -> &str {
        if let Self::Text(text) = self { text } else { "" }
    }

    /// A number, also one that is kept as text.
    pub fn number(&self) -> Option<i64> {
        match self {
            Self::Integer(number) => Some(*number),
            Self::Text(text) => text.trim().parse().ok(),
            _ => None,
        }
    }
}

pub struct Database<'a> {
    bytes: &'a [u8],
    page_size: usize,
    /// Bytes of a page without what is reserved at its end.
    usable: usize,
}

impl<'a> Database<'a> {
    pub fn open(bytes: &'a [u8]) -> Result<Self, &'static str> {
        let head = bytes.get(..100).filter(|head| head.starts_with(b"SQLite format 3\0"));
        let head = head.ok_or("not an SQLite database")?;
        let page_size = match u16::from_be_bytes([head[16], head[17]]) {
            1 => 65_536,
            size => usize::from(size),
        };
        let usable = page_size.checked_sub(usize::from(head[20])).filter(|&usable| usable >= 480);
        let usable = usable.filter(|_| page_size.is_power_of_two()).ok_or("a damaged SQLite database")?;
        match u32::from_be_bytes([head[56], head[57], head[58], head[59]]) {
            0 | 1 => Ok(Self { bytes, page_size, usable }),
            _ => Err("an SQLite database in UTF-16, which is not read"),
        }
    }

    /// All rows of a table; `None` where there is no such table.
    pub fn rows(&self, table: &str) -> Option<Vec<Vec<Value>>> {
        // The schema: type, name, table, root page, SQL.
        let schema = self.tree(1);
        let is_it = |row: &&Vec<Value>| {
            row.first().is_some_and(|kind| kind.text() == "table")
                && row.get(1).is_some_and(|name| name.text().eq_ignore_ascii_case(table))
        };
        let root = schema.iter().find(is_it)?.get(3)?.number()?;
        Some(self.tree(usize::try_from(root).ok()?))
    }

    fn tree(&self, root: usize) -> Vec<Vec<Value>> {
        let mut rows = Vec::new();
        // Each page is read once, whatever its pointers say.
        let mut budget = self.bytes.len() / self.page_size + 1;
        self.walk(root, 0, &mut budget, &mut rows);
        rows
    }

    fn page(&self, number: usize) -> Option<&'a [u8]> {
        let start = number.checked_sub(1)?.checked_mul(self.page_size)?;
        self.bytes.get(start..start.checked_add(self.page_size)?)
    }

    fn walk(
        &self,
        number: usize,
        depth: usize,
        budget: &mut usize,
        rows: &mut Vec<Vec<Value>>,
    ) -> Option<()> {
        if depth > MAX_DEPTH || *budget == 0 || rows.len() >= MAX_ROWS {
            return None;
        }
        *budget -= 1;
        let page = self.page(number)?;
        // The first page begins with the database's own header.
        let head = if number == 1 { 100 } else { 0 };
        let kind = *page.get(head)?;
        let cells = u16_at(page, head + 3)?;
        let is_leaf = kind == 0x0d;
        if !is_leaf && kind != 0x05 {
            return None;
        }
        let pointers = head + if is_leaf { 8 } else { 12 };
        for cell in 0..cells {
            let at = u16_at(page, pointers + 2 * cell)?;
            if is_leaf {
                rows.extend(self.cell(page.get(at..)?).and_then(|payload| record(&payload)));
            } else {
                self.walk(u32_at(page, at)?, depth + 1, budget, rows);
            }
            if rows.len() >= MAX_ROWS {
                return None;
            }
        }
        if !is_leaf {
            self.walk(u32_at(page, head + 8)?, depth + 1, budget, rows);
        }
        Some(())
    }

    /// The payload of a cell of a leaf, with what overflowed into other pages.
    fn cell(&self, cell: &[u8]) -> Option<Vec<u8>> {
        let (length, used) = varint(cell)?;
        let length = usize::try_from(length).ok().filter(|&length| length <= MAX_ROW)?;
        let (_, used_by_id) = varint(cell.get(used..)?)?;
        let rest = cell.get(used + used_by_id..)?;
        let here = self.local(length);
        let mut payload = rest.get(..here)?.to_vec();
        let mut next = if here < length { u32_at(rest, here)? } else { 0 };
        while payload.len() < length {
            let page = self.page(next)?;
            next = u32_at(page, 0)?;
            let more = (length - payload.len()).min(self.usable - 4);
            payload.extend_from_slice(page.get(4..4 + more)?);
        }
        Some(payload)
    }

    /// How much of a payload stands in its leaf (§1.6 of the format).
    fn local(&self, length: usize) -> usize {
        let most = self.usable - 35;
        if length <= most {
            return length;
        }
        let least = (self.usable - 12) * 32 / 255 - 23;
        let here = least + (length - least) % (self.usable - 4);
        if here <= most { here } else { least }
    }
}

/// The values of one row.
fn record(payload: &[u8]) -> Option<Vec<Value>> {
    let (head_len, mut at) = varint(payload)?;
    let head_len = usize::try_from(head_len).ok().filter(|&len| len <= payload.len())?;
    let mut body = payload.get(head_len..)?;
    let mut values = Vec::new();
    while at < head_len {
        let (kind, used) = varint(&payload[at..])?;
        at += used;
        let (value, len) = match kind {
            0 => (Value::Null, 0),
            1..=6 => {
                let len = [1, 2, 3, 4, 6, 8][usize::try_from(kind).ok()? - 1];
                (Value::Integer(integer(body.get(..len)?)), len)
            }
            8 | 9 => (Value::Integer(i64::try_from(kind).ok()? - 8), 0),
            7 => (Value::Other, 8),
            kind if kind >= 12 => {
                let len = usize::try_from((kind - 12) / 2).ok()?;
                let bytes = body.get(..len)?;
                let is_text = kind % 2 == 1;
                (
                    if is_text {
                        Value::Text(String::from_utf8_lossy(bytes).into_owned())
                    } else {
                        Value::Other
                    },
                    len,
                )
            }
            _ => return None,
        };
        body = body.get(len..)?;
        values.push(value);
    }
    Some(values)
}

/// Big-endian, signed.
fn integer(bytes: &[u8]) -> i64 {
    let negative = bytes.first().is_some_and(|&byte| byte >= 0x80);
    bytes.iter().fold(if negative { -1 } else { 0 }, |number, &byte| number << 8 | i64::from(byte))
}

/// Up to nine bytes, seven bits each, the ninth whole; and how many were used.
fn varint(bytes: &[u8]) -> Option<(u64, usize)> {
    let mut value = 0_u64;
    for at in 0..8 {
        let byte = *bytes.get(at)?;
        value = value << 7 | u64::from(byte & 0x7f);
        if byte < 0x80 {
            return Some((value, at + 1));
        }
    }
    bytes.get(8).map(|&byte| (value << 8 | u64::from(byte), 9))
}

fn u16_at(bytes: &[u8], at: usize) -> Option<usize> {
    Some(usize::from(u16::from_be_bytes(*bytes.get(at..)?.first_chunk()?)))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<usize> {
    usize::try_from(u32::from_be_bytes(*bytes.get(at..)?.first_chunk()?)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn varints_are_those_of_the_format() {
        assert_eq!(varint(&[0x7f]), Some((127, 1)));
        assert_eq!(varint(&[0x81, 0x00]), Some((128, 2)));
        assert_eq!(varint(&[0xff; 9]), Some((u64::MAX, 9)));
        assert_eq!(varint(&[0x80]), None);
        assert_eq!(integer(&[0xff, 0xfe]), -2);
    }

    /// Made by SQLite 3.40: 300 stickers with long names, so that there are inner pages and overflow.
    const STICKERS: &[u8] = include_bytes!("../../../tests/it/fixtures/sticker.sql");

    #[test]
    fn a_table_of_sqlite_is_read_row_by_row() {
        let database = Database::open(STICKERS).unwrap();
        let rows = database.rows("sticker").unwrap();
        assert_eq!(rows.len(), 301);
        assert_eq!(rows[0][1].text(), "album/0.mp3");
        assert_eq!(rows[299][3].number(), Some(9));
        assert_eq!(rows[300][3].text().len(), 5000);
        assert_eq!(database.rows("nothing"), None);
    }

    proptest::proptest! {
        #[test]
        fn no_bytes_break_it(changes in proptest::collection::vec((0usize..STICKERS.len(), proptest::num::u8::ANY), 0..40)) {
            let mut bytes = STICKERS.to_vec();
            for (at, byte) in changes {
                bytes[at] = byte;
            }
            if let Ok(database) = Database::open(&bytes) {
                let _ = database.rows("sticker");
            }
        }
    }
}
