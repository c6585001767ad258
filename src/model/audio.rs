//! Units of sound: rate, channels, sample formats, decibels, volume. The only place where dB and linear meet.
//! Pure values; called from every room and thread.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// Sample rate and channel count of a stream of interleaved frames. A *frame* is one sample per channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Spec {
    /// Frames per second.
    pub rate: u32,
    /// Samples per frame; at least 1.
    pub channels: u16,
}

impl Spec {
    /// Lowest sample rate we play, in Hz.
    pub const MIN_RATE: u32 = 1_000;
    /// Highest sample rate we play, in Hz.
    pub const MAX_RATE: u32 = 768_000;
    /// Most channels we play.
    pub const MAX_CHANNELS: u16 = 32;

    /// `None` where rate or channels are outside what we play.
    pub fn new(rate: u32, channels: u16) -> Option<Self> {
        let known =
            (Self::MIN_RATE..=Self::MAX_RATE).contains(&rate) && (1..=Self::MAX_CHANNELS).contains(&channels);
        known.then_some(Self { rate, channels })
    }

    /// Duration of `frames` at this rate.
    pub fn duration(self, frames: u64) -> Duration {
        frames_to_duration(frames, self.rate)
    }
}

/// Duration of `frames` at `rate` Hz; zero for a rate of zero.
pub fn frames_to_duration(frames: u64, rate: u32) -> Duration {
    if rate == 0 {
        return Duration::ZERO;
    }
    let rate = u64::from(rate);
    let nanos = (frames % rate) * 1_000_000_000 / rate;
    Duration::new(frames / rate, u32::try_from(nanos).unwrap_or(0))
}

/// Frames in `time` at `rate` Hz, rounded down; saturates.
pub fn duration_to_frames(time: Duration, rate: u32) -> u64 {
    let frames = time.as_nanos().saturating_mul(u128::from(rate)) / 1_000_000_000;
    u64::try_from(frames).unwrap_or(u64::MAX)
}

/// How a sample is written for a device, a file or a pipe. Inside, samples are `f32` in -1.0..1.0, which carries
/// 24-bit integers exactly.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SampleFormat {
    /// 16-bit signed integer.
    S16,
    /// 24-bit signed integer (3 bytes in files and pipes, 4 on devices).
    S24,
    /// 32-bit signed integer.
    S32,
    /// 32-bit float.
    F32,
}

impl SampleFormat {
    pub const ALL: [Self; 4] = [Self::S16, Self::S24, Self::S32, Self::F32];

    pub fn name(self) -> &'static str {
        match self {
            Self::S16 => "s16",
            Self::S24 => "s24",
            Self::S32 => "s32",
            Self::F32 => "f32",
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.name() == name)
    }

    /// The narrowest format that carries `bits` per sample of a lossless source unchanged.
    pub fn for_bits(bits: Option<u8>) -> Self {
        match bits {
            Some(0..=16) => Self::S16,
            Some(17..=24) => Self::S24,
            _ => Self::F32,
        }
    }
}

/// Linear gain of a level in decibels (field quantity: 20 dB a decade).
pub fn db_to_gain(db: f32) -> f32 {
    10f32.powf(db / 20.0)
}

/// Level in decibels of a linear gain; negative infinity for zero.
pub fn gain_to_db(gain: f32) -> f32 {
    20.0 * gain.abs().log10()
}

/// Loudness knob in percent, 0 to 100. 100 leaves every sample as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Volume(u8);

impl Volume {
    pub const FULL: Self = Self(100);

    pub fn new(percent: i64) -> Self {
        Self(u8::try_from(percent.clamp(0, 100)).unwrap_or(100))
    }

    pub fn percent(self) -> u8 {
        self.0
    }

    /// Linear gain: the cube of the knob, so that equal steps sound alike (60 dB span down to 10 %), 0 is silence.
    pub fn gain(self) -> f32 {
        let knob = f32::from(self.0) / 100.0;
        knob * knob * knob
    }
}

impl Volume {
    /// So many dB louder (negative: quieter), to the nearest point but by one at least.
    pub fn louder(self, db: f32) -> Self {
        // The gain is the cube of the knob: 60 dB for a factor of ten.
        let knob = (f32::from(self.0.max(1)) * 10f32.powf(db / 60.0)).round() as i64;
        let old = i64::from(self.0);
        match db {
            db if db > 0.0 => Self::new(knob.max(old + 1)),
            db if db < 0.0 => Self::new(knob.min(old - 1)),
            _ => self,
        }
    }
}

impl Default for Volume {
    fn default() -> Self {
        Self::FULL
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_and_durations_round_trip() {
        for rate in [8_000, 44_100, 48_000, 96_000, 192_000] {
            assert_eq!(frames_to_duration(u64::from(rate) * 3, rate), Duration::from_secs(3));
            assert_eq!(duration_to_frames(Duration::from_secs(3), rate), u64::from(rate) * 3);
        }
        assert_eq!(frames_to_duration(1, 0), Duration::ZERO);
    }

    #[test]
    fn decibels_meet_linear_at_the_known_points() {
        assert_eq!(db_to_gain(0.0), 1.0);
        assert!((db_to_gain(-6.0206) - 0.5).abs() < 1e-6);
        assert!((gain_to_db(0.1) + 20.0).abs() < 1e-5);
        assert_eq!(gain_to_db(0.0), f32::NEG_INFINITY);
    }

    /// 6 dB are a factor of 1.995 in gain, so 1.2589 of the knob.
    #[test]
    fn steps_in_decibels_are_steps_of_the_gain() {
        assert_eq!(Volume::new(100).louder(-6.0).percent(), 79);
        assert_eq!(Volume::new(50).louder(6.0).percent(), 63);
        assert_eq!(Volume::new(100).louder(3.0), Volume::FULL);
        assert_eq!(Volume::new(3).louder(-0.1).percent(), 2, "never stuck");
        assert_eq!(Volume::new(0).louder(1.0).percent(), 1);
        assert_eq!(Volume::new(50).louder(0.0).percent(), 50);
        assert_eq!(Volume::new(50).louder(f32::NAN).percent(), 50);
    }

    #[test]
    fn full_volume_is_exactly_unity_and_zero_is_silence() {
        assert_eq!(Volume::FULL.gain(), 1.0);
        assert_eq!(Volume::new(-5).gain(), 0.0);
        assert_eq!(Volume::new(1000), Volume::FULL);
    }
}
