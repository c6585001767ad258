//! Scanning real folders: what is found, what is read again, what is kept when things go missing.

use std::collections::HashSet;
use std::fs::{self, File};
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::time::{Duration, SystemTime};

use auralis::library::expand::expand;
use auralis::library::scan::{ScanProgress, ScanReport, scan};
use auralis::library::store::Store;
use auralis::model::id::TrackId;
use rustix::fs::{FileType, Mode, mknodat};
use tempfile::TempDir;

use crate::library_media::{all_tracks, bytes_name, flac, open, put, wav};

struct Rig {
    folder: TempDir,
    store: Store,
}

impl Rig {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("music")).unwrap();
        let store = open(folder.path());
        Self { folder, store }
    }

    fn music(&self) -> PathBuf {
        self.folder.path().join("music")
    }

    fn put(&self, name: &str, title: &str) -> PathBuf {
        put(&self.music(), name, &flac(44_100, &[("TITLE", title)]))
    }

    /// The report, and how many files were opened.
    fn scan_roots(&self, roots: &[PathBuf]) -> (ScanReport, u64) {
        let mut last = ScanProgress::default();
        let report =
            scan(roots, &self.store, &AtomicBool::new(false), &mut |progress| last = progress.clone());
        assert!(report.store_error.is_none() && !report.cancelled);
        (report, last.read)
    }

    fn scan(&self) -> ScanReport {
        self.scan_roots(&[self.music()]).0
    }

    /// Of tracks that are not missing.
    fn titles(&self) -> Vec<String> {
        let missing = self.missing();
        let there = all_tracks(&self.store).into_iter().filter(|track| !missing.contains(&track.id));
        there.filter_map(|track| track.tags.title).collect()
    }

    fn missing(&self) -> HashSet<TrackId> {
        self.store.read().unwrap().missing().unwrap()
    }
}

fn counts(report: &ScanReport) -> [u64; 6] {
    let failed = report.failed.len() as u64;
    [report.added, report.updated, report.moved, report.missing, report.unchanged, failed]
}

fn fifo(path: &Path) {
    mknodat(rustix::fs::CWD, path, FileType::Fifo, Mode::RUSR | Mode::WUSR, 0).unwrap();
}

#[test]
fn a_rescan_opens_only_what_changed() {
    let rig = Rig::new();
    let same = rig.put("a/1.flac", "one");
    let changed = rig.put("a/2.flac", "two");
    assert_eq!(counts(&rig.scan()), [2, 0, 0, 0, 0, 0]);

    // Other bytes behind the same size, time and inode: only opening the file would tell.
    let before = fs::metadata(&same).unwrap();
    fs::write(&same, vec![0; before.len() as usize]).unwrap();
    File::options().write(true).open(&same).unwrap().set_modified(before.modified().unwrap()).unwrap();
    let (report, read) = rig.scan_roots(&[rig.music()]);
    assert_eq!((counts(&report), read), ([0, 0, 0, 0, 2, 0], 0));

    let added = all_tracks(&rig.store)[1].clone();
    fs::write(&changed, flac(44_100, &[("TITLE", "new")])).unwrap();
    File::options()
        .write(true)
        .open(&changed)
        .unwrap()
        .set_modified(SystemTime::now() + Duration::from_secs(5))
        .unwrap();
    let (report, read) = rig.scan_roots(&[rig.music()]);
    assert_eq!((counts(&report), read), ([0, 1, 0, 0, 1, 0], 1));
    assert_eq!(rig.titles(), ["one", "new"]);
    let updated = all_tracks(&rig.store)[1].clone();
    assert_eq!((updated.id, updated.added_s), (added.id, added.added_s));
}

#[test]
fn symlink_cycles_end_and_each_file_is_there_once() {
    let rig = Rig::new();
    let real = rig.put("album/1.flac", "one");
    symlink("..", rig.music().join("album/up")).unwrap();
    symlink(".", rig.music().join("self")).unwrap();
    symlink("album", rig.music().join("zz again")).unwrap();
    symlink("loop-b", rig.music().join("loop-a")).unwrap();
    symlink("loop-a", rig.music().join("loop-b")).unwrap();
    symlink(&real, rig.music().join("link.flac")).unwrap();
    fs::hard_link(&real, rig.music().join("other name.flac")).unwrap();
    let report = rig.scan();
    assert_eq!(counts(&report), [1, 0, 0, 0, 0, 0], "{:?}", report.failed);
    assert_eq!(counts(&rig.scan()), [0, 0, 0, 0, 1, 0]);

    let outside = tempfile::tempdir().unwrap();
    put(outside.path(), "there.flac", &flac(1, &[("TITLE", "outside")]));
    symlink(outside.path(), rig.music().join("linked")).unwrap();
    rig.scan();
    assert_eq!(rig.titles().len(), 2, "linked folders are followed");
}

#[test]
fn a_name_that_begins_with_dots_is_music_and_a_dot_file_is_not() {
    let rig = Rig::new();
    for name in ["...And You Will Know Us/one.flac", ".. _ ../two.flac", "...three.flac"] {
        put(&rig.music(), name, &flac(1, &[("TITLE", name)]));
    }
    for name in [".git/x.flac", "._one.flac", ".one.flac", ".1/one.flac"] {
        put(&rig.music(), name, &flac(1, &[]));
    }
    assert_eq!(rig.scan().added, 3);
}

#[test]
fn what_cannot_be_read_is_reported_and_nothing_blocks() {
    let rig = Rig::new();
    rig.put("good.flac", "good");
    put(&rig.music(), "empty.mp3", b"");
    put(&rig.music(), "garbage.mp3", &[0x55; 50_000]);
    put(&rig.music(), "text.flac", b"not music");
    put(&rig.music(), "cover.jpg", b"not looked at");
    put(&rig.music(), ".hidden.flac", &flac(1, &[]));
    put(&rig.music(), ".hidden/a.flac", &flac(1, &[]));
    fifo(&rig.music().join("fifo.mp3"));
    symlink("/dev/zero", rig.music().join("zero.flac")).unwrap();
    symlink("nowhere", rig.music().join("dangling.flac")).unwrap();
    symlink("looping.flac", rig.music().join("looping.flac")).unwrap();
    let report = rig.scan();
    let mut failed: Vec<_> = report.failed.iter().map(|problem| problem.path.file_name().unwrap()).collect();
    failed.sort();
    let expected =
        ["dangling.flac", "empty.mp3", "fifo.mp3", "garbage.mp3", "looping.flac", "text.flac", "zero.flac"];
    assert_eq!(failed, expected);
    assert!(report.failed.iter().all(|problem| !problem.error.is_empty()));
    assert_eq!(report.added, 1);

    // The same is told again, without opening the broken files again.
    let (again, read) = rig.scan_roots(&[rig.music()]);
    assert_eq!((counts(&again), read), ([0, 0, 0, 0, 1, 7], 0));
    let mut told = again.failed;
    told.sort_by(|a, b| a.path.cmp(&b.path));
    let mut first = report.failed;
    first.sort_by(|a, b| a.path.cmp(&b.path));
    assert_eq!(told, first);

    // Mended, and gone.
    put(&rig.music(), "text.flac", &flac(1, &[("TITLE", "mended")]));
    fs::remove_file(rig.music().join("garbage.mp3")).unwrap();
    assert_eq!(counts(&rig.scan()), [1, 0, 0, 0, 1, 5]);
    assert_eq!(rig.titles(), ["good", "mended"]);
}

#[test]
fn names_are_bytes_and_may_be_long_and_deep() {
    let rig = Rig::new();
    let music = rig.music();
    let names: [&[u8]; 4] =
        [b"\xff\xfe.flac", b"a\xc3\x28/\x80.flac", b"new\nline.flac", "夜\u{202e}.flac".as_bytes()];
    for name in names {
        put(&music, bytes_name(name), &flac(1, &[("TITLE", "t")]));
    }
    put(&music, format!("{}.flac", "n".repeat(250)), &flac(1, &[("TITLE", "t")]));
    let deep = (0..300).fold(PathBuf::new(), |path, _| path.join("d"));
    put(&music, deep.join("deep.flac"), &flac(1, &[("TITLE", "t")]));
    assert_eq!(counts(&rig.scan()), [6, 0, 0, 0, 0, 0]);
    assert_eq!(counts(&rig.scan()), [0, 0, 0, 0, 6, 0]);
    let paths: Vec<PathBuf> = all_tracks(&rig.store).into_iter().map(|track| track.path).collect();
    assert!(names.iter().all(|name| paths.contains(&music.join(bytes_name(name)))));
    let catalog = auralis::library::catalog_build::load_catalog(&rig.store).unwrap();
    assert!(paths.iter().all(|path| catalog.find_path(path).unwrap().path() == *path));
}

#[test]
fn a_moved_file_keeps_its_id_and_a_missing_one_too() {
    let rig = Rig::new();
    let from = rig.put("b/1.flac", "moved");
    rig.put("b/2.flac", "gone");
    rig.put("b/3.flac", "stays");
    rig.scan();
    let before = all_tracks(&rig.store);
    fs::create_dir(rig.music().join("a")).unwrap();
    fs::rename(&from, rig.music().join("a/9.flac")).unwrap();
    fs::remove_file(rig.music().join("b/2.flac")).unwrap();
    let (report, read) = rig.scan_roots(&[rig.music()]);
    assert_eq!((counts(&report), read), ([0, 0, 1, 1, 1, 0], 0));
    let after = all_tracks(&rig.store);
    assert_eq!((after.len(), rig.missing()), (3, HashSet::from([before[1].id])));
    assert_eq!((after[0].id, after[0].path.clone()), (before[0].id, rig.music().join("a/9.flac")));

    // And to later in the order than where it was.
    fs::rename(rig.music().join("a/9.flac"), rig.music().join("z.flac")).unwrap();
    assert_eq!(counts(&rig.scan()), [0, 0, 1, 0, 1, 0]);
    assert_eq!(all_tracks(&rig.store)[2].id, before[0].id);
}

#[test]
fn nothing_is_removed_because_a_disk_is_away() {
    let rig = Rig::new();
    rig.put("1.flac", "one");
    rig.put("sub/2.flac", "two");
    rig.scan();
    let away = rig.folder.path().join("away");
    fs::rename(rig.music(), &away).unwrap();
    assert_eq!(counts(&rig.scan()), [0, 0, 0, 0, 0, 1], "the root is not there");
    fs::create_dir(rig.music()).unwrap();
    assert_eq!(counts(&rig.scan()), [0, 0, 0, 0, 0, 1], "an empty mount point");
    fs::remove_dir(rig.music()).unwrap();
    fs::rename(&away, rig.music()).unwrap();
    // A folder that cannot be entered: root may read everything, but nobody can follow a link to itself.
    fs::rename(rig.music().join("sub"), rig.folder.path().join("sub")).unwrap();
    symlink("sub", rig.music().join("sub")).unwrap();
    let report = rig.scan();
    assert_eq!((report.missing, report.unchanged), (1, 1), "a looping link is no folder: its track is gone");

    // Cancelled: nothing goes either.
    fs::remove_file(rig.music().join("1.flac")).unwrap();
    rig.put("3.flac", "three");
    let report = scan(&[rig.music()], &rig.store, &AtomicBool::new(true), &mut |_| ());
    assert!(report.cancelled);
    assert_eq!((report.missing, rig.titles()), (0, vec!["one".to_owned()]));
}

#[test]
fn roots_may_overlap_and_be_single_files() {
    let rig = Rig::new();
    let one = rig.put("sub/1.flac", "one");
    rig.put("sub/2.flac", "two");
    rig.put("sub-x/3.flac", "three");
    let (report, _) = rig.scan_roots(std::slice::from_ref(&one));
    assert_eq!(counts(&report), [1, 0, 0, 0, 0, 0]);
    let (report, _) =
        rig.scan_roots(&[rig.music().join("sub"), rig.music(), rig.music().join("sub/"), one.clone()]);
    assert_eq!(counts(&report), [2, 0, 0, 0, 1, 0]);
    // A root sees only what is inside it.
    fs::remove_dir_all(rig.music().join("sub-x")).unwrap();
    assert_eq!(counts(&rig.scan_roots(&[rig.music().join("sub")]).0), [0, 0, 0, 0, 2, 0]);
    fs::remove_file(&one).unwrap();
    // The file as a root of its own is away; inside its folder it is gone.
    assert_eq!(counts(&rig.scan_roots(&[one]).0), [0, 0, 0, 0, 0, 1]);
    assert_eq!(counts(&rig.scan()), [0, 0, 0, 2, 1, 0]);
}

#[test]
fn progress_tells_of_every_change_by_the_end() {
    let rig = Rig::new();
    for number in 0..600 {
        rig.put(&format!("{}/{number}.flac", number % 7), "t");
    }
    let mut seen: Vec<ScanProgress> = Vec::new();
    scan(&[rig.music()], &rig.store, &AtomicBool::new(false), &mut |progress| seen.push(progress.clone()));
    assert!(seen.is_sorted_by_key(|progress| (progress.found, progress.changes)));
    let last = seen.last().unwrap();
    assert_eq!((last.found, last.read, last.changes, last.failed), (600, 600, 600, 0));
    assert!(
        seen.iter().any(|progress| progress.changes > 0 && progress.changes < 600),
        "tracks appear on the way"
    );
}

#[test]
fn paths_expand_to_the_files_that_are_meant() {
    let rig = Rig::new();
    let music = rig.music();
    for name in ["al/10.flac", "al/2.flac", "al/1.flac", "b.flac"] {
        rig.put(name, "t");
    }
    put(&music, "pcm", &wav(10, 8_000));
    fifo(&music.join("fifo.flac"));
    let list =
        b"#EXTM3U\nal/2.flac\nmissing.flac\nhttp://host/x.mp3\nfifo.flac\n/etc/passwd\n./b.flac\nal/2.flac\n";
    put(&music, "list.m3u", list);
    let inside = |names: &[&str]| -> Vec<PathBuf> { names.iter().map(|name| music.join(name)).collect() };

    let expanded = expand(&inside(&["b.flac", "al", "pcm"]), &AtomicBool::new(false));
    assert_eq!(expanded.files, inside(&["b.flac", "al/1.flac", "al/2.flac", "al/10.flac", "pcm"]));
    assert_eq!(expanded.problems, []);

    let expanded = expand(&inside(&["list.m3u"]), &AtomicBool::new(false));
    let mut files = inside(&["al/2.flac", "b.flac", "al/2.flac"]);
    files.insert(1, "http://host/x.mp3".into());
    assert_eq!(expanded.files, files);
    assert_eq!(expanded.problems.len(), 3);

    let expanded = expand(&inside(&["nothing", "fifo.flac"]), &AtomicBool::new(false));
    assert!(expanded.files.is_empty() && expanded.problems.len() == 2);
}
