//! What a [`ChainSpec`] asks of each stage, within what the stages can do, and what lies between two of them.

use super::clip::Rounding;
use super::dynamics::Curve;
use super::exciter::Overtones;
use super::svf::{Filter, HIGHEST, Kind};
use super::tone::FILTERS;
use crate::model::chain::{Band, ChainSpec, Compressor, Expander};

/// The numbers of all stages.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Targets {
    pub tone: [Filter; FILTERS],
    pub transients_db: f64,
    pub expander: Curve,
    pub compressor: Curve,
    pub overtones: Overtones,
    /// Gain of the side, linear.
    pub side: f64,
    pub side_high_pass: Filter,
    /// Linear.
    pub gain: f64,
    pub rounding: Rounding,
    /// dBTP; infinity: none.
    pub ceiling_db: f64,
}

impl Targets {
    pub fn of(spec: &ChainSpec, rate: u32) -> Self {
        let highest = f64::from(rate) * HIGHEST;
        let bands = spec.notches.iter().chain(&spec.eq).map(|band| filter(band, highest));
        let mut tone = [high_pass(spec.subsonic_hz, highest); FILTERS];
        tone.iter_mut().skip(1).zip(bands).for_each(|(slot, band)| *slot = band);
        let clip = within(spec.clip_from_db, -40.0, 0.0);
        Self {
            tone,
            transients_db: within(spec.transients_db, 0.0, 24.0),
            expander: expander(&spec.expander),
            compressor: compressor(&spec.compressor),
            overtones: Overtones {
                above_hz: within(spec.exciter.above_hz, 20.0, highest as f32),
                amount: within(spec.exciter.amount, 0.0, 1.0),
            },
            side: linear(within(spec.width.side_db, -120.0, 24.0)),
            side_high_pass: high_pass(spec.width.mono_below_hz, highest),
            gain: linear(within(spec.gain_db, -120.0, 48.0)),
            rounding: if clip < 0.0 { [linear(clip.min(-0.01)), 1.0] } else { [1.0, 0.0] },
            ceiling_db: spec.ceiling_dbtp.map_or(f64::INFINITY, |ceiling| within(ceiling, -60.0, 20.0)),
        }
    }

    /// On the way from one to another, 0 to 1.
    pub fn between(from: &Self, to: &Self, way: f64) -> Self {
        let line = |from: f64, to: f64| from + (to - from) * way;
        let limited = from.ceiling_db.is_finite() && to.ceiling_db.is_finite();
        Self {
            tone: std::array::from_fn(|n| Filter::between(&from.tone[n], &to.tone[n], way)),
            transients_db: line(from.transients_db, to.transients_db),
            expander: Curve::between(&from.expander, &to.expander, way),
            compressor: Curve::between(&from.compressor, &to.compressor, way),
            overtones: Overtones::between(&from.overtones, &to.overtones, way),
            side: line(from.side, to.side),
            side_high_pass: Filter::between(&from.side_high_pass, &to.side_high_pass, way),
            gain: line(from.gain, to.gain),
            rounding: rounding(from.rounding, to.rounding, way),
            // The limiter turns its gain without steps by itself.
            ceiling_db: if limited { line(from.ceiling_db, to.ceiling_db) } else { to.ceiling_db },
        }
    }
}

/// From nothing and to nothing only the share moves.
fn rounding([from_level, from]: Rounding, [to_level, to]: Rounding, way: f64) -> Rounding {
    let share = from + (to - from) * way;
    if from == 0.0 {
        [to_level, share]
    } else if to == 0.0 {
        [from_level, share]
    } else {
        [from_level + (to_level - from_level) * way, share]
    }
}

/// What is no number is the nearest to nothing.
fn within(value: f32, least: f32, most: f32) -> f64 {
    f64::from(if value.is_nan() { 0.0_f32 } else { value }.clamp(least, most))
}

fn linear(db: f64) -> f64 {
    if db == 0.0 { 1.0 } else { 10f64.powf(db / 20.0) }
}

fn high_pass(hz: f32, highest: f64) -> Filter {
    Filter::high_pass(within(hz, 0.0, highest as f32))
}

fn filter(band: &Band, highest: f64) -> Filter {
    Filter {
        kind: Kind::Band(band.shape),
        hz: within(band.hz, 1.0, highest as f32),
        q: within(band.q, 0.05, 100.0),
        amount: within(band.gain_db, -60.0, 40.0),
    }
}

fn compressor(spec: &Compressor) -> Curve {
    let curve = Curve {
        threshold_db: within(spec.threshold_db, -120.0, 40.0),
        slope: 1.0 - 1.0 / within(spec.ratio, 1.0, 1e6),
        knee_db: within(spec.knee_db, 1e-3, 60.0),
        attack_s: within(spec.attack_ms, 0.01, 10_000.0) / 1000.0,
        release_s: within(spec.release_ms, 0.01, 60_000.0) / 1000.0,
        range_db: 120.0,
        mix: within(spec.mix, 0.0, 1.0),
    };
    // A compressor that is out, by whichever number, is out by its mix: nothing else of it has to move.
    if curve.slope == 0.0 { Curve { mix: 0.0, ..curve } } else { curve }
}

fn expander(spec: &Expander) -> Curve {
    let curve = Curve {
        threshold_db: within(spec.threshold_db, -120.0, 40.0),
        slope: within(spec.ratio, 1.0, 100.0) - 1.0,
        knee_db: within(spec.knee_db, 1e-3, 60.0),
        attack_s: within(spec.attack_ms, 0.01, 10_000.0) / 1000.0,
        release_s: within(spec.release_ms, 0.01, 60_000.0) / 1000.0,
        range_db: within(spec.range_db, 0.0, 40.0),
        mix: 1.0,
    };
    if curve.slope == 0.0 || curve.range_db == 0.0 { Curve { mix: 0.0, ..curve } } else { curve }
}
