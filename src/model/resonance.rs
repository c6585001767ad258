//! A tone that rings through a track: of a room, a stand, a loose part.

/// What stands out beside what is around it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Resonance {
    pub hz: f32,
    /// dB of its power over the median within half an octave on either side.
    pub above_db: f32,
    /// In this share of the loud moments it stands out, 0 to 1: a tone of the music comes and goes with its key.
    pub share: f32,
}
