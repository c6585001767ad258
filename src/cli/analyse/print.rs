//! What was measured of tracks, for people and for programs.

use std::io::{self, BufWriter, Write};
use std::sync::Arc;
use std::time::Instant;

use super::Chosen;
use crate::boot::analyse::{self as measuring, AnalyseOutcome};
use crate::cli::args::Analyse;
use crate::cli::exit::CliError;
use crate::cli::json;
use crate::cli::text::{printable, shown};
use crate::library::store::Store;
use crate::model::features::{Measured, Value};
use crate::model::id::TrackId;
use crate::model::job::CancelToken;
use crate::model::portrait::{Portrait, Spread, Told};
use crate::model::track::AudioFormat;
use crate::remote::portrait::{Found, MeasuredLine, lines};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum How {
    /// A line a track, and what is wrong with it.
    Short,
    /// All that is known.
    Whole,
    Json,
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
        let of = Found { path, format, found: &row.found, algorithm: Some(row.algorithm), seconds: None };
        one(&mut out, &of, how, &spread)?;
    }
    let began = Instant::now();
    measuring::files(&chosen.files, asked.jobs, cancel, &mut |path, found| {
        outcome.measured += u64::from(found.measured.is_ok());
        outcome.failed += u64::from(found.measured.is_err());
        outcome.sound += found.sound;
        let (algorithm, seconds) = (Some(measuring::VERSION), Some(found.took.as_secs_f64()));
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
        return json::print(out, &MeasuredLine::new(of, findings));
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
    for line in lines(&portrait, format) {
        writeln!(out, "  {line}").map_err(CliError::Output)?;
    }
    Ok(())
}
