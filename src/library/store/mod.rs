//! The store: one redb file, one writer thread, readers by MVCC from any thread. [`Store`] is the handle: cheap to
//! clone, shared by scan, catalog build and app. Opening never deletes or overwrites what it cannot read, and brings a store
//! of an older version to today's (`migrate`) behind a copy. [`care`] copies, checks, mends and shrinks it as a whole.

pub mod care;
mod codec;
mod error;
pub(super) mod files;
mod measured;
mod migrate;
mod open;
mod playlist;
#[cfg(test)]
mod power_tests;
mod read;
mod schema;
mod template;
#[cfg(test)]
mod tests;
mod write;
mod writer;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::mpsc::{self, SyncSender, TrySendError};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use arc_swap::ArcSwapOption;
use redb::Database;

pub use codec::{AudioId, Brief, CodecError, FileRow, ScanRecord, SheetRow, Standing};
pub use error::StoreError;
pub use measured::MeasuredRow;
pub use migrate::Migrated;
pub use read::{Audios, Files, Listens, MeasuredRows, StoreReader, Tracks};
pub use schema::SCHEMA_VERSION;
pub use write::{Failure, WriteOp};

use crate::model::id::TrackId;
use writer::{Health, Message, Writer};

/// What the store tells. Told once when writing begins to fail and once when it is well again.
#[derive(Debug)]
pub enum StoreEvent {
    /// A write failed. What was to be written is kept in memory and tried again.
    WriteFailed(StoreError),
    /// Everything kept was written.
    Recovered,
    /// The store was of an older version. Told once, by the thread that opens it.
    Migrated(Migrated),
}

/// Called on the writer thread, and while the store is opened; must not block.
pub type OnStoreEvent = Box<dyn Fn(StoreEvent) + Send>;

/// Handle to the one library file. See the module's head.
#[derive(Debug, Clone)]
pub struct Store {
    shared: Arc<Shared>,
    sender: SyncSender<Message>,
    /// Guards taking the handle once, in `close`; held for that only.
    thread: Arc<Mutex<Option<JoinHandle<()>>>>,
}

/// What handles and the writer thread have in common.
#[derive(Debug)]
struct Shared {
    path: PathBuf,
    /// `None` while the writer opens the file again after a failure, and after `close`.
    db: ArcSwapOption<Database>,
    next_track: AtomicU32,
    /// How often something of measured tracks was to be written.
    measured: AtomicU64,
    health: Health,
}

impl Store {
    /// Opens the library, made if it is not there, with its folders, and brought to today's schema, see `migrate`.
    /// `on_event` hears of that, and of failed writes.
    pub fn open(file: &Path, on_event: OnStoreEvent) -> Result<Self, StoreError> {
        let _alone = files::alone(file)?;
        let db = open::open_file(file)?;
        let path = file.to_path_buf();
        let again = move || {
            let _alone = files::alone(&path)?;
            open::open_file(&path)
        };
        Self::start(file, db, Box::new(again), on_event)
    }

    fn start(
        file: &Path,
        db: Database,
        opener: open::Opener,
        on_event: OnStoreEvent,
    ) -> Result<Self, StoreError> {
        let (next_track, migrated) = open::prepare(file, &db)?;
        if let Some(migrated) = migrated {
            on_event(StoreEvent::Migrated(migrated));
        }
        let shared = Arc::new(Shared {
            path: file.to_path_buf(),
            db: ArcSwapOption::from_pointee(db),
            next_track: AtomicU32::new(next_track),
            measured: AtomicU64::new(0),
            health: Health::default(),
        });
        let (sender, receiver) = mpsc::sync_channel(writer::CHANNEL_MESSAGES);
        let writer = Writer::new(shared.clone(), receiver, opener, on_event);
        let thread = std::thread::Builder::new()
            .name("store-writer".into())
            .spawn(move || writer.run())
            .map_err(|source| StoreError::Io { path: file.to_path_buf(), source })?;
        Ok(Self { shared, sender, thread: Arc::new(Mutex::new(Some(thread))) })
    }

    pub fn path(&self) -> &Path {
        &self.shared.path
    }

    /// A fresh id, never given before.
    pub fn new_track_id(&self) -> TrackId {
        TrackId(self.shared.next_track.fetch_add(1, Ordering::Relaxed))
    }

    /// Hands `op` to the writer thread; waits while the writer is behind. For jobs. An error means that the disk fails
    /// and the writer can keep no more: `op` was not taken.
    pub fn write(&self, op: WriteOp) -> Result<(), StoreError> {
        self.shared.note(&op);
        self.send(Message::Write(op))
    }

    /// As `write`, but never waits: `StoreError::Busy` where the writer is behind. For the app thread.
    pub fn try_write(&self, op: WriteOp) -> Result<(), StoreError> {
        self.shared.note(&op);
        match self.sender.try_send(Message::Write(op)) {
            Ok(()) => Ok(()),
            Err(TrySendError::Full(_)) => Err(StoreError::Busy { path: self.shared.path.clone() }),
            Err(TrySendError::Disconnected(_)) => Err(self.closed()),
        }
    }

    /// Grows with each write about measured tracks: where it is the same, so are they.
    pub fn told_measured(&self) -> u64 {
        self.shared.measured.load(Ordering::Relaxed)
    }

    /// Waits until every earlier write is on the disk, or tells why it is not.
    pub fn flush(&self) -> Result<(), StoreError> {
        let (done, result) = mpsc::sync_channel(1);
        self.send(Message::Flush(done))?;
        result.recv().unwrap_or_else(|_| Err(self.closed()))
    }

    /// Writes what is left and lets the file go. `false` where that took longer than `deadline`, or some of it could
    /// not be written. Other clones of the handle are of no use afterwards.
    pub fn close(self, deadline: Duration) -> bool {
        let until = Instant::now() + deadline;
        self.shared.health.ask_to_close();
        // A full channel wakes the writer as well.
        let _ = self.sender.try_send(Message::Wake);
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some(thread) = thread else { return true };
        while !thread.is_finished() {
            if Instant::now() >= until {
                return false;
            }
            std::thread::sleep(Duration::from_millis(2));
        }
        thread.join().is_ok() && !self.shared.health.is_failing()
    }

    /// An immutable view of everything committed so far.
    pub fn read(&self) -> Result<StoreReader, StoreError> {
        let db = self.shared.db.load_full().ok_or_else(|| self.closed())?;
        StoreReader::new(&db, &self.shared.path)
    }

    fn send(&self, mut message: Message) -> Result<(), StoreError> {
        loop {
            match self.sender.try_send(message) {
                Ok(()) => return Ok(()),
                Err(TrySendError::Disconnected(_)) => return Err(self.closed()),
                Err(TrySendError::Full(_)) if self.shared.health.is_failing() => {
                    return Err(self.shared.refusal());
                }
                Err(TrySendError::Full(back)) => message = back,
            }
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    fn closed(&self) -> StoreError {
        StoreError::Closed { path: self.shared.path.clone() }
    }
}

impl Shared {
    fn note(&self, op: &WriteOp) {
        if matches!(op, WriteOp::PutMeasured(_) | WriteOp::RemoveTracks(_)) {
            self.measured.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Why nothing more is taken while writing fails.
    fn refusal(&self) -> StoreError {
        let path = self.path.clone();
        if self.health.is_full() {
            return StoreError::Full { path };
        }
        StoreError::Io { path, source: std::io::Error::other("an earlier write failed") }
    }
}
