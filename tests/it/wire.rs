//! Snapshots as they go over the wire to a screen: what arrives is what was sent, and a small change is a short message.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use auralis::library::catalog_build::build_catalog;
use auralis::model::catalog::Catalog;
use auralis::model::command::{Command, Library, Queue, Target};
use auralis::model::facts::{Facts, Levels, Rating, TrackFacts};
use auralis::model::id::{ItemId, TrackId};
use auralis::model::notice::{Notice, Severity};
use auralis::model::snapshot::{PlaybackView, QueueItem, QueueView, Snapshot};
use auralis::model::track::Track;
use auralis::remote::screen::encode::{Encoder, Seen, Told};
use auralis::remote::screen::message::{Change, ToCore, read, write};

use crate::library_media::{bytes_name, tags, track};

/// So many tracks, ten an album, five albums an artist; without those whose number is in `but`.
fn catalog(count: u32, but: &[u32]) -> Arc<Catalog> {
    let one = |id: u32| {
        let (album, artist) = (format!("Album {:04}", id / 10), format!("Artist {:03}", id / 50));
        let (title, number) = (format!("Title {id}"), (id % 10 + 1).to_string());
        let words = [("title", &*title), ("artist", &*artist), ("album", &*album), ("track", &*number)];
        track(id, &format!("/m/{artist}/{album}/{id}.flac"), tags(&words))
    };
    let ids = (1..=count).filter(|id| !but.contains(id));
    Arc::new(build_catalog(ids.map(one)))
}

fn queue(paths: impl Iterator<Item = String>) -> Arc<QueueView> {
    let item = |(id, path): (u64, String)| QueueItem {
        id: ItemId(id),
        path: Arc::from(Path::new(&path)),
        track: None,
    };
    let items = Arc::new((1..).zip(paths).map(item).collect());
    Arc::new(QueueView { items, current: Some(2), ..QueueView::default() })
}

/// All that a screen shows of it.
fn shown(snapshot: &Snapshot) -> String {
    let Snapshot { playback, queue, catalog, facts, notice, closing, .. } = snapshot;
    let tracks: Vec<_> = catalog
        .tracks()
        .map(|track| (track.id(), track.path(), track.title(), track.album_title(), track.format()))
        .collect();
    let artists: Vec<_> = catalog.artists().iter().map(|artist| catalog.albums_of(artist)).collect();
    let facts: Vec<_> = facts.iter().collect();
    let albums = catalog.albums();
    format!("{playback:?} {queue:?} {tracks:?} {albums:?} {artists:?} {facts:?} {notice:?} {closing}")
}

struct Wire {
    encoder: Encoder,
    told: Told,
    seen: Seen,
    here: Snapshot,
}

impl Wire {
    fn new() -> Self {
        let here = Snapshot::default();
        Self { encoder: Encoder::default(), told: Told::default(), seen: Seen::default(), here }
    }

    /// Bytes that it took.
    fn send(&mut self, there: &Snapshot, packed: bool) -> usize {
        let changes = self.told.changes(&Arc::new(there.clone()), &self.encoder, packed);
        let bytes = write(&changes).unwrap();
        let arrived: Vec<Change> = read(&bytes).unwrap();
        self.here = self.seen.follow(&self.here, arrived).unwrap();
        assert_eq!(shown(&self.here), shown(there));
        bytes.len()
    }
}

#[test]
fn what_arrives_is_what_was_sent_and_a_small_change_is_short() {
    for packed in [false, true] {
        let mut wire = Wire::new();
        let facts = TrackFacts {
            plays: 3,
            rating: Rating::new(7),
            levels: Levels { lufs: Some(-1_050), ..Levels::default() },
            ..TrackFacts::default()
        };
        let mut there = Snapshot {
            catalog: catalog(3000, &[1234]),
            queue: queue((0..2000).map(|number| format!("/m/q/{}.flac", number * 7919 % 10_007))),
            facts: Arc::new([(TrackId(17), facts)].into_iter().collect::<Facts>()),
            notice: Some(Arc::new(Notice::new(Severity::Warning, "what").why("why"))),
            ..Snapshot::default()
        };
        let whole = wire.send(&there, packed);
        assert_eq!(wire.send(&there, packed), 1, "nothing changed");
        // Twelve hundred rows move down by one.
        there.catalog = catalog(3000, &[]);
        let one_track = wire.send(&there, packed);
        assert!(one_track * 2 < whole, "{one_track} of {whole} bytes");
        let paths = (0..2000).map(|number| format!("/m/q/{}.flac", number * 7919 % 10_007));
        there.queue = queue(paths.chain(["/m/new.flac".into()]));
        let one_item = wire.send(&there, packed);
        assert!(one_item < 400, "{one_item} bytes");
        there.playback = Arc::new(PlaybackView { muted: true, ..PlaybackView::default() });
        assert!(wire.send(&there, packed) < 400);
    }
}

#[test]
fn a_catalog_is_found_in_by_number_and_path_where_it_arrived() {
    let mut wire = Wire::new();
    let odd =
        Track { path: bytes_name(b"/m/\xff\xfe.flac").into(), ..track(3, "/m/a", tags(&[("title", "A")])) };
    let tracks = [track(5, "/m/b.flac", tags(&[("title", "B")])), odd];
    let there = Snapshot { catalog: Arc::new(build_catalog(tracks)), ..Snapshot::default() };
    wire.send(&there, true);
    for track in there.catalog.tracks() {
        let (by_id, by_path) =
            (wire.here.catalog.find(track.id()), wire.here.catalog.find_path(&track.path()));
        assert_eq!(by_id.unwrap().path(), track.path());
        assert_eq!(by_path.unwrap().id(), track.id());
    }
    assert!(wire.here.catalog.find(TrackId(4)).is_none());
}

#[test]
fn the_time_until_sleep_is_the_same_at_both_ends() {
    let mut wire = Wire::new();
    let at = Instant::now() + Duration::from_secs(100);
    let playback = PlaybackView { sleep_at: Some(at), ..PlaybackView::default() };
    let mut there = Snapshot { playback: Arc::new(playback), ..Snapshot::default() };
    let send = |wire: &mut Wire, there: &Snapshot| {
        let changes = wire.told.changes(&Arc::new(there.clone()), &wire.encoder, false);
        wire.here = wire.seen.follow(&wire.here, changes).unwrap();
    };
    let left = |wire: &Wire| wire.here.playback.sleep_at.unwrap() - Instant::now();
    send(&mut wire, &there);
    assert!((98..=100).contains(&left(&wire).as_secs()));
    // Another change of what plays does not forget it.
    there.playback = Arc::new(PlaybackView { muted: true, ..(*there.playback).clone() });
    send(&mut wire, &there);
    assert!(wire.here.playback.muted && (98..=100).contains(&left(&wire).as_secs()));
    there.playback = Arc::new(PlaybackView::default());
    send(&mut wire, &there);
    assert_eq!(wire.here.playback.sleep_at, None);
}

#[test]
fn commands_arrive_as_they_were_asked_whatever_their_paths_are() {
    let odd = bytes_name(b"/m/\xff.flac").into();
    let commands = [
        Command::Queue(Queue::PlayNow(Target::Paths(vec![odd, "/m/a".into()]))),
        Command::Library(Library::Scan(vec!["/m".into()])),
        Command::Shutdown,
    ];
    for command in commands {
        let said = ToCore::Ask(7, command);
        assert_eq!(read::<ToCore>(&write(&said).unwrap()), Some(said));
    }
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(64))]
    #[test]
    fn a_part_that_was_damaged_on_the_way_is_refused_or_read_and_never_a_panic(
        at in 0_usize..4000, byte in proptest::prelude::any::<u8>(),
    ) {
        let there = Snapshot { catalog: catalog(40, &[]), ..Snapshot::default() };
        let changes = Told::default().changes(&Arc::new(there), &Encoder::default(), false);
        let mut bytes = write(&changes).unwrap().to_vec();
        let at = at % bytes.len();
        bytes[at] = byte;
        if let Some(changes) = read::<Vec<Change>>(&bytes)
            && let Some(here) = Seen::default().follow(&Snapshot::default(), changes)
        {
            // Every number points at something.
            let _ = shown(&here);
        }
    }
}
