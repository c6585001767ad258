//! What a CUE sheet says of a track as tags. Pure.

use super::normalize::{fill, flag, numbered, text, texts};
use crate::decode::cue::{Part, Sheet};
use crate::model::track::{Details, MusicBrainz, Numbered, Tags};

/// Tags of one track of a sheet; what the sheet leaves open of the album is taken from `file`, the tags of the file that
/// the track is in. Its title and number are those of the whole file, so they are not.
pub fn tags(sheet: &Sheet, part: &Part, file: &Tags) -> Tags {
    let of_album = |keys: &[&str]| keys.iter().find_map(|key| sheet.fields.get(key));
    let of_track = |keys: &[&str]| {
        let track = part.track.and_then(|track| sheet.tracks.get(track))?;
        keys.iter().find_map(|key| track.fields.get(key))
    };
    let either = |keys: &[&str]| of_track(keys).or_else(|| of_album(keys));
    let discs = ["TOTALDISCS", "DISCTOTAL"];
    let mut tags = Tags {
        title: of_track(&["TITLE"]).and_then(text),
        artists: texts(either(&["PERFORMER"])),
        album: of_album(&["TITLE"]).and_then(text),
        album_artists: texts(of_album(&["ALBUMARTIST", "PERFORMER"])),
        composers: texts(either(&["SONGWRITER", "COMPOSER"])),
        genres: texts(either(&["GENRE"])),
        disc: numbered(either(&["DISCNUMBER", "DISC"]), either(&discs)),
        date: either(&["DATE", "YEAR"]).and_then(text),
        compilation: either(&["COMPILATION"]).is_some_and(flag),
        ..Tags::default()
    };
    if part.track.is_some() {
        tags.track.number = Some(u32::from(part.number));
        tags.track.total = total(sheet);
    }
    let album = of_album_only(file.clone(), &tags);
    fill(&mut tags, album);
    tags
}

/// What `file` says that is true of each track; sort names only of names that are its own.
fn of_album_only(mut file: Tags, known: &Tags) -> Tags {
    if !known.artists.is_empty() {
        file.artists_sort.clear();
    }
    if !known.album_artists.is_empty() {
        file.album_artists_sort.clear();
    }
    file.album_sort = file.album_sort.filter(|_| known.album.is_none());
    let of_file = std::mem::take(&mut file.details);
    let details = Details {
        original_date: of_file.original_date,
        disc_title: of_file.disc_title,
        labels: of_file.labels,
        catalogue_numbers: of_file.catalogue_numbers,
        musicbrainz: MusicBrainz { recording: None, track: None, artists: Vec::new(), ..of_file.musicbrainz },
        has_picture: of_file.has_picture,
        mended_from: of_file.mended_from,
        ..Details::default()
    };
    Tags { title: None, title_sort: None, track: Numbered::default(), details, ..file }
}

/// Number of tracks, where the sheet has all of them.
fn total(sheet: &Sheet) -> Option<u32> {
    let count = u16::try_from(sheet.tracks.len()).ok()?;
    let all = sheet.tracks.iter().zip(1..).all(|(track, number)| track.number == number);
    all.then_some(u32::from(count))
}
