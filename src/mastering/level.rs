//! The loudness that is aimed at: what is asked for, as far as peaks under the ceiling allow.

use super::curve::bounded;

/// What the limiter holds, dBTP: EBU R 128, and what lossy coding after it needs.
pub const CEILING_DBTP: f32 = -1.0;

/// See [`aim`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Aim {
    pub lufs: f32,
    /// dB that the limiter takes from the highest peak.
    pub limiting_db: f32,
}

/// Of sound of this loudness and peak, of which the limiter may take at most `limiting_db`. As loud as `wanted` where that
/// fits; beyond, each dB more gives less.
pub fn aim(lufs: f32, true_peak_db: f32, wanted: f32, limiting_db: f32) -> Aim {
    let room = CEILING_DBTP - true_peak_db;
    let needed = wanted - lufs - room;
    if needed <= 0.0 {
        return Aim { lufs: wanted, limiting_db: 0.0 };
    }
    let granted = bounded(needed, limiting_db);
    Aim { lufs: lufs + room + granted, limiting_db: granted }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_fits_is_reached_and_what_does_not_bends_towards_the_bound() {
        assert_eq!(aim(-20.0, -8.0, -14.0, 3.0), Aim { lufs: -14.0, limiting_db: 0.0 });
        assert_eq!(aim(-8.0, 0.0, -14.0, 3.0), Aim { lufs: -14.0, limiting_db: 0.0 });
        let open = aim(-23.0, -1.0, -14.0, 3.0);
        assert!((open.lufs - (-23.0 + open.limiting_db)).abs() < 1e-5);
        assert!(open.limiting_db > 2.9 && open.limiting_db <= 3.0);
        // A hair over what fits costs a hair.
        let hair = aim(-20.0, -8.0, -12.99, 3.0);
        assert!((hair.lufs + 12.99).abs() < 1e-4);
        assert_eq!(aim(-20.0, -1.0, -14.0, 0.0).lufs, -20.0);
    }
}
