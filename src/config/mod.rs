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
pub mod live;
pub mod memory;
pub mod origin;
pub mod paths;
pub mod problem;
mod read;
mod rows;
pub mod setting;
pub mod theme;

use std::path::PathBuf;
use std::sync::Arc;

use crate::model::collate::Collation;
use crate::model::naming::{Naming, Separators};
use crate::model::notice::Notice;
use crate::model::settings::Settings;
use origin::{Configured, Origins};
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

/// What the user set, where things are, and what could not be understood.
#[derive(Debug, Clone)]
pub struct Loaded {
    pub settings: Settings,
    pub places: Places,
    /// In the order of the file.
    pub problems: Vec<Problem>,
    pub origins: Origins,
}

impl Loaded {
    /// The folders of music: those set, else the user's music folder. Empty only where there is no home.
    pub fn music(&self) -> Vec<PathBuf> {
        match self.settings.music.as_slice() {
            [] => self.places.music.iter().cloned().collect(),
            set => set.to_vec(),
        }
    }

    /// The root of the music server, where one is configured.
    pub fn served(&self) -> Option<PathBuf> {
        let server = &self.settings.server;
        (!server.url.is_empty()).then(|| crate::model::server::root(&server.name))
    }

    /// For who shows and changes settings.
    pub fn configured(&self) -> Configured {
        Configured {
            settings: self.settings.clone(),
            origins: self.origins.clone(),
            file: self.places.config_file.clone(),
        }
    }

    /// How names are taken apart and put in order.
    pub fn naming(&self) -> Naming {
        Naming {
            collation: Collation::new(&self.settings.articles),
            artists: Separators::new(&self.settings.artist_separators),
            genres: Separators::new(&self.settings.genre_separators),
        }
    }

    /// The equaliser's curve, which is named in the file.
    fn take_curve(&mut self) {
        match curves::named(self.places.curves.as_deref(), &self.settings.eq_preset) {
            Ok(curve) => self.settings.sound.eq.curve = Arc::new(curve),
            Err(problem) => self.problems.push(problem),
        }
    }

    /// The problems as frontends show them.
    pub fn notices(&self) -> Vec<Notice> {
        self.problems.iter().map(Problem::notice).collect()
    }
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
