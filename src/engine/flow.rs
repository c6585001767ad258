//! Samples on their way, and what is told when they reach the ear: blocks to the ring, cues to the clock, marks to
//! events, notes of the decode thread. Engine thread.

use std::time::{Duration, Instant};

use super::command::{EngineEvent, Place};
use super::prefetch::{Note, Prefetch, Start};
use super::render::{About, Cue, Filled, Out};
use super::run::{Announce, Answer, Core};
use super::transport::{Input, Intent, State};
use crate::model::id::{Generation, PlayId};
use crate::model::snapshot::StreamView;
use crate::model::track::AudioFormat;
use crate::rt::clock::Segment;

/// A decode thread that does not turn to a new item for so long waits for a file of the old one: another takes its place.
const HANGS: Duration = Duration::from_secs(2);

/// So long after an item began the app may say what comes next before it is taken that nothing does.
const ANSWER: Duration = Duration::from_millis(500);

/// Sound that is late for so long is told of: not every seek.
const LATE: Duration = Duration::from_millis(250);

/// Something to be told when the output frame `at` is heard.
#[derive(Debug, Clone, Copy)]
pub(super) struct Mark {
    pub(super) at: u64,
    pub(super) said: Said,
}

#[derive(Debug, Clone, Copy)]
pub(super) enum Said {
    /// The current item is heard from here; with what is still to be told of it.
    Begun {
        frame: u64,
        about: About,
    },
    Crossed {
        from: PlayId,
        to: PlayId,
        about: About,
        unsettled: u64,
    },
    /// The crossfade is over, and the limiter is gone.
    Settled,
}

impl Core {
    /// Whether the ear is being served.
    pub(super) fn is_sounding(&self) -> bool {
        match self.state {
            State::Stopped | State::Opening { .. } | State::Paused { .. } => false,
            State::Playing { .. } => true,
            State::Draining { intent, .. } => intent == Intent::Play,
        }
    }

    /// Fills the ring, and follows what that gave.
    pub(super) fn flow(&mut self) {
        self.await_first_block();
        while !self.turning && self.state.is_flowing() && self.fill() {}
        self.look_at_mastering();
    }

    fn look_at_mastering(&mut self) {
        let Some(render) = &self.render else {
            return;
        };
        self.reading.set(render.reading());
        let failed = render.mastering_failed().then(|| self.feed.rendering()).flatten();
        if let Some(play) = failed
            && self.mastering_failed != failed
        {
            self.mastering_failed = failed;
            self.tell(EngineEvent::MasteringFailed { play });
        }
    }

    /// `true`: there is more to fill in at once.
    fn fill(&mut self) -> bool {
        let (Some(open), Some(render)) = (self.outlet.open_mut(), &mut self.render) else {
            return false;
        };
        let paced = open.is_paced();
        let ring = &mut open.writer;
        let mut out = Out { ring, tap: &self.tap, cues: &mut self.cues, paced };
        self.filled = render.fill(&mut self.feed, &mut out);
        // Where nothing is known to follow, a device that runs out of sound has not been let down.
        let may_run_out = self.feed.waits_to_hear() && open.is_paced();
        if may_run_out.then(|| open.writer.written()) != open.writer.ends_at() {
            open.writer.set_ended(may_run_out);
        }
        let output_rate = open.writer.shared().spec().rate;
        while let Some(cue) = self.cues.pop_front() {
            self.follow_cue(cue, output_rate);
        }
        match self.filled {
            Filled::Full => self.prefetch.refill(self.feed.blocks()),
            Filled::Ended => self.input(Input::SourceEnded),
            Filled::OtherKind => {
                self.turning = true;
                self.set_ended(true);
            }
            Filled::Starved | Filled::Held => {
                self.prefetch.set_hungry();
                // One may have come before the decode thread could know that we wait.
                return self.feed.block().is_some();
            }
        }
        false
    }

    /// A block that was being read when another item was asked for may have used up the call that was meant for the first
    /// of that one: until it comes the decode thread is told again that it is waited for, and that there are empty blocks.
    fn await_first_block(&mut self) {
        self.take_first_block();
        if self.asked.is_some() {
            self.prefetch.set_hungry();
            // It may have come before the decode thread could know that we wait.
            self.take_first_block();
        }
    }

    /// The first block of a generation says what the item is and where it begins.
    pub(super) fn take_first_block(&mut self) {
        let Some((block, done)) = self.feed.block() else {
            return;
        };
        let (play, about, frame) = (block.play, About::of(block), block.start_frame + done as u64);
        let Some(current) = self.current.as_mut().filter(|current| current.item.play == play) else {
            return;
        };
        let is_first = self.asked.take().is_some();
        current.about = Some(about);
        self.input(Input::Ready);
        let begins = beginning(play, frame, about.format);
        if self.outlet.open().is_none() {
            self.clock.stand(Some(begins), None);
        }
        if self.state.intent() == Some(Intent::Pause) && (is_first || self.is_unplaced()) {
            self.stand_ready(begins, about);
        }
    }

    /// It is still to be told where the current item is heard from, and nothing of it is on its way to the ear.
    fn is_unplaced(&self) -> bool {
        let is_begun = |mark: &Mark| matches!(mark.said, Said::Begun { .. });
        let current = self.current.as_ref();
        current.is_some_and(|current| current.announce != Announce::Nothing)
            && !self.marks.iter().any(is_begun)
    }

    /// In a pause it stands where its first block begins, whether there is room in the ring for it or not: what lies there
    /// and is void goes when the output looks, and no output tells of that.
    fn stand_ready(&mut self, begins: Segment, about: About) {
        let at = self.outlet.written();
        if let Some(open) = self.outlet.open() {
            let output_rate = open.writer.shared().spec().rate;
            self.clock.begin(Segment { at, output_rate, ..begins });
        }
        self.announce(begins.frame, about, at);
    }

    fn follow_cue(&mut self, cue: Cue, output_rate: u32) {
        let Cue { at, play, frame, about, unsettled, speed } = cue;
        let format = about.format;
        let (rate, limit) = (format.spec.rate, format.frames.unwrap_or(u64::MAX));
        self.clock.begin(Segment { at, play, frame, rate, output_rate, speed, limit });
        let Some(current) = &self.current else {
            return;
        };
        let from = current.item.play;
        let said = match play == from {
            true if current.sent_to.is_none() => return,
            true => Said::Begun { frame, about },
            // A damaged stretch of the next item, whose join is on its way already.
            false if self.marks.iter().any(|mark| matches!(mark.said, Said::Crossed { .. })) => return,
            false => Said::Crossed { from, to: play, about, unsettled },
        };
        self.marks.push_back(Mark { at, said });
        if unsettled > 0 {
            self.marks.push_back(Mark { at: at + unsettled, said: Said::Settled });
        }
    }

    /// Tells what the ear has reached.
    pub(super) fn tell_marks(&mut self) {
        // What the decode thread said before it sent a block is told before that block's end is.
        self.take_notes();
        self.announce_paused();
        self.tell_marks_heard();
        self.tell_streams();
        self.tell_buffering(Instant::now());
    }

    fn tell_marks_heard(&mut self) {
        while let Some(mark) = self.marks.front().copied() {
            let Some(open) = self.outlet.open() else {
                return;
            };
            if !open.writer.is_heard(mark.at) {
                break;
            }
            self.marks.pop_front();
            match mark.said {
                Said::Begun { frame, about } => self.begun(frame, about, mark.at),
                Said::Crossed { from, to, about, unsettled } => {
                    self.crossed(from, to, about, mark.at);
                    self.set_unsettled(unsettled > 0);
                }
                Said::Settled => self.set_unsettled(false),
            }
        }
        let drained = |open: &super::outlet::Open| open.writer.shared().is_drained();
        if matches!(self.state, State::Draining { .. }) && self.outlet.open().is_some_and(drained) {
            self.input(Input::Drained);
        }
    }

    /// In a pause nothing is heard: where it stands is told as soon as it is known.
    fn announce_paused(&mut self) {
        let paused = self.state.intent() == Some(Intent::Pause);
        if let Some(Mark { said: Said::Begun { frame, about }, at }) = self.marks.front().copied()
            && paused
        {
            self.announce(frame, about, at);
        }
    }

    fn set_unsettled(&mut self, unsettled: bool) {
        if let Some(current) = &mut self.current {
            current.is_unsettled = unsettled;
        }
    }

    /// Where the app says nothing, nothing follows.
    pub(super) fn tend_follower(&mut self, now: Instant) {
        if matches!(self.answer, Answer::AwaitedUntil(until) if until <= now) {
            self.answer = Answer::Given;
            self.feed.set_follower(self.follower(), self.next_fades());
        }
    }

    fn begun(&mut self, frame: u64, about: About, at: u64) {
        self.announce(frame, about, at);
        if let Some(current) = &mut self.current {
            current.sent_to = None;
        }
    }

    fn announce(&mut self, frame: u64, about: About, at: u64) {
        let format = about.format;
        let Some(current) = &mut self.current else {
            return;
        };
        let play = current.item.play;
        if self.answer == Answer::Awaited {
            self.answer = Answer::AwaitedUntil(Instant::now() + ANSWER);
        }
        match std::mem::replace(&mut current.announce, Announce::Nothing) {
            Announce::Started => self.tell(EngineEvent::Started { play, format, at }),
            Announce::Seeked => self.tell(EngineEvent::Seeked { play, frame }),
            Announce::Nothing => {}
        }
    }

    fn crossed(&mut self, from: PlayId, to: PlayId, about: About, at: u64) {
        let format = about.format;
        let Some(item) = self.next.take_if(|next| next.play == to) else {
            return;
        };
        if let Some(current) = &mut self.current {
            current.item = item;
            current.about = Some(about);
            current.repeats = None;
            current.sent_to = None;
        }
        self.answer = Answer::AwaitedUntil(Instant::now() + ANSWER);
        self.masters.forget_before(to);
        self.tell_render_masters();
        self.input(Input::Crossed { to });
        self.tell(EngineEvent::Crossed { from, to, format, at });
    }

    fn take_notes(&mut self) {
        while let Some(note) = self.prefetch.note() {
            match note {
                Note::Failed { generation, play, error, had_begun } => {
                    self.item_failed(generation, play, error, had_begun);
                }
                Note::Decoded { play, frames } => self.tell(EngineEvent::Decoded { play, frames }),
                Note::Damaged { play, packets } => self.tell(EngineEvent::Damaged { play, packets }),
                Note::Stream { play, frame, stream } => self.streams.push_back((play, frame, stream)),
            }
        }
    }

    /// Tells what streams say of themselves when it is heard, not when it is read.
    fn tell_streams(&mut self) {
        let heard = self.clock.position();
        let plays = [self.current.as_ref().map(|current| current.item.play), self.next_play()];
        self.streams.retain(|(play, ..)| plays.contains(&Some(*play)));
        let has_begun = self.current.as_ref().is_some_and(|current| current.announce != Announce::Started);
        let is_due = |(play, frame, _): &(PlayId, u64, StreamView)| {
            has_begun && heard.is_some_and(|heard| heard.play == *play && heard.frame >= *frame)
        };
        while self.streams.front().is_some_and(is_due)
            && let Some((play, _, stream)) = self.streams.pop_front()
        {
            self.tell(EngineEvent::Stream { play, stream });
        }
    }

    /// Tells when the ear waits for blocks, and when they have come.
    fn tell_buffering(&mut self, now: Instant) {
        let runs_dry = |open: &super::outlet::Open| {
            let is_dry = self.filled == Filled::Starved && open.writer.waiting_frames() == 0;
            is_dry && open.is_paced() && !self.feed.waits_to_hear()
        };
        let is_dry = matches!(self.state, State::Playing { .. }) && self.outlet.open().is_some_and(runs_dry);
        self.dry_since = if is_dry { self.dry_since.or(Some(now)) } else { None };
        let is_late = self.dry_since.is_some_and(|since| now.saturating_duration_since(since) >= LATE);
        let play = self.current.as_ref().map(|current| current.item.play).filter(|_| is_late);
        if play == self.buffering {
            return;
        }
        for (play, on) in [(self.buffering, false), (play, true)] {
            play.into_iter().for_each(|play| self.tell(EngineEvent::Buffering { play, on }));
        }
        self.buffering = play;
    }

    fn item_failed(&mut self, generation: Generation, play: PlayId, error: String, had_begun: bool) {
        if generation != self.generation {
            return;
        }
        if self.next_play() == Some(play) && !had_begun {
            self.next = None;
            self.feed.set_follower(self.follower(), self.next_fades());
            self.tell(EngineEvent::Failed { play, error, was_heard: false });
            return;
        }
        let is_current = self.current.as_ref().is_some_and(|current| current.item.play == play);
        let unheard = self.current.as_ref().is_some_and(|current| current.announce == Announce::Started);
        let was_heard = is_current && (had_begun || !unheard);
        self.tell(EngineEvent::Failed { play, error, was_heard });
        if is_current && !had_begun {
            self.input(Input::Barren);
        }
    }

    /// When to look whether the decode thread took up what it was asked.
    pub(super) fn unheard_at(&self) -> Option<Instant> {
        let asked = self.asked.as_ref()?;
        (!self.prefetch.has_taken_up(self.generation)).then(|| asked.at + HANGS)
    }

    /// Puts another decode thread in the place of one that hangs in an older file. That one ends when its file lets it.
    pub(super) fn tend_pipe(&mut self, now: Instant) {
        if self.unheard_at().is_none_or(|at| now < at) {
            return;
        }
        let (Some(asked), Some(current)) = (&mut self.asked, &self.current) else {
            return;
        };
        asked.at = now;
        let place: Place = asked.place;
        let Ok((prefetch, blocks)) = Prefetch::spawn(self.sources.clone(), self.wake.clone()) else {
            return;
        };
        self.prefetch = prefetch;
        self.feed.replace(blocks);
        let (item, repeats) = (current.item.clone(), current.repeats.clone());
        self.prefetch.start(self.generation, Start { item, place, repeats, next: self.next.clone() });
        self.prefetch.set_hungry();
    }
}

/// Where an item begins, as long as no frame of an output is known for it.
fn beginning(play: PlayId, frame: u64, format: AudioFormat) -> Segment {
    let rate = format.spec.rate;
    let limit = format.frames.unwrap_or(u64::MAX);
    Segment { at: 0, play, frame, rate, output_rate: rate, speed: 1.0, limit }
}
