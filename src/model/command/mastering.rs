//! What can be asked of mastering.

use std::path::PathBuf;

use crate::model::abx::Heard;
use crate::model::mastering::{Preset, Target};

#[derive(Debug, Clone, PartialEq)]
pub enum Mastering {
    /// `None` toggles.
    On(Option<bool>),
    /// `None` goes to the next one.
    Preset(Option<Preset>),
    Intensity(Change),
    Target(Target),
    /// Tracks that play among their album share one plan; `None` toggles.
    Album(Option<bool>),
    /// The original is heard, as loud as what mastering makes of it; `None` toggles.
    Original(Option<bool>),
    Abx(AbxStep),
    /// What is added to every plan.
    Taste(TasteChange),
    Reference(ReferenceOf),
}

/// Whose tone, width and loudness are wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReferenceOf {
    Nobody,
    /// What plays.
    This,
    /// The album of what plays.
    Album,
    /// Files, folders, playlists, all as one; or one file of a curve.
    Files(Vec<PathBuf>),
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub enum TasteChange {
    /// dB below 250 Hz.
    Bass(Step),
    /// dB above 4 kHz.
    Treble(Step),
    /// -1 to 1.
    Density(Step),
    Reset,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Step {
    To(f32),
    By(f32),
}

/// Of a blind comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AbxStep {
    Begin,
    Hear(Heard),
    /// X is the original (B), or the master (A).
    Answer {
        is_b: bool,
    },
    End,
}

/// In percent, or percent points either way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    To(u8),
    By(i8),
}
