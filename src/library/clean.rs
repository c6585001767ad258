//! Forgetting tracks whose file is gone for good: one pass over the missing ones by id, a page at a time, so that memory
//! does not grow with the library. Nothing is forgotten whose disk is away. Runs on a job's thread or the command line's.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use super::scan::places::is_on;
use super::scan::{Place, whereabouts};
use super::store::{Store, StoreError, StoreReader, WriteOp};
use crate::model::id::TrackId;
use crate::model::part;
use crate::model::server::is_served;
use crate::model::track::Track;

/// Missing tracks looked at with one view of the store, and forgotten at once.
const PAGE: usize = 256;

/// What becomes of a missing track.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    Forgotten,
    /// Its file is there after all; a scan takes it up again.
    There,
    /// This folder is away, or not the one that it was.
    Away(PathBuf),
}

/// What a pass did, or would have done.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct CleanReport {
    pub forgotten: u64,
    pub there: u64,
    /// Tracks kept because a folder is away, by folder.
    pub away: BTreeMap<PathBuf, u64>,
    /// Stopped before the end by its token.
    pub cancelled: bool,
}

/// Forgets the tracks that are missing, and what only we know of them; only tells of each where `dry`. `tell` hears of each
/// with the time since when it is missing, in seconds since the Unix epoch.
pub fn clean(
    store: &Store,
    dry: bool,
    cancel: &AtomicBool,
    tell: &mut dyn FnMut(&Track, i64, &Fate),
) -> Result<CleanReport, StoreError> {
    store.flush()?;
    let mut report = CleanReport::default();
    let mut last = None;
    loop {
        let reader = store.read()?;
        let page = reader.missing_after(last, PAGE)?;
        let Some(&(end, _)) = page.last() else { break };
        if cancel.load(Ordering::Relaxed) {
            report.cancelled = true;
            break;
        }
        last = Some(end);
        let forgotten = judge_page(&reader, &page, &mut report, tell)?;
        if !dry && !forgotten.is_empty() {
            forget(store, &forgotten)?;
        }
    }
    store.flush()?;
    Ok(report)
}

fn judge_page(
    reader: &StoreReader,
    page: &[(TrackId, i64)],
    report: &mut CleanReport,
    tell: &mut dyn FnMut(&Track, i64, &Fate),
) -> Result<Vec<Track>, StoreError> {
    let roots = reader.roots()?;
    let mut forgotten = Vec::new();
    for &(id, since_s) in page {
        let Some(track) = reader.track(id)? else { continue };
        let fate = fate(reader, &roots, file_of(&track))?;
        tell(&track, since_s, &fate);
        match fate {
            Fate::Forgotten => {
                report.forgotten += 1;
                forgotten.push(track);
            }
            Fate::There => report.there += 1,
            Fate::Away(place) => *report.away.entry(place).or_default() += 1,
        }
    }
    Ok(forgotten)
}

fn file_of(track: &Track) -> &Path {
    part::split(&track.path).map_or(track.path.as_path(), |(container, _)| container)
}

fn fate(reader: &StoreReader, roots: &[PathBuf], file: &Path) -> Result<Fate, StoreError> {
    // Its server told all that it has, and this was not among it.
    if is_served(file) {
        return Ok(Fate::Forgotten);
    }
    for folder in file.ancestors().skip(1) {
        let is_root = roots.iter().any(|root| root == folder);
        let is_there = match reader.place(folder)? {
            Some(device) => is_on(folder, device) && is_filled(folder),
            None => !is_root || is_filled(folder),
        };
        if !is_there {
            return Ok(Fate::Away(folder.to_path_buf()));
        }
    }
    Ok(match whereabouts(file) {
        Place::Gone => Fate::Forgotten,
        Place::There => Fate::There,
        Place::Unknown => Fate::Away(file.parent().unwrap_or(file).to_path_buf()),
    })
}

/// An empty folder is what is left of a disk that is not mounted.
fn is_filled(folder: &Path) -> bool {
    folder.read_dir().is_ok_and(|mut entries| entries.next().is_some())
}

fn forget(store: &Store, tracks: &[Track]) -> Result<(), StoreError> {
    let sheets = tracks.iter().filter_map(|track| part::split(&track.path));
    let mut sheets: Vec<PathBuf> = sheets.map(|(container, _)| container.to_path_buf()).collect();
    sheets.dedup();
    store.write(WriteOp::RemoveTracks(tracks.iter().map(|track| track.id).collect()))?;
    if sheets.is_empty() { Ok(()) } else { store.write(WriteOp::RemoveSheets(sheets)) }
}
