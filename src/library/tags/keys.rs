//! Which field a container's key is. One row a field: lofty's keys (which know the names of ID3v2, MP4, APE, RIFF, AIFF)
//! and the names of Vorbis comments, the most trusted first; the first one is written. After Picard's table of tag names.

use lofty::tag::ItemKey;

use crate::model::tag::Field::{self, *};

type Row = (Field, &'static [ItemKey], &'static [&'static str]);

const ROWS: &[Row] = &[
    (Title, &[ItemKey::TrackTitle], &["TITLE"]),
    (Artist, &[ItemKey::TrackArtist], &["ARTIST"]),
    (Artists, &[ItemKey::TrackArtists], &["ARTISTS"]),
    (Album, &[ItemKey::AlbumTitle], &["ALBUM"]),
    (AlbumArtist, &[ItemKey::AlbumArtist], &["ALBUMARTIST", "ALBUM ARTIST", "ALBUM_ARTIST"]),
    (AlbumArtists, &[ItemKey::AlbumArtists], &["ALBUMARTISTS", "ALBUM ARTISTS"]),
    (Track, &[ItemKey::TrackNumber], &["TRACKNUMBER", "TRACK"]),
    (TrackTotal, &[ItemKey::TrackTotal], &["TRACKTOTAL", "TOTALTRACKS"]),
    (Disc, &[ItemKey::DiscNumber], &["DISCNUMBER", "DISC"]),
    (DiscTotal, &[ItemKey::DiscTotal], &["DISCTOTAL", "TOTALDISCS"]),
    (DiscSubtitle, &[ItemKey::SetSubtitle], &["DISCSUBTITLE"]),
    (Date, &[ItemKey::RecordingDate, ItemKey::Year], &["DATE", "YEAR"]),
    (OriginalDate, &[ItemKey::OriginalReleaseDate], &["ORIGINALDATE", "ORIGINALYEAR"]),
    (ReleaseDate, &[ItemKey::ReleaseDate], &["RELEASEDATE"]),
    (Genre, &[ItemKey::Genre], &["GENRE"]),
    (Compilation, &[ItemKey::FlagCompilation], &["COMPILATION"]),
    (Composer, &[ItemKey::Composer], &["COMPOSER"]),
    (Conductor, &[ItemKey::Conductor], &["CONDUCTOR"]),
    (Lyricist, &[ItemKey::Lyricist], &["LYRICIST"]),
    (Work, &[ItemKey::Work], &["WORK"]),
    (Movement, &[ItemKey::Movement], &["MOVEMENTNAME"]),
    (MovementNumber, &[ItemKey::MovementNumber], &["MOVEMENT"]),
    (MovementTotal, &[ItemKey::MovementTotal], &["MOVEMENTTOTAL"]),
    (Label, &[ItemKey::Label, ItemKey::Publisher], &["LABEL", "ORGANIZATION", "PUBLISHER"]),
    (CatalogNumber, &[ItemKey::CatalogNumber], &["CATALOGNUMBER"]),
    (Bpm, &[ItemKey::Bpm, ItemKey::IntegerBpm], &["BPM"]),
    (Comment, &[ItemKey::Comment], &["COMMENT", "DESCRIPTION"]),
    (Copyright, &[ItemKey::CopyrightMessage], &["COPYRIGHT"]),
    (Isrc, &[ItemKey::Isrc], &["ISRC"]),
    (TitleSort, &[ItemKey::TrackTitleSortOrder], &["TITLESORT"]),
    (ArtistSort, &[ItemKey::TrackArtistSortOrder], &["ARTISTSORT"]),
    (AlbumSort, &[ItemKey::AlbumTitleSortOrder], &["ALBUMSORT"]),
    (AlbumArtistSort, &[ItemKey::AlbumArtistSortOrder], &["ALBUMARTISTSORT"]),
    (ComposerSort, &[ItemKey::ComposerSortOrder], &["COMPOSERSORT"]),
    (RecordingId, &[ItemKey::MusicBrainzRecordingId], &["MUSICBRAINZ_TRACKID"]),
    (TrackId, &[ItemKey::MusicBrainzTrackId], &["MUSICBRAINZ_RELEASETRACKID"]),
    (ReleaseId, &[ItemKey::MusicBrainzReleaseId], &["MUSICBRAINZ_ALBUMID"]),
    (ReleaseGroupId, &[ItemKey::MusicBrainzReleaseGroupId], &["MUSICBRAINZ_RELEASEGROUPID"]),
    (ArtistId, &[ItemKey::MusicBrainzArtistId], &["MUSICBRAINZ_ARTISTID"]),
    (AlbumArtistId, &[ItemKey::MusicBrainzReleaseArtistId], &["MUSICBRAINZ_ALBUMARTISTID"]),
    (Lyrics, &[ItemKey::Lyrics, ItemKey::UnsyncLyrics], &["LYRICS", "UNSYNCEDLYRICS"]),
];

/// lofty's keys of a field.
pub fn lofty(field: Field) -> &'static [ItemKey] {
    row(field).map_or(&[], |row| row.1)
}

/// The names of a field in Vorbis comments, and in what follows them (Matroska's and APE's writers do).
pub fn vorbis(field: Field) -> &'static [&'static str] {
    row(field).map_or(&[], |row| row.2)
}

fn row(field: Field) -> Option<&'static Row> {
    ROWS.iter().find(|row| row.0 == field)
}

pub fn of_lofty(key: ItemKey) -> Option<(Field, usize)> {
    ROWS.iter().find_map(|row| Some((row.0, row.1.iter().position(|&known| known == key)?)))
}

pub fn of_vorbis(key: &str) -> Option<(Field, usize)> {
    ROWS.iter().find_map(|row| Some((row.0, row.2.iter().position(|known| known.eq_ignore_ascii_case(key))?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_has_keys_and_every_key_one_field() {
        for field in Field::all() {
            let (lofty, vorbis) = (lofty(field), vorbis(field));
            assert!(!lofty.is_empty() && !vorbis.is_empty(), "{field:?}");
            lofty.iter().for_each(|&key| assert_eq!(of_lofty(key).map(|found| found.0), Some(field)));
            vorbis.iter().for_each(|key| assert_eq!(of_vorbis(key).map(|found| found.0), Some(field)));
        }
    }
}
