//! The spectrum of what is heard, as the eye gets it. Made by the spectrum thread, polled by screens.

/// One picture of the spectrum.
#[derive(Debug, Clone, PartialEq)]
pub struct SpectrumFrame {
    /// Height of each band with its ballistics, 0.0 to 1.0, lowest frequency first; 0 is the floor, 1 is full scale.
    pub bands: Vec<f32>,
    /// Nothing moves any more: no further frame will differ until sound comes.
    pub still: bool,
}

/// Lower edge of the lowest band and upper edge of the highest, in Hz.
pub const RANGE_HZ: (f32, f32) = (30.0, 18_000.0);
/// Level of the floor, dBFS.
pub const FLOOR_DB: f32 = -72.0;
/// Bands of a frame; a screen joins neighbours where it has fewer columns.
pub const BANDS: usize = 96;
