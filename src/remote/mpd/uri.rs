//! Names of files as clients see them: relative to the music folder, UTF-8, in one line. With several folders the first
//! component names one. Bytes that no line can hold stand as characters of a private plane, and read back as they were.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Component, Path, PathBuf};

use crate::model::address::is_address;

/// Byte `b` stands as the character `ESCAPES + b`.
const ESCAPES: u32 = 0x10_ff00;

/// The music folders, by the names that they have for clients.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Roots(Vec<(Option<String>, PathBuf)>);

impl Roots {
    pub fn new(folders: &[PathBuf]) -> Self {
        if let [only] = folders {
            return Self(vec![(None, only.clone())]);
        }
        let mut roots: Vec<(Option<String>, PathBuf)> = Vec::new();
        for folder in folders {
            let last = folder.file_name().map_or_else(|| "music".to_owned(), |name| escape(name.as_bytes()));
            let numbered = (2..).map(|number| format!("{last} {number}"));
            let is_free = |name: &String| !roots.iter().any(|(taken, _)| taken.as_ref() == Some(name));
            let name = std::iter::once(last.clone()).chain(numbered).find(is_free);
            roots.push((name, folder.clone()));
        }
        Self(roots)
    }

    /// The folder, where there is but one.
    pub fn only(&self) -> Option<&Path> {
        match self.0.as_slice() {
            [(None, folder)] => Some(folder),
            _ => None,
        }
    }

    pub fn folders(&self) -> impl Iterator<Item = &Path> {
        self.0.iter().map(|(_, folder)| folder.as_path())
    }

    /// What is not in a folder keeps its whole path; of an address user and password stay here.
    pub fn uri(&self, path: &Path) -> String {
        self.relative(path).unwrap_or_else(|| match is_address(path) {
            true => escape(crate::model::address::without_user(path).as_os_str().as_bytes()),
            false => escape(path.as_os_str().as_bytes()),
        })
    }

    /// The name below the music folders, empty for what is above all; `None` where the path is in none of them.
    pub fn relative(&self, path: &Path) -> Option<String> {
        let inside = |(_, folder): &&(Option<String>, PathBuf)| path.starts_with(folder);
        // A folder within another one is the nearer.
        let (name, folder) =
            self.0.iter().filter(inside).max_by_key(|(_, folder)| folder.as_os_str().len())?;
        let rest = escape(path.strip_prefix(folder).ok()?.as_os_str().as_bytes());
        Some(match (name, rest.as_str()) {
            (None, _) => rest,
            (Some(name), "") => name.clone(),
            (Some(name), _) => format!("{name}/{rest}"),
        })
    }

    /// Where a relative name lies. `None` for what is none: absolute, with `..` or empty parts, or of an unknown folder.
    pub fn path(&self, uri: &str) -> Option<PathBuf> {
        let bytes = unescape(uri)?;
        let relative = Path::new(OsStr::from_bytes(&bytes));
        if !is_plain(&bytes) {
            return None;
        }
        if let Some(only) = self.only() {
            return Some(only.join(relative));
        }
        let mut parts = relative.components();
        let first = parts.next()?.as_os_str();
        let of = |(name, _): &&(Option<String>, PathBuf)| {
            name.as_deref().and_then(unescape).is_some_and(|name| name == first.as_bytes())
        };
        let (_, folder) = self.0.iter().find(of)?;
        Some(folder.join(parts.as_path()))
    }
}

/// Parts that are names, none of them a way up; no NUL.
fn is_plain(bytes: &[u8]) -> bool {
    let path = Path::new(OsStr::from_bytes(bytes));
    let names = path.components().all(|part| matches!(part, Component::Normal(_)));
    let plain = || bytes.split(|&byte| byte == b'/').all(|part| !part.is_empty() && part != b".");
    !bytes.is_empty() && !bytes.contains(&0) && names && plain()
}

/// An absolute path that a client on this machine named, with `file://` or without.
pub fn absolute(uri: &str) -> Option<PathBuf> {
    let name = uri.strip_prefix("file://").unwrap_or(uri);
    let bytes = unescape(name)?;
    let absolute = bytes.strip_prefix(b"/").is_some_and(is_plain);
    absolute.then(|| PathBuf::from(OsStr::from_bytes(&bytes)))
}

pub fn escape(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    let stand_in =
        |byte: u8| char::from_u32(ESCAPES + u32::from(byte)).unwrap_or(char::REPLACEMENT_CHARACTER);
    for chunk in bytes.utf8_chunks() {
        for letter in chunk.valid().chars() {
            if letter.is_control() || u32::from(letter) >= ESCAPES {
                text.extend(letter.encode_utf8(&mut [0; 4]).bytes().map(stand_in));
            } else {
                text.push(letter);
            }
        }
        text.extend(chunk.invalid().iter().copied().map(stand_in));
    }
    text
}

/// `None` where a control character stands, which no name has.
pub fn unescape(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len());
    for letter in text.chars() {
        match u32::from(letter).checked_sub(ESCAPES) {
            Some(byte) => bytes.push(u8::try_from(byte).ok()?),
            None if letter.is_control() => return None,
            None => bytes.extend(letter.encode_utf8(&mut [0; 4]).bytes()),
        }
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn one_folder_has_no_name_and_several_have() {
        let one = Roots::new(&["/m".into()]);
        assert_eq!(one.uri(Path::new("/m/a/b.flac")), "a/b.flac");
        assert_eq!(one.path("a/b.flac"), Some("/m/a/b.flac".into()));
        assert_eq!(one.relative(Path::new("/m")), Some(String::new()));
        assert_eq!(one.uri(Path::new("/x/b.flac")), "/x/b.flac");
        let several = Roots::new(&["/m/Music".into(), "/n/Music".into(), "/m/Music/deep".into()]);
        assert_eq!(several.uri(Path::new("/n/Music/b.flac")), "Music 2/b.flac");
        assert_eq!(several.uri(Path::new("/m/Music/deep/b.flac")), "deep/b.flac");
        assert_eq!(several.path("Music 2/b.flac"), Some("/n/Music/b.flac".into()));
        assert_eq!(several.path("Other/b.flac"), None);
    }

    #[test]
    fn no_name_leads_out_of_the_folders() {
        let roots = Roots::new(&["/m".into()]);
        let bad = [
            "",
            "..",
            "../x",
            "a/../../x",
            "a/..",
            "/etc/passwd",
            ".",
            "a/./b",
            "a//b",
            "a/",
            "a\nb",
            "a\0b",
        ];
        for bad in bad.map(str::to_owned).into_iter().chain([escape(b"a\0b"), escape(b"../\n")]) {
            assert_eq!(roots.path(&bad), None, "{bad:?}");
        }
        for bad in ["x", "/", "file://x", "/a/../b", "file:///a\0"] {
            assert_eq!(absolute(bad), None, "{bad:?}");
        }
        assert_eq!(absolute("file:///a/b"), Some("/a/b".into()));
    }

    #[test]
    fn an_address_is_told_without_its_user() {
        assert_eq!(Roots::default().uri(Path::new("http://u:p@h/x")), "http://h/x");
    }

    proptest! {
        #[test]
        fn any_name_stands_in_one_line_and_reads_back(bytes in prop::collection::vec(any::<u8>(), 0..40)) {
            let text = escape(&bytes);
            prop_assert!(!text.contains(char::is_control));
            prop_assert_eq!(unescape(&text), Some(bytes));
        }

        #[test]
        fn any_text_stands_in_one_line_and_reads_back(text in "[\u{10fefe}-\u{10ffff}a\n]{0,20}") {
            prop_assert_eq!(unescape(&escape(text.as_bytes())), Some(text.into_bytes()));
        }
    }
}
