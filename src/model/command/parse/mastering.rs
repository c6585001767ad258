//! Words about mastering.

use std::path::PathBuf;

use super::{Call, ParseError, parse_switch};
use crate::later;
use crate::model::abx::Heard;
use crate::model::command::{
    AbxStep, Change, Mastering, PreferStep, Preferring, ReferenceOf, Rendering, Ruling, Step, TasteChange,
};
use crate::model::mastering::{Preset, Target};
use crate::model::rule::{Rule, RuleOf, Saying};
use crate::model::taste::{Aspect, Taste};
use crate::model::trial::Side;

impl Call<'_> {
    pub(super) fn mastering(&self) -> Result<Option<Mastering>, ParseError> {
        let presets = later!("adaptive, gentle, warm, bright, punchy or live");
        let targets = later!("streaming, replaygain, r128, as-is, or LUFS from -36 to -8");
        Ok(Some(match self.row.name {
            "mastering" => Mastering::On(self.optional(later!("on or off"), parse_switch)?),
            "preset" => Mastering::Preset(self.optional(presets, Preset::parse)?),
            "intensity" => {
                Mastering::Intensity(self.one(later!("percent such as 60, +10, -10"), parse_change)?)
            }
            "target" => Mastering::Target(self.one(targets, Target::parse)?),
            "album-lock" => Mastering::Album(self.optional(later!("on or off"), parse_switch)?),
            "original" => Mastering::Original(self.optional(later!("on or off"), parse_switch)?),
            "taste" => Mastering::Taste(self.taste()?),
            "reference" => Mastering::Reference(self.reference()?),
            "prefer" => {
                let steps = later!("begin, hear, hear-a, hear-b, a, b, same, end or nothing");
                Mastering::Prefer(self.optional(steps, parse_preferred)?.unwrap_or(PreferStep::Begin))
            }
            "rule" => self.bare(Mastering::Rule(Ruling::List))?,
            "rule-genre" | "rule-album" | "rule-device" => Mastering::Rule(self.rule()?),
            "rule-drop" => Mastering::Rule(Ruling::Drop(self.dropped_rule()?)),
            "preferences" => self.bare(Mastering::Preferences(Preferring::Tell))?,
            "preferences-reset" => self.bare(Mastering::Preferences(Preferring::Reset))?,
            "preferences-rollback" => {
                let number = self.one(later!("the number of a version"), |word| word.parse().ok())?;
                Mastering::Preferences(Preferring::Rollback(number))
            }
            "preferences-export" => {
                Mastering::Preferences(Preferring::Export(self.place()?.unwrap_or_default()))
            }
            "preferences-import" => {
                Mastering::Preferences(Preferring::Import(self.place()?.unwrap_or_default()))
            }
            "abx" => {
                let steps = later!("begin, a, b, x, is-a, is-b, end or nothing");
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
            "master-stop" => Rendering::Stop(
                self.optional(later!("the number of a job, or nothing"), |word| word.parse().ok())?,
            ),
            _ => return Ok(None),
        }))
    }

    /// `Jazz gentle 60%`, `Blue artist="Joni Mitchell" off`
    fn rule(&self) -> Result<Ruling, ParseError> {
        let expected = later!(
            "a name, then a preset, off, 60%, target=-18, bass=+1, treble=-1 or density=0.5; quotes keep blanks"
        );
        let wrong = || self.wrong(expected);
        let (name, words) = self.arguments.split_first().ok_or_else(wrong)?;
        let kind = self.row.name.trim_start_matches("rule-");
        let artist = words.iter().find_map(|word| word.strip_prefix("artist="));
        let of = rule_of(kind, name, artist).ok_or_else(wrong)?;
        let said = words.iter().filter(|word| !word.starts_with("artist="));
        let said: Option<Vec<Saying>> = said.map(|word| Saying::parse(word)).collect();
        let rule = Rule::new(of, &said.ok_or_else(wrong)?);
        rule.check().map_err(|_| wrong())?;
        Ok(Ruling::Set(Box::new(rule)))
    }

    fn dropped_rule(&self) -> Result<RuleOf, ParseError> {
        let of = match self.arguments {
            [kind, name] => rule_of(kind, name, None),
            [kind, name, artist] => {
                artist.strip_prefix("artist=").and_then(|artist| rule_of(kind, name, Some(artist)))
            }
            _ => None,
        };
        of.ok_or_else(|| {
            self.wrong(later!("genre, album or device and its name; of an album also artist=NAME"))
        })
    }

    /// Paths may come beside the words.
    fn reference(&self) -> Result<ReferenceOf, ParseError> {
        let expected = later!("this, album, off, or file and paths");
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
        let expected = later!(
            "bass, treble or density with a number such as +0.5, reset, or learn with on, off or nothing"
        );
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

fn rule_of(kind: &str, name: &str, artist: Option<&str>) -> Option<RuleOf> {
    let text = name.to_owned();
    match (kind, artist) {
        ("genre", None) => Some(RuleOf::Genre(text)),
        ("device", None) => Some(RuleOf::Device(text)),
        ("album", artist) => Some(RuleOf::Album { title: text, artist: artist.map(str::to_owned) }),
        _ => None,
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

#[cfg(test)]
mod tests {
    use crate::model::command::parse::parse;
    use crate::model::command::{
        Command, Mastering, PreferStep, Preferring, Request, Ruling, Step, TasteChange,
    };
    use crate::model::rule::RuleOf;
    use crate::model::taste::Aspect;
    use crate::model::trial::Side;

    fn asked(line: &str) -> Mastering {
        match parse(line) {
            Ok(Request::Core(Command::Mastering(asked))) => asked,
            other => panic!("{line}: {other:?}"),
        }
    }

    #[test]
    fn taste_is_turned_compared_and_kept() {
        let turn = |aspect, step| Mastering::Taste(TasteChange::Turn(aspect, step));
        assert_eq!(asked("taste bass +0.5"), turn(Aspect::Bass, Step::By(0.5)));
        assert_eq!(asked("taste density =-1"), turn(Aspect::Density, Step::To(-1.0)));
        assert_eq!(asked("taste learn off"), Mastering::Taste(TasteChange::Learn(Some(false))));
        assert_eq!(asked("taste learn"), Mastering::Taste(TasteChange::Learn(None)));
        assert_eq!(asked("prefer"), Mastering::Prefer(PreferStep::Begin));
        assert_eq!(asked("prefer hear-b"), Mastering::Prefer(PreferStep::Hear(Some(Side::B))));
        assert_eq!(asked("prefer a"), Mastering::Prefer(PreferStep::Answer(Some(Side::A))));
        assert_eq!(asked("prefer same"), Mastering::Prefer(PreferStep::Answer(None)));
        assert_eq!(asked("preferences"), Mastering::Preferences(Preferring::Tell));
        assert_eq!(asked("preferences rollback 3"), Mastering::Preferences(Preferring::Rollback(3)));
        assert_eq!(asked("preferences import /p"), Mastering::Preferences(Preferring::Import("/p".into())));
        for bad in ["taste learn maybe", "taste mids 1", "prefer x", "preferences rollback x"] {
            assert!(parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn rules_are_said_in_words() {
        let told = |line: &str| match asked(line) {
            Mastering::Rule(Ruling::Set(rule)) => rule.to_string(),
            other => panic!("{line}: {other:?}"),
        };
        assert_eq!(told("rule genre 'Acid Jazz' gentle 60%"), "genre Acid Jazz: gentle, 60%");
        assert_eq!(
            told("rule album Blue \"artist=Joni Mitchell\" target=-18 bass=1"),
            "album Blue by Joni Mitchell: target=replaygain, bass=+1"
        );
        assert_eq!(told("rule album Blue off artist=Joni"), "album Blue by Joni: off");
        assert_eq!(told("rule device headphones density=-0.5"), "device headphones: density=-0.5");
        assert_eq!(asked("rule"), Mastering::Rule(Ruling::List));
        let dropped = |of| Mastering::Rule(Ruling::Drop(of));
        assert_eq!(asked("rule drop genre Jazz"), dropped(RuleOf::Genre("Jazz".into())));
        let album = RuleOf::Album { title: "Blue".into(), artist: Some("Joni".into()) };
        assert_eq!(asked("rule drop album Blue artist=Joni"), dropped(album));
        for bad in [
            "rule genre Jazz",
            "rule genre '' off",
            "rule genre Jazz loud",
            "rule genre Jazz off artist=x",
            "rule device x bass=4",
            "rule drop Jazz",
            "rule drop genre",
        ] {
            assert!(parse(bad).is_err(), "{bad}");
        }
    }
}
