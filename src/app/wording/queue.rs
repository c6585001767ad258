//! What is told of the queue and of its history.

use std::path::Path;
use std::sync::Arc;

use super::{note, warning};
use crate::app::state::Purpose;
use crate::model::edit::Way;
use crate::model::history::Entry;
use crate::model::notice::Notice;
use crate::model::playback::Shuffle;
use crate::{counted, say};

pub fn nothing_selected() -> Notice {
    note(say!("Nothing is selected"))
}

pub fn no_such_entry() -> Notice {
    note(say!("No such entry in the queue"))
}

/// What was done, in a line of the history.
pub fn put(purpose: Purpose, count: usize) -> String {
    let tracks = counted!(count, "track", "tracks");
    match purpose {
        Purpose::Append => say!("added {tracks}", tracks),
        Purpose::Insert => say!("put {tracks} next", tracks),
        Purpose::At(place) => say!("put {tracks} at {place}", tracks, place = place + 1),
        Purpose::PlayNow => say!("played {tracks} at once", tracks),
        Purpose::Replace { .. } => say!("put {tracks} in place of the queue", tracks),
    }
}

pub fn took_out(count: usize) -> String {
    say!("removed {tracks}", tracks = counted!(count, "track", "tracks"))
}

pub fn moved(count: usize) -> String {
    say!("moved {tracks}", tracks = counted!(count, "track", "tracks"))
}

pub fn shuffled(shuffle: Shuffle) -> String {
    match shuffle {
        Shuffle::Off => say!("played in the queue's own order").to_owned(),
        on => say!("shuffled: {way}", way = on.words()),
    }
}

pub fn consumed(name: &str) -> String {
    say!("heard and taken out: {name}", name)
}

pub fn nothing_twice() -> Notice {
    note(say!("No file is in the queue twice"))
}

pub fn arranged(words: &str) -> Notice {
    note(say!("The queue was {words}", words)).next_step(say!("`:undo` takes it back"))
}

pub fn is_in_order() -> Notice {
    note(say!("The queue is in that order already"))
}

pub fn added(count: usize) -> Notice {
    note(say!("Added {tracks} to the queue", tracks = counted!(count, "track", "tracks")))
}

pub fn inserted(count: usize) -> Notice {
    note(say!("{tracks} will play next", tracks = counted!(count, "track", "tracks")))
}

/// `gone` were queued before.
pub fn replaced(count: usize, gone: usize) -> Notice {
    note(say!(
        "{tracks} in place of the {count} that were queued",
        tracks = counted!(count, "track", "tracks"),
        count = gone
    ))
    .next_step(say!("`:undo` takes it back"))
}

pub fn removed(count: usize) -> Notice {
    note(say!("Removed {tracks} from the queue", tracks = counted!(count, "track", "tracks")))
        .next_step(say!("`:undo` takes it back"))
}

pub fn not_added(path: &Path, why: &str, problems: usize) -> Notice {
    let what = match problems {
        1 => say!("Cannot add {path}", path = path.display()),
        more => say!("Cannot add {path} and {more} more", path = path.display(), more = more - 1),
    };
    warning(what).why(why)
}

pub fn no_music_found() -> Notice {
    warning(say!("No music found there"))
}

pub fn undone(steps: &[Arc<Entry>]) -> Notice {
    note(say!("Taken back: {steps}", steps = steps_told(steps, Way::Back)))
        .next_step(say!("`:redo` makes it again"))
}

pub fn redone(steps: &[Arc<Entry>]) -> Notice {
    note(say!("Made again: {steps}", steps = steps_told(steps, Way::Forth)))
}

fn steps_told(steps: &[Arc<Entry>], way: Way) -> String {
    let changes = counted!(steps.len(), "change", "changes");
    match (steps, way) {
        ([], _) => String::new(),
        ([one], _) => one.words.to_string(),
        ([.., last], Way::Back) => say!("{changes}, back to before \"{step}\"", changes, step = last.words),
        ([.., last], Way::Forth) => say!("{changes}, up to \"{step}\"", changes, step = last.words),
    }
}

pub fn nothing_to_undo() -> Notice {
    note(say!("Nothing to undo"))
}

pub fn nothing_to_redo() -> Notice {
    note(say!("Nothing to redo"))
}

/// There are steps, but none in the time that was asked for; the nearest was made `ago`.
pub fn nothing_within(way: Way, ago: &str) -> Notice {
    match way {
        Way::Back => {
            note(say!("Nothing was changed in that time")).why(say!("the last change was {ago}", ago))
        }
        Way::Forth => {
            note(say!("Nothing was taken back in that time")).why(say!("the next change was {ago}", ago))
        }
    }
}

pub fn history_does_not_fit(words: &str) -> Notice {
    warning(say!("Cannot go over \"{step}\"", step = words))
        .why(say!("the queue is not the one that it was done to"))
        .next_step(say!("The history begins anew; the queue stays as it is"))
}

/// Lines of the history, the nearest first.
pub fn undo_list(done: &[String], taken_back: &[String]) -> Notice {
    let part = |title: &str, lines: &[String], most: usize| {
        let more = lines.len().saturating_sub(most);
        let mut told: Vec<String> = lines.iter().take(most).cloned().collect();
        told.extend((more > 0).then(|| say!("{more} more", more)));
        (!told.is_empty()).then(|| format!("{title} {}", told.join(" · ")))
    };
    let parts: Vec<String> =
        [part(say!("Undo:"), done, 8), part(say!("Redo:"), taken_back, 4)].into_iter().flatten().collect();
    match parts.is_empty() {
        true => note(say!("Nothing was changed yet that could be taken back")),
        false => note(parts.join("  ")),
    }
}

pub fn edited(count: usize, lost: usize) -> Notice {
    let notice = note(say!("The queue has {tracks} now", tracks = counted!(count, "track", "tracks")))
        .next_step(say!("`:undo` takes it back"));
    match lost {
        0 => notice,
        lost => notice.why(say!("{tracks} had gone meanwhile", tracks = counted!(lost, "track", "tracks"))),
    }
}

pub fn edited_nothing() -> Notice {
    note(say!("The queue is as it was"))
}

pub fn edit_refused(line: usize, why: &str) -> Notice {
    warning(say!("The queue is as it was: line {line} adds nothing", line))
        .why(why)
        .next_step(say!("`:edit queue` goes on with your text"))
}
