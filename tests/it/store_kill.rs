//! A program that is killed while it writes, or while it compacts: what was told to be on the disk is there, each write is
//! there as a whole or not at all.

use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use auralis::library::store::{Store, StoreReader, WriteOp};
use auralis::model::edit::Edit;
use auralis::model::facts::TrackFacts;
use auralis::model::history::{Entry, HistoryChange, QueueHead, QueueStep, Step};
use auralis::model::id::{ItemId, PlaylistId, TrackId};
use auralis::model::playlist::{self, Kind, Playlist, PlaylistName};
use auralis::model::session::{Save, Session, SessionItem};
use auralis::model::snapshot::QueueItem;

use crate::home::Home;
use crate::library_media::{all_tracks, tags, track};
use crate::media::Noise;

const STORE: &str = "AURALIS_TEST_KILLED_STORE";

fn open(path: &Path) -> Store {
    Store::open(path, Box::new(|_| ())).unwrap()
}

/// The queue after so many edits: at most fifty items, the last one numbered by the edit.
fn queue(edit: u64) -> Vec<QueueItem> {
    let item = |id: u64| QueueItem {
        id: ItemId(id),
        path: PathBuf::from(format!("/m/{id}.flac")).into(),
        track: None,
    };
    (edit.saturating_sub(49).max(1)..=edit).map(item).collect()
}

/// What one edit writes: queue, history, a playlist and what is known of a track, in one piece.
fn save(edit: u64) -> Save {
    let items = queue(edit);
    let session = Session {
        items: items
            .iter()
            .map(|item| SessionItem { id: item.id, path: item.path.to_path_buf(), track: None })
            .collect(),
        ..Session::default()
    };
    let step = QueueStep {
        items: Edit::between(&queue(edit - 1), &items),
        order: Edit::between(&[], &[]),
        before: QueueHead::default(),
        after: QueueHead::default(),
    };
    let step = Step::Queue(Box::new(step));
    let entry = Entry { number: edit, at_s: 1, words: "added a track".into(), step };
    let entries = items.iter().map(|item| playlist::Entry::new(item.path.clone(), None)).collect();
    let list = Playlist {
        id: PlaylistId(1),
        name: PlaylistName::new("Mix").unwrap(),
        note: "".into(),
        kind: Kind::Manual(Arc::new(entries)),
    };
    Save {
        session: Some(session),
        facts: vec![(TrackId(1), TrackFacts { plays: edit as u32, ..TrackFacts::default() })],
        playlists: vec![(PlaylistId(1), Some(Arc::new(list)))],
        templates: Vec::new(),
        log: Vec::new(),
        history: Some(HistoryChange {
            first: edit.saturating_sub(99).max(1),
            from: edit,
            entries: vec![Arc::new(entry)],
            done: edit,
        }),
    }
}

/// The number of the last edit, of which everything must be there.
fn last_edit(reader: &StoreReader) -> u64 {
    let (entries, done) = reader.history().unwrap();
    if done == 0 {
        return 0;
    }
    let session = reader.session().unwrap().unwrap();
    let saved: Vec<ItemId> = session.items.iter().map(|item| item.id).collect();
    let expected = queue(done);
    assert_eq!(saved, expected.iter().map(|item| item.id).collect::<Vec<_>>());
    let lists = reader.playlists().unwrap();
    let listed = lists.get(PlaylistId(1)).unwrap().entries().iter().map(|entry| entry.path.clone());
    assert!(listed.eq(expected.iter().map(|item| item.path.clone())));
    assert_eq!(u64::from(reader.facts().unwrap().get(TrackId(1)).plays), done);
    assert_eq!(entries.last().map(|entry| entry.number), Some(done));
    assert!(entries.windows(2).all(|pair| pair[0].number + 1 == pair[1].number));
    done
}

/// Runs in a process of its own: edits until it is killed, and tells the number of each edit that is on the disk.
#[test]
#[ignore = "started by other tests"]
fn child_edits() {
    let Some(path) = std::env::var_os(STORE) else { return };
    let store = open(Path::new(&path));
    let from = last_edit(&store.read().unwrap());
    for edit in from + 1.. {
        store.write(WriteOp::Save(Box::new(save(edit)))).unwrap();
        store.flush().unwrap();
        let mut out = std::io::stdout().lock();
        writeln!(out, "edit {edit}").unwrap();
        out.flush().unwrap();
    }
}

/// How many edits the last kill of each run found between the disk and being told.
fn kill_edits(times: usize, seed: u64) -> (u64, usize) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("library.redb");
    let mut random = Noise(seed);
    let (mut before, mut untold) = (0, 0);
    for _ in 0..times {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["store_kill::child_edits", "--exact", "--ignored", "--nocapture"])
            .env(STORE, &path)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        while !line.contains("edit ") {
            line.clear();
            assert!(out.read_line(&mut line).unwrap() > 0, "it ended by itself");
        }
        std::thread::sleep(Duration::from_millis(40).mul_f64(random.next().abs().min(1.0)));
        child.kill().unwrap();
        assert!(!child.wait().unwrap().success());
        let mut rest = String::new();
        out.read_to_string(&mut rest).unwrap();
        let told = format!("{line}{rest}");
        // A line may be cut off: only whole ones count.
        let whole = told.rfind('\n').map_or("", |end| &told[..end]);
        let number = |line: &str| line.rsplit(' ').next().and_then(|number| number.parse::<u64>().ok());
        let last =
            whole.lines().filter(|line| line.contains("edit ")).filter_map(number).next_back().unwrap();
        let store = open(&path);
        let found = last_edit(&store.read().unwrap());
        assert!(found == last || found == last + 1, "told {last}, found {found}");
        assert!(found > before);
        untold += usize::from(found == last + 1);
        before = found;
        assert!(store.close(Duration::from_secs(60)));
    }
    (before, untold)
}

#[test]
fn edits_of_the_queue_that_are_killed_at_any_moment_are_whole_and_those_told_are_there() {
    kill_edits(4, 5);
}

/// Of so many kills some must fall between the disk and the telling, else this would show nothing.
#[test]
#[ignore = "takes minutes: the same 300 times"]
fn three_hundred_kills_of_edits_lose_nothing_that_was_told() {
    let (edits, untold) = kill_edits(300, 1);
    println!(
        "300 killed among {edits} edits, {untold} of them with an edit on the disk that was not told yet"
    );
    assert!(edits > 300 && untold > 0);
}

/// Every other of so many tracks was removed again: half of the file is holes.
fn with_holes(path: &Path, tracks: u32) {
    let store = open(path);
    let text = "x".repeat(300);
    for id in 1..=tracks {
        assert_eq!(store.new_track_id(), TrackId(id));
    }
    let all =
        (1..=tracks).map(|id| track(id, &format!("/m/{id:06}.flac"), tags(&[("title", text.as_str())])));
    store.write(WriteOp::PutTracks(all.collect())).unwrap();
    store.flush().unwrap();
    let gone = (1..=tracks).filter(|id| id % 8 != 0).map(TrackId);
    store.write(WriteOp::RemoveTracks(gone.collect())).unwrap();
    assert!(store.close(Duration::from_secs(60)));
}

/// How many compactions were cut off, and how many of these had made the file smaller or larger already.
fn kill_compactions(tracks: u32, times: usize, seed: u64) -> (usize, usize) {
    let home = Home::new();
    let template = home.path("holes.redb");
    with_holes(&template, tracks);
    let library = home.path("data/library.redb");
    let fresh = || {
        let _ = std::fs::remove_dir_all(home.path("data"));
        std::fs::create_dir(home.path("data")).unwrap();
        std::fs::copy(&template, &library).unwrap();
    };
    let size = |path: &Path| std::fs::metadata(path).unwrap().len();
    let compact = || {
        let mut program = home.program(&["--data-dir", "data", "library", "compact"]);
        program.stdout(Stdio::null()).stderr(Stdio::null());
        program
    };
    fresh();
    let begun = Instant::now();
    assert!(compact().status().unwrap().success());
    let whole = begun.elapsed();
    let (full, small) = (size(&template), size(&library));
    assert!(small < full, "{small} {full}");
    let expected: Vec<TrackId> = (1..=tracks).filter(|id| id % 8 == 0).map(TrackId).collect();
    let mut random = Noise(seed);
    let (mut cut, mut middle) = (0, 0);
    for _ in 0..times {
        fresh();
        let mut child = compact().spawn().unwrap();
        std::thread::sleep(whole.mul_f64(random.next().abs().min(1.0)));
        child.kill().unwrap();
        let was_cut = !child.wait().unwrap().success();
        cut += usize::from(was_cut);
        let bytes = std::fs::read(&library).unwrap();
        let touched = bytes != std::fs::read(&template).unwrap();
        middle += usize::from(was_cut && touched);
        let store = open(&library);
        assert!(all_tracks(&store).iter().map(|track| track.id).eq(expected.iter().copied()));
        assert!(store.close(Duration::from_secs(60)));
        let checked = auralis::library::store::care::check(&library, &mut |_| ()).unwrap();
        assert!(checked.is_sound(), "{checked:?}");
    }
    (cut, middle)
}

#[test]
fn a_compaction_that_is_killed_at_any_moment_loses_no_row() {
    kill_compactions(4_000, 4, 7);
}

/// Of so many kills some must hit the middle of the work, else this would show nothing.
#[test]
#[ignore = "takes minutes: the same 300 times with more tracks"]
fn three_hundred_kills_of_a_compaction_lose_no_row() {
    let (cut, middle) = kill_compactions(20_000, 300, 1);
    println!("{cut} of 300 cut off, {middle} of them with work done on the file");
    assert!(cut > 100 && middle > 30);
}
