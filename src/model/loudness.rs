//! How loud a file says it is, or was measured to be: what playback needs to bring tracks to one loudness without a clip.
//! Read by `decode` from a file's tags; used by `engine`.

use serde::{Deserialize, Serialize};

/// Loudness that a ReplayGain of 0 dB stands for (ReplayGain 2.0: 89 dB SPL of the older one).
pub const REPLAYGAIN_LUFS: f32 = -18.0;
/// Loudness that an `R128_*_GAIN` of 0 dB stands for (RFC 7845 §5.2.1, EBU R 128).
pub const R128_LUFS: f32 = -23.0;

/// Gain and peak of a track or of its album.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Leveling {
    /// dB that bring it to [`REPLAYGAIN_LUFS`].
    pub gain_db: Option<f32>,
    /// Highest absolute sample or true peak, linear; full scale is 1.0.
    pub peak: Option<f32>,
}

/// What a file's tags say of its loudness. An `R128_*_GAIN` is brought to the reference of ReplayGain (+5 dB) on reading.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct LoudnessTags {
    pub track: Leveling,
    pub album: Leveling,
}

impl LoudnessTags {
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// All that is known of the loudness of one item as it is played.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct ItemLoudness {
    /// From the file's tags.
    pub tags: LoudnessTags,
    /// Measured by ourselves; used where tags are silent.
    pub measured: LoudnessTags,
    /// It is played among its album, in order.
    pub in_album: bool,
}
