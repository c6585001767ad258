//! What is told of the library as a whole, and of its store.

use std::path::{Path, PathBuf};

use super::{count_of, error, no_roots, note, warning};
use crate::jobs::library::Cared;
use crate::library::store::{Migrated, StoreError};
use crate::model::command::Care;
use crate::model::notice::Notice;

pub fn store_failed(why: &StoreError) -> Notice {
    let next = match why {
        StoreError::Damaged { .. } => {
            "Quit; `auralis library check --repair` sets it aside and saves what can be read"
        }
        _ => "Changes are kept in memory and tried again",
    };
    error("The library cannot be saved").why(why.to_string()).next_step(next)
}

pub fn store_recovered() -> Notice {
    note("The library is saved again")
}

pub fn store_migrated(done: &Migrated) -> Notice {
    let backup = done.backup.display();
    note("The library was brought to the form of this version").why(format!("as it was before: {backup}"))
}

pub fn roots(roots: &[PathBuf]) -> Notice {
    let shown: Vec<String> = roots.iter().map(|root| root.display().to_string()).collect();
    match shown.is_empty() {
        true => no_roots(),
        false => note(format!("The library is made of {}", shown.join(", "))),
    }
}

pub fn no_root(path: &Path, roots: &[PathBuf]) -> Notice {
    let shown: Vec<String> = roots.iter().map(|root| root.display().to_string()).collect();
    warning(format!("{} is no folder that the library is made of", path.display()))
        .next_step(format!("There are: {}", shown.join(", ")))
}

pub fn scan_first() -> Notice {
    warning("No folder is let go while a scan runs").next_step("`:cancel-scan` stops it")
}

pub fn cared(care: &Care, result: Result<Cared, String>) -> Notice {
    let done = match result {
        Ok(done) => done,
        Err(why) => {
            let what = match care {
                Care::Backup(_) => "No backup was made",
                Care::Export(_) => "Nothing was written",
                Care::Roots | Care::Forget(_) => "The folder was not let go",
            };
            return error(what).why(why);
        }
    };
    let file = done.file.as_deref().map_or(String::new(), |file| file.display().to_string());
    match care {
        Care::Backup(_) => note(format!("{} rows are in {file}", done.count))
            .next_step("`auralis library restore` puts it in the library's place"),
        Care::Export(_) => note(format!("{} lines are in {file}", done.count))
            .next_step("`auralis library import` takes them in"),
        Care::Roots | Care::Forget(_) => {
            let told = note(format!("The folder is let go, with {}", count_of(done.count as usize, "track")));
            match done.file {
                None => told,
                Some(_) => told
                    .why(format!("their plays and ratings are in {file}"))
                    .next_step("Scan the folder, then `auralis library import` brings them back"),
            }
        }
    }
}
