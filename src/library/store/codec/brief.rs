//! What the catalog has of a track, read where it lies in the store: of a million tracks no text is copied. The layout is
//! that of `model::track::Tags`, field by field.

use std::fmt::{Formatter, Result as FmtResult};
use std::marker::PhantomData;
use std::os::unix::ffi::OsStrExt;

use serde::Deserialize;
use serde::de::{Deserializer, SeqAccess, Visitor};

use super::{CodecError, TRACK_VERSION, decode};
use crate::model::id::TrackId;
use crate::model::tag::Mbid;
use crate::model::track::{AudioFormat, FileStamp, Numbered, Track, year};

#[derive(Debug, Deserialize)]
pub struct Brief<'a> {
    #[serde(skip)]
    pub id: TrackId,
    pub path: &'a [u8],
    _stamp: FileStamp,
    pub format: AudioFormat,
    #[serde(borrow)]
    pub tags: BriefTags<'a>,
    pub added_s: i64,
}

/// As the fields of [`crate::model::track::Tags`].
#[derive(Debug, Default, Deserialize)]
pub struct BriefTags<'a> {
    pub title: Option<&'a str>,
    #[serde(borrow)]
    pub artists: Vec<&'a str>,
    pub album: Option<&'a str>,
    pub album_artists: Vec<&'a str>,
    pub composers: Vec<&'a str>,
    pub genres: Vec<&'a str>,
    pub track: Numbered,
    pub disc: Numbered,
    pub date: Option<&'a str>,
    pub compilation: bool,
    _title_sort: Text<'a>,
    pub artists_sort: Vec<&'a str>,
    pub album_sort: Option<&'a str>,
    pub album_artists_sort: Vec<&'a str>,
    details: Details<'a>,
}

/// A text is passed over as the bytes that it is coded as.
type Text<'a> = Option<&'a [u8]>;
type Texts<'a> = Passed<&'a [u8]>;

/// As the fields of [`crate::model::track::Details`].
#[derive(Debug, Default, Deserialize)]
struct Details<'a> {
    #[serde(borrow)]
    _original_date: Text<'a>,
    _disc_title: Text<'a>,
    #[serde(borrow)]
    _composers_sort: Texts<'a>,
    _conductors: Texts<'a>,
    _lyricists: Texts<'a>,
    _work: Text<'a>,
    _movement: Text<'a>,
    _movement_number: Numbered,
    _labels: Texts<'a>,
    _catalogue_numbers: Texts<'a>,
    _comments: Texts<'a>,
    _bpm_hundredths: Option<u32>,
    musicbrainz: Ids,
    _has_lyrics: bool,
    _has_picture: bool,
    _mended_from: Text<'a>,
}

/// As the fields of [`crate::model::track::MusicBrainz`].
#[derive(Debug, Default, Deserialize)]
struct Ids {
    _recording: Option<Mbid>,
    _track: Option<Mbid>,
    release: Option<Mbid>,
    _release_group: Option<Mbid>,
    _artists: Passed<Mbid>,
    _album_artists: Passed<Mbid>,
}

/// A list of which nothing is kept.
#[derive(Debug)]
struct Passed<T>(PhantomData<T>);

impl<T> Default for Passed<T> {
    fn default() -> Self {
        Self(PhantomData)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Passed<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_seq(Self::default())
    }
}

impl<'de, T: Deserialize<'de>> Visitor<'de> for Passed<T> {
    type Value = Self;

    fn expecting(&self, out: &mut Formatter<'_>) -> FmtResult {
        out.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self, A::Error> {
        while list.next_element::<T>()?.is_some() {}
        Ok(self)
    }
}

impl BriefTags<'_> {
    pub fn year(&self) -> Option<u16> {
        year(self.date?)
    }

    /// MusicBrainz's release.
    pub fn release(&self) -> Option<Mbid> {
        self.details.musicbrainz.release
    }
}

impl<'a> From<&'a Track> for Brief<'a> {
    fn from(track: &'a Track) -> Self {
        fn all(texts: &[String]) -> Vec<&str> {
            texts.iter().map(String::as_str).collect()
        }
        let tags = &track.tags;
        let musicbrainz = Ids { release: tags.details.musicbrainz.release, ..Ids::default() };
        Self {
            id: track.id,
            path: track.path.as_os_str().as_bytes(),
            _stamp: track.stamp,
            format: track.format,
            tags: BriefTags {
                title: tags.title.as_deref(),
                artists: all(&tags.artists),
                album: tags.album.as_deref(),
                album_artists: all(&tags.album_artists),
                composers: all(&tags.composers),
                genres: all(&tags.genres),
                track: tags.track,
                disc: tags.disc,
                date: tags.date.as_deref(),
                compilation: tags.compilation,
                artists_sort: all(&tags.artists_sort),
                album_sort: tags.album_sort.as_deref(),
                album_artists_sort: all(&tags.album_artists_sort),
                details: Details { musicbrainz, ..Details::default() },
                ..BriefTags::default()
            },
            added_s: track.added_s,
        }
    }
}

/// As `decode_track`, without the copies.
pub fn decode_brief(id: u32, bytes: &[u8]) -> Result<Brief<'_>, CodecError> {
    let brief: Brief<'_> = decode("a track", TRACK_VERSION, bytes)?;
    Ok(Brief { id: TrackId(id), ..brief })
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::super::encode_track;
    use super::*;
    use crate::model::audio::Spec;
    use crate::model::track::{Codec, Details, MusicBrainz, Tags};

    fn texts(name: &str) -> Vec<String> {
        vec![format!("{name} ä"), String::new(), format!("{name} 2")]
    }

    fn full() -> Track {
        let id = |byte| Some(Mbid([byte; 16]));
        let musicbrainz = MusicBrainz {
            recording: id(1),
            track: id(2),
            release: id(3),
            release_group: id(4),
            artists: vec![Mbid([5; 16]), Mbid([6; 16])],
            album_artists: vec![Mbid([7; 16])],
        };
        let details = Details {
            original_date: Some("1969".into()),
            disc_title: Some("Disc".into()),
            composers_sort: texts("composer sort"),
            conductors: texts("conductor"),
            lyricists: texts("lyricist"),
            work: Some("Work".into()),
            movement: Some("Movement".into()),
            movement_number: Numbered { number: Some(3), total: Some(4) },
            labels: texts("label"),
            catalogue_numbers: texts("number"),
            comments: texts("comment"),
            bpm_hundredths: Some(12_050),
            musicbrainz,
            has_lyrics: true,
            has_picture: true,
            mended_from: Some("Shift-JIS".into()),
        };
        let tags = Tags {
            title: Some("Title".into()),
            artists: texts("artist"),
            album: Some("Album".into()),
            album_artists: texts("album artist"),
            composers: texts("composer"),
            genres: texts("genre"),
            track: Numbered { number: Some(5), total: Some(300) },
            disc: Numbered { number: Some(2), total: None },
            date: Some("1997-06-16".into()),
            compilation: true,
            title_sort: Some("Title Sort".into()),
            artists_sort: texts("artist sort"),
            album_sort: Some("Album Sort".into()),
            album_artists_sort: texts("album artist sort"),
            details,
        };
        Track {
            id: TrackId(7),
            path: PathBuf::from("/m/a b/c.flac"),
            stamp: FileStamp { size: 1 << 40, mtime_ns: -5, inode: 9 },
            format: AudioFormat {
                codec: Codec::Flac,
                spec: Spec { rate: 96_000, channels: 6 },
                bits: Some(24),
                frames: Some(u64::from(u32::MAX) + 1),
            },
            tags,
            added_s: 1_700_000_000,
        }
    }

    /// What is passed over is not compared.
    fn shown(brief: &Brief<'_>) -> String {
        let tags = &brief.tags;
        let texts = [&tags.artists, &tags.album_artists, &tags.composers, &tags.genres, &tags.artists_sort];
        let numbers = (tags.track, tags.disc, tags.compilation, tags.year(), tags.release());
        let single = (tags.title, tags.album, tags.date, tags.album_sort, &tags.album_artists_sort);
        format!(
            "{:?} {:?} {:?} {} {texts:?} {numbers:?} {single:?}",
            brief.id, brief.path, brief.format, brief.added_s
        )
    }

    #[test]
    fn what_is_read_in_place_is_what_the_track_has() {
        let empty = Track { tags: Tags::default(), ..full() };
        for track in [full(), empty] {
            let mut bytes = Vec::new();
            encode_track(&track, &mut bytes).unwrap();
            let read = decode_brief(track.id.0, &bytes).unwrap();
            assert_eq!(shown(&read), shown(&Brief::from(&track)));
            for cut in 0..bytes.len() {
                assert!(decode_brief(7, &bytes[..cut]).is_err(), "cut at {cut}");
            }
        }
    }
}
