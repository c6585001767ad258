//! The library: one scan at a time, and the catalog built anew as tracks are found.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use super::{analysis, ears, notices, past, queue, server, sight};
use crate::app::effect::Effect;
use crate::app::event::Now;
use crate::app::state::{AppState, RunningScan};
use crate::app::wording;
use crate::jobs::library::{Cared, Cleaned, ScanOutcome, ScanProgress};
use crate::model::address::is_address;
use crate::model::catalog::Catalog;
use crate::model::command::{Care, Library};
use crate::model::id::JobId;
use crate::model::job::CancelToken;
use crate::model::listening::{Period, Stats};
use crate::model::server::is_served;
use crate::model::snapshot::DuplicatesView;

/// While a scan runs, building the catalog takes at most one part in so many of the time.
const BUILD_SHARE: u32 = 8;
/// And is not done more often than this.
const BUILD_PAUSE: Duration = Duration::from_millis(250);

pub fn reduce(state: &mut AppState, command: Library, now: Now, fx: &mut Vec<Effect>) {
    match command {
        Library::Scan(roots) => scan(state, roots, now, fx),
        Library::CancelScan => cancel(state, now),
        Library::ScanReport => notices::tell(state, wording::scan_report(&state.library.failed), now),
        Library::Clean { sure } => clean(state, sure, now, fx),
        Library::FindDuplicates { like } => find_duplicates(state, like, fx),
        Library::Analyse(command) => analysis::reduce(state, command, now, fx),
        Library::Portray(track) => sight::portray(state, track, fx),
        Library::ShowCover(side) => sight::show_cover(state, side, fx),
        Library::ShowCovers(tracks, side) => sight::show_covers(state, tracks, side, fx),
        Library::Tell(track) => sight::tell(state, track, fx),
        Library::Care(care) => begin_care(state, care, now, fx),
        Library::Import(asked) => past::begin(state, asked, now, fx),
        Library::Stats(period) => count(state, period, false, now, fx),
        Library::Count(period) => count(state, period, true, now, fx),
    }
}

fn count(state: &mut AppState, period: Period, quietly: bool, now: Now, fx: &mut Vec<Effect>) {
    let (job, from_ms) = (state.fresh_job(), period.begins_ms(now.unix_ms));
    fx.push(Effect::CountStats { job, period, from_ms, quietly });
}

pub fn scan(state: &mut AppState, roots: Vec<PathBuf>, now: Now, fx: &mut Vec<Effect>) {
    let (addresses, roots): (Vec<_>, Vec<_>) =
        roots.into_iter().partition(|root| is_address(root) && !is_served(root));
    if let (Some(address), true) = (addresses.first(), roots.is_empty()) {
        return notices::tell(state, wording::no_scan_of(address), now);
    }
    if state.library.scan.is_some() || state.library.loading {
        // Everything known includes what is waiting already.
        let waiting = state.library.waiting.get_or_insert_default();
        waiting.extend(roots.into_iter().filter(|root| !waiting.contains(root)).collect::<Vec<_>>());
        return;
    }
    let roots = match (roots.is_empty(), state.library.roots.is_empty()) {
        (true, true) => state.settings.music.clone(),
        _ => roots,
    };
    if roots.is_empty() && state.library.roots.is_empty() {
        // Every start with an empty library comes by here.
        return notices::remark(state, wording::no_roots(), now);
    }
    let job = state.fresh_job();
    let cancel = CancelToken::default();
    state.library.scan = Some(RunningScan {
        job,
        cancel: cancel.clone(),
        found: 0,
        read: 0,
        folder: None,
        share: 0.0,
        elapsed: Duration::ZERO,
        folders: roots.clone(),
        changed: false,
    });
    state.dirty.scan = true;
    fx.push(Effect::Scan { job, roots, cancel });
}

fn cancel(state: &mut AppState, now: Now) {
    match &state.library.scan {
        Some(scan) => scan.cancel.cancel(),
        None => notices::tell(state, wording::no_scan(), now),
    }
}

fn running(state: &mut AppState, job: JobId) -> Option<&mut RunningScan> {
    state.library.scan.as_mut().filter(|scan| scan.job == job)
}

pub fn progress(state: &mut AppState, job: JobId, progress: ScanProgress, now: Now, fx: &mut Vec<Effect>) {
    let Some(scan) = running(state, job) else {
        return;
    };
    scan.found = progress.found;
    scan.read = progress.read;
    scan.folder = progress.folder;
    scan.share = progress.share;
    scan.elapsed = progress.elapsed;
    scan.changed |= progress.changed;
    state.dirty.scan = true;
    build_if_wanted(state, now, fx);
}

pub fn build_if_wanted(state: &mut AppState, now: Now, fx: &mut Vec<Effect>) {
    let is_time = state.library.build.not_before.is_none_or(|at| at <= now.instant);
    if state.wants_catalog() && is_time {
        build(state, fx);
    }
}

fn build(state: &mut AppState, fx: &mut Vec<Effect>) {
    if state.library.build.running {
        state.library.build.again = true;
        return;
    }
    state.library.build.running = true;
    if let Some(scan) = &mut state.library.scan {
        scan.changed = false;
    }
    fx.push(Effect::BuildCatalog);
}

pub fn done(state: &mut AppState, job: JobId, report: ScanOutcome, now: Now, fx: &mut Vec<Effect>) {
    let Some(folders) = running(state, job).map(|scan| std::mem::take(&mut scan.folders)) else {
        return;
    };
    state.library.scan = None;
    if report.broken.is_none() && *state.library.roots != report.roots {
        state.library.roots = Arc::new(report.roots.clone());
        fx.push(Effect::Watch(state.library.roots.clone()));
    }
    state.dirty.scan = true;
    if let Some(notice) = wording::scan_done(&report) {
        notices::tell(state, notice, now);
    }
    if report.changes() > 0 {
        build(state, fx);
    }
    server::take_stars(state, &report.stars, now, fx);
    let elsewhere =
        |path: &Path| !folders.is_empty() && !folders.iter().any(|folder| path.starts_with(folder));
    let kept = state.library.failed.iter().filter(|(path, _)| elsewhere(path)).cloned();
    state.library.failed = Arc::new(kept.chain(report.failed).collect());
    scan_what_waits(state, now, fx);
}

fn scan_what_waits(state: &mut AppState, now: Now, fx: &mut Vec<Effect>) {
    if let Some(roots) = state.library.waiting.take()
        && !state.closing
    {
        scan(state, roots, now, fx);
    }
}

/// The library that the store has is here, or cannot be read: now it may be looked at whether it is still right.
fn loaded(state: &mut AppState, now: Now, fx: &mut Vec<Effect>) {
    if std::mem::take(&mut state.library.loading) {
        fx.push(Effect::Watch(state.library.roots.clone()));
        scan_what_waits(state, now, fx);
    }
}

/// The watch saw changes in these folders.
pub fn folders_changed(state: &mut AppState, folders: Vec<PathBuf>, now: Now, fx: &mut Vec<Effect>) {
    if !state.closing && !state.library.roots.is_empty() {
        scan(state, folders, now, fx);
    }
}

fn clean(state: &mut AppState, sure: bool, now: Now, fx: &mut Vec<Effect>) {
    if state.library.cleaning {
        return notices::tell(state, wording::cleaning(), now);
    }
    state.library.cleaning = true;
    fx.push(Effect::Clean { sure });
}

pub fn cleaned(
    state: &mut AppState,
    sure: bool,
    result: Result<Cleaned, String>,
    now: Now,
    fx: &mut Vec<Effect>,
) {
    state.library.cleaning = false;
    if sure && result.as_ref().is_ok_and(|(forgotten, _)| *forgotten > 0) {
        build(state, fx);
    }
    notices::tell(state, wording::cleaned(sure, result), now);
}

fn begin_care(state: &mut AppState, care: Care, now: Now, fx: &mut Vec<Effect>) {
    match care {
        Care::Roots | Care::Forget(None) => {
            // To who asked for it this is done; words without a change would be a refusal.
            state.dirty.scan = true;
            notices::tell(state, wording::roots(&state.library.roots), now);
        }
        Care::Forget(Some(root)) if !state.library.roots.contains(&root) => {
            notices::tell(state, wording::no_root(&root, &state.library.roots), now);
        }
        Care::Forget(_) if state.library.scan.is_some() => notices::tell(state, wording::scan_first(), now),
        care => {
            let job = state.fresh_job();
            fx.push(Effect::Care { job, care });
        }
    }
}

pub fn cared(
    state: &mut AppState,
    care: &Care,
    result: Result<Cared, String>,
    now: Now,
    fx: &mut Vec<Effect>,
) {
    // To who asked for it this is done; words without a change would be a refusal.
    state.dirty.scan |= result.is_ok();
    if let (Care::Forget(_), Ok(done)) = (care, &result) {
        state.library.roots = Arc::new(done.roots.clone());
        fx.push(Effect::Watch(state.library.roots.clone()));
        build(state, fx);
    }
    notices::tell(state, wording::cared(care, result), now);
}

fn find_duplicates(state: &mut AppState, like: bool, fx: &mut Vec<Effect>) {
    if !state.library.duplicates.looking {
        Arc::make_mut(&mut state.library.duplicates).looking = true;
        state.dirty.scan = true;
        if like {
            ears::near_duplicates(state, fx);
        } else {
            fx.push(Effect::FindDuplicates);
        }
    }
}

pub fn duplicates_found(state: &mut AppState, found: Result<DuplicatesView, String>, now: Now) {
    let view = found.unwrap_or_else(|why| DuplicatesView { problem: Some(why), ..DuplicatesView::default() });
    notices::tell(state, wording::duplicates(&view), now);
    state.library.duplicates = Arc::new(view);
    state.dirty.scan = true;
}

pub fn built(state: &mut AppState, catalog: Arc<Catalog>, took: Duration, now: Now, fx: &mut Vec<Effect>) {
    state.library.catalog = catalog;
    state.dirty.catalog = true;
    queue::resolve(state);
    build_ended(state, took, now, fx);
    analysis::catalog_built(state, fx);
}

fn build_ended(state: &mut AppState, took: Duration, now: Now, fx: &mut Vec<Effect>) {
    state.library.build.running = false;
    state.library.build.not_before = Some(now.instant + (took * BUILD_SHARE).max(BUILD_PAUSE));
    if std::mem::take(&mut state.library.build.again) {
        build(state, fx);
    }
    loaded(state, now, fx);
}

pub fn stats_counted(
    state: &mut AppState,
    (period, quietly): (Period, bool),
    stats: Result<Stats, String>,
    now: Now,
) {
    let notice = match stats {
        Ok(stats) => {
            // To who asks for it this is done; words without a change would be a refusal.
            state.dirty.facts = true;
            let words = wording::stats(period, &stats);
            state.library.stats = Some((period, Arc::new(stats)));
            (!quietly).then_some(words)
        }
        Err(why) => Some(wording::no_stats(&why)),
    };
    notice.into_iter().for_each(|notice| notices::tell(state, notice, now));
}

pub fn build_failed(state: &mut AppState, why: &str, now: Now, fx: &mut Vec<Effect>) {
    state.library.build.running = false;
    state.library.build.again = false;
    notices::tell(state, wording::catalog_failed(why), now);
    loaded(state, now, fx);
}
