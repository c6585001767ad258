//! Words about the words of songs.

use super::{Call, ParseError};
use crate::later;
use crate::model::command::{Lyricing, LyricsOffset};
use crate::model::lyrics::MOST_OFFSET_MS;

const OFFSET: &str = later!("milliseconds up to 600000, as 250, =-250, +100 or -100");

impl Call<'_> {
    pub(super) fn lyrics(&self) -> Result<Option<Lyricing>, ParseError> {
        Ok(Some(match self.row.name {
            "lyrics-again" => self.bare(Lyricing::Find { again: true })?,
            "lyrics-offset" => Lyricing::Offset(self.one(OFFSET, offset)?),
            "lyrics-save" => self.bare(Lyricing::Save)?,
            _ => return Ok(None),
        }))
    }
}

/// `250`, `=250` and `=-250` are that, `+100` and `-100` are that much more or less.
fn offset(word: &str) -> Option<LyricsOffset> {
    let ms: i32 = word.strip_prefix('=').unwrap_or(word).trim_end_matches("ms").parse().ok()?;
    let is_change = word.starts_with(['+', '-']);
    let offset = if is_change { LyricsOffset::By(ms) } else { LyricsOffset::To(ms) };
    (ms.unsigned_abs() <= MOST_OFFSET_MS.unsigned_abs()).then_some(offset)
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
        let offset = |offset| core(Lyricing::Offset(offset));
        assert_eq!(parse("lyrics-offset 250"), offset(LyricsOffset::To(250)));
        assert_eq!(parse("lyrics-offset +100"), offset(LyricsOffset::By(100)));
        assert_eq!(parse("lyrics-offset -100ms"), offset(LyricsOffset::By(-100)));
        assert_eq!(parse("lyrics-offset =-2"), offset(LyricsOffset::To(-2)));
        assert_eq!(parse("lyrics-offset =250ms"), offset(LyricsOffset::To(250)));
        for wrong in [
            "lyrics-offset =",
            "lyrics-offset ==2",
            "lyrics-offset",
            "lyrics-offset x",
            "lyrics-offset 600001",
            "lyrics-offset -2147483648",
        ] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
        assert!(parse("lyrics-save x.lrc").is_err() && parse("lyrics x").is_err());
    }
}
