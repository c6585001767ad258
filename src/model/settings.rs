//! Settings as data: what `config` reads from files and flags, and what the rooms act on. Plain values with sensible
//! defaults; an empty configuration is `Settings::default()`.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::analysis::AnalysisSettings;
use super::audio::{SampleFormat, Volume};
use super::collate::ARTICLES;
use super::column::ListColumns;
use super::equaliser::EqSettings;
use super::grouping::Hierarchy;
use super::impulse::Impulse;
use super::mastering::Intensity;
use super::picture::ShowCovers;
use super::symbols::Symbols;
use super::visual::Visual;

/// Where the sound goes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum OutputSpec {
    /// The default device; the null output with a notice where there is none.
    #[default]
    Auto,
    /// A device by the id that its host gives it, or the default one. `hw:NAME` is ALSA's hardware, opened for us alone.
    Device(Option<String>),
    /// Nowhere, in real time.
    Null,
    /// One WAV file with the whole session, as fast as it goes.
    File(#[serde(with = "crate::model::path_bytes")] PathBuf),
    /// Raw samples on standard output, as fast as the reader takes them.
    Pipe,
    /// Raw samples into a FIFO, as fast as the reader takes them.
    Fifo(#[serde(with = "crate::model::path_bytes")] PathBuf),
    /// The same, over a connection to `HOST:PORT`.
    Tcp(String),
    /// The machine of the screen with this number.
    Screen(u64),
    /// An output and the machine of a screen as well.
    Both(Box<Self>, u64),
}

impl OutputSpec {
    /// `auto`, `device`, `device:ID`, `hw:NAME` (short for `device:hw:NAME`), `null`, `file:PATH`,
    /// `pipe`, `fifo:PATH`, `tcp:HOST:PORT`.
    pub fn parse(word: &str) -> Option<Self> {
        match word.split_once(':') {
            None if word == "auto" => Some(Self::Auto),
            None if word == "device" => Some(Self::Device(None)),
            None if word == "null" => Some(Self::Null),
            None if word == "pipe" => Some(Self::Pipe),
            Some(("device", id)) if !id.is_empty() => Some(Self::Device(Some(id.to_owned()))),
            Some(("hw", name)) if !name.is_empty() => Some(Self::Device(Some(format!("hw:{name}")))),
            Some(("fifo", path)) if !path.is_empty() => Some(Self::Fifo(path.into())),
            Some(("tcp", address)) if is_address(address) => Some(Self::Tcp(address.to_owned())),
            Some(("file", path)) if !path.is_empty() => Some(Self::File(path.into())),
            _ => None,
        }
    }

    /// The file that it is written to.
    pub fn path_mut(&mut self) -> Option<&mut PathBuf> {
        match self {
            Self::File(path) | Self::Fifo(path) => Some(path),
            _ => None,
        }
    }

    /// Without the machine of a screen; `None` where only that sounds.
    pub fn there(&self) -> Option<&Self> {
        match self {
            Self::Screen(_) => None,
            Self::Both(there, _) => there.there(),
            _ => Some(self),
        }
    }

    /// The screen whose machine sounds.
    pub fn screen(&self) -> Option<u64> {
        if let Self::Screen(screen) | Self::Both(_, screen) = self { Some(*screen) } else { None }
    }

    /// A device, whichever it is.
    pub fn is_device(&self) -> bool {
        matches!(self, Self::Auto | Self::Device(_))
    }

    /// Hardware by its ALSA name: nobody else can use it at the same time, whatever is asked for.
    fn is_hardware(&self) -> bool {
        let Self::Device(Some(id)) = self else {
            return false;
        };
        id.strip_prefix("alsa:").unwrap_or(id).starts_with("hw:")
    }
}

/// Where sound comes out, for a screen of a core elsewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Audio {
    /// On the screen's machine.
    Here,
    /// On the core's.
    There,
    Both,
    /// The other end: there where it is heard here, else here.
    Next,
    /// The screen leaves: what came out there alone is paused.
    Leave,
}

impl Audio {
    pub const NAMES: [&'static str; 3] = ["here", "there", "both"];

    pub fn parse(word: &str) -> Option<Self> {
        match word {
            "here" => Some(Self::Here),
            "there" => Some(Self::There),
            "both" => Some(Self::Both),
            _ => None,
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Self::Here => "here",
            Self::There | Self::Next | Self::Leave => "there",
            Self::Both => "both",
        }
    }

    /// What it is for a screen with this number.
    pub fn of(output: &OutputSpec, screen: u64) -> Self {
        match (output.screen() == Some(screen), output.there()) {
            (true, None) => Self::Here,
            (true, Some(_)) => Self::Both,
            (false, _) => Self::There,
        }
    }
}

/// `HOST:PORT`.
fn is_address(words: &str) -> bool {
    let parts = words.rsplit_once(':');
    parts.is_some_and(|(host, port)| !host.is_empty() && port.parse::<u16>().is_ok_and(|port| port > 0))
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
            Self::Fifo(path) => write!(f, "fifo:{}", path.display()),
            Self::Tcp(address) => write!(f, "tcp:{address}"),
            Self::Screen(_) => f.write_str("screen"),
            Self::Both(there, _) => write!(f, "{there} and screen"),
        }
    }
}

/// How good the conversion from one sample rate to another is. What each is worth, `benches/resample.rs` measures.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ResamplerQuality {
    /// Single precision and short filters: errors below -130 dB, flat to 20 kHz from 44.1 kHz up.
    Fast,
    /// Double precision: errors below -139 dB.
    Good,
    /// Double precision and long filters: errors below -140 dB, flat almost to half the lower rate.
    #[default]
    Best,
}

impl ResamplerQuality {
    pub const ALL: [Self; 3] = [Self::Fast, Self::Good, Self::Best];

    pub fn name(self) -> &'static str {
        match self {
            Self::Fast => "fast",
            Self::Good => "good",
            Self::Best => "best",
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|quality| quality.name() == name)
    }
}

/// What becomes of rates that differ from track to track.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum RatePolicy {
    /// `Follow` for a device that is ours alone, `Fixed` for all else.
    #[default]
    Auto,
    /// One continuous stream at the rate of the first track; other rates are resampled to it.
    Fixed,
    /// A device is opened anew at each new rate. Files and pipes: as `Fixed`.
    Follow,
    /// This rate, whatever plays.
    Hz(u32),
}

impl RatePolicy {
    /// The words; a number is the caller's, who knows what is allowed.
    pub fn parse(word: &str) -> Option<Self> {
        match word {
            "auto" => Some(Self::Auto),
            "fixed" => Some(Self::Fixed),
            "follow" => Some(Self::Follow),
            _ => None,
        }
    }

    /// The rate that is asked for whatever plays.
    pub fn hz(self) -> Option<u32> {
        if let Self::Hz(rate) = self { Some(rate) } else { None }
    }
}

/// What is done when the device that played is gone.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum OnLost {
    /// Wait for the same one: no other begins to sound by itself.
    #[default]
    Wait,
    /// Go on with the default one.
    Move,
}

impl OnLost {
    pub fn parse(word: &str) -> Option<Self> {
        match word {
            "wait" => Some(Self::Wait),
            "move" => Some(Self::Move),
            _ => None,
        }
    }
}

/// The loudest that the volume goes, whatever is asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct VolumeCaps {
    pub all: Volume,
    /// By the id of the device.
    pub devices: BTreeMap<String, Volume>,
}

impl VolumeCaps {
    pub fn of(&self, id: Option<&str>) -> Volume {
        let own = id.and_then(|id| self.devices.get(id)).copied();
        own.map_or(self.all, |own| own.min(self.all))
    }
}

/// How the sound leaves.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OutputSettings {
    pub output: OutputSpec,
    /// Open hardware for us alone, at the music's own rate and width.
    pub exclusive: bool,
    /// Sample format asked for; `None`: the device's best, or for files and pipes that of the first track.
    pub format: Option<SampleFormat>,
    pub rate: RatePolicy,
    /// Silence before the music when a device was opened for a new rate: some converters swallow the first moment.
    pub rate_change_silence_ms: u32,
    /// Frames of one device period asked for.
    pub period_frames: u32,
    /// Where the rate has to change.
    pub resampler: ResamplerQuality,
    pub on_lost: OnLost,
    /// So long a lost device is waited for; when it comes later, playing stands paused. 0: for ever.
    pub resume_within_s: u32,
    pub caps: VolumeCaps,
}

impl OutputSettings {
    /// 21 ms at 48 kHz: the smallest period that sound servers were seen to hold without holes.
    pub const PERIOD_FRAMES: u32 = 1024;
    pub const RESUME_WITHIN_S: u32 = 300;

    pub fn new(output: OutputSpec) -> Self {
        let (period_frames, resume_within_s) = (Self::PERIOD_FRAMES, Self::RESUME_WITHIN_S);
        Self { output, period_frames, resume_within_s, ..Self::default() }
    }

    /// Whether the device is to be ours alone.
    pub fn is_exclusive(&self) -> bool {
        self.output.is_device() && self.exclusive || self.output.is_hardware()
    }

    /// Whether a device is opened anew at each new rate.
    pub fn follows_rate(&self) -> bool {
        let follows = match self.rate {
            RatePolicy::Auto => self.is_exclusive(),
            RatePolicy::Follow => true,
            RatePolicy::Fixed | RatePolicy::Hz(_) => false,
        };
        follows && self.output.is_device()
    }
}

/// Which loudness items are brought to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LevelMode {
    /// As they are: the samples of the file.
    #[default]
    Off,
    Track,
    Album,
    /// Of the album while an album plays in order, else of the track.
    Auto,
}

impl LevelMode {
    pub const ALL: [Self; 4] = [Self::Off, Self::Track, Self::Album, Self::Auto];

    pub fn name(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Track => "track",
            Self::Album => "album",
            Self::Auto => "auto",
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|mode| mode.name() == name)
    }

    pub fn next(self) -> Self {
        match self {
            Self::Off => Self::Track,
            Self::Track => Self::Album,
            Self::Album => Self::Auto,
            Self::Auto => Self::Off,
        }
    }
}

/// How items are brought to one loudness.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct LevelSettings {
    pub mode: LevelMode,
    /// dB added to a known gain.
    pub preamp_db: f32,
    /// dB for items of which nothing is known.
    pub unknown_db: f32,
}

/// How fast it is played, at its own pitch, in percent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlaySpeed(u16);

impl PlaySpeed {
    pub const NORMAL: Self = Self(100);
    pub const SLOWEST: u16 = 50;
    pub const FASTEST: u16 = 200;

    pub fn new(percent: i64) -> Self {
        let held = percent.clamp(i64::from(Self::SLOWEST), i64::from(Self::FASTEST));
        Self(u16::try_from(held).unwrap_or(100))
    }

    pub fn percent(self) -> u16 {
        self.0
    }

    /// Frames of the music for each frame that is heard.
    pub fn factor(self) -> f64 {
        f64::from(self.0) / 100.0
    }
}

impl Default for PlaySpeed {
    fn default() -> Self {
        Self::NORMAL
    }
}

impl std::fmt::Display for PlaySpeed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}x", self.factor())
    }
}

/// How much of each side the other ear hears, for headphones: cut-off and feed as bs2b's presets have them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Crossfeed {
    /// As loudspeakers 3 m away at 30 degrees.
    Default,
    /// As Chu Moy's circuit.
    Cmoy,
    /// As Jan Meier's, the gentlest.
    Jmeier,
}

impl Crossfeed {
    pub const ALL: [Self; 3] = [Self::Default, Self::Cmoy, Self::Jmeier];

    pub fn name(self) -> &'static str {
        match self {
            Self::Default => "default",
            Self::Cmoy => "cmoy",
            Self::Jmeier => "jmeier",
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|crossfeed| crossfeed.name() == name)
    }

    /// Hz up to which the other side is heard, and dB that the own side is louder there.
    pub fn numbers(self) -> (f64, f64) {
        match self {
            Self::Default => (700.0, 4.5),
            Self::Cmoy => (700.0, 6.0),
            Self::Jmeier => (650.0, 9.5),
        }
    }
}

/// What is quiet comes up, for listening at a low level.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct NightMode {
    pub on: bool,
    pub strength: Intensity,
}

impl Default for NightMode {
    fn default() -> Self {
        Self { on: false, strength: Intensity::new(50) }
    }
}

/// What is done to the sound itself.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct SoundSettings {
    pub level: LevelSettings,
    /// Length of the crossfade between items that do not belong together; 0: they join without a gap.
    pub crossfade_ms: u32,
    /// -100 (left only) to 100 (right only).
    pub balance: i8,
    /// Both sides give the mean of both.
    pub mono: bool,
    pub speed: PlaySpeed,
    pub eq: EqSettings,
    pub crossfeed: Option<Crossfeed>,
    /// What is convolved with.
    pub impulse: Option<Arc<Impulse>>,
    pub night: NightMode,
}

impl SoundSettings {
    /// Longest crossfade.
    pub const CROSSFADE_MS: u32 = 12_000;

    /// Something is done for the listener's device and ears, on an output of so many channels: see `dsp::listener`.
    pub fn shapes(&self, channels: u16) -> bool {
        let equalises = self.eq.on && !self.eq.curve.is_flat();
        equalises || self.crossfeed.is_some() && channels == 2 || self.impulse.is_some() || self.night.on
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

/// Something that goes by what the terminal is known to be, unless it is said.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum AutoSwitch {
    #[default]
    Auto,
    On,
    Off,
}

impl AutoSwitch {
    pub const ALL: [Self; 3] = [Self::Auto, Self::On, Self::Off];

    pub fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::On => "on",
            Self::Off => "off",
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|show| show.name() == name)
    }
}

/// Colours and shape of the screen.
#[derive(Debug, Clone, PartialEq)]
pub struct ScreenSettings {
    /// Name of a theme: `dark`, `light`, `terminal`, or a file in the themes folder; or one for each background.
    pub theme: String,
    /// Tag of the language that it speaks; `auto`: that of the environment.
    pub language: String,
    /// What it is drawn with.
    pub symbols: Symbols,
    pub mouse: bool,
    /// What is heard is looked at from the start, and how.
    pub spectrum: bool,
    pub visual: Visual,
    /// The seek bar is the wave of the track, where that is measured.
    pub waveform: bool,
    pub covers: ShowCovers,
    /// The accent is the colour that stands out in the cover of what plays.
    pub cover_accent: bool,
    /// The albums are a wall of covers from the start.
    pub wall: bool,
    /// What lists tell of tracks beside titles, as far as there is room.
    pub columns: ListColumns,
    /// Most frames a second while something moves.
    pub fps: u16,
    /// What the library's first column is of.
    pub group_by: Hierarchy,
    /// The selection goes along with what plays.
    pub follow: bool,
    /// Rows kept visible above and below the selection.
    pub scrolloff: u16,
    /// The terminal's window is named by what plays.
    pub title: bool,
    pub progress: AutoSwitch,
    /// Words from right to left are ordered here; `Auto`: where the terminal is not known to do it.
    pub bidi: AutoSwitch,
    /// It is told by lines, for screen readers.
    pub plain: bool,
    /// How long keys that mean something alone wait for those that may follow.
    pub key_timeout: Duration,
}

impl Default for ScreenSettings {
    fn default() -> Self {
        Self {
            theme: "terminal".into(),
            language: "auto".into(),
            symbols: Symbols::Auto,
            mouse: true,
            spectrum: true,
            visual: Visual::Spectrum,
            waveform: true,
            covers: ShowCovers::Auto,
            cover_accent: false,
            wall: false,
            columns: ListColumns::default(),
            fps: 30,
            group_by: Hierarchy::default(),
            follow: false,
            scrolloff: 3,
            title: true,
            progress: AutoSwitch::Auto,
            bidi: AutoSwitch::Auto,
            plain: false,
            key_timeout: Duration::from_millis(700),
        }
    }
}

/// How a player on another machine is reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RemoteSettings {
    /// The program that connects, and its arguments; the host and what is to be run there are put behind them.
    pub ssh: Vec<String>,
    /// The player there, as its shell finds it.
    pub program: String,
    /// Where its sound comes out; `None`: here, unless it is heard there already.
    pub audio: Option<Audio>,
}

impl Default for RemoteSettings {
    fn default() -> Self {
        Self { ssh: vec!["ssh".into()], program: "auralis".into(), audio: None }
    }
}

/// What becomes of the music where the terminal goes away.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum HangUp {
    #[default]
    Quit,
    /// It plays on, and can be attached to.
    Play,
}

impl HangUp {
    pub const NAMES: [&'static str; 2] = ["quit", "play"];

    pub fn parse(word: &str) -> Option<Self> {
        match word {
            "quit" => Some(Self::Quit),
            "play" => Some(Self::Play),
            _ => None,
        }
    }
}

/// Everything that a user can set.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// Folders of music; empty: the user's music folder.
    pub music: Vec<PathBuf>,
    /// Scan the library when the player starts.
    pub scan_at_start: bool,
    /// Folders of the library are watched for changes.
    pub watch: bool,
    /// Words that do not count at the beginning of a name where names are sorted.
    pub articles: Vec<String>,
    /// Texts between several artists, and between several genres, in one value.
    pub artist_separators: Vec<String>,
    pub genre_separators: Vec<String>,
    pub output: OutputSettings,
    pub sound: SoundSettings,
    /// Name of the equaliser's curve: a built-in one, or a file in the folder of curves.
    pub eq_preset: String,
    /// File of the impulse response that sound is convolved with.
    pub impulse: Option<PathBuf>,
    pub mastering: super::mastering::MasteringSettings,
    /// Music that mastering matches; empty: none.
    pub reference: Vec<PathBuf>,
    pub render: super::rendering::RenderSettings,
    pub network: NetworkSettings,
    pub hooks: super::hooks::HookSettings,
    pub mpd: super::mpd::MpdSettings,
    pub remote: RemoteSettings,
    pub on_hang_up: HangUp,
    pub desktop: super::desktop::DesktopSettings,
    pub scrobble: super::scrobbling::ScrobbleSettings,
    pub lyrics: super::lyrics::LyricsSettings,
    pub server: super::server::ServerSettings,
    pub musicbrainz: super::musicbrainz::LookupSettings,
    pub similar: super::similar::SimilarSettings,
    pub analysis: AnalysisSettings,
    /// Seconds after which `previous` goes to the start of the item instead of the one before.
    pub rewind_s: u32,
    /// Tracks of so many minutes go on where they were left off; 0: none do.
    pub resume_min: u32,
    pub screen: ScreenSettings,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            music: Vec::new(),
            scan_at_start: true,
            watch: true,
            articles: ARTICLES.map(str::to_owned).to_vec(),
            artist_separators: Vec::new(),
            genre_separators: Vec::new(),
            output: OutputSettings::new(OutputSpec::Auto),
            sound: SoundSettings::default(),
            eq_preset: "flat".into(),
            impulse: None,
            mastering: Default::default(),
            reference: Vec::new(),
            render: Default::default(),
            network: NetworkSettings::default(),
            hooks: Default::default(),
            mpd: Default::default(),
            remote: RemoteSettings::default(),
            on_hang_up: HangUp::default(),
            desktop: Default::default(),
            scrobble: Default::default(),
            lyrics: Default::default(),
            server: Default::default(),
            musicbrainz: Default::default(),
            similar: Default::default(),
            analysis: AnalysisSettings::default(),
            rewind_s: 5,
            resume_min: 20,
            screen: ScreenSettings::default(),
        }
    }
}
