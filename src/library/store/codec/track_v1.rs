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
