//! Batches: all files of one or none, whenever the machine stops. A batch is a folder of its own with a journal:
//!
//! 1. `journal`: which files, what they said, the names of their new copies. The copies are written beside them, read
//!    back, and their sound compared. Until here the files are untouched.
//! 2. `committed`: from here on the batch is finished, whoever comes by: each file keeps its old content under a second
//!    name, then the copy takes its place in one step. Where a step fails the mark is taken away again, and the old
//!    contents come back.
//! 3. `done`: the second names go. `kept`: nothing is left to do; the journal stays, so that the batch can be taken back.
//!
//! [`Batches::recover`] finishes or takes back what was broken off. A lock on the journal tells a batch that is being
//! written now from one that was left.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use rustix::fs::{FlockOperation, flock};
use serde::{Deserialize, Serialize};

use super::copy::{beside, copy, free_bytes, sync_folder};
use super::plan::{FilePlan, Plan, plan_file};
use super::{Refused, write};
use crate::library::artwork::{self, Picture};
use crate::library::tags;
use crate::model::tag::Field;

/// Number of a batch; later ones are larger.
pub type BatchId = u64;

const VERSION: u8 = 1;
/// Batches that can be taken back.
const KEPT: usize = 200;
/// Largest journal that is read, in bytes.
const MAX_JOURNAL: u64 = 1 << 30;

#[derive(Debug, Serialize, Deserialize)]
struct Journal {
    undoes: Option<BatchId>,
    entries: Vec<Entry>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Entry {
    path: Vec<u8>,
    /// Name of the field, values before, values after.
    changes: Vec<(String, Vec<String>, Vec<String>)>,
    pictures_before: Option<Vec<Picture>>,
}

impl Entry {
    fn path(&self) -> PathBuf {
        PathBuf::from(OsString::from_vec(self.path.clone()))
    }
}

/// A batch that was broken off, and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Recovered {
    Finished(BatchId),
    TakenBack(BatchId),
    /// It is tried again next time.
    Failed(BatchId, String),
}

/// The folder of all batches.
#[derive(Debug, Clone)]
pub struct Batches(PathBuf);

/// One batch under way.
struct Batch {
    id: BatchId,
    folder: PathBuf,
    /// Held for its lock.
    _lock: File,
}

impl Batches {
    /// The folder need not exist.
    pub fn new(folder: PathBuf) -> Self {
        Self(folder)
    }

    /// Makes `plan` true: all of it, or none.
    pub fn commit(&self, plan: &Plan) -> Result<BatchId, Refused> {
        room(plan)?;
        let journal = Journal { undoes: plan.undoes, entries: plan.files.iter().map(entry).collect() };
        let batch = self.begin(&journal).map_err(|error| Refused::one(&self.0, not_kept(&error)))?;
        let paths: Vec<PathBuf> = plan.files.iter().map(|file| file.path.clone()).collect();
        let written = batch.write_copies(plan).and_then(|()| {
            batch.mark("committed").map_err(|error| Refused::one(&batch.folder, not_kept(&error)))?;
            batch.forward(&paths)
        });
        match written {
            Ok(()) => {
                self.forget_old();
                Ok(batch.id)
            }
            Err(mut refused) => {
                if let Err(error) = batch.take_back(&paths) {
                    refused.0.push((batch.folder.clone(), format!("is finished at the next start: {error}")));
                }
                Err(refused)
            }
        }
    }

    /// Finishes or takes back batches that were broken off. Those of a program that still runs are left alone.
    pub fn recover(&self) -> Vec<Recovered> {
        let all = self.all().into_iter();
        all.filter(|(_, folder)| !folder.join("kept").exists())
            .filter_map(|(id, folder)| recover(id, folder))
            .collect()
    }

    /// The last batch that is neither an undo nor taken back.
    pub fn last(&self) -> Option<BatchId> {
        let mut undone = Vec::new();
        for (id, folder) in self.all().into_iter().rev() {
            let journal = read_journal(&folder).ok().filter(|_| folder.join("kept").exists());
            match journal.map(|journal| journal.undoes) {
                Some(Some(other)) => undone.push(other),
                Some(None) if !undone.contains(&id) => return Some(id),
                _ => {}
            }
        }
        None
    }

    /// What would take the batch back. A file that was changed since refuses: what was done later is not lost silently.
    pub fn undo_plan(&self, id: BatchId) -> Result<Plan, Refused> {
        let folder = self.folder(id);
        let journal = read_journal(&folder)
            .map_err(|error| Refused::one(&folder, format!("is no batch that can be taken back: {error}")))?;
        let mut plan = Plan { undoes: Some(id), ..Plan::default() };
        let mut refused = Vec::new();
        for entry in &journal.entries {
            match undo_file(entry) {
                Ok(file) => plan.files.push(file),
                Err(why) => refused.push((entry.path(), why)),
            }
        }
        if refused.is_empty() { Ok(plan) } else { Err(Refused(refused)) }
    }

    fn folder(&self, id: BatchId) -> PathBuf {
        self.0.join(id.to_string())
    }

    /// Batches by number.
    fn all(&self) -> BTreeMap<BatchId, PathBuf> {
        let entries = self.0.read_dir().into_iter().flatten().filter_map(Result::ok);
        entries.filter_map(|entry| Some((entry.file_name().to_str()?.parse().ok()?, entry.path()))).collect()
    }

    fn begin(&self, journal: &Journal) -> io::Result<Batch> {
        fs::create_dir_all(&self.0)?;
        let mut id = self.all().keys().next_back().map_or(1, |last| last + 1);
        let folder = loop {
            match fs::create_dir(self.folder(id)) {
                // Another program was faster.
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => id += 1,
                made => break made.map(|()| self.folder(id))?,
            }
        };
        let mut file = File::create_new(folder.join("unfinished"))?;
        flock(&file, FlockOperation::NonBlockingLockExclusive)?;
        let mut bytes = vec![VERSION];
        postcard::to_io(journal, &mut bytes).map_err(io::Error::other)?;
        file.write_all(&bytes)?;
        file.sync_all()?;
        fs::rename(folder.join("unfinished"), folder.join("journal"))?;
        sync_folder(&folder)?;
        sync_folder(&self.0)?;
        Ok(Batch { id, folder, _lock: file })
    }

    fn forget_old(&self) {
        let all: Vec<PathBuf> =
            self.all().into_values().filter(|folder| folder.join("kept").exists()).collect();
        for folder in all.iter().rev().skip(KEPT) {
            let _ = fs::remove_dir_all(folder);
        }
    }
}

fn not_kept(error: &io::Error) -> String {
    format!("cannot keep the journal, so nothing was changed: {error}")
}

fn entry(file: &FilePlan) -> Entry {
    let owned = |(field, before, after): (Field, &[String], &[String])| {
        (field.name().to_owned(), before.to_vec(), after.to_vec())
    };
    Entry {
        path: file.path.as_os_str().as_bytes().to_vec(),
        changes: file.changes().map(owned).collect(),
        pictures_before: file.pictures.as_ref().map(|(before, _)| before.clone()),
    }
}

/// Each file is there twice for a while.
fn room(plan: &Plan) -> Result<(), Refused> {
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

fn undo_file(entry: &Entry) -> Result<FilePlan, String> {
    let mut file = plan_file(&entry.path(), |now| {
        let mut after = now.clone();
        for (name, before, made) in &entry.changes {
            let field = Field::parse(name).ok_or("was changed by a newer version of this program")?;
            if now.get(field) != made {
                return Err(format!("was changed since: its {name} is another"));
            }
            after.set(field, before.clone());
        }
        Ok(after)
    })?;
    if let Some(before) = &entry.pictures_before {
        let now = artwork::embedded(&file.path).map_err(|error| error.to_string())?;
        file.pictures = Some((now, before.clone()));
    }
    Ok(file)
}

impl Batch {
    fn mark(&self, name: &str) -> io::Result<()> {
        File::create(self.folder.join(name))?.sync_all()?;
        sync_folder(&self.folder)
    }

    fn has(&self, name: &str) -> bool {
        self.folder.join(name).exists()
    }

    fn copy_of(&self, at: usize, path: &Path) -> PathBuf {
        beside(path, self.id, at, "new")
    }

    fn old_of(&self, at: usize, path: &Path) -> PathBuf {
        beside(path, self.id, at, "old")
    }

    fn write_copies(&self, plan: &Plan) -> Result<(), Refused> {
        for (at, file) in plan.files.iter().enumerate() {
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

fn folders(paths: &[PathBuf]) -> std::collections::BTreeSet<&Path> {
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
    let sound = tags::sound_hash(&file.path).map_err(|error| error.to_string())?;
    copy(&file.path, to).map_err(told)?;
    write::write(to, file)?;
    let after =
        tags::read_fields(to).map_err(|error| format!("cannot be read once it is written: {error}"))?;
    if tags::sound_hash(to).map_err(|error| error.to_string())? != sound || after.format != file.format {
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

fn read_journal(folder: &Path) -> io::Result<Journal> {
    let mut bytes = Vec::new();
    File::open(folder.join("journal"))?.take(MAX_JOURNAL).read_to_end(&mut bytes)?;
    match bytes.split_first() {
        Some((&VERSION, value)) => postcard::from_bytes(value).map_err(io::Error::other),
        _ => Err(io::Error::other("its journal is of another version")),
    }
}

fn recover(id: BatchId, folder: PathBuf) -> Option<Recovered> {
    let failed = |error: io::Error| Recovered::Failed(id, error.to_string());
    let file = match File::open(folder.join("journal")) {
        Ok(file) => file,
        // Not begun: it has changed nothing. One that is just being begun is locked.
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let begun = File::open(folder.join("unfinished"));
            let is_held = |file: File| flock(&file, FlockOperation::NonBlockingLockExclusive).is_err();
            if begun.is_ok_and(is_held) {
                return None;
            }
            // Without any file it may be a moment old; the next start will find it again if it is not.
            let _ = fs::remove_file(folder.join("unfinished"));
            let _ = fs::remove_dir(&folder);
            return None;
        }
        Err(error) => return Some(failed(error)),
    };
    if flock(&file, FlockOperation::NonBlockingLockExclusive).is_err() {
        return None;
    }
    let journal = match read_journal(&folder) {
        Ok(journal) => journal,
        Err(error) => return Some(failed(error)),
    };
    let paths: Vec<PathBuf> = journal.entries.iter().map(Entry::path).collect();
    let batch = Batch { id, folder, _lock: file };
    if batch.has("kept") {
        return None;
    }
    if batch.has("committed") {
        return Some(match batch.forward(&paths) {
            Ok(()) => Recovered::Finished(id),
            Err(refused) => {
                let why = refused
                    .0
                    .into_iter()
                    .next()
                    .map_or(String::new(), |(path, why)| format!("{} {why}", path.display()));
                Recovered::Failed(id, why)
            }
        });
    }
    Some(batch.take_back(&paths).map_or_else(failed, |()| Recovered::TakenBack(id)))
}
