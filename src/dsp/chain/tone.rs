//! What filters do to all channels: the subsonic high-pass, the notches and the equaliser, one behind the other.

use super::svf::{Filter, Svf, cascade};
use crate::model::chain::{EQ_BANDS, NOTCHES};

/// The high-pass, the notches, the bands.
pub const FILTERS: usize = 1 + NOTCHES + EQ_BANDS;

#[derive(Debug)]
pub struct Tone {
    filters: Box<[Svf]>,
    channels: usize,
}

impl Tone {
    pub fn new(rate: u32, channels: usize, filters: &[Filter; FILTERS]) -> Self {
        Self { filters: filters.iter().map(|filter| Svf::new(rate, channels, filter)).collect(), channels }
    }

    /// Is so after so many frames; with 0, now.
    pub fn aim(&mut self, filters: &[Filter; FILTERS], frames: usize) {
        self.filters.iter_mut().zip(filters).for_each(|(svf, filter)| svf.aim(filter, frames));
    }

    pub fn process(&mut self, samples: &mut [f32]) {
        cascade(&mut self.filters, samples, self.channels);
    }

    pub fn reset(&mut self) {
        self.filters.iter_mut().for_each(Svf::reset);
    }

    pub fn flush(&mut self) {
        self.filters.iter_mut().for_each(Svf::flush);
    }
}
