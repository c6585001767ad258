//! # config: files and flags to typed settings
//!
//! - **Purpose.** Where things are kept, what the user set, and what of it cannot be understood.
//! - **May import.** model.
//! - **Thread.** Owns none; runs on the caller's, at start and never in a frame or an audio path.
//! - **Entry points.** [`load`] (once, at start), [`file::default_text`], [`file::reference_table`].
//! - **Invariants.** The user's files are read, never written, but for curves that are to be kept ([`curves`]) and for a
//!   setting that is ([`keep`]). An empty or missing file is a full configuration. One bad
//!   key costs that key alone: it keeps its default and becomes a [`problem::Problem`] with file, line and nearest name.
//!   Files are bounded in size before they are parsed.

pub mod check;
pub mod curves;
pub mod editor;
pub mod file;
pub mod keep;
pub mod keys;
pub mod language;
pub mod live;
mod loaded;
pub mod memory;
pub mod origin;
pub mod paths;
pub mod problem;
mod read;
mod rows;
pub mod setting;
pub mod theme;

use std::path::PathBuf;

pub use loaded::Loaded;

use paths::{Bases, PlaceFlags, Places};
use problem::Problem;

/// Why there is no configuration at all. Everything smaller is a [`Problem`].
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// Neither a flag nor the environment says where it is kept.
    #[error("no place for {what}: HOME is not set. Set HOME, or give `{flag}`")]
    NoPlace { what: &'static str, flag: &'static str },
    /// A file that was asked for by name.
    #[error("cannot read the configuration `{}`: {why}", .file.display())]
    Read { file: PathBuf, why: String },
    #[error("cannot tell the current folder: {0}")]
    CurrentFolder(std::io::Error),
}

/// Finds the places and reads `config.toml`. A configuration that is not there is the default one, unless it was asked
/// for by name.
pub fn load(flags: &PlaceFlags) -> Result<Loaded, ConfigError> {
    let places = Places::new(&Bases::of_this_user(), flags)?;
    let (settings, problems, origins) = Default::default();
    let mut loaded = Loaded { settings, places, problems, origins };
    let Some(path) = loaded.places.config_file.clone() else {
        return Ok(loaded);
    };
    match read::text(&path) {
        Ok(None) if !loaded.places.config_was_named => {}
        Ok(None) => return Err(ConfigError::Read { file: path, why: "no such file".to_owned() }),
        Ok(Some(text)) => {
            let home = loaded.places.home.as_deref();
            let written = file::read(&text, &path, home);
            (loaded.settings, loaded.problems) = (written.settings, written.problems);
            loaded.origins = written.origins;
            loaded.take_curve();
        }
        Err(read::Unreadable { line: None, why }) if loaded.places.config_was_named => {
            return Err(ConfigError::Read { file: path, why });
        }
        Err(unreadable) => loaded.problems.push(unreadable.problem(&path)),
    }
    Ok(loaded)
}

/// The text of a file beside the configuration (`keys.toml`), `None` where there is none.
pub fn read_text(file: &std::path::Path) -> Result<Option<String>, Problem> {
    read::text(file).map_err(|unreadable| unreadable.problem(file))
}
