//! Which track of the library someone else means: by path, else by MusicBrainz id, else by artist and title as people
//! write them, with album and length to tell several apart. Pure.

use std::collections::HashMap;
use std::path::Path;
use std::time::Duration;

use crate::model::catalog::{Catalog, Row, TrackRef};
use crate::model::fold::fold;
use crate::model::id::TrackId;

/// Lengths that differ by no more can be of one recording.
const SAME_LENGTH: Duration = Duration::from_secs(10);

/// What is known of a track elsewhere; empty where nothing is.
#[derive(Debug, Clone, Copy, Default)]
pub struct Wanted<'a> {
    pub path: Option<&'a Path>,
    pub recording: Option<&'a str>,
    pub artist: &'a str,
    pub title: &'a str,
    pub album: &'a str,
    pub duration: Option<Duration>,
}

/// What told that it is the one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum By {
    Path,
    Id,
    Names,
}

/// Made once for many questions.
pub struct Matcher<'a> {
    catalog: &'a Catalog,
    /// Lower-case id to track.
    recordings: HashMap<String, TrackId>,
    names: HashMap<String, Vec<Row>>,
}

impl<'a> Matcher<'a> {
    /// `recordings`: MusicBrainz ids of the library's tracks, as far as their tags have them.
    pub fn new(catalog: &'a Catalog, recordings: HashMap<String, TrackId>) -> Self {
        let mut names: HashMap<String, Vec<Row>> = HashMap::new();
        for track in catalog.tracks() {
            let artists: Vec<&str> = track.artists().collect();
            let mut keys = vec![key(&artists.join(", "), track.title())];
            let each = artists.iter().copied().chain(track.album_artists());
            keys.extend(each.map(|artist| key(artist, track.title())));
            keys.sort_unstable();
            keys.dedup();
            for key in keys {
                names.entry(key).or_default().push(track.row());
            }
        }
        Self { catalog, recordings, names }
    }

    pub fn find(&self, wanted: &Wanted<'_>) -> Option<(TrackRef<'a>, By)> {
        let by_path = wanted.path.and_then(|path| self.catalog.find_path(path));
        if let Some(track) = by_path {
            return Some((track, By::Path));
        }
        let id = wanted.recording.and_then(|id| self.recordings.get(&id.to_ascii_lowercase()));
        if let Some(track) = id.and_then(|&id| self.catalog.find(id)) {
            return Some((track, By::Id));
        }
        self.by_names(wanted).map(|track| (track, By::Names))
    }

    fn by_names(&self, wanted: &Wanted<'_>) -> Option<TrackRef<'a>> {
        if wanted.title.trim().is_empty() || wanted.artist.trim().is_empty() {
            return None;
        }
        let rows = spellings(wanted.artist).find_map(|artist| self.names.get(&key(artist, wanted.title)))?;
        let tracks = rows.iter().filter_map(|&row| self.catalog.track(row));
        let album = fold(wanted.album.trim());
        let fitting = tracks.filter(|track| !is_of_other_length(wanted.duration, track.duration()));
        fitting.min_by_key(|track| {
            let other_album = !album.is_empty() && fold(track.album_title()) != album;
            (other_album, difference(wanted.duration, track.duration()), track.row())
        })
    }
}

/// The whole artist, then what stands before guests and further names.
fn spellings(artist: &str) -> impl Iterator<Item = &str> {
    const GUESTS: [&str; 10] =
        [" feat. ", " feat ", " ft. ", " featuring ", " (feat", ";", ", ", " & ", " / ", " with "];
    let lower = artist.to_ascii_lowercase();
    let cuts = GUESTS.map(|guest| lower.find(guest));
    std::iter::once(artist).chain(cuts.into_iter().flatten().map(move |at| &artist[..at]))
}

fn key(artist: &str, title: &str) -> String {
    format!("{}\n{}", squeezed(artist), squeezed(title))
}

/// Folded, and single blanks between words.
fn squeezed(text: &str) -> String {
    fold(text).split_whitespace().collect::<Vec<_>>().join(" ")
}

fn difference(one: Option<Duration>, other: Option<Duration>) -> Duration {
    one.zip(other).map_or(Duration::ZERO, |(one, other)| one.abs_diff(other))
}

fn is_of_other_length(one: Option<Duration>, other: Option<Duration>) -> bool {
    difference(one, other) > SAME_LENGTH
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::library::catalog_build::build_catalog;
    use crate::model::audio::Spec;
    use crate::model::track::{AudioFormat, Codec, FileStamp, Tags, Track};

    fn track(id: u32, artists: &[&str], title: &str, album: &str, seconds: u64) -> Track {
        let tags = Tags {
            title: Some(title.into()),
            artists: artists.iter().map(|&artist| artist.to_owned()).collect(),
            album: Some(album.into()),
            ..Tags::default()
        };
        let format = AudioFormat {
            codec: Codec::Flac,
            spec: Spec { rate: 44_100, channels: 2 },
            bits: Some(16),
            frames: Some(seconds * 44_100),
        };
        let path = format!("/m/{id}.flac").into();
        Track { id: TrackId(id), path, stamp: FileStamp::default(), format, tags, added_s: 0 }
    }

    fn library() -> Catalog {
        build_catalog([
            track(1, &["Björk"], "Jóga", "Homogenic", 305),
            track(2, &["Björk"], "Jóga", "Live Box", 330),
            track(3, &["Queen", "David Bowie"], "Under  Pressure", "Hot Space", 248),
        ])
    }

    fn found(wanted: Wanted<'_>) -> Option<(u32, By)> {
        let catalog = library();
        let ids = HashMap::from([("e97f805a".to_owned(), TrackId(3))]);
        let matcher = Matcher::new(&catalog, ids);
        matcher.find(&wanted).map(|(track, by)| (track.id().0, by))
    }

    #[test]
    fn the_path_tells_most_then_the_id_then_the_names() {
        let names = Wanted { artist: "BJORK", title: "joga", ..Wanted::default() };
        let path = Some(Path::new("/m/2.flac"));
        assert_eq!(found(Wanted { path, recording: Some("E97F805A"), ..names }), Some((2, By::Path)));
        assert_eq!(found(Wanted { recording: Some("E97F805A"), ..names }), Some((3, By::Id)));
        assert_eq!(found(names), Some((1, By::Names)));
    }

    #[test]
    fn album_and_length_tell_recordings_apart() {
        let names = Wanted { artist: "Björk", title: "Jóga", ..Wanted::default() };
        let seconds = |seconds| Some(Duration::from_secs(seconds));
        assert_eq!(found(Wanted { album: "live box", ..names }), Some((2, By::Names)));
        assert_eq!(found(Wanted { duration: seconds(331), ..names }), Some((2, By::Names)));
        assert_eq!(found(Wanted { duration: seconds(60), ..names }), None, "another recording");
    }

    #[test]
    fn guests_do_not_hide_the_artist() {
        for artist in ["Queen & David Bowie", "queen, david bowie", "Queen feat. David Bowie", "David Bowie"]
        {
            let wanted = Wanted { artist, title: "Under Pressure", ..Wanted::default() };
            assert_eq!(found(wanted), Some((3, By::Names)), "{artist}");
        }
        assert_eq!(found(Wanted { artist: "Queen", title: "", ..Wanted::default() }), None);
    }
}
