//! What is told of the library as a whole, and of its store.

use std::path::{Path, PathBuf};

use super::{error, no_roots, note, warning};
use crate::jobs::library::Cared;
use crate::library::store::{Migrated, StoreError};
use crate::model::command::Care;
use crate::model::notice::Notice;
use crate::{counted, say};

pub fn store_failed(why: &StoreError) -> Notice {
    let next = match why {
        StoreError::Damaged { .. } => {
            say!("Quit; `auralis library check --repair` sets it aside and saves what can be read")
        }
        _ => say!("Changes are kept in memory and tried again"),
    };
    error(say!("The library cannot be saved")).why(why.to_string()).next_step(next)
}

pub fn store_recovered() -> Notice {
    note(say!("The library is saved again"))
}

pub fn store_migrated(done: &Migrated) -> Notice {
    let backup = done.backup.display();
    note(say!("The library was brought to the form of this version"))
        .why(say!("as it was before: {file}", file = backup))
}

pub fn roots(roots: &[PathBuf]) -> Notice {
    let shown: Vec<String> = roots.iter().map(|root| root.display().to_string()).collect();
    match shown.is_empty() {
        true => no_roots(),
        false => note(say!("The library is made of {folders}", folders = shown.join(", "))),
    }
}

pub fn no_root(path: &Path, roots: &[PathBuf]) -> Notice {
    let shown: Vec<String> = roots.iter().map(|root| root.display().to_string()).collect();
    warning(say!("{path} is no folder that the library is made of", path = path.display()))
        .next_step(say!("There are: {folders}", folders = shown.join(", ")))
}

pub fn scan_first() -> Notice {
    warning(say!("No folder is let go while a scan runs")).next_step(say!("`:cancel-scan` stops it"))
}

pub fn cared(care: &Care, result: Result<Cared, String>) -> Notice {
    let done = match result {
        Ok(done) => done,
        Err(why) => {
            let what = match care {
                Care::Backup(_) => say!("No backup was made"),
                Care::Export(_) => say!("Nothing was written"),
                Care::Roots | Care::Forget(_) => say!("The folder was not let go"),
            };
            return error(what).why(why);
        }
    };
    let file = done.file.as_deref().map_or(String::new(), |file| file.display().to_string());
    match care {
        Care::Backup(_) => note(say!("{count} rows are in {file}", count = done.count, file))
            .next_step(say!("`auralis library restore` puts it in the library's place")),
        Care::Export(_) => note(say!("{count} lines are in {file}", count = done.count, file))
            .next_step(say!("`auralis library import` takes them in")),
        Care::Roots | Care::Forget(_) => {
            let told = note(say!(
                "The folder is let go, with {tracks}",
                tracks = counted!(done.count, "track", "tracks")
            ));
            match done.file {
                None => told,
                Some(_) => told
                    .why(say!("their plays and ratings are in {file}", file))
                    .next_step(say!("Scan the folder, then `auralis library import` brings them back")),
            }
        }
    }
}
