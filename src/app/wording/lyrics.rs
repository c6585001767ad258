//! What is told of words of songs, and of releases that were looked up.

use std::path::Path;

use super::{count_of, error, note, warning};
use crate::model::lyrics::Found;
use crate::model::musicbrainz::Candidate;
use crate::model::notice::Notice;

pub fn lyrics_of_nothing() -> Notice {
    note("Nothing plays that could have words")
}

/// Told once an outage.
pub fn lyrics_outage(why: &str) -> Notice {
    warning("The words cannot be had from the net")
        .why(why)
        .next_step("The next song is asked for again; `:lyrics-again` asks for this one")
}

pub fn lyrics_found(found: &Found) -> Notice {
    match found {
        Found::Words(lyrics) => {
            let lines = count_of(lyrics.lines.len(), "line");
            note(format!("{lines}, {}", lyrics.source.words()))
        }
        Found::Instrumental => note("It is instrumental"),
        Found::Looking => note("The words are being looked for"),
        Found::Nothing(why) => note("No words were found").why(why.as_str()),
        Found::Failed(why) => warning("The words cannot be had").why(why.as_str()),
    }
}

pub fn lyrics_offset(ms: i32) -> Notice {
    match ms {
        0 => note("The words come when they are told to"),
        1.. => note(format!("The words come {ms} ms sooner than told")),
        _ => note(format!("The words come {} ms later than told", ms.unsigned_abs())),
    }
}

pub fn lyrics_saved(file: &Path) -> Notice {
    note(format!("The words are in {}", file.display()))
}

pub fn lyrics_not_saved(why: &str) -> Notice {
    error("The words are not saved").why(why)
}

pub fn looked_up(found: &[Candidate]) -> Notice {
    match found {
        [] => {
            note("MusicBrainz knows no such release").next_step("Check album and artist in the tags: `:info`")
        }
        [first, ..] => note(format!(
            "{} may be meant, the first: {} - {}",
            count_of(found.len(), "release"),
            first.artist,
            first.title
        ))
        .why(first.details())
        .next_step("`:lookup-take 1` shows what its tags would change"),
    }
}

pub fn lookup_failed(why: &str) -> Notice {
    error("Nothing was looked up").why(why)
}

pub fn lookup_busy() -> Notice {
    note("It is being looked up").next_step("MusicBrainz takes one question a second")
}

pub fn no_such_candidate(number: usize, found: usize) -> Notice {
    let notice = warning(format!("There is no release {number} to be taken"));
    match found {
        0 => notice.next_step("`:lookup` looks for those that may be meant"),
        1 => notice.why("one was found"),
        _ => notice.why(format!("{found} were found")),
    }
}
