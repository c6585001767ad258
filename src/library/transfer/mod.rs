//! What only we know, as JSON lines and back: when tracks were added, plays, skips, ratings, favourites, the log of
//! listening, where long tracks were left off, playlists with their notes, queue templates, queue and modes, bookmarks,
//! moved words of songs, roots, sound devices, what was learned of likeness. One object a line with its
//! `kind`, in an order that depends on nothing but what is told; a path that is not UTF-8 has its bytes in `path_hex`.
//! What the files say is not in it, but for missing tracks, whose files say nothing any more; nor is the history of
//! changes, which is of one library. Runs on a job or the command line.

mod export;
mod import;
mod line;
#[cfg(test)]
mod tests;

pub use export::{export, export_place, write_facts, write_lines};
pub use import::{Imported, import};

use std::path::PathBuf;

use super::store::StoreError;

/// Of the form of the lines.
const VERSION: u32 = 1;

#[derive(Debug, thiserror::Error)]
pub enum TransferError {
    #[error("{source}")]
    Store {
        #[from]
        source: StoreError,
    },
    #[error("{} cannot be written: {source}", path.display())]
    Write { path: PathBuf, source: std::io::Error },
    #[error("the lines cannot be read: {0}")]
    Read(std::io::Error),
    #[error("line {number} cannot be used: {why}; nothing was taken in")]
    Line { number: u64, why: String },
}
