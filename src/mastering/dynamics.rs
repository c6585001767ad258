//! Peaks and density: a compressor that helps a limiter with much to do, an expander that gives a crushed master some of its
//! peaks back, attacks as a preset asks. What lies between is left alone.

use super::corpus::PEAK_TO_LOUDNESS;
use super::curve::smooth_step;
use super::preset::Character;
use super::source::Source;
use crate::model::chain::{ChainSpec, Compressor, Expander};
use crate::model::mastering::{Move, Part};

/// Over the integrated loudness, dB: where the compressor and where the expander begin.
const COMPRESS_FROM_LU: f32 = 7.0;
const EXPAND_FROM_LU: f32 = 3.0;
const RATIO: f32 = 1.6;
const EXPANSION: f32 = 1.35;
/// A master counts as crushed from the densest of music downwards, LU, over so many.
const CRUSHED_OVER_LU: f32 = 3.0;

/// `limiting`: share of the limiter's bound that will be used.
pub fn dynamics(
    source: &Source,
    lufs: f32,
    limiting: f32,
    character: &Character,
    spec: &mut ChainSpec,
    moves: &mut Vec<Move>,
) {
    compress(lufs, limiting, character, spec, moves);
    if let Ok(peak) = source.true_peak_db {
        expand(lufs, peak - lufs, character, spec, moves);
    }
    attack(source, character, spec, moves);
}

fn compress(lufs: f32, limiting: f32, character: &Character, spec: &mut ChainSpec, moves: &mut Vec<Move>) {
    let mix = character.density * limiting * limiting;
    if mix <= 0.0 {
        return;
    }
    let threshold_db = lufs + COMPRESS_FROM_LU;
    spec.compressor = Compressor { threshold_db, ratio: RATIO, mix, ..Compressor::default() };
    if mix >= 0.02 {
        let why = format!(
            "{:.0} % compressed {RATIO}:1 above {threshold_db:.0} dBFS: the limiter would have more to do without",
            mix * 100.0
        );
        moves.push(Move { part: Part::Density, why });
    }
}

fn expand(lufs: f32, ratio_lu: f32, character: &Character, spec: &mut ChainSpec, moves: &mut Vec<Move>) {
    let dense = PEAK_TO_LOUDNESS[0];
    let crushed = 1.0 - smooth_step(ratio_lu, dense - CRUSHED_OVER_LU, dense);
    let range_db = character.peaks_db * crushed;
    if range_db <= 0.0 {
        return;
    }
    let threshold_db = lufs + EXPAND_FROM_LU;
    spec.expander = Expander { threshold_db, ratio: EXPANSION, range_db, ..Expander::default() };
    if range_db >= 0.1 {
        let why = format!(
            "up to +{range_db:.1} dB for peaks: they stand {ratio_lu:.1} dB over the loudness, of the densest music {dense:.1}"
        );
        moves.push(Move { part: Part::Peaks, why });
    }
}

fn attack(source: &Source, character: &Character, spec: &mut ChainSpec, moves: &mut Vec<Move>) {
    // Where there are few onsets there is nothing to raise.
    let there = source.transients.map_or(0.0, |onsets| smooth_step(onsets, 0.02, 0.2));
    spec.transients_db = character.transients_db * there;
    if spec.transients_db >= 0.1 {
        let onsets = source.transients.unwrap_or(0.0) * 10.0;
        let why = format!("up to +{:.1} dB for attacks: {onsets:.1} a second", spec.transients_db);
        moves.push(Move { part: Part::Attack, why });
    }
}
