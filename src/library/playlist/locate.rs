//! From what a list names to what is there. Lists come from other machines: names coded otherwise, percent-encoded,
//! composed otherwise, with the drives and slashes of Windows. What is not found as it is written is looked for in these
//! ways. Touches the disk, but opens nothing.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Component, Path, PathBuf};

use encoding_rs::Encoding;
use unicode_normalization::UnicodeNormalization;

use crate::library::scan::{Named, absolute_root, named};
use crate::model::address::percent_decode;
use crate::model::part;

/// Folders that hold no music, whatever is named there.
const NOT_MUSIC: [&str; 3] = ["/dev", "/proc", "/sys"];
/// Shorter ends of a path that are tried.
const MAX_ENDS: usize = 32;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Located {
    There(PathBuf),
    /// Not there; the path that it most likely had.
    Missing(PathBuf),
    /// What is never played from a list, and why.
    Refused(PathBuf, &'static str),
}

/// The file that `written` in a list in `folder` means. Only regular files of known types, and their parts, are there.
pub fn locate(written: &Path, folder: &Path, encoding: Option<&'static Encoding>) -> Located {
    let mut first: Option<PathBuf> = None;
    for candidate in candidates(written.as_os_str().as_bytes(), encoding) {
        let path = absolute_root(&folder.join(&candidate));
        if let Some(why) = refusal(&path) {
            first.get_or_insert(path.clone());
            if candidate.as_os_str() == written.as_os_str() {
                return Located::Refused(path, why);
            }
            continue;
        }
        // A folder that is not there cannot be gone out of, but in words.
        let clean = lexical(&path);
        match std::fs::metadata(&path).or_else(|_| std::fs::metadata(&clean)) {
            Ok(about) if about.is_file() && !path.is_file() => return Located::There(clean),
            Ok(about) if about.is_file() => return Located::There(path),
            Ok(_) => return Located::Refused(path, "is not a regular file"),
            Err(_) if is_part(&path) => return Located::There(path),
            Err(_) => drop(first.get_or_insert(clean)),
        }
    }
    match first {
        Some(path) if refusal(&path).is_none() => Located::Missing(path),
        path => Located::Refused(path.unwrap_or_else(|| written.to_path_buf()), "names nothing"),
    }
}

/// Without `..`, as far as the words tell: for what is not there.
pub fn lexical(path: &Path) -> PathBuf {
    let mut clean = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => drop(clean.pop()),
            part => clean.push(part),
        }
    }
    clean
}

fn refusal(path: &Path) -> Option<&'static str> {
    let container = part::split(path).map(|(container, _)| container);
    if NOT_MUSIC.iter().any(|folder| path.starts_with(folder)) {
        Some("is no place for music")
    } else if !matches!(named(container.unwrap_or(path)), Named::Music | Named::Sheet) {
        Some("stands in a playlist but is not named like music")
    } else {
        None
    }
}

/// A track of a sheet that is there.
pub fn is_part(path: &Path) -> bool {
    part::split(path).is_some_and(|(container, _)| container.is_file())
}

/// What may be meant, the likeliest first.
fn candidates(written: &[u8], encoding: Option<&'static Encoding>) -> Vec<PathBuf> {
    let mut texts: Vec<Vec<u8>> = vec![written.to_vec()];
    if written.contains(&b'%') {
        texts.push(percent_decode(written));
    }
    if let (Err(_), Some(encoding)) = (std::str::from_utf8(written), encoding) {
        texts.insert(0, encoding.decode_without_bom_handling(written).0.into_owned().into_bytes());
    }
    for text in texts.clone() {
        if let Ok(text) = std::str::from_utf8(&text)
            && !text.is_ascii()
        {
            texts.push(text.nfc().collect::<String>().into_bytes());
            texts.push(text.nfd().collect::<String>().into_bytes());
        }
    }
    let mut all: Vec<Vec<u8>> = Vec::new();
    for text in texts {
        match of_windows(&text) {
            Some(ends) => all.extend(ends.into_iter().chain([text])),
            None => all.push(text),
        }
    }
    let mut seen = std::collections::HashSet::new();
    all.retain(|text| !text.is_empty() && seen.insert(text.clone()));
    all.iter().map(|text| PathBuf::from(OsStr::from_bytes(text))).collect()
}

/// `C:\Music\a.mp3`, `\\server\share\a.mp3`, `Album\a.mp3`: turned, without the drive, and ever shorter ends of it, for
/// the list's own folder is somewhere in that path. `None` where nothing tells of Windows.
fn of_windows(text: &[u8]) -> Option<Vec<Vec<u8>>> {
    let has_drive =
        text.len() > 2 && text[0].is_ascii_alphabetic() && text[1] == b':' && b"\\/".contains(&text[2]);
    let is_rooted = text.starts_with(b"\\");
    if !has_drive && !text.contains(&b'\\') {
        return None;
    }
    let rest = if has_drive { &text[2..] } else { text };
    let turned: Vec<u8> = rest.iter().map(|&byte| if byte == b'\\' { b'/' } else { byte }).collect();
    if !has_drive && !is_rooted {
        return Some(vec![turned]);
    }
    let parts: Vec<&[u8]> = turned.split(|&byte| byte == b'/').filter(|part| !part.is_empty()).collect();
    let ends = (0..parts.len()).take(MAX_ENDS).map(|from| parts[from..].join(&b'/'));
    Some(ends.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_of_windows_are_looked_for_in_the_lists_own_folder() {
        let shown = |text: &[u8]| -> Vec<String> {
            candidates(text, None).iter().map(|path| path.display().to_string()).collect()
        };
        assert_eq!(
            shown(b"C:\\Music\\Al\\a.mp3"),
            ["Music/Al/a.mp3", "Al/a.mp3", "a.mp3", "C:\\Music\\Al\\a.mp3"]
        );
        assert_eq!(shown(b"Album\\01.mp3"), ["Album/01.mp3", "Album\\01.mp3"]);
        assert_eq!(shown(b"/a/b.mp3"), ["/a/b.mp3"]);
        assert_eq!(shown(b"a%20b.mp3"), ["a%20b.mp3", "a b.mp3"]);
    }

    #[test]
    fn names_are_found_however_they_were_written() {
        let folder = tempfile::tempdir().unwrap();
        let root = std::fs::canonicalize(folder.path()).unwrap();
        std::fs::create_dir(root.join("Мой альбом")).unwrap();
        for name in ["Jóga.mp3", "a b.mp3", "Мой альбом/Кино.mp3", "50%.mp3"] {
            std::fs::write(root.join(name), "x").unwrap();
        }
        let cyrillic = encoding_rs::WINDOWS_1251;
        let decomposed: String = "Jóga.mp3".nfd().collect();
        let cases: [(&[u8], Option<&'static Encoding>, &str); 6] = [
            (b"J\xf3ga.mp3", Some(encoding_rs::WINDOWS_1252), "Jóga.mp3"),
            (decomposed.as_bytes(), None, "Jóga.mp3"),
            (b"a%20b.mp3", None, "a b.mp3"),
            (b"50%.mp3", None, "50%.mp3"),
            (
                b"D:\\\xcc\xf3\xe7\xfb\xea\xe0\\\xcc\xee\xe9 \xe0\xeb\xfc\xe1\xee\xec\\\xca\xe8\xed\xee.mp3",
                Some(cyrillic),
                "Мой альбом/Кино.mp3",
            ),
            (b"sub/../a b.mp3", None, "a b.mp3"),
        ];
        for (written, encoding, expected) in cases {
            let found = locate(Path::new(OsStr::from_bytes(written)), &root, encoding);
            assert_eq!(found, Located::There(root.join(expected)), "{expected}");
        }
    }

    #[test]
    fn what_is_not_there_is_kept_and_what_is_no_music_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let root = std::fs::canonicalize(folder.path()).unwrap();
        std::fs::create_dir(root.join("folder.mp3")).unwrap();
        std::fs::write(root.join("list.m3u"), "list.m3u").unwrap();
        std::os::unix::fs::symlink("/dev/zero", root.join("zero.mp3")).unwrap();
        rustix::fs::mknodat(
            rustix::fs::CWD,
            root.join("fifo.mp3"),
            rustix::fs::FileType::Fifo,
            rustix::fs::Mode::RWXU,
            0,
        )
        .unwrap();
        let found = |written: &str| locate(Path::new(written), &root, None);
        assert_eq!(found("gone.mp3"), Located::Missing(root.join("gone.mp3")));
        assert_eq!(found("X:\\a\\gone.mp3"), Located::Missing(root.join("a/gone.mp3")));
        for refused in
            ["/dev/snd/x.mp3", "/dev/zero", "zero.mp3", "fifo.mp3", "folder.mp3", "list.m3u", "/etc/passwd"]
        {
            assert!(matches!(found(refused), Located::Refused(..)), "{refused}: {:?}", found(refused));
        }
    }
}
