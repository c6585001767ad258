//! What is told of words of songs, and of releases that were looked up.

use std::path::Path;

use super::{error, note, warning};
use crate::model::lyrics::Found;
use crate::model::musicbrainz::Candidate;
use crate::model::notice::Notice;
use crate::{counted, say};

pub fn lyrics_of_nothing() -> Notice {
    note(say!("Nothing plays that could have words"))
}

/// Told once an outage.
pub fn lyrics_outage(why: &str) -> Notice {
    warning(say!("The words cannot be had from the net"))
        .why(why)
        .next_step(say!("The next song is asked for again; `:lyrics-again` asks for this one"))
}

pub fn lyrics_found(found: &Found) -> Notice {
    match found {
        Found::Words(lyrics) => {
            let lines = counted!(lyrics.lines.len(), "line", "lines");
            note(format!("{lines}, {}", lyrics.source.words()))
        }
        Found::Instrumental => note(say!("It is instrumental")),
        Found::Looking => note(say!("The words are being looked for")),
        Found::Nothing(why) => note(say!("No words were found")).why(why.as_str()),
        Found::Failed(why) => warning(say!("The words cannot be had")).why(why.as_str()),
    }
}

pub fn lyrics_offset(ms: i32) -> Notice {
    match ms {
        0 => note(say!("The words come when they are told to")),
        1.. => note(say!("The words come {ms} ms sooner than told", ms)),
        _ => note(say!("The words come {ms} ms later than told", ms = ms.unsigned_abs())),
    }
}

pub fn lyrics_saved(file: &Path) -> Notice {
    note(say!("The words are in {file}", file = file.display()))
}

pub fn lyrics_not_saved(why: &str) -> Notice {
    error(say!("The words are not saved")).why(why)
}

pub fn looked_up(found: &[Candidate]) -> Notice {
    match found {
        [] => note(say!("MusicBrainz knows no such release"))
            .next_step(say!("Check album and artist in the tags: `:info`")),
        [first, ..] => note(say!(
            "{releases} may be meant, the first: {artist} - {title}",
            releases = counted!(found.len(), "release", "releases"),
            artist = first.artist,
            title = first.title
        ))
        .why(first.details())
        .next_step(say!("`:lookup-take 1` shows what its tags would change")),
    }
}

pub fn lookup_failed(why: &str) -> Notice {
    error(say!("Nothing was looked up")).why(why)
}

pub fn lookup_busy() -> Notice {
    note(say!("It is being looked up")).next_step(say!("MusicBrainz takes one question a second"))
}

pub fn no_such_candidate(number: usize, found: usize) -> Notice {
    let notice = warning(say!("There is no release {number} to be taken", number));
    match found {
        0 => notice.next_step(say!("`:lookup` looks for those that may be meant")),
        1 => notice.why(say!("one was found")),
        _ => notice.why(say!("{count} were found", count = found)),
    }
}
