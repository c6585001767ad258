//! What is done to the queue by commands, with a small library behind it.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::*;
use crate::app::event::Expanded;
use crate::engine::command::{EngineCommand, EngineEvent};
use crate::library::catalog_build::build_catalog;
use crate::model::audio::Spec;
use crate::model::command::{History, Items, Playback, Queue, SortBy, SortKey, Target};
use crate::model::facts::{Rating, TrackFacts};
use crate::model::id::TrackId;
use crate::model::playback::{Repeat, Shuffle, ShuffleBy};
use crate::model::track::{AudioFormat, Codec, Tags, Track};

/// Two albums of three tracks, `a1` to `b3`; years and lengths fall with the id.
fn library() -> Vec<Track> {
    let track = |id: u32, album: &str, number: u16| Track {
        id: TrackId(id),
        path: format!("/m/{}{number}.flac", album.to_lowercase()).into(),
        stamp: Default::default(),
        format: AudioFormat { frames: Some(44_100 * (10 - u64::from(id))), ..format() },
        tags: tags(album, number, 2000 - id),
        added_s: 0,
    };
    (1..=3).map(|n| track(n.into(), "A", n)).chain((1..=3).map(|n| track(3 + u32::from(n), "B", n))).collect()
}

fn tags(album: &str, number: u16, year: u32) -> Tags {
    let mut tags = Tags { album: Some(album.into()), ..Tags::default() };
    tags.track.number = Some(number.into());
    tags.title = Some(format!("{album}{number}"));
    tags.artists = vec![format!("Artist {album}")];
    tags.date = Some(year.to_string());
    tags
}

fn format() -> AudioFormat {
    let spec = Spec { rate: 44_100, channels: 2 };
    AudioFormat { codec: Codec::Flac, spec, bits: Some(16), frames: Some(44_100) }
}

struct Rig {
    state: AppState,
}

impl Rig {
    /// The queue is what the letters and numbers say: "a1 b2".
    fn new(names: &str) -> Self {
        let mut rig = Self { state: AppState::default() };
        let catalog = Arc::new(build_catalog(library()));
        rig.event(Event::CatalogBuilt { catalog, took: Duration::ZERO });
        rig.put(names, Queue::Append);
        rig
    }

    fn event(&mut self, event: Event) -> Vec<Effect> {
        reduce(&mut self.state, event, Now { instant: Instant::now(), unix_ms: 0, heard: None, seed: 5 })
    }

    fn queue(&mut self, command: Queue) -> Vec<Effect> {
        self.event(Event::Command(Command::Queue(command)))
    }

    fn ask(&mut self, command: Playback) -> Vec<Effect> {
        self.event(Event::Command(Command::Playback(command)))
    }

    fn put(&mut self, names: &str, command: impl FnOnce(Target) -> Queue) {
        let files: Vec<PathBuf> = names.split(' ').map(|name| format!("/m/{name}.flac").into()).collect();
        let effects = self.queue(command(Target::Paths(files.clone())));
        let [Effect::Expand { job, .. }] = &effects[..] else { panic!("{effects:?}") };
        self.event(Event::Expanded(Expanded { job: *job, files, problems: Vec::new() }));
    }

    fn names(&self) -> String {
        let stem = |item: &crate::model::snapshot::QueueItem| {
            item.path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
        };
        self.state.queue.items().iter().map(stem).collect::<Vec<_>>().join(" ")
    }

    fn order(&self) -> String {
        let items = self.state.queue.in_order();
        let stem =
            |path: &std::path::Path| path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        items.iter().map(|item| stem(&item.path)).collect::<Vec<_>>().join(" ")
    }

    fn play(&mut self, position: usize) {
        self.queue(Queue::Jump(Items::Positions(vec![position])));
        let play = self.state.playback.playing.unwrap().play;
        self.event(Event::Engine(EngineEvent::Started { play, format: format(), at: 0 }));
    }

    /// The ear goes into what follows.
    fn cross(&mut self) {
        let (from, to) = (self.state.playback.playing.unwrap().play, self.state.playback.next.unwrap().play);
        self.event(Event::Engine(EngineEvent::Crossed { from, to, format: format(), at: 1 }));
    }

    fn current(&self) -> Option<String> {
        let item = self.state.queue.current()?;
        Some(item.path.file_stem()?.to_string_lossy().into_owned())
    }

    fn sort(&mut self, key: SortKey, descending: bool) -> String {
        self.queue(Queue::Sort(SortBy { key, descending }));
        self.names()
    }
}

#[test]
fn items_are_moved_to_places_and_put_in_front_of_entries() {
    let mut rig = Rig::new("a1 a2 a3 b1");
    rig.queue(Queue::MoveTo(Items::Positions(vec![3, 4]), 1));
    assert_eq!(rig.names(), "a3 b1 a1 a2");
    rig.queue(Queue::MoveTo(Items::Positions(vec![1]), usize::MAX));
    assert_eq!(rig.names(), "b1 a1 a2 a3");
    rig.queue(Queue::MoveTo(Items::Positions(vec![4]), 2));
    assert_eq!(rig.names(), "b1 a3 a1 a2");
    rig.put("b2 b3", |target| Queue::InsertAt(2, target));
    assert_eq!(rig.names(), "b1 b2 b3 a3 a1 a2");
    rig.put("x", |target| Queue::InsertAt(99, target));
    assert_eq!(rig.names(), "b1 b2 b3 a3 a1 a2 x");
    rig.event(Event::Command(Command::History(History::Undo(5))));
    assert_eq!(rig.names(), "a1 a2 a3 b1");
}

#[test]
fn cropping_keeps_what_plays_and_it_plays_on() {
    let mut rig = Rig::new("a1 a2 a3");
    rig.play(2);
    let effects = rig.queue(Queue::Crop(Items::Selection));
    assert_eq!(rig.names(), "a2");
    assert!(!effects.iter().any(|effect| matches!(effect, Effect::Engine(EngineCommand::Load { .. }))));
    rig.event(Event::Command(Command::History(History::Undo(1))));
    rig.queue(Queue::Crop(Items::Positions(vec![1, 3])));
    assert_eq!((rig.names().as_str(), rig.current().as_deref()), ("a1 a3", Some("a3")));
}

#[test]
fn each_file_is_kept_once_and_the_one_that_plays_is_the_one() {
    let mut rig = Rig::new("a1 a2 a1 a2 a1 b1");
    rig.play(3);
    rig.queue(Queue::Dedupe);
    assert_eq!((rig.names().as_str(), rig.current().as_deref()), ("a2 a1 b1", Some("a1")));
    assert!(rig.state.playback.playing.is_some());
    let before = rig.state.history.view().done;
    rig.queue(Queue::Dedupe);
    assert_eq!(rig.state.history.view().done, before, "nothing changed, nothing to take back");
}

#[test]
fn the_queue_is_sorted_by_what_is_known_and_the_unknown_comes_last() {
    let mut rig = Rig::new("x b2 a3 b1 a1");
    assert_eq!(rig.sort(SortKey::Album, false), "a1 a3 b1 b2 x");
    assert_eq!(rig.sort(SortKey::Album, true), "b2 b1 a3 a1 x");
    assert_eq!(rig.sort(SortKey::Title, false), "a1 a3 b1 b2 x");
    assert_eq!(rig.sort(SortKey::Length, false), "b2 b1 a3 a1 x");
    assert_eq!(rig.sort(SortKey::Year, true), "a1 a3 b1 b2 x");
    assert_eq!(rig.sort(SortKey::Path, true), "x b2 b1 a3 a1");
    let rated = TrackFacts { rating: Rating::new(9), plays: 4, ..TrackFacts::default() };
    rig.state.facts.set(TrackId(5), rated);
    assert_eq!(rig.sort(SortKey::Rating, false), "b2 x b1 a3 a1");
    assert_eq!(rig.sort(SortKey::Plays, false), "b1 a3 a1 b2 x");
    rig.queue(Queue::Reverse);
    assert_eq!(rig.names(), "x b2 a1 a3 b1");
}

#[test]
fn what_was_heard_or_passed_over_is_consumed_and_comes_back_by_undo() {
    let mut rig = Rig::new("a1 a2 a3 b1");
    rig.ask(Playback::Consume(None));
    rig.play(1);
    rig.cross();
    assert_eq!((rig.names().as_str(), rig.current().as_deref()), ("a2 a3 b1", Some("a2")));
    rig.ask(Playback::Next(1));
    assert_eq!((rig.names().as_str(), rig.current().as_deref()), ("a3 b1", Some("a3")));
    rig.ask(Playback::Next(1));
    let play = rig.state.playback.playing.unwrap().play;
    rig.event(Event::Engine(EngineEvent::Ended { play }));
    assert_eq!((rig.names().as_str(), rig.current()), ("", None));
    rig.event(Event::Command(Command::History(History::Undo(2))));
    assert_eq!(rig.names(), "a3 b1");
    rig.ask(Playback::Consume(Some(false)));
    rig.play(1);
    rig.cross();
    assert_eq!(rig.names(), "a3 b1");
}

#[test]
fn an_item_that_is_repeated_is_not_consumed() {
    let mut rig = Rig::new("a1 a2");
    rig.ask(Playback::Consume(Some(true)));
    rig.ask(Playback::Repeat(Some(Repeat::One)));
    rig.play(1);
    rig.cross();
    assert_eq!((rig.names().as_str(), rig.current().as_deref()), ("a1 a2", Some("a1")));
}

#[test]
fn an_album_is_repeated_from_its_first_track_in_a_row() {
    let mut rig = Rig::new("b1 a1 a2 a3 b2");
    rig.ask(Playback::Repeat(Some(Repeat::Album)));
    rig.play(3);
    let mut heard = Vec::new();
    for _ in 0..5 {
        rig.cross();
        heard.push(rig.current().unwrap());
    }
    assert_eq!(heard, ["a3", "a1", "a2", "a3", "a1"]);
    // By hand it is left.
    rig.ask(Playback::Next(3));
    rig.cross();
    assert_eq!(rig.current().as_deref(), Some("b2"), "one track is an album of its own");
}

#[test]
fn albums_are_shuffled_whole_and_what_is_added_finds_its_album() {
    let mut rig = Rig::new("a1 b1 a2 b2");
    rig.ask(Playback::Shuffle(Some(Shuffle::On { by: ShuffleBy::Album, seed: Some(42) })));
    let both = ["a1 a2 b1 b2", "b1 b2 a1 a2"];
    assert!(both.contains(&rig.order().as_str()), "{}", rig.order());
    let (first, order) = (rig.order(), rig.order());
    rig.ask(Playback::Shuffle(Some(Shuffle::Off)));
    assert_eq!(rig.order(), "a1 b1 a2 b2");
    rig.ask(Playback::Shuffle(Some(Shuffle::On { by: ShuffleBy::Album, seed: Some(42) })));
    assert_eq!(order, first);
    rig.put("a3 b3", Queue::Append);
    let both = ["a1 a2 a3 b1 b2 b3", "b1 b2 b3 a1 a2 a3"];
    assert!(both.contains(&rig.order().as_str()), "{}", rig.order());
    rig.event(Event::Command(Command::History(History::Undo(4))));
    assert_eq!(rig.state.queue.shuffle(), Shuffle::Off);
}

#[test]
fn what_was_heard_less_and_what_is_rated_higher_comes_first_more_often() {
    let mut rig = Rig::new("a1 a2");
    // By plays 1/(1+0) to 1/(1+3): 4 to 1. By stars 10 to 2: 5 to 1.
    let facts = |plays, halves| TrackFacts { plays, rating: Rating::new(halves), ..TrackFacts::default() };
    rig.state.facts.set(TrackId(1), facts(3, 10));
    rig.state.facts.set(TrackId(2), facts(0, 2));
    let mut first = |by| {
        let mut begins = |seed| {
            rig.ask(Playback::Shuffle(Some(Shuffle::On { by, seed: Some(seed) })));
            rig.order().starts_with("a1")
        };
        (0..2_000).filter(|&seed| begins(seed)).count() as f64
    };
    // Chi-squared of one degree of freedom: 10.828 is passed once in 1,000.
    let chi_squared = |count: f64, expected: f64| {
        (count - expected).powi(2) / expected + (count - expected).powi(2) / (2_000.0 - expected)
    };
    let (least, best) = (first(ShuffleBy::LeastHeard), first(ShuffleBy::BestRated));
    assert!(chi_squared(least, 400.0) < 10.828, "{least}");
    assert!(chi_squared(best, 2_000.0 * 10.0 / 12.0) < 10.828, "{best}");
}
