//! `auralis play`: a list of files through the engine to its end, without screen, queue or store.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Duration;

use super::log::{self, LogRun};
use super::{BootError, panic};
use crate::app::queue::{Queue, Traits, unresolved};
use crate::app::wording;
use crate::engine::command::{Context, EngineCommand, EngineEvent, Item, Place, Reason};
use crate::engine::output::Outputs;
use crate::engine::{Engine, EngineHandle};
use crate::model::audio::Spec;
use crate::model::id::PlayId;
use crate::model::job::CancelToken;
use crate::model::notice::Notice;
use crate::model::part;
use crate::model::playback::Shuffle;
use crate::model::player::Position;
use crate::model::settings::{NetworkSettings, OutputSettings, OutputSpec, SoundSettings};
use crate::model::snapshot::{OutputState, StreamView};
use crate::model::track::AudioFormat;

/// How often progress is told.
const PROGRESS: Duration = Duration::from_millis(250);
/// What the end waits for the engine.
const SHUTDOWN: Duration = Duration::from_secs(3);

#[derive(Debug)]
pub struct PlayRun {
    pub output: OutputSettings,
    pub network: NetworkSettings,
    pub sound: SoundSettings,
    /// What all sound is convolved with.
    pub impulse: Option<PathBuf>,
    pub files: Vec<PathBuf>,
    /// Where the first file begins.
    pub start: Duration,
    pub shuffle: Shuffle,
    /// Raised from outside to end the playing.
    pub stop: Arc<AtomicBool>,
    pub log: LogRun,
}

/// What happens on the way.
#[derive(Debug)]
pub enum PlayEvent {
    Progress { path: PathBuf, at: Duration, of: Option<Duration>, stream: Option<StreamView> },
    Ended(PlayedTrack),
    Told(Notice),
}

/// A file that is over, or never began.
#[derive(Debug)]
pub struct PlayedTrack {
    pub path: PathBuf,
    /// `None`: nothing of it was heard.
    pub played: Option<Played>,
    pub error: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Played {
    /// Frames decoded, at the file's own rate.
    pub frames: u64,
    pub spec: Spec,
    /// Frame of the output that it begins with.
    pub started_at_frame: u64,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PlayTotal {
    /// Frames given to the output.
    pub frames: u64,
    pub underruns: u64,
}

/// Plays everything, telling `on_event`; returns when the last frame was heard or the flag was raised.
pub fn play(run: PlayRun, on_event: &mut dyn FnMut(PlayEvent)) -> Result<PlayTotal, BootError> {
    log::start(&run.log)?;
    panic::install();
    let (sender, events) = mpsc::channel();
    let told = Box::new(move |event| drop(sender.send(event)));
    let must_open = run.output.output != OutputSpec::Auto;
    let engine = Engine::spawn(run.output, run.network, Box::new(Outputs::new()), told)?;
    let mut sound = run.sound;
    if let Some(path) = &run.impulse {
        let read = crate::render::impulse::read(path, None, &CancelToken::default());
        match read {
            Ok((response, facts)) => {
                sound.impulse = Some(facts);
                engine.send(EngineCommand::Impulse(Some(response)));
            }
            Err(why) => on_event(PlayEvent::Told(wording::listener::impulse_failed(path, &why))),
        }
    }
    engine.send(EngineCommand::Sound(sound));
    let files = in_order(run.files, run.shuffle);
    let starts_late = !run.start.is_zero();
    let mut list = List {
        engine: &engine,
        files,
        current: None,
        next: None,
        heard: None,
        on_event,
        must_open,
        starts_late,
    };
    list.begin(run.start);
    let ended = list.run(&events, &run.stop);
    engine.shutdown(SHUTDOWN);
    // Not earlier: the end is told before all is counted.
    let totals = engine.totals();
    ended.map(|()| PlayTotal { frames: totals.frames, underruns: totals.underruns })
}

fn in_order(files: Vec<PathBuf>, shuffle: Shuffle) -> Vec<PathBuf> {
    use std::hash::BuildHasher;
    let mut queue = Queue::default();
    queue.append(unresolved(files));
    let fresh = std::hash::RandomState::new().hash_one(0) % 100_000;
    // Without a library nothing is known but the files: the command line offers only what needs no more.
    queue.set_shuffle(shuffle, fresh, &|_| Traits::UNKNOWN);
    queue.in_order().iter().map(|item| item.path.to_path_buf()).collect()
}

/// The list and where it is. Play ids are indexes, counted from 1.
struct List<'a> {
    engine: &'a EngineHandle,
    files: Vec<PathBuf>,
    current: Option<usize>,
    next: Option<usize>,
    /// What is known of the current file.
    heard: Option<Heard>,
    on_event: &'a mut dyn FnMut(PlayEvent),
    must_open: bool,
    /// What was asked for cannot be had of a stream.
    starts_late: bool,
}

#[derive(Debug, Clone)]
struct Heard {
    format: AudioFormat,
    at: u64,
    error: Option<String>,
    stream: Option<StreamView>,
}

impl List<'_> {
    fn begin(&mut self, start: Duration) {
        let place = if start.is_zero() { Place::Start } else { Place::Time(start) };
        self.load(0, place);
    }

    fn item(&self, index: usize) -> Option<Item> {
        let path = self.files.get(index)?;
        let play = PlayId(index as u64 + 1);
        Some(Item { play, path: Arc::from(path.as_path()), context: self.context(index), mastered: None })
    }

    /// Without a library, files of one folder in a row are an album in order.
    fn context(&self, index: usize) -> Context {
        let folder = |index: usize| self.files.get(index).and_then(|path| path.parent());
        let here = folder(index);
        let is_joined = index.checked_sub(1).is_some_and(|before| folder(before) == here);
        let in_album = is_joined || folder(index + 1) == here;
        Context { is_joined, in_album, ..Context::default() }
    }

    fn load(&mut self, index: usize, place: Place) {
        self.current = self.item(index).map(|_| index);
        self.heard = None;
        if let Some(item) = self.item(index) {
            self.engine.send(EngineCommand::Load { item, place, paused: false });
            self.follow_with(index + 1);
        }
    }

    fn follow_with(&mut self, index: usize) {
        let item = self.item(index);
        self.next = item.as_ref().map(|_| index);
        self.engine.send(EngineCommand::SetNext(item));
    }

    fn run(&mut self, events: &mpsc::Receiver<EngineEvent>, stop: &AtomicBool) -> Result<(), BootError> {
        let mut frames = Frames::default();
        while self.current.is_some() {
            if stop.load(Ordering::Relaxed) {
                self.ended(&frames);
                return Ok(());
            }
            match events.recv_timeout(PROGRESS) {
                Ok(event) => self.event(event, &mut frames)?,
                Err(RecvTimeoutError::Timeout) => self.progress(),
                Err(RecvTimeoutError::Disconnected) => return Ok(()),
            }
        }
        Ok(())
    }

    fn event(&mut self, event: EngineEvent, frames: &mut Frames) -> Result<(), BootError> {
        match event {
            EngineEvent::Started { play, format, at } => self.started(play, format, at),
            EngineEvent::Crossed { to, format, at, .. } => self.crossed(to, format, at, frames),
            EngineEvent::Decoded { play, frames: count } => frames.note(play, count),
            EngineEvent::Ended { play } => self.end_of(play, frames),
            EngineEvent::Failed { play, error, was_heard } => self.failed(play, error, was_heard),
            EngineEvent::Damaged { play, packets } => self.damaged(play, packets),
            EngineEvent::Signal(_) => {}
            EngineEvent::Output(state) => return self.output(state),
            // Without a screen nobody could play on.
            EngineEvent::PausedItself(reason) => {
                self.ended(frames);
                let why = match reason {
                    Reason::DidNotReturn => "it did not come back",
                    Reason::Unplugged => "the headphones were pulled",
                };
                return Err(BootError::NoDevice(why.into()));
            }
            EngineEvent::OutputRefused { why, .. } => return Err(BootError::Output(why)),
            EngineEvent::OutputEnded { heard, why, unread } => {
                // The file is not to blame; one that was never heard is not told at all.
                if self.heard.is_some() {
                    self.ended_at(heard, frames);
                }
                return Err(if unread { BootError::Unread } else { BootError::Output(why) });
            }
            EngineEvent::Stream { play, stream } => self.stream(play, stream),
            EngineEvent::Seeked { .. }
            | EngineEvent::Buffering { .. }
            | EngineEvent::MasteringFailed { .. } => {}
            EngineEvent::Gone => self.current = None,
        }
        Ok(())
    }

    fn is_current(&self, play: PlayId) -> bool {
        self.current.is_some_and(|index| play == PlayId(index as u64 + 1))
    }

    fn is_next(&self, play: PlayId) -> bool {
        self.next.is_some_and(|index| play == PlayId(index as u64 + 1))
    }

    fn started(&mut self, play: PlayId, format: AudioFormat, at: u64) {
        if self.is_current(play) {
            self.heard = Some(Heard { format, at, error: None, stream: None });
        }
    }

    fn stream(&mut self, play: PlayId, stream: StreamView) {
        if !self.is_current(play) {
            return;
        }
        if std::mem::take(&mut self.starts_late) {
            (self.on_event)(PlayEvent::Told(wording::not_sought(stream.live)));
        }
        if let Some(heard) = &mut self.heard {
            heard.stream = Some(stream);
        }
    }

    fn crossed(&mut self, to: PlayId, format: AudioFormat, at: u64, frames: &Frames) {
        if self.is_next(to) {
            self.ended(frames);
            self.current = self.next;
            self.heard = Some(Heard { format, at, error: None, stream: None });
            self.starts_late = false;
            self.follow_with(self.current.map_or(0, |index| index + 1));
        }
    }

    fn end_of(&mut self, play: PlayId, frames: &Frames) {
        if self.is_current(play) {
            self.ended(frames);
            // A next that was told too late to be joined begins now.
            match self.next.take() {
                Some(next) => self.load(next, Place::Start),
                None => self.current = None,
            }
        }
    }

    /// Tells that the current file is over.
    fn ended(&mut self, frames: &Frames) {
        self.ended_at(self.engine.clock().position(), frames);
    }

    /// Where its end was not decoded, it was played to `heard_to`.
    fn ended_at(&mut self, heard_to: Option<Position>, frames: &Frames) {
        let Some(path) = self.current.and_then(|index| self.files.get(index)).cloned() else {
            return;
        };
        let play = PlayId(self.current.map_or(0, |index| index as u64 + 1));
        let heard = self.heard.take();
        let position = heard_to.filter(|position| position.play == play);
        let played = heard.as_ref().map(|heard| Played {
            frames: frames.of(play).or(position.map(|position| position.frame)).unwrap_or(0),
            spec: heard.format.spec,
            started_at_frame: heard.at,
        });
        let error = heard.and_then(|heard| heard.error);
        (self.on_event)(PlayEvent::Ended(PlayedTrack { path, played, error }));
    }

    fn failed(&mut self, play: PlayId, error: String, was_heard: bool) {
        if was_heard {
            if self.is_current(play)
                && let Some(heard) = &mut self.heard
            {
                heard.error = Some(error);
            }
            return;
        }
        let is_current = self.is_current(play);
        if !is_current && !self.is_next(play) {
            return;
        }
        let index = usize::try_from(play.0).unwrap_or(usize::MAX).saturating_sub(1);
        if let Some(path) = self.files.get(index).cloned() {
            (self.on_event)(PlayEvent::Ended(PlayedTrack { path, played: None, error: Some(error) }));
        }
        if is_current {
            self.load(index + 1, Place::Start);
        } else {
            self.follow_with(index + 1);
        }
    }

    fn damaged(&mut self, play: PlayId, packets: u64) {
        let index = usize::try_from(play.0).unwrap_or(usize::MAX).saturating_sub(1);
        let name = self.files.get(index).map(|path| part::shown_name(path)).unwrap_or_default();
        (self.on_event)(PlayEvent::Told(wording::damaged(&name, packets)));
    }

    fn output(&mut self, state: OutputState) -> Result<(), BootError> {
        let notice = match state {
            OutputState::Lost { why } if self.must_open => return Err(BootError::NoDevice(why)),
            OutputState::Lost { why } => wording::output_lost(&why),
            OutputState::StandIn { why, .. } => wording::no_device(&why),
            OutputState::Open(_) => {
                // It was there: should it go later, it is waited for.
                self.must_open = false;
                return Ok(());
            }
            OutputState::Closed => return Ok(()),
        };
        (self.on_event)(PlayEvent::Told(notice));
        Ok(())
    }

    fn progress(&mut self) {
        let Some(position) = self.engine.clock().position() else {
            return;
        };
        let Some(path) = self.current.and_then(|index| self.files.get(index)).cloned() else {
            return;
        };
        let of = self.heard.as_ref().and_then(|heard| heard.format.duration());
        let stream = self.heard.as_ref().and_then(|heard| heard.stream.clone());
        (self.on_event)(PlayEvent::Progress { path, at: position.time(), of, stream });
    }
}

/// Frames of the files decoded to their end: of the current one and the one that follows.
#[derive(Debug, Default)]
struct Frames([Option<(PlayId, u64)>; 2]);

impl Frames {
    fn note(&mut self, play: PlayId, frames: u64) {
        self.0 = [self.0[1], Some((play, frames))];
    }

    fn of(&self, play: PlayId) -> Option<u64> {
        self.0.iter().flatten().find(|(other, _)| *other == play).map(|&(_, frames)| frames)
    }
}
