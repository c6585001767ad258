//! What a run begins with: the settings, the places, and what of the file could not be understood.

use std::path::PathBuf;
use std::sync::Arc;

use super::curves;
use super::origin::{Configured, Origins};
use super::paths::Places;
use super::problem::Problem;
use crate::model::collate::Collation;
use crate::model::naming::{Naming, Separators};
use crate::model::notice::Notice;
use crate::model::settings::Settings;

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
    pub(super) fn take_curve(&mut self) {
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
