//! The writer thread, `store-writer`: gathers what handles send into batches, commits each as one transaction. Owns the
//! only write transaction. A failed batch is kept in memory and tried again; it runs no jobs.

use std::mem;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender};
use std::time::{Duration, Instant};

use redb::Database;

use super::error::StoreError;
use super::open::Opener;
use super::write::{self, WriteOp};
use super::{OnStoreEvent, Shared, StoreEvent};
use crate::model::contain::contain;

/// Messages that wait for the writer; more make `write` wait and `try_write` refuse.
pub const CHANNEL_MESSAGES: usize = 64;
/// A batch is committed when it has this many records, or is this old.
const BATCH_RECORDS: usize = 4_000;
const BATCH_AGE: Duration = Duration::from_millis(200);
/// While the disk fails, at most about this many records are kept here beside those in the channel.
const KEPT_RECORDS: usize = 16_000;
const FIRST_RETRY: Duration = Duration::from_millis(500);
const LAST_RETRY: Duration = Duration::from_secs(30);
/// While the disk fails, how often the writer looks whether it is to close.
const LOOK: Duration = Duration::from_millis(50);

pub enum Message {
    Write(WriteOp),
    Flush(SyncSender<Result<(), StoreError>>),
    /// Look at the flags.
    Wake,
}

/// Flags between the writer and the handles.
#[derive(Debug, Default)]
pub struct Health {
    failing: AtomicBool,
    full: AtomicBool,
    closing: AtomicBool,
}

impl Health {
    pub fn is_failing(&self) -> bool {
        self.failing.load(Ordering::Acquire)
    }

    /// The failure is a full disk.
    pub fn is_full(&self) -> bool {
        self.full.load(Ordering::Acquire)
    }

    pub fn ask_to_close(&self) {
        self.closing.store(true, Ordering::Release);
    }

    fn is_closing(&self) -> bool {
        self.closing.load(Ordering::Acquire)
    }

    fn set(&self, error: Option<&StoreError>) {
        self.full.store(matches!(error, Some(StoreError::Full { .. })), Ordering::Release);
        self.failing.store(error.is_some(), Ordering::Release);
    }
}

pub struct Writer {
    shared: Arc<Shared>,
    receiver: Receiver<Message>,
    opener: Opener,
    on_event: OnStoreEvent,
    pending: Vec<WriteOp>,
    records: usize,
    waiting: Vec<SyncSender<Result<(), StoreError>>>,
    /// All handles are gone.
    orphaned: bool,
    retry: Duration,
}

impl Writer {
    pub fn new(
        shared: Arc<Shared>,
        receiver: Receiver<Message>,
        opener: Opener,
        on_event: OnStoreEvent,
    ) -> Self {
        Self {
            shared,
            receiver,
            opener,
            on_event,
            pending: Vec::new(),
            records: 0,
            waiting: Vec::new(),
            orphaned: false,
            retry: FIRST_RETRY,
        }
    }

    pub fn run(mut self) {
        while !self.is_ending() {
            self.gather();
            self.commit();
        }
        // What was sent before the end is still written.
        while let Ok(message) = self.receiver.try_recv() {
            self.take(message);
        }
        self.commit();
        self.shared.db.store(None);
    }

    fn is_ending(&self) -> bool {
        self.orphaned || self.shared.health.is_closing()
    }

    /// Waits for something to do, then until the batch is full, old or urgent.
    fn gather(&mut self) {
        if self.shared.health.is_failing() {
            return self.gather_while_failing();
        }
        match self.receiver.recv() {
            Ok(message) => self.take(message),
            Err(_) => self.orphaned = true,
        }
        let until = Instant::now() + BATCH_AGE;
        while self.records < BATCH_RECORDS && self.waiting.is_empty() && !self.is_ending() {
            if !self.receive_until(until) {
                return;
            }
        }
    }

    /// Waits for the next try; meanwhile keeps what comes, within a limit. A flush is answered by a try at once.
    fn gather_while_failing(&mut self) {
        let until = Instant::now() + self.retry;
        self.retry = (self.retry * 2).min(LAST_RETRY);
        while Instant::now() < until && self.waiting.is_empty() && !self.is_ending() {
            if self.records < KEPT_RECORDS {
                self.receive_until(Instant::now() + LOOK);
            } else {
                std::thread::sleep(LOOK);
            }
        }
    }

    /// `false` when the time is up.
    fn receive_until(&mut self, until: Instant) -> bool {
        match self.receiver.recv_timeout(until.saturating_duration_since(Instant::now())) {
            Ok(message) => self.take(message),
            Err(RecvTimeoutError::Timeout) => return false,
            Err(RecvTimeoutError::Disconnected) => self.orphaned = true,
        }
        true
    }

    fn take(&mut self, message: Message) {
        match message {
            Message::Write(op) => self.keep(op),
            Message::Flush(waiter) => self.waiting.push(waiter),
            Message::Wake => {}
        }
    }

    fn keep(&mut self, op: WriteOp) {
        if matches!(op, WriteOp::PutSession(_)) {
            // The newest session replaces one that still waits, so that a failing disk does not pile them up.
            let before = self.pending.len();
            self.pending.retain(|op| !matches!(op, WriteOp::PutSession(_)));
            self.records -= before - self.pending.len();
        }
        self.records += op.records();
        self.pending.push(op);
    }

    fn commit(&mut self) {
        let result = if self.pending.is_empty() { Ok(()) } else { self.write_pending() };
        match &result {
            Ok(()) => self.written(),
            Err(_) => self.let_go(),
        }
        self.answer(result);
    }

    fn write_pending(&self) -> Result<(), StoreError> {
        let db = self.database()?;
        let next_track = self.shared.next_track.load(Ordering::Relaxed);
        let path = &self.shared.path;
        // Damaged pages may break redb's own assertions; the thread must live to say so.
        let applied = contain(|| write::apply(&db, &self.pending, next_track));
        match applied {
            Ok(applied) => applied.map_err(|error| StoreError::from_redb(path, error)),
            Err(_) => Err(StoreError::Damaged { path: path.clone(), why: "its pages make no sense".into() }),
        }
    }

    /// The open database, opened again where a failure made that necessary.
    fn database(&self) -> Result<Arc<Database>, StoreError> {
        if let Some(db) = self.shared.db.load_full() {
            return Ok(db);
        }
        let db = Arc::new((self.opener)()?);
        self.shared.db.store(Some(db.clone()));
        Ok(db)
    }

    fn written(&mut self) {
        self.pending.clear();
        self.records = 0;
        self.retry = FIRST_RETRY;
        if self.shared.health.is_failing() {
            self.shared.health.set(None);
            (self.on_event)(StoreEvent::Recovered);
        }
    }

    /// redb does nothing more on a file that had an I/O error: the database is dropped and opened again, so that at
    /// least reading goes on.
    fn let_go(&self) {
        self.shared.db.store(None);
        if let Ok(db) = (self.opener)() {
            self.shared.db.store(Some(Arc::new(db)));
        }
    }

    fn answer(&mut self, result: Result<(), StoreError>) {
        let waiting = mem::take(&mut self.waiting);
        let Err(error) = result else {
            waiting.iter().for_each(|waiter| drop(waiter.try_send(Ok(()))));
            return;
        };
        let first_time = !self.shared.health.is_failing();
        self.shared.health.set(Some(&error));
        waiting.iter().for_each(|waiter| drop(waiter.try_send(Err(self.shared.refusal()))));
        if first_time {
            (self.on_event)(StoreEvent::WriteFailed(error));
        }
    }
}
