//! Jobs on the library: walk what the user named, scan, build the catalog. Each runs on a lane of [`super::Jobs`].

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::library::catalog_build::load_catalog_in;
use crate::library::forget::forget;
use crate::library::store::care::{backup, backup_place};
use crate::library::store::{Store, StoreError};
use crate::library::transfer::{export, export_place};
use crate::library::{
    clean as cleaning, duplicates as doubles, expand as walk, scan as scanning, stats as counting,
};
use crate::model::catalog::{Catalog, TrackFlags};
use crate::model::command::Care;
use crate::model::facts::Facts;
use crate::model::id::TrackId;
use crate::model::job::CancelToken;
use crate::model::listening::Stats;
use crate::model::naming::Naming;
use crate::model::query::Query;
use crate::model::query::search::Searcher;
use crate::model::server::Star;
use crate::model::snapshot::DuplicatesView;

#[derive(Debug, Clone, Default, PartialEq)]
pub struct ScanProgress {
    pub found: u64,
    pub read: u64,
    pub folder: Option<PathBuf>,
    /// 0 to 1, by the folders that are done.
    pub share: f64,
    pub elapsed: Duration,
    /// Tracks of the library changed since this was told last.
    pub changed: bool,
}

/// How a scan ended.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ScanOutcome {
    pub added: u64,
    pub updated: u64,
    pub moved: u64,
    pub missing: u64,
    pub returned: u64,
    pub removed: u64,
    /// What its user said of songs on a server, where the library knows otherwise.
    pub stars: Vec<(TrackId, Star)>,
    pub failed: Vec<(PathBuf, String)>,
    /// All roots that the library has now.
    pub roots: Vec<PathBuf>,
    pub cancelled: bool,
    /// The scan itself broke off, and why.
    pub broken: Option<String>,
}

impl ScanOutcome {
    /// Tracks that are not as they were.
    pub fn changes(&self) -> u64 {
        self.added + self.updated + self.moved + self.missing + self.returned + self.removed
    }
}

/// Music files in files, folders and playlists, and what could not be used.
pub fn expand(paths: &[PathBuf], cancel: &CancelToken) -> (Vec<PathBuf>, Vec<(PathBuf, String)>) {
    let found = walk::expand(paths, cancel.flag());
    let problems = found.problems.into_iter().map(|problem| (problem.path, problem.error));
    (found.files, problems.collect())
}

/// Adds `new_roots` to the library's and brings these up to date, or all where none are new.
pub fn scan(
    store: &Store,
    new_roots: &[PathBuf],
    cancel: &CancelToken,
    mut on_progress: impl FnMut(ScanProgress),
) -> ScanOutcome {
    let roots = match scanning::keep_roots(store, new_roots) {
        Ok(roots) => roots,
        Err(error) => return ScanOutcome { broken: Some(error.to_string()), ..ScanOutcome::default() },
    };
    let walked = if new_roots.is_empty() { roots.as_slice() } else { new_roots };
    let mut changes = 0;
    let report = scanning::scan(walked, store, cancel.flag(), &mut |progress| {
        let changed = progress.changes > changes;
        changes = progress.changes;
        let folder = Some(progress.folder.clone());
        on_progress(ScanProgress {
            found: progress.found,
            read: progress.read,
            folder,
            share: progress.share,
            elapsed: progress.elapsed,
            changed,
        });
    });
    ScanOutcome {
        added: report.added,
        updated: report.updated,
        moved: report.moved,
        missing: report.missing,
        returned: report.returned,
        removed: report.removed,
        stars: report.stars,
        failed: report.failed.into_iter().map(|problem| (problem.path, problem.error)).collect(),
        roots,
        cancelled: report.cancelled,
        broken: report.store_error.map(|error| error.to_string()),
    }
}

/// Missing tracks that were, or would be, forgotten, and those kept because a folder is away, by folder.
pub type Cleaned = (u64, BTreeMap<PathBuf, u64>);

/// Forgets the missing tracks, or only counts them.
pub fn clean(store: &Store, sure: bool, cancel: &CancelToken) -> Result<Cleaned, StoreError> {
    let report = cleaning::clean(store, !sure, cancel.flag(), &mut |_, _, _| ())?;
    Ok((report.forgotten, report.away))
}

/// What came of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Cared {
    /// Rows, lines or tracks.
    pub count: u64,
    /// What was written.
    pub file: Option<PathBuf>,
    /// All roots that the library has now.
    pub roots: Vec<PathBuf>,
}

pub fn care(store: &Store, care: &Care, cancel: &CancelToken) -> Result<Cared, String> {
    let told = |error: &dyn std::fmt::Display| error.to_string();
    match care {
        Care::Backup(to) => {
            let to = to.clone().unwrap_or_else(|| backup_place(store.path()));
            let count = backup(store, &to, &mut |_| ()).map_err(|error| told(&error))?;
            Ok(Cared { count, file: Some(to), ..Cared::default() })
        }
        Care::Export(to) => {
            let to = to.clone().unwrap_or_else(|| export_place(store.path(), "export"));
            let count = export(store, &to).map_err(|error| told(&error))?;
            Ok(Cared { count, file: Some(to), ..Cared::default() })
        }
        Care::Forget(Some(root)) => {
            let done = forget(store, root, cancel.flag()).map_err(|error| told(&error))?;
            Ok(Cared { count: done.tracks, file: done.file, roots: done.roots })
        }
        Care::Roots | Care::Forget(None) => Ok(Cared::default()),
    }
}

/// At most so many groups are kept to be shown; more are counted.
pub const SHOWN_GROUPS: usize = 1_000;

/// Tracks that hold the same sound.
pub fn duplicates(store: &Store, cancel: &CancelToken) -> Result<DuplicatesView, StoreError> {
    let mut groups = Vec::new();
    let report = doubles::duplicates(store, cancel.flag(), &mut |group| {
        if groups.len() < SHOWN_GROUPS {
            groups.push(group.iter().map(|track| (track.path.clone(), track.summary())).collect());
        }
    })?;
    let (found, tracks) = (report.groups, report.tracks);
    Ok(DuplicatesView { groups, found, tracks, ..DuplicatesView::default() })
}

/// The catalog of everything that the store has, what is on its way to it included.
pub fn catalog(store: &Store, naming: &Naming) -> Result<Catalog, StoreError> {
    store.flush()?;
    load_catalog_in(store, naming)
}

/// What was listened to since `from_ms`, what is on its way to the store included.
pub fn stats(store: &Store, from_ms: i64) -> Result<Stats, StoreError> {
    store.flush()?;
    counting::count(&store.read()?, from_ms, counting::TOP)
}

/// What a line of an edited queue adds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wanted {
    Path(PathBuf),
    Query(String),
}

/// The files of each line, or the first line that adds nothing, and why.
pub type Gathered = Result<Vec<Vec<PathBuf>>, (usize, String)>;

/// All of it or nothing.
pub fn gather(
    wanted: Vec<(usize, Wanted)>,
    catalog: &Catalog,
    facts: &Facts,
    cancel: &CancelToken,
) -> Gathered {
    let one = |(line, wanted): (usize, Wanted)| {
        let found = match wanted {
            Wanted::Path(path) => walked(path, cancel),
            Wanted::Query(query) => matching(&query, catalog, facts),
        };
        found.map_err(|why| (line, why))
    };
    wanted.into_iter().map(one).collect()
}

fn walked(path: PathBuf, cancel: &CancelToken) -> Result<Vec<PathBuf>, String> {
    let (files, problems) = expand(&[path], cancel);
    match problems.into_iter().next() {
        Some((path, why)) => Err(format!("{}: {why}", path.display())),
        None if files.is_empty() => Err("there is no music".to_owned()),
        None => Ok(files),
    }
}

/// In album order, but for what is missing.
fn matching(query: &str, catalog: &Catalog, facts: &Facts) -> Result<Vec<PathBuf>, String> {
    let query = Query::parse(query).map_err(|error| error.to_string())?;
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    let now_s = since.map_or(0, |since| i64::try_from(since.as_secs()).unwrap_or(i64::MAX));
    let found = Searcher::new(catalog).find(catalog, &query, facts, now_s);
    let tracks = found.rows.into_iter().filter_map(|row| catalog.track(row));
    let files: Vec<PathBuf> =
        tracks.filter(|track| !track.is(TrackFlags::MISSING)).map(|track| track.path()).collect();
    if files.is_empty() { Err(format!("nothing matches {query}")) } else { Ok(files) }
}
