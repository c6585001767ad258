//! Files of playlists written: bytes out of entries, and onto the disk in one step.

use std::io::{self, Write};
use std::os::unix::ffi::OsStrExt;
use std::path::{Component, Path, PathBuf};
use std::time::Duration;

use serde_json::json;

use super::Format;
use super::m3u::{ABOUT, NOTE};
use crate::model::address::is_address;
use crate::model::command::PathStyle as Paths;

/// What is written of one entry; empty texts are left out.
#[derive(Debug, Clone, Default)]
pub struct Line {
    pub path: PathBuf,
    pub title: String,
    pub artist: String,
    pub album: String,
    pub duration: Option<Duration>,
    pub note: String,
}

impl Line {
    /// `Artist - Title`.
    fn name(&self) -> String {
        let parts: Vec<&str> = [&self.artist, &self.title]
            .into_iter()
            .map(String::as_str)
            .filter(|part| !part.is_empty())
            .collect();
        one_line(&parts.join(" - "))
    }
}

#[derive(Debug, Clone, Default)]
pub struct List {
    pub title: String,
    pub note: String,
    pub lines: Vec<Line>,
}

/// Writes a list beside its place and moves it there: whoever reads it finds the old list or the new one.
pub fn save(list: &List, path: &Path, paths: Paths) -> io::Result<()> {
    let format = Format::of(path).ok_or_else(|| {
        io::Error::new(
            io::ErrorKind::InvalidInput,
            "the name must end in .m3u8, .m3u, .pls, .xspf or .jspf, which says how it is written",
        )
    })?;
    if path.symlink_metadata().is_ok_and(|about| !about.is_file() && !about.is_symlink()) {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "there is something that is not a file"));
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.part", std::process::id()));
    let beside = folder.join(name);
    let written = std::fs::File::create_new(&beside).and_then(|mut file| {
        file.write_all(&bytes(list, format, folder, paths))?;
        file.sync_all()
    });
    let moved = written.and_then(|()| std::fs::rename(&beside, path));
    if moved.is_err() {
        let _ = std::fs::remove_file(&beside);
    }
    moved
}

/// A list as it lies in `folder`.
pub fn bytes(list: &List, format: Format, folder: &Path, paths: Paths) -> Vec<u8> {
    match format {
        Format::M3u => m3u(list, folder, paths, false),
        Format::M3u8 => m3u(list, folder, paths, true),
        Format::Pls => pls(list, folder, paths),
        Format::Xspf => xspf(list, folder, paths).into_bytes(),
        Format::Jspf => jspf(list, folder, paths),
    }
}

fn m3u(list: &List, folder: &Path, paths: Paths, is_utf8: bool) -> Vec<u8> {
    let mut out = b"#EXTM3U\n".to_vec();
    let mut put = |key: &str, text: &str| {
        if !text.is_empty() {
            out.extend(format!("{key}{}\n", one_line(text)).into_bytes());
        }
    };
    put("#PLAYLIST:", &list.title);
    put(ABOUT, &list.note);
    for line in &list.lines {
        if line.path.as_os_str().is_empty() {
            continue;
        }
        let length =
            line.duration.map_or(-1, |time| i64::try_from(time.as_millis().div_ceil(1000)).unwrap_or(-1));
        let mut put = |key: &str, text: &str| {
            if !text.is_empty() {
                out.extend(format!("{key}{}\n", one_line(text)).into_bytes());
            }
        };
        put(&format!("#EXTINF:{length},"), &line.name());
        put("#EXTART:", &line.artist);
        put("#EXTALB:", &line.album);
        put(NOTE, &line.note);
        out.extend(place(&line.path, folder, paths, is_utf8));
        out.push(b'\n');
    }
    out
}

fn pls(list: &List, folder: &Path, paths: Paths) -> Vec<u8> {
    let mut out = b"[playlist]\n".to_vec();
    let lines: Vec<&Line> = list.lines.iter().filter(|line| !line.path.as_os_str().is_empty()).collect();
    for (number, line) in (1..).zip(&lines) {
        out.extend(format!("File{number}=").into_bytes());
        out.extend(place(&line.path, folder, paths, false));
        let name = line.name();
        if !name.is_empty() {
            out.extend(format!("\nTitle{number}={name}").into_bytes());
        }
        let length = line.duration.map_or(-1, |time| i64::try_from(time.as_secs()).unwrap_or(-1));
        out.extend(format!("\nLength{number}={length}\n").into_bytes());
    }
    out.extend(format!("NumberOfEntries={}\nVersion=2\n", lines.len()).into_bytes());
    out
}

fn xspf(list: &List, folder: &Path, paths: Paths) -> String {
    let mut out = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<playlist version=\"1\" xmlns=\"http://xspf.org/ns/0/\">\n",
    );
    let element = |out: &mut String, depth: usize, name: &str, text: &str| {
        if !text.is_empty() {
            out.push_str(&format!("{:depth$}<{name}>{}</{name}>\n", "", escaped(text)));
        }
    };
    element(&mut out, 2, "title", &list.title);
    element(&mut out, 2, "annotation", &list.note);
    out.push_str("  <trackList>\n");
    for line in &list.lines {
        out.push_str("    <track>\n");
        element(&mut out, 6, "location", &uri(&line.path, folder, paths));
        element(&mut out, 6, "title", &line.title);
        element(&mut out, 6, "creator", &line.artist);
        element(&mut out, 6, "annotation", &line.note);
        element(&mut out, 6, "album", &line.album);
        let millis = line.duration.map_or(String::new(), |time| time.as_millis().to_string());
        element(&mut out, 6, "duration", &millis);
        out.push_str("    </track>\n");
    }
    out.push_str("  </trackList>\n</playlist>\n");
    out
}

fn jspf(list: &List, folder: &Path, paths: Paths) -> Vec<u8> {
    let track = |line: &Line| {
        let mut track = serde_json::Map::new();
        let mut put = |key: &str, text: &str| {
            if !text.is_empty() {
                track.insert(key.to_owned(), text.into());
            }
        };
        put("title", &line.title);
        put("creator", &line.artist);
        put("album", &line.album);
        put("annotation", &line.note);
        let location = uri(&line.path, folder, paths);
        if !location.is_empty() {
            track.insert("location".to_owned(), json!([location]));
        }
        if let Some(millis) = line.duration.and_then(|time| u64::try_from(time.as_millis()).ok()) {
            track.insert("duration".to_owned(), millis.into());
        }
        track
    };
    let tracks: Vec<_> = list.lines.iter().map(track).collect();
    let document = json!({"playlist": {"title": list.title, "annotation": list.note, "track": tracks}});
    let mut out = serde_json::to_vec_pretty(&document).unwrap_or_default();
    out.push(b'\n');
    out
}

/// A path as a line has it; as a URL of a file where a plain line could not be read back, or not by others.
fn place(path: &Path, folder: &Path, paths: Paths, is_utf8: bool) -> Vec<u8> {
    if is_address(path) {
        return address(path.as_os_str().as_bytes(), false);
    }
    let shown = relative(path, folder, paths).unwrap_or_else(|| path.to_path_buf());
    let bytes = shown.as_os_str().as_bytes();
    let odd = bytes.iter().any(u8::is_ascii_control)
        || bytes.trim_ascii() != bytes
        || bytes.starts_with(b"#")
        || bytes.windows(3).any(|three| three == b"://")
        || (is_utf8 && std::str::from_utf8(bytes).is_err());
    if odd { file_url(path).into_bytes() } else { bytes.to_vec() }
}

fn file_url(path: &Path) -> String {
    format!("file://{}", encoded(path.as_os_str().as_bytes()))
}

/// As XSPF wants it: a URI, or a reference relative to the list.
fn uri(path: &Path, folder: &Path, paths: Paths) -> String {
    if path.as_os_str().is_empty() {
        return String::new();
    }
    if is_address(path) {
        return String::from_utf8_lossy(&address(path.as_os_str().as_bytes(), true)).into_owned();
    }
    match relative(path, folder, paths) {
        None => file_url(path),
        Some(relative) => {
            let reference = encoded(relative.as_os_str().as_bytes());
            // A colon in the first part would be a scheme (RFC 3986 §4.2).
            let first = reference.split('/').next().unwrap_or_default();
            if first.contains(':') { format!("./{reference}") } else { reference }
        }
    }
}

fn relative(path: &Path, folder: &Path, paths: Paths) -> Option<PathBuf> {
    match paths {
        Paths::Absolute => None,
        Paths::Auto => path.strip_prefix(folder).ok().map(Path::to_path_buf),
        Paths::Relative => Some(way(folder, path)),
    }
}

/// From a folder to a file, both absolute.
fn way(folder: &Path, path: &Path) -> PathBuf {
    let (mut here, mut there) = (folder.components().peekable(), path.components().peekable());
    while here.peek().is_some() && here.peek() == there.peek() {
        here.next();
        there.next();
    }
    let up = here.map(|_| Component::ParentDir);
    up.chain(there).collect()
}

/// All bytes but those that a path in a URI may have (RFC 3986 §3.3).
/// An address whose line ends where it ends. What no address should have, and would break the line or, in a text, be lost,
/// is percent-encoded (RFC 3986 §2.1); the rest stays as it is.
fn address(bytes: &[u8], is_text: bool) -> Vec<u8> {
    let is_lost = is_text && std::str::from_utf8(bytes).is_err();
    let end = bytes.trim_ascii_end().len();
    let mut out = Vec::with_capacity(bytes.len());
    for (at, &byte) in bytes.iter().enumerate() {
        match at >= end || byte.is_ascii_control() || is_lost && !byte.is_ascii() {
            true => out.extend(format!("%{byte:02X}").into_bytes()),
            false => out.push(byte),
        }
    }
    out
}

fn encoded(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len());
    for &byte in bytes {
        if byte.is_ascii_alphanumeric() || b"-._~/!$&'()*+,;=:@".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

fn one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// Without what XML 1.0 has no way to write.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use std::ffi::OsStr;

    use super::*;
    use crate::library::playlist::{Listed, Place, locate, read};
    use crate::model::playlist::Told;

    const ALL: [Format; 5] = [Format::M3u, Format::M3u8, Format::Pls, Format::Xspf, Format::Jspf];

    fn line(path: &[u8]) -> Line {
        Line {
            path: OsStr::from_bytes(path).into(),
            title: "Tïtle <1> & more".into(),
            artist: "Ann".into(),
            album: "First".into(),
            duration: Some(Duration::from_secs(61)),
            note: "a \"note\"".into(),
        }
    }

    fn read_back(list: &List, format: Format, paths: Paths) -> Vec<Listed> {
        read(&bytes(list, format, Path::new("/m/lists"), paths)).entries
    }

    /// As the list's folder has it.
    fn absolute(listed: &Listed) -> PathBuf {
        match &listed.place {
            Place::Path(path) => locate::lexical(&Path::new("/m/lists").join(path)),
            Place::Address(path) => path.clone(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn an_address_adds_no_line_and_loses_no_byte() {
        let line = |address: &[u8]| Line {
            path: std::path::PathBuf::from(<std::ffi::OsStr as OsStrExt>::from_bytes(address)),
            ..Line::default()
        };
        let written = |address, format| {
            let list = List { lines: vec![line(address)], ..List::default() };
            String::from_utf8_lossy(&bytes(&list, format, Path::new("/"), Paths::Absolute)).into_owned()
        };
        assert_eq!(written(b"http://x/a\n/etc/passwd", Format::M3u), "#EXTM3U\nhttp://x/a%0A/etc/passwd\n");
        assert_eq!(written(b"http://x/a b", Format::M3u), "#EXTM3U\nhttp://x/a b\n");
        assert!(written(b"http://x/\xff", Format::Xspf).contains("<location>http://x/%FF</location>"));
    }

    #[test]
    fn what_is_written_is_read_again_in_every_format_and_style() {
        let names: [&[u8]; 8] = [
            b"/m/lists/a.mp3",
            b"/m/lists/sub/b c.mp3",
            b"/m/other/d.mp3",
            b"/m/lists/#1.mp3",
            b"/m/lists/x\n.mp3",
            b"/m/lists/\xff\xfe.mp3",
            b"/m/lists/100%.mp3",
            b"http://x/y.mp3?a=1&b=2",
        ];
        let list = List { title: "Mix & <match>".into(), note: "n".into(), lines: names.map(line).to_vec() };
        for format in ALL {
            for paths in [Paths::Auto, Paths::Absolute, Paths::Relative] {
                let entries = read_back(&list, format, paths);
                let back: Vec<PathBuf> = entries.iter().map(absolute).collect();
                let given: Vec<PathBuf> = names.map(|name| OsStr::from_bytes(name).into()).to_vec();
                assert_eq!(back, given, "{format:?} {paths:?}");
                assert_eq!(entries[0].told.duration, Some(Duration::from_secs(61)));
            }
        }
    }

    #[test]
    fn names_and_notes_are_kept_where_the_format_has_room_for_them() {
        let list = List { title: "Mix".into(), note: "about".into(), lines: vec![line(b"/m/lists/a.mp3")] };
        let told = Told {
            title: "Tïtle <1> & more".into(),
            artist: "Ann".into(),
            album: "First".into(),
            duration: Some(Duration::from_secs(61)),
        };
        for format in [Format::M3u, Format::M3u8, Format::Xspf, Format::Jspf] {
            let back = read(&bytes(&list, format, Path::new("/m/lists"), Paths::Auto));
            assert_eq!((back.title.as_str(), back.note.as_str()), ("Mix", "about"), "{format:?}");
            assert_eq!(back.entries[0].told, told, "{format:?}");
            assert_eq!(back.entries[0].note, "a \"note\"", "{format:?}");
        }
        assert_eq!(read_back(&list, Format::Pls, Paths::Auto)[0].told.title, "Ann - Tïtle <1> & more");
    }

    #[test]
    fn a_list_takes_its_place_in_one_step_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let root = std::fs::canonicalize(folder.path()).unwrap();
        std::fs::write(root.join("a.mp3"), "x").unwrap();
        let lines = vec![line(root.join("a.mp3").as_os_str().as_bytes())];
        let list = List { lines, ..List::default() };
        let path = root.join("mix.m3u8");
        for _ in 0..2 {
            save(&list, &path, Paths::Auto).unwrap();
        }
        assert!(std::fs::read_to_string(&path).unwrap().ends_with("\na.mp3\n"));
        let entries = read(&std::fs::read(&path).unwrap()).entries;
        let Place::Path(written) = &entries[0].place else { panic!() };
        assert_eq!(locate::locate(written, &root, None), locate::Located::There(root.join("a.mp3")));
        assert!(save(&list, &root.join("mix.mp3"), Paths::Auto).is_err());
        std::fs::create_dir(root.join("dir.m3u")).unwrap();
        assert!(save(&list, &root.join("dir.m3u"), Paths::Auto).is_err());
        assert_eq!(std::fs::read_dir(&root).unwrap().count(), 3, "nothing is left beside it");
    }

    proptest::proptest! {
        #[test]
        fn any_path_comes_back(name in proptest::collection::vec(1u8.., 1..40), which in 0usize..5) {
            let name: Vec<u8> = name.into_iter().filter(|&byte| byte != b'/').collect();
            let path = PathBuf::from(OsStr::from_bytes(&[b"/m/lists/x", name.as_slice(), b".mp3"].concat()));
            let list = List { lines: vec![Line { path: path.clone(), ..Line::default() }], ..List::default() };
            let back = read_back(&list, ALL[which], Paths::Auto);
            proptest::prop_assert_eq!(back.iter().map(absolute).collect::<Vec<_>>(), vec![path]);
        }
    }
}
