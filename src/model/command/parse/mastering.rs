//! Words about mastering.

use super::{Call, ParseError, parse_switch};
use crate::model::command::{Change, Mastering};
use crate::model::mastering::{Preset, Target};

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
            _ => return Ok(None),
        }))
    }
}

fn parse_change(word: &str) -> Option<Change> {
    let plain = word.strip_suffix('%').unwrap_or(word);
    match plain.as_bytes().first()? {
        b'+' | b'-' => plain.parse().ok().filter(|by: &i8| by.unsigned_abs() <= 100).map(Change::By),
        _ => plain.parse().ok().filter(|percent| *percent <= 100).map(Change::To),
    }
}
