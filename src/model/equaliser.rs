//! The listener's own equaliser, as numbers: for the device and the ears, not for a track. Bands as
//! [`crate::dsp::chain`] has them, and a gain before them that leaves room for what they raise. Plain data.

mod presets;
mod text;

pub use presets::PRESETS;
pub use text::EqTextError;

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::chain::{Band, Shape};

/// A curve: at most [`Equaliser::MOST_BANDS`] bands, each within the limits below.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Equaliser {
    /// A preset's, or a file's; one line.
    name: Arc<str>,
    /// dB before the bands; `None`: so many less that no tone gets louder than it was.
    preamp_db: Option<f32>,
    bands: Vec<Band>,
}

/// How the equaliser is set.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct EqSettings {
    pub on: bool,
    pub curve: Arc<Equaliser>,
}

/// Why a band cannot be had.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoBand {
    /// There are as many as there can be.
    Full,
    /// None is there.
    Missing,
}

/// Points a response is looked at in: 24 an octave from 10 Hz to 22 kHz.
const POINTS: u32 = 267;

impl Equaliser {
    pub const MOST_BANDS: usize = 32;
    /// dB of a band, either way.
    pub const MOST_DB: f32 = 24.0;
    pub const LOWEST_HZ: f32 = 10.0;
    pub const HIGHEST_HZ: f32 = 22_000.0;
    pub const LEAST_Q: f32 = 0.1;
    pub const MOST_Q: f32 = 30.0;
    /// Of octave bands (IEC 61260-1): where the response of one is half its dB the next begins.
    pub const OCTAVE_HZ: [f32; 10] =
        [31.5, 63.0, 125.0, 250.0, 500.0, 1_000.0, 2_000.0, 4_000.0, 8_000.0, 16_000.0];
    /// Centre over width of an octave: the root of 2.
    pub const OCTAVE_Q: f32 = std::f32::consts::SQRT_2;
    const LONGEST_NAME: usize = 64;

    /// Values beyond the limits are the nearest within; bands beyond the most are left out.
    pub fn new(name: &str, preamp_db: Option<f32>, bands: impl IntoIterator<Item = Band>) -> Self {
        let name: String = name.chars().filter(|c| !c.is_control()).take(Self::LONGEST_NAME).collect();
        let bands = bands.into_iter().take(Self::MOST_BANDS).map(held).collect();
        Self {
            name: name.into(),
            preamp_db: preamp_db.map(|db| within(db, -Self::MOST_DB, Self::MOST_DB)),
            bands,
        }
    }

    /// Ten octave bands.
    pub fn graphic(name: &str, gains_db: [f32; 10]) -> Self {
        let band = |(hz, db): (f32, f32)| Band::peak(hz, Self::OCTAVE_Q, db);
        Self::new(name, None, Self::OCTAVE_HZ.into_iter().zip(gains_db).map(band))
    }

    /// One of [`PRESETS`].
    pub fn preset(name: &str) -> Option<Self> {
        let (name, gains, _) = PRESETS.iter().find(|(known, ..)| *known == name)?;
        Some(Self::graphic(name, *gains))
    }

    /// The preset behind this one; behind what is none, the first.
    pub fn next_preset(&self) -> Self {
        let at = PRESETS.iter().position(|(name, ..)| *name == &*self.name);
        let (name, gains, _) = PRESETS[at.map_or(0, |at| (at + 1) % PRESETS.len())];
        Self::graphic(name, gains)
    }

    /// A name that can be a file's: letters, digits, `-`, `_`, `.`, blanks between them.
    pub fn is_name(name: &str) -> bool {
        let plain = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | ' ');
        let ends = !name.starts_with(['.', ' ', '-']) && !name.ends_with(' ');
        (1..=Self::LONGEST_NAME).contains(&name.len()) && ends && name.chars().all(plain)
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    pub fn bands(&self) -> &[Band] {
        &self.bands
    }

    /// What was set, if anything was.
    pub fn own_preamp_db(&self) -> Option<f32> {
        self.preamp_db
    }

    /// dB before the bands.
    pub fn preamp_db(&self) -> f32 {
        self.preamp_db.unwrap_or_else(|| 0.0 - self.most_db().max(0.0))
    }

    /// What the bands do to a tone, dB; see [`Band::response_db`].
    pub fn response_db(&self, hz: f32) -> f32 {
        self.bands.iter().map(|band| band.response_db(hz)).sum()
    }

    /// The most that the bands do to any tone, dB.
    pub fn most_db(&self) -> f32 {
        let grid = (0..POINTS).map(|n| Self::LOWEST_HZ * (n as f32 / 24.0).exp2());
        let places = grid.chain(self.bands.iter().map(|band| band.hz));
        places.map(|hz| self.response_db(hz)).fold(f32::NEG_INFINITY, f32::max).max(-Self::MOST_DB)
    }

    /// Nothing is changed by it.
    pub fn is_flat(&self) -> bool {
        self.preamp_db() == 0.0 && self.bands.iter().all(|band| band.gain_db == 0.0)
    }

    #[must_use]
    pub fn named(mut self, name: &str) -> Self {
        self.name = name.into();
        self
    }

    pub fn set_preamp(&mut self, db: Option<f32>) {
        self.preamp_db = db.map(|db| within(db, -Self::MOST_DB, Self::MOST_DB));
    }

    /// The band at a frequency: within a twelfth of an octave of it.
    pub fn band_at(&self, hz: f32) -> Option<usize> {
        let distance = |band: &Band| (band.hz / hz).log2().abs();
        let near = (0..self.bands.len()).filter(|&at| distance(&self.bands[at]) <= 1.0 / 12.0);
        near.min_by(|&a, &b| distance(&self.bands[a]).total_cmp(&distance(&self.bands[b])))
    }

    /// Gives the band at a frequency so many dB, or that many more; where there is none, one is put in its place in the
    /// order of frequencies. Tells which it is.
    pub fn set_band(&mut self, hz: f32, db: impl Fn(f32) -> f32, q: Option<f32>) -> Result<usize, NoBand> {
        let at = match self.band_at(hz) {
            Some(at) => at,
            None if self.bands.len() >= Self::MOST_BANDS => return Err(NoBand::Full),
            None => {
                let at = self.bands.partition_point(|band| band.hz < hz);
                self.bands.insert(at, Band::peak(hz, Self::OCTAVE_Q, 0.0));
                at
            }
        };
        let band = &mut self.bands[at];
        *band = held(Band { gain_db: db(band.gain_db), q: q.unwrap_or(band.q), ..*band });
        Ok(at)
    }

    pub fn drop_band(&mut self, hz: f32) -> Result<(), NoBand> {
        let at = self.band_at(hz).ok_or(NoBand::Missing)?;
        self.bands.remove(at);
        Ok(())
    }
}

/// The flat preset.
impl Default for Equaliser {
    fn default() -> Self {
        Self::graphic("flat", [0.0; 10])
    }
}

fn held(band: Band) -> Band {
    Band {
        hz: within(band.hz, Equaliser::LOWEST_HZ, Equaliser::HIGHEST_HZ),
        q: within(band.q, Equaliser::LEAST_Q, Equaliser::MOST_Q),
        gain_db: within(band.gain_db, -Equaliser::MOST_DB, Equaliser::MOST_DB),
        ..band
    }
}

/// What is no number is the least.
fn within(value: f32, least: f32, most: f32) -> f32 {
    value.max(least).min(most)
}

/// As texts name it.
fn word(shape: Shape) -> &'static str {
    match shape {
        Shape::Peak => "PK",
        Shape::LowShelf => "LSC",
        Shape::HighShelf => "HSC",
    }
}

#[cfg(test)]
mod tests;
