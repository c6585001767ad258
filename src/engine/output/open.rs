//! From settings to an open output. Runs on the `output` thread and may block there; tests put an opener of their own in
//! its place.

use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use super::sink::{self, Sink};
use super::{Opened, OutputError, Wanted, file, null, pipe, stream};
use crate::model::outputs::OutputDevice;
use crate::model::settings::{OutputSettings, OutputSpec};
use crate::model::snapshot::Accepted;

/// How long the end of an earlier opening of the same file or pipe is waited for.
const HAND_OVER: Duration = Duration::from_secs(2);

/// Opens outputs. May block.
pub trait OpensOutputs: Send {
    fn open(&mut self, settings: &OutputSettings, wanted: &Wanted) -> Result<Opened, OutputError>;
}

/// The real ones. A file or pipe that was opened once is gone on with when it is asked for again: one file holds the
/// whole session, in the format that it began with.
#[derive(Default)]
pub struct Outputs {
    kept: Vec<Kept>,
}

/// A file or pipe of this session; it comes back by the channel when its output was dropped.
struct Kept {
    target: OutputSpec,
    accepted: Accepted,
    back: Receiver<Box<dyn Sink>>,
}

impl Outputs {
    pub fn new() -> Self {
        Self::default()
    }

    fn open_kept(&mut self, settings: &OutputSettings, wanted: &Wanted) -> Result<Opened, OutputError> {
        let earlier = self.kept.iter().position(|kept| kept.target == settings.output);
        let (accepted, sink) = match earlier {
            Some(at) => self.go_on(at)?,
            None => create(settings, wanted)?,
        };
        let (give_back, back) = channel();
        let opened = sink::open(thread_name(&settings.output), accepted.clone(), sink, give_back, wanted)?;
        self.kept.push(Kept { target: settings.output.clone(), accepted, back });
        Ok(opened)
    }

    fn go_on(&mut self, at: usize) -> Result<(Accepted, Box<dyn Sink>), OutputError> {
        let busy = |accepted: &Accepted| OutputError::Busy { name: accepted.name.clone(), holder: None };
        let kept = &self.kept[at];
        let sink = kept.back.recv_timeout(HAND_OVER).map_err(|_| busy(&kept.accepted))?;
        Ok((self.kept.swap_remove(at).accepted, sink))
    }
}

impl OpensOutputs for Outputs {
    fn open(&mut self, settings: &OutputSettings, wanted: &Wanted) -> Result<Opened, OutputError> {
        match &settings.output {
            OutputSpec::Auto => open_device(None, settings, wanted),
            OutputSpec::Device(id) => open_device(id.as_deref(), settings, wanted),
            OutputSpec::Null => null::open(settings, wanted),
            OutputSpec::File(_) | OutputSpec::Pipe => self.open_kept(settings, wanted),
            OutputSpec::Fifo(path) => stream::fifo(path, settings, wanted),
            OutputSpec::Tcp(address) => stream::tcp(address, settings, wanted),
            // Whoever serves screens opens these.
            OutputSpec::Screen(_) | OutputSpec::Both(..) => {
                Err(OutputError::NotFound { id: settings.output.to_string(), nearest: None })
            }
        }
    }
}

fn create(settings: &OutputSettings, wanted: &Wanted) -> Result<(Accepted, Box<dyn Sink>), OutputError> {
    match &settings.output {
        OutputSpec::File(path) => file::create(path, settings, wanted),
        _ => pipe::create(settings, wanted),
    }
}

fn thread_name(output: &OutputSpec) -> &'static str {
    if matches!(output, OutputSpec::File(_)) { "file" } else { "pipe" }
}

/// The sound devices of this machine and what they take. May block for seconds.
///
/// # Errors
/// Where the sound system does not answer, or this build has none.
#[cfg(feature = "device")]
pub fn survey() -> Result<Vec<OutputDevice>, OutputError> {
    super::devices::survey()
}

#[cfg(not(feature = "device"))]
pub fn survey() -> Result<Vec<OutputDevice>, OutputError> {
    Err(OutputError::FeatureOff)
}

#[cfg(feature = "device")]
fn open_device(id: Option<&str>, settings: &OutputSettings, wanted: &Wanted) -> Result<Opened, OutputError> {
    super::device::open(id, settings, wanted)
}

#[cfg(not(feature = "device"))]
fn open_device(_: Option<&str>, _: &OutputSettings, _: &Wanted) -> Result<Opened, OutputError> {
    Err(OutputError::FeatureOff)
}
