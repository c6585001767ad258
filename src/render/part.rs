//! A file that gets its name when it is whole: written under another name in the same folder, then put in place in one
//! step. What a killed program left is known by its lock, which nobody holds any more.

use std::ffi::OsString;
use std::fs::{self, File, TryLockError};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

/// Hidden, and of no kind that a scan reads.
const PREFIX: &str = ".auralis-master-";
const EXTENSION: &str = "part";

#[derive(Debug)]
pub struct PartFile {
    file: Arc<File>,
    temporary: PathBuf,
    target: PathBuf,
    /// Folders that were made for it, the outer ones first.
    folders: Vec<PathBuf>,
    kept: bool,
}

impl PartFile {
    /// Makes the folders that are missing, too.
    pub fn create(target: &Path) -> io::Result<Self> {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let folder = target.parent().ok_or(ErrorKind::InvalidInput)?;
        let folders = make_folders(folder)?;
        let name =
            format!("{PREFIX}{}-{}.{EXTENSION}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed));
        let temporary = folder.join(name);
        let opened = File::options().read(true).write(true).create_new(true).open(&temporary);
        let file = opened.inspect_err(|_| remove_folders(&folders))?;
        let part = Self { file: Arc::new(file), temporary, target: target.to_owned(), folders, kept: false };
        // Some file systems have no locks: then what a kill leaves is not cleared away.
        let _ = part.file.try_lock();
        Ok(part)
    }

    pub fn file(&self) -> Arc<File> {
        Arc::clone(&self.file)
    }

    /// On the disk, and under its name. Where `overwrite` is not said, nothing is replaced.
    pub fn keep(mut self, overwrite: bool) -> io::Result<()> {
        self.file.sync_all()?;
        match overwrite {
            true => fs::rename(&self.temporary, &self.target)?,
            false => name_anew(&self.temporary, &self.target)?,
        }
        self.kept = true;
        let folder = self.target.parent().ok_or(ErrorKind::InvalidInput)?;
        File::open(folder)?.sync_all()
    }
}

impl Drop for PartFile {
    fn drop(&mut self) {
        if !self.kept {
            let _ = fs::remove_file(&self.temporary);
            remove_folders(&self.folders);
        }
    }
}

/// A second name fails where there is a file already; a rename would not.
fn name_anew(from: &Path, to: &Path) -> io::Result<()> {
    match fs::hard_link(from, to) {
        Ok(()) => fs::remove_file(from),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Err(error),
        // A file system without second names.
        Err(_) if to.symlink_metadata().is_ok() => Err(ErrorKind::AlreadyExists.into()),
        Err(_) => fs::rename(from, to),
    }
}

fn make_folders(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let missing = folder.ancestors().take_while(|folder| !folder.as_os_str().is_empty() && !folder.exists());
    let mut folders: Vec<PathBuf> = missing.map(Path::to_path_buf).collect();
    folders.reverse();
    fs::create_dir_all(folder).inspect_err(|_| remove_folders(&folders))?;
    Ok(folders)
}

/// Those that are empty.
fn remove_folders(folders: &[PathBuf]) {
    for folder in folders.iter().rev() {
        let _ = fs::remove_dir(folder);
    }
}

/// Takes away what killed programs left in a folder.
pub fn clear(folder: &Path) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        if is_part(&entry.file_name()) && entry.file_type().is_ok_and(|kind| kind.is_file()) {
            let path = entry.path();
            let locked =
                File::open(&path).map(|file| matches!(file.try_lock(), Err(TryLockError::WouldBlock)));
            if locked.is_ok_and(|locked| !locked) {
                let _ = fs::remove_file(&path);
            }
        }
    }
}

fn is_part(name: &OsString) -> bool {
    let name = Path::new(name);
    name.to_str().is_some_and(|text| text.starts_with(PREFIX))
        && name.extension().is_some_and(|extension| extension == EXTENSION)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    #[test]
    fn a_file_has_its_name_when_it_is_whole_and_leaves_nothing_otherwise() {
        let home = tempfile::tempdir().unwrap();
        let target = home.path().join("a/b/c.wav");
        drop(PartFile::create(&target).unwrap());
        assert_eq!(fs::read_dir(home.path()).unwrap().count(), 0, "the folders went, too");
        let part = PartFile::create(&target).unwrap();
        (&*part.file()).write_all(b"x").unwrap();
        assert!(!target.exists());
        part.keep(false).unwrap();
        assert_eq!(fs::read(&target).unwrap(), b"x");
        assert_eq!(fs::read_dir(target.parent().unwrap()).unwrap().count(), 1);
    }

    #[test]
    fn what_came_up_meanwhile_is_replaced_only_where_that_is_asked() {
        let home = tempfile::tempdir().unwrap();
        let target = home.path().join("a.wav");
        let part = PartFile::create(&target).unwrap();
        fs::write(&target, b"other").unwrap();
        assert_eq!(part.keep(false).unwrap_err().kind(), ErrorKind::AlreadyExists);
        assert_eq!(fs::read(&target).unwrap(), b"other");
        PartFile::create(&target).unwrap().keep(true).unwrap();
        assert_eq!(fs::read(&target).unwrap(), b"");
        assert_eq!(fs::read_dir(home.path()).unwrap().count(), 1);
    }

    #[test]
    fn what_nobody_works_on_is_cleared_away() {
        let home = tempfile::tempdir().unwrap();
        let part = PartFile::create(&home.path().join("a.wav")).unwrap();
        fs::write(home.path().join(".auralis-master-1-0.part"), b"left").unwrap();
        fs::write(home.path().join("mine.part"), b"").unwrap();
        clear(home.path());
        assert_eq!(fs::read_dir(home.path()).unwrap().count(), 2);
        part.keep(false).unwrap();
    }
}
