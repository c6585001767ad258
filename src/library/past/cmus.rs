//! cmus: `cache` (play counts and tags), `playlists/`, and before version 2.8 `playlist.pl`. The cache is what cmus's
//! `cache.c` writes: an 8-byte header (`CTC`, version, flags), then entries in the machine's own byte order, each at a
//! multiple of a `long`.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::time::Duration;

use super::{Heard, Past, file, lists_in, paths_of_lines};

/// The version with play counts, since cmus 2.8.
const VERSION: u8 = 0x0d;
const IS_64_BIT: u8 = 1;
const IS_BIG_ENDIAN: u8 = 2;
/// Size, play count, mtime, duration, bit rate, bpm, and what is reserved.
const ENTRY: usize = 28 + 52;

/// What is in cmus's own folder.
pub fn read(folder: &Path) -> Result<Past, String> {
    let cache = folder.join("cache");
    let mut past = Past::default();
    match file(&cache).and_then(|bytes| parse_cache(&bytes)) {
        Ok(tracks) => {
            past.told.push(format!("cmus cache: {} tracks", tracks.len()));
            past.tracks = tracks;
        }
        Err(why) => past.told.push(format!("play counts left out: {why}")),
    }
    past.lists = lists_in(&folder.join("playlists"), Path::new("/"), None);
    if let Ok(bytes) = file(&folder.join("playlist.pl")) {
        let paths = paths_of_lines(&bytes, Path::new("/"));
        past.lists.extend((!paths.is_empty()).then(|| super::PastList { name: "cmus".into(), paths }));
    }
    if past.tracks.is_empty() && past.lists.is_empty() {
        return Err(format!("{} has nothing of cmus in it: {}", folder.display(), past.told.join("; ")));
    }
    Ok(past)
}

/// The tracks of a cache, up to where it is damaged.
pub fn parse_cache(bytes: &[u8]) -> Result<Vec<Heard>, String> {
    let head: &[u8; 8] = bytes.first_chunk().ok_or("too short for a cmus cache")?;
    if !head.starts_with(b"CTC") {
        return Err("not a cmus cache".to_owned());
    }
    let (version, flags) = (head[3], head[7]);
    if version != VERSION {
        return Err(format!(
            "a cmus cache of version {version}, which has no play counts that are known here"
        ));
    }
    let align = if flags & IS_64_BIT != 0 { 8 } else { 4 };
    let big = flags & IS_BIG_ENDIAN != 0;
    let mut tracks = Vec::new();
    let mut at = head.len();
    while let Some(entry) = bytes.get(at..).and_then(|rest| entry(rest, big)) {
        tracks.extend(heard(entry, big));
        at = (at + entry.len()).next_multiple_of(align);
    }
    Ok(tracks)
}

fn number(bytes: &[u8], at: usize, big: bool) -> Option<i32> {
    let four: [u8; 4] = *bytes.get(at..)?.first_chunk()?;
    Some(if big { i32::from_be_bytes(four) } else { i32::from_le_bytes(four) })
}

fn entry(rest: &[u8], big: bool) -> Option<&[u8]> {
    let size = usize::try_from(number(rest, 0, big)?).ok()?;
    rest.get(..size).filter(|_| size > ENTRY)
}

/// File name, codec, its profile, then keys and values, each with a NUL behind it.
fn heard(entry: &[u8], big: bool) -> Option<Heard> {
    let mut strings = entry.get(ENTRY..)?.split(|&byte| byte == 0);
    let path = strings.next().filter(|path| path.starts_with(b"/"))?;
    let mut heard = Heard {
        path: Some(OsStr::from_bytes(path).into()),
        plays: number(entry, 4, big).and_then(|plays| u32::try_from(plays).ok()).unwrap_or(0),
        ..Heard::default()
    };
    let seconds = number(entry, 16, big).and_then(|seconds| u64::try_from(seconds).ok());
    heard.duration = seconds.filter(|&seconds| seconds > 0).map(Duration::from_secs);
    let mut pairs = strings.skip(2);
    while let (Some(key), Some(value)) = (pairs.next(), pairs.next()) {
        let value = String::from_utf8_lossy(value).into_owned();
        match key.to_ascii_lowercase().as_slice() {
            b"title" => heard.title = value,
            b"artist" => heard.artist = value,
            b"album" => heard.album = value,
            b"musicbrainz_trackid" => heard.recording = Some(value),
            _ => {}
        }
    }
    Some(heard)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As `write_ti` of cmus lays it down on a 64-bit machine that is little-endian.
    fn cache(entries: &[(&str, i32, i32, &[&str])]) -> Vec<u8> {
        let mut bytes = b"CTC\x0d\0\0\0\x01".to_vec();
        for (path, plays, seconds, pairs) in entries {
            bytes.resize(bytes.len().next_multiple_of(8), 0);
            let mut strings = format!("{path}\0vorbis\0\0").into_bytes();
            pairs.iter().for_each(|text| strings.extend(format!("{text}\0").bytes()));
            bytes.extend(((ENTRY + strings.len()) as u32).to_le_bytes());
            bytes.extend(plays.to_le_bytes());
            bytes.extend(1_700_000_000_i64.to_le_bytes());
            bytes.extend(seconds.to_le_bytes());
            bytes.extend([0; 8]);
            bytes.extend([0; 52]);
            bytes.extend(strings);
        }
        bytes
    }

    #[test]
    fn plays_and_names_are_read() {
        let bytes = cache(&[
            ("/m/a.ogg", 7, 61, &["artist", "Ann", "title", "One", "album", "First"]),
            ("/m/b.ogg", -1, 0, &[]),
            ("http://radio", 3, 0, &[]),
        ]);
        let tracks = parse_cache(&bytes).unwrap();
        assert_eq!(tracks.len(), 2);
        assert_eq!((tracks[0].plays, tracks[0].duration), (7, Some(Duration::from_secs(61))));
        let names = (tracks[0].artist.as_str(), tracks[0].title.as_str(), tracks[0].album.as_str());
        assert_eq!(names, ("Ann", "One", "First"));
        assert_eq!((tracks[1].path.as_deref(), tracks[1].plays), (Some(Path::new("/m/b.ogg")), 0));
    }

    /// Written by cmus 2.10 after it had played three files of two seconds.
    #[test]
    fn a_cache_that_cmus_wrote_is_read() {
        let tracks = parse_cache(include_bytes!("../../../tests/it/fixtures/cmus-cache")).unwrap();
        let told: Vec<(&str, &str, u32, Option<Duration>)> = tracks
            .iter()
            .map(|track| {
                (
                    track.path.as_ref().unwrap().to_str().unwrap(),
                    track.title.as_str(),
                    track.plays,
                    track.duration,
                )
            })
            .collect();
        let two_seconds = Some(Duration::from_secs(2));
        assert_eq!(
            told,
            [
                ("/home/ann/my-music/1.flac", "Song 1", 1, two_seconds),
                ("/home/ann/my-music/2.flac", "Song 2", 1, two_seconds),
                ("/home/ann/my-music/3.flac", "Song 3", 1, two_seconds),
            ]
        );
    }

    #[test]
    fn what_is_damaged_or_of_another_version_is_told() {
        assert!(parse_cache(b"CTC").is_err());
        assert!(parse_cache(b"XXXXXXXX").is_err());
        assert!(parse_cache(b"CTC\x08\0\0\0\x01").unwrap_err().contains("version 8"));
        let mut cut = cache(&[("/m/a.ogg", 1, 1, &[]), ("/m/b.ogg", 2, 1, &[])]);
        cut.pop();
        assert_eq!(parse_cache(&cut).unwrap().len(), 1);
    }

    proptest::proptest! {
        #[test]
        fn no_bytes_break_it(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..300), at in 8usize..100, byte: u8) {
            let _ = parse_cache(&[b"CTC\x0d\0\0\0\x03".as_slice(), &bytes].concat());
            let mut whole = cache(&[("/m/a.ogg", 7, 61, &["artist", "Ann"])]);
            whole[at] = byte;
            let _ = parse_cache(&whole);
        }
    }
}
