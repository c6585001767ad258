//! New names for files, as one batch: the journal says from where to where; each file moves in one step, never over
//! another; `done` and `kept` say that nothing is left to do. What was broken off is finished, and taken back where that
//! cannot be: at any moment each file has its old name or its new one.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use rustix::fs::{CWD, RenameFlags, renameat_with};

use super::batch::Batch;
use super::batches::{Recovered, not_kept};
use super::copy::sync_folder;
use super::journal::MoveJournal;
use super::rename::Renames;
use super::{BatchId, Refused, Watch};

type Moves = [(PathBuf, PathBuf)];

/// Moves every file, or none.
pub fn commit(batch: &Batch, journal: &MoveJournal, watch: Watch<'_>) -> Result<(), Refused> {
    let moves = journal.moves();
    let moved = forward(&moves, watch).and_then(|()| {
        finish(batch, journal).map_err(|error| Refused::one(batch.folder(), not_kept(&error)))
    });
    moved.map_err(|mut refused| {
        if let Err(mut stuck) = take_back(batch, journal) {
            refused.0.append(&mut stuck.0);
        }
        refused
    })
}

pub fn recover(batch: &Batch, journal: &MoveJournal) -> Recovered {
    let finished = forward(&journal.moves(), &mut |_| true).is_ok() && finish(batch, journal).is_ok();
    if finished {
        return Recovered::Finished(batch.id);
    }
    match take_back(batch, journal) {
        Ok(()) => Recovered::TakenBack(batch.id),
        Err(refused) => Recovered::Failed(batch.id, refused.first()),
    }
}

/// The same moves backwards, where each file is still where it was put and nothing is where it came from.
pub fn undo(id: BatchId, journal: &MoveJournal) -> Result<Renames, Refused> {
    let moves: Vec<_> = journal.moves().into_iter().rev().map(|(from, to)| (to, from)).collect();
    let mut refused = Vec::new();
    // One that is back already was broken off before anybody heard of it.
    let moves: Vec<_> = moves.into_iter().filter(|(now, before)| !is_moved(now, before)).collect();
    for (now, before) in &moves {
        if now.symlink_metadata().is_err() {
            refused.push((now.clone(), "is not there any more".to_owned()));
        } else if before.symlink_metadata().is_ok() {
            refused.push((before.clone(), "is there again, and is not written over".to_owned()));
        }
    }
    if !refused.is_empty() {
        return Err(Refused(refused));
    }
    Ok(Renames { moves, undoes: Some(id), left: journal.made(), ..Renames::default() })
}

/// Done again from any point it ends the same.
fn forward(moves: &Moves, watch: Watch<'_>) -> Result<(), Refused> {
    for (at, (from, to)) in moves.iter().enumerate() {
        if !watch(at) {
            return Err(Refused::one(from, "was not reached: it was stopped, so nothing was changed"));
        }
        if is_moved(from, to) {
            continue;
        }
        one(from, to).map_err(|error| Refused::one(from, told(&error, to)))?;
    }
    Ok(())
}

fn take_back(batch: &Batch, journal: &MoveJournal) -> Result<(), Refused> {
    let mut refused = Vec::new();
    for (from, to) in journal.moves().iter().rev() {
        if is_moved(from, to)
            && let Err(error) = one(to, from)
        {
            refused.push((to.clone(), format!("cannot go back to {}: {error}", from.display())));
        }
    }
    clear(&journal.made());
    if !refused.is_empty() {
        return Err(Refused(refused));
    }
    fs::remove_dir_all(batch.folder()).map_err(|error| Refused::one(batch.folder(), error))
}

fn is_moved(from: &Path, to: &Path) -> bool {
    from.symlink_metadata().is_err() && to.symlink_metadata().is_ok()
}

fn finish(batch: &Batch, journal: &MoveJournal) -> io::Result<()> {
    let moves = journal.moves();
    let folders: BTreeSet<&Path> =
        moves.iter().flat_map(|(from, to)| [from.parent(), to.parent()]).flatten().collect();
    for folder in folders.into_iter().filter(|folder| folder.exists()) {
        sync_folder(folder)?;
    }
    batch.mark("done")?;
    batch.mark("kept")
}

/// Takes away folders of ours that nothing is in any more.
pub fn clear(made: &[PathBuf]) {
    for folder in made.iter().rev() {
        // One that has something in it stays.
        let _ = fs::remove_dir(folder);
    }
}

fn told(error: &io::Error, to: &Path) -> String {
    let why = match error.kind() {
        io::ErrorKind::CrossesDevices => "it is on another disk".to_owned(),
        io::ErrorKind::AlreadyExists => "a file is there by now".to_owned(),
        _ => error.to_string(),
    };
    format!("cannot be moved to {}: {why}", to.display())
}

/// Never over another file, also one that came this moment.
fn one(from: &Path, to: &Path) -> io::Result<()> {
    let folder = to.parent().ok_or(io::ErrorKind::InvalidInput)?;
    fs::create_dir_all(folder)?;
    match renameat_with(CWD, from, CWD, to, RenameFlags::NOREPLACE) {
        // A file system that cannot promise it.
        Err(rustix::io::Errno::INVAL | rustix::io::Errno::NOSYS) if to.symlink_metadata().is_err() => {
            fs::rename(from, to)
        }
        done => done.map_err(io::Error::from),
    }
}
