//! Commands and facts in any order, against an engine that does what it is told: after each step both agree on what plays,
//! what follows and whether it is paused, and the last intent has won. No clock but a number.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use super::tests::{Rig, format};
use super::*;
use crate::engine::command::{EngineCommand, EngineEvent, Place, Reason};
use crate::model::command::{AbLoop, History, Items, Queue, Seek, Target, VolumeChange};
use crate::model::id::{JobId, PlayId};
use crate::model::playback::{PlayState, Repeat, StopAfter};
use crate::model::player::Position;

/// How many commands and facts; more with `AURALIS_SOAK=10000000`.
const STEPS: u64 = 20_000;
/// No longer a queue is made by adding.
const MOST_ITEMS: usize = 60;

struct Chance(u64);

impl Chance {
    fn below(&mut self, most: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % most
    }
}

/// What an engine would have: it begins and joins what it was told, and tells of it when the soak says so.
#[derive(Debug, Default)]
struct Ear {
    current: Option<PlayId>,
    next: Option<PlayId>,
    paused: bool,
    begun: bool,
    frame: u64,
    /// The greatest number that was ever loaded or told to follow.
    newest: u64,
    sent: u64,
}

impl Ear {
    fn obey(&mut self, command: &EngineCommand) {
        self.sent += 1;
        match command {
            EngineCommand::Load { item, place, paused } => {
                assert!(item.play.0 >= self.newest, "{:?} after {}", item.play, self.newest);
                self.newest = item.play.0;
                (self.current, self.next) = (Some(item.play), None);
                (self.paused, self.begun) = (*paused, false);
                self.go_to(*place);
            }
            EngineCommand::SetNext(next) => {
                self.next = next.as_ref().map(|next| next.play).filter(|_| self.current.is_some());
                self.newest = self.newest.max(next.as_ref().map_or(0, |next| next.play.0));
            }
            EngineCommand::Play => self.paused = false,
            EngineCommand::Pause => self.paused = true,
            EngineCommand::Seek(place) => self.go_to(*place),
            EngineCommand::Stop => (self.current, self.next) = (None, None),
            _ => {}
        }
    }

    fn go_to(&mut self, place: Place) {
        let length = format().frames.unwrap();
        let frame = match place {
            Place::Start => 0,
            Place::Time(time) => (time.as_secs_f64() * 44_100.0) as u64,
            Place::Frame(frame) => frame,
            Place::Fraction(part) => (part * length as f64) as u64,
        };
        self.frame = frame.min(length);
    }
}

struct Soak {
    rig: Rig,
    ear: Ear,
    chance: Chance,
    log: std::collections::VecDeque<String>,
}

impl Soak {
    fn new(seed: u64) -> Self {
        Self { rig: Rig::new(12), ear: Ear::default(), chance: Chance(seed), log: Default::default() }
    }

    fn event(&mut self, event: Event) {
        if self.log.len() == 60 {
            self.log.pop_front();
        }
        self.log.push_back(format!("{event:?}"));
        self.rig.clock += Duration::from_millis(self.chance.below(700));
        self.rig.heard = self.ear.current.map(|play| Position { play, frame: self.ear.frame, rate: 44_100 });
        for effect in self.rig.event(event) {
            if let Effect::Engine(command) = effect {
                self.log.push_back(format!("  {command:?}"));
                self.ear.obey(&command);
            }
        }
    }

    fn command(&mut self, command: Command) {
        self.event(Event::Command(command));
    }

    fn item(&mut self) -> Items {
        let items = self.rig.state.queue.items().len() as u64;
        Items::Positions(
            (0..=self.chance.below(3)).map(|_| 1 + self.chance.below(items + 2) as usize).collect(),
        )
    }

    fn playback(&mut self) -> Playback {
        let many = self.chance.below(4) as u32;
        let seconds = Duration::from_secs(self.chance.below(120));
        match self.chance.below(18) {
            0 | 1 => Playback::Play,
            2 | 3 => Playback::Pause,
            4 => Playback::Toggle,
            5 => Playback::Stop,
            6 | 7 => Playback::Next(many),
            8 => Playback::Previous(many),
            9 => Playback::Seek(Seek::To(seconds)),
            10 => Playback::Seek(Seek::Forward(seconds)),
            11 => Playback::Seek(Seek::Back(seconds)),
            12 => Playback::Volume(VolumeChange::To(self.chance.below(101) as u8)),
            13 => Playback::StopAfter(Some(match many {
                0 => StopAfter::Track,
                1 => StopAfter::Album,
                _ => StopAfter::Off,
            })),
            14 => Playback::Repeat(Some(match many {
                0 => Repeat::One,
                1 => Repeat::All,
                _ => Repeat::Off,
            })),
            15 => Playback::Consume(Some(many == 0)),
            16 => Playback::Shuffle(None),
            _ => Playback::AbLoop(AbLoop::Next),
        }
    }

    fn edit(&mut self) -> Queue {
        let by = self.chance.below(9) as i32 - 4;
        match self.chance.below(9) {
            0 | 1 => Queue::Jump(self.item()),
            2 | 3 => Queue::Remove(self.item()),
            4 => Queue::Move(self.item(), by),
            5 => Queue::Reverse,
            6 => Queue::Dedupe,
            7 => Queue::MoveTo(self.item(), self.chance.below(20) as usize + 1),
            _ if by == 0 => Queue::Clear,
            _ => Queue::Crop(self.item()),
        }
    }

    /// Whatever an engine may tell of what it has.
    fn fact(&mut self) {
        let Some(play) = self.ear.current else {
            return;
        };
        let error = || "it is damaged".to_owned();
        match self.chance.below(9) {
            0..4 if !self.ear.begun => {
                self.ear.begun = true;
                self.event(Event::Engine(EngineEvent::Started { play, format: format(), at: 0 }));
            }
            4 if !self.ear.begun => {
                (self.ear.current, self.ear.next) = (None, None);
                self.event(Event::Engine(EngineEvent::Failed { play, error: error(), was_heard: false }));
            }
            _ if self.ear.paused || !self.ear.begun => {}
            5 => {
                self.ear.paused = true;
                self.event(Event::Engine(EngineEvent::PausedItself(Reason::Unplugged)));
            }
            6 if self.ear.next.is_some() => {
                let to = self.ear.next.take().unwrap();
                (self.ear.current, self.ear.frame) = (Some(to), 0);
                self.event(Event::Engine(EngineEvent::Crossed { from: play, to, format: format(), at: 0 }));
            }
            6 => {
                self.ear.current = None;
                self.event(Event::Engine(EngineEvent::Ended { play }));
            }
            7 => {
                let play = self.ear.next.take();
                play.into_iter().for_each(|play| {
                    self.event(Event::Engine(EngineEvent::Failed { play, error: error(), was_heard: false }));
                });
            }
            _ => self.ear.frame = (self.ear.frame + 44_100).min(format().frames.unwrap()),
        }
    }

    /// Of plays that are over.
    fn late_fact(&mut self) {
        let known = [self.ear.current, self.ear.next];
        let play = PlayId(self.chance.below(self.ear.newest + 1));
        if known.contains(&Some(play)) {
            return;
        }
        let sent = self.ear.sent;
        let event = match self.chance.below(4) {
            0 => EngineEvent::Started { play, format: format(), at: 0 },
            1 => EngineEvent::Ended { play },
            2 => EngineEvent::Seeked { play, frame: 7 },
            _ => EngineEvent::Crossed { from: play, to: play, format: format(), at: 0 },
        };
        let playing = self.rig.state.playback.playing;
        self.event(Event::Engine(event));
        assert_eq!((playing, sent), (self.rig.state.playback.playing, self.ear.sent), "a late fact counts");
    }

    fn step(&mut self) {
        match self.chance.below(20) {
            0..8 => {
                let command = self.playback();
                self.command(Command::Playback(command.clone()));
                self.last_intent_won(&command);
            }
            8..11 => {
                let command = self.edit();
                self.command(Command::Queue(command));
            }
            11 => {
                let many = 1 + self.chance.below(3) as u32;
                let undo = self.chance.below(2) == 0;
                self.command(Command::History(if undo { History::Undo(many) } else { History::Redo(many) }));
            }
            12 => self.late_fact(),
            13 => self.grow(),
            _ => self.fact(),
        }
        self.agree();
    }

    fn grow(&mut self) {
        if self.rig.state.queue.items().len() < MOST_ITEMS {
            let more = (0..1 + self.chance.below(5)).map(|n| PathBuf::from(format!("/m/{n}.flac")));
            let files: Vec<PathBuf> = more.collect();
            let job = JobId(self.rig.state.fresh_job().0 + 1);
            self.command(Command::Queue(Queue::Append(Target::Paths(files.clone()))));
            self.event(Event::Expanded(Expanded { job, files, problems: Vec::new() }));
        }
    }

    fn last_intent_won(&self, command: &Playback) {
        let playback = &self.rig.state.playback;
        let sounds = matches!(playback.state, PlayState::Playing | PlayState::Opening);
        match command {
            Playback::Play => {
                assert!(sounds || self.rig.state.queue.in_order().is_empty() || !playback.broken.is_empty())
            }
            Playback::Pause => assert!(!sounds),
            Playback::Stop => assert_eq!((playback.state, self.ear.current), (PlayState::Stopped, None)),
            Playback::Volume(VolumeChange::To(percent)) => {
                assert_eq!(playback.volume.percent(), *percent);
            }
            _ => {}
        }
    }

    fn agree(&self) {
        let (state, playback) = (&self.rig.state, &self.rig.state.playback);
        assert_eq!(self.ear.current, playback.playing.map(|playing| playing.play), "what plays");
        if self.ear.current.is_some() {
            assert_eq!(self.ear.next, playback.next.map(|next| next.play), "what follows");
            assert_eq!(self.ear.paused, playback.state == PlayState::Paused, "{:?}", playback.state);
            assert_ne!(playback.state, PlayState::Stopped);
        } else {
            assert!(matches!(playback.state, PlayState::Stopped | PlayState::Paused), "{:?}", playback.state);
        }
        if let Some(current) = state.queue.current() {
            assert!(state.queue.index_of(current.id).is_some());
        }
    }
}

#[test]
fn commands_and_facts_in_any_order_leave_core_and_engine_of_one_mind() {
    let steps = std::env::var("AURALIS_SOAK").ok().and_then(|steps| steps.parse().ok()).unwrap_or(STEPS);
    let began = Instant::now();
    let mut done = 0;
    let mut seed = 1;
    while done < steps {
        let mut soak = Soak::new(seed);
        for _ in 0..1_000 {
            let stepped = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| soak.step()));
            if let Err(cause) = stepped {
                let log = Vec::from(std::mem::take(&mut soak.log)).join("\n");
                eprintln!("seed {seed}:\n{log}");
                std::panic::resume_unwind(cause);
            }
            done += 1;
        }
        seed += 1;
    }
    println!("{done} steps in {:?}", began.elapsed());
}
