//! Why an output did not open: what, why, and what to do about it, as people read it. Made by the outputs on the `output`
//! thread, carried by the engine to whoever shows it.

use std::path::PathBuf;

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OutputError {
    #[error("no sound device can be used ({why}); connect one or start the sound server")]
    NoDevice { why: String },

    #[error("{name} is in use by {}; stop it there or choose another device", by(.holder))]
    Busy { name: String, holder: Option<String> },

    #[error(
        "\"{id}\" is shared with others or converts, so it cannot be opened exclusively; take a hw: device"
    )]
    Shared { id: String },

    #[error("there is no sound device \"{id}\"{}", did_you_mean(.nearest))]
    NotFound { id: String, nearest: Option<String> },

    #[error("{name} takes none of the sample formats, rates and channels that can be sent to it ({why})")]
    Unsupported { name: String, why: String },

    #[error("{name} refused to open: {why}")]
    Refused { name: String, why: String },

    #[error("{name} did not answer within {seconds} seconds; is its sound server hanging?")]
    TimedOut { name: String, seconds: u64 },

    #[error("cannot write to {}: {why}", path.display())]
    File { path: PathBuf, why: String },

    #[error("raw samples do not go to a terminal; send standard output to a file or to another program")]
    Terminal,

    #[error(
        "this build has no sound devices (feature `device` is off); use null, file:PATH, fifo:PATH, tcp:HOST:PORT or pipe"
    )]
    FeatureOff,

    #[error("the output's thread cannot be started: {why}")]
    Thread { why: String },
}

fn by(holder: &Option<String>) -> &str {
    holder.as_deref().unwrap_or("another program")
}

fn did_you_mean(nearest: &Option<String>) -> String {
    match nearest {
        Some(nearest) => format!("; did you mean \"{nearest}\"?"),
        None => String::new(),
    }
}

impl OutputError {
    pub(super) fn thread(error: &std::io::Error) -> Self {
        Self::Thread { why: error.to_string() }
    }
}
