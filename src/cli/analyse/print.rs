//! What was measured of tracks, for people and for programs.

use std::io::{self, BufWriter, Write};
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use serde::Serialize;

use super::Chosen;
use crate::boot::analyse::{self as measuring, AnalyseOutcome};
use crate::cli::args::Analyse;
use crate::cli::exit::CliError;
use crate::cli::json::{self, JsonPath};
use crate::cli::text::{printable, shown};
use crate::library::store::Store;
use crate::model::audio::frames_to_duration;
use crate::model::features::{Measured, Quality, Value};
use crate::model::fingerprint::{DIMENSIONS, Dimension};
use crate::model::id::TrackId;
use crate::model::job::CancelToken;
use crate::model::portrait::{Portrait, PortraitRow, Spread, Told};
use crate::model::track::AudioFormat;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum How {
    /// A line a track, and what is wrong with it.
    Short,
    /// All that is known.
    Whole,
    Json,
}

/// One file, and what was found or why nothing was.
struct Found<'a> {
    path: &'a Path,
    format: Option<AudioFormat>,
    found: &'a Result<Measured, String>,
    /// Version of the measures.
    algorithm: u16,
    /// How long measuring it took; not known of what was kept.
    seconds: Option<f64>,
}

/// Prints what is known of each, and measures the files beside the library, which adds to the outcome.
pub(super) fn all(
    store: &Store,
    chosen: &Chosen,
    asked: &Analyse,
    cancel: &CancelToken,
    outcome: &mut AnalyseOutcome,
) -> Result<(), CliError> {
    let how = match (asked.json, asked.show) {
        (true, _) => How::Json,
        (false, true) => How::Whole,
        (false, false) => How::Short,
    };
    let mut out = BufWriter::new(io::stdout().lock());
    let reader = store.read()?;
    let spread = Arc::new(if how == How::Whole { measuring::spread(store)? } else { Spread::default() });
    for &id in &chosen.tracks {
        let (Some(track), Some(row)) = (reader.track(id)?, reader.measured(id)?) else { continue };
        let (path, format) = (track.path.as_path(), Some(track.format));
        let of = Found { path, format, found: &row.found, algorithm: row.algorithm, seconds: None };
        one(&mut out, &of, how, &spread)?;
    }
    let began = Instant::now();
    measuring::files(&chosen.files, asked.jobs, cancel, &mut |path, found| {
        outcome.measured += u64::from(found.measured.is_ok());
        outcome.failed += u64::from(found.measured.is_err());
        outcome.sound += found.sound;
        let (algorithm, seconds) = (measuring::VERSION, Some(found.took.as_secs_f64()));
        let of = Found { path, format: found.format, found: &found.measured, algorithm, seconds };
        one(&mut out, &of, how, &spread)?;
        // Who reads along does not wait for the others.
        out.flush().map_err(CliError::Output)
    })?;
    outcome.elapsed += began.elapsed();
    outcome.cancelled |= cancel.is_cancelled();
    out.flush().map_err(CliError::Output)
}

fn one(out: &mut impl Write, of: &Found<'_>, how: How, spread: &Arc<Spread>) -> Result<(), CliError> {
    let format = of.format.as_ref();
    let findings = of.found.as_ref().map(|measured| measured.findings(format)).unwrap_or_default();
    if how == How::Json {
        return json::print(out, &line(of, findings));
    }
    let written = match of.found {
        Err(why) => writeln!(out, "not measured: {}\t{}", printable(why), shown(of.path)),
        Ok(measured) => writeln!(out, "{}\t{}", short(measured), shown(of.path)),
    };
    written.map_err(CliError::Output)?;
    match of.found {
        Ok(measured) if how == How::Whole => whole(out, measured.clone(), format, spread),
        _ => findings.iter().try_for_each(|finding| writeln!(out, "  {finding}")).map_err(CliError::Output),
    }
}

fn short(measured: &Measured) -> String {
    let loudness = &measured.loudness;
    let part = |value: Value, unit: &str| match value {
        Ok(value) => format!("{value:.1} {unit}"),
        Err(why) => format!("- {unit} ({})", why.words()),
    };
    [
        part(loudness.integrated_lufs, "LUFS"),
        part(loudness.range_lu, "LU"),
        part(loudness.true_peak_db, "dBTP"),
        measured.dynamic_range_db.map_or("DR -".into(), |db| format!("DR{}", db.round())),
    ]
    .join("\t")
}

/// As the screen shows it.
fn whole(
    out: &mut impl Write,
    measured: Measured,
    format: Option<&AudioFormat>,
    spread: &Arc<Spread>,
) -> Result<(), CliError> {
    let told = Told::Measured(Box::new(measured));
    let portrait = Portrait { track: TrackId(0), told, spread: Arc::clone(spread) };
    for row in portrait.rows(format) {
        let line = match row {
            PortraitRow::Line(words) => words,
            PortraitRow::Finding(words) => format!("! {words}"),
            PortraitRow::Dimension(dimension) => {
                let (name, value, words) = portrait.dimension(dimension);
                format!("{name:<17} {value:>11}  {words}")
            }
        };
        writeln!(out, "  {}", line.trim_end()).map_err(CliError::Output)?;
    }
    Ok(())
}

/// Silence and the unmeasurable are `null`.
#[derive(Serialize)]
struct Line<'a> {
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
    algorithm_version: u16,
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

fn line<'a>(of: &Found<'a>, findings: Vec<String>) -> Line<'a> {
    let measured = of.found.as_ref().ok();
    let format = of.format.as_ref();
    let loudness = measured.map(|measured| &measured.loudness);
    let number = |value: Option<Value>| value.and_then(Result::ok);
    let frames = format.and_then(|format| format.frames);
    let seconds =
        |frames| frames_to_duration(frames, format.map_or(0, |format| format.spec.rate)).as_secs_f64();
    Line {
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
