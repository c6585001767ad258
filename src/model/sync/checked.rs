//! For loom only. What it has not is made here of its atomics, with the orderings that the crates promise and no stronger
//! ones: a model that holds with these holds with them.

use std::cell::OnceCell;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex as Cell, MutexGuard, PoisonError};
use std::time::Duration;

pub use loom::hint::spin_loop;
pub use loom::sync::atomic::{self, fence};
pub use loom::thread::{Builder, Thread, current, park};
pub use std::sync::mpsc::TryRecvError;

use atomic::{AtomicUsize, Ordering};

/// No time passes in a model: who relies on it to go on sleeps for good, and loom says so.
pub fn park_timeout(_: Duration) {
    park();
}

/// Loom forgets who is called while it yields: whoever yields sleeps no sooner than the second time after it.
pub fn yield_now() {
    loom::thread::yield_now();
    current().unpark();
}

/// What one thread alone touches at a time, by the protocol around it; loom looks at that.
fn open<T>(cell: &Cell<T>) -> MutexGuard<'_, T> {
    cell.lock().unwrap_or_else(PoisonError::into_inner)
}

/// As arc_swap's.
#[derive(Debug)]
pub struct ArcSwapOption<T> {
    all: Cell<Vec<Option<Arc<T>>>>,
    newest: AtomicUsize,
}

impl<T> Default for ArcSwapOption<T> {
    fn default() -> Self {
        Self { all: Cell::new(vec![None]), newest: AtomicUsize::new(0) }
    }
}

impl<T> ArcSwapOption<T> {
    pub fn load(&self) -> Option<Arc<T>> {
        let newest = self.newest.load(Ordering::Acquire);
        open(&self.all).get(newest).cloned().flatten()
    }

    pub fn store(&self, value: Option<Arc<T>>) {
        let mut all = open(&self.all);
        all.push(value);
        let newest = all.len() - 1;
        drop(all);
        self.newest.swap(newest, Ordering::AcqRel);
    }
}

/// As rtrb's.
#[derive(Debug)]
pub struct RingBuffer<T> {
    places: Cell<VecDeque<T>>,
    capacity: usize,
    written: AtomicUsize,
    taken: AtomicUsize,
}

#[derive(Debug)]
pub struct Producer<T>(Arc<RingBuffer<T>>);

#[derive(Debug)]
pub struct Consumer<T> {
    ring: Arc<RingBuffer<T>>,
    first: OnceCell<T>,
}

impl<T> RingBuffer<T> {
    #[expect(clippy::new_ret_no_self, reason = "as rtrb's")]
    pub fn new(capacity: usize) -> (Producer<T>, Consumer<T>) {
        let (written, taken) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let ring = Arc::new(Self { places: Cell::default(), capacity, written, taken });
        (Producer(Arc::clone(&ring)), Consumer { ring, first: OnceCell::new() })
    }

    pub fn capacity(&self) -> usize {
        self.capacity
    }
}

impl<T> Producer<T> {
    pub fn buffer(&self) -> &RingBuffer<T> {
        &self.0
    }

    pub fn slots(&self) -> usize {
        let written = self.0.written.load(Ordering::Relaxed);
        self.0.capacity - (written - self.0.taken.load(Ordering::Acquire))
    }

    pub fn is_full(&self) -> bool {
        self.slots() == 0
    }

    pub fn push(&mut self, value: T) -> Result<(), T> {
        if self.is_full() {
            return Err(value);
        }
        self.commit([value]);
        Ok(())
    }

    fn commit(&mut self, values: impl IntoIterator<Item = T>) {
        let mut places = open(&self.0.places);
        let before = places.len();
        places.extend(values);
        let count = places.len() - before;
        drop(places);
        let written = self.0.written.load(Ordering::Relaxed);
        self.0.written.store(written + count, Ordering::Release);
    }
}

impl<T: Copy + Default> Producer<T> {
    pub fn write_chunk(&mut self, count: usize) -> Result<WriteChunk<'_, T>, ()> {
        let values = vec![T::default(); count];
        (self.slots() >= count).then_some(WriteChunk { values, producer: self }).ok_or(())
    }
}

pub struct WriteChunk<'a, T> {
    values: Vec<T>,
    producer: &'a mut Producer<T>,
}

impl<T> WriteChunk<'_, T> {
    pub fn as_mut_slices(&mut self) -> (&mut [T], &mut [T]) {
        (&mut self.values, &mut [])
    }

    pub fn commit_all(self) {
        self.producer.commit(self.values);
    }
}

impl<T> Consumer<T> {
    pub fn slots(&self) -> usize {
        let taken = self.ring.taken.load(Ordering::Relaxed);
        self.ring.written.load(Ordering::Acquire) - taken
    }

    pub fn is_empty(&self) -> bool {
        self.slots() == 0
    }

    pub fn peek(&self) -> Result<&T, ()> {
        if self.first.get().is_none()
            && !self.is_empty()
            && let Some(first) = open(&self.ring.places).pop_front()
        {
            let _ = self.first.set(first);
        }
        self.first.get().ok_or(())
    }

    pub fn pop(&mut self) -> Result<T, ()> {
        self.peek()?;
        let first = self.first.take().ok_or(())?;
        self.count(1);
        Ok(first)
    }

    fn count(&mut self, count: usize) {
        let taken = self.ring.taken.load(Ordering::Relaxed);
        self.ring.taken.store(taken + count, Ordering::Release);
    }
}

impl<T: Copy> Consumer<T> {
    pub fn read_chunk(&mut self, count: usize) -> Result<ReadChunk<'_, T>, ()> {
        let there = self.slots();
        let values = open(&self.ring.places).iter().take(count).copied().collect();
        (there >= count).then_some(ReadChunk { values, consumer: self }).ok_or(())
    }
}

pub struct ReadChunk<'a, T> {
    values: Vec<T>,
    consumer: &'a mut Consumer<T>,
}

impl<T> ReadChunk<'_, T> {
    pub fn as_slices(&self) -> (&[T], &[T]) {
        (&self.values, &[])
    }

    pub fn commit_all(self) {
        open(&self.consumer.ring.places).drain(..self.values.len());
        self.consumer.count(self.values.len());
    }
}

/// As that of `std::sync::mpsc`, for one sender.
pub fn channel<T>() -> (Sender<T>, Receiver<T>) {
    let line = Arc::new(loom::sync::Mutex::new(Line { waiting: VecDeque::new(), is_closed: false }));
    (Sender(Arc::clone(&line)), Receiver(line))
}

struct Line<T> {
    waiting: VecDeque<T>,
    is_closed: bool,
}

pub struct Sender<T>(Arc<loom::sync::Mutex<Line<T>>>);

pub struct Receiver<T>(Arc<loom::sync::Mutex<Line<T>>>);

fn hold<T>(line: &loom::sync::Mutex<Line<T>>) -> loom::sync::MutexGuard<'_, Line<T>> {
    line.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<T> Sender<T> {
    pub fn send(&self, value: T) -> Result<(), T> {
        hold(&self.0).waiting.push_back(value);
        Ok(())
    }
}

impl<T> Drop for Sender<T> {
    fn drop(&mut self) {
        hold(&self.0).is_closed = true;
    }
}

impl<T> Receiver<T> {
    pub fn try_recv(&self) -> Result<T, TryRecvError> {
        let mut line = hold(&self.0);
        match line.waiting.pop_front() {
            Some(value) => Ok(value),
            None if line.is_closed => Err(TryRecvError::Disconnected),
            None => Err(TryRecvError::Empty),
        }
    }
}
