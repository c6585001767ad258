//! The thread `engine`: asked by the app's commands, fed by the block pipe, it fills the ring of the open output and
//! tells what is heard. It never reads a file, opens a device or waits for anyone: it sleeps until something happens or
//! until the ring wants more.
//!
//! One turn looks at everything once. What a turn does is in `obey` (commands), `flow` (samples, cues, events) and
//! `recover` (outputs).

use std::collections::VecDeque;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::Receiver;
use std::thread;
use std::time::{Duration, Instant};

use super::command::{EngineCommand, EngineEvent, Item, Place};
use super::feed::Feed;
use super::flow::Mark;
use super::handle::{Counters, EngineOptions};
use super::master::Masters;
use super::outlet::Outlet;
use super::output::Opener;
use super::prefetch::Prefetch;
use super::render::{About, Cue, Filled, Render};
use super::signal::WayKey;
use super::source::Opens;
use super::transport::State;
use crate::dsp::impulse::ImpulseResponse;
use crate::model::id::{Generation, PlayId};
use crate::model::settings::SoundSettings;
use crate::model::snapshot::StreamView;
use crate::model::track::AudioFormat;
use crate::rt::clock::PlaybackClock;
use crate::rt::gauge::MasteringGauge;
use crate::rt::pipe::BlockReceiver;
use crate::rt::tap::Tap;
use crate::rt::wake::Wake;

/// Shortest sleep while playing: a mark a few frames ahead does not make the thread spin.
const SHORTEST: Duration = Duration::from_millis(5);
/// Longest sleep while playing: the watchdog looks at least this often.
const LONGEST: Duration = Duration::from_millis(250);
/// How long the files and devices may take to be closed at the end.
const CLOSING: Duration = Duration::from_secs(2);
/// Marks that are waited for at once without allocating.
const MARKS: usize = 64;

/// What the engine thread is made of.
pub(super) struct Parts {
    pub(super) options: EngineOptions,
    pub(super) commands: Receiver<EngineCommand>,
    pub(super) events: Box<dyn Fn(EngineEvent) + Send>,
    pub(super) opener: Opener,
    pub(super) sources: Arc<dyn Opens>,
    pub(super) prefetch: Prefetch,
    pub(super) blocks: BlockReceiver,
    pub(super) wake: Wake,
    pub(super) clock: Arc<PlaybackClock>,
    pub(super) tap: Arc<Tap>,
    pub(super) counters: Arc<Counters>,
    pub(super) reading: Arc<MasteringGauge>,
}

/// The item at the ear, or about to be.
pub(super) struct Current {
    pub(super) item: Item,
    /// As its first block says.
    pub(super) about: Option<About>,
    /// The item before is laid under it, or the limiter is leaving.
    pub(super) is_unsettled: bool,
    /// These frames are played over and over.
    pub(super) repeats: Option<Range<u64>>,
    /// Where it was sent and what is to be told of it there; `None` once it is heard from there.
    pub(super) sent_to: Option<Place>,
    pub(super) announce: Announce,
}

impl Current {
    pub(super) fn new(item: Item, place: Place) -> Self {
        let sent_to = Some(place);
        Self { item, about: None, is_unsettled: false, repeats: None, sent_to, announce: Announce::Started }
    }

    pub(super) fn format(&self) -> Option<AudioFormat> {
        self.about.map(|about| about.format)
    }
}

/// What the first frame that is heard of a generation is, to the app.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Announce {
    Started,
    Seeked,
    Nothing,
}

/// Whether the app has said what follows the current item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Answer {
    Given,
    /// Not yet, and the item is not heard yet.
    Awaited,
    /// Not yet; from then on it is taken that nothing follows.
    AwaitedUntil(Instant),
}

impl Answer {
    fn until(self) -> Option<Instant> {
        match self {
            Self::AwaitedUntil(at) => Some(at),
            Self::Given | Self::Awaited => None,
        }
    }
}

/// When the pipe was last asked for something that has not come.
pub(super) struct Asked {
    pub(super) place: Place,
    pub(super) at: Instant,
}

/// The engine's state. Owned by its thread alone.
pub(super) struct Core {
    pub(super) options: EngineOptions,
    commands: Receiver<EngineCommand>,
    pub(super) events: Box<dyn Fn(EngineEvent) + Send>,
    pub(super) clock: Arc<PlaybackClock>,
    pub(super) tap: Arc<Tap>,
    counters: Arc<Counters>,
    pub(super) reading: Arc<MasteringGauge>,
    pub(super) sources: Arc<dyn Opens>,
    pub(super) wake: Wake,
    pub(super) state: State,
    pub(super) generation: Generation,
    pub(super) current: Option<Current>,
    pub(super) next: Option<Item>,
    pub(super) prefetch: Prefetch,
    pub(super) feed: Feed,
    /// A start that the decode thread has not taken up.
    pub(super) asked: Option<Asked>,
    pub(super) outlet: Outlet,
    pub(super) render: Option<Render>,
    pub(super) gain: f32,
    pub(super) sound: SoundSettings,
    pub(super) impulse: Option<Arc<ImpulseResponse>>,
    pub(super) masters: Masters,
    pub(super) cues: VecDeque<Cue>,
    pub(super) marks: VecDeque<Mark>,
    pub(super) filled: Filled,
    /// The ring plays out because what comes next needs the output to be opened anew.
    pub(super) turning: bool,
    /// What streams say of themselves and is not heard yet: of which item, from which frame on.
    pub(super) streams: VecDeque<(PlayId, u64, StreamView)>,
    /// Since when the ear waits for blocks.
    pub(super) dry_since: Option<Instant>,
    /// The item whose sound is late, as it was told.
    pub(super) buffering: Option<PlayId>,
    /// Since when the output has nothing to do.
    pub(super) idle_since: Option<Instant>,
    pub(super) answer: Answer,
    /// The item whose mastering failed, as it was told.
    pub(super) mastering_failed: Option<PlayId>,
    /// The way of the sound as it was told last.
    pub(super) signal: Option<WayKey>,
    pub(super) ending: bool,
}

impl Core {
    pub(super) fn new(parts: Parts) -> Self {
        Self {
            gain: parts.options.gain,
            sound: parts.options.sound.clone(),
            impulse: None,
            outlet: Outlet::new(parts.opener, &parts.options),
            options: parts.options,
            commands: parts.commands,
            events: parts.events,
            clock: parts.clock,
            tap: parts.tap,
            counters: parts.counters,
            reading: parts.reading,
            sources: parts.sources,
            wake: parts.wake,
            state: State::Stopped,
            generation: Generation::default(),
            current: None,
            next: None,
            prefetch: parts.prefetch,
            feed: Feed::new(parts.blocks),
            asked: None,
            render: None,
            masters: Masters::default(),
            cues: VecDeque::with_capacity(MARKS),
            marks: VecDeque::with_capacity(MARKS),
            filled: Filled::Starved,
            turning: false,
            streams: VecDeque::new(),
            dry_since: None,
            buffering: None,
            idle_since: None,
            answer: Answer::Given,
            mastering_failed: None,
            signal: None,
            ending: false,
        }
    }

    pub(super) fn run(mut self) {
        while !self.ending {
            self.turn(Instant::now());
            match self.sleep(Instant::now()) {
                _ if self.ending => {}
                Some(time) => thread::park_timeout(time),
                None => thread::park(),
            }
        }
        self.finish();
    }

    fn turn(&mut self, now: Instant) {
        self.take_commands(now);
        self.tell_marks();
        self.tend_pipe(now);
        self.take_first_block();
        self.tend_output(now);
        self.tend_follower(now);
        self.flow();
        self.tell_marks();
        self.tell_signal();
        self.count();
    }

    fn take_commands(&mut self, now: Instant) {
        while let Ok(command) = self.commands.try_recv() {
            // What the ear has passed meanwhile is not to be changed any more.
            self.tell_marks();
            self.obey(command, now);
        }
    }

    pub(super) fn tell(&self, event: EngineEvent) {
        (self.events)(event);
    }

    fn count(&self) {
        self.counters.frames.store(self.outlet.sounded(), Ordering::Relaxed);
        self.counters.underruns.store(self.outlet.underruns(), Ordering::Relaxed);
    }

    /// How long nothing needs doing; `None`: until something happens.
    fn sleep(&self, now: Instant) -> Option<Duration> {
        let until = |at: Instant| at.saturating_duration_since(now);
        let look = self.outlet.deadline().filter(|_| self.is_sounding());
        let timers = [self.let_go_at(), self.unheard_at(), self.answer.until(), look];
        let timer = timers.into_iter().flatten().min().map(until);
        let sound = self.sound_sleep();
        [timer, sound].into_iter().flatten().min().map(|time| time.max(SHORTEST))
    }

    /// How long the ring does without us, and when the next mark is heard.
    fn sound_sleep(&self) -> Option<Duration> {
        let open = self.outlet.open()?;
        if !self.is_sounding() {
            return None;
        }
        let shared = open.writer.shared();
        let rate = f64::from(shared.spec().rate.max(1));
        let time = |frames: u64| Duration::from_secs_f64(frames as f64 / rate);
        let mark = self.marks.front().map(|mark| time(mark.at.saturating_sub(shared.audible()) + 1));
        if !open.is_paced() {
            // It asks for more itself.
            return Some(LONGEST);
        }
        let low = open.writer.capacity_frames() as u64 / 2;
        let spare = match self.filled {
            // Where all of it is void there is room as soon as the output has looked.
            Filled::Full | Filled::Held => time(open.writer.sounding_frames().saturating_sub(low)),
            // The decode thread wakes us with the next block.
            Filled::Starved => LONGEST,
            Filled::Ended | Filled::OtherKind => time(open.writer.written().saturating_sub(shared.audible())),
        };
        [Some(spare), mark, Some(LONGEST)].into_iter().flatten().min()
    }

    /// Ends the threads: what goes to a file or a pipe is written to its end, a device fades out.
    fn finish(self) {
        self.fade_or_drain();
        self.clock.set_output(None);
        self.count();
        drop(self.prefetch);
        self.outlet.close(CLOSING);
        (self.events)(EngineEvent::Gone);
    }
}
