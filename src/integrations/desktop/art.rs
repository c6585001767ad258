//! Pictures of what plays, as files that a desktop can open: those beside the music as they lie there, those inside it
//! written out. The folder of those is bounded; each is named by what is in it, and this user's alone.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use md5::{Digest, Md5};

use crate::integrations::uri;

/// Most files of the folder, and bytes of one: a desktop scales them to a few hundred pixels.
const MOST_FILES: usize = 16;
const MOST_BYTES: usize = 8 * 1024 * 1024;

/// A picture as it was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Picture {
    File(PathBuf),
    /// As it is stored inside the music.
    Data(Vec<u8>),
}

/// Looks for the picture of a file: given by who knows how. May take as long as a disk does.
pub type FindPicture = Box<dyn Fn(&Path) -> Option<Picture> + Send + Sync>;

pub struct Pictures {
    find: FindPicture,
    /// `None`: those inside files are not shown.
    folder: Option<PathBuf>,
}

impl Pictures {
    pub fn new(find: FindPicture, folder: Option<PathBuf>) -> Self {
        Self { find, folder }
    }

    /// URI of the picture of a file; `None` where it has none that can be shown. Blocks.
    pub fn uri(&self, path: &Path) -> Option<String> {
        let file = match (self.find)(path)? {
            Picture::File(file) => file,
            Picture::Data(data) => match keep(self.folder.as_deref()?, &data) {
                Ok(file) => file?,
                Err(error) => {
                    tracing::debug!(%error, "a picture cannot be written out");
                    return None;
                }
            },
        };
        Some(uri::of(&file))
    }
}

/// Writes what is not there yet; `None` for what is no picture, or too large.
fn keep(folder: &Path, data: &[u8]) -> io::Result<Option<PathBuf>> {
    let Some(kind) = kind(data).filter(|_| data.len() <= MOST_BYTES) else { return Ok(None) };
    let name: String = Md5::digest(data).iter().map(|byte| format!("{byte:02x}")).collect();
    let file = folder.join(format!("{name}.{kind}"));
    if is_whole(&file, data.len()) {
        // The one that is shown is the last to go.
        let _ =
            File::options().append(true).open(&file).and_then(|file| file.set_modified(SystemTime::now()));
        return Ok(Some(file));
    }
    DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    make_room(folder)?;
    let unfinished = folder.join(format!("{name}.{}.tmp", std::process::id()));
    let written = write(&unfinished, data).and_then(|()| fs::rename(&unfinished, &file));
    if written.is_err() {
        let _ = fs::remove_file(&unfinished);
    }
    written.map(|()| Some(file))
}

fn write(path: &Path, data: &[u8]) -> io::Result<()> {
    let _ = fs::remove_file(path);
    OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?.write_all(data)
}

fn is_whole(file: &Path, length: usize) -> bool {
    fs::symlink_metadata(file).is_ok_and(|there| there.is_file() && there.len() == length as u64)
}

/// For one more: those that were shown longest ago go, and what was never finished.
fn make_room(folder: &Path) -> io::Result<()> {
    let mut files: Vec<(SystemTime, PathBuf)> = fs::read_dir(folder)?
        .filter_map(Result::ok)
        .filter_map(|entry| Some((entry.metadata().ok()?, entry.path())))
        .filter(|(there, _)| there.is_file())
        .filter_map(|(there, path)| Some((there.modified().ok()?, path)))
        .collect();
    files.sort();
    let surplus = (files.len() + 1).saturating_sub(MOST_FILES);
    files.iter().take(surplus).for_each(|(_, path)| drop(fs::remove_file(path)));
    Ok(())
}

/// By the first bytes: JPEG, PNG, WebP.
fn kind(data: &[u8]) -> Option<&'static str> {
    match data {
        [0xff, 0xd8, 0xff, ..] => Some("jpg"),
        [0x89, b'P', b'N', b'G', 0x0d, 0x0a, 0x1a, 0x0a, ..] => Some("png"),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some("webp"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    fn picture(number: u8) -> Vec<u8> {
        [&b"\x89PNG\r\n\x1a\n"[..], &[number]].concat()
    }

    #[test]
    fn a_picture_is_written_once_for_this_user_and_only_a_few_are_kept() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("a/art");
        let first = keep(&folder, &picture(0)).unwrap().unwrap();
        assert_eq!(fs::read(&first).unwrap(), picture(0));
        assert_eq!(fs::metadata(&first).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(fs::metadata(&folder).unwrap().permissions().mode() & 0o777, 0o700);
        for number in 1..40 {
            let file = keep(&folder, &picture(number)).unwrap().unwrap();
            assert!(file.exists());
            // The first one is shown now and then.
            assert_eq!(keep(&folder, &picture(0)).unwrap().unwrap(), first);
        }
        assert_eq!(fs::read_dir(&folder).unwrap().count(), MOST_FILES);
        assert!(first.exists());
    }

    #[test]
    fn what_is_no_picture_is_not_written() {
        let home = tempfile::tempdir().unwrap();
        assert_eq!(keep(home.path(), b"<svg onload=x>").unwrap(), None);
        assert_eq!(keep(home.path(), &picture(0).repeat(MOST_BYTES)).unwrap(), None);
        assert_eq!(fs::read_dir(home.path()).unwrap().count(), 0);
    }

    #[test]
    fn a_picture_beside_the_music_is_shown_where_it_lies() {
        let find = |path: &Path| {
            (path == Path::new("/m/a b/1.flac")).then(|| Picture::File("/m/a b/cover.jpg".into()))
        };
        let pictures = Pictures::new(Box::new(find), None);
        assert_eq!(pictures.uri(Path::new("/m/a b/1.flac")).as_deref(), Some("file:///m/a%20b/cover.jpg"));
        assert_eq!(pictures.uri(Path::new("/m/2.flac")), None);
    }
}
