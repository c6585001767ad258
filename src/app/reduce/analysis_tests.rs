//! Measuring tracks as (events, effects).

use std::time::Duration;

use super::tests::Rig;
use super::*;
use crate::engine::command::{EngineCommand, EngineEvent};
use crate::jobs::analyse::{AnalyseOutcome, AnalyseProgress};
use crate::model::analysis::{AnalyseWhen, Pace, Rest};
use crate::model::command::{Analyse, Library};
use crate::model::facts::{Levels, TrackFacts};
use crate::model::id::{JobId, TrackId};
use crate::model::job::CancelToken;

fn ask(rig: &mut Rig, command: Analyse) -> Vec<Effect> {
    rig.event(Event::Command(Command::Library(Library::Analyse(command))))
}

fn begun(fx: &[Effect]) -> Option<(JobId, bool, CancelToken)> {
    fx.iter().find_map(|effect| match effect {
        Effect::Analyse { job, again, cancel } => Some((*job, *again, cancel.clone())),
        _ => None,
    })
}

fn pace(fx: &[Effect]) -> Option<Pace> {
    fx.iter()
        .find_map(|effect| if let Effect::AnalysisPace { pace, .. } = effect { Some(*pace) } else { None })
}

fn built(rig: &mut Rig) -> Vec<Effect> {
    rig.event(Event::CatalogBuilt { catalog: Default::default(), took: Duration::ZERO })
}

fn play(rig: &mut Rig) -> Vec<Effect> {
    rig.ask(Playback::Play);
    let play = rig.playing();
    rig.engine(EngineEvent::Started { play, format: super::tests::format(), at: 0 })
}

#[test]
fn one_run_at_a_time_is_begun_and_can_be_stopped() {
    let mut rig = Rig::new(1);
    assert!(begun(&built(&mut rig)).is_none(), "nothing is measured unasked where settings do not say so");
    let fx = ask(&mut rig, Analyse::New);
    let (job, again, cancel) = begun(&fx).unwrap();
    assert!(!again && pace(&fx) == Some(Pace::Free));
    assert!(begun(&ask(&mut rig, Analyse::New)).is_none());
    ask(&mut rig, Analyse::Stop);
    assert!(cancel.is_cancelled());
    let outcome = AnalyseOutcome { cancelled: true, measured: 2, ..AnalyseOutcome::default() };
    let fx = rig.event(Event::Analysed { job, outcome });
    assert!(begun(&fx).is_none() && fx.iter().any(|effect| matches!(effect, Effect::ReadLevels { .. })));
    assert!(!rig.state.analysis.view().running);
    ask(&mut rig, Analyse::Stop);
    assert!(rig.state.notice.is_some(), "there is nothing to stop, and that is told");
}

#[test]
fn all_over_again_follows_the_run_that_goes_on() {
    let mut rig = Rig::new(1);
    let (job, ..) = begun(&ask(&mut rig, Analyse::New)).unwrap();
    ask(&mut rig, Analyse::Again);
    let fx = rig.event(Event::Analysed { job, outcome: AnalyseOutcome::default() });
    assert!(begun(&fx).unwrap().1);
    // A late word of the first run changes nothing.
    rig.event(Event::AnalyseProgress { job, progress: AnalyseProgress { done: 9, ..Default::default() } });
    assert_eq!(rig.state.analysis.view().done, 0);
}

#[test]
fn what_plays_sets_the_pace() {
    let table = [
        (AnalyseWhen::Idle, false, Pace::Resting),
        (AnalyseWhen::Idle, true, Pace::Beside),
        (AnalyseWhen::Always, false, Pace::Beside),
        (AnalyseWhen::Off, true, Pace::Beside),
    ];
    for (when, asked, expected) in table {
        let mut rig = Rig::new(2);
        rig.state.settings.analysis.when = when;
        let fx = built(&mut rig);
        let fx = if asked && begun(&fx).is_none() { ask(&mut rig, Analyse::New) } else { fx };
        assert_eq!(pace(&fx), Some(Pace::Free), "{when:?}");
        if asked {
            ask(&mut rig, Analyse::New);
        }
        play(&mut rig);
        assert_eq!(rig.state.analysis.pace, Some((expected, asked)), "{when:?} {asked}");
        let rest = (expected == Pace::Resting).then_some(Rest::Playing);
        assert_eq!(rig.state.analysis.view().rest, rest);
        assert_eq!(pace(&rig.ask(Playback::Stop)), Some(Pace::Free));
    }
}

#[test]
fn who_asks_for_it_is_not_kept_waiting_by_battery_or_load() {
    let mut rig = Rig::new(1);
    rig.state.settings.analysis.when = AnalyseWhen::Always;
    let insists = |fx: &[Effect]| {
        fx.iter().find_map(|effect| match effect {
            Effect::AnalysisPace { insists, .. } => Some(*insists),
            _ => None,
        })
    };
    let fx = built(&mut rig);
    assert_eq!(insists(&fx), Some(false));
    let (job, ..) = begun(&fx).unwrap();
    let progress = AnalyseProgress { rest: Some(Rest::Battery), ..AnalyseProgress::default() };
    rig.event(Event::AnalyseProgress { job, progress });
    assert_eq!(rig.state.analysis.view().rest, Some(Rest::Battery));
    assert_eq!(insists(&ask(&mut rig, Analyse::New)), Some(true));
}

#[test]
fn quitting_ends_the_run() {
    let mut rig = Rig::new(1);
    let (_, _, cancel) = begun(&ask(&mut rig, Analyse::New)).unwrap();
    rig.event(Event::Command(Command::Quit));
    assert!(cancel.is_cancelled());
}

/// -9 LUFS need -9 dB to be -18; -6.02 dB are half of full scale.
#[test]
fn what_was_measured_goes_with_the_item_to_the_engine_and_outlives_the_facts_of_the_store() {
    let mut rig = Rig::new(2);
    rig.state.queue.resolve(|_| Some(TrackId(7)));
    let levels = Levels { lufs: Some(-900), peak: Some(-602), ..Levels::default() };
    rig.event(Event::LevelsRead(Ok(vec![(TrackId(7), levels)])));
    let heard = TrackFacts { plays: 3, ..TrackFacts::default() };
    rig.event(Event::FactsRead(Ok([(TrackId(7), heard)].into_iter().collect())));
    assert_eq!(rig.state.facts.get(TrackId(7)), TrackFacts { levels, ..heard });
    let fx = rig.ask(Playback::Play);
    let measured = fx.iter().find_map(|effect| match effect {
        Effect::Engine(EngineCommand::Load { item, .. }) => Some(item.context.measured),
        _ => None,
    });
    let measured = measured.unwrap();
    assert_eq!(measured.track.gain_db, Some(-9.0));
    assert!((measured.track.peak.unwrap() - 0.5).abs() < 1e-4 && measured.album.gain_db.is_none());
}

/// It may be with the engine for minutes, which has its play and blocks of it: they stay.
#[test]
fn what_follows_is_told_again_when_its_loudness_is_found() {
    let mut rig = Rig::new(2);
    rig.state.queue.resolve(|path| Some(TrackId(u32::from(path.ends_with("1.flac")))));
    play(&mut rig);
    let next = rig.next();
    let levels = Levels { lufs: Some(-1_200), ..Levels::default() };
    let mut read = |track| {
        let fx = rig.event(Event::LevelsRead(Ok(vec![(TrackId(track), levels)])));
        fx.into_iter().find_map(|effect| match effect {
            Effect::Engine(EngineCommand::SetNext(next)) => next,
            _ => None,
        })
    };
    assert_eq!(read(0), None, "what plays keeps its loudness to its end");
    let told = read(1).unwrap();
    assert_eq!((Some(told.play), told.context.measured.track.gain_db), (next, Some(-6.0)));
    assert_eq!(read(1), None, "nothing new");
}

#[test]
fn what_follows_is_read_at_once_when_it_was_measured_and_nothing_else_is() {
    let mut rig = Rig::new(3);
    rig.state.queue.resolve(|path| Some(TrackId(u32::from(path.ends_with("1.flac")))));
    play(&mut rig);
    let (job, ..) = begun(&ask(&mut rig, Analyse::New)).unwrap();
    let mut read = |done, newest: Option<u32>| {
        let progress = AnalyseProgress { done, newest: newest.map(TrackId), ..AnalyseProgress::default() };
        let fx = rig.event(Event::AnalyseProgress { job, progress });
        let of = |effect: &Effect| if let Effect::ReadLevels { of, .. } = effect { Some(*of) } else { None };
        fx.iter().filter_map(of).collect::<Vec<_>>()
    };
    assert_eq!(read(1, Some(9)), []);
    assert_eq!(read(2, Some(1)), [Some(TrackId(1))]);
    assert_eq!(read(2, None), []);
}
