//! Taste, as (events, effects).

use super::*;
use crate::app::event::Event;
use crate::app::reduce::tests::Rig;
use crate::engine::command::EngineCommand;
use crate::jobs::plan::Stage;
use crate::model::chain::ChainSpec;
use crate::model::command::{Command, Mastering, Playback};
use crate::model::id::JobId;
use crate::model::mastering::{Basis, Heard};
use crate::model::preferences::{Preferences, Versions};
use crate::model::taste::{Learned, Opinion};

fn ask(rig: &mut Rig, command: Mastering) -> Vec<Effect> {
    rig.event(Event::Command(Command::Mastering(command)))
}

fn prefer(rig: &mut Rig, step: PreferStep) -> Vec<Effect> {
    ask(rig, Mastering::Prefer(step))
}

fn turn(rig: &mut Rig, aspect: Aspect, step: Step) -> Vec<Effect> {
    ask(rig, Mastering::Taste(TasteChange::Turn(aspect, step)))
}

fn deeds(fx: &[Effect]) -> Vec<Deed> {
    let one = |effect: &Effect| match effect {
        Effect::Preferences { deed, at_ms, .. } => {
            assert_eq!(*at_ms, 1_000_000, "the clock of the tests");
            Some(deed.clone())
        }
        _ => None,
    };
    fx.iter().filter_map(one).collect()
}

fn wanted(fx: &[Effect]) -> Vec<(Arc<Subject>, Wishes)> {
    let one = |effect: &Effect| match effect {
        Effect::Plan { subject, wishes, .. } => Some((Arc::clone(subject), wishes.clone())),
        _ => None,
    };
    fx.iter().filter_map(one).collect()
}

/// What the engine is told of what plays: gain, and how much quieter.
fn told(fx: &[Effect]) -> Option<(f32, f32)> {
    fx.iter().rev().find_map(|effect| match effect {
        Effect::Engine(EngineCommand::Master { mastered: Some(mastered), .. }) => {
            Some((mastered.spec.gain_db, mastered.trim_db))
        }
        _ => None,
    })
}

fn planned(rig: &mut Rig, (subject, wishes): &(Arc<Subject>, Wishes), gain_db: f32, aim: f32) -> Vec<Effect> {
    let plan = Plan {
        spec: ChainSpec { gain_db, ..ChainSpec::default() },
        moves: Vec::new(),
        basis: Basis::Track,
        source: Heard { lufs: -12.0, true_peak_db: 0.0, range_lu: Ok(4.0) },
        asked_lufs: -14.0,
        aim_lufs: aim,
        range_change_lu: 1.0,
        proved: true,
    };
    rig.event(Event::MasteringPlanned {
        subject: Arc::clone(subject),
        wishes: wishes.clone(),
        stage: Stage::Last,
        plan: Ok(Box::new(plan)),
    })
}

fn kept(rig: &mut Rig, deed: Deed, learned: Learned) -> Vec<Effect> {
    let mut versions = Versions::default();
    versions.push(Preferences { learned, ..Preferences::default() }, "test".into(), 0);
    let result = Ok(Box::new(Kept { versions, aside: None }));
    rig.event(Event::PreferencesDone { job: Some(JobId(1)), deed, result })
}

fn notice(rig: &Rig) -> String {
    rig.state.notice.as_ref().map(|shown| shown.notice.to_string()).unwrap_or_default()
}

/// Mastered, with its plan made.
fn playing(files: usize) -> (Rig, (Arc<Subject>, Wishes)) {
    let mut rig = Rig::new(files);
    ask(&mut rig, Mastering::On(Some(true)));
    let asked = wanted(&rig.ask(Playback::Play));
    rig.started();
    planned(&mut rig, &asked[0], -2.0, -14.0);
    (rig, asked[0].clone())
}

#[test]
fn steps_of_a_key_are_one_wish_that_is_learned_when_it_was_left_so() {
    let mut rig = Rig::new(1);
    for _ in 0..3 {
        assert!(deeds(&turn(&mut rig, Aspect::Bass, Step::By(0.5))).is_empty());
        rig.clock += SETTLED / 2;
        assert!(deeds(&rig.event(Event::Due)).is_empty());
    }
    turn(&mut rig, Aspect::Density, Step::To(-0.5));
    assert_eq!(rig.state.next_deadline(), Some(rig.clock + SETTLED));
    rig.clock += SETTLED;
    let lessons = vec![
        Lesson::Set { aspect: Aspect::Bass, to: 1.5 },
        Lesson::Set { aspect: Aspect::Density, to: -0.5 },
    ];
    assert_eq!(deeds(&rig.event(Event::Due)), [Deed::Learn(lessons)]);
    assert!(deeds(&rig.event(Event::Due)).is_empty(), "once");
    assert_eq!(rig.state.mastering.settled_at, None);
}

#[test]
fn what_was_set_is_learned_at_the_end_of_the_program_too() {
    let mut rig = Rig::new(1);
    turn(&mut rig, Aspect::Treble, Step::To(1.0));
    let fx = rig.event(Event::Command(Command::Quit));
    assert_eq!(deeds(&fx), [Deed::Learn(vec![Lesson::Set { aspect: Aspect::Treble, to: 1.0 }])]);
    let saved = fx.iter().position(|effect| matches!(effect, Effect::Preferences { .. }));
    let closed = fx.iter().position(|effect| matches!(effect, Effect::Close));
    assert!(saved < closed);
}

#[test]
fn what_is_taken_back_or_not_to_be_learned_is_not() {
    for command in [TasteChange::Reset, TasteChange::Learn(Some(false))] {
        let mut rig = Rig::new(1);
        turn(&mut rig, Aspect::Bass, Step::To(1.0));
        ask(&mut rig, Mastering::Taste(command));
        rig.clock += SETTLED;
        assert!(deeds(&rig.event(Event::Due)).is_empty());
        assert!(deeds(&rig.event(Event::Command(Command::Quit))).is_empty());
    }
    let mut rig = Rig::new(1);
    ask(&mut rig, Mastering::Taste(TasteChange::Learn(None)));
    turn(&mut rig, Aspect::Bass, Step::To(1.0));
    assert_eq!(rig.state.mastering.settled_at, None);
}

/// +2 dB, of which three observations make half sure: 1 dB is heard, and a step goes on from there.
#[test]
fn what_was_learned_goes_into_plans_and_steps_go_on_from_it() {
    let (mut rig, _) = playing(1);
    let bass = Opinion { value: 2.0, set: 3, ..Opinion::default() };
    let learned = Learned { bass, ..Learned::default() };
    let asked = wanted(&kept(&mut rig, Deed::Open, learned));
    assert_eq!(asked[0].1.taste().bass_db, 1.0);
    assert_eq!(mastering::view(&rig.state).taste().bass_db, 1.0);
    let asked = wanted(&turn(&mut rig, Aspect::Bass, Step::By(0.5)));
    assert_eq!(asked[0].1.taste().bass_db, 1.5);
    let asked = wanted(&ask(&mut rig, Mastering::Taste(TasteChange::Reset)));
    assert_eq!(asked[0].1.taste().bass_db, 1.0);
    let asked = wanted(&ask(&mut rig, Mastering::Taste(TasteChange::Learn(Some(false)))));
    assert_eq!((asked[0].1.taste().bass_db, asked[0].1.learned), (0.0, None));
}

/// The seed of the tests is 99, of which the last two bits are set: A is tried, and has more.
#[test]
fn two_tastes_are_compared_as_loud_as_each_other_and_the_choice_is_learned() {
    let (mut rig, own) = playing(2);
    let pair = wanted(&prefer(&mut rig, PreferStep::Begin));
    assert_eq!(pair[0].1.tried, Some((Aspect::Bass, 1.5)));
    assert_eq!(pair[1].1.tried, Some((Aspect::Bass, 0.0)));
    assert!(pair.iter().all(|(subject, _)| subject.path == own.0.path));
    assert!(deeds(&prefer(&mut rig, PreferStep::Answer(Some(Side::A)))).is_empty());
    assert!(notice(&rig).contains("cannot be heard yet"));
    assert_eq!(told(&planned(&mut rig, &pair[0], -3.0, -14.0)), None);
    // The second only comes out at -14.5 LUFS: the first is made so much quieter.
    assert_eq!(told(&planned(&mut rig, &pair[1], -4.0, -14.5)), Some((-3.0, -0.5)));
    assert!(notice(&rig).contains("A is heard"));
    assert_eq!(told(&prefer(&mut rig, PreferStep::Hear(Some(Side::B)))), Some((-4.0, 0.0)));
    assert_eq!(told(&prefer(&mut rig, PreferStep::Hear(None))), Some((-3.0, -0.5)));
    let fx = prefer(&mut rig, PreferStep::Answer(Some(Side::A)));
    let lesson = Lesson::Preferred { aspect: Aspect::Bass, value: 1.5, over: 0.0 };
    assert_eq!(deeds(&fx), [Deed::Learn(vec![lesson])]);
    // Another pair, of something else; meanwhile what is heard is the master.
    assert_eq!(told(&fx), Some((-2.0, 0.0)));
    assert_eq!(wanted(&fx)[0].1.tried, Some((Aspect::Treble, 1.5)));
    assert_eq!(mastering::view(&rig.state).trial.unwrap().answers, 1);
    let again = wanted(&fx);
    planned(&mut rig, &again[0], -3.0, -14.0);
    planned(&mut rig, &again[1], -3.0, -14.0);
    let fx = prefer(&mut rig, PreferStep::Answer(None));
    assert_eq!(deeds(&fx), [Deed::Learn(vec![Lesson::Same { aspect: Aspect::Treble }])]);
    prefer(&mut rig, PreferStep::End);
    assert!(notice(&rig).contains("2 choices") && mastering::view(&rig.state).trial.is_none());
}

#[test]
fn a_comparison_ends_with_what_plays_and_where_there_can_be_none() {
    let mut idle = Rig::new(1);
    prefer(&mut idle, PreferStep::Begin);
    assert!(notice(&idle).contains("Nothing is mastered"));
    let (mut rig, _) = playing(2);
    for step in [PreferStep::Hear(None), PreferStep::Answer(None), PreferStep::End] {
        assert!(deeds(&prefer(&mut rig, step)).is_empty());
        assert!(notice(&rig).contains("No tastes are being compared"), "{}", notice(&rig));
    }
    let pair = wanted(&prefer(&mut rig, PreferStep::Begin));
    let (subject, wishes) = pair[1].clone();
    let plan = Err("silence".to_owned());
    rig.event(Event::MasteringPlanned { subject, wishes, stage: Stage::Last, plan });
    assert!(notice(&rig).contains("cannot be compared") && notice(&rig).contains("silence"));
    assert!(mastering::view(&rig.state).trial.is_none());
    prefer(&mut rig, PreferStep::Begin);
    rig.ask(Playback::Next(1));
    assert!(mastering::view(&rig.state).trial.is_none() && rig.state.mastering.comparison.is_none());
    ask(&mut rig, Mastering::Taste(TasteChange::Learn(Some(false))));
    rig.ask(Playback::Previous(1));
    prefer(&mut rig, PreferStep::Begin);
    assert!(rig.state.mastering.comparison.is_none());
}

#[test]
fn what_is_kept_is_asked_for_and_told() {
    let mut rig = Rig::new(1);
    let mut asked = |asked| deeds(&ask(&mut rig, Mastering::Preferences(asked)));
    assert_eq!(asked(Preferring::Rollback(3)), [Deed::Rollback(3)]);
    assert_eq!(asked(Preferring::Reset), [Deed::Reset]);
    assert_eq!(asked(Preferring::Export("/p".into())), [Deed::Export("/p".into())]);
    assert_eq!(asked(Preferring::Import("/p".into())), [Deed::Import("/p".into())]);
    assert!(asked(Preferring::Import("".into())).is_empty());
    assert!(asked(Preferring::Tell).is_empty());
    assert!(notice(&rig).starts_with("Learned of your taste: nothing yet; version 0"), "{}", notice(&rig));
    let treble = Opinion { value: -2.0, less: 2, same: 1, ..Opinion::default() };
    kept(
        &mut rig,
        Deed::Learn(vec![Lesson::Same { aspect: Aspect::Treble }]),
        Learned { treble, ..Learned::default() },
    );
    assert_eq!(notice(&rig), "Treble: no difference. Learned: -1.0 dB above 4 kHz (50 % sure)");
    let broken = Err("disk full".to_owned());
    rig.event(Event::PreferencesDone { job: None, deed: Deed::Reset, result: broken });
    assert!(notice(&rig).contains("disk full"));
    assert_eq!(rig.state.mastering.preferences.number(), 1, "it is as it was");
    let result = Ok(Box::new(Kept { versions: Versions::default(), aside: Some("/x.damaged-1".into()) }));
    rig.event(Event::PreferencesDone { job: None, deed: Deed::Open, result });
    assert!(notice(&rig).contains("/x.damaged-1"));
}
