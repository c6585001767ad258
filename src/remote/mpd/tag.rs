//! The tags that clients know, by their names there, and what a track has of each.

use crate::model::catalog::TrackRef;
use crate::model::tag::Mbid;
use crate::model::track::Track;

macro_rules! tags {
    ($($tag:ident $name:literal,)*) => {
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Tag { $($tag,)* }

        impl Tag {
            /// In the order in which they are told.
            pub const ALL: &[Self] = &[$(Self::$tag,)*];

            pub fn name(self) -> &'static str {
                match self { $(Self::$tag => $name,)* }
            }
        }
    };
}

tags! {
    Artist "Artist",
    ArtistSort "ArtistSort",
    Album "Album",
    AlbumSort "AlbumSort",
    AlbumArtist "AlbumArtist",
    AlbumArtistSort "AlbumArtistSort",
    Title "Title",
    TitleSort "TitleSort",
    Track "Track",
    Name "Name",
    Genre "Genre",
    Mood "Mood",
    Date "Date",
    OriginalDate "OriginalDate",
    Composer "Composer",
    ComposerSort "ComposerSort",
    Performer "Performer",
    Conductor "Conductor",
    Work "Work",
    Movement "Movement",
    MovementNumber "MovementNumber",
    ShowMovement "ShowMovement",
    Ensemble "Ensemble",
    Location "Location",
    Grouping "Grouping",
    Comment "Comment",
    Disc "Disc",
    Label "Label",
    ArtistId "MUSICBRAINZ_ARTISTID",
    AlbumId "MUSICBRAINZ_ALBUMID",
    AlbumArtistId "MUSICBRAINZ_ALBUMARTISTID",
    TrackId "MUSICBRAINZ_TRACKID",
    ReleaseTrackId "MUSICBRAINZ_RELEASETRACKID",
    WorkId "MUSICBRAINZ_WORKID",
    ReleaseGroupId "MUSICBRAINZ_RELEASEGROUPID",
}

impl Tag {
    /// In any case.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|tag| tag.name().eq_ignore_ascii_case(name))
    }

    /// What stands in for it where a track has none.
    pub fn fallback(self) -> Option<Self> {
        Some(match self {
            Self::AlbumArtist | Self::ArtistSort => Self::Artist,
            Self::AlbumArtistSort => Self::AlbumArtist,
            Self::AlbumSort => Self::Album,
            Self::TitleSort => Self::Title,
            Self::ComposerSort => Self::Composer,
            _ => return None,
        })
    }

    /// What of it the library has at hand, for all of its tracks: `false` where only the store has it.
    fn at_hand(self, track: TrackRef<'_>, each: &mut dyn FnMut(&str)) -> bool {
        let number = |number: Option<u16>, each: &mut dyn FnMut(&str)| {
            number.into_iter().for_each(|number| each(&number.to_string()));
        };
        let text = |text: &str, each: &mut dyn FnMut(&str)| {
            if !text.is_empty() {
                each(text);
            }
        };
        match self {
            Self::Artist => track.artists().for_each(each),
            Self::Album => text(track.album_title(), each),
            Self::Title => text(track.title_tag(), each),
            Self::Track => number(track.track_number(), each),
            Self::Disc => number(track.disc_number(), each),
            Self::Genre => track.genres().for_each(each),
            Self::Composer => track.composers().for_each(each),
            _ => return false,
        }
        true
    }

    /// Its values, as they are written, without those that stand in.
    pub fn values<'t>(
        self,
        track: TrackRef<'_>,
        full: impl FnOnce() -> Option<&'t Track>,
        each: &mut dyn FnMut(&str),
    ) {
        if !self.at_hand(track, each)
            && let Some(full) = full()
        {
            self.in_full(full, each);
        }
    }

    fn in_full(self, full: &Track, each: &mut dyn FnMut(&str)) {
        let (tags, details) = (&full.tags, &full.tags.details);
        let brainz = &details.musicbrainz;
        let mut texts = |texts: &[String]| texts.iter().for_each(|text| each(text));
        match self {
            Self::ArtistSort => texts(&tags.artists_sort),
            Self::AlbumArtist => texts(&tags.album_artists),
            Self::AlbumArtistSort => texts(&tags.album_artists_sort),
            Self::AlbumSort => texts(tags.album_sort.as_slice()),
            Self::TitleSort => texts(tags.title_sort.as_slice()),
            Self::Date => texts(tags.date.as_slice()),
            Self::OriginalDate => texts(details.original_date.as_slice()),
            Self::ComposerSort => texts(&details.composers_sort),
            Self::Conductor => texts(&details.conductors),
            Self::Work => texts(details.work.as_slice()),
            Self::Movement => texts(details.movement.as_slice()),
            Self::MovementNumber => {
                details.movement_number.number.into_iter().for_each(|number| each(&number.to_string()));
            }
            Self::Comment => texts(&details.comments),
            Self::Label => texts(&details.labels),
            Self::ArtistId => ids(&brainz.artists, each),
            Self::AlbumId => ids(brainz.release.as_slice(), each),
            Self::AlbumArtistId => ids(&brainz.album_artists, each),
            Self::TrackId => ids(brainz.recording.as_slice(), each),
            Self::ReleaseTrackId => ids(brainz.track.as_slice(), each),
            Self::ReleaseGroupId => ids(brainz.release_group.as_slice(), each),
            // At hand, or not kept by the library.
            _ => {}
        }
    }
}

fn ids(all: &[Mbid], each: &mut dyn FnMut(&str)) {
    all.iter().for_each(|id| each(&id.to_string()));
}

/// Which tags a client wants to be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TagMask(u64);

impl TagMask {
    pub const ALL: Self = Self(u64::MAX);
    pub const NONE: Self = Self(0);

    pub fn has(self, tag: Tag) -> bool {
        self.0 & (1 << tag as u32) != 0
    }

    pub fn set(&mut self, tag: Tag, on: bool) {
        let bit = 1 << tag as u32;
        self.0 = if on { self.0 | bit } else { self.0 & !bit };
    }
}

/// A comment is told only to who asks for it by name.
impl Default for TagMask {
    fn default() -> Self {
        let mut mask = Self::ALL;
        mask.set(Tag::Comment, false);
        mask
    }
}
