//! Plans of mastering: a first one within a moment, from what the store knows or from a look at a file, and the last one, from
//! all of the sound and proved on all of it. Jobs on lanes of [`super::Jobs`].

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::analyse::is_measured;
use super::portrait::row;
use crate::analysis::measure::{VERSION, glimpse, measure};
use crate::library::store::{MeasuredRow, Store, StoreError, WriteOp};
use crate::mastering::plan::{Wishes, plan};
use crate::mastering::source::Source;
use crate::model::features::Measured;
use crate::model::id::TrackId;
use crate::model::job::CancelToken;
use crate::model::mastering::{Basis, Plan};
use crate::model::part;
use crate::model::reference::Reference;
use crate::model::server::is_served;
use crate::render::pass::Watch;
use crate::render::prove::{ToMatch, prove, runs};
use crate::render::reference::profile_of;

/// What a plan is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject {
    pub path: Arc<Path>,
    /// Where the library has it.
    pub track: Option<TrackId>,
    /// The tracks of the album that it shares one plan with; none: it stands alone.
    pub album: Arc<[TrackId]>,
}

/// How far a plan is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// From what is at hand.
    First,
    /// There is nothing more to know.
    Last,
}

/// The last plan: measures what was not measured, and keeps that.
///
/// # Errors
/// Why there is none, in words.
pub fn proved(
    store: &Store,
    subject: &Subject,
    wishes: &Wishes,
    cancel: &CancelToken,
) -> Result<Plan, String> {
    let tracks = if subject.album.is_empty() { subject.track.as_slice() } else { &subject.album };
    for track in tracks {
        measure_new(store, *track, cancel);
    }
    let source = match subject.track {
        Some(_) => source(store, subject, cancel)?,
        None => {
            let found = measure(&subject.path, cancel, &mut |_| ()).map_err(|error| error.to_string())?;
            Source::of_track(&found)
        }
    };
    let paths = paths(store, subject, tracks).map_err(|error| error.to_string())?;
    let watch = Watch { cancel, on_sound: &|_| () };
    let profile = match wishes.reference {
        Some(_) => {
            let all: Vec<&Path> = paths.iter().map(PathBuf::as_path).collect();
            profile_of(&all, watch).map_err(|(_, error)| error.to_string())?
        }
        None => None,
    };
    let plan = plan(&Source { profile, ..source }, wishes).map_err(|why| why.words().to_owned())?;
    let runs = runs(&paths).map_err(|error| error.to_string())?;
    let target = ToMatch::of(wishes, profile.as_ref());
    let proof = prove(plan, &runs, target.as_ref(), watch).map_err(|(_, _, error)| error.to_string())?;
    Ok(proof.plan)
}

/// What is to be matched.
///
/// # Errors
/// Why there is none, in words.
pub fn reference(paths: &[PathBuf], cancel: &CancelToken) -> Result<Reference, String> {
    crate::render::reference::reference(paths, Watch { cancel, on_sound: &|_| () })
}

/// What cannot be measured stays so: the plan is made without it.
fn measure_new(store: &Store, id: TrackId, cancel: &CancelToken) {
    let Ok(reader) = store.read() else { return };
    let Ok(Some(track)) = reader.track(id) else { return };
    if is_measured(&reader, &track).unwrap_or(true) || cancel.is_cancelled() {
        return;
    }
    let sound = reader.audio(id).ok().flatten().map(|audio| audio.guess);
    drop(reader);
    if let Ok(found) = measure(&track.path, cancel, &mut |_| ()) {
        let row = MeasuredRow { algorithm: VERSION, stamp: track.stamp, sound, found: Ok(found) };
        // Where it cannot be kept it is measured again another time.
        let _ = store.write(WriteOp::PutMeasured(vec![(id, row)])).and_then(|()| store.flush());
    }
}

/// The files that the plan is for. Those of an album that are missing are not heard.
fn paths(store: &Store, subject: &Subject, tracks: &[TrackId]) -> Result<Vec<PathBuf>, StoreError> {
    let reader = store.read()?;
    let mut paths = Vec::new();
    for id in tracks {
        paths.extend(reader.track(*id)?.map(|track| track.path).filter(|path| {
            is_served(path) || part::split(path).map_or(path.as_path(), |(file, _)| file).exists()
        }));
    }
    if paths.is_empty() {
        paths.push(subject.path.to_path_buf());
    }
    Ok(paths)
}

/// # Errors
/// Why there is none, in words.
pub fn planned(
    store: &Store,
    subject: &Subject,
    wishes: &Wishes,
    cancel: &CancelToken,
) -> Result<Plan, String> {
    let source = source(store, subject, cancel)?;
    plan(&source, wishes).map_err(|why| why.words().to_owned())
}

/// The album, as far as it is measured; else the track; else a look at it.
fn source(store: &Store, subject: &Subject, cancel: &CancelToken) -> Result<Source, String> {
    let album: Vec<Measured> = subject.album.iter().filter_map(|id| measured(store, *id)).collect();
    if !album.is_empty() {
        let tracks: Vec<&Measured> = album.iter().collect();
        return Source::of_album(&tracks).map_err(|why| why.words().to_owned());
    }
    if let Some(measured) = subject.track.and_then(|id| measured(store, id)) {
        return Ok(Source::of_track(&measured));
    }
    if crate::model::address::is_address(&subject.path) && !is_served(&subject.path) {
        return Err("it comes from a server and was not measured".to_owned());
    }
    let seen = glimpse(&subject.path, cancel).map_err(|error| error.to_string())?;
    Ok(Source { basis: Basis::Glimpse, ..Source::of_track(&seen) })
}

fn measured(store: &Store, id: TrackId) -> Option<Measured> {
    row(store, id).ok()??.found.ok()
}
