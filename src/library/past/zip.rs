//! Files in a ZIP archive (APPNOTE.TXT 6.3: end record, central directory, local header): stored or deflated ones, as
//! exports of web services are.

use std::io::Read;

use flate2::read::DeflateDecoder;

/// Bytes of all files of an archive together, unpacked.
const MAX_UNPACKED: u64 = 1 << 30;
const MAX_FILES: usize = 100_000;

/// Names and contents of the files that are wanted; what cannot be unpacked is left out.
pub fn files(archive: &[u8], wanted: impl Fn(&str) -> bool) -> Result<Vec<(String, Vec<u8>)>, &'static str> {
    let (count, mut at) = end_record(archive).ok_or("not a ZIP archive")?;
    let mut left = MAX_UNPACKED;
    let mut found = Vec::new();
    for _ in 0..count.min(MAX_FILES) {
        let Some(entry) = entry(archive, at) else { break };
        at = entry.next;
        if !wanted(&entry.name) {
            continue;
        }
        if let Some(bytes) = unpacked(archive, &entry, left) {
            left -= bytes.len() as u64;
            found.push((entry.name, bytes));
        }
    }
    Ok(found)
}

/// How many files there are, and where their directory begins.
fn end_record(archive: &[u8]) -> Option<(usize, usize)> {
    let from = archive.len().saturating_sub(22 + 65_535);
    let tail = archive.get(from..)?;
    let at = tail.windows(4).rposition(|four| four == b"PK\x05\x06")?;
    Some((number(tail, at + 10, 2)?, number(tail, at + 16, 4)?))
}

struct Entry {
    name: String,
    method: usize,
    packed: usize,
    header: usize,
    next: usize,
}

fn entry(archive: &[u8], at: usize) -> Option<Entry> {
    let head = archive.get(at..)?;
    if !head.starts_with(b"PK\x01\x02") {
        return None;
    }
    let field = |at, len| number(head, at, len);
    let (name, extra, comment) = (field(28, 2)?, field(30, 2)?, field(32, 2)?);
    Some(Entry {
        name: String::from_utf8_lossy(head.get(46..46 + name)?).into_owned(),
        method: field(10, 2)?,
        packed: field(20, 4)?,
        header: field(42, 4)?,
        next: at + 46 + name + extra + comment,
    })
}

fn unpacked(archive: &[u8], entry: &Entry, most: u64) -> Option<Vec<u8>> {
    let head = archive.get(entry.header..)?;
    if !head.starts_with(b"PK\x03\x04") {
        return None;
    }
    let start = 30 + number(head, 26, 2)? + number(head, 28, 2)?;
    let packed = head.get(start..start.checked_add(entry.packed)?)?;
    let mut out = Vec::new();
    match entry.method {
        0 if packed.len() as u64 <= most => out.extend_from_slice(packed),
        8 => {
            DeflateDecoder::new(packed).take(most + 1).read_to_end(&mut out).ok()?;
        }
        _ => return None,
    }
    (out.len() as u64 <= most).then_some(out)
}

/// Little-endian, of so many bytes.
fn number(bytes: &[u8], at: usize, len: usize) -> Option<usize> {
    let field = bytes.get(at..at.checked_add(len)?)?;
    Some(field.iter().rev().fold(0, |number, &byte| number << 8 | usize::from(byte)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Made by Python's `zipfile`: one file stored, one deflated.
    const ARCHIVE: &[u8] = include_bytes!("../../../tests/it/fixtures/listens.zip");

    #[test]
    fn stored_and_deflated_files_come_out() {
        let all = files(ARCHIVE, |name| name.ends_with(".jsonl")).unwrap();
        let names: Vec<&str> = all.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["listens/2024/1.jsonl", "feedback.jsonl"]);
        assert!(all.iter().all(|(_, bytes)| bytes.starts_with(b"{")));
        assert!(files(b"PK", |_| true).is_err());
    }

    proptest::proptest! {
        #[test]
        fn no_bytes_break_it(changes in proptest::collection::vec((0usize..ARCHIVE.len(), proptest::num::u8::ANY), 0..40)) {
            let mut bytes = ARCHIVE.to_vec();
            for (at, byte) in changes {
                bytes[at] = byte;
            }
            let _ = files(&bytes, |_| true);
        }
    }
}
