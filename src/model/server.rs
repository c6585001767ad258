//! Music of a server that speaks the Subsonic API as one more root of the library: how its songs are named here, what is
//! known of one, and what a server can be asked. Plain data and one trait; asked by whoever opens, lists or tells.
//!
//! A song of the server `home` is the path `subsonic://home/Ann/First/01 Alpha.flac?3f2a`: folders and name as the server
//! tells them, and behind the last `?` the id by which it is asked for. So it is kept, queued and written into playlists
//! as any other file is.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use serde::Serialize;

use super::address::percent_decode;
use super::facts::{Rating, TrackFacts};
use super::scrobbling::SecretSource;
use super::track::{AudioFormat, Tags};

/// Of every song of a server.
pub const SCHEME: &str = "subsonic://";

/// Longest name of a file or folder, in bytes of UTF-8.
const MOST_NAME: usize = 200;
/// Folders of one song.
const MOST_FOLDERS: usize = 16;

/// Which server, and what of it is used. Off where no address is given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerSettings {
    /// Its name here, by which paths begin.
    pub name: String,
    /// Address of the server, without `/rest`; empty: none.
    pub url: String,
    /// Empty: the secret is an API key.
    pub user: String,
    /// The password, or the API key.
    pub secret: SecretSource,
    /// Megabytes (of 1,000,000 bytes) of music that are kept on disk at most.
    pub cache_mb: u32,
    /// It is told what is heard of its music.
    pub scrobble: bool,
}

impl Default for ServerSettings {
    fn default() -> Self {
        Self {
            name: "server".to_owned(),
            url: String::new(),
            user: String::new(),
            secret: SecretSource::default(),
            cache_mb: 4_000,
            scrobble: false,
        }
    }
}

/// What a server tells of a song.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Song {
    pub id: String,
    /// Folders and name as the server tells them; empty where it does not.
    pub path: String,
    /// Ending of its file, without a dot: `flac`.
    pub suffix: String,
    /// Bytes of its file; 0 where the server does not tell.
    pub size: u64,
    /// When the server got it, in seconds since the Unix epoch.
    pub added_s: Option<i64>,
    /// Frames by whole seconds, as the server counts.
    pub format: AudioFormat,
    pub tags: Tags,
    pub star: Star,
}

/// What a listener thinks of a song, as servers keep it, too.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Star {
    pub favourite: bool,
    pub rating: Option<Rating>,
}

impl Star {
    pub fn of(facts: &TrackFacts) -> Self {
        Self { favourite: facts.favourite, rating: facts.rating }
    }

    /// Whole stars, as servers count: half ones are rounded up. 0: none.
    pub fn whole(self) -> u8 {
        self.rating.map_or(0, |rating| rating.halves().div_ceil(2))
    }

    /// The facts with what a server says; `None` where it says nothing new. Of half a star it knows nothing.
    pub fn taken(self, facts: TrackFacts) -> Option<TrackFacts> {
        let here = Self::of(&facts);
        let rating = if here.whole() == self.whole() { here.rating } else { self.rating };
        let taken = TrackFacts { favourite: self.favourite, rating, ..facts };
        (taken != facts).then_some(taken)
    }
}

/// What is queued on a server, to go on elsewhere.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PlayQueue {
    /// Songs by id.
    pub songs: Vec<String>,
    /// Place of the one that played.
    pub current: Option<usize>,
    /// Within that one.
    pub position: Duration,
}

/// Why a server did not do what it was asked: for people, without control characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failed {
    pub why: String,
    /// The same will never be done, however often it is asked.
    pub for_good: bool,
    /// The server says when to come back.
    pub after: Option<Duration>,
}

/// A music server. Every question waits for it: jobs and the command line ask.
pub trait Server: Send + Sync {
    /// The name of [`ServerSettings::name`].
    fn name(&self) -> &str;

    /// All its songs, handed over some hundred at a time, in no order; each at least once. Ends early, without an error,
    /// where it is cancelled.
    ///
    /// # Errors
    /// Where not all of them could be had.
    fn songs(&self, cancel: &AtomicBool, on_songs: &mut dyn FnMut(Vec<Song>)) -> Result<(), Failed>;

    /// Where the file of a song is had as it is, whole or in parts (RFC 9110 §14). It holds what proves the user: it is
    /// never shown nor logged.
    ///
    /// # Errors
    /// Where the secret cannot be read.
    fn file(&self, song: &str) -> Result<String, Failed>;

    /// The picture of a song as the server keeps it; `None` where it has none.
    ///
    /// # Errors
    /// Where the server failed.
    fn picture(&self, song: &str) -> Result<Option<Vec<u8>>, Failed>;

    /// The words of a song: LRC where the server knows the time of each line, else text; `None` where it has none.
    ///
    /// # Errors
    /// Where the server failed.
    fn words(&self, song: &str) -> Result<Option<String>, Failed>;

    /// Stars the song or takes its star.
    ///
    /// # Errors
    /// Where the server failed.
    fn favour(&self, song: &str, favourite: bool) -> Result<(), Failed>;

    /// Whole stars: half ones are rounded up.
    ///
    /// # Errors
    /// Where the server failed.
    fn rate(&self, song: &str, rating: Option<Rating>) -> Result<(), Failed>;

    /// It plays now.
    ///
    /// # Errors
    /// Where the server failed.
    fn plays(&self, song: &str) -> Result<(), Failed>;

    /// They were listened to: ids, and seconds since the Unix epoch when each began.
    ///
    /// # Errors
    /// Where the server failed.
    fn heard(&self, songs: &[(String, i64)]) -> Result<(), Failed>;

    /// Keeps what is queued, in place of what was kept before.
    ///
    /// # Errors
    /// Where the server failed.
    fn keep_queue(&self, queue: &PlayQueue) -> Result<(), Failed>;

    /// What was kept last, by this or another player; empty where nothing was.
    ///
    /// # Errors
    /// Where the server failed.
    fn queue(&self) -> Result<PlayQueue, Failed>;
}

/// The root of a server.
pub fn root(name: &str) -> PathBuf {
    PathBuf::from(format!("{SCHEME}{name}"))
}

/// Whether the path is at or below the root of any server.
pub fn is_served(path: &Path) -> bool {
    path.as_os_str().as_bytes().starts_with(SCHEME.as_bytes())
}

/// Server and id of a song's path; `None` for every other path.
pub fn split(path: &Path) -> Option<(&str, String)> {
    let rest = path.to_str()?.strip_prefix(SCHEME)?;
    let (name, rest) = rest.split_once('/')?;
    let (_, id) = rest.rsplit_once('?').filter(|(_, id)| !id.is_empty())?;
    let id = String::from_utf8(percent_decode(id.as_bytes())).ok()?;
    Some((name, id))
}

/// The path of a song of the server `name`.
pub fn path(name: &str, song: &Song) -> PathBuf {
    let mut out = format!("{SCHEME}{name}");
    let parts: Vec<String> = song.path.split('/').filter_map(plain_name).collect();
    let parts = if parts.is_empty() { made_up(song) } else { parts };
    let from = parts.len().saturating_sub(MOST_FOLDERS);
    for part in &parts[from..] {
        out.push('/');
        out.push_str(part);
    }
    out.push('?');
    for byte in song.id.bytes() {
        match byte {
            byte if byte.is_ascii_alphanumeric() || b"-._~:".contains(&byte) => out.push(char::from(byte)),
            byte => out.push_str(&format!("%{byte:02X}")),
        }
    }
    PathBuf::from(out)
}

/// Artist, album, and a file by number and title.
fn made_up(song: &Song) -> Vec<String> {
    let tags = &song.tags;
    let artist = tags.album_artists_or_artists().first().map_or("Unknown artist", String::as_str);
    let album = tags.album.as_deref().unwrap_or("Unknown album");
    let number = tags.track.number.map_or(String::new(), |number| format!("{number:02} "));
    let title = tags.title.as_deref().unwrap_or(&song.id);
    let name = |text: &str| plain_name(&text.replace('/', "_")).unwrap_or_else(|| "_".to_owned());
    let file = format!("{}.{}", name(&format!("{number}{title}")), name(&song.suffix));
    vec![name(artist), name(album), file]
}

/// A name as a part of a path: nothing that ends it, nothing that leads elsewhere, no control characters.
fn plain_name(text: &str) -> Option<String> {
    let mut name: String =
        text.trim().chars().map(|c| if c.is_control() || "?#%/".contains(c) { '_' } else { c }).collect();
    while name.len() > MOST_NAME {
        let stem = name.rfind('.').filter(|dot| name.len() - dot < 12).unwrap_or(name.len());
        let last = name[..stem].char_indices().next_back().map_or(0, |(at, _)| at);
        name.replace_range(last..stem, "");
    }
    (!matches!(name.as_str(), "" | "." | "..")).then_some(name)
}

/// The name of the file that a path of a server ends with, without its id.
pub fn file_name(path: &Path) -> Option<&OsStr> {
    let name = path.file_name()?.as_bytes();
    let end = name.iter().rposition(|&byte| byte == b'?').unwrap_or(name.len());
    Some(OsStr::from_bytes(&name[..end]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::audio::Spec;
    use crate::model::track::{Codec, Numbered};

    fn song(id: &str, path: &str) -> Song {
        Song {
            id: id.into(),
            path: path.into(),
            suffix: "flac".into(),
            size: 1,
            added_s: None,
            format: AudioFormat {
                codec: Codec::Flac,
                spec: Spec { rate: 44_100, channels: 2 },
                bits: Some(16),
                frames: None,
            },
            tags: Tags::default(),
            star: Star::default(),
        }
    }

    #[test]
    fn half_a_star_is_nothing_to_a_server() {
        let facts = |halves| TrackFacts { rating: Rating::new(halves), plays: 7, ..TrackFacts::default() };
        let told = |whole: u8| Star { favourite: false, rating: Rating::new(2 * whole) };
        assert_eq!(told(4).taken(facts(7)), None);
        assert_eq!(told(4).taken(facts(8)), None);
        assert_eq!(told(4).taken(facts(6)), Some(facts(8)));
        assert_eq!(told(0).taken(facts(1)), Some(facts(0)));
        assert_eq!(told(0).taken(facts(0)), None);
        let loved = Star { favourite: true, rating: None };
        assert_eq!(loved.taken(facts(0)), Some(TrackFacts { favourite: true, ..facts(0) }));
    }

    #[test]
    fn a_path_holds_the_id_whatever_that_is() {
        for id in ["3f2a", "tr-1", "a/b?c#d%", "Ä ö", "..", "?"] {
            let path = path("home", &song(id, "Ann/First/01 Alpha.flac"));
            assert!(path.starts_with(root("home")), "{path:?}");
            assert_eq!(path.parent(), Some(&*root("home").join("Ann/First")));
            assert_eq!(file_name(&path), Some(OsStr::new("01 Alpha.flac")));
            assert_eq!(split(&path), Some(("home", id.to_owned())), "{path:?}");
        }
        assert_eq!(path("home", &song("7", "a/b.mp3")), Path::new("subsonic://home/a/b.mp3?7"));
        for other in
            ["/a/b?c", "subsonic://home/a", "subsonic://home", "subsonic:/home/a?b", "subsonic://home/a?"]
        {
            assert_eq!(split(Path::new(other)), None, "{other}");
        }
    }

    /// A server is a stranger: no path of it leads out of its root, or to a terminal.
    #[test]
    fn a_path_stays_below_its_root() {
        let told = |told: &str| path("home", &song("7", told)).display().to_string();
        assert_eq!(told("../../etc/./passwd"), "subsonic://home/etc/passwd?7");
        assert_eq!(told("/abs//x\u{1b}[2J.mp3"), "subsonic://home/abs/x_[2J.mp3?7");
        assert_eq!(told("what?/100%#.mp3"), "subsonic://home/what_/100__.mp3?7");
        let long = path("home", &song("7", &format!("{}.flac", "ö".repeat(300))));
        let name = file_name(&long).unwrap().to_str().unwrap();
        assert!(name.len() <= MOST_NAME && name.ends_with("ö.flac"), "{name}");
    }

    #[test]
    fn where_no_path_is_told_artist_album_and_title_make_one() {
        let mut song = song("7", "");
        assert_eq!(path("home", &song), Path::new("subsonic://home/Unknown artist/Unknown album/7.flac?7"));
        song.tags.artists = vec!["AC/DC".into()];
        song.tags.album = Some("..".into());
        song.tags.title = Some("One?".into());
        song.tags.track = Numbered { number: Some(3), total: None };
        assert_eq!(path("home", &song), Path::new("subsonic://home/AC_DC/_/03 One_.flac?7"));
    }
}
