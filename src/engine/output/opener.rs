//! Opens outputs on the thread `output` and drops them on throw-away threads, because either may block for seconds or
//! for ever. Called by the engine thread, which never waits here.

use std::convert::Infallible;
use std::mem;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::Builder;
use std::time::{Duration, Instant};

use super::{Opened, OpensOutputs, Output, OutputError, Wanted};
use crate::engine::priority;
use crate::model::contain::contain;
use crate::model::settings::OutputSettings;
use crate::rt::wake::Wake;

/// The answer to [`Opener::open`].
#[derive(Debug)]
pub struct OpenResult {
    /// As given with the request.
    pub request: u64,
    pub result: Result<Opened, OutputError>,
}

struct Request {
    id: u64,
    settings: OutputSettings,
    wanted: Wanted,
    not_before: Option<Instant>,
}

/// The engine's side of the `output` thread. The thread ends when this is dropped; what it was opening then is closed
/// there.
pub struct Opener {
    requests: Sender<Request>,
    results: Receiver<OpenResult>,
    /// Held by each throw-away thread for as long as it lives; nothing is ever sent.
    closing: Sender<Infallible>,
    closed: Receiver<Infallible>,
}

impl Opener {
    /// `wake_engine` is called from other threads whenever there is something to poll, and by outputs that want more
    /// samples or reached the end.
    pub fn spawn(
        outputs: Box<dyn OpensOutputs>,
        wake_engine: impl Fn() + Send + Sync + 'static,
    ) -> Result<Self, OutputError> {
        let (requests, requested) = channel();
        let (answer, results) = channel();
        let (closing, closed) = channel();
        let wake = Wake::new(wake_engine);
        let thread = Builder::new().name("output".into());
        let started = thread.spawn(move || run(outputs, &requested, &answer, &wake));
        started.map_err(|error| OutputError::thread(&error))?;
        Ok(Self { requests, results, closing, closed })
    }

    /// Asks for an output, not before the given time. A newer request replaces one that still waits for its time; the
    /// one replaced is not answered.
    pub fn open(&self, request: u64, settings: OutputSettings, wanted: Wanted, not_before: Option<Instant>) {
        // The thread lives as long as this does.
        let _ = self.requests.send(Request { id: request, settings, wanted, not_before });
    }

    pub fn poll(&mut self) -> Option<OpenResult> {
        self.results.try_recv().ok()
    }

    /// Drops an output elsewhere. Where not even a thread can be had it is left as it is: to wait here would stop all
    /// sound.
    pub fn discard(&self, output: Box<dyn Output>) {
        let (hand, taken) = channel::<Box<dyn Output>>();
        let closing = self.closing.clone();
        let thread = Builder::new().name("output-drop".into());
        let started = thread.spawn(move || {
            priority::usual();
            drop(taken.recv());
            drop(closing);
        });
        match started {
            Ok(_) => drop(hand.send(output)),
            Err(_) => mem::forget(output),
        }
    }

    /// Waits until what was discarded is closed, so that files are whole, but not longer than `longest`; `false` where
    /// something hung. For the end of the program.
    pub fn close(mut self, longest: Duration) -> bool {
        while let Some(OpenResult { result, .. }) = self.poll() {
            result.into_iter().for_each(|opened| self.discard(opened.output));
        }
        drop(self.closing);
        matches!(self.closed.recv_timeout(longest), Err(RecvTimeoutError::Disconnected))
    }
}

fn run(
    mut outputs: Box<dyn OpensOutputs>,
    requests: &Receiver<Request>,
    answer: &Sender<OpenResult>,
    wake: &Wake,
) {
    while let Some(request) = next(requests) {
        let result = open(outputs.as_mut(), &request);
        if let Ok(opened) = &result {
            opened.writer.shared().set_writer_wake(wake.clone());
        }
        if answer.send(OpenResult { request: request.id, result }).is_err() {
            return;
        }
        wake.wake();
    }
}

/// The newest request once its time has come; `None` when nobody will ask any more.
fn next(requests: &Receiver<Request>) -> Option<Request> {
    let mut request = requests.recv().ok()?;
    loop {
        let wait =
            request.not_before.map_or(Duration::ZERO, |at| at.saturating_duration_since(Instant::now()));
        match requests.recv_timeout(wait) {
            Ok(newer) => request = newer,
            Err(RecvTimeoutError::Timeout) => return Some(request),
            Err(RecvTimeoutError::Disconnected) => return None,
        }
    }
}

/// A panic in a sound library is an output that does not open.
fn open(outputs: &mut dyn OpensOutputs, request: &Request) -> Result<Opened, OutputError> {
    contain(|| outputs.open(&request.settings, &request.wanted)).unwrap_or_else(|_| {
        let why = "its library failed; the log has the details".into();
        Err(OutputError::Refused { name: request.settings.output.to_string(), why })
    })
}
