//! Mastering, as (events, effects).

use std::sync::Arc;

use super::tests::Rig;
use super::*;
use crate::engine::command::EngineCommand;
use crate::jobs::plan::{Stage, Subject};
use crate::mastering::plan::Wishes;
use crate::model::abx::Heard as Ear;
use crate::model::chain::ChainSpec;
use crate::model::command::{AbxStep, Change, Mastering, ReferenceOf, Step, TasteChange};
use crate::model::id::PlayId;
use crate::model::mastering::{Basis, Heard, Plan, PlanView, Preset};
use crate::model::reference::{Profile, Reference};
use crate::model::taste::Aspect;

fn ask(rig: &mut Rig, command: Mastering) -> Vec<Effect> {
    rig.event(Event::Command(Command::Mastering(command)))
}

fn wanted(fx: &[Effect]) -> Vec<(Arc<Subject>, Wishes)> {
    let one = |effect: &Effect| match effect {
        Effect::Plan { subject, wishes, .. } => Some((Arc::clone(subject), wishes.clone())),
        _ => None,
    };
    fx.iter().filter_map(one).collect()
}

/// What the engine is told: of which item, the gain, that of the original in its place, and how fast.
fn told(fx: &[Effect]) -> Vec<(PlayId, Option<f32>, Option<f32>, bool)> {
    let one = |effect: &Effect| match effect {
        Effect::Engine(EngineCommand::Master { play, mastered, seconds }) => {
            let gain = mastered.as_ref().map(|mastered| mastered.spec.gain_db);
            Some((*play, gain, mastered.as_ref().and_then(|mastered| mastered.original_db), *seconds > 0.0))
        }
        _ => None,
    };
    fx.iter().filter_map(one).collect()
}

/// By so many dB, of sound that is as loud as that and peaks at full scale.
fn plan(gain_db: f32, lufs: f32, basis: Basis) -> Plan {
    Plan {
        spec: ChainSpec { gain_db, ..ChainSpec::default() },
        moves: Vec::new(),
        basis,
        source: Heard { lufs, true_peak_db: 0.0, range_lu: Ok(4.0) },
        asked_lufs: -14.0,
        aim_lufs: lufs + gain_db,
        range_change_lu: 1.0,
        proved: false,
    }
}

fn planned(rig: &mut Rig, (subject, wishes): &(Arc<Subject>, Wishes), plan: Plan) -> Vec<Effect> {
    let subject = Arc::clone(subject);
    rig.event(Event::MasteringPlanned {
        subject,
        wishes: wishes.clone(),
        stage: Stage::First,
        plan: Ok(Box::new(plan)),
    })
}

#[test]
fn what_plays_and_what_follows_are_planned_once_it_is_on() {
    let mut rig = Rig::new(3);
    assert!(wanted(&rig.ask(Playback::Play)).is_empty(), "it is off");
    rig.started();
    let asked = wanted(&ask(&mut rig, Mastering::On(None)));
    let paths: Vec<_> = asked.iter().map(|(subject, _)| subject.path.display().to_string()).collect();
    assert_eq!(paths, ["/m/0.flac", "/m/1.flac"]);
    assert!(wanted(&rig.event(Event::Due)).is_empty(), "each is asked for once");
    let (current, next) = (rig.playing(), rig.next().unwrap());
    // What plays gets there slowly, what follows is so from its first frame on.
    assert_eq!(
        told(&planned(&mut rig, &asked[0], plan(-3.0, -11.0, Basis::Track))),
        [(current, Some(-3.0), None, true)]
    );
    assert_eq!(
        told(&planned(&mut rig, &asked[1], plan(-4.0, -10.0, Basis::Track))),
        [(next, Some(-4.0), None, false)]
    );
    assert_eq!(
        told(&ask(&mut rig, Mastering::On(Some(false)))),
        [(current, None, None, false), (next, None, None, false)]
    );
    assert_eq!(super::mastering::view(&rig.state).plan, PlanView::None);
}

#[test]
fn what_is_turned_makes_another_plan_and_an_answer_to_the_one_before_is_dropped() {
    let mut rig = Rig::new(1);
    ask(&mut rig, Mastering::On(Some(true)));
    let first = wanted(&rig.ask(Playback::Play));
    rig.started();
    let second = wanted(&ask(&mut rig, Mastering::Preset(Some(Preset::Warm))));
    assert_eq!(second[0].1.settings.preset, Preset::Warm);
    assert!(told(&planned(&mut rig, &first[0], plan(-9.0, -5.0, Basis::Track))).is_empty());
    let fx = planned(&mut rig, &second[0], plan(-2.0, -12.0, Basis::Track));
    assert_eq!(told(&fx).iter().map(|told| told.1).collect::<Vec<_>>(), [Some(-2.0)]);
    for (change, percent) in
        [(Change::By(-30), 70), (Change::By(-90), 0), (Change::To(40), 40), (Change::By(90), 100)]
    {
        ask(&mut rig, Mastering::Intensity(change));
        assert_eq!(rig.state.mastering.settings.intensity.percent(), percent);
    }
    ask(&mut rig, Mastering::Intensity(Change::To(0)));
    assert_eq!(super::mastering::of(&rig.state, rig.state.queue.current().unwrap().id), None);
}

/// -14 of -11 LUFS is 3 dB less: so is the original that is heard in its place. Raised by 4 dB it would clip: both are
/// lowered.
#[test]
fn the_original_is_as_loud_as_the_master_and_never_clips() {
    let mut rig = Rig::new(1);
    ask(&mut rig, Mastering::On(Some(true)));
    let asked = wanted(&rig.ask(Playback::Play));
    rig.started();
    assert!(told(&ask(&mut rig, Mastering::Original(None))).is_empty(), "there is no plan yet");
    planned(&mut rig, &asked[0], plan(-3.0, -11.0, Basis::Track));
    let play = rig.playing();
    assert_eq!(told(&ask(&mut rig, Mastering::Original(None))), [(play, Some(-3.0), Some(-3.0), false)]);
    assert!(super::mastering::view(&rig.state).original);
    assert_eq!(told(&ask(&mut rig, Mastering::Original(None))), [(play, Some(-3.0), None, false)]);
    planned(&mut rig, &asked[0], plan(4.0, -18.0, Basis::Track));
    let view = super::mastering::view(&rig.state);
    assert!((view.trim_db + 4.0).abs() < 1e-6 && !view.original);
}

#[test]
fn a_plan_that_fails_leaves_the_sound_and_says_why() {
    let mut rig = Rig::new(1);
    ask(&mut rig, Mastering::On(Some(true)));
    let asked = wanted(&rig.ask(Playback::Play));
    let (subject, wishes) = asked[0].clone();
    let plan = Err("silence".to_owned());
    let fx = rig.event(Event::MasteringPlanned { subject, wishes, stage: Stage::Last, plan });
    assert!(told(&fx).is_empty());
    assert_eq!(super::mastering::view(&rig.state).plan, PlanView::Failed("silence".into()));
    rig.engine(crate::engine::command::EngineEvent::MasteringFailed { play: rig.playing() });
    assert!(rig.state.notice.as_ref().unwrap().notice.to_string().contains("heard as it is"));
}

/// In a blind test the ear hears what the test says, and nobody is told what X is.
#[test]
fn a_blind_test_counts_answers_and_ends_with_a_p_value() {
    let mut rig = Rig::new(1);
    ask(&mut rig, Mastering::On(Some(true)));
    let asked = wanted(&rig.ask(Playback::Play));
    rig.started();
    planned(&mut rig, &asked[0], plan(-3.0, -11.0, Basis::Track));
    let step = |rig: &mut Rig, step| ask(rig, Mastering::Abx(step));
    step(&mut rig, AbxStep::Begin);
    let heard = |rig: &Rig| {
        let (_, mastered) = rig.state.mastering.told[0];
        mastered.unwrap().original_db.is_some()
    };
    let x_is_b = heard(&rig);
    assert_eq!(x_is_b, 99 & 1 == 1, "the seed of the tests");
    step(&mut rig, AbxStep::Hear(Ear::A));
    assert!(!heard(&rig));
    step(&mut rig, AbxStep::Hear(Ear::B));
    assert!(heard(&rig));
    assert!(!super::mastering::view(&rig.state).original, "not told");
    for is_b in [true, true, false, true, true] {
        step(&mut rig, AbxStep::Answer { is_b });
    }
    let abx = super::mastering::view(&rig.state).abx.unwrap();
    assert_eq!((abx.right, abx.trials), (4, 5));
    // 6 of 32 ways.
    assert!((abx.p_value() - 0.1875).abs() < 1e-9);
    step(&mut rig, AbxStep::End);
    assert!(super::mastering::view(&rig.state).abx.is_none() && !heard(&rig));
}

#[test]
fn taste_goes_into_the_next_plan_and_stays_within_its_bounds() {
    let mut rig = Rig::new(1);
    ask(&mut rig, Mastering::On(Some(true)));
    rig.ask(Playback::Play);
    let bass = |step| Mastering::Taste(TasteChange::Turn(Aspect::Bass, step));
    let asked = wanted(&ask(&mut rig, bass(Step::By(2.0))));
    assert_eq!(asked[0].1.settings.taste.bass_db, Some(2.0));
    ask(&mut rig, bass(Step::By(2.0)));
    assert_eq!(rig.state.mastering.settings.taste.bass_db, Some(3.0));
    ask(&mut rig, Mastering::Taste(TasteChange::Turn(Aspect::Density, Step::To(-2.0))));
    assert_eq!(rig.state.mastering.settings.taste.density, Some(-1.0));
    ask(&mut rig, Mastering::Taste(TasteChange::Reset));
    assert_eq!(rig.state.mastering.settings.taste, Default::default());
}

/// A reference is measured by a job; plans are made anew by it, and without it when it is let go. A later one voids the one
/// before it.
#[test]
fn a_reference_is_measured_and_matched_until_it_is_let_go() {
    let mut rig = Rig::new(3);
    rig.ask(Playback::Play);
    rig.started();
    ask(&mut rig, Mastering::On(Some(true)));
    let asked = |fx: &[Effect]| {
        let one = |effect: &Effect| match effect {
            Effect::MeasureReference { paths, cancel, .. } => Some((paths.clone(), cancel.clone())),
            _ => None,
        };
        fx.iter().find_map(one)
    };
    let fx = ask(&mut rig, Mastering::Reference(ReferenceOf::This));
    let (paths, first) = asked(&fx).unwrap();
    assert_eq!(paths.len(), 1);
    let fx = ask(&mut rig, Mastering::Reference(ReferenceOf::Files(vec!["/a".into(), "/b".into()])));
    let (paths, second) = asked(&fx).unwrap();
    assert_eq!(paths, ["/a", "/b"].map(std::path::PathBuf::from));
    assert!(first.is_cancelled() && !second.is_cancelled());
    let profile = Profile { mid_db: [-30.0; 31], side_db: [-40.0; 31] };
    let found = |name: &str| Box::new(Reference { name: name.into(), tracks: 2, profile, lufs: -12.0 });
    let fx = rig.event(Event::ReferenceMeasured { cancel: first, found: Ok(found("late")) });
    assert!(wanted(&fx).is_empty() && rig.state.mastering.reference.is_none());
    let fx = rig.event(Event::ReferenceMeasured { cancel: second, found: Ok(found("loud")) });
    let plans = wanted(&fx);
    assert_eq!(plans[0].1.reference.as_ref().unwrap().name, "loud");
    assert_eq!(mastering::view(&rig.state).reference.unwrap().lufs, -12.0);
    let fx = ask(&mut rig, Mastering::Reference(ReferenceOf::Files(Vec::new())));
    assert!(asked(&fx).is_none(), "no file was named");
    let fx = ask(&mut rig, Mastering::Reference(ReferenceOf::Nobody));
    assert!(wanted(&fx)[0].1.reference.is_none());
}
