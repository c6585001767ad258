//! What was measured of a track, and why a number is not there. Made by `analysis`, kept by `library`, shown by all.

use serde::{Deserialize, Serialize};

use super::fingerprint::Fingerprint;

/// Why there is no number. Never is one made up in its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Absent {
    /// Nothing that could be heard, or nothing above the gate of the measure.
    Silence,
    /// Shorter than the measure's window.
    TooShort,
    /// The samples hold what is no finite number.
    NotFinite,
    /// The sound has none of it, or not clearly enough: a tempo without beats, a pitch in noise.
    Unclear,
}

impl Absent {
    /// The reason in words, to stand in brackets.
    pub fn words(self) -> &'static str {
        match self {
            Self::Silence => "silence",
            Self::TooShort => "too short",
            Self::NotFinite => "its samples are no numbers",
            Self::Unclear => "the sound does not tell",
        }
    }
}

/// A measured number, or why there is none.
pub type Value<T = f32> = Result<T, Absent>;

/// All that one pass over a track measures.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Measured {
    pub loudness: Loudness,
    pub fingerprint: Fingerprint,
}

/// Loudness by ITU-R BS.1770-5, EBU Tech 3341 and Tech 3342.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Loudness {
    /// Integrated, gated; LUFS. Needs 400 ms.
    pub integrated_lufs: Value,
    /// Loudness range, LU. Needs 3 s.
    pub range_lu: Value,
    /// Highest loudness of any 400 ms, LUFS.
    pub momentary_max_lufs: Value,
    /// Highest loudness of any 3 s, LUFS.
    pub short_term_max_lufs: Value,
    /// Highest level between the samples, dB over full scale.
    pub true_peak_db: Value,
    /// Highest sample, dB over full scale.
    pub sample_peak_db: Value,
    /// Gating blocks by their loudness, from which the loudness of an album is made.
    pub blocks: LoudnessBlocks,
}

impl Loudness {
    /// Peak to loudness ratio, LU: true peak over integrated loudness (AES TD1004).
    pub fn peak_to_loudness(&self) -> Value {
        Ok(self.true_peak_db? - self.integrated_lufs?)
    }
}

/// How many 400 ms blocks were how loud: (tenths of a LU above [`LoudnessBlocks::FLOOR_LUFS`], blocks), rising.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoudnessBlocks(pub Vec<(u16, u32)>);

impl LoudnessBlocks {
    /// The absolute gate of BS.1770: what is not louder is not counted.
    pub const FLOOR_LUFS: f64 = -70.0;
}

impl LoudnessBlocks {
    /// The loudness of all of them as one (BS.1770-5 gates), LUFS: of an album from its tracks. Right to 0.05 LU at worst.
    pub fn integrated<'a>(parts: impl IntoIterator<Item = &'a Self> + Clone) -> Value {
        let mean_above = |gate: f64| {
            let classes = parts.clone().into_iter().flat_map(|part| &part.0);
            let blocks = classes.map(|&(class, count)| (Self::energy(class), f64::from(count)));
            let loud = blocks.filter(|(energy, _)| *energy > gate);
            let (sum, count) = loud.fold((0.0, 0.0), |(sum, all), (energy, n)| (sum + energy * n, all + n));
            if count > 0.0 { Ok(sum / count) } else { Err(Absent::Silence) }
        };
        let relative = mean_above(0.0)? / 10.0;
        Ok(energy_to_lufs(mean_above(relative)?) as f32)
    }

    /// The energy in the middle of a class.
    fn energy(class: u16) -> f64 {
        lufs_to_energy(Self::FLOOR_LUFS + (f64::from(class) + 0.5) / 10.0)
    }
}

/// Loudness of a weighted mean square (BS.1770-5 Annex 1), LUFS; negative infinity for none.
pub fn energy_to_lufs(energy: f64) -> f64 {
    -0.691 + 10.0 * energy.log10()
}

/// The weighted mean square of a loudness.
pub fn lufs_to_energy(lufs: f64) -> f64 {
    10f64.powf((lufs + 0.691) / 10.0)
}
