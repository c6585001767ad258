//! The listener's own stages in what plays: what is heard is what they make of the samples, they come and go while it
//! plays, and the way tells of them.

use std::sync::Arc;

use auralis::dsp::impulse::ImpulseResponse;
use auralis::dsp::limiter::Limiter;
use auralis::dsp::listener::Listener;
use auralis::engine::command::{EngineCommand, EngineEvent};
use auralis::engine::output::capture::Pace;
use auralis::model::equaliser::{EqSettings, Equaliser};
use auralis::model::impulse::Impulse;
use auralis::model::mastering::Intensity;
use auralis::model::settings::{Crossfeed, NightMode, SoundSettings};
use auralis::model::signal::{SignalPath, StageKind, Verdict};

use crate::rig::{Fake, Rig};

fn shaped() -> SoundSettings {
    SoundSettings {
        eq: EqSettings { on: true, curve: Arc::new(Equaliser::preset("loudness").unwrap()) },
        crossfeed: Some(Crossfeed::Default),
        impulse: Some(told_of()),
        night: NightMode { on: true, strength: Intensity::new(60) },
        ..SoundSettings::default()
    }
}

/// A response of 0.2 s at another rate than the sound's.
fn impulse() -> Arc<ImpulseResponse> {
    let taps = Fake::noise(32_000, 1, 6_400, 9).samples;
    Arc::new(ImpulseResponse::new(32_000, 1, &taps).unwrap())
}

fn told_of() -> Arc<Impulse> {
    let length = std::time::Duration::from_millis(200);
    Arc::new(Impulse { name: "room".into(), rate: 32_000, channels: 1, length, gain_db: 0.0 })
}

/// What the stages make of all that is heard, and the limiter behind them.
fn expected(rate: u32, channels: u16, samples: &[f32]) -> Vec<f32> {
    let mut samples = samples.to_vec();
    let mut listener = Listener::new(rate, channels, &shaped());
    listener.convolve(Some(&impulse()));
    listener.reset();
    listener.process(&mut samples);
    let count = usize::from(channels);
    let (mut limiter, mut fed, mut out) = (Limiter::new(rate, count, -1.0), 0, Vec::new());
    while fed < samples.len() {
        fed += limiter.feed(&samples[fed..]) * count;
        out.extend_from_slice(limiter.ready());
        limiter.consume(limiter.ready().len() / count);
    }
    limiter.finish();
    while limiter.drain() {
        out.extend_from_slice(limiter.ready());
        limiter.consume(limiter.ready().len() / count);
    }
    out
}

#[test]
fn what_is_heard_is_what_the_stages_make_of_the_samples_over_a_join() {
    for (rate, channels) in [(44_100, 2), (48_000, 1), (96_000, 6)] {
        let rig = Rig::new(Pace::Free, None);
        rig.engine.send(EngineCommand::Impulse(Some(impulse())));
        rig.engine.send(EngineCommand::Sound(shaped()));
        let (one, two) = (Fake::noise(rate, channels, 30_011, 1), Fake::noise(rate, channels, 20_003, 2));
        rig.add("1", &one);
        rig.add("2", &two);
        rig.load(1, "1");
        rig.next(2, "2");
        rig.wait_ended(2);
        let all = [&one.samples[..], &two.samples[..]].concat();
        let (got, expected) = (rig.end(), expected(rate, channels, &all));
        assert_eq!(got.len(), expected.len(), "{rate} {channels}");
        assert!(got == expected, "{rate} {channels}");
    }
}

#[test]
fn they_come_and_go_while_it_plays_and_the_way_tells() {
    let rig = Rig::new(Pace::RealTime, None);
    rig.add("1", &Fake::noise(48_000, 2, 4_800_000, 1));
    rig.load(1, "1");
    let told = |what: &str, is_it: &dyn Fn(&SignalPath) -> bool| {
        rig.wait_for(what, |event| matches!(event, EngineEvent::Signal(path) if is_it(path)));
    };
    told("the file as it is", &|path| path.verdict() == Verdict::BitPerfect);
    rig.engine.send(EngineCommand::Impulse(Some(impulse())));
    rig.engine.send(EngineCommand::Sound(shaped()));
    let stages = vec![
        StageKind::Equaliser,
        StageKind::Crossfeed,
        StageKind::Impulse,
        StageKind::Night,
        StageKind::Limiter,
    ];
    told("the stages", &|path| path.verdict() == Verdict::Changed(stages.clone()));
    rig.engine.send(EngineCommand::Impulse(None));
    let flat = EqSettings { on: true, ..EqSettings::default() };
    rig.engine.send(EngineCommand::Sound(SoundSettings { eq: flat, ..SoundSettings::default() }));
    told("the file as it is again", &|path| path.verdict() == Verdict::BitPerfect);
}
