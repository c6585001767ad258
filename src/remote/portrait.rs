//! How a track sounds, as others are told it: in words as the screen shows it, and in numbers.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::path::JsonPath;
use super::wire::{Fault, FaultKind};
use crate::model::address::without_user;
use crate::model::audio::frames_to_duration;
use crate::model::catalog::TrackRef;
use crate::model::features::{Measured, Quality, Value};
use crate::model::fingerprint::{DIMENSIONS, Dimension};
use crate::model::portrait::{Portrait, PortraitRow, Told};
use crate::model::track::AudioFormat;

/// The answer to `portrait`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct PortraitLine {
    #[serde(flatten)]
    pub path: JsonPath,
    pub title: String,
    /// Tracks that it is compared with.
    pub library: usize,
    /// As the screen shows it.
    pub words: Vec<String>,
    /// As `analyse --json` tells it.
    pub measured: serde_json::Value,
}

/// Of a track that was measured.
pub(super) fn portrait(portrait: &Portrait, track: TrackRef<'_>) -> Result<PortraitLine, Fault> {
    let failed = |why: &str| {
        let what = format!("how “{}” sounds is not known: {why}", track.title());
        Err(Fault::new(FaultKind::Failed, what))
    };
    let measured = match &portrait.told {
        Told::Measured(measured) => measured,
        Told::Reading => return failed("it is being looked for. Ask again"),
        Told::Not => {
            return failed(
                "it was not measured, or not since its file changed. `auralis ctl analyse` measures",
            );
        }
        Told::Failed(why) => return failed(&format!("{why}. `auralis ctl analyse again` tries again")),
    };
    let (path, format) = (without_user(&track.path()), track.format());
    let found = Ok(Measured::clone(measured));
    let of = Found { path: &path, format: Some(format), found: &found, algorithm: None, seconds: None };
    let line = MeasuredLine::new(&of, measured.findings(Some(&format)));
    // Over text, for numbers stay as short as they are written.
    let numbers = serde_json::to_string(&line).and_then(|text| serde_json::from_str(&text));
    Ok(PortraitLine {
        path: JsonPath::new(&path),
        title: track.title().to_owned(),
        library: portrait.spread.tracks,
        words: lines(portrait, Some(&format)),
        measured: numbers.map_err(|error| Fault::new(FaultKind::Failed, error.to_string()))?,
    })
}

/// As the screen shows it, without its bars.
pub fn lines(portrait: &Portrait, format: Option<&AudioFormat>) -> Vec<String> {
    let line = |row| match row {
        PortraitRow::Line(words) => words,
        PortraitRow::Finding(words) => format!("! {words}"),
        PortraitRow::Dimension(dimension) => {
            let (name, value, words) = portrait.dimension(dimension);
            format!("{name:<17} {value:>11}  {words}").trim_end().to_owned()
        }
    };
    portrait.rows(format).into_iter().map(line).collect()
}

/// One file, and what was found or why nothing was.
pub struct Found<'a> {
    pub path: &'a Path,
    pub format: Option<AudioFormat>,
    pub found: &'a Result<Measured, String>,
    /// Version of the measures, where it is known.
    pub algorithm: Option<u16>,
    /// How long measuring it took; not known of what was kept.
    pub seconds: Option<f64>,
}

/// Silence and the unmeasurable are `null`.
#[derive(Serialize)]
pub struct MeasuredLine<'a> {
    #[serde(flatten)]
    path: JsonPath,
    /// Why it could not be measured.
    error: Option<&'a str>,
    duration_s: Option<f64>,
    frames: Option<u64>,
    sample_rate: Option<u32>,
    channels: Option<u16>,
    bits: Option<u8>,
    codec: Option<&'static str>,
    loudness: Option<LoudnessLine>,
    /// By the names of the contract, in its order.
    fingerprint: Option<PrintLine>,
    confidence: Option<ConfidenceLine>,
    key: Option<KeyLine>,
    #[serde(skip_serializing_if = "Option::is_none")]
    algorithm_version: Option<u16>,
    seconds: Option<f64>,
    integrated_lufs: Option<f32>,
    range_lu: Option<f32>,
    momentary_max_lufs: Option<f32>,
    short_term_max_lufs: Option<f32>,
    true_peak_db: Option<f32>,
    sample_peak_db: Option<f32>,
    peak_to_loudness_lu: Option<f32>,
    dynamic_range_db: Option<f32>,
    overs: Option<u32>,
    #[serde(flatten)]
    quality: Option<&'a Quality>,
    findings: Vec<String>,
}

#[derive(Serialize)]
struct LoudnessLine {
    integrated_lufs: Option<f32>,
    range_lu: Option<f32>,
    true_peak_dbtp: Option<f32>,
    sample_peak_dbfs: Option<f32>,
    max_momentary_lufs: Option<f32>,
    max_short_term_lufs: Option<f32>,
}

struct PrintLine([Value; DIMENSIONS]);

impl Serialize for PrintLine {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(Dimension::ALL.map(Dimension::name).into_iter().zip(self.0.map(Value::ok)))
    }
}

#[derive(Serialize)]
struct ConfidenceLine {
    tempo_bpm: f32,
    rhythm_stability: f32,
    pitch_stability: f32,
}

#[derive(Serialize)]
struct KeyLine {
    name: String,
    camelot: String,
    strength: f32,
}

impl<'a> MeasuredLine<'a> {
    pub fn new(of: &Found<'a>, findings: Vec<String>) -> Self {
        let measured = of.found.as_ref().ok();
        let format = of.format.as_ref();
        let loudness = measured.map(|measured| &measured.loudness);
        let number = |value: Option<Value>| value.and_then(Result::ok);
        let frames = format.and_then(|format| format.frames);
        let seconds =
            |frames| frames_to_duration(frames, format.map_or(0, |format| format.spec.rate)).as_secs_f64();
        Self {
            path: JsonPath::new(of.path),
            error: of.found.as_ref().err().map(String::as_str),
            duration_s: frames.map(seconds),
            frames,
            sample_rate: format.map(|format| format.spec.rate),
            channels: format.map(|format| format.spec.channels),
            bits: format.and_then(|format| format.bits),
            codec: format.map(|format| format.codec.name()),
            loudness: measured.map(loudness_line),
            fingerprint: measured.map(|measured| PrintLine(measured.fingerprint.values)),
            confidence: measured.map(confidence_line),
            key: measured.and_then(key_line),
            algorithm_version: of.algorithm,
            seconds: of.seconds,
            integrated_lufs: number(loudness.map(|loudness| loudness.integrated_lufs)),
            range_lu: number(loudness.map(|loudness| loudness.range_lu)),
            momentary_max_lufs: number(loudness.map(|loudness| loudness.momentary_max_lufs)),
            short_term_max_lufs: number(loudness.map(|loudness| loudness.short_term_max_lufs)),
            true_peak_db: number(loudness.map(|loudness| loudness.true_peak_db)),
            sample_peak_db: number(loudness.map(|loudness| loudness.sample_peak_db)),
            peak_to_loudness_lu: number(loudness.map(|loudness| loudness.peak_to_loudness())),
            dynamic_range_db: number(measured.map(|measured| measured.dynamic_range_db)),
            overs: loudness.map(|loudness| loudness.overs),
            quality: measured.map(|measured| &measured.quality),
            findings,
        }
    }
}

fn loudness_line(measured: &Measured) -> LoudnessLine {
    let loudness = &measured.loudness;
    LoudnessLine {
        integrated_lufs: loudness.integrated_lufs.ok(),
        range_lu: loudness.range_lu.ok(),
        true_peak_dbtp: loudness.true_peak_db.ok(),
        sample_peak_dbfs: loudness.sample_peak_db.ok(),
        max_momentary_lufs: loudness.momentary_max_lufs.ok(),
        max_short_term_lufs: loudness.short_term_max_lufs.ok(),
    }
}

fn confidence_line(measured: &Measured) -> ConfidenceLine {
    let confidence = &measured.fingerprint.confidence;
    ConfidenceLine {
        tempo_bpm: confidence.tempo,
        rhythm_stability: confidence.rhythm,
        pitch_stability: confidence.pitch,
    }
}

fn key_line(measured: &Measured) -> Option<KeyLine> {
    let key = measured.fingerprint.key.ok()?;
    let (hour, ring) = key.camelot();
    Some(KeyLine { name: key.to_string(), camelot: format!("{hour}{ring}"), strength: key.strength })
}
