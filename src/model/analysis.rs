//! Measuring tracks in the background, as settings ask for it and as others see it.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::say;

/// When tracks are measured without being asked for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum AnalyseWhen {
    /// Only when asked for.
    #[default]
    Off,
    /// While nothing plays.
    Idle,
    /// Also while something plays, with one core left to it.
    Always,
}

impl AnalyseWhen {
    pub const ALL: [Self; 3] = [Self::Off, Self::Idle, Self::Always];

    pub fn name(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Idle => "idle",
            Self::Always => "always",
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|when| when.name() == name)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AnalysisSettings {
    pub when: AnalyseWhen,
    /// Also while the machine runs on its battery.
    pub on_battery: bool,
    /// Also while other programs keep more than half of the processors busy.
    pub on_load: bool,
}

impl Default for AnalysisSettings {
    fn default() -> Self {
        Self { when: AnalyseWhen::Off, on_battery: true, on_load: true }
    }
}

/// How many may work.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Pace {
    /// Nobody.
    #[default]
    Resting,
    /// Beside what plays: one core is left to it.
    Beside,
    /// All cores.
    Free,
}

/// Why nobody measures though there is something to measure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Rest {
    Playing,
    Battery,
    Load,
}

impl Rest {
    /// Behind `measuring`.
    pub fn words(self) -> &'static str {
        match self {
            Self::Playing => say!("rests while something plays"),
            Self::Battery => say!("rests on battery"),
            Self::Load => say!("rests while other programs are busy"),
        }
    }
}

/// The measuring that runs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AnalysisView {
    pub running: bool,
    pub rest: Option<Rest>,
    /// Tracks measured or failed, of so many.
    pub done: u64,
    pub total: u64,
    pub failed: u64,
    /// The sound of them, of all.
    pub sound: Duration,
    pub total_sound: Duration,
    pub elapsed: Duration,
}

impl AnalysisView {
    /// Speed in x real time, and the time that is left, once that can be told.
    pub fn pace(&self) -> Option<(f64, Duration)> {
        let (seconds, sound) = (self.elapsed.as_secs_f64(), self.sound.as_secs_f64());
        if seconds < 1.0 || sound <= 0.0 {
            return None;
        }
        let left = self.total_sound.saturating_sub(self.sound).as_secs_f64() * seconds / sound;
        Some((sound / seconds, Duration::try_from_secs_f64(left).ok()?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_left_follows_from_the_sound_that_is_done() {
        let view = AnalysisView {
            sound: Duration::from_secs(1_000),
            total_sound: Duration::from_secs(3_000),
            elapsed: Duration::from_secs(10),
            ..AnalysisView::default()
        };
        assert_eq!(view.pace(), Some((100.0, Duration::from_secs(20))));
        assert_eq!(AnalysisView::default().pace(), None);
    }
}
