//! Files of playlists: M3U and M3U8, PLS, XSPF, JSPF, read and written. Reading is pure, bytes in: any bytes are a list
//! of something. What a list names is looked for by [`locate`].

pub mod import;
mod jspf;
pub mod locate;
mod m3u;
mod pls;
pub mod write;
mod xspf;

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use encoding_rs::Encoding;

use crate::decode::encoding::guess_encoding;
use crate::model::address::{is_address, percent_decode, with_name};
use crate::model::playlist::Told;

/// Most entries taken from one file.
const MAX_ENTRIES: usize = 1_000_000;
/// Longest text of an entry, in characters.
const MAX_TEXT: usize = 8_192;
/// Largest file of a playlist, in bytes.
pub const MAX_BYTES: u64 = 16 * 1024 * 1024;

/// Kinds of files, by their names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    M3u,
    M3u8,
    Pls,
    Xspf,
    Jspf,
}

impl Format {
    pub fn of(path: &Path) -> Option<Self> {
        let extension = path.extension()?.to_str()?.to_ascii_lowercase();
        Some(match extension.as_str() {
            "m3u" => Self::M3u,
            "m3u8" => Self::M3u8,
            "pls" => Self::Pls,
            "xspf" => Self::Xspf,
            "jspf" => Self::Jspf,
            _ => return None,
        })
    }
}

/// Where an entry is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Place {
    /// Only a title is given.
    #[default]
    Nowhere,
    /// As written: absolute, or relative to the list's folder.
    Path(PathBuf),
    /// Of a kind that is played.
    Address(PathBuf),
    /// Of any other kind.
    Url(String),
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Listed {
    pub place: Place,
    pub told: Told,
    pub note: String,
    /// MusicBrainz id of the recording, where one is given.
    pub recording: Option<String>,
}

/// What a file says.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ListFile {
    /// Empty where it has none.
    pub title: String,
    pub note: String,
    pub entries: Vec<Listed>,
    /// How names in it are most likely coded, where they are not UTF-8.
    pub encoding: Option<&'static Encoding>,
}

/// Of any of the kinds, told by how it begins: M3U unless it is PLS, XSPF or JSPF.
pub fn read(bytes: &[u8]) -> ListFile {
    let turned = from_utf16(bytes);
    let bytes = turned.as_deref().unwrap_or(bytes);
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let head = bytes.trim_ascii_start();
    if head.starts_with(b"<") {
        return xspf::read(bytes);
    }
    if head.starts_with(b"{") {
        return jspf::read(bytes);
    }
    let encoding = guess_encoding(bytes);
    let first = lines(bytes).next();
    let is_pls = first.is_some_and(|line| line.eq_ignore_ascii_case(b"[playlist]"));
    let list = if is_pls { pls::read(lines(bytes), encoding) } else { m3u::read(lines(bytes), encoding) };
    ListFile { encoding, ..list }
}

/// Some programs of Windows write UTF-16 with its mark.
fn from_utf16(bytes: &[u8]) -> Option<Vec<u8>> {
    let (encoding, mark) =
        Encoding::for_bom(bytes).filter(|(encoding, _)| !encoding.is_ascii_compatible())?;
    Some(encoding.decode_without_bom_handling(&bytes[mark..]).0.into_owned().into_bytes())
}

fn lines(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    let all = bytes.split(|&byte| byte == b'\n' || byte == b'\r').map(<[u8]>::trim_ascii);
    all.filter(|line| !line.is_empty())
}

/// Whether the list holds pieces of one stream (HLS, RFC 8216 §4.3), not what is to be played one after another.
pub fn is_segments(bytes: &[u8]) -> bool {
    bytes
        .split(|&byte| byte == b'\n')
        .any(|line| line.starts_with(b"#EXT-X-") && !line.starts_with(b"#EXT-X-ENCODING"))
}

/// A text in the list's own coding, without control characters.
fn text(bytes: &[u8], encoding: Option<&'static Encoding>) -> String {
    let text = match (std::str::from_utf8(bytes), encoding) {
        (Ok(text), _) => text.into(),
        (Err(_), Some(encoding)) => encoding.decode_without_bom_handling(bytes).0,
        (Err(_), None) => String::from_utf8_lossy(bytes),
    };
    plain(&text)
}

fn plain(text: &str) -> String {
    text.trim().chars().filter(|c| !c.is_control()).take(MAX_TEXT).collect()
}

/// A line that names something.
fn place(text: &[u8]) -> Place {
    let path = PathBuf::from(OsStr::from_bytes(text));
    if is_address(&path) {
        return Place::Address(path);
    }
    let lower = text.get(..5).map(<[u8]>::to_ascii_lowercase);
    if lower.as_deref() == Some(b"file:") {
        return Place::Path(PathBuf::from(OsStr::from_bytes(&percent_decode(of_file_url(&text[5..])))));
    }
    if is_url(text) {
        return Place::Url(String::from_utf8_lossy(text).into_owned());
    }
    Place::Path(path)
}

/// `file:///path`, `file:/path`, `file://localhost/path` (RFC 8089 §2 and its appendices). A host in front of the path is
/// not ours to look up: what follows it is taken as a path here.
fn of_file_url(rest: &[u8]) -> &[u8] {
    let Some(behind) = rest.strip_prefix(b"//") else { return rest };
    let path = behind.iter().position(|&byte| byte == b'/').map_or(behind, |at| &behind[at..]);
    // `file:///C:/Music`
    let has_drive = path.len() > 3 && path[1].is_ascii_alphabetic() && path[2] == b':' && path[3] == b'/';
    if has_drive { &path[1..] } else { path }
}

/// A location of XSPF and JSPF is a URI (XSPF 1 §4.1.1.2.14.1.1.1.1): what names a file is percent-encoded there.
fn uri(location: &str) -> Place {
    let location = location.trim();
    if location.is_empty() {
        return Place::Nowhere;
    }
    let is_reference = !is_url(location.as_bytes())
        && !location.get(..5).is_some_and(|head| head.eq_ignore_ascii_case("file:"));
    match is_reference {
        true => Place::Path(PathBuf::from(OsStr::from_bytes(&percent_decode(location.as_bytes())))),
        false => place(location.as_bytes()),
    }
}

/// A scheme before `://` (RFC 3986, section 3.1).
fn is_url(text: &[u8]) -> bool {
    let Some(at) = text.windows(3).position(|three| three == b"://") else { return false };
    // One letter is a drive.
    at > 1 && text[..at].iter().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(byte))
}

/// The address with the name that the list gave it.
pub fn named(address: PathBuf, told: &Told) -> PathBuf {
    with_name(&address, &told.title).unwrap_or(address)
}

#[cfg(test)]
mod tests {
    use super::*;

    pub fn places(bytes: &[u8]) -> Vec<Place> {
        read(bytes).entries.into_iter().map(|entry| entry.place).collect()
    }

    pub fn path(bytes: &[u8]) -> Place {
        Place::Path(PathBuf::from(OsStr::from_bytes(bytes)))
    }

    #[test]
    fn urls_of_files_are_paths() {
        for (line, expected) in [
            ("file:///m/a%20b%FF.mp3", &b"/m/a b\xff.mp3"[..]),
            ("FILE://localhost/m/x.ogg", b"/m/x.ogg"),
            ("file:/m/x.ogg", b"/m/x.ogg"),
            ("file:///C:/Music/x.mp3", b"C:/Music/x.mp3"),
            ("c://x.mp3", b"c://x.mp3"),
        ] {
            assert_eq!(places(line.as_bytes()), [path(expected)], "{line}");
        }
        assert_eq!(places(b"rtsp://x/3"), [Place::Url("rtsp://x/3".into())]);
        assert_eq!(places(b"https://x/3"), [Place::Address("https://x/3".into())]);
    }

    #[test]
    fn a_list_in_utf16_is_read() {
        let text: Vec<u8> = "#EXTM3U\r\nÜber.mp3\r\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(places(&[&b"\xff\xfe"[..], &text].concat()), [path("Über.mp3".as_bytes())]);
    }

    #[test]
    fn pieces_of_a_stream_are_no_list_of_things_to_play() {
        assert!(is_segments(b"#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:9,\na.ts\n"));
        assert!(!is_segments(b"#EXTM3U\n#EXT-X-ENCODING:UTF-8\n#EXTINF:9,x\na.mp3\n"));
    }

    proptest::proptest! {
        #[test]
        fn no_bytes_break_it(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..300), head in 0usize..6) {
            let heads: [&[u8]; 6] = [
                b"", b"[playlist]\n", b"<playlist><trackList><track>", b"#EXTM3U\n#EXTINF:", b"\xff\xfe",
                b"{\"playlist\":{\"track\":[{\"location\":",
            ];
            let list = read(&[heads[head], &bytes].concat());
            for entry in &list.entries {
                proptest::prop_assert!(!entry.told.title.contains(char::is_control));
            }
        }
    }
}
