//! The music server, as (events, effects). Two of three tracks are its songs.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::tests::{Rig, format};
use super::*;
use crate::app::queue::NewItems;
use crate::engine::command::EngineCommand;
use crate::jobs::server::{KeptQueue, Queued, Starred};
use crate::library::catalog_build::build_catalog;
use crate::model::command::{History, Judged, Judging, Serving};
use crate::model::facts::Rating;
use crate::model::id::{JobId, TrackId};
use crate::model::server::Star;
use crate::model::track::Track;

const PATHS: [&str; 3] = ["/m/1.flac", "subsonic://home/a/2.flac?x", "subsonic://home/a/3.flac?y"];

fn rig() -> Rig {
    let mut rig = Rig::new(0);
    let track = |number: u32| Track {
        id: TrackId(number),
        path: PATHS[number as usize - 1].into(),
        stamp: Default::default(),
        format: crate::model::track::AudioFormat { frames: Some(4_410_000), ..format() },
        tags: Default::default(),
        added_s: 0,
    };
    let catalog = Arc::new(build_catalog((1..=3).map(track)));
    rig.event(Event::CatalogBuilt { catalog, took: Duration::ZERO });
    let items: NewItems = (1..=3).map(|n| (Arc::from(track(n).path), Some(TrackId(n)))).collect();
    rig.state.queue.append(items);
    rig
}

fn told(effects: &[Effect]) -> Vec<Starred> {
    let stars = |effect: &Effect| match effect {
        Effect::TellStars(stars) => stars.clone(),
        _ => Vec::new(),
    };
    effects.iter().flat_map(stars).collect()
}

fn star(favourite: bool, halves: u8) -> Star {
    Star { favourite, rating: Rating::new(halves) }
}

#[test]
fn the_server_is_told_of_its_own_songs_and_of_what_is_taken_back() {
    let mut rig = rig();
    let all = Judged::Tracks(vec![TrackId(1), TrackId(2)]);
    let fx = rig.event(Event::Command(Command::Judge(Judging::Rate(all, Rating::new(8)))));
    let song = PathBuf::from(PATHS[1]);
    assert_eq!(told(&fx), [Starred { path: song.clone(), before: star(false, 0), after: star(false, 8) }]);
    let fx = rig.event(Event::Command(Command::History(History::Undo(1))));
    assert_eq!(told(&fx), [Starred { path: song, before: star(false, 8), after: star(false, 0) }]);
    let fx = rig.event(Event::Command(Command::Judge(Judging::Rate(Judged::Tracks(vec![TrackId(1)]), None))));
    assert!(told(&fx).is_empty());
    rig.event(Event::StarsTold(Err("it is away".into())));
    assert!(rig.notice().contains("it is away"), "{}", rig.notice());
}

/// What is said elsewhere holds here, and goes back to nobody.
#[test]
fn stars_of_the_server_are_taken_and_not_told_again() {
    let mut rig = rig();
    let report = |stars| crate::jobs::library::ScanOutcome { stars, ..Default::default() };
    let fx = rig.event(Event::Command(Command::Library(crate::model::command::Library::Scan(vec!["/m".into()]))));
    let job = fx.iter().find_map(|effect| match effect {
        Effect::Scan { job, .. } => Some(*job),
        _ => None,
    });
    let report = report(vec![(TrackId(3), star(true, 6)), (TrackId(2), star(false, 0))]);
    let fx = rig.event(Event::ScanDone { job: job.unwrap(), report });
    assert!(told(&fx).is_empty());
    assert_eq!(Star::of(&rig.state.facts.get(TrackId(3))), star(true, 6));
    assert_eq!(Star::of(&rig.state.facts.get(TrackId(2))), star(false, 0));
}

#[test]
fn the_queue_is_kept_with_its_place_and_gone_on_with() {
    let mut rig = rig();
    rig.ask(Playback::Play);
    rig.started();
    let fx = rig.event(Event::Command(Command::Server(Serving::Keep)));
    let kept: Vec<&Queued> = fx
        .iter()
        .filter_map(|effect| match effect {
            Effect::KeepQueue { queued, .. } => Some(queued),
            _ => None,
        })
        .collect();
    assert_eq!(kept.len(), 1);
    assert_eq!((kept[0].paths.len(), kept[0].current), (3, Some(0)));
    rig.event(Event::QueueKept { job: JobId(9), result: Ok(2) });
    assert!(rig.notice().contains("2 songs"), "{}", rig.notice());

    let tracks = vec![TrackId(3), TrackId(2)];
    let position = Duration::from_millis(12_500);
    let found = KeptQueue { tracks, current: Some(1), position, unknown: 1 };
    let fx = rig.event(Event::KeptQueueFound { job: JobId(10), found: Ok(found) });
    let queued: Vec<String> =
        rig.state.queue.items().iter().map(|item| item.path.display().to_string()).collect();
    assert_eq!(queued, [PATHS[2], PATHS[1]]);
    let loads = |effect: &Effect| match effect {
        Effect::Engine(EngineCommand::Load { item, place, .. }) => {
            Some((item.path.display().to_string(), *place))
        }
        _ => None,
    };
    let loaded: Vec<_> = fx.iter().filter_map(loads).collect();
    assert_eq!(loaded, [(PATHS[1].to_owned(), crate::engine::command::Place::Time(position))]);
    assert!(rig.notice().contains("1 more"), "{}", rig.notice());
    rig.event(Event::Command(Command::History(History::Undo(1))));
    assert_eq!(rig.state.queue.items().len(), 3);

    for (found, words) in [
        (Ok(KeptQueue::default()), "keeps no queue"),
        (Ok(KeptQueue { unknown: 2, ..KeptQueue::default() }), "is in the library"),
        (Err("it is away".to_owned()), "it is away"),
    ] {
        rig.event(Event::KeptQueueFound { job: JobId(11), found });
        assert!(rig.notice().contains(words), "{}", rig.notice());
        assert_eq!(rig.state.queue.items().len(), 3, "nothing is lost");
    }
}
