//! Changes of tags, all files of a batch or none, whenever the machine stops. A batch is a folder of its own:
//!
//! 1. `journal`: which files, what they said, what they are to say. Their new copies are written beside them, read
//!    back, and their sound compared. Until here the files are untouched.
//! 2. `committed`: from here on the batch is finished, whoever comes by: each file keeps its old content under a second
//!    name, then the copy takes its place in one step. Where a step fails the mark is taken away again, and the old
//!    contents come back.
//! 3. `done`: the second names go. `kept`: nothing is left to do; the journal stays, so that the batch can be taken back.
//!
//! A lock on the journal tells a batch that is being written now from one that was left.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use super::batches::{Recovered, not_kept};
use super::copy::{beside, copy, free_bytes, sync_folder};
use super::plan::{FilePlan, Plan};
use super::{BatchId, Refused, Watch, write};
use crate::library::artwork::{self, Picture};
use crate::library::tags;
use crate::model::tag::Field;

/// One batch under way.
pub struct Batch {
    pub id: BatchId,
    folder: PathBuf,
    /// Held for its lock.
    lock: File,
}

impl Drop for Batch {
    fn drop(&mut self) {
        // A child process that is being started has the file too: closing ours alone would leave it locked.
        let _ = self.lock.unlock();
    }
}

/// Each file is there twice for a while.
pub fn room(plan: &Plan) -> Result<(), Refused> {
    let mut needed: BTreeMap<u64, (u64, &Path)> = BTreeMap::new();
    for file in &plan.files {
        let device = file.path.metadata().map_or(0, |about| about.dev());
        needed.entry(device).or_insert((0, &file.path)).0 += file.size;
    }
    for (bytes, path) in needed.into_values() {
        if let Some(free) = free_bytes(path).filter(|&free| free < bytes) {
            let (bytes, free) = (bytes >> 20, free >> 20);
            let why =
                format!("and the others need {bytes} MiB beside them for a moment; {free} MiB are free");
            return Err(Refused::one(path, why));
        }
    }
    Ok(())
}

impl Batch {
    pub fn new(id: BatchId, folder: PathBuf, lock: File) -> Self {
        Self { id, folder, lock }
    }

    pub fn folder(&self) -> &Path {
        &self.folder
    }

    pub fn change_tags(&self, plan: &Plan, watch: Watch<'_>) -> Result<(), Refused> {
        let paths: Vec<PathBuf> = plan.files.iter().map(|file| file.path.clone()).collect();
        let written = self.write_copies(plan, watch).and_then(|()| {
            self.mark("committed").map_err(|error| Refused::one(&self.folder, not_kept(&error)))?;
            self.forward(&paths)
        });
        written.map_err(|mut refused| {
            if let Err(error) = self.take_back(&paths) {
                refused.0.push((self.folder.clone(), format!("is finished at the next start: {error}")));
            }
            refused
        })
    }

    pub fn recover_tags(&self, paths: &[PathBuf]) -> Recovered {
        let id = self.id;
        if self.has("committed") {
            return match self.forward(paths) {
                Ok(()) => Recovered::Finished(id),
                Err(refused) => Recovered::Failed(id, refused.first()),
            };
        }
        let taken_back = self.take_back(paths);
        taken_back
            .map_or_else(|error| Recovered::Failed(id, error.to_string()), |()| Recovered::TakenBack(id))
    }

    pub fn mark(&self, name: &str) -> io::Result<()> {
        File::create(self.folder.join(name))?.sync_all()?;
        sync_folder(&self.folder)
    }

    pub fn has(&self, name: &str) -> bool {
        self.folder.join(name).exists()
    }

    fn copy_of(&self, at: usize, path: &Path) -> PathBuf {
        beside(path, self.id, at, "new")
    }

    fn old_of(&self, at: usize, path: &Path) -> PathBuf {
        beside(path, self.id, at, "old")
    }

    fn write_copies(&self, plan: &Plan, watch: Watch<'_>) -> Result<(), Refused> {
        for (at, file) in plan.files.iter().enumerate() {
            if !watch(at) {
                return Err(Refused::one(
                    &file.path,
                    "was not reached: it was stopped, so nothing was changed",
                ));
            }
            write_copy(file, &self.copy_of(at, &file.path)).map_err(|why| Refused::one(&file.path, why))?;
        }
        Ok(())
    }

    /// Puts every copy in its file's place. Done again from any point it ends the same.
    fn forward(&self, paths: &[PathBuf]) -> Result<(), Refused> {
        for (at, path) in paths.iter().enumerate() {
            let (copy, old) = (self.copy_of(at, path), self.old_of(at, path));
            replace(path, &copy, &old).map_err(|error| {
                Refused::one(path, format!("cannot be replaced, so nothing was changed: {error}"))
            })?;
        }
        let finish = || -> io::Result<()> {
            for folder in folders(paths) {
                sync_folder(folder)?;
            }
            self.mark("done")?;
            self.clean(paths)
        };
        finish().map_err(|error| Refused::one(&self.folder, not_kept(&error)))
    }

    fn clean(&self, paths: &[PathBuf]) -> io::Result<()> {
        for (at, path) in paths.iter().enumerate() {
            remove(&self.old_of(at, path))?;
        }
        self.mark("kept")
    }

    /// Every file is as it was, and nothing of ours is left. A batch that is done stays done.
    fn take_back(&self, paths: &[PathBuf]) -> io::Result<()> {
        if self.has("done") {
            return self.clean(paths);
        }
        remove(&self.folder.join("committed"))?;
        sync_folder(&self.folder)?;
        for (at, path) in paths.iter().enumerate() {
            match fs::rename(self.old_of(at, path), path) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                done => done?,
            }
            remove(&self.copy_of(at, path))?;
        }
        for folder in folders(paths) {
            sync_folder(folder)?;
        }
        fs::remove_dir_all(&self.folder)
    }
}

fn folders(paths: &[PathBuf]) -> BTreeSet<&Path> {
    paths.iter().filter_map(|path| path.parent()).collect()
}

fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        done => done,
    }
}

/// The old content gets a second name; where a file system knows none, it moves there.
fn replace(path: &Path, copy: &Path, old: &Path) -> io::Result<()> {
    if !copy.try_exists()? {
        // It is in its place already.
        return Ok(());
    }
    match fs::hard_link(path, old) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
        // Broken off between the two moves below.
        Err(error) if error.kind() == io::ErrorKind::NotFound && old.try_exists()? => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(error),
        Err(_) => fs::rename(path, old)?,
        Ok(()) => {}
    }
    fs::rename(copy, path)
}

/// Writes the new content beside the file and proves that it is what was asked for.
fn write_copy(file: &FilePlan, to: &Path) -> Result<(), String> {
    let told = |error: io::Error| format!("cannot be copied: {error}");
    let sound = tags::sound::proof(&file.path).map_err(|error| error.to_string())?;
    copy(&file.path, to).map_err(told)?;
    write::write(to, file)?;
    let after =
        tags::read_fields(to).map_err(|error| format!("cannot be read once it is written: {error}"))?;
    if tags::sound::proof(to).map_err(|error| error.to_string())? != sound || after.format != file.format {
        return Err("would not sound the same, so it was left as it is".to_owned());
    }
    let wrong = Field::all().find(|&field| after.fields.get(field) != file.after.get(field));
    if let Some(field) = wrong {
        let values = file.after.get(field).join("; ");
        return Err(format!("is of a kind that cannot hold this {}: {values}", field.name()));
    }
    if let Some((_, wanted)) = &file.pictures {
        let found = artwork::embedded(to).map_err(|error| error.to_string())?;
        let data = |pictures: &[Picture]| pictures.iter().map(|p| p.data.clone()).collect::<Vec<_>>();
        if data(&found) != data(wanted) {
            return Err("is of a kind that cannot hold these pictures".to_owned());
        }
    }
    let now = file.path.metadata().map_err(told)?;
    let same = (now.len(), (now.mtime(), now.mtime_nsec()), now.ino()) == (file.size, file.mtime, file.inode);
    if same { Ok(()) } else { Err("was changed by another program meanwhile".to_owned()) }
}
