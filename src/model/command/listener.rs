//! What can be asked of the listener's own stages: equaliser, crossfeed, impulse response, night mode.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::{Change, Step};
use crate::model::settings::Crossfeed;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Listener {
    /// `None` toggles.
    Eq(Option<bool>),
    /// A built-in curve or one of the user's, by its name; `None`: the next of the built-in ones.
    EqPreset(Option<String>),
    /// A curve from a file: Equalizer APO's text, as AutoEq writes it.
    EqLoad(#[serde(with = "crate::model::path_bytes")] PathBuf),
    /// Keep the curve under this name, among the user's.
    EqSave(String),
    EqBand {
        hz: f32,
        change: BandChange,
    },
    /// dB before the bands; `None`: so many that nothing gets louder.
    EqPreamp(Option<f32>),
    EqReset,
    /// `None` toggles the default one.
    Crossfeed(Option<Option<Crossfeed>>),
    Impulse(ImpulseChange),
    /// `None` toggles.
    Night(Option<bool>),
    NightStrength(Change),
}

/// Of what the sound is convolved with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum ImpulseChange {
    /// Off, or the last one again.
    Toggle,
    Off,
    File(#[serde(with = "crate::model::path_bytes")] PathBuf),
}

/// Of the band at a frequency.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub enum BandChange {
    /// dB, and the quality where it is to be another.
    Gain(Step, Option<f32>),
    Drop,
}
