//! Tracks whose file is gone: they stay as missing with all that is known of them, come back with their file, and are
//! forgotten only when asked, and never because a disk is away.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use auralis::library::clean::{CleanReport, Fate, clean};
use auralis::library::scan::{ScanReport, keep_roots, scan};
use auralis::library::store::{Store, WriteOp};
use auralis::model::facts::{Rating, TrackFacts};
use auralis::model::id::TrackId;
use tempfile::TempDir;

use crate::library_media::{all_tracks, flac, open, put};

struct Rig {
    folder: TempDir,
    store: Store,
}

impl Rig {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("music")).unwrap();
        let store = open(folder.path());
        keep_roots(&store, &[folder.path().join("music")]).unwrap();
        Self { folder, store }
    }

    fn root(&self) -> PathBuf {
        self.folder.path().join("music")
    }

    fn path(&self, name: &str) -> PathBuf {
        if name.is_empty() { self.root() } else { self.root().join(name) }
    }

    fn put(&self, name: &str) -> PathBuf {
        put(&self.path(""), name, &flac(44_100, &[("TITLE", name)]))
    }

    fn scan(&self) -> ScanReport {
        let report = scan(&[self.path("")], &self.store, &AtomicBool::new(false), &mut |_| ());
        assert!(report.store_error.is_none());
        report
    }

    fn clean(&self, dry: bool) -> CleanReport {
        clean(&self.store, dry, &AtomicBool::new(false), &mut |_, _, _| ()).unwrap()
    }

    /// Names and ids of tracks, and whether they are missing.
    fn tracks(&self) -> Vec<(String, TrackId, bool)> {
        let missing = self.store.read().unwrap().missing().unwrap();
        let name = |path: &Path| path.file_name().unwrap().to_str().unwrap().to_owned();
        all_tracks(&self.store)
            .into_iter()
            .map(|track| (name(&track.path), track.id, missing.contains(&track.id)))
            .collect()
    }

    fn names(&self) -> Vec<String> {
        self.tracks().into_iter().map(|(name, ..)| name).collect()
    }
}

fn rated() -> TrackFacts {
    TrackFacts { plays: 7, rating: Rating::new(9), ..TrackFacts::default() }
}

#[test]
fn a_file_that_comes_back_finds_its_track_with_plays_and_rating() {
    let rig = Rig::new();
    let path = rig.put("a.flac");
    rig.put("b.flac");
    rig.scan();
    let (_, id, _) = rig.tracks()[0];
    rig.store.write(WriteOp::PutFacts(vec![(id, rated())])).unwrap();

    let away = rig.folder.path().join("away.flac");
    fs::rename(&path, &away).unwrap();
    let report = rig.scan();
    assert_eq!((report.missing, report.removed), (1, 0));
    assert!(rig.tracks()[0].2);
    let again = rig.scan();
    assert_eq!((again.missing, again.unchanged), (0, 1), "it is news once");

    fs::rename(&away, &path).unwrap();
    let report = rig.scan();
    assert_eq!((report.returned, report.added, report.unchanged), (1, 0, 2));
    assert_eq!(rig.tracks()[0], ("a.flac".into(), id, false));

    // Gone, and back as another file with new tags.
    fs::remove_file(&path).unwrap();
    rig.scan();
    put(&rig.path(""), "a.flac", &flac(500, &[("TITLE", "anew")]));
    let report = rig.scan();
    assert_eq!((report.updated, report.added), (1, 0));
    assert_eq!(rig.tracks()[0], ("a.flac".into(), id, false));
    assert_eq!(rig.store.read().unwrap().facts().unwrap().get(id), rated());
}

#[test]
fn a_file_that_is_damaged_for_a_while_keeps_its_track() {
    let rig = Rig::new();
    let path = rig.put("a.flac");
    rig.scan();
    let (_, id, _) = rig.tracks()[0];
    rig.store.write(WriteOp::PutFacts(vec![(id, rated())])).unwrap();
    fs::write(&path, b"half of a copy").unwrap();
    for _ in 0..2 {
        let report = rig.scan();
        assert_eq!((report.failed.len(), report.failed[0].path == path), (1, true));
        assert_eq!(rig.tracks(), [("a.flac".into(), id, true)]);
    }
    assert_eq!(rig.clean(false), CleanReport { there: 1, ..CleanReport::default() }, "its file is there");
    rig.put("a.flac");
    let report = rig.scan();
    assert_eq!((report.updated, report.failed.len()), (1, 0));
    assert_eq!(rig.tracks(), [("a.flac".into(), id, false)]);
    assert_eq!(rig.store.read().unwrap().facts().unwrap().get(id), rated());
    assert_eq!(rig.scan().failed.len(), 0);
}

#[test]
fn another_name_of_the_same_file_is_no_other_track() {
    let rig = Rig::new();
    let b = rig.put("b.flac");
    rig.scan();
    let (_, id, _) = rig.tracks()[0];
    fs::hard_link(&b, rig.path("a.flac")).unwrap();
    rig.scan();
    assert_eq!(rig.tracks(), [("a.flac".into(), id, false)]);
    fs::remove_file(rig.path("a.flac")).unwrap();
    rig.scan();
    assert_eq!(rig.tracks(), [("b.flac".into(), id, false)]);
}

#[test]
fn cleaning_forgets_all_that_is_gone_and_only_that() {
    let rig = Rig::new();
    // More than a page of them, with others between.
    for number in 0..700 {
        rig.put(&format!("{number:03}.flac"));
    }
    rig.scan();
    let gone: Vec<String> =
        (0..700).filter(|number| number % 7 != 3).map(|n| format!("{n:03}.flac")).collect();
    gone.iter().for_each(|name| fs::remove_file(rig.path(name)).unwrap());
    assert_eq!(rig.scan().missing, 600);
    let first = rig.tracks()[0].1;
    rig.store.write(WriteOp::PutFacts(vec![(first, rated())])).unwrap();
    // One came back and was not scanned yet.
    rig.put("000.flac");

    let mut told = Vec::new();
    let preview = clean(&rig.store, true, &AtomicBool::new(false), &mut |track, since_s, fate| {
        assert!(since_s > 1_700_000_000);
        told.push((track.path.file_name().unwrap().to_str().unwrap().to_owned(), fate.clone()));
    });
    let expected = CleanReport { forgotten: 599, there: 1, ..CleanReport::default() };
    assert_eq!(preview.unwrap(), expected);
    let fates: Vec<(String, Fate)> = gone
        .iter()
        .map(|name| (name.clone(), if name == "000.flac" { Fate::There } else { Fate::Forgotten }))
        .collect();
    told.sort_by(|a, b| a.0.cmp(&b.0));
    assert!(told == fates, "each is told once, with its fate");
    assert_eq!(rig.tracks().len(), 700, "a preview changes nothing");

    assert_eq!(rig.clean(false), expected);
    assert_eq!(rig.tracks().len(), 101);
    assert_eq!(rig.clean(false), CleanReport { there: 1, ..CleanReport::default() });
    assert_eq!(rig.scan().failed.len(), 0);
    assert!(rig.tracks().iter().all(|(_, _, missing)| !missing));
    assert_eq!(rig.store.read().unwrap().facts().unwrap().get(first), rated());
}

#[test]
fn what_is_known_of_a_forgotten_track_goes_with_it() {
    let rig = Rig::new();
    rig.put("stays.flac");
    let path = rig.put("a.flac");
    rig.scan();
    let (_, id, _) = rig.tracks()[0];
    rig.store.write(WriteOp::PutFacts(vec![(id, rated())])).unwrap();
    fs::remove_file(path).unwrap();
    rig.scan();
    rig.clean(false);
    assert_eq!(rig.names(), ["stays.flac"]);
    assert_eq!(rig.store.read().unwrap().facts().unwrap().get(id), TrackFacts::default());
}

#[test]
fn nothing_is_forgotten_while_its_disk_is_away() {
    let rig = Rig::new();
    rig.put("a.flac");
    fs::create_dir(rig.path("usb")).unwrap();
    rig.put("usb/b.flac");
    rig.put("usb/c.flac");
    rig.scan();
    // What a mount point is to the library: a folder with the number of its device.
    let device = |name: &str| std::os::unix::fs::MetadataExt::dev(&fs::metadata(rig.path(name)).unwrap());
    let place = |name: &str, device| vec![(rig.path(name), Some(device))];
    assert_eq!(rig.store.read().unwrap().place(&rig.path("")).unwrap(), Some(device("")));
    rig.store.write(WriteOp::PutPlaces(place("usb", device("")))).unwrap();
    rig.store.flush().unwrap();

    // Deleted while the disk is there: missing. Then the disk goes, and its empty folder is left.
    fs::remove_file(rig.path("usb/c.flac")).unwrap();
    assert_eq!(rig.scan().missing, 1);
    fs::rename(rig.path("usb/b.flac"), rig.folder.path().join("b.flac")).unwrap();
    let kept = |report: &CleanReport, name: &str, count| {
        assert_eq!(report.forgotten, 0);
        assert_eq!(report.away.iter().collect::<Vec<_>>(), [(&rig.path(name), &count)]);
    };
    kept(&rig.clean(false), "usb", 1);

    // Another disk is there in its place: what it has not is not missing, and nothing is forgotten.
    fs::write(rig.path("usb/other.txt"), b"").unwrap();
    rig.store.write(WriteOp::PutPlaces(place("usb", device("") + 1))).unwrap();
    rig.store.flush().unwrap();
    let report = rig.scan();
    assert_eq!((report.missing, report.failed.len()), (0, 1));
    assert_eq!(report.failed[0].path, rig.path("usb"));
    kept(&rig.clean(false), "usb", 1);

    // The same disk under another number, as after a new start: a file that is known shows that it is the one.
    fs::rename(rig.folder.path().join("b.flac"), rig.path("usb/b.flac")).unwrap();
    let report = rig.scan();
    assert_eq!((report.missing, report.failed.len(), report.unchanged), (0, 0, 2));
    assert_eq!(rig.clean(false).forgotten, 1);
    assert_eq!(rig.names(), ["a.flac", "b.flac"]);

    // The root itself.
    fs::remove_file(rig.path("a.flac")).unwrap();
    assert_eq!(rig.scan().missing, 1);
    let away = rig.folder.path().join("away");
    fs::rename(rig.path(""), &away).unwrap();
    kept(&rig.clean(false), "", 1);
    fs::create_dir(rig.path("")).unwrap();
    kept(&rig.clean(false), "", 1);
    fs::remove_dir(rig.path("")).unwrap();
    fs::rename(&away, rig.path("")).unwrap();
    assert_eq!(rig.clean(false).forgotten, 1);
}
