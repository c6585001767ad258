//! Words about the words of songs.

use super::{Call, ParseError};
use crate::model::command::Lyricing;

impl Call<'_> {
    pub(super) fn lyrics(&self) -> Result<Option<Lyricing>, ParseError> {
        Ok(Some(match self.row.name {
            "lyrics-again" => self.bare(Lyricing::Find { again: true })?,
            "lyrics-save" => self.bare(Lyricing::Save)?,
            _ => return Ok(None),
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::command::parse::parse;
    use crate::model::command::{Command, Request, Screen};

    #[test]
    fn words_of_songs_are_looked_at_looked_for_and_saved() {
        let core = |command| Ok(Request::Core(Command::Lyrics(command)));
        assert_eq!(parse("lyrics"), Ok(Request::Screen(Screen::Lyrics)));
        assert_eq!(parse("lyrics again"), core(Lyricing::Find { again: true }));
        assert_eq!(parse("lyrics save"), core(Lyricing::Save));
        assert!(parse("lyrics-save x.lrc").is_err() && parse("lyrics x").is_err());
    }
}
