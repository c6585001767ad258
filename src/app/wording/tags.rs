//! What is told of tags.

use std::path::{Path, PathBuf};

use super::{count_of, error, note, warning};
use crate::model::edit::Way;
use crate::model::notice::Notice;
use crate::model::part::shown_name as shown;
use crate::model::server::is_served;
use crate::model::tagging::{Said, TagSheet};

fn first(refused: &[(PathBuf, String)]) -> String {
    match refused {
        [] => String::new(),
        [(path, why)] => format!("{} {why}", path.display()),
        [(path, why), ..] => format!("{} {why}, and {} others", path.display(), refused.len() - 1),
    }
}

pub fn tags_refused(refused: &[(PathBuf, String)]) -> Notice {
    warning("No file was changed").why(first(refused))
}

pub fn tags_unchanged() -> Notice {
    note("Nothing to change: the files say so already")
}

pub fn tags_planned(files: usize) -> Notice {
    note(format!("{} would be changed", count_of(files, "file")))
        .next_step("`:tag-write` does it, `:tag-drop` does not")
}

pub fn tags_none_planned() -> Notice {
    note("No change of tags waits").next_step("`:tag-set FIELD VALUE` or `:info` makes one")
}

pub fn tags_busy() -> Notice {
    warning("Other files are being changed")
        .why("one change is carried out at a time")
        .next_step("Try again when it is done; `:tag-drop` stops it")
}

/// As the history has it.
pub fn tags_changed(files: usize, moves: bool) -> String {
    let deed = if moves { "renamed" } else { "changed the tags of" };
    format!("{deed} {}", count_of(files, "file"))
}

pub fn tags_gone_over(way: Way, files: usize) -> String {
    let deed = if way == Way::Back { "took back" } else { "made again" };
    format!("{deed} a change of {}", count_of(files, "file"))
}

pub fn tags_done(words: &str) -> Notice {
    note(words).next_step("`:undo` takes it back")
}

pub fn tags_stay(words: &str, refused: &[(PathBuf, String)]) -> Notice {
    warning(format!("Stays as it is: {words}"))
        .why(first(refused))
        .next_step("`:undo skip` passes over it to the steps before")
}

pub fn tags_dropped() -> Notice {
    note("No file was changed")
}

pub fn nothing_to_tag() -> Notice {
    note("Nothing is selected and nothing plays").next_step("Go to a track in the library")
}

pub fn no_tags_of(address: &Path) -> Notice {
    if is_served(address) {
        return note(format!("{} is on a server, and its tags with it", shown(address)));
    }
    note(format!(
        "{} is an address: it has no tags that could be changed",
        crate::model::address::place(address)
    ))
}

pub fn step_skipped(words: &str) -> Notice {
    note(format!("Passed over: {words}")).why("the files stay as they are")
}

pub fn nothing_to_skip() -> Notice {
    note("The last step is no change of tags").next_step("`:undo` takes it back")
}

pub fn picture(words: &str) -> Notice {
    note(format!("Picture: {words}"))
}

pub fn picture_written(to: &Path) -> Notice {
    note(format!("The picture is in {}", to.display()))
}

pub fn picture_failed(why: &str) -> Notice {
    error("The picture cannot be taken out").why(why)
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
