//! Pictures of what is heard, as the eye gets them. Made by the spectrum thread, polled by screens.

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::say;

/// A way to look at what is heard.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Visual {
    /// Level by frequency.
    #[default]
    Spectrum,
    /// The wave itself.
    Scope,
    /// Left against right, and their correlation.
    Goniometer,
    /// Level by frequency and time.
    Spectrogram,
    /// Loudness by EBU Tech 3341.
    Loudness,
    /// Level by frequency, left above a line and right below it.
    Mirrored,
    /// Level by frequency, as one line.
    Line,
    /// The meters of IEC 60268-17.
    Vu,
    /// Stars that come nearer, the louder the faster.
    Starfield,
}

impl Visual {
    pub const ALL: [Self; 9] = [
        Self::Spectrum,
        Self::Scope,
        Self::Goniometer,
        Self::Spectrogram,
        Self::Loudness,
        Self::Mirrored,
        Self::Line,
        Self::Vu,
        Self::Starfield,
    ];
    /// As they are typed.
    pub const NAMES: &[&str] = &[
        "spectrum",
        "scope",
        "goniometer",
        "spectrogram",
        "loudness",
        "mirrored",
        "line",
        "vu",
        "starfield",
    ];

    pub fn name(self) -> &'static str {
        Self::NAMES[self as usize]
    }

    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|visual| visual.name() == name)
    }

    /// So many further, around.
    pub fn after(self, steps: usize) -> Self {
        Self::ALL[(self as usize + steps % Self::ALL.len()) % Self::ALL.len()]
    }

    pub fn title(self) -> &'static str {
        match self {
            Self::Spectrum => say!("Spectrum"),
            Self::Scope => say!("Oscilloscope"),
            Self::Goniometer => say!("Goniometer"),
            Self::Spectrogram => say!("Spectrogram"),
            Self::Loudness => say!("Loudness meter"),
            Self::Mirrored => say!("Mirrored spectrum"),
            Self::Line => say!("Spectrum as a line"),
            Self::Vu => say!("VU meters"),
            Self::Starfield => say!("Starfield"),
        }
    }
}

/// What is looked at now, of what is looked at by anybody.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct VisualFrame {
    pub spectrum: Option<Bars>,
    pub scope: Option<Trace>,
    pub goniometer: Option<Field>,
    /// On a wire it comes by its columns.
    #[serde(skip)]
    pub spectrogram: Option<Spectrogram>,
    pub loudness: Option<LoudnessNow>,
    /// Heights by band of left and right, as [`Bars::bands`].
    pub sides: Option<[Vec<f32>; 2]>,
    pub vu: Option<VuNow>,
    pub flight: Option<Flight>,
    /// Nothing moves any more: no further frame will differ until sound comes.
    pub still: bool,
}

/// Lower edge of the lowest band and upper edge of the highest, in Hz.
pub const RANGE_HZ: (f32, f32) = (30.0, 18_000.0);
/// Level of the floor, dBFS.
pub const FLOOR_DB: f32 = -72.0;
/// Bands of a frame; a screen joins neighbours where it has fewer columns.
pub const BANDS: usize = 96;

/// Lower edge of a band in Hz; bands are equally wide in octaves.
pub fn edge_hz(band: usize) -> f32 {
    let (low, high) = RANGE_HZ;
    low * (high / low).powf(band as f32 / BANDS as f32)
}

/// Heights by band, lowest frequency first: 0.0 is the floor, 1.0 is full scale.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Bars {
    /// With ballistics.
    pub bands: Vec<f32>,
    /// The highest of each for a while.
    pub peaks: Vec<f32>,
}

/// Columns of a [`Trace`]; a screen joins neighbours where it has fewer.
pub const TRACE_COLUMNS: usize = 400;

/// A short stretch of the wave, oldest first: of each column the lowest and the highest sample, of left and right. Full
/// scale is 1.0.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Trace {
    pub sides: [Vec<(f32, f32)>; 2],
    /// What it is to be drawn larger by, so that what is quiet can be seen: a power of two.
    pub zoom: f32,
}

/// Samples of left and right against each other.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Field {
    pub points: Vec<[f32; 2]>,
    /// As [`Trace::zoom`].
    pub zoom: f32,
    /// Correlation of left and right, slowed down: 1 is mono, -1 out of phase; `None` of silence.
    pub correlation: Option<f32>,
}

/// Time from one column of a [`Spectrogram`] to the next, and how many are kept.
pub const COLUMN: Duration = Duration::from_millis(100);
pub const SPECTROGRAM_COLUMNS: usize = 400;

/// Levels of the bands, oldest first: 0 is the floor, 255 full scale.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Spectrogram(pub Vec<Arc<[u8; BANDS]>>);

/// The loudness meter in EBU mode (Tech 3341), of what was heard of the current item while it was looked at.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct LoudnessNow {
    /// LUFS of the last 400 ms, of the last 3 s, of all of it (gated). `None`: not heard long enough, or silence.
    pub momentary: Option<f32>,
    pub short_term: Option<f32>,
    pub integrated: Option<f32>,
    /// LU (Tech 3342).
    pub range: Option<f32>,
    /// The highest of both, LUFS.
    pub momentary_max: Option<f32>,
    pub short_term_max: Option<f32>,
    /// dB over full scale.
    pub true_peak: Option<f32>,
    /// Where in the item it began: all of these are of what was heard since.
    pub since: Duration,
    /// How much that is.
    pub heard: Duration,
    /// Channels of the output, and how many of them, the first, are measured.
    pub channels: u16,
    pub measured: u16,
}

/// Level of a sine that is 0 VU, dB over full scale: the alignment level of EBU R 68.
pub const ZERO_VU_DB: f32 = -18.0;

/// Both VU meters.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct VuNow {
    pub sides: [VuSide; 2],
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct VuSide {
    /// The reading in VU: dB over [`ZERO_VU_DB`] for a sine. `None`: silence.
    pub vu: Option<f32>,
    /// The highest sample of the last moments, dB over full scale.
    pub peak: Option<f32>,
}

/// How far one has come among the stars.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Flight {
    /// From the beginning, in depths of the field.
    pub way: f64,
    /// Depths a second.
    pub speed: f32,
    /// As [`Bars::bands`].
    pub bands: Vec<f32>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_go_with_their_pictures_and_around() {
        for visual in Visual::ALL {
            assert_eq!(Visual::parse(visual.name()), Some(visual));
            assert_eq!(visual.after(Visual::ALL.len()), visual);
        }
        assert_eq!(Visual::Spectrum.after(1), Visual::Scope);
        assert_eq!(Visual::Starfield.after(1), Visual::Spectrum);
        assert_eq!(Visual::parse("wave"), None);
    }
    #[test]
    fn bands_begin_above_20_hz_and_rise() {
        let edges: Vec<f32> = (0..=BANDS).map(edge_hz).collect();
        assert!(edges[0] >= 20.0 && edges.iter().all(|edge| edge.is_finite()));
        assert!(edges.windows(2).all(|pair| pair[0] < pair[1]), "{edges:?}");
        assert!((edges[BANDS] - RANGE_HZ.1).abs() < 0.1, "{}", edges[BANDS]);
    }
}
