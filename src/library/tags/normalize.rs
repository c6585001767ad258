//! From what a container says to fields, and from fields to the model: limits, numbers, flags. Pure; called by all tag
//! readers.

use crate::model::tag::{Field, Fields, Mbid, cut};
use crate::model::track::{Details, MusicBrainz, Numbered, Tags};

/// Longest text kept of one value in the library, in bytes.
const MAX_TEXT: usize = 4 * 1024;

/// Fields from keys in any order. Of several keys that mean one field the one of the lowest rank counts. Numbers are
/// taken apart: `3/12` is a number and a total.
pub fn collect<'a>(found: impl Iterator<Item = (Field, usize, &'a str)>) -> Fields {
    let mut found: Vec<_> = found.collect();
    found.sort_by_key(|&(field, rank, _)| (field, rank));
    let mut fields = Fields::default();
    let mut last = None;
    for (field, rank, value) in found {
        match last {
            Some((known, better)) if known == field && better != rank && fields.has(field) => {}
            _ => {
                fields.push(field, value);
                last = Some((field, rank));
            }
        }
    }
    let pairs = [
        (Field::Track, Field::TrackTotal),
        (Field::Disc, Field::DiscTotal),
        (Field::MovementNumber, Field::MovementTotal),
    ];
    pairs.into_iter().for_each(|(number, total)| take_apart(&mut fields, number, total));
    fields
}

/// What is no number stays as it is written, so that an editor shows it.
fn take_apart(fields: &mut Fields, number: Field, total: Field) {
    let pair = numbered(fields.first(number), fields.first(total));
    let whole = |value: Option<u32>| value.map(|value| value.to_string()).into_iter().collect::<Vec<_>>();
    let said_nothing =
        |text: Option<&str>| text.is_some_and(|text| text.trim_matches(['0', '/', ' ']).is_empty());
    if pair.number.is_some() || said_nothing(fields.first(number)) {
        fields.set(number, whole(pair.number));
    }
    if pair.total.is_some() || said_nothing(fields.first(total)) {
        fields.set(total, whole(pair.total));
    }
}

/// As the library keeps them.
pub fn to_tags(fields: &Fields) -> Tags {
    let one = |field| fields.first(field).and_then(text);
    let all = |field: Field| -> Vec<String> { fields.get(field).iter().filter_map(|v| text(v)).collect() };
    let number = |number, total| numbered(fields.first(number), fields.first(total));
    Tags {
        title: one(Field::Title),
        artists: one_or_each(all(Field::Artist), all(Field::Artists)),
        album: one(Field::Album),
        album_artists: one_or_each(all(Field::AlbumArtist), all(Field::AlbumArtists)),
        composers: all(Field::Composer),
        genres: all(Field::Genre),
        track: number(Field::Track, Field::TrackTotal),
        disc: number(Field::Disc, Field::DiscTotal),
        date: one(Field::Date).or_else(|| one(Field::ReleaseDate)),
        compilation: fields.first(Field::Compilation).is_some_and(flag),
        title_sort: one(Field::TitleSort),
        artists_sort: all(Field::ArtistSort),
        album_sort: one(Field::AlbumSort),
        album_artists_sort: all(Field::AlbumArtistSort),
        details: Details {
            original_date: one(Field::OriginalDate),
            disc_title: one(Field::DiscSubtitle),
            composers_sort: all(Field::ComposerSort),
            conductors: all(Field::Conductor),
            lyricists: all(Field::Lyricist),
            work: one(Field::Work),
            movement: one(Field::Movement),
            movement_number: number(Field::MovementNumber, Field::MovementTotal),
            labels: all(Field::Label),
            catalogue_numbers: all(Field::CatalogNumber),
            comments: all(Field::Comment),
            bpm_hundredths: fields.first(Field::Bpm).and_then(bpm),
            musicbrainz: ids(fields),
            has_lyrics: fields.has(Field::Lyrics),
            has_picture: false,
            mended_from: None,
        },
    }
}

fn ids(fields: &Fields) -> MusicBrainz {
    let all = |field| -> Vec<Mbid> {
        let texts = fields.get(field).iter().flat_map(|text| text.split(['/', ';', ' ', ',']));
        texts.filter_map(Mbid::parse).collect()
    };
    let one = |field| all(field).first().copied();
    MusicBrainz {
        recording: one(Field::RecordingId),
        track: one(Field::TrackId),
        release: one(Field::ReleaseId),
        release_group: one(Field::ReleaseGroupId),
        artists: all(Field::ArtistId),
        album_artists: all(Field::AlbumArtistId),
    }
}

/// Taggers write `ARTIST=A feat. B` for show and `ARTISTS=A`, `ARTISTS=B` for truth: several in the second win over one
/// in the first.
fn one_or_each(shown: Vec<String>, each: Vec<String>) -> Vec<String> {
    if shown.is_empty() || (shown.len() == 1 && each.len() > 1) { each } else { shown }
}

/// A value as it is kept: padding cut off, cut to the limit; `None` where nothing is left.
pub fn text(value: &str) -> Option<String> {
    let value = cut(value.trim_matches(['\0', ' ', '\t', '\r', '\n']), MAX_TEXT);
    (!value.is_empty()).then(|| value.to_owned())
}

/// All values of a field.
pub fn texts<'a>(values: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let mut kept = Fields::default();
    values.into_iter().for_each(|value| kept.push(Field::Artist, value));
    kept.get(Field::Artist).iter().filter_map(|value| text(value)).collect()
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

/// Hundredths of beats per minute; no music is slower than 1 or faster than 1000.
fn bpm(text: &str) -> Option<u32> {
    let bpm = text.trim().replace(',', ".").parse::<f64>().ok().filter(|bpm| (1.0..=1000.0).contains(bpm))?;
    // In range by the filter.
    Some((bpm * 100.0).round() as u32)
}

pub fn flag(value: &str) -> bool {
    let value = value.trim_matches(['\0', ' ']);
    value == "1" || value.eq_ignore_ascii_case("true") || value.eq_ignore_ascii_case("yes")
}

/// Fills the empty fields of `tags` from `other`, which is less to be trusted.
pub fn fill(tags: &mut Tags, other: Tags) {
    fn list<T>(mine: &mut Vec<T>, other: Vec<T>) {
        if mine.is_empty() {
            *mine = other;
        }
    }
    fn numbers(mine: &mut Numbered, other: Numbered) {
        mine.number = mine.number.or(other.number);
        mine.total = mine.total.or(other.total);
    }
    tags.title = tags.title.take().or(other.title);
    list(&mut tags.artists, other.artists);
    tags.album = tags.album.take().or(other.album);
    list(&mut tags.album_artists, other.album_artists);
    list(&mut tags.composers, other.composers);
    list(&mut tags.genres, other.genres);
    numbers(&mut tags.track, other.track);
    numbers(&mut tags.disc, other.disc);
    tags.date = tags.date.take().or(other.date);
    tags.compilation |= other.compilation;
    tags.title_sort = tags.title_sort.take().or(other.title_sort);
    list(&mut tags.artists_sort, other.artists_sort);
    tags.album_sort = tags.album_sort.take().or(other.album_sort);
    list(&mut tags.album_artists_sort, other.album_artists_sort);
    // Nothing but a file tells details.
    if tags.details == Details::default() {
        tags.details = other.details;
    }
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
    fn values_are_kept_within_limits_and_escapes_are_left_to_who_shows_them() {
        assert_eq!(texts(["A\0B", "C", "A", "\0 "]), ["A", "B", "C"]);
        assert_eq!(texts(std::iter::once("x\u{1b}[31m")), ["x\u{1b}[31m"]);
        let long = "ä".repeat(MAX_TEXT);
        assert_eq!(text(&long).map(|kept| kept.len()), Some(MAX_TEXT));
        assert_eq!(text(" \0"), None);
    }

    #[test]
    fn the_most_trusted_key_of_a_field_counts_and_pairs_are_taken_apart() {
        let found = [
            (Field::OriginalDate, 1, "1969"),
            (Field::Track, 0, "03/12"),
            (Field::OriginalDate, 0, "1969-01-12"),
            (Field::Disc, 0, "A"),
            (Field::DiscTotal, 0, "0"),
            (Field::Artist, 0, "X"),
            (Field::Artist, 0, "Y"),
        ];
        let fields = collect(found.into_iter());
        assert_eq!(fields.get(Field::OriginalDate), ["1969-01-12"]);
        assert_eq!(fields.get(Field::Track), ["3"]);
        assert_eq!(fields.get(Field::TrackTotal), ["12"]);
        assert_eq!(fields.get(Field::Disc), ["A"]);
        assert!(!fields.has(Field::DiscTotal));
        assert_eq!(fields.get(Field::Artist), ["X", "Y"]);
    }

    #[test]
    fn tempo_and_identifiers_are_what_they_claim_or_nothing() {
        let cases =
            [("128", Some(12_800)), ("127,5", Some(12_750)), ("0", None), ("fast", None), ("NaN", None)];
        for (text, expected) in cases {
            assert_eq!(bpm(text), expected, "{text}");
        }
        let mut fields = Fields::default();
        let (a, b) = ("5b11f4ce-a62d-471e-81fc-a69a8278c7da", "83b9cbe7-9857-49e2-ab8e-b57b01038103");
        fields.push(Field::ArtistId, &format!("{a}/{b}"));
        fields.push(Field::ReleaseId, "not one");
        let ids = to_tags(&fields).details.musicbrainz;
        assert_eq!(ids.artists, [Mbid::parse(a).unwrap(), Mbid::parse(b).unwrap()]);
        assert_eq!(ids.release, None);
    }
}
