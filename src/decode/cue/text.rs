//! Bytes of a sheet as text: what its byte order mark says, else UTF-16 by its zeros, else UTF-8 where it is that, else
//! the legacy encoding that its letters make most likely. Pure.

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};

/// Never fails: what no encoding has becomes U+FFFD.
pub fn decode(bytes: &[u8]) -> String {
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        return lossy(encoding, &bytes[mark..]);
    }
    if let Some(encoding) = utf16_without_mark(bytes) {
        return lossy(encoding, bytes);
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => lossy(guess(bytes), bytes),
    }
}

fn lossy(encoding: &'static Encoding, bytes: &[u8]) -> String {
    encoding.decode_without_bom_handling(bytes).0.into_owned()
}

/// A sheet begins with a command in ASCII, so that one byte of its first pair is zero.
fn utf16_without_mark(bytes: &[u8]) -> Option<&'static Encoding> {
    match bytes {
        [0, 1..=255, 0, 1..=255, ..] => Some(UTF_16BE),
        [1..=255, 0, 1..=255, 0, ..] => Some(UTF_16LE),
        _ => None,
    }
}

fn guess(bytes: &[u8]) -> &'static Encoding {
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    // Line by line, and only those that have something to tell: the commands' English would outweigh a few titles.
    for line in bytes.split_inclusive(|&byte| byte == b'\n' || byte == b'\r') {
        if !line.is_ascii() {
            detector.feed(value(line), false);
            detector.feed(b"\n", false);
        }
    }
    detector.feed(b"", true);
    let guessed = detector.guess(None, Utf8Detection::Deny);
    if guessed == UTF_8 { encoding_rs::WINDOWS_1252 } else { guessed }
}

/// The line behind its first quote, or all of it.
fn value(line: &[u8]) -> &[u8] {
    line.iter().position(|&byte| byte == b'"').map_or(line, |quote| &line[quote + 1..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn utf_16_is_known_by_its_mark_and_without() {
        let text = "REM x\r\nTITLE \"Путь 夜\"";
        let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        for bytes in [&little, &big] {
            assert_eq!(decode(bytes), text);
        }
        assert_eq!(decode(&[&[0xff, 0xfe], little.as_slice()].concat()), text);
        assert_eq!(decode(&[&[0xfe, 0xff], big.as_slice()].concat()), text);
        assert_eq!(decode(&[&[0xef, 0xbb, 0xbf], text.as_bytes()].concat()), text);
        assert_eq!(decode(text.as_bytes()), text);
        assert_eq!(decode(b"\0"), "\0");
    }
}
