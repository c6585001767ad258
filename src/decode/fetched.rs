//! What a server has at an address that is named like a playlist.

use std::path::{Path, PathBuf};

use super::error::DecodeError;
use super::http;

#[derive(Debug)]
pub enum Fetched {
    /// A text; its references start from `base`, which is where it was found in the end.
    Text { base: PathBuf, bytes: Vec<u8> },
    /// No text at all: the address is to be played itself.
    Sound,
}

/// Asks the server. Waits half a minute at most, takes `most` bytes at most.
pub fn fetch(address: &Path, most: u64) -> Result<Fetched, DecodeError> {
    http::fetch(address, most)
}
