//! XSPF, the playlists in XML (xspf.org, version 1): title and annotation of the list, and of each `track` location,
//! title, creator, album, annotation and duration in milliseconds.

use std::borrow::Cow;
use std::time::Duration;

use encoding_rs::Encoding;
use quick_xml::Reader;
use quick_xml::events::{BytesRef, Event};

use super::{ListFile, Listed, MAX_ENTRIES, MAX_TEXT, jspf, plain, uri};

/// Elements within elements that are followed; deeper ones are no XSPF.
const MAX_DEPTH: usize = 64;

#[derive(Default)]
struct Track {
    location: String,
    title: String,
    creator: String,
    album: String,
    annotation: String,
    duration: String,
    identifier: String,
}

/// Up to where the text is XML no more.
pub fn read(bytes: &[u8]) -> ListFile {
    let text = decoded(bytes);
    let mut reading = Reading::default();
    reading.run(&text);
    let entries = reading.tracks.into_iter().filter_map(Track::listed).collect();
    ListFile {
        title: plain(&reading.head.title),
        note: plain(&reading.head.annotation),
        entries,
        encoding: None,
    }
}

/// In the coding that its declaration names, where it is not UTF-8.
fn decoded(bytes: &[u8]) -> Cow<'_, str> {
    if let Ok(text) = std::str::from_utf8(bytes) {
        return text.into();
    }
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(200)]).into_owned();
    let label = head.split("encoding=").nth(1).and_then(|rest| rest.get(1..)?.split(['"', '\'']).next());
    match label.and_then(|label| Encoding::for_label(label.as_bytes())) {
        Some(encoding) => encoding.decode_without_bom_handling(bytes).0,
        None => String::from_utf8_lossy(bytes),
    }
}

impl Track {
    fn listed(self) -> Option<Listed> {
        let mut listed =
            Listed { place: uri(&self.location), note: plain(&self.annotation), ..Listed::default() };
        listed.told.title = plain(&self.title);
        listed.told.artist = plain(&self.creator);
        listed.told.album = plain(&self.album);
        let millis = self.duration.trim().parse().ok().filter(|&millis| millis > 0);
        listed.told.duration = millis.map(Duration::from_millis);
        listed.recording = jspf::recording(&self.identifier);
        (listed != Listed::default()).then_some(listed)
    }

    /// Of several locations the first is the one that is meant first.
    fn field(&mut self, element: &str) -> Option<&mut String> {
        Some(match element {
            "location" => &mut self.location,
            "title" => &mut self.title,
            "creator" => &mut self.creator,
            "album" => &mut self.album,
            "annotation" => &mut self.annotation,
            "duration" => &mut self.duration,
            "identifier" => &mut self.identifier,
            _ => return None,
        })
    }
}

#[derive(Default)]
struct Reading {
    head: Track,
    tracks: Vec<Track>,
    track: Option<Track>,
    /// Whose text comes: only that right below a track, or the list, counts.
    path: Vec<String>,
}

impl Reading {
    fn run(&mut self, text: &str) {
        let mut reader = Reader::from_str(text);
        while self.tracks.len() < MAX_ENTRIES && self.path.len() < MAX_DEPTH {
            match reader.read_event() {
                Ok(Event::Start(start)) => self.begin(start.local_name().as_ref()),
                Ok(Event::End(_)) => {
                    if self.path.pop().as_deref() == Some("track") {
                        self.tracks.extend(self.track.take());
                    }
                }
                Ok(Event::Text(text)) => self.add(&text.xml10_content()),
                Ok(Event::CData(text)) => self.add(&text.xml10_content()),
                Ok(Event::GeneralRef(reference)) => self.add(&resolved(&reference)),
                Ok(Event::Eof) | Err(_) => break,
                Ok(_) => {}
            }
        }
    }

    fn begin(&mut self, name: &str) {
        if name == "track" {
            self.track = Some(Track::default());
        }
        // A second one of a kind is not put behind the first.
        let is_again = self.path.last().is_some_and(|parent| parent == "track")
            && self.track.as_mut().and_then(|track| track.field(name)).is_some_and(|text| !text.is_empty());
        self.path.push(if is_again { String::new() } else { name.to_owned() });
    }

    fn add(&mut self, text: &str) {
        let [.., parent, element] = self.path.as_slice() else { return };
        let field = match (parent.as_str(), &mut self.track) {
            ("track", Some(track)) => track.field(element),
            ("playlist", _) => self.head.field(element),
            _ => None,
        };
        if let Some(field) = field {
            let room = MAX_TEXT.saturating_sub(field.len());
            field.extend(text.chars().take(room));
        }
    }
}

/// `&amp;`, `&#38;`; entities of a document type's own are not looked up.
fn resolved(reference: &BytesRef<'_>) -> String {
    if let Ok(Some(c)) = reference.resolve_char_ref() {
        return c.to_string();
    }
    match &**reference {
        "amp" => "&",
        "lt" => "<",
        "gt" => ">",
        "quot" => "\"",
        "apos" => "'",
        _ => "",
    }
    .to_owned()
}

#[cfg(test)]
mod tests {
    use super::super::tests::path;
    use super::*;
    use crate::library::playlist::{Place, read};

    #[test]
    fn tracks_have_their_places_and_names() {
        let list = read(
            br#"<?xml version="1.0" encoding="UTF-8"?>
            <playlist version="1" xmlns="http://xspf.org/ns/0/"><title>All</title><annotation>mine</annotation><trackList>
            <track><location>http://r.example/live?a=1&amp;b=2</location><title>Rock &#38; R&#xf6;ll</title></track>
            <track><title><![CDATA[Song]]></title><location>file:///m/a%20b.mp3</location><location>no.mp3</location>
              <creator>Ann</creator><album>First</album><duration>61500</duration><annotation>live</annotation></track>
            <track><location>sub/c%20d.ogg</location><extension><title>no</title></extension></track>
            <track><title>only a title</title></track><track></track>
            </trackList></playlist>"#,
        );
        assert_eq!((list.title.as_str(), list.note.as_str()), ("All", "mine"));
        let places: Vec<&Place> = list.entries.iter().map(|entry| &entry.place).collect();
        let address = Place::Address("http://r.example/live?a=1&b=2".into());
        assert_eq!(places, [&address, &path(b"/m/a b.mp3"), &path(b"sub/c d.ogg"), &Place::Nowhere]);
        let song = &list.entries[1];
        let told = (song.told.title.as_str(), song.told.artist.as_str(), song.told.album.as_str());
        assert_eq!(told, ("Song", "Ann", "First"));
        assert_eq!((song.told.duration, song.note.as_str()), (Some(Duration::from_millis(61_500)), "live"));
        assert_eq!(list.entries[0].told.title, "Rock & R\u{f6}ll");
        assert_eq!(list.entries[3].told.title, "only a title");
    }

    #[test]
    fn a_list_that_breaks_off_gives_what_came_before() {
        let list = read(b"<playlist><trackList><track><location>a.mp3</location></track><track><locat");
        assert_eq!(list.entries.len(), 1);
        assert_eq!(read(b"<").entries, []);
        assert_eq!(read("<a>".repeat(100_000).as_bytes()).entries, []);
    }

    #[test]
    fn a_declared_coding_is_taken() {
        let list = read(
            b"<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><playlist><title>Bj\xf6rk</title></playlist>",
        );
        assert_eq!(list.title, "Björk");
    }
}
