//! Text of which nobody says how it is coded: titles of radio stations, lines of old playlists. Pure.

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::Encoding;

/// Bytes that are looked at.
const MAX_BYTES: usize = 4_096;

/// The text, without control characters: UTF-8 where it can be that, else the most likely of the codings that were
/// used before it. `host`, where it came from, tells the language that is likely there.
pub fn guess_text(bytes: &[u8], host: Option<&str>) -> String {
    let bytes = &bytes[..bytes.len().min(MAX_BYTES)];
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text.into(),
        // Cut in the middle of a character.
        Err(error) if error.error_len().is_none() && error.valid_up_to() > 0 => {
            String::from_utf8_lossy(bytes)
        }
        Err(_) => guessed(bytes, host).decode_without_bom_handling(bytes).0,
    };
    text.chars().filter(|c| !c.is_control()).collect::<String>().trim().to_owned()
}

/// How a whole file is most likely coded; `None` where it is UTF-8.
pub fn guess_encoding(bytes: &[u8]) -> Option<&'static Encoding> {
    std::str::from_utf8(bytes).is_err().then(|| guessed(bytes, None))
}

fn guessed(bytes: &[u8], host: Option<&str>) -> &'static Encoding {
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(bytes, true);
    let domain = host.and_then(top_domain);
    detector.guess(domain.as_deref().map(str::as_bytes), Utf8Detection::Deny)
}

/// As the detector takes it: lower case, letters only.
fn top_domain(host: &str) -> Option<String> {
    let (_, domain) = host.rsplit_once('.')?;
    let plain = !domain.is_empty() && domain.bytes().all(|byte| byte.is_ascii_alphabetic());
    plain.then(|| domain.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn old_codings_are_recognised() {
        assert_eq!(guess_text("Björk – Jóga".as_bytes(), None), "Björk – Jóga");
        // Windows-1252, Windows-1251, Shift JIS; the bytes are iconv's.
        assert_eq!(guess_text(b"Bj\xf6rk - J\xf3ga", None), "Björk - Jóga");
        let cyrillic = b"\xca\xe8\xed\xee - \xc3\xf0\xf3\xef\xef\xe0 \xea\xf0\xee\xe2\xe8";
        assert_eq!(guess_text(cyrillic, Some("radio.example.ru")), "Кино - Группа крови");
        assert_eq!(guess_text(cyrillic, None), "Кино - Группа крови");
        assert_eq!(guess_text(b"\x83\x89\x83\x57\x83\x49\x8a\xcf\x8f\xdc", Some("x.jp")), "ラジオ観賞");
    }

    #[test]
    fn control_characters_do_not_pass() {
        assert_eq!(guess_text(b" a\x1b[31m\x00b\xc2\x9b\r\n", None), "a[31mb");
        assert_eq!(guess_text(b"", Some("1.2.3.4")), "");
    }
}
