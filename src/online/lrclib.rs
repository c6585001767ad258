//! LRCLIB, as <https://lrclib.net/docs> has it: `GET /api/get` by the exact names and the length, else `GET /api/search`
//! by title and artist, of which only what is as long and called the same is taken.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{Client, Unmet};
use crate::model::fold::fold;
use crate::model::lyrics::{MAX_BYTES, Song};

/// So much lengths may differ: LRCLIB's own rule.
const TOLERANCE: Duration = Duration::from_secs(2);

/// What the server has of a song.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Answer {
    /// LRC, or plain text where it has no times.
    Words(String),
    Instrumental,
    Unknown,
}

/// One record of the server.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Entry {
    #[serde(default)]
    track_name: Option<String>,
    #[serde(default)]
    artist_name: Option<String>,
    #[serde(default)]
    duration: Option<f64>,
    #[serde(default)]
    instrumental: bool,
    #[serde(default)]
    plain_lyrics: Option<String>,
    #[serde(default)]
    synced_lyrics: Option<String>,
}

impl Entry {
    fn is_as_long(&self, duration: Duration) -> bool {
        let seconds = self.duration.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
        // Lengths of the server are rounded to seconds.
        let within = TOLERANCE + Duration::from_millis(500);
        seconds.is_some_and(|seconds| seconds.abs_diff(duration) <= within)
    }

    fn is_called(&self, song: &Song) -> bool {
        let (title, artist) = (&self.track_name, &self.artist_name);
        let same_title = title.as_deref().is_some_and(|title| fold(title.trim()) == fold(song.title.trim()));
        let artist = artist.as_deref().map(fold).unwrap_or_default();
        same_title && song.artists.iter().any(|name| !name.is_empty() && artist.contains(&fold(name)))
    }

    fn answer(self) -> Answer {
        let text = |text: Option<String>| text.filter(|text| !text.trim().is_empty());
        match text(self.synced_lyrics).or(text(self.plain_lyrics)) {
            Some(words) if words.len() <= MAX_BYTES => Answer::Words(words),
            _ if self.instrumental => Answer::Instrumental,
            _ => Answer::Unknown,
        }
    }
}

/// What the server at `url` has; at most two requests. A song without title, artist or length is not asked for.
///
/// # Errors
/// Where the server does not answer, or not as LRCLIB does.
pub fn ask(client: &Client, url: &str, song: &Song) -> Result<Answer, Unmet> {
    let Some(duration) = song.duration.filter(|_| can_be_asked(song)) else { return Ok(Answer::Unknown) };
    let (base, artist) = (url.trim_end_matches('/'), song.artists.join(", "));
    let seconds = ((duration.as_millis() + 500) / 1000).to_string();
    let mut query =
        vec![("track_name", song.title.as_str()), ("artist_name", &artist), ("duration", &seconds)];
    if !song.album.is_empty() {
        query.push(("album_name", &song.album));
    }
    let exact = client.get(&format!("{base}/api/get"), &query)?;
    let exact = exact.map(|body| got(&body, duration)).transpose()?.unwrap_or(Answer::Unknown);
    if exact != Answer::Unknown {
        return Ok(exact);
    }
    let first = song.artists.first().map_or("", String::as_str);
    let query = [("track_name", song.title.as_str()), ("artist_name", first)];
    let found = client.get(&format!("{base}/api/search"), &query)?;
    found.map_or(Ok(Answer::Unknown), |body| chosen(&body, song, duration))
}

/// Enough is known of it.
pub fn can_be_asked(song: &Song) -> bool {
    let is_named = !song.title.trim().is_empty() && song.artists.iter().any(|name| !name.trim().is_empty());
    is_named && song.duration.is_some_and(|duration| !duration.is_zero())
}

fn got(body: &str, duration: Duration) -> Result<Answer, Unmet> {
    // A list would be taken for an entry of which nothing is known.
    let entry: serde_json::Map<_, _> =
        serde_json::from_str(body).map_err(|_| Unmet::not_understood("LRCLIB"))?;
    let entry: Entry = serde_json::from_value(entry.into()).map_err(|_| Unmet::not_understood("LRCLIB"))?;
    Ok(if entry.is_as_long(duration) { entry.answer() } else { Answer::Unknown })
}

/// The first with times, else the first with words, else that it has none.
fn chosen(body: &str, song: &Song, duration: Duration) -> Result<Answer, Unmet> {
    let all: Vec<Entry> = serde_json::from_str(body).map_err(|_| Unmet::not_understood("LRCLIB"))?;
    let fitting = all.into_iter().filter(|entry| entry.is_as_long(duration) && entry.is_called(song));
    let is_timed = |entry: &Entry| entry.synced_lyrics.as_ref().is_some_and(|text| !text.trim().is_empty());
    let mut fitting: Vec<Entry> = fitting.collect();
    fitting.sort_by_key(|entry| (!is_timed(entry), entry.plain_lyrics.is_none()));
    Ok(fitting.into_iter().next().map_or(Answer::Unknown, Entry::answer))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn song() -> Song {
        Song {
            title: "I Want to Live".into(),
            artists: vec!["Borislav Slavov".into()],
            album: "Baldur's Gate 3 (Original Game Soundtrack)".into(),
            duration: Some(Duration::from_secs(233)),
        }
    }

    /// The example of the documentation, its middle left out.
    const ENTRY: &str = r#"{"id": 3396226, "trackName": "I Want to Live", "artistName": "Borislav Slavov",
        "albumName": "Baldur's Gate 3 (Original Game Soundtrack)", "duration": 233, "instrumental": false,
        "plainLyrics": "I feel your breath upon my neck\n", "syncedLyrics": "[00:17.12] I feel your breath upon my neck\n"}"#;

    fn with(change: impl Fn(&mut serde_json::Value)) -> serde_json::Value {
        let mut entry = serde_json::from_str(ENTRY).unwrap();
        change(&mut entry);
        entry
    }

    #[test]
    fn words_with_times_are_taken_before_those_without() {
        let of = |entry: serde_json::Value| got(&entry.to_string(), Duration::from_secs(233));
        let timed = Answer::Words("[00:17.12] I feel your breath upon my neck\n".into());
        assert_eq!(of(with(|_| {})), Ok(timed));
        let plain = Answer::Words("I feel your breath upon my neck\n".into());
        assert_eq!(of(with(|entry| entry["syncedLyrics"] = serde_json::Value::Null)), Ok(plain));
        let none = with(|entry| {
            entry["syncedLyrics"] = serde_json::Value::Null;
            entry["plainLyrics"] = serde_json::Value::Null;
            entry["instrumental"] = true.into();
        });
        assert_eq!(of(none), Ok(Answer::Instrumental));
        for wrong in ["", "[]", "<html>", "{\"duration\": \"long\"}"] {
            assert!(got(wrong, Duration::from_secs(1)).is_err(), "{wrong}");
        }
    }

    #[test]
    fn lengths_differ_by_two_seconds_at_most() {
        for (seconds, fits) in [(230.0, false), (231.0, true), (235.0, true), (236.0, false), (-1.0, false)] {
            let entry = with(|entry| entry["duration"] = seconds.into()).to_string();
            let known = got(&entry, Duration::from_secs(233)).unwrap() != Answer::Unknown;
            assert_eq!(known, fits, "{seconds}");
        }
    }

    #[test]
    fn of_what_was_searched_only_the_same_song_is_taken() {
        let other = with(|entry| entry["trackName"] = "I Want to Leave".into());
        let longer = with(|entry| entry["duration"] = 260.into());
        let plain = with(|entry| entry["syncedLyrics"] = serde_json::Value::Null);
        let loud = with(|entry| entry["trackName"] = "I WANT TO LIVE".into());
        let found = |all: &[&serde_json::Value]| {
            chosen(&serde_json::to_string(all).unwrap(), &song(), Duration::from_secs(233)).unwrap()
        };
        assert_eq!(found(&[&other, &longer]), Answer::Unknown);
        assert_eq!(found(&[&other, &plain]), Answer::Words("I feel your breath upon my neck\n".into()));
        let timed = Answer::Words("[00:17.12] I feel your breath upon my neck\n".into());
        assert_eq!(found(&[&plain, &loud]), timed);
        assert_eq!(found(&[]), Answer::Unknown);
    }

    #[test]
    fn what_is_not_known_well_enough_is_not_asked_for() {
        let no_title = Song { title: " ".into(), ..song() };
        let no_artist = Song { artists: Vec::new(), ..song() };
        let no_length = Song { duration: None, ..song() };
        for song in [no_title, no_artist, no_length] {
            // Nobody answers at this address.
            assert_eq!(ask(&Client::default(), "http://127.0.0.1:1", &song), Ok(Answer::Unknown));
        }
    }

    proptest! {
        #[test]
        fn any_answer_is_taken_or_refused(body in "\\PC{0,80}", seconds in proptest::num::f64::ANY) {
            let _ = got(&body, Duration::from_secs(9));
            let _ = chosen(&body, &song(), Duration::from_secs(9));
            let entry = format!("[{{\"trackName\":{body:?},\"duration\":{seconds}}}]");
            let _ = chosen(&entry, &song(), Duration::from_secs(9));
        }
    }
}
