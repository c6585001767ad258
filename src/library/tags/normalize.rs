//! Tag values as the model wants them: limits, numbers, flags. Pure; called by both tag readers.

use crate::model::track::{Numbered, Tags};

/// Longest text kept of one value, in bytes.
const MAX_TEXT: usize = 4 * 1024;
/// Most values kept of one field.
const MAX_VALUES: usize = 64;

/// A value as it is kept: padding cut off, cut to the limit; `None` where nothing is left.
pub fn text(value: &str) -> Option<String> {
    let value = value.trim_matches(['\0', ' ', '\t', '\r', '\n']);
    let mut end = value.len().min(MAX_TEXT);
    while !value.is_char_boundary(end) {
        end -= 1;
    }
    (end > 0).then(|| value[..end].to_owned())
}

/// All values of a field: NUL-separated ones are several (ID3v2.4, section 4.2), a repeated one is kept once.
pub fn texts<'a>(values: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let mut kept: Vec<String> = Vec::new();
    for value in values.into_iter().flat_map(|value| value.split('\0')).filter_map(text) {
        if kept.len() < MAX_VALUES && !kept.contains(&value) {
            kept.push(value);
        }
    }
    kept
}

/// `"3"`, `"3/12"`, `"03 / 12"`; a total of its own field wins. Zero means that there is none.
pub fn numbered(number: Option<&str>, total: Option<&str>) -> Numbered {
    let whole = |text: &str| text.trim().parse().ok().filter(|&number: &u32| number > 0);
    let (first, second) = match number.and_then(|text| text.split_once('/')) {
        Some((first, second)) => (Some(first), Some(second)),
        None => (number, None),
    };
    Numbered { number: first.and_then(whole), total: total.and_then(whole).or(second.and_then(whole)) }
}

pub fn flag(value: &str) -> bool {
    let value = value.trim_matches(['\0', ' ']);
    value == "1" || value.eq_ignore_ascii_case("true") || value.eq_ignore_ascii_case("yes")
}

/// Fills the empty fields of `tags` from `other`, which is less to be trusted.
pub fn fill(tags: &mut Tags, other: Tags) {
    fn list(mine: &mut Vec<String>, other: Vec<String>) {
        if mine.is_empty() {
            *mine = other;
        }
    }
    tags.title = tags.title.take().or(other.title);
    list(&mut tags.artists, other.artists);
    tags.album = tags.album.take().or(other.album);
    list(&mut tags.album_artists, other.album_artists);
    list(&mut tags.composers, other.composers);
    list(&mut tags.genres, other.genres);
    tags.track.number = tags.track.number.or(other.track.number);
    tags.track.total = tags.track.total.or(other.track.total);
    tags.disc.number = tags.disc.number.or(other.disc.number);
    tags.disc.total = tags.disc.total.or(other.disc.total);
    tags.date = tags.date.take().or(other.date);
    tags.compilation |= other.compilation;
    tags.title_sort = tags.title_sort.take().or(other.title_sort);
    list(&mut tags.artists_sort, other.artists_sort);
    tags.album_sort = tags.album_sort.take().or(other.album_sort);
    list(&mut tags.album_artists_sort, other.album_artists_sort);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_in_every_common_form() {
        let pair = |number, total| {
            let read = numbered(number, total);
            (read.number, read.total)
        };
        assert_eq!(pair(Some("3"), None), (Some(3), None));
        assert_eq!(pair(Some("3/12"), None), (Some(3), Some(12)));
        assert_eq!(pair(Some(" 03 / 12 "), None), (Some(3), Some(12)));
        assert_eq!(pair(Some("3/12"), Some("14")), (Some(3), Some(14)));
        assert_eq!(pair(Some("0/0"), None), (None, None));
        assert_eq!(pair(Some("A1"), Some("x")), (None, None));
        assert_eq!(pair(Some("99999999999"), None), (None, None));
        assert_eq!(pair(None, Some("12")), (None, Some(12)));
    }

    #[test]
    fn several_values_stay_several_and_within_limits() {
        assert_eq!(texts(["A\0B", "C", "A", "\0 "]), ["A", "B", "C"]);
        assert_eq!(texts(["AC/DC; live"]), ["AC/DC; live"]);
        assert_eq!(texts(std::iter::once("x\u{1b}[31m")), ["x\u{1b}[31m"]);
        let long = "ä".repeat(MAX_TEXT);
        assert_eq!(text(&long).map(|kept| kept.len()), Some(MAX_TEXT));
        assert_eq!(text(" \0"), None);
    }
}
