//! Settings as data: what `config` reads from files and flags, and what the rooms act on. Plain values with sensible
//! defaults; an empty configuration is `Settings::default()`.

use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::audio::SampleFormat;

/// Where the sound goes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum OutputSpec {
    /// The default device; the null output with a notice where there is none.
    #[default]
    Auto,
    /// A device by the id that its host gives it, or the default one.
    Device(Option<String>),
    /// Nowhere, in real time.
    Null,
    /// One WAV file with the whole session, as fast as it goes.
    File(PathBuf),
    /// Raw samples on standard output, as fast as the reader takes them.
    Pipe,
}

impl OutputSpec {
    /// `auto`, `device`, `device:ID`, `null`, `file:PATH`, `pipe`.
    pub fn parse(word: &str) -> Option<Self> {
        match word.split_once(':') {
            None if word == "auto" => Some(Self::Auto),
            None if word == "device" => Some(Self::Device(None)),
            None if word == "null" => Some(Self::Null),
            None if word == "pipe" => Some(Self::Pipe),
            Some(("device", id)) if !id.is_empty() => Some(Self::Device(Some(id.to_owned()))),
            Some(("file", path)) if !path.is_empty() => Some(Self::File(path.into())),
            _ => None,
        }
    }
}

impl std::fmt::Display for OutputSpec {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Auto => f.write_str("auto"),
            Self::Device(None) => f.write_str("device"),
            Self::Device(Some(id)) => write!(f, "device:{id}"),
            Self::Null => f.write_str("null"),
            Self::File(path) => write!(f, "file:{}", path.display()),
            Self::Pipe => f.write_str("pipe"),
        }
    }
}

/// How the sound leaves.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OutputSettings {
    pub output: OutputSpec,
    /// Sample format asked for; `None`: the device's best, or for files and pipes that of the first track.
    pub format: Option<SampleFormat>,
    /// Rate asked for, in Hz; `None`: the device's choice, or for files and pipes that of the first track.
    pub rate: Option<u32>,
    /// Frames of one device period asked for.
    pub period_frames: u32,
}

impl OutputSettings {
    /// 21 ms at 48 kHz: the smallest period that sound servers were seen to hold without holes.
    pub const PERIOD_FRAMES: u32 = 1024;

    pub fn new(output: OutputSpec) -> Self {
        Self { output, format: None, rate: None, period_frames: Self::PERIOD_FRAMES }
    }
}

/// Patience with servers that sound comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NetworkSettings {
    /// Sound of a stream that is gathered before it is heard.
    pub buffer: Duration,
    /// A server that sends nothing for so long is taken for gone.
    pub timeout: Duration,
    /// A stream that broke off, or a server that was gone, is asked for again for so long.
    pub retry: Duration,
}

impl Default for NetworkSettings {
    fn default() -> Self {
        Self {
            buffer: Duration::from_secs(3),
            timeout: Duration::from_secs(10),
            retry: Duration::from_secs(120),
        }
    }
}

/// Colours and shape of the screen.
#[derive(Debug, Clone, PartialEq)]
pub struct ScreenSettings {
    /// Name of a theme: `dark`, `light`, `terminal`, or a file in the themes folder.
    pub theme: String,
    pub mouse: bool,
    pub spectrum: bool,
    /// Most frames a second while something moves.
    pub fps: u16,
    /// Rows kept visible above and below the selection.
    pub scrolloff: u16,
}

impl Default for ScreenSettings {
    fn default() -> Self {
        Self { theme: "terminal".into(), mouse: true, spectrum: true, fps: 30, scrolloff: 3 }
    }
}

/// Everything that a user can set.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// Folders of music; empty: the user's music folder.
    pub music: Vec<PathBuf>,
    /// Scan the library when the player starts.
    pub scan_at_start: bool,
    pub output: OutputSettings,
    pub network: NetworkSettings,
    /// Seconds after which `previous` goes to the start of the item instead of the one before.
    pub rewind_s: u32,
    pub screen: ScreenSettings,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            music: Vec::new(),
            scan_at_start: true,
            output: OutputSettings::new(OutputSpec::Auto),
            network: NetworkSettings::default(),
            rewind_s: 5,
            screen: ScreenSettings::default(),
        }
    }
}
