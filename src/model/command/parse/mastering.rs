//! Words about mastering.

use std::path::PathBuf;

use super::{Call, ParseError, parse_switch};
use crate::model::abx::Heard;
use crate::model::command::{
    AbxStep, Change, Mastering, PreferStep, Preferring, ReferenceOf, Rendering, Step, TasteChange,
};
use crate::model::mastering::{Preset, Target};
use crate::model::taste::{Aspect, Taste};
use crate::model::trial::Side;

impl Call<'_> {
    pub(super) fn mastering(&self) -> Result<Option<Mastering>, ParseError> {
        let presets = "adaptive, gentle, warm, bright, punchy or live";
        let targets = "streaming, replaygain, r128, as-is, or LUFS from -36 to -8";
        Ok(Some(match self.row.name {
            "mastering" => Mastering::On(self.optional("on or off", parse_switch)?),
            "preset" => Mastering::Preset(self.optional(presets, Preset::parse)?),
            "intensity" => Mastering::Intensity(self.one("percent such as 60, +10, -10", parse_change)?),
            "target" => Mastering::Target(self.one(targets, Target::parse)?),
            "album-lock" => Mastering::Album(self.optional("on or off", parse_switch)?),
            "original" => Mastering::Original(self.optional("on or off", parse_switch)?),
            "taste" => Mastering::Taste(self.taste()?),
            "reference" => Mastering::Reference(self.reference()?),
            "prefer" => {
                let steps = "begin, hear, hear-a, hear-b, a, b, same, end or nothing";
                Mastering::Prefer(self.optional(steps, parse_preferred)?.unwrap_or(PreferStep::Begin))
            }
            "preferences" => self.bare(Mastering::Preferences(Preferring::Tell))?,
            "preferences-reset" => self.bare(Mastering::Preferences(Preferring::Reset))?,
            "preferences-rollback" => {
                let number = self.one("the number of a version", |word| word.parse().ok())?;
                Mastering::Preferences(Preferring::Rollback(number))
            }
            "preferences-export" => {
                Mastering::Preferences(Preferring::Export(self.place()?.unwrap_or_default()))
            }
            "preferences-import" => {
                Mastering::Preferences(Preferring::Import(self.place()?.unwrap_or_default()))
            }
            "abx" => {
                let steps = "begin, a, b, x, is-a, is-b, end or nothing";
                Mastering::Abx(self.optional(steps, parse_step)?.unwrap_or(AbxStep::Begin))
            }
            _ => return Ok(None),
        }))
    }
}

impl Call<'_> {
    pub(super) fn rendering(&self) -> Result<Option<Rendering>, ParseError> {
        Ok(Some(match self.row.name {
            "master" => Rendering::Master(self.target()),
            "master-stop" => {
                Rendering::Stop(self.optional("the number of a job, or nothing", |word| word.parse().ok())?)
            }
            _ => return Ok(None),
        }))
    }

    /// Paths may come beside the words.
    fn reference(&self) -> Result<ReferenceOf, ParseError> {
        let expected = "this, album, off, or file and paths";
        match self.arguments.split_first() {
            Some((word, [])) if word == "off" => Ok(ReferenceOf::Nobody),
            Some((word, [])) if word == "this" => Ok(ReferenceOf::This),
            Some((word, [])) if word == "album" => Ok(ReferenceOf::Album),
            Some((word, paths)) if word == "file" => {
                Ok(ReferenceOf::Files(paths.iter().map(PathBuf::from).collect()))
            }
            _ => Err(self.wrong(expected)),
        }
    }

    fn taste(&self) -> Result<TasteChange, ParseError> {
        let expected =
            "bass, treble or density with a number such as +0.5, reset, or learn with on, off or nothing";
        let found = match self.arguments {
            [word] if word == "reset" => Some(TasteChange::Reset),
            [word] if word == "learn" => Some(TasteChange::Learn(None)),
            [word, switch] if word == "learn" => parse_switch(switch).map(|on| TasteChange::Learn(Some(on))),
            [what, number] => Aspect::parse(what)
                .zip(parse_amount(number))
                .map(|(aspect, step)| TasteChange::Turn(aspect, step)),
            _ => None,
        };
        found.ok_or_else(|| self.wrong(expected))
    }
}

/// `+1` and `-1` are steps, `1` and `=-1` are values.
fn parse_amount(word: &str) -> Option<Step> {
    let number = |text: &str| text.parse().ok().filter(|number: &f32| number.abs() <= Taste::MOST_DB);
    match word.strip_prefix('=') {
        Some(value) => number(value).map(Step::To),
        None if word.starts_with(['+', '-']) => number(word).map(Step::By),
        None => number(word).map(Step::To),
    }
}

fn parse_preferred(word: &str) -> Option<PreferStep> {
    match word {
        "begin" => Some(PreferStep::Begin),
        "hear" => Some(PreferStep::Hear(None)),
        "hear-a" => Some(PreferStep::Hear(Some(Side::A))),
        "hear-b" => Some(PreferStep::Hear(Some(Side::B))),
        "a" => Some(PreferStep::Answer(Some(Side::A))),
        "b" => Some(PreferStep::Answer(Some(Side::B))),
        "same" => Some(PreferStep::Answer(None)),
        "end" => Some(PreferStep::End),
        _ => None,
    }
}

fn parse_step(word: &str) -> Option<AbxStep> {
    match word {
        "begin" => Some(AbxStep::Begin),
        "end" => Some(AbxStep::End),
        "is-a" => Some(AbxStep::Answer { is_b: false }),
        "is-b" => Some(AbxStep::Answer { is_b: true }),
        heard => Heard::parse(heard).map(AbxStep::Hear),
    }
}

pub(super) fn parse_change(word: &str) -> Option<Change> {
    let plain = word.strip_suffix('%').unwrap_or(word);
    match plain.as_bytes().first()? {
        b'+' | b'-' => plain.parse().ok().filter(|by: &i8| by.unsigned_abs() <= 100).map(Change::By),
        _ => plain.parse().ok().filter(|percent| *percent <= 100).map(Change::To),
    }
}
