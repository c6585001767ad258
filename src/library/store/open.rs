//! Opening the file and bringing its schema in order. Called at start, and by the writer thread after a failed write
//! (redb refuses all work on a file after an I/O error until it is opened again).

use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::Path;

use redb::{Builder, Database, Key, ReadableDatabase, TableDefinition, TableError, Value, WriteTransaction};

use super::error::StoreError;
use super::files;
use super::migrate::{Migrated, migrate};
use super::schema::{META, META_NEXT_TRACK, META_SCHEMA, SCHEMA_VERSION, Visit, every_table};
use crate::model::contain::contain;

/// Opens the file once more.
pub type Opener = Box<dyn Fn() -> Result<Database, StoreError> + Send>;

/// redb keeps pages in memory up to this; the whole player is to stay small.
const CACHE_BYTES: usize = 4 * 1024 * 1024;

/// First bytes of every redb file (redb's design document, "Database header").
const MAGIC: &[u8; 4] = b"redb";

/// The caller holds the lock of `files`.
pub fn open_file(path: &Path) -> Result<Database, StoreError> {
    if refuse_foreign(path)? {
        make_new(path)?;
    }
    open_there(path)
}

/// A store appears under its name only when it is whole: a kill at any moment leaves none, or an empty one that opens.
fn make_new(path: &Path) -> Result<(), StoreError> {
    let io = |source| files::failed(path, source);
    let half_made = path.with_extension("new");
    files::remove(&half_made).map_err(io)?;
    create_tables(&open_there(&half_made)?).map_err(|error| StoreError::from_redb(path, error))?;
    files::rename(&half_made, path).map_err(io)
}

/// The version of the store in a file that is there, as far as this program knows it. Pages that a program which was killed
/// left out of order are mended.
pub fn version_of(path: &Path) -> Result<u32, StoreError> {
    if refuse_foreign(path)? {
        return Err(StoreError::Foreign { path: path.to_path_buf() });
    }
    known_version(path, &open_there(path)?)?.ok_or_else(|| StoreError::Foreign { path: path.to_path_buf() })
}

/// As `open_file`, of a file that is there or is to be made empty.
pub fn open_there(path: &Path) -> Result<Database, StoreError> {
    // A damaged header may break redb's own assertions: that is an answer too, not the end of the program.
    let opened = contain(|| builder().create(path));
    match opened {
        Ok(opened) => opened.map_err(|error| StoreError::from_redb(path, error.into())),
        Err(_) => {
            Err(StoreError::Damaged { path: path.to_path_buf(), why: "its header makes no sense".into() })
        }
    }
}

pub fn builder() -> Builder {
    let mut builder = Database::builder();
    builder.set_cache_size(CACHE_BYTES);
    builder
}

/// Anything but an empty file or a redb database is left alone; redb would take some short files for new ones. Gives
/// whether there is nothing yet.
pub fn refuse_foreign(path: &Path) -> Result<bool, StoreError> {
    let io = |source| StoreError::Io { path: path.to_path_buf(), source };
    let about = match std::fs::metadata(path) {
        Ok(about) => about,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(true),
        Err(error) => return Err(io(error)),
    };
    if !about.is_file() {
        return Err(StoreError::Foreign { path: path.to_path_buf() });
    }
    let mut head = Vec::new();
    let file = File::open(path).map_err(io)?;
    file.take(MAGIC.len() as u64).read_to_end(&mut head).map_err(io)?;
    if head.is_empty() || head == MAGIC {
        return Ok(head.is_empty());
    }
    Err(StoreError::Foreign { path: path.to_path_buf() })
}

/// Brings the schema to today's version, or makes the tables of a new store. Gives the next track id. The caller holds the
/// lock of `files`.
pub fn prepare(path: &Path, db: &Database) -> Result<(u32, Option<Migrated>), StoreError> {
    let redb = |error: redb::Error| StoreError::from_redb(path, error);
    let migrated = match known_version(path, db)? {
        None => {
            create_tables(db).map_err(redb)?;
            None
        }
        Some(SCHEMA_VERSION) => None,
        Some(older) => Some(migrate(path, db, older)?),
    };
    Ok((next_track(db).map_err(redb)?, migrated))
}

/// `None` for a database with nothing in it.
fn known_version(path: &Path, db: &Database) -> Result<Option<u32>, StoreError> {
    let path = path.to_path_buf();
    match schema_version(db).map_err(|error| StoreError::from_redb(&path, error))? {
        Schema::New => Ok(None),
        Schema::Of(0) => Err(StoreError::Damaged { path, why: "schema 0 never existed".into() }),
        Schema::Of(found) if found > SCHEMA_VERSION => {
            Err(StoreError::FutureVersion { path, found, known: SCHEMA_VERSION })
        }
        Schema::Of(found) => Ok(Some(found)),
        Schema::Foreign => Err(StoreError::Foreign { path }),
    }
}

enum Schema {
    New,
    Of(u32),
    /// Another program's redb file.
    Foreign,
}

fn schema_version(db: &Database) -> Result<Schema, redb::Error> {
    let txn = db.begin_read()?;
    let meta = match txn.open_table(META) {
        Ok(meta) => meta,
        Err(TableError::TableDoesNotExist(_)) => {
            let foreign = txn.list_tables()?.next().is_some();
            return Ok(if foreign { Schema::Foreign } else { Schema::New });
        }
        Err(TableError::Storage(error)) => return Err(error.into()),
        Err(_) => return Ok(Schema::Foreign),
    };
    let version = meta.get(META_SCHEMA)?.map(|version| version.value());
    Ok(version.map_or(Schema::Foreign, Schema::Of))
}

fn next_track(db: &Database) -> Result<u32, redb::Error> {
    let meta = db.begin_read()?.open_table(META)?;
    Ok(meta.get(META_NEXT_TRACK)?.map_or(1, |next| next.value()))
}

fn create_tables(db: &Database) -> Result<(), redb::Error> {
    let txn = db.begin_write()?;
    fill_new(&txn)?;
    txn.commit()?;
    Ok(())
}

/// What a new store has.
pub fn fill_new(txn: &WriteTransaction) -> Result<(), redb::Error> {
    every_table(&mut Make(txn))?;
    let mut meta = txn.open_table(META)?;
    meta.insert(META_SCHEMA, SCHEMA_VERSION)?;
    meta.insert(META_NEXT_TRACK, 1)?;
    Ok(())
}

/// Makes each table where it is not there.
pub struct Make<'a>(pub &'a WriteTransaction);

impl Visit for Make<'_> {
    fn table<K: Key + 'static, V: Value + 'static>(
        &mut self,
        table: TableDefinition<'static, K, V>,
    ) -> Result<(), redb::Error> {
        self.0.open_table(table).map(drop).map_err(Into::into)
    }
}
