//! ALSA hardware opened for us alone, at the music's own rate and width: nothing between us and the converter changes a
//! sample. Opening runs where `device` opens; the thread `alsa` waits for room in the hardware's buffer and copies
//! periods into it through the same `feed` as other devices.

use std::sync::Arc;
use std::time::{Duration, Instant};

use alsa::pcm::{Access, Format, HwParams, PCM};
use alsa::{Direction, ValueOr};
use cpal::{ErrorKind, I24};
use rustix::io::Errno;

use super::feed::{DeviceSample, Feed, Health};
use super::negotiate::{self, Capability, Choice};
use super::worker::{Signals, ThreadOutput};
use super::{Fault, Opened, OutputError, Wanted, devices, format_for, holder, ring_frames};
use crate::model::audio::{SampleFormat, Spec, frames_to_duration};
use crate::model::settings::OutputSettings;
use crate::model::snapshot::Accepted;
use crate::rt::ring::sample_ring;

/// Periods of the hardware's buffer: a thread that is late by three of them is still heard of by nobody.
const PERIODS: u32 = 4;
/// Longest wait for the hardware before the thread looks whether it is still wanted.
const WAIT_MS: u32 = 100;
/// A driver may say that there is room before there is.
const EARLY: Duration = Duration::from_millis(1);
/// Failures in a row, none of which let a frame through.
const MOST_RECOVERIES: u32 = 10;
/// Rates worth asking for beside the music's own and its multiples.
const RATES: [u32; 8] = [44_100, 48_000, 88_200, 96_000, 176_400, 192_000, 352_800, 384_000];
/// So long a device that was closed just now may still be busy.
const CLOSING: Duration = Duration::from_secs(1);
/// Between two attempts then.
const RETRY: Duration = Duration::from_millis(20);

/// Names of ALSA's own plugins that convert or share: they would break the promise.
const CONVERTERS: [&str; 11] = [
    "default",
    "sysdefault",
    "plug",
    "plughw",
    "dmix",
    "pulse",
    "pipewire",
    "jack",
    "oss",
    "speexrate",
    "samplerate",
];

/// A sample format and how it lies in the hardware's memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Layout {
    alsa: Format,
    format: SampleFormat,
}

/// 24 bits in four bytes before the packed ones: more hardware takes them.
const LAYOUTS: [Layout; 5] = [
    Layout { alsa: Format::s16(), format: SampleFormat::S16 },
    Layout { alsa: Format::s24(), format: SampleFormat::S24 },
    Layout { alsa: Format::s24_3(), format: SampleFormat::S24 },
    Layout { alsa: Format::s32(), format: SampleFormat::S32 },
    Layout { alsa: Format::float(), format: SampleFormat::F32 },
];

/// Opens the hardware with this id (`alsa:hw:...` or `hw:...`), or the first there is.
pub(super) fn open(
    id: Option<&str>,
    settings: &OutputSettings,
    wanted: &Wanted,
) -> Result<Opened, OutputError> {
    let name = pcm_name(id)?;
    let pcm = take(&name).map_err(|error| explain(&name, &error))?;
    let refused = |error: alsa::Error| explain(&name, &error);
    let capabilities = capabilities(&pcm, wanted.format.spec).map_err(refused)?;
    let formats = preferred(format_for(&wanted.format));
    let channels = capabilities.iter().map(|one| one.channels).max().unwrap_or(0);
    let device = negotiate::Device { channels, formats: &formats };
    let choice = negotiate::choose(&capabilities, device, settings, wanted.format.spec);
    let choice = choice.ok_or_else(|| unsupported(&name, wanted))?;
    let (choice, layout) = set_up(&pcm, choice).map_err(refused)?;
    let (writer, reader) =
        sample_ring(choice.spec, ring_frames(choice.spec.rate, choice.period_frames), wanted.first_frame);
    let feed = Feed::new(reader, choice.period_frames);
    let accepted = Accepted {
        id: Some(format!("alsa:{name}")),
        period_frames: Some(choice.period_frames),
        exclusive: true,
        ..Accepted::new(described(&pcm, &name), choice.spec, choice.format)
    };
    let sink = Sink::new(pcm, feed, choice, layout);
    let health = Arc::clone(&sink.health);
    let mut output = ThreadOutput::spawn("alsa", accepted, true, move |signals| sink.run(signals))?;
    output.set_priority(health.await_priority());
    Ok(Opened { output: Box::new(output), writer })
}

/// What ALSA calls the device. Converters and servers are refused by name: what lies behind them is not known.
fn pcm_name(id: Option<&str>) -> Result<String, OutputError> {
    let Some(id) = id else {
        let hardware = devices::list().into_iter().find(|entry| entry.is_hardware());
        let first = hardware.and_then(|entry| entry.id.strip_prefix("alsa:").map(str::to_owned));
        let none = || OutputError::NoDevice { why: "no hardware is there to be opened exclusively".into() };
        return first.ok_or_else(none);
    };
    let name = id.strip_prefix("alsa:").unwrap_or(id);
    let kind = name.split(':').next().unwrap_or_default();
    if id.starts_with("pulseaudio:") || CONVERTERS.contains(&kind) {
        return Err(OutputError::Shared { id: id.into() });
    }
    Ok(name.to_owned())
}

/// Our own hold of it, a moment ago and for another rate, is let go on another thread.
fn take(name: &str) -> alsa::Result<PCM> {
    let began = Instant::now();
    loop {
        match PCM::new(name, Direction::Playback, true) {
            Err(error) if errno(&error) == Errno::BUSY && began.elapsed() < CLOSING => {
                std::thread::sleep(RETRY)
            }
            taken => return taken,
        }
    }
}

/// Names for people come from the card.
fn described(pcm: &PCM, name: &str) -> String {
    let told = pcm.info().ok().and_then(|info| info.get_name().ok().map(str::to_owned));
    told.filter(|told| !told.is_empty()).unwrap_or_else(|| name.to_owned())
}

/// The narrowest that carries the music unchanged, then wider ones, then what is left.
fn preferred(source: SampleFormat) -> [SampleFormat; 4] {
    use SampleFormat::{F32, S16, S24, S32};
    match source {
        S16 => [S16, S32, S24, F32],
        S24 => [S24, S32, F32, S16],
        S32 | F32 => [S32, F32, S24, S16],
    }
}

/// What the hardware takes, as far as it can matter for music of this kind.
fn capabilities(pcm: &PCM, source: Spec) -> alsa::Result<Vec<Capability>> {
    let params = HwParams::any(pcm)?;
    params.set_access(Access::RWInterleaved)?;
    params.set_rate_resample(false)?;
    let bounds = [params.get_rate_min()?, params.get_rate_max()?];
    let multiples = [1, 2, 4].map(|times| source.rate.saturating_mul(times));
    let rates = multiples.into_iter().chain(RATES).chain(bounds);
    let rates: Vec<u32> = rates.filter(|&rate| params.test_rate(rate).is_ok()).collect();
    let most = params.get_channels_max()?.min(u32::from(Spec::MAX_CHANNELS));
    let channels = (params.get_channels_min()?..=most).filter(|&count| params.test_channels(count).is_ok());
    let channels: Vec<u16> = channels.filter_map(|count| u16::try_from(count).ok()).collect();
    let frames = |frames: alsa::pcm::Frames| u32::try_from(frames).unwrap_or(u32::MAX);
    let period = frames(params.get_period_size_min()?)..=frames(params.get_period_size_max()?);
    let taken = LAYOUTS.iter().filter(|layout| params.test_format(layout.alsa).is_ok());
    let line = |format, channels, rate| Capability {
        channels,
        rates: rate..=rate,
        format,
        period_frames: Some(period.clone()),
    };
    let mut lines = Vec::new();
    for layout in taken {
        for &channels in &channels {
            lines.extend(rates.iter().map(|&rate| line(layout.format, channels, rate)));
        }
    }
    Ok(lines)
}

/// Makes the hardware ready; what it took is told back.
fn set_up(pcm: &PCM, choice: Choice) -> alsa::Result<(Choice, Layout)> {
    let params = HwParams::any(pcm)?;
    params.set_access(Access::RWInterleaved)?;
    params.set_rate_resample(false)?;
    params.set_channels(u32::from(choice.spec.channels))?;
    params.set_rate(choice.spec.rate, ValueOr::Nearest)?;
    let fits = |layout: &&Layout| layout.format == choice.format && params.test_format(layout.alsa).is_ok();
    let layout = *LAYOUTS.iter().find(fits).unwrap_or(&LAYOUTS[0]);
    params.set_format(layout.alsa)?;
    let period = params.set_period_size_near(choice.period_frames.into(), ValueOr::Nearest)?;
    let buffer = params.set_buffer_size_near(period.saturating_mul(PERIODS.into()))?;
    pcm.hw_params(&params)?;
    let software = pcm.sw_params_current()?;
    software.set_avail_min(period)?;
    // It starts once all of the buffer but one period is filled.
    let whole = buffer / period.max(1) * period;
    software.set_start_threshold((whole - period).max(1))?;
    pcm.sw_params(&software)?;
    pcm.prepare()?;
    let period_frames = u32::try_from(period).unwrap_or(choice.period_frames).max(1);
    Ok((Choice { period_frames, ..choice }, layout))
}

fn errno(error: &alsa::Error) -> Errno {
    Errno::from_raw_os_error(error.errno().abs())
}

fn explain(name: &str, error: &alsa::Error) -> OutputError {
    let (id, name) = (format!("alsa:{name}"), name.to_owned());
    match errno(error) {
        Errno::BUSY => OutputError::Busy { holder: holder::of(&name), name },
        Errno::NOENT | Errno::NODEV | Errno::NXIO => {
            OutputError::NotFound { nearest: devices::nearest(&id), id }
        }
        Errno::ACCESS | Errno::PERM => {
            OutputError::Refused { name, why: "permission denied (is the user in the group `audio`?)".into() }
        }
        _ => OutputError::Refused { name, why: error.to_string() },
    }
}

fn unsupported(name: &str, wanted: &Wanted) -> OutputError {
    let Spec { rate, channels } = wanted.format.spec;
    OutputError::Unsupported { name: name.into(), why: format!("asked for {rate} Hz, {channels} channels") }
}

/// Fills the bytes of one period from the ring.
type Convert = Box<dyn FnMut(&mut Feed, Duration, &mut Vec<u8>) + Send>;

fn converter<T: DeviceSample, const N: usize>(samples: usize, bytes: fn(T) -> [u8; N]) -> Convert {
    let mut scratch = vec![T::from_float(0.0); samples];
    Box::new(move |feed, delay, out| {
        feed.fill(&mut scratch, delay);
        out.extend(scratch.iter().flat_map(|&sample| bytes(sample)));
    })
}

fn converter_for(layout: Layout, samples: usize) -> Convert {
    match layout.format {
        SampleFormat::S16 => converter::<i16, 2>(samples, i16::to_ne_bytes),
        SampleFormat::S24 if layout.alsa == Format::s24() => {
            converter::<I24, 4>(samples, |sample| sample.inner().to_ne_bytes())
        }
        SampleFormat::S24 => converter::<I24, 3>(samples, packed),
        SampleFormat::S32 => converter::<i32, 4>(samples, i32::to_ne_bytes),
        SampleFormat::F32 => converter::<f32, 4>(samples, f32::to_ne_bytes),
    }
}

fn packed(sample: I24) -> [u8; 3] {
    let [low, middle, high, _] = sample.inner().to_le_bytes();
    if cfg!(target_endian = "little") { [low, middle, high] } else { [high, middle, low] }
}

/// What the thread owns. Nothing in its loop allocates.
struct Sink {
    pcm: PCM,
    feed: Feed,
    health: Arc<Health>,
    convert: Convert,
    period_frames: u32,
    frame_bytes: usize,
    rate: u32,
    /// One period, and how much of it the hardware has.
    bytes: Vec<u8>,
    given: usize,
    recoveries: u32,
}

impl Sink {
    fn new(pcm: PCM, feed: Feed, choice: Choice, layout: Layout) -> Self {
        let samples = choice.period_frames as usize * usize::from(choice.spec.channels.max(1));
        let sample_bytes = layout.alsa.physical_width().map_or(4, |bits| bits.unsigned_abs() as usize / 8);
        Self {
            health: Arc::clone(feed.health()),
            convert: converter_for(layout, samples),
            period_frames: choice.period_frames,
            frame_bytes: sample_bytes * usize::from(choice.spec.channels.max(1)),
            rate: choice.spec.rate,
            bytes: Vec::with_capacity(samples * sample_bytes),
            given: 0,
            recoveries: 0,
            pcm,
            feed,
        }
    }

    fn run(mut self, signals: &Signals) {
        while !signals.is_stopped() {
            let Err(error) = self.turn() else { continue };
            if !self.recover(&error) {
                signals.fault.set_with(Fault::Lost, format!("the hardware is gone: {error}"));
                self.health.wake_engine();
                return;
            }
        }
        let _ = self.pcm.drop();
    }

    /// Takes a period from the ring when there is room for it, and gives as much of it as is taken.
    fn turn(&mut self) -> alsa::Result<()> {
        if self.given == self.bytes.len() {
            if !self.pcm.wait(Some(WAIT_MS))? {
                return Ok(());
            }
            if self.pcm.avail_update()? < self.period_frames.into() {
                std::thread::sleep(EARLY);
                return Ok(());
            }
            let held = self.pcm.delay().ok().and_then(|frames| u64::try_from(frames).ok()).unwrap_or(0);
            self.bytes.clear();
            self.given = 0;
            (self.convert)(&mut self.feed, frames_to_duration(held, self.rate), &mut self.bytes);
        }
        let frames = self.pcm.io_bytes().writei(&self.bytes[self.given..])?;
        self.given += frames * self.frame_bytes;
        if frames > 0 {
            self.recoveries = 0;
        }
        Ok(())
    }

    /// After an underrun or a sleep of the system it goes on with what was not taken yet; `false`: that was the end.
    fn recover(&mut self, error: &alsa::Error) -> bool {
        match errno(error) {
            Errno::INTR => return true,
            Errno::AGAIN => {
                let _ = self.pcm.wait(Some(WAIT_MS));
                return true;
            }
            _ => {}
        }
        self.recoveries += 1;
        if self.recoveries > MOST_RECOVERIES {
            return false;
        }
        match errno(error) {
            Errno::PIPE => {
                self.health.tell(ErrorKind::Xrun);
                self.pcm.prepare().is_ok()
            }
            // The system slept. Hardware that cannot go on where it was begins anew.
            Errno::STRPIPE => self.pcm.resume().is_ok() || self.pcm.prepare().is_ok(),
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn converters_and_servers_are_not_exclusive() {
        for id in ["alsa:default", "plughw:0,0", "alsa:dmix:CARD=0", "pulseaudio:sink", "alsa:pulse"] {
            assert!(matches!(pcm_name(Some(id)), Err(OutputError::Shared { .. })), "{id}");
        }
        assert_eq!(pcm_name(Some("alsa:hw:CARD=DAC,DEV=0")).as_deref(), Ok("hw:CARD=DAC,DEV=0"));
        assert_eq!(pcm_name(Some("hw:1,0")).as_deref(), Ok("hw:1,0"));
        assert_eq!(pcm_name(Some("mine")).as_deref(), Ok("mine"));
    }

    #[test]
    fn three_bytes_hold_24_bits() {
        let sample = |value| packed(I24::new_unchecked(value));
        assert_eq!(sample(0x12_3456), [0x56, 0x34, 0x12]);
        assert_eq!(sample(-1), [0xff, 0xff, 0xff]);
    }

    #[test]
    fn the_width_of_the_music_comes_first_and_less_than_it_last() {
        use SampleFormat::{F32, S16, S24, S32};
        assert_eq!(preferred(S16)[0], S16);
        for (source, last) in [(S24, S16), (S32, S16), (F32, S16)] {
            assert_eq!(preferred(source)[3], last);
        }
        assert_eq!(preferred(S24)[0], S24);
    }
}
