//! Keeps the thread `input` off the terminal while an editor has it.

use std::sync::{Condvar, Mutex, MutexGuard};
use std::time::Duration;

/// How long it is waited for the thread to leave the terminal.
const PATIENCE: Duration = Duration::from_secs(1);

#[derive(Debug, Default)]
pub(super) struct Gate {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    closed: bool,
    /// The reader stands before it.
    waits: bool,
}

impl Gate {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    /// The reader, before each look at the terminal.
    pub(super) fn pass(&self) {
        let mut state = self.state();
        while state.closed {
            state.waits = true;
            self.changed.notify_all();
            state = self.changed.wait(state).unwrap_or_else(|poisoned| poisoned.into_inner());
        }
        state.waits = false;
    }

    /// Waits until nobody reads the terminal: a change of its size, which is told here, ends a look that waits.
    pub(super) fn close(&self) {
        self.state().closed = true;
        let us = rustix::process::getpid();
        let _ = rustix::process::kill_process(us, rustix::process::Signal::WINCH);
        let waits = |state: &mut State| !state.waits;
        let _ = self.changed.wait_timeout_while(self.state(), PATIENCE, waits);
    }

    pub(super) fn open(&self) {
        self.state().closed = false;
        self.changed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    #[test]
    fn nobody_passes_a_closed_gate() {
        let (gate, passed) = (Arc::new(Gate::default()), Arc::new(AtomicU32::new(0)));
        gate.pass();
        gate.state().closed = true;
        let (of_thread, count) = (Arc::clone(&gate), Arc::clone(&passed));
        let reader = std::thread::spawn(move || {
            of_thread.pass();
            count.fetch_add(1, Ordering::SeqCst);
        });
        let state = gate.changed.wait_while(gate.state(), |state| !state.waits).unwrap();
        assert_eq!(passed.load(Ordering::SeqCst), 0);
        drop(state);
        gate.open();
        reader.join().unwrap();
        assert_eq!(passed.load(Ordering::SeqCst), 1);
    }
}
