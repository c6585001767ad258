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

fn convolved(fx: &[Effect]) -> Option<Option<Arc<ImpulseResponse>>> {
    fx.iter().find_map(|effect| match effect {
        Effect::Engine(EngineCommand::Impulse(response)) => Some(response.clone()),
        _ => None,
    })
}

#[test]
fn an_impulse_response_is_read_first_then_heard_and_comes_back_when_it_is_turned_on_again() {
    let mut rig = Rig::new(1);
    assert!(ask(&mut rig, Listener::Impulse(ImpulseChange::Toggle)).is_empty());
    assert!(notice(&rig).contains("`:impulse FILE`"), "{}", notice(&rig));
    let fx = ask(&mut rig, Listener::Impulse(ImpulseChange::File("/i/room.wav".into())));
    let Some(Effect::ReadImpulse { job, path, rate: None }) = fx.first().cloned() else { panic!("{fx:?}") };
    assert_eq!(convolved(&fx), None, "what was heard is heard on");
    let response = Arc::new(ImpulseResponse::new(48_000, 1, &[1.0]).unwrap());
    let facts = Arc::new(Impulse {
        name: "room.wav".into(),
        rate: 48_000,
        channels: 1,
        length: std::time::Duration::from_millis(250),
        gain_db: -3.0,
    });
    let result = Ok((Arc::clone(&response), Arc::clone(&facts)));
    let fx = rig.event(Event::ImpulseRead { job, path: path.clone(), result });
    assert_eq!(convolved(&fx), Some(Some(Arc::clone(&response))));
    assert_eq!(told(&fx).unwrap().impulse, Some(facts));
    assert!(notice(&rig).contains("room.wav, 0.25 s, turned by -3.0 dB"), "{}", notice(&rig));
    let fx = ask(&mut rig, Listener::Impulse(ImpulseChange::Toggle));
    assert!(convolved(&fx) == Some(None) && told(&fx).unwrap().impulse.is_none());
    let fx = ask(&mut rig, Listener::Impulse(ImpulseChange::Toggle));
    assert!(convolved(&fx) == Some(Some(response)) && told(&fx).unwrap().impulse.is_some());
    // One that cannot be read leaves it as it was; one that comes after `off` comes too late.
    let fx = ask(&mut rig, Listener::Impulse(ImpulseChange::File("/i/b.wav".into())));
    let Some(Effect::ReadImpulse { job, .. }) = fx.first().cloned() else { panic!("{fx:?}") };
    let fx = rig.event(Event::ImpulseRead { job, path: path.clone(), result: Err("no such file".into()) });
    assert_eq!(convolved(&fx), None);
    assert!(notice(&rig).contains("no such file") && rig.state.sound.impulse.is_some());
    let fx = ask(&mut rig, Listener::Impulse(ImpulseChange::File("/i/b.wav".into())));
    let Some(Effect::ReadImpulse { job, .. }) = fx.first().cloned() else { panic!("{fx:?}") };
    ask(&mut rig, Listener::Impulse(ImpulseChange::Off));
    let other = Arc::new(ImpulseResponse::new(48_000, 1, &[0.5]).unwrap());
    let facts = rig.state.impulse.clone().unwrap().1;
    assert!(rig.event(Event::ImpulseRead { job, path, result: Ok((other, facts)) }).is_empty());
    assert!(rig.state.sound.impulse.is_none());
}
