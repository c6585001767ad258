//! What sounds alike as (events, effects): questions, answers, the radio.

use std::path::PathBuf;
use std::sync::Arc;

use super::tests::Rig;
use super::*;
use crate::app::state::ears::Purpose;
use crate::engine::command::EngineEvent;
use crate::jobs::ears::answer::{Answer, Deaf, Question, Whom};
use crate::library::catalog_build::build_catalog;
use crate::model::audio::Spec;
use crate::model::command::{History, Items, Like, Queue, Similar, Tune};
use crate::model::id::{JobId, TrackId};
use crate::model::query::heard::Alike;
use crate::model::similar::{Radio, Resembling};
use crate::model::track::{AudioFormat, Codec, FileStamp, Tags, Track};
use crate::model::weights::{Aspect, Weights};

/// Files `/m/0.flac` and on are in the library, with the number of their name plus one as id.
fn rig(files: usize) -> Rig {
    let mut rig = Rig::new(files);
    let track = |n: u32| Track {
        id: TrackId(n + 1),
        path: PathBuf::from(format!("/m/{n}.flac")),
        stamp: FileStamp::default(),
        format: AudioFormat {
            codec: Codec::Flac,
            spec: Spec { rate: 44_100, channels: 2 },
            bits: Some(16),
            frames: Some(4_410_000),
        },
        tags: Tags { title: Some(format!("Song {n}")), ..Tags::default() },
        added_s: 0,
    };
    rig.state.library.catalog = Arc::new(build_catalog((0..20).map(track)));
    queue::resolve(&mut rig.state);
    rig
}

fn ask(rig: &mut Rig, command: Similar) -> Vec<Effect> {
    rig.event(Event::Command(Command::Similar(command)))
}

fn asked(fx: &[Effect]) -> Option<(JobId, Question)> {
    fx.iter().find_map(|effect| match effect {
        Effect::Listen { job, question, .. } => Some((*job, (**question).clone())),
        _ => None,
    })
}

fn answer(rig: &mut Rig, job: JobId, answer: Answer) -> Vec<Effect> {
    rig.event(Event::Listened { job, answer: Ok(answer) })
}

fn names(rig: &Rig) -> Vec<String> {
    let name = |path: &std::path::Path| path.file_stem().unwrap().to_string_lossy().into_owned();
    rig.state.queue.items().iter().map(|item| name(&item.path)).collect()
}

fn told(rig: &Rig) -> String {
    rig.state.notice.as_ref().map(|shown| shown.notice.to_string()).unwrap_or_default()
}

fn ids(all: &[u32]) -> Vec<TrackId> {
    all.iter().copied().map(TrackId).collect()
}

#[test]
fn the_newest_question_is_the_one_that_is_shown() {
    let mut rig = rig(0);
    ask(&mut rig, Similar::Find(Like::Selection));
    assert!(told(&rig).contains("Nothing plays"), "{}", told(&rig));
    let (old, _) = asked(&ask(&mut rig, Similar::Find(Like::Words("a".into())))).unwrap();
    let (new, question) = asked(&ask(&mut rig, Similar::Find(Like::Tracks(ids(&[3, 4]))))).unwrap();
    assert_eq!(question, Question::Similar { of: Whom::Tracks(ids(&[3, 4])), most: 50 });
    assert!(rig.state.ears.view.looking);
    let found = |track| Resembling { track: TrackId(track), distance: 1.0, score: 0.9, why: vec![] };
    answer(&mut rig, old, Answer::Similar(ids(&[1]), vec![found(9)]));
    assert!(rig.state.ears.view.looking, "an answer to an older question is none");
    answer(&mut rig, new, Answer::Similar(ids(&[3, 4]), vec![found(7)]));
    let view = &rig.state.ears.view;
    assert_eq!(
        (view.of.as_str(), view.found[0].track, view.looking),
        ("Song 2 and 1 more", TrackId(7), false)
    );
}

#[test]
fn what_was_not_measured_is_told_with_how_to_measure_it() {
    let mut rig = rig(0);
    let (job, _) = asked(&ask(&mut rig, Similar::Find(Like::Tracks(ids(&[3]))))).unwrap();
    rig.event(Event::Listened { job, answer: Err(Deaf::Unmeasured(ids(&[3]))) });
    assert!(told(&rig).contains("How Song 2 sounds is not known") && told(&rig).contains(":analyse"));
    assert!(rig.state.ears.view.problem.is_some() && !rig.state.ears.view.looking);
}

/// Turns a radio on whose seed is the first track; the question that follows.
fn tuned(rig: &mut Rig) -> (JobId, Question) {
    let tune = Tune::On(Like::Tracks(ids(&[1])), Some(7));
    let (job, _) = asked(&ask(rig, Similar::Radio(tune))).unwrap();
    let fx = answer(rig, job, Answer::Seeds(ids(&[1])));
    asked(&fx).unwrap()
}

#[test]
fn a_radio_of_nothing_plays_its_seed_and_keeps_as_many_behind_it_as_is_set() {
    let mut rig = rig(0);
    rig.state.settings.similar.ahead = 3;
    let (job, question) = tuned(&mut rig);
    let Question::Radio { radio, played, count, .. } = question else { panic!("{question:?}") };
    assert_eq!((radio.seed, radio.added, count), (7, 0, 3));
    assert_eq!((names(&rig), played), (vec!["0".to_owned()], ids(&[1])));
    assert!(told(&rig).contains("seed=7"), "it can be repeated: {}", told(&rig));
    let fx = answer(&mut rig, job, Answer::Radio(ids(&[5, 9, 11])));
    assert_eq!(names(&rig), ["0", "4", "8", "10"]);
    assert!(asked(&fx).is_none(), "enough stand behind what plays");
    assert!(fx.iter().any(|effect| matches!(effect, Effect::SaveSimilar(memory)
        if memory.radio.as_ref().is_some_and(|radio| radio.added == 3))));
    rig.started();
    let next = rig.ask(Playback::Next(1));
    let (_, question) = asked(&next).unwrap();
    let Question::Radio { radio, played, count, .. } = question else { panic!("{question:?}") };
    assert_eq!((radio.added, count, played), (3, 1, ids(&[1, 5, 9, 11])));
}

#[test]
fn what_it_added_is_one_step_and_is_not_added_again_before_another_item_plays() {
    let mut rig = rig(0);
    rig.state.settings.similar.ahead = 2;
    let (job, _) = tuned(&mut rig);
    answer(&mut rig, job, Answer::Radio(ids(&[5, 9])));
    rig.started();
    let fx = rig.event(Event::Command(Command::History(History::Undo(1))));
    assert_eq!(names(&rig), ["0"]);
    assert!(asked(&fx).is_none());
    assert!(asked(&rig.event(Event::Due)).is_none());
    rig.event(Event::Command(Command::History(History::Redo(1))));
    assert_eq!(names(&rig), ["0", "4", "8"]);
    let fx = rig.ask(Playback::Next(1));
    assert!(matches!(asked(&fx), Some((_, Question::Radio { count: 1, .. }))));
}

#[test]
fn a_radio_is_turned_off_and_stays_off() {
    let mut rig = rig(0);
    tuned(&mut rig);
    let fx = ask(&mut rig, Similar::Radio(Tune::Toggle(Like::Selection, None)));
    assert!(rig.state.ears.radio.is_none());
    assert!(fx.iter().any(|effect| matches!(effect, Effect::SaveSimilar(memory) if memory.radio.is_none())));
    ask(&mut rig, Similar::Radio(Tune::Off));
    assert!(told(&rig).contains("No radio"), "{}", told(&rig));
    assert_eq!(names(&rig), ["0"], "what it added stays");
}

#[test]
fn a_radio_learns_from_what_of_its_own_is_skipped_and_from_nothing_else() {
    let mut rig = rig(0);
    rig.state.settings.similar.ahead = 1;
    let (job, _) = tuned(&mut rig);
    answer(&mut rig, job, Answer::Radio(ids(&[5])));
    rig.started();
    let learned = |fx: &[Effect]| {
        fx.iter().any(|effect| {
            matches!(effect, Effect::Listen { question, .. }
            if matches!(**question, Question::Learn { track: TrackId(5), accepted: false, .. }))
        })
    };
    let skip = |rig: &mut Rig| {
        rig.clock += std::time::Duration::from_secs(5);
        let play = rig.playing();
        rig.heard = Some(crate::model::player::Position { play, frame: 3 * 44_100, rate: 44_100 });
        rig.ask(Playback::Next(1))
    };
    assert!(!learned(&skip(&mut rig)), "the seed was chosen by the listener");
    rig.heard = None;
    let play = rig.playing();
    rig.engine(EngineEvent::Started { play, format: super::tests::format(), at: 0 });
    let job =
        rig.state.ears.asked.iter().find(|(_, purpose)| **purpose == Purpose::Radio).map(|(job, _)| *job);
    answer(&mut rig, job.unwrap(), Answer::Radio(ids(&[6])));
    let fx = skip(&mut rig);
    assert!(learned(&fx));
    let job = fx.iter().find_map(|effect| match effect {
        Effect::Listen { job, question, .. } if matches!(**question, Question::Learn { .. }) => Some(*job),
        _ => None,
    });
    let weights = Weights::default().with(Aspect::Timbre, 1.1);
    let fx = answer(&mut rig, job.unwrap(), Answer::Learn(weights.clone()));
    assert!(
        fx.iter().any(|effect| matches!(effect, Effect::SaveSimilar(memory) if memory.learned == weights))
    );
    ask(&mut rig, Similar::Weights);
    assert!(told(&rig).contains("timbre 1.10"), "{}", told(&rig));
    ask(&mut rig, Similar::ForgetWeights);
    assert_eq!(rig.state.ears.learned, Weights::default());
}

#[test]
fn a_path_goes_behind_what_plays_as_one_step() {
    let mut rig = rig(2);
    ask(&mut rig, Similar::Path { to: Like::Words("x".into()), steps: 3 });
    assert!(told(&rig).contains("Nothing plays"));
    rig.ask(Playback::Play);
    let (job, question) =
        asked(&ask(&mut rig, Similar::Path { to: Like::Words("x".into()), steps: 3 })).unwrap();
    assert_eq!(question, Question::Path { from: TrackId(1), to: Whom::Words("x".into()), steps: 3 });
    answer(&mut rig, job, Answer::Path(ids(&[8, 9, 10])));
    assert_eq!(names(&rig), ["0", "7", "8", "9", "1"]);
    rig.event(Event::Command(Command::History(History::Undo(1))));
    assert_eq!(names(&rig), ["0", "1"]);
}

#[test]
fn smoothing_orders_what_follows_or_what_is_named_and_is_one_step() {
    let mut rig = rig(5);
    rig.ask(Playback::Play);
    rig.ask(Playback::Next(1));
    let (job, question) = asked(&ask(&mut rig, Similar::Smooth(Items::Selection))).unwrap();
    assert_eq!(question, Question::Smooth(ids(&[2, 3, 4, 5])), "what was played stays");
    answer(&mut rig, job, Answer::Smooth(vec![0, 3, 1, 2]));
    assert_eq!(names(&rig), ["0", "1", "4", "2", "3"]);
    rig.event(Event::Command(Command::History(History::Undo(1))));
    assert_eq!(names(&rig), ["0", "1", "2", "3", "4"]);
    let named = Similar::Smooth(Items::Positions(vec![1, 3, 5]));
    let (job, question) = asked(&ask(&mut rig, named)).unwrap();
    assert_eq!(question, Question::Smooth(ids(&[1, 3, 5])));
    // One is gone by then.
    let third = rig.state.queue.items()[2].id;
    rig.event(Event::Command(Command::Queue(Queue::Remove(Items::Ids(vec![third])))));
    answer(&mut rig, job, Answer::Smooth(vec![0, 2, 1]));
    assert_eq!(names(&rig), ["0", "1", "3", "4"]);
    ask(&mut rig, Similar::Smooth(Items::Positions(vec![3, 4])));
    assert!(told(&rig).contains("too few"), "{}", told(&rig));
}

#[test]
fn what_queries_want_to_be_like_is_looked_for_once_and_again_when_more_is_measured() {
    let mut rig = rig(0);
    let know = |rig: &mut Rig, words: &str| asked(&ask(rig, Similar::Know(words.into())));
    let (job, question) = know(&mut rig, "song").unwrap();
    assert_eq!(question, Question::Likes(vec![("song".into(), Whom::Words("song".into()))]));
    answer(&mut rig, job, Answer::Likes(vec![("song".into(), Arc::new(Alike::new(ids(&[4]))))]));
    assert!(rig.state.ears.likes.get("song").unwrap().has(TrackId(4)));
    assert!(know(&mut rig, "song").is_none());
    let fx = rig.event(Event::LevelsRead(Ok(Vec::new())));
    assert_eq!(asked(&fx).unwrap().1, question);
}

#[test]
fn many_words_of_queries_are_forgotten_but_for_the_newest() {
    let mut rig = rig(0);
    for n in 0..200 {
        let (job, _) = asked(&ask(&mut rig, Similar::Know(format!("w{n}")))).unwrap();
        answer(&mut rig, job, Answer::Likes(vec![(format!("w{n}"), Arc::new(Alike::default()))]));
    }
    assert!(rig.state.ears.likes.len() <= 64 && rig.state.ears.likes.get("w199").is_some());
}

#[test]
fn a_radio_that_was_on_is_on_again() {
    let mut rig = rig(1);
    let radio = Radio { seeds: ids(&[1]), seed: 3, added: 9, recent: ids(&[4]) };
    rig.state.ears.radio = Some(radio);
    let fx = rig.ask(Playback::Play);
    let Some((_, Question::Radio { played, .. })) = asked(&fx) else { panic!("{fx:?}") };
    assert_eq!(played, ids(&[4, 1]), "what it played before comes before the queue");
}
