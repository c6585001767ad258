//! The file that a sheet names. Sheets are carried between systems and their audio is converted after they were written,
//! so a name that is not there is looked for: other case, other extension, and where the sheet has only one file, the
//! sheet's own stem. Whatever a sheet says, only regular files in its own folder, at any depth, are given.

use std::cmp::Reverse;
use std::ffi::OsStr;
use std::path::{Component, Path, PathBuf};

use unicode_normalization::UnicodeNormalization;

use crate::decode::error::DecodeError;

/// Most entries of a folder that are looked at.
const MAX_ENTRIES: usize = 20_000;

/// Extensions that audio of the named stem may have, those of lossless codecs first.
const AUDIO: [&str; 24] = [
    "flac", "wav", "ape", "wv", "tta", "tak", "aiff", "aif", "m4a", "alac", "caf", "wave", "fla", "dsf",
    "dff", "w64", "au", "mp3", "ogg", "oga", "opus", "mpc", "mka", "aac",
];

/// `name` as written; `stem` is another that the file may have.
pub fn locate(folder: &Path, name: &str, stem: Option<&OsStr>) -> Result<PathBuf, DecodeError> {
    let refuse = |why| Err(DecodeError::SheetFile { name: name.to_owned(), why });
    if name.contains("://") {
        return refuse("is an address, not a file");
    }
    let inside = match within(folder, name) {
        Ok(inside) => inside,
        Err(why) => return refuse(why),
    };
    let Some(wanted) = inside.file_name() else { return refuse("is no name of a file") };
    let Some(at) = inside.parent().and_then(|below| descend(folder, below)) else {
        return refuse("is not there");
    };
    let exact = at.join(wanted);
    match std::fs::metadata(&exact) {
        Ok(about) if about.is_file() => return Ok(exact),
        Ok(_) => return refuse("is not a regular file"),
        Err(_) => {}
    }
    match alike(&at, wanted, stem) {
        Some(found) => Ok(found),
        None if is_absolute(name) => {
            refuse("is neither in the folder of the sheet nor may be opened elsewhere")
        }
        None => refuse("is not there"),
    }
}

/// The name as a relative path without `..`: an absolute one in the folder as what is left of it, one elsewhere (where
/// the sheet was made) as its last component.
fn within(folder: &Path, name: &str) -> Result<PathBuf, &'static str> {
    let turned;
    let name = if is_windows(name) {
        turned = name.replace('\\', "/");
        turned.as_str()
    } else {
        name
    };
    let path = Path::new(name);
    let below = path.strip_prefix(folder).ok();
    let path = match below {
        Some(below) => below,
        None if is_absolute(name) => Path::new(path.file_name().unwrap_or_default()),
        None => path,
    };
    let mut inside = PathBuf::new();
    for part in path.components() {
        match part {
            Component::Normal(part) => inside.push(part),
            Component::CurDir => {}
            _ => return Err("leads out of the folder of the sheet"),
        }
    }
    Ok(inside)
}

/// With a drive, or with backslashes only.
fn is_windows(name: &str) -> bool {
    has_drive(name) || (name.contains('\\') && !name.contains('/'))
}

fn has_drive(name: &str) -> bool {
    matches!(name.as_bytes(), [drive, b':', b'\\' | b'/', ..] if drive.is_ascii_alphabetic())
}

fn is_absolute(name: &str) -> bool {
    name.starts_with('/') || name.starts_with('\\') || has_drive(name)
}

/// The folder `below` another, in whatever case.
fn descend(folder: &Path, below: &Path) -> Option<PathBuf> {
    let mut at = folder.to_path_buf();
    for part in below.components() {
        let exact = at.join(part);
        at = if exact.is_dir() {
            exact
        } else {
            let wanted = fold(part.as_os_str());
            entries(&at).find(|path| path.is_dir() && path.file_name().map(fold).as_ref() == Some(&wanted))?
        };
    }
    Some(at)
}

/// The regular file of `folder` that is most like `wanted`.
fn alike(folder: &Path, wanted: &OsStr, stem: Option<&OsStr>) -> Option<PathBuf> {
    let name = fold(wanted);
    let wanted_stem = Path::new(wanted).file_stem().unwrap_or_default();
    let folded_stem = fold(wanted_stem);
    let rank = |path: &Path| -> Option<(u8, usize)> {
        if fold(path.file_name()?) == name {
            return Some((4, 0));
        }
        let extension = path.extension()?.to_str()?.to_ascii_lowercase();
        let preference = AUDIO.len() - AUDIO.iter().position(|&known| known == extension)?;
        let own = path.file_stem()?;
        let likeness = if own == wanted_stem {
            3
        } else if fold(own) == folded_stem {
            2
        } else if Some(own) == stem {
            1
        } else {
            return None;
        };
        Some((likeness, preference))
    };
    let ranked = entries(folder).filter_map(|path| rank(&path).map(|rank| (rank, path)));
    // Not by the order in which the disk lists them.
    let mut ranked: Vec<((u8, usize), PathBuf)> = ranked.collect();
    ranked.sort_by(|a, b| (Reverse(a.0), &a.1).cmp(&(Reverse(b.0), &b.1)));
    ranked.into_iter().map(|(_, path)| path).find(|path| path.is_file())
}

fn entries(folder: &Path) -> impl Iterator<Item = PathBuf> {
    std::fs::read_dir(folder).into_iter().flatten().take(MAX_ENTRIES).flatten().map(|entry| entry.path())
}

/// Case away, and composed as one: file systems differ in both.
fn fold(name: &OsStr) -> String {
    name.to_string_lossy().nfc().flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(names: &[&str]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for name in names {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "x").unwrap();
        }
        folder
    }

    #[test]
    fn names_that_are_not_quite_right_are_found() {
        let folder =
            folder(&["Álbum.flac", "Álbum.log", "CD1/side.WV", "b.mp3", "b.ape", "own.wav", "é.ogg"]);
        let found = |name: &str| {
            locate(folder.path(), name, None)
                .map(|path| path.strip_prefix(folder.path()).unwrap().to_owned())
                .ok()
        };
        let is = |name: &str| Some(PathBuf::from(name));
        assert_eq!(found("Álbum.flac"), is("Álbum.flac"));
        assert_eq!(found("álbum.wav"), is("Álbum.flac"), "other case and extension, not the log");
        assert_eq!(found("./cd1/Side.wav"), is("CD1/side.WV"));
        assert_eq!(found("CD1\\side.wav"), is("CD1/side.WV"));
        assert_eq!(found("b.wav"), is("b.ape"), "lossless first");
        assert_eq!(found("C:\\Music\\x\\b.mp3"), is("b.mp3"));
        assert_eq!(found(folder.path().join("CD1/side.wv").to_str().unwrap()), is("CD1/side.WV"));
        assert_eq!(found("e\u{301}.ogg"), is("é.ogg"), "decomposed");
        assert_eq!(found("none.wav"), None);
        let own = locate(folder.path(), "CDImage.wav", Some(OsStr::new("own"))).unwrap();
        assert_eq!(own.file_name().unwrap(), "own.wav");
    }

    #[test]
    fn nothing_outside_the_folder_and_no_special_file_is_given() {
        let outer = folder(&["secret.flac", "in/a.flac", "in/sub.wav/x"]);
        let inner = outer.path().join("in");
        let secret = outer.path().join("secret.flac");
        let fifo = inner.join("fifo.wav");
        let mode = rustix::fs::Mode::RUSR;
        rustix::fs::mknodat(rustix::fs::CWD, &fifo, rustix::fs::FileType::Fifo, mode, 0).unwrap();
        std::os::unix::fs::symlink("/dev/zero", inner.join("zero.wav")).unwrap();
        let names = [
            "../secret.flac",
            "a/../../secret.flac",
            "CD1\\..\\..\\secret.flac",
            secret.to_str().unwrap(),
            "/etc/passwd",
            "http://host/a.flac",
            "file:///etc/passwd",
            "fifo.wav",
            "zero.wav",
            "sub.wav",
            "",
            ".",
            "/",
            "\\",
            "C:\\",
        ];
        for name in names {
            match locate(&inner, name, None) {
                Err(DecodeError::SheetFile { .. }) => {}
                other => panic!("{name}: {other:?}"),
            }
        }
    }
}
