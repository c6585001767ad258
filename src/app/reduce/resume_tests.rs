//! Long tracks: of an hour at 44,100 Hz, those of 20 minutes and more go on where they were left off.

use std::sync::Arc;
use std::time::Duration;

use super::tests::{Rig, format};
use super::*;
use crate::app::queue::NewItems;
use crate::engine::command::{EngineCommand, EngineEvent, Place};
use crate::library::catalog_build::build_catalog;
use crate::model::audio::Spec;
use crate::model::command::{Items, Queue};
use crate::model::id::TrackId;
use crate::model::player::Position;
use crate::model::resume;
use crate::model::track::{AudioFormat, Track};

const RATE: u64 = 44_100;
const HOUR: u64 = 3600;

fn long() -> AudioFormat {
    AudioFormat { frames: Some(HOUR * RATE), spec: Spec { rate: RATE as u32, channels: 2 }, ..format() }
}

/// Two tracks of an hour in the queue, the first playing.
fn rig(least_min: u64) -> Rig {
    let mut rig = Rig::new(0);
    rig.state.settings.resume = Some(Duration::from_secs(60 * least_min)).filter(|least| !least.is_zero());
    let track = |number: u32| Track {
        id: TrackId(number),
        path: format!("/m/{number}.flac").into(),
        stamp: Default::default(),
        format: long(),
        tags: Default::default(),
        added_s: 0,
    };
    let catalog = Arc::new(build_catalog((1..=2).map(track)));
    rig.event(Event::CatalogBuilt { catalog, took: Duration::ZERO });
    let items: NewItems = (1..=2).map(|n| (Arc::from(track(n).path), Some(TrackId(n)))).collect();
    rig.state.queue.append(items);
    rig.ask(Playback::Play);
    started(&mut rig);
    rig
}

fn started(rig: &mut Rig) {
    let play = rig.playing();
    rig.engine(EngineEvent::Started { play, format: long(), at: 0 });
}

/// The ear is at this second of what plays, after half a minute of listening.
fn hear(rig: &mut Rig, at: u64) {
    for back in [30, 0] {
        rig.clock += Duration::from_secs(30);
        rig.heard =
            Some(Position { play: rig.playing(), frame: at.saturating_sub(back) * RATE, rate: RATE as u32 });
        rig.event(Event::Due);
    }
}

fn loaded(effects: &[Effect]) -> Option<Place> {
    effects.iter().find_map(|effect| match effect {
        Effect::Engine(EngineCommand::Load { place, .. }) => Some(*place),
        _ => None,
    })
}

fn kept(effects: &[Effect]) -> Vec<(u32, Option<u64>)> {
    let rows = effects.iter().filter_map(|effect| match effect {
        Effect::SaveResume(rows) => Some(rows.clone()),
        _ => None,
    });
    rows.flatten().map(|(id, place)| (id.0, place.map(|place| place.frame / RATE))).collect()
}

fn jump(rig: &mut Rig, position: usize) -> Vec<Effect> {
    rig.event(Event::Command(Command::Queue(Queue::Jump(Items::Positions(vec![position])))))
}

#[test]
fn a_long_track_goes_on_where_it_was_left_off() {
    let mut rig = rig(20);
    hear(&mut rig, 1500);
    let effects = rig.ask(Playback::Next(1));
    assert_eq!(kept(&effects), [(1, Some(1500))]);
    assert_eq!(loaded(&effects), Some(Place::Start), "the other was never heard");
    started(&mut rig);
    let effects = jump(&mut rig, 1);
    assert_eq!(loaded(&effects), Some(Place::Frame(1500 * RATE)));
    assert!(rig.notice().contains("25:00"), "{}", rig.notice());
    assert_eq!(rig.state.playback.rest.frame, 1500 * RATE, "that is what is shown until it is heard");
}

#[test]
fn near_its_ends_and_where_it_is_short_it_begins_anew() {
    for (least, at) in [(20, 20), (20, HOUR - 60), (61, 1500), (0, 1500)] {
        let mut rig = rig(least);
        hear(&mut rig, at);
        let effects = rig.ask(Playback::Next(1));
        assert_eq!(kept(&effects), [], "{least} {at}");
        started(&mut rig);
        assert_eq!(loaded(&jump(&mut rig, 1)), Some(Place::Start), "{least} {at}");
    }
}

#[test]
fn restart_and_the_end_forget_the_place() {
    let mut rig = rig(20);
    hear(&mut rig, 1500);
    rig.ask(Playback::Next(1));
    started(&mut rig);
    jump(&mut rig, 1);
    started(&mut rig);
    let effects = rig.ask(Playback::Restart);
    assert_eq!(kept(&effects), [(1, None)]);
    assert!(effects.iter().any(|effect| matches!(
        effect,
        Effect::Engine(EngineCommand::Seek(Place::Time(time))) if time.is_zero()
    )));
    hear(&mut rig, 1500);
    rig.ask(Playback::Stop);
    assert_eq!(loaded(&rig.ask(Playback::Play)), Some(Place::Frame(1500 * RATE)));
    started(&mut rig);
    let play = rig.playing();
    let effects = rig.engine(EngineEvent::Ended { play });
    assert_eq!(kept(&effects)[0], (1, None), "heard to its end");
}

#[test]
fn what_plays_is_begun_again_where_one_asks_for_it_again() {
    let mut rig = rig(20);
    hear(&mut rig, 1500);
    assert_eq!(loaded(&jump(&mut rig, 1)), Some(Place::Start));
}

/// The engine is not told of it beforehand, for it would begin at its start.
#[test]
fn what_follows_goes_on_too() {
    let mut rig = rig(20);
    assert!(rig.next().is_some());
    let place = resume::Place { frame: 1800 * RATE, rate: RATE as u32 };
    rig.event(Event::PlacesLoaded(Ok([(TrackId(2), place)].into())));
    assert!(rig.next().is_none());
    let play = rig.playing();
    assert_eq!(loaded(&rig.engine(EngineEvent::Ended { play })), Some(Place::Frame(1800 * RATE)));
}

#[test]
fn it_can_be_switched_off_and_places_read_late_replace_nothing() {
    let mut rig = rig(20);
    hear(&mut rig, 1500);
    rig.ask(Playback::Next(1));
    started(&mut rig);
    let place = |seconds: u64| resume::Place { frame: seconds * RATE, rate: RATE as u32 };
    rig.event(Event::PlacesLoaded(Ok([(TrackId(1), place(99)), (TrackId(9), place(98))].into())));
    assert_eq!(rig.state.places[&TrackId(1)], place(1500));
    assert_eq!(rig.state.places[&TrackId(9)], place(98));
    rig.ask(Playback::Resume(None));
    assert_eq!(loaded(&jump(&mut rig, 1)), Some(Place::Start));
}
