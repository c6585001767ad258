//! Jobs that tell and ask the music server. On the lane of the net.

use std::path::PathBuf;

pub use crate::library::served::{KeptQueue, Queued, keep_queue, kept_queue};

use crate::library::served;
use crate::model::job::CancelToken;
use crate::model::server::Star;

/// A song of the server, of which its listener thinks otherwise now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Starred {
    pub path: PathBuf,
    pub before: Star,
    pub after: Star,
}

/// # Errors
/// Why one of them, and those behind it, were not told.
pub fn tell(stars: &[Starred], cancel: &CancelToken) -> Result<(), String> {
    for Starred { path, before, after } in stars {
        if cancel.is_cancelled() {
            return Err("the player ends".to_owned());
        }
        served::star(path, *before, *after)?;
    }
    Ok(())
}
