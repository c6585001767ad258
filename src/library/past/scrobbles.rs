//! Listens as services give them out: ListenBrainz (`listens/YYYY/M.jsonl` and `feedback.jsonl` in a ZIP, or a file of
//! JSON lines), Last.fm by the common tools (CSV with or without a line of names, JSON of its API). Summed up by
//! recording: a listen is one play.

use std::collections::HashMap;
use std::path::Path;
use std::time::Duration;

use serde_json::Value;

use super::{Heard, Logged, Past, file, zip};

/// Of either service, by what the file is: ZIP, JSON, JSON lines or CSV.
pub fn read(path: &Path) -> Result<Past, String> {
    let bytes = file(path)?;
    let mut sum = Sum::default();
    if bytes.starts_with(b"PK") {
        let named = |name: &str| name.ends_with(".jsonl") || name.ends_with(".json");
        for (_, bytes) in zip::files(&bytes, named).map_err(|why| format!("{}: {why}", path.display()))? {
            sum.json(&bytes);
        }
    } else if bytes.trim_ascii_start().starts_with(b"{") || bytes.trim_ascii_start().starts_with(b"[") {
        sum.json(&bytes);
    } else {
        sum.csv(&String::from_utf8_lossy(&bytes));
    }
    if sum.listens == 0 && sum.loves == 0 {
        return Err(format!("{} has no listens that are understood", path.display()));
    }
    let told = format!("{} listens of {} recordings, {} loved", sum.listens, sum.tracks.len(), sum.loves);
    let mut tracks: Vec<Heard> = sum.tracks.into_values().collect();
    tracks.sort_by(|a, b| {
        (&a.artist, &a.album, &a.title, &a.recording).cmp(&(&b.artist, &b.album, &b.title, &b.recording))
    });
    Ok(Past { tracks, lists: Vec::new(), told: vec![told] })
}

#[derive(Default)]
struct Sum {
    /// By artist, title and album; by id where there is nothing else.
    tracks: HashMap<(String, String, String), Heard>,
    listens: u64,
    loves: u64,
}

impl Sum {
    fn track(&mut self, artist: &str, title: &str, album: &str, id: Option<&str>) -> &mut Heard {
        let key = match (artist, title) {
            ("", "") => (String::new(), String::new(), id.unwrap_or_default().to_owned()),
            _ => (artist.to_owned(), title.to_owned(), album.to_owned()),
        };
        let track = self.tracks.entry(key).or_insert_with(|| Heard {
            artist: artist.to_owned(),
            title: title.to_owned(),
            album: album.to_owned(),
            ..Heard::default()
        });
        if track.recording.is_none() {
            track.recording = id.filter(|id| id.len() == 36).map(str::to_ascii_lowercase);
        }
        track
    }

    fn listen(&mut self, names: [&str; 3], id: Option<&str>, at_s: Option<i64>, heard: Option<Duration>) {
        let [artist, title, album] = names;
        if title.is_empty() && id.is_none() {
            return;
        }
        self.listens += 1;
        let track = self.track(artist, title, album, id);
        track.plays = track.plays.saturating_add(1);
        let at_s = at_s.filter(|&at| at > 0);
        track.last_played_s = track.last_played_s.max(at_s);
        track.log.extend(at_s.map(|at_s| Logged { at_s, heard, skipped: false }));
    }

    /// One value, or one a line.
    fn json(&mut self, bytes: &[u8]) {
        for value in serde_json::Deserializer::from_slice(bytes).into_iter::<Value>() {
            let Ok(value) = value else { break };
            self.value(&value);
        }
    }

    /// A listen, or lists and objects with listens in them.
    fn value(&mut self, value: &Value) {
        match value {
            Value::Array(all) => all.iter().for_each(|value| self.value(value)),
            Value::Object(object) => {
                if let Some(about) =
                    value.get("track_metadata").filter(|_| object.contains_key("listened_at"))
                {
                    self.listenbrainz(value, about);
                } else if object.contains_key("score") && object.contains_key("recording_mbid") {
                    self.feedback(value);
                } else if !self.lastfm(value) {
                    object
                        .values()
                        .filter(|inner| inner.is_array() || inner.is_object())
                        .for_each(|inner| self.value(inner));
                }
            }
            _ => {}
        }
    }

    fn listenbrainz(&mut self, listen: &Value, about: &Value) {
        let text = |key: &str| about[key].as_str().unwrap_or_default();
        let id = about["mbid_mapping"]["recording_mbid"].as_str();
        let id = id.or_else(|| about["additional_info"]["recording_mbid"].as_str());
        let at_s = listen["listened_at"].as_i64();
        // As its documentation of the payload has it: seconds that were played.
        let heard = about["additional_info"]["duration_played"].as_u64().map(Duration::from_secs);
        let names = [text("artist_name"), text("track_name"), text("release_name")];
        self.listen(names, id, at_s, heard);
    }

    fn feedback(&mut self, feedback: &Value) {
        let about = &feedback["track_metadata"];
        let text = |key: &str| about[key].as_str().unwrap_or_default();
        if feedback["score"].as_i64() == Some(1) {
            self.loves += 1;
            let id = feedback["recording_mbid"].as_str();
            self.track(text("artist_name"), text("track_name"), text("release_name"), id).favourite = true;
        }
    }

    /// A track of `user.getRecentTracks`, or of lastfmstats.com; `false` where it is none.
    fn lastfm(&mut self, track: &Value) -> bool {
        let name = |value: &Value| {
            let inner = value.get("#text").or_else(|| value.get("name")).unwrap_or(value);
            inner.as_str().unwrap_or_default().to_owned()
        };
        let title = track.get("name").or_else(|| track.get("track")).and_then(Value::as_str);
        let (Some(title), Some(artist)) = (title, track.get("artist")) else { return false };
        // What plays now was not heard yet.
        if track["@attr"]["nowplaying"].as_str() == Some("true") {
            return true;
        }
        let number = |value: &Value| value.as_i64().or_else(|| value.as_str()?.parse().ok());
        let date = track.get("date").unwrap_or(&Value::Null);
        let at = number(date).or_else(|| number(&date["uts"]));
        // Some count milliseconds.
        let at_s = at.map(|at| if at > 100_000_000_000 { at / 1000 } else { at });
        let id = track["mbid"].as_str().filter(|id| !id.is_empty());
        self.listen([&name(artist), title, &name(&track["album"])], id, at_s, None);
        true
    }

    /// With a line of names (`uts,utc_time,artist,artist_mbid,album,album_mbid,track,track_mbid`), else artist, album,
    /// title, time.
    fn csv(&mut self, text: &str) {
        let mut rows = csv_rows(text).peekable();
        let names: Vec<String> =
            rows.peek().into_iter().flatten().map(|name| name.trim().to_ascii_lowercase()).collect();
        let place = |wanted: &[&str]| names.iter().position(|name| wanted.contains(&name.as_str()));
        let title = place(&["track", "title", "track_name", "song", "name"]);
        let artist = place(&["artist", "artist_name", "artists"]);
        let has_names = title.is_some() && artist.is_some();
        if has_names {
            rows.next();
        }
        let columns = match has_names {
            true => [
                artist,
                place(&["album", "album_name", "release"]),
                title,
                place(&["uts", "timestamp", "date", "time", "utc_time"]),
                place(&["track_mbid", "mbid", "recording_mbid"]),
            ],
            false => [Some(0), Some(1), Some(2), Some(3), None],
        };
        for row in rows {
            let field = |at: usize| columns[at].and_then(|at| row.get(at)).map_or("", |field| field.trim());
            let at_s =
                field(3).parse::<i64>().ok().map(|at| if at > 100_000_000_000 { at / 1000 } else { at });
            let id = Some(field(4)).filter(|id| !id.is_empty());
            if !field(0).is_empty() && !field(2).is_empty() {
                self.listen([field(0), field(2), field(1)], id, at_s, None);
            }
        }
    }
}

/// Fields with commas between them; a field in quotes may have commas, line feeds and doubled quotes in it (RFC 4180).
fn csv_rows(text: &str) -> impl Iterator<Item = Vec<String>> + '_ {
    let mut letters = text.trim_start_matches('\u{feff}').chars().peekable();
    std::iter::from_fn(move || {
        letters.peek()?;
        let (mut row, mut field, mut quoted) = (Vec::new(), String::new(), false);
        while let Some(c) = letters.next() {
            match c {
                '"' if quoted && letters.peek() == Some(&'"') => field.extend(letters.next()),
                '"' => quoted = !quoted,
                ',' if !quoted => row.push(std::mem::take(&mut field)),
                '\n' if !quoted => break,
                '\r' if !quoted => {}
                c => field.push(c),
            }
        }
        row.push(field);
        Some(row)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn summed(bytes: &[u8]) -> Vec<Heard> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x");
        std::fs::write(&path, bytes).unwrap();
        read(&path).unwrap().tracks
    }

    fn told(tracks: &[Heard]) -> Vec<(&str, &str, u32, Option<i64>)> {
        tracks
            .iter()
            .map(|track| (track.artist.as_str(), track.title.as_str(), track.plays, track.last_played_s))
            .collect()
    }

    #[test]
    fn listens_of_listenbrainz_are_summed_with_their_ids() {
        let tracks = summed(include_bytes!("../../../tests/it/fixtures/listens.zip"));
        assert_eq!(told(&tracks), [("", "", 0, None), ("Ann", "One", 2, Some(1_700_000_500))]);
        assert_eq!(tracks[1].recording.as_deref(), Some("e97f805a-ab48-4c52-855e-07049142113d"));
        assert!(tracks[0].favourite, "loved, and known by its id alone");
    }

    #[test]
    fn listens_of_lastfm_are_summed_whatever_tool_gave_them_out() {
        let expected =
            [("Ann, Bob", "O\"ne", 2, Some(1_700_000_500)), ("Cid", "Two", 1, Some(1_600_000_000))];
        let named = "uts,utc_time,artist,artist_mbid,album,album_mbid,track,track_mbid\n\
            1700000500,x,\"Ann, Bob\",,First,,\"O\"\"ne\",\n1700000000,x,\"Ann, Bob\",,First,,\"O\"\"ne\",\n1600000000,x,Cid,,,,Two,\n";
        assert_eq!(told(&summed(named.as_bytes())), expected);
        let api = r##"[[{"artist":{"#text":"Ann, Bob"},"name":"O\"ne","album":{"#text":"First"},"date":{"uts":"1700000500"}},
            {"artist":{"#text":"Ann, Bob"},"name":"O\"ne","album":{"#text":"First"},"date":{"uts":"1700000000"}},
            {"artist":{"name":"Cid"},"name":"Now","@attr":{"nowplaying":"true"}},
            {"artist":{"name":"Cid"},"name":"Two","date":{"uts":"1600000000"}}]]"##;
        assert_eq!(told(&summed(api.as_bytes())), expected);
        let stats = r#"{"username":"u","scrobbles":[{"track":"O\"ne","artist":"Ann, Bob","album":"First","date":1700000500000},
            {"track":"O\"ne","artist":"Ann, Bob","album":"First","date":1700000000000},{"track":"Two","artist":"Cid","date":1600000000000}]}"#;
        assert_eq!(told(&summed(stats.as_bytes())), expected);
        let bare = "\"Ann, Bob\",First,\"O\"\"ne\",1700000500\r\n\"Ann, Bob\",First,\"O\"\"ne\",1700000000\r\nCid,,Two,1600000000\r\n";
        assert_eq!(told(&summed(bare.as_bytes())), expected);
    }

    proptest::proptest! {
        #[test]
        fn no_bytes_break_it(text in "(\\[|\\{|\"artist\":|\"name\":\"x\"|,|\n|\"|1|artist,track\n){0,40}") {
            let mut sum = Sum::default();
            sum.json(text.as_bytes());
            sum.csv(&text);
        }
    }
}
