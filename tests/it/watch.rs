//! The watch over real folders, with the system's own events, and what a scan of the told folders makes of them.

use std::fs;
use std::path::PathBuf;
use std::sync::atomic::AtomicBool;
use std::sync::mpsc::{Receiver, channel};

use auralis::library::scan::{ScanReport, keep_roots, scan};
use auralis::library::store::Store;
use auralis::library::watch::{Watch, WatchEvent};
use tempfile::TempDir;

use crate::home::PATIENCE;
use crate::library_media::{all_tracks, flac, open, put};

struct Rig {
    folder: TempDir,
    store: Store,
    _watch: Watch,
    events: Receiver<WatchEvent>,
}

impl Rig {
    /// The library has what `names` says, and is watched.
    fn new(names: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("music");
        fs::create_dir(&root).unwrap();
        names.iter().for_each(|name| drop(put(&root, name, &flac(44_100, &[("TITLE", name)]))));
        let store = open(folder.path());
        keep_roots(&store, std::slice::from_ref(&root)).unwrap();
        scan(&[root], &store, &AtomicBool::new(false), &mut |_| ());
        let (told, events) = channel();
        let watch = Watch::spawn(move |event| told.send(event).unwrap()).unwrap();
        let rig = Self { folder, store, _watch: watch, events };
        rig._watch.roots(&[rig.root()]);
        // The first thing that is told shows that the folders are watched.
        for number in 0.. {
            fs::create_dir_all(rig.root().join(format!("warm{number}"))).unwrap();
            if rig.events.recv_timeout(std::time::Duration::from_secs(2)).is_ok() {
                break;
            }
            assert!(number < 10, "nothing is told");
        }
        rig
    }

    fn root(&self) -> PathBuf {
        self.folder.path().join("music")
    }

    /// What is told next, as a scan finds it.
    fn next(&self) -> (Vec<PathBuf>, ScanReport) {
        let folders = loop {
            let told = self.events.recv_timeout(PATIENCE);
            let Ok(WatchEvent::Changed(mut folders)) = told else { panic!("{told:?}") };
            // What is left of the beginning.
            folders.retain(|folder| {
                !folder.starts_with(self.root()) || !folder.to_str().unwrap().contains("/warm")
            });
            if !folders.is_empty() {
                break folders;
            }
        };
        let report = scan(&folders, &self.store, &AtomicBool::new(false), &mut |_| ());
        (folders, report)
    }

    fn ids(&self) -> Vec<u32> {
        let mut ids: Vec<u32> = all_tracks(&self.store).iter().map(|track| track.id.0).collect();
        ids.sort_unstable();
        ids
    }
}

#[test]
fn files_that_come_change_and_go_are_told_by_their_folders() {
    let rig = Rig::new(&["a/1.flac", "b/2.flac"]);
    let new = put(&rig.root(), "a/3.flac", &flac(10, &[]));
    let (folders, report) = rig.next();
    assert_eq!((folders, report.added), (vec![rig.root().join("a")], 1));
    // Saved as programs do: beside it, then put in its place.
    let beside = put(&rig.root(), "a/.3.flac.tmp", &flac(2_000, &[("TITLE", "saved")]));
    fs::rename(beside, &new).unwrap();
    assert_eq!(rig.next().1.updated, 1);
    fs::remove_file(new).unwrap();
    assert_eq!(rig.next().1.missing, 1);
    put(&rig.root(), "new/deep/er/4.flac", &flac(10, &[]));
    let (folders, report) = rig.next();
    assert_eq!((folders, report.added), (vec![rig.root().join("new")], 1));
    put(&rig.root(), "new/deep/er/5.flac", &flac(11, &[]));
    assert_eq!(rig.next().1.added, 1, "a new folder is watched as well");
    fs::write(rig.root().join("b/cover.jpg"), b"no music").unwrap();
    fs::remove_dir_all(rig.root().join("new")).unwrap();
    let (folders, report) = rig.next();
    assert!(!folders.contains(&rig.root().join("b")), "{folders:?}");
    assert_eq!(report.missing, 2);
}

#[test]
fn a_folder_that_is_renamed_keeps_its_tracks_and_is_watched_on() {
    let rig = Rig::new(&["old/1.flac", "old/cd2/2.flac"]);
    let before = rig.ids();
    fs::rename(rig.root().join("old"), rig.root().join("artist")).unwrap();
    let (_, report) = rig.next();
    assert_eq!((report.moved, report.added, report.missing), (2, 0, 0));
    assert_eq!(rig.ids(), before);
    put(&rig.root(), "artist/cd2/3.flac", &flac(10, &[]));
    let (folders, report) = rig.next();
    assert_eq!((folders, report.added), (vec![rig.root().join("artist/cd2")], 1));
}
