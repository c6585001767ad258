//! What sounds like what, asked of the library: a map of what the store has measured, made at the first question and again
//! where more was measured since. Called by the lane `job-similar` and by the command line.

pub mod answer;
pub mod named;
#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::{Duration, Instant};

use arc_swap::ArcSwapOption;

use crate::library::store::{Store, StoreError};
use crate::model::fingerprint::Fingerprint;
use crate::model::id::TrackId;
use crate::model::weights::Weights;
use crate::similarity::map::Map;
use crate::similarity::space::{Builder, Point, step};

/// Making the map again takes at most one part in so many of the time.
const SHARE: u32 = 20;

/// See the module's head. Clones share the map.
#[derive(Debug, Clone)]
pub struct Ears {
    store: Store,
    /// How much each number counts, as the user set it.
    weights: Weights,
    made: Arc<ArcSwapOption<Made>>,
}

#[derive(Debug)]
struct Made {
    map: Arc<Map>,
    /// What the store had been told of measured tracks by then.
    told: u64,
    at: Instant,
    took: Duration,
}

impl Ears {
    pub fn new(store: Store, weights: Weights) -> Self {
        Self { store, weights, made: Arc::default() }
    }

    pub fn store(&self) -> &Store {
        &self.store
    }

    /// Cheap where nothing was measured since it was made.
    pub fn map(&self) -> Result<Arc<Map>, StoreError> {
        let told = self.store.told_measured();
        if let Some(made) = &*self.made.load()
            && (made.told == told || made.at.elapsed() < made.took * SHARE)
        {
            return Ok(Arc::clone(&made.map));
        }
        let began = Instant::now();
        let map = Arc::new(make(&self.store, self.weights.clone())?);
        let made = Made { map: Arc::clone(&map), told, at: Instant::now(), took: began.elapsed() };
        self.made.store(Some(Arc::new(made)));
        Ok(map)
    }

    /// Where a track lies; `None` where it was not measured, or could not be.
    pub fn point(&self, map: &Map, id: TrackId) -> Result<Option<Point>, StoreError> {
        match map.point(id) {
            Some(point) => Ok(Some(point)),
            None => Ok(self.print(id)?.map(|print| map.space().place(&print))),
        }
    }

    /// What was measured of a track.
    pub fn print(&self, id: TrackId) -> Result<Option<Fingerprint>, StoreError> {
        let row = self.store.read()?.measured(id)?;
        Ok(row.and_then(|row| row.found.ok()).map(|found| found.fingerprint).filter(is_of_use))
    }
}

/// Silence, and what is too short, sounds like nothing.
fn is_of_use(print: &Fingerprint) -> bool {
    print.timbre.is_ok()
}

/// In two passes, so that the fingerprints of a large library need not all be there at once.
fn make(store: &Store, weights: Weights) -> Result<Map, StoreError> {
    store.flush()?;
    let reader = store.read()?;
    let every = step(reader.count_measured()?);
    let mut sample: Vec<Fingerprint> = Vec::new();
    for row in reader.all_measured()?.step_by(every) {
        sample.extend(row?.1.found.ok().map(|found| found.fingerprint).filter(is_of_use));
    }
    let mut builder = Builder::new(sample.iter());
    drop(sample);
    let mut ids = Vec::new();
    for row in reader.all_measured()? {
        let (id, row) = row?;
        if let Some(print) = row.found.ok().map(|found| found.fingerprint).filter(is_of_use) {
            builder.push(&print);
            ids.push(id);
        }
    }
    Ok(Map::new(ids, builder.finish(weights)))
}
