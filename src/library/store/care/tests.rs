//! Copies of a store with everything in it, and what is left of one that is damaged.

use std::collections::{BTreeMap, BTreeSet};
use std::os::unix::ffi::OsStringExt;
use std::sync::Arc;
use std::time::Duration;

use redb::{Key, ReadableDatabase, TableDefinition, TableHandle, Value};

use super::judge::{judge, says_what_it_is};
use super::*;
use crate::library::store::schema::{Visit, every_table};
use crate::library::store::{AudioId, Failure, MeasuredRow, SheetRow, Standing, WriteOp};
use crate::model::audio::{Spec, Volume};
use crate::model::bookmark::{Bookmark, BookmarkName, Bookmarks};
use crate::model::facts::{Rating, TrackFacts};
use crate::model::history::{Entry as Step, HistoryChange};
use crate::model::id::{PlaylistId, TrackId};
use crate::model::listening::{Listen, Verdict};
use crate::model::playback::Repeat;
use crate::model::playlist::{Entry, Kind, Playlist, PlaylistName};
use crate::model::resume::Place;
use crate::model::session::{OutputMemory, Save, Session, SessionItem};
use crate::model::template::{Item, Template, Usage};
use crate::model::track::{AudioFormat, Codec, FileStamp, Tags, Track};

const TRACKS: u32 = 1_000;

fn open_at(path: &Path) -> Store {
    Store::open(path, Box::new(|_| ())).unwrap()
}

fn path_of(id: u32) -> PathBuf {
    std::ffi::OsString::from_vec([format!("/m/{}/{id}", id / 20).as_bytes(), b"\xff.flac"].concat()).into()
}

fn track(id: u32) -> Track {
    let spec = Spec::new(44_100, 2).unwrap();
    let tags = Tags {
        title: Some(format!("title {id} {}", "x".repeat(id as usize % 90))),
        artists: vec![format!("artist {}", id % 40)],
        ..Tags::default()
    };
    Track {
        id: TrackId(id),
        path: path_of(id),
        stamp: FileStamp { size: id.into(), mtime_ns: 1, inode: id.into() },
        format: AudioFormat { codec: Codec::Flac, spec, bits: Some(16), frames: Some(9) },
        tags,
        added_s: id.into(),
    }
}

fn facts(id: u32) -> TrackFacts {
    TrackFacts { plays: id, rating: Rating::new((id % 10) as u8 + 1), ..TrackFacts::default() }
}

fn listen(id: u32) -> Listen {
    Listen {
        began_ms: i64::from(id) * 1000,
        track: TrackId(id),
        frames: 7,
        rate: 8,
        verdict: Verdict::Played,
    }
}

/// Something in every table.
fn fill(store: &Store) {
    let ids = || 1..=TRACKS;
    ids().for_each(|id| assert_eq!(store.new_track_id(), TrackId(id)));
    store.write(WriteOp::PutTracks(ids().map(track).collect())).unwrap();
    store.write(WriteOp::PutFacts(ids().map(|id| (TrackId(id), facts(id))).collect())).unwrap();
    store.write(WriteOp::PutListens(ids().map(listen).collect())).unwrap();
    let audio = |id| (TrackId(id), AudioId { guess: id.into(), whole: None });
    store.write(WriteOp::PutAudio(ids().map(audio).collect())).unwrap();
    store.write(WriteOp::PutMissing(vec![TrackId(3)], 77)).unwrap();
    let failure = Failure { path: "/m/bad".into(), stamp: FileStamp::default(), error: "no".into(), at_s: 5 };
    store.write(WriteOp::PutFailures(vec![failure])).unwrap();
    let sheet = SheetRow {
        stamp: FileStamp::default(),
        reader: 1,
        standing: Standing::Unusable,
        files: Vec::new(),
        missed_in: Vec::new(),
        error: None,
    };
    store.write(WriteOp::PutSheets(vec![("/m/a.cue".into(), sheet)])).unwrap();
    store.write(WriteOp::PutPlaces(vec![("/m".into(), Some(9))])).unwrap();
    store.write(WriteOp::PutRoots(vec!["/m".into()])).unwrap();
    store.write(WriteOp::PutScanRecord(Box::default())).unwrap();
    let entries = ids().step_by(5).map(|id| Entry::new(Arc::from(path_of(id)), Some(TrackId(id)))).collect();
    let list = Playlist {
        id: PlaylistId(8),
        name: PlaylistName::new("Mix").unwrap(),
        note: "n".into(),
        kind: Kind::Manual(Arc::new(entries)),
    };
    let step = Step {
        number: 1,
        at_s: 1,
        words: "rated".into(),
        step: crate::model::history::Step::Facts(Vec::new()),
    };
    let item = |id| SessionItem { id: crate::model::id::ItemId(id), path: "/m/x".into(), track: None };
    let save = Save {
        session: Some(Session { items: (1..9).map(item).collect(), ..Session::default() }),
        facts: Vec::new(),
        playlists: vec![(PlaylistId(8), Some(Arc::new(list)))],
        templates: vec![(PlaylistId(9), Some(Arc::new(template())))],
        log: Vec::new(),
        history: Some(HistoryChange { first: 1, from: 1, entries: vec![Arc::new(step)], done: 1 }),
    };
    store.write(WriteOp::Save(Box::new(save))).unwrap();
    store.write(WriteOp::PutResume(vec![(TrackId(3), Some(Place { frame: 7, rate: 8 }))])).unwrap();
    let found = Err("it has no end".to_owned());
    let measured = MeasuredRow { algorithm: 1, stamp: FileStamp::default(), sound: None, found };
    store.write(WriteOp::PutMeasured(vec![(TrackId(3), measured)])).unwrap();
    let mut outputs = OutputMemory::new(None);
    outputs.remember("dac", Volume::new(40));
    store.write(WriteOp::PutOutputs(outputs)).unwrap();
    let mut marks = Bookmarks::default();
    let name = BookmarkName::new("a").unwrap();
    marks.set(Bookmark { name, path: Arc::from(Path::new("/m/x")), frame: 1, rate: 2 }).unwrap();
    store.write(WriteOp::PutBookmarks(Arc::new(marks))).unwrap();
    store.flush().unwrap();
}

fn template() -> Template {
    Template {
        id: PlaylistId(9),
        name: PlaylistName::new("Evening").unwrap(),
        note: String::new(),
        tags: Vec::new(),
        favourite: false,
        shuffle: None,
        repeat: Repeat::Off,
        items: Arc::new(vec![Item { path: Arc::from(Path::new("/m/x")), track: None }]),
        made_s: 1,
        changed_s: 2,
        usage: Usage::default(),
    }
}

fn filled(folder: &Path) -> PathBuf {
    let path = folder.join("library.redb");
    let store = open_at(&path);
    fill(&store);
    assert!(store.close(Duration::from_secs(20)));
    path
}

/// Every row of every table, as bytes.
#[derive(Default)]
struct Dump<'a> {
    from: Option<&'a redb::ReadTransaction>,
    rows: BTreeMap<String, BTreeMap<Vec<u8>, Vec<u8>>>,
}

impl Visit for Dump<'_> {
    fn table<K: Key + 'static, V: Value + 'static>(
        &mut self,
        table: TableDefinition<'static, K, V>,
    ) -> Result<(), redb::Error> {
        use redb::ReadableTable;
        let rows = self.rows.entry(table.name().to_owned()).or_default();
        let Some(from) = self.from else { return Ok(()) };
        for row in from.open_table(table)?.iter()? {
            let (key, value) = row?;
            let key = K::as_bytes(&key.value()).as_ref().to_vec();
            rows.insert(key, V::as_bytes(&value.value()).as_ref().to_vec());
        }
        Ok(())
    }
}

fn dump(path: &Path) -> BTreeMap<String, BTreeMap<Vec<u8>, Vec<u8>>> {
    let db = redb::Database::create(path).unwrap();
    let txn = db.begin_read().unwrap();
    let mut dump = Dump { from: Some(&txn), ..Dump::default() };
    every_table(&mut dump).unwrap();
    dump.rows
}

#[test]
fn the_list_of_tables_has_every_table_that_is_ever_written() {
    let folder = tempfile::tempdir().unwrap();
    let path = filled(folder.path());
    let mut all = Dump::default();
    every_table(&mut all).unwrap();
    let db = redb::Database::create(&path).unwrap();
    let txn = db.begin_read().unwrap();
    let there: BTreeSet<String> = txn.list_tables().unwrap().map(|table| table.name().to_owned()).collect();
    assert_eq!(there, all.rows.keys().cloned().collect());
    drop((txn, db));
    assert!(dump(&path).values().all(|rows| !rows.is_empty()), "each of them holds something here");
}

#[test]
fn a_value_that_is_none_of_its_table_is_told_from_one_that_is() {
    let folder = tempfile::tempdir().unwrap();
    for (table, rows) in dump(&filled(folder.path())) {
        for (key, value) in rows {
            assert_eq!(judge(&table, &key, &value), Ok(()), "{table}");
            let garbage = [0xee].repeat(value.len().max(1));
            if key == b"history" {
                // A number: any is one.
                continue;
            }
            let key = if table == "roots" { b"m".to_vec() } else { key };
            assert_eq!(judge(&table, &key, &garbage).is_err(), says_what_it_is(&table), "{table}");
        }
    }
}

#[test]
fn a_backup_holds_every_row_and_is_never_written_over_anything() {
    let folder = tempfile::tempdir().unwrap();
    let path = filled(folder.path());
    let store = open_at(&path);
    let to = folder.path().join("copy.redb");
    let rows = backup(&store, &to, &mut |_| ()).unwrap();
    assert!(store.close(Duration::from_secs(20)));
    let copy = dump(&to);
    assert_eq!(copy, dump(&path));
    assert_eq!(rows, copy.values().map(|rows| rows.len() as u64).sum::<u64>());
    std::fs::write(folder.path().join("mine"), "mine").unwrap();
    let store = open_at(&path);
    assert!(backup(&store, &folder.path().join("mine"), &mut |_| ()).is_err());
    assert_eq!(std::fs::read(folder.path().join("mine")).unwrap(), b"mine");
    assert!(store.close(Duration::from_secs(20)));
}

#[test]
fn restoring_sets_the_library_aside_and_takes_no_damaged_backup() {
    let folder = tempfile::tempdir().unwrap();
    let path = filled(folder.path());
    let backup_at = folder.path().join("copy.redb");
    let store = open_at(&path);
    backup(&store, &backup_at, &mut |_| ()).unwrap();
    store.write(WriteOp::PutRoots(vec!["/other".into()])).unwrap();
    assert!(matches!(restore(&backup_at, &path), Err(StoreError::AlreadyOpen { .. })));
    assert!(store.close(Duration::from_secs(20)));
    let before = dump(&path);
    let bytes = std::fs::read(&backup_at).unwrap();
    let aside = restore(&backup_at, &path).unwrap().unwrap();
    assert_eq!(std::fs::read(&backup_at).unwrap(), bytes, "the backup is only read");
    assert_eq!(dump(&aside), before);
    assert_eq!(dump(&path), dump(&backup_at));

    let mut damaged = bytes;
    let title = b"title 700 ";
    let at = damaged.windows(title.len()).position(|window| window == title).unwrap();
    damaged[at] ^= 1;
    std::fs::write(&backup_at, damaged).unwrap();
    let now = dump(&path);
    assert!(matches!(restore(&backup_at, &path), Err(StoreError::Damaged { .. })));
    std::fs::write(&backup_at, "not a library").unwrap();
    assert!(matches!(restore(&backup_at, &path), Err(StoreError::Foreign { .. })));
    assert_eq!(dump(&path), now);
}

#[test]
fn a_store_that_is_well_is_found_well_and_compacting_keeps_every_row() {
    let folder = tempfile::tempdir().unwrap();
    let path = filled(folder.path());
    let checked = check(&path, &mut |_| ()).unwrap();
    let rows = dump(&path);
    assert_eq!(checked.found.rows, rows.values().map(|rows| rows.len() as u64).sum::<u64>());
    assert!(checked.is_sound(), "{checked:?}");
    let (before, after) = compact(&path).unwrap();
    assert!(after < before, "{before} {after}");
    assert_eq!(dump(&path), rows);
    let store = open_at(&path);
    assert!(matches!(check(&path, &mut |_| ()), Err(StoreError::AlreadyOpen { .. })));
    assert!(matches!(compact(&path), Err(StoreError::AlreadyOpen { .. })));
    assert!(matches!(repair(&path, &mut |_| ()), Err(StoreError::AlreadyOpen { .. })));
    assert!(store.close(Duration::from_secs(20)));
}

/// A start that comes meanwhile does not wait in silence.
#[test]
fn a_start_is_told_what_is_done_with_the_library() {
    let folder = tempfile::tempdir().unwrap();
    let path = filled(folder.path());
    let lock = path.with_extension("lock");
    let alone = files::alone(&path).unwrap().noting(&path, "checked").unwrap();
    let refused = Store::open(&path, Box::new(|_| ())).unwrap_err();
    let told = refused.to_string();
    let process = std::process::id();
    assert!(told.contains(&format!("is being checked by another auralis, process {process}")), "{told}");
    drop(alone);
    assert_eq!(std::fs::read(&lock).unwrap(), b"");
    // What one left that was killed says nothing: nobody holds the lock.
    std::fs::write(&lock, "1 repaired").unwrap();
    let store = open_at(&path);
    assert!(store.close(Duration::from_secs(60)));
}

#[test]
fn a_file_that_names_a_track_of_another_path_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let path = filled(folder.path());
    let db = redb::Database::create(&path).unwrap();
    let txn = db.begin_write().unwrap();
    txn.open_table(crate::library::store::schema::TRACKS).unwrap().remove(5).unwrap();
    txn.commit().unwrap();
    drop(db);
    assert_eq!(check(&path, &mut |_| ()).unwrap().at_odds, 1);
}

/// Numbers that look random, the same in each run.
struct Chance(u64);

impl Chance {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % end
    }
}

/// What happens to files: a bit, a page of rubbish, a page of nothing, the end gone.
fn damage(bytes: &mut Vec<u8>, kind: u64, chance: &mut Chance) {
    let at = chance.below(bytes.len() as u64) as usize;
    let page = at & !4095;
    let end = (page + 4096).min(bytes.len());
    match kind {
        0 => bytes[at] ^= 1 << chance.below(8),
        1 => bytes[page..end].iter_mut().for_each(|byte| *byte = chance.below(256) as u8),
        2 => bytes[page..end].fill(0),
        _ => bytes.truncate(at.max(4096)),
    }
}

/// A page of 4 KiB holds no more tracks than this: each takes about 70 bytes.
const TRACKS_OF_A_PAGE: usize = 64;

/// Where one page below the list of tables is hit, the rows of all other pages are there afterwards; whatever is hit, the
/// file is kept as it was, and what is saved is what was written.
#[test]
fn of_a_store_damaged_anywhere_all_that_can_be_read_is_saved() {
    let folder = tempfile::tempdir().unwrap();
    let path = filled(folder.path());
    // Without holes, so that most of what is hit matters.
    compact(&path).unwrap();
    let (whole, rows) = (std::fs::read(&path).unwrap(), dump(&path));
    let mut chance = Chance(5);
    let (mut found, mut all_but_a_page) = (0, 0);
    const CASES: u64 = 32;
    for case in 0..CASES {
        let mut bytes = whole.clone();
        (0..1 + case % 3 * 2).for_each(|_| damage(&mut bytes, case % 4, &mut chance));
        std::fs::write(&path, &bytes).unwrap();
        let checked = match check(&path, &mut |_| ()) {
            Ok(checked) => checked,
            Err(StoreError::Foreign { .. }) => continue,
            Err(error) => panic!("{case}: {error}"),
        };
        if checked.is_sound() {
            assert_eq!(dump(&path), rows, "{case}: found well");
            continue;
        }
        found += 1;
        assert_eq!(std::fs::read(&path).unwrap(), bytes, "{case}: a look changes nothing");
        let done = repair(&path, &mut |_| ()).unwrap();
        assert_eq!(std::fs::read(&done.aside).unwrap(), bytes, "{case}: set aside as it was");
        std::fs::remove_file(&done.aside).unwrap();
        let saved = dump(&path);
        let strange = saved["tracks"].iter().filter(|(id, track)| rows["tracks"].get(*id) != Some(track));
        assert!(strange.count() as u64 <= done.found.doubtful, "{case}");
        let lost = rows["tracks"].len() - saved["tracks"].len();
        all_but_a_page += u64::from(lost <= TRACKS_OF_A_PAGE);
        let store = open_at(&path);
        assert!(store.new_track_id().0 > saved["files"].len() as u32 / 2);
        let reader = store.read().unwrap();
        assert!(reader.files().unwrap().all(|file| file.unwrap().1.reader == 0), "files are read again");
        assert!(reader.session().is_ok() && reader.playlists().is_ok() && reader.history().is_ok());
        drop(reader);
        assert!(store.close(Duration::from_secs(20)));
        assert!(check(&path, &mut |_| ()).unwrap().found.is_sound(), "{case}");
    }
    println!(
        "{found} of {CASES} found damaged, {all_but_a_page} of them lost no more tracks than a page has"
    );
    assert!(found > CASES / 2 && all_but_a_page > found / 2, "{found} {all_but_a_page}");
}

#[test]
fn a_letter_changed_on_the_disk_is_found_and_nothing_else_is_lost() {
    let folder = tempfile::tempdir().unwrap();
    let path = filled(folder.path());
    let rows = dump(&path);
    let mut bytes = std::fs::read(&path).unwrap();
    let title = b"title 700 ";
    let places: Vec<usize> =
        (0..bytes.len() - title.len()).filter(|&at| bytes[at..].starts_with(title)).collect();
    // Older pages may hold it, too.
    places.iter().for_each(|&at| bytes[at] = b'T');
    std::fs::write(&path, &bytes).unwrap();
    let checked = check(&path, &mut |_| ()).unwrap();
    assert_eq!((checked.found.pages, checked.found.lost), (1, 0), "{checked:?}");
    let done = repair(&path, &mut |_| ()).unwrap();
    assert!(done.found.doubtful > 0 && done.found.doubtful < TRACKS_OF_A_PAGE as u64);
    let saved = dump(&path);
    let same = saved["tracks"].iter().filter(|(id, track)| rows["tracks"].get(*id) == Some(track)).count();
    assert_eq!((saved["tracks"].len(), same), (TRACKS as usize, TRACKS as usize - 1));
    for table in ["facts", "listens", "playlists", "session", "roots", "history", "missing", "audio"] {
        assert_eq!(saved[table], rows[table], "{table}");
    }
}

/// What was committed when it began is in it, each row whole, and it opens; what is written meanwhile may be.
#[test]
fn a_backup_that_is_made_while_rows_are_written_is_whole() {
    let folder = tempfile::tempdir().unwrap();
    let path = filled(folder.path());
    let store = open_at(&path);
    let done = std::sync::atomic::AtomicBool::new(false);
    let to = folder.path().join("copy.redb");
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !done.load(std::sync::atomic::Ordering::Relaxed) {
                let id = store.new_track_id();
                store.write(WriteOp::PutTracks(vec![track(id.0)])).unwrap();
                store.flush().unwrap();
            }
        });
        let more_than = |count| store.read().unwrap().track_count().unwrap() > count;
        while !more_than(u64::from(TRACKS) + 3) {
            std::thread::yield_now();
        }
        let before = store.read().unwrap().track_count().unwrap();
        backup(&store, &to, &mut |_| ()).unwrap();
        let (copy, of_backup) = (dump(&to), check(&to, &mut |_| ()).unwrap());
        assert!(of_backup.is_sound(), "{of_backup:?}");
        assert!(copy["tracks"].len() as u64 >= before, "{} of {before}", copy["tracks"].len());
        while !more_than(copy["tracks"].len() as u64) {
            std::thread::yield_now();
        }
        done.store(true, std::sync::atomic::Ordering::Relaxed);
    });
    assert!(store.close(Duration::from_secs(20)));
    let (copy, all) = (dump(&to), dump(&path));
    assert!(copy["tracks"].iter().all(|(id, row)| all["tracks"].get(id) == Some(row)));
}
