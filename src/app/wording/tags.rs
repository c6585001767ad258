//! What is told of tags.

use std::path::{Path, PathBuf};

use super::{error, note, warning};
use crate::model::edit::Way;
use crate::model::notice::Notice;
use crate::model::part::shown_name as shown;
use crate::model::server::is_served;
use crate::model::tagging::{Said, TagSheet};
use crate::{counted, say};

fn first(refused: &[(PathBuf, String)]) -> String {
    match refused {
        [] => String::new(),
        [(path, why)] => format!("{} {why}", path.display()),
        [(path, why), ..] => {
            say!("{path} {why}, and {count} others", path = path.display(), why, count = refused.len() - 1)
        }
    }
}

pub fn tags_refused(refused: &[(PathBuf, String)]) -> Notice {
    warning(say!("No file was changed")).why(first(refused))
}

pub fn tags_unchanged() -> Notice {
    note(say!("Nothing to change: the files say so already"))
}

pub fn tags_planned(files: usize) -> Notice {
    note(say!("{files} would be changed", files = counted!(files, "file", "files")))
        .next_step(say!("`:tag-write` does it, `:tag-drop` does not"))
}

pub fn tags_none_planned() -> Notice {
    note(say!("No change of tags waits")).next_step(say!("`:tag-set FIELD VALUE` or `:info` makes one"))
}

pub fn tags_busy() -> Notice {
    warning(say!("Other files are being changed"))
        .why(say!("one change is carried out at a time"))
        .next_step(say!("Try again when it is done; `:tag-drop` stops it"))
}

/// As the history has it.
pub fn tags_changed(files: usize, moves: bool) -> String {
    let files = counted!(files, "file", "files");
    if moves { say!("renamed {files}", files) } else { say!("changed the tags of {files}", files) }
}

pub fn tags_gone_over(way: Way, files: usize) -> String {
    let files = counted!(files, "file", "files");
    match way {
        Way::Back => say!("took back a change of {files}", files),
        Way::Forth => say!("made again a change of {files}", files),
    }
}

pub fn tags_done(words: &str) -> Notice {
    note(words).next_step(say!("`:undo` takes it back"))
}

pub fn tags_stay(words: &str, refused: &[(PathBuf, String)]) -> Notice {
    warning(say!("Stays as it is: {step}", step = words))
        .why(first(refused))
        .next_step(say!("`:undo skip` passes over it to the steps before"))
}

pub fn tags_dropped() -> Notice {
    note(say!("No file was changed"))
}

pub fn nothing_to_tag() -> Notice {
    note(say!("Nothing is selected and nothing plays")).next_step(say!("Go to a track in the library"))
}

pub fn no_tags_of(address: &Path) -> Notice {
    if is_served(address) {
        return note(say!("{name} is on a server, and its tags with it", name = shown(address)));
    }
    note(say!(
        "{place} is an address: it has no tags that could be changed",
        place = crate::model::address::place(address)
    ))
}

pub fn step_skipped(words: &str) -> Notice {
    note(say!("Passed over: {step}", step = words)).why(say!("the files stay as they are"))
}

pub fn nothing_to_skip() -> Notice {
    note(say!("The last step is no change of tags")).next_step(say!("`:undo` takes it back"))
}

pub fn picture(words: &str) -> Notice {
    note(say!("Picture: {picture}", picture = words))
}

pub fn picture_written(to: &Path) -> Notice {
    note(say!("The picture is in {file}", file = to.display()))
}

pub fn picture_failed(why: &str) -> Notice {
    error(say!("The picture cannot be taken out")).why(why)
}

/// As much as a line has room for.
pub fn tags(sheet: &TagSheet) -> Notice {
    let spoken = |said: &Said| *said != Said::Same(Vec::new());
    let fields = sheet.fields.iter().filter(|(_, said)| spoken(said));
    let fields = fields.map(|(field, said)| format!("{}: {}", field.name(), said.words()));
    let facts = sheet.facts.iter().map(|(name, said)| format!("{name}: {}", said.words()));
    let told: Vec<String> = fields.chain(facts).collect();
    match (told.is_empty(), sheet.problems.first()) {
        (true, Some((path, why))) => warning(format!("{} {why}", path.display())),
        (_, Some((path, why))) => note(told.join(" · ")).why(format!("{} {why}", path.display())),
        (_, None) => note(told.join(" · ")),
    }
}
