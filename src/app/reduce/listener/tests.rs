//! The listener's stages, as (events, effects).

use std::sync::Arc;

use super::*;
use crate::app::event::Event;
use crate::app::reduce::tests::Rig;
use crate::model::command::Command;
use crate::model::settings::SoundSettings;

fn ask(rig: &mut Rig, command: Listener) -> Vec<Effect> {
    rig.event(Event::Command(Command::Listener(command)))
}

/// What the engine is told.
fn told(fx: &[Effect]) -> Option<SoundSettings> {
    fx.iter().find_map(|effect| match effect {
        Effect::Engine(EngineCommand::Sound(sound)) => Some(sound.clone()),
        _ => None,
    })
}

fn work(fx: &[Effect]) -> Option<CurveWork> {
    fx.iter().find_map(|effect| match effect {
        Effect::Curve { work, .. } => Some(work.clone()),
        _ => None,
    })
}

fn notice(rig: &Rig) -> String {
    rig.state.notice.as_ref().map(|shown| shown.notice.to_string()).unwrap_or_default()
}

#[test]
fn what_is_turned_the_engine_is_told_at_once() {
    let mut rig = Rig::new(1);
    let band = |db| Listener::EqBand { hz: 1_000.0, change: BandChange::Gain(Step::By(db), None) };
    assert!(told(&ask(&mut rig, band(1.5))).is_some_and(|sound| !sound.eq.on));
    assert!(notice(&rig).contains("`:eq on`"), "{}", notice(&rig));
    let sound = told(&ask(&mut rig, Listener::Eq(None))).unwrap();
    assert!(sound.eq.on && sound.eq.curve.bands()[5].gain_db == 1.5 && sound.eq.curve.name() == "own");
    let sound = told(&ask(&mut rig, band(1.5))).unwrap();
    assert_eq!(sound.eq.curve.bands()[5].gain_db, 3.0);
    assert!(rig.state.dirty.playback);
    let sound = told(&ask(&mut rig, Listener::EqPreset(None))).unwrap();
    assert_eq!(sound.eq.curve.name(), "flat");
    let sound = told(&ask(&mut rig, Listener::EqPreset(None))).unwrap();
    assert_eq!(*sound.eq.curve, Equaliser::preset("bass").unwrap());
    let sound = told(&ask(&mut rig, Listener::Crossfeed(None))).unwrap();
    assert_eq!(sound.crossfeed, Some(Crossfeed::Default));
    assert_eq!(told(&ask(&mut rig, Listener::Crossfeed(None))).unwrap().crossfeed, None);
    let sound = told(&ask(&mut rig, Listener::NightStrength(Change::By(20)))).unwrap();
    assert_eq!((sound.night.on, sound.night.strength.percent()), (true, 70));
    let missing = Listener::EqBand { hz: 40.0, change: BandChange::Drop };
    assert!(told(&ask(&mut rig, missing)).is_none());
    assert!(notice(&rig).contains("No band is at 40 Hz"));
}

#[test]
fn a_curve_is_read_by_a_job_and_then_heard() {
    let mut rig = Rig::new(1);
    let fx = ask(&mut rig, Listener::EqPreset(Some("mine".into())));
    assert!(told(&fx).is_none());
    let asked = work(&fx).unwrap();
    assert_eq!(asked, CurveWork::Named("mine".into()));
    let job = crate::model::id::JobId(1);
    let curve = Arc::new(Equaliser::preset("vocal").unwrap().named("mine"));
    let fx = rig.event(Event::CurveDone { job, work: asked.clone(), result: Ok(Arc::clone(&curve)) });
    let sound = told(&fx).unwrap();
    assert!(sound.eq.on && sound.eq.curve == curve);
    let fx = rig.event(Event::CurveDone { job, work: asked, result: Err("no such file".into()) });
    assert!(told(&fx).is_none() && notice(&rig).contains("no such file"));
    assert_eq!(rig.state.sound.eq.curve, curve, "it stays as it was");
}

#[test]
fn a_curve_is_kept_under_its_name() {
    let mut rig = Rig::new(1);
    let asked = work(&ask(&mut rig, Listener::EqSave("mine".into()))).unwrap();
    let CurveWork::Keep(curve) = &asked else { panic!("{asked:?}") };
    assert_eq!(**curve, Equaliser::default().named("mine"));
    let (job, result) = (crate::model::id::JobId(1), Ok(Arc::clone(curve)));
    rig.event(Event::CurveDone { job, work: asked, result });
    assert_eq!(rig.state.sound.eq.curve.name(), "mine");
    assert!(notice(&rig).contains("`:eq preset mine`"), "{}", notice(&rig));
}
