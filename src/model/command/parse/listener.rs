//! Words about the listener's own stages.

use std::path::Path;

use super::mastering::parse_change;
use super::{Call, ParseError, parse_db, parse_switch};
use crate::later;
use crate::model::command::{BandChange, Change, ImpulseChange, Listener, Step};
use crate::model::equaliser::Equaliser;
use crate::model::settings::Crossfeed;

impl Call<'_> {
    pub(super) fn listener(&self) -> Result<Option<Listener>, ParseError> {
        let name = later!("a name of up to 64 letters, digits, blanks, `-`, `_`, `.`");
        Ok(Some(match self.row.name {
            "eq-on" => self.bare(Listener::Eq(Some(true)))?,
            "eq-off" => self.bare(Listener::Eq(Some(false)))?,
            "eq-toggle" => self.bare(Listener::Eq(None))?,
            "eq-preset" => Listener::EqPreset(self.optional(name, parse_name)?),
            "eq-load" => Listener::EqLoad(self.place()?.unwrap_or_default()),
            "eq-save" => Listener::EqSave(self.one(name, parse_name)?),
            "eq-band" => self.eq_band()?,
            "eq-preamp" => {
                Listener::EqPreamp(self.one(later!("dB from -24 to 24, or auto"), |word| match word {
                    "auto" => Some(None),
                    db => parse_db(db).map(Some),
                })?)
            }
            "eq-reset" => self.bare(Listener::EqReset)?,
            "crossfeed" => Listener::Crossfeed(self.optional(
                later!("off, default, cmoy or jmeier"),
                |word| match word {
                    "off" => Some(None),
                    name => Crossfeed::parse(name).map(Some),
                },
            )?),
            "impulse" => Listener::Impulse(match self.place()? {
                None => ImpulseChange::Toggle,
                Some(word) if word == Path::new("off") => ImpulseChange::Off,
                Some(file) => ImpulseChange::File(file),
            }),
            "night" => self
                .optional(later!("on, off, or percent such as 60, +10, -10"), parse_night)?
                .unwrap_or(Listener::Night(None)),
            _ => return Ok(None),
        }))
    }

    /// `1000 +1`, `1k -3 1.4`, `1000 off`
    fn eq_band(&self) -> Result<Listener, ParseError> {
        let wrong = || {
            self.wrong(later!(
                "Hz such as 1000 or 1k, then dB from -24 to 24, +1, -1, =-3 or off, and a quality or none"
            ))
        };
        let (hz, change) = match self.arguments {
            [hz, word] if word == "off" => (hz, Some(BandChange::Drop)),
            [hz, db] => (hz, parse_step(db).map(|step| BandChange::Gain(step, None))),
            [hz, db, q] => {
                let q = number(q).filter(|q| (Equaliser::LEAST_Q..=Equaliser::MOST_Q).contains(q));
                (hz, parse_step(db).zip(q).map(|(step, q)| BandChange::Gain(step, Some(q))))
            }
            _ => return Err(wrong()),
        };
        match (parse_hz(hz), change) {
            (Some(hz), Some(change)) => Ok(Listener::EqBand { hz, change }),
            _ => Err(wrong()),
        }
    }
}

fn parse_name(word: &str) -> Option<String> {
    Equaliser::is_name(word).then(|| word.to_owned())
}

/// `63`, `1k`, `2.5k`
fn parse_hz(word: &str) -> Option<f32> {
    let hz = match word.strip_suffix(['k', 'K']) {
        Some(thousands) => number(thousands)? * 1000.0,
        None => number(word.strip_suffix("Hz").unwrap_or(word))?,
    };
    (Equaliser::LOWEST_HZ..=Equaliser::HIGHEST_HZ).contains(&hz).then_some(hz)
}

/// `+1` and `-1` are steps, `1` and `=-1` are values.
fn parse_step(word: &str) -> Option<Step> {
    match word.strip_prefix('=') {
        Some(value) => parse_db(value).map(Step::To),
        None if word.starts_with(['+', '-']) => parse_db(word).map(Step::By),
        None => parse_db(word).map(Step::To),
    }
}

fn parse_night(word: &str) -> Option<Listener> {
    match parse_switch(word) {
        Some(on) => Some(Listener::Night(Some(on))),
        None => parse_change(word).map(|change: Change| Listener::NightStrength(change)),
    }
}

fn number(word: &str) -> Option<f32> {
    let plain = word.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    word.parse().ok().filter(|_| plain)
}

#[cfg(test)]
mod tests {
    use crate::model::command::parse::parse;
    use crate::model::command::{BandChange, Change, Command, Listener, Request, Screen, Step};
    use crate::model::settings::Crossfeed;

    fn asked(line: &str) -> Listener {
        match parse(line) {
            Ok(Request::Core(Command::Listener(asked))) => asked,
            other => panic!("{line}: {other:?}"),
        }
    }

    #[test]
    fn the_equaliser_is_asked_for_in_two_words_or_one() {
        assert_eq!(parse("eq"), Ok(Request::Screen(Screen::EqPanel)));
        assert_eq!(asked("eq on"), Listener::Eq(Some(true)));
        assert_eq!(asked("eq-toggle"), Listener::Eq(None));
        assert_eq!(asked("eq preset 'HD 650'"), Listener::EqPreset(Some("HD 650".into())));
        assert_eq!(asked("eq load a.txt"), Listener::EqLoad("a.txt".into()));
        let band = |hz, step, q| Listener::EqBand { hz, change: BandChange::Gain(step, q) };
        assert_eq!(asked("eq band 1k +1.5"), band(1_000.0, Step::By(1.5), None));
        assert_eq!(asked("eq band 63 =-3dB 0.7"), band(63.0, Step::To(-3.0), Some(0.7)));
        assert_eq!(asked("eq band 63 off"), Listener::EqBand { hz: 63.0, change: BandChange::Drop });
        assert_eq!(asked("eq preamp auto"), Listener::EqPreamp(None));
        assert_eq!(asked("eq preamp -6"), Listener::EqPreamp(Some(-6.0)));
        for bad in [
            "eq band 5 1",
            "eq band 1k 30",
            "eq band 1k 1 0",
            "eq save a/b",
            "eq save",
            "eq preamp x",
            "eq x",
        ] {
            assert!(parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn an_impulse_response_is_a_file_off_or_the_other_of_both() {
        use crate::model::command::ImpulseChange;
        assert_eq!(asked("impulse"), Listener::Impulse(ImpulseChange::Toggle));
        assert_eq!(asked("impulse off"), Listener::Impulse(ImpulseChange::Off));
        assert_eq!(asked("convolve ./off"), Listener::Impulse(ImpulseChange::File("./off".into())));
        assert_eq!(asked("impulse \"a b.wav\""), Listener::Impulse(ImpulseChange::File("a b.wav".into())));
    }

    #[test]
    fn crossfeed_and_night_mode_are_switches_with_more() {
        assert_eq!(asked("crossfeed"), Listener::Crossfeed(None));
        assert_eq!(asked("crossfeed off"), Listener::Crossfeed(Some(None)));
        assert_eq!(asked("crossfeed cmoy"), Listener::Crossfeed(Some(Some(Crossfeed::Cmoy))));
        assert_eq!(asked("night"), Listener::Night(None));
        assert_eq!(asked("night on"), Listener::Night(Some(true)));
        assert_eq!(asked("night +10"), Listener::NightStrength(Change::By(10)));
        assert!(parse("night 101").is_err() && parse("crossfeed x").is_err());
    }
}
