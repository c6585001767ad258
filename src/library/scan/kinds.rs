//! What a file's name says that it is. Only files named like music, like a playlist or like a CUE
//! sheet are ever opened. Pure.

use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use crate::decode::cue::is_sheet_extension;

/// Extensions of files that we try to play.
const MUSIC: [&str; 32] = [
    "flac", "fla", "mp3", "mp2", "mp1", "mpga", "ogg", "oga", "opus", "m4a", "m4b", "m4r", "mp4", "aac",
    "adts", "alac", "wav", "wave", "aiff", "aif", "aifc", "caf", "mka", "webm", "wv", "ape", "tta", "dsf",
    "dff", "au", "snd", "w64",
];

/// Extensions of playlists that we read.
const PLAYLISTS: [&str; 5] = ["m3u", "m3u8", "pls", "xspf", "jspf"];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Named {
    Music,
    Playlist,
    /// A CUE sheet.
    Sheet,
    Other,
}

pub fn named(path: &Path) -> Named {
    path.file_name().map_or(Named::Other, |name| named_as(name.as_bytes()))
}

/// Of a name without folders. A dot at its beginning begins no extension.
pub fn named_as(name: &[u8]) -> Named {
    let dot = name.iter().rposition(|&byte| byte == b'.').filter(|&dot| dot > 0);
    dot.and_then(|dot| name.get(dot + 1..)).map_or(Named::Other, by_extension)
}

/// What an extension, without its dot, says.
pub fn by_extension(extension: &[u8]) -> Named {
    let is = |name: &&str| extension.eq_ignore_ascii_case(name.as_bytes());
    if MUSIC.iter().any(&is) {
        Named::Music
    } else if PLAYLISTS.iter().any(is) {
        Named::Playlist
    } else if is_sheet_extension(extension) {
        Named::Sheet
    } else {
        Named::Other
    }
}

/// Named like a file that we try to play.
pub fn is_music(path: &Path) -> bool {
    named(path) == Named::Music
}

#[cfg(test)]
mod tests {
    use std::ffi::OsStr;

    use super::*;

    #[test]
    fn names_tell_music_from_the_rest() {
        for name in ["a.flac", "A.FLAC", "b.Mp3", "x/y.opus", "..m4a", "a.b.wav"] {
            assert!(is_music(Path::new(name)), "{name}");
        }
        for name in ["flac", ".flac", "a.flac.part", "cover.jpg", "a.", "a.m3u", "a.mpc"] {
            assert!(!is_music(Path::new(name)), "{name}");
        }
        assert!(is_music(Path::new(OsStr::from_bytes(b"\xff\xfe.mp3"))));
        assert_eq!(named(Path::new("LIST.M3U8")), Named::Playlist);
        assert_eq!(named(Path::new("Album.CUE")), Named::Sheet);
    }
}
