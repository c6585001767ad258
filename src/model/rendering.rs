//! Mastering to files: the formats that are written, the settings, and the jobs of a player as others see them.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::model::audio::{SampleFormat, Spec};
use crate::say;

/// Jobs that wait or work at a time; one more is refused.
pub const MOST_JOBS: usize = 20;

/// How a player's jobs write.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RenderSettings {
    /// Folder that is written to; `None`: `Mastered` in the home folder.
    pub folder: Option<PathBuf>,
    pub format: Format,
    /// Template of paths below it; `None`: as the sources are named.
    pub name: Option<String>,
}

/// A job, in the order in which they were asked for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RenderView {
    /// By which it is stopped.
    pub number: u64,
    /// What is mastered.
    pub name: String,
    #[serde(with = "crate::model::path_bytes")]
    pub folder: PathBuf,
    pub stage: RenderStage,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum RenderStage {
    Waiting,
    Running(RenderProgress),
    Ended(Arc<RenderEnd>),
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct RenderProgress {
    /// Of all that is to be done, 0 to 1.
    pub share: f64,
    /// Tracks that are finished, and all.
    pub done: usize,
    pub tracks: usize,
    /// Length of all of the sound.
    pub sound: Duration,
    pub elapsed: Duration,
}

impl RenderProgress {
    /// Sound over time, and the time that is left; once that can be told.
    pub fn pace(&self) -> Option<(f64, Duration)> {
        let seconds = self.elapsed.as_secs_f64();
        let is_known = seconds >= 1.0 && self.share > 0.01;
        is_known.then(|| {
            let speed = self.sound.as_secs_f64() * self.share / seconds;
            (speed, Duration::from_secs_f64(seconds * (1.0 - self.share) / self.share))
        })
    }
}

/// What became of a job.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RenderEnd {
    pub written: usize,
    /// Tracks, or what stood in the way, each with why.
    #[serde(with = "crate::model::path_bytes")]
    pub failed: Vec<(PathBuf, String)>,
    /// It was stopped: nothing is left of what was not finished.
    pub stopped: bool,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Format {
    #[default]
    Flac24,
    Flac16,
    Wav16,
    Wav24,
    Wav32f,
}

impl Format {
    pub const ALL: [Self; 5] = [Self::Flac24, Self::Flac16, Self::Wav16, Self::Wav24, Self::Wav32f];
    pub const NAMES: [&'static str; 5] = ["flac24", "flac16", "wav16", "wav24", "wav32f"];

    pub fn name(self) -> &'static str {
        match self {
            Self::Flac24 => "flac24",
            Self::Flac16 => "flac16",
            Self::Wav16 => "wav16",
            Self::Wav24 => "wav24",
            Self::Wav32f => "wav32f",
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.name() == name)
    }

    pub fn is_flac(self) -> bool {
        matches!(self, Self::Flac24 | Self::Flac16)
    }

    pub fn extension(self) -> &'static str {
        if self.is_flac() { "flac" } else { "wav" }
    }

    pub fn samples(self) -> SampleFormat {
        match self {
            Self::Flac16 | Self::Wav16 => SampleFormat::S16,
            Self::Flac24 | Self::Wav24 => SampleFormat::S24,
            Self::Wav32f => SampleFormat::F32,
        }
    }

    /// Bits of a sample.
    pub fn bits(self) -> u8 {
        match self.samples() {
            SampleFormat::S16 => 16,
            SampleFormat::S24 => 24,
            SampleFormat::S32 | SampleFormat::F32 => 32,
        }
    }

    /// Why sound of this kind cannot be written so (RFC 9639 §8.2: 8 channels, a rate of 20 bits).
    pub fn refuses(self, spec: Spec) -> Option<String> {
        let Spec { rate, channels } = spec;
        if self.is_flac() && channels > 8 {
            return Some(say!(
                "has {count} channels, and FLAC takes 8: give `--format wav24`",
                count = channels
            ));
        }
        (self.is_flac() && rate >= 1 << 20)
            .then(|| say!("has {rate} Hz, more than FLAC takes: give `--format wav24`", rate))
    }

    /// Bytes of so many frames, about: of FLAC three quarters of what they are plain.
    pub fn bytes(self, frames: u64, channels: u16) -> u64 {
        let plain = frames.saturating_mul(u64::from(channels) * u64::from(self.bits() / 8));
        if self.is_flac() { plain / 4 * 3 } else { plain }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_back_and_what_flac_cannot_hold_is_refused() {
        for (format, name) in Format::ALL.into_iter().zip(Format::NAMES) {
            assert_eq!((format.name(), Format::parse(name)), (name, Some(format)));
        }
        assert!(Format::Flac16.refuses(Spec { rate: 44_100, channels: 9 }).is_some());
        assert!(Format::Flac24.refuses(Spec { rate: 192_000, channels: 8 }).is_none());
        assert!(Format::Wav16.refuses(Spec { rate: 768_000, channels: 32 }).is_none());
    }
}
