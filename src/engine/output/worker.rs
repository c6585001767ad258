//! An output that has a thread of its own: null, file, pipe, capture, ALSA hardware. The output's handle belongs to the engine (and is
//! dropped on a throw-away thread); the body given here runs on the named thread until it is told to stop.

use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};
use std::sync::{Arc, OnceLock};
use std::thread::{Builder, JoinHandle};

use super::{Fault, Output, OutputError};
use crate::model::snapshot::Accepted;

/// A fault as one atomic byte, the first that was told.
#[derive(Debug, Default)]
pub(super) struct FaultCell {
    code: AtomicU8,
    text: OnceLock<String>,
}

impl FaultCell {
    pub(super) fn set(&self, fault: Fault) {
        let code = match fault {
            Fault::Lost => 1,
            Fault::Stalled => 2,
            Fault::Final => 3,
            Fault::Unread => 4,
        };
        let _ = self.code.compare_exchange(0, code, Ordering::Release, Ordering::Relaxed);
    }

    /// Not for a device's callback: it allocates.
    pub(super) fn set_with(&self, fault: Fault, text: String) {
        let _ = self.text.set(text);
        self.set(fault);
    }

    pub(super) fn get(&self) -> Option<Fault> {
        match self.code.load(Ordering::Acquire) {
            0 => None,
            1 => Some(Fault::Lost),
            2 => Some(Fault::Stalled),
            3 => Some(Fault::Final),
            _ => Some(Fault::Unread),
        }
    }

    pub(super) fn text(&self) -> Option<String> {
        self.text.get().cloned()
    }
}

/// What handle and thread say to each other.
#[derive(Debug, Default)]
pub(super) struct Signals {
    stop: AtomicBool,
    pub(super) fault: FaultCell,
}

impl Signals {
    /// The handle was dropped: end soon.
    pub(super) fn is_stopped(&self) -> bool {
        self.stop.load(Ordering::Acquire)
    }
}

/// The handle.
pub(super) struct ThreadOutput {
    accepted: Accepted,
    is_paced: bool,
    signals: Arc<Signals>,
    thread: Option<JoinHandle<()>>,
}

impl ThreadOutput {
    /// Runs `body` on a thread called `name`; it must end soon after `Signals::is_stopped`, for which it is unparked.
    pub(super) fn spawn(
        name: &str,
        accepted: Accepted,
        is_paced: bool,
        body: impl FnOnce(&Signals) + Send + 'static,
    ) -> Result<Self, OutputError> {
        let signals = Arc::new(Signals::default());
        let theirs = Arc::clone(&signals);
        let thread = Builder::new().name(name.into()).spawn(move || body(&theirs));
        let thread = thread.map_err(|error| OutputError::thread(&error))?;
        Ok(Self { accepted, is_paced, signals, thread: Some(thread) })
    }

    /// As the thread found out when it started.
    #[cfg(feature = "device")]
    pub(super) fn set_priority(&mut self, priority: Option<crate::model::snapshot::Priority>) {
        self.accepted.priority = priority;
    }

    pub(super) fn signals(&self) -> &Arc<Signals> {
        &self.signals
    }
}

impl Output for ThreadOutput {
    fn accepted(&self) -> &Accepted {
        &self.accepted
    }

    fn is_paced(&self) -> bool {
        self.is_paced
    }

    fn fault(&self) -> Option<Fault> {
        self.signals.fault.get()
    }

    fn fault_text(&self) -> Option<String> {
        self.signals.fault.text()
    }
}

impl Drop for ThreadOutput {
    fn drop(&mut self) {
        self.signals.stop.store(true, Ordering::Release);
        if let Some(thread) = self.thread.take() {
            thread.thread().unpark();
            let _ = thread.join();
        }
    }
}
