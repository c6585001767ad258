//! A tree of everything that breaks software that walks trees. The scan goes to its end, takes what is music, and its report
//! names the rest, each with its cause.

use std::fs::{self, File};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use auralis::library::scan::{ScanProgress, ScanReport, scan};
use auralis::library::store::Store;
use rustix::fs::{CWD, FileType, Mode, OFlags, mkdirat, mknodat, openat};

use crate::library_media::{all_tracks, bytes_name, flac, open, put};

fn song() -> Vec<u8> {
    flac(44_100, &[("TITLE", "good")])
}

/// Music under names that are hard to bear; how many.
fn good_names(root: &Path) -> usize {
    let names: Vec<Vec<u8>> = vec![
        b"\xff\xfe\xfd.flac".to_vec(),
        b"dir-\xc3\x28/\x80\x81.flac".to_vec(),
        b"new\nline\tand\rmore.flac".to_vec(),
        b"\x1b]0;title\x07\x1b[31mred.flac".to_vec(),
        "\u{202e}cilam\u{202c}\u{200f}.flac".into(),
        "עברית/مرحبا.flac".into(),
        "🎵👩‍👩‍👧‍👦.flac".into(),
        b" leading and trailing /  .flac".to_vec(),
        b"-rf --help.flac".to_vec(),
        b"a'b\"c`d$(e)\\f*?.flac".to_vec(),
        b"UPPER.FLAC".to_vec(),
        b"...dots...flac".to_vec(),
        b"x.flac/folder named like music.flac".to_vec(),
        "e\u{301} and \u{e9}.flac".into(),
        [vec![b'n'; 250], b".flac".to_vec()].concat(),
        [vec![b'd'; 255], b"/".to_vec(), vec![b'f'; 250], b".flac".to_vec()].concat(),
    ];
    names.iter().for_each(|name| drop(put(root, bytes_name(name), &song())));
    let deep = (0..400).fold(PathBuf::new(), |path, _| path.join("deep"));
    put(root, deep.join("end.flac"), &song());
    names.len() + 1
}

/// What cannot be music; the paths that are to be told.
fn bad_files(root: &Path) -> Vec<PathBuf> {
    let fifo = |name: &str| mknodat(CWD, root.join(name), FileType::Fifo, Mode::RUSR, 0).unwrap();
    fifo("fifo.mp3");
    drop(UnixListener::bind(root.join("socket.ogg")).unwrap());
    put(root, "zero.flac", b"");
    put(root, "text.mp3", b"only words, and not enough of them");
    put(root, "cut.flac", &song()[..20]);
    let holes = File::create(root.join("holes.wav")).unwrap();
    holes.set_len(1 << 36).unwrap();
    symlink("/dev/zero", root.join("device.flac")).unwrap();
    symlink("nowhere", root.join("dangling.opus")).unwrap();
    symlink("me.flac", root.join("me.flac")).unwrap();
    let names = [
        "fifo.mp3",
        "socket.ogg",
        "zero.flac",
        "text.mp3",
        "cut.flac",
        "holes.wav",
        "device.flac",
        "dangling.opus",
        "me.flac",
    ];
    names.iter().map(|name| root.join(name)).collect()
}

/// Ways back and round; nothing in them is to be met twice, or told.
fn loops(root: &Path) {
    fs::create_dir_all(root.join("round/inner")).unwrap();
    symlink("..", root.join("round/inner/up")).unwrap();
    symlink(".", root.join("self")).unwrap();
    symlink(root, root.join("whole")).unwrap();
    symlink("ring-b", root.join("ring-a")).unwrap();
    symlink("ring-a", root.join("ring-b")).unwrap();
    symlink("UPPER.FLAC", root.join("other name.flac")).unwrap();
    fs::hard_link(root.join("-rf --help.flac"), root.join("zz hard link.flac")).unwrap();
}

/// Folders nested deeper than a path of the system is long (4,096 bytes); the first that cannot be opened by its path.
fn too_deep(root: &Path) -> PathBuf {
    let (name, mut path) = ("l".repeat(200), root.to_path_buf());
    let mut folder = openat(CWD, root, OFlags::DIRECTORY, Mode::empty()).unwrap();
    let mut first = None;
    for _ in 0..25 {
        mkdirat(&folder, &name, Mode::RWXU).unwrap();
        folder = openat(&folder, &name, OFlags::DIRECTORY, Mode::empty()).unwrap();
        path.push(&name);
        if first.is_none() && path.read_dir().is_err() {
            first = Some(path.clone());
        }
    }
    first.unwrap()
}

fn scan_all(root: &Path, store: &Store) -> (ScanReport, u64) {
    let mut last = ScanProgress::default();
    let report =
        scan(&[root.to_path_buf()], store, &AtomicBool::new(false), &mut |progress| last = progress.clone());
    assert!(report.store_error.is_none() && !report.cancelled);
    assert!((0.0..=1.0).contains(&last.share), "{}", last.share);
    (report, last.read)
}

#[test]
fn the_nasty_tree_is_scanned_to_its_end_and_told_truly() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("music");
    fs::create_dir(&root).unwrap();
    let good = good_names(&root);
    let mut bad = bad_files(&root);
    loops(&root);
    bad.push(too_deep(&root));
    // Closed to everybody; but the superuser reads it.
    put(&root, "closed/in.flac", &song());
    fs::set_permissions(root.join("closed"), fs::Permissions::from_mode(0o0)).unwrap();
    let is_open = root.join("closed").read_dir().is_ok();
    let good = good + usize::from(is_open);
    bad.extend((!is_open).then(|| root.join("closed")));

    let store = open(folder.path());
    let (report, _) = scan_all(&root, &store);
    let mut failed: Vec<PathBuf> = report.failed.iter().map(|problem| problem.path.clone()).collect();
    failed.sort();
    bad.sort();
    assert_eq!(failed, bad);
    assert!(report.failed.iter().all(|problem| problem.error.len() > 4), "{:?}", report.failed);
    let why = |name: &str| &report.failed.iter().find(|problem| problem.path.ends_with(name)).unwrap().error;
    assert_eq!(why("zero.flac"), "is empty");
    assert!(
        why("fifo.mp3").contains("not a regular file") && why("socket.ogg").contains("not a regular file")
    );
    assert_eq!((report.added as usize, all_tracks(&store).len()), (good, good));

    // Again: the same is told, nothing is read, nothing is lost.
    let (again, read) = scan_all(&root, &store);
    assert_eq!((again.unchanged as usize, again.added, again.missing, read), (good, 0, 0, 0));
    assert_eq!(again.failed.len(), bad.len());
    let kept = store.read().unwrap().scan_record().unwrap().unwrap();
    assert_eq!((kept.failed, kept.unchanged), (again.failed, again.unchanged));
    fs::set_permissions(root.join("closed"), fs::Permissions::from_mode(0o700)).unwrap();
}
