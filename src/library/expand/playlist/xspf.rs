//! XSPF, the playlists in XML (xspf.org, version 1): `location` and `title` of each `track`.

use quick_xml::Reader;
use quick_xml::events::{BytesRef, Event};

use super::{Entry, MAX_ENTRIES, entry};
use crate::model::address::percent_decode;

/// Longest text of one element.
const MAX_TEXT: usize = 8_192;

#[derive(Default)]
struct Track {
    location: String,
    title: String,
}

/// Up to where the text is XML no more.
pub fn entries(bytes: &[u8]) -> impl Iterator<Item = Entry> {
    let text = String::from_utf8_lossy(bytes);
    tracks(&text).into_iter().filter(|track| !track.location.is_empty()).map(|track| {
        let name = Some(track.title.trim()).filter(|title| !title.is_empty());
        let location = track.location.trim();
        // A location is a URI: what names a file is percent-encoded there.
        let is_reference = !location.contains("://");
        let decoded = if is_reference { percent_decode(location.as_bytes()) } else { location.into() };
        entry(&decoded, name)
    })
}

fn tracks(text: &str) -> Vec<Track> {
    let mut reader = Reader::from_str(text);
    let mut tracks: Vec<Track> = Vec::new();
    let mut track: Option<Track> = None;
    // Whose text comes: only that right below a track counts.
    let mut path: Vec<String> = Vec::new();
    while tracks.len() < MAX_ENTRIES {
        match reader.read_event() {
            Ok(Event::Start(start)) => {
                let name = start.local_name().as_ref().to_owned();
                if name == "track" {
                    track = Some(Track::default());
                }
                path.push(name);
            }
            Ok(Event::End(_)) => {
                if path.pop().as_deref() == Some("track") {
                    tracks.extend(track.take());
                }
            }
            Ok(Event::Text(text)) => add(&mut track, &path, &text.xml10_content()),
            Ok(Event::CData(text)) => add(&mut track, &path, &text.xml10_content()),
            Ok(Event::GeneralRef(reference)) => add(&mut track, &path, &resolved(&reference)),
            Ok(Event::Eof) | Err(_) => break,
            Ok(_) => {}
        }
    }
    tracks
}

fn add(track: &mut Option<Track>, path: &[String], text: &str) {
    let [.., parent, element] = path else { return };
    let Some(track) = track.as_mut().filter(|_| parent == "track") else { return };
    let field = match element.as_str() {
        // Of several locations the first is the one that is meant first.
        "location" => &mut track.location,
        "title" => &mut track.title,
        _ => return,
    };
    let room = MAX_TEXT.saturating_sub(field.len());
    field.extend(text.chars().take(room));
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
    use std::path::PathBuf;

    use super::*;

    #[test]
    fn tracks_have_location_and_title() {
        let list = br#"<?xml version="1.0" encoding="UTF-8"?>
            <playlist version="1" xmlns="http://xspf.org/ns/0/"><title>All</title><trackList>
            <track><location>http://r.example/live?a=1&amp;b=2</location><title>Rock &#38; R&#xf6;ll</title></track>
            <track><title><![CDATA[Song]]></title><location>file:///m/a%20b.mp3</location></track>
            <track><location>sub/c%20d.ogg</location><extension><title>no</title></extension></track>
            <track><title>nothing</title></track>
            </trackList></playlist>"#;
        let expected = [
            Entry::Address(PathBuf::from("http://r.example/live?a=1&b=2#Rock%20&%20R\u{f6}ll")),
            Entry::Path(PathBuf::from("/m/a b.mp3")),
            Entry::Path(PathBuf::from("sub/c d.ogg")),
        ];
        assert_eq!(entries(list).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn a_list_that_breaks_off_gives_what_came_before() {
        let list = b"<playlist><trackList><track><location>a.mp3</location></track><track><locat";
        assert_eq!(entries(list).collect::<Vec<_>>(), [Entry::Path(PathBuf::from("a.mp3"))]);
        assert_eq!(entries(b"<").count(), 0);
    }
}
