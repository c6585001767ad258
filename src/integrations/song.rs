//! One piece of music as neighbours are told of it: what the library knows of an entry of the queue, what a station says,
//! or the file's name where nobody knows more. Pure.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use crate::model::address;
use crate::model::catalog::TrackRef;
use crate::model::id::{ItemId, TrackId};
use crate::model::part;
use crate::model::snapshot::{QueueItem, Snapshot, StreamView};

/// Lists are empty and texts `None` where nothing is known.
#[derive(Debug, Clone, PartialEq)]
pub struct Song {
    pub item: ItemId,
    pub path: Arc<Path>,
    pub track_id: Option<TrackId>,
    /// The file's name where it has no title.
    pub title: String,
    /// The title is one that a file or a station gave.
    pub has_title: bool,
    pub artists: Vec<String>,
    pub album: Option<String>,
    pub album_artists: Vec<String>,
    pub genres: Vec<String>,
    pub composers: Vec<String>,
    pub track: Option<u16>,
    pub disc: Option<u16>,
    /// ISO 8601, as exactly as the album has it: `1994`, `1994-05-03`.
    pub date: Option<String>,
    pub length: Option<Duration>,
}

impl Song {
    /// What is current; `None` where nothing is.
    pub fn current(snapshot: &Snapshot) -> Option<Self> {
        let now = snapshot.playback.now.as_ref()?;
        let track = now.track.and_then(|id| snapshot.catalog.find(id));
        let mut song = Self::new(now.item, &now.path, track);
        song.length = snapshot.times(None).and_then(|(_, total)| total).or(song.length);
        if let Some(stream) = &now.stream {
            song.take_stream(stream);
        }
        Some(song)
    }

    /// An entry of the queue.
    pub fn of(item: &QueueItem, snapshot: &Snapshot) -> Self {
        Self::new(item.id, &item.path, item.track.and_then(|id| snapshot.catalog.find(id)))
    }

    fn new(item: ItemId, path: &Arc<Path>, track: Option<TrackRef<'_>>) -> Self {
        let mut song = Self {
            item,
            path: Arc::clone(path),
            track_id: None,
            title: shown(path),
            has_title: false,
            artists: Vec::new(),
            album: None,
            album_artists: Vec::new(),
            genres: Vec::new(),
            composers: Vec::new(),
            track: None,
            disc: None,
            date: None,
            length: None,
        };
        if let Some(track) = track {
            song.take_track(track);
        }
        song
    }

    fn take_track(&mut self, track: TrackRef<'_>) {
        let owned = |texts: &mut dyn Iterator<Item = &str>| texts.map(str::to_owned).collect::<Vec<_>>();
        let album = track.album();
        let date = album.map(|album| track.catalog().text(album.date)).and_then(iso_date);
        self.track_id = Some(track.id());
        self.title = track.title().to_owned();
        self.has_title = !track.title_tag().is_empty();
        self.artists = owned(&mut track.artists());
        self.album = Some(track.album_title().to_owned()).filter(|title| !title.is_empty());
        self.album_artists = owned(&mut track.album_artists());
        self.genres = owned(&mut track.genres());
        self.composers = owned(&mut track.composers());
        self.track = track.track_number();
        self.disc = track.disc_number();
        self.date = date.or_else(|| track.year().map(|year| format!("{year:04}")));
        self.length = track.duration();
    }

    /// A station stands where an album would: the music is somewhere in it.
    fn take_stream(&mut self, stream: &StreamView) {
        if let Some(title) = &stream.title {
            self.title = title.to_string();
            self.has_title = true;
        }
        if let Some(station) = &stream.station {
            self.album = Some(station.to_string());
        }
    }

    pub fn artist(&self) -> String {
        self.artists.join(", ")
    }
}

/// The name of an address, or of a file without what can only be shown as something else.
fn shown(path: &Path) -> String {
    address::shown(path).unwrap_or_else(|| part::shown_name(path)).replace(char::is_control, " ")
}

/// The beginning of a date that ISO 8601 knows: year, month, day.
fn iso_date(text: &str) -> Option<String> {
    let is_number = |text: &str, digits: usize| {
        text.len() == digits
            && text.bytes().all(|byte| byte.is_ascii_digit())
            && text.bytes().any(|b| b != b'0')
    };
    let day = text.split(['T', ' ']).next()?;
    let mut parts = day.split('-');
    let year = parts.next().filter(|year| is_number(year, 4))?;
    let rest: Vec<&str> = parts.take_while(|part| is_number(part, 2)).take(2).collect();
    Some([&[year][..], &rest].concat().join("-"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// ISO 8601 §5.2.1: complete and reduced dates.
    #[test]
    fn a_date_is_told_as_far_as_the_standard_knows_it() {
        let told = |text| iso_date(text);
        assert_eq!(told("1994").as_deref(), Some("1994"));
        assert_eq!(told("1994-05").as_deref(), Some("1994-05"));
        assert_eq!(told("1994-05-03").as_deref(), Some("1994-05-03"));
        assert_eq!(told("1994-05-03T10:00:00").as_deref(), Some("1994-05-03"));
        assert_eq!(told("1994-00-00").as_deref(), Some("1994"));
        for none in ["", "about 1994", "94", "19945", "0000"] {
            assert_eq!(told(none), None, "{none}");
        }
    }
}
