//! Notches for what rings.

use super::curve::smooth_step;
use crate::model::chain::{Band, NOTCHES};
use crate::model::mastering::{Move, Part};
use crate::model::resonance::Resonance;

/// Most that a notch takes, dB, and its quality.
const MOST_DB: f32 = 4.0;
const Q: f32 = 6.0;
/// From where on something is taken, and from where on all of that: dB above what is around, and share of the time. Nothing is
/// taken at what analysis tells of at least, so that nothing comes or goes at once.
const ABOVE_DB: [f32; 2] = [8.0, 20.0];
const SHARE: [f32; 2] = [0.7, 0.95];
/// Less is not worth a word.
const LEAST_DB: f32 = 0.1;

/// Cuts, each with its reason; `share`: of what would be taken.
pub fn notches(resonances: &[Resonance], share: f32, moves: &mut Vec<Move>) -> [Band; NOTCHES] {
    let mut bands = [Band::default(); NOTCHES];
    for (band, ringing) in bands.iter_mut().zip(resonances) {
        let [low, high] = ABOVE_DB;
        let [seldom, always] = SHARE;
        let stands = smooth_step(ringing.above_db, low, high) * smooth_step(ringing.share, seldom, always);
        *band = Band::peak(ringing.hz, Q, -MOST_DB * stands * share);
        if band.gain_db < -LEAST_DB {
            let why = format!(
                "{:+.1} dB at {:.0} Hz: it rings {:.1} dB above what is around it, {:.0} % of the time",
                band.gain_db,
                ringing.hz,
                ringing.above_db,
                ringing.share * 100.0
            );
            moves.push(Move { part: Part::Resonance, why });
        }
    }
    bands
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(above_db: f32, share: f32) -> f32 {
        notches(&[Resonance { hz: 400.0, above_db, share }], 1.0, &mut Vec::new())[0].gain_db
    }

    #[test]
    fn the_more_it_rings_the_more_is_taken_from_nothing_to_four_decibels() {
        assert_eq!((cut(8.0, 1.0), cut(30.0, 0.7)), (0.0, 0.0));
        assert_eq!(cut(40.0, 1.0), -4.0);
        for n in 0..300 {
            let (before, after) = (cut(n as f32 / 10.0, 0.9), cut(n as f32 / 10.0 + 0.1, 0.9));
            assert!(after <= before && before - after < 0.06, "{before} {after}");
        }
    }

    #[test]
    fn what_is_taken_is_told_with_its_numbers() {
        let mut moves = Vec::new();
        let ringing = Resonance { hz: 312.4, above_db: 14.0, share: 0.96 };
        notches(&[ringing], 0.5, &mut moves);
        let words = "-1.0 dB at 312 Hz: it rings 14.0 dB above what is around it, 96 % of the time";
        assert_eq!(moves, [Move { part: Part::Resonance, why: words.to_owned() }]);
        assert_eq!(notches(&[], 1.0, &mut moves), [Band::default(); NOTCHES]);
    }
}
