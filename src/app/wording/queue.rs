//! What is told of the queue and of its history.

use std::path::Path;
use std::sync::Arc;

use super::{count_of, note, warning};
use crate::app::state::Purpose;
use crate::model::edit::Way;
use crate::model::history::Entry;
use crate::model::notice::Notice;
use crate::model::playback::Shuffle;

pub fn nothing_selected() -> Notice {
    note("Nothing is selected")
}

pub fn no_such_entry() -> Notice {
    note("No such entry in the queue")
}

/// What was done, in a line of the history.
pub fn put(purpose: Purpose, count: usize) -> String {
    let tracks = count_of(count, "track");
    match purpose {
        Purpose::Append => format!("added {tracks}"),
        Purpose::Insert => format!("put {tracks} next"),
        Purpose::At(place) => format!("put {tracks} at {}", place + 1),
        Purpose::PlayNow => format!("played {tracks} at once"),
        Purpose::Replace { .. } => format!("put {tracks} in place of the queue"),
    }
}

pub fn took_out(count: usize) -> String {
    format!("removed {}", count_of(count, "track"))
}

pub fn moved(count: usize) -> String {
    format!("moved {}", count_of(count, "track"))
}

pub fn shuffled(shuffle: Shuffle) -> String {
    match shuffle {
        Shuffle::Off => "played in the queue's own order".to_owned(),
        on => format!("shuffled: {}", on.words()),
    }
}

pub fn consumed(name: &str) -> String {
    format!("heard and taken out: {name}")
}

pub fn nothing_twice() -> Notice {
    note("No file is in the queue twice")
}

pub fn arranged(words: &str) -> Notice {
    note(format!("The queue was {words}")).next_step("`:undo` takes it back")
}

pub fn is_in_order() -> Notice {
    note("The queue is in that order already")
}

pub fn added(count: usize) -> Notice {
    note(format!("Added {} to the queue", count_of(count, "track")))
}

pub fn inserted(count: usize) -> Notice {
    note(format!("{} will play next", count_of(count, "track")))
}

/// `gone` were queued before.
pub fn replaced(count: usize, gone: usize) -> Notice {
    note(format!("{} in place of the {gone} that were queued", count_of(count, "track")))
        .next_step("`:undo` takes it back")
}

pub fn removed(count: usize) -> Notice {
    note(format!("Removed {} from the queue", count_of(count, "track"))).next_step("`:undo` takes it back")
}

pub fn not_added(path: &Path, why: &str, problems: usize) -> Notice {
    let what = match problems {
        1 => format!("Cannot add {}", path.display()),
        more => format!("Cannot add {} and {} more", path.display(), more - 1),
    };
    warning(what).why(why)
}

pub fn no_music_found() -> Notice {
    warning("No music found there")
}

pub fn undone(steps: &[Arc<Entry>]) -> Notice {
    note(format!("Taken back: {}", steps_told(steps, "back to before"))).next_step("`:redo` makes it again")
}

pub fn redone(steps: &[Arc<Entry>]) -> Notice {
    note(format!("Made again: {}", steps_told(steps, "up to")))
}

fn steps_told(steps: &[Arc<Entry>], way: &str) -> String {
    match steps {
        [] => String::new(),
        [one] => one.words.to_string(),
        [.., last] => format!("{}, {way} \"{}\"", count_of(steps.len(), "change"), last.words),
    }
}

pub fn nothing_to_undo() -> Notice {
    note("Nothing to undo")
}

pub fn nothing_to_redo() -> Notice {
    note("Nothing to redo")
}

/// There are steps, but none in the time that was asked for; the nearest was made `ago`.
pub fn nothing_within(way: Way, ago: &str) -> Notice {
    match way {
        Way::Back => note("Nothing was changed in that time").why(format!("the last change was {ago}")),
        Way::Forth => note("Nothing was taken back in that time").why(format!("the next change was {ago}")),
    }
}

pub fn history_does_not_fit(words: &str) -> Notice {
    warning(format!("Cannot go over \"{words}\""))
        .why("the queue is not the one that it was done to")
        .next_step("The history begins anew; the queue stays as it is")
}

/// Lines of the history, the nearest first.
pub fn undo_list(done: &[String], taken_back: &[String]) -> Notice {
    let part = |title: &str, lines: &[String], most: usize| {
        let more = lines.len().saturating_sub(most);
        let mut told: Vec<String> = lines.iter().take(most).cloned().collect();
        told.extend((more > 0).then(|| format!("{more} more")));
        (!told.is_empty()).then(|| format!("{title} {}", told.join(" · ")))
    };
    let parts: Vec<String> =
        [part("Undo:", done, 8), part("Redo:", taken_back, 4)].into_iter().flatten().collect();
    match parts.is_empty() {
        true => note("Nothing was changed yet that could be taken back"),
        false => note(parts.join("  ")),
    }
}

pub fn edited(count: usize, lost: usize) -> Notice {
    let notice =
        note(format!("The queue has {} now", count_of(count, "track"))).next_step("`:undo` takes it back");
    match lost {
        0 => notice,
        lost => notice.why(format!("{} had gone meanwhile", count_of(lost, "track"))),
    }
}

pub fn edited_nothing() -> Notice {
    note("The queue is as it was")
}

pub fn edit_refused(line: usize, why: &str) -> Notice {
    warning(format!("The queue is as it was: line {line} adds nothing"))
        .why(why)
        .next_step("`:edit queue` goes on with your text")
}
