//! The older texts of WAV, a list of chunks with one text each (Microsoft, "Multimedia Programming Interface and Data
//! Specifications 1.0", chapter 2, "LIST Chunk"), in the long form that lofty does not read. What is not changed stays byte
//! by byte.

use lofty::tag::{ItemKey, ItemValue, Tag, TagItem, TagType};

use super::{keys, read};
use crate::model::tag::{Field, Fields};

/// Texts that are read; no honest file has more.
const MOST: usize = 1_000;

/// The items in their order, each with its text as it lies there.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Info(Vec<([u8; 4], Vec<u8>)>);

impl Info {
    /// Of the body of the chunk `LIST`, behind its size; `None` where it is another list, or makes no sense.
    pub fn parse(body: &[u8]) -> Option<Self> {
        let mut rest = body.strip_prefix(b"INFO")?;
        let mut items = Vec::new();
        while let Some((head, behind)) = rest.split_first_chunk::<8>() {
            let [a, b, c, d, size @ ..] = *head;
            let size = usize::try_from(u32::from_le_bytes(size)).ok()?;
            let text = behind.get(..size).filter(|_| items.len() < MOST)?;
            items.push(([a, b, c, d], text.to_vec()));
            rest = behind.get(size + size % 2..).unwrap_or_default();
        }
        // A byte that fills it up may be left.
        (rest.len() < 2).then_some(Self(items))
    }

    /// The whole chunk; nothing where there are no items.
    pub fn chunk(&self) -> Option<Vec<u8>> {
        if self.0.is_empty() {
            return Some(Vec::new());
        }
        let mut body = b"INFO".to_vec();
        for (name, text) in &self.0 {
            body.extend(name);
            body.extend(u32::try_from(text.len()).ok()?.to_le_bytes());
            body.extend(text);
            body.resize(body.len().next_multiple_of(2), 0);
        }
        let size = u32::try_from(body.len()).ok()?.to_le_bytes();
        Some([&b"LIST"[..], &size, &body].concat())
    }

    pub fn fields(&self) -> Fields {
        let mut tag = Tag::new(TagType::RiffInfo);
        for (name, text) in &self.0 {
            let name = String::from_utf8_lossy(name);
            let text = text.split(|&byte| byte == 0).next().unwrap_or_default();
            let text = String::from_utf8_lossy(text).trim().to_owned();
            if let Some(key) = ItemKey::from_key(TagType::RiffInfo, &name).filter(|_| !text.is_empty()) {
                tag.push_unchecked(TagItem::new(key, ItemValue::Text(text)));
            }
        }
        read::of_tag(&tag)
    }

    /// Puts the values of a field in place of what it had; a field without a name here has no place.
    pub fn set(&mut self, field: Field, values: &[String]) {
        let names = keys::lofty(field).iter().filter_map(|key| key.map_key(TagType::RiffInfo));
        let names: Vec<[u8; 4]> = names.filter_map(|name| name.as_bytes().try_into().ok()).collect();
        let at = self.0.iter().position(|(name, _)| names.contains(name));
        self.0.retain(|(name, _)| !names.contains(name));
        let (Some(&name), false) = (names.first(), values.is_empty()) else { return };
        // It takes one text, with a NUL behind it.
        let text = [values.join("; ").as_bytes(), b"\0"].concat();
        self.0.insert(at.unwrap_or(self.0.len()).min(self.0.len()), (name, text));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BODY: &[u8] = b"INFOINAM\x04\0\0\0Old\0ISFT\x05\0\0\0Lavf\0\0IART\x03\0\0\0Me\0\0";

    #[test]
    fn a_field_is_changed_and_the_rest_stays_byte_by_byte() {
        let mut info = Info::parse(BODY).unwrap();
        assert_eq!(info.chunk().unwrap(), [&b"LIST\x2a\0\0\0"[..], BODY].concat());
        assert_eq!(info.fields().first(Field::Title), Some("Old"));
        info.set(Field::Title, &["Newer".to_owned(), "two".to_owned()]);
        info.set(Field::Artist, &[]);
        info.set(Field::Isrc, &["no such name in INFO".to_owned()]);
        let expected = b"LIST\x2a\0\0\0INFOINAM\x0b\0\0\0Newer; two\0\0ISFT\x05\0\0\0Lavf\0\0";
        let told = info.chunk().unwrap();
        assert_eq!(&told[8..], &expected[8..], "{:?}", String::from_utf8_lossy(&told));
        assert_eq!(told.len() - 8, u32::from_le_bytes(told[4..8].try_into().unwrap()) as usize);
        assert_eq!(Info::parse(&told[8..]), Some(info));
        assert_eq!(Info::default().chunk(), Some(Vec::new()));
    }

    #[test]
    fn another_list_and_one_that_is_cut_are_none() {
        assert_eq!(Info::parse(b"adtlnote"), None);
        assert_eq!(Info::parse(b"INFOINAM\xff\0\0\0Old\0"), None);
        assert_eq!(Info::parse(b"INFOINAM\x04\0"), None);
        assert_eq!(Info::parse(b"INFO"), Some(Info::default()));
    }

    proptest::proptest! {
        #[test]
        fn no_bytes_break_it(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..80)) {
            let body = [b"INFO", &bytes[..]].concat();
            if let Some(mut info) = Info::parse(&body) {
                let _ = info.fields();
                info.set(Field::Title, &["x".to_owned()]);
                proptest::prop_assert!(Info::parse(&info.chunk().unwrap()[8..]).is_some());
            }
        }
    }
}
