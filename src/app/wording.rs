//! Every text that the core tells the user: what happened, why, what to do. One function a case; called by reducers.

use std::path::Path;

use crate::jobs::library::ScanOutcome;
use crate::model::address;
use crate::model::notice::{Notice, Severity};
use crate::model::settings::OutputSpec;

fn note(what: impl Into<String>) -> Notice {
    Notice::new(Severity::Note, what)
}

fn warning(what: impl Into<String>) -> Notice {
    Notice::new(Severity::Warning, what)
}

fn error(what: impl Into<String>) -> Notice {
    Notice::new(Severity::Error, what)
}

/// "1 track", "3 tracks".
fn count_of(count: usize, thing: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {thing}{plural}")
}

pub fn nothing_to_play() -> Notice {
    note("The queue is empty").next_step("Press `a` or Enter on something in the library")
}

pub fn nothing_selected() -> Notice {
    note("Nothing is selected")
}

pub fn no_such_entry() -> Notice {
    note("No such entry in the queue")
}

pub fn undone(items: usize) -> Notice {
    note(format!("Taken back: {} in the queue", count_of(items, "track")))
}

pub fn redone(items: usize) -> Notice {
    note(format!("Made again: {} in the queue", count_of(items, "track")))
}

pub fn nothing_to_undo() -> Notice {
    note("Nothing to undo")
}

pub fn nothing_to_redo() -> Notice {
    note("Nothing to redo")
}

pub fn added(count: usize) -> Notice {
    note(format!("Added {} to the queue", count_of(count, "track")))
}

pub fn inserted(count: usize) -> Notice {
    note(format!("{} will play next", count_of(count, "track")))
}

pub fn removed(count: usize) -> Notice {
    note(format!("Removed {} from the queue", count_of(count, "track"))).next_step("`u` takes it back")
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

pub fn track_failed(name: &str, why: &str, was_heard: bool) -> Notice {
    let what = if was_heard { format!("{name} broke off") } else { format!("Cannot play {name}") };
    warning(what).why(why)
}

/// `live`: a station; else a file of a server that gives it in one go only.
pub fn not_sought(live: bool) -> Notice {
    match live {
        true => note("A live stream cannot be sought"),
        false => note("This cannot be sought").why("its server sends it in one go only"),
    }
}

pub fn too_many_failures(count: u32, why: &str) -> Notice {
    error(format!("Stopped: {count} tracks in a row did not play"))
        .why(why)
        .next_step("Is the disk there? Space tries again")
}

pub fn damaged(name: &str, packets: u64) -> Notice {
    let count = usize::try_from(packets).unwrap_or(usize::MAX);
    warning(format!("{name} is damaged")).why(format!("{} skipped", count_of(count, "packet")))
}

pub fn output_lost(why: &str) -> Notice {
    warning("The sound device is gone").why(why).next_step("Playing goes on when it is back")
}

pub fn output_ended(why: &str) -> Notice {
    error("Stopped: the output takes no sound")
        .why(why)
        .next_step("`:output SPEC` takes another; Space plays on")
}

pub fn output_back(name: &str) -> Notice {
    note(format!("Sound is back on {name}"))
}

pub fn no_device(why: &str) -> Notice {
    warning("No sound device: playing in silence")
        .why(why)
        .next_step("Connect one or start the sound server; it is taken as soon as it is there")
}

pub fn output_refused(asked: &OutputSpec, why: &str) -> Notice {
    warning(format!("Cannot use the output {asked}")).why(why).next_step("The sound stays where it was")
}

pub fn store_failed(why: &str) -> Notice {
    error("The library cannot be saved").why(why).next_step("Changes are kept in memory and tried again")
}

pub fn store_recovered() -> Notice {
    note("The library is saved again")
}

pub fn no_roots() -> Notice {
    note("The library has no folder yet").next_step("`:scan FOLDER` adds one")
}

pub fn no_scan_of(address: &Path) -> Notice {
    note(format!("{} is an address: it can be played, not scanned", address::place(address)))
}

pub fn no_scan() -> Notice {
    note("No scan is running")
}

pub fn catalog_failed(why: &str) -> Notice {
    error("The library cannot be read").why(why)
}

/// Nothing where nothing changed and nothing failed.
pub fn scan_done(report: &ScanOutcome) -> Option<Notice> {
    if let Some(why) = &report.broken {
        return Some(error("The scan broke off").why(why.as_str()));
    }
    let parts = [
        (report.added, "new"),
        (report.updated, "changed"),
        (report.moved, "moved"),
        (report.removed, "gone"),
        (report.failed.len() as u64, "not readable"),
    ];
    let told: Vec<String> =
        parts.iter().filter(|(count, _)| *count > 0).map(|(count, word)| format!("{count} {word}")).collect();
    let first_failure = report.failed.first().map(|(path, why)| format!("{}: {why}", path.display()));
    match (told.is_empty(), first_failure) {
        (true, _) => None,
        (false, None) => Some(note(format!("Library up to date: {}", told.join(", ")))),
        (false, Some(why)) => Some(warning(format!("Library up to date: {}", told.join(", "))).why(why)),
    }
}
