//! What presets add to what a track itself calls for.

use super::source::BANDS;
use crate::model::mastering::Preset;

/// See the module's head.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Character {
    /// Share of the track's own moves that is made.
    pub correction: f32,
    /// dB for each band of the fingerprint.
    pub tone: [f32; BANDS],
    /// Most that the limiter may take from the highest peak, dB.
    pub limiting_db: f32,
    /// Share of compressed sound where the limiter has all of that to do.
    pub density: f32,
    /// dB for attacks, and for peaks of a master that has lost them.
    pub transients_db: f32,
    pub peaks_db: f32,
    /// Linear share of overtones.
    pub overtones: f32,
    /// Level from which waves are rounded, dB over full scale; 0: nowhere.
    pub rounding_from_db: f32,
}

const ADAPTIVE: Character = Character {
    correction: 1.0,
    tone: [0.0; BANDS],
    limiting_db: 3.0,
    density: 0.5,
    transients_db: 0.0,
    peaks_db: 2.5,
    overtones: 0.0,
    rounding_from_db: 0.0,
};

pub fn character(preset: Preset) -> Character {
    match preset {
        Preset::Adaptive => ADAPTIVE,
        Preset::Gentle => {
            Character { correction: 0.5, limiting_db: 1.0, density: 0.25, peaks_db: 1.0, ..ADAPTIVE }
        }
        Preset::Warm => Character { tone: [0.4, 1.2, 0.6, 0.0, -0.4, -0.9, -1.2], density: 0.6, ..ADAPTIVE },
        Preset::Bright => {
            Character { tone: [0.0, -0.4, -0.5, 0.0, 0.6, 1.2, 1.6], overtones: 0.06, ..ADAPTIVE }
        }
        Preset::Punchy => Character {
            tone: [0.8, 1.0, -0.6, 0.0, 0.4, 0.4, 0.0],
            limiting_db: 4.0,
            density: 0.6,
            transients_db: 2.5,
            rounding_from_db: -1.5,
            ..ADAPTIVE
        },
        Preset::Live => Character {
            tone: [-0.5, -0.4, -0.6, 0.0, 0.6, 0.4, 0.4],
            limiting_db: 1.0,
            density: 0.2,
            transients_db: 1.0,
            peaks_db: 3.5,
            ..ADAPTIVE
        },
    }
}
