//! What a plan is made from: of one track, or of the tracks of an album as one.

use crate::model::facts::Levels;
use crate::model::features::{Absent, LoudnessBlocks, Measured, Value};
use crate::model::fingerprint::Dimension;
use crate::model::mastering::Basis;
use crate::model::reference::Profile;

/// Bands of the fingerprint.
pub const BANDS: usize = 7;

/// See the module's head. What is not known moves nothing.
#[derive(Debug, Clone, PartialEq)]
pub struct Source {
    pub basis: Basis,
    /// Shares of the energy of the fingerprint's bands.
    pub shares: Value<[f32; BANDS]>,
    pub lufs: Value,
    pub true_peak_db: Value,
    pub range_lu: Value,
    /// Onsets a second, over ten.
    pub transients: Value,
    /// Of left and right.
    pub correlation: Value,
    /// Furthest mean of a channel; full scale is 1.
    pub dc_offset: f32,
    /// Above this the spectrum breaks off, Hz.
    pub cutoff_hz: Option<u32>,
    /// Where it is to be matched: the spectrum of its loud parts.
    pub profile: Option<Profile>,
}

impl Source {
    pub fn of_track(measured: &Measured) -> Self {
        let print = &measured.fingerprint;
        let value = |dimension: Dimension| print.values[dimension as usize];
        let (loudness, quality) = (&measured.loudness, &measured.quality);
        Self {
            basis: Basis::Track,
            shares: shares(measured),
            lufs: loudness.integrated_lufs,
            true_peak_db: loudness.true_peak_db,
            range_lu: loudness.range_lu,
            transients: value(Dimension::Transients),
            correlation: value(Dimension::Correlation),
            dc_offset: quality.dc_offset,
            cutoff_hz: quality.cutoff_hz,
            profile: None,
        }
    }

    /// Of levels alone, hundredths as [`Levels`] has them: enough for loudness and peaks.
    pub fn of_levels(levels: &Levels) -> Self {
        let value =
            |hundredths: Option<i16>| hundredths.map(|value| f32::from(value) / 100.0).ok_or(Absent::Unclear);
        let unknown = Err(Absent::Unclear);
        Self {
            basis: Basis::Track,
            shares: Err(Absent::Unclear),
            lufs: value(levels.lufs),
            true_peak_db: value(levels.peak),
            range_lu: value(levels.range),
            transients: unknown,
            correlation: unknown,
            dc_offset: 0.0,
            cutoff_hz: None,
            profile: None,
        }
    }

    /// The tracks as one: their energies add up, the loudest peak counts. `Err` of none.
    pub fn of_album(tracks: &[&Measured]) -> Result<Self, Absent> {
        let energies: Vec<f64> = tracks.iter().map(|track| energy(track)).collect();
        let all: f64 = energies.iter().sum();
        if all <= 0.0 {
            return Err(Absent::Silence);
        }
        // Of those that have the number, each as heavy as its energy.
        let mean = |of: &dyn Fn(&Measured) -> Value| {
            let known = tracks.iter().zip(&energies).filter_map(|(track, e)| Some((of(track).ok()?, *e)));
            let (sum, weight) =
                known.fold((0.0, 0.0), |(s, w), (value, e)| (s + f64::from(value) * e, w + e));
            if weight > 0.0 { Ok((sum / weight) as f32) } else { Err(Absent::Unclear) }
        };
        let of = |dimension: Dimension| {
            mean(&move |track: &Measured| track.fingerprint.values[dimension as usize])
        };
        let most = |values: &mut dyn Iterator<Item = f32>| values.reduce(f32::max).ok_or(Absent::Unclear);
        let furthest = tracks.iter().map(|track| track.quality.dc_offset);
        let cutoffs: Option<Vec<u32>> = tracks.iter().map(|track| track.quality.cutoff_hz).collect();
        let mut shares_of_all = [0.0; BANDS];
        for (band, share) in shares_of_all.iter_mut().enumerate() {
            *share = mean(&|track| Ok(shares(track)?[band]))?;
        }
        Ok(Self {
            basis: Basis::Album(u32::try_from(tracks.len()).unwrap_or(u32::MAX)),
            shares: Ok(shares_of_all),
            lufs: LoudnessBlocks::integrated(
                tracks.iter().map(|track| &track.loudness.blocks).collect::<Vec<_>>(),
            ),
            true_peak_db: most(&mut tracks.iter().filter_map(|track| track.loudness.true_peak_db.ok())),
            range_lu: most(&mut tracks.iter().filter_map(|track| track.loudness.range_lu.ok())),
            transients: of(Dimension::Transients),
            correlation: of(Dimension::Correlation),
            dc_offset: furthest.fold(0.0, |most: f32, new| if new.abs() > most.abs() { new } else { most }),
            cutoff_hz: cutoffs.and_then(|cutoffs| cutoffs.into_iter().max()),
            profile: None,
        })
    }
}

fn shares(measured: &Measured) -> Value<[f32; BANDS]> {
    let mut shares = [0.0; BANDS];
    for (share, value) in shares.iter_mut().zip(measured.fingerprint.values) {
        *share = value?;
    }
    Ok(shares)
}

/// Of all of its sound, weighted as the ear hears it.
fn energy(measured: &Measured) -> f64 {
    let blocks: u32 = measured.loudness.blocks.0.iter().map(|(_, count)| count).sum();
    measured
        .loudness
        .integrated_lufs
        .map_or(0.0, |lufs| 10f64.powf(f64::from(lufs) / 10.0) * f64::from(blocks))
}
