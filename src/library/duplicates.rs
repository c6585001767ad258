//! Tracks that hold the same sound, whatever their names and tags say. Those with the same guess are read whole, once; what
//! that gave is kept. Runs on a job's thread or the command line's.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};

use super::store::{AudioId, Store, StoreError, StoreReader, WriteOp};
use super::tags::sound;
use crate::model::id::TrackId;
use crate::model::track::Track;

/// How a search for duplicates ended.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DuplicatesReport {
    pub groups: u64,
    /// Tracks in them.
    pub tracks: u64,
    /// Files that could not be read to compare them.
    pub unread: u64,
    /// Stopped before the end by its token.
    pub cancelled: bool,
}

/// Tells each group of tracks with one sound, by path. Missing tracks are left out.
pub fn duplicates(
    store: &Store,
    cancel: &AtomicBool,
    tell: &mut dyn FnMut(&[Track]),
) -> Result<DuplicatesReport, StoreError> {
    store.flush()?;
    let reader = store.read()?;
    let mut report = DuplicatesReport::default();
    let sorted = by_guess(&reader)?;
    for alike in sorted.chunk_by(|a, b| a.0 == b.0).filter(|alike| alike.len() > 1) {
        for group in by_sound(store, &reader, alike, cancel, &mut report)? {
            report.groups += 1;
            report.tracks += group.len() as u64;
            tell(&group);
        }
        if cancel.load(Ordering::Relaxed) {
            report.cancelled = true;
            break;
        }
    }
    store.flush()?;
    Ok(report)
}

fn by_guess(reader: &StoreReader) -> Result<Vec<(u128, TrackId)>, StoreError> {
    let missing = reader.missing()?;
    let mut sorted = Vec::new();
    for row in reader.audios()? {
        let (id, audio) = row?;
        if !missing.contains(&id) {
            sorted.push((audio.guess, id));
        }
    }
    sorted.sort_unstable();
    Ok(sorted)
}

/// Tracks with one guess, told apart by all of their sound.
fn by_sound(
    store: &Store,
    reader: &StoreReader,
    alike: &[(u128, TrackId)],
    cancel: &AtomicBool,
    report: &mut DuplicatesReport,
) -> Result<Vec<Vec<Track>>, StoreError> {
    let mut groups: BTreeMap<u128, Vec<Track>> = BTreeMap::new();
    let mut read = Vec::new();
    for &(guess, id) in alike {
        let (Some(track), Some(audio)) = (reader.track(id)?, reader.audio(id)?) else { continue };
        let whole = match audio.whole {
            Some(whole) => Some(whole),
            None => sound::whole(&track.path, cancel).unwrap_or_default(),
        };
        match whole {
            Some(whole) => {
                read.extend(audio.whole.is_none().then_some((id, AudioId { guess, whole: Some(whole) })));
                groups.entry(whole).or_default().push(track);
            }
            None => report.unread += u64::from(!cancel.load(Ordering::Relaxed)),
        }
    }
    if !read.is_empty() {
        store.write(WriteOp::PutAudio(read))?;
    }
    let mut groups: Vec<Vec<Track>> = groups.into_values().filter(|group| group.len() > 1).collect();
    groups.iter_mut().for_each(|group| group.sort_by(|a, b| a.path.cmp(&b.path)));
    Ok(groups)
}
