//! What is told of mastering to files.

use std::path::Path;

use super::{note, warning};
use crate::model::notice::Notice;
use crate::model::rendering::{MOST_JOBS, RenderEnd};

pub fn asked(number: u64, name: &str, folder: &Path, before: usize) -> Notice {
    let words = note(format!("Mastering {name} to {} (job {number})", folder.display()));
    let words = match before {
        0 => words,
        1 => words.why("behind another one"),
        before => words.why(format!("behind {before} others")),
    };
    words.next_step("`:jobs` shows how far it is, `:master-stop` stops it")
}

pub fn too_many() -> Notice {
    warning("Nothing more is taken to be mastered")
        .why(format!("{MOST_JOBS} jobs wait already"))
        .next_step("Ask again when one is done, or `:master-stop`")
}

pub fn nothing() -> Notice {
    note("There is nothing to master").next_step("Select tracks, or `:master PATH`")
}

pub fn no_folder() -> Notice {
    warning("It is not known where to master to")
        .why("there is no home folder")
        .next_step("Set `folder` in `[render]` of the configuration")
}

pub fn stopped(count: usize, number: Option<u64>) -> Notice {
    match (count, number) {
        (0, Some(number)) => {
            note(format!("Job {number} does not wait or work")).next_step("`:jobs` shows the numbers")
        }
        (0, None) => note("Nothing is being mastered to files"),
        (1, _) => note("Mastering stops; nothing is left of what was not finished"),
        (count, _) => note(format!("{count} jobs stop; nothing is left of what was not finished")),
    }
}

pub fn ended(name: &str, folder: &Path, end: &RenderEnd) -> Notice {
    let RenderEnd { written, failed, stopped } = end;
    let files = if *written == 1 { "1 file".to_owned() } else { format!("{written} files") };
    match failed.first() {
        _ if *stopped => note(format!("Mastering of {name} was stopped: {files} in {}", folder.display())),
        None => note(format!("Mastered {name}: {files} in {}", folder.display())),
        Some((path, why)) => {
            let more = if failed.len() == 1 { String::new() } else { format!("; {} more", failed.len() - 1) };
            let place =
                if path.as_os_str().is_empty() { String::new() } else { format!("{} ", path.display()) };
            warning(format!("Mastering of {name}: {files} written, {} not", failed.len()))
                .why(format!("{place}{why}{more}"))
                .next_step("`:jobs` shows each")
        }
    }
}
