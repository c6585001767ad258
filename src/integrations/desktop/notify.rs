//! Notifications of the desktop, by its specification 1.2: one, replaced in place when another track is heard. A task on
//! the bus' thread; a service that is slow or not there holds up nobody.

use std::collections::HashMap;

use tokio::sync::watch;
use zbus::Connection;
use zbus::zvariant::Value;

use crate::integrations::song::Song;

const SERVICE: &str = "org.freedesktop.Notifications";
const PATH: &str = "/org/freedesktop/Notifications";

/// What is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    title: String,
    /// Artist and album; plain text.
    lines: Vec<String>,
    /// URI of a picture.
    art: Option<String>,
}

impl Note {
    pub fn new(song: &Song, art: Option<String>) -> Self {
        let lines = [Some(song.artist()), song.album.clone()];
        let lines = lines.into_iter().flatten().filter(|line| !line.is_empty()).collect();
        Self { title: song.title.clone(), lines, art }
    }

    fn body(&self, has_markup: bool) -> String {
        let text = self.lines.join("\n");
        if has_markup { escaped(&text) } else { text }
    }
}

/// Shows the newest note each time that there is one.
pub async fn run(bus: Connection, mut notes: watch::Receiver<Option<Note>>) {
    let mut shown = 0;
    let mut has_markup = None;
    while notes.changed().await.is_ok() {
        let Some(note) = notes.borrow_and_update().clone() else { continue };
        if has_markup.is_none() {
            has_markup = capabilities(&bus).await.map(|can| can.iter().any(|can| can == "body-markup")).ok();
        }
        match show(&bus, &note, shown, has_markup.unwrap_or(true)).await {
            Ok(id) => shown = id,
            Err(error) => tracing::debug!(%error, "no notification"),
        }
    }
}

async fn capabilities(bus: &Connection) -> zbus::Result<Vec<String>> {
    let reply = bus.call_method(Some(SERVICE), PATH, Some(SERVICE), "GetCapabilities", &()).await?;
    reply.body().deserialize()
}

async fn show(bus: &Connection, note: &Note, replaces: u32, has_markup: bool) -> zbus::Result<u32> {
    // Low urgency and no place in a history: music goes on.
    let mut hints: HashMap<&str, Value<'_>> = HashMap::from([
        ("urgency", Value::U8(0)),
        ("transient", true.into()),
        ("suppress-sound", true.into()),
        ("desktop-entry", "auralis".into()),
    ]);
    if let Some(art) = &note.art {
        hints.insert("image-path", art.as_str().into());
    }
    let (body, actions, usual_time) = (note.body(has_markup), Vec::<&str>::new(), -1_i32);
    let icon = "audio-x-generic";
    let told = ("Auralis", replaces, icon, note.title.as_str(), body.as_str(), actions, hints, usual_time);
    let reply = bus.call_method(Some(SERVICE), PATH, Some(SERVICE), "Notify", &told).await?;
    reply.body().deserialize()
}

/// As text of the markup that bodies are written in.
fn escaped(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => plain.push_str("&amp;"),
            '<' => plain.push_str("&lt;"),
            '>' => plain.push_str("&gt;"),
            c => plain.push(c),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_text_and_no_markup() {
        let lines = vec!["<b>R&B</b>".to_owned(), "x".to_owned()];
        let note = Note { title: "t".to_owned(), lines, art: None };
        assert_eq!(note.body(true), "&lt;b&gt;R&amp;B&lt;/b&gt;\nx");
        assert_eq!(note.body(false), "<b>R&B</b>\nx");
    }
}
