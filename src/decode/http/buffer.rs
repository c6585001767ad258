//! Bytes between the thread `net-read`, which gets them, and the thread that decodes. Bounded: what was read is dropped
//! after a while, what is not read yet stops the getting. Places are counted from the first byte that ever came.
//!
//! The thread that decodes is woken by unparking it, so that an [`Interrupt`] wakes it too.

use std::collections::{BTreeMap, VecDeque};
use std::io;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, Thread};
use std::time::{Duration, Instant};

use super::head::{Head, Kind};
use crate::decode::interrupt::Interrupt;
use crate::model::settings::NetworkSettings;

const BLOCK: u64 = 32 * 1024;
/// Bytes that are got before they are asked for.
const AHEAD: u64 = 2 << 20;
/// Bytes kept behind the reader: containers are probed more than once.
const BEHIND: u64 = 1 << 20;
/// Blocks at the start that are always kept.
const HEAD_BLOCKS: u64 = 8;
/// Enough for what must be kept, and for tags at the end of a file beside it.
const MAX_BLOCKS: usize = ((AHEAD + BEHIND) / BLOCK + HEAD_BLOCKS + 32) as usize;
/// A place that near is waited for; further off it is asked for.
const NEAR: u64 = 256 * 1024;
/// Where a station does not say its bit rate, the highest that is usual counts.
const USUAL_BYTES_PER_SECOND: u64 = 320_000 / 8;
/// Titles that are on their way at once.
const MAX_TITLES: usize = 16;
/// Ends of streams that are on their way at once.
const MAX_LINKS: usize = 1_024;

/// See the module's head.
pub(super) struct Buffer {
    /// Held for copying only, by either thread; never while anything is waited for.
    state: Mutex<State>,
    /// For `net-read`: there is room, another place is wanted, or it is over.
    turned: Condvar,
    settings: NetworkSettings,
}

struct State {
    head: Option<Arc<Head>>,
    blocks: BTreeMap<u64, Vec<u8>>,
    /// Numbers of the blocks, the oldest first.
    order: VecDeque<u64>,
    /// Where the next bytes belong.
    at: u64,
    /// The place behind what was read last.
    want: u64,
    /// The reader waits for `want`.
    waiting: Option<Thread>,
    last_read: Instant,
    /// Nothing comes behind this.
    end: Option<u64>,
    failed: Option<String>,
    /// Where streams begin that follow another one.
    links: VecDeque<u64>,
    titles: VecDeque<(u64, Arc<str>)>,
    title: Option<Arc<str>>,
    filling: Filling,
    /// Nobody listened for long: what lies here is of the past.
    is_stale: bool,
    was_interrupted: bool,
    closing: bool,
}

/// Whether sound is gathered, so that nothing of it is given before there is enough.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Filling {
    No,
    /// Nothing of it has come.
    Due,
    Since(Instant),
}

/// What `net-read` is to do.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Turn {
    /// Get more.
    Read,
    /// Nobody needs the connection now.
    Rest,
    /// Go on from this place.
    Jump(u64),
    Over,
}

impl Buffer {
    pub(super) fn new(settings: NetworkSettings) -> Self {
        let state = State {
            head: None,
            blocks: BTreeMap::new(),
            order: VecDeque::new(),
            at: 0,
            want: 0,
            waiting: None,
            last_read: Instant::now(),
            end: None,
            failed: None,
            links: VecDeque::new(),
            titles: VecDeque::new(),
            title: None,
            filling: Filling::No,
            is_stale: false,
            was_interrupted: false,
            closing: false,
        };
        Self { state: Mutex::new(state), turned: Condvar::new(), settings }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Whatever panicked, it left no half of a change: each is one assignment.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// For the thread that decodes.
impl Buffer {
    pub(super) fn close(&self) {
        self.lock().closing = true;
        self.turned.notify_all();
    }

    pub(super) fn failure(&self) -> Option<String> {
        self.lock().failed.clone()
    }

    pub(super) fn was_interrupted(&self) -> bool {
        self.lock().was_interrupted
    }

    pub(super) fn head(&self) -> Option<Arc<Head>> {
        self.lock().head.clone()
    }

    /// The newest title of what was read.
    pub(super) fn title(&self) -> Option<Arc<str>> {
        self.lock().title()
    }

    /// Waits for the server's first words.
    pub(super) fn wait_head(&self, interrupt: &Interrupt) -> io::Result<Arc<Head>> {
        self.wait(interrupt, |state, _| match (&state.head, &state.failed) {
            // What came before a failure is played.
            (Some(head), _) => Some(Ok(Arc::clone(head))),
            (None, failed) => failed.clone().map(|failed| Err(io::Error::other(failed))),
        })?
    }

    /// Bytes at `place` of the stream that begins at `start`; 0 at its end. Waits for them.
    pub(super) fn read(
        &self,
        bytes: &mut [u8],
        start: u64,
        place: u64,
        interrupt: &Interrupt,
    ) -> io::Result<usize> {
        if bytes.is_empty() {
            return Ok(0);
        }
        let asked = Instant::now();
        let result = self.wait(interrupt, |state, now| {
            self.refresh(state);
            let waited = now.saturating_duration_since(asked);
            state.read(bytes, start, place, waited, &self.settings)
        })?;
        self.turned.notify_all();
        result
    }

    /// After a long silence the present is what counts: what lies here unread is dropped.
    fn refresh(&self, state: &mut State) {
        if std::mem::take(&mut state.is_stale) {
            state.drop_unread();
            self.turned.notify_all();
        }
    }

    /// Where the stream begins that follows the one at `start`: `None` where nothing does. One that its reader gave up
    /// is cut at where it was read to.
    pub(super) fn following(&self, start: u64) -> io::Result<Option<u64>> {
        let mut state = self.lock();
        state.links.retain(|&link| link > start);
        if let Some(&next) = state.links.front() {
            return Ok(Some(next));
        }
        if let Some(failed) = &state.failed {
            return Err(io::Error::other(failed.clone()));
        }
        let want = state.want;
        if state.end.is_some_and(|end| want >= end) || want <= start {
            return Ok(None);
        }
        state.links.push_back(want);
        Ok(Some(want))
    }

    /// Parks until `look` finds something. Whoever changes the state unparks.
    fn wait<T>(
        &self,
        interrupt: &Interrupt,
        mut look: impl FnMut(&mut State, Instant) -> Option<T>,
    ) -> io::Result<T> {
        loop {
            let pause = {
                let mut state = self.lock();
                let now = Instant::now();
                state.last_read = now;
                if let Some(found) = look(&mut state, now) {
                    state.waiting = None;
                    return Ok(found);
                }
                if interrupt.is_asked() {
                    state.waiting = None;
                    state.was_interrupted = true;
                    return Err(io::Error::other("something else was asked for"));
                }
                state.waiting = Some(thread::current());
                state.filled_in(now, self.settings.buffer)
            };
            self.turned.notify_all();
            thread::park_timeout(pause);
        }
    }
}

impl State {
    fn is_live(&self) -> bool {
        self.head.as_ref().is_some_and(|head| matches!(head.kind, Kind::Live { .. }))
    }

    fn is_file(&self) -> bool {
        self.head.as_ref().is_some_and(|head| matches!(head.kind, Kind::File { .. }))
    }

    fn title(&mut self) -> Option<Arc<str>> {
        while self.titles.front().is_some_and(|(at, _)| *at <= self.want) {
            self.title = self.titles.pop_front().map(|(_, title)| title);
        }
        self.title.clone().filter(|title| !title.is_empty())
    }

    /// `None`: not yet.
    fn read(
        &mut self,
        bytes: &mut [u8],
        start: u64,
        place: u64,
        waited: Duration,
        settings: &NetworkSettings,
    ) -> Option<io::Result<usize>> {
        let link = self.links.iter().copied().find(|&link| link > start).unwrap_or(u64::MAX);
        if place >= link || self.end.is_some_and(|end| place >= end) {
            return Some(Ok(0));
        }
        if self.is_filling(waited, settings) && place >= self.want {
            self.want = place;
            return self.failed.clone().map(|failed| Err(io::Error::other(failed)));
        }
        let most = usize::try_from(link - place).unwrap_or(usize::MAX).min(bytes.len());
        let read = self.copy(&mut bytes[..most], place);
        if read > 0 {
            self.want = if self.is_file() { place + read as u64 } else { self.want.max(place + read as u64) };
            return Some(Ok(read));
        }
        if !self.is_file() && place < self.at {
            return Some(Err(io::Error::other("what a stream has sent is not sent again")));
        }
        self.want = place;
        self.failed.clone().map(|failed| Err(io::Error::other(failed)))
    }

    /// At the start, and after a silence that outlasted all that was gathered, a station is let come ahead: else every
    /// hiccup of the network would be heard.
    fn is_filling(&mut self, waited: Duration, settings: &NetworkSettings) -> bool {
        let has_run_dry = self.filling == Filling::No && waited > settings.buffer;
        if has_run_dry && self.is_live() && !settings.buffer.is_zero() {
            self.filling = if self.at > self.want { Filling::Since(Instant::now()) } else { Filling::Due };
        }
        let is_over = self.end.is_some() || self.failed.is_some();
        let is_done = match self.filling {
            Filling::No => return false,
            Filling::Due => is_over,
            Filling::Since(since) => is_over || self.has_enough(since.elapsed(), settings.buffer),
        };
        if is_done {
            self.filling = Filling::No;
        }
        !is_done
    }

    /// In real time, what came in so many seconds is so many seconds of sound.
    fn has_enough(&self, gathered_for: Duration, buffer: Duration) -> bool {
        let rate =
            self.head.as_ref().and_then(|head| head.bytes_per_second).unwrap_or(USUAL_BYTES_PER_SECOND);
        let enough = u128::from(rate) * buffer.as_millis() / 1_000;
        let gathered = u128::from(self.at.saturating_sub(self.want));
        gathered_for >= buffer || gathered >= enough.min(u128::from(AHEAD / 2))
    }

    /// How long the reader may sleep before it looks by itself.
    fn filled_in(&self, now: Instant, buffer: Duration) -> Duration {
        let longest = Duration::from_secs(1);
        match self.filling {
            Filling::Since(since) => {
                (since + buffer).saturating_duration_since(now).clamp(Duration::from_millis(5), longest)
            }
            Filling::No | Filling::Due => longest,
        }
    }

    /// What comes next is another stream, at the place that was read to.
    fn drop_unread(&mut self) {
        let keep = self.want;
        self.blocks.retain(|&number, _| number * BLOCK < keep);
        self.order.retain(|&number| number * BLOCK < keep);
        if let Some(block) = self.blocks.get_mut(&(keep / BLOCK)) {
            block.truncate(usize::try_from(keep % BLOCK).unwrap_or(0));
        }
        self.links.retain(|&link| link < keep);
        self.titles.clear();
        self.at = keep;
        self.split();
    }

    fn has(&self, place: u64) -> bool {
        self.blocks.get(&(place / BLOCK)).is_some_and(|block| block.len() as u64 > place % BLOCK)
    }

    fn copy(&self, bytes: &mut [u8], place: u64) -> usize {
        let Some(block) = self.blocks.get(&(place / BLOCK)) else { return 0 };
        let from = usize::try_from(place % BLOCK).unwrap_or(usize::MAX);
        let there = block.get(from..).unwrap_or(&[]);
        let count = there.len().min(bytes.len());
        bytes[..count].copy_from_slice(&there[..count]);
        count
    }

    fn split(&mut self) {
        if self.links.back().is_none_or(|&link| link < self.at) && self.links.len() < MAX_LINKS {
            self.links.push_back(self.at);
        }
    }

    fn wake(&mut self) {
        if let Some(reader) = &self.waiting {
            reader.unpark();
        }
    }

    fn append(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            let (number, within) = (self.at / BLOCK, usize::try_from(self.at % BLOCK).unwrap_or(0));
            let block = self.blocks.entry(number).or_insert_with(|| {
                self.order.push_back(number);
                Vec::with_capacity(BLOCK as usize)
            });
            let count = bytes.len().min(BLOCK as usize - within);
            // What was got twice is the same. Where the block's beginning was dropped, the rest is of no use.
            let known = block.len().saturating_sub(within).min(count);
            if block.len() >= within {
                block.extend_from_slice(&bytes[known..count]);
            }
            self.at += count as u64;
            bytes = &bytes[count..];
        }
        if self.filling == Filling::Due {
            self.filling = Filling::Since(Instant::now());
        }
        self.drop_old();
    }

    fn drop_old(&mut self) {
        let kept = self.want.saturating_sub(BEHIND) / BLOCK..=self.at.max(self.want) / BLOCK;
        while self.order.len() > MAX_BLOCKS {
            let may_go = |number: &u64| *number >= HEAD_BLOCKS && !kept.contains(number);
            let Some(index) = self.order.iter().position(may_go) else { return };
            if let Some(number) = self.order.remove(index) {
                self.blocks.remove(&number);
            }
        }
    }
}

/// For the thread `net-read`.
impl Buffer {
    pub(super) fn opened(&self, head: Head) {
        let mut state = self.lock();
        let is_first = state.head.is_none();
        let is_live = matches!(head.kind, Kind::Live { .. });
        state.end = head.len().filter(|_| matches!(head.kind, Kind::File { .. }));
        state.head = Some(Arc::new(head));
        if is_first && is_live && !self.settings.buffer.is_zero() {
            state.filling = Filling::Due;
        }
        state.wake();
    }

    pub(super) fn fail(&self, words: String) {
        let mut state = self.lock();
        state.failed = Some(words);
        state.wake();
    }

    /// All has come.
    pub(super) fn end(&self) {
        let mut state = self.lock();
        state.end = Some(state.at);
        state.wake();
    }

    pub(super) fn append(&self, bytes: &[u8]) {
        let mut state = self.lock();
        state.append(bytes);
        state.wake();
    }

    /// Another stream begins with the next byte.
    pub(super) fn split(&self) {
        self.lock().split();
    }

    /// Bytes from here on go to another place.
    pub(super) fn move_to(&self, place: u64) {
        self.lock().at = place;
    }

    pub(super) fn at(&self) -> u64 {
        self.lock().at
    }

    pub(super) fn set_title(&self, title: &str) {
        let mut state = self.lock();
        let at = state.at;
        let newest = state.titles.back().map(|(_, title)| title).or(state.title.as_ref());
        if newest.is_some_and(|newest| **newest == *title) {
            return;
        }
        if state.titles.len() == MAX_TITLES {
            state.titles.pop_front();
        }
        state.titles.push_back((at, Arc::from(title)));
    }

    /// What to do while connected; waits while there is no room.
    pub(super) fn turn(&self) -> Turn {
        let mut state = self.lock();
        let since = Instant::now();
        loop {
            if state.closing {
                return Turn::Over;
            }
            if let Some(place) = state.jump() {
                return Turn::Jump(place);
            }
            if state.at < state.want + AHEAD {
                return Turn::Read;
            }
            let idle = since.max(state.last_read).elapsed();
            let may_rest = state.is_live() || state.is_file();
            // As long as one waits for a server, a server is let wait.
            if may_rest && idle >= self.settings.timeout {
                state.is_stale = state.is_live();
                return Turn::Rest;
            }
            let pause = self.settings.timeout.saturating_sub(idle).max(Duration::from_millis(5));
            let waited = self.turned.wait_timeout(state, pause);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// The place that a new connection is needed for; `None`: it is over. Waits until one is.
    pub(super) fn wanted(&self) -> Option<u64> {
        let mut state = self.lock();
        loop {
            if state.closing {
                return None;
            }
            if let Some(place) = state.jump() {
                return Some(place);
            }
            let has_room = state.at < state.want + AHEAD && state.end.is_none_or(|end| state.at < end);
            if has_room && !state.is_stale {
                return Some(state.at);
            }
            state = self.turned.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Waits so long; `false`: it is over.
    pub(super) fn pause(&self, time: Duration) -> bool {
        let until = Instant::now() + time;
        let mut state = self.lock();
        loop {
            let left = until.saturating_duration_since(Instant::now());
            if state.closing || left.is_zero() {
                return !state.closing;
            }
            let waited = self.turned.wait_timeout(state, left);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}

impl State {
    /// Where a file is wanted that does not come by itself.
    fn jump(&self) -> Option<u64> {
        let is_wanted = self.waiting.is_some() && self.is_file() && !self.has(self.want);
        let is_inside = self.end.is_none_or(|end| self.want < end);
        let comes = (self.at..=self.at + NEAR).contains(&self.want);
        (is_wanted && is_inside && !comes).then(|| self.want / BLOCK * BLOCK)
    }
}
