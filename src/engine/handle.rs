//! What the app holds: starts the engine's threads, sends commands, shares the gauges, ends it all.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, OnceLock};
use std::thread::{Builder, Thread};
use std::time::Duration;

use super::command::{EngineCommand, EngineEvent, Totals};
use super::error::EngineError;
use super::output::{Opener, OpensOutputs};
use super::prefetch::Prefetch;
use super::run::{Core, Parts};
use super::source::{Files, Opens};
use crate::model::settings::{NetworkSettings, OutputSettings, SoundSettings};
use crate::rt::clock::PlaybackClock;
use crate::rt::gauge::MasteringGauge;
use crate::rt::tap::Tap;
use crate::rt::wake::Wake;

/// How the engine starts.
#[derive(Debug, Clone)]
pub struct EngineOptions {
    pub output: OutputSettings,
    /// Linear gain from the first sample on.
    pub gain: f32,
    pub sound: SoundSettings,
    /// After this long in pause or stopped a device is let go, so that others can have it.
    pub let_go_after: Duration,
    /// How often a device is looked for while the null output stands in.
    pub look_again: Duration,
    /// Wait before the second attempt to open a lost device; it doubles up to five seconds.
    pub retry: Duration,
    /// A device that takes nothing for so long has stalled; at least four of its periods.
    pub stalled: Duration,
}

impl EngineOptions {
    pub fn new(output: OutputSettings) -> Self {
        Self {
            output,
            gain: 1.0,
            sound: SoundSettings::default(),
            let_go_after: Duration::from_secs(10),
            look_again: Duration::from_secs(5),
            retry: Duration::from_millis(250),
            stalled: Duration::from_millis(500),
        }
    }
}

/// Counters that the engine thread writes and anyone reads.
#[derive(Debug, Default)]
pub(super) struct Counters {
    pub(super) frames: AtomicU64,
    pub(super) underruns: AtomicU64,
}

/// Starts engines.
#[derive(Debug)]
pub struct Engine;

impl Engine {
    /// Starts the threads `engine`, `decode` and `output`. `events` is called on the engine thread and must not block.
    ///
    /// # Errors
    /// When a thread cannot be started.
    pub fn spawn(
        output: OutputSettings,
        network: NetworkSettings,
        outputs: Box<dyn OpensOutputs>,
        events: Box<dyn Fn(EngineEvent) + Send>,
    ) -> Result<EngineHandle, EngineError> {
        let sources = Arc::new(Files { network });
        Self::spawn_with(EngineOptions::new(output), sources, outputs, events)
    }

    /// As [`Self::spawn`], with sources and outputs of the caller's: for tests.
    ///
    /// # Errors
    /// As for [`Self::spawn`].
    pub fn spawn_with(
        options: EngineOptions,
        sources: Arc<dyn Opens>,
        outputs: Box<dyn OpensOutputs>,
        events: Box<dyn Fn(EngineEvent) + Send>,
    ) -> Result<EngineHandle, EngineError> {
        let (commands, asked) = channel();
        let (ended, is_ended) = channel();
        let engine = Arc::new(OnceLock::<Thread>::new());
        let waker = Arc::clone(&engine);
        let wake = Wake::new(move || waker.get().into_iter().for_each(Thread::unpark));
        let opener_wake = wake.clone();
        let opener = Opener::spawn(outputs, move || opener_wake.wake())?;
        let (prefetch, blocks) = Prefetch::spawn(Arc::clone(&sources), wake.clone())?;
        let (clock, tap, counters) = <(Arc<PlaybackClock>, Arc<Tap>, Arc<Counters>)>::default();
        let reading = Arc::<MasteringGauge>::default();
        let parts = Parts {
            options,
            commands: asked,
            events,
            opener,
            sources,
            prefetch,
            blocks,
            wake,
            clock: Arc::clone(&clock),
            tap: Arc::clone(&tap),
            counters: Arc::clone(&counters),
            reading: Arc::clone(&reading),
        };
        let started = Builder::new().name("engine".into()).spawn(move || {
            Core::new(parts).run();
            drop::<Sender<()>>(ended);
        });
        let joined = started.map_err(|cause| EngineError::Thread { name: "engine", cause })?;
        let thread = joined.thread().clone();
        let _ = engine.set(thread.clone());
        // It may have gone to sleep before it could be woken.
        thread.unpark();
        Ok(EngineHandle {
            sender: EngineSender { commands, thread },
            clock,
            tap,
            counters,
            reading,
            is_ended,
        })
    }
}

/// Commands to the engine.
#[derive(Debug, Clone)]
pub struct EngineSender {
    commands: Sender<EngineCommand>,
    thread: Thread,
}

impl EngineSender {
    /// Never waits. After the end commands go nowhere.
    pub fn send(&self, command: EngineCommand) {
        let _ = self.commands.send(command);
        self.thread.unpark();
    }
}

/// See the module's head. Dropping it ends the engine as [`EngineCommand::Shutdown`] does, without waiting.
#[derive(Debug)]
pub struct EngineHandle {
    sender: EngineSender,
    clock: Arc<PlaybackClock>,
    tap: Arc<Tap>,
    counters: Arc<Counters>,
    reading: Arc<MasteringGauge>,
    /// Closes when the engine thread ends.
    is_ended: Receiver<()>,
}

impl EngineHandle {
    /// Never waits. After the end commands go nowhere.
    pub fn send(&self, command: EngineCommand) {
        self.sender.send(command);
    }

    /// For those who only send.
    pub fn sender(&self) -> EngineSender {
        self.sender.clone()
    }

    /// Where the ear is.
    pub fn clock(&self) -> &Arc<PlaybackClock> {
        &self.clock
    }

    /// What is rendered, for the spectrum.
    pub fn tap(&self) -> &Arc<Tap> {
        &self.tap
    }

    /// How far mastering holds the sound down.
    pub fn reading(&self) -> &Arc<MasteringGauge> {
        &self.reading
    }

    pub fn totals(&self) -> Totals {
        Totals {
            frames: self.counters.frames.load(Ordering::Relaxed),
            underruns: self.counters.underruns.load(Ordering::Relaxed),
        }
    }

    /// Ends the engine as [`EngineCommand::Shutdown`] does and waits for that, but not longer than `deadline`; whether
    /// it ended.
    pub fn shutdown(&self, deadline: Duration) -> bool {
        self.send(EngineCommand::Shutdown);
        matches!(self.is_ended.recv_timeout(deadline), Err(RecvTimeoutError::Disconnected))
    }
}

impl Drop for EngineHandle {
    fn drop(&mut self) {
        self.send(EngineCommand::Shutdown);
    }
}
