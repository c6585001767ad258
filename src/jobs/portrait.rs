//! Reads what was measured of one track, and how the values of all lie. Short jobs on a lane of [`super::Jobs`], and the
//! command line's.

use super::analyse::is_measured;
use crate::library::store::{MeasuredRow, Store, StoreError};
use crate::model::features::Waveform;
use crate::model::id::TrackId;
use crate::model::portrait::{Spread, Told};

/// What is known of how a track sounds.
pub fn told(store: &Store, id: TrackId) -> Told {
    match row(store, id) {
        Ok(None) => Told::Not,
        Ok(Some(MeasuredRow { found: Ok(measured), .. })) => Told::Measured(Box::new(measured)),
        Ok(Some(MeasuredRow { found: Err(why), .. })) => Told::Failed(why),
        Err(error) => Told::Failed(error.to_string()),
    }
}

/// The wave of a track, where it is measured.
pub fn wave(store: &Store, id: TrackId) -> Result<Option<Waveform>, StoreError> {
    Ok(row(store, id)?.and_then(|row| row.found.ok()).map(|found| found.waveform))
}

/// What was measured of a track as it is now.
pub(super) fn row(store: &Store, id: TrackId) -> Result<Option<MeasuredRow>, StoreError> {
    let reader = store.read()?;
    let Some(track) = reader.track(id)? else { return Ok(None) };
    if is_measured(&reader, &track)? { reader.measured(id) } else { Ok(None) }
}

/// How the values of all that was measured lie.
pub fn spread(store: &Store) -> Result<Spread, StoreError> {
    let mut broken = None;
    let rows = store.read()?.all_measured()?;
    let found = rows.map_while(|row| row.map_err(|error| broken = Some(error)).ok());
    let spread = Spread::new(found.filter_map(|(_, row)| Some(row.found.ok()?.fingerprint.values)));
    broken.map_or(Ok(spread), Err)
}
