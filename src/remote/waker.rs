//! What the loop of a server, or of one screen's thread, is woken by, and how it is ended.

use std::io::{self, Read, Write};
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// Wakes the loop, from any thread, without waiting; many calls before it looks are one.
pub struct Waker {
    end: UnixStream,
    woken: AtomicBool,
    stop: AtomicBool,
}

/// The loop's end: can be read where it was woken.
pub struct Woken {
    end: UnixStream,
    waker: Arc<Waker>,
}

impl Waker {
    /// # Errors
    /// Where the system gives no more sockets.
    pub fn pair() -> io::Result<(Arc<Self>, Woken)> {
        let (end, waker) = UnixStream::pair()?;
        for end in [&end, &waker] {
            end.set_nonblocking(true)?;
        }
        let waker =
            Arc::new(Self { end: waker, woken: AtomicBool::new(false), stop: AtomicBool::new(false) });
        Ok((Arc::clone(&waker), Woken { end, waker }))
    }

    pub fn wake(&self) {
        if !self.woken.swap(true, Ordering::AcqRel) {
            // Never full: no more than two bytes are ever under way.
            let _ = (&self.end).write(&[1]);
        }
    }

    /// The loop is to end, soon.
    pub fn stop(&self) {
        self.stop.store(true, Ordering::Release);
        self.wake();
    }
}

impl Woken {
    pub fn waker(&self) -> &Arc<Waker> {
        &self.waker
    }

    /// The loop is to end.
    pub fn is_stopped(&self) -> bool {
        self.waker.stop.load(Ordering::Acquire)
    }

    /// Before anything is looked at: what happens from now on wakes again. The byte of a flag that was just raised may
    /// come later, and wakes once for nothing.
    pub fn take(&mut self) {
        let _ = self.end.read(&mut [0; 8]);
        self.waker.woken.swap(false, Ordering::AcqRel);
    }
}

impl AsFd for Woken {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.end.as_fd()
    }
}

/// Ends the thread of a loop; `false` where that took longer than `deadline`.
pub fn stop(thread: JoinHandle<()>, waker: &Waker, deadline: Duration) -> bool {
    let until = Instant::now() + deadline;
    waker.stop();
    while !thread.is_finished() {
        if Instant::now() >= until {
            return false;
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    thread.join().is_ok()
}
