//! Questions over a store whose fingerprints are made by chance, in families.
#![allow(clippy::unwrap_used)]

use std::time::Duration;

use super::answer::{Answer, Deaf, Known, Question, Whom};
use super::*;
use crate::library::catalog_build::load_catalog;
use crate::library::store::{MeasuredRow, WriteOp};
use crate::model::audio::Spec;
use crate::model::facts::Facts;
use crate::model::features::{Absent, Loudness, LoudnessBlocks, Measured};
use crate::model::fingerprint::Fingerprint;
use crate::model::similar::Radio;
use crate::model::track::{AudioFormat, Codec, FileStamp, Tags, Track};
use crate::model::weights::Aspect;
use crate::similarity::made::{FAMILIES, print};
use crate::similarity::radio::Rules;

struct Rig {
    _folder: tempfile::TempDir,
    store: Store,
    ears: Ears,
}

fn measured(fingerprint: Fingerprint) -> MeasuredRow {
    let none = Err(Absent::TooShort);
    let loudness = Loudness {
        integrated_lufs: none,
        range_lu: none,
        momentary_max_lufs: none,
        short_term_max_lufs: none,
        true_peak_db: none,
        sample_peak_db: none,
        overs: 0,
        blocks: LoudnessBlocks::default(),
    };
    let found = Measured {
        loudness,
        dynamic_range_db: none,
        quality: Default::default(),
        waveform: Default::default(),
        fingerprint,
    };
    MeasuredRow { algorithm: 1, stamp: FileStamp::default(), sound: None, found: Ok(found) }
}

fn track(n: u32) -> Track {
    Track {
        id: TrackId(n),
        path: format!("/m/{n}.flac").into(),
        stamp: FileStamp::default(),
        format: AudioFormat {
            codec: Codec::Flac,
            spec: Spec { rate: 44_100, channels: 2 },
            bits: Some(16),
            frames: Some(44_100 * 200),
        },
        tags: Tags {
            title: Some(format!("Song {n}")),
            artists: vec![format!("Artist {}", n % 7)],
            album: Some(format!("Album {}", n % 13)),
            ..Tags::default()
        },
        added_s: 0,
    }
}

impl Rig {
    /// Tracks 1 and on, of which all but the last are measured: of the family of their number.
    fn new(tracks: u32) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join("library.redb"), Box::new(|_| ())).unwrap();
        store.write(WriteOp::PutTracks((1..=tracks).map(track).collect())).unwrap();
        let ears = Ears::new(store.clone(), Weights::default());
        let rig = Self { _folder: folder, store, ears };
        rig.measure(1..tracks);
        rig
    }

    fn measure(&self, ids: std::ops::Range<u32>) {
        let rows = ids.map(|n| (TrackId(n), measured(print(u64::from(n))))).collect();
        self.store.write(WriteOp::PutMeasured(rows)).unwrap();
        self.store.flush().unwrap();
    }

    fn ask(&self, question: Question) -> Result<Answer, Deaf> {
        let catalog = Arc::new(load_catalog(&self.store).unwrap());
        self.ears.answer(question, &Known { catalog, facts: Facts::default() })
    }
}

fn family(id: TrackId) -> u64 {
    u64::from(id.0) % FAMILIES
}

fn whom(id: u32) -> Whom {
    Whom::Tracks(vec![TrackId(id)])
}

#[test]
fn what_sounds_alike_is_of_one_family_by_number_path_and_title() {
    let rig = Rig::new(200);
    for of in [whom(13), Whom::Words("/m/13.flac".into()), Whom::Words("song 13".into())] {
        let answer = rig.ask(Question::Similar { of, most: 10 });
        let Ok(Answer::Similar(of, found)) = answer else { panic!("{answer:?}") };
        assert_eq!((of, found.len()), (vec![TrackId(13)], 10));
        assert!(found.iter().all(|one| family(one.track) == 3 && one.track != TrackId(13)), "{found:?}");
    }
}

#[test]
fn what_is_not_known_is_told() {
    let rig = Rig::new(30);
    assert_eq!(
        rig.ask(Question::Similar { of: whom(30), most: 5 }),
        Err(Deaf::Unmeasured(vec![TrackId(30)]))
    );
    let words = |words: &str| rig.ask(Question::Seeds(Whom::Words(words.into())));
    assert!(matches!(words("no such song"), Err(Deaf::Words(why)) if why.contains("no such song")));
    assert!(matches!(words("(open"), Err(Deaf::Words(_))));
    assert!(matches!(words("like:x"), Err(Deaf::Words(_))));
    let none = Rig::new(1);
    assert_eq!(none.ask(Question::Similar { of: whom(1), most: 5 }), Err(Deaf::NothingMeasured));
    let alike = |ids: std::ops::RangeInclusive<u32>| {
        rig.ask(Question::Similar { of: Whom::Tracks(ids.map(TrackId).collect()), most: 5 })
    };
    assert_eq!(alike(1..=29), Err(Deaf::NothingElse { unmeasured: 1 }));
    assert_eq!(alike(1..=30), Err(Deaf::NothingElse { unmeasured: 0 }), "everything is meant");
    assert!(matches!(alike(1..=28), Ok(Answer::Similar(_, found)) if found[0].track == TrackId(29)));
}

#[test]
fn of_many_that_are_meant_none_is_said_to_sound_like_them() {
    let rig = Rig::new(150);
    let most = Whom::Tracks((1..=140).map(TrackId).collect());
    let Ok(Answer::Similar(of, found)) = rig.ask(Question::Similar { of: most, most: 50 }) else { panic!() };
    assert_eq!((of.len(), found.len()), (Radio::MOST_SEEDS, 9), "the last one is not measured");
    assert!(found.iter().all(|one| one.track.0 > 140), "{found:?}");
}

#[test]
fn what_is_measured_later_is_found_later_and_the_map_is_not_made_for_nothing() {
    let rig = Rig::new(30);
    let before = rig.ears.map().unwrap();
    assert!(Arc::ptr_eq(&before, &rig.ears.map().unwrap()), "nothing changed");
    rig.measure(30..31);
    let answer = rig.ask(Question::Seeds(whom(30)));
    assert_eq!(answer, Ok(Answer::Seeds(vec![TrackId(30)])), "a seed need not be on the map");
    // Made again once that takes a small share of the time.
    let until = std::time::Instant::now() + Duration::from_secs(60);
    while rig.ears.map().unwrap().len() < 30 {
        assert!(std::time::Instant::now() < until);
        std::thread::sleep(Duration::from_millis(10));
    }
}

fn radio(rig: &Rig, seed: u64, count: usize, learned: Weights) -> Vec<TrackId> {
    let radio = Radio { seeds: vec![TrackId(4)], seed, added: 0, recent: Vec::new() };
    let rules = Rules { artist_window: 2, album_window: 3, ..Rules::default() };
    let played = vec![TrackId(4)];
    let answer = rig.ask(Question::Radio { radio, played, rules, learned, count });
    let Ok(Answer::Radio(tracks)) = answer else { panic!("{answer:?}") };
    tracks
}

#[test]
fn a_radio_is_repeated_by_its_number_and_no_artist_comes_soon_again() {
    let rig = Rig::new(400);
    let once = radio(&rig, 7, 30, Weights::default());
    assert_eq!(once, radio(&rig, 7, 30, Weights::default()));
    assert_ne!(once, radio(&rig, 8, 30, Weights::default()));
    let artists: Vec<u32> = once.iter().map(|id| id.0 % 7).collect();
    assert!(artists.windows(3).all(|near| near[0] != near[1] && near[0] != near[2]), "{artists:?}");
    let alike = once.iter().filter(|id| family(**id) == 4).count();
    assert!(alike >= 20, "{alike} of 30 sound like the seed");
}

#[test]
fn what_was_learned_changes_the_radio() {
    let rig = Rig::new(400);
    let learned = |factor: f32| {
        Aspect::all().fold(Weights::default(), |weights, aspect| match aspect {
            Aspect::Timbre => weights.with(aspect, factor),
            other => weights.with(other, 1.0 / factor),
        })
    };
    assert_ne!(radio(&rig, 7, 30, learned(4.0)), radio(&rig, 7, 30, learned(0.25)));
}

#[test]
fn a_path_ends_where_it_is_to() {
    let rig = Rig::new(400);
    let answer = rig.ask(Question::Path { from: TrackId(3), to: whom(5), steps: 6 });
    let Ok(Answer::Path(tracks)) = answer else { panic!("{answer:?}") };
    assert_eq!((tracks.len(), tracks[5]), (6, TrackId(5)));
    assert!(!tracks.contains(&TrackId(3)));
    assert_eq!(family(tracks[0]), 3);
    assert_eq!(family(tracks[4]), 5);
}

#[test]
fn what_was_not_measured_is_smoothed_to_the_end_but_for_the_first() {
    let rig = Rig::new(60);
    let ids = |all: &[u32]| all.iter().copied().map(TrackId).collect::<Vec<_>>();
    let order = |all: &[u32]| match rig.ask(Question::Smooth(ids(all))) {
        Ok(Answer::Smooth(order)) => order,
        other => panic!("{other:?}"),
    };
    let smoothed = order(&[1, 60, 12, 11, 22, 2]);
    assert_eq!((smoothed[0], smoothed[5]), (0, 1));
    let families: Vec<u64> =
        smoothed[..5].iter().map(|&at| family(TrackId([1, 60, 12, 11, 22, 2][at]))).collect();
    assert_eq!(families, [1, 1, 2, 2, 2]);
    assert_eq!(order(&[60, 1, 2, 11])[0], 0, "what plays stays first");
    assert!(matches!(rig.ask(Question::Smooth(ids(&[60]))), Err(Deaf::Unmeasured(_))));
}

#[test]
fn another_encoding_is_a_near_duplicate() {
    let rig = Rig::new(60);
    let mut copy = print(9);
    copy.confidence.pitch = 0.31;
    rig.store.write(WriteOp::PutMeasured(vec![(TrackId(60), measured(copy))])).unwrap();
    let answer = rig.ask(Question::Duplicates);
    let Ok(Answer::Duplicates(view)) = answer else { panic!("{answer:?}") };
    assert!(view.like && view.found == 1 && view.tracks == 2, "{view:?}");
    let paths: Vec<_> = view.groups[0].iter().map(|(path, _)| path.display().to_string()).collect();
    assert_eq!(paths, ["/m/9.flac", "/m/60.flac"]);
}

#[test]
fn likes_of_queries_hold_the_track_itself_and_tell_what_is_wrong() {
    let rig = Rig::new(200);
    let likes =
        vec![("song 13".into(), Whom::Words("song 13".into())), ("x".into(), Whom::Words("nothing".into()))];
    let Ok(Answer::Likes(found)) = rig.ask(Question::Likes(likes)) else { panic!() };
    let (words, alike) = &found[0];
    assert_eq!((words.as_str(), alike.tracks().len()), ("song 13", 51));
    assert!(alike.has(TrackId(13)) && alike.has(TrackId(23)));
    assert!(found[1].1.problem.as_deref().unwrap().contains("nothing"));
}

#[test]
fn a_skip_makes_what_is_apart_count_more() {
    let rig = Rig::new(60);
    let learned = Weights::default();
    let ask = |accepted| {
        let learned = learned.clone();
        rig.ask(Question::Learn { seeds: vec![TrackId(1)], track: TrackId(2), accepted, learned })
    };
    let (Ok(Answer::Learn(skipped)), Ok(Answer::Learn(heard))) = (ask(false), ask(true)) else { panic!() };
    assert!(Aspect::all().all(|aspect| skipped.get(aspect) >= 1.0 && heard.get(aspect) <= 1.0));
    assert_ne!(skipped, heard);
}
