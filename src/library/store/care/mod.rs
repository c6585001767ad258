//! Care of the store: a copy while it is in use, and, of one that nobody else has open, a look at every page and row, a
//! damaged one set aside with what can be read saved, a backup put in its place, a smaller file. Nothing here deletes or
//! writes over what it did not make itself, and at every moment the store is there under its name. Runs on a job or the
//! command line.

mod copy;
mod judge;
mod pages;
mod settle;
#[cfg(test)]
mod tests;

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

pub use copy::Found;
use copy::Trust;
use pages::Pages;

use super::error::StoreError;
use super::read::StoreReader;
use super::schema::{META, META_SCHEMA, SCHEMA_VERSION};
use super::{Migrated, Store, files, open};
use crate::model::contain::contain;

/// Told how many rows are done.
pub type OnRows<'a> = &'a mut dyn FnMut(u64);

/// What a look at a store found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Checked {
    pub found: Found,
    /// The header makes no sense, or redb refuses the file.
    pub closed: Option<String>,
    /// Rows that do not agree with each other: files and tracks.
    pub at_odds: u64,
    /// It was of an older version.
    pub migrated: Option<Migrated>,
}

impl Checked {
    pub fn is_sound(&self) -> bool {
        self.found.is_sound() && self.closed.is_none() && self.at_odds == 0
    }
}

/// What became of a damaged store.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Repaired {
    /// Where the damaged file is now.
    pub aside: PathBuf,
    /// Rows that the new one has.
    pub rows: u64,
    pub found: Found,
    /// Facts of tracks that nothing more is known of.
    pub lost_facts: u64,
}

/// Copies all rows of the store into a new file. A file that is there is left as it is. Gives the number of rows.
pub fn backup(store: &Store, to: &Path, on_rows: OnRows<'_>) -> Result<u64, StoreError> {
    store.flush()?;
    let reader = store.read()?;
    files::make_whole(to, |part| copy::copy(reader.transaction(), part, on_rows))
}

/// Where a backup lies that nobody named: beside the store, named by the time.
pub fn backup_place(path: &Path) -> PathBuf {
    files::beside_now(path, "backup", "redb")
}

/// Puts a copy of the backup in the place of the store, which is set aside. Gives where it is then, where there was one.
pub fn restore(from: &Path, path: &Path) -> Result<Option<PathBuf>, StoreError> {
    let _alone = files::alone(path)?.noting(path, "restored")?;
    let held = if path.exists() { Some(hold(path)?) } else { None };
    let fresh = files::beside(path, "restored");
    files::remove(&fresh).map_err(|source| files::failed(&fresh, source))?;
    files::make_whole(&fresh, |part| {
        fs::copy(from, part).map_err(|source| files::failed(from, source))?;
        open::version_of(part).map_err(|error| error.at(from))?;
        match look(part, &mut |_| ())? {
            checked if checked.found.is_sound() => Ok(()),
            _ => {
                Err(StoreError::Damaged { path: from.to_path_buf(), why: "not all of it can be read".into() })
            }
        }
    })?;
    let aside = replace(&fresh, path, "replaced");
    drop(held);
    aside
}

/// The schema of a store that nobody else has open, read from its pages, which stay as they are; `None` where they do
/// not tell.
pub fn version_of(path: &Path) -> Result<Option<u32>, StoreError> {
    let _alone = files::alone(path)?;
    must_exist(path)?;
    let file = File::open(path).map_err(|source| files::failed(path, source))?;
    Ok(Pages::open(file, false).and_then(|mut pages| version(&mut pages)))
}

/// Reads every page and row and compares what must agree. A store of an older version is brought to today's first.
pub fn check(path: &Path, on_rows: OnRows<'_>) -> Result<Checked, StoreError> {
    let _alone = files::alone(path)?.noting(path, "checked")?;
    must_exist(path)?;
    drop(hold(path)?);
    let migrated = mend(path);
    let mut checked = look(path, on_rows)?;
    match migrated {
        Ok(migrated) => checked.migrated = migrated,
        Err(StoreError::Damaged { why, .. }) => checked.closed = Some(why),
        Err(error) => return Err(error),
    }
    if checked.is_sound() {
        match at_odds(path) {
            Ok(rows) => checked.at_odds = rows,
            // What redb keeps for itself is damaged.
            Err(StoreError::Damaged { why, .. }) => checked.closed = Some(why),
            Err(error) => return Err(error),
        }
    }
    Ok(checked)
}

fn at_odds(path: &Path) -> Result<u64, StoreError> {
    let db = open::open_file(path)?;
    let looked = contain(|| StoreReader::new(&db, path).and_then(|reader| settle::at_odds(&reader)));
    looked.unwrap_or_else(|why| Err(StoreError::Damaged { path: path.to_path_buf(), why }))
}

/// Sets the damaged store aside and puts a new one in its place, with every row that can be used. What files say is read
/// again from them by the next scan.
pub fn repair(path: &Path, on_rows: OnRows<'_>) -> Result<Repaired, StoreError> {
    let _alone = files::alone(path)?.noting(path, "repaired")?;
    must_exist(path)?;
    let held = hold(path)?;
    let fresh = files::beside(path, "repaired");
    files::remove(&fresh).map_err(|source| files::failed(&fresh, source))?;
    let mut done = files::make_whole(&fresh, |part| rescue(path, part, on_rows))?;
    done.aside = replace(&fresh, path, "damaged")?.unwrap_or_default();
    drop(held);
    Ok(done)
}

/// The commit before the last is read, too: what the last one has on damaged pages may lie there still.
fn rescue(path: &Path, part: &Path, on_rows: OnRows<'_>) -> Result<Repaired, StoreError> {
    let open = |before| -> Result<Option<Pages>, StoreError> {
        let file = File::open(path).map_err(|source| files::failed(path, source))?;
        Ok(Pages::open(file, before))
    };
    let (before, now) = (open(true)?, open(false)?);
    let mut done = Repaired::default();
    copy::write(part, |txn| {
        open::fill_new(txn)?;
        if let Some(mut pages) = before {
            let is_current = is_current(&mut pages);
            copy::rescue(&mut pages, Trust { strict: is_current, doubtful: false }, Some(txn), &mut |_| ())?;
        }
        if let Some(mut pages) = now {
            let is_current = is_current(&mut pages);
            done.found =
                copy::rescue(&mut pages, Trust { strict: is_current, doubtful: true }, Some(txn), on_rows)?;
        }
        done.lost_facts = settle::settle(txn)?;
        done.rows = copy::count(txn)?;
        Ok(())
    })?;
    Ok(done)
}

/// The pages as they lie there; all values where the store is of today's version.
fn look(path: &Path, on_rows: OnRows<'_>) -> Result<Checked, StoreError> {
    let file = File::open(path).map_err(|source| files::failed(path, source))?;
    let Some(mut pages) = Pages::open(file, false) else {
        return Ok(Checked { closed: Some("its header makes no sense".into()), ..Checked::default() });
    };
    let trust = Trust { strict: is_current(&mut pages), doubtful: true };
    let found = copy::rescue(&mut pages, trust, None, on_rows);
    Ok(Checked { found: found.map_err(|error| StoreError::from_redb(path, error))?, ..Checked::default() })
}

/// Of today's schema, as far as can be told.
fn is_current(pages: &mut Pages) -> bool {
    let version = version(pages);
    pages.forget_seen();
    version.is_none_or(|version| version == SCHEMA_VERSION)
}

fn version(pages: &mut Pages) -> Option<u32> {
    let mut version = None;
    pages.rows(redb::TableHandle::name(&META), (None, Some(4)), &mut |key, value, sound| {
        if sound && key == META_SCHEMA.as_bytes() {
            version = value.try_into().ok().map(u32::from_le_bytes);
        }
    });
    version
}

/// Opens and closes it where a program that was killed left it open, or where it is of an older version: redb mends its own
/// pages then. One that was closed is not touched before every page of it was looked at.
fn mend(path: &Path) -> Result<Option<Migrated>, StoreError> {
    let file = File::open(path).map_err(|source| files::failed(path, source))?;
    let Some(mut pages) = Pages::open(file, false) else { return Ok(None) };
    if pages.not_closed || pages.damaged == 0 && version(&mut pages) != Some(SCHEMA_VERSION) {
        let db = open::open_file(path)?;
        return Ok(open::prepare(path, &db)?.1);
    }
    Ok(None)
}

/// Gives back the room of what was removed: bytes before and after.
pub fn compact(path: &Path) -> Result<(u64, u64), StoreError> {
    let _alone = files::alone(path)?.noting(path, "compacted")?;
    must_exist(path)?;
    let size = || fs::metadata(path).map(|about| about.len()).map_err(|source| files::failed(path, source));
    let before = size()?;
    let mut db = open::open_file(path)?;
    open::prepare(path, &db)?;
    // Each pass moves what it can; the first that moves nothing is the last.
    let compacted = contain(|| {
        while db.compact()? {}
        Ok(())
    });
    let compacted = compacted.unwrap_or_else(|words| Err(redb::Error::Corrupted(words)));
    compacted.map_err(|error: redb::Error| StoreError::from_redb(path, error))?;
    drop(db);
    Ok((before, size()?))
}

/// Nobody else has it open, and it is ours. redb takes the same lock.
fn hold(path: &Path) -> Result<File, StoreError> {
    let file = File::open(path).map_err(|source| files::failed(path, source))?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return Err(StoreError::AlreadyOpen { path: path.to_path_buf() }),
        Err(TryLockError::Error(source)) => return Err(files::failed(path, source)),
    }
    open::refuse_foreign(path)?;
    Ok(file)
}

fn must_exist(path: &Path) -> Result<(), StoreError> {
    fs::metadata(path).map(drop).map_err(|source| files::failed(path, source))
}

/// The store gets a second name, then the fresh one takes the first: it is there at every moment. Where the disk has no
/// second names, it is renamed.
fn replace(fresh: &Path, path: &Path, why: &str) -> Result<Option<PathBuf>, StoreError> {
    if !path.exists() {
        files::rename(fresh, path).map_err(|source| files::failed(path, source))?;
        return Ok(None);
    }
    let linked = files::beside_now(path, why, "redb");
    let aside = match fs::hard_link(path, &linked) {
        Ok(()) => linked,
        Err(_) => files::set_aside(path, why)?,
    };
    let replaced: io::Result<()> = files::rename(fresh, path);
    replaced.map_err(|source| files::failed(path, source))?;
    Ok(Some(aside))
}
