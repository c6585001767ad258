//! Plays, skips, ratings, favourites. The tracks last 100 s at 44,100 Hz; a play is 50 s of one (Last.fm's rule).

use std::sync::Arc;
use std::time::Duration;

use super::tests::{Rig, format};
use super::*;
use crate::app::queue::NewItems;
use crate::engine::command::EngineEvent;
use crate::library::catalog_build::build_catalog;
use crate::model::command::{AbLoop, Judged, Judging, Seek};
use crate::model::facts::{Facts, Rating, TrackFacts};
use crate::model::id::TrackId;
use crate::model::listening::{Listen, Verdict};
use crate::model::player::Position;
use crate::model::track::Track;

const RATE: u64 = 44_100;

/// So many tracks of the library in the queue, the first of them playing.
fn rig(tracks: u32, frames: u64) -> Rig {
    let mut rig = Rig::new(0);
    let track = |number: u32| Track {
        id: TrackId(number),
        path: format!("/m/{number}.flac").into(),
        stamp: Default::default(),
        format: crate::model::track::AudioFormat { frames: Some(frames), ..format() },
        tags: Default::default(),
        added_s: 0,
    };
    let catalog = Arc::new(build_catalog((1..=tracks).map(track)));
    rig.event(Event::CatalogBuilt { catalog, took: Duration::ZERO });
    let items: NewItems = (1..=tracks).map(|n| (Arc::from(track(n).path), Some(TrackId(n)))).collect();
    rig.state.queue.append(items);
    rig.ask(Playback::Play);
    start(&mut rig, frames);
    rig
}

fn start(rig: &mut Rig, frames: u64) {
    let play = rig.playing();
    let format = crate::model::track::AudioFormat { frames: Some(frames), ..format() };
    rig.engine(EngineEvent::Started { play, format, at: 0 });
}

/// So many seconds go by, and the ear is then at this second of what plays.
fn pass(rig: &mut Rig, seconds: u64, at: u64) -> Vec<Effect> {
    rig.clock += Duration::from_secs(seconds);
    rig.heard = Some(Position { play: rig.playing(), frame: at * RATE, rate: RATE as u32 });
    rig.event(Event::Due)
}

fn logged(effects: &[Effect]) -> Vec<(u32, u64, Verdict)> {
    let entry = |effect: &Effect| match effect {
        Effect::SaveListen(Listen { track, frames, verdict, .. }) => Some((track.0, frames / RATE, *verdict)),
        _ => None,
    };
    effects.iter().filter_map(entry).collect()
}

fn saved(effects: &[Effect]) -> Vec<(TrackId, TrackFacts)> {
    let rows = effects.iter().filter_map(|effect| match effect {
        Effect::Save(save) => Some(save.facts.clone()),
        _ => None,
    });
    rows.flatten().collect()
}

fn counts(rig: &Rig, id: u32) -> (u32, u32) {
    let facts = rig.state.facts.get(TrackId(id));
    (facts.plays, facts.skips)
}

#[test]
fn half_of_a_track_heard_is_a_play_at_once_and_no_other_by_its_end() {
    let mut rig = rig(2, 100 * RATE);
    assert!(logged(&pass(&mut rig, 49, 49)).is_empty());
    assert_eq!(counts(&rig, 1), (0, 0));
    let effects = pass(&mut rig, 1, 50);
    assert_eq!(logged(&effects), [(1, 50, Verdict::Played)]);
    let plays: Vec<u32> = saved(&effects).iter().map(|(_, facts)| facts.plays).collect();
    assert_eq!(plays, [1], "a crash does not lose it");
    assert_eq!(rig.state.facts.get(TrackId(1)).last_played_s, Some(1000));
    pass(&mut rig, 30, 80);
    let (from, to) = (rig.playing(), rig.next().unwrap());
    rig.clock += Duration::from_secs(21);
    rig.heard = Some(Position { play: to, frame: RATE, rate: RATE as u32 });
    let effects = rig.engine(EngineEvent::Crossed { from, to, format: format(), at: 1 });
    assert_eq!(logged(&effects), [(1, 100, Verdict::Played)], "with all that was heard");
    assert_eq!(counts(&rig, 1), (1, 0));
    // The next one is counted from its own beginning.
    pass(&mut rig, 49, 50);
    assert_eq!(counts(&rig, 2), (0, 0), "its first second was counted with the one before");
    pass(&mut rig, 1, 51);
    assert_eq!(counts(&rig, 2), (1, 0));
}

#[test]
fn next_before_a_play_is_a_skip_and_stop_is_none() {
    let mut rig = rig(3, 100 * RATE);
    pass(&mut rig, 49, 49);
    assert_eq!(logged(&rig.ask(Playback::Next(1))), [(1, 49, Verdict::Skipped)]);
    assert_eq!(counts(&rig, 1), (0, 1));
    assert_eq!(rig.state.facts.get(TrackId(1)).last_skipped_s, Some(1000));
    start(&mut rig, 100 * RATE);
    pass(&mut rig, 60, 60);
    rig.ask(Playback::Next(1));
    assert_eq!(counts(&rig, 2), (1, 0), "it was heard");
    start(&mut rig, 100 * RATE);
    pass(&mut rig, 20, 20);
    assert_eq!(logged(&rig.ask(Playback::Stop)), [(3, 20, Verdict::LeftOff)]);
    assert_eq!(counts(&rig, 3), (0, 0));
}

#[test]
fn what_was_not_heard_at_all_is_neither_played_nor_skipped() {
    let mut rig = rig(3, 100 * RATE);
    assert!(logged(&rig.ask(Playback::Next(2))).is_empty());
    assert_eq!((counts(&rig, 1), counts(&rig, 2)), ((0, 0), (0, 0)));
}

#[test]
fn pauses_and_seeks_do_not_fake_a_play() {
    let mut rig = rig(1, 100 * RATE);
    pass(&mut rig, 10, 10);
    rig.ask(Playback::Pause);
    pass(&mut rig, 3600, 10);
    rig.ask(Playback::Play);
    rig.ask(Playback::Seek(Seek::To(Duration::from_secs(90))));
    pass(&mut rig, 1, 91);
    assert_eq!(counts(&rig, 1), (0, 0), "90 s were gone over, 11 heard");
    rig.ask(Playback::Seek(Seek::To(Duration::ZERO)));
    // Back again: what is heard twice counts twice.
    pass(&mut rig, 0, 0);
    pass(&mut rig, 38, 38);
    assert_eq!(counts(&rig, 1), (0, 0));
    pass(&mut rig, 1, 39);
    assert_eq!(counts(&rig, 1), (1, 0));
}

#[test]
fn a_part_that_is_played_over_and_over_is_heard_each_time() {
    let mut rig = rig(1, 100 * RATE);
    pass(&mut rig, 10, 10);
    let (from, to) = (Duration::from_secs(10), Duration::from_secs(22));
    rig.ask(Playback::AbLoop(AbLoop::Part { from, to }));
    for at in [20, 18, 16, 14] {
        pass(&mut rig, 10, at);
    }
    assert_eq!(counts(&rig, 1), (1, 0), "50 s");
}

#[test]
fn a_short_track_is_no_play_and_its_last_half_no_skip() {
    let mut rig = rig(2, 30 * RATE);
    pass(&mut rig, 20, 20);
    assert_eq!(logged(&rig.ask(Playback::Next(1))), [(1, 20, Verdict::LeftOff)]);
    assert_eq!(counts(&rig, 1), (0, 0));
}

#[test]
fn at_double_speed_the_music_counts_not_the_clock() {
    let mut rig = rig(1, 100 * RATE);
    rig.state.sound.speed = crate::model::settings::PlaySpeed::new(200);
    pass(&mut rig, 25, 50);
    assert_eq!(counts(&rig, 1), (1, 0));
}

#[test]
fn a_rating_is_taken_back_and_the_plays_since_stay() {
    use crate::model::command::History;
    let mut rig = rig(1, 100 * RATE);
    let command = |rig: &mut Rig, command| rig.event(Event::Command(command));
    command(&mut rig, Command::Judge(Judging::Rate(Judged::Playing, Rating::new(9))));
    pass(&mut rig, 50, 50);
    command(&mut rig, Command::History(History::Undo(1)));
    let facts = rig.state.facts.get(TrackId(1));
    assert_eq!((facts.rating, facts.plays), (None, 1));
    rig.state.facts_awaited = true;
    let before = rig.state.facts.get(TrackId(1));
    command(&mut rig, Command::History(History::Redo(1)));
    assert_eq!(rig.state.facts.get(TrackId(1)), before, "not over what is not known");
    rig.state.facts_awaited = false;
    command(&mut rig, Command::History(History::Redo(1)));
    assert_eq!(rig.state.facts.get(TrackId(1)).rating, Rating::new(9));
}

#[test]
fn leaving_writes_what_was_heard() {
    let mut rig = rig(1, 100 * RATE);
    pass(&mut rig, 12, 12);
    let effects = rig.event(Event::Command(Command::Quit));
    assert_eq!(logged(&effects), [(1, 12, Verdict::LeftOff)]);
}

#[test]
fn plays_before_the_store_was_read_are_added_to_what_it_has() {
    let mut rig = rig(1, 100 * RATE);
    rig.state.facts_awaited = true;
    pass(&mut rig, 50, 50);
    let rate = || Event::Command(Command::Judge(Judging::Rate(Judged::Playing, Rating::new(8))));
    assert!(rig.event(rate()).is_empty(), "nothing is written over what is not known");
    assert!(rig.notice().starts_with("Ratings cannot be changed yet"), "{}", rig.notice());
    let known: Facts = [(TrackId(1), TrackFacts { plays: 7, ..TrackFacts::default() })].into_iter().collect();
    rig.event(Event::FactsRead(Ok(known)));
    assert_eq!(counts(&rig, 1), (8, 0));
    assert_eq!(rig.event(rate()).len(), 1);
}

#[test]
fn facts_that_cannot_be_read_are_not_written_over() {
    let mut rig = rig(1, 100 * RATE);
    rig.state.facts_awaited = true;
    rig.event(Event::FactsRead(Err("damaged".into())));
    let writes = |effects: Vec<Effect>| !saved(&effects).is_empty();
    assert!(!writes(pass(&mut rig, 60, 60)));
    let love = Judging::Favourite(Judged::Playing, None);
    assert!(!writes(rig.event(Event::Command(Command::Judge(love)))));
}

#[test]
fn ratings_and_favourites_are_of_what_plays_or_of_the_named_tracks() {
    let mut rig = rig(3, 100 * RATE);
    let judge = |rig: &mut Rig, judging| {
        let effects = rig.event(Event::Command(Command::Judge(judging)));
        (saved(&effects).iter().map(|(id, _)| id.0).collect::<Vec<_>>(), rig.notice())
    };
    let rating = Rating::new(7);
    let (saved, told) = judge(&mut rig, Judging::Rate(Judged::Playing, rating));
    assert_eq!((saved, told.as_str()), (vec![1], "1.flac: ★★★½☆. `:undo` takes it back"));
    assert_eq!(rig.state.facts.get(TrackId(1)).rating, rating);
    // A toggle of several is off only where all of them are favourites.
    let many = |ids: &[u32]| Judged::Tracks(ids.iter().copied().map(TrackId).collect());
    judge(&mut rig, Judging::Favourite(many(&[2]), None));
    let (saved, told) = judge(&mut rig, Judging::Favourite(many(&[3, 2, 3, 99]), None));
    assert_eq!((saved, told.as_str()), (vec![3], "2 tracks: a favourite. `:undo` takes it back"));
    let (saved, _) = judge(&mut rig, Judging::Favourite(many(&[2, 3]), None));
    assert_eq!(saved, [2, 3]);
    assert!(!rig.state.facts.get(TrackId(2)).favourite);
    let (saved, told) = judge(&mut rig, Judging::Rate(Judged::Selection, None));
    assert_eq!((saved, told.as_str()), (vec![1], "1.flac: no rating. `:undo` takes it back"));
    assert_eq!(rig.state.facts.get(TrackId(1)), TrackFacts::default());
    let (saved, _) = judge(&mut rig, Judging::Rate(many(&[99]), rating));
    assert!(saved.is_empty(), "not in the library");
}
