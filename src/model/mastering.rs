//! Mastering as it is asked for and as it is planned. Plans are made by `mastering`, carried out by `dsp::chain`, shown by all.

use serde::{Deserialize, Serialize};

use super::abx::Abx;
use super::chain::ChainSpec;
use super::features::Value;
use super::preferences::Versions;
use super::taste::{ByHand, Taste};
use super::trial::Trial;
use crate::later;

/// What kind of change is wanted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Preset {
    /// Only what the track lacks beside other music.
    #[default]
    Adaptive,
    /// Half of that, and hardly any limiting.
    Gentle,
    /// More below, less above.
    Warm,
    /// Less below, more above.
    Bright,
    /// Attacks and bass stand out.
    Punchy,
    /// Peaks are left, the boom of a room is taken away.
    Live,
}

impl Preset {
    pub const ALL: [Self; 6] =
        [Self::Adaptive, Self::Gentle, Self::Warm, Self::Bright, Self::Punchy, Self::Live];

    pub fn name(self) -> &'static str {
        match self {
            Self::Adaptive => "adaptive",
            Self::Gentle => "gentle",
            Self::Warm => "warm",
            Self::Bright => "bright",
            Self::Punchy => "punchy",
            Self::Live => "live",
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|preset| preset.name() == name)
    }

    pub fn next(self) -> Self {
        let at = Self::ALL.iter().position(|preset| *preset == self).unwrap_or(0);
        Self::ALL[(at + 1) % Self::ALL.len()]
    }
}

/// The loudness that is aimed at.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub enum Target {
    /// As loud as it was.
    AsIs,
    /// Integrated loudness, LUFS.
    Lufs(f32),
}

impl Target {
    /// What most streaming services play at (AES TD1008 §5: -14 LUFS for the loudest track of an album).
    pub const STREAMING: Self = Self::Lufs(-14.0);
    /// ReplayGain 2.0.
    pub const REPLAYGAIN: Self = Self::Lufs(-18.0);
    /// EBU R 128.
    pub const R128: Self = Self::Lufs(-23.0);
    /// Quietest and loudest that can be asked for, LUFS.
    pub const LEAST: f32 = -36.0;
    pub const MOST: f32 = -8.0;

    /// `streaming`, `replaygain`, `r128`, `as-is`, or a number of LUFS.
    pub fn parse(word: &str) -> Option<Self> {
        match word {
            "streaming" => Some(Self::STREAMING),
            "replaygain" => Some(Self::REPLAYGAIN),
            "r128" => Some(Self::R128),
            "as-is" => Some(Self::AsIs),
            number => {
                let lufs: f32 = number.parse().ok()?;
                (Self::LEAST..=Self::MOST).contains(&lufs).then_some(Self::Lufs(lufs))
            }
        }
    }

    pub fn lufs(self) -> Option<f32> {
        if let Self::Lufs(lufs) = self { Some(lufs) } else { None }
    }
}

impl Default for Target {
    fn default() -> Self {
        Self::STREAMING
    }
}

impl std::fmt::Display for Target {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match *self {
            Self::AsIs => f.write_str("as-is"),
            target if target == Self::STREAMING => f.write_str("streaming"),
            target if target == Self::REPLAYGAIN => f.write_str("replaygain"),
            target if target == Self::R128 => f.write_str("r128"),
            Self::Lufs(lufs) => write!(f, "{lufs}"),
        }
    }
}

/// How much of a plan is carried out: percent, 0 is nothing at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Intensity(u8);

impl Intensity {
    pub const FULL: Self = Self(100);

    pub fn new(percent: i64) -> Self {
        Self(u8::try_from(percent.clamp(0, 100)).unwrap_or(100))
    }

    pub fn percent(self) -> u8 {
        self.0
    }

    /// 0 to 1.
    pub fn share(self) -> f32 {
        f32::from(self.0) / 100.0
    }
}

impl Default for Intensity {
    fn default() -> Self {
        Self::FULL
    }
}

/// What the listener asks of mastering.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct MasteringSettings {
    pub on: bool,
    pub preset: Preset,
    pub intensity: Intensity,
    pub target: Target,
    /// Tracks that play among their album, in order, share one plan.
    pub album: bool,
    /// What was set by hand of what is added to every plan.
    pub taste: ByHand,
    /// What was learned of taste is added too, and more is learned.
    pub learn: bool,
}

impl Default for MasteringSettings {
    fn default() -> Self {
        let (preset, intensity, target) = Default::default();
        Self { on: false, preset, intensity, target, album: true, taste: ByHand::default(), learn: true }
    }
}

/// What one plan is made from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Basis {
    /// The whole track.
    Track,
    /// So many tracks of the album, as one.
    Album(u32),
    /// Beginning and end only: it was not measured yet.
    Glimpse,
}

/// A part of a chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    Rule,
    Taste,
    Rumble,
    Tone,
    Attack,
    Peaks,
    Density,
    Overtones,
    Width,
    Rounding,
    Gain,
    Ceiling,
}

impl Part {
    pub fn name(self) -> &'static str {
        match self {
            Self::Rule => later!("rule"),
            Self::Taste => later!("taste"),
            Self::Rumble => later!("rumble"),
            Self::Tone => later!("tone"),
            Self::Attack => later!("attacks"),
            Self::Peaks => later!("peaks"),
            Self::Density => later!("density"),
            Self::Overtones => later!("overtones"),
            Self::Width => later!("width"),
            Self::Rounding => later!("rounding"),
            Self::Gain => later!("gain"),
            Self::Ceiling => later!("ceiling"),
        }
    }
}

/// One change, and why it is made, with its numbers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Move {
    pub part: Part,
    pub why: String,
}

/// How loud something is.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Heard {
    /// Integrated, LUFS.
    pub lufs: f32,
    /// dB of true peak over full scale.
    pub true_peak_db: f32,
    /// Loudness range, LU.
    pub range_lu: Value,
}

/// One static decision for a track or an album.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    pub spec: ChainSpec,
    pub moves: Vec<Move>,
    pub basis: Basis,
    /// As it is.
    pub source: Heard,
    /// What is asked for, LUFS, and what is aimed at: less where the peaks do not allow it.
    pub asked_lufs: f32,
    pub aim_lufs: f32,
    /// The loudness range may change by so much, LU.
    pub range_change_lu: f32,
    /// Its gain was proved by a pass over the whole sound: the loudness comes out as aimed at.
    pub proved: bool,
}

impl Plan {
    /// dB that bring the original to the loudness of what comes out.
    pub fn matching_db(&self) -> f32 {
        self.aim_lufs - self.source.lufs
    }
}

/// Mastering as others see it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct MasteringView {
    pub settings: MasteringSettings,
    /// What is matched.
    pub reference: Option<std::sync::Arc<super::reference::Reference>>,
    /// Another reference is being measured.
    pub is_measuring: bool,
    /// Of what is current.
    pub plan: PlanView,
    /// The original is heard in its place.
    pub original: bool,
    /// The blind comparison that is under way.
    pub abx: Option<Abx>,
    /// Both are so much quieter while they are compared, 0 or less, dB.
    pub trim_db: f32,
    /// What is kept of the listener's preferences.
    pub preferences: std::sync::Arc<Versions>,
    /// The two tastes that are compared.
    pub trial: Option<TrialView>,
    /// The rules that hold for what plays, with what comes of them.
    pub ruled: Vec<String>,
}

impl MasteringView {
    /// What is added to plans where no rule says anything else.
    pub fn taste(&self) -> Taste {
        let learned = self.settings.learn.then(|| self.preferences.learned());
        self.settings.taste.over(learned.as_ref())
    }
}

/// A comparison of two tastes.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct TrialView {
    pub trial: Trial,
    /// Both can be heard; else a plan of one is still being made.
    pub is_ready: bool,
    /// Choices that were made since it was begun.
    pub answers: u32,
}

/// What is known of a plan.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub enum PlanView {
    /// Nothing is current, or nothing is mastered.
    #[default]
    None,
    Making,
    Made(std::sync::Arc<Plan>),
    /// There is none, and why.
    Failed(std::sync::Arc<str>),
}

impl PlanView {
    pub fn made(&self) -> Option<&Plan> {
        if let Self::Made(plan) = self { Some(plan) } else { None }
    }
}
