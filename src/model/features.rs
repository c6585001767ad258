//! What was measured of a track, and why a number is not there. Made by `analysis`, kept by `library`, shown by all.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::fingerprint::Fingerprint;
use super::track::AudioFormat;
use crate::{later, say};

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
            Self::Silence => later!("silence"),
            Self::TooShort => later!("too short"),
            Self::NotFinite => later!("its samples are no numbers"),
            Self::Unclear => later!("the sound does not tell"),
        }
    }
}

/// A measured number, or why there is none.
pub type Value<T = f32> = Result<T, Absent>;

/// All that one pass over a track measures.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Measured {
    pub loudness: Loudness,
    /// Dynamic range ("DR14"), dB. Needs three blocks of 3 s.
    pub dynamic_range_db: Value,
    pub quality: Quality,
    pub waveform: Waveform,
    pub fingerprint: Fingerprint,
}

impl Measured {
    /// What is wrong with the recording or its file, for programs: in English. `format`: as the file has it, where that is
    /// known.
    pub fn findings(&self, format: Option<&AudioFormat>) -> Vec<String> {
        self.found(format).iter().map(Finding::to_string).collect()
    }

    /// The same in words for the screen.
    pub fn told_findings(&self, format: Option<&AudioFormat>) -> Vec<String> {
        self.found(format).into_iter().map(Finding::words).collect()
    }

    fn found(&self, format: Option<&AudioFormat>) -> Vec<Finding> {
        let quality = &self.quality;
        let mut found = Vec::new();
        let mut tell = |is_so: bool, finding: Finding| found.extend(is_so.then_some(finding));
        tell(quality.clipped_runs > 0, Finding::Clipped(quality.clipped_runs.into()));
        tell(self.loudness.overs > 0, Finding::Overs(self.loudness.overs.into()));
        let (start, end) = (quality.silence_start_s, quality.silence_end_s);
        tell(start >= LONG_SILENCE_S, Finding::SilentStart(start));
        tell(end >= LONG_SILENCE_S, Finding::SilentEnd(end));
        tell(quality.is_mono, Finding::Mono);
        let dc = quality.dc_offset;
        tell(dc.abs() >= LARGE_OFFSET, Finding::Offset(dc * 100.0));
        tell(quality.missing_frames > 0, Finding::CutShort(quality.missing_frames));
        tell(quality.damaged_packets > 0, Finding::Damaged(quality.damaged_packets));
        found.extend(format.and_then(|format| quality.pretence(format)));
        found
    }
}

/// Something that is wrong with a recording or its file.
#[derive(Debug, Clone, Copy)]
enum Finding {
    Clipped(u64),
    Overs(u64),
    /// In seconds.
    SilentStart(f32),
    SilentEnd(f32),
    Mono,
    /// In percent.
    Offset(f32),
    CutShort(u64),
    Damaged(u64),
    Bits {
        used: u8,
        bits: u8,
    },
    /// In kHz.
    LowerRate(f64),
    Lossy(f64),
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Clipped(runs) => write!(f, "clipped: {runs} runs of equal samples at the extreme"),
            Self::Overs(places) => write!(f, "{places} places rise over full scale between the samples"),
            Self::SilentStart(seconds) => write!(f, "{seconds:.1} s of silence at the start"),
            Self::SilentEnd(seconds) => write!(f, "{seconds:.1} s of silence at the end"),
            Self::Mono => f.write_str("both channels hold the same"),
            Self::Offset(percent) => write!(f, "an offset of {percent:.2} % of full scale"),
            Self::CutShort(frames) => write!(f, "cut short: {frames} frames are missing"),
            Self::Damaged(packets) => write!(f, "{packets} damaged packets"),
            Self::Bits { used, bits } => write!(f, "{used} of {bits} bits are used"),
            Self::LowerRate(khz) => {
                write!(f, "nothing above {khz:.1} kHz: looks like a lower rate made higher")
            }
            Self::Lossy(khz) => write!(f, "nothing above {khz:.1} kHz: looks like lossy coding before"),
        }
    }
}

impl Finding {
    fn words(self) -> String {
        match self {
            Self::Clipped(runs) => say!("clipped: {runs} runs of equal samples at the extreme", runs),
            Self::Overs(places) => say!("{places} places rise over full scale between the samples", places),
            Self::SilentStart(seconds) => say!("{seconds:.1} s of silence at the start", seconds),
            Self::SilentEnd(seconds) => say!("{seconds:.1} s of silence at the end", seconds),
            Self::Mono => say!("both channels hold the same").to_owned(),
            Self::Offset(percent) => say!("an offset of {percent:.2} % of full scale", percent),
            Self::CutShort(frames) => say!("cut short: {frames} frames are missing", frames),
            Self::Damaged(packets) => say!("{packets} damaged packets", packets),
            Self::Bits { used, bits } => say!("{used} of {bits} bits are used", used, bits),
            Self::LowerRate(khz) => {
                say!("nothing above {khz:.1} kHz: looks like a lower rate made higher", khz)
            }
            Self::Lossy(khz) => say!("nothing above {khz:.1} kHz: looks like lossy coding before", khz),
        }
    }
}

/// Silence that is worth a word, in seconds.
const LONG_SILENCE_S: f32 = 5.0;
/// An offset that is: -60 dB over full scale.
const LARGE_OFFSET: f32 = 0.001;

impl Quality {
    /// What a lossless file holds less of than it says.
    fn pretence(&self, format: &AudioFormat) -> Option<Finding> {
        if !format.codec.is_lossless() {
            return None;
        }
        if let (Some(used), Some(bits)) = (self.bits_used, format.bits)
            && used < bits
        {
            return Some(Finding::Bits { used, bits });
        }
        let cutoff = self.cutoff_hz?;
        // Below nine tenths of half the rate: no filter before a converter begins so early.
        if u64::from(cutoff) * 20 >= u64::from(format.spec.rate) * 9 {
            return None;
        }
        let khz = f64::from(cutoff) / 1_000.0;
        Some(match format.spec.rate > 48_000 && cutoff >= 19_500 {
            true => Finding::LowerRate(khz),
            false => Finding::Lossy(khz),
        })
    }
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
    /// Places where the level between the samples is above full scale.
    pub overs: u32,
    /// Gating blocks by their loudness, from which the loudness of an album is made.
    pub blocks: LoudnessBlocks,
}

impl Loudness {
    /// Peak to loudness ratio, LU: true peak over integrated loudness (AES TD1004).
    pub fn peak_to_loudness(&self) -> Value {
        Ok(self.true_peak_db? - self.integrated_lufs?)
    }
}

/// What is wrong with a recording or its file, as far as samples tell.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Quality {
    /// Runs of three and more equal samples at a channel's extreme.
    pub clipped_runs: u32,
    /// Seconds below -60 dB over full scale at either end.
    pub silence_start_s: f32,
    pub silence_end_s: f32,
    /// Two channels that hold the same.
    pub is_mono: bool,
    /// The mean of the channel that is furthest from zero; full scale is 1.0.
    pub dc_offset: f32,
    /// Above this, in Hz, the spectrum breaks off.
    pub cutoff_hz: Option<u32>,
    /// Bits of a sample that are ever set, of a source with integer samples.
    pub bits_used: Option<u8>,
    /// Frames that the file promises and does not have.
    pub missing_frames: u64,
    /// Packets that could not be decoded.
    pub damaged_packets: u64,
}

/// Bins of a [`Waveform`].
pub const BINS: usize = 400;

/// The overview of a track: [`BINS`] equal stretches of it, or none of one without a frame.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waveform(pub Vec<WaveBin>);

/// A stretch: levels as `WaveBin::db_of` reads them, and the shares of its energy (255 is all) below 250 Hz, up to 2.5 kHz
/// and above.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct WaveBin {
    pub peak: u8,
    pub rms: u8,
    pub low: u8,
    pub mid: u8,
    pub high: u8,
}

impl WaveBin {
    const STEP_DB: f32 = 0.25;

    /// Of a linear level: 255 is full scale and more, each step less is a quarter of a dB, 0 is silence.
    pub fn byte_of(level: f32) -> u8 {
        // A cast holds what is beyond the ends, and makes nothing of what is no number.
        (255.0 + 20.0 * level.log10() / Self::STEP_DB).round() as u8
    }

    fn db_of(byte: u8) -> f32 {
        if byte == 0 { f32::NEG_INFINITY } else { (f32::from(byte) - 255.0) * Self::STEP_DB }
    }

    /// dB over full scale.
    pub fn peak_db(self) -> f32 {
        Self::db_of(self.peak)
    }

    /// dB over full scale.
    pub fn rms_db(self) -> f32 {
        Self::db_of(self.rms)
    }
}

/// How many 400 ms blocks were how loud: (twentieths of a LU above [`LoudnessBlocks::FLOOR_LUFS`], blocks), rising.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoudnessBlocks(pub Vec<(u16, u32)>);

impl LoudnessBlocks {
    /// The absolute gate of BS.1770: what is not louder is not counted.
    pub const FLOOR_LUFS: f64 = -70.0;
    /// Classes a LU.
    pub const PER_LU: u16 = 20;
}

impl LoudnessBlocks {
    /// The loudness of all of them as one (BS.1770-5 gates), LUFS: of an album from its tracks. Right to 0.03 LU.
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
        lufs_to_energy(Self::FLOOR_LUFS + (f64::from(class) + 0.5) / f64::from(Self::PER_LU))
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
