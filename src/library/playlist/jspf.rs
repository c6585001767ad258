//! JSPF, XSPF's content as JSON (xspf.org/jspf), as ListenBrainz gives playlists out.

use std::time::Duration;

use serde::Deserialize;

use super::{ListFile, Listed, MAX_ENTRIES, plain, uri};

#[derive(Deserialize)]
struct Document {
    playlist: List,
}

#[derive(Deserialize)]
struct List {
    #[serde(default)]
    title: Option<String>,
    #[serde(default)]
    annotation: Option<String>,
    #[serde(default)]
    track: Vec<Track>,
}

#[derive(Deserialize)]
struct Track {
    #[serde(default)]
    location: OneOrMany,
    #[serde(default)]
    identifier: OneOrMany,
    #[serde(default)]
    title: Option<String>,
    #[serde(default)]
    creator: Option<String>,
    #[serde(default)]
    album: Option<String>,
    #[serde(default)]
    annotation: Option<String>,
    /// Milliseconds.
    #[serde(default)]
    duration: Option<f64>,
}

#[derive(Deserialize, Default)]
#[serde(untagged)]
enum OneOrMany {
    One(String),
    Many(Vec<String>),
    #[default]
    None,
}

impl OneOrMany {
    fn first(&self) -> &str {
        match self {
            Self::One(one) => one,
            Self::Many(many) => many.first().map_or("", String::as_str),
            Self::None => "",
        }
    }
}

/// Nothing where it is no JSPF.
pub fn read(bytes: &[u8]) -> ListFile {
    let Ok(Document { playlist }) = serde_json::from_slice(bytes) else { return ListFile::default() };
    let text = |text: Option<String>| plain(&text.unwrap_or_default());
    let listed = |track: Track| {
        let mut listed =
            Listed { place: uri(track.location.first()), note: text(track.annotation), ..Listed::default() };
        listed.told.title = text(track.title);
        listed.told.artist = text(track.creator);
        listed.told.album = text(track.album);
        let millis = track.duration.filter(|&millis| millis > 0.0);
        listed.told.duration = millis.and_then(|millis| Duration::try_from_secs_f64(millis / 1000.0).ok());
        listed.recording = recording(track.identifier.first());
        listed
    };
    ListFile {
        title: text(playlist.title),
        note: text(playlist.annotation),
        entries: playlist.track.into_iter().take(MAX_ENTRIES).map(listed).collect(),
        encoding: None,
    }
}

/// The id in `https://musicbrainz.org/recording/ID`.
pub fn recording(identifier: &str) -> Option<String> {
    let (_, id) = identifier.trim().split_once("musicbrainz.org/recording/")?;
    let id = id.trim_end_matches('/');
    let is_id = id.len() == 36 && id.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
    is_id.then(|| id.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::super::tests::path;
    use super::*;
    use crate::library::playlist::{Place, read};

    #[test]
    fn tracks_have_their_places_names_and_ids() {
        let list = read(
            br#"{"playlist":{"title":"Weekly","annotation":"made for you","track":[
            {"identifier":["https://musicbrainz.org/recording/E97F805A-AB48-4C52-855E-07049142113D"],
             "title":"Wonderwall","creator":"Oasis","album":"Morning Glory","duration":258000},
            {"location":["file:///m/a%20b.mp3"],"identifier":"urn:x","extension":{"any":[1]}},
            {"location":"c.ogg"}]}}"#,
        );
        assert_eq!((list.title.as_str(), list.note.as_str()), ("Weekly", "made for you"));
        let id = "e97f805a-ab48-4c52-855e-07049142113d";
        assert_eq!(list.entries[0].recording.as_deref(), Some(id));
        assert_eq!(list.entries[0].place, Place::Nowhere);
        assert_eq!(list.entries[0].told.duration, Some(Duration::from_secs(258)));
        assert_eq!(list.entries[1].place, path(b"/m/a b.mp3"));
        assert_eq!(list.entries[2].place, path(b"c.ogg"));
        assert_eq!(read(b"{\"playlist\":7}").entries, []);
    }
}
