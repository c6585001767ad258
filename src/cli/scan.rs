//! `auralis scan`: the library brought up to date on this thread, with a report.

use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use serde::Serialize;

use super::args::{Global, Scan};
use super::exit::{CliError, Exit};
use super::json::{self, JsonPath};
use super::terminal::Messages;
use super::text::shown;
use super::{interrupt, open_store, settings};
use crate::boot::log;
use crate::boot::server;
use crate::config::Loaded;
use crate::library::scan::{ScanProgress, ScanReport, absolute_root, keep_roots, scan};
use crate::library::served::take_stars;
use crate::library::store::Store;
use crate::model::address::is_address;
use crate::model::server::is_served;
use crate::model::snapshot::ScanView;

/// All is on the disk before the report is printed; this only lets the file go.
const CLOSING: Duration = Duration::from_secs(5);

pub fn run(global: &Global, asked: &Scan, messages: &Messages) -> Result<Exit, CliError> {
    let config = settings::load(global, messages)?;
    log::start(&settings::log(global, &config))?;
    if asked.report {
        return tell_last(&open_store(&config, messages)?, asked.json, messages);
    }
    let given: Vec<PathBuf> = asked.paths.iter().map(|path| absolute_root(path)).collect();
    refuse_absent(&given)?;
    let stop = interrupt::flag().map_err(CliError::Signals)?;
    let store = open_store(&config, messages)?;
    let roots = roots(&store, given, &config)?;
    let report = scan_with_progress(&roots, &store, &stop, messages);
    take_stars(&store, &report.stars)?;
    store.flush()?;
    store.close(CLOSING);
    tell(&report, asked.json, messages)?;
    let exit = exit(&report, &roots);
    report.store_error.map_or(Ok(exit), |error| Err(error.into()))
}

/// A folder that is named must be there; a known root that is not (a disk not mounted) is told in the report.
fn refuse_absent(given: &[PathBuf]) -> Result<(), CliError> {
    match given.iter().find(|path| path.metadata().is_err() && !server::is_mounted(path)) {
        None => Ok(()),
        Some(path) if is_served(path) => {
            let what = shown(path);
            Err(CliError::Usage(format!(
                "{what} is of a server that is not configured: see [subsonic] in config.toml"
            )))
        }
        Some(path) if is_address(path) => {
            Err(CliError::Usage(format!("{} is an address: it can be played, not scanned", shown(path))))
        }
        Some(path) => Err(CliError::NothingMatched(format!("no such file or folder: {}", shown(path)))),
    }
}

/// What to scan: what was named, else the known roots, else the music folders of the configuration. Named folders
/// become known roots.
fn roots(store: &Store, given: Vec<PathBuf>, config: &Loaded) -> Result<Vec<PathBuf>, CliError> {
    let known = store.read()?.roots()?;
    let asked = match (given.is_empty(), known.is_empty()) {
        (false, _) => given,
        (true, _) => {
            let served = config.served();
            // Whoever has a server need not have a folder where others have one.
            let is_guessed = config.settings.music.is_empty() && served.is_some();
            let music = || config.music().into_iter().filter(|folder| !is_guessed || folder.exists());
            let folders: Vec<PathBuf> = if known.is_empty() { music().collect() } else { known };
            let served = served.filter(|served| !folders.contains(served));
            folders.into_iter().chain(served).collect()
        }
    };
    if asked.is_empty() {
        return Err(CliError::Usage("no folder to scan: name one, or set `music` in config.toml".to_owned()));
    }
    let folders: Vec<PathBuf> =
        asked.iter().filter(|path| path.is_dir() || is_served(path)).cloned().collect();
    keep_roots(store, &folders)?;
    Ok(asked)
}

fn scan_with_progress(
    roots: &[PathBuf],
    store: &Store,
    stop: &AtomicBool,
    messages: &Messages,
) -> ScanReport {
    let mut line = messages.progress();
    scan(roots, store, stop, &mut |progress| {
        line.show(|| {
            let folder = shown(&progress.folder);
            let (found, read, failed) = (progress.found, progress.read, progress.failed);
            format!("{found} found, {read} read, {failed} failed{}  {folder}", pace(progress))
        });
    })
}

/// Files a second and time left, once that can be told.
fn pace(progress: &ScanProgress) -> String {
    let view = ScanView {
        found: progress.found,
        share: progress.share,
        elapsed: progress.elapsed,
        ..ScanView::default()
    };
    view.pace().map_or(String::new(), |(rate, left)| format!(", {rate:.0}/s, {} s left", left.as_secs()))
}

/// What the store knows of the last scan.
fn tell_last(store: &Store, as_json: bool, messages: &Messages) -> Result<Exit, CliError> {
    let Some(record) = store.read()?.scan_record()? else {
        return Err(CliError::NothingMatched("nothing was scanned yet: `auralis scan PATH` does".to_owned()));
    };
    let left_out = record.failures.saturating_sub(record.failed.len() as u64);
    let report = ScanReport {
        added: record.added,
        updated: record.updated,
        moved: record.moved,
        missing: record.missing,
        returned: record.returned,
        removed: record.removed,
        unchanged: record.unchanged,
        stars: Vec::new(),
        failed: record.failed,
        seconds: record.seconds,
        cancelled: record.cancelled,
        store_error: None,
    };
    tell(&report, as_json, messages)?;
    if left_out > 0 {
        messages.warning(&format!("{left_out} more failures were not kept"));
    }
    Ok(Exit::Done)
}

#[derive(Serialize)]
struct Line<'a> {
    added: u64,
    updated: u64,
    moved: u64,
    missing: u64,
    returned: u64,
    removed: u64,
    unchanged: u64,
    failed: Vec<FailedFile<'a>>,
    seconds: f64,
    cancelled: bool,
}

#[derive(Serialize)]
struct FailedFile<'a> {
    #[serde(flatten)]
    path: JsonPath,
    error: &'a str,
}

fn tell(report: &ScanReport, as_json: bool, messages: &Messages) -> Result<(), CliError> {
    for failed in &report.failed {
        messages.warning(&format!("{} {}", shown(&failed.path), failed.error));
    }
    let mut out = io::stdout().lock();
    if as_json {
        json::print(&mut out, &line(report))?;
    } else {
        writeln!(out, "{} in {:.1} s", words(report), report.seconds).map_err(CliError::Output)?;
    }
    out.flush().map_err(CliError::Output)
}

/// The counts that are always told, then those that are seldom more than none.
fn words(report: &ScanReport) -> String {
    let (added, updated, moved) = (report.added, report.updated, report.moved);
    let (missing, unchanged, failed) = (report.missing, report.unchanged, report.failed.len());
    let mut words = format!(
        "{added} added, {updated} updated, {moved} moved, {missing} missing, {unchanged} unchanged, {failed} failed"
    );
    for (count, what) in [(report.returned, "back"), (report.removed, "listed in another way")] {
        if count > 0 {
            words += &format!(", {count} {what}");
        }
    }
    words
}

fn line(report: &ScanReport) -> Line<'_> {
    let failed = report
        .failed
        .iter()
        .map(|entry| FailedFile { path: JsonPath::new(&entry.path), error: &entry.error });
    Line {
        added: report.added,
        updated: report.updated,
        moved: report.moved,
        missing: report.missing,
        returned: report.returned,
        removed: report.removed,
        unchanged: report.unchanged,
        failed: failed.collect(),
        seconds: report.seconds,
        cancelled: report.cancelled,
    }
}

/// A file that cannot be read is a fact about that file; a root that cannot is a scan that failed.
fn exit(report: &ScanReport, roots: &[PathBuf]) -> Exit {
    let root_failed = report.failed.iter().any(|failed| roots.contains(&failed.path));
    match (report.cancelled, root_failed) {
        (true, _) => Exit::Interrupted,
        (false, true) => Exit::Failed,
        (false, false) => Exit::Done,
    }
}
