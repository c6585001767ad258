//! What is told of mastering to files.

use std::path::Path;

use super::{note, warning};
use crate::model::notice::Notice;
use crate::model::rendering::{MOST_JOBS, RenderEnd};
use crate::{counted, say};

pub fn asked(number: u64, name: &str, folder: &Path, before: usize) -> Notice {
    let words =
        note(say!("Mastering {name} to {folder} (job {number})", name, folder = folder.display(), number));
    let words = match before {
        0 => words,
        1 => words.why(say!("behind another one")),
        before => words.why(say!("behind {before} others", before)),
    };
    words.next_step(say!("`:jobs` shows how far it is, `:master-stop` stops it"))
}

pub fn too_many() -> Notice {
    warning(say!("Nothing more is taken to be mastered"))
        .why(say!("{jobs} wait already", jobs = counted!(MOST_JOBS, "job", "jobs")))
        .next_step(say!("Ask again when one is done, or `:master-stop`"))
}

pub fn nothing() -> Notice {
    note(say!("There is nothing to master")).next_step(say!("Select tracks, or `:master PATH`"))
}

pub fn no_folder() -> Notice {
    warning(say!("It is not known where to master to"))
        .why(say!("there is no home folder"))
        .next_step(say!("Set `folder` in `[render]` of the configuration"))
}

pub fn stopped(count: usize, number: Option<u64>) -> Notice {
    match (count, number) {
        (0, Some(number)) => note(say!("Job {number} does not wait or work", number))
            .next_step(say!("`:jobs` shows the numbers")),
        (0, None) => note(say!("Nothing is being mastered to files")),
        (1, _) => note(say!("Mastering stops; nothing is left of what was not finished")),
        (count, _) => note(say!(
            "{jobs} stop; nothing is left of what was not finished",
            jobs = counted!(count, "job", "jobs")
        )),
    }
}

pub fn ended(name: &str, folder: &Path, end: &RenderEnd) -> Notice {
    let RenderEnd { written, failed, stopped } = end;
    let files = counted!(*written, "file", "files");
    match failed.first() {
        _ if *stopped => note(say!(
            "Mastering of {name} was stopped: {files} in {folder}",
            name,
            files,
            folder = folder.display()
        )),
        None => note(say!("Mastered {name}: {files} in {folder}", name, files, folder = folder.display())),
        Some((path, why)) => {
            let more = if failed.len() == 1 {
                String::new()
            } else {
                say!("; {more} more", more = failed.len() - 1)
            };
            let place =
                if path.as_os_str().is_empty() { String::new() } else { format!("{} ", path.display()) };
            warning(say!(
                "Mastering of {name}: {files} written, {failed} not",
                name,
                files,
                failed = failed.len()
            ))
            .why(format!("{place}{why}{more}"))
            .next_step(say!("`:jobs` shows each"))
        }
    }
}
