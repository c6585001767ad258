//! How a thread that waits for the network in here is called back. Shared by who decodes and who asks it to.

use std::sync::Arc;

use crate::model::sync::atomic::{AtomicU64, Ordering};

/// Counts what was asked and what of it was taken up: as long as something is left, nobody waits for a server. Asking
/// neither locks nor waits; the thread that is to notice must be unparked after it.
#[derive(Debug, Clone, Default)]
pub struct Interrupt(Arc<Counts>);

#[derive(Debug, Default)]
struct Counts {
    asked: AtomicU64,
    taken: AtomicU64,
}

impl Interrupt {
    /// Something else is to be done: to be called before it is asked for.
    pub fn ask(&self) {
        self.0.asked.fetch_add(1, Ordering::SeqCst);
    }

    /// One thing that was asked for is taken up.
    pub fn take_up(&self) {
        self.0.taken.fetch_add(1, Ordering::SeqCst);
    }

    /// Whether waiting is to end.
    pub fn is_asked(&self) -> bool {
        self.0.asked.load(Ordering::SeqCst) != self.0.taken.load(Ordering::SeqCst)
    }
}
