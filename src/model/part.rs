//! Paths of parts: a track of a CUE sheet has the path of the sheet, or of the file that it is embedded in, and one
//! component more: `/music/album.cue/track03`. No file can have such a path, so it serves as an identity like any other.
//! Pure; a path that looks like a part is one where its container is a regular file, which only `decode` looks at.

use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use super::address;

const NAME: &str = "track";
/// Highest number of a part.
pub const MAX_NUMBER: u16 = 999;

/// Path of the part `number` of `container`.
pub fn path(container: &Path, number: u16) -> PathBuf {
    container.join(format!("{NAME}{number:02}"))
}

/// Container and number of a path that looks like a part's.
pub fn split(path: &Path) -> Option<(&Path, u16)> {
    let digits = path.file_name()?.to_str()?.strip_prefix(NAME)?;
    let number: u16 = digits.parse().ok().filter(|&number| number <= MAX_NUMBER)?;
    let container = path.parent()?;
    container.extension()?;
    // `track3`, `track+3` and `track003` are other names.
    (digits == format!("{number:02}")).then_some((container, number))
}

/// The last component for people: `song.flac`, `album.cue track 03`; of an address its name ([`address::shown`]).
pub fn shown_name(path: &Path) -> String {
    if let Some(name) = address::shown(path) {
        return name;
    }
    let name = |path: &Path| {
        String::from_utf8_lossy(path.file_name().unwrap_or(path.as_os_str()).as_bytes()).into_owned()
    };
    match split(path) {
        Some((container, number)) => format!("{} track {number:02}", name(container)),
        None => name(path),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_its_container_and_a_number() {
        let sheet = Path::new("/m/al.bum.cue");
        for number in [0, 3, 99, 100, MAX_NUMBER] {
            assert_eq!(split(&path(sheet, number)), Some((sheet, number)));
        }
        assert_eq!(path(sheet, 3), Path::new("/m/al.bum.cue/track03"));
        for other in ["/m/a.cue/track3", "/m/a.cue/track003", "/m/a.cue/track+3", "/m/a.cue/track1000"] {
            assert_eq!(split(Path::new(other)), None, "{other}");
        }
        assert_eq!(split(Path::new("/m/album/track03")), None, "a folder has no extension");
        assert_eq!(split(Path::new("track03")), None);
        assert_eq!(shown_name(Path::new("/m/a.cue/track03")), "a.cue track 03");
        assert_eq!(shown_name(Path::new("/m/a.cue")), "a.cue");
        assert_eq!(shown_name(Path::new("/")), "/");
        assert_eq!(shown_name(Path::new("http://u:p@h/a.cue/track03#My%20Radio")), "My Radio");
    }
}
