//! Opening the file and bringing its schema in order. Called at start, and by the writer thread after a failed write
//! (redb refuses all work on a file after an I/O error until it is opened again).

use std::fs::{DirBuilder, File};
use std::io::{ErrorKind, Read};
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;

use redb::{Builder, Database, ReadableDatabase, TableError, TableHandle};

use super::error::StoreError;
use super::schema::{
    AUDIO, FACTS, FAILURES, FILES, HISTORY, LISTENS, MEASURED, META, META_NEXT_TRACK, META_SCHEMA, MISSING,
    PLACES, ROOTS, SCHEMA_VERSION, SESSION, SHEETS, TRACKS, WAVEFORMS,
};
use crate::model::contain::contain;

/// Opens the file once more.
pub type Opener = Box<dyn Fn() -> Result<Database, StoreError> + Send>;

/// redb keeps pages in memory up to this; the whole player is to stay small.
const CACHE_BYTES: usize = 4 * 1024 * 1024;

/// First bytes of every redb file (redb's design document, "Database header").
const MAGIC: &[u8; 4] = b"redb";

pub fn open_file(path: &Path) -> Result<Database, StoreError> {
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        let made = DirBuilder::new().recursive(true).mode(0o700).create(folder);
        made.map_err(|source| StoreError::Folder { path: folder.to_path_buf(), source })?;
    }
    if refuse_foreign(path)? {
        make_new(path)?;
    }
    open_there(path)
}

/// A store appears under its name only when it is whole: a kill at any moment leaves none, or an empty one that opens.
/// The lock lets the first of two programs that start at once make it.
fn make_new(path: &Path) -> Result<(), StoreError> {
    let io = |source| StoreError::from_redb(path, redb::Error::Io(source));
    let lock = File::create(path.with_extension("lock")).map_err(io)?;
    lock.lock().map_err(io)?;
    if !refuse_foreign(path)? {
        return Ok(());
    }
    let half_made = path.with_extension("new");
    match std::fs::remove_file(&half_made) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(io(error)),
        _ => {}
    }
    create_tables(&open_there(&half_made)?).map_err(|error| StoreError::from_redb(path, error))?;
    std::fs::rename(&half_made, path).map_err(io)?;
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(io)
}

fn open_there(path: &Path) -> Result<Database, StoreError> {
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
fn refuse_foreign(path: &Path) -> Result<bool, StoreError> {
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

/// Checks the schema's version, or makes the tables of a new store. Gives the next track id.
pub fn prepare(path: &Path, db: &Database) -> Result<u32, StoreError> {
    let redb = |error: redb::Error| StoreError::from_redb(path, error);
    match schema_version(db).map_err(redb)? {
        Schema::Of(SCHEMA_VERSION) => next_track(db).map_err(redb),
        Schema::Of(found) if found > SCHEMA_VERSION => {
            Err(StoreError::FutureVersion { path: path.to_path_buf(), found, known: SCHEMA_VERSION })
        }
        Schema::Of(found) => Err(StoreError::Damaged {
            path: path.to_path_buf(),
            why: format!("schema {found} never existed"),
        }),
        Schema::Foreign => Err(StoreError::Foreign { path: path.to_path_buf() }),
        Schema::New => create_tables(db).map_err(redb).map(|()| 1),
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
    {
        let mut meta = txn.open_table(META)?;
        meta.insert(META_SCHEMA, SCHEMA_VERSION)?;
        meta.insert(META_NEXT_TRACK, 1)?;
        let _ = txn.open_table(TRACKS)?.name();
        let _ = txn.open_table(FILES)?.name();
        let _ = txn.open_table(FAILURES)?.name();
        let _ = txn.open_table(SHEETS)?.name();
        let _ = txn.open_table(FACTS)?.name();
        let _ = txn.open_table(LISTENS)?.name();
        let _ = txn.open_table(HISTORY)?.name();
        let _ = txn.open_table(AUDIO)?.name();
        let _ = txn.open_table(MEASURED)?.name();
        let _ = txn.open_table(WAVEFORMS)?.name();
        let _ = txn.open_table(MISSING)?.name();
        let _ = txn.open_table(PLACES)?.name();
        let _ = txn.open_table(ROOTS)?.name();
        let _ = txn.open_table(SESSION)?.name();
    }
    txn.commit()?;
    Ok(())
}
