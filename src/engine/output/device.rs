//! A sound device through cpal: ALSA, or PulseAudio and PipeWire through the Pulse protocol. Opening runs on the thread
//! `output` and a throw-away thread below it; what the callbacks do is in `feed`.
//!
//! What this is built on was measured: a device's loss comes as one error, as a storm of hundreds of thousands of them,
//! or not at all; dropping a stream may hang for ever; a period is never of one length.

use std::sync::Arc;
use std::sync::mpsc::channel;
use std::thread::Builder;
use std::time::Duration;

use cpal::traits::{DeviceTrait, HostTrait, StreamTrait};
use cpal::{BufferSize, ErrorKind, I24, OutputCallbackInfo, StreamConfig};

use super::alsa;
use super::devices::{self, Candidate};
use super::feed::{DeviceSample, Feed, Health};
use super::negotiate::{self, Capability, Choice};
use super::watch::{self, Watch};
use super::{Fault, News, Opened, Output, OutputError, Wanted, ring_frames};
use crate::model::audio::SampleFormat;
use crate::model::contain::contain;
use crate::model::settings::{OutputSettings, OutputSpec, RatePolicy};
use crate::model::snapshot::Accepted;
use crate::rt::ring::{RingWriter, sample_ring};

/// Longest an opening may take before it is given up (it may go on hanging on its own thread).
const OPEN_SECONDS: u64 = 6;
/// For single steps inside of cpal.
const STEP: Duration = Duration::from_secs(2);

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
        let result = contain(|| open_first(id.as_deref(), &settings, &wanted));
        // Nobody waits any more where this fails; what was opened is closed here then.
        let _ = answer.send(result);
    });
    opening.map_err(|error| OutputError::thread(&error))?;
    match answered.recv_timeout(Duration::from_secs(OPEN_SECONDS)) {
        Ok(Ok(result)) => result,
        Ok(Err(panic)) => Err(OutputError::Refused { name, why: format!("its library failed: {panic}") }),
        Err(_) => Err(OutputError::TimedOut { name, seconds: OPEN_SECONDS }),
    }
}

/// The first candidate that opens, else what the most promising one said.
fn open_first(id: Option<&str>, settings: &OutputSettings, wanted: &Wanted) -> Result<Opened, OutputError> {
    if settings.is_exclusive() {
        return alsa::open(id, settings, wanted);
    }
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
    match failures.into_iter().nth(at).unwrap_or_else(none) {
        // A default device is always named, also where nothing is behind the name.
        OutputError::Refused { name, why } if id.is_none() => {
            Err(OutputError::NoDevice { why: format!("{name}: {why}") })
        }
        error => Err(error),
    }
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
    if settings.rate.hz().is_none()
        && let Some(rate) = server_rate(candidate)
        && rate != choice.spec.rate
    {
        let settings = OutputSettings { rate: RatePolicy::Hz(rate), ..settings.clone() };
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
    let format = devices::format_of(config.sample_format())?;
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
    writer: RingWriter,
    name: String,
}

impl Built {
    fn play(self) -> Result<Opened, OutputError> {
        // From here on silence counts: the stream ought to ask for sound.
        self.opened.health.touch();
        let Self { mut opened, writer, name } = self;
        opened.stream.play().map_err(|error| explain(&name, &error))?;
        opened.accepted.priority = opened.health.await_priority();
        let sink = opened.accepted.id.as_deref().and_then(|id| id.strip_prefix(watch::HOST));
        opened.watch = sink.and_then(|sink| watch::start(sink, name, Arc::clone(&opened.health)));
        Ok(Opened { output: Box::new(opened), writer })
    }
}

fn build(candidate: &Candidate, choice: Choice, wanted: &Wanted) -> Result<Built, OutputError> {
    let capacity = ring_frames(choice.spec.rate, choice.period_frames);
    let (writer, reader) = sample_ring(choice.spec, capacity, wanted.first_frame);
    let feed = Feed::new(reader, choice.period_frames);
    let health = Arc::clone(feed.health());
    let name = devices::name_of(&candidate.device);
    let stream = match choice.format {
        SampleFormat::S16 => start::<i16>(&candidate.device, choice, feed),
        SampleFormat::S24 => start::<I24>(&candidate.device, choice, feed),
        SampleFormat::S32 => start::<i32>(&candidate.device, choice, feed),
        SampleFormat::F32 => start::<f32>(&candidate.device, choice, feed),
    };
    let stream = stream.map_err(|error| explain(&name, &error))?;
    let period_frames = stream.buffer_size().unwrap_or(choice.period_frames);
    let accepted = Accepted {
        id: devices::id_of(&candidate.device),
        period_frames: Some(period_frames),
        ..Accepted::new(name.clone(), choice.spec, choice.format)
    };
    Ok(Built { opened: DeviceOutput { accepted, health, stream, watch: None }, writer, name })
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
    let health = Arc::clone(feed.health());
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
        ErrorKind::DeviceBusy => OutputError::Busy { name, holder: None },
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
    watch: Option<Watch>,
}

impl Output for DeviceOutput {
    fn accepted(&self) -> &Accepted {
        &self.accepted
    }

    fn is_paced(&self) -> bool {
        true
    }

    fn fault(&self) -> Option<Fault> {
        self.health.fault()
    }

    fn fault_text(&self) -> Option<String> {
        self.health.fault_text()
    }

    fn news(&self) -> Option<News> {
        self.watch.as_ref()?.news.try_recv().ok()
    }
}
