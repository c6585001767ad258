//! One stream, as its ends in the core see it: the output's thread hands in chunks and asks where the ear is, the
//! screen's thread takes messages and hands in what comes back. What has not arrived is kept, for the next link.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread::Thread;
use std::time::{Duration, Instant};

use super::{Chunk, Control, FromEars, Heard, Open, ToEars};
use crate::model::snapshot::Accepted;
use crate::model::track::AudioFormat;

/// How often it is looked whether the link is still there while a device is opened.
const LOOK: Duration = Duration::from_millis(100);

pub type Waker = Arc<dyn Fn() + Send + Sync>;

/// See the module's head.
pub struct Stream {
    id: u64,
    format: AudioFormat,
    lead: Duration,
    state: Mutex<State>,
    answered: Condvar,
    /// The output's thread.
    output: OnceLock<Thread>,
}

/// How far a link is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// There is none.
    Away,
    /// Asked for a device.
    Asked,
    Open,
}

struct State {
    phase: Phase,
    /// Wakes the screen's thread.
    waker: Option<Waker>,
    asked: bool,
    /// Since when there is no link.
    away: Option<Instant>,
    answer: Option<Result<Accepted, String>>,
    chunks: VecDeque<Arc<Chunk>>,
    /// The first frame that was not sent over this link.
    sent: u64,
    heard: Heard,
    control: Control,
    told: Option<Control>,
    lost: Option<String>,
    closed: bool,
    close_told: bool,
}

/// What the ear's end is known to be.
#[derive(Debug, Clone, PartialEq)]
pub struct Told {
    pub audible: u64,
    pub received: u64,
    pub underruns: u64,
    pub lost: Option<String>,
    pub away: Option<Duration>,
}

impl Stream {
    /// Nobody is linked to it yet. `from`: its first frame.
    pub fn new(id: u64, format: AudioFormat, from: u64, lead: Duration) -> Self {
        let control = Control {
            stream: id,
            paused: false,
            void_until: from,
            fades_in: false,
            ends_at: None,
            gain: 1.0,
            glide: Duration::ZERO,
        };
        let state = State {
            phase: Phase::Away,
            waker: None,
            asked: false,
            away: Some(Instant::now()),
            answer: None,
            chunks: VecDeque::new(),
            sent: from,
            heard: Heard { stream: id, received: from, audible: from, underruns: 0 },
            control,
            told: None,
            lost: None,
            closed: false,
            close_told: false,
        };
        Self { id, format, lead, state: state.into(), answered: Condvar::new(), output: OnceLock::new() }
    }

    pub fn id(&self) -> u64 {
        self.id
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    // The output's side.

    /// Of the calling thread, which is unparked whenever something is told.
    pub fn set_output_thread(&self) {
        self.output.get_or_init(std::thread::current);
    }

    /// Waits for the device, at most so long, or until the link is gone.
    ///
    /// # Errors
    /// Why there is none.
    pub fn accepted(&self, longest: Duration) -> Result<Accepted, String> {
        let until = Instant::now() + longest;
        let mut state = self.state();
        loop {
            match &state.answer {
                Some(Ok(accepted)) => return Ok(accepted.clone()),
                Some(Err(why)) => return Err(why.clone()),
                None if state.asked && state.phase == Phase::Away => return Err("its link broke".into()),
                None if Instant::now() >= until => return Err("it does not answer".into()),
                None => {}
            }
            let waited = self.answered.wait_timeout(state, LOOK);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    pub fn push(&self, chunk: Chunk) {
        let mut state = self.state();
        state.chunks.push_back(Arc::new(chunk));
        state.wake();
    }

    /// Changes how it is played.
    pub fn control(&self, change: impl FnOnce(&mut Control)) {
        let mut state = self.state();
        change(&mut state.control);
        if state.told != Some(state.control) {
            state.wake();
        }
    }

    /// Frames before this one are not to be heard.
    pub fn void(&self, until: u64, fades_in: bool) {
        let mut state = self.state();
        state.chunks.retain(|chunk| chunk.at >= until);
        state.sent = state.sent.max(until);
        state.heard.received = state.heard.received.max(until);
        state.heard.audible = state.heard.audible.max(until);
        (state.control.void_until, state.control.fades_in) = (until, fades_in);
        state.control.ends_at = None;
        state.wake();
    }

    pub fn told(&self) -> Told {
        let state = self.state();
        let Heard { audible, received, underruns, .. } = state.heard;
        let away = state.away.map(|since| since.elapsed());
        Told { audible, received, underruns, lost: state.lost.clone(), away }
    }

    pub fn close(&self) {
        let mut state = self.state();
        state.closed = true;
        state.chunks.clear();
        state.wake();
    }

    /// Another stream takes its device.
    pub fn replace(&self) {
        let mut state = self.state();
        state.lost.get_or_insert_with(|| "another stream took its place".into());
        (state.closed, state.close_told) = (true, true);
        drop(state);
        self.wake_output();
    }

    fn wake_output(&self) {
        self.output.get().into_iter().for_each(Thread::unpark);
        self.answered.notify_all();
    }

    // The screen's side.

    /// A link is there; what was sent and did not arrive will be sent again.
    pub fn link(&self, waker: Waker) {
        let mut state = self.state();
        (state.phase, state.told) = (Phase::Away, None);
        state.asked = false;
        state.waker = Some(waker);
        state.wake();
    }

    pub fn unlink(&self) {
        let mut state = self.state();
        (state.phase, state.waker) = (Phase::Away, None);
        state.away.get_or_insert_with(Instant::now);
        drop(state);
        self.wake_output();
    }

    /// Over and told: nothing comes any more.
    pub fn is_over(&self) -> bool {
        let state = self.state();
        state.closed && (state.close_told || state.waker.is_none())
    }

    /// What is to be sent now.
    pub fn next(&self) -> Option<ToEars> {
        let mut state = self.state();
        if state.closed {
            return (!std::mem::replace(&mut state.close_told, true)).then_some(ToEars::Close(self.id));
        }
        match state.phase {
            Phase::Away if !state.asked => {
                (state.asked, state.phase) = (true, Phase::Asked);
                let from = state.heard.received;
                Some(ToEars::Open(Open { stream: self.id, format: self.format, from, lead: self.lead }))
            }
            Phase::Away | Phase::Asked => None,
            Phase::Open if state.told != Some(state.control) => {
                state.told = Some(state.control);
                Some(ToEars::Control(state.control))
            }
            Phase::Open => state.next_chunk(),
        }
    }

    /// What the ear's end says.
    pub fn take(&self, said: FromEars) {
        let mut state = self.state();
        match said {
            FromEars::Opened(_, accepted, next) => {
                let first = state.heard.received;
                state.heard.received = next.clamp(first, state.sent.max(first));
                state.sent = state.heard.received;
                (state.phase, state.away) = (Phase::Open, None);
                state.answer.get_or_insert(Ok(*accepted));
                state.wake();
            }
            FromEars::Refused(_, why) => match state.answer {
                None => state.answer = Some(Err(why)),
                Some(_) => state.lost = Some(why),
            },
            FromEars::Heard(heard) => {
                let before = state.heard;
                let received = heard.received.min(state.sent).max(before.received);
                let audible = heard.audible.min(received).max(before.audible);
                let underruns = heard.underruns.max(before.underruns);
                state.heard = Heard { received, audible, underruns, ..before };
                state.forget_arrived();
                state.wake();
            }
            FromEars::Lost(_, why) => state.lost = Some(why),
        }
        drop(state);
        self.wake_output();
    }
}

impl State {
    fn wake(&self) {
        self.waker.iter().for_each(|wake| wake());
    }

    fn next_chunk(&mut self) -> Option<ToEars> {
        let at = self.chunks.partition_point(|chunk| chunk.at < self.sent);
        let chunk = self.chunks.get(at)?;
        self.sent = chunk.at + u64::from(chunk.frames);
        Some(ToEars::Chunk(Chunk::clone(chunk)))
    }

    fn forget_arrived(&mut self) {
        let received = self.heard.received;
        while self.chunks.front().is_some_and(|chunk| chunk.at + u64::from(chunk.frames) <= received) {
            self.chunks.pop_front();
        }
    }
}
