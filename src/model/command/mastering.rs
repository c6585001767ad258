//! What can be asked of mastering.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::model::abx::Heard;
use crate::model::mastering::{Preset, Target};
use crate::model::rule::{Rule, RuleOf};
use crate::model::taste::Aspect;
use crate::model::trial::Side;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
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
    /// Two tastes are compared, and what is preferred is learned.
    Prefer(PreferStep),
    Preferences(Preferring),
    Rule(Ruling),
}

/// Whose tone, width and loudness are wanted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum ReferenceOf {
    Nobody,
    /// What plays.
    This,
    /// The album of what plays.
    Album,
    /// Files, folders, playlists, all as one; or one file of a curve.
    Files(#[serde(with = "crate::model::path_bytes")] Vec<PathBuf>),
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub enum TasteChange {
    Turn(Aspect, Step),
    /// Nothing is set by hand: what was learned is heard.
    Reset,
    /// What was learned is heard, and more is learned; `None` toggles.
    Learn(Option<bool>),
}

/// Of a comparison of two tastes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum PreferStep {
    Begin,
    /// `None`: the other one.
    Hear(Option<Side>),
    /// `None`: there is no difference.
    Answer(Option<Side>),
    End,
}

/// Of rules.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Ruling {
    List,
    /// In place of one for the same, if there is one.
    Set(Box<Rule>),
    Drop(RuleOf),
}

/// Of what is kept of the listener's preferences.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Preferring {
    /// What they are.
    Tell,
    /// As that version had them.
    Rollback(u64),
    Reset,
    Export(#[serde(with = "crate::model::path_bytes")] PathBuf),
    Import(#[serde(with = "crate::model::path_bytes")] PathBuf),
}

impl Preferring {
    pub fn path(&self) -> Option<&PathBuf> {
        match self {
            Self::Export(path) | Self::Import(path) => Some(path),
            Self::Tell | Self::Rollback(_) | Self::Reset => None,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub enum Step {
    To(f32),
    By(f32),
}

/// Of a blind comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Change {
    To(u8),
    By(i8),
}
