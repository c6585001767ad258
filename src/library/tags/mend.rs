//! Texts that were written in one coding and declared as another: old taggers put their system's code page into fields
//! that the standard says are Latin-1, others wrote UTF-8 there. All texts of a file are judged together, because one
//! word is too little. Conservative: what could be meant as it stands is left. Pure.

use std::borrow::Cow;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{
    BIG5, EUC_JP, EUC_KR, Encoding, GBK, IBM866, ISO_8859_5, KOI8_U, SHIFT_JIS, WINDOWS_874, WINDOWS_1251,
    WINDOWS_1252, WINDOWS_1253, WINDOWS_1255, WINDOWS_1256,
};

use crate::model::tag::Fields;

/// Code pages of alphabets that share no letter with Latin, each with the letters that it must give.
const ALPHABETS: [(&Encoding, [char; 2]); 8] = [
    (WINDOWS_1251, CYRILLIC),
    (KOI8_U, CYRILLIC),
    (ISO_8859_5, CYRILLIC),
    (IBM866, CYRILLIC),
    (WINDOWS_1253, ['\u{370}', '\u{3ff}']),
    (WINDOWS_1255, ['\u{590}', '\u{5ff}']),
    (WINDOWS_1256, ['\u{600}', '\u{6ff}']),
    (WINDOWS_874, ['\u{e00}', '\u{e7f}']),
];
const CYRILLIC: [char; 2] = ['\u{400}', '\u{4ff}'];
const PAIRS: [&Encoding; 5] = [SHIFT_JIS, EUC_JP, GBK, BIG5, EUC_KR];

/// Letters that a file must have in a foreign alphabet, and how many of them in a row.
const MIN_LETTERS: usize = 4;
const MIN_RUN: usize = 3;

/// Mends the texts of one file; gives the coding that they were really in.
pub fn mend(fields: &mut Fields) -> Option<&'static str> {
    if fields.iter().all(|(_, values)| values.iter().all(|value| value.is_ascii())) {
        return None;
    }
    if mend_utf8(fields) {
        return Some("UTF-8");
    }
    let suspects: Vec<Vec<u8>> =
        fields.values_mut().filter(|value| !value.is_ascii()).filter_map(|value| latin1(value)).collect();
    if suspects.is_empty() {
        return None;
    }
    let encoding = foreign(&suspects).or_else(|| has_c1(&suspects).then_some(WINDOWS_1252))?;
    for value in fields.values_mut().filter(|value| !value.is_ascii()) {
        if let Some(bytes) = latin1(value) {
            *value = clean(&encoding.decode_without_bom_handling(&bytes).0);
        }
    }
    Some(encoding.name())
}

/// UTF-8 that was read as Latin-1 or as windows-1252. A sequence that is valid by chance does not look like this among
/// ASCII letters, and not in every text of a file.
fn mend_utf8(fields: &mut Fields) -> bool {
    let values: Vec<&mut String> = fields.values_mut().filter(|value| !value.is_ascii()).collect();
    let decoded: Vec<Option<String>> = values
        .iter()
        .map(|value| bytes_1252(value).and_then(|bytes| String::from_utf8(bytes).ok()))
        .collect();
    let doubtful = |value: &&mut String| latin1(value).is_some();
    let all = values.iter().zip(&decoded).all(|(value, decoded)| decoded.is_some() || !doubtful(value));
    let mut mended = false;
    for (value, decoded) in values.into_iter().zip(decoded) {
        let Some(decoded) = decoded else { continue };
        if all || value.bytes().any(|byte| byte.is_ascii_alphabetic()) {
            *value = clean(&decoded);
            mended = true;
        }
    }
    mended
}

/// A mended text holds no more padding or control characters than one that was right.
fn clean(text: &str) -> String {
    text.trim_matches(['\0', ' ', '\t', '\r', '\n']).to_owned()
}

/// The bytes of a text that can have come from Latin-1.
fn latin1(text: &str) -> Option<Vec<u8>> {
    text.chars().map(|c| u8::try_from(u32::from(c)).ok()).collect()
}

/// The same for windows-1252, the bytes that it does not define included.
fn bytes_1252(text: &str) -> Option<Vec<u8>> {
    let byte = |c: char| match u8::try_from(u32::from(c)) {
        Ok(byte) => Some(byte),
        Err(_) => match WINDOWS_1252.encode(c.encode_utf8(&mut [0; 4])) {
            (Cow::Owned(bytes), _, false) => bytes.first().copied(),
            _ => None,
        },
    };
    text.chars().map(byte).collect()
}

/// No text has control characters of that kind; windows-1252 has its quotes and dashes there.
fn has_c1(texts: &[Vec<u8>]) -> bool {
    texts.iter().flatten().any(|byte| (0x80..0xa0).contains(byte))
}

/// The coding of another script that all these texts are in.
fn foreign(texts: &[Vec<u8>]) -> Option<&'static Encoding> {
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(&texts.join(&b'\n'), true);
    let guess = detector.guess(None, Utf8Detection::Deny);
    let decoded: Option<Vec<Cow<'_, str>>> =
        texts.iter().map(|text| guess.decode_without_bom_handling_and_without_replacement(text)).collect();
    let decoded = decoded?;
    let fits = match ALPHABETS.iter().find(|(encoding, _)| *encoding == guess) {
        Some((_, letters)) => are_words(texts) && decoded.iter().all(|text| is_written_in(text, letters)),
        None => PAIRS.contains(&guess) && is_no_latin(texts) && is_far_eastern(&decoded),
    };
    fits.then_some(guess)
}

/// Whether the letters beyond ASCII stand in words of their own: no European language writes that way, and every other
/// alphabet does.
fn are_words(texts: &[Vec<u8>]) -> bool {
    let is_letter = |byte: &u8| byte.is_ascii_alphabetic() || *byte >= 0x80;
    let words = texts.iter().flat_map(|text| text.split(|byte| !is_letter(byte)));
    let high: Vec<&[u8]> = words.filter(|word| word.iter().any(|byte| *byte >= 0x80)).collect();
    let unmixed = high.iter().all(|word| word.iter().all(|byte| *byte >= 0x80));
    let letters: usize = high.iter().map(|word| word.len()).sum();
    unmixed && letters >= MIN_LETTERS && high.iter().any(|word| word.len() >= MIN_RUN)
}

fn is_written_in(text: &str, [from, to]: &[char; 2]) -> bool {
    text.chars().filter(|c| c.is_alphabetic() && !c.is_ascii()).all(|c| (from..=to).contains(&&c))
}

/// Whether Latin text does not look like this: control characters, signs in the middle of words, long rows of accents.
fn is_no_latin(texts: &[Vec<u8>]) -> bool {
    let is_sign = |byte: u8| (0x80..0xc0).contains(&byte) || matches!(byte, 0xd7 | 0xf7);
    texts.iter().any(|text| {
        text.iter().any(|byte| (0x80..0xa0).contains(byte))
            || text.windows(2).any(|pair| pair[0] >= 0xc0 && is_sign(pair[1]))
            || text.split(|byte| *byte < 0x80).any(|run| run.len() >= 4)
    })
}

/// At least two characters of Chinese, Japanese or Korean writing, and nothing of another script but Latin.
fn is_far_eastern(texts: &[Cow<'_, str>]) -> bool {
    let written = |c: char| matches!(c, '\u{3041}'..='\u{30ff}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{ac00}'..='\u{d7a3}');
    let besides = |c: char| {
        c.is_ascii()
            || matches!(c, '\u{2010}'..='\u{203b}' | '\u{2190}'..='\u{2661}' | '\u{3000}'..='\u{303f}' | '\u{ff01}'..='\u{ff5e}' | '\u{d7}' | '\u{b7}')
    };
    let all = || texts.iter().flat_map(|text| text.chars());
    all().filter(|&c| written(c)).count() >= 2 && all().all(|c| written(c) || besides(c))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::tag::Field;

    /// As a tag reader gives bytes that are declared to be Latin-1.
    fn as_latin1(bytes: &[u8]) -> String {
        bytes.iter().map(|&byte| char::from(byte)).collect()
    }

    fn mended(texts: &[String]) -> (Vec<String>, Option<&'static str>) {
        let mut fields = Fields::default();
        texts.iter().for_each(|text| fields.push(Field::Comment, text));
        let from = mend(&mut fields);
        (fields.get(Field::Comment).to_vec(), from)
    }

    #[test]
    fn texts_in_an_old_coding_are_mended() {
        // The bytes are Python's `encode`.
        let cases: &[(&str, &[&str])] = &[
            ("windows-1251", &["Кино", "Группа крови", "Звезда по имени Солнце"]),
            ("windows-1251", &["Би-2", "Полковнику никто не пишет"]),
            ("windows-1251", &["Аквариум", "Track 1"]),
            ("KOI8-U", &["Кино", "Группа крови", "Звезда по имени Солнце"]),
            ("Shift_JIS", &["椎名林檎", "無罪モラトリアム", "正しい街"]),
            ("Shift_JIS", &["宇多田ヒカル", "First Love", "Automatic"]),
            ("GBK", &["周杰伦", "范特西", "双截棍", "爱在西元前"]),
            ("Big5", &["張學友", "吻別", "一路上有你", "秋意濃"]),
            ("EUC-KR", &["서태지와 아이들", "난 알아요"]),
            ("windows-1253", &["Μίκης Θεοδωράκης", "Ζορμπάς", "Το γελαστό παιδί"]),
        ];
        for (name, texts) in cases {
            let encoding = Encoding::for_label(name.as_bytes()).unwrap();
            let broken: Vec<String> = texts.iter().map(|text| as_latin1(&encoding.encode(text).0)).collect();
            let (whole, from) = mended(&broken);
            assert_eq!(whole, *texts, "{name}");
            assert_eq!(from, Some(*name), "{texts:?}");
        }
    }

    #[test]
    fn utf8_that_was_read_as_latin1_is_mended_also_beside_texts_that_are_right() {
        for (broken, whole) in [
            ("BjÃ¶rk", "Björk"),
            ("Sigur RÃ³s", "Sigur Rós"),
            ("Ã\u{81}gÃ¦tis byrjun", "Ágætis byrjun"),
            // Read as windows-1252.
            ("Donâ€™t Stop", "Don’t Stop"),
            ("MotÃ¶rhead", "Motörhead"),
        ] {
            assert_eq!(mended(&[broken.into()]), (vec![whole.into()], Some("UTF-8")), "{broken}");
            let beside = mended(&[broken.into(), "Mötley Crüe".into(), "東京事変".into()]);
            assert_eq!(beside.0, [whole, "Mötley Crüe", "東京事変"], "{broken}");
        }
        let cyrillic = as_latin1("Кино".as_bytes());
        assert_eq!(mended(&[cyrillic]), (vec!["Кино".into()], Some("UTF-8")));
    }

    #[test]
    fn what_is_right_stays_as_it_is() {
        let right: &[&[&str]] = &[
            &["Plain ASCII", "AC/DC"],
            &["Björk"],
            &["Sigur Rós", "Ágætis byrjun", "Svefn-g-englar", "Ný batterí", "Olsen Olsen"],
            &["Motörhead", "Ace of Spades"],
            &["Mötley Crüe", "Blue Öyster Cult", "Queensrÿche"],
            &["Beyoncé", "Été", "Ça ira", "À la claire fontaine", "Œuvre"],
            &["Håkan Hellström", "ÅÄÖ", "Kärlek är ett brev skickat tusen gånger"],
            &["Édith Piaf", "Non, je ne regrette rien", "Hymne à l’amour"],
            &["Røyksopp", "Æ", "Øye", "Så kald"],
            &["Die Ärzte", "Männer sind Schweine", "Ü", "Größenwahn"],
            &["Maná", "¿Dónde jugarán los niños?", "¡Oh, qué será!", "Señorita"],
            &["João Gilberto", "Chega de Saudade", "Coração", "Não há"],
            &["Кино", "Группа крови"],
            &["椎名林檎", "無罪モラトリアム"],
            &["周杰伦", "Björk"],
            &["Ænima", "½", "Ø", "÷", "×", "†"],
            &["Dvořák", "Má vlast", "Smetana"],
            &["N°1", "© 2001", "Café Tacvba"],
        ];
        for texts in right {
            let texts: Vec<String> = texts.iter().map(|&text| text.to_owned()).collect();
            assert_eq!(mended(&texts), (texts.clone(), None));
        }
    }

    #[test]
    fn quotes_and_dashes_of_windows_are_no_control_characters() {
        let (texts, from) = mended(&["Don\u{92}t Stop \u{96} Live".into(), "Café".into()]);
        assert_eq!(texts, ["Don’t Stop – Live", "Café"]);
        assert_eq!(from, Some("windows-1252"));
    }
}
