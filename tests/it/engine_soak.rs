//! Commands in any order, to an engine whose output takes sound as fast as it comes: whatever was asked before, the last
//! intent wins, and what it asks for is heard to the last sample and nothing behind it.

use auralis::engine::command::{EngineCommand, EngineEvent, Place};
use auralis::engine::output::capture::Pace;
use auralis::model::audio::Spec;
use auralis::model::id::PlayId;
use std::time::Duration;

use crate::rig::{Fake, Rig, item};

/// How many commands; more with `AURALIS_SOAK=1000000`.
const COMMANDS: u64 = 3_000;
/// What one engine is asked before another one is begun: what it played is kept.
const AN_ENGINE: u64 = 1_000;
/// Frames in which sound comes back after a pause.
const HELD_FADE: usize = 441;
const SPEC: Spec = Spec { rate: 44_100, channels: 2 };
const NAMES: [&str; 6] = ["short", "long", "one frame", "slow", "breaks", "none"];

struct Chance(u64);

impl Chance {
    fn below(&mut self, most: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % most
    }

    fn of<T: Copy>(&mut self, all: &[T]) -> T {
        all[usize::try_from(self.below(all.len() as u64)).unwrap()]
    }

    fn place(&mut self) -> Place {
        match self.below(5) {
            0 => Place::Start,
            1 => Place::Time(Duration::from_millis(self.below(1_500))),
            2 => Place::Frame(self.below(60_000)),
            3 => Place::Fraction(self.below(1_001) as f64 / 1_000.0),
            _ => Place::Frame(u64::MAX),
        }
    }

    /// With the number of the play that it is about, if it begins one.
    fn command(&mut self, plays: &mut u64) -> EngineCommand {
        let mut new = || {
            *plays += 1;
            *plays
        };
        match self.below(12) {
            0..3 => EngineCommand::Load {
                item: item(new(), self.of(&NAMES)),
                place: self.place(),
                paused: self.below(3) == 0,
            },
            3..5 => EngineCommand::SetNext(Some(item(new(), self.of(&NAMES)))),
            5 => EngineCommand::SetNext(None),
            6 => EngineCommand::Play,
            7 => EngineCommand::Pause,
            8..10 => EngineCommand::Seek(self.place()),
            10 => {
                let begin = self.below(20_000);
                let range = begin..begin + 1 + self.below(4_000);
                EngineCommand::Loop((self.below(3) > 0).then_some(range))
            }
            _ => EngineCommand::Stop,
        }
    }
}

fn sources() -> [(&'static str, Fake); 5] {
    let noise = |frames, seed| Fake::noise(SPEC.rate, SPEC.channels, frames, seed);
    [
        ("short", noise(3_001, 1)),
        ("long", noise(50_000, 2)),
        ("one frame", noise(1, 3)),
        ("slow", Fake { takes: Duration::from_micros(300), piece: 256, ..noise(4_000, 4) }),
        ("breaks", Fake { breaks_at: Some(2_000), ..noise(9_000, 5) }),
    ]
}

/// No fact of an item that nobody asked for, and none that was taken back: their numbers only grow.
fn newest(told: EngineEvent, newest: u64, asked: u64) -> u64 {
    let play = match told {
        EngineEvent::Started { play, .. }
        | EngineEvent::Seeked { play, .. }
        | EngineEvent::Ended { play } => play.0,
        EngineEvent::Crossed { from, to, .. } => {
            assert!(from < to, "{from:?} to {to:?}");
            to.0
        }
        EngineEvent::OutputEnded { why, .. } => panic!("the output ended: {why}"),
        EngineEvent::MasteringFailed { .. } | EngineEvent::PausedItself(_) | EngineEvent::Gone => {
            panic!("{told:?}")
        }
        _ => return newest,
    };
    assert!((newest..=asked).contains(&play), "{play} after {newest}, asked up to {asked}");
    play
}

/// Asks for so much, ends with an item and the one that follows, and hears them whole.
fn round(rig: &Rig, chance: &mut Chance, plays: &mut u64) -> u64 {
    let sources = sources();
    let asked = 1 + chance.below(20);
    for _ in 0..asked {
        let command = chance.command(plays);
        rig.send(command);
        if chance.below(4) == 0 {
            std::thread::sleep(Duration::from_micros(chance.below(2_000)));
        }
    }
    // Those that are heard whole.
    let [(first, one), (second, other)] =
        [0; 2].map(|_| sources[usize::try_from(chance.below(4)).unwrap()].clone());
    let (play, next) = (*plays + 1, *plays + 2);
    *plays = next;
    let paused = chance.below(2) == 0;
    rig.load_at(play, first, Place::Start, paused);
    rig.next(next, second);
    let mut heard = 0;
    if paused {
        let before = rig.wait_for("it stands ready", |event| {
            heard = newest(event.clone(), heard, next);
            matches!(event, EngineEvent::Started { play: begun, .. } if begun.0 == play)
        });
        assert!(matches!(before, EngineEvent::Started { .. }));
        let silent = rig.events_within(Duration::from_millis(2));
        let is_quiet =
            |event: &EngineEvent| !matches!(event, EngineEvent::Crossed { .. } | EngineEvent::Ended { .. });
        assert!(silent.iter().all(is_quiet), "it was to be paused: {silent:?}");
        rig.send(EngineCommand::Play);
    }
    let ended = EngineEvent::Ended { play: PlayId(next) };
    rig.wait_for("the end of what was asked last", |event| {
        heard = newest(event.clone(), heard, next);
        if matches!(event, EngineEvent::Crossed { to, .. } if to.0 == next) {
            rig.send(EngineCommand::SetNext(None));
        }
        *event == ended
    });
    let samples = rig.capture.samples();
    let wanted = [&one.samples[..], &other.samples].concat();
    let tail = &samples[samples.len().saturating_sub(wanted.len())..];
    assert_eq!(tail.len(), wanted.len(), "{first}, then {second}");
    // What was held is faded in.
    let faded = if paused { HELD_FADE * usize::from(SPEC.channels) } else { 0 };
    let differs = tail.iter().zip(&wanted).skip(faded).position(|(heard, wanted)| heard != wanted);
    assert_eq!(differs, None, "{first}, then {second}, paused: {paused}");
    asked
}

#[test]
fn whatever_was_asked_the_last_intent_is_heard_to_its_last_sample() {
    let commands =
        std::env::var("AURALIS_SOAK").ok().and_then(|count| count.parse().ok()).unwrap_or(COMMANDS);
    let mut chance = Chance(0x5eed);
    let mut asked = 0;
    while asked < commands {
        let rig = Rig::new(Pace::Free, Some(SPEC));
        sources().iter().for_each(|(name, fake)| rig.add(name, fake));
        let (mut plays, mut here) = (0, 0);
        while here < AN_ENGINE.min(commands - asked) {
            here += round(&rig, &mut chance, &mut plays);
        }
        asked += here;
        rig.end();
    }
    assert!(asked >= commands);
}
