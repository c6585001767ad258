//! Entries of M3U, M3U8 and PLS playlists. Pure: bytes in, paths out; any bytes are a playlist of something.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;

#[derive(Debug, PartialEq, Eq)]
pub enum Entry {
    /// As written: absolute, or relative to the playlist's folder.
    Path(PathBuf),
    Url(String),
}

/// Most entries taken from one playlist.
const MAX_ENTRIES: usize = 1_000_000;

/// M3U unless the first line says that it is PLS.
pub fn entries(bytes: &[u8]) -> Vec<Entry> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let lines = || bytes.split(|&byte| byte == b'\n' || byte == b'\r').map(<[u8]>::trim_ascii);
    let is_pls =
        lines().find(|line| !line.is_empty()).is_some_and(|line| line.eq_ignore_ascii_case(b"[playlist]"));
    let lines = lines().filter(|line| !line.is_empty());
    if is_pls {
        return lines.filter_map(pls_file).map(entry).take(MAX_ENTRIES).collect();
    }
    lines.filter(|line| !line.starts_with(b"#")).map(entry).take(MAX_ENTRIES).collect()
}

/// The value of `FileN=value`. Numbers are in order in every file that is met, so they are not looked at.
fn pls_file(line: &[u8]) -> Option<&[u8]> {
    let at = line.iter().position(|&byte| byte == b'=')?;
    let (key, value) = (line[..at].trim_ascii(), line[at + 1..].trim_ascii());
    let number = key.get(4..)?;
    let is_file = key[..4].eq_ignore_ascii_case(b"file") && number.iter().all(u8::is_ascii_digit);
    (is_file && !value.is_empty()).then_some(value)
}

fn entry(text: &[u8]) -> Entry {
    if let Some(path) = text.strip_prefix(b"file://") {
        // `file:///path`, percent-encoded (RFC 8089); a host in front of the path is not ours to look up.
        return Entry::Path(PathBuf::from(OsStr::from_bytes(&percent_decode(path))));
    }
    if is_url(text) {
        return Entry::Url(String::from_utf8_lossy(text).into_owned());
    }
    let path = PathBuf::from(OsStr::from_bytes(text));
    // Lists made on Windows.
    if !text.contains(&b'/') && text.contains(&b'\\') {
        let turned: Vec<u8> = text.iter().map(|&byte| if byte == b'\\' { b'/' } else { byte }).collect();
        return Entry::Path(PathBuf::from(OsStr::from_bytes(&turned)));
    }
    Entry::Path(path)
}

/// A scheme before `://` (RFC 3986, section 3.1).
fn is_url(text: &[u8]) -> bool {
    let Some(at) = text.windows(3).position(|three| three == b"://") else { return false };
    at > 0 && text[..at].iter().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(byte))
}

fn percent_decode(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((&byte, after)) = rest.split_first() {
        let hex = after.get(..2).filter(|_| byte == b'%').and_then(|two| std::str::from_utf8(two).ok());
        match hex.and_then(|two| u8::from_str_radix(two, 16).ok()) {
            Some(decoded) => {
                out.push(decoded);
                rest = &after[2..];
            }
            None => {
                out.push(byte);
                rest = after;
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(bytes: &[u8]) -> Entry {
        Entry::Path(PathBuf::from(OsStr::from_bytes(bytes)))
    }

    #[test]
    fn m3u_lines_are_entries_and_comments_are_not() {
        let list = b"\xef\xbb\xbf#EXTM3U\r\n#EXTINF:1,A - B\r\nsub/a.mp3\r\n\r\n  /abs/b.flac \nhttp://x/y.mp3\n\xff\xfe.ogg\n";
        let expected = [
            path(b"sub/a.mp3"),
            path(b"/abs/b.flac"),
            Entry::Url("http://x/y.mp3".into()),
            path(b"\xff\xfe.ogg"),
        ];
        assert_eq!(entries(list), expected);
    }

    #[test]
    fn pls_takes_its_files_only() {
        let list = b"[Playlist]\nFile1=a.mp3\nTitle1=x\nLength1=-1\nfile2 = file:///m/b%20c%.ogg\nFileX=no.mp3\nNumberOfEntries=2";
        assert_eq!(entries(list), [path(b"a.mp3"), path(b"/m/b c%.ogg")]);
    }

    #[test]
    fn windows_paths_are_turned() {
        assert_eq!(entries(b"Album\\01.mp3\na/b\\c.mp3"), [path(b"Album/01.mp3"), path(b"a/b\\c.mp3")]);
    }
}
