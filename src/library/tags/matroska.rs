//! What Matroska and WebM say of themselves (RFC 9559; the tag names of the Matroska tagging document). A tag has a
//! level: `TRACK` or `ALBUM`. Most writers know only the album's, and mean the track.

use std::io;

use symphonia::core::meta::{RawValue, Tag};

use super::keys;
use super::normalize::{collect, text};
use super::window::Window;
use crate::model::tag::{Field, Fields};

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

pub fn fields(tags: &[&Tag], segment_title: Option<String>) -> Fields {
    let of =
        |level: &str, key: &str| tags.iter().filter_map(|tag| value(tag, level, key)).collect::<Vec<_>>();
    let all = |key: &str| {
        let track = of("TRACK", key);
        if track.is_empty() { of("ALBUM", key) } else { track }
    };
    // With a title or an artist of the track's own, the album's level is really the album's.
    let levels = !of("TRACK", "TITLE").is_empty() || !of("TRACK", "ARTIST").is_empty();
    let mut found: Vec<(Field, usize, &str)> = Vec::new();
    for field in Field::all().filter(|&field| !matches!(field, Field::Title | Field::AlbumArtist)) {
        for (rank, key) in keys::vorbis(field).iter().chain(own_names(field)).enumerate() {
            put(&mut found, field, rank, all(key));
        }
    }
    if levels {
        put(&mut found, Field::Title, 0, all("TITLE"));
        put(&mut found, Field::Album, 8, of("ALBUM", "TITLE"));
    }
    put(&mut found, Field::Title, 1, segment_title.as_deref().into_iter().collect());
    if !levels {
        put(&mut found, Field::Title, 2, of("ALBUM", "TITLE"));
    }
    for key in keys::vorbis(Field::AlbumArtist) {
        put(&mut found, Field::AlbumArtist, 0, of("ALBUM", key));
    }
    if levels {
        put(&mut found, Field::AlbumArtist, 1, of("ALBUM", "ARTIST"));
    }
    collect(found.into_iter())
}

fn put<'a>(found: &mut Vec<(Field, usize, &'a str)>, field: Field, rank: usize, values: Vec<&'a str>) {
    found.extend(values.into_iter().map(|value| (field, rank, value)));
}

/// Names of Matroska's own tagging document.
pub fn own_names(field: Field) -> &'static [&'static str] {
    match field {
        Field::Track => &["PART_NUMBER"],
        Field::TrackTotal => &["TOTAL_PARTS"],
        Field::Date => &["DATE_RECORDED", "DATE_RELEASED"],
        Field::CatalogNumber => &["CATALOG_NUMBER"],
        _ => &[],
    }
}

/// The text of `tag` where it has this level and key. symphonia writes keys as `ALBUM@ARTIST`.
fn value<'a>(tag: &'a Tag, level: &str, key: &str) -> Option<&'a str> {
    let (found_level, found_key) = tag.raw.key.split_once('@').unwrap_or(("ALBUM", &tag.raw.key));
    let RawValue::String(value) = &tag.raw.value else { return None };
    (found_level == level && found_key.eq_ignore_ascii_case(key)).then_some(value.as_str())
}
