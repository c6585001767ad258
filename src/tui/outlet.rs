//! What goes to the terminal, written by a thread of its own (`tty-out`): a terminal that reads slowly, or not at all,
//! holds back frames, but neither keys nor sound. One frame at a time is under way; whoever wants to draw meanwhile waits
//! for [`Message::Written`], and then draws what is the case by then.

use std::io::{self, Write};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use super::channel::{Message, UiSender};

/// Bytes of one write: between two of them it is seen whether the rest is still wanted.
const PIECE: usize = 4096;

/// The ui thread's end. What is written into it is kept until it is flushed.
pub(super) struct Outlet {
    line: Line,
    frame: Vec<u8>,
}

/// The way to the terminal, which many may look at.
#[derive(Clone)]
pub(super) struct Line(Arc<Shared>);

struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    waiting: Vec<u8>,
    /// The thread has bytes in its hands.
    is_writing: bool,
    /// What it has is not wanted any more.
    is_dropped: bool,
    /// Somebody waits for the line to be free.
    is_awaited: bool,
    is_closed: bool,
    /// A write failed: the terminal is gone.
    is_broken: bool,
    /// Bytes that were handed over, ever.
    bytes: u64,
    /// How long the last ones took.
    took: Duration,
}

impl State {
    fn is_busy(&self) -> bool {
        !self.is_broken && (self.is_writing || !self.waiting.is_empty())
    }
}

/// Starts the thread, which gives pieces of what is flushed to `sink`.
pub(super) fn open(
    sender: UiSender,
    mut sink: impl FnMut(&[u8]) -> io::Result<()> + Send + 'static,
) -> io::Result<(Outlet, Line)> {
    let shared = Shared { state: Mutex::new(State::default()), changed: Condvar::new() };
    let line = Line(Arc::new(shared));
    let of_thread = line.clone();
    let work = move || {
        while let Some(bytes) = of_thread.next() {
            let begun = Instant::now();
            let written = of_thread.write(&bytes, &mut sink);
            let is_broken = written.is_err();
            if of_thread.written(is_broken, begun.elapsed()) {
                sender.send(Message::Written);
            }
            if is_broken {
                sender.send(Message::TerminalGone);
                return;
            }
        }
    };
    std::thread::Builder::new().name("tty-out".into()).spawn(work)?;
    Ok((Outlet { line: line.clone(), frame: Vec::with_capacity(1 << 14) }, line))
}

impl Line {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    /// What the thread writes next; `None` once that is nothing any more.
    fn next(&self) -> Option<Vec<u8>> {
        let idle = |state: &mut State| state.waiting.is_empty() && !state.is_closed;
        let waited = self.0.changed.wait_while(self.state(), idle);
        let mut state = waited.unwrap_or_else(|poisoned| poisoned.into_inner());
        if state.waiting.is_empty() {
            return None;
        }
        (state.is_writing, state.is_dropped) = (true, false);
        Some(std::mem::take(&mut state.waiting))
    }

    fn write(&self, bytes: &[u8], sink: &mut impl FnMut(&[u8]) -> io::Result<()>) -> io::Result<()> {
        for piece in bytes.chunks(PIECE) {
            if self.state().is_dropped {
                break;
            }
            sink(piece)?;
        }
        Ok(())
    }

    /// Whether somebody waits for that.
    fn written(&self, is_broken: bool, took: Duration) -> bool {
        let mut state = self.state();
        (state.is_writing, state.is_broken, state.took) = (false, is_broken, took);
        self.0.changed.notify_all();
        !state.is_busy() && std::mem::take(&mut state.is_awaited)
    }

    /// Whether what was flushed is still under way. Then [`Message::Written`] comes when it is not.
    pub(super) fn is_busy(&self) -> bool {
        let mut state = self.state();
        state.is_awaited = state.is_busy();
        state.is_awaited
    }

    /// How long the terminal took for the last frame.
    pub(super) fn took(&self) -> Duration {
        self.state().took
    }

    /// Bytes that the terminal was given so far.
    pub(super) fn bytes(&self) -> u64 {
        self.state().bytes
    }

    /// Before the terminal is given to somebody else: waits so long at most until all is written, and drops the rest.
    pub(super) fn settle(&self, patience: Duration) {
        let busy = |state: &mut State| state.is_busy();
        let waited = self.0.changed.wait_timeout_while(self.state(), patience, busy);
        let mut state = waited.unwrap_or_else(|poisoned| poisoned.into_inner()).0;
        state.waiting.clear();
        state.is_dropped = state.is_writing;
    }
}

impl Write for Outlet {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.frame.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    /// Hands all over. Never waits.
    fn flush(&mut self) -> io::Result<()> {
        let mut state = self.line.state();
        if state.is_broken {
            return Err(io::ErrorKind::BrokenPipe.into());
        }
        state.bytes += self.frame.len() as u64;
        state.waiting.append(&mut self.frame);
        self.line.0.changed.notify_all();
        Ok(())
    }
}

impl Drop for Outlet {
    fn drop(&mut self) {
        self.line.state().is_closed = true;
        self.line.0.changed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::{Receiver, SyncSender, channel, sync_channel};

    use super::*;
    use crate::tui::channel::{Inbox, inbox};

    const SOON: Duration = Duration::from_secs(20);

    /// A terminal that takes a piece when it is told to.
    fn slow() -> (Outlet, Line, Inbox, SyncSender<()>, Receiver<Vec<u8>>) {
        let (go, gate) = sync_channel::<()>(100);
        let (out, taken) = channel();
        let inbox = inbox();
        let sink = move |piece: &[u8]| {
            gate.recv().map_err(|_| io::Error::from(io::ErrorKind::BrokenPipe))?;
            out.send(piece.to_vec()).map_err(|_| io::ErrorKind::BrokenPipe.into())
        };
        let (outlet, line) = open(inbox.sender(), sink).unwrap();
        (outlet, line, inbox, go, taken)
    }

    #[test]
    fn who_writes_never_waits_and_is_told_when_it_is_done() {
        let (mut outlet, line, inbox, go, taken) = slow();
        assert!(!line.is_busy());
        outlet.write_all(&[b'a'; PIECE + 1]).unwrap();
        assert!(!line.is_busy(), "nothing goes before it is flushed");
        outlet.flush().unwrap();
        assert!(line.is_busy());
        go.send(()).unwrap();
        assert_eq!(taken.recv_timeout(SOON).unwrap().len(), PIECE);
        assert!(line.is_busy());
        assert!(inbox.receiver.try_recv().is_err());
        go.send(()).unwrap();
        assert!(matches!(inbox.receiver.recv_timeout(SOON), Ok(Message::Written)));
        assert_eq!(taken.recv_timeout(SOON).unwrap(), b"a");
        assert!(!line.is_busy());
        assert_eq!(line.bytes(), PIECE as u64 + 1);
    }

    #[test]
    fn what_a_terminal_does_not_take_is_dropped_before_it_is_given_away() {
        let (mut outlet, line, _inbox, go, taken) = slow();
        outlet.write_all(&[b'a'; 3 * PIECE]).unwrap();
        outlet.flush().unwrap();
        // One is in the middle of its write.
        while !line.0.state.lock().unwrap().waiting.is_empty() {
            std::thread::yield_now();
        }
        outlet.write_all(b"later").unwrap();
        outlet.flush().unwrap();
        line.settle(Duration::from_millis(1));
        outlet.write_all(b"new").unwrap();
        outlet.flush().unwrap();
        (0..4).for_each(|_| go.send(()).unwrap());
        assert_eq!(taken.recv_timeout(SOON).unwrap().len(), PIECE);
        assert_eq!(taken.recv_timeout(SOON).unwrap(), b"new");
    }

    #[test]
    fn all_is_written_first_where_the_terminal_reads() {
        let (mut outlet, line, _inbox, go, taken) = slow();
        (0..4).for_each(|_| go.send(()).unwrap());
        outlet.write_all(&[b'a'; 2 * PIECE]).unwrap();
        outlet.flush().unwrap();
        line.settle(SOON);
        assert_eq!(taken.try_iter().map(|piece| piece.len()).sum::<usize>(), 2 * PIECE);
    }

    #[test]
    fn a_terminal_that_is_gone_is_told() {
        let (mut outlet, line, inbox, go, _taken) = slow();
        drop(go);
        outlet.write_all(b"frame").unwrap();
        outlet.flush().unwrap();
        let gone = |message| matches!(message, Message::TerminalGone);
        assert!(inbox.receiver.recv_timeout(SOON).is_ok_and(gone));
        assert!(!line.is_busy());
        assert!(outlet.flush().is_err());
    }
}
