//! What Matroska and WebM say of themselves (RFC 9559; the tag names of the Matroska tagging document). A tag has a
//! level: `TRACK` or `ALBUM`. Most writers know only the album's, and mean the track.

use std::io;

use symphonia::core::meta::{RawValue, Tag};

use super::normalize::{flag, numbered, text, texts};
use super::window::Window;
use crate::model::track::Tags;

const EBML_HEADER: u32 = 0x1a45_dfa3;
const SEGMENT: u32 = 0x1853_8067;
const INFO: u32 = 0x1549_a966;
const TITLE: u32 = 0x7ba9;
const CLUSTER: u32 = 0x1f43_b675;
/// Most elements that are looked at on the way.
const MAX_ELEMENTS: usize = 1_000;
/// Longest title that is read, in bytes.
const MAX_TITLE: u64 = 64 * 1024;

/// The segment's title, which symphonia does not tell.
pub fn title(window: &mut Window) -> io::Result<Option<String>> {
    let mut at = 0;
    for _ in 0..MAX_ELEMENTS {
        let Some((id, from, len)) = element(window, at)? else { return Ok(None) };
        match id {
            SEGMENT | INFO => at = from,
            TITLE => {
                let bytes = window.vec_at(from, usize::try_from(len.min(MAX_TITLE)).unwrap_or(0))?;
                return Ok(text(&String::from_utf8_lossy(&bytes)));
            }
            CLUSTER => return Ok(None),
            EBML_HEADER if at > 0 => return Ok(None),
            _ => at = from.saturating_add(len),
        }
    }
    Ok(None)
}

/// Id, start and length of the body of the element at `at`.
fn element(window: &mut Window, at: u64) -> io::Result<Option<(u32, u64, u64)>> {
    let head = window.vec_at(at, 12)?;
    let Some(&first) = head.first() else { return Ok(None) };
    let id_len = first.leading_zeros() as usize + 1;
    let (Some(id), Some(&second)) = (head.get(..id_len), head.get(id_len)) else { return Ok(None) };
    let size_len = second.leading_zeros() as usize + 1;
    let Some(size) = head.get(id_len..id_len + size_len).filter(|_| id_len <= 4) else { return Ok(None) };
    let number = |bytes: &[u8]| bytes.iter().fold(0_u64, |number, &byte| number << 8 | u64::from(byte));
    // The length's own marker bit is not part of it.
    let len = number(size) & !(1_u64 << (7 * size_len));
    let id = u32::try_from(number(id)).unwrap_or(0);
    Ok(Some((id, at + (id_len + size_len) as u64, len)))
}

pub fn from_tags(tags: &[&Tag], segment_title: Option<String>) -> Tags {
    let all = |key: &str| -> Vec<String> {
        let of = |level: &str| texts(tags.iter().filter_map(|tag| value(tag, level, key)));
        let track = of("TRACK");
        if track.is_empty() { of("ALBUM") } else { track }
    };
    let of_album = |key: &str| texts(tags.iter().filter_map(|tag| value(tag, "ALBUM", key)));
    let one = |key: &str| all(key).into_iter().next();
    let of_track = |key: &str| tags.iter().any(|tag| value(tag, "TRACK", key).is_some());
    // With a title of the track's own, the album's level is really the album's.
    let levels = of_track("TITLE") || of_track("ARTIST");
    let named = |key: &str| if levels { None } else { of_album(key).into_iter().next() };
    let title = if levels { one("TITLE") } else { None };
    let named_album = named("ALBUM").or_else(|| one("ALBUM"));
    let mut album_artists = of_album("ALBUM_ARTIST");
    if album_artists.is_empty() && levels {
        album_artists = of_album("ARTIST");
    }
    Tags {
        title: title.or(segment_title).or_else(|| named("TITLE")),
        artists: all("ARTIST"),
        album: named_album.or_else(|| if levels { of_album("TITLE").into_iter().next() } else { None }),
        album_artists,
        composers: all("COMPOSER"),
        genres: all("GENRE"),
        track: numbered(one("PART_NUMBER").as_deref(), None),
        disc: numbered(one("DISC").as_deref(), None),
        date: one("DATE_RECORDED").or_else(|| one("DATE")).or_else(|| one("DATE_RELEASED")),
        compilation: one("COMPILATION").is_some_and(|value| flag(&value)),
        ..Tags::default()
    }
}

/// The text of `tag` where it has this level and key. symphonia writes keys as `ALBUM@ARTIST`.
fn value<'a>(tag: &'a Tag, level: &str, key: &str) -> Option<&'a str> {
    let (found_level, found_key) = tag.raw.key.split_once('@').unwrap_or(("ALBUM", &tag.raw.key));
    let RawValue::String(value) = &tag.raw.value else { return None };
    (found_level == level && found_key.eq_ignore_ascii_case(key)).then_some(value.as_str())
}
