//! `auralis analyse`: tracks measured on all cores, with a report of what was found.

mod print;

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use super::args::{Analyse, Global};
use super::exit::{CliError, Exit};
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
use crate::model::id::TrackId;
use crate::model::job::CancelToken;
use crate::model::query::Query;
use crate::model::server::is_served;

const CLOSING: Duration = Duration::from_secs(5);

pub const HELP: &str = "\
A line a track: integrated loudness (LUFS, ITU-R BS.1770-5), loudness range (LU, EBU Tech 3342),
true peak (dB over full scale), DR value, path; below it what is wrong with it, and with --show how
it sounds: tempo, key, the 25 numbers of its fingerprint and where each stands in the library. What
is measured already is not measured again, unless the sound changed or --force says so. A file that
is not in the library is measured and not kept. While a player runs the library is its own: `auralis
ctl analyse` measures there.";

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
    let shown = chosen.map_or(Ok(()), |chosen| print::all(&store, &chosen, asked, &cancel, &mut outcome));
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
    if what.iter().map(Path::new).all(|path| path.exists() || is_served(path)) {
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
