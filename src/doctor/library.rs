//! The library: whether all of it can be read, what it holds, whether its folders are there. One that a player has open is
//! left to it, one of an older version to the next start.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::Finding;
use crate::config::Loaded;
use crate::library::store::care::{self, Checked};
use crate::library::store::{SCHEMA_VERSION, Store, StoreError};
use crate::model::server::is_served;

const CLOSING: Duration = Duration::from_secs(5);
const STORE: &str = "library: store";
const ROOTS: &str = "library: folders";

pub fn examine(config: &Loaded, player_runs: bool) -> Vec<Finding> {
    let path = match config.places.library() {
        Ok(path) => path,
        Err(error) => return vec![Finding::fail(STORE, error.to_string(), "give `--data-dir DIR`")],
    };
    if !path.exists() {
        let evidence = format!("there is none yet at {}", path.display());
        return vec![Finding { fix: "`auralis scan` makes one".into(), ..Finding::ok(STORE, evidence) }];
    }
    if player_runs {
        let evidence = format!("the player that runs has {} open: not read", path.display());
        return vec![Finding {
            fix: "quit the player to have it read".into(),
            ..Finding::ok(STORE, evidence)
        }];
    }
    match look(path) {
        Ok(findings) => findings,
        Err(error) => vec![Finding::fail(STORE, error.to_string(), fix(&error))],
    }
}

fn look(path: &Path) -> Result<Vec<Finding>, StoreError> {
    if let Some(version) = care::version_of(path)?.filter(|version| *version < SCHEMA_VERSION) {
        let evidence =
            format!("{} is of schema {version}, this program writes {SCHEMA_VERSION}", path.display());
        let fix = "the next start keeps a copy and brings it to today's";
        return Ok(vec![Finding::warn(STORE, evidence, fix)]);
    }
    let checked = care::check(path, &mut |_| ())?;
    if !checked.is_sound() {
        return Ok(vec![damaged(path, &checked)]);
    }
    let store = Store::open(path, Box::new(|_| ()))?;
    let found = told(&store, checked.found.rows);
    store.close(CLOSING);
    found
}

fn damaged(path: &Path, checked: &Checked) -> Finding {
    let found = &checked.found;
    let evidence = format!(
        "{} is damaged: {} pages, {} tables, {} rows lost, {} in doubt, {} that do not agree{}",
        path.display(),
        found.pages,
        found.tables,
        found.lost,
        found.doubtful,
        checked.at_odds,
        checked.closed.as_ref().map(|why| format!("; {why}")).unwrap_or_default()
    );
    let fix = "`auralis library check --repair` sets it aside and saves what can be read; `auralis library restore PATH` takes a backup";
    Finding::fail(STORE, evidence, fix)
}

fn told(store: &Store, rows: u64) -> Result<Vec<Finding>, StoreError> {
    let reader = store.read()?;
    let (tracks, missing) = (reader.track_count()?, reader.missing()?.len());
    let evidence = format!("{rows} rows, all in order; {tracks} tracks, {missing} of them missing");
    let mut findings = vec![match missing {
        0 => Finding::ok(STORE, evidence),
        _ => Finding::warn(STORE, evidence, "bring their disk back, or `auralis clean` forgets them"),
    }];
    let roots = reader.roots()?;
    findings.extend(roots.iter().filter_map(absent));
    if findings.len() == 1 {
        findings.push(all_there(&roots));
    }
    Ok(findings)
}

fn absent(root: &PathBuf) -> Option<Finding> {
    let is_away = !is_served(root) && std::fs::symlink_metadata(root).is_err();
    is_away.then(|| {
        let fix = format!("mount its disk; `auralis library forget {}` lets it go", root.display());
        Finding::warn(ROOTS, format!("{} is not there", root.display()), fix)
    })
}

fn all_there(roots: &[PathBuf]) -> Finding {
    match roots {
        [] => Finding::warn(ROOTS, "the library has no folder", "`auralis scan FOLDER` takes one in"),
        roots => Finding::ok(ROOTS, format!("{}, all there", roots.len())),
    }
}

fn fix(error: &StoreError) -> &'static str {
    match error {
        StoreError::AlreadyOpen { .. } => "quit the other auralis",
        StoreError::InCare { .. } => "try again when it is done",
        StoreError::FutureVersion { .. } => "update auralis, or give another `--data-dir`",
        StoreError::Foreign { .. } => "move it away, or give another `--data-dir`",
        StoreError::Folder { .. } => "give a folder that can be written with `--data-dir`",
        _ => "`auralis library check` tells more, `auralis library check --repair` saves what can be read",
    }
}
