//! The machine of a screen plays what the core sends: thread `ears`, asleep while nothing plays. A device of ours, opened
//! as the configuration here says, is fed from a queue; where that runs dry it pauses, and goes on when enough is there.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use arc_swap::ArcSwapOption;

use super::coding::{self, MOST_FRAMES};
use super::{Chunk, Control, FromEars, Heard, Open, ToEars};
use crate::dsp::gain::GainRamp;
use crate::engine::output::{Opened, OpensOutputs, Wanted};
use crate::model::audio::{duration_to_frames, frames_to_duration};
use crate::model::contain::contain;
use crate::model::settings::{OutputSettings, VolumeCaps};
use crate::rt::ring::RingShared;

/// From one look at the ring to the next while it plays.
const TURN: Duration = Duration::from_millis(20);
/// How often it is told where the ear is.
const TELLING: Duration = Duration::from_millis(100);
/// With less in the ring and nothing behind it the sound pauses, while there is something left to fade out.
const LOW: Duration = Duration::from_millis(60);
/// Gathered at most before it goes on.
const LONGEST_LEAD: Duration = Duration::from_secs(2);
/// A device that takes nothing for so long is lost.
const STALLED: Duration = Duration::from_secs(3);
/// What the core may have sent ahead, whatever it says.
const MOST_GATHERED: Duration = Duration::from_secs(30);
/// A fade has this long before a device is closed.
const FADE: Duration = Duration::from_millis(60);

/// What sounds here, for who shows it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Here {
    /// Gathered and not heard.
    pub ahead: Duration,
    /// It waits until enough is gathered.
    pub waits: bool,
}

/// How to hear: where sound comes out, and who opens that.
pub struct Hearing {
    pub settings: OutputSettings,
    pub outputs: Box<dyn OpensOutputs>,
    /// Name of this machine.
    pub host: String,
}

/// The thread's.
pub(in crate::remote) struct Ears {
    pub(in crate::remote) hearing: Hearing,
    pub(in crate::remote) said: Receiver<ToEars>,
    /// To the core; whether that took it. What it did not take is said again or void.
    pub(in crate::remote) say: Box<dyn Fn(FromEars) -> bool + Send>,
    pub(in crate::remote) here: Arc<ArcSwapOption<Here>>,
}

/// A stream that plays.
struct Playing {
    stream: u64,
    opened: Opened,
    channels: usize,
    rate: u32,
    queue: VecDeque<Part>,
    /// Frames in `queue`.
    queued: u64,
    /// The frame that is to come next, and the one that is to be written to the ring next.
    received: u64,
    next: u64,
    /// Count in the ring of the frame `mark.1` of the stream: the first behind the last gap.
    mark: (u64, u64),
    control: Option<Control>,
    gain: GainRamp,
    /// The loudest that the configuration here allows on this device.
    cap: f32,
    lead: u64,
    /// Nothing sounds until enough is there.
    waits: bool,
    told: Heard,
    told_at: Option<Instant>,
    beat: (u64, Instant),
}

struct Part {
    at: u64,
    samples: Vec<f32>,
    /// Samples that are in the ring.
    done: usize,
    exact: bool,
}

impl Ears {
    pub(in crate::remote) fn run(mut self) {
        let mut playing: Option<Playing> = None;
        loop {
            let said = match &playing {
                Some(playing) if !playing.rests() => self.said.recv_timeout(TURN),
                _ => self.said.recv().map_err(|_| RecvTimeoutError::Disconnected),
            };
            match said {
                Ok(said) => {
                    self.follow(said, &mut playing);
                    while let Ok(said) = self.said.try_recv() {
                        self.follow(said, &mut playing);
                    }
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
            if let Some(current) = &mut playing {
                current.work(&self.say);
                if let Some(why) = current.fault() {
                    (self.say)(FromEars::Lost(current.stream, why));
                    playing = None;
                }
            }
            let here = playing.as_ref().map(|playing| Arc::new(playing.here()));
            self.here.store(here);
        }
        playing.into_iter().for_each(Playing::leave);
    }

    fn follow(&mut self, said: ToEars, playing: &mut Option<Playing>) {
        let current = |playing: &Option<Playing>, stream| {
            playing.as_ref().is_some_and(|playing: &Playing| playing.stream == stream)
        };
        match said {
            ToEars::Open(open) if current(playing, open.stream) => {
                playing.iter().for_each(|playing| self.say_opened(playing));
            }
            ToEars::Open(open) => {
                playing.take().into_iter().for_each(Playing::leave);
                *playing = self.open(&open);
            }
            ToEars::Close(stream) if current(playing, stream) => {
                playing.take().into_iter().for_each(Playing::leave);
            }
            ToEars::Control(control) if current(playing, control.stream) => {
                playing.iter_mut().for_each(|playing| playing.obey(control));
            }
            ToEars::Chunk(chunk) if current(playing, chunk.stream) => {
                playing.iter_mut().for_each(|playing| playing.gather(&chunk));
            }
            ToEars::Close(_) | ToEars::Control(_) | ToEars::Chunk(_) => {}
        }
    }

    fn open(&mut self, open: &Open) -> Option<Playing> {
        let wanted = Wanted { format: open.format, first_frame: open.from };
        let (outputs, settings) = (&mut self.hearing.outputs, &self.hearing.settings);
        let opened = contain(|| outputs.open(settings, &wanted));
        let refused = match opened {
            Ok(Ok(opened)) => {
                let playing = Playing::new(open, opened, &settings.caps);
                self.say_opened(&playing);
                return Some(playing);
            }
            Ok(Err(error)) => error.to_string(),
            Err(_) => "its sound library failed; the log there has the details".into(),
        };
        (self.say)(FromEars::Refused(open.stream, format!("on {}: {refused}", self.hearing.host)));
        None
    }

    fn say_opened(&self, playing: &Playing) {
        let mut accepted = playing.opened.output.accepted().clone();
        accepted.name = format!("{} on {}", accepted.name, self.hearing.host);
        // Volumes are remembered by it where the core is: devices there are others.
        accepted.id = None;
        (self.say)(FromEars::Opened(playing.stream, Box::new(accepted), playing.received));
    }
}

impl Playing {
    fn new(open: &Open, opened: Opened, caps: &VolumeCaps) -> Self {
        let spec = opened.output.accepted().spec;
        let cap = caps.of(opened.output.accepted().id.as_deref()).gain();
        let heard = Heard { stream: open.stream, received: open.from, audible: open.from, underruns: 0 };
        opened.writer.set_paused(true);
        Self {
            stream: open.stream,
            opened,
            channels: usize::from(spec.channels.max(1)),
            rate: spec.rate,
            queue: VecDeque::new(),
            queued: 0,
            received: open.from,
            next: open.from,
            mark: (open.from, open.from),
            control: None,
            gain: GainRamp::new(cap, spec.rate),
            cap,
            lead: duration_to_frames(open.lead.min(MOST_GATHERED), spec.rate),
            waits: true,
            told: heard,
            told_at: None,
            beat: (0, Instant::now()),
        }
    }

    fn shared(&self) -> &RingShared {
        self.opened.writer.shared()
    }

    /// Nothing moves until the core says something.
    fn rests(&self) -> bool {
        let is_paused = self.control.is_some_and(|control| control.paused);
        let waits = self.waits && !self.has_lead();
        let stands = (is_paused || waits) && self.shared().is_at_rest();
        let is_over = self.has_end() && self.shared().is_drained();
        (stands || is_over) && self.told.audible == self.audible() && self.told.received == self.received
    }

    fn here(&self) -> Here {
        let ahead = self.received.saturating_sub(self.audible());
        Here { ahead: frames_to_duration(ahead, self.rate), waits: self.waits }
    }

    fn gather(&mut self, chunk: &Chunk) {
        let frames = chunk.frames as usize;
        let is_new = chunk.at >= self.received;
        let has_room = self.queued < duration_to_frames(MOST_GATHERED, self.rate);
        if !is_new || !has_room || frames > MOST_FRAMES {
            return;
        }
        let Some(samples) = coding::decode(&chunk.coded, self.channels, frames) else {
            return tracing::warn!("a chunk of sound that makes no sense");
        };
        self.received = chunk.at + frames as u64;
        self.queued += frames as u64;
        self.queue.push_back(Part { at: chunk.at, samples, done: 0, exact: chunk.exact });
    }

    fn obey(&mut self, control: Control) {
        let before = self.control.replace(control);
        if before.is_none_or(|before| before.gain != control.gain) {
            let sounded = self.shared().sounded_frames() > 0;
            let gain = control.gain.min(self.cap);
            match (sounded, control.glide.is_zero()) {
                (false, _) => self.gain.jump(gain),
                (true, true) => self.gain.set(gain),
                (true, false) => self.gain.glide(gain, control.glide),
            }
        }
        let (until, fades_in) = before.map_or((0, false), |before| (before.void_until, before.fades_in));
        let begins_otherwise = control.fades_in != fades_in && control.void_until == self.next;
        let voids_more = before.is_some() && control.void_until > until;
        if voids_more || begins_otherwise || control.void_until > self.next.max(self.mark.1) {
            self.void(control);
        }
    }

    /// Drops what lies before a place, in queue and ring.
    fn void(&mut self, control: Control) {
        let until = control.void_until;
        self.queue.retain(|part| part.at >= until);
        self.queued = self.queue.iter().map(|part| (part.samples.len() / self.channels) as u64).sum();
        self.opened.writer.discard(control.fades_in);
        self.mark = (self.opened.writer.written(), until);
        self.next = self.next.max(until);
        self.received = self.received.max(until);
        self.waits = true;
    }

    fn work(&mut self, say: &dyn Fn(FromEars) -> bool) {
        while let Some(part) = self.queue.front_mut() {
            if part.at > self.next {
                // What lies between was left out on the way.
                self.mark = (self.opened.writer.written(), part.at);
                self.next = part.at;
            }
            let frames = write(part, self.channels, &mut self.gain, &mut self.opened);
            self.next += frames as u64;
            self.queued -= frames as u64;
            if part.done < part.samples.len() {
                break;
            }
            self.queue.pop_front();
        }
        self.see_to_end();
        self.see_to_pause();
        self.tell(say);
    }

    /// All that is to come is here.
    fn has_end(&self) -> bool {
        self.control.and_then(|control| control.ends_at).is_some_and(|at| at <= self.received)
    }

    fn see_to_end(&self) {
        let ended = self.has_end() && self.queue.is_empty();
        if ended != self.opened.writer.ends_at().is_some() {
            self.opened.writer.set_ended(ended);
        }
    }

    /// Enough is there to begin with.
    fn has_lead(&self) -> bool {
        self.queued + self.opened.writer.waiting_frames() >= self.lead || self.has_end()
    }

    fn see_to_pause(&mut self) {
        let low = duration_to_frames(LOW, self.rate);
        let runs_dry = self.queue.is_empty() && self.opened.writer.waiting_frames() < low && !self.has_end();
        if runs_dry && !self.waits {
            // Rather a longer silence than many.
            self.lead = (self.lead * 2).min(duration_to_frames(LONGEST_LEAD, self.rate));
        }
        self.waits = if self.waits { !self.has_lead() } else { runs_dry };
        // Files and the like wait themselves, and every sample is to be in them as it is.
        self.waits &= self.opened.output.is_paced();
        let paused = self.waits || self.control.is_none_or(|control| control.paused);
        if paused != self.shared().is_paused() {
            self.opened.writer.set_paused(paused);
            self.beat = (self.shared().heartbeat(), Instant::now());
        }
    }

    /// The frame of the stream at the ear.
    fn audible(&self) -> u64 {
        let behind = self.shared().audible().saturating_sub(self.mark.0);
        self.told.audible.max((self.mark.1 + behind).min(self.received))
    }

    fn tell(&mut self, say: &dyn Fn(FromEars) -> bool) {
        let (audible, underruns) = (self.audible(), self.shared().underruns());
        let heard = Heard { received: self.received, audible, underruns, ..self.told };
        let some = duration_to_frames(TELLING, self.rate);
        let is_due = self.told_at.is_none_or(|at| at.elapsed() >= TELLING)
            || heard.received.saturating_sub(self.told.received) >= some;
        if heard != self.told && is_due && say(FromEars::Heard(heard)) {
            (self.told, self.told_at) = (heard, Some(Instant::now()));
        }
    }

    fn fault(&mut self) -> Option<String> {
        let output = &self.opened.output;
        if let Some(fault) = output.fault() {
            return Some(output.fault_text().unwrap_or_else(|| format!("it is lost: {fault:?}")));
        }
        let beat = self.shared().heartbeat();
        let is_due = output.is_paced() && !self.shared().is_paused() && !self.shared().is_drained();
        if !is_due || beat != self.beat.0 {
            self.beat = (beat, Instant::now());
        }
        (self.beat.1.elapsed() > STALLED).then(|| "it takes no more sound".into())
    }

    /// Fades out.
    fn leave(self) {
        self.opened.writer.set_paused(true);
        let until = Instant::now() + FADE;
        while !self.shared().is_at_rest() && Instant::now() < until {
            std::thread::sleep(Duration::from_millis(2));
        }
    }
}

/// Writes of a part as much as there is room for.
fn write(part: &mut Part, channels: usize, gain: &mut GainRamp, opened: &mut Opened) -> usize {
    let writer = &mut opened.writer;
    let exact = part.exact && gain.is_unity();
    writer.set_exact(exact);
    let room = writer.free_frames() * channels;
    let end = part.samples.len().min(part.done + room);
    let samples = &mut part.samples[part.done..end];
    gain.process(samples, channels);
    let frames = writer.write(samples);
    part.done += frames * channels;
    frames
}
