//! The store against a plain map, and its refusals.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::Duration;

use auralis::library::store::{Failure, Store, StoreError, WriteOp};
use auralis::model::audio::Volume;
use auralis::model::id::{ItemId, TrackId};
use auralis::model::playback::{Repeat, Shuffle, ShuffleBy};
use auralis::model::session::{Session, SessionItem, SessionPosition};
use auralis::model::track::Track;
use proptest::prelude::*;

use crate::library_media::{all_tracks, bytes_name, open, tags, track};

#[derive(Debug, Clone)]
enum Op {
    Put(u32, u8),
    Remove(u32),
    Fail(u8),
    Forget(u8),
    Miss(u32),
    Back(u32),
    Reopen,
}

fn op() -> impl Strategy<Value = Op> {
    let (id, path) = (1..6_u32, 0..6_u8);
    prop_oneof![
        4 => (id.clone(), path.clone()).prop_map(|(id, path)| Op::Put(id, path)),
        1 => id.clone().prop_map(Op::Remove),
        1 => id.clone().prop_map(Op::Miss),
        1 => id.prop_map(Op::Back),
        1 => path.clone().prop_map(Op::Fail),
        1 => path.prop_map(Op::Forget),
        1 => Just(Op::Reopen),
    ]
}

/// What the store means, said with maps.
#[derive(Default)]
struct Model {
    tracks: BTreeMap<u32, PathBuf>,
    failures: BTreeMap<PathBuf, String>,
    missing: BTreeSet<u32>,
}

impl Model {
    fn put(&mut self, id: u32, path: PathBuf) {
        self.remove(id);
        let there = self.at(&path);
        there.into_iter().for_each(|other| self.remove(other));
        self.failures.remove(&path);
        self.tracks.insert(id, path);
    }

    fn remove(&mut self, id: u32) {
        self.missing.remove(&id);
        if let Some(path) = self.tracks.remove(&id) {
            self.failures.remove(&path);
        }
    }

    fn fail(&mut self, path: PathBuf) {
        self.missing.extend(self.at(&path));
        self.failures.insert(path, "no".into());
    }

    fn at(&self, path: &Path) -> Option<u32> {
        self.tracks.iter().find(|(_, other)| *other == path).map(|(&id, _)| id)
    }
}

fn path(number: u8) -> PathBuf {
    // Not UTF-8, and in the way of prefix mistakes.
    PathBuf::from(bytes_name(&[b"/m/a".as_slice(), &[0xf0 + number]].concat()))
}

fn check(store: &Store, model: &Model) {
    let reader = store.read().unwrap();
    let tracks: BTreeMap<u32, PathBuf> =
        reader.tracks().unwrap().map(|track| track.map(|track| (track.id.0, track.path)).unwrap()).collect();
    assert_eq!(tracks, model.tracks);
    let mut files: BTreeMap<PathBuf, Option<TrackId>> =
        model.tracks.iter().map(|(&id, path)| (path.clone(), Some(TrackId(id)))).collect();
    for path in model.failures.keys() {
        files.entry(path.clone()).or_insert(None);
    }
    let missing: BTreeSet<u32> = reader.missing().unwrap().into_iter().map(|id| id.0).collect();
    assert_eq!(missing, model.missing);
    let known: BTreeMap<PathBuf, Option<TrackId>> = reader
        .files_inside(Path::new("/m"))
        .unwrap()
        .map(|file| file.map(|(path, row)| (path, row.track)).unwrap())
        .collect();
    assert_eq!(known, files);
    for (path, error) in &model.failures {
        assert_eq!(reader.failure(path).unwrap().as_ref(), Some(error));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_operations_do_what_a_map_does(ops in prop::collection::vec(op(), 1..40)) {
        let folder = tempfile::tempdir().unwrap();
        let mut store = open(folder.path());
        let mut model = Model::default();
        for op in ops {
            match op {
                Op::Put(id, at) => {
                    model.put(id, path(at));
                    store.write(WriteOp::PutTracks(vec![Track { path: path(at), ..track(id, "", tags(&[])) }])).unwrap();
                }
                Op::Remove(id) => {
                    model.remove(id);
                    store.write(WriteOp::RemoveTracks(vec![TrackId(id)])).unwrap();
                }
                Op::Fail(at) => {
                    model.fail(path(at));
                    let failure = Failure { path: path(at), stamp: Default::default(), error: "no".into(), at_s: 5 };
                    store.write(WriteOp::PutFailures(vec![failure])).unwrap();
                }
                Op::Forget(at) => {
                    model.failures.remove(&path(at));
                    store.write(WriteOp::RemoveFailures(vec![path(at)])).unwrap();
                }
                Op::Miss(id) => {
                    model.missing.extend(model.tracks.get(&id).map(|_| id));
                    store.write(WriteOp::PutMissing(vec![TrackId(id)], 5)).unwrap();
                }
                Op::Back(id) => {
                    model.missing.remove(&id);
                    store.write(WriteOp::RemoveMissing(vec![TrackId(id)])).unwrap();
                }
                Op::Reopen => {
                    assert!(store.close(Duration::from_secs(60)));
                    store = open(folder.path());
                    check(&store, &model);
                }
            }
        }
        store.flush().unwrap();
        check(&store, &model);
    }
}

#[test]
fn everything_is_there_after_opening_again() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let words = [("title", "T"), ("artist", "A"), ("artist", "B"), ("album", "L"), ("date", "1997-06-16")];
    let one = track(store.new_track_id().0, "/m/one.flac", tags(&words));
    let session = Session {
        items: vec![SessionItem {
            id: ItemId(7),
            path: bytes_name(b"/m/\xff.mp3").into(),
            track: Some(one.id),
        }],
        position: Some(SessionPosition { index: 0, frame: 12_345, rate: 44_100 }),
        volume: Volume::new(37),
        muted: true,
        repeat: Repeat::All,
        shuffle: Shuffle::On { by: ShuffleBy::Album, seed: Some(99) },
        order: vec![ItemId(7)],
        chance: u64::MAX,
        consume: true,
    };
    store.write(WriteOp::PutTracks(vec![one.clone()])).unwrap();
    store.write(WriteOp::PutRoots(vec!["/b".into(), "/a".into()])).unwrap();
    store.write(WriteOp::PutRoots(vec!["/m".into(), bytes_name(b"/\xfe").into()])).unwrap();
    store.try_write(WriteOp::PutSession(Session::default())).unwrap();
    store.try_write(WriteOp::PutSession(session.clone())).unwrap();
    assert!(store.close(Duration::from_secs(60)));

    let store = open(folder.path());
    assert_eq!(all_tracks(&store), std::slice::from_ref(&one));
    let reader = store.read().unwrap();
    assert_eq!(reader.track(one.id).unwrap(), Some(one.clone()));
    assert_eq!(reader.roots().unwrap(), [Path::new("/m"), Path::new(bytes_name(b"/\xfe"))]);
    assert_eq!(reader.session().unwrap(), Some(session));
    assert!(store.new_track_id() > one.id);
}

#[test]
fn an_id_is_never_given_twice_even_when_its_track_is_gone() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let id = store.new_track_id();
    store.write(WriteOp::PutTracks(vec![track(id.0, "/m/a.flac", tags(&[]))])).unwrap();
    store.write(WriteOp::RemoveTracks(vec![id])).unwrap();
    assert!(store.close(Duration::from_secs(60)));
    assert!(open(folder.path()).new_track_id() > id);
}

#[test]
fn readers_see_what_was_committed_when_they_began() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let before = store.read().unwrap();
    store.write(WriteOp::PutTracks(vec![track(1, "/m/a.flac", tags(&[]))])).unwrap();
    store.flush().unwrap();
    assert_eq!(before.track_count().unwrap(), 0);
    assert_eq!(store.read().unwrap().track_count().unwrap(), 1);
}

#[test]
fn an_open_library_is_refused_and_left_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let first = open(folder.path());
    let second = Store::open(first.path(), Box::new(|_| ()));
    assert!(matches!(second, Err(StoreError::AlreadyOpen { .. })));
    first.write(WriteOp::PutRoots(vec!["/m".into()])).unwrap();
    first.flush().unwrap();
}

#[test]
fn what_is_not_a_library_is_refused_and_left_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("library.redb");
    for garbage in [b"x".to_vec(), b"redb".to_vec(), b"not a library, a letter".to_vec(), vec![0xa5; 100_000]]
    {
        std::fs::write(&file, &garbage).unwrap();
        let refused = Store::open(&file, Box::new(|_| ())).unwrap_err();
        let clear = matches!(
            refused,
            StoreError::Foreign { .. } | StoreError::Damaged { .. } | StoreError::Io { .. }
        );
        assert!(clear, "{refused}");
        assert_eq!(std::fs::read(&file).unwrap(), garbage);
    }
    std::fs::remove_file(&file).unwrap();
    std::fs::create_dir(&file).unwrap();
    assert!(matches!(Store::open(&file, Box::new(|_| ())), Err(StoreError::Foreign { .. })));
}

#[test]
fn another_programs_database_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("library.redb");
    let theirs: redb::TableDefinition<'_, &str, u32> = redb::TableDefinition::new("theirs");
    let db = redb::Database::create(&file).unwrap();
    let txn = db.begin_write().unwrap();
    txn.open_table(theirs).unwrap().insert("x", 1).unwrap();
    txn.commit().unwrap();
    drop(db);
    assert!(matches!(Store::open(&file, Box::new(|_| ())), Err(StoreError::Foreign { .. })));
}

#[test]
fn a_library_of_a_future_version_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let file = store.path().to_path_buf();
    assert!(store.close(Duration::from_secs(60)));
    let meta: redb::TableDefinition<'_, &str, u32> = redb::TableDefinition::new("meta");
    let db = redb::Database::create(&file).unwrap();
    let txn = db.begin_write().unwrap();
    txn.open_table(meta).unwrap().insert("schema_version", 4711).unwrap();
    txn.commit().unwrap();
    drop(db);
    let refused = Store::open(&file, Box::new(|_| ()));
    assert!(matches!(refused, Err(StoreError::FutureVersion { found: 4711, known: 2, .. })));
}

#[test]
fn a_folder_that_cannot_be_made_is_said() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("file"), "").unwrap();
    let refused = Store::open(&folder.path().join("file/sub/library.redb"), Box::new(|_| ()));
    assert!(matches!(refused, Err(StoreError::Folder { .. })));
}
