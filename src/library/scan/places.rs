//! Is the disk there that a file was on? Roots and mount points are kept with the number of their device. Where that
//! number is another one now, or nothing is there at all, what is missing below is missing for that reason, until a file
//! that is known shows that the folder is the one that is meant: numbers of devices change when a machine starts anew.

use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use crate::library::store::{StoreError, StoreReader};

/// What is known of places at, below and above one root.
#[derive(Debug, Default)]
pub struct Places {
    known: Vec<(PathBuf, u64)>,
    /// Known ones that are not there as they were.
    doubtful: Vec<PathBuf>,
    /// Those that this walk met.
    met: Vec<(PathBuf, u64)>,
}

impl Places {
    /// Looks whether the places of `root` are there.
    pub fn load(store: &StoreReader, root: &Path) -> Result<Self, StoreError> {
        let mut known = store.places(root)?;
        for above in root.ancestors().skip(1) {
            known.extend(store.place(above)?.map(|device| (above.to_path_buf(), device)));
        }
        let is_away = |(path, device): &&(PathBuf, u64)| !is_on(path, *device);
        let doubtful = known.iter().filter(is_away).map(|(path, _)| path.clone()).collect();
        Ok(Self { known, doubtful, met: Vec::new() })
    }

    /// The walk met a root or a mount point.
    pub fn met(&mut self, path: PathBuf, device: u64) {
        self.met.push((path, device));
    }

    /// A file that is known was met: the places that it is in are the right ones.
    pub fn has(&mut self, file: &Path) {
        self.doubtful.retain(|place| !file.starts_with(place));
    }

    /// The place of `path` whose disk is away.
    pub fn away(&self, path: &Path) -> Option<&Path> {
        self.doubtful.iter().find(|place| path.starts_with(place)).map(PathBuf::as_path)
    }

    /// What is to be written after the walk.
    pub fn changes(&self) -> Vec<(PathBuf, Option<u64>)> {
        let is_doubtful = |path: &PathBuf| self.doubtful.contains(path);
        let was_met = |path: &PathBuf| self.met.iter().any(|(met, _)| met == path);
        let new = self.met.iter().filter(|place| !self.known.contains(place) && !is_doubtful(&place.0));
        let new = new.map(|(path, device)| (path.clone(), Some(*device)));
        // Known, proved to be the right folder, and no mount point any more.
        let old = self
            .known
            .iter()
            .filter(|(path, device)| !is_doubtful(path) && !was_met(path) && !is_on(path, *device))
            .map(|(path, _)| (path.clone(), None));
        new.chain(old).collect()
    }
}

/// Whether the folder `path` is there, on that device.
pub fn is_on(path: &Path, device: u64) -> bool {
    path.metadata().is_ok_and(|about| about.dev() == device)
}
