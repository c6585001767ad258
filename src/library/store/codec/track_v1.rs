//! Tracks as they were written before details of tags were kept. Read only; never changes.

use serde::Deserialize;

use crate::model::track::{AudioFormat, FileStamp, Numbered, Tags};

#[derive(Deserialize)]
pub struct TrackIn<'a> {
    #[serde(borrow)]
    path: &'a [u8],
    stamp: FileStamp,
    format: AudioFormat,
    tags: TagsV1,
    added_s: i64,
}

#[derive(Deserialize)]
struct TagsV1 {
    title: Option<String>,
    artists: Vec<String>,
    album: Option<String>,
    album_artists: Vec<String>,
    composers: Vec<String>,
    genres: Vec<String>,
    track: Numbered,
    disc: Numbered,
    date: Option<String>,
    compilation: bool,
    title_sort: Option<String>,
    artists_sort: Vec<String>,
    album_sort: Option<String>,
    album_artists_sort: Vec<String>,
}

impl<'a> From<TrackIn<'a>> for super::TrackIn<'a> {
    fn from(old: TrackIn<'a>) -> Self {
        let tags = Tags {
            title: old.tags.title,
            artists: old.tags.artists,
            album: old.tags.album,
            album_artists: old.tags.album_artists,
            composers: old.tags.composers,
            genres: old.tags.genres,
            track: old.tags.track,
            disc: old.tags.disc,
            date: old.tags.date,
            compilation: old.tags.compilation,
            title_sort: old.tags.title_sort,
            artists_sort: old.tags.artists_sort,
            album_sort: old.tags.album_sort,
            album_artists_sort: old.tags.album_artists_sort,
            ..Tags::default()
        };
        Self { path: old.path, stamp: old.stamp, format: old.format, tags, added_s: old.added_s }
    }
}

#[cfg(test)]
mod tests {
    use super::super::decode_track;
    use super::*;

    #[test]
    fn a_track_of_the_first_version_is_still_read() {
        // By the specification of postcard's wire format: numbers are varints, zigzag where signed.
        let mut bytes = vec![1, 2, b'/', b'a', 5, 6, 7, 0, 0xc4, 0xd8, 0x02, 2, 1, 16, 1, 100];
        bytes.extend(
            b"\x01\x01T\x01\x01A\x00\x00\x00\x00\x01\x03\x00\x00\x00\x01\x041997\x01\x00\x00\x00\x00\x12",
        );
        let track = decode_track(4, &bytes).unwrap();
        assert_eq!((track.path.to_str(), track.stamp.mtime_ns, track.added_s), (Some("/a"), 3, 9));
        assert_eq!((track.format.spec.rate, track.format.frames), (44_100, Some(100)));
        let tags = Tags {
            title: Some("T".into()),
            artists: vec!["A".into()],
            track: Numbered { number: Some(3), total: None },
            date: Some("1997".into()),
            compilation: true,
            ..Tags::default()
        };
        assert_eq!(track.tags, tags);
    }
}
