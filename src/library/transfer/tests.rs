//! Lines of a store with anything in it, taken in by a fresh one that has seen the same files.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use proptest::prelude::*;

use super::*;
use crate::library::store::{AudioId, Store, WriteOp};
use crate::model::audio::{Spec, Volume};
use crate::model::bookmark::{Bookmark, BookmarkName, Bookmarks};
use crate::model::facts::{Rating, TrackFacts};
use crate::model::id::{ItemId, PlaylistId, TrackId};
use crate::model::listening::{Listen, Verdict};
use crate::model::lyrics::LyricsOffsets;
use crate::model::playback::{Repeat, Shuffle, ShuffleBy};
use crate::model::playlist::smart::Smart;
use crate::model::playlist::{Entry, Kind, Playlist, PlaylistName, Told};
use crate::model::resume::Place;
use crate::model::session::{OutputMemory, Session, SessionItem, SessionPosition};
use crate::model::template::{Item, Template, TemplateName, Usage};
use crate::model::track::{AudioFormat, Codec, FileStamp, Tags, Track};

fn open(folder: &Path) -> Store {
    Store::open(&folder.join("library.redb"), Box::new(|_| ())).unwrap()
}

/// Some are not UTF-8.
fn path(number: u8) -> PathBuf {
    OsString::from_vec([b"/m/".as_slice(), &[0xc3, 0x20 + number % 0x5e], b"\xbc.mp3"].concat()).into()
}

fn track(id: TrackId, number: u8, added_s: i64) -> Track {
    let tags = Tags { title: Some(format!("\u{1b} {number}")), ..Tags::default() };
    let spec = Spec::new(44_100, 2).unwrap();
    let format = AudioFormat { codec: Codec::Mp3, spec, bits: None, frames: Some(u64::MAX) };
    let stamp = FileStamp { size: 1, mtime_ns: i64::MIN, inode: u64::MAX };
    Track { id, path: path(number), stamp, format, tags, added_s }
}

/// What is at its path, what it was when it came in, its note, its title.
type KnownEntry = (u8, Option<u8>, Option<String>, String);

/// A library: what is at each path, and what is known.
#[derive(Debug, Clone)]
struct Known {
    /// Added, facts, since when it is missing.
    tracks: BTreeMap<u8, (i64, TrackFacts, Option<i64>)>,
    listens: BTreeMap<(i64, u8), (u64, bool)>,
    lists: BTreeMap<u64, Vec<KnownEntry>>,
    smart: Option<String>,
    queue: Vec<(u8, u64)>,
    shuffled: bool,
    marks: Vec<u8>,
    outputs: Vec<u8>,
}

fn known() -> impl Strategy<Value = Known> {
    let facts = (0..5_u32, 0..3_u32, any::<Option<i64>>(), 0..11_u8, any::<bool>()).prop_map(
        |(plays, skips, last, rating, favourite)| TrackFacts {
            plays,
            skips,
            last_played_s: last,
            last_skipped_s: last.map(|time| time / 2),
            rating: Rating::new(rating),
            favourite,
            ..TrackFacts::default()
        },
    );
    let tracks =
        prop::collection::btree_map(0..40_u8, (0..1_000_i64, facts, prop::option::of(any::<i64>())), 0..12);
    let listens = prop::collection::btree_map((0..6_i64, 0..45_u8), (any::<u64>(), any::<bool>()), 0..8);
    let entry = (0..45_u8, prop::option::of(0..40_u8), prop::option::of("[a-zé\"]{0,5}"), "[a-zé]{0,4}");
    let lists = prop::collection::btree_map(0..1_u64 << 53, prop::collection::vec(entry, 0..5), 0..4);
    let smart = prop::option::of(Just("genre:jazz sort:-added limit:3".to_owned()));
    let queue = prop::collection::vec((0..45_u8, any::<u64>()), 0..6);
    let few = || prop::collection::vec(0..26_u8, 0..4);
    (tracks, listens, lists, smart, queue, any::<bool>(), few(), few()).prop_map(
        |(tracks, listens, lists, smart, queue, shuffled, marks, outputs)| Known {
            tracks,
            listens,
            lists,
            smart,
            queue,
            shuffled,
            marks,
            outputs,
        },
    )
}

/// Numbers of tracks by their paths; of those that there are not, numbers that no track has.
type Ids = BTreeMap<u8, TrackId>;

fn fill(store: &Store, known: &Known) {
    let ids: Ids = (0..45).map(|number| (number, store.new_track_id())).collect();
    for (number, (added_s, facts, missing)) in &known.tracks {
        store.write(WriteOp::PutTracks(vec![track(ids[number], *number, *added_s)])).unwrap();
        store.write(WriteOp::PutFacts(vec![(ids[number], *facts)])).unwrap();
        if let Some(since_s) = missing {
            store.write(WriteOp::PutMissing(vec![ids[number]], *since_s)).unwrap();
        }
        if facts.plays > 2 {
            let place = Place { frame: u64::MAX, rate: u32::from(*number) };
            store.write(WriteOp::PutResume(vec![(ids[number], Some(place))])).unwrap();
        }
    }
    store.write(WriteOp::PutTemplates(templates(known, &ids))).unwrap();
    for ((began_ms, number), (frames, played)) in &known.listens {
        let verdict = if *played { Verdict::Played } else { Verdict::LeftOff };
        let listen =
            Listen { began_ms: *began_ms, track: ids[number], frames: *frames, rate: 44_100, verdict };
        store.write(WriteOp::PutListens(vec![listen])).unwrap();
    }
    store.write(WriteOp::PutPlaylists(lists(known, &ids))).unwrap();
    store.write(WriteOp::PutSession(session(known, &ids))).unwrap();
    let mut marks = Bookmarks::default();
    for mark in &known.marks {
        let name = BookmarkName::new(&char::from(b'a' + mark).to_string()).unwrap();
        marks.set(Bookmark { name, path: Arc::from(path(*mark)), frame: u64::MAX, rate: 0 }).unwrap();
    }
    store.write(WriteOp::PutBookmarks(Arc::new(marks))).unwrap();
    let mut offsets = LyricsOffsets::default();
    known.marks.iter().for_each(|mark| offsets.set(&path(*mark).into(), i32::from(*mark) - 2));
    store.write(WriteOp::PutLyricsOffsets(offsets)).unwrap();
    let mut outputs = OutputMemory::new(known.outputs.first().map(|_| "chosen".to_owned()));
    for output in &known.outputs {
        outputs.remember(&format!("device {output}"), Volume::new(i64::from(*output)));
    }
    store.write(WriteOp::PutOutputs(outputs)).unwrap();
    store.write(WriteOp::PutRoots(vec!["/m".into(), path(1)])).unwrap();
    store.flush().unwrap();
}

fn lists(known: &Known, ids: &Ids) -> Vec<(PlaylistId, Option<Arc<Playlist>>)> {
    let mut lists = Vec::new();
    for (id, entries) in &known.lists {
        let entry = |(number, moved, note, title): &KnownEntry| Entry {
            path: Arc::from(path(*number)),
            // It lay somewhere else when it came in.
            track: moved
                .map(|moved| ids[&moved])
                .filter(|_| moved.is_some_and(|at| known.tracks.contains_key(&at))),
            told: Told { title: title.clone(), duration: Some(Duration::from_millis(7)), ..Told::default() }
                .shared(),
            note: note.as_deref().map(Into::into),
        };
        let kind = Kind::Manual(Arc::new(entries.iter().map(entry).collect()));
        let name = PlaylistName::new(&format!("list {id}")).unwrap();
        // Lists that are the same but for their names are one to an import.
        lists.push(Playlist { id: PlaylistId(*id), name, note: format!("note {id}").into(), kind });
    }
    if let Some(smart) = &known.smart {
        let kind = Kind::Smart(Smart::parse(smart).unwrap());
        let name = PlaylistName::new("smart").unwrap();
        lists.push(Playlist { id: PlaylistId(1 << 52), name, note: "".into(), kind });
    }
    lists.into_iter().map(|list| (list.id, Some(Arc::new(list)))).collect()
}

/// One for each playlist, of the files of the queue.
fn templates(known: &Known, ids: &Ids) -> Vec<(PlaylistId, Option<Arc<Template>>)> {
    let item = |(number, _): &(u8, u64)| Item {
        path: Arc::from(path(*number)),
        track: known.tracks.contains_key(number).then(|| ids[number]),
    };
    let template = |(&id, entries): (&u64, &Vec<KnownEntry>)| Template {
        id: PlaylistId(id),
        name: TemplateName::new(&format!("template {id}")).unwrap(),
        note: "n".repeat(entries.len()),
        tags: entries.iter().map(|entry| format!("t{}", entry.0)).collect(),
        favourite: entries.is_empty(),
        shuffle: known.shuffled.then_some(ShuffleBy::Album),
        repeat: Repeat::One,
        items: Arc::new(known.queue.iter().map(item).collect()),
        made_s: i64::MIN,
        changed_s: i64::MAX,
        usage: Usage { loads: 3, last_s: Some(-1) },
    };
    known.lists.iter().map(template).map(|template| (template.id, Some(Arc::new(template)))).collect()
}

fn session(known: &Known, ids: &Ids) -> Session {
    let item = |(number, id): &(u8, u64)| SessionItem {
        id: ItemId(*id),
        path: path(*number),
        track: known.tracks.contains_key(number).then(|| ids[number]),
    };
    let shuffle = match known.shuffled {
        true => Shuffle::On { by: ShuffleBy::Artist, seed: Some(u64::MAX) },
        false => Shuffle::Off,
    };
    Session {
        items: known.queue.iter().map(item).collect(),
        position: known.queue.first().map(|_| SessionPosition { index: 0, frame: u64::MAX, rate: 1 }),
        volume: Volume::new(31),
        muted: true,
        repeat: Repeat::Album,
        shuffle,
        order: known.queue.iter().rev().map(|&(_, id)| ItemId(id)).collect(),
        chance: u64::MAX - 3,
        consume: true,
    }
}

/// What a scan of the files finds, in another order, later.
fn scan(store: &Store, known: &Known) {
    for (number, (_, _, missing)) in known.tracks.iter().rev() {
        if missing.is_none() {
            let id = store.new_track_id();
            store.write(WriteOp::PutTracks(vec![track(id, *number, 1_000_000)])).unwrap();
        }
    }
    store.flush().unwrap();
}

fn text(store: &Store) -> String {
    let mut out = Vec::new();
    write_lines(&store.read().unwrap(), &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn lines_taken_in_by_a_fresh_library_after_a_scan_are_written_again(known in known()) {
        let (here, there) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let (old, fresh) = (open(here.path()), open(there.path()));
        fill(&old, &known);
        let lines = text(&old);
        scan(&fresh, &known);
        let done = import(&fresh, &mut lines.as_bytes()).unwrap();
        prop_assert_eq!(done.absent, 0);
        prop_assert_eq!(&text(&fresh), &lines);
        // Twice is once.
        import(&fresh, &mut lines.as_bytes()).unwrap();
        prop_assert_eq!(&text(&fresh), &lines);
        prop_assert!(old.close(Duration::from_secs(20)) && fresh.close(Duration::from_secs(20)));
    }

    #[test]
    fn no_lines_break_it(text in "(\\{\"kind\":\"(auralis|track|entry|queued|turn)\",.{0,40}\\}?\n?){0,3}") {
        let folder = tempfile::tempdir().unwrap();
        let store = open(folder.path());
        let first = "{\"kind\":\"auralis\",\"version\":1}\n";
        let _ = import(&store, &mut text.as_bytes());
        let _ = import(&store, &mut format!("{first}{text}").as_bytes());
    }
}

#[test]
fn what_is_known_here_stays() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let id = store.new_track_id();
    store.write(WriteOp::PutTracks(vec![track(id, 1, 50)])).unwrap();
    let here = TrackFacts {
        plays: 9,
        skips: 1,
        last_played_s: Some(70),
        last_skipped_s: None,
        rating: Rating::new(3),
        favourite: true,
        ..TrackFacts::default()
    };
    store.write(WriteOp::PutFacts(vec![(id, here)])).unwrap();
    let item = SessionItem { id: ItemId(1), path: path(1), track: Some(id) };
    store.write(WriteOp::PutSession(Session { items: vec![item], ..Session::default() })).unwrap();
    let hex: String = path(1).into_os_string().into_vec().iter().map(|byte| format!("{byte:02x}")).collect();
    let lines = format!(
        "{{\"kind\":\"auralis\",\"version\":1}}\n\
         {{\"kind\":\"track\",\"path\":\"?\",\"path_hex\":\"{hex}\",\"added\":60,\"plays\":4,\"skips\":2,\"last_played\":60,\"last_skipped\":5,\"rating\":8}}\n\
         {{\"kind\":\"track\",\"path\":\"/nowhere\",\"added\":60,\"plays\":4}}\n\
         {{\"kind\":\"session\",\"position\":null,\"volume\":5,\"muted\":true,\"repeat\":\"one\",\"shuffle\":\"Off\",\"chance\":1,\"consume\":true}}\n\
         {{\"kind\":\"queued\",\"id\":5,\"path\":\"/other\"}}\n"
    );
    let done = import(&store, &mut lines.as_bytes()).unwrap();
    assert_eq!((done.lines, done.absent, done.queue_kept), (4, 1, true));
    let reader = store.read().unwrap();
    assert_eq!(reader.fact(id).unwrap(), TrackFacts { skips: 2, last_skipped_s: Some(5), ..here });
    assert_eq!(reader.track(id).unwrap().unwrap().added_s, 50);
    let session = reader.session().unwrap().unwrap();
    assert_eq!((session.items.len(), session.items[0].path.clone(), session.muted), (1, path(1), false));
    drop(reader);
    assert!(store.close(Duration::from_secs(20)));
}

#[test]
fn a_line_that_is_none_of_ours_is_told_with_its_number_and_nothing_is_taken_in() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let first = "{\"kind\":\"auralis\",\"version\":1}\n";
    let root = "{\"kind\":\"root\",\"path\":\"/m\"}\n";
    let wrong = [
        (String::new(), 1),
        (root.to_owned(), 1),
        ("{\"kind\":\"auralis\",\"version\":2}\n".to_owned(), 1),
        (format!("{first}{root}nonsense\n"), 3),
        (format!("{first}{root}{{\"kind\":\"root\",\"path\":\"m\"}}\n"), 3),
        (format!("{first}{root}{{\"kind\":\"track\",\"path\":\"/a\",\"added\":1,\"rating\":11}}\n"), 3),
        (format!("{first}{root}{{\"kind\":\"queued\",\"id\":1,\"path\":\"/a\"}}\n"), 3),
        (format!("{first}{root}{{\"kind\":\"entry\",\"path\":\"/a\"}}\n"), 3),
        (
            format!(
                "{first}{root}{{\"kind\":\"bookmark\",\"name\":\"\\u001b\",\"path\":\"/a\",\"frame\":1,\"rate\":1}}\n"
            ),
            3,
        ),
    ];
    for (text, at) in wrong {
        match import(&store, &mut text.as_bytes()) {
            Err(TransferError::Line { number, .. }) => assert_eq!(number, at, "{text}"),
            other => panic!("{text}: {other:?}"),
        }
        assert_eq!(store.read().unwrap().roots().unwrap(), Vec::<PathBuf>::new(), "{text}");
    }
    assert!(store.close(Duration::from_secs(20)));
}

/// A file of another path here: the one with the sound, else the only one that is called so.
#[test]
fn what_lies_elsewhere_by_now_is_told_by_its_sound_then_by_its_names() {
    let (here, there) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (old, fresh) = (open(here.path()), open(there.path()));
    let put = |store: &Store, path: &str, title: &str, frames: u64, sound: Option<u128>| {
        let id = store.new_track_id();
        let tags = Tags {
            title: Some(title.into()),
            artists: vec!["Ann".into()],
            album: Some("First".into()),
            ..Tags::default()
        };
        let track = Track { path: path.into(), tags, ..track(id, 1, 50) };
        let format = AudioFormat { frames: Some(frames), ..track.format };
        store.write(WriteOp::PutTracks(vec![Track { format, ..track }])).unwrap();
        let audio = sound.map(|guess| (id, AudioId { guess, whole: None }));
        store.write(WriteOp::PutAudio(audio.into_iter().collect())).unwrap();
        id
    };
    for (number, (title, sound)) in
        [("One", Some(7)), ("Two", None), ("Same", None), ("Gone", Some(9))].into_iter().enumerate()
    {
        let id = put(&old, &format!("/old/{number}.mp3"), title, 441_000, sound);
        let facts = TrackFacts { plays: 3, ..TrackFacts::default() };
        old.write(WriteOp::PutFacts(vec![(id, facts)])).unwrap();
        let listen =
            Listen { began_ms: number as i64, track: id, frames: 5, rate: 1, verdict: Verdict::Played };
        old.write(WriteOp::PutListens(vec![listen])).unwrap();
    }
    old.flush().unwrap();
    let one = put(&fresh, "/new/quite another.mp3", "Tagged anew", 9, Some(7));
    // Half a second longer; the other one is another recording.
    let two = put(&fresh, "/new/2.mp3", "TWO", 463_050, None);
    put(&fresh, "/new/2 live.mp3", "Two", 882_000, None);
    put(&fresh, "/new/3.mp3", "Same", 441_000, None);
    put(&fresh, "/new/3 again.mp3", "Same", 441_000, None);
    fresh.flush().unwrap();
    let lines = text(&old);
    let done = import(&fresh, &mut lines.as_bytes()).unwrap();
    assert_eq!((done.by_sound, done.by_names), (1, 1));
    // Two tracks, and their listens.
    assert_eq!(done.absent, 4);
    let reader = fresh.read().unwrap();
    let heard: Vec<_> = reader.listens(0).unwrap().map(|listen| listen.unwrap().track).collect();
    assert_eq!(heard, [one, two]);
    let known: Vec<_> = reader.facts().unwrap().iter().map(|(id, facts)| (id, facts.plays)).collect();
    assert_eq!(known, [(one, 3), (two, 3)]);
    drop(reader);
    assert!(old.close(Duration::from_secs(60)) && fresh.close(Duration::from_secs(60)));
}
