//! What music is like, by our own measures: the numbers that plans compare with. Made by `corpus.py` beside this file from
//! 219 tracks of six free collections of game music (orchestral, electronic, rock, ambient; FLAC 44.1 kHz, up to two minutes
//! of each), as `auralis analyse --json` measures them.

use super::source::BANDS;

/// Edges of the fingerprint's bands, Hz.
pub const EDGES: [f32; BANDS + 1] = [20.0, 60.0, 250.0, 500.0, 2_000.0, 4_000.0, 8_000.0, 20_000.0];

/// How a band of music lies beside the straight line (dB over octaves) through the bands from 60 Hz to 8 kHz.
#[derive(Debug, Clone, Copy)]
pub struct Band {
    /// dB over the line where the tilt is [`TILT`]'s middle.
    pub middle_db: f32,
    /// dB more for each dB an octave that the tilt is above it.
    pub by_tilt: f32,
    /// Robust standard deviation of what is left, dB.
    pub spread_db: f32,
}

/// dB an octave: middle and spread of the line's slope.
pub const TILT: (f32, f32) = (-2.79, 1.12);

pub const BANDS_OF_MUSIC: [Band; BANDS] = [
    Band { middle_db: -13.77, by_tilt: 3.99, spread_db: 8.45 },
    Band { middle_db: -2.20, by_tilt: 0.89, spread_db: 2.36 },
    Band { middle_db: 1.29, by_tilt: -0.72, spread_db: 2.18 },
    Band { middle_db: 2.67, by_tilt: -0.87, spread_db: 3.11 },
    Band { middle_db: 0.37, by_tilt: -0.08, spread_db: 1.74 },
    Band { middle_db: -2.02, by_tilt: 0.63, spread_db: 2.82 },
    Band { middle_db: -5.59, by_tilt: -0.10, spread_db: 6.91 },
];

/// Peak to loudness ratio of the densest twentieth, of the middle, of the most open twentieth, LU.
pub const PEAK_TO_LOUDNESS: [f32; 3] = [9.83, 14.02, 18.10];
