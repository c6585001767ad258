//! Words about how tracks sound.

use super::{Call, ParseError};
use crate::later;
use crate::model::command::{Like, Similar, Tune};

/// Before the number that repeats a radio.
const SEED: &str = "seed=";

impl Call<'_> {
    pub(super) fn similar(&self) -> Result<Option<Similar>, ParseError> {
        Ok(Some(match self.row.name {
            "similar" => Similar::Find(self.like(self.arguments)),
            "radio" => Similar::Radio(self.tune()?),
            "path" => self.path()?,
            "smooth" => Similar::Smooth(self.items()?),
            "weights" => {
                let expected = later!("reset, or nothing");
                match self.optional(expected, |word| (word == "reset").then_some(()))? {
                    Some(()) => Similar::ForgetWeights,
                    None => Similar::Weights,
                }
            }
            _ => return Ok(None),
        }))
    }

    /// One word is taken as it is meant; several are a query as it was typed.
    fn like(&self, words: &[String]) -> Like {
        match words {
            [] => Like::Selection,
            [word] if word == "playing" => Like::Playing,
            [word] => Like::Words(word.clone()),
            words if words.len() == self.arguments.len() => Like::Words(self.rest.to_owned()),
            words => Like::Words(words.join(" ")),
        }
    }

    fn tune(&self) -> Result<Tune, ParseError> {
        let expected = later!("on, off or nothing, then playing, a query or nothing, then seed=N or nothing");
        let (words, seed) = match self.arguments.split_last() {
            Some((last, words)) if last.starts_with(SEED) => {
                let seed = last.strip_prefix(SEED).and_then(|seed| seed.parse().ok());
                (words, Some(seed.ok_or_else(|| self.wrong(expected))?))
            }
            _ => (self.arguments, None),
        };
        Ok(match words.split_first() {
            Some((word, [])) if word == "off" && seed.is_none() => Tune::Off,
            Some((word, words)) if word == "on" => Tune::On(self.like(words), seed),
            Some(_) => Tune::On(self.like(words), seed),
            None => Tune::Toggle(Like::Selection, seed),
        })
    }

    fn path(&self) -> Result<Similar, ParseError> {
        let number =
            |word: &String| word.parse().ok().filter(|steps| (1..=Similar::MOST_STEPS).contains(steps));
        let (words, steps) = match self.arguments.split_last() {
            Some((last, words)) if number(last).is_some() => (words, number(last)),
            _ => (self.arguments, None),
        };
        let to = self.like(words);
        if to == Like::Playing {
            return Err(self.wrong(later!("a path, a query or nothing, then a number of tracks or nothing")));
        }
        Ok(Similar::Path { to, steps: steps.unwrap_or(Similar::STEPS) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::command::parse::parse;
    use crate::model::command::{Command, Items, Request};

    fn asked(line: &str) -> Similar {
        match parse(line).unwrap() {
            Request::Core(Command::Similar(similar)) => similar,
            other => panic!("{line}: {other:?}"),
        }
    }

    #[test]
    fn what_others_are_to_sound_like_is_a_selection_what_plays_or_words() {
        let words = |words: &str| Like::Words(words.into());
        assert_eq!(asked("similar"), Similar::Find(Like::Selection));
        assert_eq!(asked("similar playing"), Similar::Find(Like::Playing));
        assert_eq!(
            asked("similar artist:\"a b\" year:1990"),
            Similar::Find(words("artist:\"a b\" year:1990"))
        );
        assert_eq!(asked("similar \"/m/a b.flac\""), Similar::Find(words("/m/a b.flac")));
    }

    #[test]
    fn a_radio_has_seeds_and_a_number() {
        let radio = |line: &str| match asked(line) {
            Similar::Radio(tune) => tune,
            other => panic!("{other:?}"),
        };
        assert_eq!(radio("radio"), Tune::Toggle(Like::Selection, None));
        assert_eq!(radio("radio seed=7"), Tune::Toggle(Like::Selection, Some(7)));
        assert_eq!(radio("radio off"), Tune::Off);
        assert_eq!(radio("radio on"), Tune::On(Like::Selection, None));
        assert_eq!(radio("radio on playing seed=42"), Tune::On(Like::Playing, Some(42)));
        assert_eq!(
            radio("radio genre:jazz rating>=4"),
            Tune::On(Like::Words("genre:jazz rating>=4".into()), None)
        );
        assert!(parse("radio on seed=x").is_err());
    }

    #[test]
    fn a_path_leads_somewhere_in_some_steps() {
        assert_eq!(asked("path"), Similar::Path { to: Like::Selection, steps: 5 });
        assert_eq!(asked("path 8"), Similar::Path { to: Like::Selection, steps: 8 });
        assert_eq!(
            asked("path space oddity 3"),
            Similar::Path { to: Like::Words("space oddity".into()), steps: 3 }
        );
        assert!(parse("path playing").is_err());
        assert_eq!(asked("smooth 2-3"), Similar::Smooth(Items::Positions(vec![2, 3])));
        assert_eq!((asked("weights"), asked("weights reset")), (Similar::Weights, Similar::ForgetWeights));
    }
}
