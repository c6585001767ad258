//! Words of the grammar of keys.

use super::{Call, ParseError, parse};
use crate::later;
use crate::model::command::Request;
use crate::model::command::grammar::{Grammar, Kind, Object};

impl Call<'_> {
    pub(super) fn grammar(&self) -> Result<Option<Grammar>, ParseError> {
        let letter = later!("a letter");
        Ok(Some(match self.row.name {
            "operator" => Grammar::Operator(Box::new(self.over()?)),
            "object" => Grammar::Object(self.object()?),
            "select" => self.bare(Grammar::Select)?,
            "select-again" => self.bare(Grammar::SelectAgain)?,
            "select-other" => self.bare(Grammar::SelectOther)?,
            "yank" => self.bare(Grammar::Yank)?,
            "put" => {
                let before =
                    self.optional(later!("before, or nothing"), |word| (word == "before").then_some(true))?;
                Grammar::Put { before: before.unwrap_or(false) }
            }
            "register" => Grammar::Register(self.one(letter, parse_letter)?),
            "registers" => self.bare(Grammar::Registers)?,
            "again" => self.bare(Grammar::Again)?,
            "record" => Grammar::Record(self.one(letter, parse_letter)?),
            "record-end" => self.bare(Grammar::RecordEnd)?,
            "replay" => Grammar::Replay(self.one(letter, parse_letter)?),
            "replay-last" => self.bare(Grammar::ReplayLast)?,
            "same" => {
                let kind = |word: &str| Kind::parse(word).filter(|kind| *kind != Kind::List);
                Grammar::Same(self.one(later!("album, artist, genre, year, disc or folder"), kind)?)
            }
            "jump-back" => self.bare(Grammar::JumpBack)?,
            "jump-forward" => self.bare(Grammar::JumpForward)?,
            _ => return Ok(None),
        }))
    }

    /// The command of an operator: what acts on a selection, not another piece of grammar.
    fn over(&self) -> Result<Request, ParseError> {
        let expected = later!("a command that acts on what is selected, such as remove, add or yank");
        match parse(self.rest) {
            Ok(request) if request.acts_on_selection() => Ok(request),
            Err(ParseError::Empty) | Ok(_) => Err(self.wrong(expected)),
            Err(error) => Err(error),
        }
    }

    fn object(&self) -> Result<Object, ParseError> {
        let expected = later!("album, artist, genre, year, disc, folder or list, and all where it is meant");
        let (kind, all) = match self.arguments {
            [kind] => (kind, false),
            [kind, all] if all == "all" => (kind, true),
            _ => return Err(self.wrong(expected)),
        };
        let kind = Kind::parse(kind).ok_or_else(|| self.wrong(expected))?;
        Ok(Object { kind, all })
    }
}

fn parse_letter(word: &str) -> Option<char> {
    let mut chars = word.chars();
    let letter = chars.next().filter(char::is_ascii_alphabetic)?;
    chars.next().is_none().then_some(letter)
}
