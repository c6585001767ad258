//! The measured loudness, tempo and key of all tracks, and the loudness of their albums, as queries and playback need it. Called by jobs and the command
//! line.

use std::collections::HashMap;

use super::store::{Store, StoreError};
use crate::model::catalog::{AlbumEntry, Catalog};
use crate::model::facts::{Facts, Levels, TrackFacts};
use crate::model::features::{LoudnessBlocks, Measured, Value};
use crate::model::fingerprint::Dimension;
use crate::model::id::TrackId;
use crate::model::key::Key;

/// By track. Albums are those of the catalog; one counts where all of its tracks were measured.
pub fn levels(store: &Store, catalog: &Catalog) -> Result<Vec<(TrackId, Levels)>, StoreError> {
    store.flush()?;
    let mut found = Found::new();
    for row in store.read()?.all_measured()? {
        let (id, row) = row?;
        found.extend(row.found.ok().map(|measured| (id, of_one(measured))));
    }
    for album in catalog.albums() {
        join(&mut found, &tracks_of(catalog, album));
    }
    Ok(told(found))
}

/// As [`levels`], of one track and the others of its album.
pub fn levels_with(
    store: &Store,
    catalog: &Catalog,
    track: TrackId,
) -> Result<Vec<(TrackId, Levels)>, StoreError> {
    store.flush()?;
    let album = catalog.find(track).and_then(|track| catalog.album(track.raw().album));
    let album = album.map_or(Vec::new(), |album| tracks_of(catalog, album));
    let (reader, mut found) = (store.read()?, Found::new());
    for &id in album.iter().filter(|&&id| id != track).chain([&track]) {
        let measured = reader.measured(id)?.and_then(|row| row.found.ok());
        found.extend(measured.map(|measured| (id, of_one(measured))));
    }
    join(&mut found, &album);
    Ok(told(found))
}

type Found = HashMap<TrackId, (Levels, LoudnessBlocks)>;

fn of_one(measured: Measured) -> (Levels, LoudnessBlocks) {
    (of_track(&measured), measured.loudness.blocks)
}

fn told(found: Found) -> Vec<(TrackId, Levels)> {
    found.into_iter().map(|(id, (levels, _))| (id, levels)).collect()
}

/// What has no title is no album.
fn tracks_of(catalog: &Catalog, album: &AlbumEntry) -> Vec<TrackId> {
    if catalog.text(album.title).is_empty() {
        return Vec::new();
    }
    let rows = catalog.track_rows().get(album.tracks.start as usize..album.tracks.end as usize);
    rows.unwrap_or(&[]).iter().map(|track| track.id).collect()
}

/// Tells the tracks of an album how loud it is, where all of them were measured.
fn join(found: &mut Found, ids: &[TrackId]) {
    let Some(parts) = ids.iter().map(|id| found.get(id)).collect::<Option<Vec<_>>>() else { return };
    let lufs =
        hundredths(LoudnessBlocks::integrated(parts.iter().map(|(_, blocks)| blocks).collect::<Vec<_>>()));
    let peak = parts.iter().filter_map(|(levels, _)| levels.peak).max();
    for id in ids {
        if let Some((levels, _)) = found.get_mut(id) {
            (levels.album_lufs, levels.album_peak) = (lufs, peak);
        }
    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::library::catalog_build::load_catalog;
    use crate::library::store::{MeasuredRow, WriteOp};
    use crate::model::audio::Spec;
    use crate::model::features::{Absent, Loudness};
    use crate::model::fingerprint::Fingerprint;
    use crate::model::track::{AudioFormat, Codec, FileStamp, Tags, Track};

    /// Tracks 1 and 2 of an album, track 3 of another one.
    fn track(n: u32) -> Track {
        let format = AudioFormat {
            codec: Codec::Flac,
            spec: Spec { rate: 44_100, channels: 2 },
            bits: Some(16),
            frames: Some(44_100),
        };
        let album = Some(if n < 3 { "One" } else { "Other" }.to_owned());
        let tags = Tags { album, artists: vec!["Artist".into()], ..Tags::default() };
        let path = format!("/m/{}/{n}.flac", n / 3).into();
        Track { id: TrackId(n), path, stamp: FileStamp::default(), format, tags, added_s: 0 }
    }

    /// All of whose blocks are of that class.
    fn measured(class: u16, peak_db: f32) -> MeasuredRow {
        let none = Err(Absent::TooShort);
        let loudness = Loudness {
            integrated_lufs: Ok(f32::from(class) / 20.0 - 70.0),
            range_lu: none,
            momentary_max_lufs: none,
            short_term_max_lufs: none,
            true_peak_db: Ok(peak_db),
            sample_peak_db: none,
            overs: 0,
            blocks: LoudnessBlocks(vec![(class, 100)]),
        };
        let found = Measured {
            loudness,
            dynamic_range_db: none,
            quality: Default::default(),
            waveform: Default::default(),
            fingerprint: Fingerprint::absent(Absent::TooShort),
        };
        MeasuredRow { algorithm: 1, stamp: FileStamp::default(), sound: None, found: Ok(found) }
    }

    /// Of two halves at -20 and -30 LUFS the mean of the energies is 10 lg 0.55 = -2.6 dB over -20: the gate at -12.6 lets
    /// both count.
    #[test]
    fn of_one_track_there_is_as_much_as_of_all_with_its_album_once_that_is_whole() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join("library.redb"), Box::new(|_| ())).unwrap();
        store.write(WriteOp::PutTracks((1..=3).map(track).collect())).unwrap();
        store.write(WriteOp::PutMeasured(vec![(TrackId(1), measured(1_000, -1.0))])).unwrap();
        store.flush().unwrap();
        let catalog = load_catalog(&store).unwrap();
        let with = |id: u32| levels_with(&store, &catalog, TrackId(id)).unwrap();
        let half = with(1);
        assert_eq!((half.len(), half[0].1.lufs, half[0].1.album_lufs), (1, Some(-2_000), None));
        assert!(with(3).is_empty(), "it was not measured");
        let rest = vec![(TrackId(2), measured(800, -3.0)), (TrackId(3), measured(600, -9.0))];
        store.write(WriteOp::PutMeasured(rest)).unwrap();
        let sorted = |mut levels: Vec<(TrackId, Levels)>| {
            levels.sort_unstable_by_key(|(id, _)| *id);
            levels
        };
        let all = sorted(levels(&store, &catalog).unwrap());
        assert_eq!(sorted(with(2)), all[..2]);
        assert_eq!(with(3), all[2..]);
        let album = all[0].1;
        assert!((album.album_lufs.unwrap() + 2_260).abs() <= 4, "{album:?}");
        assert_eq!((album.album_peak, all[2].1.album_peak), (Some(-100), Some(-900)));
    }
}
