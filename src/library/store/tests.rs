//! The writer when the disk fails: a backend that runs full and recovers.
#![allow(clippy::unwrap_used)]

use std::io;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::sync::Mutex;
use std::sync::atomic::AtomicBool;
use std::sync::mpsc::channel;

use redb::StorageBackend;
use redb::backends::InMemoryBackend;

use super::*;
use crate::model::audio::Volume;
use crate::model::bookmark::{Bookmark, BookmarkName, Bookmarks};
use crate::model::edit::Edit;
use crate::model::history::{Entry, HistoryChange, QueueHead, QueueStep, Step};
use crate::model::id::ItemId;
use crate::model::lyrics::LyricsOffsets;
use crate::model::playback::{Shuffle, ShuffleBy};
use crate::model::session::{OutputMemory, Save, Session, SessionItem};
use crate::model::snapshot::QueueItem;

/// A disk: what was written stays when the database is opened again. While `full`, it takes nothing.
#[derive(Debug, Clone, Default)]
struct Disk {
    bytes: Arc<Mutex<Arc<InMemoryBackend>>>,
    full: Arc<AtomicBool>,
}

impl Disk {
    fn inner(&self) -> Arc<InMemoryBackend> {
        self.bytes.lock().unwrap().clone()
    }

    fn check(&self) -> io::Result<()> {
        if self.full.load(Ordering::SeqCst) { Err(io::ErrorKind::StorageFull.into()) } else { Ok(()) }
    }

    fn opener(&self) -> open::Opener {
        let disk = self.clone();
        Box::new(move || {
            open::builder()
                .create_with_backend(disk.clone())
                .map_err(|error| StoreError::from_redb(Path::new("disk"), error.into()))
        })
    }
}

impl StorageBackend for Disk {
    fn len(&self) -> io::Result<u64> {
        self.inner().len()
    }
    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        self.inner().read(offset, out)
    }
    fn set_len(&self, len: u64) -> io::Result<()> {
        self.check()?;
        self.inner().set_len(len)
    }
    fn sync_data(&self) -> io::Result<()> {
        self.check()
    }
    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        self.check()?;
        self.inner().write(offset, data)
    }
}

fn start(disk: &Disk, on_event: OnStoreEvent) -> Result<Store, StoreError> {
    let opener = disk.opener();
    Store::start(Path::new("disk"), opener()?, opener, on_event)
}

fn session(name: &str) -> Session {
    let item = SessionItem { id: Default::default(), path: name.into(), track: None };
    Session { items: vec![item], ..Session::default() }
}

#[test]
fn a_full_disk_is_told_once_and_loses_nothing() {
    let disk = Disk::default();
    let (told, events) = channel();
    let store = start(&disk, Box::new(move |event| told.send(event).unwrap())).unwrap();
    store.write(WriteOp::PutSession(session("before"))).unwrap();
    store.flush().unwrap();

    disk.full.store(true, Ordering::SeqCst);
    store.write(WriteOp::PutRoots(vec!["/kept".into()])).unwrap();
    store.write(WriteOp::PutSession(session("during"))).unwrap();
    assert!(matches!(store.flush(), Err(StoreError::Full { .. })));
    assert!(matches!(store.flush(), Err(StoreError::Full { .. })));
    assert!(matches!(events.recv().unwrap(), StoreEvent::WriteFailed(StoreError::Full { .. })));
    assert!(events.try_recv().is_err(), "a failure is told once");

    disk.full.store(false, Ordering::SeqCst);
    store.flush().unwrap();
    assert!(matches!(events.recv().unwrap(), StoreEvent::Recovered));
    let reader = store.read().unwrap();
    assert_eq!(reader.session().unwrap(), Some(session("during")));
    assert_eq!(reader.roots().unwrap(), [PathBuf::from("/kept")]);
    drop(reader);
    assert!(store.close(Duration::from_secs(5)));
}

#[test]
fn what_is_known_of_outputs_comes_back_and_stays_small() {
    let disk = Disk::default();
    let store = start(&disk, Box::new(|_| ())).unwrap();
    assert_eq!(store.read().unwrap().outputs().unwrap(), OutputMemory::default());
    let mut memory = OutputMemory::new(Some("dac".into()));
    for device in 0..100 {
        memory.remember(&device.to_string(), Volume::new(device));
    }
    memory.remember("50", Volume::new(7));
    assert_eq!((memory.volume("35"), memory.volume("36")), (None, Some(Volume::new(36))), "64 are kept");
    assert_eq!((memory.volumes().count(), memory.last()), (64, Some("50")));
    store.write(WriteOp::PutOutputs(memory.clone())).unwrap();
    // Beside the session, not in its place.
    store.write(WriteOp::PutSession(session("queue"))).unwrap();
    store.flush().unwrap();
    let reader = store.read().unwrap();
    assert_eq!((reader.outputs().unwrap(), reader.session().unwrap()), (memory, Some(session("queue"))));
    drop(reader);
    assert!(store.close(Duration::from_secs(5)));
}

fn mark(name: &str, path: &[u8], frame: u64) -> Bookmark {
    let path = Path::new(std::ffi::OsStr::from_bytes(path)).into();
    Bookmark { name: BookmarkName::new(name).unwrap(), path, frame, rate: 44_100 }
}

#[test]
fn bookmarks_come_back_as_they_were_set() {
    let disk = Disk::default();
    let store = start(&disk, Box::new(|_| ())).unwrap();
    assert_eq!(store.read().unwrap().bookmarks().unwrap(), Bookmarks::default());
    let mut marks = Bookmarks::default();
    marks.set(mark("the solo", b"/m/\xff.flac", u64::MAX)).unwrap();
    marks.set(mark("日", b"/m/album.cue/track03", 0)).unwrap();
    store.write(WriteOp::PutBookmarks(Arc::new(marks.clone()))).unwrap();
    let mut offsets = LyricsOffsets::default();
    offsets.set(&Path::new(std::ffi::OsStr::from_bytes(b"/m/\xff.flac")).into(), -600_000);
    offsets.set(&Path::new("/m/b.flac").into(), 100);
    store.write(WriteOp::PutLyricsOffsets(offsets.clone())).unwrap();
    // Beside the session, not in its place.
    store.write(WriteOp::PutSession(session("queue"))).unwrap();
    store.flush().unwrap();
    assert!(store.close(Duration::from_secs(5)));
    let store = start(&disk, Box::new(|_| ())).unwrap();
    let reader = store.read().unwrap();
    assert_eq!((reader.bookmarks().unwrap(), reader.session().unwrap()), (marks, Some(session("queue"))));
    assert_eq!(reader.lyrics_offsets().unwrap(), offsets);
    drop(reader);
    assert!(store.close(Duration::from_secs(5)));
}

/// As below; a number with a sign is folded (`zigzag`) first: -2 is 3.
#[test]
fn what_moves_no_words_is_told_as_damage() {
    let mut offsets = LyricsOffsets::default();
    offsets.set(&Path::new("/m").into(), -2);
    let good = [&[1, 1, 2][..], b"/m", &[3]].concat();
    assert_eq!(codec::encode_lyrics_offsets(&offsets).unwrap(), good);
    assert_eq!(codec::decode_lyrics_offsets(&good), Ok(offsets));
    let damaged = Err(CodecError::Damaged { what: "the list of moved words" });
    for end in 1..good.len() {
        assert_eq!(codec::decode_lyrics_offsets(&good[..end]), damaged, "cut off at {end}");
    }
    // Nowhere, and by 600.001 s.
    assert_eq!(codec::decode_lyrics_offsets(&[1, 1, 1, b'/', 0]), damaged);
    assert_eq!(codec::decode_lyrics_offsets(&[1, 1, 1, b'/', 0x82, 0x9f, 0x49]), damaged);
    let many = |count: u16| {
        let record = |at: u16| [&[3, b'/'][..], &at.to_le_bytes(), &[2]].concat();
        let count_bytes = [0x80 | (count & 0x7f) as u8, (count >> 7) as u8];
        [vec![1], count_bytes.to_vec(), (0..count).flat_map(record).collect()].concat()
    };
    assert_eq!(codec::decode_lyrics_offsets(&many(1000)).map(|offsets| offsets.iter().count()), Ok(1000));
    assert_eq!(codec::decode_lyrics_offsets(&many(1001)), damaged);
}

/// The bytes are written by hand from postcard's wire format (<https://postcard.jamesmunns.com/wire-format>): lengths and
/// numbers are varints of seven bits a byte, the lowest first.
#[test]
fn what_is_no_bookmark_is_told_as_damage() {
    let mut marks = Bookmarks::default();
    marks.set(mark("a", b"/m", 300)).unwrap();
    let good = [&[1, 1, 1][..], b"a", &[2], b"/m", &[0xac, 0x02, 0xc4, 0xd8, 0x02]].concat();
    assert_eq!(codec::encode_bookmarks(&marks).unwrap(), good);
    assert_eq!(codec::decode_bookmarks(&good), Ok(marks));
    let damaged = Err(CodecError::Damaged { what: "the list of bookmarks" });
    for end in 1..good.len() {
        assert_eq!(codec::decode_bookmarks(&good[..end]), damaged, "cut off at {end}");
    }
    let control = good.iter().map(|&byte| if byte == b'a' { 0x1b } else { byte }).collect::<Vec<u8>>();
    assert_eq!(codec::decode_bookmarks(&control), damaged);
    let record = |name: u8| [&[1, name][..], &[0, 0, 0]].concat();
    let many =
        |count: u8| [vec![1, count], (0..count).flat_map(|at| record(b'!' + at % 90)).collect()].concat();
    assert_eq!(codec::decode_bookmarks(&many(90)).map(|marks| marks.iter().count()), Ok(90));
    let named = |at: u8| [&[2, b'a' + at / 10, b'0' + at % 10][..], &[0, 0, 0]].concat();
    let too_many = [vec![1, 101], (0..101).flat_map(named).collect()].concat();
    assert_eq!(codec::decode_bookmarks(&too_many), damaged);
    assert_eq!(
        codec::decode_bookmarks(&[2]),
        Err(CodecError::Version { what: "the list of bookmarks", found: 2, known: 1 })
    );
}

#[test]
fn writing_to_a_full_disk_is_refused_in_time_instead_of_waiting_for_ever() {
    let disk = Disk::default();
    let store = start(&disk, Box::new(|_| ())).unwrap();
    disk.full.store(true, Ordering::SeqCst);
    let refused = (0..100_000).find_map(|n| {
        let roots = (0..1000).map(|at| PathBuf::from(format!("/{n}/{at}"))).collect();
        store.write(WriteOp::PutRoots(roots)).err()
    });
    assert!(matches!(refused, Some(StoreError::Full { .. })));
    let begun = Instant::now();
    assert!(!store.close(Duration::from_secs(5)), "what could not be written is said");
    assert!(begun.elapsed() < Duration::from_secs(4));
}

#[test]
fn any_bytes_decode_to_a_value_or_an_error() {
    let mut seed = 1_u64;
    for len in (0..200).cycle().take(20_000) {
        let bytes: Vec<u8> = std::iter::once(1 + (len % 2) as u8)
            .chain((0..len).map(|_| {
                seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                (seed >> 56) as u8
            }))
            .collect();
        let _ = codec::decode_track(1, &bytes);
        let _ = codec::decode_session(&bytes);
        let _ = codec::decode_file(&bytes);
        let _ = codec::decode_entry(&bytes);
        let outputs = codec::decode_outputs(&bytes).unwrap_or_default();
        let _ = codec::decode_bookmarks(&bytes);
        let _ = codec::decode_lyrics_offsets(&bytes);
        assert!(outputs.volumes().all(|(_, volume)| volume <= Volume::FULL));
    }
    assert!(matches!(codec::decode_session(&[]), Err(CodecError::Empty { .. })));
    assert!(matches!(codec::decode_session(&[9]), Err(CodecError::Version { found: 9, known: 2, .. })));
}

#[test]
fn the_history_is_found_again_and_what_it_forgot_is_gone() {
    let store = start(&Disk::default(), Box::new(|_| {})).unwrap();
    let item = |id: u64| QueueItem {
        id: ItemId(id),
        path: Arc::from(PathBuf::from(std::ffi::OsString::from_vec(b"/m/\xff".to_vec()))),
        track: Some(TrackId(3)),
    };
    let step = QueueStep {
        items: Edit::between(&[item(1), item(2)], &[item(2), item(9)]),
        order: Edit::between(&[], &[ItemId(9), ItemId(2)]),
        before: QueueHead::default(),
        after: QueueHead {
            current: Some(ItemId(9)),
            shuffle: Shuffle::On { by: ShuffleBy::Artist, seed: Some(4) },
            chance: u64::MAX,
        },
    };
    let entry =
        |number| Entry { number, at_s: -5, words: "moved".into(), step: Step::Queue(Box::new(step.clone())) };
    let put = |first, from, numbers: std::ops::Range<u64>, done| {
        let entries = numbers.map(|number| Arc::new(entry(number))).collect();
        let history = Some(HistoryChange { first, from, entries, done });
        store.write(WriteOp::Save(Box::new(Save { history, ..Save::default() }))).unwrap();
        store.flush().unwrap();
        let (entries, done) = store.read().unwrap().history().unwrap();
        assert!(entries.iter().all(|read| **read == entry(read.number)));
        (entries.iter().map(|entry| entry.number).collect::<Vec<_>>(), done)
    };
    assert_eq!(put(1, 1, 1..5, 4), (vec![1, 2, 3, 4], 4));
    assert_eq!(put(1, 5, 5..5, 2), (vec![1, 2, 3, 4], 2));
    assert_eq!(put(2, 3, 3..4, 3), (vec![2, 3], 3));
    assert_eq!(put(1, 0, 1..1, 0), (vec![], 0));
}
