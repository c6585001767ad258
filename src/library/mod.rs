//! # library: what we own and know
//!
//! - **Purpose.** Finds music files and CUE sheets, reads what they say, keeps it in one redb file, and packs it into the
//!   immutable catalog. Reads and writes files of playlists, and what other players know of the user's listening.
//! - **May import.** `model`, `decode`.
//! - **Thread.** Owns `store-writer` (the only writer), `watch`, and, while a scan runs, its `scan-reader` threads. All else runs
//!   on the caller's thread and may block: call it from a job or the command line, never from ui, app or engine.
//! - **Entry points.** [`store::Store`], [`scan::scan`], [`clean::clean`], [`expand::expand`], [`catalog_build::load_catalog`],
//!   [`search::search`], [`playlist::import::import`], [`smart::evaluate`], [`past::plan::plan`], [`edit::plan`],
//!   [`artwork::find`], [`stats::count`], [`preferences::change`], [`store::care`], [`transfer::export`], [`transfer::import()`],
//!   [`lyrics::own`].
//! - **Invariants.** A path is bytes and belongs to at most one track; a track id is never used twice; a file is opened
//!   only when size, time or inode say that it changed; a track whose file is gone stays, marked as missing, until it is
//!   cleaned; nothing is taken for missing because a folder could not be read or a disk is away; a
//!   panic inside a tag reader fails that one file.

pub mod artwork;
pub mod catalog_build;
pub mod clean;
pub mod duplicates;
pub mod edit;
pub mod expand;
pub mod forget;
pub mod levels;
pub mod lyrics;
pub mod matching;
pub mod past;
pub mod playlist;
pub mod preferences;
pub mod scan;
pub mod search;
pub mod served;
pub mod smart;
pub mod stats;
pub mod store;
pub mod tags;
pub mod transfer;
pub mod watch;
