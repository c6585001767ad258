//! MPD: its `database` (which files it knows, with their tags), `sticker.sql` (what clients such as rmpc and myMPD keep:
//! ratings, likes, plays), `playlists/`, and the queue in `state`. Paths there are relative to `music_directory`.

use std::collections::HashMap;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::Duration;

use flate2::read::GzDecoder;

use super::sqlite::Database;
use super::{Heard, Logged, MAX_FILE, Past, PastList, file, lists_in};
use crate::model::facts::Rating;

/// Where MPD's things are.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Places {
    pub music: Option<PathBuf>,
    pub database: Option<PathBuf>,
    pub stickers: Option<PathBuf>,
    pub playlists: Option<PathBuf>,
    pub state: Option<PathBuf>,
}

impl Places {
    /// As MPD's configuration names them.
    pub fn of_config(text: &str, home: Option<&Path>) -> Self {
        let value = |key: &str| {
            let line = text.lines().map(str::trim).find_map(|line| {
                let rest = line.strip_prefix(key)?;
                rest.starts_with([' ', '\t', '"']).then(|| rest.trim())
            })?;
            let path = line.split('"').nth(1)?;
            match (path.strip_prefix("~/"), home) {
                (Some(rest), Some(home)) => Some(home.join(rest)),
                _ => Some(PathBuf::from(path)),
            }
        };
        Self {
            music: value("music_directory").filter(|path| path.is_absolute()),
            database: value("db_file").or_else(|| {
                // A block of its own: `database { plugin "simple" path "..." }`
                let block = text.split("database {").nth(1)?.split('}').next()?;
                block.split("path").nth(1)?.split('"').nth(1).map(PathBuf::from)
            }),
            stickers: value("sticker_file"),
            playlists: value("playlist_directory"),
            state: value("state_file"),
        }
    }

    /// Of a folder with MPD's files by their usual names; what a configuration in it says goes first.
    pub fn in_folder(folder: &Path, home: Option<&Path>) -> Self {
        let config = file(&folder.join("mpd.conf")).ok();
        let told =
            config.map(|bytes| Self::of_config(&String::from_utf8_lossy(&bytes), home)).unwrap_or_default();
        let usual = |names: &[&str]| names.iter().map(|name| folder.join(name)).find(|path| path.exists());
        Self {
            music: told.music,
            database: told.database.or_else(|| usual(&["database", "tag_cache", "mpd.db", "db"])),
            stickers: told.stickers.or_else(|| usual(&["sticker.sql", "sticker.db"])),
            playlists: told.playlists.or_else(|| usual(&["playlists"])),
            state: told.state.or_else(|| usual(&["state", "mpdstate"])),
        }
    }
}

/// `music` where neither configuration nor user names it: paths then match by tags alone.
pub fn read(places: &Places) -> Result<Past, String> {
    let root = places.music.clone().unwrap_or_default();
    let mut past = Past::default();
    let mut songs: HashMap<String, Heard> = HashMap::new();
    if let Some(path) = &places.database {
        match file(path).and_then(|bytes| unzipped(&bytes)) {
            Ok(text) => {
                songs = parse_database(&text);
                past.told.push(format!("MPD database: {} songs", songs.len()));
            }
            Err(why) => past.told.push(format!("database left out: {why}")),
        }
    }
    if let Some(path) = &places.stickers {
        match file(path).and_then(|bytes| stickers(&bytes)) {
            Ok(stickers) => {
                past.told.push(format!("MPD stickers of {} songs", stickers.len()));
                past.tracks =
                    stickers.into_iter().map(|(uri, known)| with_tags(known, &uri, &songs, &root)).collect();
                past.tracks.sort_by(|a, b| a.path.cmp(&b.path));
            }
            Err(why) => past.told.push(format!("stickers left out: {why}")),
        }
        let log = PathBuf::from(format!("{}-wal", path.display()));
        if log.metadata().is_ok_and(|about| about.len() > 0) {
            past.told.push("MPD has stickers that are not in the file yet: stop it first".to_owned());
        }
    }
    if let Some(folder) = &places.playlists {
        past.lists = lists_in(folder, &root, Some(".m3u"));
    }
    if let Some(bytes) = places.state.as_ref().and_then(|path| file(path).ok()) {
        let paths = queue(&String::from_utf8_lossy(&bytes), &root);
        past.lists.extend((!paths.is_empty()).then(|| PastList { name: "MPD queue".into(), paths }));
    }
    if past.tracks.is_empty() && past.lists.is_empty() {
        let told = if past.told.is_empty() { "no file of MPD found".into() } else { past.told.join("; ") };
        return Err(format!("nothing to import: {told}"));
    }
    Ok(past)
}

/// The text of a database, packed or not.
fn unzipped(bytes: &[u8]) -> Result<String, String> {
    if !bytes.starts_with(&[0x1f, 0x8b]) {
        return Ok(String::from_utf8_lossy(bytes).into_owned());
    }
    let mut out = Vec::new();
    GzDecoder::new(bytes).take(MAX_FILE).read_to_end(&mut out).map_err(|error| error.to_string())?;
    Ok(String::from_utf8_lossy(&out).into_owned())
}

/// Songs by what MPD calls them: folder and name.
pub fn parse_database(text: &str) -> HashMap<String, Heard> {
    let mut songs = HashMap::new();
    let mut folder = String::new();
    let mut song: Option<(String, Heard)> = None;
    for line in text.lines() {
        let Some((key, value)) = line.split_once(": ") else {
            if line == "song_end" {
                songs.extend(song.take());
            }
            continue;
        };
        match (key, &mut song) {
            ("begin", _) => folder = value.to_owned(),
            ("end", _) => {
                folder = value.rsplit_once('/').map_or(String::new(), |(parent, _)| parent.to_owned())
            }
            ("song_begin", _) => {
                let uri = if folder.is_empty() { value.to_owned() } else { format!("{folder}/{value}") };
                song = Some((uri, Heard::default()));
            }
            ("Title", Some((_, song))) => song.title = value.to_owned(),
            ("Artist", Some((_, song))) if song.artist.is_empty() => song.artist = value.to_owned(),
            ("Album", Some((_, song))) => song.album = value.to_owned(),
            ("MUSICBRAINZ_TRACKID", Some((_, song))) => song.recording = Some(value.to_owned()),
            ("Time", Some((_, song))) => {
                let seconds = value.parse().ok().filter(|seconds| *seconds > 0.0);
                song.duration = seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
            }
            _ => {}
        }
    }
    songs
}

/// By song. `rating` counts half stars to 10, `like` is 2 for a love (as rmpc and myMPD have them).
fn stickers(bytes: &[u8]) -> Result<HashMap<String, Heard>, String> {
    let rows = Database::open(bytes)?.rows("sticker").ok_or("it has no table of stickers")?;
    let mut songs: HashMap<String, Heard> = HashMap::new();
    for row in rows {
        let [kind, uri, name, value, ..] = row.as_slice() else { continue };
        if kind.text() != "song" || uri.text().is_empty() {
            continue;
        }
        let song = songs.entry(uri.text().to_owned()).or_default();
        let number = value.number();
        let count = || number.and_then(|number| u32::try_from(number).ok()).unwrap_or(0);
        match name.text().to_ascii_lowercase().as_str() {
            "rating" => song.rating = number.and_then(|number| Rating::new(u8::try_from(number).ok()?)),
            "like" => song.favourite = number == Some(2),
            "playcount" => song.plays = count(),
            "skipcount" => song.skips = count(),
            "lastplayed" => song.last_played_s = number.filter(|&at| at > 0),
            "lastskipped" => song.last_skipped_s = number.filter(|&at| at > 0),
            _ => {}
        }
    }
    for song in songs.values_mut() {
        let times = [(song.last_played_s, false), (song.last_skipped_s, true)];
        let logged =
            |(at_s, skipped): (Option<i64>, bool)| Some(Logged { at_s: at_s?, heard: None, skipped });
        song.log.extend(times.into_iter().filter_map(logged));
    }
    songs.retain(|_, song| *song != Heard::default());
    Ok(songs)
}

fn with_tags(known: Heard, uri: &str, songs: &HashMap<String, Heard>, root: &Path) -> Heard {
    let tags = songs.get(uri).cloned().unwrap_or_default();
    let path = Some(root.join(uri)).filter(|path| path.is_absolute());
    Heard {
        path,
        recording: tags.recording,
        artist: tags.artist,
        title: tags.title,
        album: tags.album,
        duration: tags.duration,
        ..known
    }
}

/// Between `playlist_begin` and `playlist_end`: `0:song.mp3`, or a song with its tags.
fn queue(text: &str, root: &Path) -> Vec<PathBuf> {
    let lines = text.lines().skip_while(|line| *line != "playlist_begin").skip(1);
    let inside = lines.take_while(|line| *line != "playlist_end");
    let song = |line: &str| -> Option<PathBuf> {
        let (number, rest) = line.split_once(':')?;
        let uri = match number {
            "song_begin" => rest.trim(),
            number => rest
                .trim()
                .strip_prefix("song_begin: ")
                .unwrap_or(rest)
                .trim()
                .trim_start_matches(|_| number.parse::<u32>().is_err()),
        };
        let is_entry = number == "song_begin" || number.bytes().all(|byte| byte.is_ascii_digit());
        (is_entry && !uri.is_empty() && !uri.contains("://")).then(|| root.join(uri))
    };
    inside.filter_map(song).filter(|path| path.is_absolute()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const DATABASE: &str = "info_begin\nformat: 2\nmpd_version: 0.23.12\nfs_charset: UTF-8\ntag: Artist\ninfo_end\n\
        directory: Ann\nmtime: 1700000000\nbegin: Ann\ndirectory: First\nbegin: Ann/First\n\
        song_begin: 01.ogg\nTime: 61.500000\nFormat: 44100:f:2\nArtist: Ann\nArtist: Bob\nAlbum: First\nTitle: One\n\
        MUSICBRAINZ_TRACKID: e97f805a\nmtime: 1700000000\nsong_end\nend: Ann/First\nsong_begin: two.ogg\nsong_end\n\
        end: Ann\nsong_begin: top.ogg\nTitle: Top\nsong_end\n";

    #[test]
    fn songs_of_a_database_have_their_folders_and_tags() {
        let songs = parse_database(DATABASE);
        let mut names: Vec<&str> = songs.keys().map(String::as_str).collect();
        names.sort_unstable();
        assert_eq!(names, ["Ann/First/01.ogg", "Ann/two.ogg", "top.ogg"]);
        let one = &songs["Ann/First/01.ogg"];
        assert_eq!((one.artist.as_str(), one.title.as_str()), ("Ann", "One"));
        assert_eq!(
            (one.duration, one.recording.as_deref()),
            (Some(Duration::from_millis(61_500)), Some("e97f805a"))
        );
    }

    #[test]
    fn the_queue_is_read_from_the_state() {
        let state = "sw_volume: 50\nplaylist_begin\n0:Ann/a b.ogg\n1:http://radio\n2:c.ogg\nplaylist_end\n";
        assert_eq!(queue(state, Path::new("/m")), [Path::new("/m/Ann/a b.ogg"), Path::new("/m/c.ogg")]);
        assert!(queue(state, Path::new("")).is_empty(), "nobody knows where they are");
    }

    #[test]
    fn a_configuration_tells_the_places() {
        let text = "# music_directory \"/no\"\nmusic_directory\t\"~/Music\"\nsticker_file \"/s.sql\"\n\
            database {\n plugin \"simple\"\n path \"/d\"\n}\n";
        let places = Places::of_config(text, Some(Path::new("/home/u")));
        assert_eq!(places.music, Some("/home/u/Music".into()));
        assert_eq!((places.stickers, places.database), (Some("/s.sql".into()), Some("/d".into())));
    }

    #[test]
    fn stickers_of_clients_are_ratings_likes_and_plays() {
        let songs = stickers(include_bytes!("../../../tests/it/fixtures/sticker.sql")).unwrap();
        assert_eq!(songs["album/3.mp3"].rating, Rating::new(3));
        assert_eq!(songs["album/10.mp3"].rating, Rating::new(10));
        assert!(!songs.contains_key("album/0.mp3"), "a rating of 0 is none");
        assert!(stickers(b"SQLite").is_err());
    }

    proptest::proptest! {
        #[test]
        fn no_text_breaks_it(text in "(begin|end|song_begin|Time|playlist_begin|0)?:? ?.{0,20}(\n(song_end|Title: x|end: a/b|1:x))*") {
            let _ = parse_database(&text);
            let _ = queue(&text, Path::new("/m"));
            let _ = Places::of_config(&text, None);
        }
    }
}
