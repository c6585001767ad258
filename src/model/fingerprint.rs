//! The fingerprint of a track's sound: 25 numbers whose names and order are a contract, and beside them key, beats and
//! timbre. Made by `analysis`, kept by `library`, compared by `similarity`, shown by all.

use serde::{Deserialize, Serialize};

use super::features::{Absent, Loudness, Value};
use super::key::Key;

/// Changes whenever a number would come out otherwise for the same sound.
pub const VERSION: u16 = 2;
/// Numbers of the vector.
pub const DIMENSIONS: usize = 25;
/// Numbers of [`Fingerprint::timbre`]: of twenty mel cepstral coefficients the mean, the spread and the mean step.
pub const TIMBRE: usize = 60;

/// One number of the vector; its discriminant is its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Dimension {
    SubBass,
    Bass,
    LowMid,
    Mid,
    UpperMid,
    Presence,
    Air,
    Loudness,
    Crest,
    BassToMid,
    Tempo,
    Rhythm,
    Transients,
    Silence,
    Centroid,
    Rolloff,
    Flatness,
    Harmonic,
    Pitch,
    Chroma,
    CrestVariation,
    LoudnessVariation,
    PeakConsistency,
    Width,
    Correlation,
}

/// What a number of the vector means.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct About {
    /// By which it is known everywhere.
    pub name: &'static str,
    /// Empty where it is a share.
    pub unit: &'static str,
    /// Where values of music lie; shares and correlations cannot leave it, others can.
    pub range: (f32, f32),
    /// One sentence.
    pub help: &'static str,
}

const fn about(name: &'static str, unit: &'static str, low: f32, high: f32, help: &'static str) -> About {
    About { name, unit, range: (low, high), help }
}

const ABOUT: [About; DIMENSIONS] = [
    about("sub_bass_pct", "", 0.0, 1.0, "Share of the energy from 20 to 60 Hz."),
    about("bass_pct", "", 0.0, 1.0, "Share of the energy from 60 to 250 Hz."),
    about("low_mid_pct", "", 0.0, 1.0, "Share of the energy from 250 to 500 Hz."),
    about("mid_pct", "", 0.0, 1.0, "Share of the energy from 500 to 2000 Hz."),
    about("upper_mid_pct", "", 0.0, 1.0, "Share of the energy from 2 to 4 kHz."),
    about("presence_pct", "", 0.0, 1.0, "Share of the energy from 4 to 8 kHz."),
    about("air_pct", "", 0.0, 1.0, "Share of the energy from 8 to 20 kHz."),
    about("lufs", "LUFS", -40.0, -5.0, "Integrated loudness (ITU-R BS.1770-5)."),
    about("crest_db", "dB", 5.0, 25.0, "Peak to loudness: true peak over integrated loudness."),
    about("bass_mid_ratio", "dB", -20.0, 20.0, "Energy below 200 Hz over that from 200 to 2000 Hz."),
    about("tempo_bpm", "BPM", 40.0, 200.0, "Beats a minute."),
    about("rhythm_stability", "", 0.0, 1.0, "How regular the beats are and how clearly they stand out."),
    about("transient_density", "", 0.0, 1.0, "Onsets a second, over ten."),
    about("silence_ratio", "", 0.0, 1.0, "Share of the time below -60 dBFS, or 40 dB below the loudest."),
    about("spectral_centroid", "Hz", 0.0, 8000.0, "Middle of the spectrum: how bright it sounds."),
    about("spectral_rolloff", "Hz", 0.0, 16_000.0, "Frequency below which 85 % of the spectrum lies."),
    about(
        "spectral_flatness",
        "",
        0.0,
        1.0,
        "How much like noise it sounds, from a tone (0) to white noise (1).",
    ),
    about("harmonic_ratio", "", 0.0, 1.0, "Share of the energy in what lasts, against what strikes."),
    about("pitch_stability", "", 0.0, 1.0, "How steadily one pitch is held, and how often there is one."),
    about(
        "chroma_energy",
        "",
        0.083,
        1.0,
        "How few pitch classes it uses: one (1) to all twelve alike (1/12).",
    ),
    about("dynamic_range_variation", "dB", 0.0, 6.0, "How much the crest of three seconds changes."),
    about("loudness_variation_std", "LU", 0.0, 20.0, "Loudness range (EBU Tech 3342)."),
    about("peak_consistency", "", 0.0, 1.0, "How alike the peaks of the seconds are."),
    about("stereo_width", "", 0.0, 1.0, "Share of the side in mid and side: low, middle, high band alike."),
    about("phase_correlation", "", -1.0, 1.0, "Correlation of left and right: 1 is mono, -1 out of phase."),
];

impl Dimension {
    /// All, in the order of the vector.
    pub const ALL: [Self; DIMENSIONS] = [
        Self::SubBass,
        Self::Bass,
        Self::LowMid,
        Self::Mid,
        Self::UpperMid,
        Self::Presence,
        Self::Air,
        Self::Loudness,
        Self::Crest,
        Self::BassToMid,
        Self::Tempo,
        Self::Rhythm,
        Self::Transients,
        Self::Silence,
        Self::Centroid,
        Self::Rolloff,
        Self::Flatness,
        Self::Harmonic,
        Self::Pitch,
        Self::Chroma,
        Self::CrestVariation,
        Self::LoudnessVariation,
        Self::PeakConsistency,
        Self::Width,
        Self::Correlation,
    ];

    pub fn about(self) -> &'static About {
        &ABOUT[self as usize]
    }

    pub fn name(self) -> &'static str {
        self.about().name
    }

    /// The one of a name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|dimension| dimension.name() == name)
    }

    /// It changes with the volume of the file; all others tell of the shape of the sound.
    pub fn is_level(self) -> bool {
        matches!(self, Self::Loudness | Self::Silence)
    }
}

/// How far a number that can be doubtful may be trusted, 0 to 1.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Confidence {
    pub tempo: f32,
    pub rhythm: f32,
    pub pitch: f32,
}

/// The beats of a track, as far as joining it to another needs them.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Beats {
    pub count: u32,
    /// Seconds from the start.
    pub first_s: f32,
    pub last_s: f32,
    /// Tempo of the first and of the last half minute.
    pub head_bpm: f32,
    pub tail_bpm: f32,
}

/// What one pass over a track tells of its sound.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Fingerprint {
    /// The [`VERSION`] that made it.
    pub version: u16,
    /// In the order of [`Dimension::ALL`].
    pub values: [Value; DIMENSIONS],
    pub confidence: Confidence,
    pub key: Value<Key>,
    pub beats: Value<Beats>,
    /// Share of the side below 120 Hz, up to 4 kHz, above; of those bands that sound.
    pub band_width: [Value; 3],
    /// Lowest correlation of left and right in any second.
    pub least_correlation: Value,
    /// [`TIMBRE`] numbers about the mel cepstrum, which do not change with the volume.
    pub timbre: Value<Vec<f32>>,
}

impl Fingerprint {
    /// One without a number, for one reason.
    pub fn absent(why: Absent) -> Self {
        Self {
            version: VERSION,
            values: [Err(why); DIMENSIONS],
            confidence: Confidence::default(),
            key: Err(why),
            beats: Err(why),
            band_width: [Err(why); 3],
            least_correlation: Err(why),
            timbre: Err(why),
        }
    }

    pub fn get(&self, dimension: Dimension) -> Value {
        self.values[dimension as usize]
    }

    /// Numbers that are not finite become [`Absent::NotFinite`].
    pub fn set(&mut self, dimension: Dimension, value: Value) {
        let finite =
            value.and_then(|value| if value.is_finite() { Ok(value) } else { Err(Absent::NotFinite) });
        self.values[dimension as usize] = finite;
    }

    /// With the numbers that the loudness meter measures.
    #[must_use]
    pub fn with_loudness(mut self, loudness: &Loudness) -> Self {
        self.set(Dimension::Loudness, loudness.integrated_lufs);
        self.set(Dimension::Crest, loudness.peak_to_loudness());
        self.set(Dimension::LoudnessVariation, loudness.range_lu);
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_order_are_the_contract() {
        let names = "sub_bass_pct bass_pct low_mid_pct mid_pct upper_mid_pct presence_pct air_pct lufs crest_db \
            bass_mid_ratio tempo_bpm rhythm_stability transient_density silence_ratio spectral_centroid \
            spectral_rolloff spectral_flatness harmonic_ratio pitch_stability chroma_energy \
            dynamic_range_variation loudness_variation_std peak_consistency stereo_width phase_correlation";
        let ours: Vec<&str> = Dimension::ALL.iter().map(|dimension| dimension.name()).collect();
        assert_eq!(ours, names.split_whitespace().collect::<Vec<_>>());
    }

    #[test]
    fn each_dimension_stands_in_its_place() {
        for (place, dimension) in Dimension::ALL.into_iter().enumerate() {
            assert_eq!(dimension as usize, place);
            assert_eq!(Dimension::named(dimension.name()), Some(dimension));
            let about = dimension.about();
            assert!(about.range.0 < about.range.1 && about.help.ends_with('.'), "{}", about.name);
        }
    }

    #[test]
    fn what_is_no_number_is_not_kept_as_one() {
        let mut print = Fingerprint::absent(Absent::Silence);
        print.set(Dimension::Tempo, Ok(f32::NAN));
        print.set(Dimension::Crest, Ok(f32::INFINITY));
        assert_eq!(print.get(Dimension::Tempo), Err(Absent::NotFinite));
        assert_eq!(print.get(Dimension::Crest), Err(Absent::NotFinite));
        assert_eq!(print.get(Dimension::Air), Err(Absent::Silence));
    }
}
