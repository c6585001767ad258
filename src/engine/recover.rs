//! Outputs that come, go, break and return, and playing on from the very frame that was heard. Engine thread.

use std::thread;
use std::time::{Duration, Instant};

use super::command::{EngineEvent, Place, Reason};
use super::outlet::{Change, Open};
use super::output::Fault;
use super::priority;
use super::render::Render;
use super::run::Core;
use super::transport::{Input, Intent, State};
use crate::model::snapshot::OutputState;
use crate::model::track::AudioFormat;
use crate::rt::clock::Segment;

/// How long the end may wait for a fade, and for a file or pipe to take what is in the ring.
const FADING: Duration = Duration::from_millis(60);
const DRAINING: Duration = Duration::from_secs(5);

impl Core {
    pub(super) fn tend_output(&mut self, now: Instant) {
        self.look_for_fault(now);
        self.turn_when_drained();
        let format = self.upcoming();
        while let Some(change) = self.outlet.poll(format, now) {
            self.follow(change);
        }
        if let Some(state) = self.outlet.prove() {
            self.tell(EngineEvent::Output(state));
        }
        if self.outlet.follow_news(format) && self.state.intent() == Some(Intent::Play) {
            self.input(Input::Pause);
            self.tell(EngineEvent::PausedItself(Reason::Unplugged));
        }
        if self.state.intent() == Some(Intent::Play)
            && let Some(format) = format
        {
            self.outlet.need(format, now);
            self.wait_no_longer(now);
        }
        self.let_go_when_idle(now);
    }

    /// What an output would be opened for: the block at hand where there is one, else what is at the ear.
    pub(super) fn upcoming(&self) -> Option<AudioFormat> {
        let current = self.current.as_ref()?.format();
        current.map(|current| self.feed.held_format().unwrap_or(current))
    }

    /// The open output has played all that it was opened for: what follows opens it anew. Nothing of that is lost, it waits
    /// in the pipe.
    fn turn_when_drained(&mut self) {
        let is_drained = self.outlet.open().is_some_and(|open| open.writer.shared().is_drained());
        if self.turning && is_drained {
            self.turning = false;
            self.stand_still();
            self.outlet.turn();
            self.render = None;
        }
    }

    /// A device that comes back when nobody reckons with it any more does not begin to play by itself.
    fn wait_no_longer(&mut self, now: Instant) {
        if self.outlet.has_waited_too_long(now) {
            if self.outlet.open().is_some() {
                self.freeze_ear();
                self.rewind();
                self.stand_still();
                self.render = None;
            }
            self.outlet.stop_waiting();
            self.input(Input::Pause);
            self.tell(EngineEvent::PausedItself(Reason::DidNotReturn));
        }
    }

    fn follow(&mut self, change: Change) {
        match change {
            Change::Opened(open) => self.adopt(*open),
            Change::Told(state) => self.tell(EngineEvent::Output(state)),
            Change::Refused { asked, why } => self.tell(EngineEvent::OutputRefused { asked, why }),
            Change::Hopeless { why } => self.give_up(why, false),
        }
    }

    /// Plays on through a new output, from where the ear was in the old one.
    fn adopt(&mut self, open: Open) {
        if self.outlet.open().is_some() {
            self.freeze_ear();
            self.rewind();
        }
        let shared = open.writer.shared().clone();
        open.writer.set_paused(self.state.intent() == Some(Intent::Pause));
        priority::follow(open.output.accepted().priority);
        let format = open.output.accepted().format;
        let (gain, quality) = (self.gain.min(self.outlet.cap(&open)), self.options.output.resampler);
        let gain = if open.output.set_gain(gain, Duration::ZERO) { 1.0 } else { gain };
        let render = Render::new(shared.spec(), format, gain, quality, self.sound.clone());
        let render = render.convolving(self.impulse.as_ref());
        let silence = self.outlet.silence_frames(shared.spec().rate);
        self.render = Some(match open.serves {
            Some(serves) => render.following(serves, silence),
            None => render,
        });
        self.turning = false;
        let state = self.outlet.adopt(open);
        self.tell_render_masters();
        // What is on the clock was counted in frames of the old one; it holds until the first frame of the new.
        self.stand_still();
        let held = self.clock.position();
        let held = held.map(|position| {
            let at = shared.consumed();
            let (play, frame, rate) = (position.play, position.frame, position.rate);
            Segment { at, play, frame, rate, output_rate: rate, speed: 1.0, limit: frame }
        });
        self.clock.stand(held, Some(shared));
        if let Some(state) = state {
            self.tell(EngineEvent::Output(state));
        }
    }

    fn look_for_fault(&mut self, now: Instant) {
        let due = self.is_sounding();
        match self.outlet.fault(due, now) {
            None => {}
            Some((Fault::Final, why)) => self.give_up(why, false),
            Some((Fault::Unread, why)) => self.give_up(why, true),
            Some((Fault::Lost | Fault::Stalled, why)) => self.lose_output(why),
        }
    }

    fn lose_output(&mut self, why: String) {
        // In this order: a device that was only slow may take more while it is given up. That is not heard of any more,
        // and what it has not taken it never gets.
        self.freeze_ear();
        self.stand_still();
        if let Some(open) = self.outlet.open() {
            open.writer.discard(false);
        }
        self.rewind();
        self.outlet.lose();
        self.render = None;
        let is_needed = self.state.intent() == Some(Intent::Play);
        let state = if is_needed { OutputState::Lost { why } } else { OutputState::Closed };
        self.tell(EngineEvent::Output(state));
    }

    /// The output is gone for good, and opening it again would not help: what plays stops.
    fn give_up(&mut self, why: String, unread: bool) {
        let heard = self.clock.position();
        self.outlet.let_go();
        self.render = None;
        self.clock.set_output(None);
        self.input(Input::Stop);
        self.tell(EngineEvent::OutputEnded { heard, why, unread });
        self.tell(EngineEvent::Output(OutputState::Closed));
    }

    /// Makes void what was rendered and not heard: it is decoded again from the frame at the ear. Does nothing to the
    /// ring.
    pub(super) fn rewind(&mut self) {
        let heard = self.clock.position();
        self.turning = false;
        let Some(current) = &mut self.current else {
            return;
        };
        if matches!(self.state, State::Opening { .. }) {
            return;
        }
        if current.sent_to.is_none() {
            let frame = heard.filter(|heard| heard.play == current.item.play).map_or(0, |heard| heard.frame);
            current.sent_to = Some(Place::Frame(frame));
        }
        if let Some(render) = &mut self.render {
            render.restart();
        }
        self.marks.clear();
        self.start_pipe();
        self.input(Input::Rewound);
    }

    /// What the open output takes from here on is not heard any more: it is about to go. What it has taken by now is told.
    fn freeze_ear(&mut self) {
        if let Some(open) = self.outlet.open() {
            open.writer.shared().freeze();
        }
        self.tell_marks();
    }

    /// Without an output the clock stands where the sound will go on from.
    fn stand_still(&mut self) {
        let Some(position) = self.clock.position() else {
            self.clock.set_output(None);
            return;
        };
        let (play, rate) = (position.play, position.rate);
        let current = self.current.as_ref().filter(|current| current.item.play == play);
        let length = current.and_then(|current| current.format()?.frames).unwrap_or(u64::MAX);
        let frame = match current.and_then(|current| current.sent_to) {
            // Beyond the end is the end.
            Some(Place::Frame(frame)) => frame.min(length),
            _ => position.frame,
        };
        let held = Segment { at: 0, play, frame, rate, output_rate: rate, speed: 1.0, limit: frame };
        self.clock.stand(Some(held), None);
    }

    /// When a device that has nothing to do is given to others.
    pub(super) fn let_go_at(&self) -> Option<Instant> {
        let since = self.idle_since?;
        since.checked_add(self.options.let_go_after)
    }

    fn let_go_when_idle(&mut self, now: Instant) {
        let is_idle = self.state.intent() != Some(Intent::Play);
        // Files and pipes stay: they hold the whole session, and nobody else wants them.
        if !is_idle || !self.outlet.open().is_some_and(Open::is_paced) {
            self.idle_since = None;
            return;
        }
        let since = *self.idle_since.get_or_insert(now);
        if now.saturating_duration_since(since) < self.options.let_go_after {
            return;
        }
        self.idle_since = None;
        self.close_output();
    }

    /// The place in the music waits for the next one.
    pub(super) fn close_output(&mut self) {
        self.rewind();
        self.stand_still();
        self.outlet.let_go();
        self.render = None;
        self.tell(EngineEvent::Output(OutputState::Closed));
    }

    /// At the end of the program: what goes to a file or a pipe is taken to its end, a device fades out.
    pub(super) fn fade_or_drain(&self) {
        let Some(open) = self.outlet.open().filter(|_| self.is_sounding()) else {
            return;
        };
        let shared = open.writer.shared();
        let until = if open.is_paced() {
            open.writer.set_paused(true);
            Instant::now() + FADING
        } else {
            open.writer.set_ended(true);
            Instant::now() + DRAINING
        };
        let is_over = || shared.is_at_rest() || shared.is_drained() || open.output.fault().is_some();
        while !is_over() && Instant::now() < until {
            thread::park_timeout(Duration::from_millis(5));
        }
    }
}
