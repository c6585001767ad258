//! What changed and is not told yet: a copy of an album is one change, not one for each of its files. Pure but for the
//! times that it is given.

use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// A folder is told when nothing has happened for so long,
pub const QUIET: Duration = Duration::from_secs(1);
/// or when it has waited for so long.
pub const PATIENCE: Duration = Duration::from_secs(10);
/// A file that has been growing for so long is not waited for any more.
const GROWING: Duration = Duration::from_secs(10 * 60);
/// Folders told one by one; of more, what they have in common.
const MAX_FOLDERS: usize = 1_000;
/// Growing files that are waited for.
const MAX_GROWING: usize = 10_000;

#[derive(Debug, Default)]
pub struct Pending {
    folders: BTreeSet<PathBuf>,
    growing: HashMap<PathBuf, Instant>,
    first: Option<Instant>,
    last: Option<Instant>,
}

impl Pending {
    pub fn changed(&mut self, folder: PathBuf) {
        self.changed_at(folder, Instant::now());
    }

    fn changed_at(&mut self, folder: PathBuf, now: Instant) {
        self.first = self.first.or(Some(now));
        self.last = Some(now);
        self.folders.insert(folder);
        if self.folders.len() > MAX_FOLDERS {
            self.folders =
                self.folders.iter().filter_map(|folder| folder.parent()).map(Path::to_path_buf).collect();
        }
    }

    /// More changed than can be told.
    pub fn changed_all(&mut self, roots: Vec<PathBuf>) {
        roots.into_iter().for_each(|root| self.changed(root));
    }

    /// A file is being written.
    pub fn grows(&mut self, file: PathBuf) {
        if self.growing.len() < MAX_GROWING {
            self.growing.insert(file, Instant::now());
        }
    }

    pub fn grew(&mut self, file: &Path) {
        self.growing.remove(file);
    }

    /// When to look for what is ready.
    pub fn due(&self) -> Option<Instant> {
        let (first, last) = (self.first?, self.last?);
        Some((last + QUIET).min(first + PATIENCE))
    }

    /// Folders to be told now, none inside another. Those with a file that is being written wait.
    pub fn ready(&mut self, now: Instant) -> Vec<PathBuf> {
        if self.due().is_none_or(|due| due > now) {
            return Vec::new();
        }
        self.growing.retain(|_, since| now.saturating_duration_since(*since) < GROWING);
        let grows = |folder: &PathBuf| self.growing.keys().any(|file| file.starts_with(folder));
        let (waiting, ready): (BTreeSet<_>, BTreeSet<_>) =
            std::mem::take(&mut self.folders).into_iter().partition(grows);
        let again = (!waiting.is_empty()).then_some(now);
        (self.folders, self.first, self.last) = (waiting, again, again);
        let mut told: Vec<PathBuf> = Vec::new();
        for folder in ready {
            if !told.last().is_some_and(|outer| folder.starts_with(outer)) {
                told.push(folder);
            }
        }
        told
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(names: &[&str]) -> Vec<PathBuf> {
        names.iter().map(PathBuf::from).collect()
    }

    #[test]
    fn folders_are_told_once_all_is_quiet_and_none_inside_another() {
        let start = Instant::now();
        let mut pending = Pending::default();
        assert_eq!(pending.due(), None);
        for (at, name) in ["/m/b", "/m/a/x", "/m/a", "/m/b", "/m/ab"].iter().enumerate() {
            pending.changed_at(name.into(), start + QUIET / 2 * u32::try_from(at).unwrap());
        }
        assert_eq!(pending.ready(start + QUIET * 2 + QUIET / 2), paths(&[]));
        assert_eq!(pending.ready(start + QUIET * 3), paths(&["/m/a", "/m/ab", "/m/b"]));
        assert_eq!((pending.due(), pending.ready(start + PATIENCE * 9)), (None, paths(&[])));
    }

    #[test]
    fn what_never_rests_is_told_all_the_same() {
        let start = Instant::now();
        let mut pending = Pending::default();
        for step in 0..40 {
            pending.changed_at("/m".into(), start + QUIET / 4 * step);
        }
        assert_eq!(pending.ready(start + PATIENCE - QUIET / 4), paths(&[]));
        assert_eq!(pending.ready(start + PATIENCE), paths(&["/m"]));
    }

    #[test]
    fn a_folder_waits_for_the_file_that_grows_in_it() {
        let start = Instant::now();
        let mut pending = Pending::default();
        pending.grows("/m/a/big.flac".into());
        pending.changed_at("/m/a".into(), start);
        pending.changed_at("/m/b".into(), start);
        assert_eq!(pending.ready(start + PATIENCE), paths(&["/m/b"]));
        assert_eq!(pending.ready(start + PATIENCE * 2), paths(&[]));
        pending.grew(Path::new("/m/a/big.flac"));
        assert_eq!(pending.ready(start + PATIENCE * 3), paths(&["/m/a"]));

        pending.grows("/m/a/endless.flac".into());
        pending.changed_at("/m/a".into(), start + PATIENCE * 3);
        assert_eq!(pending.ready(start + PATIENCE * 4), paths(&[]));
        assert_eq!(pending.ready(start + GROWING * 2), paths(&["/m/a"]));
    }
}
