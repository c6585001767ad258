//! Entries of M3U, M3U8, PLS and XSPF playlists. Pure: bytes in, paths and addresses out; any bytes are a playlist of
//! something.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;

use crate::decode::encoding::guess_text;
use crate::model::address::{is_address, percent_decode, with_name};

mod xspf;

#[derive(Debug, PartialEq, Eq)]
pub enum Entry {
    /// As written: absolute, or relative to the playlist's folder.
    Path(PathBuf),
    /// Of a kind that is played, with its name where the list has one.
    Address(PathBuf),
    /// Of any other kind.
    Url(String),
}

/// Most entries taken from one playlist.
const MAX_ENTRIES: usize = 1_000_000;

/// M3U unless the beginning says that it is PLS or XSPF.
pub fn entries(bytes: &[u8]) -> Vec<Entry> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    if bytes.trim_ascii_start().starts_with(b"<") {
        return xspf::entries(bytes).take(MAX_ENTRIES).collect();
    }
    let lines = || {
        let all = bytes.split(|&byte| byte == b'\n' || byte == b'\r').map(<[u8]>::trim_ascii);
        all.filter(|line| !line.is_empty())
    };
    let is_pls = lines().next().is_some_and(|line| line.eq_ignore_ascii_case(b"[playlist]"));
    if is_pls { pls(lines()) } else { m3u(lines()) }
}

/// Whether the list holds pieces of one stream (HLS, RFC 8216 §4.3), not what is to be played one after another.
pub fn is_segments(bytes: &[u8]) -> bool {
    bytes.split(|&byte| byte == b'\n').any(|line| line.starts_with(b"#EXT-X-"))
}

fn m3u<'a>(lines: impl Iterator<Item = &'a [u8]>) -> Vec<Entry> {
    let mut entries = Vec::new();
    let mut name = None;
    for line in lines {
        if line.starts_with(b"#") {
            name = extinf(line).or(name);
        } else {
            entries.push(entry(line, name.take().as_deref()));
        }
        if entries.len() == MAX_ENTRIES {
            break;
        }
    }
    entries
}

/// The name behind the comma of `#EXTINF:length attributes,name`.
fn extinf(line: &[u8]) -> Option<String> {
    let rest = line.strip_prefix(b"#EXTINF:")?;
    let mut is_quoted = false;
    let comma = rest.iter().position(|&byte| {
        is_quoted ^= byte == b'"';
        byte == b',' && !is_quoted
    })?;
    Some(guess_text(&rest[comma + 1..], None))
}

/// `FileN=value` and `TitleN=value`. Numbers are in order in every file that is met, so they only pair the two.
fn pls<'a>(lines: impl Iterator<Item = &'a [u8]>) -> Vec<Entry> {
    let mut files: Vec<(&[u8], &[u8])> = Vec::new();
    let mut titles: BTreeMap<&[u8], String> = BTreeMap::new();
    for line in lines {
        if let Some(file) = numbered(line, b"file").filter(|_| files.len() < MAX_ENTRIES) {
            files.push(file);
        } else if let Some((number, title)) = numbered(line, b"title").filter(|_| titles.len() < MAX_ENTRIES)
        {
            titles.insert(number, guess_text(title, None));
        }
    }
    files.iter().map(|(number, file)| entry(file, titles.get(number).map(String::as_str))).collect()
}

/// Number and value of `keyN=value`.
fn numbered<'a>(line: &'a [u8], key: &[u8]) -> Option<(&'a [u8], &'a [u8])> {
    let at = line.iter().position(|&byte| byte == b'=')?;
    let (written, value) = (line[..at].trim_ascii(), line[at + 1..].trim_ascii());
    let (name, number) = written.split_at_checked(key.len())?;
    let is_key = name.eq_ignore_ascii_case(key) && number.iter().all(u8::is_ascii_digit);
    (is_key && !value.is_empty()).then_some((number, value))
}

fn entry(text: &[u8], name: Option<&str>) -> Entry {
    let path = PathBuf::from(OsStr::from_bytes(text));
    if is_address(&path) {
        return Entry::Address(name.and_then(|name| with_name(&path, name)).unwrap_or(path));
    }
    if let Some(path) = text.strip_prefix(b"file://") {
        // `file:///path`, percent-encoded (RFC 8089); a host in front of the path is not ours to look up.
        return Entry::Path(PathBuf::from(OsStr::from_bytes(&percent_decode(path))));
    }
    if is_url(text) {
        return Entry::Url(String::from_utf8_lossy(text).into_owned());
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    fn path(bytes: &[u8]) -> Entry {
        Entry::Path(PathBuf::from(OsStr::from_bytes(bytes)))
    }

    fn address(text: &str) -> Entry {
        Entry::Address(PathBuf::from(text))
    }

    #[test]
    fn m3u_lines_are_entries_and_comments_are_not() {
        let list = b"\xef\xbb\xbf#EXTM3U\r\n#EXTINF:1,A - B\r\nsub/a.mp3\r\n\r\n  /abs/b.flac \nhttp://x/y.mp3\n\xff\xfe.ogg\n";
        let expected =
            [path(b"sub/a.mp3"), path(b"/abs/b.flac"), address("http://x/y.mp3"), path(b"\xff\xfe.ogg")];
        assert_eq!(entries(list), expected);
    }

    #[test]
    fn pls_takes_its_files_only() {
        let list = b"[Playlist]\nFile1=a.mp3\nTitle1=x\nLength1=-1\nfile2 = file:///m/b%20c%.ogg\nFileX=no.mp3\nNumberOfEntries=2";
        assert_eq!(entries(list), [path(b"a.mp3"), path(b"/m/b c%.ogg")]);
    }

    #[test]
    fn stations_have_the_names_that_the_lists_give_them() {
        let list = b"#EXTM3U\n#EXTINF:-1 tvg-logo=\"a,b\",R\xe4dio 1\nhttp://x/1\nhttp://x/2\nrtsp://x/3\n";
        let expected =
            [address("http://x/1#R\u{e4}dio%201"), address("http://x/2"), Entry::Url("rtsp://x/3".into())];
        assert_eq!(entries(list), expected);
        let list = b"[playlist]\nTitle2=Two\nFile1=http://x/1\nFile2=https://x/2\nTitle1=One\n";
        assert_eq!(entries(list), [address("http://x/1#One"), address("https://x/2#Two")]);
    }

    #[test]
    fn pieces_of_a_stream_are_no_list_of_things_to_play() {
        assert!(is_segments(b"#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:9,\na.ts\n"));
        assert!(!is_segments(b"#EXTM3U\n#EXTINF:9,x\na.mp3\n"));
    }

    #[test]
    fn windows_paths_are_turned() {
        assert_eq!(entries(b"Album\\01.mp3\na/b\\c.mp3"), [path(b"Album/01.mp3"), path(b"a/b\\c.mp3")]);
    }

    proptest::proptest! {
        #[test]
        fn no_bytes_break_it(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..300), head in 0usize..3) {
            let heads: [&[u8]; 3] = [b"", b"[playlist]\n", b"<playlist><trackList><track>"];
            let _ = entries(&[heads[head], &bytes].concat());
        }
    }
}
