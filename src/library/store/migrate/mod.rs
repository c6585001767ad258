//! Bringing a store of an older version to today's: one file a step, one transaction a step, a copy of the store first and
//! no step without it. Runs where the store is opened, under the lock of `files`. A kill at any moment leaves the store as
//! it was before a step or behind it; the next start goes on from there.

#[cfg(test)]
mod tests;
mod to_2;

use std::fs;
use std::path::{Path, PathBuf};

use redb::{Database, WriteTransaction};

use super::error::StoreError;
use super::schema::{META, META_SCHEMA, SCHEMA_VERSION};
use super::{files, open};
use crate::model::contain::contain;

/// What was done to a store of an older version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Migrated {
    pub from: u32,
    pub to: u32,
    /// The store as it was before.
    pub backup: PathBuf,
}

type Step = fn(&WriteTransaction) -> Result<(), redb::Error>;

/// The step from version 1 comes first.
const STEPS: &[Step] = &[to_2::step];
const _: () = assert!(STEPS.len() as u32 + 1 == SCHEMA_VERSION);

/// From a version below today's.
pub fn migrate(path: &Path, db: &Database, from: u32) -> Result<Migrated, StoreError> {
    let backup = back_up(path, from)?;
    for (version, step) in (1..).zip(STEPS) {
        if version >= from {
            // Damaged pages may break redb's own assertions.
            let stepped = contain(|| take(db, *step, version + 1));
            let stepped = stepped.unwrap_or_else(|words| Err(redb::Error::Corrupted(words)));
            stepped.map_err(|error| StoreError::from_redb(path, error))?;
        }
    }
    Ok(Migrated { from, to: SCHEMA_VERSION, backup })
}

fn take(db: &Database, step: Step, to: u32) -> Result<(), redb::Error> {
    let txn = db.begin_write()?;
    step(&txn)?;
    txn.open_table(META)?.insert(META_SCHEMA, to)?;
    txn.commit()?;
    Ok(())
}

/// Copies the file, which nobody writes to meanwhile, and opens the copy to see that it is whole.
fn back_up(path: &Path, from: u32) -> Result<PathBuf, StoreError> {
    let backup = files::beside_now(path, &format!("schema{from}"), "redb");
    let made = files::make_whole(&backup, |part| {
        fs::copy(path, part).map_err(|source| files::failed(part, source))?;
        open::version_of(part).map(drop)
    });
    let refused =
        |why: StoreError| StoreError::Backup { path: path.to_path_buf(), from, why: why.to_string() };
    made.map_err(refused)?;
    Ok(backup)
}
