//! `auralis analyse`: tracks measured on all cores, with a report of what was found.

use std::ffi::OsString;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use serde::Serialize;

use super::args::{Analyse, Global};
use super::exit::{CliError, Exit};
use super::json::{self, JsonPath};
use super::terminal::Messages;
use super::text::{printable, shown};
use super::{interrupt, open_store, settings};
use crate::boot::analyse::{self as measuring, AnalyseOutcome, AnalyseProgress, Asked};
use crate::boot::log;
use crate::library::catalog_build::load_catalog_in;
use crate::library::expand::expand;
use crate::library::levels::facts;
use crate::library::scan::absolute_root;
use crate::library::search::search;
use crate::library::store::Store;
use crate::model::analysis::AnalysisView;
use crate::model::catalog::Catalog;
use crate::model::features::{Measured, Quality, Value};
use crate::model::id::TrackId;
use crate::model::job::CancelToken;
use crate::model::query::Query;
use crate::model::track::AudioFormat;

const CLOSING: Duration = Duration::from_secs(5);

pub const HELP: &str = "\
A line a track: integrated loudness (LUFS, ITU-R BS.1770-5), loudness range (LU, EBU Tech 3342),
true peak (dB over full scale), DR value, path; below it what is wrong with it. What is measured
already is not measured again, unless the sound changed or --force says so. A file that is not in
the library is measured and not kept. While a player runs the library is its own: `auralis ctl
analyse` measures there.";

pub fn run(global: &Global, asked: &Analyse, messages: &Messages) -> Result<Exit, CliError> {
    let config = settings::load(global, messages)?;
    log::start(&settings::log(global, &config))?;
    let stop = interrupt::flag().map_err(CliError::Signals)?;
    let cancel = CancelToken::over(stop);
    let store = open_store(&config, messages)?;
    let catalog = load_catalog_in(&store, &config.naming())?;
    let chosen = choose(&store, &catalog, &asked.what)?;
    let tracks = chosen.as_ref().map(|chosen| chosen.tracks.clone());
    let mut outcome = match &tracks {
        Some(tracks) if tracks.is_empty() => AnalyseOutcome::default(),
        _ => measure(&store, &Asked { tracks, again: asked.force }, asked.jobs, &cancel, messages),
    };
    let shown = chosen.map_or(Ok(()), |chosen| print(&store, &chosen, asked, &cancel, &mut outcome));
    store.close(CLOSING);
    shown?;
    tell(&outcome, asked.what.is_empty(), messages)?;
    Ok(match (outcome.cancelled, outcome.failed) {
        (true, _) => Exit::Interrupted,
        (false, 0) => Exit::Done,
        (false, _) => Exit::Failed,
    })
}

/// What was named.
struct Chosen {
    /// Of the library.
    tracks: Vec<TrackId>,
    /// Files that are not in it.
    files: Vec<PathBuf>,
}

/// `None`: all.
fn choose(store: &Store, catalog: &Catalog, what: &[OsString]) -> Result<Option<Chosen>, CliError> {
    if what.is_empty() {
        return Ok(None);
    }
    let mut chosen = Chosen { tracks: Vec::new(), files: Vec::new() };
    if what.iter().all(|word| Path::new(word).exists()) {
        for word in what {
            put_path(catalog, &absolute_root(Path::new(word)), &mut chosen);
        }
    } else {
        let words: Vec<_> = what.iter().map(|word| word.to_string_lossy()).collect();
        let text = words.join(" ");
        let query = Query::parse(&text)
            .map_err(|error| CliError::Usage(format!("neither a path nor a query: {}", error.message)))?;
        let found = search(catalog, &query, &facts(store, catalog)?, 0);
        chosen.tracks.extend(found.iter().filter_map(|&(row, _)| Some(catalog.track(row)?.id())));
    }
    if chosen.tracks.is_empty() && chosen.files.is_empty() {
        let words: Vec<_> = what.iter().map(|word| printable(&word.to_string_lossy()).to_string()).collect();
        return Err(CliError::NothingMatched(format!("no track matches {}", words.join(" "))));
    }
    Ok(Some(chosen))
}

fn put_path(catalog: &Catalog, path: &Path, chosen: &mut Chosen) {
    let before = chosen.tracks.len();
    let inside = catalog.tracks().filter(|track| track.path().starts_with(path));
    chosen.tracks.extend(inside.map(|track| track.id()));
    if chosen.tracks.len() == before {
        chosen.files.extend(expand(&[path.to_path_buf()], &AtomicBool::new(false)).files);
    }
}

fn measure(
    store: &Store,
    asked: &Asked,
    jobs: Option<usize>,
    cancel: &CancelToken,
    messages: &Messages,
) -> AnalyseOutcome {
    let mut line = messages.progress();
    measuring::library(store, asked, jobs, cancel, &mut |progress| line.show(|| words(progress)))
}

fn words(progress: &AnalyseProgress) -> String {
    let view = AnalysisView {
        sound: progress.sound,
        total_sound: progress.total_sound,
        elapsed: progress.elapsed,
        ..AnalysisView::default()
    };
    let pace = view.pace().map_or(String::new(), |(speed, left)| {
        format!(", {speed:.0} x real time, {} s left", left.as_secs())
    });
    format!("{} of {} measured, {} failed{pace}", progress.done, progress.total, progress.failed)
}

/// What became of it, for people; and of a run over the whole library, what could not be measured.
fn tell(outcome: &AnalyseOutcome, all: bool, messages: &Messages) -> Result<(), CliError> {
    for (path, why) in outcome.failures.iter().filter(|_| all) {
        messages.warning(&format!("{}: {}", shown(path), printable(why)));
    }
    if let Some(why) = &outcome.broken {
        return Err(CliError::NothingMatched(format!("measuring broke off: {why}")));
    }
    let seconds = outcome.elapsed.as_secs_f64();
    messages.note(&format!(
        "{} measured, {} failed, {:.1} s, {:.0} x real time",
        outcome.measured,
        outcome.failed,
        seconds,
        outcome.sound.as_secs_f64() / seconds.max(0.001)
    ));
    Ok(())
}

/// Prints what is known of each, and measures the files beside the library, which adds to the outcome.
fn print(
    store: &Store,
    chosen: &Chosen,
    asked: &Analyse,
    cancel: &CancelToken,
    outcome: &mut AnalyseOutcome,
) -> Result<(), CliError> {
    let mut out = BufWriter::new(io::stdout().lock());
    let reader = store.read()?;
    for &id in &chosen.tracks {
        let (Some(track), Some(row)) = (reader.track(id)?, reader.measured(id)?) else { continue };
        one(&mut out, &track.path, Some(&track.format), &row.found, asked.json)?;
    }
    let began = Instant::now();
    measuring::files(&chosen.files, asked.jobs, cancel, &mut |path, found| {
        outcome.measured += u64::from(found.measured.is_ok());
        outcome.failed += u64::from(found.measured.is_err());
        outcome.sound += found.sound;
        one(&mut out, path, None, &found.measured, asked.json)?;
        // Who reads along does not wait for the others.
        out.flush().map_err(CliError::Output)
    })?;
    outcome.elapsed += began.elapsed();
    outcome.cancelled |= cancel.is_cancelled();
    out.flush().map_err(CliError::Output)
}

#[derive(Serialize)]
struct Line<'a> {
    #[serde(flatten)]
    path: JsonPath,
    /// Why it could not be measured.
    error: Option<&'a str>,
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

fn one(
    out: &mut impl Write,
    path: &Path,
    format: Option<&AudioFormat>,
    found: &Result<Measured, String>,
    as_json: bool,
) -> Result<(), CliError> {
    let findings = found.as_ref().map(|measured| measured.findings(format)).unwrap_or_default();
    if as_json {
        return json::print(out, &line(path, found, findings));
    }
    match found {
        Err(why) => writeln!(out, "not measured: {}\t{}", printable(why), shown(path)),
        Ok(measured) => writeln!(out, "{}\t{}", summary(measured), shown(path)),
    }
    .map_err(CliError::Output)?;
    findings.iter().try_for_each(|finding| writeln!(out, "  {finding}")).map_err(CliError::Output)
}

fn summary(measured: &Measured) -> String {
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

fn line<'a>(path: &Path, found: &'a Result<Measured, String>, findings: Vec<String>) -> Line<'a> {
    let measured = found.as_ref().ok();
    let loudness = measured.map(|measured| &measured.loudness);
    let number = |value: Option<Value>| value.and_then(Result::ok);
    Line {
        path: JsonPath::new(path),
        error: found.as_ref().err().map(String::as_str),
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
