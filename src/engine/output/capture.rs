//! An output that keeps what it is given in memory, for tests: they set its pace, look at the samples, and take the
//! device away and give it back. Public because tests of the whole crate need it; nothing else uses it. Thread
//! `capture`, one an opening.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use super::null::{self, LONG, turn_frames};
use super::open::OpensOutputs;
use super::worker::{Signals, ThreadOutput};
use super::{Fault, Opened, OutputError, Wanted, ring_frames};
use crate::model::audio::{SampleFormat, Spec};
use crate::model::settings::OutputSettings;
use crate::model::snapshot::Accepted;
use crate::rt::ring::{RingReader, sample_ring};

/// How samples are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pace {
    /// As fast as they come, waiting for each, as a file does. Not paced: nobody minds if nothing is taken.
    Free,
    /// At the pace of the ear, as a device does.
    RealTime,
    /// Only by [`CaptureHandle::step`], with silence where there are none, as a device does. Not paced, so that a test
    /// may take its time.
    Stepped,
}

/// The test's side. All openings of one handle add to one recording.
#[derive(Clone)]
pub struct CaptureHandle {
    shared: Arc<Shared>,
}

struct Shared {
    pace: Pace,
    /// What a device would accept whatever the music is; `None`: as the first track.
    spec: Option<Spec>,
    is_stalled: AtomicBool,
    opened: AtomicUsize,
    state: Mutex<State>,
}

/// Guarded by `Shared::state`; held only to copy samples, by the capture's thread and by the test.
#[derive(Default)]
struct State {
    samples: Vec<f32>,
    silent_frames: u64,
    refusal: Option<OutputError>,
    /// The reader of the newest opening, where steps drive it.
    stepped: Option<RingReader>,
    signals: Weak<Signals>,
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn record(&self, samples: &[f32], channels: usize, frames: usize) {
        let mut state = self.state();
        state.samples.extend_from_slice(&samples[..frames * channels]);
        state.silent_frames += (samples.len() / channels - frames) as u64;
    }
}

impl CaptureHandle {
    /// `spec`: what the output takes; `None`: what the first track is.
    pub fn new(pace: Pace, spec: Option<Spec>) -> Self {
        let shared = Shared {
            pace,
            spec,
            is_stalled: AtomicBool::new(false),
            opened: AtomicUsize::new(0),
            state: Mutex::default(),
        };
        Self { shared: Arc::new(shared) }
    }

    /// What opens it, for [`super::Opener::spawn`]; every output asked for is this one.
    pub fn outputs(&self) -> Box<dyn OpensOutputs> {
        Box::new(CaptureOutputs { shared: Arc::clone(&self.shared) })
    }

    /// All sound so far, without the silence put in where there was none.
    pub fn samples(&self) -> Vec<f32> {
        self.shared.state().samples.clone()
    }

    /// Frames of silence put in.
    pub fn silent_frames(&self) -> u64 {
        self.shared.state().silent_frames
    }

    /// How often it was opened.
    pub fn opened(&self) -> usize {
        self.shared.opened.load(Ordering::Acquire)
    }

    /// With [`Pace::Stepped`]: takes so many frames now; returns how many of them were sound. None where the output is
    /// closed, broken or stalled.
    pub fn step(&self, frames: usize) -> usize {
        let mut state = self.shared.state();
        let works = |signals: &Signals| !signals.is_stopped() && !is_stopped_by_test(&self.shared, signals);
        let open = state.signals.upgrade().is_some_and(|signals| works(&signals));
        let Some(mut reader) = state.stepped.take_if(|_| open) else {
            return 0;
        };
        let channels = usize::from(reader.spec().channels);
        let mut samples = vec![0.0; frames * channels];
        let read = reader.read(&mut samples);
        reader.shared().wake_writer();
        state.samples.extend_from_slice(&samples[..read.frames * channels]);
        state.silent_frames += (frames - read.frames) as u64;
        state.stepped = Some(reader);
        read.frames
    }

    /// The open output breaks.
    pub fn fail(&self, fault: Fault) {
        if let Some(signals) = self.shared.state().signals.upgrade() {
            signals.fault.set_with(fault, "broken by a test".into());
        }
    }

    /// While set, it takes nothing and says nothing, as a stopped sound server does.
    pub fn stall(&self, stalled: bool) {
        self.shared.is_stalled.store(stalled, Ordering::Release);
    }

    /// While set, it does not open, and says this.
    pub fn refuse(&self, refusal: Option<OutputError>) {
        self.shared.state().refusal = refusal;
    }
}

struct CaptureOutputs {
    shared: Arc<Shared>,
}

impl OpensOutputs for CaptureOutputs {
    fn open(&mut self, settings: &OutputSettings, wanted: &Wanted) -> Result<Opened, OutputError> {
        if let Some(refusal) = &self.shared.state().refusal {
            return Err(refusal.clone());
        }
        let spec = self.shared.spec.unwrap_or(wanted.format.spec);
        let pace = self.shared.pace;
        let period_frames = turn_frames(spec.rate);
        let accepted = Accepted {
            period_frames: (pace == Pace::RealTime).then_some(period_frames),
            ..Accepted::new("capture", spec, settings.format.unwrap_or(SampleFormat::F32))
        };
        let (writer, reader) = sample_ring(spec, ring_frames(spec.rate, period_frames), wanted.first_frame);
        let shared = Arc::clone(&self.shared);
        let mut unstepped = Some(reader);
        let stepped = if pace == Pace::Stepped { unstepped.take() } else { None };
        let output =
            ThreadOutput::spawn("capture", accepted, pace == Pace::RealTime, move |signals| {
                match (unstepped, pace) {
                    (Some(reader), Pace::Free) => run_free(&shared, reader, signals),
                    (Some(reader), _) => run_real_time(&shared, reader, signals),
                    (None, _) => run_stepped(signals),
                }
            })?;
        let mut state = self.shared.state();
        state.stepped = stepped;
        state.signals = Arc::downgrade(output.signals());
        self.shared.opened.fetch_add(1, Ordering::Release);
        Ok(Opened { output: Box::new(output), writer })
    }
}

/// The test takes the samples itself.
fn run_stepped(signals: &Signals) {
    while !signals.is_stopped() {
        std::thread::park();
    }
}

fn run_free(shared: &Shared, mut reader: RingReader, signals: &Signals) {
    let channels = usize::from(reader.spec().channels.max(1));
    let mut buffer = vec![0.0; 4096 * channels];
    while !signals.is_stopped() {
        if is_stopped_by_test(shared, signals) {
            std::thread::park_timeout(Duration::from_millis(5));
        } else if reader.is_idle() {
            reader.shared().wake_writer();
            reader.wait_while(LONG, |reader| reader.is_idle() && !signals.is_stopped());
        } else {
            let frames = reader.available_frames().clamp(1, 4096);
            let samples = &mut buffer[..frames * channels];
            // Who hears that all was taken and then looks finds all of it.
            let mut state = shared.state();
            let read = reader.read_available(samples);
            state.samples.extend_from_slice(&samples[..read.frames * channels]);
            drop(state);
            reader.shared().wake_writer();
        }
    }
}

fn run_real_time(shared: &Shared, mut reader: RingReader, signals: &Signals) {
    let channels = usize::from(reader.spec().channels.max(1));
    while !signals.is_stopped() {
        if is_stopped_by_test(shared, signals) {
            std::thread::park_timeout(Duration::from_millis(5));
            continue;
        }
        null::run(&mut reader, signals, |samples, read| {
            shared.record(samples, channels, read.frames);
            !is_stopped_by_test(shared, signals)
        });
    }
}

fn is_stopped_by_test(shared: &Shared, signals: &Signals) -> bool {
    shared.is_stalled.load(Ordering::Acquire) || signals.fault.get().is_some()
}
