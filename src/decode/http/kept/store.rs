//! The folder that files of a server are kept in: one file a song, named by a hash of server and id, bounded in bytes; what
//! was not opened for longest goes first. Several programs may share it: a file is there only when it is whole.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use twox_hash::XxHash3_128;

/// What is being got; of a program that was killed it stays.
const PART: &str = "part";
/// Nothing is got for so long.
const STALE: Duration = Duration::from_secs(24 * 3600);

/// See the module's head.
#[derive(Debug, Clone)]
pub struct Folder {
    pub path: PathBuf,
    pub most_bytes: u64,
}

/// What the file of a song is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Key(u128);

impl Key {
    pub fn of(server: &str, id: &str) -> Self {
        Self(XxHash3_128::oneshot(format!("{server}\0{id}").as_bytes()))
    }
}

impl Folder {
    pub fn file(&self, key: Key) -> PathBuf {
        self.path.join(format!("{:032x}", key.0))
    }

    /// The whole file, where it is kept. It is young again.
    pub fn get(&self, key: Key) -> Option<PathBuf> {
        let path = self.file(key);
        let file = File::open(&path).ok()?;
        // Where that fails it only goes earlier.
        let _ = file.set_modified(SystemTime::now());
        Some(path)
    }

    /// A file to be filled, for this program alone.
    pub fn begin(&self, key: Key, number: u64) -> io::Result<(File, PathBuf)> {
        DirBuilder::new().recursive(true).mode(0o700).create(&self.path)?;
        let part = self.file(key).with_extension(format!("{}-{number}.{PART}", std::process::id()));
        let file = OpenOptions::new().read(true).write(true).create(true).truncate(true).open(&part)?;
        Ok((file, part))
    }

    /// The file is whole: it is kept, and others go where they are too many.
    pub fn keep(&self, part: &Path, key: Key) -> io::Result<()> {
        fs::rename(part, self.file(key))?;
        self.sweep()
    }

    pub fn remove(&self, key: Key) {
        let _ = fs::remove_file(self.file(key));
    }

    /// Takes away what was not opened for longest, and what programs left that were killed.
    pub fn sweep(&self) -> io::Result<()> {
        let now = SystemTime::now();
        let mut files = Vec::new();
        for entry in fs::read_dir(&self.path)?.flatten() {
            let Ok(about) = entry.metadata() else { continue };
            let (age, path) = (about.modified().unwrap_or(SystemTime::UNIX_EPOCH), entry.path());
            match path.extension() {
                None if about.is_file() => files.push((age, about.len(), path)),
                Some(kind) if kind == PART && now.duration_since(age).is_ok_and(|age| age > STALE) => {
                    let _ = fs::remove_file(path);
                }
                _ => {}
            }
        }
        let mut bytes: u64 = files.iter().map(|(_, len, _)| len).sum();
        files.sort();
        for (_, len, path) in files {
            if bytes <= self.most_bytes {
                break;
            }
            // Who reads it goes on reading it.
            let _ = fs::remove_file(path);
            bytes -= len;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn put(folder: &Folder, id: &str, bytes: usize) {
        let key = Key::of("home", id);
        let (file, part) = folder.begin(key, 0).unwrap();
        io::Write::write_all(&mut &file, &vec![0; bytes]).unwrap();
        assert!(folder.get(key).is_none(), "not whole yet");
        folder.keep(&part, key).unwrap();
    }

    #[test]
    fn what_was_not_opened_for_longest_goes() {
        let dir = tempfile::tempdir().unwrap();
        let folder = Folder { path: dir.path().join("a/b"), most_bytes: 30 };
        let has = |id| folder.file(Key::of("home", id)).exists();
        let age = |id, hours: u64| {
            let file = File::open(folder.file(Key::of("home", id))).unwrap();
            file.set_modified(SystemTime::now() - Duration::from_secs(3600 * hours)).unwrap();
        };
        for (id, hours) in [("a", 3), ("b", 2), ("c", 1)] {
            put(&folder, id, 10);
            age(id, hours);
        }
        assert!(has("a") && has("b") && has("c"));
        assert!(folder.get(Key::of("home", "a")).is_some(), "opened: young again");
        put(&folder, "d", 15);
        assert!(has("a") && !has("b") && !has("c") && has("d"));
        put(&folder, "e", 31);
        assert!(!has("a") && !has("d") && !has("e"), "larger than all that may be kept");
        assert!(folder.get(Key::of("other", "a")).is_none());
    }

    #[test]
    fn what_a_killed_program_left_goes_after_a_day() {
        let dir = tempfile::tempdir().unwrap();
        let folder = Folder { path: dir.path().to_owned(), most_bytes: 100 };
        let parts: Vec<_> = (0..2).map(|n| folder.begin(Key::of("home", "a"), n).unwrap()).collect();
        parts[0].0.set_modified(SystemTime::now() - STALE - Duration::from_secs(60)).unwrap();
        folder.sweep().unwrap();
        assert!(!parts[0].1.exists() && parts[1].1.exists());
    }
}
