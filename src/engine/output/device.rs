//! A sound device through cpal: ALSA, or PulseAudio and PipeWire through the Pulse protocol. Opening runs on the thread
//! `output` and a throw-away thread below it; the callbacks run on the device's own thread and only copy.
//!
//! What this is built on was measured: a device's loss comes as one error, as a storm of hundreds of thousands of them,
//! or not at all; dropping a stream may hang for ever; a period is never of one length.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread::Builder;
use std::time::{Duration, Instant};

use cpal::traits::{DeviceTrait, HostTrait, StreamTrait};
use cpal::{BufferSize, ErrorKind, I24, OutputCallbackInfo, SizedSample, StreamConfig};

use super::devices::{self, Candidate};
use super::in_flight::InFlight;
use super::negotiate::{self, Capability, Choice};
use super::worker::FaultCell;
use super::{Fault, Opened, Output, OutputError, Wanted, encode, ring_frames};
use crate::model::audio::SampleFormat;
use crate::model::settings::{OutputSettings, OutputSpec};
use crate::model::snapshot::Accepted;
use crate::rt::ring::{RingReader, sample_ring};

/// Longest an opening may take before it is given up (it may go on hanging on its own thread).
const OPEN_SECONDS: u64 = 6;
/// For single steps inside of cpal.
const STEP: Duration = Duration::from_secs(2);
/// A backend's vague error is the end only if no sound was taken for so long: some come in hundreds while a stream
/// starts and mean nothing.
const SILENT_MS: u64 = 300;
/// A dead ALSA stream reports errors without a pause until it is dropped.
const STORM_PAUSE: Duration = Duration::from_millis(20);
/// Frames converted at a time.
const SCRATCH_FRAMES: usize = 512;

/// Formats by preference. A server mixes in float, so float is what reaches it unchanged; hardware takes integers, and
/// 32 bits hold all that our floats do.
const SERVER_FORMATS: [SampleFormat; 4] =
    [SampleFormat::F32, SampleFormat::S32, SampleFormat::S24, SampleFormat::S16];
const HARDWARE_FORMATS: [SampleFormat; 4] =
    [SampleFormat::S32, SampleFormat::F32, SampleFormat::S24, SampleFormat::S16];

/// Opens the device with this id, or the default one. Gives up in time whatever the sound system does.
pub(super) fn open(
    id: Option<&str>,
    settings: &OutputSettings,
    wanted: &Wanted,
) -> Result<Opened, OutputError> {
    let name = OutputSpec::Device(id.map(str::to_owned)).to_string();
    let (id, settings, wanted) = (id.map(str::to_owned), settings.clone(), *wanted);
    let (answer, answered) = channel();
    let opening = Builder::new().name("device-open".into()).spawn(move || {
        // Nobody waits any more where this fails; what was opened is closed here then.
        let _ = answer.send(open_first(id.as_deref(), &settings, &wanted));
    });
    opening.map_err(|error| OutputError::thread(&error))?;
    match answered.recv_timeout(Duration::from_secs(OPEN_SECONDS)) {
        Ok(result) => result,
        Err(RecvTimeoutError::Timeout) => Err(OutputError::TimedOut { name, seconds: OPEN_SECONDS }),
        Err(RecvTimeoutError::Disconnected) => {
            Err(OutputError::Refused { name, why: "its library failed; the log has the details".into() })
        }
    }
}

/// The first candidate that opens, else what the most promising one said.
fn open_first(id: Option<&str>, settings: &OutputSettings, wanted: &Wanted) -> Result<Opened, OutputError> {
    let mut failures = Vec::new();
    for candidate in devices::find(id)? {
        match open_candidate(&candidate, settings, wanted) {
            Ok(opened) => return Ok(opened),
            Err(error) => failures.push(error),
        }
    }
    let is_telling = |error: &OutputError| !matches!(error, OutputError::NoDevice { .. });
    let at = failures.iter().position(is_telling).unwrap_or(0);
    let none = || OutputError::NoDevice { why: "none was found".into() };
    Err(failures.into_iter().nth(at).unwrap_or_else(none))
}

/// A server is asked for the music's own rate first: it may bring the device to it. Where it does not, it would resample
/// what we can resample better, so the stream is made again at the device's rate.
fn open_candidate(
    candidate: &Candidate,
    settings: &OutputSettings,
    wanted: &Wanted,
) -> Result<Opened, OutputError> {
    let choice = choose(candidate, settings, wanted)?;
    let opened = build(candidate, choice, wanted)?;
    if settings.rate.is_none()
        && let Some(rate) = server_rate(candidate)
        && rate != choice.spec.rate
    {
        let settings = OutputSettings { rate: Some(rate), ..settings.clone() };
        let again = choose(candidate, &settings, wanted)?;
        drop(opened);
        return build(candidate, again, wanted)?.play();
    }
    opened.play()
}

/// The rate that a server's device runs at now.
fn server_rate(candidate: &Candidate) -> Option<u32> {
    if !candidate.is_sound_server() {
        return None;
    }
    let id = candidate.device.id().ok()?;
    let device = candidate.host.device_by_id(&id)?;
    device.default_output_config().ok().map(|config| config.sample_rate())
}

fn choose(candidate: &Candidate, settings: &OutputSettings, wanted: &Wanted) -> Result<Choice, OutputError> {
    let device = &candidate.device;
    let name = devices::name_of(device);
    let configs = device.supported_output_configs().map_err(|error| explain(&name, &error))?;
    let capabilities: Vec<_> = configs.filter_map(capability).collect();
    let about = negotiate::Device {
        channels: channels_present(candidate, &capabilities),
        formats: if candidate.is_sound_server() { &SERVER_FORMATS } else { &HARDWARE_FORMATS },
    };
    let source = wanted.format.spec;
    negotiate::choose(&capabilities, about, settings, source).ok_or_else(|| {
        let why = format!("asked for {} Hz, {} channels", source.rate, source.channels);
        OutputError::Unsupported { name, why }
    })
}

/// Servers and ALSA's converters claim to take any number of channels; what is there is told by the server's device, and
/// by ALSA only for devices that convert nothing.
fn channels_present(candidate: &Candidate, capabilities: &[Capability]) -> u16 {
    if candidate.is_sound_server() {
        return candidate.device.default_output_config().map_or(2, |config| config.channels());
    }
    let id = candidate.device.id().map(|id| id.id().to_owned()).unwrap_or_default();
    let converts_nothing = ["hw:", "surround", "hdmi:"].iter().any(|prefix| id.starts_with(prefix));
    let most = capabilities.iter().map(|one| one.channels).max().unwrap_or(2);
    if converts_nothing { most } else { most.min(2) }
}

fn capability(config: cpal::SupportedStreamConfigRange) -> Option<Capability> {
    let format = match config.sample_format() {
        cpal::SampleFormat::I16 => SampleFormat::S16,
        cpal::SampleFormat::I24 => SampleFormat::S24,
        cpal::SampleFormat::I32 => SampleFormat::S32,
        cpal::SampleFormat::F32 => SampleFormat::F32,
        _ => return None,
    };
    let period_frames = match *config.buffer_size() {
        cpal::SupportedBufferSize::Range { min, max } => Some(min..=max),
        cpal::SupportedBufferSize::Unknown => None,
    };
    let rates = config.min_sample_rate()..=config.max_sample_rate();
    Some(Capability { channels: config.channels(), rates, format, period_frames })
}

/// An open stream that does not run yet.
struct Built {
    opened: DeviceOutput,
    writer: crate::rt::ring::RingWriter,
    name: String,
}

impl Built {
    fn play(self) -> Result<Opened, OutputError> {
        // From here on silence counts: the stream ought to ask for sound.
        self.opened.health.touch();
        self.opened.stream.play().map_err(|error| explain(&self.name, &error))?;
        Ok(Opened { output: Box::new(self.opened), writer: self.writer })
    }
}

fn build(candidate: &Candidate, choice: Choice, wanted: &Wanted) -> Result<Built, OutputError> {
    let capacity = ring_frames(choice.spec.rate, choice.period_frames);
    let (writer, reader) = sample_ring(choice.spec, capacity, wanted.first_frame);
    let health = Arc::new(Health::new());
    let name = devices::name_of(&candidate.device);
    let feed = Feed::new(reader, Arc::clone(&health), choice.period_frames, wanted.first_frame);
    let stream = match choice.format {
        SampleFormat::S16 => start::<i16>(&candidate.device, choice, feed),
        SampleFormat::S24 => start::<I24>(&candidate.device, choice, feed),
        SampleFormat::S32 => start::<i32>(&candidate.device, choice, feed),
        SampleFormat::F32 => start::<f32>(&candidate.device, choice, feed),
    };
    let stream = stream.map_err(|error| explain(&name, &error))?;
    let period_frames = stream.buffer_size().unwrap_or(choice.period_frames);
    let accepted = Accepted {
        name: name.clone(),
        id: devices::id_of(&candidate.device),
        spec: choice.spec,
        format: choice.format,
        period_frames: Some(period_frames),
    };
    Ok(Built { opened: DeviceOutput { accepted, health, stream }, writer, name })
}

fn start<T: DeviceSample>(
    device: &cpal::Device,
    choice: Choice,
    mut feed: Feed,
) -> Result<cpal::Stream, cpal::Error> {
    let config = StreamConfig {
        channels: choice.spec.channels,
        sample_rate: choice.spec.rate,
        // Never the default: it is two seconds on PulseAudio and one frame on some ALSA devices.
        buffer_size: BufferSize::Fixed(choice.period_frames),
    };
    let health = Arc::clone(&feed.health);
    device.build_output_stream(
        config,
        move |out: &mut [T], info: &OutputCallbackInfo| feed.fill(out, delay(info)),
        move |error| health.tell(error.kind()),
        Some(STEP),
    )
}

fn delay(info: &OutputCallbackInfo) -> Duration {
    let timestamp = info.timestamp();
    timestamp.playback.saturating_duration_since(timestamp.callback)
}

/// cpal's kinds in the words of ours.
fn explain(name: &str, error: &cpal::Error) -> OutputError {
    let why = error.message().map_or_else(|| error.kind().to_string(), str::to_owned);
    let name = name.to_owned();
    match error.kind() {
        ErrorKind::DeviceNotAvailable | ErrorKind::HostUnavailable | ErrorKind::StreamInvalidated => {
            OutputError::NoDevice { why: format!("{name}: {why}") }
        }
        ErrorKind::DeviceBusy => OutputError::Busy { name },
        ErrorKind::UnsupportedConfig => OutputError::Unsupported { name, why },
        ErrorKind::PermissionDenied => {
            OutputError::Refused { name, why: format!("{why} (is the user in the group `audio`?)") }
        }
        _ => OutputError::Refused { name, why },
    }
}

struct DeviceOutput {
    accepted: Accepted,
    health: Arc<Health>,
    stream: cpal::Stream,
}

impl Output for DeviceOutput {
    fn accepted(&self) -> &Accepted {
        &self.accepted
    }

    fn is_paced(&self) -> bool {
        true
    }

    fn fault(&self) -> Option<Fault> {
        self.health.fault.get()
    }
}

/// What the callbacks tell: atomics only.
#[derive(Debug)]
struct Health {
    began: Instant,
    /// When sound was last asked for, in milliseconds after `began`.
    asked_ms: AtomicU64,
    fault: FaultCell,
}

impl Health {
    fn new() -> Self {
        Self { began: Instant::now(), asked_ms: AtomicU64::new(0), fault: FaultCell::default() }
    }

    fn now_ms(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    fn touch(&self) {
        self.asked_ms.store(self.now_ms(), Ordering::Relaxed);
    }

    /// The error callback. It may be called without end, so after the first fatal error it slows its caller down.
    fn tell(&self, kind: ErrorKind) {
        if self.is_fatal(kind) {
            self.fault.set(Fault::Lost);
            std::thread::sleep(STORM_PAUSE);
        }
    }

    fn is_fatal(&self, kind: ErrorKind) -> bool {
        match kind {
            ErrorKind::DeviceNotAvailable | ErrorKind::StreamInvalidated | ErrorKind::HostUnavailable => true,
            ErrorKind::Xrun | ErrorKind::DeviceChanged | ErrorKind::RealtimeDenied => false,
            _ => {
                let asked_ms = self.asked_ms.load(Ordering::Relaxed);
                self.now_ms().saturating_sub(asked_ms) > SILENT_MS
            }
        }
    }
}

/// What the data callback owns.
struct Feed {
    reader: RingReader,
    health: Arc<Health>,
    in_flight: InFlight,
    period_frames: u32,
    rate: u32,
    channels: usize,
    scratch: Vec<f32>,
}

impl Feed {
    fn new(reader: RingReader, health: Arc<Health>, period_frames: u32, first_frame: u64) -> Self {
        let spec = reader.spec();
        let channels = usize::from(spec.channels.max(1));
        Self {
            reader,
            health,
            in_flight: InFlight::new(spec.rate, first_frame),
            period_frames,
            rate: spec.rate,
            channels,
            scratch: vec![0.0; SCRATCH_FRAMES * channels],
        }
    }

    /// The data callback: any length, real-time.
    fn fill<T: DeviceSample>(&mut self, out: &mut [T], delay: Duration) {
        self.health.touch();
        let mut frames = 0;
        let whole = out.len() / self.channels * self.channels;
        let (sound, rest) = out.split_at_mut(whole);
        for part in sound.chunks_mut(self.scratch.len()) {
            let samples = &mut self.scratch[..part.len()];
            let read = self.reader.read(samples);
            for (to, from) in part.iter_mut().zip(samples.iter()) {
                *to = T::from_float(*from);
            }
            let wanted = part.len() / self.channels;
            self.in_flight.push(read.frames as u64, (wanted - read.frames) as u64);
            frames += wanted as u64;
        }
        rest.fill(T::from_float(0.0));
        self.tell_latency(frames, delay);
    }

    /// Some devices know no delay, and all say zero at first: then it is about a period.
    fn tell_latency(&mut self, given: u64, delay: Duration) {
        let delay_frames = match crate::model::audio::duration_to_frames(delay, self.rate) {
            0 => u64::from(self.period_frames),
            frames => frames,
        };
        let shared = self.reader.shared();
        let latency = self.in_flight.frames(delay_frames.saturating_add(given), shared.consumed());
        shared.set_latency_frames(latency);
    }
}

/// A sample as a device takes it.
trait DeviceSample: SizedSample + Send + 'static {
    fn from_float(sample: f32) -> Self;
}

impl DeviceSample for i16 {
    #[inline]
    fn from_float(sample: f32) -> Self {
        encode::to_i16(sample)
    }
}

impl DeviceSample for I24 {
    #[inline]
    fn from_float(sample: f32) -> Self {
        // In range by construction.
        I24::new_unchecked(encode::to_i24(sample))
    }
}

impl DeviceSample for i32 {
    #[inline]
    fn from_float(sample: f32) -> Self {
        encode::to_i32(sample)
    }
}

impl DeviceSample for f32 {
    #[inline]
    fn from_float(sample: f32) -> Self {
        sample
    }
}
