//! Commands carried out: `transport` says what to do, this does it. Engine thread.

use std::ops::Range;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::command::{EngineCommand, EngineEvent, Item, Place};
use super::feed::Follower;
use super::prefetch::Start;
use super::run::{Announce, Answer, Asked, Core, Current};
use super::transport::{Action, Input, Intent, State, step};
use crate::dsp::impulse::ImpulseResponse;
use crate::model::chain::Mastered;
use crate::model::id::PlayId;
use crate::model::settings::{OutputSettings, SoundSettings};

/// Sound that may be written before the ear while something is mastered: two periods of a usual device, and less than what
/// a listener who turns something waits for.
const MASTERED_AHEAD: Duration = Duration::from_millis(80);

impl Core {
    pub(super) fn obey(&mut self, command: EngineCommand, now: Instant) {
        match command {
            EngineCommand::Load { item, place, paused } => self.load(item, place, paused),
            EngineCommand::SetNext(next) => self.set_next(next),
            EngineCommand::Play => self.input(Input::Play),
            EngineCommand::Pause => self.input(Input::Pause),
            EngineCommand::Seek(place) => self.seek(place),
            EngineCommand::Stop => self.input(Input::Stop),
            EngineCommand::Gain(gain) => self.set_gain(gain),
            EngineCommand::Fade { gain, time } => self.fade_to(gain, time),
            EngineCommand::Loop(range) => self.set_loop(range),
            EngineCommand::Sound(sound) => self.set_sound(sound),
            EngineCommand::Impulse(response) => self.set_impulse(response),
            EngineCommand::Master { play, mastered, seconds } => {
                self.set_master(play, mastered.as_deref(), seconds);
            }
            EngineCommand::Output(settings) => self.set_output(settings, now),
            EngineCommand::Shutdown => self.ending = true,
        }
    }

    /// One step of the transport.
    pub(super) fn input(&mut self, input: Input) {
        let (state, actions) = step(self.state, input);
        self.state = state;
        for action in actions {
            self.act(*action);
        }
    }

    fn act(&mut self, action: Action) {
        match action {
            Action::Cut => self.discard(false),
            Action::Leap => self.discard(true),
            Action::Begin | Action::Reposition => self.start_pipe(),
            Action::Hold => self.set_paused(true),
            Action::Release => self.set_paused(false),
            Action::MarkEnd => self.set_ended(true),
            Action::ClearEnd => self.set_ended(false),
            Action::Forget => self.forget(),
            Action::TellEnded => self.tell_ended(),
        }
    }

    fn load(&mut self, item: Item, place: Place, paused: bool) {
        let play = item.play;
        self.masters.forget_before(play);
        self.set_master(play, item.mastered.as_deref(), 0.0);
        self.next = None;
        self.answer = Answer::Awaited;
        self.current = Some(Current::new(item, place));
        let intent = if paused { Intent::Pause } else { Intent::Play };
        self.input(Input::Load { play, intent });
    }

    fn seek(&mut self, place: Place) {
        let Some(current) = &mut self.current else {
            return;
        };
        current.sent_to = Some(place);
        if current.announce == Announce::Nothing {
            current.announce = Announce::Seeked;
        }
        // The ear is still in the current item: what was rendered of the next one is to come again.
        self.input(Input::Seek);
    }

    fn set_next(&mut self, next: Option<Item>) {
        let Some(current) = &self.current else {
            return;
        };
        let play = current.item.play;
        let known = next.as_ref().map(|next| (next.play, next.mastered.clone()));
        let same = next.as_ref().map(|item| item.play) == self.next.as_ref().map(|item| item.play);
        self.answer = Answer::Given;
        if let Some((play, mastered)) = known {
            self.set_master(play, mastered.as_deref(), 0.0);
        }
        let crossed = self.feed.rendering().is_some_and(|rendering| rendering != play);
        if same && self.next.is_some() {
            if !crossed && self.next != next {
                self.know_of_next(play, next);
            }
            return;
        }
        self.next = next;
        if crossed {
            // The join is in the ring and not heard yet: the last intent wins. Where the ear is, is known before it is cut.
            self.rewind();
            self.discard(true);
            return;
        }
        self.prefetch.set_next(play, self.next.clone());
        self.feed.set_follower(self.follower(), self.next_fades());
        if self.next.is_some() {
            self.input(Input::NextTold);
        }
    }

    /// Its blocks may be waiting already, with what was known before.
    fn know_of_next(&mut self, play: PlayId, next: Option<Item>) {
        self.feed.know_of_follower(next.as_ref().map(|next| next.context));
        self.prefetch.set_next(play, next.clone());
        self.next = next;
    }

    pub(super) fn follower(&self) -> Follower {
        match self.next_play() {
            Some(play) => Follower::Item(play),
            None if self.answer == Answer::Given => Follower::Nobody,
            None => Follower::Unknown,
        }
    }

    /// What follows is to be crossfaded with.
    pub(super) fn next_fades(&self) -> bool {
        self.next.as_ref().is_some_and(|next| !next.context.is_joined)
    }

    pub(super) fn next_play(&self) -> Option<PlayId> {
        self.next.as_ref().map(|item| item.play)
    }

    fn set_gain(&mut self, gain: f32) {
        self.gain = gain;
        let cap = self.outlet.open().map_or(1.0, |open| self.outlet.cap(open));
        let gain = gain.min(cap);
        let is_silent = self.state == State::Stopped || self.outlet.open().is_none();
        let elsewhere = self.outlet.open().is_some_and(|open| open.output.set_gain(gain, Duration::ZERO));
        if let Some(render) = self.render.as_mut().filter(|_| !elsewhere) {
            if is_silent { render.gain().jump(gain) } else { render.gain().set(gain) }
        }
    }

    fn fade_to(&mut self, gain: f32, time: Duration) {
        self.gain = gain;
        let elsewhere = self.outlet.open().is_some_and(|open| open.output.set_gain(gain, time));
        if let Some(render) = self.render.as_mut().filter(|_| !elsewhere) {
            render.gain().glide(gain, time);
        }
    }

    /// What lies in the pipe knows nothing of the range: it is read again, from the range or from the ear.
    fn set_loop(&mut self, range: Option<Range<u64>>) {
        let heard = self.clock.position();
        let Some(current) = &mut self.current else {
            return;
        };
        let range = range.filter(|range| !range.is_empty());
        let ear = heard.filter(|heard| heard.play == current.item.play).map_or(0, |heard| heard.frame);
        let place = range.as_ref().map_or(ear, |range| range.start);
        current.repeats = range;
        self.seek(Place::Frame(place));
    }

    fn set_sound(&mut self, sound: SoundSettings) {
        self.sound = sound;
        if let Some(render) = &mut self.render {
            render.set_sound(self.sound.clone());
        }
        self.limit_ahead();
    }

    fn set_impulse(&mut self, response: Option<Arc<ImpulseResponse>>) {
        self.impulse = response;
        if let Some(render) = &mut self.render {
            render.convolve(self.impulse.as_ref());
        }
    }

    fn set_master(&mut self, play: PlayId, mastered: Option<&Mastered>, seconds: f32) {
        self.masters.set(play, mastered.copied(), seconds);
        self.tell_render_masters();
    }

    pub(super) fn tell_render_masters(&mut self) {
        if let Some(render) = &mut self.render {
            render.set_masters(self.masters);
        }
        self.limit_ahead();
    }

    /// While something is mastered, or shaped for the listener, little is rendered ahead: what is turned is to be heard at
    /// once.
    fn limit_ahead(&mut self) {
        let shapes = self.sound.shapes(2) || self.sound.eq.on;
        let ahead = (self.masters.any() || shapes).then_some(MASTERED_AHEAD);
        if let Some(open) = self.outlet.open_mut() {
            open.limit_ahead(ahead);
        }
    }

    fn set_output(&mut self, settings: OutputSettings, now: Instant) {
        if self.outlet.leaves_screen(&settings) {
            self.close_output();
        }
        let format = self.upcoming();
        let was_open = self.outlet.open().is_some();
        self.outlet.move_to(settings, format);
        if was_open && self.outlet.open().is_none() {
            self.render = None;
            self.clock.set_output(None);
            self.tell(EngineEvent::Output(Default::default()));
        }
        self.tend_output(now);
    }

    fn discard(&mut self, fade_in: bool) {
        if let Some(open) = self.outlet.open() {
            open.writer.discard(fade_in);
        }
        self.turning = false;
        if let Some(render) = &mut self.render {
            render.restart();
        }
        self.marks.clear();
    }

    /// Asks the pipe for the current item where it was sent, in a new generation.
    pub(super) fn start_pipe(&mut self) {
        let Some(Current { item, sent_to, repeats, .. }) = &self.current else {
            return;
        };
        let place = sent_to.unwrap_or(Place::Start);
        let item = item.clone();
        self.generation.0 += 1;
        self.feed.restart(self.generation, item.play, self.follower(), self.next_fades());
        self.asked = Some(Asked { place, at: Instant::now() });
        let start = Start { item, place, repeats: repeats.clone(), next: self.next.clone() };
        self.prefetch.start(self.generation, start);
        self.prefetch.set_hungry();
    }

    fn set_paused(&mut self, paused: bool) {
        if let Some(open) = self.outlet.open() {
            open.writer.set_paused(paused);
        }
    }

    pub(super) fn set_ended(&mut self, ended: bool) {
        if let Some(open) = self.outlet.open() {
            open.writer.set_ended(ended);
        }
    }

    fn forget(&mut self) {
        self.current = None;
        self.next = None;
        self.asked = None;
        self.answer = Answer::Given;
        self.generation.0 += 1;
        self.feed.clear(self.generation);
        self.prefetch.idle();
        self.marks.clear();
        self.clock.clear();
    }

    fn tell_ended(&self) {
        if let Some(current) = &self.current {
            // Whoever hears of the end finds no position any more.
            self.clock.clear();
            self.tell(EngineEvent::Ended { play: current.item.play });
        }
    }
}
