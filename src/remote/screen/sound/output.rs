//! The machine of a screen as an output of the engine. Thread `far-sound`: takes from the ring as much as the ear there
//! can soon hear, hands it to the stream, and tells the engine where that ear is.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use arc_swap::ArcSwapOption;

use super::Chunk;
use super::coding::{Encoder, MOST_FRAMES};
use super::seats::{Seats, Taken};
use super::stream::{Stream, Told};
use crate::engine::output::{Fault, News, Opened, OpensOutputs, Output, OutputError, Wanted, ring_frames};
use crate::model::audio::duration_to_frames;
use crate::model::settings::{OutputSettings, OutputSpec};
use crate::model::snapshot::Accepted;
use crate::rt::ring::{RingReader, sample_ring};

/// Sent ahead of the ear.
const AHEAD: Duration = Duration::from_secs(3);
/// Gathered there before it sounds: of sound that comes faster than it is heard, for links that may have other things
/// to do, and of sound that comes no faster.
const LEAD: Duration = Duration::from_millis(700);
const LEAD_BESIDE: Duration = Duration::from_millis(1500);
/// A link that is away for longer is not waited for: the engine is told that the output is lost.
const PATIENCE: Duration = Duration::from_secs(45);
/// From one look at the ear to the next while there is sound.
const TURN: Duration = Duration::from_millis(100);
/// With nothing to wait for but the engine.
const LONG: Duration = Duration::from_secs(3600);
/// Shorter runs are worth a message of their own only where the ear needs them.
const SHORT: usize = 1024;

/// Opens the machines of screens, and all other outputs as before.
pub struct WithScreens {
    pub outputs: Box<dyn OpensOutputs>,
    pub seats: Arc<Seats>,
}

impl OpensOutputs for WithScreens {
    fn open(&mut self, settings: &OutputSettings, wanted: &Wanted) -> Result<Opened, OutputError> {
        match &settings.output {
            OutputSpec::Screen(screen) => self.far(*screen, wanted, false),
            OutputSpec::Both(there, screen) => {
                let settings = OutputSettings { output: (**there).clone(), ..settings.clone() };
                let near = self.outputs.open(&settings, wanted)?;
                self.beside(near, *screen, wanted)
            }
            _ => self.outputs.open(settings, wanted),
        }
    }
}

impl WithScreens {
    /// `beside`: its sound comes at the pace of another output.
    fn far(&self, screen: u64, wanted: &Wanted, beside: bool) -> Result<Opened, OutputError> {
        let refused = |why: String| OutputError::Refused { name: "the screen".into(), why };
        let lead = if beside { LEAD_BESIDE } else { LEAD };
        let taken = self.seats.open(screen, wanted.format, wanted.first_frame, lead).map_err(refused)?;
        let Taken { stream, accepted, far } = taken;
        let spec = accepted.spec;
        let frames = ring_frames(spec.rate, 0) * if beside { 4 } else { 1 };
        let (writer, reader) = sample_ring(spec, frames, wanted.first_frame);
        let ends = Arc::new(Ends::default());
        let pump = Pump::new(reader, Arc::clone(&stream), far, beside);
        let (pumped, held) = (Arc::clone(&ends), Arc::clone(&stream));
        let work = move || pump.run(&pumped);
        let thread = std::thread::Builder::new().name("far-sound".into()).spawn(work);
        let thread = thread.map_err(|error| OutputError::Thread { why: error.to_string() })?;
        let seats = Arc::clone(&self.seats);
        let output = FarOutput { accepted, screen, seats, stream: held, ends, thread: Some(thread) };
        Ok(Opened { output: Box::new(output), writer })
    }

    fn beside(&self, near: Opened, screen: u64, wanted: &Wanted) -> Result<Opened, OutputError> {
        let Opened { output, mut writer } = near;
        let spec = output.accepted().spec;
        let mut format = wanted.format;
        format.spec = spec;
        let far = self.far(screen, &Wanted { format, first_frame: wanted.first_frame }, true)?;
        if far.output.accepted().spec != spec {
            let why = format!("it does not play at {} Hz, as the output beside it does", spec.rate);
            return Err(OutputError::Refused { name: far.output.accepted().name.clone(), why });
        }
        let name = format!("{} and {}", output.accepted().name, far.output.accepted().name);
        let accepted = Accepted { name, ..output.accepted().clone() };
        writer.accompany(far.writer);
        Ok(Opened { output: Box::new(Both { accepted, near: output, _far: far.output }), writer })
    }
}

/// The one there sets the pace; the one here is dropped with it.
struct Both {
    accepted: Accepted,
    near: Box<dyn Output>,
    _far: Box<dyn Output>,
}

impl Output for Both {
    fn accepted(&self) -> &Accepted {
        &self.accepted
    }

    fn is_paced(&self) -> bool {
        self.near.is_paced()
    }

    fn fault(&self) -> Option<Fault> {
        self.near.fault()
    }

    fn fault_text(&self) -> Option<String> {
        self.near.fault_text()
    }

    fn news(&self) -> Option<News> {
        self.near.news()
    }
}

/// What handle and thread say to each other.
#[derive(Default)]
struct Ends {
    stop: AtomicBool,
    fault: ArcSwapOption<String>,
}

struct FarOutput {
    accepted: Accepted,
    screen: u64,
    seats: Arc<Seats>,
    stream: Arc<Stream>,
    ends: Arc<Ends>,
    thread: Option<JoinHandle<()>>,
}

impl Output for FarOutput {
    fn accepted(&self) -> &Accepted {
        &self.accepted
    }

    fn is_paced(&self) -> bool {
        true
    }

    fn fault(&self) -> Option<Fault> {
        self.ends.fault.load().as_ref().map(|_| Fault::Lost)
    }

    fn fault_text(&self) -> Option<String> {
        self.ends.fault.load().as_ref().map(|why| format!("{}: {why}", self.accepted.name))
    }

    fn set_gain(&self, gain: f32, glide: Duration) -> bool {
        self.stream.control(|control| (control.gain, control.glide) = (gain, glide));
        true
    }
}

impl Drop for FarOutput {
    fn drop(&mut self) {
        self.ends.stop.store(true, Ordering::Release);
        if let Some(thread) = self.thread.take() {
            thread.thread().unpark();
            let _ = thread.join();
        }
        self.seats.close(self.screen, &self.stream);
    }
}

/// The thread's.
struct Pump {
    reader: RingReader,
    stream: Arc<Stream>,
    encoder: Encoder,
    beside: bool,
    channels: usize,
    ahead: u64,
    samples: Vec<f32>,
    underruns: u64,
}

impl Pump {
    fn new(reader: RingReader, stream: Arc<Stream>, far: bool, beside: bool) -> Self {
        let spec = reader.spec();
        let channels = usize::from(spec.channels.max(1));
        Self {
            reader,
            stream,
            encoder: Encoder::new(channels, far),
            beside,
            channels,
            ahead: duration_to_frames(AHEAD, spec.rate),
            samples: vec![0.0; MOST_FRAMES * channels],
            underruns: 0,
        }
    }

    fn run(mut self, ends: &Ends) {
        self.stream.set_output_thread();
        while !ends.stop.load(Ordering::Acquire) {
            if let Some((until, fades_in)) = self.reader.drop_void() {
                self.stream.void(until, fades_in);
            }
            let paused = self.reader.rest_if_paused();
            let ends_at = self.reader.shared().ends_at();
            self.stream.control(|control| (control.paused, control.ends_at) = (paused, ends_at));
            let told = self.stream.told();
            self.place_ear(&told);
            if let Some(why) = why_lost(&told, paused) {
                ends.fault.store(Some(Arc::new(why)));
                self.reader.shared().wake_writer();
                return;
            }
            if paused || !self.hand_on(&told) {
                self.rest(ends, paused);
            }
        }
    }

    /// The engine counts by what is heard there. What is on its way, or gathered there, is between ring and ear.
    fn place_ear(&mut self, told: &Told) {
        let shared = self.reader.shared();
        // Nothing is told of it any more; what has arrived has been heard by now.
        let is_gone = told.away.is_some_and(|away| away > AHEAD + LEAD);
        let audible = if is_gone { told.received } else { told.audible };
        let lag = shared.consumed().saturating_sub(audible);
        shared.set_latency_frames(u32::try_from(lag).unwrap_or(u32::MAX));
        for _ in self.underruns..told.underruns.min(self.underruns + 100) {
            shared.count_device_underrun();
        }
        self.underruns = self.underruns.max(told.underruns);
    }

    /// Takes a run and hands it to the stream; whether there was any, and room.
    fn hand_on(&mut self, told: &Told) -> bool {
        let at = self.reader.shared().consumed();
        let before_ear = at.saturating_sub(told.audible);
        let room = usize::try_from(self.ahead.saturating_sub(before_ear)).unwrap_or(usize::MAX);
        let available = self.reader.available_frames();
        let ended = self.reader.shared().ends_at().is_some();
        if available < SHORT && before_ear > self.ahead / 4 && !ended {
            // A turn later there is more.
            self.beat();
            return false;
        }
        let full = room == 0;
        let frames = if full && self.beside { MOST_FRAMES } else { room.min(MOST_FRAMES) };
        let read = self.reader.read_plain(&mut self.samples[..frames * self.channels]);
        self.ask_for_more();
        if read.frames == 0 {
            return false;
        }
        // Beside another output nobody waits: what a slow link cannot take is left out.
        if !(full && self.beside) {
            let samples = &self.samples[..read.frames * self.channels];
            let coded = self.encoder.encode(samples, read.exact);
            let (stream, frames) = (self.stream.id(), read.frames as u32);
            self.stream.push(Chunk { stream, at, frames, exact: read.exact, coded });
        }
        true
    }

    /// The engine thinks that a ring empties at the pace of the ear.
    fn ask_for_more(&self) {
        if self.reader.available_frames() < ring_frames(self.reader.spec().rate, 0) / 2 {
            self.reader.shared().wake_writer();
        }
    }

    /// Shows that it takes sound, though it has enough now.
    fn beat(&mut self) {
        self.reader.read_plain(&mut []);
    }

    fn rest(&mut self, ends: &Ends, paused: bool) {
        self.beat();
        let is_over = self.reader.shared().is_drained();
        let longest = if paused || is_over { LONG } else { TURN };
        self.reader.wait_while(longest, |reader| {
            let same = reader.shared().is_paused() == paused && !ends.stop.load(Ordering::Acquire);
            same && (longest == TURN || reader.is_idle())
        });
    }
}

fn why_lost(told: &Told, paused: bool) -> Option<String> {
    let is_away = told.away.is_some_and(|away| away > PATIENCE) && !paused;
    told.lost.clone().or_else(|| is_away.then(|| "its link is broken".into()))
}
