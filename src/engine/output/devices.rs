//! The sound devices of this machine: listing them and finding the one that is meant. Runs on the `output` thread, or on
//! a job for completion: asking a sound server may take seconds, and ALSA's own library may print to stderr.

use std::sync::mpsc::channel;
use std::thread::Builder;
use std::time::Duration;

use cpal::traits::{DeviceTrait, HostTrait};
use cpal::{Device, Host, HostId};

use super::OutputError;
use crate::model::audio::{SampleFormat, Spec};
use crate::model::contain::contain;
use crate::model::outputs::{Accepts, OutputDevice};
use crate::model::suggest;

/// Longest that the devices are waited for.
const SURVEY: Duration = Duration::from_secs(10);

/// One device that can play.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceEntry {
    /// For `device:ID`, for example `alsa:default`.
    pub id: String,
    pub name: String,
    /// What `auto` plays on, if it opens.
    pub is_default: bool,
}

/// All devices that can play, sound servers first. Empty where there is none.
pub fn list() -> Vec<DeviceEntry> {
    let mut entries = Vec::new();
    for host in hosts().0 {
        let default = host.default_output_device().and_then(|device| id_of(&device));
        let listed = host.output_devices().into_iter().flatten();
        for device in listed {
            let Some(id) = id_of(&device) else { continue };
            let is_default = default.as_deref() == Some(id.as_str());
            entries.push(DeviceEntry { name: name_of(&device), is_default, id });
        }
    }
    // The first host's default is the one that is taken.
    let first = entries.iter().position(|entry| entry.is_default);
    for (at, entry) in entries.iter_mut().enumerate() {
        entry.is_default = Some(at) == first;
    }
    entries
}

/// As [`list`], with what each takes. Devices that are held by others say so.
pub(super) fn survey() -> Result<Vec<OutputDevice>, OutputError> {
    let (answer, answered) = channel();
    // Whoever asks a sound server that hangs is never answered: that thread is left to it.
    let asking = Builder::new().name("device-list".into()).spawn(move || {
        let _ = answer.send(contain(look));
    });
    asking.map_err(|error| OutputError::thread(&error))?;
    let refused = |why| OutputError::Refused { name: "the sound system".into(), why };
    match answered.recv_timeout(SURVEY) {
        Ok(found) => found.map_err(refused),
        Err(_) => Err(OutputError::TimedOut { name: "the sound system".into(), seconds: SURVEY.as_secs() }),
    }
}

fn look() -> Vec<OutputDevice> {
    // ALSA tells standard error what it thinks of each name; not while this lives.
    let _quiet = alsa::Output::local_error_handler();
    let entries = list();
    let mut devices = Vec::new();
    for host in hosts().0 {
        let is_server = is_sound_server(host.id());
        for device in host.output_devices().into_iter().flatten() {
            let id = id_of(&device);
            let Some(entry) = entries.iter().find(|entry| Some(&entry.id) == id.as_ref()) else { continue };
            devices.push(OutputDevice {
                id: entry.id.clone(),
                name: entry.name.clone(),
                is_default: entry.is_default,
                exclusive: entry.is_hardware(),
                accepts: accepts(&device, is_server),
            });
        }
    }
    devices
}

fn accepts(device: &Device, is_server: bool) -> Result<Accepts, String> {
    let mut accepts = Accepts::default();
    for config in device.supported_output_configs().map_err(|error| error.to_string())? {
        if let Some(format) = format_of(config.sample_format()) {
            accepts.add(format, (config.min_sample_rate(), config.max_sample_rate()), config.channels());
        }
    }
    if is_server {
        let now = device.default_output_config().map_err(|error| error.to_string())?;
        accepts.runs_at = Spec::new(now.sample_rate(), now.channels());
    }
    Ok(accepts)
}

/// The formats that we can send.
pub(super) fn format_of(format: cpal::SampleFormat) -> Option<SampleFormat> {
    match format {
        cpal::SampleFormat::I16 => Some(SampleFormat::S16),
        cpal::SampleFormat::I24 => Some(SampleFormat::S24),
        cpal::SampleFormat::I32 => Some(SampleFormat::S32),
        cpal::SampleFormat::F32 => Some(SampleFormat::F32),
        _ => None,
    }
}

/// A device that may be meant, with the host that it was found by.
pub(super) struct Candidate {
    pub host: Host,
    pub device: Device,
}

impl DeviceEntry {
    /// Can be opened for us alone, with nothing between that converts.
    pub fn is_hardware(&self) -> bool {
        self.id.starts_with("alsa:hw:")
    }
}

impl Candidate {
    pub(super) fn is_sound_server(&self) -> bool {
        is_sound_server(self.host.id())
    }
}

/// The devices to try, the best first: those of a sound server before those beneath it.
pub(super) fn find(id: Option<&str>) -> Result<Vec<Candidate>, OutputError> {
    let (hosts, why) = hosts();
    let Some(id) = id else {
        let with_default = |host: Host| {
            let device = host.default_output_device()?;
            Some(Candidate { host, device })
        };
        let found: Vec<_> = hosts.into_iter().filter_map(with_default).collect();
        return if found.is_empty() { Err(OutputError::NoDevice { why }) } else { Ok(found) };
    };
    let by_id = |host: Host| {
        let device = device_by_id(&host, id)?;
        Some(Candidate { host, device })
    };
    match hosts.into_iter().find_map(by_id) {
        Some(found) => Ok(vec![found]),
        None => Err(OutputError::NotFound { id: id.into(), nearest: nearest(id) }),
    }
}

pub(super) fn nearest(id: &str) -> Option<String> {
    let entries = list();
    suggest::nearest(id, entries.iter().map(|entry| entry.id.as_str())).map(str::to_owned)
}

/// By the full id, or by what stands after the host's name in it.
fn device_by_id(host: &Host, id: &str) -> Option<Device> {
    let is_meant =
        |device: &Device| device.id().is_ok_and(|known| known.to_string() == id || known.id() == id);
    let default = host.default_output_device().filter(is_meant);
    default.or_else(|| host.output_devices().ok()?.find(is_meant))
}

/// The hosts that answer, and why the others do not. `cpal::default_host` would panic where none does.
fn hosts() -> (Vec<Host>, String) {
    let mut ids = cpal::available_hosts();
    ids.sort_by_key(|&id| !is_sound_server(id));
    let mut why = Vec::new();
    let mut hosts = Vec::new();
    for id in ids {
        match cpal::host_from_id(id) {
            Ok(host) => hosts.push(host),
            Err(error) => why.push(format!("{}: {error}", id.name())),
        }
    }
    if why.is_empty() {
        why.push("none was found".into());
    }
    (hosts, why.join("; "))
}

/// PulseAudio's protocol, which PipeWire speaks too.
fn is_sound_server(id: HostId) -> bool {
    id.name().eq_ignore_ascii_case("pulseaudio")
}

pub(super) fn id_of(device: &Device) -> Option<String> {
    device.id().ok().map(|id| id.to_string())
}

pub(super) fn name_of(device: &Device) -> String {
    let described = device.description().map(|description| description.name().to_owned());
    described.ok().or_else(|| id_of(device)).unwrap_or_else(|| "the sound device".into())
}
