//! The folder of all batches: beginning one, taking one back, making it again, finding what was broken off. What a batch
//! does to files: [`super::batch`] (tags) and [`super::moves`] (names).

use std::collections::BTreeMap;
use std::fs::{self, DirBuilder, File};
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use rustix::fs::{FlockOperation, flock};

use super::batch::{self, Batch};
use super::copy::sync_folder;
use super::journal::{Entry, Journal, MoveJournal, TagJournal};
use super::plan::{FilePlan, Plan, plan_file};
use super::rename::Renames;
use super::{BatchId, Change, Refused, Watch, moves};
use crate::library::artwork;
use crate::model::edit::Way;
use crate::model::tag::Field;

/// Batches that can be taken back, and bytes of their journals together: old pictures are in them.
const KEPT: usize = 2_000;
const KEPT_BYTES: u64 = 512 * 1024 * 1024;

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

impl Batches {
    /// The folder need not exist.
    pub fn new(folder: PathBuf) -> Self {
        Self(folder)
    }

    /// Makes `change` true: all of it, or none. `watch` hears of each file, and may stop it: then nothing is changed.
    pub fn commit(&self, change: &Change, watch: Watch<'_>) -> Result<BatchId, Refused> {
        let journal = match change {
            Change::Tags(plan) => {
                batch::room(plan)?;
                let entries = plan.files.iter().map(Entry::new).collect();
                Journal::Tags(TagJournal { undoes: plan.undoes, entries })
            }
            Change::Moves(renames) => Journal::Moves(MoveJournal::new(renames)),
        };
        let batch = self.begin(&journal).map_err(|error| Refused::one(&self.0, not_kept(&error)))?;
        let done = match (change, &journal) {
            (Change::Tags(plan), _) => batch.change_tags(plan, watch),
            (Change::Moves(_), Journal::Moves(journal)) => moves::commit(&batch, journal, watch),
            (Change::Moves(_), Journal::Tags(_)) => Ok(()),
        };
        done.map(|()| {
            if let Change::Moves(renames) = change {
                moves::clear(&renames.left);
            }
            self.forget_old();
            batch.id
        })
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
            let journal = Journal::read(&folder).ok().filter(|_| folder.join("kept").exists());
            match journal.map(|journal| journal.undoes()) {
                _ if undone.contains(&id) => {}
                Some(Some(other)) => undone.push(other),
                Some(None) => return Some(id),
                None => {}
            }
        }
        None
    }

    /// What would take the batch back, or make it again. A file that was changed since refuses: what was done later is not
    /// lost silently.
    pub fn over(&self, id: BatchId, way: Way) -> Result<Change, Refused> {
        let id = match way {
            Way::Back => id,
            Way::Forth => {
                let why = "was not taken back, so it cannot be made again";
                self.undo_of(id).ok_or_else(|| Refused::one(self.folder(id), why))?
            }
        };
        let folder = self.folder(id);
        let journal = Journal::read(&folder)
            .map_err(|error| Refused::one(&folder, format!("is no batch that can be taken back: {error}")))?;
        match journal {
            Journal::Tags(journal) => undo_tags(id, &journal).map(Change::Tags),
            Journal::Moves(journal) => moves::undo(id, &journal).map(Change::Moves),
        }
    }

    /// The newest batch that took this one back.
    fn undo_of(&self, id: BatchId) -> Option<BatchId> {
        let later = self.all().split_off(&(id + 1)).into_iter().rev();
        let mut done = later.filter(|(_, folder)| folder.join("kept").exists());
        done.find(|(_, folder)| Journal::read(folder).is_ok_and(|journal| journal.undoes() == Some(id)))
            .map(|(id, _)| id)
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
        DirBuilder::new().recursive(true).mode(0o700).create(&self.0)?;
        let mut id = self.all().keys().next_back().map_or(1, |last| last + 1);
        let folder = loop {
            match fs::create_dir(self.folder(id)) {
                // Another program was faster.
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => id += 1,
                made => break made.map(|()| self.folder(id))?,
            }
        };
        let file = journal.write(&folder)?;
        sync_folder(&folder)?;
        sync_folder(&self.0)?;
        Ok(Batch::new(id, folder, file))
    }

    fn forget_old(&self) {
        let all = self.all().into_values().rev().filter(|folder| folder.join("kept").exists());
        let mut bytes = 0;
        for (at, folder) in all.enumerate() {
            bytes += folder.join("journal").metadata().map_or(0, |about| about.len());
            if at >= KEPT || (at > 0 && bytes > KEPT_BYTES) {
                let _ = fs::remove_dir_all(folder);
            }
        }
    }
}

pub fn not_kept(error: &io::Error) -> String {
    format!("cannot keep the journal, so nothing was changed: {error}")
}

fn undo_tags(id: BatchId, journal: &TagJournal) -> Result<Plan, Refused> {
    let mut plan = Plan { undoes: Some(id), ..Plan::default() };
    let mut refused = Vec::new();
    for entry in &journal.entries {
        match undo_file(entry) {
            Ok(file) if file.changes_anything() => plan.files.push(file),
            Ok(_) => plan.unchanged += 1,
            Err(why) => refused.push((entry.path(), why)),
        }
    }
    if refused.is_empty() { Ok(plan) } else { Err(Refused(refused)) }
}

fn undo_file(entry: &Entry) -> Result<FilePlan, String> {
    let mut file = plan_file(&entry.path(), |now| {
        let mut after = now.clone();
        for (name, before, made) in &entry.changes {
            let field = Field::parse(name).ok_or("was changed by a newer version of this program")?;
            // One that is back already was broken off before anybody heard of it.
            if now.get(field) != made && now.get(field) != before {
                return Err(format!("was changed since: its {name} is another"));
            }
            after.set(field, before.clone());
        }
        Ok(after)
    })?;
    if let Some(before) = &entry.pictures_before {
        let now = artwork::embedded(&file.path).map_err(|error| error.to_string())?;
        file.pictures = (now != *before).then(|| (now, before.clone()));
    }
    Ok(file)
}

fn recover(id: BatchId, folder: PathBuf) -> Option<Recovered> {
    let failed = |error: io::Error| Recovered::Failed(id, error.to_string());
    let file = match File::open(folder.join("journal")) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            clear_unbegun(&folder);
            return None;
        }
        Err(error) => return Some(failed(error)),
    };
    if flock(&file, FlockOperation::NonBlockingLockExclusive).is_err() {
        return None;
    }
    let journal = match Journal::read(&folder) {
        Ok(journal) => journal,
        Err(error) => return Some(failed(error)),
    };
    let batch = Batch::new(id, folder, file);
    if batch.has("kept") {
        return None;
    }
    Some(match &journal {
        Journal::Tags(journal) => {
            let paths: Vec<PathBuf> = journal.entries.iter().map(Entry::path).collect();
            batch.recover_tags(&paths)
        }
        Journal::Moves(journal) => moves::recover(&batch, journal),
    })
}

/// Not begun: it has changed nothing. One that is just being begun is locked.
fn clear_unbegun(folder: &Path) {
    let begun = File::open(folder.join("unfinished"));
    let is_held = |file: File| flock(&file, FlockOperation::NonBlockingLockExclusive).is_err();
    if begun.is_ok_and(is_held) {
        return;
    }
    // Without any file it may be a moment old; the next start will find it again if it is not.
    let _ = fs::remove_file(folder.join("unfinished"));
    let _ = fs::remove_dir(folder);
}

impl From<Plan> for Change {
    fn from(plan: Plan) -> Self {
        Self::Tags(plan)
    }
}

impl From<Renames> for Change {
    fn from(renames: Renames) -> Self {
        Self::Moves(renames)
    }
}
