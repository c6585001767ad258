//! What the tests of the engine share: sources made of numbers (any rate, any length, slow or broken on demand), an
//! engine that plays them into a capture output, and its events in order.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use auralis::engine::command::{EngineCommand, EngineEvent, Item, Place};
use auralis::engine::output::capture::{CaptureHandle, Pace};
use auralis::engine::output::{OpensOutputs, Outputs};
use auralis::engine::{Engine, EngineHandle, EngineOptions, Opens, Reads, SourceError};
use auralis::model::audio::Spec;
use auralis::model::id::PlayId;
use auralis::model::loudness::LoudnessTags;
use auralis::model::settings::{OutputSettings, OutputSpec};
use auralis::model::track::{AudioFormat, Codec};

/// Longest that a test waits for one event.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// A source made of numbers.
#[derive(Clone)]
pub struct Fake {
    pub spec: Spec,
    pub samples: Arc<Vec<f32>>,
    /// Frames of one read.
    pub piece: usize,
    /// So long takes a read.
    pub takes: Duration,
    /// Reading fails at this frame.
    pub breaks_at: Option<u64>,
    /// Opening does not come back while this is held.
    pub gate: Option<Arc<Mutex<()>>>,
    /// What its tags say.
    pub loudness: LoudnessTags,
}

impl Fake {
    pub fn new(rate: u32, channels: u16, samples: Vec<f32>) -> Self {
        let spec = Spec { rate, channels };
        Self {
            spec,
            samples: Arc::new(samples),
            piece: 1152,
            takes: Duration::ZERO,
            breaks_at: None,
            gate: None,
            loudness: LoudnessTags::default(),
        }
    }

    /// Noise of 16 bits; each seed its own.
    pub fn noise(rate: u32, channels: u16, frames: usize, seed: u64) -> Self {
        let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
        let mut next = || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state as i16) as f32 / 32_768.0
        };
        Self::new(rate, channels, (0..frames * usize::from(channels)).map(|_| next()).collect())
    }

    pub fn frames(&self) -> u64 {
        (self.samples.len() / usize::from(self.spec.channels)) as u64
    }
}

/// All sources of a test, by path. What is not here does not open.
#[derive(Default)]
pub struct Fakes(Mutex<HashMap<PathBuf, Fake>>);

impl Opens for Fakes {
    fn open(&self, path: &Path) -> Result<Box<dyn Reads>, SourceError> {
        let fake = self.0.lock().unwrap().get(path).cloned().ok_or("there is no such file")?;
        if let Some(gate) = &fake.gate {
            drop(gate.lock());
        }
        Ok(Box::new(FakeReader { fake, at: 0 }))
    }
}

struct FakeReader {
    fake: Fake,
    at: u64,
}

impl Reads for FakeReader {
    fn format(&self) -> AudioFormat {
        let frames = Some(self.fake.frames());
        AudioFormat { codec: Codec::Flac, spec: self.fake.spec, bits: Some(16), frames }
    }

    fn position(&self) -> u64 {
        self.at
    }

    fn read(&mut self, out: &mut Vec<f32>) -> Result<usize, SourceError> {
        if self.fake.breaks_at.is_some_and(|frame| self.at >= frame) {
            return Err("the disk is gone".into());
        }
        std::thread::sleep(self.fake.takes);
        let channels = usize::from(self.fake.spec.channels);
        let from = self.at as usize * channels;
        let to = (from + self.fake.piece * channels).min(self.fake.samples.len());
        out.extend_from_slice(&self.fake.samples[from..to]);
        let frames = (to - from) / channels;
        self.at += frames as u64;
        Ok(frames)
    }

    fn seek(&mut self, frame: u64) -> Result<(), SourceError> {
        self.at = frame.min(self.fake.frames());
        Ok(())
    }

    fn corrupt_packets(&self) -> u64 {
        0
    }

    fn loudness(&self) -> LoudnessTags {
        self.fake.loudness
    }
}

/// An engine with a capture output.
pub struct Rig {
    pub engine: EngineHandle,
    pub capture: CaptureHandle,
    fakes: Arc<Fakes>,
    events: Receiver<EngineEvent>,
}

impl Rig {
    /// `output`: what the output takes, `None`: as the first item.
    pub fn new(pace: Pace, output: Option<Spec>) -> Self {
        Self::with(pace, output, |_| {})
    }

    pub fn with(pace: Pace, output: Option<Spec>, change: impl FnOnce(&mut EngineOptions)) -> Self {
        let capture = CaptureHandle::new(pace, output);
        let outputs = capture.outputs();
        Self::over(capture, outputs, change)
    }

    /// With the null output, which as a device takes sound in its own time and wakes nobody, and is never let go.
    pub fn null() -> Self {
        let unused = CaptureHandle::new(Pace::Free, None);
        Self::over(unused, Box::new(Outputs::new()), |options| {
            options.output = OutputSettings::new(OutputSpec::Null);
            options.let_go_after = Duration::from_secs(3_600);
        })
    }

    pub fn over(
        capture: CaptureHandle,
        outputs: Box<dyn OpensOutputs>,
        change: impl FnOnce(&mut EngineOptions),
    ) -> Self {
        let fakes = Arc::new(Fakes::default());
        let (engine, events) = start(outputs, fakes.clone(), change);
        Self { engine, capture, fakes, events }
    }

    pub fn add(&self, name: &str, fake: &Fake) {
        self.fakes.0.lock().unwrap().insert(name.into(), fake.clone());
    }

    pub fn send(&self, command: EngineCommand) {
        self.engine.send(command);
    }

    pub fn load(&self, play: u64, name: &str) {
        self.send(EngineCommand::Load { item: item(play, name), place: Place::Start, paused: false });
    }

    pub fn load_at(&self, play: u64, name: &str, place: Place, paused: bool) {
        self.send(EngineCommand::Load { item: item(play, name), place, paused });
    }

    pub fn next(&self, play: u64, name: &str) {
        self.send(EngineCommand::SetNext(Some(item(play, name))));
    }

    /// The next event that is not about the output, the signal, the decoder or their pace.
    pub fn event(&self) -> EngineEvent {
        loop {
            match self.events.recv_timeout(PATIENCE) {
                Ok(EngineEvent::Output(_) | EngineEvent::Signal(_)) => {}
                Ok(EngineEvent::Decoded { .. } | EngineEvent::Buffering { .. }) => {}
                Ok(event) => return event,
                Err(error) => panic!("no event came: {error}"),
            }
        }
    }

    /// Skips events until one is as wanted.
    pub fn wait_for(&self, what: &str, mut is_it: impl FnMut(&EngineEvent) -> bool) -> EngineEvent {
        let until = Instant::now() + PATIENCE;
        loop {
            match self.events.recv_timeout(until.saturating_duration_since(Instant::now())) {
                Ok(event) if is_it(&event) => return event,
                Ok(_) => {}
                Err(error) => panic!("{what}: {error}"),
            }
        }
    }

    /// Events that come within a time, but for the signal's.
    pub fn events_within(&self, time: Duration) -> Vec<EngineEvent> {
        let until = Instant::now() + time;
        let mut events = Vec::new();
        loop {
            match self.events.recv_timeout(until.saturating_duration_since(Instant::now())) {
                Ok(EngineEvent::Signal(_)) => {}
                Ok(event) => events.push(event),
                Err(RecvTimeoutError::Timeout) => return events,
                Err(RecvTimeoutError::Disconnected) => panic!("the engine is gone"),
            }
        }
    }

    pub fn wait_ended(&self, play: u64) {
        let ended = EngineEvent::Ended { play: PlayId(play) };
        self.wait_for("the end", |event| *event == ended);
    }

    /// Waits until the gauge stands or moves as wanted.
    pub fn wait_position(&self, what: &str, is_so: impl Fn(u64, u64) -> bool) {
        wait(what, || self.position().is_some_and(|(play, frame)| is_so(play, frame)));
    }

    /// Play and frame at the ear.
    pub fn position(&self) -> Option<(u64, u64)> {
        self.engine.clock().position().map(|position| (position.play.0, position.frame))
    }

    /// With a stepped output: and one channel: takes sound until so many frames of it were taken in all.
    pub fn step_until_frames(&self, frames: usize) {
        wait("sound to take", || {
            let left = frames.saturating_sub(self.capture.samples().len());
            left == 0 || self.capture.step(left.min(1_000)) == left
        });
    }

    /// With a stepped output: takes sound until the item ends.
    pub fn step_until_ended(&self, play: u64) {
        let ended = EngineEvent::Ended { play: PlayId(play) };
        let until = Instant::now() + PATIENCE;
        while self.events.try_recv() != Ok(ended.clone()) {
            assert!(Instant::now() < until, "the end");
            if self.capture.step(1_000) == 0 {
                std::thread::sleep(Duration::from_millis(1));
            }
        }
    }

    /// Ends the engine; everything within its time.
    pub fn end(self) -> Vec<f32> {
        assert!(self.engine.shutdown(PATIENCE), "the engine ends");
        self.capture.samples()
    }
}

pub fn start(
    outputs: Box<dyn OpensOutputs>,
    sources: Arc<dyn Opens>,
    change: impl FnOnce(&mut EngineOptions),
) -> (EngineHandle, Receiver<EngineEvent>) {
    let mut options = EngineOptions::new(OutputSettings::new(OutputSpec::Auto));
    change(&mut options);
    let (tell, events) = channel();
    let told = Box::new(move |event| drop(tell.send(event)));
    let engine = Engine::spawn_with(options, sources, outputs, told).unwrap();
    (engine, events)
}

pub fn item(play: u64, name: &str) -> Item {
    Item::alone(PlayId(play), Path::new(name).into())
}

pub fn wait(what: &str, is_so: impl Fn() -> bool) {
    let until = Instant::now() + PATIENCE;
    while !is_so() {
        assert!(Instant::now() < until, "{what}");
        std::thread::sleep(Duration::from_millis(2));
    }
}
