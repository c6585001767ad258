//! The measured loudness, tempo and key of all tracks, and the loudness of their albums, as queries and playback need it. Called by jobs and the command
//! line.

use std::collections::HashMap;

use super::store::{Store, StoreError};
use crate::model::catalog::Catalog;
use crate::model::facts::{Facts, Levels, TrackFacts};
use crate::model::features::{LoudnessBlocks, Measured, Value};
use crate::model::fingerprint::Dimension;
use crate::model::id::TrackId;
use crate::model::key::Key;

/// By track. Albums are those of the catalog; one counts where all of its tracks were measured.
pub fn levels(store: &Store, catalog: &Catalog) -> Result<Vec<(TrackId, Levels)>, StoreError> {
    store.flush()?;
    let mut found: HashMap<TrackId, (Levels, LoudnessBlocks)> = HashMap::new();
    for row in store.read()?.all_measured()? {
        let (id, row) = row?;
        if let Ok(measured) = row.found {
            found.insert(id, (of_track(&measured), measured.loudness.blocks));
        }
    }
    for album in catalog.albums() {
        if catalog.text(album.title).is_empty() {
            continue;
        }
        let rows = catalog.track_rows().get(album.tracks.start as usize..album.tracks.end as usize);
        let ids: Vec<TrackId> = rows.unwrap_or(&[]).iter().map(|track| track.id).collect();
        let Some(parts) = ids.iter().map(|id| found.get(id)).collect::<Option<Vec<_>>>() else { continue };
        let blocks: Vec<&LoudnessBlocks> = parts.iter().map(|(_, blocks)| blocks).collect();
        let lufs = hundredths(LoudnessBlocks::integrated(blocks));
        let peak = parts.iter().filter_map(|(levels, _)| levels.peak).max();
        for id in ids {
            if let Some((levels, _)) = found.get_mut(&id) {
                (levels.album_lufs, levels.album_peak) = (lufs, peak);
            }
        }
    }
    Ok(found.into_iter().map(|(id, (levels, _))| (id, levels)).collect())
}

/// What only we know of the tracks, measured loudness included.
pub fn facts(store: &Store, catalog: &Catalog) -> Result<Facts, StoreError> {
    let mut facts = store.read()?.facts()?;
    for (id, levels) in levels(store, catalog)? {
        facts.set(id, TrackFacts { levels, ..facts.get(id) });
    }
    Ok(facts)
}

fn of_track(measured: &Measured) -> Levels {
    Levels {
        lufs: hundredths(measured.loudness.integrated_lufs),
        range: hundredths(measured.loudness.range_lu),
        peak: hundredths(measured.loudness.true_peak_db),
        dynamic_range: hundredths(measured.dynamic_range_db),
        album_lufs: None,
        album_peak: None,
        tempo: tempo(measured),
        key: measured.fingerprint.key.ok().map(Key::tonality),
    }
}

fn tempo(measured: &Measured) -> Option<u16> {
    measured.fingerprint.get(Dimension::Tempo).ok().map(|bpm| (bpm * 10.0).round() as u16)
}

fn hundredths(value: Value) -> Option<i16> {
    value.ok().map(|value| (value * 100.0).round() as i16)
}
